/* Emitted by gradc from update.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "update.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if train can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int train_check(const struct train *m)
{
    if (m->N == 0 || m->D == 0 || m->C == 0)
        return GRADC_ESIZE;
    const size_t block = gradc_block(m->N, gradc_greater(m->D, m->C));
    const size_t chunks = gradc_chunks(block, 12 * m->C * block, 0);
    const size_t copies = gradc_copies(chunks);
    if ((double)m->N * (double)m->D > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->D * (double)m->C > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->N * (double)m->C + (double)m->C * block + 2 * (double)m->C * copies + 2 * (double)m->C +
            block + 56 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t train_workspace(const struct train *m)
{
    if (train_check(m) != GRADC_OK)
        return 0;
    const size_t block = gradc_block(m->N, gradc_greater(m->D, m->C));
    const size_t chunks = gradc_chunks(block, 12 * m->C * block, 0);
    const size_t copies = gradc_copies(chunks);
    size_t most = 0;
    size_t count = 0; /* forward */
    count += gradc_room(m->N * m->C);
    count += gradc_room(m->C * block);
    count += gradc_room(block);
    count += 2 * gradc_room(m->C);
    count += 2 * gradc_room(m->C * copies);
    most = count > most ? count : most;
    return most * sizeof(double);
}

static int train_forward_kernel(
    struct train *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,   /* [N, D] */
    const int32_t *GRADC_RESTRICT y,  /* [N] */
    double *GRADC_RESTRICT w,         /* [D, C] */
    double *GRADC_RESTRICT sum2,      /* [block, C] */
    double *GRADC_RESTRICT z,         /* [C] */
    double *GRADC_RESTRICT t3,        /* [C] */
    double *GRADC_RESTRICT d_z,       /* [N, C] */
    double *GRADC_RESTRICT t5,        /* [block] */
    double *GRADC_RESTRICT z_others,  /* [C*copies] */
    double *GRADC_RESTRICT t3_others) /* [C*copies] */
{
    const size_t N = m->N;
    const size_t D = m->D;
    const size_t C = m->C;
    const size_t block = gradc_block(N, gradc_greater(D, C));
    const size_t chunks = gradc_chunks(block, 12 * C * block, 0);
    const double lr = m->lr;
    /* update.nn:2   train(x: [N, D], y: int[N], w: [D, C], lr) { */
    for (size_t i = 0; i < N; i++) {
        if (y[i] < 0 || (size_t)y[i] >= C)
            return GRADC_EINDEX;
    }
    /* update.nn:3   loss = cross_entropy(x @ w, y) */
    const double t = 1.0 / (double)N;
    const double t2 = -t;
    /* Some rows at a time, so that they stay in the cache. */
    double sum = 0;
    for (size_t first = 0; first < N; first += block) {
        const size_t rows = N - first < block ? N - first : block;
        /* sum2 = x @ w */
        gradc_matmul_f64(0, 0, rows, C, D, 1, x + first * D, D, w, C, 0, sum2, C);
        /* most = max(sum2, axis = 1) ; z = sum2 - most[:, new] ; t3 = exp(z) ; sum3 = sum(t3, axis = 1) */
        /* d_z = scatter(t2) + t4[:, new] * t3 ; t5[i] = log(sum3[i]) - z[i, y[i]] */
        GRADC_PARALLEL(chunk, chunks, 12 * C * block, {
            const size_t begin = gradc_first(chunk, chunks, rows, 1);
            const size_t end = gradc_first(chunk + 1, chunks, rows, 1);
            double *const z_own = GRADC_OWN(chunk, z, z_others, C);
            double *const t3_own = GRADC_OWN(chunk, t3, t3_others, C);
            for (size_t i = begin; i < end; i++) {
                double most = -INFINITY;
                GRADC_BEST(double, most, >, j, C, sum2[i * C + j]);
                double sum3 = 0;
                GRADC_SUM_OF(double, sum3, j, C, t3_own[j], z_own[j] = sum2[i * C + j] - most; t3_own[j] =
                        gradc_exp(z_own[j]););
                const double t4 = t / sum3;
                GRADC_INDEPENDENT
                for (size_t j = 0; j < C; j++)
                    d_z[(first + i) * C + j] = t4 * t3_own[j];
                d_z[(first + i) * C + (size_t)y[first + i]] += t2;
                t5[i] = gradc_log(sum3) - z_own[(size_t)y[first + i]];
            }
        });
        /* sum = sum(t5) */
        GRADC_SUM_IN_PARTS(double, sum, i, rows, t5[i]);
    }
    /* w = w - lr * (x' @ d_z) */
    gradc_matmul_f64(1, 0, D, C, N, -lr, x, D, d_z, C, 1, w, C);
    m->loss = sum / (double)N;
    return GRADC_OK;
}

int train_forward(struct train *m)
{
    if (!m->x || !m->y || !m->w)
        return GRADC_ENULL;
    if (train_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t N = m->N;
    const size_t D = m->D;
    const size_t C = m->C;
    const size_t block = gradc_block(N, gradc_greater(D, C));
    const size_t chunks = gradc_chunks(block, 12 * C * block, 0);
    const size_t copies = gradc_copies(chunks);
    double *const work = (double *)m->work;
    double *const d_z = work;
    double *const sum2 = d_z + gradc_room(N * C);
    double *const t5 = sum2 + gradc_room(C * block);
    double *const z = t5 + gradc_room(block);
    double *const t3 = z + gradc_room(C);
    double *const z_others = t3 + gradc_room(C);
    return train_forward_kernel(m, m->x, m->y, m->w, sum2, z, t3, d_z, t5, z_others,
            z_others + gradc_room(C * copies));
}

GRADC_END
