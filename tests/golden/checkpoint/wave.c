/* Emitted by gradc from wave.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "wave.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if wave can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int wave_check(const struct wave *m)
{
    if (m->n == 0 || m->T == 0)
        return GRADC_ESIZE;
    if (m->n < 3)
        return GRADC_ESIZE;
    if ((m->n) % 2 != 0)
        return GRADC_ESIZE;
    const size_t root = gradc_root(m->T);
    if ((double)m->n * (double)m->T + (double)m->n * root +
            2 * (double)m->n * (((double)m->T - 1) / root) + 11 * (double)m->n + 2 * (double)m->T +
            2 * root + 120 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t wave_gradient_workspace(const struct wave *m)
{
    if (wave_check(m) != GRADC_OK)
        return 0;
    const size_t root = gradc_root(m->T);
    size_t count = 0; /* gradient */
    count += 2 * gradc_room(m->n * ((m->T - 1) / root) + 2 * m->n);
    count += gradc_room(m->n * m->T - m->n * root * ((m->T - 1) / root));
    count += gradc_room(m->n * root);
    count += 7 * gradc_room(m->n);
    count += gradc_room(m->T);
    count += gradc_room(m->T - root * ((m->T - 1) / root));
    count += 2 * gradc_room(root);
    return count * sizeof(double);
}

size_t wave_workspace(const struct wave *m)
{
    if (wave_check(m) != GRADC_OK)
        return 0;
    const size_t root = gradc_root(m->T);
    size_t most = wave_gradient_workspace(m) / sizeof(double);
    size_t count = 0; /* forward */
    count += 2 * gradc_room(m->n * ((m->T - 1) / root) + 2 * m->n);
    count += 4 * gradc_room(m->n);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 2 * gradc_room(m->n * ((m->T - 1) / root) + 2 * m->n);
    count += gradc_room(m->n * m->T - m->n * root * ((m->T - 1) / root));
    count += gradc_room(m->n * root);
    count += 7 * gradc_room(m->n);
    count += gradc_room(m->T);
    count += gradc_room(m->T - root * ((m->T - 1) / root));
    count += 2 * gradc_room(root);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t wave_bind_parameters(struct wave *m, double *block)
{
    size_t count = 0;
    if (wave_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->c = block + count; /* [n] */
    count += m->n;
    if (block)
        m->src = block + count; /* [T] */
    count += m->T;
    return count;
}

size_t wave_bind_gradients(struct wave *m, double *block)
{
    size_t count = 0;
    if (wave_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_c = block + count; /* [n] */
    count += m->n;
    if (block)
        m->d_src = block + count; /* [T] */
    count += m->T;
    return count;
}

void wave_defaults(struct wave *m)
{
    m->dt = 0.1;
}

static void wave_forward_kernel(
    struct wave *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT c,     /* [n] */
    const double *GRADC_RESTRICT src,   /* [T] */
    const double *GRADC_RESTRICT trace, /* [T] */
    double *GRADC_RESTRICT lap,         /* [n] */
    double *GRADC_RESTRICT t,           /* [n] */
    double *GRADC_RESTRICT t2,          /* [(T - 1)/root(T) + 2, n] */
    double *GRADC_RESTRICT t3,          /* [(T - 1)/root(T) + 2, n] */
    double *GRADC_RESTRICT v,           /* [n] */
    double *GRADC_RESTRICT u)           /* [n] */
{
    const size_t n = m->n;
    const size_t T = m->T;
    const size_t root = gradc_root(T);
    double *const u2 = lap; /* [n] */
    const double dt = m->dt;
    /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
    /* t = dt * c^2 */
    GRADC_PARALLEL_INDEPENDENT(i, n, n, {
        t[i] = dt * (c[i] * c[i]);
    });
    /* wave.nn:3   u = zeros([n]) */
    GRADC_PARALLEL(i, n, n, {
        v[i] = 0.0;
    });
    GRADC_PARALLEL(i, n, n, {
        u[i] = 0.0;
    });
    double loss = 0.0;
    /* wave.nn:6   for t in 0..T checkpoint { */
    GRADC_PARALLEL(i, n * ((T - 1) / root) + 2 * n, n * ((T - 1) / root) + 2 * n, {
        t2[i] = 0.0;
    });
    GRADC_PARALLEL(i, n * ((T - 1) / root) + 2 * n, n * ((T - 1) / root) + 2 * n, {
        t3[i] = 0.0;
    });
    for (size_t t4 = 0; t4 < T; t4++) {
        /* wave.nn:7   lap = pad(u[2:] - 2 * u[1:-1] + u[:-2], 1, 1) */
        /* lap[i + 1] += u[i + 2] - 2 * u[i + 1] + u[i] */
        memset(lap, 0, n * sizeof(double));
        for (size_t i = 0; i < n - 2; i++)
            lap[i + 1] = u[i + 2] - 2.0 * u[i + 1] + u[i];
        /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            v[i] = (v[i] + t[i] * lap[i]) * 0.99;
        });
        /* wave.nn:9   v[0] = 0 */
        v[0] = 0.0;
        /* wave.nn:10   u = u + dt * v */
        /* wave.nn:6   for t in 0..T checkpoint { */
        /* u2 = u + dt * v ; t2[t/root(T) + 1, j] = v[j] */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            u2[i] = u[i] + dt * v[i];
            u[i] = u2[i];
            t2[(t4 / root + 1) * n + i] = v[i];
        });
        /* wave.nn:11   u[n / 2] = u[n / 2] + src[t] */
        u[n / 2] = u2[n / 2] + src[t4];
        /* wave.nn:12   loss = loss + (u[1] - trace[t])^2 */
        const double t5 = u[1] - trace[t4];
        loss += t5 * t5;
        /* wave.nn:6   for t in 0..T checkpoint { */
        /* t3[t/root(T) + 1, j] = u[j] */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            t3[(t4 / root + 1) * n + i] = u[i];
        });
    }
    m->loss = loss;
}

