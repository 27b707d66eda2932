/* llsq.c: the least squares of llsq.nn by hand, by Horner's rule and running powers, vectorised over the
 * points. */
/* sizes: -DSIZE_M=16 | -DSIZE_M=64 | -DSIZE_M=128 */
#include "bench.h"
#include "llsq.h"

enum { N = 2000, M = SIZE_M, SIDE_BY_SIDE = 64 };

static struct llsq ours = {.m = M, .n = N};
static real *x, gradient[M], value;

static void run_ours(void)
{
    bench_ok("llsq", llsq_gradient(&ours));
}

/* The powers of t are a serial chain, so that many points go through it side by side. */
static void by_hand(void)
{
    value = 0;
    for (int j = 0; j < M; j++)
        gradient[j] = 0;
    for (int i0 = 0; i0 < N; i0 += SIDE_BY_SIDE) {
        real t[SIDE_BY_SIDE], fit[SIDE_BY_SIDE] = {0}, power[SIDE_BY_SIDE];
        for (int i = 0; i < SIDE_BY_SIDE; i++)
            t[i] = -1 + (real)2 * (i0 + i) / (N - 1);
        for (int j = M - 1; j >= 0; j--)
            for (int i = 0; i < SIDE_BY_SIDE; i++)
                fit[i] = fit[i] * t[i] + x[j];
        for (int i = 0; i < SIDE_BY_SIDE; i++) {
            power[i] = i0 + i < N ? (real)((t[i] > 0) - (t[i] < 0)) - fit[i] : 0;
            value += power[i] * power[i] / 2;
        }
        for (int j = 0; j < M; j++) {
            real sum = 0;
            BENCH_SUM(sum) for (int i = 0; i < SIDE_BY_SIDE; i++)
            {
                sum += power[i];
                power[i] *= t[i];
            }
            gradient[j] -= sum;
        }
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
    bench_row("llsq gradient, n = 2000, m = " BENCH_TEXT(SIZE_M), 1, "gradc", run_ours, "C", by_hand);
    printf("%-34s %zu bytes\n", "llsq workspace", llsq_gradient_workspace(&ours));
    return bench_status;
}
