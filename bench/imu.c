/* imu.c: the residual of preintegrated measurements and its Jacobians by hand, as Forster et al. derive them.
 */
/* precisions: float64 float32 */
#include "bench.h"
#include "imu.h"

#include <string.h>
#include <tgmath.h> /* functions of the type of the numbers */

enum { ROWS = 9, COLUMNS = 24, N = 100000 };

static struct imu one;
static struct imus many = {.N = N};
static real *peer_r, *peer_J;

static void run_one(void)
{
    bench_ok("imu", imu_forward(&one));
}

static void run_many(void)
{
    bench_ok("imus", imus_forward(&many));
}

static inline void product(const real *A, const real *B, real *C)
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            C[3 * i + j] = A[3 * i] * B[j] + A[3 * i + 1] * B[3 + j] + A[3 * i + 2] * B[6 + j];
}

static inline void transposed_product(const real *A, const real *B, real *C)
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            C[3 * i + j] = A[i] * B[j] + A[3 + i] * B[3 + j] + A[6 + i] * B[6 + j];
}

static inline void transposed_times(const real *A, const real *x, real *y)
{
    for (int i = 0; i < 3; i++)
        y[i] = A[i] * x[0] + A[3 + i] * x[1] + A[6 + i] * x[2];
}

/* 1 + a K + b K^2 with K the cross product with r. */
static inline void rodrigues(const real *r, real z, real a, real b, real *R)
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            R[3 * i + j] = b * r[i] * r[j] + (i == j ? 1 - b * z : 0);
    R[1] -= a * r[2], R[2] += a * r[1], R[3] += a * r[2];
    R[5] -= a * r[0], R[6] -= a * r[1], R[7] += a * r[0];
}

static inline real dot(const real *a, const real *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* exp(r) and its right Jacobian. */
static inline void exponential(const real *r, real *R, real *slope)
{
    real z = dot(r, r), t = sqrt(z), a = 1 - z / 6, b = (real)0.5 - z / 24, c = 1 / (real)6 - z / 120;
    if (z > (real)1e-8) {
        a = sin(t) / t;
        b = (1 - cos(t)) / z;
        c = (1 - a) / z;
    }
    rodrigues(r, z, a, b, R);
    rodrigues(r, z, -b, c, slope);
}

/* log(R), and the inverse of the right Jacobian there. */
static inline void logarithm(const real *R, real *r, real *slope)
{
    real q[4] = {0, R[7] - R[5], R[2] - R[6], R[3] - R[1]}, trace = R[0] + R[4] + R[8];
    if (trace > 0) {
        q[0] = 1 + trace;
    } else {
        int i = R[4] > R[0] ? 1 : 0;
        i = R[8] > R[4 * i] ? 2 : i;
        int j = (i + 1) % 3, k = (i + 2) % 3;
        q[0] = q[1 + i];
        q[1 + i] = 1 + R[4 * i] - R[4 * j] - R[4 * k];
        q[1 + j] = R[3 * i + j] + R[3 * j + i];
        q[1 + k] = R[3 * i + k] + R[3 * k + i];
    }
    real n = sqrt(dot(q + 1, q + 1)), angle = 2 * atan2(n, fabs(q[0]));
    real way = n > (real)1e-8 * fabs(q[0]) ? angle / n : 2 / fabs(q[0]);
    way = q[0] < 0 ? -way : way;
    for (int i = 0; i < 3; i++)
        r[i] = way * q[1 + i];
    real z = angle * angle, b = 1 / (real)12 + z / 720;
    if (z > (real)1e-4)
        b = 1 / z - fabs(q[0]) / (2 * angle * n);
    rodrigues(r, z, (real)0.5, b, slope);
}

static inline void put(real *J, int row, int column, const real *block, real factor)
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            J[(row + i) * COLUMNS + column + j] = factor * block[3 * i + j];
}

static inline void put_transposed(real *J, int row, int column, const real *block, real factor)
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            J[(row + i) * COLUMNS + column + j] = factor * block[3 * j + i];
}

static inline void put_cross(real *J, int row, int column, const real *a)
{
    real K[9] = {0, -a[2], a[1], a[2], 0, -a[0], -a[1], a[0], 0};
    put(J, row, column, K, 1);
}