int wave_forward(struct wave *m)
{
    if (!m->c || !m->src || !m->trace)
        return GRADC_ENULL;
    if (wave_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t n = m->n;
    const size_t T = m->T;
    const size_t root = gradc_root(T);
    double *const work = (double *)m->work;
    double *const t2 = work;
    double *const t3 = t2 + gradc_room(n * ((T - 1) / root) + 2 * n);
    double *const t = t3 + gradc_room(n * ((T - 1) / root) + 2 * n);
    double *const v = t + gradc_room(n);
    double *const u = v + gradc_room(n);
    wave_forward_kernel(m, m->c, m->src, m->trace, u + gradc_room(n), t, t2, t3, v, u);
    return GRADC_OK;
}

static void wave_backward_kernel(
    struct wave *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT c,     /* [n] */
    const double *GRADC_RESTRICT src,   /* [T] */
    const double *GRADC_RESTRICT trace, /* [T] */
    double *GRADC_RESTRICT d_c,         /* [n] */
    double *GRADC_RESTRICT v,           /* [n] */
    double *GRADC_RESTRICT u,           /* [n] */
    double *GRADC_RESTRICT lap,         /* [n] */
    double *GRADC_RESTRICT d_v2,        /* [n] */
    double *GRADC_RESTRICT d_lap,       /* [n] */
    double *GRADC_RESTRICT t5,          /* [T - root(T)*((T - 1)/root(T))] */
    double *GRADC_RESTRICT lap3,        /* [n] */
    const double *GRADC_RESTRICT t2,    /* [(T - 1)/root(T) + 2, n] */
    const double *GRADC_RESTRICT t3,    /* [(T - 1)/root(T) + 2, n] */
    double *GRADC_RESTRICT t,           /* [n] */
    double *GRADC_RESTRICT u2,          /* [T - root(T)*((T - 1)/root(T)), n] */
    double *GRADC_RESTRICT t6,          /* [n] */
    double *GRADC_RESTRICT t7,          /* [T - root(T)*((T - 1)/root(T))] */
    double *GRADC_RESTRICT t8,          /* [root(T)] */
    double *GRADC_RESTRICT t9)          /* [root(T)] */
{
    const size_t n = m->n;
    const size_t T = m->T;
    const size_t root = gradc_root(T);
    double *const u3 = lap; /* [n] */
    double *const d_u2 = v; /* [n] */
    double *const lap2 = d_lap; /* [n] */
    double *const d_v = lap; /* [n] */
    double *const d_u = u; /* [n] */
    double *const d_src = m->d_src ? m->d_src : t5; /* [T] */
    double *const u6 = lap3; /* [n] */
    double *const v2 = d_lap; /* [n] */
    double *const u4 = d_v2; /* [n] */
    double *const u5 = v; /* [root(T), n] */
    double *const d_u3 = lap3; /* [n] */
    double *const d_v3 = d_lap; /* [n] */
    double *const d_lap2 = d_v2; /* [n] */
    double *const lap4 = d_v2; /* [n] */
    const double dt = m->dt;
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
    /* t = dt * c^2 */
    GRADC_PARALLEL_INDEPENDENT(i, n, n, {
        t[i] = dt * (c[i] * c[i]);
    });
    /* wave.nn:6   for t in 0..T checkpoint { */
    GRADC_PARALLEL_INDEPENDENT(i, n, n, {
        v[i] = t2[((T - 1) / root) * n + i];
    });
    GRADC_PARALLEL_INDEPENDENT(i, n, n, {
        u[i] = t3[((T - 1) / root) * n + i];
    });
    for (size_t t4 = root * ((T - 1) / root); t4 < T; t4++) {
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            u2[(t4 - root * ((T - 1) / root)) * n + i] = u[i];
        });
        /* wave.nn:7   lap = pad(u[2:] - 2 * u[1:-1] + u[:-2], 1, 1) */
        /* lap[i + 1] += u[i + 2] - 2 * u[i + 1] + u[i] */
        memset(lap, 0, n * sizeof(double));
        for (size_t i = 0; i < n - 2; i++)
            lap[i + 1] = u[i + 2] - 2.0 * u[i + 1] + u[i];
        /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            v[i] = (v[i] + t[i] * lap[i]) * 0.99;
        });
        /* wave.nn:9   v[0] = 0 */
        v[0] = 0.0;
        /* wave.nn:10   u = u + dt * v */
        /* u3 = u + dt * v */
        GRADC_PARALLEL_INDEPENDENT(i, n, 2 * n, {
            u3[i] = u[i] + dt * v[i];
            u[i] = u3[i];
        });
        /* wave.nn:11   u[n / 2] = u[n / 2] + src[t] */
        u[n / 2] = u3[n / 2] + src[t4];
        /* wave.nn:12   loss = loss + (u[1] - trace[t])^2 */
        t5[t4 - root * ((T - 1) / root)] = u[1] - trace[t4];
    }
    /* wave.nn:3   u = zeros([n]) */
    GRADC_PARALLEL(i, n, n, {
        d_v[i] = 0.0;
    });
    GRADC_PARALLEL(i, n, n, {
        d_u[i] = 0.0;
    });
    const double d_loss2 = d_loss;
    GRADC_PARALLEL(i, n, n, {
        t6[i] = 0.0;
    });
    /* wave.nn:6   for t in 0..T checkpoint { */
    for (size_t t4 = T - 1; t4 + 1 > root * ((T - 1) / root); t4--) {
        /* wave.nn:12   loss = loss + (u[1] - trace[t])^2 */
        /* d_u2 = d_u + scatter(2 * (d_loss2 * t5[t - root(T)*((T - 1)/root(T))])) */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            d_u2[i] = d_u[i];
        });
        d_u2[1] += 2.0 * d_loss2 * t5[t4 - root * ((T - 1) / root)];
        /* wave.nn:10   u = u + dt * v */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            d_v2[i] = d_v[i] + d_u2[i] * dt;
        });
        /* wave.nn:9   v[0] = 0 */
        d_v2[0] = 0.0;
        /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
        /* d_v = d_v2 * 0.99 ; d_lap = 0.99 * (d_v2 * t) */
        GRADC_PARALLEL_INDEPENDENT(i, n, 2 * n, {
            d_v[i] = d_v2[i] * 0.99;
            d_lap[i] = 0.99 * d_v2[i] * t[i];
        });
        /* wave.nn:7   lap = pad(u[2:] - 2 * u[1:-1] + u[:-2], 1, 1) */
        /* d_u = d_u2 + scatter(d_lap[1:n - 1]) + scatter(-2 * d_lap[1:n - 1]) + scatter(d_lap[1:n - 1]) */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            d_u[i] = d_u2[i];
        });
        /* d_u[i] += d_lap[i + 1] */
        for (size_t i = 0; i < n - 2; i++)
            d_u[i] += d_lap[i + 1];
        /* d_u[i + 1] += -2 * d_lap[i + 1] */
        for (size_t i = 0; i < n - 2; i++)
            d_u[i + 1] += -2.0 * d_lap[i + 1];
        /* d_u[i + 2] += d_lap[i + 1] */
        for (size_t i = 0; i < n - 2; i++)
            d_u[i + 2] += d_lap[i + 1];
        memset(lap2, 0, n * sizeof(double));
        for (size_t i = 0; i < n - 2; i++) {
            lap2[i + 1] = u2[(t4 - root * ((T - 1) / root)) * n + i + 2] -
                    2.0 * u2[(t4 - root * ((T - 1) / root)) * n + i + 1] +
                    u2[(t4 - root * ((T - 1) / root)) * n + i];
        }
        /* wave.nn:6   for t in 0..T checkpoint { */
        /* t6 = t6 + 0.99 * (d_v2 * lap2) */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            t6[i] += 0.99 * d_v2[i] * lap2[i];
        });
        /* wave.nn:11   u[n / 2] = u[n / 2] + src[t] */
        t7[t4 - root * ((T - 1) / root)] = d_u2[n / 2];
    }
    /* wave.nn:6   for t in 0..T checkpoint { */
    GRADC_PARALLEL(i, T, T, {
        d_src[i] = 0.0;
    });
    /* d_src[i + root(T)*((T - 1)/root(T))] = t7[i] */
    for (size_t i = 0; i < T - root * ((T - 1) / root); i++)
        d_src[root * ((T - 1) / root) + i] = t7[i];
    const double d_loss3 = d_loss;
    for (size_t segment = (T - 1) / root - 1; segment + 1 > 0; segment--) {
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            v2[i] = t2[segment * n + i];
        });
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            u4[i] = t3[segment * n + i];
        });
        for (size_t t4 = root * segment; t4 < root * segment + root; t4++) {
            GRADC_PARALLEL_INDEPENDENT(i, n, n, {
                u5[(t4 - root * segment) * n + i] = u4[i];
            });
            /* wave.nn:7   lap = pad(u[2:] - 2 * u[1:-1] + u[:-2], 1, 1) */
            /* lap3[i + 1] += u4[i + 2] - 2 * u4[i + 1] + u4[i] */
            memset(lap3, 0, n * sizeof(double));
            for (size_t i = 0; i < n - 2; i++)
                lap3[i + 1] = u4[i + 2] - 2.0 * u4[i + 1] + u4[i];
            /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
            GRADC_PARALLEL_INDEPENDENT(i, n, n, {
                v2[i] = (v2[i] + t[i] * lap3[i]) * 0.99;
            });
            /* wave.nn:9   v[0] = 0 */
            v2[0] = 0.0;
            /* wave.nn:10   u = u + dt * v */
            /* u6 = u4 + dt * v2 */
            GRADC_PARALLEL_INDEPENDENT(i, n, 2 * n, {
                u6[i] = u4[i] + dt * v2[i];
                u4[i] = u6[i];
            });
            /* wave.nn:11   u[n / 2] = u[n / 2] + src[t] */
            u4[n / 2] = u6[n / 2] + src[t4];
            /* wave.nn:12   loss = loss + (u[1] - trace[t])^2 */
            t8[t4 - root * segment] = u4[1] - trace[t4];
        }
        const double d_loss4 = d_loss3;
        /* wave.nn:6   for t in 0..T checkpoint { */
        for (size_t t4 = root * segment + root - 1; t4 + 1 > root * segment; t4--) {
            /* wave.nn:12   loss = loss + (u[1] - trace[t])^2 */
            /* d_u3 = d_u + scatter(2 * (d_loss4 * t8[t - root(T)*segment])) */
            GRADC_PARALLEL_INDEPENDENT(i, n, n, {
                d_u3[i] = d_u[i];
            });
            d_u3[1] += 2.0 * d_loss4 * t8[t4 - root * segment];
            /* wave.nn:10   u = u + dt * v */
            GRADC_PARALLEL_INDEPENDENT(i, n, n, {
                d_v3[i] = d_v[i] + d_u3[i] * dt;
            });
            /* wave.nn:9   v[0] = 0 */
            d_v3[0] = 0.0;
            /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
            /* d_v = d_v3 * 0.99 ; d_lap2 = 0.99 * (d_v3 * t) */
            GRADC_PARALLEL_INDEPENDENT(i, n, 2 * n, {
                d_v[i] = d_v3[i] * 0.99;
                d_lap2[i] = 0.99 * d_v3[i] * t[i];
            });
            /* wave.nn:7   lap = pad(u[2:] - 2 * u[1:-1] + u[:-2], 1, 1) */
            /* d_u = d_u3 + scatter(d_lap2[1:n - 1]) + scatter(-2 * d_lap2[1:n - 1]) + scatter(d_lap2[1:n - 1]) */
            GRADC_PARALLEL_INDEPENDENT(i, n, n, {
                d_u[i] = d_u3[i];
            });
            /* d_u[i] += d_lap2[i + 1] */
            for (size_t i = 0; i < n - 2; i++)
                d_u[i] += d_lap2[i + 1];
            /* d_u[i + 1] += -2 * d_lap2[i + 1] */
            for (size_t i = 0; i < n - 2; i++)
                d_u[i + 1] += -2.0 * d_lap2[i + 1];
            /* d_u[i + 2] += d_lap2[i + 1] */
            for (size_t i = 0; i < n - 2; i++)
                d_u[i + 2] += d_lap2[i + 1];
            memset(lap4, 0, n * sizeof(double));
            for (size_t i = 0; i < n - 2; i++) {
                lap4[i + 1] = u5[(t4 - root * segment) * n + i + 2] -
                        2.0 * u5[(t4 - root * segment) * n + i + 1] + u5[(t4 - root * segment) * n + i];
            }
            /* wave.nn:6   for t in 0..T checkpoint { */
            /* t6 = t6 + 0.99 * (d_v3 * lap4) */
            GRADC_PARALLEL_INDEPENDENT(i, n, n, {
                t6[i] += 0.99 * d_v3[i] * lap4[i];
            });
            /* wave.nn:11   u[n / 2] = u[n / 2] + src[t] */
            t9[t4 - root * segment] = d_u3[n / 2];
        }
        /* wave.nn:6   for t in 0..T checkpoint { */
        /* d_src[i + root(T)*segment] = t9[i] */
        for (size_t i = 0; i < root; i++)
            d_src[root * segment + i] = t9[i];
    }
    /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
    /* d_c = 2 * (t6 * dt * c) */
    if (m->d_c) {
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            d_c[i] = 2.0 * t6[i] * dt * c[i];
        });
    }
}

