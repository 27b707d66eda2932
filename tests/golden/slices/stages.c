/* Emitted by gradc from stages.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "stages.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if stages can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int stages_check(const struct stages *m)
{
    if (m->n == 0 || m->t == 0)
        return GRADC_ESIZE;
    if (m->n < 2)
        return GRADC_ESIZE;
    if ((double)m->n + 8 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t stages_workspace(const struct stages *m)
{
    if (stages_check(m) != GRADC_OK)
        return 0;
    size_t most = 0;
    size_t count = 0; /* forward */
    count += gradc_room(m->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

static void stages_forward_kernel(
    struct stages *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [n] */
    double *GRADC_RESTRICT stages2, /* [n] */
    double *GRADC_RESTRICT t2)      /* [n] */
{
    const size_t n = m->n;
    const size_t t = m->t;
    GRADC_PARALLEL_INDEPENDENT(i, n, n, {
        stages2[i] = x[i];
    });
    /* stages.nn:6   for k in 0..t { */
    for (size_t k = 0; k < t; k++) {
        /* stages.nn:7   y = y + slope(y + slope(y, x), x) */
        /* t2 = stages2 + scatter(x[0]) + scatter(x[1:] * stages2[:n - 1]) */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            t2[i] = stages2[i];
        });
        /* stages.nn:2   slope(y: [n], x: [n]) = concat(x[:1], x[1:] * y[:-1]) */
        t2[0] += x[0];
        /* t2[i + 1] += x[i + 1] * stages2[i] */
        for (size_t i = 0; i < n - 1; i++)
            t2[i + 1] += x[i + 1] * stages2[i];
        stages2[0] += x[0];
        /* stages2[i + 1] += x[i + 1] * t2[i] */
        for (size_t i = 0; i < n - 1; i++)
            stages2[i + 1] += x[i + 1] * t2[i];
    }
}

int stages_forward(struct stages *m)
{
    if (!m->x)
        return GRADC_ENULL;
    if (stages_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->stages)
        return GRADC_OK;
    double *const work = (double *)m->work;
    stages_forward_kernel(m, m->x, m->stages, work);
    return GRADC_OK;
}

GRADC_END
