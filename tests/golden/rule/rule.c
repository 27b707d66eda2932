/* Emitted by gradc from rule.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "rule.h"

GRADC_BEGIN

/* GRADC_OK if f can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int f_check(const struct f *m)
{
    if (m->n == 0)
        return GRADC_ESIZE;
    if ((double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t f_gradient_workspace(const struct f *m)
{
    if (f_check(m) != GRADC_OK)
        return 0;
    return 0;
}

size_t f_workspace(const struct f *m)
{
    if (f_check(m) != GRADC_OK)
        return 0;
    return 0;
}

size_t f_bind_parameters(struct f *m, double *block)
{
    size_t count = 0;
    if (f_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->x = block + count; /* [n] */
    count += m->n;
    return count;
}

size_t f_bind_gradients(struct f *m, double *block)
{
    size_t count = 0;
    if (f_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_x = block + count; /* [n] */
    count += m->n;
    return count;
}

static void f_forward_kernel(
    struct f *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [n] */
    double *GRADC_RESTRICT f2)      /* [n] */
{
    const size_t n = m->n;
    /* rule.nn:2   straight(x) = min(max(x, -1), 1) */
    /* rule.nn:4   f(x: [n]) = straight(x)^2 */
    /* f2 = straight^2 */
    GRADC_PARALLEL_INDEPENDENT(i, n, 3 * n, {
        const double t = x[i] < -1.0 ? -1.0 : x[i];
        const double straight = t > 1.0 ? 1.0 : t;
        f2[i] = straight * straight;
    });
}

int f_forward(struct f *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (f_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->f)
        return GRADC_OK;
    f_forward_kernel(m, m->x, m->f);
    return GRADC_OK;
}

static void f_backward_kernel(
    struct f *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,   /* [n] */
    const double *GRADC_RESTRICT d_f, /* [n] */
    double *GRADC_RESTRICT d_x)       /* [n] */
{
    const size_t n = m->n;
    /* rule.nn:2   straight(x) = min(max(x, -1), 1) */
    /* rule.nn:4   f(x: [n]) = straight(x)^2 */
    /* d_x = 2 * (d_f * min(t, 1)) */
    GRADC_PARALLEL_INDEPENDENT(i, n, 2 * n, {
        const double t = x[i] < -1.0 ? -1.0 : x[i];
        d_x[i] = 2.0 * (d_f ? d_f[i] : 0) * (t > 1.0 ? 1.0 : t);
    });
}

int f_backward(struct f *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (f_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->d_x)
        return GRADC_OK;
    f_backward_kernel(m, m->x, m->d_f, m->d_x);
    return GRADC_OK;
}

static void f_gradient_kernel(
    struct f *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,   /* [n] */
    const double *GRADC_RESTRICT d_f, /* [n] */
    double *GRADC_RESTRICT f2,        /* [n] */
    double *GRADC_RESTRICT d_x)       /* [n] */
{
    const size_t n = m->n;
    /* rule.nn:2   straight(x) = min(max(x, -1), 1) */
    /* rule.nn:4   f(x: [n]) = straight(x)^2 */
    /* f2 = straight^2 ; d_x = 2 * (d_f * straight) */
    GRADC_PARALLEL(i, n, 4 * n, {
        const double t = x[i] < -1.0 ? -1.0 : x[i];
        const double straight = t > 1.0 ? 1.0 : t;
        if (m->f) {
            f2[i] = straight * straight;
        }
        if (m->d_x) {
            d_x[i] = 2.0 * (d_f ? d_f[i] : 0) * straight;
        }
    });
}

int f_gradient(struct f *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (f_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->f && !m->d_x)
        return GRADC_OK;
    f_gradient_kernel(m, m->x, m->d_f, m->f, m->d_x);
    return GRADC_OK;
}

GRADC_END