static inline void by_hand(const real *Ri, const real *pi, const real *vi, const real *Rj, const real *pj,
                           const real *vj, const real *bias, const real *dR, const real *dv, const real *dp,
                           const real *by_R, const real *by_v, const real *by_p, const real *g, real t,
                           real *r, real *J)
{
    real turn[3], E[9], slope[9], M[9], D[9], inverse[9], A[9], B[9], C[9], speed[3], place[3];
    memset(J, 0, ROWS * COLUMNS * sizeof(real));
    for (int i = 0; i < 3; i++)
        turn[i] = dot(by_R + 3 * i, bias);
    exponential(turn, E, slope);
    product(dR, E, M);
    transposed_product(Ri, Rj, A);
    transposed_product(M, A, D);
    logarithm(D, r, inverse);
    put(J, 0, 9, inverse, 1);
    for (int i = 0; i < 3; i++) /* inverse Rj' Ri */
        for (int j = 0; j < 3; j++)
            J[i * COLUMNS + j] = -dot(inverse + 3 * i, A + 3 * j);
    product(slope, by_R, B);
    transposed_product(D, B, C);
    product(inverse, C, B);
    put(J, 0, 18, B, -1);
    for (int i = 0; i < 3; i++) {
        speed[i] = vj[i] - vi[i] - t * g[i];
        place[i] = pj[i] - pi[i] - t * vi[i] - t * t / 2 * g[i];
    }
    real turned_speed[3], turned_place[3];
    transposed_times(Ri, speed, turned_speed);
    transposed_times(Ri, place, turned_place);
    for (int i = 0; i < 3; i++) {
        real v = dv[i], p = dp[i];
        for (int j = 0; j < 6; j++) {
            v += by_v[6 * i + j] * bias[j];
            p += by_p[6 * i + j] * bias[j];
            J[(3 + i) * COLUMNS + 18 + j] = -by_v[6 * i + j];
            J[(6 + i) * COLUMNS + 18 + j] = -by_p[6 * i + j];
        }
        r[3 + i] = turned_speed[i] - v;
        r[6 + i] = turned_place[i] - p;
    }
    put_cross(J, 3, 0, turned_speed);
    put_transposed(J, 3, 6, Ri, -1);
    put_transposed(J, 3, 15, Ri, 1);
    put_cross(J, 6, 0, turned_place);
    put_transposed(J, 6, 3, Ri, -1);
    put_transposed(J, 6, 6, Ri, -t);
    put_transposed(J, 6, 12, Ri, 1);
}

static void by_hand_one(void)
{
    by_hand(one.Ri, one.pi, one.vi, one.Rj, one.pj, one.vj, one.bias, one.dR, one.dv, one.dp, one.by_R,
            one.by_v, one.by_p, one.gravity, one.t, peer_r, peer_J);
}

static void by_hand_many(void)
{
    for (size_t i = 0; i < N; i++)
        by_hand(many.R + 9 * i, many.p + 3 * i, many.v + 3 * i, many.R + 9 * (i + 1), many.p + 3 * (i + 1),
                many.v + 3 * (i + 1), many.bias + 6 * i, many.dR + 9 * i, many.dv + 3 * i, many.dp + 3 * i,
                many.by_R + 9 * i, many.by_v + 18 * i, many.by_p + 18 * i, many.gravity, many.t[i],
                peer_r + ROWS * i, peer_J + ROWS * COLUMNS * i);
}

/* So many rotations. */
static real *rotations(size_t count, double scale)
{
    real *R = bench_fill(9 * count, 0), *r = bench_fill(3 * count, scale), slope[9];
    for (size_t i = 0; i < count; i++)
        exponential(r + 3 * i, R + 9 * i, slope);
    free(r);
    return R;
}

int main(void)
{
    static const real gravity[3] = {0, 0, (real)-9.81};
    real *R = rotations(N + 1, 0.5), *p = bench_fill(3 * (N + 1), 1), *v = bench_fill(3 * (N + 1), 1);
    real *bias = bench_fill((size_t)N * 6, 0.1), *dR = rotations(N, 0.3), *dv = bench_fill((size_t)N * 3, 1);
    real *dp = bench_fill((size_t)N * 3, 1), *by_R = bench_fill((size_t)N * 9, 0.3);
    real *by_v = bench_fill((size_t)N * 18, 0.3), *by_p = bench_fill((size_t)N * 18, 0.3),
         *t = bench_fill(N, 0.1);
    for (size_t i = 0; i < N; i++)
        t[i] += (real)0.5;
    one = (struct imu){.Ri = R,
                       .pi = p,
                       .vi = v,
                       .Rj = R + 9,
                       .pj = p + 3,
                       .vj = v + 3,
                       .bias = bias,
                       .dR = dR,
                       .dv = dv,
                       .dp = dp,
                       .by_R = by_R,
                       .by_v = by_v,
                       .by_p = by_p,
                       .t = t[0],
                       .gravity = gravity};
    many = (struct imus){.N = N,
                         .R = R,
                         .p = p,
                         .v = v,
                         .bias = bias,
                         .dR = dR,
                         .dv = dv,
                         .dp = dp,
                         .by_R = by_R,
                         .by_v = by_v,
                         .by_p = by_p,
                         .gravity = gravity,
                         .t = t};
    one.r = bench_fill(ROWS, 0);
    one.J = bench_fill(ROWS * COLUMNS, 0);
    one.work = bench_workspace(imu_workspace(&one));
    many.r = bench_fill((size_t)N * ROWS, 0);
    many.J = bench_fill((size_t)N * ROWS * COLUMNS, 0);
    many.work = bench_workspace(imus_workspace(&many));
    peer_r = bench_fill((size_t)N * ROWS, 0);
    peer_J = bench_fill((size_t)N * ROWS * COLUMNS, 0);
    run_one();
    run_many();
    by_hand_many();
    bench_agree("imu r", ROWS, one.r, peer_r);
    bench_agree("imu J", ROWS * COLUMNS, one.J, peer_J);
    bench_agree("imus r", (size_t)N * ROWS, many.r, peer_r);
    bench_agree("imus J", (size_t)N * ROWS * COLUMNS, many.J, peer_J);
    bench_row("imu residual and Jacobian", 1, "gradc", run_one, "C", by_hand_one);
    bench_row("imu residual, 100000 of them", 1, "gradc", run_many, "C", by_hand_many);
    return bench_status;
}
