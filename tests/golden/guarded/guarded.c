/* Emitted by gradc from guarded.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "guarded.h"

GRADC_BEGIN

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
    const size_t chunks = gradc_chunks(self_->m, 2 * self_->m * self_->n, self_->n);
    const size_t chunks2 = gradc_chunks(self_->m, 10 * self_->m * self_->n, self_->n);
    if ((double)self_->m * (double)self_->n + 8 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)self_->m * (double)self_->n + (double)self_->n * chunks + 24 - (double)self_->n >
            (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)self_->m * (double)self_->n + (double)self_->n * chunks2 + 24 - (double)self_->n >
            (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t f_gradient_workspace(const struct f *self_)
{
    if (f_check(self_) != GRADC_OK)
        return 0;
    const size_t chunks2 = gradc_chunks(self_->m, 10 * self_->m * self_->n, self_->n);
    size_t count = 0; /* gradient */
    count += 2 * gradc_room(self_->m * self_->n);
    count += gradc_room(self_->n * chunks2 - self_->n);
    return count * sizeof(double);
}

size_t f_workspace(const struct f *self_)
{
    if (f_check(self_) != GRADC_OK)
        return 0;
    const size_t chunks = gradc_chunks(self_->m, 2 * self_->m * self_->n, self_->n);
    size_t most = f_gradient_workspace(self_) / sizeof(double);
    size_t count = 0; /* forward */
    count += gradc_room(self_->m * self_->n);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 2 * gradc_room(self_->m * self_->n);
    count += gradc_room(self_->n * chunks - self_->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t f_bind_parameters(struct f *self_, double *block)
{
    size_t count = 0;
    if (f_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->x = block + count; /* [m, n] */
    count += self_->m * self_->n;
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
        self_->d_x = block + count; /* [m, n] */
    count += self_->m * self_->n;
    if (block)
        self_->d_b = block + count; /* [n] */
    count += self_->n;
    return count;
}

static void f_forward_kernel(
    struct f *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT x, /* [m, n] */
    const double *GRADC_RESTRICT b, /* [n] */
    double *GRADC_RESTRICT f2)      /* [m, n] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    /* guarded.nn:3   f(x: [m, n], b: [n]) = exp(x + b) */
    /* f2 = exp(x + b) */
    GRADC_PARALLEL(i, m, 8 * m * n, {
        GRADC_INDEPENDENT
        for (size_t j = 0; j < n; j++)
            f2[i * n + j] = gradc_exp(x[i * n + j] + b[j]);
    });
}

int f_forward(struct f *self_)
{
    if (!self_->x || !self_->b)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    double *const work = (double *)self_->work;
    f_forward_kernel(self_, self_->x, self_->b, self_->f ? self_->f : work);
    return GRADC_OK;
}

static void f_backward_kernel(
    struct f *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT d_f,  /* [m, n] */
    double *GRADC_RESTRICT d_b,        /* [n] */
    const double *GRADC_RESTRICT f2,   /* [m, n] */
    double *GRADC_RESTRICT d_x,        /* [m, n] */
    double *GRADC_RESTRICT d_b_others) /* [n*chunks - n] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const size_t chunks = gradc_chunks(m, 2 * m * n, n);
    /* guarded.nn:3   f(x: [m, n], b: [n]) = exp(x + b) */
    /* d_x = d_f * f2 ; d_b = sum(d_x, axis = 0) */
    if (self_->d_b) {
        memset(d_b, 0, n * sizeof(double));
    }
    GRADC_PARALLEL(chunk, chunks, 2 * m * n, {
        const size_t begin = gradc_first(chunk, chunks, m, 1);
        const size_t end = gradc_first(chunk + 1, chunks, m, 1);
        double *const d_b_own = chunk > 0 ? d_b_others + (chunk - 1) * n : d_b;
        if (chunk > 0)
            memset(d_b_own, 0, n * sizeof(double));
        for (size_t i = begin; i < end; i++)
            for (size_t j = 0; j < n; j++) {
                d_x[i * n + j] = (d_f ? d_f[i * n + j] : 0) * f2[i * n + j];
                if (self_->d_b) {
                    d_b_own[j] += d_x[i * n + j];
                }
            }
    });
    if (self_->d_b) {
        GRADC_ADD_CHUNKS(d_b, d_b_others, n, chunks);
    }
}

int f_backward(struct f *self_)
{
    if (!self_->x || !self_->b)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->d_x && !self_->d_b)
        return GRADC_OK;
    const size_t m = self_->m;
    const size_t n = self_->n;
    double *const work = (double *)self_->work;
    double *const spare_f2 = work;
    double *const spare_d_x = spare_f2 + gradc_room(m * n);
    f_backward_kernel(self_, self_->d_f, self_->d_b, self_->f ? self_->f : spare_f2,
            self_->d_x ? self_->d_x : spare_d_x, spare_d_x + gradc_room(m * n));
    return GRADC_OK;
}

static void f_gradient_kernel(
    struct f *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT x,    /* [m, n] */
    const double *GRADC_RESTRICT b,    /* [n] */
    const double *GRADC_RESTRICT d_f,  /* [m, n] */
    double *GRADC_RESTRICT d_b,        /* [n] */
    double *GRADC_RESTRICT f2,         /* [m, n] */
    double *GRADC_RESTRICT d_x,        /* [m, n] */
    double *GRADC_RESTRICT d_b_others) /* [n*chunks - n] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const size_t chunks2 = gradc_chunks(m, 10 * m * n, n);
    /* guarded.nn:3   f(x: [m, n], b: [n]) = exp(x + b) */
    /* f2 = exp(x + b) ; d_x = d_f * f2 ; d_b = sum(d_x, axis = 0) */
    if (self_->d_b) {
        memset(d_b, 0, n * sizeof(double));
    }
    GRADC_PARALLEL(chunk, chunks2, 10 * m * n, {
        const size_t begin = gradc_first(chunk, chunks2, m, 1);
        const size_t end = gradc_first(chunk + 1, chunks2, m, 1);
        double *const d_b_own = chunk > 0 ? d_b_others + (chunk - 1) * n : d_b;
        if (chunk > 0)
            memset(d_b_own, 0, n * sizeof(double));
        for (size_t i = begin; i < end; i++) {
            GRADC_INDEPENDENT
            for (size_t j = 0; j < n; j++) {
                f2[i * n + j] = gradc_exp(x[i * n + j] + b[j]);
                d_x[i * n + j] = (d_f ? d_f[i * n + j] : 0) * f2[i * n + j];
            }
            if (self_->d_b) {
                for (size_t j = 0; j < n; j++)
                    d_b_own[j] += d_x[i * n + j];
            }
        }
    });
    if (self_->d_b) {
        GRADC_ADD_CHUNKS(d_b, d_b_others, n, chunks2);
    }
}

int f_gradient(struct f *self_)
{
    if (!self_->x || !self_->b)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->f && !self_->d_x && !self_->d_b)
        return GRADC_OK;
    const size_t m = self_->m;
    const size_t n = self_->n;
    double *const work = (double *)self_->work;
    double *const spare_f2 = work;
    double *const spare_d_x = spare_f2 + gradc_room(m * n);
    f_gradient_kernel(self_, self_->x, self_->b, self_->d_f, self_->d_b, self_->f ? self_->f : spare_f2,
            self_->d_x ? self_->d_x : spare_d_x, spare_d_x + gradc_room(m * n));
    return GRADC_OK;
}

GRADC_END
