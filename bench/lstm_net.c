/* lstm_net.c: loss and gradients of lstm_net.nn. */
/* precisions: float32 */
#include "lstm_net.h"
#include "peer.h"

enum { T = 64, B = 32, D = 128, H = 256 };

static struct lstm_net ours = {.T = T, .B = B};

static void run_ours(void)
{
    bench_ok("lstm_net", lstm_net_gradient(&ours));
}

static void run_ours_forward(void)
{
    bench_ok("lstm_net", lstm_net_forward(&ours));
}

int main(void)
{
    ours.x = bench_fill((size_t)T * B * D, 1);
    ours.target = bench_fill((size_t)T * B * H, 1);
    ours.Wx = bench_fill((size_t)D * 4 * H, 0.1);
    ours.Wh = bench_fill((size_t)H * 4 * H, 0.1);
    ours.b = bench_fill((size_t)4 * H, 0.1);
    ours.d_Wx = bench_fill((size_t)D * 4 * H, 0);
    ours.d_Wh = bench_fill((size_t)H * 4 * H, 0);
    ours.d_b = bench_fill((size_t)4 * H, 0);
    ours.work = bench_workspace(lstm_net_workspace(&ours));
    struct peer *torch = peer_start("lstm_net", "torch", "BENCH_TORCH");
    PEER_REALS(torch, "x", ours.x, T, B, D);
    PEER_REALS(torch, "target", ours.target, T, B, H);
    PEER_REALS(torch, "Wx", ours.Wx, D, 4 * H);
    PEER_REALS(torch, "Wh", ours.Wh, H, 4 * H);
    PEER_REALS(torch, "b", ours.b, 4 * H);
    peer_run(torch, 1);
    run_ours();
    peer_agree(torch, "loss", 1, &ours.loss);
    peer_agree(torch, "d_Wx", (size_t)D * 4 * H, ours.d_Wx);
    peer_agree(torch, "d_Wh", (size_t)H * 4 * H, ours.d_Wh);
    peer_agree(torch, "d_b", (size_t)4 * H, ours.d_b);
    bench_row("lstm_net gradient / forward", 0, "gradient", run_ours, "forward", run_ours_forward);
    peer_row("lstm_net gradient, batch 32", 0.7, run_ours, torch);
    if (!torch)
        bench_alone("lstm_net gradient, batch 32", "gradc", run_ours);
    return bench_status;
}
