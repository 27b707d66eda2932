/* Emitted by gradc from reshaped.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "reshaped.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if f can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int f_check(const struct f *self_)
{
    if (self_->n == 0 || self_->m == 0)
        return GRADC_ESIZE;
    if (64 * (double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (64 * (double)self_->m > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n * (double)self_->m > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t f_workspace(const struct f *self_)
{
    if (f_check(self_) != GRADC_OK)
        return 0;
    const size_t block = gradc_block(self_->n, self_->m);
    size_t most = 0;
    size_t count = 0; /* forward */
    count += gradc_room(64 * block);
    most = count > most ? count : most;
    return most * sizeof(double);
}

static void f_forward_kernel(
    struct f *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT x, /* [n, 8, 8] */
    const double *GRADC_RESTRICT w, /* [64, m] */
    double *GRADC_RESTRICT p,       /* [n, m] */
    double *GRADC_RESTRICT most,    /* [n] */
    double *GRADC_RESTRICT h)       /* [block, 8, 8] */
{
    const size_t n = self_->n;
    const size_t m = self_->m;
    const size_t block = gradc_block(n, m);
    /* Some rows at a time, so that they stay in the cache. */
    for (size_t first = 0; first < n; first += block) {
        const size_t rows = n - first < block ? n - first : block;
        /* reshaped.nn:3   h = tanh(x) */
        /* reshaped.nn:4   return p = reshape(h, [n, 64]) @ w, most = max(h, axis = [1, 2]) */
        /* h = tanh(x) ; most = max(h, axis = [1, 2]) */
        GRADC_PARALLEL(i, rows, 576 * rows, {
            double most2 = -INFINITY;
            for (size_t j = 0; j < 8; j++) {
                GRADC_INDEPENDENT
                for (size_t k = 0; k < 8; k++)
                    h[(i * 8 + j) * 8 + k] = gradc_tanh(x[((first + i) * 8 + j) * 8 + k]);
                if (self_->most) {
                    for (size_t k = 0; k < 8; k++) {
                        const double value = h[(i * 8 + j) * 8 + k];
                        most2 = ((value > most2) | (value != value)) ? value : most2;
                    }
                }
            }
            if (self_->most) {
                most[first + i] = most2;
            }
        });
        /* p = reshape(h, [n, 64]) @ w */
        if (self_->p) {
            gradc_matmul_f64(0, 0, rows, m, 64, 1, h, 64, w, m, 0, &p[first * m], m);
        }
    }
}

int f_forward(struct f *self_)
{
    if (!self_->x || !self_->w)
        return GRADC_ENULL;
    if (f_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->p && !self_->most)
        return GRADC_OK;
    double *const work = (double *)self_->work;
    f_forward_kernel(self_, self_->x, self_->w, self_->p, self_->most, work);
    return GRADC_OK;
}

GRADC_END
