/* lstm.c: the diagonal language model of lstm.nn by hand, with every transcendental function vectorised. */
/* sizes: -DSIZE_L=2 -DSIZE_T=1000 | -DSIZE_L=4 -DSIZE_T=1000 | -DSIZE_L=4 -DSIZE_T=4000 */
#include "bench.h"
#include "gradc_vecmath.h"
#include "lstm.h"

#include <string.h>

enum { T = SIZE_T, L = SIZE_L, B = 14 };
#define SIZES ", " BENCH_TEXT(SIZE_L) " layers, T = " BENCH_TEXT(SIZE_T)

static struct lstm ours = {.T = T, .L = L, .b = B};
static real *sequence, *W, *bias, *w_in, *w_out, *b_out, *h0, *c0, value;
static real d_W[L * 4 * B], d_bias[L * 4 * B], d_w_in[B], d_w_out[B], d_b_out[B];

/* What a round keeps for each layer: its input, the states before it, the gates, and tanh of the new cell. */
struct round {
    real x[B], h[B], c[B], f[B], i[B], o[B], g[B], squashed[B];
};
static struct round rounds[T][L];
static real last[T][B], weight[T][B]; /* the input of the prediction; exp y / (2 + sum exp y) */

static void run_ours(void)
{
    bench_ok("lstm", lstm_gradient(&ours));
}

static void run_ours_forward(void)
{
    bench_ok("lstm", lstm_forward(&ours));
}

GRADC_INLINE real logistic(real x)
{
    return 1 / (1 + gradc_exp(-x));
}

static void forward_layer(int l, size_t b, const real *restrict x, real *restrict h, real *restrict c,
                          struct round *restrict r)
{
    const real *restrict w = W + l * 4 * B, *restrict v = bias + l * 4 * B;
    for (size_t a = 0; a < b; a++) {
        real f = logistic(x[a] * w[a] + v[a]), i = logistic(h[a] * w[B + a] + v[B + a]);
        real o = logistic(x[a] * w[2 * B + a] + v[2 * B + a]);
        real g = gradc_tanh(h[a] * w[3 * B + a] + v[3 * B + a]);
        real cell = c[a] * f + i * g, squashed = gradc_tanh(cell);
        r->x[a] = x[a];
        r->h[a] = h[a];
        r->c[a] = c[a];
        r->f[a] = f;
        r->i[a] = i;
        r->o[a] = o;
        r->g[a] = g;
        r->squashed[a] = squashed;
        c[a] = cell;
        h[a] = o * squashed;
    }
}

static void by_hand_forward(void)
{
    const size_t b = ours.b;
    real h[L][B], c[L][B], total = 0;
    memcpy(h, h0, sizeof h);
    memcpy(c, c0, sizeof c);
    for (int t = 0; t < T - 1; t++) {
        real x[B], y[B], sum = 2, dot = 0, mass = 0;
        const real *now = sequence + t * B, *next = now + B;
        for (size_t a = 0; a < b; a++)
            x[a] = now[a] * w_in[a];
        for (int l = 0; l < L; l++)
            forward_layer(l, b, l ? h[l - 1] : x, h[l], c[l], &rounds[t][l]);
#pragma omp simd reduction(+ : sum, dot, mass)
        for (size_t a = 0; a < b; a++) {
            last[t][a] = h[L - 1][a];
            y[a] = h[L - 1][a] * w_out[a] + b_out[a];
            weight[t][a] = gradc_exp(y[a]);
            sum += weight[t][a];
            dot += next[a] * y[a];
            mass += next[a];
        }
        total += dot - mass * (real)log((double)sum);
        for (size_t a = 0; a < b; a++)
            weight[t][a] /= sum;
    }
    value = -total / ((T - 1) * B);
}

/* d_h and d_c: the adjoints of the layer's new states, and after it of its old ones; leaves that of x in d_x.
 */
