/* Emitted by gradc from windows.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "windows.h"

GRADC_BEGIN

/* Stretches of the workspace begin at multiples of GRADC_ALIGN bytes. */
static size_t gradc_room(size_t count)
{
    return (count + 15) / 16 * 16;
}

/* GRADC_OK if windows can run with these sizes. Inline, so that the compiler knows them to be valid. */
GRADC_INLINE int windows_check(const struct windows *m)
{
    if (m->N == 0)
        return GRADC_ESIZE;
    const size_t chunks = gradc_chunks(m->N, 112896 * m->N, 0);
    const size_t copies = gradc_copies(chunks);
    const size_t chunks2 = gradc_chunks(m->N, 112896 * m->N, 576);
    const size_t copies2 = gradc_copies(chunks2);
    if (2048 * (double)m->N > (double)(PTRDIFF_MAX / 8))
        return GRADC_ESIZE;
    if (1568 * (double)m->N + 14112 * copies + 14160 > (double)(PTRDIFF_MAX / 8))
        return GRADC_ESIZE;
    if (1568 * (double)m->N + 576 * chunks2 + 14112 * copies2 + 13600 > (double)(PTRDIFF_MAX / 8))
        return GRADC_ESIZE;
    return GRADC_OK;
}

size_t windows_gradient_workspace(const struct windows *m)
{
    if (windows_check(m) != GRADC_OK)
        return 0;
    const size_t chunks3 = gradc_chunks(m->N, 225792 * m->N, 576);
    const size_t copies3 = gradc_copies(chunks3);
    size_t count = 15680; /* gradient */
    count += gradc_room(14112 * copies3);
    count += gradc_room(1568 * copies3);
    count += gradc_room(576 * chunks3 - 576);
    return count * sizeof(float);
}

size_t windows_workspace(const struct windows *m)
{
    if (windows_check(m) != GRADC_OK)
        return 0;
    const size_t chunks = gradc_chunks(m->N, 112896 * m->N, 0);
    const size_t copies = gradc_copies(chunks);
    const size_t chunks2 = gradc_chunks(m->N, 112896 * m->N, 576);
    const size_t copies2 = gradc_copies(chunks2);
    size_t most = windows_gradient_workspace(m) / sizeof(float);
    size_t count = 14112; /* forward */
    count += gradc_room(1568 * m->N);
    count += gradc_room(14112 * copies);
    most = count > most ? count : most;
    count = 14112; /* backward */
    count += gradc_room(1568 * m->N);
    count += gradc_room(14112 * copies2);
    count += gradc_room(576 * chunks2 - 576);
    most = count > most ? count : most;
    return most * sizeof(float);
}

