/* Emitted by gradc from layers.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "layers.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if layers can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int layers_check(const struct layers *m)
{
    if (m->T == 0 || m->n == 0 || m->L == 0)
        return GRADC_ESIZE;
    if (2 * (double)m->T * (double)m->n * (double)m->L + (double)m->n + 24 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t layers_gradient_workspace(const struct layers *m)
{
    if (layers_check(m) != GRADC_OK)
        return 0;
    size_t count = 0; /* gradient */
    count += 2 * gradc_room(m->T * m->n * m->L);
    count += gradc_room(m->n);
    return count * sizeof(double);
}

size_t layers_workspace(const struct layers *m)
{
    if (layers_check(m) != GRADC_OK)
        return 0;
    size_t most = layers_gradient_workspace(m) / sizeof(double);
    size_t count = 0; /* forward */
    count += 2 * gradc_room(m->T * m->n * m->L);
    count += gradc_room(m->n);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 2 * gradc_room(m->T * m->n * m->L);
    count += gradc_room(m->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t layers_bind_parameters(struct layers *m, double *block)
{
    size_t count = 0;
    if (layers_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->W = block + count; /* [L, 2, n] */
    count += 2 * m->n * m->L;
    return count;
}

size_t layers_bind_gradients(struct layers *m, double *block)
{
    size_t count = 0;
    if (layers_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_W = block + count; /* [L, 2, n] */
    count += 2 * m->n * m->L;
    return count;
}

static void layers_forward_kernel(
    struct layers *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [T, n] */
    const double *GRADC_RESTRICT W, /* [L, 2, n] */
    double *GRADC_RESTRICT y,       /* [n] */
    double *GRADC_RESTRICT y3,      /* [T, L, n] */
    double *GRADC_RESTRICT y2)      /* [T, L, n] */
{
    const size_t T = m->T;
    const size_t n = m->n;
    const size_t L = m->L;
    double loss = 0.0;
    /* layers.nn:5   for t in 0..T { */
    for (size_t t = 0; t < T; t++) {
        /* layers.nn:6   y = x[t] */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            y[i] = x[t * n + i];
        });
        /* layers.nn:7   for k in 0..L { y = tanh(y * W[k, 0] + W[k, 1]) } */
        for (size_t k = 0; k < L; k++) {
            /* y = tanh(y * W[k, 0] + W[k, 1]) */
            GRADC_PARALLEL_INDEPENDENT(i, n, 17 * n, {
                y2[(t * L + k) * n + i] = y[i];
                y[i] = gradc_tanh(y[i] * W[k * 2 * n + i] + W[(k * 2 + 1) * n + i]);
                y3[(t * L + k) * n + i] = y[i];
            });
        }
        /* layers.nn:8   loss = loss + sum(y) */
        /* sum = sum(y) */
        double sum = 0;
        GRADC_SUM_IN_PARTS(double, sum, i, n, y[i]);
        loss += sum;
    }
    m->loss = loss;
}

int layers_forward(struct layers *m)
{
    if (!m->x || !m->W)
        return GRADC_ENULL;
    if (layers_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t T = m->T;
    const size_t n = m->n;
    const size_t L = m->L;
    double *const work = (double *)m->work;
    double *const y3 = work;
    double *const y2 = y3 + gradc_room(T * n * L);
    layers_forward_kernel(m, m->x, m->W, y2 + gradc_room(T * n * L), y3, y2);
    return GRADC_OK;
}

static void layers_backward_kernel(
    struct layers *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT W,  /* [L, 2, n] */
    double *GRADC_RESTRICT d_W,      /* [L, 2, n] */
    const double *GRADC_RESTRICT y3, /* [T, L, n] */
    const double *GRADC_RESTRICT y2, /* [T, L, n] */
    double *GRADC_RESTRICT d_y)      /* [n] */
{
    const size_t T = m->T;
    const size_t n = m->n;
    const size_t L = m->L;
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    const double d_loss2 = d_loss;
    /* layers.nn:5   for t in 0..T { */
    GRADC_PARALLEL(i, 2 * n * L, 2 * n * L, {
        d_W[i] = 0.0;
    });
    for (size_t t = T - 1; t + 1 > 0; t--) {
        /* layers.nn:8   loss = loss + sum(y) */
        GRADC_PARALLEL(i, n, n, {
            d_y[i] = d_loss2;
        });
        for (size_t k = L - 1; k + 1 > 0; k--) {
            /* layers.nn:7   for k in 0..L { y = tanh(y * W[k, 0] + W[k, 1]) } */
            /* d_y = t2 * W[k, 0] ; d_W[k, 0, i] += t2[i] * y2[t, k, i] ; d_W[k, 1, i] += t2[i] */
            GRADC_PARALLEL_INDEPENDENT(i, n, 4 * n, {
                const double t2 = d_y[i] * (1.0 - y3[(t * L + k) * n + i] * y3[(t * L + k) * n + i]);
                d_y[i] = t2 * W[k * 2 * n + i];
                d_W[k * 2 * n + i] += t2 * y2[(t * L + k) * n + i];
                d_W[(k * 2 + 1) * n + i] += t2;
            });
        }
    }
}

int layers_backward(struct layers *m)
{
    if (!m->x || !m->W)
        return GRADC_ENULL;
    if (layers_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_W)
        return GRADC_OK;
    const size_t T = m->T;
    const size_t n = m->n;
    const size_t L = m->L;
    double *const work = (double *)m->work;
    double *const y3 = work;
    double *const y2 = y3 + gradc_room(T * n * L);
    layers_backward_kernel(m, m->W, m->d_W, y3, y2, y2 + gradc_room(T * n * L));
    return GRADC_OK;
}

static void layers_gradient_kernel(
    struct layers *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [T, n] */
    const double *GRADC_RESTRICT W, /* [L, 2, n] */
    double *GRADC_RESTRICT d_W,     /* [L, 2, n] */
    double *GRADC_RESTRICT y,       /* [n] */
    double *GRADC_RESTRICT y3,      /* [T, L, n] */
    double *GRADC_RESTRICT y2)      /* [T, L, n] */
{
    const size_t T = m->T;
    const size_t n = m->n;
    const size_t L = m->L;
    double *const d_y = y; /* [n] */
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    double loss = 0.0;
    /* layers.nn:5   for t in 0..T { */
    for (size_t t = 0; t < T; t++) {
        /* layers.nn:6   y = x[t] */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            y[i] = x[t * n + i];
        });
        /* layers.nn:7   for k in 0..L { y = tanh(y * W[k, 0] + W[k, 1]) } */
        for (size_t k = 0; k < L; k++) {
            if (m->d_W) {
                GRADC_PARALLEL_INDEPENDENT(i, n, n, {
                    y2[(t * L + k) * n + i] = y[i];
                });
            }
            /* y = tanh(y * W[k, 0] + W[k, 1]) */
            GRADC_PARALLEL_INDEPENDENT(i, n, 16 * n, {
                y[i] = gradc_tanh(y[i] * W[k * 2 * n + i] + W[(k * 2 + 1) * n + i]);
                y3[(t * L + k) * n + i] = y[i];
            });
        }
        /* layers.nn:8   loss = loss + sum(y) */
        /* sum = sum(y) */
        double sum = 0;
        GRADC_SUM_IN_PARTS(double, sum, i, n, y[i]);
        loss += sum;
    }
    const double d_loss2 = d_loss;
    /* layers.nn:5   for t in 0..T { */
    if (m->d_W) {
        GRADC_PARALLEL(i, 2 * n * L, 2 * n * L, {
            d_W[i] = 0.0;
        });
        for (size_t t = T - 1; t + 1 > 0; t--) {
            /* layers.nn:8   loss = loss + sum(y) */
            GRADC_PARALLEL(i, n, n, {
                d_y[i] = d_loss2;
            });
            for (size_t k = L - 1; k + 1 > 0; k--) {
                /* layers.nn:7   for k in 0..L { y = tanh(y * W[k, 0] + W[k, 1]) } */
                /* d_y = t2 * W[k, 0] ; d_W[k, 0, i] += t2[i] * y2[t, k, i] ; d_W[k, 1, i] += t2[i] */
                GRADC_PARALLEL_INDEPENDENT(i, n, 4 * n, {
                    const double t2 = d_y[i] * (1.0 - y3[(t * L + k) * n + i] * y3[(t * L + k) * n + i]);
                    d_y[i] = t2 * W[k * 2 * n + i];
                    d_W[k * 2 * n + i] += t2 * y2[(t * L + k) * n + i];
                    d_W[(k * 2 + 1) * n + i] += t2;
                });
            }
        }
    }
    m->loss = loss;
}

int layers_gradient(struct layers *m)
{
    if (!m->x || !m->W)
        return GRADC_ENULL;
    if (layers_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t T = m->T;
    const size_t n = m->n;
    const size_t L = m->L;
    double *const work = (double *)m->work;
    double *const y3 = work;
    double *const y2 = y3 + gradc_room(T * n * L);
    layers_gradient_kernel(m, m->x, m->W, m->d_W, y2 + gradc_room(T * n * L), y3, y2);
    return GRADC_OK;
}

GRADC_END
