/* Emitted by gradc from scores.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "scores.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if scores can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int scores_check(const struct scores *m)
{
    if (m->K == 0 || m->D == 0 || m->N == 0)
        return GRADC_ESIZE;
    const size_t block = gradc_block(m->N, m->D);
    const size_t chunks = gradc_chunks(block, m->K * m->D * block, 0);
    const size_t copies = gradc_copies(chunks);
    const size_t chunks2 = gradc_chunks(block, 2 * m->K * m->D * block, m->K * m->D);
    const size_t chunks3 = gradc_chunks(m->K, m->K * m->D * m->D, 0);
    const size_t copies3 = gradc_copies(chunks3);
    const size_t chunks4 = gradc_chunks(block, 3 * m->K * m->D * block, m->K * m->D);
    const size_t copies4 = gradc_copies(chunks4);
    if ((double)m->K * (double)m->D * (double)m->D > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->D * (double)m->N > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)m->K * (double)m->D * (double)m->N + (double)m->K * (double)m->N +
            (double)m->K * copies + (double)m->K + (double)m->N + block + 56 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)m->K * (double)m->D * (double)m->N + (double)m->K * (double)m->D * block +
            (double)m->K * (double)m->D * chunks2 + (double)m->K * (double)m->N + (double)m->D * copies3 +
            (double)m->N + 64 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (3 * (double)m->K * (double)m->D * block + (double)m->K * (double)m->D * chunks4 +
            (double)m->K * copies4 + (double)m->D * copies3 + (double)m->K + block + 72 >
            (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t scores_gradient_workspace(const struct scores *m)
{
    if (scores_check(m) != GRADC_OK)
        return 0;
    const size_t block = gradc_block(m->N, m->D);
    const size_t chunks3 = gradc_chunks(m->K, m->K * m->D * m->D, 0);
    const size_t copies3 = gradc_copies(chunks3);
    const size_t chunks4 = gradc_chunks(block, 3 * m->K * m->D * block, m->K * m->D);
    const size_t copies4 = gradc_copies(chunks4);
    size_t count = 0; /* gradient */
    count += 3 * gradc_room(m->K * m->D * block);
    count += gradc_room(m->K * m->D);
    count += gradc_room(block);
    count += gradc_room(m->K);
    count += gradc_room(m->K * copies4);
    count += gradc_room(m->K * m->D * chunks4 - m->K * m->D);
    count += gradc_room(m->D * copies3);
    return count * sizeof(double);
}

