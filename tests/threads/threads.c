/* threads.c: the entries of threads.nn with 1, 2 and 3 threads give the same bits. Prints a sum of these, for
 * comparison with other builds. */
#ifdef _OPENMP
#include <omp.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "threads.h"

enum {
    LENGTH = 100003,
    N = 1001,
    K = 90,
    H = 70,
    POINTS = 10007,
    D = 8,
    CENTRES = 25,
    WORDS = 50,
    RESULTS = 5 + LENGTH + 2 * N * K + K * H + K + POINTS * D + CENTRES * D + WORDS * D
};

static double *numbers(size_t count)
{
    double *x = malloc(count * sizeof *x);
    unsigned state = 1;
    if (!x)
        exit(1);
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (double)(state >> 8) / (1 << 23) - 1;
    }
    return x;
}

static void *room(size_t bytes)
{
    void *work = aligned_alloc(GRADC_ALIGN, (bytes / GRADC_ALIGN + 1) * GRADC_ALIGN);
    if (!work)
        exit(1);
    return work;
}

static void ok(int status)
{
    if (status != GRADC_OK)
        exit(1);
}

/* All results of all functions, one behind the other. */
static void compute(int threads, double *results)
{
    static int32_t tok[POINTS];
    double *x = numbers(LENGTH), *end = results + 5;
    struct lse lse = {.n = LENGTH, .x = x};
    struct rows rows = {.N = N, .K = K, .H = H, .x = x, .W = x};
    struct columns columns = {.N = N, .K = K, .x = x, .w = x};
    struct nearest nearest = {.n = POINTS, .d = D, .k = CENTRES, .p = x, .c = x};
    struct gathered gathered = {.n = POINTS, .v = WORDS, .d = D, .E = x, .tok = tok};
    for (int i = 0; i < POINTS; i++)
        tok[i] = i * i % WORDS;
#ifdef _OPENMP
    omp_set_num_threads(threads);
#endif
    (void)threads;
    end += lse_bind_gradients(&lse, end);
    end += rows_bind_gradients(&rows, end);
    end += columns_bind_gradients(&columns, end);
    end += nearest_bind_gradients(&nearest, end);
    end += gathered_bind_gradients(&gathered, end);
    if (end != results + RESULTS)
        exit(1);
    ok((lse.work = room(lse_workspace(&lse)), lse_gradient(&lse)));
    ok((rows.work = room(rows_workspace(&rows)), rows_gradient(&rows)));
    ok((columns.work = room(columns_workspace(&columns)), columns_gradient(&columns)));
    ok((nearest.work = room(nearest_workspace(&nearest)), nearest_gradient(&nearest)));
    ok((gathered.work = room(gathered_workspace(&gathered)), gathered_gradient(&gathered)));
    const double values[] = {lse.lse, rows.rows, columns.columns, nearest.nearest, gathered.gathered};
    memcpy(results, values, sizeof values);
    void *const made[] = {lse.work, rows.work, columns.work, nearest.work, gathered.work, x};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        free(made[i]);
}

static unsigned long long sum_of_bits(const double *results)
{
    unsigned long long sum = 0, bits;
    for (size_t i = 0; i < RESULTS; i++) {
        memcpy(&bits, &results[i], sizeof bits);
        sum = sum * 1099511628211u + bits;
    }
    return sum;
}

int main(void)
{
    size_t bytes = RESULTS * sizeof(double);
    double *one = room(bytes), *many = room(bytes);
    int failed = 0;
    compute(1, one);
    for (int threads = 2; threads <= 3; threads++) {
        memset(many, 0, bytes);
        compute(threads, many);
        for (size_t i = 0; i < RESULTS; i++)
            if (memcmp(&one[i], &many[i], sizeof *one) != 0) {
                printf("result %zu is %.17g with one thread and %.17g with %d\n", i, one[i], many[i],
                       threads);
                failed = 1;
                break;
            }
    }
    printf("%llx\n", sum_of_bits(one));
    free(one);
    free(many);
    return failed;
}
