/* Emitted by gradc from transposed.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "transposed.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if f can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int f_check(const struct f *self_)
{
    if (self_->m == 0 || self_->t == 0)
        return GRADC_ESIZE;
    if (64 * (double)self_->m + 1048 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t f_workspace(const struct f *self_)
{
    if (f_check(self_) != GRADC_OK)
        return 0;
    size_t most = 0;
    size_t count = 1024; /* forward */
    count += 2 * gradc_room(32 * self_->m);
    most = count > most ? count : most;
    return most * sizeof(double);
}

static void f_forward_kernel(
    struct f *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT h, /* [m, 32] */
    const double *GRADC_RESTRICT W, /* [32, 32] */
    double *GRADC_RESTRICT W2,      /* [32, 32] */
    double *GRADC_RESTRICT sum,     /* [m, 32] */
    double *GRADC_RESTRICT h2)      /* [m, 32] */
{
    const size_t m = self_->m;
    const size_t t = self_->t;
    /* transposed.nn:2   f(h: [m, 32], W: [32, 32], t: size) { */
    /* W2 = W' */
    for (size_t i = 0; i < 32; i++)
        for (size_t j = 0; j < 32; j++)
            W2[i * 32 + j] = W[j * 32 + i];
    GRADC_PARALLEL_INDEPENDENT(i, 32 * m, 32 * m, {
        h2[i] = h[i];
    });
    /* transposed.nn:3   for r in 0..t { h = tanh(h @ W') } */
    for (size_t r = 0; r < t; r++) {
        /* sum = h2 @ W2 */
        gradc_matmul_f64(0, 0, m, 32, 32, 1, h2, 32, W2, 32, 0, sum, 32);
        /* h2 = tanh(sum) */
        GRADC_PARALLEL_INDEPENDENT(i, 32 * m, 256 * m, {
            h2[i] = gradc_tanh(sum[i]);
        });
    }
    /* transposed.nn:4   return f = sum(h^2) */
    /* f2 = sum(h2^2) */
    double f2 = 0;
    GRADC_SUM_IN_PARTS(double, f2, i, 32 * m, h2[i] * h2[i]);
    self_->f = f2;
}

int f_forward(struct f *self_)
{
    if (!self_->h || !self_->W)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const h2 = work;
    double *const sum = h2 + gradc_room(32 * m);
    f_forward_kernel(self_, self_->h, self_->W, sum + gradc_room(32 * m), sum, h2);
    return GRADC_OK;
}

GRADC_END