int wave_backward(struct wave *m)
{
    if (!m->c || !m->src || !m->trace)
        return GRADC_ENULL;
    if (wave_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_c && !m->d_src)
        return GRADC_OK;
    const size_t n = m->n;
    const size_t T = m->T;
    const size_t root = gradc_root(T);
    double *const work = (double *)m->work;
    double *const t2 = work;
    double *const t3 = t2 + gradc_room(n * ((T - 1) / root) + 2 * n);
    double *const u2 = t3 + gradc_room(n * ((T - 1) / root) + 2 * n);
    double *const v = u2 + gradc_room(n * T - n * root * ((T - 1) / root));
    double *const t = v + gradc_room(n * root);
    double *const u = t + gradc_room(n);
    double *const lap = u + gradc_room(n);
    double *const t6 = lap + gradc_room(n);
    double *const d_v2 = t6 + gradc_room(n);
    double *const d_lap = d_v2 + gradc_room(n);
    double *const t5 = d_lap + gradc_room(n);
    double *const lap3 = t5 + gradc_room(T);
    double *const t7 = lap3 + gradc_room(n);
    double *const t8 = t7 + gradc_room(T - root * ((T - 1) / root));
    wave_backward_kernel(m, m->c, m->src, m->trace, m->d_c, v, u, lap, d_v2, d_lap, t5, lap3, t2, t3, t,
            u2, t6, t7, t8, t8 + gradc_room(root));
    return GRADC_OK;
}

