/* gpt.c: loss and gradients of gpt.nn. */
/* precisions: float32 */
#include "gpt.h"
#include "parameters.h"

enum { B = 4, T = 64, V = 512, C = 128, L = 4 };

static struct gpt ours = {.B = B};

static void run_ours(void)
{
    bench_ok("gpt", gpt_gradient(&ours));
}

static void run_ours_forward(void)
{
    bench_ok("gpt", gpt_forward(&ours));
}

#define MATRIX(name, blocks, inputs, n) PARAMETER(ours, name, blocks, 0, PARAMETER_WEIGHT(inputs), inputs, n)
#define VECTOR(name, blocks, centre, n) PARAMETER(ours, name, blocks, centre, 0.1, n)
static const struct parameter parameters[] = {
    MATRIX(wte, 1, V, C),        MATRIX(wpe, 1, T, C),        VECTOR(g, 1, 1, C),
    VECTOR(b, 1, 0, C),          VECTOR(p_g1, L, 1, C),       VECTOR(p_b1, L, 0, C),
    MATRIX(p_Wqkv, L, C, 3 * C), VECTOR(p_bqkv, L, 0, 3 * C), MATRIX(p_Wo, L, C, C),
    VECTOR(p_bo, L, 0, C),       VECTOR(p_g2, L, 1, C),       VECTOR(p_b2, L, 0, C),
    MATRIX(p_Wf, L, C, 4 * C),   VECTOR(p_bf, L, 0, 4 * C),   MATRIX(p_Wp, L, 4 * C, C),
    VECTOR(p_bp, L, 0, C),
};
enum { COUNT = sizeof parameters / sizeof *parameters };

int main(void)
{
    static int32_t tok[B * T], next[B * T];
    for (int i = 0; i < B * T; i++) {
        tok[i] = (int32_t)((bench_uniform() + 1) / 2 * V) % V;
        next[i] = (int32_t)((bench_uniform() + 1) / 2 * V) % V;
    }
    ours.tok = tok;
    ours.next = next;
    struct peer *torch = peer_start("gpt", "torch", "BENCH_TORCH");
    PEER_INTS(torch, "tok", tok, B, T);
    PEER_INTS(torch, "next", next, B, T);
    for (int i = 0; i < COUNT; i++) {
        parameter_fill(&parameters[i]);
        parameter_send(torch, &parameters[i]);
    }
    ours.work = bench_workspace(gpt_workspace(&ours));
    peer_run(torch, 1);
    run_ours();
    peer_agree(torch, "loss", 1, &ours.loss);
    for (int i = 0; i < COUNT; i++)
        parameter_agree(torch, &parameters[i]);
    bench_row("gpt gradient / forward", 0, "gradient", run_ours, "forward", run_ours_forward);
    peer_row("gpt gradient, batch 4, 64 tokens", 0.65, run_ours, torch);
    if (!torch)
        bench_alone("gpt gradient, batch 4, 64 tokens", "gradc", run_ours);
    peer_memory_row("gpt memory", 0.5, gpt_gradient_workspace(&ours), torch);
    return bench_status;
}
