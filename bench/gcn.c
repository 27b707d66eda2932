/* gcn.c: loss and gradients of gcn.nn, with as many papers, citations and words as the data set Cora has. */
/* precisions: float32 */
#include "gcn.h"
#include "peer.h"

enum { N = 2708, E = 10556, F = 1433, H = 16, K = 7, M = 140 };

static int32_t source[E], target[E], known[M], label[M];
static struct gcn ours = {.N = N, .E = E, .F = F, .M = M, .H = H, .K = K};

static void run_ours(void)
{
    bench_ok("gcn", gcn_gradient(&ours));
}

static void run_ours_forward(void)
{
    bench_ok("gcn", gcn_forward(&ours));
}

static int32_t any_below(int n)
{
    return (int32_t)((bench_uniform() + 1) / 2 * n) % n;
}

int main(void)
{
    for (int i = 0; i < E; i++) {
        source[i] = any_below(N);
        target[i] = any_below(N);
    }
    for (int i = 0; i < M; i++) {
        known[i] = i * (N / M);
        label[i] = any_below(K);
    }
    ours.source = source;
    ours.target = target;
    ours.known = known;
    ours.label = label;
    ours.x = bench_fill((size_t)N * F, 0.1);
    ours.W1 = bench_fill((size_t)F * H, 0.3);
    ours.W2 = bench_fill((size_t)H * K, 0.5);
    ours.d_W1 = bench_fill((size_t)F * H, 0);
    ours.d_W2 = bench_fill((size_t)H * K, 0);
    ours.work = bench_workspace(gcn_workspace(&ours));
    ours.prepared = bench_workspace(gcn_prepared_size(&ours));
    struct peer *torch = peer_start("gcn", "torch", "BENCH_TORCH");
    PEER_INTS(torch, "source", source, E);
    PEER_INTS(torch, "target", target, E);
    PEER_INTS(torch, "known", known, M);
    PEER_INTS(torch, "label", label, M);
    PEER_REALS(torch, "x", ours.x, N, F);
    PEER_REALS(torch, "W1", ours.W1, F, H);
    PEER_REALS(torch, "W2", ours.W2, H, K);
    peer_run(torch, 1);
    bench_ok("gcn", gcn_prepare(&ours));
    run_ours();
    peer_agree(torch, "loss", 1, &ours.loss);
    peer_agree(torch, "d_W1", (size_t)F * H, ours.d_W1);
    peer_agree(torch, "d_W2", (size_t)H * K, ours.d_W2);
    bench_row("gcn gradient / forward", 0, "gradient", run_ours, "forward", run_ours_forward);
    peer_row("gcn gradient, 2708 nodes", 0.5, run_ours, torch);
    if (!torch)
        bench_alone("gcn gradient, 2708 nodes", "gradc", run_ours);
    return bench_status;
}