static void wave_gradient_kernel(
    struct wave *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT c,     /* [n] */
    const double *GRADC_RESTRICT src,   /* [T] */
    const double *GRADC_RESTRICT trace, /* [T] */
    double *GRADC_RESTRICT d_c,         /* [n] */
    double *GRADC_RESTRICT v,           /* [n] */
    double *GRADC_RESTRICT u,           /* [n] */
    double *GRADC_RESTRICT lap,         /* [n] */
    double *GRADC_RESTRICT d_v2,        /* [n] */
    double *GRADC_RESTRICT d_lap,       /* [n] */
    double *GRADC_RESTRICT t6,          /* [T - root(T)*((T - 1)/root(T))] */
    double *GRADC_RESTRICT lap4,        /* [n] */
    double *GRADC_RESTRICT t,           /* [n] */
    double *GRADC_RESTRICT t2,          /* [(T - 1)/root(T) + 2, n] */
    double *GRADC_RESTRICT t3,          /* [(T - 1)/root(T) + 2, n] */
    double *GRADC_RESTRICT u4,          /* [T - root(T)*((T - 1)/root(T)), n] */
    double *GRADC_RESTRICT t7,          /* [n] */
    double *GRADC_RESTRICT t8,          /* [T - root(T)*((T - 1)/root(T))] */
    double *GRADC_RESTRICT t9,          /* [root(T)] */
    double *GRADC_RESTRICT t10)         /* [root(T)] */
{
    const size_t n = m->n;
    const size_t T = m->T;
    const size_t root = gradc_root(T);
    double *const u2 = lap; /* [n] */
    double *const lap2 = v; /* [n] */
    double *const u5 = v; /* [n] */
    double *const v2 = lap; /* [n] */
    double *const u3 = u; /* [n] */
    double *const d_u2 = v; /* [n] */
    double *const lap3 = d_lap; /* [n] */
    double *const d_v = lap; /* [n] */
    double *const d_u = u; /* [n] */
    double *const d_src = m->d_src ? m->d_src : t6; /* [T] */
    double *const u8 = lap4; /* [n] */
    double *const v3 = d_lap; /* [n] */
    double *const u6 = d_v2; /* [n] */
    double *const u7 = v; /* [root(T), n] */
    double *const d_u3 = lap4; /* [n] */
    double *const d_v3 = d_lap; /* [n] */
    double *const d_lap2 = d_v2; /* [n] */
    double *const lap5 = d_v2; /* [n] */
    const double dt = m->dt;
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
    /* t = dt * c^2 */
    GRADC_PARALLEL_INDEPENDENT(i, n, n, {
        t[i] = dt * (c[i] * c[i]);
    });
    /* wave.nn:3   u = zeros([n]) */
    GRADC_PARALLEL(i, n, n, {
        v[i] = 0.0;
    });
    GRADC_PARALLEL(i, n, n, {
        u[i] = 0.0;
    });
    double loss = 0.0;
    /* wave.nn:6   for t in 0..T checkpoint { */
    GRADC_PARALLEL(i, n * ((T - 1) / root) + 2 * n, n * ((T - 1) / root) + 2 * n, {
        t2[i] = 0.0;
    });
    GRADC_PARALLEL(i, n * ((T - 1) / root) + 2 * n, n * ((T - 1) / root) + 2 * n, {
        t3[i] = 0.0;
    });
    for (size_t t4 = 0; t4 < T; t4++) {
        /* wave.nn:7   lap = pad(u[2:] - 2 * u[1:-1] + u[:-2], 1, 1) */
        /* lap[i + 1] += u[i + 2] - 2 * u[i + 1] + u[i] */
        memset(lap, 0, n * sizeof(double));
        for (size_t i = 0; i < n - 2; i++)
            lap[i + 1] = u[i + 2] - 2.0 * u[i + 1] + u[i];
        /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            v[i] = (v[i] + t[i] * lap[i]) * 0.99;
        });
        /* wave.nn:9   v[0] = 0 */
        v[0] = 0.0;
        /* wave.nn:10   u = u + dt * v */
        /* wave.nn:6   for t in 0..T checkpoint { */
        /* u2 = u + dt * v ; t2[t/root(T) + 1, j] = v[j] */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            u2[i] = u[i] + dt * v[i];
            u[i] = u2[i];
            t2[(t4 / root + 1) * n + i] = v[i];
        });
        /* wave.nn:11   u[n / 2] = u[n / 2] + src[t] */
        u[n / 2] = u2[n / 2] + src[t4];
        /* wave.nn:12   loss = loss + (u[1] - trace[t])^2 */
        const double t5 = u[1] - trace[t4];
        loss += t5 * t5;
        /* wave.nn:6   for t in 0..T checkpoint { */
        /* t3[t/root(T) + 1, j] = u[j] */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            t3[(t4 / root + 1) * n + i] = u[i];
        });
    }
    GRADC_PARALLEL_INDEPENDENT(i, n, n, {
        v2[i] = t2[((T - 1) / root) * n + i];
    });
    GRADC_PARALLEL_INDEPENDENT(i, n, n, {
        u3[i] = t3[((T - 1) / root) * n + i];
    });
    for (size_t t4 = root * ((T - 1) / root); t4 < T; t4++) {
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            u4[(t4 - root * ((T - 1) / root)) * n + i] = u3[i];
        });
        /* wave.nn:7   lap = pad(u[2:] - 2 * u[1:-1] + u[:-2], 1, 1) */
        /* lap2[i + 1] += u3[i + 2] - 2 * u3[i + 1] + u3[i] */
        memset(lap2, 0, n * sizeof(double));
        for (size_t i = 0; i < n - 2; i++)
            lap2[i + 1] = u3[i + 2] - 2.0 * u3[i + 1] + u3[i];
        /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            v2[i] = (v2[i] + t[i] * lap2[i]) * 0.99;
        });
        /* wave.nn:9   v[0] = 0 */
        v2[0] = 0.0;
        /* wave.nn:10   u = u + dt * v */
        /* u5 = u3 + dt * v2 */
        GRADC_PARALLEL_INDEPENDENT(i, n, 2 * n, {
            u5[i] = u3[i] + dt * v2[i];
            u3[i] = u5[i];
        });
        /* wave.nn:11   u[n / 2] = u[n / 2] + src[t] */
        u3[n / 2] = u5[n / 2] + src[t4];
        /* wave.nn:12   loss = loss + (u[1] - trace[t])^2 */
        t6[t4 - root * ((T - 1) / root)] = u3[1] - trace[t4];
    }
    /* wave.nn:3   u = zeros([n]) */
    GRADC_PARALLEL(i, n, n, {
        d_v[i] = 0.0;
    });
    GRADC_PARALLEL(i, n, n, {
        d_u[i] = 0.0;
    });
    const double d_loss2 = d_loss;
    GRADC_PARALLEL(i, n, n, {
        t7[i] = 0.0;
    });
    /* wave.nn:6   for t in 0..T checkpoint { */
    for (size_t t4 = T - 1; t4 + 1 > root * ((T - 1) / root); t4--) {
        /* wave.nn:12   loss = loss + (u[1] - trace[t])^2 */
        /* d_u2 = d_u + scatter(2 * (d_loss2 * t6[t - root(T)*((T - 1)/root(T))])) */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            d_u2[i] = d_u[i];
        });
        d_u2[1] += 2.0 * d_loss2 * t6[t4 - root * ((T - 1) / root)];
        /* wave.nn:10   u = u + dt * v */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            d_v2[i] = d_v[i] + d_u2[i] * dt;
        });
        /* wave.nn:9   v[0] = 0 */
        d_v2[0] = 0.0;
        /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
        /* d_v = d_v2 * 0.99 ; d_lap = 0.99 * (d_v2 * t) */
        GRADC_PARALLEL_INDEPENDENT(i, n, 2 * n, {
            d_v[i] = d_v2[i] * 0.99;
            d_lap[i] = 0.99 * d_v2[i] * t[i];
        });
        /* wave.nn:7   lap = pad(u[2:] - 2 * u[1:-1] + u[:-2], 1, 1) */
        /* d_u = d_u2 + scatter(d_lap[1:n - 1]) + scatter(-2 * d_lap[1:n - 1]) + scatter(d_lap[1:n - 1]) */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            d_u[i] = d_u2[i];
        });
        /* d_u[i] += d_lap[i + 1] */
        for (size_t i = 0; i < n - 2; i++)
            d_u[i] += d_lap[i + 1];
        /* d_u[i + 1] += -2 * d_lap[i + 1] */
        for (size_t i = 0; i < n - 2; i++)
            d_u[i + 1] += -2.0 * d_lap[i + 1];
        /* d_u[i + 2] += d_lap[i + 1] */
        for (size_t i = 0; i < n - 2; i++)
            d_u[i + 2] += d_lap[i + 1];
        memset(lap3, 0, n * sizeof(double));
        for (size_t i = 0; i < n - 2; i++) {
            lap3[i + 1] = u4[(t4 - root * ((T - 1) / root)) * n + i + 2] -
                    2.0 * u4[(t4 - root * ((T - 1) / root)) * n + i + 1] +
                    u4[(t4 - root * ((T - 1) / root)) * n + i];
        }
        /* wave.nn:6   for t in 0..T checkpoint { */
        /* t7 = t7 + 0.99 * (d_v2 * lap3) */
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            t7[i] += 0.99 * d_v2[i] * lap3[i];
        });
        /* wave.nn:11   u[n / 2] = u[n / 2] + src[t] */
        t8[t4 - root * ((T - 1) / root)] = d_u2[n / 2];
    }
    /* wave.nn:6   for t in 0..T checkpoint { */
    GRADC_PARALLEL(i, T, T, {
        d_src[i] = 0.0;
    });
    /* d_src[i + root(T)*((T - 1)/root(T))] = t8[i] */
    for (size_t i = 0; i < T - root * ((T - 1) / root); i++)
        d_src[root * ((T - 1) / root) + i] = t8[i];
    const double d_loss3 = d_loss;
    for (size_t segment = (T - 1) / root - 1; segment + 1 > 0; segment--) {
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            v3[i] = t2[segment * n + i];
        });
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            u6[i] = t3[segment * n + i];
        });
        for (size_t t4 = root * segment; t4 < root * segment + root; t4++) {
            GRADC_PARALLEL_INDEPENDENT(i, n, n, {
                u7[(t4 - root * segment) * n + i] = u6[i];
            });
            /* wave.nn:7   lap = pad(u[2:] - 2 * u[1:-1] + u[:-2], 1, 1) */
            /* lap4[i + 1] += u6[i + 2] - 2 * u6[i + 1] + u6[i] */
            memset(lap4, 0, n * sizeof(double));
            for (size_t i = 0; i < n - 2; i++)
                lap4[i + 1] = u6[i + 2] - 2.0 * u6[i + 1] + u6[i];
            /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
            GRADC_PARALLEL_INDEPENDENT(i, n, n, {
                v3[i] = (v3[i] + t[i] * lap4[i]) * 0.99;
            });
            /* wave.nn:9   v[0] = 0 */
            v3[0] = 0.0;
            /* wave.nn:10   u = u + dt * v */
            /* u8 = u6 + dt * v3 */
            GRADC_PARALLEL_INDEPENDENT(i, n, 2 * n, {
                u8[i] = u6[i] + dt * v3[i];
                u6[i] = u8[i];
            });
            /* wave.nn:11   u[n / 2] = u[n / 2] + src[t] */
            u6[n / 2] = u8[n / 2] + src[t4];
            /* wave.nn:12   loss = loss + (u[1] - trace[t])^2 */
            t9[t4 - root * segment] = u6[1] - trace[t4];
        }
        const double d_loss4 = d_loss3;
        /* wave.nn:6   for t in 0..T checkpoint { */
        for (size_t t4 = root * segment + root - 1; t4 + 1 > root * segment; t4--) {
            /* wave.nn:12   loss = loss + (u[1] - trace[t])^2 */
            /* d_u3 = d_u + scatter(2 * (d_loss4 * t9[t - root(T)*segment])) */
            GRADC_PARALLEL_INDEPENDENT(i, n, n, {
                d_u3[i] = d_u[i];
            });
            d_u3[1] += 2.0 * d_loss4 * t9[t4 - root * segment];
            /* wave.nn:10   u = u + dt * v */
            GRADC_PARALLEL_INDEPENDENT(i, n, n, {
                d_v3[i] = d_v[i] + d_u3[i] * dt;
            });
            /* wave.nn:9   v[0] = 0 */
            d_v3[0] = 0.0;
            /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
            /* d_v = d_v3 * 0.99 ; d_lap2 = 0.99 * (d_v3 * t) */
            GRADC_PARALLEL_INDEPENDENT(i, n, 2 * n, {
                d_v[i] = d_v3[i] * 0.99;
                d_lap2[i] = 0.99 * d_v3[i] * t[i];
            });
            /* wave.nn:7   lap = pad(u[2:] - 2 * u[1:-1] + u[:-2], 1, 1) */
            /* d_u = d_u3 + scatter(d_lap2[1:n - 1]) + scatter(-2 * d_lap2[1:n - 1]) + scatter(d_lap2[1:n - 1]) */
            GRADC_PARALLEL_INDEPENDENT(i, n, n, {
                d_u[i] = d_u3[i];
            });
            /* d_u[i] += d_lap2[i + 1] */
            for (size_t i = 0; i < n - 2; i++)
                d_u[i] += d_lap2[i + 1];
            /* d_u[i + 1] += -2 * d_lap2[i + 1] */
            for (size_t i = 0; i < n - 2; i++)
                d_u[i + 1] += -2.0 * d_lap2[i + 1];
            /* d_u[i + 2] += d_lap2[i + 1] */
            for (size_t i = 0; i < n - 2; i++)
                d_u[i + 2] += d_lap2[i + 1];
            memset(lap5, 0, n * sizeof(double));
            for (size_t i = 0; i < n - 2; i++) {
                lap5[i + 1] = u7[(t4 - root * segment) * n + i + 2] -
                        2.0 * u7[(t4 - root * segment) * n + i + 1] + u7[(t4 - root * segment) * n + i];
            }
            /* wave.nn:6   for t in 0..T checkpoint { */
            /* t7 = t7 + 0.99 * (d_v3 * lap5) */
            GRADC_PARALLEL_INDEPENDENT(i, n, n, {
                t7[i] += 0.99 * d_v3[i] * lap5[i];
            });
            /* wave.nn:11   u[n / 2] = u[n / 2] + src[t] */
            t10[t4 - root * segment] = d_u3[n / 2];
        }
        /* wave.nn:6   for t in 0..T checkpoint { */
        /* d_src[i + root(T)*segment] = t10[i] */
        for (size_t i = 0; i < root; i++)
            d_src[root * segment + i] = t10[i];
    }
    /* wave.nn:8   v = (v + dt * c^2 * lap) * 0.99 */
    /* d_c = 2 * (t7 * dt * c) */
    if (m->d_c) {
        GRADC_PARALLEL_INDEPENDENT(i, n, n, {
            d_c[i] = 2.0 * t7[i] * dt * c[i];
        });
    }
    m->loss = loss;
}

