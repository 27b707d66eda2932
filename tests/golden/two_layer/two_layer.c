/* Emitted by gradc from two_layer.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gradc_vecmath.h"
#include "two_layer.h"

GRADC_BEGIN

size_t two_layer_gradient_workspace(const struct two_layer *m)
{
    (void)m;
    return 53760;
}

size_t two_layer_workspace(const struct two_layer *m)
{
    (void)m;
    return 56320;
}

size_t two_layer_bind_parameters(struct two_layer *m, float *block)
{
    size_t count = 0;
    if (block)
        m->w1 = block + count; /* [1000, 100] */
    count += 100000;
    if (block)
        m->w2 = block + count; /* [100, 10] */
    count += 1000;
    return count;
}

size_t two_layer_bind_gradients(struct two_layer *m, float *block)
{
    size_t count = 0;
    if (block)
        m->d_w1 = block + count; /* [1000, 100] */
    count += 100000;
    if (block)
        m->d_w2 = block + count; /* [100, 10] */
    count += 1000;
    return count;
}

static void two_layer_forward_kernel(
    struct two_layer *GRADC_RESTRICT m,
    const float *GRADC_RESTRICT x,  /* [64, 1000] */
    const float *GRADC_RESTRICT y,  /* [64, 10] */
    const float *GRADC_RESTRICT w1, /* [1000, 100] */
    const float *GRADC_RESTRICT w2, /* [100, 10] */
    float *GRADC_RESTRICT t,        /* [64, 100] */
    float *GRADC_RESTRICT y_pred)   /* [64, 10] */
{
    float *const h = t; /* [64, 100] */
    /* two_layer.nn:6   h      = sigmoid(x @ w1) */
    /* t = -(x @ w1) */
    gradc_matmul_f32(0, 0, 64, 100, 1000, -1, x, 1000, w1, 100, 0, t, 100);
    /* h = 1 / (1 + exp(t)) */
    GRADC_PARALLEL_INDEPENDENT(i, 6400, 51200, {
        h[i] = 1.0f / (1.0f + gradc_expf(t[i]));
    });
    /* two_layer.nn:7   y_pred = h @ w2 */
    gradc_matmul_f32(0, 0, 64, 10, 100, 1, h, 100, w2, 10, 0, y_pred, 10);
    /* two_layer.nn:8   loss   = sum((y_pred - y)^2) */
    /* loss = sum(t2^2) */
    float loss = 0;
    GRADC_SUM_OF(float, loss, i, 640, t2 * t2, const float t2 = y_pred[i] - y[i];);
    m->loss = loss;
}

int two_layer_forward(struct two_layer *m)
{
    if (!m->x || !m->y || !m->w1 || !m->w2)
        return GRADC_ENULL;
    if (!m->work)
        return GRADC_ENULL;
    float *const work = (float *)m->work;
    two_layer_forward_kernel(m, m->x, m->y, m->w1, m->w2, work, m->y_pred ? m->y_pred : work + 6400);
    return GRADC_OK;
}

static void two_layer_backward_kernel(
    struct two_layer *GRADC_RESTRICT m,
    const float *GRADC_RESTRICT x,        /* [64, 1000] */
    const float *GRADC_RESTRICT y,        /* [64, 10] */
    const float *GRADC_RESTRICT w2,       /* [100, 10] */
    const float *GRADC_RESTRICT d_y_pred, /* [64, 10] */
    float *GRADC_RESTRICT d_w1,           /* [1000, 100] */
    float *GRADC_RESTRICT d_w2,           /* [100, 10] */
    float *GRADC_RESTRICT d_h,            /* [64, 100] */
    const float *GRADC_RESTRICT h,        /* [64, 100] */
    const float *GRADC_RESTRICT y_pred,   /* [64, 10] */
    float *GRADC_RESTRICT d_y_pred2)      /* [64, 10] */
{
    float *const t = d_h; /* [64, 100] */
    const float d_loss = m->d_loss ? *m->d_loss : 1;
    /* two_layer.nn:8   loss   = sum((y_pred - y)^2) */
    /* d_y_pred2 = d_y_pred + 2 * (d_loss * (y_pred - y)) */
    GRADC_INDEPENDENT
    for (size_t i = 0; i < 640; i++)
        d_y_pred2[i] = (d_y_pred ? d_y_pred[i] : 0) + 2.0f * d_loss * (y_pred[i] - y[i]);
    /* two_layer.nn:7   y_pred = h @ w2 */
    /* d_w2 = h' @ d_y_pred2 */
    if (m->d_w2) {
        gradc_matmul_f32(1, 0, 100, 10, 64, 1, h, 100, d_y_pred2, 10, 0, d_w2, 10);
    }
    /* d_h = d_y_pred2 @ w2' */
    if (m->d_w1) {
        gradc_matmul_f32(0, 1, 64, 100, 10, 1, d_y_pred2, 10, w2, 10, 0, d_h, 100);
        /* two_layer.nn:6   h      = sigmoid(x @ w1) */
        /* t = d_h * h * (1 - h) */
        for (size_t i = 0; i < 6400; i++)
            t[i] = d_h[i] * h[i] * (1.0f - h[i]);
        /* d_w1 = x' @ t */
        gradc_matmul_f32(1, 0, 1000, 100, 64, 1, x, 1000, t, 100, 0, d_w1, 100);
    }
}

