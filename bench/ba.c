/* ba.c: the Jacobian of each observation of ba.nn by hand, one after the other, by the chain rule in scalars.
 */
/* sizes: -DSIZE_OBSERVATIONS=1000 | -DSIZE_OBSERVATIONS=30000 */
#include "adolc.h"
#include "ba.h"
#include "bench.h"

#include <string.h>

enum { OBSERVATIONS = SIZE_OBSERVATIONS };
#define SIZES ", " BENCH_TEXT(SIZE_OBSERVATIONS) " observations"

static real *cameras, *points, *features, *weights, *ours_camera, *ours_X, *ours_w, *d_camera, *d_X, *d_w;
static real *err, *ours_err, *errors, *d_weight, *ours_weight;
static struct observations ours;
static struct objective objective;

static void run_ours(void)
{
    bench_ok("ba", observations_forward(&ours));
}

static void run_objective(void)
{
    bench_ok("ba", objective_forward(&objective));
}

static void cross(const real *a, const real *b, real *c)
{
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

static real dot(const real *a, const real *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* P = the rotation of x by r; column j of d_r and d_x: its derivative with respect to element j. */
static void rotate(const real *r, const real *x, real *P, real d_r[3][3], real d_x[3][3])
{
    real s = dot(r, r), u[3], u_x[3];
    if (s == 0) {
        cross(r, x, u_x);
        for (int a = 0; a < 3; a++) {
            P[a] = x[a] + u_x[a];
            for (int j = 0; j < 3; j++)
                d_x[a][j] = a == j;
        }
        d_r[0][0] = d_r[1][1] = d_r[2][2] = 0;
        d_r[0][1] = x[2], d_r[0][2] = -x[1];
        d_r[1][0] = -x[2], d_r[1][2] = x[0];
        d_r[2][0] = x[1], d_r[2][1] = -x[0];
        return;
    }
    real angle = (real)sqrt((double)s), c = (real)cos((double)angle), n = (real)sin((double)angle);
    for (int a = 0; a < 3; a++)
        u[a] = r[a] / angle;
    cross(u, x, u_x);
    real along = dot(u, x);
    for (int a = 0; a < 3; a++)
        P[a] = c * x[a] + n * u_x[a] + (1 - c) * along * u[a];
    for (int a = 0; a < 3; a++)
        for (int j = 0; j < 3; j++)
            d_x[a][j] = (1 - c) * u[a] * u[j] + (a == j ? c : 0);
    d_x[0][1] -= n * u[2], d_x[0][2] += n * u[1];
    d_x[1][0] += n * u[2], d_x[1][2] -= n * u[0];
    d_x[2][0] -= n * u[1], d_x[2][1] += n * u[0];
    for (int j = 0; j < 3; j++) {
        real d_u[3], d_u_x[3];
        for (int a = 0; a < 3; a++)
            d_u[a] = ((a == j) - u[a] * u[j]) / angle;
        cross(d_u, x, d_u_x);
        real d_along = dot(d_u, x);
        for (int a = 0; a < 3; a++)
            d_r[a][j] = u[j] * (c * u_x[a] - n * x[a] + n * along * u[a]) + n * d_u_x[a] +
                        (1 - c) * (d_along * u[a] + along * d_u[a]);
    }
}

static void by_hand_one(size_t i)
{
    const real *camera = cameras + 11 * i, f = camera[6], k1 = camera[9], k2 = camera[10], w = weights[i];
    real x[3], P[3], d_r[3][3], d_x[3][3];
    for (int a = 0; a < 3; a++)
        x[a] = points[3 * i + (size_t)a] - camera[3 + a];
    rotate(camera, x, P, d_r, d_x);
    real inverse = 1 / P[2], p[2] = {P[0] * inverse, P[1] * inverse};
    real n = p[0] * p[0] + p[1] * p[1], g = 1 + k1 * n + k2 * n * n, slope = 2 * (k1 + 2 * k2 * n);
    for (int a = 0; a < 2; a++) {
        real *to = d_camera + 22 * i + 11 * a;
        real by_p[2] = {w * f * (p[a] * slope * p[0] + (a == 0 ? g : 0)),
                        w * f * (p[a] * slope * p[1] + (a == 1 ? g : 0))};
        real by_P[3] = {by_p[0] * inverse, by_p[1] * inverse, -(by_p[0] * p[0] + by_p[1] * p[1]) * inverse};
        real off = f * g * p[a] + camera[7 + a] - features[2 * i + (size_t)a];
        for (int j = 0; j < 3; j++) {
            to[j] = by_P[0] * d_r[0][j] + by_P[1] * d_r[1][j] + by_P[2] * d_r[2][j];
            d_X[6 * i + 3 * (size_t)a + (size_t)j] =
                by_P[0] * d_x[0][j] + by_P[1] * d_x[1][j] + by_P[2] * d_x[2][j];
            to[3 + j] = -d_X[6 * i + 3 * (size_t)a + (size_t)j];
        }
        to[6] = w * g * p[a];
        to[7] = a == 0 ? w : 0;
        to[8] = a == 1 ? w : 0;
        to[9] = w * f * p[a] * n;
        to[10] = w * f * p[a] * n * n;
        d_w[2 * i + (size_t)a] = off;
        err[2 * i + (size_t)a] = w * off;
    }
    d_weight[i] = -2 * w;
}

static void by_hand(void)
{
    for (size_t i = 0; i < OBSERVATIONS; i++)
        by_hand_one(i);
}

/* Its columns are camera, X and w. */
static void by_adolc(void)
{
    for (size_t i = 0; i < OBSERVATIONS; i++) {
        real jacobian[2][15];
        adolc_ba(cameras + 11 * i, points + 3 * i, weights[i], features + 2 * i, jacobian[0]);
        for (size_t a = 0; a < 2; a++) {
            memcpy(d_camera + 22 * i + 11 * a, jacobian[a], 11 * sizeof(real));
            memcpy(d_X + 6 * i + 3 * a, jacobian[a] + 11, 3 * sizeof(real));
            d_w[2 * i + a] = jacobian[a][14];
        }
    }
}

static void agree(void)
{
    bench_agree("ba camera", 22 * OBSERVATIONS, ours_camera, d_camera);
    bench_agree("ba X", 6 * OBSERVATIONS, ours_X, d_X);
    bench_agree("ba w", 2 * OBSERVATIONS, ours_w, d_w);
}

int main(void)
{
    cameras = bench_fill(11 * OBSERVATIONS, 0.5);
    points = bench_fill(3 * OBSERVATIONS, 1);
    features = bench_fill(2 * OBSERVATIONS, 1);
    weights = bench_fill(OBSERVATIONS, 1);
    for (size_t i = 0; i < OBSERVATIONS; i++)
        points[3 * i + 2] += 5; /* before the camera */
    cameras[0] = cameras[1] = cameras[2] = 0;
    ours_camera = bench_fill(22 * OBSERVATIONS, 0);
    ours_X = bench_fill(6 * OBSERVATIONS, 0);
    ours_w = bench_fill(2 * OBSERVATIONS, 0);
    ours_err = bench_fill(2 * OBSERVATIONS, 0);
    errors = bench_fill(2 * OBSERVATIONS, 0);
    ours_weight = bench_fill(OBSERVATIONS, 0);
    d_camera = bench_fill(22 * OBSERVATIONS, 0);
    d_X = bench_fill(6 * OBSERVATIONS, 0);
    d_w = bench_fill(2 * OBSERVATIONS, 0);
    err = bench_fill(2 * OBSERVATIONS, 0);
    d_weight = bench_fill(OBSERVATIONS, 0);
    ours = (struct observations){.N = OBSERVATIONS,
                                 .cameras = cameras,
                                 .points = points,
                                 .weights = weights,
                                 .features = features,
                                 .err = ours_err,
                                 .by_camera = ours_camera,
                                 .by_X = ours_X,
                                 .by_w = ours_w,
                                 .d_weight = ours_weight};
    ours.work = bench_workspace(observations_workspace(&ours));
    objective = (struct objective){.N = OBSERVATIONS,
                                   .cameras = cameras,
                                   .points = points,
                                   .weights = weights,
                                   .features = features,
                                   .err = errors};
    objective.work = bench_workspace(objective_workspace(&objective));
    run_ours();
    run_objective();
    by_hand();
    bench_agree("ba err", 2 * OBSERVATIONS, ours_err, err);
    bench_agree("ba objective", 2 * OBSERVATIONS, errors, err);
    agree();
    bench_agree("ba weight", OBSERVATIONS, ours_weight, d_weight);
    bench_row("ba Jacobian" SIZES, 0.5, "gradc", run_ours, "C", by_hand);
    bench_row("ba Jacobian / objective", 0, "Jacobian", run_ours, "forward", run_objective);
    if (adolc_ba) {
        by_adolc();
        agree();
    }
    ADOLC_ROW("ba Jacobian" SIZES, run_ours, adolc_ba, by_adolc);
    printf("%-36s %zu bytes\n", "ba workspace", observations_workspace(&ours));
    return bench_status;
}
