/* gpt.c: loss and gradients of gpt.nn. */
/* precisions: float32 */
#include "gpt.h"
#include "peer.h"

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

/* The parameters: where they are, how many blocks have one, its rows and columns, and what it is filled
 * around. */
static const struct parameter {
    const char *name;
    const real **value;
    real **gradient;
    size_t blocks, rows, columns;
    real centre;
} parameters[] = {
#define PARAMETER(name, ...)                                                                                 \
    {                                                                                                        \
#name, &ours.name, &ours.d_##name, __VA_ARGS__                                                       \
    }
    PARAMETER(wte, 1, V, C, 0),        PARAMETER(wpe, 1, T, C, 0),        PARAMETER(g, 1, 1, C, 1),
    PARAMETER(b, 1, 1, C, 0),          PARAMETER(p_g1, L, 1, C, 1),       PARAMETER(p_b1, L, 1, C, 0),
    PARAMETER(p_Wqkv, L, C, 3 * C, 0), PARAMETER(p_bqkv, L, 1, 3 * C, 0), PARAMETER(p_Wo, L, C, C, 0),
    PARAMETER(p_bo, L, 1, C, 0),       PARAMETER(p_g2, L, 1, C, 1),       PARAMETER(p_b2, L, 1, C, 0),
    PARAMETER(p_Wf, L, C, 4 * C, 0),   PARAMETER(p_bf, L, 1, 4 * C, 0),   PARAMETER(p_Wp, L, 4 * C, C, 0),
    PARAMETER(p_bp, L, 1, C, 0),
};
enum { COUNT = sizeof parameters / sizeof *parameters };

static void fill(const struct parameter *p)
{
    size_t count = p->blocks * p->rows * p->columns;
    real *x = bench_fill(count, p->rows > 1 ? 1.7 / sqrt((double)p->rows) : 0.1);
    for (size_t i = 0; i < count; i++)
        x[i] += p->centre;
    *p->value = x;
    *p->gradient = bench_fill(count, 0);
}

static void send(struct peer *peer, const struct parameter *p)
{
    size_t shape[3] = {p->blocks, p->rows, p->columns}, *first = shape;
    int rank = 3;
    if (p->blocks == 1)
        first++, rank--;
    if (p->rows == 1)
        first[rank - 2] = first[rank - 1], rank--;
    peer_send(peer, p->name, PEER_REAL, *p->value, sizeof(real), rank, first);
}

/* The peer's gradients stand alone for each block. */
static void agree(struct peer *peer, const struct parameter *p)
{
    char name[32];
    for (size_t l = 0; l < p->blocks; l++) {
        snprintf(name, sizeof name, p->blocks > 1 ? "d_%s%zu" : "d_%s", p->name, l);
        peer_agree(peer, name, p->rows * p->columns, *p->gradient + l * p->rows * p->columns);
    }
}

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
        fill(&parameters[i]);
        send(torch, &parameters[i]);
    }
    ours.work = bench_workspace(gpt_workspace(&ours));
    peer_run(torch, 1);
    run_ours();
    peer_agree(torch, "loss", 1, &ours.loss);
    for (int i = 0; i < COUNT; i++)
        agree(torch, &parameters[i]);
    bench_row("gpt gradient / forward", 0, "gradient", run_ours, "forward", run_ours_forward);
    peer_row("gpt gradient, batch 4, 64 tokens", 0.65, run_ours, torch);
    if (!torch)
        bench_alone("gpt gradient, batch 4, 64 tokens", "gradc", run_ours);
    peer_memory_row("gpt memory", 0.5, gpt_gradient_workspace(&ours), torch);
    return bench_status;
}
