/* Emitted by gradc from gather.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gather.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if f can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int f_check(const struct f *m)
{
    if (m->v == 0 || m->d == 0 || m->n == 0)
        return GRADC_ESIZE;
    const size_t chunks = gradc_chunks(m->n, m->d * m->n, m->v * m->d);
    const size_t chunks2 = gradc_chunks(m->n, 2 * m->d * m->n, m->v * m->d);
    if ((double)m->v * (double)m->d > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->d * (double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->v * (double)m->d * chunks + 8 - (double)m->v * (double)m->d > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->v * (double)m->d * chunks2 + 8 - (double)m->v * (double)m->d >
            (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t f_gradient_workspace(const struct f *m)
{
    if (f_check(m) != GRADC_OK)
        return 0;
    const size_t chunks2 = gradc_chunks(m->n, 2 * m->d * m->n, m->v * m->d);
    size_t count = 0; /* gradient */
    count += gradc_room(m->v * m->d * chunks2 - m->v * m->d);
    return count * sizeof(double);
}

size_t f_workspace(const struct f *m)
{
    if (f_check(m) != GRADC_OK)
        return 0;
    const size_t chunks = gradc_chunks(m->n, m->d * m->n, m->v * m->d);
    size_t most = f_gradient_workspace(m) / sizeof(double);
    size_t count = 0; /* backward */
    count += gradc_room(m->v * m->d * chunks - m->v * m->d);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t f_bind_parameters(struct f *m, double *block)
{
    size_t count = 0;
    if (f_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->E = block + count; /* [v, d] */
    count += m->v * m->d;
    return count;
}

size_t f_bind_gradients(struct f *m, double *block)
{
    size_t count = 0;
    if (f_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_E = block + count; /* [v, d] */
    count += m->v * m->d;
    return count;
}

static int f_forward_kernel(
    struct f *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT E,  /* [v, d] */
    const int32_t *GRADC_RESTRICT k, /* [n] */
    double *GRADC_RESTRICT f2)       /* [n, d] */
{
    const size_t v = m->v;
    const size_t d = m->d;
    const size_t n = m->n;
    /* gather.nn:2   f(E: [v, d], k: int[n]) = E[k] */
    for (size_t i = 0; i < n; i++) {
        if (k[i] < 0 || (size_t)k[i] >= v)
            return GRADC_EINDEX;
    }
    if (m->f) {
        GRADC_PARALLEL(i, n, d * n, {
            GRADC_INDEPENDENT
            for (size_t j = 0; j < d; j++)
                f2[i * d + j] = E[(size_t)k[i] * d + j];
        });
    }
    return GRADC_OK;
}

int f_forward(struct f *m)
{
    if (!m->E || !m->k)
        return GRADC_ENULL;
    if (f_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work && f_workspace(m) > 0)
        return GRADC_ENULL;
    return f_forward_kernel(m, m->E, m->k, m->f);
}

static void f_backward_kernel(
    struct f *GRADC_RESTRICT m,
    const int32_t *GRADC_RESTRICT k,   /* [n] */
    const double *GRADC_RESTRICT d_f,  /* [n, d] */
    double *GRADC_RESTRICT d_E,        /* [v, d] */
    double *GRADC_RESTRICT d_E_others) /* [v*d*chunks - v*d] */
{
    const size_t v = m->v;
    const size_t d = m->d;
    const size_t n = m->n;
    const size_t chunks = gradc_chunks(n, d * n, v * d);
    /* gather.nn:2   f(E: [v, d], k: int[n]) = E[k] */
    /* d_E[k[i], j] += d_f[i, j] */
    memset(d_E, 0, v * d * sizeof(double));
    GRADC_PARALLEL(chunk, chunks, d * n, {
        const size_t begin = gradc_first(chunk, chunks, n, 1);
        const size_t end = gradc_first(chunk + 1, chunks, n, 1);
        double *const d_E_own = chunk > 0 ? d_E_others + (chunk - 1) * v * d : d_E;
        if (chunk > 0)
            memset(d_E_own, 0, v * d * sizeof(double));
        for (size_t i = begin; i < end; i++)
            for (size_t j = 0; j < d; j++)
                d_E_own[(size_t)k[i] * d + j] += d_f ? d_f[i * d + j] : 0;
    });
    GRADC_ADD_CHUNKS(d_E, d_E_others, v * d, chunks);
}

int f_backward(struct f *m)
{
    if (!m->E || !m->k)
        return GRADC_ENULL;
    if (f_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work && f_workspace(m) > 0)
        return GRADC_ENULL;
    if (!m->d_E)
        return GRADC_OK;
    double *const work = (double *)m->work;
    f_backward_kernel(m, m->k, m->d_f, m->d_E, work);
    return GRADC_OK;
}

static int f_gradient_kernel(
    struct f *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT E,    /* [v, d] */
    const int32_t *GRADC_RESTRICT k,   /* [n] */
    const double *GRADC_RESTRICT d_f,  /* [n, d] */
    double *GRADC_RESTRICT d_E,        /* [v, d] */
    double *GRADC_RESTRICT f2,         /* [n, d] */
    double *GRADC_RESTRICT d_E_others) /* [v*d*chunks - v*d] */
{
    const size_t v = m->v;
    const size_t d = m->d;
    const size_t n = m->n;
    const size_t chunks2 = gradc_chunks(n, 2 * d * n, v * d);
    /* gather.nn:2   f(E: [v, d], k: int[n]) = E[k] */
    for (size_t i = 0; i < n; i++) {
        if (k[i] < 0 || (size_t)k[i] >= v)
            return GRADC_EINDEX;
    }
    /* d_E[k[i], j] += d_f[i, j] */
    if (m->f || m->d_E) {
        if (m->d_E) {
            memset(d_E, 0, v * d * sizeof(double));
        }
        GRADC_PARALLEL(chunk, chunks2, 2 * d * n, {
            const size_t begin = gradc_first(chunk, chunks2, n, 1);
            const size_t end = gradc_first(chunk + 1, chunks2, n, 1);
            double *const d_E_own = chunk > 0 ? d_E_others + (chunk - 1) * v * d : d_E;
            if (chunk > 0)
                memset(d_E_own, 0, v * d * sizeof(double));
            for (size_t i = begin; i < end; i++) {
                if (m->d_E) {
                    for (size_t j = 0; j < d; j++)
                        d_E_own[(size_t)k[i] * d + j] += d_f ? d_f[i * d + j] : 0;
                }
                if (m->f) {
                    GRADC_INDEPENDENT
                    for (size_t j = 0; j < d; j++)
                        f2[i * d + j] = E[(size_t)k[i] * d + j];
                }
            }
        });
        if (m->d_E) {
            GRADC_ADD_CHUNKS(d_E, d_E_others, v * d, chunks2);
        }
    }
    return GRADC_OK;
}

int f_gradient(struct f *m)
{
    if (!m->E || !m->k)
        return GRADC_ENULL;
    if (f_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work && f_gradient_workspace(m) > 0)
        return GRADC_ENULL;
    double *const work = (double *)m->work;
    return f_gradient_kernel(m, m->E, m->k, m->d_f, m->d_E, m->f, work);
}

GRADC_END
