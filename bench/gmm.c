/* gmm.c: the mixture of gmm.nn by hand: the Q of all components stacked, so that each block of points costs
 * two matrix products. */
/* sizes: -DSIZE_D=10 -DSIZE_N=1000 | -DSIZE_D=10 -DSIZE_N=10000 */
/* sizes: -DSIZE_D=64 -DSIZE_N=1000 | -DSIZE_D=64 -DSIZE_N=10000 */
#include "bench.h"
#include "gmm.h"
#include "gradc_vecmath.h"

#include <string.h>

enum { N = SIZE_N, D = SIZE_D, K = 25, BLOCK = 125, L = D * (D - 1) / 2 };
#define SIZES ", D = " BENCH_TEXT(SIZE_D) ", K = 25, N = " BENCH_TEXT(SIZE_N)

static struct gmm ours = {.N = N, .D = D, .K = K, .gamma = 1, .m = 0};
static struct objective alone;
static real *x, *alpha, *mu, *q, *l, value;
static real Q[K * D * D], shift[K * D], u[BLOCK * K * D], G[K * D * D], part[K * D * D], v[K * D];
static real d_alpha[K], d_mu[K * D], d_q[K * D], d_l[K * L];

static void run_ours(void)
{
    bench_ok("gmm", gmm_gradient(&ours));
}

static void run_ours_forward(void)
{
    bench_ok("gmm", gmm_forward(&ours));
}

static void run_objective(void)
{
    bench_ok("objective", objective_forward(&alone));
}

static void fill_Q(void)
{
    memset(Q, 0, sizeof Q);
    for (int k = 0; k < K; k++)
        for (int c = 0, at = 0; c < D; c++) {
            Q[(k * D + c) * D + c] = (real)exp((double)q[k * D + c]);
            for (int r = c + 1; r < D; r++)
                Q[(k * D + r) * D + c] = l[k * L + at++];
        }
    for (int kr = 0; kr < K * D; kr++) {
        shift[kr] = 0;
        for (int c = 0; c < D; c++)
            shift[kr] += Q[kr * D + c] * mu[kr / D * D + c];
    }
}

/* The points' own part of the value; with gradients, of those of beta and Q. */
static real of_block(const real *points, const real *offset, int with_gradients)
{
    real total = 0;
    bench_matmul(0, 1, BLOCK, K * D, D, points, Q, u);
    for (int i = 0; i < BLOCK; i++) {
        real beta[K], largest = -(real)INFINITY, sum = 0;
        for (int k = 0; k < K; k++) {
            real *row = u + (i * K + k) * D, square = 0;
            for (int r = 0; r < D; r++)
                row[r] -= shift[k * D + r];
            BENCH_SUM(square) for (int r = 0; r < D; r++) square += row[r] * row[r];
            beta[k] = offset[k] - square / 2;
            largest = beta[k] > largest ? beta[k] : largest;
        }
        for (int k = 0; k < K; k++)
            beta[k] = gradc_exp(beta[k] - largest);
        for (int k = 0; k < K; k++)
            sum += beta[k];
        total += largest + (real)log((double)sum);
        for (int k = 0; k < K && with_gradients; k++) {
            real share = beta[k] / sum, *row = u + (i * K + k) * D;
            d_alpha[k] += share;
            for (int r = 0; r < D; r++) {
                row[r] *= share;
                v[k * D + r] += row[r];
            }
        }
    }
    if (with_gradients) {
        bench_matmul(1, 0, K * D, D, BLOCK, u, points, part);
        for (int i = 0; i < K * D * D; i++)
            G[i] += part[i];
    }
    return total;
}

