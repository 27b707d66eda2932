/* Emitted by gradc from counts.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "counts.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if counts can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int counts_check(const struct counts *m)
{
    if (m->n == 0 || m->p == 0 || m->g == 0)
        return GRADC_ESIZE;
    const size_t chunks = gradc_chunks(m->n, 2 * m->n, m->g);
    const size_t chunks3 = gradc_chunks(m->n, m->n, m->g);
    if ((double)m->n * (double)m->p > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->g > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)m->n + (double)m->p + 24 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->g * chunks + 2 * (double)m->n + 2 * (double)m->p + 40 - (double)m->g >
            (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->g * chunks3 + (double)m->n + 2 * (double)m->p + 32 - (double)m->g >
            (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->p * (double)m->p + (double)m->n + 16 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t counts_gradient_workspace(const struct counts *m)
{
    if (counts_check(m) != GRADC_OK)
        return 0;
    const size_t chunks3 = gradc_chunks(m->n, m->n, m->g);
    size_t count = 0; /* gradient */
    count += gradc_room(m->n);
    count += 2 * gradc_room(m->p);
    count += gradc_room(m->g * chunks3 - m->g);
    return count * sizeof(double);
}

size_t counts_workspace(const struct counts *m)
{
    if (counts_check(m) != GRADC_OK)
        return 0;
    const size_t chunks = gradc_chunks(m->n, 2 * m->n, m->g);
    size_t most = counts_gradient_workspace(m) / sizeof(double);
    size_t count = 0; /* forward */
    count += 2 * gradc_room(m->n);
    count += gradc_room(m->p);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 2 * gradc_room(m->n);
    count += 2 * gradc_room(m->p);
    count += gradc_room(m->g * chunks - m->g);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t counts_prepared_size(const struct counts *m)
{
    if (counts_check(m) != GRADC_OK)
        return 0;
    return (gradc_room(m->p * m->p) + gradc_room(m->n)) * sizeof(double);
}

size_t counts_bind_parameters(struct counts *m, double *block)
{
    size_t count = 0;
    if (counts_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->a = block + count; /* [g] */
    count += m->g;
    if (block)
        m->b = block + count; /* [p] */
    count += m->p;
    return count;
}

size_t counts_bind_gradients(struct counts *m, double *block)
{
    size_t count = 0;
    if (counts_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_a = block + count; /* [g] */
    count += m->g;
    if (block)
        m->d_b = block + count; /* [p] */
    count += m->p;
    return count;
}

static void counts_forward_kernel(
    struct counts *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT y,       /* [n] */
    const double *GRADC_RESTRICT X,       /* [n, p] */
    const int32_t *GRADC_RESTRICT region, /* [n] */
    const double *GRADC_RESTRICT a,       /* [g] */
    const double *GRADC_RESTRICT b,       /* [p] */
    const double *GRADC_RESTRICT given,   /* [p, p] */
    const double *GRADC_RESTRICT given2,  /* [n] */
    double *GRADC_RESTRICT eta,           /* [n] */
    double *GRADC_RESTRICT t,             /* [n] */
    double *GRADC_RESTRICT sum2)          /* [p] */
{
    const size_t n = m->n;
    const size_t p = m->p;
    /* counts.nn:3   eta = a[region] + X @ b */
    GRADC_PARALLEL_INDEPENDENT(i, n, n, {
        eta[i] = a[(size_t)region[i]];
    });
    gradc_matvec_f64(0, n, p, 1, X, p, b, 1, 1, eta, 1);
    /* counts.nn:4   ll = sum(y * eta - exp(eta) - lgamma(y + 1)) - dot(b, (X' @ X) @ b) */
    /* t = exp(eta) ; sum = sum(y * eta - t - given2) */
    double sum = 0;
    GRADC_SUM_IN_PARTS_OF(double, sum, i, n, y[i] * eta[i] - t[i] - given2[i], t[i] = gradc_exp(eta[i]););
    /* sum2 = given @ b */
    gradc_matvec_f64(0, p, p, 1, given, p, b, 1, 0, sum2, 1);
    /* dot = sum(b * sum2) */
    double dot = 0;
    GRADC_SUM_IN_PARTS(double, dot, i, p, b[i] * sum2[i]);
    m->ll = sum - dot;
}

int counts_forward(struct counts *m)
{
    if (!m->y || !m->X || !m->region || !m->a || !m->b)
        return GRADC_ENULL;
    if (counts_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->prepared)
        return GRADC_ENULL;
    const size_t n = m->n;
    const size_t p = m->p;
    double *const work = (double *)m->work;
    double *const t = work;
    double *const sum2 = t + gradc_room(n);
    counts_forward_kernel(m, m->y, m->X, m->region, m->a, m->b, (double *)m->prepared,
            (double *)m->prepared + gradc_room(p * p), sum2 + gradc_room(p), t, sum2);
    return GRADC_OK;
}

static void counts_backward_kernel(
    struct counts *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT y,       /* [n] */
    const double *GRADC_RESTRICT X,       /* [n, p] */
    const int32_t *GRADC_RESTRICT region, /* [n] */
    const double *GRADC_RESTRICT b,       /* [p] */
    const double *GRADC_RESTRICT given,   /* [p, p] */
    double *GRADC_RESTRICT d_a,           /* [g] */
    double *GRADC_RESTRICT d_b,           /* [p] */
    const double *GRADC_RESTRICT t,       /* [n] */
    const double *GRADC_RESTRICT sum2,    /* [p] */
    double *GRADC_RESTRICT d_eta,         /* [n] */
    double *GRADC_RESTRICT sum,           /* [p] */
    double *GRADC_RESTRICT d_a_others)    /* [g*chunks - g] */
{
    const size_t n = m->n;
    const size_t p = m->p;
    const size_t g = m->g;
    const size_t chunks = gradc_chunks(n, 2 * n, g);
    const double d_ll = m->d_ll ? *m->d_ll : 1;
    /* counts.nn:4   ll = sum(y * eta - exp(eta) - lgamma(y + 1)) - dot(b, (X' @ X) @ b) */
    /* counts.nn:3   eta = a[region] + X @ b */
    /* d_eta = -d_ll * t + d_ll * y ; d_a[region[i]] += d_eta[i] */
    if (m->d_a) {
        memset(d_a, 0, g * sizeof(double));
    }
    GRADC_PARALLEL(chunk, chunks, 2 * n, {
        const size_t begin = gradc_first(chunk, chunks, n, 1);
        const size_t end = gradc_first(chunk + 1, chunks, n, 1);
        double *const d_a_own = chunk > 0 ? d_a_others + (chunk - 1) * g : d_a;
        if (chunk > 0)
            memset(d_a_own, 0, g * sizeof(double));
        for (size_t i = begin; i < end; i++) {
            d_eta[i] = -d_ll * t[i] + d_ll * y[i];
            if (m->d_a) {
                d_a_own[(size_t)region[i]] += d_eta[i];
            }
        }
    });
    if (m->d_a) {
        GRADC_ADD_CHUNKS(d_a, d_a_others, g, chunks);
    }
    /* counts.nn:4   ll = sum(y * eta - exp(eta) - lgamma(y + 1)) - dot(b, (X' @ X) @ b) */
    /* sum = given' @ b */
    if (m->d_b) {
        gradc_matvec_f64(1, p, p, 1, given, p, b, 1, 0, sum, 1);
        /* counts.nn:3   eta = a[region] + X @ b */
        /* d_b = (sum2 + sum) * -d_ll + X' @ d_eta */
        GRADC_PARALLEL_INDEPENDENT(i, p, p, {
            d_b[i] = (sum2[i] + sum[i]) * -d_ll;
        });
        /* d_b = (sum2 + sum) * -d_ll + X' @ d_eta */
        gradc_matvec_f64(1, n, p, 1, X, p, d_eta, 1, 1, d_b, 1);
    }
}

int counts_backward(struct counts *m)
{
    if (!m->y || !m->X || !m->region || !m->a || !m->b)
        return GRADC_ENULL;
    if (counts_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->prepared)
        return GRADC_ENULL;
    if (!m->d_a && !m->d_b)
        return GRADC_OK;
    const size_t n = m->n;
    const size_t p = m->p;
    double *const work = (double *)m->work;
    double *const t = work;
    double *const sum2 = t + gradc_room(n);
    double *const d_eta = sum2 + gradc_room(p);
    double *const sum = d_eta + gradc_room(n);
    counts_backward_kernel(m, m->y, m->X, m->region, m->b, (double *)m->prepared, m->d_a, m->d_b, t, sum2,
            d_eta, sum, sum + gradc_room(p));
    return GRADC_OK;
}

static void counts_gradient_kernel(
    struct counts *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT y,       /* [n] */
    const double *GRADC_RESTRICT X,       /* [n, p] */
    const int32_t *GRADC_RESTRICT region, /* [n] */
    const double *GRADC_RESTRICT a,       /* [g] */
    const double *GRADC_RESTRICT b,       /* [p] */
    const double *GRADC_RESTRICT given,   /* [p, p] */
    const double *GRADC_RESTRICT given2,  /* [n] */
    double *GRADC_RESTRICT d_a,           /* [g] */
    double *GRADC_RESTRICT d_b,           /* [p] */
    double *GRADC_RESTRICT eta,           /* [n] */
    double *GRADC_RESTRICT sum2,          /* [p] */
    double *GRADC_RESTRICT sum3,          /* [p] */
    double *GRADC_RESTRICT d_a_others)    /* [g*chunks - g] */
{
    const size_t n = m->n;
    const size_t p = m->p;
    const size_t g = m->g;
    const size_t chunks2 = gradc_chunks(n, 10 * n, 0);
    const size_t chunks3 = gradc_chunks(n, n, g);
    double *const d_eta = eta; /* [n] */
    const double d_ll = m->d_ll ? *m->d_ll : 1;
    /* counts.nn:3   eta = a[region] + X @ b */
    GRADC_PARALLEL_INDEPENDENT(i, n, n, {
        eta[i] = a[(size_t)region[i]];
    });
    gradc_matvec_f64(0, n, p, 1, X, p, b, 1, 1, eta, 1);
    /* counts.nn:4   ll = sum(y * eta - exp(eta) - lgamma(y + 1)) - dot(b, (X' @ X) @ b) */
    /* sum = sum(y * eta - t - given2) ; d_eta = -d_ll * t + d_ll * y */
    double sum = 0;
    double sum_others[GRADC_MOST_COPIES];
    GRADC_PARALLEL(chunk, chunks2, 10 * n, {
        const size_t begin = gradc_first(chunk, chunks2, n, 1);
        const size_t end = gradc_first(chunk + 1, chunks2, n, 1);
        double sum_parts[GRADC_PARTS] = {0};
        for (size_t block = begin; block < end; block += GRADC_PARTS)
            GRADC_INDEPENDENT
            for (size_t i = block; i < gradc_least(block + GRADC_PARTS, end); i++) {
                const double t = gradc_exp(eta[i]);
                sum_parts[i - block] += y[i] * eta[i] - t - given2[i];
                d_eta[i] = -d_ll * t + d_ll * y[i];
            }
        sum_others[chunk] = 0;
        GRADC_TOTAL(sum_others[chunk], sum_parts);
    });
    for (size_t chunk = 0; chunk < chunks2; chunk++)
        sum += sum_others[chunk];
    /* sum2 = given @ b */
    gradc_matvec_f64(0, p, p, 1, given, p, b, 1, 0, sum2, 1);
    /* dot = sum(b * sum2) */
    double dot = 0;
    GRADC_SUM_IN_PARTS(double, dot, i, p, b[i] * sum2[i]);
    /* counts.nn:3   eta = a[region] + X @ b */
    /* d_a[region[i]] += d_eta[i] */
    if (m->d_a) {
        memset(d_a, 0, g * sizeof(double));
        GRADC_PARALLEL(chunk, chunks3, n, {
            const size_t begin2 = gradc_first(chunk, chunks3, n, 1);
            const size_t end2 = gradc_first(chunk + 1, chunks3, n, 1);
            double *const d_a_own = chunk > 0 ? d_a_others + (chunk - 1) * g : d_a;
            if (chunk > 0)
                memset(d_a_own, 0, g * sizeof(double));
            for (size_t i = begin2; i < end2; i++)
                d_a_own[(size_t)region[i]] += d_eta[i];
        });
        GRADC_ADD_CHUNKS(d_a, d_a_others, g, chunks3);
    }
    /* counts.nn:4   ll = sum(y * eta - exp(eta) - lgamma(y + 1)) - dot(b, (X' @ X) @ b) */
    /* sum3 = given' @ b */
    if (m->d_b) {
        gradc_matvec_f64(1, p, p, 1, given, p, b, 1, 0, sum3, 1);
        /* counts.nn:3   eta = a[region] + X @ b */
        /* d_b = (sum2 + sum3) * -d_ll + X' @ d_eta */
        GRADC_PARALLEL_INDEPENDENT(i, p, p, {
            d_b[i] = (sum2[i] + sum3[i]) * -d_ll;
        });
        /* d_b = (sum2 + sum3) * -d_ll + X' @ d_eta */
        gradc_matvec_f64(1, n, p, 1, X, p, d_eta, 1, 1, d_b, 1);
    }
    /* counts.nn:4   ll = sum(y * eta - exp(eta) - lgamma(y + 1)) - dot(b, (X' @ X) @ b) */
    m->ll = sum - dot;
}

int counts_gradient(struct counts *m)
{
    if (!m->y || !m->X || !m->region || !m->a || !m->b)
        return GRADC_ENULL;
    if (counts_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->prepared)
        return GRADC_ENULL;
    const size_t n = m->n;
    const size_t p = m->p;
    double *const work = (double *)m->work;
    double *const eta = work;
    double *const sum2 = eta + gradc_room(n);
    double *const sum3 = sum2 + gradc_room(p);
    counts_gradient_kernel(m, m->y, m->X, m->region, m->a, m->b, (double *)m->prepared,
            (double *)m->prepared + gradc_room(p * p), m->d_a, m->d_b, eta, sum2, sum3,
            sum3 + gradc_room(p));
    return GRADC_OK;
}

static int counts_prepare_kernel(
    struct counts *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT y,       /* [n] */
    const double *GRADC_RESTRICT X,       /* [n, p] */
    const int32_t *GRADC_RESTRICT region, /* [n] */
    double *GRADC_RESTRICT given,         /* [p, p] */
    double *GRADC_RESTRICT given2)        /* [n] */
{
    const size_t n = m->n;
    const size_t p = m->p;
    const size_t g = m->g;
    /* counts.nn:2   counts(y: [n], X: [n, p], region: int[n], a: [g], b: [p]) { */
    for (size_t i = 0; i < n; i++) {
        if (region[i] < 0 || (size_t)region[i] >= g)
            return GRADC_EINDEX;
    }
    /* counts.nn:4   ll = sum(y * eta - exp(eta) - lgamma(y + 1)) - dot(b, (X' @ X) @ b) */
    /* given = X' @ X */
    gradc_matmul_f64(1, 0, p, p, n, 1, X, p, X, p, 0, given, p);
    /* given2 = lgamma(y + 1) */
    GRADC_PARALLEL_INDEPENDENT(i, n, n, {
        given2[i] = gradc_lgamma(y[i] + 1.0);
    });
    return GRADC_OK;
}

int counts_prepare(struct counts *m)
{
    if (!m->y || !m->X || !m->region)
        return GRADC_ENULL;
    if (counts_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->prepared)
        return GRADC_ENULL;
    const size_t p = m->p;
    return counts_prepare_kernel(m, m->y, m->X, m->region, (double *)m->prepared,
            (double *)m->prepared + gradc_room(p * p));
}

GRADC_END
