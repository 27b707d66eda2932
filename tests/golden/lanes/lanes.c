/* Emitted by gradc from lanes.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "lanes.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if nearest can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int nearest_check(const struct nearest *m)
{
    if (m->n == 0 || m->d == 0 || m->k == 0)
        return GRADC_ESIZE;
    const size_t chunks = gradc_chunks(m->n, 2 * m->n * m->d * m->k, 0);
    const size_t copies = gradc_copies(chunks);
    if ((double)m->n * (double)m->d > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->d * (double)m->k > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (32 * (double)m->d * copies + 32 * (double)m->d + 16 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t nearest_workspace(const struct nearest *m)
{
    if (nearest_check(m) != GRADC_OK)
        return 0;
    const size_t chunks = gradc_chunks(m->n, 2 * m->n * m->d * m->k, 0);
    const size_t copies = gradc_copies(chunks);
    size_t most = 0;
    size_t count = 0; /* forward */
    count += gradc_room(32 * m->d);
    count += gradc_room(32 * m->d * copies);
    most = count > most ? count : most;
    return most * sizeof(double);
}

static void nearest_forward_kernel(
    struct nearest *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT p,        /* [n, d] */
    const double *GRADC_RESTRICT c,        /* [k, d] */
    double *GRADC_RESTRICT p_panel,        /* [32*d] */
    double *GRADC_RESTRICT p_panel_others) /* [32*d*copies] */
{
    const size_t n = m->n;
    const size_t d = m->d;
    const size_t k = m->k;
    const size_t chunks = gradc_chunks(n, 2 * n * d * k, 0);
    /* lanes.nn:2   nearest(p: [n, d], c: [k, d]) = sum[i](min[j](sum[a]((p[i, a] - c[j, a])^2))) */
    /* sum = sum(t^2, axis = 2) ; least = min(sum, axis = 1) ; nearest2 = sum(least) */
    double nearest2 = 0;
    double nearest2_others[GRADC_MOST_COPIES];
    GRADC_PARALLEL(chunk, chunks, 2 * n * d * k, {
        const size_t begin = gradc_first(chunk, chunks, n, GRADC_LANES);
        const size_t end = gradc_first(chunk + 1, chunks, n, GRADC_LANES);
        double nearest2_own = 0;
        double *const p_panel_own = GRADC_OWN(chunk, p_panel, p_panel_others, 32 * d);
        GRADC_BLOCKS(i0, lanes, end - begin, {
            double sum[GRADC_LANES];
            double least[GRADC_LANES];
            for (size_t lane = 0; lane < lanes; lane++) {
                const size_t i = begin + i0 + lane;
                for (size_t l = 0; l < d; l++)
                    p_panel_own[l * GRADC_LANES + lane] = p[i * d + l];
            }
            for (size_t lane = 0; lane < lanes; lane++)
                least[lane] = INFINITY;
            for (size_t j = 0; j < k; j++) {
                for (size_t lane = 0; lane < lanes; lane++)
                    sum[lane] = 0;
                for (size_t l = 0; l < d; l++)
                    for (size_t lane = 0; lane < lanes; lane++) {
                        const double t = p_panel_own[l * GRADC_LANES + lane] - c[j * d + l];
                        sum[lane] += t * t;
                    }
                for (size_t lane = 0; lane < lanes; lane++) {
                    least[lane] = ((sum[lane] < least[lane]) | (sum[lane] != sum[lane])) ? sum[lane] :
                            least[lane];
                }
            }
            GRADC_SUM(double, nearest2_own, lane, lanes, least[lane]);
        });
        nearest2_others[chunk] = nearest2_own;
    });
    for (size_t chunk = 0; chunk < chunks; chunk++)
        nearest2 += nearest2_others[chunk];
    m->nearest = nearest2;
}

int nearest_forward(struct nearest *m)
{
    if (!m->p || !m->c)
        return GRADC_ENULL;
    if (nearest_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t d = m->d;
    double *const work = (double *)m->work;
    double *const p_panel = work;
    nearest_forward_kernel(m, m->p, m->c, p_panel, p_panel + gradc_room(32 * d));
    return GRADC_OK;
}

/* GRADC_OK if fit can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int fit_check(const struct fit *self_)
{
    if (self_->n == 0 || self_->m == 0)
        return GRADC_ESIZE;
    if ((double)self_->n + 32 * (double)self_->m + 56 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t fit_gradient_workspace(const struct fit *self_)
{
    if (fit_check(self_) != GRADC_OK)
        return 0;
    size_t count = 32; /* gradient */
    count += gradc_room(32 * self_->m);
    return count * sizeof(double);
}

