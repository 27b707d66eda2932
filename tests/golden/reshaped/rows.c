/* Emitted by gradc from rows.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "rows.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if bent can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int bent_check(const struct bent *self_)
{
    if (self_->n == 0 || self_->m == 0)
        return GRADC_ESIZE;
    if (4 * (double)self_->m > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (24 * (double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t bent_workspace(const struct bent *self_)
{
    if (bent_check(self_) != GRADC_OK)
        return 0;
    const size_t block = gradc_block(self_->n, 64);
    const size_t chunks = gradc_chunks(block, 24 * block, 0);
    const size_t copies = gradc_copies(chunks);
    size_t most = 0;
    size_t count = 0; /* forward */
    count += 2 * gradc_room(24 * block);
    count += gradc_room(8 * copies);
    most = count > most ? count : most;
    return most * sizeof(double);
}

static int bent_forward_kernel(
    struct bent *GRADC_RESTRICT self_,
    const int32_t *GRADC_RESTRICT v, /* [n] */
    const double *GRADC_RESTRICT x,  /* [m, 4] */
    const double *GRADC_RESTRICT w,  /* [n, 6] */
    const double *GRADC_RESTRICT a,  /* [2, 8, 12] */
    double *GRADC_RESTRICT all,      /* [n, 8] */
    double *GRADC_RESTRICT p,        /* [n, 3, 8] */
    double *GRADC_RESTRICT load,     /* [block, 6, 4] */
    double *GRADC_RESTRICT sum,      /* [block, 2, 12] */
    double *GRADC_RESTRICT t_others) /* [8*copies] */
{
    const size_t n = self_->n;
    const size_t m = self_->m;
    const size_t block = gradc_block(n, 64);
    const size_t chunks = gradc_chunks(block, 24 * block, 0);
    double *const t = load; /* [2, 4] */
    /* rows.nn:4   load[i, b, k] = w[i, b] * x[v[i], k] */
    for (size_t i = 0; i < n; i++) {
        if (v[i] < 0 || (size_t)v[i] >= m)
            return GRADC_EINDEX;
    }
    /* Some rows at a time, so that they stay in the cache. */
    for (size_t first = 0; first < n; first += block) {
        const size_t rows = n - first < block ? n - first : block;
        /* load[i, j, k] = w[i, j] * x[v[i], k] */
        GRADC_PARALLEL(i, rows, 24 * rows, {
            for (size_t j = 0; j < 6; j++)
                GRADC_UNROLLED
                for (size_t k = 0; k < 4; k++)
                    load[(i * 6 + j) * 4 + k] = w[(first + i) * 6 + j] * x[(size_t)v[first + i] * 4 + k];
        });
        /* rows.nn:7   return p = reshape(transpose(p, [1, 2, 0, 3]), [n, 3, 8]), all = reshape(load, [n, 24]) @ reshape(a, [24, 8]) */
        /* all = reshape(load, [n, 24]) @ reshape(a, [24, 8]) */
        if (self_->all) {
            gradc_matmul_f64(0, 0, rows, 8, 24, 1, load, 24, a, 8, 0, &all[first * 8], 8);
        }
        /* sum[i, j, k] = sum[l](reshape(load, [n, 24])[i, 8 * j + l + 4] * a[j, l, k]) */
        if (self_->p) {
            for (size_t i = 0; i < 2; i++) {
                gradc_matmul_f64(0, 0, rows, 12, 8, 1, load + 8 * i + 4, 24, a + i * 96, 12, 0,
                        &sum[i * 12], 24);
            }
            /* t = transpose(reshape(sum, [n, 2, 3, 4]), [0, 2, 1, 3]) */
            GRADC_PARALLEL(chunk, chunks, 24 * block, {
                const size_t begin = gradc_first(chunk, chunks, rows, 1);
                const size_t end = gradc_first(chunk + 1, chunks, rows, 1);
                double *const t_own = GRADC_OWN(chunk, t, t_others, 8);
                for (size_t i = begin; i < end; i++)
                    GRADC_UNROLLED
                    for (size_t j = 0; j < 3; j++) {
                        for (size_t k = 0; k < 2; k++)
                            GRADC_ROLLED
                            for (size_t l = 0; l < 4; l++)
                                t_own[k * 4 + l] = sum[(i * 2 + k) * 12 + 4 * j + l];
                        GRADC_INDEPENDENT
                        for (size_t k = 0; k < 8; k++)
                            p[((first + i) * 3 + j) * 8 + k] = t_own[k];
                    }
            });
        }
    }
    return GRADC_OK;
}

int bent_forward(struct bent *self_)
{
    if (!self_->v || !self_->x || !self_->w || !self_->a)
        return GRADC_ENULL;
    if (bent_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t n = self_->n;
    const size_t block = gradc_block(n, 64);
    double *const work = (double *)self_->work;
    double *const load = work;
    double *const sum = load + gradc_room(24 * block);
    return bent_forward_kernel(self_, self_->v, self_->x, self_->w, self_->a, self_->all, self_->p, load,
            sum, sum + gradc_room(24 * block));
}

GRADC_END
