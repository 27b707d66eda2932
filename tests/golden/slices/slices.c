/* Emitted by gradc from slices.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "slices.h"

/* GRADC_OK if f can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int f_check(const struct f *self_)
{
    if (self_->m == 0 || self_->n == 0)
        return GRADC_ESIZE;
    if (self_->n < 2)
        return GRADC_ESIZE;
    if ((double)self_->m * (double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n * (((double)self_->m + 1) / 2) > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t f_workspace(const struct f *self_)
{
    if (f_check(self_) != GRADC_OK)
        return 0;
    return 0;
}

size_t f_gradient_workspace(const struct f *self_)
{
    if (f_check(self_) != GRADC_OK)
        return 0;
    return 0;
}

size_t f_bind_parameters(struct f *self_, double *block)
{
    size_t count = 0;
    if (f_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->x = block + count; /* [m, n] */
    count += self_->m * self_->n;
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
    return count;
}

static void f_forward_kernel(
    struct f *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT x,     /* [m, n] */
    double *GRADC_RESTRICT joined,      /* [m, n] */
    double *GRADC_RESTRICT every_other) /* [(m + 1)/2, n] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    /* slices.nn:4   return joined = concat(d, x[:, :1], axis = 1), every_other = x[::2] */
    /* joined = scatter(x[:, 1:] - x[:, :n - 1]) + scatter(x[:, 0]) */
    if (self_->joined) {
        GRADC_PARALLEL(m * n - m)
        for (size_t i = 0; i < m; i++) {
            for (size_t j = 0; j < n - 1; j++)
                joined[i * n + j] = x[i * n + j + 1] - x[i * n + j];
            joined[i * n + n - 1] = x[i * n];
        }
    }
    if (self_->every_other) {
        GRADC_PARALLEL(n * ((m + 1) / 2))
        for (size_t i = 0; i < (m + 1) / 2; i++)
            for (size_t j = 0; j < n; j++)
                every_other[i * n + j] = x[2 * i * n + j];
    }
}

int f_forward(struct f *self_)
{
    if (!self_->x)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->joined && !self_->every_other)
        return GRADC_OK;
    f_forward_kernel(self_, self_->x, self_->joined, self_->every_other);
    return GRADC_OK;
}

static void f_backward_kernel(
    struct f *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT d_joined,      /* [m, n] */
    const double *GRADC_RESTRICT d_every_other, /* [(m + 1)/2, n] */
    double *GRADC_RESTRICT d_x)                 /* [m, n] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    /* slices.nn:4   return joined = concat(d, x[:, :1], axis = 1), every_other = x[::2] */
    memset(d_x, 0, m * n * sizeof(double));
    for (size_t i = 0; i < (m + 1) / 2; i++)
        for (size_t j = 0; j < n; j++)
            d_x[2 * i * n + j] = (d_every_other ? d_every_other[i * n + j] : 0);
    /* slices.nn:3   d = x[:, 1:] - x[:, :-1] */
    GRADC_PARALLEL(m * n - m)
    for (size_t i = 0; i < m; i++) {
        d_x[i * n] += (d_joined ? d_joined[i * n + n - 1] : 0);
        for (size_t j = 0; j < n - 1; j++)
            d_x[i * n + j] += -(d_joined ? d_joined[i * n + j] : 0);
        for (size_t j = 0; j < n - 1; j++)
            d_x[i * n + j + 1] += (d_joined ? d_joined[i * n + j] : 0);
    }
}

int f_backward(struct f *self_)
{
    if (!self_->x)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->d_x)
        return GRADC_OK;
    f_backward_kernel(self_, self_->d_joined, self_->d_every_other, self_->d_x);
    return GRADC_OK;
}

static void f_gradient_kernel(
    struct f *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT x,             /* [m, n] */
    const double *GRADC_RESTRICT d_joined,      /* [m, n] */
    const double *GRADC_RESTRICT d_every_other, /* [(m + 1)/2, n] */
    double *GRADC_RESTRICT joined,              /* [m, n] */
    double *GRADC_RESTRICT d_x,                 /* [m, n] */
    double *GRADC_RESTRICT every_other)         /* [(m + 1)/2, n] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    /* slices.nn:4   return joined = concat(d, x[:, :1], axis = 1), every_other = x[::2] */
    /* joined = scatter(x[:, 1:] - x[:, :n - 1]) + scatter(x[:, 0]) */
    if (self_->joined) {
        GRADC_PARALLEL(m * n - m)
        for (size_t i = 0; i < m; i++) {
            for (size_t j = 0; j < n - 1; j++)
                joined[i * n + j] = x[i * n + j + 1] - x[i * n + j];
            joined[i * n + n - 1] = x[i * n];
        }
    }
    if (self_->d_x) {
        memset(d_x, 0, m * n * sizeof(double));
        for (size_t i = 0; i < (m + 1) / 2; i++)
            for (size_t j = 0; j < n; j++)
                d_x[2 * i * n + j] = (d_every_other ? d_every_other[i * n + j] : 0);
        /* slices.nn:3   d = x[:, 1:] - x[:, :-1] */
        GRADC_PARALLEL(m * n - m)
        for (size_t i = 0; i < m; i++) {
            d_x[i * n] += (d_joined ? d_joined[i * n + n - 1] : 0);
            for (size_t j = 0; j < n - 1; j++)
                d_x[i * n + j] += -(d_joined ? d_joined[i * n + j] : 0);
            for (size_t j = 0; j < n - 1; j++)
                d_x[i * n + j + 1] += (d_joined ? d_joined[i * n + j] : 0);
        }
    }
    /* slices.nn:4   return joined = concat(d, x[:, :1], axis = 1), every_other = x[::2] */
    if (self_->every_other) {
        GRADC_PARALLEL(n * ((m + 1) / 2))
        for (size_t i = 0; i < (m + 1) / 2; i++)
            for (size_t j = 0; j < n; j++)
                every_other[i * n + j] = x[2 * i * n + j];
    }
}

int f_gradient(struct f *self_)
{
    if (!self_->x)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->joined && !self_->every_other && !self_->d_x)
        return GRADC_OK;
    f_gradient_kernel(self_, self_->x, self_->d_joined, self_->d_every_other, self_->joined, self_->d_x,
            self_->every_other);
    return GRADC_OK;
}
