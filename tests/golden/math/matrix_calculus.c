/* Emitted by gradc from matrix_calculus.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "matrix_calculus.h"

GRADC_ROOTS

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if quadratic can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int quadratic_check(const struct quadratic *m)
{
    if (m->n == 0)
        return GRADC_ESIZE;
    if ((double)m->n * (double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->n + 8 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)m->n + 16 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t quadratic_workspace(const struct quadratic *m)
{
    if (quadratic_check(m) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* forward */
    count += gradc_room(m->n);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += gradc_room(m->n);
    most = count > most ? count : most;
    count = 0; /* gradient */
    count += 2 * gradc_room(m->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t quadratic_gradient_workspace(const struct quadratic *m)
{
    if (quadratic_check(m) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* gradient */
    count += 2 * gradc_room(m->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t quadratic_bind_parameters(struct quadratic *m, double *block)
{
    size_t count = 0;
    if (quadratic_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->A = block + count; /* [n, n] */
    count += m->n * m->n;
    if (block)
        m->x = block + count; /* [n] */
    count += m->n;
    return count;
}

size_t quadratic_bind_gradients(struct quadratic *m, double *block)
{
    size_t count = 0;
    if (quadratic_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_A = block + count; /* [n, n] */
    count += m->n * m->n;
    if (block)
        m->d_x = block + count; /* [n] */
    count += m->n;
    return count;
}

static void quadratic_forward_kernel(
    struct quadratic *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT A, /* [n, n] */
    const double *GRADC_RESTRICT x, /* [n] */
    double *GRADC_RESTRICT sum)     /* [n] */
{
    const size_t n = m->n;
    /* matrix_calculus.nn:2   quadratic(A: [n, n], x: [n]) = 0.5 * x' @ A @ x */
    /* sum = x @ A */
    gradc_matvec_f64(1, n, n, 1, A, n, x, 1, 0, sum, 1);
    /* sum2 = sum(sum * x) */
    double sum2 = 0;
    GRADC_SUM_IN_PARTS(double, sum2, i, n, sum[i] * x[i]);
    m->quadratic = 0.5 * sum2;
}

int quadratic_forward(struct quadratic *m)
{
    if (!m->A || !m->x)
        return GRADC_ENULL;
    if (quadratic_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    double *const work = (double *)m->work;
    quadratic_forward_kernel(m, m->A, m->x, work);
    return GRADC_OK;
}

static void quadratic_backward_kernel(
    struct quadratic *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT A,   /* [n, n] */
    const double *GRADC_RESTRICT x,   /* [n] */
    double *GRADC_RESTRICT d_A,       /* [n, n] */
    double *GRADC_RESTRICT d_x,       /* [n] */
    const double *GRADC_RESTRICT sum) /* [n] */
{
    const size_t n = m->n;
    const double d_quadratic = m->d_quadratic ? *m->d_quadratic : 1;
    /* matrix_calculus.nn:2   quadratic(A: [n, n], x: [n]) = 0.5 * x' @ A @ x */
    /* d_A = d_quadratic * 0.5 * (x[:, new] * x) */
    if (m->d_A) {
        GRADC_PARALLEL(n * n)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                d_A[i * n + j] = d_quadratic * 0.5 * (x[i] * x[j]);
    }
    /* d_x = x @ A' */
    if (m->d_x) {
        gradc_matvec_f64(0, n, n, 1, A, n, x, 1, 0, d_x, 1);
        /* d_x = (sum + d_x) * (d_quadratic * 0.5) */
        GRADC_PARALLEL(n)
        for (size_t i = 0; i < n; i++)
            d_x[i] = (sum[i] + d_x[i]) * (d_quadratic * 0.5);
    }
}

int quadratic_backward(struct quadratic *m)
{
    if (!m->A || !m->x)
        return GRADC_ENULL;
    if (quadratic_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_A && !m->d_x)
        return GRADC_OK;
    double *const work = (double *)m->work;
    quadratic_backward_kernel(m, m->A, m->x, m->d_A, m->d_x, work);
    return GRADC_OK;
}

static void quadratic_gradient_kernel(
    struct quadratic *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT A, /* [n, n] */
    const double *GRADC_RESTRICT x, /* [n] */
    double *GRADC_RESTRICT d_A,     /* [n, n] */
    double *GRADC_RESTRICT sum2,    /* [n] */
    double *GRADC_RESTRICT d_x)     /* [n] */
{
    const size_t n = m->n;
    const double d_quadratic = m->d_quadratic ? *m->d_quadratic : 1;
    /* matrix_calculus.nn:2   quadratic(A: [n, n], x: [n]) = 0.5 * x' @ A @ x */
    /* d_x = x @ A */
    gradc_matvec_f64(1, n, n, 1, A, n, x, 1, 0, d_x, 1);
    /* sum = sum(d_x * x) ; d_A = d_quadratic * 0.5 * (x[:, new] * x) */
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += d_x[i] * x[i];
        if (m->d_A) {
            for (size_t j = 0; j < n; j++)
                d_A[i * n + j] = d_quadratic * 0.5 * (x[i] * x[j]);
        }
    }
    /* sum2 = x @ A' */
    if (m->d_x) {
        gradc_matvec_f64(0, n, n, 1, A, n, x, 1, 0, sum2, 1);
        /* d_x = (d_x + sum2) * (d_quadratic * 0.5) */
        GRADC_PARALLEL(n)
        for (size_t i = 0; i < n; i++)
            d_x[i] = (d_x[i] + sum2[i]) * (d_quadratic * 0.5);
    }
    m->quadratic = 0.5 * sum;
}

int quadratic_gradient(struct quadratic *m)
{
    if (!m->A || !m->x)
        return GRADC_ENULL;
    if (quadratic_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t n = m->n;
    double *const work = (double *)m->work;
    double *const room_1 = work;
    quadratic_gradient_kernel(m, m->A, m->x, m->d_A, room_1 + gradc_room(n), m->d_x ? m->d_x : room_1);
    return GRADC_OK;
}

/* GRADC_OK if exponential can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int exponential_check(const struct exponential *self_)
{
    if (self_->m == 0 || self_->n == 0)
        return GRADC_ESIZE;
    if ((double)self_->m * (double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n + 8 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m + (double)self_->n + 16 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t exponential_workspace(const struct exponential *self_)
{
    if (exponential_check(self_) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* forward */
    count += gradc_room(self_->n);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += gradc_room(self_->n);
    count += gradc_room(self_->m);
    most = count > most ? count : most;
    count = 0; /* gradient */
    count += gradc_room(self_->m);
    count += gradc_room(self_->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t exponential_gradient_workspace(const struct exponential *self_)
{
    if (exponential_check(self_) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* gradient */
    count += gradc_room(self_->m);
    count += gradc_room(self_->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t exponential_bind_parameters(struct exponential *self_, double *block)
{
    size_t count = 0;
    if (exponential_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->A = block + count; /* [m, n] */
    count += self_->m * self_->n;
    if (block)
        self_->x = block + count; /* [n] */
    count += self_->n;
    return count;
}

size_t exponential_bind_gradients(struct exponential *self_, double *block)
{
    size_t count = 0;
    if (exponential_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->d_A = block + count; /* [m, n] */
    count += self_->m * self_->n;
    if (block)
        self_->d_x = block + count; /* [n] */
    count += self_->n;
    return count;
}

static void exponential_forward_kernel(
    struct exponential *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A,      /* [m, n] */
    const double *GRADC_RESTRICT x,      /* [n] */
    double *GRADC_RESTRICT exponential2, /* [m] */
    double *GRADC_RESTRICT t)            /* [n] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    /* matrix_calculus.nn:3   exponential(A: [m, n], x: [n]) = A @ exp(x) */
    /* t = exp(x) */
    GRADC_PARALLEL(8 * n)
    for (size_t i = 0; i < n; i++)
        t[i] = gradc_exp(x[i]);
    /* exponential2 = A @ t */
    if (self_->exponential) {
        gradc_matvec_f64(0, m, n, 1, A, n, t, 1, 0, exponential2, 1);
    }
}

int exponential_forward(struct exponential *self_)
{
    if (!self_->A || !self_->x)
        return GRADC_ENULL;
    if (exponential_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    double *const work = (double *)self_->work;
    exponential_forward_kernel(self_, self_->A, self_->x, self_->exponential, work);
    return GRADC_OK;
}

static void exponential_backward_kernel(
    struct exponential *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A,       /* [m, n] */
    double *GRADC_RESTRICT d_A,           /* [m, n] */
    double *GRADC_RESTRICT d_x,           /* [n] */
    const double *GRADC_RESTRICT t,       /* [n] */
    double *GRADC_RESTRICT d_exponential) /* [m] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    /* matrix_calculus.nn:3   exponential(A: [m, n], x: [n]) = A @ exp(x) */
    if (!self_->d_exponential)
        memset(d_exponential, 0, m * sizeof(double));
    /* d_A = d_exponential[:, new] * t */
    if (self_->d_A) {
        GRADC_PARALLEL(m * n)
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++)
                d_A[i * n + j] = d_exponential[i] * t[j];
    }
    /* d_x = A' @ d_exponential */
    if (self_->d_x) {
        gradc_matvec_f64(1, m, n, 1, A, n, d_exponential, 1, 0, d_x, 1);
        /* d_x = d_x * t */
        GRADC_PARALLEL(n)
        for (size_t i = 0; i < n; i++)
            d_x[i] = d_x[i] * t[i];
    }
}

int exponential_backward(struct exponential *self_)
{
    if (!self_->A || !self_->x)
        return GRADC_ENULL;
    if (exponential_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->d_A && !self_->d_x)
        return GRADC_OK;
    const size_t n = self_->n;
    double *const work = (double *)self_->work;
    double *const t = work;
    exponential_backward_kernel(self_, self_->A, self_->d_A, self_->d_x, t, self_->d_exponential ?
            (double *)self_->d_exponential : t + gradc_room(n));
    return GRADC_OK;
}

static void exponential_gradient_kernel(
    struct exponential *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A,       /* [m, n] */
    const double *GRADC_RESTRICT x,       /* [n] */
    double *GRADC_RESTRICT exponential2,  /* [m] */
    double *GRADC_RESTRICT d_A,           /* [m, n] */
    double *GRADC_RESTRICT d_x,           /* [n] */
    double *GRADC_RESTRICT d_exponential, /* [m] */
    double *GRADC_RESTRICT t)             /* [n] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    /* matrix_calculus.nn:3   exponential(A: [m, n], x: [n]) = A @ exp(x) */
    if (!self_->d_exponential)
        memset(d_exponential, 0, m * sizeof(double));
    /* t = exp(x) */
    GRADC_PARALLEL(8 * n)
    for (size_t i = 0; i < n; i++)
        t[i] = gradc_exp(x[i]);
    /* exponential2 = A @ t */
    if (self_->exponential) {
        gradc_matvec_f64(0, m, n, 1, A, n, t, 1, 0, exponential2, 1);
    }
    /* d_A = d_exponential[:, new] * t */
    if (self_->d_A) {
        GRADC_PARALLEL(m * n)
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++)
                d_A[i * n + j] = d_exponential[i] * t[j];
    }
    /* d_x = A' @ d_exponential */
    if (self_->d_x) {
        gradc_matvec_f64(1, m, n, 1, A, n, d_exponential, 1, 0, d_x, 1);
        /* d_x = d_x * t */
        GRADC_PARALLEL(n)
        for (size_t i = 0; i < n; i++)
            d_x[i] = d_x[i] * t[i];
    }
}

int exponential_gradient(struct exponential *self_)
{
    if (!self_->A || !self_->x)
        return GRADC_ENULL;
    if (exponential_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->exponential && !self_->d_A && !self_->d_x)
        return GRADC_OK;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const room_1 = work;
    exponential_gradient_kernel(self_, self_->A, self_->x, self_->exponential, self_->d_A, self_->d_x,
            self_->d_exponential ? (double *)self_->d_exponential : room_1, room_1 + gradc_room(m));
    return GRADC_OK;
}

/* GRADC_OK if weighted can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int weighted_check(const struct weighted *m)
{
    if (m->n == 0)
        return GRADC_ESIZE;
    if ((double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t weighted_workspace(const struct weighted *m)
{
    if (weighted_check(m) != GRADC_OK)
        return 0;
    return 0;
}

size_t weighted_gradient_workspace(const struct weighted *m)
{
    if (weighted_check(m) != GRADC_OK)
        return 0;
    return 0;
}

size_t weighted_bind_parameters(struct weighted *m, double *block)
{
    size_t count = 0;
    if (weighted_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->x = block + count; /* [n] */
    count += m->n;
    if (block)
        m->y = block + count; /* [n] */
    count += m->n;
    if (block)
        m->v = block + count; /* [n] */
    count += m->n;
    return count;
}

size_t weighted_bind_gradients(struct weighted *m, double *block)
{
    size_t count = 0;
    if (weighted_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_x = block + count; /* [n] */
    count += m->n;
    if (block)
        m->d_y = block + count; /* [n] */
    count += m->n;
    if (block)
        m->d_v = block + count; /* [n] */
    count += m->n;
    return count;
}

int weighted_forward(struct weighted *m)
{
    if (!m->x || !m->y || !m->v)
        return GRADC_ENULL;
    if (weighted_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    const size_t n = m->n;
    const double *GRADC_RESTRICT const x = m->x; /* [n] */
    const double *GRADC_RESTRICT const y = m->y; /* [n] */
    const double *GRADC_RESTRICT const v = m->v; /* [n] */
    /* matrix_calculus.nn:4   weighted(x: [n], y: [n], v: [n]) = (y * v)' @ x */
    /* weighted2 = sum(y * v * x) */
    double weighted2 = 0;
    GRADC_SUM_IN_PARTS(double, weighted2, i, n, y[i] * v[i] * x[i]);
    m->weighted = weighted2;
    return GRADC_OK;
}

static void weighted_backward_kernel(
    struct weighted *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [n] */
    const double *GRADC_RESTRICT y, /* [n] */
    const double *GRADC_RESTRICT v, /* [n] */
    double *GRADC_RESTRICT d_x,     /* [n] */
    double *GRADC_RESTRICT d_y,     /* [n] */
    double *GRADC_RESTRICT d_v)     /* [n] */
{
    const size_t n = m->n;
    const double d_weighted = m->d_weighted ? *m->d_weighted : 1;
    /* matrix_calculus.nn:4   weighted(x: [n], y: [n], v: [n]) = (y * v)' @ x */
    /* d_x = d_weighted * (y * v) */
    if (m->d_x) {
        GRADC_PARALLEL(n)
        for (size_t i = 0; i < n; i++)
            d_x[i] = d_weighted * (y[i] * v[i]);
    }
    /* d_y = t * v ; d_v = t * y */
    if (m->d_y || m->d_v) {
        GRADC_PARALLEL(n)
        for (size_t i = 0; i < n; i++) {
            const double t = d_weighted * x[i];
            if (m->d_y) {
                d_y[i] = t * v[i];
            }
            if (m->d_v) {
                d_v[i] = t * y[i];
            }
        }
    }
}

int weighted_backward(struct weighted *m)
{
    if (!m->x || !m->y || !m->v)
        return GRADC_ENULL;
    if (weighted_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->d_x && !m->d_y && !m->d_v)
        return GRADC_OK;
    weighted_backward_kernel(m, m->x, m->y, m->v, m->d_x, m->d_y, m->d_v);
    return GRADC_OK;
}

static void weighted_gradient_kernel(
    struct weighted *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [n] */
    const double *GRADC_RESTRICT y, /* [n] */
    const double *GRADC_RESTRICT v, /* [n] */
    double *GRADC_RESTRICT d_x,     /* [n] */
    double *GRADC_RESTRICT d_y,     /* [n] */
    double *GRADC_RESTRICT d_v)     /* [n] */
{
    const size_t n = m->n;
    const double d_weighted = m->d_weighted ? *m->d_weighted : 1;
    /* matrix_calculus.nn:4   weighted(x: [n], y: [n], v: [n]) = (y * v)' @ x */
    /* weighted2 = sum(t * x) ; d_x = d_weighted * t */
    double weighted2 = 0;
    for (size_t i = 0; i < n; i++) {
        const double t = y[i] * v[i];
        weighted2 += t * x[i];
        if (m->d_x) {
            d_x[i] = d_weighted * t;
        }
    }
    /* d_y = t2 * v ; d_v = t2 * y */
    if (m->d_y || m->d_v) {
        GRADC_PARALLEL(n)
        for (size_t i = 0; i < n; i++) {
            const double t2 = d_weighted * x[i];
            if (m->d_y) {
                d_y[i] = t2 * v[i];
            }
            if (m->d_v) {
                d_v[i] = t2 * y[i];
            }
        }
    }
    m->weighted = weighted2;
}

int weighted_gradient(struct weighted *m)
{
    if (!m->x || !m->y || !m->v)
        return GRADC_ENULL;
    if (weighted_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    weighted_gradient_kernel(m, m->x, m->y, m->v, m->d_x, m->d_y, m->d_v);
    return GRADC_OK;
}

size_t power_workspace(const struct power *m)
{
    (void)m;
    return 0;
}

size_t power_gradient_workspace(const struct power *m)
{
    (void)m;
    return 0;
}

size_t power_bind_parameters(struct power *m, double *block)
{
    size_t count = 0;
    (void)m;
    (void)block;
    return count;
}

size_t power_bind_gradients(struct power *m, double *block)
{
    size_t count = 0;
    (void)m;
    (void)block;
    return count;
}

int power_forward(struct power *m)
{
    const double a = m->a;
    const double b = m->b;
    /* matrix_calculus.nn:5   power(a, b) = a^b */
    const double power2 = pow(a, b);
    m->power = power2;
    return GRADC_OK;
}

int power_backward(struct power *m)
{
    const double a = m->a;
    const double b = m->b;
    const double d_power = m->d_power ? *m->d_power : 1;
    /* matrix_calculus.nn:5   power(a, b) = a^b */
    m->d_a = d_power * (b == 0.0 ? 0.0 : b * pow(a, b - 1.0));
    m->d_b = d_power * (m->power * log(a == 0.0 ? 1.0 : a));
    return GRADC_OK;
}

int power_gradient(struct power *m)
{
    const double a = m->a;
    const double b = m->b;
    const double d_power = m->d_power ? *m->d_power : 1;
    /* matrix_calculus.nn:5   power(a, b) = a^b */
    const double power2 = pow(a, b);
    m->power = power2;
    m->d_a = d_power * (b == 0.0 ? 0.0 : b * pow(a, b - 1.0));
    m->d_b = d_power * (power2 * log(a == 0.0 ? 1.0 : a));
    return GRADC_OK;
}

/* GRADC_OK if norm1 can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int norm1_check(const struct norm1 *self_)
{
    if (self_->m == 0 || self_->n == 0)
        return GRADC_ESIZE;
    if ((double)self_->m * (double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m + 8 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)self_->m + 16 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t norm1_workspace(const struct norm1 *self_)
{
    if (norm1_check(self_) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* forward */
    count += gradc_room(self_->m);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 2 * gradc_room(self_->m);
    most = count > most ? count : most;
    count = 0; /* gradient */
    count += 2 * gradc_room(self_->m);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t norm1_gradient_workspace(const struct norm1 *self_)
{
    if (norm1_check(self_) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* gradient */
    count += 2 * gradc_room(self_->m);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t norm1_bind_parameters(struct norm1 *self_, double *block)
{
    size_t count = 0;
    if (norm1_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->A = block + count; /* [m, n] */
    count += self_->m * self_->n;
    if (block)
        self_->x = block + count; /* [n] */
    count += self_->n;
    if (block)
        self_->y = block + count; /* [m] */
    count += self_->m;
    return count;
}

size_t norm1_bind_gradients(struct norm1 *self_, double *block)
{
    size_t count = 0;
    if (norm1_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->d_A = block + count; /* [m, n] */
    count += self_->m * self_->n;
    if (block)
        self_->d_x = block + count; /* [n] */
    count += self_->n;
    if (block)
        self_->d_y = block + count; /* [m] */
    count += self_->m;
    return count;
}

static void norm1_forward_kernel(
    struct norm1 *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A, /* [m, n] */
    const double *GRADC_RESTRICT x, /* [n] */
    const double *GRADC_RESTRICT y, /* [m] */
    double *GRADC_RESTRICT sum)     /* [m] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    /* matrix_calculus.nn:6   norm1(A: [m, n], x: [n], y: [m]) = sum(|A @ x - y|) */
    /* sum = A @ x */
    gradc_matvec_f64(0, m, n, 1, A, n, x, 1, 0, sum, 1);
    /* norm1_2 = sum(|sum - y|) */
    double norm1_2 = 0;
    GRADC_SUM_IN_PARTS(double, norm1_2, i, m, fabs(sum[i] - y[i]));
    self_->norm1 = norm1_2;
}

int norm1_forward(struct norm1 *self_)
{
    if (!self_->A || !self_->x || !self_->y)
        return GRADC_ENULL;
    if (norm1_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    double *const work = (double *)self_->work;
    norm1_forward_kernel(self_, self_->A, self_->x, self_->y, work);
    return GRADC_OK;
}

static void norm1_backward_kernel(
    struct norm1 *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A,   /* [m, n] */
    const double *GRADC_RESTRICT x,   /* [n] */
    const double *GRADC_RESTRICT y,   /* [m] */
    double *GRADC_RESTRICT d_A,       /* [m, n] */
    double *GRADC_RESTRICT d_x,       /* [n] */
    double *GRADC_RESTRICT d_y,       /* [m] */
    const double *GRADC_RESTRICT sum, /* [m] */
    double *GRADC_RESTRICT t)         /* [m] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const double d_norm1 = self_->d_norm1 ? *self_->d_norm1 : 1;
    /* matrix_calculus.nn:6   norm1(A: [m, n], x: [n], y: [m]) = sum(|A @ x - y|) */
    /* t = sign(t2) ; d_A = d_norm1 * (t[:, new] * x) ; d_y = -(d_norm1 * t) */
    GRADC_PARALLEL(m * n)
    for (size_t i = 0; i < m; i++) {
        const double t2 = sum[i] - y[i];
        t[i] = t2 > 0 ? 1.0 : t2 < 0 ? -1.0 : t2;
        if (self_->d_A) {
            for (size_t j = 0; j < n; j++)
                d_A[i * n + j] = d_norm1 * (t[i] * x[j]);
        }
        if (self_->d_y) {
            d_y[i] = -d_norm1 * t[i];
        }
    }
    /* d_x = d_norm1 * (A' @ t) */
    if (self_->d_x) {
        gradc_matvec_f64(1, m, n, d_norm1, A, n, t, 1, 0, d_x, 1);
    }
}

int norm1_backward(struct norm1 *self_)
{
    if (!self_->A || !self_->x || !self_->y)
        return GRADC_ENULL;
    if (norm1_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->d_A && !self_->d_x && !self_->d_y)
        return GRADC_OK;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const sum = work;
    norm1_backward_kernel(self_, self_->A, self_->x, self_->y, self_->d_A, self_->d_x, self_->d_y, sum, sum
            + gradc_room(m));
    return GRADC_OK;
}

static void norm1_gradient_kernel(
    struct norm1 *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A, /* [m, n] */
    const double *GRADC_RESTRICT x, /* [n] */
    const double *GRADC_RESTRICT y, /* [m] */
    double *GRADC_RESTRICT d_A,     /* [m, n] */
    double *GRADC_RESTRICT d_x,     /* [n] */
    double *GRADC_RESTRICT d_y,     /* [m] */
    double *GRADC_RESTRICT sum,     /* [m] */
    double *GRADC_RESTRICT t2)      /* [m] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const double d_norm1 = self_->d_norm1 ? *self_->d_norm1 : 1;
    /* matrix_calculus.nn:6   norm1(A: [m, n], x: [n], y: [m]) = sum(|A @ x - y|) */
    /* sum = A @ x */
    gradc_matvec_f64(0, m, n, 1, A, n, x, 1, 0, sum, 1);
    /* norm1_2 = sum(|t|) ; t2 = sign(t) ; d_A = d_norm1 * (t2[:, new] * x) ; d_y = -(d_norm1 * t2) */
    double norm1_2 = 0;
    for (size_t i = 0; i < m; i++) {
        const double t = sum[i] - y[i];
        norm1_2 += fabs(t);
        t2[i] = t > 0 ? 1.0 : t < 0 ? -1.0 : t;
        if (self_->d_A) {
            for (size_t j = 0; j < n; j++)
                d_A[i * n + j] = d_norm1 * (t2[i] * x[j]);
        }
        if (self_->d_y) {
            d_y[i] = -d_norm1 * t2[i];
        }
    }
    /* d_x = d_norm1 * (A' @ t2) */
    if (self_->d_x) {
        gradc_matvec_f64(1, m, n, d_norm1, A, n, t2, 1, 0, d_x, 1);
    }
    self_->norm1 = norm1_2;
}

int norm1_gradient(struct norm1 *self_)
{
    if (!self_->A || !self_->x || !self_->y)
        return GRADC_ENULL;
    if (norm1_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const sum = work;
    norm1_gradient_kernel(self_, self_->A, self_->x, self_->y, self_->d_A, self_->d_x, self_->d_y, sum, sum
            + gradc_room(m));
    return GRADC_OK;
}

/* GRADC_OK if norm2 can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int norm2_check(const struct norm2 *self_)
{
    if (self_->m == 0 || self_->n == 0)
        return GRADC_ESIZE;
    if ((double)self_->m * (double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m + 8 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)self_->m + 16 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t norm2_workspace(const struct norm2 *self_)
{
    if (norm2_check(self_) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* forward */
    count += gradc_room(self_->m);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 2 * gradc_room(self_->m);
    most = count > most ? count : most;
    count = 0; /* gradient */
    count += 2 * gradc_room(self_->m);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t norm2_gradient_workspace(const struct norm2 *self_)
{
    if (norm2_check(self_) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* gradient */
    count += 2 * gradc_room(self_->m);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t norm2_bind_parameters(struct norm2 *self_, double *block)
{
    size_t count = 0;
    if (norm2_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->A = block + count; /* [m, n] */
    count += self_->m * self_->n;
    if (block)
        self_->x = block + count; /* [n] */
    count += self_->n;
    if (block)
        self_->y = block + count; /* [m] */
    count += self_->m;
    return count;
}

size_t norm2_bind_gradients(struct norm2 *self_, double *block)
{
    size_t count = 0;
    if (norm2_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->d_A = block + count; /* [m, n] */
    count += self_->m * self_->n;
    if (block)
        self_->d_x = block + count; /* [n] */
    count += self_->n;
    if (block)
        self_->d_y = block + count; /* [m] */
    count += self_->m;
    return count;
}

static void norm2_forward_kernel(
    struct norm2 *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A, /* [m, n] */
    const double *GRADC_RESTRICT x, /* [n] */
    const double *GRADC_RESTRICT y, /* [m] */
    double *GRADC_RESTRICT sum)     /* [m] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    /* matrix_calculus.nn:7   norm2(A: [m, n], x: [n], y: [m]) = norm(A @ x - y)^2 */
    /* sum = A @ x */
    gradc_matvec_f64(0, m, n, 1, A, n, x, 1, 0, sum, 1);
    /* norm2_2 = sum(t^2) */
    double norm2_2 = 0;
    GRADC_SUM_IN_PARTS_OF(double, norm2_2, i, m, t * t, const double t = sum[i] - y[i];);
    self_->norm2 = norm2_2;
}

int norm2_forward(struct norm2 *self_)
{
    if (!self_->A || !self_->x || !self_->y)
        return GRADC_ENULL;
    if (norm2_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    double *const work = (double *)self_->work;
    norm2_forward_kernel(self_, self_->A, self_->x, self_->y, work);
    return GRADC_OK;
}

static void norm2_backward_kernel(
    struct norm2 *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A,   /* [m, n] */
    const double *GRADC_RESTRICT x,   /* [n] */
    const double *GRADC_RESTRICT y,   /* [m] */
    double *GRADC_RESTRICT d_A,       /* [m, n] */
    double *GRADC_RESTRICT d_x,       /* [n] */
    double *GRADC_RESTRICT d_y,       /* [m] */
    const double *GRADC_RESTRICT sum, /* [m] */
    double *GRADC_RESTRICT t)         /* [m] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const double d_norm2 = self_->d_norm2 ? *self_->d_norm2 : 1;
    /* matrix_calculus.nn:7   norm2(A: [m, n], x: [n], y: [m]) = norm(A @ x - y)^2 */
    /* t = sum - y ; d_A = 2 * d_norm2 * (t[:, new] * x) ; d_y = -2 * (d_norm2 * t) */
    GRADC_PARALLEL(m * n)
    for (size_t i = 0; i < m; i++) {
        t[i] = sum[i] - y[i];
        if (self_->d_A) {
            for (size_t j = 0; j < n; j++)
                d_A[i * n + j] = 2.0 * d_norm2 * (t[i] * x[j]);
        }
        if (self_->d_y) {
            d_y[i] = -2.0 * (d_norm2 * t[i]);
        }
    }
    /* d_x = 2 * d_norm2 * (A' @ t) */
    if (self_->d_x) {
        gradc_matvec_f64(1, m, n, 2.0 * d_norm2, A, n, t, 1, 0, d_x, 1);
    }
}

int norm2_backward(struct norm2 *self_)
{
    if (!self_->A || !self_->x || !self_->y)
        return GRADC_ENULL;
    if (norm2_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->d_A && !self_->d_x && !self_->d_y)
        return GRADC_OK;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const sum = work;
    norm2_backward_kernel(self_, self_->A, self_->x, self_->y, self_->d_A, self_->d_x, self_->d_y, sum, sum
            + gradc_room(m));
    return GRADC_OK;
}

static void norm2_gradient_kernel(
    struct norm2 *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A, /* [m, n] */
    const double *GRADC_RESTRICT x, /* [n] */
    const double *GRADC_RESTRICT y, /* [m] */
    double *GRADC_RESTRICT d_A,     /* [m, n] */
    double *GRADC_RESTRICT d_x,     /* [n] */
    double *GRADC_RESTRICT d_y,     /* [m] */
    double *GRADC_RESTRICT sum,     /* [m] */
    double *GRADC_RESTRICT t)       /* [m] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const double d_norm2 = self_->d_norm2 ? *self_->d_norm2 : 1;
    /* matrix_calculus.nn:7   norm2(A: [m, n], x: [n], y: [m]) = norm(A @ x - y)^2 */
    /* sum = A @ x */
    gradc_matvec_f64(0, m, n, 1, A, n, x, 1, 0, sum, 1);
    /* t = sum - y ; norm2_2 = sum(t^2) ; d_A = 2 * d_norm2 * (t[:, new] * x) ; d_y = -2 * (d_norm2 * t) */
    double norm2_2 = 0;
    for (size_t i = 0; i < m; i++) {
        t[i] = sum[i] - y[i];
        norm2_2 += t[i] * t[i];
        if (self_->d_A) {
            for (size_t j = 0; j < n; j++)
                d_A[i * n + j] = 2.0 * d_norm2 * (t[i] * x[j]);
        }
        if (self_->d_y) {
            d_y[i] = -2.0 * (d_norm2 * t[i]);
        }
    }
    /* d_x = 2 * d_norm2 * (A' @ t) */
    if (self_->d_x) {
        gradc_matvec_f64(1, m, n, 2.0 * d_norm2, A, n, t, 1, 0, d_x, 1);
    }
    self_->norm2 = norm2_2;
}

int norm2_gradient(struct norm2 *self_)
{
    if (!self_->A || !self_->x || !self_->y)
        return GRADC_ENULL;
    if (norm2_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const sum = work;
    norm2_gradient_kernel(self_, self_->A, self_->x, self_->y, self_->d_A, self_->d_x, self_->d_y, sum, sum
            + gradc_room(m));
    return GRADC_OK;
}

/* GRADC_OK if length can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int length_check(const struct length *self_)
{
    if (self_->m == 0 || self_->n == 0)
        return GRADC_ESIZE;
    if ((double)self_->m * (double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)self_->m + 16 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t length_workspace(const struct length *self_)
{
    if (length_check(self_) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* forward */
    count += 2 * gradc_room(self_->m);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 2 * gradc_room(self_->m);
    most = count > most ? count : most;
    count = 0; /* gradient */
    count += 2 * gradc_room(self_->m);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t length_gradient_workspace(const struct length *self_)
{
    if (length_check(self_) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* gradient */
    count += 2 * gradc_room(self_->m);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t length_bind_parameters(struct length *self_, double *block)
{
    size_t count = 0;
    if (length_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->A = block + count; /* [m, n] */
    count += self_->m * self_->n;
    if (block)
        self_->x = block + count; /* [n] */
    count += self_->n;
    if (block)
        self_->y = block + count; /* [m] */
    count += self_->m;
    return count;
}

size_t length_bind_gradients(struct length *self_, double *block)
{
    size_t count = 0;
    if (length_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->d_A = block + count; /* [m, n] */
    count += self_->m * self_->n;
    if (block)
        self_->d_x = block + count; /* [n] */
    count += self_->n;
    if (block)
        self_->d_y = block + count; /* [m] */
    count += self_->m;
    return count;
}

static void length_forward_kernel(
    struct length *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A, /* [m, n] */
    const double *GRADC_RESTRICT x, /* [n] */
    const double *GRADC_RESTRICT y, /* [m] */
    double *GRADC_RESTRICT sum,     /* [m] */
    double *GRADC_RESTRICT t)       /* [m] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    /* matrix_calculus.nn:8   length(A: [m, n], x: [n], y: [m]) = norm(A @ x - y) */
    /* sum = A @ x */
    gradc_matvec_f64(0, m, n, 1, A, n, x, 1, 0, sum, 1);
    /* t = sum - y ; most = max(|t|) */
    double most = -INFINITY;
    GRADC_BEST_IN_PARTS_OF(double, most, >, i, m, fabs(t[i]), t[i] = sum[i] - y[i];);
    const double t2 = (0.0 < most) && (most < INFINITY) ? most : 1.0;
    /* sum2 = sum(t3^2) */
    double sum2 = 0;
    GRADC_SUM_IN_PARTS_OF(double, sum2, i, m, t3 * t3, const double t3 = t[i] / t2;);
    const double length2 = t2 * sqrt(sum2);
    self_->length = length2;
}

int length_forward(struct length *self_)
{
    if (!self_->A || !self_->x || !self_->y)
        return GRADC_ENULL;
    if (length_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const sum = work;
    length_forward_kernel(self_, self_->A, self_->x, self_->y, sum, sum + gradc_room(m));
    return GRADC_OK;
}

static void length_backward_kernel(
    struct length *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A,   /* [m, n] */
    const double *GRADC_RESTRICT x,   /* [n] */
    const double *GRADC_RESTRICT y,   /* [m] */
    double *GRADC_RESTRICT d_A,       /* [m, n] */
    double *GRADC_RESTRICT d_x,       /* [n] */
    double *GRADC_RESTRICT d_y,       /* [m] */
    const double *GRADC_RESTRICT sum, /* [m] */
    double *GRADC_RESTRICT t2)        /* [m] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const double d_length = self_->d_length ? *self_->d_length : 1;
    /* matrix_calculus.nn:8   length(A: [m, n], x: [n], y: [m]) = norm(A @ x - y) */
    const int32_t t = 0.0 < self_->length;
    /* t2 = if t then d_length * ((sum - y) / length) else 0 ; d_A = t2[:, new] * x ; d_y = -t2 */
    GRADC_PARALLEL(m * n)
    for (size_t i = 0; i < m; i++) {
        t2[i] = t ? d_length * ((sum[i] - y[i]) / self_->length) : 0.0;
        if (self_->d_A) {
            for (size_t j = 0; j < n; j++)
                d_A[i * n + j] = t2[i] * x[j];
        }
        if (self_->d_y) {
            d_y[i] = -t2[i];
        }
    }
    /* d_x = A' @ t2 */
    if (self_->d_x) {
        gradc_matvec_f64(1, m, n, 1, A, n, t2, 1, 0, d_x, 1);
    }
}

int length_backward(struct length *self_)
{
    if (!self_->A || !self_->x || !self_->y)
        return GRADC_ENULL;
    if (length_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->d_A && !self_->d_x && !self_->d_y)
        return GRADC_OK;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const sum = work;
    length_backward_kernel(self_, self_->A, self_->x, self_->y, self_->d_A, self_->d_x, self_->d_y, sum,
            sum + gradc_room(m));
    return GRADC_OK;
}

static void length_gradient_kernel(
    struct length *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A, /* [m, n] */
    const double *GRADC_RESTRICT x, /* [n] */
    const double *GRADC_RESTRICT y, /* [m] */
    double *GRADC_RESTRICT d_A,     /* [m, n] */
    double *GRADC_RESTRICT d_x,     /* [n] */
    double *GRADC_RESTRICT d_y,     /* [m] */
    double *GRADC_RESTRICT sum,     /* [m] */
    double *GRADC_RESTRICT t)       /* [m] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    double *const t5 = sum; /* [m] */
    const double d_length = self_->d_length ? *self_->d_length : 1;
    /* matrix_calculus.nn:8   length(A: [m, n], x: [n], y: [m]) = norm(A @ x - y) */
    /* sum = A @ x */
    gradc_matvec_f64(0, m, n, 1, A, n, x, 1, 0, sum, 1);
    /* t = sum - y ; most = max(|t|) */
    double most = -INFINITY;
    GRADC_BEST_IN_PARTS_OF(double, most, >, i, m, fabs(t[i]), t[i] = sum[i] - y[i];);
    const double t2 = (0.0 < most) && (most < INFINITY) ? most : 1.0;
    /* sum2 = sum(t3^2) */
    double sum2 = 0;
    GRADC_SUM_IN_PARTS_OF(double, sum2, i, m, t3 * t3, const double t3 = t[i] / t2;);
    const double length2 = t2 * sqrt(sum2);
    const int32_t t4 = 0.0 < length2;
    /* t5 = if t4 then d_length * (t / length2) else 0 ; d_A = t5[:, new] * x ; d_y = -t5 */
    GRADC_PARALLEL(m * n)
    for (size_t i = 0; i < m; i++) {
        t5[i] = t4 ? d_length * (t[i] / length2) : 0.0;
        if (self_->d_A) {
            for (size_t j = 0; j < n; j++)
                d_A[i * n + j] = t5[i] * x[j];
        }
        if (self_->d_y) {
            d_y[i] = -t5[i];
        }
    }
    /* d_x = A' @ t5 */
    if (self_->d_x) {
        gradc_matvec_f64(1, m, n, 1, A, n, t5, 1, 0, d_x, 1);
    }
    self_->length = length2;
}

int length_gradient(struct length *self_)
{
    if (!self_->A || !self_->x || !self_->y)
        return GRADC_ENULL;
    if (length_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const sum = work;
    length_gradient_kernel(self_, self_->A, self_->x, self_->y, self_->d_A, self_->d_x, self_->d_y, sum,
            sum + gradc_room(m));
    return GRADC_OK;
}

/* GRADC_OK if logistic can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int logistic_check(const struct logistic *self_)
{
    if (self_->m == 0 || self_->n == 0)
        return GRADC_ESIZE;
    if ((double)self_->m * (double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)self_->m + 16 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (3 * (double)self_->m + 24 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (4 * (double)self_->m + 32 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t logistic_workspace(const struct logistic *self_)
{
    if (logistic_check(self_) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* forward */
    count += 2 * gradc_room(self_->m);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 3 * gradc_room(self_->m);
    most = count > most ? count : most;
    count = 0; /* gradient */
    count += 4 * gradc_room(self_->m);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t logistic_gradient_workspace(const struct logistic *self_)
{
    if (logistic_check(self_) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* gradient */
    count += 4 * gradc_room(self_->m);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t logistic_bind_parameters(struct logistic *self_, double *block)
{
    size_t count = 0;
    if (logistic_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->X = block + count; /* [m, n] */
    count += self_->m * self_->n;
    if (block)
        self_->w = block + count; /* [n] */
    count += self_->n;
    if (block)
        self_->y = block + count; /* [m] */
    count += self_->m;
    return count;
}

size_t logistic_bind_gradients(struct logistic *self_, double *block)
{
    size_t count = 0;
    if (logistic_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->d_X = block + count; /* [m, n] */
    count += self_->m * self_->n;
    if (block)
        self_->d_w = block + count; /* [n] */
    count += self_->n;
    if (block)
        self_->d_y = block + count; /* [m] */
    count += self_->m;
    return count;
}

static void logistic_forward_kernel(
    struct logistic *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT X, /* [m, n] */
    const double *GRADC_RESTRICT w, /* [n] */
    const double *GRADC_RESTRICT y, /* [m] */
    double *GRADC_RESTRICT sum,     /* [m] */
    double *GRADC_RESTRICT t)       /* [m] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    /* matrix_calculus.nn:9   logistic(X: [m, n], w: [n], y: [m]) = sum(log(exp(-y * (X @ w)) + 1)) */
    /* sum = X @ w */
    gradc_matvec_f64(0, m, n, 1, X, n, w, 1, 0, sum, 1);
    /* t = exp(-(y * sum)) ; logistic2 = sum(t2) */
    double logistic2 = 0;
    GRADC_SUM_OF(double, logistic2, i, m, t2, t[i] = gradc_exp(-y[i] * sum[i]); const double t2 =
            gradc_log(t[i] + 1.0););
    self_->logistic = logistic2;
}

int logistic_forward(struct logistic *self_)
{
    if (!self_->X || !self_->w || !self_->y)
        return GRADC_ENULL;
    if (logistic_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const sum = work;
    logistic_forward_kernel(self_, self_->X, self_->w, self_->y, sum, sum + gradc_room(m));
    return GRADC_OK;
}

static void logistic_backward_kernel(
    struct logistic *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT X,   /* [m, n] */
    const double *GRADC_RESTRICT w,   /* [n] */
    const double *GRADC_RESTRICT y,   /* [m] */
    double *GRADC_RESTRICT d_X,       /* [m, n] */
    double *GRADC_RESTRICT d_w,       /* [n] */
    double *GRADC_RESTRICT d_y,       /* [m] */
    const double *GRADC_RESTRICT sum, /* [m] */
    const double *GRADC_RESTRICT t3,  /* [m] */
    double *GRADC_RESTRICT t)         /* [m] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const double d_logistic = self_->d_logistic ? *self_->d_logistic : 1;
    /* matrix_calculus.nn:9   logistic(X: [m, n], w: [n], y: [m]) = sum(log(exp(-y * (X @ w)) + 1)) */
    /* t = t2 * y ; d_X = -(t[:, new] * w) ; d_y = -(t2 * sum) */
    GRADC_PARALLEL(m * n)
    for (size_t i = 0; i < m; i++) {
        const double t2 = d_logistic / (t3[i] + 1.0) * t3[i];
        if (self_->d_X || self_->d_w) {
            t[i] = t2 * y[i];
        }
        if (self_->d_X) {
            for (size_t j = 0; j < n; j++)
                d_X[i * n + j] = -t[i] * w[j];
        }
        if (self_->d_y) {
            d_y[i] = -t2 * sum[i];
        }
    }
    /* d_w = -(X' @ t) */
    if (self_->d_w) {
        gradc_matvec_f64(1, m, n, -1, X, n, t, 1, 0, d_w, 1);
    }
}

int logistic_backward(struct logistic *self_)
{
    if (!self_->X || !self_->w || !self_->y)
        return GRADC_ENULL;
    if (logistic_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->d_X && !self_->d_w && !self_->d_y)
        return GRADC_OK;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const sum = work;
    double *const t3 = sum + gradc_room(m);
    logistic_backward_kernel(self_, self_->X, self_->w, self_->y, self_->d_X, self_->d_w, self_->d_y, sum,
            t3, t3 + gradc_room(m));
    return GRADC_OK;
}

static void logistic_gradient_kernel(
    struct logistic *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT X, /* [m, n] */
    const double *GRADC_RESTRICT w, /* [n] */
    const double *GRADC_RESTRICT y, /* [m] */
    double *GRADC_RESTRICT d_X,     /* [m, n] */
    double *GRADC_RESTRICT d_w,     /* [n] */
    double *GRADC_RESTRICT t,       /* [m] */
    double *GRADC_RESTRICT t2,      /* [m] */
    double *GRADC_RESTRICT t4,      /* [m] */
    double *GRADC_RESTRICT d_y)     /* [m] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const double d_logistic = self_->d_logistic ? *self_->d_logistic : 1;
    /* matrix_calculus.nn:9   logistic(X: [m, n], w: [n], y: [m]) = sum(log(exp(-y * (X @ w)) + 1)) */
    /* d_y = X @ w */
    gradc_matvec_f64(0, m, n, 1, X, n, w, 1, 0, d_y, 1);
    /* t = exp(-(y * d_y)) ; t2 = t + 1 ; logistic2 = sum(t3) */
    double logistic2 = 0;
    GRADC_SUM_IN_PARTS_OF(double, logistic2, i, m, t3, t[i] = gradc_exp(-y[i] * d_y[i]); t2[i] = t[i] +
            1.0; const double t3 = gradc_log(t2[i]););
    /* t4 = t5 * y ; d_X = -(t4[:, new] * w) ; d_y = -(t5 * d_y) */
    GRADC_PARALLEL(m * n)
    for (size_t i = 0; i < m; i++) {
        const double t5 = d_logistic / t2[i] * t[i];
        if (self_->d_X || self_->d_w) {
            t4[i] = t5 * y[i];
        }
        if (self_->d_X) {
            for (size_t j = 0; j < n; j++)
                d_X[i * n + j] = -t4[i] * w[j];
        }
        if (self_->d_y) {
            d_y[i] = -t5 * d_y[i];
        }
    }
    /* d_w = -(X' @ t4) */
    if (self_->d_w) {
        gradc_matvec_f64(1, m, n, -1, X, n, t4, 1, 0, d_w, 1);
    }
    self_->logistic = logistic2;
}

int logistic_gradient(struct logistic *self_)
{
    if (!self_->X || !self_->w || !self_->y)
        return GRADC_ENULL;
    if (logistic_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const room_1 = work;
    double *const t = room_1 + gradc_room(m);
    double *const t2 = t + gradc_room(m);
    logistic_gradient_kernel(self_, self_->X, self_->w, self_->y, self_->d_X, self_->d_w, t, t2, t2 +
            gradc_room(m), self_->d_y ? self_->d_y : room_1);
    return GRADC_OK;
}

/* GRADC_OK if cycle can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int cycle_check(const struct cycle *self_)
{
    if (self_->n == 0 || self_->m == 0 || self_->k == 0)
        return GRADC_ESIZE;
    const size_t block = gradc_block(self_->n, (self_->m > self_->k ? self_->m : self_->k));
    if ((double)self_->n * (double)self_->m > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->k * (double)self_->k > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m * (double)self_->k > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n * (double)self_->m + 2 * (double)self_->n * (double)self_->k + 24 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n * (double)self_->n + 2 * (double)self_->n * (double)self_->m + 4 * (double)self_->n * (double)self_->k + 56 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n * (double)self_->n + (double)self_->n * (double)self_->m + 2 * (double)self_->n * (double)self_->k + (double)self_->m * block + 2 * (double)self_->k * block + 56 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t cycle_workspace(const struct cycle *self_)
{
    if (cycle_check(self_) != GRADC_OK)
        return 0;
    const size_t block = gradc_block(self_->n, (self_->m > self_->k ? self_->m : self_->k));
    size_t count, most = 0;
    count = 0; /* forward */
    count += 2 * gradc_room(self_->n * self_->k);
    count += gradc_room(self_->n * self_->m);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 4 * gradc_room(self_->n * self_->k);
    count += 2 * gradc_room(self_->n * self_->m);
    count += gradc_room(self_->n * self_->n);
    most = count > most ? count : most;
    count = 0; /* gradient */
    count += gradc_room(self_->n * self_->n);
    count += 2 * gradc_room(self_->n * self_->k);
    count += gradc_room(self_->n * self_->m);
    count += 2 * gradc_room(self_->k * block);
    count += gradc_room(self_->m * block);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t cycle_gradient_workspace(const struct cycle *self_)
{
    if (cycle_check(self_) != GRADC_OK)
        return 0;
    const size_t block = gradc_block(self_->n, (self_->m > self_->k ? self_->m : self_->k));
    size_t count, most = 0;
    count = 0; /* gradient */
    count += gradc_room(self_->n * self_->n);
    count += 2 * gradc_room(self_->n * self_->k);
    count += gradc_room(self_->n * self_->m);
    count += 2 * gradc_room(self_->k * block);
    count += gradc_room(self_->m * block);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t cycle_bind_parameters(struct cycle *self_, double *block)
{
    size_t count = 0;
    if (cycle_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->A = block + count; /* [n, m] */
    count += self_->n * self_->m;
    if (block)
        self_->B = block + count; /* [k, k] */
    count += self_->k * self_->k;
    if (block)
        self_->C = block + count; /* [m, n] */
    count += self_->n * self_->m;
    if (block)
        self_->X = block + count; /* [k, m] */
    count += self_->m * self_->k;
    return count;
}

size_t cycle_bind_gradients(struct cycle *self_, double *block)
{
    size_t count = 0;
    if (cycle_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->d_A = block + count; /* [n, m] */
    count += self_->n * self_->m;
    if (block)
        self_->d_B = block + count; /* [k, k] */
    count += self_->k * self_->k;
    if (block)
        self_->d_C = block + count; /* [m, n] */
    count += self_->n * self_->m;
    if (block)
        self_->d_X = block + count; /* [k, m] */
    count += self_->m * self_->k;
    return count;
}

static void cycle_forward_kernel(
    struct cycle *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A, /* [n, m] */
    const double *GRADC_RESTRICT B, /* [k, k] */
    const double *GRADC_RESTRICT C, /* [m, n] */
    const double *GRADC_RESTRICT X, /* [k, m] */
    double *GRADC_RESTRICT sum,     /* [n, k] */
    double *GRADC_RESTRICT sum2,    /* [n, k] */
    double *GRADC_RESTRICT sum3)    /* [n, m] */
{
    const size_t n = self_->n;
    const size_t m = self_->m;
    const size_t k = self_->k;
    /* matrix_calculus.nn:10   cycle(A: [n, m], B: [k, k], C: [m, n], X: [k, m]) = trace(A @ X' @ B @ X @ C) */
    /* sum = A @ X' */
    gradc_matmul_f64(0, 1, n, k, m, 1, A, m, X, m, 0, sum, k);
    /* sum2 = sum @ B */
    gradc_matmul_f64(0, 0, n, k, k, 1, sum, k, B, k, 0, sum2, k);
    /* sum3 = sum2 @ X */
    gradc_matmul_f64(0, 0, n, m, k, 1, sum2, k, X, m, 0, sum3, m);
    /* cycle2 = sum(sum3 * C') */
    double cycle2 = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            cycle2 += sum3[i * m + j] * C[j * n + i];
    self_->cycle = cycle2;
}

int cycle_forward(struct cycle *self_)
{
    if (!self_->A || !self_->B || !self_->C || !self_->X)
        return GRADC_ENULL;
    if (cycle_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t n = self_->n;
    const size_t k = self_->k;
    double *const work = (double *)self_->work;
    double *const sum = work;
    double *const sum2 = sum + gradc_room(n * k);
    cycle_forward_kernel(self_, self_->A, self_->B, self_->C, self_->X, sum, sum2, sum2 +
            gradc_room(n * k));
    return GRADC_OK;
}

static void cycle_backward_kernel(
    struct cycle *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A,    /* [n, m] */
    const double *GRADC_RESTRICT B,    /* [k, k] */
    const double *GRADC_RESTRICT C,    /* [m, n] */
    const double *GRADC_RESTRICT X,    /* [k, m] */
    double *GRADC_RESTRICT d_A,        /* [n, m] */
    double *GRADC_RESTRICT d_B,        /* [k, k] */
    double *GRADC_RESTRICT d_C,        /* [m, n] */
    double *GRADC_RESTRICT d_X,        /* [k, m] */
    const double *GRADC_RESTRICT sum4, /* [n, k] */
    const double *GRADC_RESTRICT sum6, /* [n, k] */
    const double *GRADC_RESTRICT sum5, /* [n, m] */
    double *GRADC_RESTRICT t,          /* [n, n] */
    double *GRADC_RESTRICT sum,        /* [n, m] */
    double *GRADC_RESTRICT sum2,       /* [n, k] */
    double *GRADC_RESTRICT sum3)       /* [n, k] */
{
    const size_t n = self_->n;
    const size_t m = self_->m;
    const size_t k = self_->k;
    const double d_cycle = self_->d_cycle ? *self_->d_cycle : 1;
    /* matrix_calculus.nn:10   cycle(A: [n, m], B: [k, k], C: [m, n], X: [k, m]) = trace(A @ X' @ B @ X @ C) */
    /* t[i, i] += d_cycle */
    memset(t, 0, n * n * sizeof(double));
    for (size_t i = 0; i < n; i++)
        t[i * n + i] = d_cycle;
    /* sum = t @ C' */
    if (self_->d_A || self_->d_B || self_->d_X) {
        gradc_matmul_f64(0, 1, n, m, n, 1, t, n, C, n, 0, sum, m);
        /* sum2 = sum @ X' */
        gradc_matmul_f64(0, 1, n, k, m, 1, sum, m, X, m, 0, sum2, k);
    }
    /* sum3 = sum2 @ B' */
    if (self_->d_A || self_->d_X) {
        gradc_matmul_f64(0, 1, n, k, k, 1, sum2, k, B, k, 0, sum3, k);
    }
    /* d_A = sum3 @ X */
    if (self_->d_A) {
        gradc_matmul_f64(0, 0, n, m, k, 1, sum3, k, X, m, 0, d_A, m);
    }
    /* d_B = sum4' @ sum2 */
    if (self_->d_B) {
        gradc_matmul_f64(1, 0, k, k, n, 1, sum4, k, sum2, k, 0, d_B, k);
    }
    /* d_C = sum5' @ t */
    if (self_->d_C) {
        gradc_matmul_f64(1, 0, m, n, n, 1, sum5, m, t, n, 0, d_C, n);
    }
    /* d_X = sum6' @ sum + sum3' @ A */
    if (self_->d_X) {
        gradc_matmul_f64(1, 0, k, m, n, 1, sum6, k, sum, m, 0, d_X, m);
        /* d_X = sum6' @ sum + sum3' @ A */
        gradc_matmul_f64(1, 0, k, m, n, 1, sum3, k, A, m, 1, d_X, m);
    }
}

int cycle_backward(struct cycle *self_)
{
    if (!self_->A || !self_->B || !self_->C || !self_->X)
        return GRADC_ENULL;
    if (cycle_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->d_A && !self_->d_B && !self_->d_C && !self_->d_X)
        return GRADC_OK;
    const size_t n = self_->n;
    const size_t m = self_->m;
    const size_t k = self_->k;
    double *const work = (double *)self_->work;
    double *const sum4 = work;
    double *const sum6 = sum4 + gradc_room(n * k);
    double *const sum5 = sum6 + gradc_room(n * k);
    double *const t = sum5 + gradc_room(n * m);
    double *const sum = t + gradc_room(n * n);
    double *const sum2 = sum + gradc_room(n * m);
    cycle_backward_kernel(self_, self_->A, self_->B, self_->C, self_->X, self_->d_A, self_->d_B,
            self_->d_C, self_->d_X, sum4, sum6, sum5, t, sum, sum2, sum2 + gradc_room(n * k));
    return GRADC_OK;
}

static void cycle_gradient_kernel(
    struct cycle *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT A, /* [n, m] */
    const double *GRADC_RESTRICT B, /* [k, k] */
    const double *GRADC_RESTRICT C, /* [m, n] */
    const double *GRADC_RESTRICT X, /* [k, m] */
    double *GRADC_RESTRICT d_A,     /* [n, m] */
    double *GRADC_RESTRICT d_B,     /* [k, k] */
    double *GRADC_RESTRICT d_C,     /* [m, n] */
    double *GRADC_RESTRICT d_X,     /* [k, m] */
    double *GRADC_RESTRICT sum,     /* [block, k] */
    double *GRADC_RESTRICT sum2,    /* [n, k] */
    double *GRADC_RESTRICT sum3,    /* [block, m] */
    double *GRADC_RESTRICT t,       /* [n, n] */
    double *GRADC_RESTRICT sum4,    /* [n, m] */
    double *GRADC_RESTRICT sum5,    /* [block, k] */
    double *GRADC_RESTRICT sum6)    /* [n, k] */
{
    const size_t n = self_->n;
    const size_t m = self_->m;
    const size_t k = self_->k;
    const size_t block = gradc_block(n, (m > k ? m : k));
    const double d_cycle = self_->d_cycle ? *self_->d_cycle : 1;
    /* matrix_calculus.nn:10   cycle(A: [n, m], B: [k, k], C: [m, n], X: [k, m]) = trace(A @ X' @ B @ X @ C) */
    /* t[i, i] += d_cycle */
    memset(t, 0, n * n * sizeof(double));
    for (size_t i = 0; i < n; i++)
        t[i * n + i] = d_cycle;
    /* Some rows at a time, so that they stay in the cache. */
    double cycle2 = 0;
    for (size_t first = 0; first < n; first += block) {
        const size_t rows = n - first < block ? n - first : block;
        /* sum = A @ X' */
        gradc_matmul_f64(0, 1, rows, k, m, 1, A + first * m, m, X, m, 0, sum, k);
        /* sum2 = sum @ B */
        gradc_matmul_f64(0, 0, rows, k, k, 1, sum, k, B, k, 0, &sum2[first * k], k);
        /* sum3 = sum2 @ X */
        gradc_matmul_f64(0, 0, rows, m, k, 1, sum2 + first * k, k, X, m, 0, sum3, m);
        /* cycle2 = sum(sum3 * C') */
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < m; j++)
                cycle2 += sum3[i * m + j] * C[j * n + first + i];
        /* sum4 = t @ C' */
        if (self_->d_A || self_->d_B || self_->d_X) {
            gradc_matmul_f64(0, 1, rows, m, n, 1, t + first * n, n, C, n, 0, &sum4[first * m], m);
            /* sum5 = sum4 @ X' */
            gradc_matmul_f64(0, 1, rows, k, m, 1, sum4 + first * m, m, X, m, 0, sum5, k);
        }
        /* sum6 = sum5 @ B' */
        if (self_->d_A || self_->d_X) {
            gradc_matmul_f64(0, 1, rows, k, k, 1, sum5, k, B, k, 0, &sum6[first * k], k);
        }
        /* d_A = sum6 @ X */
        if (self_->d_A) {
            gradc_matmul_f64(0, 0, rows, m, k, 1, sum6 + first * k, k, X, m, 0, &d_A[first * m], m);
        }
        /* d_B = sum' @ sum5 */
        if (self_->d_B) {
            gradc_matmul_f64(1, 0, k, k, rows, 1, sum, k, sum5, k, first > 0, d_B, k);
        }
        /* d_C = sum3' @ t */
        if (self_->d_C) {
            gradc_matmul_f64(1, 0, m, n, rows, 1, sum3, m, t + first * n, n, first > 0, d_C, n);
        }
    }
    /* d_X = sum2' @ sum4 + sum6' @ A */
    if (self_->d_X) {
        gradc_matmul_f64(1, 0, k, m, n, 1, sum2, k, sum4, m, 0, d_X, m);
        /* d_X = sum2' @ sum4 + sum6' @ A */
        gradc_matmul_f64(1, 0, k, m, n, 1, sum6, k, A, m, 1, d_X, m);
    }
    self_->cycle = cycle2;
}

int cycle_gradient(struct cycle *self_)
{
    if (!self_->A || !self_->B || !self_->C || !self_->X)
        return GRADC_ENULL;
    if (cycle_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t n = self_->n;
    const size_t m = self_->m;
    const size_t k = self_->k;
    const size_t block = gradc_block(n, (m > k ? m : k));
    double *const work = (double *)self_->work;
    double *const t = work;
    double *const sum2 = t + gradc_room(n * n);
    double *const sum4 = sum2 + gradc_room(n * k);
    double *const sum6 = sum4 + gradc_room(n * m);
    double *const sum = sum6 + gradc_room(n * k);
    double *const sum3 = sum + gradc_room(k * block);
    cycle_gradient_kernel(self_, self_->A, self_->B, self_->C, self_->X, self_->d_A, self_->d_B,
            self_->d_C, self_->d_X, sum, sum2, sum3, t, sum4, sum3 + gradc_room(m * block), sum6);
    return GRADC_OK;
}

/* GRADC_OK if determinant can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int determinant_check(const struct determinant *m)
{
    if (m->n == 0)
        return GRADC_ESIZE;
    if ((double)m->n * (double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)m->n * (double)m->n + (double)m->n + 33 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (4 * (double)m->n * (double)m->n + (double)m->n + 49 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (4 * (double)m->n * (double)m->n + (double)m->n + 40 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t determinant_workspace(const struct determinant *m)
{
    if (determinant_check(m) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* forward */
    count += 2 * gradc_room(m->n * m->n);
    count += gradc_room(1);
    count += gradc_room(m->n);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 4 * gradc_room(m->n * m->n);
    count += gradc_room(1);
    count += gradc_room(m->n);
    most = count > most ? count : most;
    count = 0; /* gradient */
    count += 4 * gradc_room(m->n * m->n);
    count += gradc_room(m->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t determinant_gradient_workspace(const struct determinant *m)
{
    if (determinant_check(m) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* gradient */
    count += 4 * gradc_room(m->n * m->n);
    count += gradc_room(m->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t determinant_bind_parameters(struct determinant *m, double *block)
{
    size_t count = 0;
    if (determinant_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->X = block + count; /* [n, n] */
    count += m->n * m->n;
    return count;
}

size_t determinant_bind_gradients(struct determinant *m, double *block)
{
    size_t count = 0;
    if (determinant_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_X = block + count; /* [n, n] */
    count += m->n * m->n;
    return count;
}

static int determinant_forward_kernel(
    struct determinant *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT X, /* [n, n] */
    double *GRADC_RESTRICT factors, /* [n^2] */
    double *GRADC_RESTRICT room_1,
    double *GRADC_RESTRICT t,       /* [n, n] */
    double *GRADC_RESTRICT t2)      /* [] */
{
    const size_t n = m->n;
    int32_t *const pivots = (int32_t *)(void *)(room_1); /* [n] */
    double *const factors2 = factors; /* [n^2] */
    int32_t *const pivots2 = (int32_t *)(void *)(room_1); /* [n] */
    /* matrix_calculus.nn:11   determinant(X: [n, n]) = log(det(inv(X))) */
    /* t[i, j] = solve(X, real(? == ?))[i, j] */
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            (t)[i * n + j] = (double)((int32_t)i == (int32_t)j);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            (factors)[i * n + j] = X[i * n + j];
    if (gradc_lu_f64(n, factors, pivots) != GRADC_OK)
        return GRADC_ENUMERIC;
    gradc_lu_solve_f64(0, n, n, factors, pivots, t, n);
    /* t2 = det(t) */
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            (factors2)[i * n + j] = t[i * n + j];
    (void)gradc_lu_f64(n, factors2, pivots2);
    t2[0] = gradc_lu_det_f64(n, factors2, pivots2);
    m->determinant = log(t2[0]);
    return GRADC_OK;
}

int determinant_forward(struct determinant *m)
{
    if (!m->X)
        return GRADC_ENULL;
    if (determinant_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t n = m->n;
    double *const work = (double *)m->work;
    double *const t = work;
    double *const t2 = t + gradc_room(n * n);
    double *const factors = t2 + gradc_room(1);
    return determinant_forward_kernel(m, m->X, factors, factors + gradc_room(n * n), t, t2);
}

static int determinant_backward_kernel(
    struct determinant *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT X,  /* [n, n] */
    double *GRADC_RESTRICT d_X,      /* [n, n] */
    double *GRADC_RESTRICT t5,       /* [n, n] */
    double *GRADC_RESTRICT factors2, /* [n^2] */
    const double *GRADC_RESTRICT t4, /* [n, n] */
    const double *GRADC_RESTRICT t,  /* [] */
    double *GRADC_RESTRICT t3,       /* [n, n] */
    int32_t *GRADC_RESTRICT pivots2) /* [n] */
{
    const size_t n = m->n;
    double *const factors = t5; /* [n^2] */
    int32_t *const pivots = (int32_t *)(void *)(factors2); /* [n] */
    const double d_determinant = m->d_determinant ? *m->d_determinant : 1;
    /* matrix_calculus.nn:11   determinant(X: [n, n]) = log(det(inv(X))) */
    const double t2 = d_determinant / t[0] * t[0];
    /* t3[i, j] = solve(t4', real(? == ?))[i, j] */
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            (t3)[i * n + j] = (double)((int32_t)i == (int32_t)j);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            (factors)[i * n + j] = t4[i * n + j];
    if (gradc_lu_f64(n, factors, pivots) != GRADC_OK)
        return GRADC_ENUMERIC;
    gradc_lu_solve_f64(1, n, n, factors, pivots, t3, n);
    /* t5 = solve(X', t2 * t3) */
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            (t5)[i * n + j] = t2 * t3[i * n + j];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            (factors2)[i * n + j] = X[i * n + j];
    if (gradc_lu_f64(n, factors2, pivots2) != GRADC_OK)
        return GRADC_ENUMERIC;
    gradc_lu_solve_f64(1, n, n, factors2, pivots2, t5, n);
    /* d_X = -(t5 @ t4') */
    gradc_matmul_f64(0, 1, n, n, n, -1, t5, n, t4, n, 0, d_X, n);
    return GRADC_OK;
}

int determinant_backward(struct determinant *m)
{
    if (!m->X)
        return GRADC_ENULL;
    if (determinant_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_X)
        return GRADC_OK;
    const size_t n = m->n;
    double *const work = (double *)m->work;
    double *const t4 = work;
    double *const t = t4 + gradc_room(n * n);
    double *const t3 = t + gradc_room(1);
    double *const t5 = t3 + gradc_room(n * n);
    double *const factors2 = t5 + gradc_room(n * n);
    return determinant_backward_kernel(m, m->X, m->d_X, t5, factors2, t4, t, t3,
            (int32_t *)(void *)(factors2 + gradc_room(n * n)));
}

static int determinant_gradient_kernel(
    struct determinant *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT X, /* [n, n] */
    double *GRADC_RESTRICT d_X,     /* [n, n] */
    double *GRADC_RESTRICT t,       /* [n, n] */
    double *GRADC_RESTRICT t3,      /* [n, n] */
    double *GRADC_RESTRICT t6,      /* [n, n] */
    double *GRADC_RESTRICT room_1,
    double *GRADC_RESTRICT t2)      /* [n, n] */
{
    const size_t n = m->n;
    double *const factors = t3; /* [n^2] */
    int32_t *const pivots = (int32_t *)(void *)(t6); /* [n] */
    double *const factors2 = t6; /* [n^2] */
    int32_t *const pivots2 = (int32_t *)(void *)(room_1); /* [n] */
    double *const factors3 = t6; /* [n^2] */
    int32_t *const pivots3 = (int32_t *)(void *)(room_1); /* [n] */
    double *const factors4 = t; /* [n^2] */
    int32_t *const pivots4 = (int32_t *)(void *)(room_1); /* [n] */
    const double d_determinant = m->d_determinant ? *m->d_determinant : 1;
    /* matrix_calculus.nn:11   determinant(X: [n, n]) = log(det(inv(X))) */
    /* t[i, j] = real(i == j) */
    GRADC_PARALLEL(n * n)
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            t[i * n + j] = (double)((int32_t)i == (int32_t)j);
    /* t2 = solve(X, t) */
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            (t2)[i * n + j] = t[i * n + j];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            (factors)[i * n + j] = X[i * n + j];
    if (gradc_lu_f64(n, factors, pivots) != GRADC_OK)
        return GRADC_ENUMERIC;
    gradc_lu_solve_f64(0, n, n, factors, pivots, t2, n);
    /* t3 = solve(t2', t) */
    if (m->d_X) {
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                (t3)[i * n + j] = t[i * n + j];
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                (factors2)[i * n + j] = t2[i * n + j];
        if (gradc_lu_f64(n, factors2, pivots2) != GRADC_OK)
            return GRADC_ENUMERIC;
        gradc_lu_solve_f64(1, n, n, factors2, pivots2, t3, n);
    }
    /* t4 = det(t2) */
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            (factors3)[i * n + j] = t2[i * n + j];
    (void)gradc_lu_f64(n, factors3, pivots3);
    const double t4 = gradc_lu_det_f64(n, factors3, pivots3);
    const double t5 = d_determinant / t4 * t4;
    /* t6 = solve(X', t5 * t3) */
    if (m->d_X) {
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                (t6)[i * n + j] = t5 * t3[i * n + j];
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                (factors4)[i * n + j] = X[i * n + j];
        if (gradc_lu_f64(n, factors4, pivots4) != GRADC_OK)
            return GRADC_ENUMERIC;
        gradc_lu_solve_f64(1, n, n, factors4, pivots4, t6, n);
        /* d_X = -(t6 @ t2') */
        gradc_matmul_f64(0, 1, n, n, n, -1, t6, n, t2, n, 0, d_X, n);
    }
    m->determinant = log(t4);
    return GRADC_OK;
}

int determinant_gradient(struct determinant *m)
{
    if (!m->X)
        return GRADC_ENULL;
    if (determinant_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t n = m->n;
    double *const work = (double *)m->work;
    double *const t = work;
    double *const t2 = t + gradc_room(n * n);
    double *const t3 = t2 + gradc_room(n * n);
    double *const t6 = t3 + gradc_room(n * n);
    return determinant_gradient_kernel(m, m->X, m->d_X, t, t3, t6, t6 + gradc_room(n * n), t2);
}
