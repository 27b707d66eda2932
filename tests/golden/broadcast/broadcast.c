/* Emitted by gradc from broadcast.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "broadcast.h"

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if f can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int f_check(const struct f *self_)
{
    if (self_->m == 0 || self_->n == 0)
        return GRADC_ESIZE;
    const size_t block = gradc_block(self_->m, self_->n);
    if ((double)self_->m > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m * (double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m * (double)self_->n + 8 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m * (double)self_->n + (double)self_->n * block + block + 24 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n * block + (double)self_->n + block + 24 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t f_workspace(const struct f *self_)
{
    if (f_check(self_) != GRADC_OK)
        return 0;
    const size_t block = gradc_block(self_->m, self_->n);
    size_t count, most = 0;
    count = 0; /* forward */
    count += gradc_room(self_->m * self_->n);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += gradc_room(self_->m * self_->n);
    count += gradc_room(self_->n * block);
    count += gradc_room(block);
    most = count > most ? count : most;
    count = 0; /* gradient */
    count += gradc_room(self_->n * block);
    count += gradc_room(self_->n);
    count += gradc_room(block);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t f_gradient_workspace(const struct f *self_)
{
    if (f_check(self_) != GRADC_OK)
        return 0;
    const size_t block = gradc_block(self_->m, self_->n);
    size_t count, most = 0;
    count = 0; /* gradient */
    count += gradc_room(self_->n * block);
    count += gradc_room(self_->n);
    count += gradc_room(block);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t f_bind_parameters(struct f *self_, double *block)
{
    size_t count = 0;
    if (f_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->a = block + count; /* [m, 1] */
    count += self_->m;
    if (block)
        self_->b = block + count; /* [n] */
    count += self_->n;
    return count;
}

size_t f_bind_gradients(struct f *self_, double *block)
{
    size_t count = 0;
    if (f_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->d_a = block + count; /* [m, 1] */
    count += self_->m;
    if (block)
        self_->d_b = block + count; /* [n] */
    count += self_->n;
    return count;
}

static void f_forward_kernel(
    struct f *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT a, /* [m, 1] */
    const double *GRADC_RESTRICT b, /* [n] */
    double *GRADC_RESTRICT f2,      /* [m, n] */
    double *GRADC_RESTRICT t)       /* [m, n] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const double s = self_->s;
    /* broadcast.nn:2   f(a: [m, 1], b: [n], s) = exp(a * b) * s */
    /* t = exp(a * b) ; f2 = t * s */
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            t[i * n + j] = gradc_exp(a[i] * b[j]);
            if (self_->f) {
                f2[i * n + j] = t[i * n + j] * s;
            }
        }
}

int f_forward(struct f *self_)
{
    if (!self_->a || !self_->b)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    double *const work = (double *)self_->work;
    f_forward_kernel(self_, self_->a, self_->b, self_->f, work);
    return GRADC_OK;
}

static void f_backward_kernel(
    struct f *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT a,   /* [m, 1] */
    const double *GRADC_RESTRICT b,   /* [n] */
    const double *GRADC_RESTRICT d_f, /* [m, n] */
    double *GRADC_RESTRICT d_b,       /* [n] */
    double *GRADC_RESTRICT d_a,       /* [m, 1] */
    const double *GRADC_RESTRICT t2,  /* [m, n] */
    double *GRADC_RESTRICT t,         /* [block, n] */
    double *GRADC_RESTRICT sum)       /* [block] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const size_t block = gradc_block(m, n);
    const double s = self_->s;
    /* Some rows at a time, so that they stay in the cache. */
    if (self_->d_a || self_->d_b) {
        if (self_->d_b)
            memset(d_b, 0, n * sizeof(double));
        for (size_t first = 0; first < m; first += block) {
            const size_t rows = m - first < block ? m - first : block;
            /* broadcast.nn:2   f(a: [m, 1], b: [n], s) = exp(a * b) * s */
            /* t = d_f * s * t2 ; d_b = t' @ a[:, 0] */
            for (size_t i = 0; i < rows; i++)
                for (size_t j = 0; j < n; j++) {
                    t[i * n + j] = (d_f ? d_f[(first + i) * n + j] : 0) * s * t2[(first + i) * n + j];
                    if (self_->d_b) {
                        d_b[j] += t[i * n + j] * a[first + i];
                    }
                }
            /* sum = t @ b */
            if (self_->d_a) {
                gradc_matvec_f64(0, rows, n, 1, t, n, b, 1, 0, sum, 1);
                GRADC_PARALLEL(rows)
                for (size_t i = 0; i < rows; i++)
                    d_a[first + i] = sum[i];
            }
        }
    }
    /* d_s = sum(d_f * t2) */
    double d_s = 0;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            d_s += (d_f ? d_f[i * n + j] : 0) * t2[i * n + j];
    self_->d_s = d_s;
}

