/* structs.c: two hundred threads call the entries of structs.nn, each with a struct of its own, and all get what one
 * caller gets. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "structs.h"

enum { THREADS = 200, ROUNDS = 3, N = 9, K = 5, Y = N * K, W = K * K, RESULTS = 4 + 4 * Y + 5 * W };

struct caller {
    pthread_t thread;
    double results[RESULTS];
    int status;
};

static double at(int i)
{
    return (i * 37 % 101 - 50) / 50.0;
}

static void *call(void *argument)
{
    struct caller *caller = argument;
    double x[Y], w[W], v_x[Y], v_w[W], *at_result = caller->results;
    int32_t k[N];
    for (int i = 0; i < Y; i++)
        x[i] = at(i), v_x[i] = at(3 * i + 1);
    for (int i = 0; i < W; i++)
        w[i] = at(7 * i + 2), v_w[i] = at(5 * i);
    for (int i = 0; i < N; i++)
        k[i] = i * 5 % N;
    struct mixed m = {.N = N, .K = K, .x = x, .W = w, .k = k};
    size_t bytes = mixed_workspace(&m);
    m.work = aligned_alloc(GRADC_ALIGN, bytes);
    if (!m.work)
        exit(1);
    m.y = at_result, m.d_x = at_result + Y, m.t_y = at_result + 2 * Y, m.hv_x = at_result + 3 * Y;
    at_result += 4 * Y;
    m.L = at_result, m.d_W = at_result + W, m.t_L = at_result + 2 * W, m.hv_W = at_result + 3 * W;
    at_result += 5 * W;
    m.t_x = v_x, m.t_W = v_w, m.v_x = v_x, m.v_W = v_w;
    for (int round = 0; round < ROUNDS && caller->status == GRADC_OK; round++) {
        int (*const entries[])(struct mixed *) = {mixed_forward, mixed_backward, mixed_gradient, mixed_jvp, mixed_hvp};
        for (size_t e = 0; e < sizeof entries / sizeof *entries && caller->status == GRADC_OK; e++)
            caller->status = entries[e](&m);
    }
    at_result[0] = m.loss, at_result[1] = m.t_loss;
    free(m.work);
    return NULL;
}

int main(void)
{
    static struct caller alone, callers[THREADS];
    int different = 0;
    call(&alone);
    if (alone.status != GRADC_OK) {
        printf("status %d\n", alone.status);
        return 1;
    }
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&callers[i].thread, NULL, call, &callers[i]) != 0)
            return 1;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(callers[i].thread, NULL);
        different += callers[i].status != GRADC_OK ||
                     memcmp(callers[i].results, alone.results, sizeof alone.results) != 0;
    }
    printf("%d of %d differ\n", different, THREADS);
    return different > 0;
}
