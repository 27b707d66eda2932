/* llsq.c: the least squares of llsq.nn by hand, by Horner's rule and running powers. */
#include "bench.h"
#include "llsq.h"

enum { N = 2000, M = 64 };

static struct llsq ours = {.m = M, .n = N};
static real *x, gradient[M], value;

static void run_ours(void)
{
    bench_ok("llsq", llsq_gradient(&ours));
}

static void by_hand(void)
{
    value = 0;
    for (int j = 0; j < M; j++)
        gradient[j] = 0;
    for (int i = 0; i < N; i++) {
        real t = -1 + (real)2 * i / (N - 1), fit = 0, power = 1;
        for (int j = M - 1; j >= 0; j--)
            fit = fit * t + x[j];
        real rest = (real)((t > 0) - (t < 0)) - fit;
        value += rest * rest / 2;
        for (int j = 0; j < M; j++, power *= t)
            gradient[j] -= rest * power;
    }
}

int main(void)
{
    x = bench_fill(M, 0.5);
    ours.x = x;
    ours.d_x = bench_fill(M, 0);
    ours.work = bench_workspace(llsq_workspace(&ours));
    run_ours();
    by_hand();
    bench_agree("llsq", 1, &ours.loss, &value);
    bench_agree("llsq d_x", M, ours.d_x, gradient);
    bench_row("llsq gradient, n = 2000, m = 64", "gradc", run_ours, "C", by_hand);
    printf("%-34s %zu bytes\n", "llsq workspace", llsq_gradient_workspace(&ours));
    return bench_status;
}
