/* Emitted by gradc from structure.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "structure.h"

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if convolve can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int convolve_check(const struct convolve *m)
{
    if (m->n == 0 || m->r == 0)
        return GRADC_ESIZE;
    if (m->n < m->r)
        return GRADC_ESIZE;
    if ((double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->r > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->n + 1 - (double)m->r > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t convolve_workspace(const struct convolve *m)
{
    if (convolve_check(m) != GRADC_OK)
        return 0;
    return 0;
}

size_t convolve_gradient_workspace(const struct convolve *m)
{
    if (convolve_check(m) != GRADC_OK)
        return 0;
    return 0;
}

size_t convolve_bind_parameters(struct convolve *m, double *block)
{
    size_t count = 0;
    if (convolve_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->x = block + count; /* [n] */
    count += m->n;
    if (block)
        m->w = block + count; /* [r] */
    count += m->r;
    return count;
}

size_t convolve_bind_gradients(struct convolve *m, double *block)
{
    size_t count = 0;
    if (convolve_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_x = block + count; /* [n] */
    count += m->n;
    if (block)
        m->d_w = block + count; /* [r] */
    count += m->r;
    return count;
}

static void convolve_forward_kernel(
    struct convolve *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [n] */
    const double *GRADC_RESTRICT w, /* [r] */
    double *GRADC_RESTRICT y)       /* [n + 1 - r] */
{
    const size_t n = m->n;
    const size_t r = m->r;
    /* structure.nn:3   y[p < n - r + 1] = sum[u](x[p + u] * w[u]) */
    /* y[i] = sum[j](x[i + j] * w[j]) */
    memset(y, 0, (n + 1 - r) * sizeof(double));
    for (size_t i = 0; i < r; i++)
        for (size_t j = 0; j < n + 1 - r; j++)
            y[j] += x[i + j] * w[i];
}

int convolve_forward(struct convolve *m)
{
    if (!m->x || !m->w)
        return GRADC_ENULL;
    if (convolve_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->y)
        return GRADC_OK;
    convolve_forward_kernel(m, m->x, m->w, m->y);
    return GRADC_OK;
}

static void convolve_backward_kernel(
    struct convolve *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,   /* [n] */
    const double *GRADC_RESTRICT w,   /* [r] */
    const double *GRADC_RESTRICT d_y, /* [n + 1 - r] */
    double *GRADC_RESTRICT d_x,       /* [n] */
    double *GRADC_RESTRICT d_w)       /* [r] */
{
    const size_t n = m->n;
    const size_t r = m->r;
    /* structure.nn:3   y[p < n - r + 1] = sum[u](x[p + u] * w[u]) */
    /* d_x[i + j] += d_y[i] * w[j] ; d_w[i] = sum[j](x[j + i] * d_y[j]) */
    if (m->d_x || m->d_w) {
        if (m->d_x)
            memset(d_x, 0, n * sizeof(double));
        if (m->d_w)
            memset(d_w, 0, r * sizeof(double));
        for (size_t i = 0; i < n + 1 - r; i++) {
            if (m->d_x) {
                for (size_t j = 0; j < r; j++)
                    d_x[i + j] += (d_y ? d_y[i] : 0) * w[j];
            }
            if (m->d_w) {
                for (size_t j = 0; j < r; j++)
                    d_w[j] += x[i + j] * (d_y ? d_y[i] : 0);
            }
        }
    }
}

int convolve_backward(struct convolve *m)
{
    if (!m->x || !m->w)
        return GRADC_ENULL;
    if (convolve_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->d_x && !m->d_w)
        return GRADC_OK;
    convolve_backward_kernel(m, m->x, m->w, m->d_y, m->d_x, m->d_w);
    return GRADC_OK;
}

static void convolve_gradient_kernel(
    struct convolve *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,   /* [n] */
    const double *GRADC_RESTRICT w,   /* [r] */
    const double *GRADC_RESTRICT d_y, /* [n + 1 - r] */
    double *GRADC_RESTRICT y,         /* [n + 1 - r] */
    double *GRADC_RESTRICT d_x,       /* [n] */
    double *GRADC_RESTRICT d_w)       /* [r] */
{
    const size_t n = m->n;
    const size_t r = m->r;
    /* structure.nn:3   y[p < n - r + 1] = sum[u](x[p + u] * w[u]) */
    /* y[i] = sum[j](x[i + j] * w[j]) */
    if (m->y) {
        memset(y, 0, (n + 1 - r) * sizeof(double));
        for (size_t i = 0; i < r; i++)
            for (size_t j = 0; j < n + 1 - r; j++)
                y[j] += x[i + j] * w[i];
    }
    /* d_w[i] = sum[j](x[j + i] * d_y[j]) ; d_x[i + j] += d_y[i] * w[j] */
    if (m->d_x || m->d_w) {
        if (m->d_w)
            memset(d_w, 0, r * sizeof(double));
        if (m->d_x)
            memset(d_x, 0, n * sizeof(double));
        for (size_t i = 0; i < n + 1 - r; i++) {
            if (m->d_w) {
                for (size_t j = 0; j < r; j++)
                    d_w[j] += x[i + j] * (d_y ? d_y[i] : 0);
            }
            if (m->d_x) {
                for (size_t j = 0; j < r; j++)
                    d_x[i + j] += (d_y ? d_y[i] : 0) * w[j];
            }
        }
    }
}

int convolve_gradient(struct convolve *m)
{
    if (!m->x || !m->w)
        return GRADC_ENULL;
    if (convolve_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->y && !m->d_x && !m->d_w)
        return GRADC_OK;
    convolve_gradient_kernel(m, m->x, m->w, m->d_y, m->y, m->d_x, m->d_w);
    return GRADC_OK;
}

/* GRADC_OK if rows can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int rows_check(const struct rows *m)
{
    if (m->V == 0 || m->D == 0 || m->T == 0)
        return GRADC_ESIZE;
    if ((double)m->V * (double)m->D > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->T > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->D * (double)m->T > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t rows_workspace(const struct rows *m)
{
    if (rows_check(m) != GRADC_OK)
        return 0;
    return 0;
}

size_t rows_gradient_workspace(const struct rows *m)
{
    if (rows_check(m) != GRADC_OK)
        return 0;
    return 0;
}

size_t rows_bind_parameters(struct rows *m, double *block)
{
    size_t count = 0;
    if (rows_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->E = block + count; /* [V, D] */
    count += m->V * m->D;
    return count;
}

