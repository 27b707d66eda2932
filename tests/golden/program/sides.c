/* Emitted by gradc from sides.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "sides.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if walk can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int walk_check(const struct walk *m)
{
    if (m->n == 0)
        return GRADC_ESIZE;
    if ((double)m->n + 8 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t walk_gradient_workspace(const struct walk *m)
{
    if (walk_check(m) != GRADC_OK)
        return 0;
    size_t count = 0; /* gradient */
    count += gradc_room(m->n);
    return count * sizeof(double);
}

size_t walk_workspace(const struct walk *m)
{
    if (walk_check(m) != GRADC_OK)
        return 0;
    size_t most = walk_gradient_workspace(m) / sizeof(double);
    size_t count = 0; /* forward */
    count += gradc_room(m->n);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += gradc_room(m->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t walk_bind_parameters(struct walk *m, double *block)
{
    size_t count = 0;
    if (walk_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->x = block + count; /* [n] */
    count += m->n;
    return count;
}

size_t walk_bind_gradients(struct walk *m, double *block)
{
    size_t count = 0;
    if (walk_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_x = block + count; /* [n] */
    count += m->n;
    return count;
}

static void walk_forward_kernel(
    struct walk *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,  /* [n] */
    const int32_t *GRADC_RESTRICT k, /* [n] */
    double *GRADC_RESTRICT u2)       /* [n] */
{
    const size_t n = m->n;
    double s = 0.0;
    double u = 1.0;
    /* sides.nn:6   for i in 0..n { */
    for (size_t i = 0; i < n; i++) {
        u2[i] = u;
        double s2 = s;
        double u3 = u;
        /* sides.nn:7   if k[i] > 0 { */
        if (0 < k[i]) {
            /* sides.nn:8   s = s + sin(x[i]) * u */
            s2 = s + sin(x[i]) * u;
            /* sides.nn:9   u = u / 2 */
            u3 = u / 2.0;
        } else {
            /* sides.nn:10   } else if k[i] < -3 { */
            s2 = s;
            u3 = u;
            if (k[i] < -3) {
                /* sides.nn:11   s = s - x[i] */
                s2 = s - x[i];
            } else {
                /* sides.nn:13   s = 0.9 * s */
                s2 = 0.9 * s;
                /* sides.nn:14   u = u + x[i]^2 */
                u3 = u + x[i] * x[i];
            }
        }
        s = s2;
        u = u3;
    }
    m->s = s;
}

int walk_forward(struct walk *m)
{
    if (!m->x || !m->k)
        return GRADC_ENULL;
    if (walk_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    double *const work = (double *)m->work;
    walk_forward_kernel(m, m->x, m->k, work);
    return GRADC_OK;
}

static void walk_backward_kernel(
    struct walk *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,  /* [n] */
    const int32_t *GRADC_RESTRICT k, /* [n] */
    double *GRADC_RESTRICT d_x,      /* [n] */
    const double *GRADC_RESTRICT u2) /* [n] */
{
    const size_t n = m->n;
    const double d_s = m->d_s ? *m->d_s : 1;
    double d_s2 = d_s;
    double d_u = 0.0;
    /* sides.nn:10   } else if k[i] < -3 { */
    GRADC_PARALLEL(j, n, n, {
        d_x[j] = 0.0;
    });
    /* sides.nn:6   for i in 0..n { */
    for (size_t i = n - 1; i + 1 > 0; i--) {
        double d_s3 = d_s2;
        double d_u2 = d_u;
        double d_s4 = 0.0;
        double d_u3 = 0.0;
        double d_s5 = 0.0;
        double d_u4 = 0.0;
        /* sides.nn:7   if k[i] > 0 { */
        if (0 < k[i]) {
            d_s5 += d_s3;
            d_u4 += d_u2 / 2.0 + d_s3 * sin(x[i]);
            /* sides.nn:8   s = s + sin(x[i]) * u */
            d_x[i] += d_s3 * u2[i] * cos(x[i]);
            d_s3 = 0.0;
            d_u2 = 0.0;
        } else {
            double t = d_s3;
            double t2 = d_u2;
            double d_s6 = 0.0;
            double d_u5 = 0.0;
            double d_s7 = 0.0;
            /* sides.nn:10   } else if k[i] < -3 { */
            if (k[i] < -3) {
                d_s7 += t;
                /* sides.nn:11   s = s - x[i] */
                d_x[i] += -t;
                t = 0.0;
            } else {
                /* sides.nn:10   } else if k[i] < -3 { */
                d_s6 += t * 0.9;
                d_u5 += t2;
                /* sides.nn:14   u = u + x[i]^2 */
                d_x[i] += 2.0 * t2 * x[i];
                t = 0.0;
                t2 = 0.0;
            }
            /* sides.nn:7   if k[i] > 0 { */
            d_s4 += d_s6 + d_s7 + t;
            d_u3 += d_u5 + t2;
            d_s3 = 0.0;
            d_u2 = 0.0;
        }
        d_s2 = d_s4 + d_s3 + d_s5;
        d_u = d_u3 + d_u2 + d_u4;
    }
}

int walk_backward(struct walk *m)
{
    if (!m->x || !m->k)
        return GRADC_ENULL;
    if (walk_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_x)
        return GRADC_OK;
    double *const work = (double *)m->work;
    walk_backward_kernel(m, m->x, m->k, m->d_x, work);
    return GRADC_OK;
}

static void walk_gradient_kernel(
    struct walk *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,  /* [n] */
    const int32_t *GRADC_RESTRICT k, /* [n] */
    double *GRADC_RESTRICT d_x,      /* [n] */
    double *GRADC_RESTRICT u2)       /* [n] */
{
    const size_t n = m->n;
    const double d_s = m->d_s ? *m->d_s : 1;
    double s = 0.0;
    double u = 1.0;
    /* sides.nn:6   for i in 0..n { */
    for (size_t i = 0; i < n; i++) {
        if (m->d_x) {
            u2[i] = u;
        }
        double s2 = s;
        double u3 = u;
        /* sides.nn:7   if k[i] > 0 { */
        if (0 < k[i]) {
            /* sides.nn:8   s = s + sin(x[i]) * u */
            s2 = s + sin(x[i]) * u;
            /* sides.nn:9   u = u / 2 */
            u3 = u / 2.0;
        } else {
            /* sides.nn:10   } else if k[i] < -3 { */
            s2 = s;
            u3 = u;
            if (k[i] < -3) {
                /* sides.nn:11   s = s - x[i] */
                s2 = s - x[i];
            } else {
                /* sides.nn:13   s = 0.9 * s */
                s2 = 0.9 * s;
                /* sides.nn:14   u = u + x[i]^2 */
                u3 = u + x[i] * x[i];
            }
        }
        s = s2;
        u = u3;
    }
    double d_s2 = d_s;
    double d_u = 0.0;
    /* sides.nn:10   } else if k[i] < -3 { */
    if (m->d_x) {
        GRADC_PARALLEL(j, n, n, {
            d_x[j] = 0.0;
        });
        /* sides.nn:6   for i in 0..n { */
        for (size_t i = n - 1; i + 1 > 0; i--) {
            double d_s3 = d_s2;
            double d_u2 = d_u;
            double d_s4 = 0.0;
            double d_u3 = 0.0;
            double d_s5 = 0.0;
            double d_u4 = 0.0;
            /* sides.nn:7   if k[i] > 0 { */
            if (0 < k[i]) {
                d_s5 += d_s3;
                d_u4 += d_u2 / 2.0 + d_s3 * sin(x[i]);
                /* sides.nn:8   s = s + sin(x[i]) * u */
                d_x[i] += d_s3 * u2[i] * cos(x[i]);
                d_s3 = 0.0;
                d_u2 = 0.0;
            } else {
                double t = d_s3;
                double t2 = d_u2;
                double d_s6 = 0.0;
                double d_u5 = 0.0;
                double d_s7 = 0.0;
                /* sides.nn:10   } else if k[i] < -3 { */
                if (k[i] < -3) {
                    d_s7 += t;
                    /* sides.nn:11   s = s - x[i] */
                    d_x[i] += -t;
                    t = 0.0;
                } else {
                    /* sides.nn:10   } else if k[i] < -3 { */
                    d_s6 += t * 0.9;
                    d_u5 += t2;
                    /* sides.nn:14   u = u + x[i]^2 */
                    d_x[i] += 2.0 * t2 * x[i];
                    t = 0.0;
                    t2 = 0.0;
                }
                /* sides.nn:7   if k[i] > 0 { */
                d_s4 += d_s6 + d_s7 + t;
                d_u3 += d_u5 + t2;
                d_s3 = 0.0;
                d_u2 = 0.0;
            }
            d_s2 = d_s4 + d_s3 + d_s5;
            d_u = d_u3 + d_u2 + d_u4;
        }
    }
    m->s = s;
}

int walk_gradient(struct walk *m)
{
    if (!m->x || !m->k)
        return GRADC_ENULL;
    if (walk_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    double *const work = (double *)m->work;
    walk_gradient_kernel(m, m->x, m->k, m->d_x, work);
    return GRADC_OK;
}

GRADC_END
