/* cnn.c: the training step of cnn.nn. */
/* precisions: float32 */
#include "cnn.h"
#include "peer.h"

#include <string.h>

enum { N = 64, S = 28, C1 = 16, C2 = 32, FLAT = C2 * (S / 4) * (S / 4), C = 10 };

static struct cnn ours = {.N = N, .lr = (real)1e-3};

static void run_ours(void)
{
    bench_ok("cnn", cnn_forward(&ours));
}

int main(void)
{
    int32_t labels[N];
    for (int i = 0; i < N; i++)
        labels[i] = i % C;
    ours.labels = labels;
    ours.x = bench_fill((size_t)N * S * S, 1);
    ours.k1 = bench_fill((size_t)C1 * 9, 0.5);
    ours.b1 = bench_fill(C1, 0.1);
    ours.k2 = bench_fill((size_t)C2 * C1 * 9, 0.15);
    ours.b2 = bench_fill(C2, 0.1);
    ours.w = bench_fill((size_t)FLAT * C, 0.05);
    ours.b = bench_fill(C, 0.1);
    ours.work = bench_workspace(cnn_workspace(&ours));
    struct peer *torch = peer_start("cnn", "torch", "BENCH_TORCH");
    PEER_REALS(torch, "x", ours.x, N, 1, S, S);
    PEER_INTS(torch, "labels", labels, N);
    PEER_REALS(torch, "k1", ours.k1, C1, 1, 3, 3);
    PEER_REALS(torch, "b1", ours.b1, C1);
    PEER_REALS(torch, "k2", ours.k2, C2, C1, 3, 3);
    PEER_REALS(torch, "b2", ours.b2, C2);
    PEER_REALS(torch, "w", ours.w, FLAT, C);
    PEER_REALS(torch, "b", ours.b, C);
    PEER_REALS(torch, "lr", &ours.lr, 1);
    peer_run(torch, 1);
    run_ours();
    peer_agree(torch, "value", 1, &ours.value);
    peer_agree(torch, "k1", (size_t)C1 * 9, ours.k1);
    peer_agree(torch, "b1", C1, ours.b1);
    peer_agree(torch, "k2", (size_t)C2 * C1 * 9, ours.k2);
    peer_agree(torch, "b2", C2, ours.b2);
    peer_agree(torch, "w", (size_t)FLAT * C, ours.w);
    peer_agree(torch, "b", C, ours.b);
    peer_row("cnn training step, batch 64", 0.6, run_ours, torch);
    if (!torch)
        bench_alone("cnn training step, batch 64", "gradc", run_ours);
    peer_memory_row("cnn memory", 0.5, cnn_workspace(&ours), torch);
    return bench_status;
}
