/* Emitted by gradc from side_by_side.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "side_by_side.h"

GRADC_BEGIN

GRADC_ROOTS

/* GRADC_OK if f can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int f_check(const struct f *m)
{
    if (m->N == 0)
        return GRADC_ESIZE;
    if (3 * (double)m->N > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t f_workspace(const struct f *m)
{
    if (f_check(m) != GRADC_OK)
        return 0;
    return 0;
}

static void f_forward_kernel(
    struct f *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [N, 3] */
    const double *GRADC_RESTRICT w, /* [N] */
    double *GRADC_RESTRICT y,       /* [N] */
    double *GRADC_RESTRICT z)       /* [N] */
{
    const size_t N = m->N;
    /* side_by_side.nn:4   for i in 0..N { */
    if (m->y && m->z) {
        const size_t by_3 = gradc_stride(3);
        GRADC_INDEPENDENT
        for (size_t i = 0; i < N; i++) {
            const size_t i_3 = i * by_3;
            /* side_by_side.nn:5   s    = sum(x[i]^2) */
            const double s = x[i_3] * x[i_3] + x[i_3 + 1] * x[i_3 + 1] + x[i_3 + 2] * x[i_3 + 2];
            /* side_by_side.nn:6   y[i] = if s > 1 then w[i] / s else w[i] * s */
            const int64_t t = 1.0 < s;
            y[i] = gradc_choose(t, w[i] / s, w[i] * s);
            /* side_by_side.nn:7   z[i] = if s > 1 then s else sqrt(w[i]) */
            z[i] = gradc_choose(t, s, sqrt(w[i]));
        }
    } else {
        for (size_t i = 0; i < N; i++) {
            /* side_by_side.nn:5   s    = sum(x[i]^2) */
            const double s = x[i * 3] * x[i * 3] + x[i * 3 + 1] * x[i * 3 + 1] +
                    x[i * 3 + 2] * x[i * 3 + 2];
            /* side_by_side.nn:6   y[i] = if s > 1 then w[i] / s else w[i] * s */
            const int32_t t = 1.0 < s;
            if (m->y) {
                y[i] = t ? w[i] / s : w[i] * s;
            }
            /* side_by_side.nn:7   z[i] = if s > 1 then s else sqrt(w[i]) */
            if (m->z) {
                z[i] = t ? s : sqrt(w[i]);
            }
        }
    }
}

int f_forward(struct f *m)
{
    if (!m->x || !m->w)
        return GRADC_ENULL;
    if (f_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->y && !m->z)
        return GRADC_OK;
    f_forward_kernel(m, m->x, m->w, m->y, m->z);
    return GRADC_OK;
}

/* GRADC_OK if g can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int g_check(const struct g *m)
{
    if (m->N == 0)
        return GRADC_ESIZE;
    if (16 * (double)m->N > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t g_workspace(const struct g *m)
{
    if (g_check(m) != GRADC_OK)
        return 0;
    return 0;
}

static void g_forward_kernel(
    struct g *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [N, 3] */
    double *GRADC_RESTRICT y)       /* [N, 4, 4] */
{
    const size_t N = m->N;
    /* side_by_side.nn:16   y[i] = outer(v, v) */
    if (N >= 8) {
        const size_t by_3 = gradc_stride(3);
        const size_t by_16 = gradc_stride(16);
        /* rows are asked for before they are computed; the last block repeats some */
        for (size_t block = 0; block < N; block += 8) {
            const size_t first = block + 8 <= N ? block : N - 8;
            gradc_will_write(&y[first * 16], 8 * 16 * sizeof(double));
            GRADC_INDEPENDENT
            for (size_t i = first; i < first + 8; i++) {
                const size_t i_3 = i * by_3;
                const size_t i_16_2 = i * by_16;
                /* side_by_side.nn:14   s    = sum(x[i]^2) */
                const double s = x[i_3] * x[i_3] + x[i_3 + 1] * x[i_3 + 1] + x[i_3 + 2] * x[i_3 + 2];
                /* side_by_side.nn:16   y[i] = outer(v, v) */
                const double outer_3 = x[i_3] * s;
                const double outer_7 = x[i_3 + 1] * s;
                const double outer_11 = x[i_3 + 2] * s;
                y[i_16_2] = x[i_3] * x[i_3];
                y[i_16_2 + 1] = x[i_3] * x[i_3 + 1];
                y[i_16_2 + 2] = x[i_3] * x[i_3 + 2];
                y[i_16_2 + 3] = outer_3;
                y[i_16_2 + 4] = x[i_3] * x[i_3 + 1];
                y[i_16_2 + 5] = x[i_3 + 1] * x[i_3 + 1];
                y[i_16_2 + 6] = x[i_3 + 1] * x[i_3 + 2];
                y[i_16_2 + 7] = outer_7;
                y[i_16_2 + 8] = x[i_3] * x[i_3 + 2];
                y[i_16_2 + 9] = x[i_3 + 1] * x[i_3 + 2];
                y[i_16_2 + 10] = x[i_3 + 2] * x[i_3 + 2];
                y[i_16_2 + 11] = outer_11;
                y[i_16_2 + 12] = outer_3;
                y[i_16_2 + 13] = outer_7;
                y[i_16_2 + 14] = outer_11;
                y[i_16_2 + 15] = s * s;
            }
        }
    } else {
        for (size_t i = 0; i < N; i++) {
            /* side_by_side.nn:14   s    = sum(x[i]^2) */
            const double s = x[i * 3] * x[i * 3] + x[i * 3 + 1] * x[i * 3 + 1] +
                    x[i * 3 + 2] * x[i * 3 + 2];
            /* side_by_side.nn:16   y[i] = outer(v, v) */
            const double outer_3 = x[i * 3] * s;
            const double outer_7 = x[i * 3 + 1] * s;
            const double outer_11 = x[i * 3 + 2] * s;
            y[i * 16] = x[i * 3] * x[i * 3];
            y[i * 16 + 1] = x[i * 3] * x[i * 3 + 1];
            y[i * 16 + 2] = x[i * 3] * x[i * 3 + 2];
            y[i * 16 + 3] = outer_3;
            y[(i * 4 + 1) * 4] = x[i * 3] * x[i * 3 + 1];
            y[(i * 4 + 1) * 4 + 1] = x[i * 3 + 1] * x[i * 3 + 1];
            y[(i * 4 + 1) * 4 + 2] = x[i * 3 + 1] * x[i * 3 + 2];
            y[(i * 4 + 1) * 4 + 3] = outer_7;
            y[(i * 4 + 2) * 4] = x[i * 3] * x[i * 3 + 2];
            y[(i * 4 + 2) * 4 + 1] = x[i * 3 + 1] * x[i * 3 + 2];
            y[(i * 4 + 2) * 4 + 2] = x[i * 3 + 2] * x[i * 3 + 2];
            y[(i * 4 + 2) * 4 + 3] = outer_11;
            y[(i * 4 + 3) * 4] = outer_3;
            y[(i * 4 + 3) * 4 + 1] = outer_7;
            y[(i * 4 + 3) * 4 + 2] = outer_11;
            y[(i * 4 + 3) * 4 + 3] = s * s;
        }
    }
}

int g_forward(struct g *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (g_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->y)
        return GRADC_OK;
    g_forward_kernel(m, m->x, m->y);
    return GRADC_OK;
}

GRADC_END
