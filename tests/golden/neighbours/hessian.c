/* Emitted by gradc from hessian.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "hessian.h"

GRADC_BEGIN

/* GRADC_OK if rosenbrock can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int rosenbrock_check(const struct rosenbrock *m)
{
    if (m->n == 0)
        return GRADC_ESIZE;
    if (m->n < 2)
        return GRADC_ESIZE;
    if ((double)m->n * (double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t rosenbrock_gradient_workspace(const struct rosenbrock *m)
{
    if (rosenbrock_check(m) != GRADC_OK)
        return 0;
    return 0;
}

size_t rosenbrock_workspace(const struct rosenbrock *m)
{
    if (rosenbrock_check(m) != GRADC_OK)
        return 0;
    return 0;
}

size_t rosenbrock_bind_parameters(struct rosenbrock *m, double *block)
{
    size_t count = 0;
    if (rosenbrock_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->x = block + count; /* [n] */
    count += m->n;
    return count;
}

size_t rosenbrock_bind_gradients(struct rosenbrock *m, double *block)
{
    size_t count = 0;
    if (rosenbrock_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_x = block + count; /* [n] */
    count += m->n;
    return count;
}

int rosenbrock_forward(struct rosenbrock *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (rosenbrock_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    const size_t n = m->n;
    const double *GRADC_RESTRICT const x = m->x; /* [n] */
    /* hessian.nn:2   rosenbrock(x: [n]) = sum(100 * (x[1:] - x[:-1]^2)^2 + (1 - x[:-1])^2) */
    /* rosenbrock2 = sum(100 * t^2 + t2^2) */
    double rosenbrock2 = 0;
    GRADC_SUM_IN_PARTS_OF(double, rosenbrock2, i, n - 1, 100.0 * (t * t) + t2 * t2, const double t =
            x[i + 1] - x[i] * x[i]; const double t2 = 1.0 - x[i];);
    m->rosenbrock = rosenbrock2;
    return GRADC_OK;
}

static void rosenbrock_backward_kernel(
    struct rosenbrock *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [n] */
    double *GRADC_RESTRICT d_x)     /* [n] */
{
    const size_t n = m->n;
    const double d_rosenbrock = m->d_rosenbrock ? *m->d_rosenbrock : 1;
    /* hessian.nn:2   rosenbrock(x: [n]) = sum(100 * (x[1:] - x[:-1]^2)^2 + (1 - x[:-1])^2) */
    for (size_t i = 0; i < n - 2; i++) {
        const double t = -2.0 * d_rosenbrock * (1.0 - x[i + 1]) -
                4.0 * d_rosenbrock * 100.0 * (x[i + 2] - x[i + 1] * x[i + 1]) * x[i + 1] +
                2.0 * d_rosenbrock * 100.0 * (x[i + 1] - x[i] * x[i]);
        d_x[i + 1] = t;
    }
    d_x[0] = -2.0 * d_rosenbrock * (1.0 - x[0]) - 400.0 * d_rosenbrock * (x[1] - x[0] * x[0]) * x[0];
    d_x[n - 1] = 200.0 * d_rosenbrock * (x[n - 1] - x[n - 2] * x[n - 2]);
}

int rosenbrock_backward(struct rosenbrock *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (rosenbrock_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->d_x)
        return GRADC_OK;
    rosenbrock_backward_kernel(m, m->x, m->d_x);
    return GRADC_OK;
}

static void rosenbrock_gradient_kernel(
    struct rosenbrock *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [n] */
    double *GRADC_RESTRICT d_x)     /* [n] */
{
    const size_t n = m->n;
    const double d_rosenbrock = m->d_rosenbrock ? *m->d_rosenbrock : 1;
    /* hessian.nn:2   rosenbrock(x: [n]) = sum(100 * (x[1:] - x[:-1]^2)^2 + (1 - x[:-1])^2) */
    /* rosenbrock2 = sum(100 * t^2 + t2^2) */
    double rosenbrock2 = 0;
    GRADC_SUM_IN_PARTS_OF(double, rosenbrock2, i, n - 1, 100.0 * (t * t) + t2 * t2, const double t =
            x[i + 1] - x[i] * x[i]; const double t2 = 1.0 - x[i];);
    if (m->d_x) {
        for (size_t i = 0; i < n - 2; i++) {
            const double t3 = -2.0 * d_rosenbrock * (1.0 - x[i + 1]) -
                    4.0 * d_rosenbrock * 100.0 * (x[i + 2] - x[i + 1] * x[i + 1]) * x[i + 1] +
                    2.0 * d_rosenbrock * 100.0 * (x[i + 1] - x[i] * x[i]);
            d_x[i + 1] = t3;
        }
        d_x[0] = -2.0 * d_rosenbrock * (1.0 - x[0]) - 400.0 * d_rosenbrock * (x[1] - x[0] * x[0]) * x[0];
        d_x[n - 1] = 200.0 * d_rosenbrock * (x[n - 1] - x[n - 2] * x[n - 2]);
    }
    m->rosenbrock = rosenbrock2;
}

int rosenbrock_gradient(struct rosenbrock *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (rosenbrock_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    rosenbrock_gradient_kernel(m, m->x, m->d_x);
    return GRADC_OK;
}

static void rosenbrock_hessian_kernel(
    struct rosenbrock *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,            /* [n] */
    double *GRADC_RESTRICT d2rosenbrock_dx_dx) /* [n, n] */
{
    const size_t n = m->n;
    /* hessian.nn:2   rosenbrock(x: [n]) = sum(100 * (x[1:] - x[:-1]^2)^2 + (1 - x[:-1])^2) */
    /* d2rosenbrock_dx_dx[i, i] += -400 * (x[i + 1] - x[i]^2) + 2 + 800 * (x[i] * x[i]) */
    memset(d2rosenbrock_dx_dx, 0, n * n * sizeof(double));
    for (size_t i = 0; i < n - 1; i++) {
        const double t = -400.0 * x[i];
        d2rosenbrock_dx_dx[i * n + i] += -400.0 * (x[i + 1] - x[i] * x[i]) + 2.0 + 800.0 * x[i] * x[i];
        d2rosenbrock_dx_dx[(i + 1) * n + i] = t;
        d2rosenbrock_dx_dx[i * n + i + 1] = t;
        d2rosenbrock_dx_dx[(i + 1) * n + i + 1] += 200.0;
    }
}

int rosenbrock_hessian(struct rosenbrock *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (rosenbrock_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->d2rosenbrock_dx_dx)
        return GRADC_OK;
    rosenbrock_hessian_kernel(m, m->x, m->d2rosenbrock_dx_dx);
    return GRADC_OK;
}

GRADC_END
