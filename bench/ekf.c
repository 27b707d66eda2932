/* ekf.c: a step of an extended Kalman filter by hand: products of small matrices, Cholesky's method for the
 * gain. */
/* precisions: float64 float32 */
#include "bench.h"
#include "ekf.h"

#include <string.h>
#include <tgmath.h> /* functions of the type of the numbers */

enum { S = 6, Z = 3, N = 100000 };

static struct ekf one;
static struct ekfs many = {.N = N};
static real *peer_x, *peer_P;

static void run_one(void)
{
    bench_ok("ekf", ekf_forward(&one));
}

static void run_many(void)
{
    bench_ok("ekfs", ekfs_forward(&many));
}

/* C = A B and C = A B' of fixed sizes, which the compiler unrolls. */
static inline void product(int m, int n, int k, const real *A, const real *B, real *C)
{
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++)
            C[i * n + j] = 0;
        for (int l = 0; l < k; l++)
            for (int j = 0; j < n; j++)
                C[i * n + j] += A[i * k + l] * B[l * n + j];
    }
}

static inline void product_transposed(int m, int n, int k, const real *A, const real *B, real *C)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            real sum = 0;
            for (int l = 0; l < k; l++)
                sum += A[i * k + l] * B[j * k + l];
            C[i * n + j] = sum;
        }
}

/* B [3, 6] becomes the solution of A X = B, A being positive definite. */
static void solve(const real *A, real *B)
{
    real l00 = 1 / sqrt(A[0]), l10 = A[3] * l00, l20 = A[6] * l00;
    real l11 = 1 / sqrt(A[4] - l10 * l10), l21 = (A[7] - l20 * l10) * l11;
    real l22 = 1 / sqrt(A[8] - l20 * l20 - l21 * l21);
    for (int j = 0; j < S; j++) {
        real a = B[j] * l00, b = (B[S + j] - l10 * a) * l11, c = (B[2 * S + j] - l20 * a - l21 * b) * l22;
        c *= l22;
        b = (b - l21 * c) * l11;
        a = (a - l10 * b - l20 * c) * l00;
        B[j] = a, B[S + j] = b, B[2 * S + j] = c;
    }
}

static inline void step(const real *x, const real *P, const real *z, const real *Q, const real *R, real dt,
                        real *x_new, real *P_new)
{
    real v = x[3] + dt / 2 * x[5], a = x[2] + dt / 2 * x[4];
    real c = dt * cos(a), s = dt * sin(a);
    real y[S] = {x[0] + v * c, x[1] + v * s, x[2] + dt * x[4], x[3] + dt * x[5], x[4], x[5]};
    const real F[S * S] = {1,          0, -v * s, c, -v * s * dt / 2,
                           c * dt / 2, //
                           0,          1, v * c,  s, v * c * dt / 2,
                           s * dt / 2, //
                           0,          0, 1,      0, dt,
                           0, //
                           0,          0, 0,      1, 0,
                           dt, //
                           0,          0, 0,      0, 1,
                           0, //
                           0,          0, 0,      0, 0,
                           1};
    real FP[S * S], M[S * S], HM[Z * S], G[Z * S], D[Z * Z];
    product(S, S, S, F, P, FP);
    product_transposed(S, S, S, FP, F, M);
    for (int i = 0; i < S * S; i++)
        M[i] += Q[i];
    real r2 = y[0] * y[0] + y[1] * y[1], r = sqrt(r2), h = 1 / r, e = h * h;
    real cy = cos(y[2]), sy = sin(y[2]), along = (y[0] * cy + y[1] * sy) * h;
    const real H[Z * S] = {y[0] * h,
                           y[1] * h,
                           0,
                           0,
                           0,
                           0, //
                           -y[1] * e,
                           y[0] * e,
                           0,
                           0,
                           0,
                           0, //
                           y[3] * (cy - along * y[0] * h) * h,
                           y[3] * (sy - along * y[1] * h) * h,
                           y[3] * (y[1] * cy - y[0] * sy) * h,
                           along,
                           0,
                           0};
    product(Z, S, S, H, M, HM);
    product_transposed(Z, Z, S, HM, H, D);
    for (int i = 0; i < Z * Z; i++)
        D[i] += R[i];
    memcpy(G, HM, sizeof G);
    solve(D, G);
    real off[Z] = {z[0] - r, z[1] - atan2(y[1], y[0]), z[2] - y[3] * along};
    for (int i = 0; i < S; i++) {
        x_new[i] = y[i] + G[i] * off[0] + G[S + i] * off[1] + G[2 * S + i] * off[2];
        for (int j = 0; j < S; j++)
            P_new[i * S + j] =
                M[i * S + j] - (G[i] * HM[j] + G[S + i] * HM[S + j] + G[2 * S + i] * HM[2 * S + j]);
    }
}

static void by_hand_one(void)
{
    step(one.x, one.P, one.z, one.Q, one.R, one.dt, peer_x, peer_P);
}

static void by_hand_many(void)
{
    for (size_t i = 0; i < N; i++)
        step(many.x + S * i, many.P + S * S * i, many.z + Z * i, many.Q, many.R, many.dt, peer_x + S * i,
             peer_P + S * S * i);
}

int main(void)
{
    static real Q[S * S], R[Z * Z];
    real *x = bench_fill((size_t)N * S, 1), *P = bench_fill((size_t)N * S * S, 0.1),
         *z = bench_fill((size_t)N * Z, 1);
    for (size_t i = 0; i < N; i++) {
        x[S * i] += 5; /* away from the radar */
        for (size_t a = 0; a < S; a++) {
            P[(i * S + a) * S + a] += 1;
            for (size_t b = 0; b < a; b++)
                P[(i * S + a) * S + b] = P[(i * S + b) * S + a];
        }
    }
    for (int a = 0; a < S; a++)
        Q[a * S + a] = (real)0.01;
    for (int a = 0; a < Z; a++)
        R[a * Z + a] = (real)0.1;
    one = (struct ekf){.x = x, .P = P, .z = z, .Q = Q, .R = R, .dt = (real)0.1};
    many = (struct ekfs){.N = N, .x = x, .P = P, .z = z, .Q = Q, .R = R, .dt = (real)0.1};
    one.x_new = bench_fill(S, 0);
    one.P_new = bench_fill(S * S, 0);
    one.work = bench_workspace(ekf_workspace(&one));
    many.x_new = bench_fill((size_t)N * S, 0);
    many.P_new = bench_fill((size_t)N * S * S, 0);
    many.work = bench_workspace(ekfs_workspace(&many));
    peer_x = bench_fill((size_t)N * S, 0);
    peer_P = bench_fill((size_t)N * S * S, 0);
    run_one();
    run_many();
    by_hand_many();
    bench_agree("ekf x", S, one.x_new, peer_x);
    bench_agree("ekf P", S * S, one.P_new, peer_P);
    bench_agree("ekfs x", (size_t)N * S, many.x_new, peer_x);
    bench_agree("ekfs P", (size_t)N * S * S, many.P_new, peer_P);
    bench_row("ekf step", 1, "gradc", run_one, "C", by_hand_one);
    bench_row("ekf step, 100000 of them", 1, "gradc", run_many, "C", by_hand_many);
    return bench_status;
}
