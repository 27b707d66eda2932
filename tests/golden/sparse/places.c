/* Emitted by gradc from places.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "places.h"

GRADC_BEGIN

size_t f_workspace(const struct f *m)
{
    (void)m;
    return 384;
}

static void f_forward_kernel(
    struct f *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [12] */
    const double *GRADC_RESTRICT w, /* [4, 12] */
    double *GRADC_RESTRICT moved,   /* [4, 12] */
    double *GRADC_RESTRICT J)       /* [4, 12] */
{
    memset(&J[2], 0, 15 * sizeof(double));
    memset(&J[18], 0, 12 * sizeof(double));
    memset(&J[31], 0, 4 * sizeof(double));
    J[36] = 0;
    J[37] = 0;
    J[38] = 0;
    memset(&J[40], 0, 8 * sizeof(double));
    J[0] = x[1];
    J[1] = x[0];
    J[17] = cos(x[5]);
    J[30] = x[11] * x[11];
    J[35] = 2.0 * x[6] * x[11];
    J[39] = 1.0;
    /* places.nn:4   J = jacobian(y, x) */
    /* moved = w + J */
    if (m->moved) {
        for (size_t i = 0; i < 48; i++)
            moved[i] = w[i] + J[i];
    }
}

int f_forward(struct f *m)
{
    if (!m->x || !m->w)
        return GRADC_ENULL;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->J && !m->moved)
        return GRADC_OK;
    double *const work = (double *)m->work;
    f_forward_kernel(m, m->x, m->w, m->moved, m->J ? m->J : work);
    return GRADC_OK;
}

GRADC_END
