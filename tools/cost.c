/* cost.c: the unit in which src/graph/cost.h counts. Prints what an addition takes, in a chain of products
 * and sums over an array, and what it takes to store a value and read it again, where the array stays in the
 * first cache, in the second, and in memory.
 *
 *     gcc -O3 -march=native -ffp-contract=off tools/cost.c -o cost && ./cost */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { REPEATS = 7, ELEMENTS = 10000000, STEPS = 16 };

#define TWO_STEPS(a)   ((a)*c + c)
#define EIGHT_STEPS(a) TWO_STEPS(TWO_STEPS(TWO_STEPS(TWO_STEPS(a))))

typedef void loop(double *restrict y, const double *restrict x, size_t n, double c);

static void store(double *restrict y, const double *restrict x, size_t n, double c)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + c;
}

static void compute_and_store(double *restrict y, const double *restrict x, size_t n, double c)
{
    for (size_t i = 0; i < n; i++)
        y[i] = EIGHT_STEPS(EIGHT_STEPS(x[i])) + c;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Nanoseconds for an element, the best of some. The compiler does not see which loop it is. */
static double time_of(loop *volatile body, double *y, const double *x, size_t n)
{
    double best = 1;
    size_t rounds = ELEMENTS / n + 1;
    for (int r = 0; r < REPEATS; r++) {
        double start = seconds();
        for (size_t i = 0; i < rounds; i++)
            body(y, x, n, 0.5);
        double taken = (seconds() - start) / (double)(rounds * n);
        best = taken < best ? taken : best;
    }
    return 1e9 * best;
}

int main(void)
{
    static const size_t sizes[] = {1000, 100000, 8000000};
    double addition = 0;
    for (int s = 0; s < 3; s++) {
        size_t n = sizes[s];
        double *x = malloc(n * sizeof *x), *y = malloc(n * sizeof *y);
        if (!x || !y)
            return 1;
        for (size_t i = 0; i < n; i++)
            x[i] = y[i] = 1 / (double)(i + 1);
        double stored = time_of(store, y, x, n);
        if (s == 0)
            addition = (time_of(compute_and_store, y, x, n) - stored) / STEPS;
        printf("%8zu elements: an addition %.3f ns, stored and read again %.3f ns: %.0f additions\n", n,
               addition, stored, stored / addition);
        free(x);
        free(y);
    }
    return 0;
}
