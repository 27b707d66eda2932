/* ode.c: the method of Runge and Kutta and its adjoint by hand, keeping one y per step. */
#include "adolc.h"
#include "bench.h"
#include "ode.h"

#include <string.h>

enum { N = 200, S = 200 };

static struct ode ours;
static real *x, gradient[N], value;
static real kept[S][N];

static void run_ours(void)
{
    bench_ok("ode", ode_gradient(&ours));
}

static void run_ours_forward(void)
{
    bench_ok("ode", ode_forward(&ours));
}

static void slope(const real *y, real *k)
{
    k[0] = x[0];
    for (int i = 1; i < N; i++)
        k[i] = x[i] * y[i - 1];
}

/* d_y = the adjoint of the argument of slope from that of its result; adds that of x. */
static void slope_adjoint(const real *y, const real *d_k, real *d_y)
{
    gradient[0] += d_k[0];
    for (int i = 1; i < N; i++) {
        gradient[i] += d_k[i] * y[i - 1];
        d_y[i - 1] = d_k[i] * x[i];
    }
    d_y[N - 1] = 0;
}

static const real h = (real)2 / S, part[4] = {0, (real)1 / S, (real)1 / S, (real)2 / S};
static const real weight[4] = {(real)1 / (3 * S), (real)2 / (3 * S), (real)2 / (3 * S), (real)1 / (3 * S)};

/* The arguments and slopes of the four stages from y. */
static void stages_from(const real *y, real stage[4][N], real k[4][N])
{
    for (int q = 0; q < 4; q++) {
        for (int i = 0; i < N; i++)
            stage[q][i] = q ? y[i] + part[q] * k[q - 1][i] : y[i];
        slope(stage[q], k[q]);
    }
}

static void by_hand(void)
{
    real y[N] = {0}, stage[4][N], k[4][N], d_y[N] = {0}, d_k[N], d_stage[N] = {0};
    for (int t = 0; t < S; t++) {
        memcpy(kept[t], y, sizeof y);
        stages_from(y, stage, k);
        for (int i = 0; i < N; i++)
            y[i] += h / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
    }
    value = y[N - 1];
    memset(gradient, 0, sizeof gradient);
    d_y[N - 1] = 1;
    for (int t = S - 1; t >= 0; t--) {
        real sum[N];
        memcpy(sum, d_y, sizeof sum);
        stages_from(kept[t], stage, k);
        for (int q = 3; q >= 0; q--) {
            for (int i = 0; i < N; i++)
                d_k[i] = weight[q] * d_y[i] + (q < 3 ? part[q + 1] * d_stage[i] : 0);
            slope_adjoint(stage[q], d_k, d_stage);
            for (int i = 0; i < N; i++)
                sum[i] += d_stage[i];
        }
        memcpy(d_y, sum, sizeof sum);
    }
}

static void by_adolc(void)
{
    adolc_ode(N, S, x, gradient);
}

int main(void)
{
    x = bench_fill(N, 1);
    for (int i = 0; i < N; i++)
        x[i] = 2 + x[i];
    ours.x = x;
    ours.d_x = bench_fill(N, 0);
    ours.work = bench_workspace(ode_workspace(&ours));
    run_ours();
    by_hand();
    bench_agree("ode", 1, &ours.last, &value);
    bench_agree("ode d_x", N, ours.d_x, gradient);
    bench_row("ode gradient, n = s = 200", 1, "gradc", run_ours, "C", by_hand);
    bench_row("ode gradient / forward", 0, "gradient", run_ours, "forward", run_ours_forward);
    if (adolc_ode) {
        by_adolc();
        bench_agree("ode d_x by ADOL-C", N, ours.d_x, gradient);
    }
    ADOLC_ROW("ode gradient, n = s = 200", run_ours, adolc_ode, by_adolc);
    printf("%-34s %zu bytes\n", "ode workspace", ode_gradient_workspace(&ours));
    return bench_status;
}
