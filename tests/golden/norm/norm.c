/* Emitted by gradc from norm.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "norm.h"

GRADC_BEGIN

GRADC_ROOTS

/* GRADC_OK if length can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int length_check(const struct length *m)
{
    if (m->n == 0)
        return GRADC_ESIZE;
    if ((double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t length_gradient_workspace(const struct length *m)
{
    if (length_check(m) != GRADC_OK)
        return 0;
    return 0;
}

size_t length_workspace(const struct length *m)
{
    if (length_check(m) != GRADC_OK)
        return 0;
    size_t most = 0;
    size_t count = 8; /* forward */
    most = count > most ? count : most;
    count = 8; /* backward */
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t length_bind_parameters(struct length *m, double *block)
{
    size_t count = 0;
    if (length_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->x = block + count; /* [n] */
    count += m->n;
    return count;
}

size_t length_bind_gradients(struct length *m, double *block)
{
    size_t count = 0;
    if (length_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_x = block + count; /* [n] */
    count += m->n;
    return count;
}

static void length_forward_kernel(
    struct length *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,  /* [n] */
    double *GRADC_RESTRICT length_0) /* [] */
{
    const size_t n = m->n;
    /* norm.nn:2   length(x: [n]) = ||x|| */
    /* sum = sum(x^2) */
    double sum = 0;
    GRADC_SUM_IN_PARTS(double, sum, i, n, x[i] * x[i]);
    length_0[0] = sqrt(sum);
    if (!((1e-30 < sum) && (sum < 1e+30))) {
        /* most = max(|x|) */
        double most = -INFINITY;
        GRADC_BEST_IN_PARTS(double, most, >, i, n, fabs(x[i]));
        const double t = (0.0 < most) && (most < INFINITY) ? most : 1.0;
        /* sum2 = sum(t2^2) */
        double sum2 = 0;
        GRADC_SUM_IN_PARTS_OF(double, sum2, i, n, t2 * t2, const double t2 = x[i] / t;);
        /* length_0 = t * sqrt(sum2) */
        length_0[0] = t * sqrt(sum2);
    }
    m->length = length_0[0];
}

int length_forward(struct length *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (length_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    double *const work = (double *)m->work;
    length_forward_kernel(m, m->x, work);
    return GRADC_OK;
}

static void length_backward_kernel(
    struct length *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,        /* [n] */
    double *GRADC_RESTRICT d_x,            /* [n] */
    const double *GRADC_RESTRICT length_0) /* [] */
{
    const size_t n = m->n;
    const double d_length = m->d_length ? *m->d_length : 1;
    /* norm.nn:2   length(x: [n]) = ||x|| */
    const int32_t t = 0.0 < length_0[0];
    /* d_x = if t then d_length * (x / length_0) else 0 */
    GRADC_PARALLEL_INDEPENDENT(i, n, n, {
        d_x[i] = t ? d_length * (x[i] / length_0[0]) : 0.0;
    });
}

int length_backward(struct length *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (length_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_x)
        return GRADC_OK;
    double *const work = (double *)m->work;
    length_backward_kernel(m, m->x, m->d_x, work);
    return GRADC_OK;
}

static void length_gradient_kernel(
    struct length *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [n] */
    double *GRADC_RESTRICT d_x)     /* [n] */
{
    const size_t n = m->n;
    const double d_length = m->d_length ? *m->d_length : 1;
    /* norm.nn:2   length(x: [n]) = ||x|| */
    /* sum = sum(x^2) */
    double sum = 0;
    GRADC_SUM_IN_PARTS(double, sum, i, n, x[i] * x[i]);
    double length_0 = sqrt(sum);
    if (!((1e-30 < sum) && (sum < 1e+30))) {
        /* most = max(|x|) */
        double most = -INFINITY;
        GRADC_BEST_IN_PARTS(double, most, >, i, n, fabs(x[i]));
        const double t = (0.0 < most) && (most < INFINITY) ? most : 1.0;
        /* sum2 = sum(t2^2) */
        double sum2 = 0;
        GRADC_SUM_IN_PARTS_OF(double, sum2, i, n, t2 * t2, const double t2 = x[i] / t;);
        length_0 = t * sqrt(sum2);
    }
    const int32_t t3 = 0.0 < length_0;
    /* d_x = if t3 then d_length * (x / length_0) else 0 */
    if (m->d_x) {
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            d_x[i] = t3 ? d_length * (x[i] / length_0) : 0.0;
        });
    }
    m->length = length_0;
}

int length_gradient(struct length *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (length_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    length_gradient_kernel(m, m->x, m->d_x);
    return GRADC_OK;
}

GRADC_END