size_t rows_bind_gradients(struct rows *m, double *block)
{
    size_t count = 0;
    if (rows_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_E = block + count; /* [V, D] */
    count += m->V * m->D;
    return count;
}

static int rows_forward_kernel(
    struct rows *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT E,    /* [V, D] */
    const int32_t *GRADC_RESTRICT tok, /* [T] */
    double *GRADC_RESTRICT rows2)      /* [T, D] */
{
    const size_t V = m->V;
    const size_t D = m->D;
    const size_t T = m->T;
    /* structure.nn:6   rows(E: [V, D], tok: int[T]) = E[tok] */
    for (size_t i = 0; i < T; i++) {
        if (tok[i] < 0 || (size_t)tok[i] >= V)
            return GRADC_EINDEX;
    }
    GRADC_PARALLEL(D * T)
    for (size_t i = 0; i < T; i++)
        for (size_t j = 0; j < D; j++)
            rows2[i * D + j] = E[(size_t)tok[i] * D + j];
    return GRADC_OK;
}

int rows_forward(struct rows *m)
{
    if (!m->E || !m->tok)
        return GRADC_ENULL;
    if (rows_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->rows)
        return GRADC_OK;
    return rows_forward_kernel(m, m->E, m->tok, m->rows);
}

static void rows_backward_kernel(
    struct rows *GRADC_RESTRICT m,
    const int32_t *GRADC_RESTRICT tok,   /* [T] */
    const double *GRADC_RESTRICT d_rows, /* [T, D] */
    double *GRADC_RESTRICT d_E)          /* [V, D] */
{
    const size_t V = m->V;
    const size_t D = m->D;
    const size_t T = m->T;
    /* structure.nn:6   rows(E: [V, D], tok: int[T]) = E[tok] */
    /* d_E[tok[i], j] += d_rows[i, j] */
    memset(d_E, 0, V * D * sizeof(double));
    for (size_t i = 0; i < T; i++)
        for (size_t j = 0; j < D; j++)
            d_E[(size_t)tok[i] * D + j] += (d_rows ? d_rows[i * D + j] : 0);
}

int rows_backward(struct rows *m)
{
    if (!m->E || !m->tok)
        return GRADC_ENULL;
    if (rows_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->d_E)
        return GRADC_OK;
    rows_backward_kernel(m, m->tok, m->d_rows, m->d_E);
    return GRADC_OK;
}

static int rows_gradient_kernel(
    struct rows *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT E,      /* [V, D] */
    const int32_t *GRADC_RESTRICT tok,   /* [T] */
    const double *GRADC_RESTRICT d_rows, /* [T, D] */
    double *GRADC_RESTRICT d_E,          /* [V, D] */
    double *GRADC_RESTRICT rows2)        /* [T, D] */
{
    const size_t V = m->V;
    const size_t D = m->D;
    const size_t T = m->T;
    /* structure.nn:6   rows(E: [V, D], tok: int[T]) = E[tok] */
    for (size_t i = 0; i < T; i++) {
        if (tok[i] < 0 || (size_t)tok[i] >= V)
            return GRADC_EINDEX;
    }
    /* d_E[tok[i], j] += d_rows[i, j] */
    if (m->rows || m->d_E) {
        if (m->d_E)
            memset(d_E, 0, V * D * sizeof(double));
        for (size_t i = 0; i < T; i++) {
            if (m->d_E) {
                for (size_t j = 0; j < D; j++)
                    d_E[(size_t)tok[i] * D + j] += (d_rows ? d_rows[i * D + j] : 0);
            }
            if (m->rows) {
                for (size_t j = 0; j < D; j++)
                    rows2[i * D + j] = E[(size_t)tok[i] * D + j];
            }
        }
    }
    return GRADC_OK;
}

int rows_gradient(struct rows *m)
{
    if (!m->E || !m->tok)
        return GRADC_ENULL;
    if (rows_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->rows && !m->d_E)
        return GRADC_OK;
    return rows_gradient_kernel(m, m->E, m->tok, m->d_rows, m->d_E, m->rows);
}

/* GRADC_OK if recurrent can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int recurrent_check(const struct recurrent *m)
{
    if (m->T == 0 || m->n == 0)
        return GRADC_ESIZE;
    if ((double)m->T * (double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->n * (double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)m->T * (double)m->n + 2 * (double)m->n + 32 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (3 * (double)m->T * (double)m->n + 3 * (double)m->n + 48 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (3 * (double)m->T * (double)m->n + 2 * (double)m->n + 40 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t recurrent_workspace(const struct recurrent *m)
{
    if (recurrent_check(m) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* forward */
    count += 2 * gradc_room(m->n);
    count += 2 * gradc_room(m->T * m->n);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 3 * gradc_room(m->n);
    count += 3 * gradc_room(m->T * m->n);
    most = count > most ? count : most;
    count = 0; /* gradient */
    count += 3 * gradc_room(m->T * m->n);
    count += 2 * gradc_room(m->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t recurrent_gradient_workspace(const struct recurrent *m)
{
    if (recurrent_check(m) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* gradient */
    count += 3 * gradc_room(m->T * m->n);
    count += 2 * gradc_room(m->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t recurrent_bind_parameters(struct recurrent *m, double *block)
{
    size_t count = 0;
    if (recurrent_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->xs = block + count; /* [T, n] */
    count += m->T * m->n;
    if (block)
        m->h0 = block + count; /* [n] */
    count += m->n;
    if (block)
        m->W = block + count; /* [n, n] */
    count += m->n * m->n;
    return count;
}

size_t recurrent_bind_gradients(struct recurrent *m, double *block)
{
    size_t count = 0;
    if (recurrent_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_xs = block + count; /* [T, n] */
    count += m->T * m->n;
    if (block)
        m->d_h0 = block + count; /* [n] */
    count += m->n;
    if (block)
        m->d_W = block + count; /* [n, n] */
    count += m->n * m->n;
    return count;
}

static void recurrent_forward_kernel(
    struct recurrent *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT xs, /* [T, n] */
    const double *GRADC_RESTRICT h0, /* [n] */
    const double *GRADC_RESTRICT W,  /* [n, n] */
    double *GRADC_RESTRICT sum,      /* [n] */
    double *GRADC_RESTRICT h,        /* [n] */
    double *GRADC_RESTRICT h3,       /* [T, n] */
    double *GRADC_RESTRICT h2)       /* [T, n] */
{
    const size_t T = m->T;
    const size_t n = m->n;
    /* structure.nn:7   recurrent(xs: [T, n], h0: [n], W: [n, n]) { */
    GRADC_PARALLEL(n)
    for (size_t i = 0; i < n; i++)
        h[i] = h0[i];
    /* structure.nn:9   for t in 0..T { */
    for (size_t t = 0; t < T; t++) {
        for (size_t i = 0; i < n; i++)
            h2[t * n + i] = h[i];
        /* structure.nn:10   h = tanh(h @ W + xs[t]) */
        /* sum = h @ W */
        gradc_matvec_f64(1, n, n, 1, W, n, h, 1, 0, sum, 1);
        /* h = tanh(sum + xs[t]) */
        GRADC_INDEPENDENT
        for (size_t i = 0; i < n; i++) {
            h[i] = gradc_tanh(sum[i] + xs[t * n + i]);
            h3[t * n + i] = h[i];
        }
    }
    /* structure.nn:12   return loss = sum(h^2) */
    /* loss = sum(h^2) */
    double loss = 0;
    GRADC_SUM_IN_PARTS(double, loss, i, n, h[i] * h[i]);
    m->loss = loss;
}

int recurrent_forward(struct recurrent *m)
{
    if (!m->xs || !m->h0 || !m->W)
        return GRADC_ENULL;
    if (recurrent_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t T = m->T;
    const size_t n = m->n;
    double *const work = (double *)m->work;
    double *const h = work;
    double *const h3 = h + gradc_room(n);
    double *const h2 = h3 + gradc_room(T * n);
    recurrent_forward_kernel(m, m->xs, m->h0, m->W, h2 + gradc_room(T * n), h, h3, h2);
    return GRADC_OK;
}

static void recurrent_backward_kernel(
    struct recurrent *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT W,  /* [n, n] */
    double *GRADC_RESTRICT d_W,      /* [n, n] */
    const double *GRADC_RESTRICT h,  /* [n] */
    const double *GRADC_RESTRICT h2, /* [T, n] */
    const double *GRADC_RESTRICT h3, /* [T, n] */
    double *GRADC_RESTRICT t2,       /* [n] */
    double *GRADC_RESTRICT d_h0,     /* [n] */
    double *GRADC_RESTRICT d_xs)     /* [T, n] */
{
    const size_t T = m->T;
    const size_t n = m->n;
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    /* structure.nn:12   return loss = sum(h^2) */
    GRADC_PARALLEL(n)
    for (size_t i = 0; i < n; i++)
        d_h0[i] = 2.0 * (d_loss * h[i]);
    /* structure.nn:9   for t in 0..T { */
    for (size_t t = T - 1; t + 1 > 0; t--) {
        /* structure.nn:10   h = tanh(h @ W + xs[t]) */
        /* t2 = d_h0 * (1 - h2[t]^2) */
        GRADC_PARALLEL(n)
        for (size_t i = 0; i < n; i++) {
            t2[i] = d_h0[i] * (1.0 - h2[t * n + i] * h2[t * n + i]);
            if (m->d_xs || m->d_W) {
                d_xs[t * n + i] = t2[i];
            }
        }
        /* d_h0 = t2 @ W' */
        gradc_matvec_f64(0, n, n, 1, W, n, t2, 1, 0, d_h0, 1);
    }
    /* structure.nn:9   for t in 0..T { */
    /* d_W = h3' @ d_xs */
    if (m->d_W) {
        gradc_matmul_f64(1, 0, n, n, T, 1, h3, n, d_xs, n, 0, d_W, n);
    }
}

int recurrent_backward(struct recurrent *m)
{
    if (!m->xs || !m->h0 || !m->W)
        return GRADC_ENULL;
    if (recurrent_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_xs && !m->d_h0 && !m->d_W)
        return GRADC_OK;
    const size_t T = m->T;
    const size_t n = m->n;
    double *const work = (double *)m->work;
    double *const h = work;
    double *const h2 = h + gradc_room(n);
    double *const h3 = h2 + gradc_room(T * n);
    double *const room_1 = h3 + gradc_room(T * n);
    double *const room_1_2 = room_1 + gradc_room(n);
    recurrent_backward_kernel(m, m->W, m->d_W, h, h2, h3, room_1_2 + gradc_room(T * n), m->d_h0 ? m->d_h0 :
            room_1, m->d_xs ? m->d_xs : room_1_2);
    return GRADC_OK;
}

static void recurrent_gradient_kernel(
    struct recurrent *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT xs, /* [T, n] */
    const double *GRADC_RESTRICT h0, /* [n] */
    const double *GRADC_RESTRICT W,  /* [n, n] */
    double *GRADC_RESTRICT d_W,      /* [n, n] */
    double *GRADC_RESTRICT h,        /* [n] */
    double *GRADC_RESTRICT sum,      /* [n] */
    double *GRADC_RESTRICT h3,       /* [T, n] */
    double *GRADC_RESTRICT t2,       /* [n] */
    double *GRADC_RESTRICT h2)       /* [T, n] */
{
    const size_t T = m->T;
    const size_t n = m->n;
    double *const d_h0 = m->d_h0 ? m->d_h0 : sum; /* [n] */
    double *const d_xs = m->d_xs ? m->d_xs : h; /* [T, n] */
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    /* structure.nn:7   recurrent(xs: [T, n], h0: [n], W: [n, n]) { */
    GRADC_PARALLEL(n)
    for (size_t i = 0; i < n; i++)
        h[i] = h0[i];
    /* structure.nn:9   for t in 0..T { */
    for (size_t t = 0; t < T; t++) {
        if (m->d_W) {
            GRADC_PARALLEL(n)
            for (size_t i = 0; i < n; i++)
                h2[t * n + i] = h[i];
        }
        /* structure.nn:10   h = tanh(h @ W + xs[t]) */
        /* sum = h @ W */
        gradc_matvec_f64(1, n, n, 1, W, n, h, 1, 0, sum, 1);
        /* h = tanh(sum + xs[t]) */
        GRADC_INDEPENDENT
        for (size_t i = 0; i < n; i++) {
            h[i] = gradc_tanh(sum[i] + xs[t * n + i]);
            h3[t * n + i] = h[i];
        }
    }
    /* structure.nn:12   return loss = sum(h^2) */
    /* loss = sum(h^2) */
    double loss = 0;
    GRADC_SUM_IN_PARTS_OF(double, loss, i, n, h[i] * h[i], d_h0[i] = 2.0 * (d_loss * h[i]););
    /* structure.nn:9   for t in 0..T { */
    for (size_t t = T - 1; t + 1 > 0; t--) {
        /* structure.nn:10   h = tanh(h @ W + xs[t]) */
        /* t2 = d_h0 * (1 - h3[t]^2) */
        GRADC_PARALLEL(n)
        for (size_t i = 0; i < n; i++) {
            t2[i] = d_h0[i] * (1.0 - h3[t * n + i] * h3[t * n + i]);
            if (m->d_xs || m->d_W) {
                d_xs[t * n + i] = t2[i];
            }
        }
        /* d_h0 = t2 @ W' */
        gradc_matvec_f64(0, n, n, 1, W, n, t2, 1, 0, d_h0, 1);
    }
    /* structure.nn:9   for t in 0..T { */
    /* d_W = h2' @ d_xs */
    if (m->d_W) {
        gradc_matmul_f64(1, 0, n, n, T, 1, h2, n, d_xs, n, 0, d_W, n);
    }
    /* structure.nn:12   return loss = sum(h^2) */
    m->loss = loss;
}

int recurrent_gradient(struct recurrent *m)
{
    if (!m->xs || !m->h0 || !m->W)
        return GRADC_ENULL;
    if (recurrent_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t T = m->T;
    const size_t n = m->n;
    double *const work = (double *)m->work;
    double *const h = work;
    double *const h3 = h + gradc_room(T * n);
    double *const h2 = h3 + gradc_room(T * n);
    double *const sum = h2 + gradc_room(T * n);
    recurrent_gradient_kernel(m, m->xs, m->h0, m->W, m->d_W, h, sum, h3, sum + gradc_room(n), h2);
    return GRADC_OK;
}

size_t choose_workspace(const struct choose *m)
{
    (void)m;
    return 0;
}

size_t choose_gradient_workspace(const struct choose *m)
{
    (void)m;
    return 0;
}

size_t choose_bind_parameters(struct choose *m, double *block)
{
    size_t count = 0;
    (void)m;
    (void)block;
    return count;
}

size_t choose_bind_gradients(struct choose *m, double *block)
{
    size_t count = 0;
    (void)m;
    (void)block;
    return count;
}

int choose_forward(struct choose *m)
{
    const double x = m->x;
    const double a = m->a;
    /* structure.nn:15   if x > a { y = x^2 } else { y = a * x } */
    double t = 0.0;
    if (a < x) {
        t = x * x;
    }
    double t2 = t;
    if (!(a < x)) {
        t2 = a * x;
    }
    m->y = t2;
    return GRADC_OK;
}

int choose_backward(struct choose *m)
{
    const double x = m->x;
    const double a = m->a;
    const double d_y = m->d_y ? *m->d_y : 1;
    /* structure.nn:15   if x > a { y = x^2 } else { y = a * x } */
    const double t = 0.0;
    /* structure.nn:16   return y */
    double t2 = d_y;
    /* structure.nn:15   if x > a { y = x^2 } else { y = a * x } */
    double d_x = t;
    double d_a = t;
    if (!(a < x)) {
        d_x = d_x + t2 * a;
        d_a = d_a + t2 * x;
        t2 = t;
    }
    double t3 = t2;
    double d_x2 = t;
    if (a < x) {
        d_x2 = d_x2 + 2.0 * (t3 * x);
        t3 = t;
    }
    m->d_x = d_x + d_x2;
    m->d_a = d_a;
    return GRADC_OK;
}

int choose_gradient(struct choose *m)
{
    const double x = m->x;
    const double a = m->a;
    const double d_y = m->d_y ? *m->d_y : 1;
    /* structure.nn:15   if x > a { y = x^2 } else { y = a * x } */
    const double t = 0.0;
    const int32_t t2 = !(a < x);
    double t3 = t;
    if (a < x) {
        t3 = x * x;
    }
    double t4 = t3;
    if (t2) {
        t4 = a * x;
    }
    /* structure.nn:16   return y */
    double t5 = d_y;
    /* structure.nn:15   if x > a { y = x^2 } else { y = a * x } */
    double d_x = t;
    double d_a = t;
    if (t2) {
        d_x = d_x + t5 * a;
        d_a = d_a + t5 * x;
        t5 = t;
    }
    double t6 = t5;
    double d_x2 = t;
    if (a < x) {
        d_x2 = d_x2 + 2.0 * (t6 * x);
        t6 = t;
    }
    m->y = t4;
    m->d_x = d_x + d_x2;
    m->d_a = d_a;
    return GRADC_OK;
}

/* GRADC_OK if wrap can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int wrap_check(const struct wrap *m)
{
    if (m->n == 0)
        return GRADC_ESIZE;
    if ((double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t wrap_workspace(const struct wrap *m)
{
    if (wrap_check(m) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* forward */
    count += gradc_room(1);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += gradc_room(1);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t wrap_gradient_workspace(const struct wrap *m)
{
    if (wrap_check(m) != GRADC_OK)
        return 0;
    return 0;
}

size_t wrap_bind_parameters(struct wrap *m, double *block)
{
    size_t count = 0;
    if (wrap_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->x = block + count; /* [n] */
    count += m->n;
    return count;
}

size_t wrap_bind_gradients(struct wrap *m, double *block)
{
    size_t count = 0;
    if (wrap_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_x = block + count; /* [n] */
    count += m->n;
    return count;
}

static void wrap_forward_kernel(
    struct wrap *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [n] */
    double *GRADC_RESTRICT sum)     /* [] */
{
    const size_t n = m->n;
    const double c = m->c;
    /* structure.nn:18   wrap(x: [n], c) = sum(x * c) / n */
    /* sum = sum(x) */
    double sum2 = 0;
    GRADC_SUM_IN_PARTS(double, sum2, i, n, x[i]);
    sum[0] = sum2;
    m->wrap = sum[0] * c / (double)n;
}

int wrap_forward(struct wrap *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (wrap_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    double *const work = (double *)m->work;
    wrap_forward_kernel(m, m->x, work);
    return GRADC_OK;
}

static void wrap_backward_kernel(
    struct wrap *GRADC_RESTRICT m,
    double *GRADC_RESTRICT d_x,       /* [n] */
    const double *GRADC_RESTRICT sum) /* [] */
{
    const size_t n = m->n;
    const double c = m->c;
    const double d_wrap = m->d_wrap ? *m->d_wrap : 1;
    /* structure.nn:18   wrap(x: [n], c) = sum(x * c) / n */
    const double t = d_wrap / (double)n;
    const double t2 = t * c;
    if (m->d_x) {
        GRADC_PARALLEL(n)
        for (size_t i = 0; i < n; i++)
            d_x[i] = t2;
    }
    m->d_c = t * sum[0];
}

int wrap_backward(struct wrap *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (wrap_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    double *const work = (double *)m->work;
    wrap_backward_kernel(m, m->d_x, work);
    return GRADC_OK;
}

static void wrap_gradient_kernel(
    struct wrap *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [n] */
    double *GRADC_RESTRICT d_x)     /* [n] */
{
    const size_t n = m->n;
    const double c = m->c;
    const double d_wrap = m->d_wrap ? *m->d_wrap : 1;
    /* structure.nn:18   wrap(x: [n], c) = sum(x * c) / n */
    const double t = d_wrap / (double)n;
    const double t2 = t * c;
    /* sum = sum(x) */
    double sum = 0;
    GRADC_SUM_IN_PARTS(double, sum, i, n, x[i]);
    if (m->d_x) {
        GRADC_PARALLEL(n)
        for (size_t i = 0; i < n; i++)
            d_x[i] = t2;
    }
    m->wrap = sum * c / (double)n;
    m->d_c = t * sum;
}

int wrap_gradient(struct wrap *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (wrap_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    wrap_gradient_kernel(m, m->x, m->d_x);
    return GRADC_OK;
}
