/* llama.c: loss and gradients of llama.nn against PyTorch, and the loss against C by hand, as llama2.c
 * computes it but for all places at once. */
/* precisions: float32 */
/* dims: V=4096 D=288 F=768 heads=6 shared=2 layers=6 */
#include "llama.h"
#include "parameters.h"

enum {
    T = 256,
    V = SIZE_V,
    D = SIZE_D,
    F = SIZE_F,
    HEADS = SIZE_heads,
    SHARED = SIZE_shared,
    L = SIZE_layers
};
enum { S = D / HEADS, KV = SHARED * S };

static struct language ours = {.B = 1, .T = T + 1};

static void run_ours(void)
{
    bench_ok("llama", language_gradient(&ours));
}

static void run_ours_forward(void)
{
    bench_ok("llama", language_forward(&ours));
}

#define BLOCK(name, inputs, outputs) PARAMETER(ours, name, L, 0, PARAMETER_WEIGHT(inputs), inputs, outputs)
static const struct parameter parameters[] = {
    PARAMETER(ours, p_E, 1, 0, PARAMETER_WEIGHT(D), V, D),
    PARAMETER(ours, p_g, 1, 1, 0.1, D),
    PARAMETER(ours, p_block_g1, L, 1, 0.1, D),
    PARAMETER(ours, p_block_g2, L, 1, 0.1, D),
    BLOCK(p_block_Wq, D, D),
    BLOCK(p_block_Wk, D, KV),
    BLOCK(p_block_Wv, D, KV),
    BLOCK(p_block_Wo, D, D),
    BLOCK(p_block_Wg, D, F),
    BLOCK(p_block_Wu, D, F),
    BLOCK(p_block_Wd, F, D),
};
enum { COUNT = sizeof parameters / sizeof *parameters };

static real x[T * D], n[T * D], q[T * D], k[T * KV], v[T * KV], a[T * D], scores[T * T], gate[T * F],
    up[T * F];
static real turn_cos[T * S / 2], turn_sin[T * S / 2];
static real *logits, by_hand_loss;

static void norm(const real *from, const real *g, real *to)
{
    for (int t = 0; t < T; t++) {
        real sum = 0;
        BENCH_SUM(sum)
        for (int i = 0; i < D; i++)
            sum += from[t * D + i] * from[t * D + i];
        real scale = 1 / (real)sqrt((double)(sum / D) + 1e-5);
        for (int i = 0; i < D; i++)
            to[t * D + i] = g[i] * (scale * from[t * D + i]);
    }
}

static void rotate(real *y, int width)
{
    for (int t = 0; t < T; t++)
        for (int h = 0; h < width / S; h++) {
            real *z = y + t * width + h * S;
            for (int i = 0; i < S / 2; i++) {
                real c = turn_cos[t * S / 2 + i], s = turn_sin[t * S / 2 + i], b = z[2 * i], d = z[2 * i + 1];
                z[2 * i] = b * c - d * s;
                z[2 * i + 1] = b * s + d * c;
            }
        }
}

/* a, from q, k and v: scores of a head at a time, each row up to its own place. */
static void attend(void)
{
    for (int h = 0; h < HEADS; h++) {
        const real *keys = k + h / (HEADS / SHARED) * S, *values = v + h / (HEADS / SHARED) * S;
#ifdef BENCH_BLAS
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, T, T, S, 1 / sqrtf(S), q + h * S, D, keys, KV, 0,
                    scores, T);
#else
        gradc_matmul_f32(0, 1, T, T, S, 1 / sqrtf(S), q + h * S, D, keys, KV, 0, scores, T);
#endif
        for (int t = 0; t < T; t++) {
            real *row = scores + t * T, most = row[0], sum = 0;
            for (int i = 1; i <= t; i++)
                most = row[i] > most ? row[i] : most;
            for (int i = 0; i <= t; i++) {
                row[i] = expf(row[i] - most);
                sum += row[i];
            }
            for (int i = 0; i <= t; i++)
                row[i] /= sum;
            for (int i = t + 1; i < T; i++)
                row[i] = 0;
        }
#ifdef BENCH_BLAS
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, T, S, T, 1, scores, T, values, KV, 0,
                    a + h * S, D);
