/* threads.c: the entries of threads.nn with 1, 2 and 3 threads give the same bits. */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "threads.h"

enum { LENGTH = 100003, N = 301, K = 90, H = 70 };

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

/* All results of both functions, one behind the other. */
static size_t compute(int threads, double *results)
{
    struct lse a = {.n = LENGTH, .x = numbers(LENGTH)};
    struct rows b = {.N = N, .K = K, .H = H, .x = numbers(N * K), .W = numbers(K * H)};
    omp_set_num_threads(threads);
    a.work = room(lse_workspace(&a));
    b.work = room(rows_workspace(&b));
    a.d_x = results + 2;
    b.d_x = a.d_x + LENGTH;
    b.d_W = b.d_x + N * K;
    if (lse_gradient(&a) != GRADC_OK || rows_gradient(&b) != GRADC_OK)
        exit(1);
    results[0] = a.lse;
    results[1] = b.rows;
    free(a.work);
    free(b.work);
    free((void *)a.x);
    free((void *)b.x);
    free((void *)b.W);
    return 2 + LENGTH + N * K + K * H;
}

int main(void)
{
    size_t bytes = (2 + LENGTH + N * K + K * H) * sizeof(double);
    double *one = room(bytes), *many = room(bytes);
    int failed = 0;
    size_t count = compute(1, one);
    for (int threads = 2; threads <= 3; threads++) {
        memset(many, 0, bytes);
        compute(threads, many);
        for (size_t i = 0; i < count; i++)
            if (memcmp(&one[i], &many[i], sizeof *one) != 0) {
                printf("result %zu is %.17g with one thread and %.17g with %d\n", i, one[i], many[i],
                       threads);
                failed = 1;
                break;
            }
    }
    free(one);
    free(many);
    return failed;
}