size_t fit_workspace(const struct fit *self_)
{
    if (fit_check(self_) != GRADC_OK)
        return 0;
    size_t most = fit_gradient_workspace(self_) / sizeof(double);
    size_t count = 32; /* forward */
    count += gradc_room(self_->n);
    most = count > most ? count : most;
    count = 32; /* backward */
    count += gradc_room(self_->n);
    count += gradc_room(32 * self_->m);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t fit_bind_parameters(struct fit *self_, double *block)
{
    size_t count = 0;
    if (fit_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->c = block + count; /* [m] */
    count += self_->m;
    return count;
}

size_t fit_bind_gradients(struct fit *self_, double *block)
{
    size_t count = 0;
    if (fit_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->d_c = block + count; /* [m] */
    count += self_->m;
    return count;
}

static void fit_forward_kernel(
    struct fit *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT t, /* [n] */
    const double *GRADC_RESTRICT y, /* [n] */
    const double *GRADC_RESTRICT c, /* [m] */
    double *GRADC_RESTRICT sum,     /* [n] */
    double *GRADC_RESTRICT t_panel) /* [32] */
{
    const size_t n = self_->n;
    const size_t m = self_->m;
    /* lanes.nn:4   fit(t: [n], y: [n], c: [m]) = sum[i]((sum[j](c[j] * t[i]^j) - y[i])^2) */
    /* sum[i] = sum[j](c[j] * t[i]^j) ; fit2 = sum(t2^2) */
    double fit2 = 0;
    GRADC_BLOCKS(i0, lanes, n, {
        double sum2[GRADC_LANES];
        double t2[GRADC_LANES];
        for (size_t lane = 0; lane < lanes; lane++) {
            const size_t i = i0 + lane;
            t_panel[lane] = t[i];
        }
        for (size_t lane = 0; lane < lanes; lane++) {
            const size_t j = m - 1;
            sum2[lane] = c[j];
        }
        for (size_t j = m - 1; j-- > 0;)
            for (size_t lane = 0; lane < lanes; lane++)
                sum2[lane] = sum2[lane] * t_panel[lane] + c[j];
        for (size_t lane = 0; lane < lanes; lane++) {
            const size_t i = i0 + lane;
            sum[i] = sum2[lane];
        }
        for (size_t lane = 0; lane < lanes; lane++) {
            const size_t i = i0 + lane;
            t2[lane] = sum[i] - y[i];
        }
        GRADC_SUM(double, fit2, lane, lanes, t2[lane] * t2[lane]);
    });
    self_->fit = fit2;
}

int fit_forward(struct fit *self_)
{
    if (!self_->t || !self_->y || !self_->c)
        return GRADC_ENULL;
    if (fit_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t n = self_->n;
    double *const work = (double *)self_->work;
    double *const sum = work;
    fit_forward_kernel(self_, self_->t, self_->y, self_->c, sum, sum + gradc_room(n));
    return GRADC_OK;
}

static void fit_backward_kernel(
    struct fit *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT t,   /* [n] */
    const double *GRADC_RESTRICT y,   /* [n] */
    double *GRADC_RESTRICT d_c,       /* [m] */
    const double *GRADC_RESTRICT sum, /* [n] */
    double *GRADC_RESTRICT t_panel,   /* [32] */
    double *GRADC_RESTRICT d_c_parts) /* [32*m] */
{
    const size_t n = self_->n;
    const size_t m = self_->m;
    const double d_fit = self_->d_fit ? *self_->d_fit : 1;
    /* lanes.nn:4   fit(t: [n], y: [n], c: [m]) = sum[i]((sum[j](c[j] * t[i]^j) - y[i])^2) */
    /* d_c[i] = sum[j](t2[j] * t[j]^i) */
    memset(d_c, 0, m * sizeof(double));
    memset(d_c_parts, 0, 32 * m * sizeof(double));
    GRADC_BLOCKS(i0, lanes, n, {
        double t2[GRADC_LANES];
        for (size_t lane = 0; lane < lanes; lane++) {
            const size_t i = i0 + lane;
            t_panel[lane] = t[i];
        }
        for (size_t lane = 0; lane < lanes; lane++) {
            const size_t i = i0 + lane;
            t2[lane] = sum[i] - y[i];
        }
        double power[GRADC_LANES];
        for (size_t lane = 0; lane < lanes; lane++)
            power[lane] = 1.0;
        for (size_t j = 0; j < m; j++)
            for (size_t lane = 0; lane < lanes; lane++) {
                d_c_parts[j * GRADC_LANES + lane] += t2[lane] * power[lane];
                power[lane] *= t_panel[lane];
            }
    });
    for (size_t j = 0; j < m; j++)
        GRADC_SUM(double, d_c[j], lane, GRADC_LANES, d_c_parts[j * GRADC_LANES + lane]);
    /* d_c = 2 * d_fit * d_c */
    GRADC_PARALLEL_INDEPENDENT(i, m, m, {
        d_c[i] = 2.0 * d_fit * d_c[i];
    });
}

int fit_backward(struct fit *self_)
{
    if (!self_->t || !self_->y || !self_->c)
        return GRADC_ENULL;
    if (fit_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->d_c)
        return GRADC_OK;
    const size_t n = self_->n;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const sum = work;
    double *const d_c_parts = sum + gradc_room(n);
    fit_backward_kernel(self_, self_->t, self_->y, self_->d_c, sum, d_c_parts + gradc_room(32 * m),
            d_c_parts);
    return GRADC_OK;
}

static void fit_gradient_kernel(
    struct fit *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT t,   /* [n] */
    const double *GRADC_RESTRICT y,   /* [n] */
    const double *GRADC_RESTRICT c,   /* [m] */
    double *GRADC_RESTRICT d_c,       /* [m] */
    double *GRADC_RESTRICT t_panel,   /* [32] */
    double *GRADC_RESTRICT d_c_parts) /* [32*m] */
{
    const size_t n = self_->n;
    const size_t m = self_->m;
    const double d_fit = self_->d_fit ? *self_->d_fit : 1;
    /* lanes.nn:4   fit(t: [n], y: [n], c: [m]) = sum[i]((sum[j](c[j] * t[i]^j) - y[i])^2) */
    /* sum[i] = sum[j](c[j] * t[i]^j) ; fit2 = sum(t2^2) ; d_c[i] = sum[j](t2[j] * t[j]^i) */
    double fit2 = 0;
    if (self_->d_c) {
        memset(d_c, 0, m * sizeof(double));
        memset(d_c_parts, 0, 32 * m * sizeof(double));
    }
    GRADC_BLOCKS(i0, lanes, n, {
        double sum[GRADC_LANES];
        double t2[GRADC_LANES];
        for (size_t lane = 0; lane < lanes; lane++) {
            const size_t i = i0 + lane;
            t_panel[lane] = t[i];
        }
        for (size_t lane = 0; lane < lanes; lane++) {
            const size_t j = m - 1;
            sum[lane] = c[j];
        }
        for (size_t j = m - 1; j-- > 0;)
            for (size_t lane = 0; lane < lanes; lane++)
                sum[lane] = sum[lane] * t_panel[lane] + c[j];
        for (size_t lane = 0; lane < lanes; lane++) {
            const size_t i = i0 + lane;
            t2[lane] = sum[lane] - y[i];
        }
        GRADC_SUM(double, fit2, lane, lanes, t2[lane] * t2[lane]);
        if (self_->d_c) {
            double power2[GRADC_LANES];
            for (size_t lane = 0; lane < lanes; lane++)
                power2[lane] = 1.0;
            for (size_t j = 0; j < m; j++)
                for (size_t lane = 0; lane < lanes; lane++) {
                    d_c_parts[j * GRADC_LANES + lane] += t2[lane] * power2[lane];
                    power2[lane] *= t_panel[lane];
                }
        }
    });
    if (self_->d_c) {
        for (size_t j = 0; j < m; j++)
            GRADC_SUM(double, d_c[j], lane, GRADC_LANES, d_c_parts[j * GRADC_LANES + lane]);
        /* d_c = 2 * d_fit * d_c */
        GRADC_PARALLEL_INDEPENDENT(i, m, m, {
            d_c[i] = 2.0 * d_fit * d_c[i];
        });
    }
    self_->fit = fit2;
}

int fit_gradient(struct fit *self_)
{
    if (!self_->t || !self_->y || !self_->c)
        return GRADC_ENULL;
    if (fit_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const d_c_parts = work;
    fit_gradient_kernel(self_, self_->t, self_->y, self_->c, self_->d_c, d_c_parts + gradc_room(32 * m),
            d_c_parts);
    return GRADC_OK;
}

GRADC_END