int wave_gradient(struct wave *m)
{
    if (!m->c || !m->src || !m->trace)
        return GRADC_ENULL;
    if (wave_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t n = m->n;
    const size_t T = m->T;
    const size_t root = gradc_root(T);
    double *const work = (double *)m->work;
    double *const t2 = work;
    double *const t3 = t2 + gradc_room(n * ((T - 1) / root) + 2 * n);
    double *const u4 = t3 + gradc_room(n * ((T - 1) / root) + 2 * n);
    double *const v = u4 + gradc_room(n * T - n * root * ((T - 1) / root));
    double *const t = v + gradc_room(n * root);
    double *const u = t + gradc_room(n);
    double *const lap = u + gradc_room(n);
    double *const t7 = lap + gradc_room(n);
    double *const d_v2 = t7 + gradc_room(n);
    double *const d_lap = d_v2 + gradc_room(n);
    double *const t6 = d_lap + gradc_room(n);
    double *const lap4 = t6 + gradc_room(T);
    double *const t8 = lap4 + gradc_room(n);
    double *const t9 = t8 + gradc_room(T - root * ((T - 1) / root));
    wave_gradient_kernel(m, m->c, m->src, m->trace, m->d_c, v, u, lap, d_v2, d_lap, t6, lap4, t, t2, t3,
            u4, t7, t8, t9, t9 + gradc_room(root));
    return GRADC_OK;
}

GRADC_END
