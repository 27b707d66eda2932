/* peak.h: a program's share of what the processor can do where matrix products dominate. */
#ifndef GRADC_PEAK_H
#define GRADC_PEAK_H

#include "bench.h"

/* Multiplications and additions of registers with each other: twice 24 in each of 2^16 rounds. */
typedef real bench_wide __attribute__((vector_size(64)));
enum { BENCH_CHAINS = 24, BENCH_PEAK_ROUNDS = 1 << 16 };

/* Fused, as gcc does not by itself where a C standard is asked for. */
#if defined(__GNUC__) && !defined(__clang__)
#define BENCH_FUSED __attribute__((optimize("fp-contract=fast")))
#else
#define BENCH_FUSED
#endif

BENCH_FUSED GRADC_STATIC void bench_peak(void)
{
    static volatile real sink;
    bench_wide sum[BENCH_CHAINS], factor = {0}, term = {0};
    for (int j = 0; j < BENCH_CHAINS; j++)
        sum[j] = (bench_wide){0} + (real)bench_uniform(); /* all different, or the compiler would keep one */
    factor += bench_uniform() > 2 ? 1 : (real)0.5;
    term += bench_uniform() > 2 ? 0 : (real)1;
    for (int i = 0; i < BENCH_PEAK_ROUNDS; i++) {
#pragma GCC unroll 24
        for (int j = 0; j < BENCH_CHAINS; j++)
            sum[j] = sum[j] * factor + term;
    }
    real total = 0;
    for (int j = 0; j < BENCH_CHAINS; j++)
        total += sum[j][0];
    sink = total;
    (void)sink;
}

/* One line: the speed of f, which multiplies and adds that often in matrix products, and that of the
 * processor. One after the other in turns of one call, so that both see the same clock. */
GRADC_STATIC void bench_share(const char *what, double operations, void (*f)(void))
{
    double best = INFINITY, most = INFINITY;
    for (int i = 0; i < 10 * BENCH_ROUNDS; i++) {
        double start = bench_now();
        f();
        double middle = bench_now();
        bench_peak();
        best = fmin(best, middle - start);
        most = fmin(most, bench_now() - middle);
    }
    double lanes = sizeof(bench_wide) / sizeof(real),
           peak = 2.0 * BENCH_CHAINS * BENCH_PEAK_ROUNDS * lanes / most;
    char name[64];
    snprintf(name, sizeof name, "%s share of the peak", what);
    printf("%-36s %s %8.1f of %.1f Gflop/s %44.2f\n", name, sizeof(real) == 4 ? "f32" : "f64",
           operations / best * 1e-9, peak * 1e-9, operations / best / peak);
}

#endif
