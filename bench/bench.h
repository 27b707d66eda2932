/* bench.h: times contestants in turn and prints the ratios of their medians; fails when their values differ.
 *
 * A program fills its inputs with bench_fill, lets each contestant compute once, compares with bench_agree,
 * and prints one line for each pair of contestants with bench_row. It returns bench_status. */
#ifndef GRADC_BENCH_H
#define GRADC_BENCH_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gradc.h"

#ifndef REAL
#define REAL double
#endif
typedef REAL real;

#ifdef BENCH_BLAS
#include <cblas.h>
#endif

static int bench_status = 0;
static unsigned bench_state = 1;

GRADC_STATIC double bench_uniform(void)
{
    bench_state = bench_state * 1664525u + 1013904223u;
    return (double)(bench_state >> 8) / (1 << 23) - 1;
}

/* Memory for `count` numbers, uniform in [-scale, scale]. Never freed: a benchmark ends soon. */
GRADC_STATIC real *bench_fill(size_t count, double scale)
{
    real *x = aligned_alloc(GRADC_ALIGN, (count * sizeof *x + GRADC_ALIGN) / GRADC_ALIGN * GRADC_ALIGN);
    if (!x)
        abort();
    for (size_t i = 0; i < count; i++)
        x[i] = (real)(scale * bench_uniform());
    return x;
}

GRADC_STATIC void *bench_workspace(size_t bytes)
{
    return aligned_alloc(GRADC_ALIGN, (bytes + GRADC_ALIGN) / GRADC_ALIGN * GRADC_ALIGN);
}

GRADC_STATIC void bench_ok(const char *what, int status)
{
    if (status != GRADC_OK) {
        printf("%s: %s\n", what, gradc_strerror(status));
        exit(1);
    }
}

/* Whether two results agree to a relative error of the largest element. */
GRADC_STATIC void bench_agree(const char *what, size_t count, const real *a, const real *b)
{
    double largest = 0, error = 0, tolerance = sizeof(real) == 4 ? 2e-4 : 1e-9;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs((double)b[i]));
        error = fmax(error, isfinite(a[i]) ? fabs((double)a[i] - (double)b[i]) : INFINITY);
    }
    if (!(error <= tolerance * fmax(largest, 1e-30))) {
        printf("%s: VALUES DIFFER by %g of %g\n", what, error, largest);
        bench_status = 1;
    }
}

