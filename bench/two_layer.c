/* two_layer.c: the network of two_layer.nn by hand. */
/* precisions: float32 float64 */
#include "peak.h"
#include "peer.h"
#include "two_layer.h"

#include <string.h>

enum { N = 64, D = 1000, H = 100, C = 10 };

static struct two_layer ours = {.N = N};
static struct step ours_step = {.N = N};
static real *x, *y, *w1, *w2, *h, *y_pred, *d_y, *d_h, *d_w1, *d_w2, loss;

static void run_ours(void)
{
    bench_ok("two_layer", two_layer_gradient(&ours));
}

static void run_ours_forward(void)
{
    bench_ok("two_layer", two_layer_forward(&ours));
}

static void run_ours_step(void)
{
    bench_ok("step", step_forward(&ours_step));
}

static void by_hand_forward(void)
{
    bench_matmul(0, 0, N, H, D, x, w1, h);
    for (size_t i = 0; i < N * H; i++)
        h[i] =
            sizeof(real) == 4 ? (real)(1 / (1 + expf((float)-h[i]))) : (real)(1 / (1 + exp((double)-h[i])));
    bench_matmul(0, 0, N, C, H, h, w2, y_pred);
    loss = 0;
    for (size_t i = 0; i < N * C; i++) {
        real difference = y_pred[i] - y[i];
        loss += difference * difference;
    }
}

static void by_hand(void)
{
    by_hand_forward();
    for (size_t i = 0; i < N * C; i++)
        d_y[i] = 2 * (y_pred[i] - y[i]);
    bench_matmul(1, 0, H, C, N, h, d_y, d_w2);
    bench_matmul(0, 1, N, H, C, d_y, w2, d_h);
    for (size_t i = 0; i < N * H; i++)
        d_h[i] *= h[i] * (1 - h[i]);
    bench_matmul(1, 0, D, H, N, x, d_h, d_w1);
}

static void by_hand_step(void)
{
    by_hand();
    for (size_t i = 0; i < D * H; i++)
        w1[i] -= (real)1e-4 * d_w1[i];
    for (size_t i = 0; i < H * C; i++)
        w2[i] -= (real)1e-4 * d_w2[i];
}

static struct peer *peer_with_inputs(const char *name, const char *variable)
{
    struct peer *peer = peer_start("two_layer", name, variable);
    PEER_REALS(peer, "x", x, N, D);
    PEER_REALS(peer, "y", y, N, C);
    PEER_REALS(peer, "w1", w1, D, H);
    PEER_REALS(peer, "w2", w2, H, C);
    peer_run(peer, 1);
    return peer;
}

static void peer_agrees(struct peer *peer)
{
    peer_agree(peer, "loss", 1, &ours_step.loss);
    peer_agree(peer, "w1", D * H, ours_step.w1);
    peer_agree(peer, "w2", H * C, ours_step.w2);
}

int main(void)
{
    x = bench_fill(N * D, 1);
    y = bench_fill(N * C, 1);
    w1 = bench_fill(D * H, 0.05);
    w2 = bench_fill(H * C, 0.1);
    h = bench_fill(N * H, 0);
    y_pred = bench_fill(N * C, 0);
    d_y = bench_fill(N * C, 0);
    d_h = bench_fill(N * H, 0);
    d_w1 = bench_fill(D * H, 0);
    d_w2 = bench_fill(H * C, 0);
    ours.x = ours_step.x = x;
    ours.y = ours_step.y = y;
    ours.w1 = w1;
    ours.w2 = w2;
    ours.d_w1 = bench_fill(D * H, 0);
    ours.d_w2 = bench_fill(H * C, 0);
    ours.work = bench_workspace(two_layer_workspace(&ours));
    ours_step.w1 = bench_fill(D * H, 0);
    ours_step.w2 = bench_fill(H * C, 0);
    ours_step.work = bench_workspace(step_workspace(&ours_step));
    memcpy(ours_step.w1, w1, D * H * sizeof(real));
    memcpy(ours_step.w2, w2, H * C * sizeof(real));

    struct peer *torch = peer_with_inputs("torch", "BENCH_TORCH");
    struct peer *numpy = peer_with_inputs("numpy", "BENCH_NUMPY");
    run_ours();
    run_ours_step();
    peer_agrees(torch);
    peer_agrees(numpy);
    by_hand();
    bench_agree("two_layer loss", 1, &ours.loss, &loss);
    bench_agree("two_layer d_w1", D * H, ours.d_w1, d_w1);
    bench_agree("two_layer d_w2", H * C, ours.d_w2, d_w2);
    bench_row("two_layer gradient", 0, "gradc", run_ours, BENCH_PEER, by_hand);
    bench_row("two_layer gradient / forward", 0, "gradient", run_ours, "forward", run_ours_forward);
    by_hand_step();
    bench_agree("two_layer step", D * H, ours_step.w1, w1);
    bench_row("two_layer training step", 0.75, "gradc", run_ours_step, BENCH_PEER, by_hand_step);
    peer_row("two_layer training step", sizeof(real) == 4 ? 0.5 : 0, run_ours_step, torch);
    peer_row("two_layer training step", 0, run_ours_step, numpy);
    const double operations = 4.0 * N * D * H + 6.0 * N * H * C;
    bench_share("two_layer", operations, run_ours_step);
    bench_share("two_layer by hand,", operations, by_hand_step);
    printf("%-34s %zu bytes\n", "two_layer workspace", two_layer_gradient_workspace(&ours));
    return bench_status;
}
