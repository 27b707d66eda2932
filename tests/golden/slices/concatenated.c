/* Emitted by gradc from concatenated.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "concatenated.h"

GRADC_BEGIN

/* GRADC_OK if parts can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int parts_check(const struct parts *m)
{
    if (m->n == 0)
        return GRADC_ESIZE;
    if (10 * (double)m->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t parts_workspace(const struct parts *m)
{
    if (parts_check(m) != GRADC_OK)
        return 0;
    size_t most = 0;
    size_t count = 8; /* forward */
    most = count > most ? count : most;
    return most * sizeof(double);
}

static void parts_forward_kernel(
    struct parts *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT a, /* [n, 2, 3] */
    const double *GRADC_RESTRICT b, /* [n, 2] */
    double *GRADC_RESTRICT y,       /* [n, 10] */
    double *GRADC_RESTRICT t)       /* [2] */
{
    const size_t n = m->n;
    const double s = m->s;
    /* concatenated.nn:5   return y = -concat(s * b, one, rows, axis = 1) */
    memset(t, 0, 2 * sizeof(double));
    t[0] = -1.0;
    /* y = scatter(-(s * b)) + scatter(t) + scatter(-a') */
    GRADC_PARALLEL(i, n, 6 * n, {
        GRADC_UNROLLED
        for (size_t j = 0; j < 2; j++)
            y[i * 10 + j] = -s * b[i * 2 + j];
        GRADC_UNROLLED
        for (size_t j = 0; j < 2; j++)
            y[i * 10 + j + 2] = t[j];
        GRADC_UNROLLED
        for (size_t j = 0; j < 3; j++)
            GRADC_UNROLLED
            for (size_t k = 0; k < 2; k++)
                y[i * 10 + 2 * j + k + 4] = -a[(i * 2 + k) * 3 + j];
    });
}

int parts_forward(struct parts *m)
{
    if (!m->a || !m->b)
        return GRADC_ENULL;
    if (parts_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->y)
        return GRADC_OK;
    double *const work = (double *)m->work;
    parts_forward_kernel(m, m->a, m->b, m->y, work);
    return GRADC_OK;
}

GRADC_END