/* CLOCK_THREAD_CPUTIME_ID: what the main thread does itself, which others on the machine change little. */
#ifndef BENCH_CLOCK
#define BENCH_CLOCK CLOCK_MONOTONIC
#endif
GRADC_STATIC double bench_now(void)
{
    struct timespec t;
    clock_gettime(BENCH_CLOCK, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

GRADC_STATIC int bench_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { BENCH_ROUNDS = 15 };

/* How often to call f so that one measurement lasts about 10 ms: by the shortest of a few calls, for others
 * may use the machine. */
GRADC_STATIC int bench_repeats(void (*f)(void))
{
    double once = 1;
    for (int i = 0; i < 5 && !(i > 1 && once > 0.01); i++) {
        double start = bench_now();
        f();
        once = fmin(once, bench_now() - start);
    }
    return once < 1e-9 ? 10000000 : once > 0.01 ? 1 : (int)(0.01 / once) + 1;
}

GRADC_STATIC double bench_once(void (*f)(void), int repeats)
{
    double start = bench_now();
    for (int i = 0; i < repeats; i++)
        f();
    return (bench_now() - start) / repeats;
}

/* One of two that are measured in turn. */
struct contestant {
    const char *name;
    double (*measure)(void *closure, int repeats); /* seconds for each of so many calls */
    void *closure;
    int repeats;
};

GRADC_STATIC double bench_measure(void *f, int repeats)
{
    return bench_once(*(void (**)(void))f, repeats);
}

/* So many that nanoseconds, too, have a few digits: ratios are also taken of printed times. */
GRADC_STATIC int bench_decimals(double microseconds)
{
    return microseconds < 1 ? 5 : 3;
}

/* One line: ours and theirs, and ours as a part of theirs, with what it should be at most; 0: nothing is
 * claimed. */
GRADC_STATIC void bench_print(const char *what, double at_most, const char *name, double ours,
                              const char *peer_name, double theirs, const char *unit)
{
    double ratio = ours / theirs;
    printf("%-36s %s %8s %11.*f %-3s %-18s %11.*f %-3s %6.2f", what, sizeof(real) == 4 ? "f32" : "f64", name,
           bench_decimals(ours), ours, unit, peer_name, bench_decimals(theirs), theirs, unit, ratio);
    if (at_most > 0)
        printf("   %4.2f %s", at_most, ratio <= at_most ? "met" : "MISSED");
    printf("\n");
    fflush(stdout);
}

/* One line: the medians of two, called in turn. */
GRADC_STATIC void bench_compare(const char *what, double at_most, struct contestant *ours,
                                struct contestant *theirs)
{
    struct contestant *both[2] = {ours, theirs};
    double times[2][BENCH_ROUNDS];
    for (int i = 0; i < BENCH_ROUNDS; i++)
        for (int j = 0; j < 2; j++)
            times[j][i] = both[j]->measure(both[j]->closure, both[j]->repeats);
    for (int j = 0; j < 2; j++)
        qsort(times[j], BENCH_ROUNDS, sizeof times[j][0], bench_order);
    bench_print(what, at_most, ours->name, times[0][BENCH_ROUNDS / 2] * 1e6, theirs->name,
                times[1][BENCH_ROUNDS / 2] * 1e6, "us");
}

/* The same of two functions. */
GRADC_STATIC void bench_row(const char *what, double at_most, const char *f_name, void (*f)(void),
                            const char *peer_name, void (*peer)(void))
{
    struct contestant ours = {f_name, bench_measure, &f, bench_repeats(f)};
    struct contestant theirs = {peer_name, bench_measure, &peer, bench_repeats(peer)};
    bench_compare(what, at_most, &ours, &theirs);
}

/* One line without a contestant: for comparison between builds, by threads.sh. */
GRADC_STATIC void bench_alone(const char *what, const char *name, void (*f)(void))
{
    double times[BENCH_ROUNDS];
    int repeats = bench_repeats(f);
    for (int i = 0; i < BENCH_ROUNDS; i++)
        times[i] = bench_once(f, repeats);
    qsort(times, BENCH_ROUNDS, sizeof times[0], bench_order);
    double median = times[BENCH_ROUNDS / 2] * 1e6;
    printf("%-36s %s %8s %11.*f us\n", what, sizeof(real) == 4 ? "f32" : "f64", name, bench_decimals(median),
           median);
    fflush(stdout);
}

/* Asks the compiler to sum in any order, as -ffast-math would everywhere. */
#define BENCH_SUM(sum) _Pragma(BENCH_TEXT(omp simd reduction(+ : sum)))
#define BENCH_TEXT(x)  BENCH_TEXT_(x) /* what x stands for, in quotes */
#define BENCH_TEXT_(x) #x

/* The product that a C programmer would call: the BLAS where there is one, else the runtime's. */
#ifdef BENCH_BLAS
#define BENCH_PEER "C with BLAS"
#else
#define BENCH_PEER "C"
#endif
GRADC_STATIC void bench_matmul(int trans_a, int trans_b, size_t m, size_t n, size_t k, const real *a,
                               const real *b, real *c)
{
    size_t lda = trans_a ? m : k, ldb = trans_b ? k : n;
#ifdef BENCH_BLAS
    CBLAS_TRANSPOSE ta = trans_a ? CblasTrans : CblasNoTrans, tb = trans_b ? CblasTrans : CblasNoTrans;
    if (sizeof(real) == 4)
        cblas_sgemm(CblasRowMajor, ta, tb, (int)m, (int)n, (int)k, 1, (const float *)(const void *)a,
                    (int)lda, (const float *)(const void *)b, (int)ldb, 0, (float *)(void *)c, (int)n);
    else
        cblas_dgemm(CblasRowMajor, ta, tb, (int)m, (int)n, (int)k, 1, (const double *)(const void *)a,
                    (int)lda, (const double *)(const void *)b, (int)ldb, 0, (double *)(void *)c, (int)n);
#else
    if (sizeof(real) == 4)
        gradc_matmul_f32(trans_a, trans_b, m, n, k, 1, (const float *)(const void *)a, lda,
                         (const float *)(const void *)b, ldb, 0, (float *)(void *)c, n);
    else
        gradc_matmul_f64(trans_a, trans_b, m, n, k, 1, (const double *)(const void *)a, lda,
                         (const double *)(const void *)b, ldb, 0, (double *)(void *)c, n);
#endif
}

#endif
