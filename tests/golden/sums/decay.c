/* Emitted by gradc from decay.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "decay.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if decay can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int decay_check(const struct decay *m)
{
    if (m->n == 0)
        return GRADC_ESIZE;
    if (2 * (double)m->n + 16 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t decay_gradient_workspace(const struct decay *m)
{
    if (decay_check(m) != GRADC_OK)
        return 0;
    size_t count = 0; /* gradient */
    count += 2 * gradc_room(m->n);
    return count * sizeof(double);
}

size_t decay_workspace(const struct decay *m)
{
    if (decay_check(m) != GRADC_OK)
        return 0;
    size_t most = decay_gradient_workspace(m) / sizeof(double);
    size_t count = 0; /* forward */
    count += 2 * gradc_room(m->n);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 2 * gradc_room(m->n);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t decay_bind_parameters(struct decay *m, double *block)
{
    size_t count = 0;
    if (decay_check(m) != GRADC_OK)
        return 0;
    (void)m;
    (void)block;
    return count;
}

size_t decay_bind_gradients(struct decay *m, double *block)
{
    size_t count = 0;
    if (decay_check(m) != GRADC_OK)
        return 0;
    (void)m;
    (void)block;
    return count;
}

static void decay_forward_kernel(
    struct decay *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT t, /* [n] */
    const double *GRADC_RESTRICT y, /* [n] */
    double *GRADC_RESTRICT t2,      /* [n] */
    double *GRADC_RESTRICT t3)      /* [n] */
{
    const size_t n = m->n;
    const double a = m->a;
    const double p = m->p;
    const double tau = m->tau;
    /* decay.nn:3   decay(a, p, tau, t: [n], y: [n]) = sum((y - a * (1 + t)^p * exp(-t / tau))^2) */
    /* t2 = (1 + t)^p */
    GRADC_PARALLEL_INDEPENDENT(i, n, n, {
        t2[i] = pow(1.0 + t[i], p);
    });
    /* t3 = exp(-(t / tau)) ; decay2 = sum(t4^2) */
    double decay2 = 0;
    GRADC_SUM_IN_PARTS_OF(double, decay2, i, n, t4 * t4, t3[i] = gradc_exp(-t[i] / tau); const double t4 =
            y[i] - a * t2[i] * t3[i];);
    m->decay = decay2;
}

int decay_forward(struct decay *m)
{
    if (!m->t || !m->y)
        return GRADC_ENULL;
    if (decay_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t n = m->n;
    double *const work = (double *)m->work;
    double *const t2 = work;
    decay_forward_kernel(m, m->t, m->y, t2, t2 + gradc_room(n));
    return GRADC_OK;
}

int decay_backward(struct decay *m)
{
    if (!m->t || !m->y)
        return GRADC_ENULL;
    if (decay_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t n = m->n;
    const size_t chunks = gradc_chunks(n, 15 * n, 0);
    double *const work = (double *)m->work;
    double *const t2 = work;
    const double *GRADC_RESTRICT const t = m->t; /* [n] */
    const double *GRADC_RESTRICT const y = m->y; /* [n] */
    const double *GRADC_RESTRICT const t3 = t2 + gradc_room(n); /* [n] */
    const double a = m->a;
    const double tau = m->tau;
    const double d_decay = m->d_decay ? *m->d_decay : 1;
    /* decay.nn:3   decay(a, p, tau, t: [n], y: [n]) = sum((y - a * (1 + t)^p * exp(-t / tau))^2) */
    /* sum = sum(t4 * t2) ; sum2 = sum(t5) ; sum3 = sum(t6 * t7 * t3 * (t / tau)) */
    double sum = 0;
    double sum2 = 0;
    double sum3 = 0;
    double sum_others[GRADC_MOST_COPIES];
    double sum2_others[GRADC_MOST_COPIES];
    double sum3_others[GRADC_MOST_COPIES];
    GRADC_PARALLEL(chunk, chunks, 15 * n, {
        const size_t begin = gradc_first(chunk, chunks, n, 1);
        const size_t end = gradc_first(chunk + 1, chunks, n, 1);
        double sum_parts[GRADC_PARTS] = {0};
        double sum2_parts[GRADC_PARTS] = {0};
        double sum3_parts[GRADC_PARTS] = {0};
        for (size_t block = begin; block < end; block += GRADC_PARTS)
            GRADC_INDEPENDENT
            for (size_t i = block; i < gradc_least(block + GRADC_PARTS, end); i++) {
                const double t7 = a * t2[i];
                const double t6 = d_decay * (y[i] - t7 * t3[i]);
                const double t4 = t6 * t3[i];
                sum_parts[i - block] += t4 * t2[i];
                const double t8 = 1.0 + t[i];
                const double t5 = t4 * (t2[i] * gradc_log(GRADC_CHOOSE(t8 == 0.0, 1.0, t8)));
                sum2_parts[i - block] += t5;
                sum3_parts[i - block] += t6 * t7 * t3[i] * (t[i] / tau);
            }
        sum_others[chunk] = 0;
        GRADC_TOTAL(sum_others[chunk], sum_parts);
        sum2_others[chunk] = 0;
        GRADC_TOTAL(sum2_others[chunk], sum2_parts);
        sum3_others[chunk] = 0;
        GRADC_TOTAL(sum3_others[chunk], sum3_parts);
    });
    for (size_t chunk = 0; chunk < chunks; chunk++) {
        sum += sum_others[chunk];
        sum2 += sum2_others[chunk];
        sum3 += sum3_others[chunk];
    }
    m->d_a = -2.0 * sum;
    m->d_p = -2.0 * a * sum2;
    m->d_tau = -2.0 * sum3 / tau;
    return GRADC_OK;
}

static void decay_gradient_kernel(
    struct decay *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT t, /* [n] */
    const double *GRADC_RESTRICT y, /* [n] */
    double *GRADC_RESTRICT t3,      /* [n] */
    double *GRADC_RESTRICT t2)      /* [n] */
{
    const size_t n = m->n;
    const size_t chunks2 = gradc_chunks(n, 25 * n, 0);
    const double a = m->a;
    const double p = m->p;
    const double tau = m->tau;
    const double d_decay = m->d_decay ? *m->d_decay : 1;
    /* decay.nn:3   decay(a, p, tau, t: [n], y: [n]) = sum((y - a * (1 + t)^p * exp(-t / tau))^2) */
    /* t3 = 1 + t ; t2 = t3^p */
    GRADC_PARALLEL_INDEPENDENT(i, n, 2 * n, {
        t3[i] = 1.0 + t[i];
        t2[i] = pow(t3[i], p);
    });
    /* decay2 = sum(t4^2) ; sum = sum(t5 * t2) ; sum2 = sum(t6) ; sum3 = sum(t7 * t8 * t9 * t10) */
    double decay2 = 0;
    double sum = 0;
    double sum2 = 0;
    double sum3 = 0;
    double decay2_others[GRADC_MOST_COPIES];
    double sum_others[GRADC_MOST_COPIES];
    double sum2_others[GRADC_MOST_COPIES];
    double sum3_others[GRADC_MOST_COPIES];
    GRADC_PARALLEL(chunk, chunks2, 25 * n, {
        const size_t begin = gradc_first(chunk, chunks2, n, 1);
        const size_t end = gradc_first(chunk + 1, chunks2, n, 1);
        double decay2_parts[GRADC_PARTS] = {0};
        double sum_parts[GRADC_PARTS] = {0};
        double sum2_parts[GRADC_PARTS] = {0};
        double sum3_parts[GRADC_PARTS] = {0};
        for (size_t block = begin; block < end; block += GRADC_PARTS)
            GRADC_INDEPENDENT
            for (size_t i = block; i < gradc_least(block + GRADC_PARTS, end); i++) {
                const double t10 = t[i] / tau;
                const double t9 = gradc_exp(-t10);
                const double t8 = a * t2[i];
                const double t4 = y[i] - t8 * t9;
                decay2_parts[i - block] += t4 * t4;
                const double t7 = d_decay * t4;
                const double t5 = t7 * t9;
                sum_parts[i - block] += t5 * t2[i];
                const double t6 = t5 * (t2[i] * gradc_log(GRADC_CHOOSE(t3[i] == 0.0, 1.0, t3[i])));
                sum2_parts[i - block] += t6;
                sum3_parts[i - block] += t7 * t8 * t9 * t10;
            }
        decay2_others[chunk] = 0;
        GRADC_TOTAL(decay2_others[chunk], decay2_parts);
        sum_others[chunk] = 0;
        GRADC_TOTAL(sum_others[chunk], sum_parts);
        sum2_others[chunk] = 0;
        GRADC_TOTAL(sum2_others[chunk], sum2_parts);
        sum3_others[chunk] = 0;
        GRADC_TOTAL(sum3_others[chunk], sum3_parts);
    });
    for (size_t chunk = 0; chunk < chunks2; chunk++) {
        decay2 += decay2_others[chunk];
        sum += sum_others[chunk];
        sum2 += sum2_others[chunk];
        sum3 += sum3_others[chunk];
    }
    m->decay = decay2;
    m->d_a = -2.0 * sum;
    m->d_p = -2.0 * a * sum2;
    m->d_tau = -2.0 * sum3 / tau;
}

int decay_gradient(struct decay *m)
{
    if (!m->t || !m->y)
        return GRADC_ENULL;
    if (decay_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t n = m->n;
    double *const work = (double *)m->work;
    double *const t3 = work;
    decay_gradient_kernel(m, m->t, m->y, t3, t3 + gradc_room(n));
    return GRADC_OK;
}

GRADC_END