int f_backward(struct f *self_)
{
    if (!self_->a || !self_->b)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t m = self_->m;
    const size_t n = self_->n;
    const size_t block = gradc_block(m, n);
    double *const work = (double *)self_->work;
    double *const t2 = work;
    double *const t = t2 + gradc_room(m * n);
    f_backward_kernel(self_, self_->a, self_->b, self_->d_f, self_->d_b, self_->d_a, t2, t, t +
            gradc_room(n * block));
    return GRADC_OK;
}

static void f_gradient_kernel(
    struct f *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT a,   /* [m, 1] */
    const double *GRADC_RESTRICT b,   /* [n] */
    const double *GRADC_RESTRICT d_f, /* [m, n] */
    double *GRADC_RESTRICT f2,        /* [m, n] */
    double *GRADC_RESTRICT d_b,       /* [n] */
    double *GRADC_RESTRICT d_a,       /* [m, 1] */
    double *GRADC_RESTRICT t,         /* [n] */
    double *GRADC_RESTRICT t2,        /* [block, n] */
    double *GRADC_RESTRICT sum)       /* [block] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const size_t block = gradc_block(m, n);
    const double s = self_->s;
    /* Some rows at a time, so that they stay in the cache. */
    double d_s = 0;
    if (self_->d_b)
        memset(d_b, 0, n * sizeof(double));
    for (size_t first = 0; first < m; first += block) {
        const size_t rows = m - first < block ? m - first : block;
        /* broadcast.nn:2   f(a: [m, 1], b: [n], s) = exp(a * b) * s */
        /* t = exp(a * b) ; f2 = t * s ; t2 = d_f * s * t ; d_b = t2' @ a[:, 0] ; d_s = sum(d_f * t) */
        for (size_t i = 0; i < rows; i++) {
            for (size_t j = 0; j < n; j++) {
                t[j] = gradc_exp(a[first + i] * b[j]);
                if (self_->f) {
                    f2[(first + i) * n + j] = t[j] * s;
                }
                t2[i * n + j] = (d_f ? d_f[(first + i) * n + j] : 0) * s * t[j];
                if (self_->d_b) {
                    d_b[j] += t2[i * n + j] * a[first + i];
                }
            }
            for (size_t j = 0; j < n; j++)
                d_s += (d_f ? d_f[(first + i) * n + j] : 0) * t[j];
        }
        /* sum = t2 @ b */
        if (self_->d_a) {
            gradc_matvec_f64(0, rows, n, 1, t2, n, b, 1, 0, sum, 1);
            GRADC_PARALLEL(rows)
            for (size_t i = 0; i < rows; i++)
                d_a[first + i] = sum[i];
        }
    }
    self_->d_s = d_s;
}

int f_gradient(struct f *self_)
{
    if (!self_->a || !self_->b)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t m = self_->m;
    const size_t n = self_->n;
    const size_t block = gradc_block(m, n);
    double *const work = (double *)self_->work;
    double *const t2 = work;
    double *const t = t2 + gradc_room(n * block);
    f_gradient_kernel(self_, self_->a, self_->b, self_->d_f, self_->f, self_->d_b, self_->d_a, t, t2, t +
            gradc_room(n));
    return GRADC_OK;
}
