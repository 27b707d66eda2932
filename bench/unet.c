/* unet.c: loss and gradients of unet.nn. */
/* precisions: float32 */
#include "parameters.h"
#include "unet.h"

enum { B = 8, C = 64, SIDE = 32, PIXELS = 3 * SIDE * SIDE };

static struct unet ours = {.B = B};

static void run_ours(void)
{
    bench_ok("unet", unet_gradient(&ours));
}

static void run_ours_forward(void)
{
    bench_ok("unet", unet_forward(&ours));
}

#define VECTOR(name, centre, n)    PARAMETER(ours, name, 1, centre, 0.1, n)
#define MATRIX(name, inputs, n)    PARAMETER(ours, name, 1, 0, PARAMETER_WEIGHT(inputs), inputs, n)
#define CONVOLUTION(name, n, m, r) PARAMETER(ours, name, 1, 0, PARAMETER_WEIGHT(m *r *r), n, m, r, r)
#define BLOCK(name, n)                                                                                       \
    VECTOR(name##_g1, 1, n), VECTOR(name##_b1, 0, n), CONVOLUTION(name##_W1, n, n, 3),                       \
        MATRIX(name##_Wt, 4 * C, n), VECTOR(name##_bt, 0, n), VECTOR(name##_g2, 1, n),                       \
        VECTOR(name##_b2, 0, n), CONVOLUTION(name##_W2, n, n, 3)

static const struct parameter parameters[] = {
    MATRIX(p_T1, C, 4 * C),
    VECTOR(p_t1, 0, 4 * C),
    MATRIX(p_T2, 4 * C, 4 * C),
    VECTOR(p_t2, 0, 4 * C),
    CONVOLUTION(p_Win, C, 3, 3),
    CONVOLUTION(p_Wdown, 2 * C, C, 3),
    CONVOLUTION(p_Wup, C, 2 * C, 3),
    CONVOLUTION(p_Wjoin, C, 2 * C, 1),
    CONVOLUTION(p_Wout, 3, C, 3),
    BLOCK(wide, C),
    BLOCK(deep, 2 * C),
    BLOCK(last, C),
};
enum { COUNT = sizeof parameters / sizeof *parameters };

int main(void)
{
    real *t = bench_fill(B, 0);
    for (int i = 0; i < B; i++)
        t[i] = (real)(100 * i + 7);
    ours.t = t;
    ours.x = bench_fill((size_t)B * PIXELS, 1);
    ours.noise = bench_fill((size_t)B * PIXELS, 1);
    struct peer *torch = peer_start("unet", "torch", "BENCH_TORCH");
    PEER_REALS(torch, "x", ours.x, B, 3, SIDE, SIDE);
    PEER_REALS(torch, "noise", ours.noise, B, 3, SIDE, SIDE);
    PEER_REALS(torch, "t", ours.t, B);
    for (int i = 0; i < COUNT; i++) {
        parameter_fill(&parameters[i]);
        parameter_send(torch, &parameters[i]);
    }
    ours.work = bench_workspace(unet_workspace(&ours));
    peer_run(torch, 1);
    run_ours();
    peer_agree(torch, "loss", 1, &ours.loss);
    for (int i = 0; i < COUNT; i++)
        parameter_agree(torch, &parameters[i]);
    bench_row("unet gradient / forward", 0, "gradient", run_ours, "forward", run_ours_forward);
    peer_row("unet gradient, batch 8", 0.5, run_ours, torch);
    if (!torch)
        bench_alone("unet gradient, batch 8", "gradc", run_ours);
    peer_memory_row("unet memory", 0.4, unet_gradient_workspace(&ours), torch);
    return bench_status;
}