#else
        gradc_matmul_f32(0, 0, T, S, T, 1, scores, T, values, KV, 0, a + h * S, D);
#endif
    }
}

static void by_hand(void)
{
    for (int t = 0; t < T; t++)
        for (int i = 0; i < D; i++)
            x[t * D + i] = ours.p_E[ours.tok[t] * D + i];
    for (int l = 0; l < L; l++) {
        norm(x, ours.p_block_g1 + l * D, n);
        bench_matmul(0, 0, T, D, D, n, ours.p_block_Wq + l * D * D, q);
        bench_matmul(0, 0, T, KV, D, n, ours.p_block_Wk + l * D * KV, k);
        bench_matmul(0, 0, T, KV, D, n, ours.p_block_Wv + l * D * KV, v);
        rotate(q, D);
        rotate(k, KV);
        attend();
        bench_matmul(0, 0, T, D, D, a, ours.p_block_Wo + l * D * D, n);
        for (int i = 0; i < T * D; i++)
            x[i] += n[i];
        norm(x, ours.p_block_g2 + l * D, n);
        bench_matmul(0, 0, T, F, D, n, ours.p_block_Wg + l * D * F, gate);
        bench_matmul(0, 0, T, F, D, n, ours.p_block_Wu + l * D * F, up);
        for (int i = 0; i < T * F; i++)
            gate[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
        bench_matmul(0, 0, T, D, F, gate, ours.p_block_Wd + l * F * D, n);
        for (int i = 0; i < T * D; i++)
            x[i] += n[i];
    }
    norm(x, ours.p_g, n);
    bench_matmul(0, 1, T, V, D, n, ours.p_E, logits);
    double loss = 0;
    for (int t = 0; t < T; t++) {
        const real *row = logits + (size_t)t * V;
        real most = row[0], sum = 0;
        for (int i = 1; i < V; i++)
            most = row[i] > most ? row[i] : most;
        for (int i = 0; i < V; i++)
            sum += expf(row[i] - most);
        loss += (double)(most + logf(sum) - row[ours.tok[t + 1]]);
    }
    by_hand_loss = (real)(loss / T);
}

int main(void)
{
    static int32_t tok[T + 1];
    for (int i = 0; i <= T; i++)
        tok[i] = (int32_t)((bench_uniform() + 1) / 2 * V) % V;
    ours.tok = tok;
    for (int t = 0; t < T; t++)
        for (int i = 0; i < S / 2; i++) {
            turn_cos[t * S / 2 + i] = (real)cos(t * pow(10000, -2.0 * i / S));
            turn_sin[t * S / 2 + i] = (real)sin(t * pow(10000, -2.0 * i / S));
        }
    logits = bench_fill((size_t)T * V, 0);
    struct peer *torch = peer_start("llama", "torch", "BENCH_TORCH");
    PEER_INTS(torch, "tok", tok, 1, T + 1);
    for (int i = 0; i < COUNT; i++) {
        parameter_fill(&parameters[i]);
        parameter_send(torch, &parameters[i]);
    }
    ours.work = bench_workspace(language_workspace(&ours));
    peer_run(torch, 1);
    run_ours();
    by_hand();
    bench_agree("llama loss", 1, &ours.language, &by_hand_loss);
    peer_agree(torch, "loss", 1, &ours.language);
    for (int i = 0; i < COUNT; i++)
        parameter_agree(torch, &parameters[i]);
    bench_row("llama loss, 256 tokens", 1, "gradc", run_ours_forward, BENCH_PEER, by_hand);
    bench_row("llama gradient / forward", 0, "gradient", run_ours, "forward", run_ours_forward);
    peer_row("llama gradient, 256 tokens", 0.5, run_ours, torch);
    if (!torch)
        bench_alone("llama gradient, 256 tokens", "gradc", run_ours);
    peer_memory_row("llama memory", 0.4, language_gradient_workspace(&ours), torch);
    return bench_status;
}
