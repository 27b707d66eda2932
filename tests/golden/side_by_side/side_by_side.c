/* Emitted by gradc from side_by_side.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "side_by_side.h"

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
    /* side_by_side.nn:3   for i in 0..N { */
    if (m->y && m->z) {
        const size_t by_3 = gradc_stride(3);
        GRADC_INDEPENDENT
        for (size_t i = 0; i < N; i++) {
            const size_t i_3 = i * by_3;
            /* side_by_side.nn:4   s    = sum(x[i]^2) */
            const double s = x[i_3] * x[i_3] + x[i_3 + 1] * x[i_3 + 1] + x[i_3 + 2] * x[i_3 + 2];
            /* side_by_side.nn:5   y[i] = if s > 1 then w[i] / s else w[i] * s */
            const int64_t t = 1.0 < s;
            y[i] = gradc_choose(t, w[i] / s, w[i] * s);
            /* side_by_side.nn:6   z[i] = if s > 1 then s else sqrt(w[i]) */
            z[i] = gradc_choose(t, s, sqrt(w[i]));
        }
    } else {
        for (size_t i = 0; i < N; i++) {
            /* side_by_side.nn:4   s    = sum(x[i]^2) */
            const double s = x[i * 3] * x[i * 3] + x[i * 3 + 1] * x[i * 3 + 1] +
                    x[i * 3 + 2] * x[i * 3 + 2];
            /* side_by_side.nn:5   y[i] = if s > 1 then w[i] / s else w[i] * s */
            const int32_t t = 1.0 < s;
            if (m->y) {
                y[i] = t ? w[i] / s : w[i] * s;
            }
            /* side_by_side.nn:6   z[i] = if s > 1 then s else sqrt(w[i]) */
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
