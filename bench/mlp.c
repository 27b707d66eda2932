/* mlp.c: the training step of mlp.nn by hand. */
/* precisions: float32 */
#include "mlp.h"
#include "peak.h"
#include "peer.h"

#include <string.h>

enum { N = 128, LAYERS = 3 };

static const size_t width[LAYERS + 1] = {784, 512, 256, 10};
static struct mlp ours = {.N = N, .lr = (real)1e-3};
static real *h[LAYERS + 1], *d_h[LAYERS + 1], *w[LAYERS], *b[LAYERS], *d_w[LAYERS], value;
static int32_t labels[N];

static void run_ours(void)
{
    bench_ok("mlp", mlp_forward(&ours));
}

/* h = x w + b, with relu unless it is the last layer. */
static void layer_forward(int l)
{
    size_t n = width[l + 1];
    bench_matmul(0, 0, N, n, width[l], h[l], w[l], h[l + 1]);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < n; j++) {
            real z = h[l + 1][i * n + j] + b[l][j];
            h[l + 1][i * n + j] = l + 1 < LAYERS && z < 0 ? 0 : z;
        }
}

/* The mean over the rows of -log softmax at the label, and its gradient. */
static void cross_entropy(void)
{
    size_t n = width[LAYERS];
    value = 0;
    for (size_t i = 0; i < N; i++) {
        real *z = h[LAYERS] + i * n, *d = d_h[LAYERS] + i * n, largest = z[0], sum = 0;
        for (size_t j = 1; j < n; j++)
            largest = z[j] > largest ? z[j] : largest;
        for (size_t j = 0; j < n; j++)
            sum += d[j] = expf(z[j] - largest);
        value -= (z[labels[i]] - largest - logf(sum)) / N;
        for (size_t j = 0; j < n; j++)
            d[j] = (d[j] / sum - (j == (size_t)labels[i])) / N;
    }
}

static void layer_backward(int l)
{
    size_t m = width[l], n = width[l + 1];
    bench_matmul(1, 0, m, n, N, h[l], d_h[l + 1], d_w[l]);
    if (l) {
        bench_matmul(0, 1, N, m, n, d_h[l + 1], w[l], d_h[l]);
        for (size_t i = 0; i < N * m; i++)
            d_h[l][i] = h[l][i] > 0 ? d_h[l][i] : 0;
    }
    for (size_t i = 0; i < m * n; i++)
        w[l][i] -= ours.lr * d_w[l][i];
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < n; j++)
            b[l][j] -= ours.lr * d_h[l + 1][i * n + j];
}

static void by_hand(void)
{
    for (int l = 0; l < LAYERS; l++)
        layer_forward(l);
    cross_entropy();
    for (int l = LAYERS - 1; l >= 0; l--)
        layer_backward(l);
}

static real *copy(const real *x, size_t count)
{
    return memcpy(bench_fill(count, 0), x, count * sizeof *x);
}

static struct peer *peer_with_inputs(const char *name, const char *variable)
{
    struct peer *peer = peer_start("mlp", name, variable);
    PEER_REALS(peer, "x", ours.x, N, width[0]);
    PEER_INTS(peer, "labels", labels, N);
    PEER_REALS(peer, "w1", ours.w1, width[0], width[1]);
    PEER_REALS(peer, "b1", ours.b1, width[1]);
    PEER_REALS(peer, "w2", ours.w2, width[1], width[2]);
    PEER_REALS(peer, "b2", ours.b2, width[2]);
    PEER_REALS(peer, "w3", ours.w3, width[2], width[3]);
    PEER_REALS(peer, "b3", ours.b3, width[3]);
    PEER_REALS(peer, "lr", &ours.lr, 1);
    peer_run(peer, 1);
    return peer;
}

static void peer_agrees(struct peer *peer)
{
    peer_agree(peer, "value", 1, &ours.value);
    peer_agree(peer, "w1", width[0] * width[1], ours.w1);
    peer_agree(peer, "b1", width[1], ours.b1);
    peer_agree(peer, "w3", width[2] * width[3], ours.w3);
}

/* Multiplications and additions of a step's products: h w, and backward h' d_h and, but for the input, d_h
 * w'. */
static double operations(void)
{
    double total = 0;
    for (size_t l = 0; l < LAYERS; l++)
        total += (l ? 6.0 : 4.0) * N * (double)width[l] * (double)width[l + 1];
    return total;
}

int main(void)
{
    for (int l = 0; l <= LAYERS; l++) {
        h[l] = bench_fill(N * width[l], 1);
        d_h[l] = bench_fill(N * width[l], 0);
    }
    for (int l = 0; l < LAYERS; l++) {
        w[l] = bench_fill(width[l] * width[l + 1], 2 / sqrt((double)width[l]));
        b[l] = bench_fill(width[l + 1], 0.1);
        d_w[l] = bench_fill(width[l] * width[l + 1], 0);
    }
    for (int i = 0; i < N; i++)
        labels[i] = i % 10;
    ours.x = h[0];
    ours.labels = labels;
    ours.w1 = copy(w[0], width[0] * width[1]);
    ours.b1 = copy(b[0], width[1]);
    ours.w2 = copy(w[1], width[1] * width[2]);
    ours.b2 = copy(b[1], width[2]);
    ours.w3 = copy(w[2], width[2] * width[3]);
    ours.b3 = copy(b[2], width[3]);
    ours.work = bench_workspace(mlp_workspace(&ours));
    struct peer *torch = peer_with_inputs("torch", "BENCH_TORCH");
    struct peer *numpy = peer_with_inputs("numpy", "BENCH_NUMPY");
    run_ours();
    by_hand();
    peer_agrees(torch);
    peer_agrees(numpy);
    bench_agree("mlp loss", 1, &ours.value, &value);
    bench_agree("mlp w1", width[0] * width[1], ours.w1, w[0]);
    bench_agree("mlp w2", width[1] * width[2], ours.w2, w[1]);
    bench_agree("mlp w3", width[2] * width[3], ours.w3, w[2]);
    bench_agree("mlp b1", width[1], ours.b1, b[0]);
    bench_row("mlp training step, batch 128", 0.8, "gradc", run_ours, BENCH_PEER, by_hand);
    peer_row("mlp training step, batch 128", 0.8, run_ours, torch);
    peer_row("mlp training step, batch 128", 0, run_ours, numpy);
    bench_share("mlp", operations(), run_ours);
    bench_share("mlp by hand,", operations(), by_hand);
    peer_memory_row("mlp memory", 0.5, mlp_workspace(&ours), torch);
    return bench_status;
}