size_t scores_workspace(const struct scores *m)
{
    if (scores_check(m) != GRADC_OK)
        return 0;
    const size_t block = gradc_block(m->N, m->D);
    const size_t chunks = gradc_chunks(block, m->K * m->D * block, 0);
    const size_t copies = gradc_copies(chunks);
    const size_t chunks2 = gradc_chunks(block, 2 * m->K * m->D * block, m->K * m->D);
    const size_t chunks3 = gradc_chunks(m->K, m->K * m->D * m->D, 0);
    const size_t copies3 = gradc_copies(chunks3);
    size_t most = scores_gradient_workspace(m) / sizeof(double);
    size_t count = 0; /* forward */
    count += 2 * gradc_room(m->K * m->D * m->N);
    count += gradc_room(m->K * m->N);
    count += gradc_room(m->N);
    count += gradc_room(block);
    count += gradc_room(m->K);
    count += gradc_room(m->K * copies);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 2 * gradc_room(m->K * m->D * m->N);
    count += gradc_room(m->K * m->N);
    count += gradc_room(m->N);
    count += gradc_room(m->K * m->D * block);
    count += gradc_room(m->K * m->D);
    count += gradc_room(m->K * m->D * chunks2 - m->K * m->D);
    count += gradc_room(m->D * copies3);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t scores_bind_parameters(struct scores *m, double *block)
{
    size_t count = 0;
    if (scores_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->Q = block + count; /* [K, D, D] */
    count += m->K * m->D * m->D;
    if (block)
        m->mu = block + count; /* [K, D] */
    count += m->K * m->D;
    return count;
}

size_t scores_bind_gradients(struct scores *m, double *block)
{
    size_t count = 0;
    if (scores_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_Q = block + count; /* [K, D, D] */
    count += m->K * m->D * m->D;
    if (block)
        m->d_mu = block + count; /* [K, D] */
    count += m->K * m->D;
    return count;
}

static void scores_forward_kernel(
    struct scores *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT Q,  /* [K, D, D] */
    const double *GRADC_RESTRICT x,  /* [N, D] */
    const double *GRADC_RESTRICT mu, /* [K, D] */
    double *GRADC_RESTRICT t,        /* [N, K, D] */
    double *GRADC_RESTRICT sum,      /* [N, K, D] */
    double *GRADC_RESTRICT s,        /* [K] */
    double *GRADC_RESTRICT t2,       /* [N, K] */
    double *GRADC_RESTRICT sum2,     /* [N] */
    double *GRADC_RESTRICT t4,       /* [block] */
    double *GRADC_RESTRICT s_others) /* [K*copies] */
{
    const size_t K = m->K;
    const size_t D = m->D;
    const size_t N = m->N;
    const size_t block = gradc_block(N, D);
    const size_t chunks = gradc_chunks(block, K * D * block, 0);
    /* Some rows at a time, so that they stay in the cache. */
    double loss = 0;
    for (size_t first = 0; first < N; first += block) {
        const size_t rows = N - first < block ? N - first : block;
        /* scores.nn:3   s[i, k] = sum[r](sum[c](Q[k, r, c] * (x[i, c] - μ[k, c]))^2) */
        /* t = x[:, new] - mu */
        GRADC_PARALLEL(i, rows, K * D * rows, {
            for (size_t j = 0; j < K; j++)
                GRADC_INDEPENDENT
                for (size_t k = 0; k < D; k++)
                    t[((first + i) * K + j) * D + k] = x[(first + i) * D + k] - mu[j * D + k];
        });
        /* sum[i, j, k] = sum[l](Q[j, k, l] * t[i, j, l]) */
        GRADC_PARALLEL(i, K, gradc_greater(0, K * D * D * rows - 16 * K * D * rows), {
            gradc_matmul_f64(0, 1, rows, D, D, 1, t + (first * K + i) * D, K * D, Q + i * D * D, D, 0,
                    &sum[(first * K + i) * D], K * D);
        });
        /* scores.nn:4   return loss = sum(logsumexp(s, axis = 1)) */
        /* s = sum(sum^2, axis = 2) ; most = max(s, axis = 1) ; t2 = exp(s - t3[:, new]) */
        /* sum2 = sum(t2, axis = 1) ; t4 = t3 + log(sum2) */
        GRADC_PARALLEL(chunk, chunks, K * D * block, {
            const size_t begin = gradc_first(chunk, chunks, rows, 1);
            const size_t end = gradc_first(chunk + 1, chunks, rows, 1);
            double *const s_own = GRADC_OWN(chunk, s, s_others, K);
            for (size_t i = begin; i < end; i++) {
                for (size_t j = 0; j < K; j++) {
                    double sum3 = 0;
                    GRADC_SUM(double, sum3, k, D, sum[((first + i) * K + j) * D + k] *
                            sum[((first + i) * K + j) * D + k]);
                    s_own[j] = sum3;
                }
                double most = -INFINITY;
                GRADC_BEST(double, most, >, j, K, s_own[j]);
                const double t3 = fabs(most) < INFINITY ? most : 0.0;
                double sum4 = 0;
                GRADC_SUM_OF(double, sum4, j, K, t2[(first + i) * K + j], t2[(first + i) * K + j] =
                        gradc_exp(s_own[j] - t3););
                sum2[first + i] = sum4;
                t4[i] = t3 + gradc_log(sum2[first + i]);
            }
        });
        /* loss = sum(t4) */
        GRADC_SUM_IN_PARTS(double, loss, i, rows, t4[i]);
    }
    m->loss = loss;
}

int scores_forward(struct scores *m)
{
    if (!m->Q || !m->x || !m->mu)
        return GRADC_ENULL;
    if (scores_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t K = m->K;
    const size_t D = m->D;
    const size_t N = m->N;
    const size_t block = gradc_block(N, D);
    double *const work = (double *)m->work;
    double *const t = work;
    double *const sum = t + gradc_room(K * D * N);
    double *const t2 = sum + gradc_room(K * D * N);
    double *const sum2 = t2 + gradc_room(K * N);
    double *const t4 = sum2 + gradc_room(N);
    double *const s = t4 + gradc_room(block);
    scores_forward_kernel(m, m->Q, m->x, m->mu, t, sum, s, t2, sum2, t4, s + gradc_room(K));
    return GRADC_OK;
}

static void scores_backward_kernel(
    struct scores *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT Q,     /* [K, D, D] */
    double *GRADC_RESTRICT d_Q,         /* [K, D, D] */
    double *GRADC_RESTRICT d_mu,        /* [K, D] */
    double *GRADC_RESTRICT t3,          /* [block, K, D] */
    const double *GRADC_RESTRICT t,     /* [N, K, D] */
    const double *GRADC_RESTRICT sum,   /* [N, K, D] */
    const double *GRADC_RESTRICT t2,    /* [N, K] */
    const double *GRADC_RESTRICT sum2,  /* [N] */
    double *GRADC_RESTRICT sum3,        /* [K, D] */
    double *GRADC_RESTRICT sum3_others, /* [K*D*chunks - K*D] */
    double *GRADC_RESTRICT sum4_others) /* [D*copies] */
{
    const size_t K = m->K;
    const size_t D = m->D;
    const size_t N = m->N;
    const size_t block = gradc_block(N, D);
    const size_t chunks2 = gradc_chunks(block, 2 * K * D * block, K * D);
    const size_t chunks3 = gradc_chunks(K, K * D * D, 0);
    double *const sum4 = t3; /* [D] */
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    /* Some rows at a time, so that they stay in the cache. */
    if (m->d_mu) {
        memset(sum3, 0, K * D * sizeof(double));
    }
    for (size_t first = 0; first < N; first += block) {
        const size_t rows = N - first < block ? N - first : block;
        /* scores.nn:4   return loss = sum(logsumexp(s, axis = 1)) */
        /* scores.nn:3   s[i, k] = sum[r](sum[c](Q[k, r, c] * (x[i, c] - μ[k, c]))^2) */
        /* t3 = d_s[:, :, new] * sum ; sum3[i, j] = sum[k](d_s[k, i] * sum[k, i, j]) */
        GRADC_PARALLEL(chunk, chunks2, 2 * K * D * block, {
            const size_t begin = gradc_first(chunk, chunks2, rows, 1);
            const size_t end = gradc_first(chunk + 1, chunks2, rows, 1);
            double *const sum3_own = chunk > 0 ? sum3_others + (chunk - 1) * K * D : sum3;
            if (chunk > 0)
                memset(sum3_own, 0, K * D * sizeof(double));
            for (size_t i = begin; i < end; i++) {
                const double t4 = d_loss * (0.0 < sum2[first + i] ? 1.0 / sum2[first + i] : 0.0);
                for (size_t j = 0; j < K; j++) {
                    const double d_s = t4 * t2[(first + i) * K + j];
                    if (m->d_Q) {
                        GRADC_INDEPENDENT
                        for (size_t k = 0; k < D; k++)
                            t3[(i * K + j) * D + k] = d_s * sum[((first + i) * K + j) * D + k];
                    }
                    if (m->d_mu) {
                        for (size_t k = 0; k < D; k++)
                            sum3_own[j * D + k] += d_s * sum[((first + i) * K + j) * D + k];
                    }
                }
            }
        });
        if (m->d_mu) {
            GRADC_ADD_CHUNKS(sum3, sum3_others, K * D, chunks2);
        }
        /* d_Q[i, j, k] = 2 * sum[l](t3[l, i, j] * t[l, i, k]) */
        if (m->d_Q) {
            GRADC_PARALLEL(i, K, gradc_greater(0, K * D * D * rows - 16 * K * D * D - 16 * K * D * rows), {
                gradc_matmul_f64(1, 0, D, D, rows, 2.0, t3 + i * D, K * D, t + (first * K + i) * D, K * D,
                        first > 0, &d_Q[i * D * D], D);
            });
        }
    }
    /* sum4[i, j] = sum[k](Q[i, k, j] * sum3[i, k]) ; d_mu = -2 * sum4 */
    if (m->d_mu) {
        GRADC_PARALLEL(chunk, chunks3, K * D * D, {
            const size_t begin2 = gradc_first(chunk, chunks3, K, 1);
            const size_t end2 = gradc_first(chunk + 1, chunks3, K, 1);
            double *const sum4_own = GRADC_OWN(chunk, sum4, sum4_others, D);
            for (size_t i = begin2; i < end2; i++) {
                memset(sum4_own, 0, D * sizeof(double));
                for (size_t j = 0; j < D; j++)
                    for (size_t k = 0; k < D; k++)
                        sum4_own[k] += Q[(i * D + j) * D + k] * sum3[i * D + j];
                GRADC_INDEPENDENT
                for (size_t j = 0; j < D; j++)
                    d_mu[i * D + j] = -2.0 * sum4_own[j];
            }
        });
    }
}

int scores_backward(struct scores *m)
{
    if (!m->Q || !m->x || !m->mu)
        return GRADC_ENULL;
    if (scores_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_Q && !m->d_mu)
        return GRADC_OK;
    const size_t K = m->K;
    const size_t D = m->D;
    const size_t N = m->N;
    const size_t block = gradc_block(N, D);
    const size_t chunks2 = gradc_chunks(block, 2 * K * D * block, K * D);
    double *const work = (double *)m->work;
    double *const t = work;
    double *const sum = t + gradc_room(K * D * N);
    double *const t2 = sum + gradc_room(K * D * N);
    double *const sum2 = t2 + gradc_room(K * N);
    double *const t3 = sum2 + gradc_room(N);
    double *const sum3 = t3 + gradc_room(K * D * block);
    double *const sum3_others = sum3 + gradc_room(K * D);
    scores_backward_kernel(m, m->Q, m->d_Q, m->d_mu, t3, t, sum, t2, sum2, sum3, sum3_others,
            sum3_others + gradc_room(K * D * chunks2 - K * D));
    return GRADC_OK;
}

static void scores_gradient_kernel(
    struct scores *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT Q,     /* [K, D, D] */
    const double *GRADC_RESTRICT x,     /* [N, D] */
    const double *GRADC_RESTRICT mu,    /* [K, D] */
    double *GRADC_RESTRICT d_Q,         /* [K, D, D] */
    double *GRADC_RESTRICT d_mu,        /* [K, D] */
    double *GRADC_RESTRICT t5,          /* [block, K, D] */
    double *GRADC_RESTRICT s,           /* [K] */
    double *GRADC_RESTRICT t,           /* [block, K, D] */
    double *GRADC_RESTRICT sum,         /* [block, K, D] */
    double *GRADC_RESTRICT t4,          /* [block] */
    double *GRADC_RESTRICT sum2,        /* [K, D] */
    double *GRADC_RESTRICT s_others,    /* [K*copies] */
    double *GRADC_RESTRICT sum2_others, /* [K*D*chunks - K*D] */
    double *GRADC_RESTRICT sum5_others) /* [D*copies] */
{
    const size_t K = m->K;
    const size_t D = m->D;
    const size_t N = m->N;
    const size_t block = gradc_block(N, D);
    const size_t chunks3 = gradc_chunks(K, K * D * D, 0);
    const size_t chunks4 = gradc_chunks(block, 3 * K * D * block, K * D);
    double *const t2 = s; /* [K] */
    double *const sum5 = t5; /* [D] */
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    /* Some rows at a time, so that they stay in the cache. */
    double loss = 0;
    if (m->d_mu) {
        memset(sum2, 0, K * D * sizeof(double));
    }
    for (size_t first = 0; first < N; first += block) {
        const size_t rows = N - first < block ? N - first : block;
        /* scores.nn:3   s[i, k] = sum[r](sum[c](Q[k, r, c] * (x[i, c] - μ[k, c]))^2) */
        /* t = x[:, new] - mu */
        GRADC_PARALLEL(i, rows, K * D * rows, {
            for (size_t j = 0; j < K; j++)
                GRADC_INDEPENDENT
                for (size_t k = 0; k < D; k++)
                    t[(i * K + j) * D + k] = x[(first + i) * D + k] - mu[j * D + k];
        });
        /* sum[i, j, k] = sum[l](Q[j, k, l] * t[i, j, l]) */
        GRADC_PARALLEL(i, K, gradc_greater(0, K * D * D * rows - 32 * K * D * rows), {
            gradc_matmul_f64(0, 1, rows, D, D, 1, t + i * D, K * D, Q + i * D * D, D, 0, &sum[i * D],
                    K * D);
        });
        /* scores.nn:4   return loss = sum(logsumexp(s, axis = 1)) */
        /* s = sum(sum^2, axis = 2) ; most = max(s, axis = 1) ; t2 = exp(s - t3[:, new]) */
        /* sum3 = sum(t2, axis = 1) ; t4 = t3 + log(sum3) ; t5 = d_s[:, :, new] * sum */
        GRADC_PARALLEL(chunk, chunks4, 3 * K * D * block, {
            const size_t begin = gradc_first(chunk, chunks4, rows, 1);
            const size_t end = gradc_first(chunk + 1, chunks4, rows, 1);
            double *const s_own = GRADC_OWN(chunk, s, s_others, K);
            double *const t2_own = GRADC_OWN(chunk, t2, s_others, K);
            double *const sum2_own = chunk > 0 ? sum2_others + (chunk - 1) * K * D : sum2;
            if (chunk > 0)
                memset(sum2_own, 0, K * D * sizeof(double));
            for (size_t i = begin; i < end; i++) {
                for (size_t j = 0; j < K; j++) {
                    double sum4 = 0;
                    GRADC_SUM(double, sum4, k, D, sum[(i * K + j) * D + k] * sum[(i * K + j) * D + k]);
                    s_own[j] = sum4;
                }
                double most = -INFINITY;
                GRADC_BEST(double, most, >, j, K, s_own[j]);
                const double t3 = fabs(most) < INFINITY ? most : 0.0;
                double sum3 = 0;
                GRADC_SUM_OF(double, sum3, j, K, t2_own[j], t2_own[j] = gradc_exp(s_own[j] - t3););
                t4[i] = t3 + gradc_log(sum3);
                const double t6 = d_loss * (0.0 < sum3 ? 1.0 / sum3 : 0.0);
                for (size_t j = 0; j < K; j++) {
                    const double d_s = t6 * t2_own[j];
                    if (m->d_Q) {
                        GRADC_INDEPENDENT
                        for (size_t k = 0; k < D; k++)
                            t5[(i * K + j) * D + k] = d_s * sum[(i * K + j) * D + k];
                    }
                    if (m->d_mu) {
                        for (size_t k = 0; k < D; k++)
                            sum2_own[j * D + k] += d_s * sum[(i * K + j) * D + k];
                    }
                }
            }
        });
        if (m->d_mu) {
            GRADC_ADD_CHUNKS(sum2, sum2_others, K * D, chunks4);
        }
        /* loss = sum(t4) */
        GRADC_SUM_IN_PARTS(double, loss, i, rows, t4[i]);
        /* scores.nn:3   s[i, k] = sum[r](sum[c](Q[k, r, c] * (x[i, c] - μ[k, c]))^2) */
        /* d_Q[i, j, k] = 2 * sum[l](t5[l, i, j] * t[l, i, k]) */
        if (m->d_Q) {
            GRADC_PARALLEL(i, K, gradc_greater(0, K * D * D * rows - 16 * K * D * D - 32 * K * D * rows), {
                gradc_matmul_f64(1, 0, D, D, rows, 2.0, t5 + i * D, K * D, t + i * D, K * D, first > 0,
                        &d_Q[i * D * D], D);
            });
        }
    }
    /* sum5[i, j] = sum[k](Q[i, k, j] * sum2[i, k]) ; d_mu = -2 * sum5 */
    if (m->d_mu) {
        GRADC_PARALLEL(chunk, chunks3, K * D * D, {
            const size_t begin2 = gradc_first(chunk, chunks3, K, 1);
            const size_t end2 = gradc_first(chunk + 1, chunks3, K, 1);
            double *const sum5_own = GRADC_OWN(chunk, sum5, sum5_others, D);
            for (size_t i = begin2; i < end2; i++) {
                memset(sum5_own, 0, D * sizeof(double));
                for (size_t j = 0; j < D; j++)
                    for (size_t k = 0; k < D; k++)
                        sum5_own[k] += Q[(i * D + j) * D + k] * sum2[i * D + j];
                GRADC_INDEPENDENT
                for (size_t j = 0; j < D; j++)
                    d_mu[i * D + j] = -2.0 * sum5_own[j];
            }
        });
    }
    m->loss = loss;
}

int scores_gradient(struct scores *m)
{
    if (!m->Q || !m->x || !m->mu)
        return GRADC_ENULL;
    if (scores_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t K = m->K;
    const size_t D = m->D;
    const size_t N = m->N;
    const size_t block = gradc_block(N, D);
    const size_t chunks4 = gradc_chunks(block, 3 * K * D * block, K * D);
    const size_t copies4 = gradc_copies(chunks4);
    double *const work = (double *)m->work;
    double *const t = work;
    double *const sum = t + gradc_room(K * D * block);
    double *const t5 = sum + gradc_room(K * D * block);
    double *const sum2 = t5 + gradc_room(K * D * block);
    double *const t4 = sum2 + gradc_room(K * D);
    double *const s = t4 + gradc_room(block);
    double *const s_others = s + gradc_room(K);
    double *const sum2_others = s_others + gradc_room(K * copies4);
    scores_gradient_kernel(m, m->Q, m->x, m->mu, m->d_Q, m->d_mu, t5, s, t, sum, t4, sum2, s_others,
            sum2_others, sum2_others + gradc_room(K * D * chunks4 - K * D));
    return GRADC_OK;
}

GRADC_END