static real constants(real *offset)
{
    real sum_q = 0, squares = 0, largest = alpha[0], mass = 0,
         log_gamma = D * (D - 1) / (real)4 * (real)log(M_PI);
    real n = D + ours.m + 1;
    for (int k = 0; k < K; k++) {
        offset[k] = alpha[k];
        for (int c = 0; c < D; c++)
            offset[k] += q[k * D + c];
        sum_q += offset[k] - alpha[k];
        largest = alpha[k] > largest ? alpha[k] : largest;
    }
    for (int k = 0; k < K; k++)
        mass += (real)exp((double)(alpha[k] - largest));
    BENCH_SUM(squares) for (int i = 0; i < K * D * D; i++) squares += Q[i] * Q[i];
    for (int j = 0; j < D; j++)
        log_gamma += (real)lgamma((double)((n - j) / 2));
    for (int k = 0; k < K; k++)
        d_alpha[k] = -N * (real)exp((double)(alpha[k] - largest)) / mass;
    return -N * (D / (real)2 * (real)log(2 * M_PI) + largest + (real)log((double)mass)) +
           K * (n * D * (real)log((double)ours.gamma / sqrt(2)) - log_gamma) -
           ours.gamma * ours.gamma / 2 * squares + ours.m * sum_q;
}

static void by_hand_forward(void)
{
    real offset[K];
    fill_Q();
    value = constants(offset);
    for (int i = 0; i < N; i += BLOCK)
        value += of_block(x + i * D, offset, 0);
}

static void by_hand(void)
{
    real offset[K], before[K];
    memset(G, 0, sizeof G);
    memset(v, 0, sizeof v);
    fill_Q();
    value = constants(offset);
    memcpy(before, d_alpha, sizeof before);
    for (int i = 0; i < N; i += BLOCK)
        value += of_block(x + i * D, offset, 1);
    for (int k = 0; k < K; k++) {
        real *to = d_l + k * L, *mean = d_mu + k * D;
        for (int c = 0; c < D; c++)
            mean[c] = 0;
        for (int r = 0; r < D; r++)
            for (int c = 0; c < D; c++)
                mean[c] += Q[(k * D + r) * D + c] * v[k * D + r];
        for (int c = 0; c < D; c++)
            for (int r = c; r < D; r++) {
                int at = (k * D + r) * D + c;
                real d = v[k * D + r] * mu[k * D + c] - G[at] - ours.gamma * ours.gamma * Q[at];
                if (r == c)
                    d_q[k * D + c] = d * Q[at] + d_alpha[k] - before[k] + ours.m;
                else
                    *to++ = d;
            }
    }
}

int main(void)
{
    ours.x = x = bench_fill(N * D, 1);
    ours.alpha = alpha = bench_fill(K, 1);
    ours.mu = mu = bench_fill(K * D, 1);
    ours.q = q = bench_fill(K * D, 0.3);
    ours.l = l = bench_fill(K * L, 0.2);
    ours.d_alpha = bench_fill(K, 0);
    ours.d_mu = bench_fill(K * D, 0);
    ours.d_q = bench_fill(K * D, 0);
    ours.d_l = bench_fill(K * L, 0);
    ours.work = bench_workspace(gmm_workspace(&ours));
    alone = (struct objective){N, D, K, x, alpha, mu, q, l, ours.gamma, ours.m, 0, NULL};
    alone.work = bench_workspace(objective_workspace(&alone));
    run_ours();
    run_objective();
    by_hand();
    bench_agree("gmm objective", 1, &alone.F, &value);
    bench_agree("gmm", 1, &ours.F, &value);
    bench_agree("gmm d_alpha", K, ours.d_alpha, d_alpha);
    bench_agree("gmm d_mu", K * D, ours.d_mu, d_mu);
    bench_agree("gmm d_q", K * D, ours.d_q, d_q);
    bench_agree("gmm d_l", K * L, ours.d_l, d_l);
    bench_row("gmm gradient" SIZES, D == 64 ? 1 : 0, "gradc", run_ours, BENCH_PEER, by_hand);
    bench_row("gmm gradient / objective" SIZES, 2, "gradient", run_ours, "forward", run_ours_forward);
    bench_row("gmm objective" SIZES, 0, "gradc", run_objective, BENCH_PEER, by_hand_forward);
    printf("%-36s %zu bytes\n", "gmm workspace", gmm_gradient_workspace(&ours));
    return bench_status;
}