size_t windows_bind_parameters(struct windows *m, float *block)
{
    size_t count = 0;
    if (windows_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->w = block + count; /* [8, 8, 3, 3] */
    count += 576;
    return count;
}

size_t windows_bind_gradients(struct windows *m, float *block)
{
    size_t count = 0;
    if (windows_check(m) != GRADC_OK)
        return 0;
    if (block)
        m->d_w = block + count; /* [8, 8, 3, 3] */
    count += 576;
    return count;
}

static void windows_forward_kernel(
    struct windows *GRADC_RESTRICT m,
    const float *GRADC_RESTRICT x,  /* [N, 8, 16, 16] */
    const float *GRADC_RESTRICT w,  /* [8, 8, 3, 3] */
    float *GRADC_RESTRICT t,        /* [8, 3, 3, 14, 14] */
    float *GRADC_RESTRICT conv2d,   /* [N, 8, 14, 14] */
    float *GRADC_RESTRICT t_others) /* [14112*copies] */
{
    const size_t N = m->N;
    const size_t chunks = gradc_chunks(N, 112896 * N, 0);
    /* windows.nn:4   windows(x: [N, 8, 16, 16], w: [8, 8, 3, 3]) = sum(conv2d(x, w)^2) */
    /* t[i, j, k, l, m, n] = x[i, j, k + m, l + n] */
    /* conv2d[i, j, k, l] = sum[m, n, p](t[i, m, n, p, k, l] * w[j, m, n, p]) ; windows2 = sum(conv2d^2) */
    float windows2 = 0;
    float windows2_others[GRADC_MOST_COPIES];
    GRADC_PARALLEL(chunk, chunks, 112896 * N, {
        const size_t begin = gradc_first(chunk, chunks, N, 1);
        const size_t end = gradc_first(chunk + 1, chunks, N, 1);
        float *const t_own = GRADC_OWN(chunk, t, t_others, 14112);
        float windows2_parts[GRADC_PARTS] = {0};
        for (size_t i = begin; i < end; i++) {
            for (size_t j = 0; j < 8; j++)
                for (size_t k = 0; k < 3; k++)
                    for (size_t l = 0; l < 3; l++)
                        for (size_t p = 0; p < 14; p++)
                            GRADC_INDEPENDENT
                            for (size_t q = 0; q < 14; q++) {
                                t_own[(((j * 3 + k) * 3 + l) * 14 + p) * 14 + q] =
                                        x[((i * 8 + j) * 16 + k + p) * 16 + l + q];
                            }
            gradc_matmul_f32(0, 0, 8, 196, 72, 1, w, 72, t_own, 196, 0, &conv2d[i * 1568], 196);
            GRADC_ADD(windows2_parts, j, 1568, conv2d[i * 1568 + j] * conv2d[i * 1568 + j]);
        }
        windows2_others[chunk] = 0;
        GRADC_TOTAL(windows2_others[chunk], windows2_parts);
    });
    for (size_t chunk = 0; chunk < chunks; chunk++)
        windows2 += windows2_others[chunk];
    m->windows = windows2;
}

int windows_forward(struct windows *m)
{
    if (!m->x || !m->w)
        return GRADC_ENULL;
    if (windows_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t N = m->N;
    float *const work = (float *)m->work;
    float *const conv2d = work;
    float *const t = conv2d + gradc_room(1568 * N);
    windows_forward_kernel(m, m->x, m->w, t, conv2d, t + 14112);
    return GRADC_OK;
}

static void windows_backward_kernel(
    struct windows *GRADC_RESTRICT m,
    const float *GRADC_RESTRICT x,      /* [N, 8, 16, 16] */
    float *GRADC_RESTRICT d_w,          /* [8, 8, 3, 3] */
    const float *GRADC_RESTRICT conv2d, /* [N, 8, 14, 14] */
    float *GRADC_RESTRICT t,            /* [8, 3, 3, 14, 14] */
    float *GRADC_RESTRICT t_others,     /* [14112*copies] */
    float *GRADC_RESTRICT d_w_others)   /* [576*chunks - 576] */
{
    const size_t N = m->N;
    const size_t chunks2 = gradc_chunks(N, 112896 * N, 576);
    const float d_windows = m->d_windows ? *m->d_windows : 1;
    /* windows.nn:4   windows(x: [N, 8, 16, 16], w: [8, 8, 3, 3]) = sum(conv2d(x, w)^2) */
    /* t[i, j, k, l, m, n] = x[i, j, k + m, l + n] */
    /* d_w[i, j, k, l] = sum[m, n, p](t[m, j, k, l, n, p] * conv2d[m, i, n, p]) */
    memset(d_w, 0, 576 * sizeof(float));
    GRADC_PARALLEL(chunk, chunks2, 112896 * N, {
        const size_t begin = gradc_first(chunk, chunks2, N, 1);
        const size_t end = gradc_first(chunk + 1, chunks2, N, 1);
        float *const t_own = GRADC_OWN(chunk, t, t_others, 14112);
        float *const d_w_own = chunk > 0 ? d_w_others + (chunk - 1) * 576 : d_w;
        if (chunk > 0)
            memset(d_w_own, 0, 576 * sizeof(float));
        for (size_t i = begin; i < end; i++) {
            for (size_t j = 0; j < 8; j++)
                for (size_t k = 0; k < 3; k++)
                    for (size_t l = 0; l < 3; l++)
                        for (size_t p = 0; p < 14; p++)
                            GRADC_INDEPENDENT
                            for (size_t q = 0; q < 14; q++) {
                                t_own[(((j * 3 + k) * 3 + l) * 14 + p) * 14 + q] =
                                        x[((i * 8 + j) * 16 + k + p) * 16 + l + q];
                            }
            gradc_matmul_f32(0, 1, 8, 72, 196, 1, conv2d + i * 1568, 196, t_own, 196, 1, d_w_own, 72);
        }
    });
    GRADC_ADD_CHUNKS(d_w, d_w_others, 576, chunks2);
    /* d_w = 2 * d_windows * d_w */
    for (size_t i = 0; i < 576; i++)
        d_w[i] = 2.0f * d_windows * d_w[i];
}

int windows_backward(struct windows *m)
{
    if (!m->x || !m->w)
        return GRADC_ENULL;
    if (windows_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    if (!m->d_w)
        return GRADC_OK;
    const size_t N = m->N;
    const size_t chunks2 = gradc_chunks(N, 112896 * N, 576);
    const size_t copies2 = gradc_copies(chunks2);
    float *const work = (float *)m->work;
    float *const conv2d = work;
    float *const t = conv2d + gradc_room(1568 * N);
    float *const t_others = t + 14112;
    windows_backward_kernel(m, m->x, m->d_w, conv2d, t, t_others, t_others + gradc_room(14112 * copies2));
    return GRADC_OK;
}

static void windows_gradient_kernel(
    struct windows *GRADC_RESTRICT m,
    const float *GRADC_RESTRICT x,       /* [N, 8, 16, 16] */
    const float *GRADC_RESTRICT w,       /* [8, 8, 3, 3] */
    float *GRADC_RESTRICT d_w,           /* [8, 8, 3, 3] */
    float *GRADC_RESTRICT t,             /* [8, 3, 3, 14, 14] */
    float *GRADC_RESTRICT conv2d,        /* [8, 14, 14] */
    float *GRADC_RESTRICT t_others,      /* [14112*copies] */
    float *GRADC_RESTRICT conv2d_others, /* [1568*copies] */
    float *GRADC_RESTRICT d_w_others)    /* [576*chunks - 576] */
{
    const size_t N = m->N;
    const size_t chunks3 = gradc_chunks(N, 225792 * N, 576);
    float *const t2 = t; /* [8, 3, 3, 14, 14] */
    const float d_windows = m->d_windows ? *m->d_windows : 1;
    /* windows.nn:4   windows(x: [N, 8, 16, 16], w: [8, 8, 3, 3]) = sum(conv2d(x, w)^2) */
    /* t[i, j, k, l, m, n] = x[i, j, k + m, l + n] */
    /* conv2d[i, j, k, l] = sum[m, n, p](t[i, m, n, p, k, l] * w[j, m, n, p]) ; windows2 = sum(conv2d^2) */
    /* t2[i, j, k, l, m, n] = x[i, j, k + m, l + n] */
    /* d_w[i, j, k, l] = sum[m, n, p](t2[m, j, k, l, n, p] * conv2d[m, i, n, p]) */
    float windows2 = 0;
    if (m->d_w) {
        memset(d_w, 0, 576 * sizeof(float));
    }
    float windows2_others[GRADC_MOST_COPIES];
    GRADC_PARALLEL(chunk, chunks3, 225792 * N, {
        const size_t begin = gradc_first(chunk, chunks3, N, 1);
        const size_t end = gradc_first(chunk + 1, chunks3, N, 1);
        float *const t_own = GRADC_OWN(chunk, t, t_others, 14112);
        float *const conv2d_own = GRADC_OWN(chunk, conv2d, conv2d_others, 1568);
        float windows2_parts[GRADC_PARTS] = {0};
        float *const t2_own = GRADC_OWN(chunk, t2, t_others, 14112);
        float *const d_w_own = chunk > 0 ? d_w_others + (chunk - 1) * 576 : d_w;
        if (chunk > 0)
            memset(d_w_own, 0, 576 * sizeof(float));
        for (size_t i = begin; i < end; i++) {
            for (size_t j = 0; j < 8; j++)
                for (size_t k = 0; k < 3; k++)
                    for (size_t l = 0; l < 3; l++)
                        for (size_t p = 0; p < 14; p++)
                            GRADC_INDEPENDENT
                            for (size_t q = 0; q < 14; q++) {
                                t_own[(((j * 3 + k) * 3 + l) * 14 + p) * 14 + q] =
                                        x[((i * 8 + j) * 16 + k + p) * 16 + l + q];
                            }
            gradc_matmul_f32(0, 0, 8, 196, 72, 1, w, 72, t_own, 196, 0, conv2d_own, 196);
            GRADC_ADD(windows2_parts, j, 1568, conv2d_own[j] * conv2d_own[j]);
            if (m->d_w) {
                for (size_t j = 0; j < 8; j++)
                    for (size_t k = 0; k < 3; k++)
                        for (size_t l = 0; l < 3; l++)
                            for (size_t p = 0; p < 14; p++)
                                GRADC_INDEPENDENT
                                for (size_t q = 0; q < 14; q++) {
                                    t2_own[(((j * 3 + k) * 3 + l) * 14 + p) * 14 + q] =
                                            x[((i * 8 + j) * 16 + k + p) * 16 + l + q];
                                }
                gradc_matmul_f32(0, 1, 8, 72, 196, 1, conv2d_own, 196, t2_own, 196, 1, d_w_own, 72);
            }
        }
        windows2_others[chunk] = 0;
        GRADC_TOTAL(windows2_others[chunk], windows2_parts);
    });
    for (size_t chunk = 0; chunk < chunks3; chunk++)
        windows2 += windows2_others[chunk];
    if (m->d_w) {
        GRADC_ADD_CHUNKS(d_w, d_w_others, 576, chunks3);
        /* d_w = 2 * d_windows * d_w */
        for (size_t i = 0; i < 576; i++)
            d_w[i] = 2.0f * d_windows * d_w[i];
    }
    m->windows = windows2;
}

int windows_gradient(struct windows *m)
{
    if (!m->x || !m->w)
        return GRADC_ENULL;
    if (windows_check(m) != GRADC_OK)
        return GRADC_ESIZE;
    if (!m->work)
        return GRADC_ENULL;
    const size_t N = m->N;
    const size_t chunks3 = gradc_chunks(N, 225792 * N, 576);
    const size_t copies3 = gradc_copies(chunks3);
    float *const work = (float *)m->work;
    float *const t_others = work + 15680;
    float *const conv2d_others = t_others + gradc_room(14112 * copies3);
    windows_gradient_kernel(m, m->x, m->w, m->d_w, work, work + 14112, t_others, conv2d_others,
            conv2d_others + gradc_room(1568 * copies3));
    return GRADC_OK;
}

GRADC_END
