/* Emitted by gradc from product.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "product.h"

GRADC_BEGIN

size_t f_workspace(const struct f *m)
{
    (void)m;
    return 0;
}

static void f_forward_kernel(
    struct f *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT P,    /* [6, 6] */
    const double *GRADC_RESTRICT Q,    /* [6, 6] */
    double *GRADC_RESTRICT covariance) /* [6, 6] */
{
    const double dt = m->dt;
    /* product.nn:3   moved = [x[0] + dt * x[2], x[1] + dt * x[3], x[2] + dt * x[4], x[3] + dt * x[5], x[4], x[5] * cos(dt)] */
    const double F_35 = cos(dt);
    /* product.nn:5   return covariance = F @ P @ F' + Q */
    const double t = P[2] + dt * P[14];
    const double t2 = P[3] + dt * P[15];
    const double t3 = P[4] + dt * P[16];
    const double t4 = P[5] + dt * P[17];
    const double t5 = F_35 * P[32];
    const double t6 = F_35 * P[33];
    const double t7 = F_35 * P[34];
    const double t8 = F_35 * P[35];
    const double t9 = P[8] + dt * P[20];
    const double t10 = P[9] + dt * P[21];
    const double t11 = P[10] + dt * P[22];
    const double t12 = P[11] + dt * P[23];
    const double t13 = P[14] + dt * P[26];
    const double t14 = P[15] + dt * P[27];
    const double t15 = P[16] + dt * P[28];
    const double t16 = P[17] + dt * P[29];
    const double t17 = P[20] + dt * P[32];
    const double t18 = P[21] + dt * P[33];
    const double t19 = P[22] + dt * P[34];
    const double t20 = P[23] + dt * P[35];
    covariance[0] = P[0] + dt * P[12] + t * dt + Q[0];
    covariance[1] = P[1] + dt * P[13] + t2 * dt + Q[1];
    covariance[2] = t + t3 * dt + Q[2];
    covariance[3] = t2 + t4 * dt + Q[3];
    covariance[4] = t3 + Q[4];
    covariance[5] = t4 * F_35 + Q[5];
    covariance[6] = P[6] + dt * P[18] + t9 * dt + Q[6];
    covariance[7] = P[7] + dt * P[19] + t10 * dt + Q[7];
    covariance[8] = t9 + t11 * dt + Q[8];
    covariance[9] = t10 + t12 * dt + Q[9];
    covariance[10] = t11 + Q[10];
    covariance[11] = t12 * F_35 + Q[11];
    covariance[12] = P[12] + dt * P[24] + t13 * dt + Q[12];
    covariance[13] = P[13] + dt * P[25] + t14 * dt + Q[13];
    covariance[14] = t13 + t15 * dt + Q[14];
    covariance[15] = t14 + t16 * dt + Q[15];
    covariance[16] = t15 + Q[16];
    covariance[17] = t16 * F_35 + Q[17];
    covariance[18] = P[18] + dt * P[30] + t17 * dt + Q[18];
    covariance[19] = P[19] + dt * P[31] + t18 * dt + Q[19];
    covariance[20] = t17 + t19 * dt + Q[20];
    covariance[21] = t18 + t20 * dt + Q[21];
    covariance[22] = t19 + Q[22];
    covariance[23] = t20 * F_35 + Q[23];
    covariance[24] = P[24] + dt * P[26] + Q[24];
    covariance[25] = P[25] + dt * P[27] + Q[25];
    covariance[26] = P[26] + dt * P[28] + Q[26];
    covariance[27] = P[27] + dt * P[29] + Q[27];
    covariance[28] = P[28] + Q[28];
    covariance[29] = P[29] * F_35 + Q[29];
    covariance[30] = F_35 * P[30] + t5 * dt + Q[30];
    covariance[31] = F_35 * P[31] + t6 * dt + Q[31];
    covariance[32] = t5 + t7 * dt + Q[32];
    covariance[33] = t6 + t8 * dt + Q[33];
    covariance[34] = t7 + Q[34];
    covariance[35] = t8 * F_35 + Q[35];
}

int f_forward(struct f *m)
{
    if (!m->x || !m->P || !m->Q)
        return GRADC_ENULL;
    if (!m->covariance)
        return GRADC_OK;
    f_forward_kernel(m, m->P, m->Q, m->covariance);
    return GRADC_OK;
}

size_t g_workspace(const struct g *m)
{
    (void)m;
    return 256;
}

static void g_forward_kernel(
    const double *GRADC_RESTRICT x, /* [6] */
    const double *GRADC_RESTRICT P, /* [6, 6] */
    double *GRADC_RESTRICT seen,    /* [6, 6] */
    double *GRADC_RESTRICT sum,     /* [6] */
    double *GRADC_RESTRICT t2,      /* [6] */
    double *GRADC_RESTRICT sum2,    /* [6] */
    double *GRADC_RESTRICT sum3)    /* [6] */
{
    /* product.nn:9   return seen = jacobian(y, x) @ P */
    /* sum = t @ P ; sum2 = x @ P ; sum3 = sum(P, axis = 0) ; t2 = x[2, new] * P[3] + x[3, new] * P[2] */
    memset(sum, 0, 6 * sizeof(double));
    memset(sum2, 0, 6 * sizeof(double));
    memset(sum3, 0, 6 * sizeof(double));
    GRADC_UNROLLED
    for (size_t i = 0; i < 6; i++) {
        const double t = 0 <= (ptrdiff_t)(i - 1) ? 1.0 : 0.0;
        for (size_t j = 0; j < 6; j++) {
            sum[j] += t * P[i * 6 + j];
            sum2[j] += x[i] * P[i * 6 + j];
            sum3[j] += P[i * 6 + j];
        }
        t2[i] = x[2] * P[18 + i] + x[3] * P[12 + i];
    }
    memset(seen, 0, 36 * sizeof(double));
    for (size_t i = 0; i < 6; i++)
        seen[30 + i] = sum[i] + P[24 + i];
    seen[24] += t2[0];
    seen[25] += t2[1];
    seen[26] += t2[2];
    seen[27] += t2[3];
    seen[28] += t2[4];
    seen[29] += t2[5];
    seen[18] += P[6];
    seen[19] += P[7];
    seen[20] += P[8];
    seen[21] += P[9];
    seen[22] += P[10];
    seen[23] += P[11];
    seen[12] += P[0];
    seen[13] += P[1];
    seen[14] += P[2];
    seen[15] += P[3];
    seen[16] += P[4];
    seen[17] += P[5];
    /* seen[1, i] += 2 * sum2[i] */
    for (size_t i = 0; i < 6; i++) {
        seen[6 + i] += 2.0 * sum2[i];
        seen[i] += sum3[i];
    }
}

int g_forward(struct g *m)
{
    if (!m->x || !m->P)
        return GRADC_ENULL;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->seen)
        return GRADC_OK;
    double *const work = (double *)m->work;
    g_forward_kernel(m->x, m->P, m->seen, work, work + 8, work + 16, work + 24);
    return GRADC_OK;
}

GRADC_END
