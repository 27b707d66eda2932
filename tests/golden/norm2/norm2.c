/* Emitted by gradc from norm2.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "norm2.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if f can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int f_check(const struct f *m)
{
    if (m->n == 0)
        return GRADC_ESIZE;
    if ((double)m->n * (double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->n + 8 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t f_gradient_workspace(const struct f *m)
{
    if (f_check(m) != GRADC_OK)
        return 0;
    size_t count = 0; /* gradient */
    count += gradc_room(m->n);
    return count * sizeof(double);
}

size_t f_workspace(const struct f *m)
{
    if (f_check(m) != GRADC_OK)
        return 0;
    size_t most = f_gradient_workspace(m) / sizeof(double);
    size_t count = 0; /* forward */
    count += gradc_room(m->n);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += gradc_room(m->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t f_bind_parameters(struct f *m, double *block)
{
    size_t count = 0;
    if (f_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->W = block + count; /* [n, n] */
    count += m->n * m->n;
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
        m->d_W = block + count; /* [n, n] */
    count += m->n * m->n;
    if (block)
        m->d_x = block + count; /* [n] */
    count += m->n;
    return count;
}

static void f_forward_kernel(
    struct f *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT W, /* [n, n] */
    const double *GRADC_RESTRICT x, /* [n] */
    double *GRADC_RESTRICT sum)     /* [n] */
{
    const size_t n = m->n;
    /* norm2.nn:2   f(W: [n, n], x: [n]) = ||W @ x||^2 */
    /* sum = W @ x */
    gradc_matvec_f64(0, n, n, 1, W, n, x, 1, 0, sum, 1);
    /* f2 = sum(sum^2) */
    double f2 = 0;
    GRADC_SUM_IN_PARTS(double, f2, i, n, sum[i] * sum[i]);
    m->f = f2;
}

int f_forward(struct f *m)
{
    if (!m->W || !m->x)
        return GRADC_ENULL;
    if (f_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    double *const work = (double *)m->work;
    f_forward_kernel(m, m->W, m->x, work);
    return GRADC_OK;
}

static void f_backward_kernel(
    struct f *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT W,   /* [n, n] */
    const double *GRADC_RESTRICT x,   /* [n] */
    double *GRADC_RESTRICT d_W,       /* [n, n] */
    double *GRADC_RESTRICT d_x,       /* [n] */
    const double *GRADC_RESTRICT sum) /* [n] */
{
    const size_t n = m->n;
    const double d_f = m->d_f ? *m->d_f : 1;
    /* norm2.nn:2   f(W: [n, n], x: [n]) = ||W @ x||^2 */
    /* d_x = 2 * d_f * (W' @ sum) */
    if (m->d_x) {
        gradc_matvec_f64(1, n, n, 2.0 * d_f, W, n, sum, 1, 0, d_x, 1);
    }
    /* d_W = 2 * d_f * (sum[:, new] * x) */
    if (m->d_W) {
        GRADC_PARALLEL(i, n, n * n, {
            GRADC_INDEPENDENT
            for (size_t j = 0; j < n; j++)
                d_W[i * n + j] = 2.0 * d_f * sum[i] * x[j];
        });
    }
}

int f_backward(struct f *m)
{
    if (!m->W || !m->x)
        return GRADC_ENULL;
    if (f_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_W && !m->d_x)
        return GRADC_OK;
    double *const work = (double *)m->work;
    f_backward_kernel(m, m->W, m->x, m->d_W, m->d_x, work);
    return GRADC_OK;
}

static void f_gradient_kernel(
    struct f *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT W, /* [n, n] */
    const double *GRADC_RESTRICT x, /* [n] */
    double *GRADC_RESTRICT d_W,     /* [n, n] */
    double *GRADC_RESTRICT d_x,     /* [n] */
    double *GRADC_RESTRICT sum)     /* [n] */
{
    const size_t n = m->n;
    const size_t chunks = gradc_chunks(n, n * n, 0);
    const double d_f = m->d_f ? *m->d_f : 1;
    /* norm2.nn:2   f(W: [n, n], x: [n]) = ||W @ x||^2 */
    /* sum = W @ x */
    gradc_matvec_f64(0, n, n, 1, W, n, x, 1, 0, sum, 1);
    /* d_x = 2 * d_f * (W' @ sum) */
    if (m->d_x) {
        gradc_matvec_f64(1, n, n, 2.0 * d_f, W, n, sum, 1, 0, d_x, 1);
    }
    /* f2 = sum(sum^2) ; d_W = 2 * d_f * (sum[:, new] * x) */
    double f2 = 0;
    double f2_others[GRADC_MOST_COPIES];
    GRADC_PARALLEL(chunk, chunks, n * n, {
        const size_t begin = gradc_first(chunk, chunks, n, 1);
        const size_t end = gradc_first(chunk + 1, chunks, n, 1);
        double f2_own = 0;
        for (size_t i = begin; i < end; i++) {
            f2_own += sum[i] * sum[i];
            if (m->d_W) {
                GRADC_INDEPENDENT
                for (size_t j = 0; j < n; j++)
                    d_W[i * n + j] = 2.0 * d_f * sum[i] * x[j];
            }
        }
        f2_others[chunk] = f2_own;
    });
    for (size_t chunk = 0; chunk < chunks; chunk++)
        f2 += f2_others[chunk];
    m->f = f2;
}

int f_gradient(struct f *m)
{
    if (!m->W || !m->x)
        return GRADC_ENULL;
    if (f_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    double *const work = (double *)m->work;
    f_gradient_kernel(m, m->W, m->x, m->d_W, m->d_x, work);
    return GRADC_OK;
}

GRADC_END
