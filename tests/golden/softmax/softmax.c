/* Emitted by gradc from softmax.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "softmax.h"

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
    const size_t chunks = gradc_chunks(self_->m, 11 * self_->m * self_->n, 0);
    const size_t copies = gradc_copies(chunks);
    const size_t chunks2 = gradc_chunks(self_->m, 13 * self_->m * self_->n, 0);
    const size_t copies2 = gradc_copies(chunks2);
    if ((double)self_->m * (double)self_->n + (double)self_->n * copies + (double)self_->n + 24 >
            (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m * (double)self_->n + (double)self_->n * copies2 + (double)self_->n + 24 >
            (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t f_gradient_workspace(const struct f *self_)
{
    if (f_check(self_) != GRADC_OK)
        return 0;
    const size_t chunks2 = gradc_chunks(self_->m, 13 * self_->m * self_->n, 0);
    const size_t copies2 = gradc_copies(chunks2);
    size_t count = 0; /* gradient */
    count += gradc_room(self_->m * self_->n);
    count += gradc_room(self_->n);
    count += gradc_room(self_->n * copies2);
    return count * sizeof(double);
}

size_t f_workspace(const struct f *self_)
{
    if (f_check(self_) != GRADC_OK)
        return 0;
    const size_t chunks = gradc_chunks(self_->m, 11 * self_->m * self_->n, 0);
    const size_t copies = gradc_copies(chunks);
    size_t most = f_gradient_workspace(self_) / sizeof(double);
    size_t count = 0; /* forward */
    count += gradc_room(self_->m * self_->n);
    count += gradc_room(self_->n);
    count += gradc_room(self_->n * copies);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += gradc_room(self_->m * self_->n);
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
    const double *GRADC_RESTRICT x,  /* [m, n] */
    double *GRADC_RESTRICT e,        /* [n] */
    double *GRADC_RESTRICT f2,       /* [m, n] */
    double *GRADC_RESTRICT e_others) /* [n*copies] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const size_t chunks = gradc_chunks(m, 11 * m * n, 0);
    /* softmax.nn:2   f(x: [m, n]) = softmax(x) */
    /* most = max(x, axis = 1) ; e = exp(x - t[:, new]) ; sum = sum(e, axis = 1) ; f2 = e / t2[:, new] */
    GRADC_PARALLEL(chunk, chunks, 11 * m * n, {
        const size_t begin = gradc_first(chunk, chunks, m, 1);
        const size_t end = gradc_first(chunk + 1, chunks, m, 1);
        double *const e_own = GRADC_OWN(chunk, e, e_others, n);
        for (size_t i = begin; i < end; i++) {
            double most = -INFINITY;
            GRADC_BEST(double, most, >, j, n, x[i * n + j]);
            const double t = fabs(most) < INFINITY ? most : 0.0;
            double sum = 0;
            GRADC_SUM_OF(double, sum, j, n, e_own[j], e_own[j] = gradc_exp(x[i * n + j] - t););
            const double t2 = sum == 0.0 ? 1.0 : sum;
            GRADC_INDEPENDENT
            for (size_t j = 0; j < n; j++)
                f2[i * n + j] = e_own[j] / t2;
        }
    });
}

int f_forward(struct f *self_)
{
    if (!self_->x)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t m = self_->m;
    const size_t n = self_->n;
    double *const work = (double *)self_->work;
    double *const spare_f2 = work;
    double *const e = spare_f2 + gradc_room(m * n);
    f_forward_kernel(self_, self_->x, e, self_->f ? self_->f : spare_f2, e + gradc_room(n));
    return GRADC_OK;
}

static void f_backward_kernel(
    struct f *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT d_f, /* [m, n] */
    double *GRADC_RESTRICT d_x,       /* [m, n] */
    const double *GRADC_RESTRICT f2)  /* [m, n] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    /* softmax.nn:2   f(x: [m, n]) = softmax(x) */
    /* sum = sum(d_f * f2, axis = 1) ; d_x = f2 * (d_f - sum[:, new]) */
    GRADC_PARALLEL(i, m, 2 * m * n, {
        double sum = 0;
        GRADC_SUM(double, sum, j, n, (d_f ? d_f[i * n + j] : 0) * f2[i * n + j]);
        GRADC_INDEPENDENT
        for (size_t j = 0; j < n; j++)
            d_x[i * n + j] = f2[i * n + j] * ((d_f ? d_f[i * n + j] : 0) - sum);
    });
}

int f_backward(struct f *self_)
{
    if (!self_->x)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->d_x)
        return GRADC_OK;
    double *const work = (double *)self_->work;
    f_backward_kernel(self_, self_->d_f, self_->d_x, self_->f ? self_->f : work);
    return GRADC_OK;
}

static void f_gradient_kernel(
    struct f *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT x,   /* [m, n] */
    const double *GRADC_RESTRICT d_f, /* [m, n] */
    double *GRADC_RESTRICT d_x,       /* [m, n] */
    double *GRADC_RESTRICT e,         /* [n] */
    double *GRADC_RESTRICT f2,        /* [m, n] */
    double *GRADC_RESTRICT e_others)  /* [n*copies] */
{
    const size_t m = self_->m;
    const size_t n = self_->n;
    const size_t chunks2 = gradc_chunks(m, 13 * m * n, 0);
    /* softmax.nn:2   f(x: [m, n]) = softmax(x) */
    /* most = max(x, axis = 1) ; e = exp(x - t[:, new]) ; sum = sum(e, axis = 1) ; f2 = e / t2[:, new] */
    /* sum2 = sum(d_f * f2, axis = 1) ; d_x = f2 * (d_f - sum2[:, new]) */
    GRADC_PARALLEL(chunk, chunks2, 13 * m * n, {
        const size_t begin = gradc_first(chunk, chunks2, m, 1);
        const size_t end = gradc_first(chunk + 1, chunks2, m, 1);
        double *const e_own = GRADC_OWN(chunk, e, e_others, n);
        for (size_t i = begin; i < end; i++) {
            double most = -INFINITY;
            GRADC_BEST(double, most, >, j, n, x[i * n + j]);
            const double t = fabs(most) < INFINITY ? most : 0.0;
            double sum = 0;
            GRADC_SUM_OF(double, sum, j, n, e_own[j], e_own[j] = gradc_exp(x[i * n + j] - t););
            const double t2 = sum == 0.0 ? 1.0 : sum;
            double sum2 = 0;
            for (size_t j = 0; j < n; j++) {
                f2[i * n + j] = e_own[j] / t2;
                if (self_->d_x) {
                    sum2 += (d_f ? d_f[i * n + j] : 0) * f2[i * n + j];
                }
            }
            if (self_->d_x) {
                GRADC_INDEPENDENT
                for (size_t j = 0; j < n; j++)
                    d_x[i * n + j] = f2[i * n + j] * ((d_f ? d_f[i * n + j] : 0) - sum2);
            }
        }
    });
}

int f_gradient(struct f *self_)
{
    if (!self_->x)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->f && !self_->d_x)
        return GRADC_OK;
    const size_t m = self_->m;
    const size_t n = self_->n;
    double *const work = (double *)self_->work;
    double *const spare_f2 = work;
    double *const e = spare_f2 + gradc_room(m * n);
    f_gradient_kernel(self_, self_->x, self_->d_f, self_->d_x, e, self_->f ? self_->f : spare_f2,
            e + gradc_room(n));
    return GRADC_OK;
}

GRADC_END
