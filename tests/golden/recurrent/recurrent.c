/* Emitted by gradc from recurrent.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "recurrent.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if recurrent can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int recurrent_check(const struct recurrent *m)
{
    if (m->T == 0)
        return GRADC_ESIZE;
    if (160 * (double)m->T + 104 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t recurrent_gradient_workspace(const struct recurrent *m)
{
    if (recurrent_check(m) != GRADC_OK)
        return 0;
    size_t count = 32; /* gradient */
    count += 2 * gradc_room(64 * m->T);
    count += 2 * gradc_room(16 * m->T);
    return count * sizeof(double);
}

size_t recurrent_workspace(const struct recurrent *m)
{
    if (recurrent_check(m) != GRADC_OK)
        return 0;
    size_t most = recurrent_gradient_workspace(m) / sizeof(double);
    size_t count = 16; /* forward */
    count += gradc_room(64 * m->T);
    count += gradc_room(16 * m->T);
    most = count > most ? count : most;
    count = 48; /* backward */
    count += 2 * gradc_room(64 * m->T);
    count += 2 * gradc_room(16 * m->T);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t recurrent_bind_parameters(struct recurrent *m, double *block)
{
    size_t count = 0;
    if (recurrent_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->W = block + count; /* [16, 64] */
    count += 1024;
    return count;
}

size_t recurrent_bind_gradients(struct recurrent *m, double *block)
{
    size_t count = 0;
    if (recurrent_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_W = block + count; /* [16, 64] */
    count += 1024;
    return count;
}

static void recurrent_forward_kernel(
    struct recurrent *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [T, 16] */
    const double *GRADC_RESTRICT W, /* [16, 64] */
    double *GRADC_RESTRICT h,       /* [16] */
    double *GRADC_RESTRICT z,       /* [T, 64] */
    double *GRADC_RESTRICT h2)      /* [T, 16] */
{
    const size_t T = m->T;
    /* recurrent.nn:5   h = zeros([n]) */
    GRADC_ROLLED
    for (size_t i = 0; i < 16; i++)
        h[i] = 0.0;
    /* recurrent.nn:6   for t in 0..T { */
    for (size_t t = 0; t < T; t++) {
        /* recurrent.nn:7   z = (x[t] + h) @ W */
        /* z[t] = (x[t] + h) @ W */
        memset(&z[t * 64], 0, 64 * sizeof(double));
        for (size_t i = 0; i < 16; i++) {
            h2[t * 16 + i] = h[i];
            for (size_t j = 0; j < 64; j++)
                z[t * 64 + j] += (x[t * 16 + i] + h[i]) * W[i * 64 + j];
        }
        /* recurrent.nn:8   h = z[:n] * z[n:2*n] * z[2*n:3*n] + z[3*n:] */
        /* h = z[t][:16] * z[t][16:32] * z[t][32:48] + z[t][48:] */
        GRADC_ROLLED
        for (size_t i = 0; i < 16; i++)
            h[i] = z[t * 64 + i] * z[t * 64 + i + 16] * z[t * 64 + i + 32] + z[t * 64 + i + 48];
    }
    /* recurrent.nn:10   return loss = sum(h^2) */
    /* loss = sum(h^2) */
    double loss = 0;
    GRADC_SHORT_SUM(double, loss, i, 16, h[i] * h[i]);
    m->loss = loss;
}

int recurrent_forward(struct recurrent *m)
{
    if (!m->x || !m->W)
        return GRADC_ENULL;
    if (recurrent_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t T = m->T;
    double *const work = (double *)m->work;
    double *const z = work + 16;
    recurrent_forward_kernel(m, m->x, m->W, work, z, z + gradc_room(64 * T));
    return GRADC_OK;
}

static void recurrent_backward_kernel(
    struct recurrent *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,  /* [T, 16] */
    const double *GRADC_RESTRICT W,  /* [16, 64] */
    double *GRADC_RESTRICT d_W,      /* [16, 64] */
    const double *GRADC_RESTRICT h,  /* [16] */
    const double *GRADC_RESTRICT z,  /* [T, 64] */
    const double *GRADC_RESTRICT h2, /* [T, 16] */
    double *GRADC_RESTRICT d_h2,     /* [16] */
    double *GRADC_RESTRICT d_h,      /* [16] */
    double *GRADC_RESTRICT t3,       /* [T, 16] */
    double *GRADC_RESTRICT d_z)      /* [T, 64] */
{
    const size_t T = m->T;
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    /* recurrent.nn:10   return loss = sum(h^2) */
    GRADC_ROLLED
    for (size_t i = 0; i < 16; i++)
        d_h[i] = 2.0 * d_loss * h[i];
    /* recurrent.nn:6   for t in 0..T { */
    for (size_t t = T - 1; t + 1 > 0; t--) {
        /* recurrent.nn:8   h = z[:n] * z[n:2*n] * z[2*n:3*n] + z[3*n:] */
        for (size_t i = 0; i < 16; i++) {
            const double t2 = d_h[i] * z[t * 64 + i + 32];
            d_z[t * 64 + i + 48] = d_h[i];
            d_z[t * 64 + i + 32] = d_h[i] * (z[t * 64 + i] * z[t * 64 + i + 16]);
            d_z[t * 64 + i + 16] = t2 * z[t * 64 + i];
            d_z[t * 64 + i] = t2 * z[t * 64 + i + 16];
        }
        /* recurrent.nn:7   z = (x[t] + h) @ W */
        /* d_h2 = d_z[t] @ W' */
        for (size_t i = 0; i < 16; i++) {
            double sum = 0;
            GRADC_SHORT_SUM(double, sum, j, 64, d_z[t * 64 + j] * W[i * 64 + j]);
            d_h2[i] = sum;
        }
        GRADC_ROLLED
        for (size_t i = 0; i < 16; i++)
            t3[t * 16 + i] = x[t * 16 + i] + h2[t * 16 + i];
        GRADC_ROLLED
        for (size_t i = 0; i < 16; i++)
            d_h[i] = d_h2[i];
    }
    /* recurrent.nn:6   for t in 0..T { */
    /* d_W = t3' @ d_z */
    gradc_matmul_f64(1, 0, 16, 64, T, 1, t3, 16, d_z, 64, 0, d_W, 64);
}

int recurrent_backward(struct recurrent *m)
{
    if (!m->x || !m->W)
        return GRADC_ENULL;
    if (recurrent_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_W)
        return GRADC_OK;
    const size_t T = m->T;
    double *const work = (double *)m->work;
    double *const z = work + 16;
    double *const h2 = z + gradc_room(64 * T);
    double *const d_z = h2 + gradc_room(16 * T);
    double *const t3 = d_z + gradc_room(64 * T);
    double *const d_h = t3 + gradc_room(16 * T);
    recurrent_backward_kernel(m, m->x, m->W, m->d_W, work, z, h2, d_h + 16, d_h, t3, d_z);
    return GRADC_OK;
}

static void recurrent_gradient_kernel(
    struct recurrent *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [T, 16] */
    const double *GRADC_RESTRICT W, /* [16, 64] */
    double *GRADC_RESTRICT d_W,     /* [16, 64] */
    double *GRADC_RESTRICT h,       /* [16] */
    double *GRADC_RESTRICT z,       /* [T, 64] */
    double *GRADC_RESTRICT h2,      /* [T, 16] */
    double *GRADC_RESTRICT d_h2,    /* [16] */
    double *GRADC_RESTRICT d_h,     /* [16] */
    double *GRADC_RESTRICT d_z)     /* [T, 64] */
{
    const size_t T = m->T;
    double *const t3 = h; /* [T, 16] */
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    /* recurrent.nn:5   h = zeros([n]) */
    GRADC_ROLLED
    for (size_t i = 0; i < 16; i++)
        h[i] = 0.0;
    /* recurrent.nn:6   for t in 0..T { */
    for (size_t t = 0; t < T; t++) {
        if (m->d_W) {
            GRADC_ROLLED
            for (size_t i = 0; i < 16; i++)
                h2[t * 16 + i] = h[i];
        }
        /* recurrent.nn:7   z = (x[t] + h) @ W */
        /* z[t] = (x[t] + h) @ W */
        memset(&z[t * 64], 0, 64 * sizeof(double));
        for (size_t i = 0; i < 16; i++)
            for (size_t j = 0; j < 64; j++)
                z[t * 64 + j] += (x[t * 16 + i] + h[i]) * W[i * 64 + j];
        /* recurrent.nn:8   h = z[:n] * z[n:2*n] * z[2*n:3*n] + z[3*n:] */
        /* h = z[t][:16] * z[t][16:32] * z[t][32:48] + z[t][48:] */
        GRADC_ROLLED
        for (size_t i = 0; i < 16; i++)
            h[i] = z[t * 64 + i] * z[t * 64 + i + 16] * z[t * 64 + i + 32] + z[t * 64 + i + 48];
    }
    /* recurrent.nn:10   return loss = sum(h^2) */
    /* loss = sum(h^2) */
    double loss = 0;
    GRADC_SHORT_SUM(double, loss, i, 16, h[i] * h[i]);
    if (m->d_W) {
        GRADC_ROLLED
        for (size_t i = 0; i < 16; i++)
            d_h[i] = 2.0 * d_loss * h[i];
        /* recurrent.nn:6   for t in 0..T { */
        for (size_t t = T - 1; t + 1 > 0; t--) {
            /* recurrent.nn:8   h = z[:n] * z[n:2*n] * z[2*n:3*n] + z[3*n:] */
            for (size_t i = 0; i < 16; i++) {
                const double t2 = d_h[i] * z[t * 64 + i + 32];
                d_z[t * 64 + i + 48] = d_h[i];
                d_z[t * 64 + i + 32] = d_h[i] * (z[t * 64 + i] * z[t * 64 + i + 16]);
                d_z[t * 64 + i + 16] = t2 * z[t * 64 + i];
                d_z[t * 64 + i] = t2 * z[t * 64 + i + 16];
            }
            /* recurrent.nn:7   z = (x[t] + h) @ W */
            /* d_h2 = d_z[t] @ W' */
            for (size_t i = 0; i < 16; i++) {
                double sum = 0;
                GRADC_SHORT_SUM(double, sum, j, 64, d_z[t * 64 + j] * W[i * 64 + j]);
                d_h2[i] = sum;
            }
            GRADC_ROLLED
            for (size_t i = 0; i < 16; i++)
                t3[t * 16 + i] = x[t * 16 + i] + h2[t * 16 + i];
            GRADC_ROLLED
            for (size_t i = 0; i < 16; i++)
                d_h[i] = d_h2[i];
        }
        /* recurrent.nn:6   for t in 0..T { */
        /* d_W = t3' @ d_z */
        gradc_matmul_f64(1, 0, 16, 64, T, 1, t3, 16, d_z, 64, 0, d_W, 64);
    }
    m->loss = loss;
}

int recurrent_gradient(struct recurrent *m)
{
    if (!m->x || !m->W)
        return GRADC_ENULL;
    if (recurrent_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t T = m->T;
    double *const work = (double *)m->work;
    double *const z = work;
    double *const d_z = z + gradc_room(64 * T);
    double *const h2 = d_z + gradc_room(64 * T);
    double *const h = h2 + gradc_room(16 * T);
    double *const d_h = h + gradc_room(16 * T);
    recurrent_gradient_kernel(m, m->x, m->W, m->d_W, h, z, h2, d_h + 16, d_h, d_z);
    return GRADC_OK;
}

GRADC_END