int two_layer_backward(struct two_layer *m)
{
    if (!m->x || !m->y || !m->w1 || !m->w2)
        return GRADC_ENULL;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_w1 && !m->d_w2)
        return GRADC_OK;
    float *const work = (float *)m->work;
    two_layer_backward_kernel(m, m->x, m->y, m->w2, m->d_y_pred, m->d_w1, m->d_w2, work + 7040, work,
            m->y_pred ? m->y_pred : work + 6400, work + 13440);
    return GRADC_OK;
}

static void two_layer_gradient_kernel(
    struct two_layer *GRADC_RESTRICT m,
    const float *GRADC_RESTRICT x,        /* [64, 1000] */
    const float *GRADC_RESTRICT y,        /* [64, 10] */
    const float *GRADC_RESTRICT w1,       /* [1000, 100] */
    const float *GRADC_RESTRICT w2,       /* [100, 10] */
    const float *GRADC_RESTRICT d_y_pred, /* [64, 10] */
    float *GRADC_RESTRICT d_w1,           /* [1000, 100] */
    float *GRADC_RESTRICT d_w2,           /* [100, 10] */
    float *GRADC_RESTRICT t,              /* [64, 100] */
    float *GRADC_RESTRICT d_h,            /* [64, 100] */
    float *GRADC_RESTRICT d_y_pred2)      /* [64, 10] */
{
    float *const h = t; /* [64, 100] */
    float *const y_pred = m->y_pred ? m->y_pred : d_h; /* [64, 10] */
    float *const t3 = d_h; /* [64, 100] */
    const float d_loss = m->d_loss ? *m->d_loss : 1;
    /* two_layer.nn:6   h      = sigmoid(x @ w1) */
    /* t = -(x @ w1) */
    gradc_matmul_f32(0, 0, 64, 100, 1000, -1, x, 1000, w1, 100, 0, t, 100);
    /* h = 1 / (1 + exp(t)) */
    GRADC_PARALLEL_INDEPENDENT(i, 6400, 51200, {
        h[i] = 1.0f / (1.0f + gradc_expf(t[i]));
    });
    /* two_layer.nn:7   y_pred = h @ w2 */
    gradc_matmul_f32(0, 0, 64, 10, 100, 1, h, 100, w2, 10, 0, y_pred, 10);
    /* two_layer.nn:8   loss   = sum((y_pred - y)^2) */
    /* loss = sum(t2^2) ; d_y_pred2 = d_y_pred + 2 * (d_loss * t2) */
    float loss = 0;
    GRADC_SUM_OF(float, loss, i, 640, t2 * t2, const float t2 = y_pred[i] - y[i]; d_y_pred2[i] =
            (d_y_pred ? d_y_pred[i] : 0) + 2.0f * d_loss * t2;);
    /* two_layer.nn:7   y_pred = h @ w2 */
    /* d_w2 = h' @ d_y_pred2 */
    if (m->d_w2) {
        gradc_matmul_f32(1, 0, 100, 10, 64, 1, h, 100, d_y_pred2, 10, 0, d_w2, 10);
    }
    /* d_h = d_y_pred2 @ w2' */
    if (m->d_w1) {
        gradc_matmul_f32(0, 1, 64, 100, 10, 1, d_y_pred2, 10, w2, 10, 0, d_h, 100);
        /* two_layer.nn:6   h      = sigmoid(x @ w1) */
        /* t3 = d_h * h * (1 - h) */
        for (size_t i = 0; i < 6400; i++)
            t3[i] = d_h[i] * h[i] * (1.0f - h[i]);
        /* d_w1 = x' @ t3 */
        gradc_matmul_f32(1, 0, 1000, 100, 64, 1, x, 1000, t3, 100, 0, d_w1, 100);
    }
    m->loss = loss;
}

int two_layer_gradient(struct two_layer *m)
{
    if (!m->x || !m->y || !m->w1 || !m->w2)
        return GRADC_ENULL;
    if (!m->work)
        return GRADC_ENULL;
    float *const work = (float *)m->work;
    two_layer_gradient_kernel(m, m->x, m->y, m->w1, m->w2, m->d_y_pred, m->d_w1, m->d_w2, work,
            work + 6400, work + 12800);
    return GRADC_OK;
}

GRADC_END
