/* Emitted by gradc from networks.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "networks.h"

GRADC_ROOTS

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 7) / 8 * 8;
}

/* GRADC_OK if regression can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int regression_check(const struct regression *m)
{
    if (m->N == 0 || m->D == 0 || m->C == 0)
        return GRADC_ESIZE;
    if ((double)m->N * (double)m->D > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->N > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->D * (double)m->C > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->C > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)m->N * (double)m->C + 2 * (double)m->N + (double)m->C + 40 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)m->N * (double)m->C + (double)m->N + 24 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)m->N * (double)m->C + (double)m->N + 2 * (double)m->C + 40 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t regression_workspace(const struct regression *m)
{
    if (regression_check(m) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* forward */
    count += 2 * gradc_room(m->N * m->C);
    count += 2 * gradc_room(m->N);
    count += gradc_room(m->C);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 2 * gradc_room(m->N * m->C);
    count += gradc_room(m->N);
    most = count > most ? count : most;
    count = 0; /* gradient */
    count += 2 * gradc_room(m->N * m->C);
    count += gradc_room(m->N);
    count += 2 * gradc_room(m->C);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t regression_gradient_workspace(const struct regression *m)
{
    if (regression_check(m) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* gradient */
    count += 2 * gradc_room(m->N * m->C);
    count += gradc_room(m->N);
    count += 2 * gradc_room(m->C);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t regression_bind_parameters(struct regression *m, double *block)
{
    size_t count = 0;
    if (regression_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->x = block + count; /* [N, D] */
    count += m->N * m->D;
    if (block)
        m->W = block + count; /* [D, C] */
    count += m->D * m->C;
    if (block)
        m->b = block + count; /* [C] */
    count += m->C;
    return count;
}

size_t regression_bind_gradients(struct regression *m, double *block)
{
    size_t count = 0;
    if (regression_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_x = block + count; /* [N, D] */
    count += m->N * m->D;
    if (block)
        m->d_W = block + count; /* [D, C] */
    count += m->D * m->C;
    if (block)
        m->d_b = block + count; /* [C] */
    count += m->C;
    return count;
}

static int regression_forward_kernel(
    struct regression *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,  /* [N, D] */
    const int32_t *GRADC_RESTRICT y, /* [N] */
    const double *GRADC_RESTRICT W,  /* [D, C] */
    const double *GRADC_RESTRICT b,  /* [C] */
    double *GRADC_RESTRICT scores,   /* [N, C] */
    double *GRADC_RESTRICT z,        /* [C] */
    double *GRADC_RESTRICT t,        /* [N, C] */
    double *GRADC_RESTRICT sum,      /* [N] */
    double *GRADC_RESTRICT t2)       /* [N] */
{
    const size_t N = m->N;
    const size_t D = m->D;
    const size_t C = m->C;
    /* networks.nn:1   regression(x: [N, D], y: int[N], W: [D, C], b: [C]) { */
    for (size_t i = 0; i < N; i++) {
        if (y[i] < 0 || (size_t)y[i] >= C)
            return GRADC_EINDEX;
    }
    /* networks.nn:2   scores = x @ W + b */
    GRADC_PARALLEL(N * C)
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < C; j++)
            scores[i * C + j] = b[j];
    gradc_matmul_f64(0, 0, N, C, D, 1, x, D, W, C, 1, scores, C);
    /* networks.nn:3   return loss = cross_entropy(scores, y) */
    /* most = max(scores, axis = 1) ; z = scores - most[:, new] ; t = exp(z) ; sum = sum(t, axis = 1) */
    /* t2[i] = log(sum[i]) - z[i, y[i]] */
    for (size_t i = 0; i < N; i++) {
        double most = -INFINITY;
        GRADC_BEST(double, most, >, j, C, scores[i * C + j]);
        double sum2 = 0;
        GRADC_SUM_OF(double, sum2, j, C, t[i * C + j], z[j] = scores[i * C + j] - most; t[i * C + j] =
                gradc_exp(z[j]););
        sum[i] = sum2;
        t2[i] = gradc_log(sum[i]) - z[(size_t)y[i]];
    }
    /* sum3 = sum(t2) */
    double sum3 = 0;
    GRADC_SUM_IN_PARTS(double, sum3, i, N, t2[i]);
    m->loss = sum3 / (double)N;
    return GRADC_OK;
}

int regression_forward(struct regression *m)
{
    if (!m->x || !m->y || !m->W || !m->b)
        return GRADC_ENULL;
    if (regression_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t N = m->N;
    const size_t C = m->C;
    double *const work = (double *)m->work;
    double *const t = work;
    double *const sum = t + gradc_room(N * C);
    double *const scores = sum + gradc_room(N);
    double *const t2 = scores + gradc_room(N * C);
    return regression_forward_kernel(m, m->x, m->y, m->W, m->b, scores, t2 + gradc_room(N), t, sum, t2);
}

static void regression_backward_kernel(
    struct regression *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,   /* [N, D] */
    const int32_t *GRADC_RESTRICT y,  /* [N] */
    const double *GRADC_RESTRICT W,   /* [D, C] */
    double *GRADC_RESTRICT d_x,       /* [N, D] */
    double *GRADC_RESTRICT d_W,       /* [D, C] */
    double *GRADC_RESTRICT d_b,       /* [C] */
    const double *GRADC_RESTRICT t4,  /* [N, C] */
    const double *GRADC_RESTRICT sum, /* [N] */
    double *GRADC_RESTRICT d_scores)  /* [N, C] */
{
    const size_t N = m->N;
    const size_t D = m->D;
    const size_t C = m->C;
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    /* networks.nn:3   return loss = cross_entropy(scores, y) */
    const double t = d_loss / (double)N;
    const double t2 = -t;
    /* networks.nn:2   scores = x @ W + b */
    /* d_scores = scatter(t2) + t3[:, new] * t4 ; d_b = sum(d_scores, axis = 0) */
    if (m->d_b)
        memset(d_b, 0, C * sizeof(double));
    for (size_t i = 0; i < N; i++) {
        const double t3 = t / sum[i];
        for (size_t j = 0; j < C; j++)
            d_scores[i * C + j] = t3 * t4[i * C + j];
        d_scores[i * C + (size_t)y[i]] += t2;
        if (m->d_b) {
            for (size_t j = 0; j < C; j++)
                d_b[j] += d_scores[i * C + j];
        }
    }
    /* d_x = d_scores @ W' */
    if (m->d_x) {
        gradc_matmul_f64(0, 1, N, D, C, 1, d_scores, C, W, C, 0, d_x, D);
    }
    /* d_W = x' @ d_scores */
    if (m->d_W) {
        gradc_matmul_f64(1, 0, D, C, N, 1, x, D, d_scores, C, 0, d_W, C);
    }
}

int regression_backward(struct regression *m)
{
    if (!m->x || !m->y || !m->W || !m->b)
        return GRADC_ENULL;
    if (regression_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_x && !m->d_W && !m->d_b)
        return GRADC_OK;
    const size_t N = m->N;
    const size_t C = m->C;
    double *const work = (double *)m->work;
    double *const t4 = work;
    double *const sum = t4 + gradc_room(N * C);
    regression_backward_kernel(m, m->x, m->y, m->W, m->d_x, m->d_W, m->d_b, t4, sum, sum + gradc_room(N));
    return GRADC_OK;
}

static int regression_gradient_kernel(
    struct regression *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x,  /* [N, D] */
    const int32_t *GRADC_RESTRICT y, /* [N] */
    const double *GRADC_RESTRICT W,  /* [D, C] */
    const double *GRADC_RESTRICT b,  /* [C] */
    double *GRADC_RESTRICT d_x,      /* [N, D] */
    double *GRADC_RESTRICT d_W,      /* [D, C] */
    double *GRADC_RESTRICT d_b,      /* [C] */
    double *GRADC_RESTRICT scores,   /* [N, C] */
    double *GRADC_RESTRICT z,        /* [C] */
    double *GRADC_RESTRICT t3,       /* [C] */
    double *GRADC_RESTRICT t4,       /* [N] */
    double *GRADC_RESTRICT d_scores) /* [N, C] */
{
    const size_t N = m->N;
    const size_t D = m->D;
    const size_t C = m->C;
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    /* networks.nn:1   regression(x: [N, D], y: int[N], W: [D, C], b: [C]) { */
    for (size_t i = 0; i < N; i++) {
        if (y[i] < 0 || (size_t)y[i] >= C)
            return GRADC_EINDEX;
    }
    /* networks.nn:3   return loss = cross_entropy(scores, y) */
    const double t = d_loss / (double)N;
    const double t2 = -t;
    /* networks.nn:2   scores = x @ W + b */
    GRADC_PARALLEL(N * C)
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < C; j++)
            scores[i * C + j] = b[j];
    gradc_matmul_f64(0, 0, N, C, D, 1, x, D, W, C, 1, scores, C);
    /* networks.nn:3   return loss = cross_entropy(scores, y) */
    /* networks.nn:2   scores = x @ W + b */
    /* most = max(scores, axis = 1) ; z = scores - most[:, new] ; t3 = exp(z) ; sum = sum(t3, axis = 1) */
    /* t4[i] = log(sum[i]) - z[i, y[i]] ; d_scores = scatter(t2) + t5[:, new] * t3 */
    if (m->d_b)
        memset(d_b, 0, C * sizeof(double));
    for (size_t i = 0; i < N; i++) {
        double most = -INFINITY;
        GRADC_BEST(double, most, >, j, C, scores[i * C + j]);
        double sum = 0;
        GRADC_SUM_OF(double, sum, j, C, t3[j], z[j] = scores[i * C + j] - most; t3[j] = gradc_exp(z[j]););
        t4[i] = gradc_log(sum) - z[(size_t)y[i]];
        const double t5 = t / sum;
        for (size_t j = 0; j < C; j++)
            d_scores[i * C + j] = t5 * t3[j];
        d_scores[i * C + (size_t)y[i]] += t2;
        if (m->d_b) {
            for (size_t j = 0; j < C; j++)
                d_b[j] += d_scores[i * C + j];
        }
    }
    /* networks.nn:3   return loss = cross_entropy(scores, y) */
    /* sum2 = sum(t4) */
    double sum2 = 0;
    GRADC_SUM_IN_PARTS(double, sum2, i, N, t4[i]);
    /* networks.nn:2   scores = x @ W + b */
    /* d_x = d_scores @ W' */
    if (m->d_x) {
        gradc_matmul_f64(0, 1, N, D, C, 1, d_scores, C, W, C, 0, d_x, D);
    }
    /* d_W = x' @ d_scores */
    if (m->d_W) {
        gradc_matmul_f64(1, 0, D, C, N, 1, x, D, d_scores, C, 0, d_W, C);
    }
    /* networks.nn:3   return loss = cross_entropy(scores, y) */
    m->loss = sum2 / (double)N;
    return GRADC_OK;
}

int regression_gradient(struct regression *m)
{
    if (!m->x || !m->y || !m->W || !m->b)
        return GRADC_ENULL;
    if (regression_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t N = m->N;
    const size_t C = m->C;
    double *const work = (double *)m->work;
    double *const scores = work;
    double *const t4 = scores + gradc_room(N * C);
    double *const d_scores = t4 + gradc_room(N);
    double *const z = d_scores + gradc_room(N * C);
    return regression_gradient_kernel(m, m->x, m->y, m->W, m->b, m->d_x, m->d_W, m->d_b, scores, z, z +
            gradc_room(C), t4, d_scores);
}

/* GRADC_OK if relu_net can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int relu_net_check(const struct relu_net *self_)
{
    if (self_->n == 0 || self_->h == 0 || self_->m == 0)
        return GRADC_ESIZE;
    if ((double)self_->n > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->n * (double)self_->h > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->h * (double)self_->m > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)self_->m > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)self_->h + 16 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (4 * (double)self_->h + (double)self_->m + 40 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t relu_net_workspace(const struct relu_net *self_)
{
    if (relu_net_check(self_) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* forward */
    count += 2 * gradc_room(self_->h);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 4 * gradc_room(self_->h);
    count += gradc_room(self_->m);
    most = count > most ? count : most;
    count = 0; /* gradient */
    count += gradc_room(self_->m);
    count += 4 * gradc_room(self_->h);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t relu_net_gradient_workspace(const struct relu_net *self_)
{
    if (relu_net_check(self_) != GRADC_OK)
        return 0;
    size_t count, most = 0;
    count = 0; /* gradient */
    count += gradc_room(self_->m);
    count += 4 * gradc_room(self_->h);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t relu_net_bind_parameters(struct relu_net *self_, double *block)
{
    size_t count = 0;
    if (relu_net_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->x = block + count; /* [n] */
    count += self_->n;
    if (block)
        self_->W1 = block + count; /* [h, n] */
    count += self_->n * self_->h;
    if (block)
        self_->W2 = block + count; /* [m, h] */
    count += self_->h * self_->m;
    return count;
}

size_t relu_net_bind_gradients(struct relu_net *self_, double *block)
{
    size_t count = 0;
    if (relu_net_check(self_) != GRADC_OK)
        return 0;
    if (block)
        self_->d_x = block + count; /* [n] */
    count += self_->n;
    if (block)
        self_->d_W1 = block + count; /* [h, n] */
    count += self_->n * self_->h;
    if (block)
        self_->d_W2 = block + count; /* [m, h] */
    count += self_->h * self_->m;
    return count;
}

static void relu_net_forward_kernel(
    struct relu_net *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT x,   /* [n] */
    const double *GRADC_RESTRICT W1,  /* [h, n] */
    const double *GRADC_RESTRICT W2,  /* [m, h] */
    double *GRADC_RESTRICT relu_net2, /* [m] */
    double *GRADC_RESTRICT sum,       /* [h] */
    double *GRADC_RESTRICT t)         /* [h] */
{
    const size_t n = self_->n;
    const size_t h = self_->h;
    const size_t m = self_->m;
    /* networks.nn:5   relu_net(x: [n], W1: [h, n], W2: [m, h]) = W2 @ max(0, W1 @ x) */
    /* sum = W1 @ x */
    gradc_matvec_f64(0, h, n, 1, W1, n, x, 1, 0, sum, 1);
    /* t = max(0, sum) */
    GRADC_PARALLEL(h)
    for (size_t i = 0; i < h; i++)
        t[i] = 0.0 >= sum[i] ? 0.0 : sum[i];
    /* relu_net2 = W2 @ t */
    if (self_->relu_net) {
        gradc_matvec_f64(0, m, h, 1, W2, h, t, 1, 0, relu_net2, 1);
    }
}

int relu_net_forward(struct relu_net *self_)
{
    if (!self_->x || !self_->W1 || !self_->W2)
        return GRADC_ENULL;
    if (relu_net_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    const size_t h = self_->h;
    double *const work = (double *)self_->work;
    double *const sum = work;
    relu_net_forward_kernel(self_, self_->x, self_->W1, self_->W2, self_->relu_net, sum, sum +
            gradc_room(h));
    return GRADC_OK;
}

static void relu_net_backward_kernel(
    struct relu_net *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT x,    /* [n] */
    const double *GRADC_RESTRICT W1,   /* [h, n] */
    const double *GRADC_RESTRICT W2,   /* [m, h] */
    double *GRADC_RESTRICT d_x,        /* [n] */
    double *GRADC_RESTRICT d_W1,       /* [h, n] */
    double *GRADC_RESTRICT d_W2,       /* [m, h] */
    const double *GRADC_RESTRICT sum2, /* [h] */
    const double *GRADC_RESTRICT t,    /* [h] */
    double *GRADC_RESTRICT d_relu_net, /* [m] */
    double *GRADC_RESTRICT sum,        /* [h] */
    double *GRADC_RESTRICT t2)         /* [h] */
{
    const size_t n = self_->n;
    const size_t h = self_->h;
    const size_t m = self_->m;
    /* networks.nn:5   relu_net(x: [n], W1: [h, n], W2: [m, h]) = W2 @ max(0, W1 @ x) */
    if (!self_->d_relu_net)
        memset(d_relu_net, 0, m * sizeof(double));
    /* d_W2 = d_relu_net[:, new] * t */
    if (self_->d_W2) {
        GRADC_PARALLEL(h * m)
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < h; j++)
                d_W2[i * h + j] = d_relu_net[i] * t[j];
    }
    /* sum = W2' @ d_relu_net */
    if (self_->d_x || self_->d_W1) {
        gradc_matvec_f64(1, m, h, 1, W2, h, d_relu_net, 1, 0, sum, 1);
        /* t2 = if sum2 <= 0 then 0 else sum ; d_W1 = t2[:, new] * x */
        GRADC_PARALLEL(n * h)
        for (size_t i = 0; i < h; i++) {
            t2[i] = sum2[i] <= 0.0 ? 0.0 : sum[i];
            if (self_->d_W1) {
                for (size_t j = 0; j < n; j++)
                    d_W1[i * n + j] = t2[i] * x[j];
            }
        }
    }
    /* d_x = W1' @ t2 */
    if (self_->d_x) {
        gradc_matvec_f64(1, h, n, 1, W1, n, t2, 1, 0, d_x, 1);
    }
}

int relu_net_backward(struct relu_net *self_)
{
    if (!self_->x || !self_->W1 || !self_->W2)
        return GRADC_ENULL;
    if (relu_net_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->d_x && !self_->d_W1 && !self_->d_W2)
        return GRADC_OK;
    const size_t h = self_->h;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const sum2 = work;
    double *const t = sum2 + gradc_room(h);
    double *const room_1 = t + gradc_room(h);
    double *const sum = room_1 + gradc_room(m);
    relu_net_backward_kernel(self_, self_->x, self_->W1, self_->W2, self_->d_x, self_->d_W1, self_->d_W2,
            sum2, t, self_->d_relu_net ? (double *)self_->d_relu_net : room_1, sum, sum + gradc_room(h));
    return GRADC_OK;
}

static void relu_net_gradient_kernel(
    struct relu_net *GRADC_RESTRICT self_,
    const double *GRADC_RESTRICT x,    /* [n] */
    const double *GRADC_RESTRICT W1,   /* [h, n] */
    const double *GRADC_RESTRICT W2,   /* [m, h] */
    double *GRADC_RESTRICT relu_net2,  /* [m] */
    double *GRADC_RESTRICT d_x,        /* [n] */
    double *GRADC_RESTRICT d_W1,       /* [h, n] */
    double *GRADC_RESTRICT d_W2,       /* [m, h] */
    double *GRADC_RESTRICT d_relu_net, /* [m] */
    double *GRADC_RESTRICT sum,        /* [h] */
    double *GRADC_RESTRICT t,          /* [h] */
    double *GRADC_RESTRICT sum2,       /* [h] */
    double *GRADC_RESTRICT t2)         /* [h] */
{
    const size_t n = self_->n;
    const size_t h = self_->h;
    const size_t m = self_->m;
    /* networks.nn:5   relu_net(x: [n], W1: [h, n], W2: [m, h]) = W2 @ max(0, W1 @ x) */
    if (!self_->d_relu_net)
        memset(d_relu_net, 0, m * sizeof(double));
    /* sum = W1 @ x */
    gradc_matvec_f64(0, h, n, 1, W1, n, x, 1, 0, sum, 1);
    /* t = max(0, sum) */
    if (self_->relu_net || self_->d_W2) {
        GRADC_PARALLEL(h)
        for (size_t i = 0; i < h; i++)
            t[i] = 0.0 >= sum[i] ? 0.0 : sum[i];
    }
    /* relu_net2 = W2 @ t */
    if (self_->relu_net) {
        gradc_matvec_f64(0, m, h, 1, W2, h, t, 1, 0, relu_net2, 1);
    }
    /* sum2 = W2' @ d_relu_net */
    if (self_->d_x || self_->d_W1) {
        gradc_matvec_f64(1, m, h, 1, W2, h, d_relu_net, 1, 0, sum2, 1);
        /* t2 = if sum <= 0 then 0 else sum2 ; d_W1 = t2[:, new] * x */
        GRADC_PARALLEL(n * h)
        for (size_t i = 0; i < h; i++) {
            t2[i] = sum[i] <= 0.0 ? 0.0 : sum2[i];
            if (self_->d_W1) {
                for (size_t j = 0; j < n; j++)
                    d_W1[i * n + j] = t2[i] * x[j];
            }
        }
    }
    /* d_x = W1' @ t2 */
    if (self_->d_x) {
        gradc_matvec_f64(1, h, n, 1, W1, n, t2, 1, 0, d_x, 1);
    }
    /* d_W2 = d_relu_net[:, new] * t */
    if (self_->d_W2) {
        GRADC_PARALLEL(h * m)
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < h; j++)
                d_W2[i * h + j] = d_relu_net[i] * t[j];
    }
}

int relu_net_gradient(struct relu_net *self_)
{
    if (!self_->x || !self_->W1 || !self_->W2)
        return GRADC_ENULL;
    if (relu_net_check(self_) != GRADC_OK)
        return GRADC_ESIZE;
    if (!self_->work)
        return GRADC_ENULL;
    if (!self_->relu_net && !self_->d_x && !self_->d_W1 && !self_->d_W2)
        return GRADC_OK;
    const size_t h = self_->h;
    const size_t m = self_->m;
    double *const work = (double *)self_->work;
    double *const room_1 = work;
    double *const sum = room_1 + gradc_room(m);
    double *const t = sum + gradc_room(h);
    double *const sum2 = t + gradc_room(h);
    relu_net_gradient_kernel(self_, self_->x, self_->W1, self_->W2, self_->relu_net, self_->d_x,
            self_->d_W1, self_->d_W2, self_->d_relu_net ? (double *)self_->d_relu_net : room_1, sum, t,
            sum2, sum2 + gradc_room(h));
    return GRADC_OK;
}

/* GRADC_OK if attend can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int attend_check(const struct attend *m)
{
    if (m->T == 0 || m->D == 0)
        return GRADC_ESIZE;
    const size_t block = gradc_block(m->T, m->D);
    if ((double)m->T * (double)m->D > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->T * (double)m->T + (double)m->T * block + (double)m->T + 24 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)m->T * (double)m->T + (double)m->T * (double)m->D + (double)m->T * block + 32 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if (2 * (double)m->T * (double)m->T + (double)m->T * (double)m->D + (double)m->T * block + (double)m->T + 40 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t attend_workspace(const struct attend *m)
{
    if (attend_check(m) != GRADC_OK)
        return 0;
    const size_t block = gradc_block(m->T, m->D);
    size_t count, most = 0;
    count = 0; /* forward */
    count += gradc_room(m->T * m->T);
    count += gradc_room(m->T * block);
    count += gradc_room(m->T);
    most = count > most ? count : most;
    count = 0; /* backward */
    count += 2 * gradc_room(m->T * m->T);
    count += gradc_room(m->T * m->D);
    count += gradc_room(m->T * block);
    most = count > most ? count : most;
    count = 0; /* gradient */
    count += gradc_room(m->T * m->D);
    count += 2 * gradc_room(m->T * m->T);
    count += gradc_room(m->T * block);
    count += gradc_room(m->T);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t attend_gradient_workspace(const struct attend *m)
{
    if (attend_check(m) != GRADC_OK)
        return 0;
    const size_t block = gradc_block(m->T, m->D);
    size_t count, most = 0;
    count = 0; /* gradient */
    count += gradc_room(m->T * m->D);
    count += 2 * gradc_room(m->T * m->T);
    count += gradc_room(m->T * block);
    count += gradc_room(m->T);
    most = count > most ? count : most;
    return most * sizeof(double);
}

size_t attend_bind_parameters(struct attend *m, double *block)
{
    size_t count = 0;
    if (attend_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->q = block + count; /* [T, D] */
    count += m->T * m->D;
    if (block)
        m->k = block + count; /* [T, D] */
    count += m->T * m->D;
    if (block)
        m->v = block + count; /* [T, D] */
    count += m->T * m->D;
    return count;
}

size_t attend_bind_gradients(struct attend *m, double *block)
{
    size_t count = 0;
    if (attend_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_q = block + count; /* [T, D] */
    count += m->T * m->D;
    if (block)
        m->d_k = block + count; /* [T, D] */
    count += m->T * m->D;
    if (block)
        m->d_v = block + count; /* [T, D] */
    count += m->T * m->D;
    return count;
}

static void attend_forward_kernel(
    struct attend *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT q, /* [T, D] */
    const double *GRADC_RESTRICT k, /* [T, D] */
    const double *GRADC_RESTRICT v, /* [T, D] */
    double *GRADC_RESTRICT attend2, /* [T, D] */
    double *GRADC_RESTRICT scores,  /* [block, T] */
    double *GRADC_RESTRICT e,       /* [T] */
    double *GRADC_RESTRICT softmax) /* [T, T] */
{
    const size_t T = m->T;
    const size_t D = m->D;
    const size_t block = gradc_block(T, D);
    /* networks.nn:6   attend(q: [T, D], k: [T, D], v: [T, D]) = attention(q, k, v) */
    const double t = sqrt((double)D);
    /* Some rows at a time, so that they stay in the cache. */
    for (size_t first = 0; first < T; first += block) {
        const size_t rows = T - first < block ? T - first : block;
        /* scores = q @ k' / t */
        gradc_matmul_f64(0, 1, rows, T, D, 1.0 / t, q + first * D, D, k, D, 0, scores, T);
        /* most = max(scores, axis = 1) ; e = exp(scores - most[:, new]) ; sum = sum(e, axis = 1) */
        /* softmax = e / sum[:, new] */
        for (size_t i = 0; i < rows; i++) {
            double most = -INFINITY;
            GRADC_BEST(double, most, >, j, T, scores[i * T + j]);
            double sum = 0;
            GRADC_SUM_OF(double, sum, j, T, e[j], e[j] = gradc_exp(scores[i * T + j] - most););
            for (size_t j = 0; j < T; j++)
                softmax[(first + i) * T + j] = e[j] / sum;
        }
        /* attend2 = softmax @ v */
        if (m->attend) {
            gradc_matmul_f64(0, 0, rows, D, T, 1, softmax + first * T, T, v, D, 0, &attend2[first * D], D);
        }
    }
}

int attend_forward(struct attend *m)
{
    if (!m->q || !m->k || !m->v)
        return GRADC_ENULL;
    if (attend_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t T = m->T;
    const size_t D = m->D;
    const size_t block = gradc_block(T, D);
    double *const work = (double *)m->work;
    double *const softmax = work;
    double *const scores = softmax + gradc_room(T * T);
    attend_forward_kernel(m, m->q, m->k, m->v, m->attend, scores, scores + gradc_room(T * block), softmax);
    return GRADC_OK;
}

static void attend_backward_kernel(
    struct attend *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT q,       /* [T, D] */
    const double *GRADC_RESTRICT k,       /* [T, D] */
    const double *GRADC_RESTRICT v,       /* [T, D] */
    double *GRADC_RESTRICT d_q,           /* [T, D] */
    double *GRADC_RESTRICT d_k,           /* [T, D] */
    double *GRADC_RESTRICT d_v,           /* [T, D] */
    const double *GRADC_RESTRICT softmax, /* [T, T] */
    double *GRADC_RESTRICT d_attend,      /* [T, D] */
    double *GRADC_RESTRICT d_softmax,     /* [block, T] */
    double *GRADC_RESTRICT d_scores)      /* [T, T] */
{
    const size_t T = m->T;
    const size_t D = m->D;
    const size_t block = gradc_block(T, D);
    /* networks.nn:6   attend(q: [T, D], k: [T, D], v: [T, D]) = attention(q, k, v) */
    const double t = sqrt((double)D);
    if (!m->d_attend)
        memset(d_attend, 0, T * D * sizeof(double));
    /* Some rows at a time, so that they stay in the cache. */
    if (m->d_q || m->d_k) {
        for (size_t first = 0; first < T; first += block) {
            const size_t rows = T - first < block ? T - first : block;
            /* d_softmax = d_attend @ v' */
            gradc_matmul_f64(0, 1, rows, T, D, 1, d_attend + first * D, D, v, D, 0, d_softmax, T);
            /* sum = sum(d_softmax * softmax, axis = 1) ; d_scores = softmax * (d_softmax - sum[:, new]) */
            GRADC_PARALLEL(T * rows)
            for (size_t i = 0; i < rows; i++) {
                double sum = 0;
                GRADC_SUM(double, sum, j, T, d_softmax[i * T + j] * softmax[(first + i) * T + j]);
                for (size_t j = 0; j < T; j++) {
                    d_scores[(first + i) * T + j] = softmax[(first + i) * T + j] *
                            (d_softmax[i * T + j] - sum);
                }
            }
            /* d_q = d_scores @ k / t */
            if (m->d_q) {
                gradc_matmul_f64(0, 0, rows, D, T, 1.0 / t, d_scores + first * T, T, k, D, 0,
                        &d_q[first * D], D);
            }
        }
    }
    /* d_k = d_scores' @ q / t */
    if (m->d_k) {
        gradc_matmul_f64(1, 0, T, D, T, 1.0 / t, d_scores, T, q, D, 0, d_k, D);
    }
    /* d_v = softmax' @ d_attend */
    if (m->d_v) {
        gradc_matmul_f64(1, 0, T, D, T, 1, softmax, T, d_attend, D, 0, d_v, D);
    }
}

int attend_backward(struct attend *m)
{
    if (!m->q || !m->k || !m->v)
        return GRADC_ENULL;
    if (attend_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_q && !m->d_k && !m->d_v)
        return GRADC_OK;
    const size_t T = m->T;
    const size_t D = m->D;
    double *const work = (double *)m->work;
    double *const softmax = work;
    double *const room_1 = softmax + gradc_room(T * T);
    double *const d_scores = room_1 + gradc_room(T * D);
    attend_backward_kernel(m, m->q, m->k, m->v, m->d_q, m->d_k, m->d_v, softmax, m->d_attend ?
            (double *)m->d_attend : room_1, d_scores + gradc_room(T * T), d_scores);
    return GRADC_OK;
}

static void attend_gradient_kernel(
    struct attend *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT q,  /* [T, D] */
    const double *GRADC_RESTRICT k,  /* [T, D] */
    const double *GRADC_RESTRICT v,  /* [T, D] */
    double *GRADC_RESTRICT attend2,  /* [T, D] */
    double *GRADC_RESTRICT d_q,      /* [T, D] */
    double *GRADC_RESTRICT d_k,      /* [T, D] */
    double *GRADC_RESTRICT d_v,      /* [T, D] */
    double *GRADC_RESTRICT scores,   /* [block, T] */
    double *GRADC_RESTRICT d_attend, /* [T, D] */
    double *GRADC_RESTRICT e,        /* [T] */
    double *GRADC_RESTRICT softmax,  /* [T, T] */
    double *GRADC_RESTRICT d_scores) /* [T, T] */
{
    const size_t T = m->T;
    const size_t D = m->D;
    const size_t block = gradc_block(T, D);
    double *const d_softmax = scores; /* [block, T] */
    /* networks.nn:6   attend(q: [T, D], k: [T, D], v: [T, D]) = attention(q, k, v) */
    const double t = sqrt((double)D);
    if (!m->d_attend)
        memset(d_attend, 0, T * D * sizeof(double));
    /* Some rows at a time, so that they stay in the cache. */
    for (size_t first = 0; first < T; first += block) {
        const size_t rows = T - first < block ? T - first : block;
        /* scores = q @ k' / t */
        gradc_matmul_f64(0, 1, rows, T, D, 1.0 / t, q + first * D, D, k, D, 0, scores, T);
        /* most = max(scores, axis = 1) ; e = exp(scores - most[:, new]) ; sum = sum(e, axis = 1) */
        /* softmax = e / sum[:, new] */
        for (size_t i = 0; i < rows; i++) {
            double most = -INFINITY;
            GRADC_BEST(double, most, >, j, T, scores[i * T + j]);
            double sum = 0;
            GRADC_SUM_OF(double, sum, j, T, e[j], e[j] = gradc_exp(scores[i * T + j] - most););
            for (size_t j = 0; j < T; j++)
                softmax[(first + i) * T + j] = e[j] / sum;
        }
        /* attend2 = softmax @ v */
        if (m->attend) {
            gradc_matmul_f64(0, 0, rows, D, T, 1, softmax + first * T, T, v, D, 0, &attend2[first * D], D);
        }
        /* d_softmax = d_attend @ v' */
        if (m->d_q || m->d_k) {
            gradc_matmul_f64(0, 1, rows, T, D, 1, d_attend + first * D, D, v, D, 0, d_softmax, T);
            /* sum2 = sum(d_softmax * softmax, axis = 1) ; d_scores = softmax * (d_softmax - sum2[:, new]) */
            GRADC_PARALLEL(T * rows)
            for (size_t i = 0; i < rows; i++) {
                double sum2 = 0;
                GRADC_SUM(double, sum2, j, T, d_softmax[i * T + j] * softmax[(first + i) * T + j]);
                for (size_t j = 0; j < T; j++) {
                    d_scores[(first + i) * T + j] = softmax[(first + i) * T + j] *
                            (d_softmax[i * T + j] - sum2);
                }
            }
        }
        /* d_q = d_scores @ k / t */
        if (m->d_q) {
            gradc_matmul_f64(0, 0, rows, D, T, 1.0 / t, d_scores + first * T, T, k, D, 0, &d_q[first * D],
                    D);
        }
    }
    /* d_k = d_scores' @ q / t */
    if (m->d_k) {
        gradc_matmul_f64(1, 0, T, D, T, 1.0 / t, d_scores, T, q, D, 0, d_k, D);
    }
    /* d_v = softmax' @ d_attend */
    if (m->d_v) {
        gradc_matmul_f64(1, 0, T, D, T, 1, softmax, T, d_attend, D, 0, d_v, D);
    }
}

int attend_gradient(struct attend *m)
{
    if (!m->q || !m->k || !m->v)
        return GRADC_ENULL;
    if (attend_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->attend && !m->d_q && !m->d_k && !m->d_v)
        return GRADC_OK;
    const size_t T = m->T;
    const size_t D = m->D;
    const size_t block = gradc_block(T, D);
    double *const work = (double *)m->work;
    double *const room_1 = work;
    double *const softmax = room_1 + gradc_room(T * D);
    double *const d_scores = softmax + gradc_room(T * T);
    double *const scores = d_scores + gradc_room(T * T);
    attend_gradient_kernel(m, m->q, m->k, m->v, m->attend, m->d_q, m->d_k, m->d_v, scores, m->d_attend ?
            (double *)m->d_attend : room_1, scores + gradc_room(T * block), softmax, d_scores);
    return GRADC_OK;
}

size_t gates_workspace(const struct gates *m)
{
    (void)m;
    return 192;
}

size_t gates_gradient_workspace(const struct gates *m)
{
    (void)m;
    return 0;
}

size_t gates_bind_parameters(struct gates *m, double *block)
{
    size_t count = 0;
    (void)m;
    (void)block;
    return count;
}

size_t gates_bind_gradients(struct gates *m, double *block)
{
    size_t count = 0;
    (void)m;
    (void)block;
    return count;
}

static void gates_forward_kernel(
    struct gates *GRADC_RESTRICT m,
    double *GRADC_RESTRICT p,  /* [] */
    double *GRADC_RESTRICT t,  /* [] */
    double *GRADC_RESTRICT t2) /* [] */
{
    const double x = m->x;
    const double y = m->y;
    /* networks.nn:8   p = sigmoid(x) */
    p[0] = 1.0 / (1.0 + exp(-x));
    /* networks.nn:9   return loss = -(y * log(p) + (1 - y) * log(1 - p)) */
    /* t = log(p) */
    t[0] = log(p[0]);
    /* t2 = log(1 - p) */
    t2[0] = log(1.0 - p[0]);
    m->loss = -(y * t[0] + (1.0 - y) * t2[0]);
}

int gates_forward(struct gates *m)
{
    if (!m->work)
        return GRADC_ENULL;
    double *const work = (double *)m->work;
    gates_forward_kernel(m, work, work + 8, work + 16);
    return GRADC_OK;
}

int gates_backward(struct gates *m)
{
    if (!m->work)
        return GRADC_ENULL;
    double *const work = (double *)m->work;
    const double *GRADC_RESTRICT const p = work; /* [] */
    const double *GRADC_RESTRICT const t3 = work + 8; /* [] */
    const double *GRADC_RESTRICT const t2 = work + 16; /* [] */
    const double y = m->y;
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    /* networks.nn:8   p = sigmoid(x) */
    const double t = 1.0 - p[0];
    m->d_x = (d_loss * (1.0 - y) / t - d_loss * y / p[0]) * p[0] * t;
    /* networks.nn:9   return loss = -(y * log(p) + (1 - y) * log(1 - p)) */
    m->d_y = (t2[0] - t3[0]) * d_loss;
    return GRADC_OK;
}

int gates_gradient(struct gates *m)
{
    const double x = m->x;
    const double y = m->y;
    const double d_loss = m->d_loss ? *m->d_loss : 1;
    /* networks.nn:8   p = sigmoid(x) */
    const double p = 1.0 / (1.0 + exp(-x));
    /* networks.nn:9   return loss = -(y * log(p) + (1 - y) * log(1 - p)) */
    const double t = log(p);
    /* networks.nn:8   p = sigmoid(x) */
    const double t2 = 1.0 - p;
    /* networks.nn:9   return loss = -(y * log(p) + (1 - y) * log(1 - p)) */
    const double t3 = log(t2);
    m->loss = -(y * t + (1.0 - y) * t3);
    /* networks.nn:8   p = sigmoid(x) */
    m->d_x = (d_loss * (1.0 - y) / t2 - d_loss * y / p) * p * t2;
    /* networks.nn:9   return loss = -(y * log(p) + (1 - y) * log(1 - p)) */
    m->d_y = (t3 - t) * d_loss;
    return GRADC_OK;
}

/* GRADC_OK if train can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int train_check(const struct train *m)
{
    if (m->N == 0 || m->D == 0 || m->C == 0)
        return GRADC_ESIZE;
    const size_t block = gradc_block(m->N, (m->D > m->C ? m->D : m->C));
    if ((double)m->N * (double)m->D > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->N * (double)m->C > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->D * (double)m->C > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    if ((double)m->N * (double)m->C + (double)m->C * block + 16 > (double)(PTRDIFF_MAX / 16))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t train_workspace(const struct train *m)
{
    if (train_check(m) != GRADC_OK)
        return 0;
    const size_t block = gradc_block(m->N, (m->D > m->C ? m->D : m->C));
    size_t count, most = 0;
    count = 0; /* forward */
    count += gradc_room(m->N * m->C);
    count += gradc_room(m->C * block);
    most = count > most ? count : most;
    return most * sizeof(double);
}

static void train_forward_kernel(
    struct train *GRADC_RESTRICT m,
    const double *GRADC_RESTRICT x, /* [N, D] */
    const double *GRADC_RESTRICT y, /* [N, C] */
    double *GRADC_RESTRICT w,       /* [D, C] */
    double *GRADC_RESTRICT sum,     /* [block, C] */
    double *GRADC_RESTRICT t)       /* [N, C] */
{
    const size_t N = m->N;
    const size_t D = m->D;
    const size_t C = m->C;
    const size_t block = gradc_block(N, (D > C ? D : C));
    const double rate = m->rate;
    /* Some rows at a time, so that they stay in the cache. */
    double loss = 0;
    for (size_t first = 0; first < N; first += block) {
        const size_t rows = N - first < block ? N - first : block;
        /* networks.nn:12   loss = sum((x @ w - y)^2) */
        /* sum = x @ w */
        gradc_matmul_f64(0, 0, rows, C, D, 1, x + first * D, D, w, C, 0, sum, C);
        /* t = sum - y ; loss = sum(t^2) */
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < C; j++) {
                t[(first + i) * C + j] = sum[i * C + j] - y[(first + i) * C + j];
                loss += t[(first + i) * C + j] * t[(first + i) * C + j];
            }
    }
    /* w = w - 2 * (rate * (x' @ t)) */
    gradc_matmul_f64(1, 0, D, C, N, -2.0 * rate, x, D, t, C, 1, w, C);
    m->loss = loss;
}

int train_forward(struct train *m)
{
    if (!m->x || !m->y || !m->w)
        return GRADC_ENULL;
    if (train_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t N = m->N;
    const size_t C = m->C;
    double *const work = (double *)m->work;
    double *const t = work;
    train_forward_kernel(m, m->x, m->y, m->w, t + gradc_room(N * C), t);
    return GRADC_OK;
}