static void backward_layer(int l, size_t b, const struct round *restrict r, real *restrict d_h,
                           real *restrict d_c, real *restrict d_x)
{
    const real *restrict w = W + l * 4 * B;
    real *d_w = d_W + l * 4 * B, *d_b = d_bias + l * 4 * B;
#pragma omp simd
    for (size_t a = 0; a < b; a++) {
        real o = r->o[a], f = r->f[a], i = r->i[a], g = r->g[a], s = r->squashed[a];
        real cell = d_c[a] + d_h[a] * o * (1 - s * s);
        real z_o = d_h[a] * s * o * (1 - o), z_f = cell * r->c[a] * f * (1 - f);
        real z_i = cell * g * i * (1 - i), z_g = cell * i * (1 - g * g);
        d_w[a] += z_f * r->x[a];
        d_w[B + a] += z_i * r->h[a];
        d_w[2 * B + a] += z_o * r->x[a];
        d_w[3 * B + a] += z_g * r->h[a];
        d_b[a] += z_f;
        d_b[B + a] += z_i;
        d_b[2 * B + a] += z_o;
        d_b[3 * B + a] += z_g;
        d_x[a] = z_f * w[a] + z_o * w[2 * B + a];
        d_h[a] = z_i * w[B + a] + z_g * w[3 * B + a];
        d_c[a] = cell * f;
    }
}

static void by_hand(void)
{
    const size_t b = ours.b;
    real d_h[L][B] = {{0}}, d_c[L][B] = {{0}};
    by_hand_forward();
    memset(d_W, 0, sizeof d_W);
    memset(d_bias, 0, sizeof d_bias);
    memset(d_w_in, 0, sizeof d_w_in);
    memset(d_w_out, 0, sizeof d_w_out);
    memset(d_b_out, 0, sizeof d_b_out);
    for (int t = T - 2; t >= 0; t--) {
        real d_x[B], mass = 0, scale = -1 / (real)((T - 1) * B);
        const real *now = sequence + t * B, *next = now + B;
        for (size_t a = 0; a < b; a++)
            mass += next[a];
        for (size_t a = 0; a < b; a++) {
            real d_y = scale * (next[a] - mass * weight[t][a]);
            d_w_out[a] += d_y * last[t][a];
            d_b_out[a] += d_y;
            d_h[L - 1][a] += d_y * w_out[a];
        }
        for (int l = L - 1; l >= 0; l--) {
            backward_layer(l, b, &rounds[t][l], d_h[l], d_c[l], d_x);
            for (size_t a = 0; a < b && l; a++)
                d_h[l - 1][a] += d_x[a];
        }
        for (size_t a = 0; a < b; a++)
            d_w_in[a] += d_x[a] * now[a];
    }
}

int main(void)
{
    ours.sequence = sequence = bench_fill(T * B, 1);
    ours.W = W = bench_fill(L * 4 * B, 1);
    ours.B = bias = bench_fill(L * 4 * B, 1);
    ours.w_in = w_in = bench_fill(B, 1);
    ours.w_out = w_out = bench_fill(B, 1);
    ours.b_out = b_out = bench_fill(B, 1);
    ours.h = h0 = bench_fill(L * B, 1);
    ours.c = c0 = bench_fill(L * B, 1);
    ours.d_W = bench_fill(L * 4 * B, 0);
    ours.d_B = bench_fill(L * 4 * B, 0);
    ours.d_w_in = bench_fill(B, 0);
    ours.d_w_out = bench_fill(B, 0);
    ours.d_b_out = bench_fill(B, 0);
    ours.work = bench_workspace(lstm_workspace(&ours));
    run_ours();
    by_hand();
    bench_agree("lstm", 1, &ours.loss, &value);
    bench_agree("lstm d_W", L * 4 * B, ours.d_W, d_W);
    bench_agree("lstm d_B", L * 4 * B, ours.d_B, d_bias);
    bench_agree("lstm d_w_in", B, ours.d_w_in, d_w_in);
    bench_agree("lstm d_w_out", B, ours.d_w_out, d_w_out);
    bench_agree("lstm d_b_out", B, ours.d_b_out, d_b_out);
    bench_row("lstm gradient" SIZES, L == 4 ? 1 : 0, "gradc", run_ours, "C", by_hand);
    bench_row("lstm gradient / objective" SIZES, L == 4 ? 1.6 : 0, "gradient", run_ours, "forward",
              run_ours_forward);
    bench_row("lstm objective" SIZES, 0, "gradc", run_ours_forward, "C", by_hand_forward);
    printf("%-36s %zu bytes\n", "lstm workspace", lstm_gradient_workspace(&ours));
    return bench_status;
}
