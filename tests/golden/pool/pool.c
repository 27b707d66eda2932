/* Emitted by gradc from pool.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "pool.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if pool can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int pool_check(const struct pool *m)
{
    if (m->N == 0)
        return GRADC_ESIZE;
    if (256 * (double)m->N > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t pool_gradient_workspace(const struct pool *m)
{
    if (pool_check(m) != GRADC_OK)
        return 0;
    const size_t chunks = gradc_chunks(m->N, 256 * m->N, 64);
    size_t count = 64; /* gradient */
    count += gradc_room(64 * chunks - 64);
    return count * sizeof(double);
}

size_t pool_workspace(const struct pool *m)
{
    if (pool_check(m) != GRADC_OK)
        return 0;
    const size_t chunks = gradc_chunks(m->N, 256 * m->N, 64);
    size_t most = pool_gradient_workspace(m) / sizeof(double);
    size_t count = 64; /* forward */
    count += gradc_room(64 * chunks - 64);
    most = count > most ? count : most;
    count = 64; /* backward */
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t pool_bind_parameters(struct pool *m, double *block)
{
    size_t count = 0;
    if (pool_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->x = block + count; /* [N, 16, 16] */
    count += 256 * m->N;
    return count;
}

size_t pool_bind_gradients(struct pool *m, double *block)
{
    size_t count = 0;
    if (pool_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_x = block + count; /* [N, 16, 16] */
    count += 256 * m->N;
    return count;
}

static void pool_forward_kernel(
    struct pool *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,    /* [N, 16, 16] */
    const double *GRADC_RESTRICT w,    /* [8, 8] */
    double *GRADC_RESTRICT sum,        /* [8, 8] */
    double *GRADC_RESTRICT sum_others) /* [64*chunks - 64] */
{
    const size_t N = m->N;
    const size_t chunks = gradc_chunks(N, 256 * N, 64);
    /* pool.nn:2   pool(x: [N, 16, 16], w: [8, 8]) = sum(avg_pool2d(x[:, new], 2) * w) */
    /* sum[i, j] = sum[k, l, m](x[k, 2 * i + l, 2 * j + m]) */
    memset(sum, 0, 64 * sizeof(double));
    GRADC_PARALLEL(chunk, chunks, 256 * N, {
        const size_t begin = gradc_first(chunk, chunks, N, 1);
        const size_t end = gradc_first(chunk + 1, chunks, N, 1);
        double *const sum_own = chunk > 0 ? sum_others + (chunk - 1) * 64 : sum;
        if (chunk > 0)
            memset(sum_own, 0, 64 * sizeof(double));
        for (size_t i = begin; i < end; i++)
            GRADC_UNROLLED
            for (size_t j = 0; j < 8; j++)
                for (size_t k = 0; k < 8; k++) {
                    double sum2 = 0;
                    GRADC_UNROLLED
                    for (size_t l = 0; l < 2; l++)
                        for (size_t p = 0; p < 2; p++)
                            sum2 += x[(i * 16 + 2 * j + l) * 16 + p + 2 * k];
                    sum_own[j * 8 + k] += sum2;
                }
    });
    GRADC_ADD_CHUNKS(sum, sum_others, 64, chunks);
    /* sum3 = sum(sum * w) */
    double sum3 = 0;
    GRADC_SHORT_SUM(double, sum3, i, 64, sum[i] * w[i]);
    m->pool = sum3 / 4.0;
}

int pool_forward(struct pool *m)
{
    if (!m->x || !m->w)
        return GRADC_ENULL;
    if (pool_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    double *const work = (double *)m->work;
    pool_forward_kernel(m, m->x, m->w, work, work + 64);
    return GRADC_OK;
}

static void pool_backward_kernel(
    struct pool *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT w, /* [8, 8] */
    double *GRADC_RESTRICT d_x,     /* [N, 16, 16] */
    double *GRADC_RESTRICT t)       /* [8, 8] */
{
    const size_t N = m->N;
    const double d_pool = m->d_pool ? *m->d_pool : 1;
    /* pool.nn:2   pool(x: [N, 16, 16], w: [8, 8]) = sum(avg_pool2d(x[:, new], 2) * w) */
    /* t = d_pool * w / 4 */
    for (size_t i = 0; i < 64; i++)
        t[i] = d_pool * w[i] / 4.0;
    /* d_x[i, 2 * j + l, 2 * k + m] += t[j, k] */
    GRADC_PARALLEL(i, N, 256 * N, {
        for (size_t j = 0; j < 8; j++)
            for (size_t k = 0; k < 8; k++)
                GRADC_UNROLLED
                for (size_t l = 0; l < 2; l++)
                    GRADC_UNROLLED
                    for (size_t p = 0; p < 2; p++)
                        d_x[(i * 16 + 2 * j + l) * 16 + 2 * k + p] = t[j * 8 + k];
    });
}

int pool_backward(struct pool *m)
{
    if (!m->x || !m->w)
        return GRADC_ENULL;
    if (pool_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_x)
        return GRADC_OK;
    double *const work = (double *)m->work;
    pool_backward_kernel(m, m->w, m->d_x, work);
    return GRADC_OK;
}

static void pool_gradient_kernel(
    struct pool *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,    /* [N, 16, 16] */
    const double *GRADC_RESTRICT w,    /* [8, 8] */
    double *GRADC_RESTRICT d_x,        /* [N, 16, 16] */
    double *GRADC_RESTRICT sum,        /* [8, 8] */
    double *GRADC_RESTRICT sum_others) /* [64*chunks - 64] */
{
    const size_t N = m->N;
    const size_t chunks = gradc_chunks(N, 256 * N, 64);
    double *const t = sum; /* [8, 8] */
    const double d_pool = m->d_pool ? *m->d_pool : 1;
    /* pool.nn:2   pool(x: [N, 16, 16], w: [8, 8]) = sum(avg_pool2d(x[:, new], 2) * w) */
    /* sum[i, j] = sum[k, l, m](x[k, 2 * i + l, 2 * j + m]) */
    memset(sum, 0, 64 * sizeof(double));
    GRADC_PARALLEL(chunk, chunks, 256 * N, {
        const size_t begin = gradc_first(chunk, chunks, N, 1);
        const size_t end = gradc_first(chunk + 1, chunks, N, 1);
        double *const sum_own = chunk > 0 ? sum_others + (chunk - 1) * 64 : sum;
        if (chunk > 0)
            memset(sum_own, 0, 64 * sizeof(double));
        for (size_t i = begin; i < end; i++)
            GRADC_UNROLLED
            for (size_t j = 0; j < 8; j++)
                for (size_t k = 0; k < 8; k++) {
                    double sum2 = 0;
                    GRADC_UNROLLED
                    for (size_t l = 0; l < 2; l++)
                        for (size_t p = 0; p < 2; p++)
                            sum2 += x[(i * 16 + 2 * j + l) * 16 + p + 2 * k];
                    sum_own[j * 8 + k] += sum2;
                }
    });
    GRADC_ADD_CHUNKS(sum, sum_others, 64, chunks);
    /* sum3 = sum(sum * w) */
    double sum3 = 0;
    GRADC_SHORT_SUM(double, sum3, i, 64, sum[i] * w[i]);
    /* t = d_pool * w / 4 */
    if (m->d_x) {
        for (size_t i = 0; i < 64; i++)
            t[i] = d_pool * w[i] / 4.0;
        /* d_x[i, 2 * j + l, 2 * k + m] += t[j, k] */
        GRADC_PARALLEL(i, N, 256 * N, {
            for (size_t j = 0; j < 8; j++)
                for (size_t k = 0; k < 8; k++)
                    GRADC_UNROLLED
                    for (size_t l = 0; l < 2; l++)
                        GRADC_UNROLLED
                        for (size_t p = 0; p < 2; p++)
                            d_x[(i * 16 + 2 * j + l) * 16 + p + 2 * k] = t[j * 8 + k];
        });
    }
    m->pool = sum3 / 4.0;
}

int pool_gradient(struct pool *m)
{
    if (!m->x || !m->w)
        return GRADC_ENULL;
    if (pool_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    double *const work = (double *)m->work;
    pool_gradient_kernel(m, m->x, m->w, m->d_x, work, work + 64);
    return GRADC_OK;
}

GRADC_END
