/* ht.c: hand tracking, errors and Jacobian together, against C++ with Eigen by hand (ht.cpp).
 */
/* sizes: -DSIZE_POINTS=100 -DSIZE_VERTICES=544 | -DSIZE_POINTS=1600 -DSIZE_VERTICES=10000 */
#include "bench.h"
#include "ht.h"
#include "ht_peer.h"

enum { POINTS = SIZE_POINTS, VERTICES = SIZE_VERTICES, BONES = 22, ANGLES = 26 };
#define SIZES ", " BENCH_TEXT(SIZE_POINTS) " points"

static struct simple simple;
static struct complicated complicated;

static void run_simple(void)
{
    bench_ok("ht", simple_forward(&simple));
}

static void run_complicated(void)
{
    bench_ok("ht", complicated_forward(&complicated));
}

#ifdef BENCH_EIGEN
static struct hand hand;
static double *peer_err, *peer_derr;

static void by_hand_simple(void)
{
    ht_simple(&hand, POINTS, simple.v, peer_err, peer_derr);
}

static void by_hand_complicated(void)
{
    ht_complicated(&hand, POINTS, complicated.u, complicated.v, peer_err, peer_derr);
}
#endif

/* A number from 0 to n - 1. */
static int32_t draw(int32_t n)
{
    return (int32_t)((bench_uniform() + 1) / 2 * n);
}

int main(void)
{
    int32_t parent[BONES], v[POINTS], corners[3 * POINTS];
    double *theta = bench_fill(ANGLES, 1), *rest = bench_fill(16 * BONES, 1),
           *undo = bench_fill(16 * BONES, 1);
    for (int b = 0; b < BONES; b++) {
        parent[b] = b == 0 ? -1 : b % 4 == 1 ? 0 : b - 1;
        for (int j = 0; j < 4; j++)
            rest[16 * b + 12 + j] = undo[16 * b + 12 + j] = j == 3;
    }
    double *base = bench_fill(4 * VERTICES, 1), *weight = bench_fill(BONES * VERTICES, 0);
    for (int i = 0; i < VERTICES; i++) { /* four bones move a vertex */
        base[4 * i + 3] = 1;
        for (int j = 0; j < 4; j++)
            weight[BONES * i + draw(BONES)] = 0.25;
    }
    for (int i = 0; i < POINTS; i++)
        v[i] = draw(VERTICES);
    for (int i = 0; i < 3 * POINTS; i++)
        corners[i] = draw(VERTICES);
    double *u = bench_fill(2 * POINTS, 1), *point = bench_fill(3 * POINTS, 1);
    simple = (struct simple){.V = VERTICES,
                             .C = POINTS,
                             .theta = theta,
                             .parent = parent,
                             .rest = rest,
                             .undo = undo,
                             .base = base,
                             .weight = weight,
                             .mirror = 1,
                             .v = v,
                             .point = point,
                             .err = bench_fill(3 * POINTS, 0),
                             .derr = bench_fill(3 * POINTS * ANGLES, 0)};
    simple.work = bench_workspace(simple_workspace(&simple));
    complicated = (struct complicated){.V = VERTICES,
                                       .C = POINTS,
                                       .theta = theta,
                                       .u = u,
                                       .parent = parent,
                                       .rest = rest,
                                       .undo = undo,
                                       .base = base,
                                       .weight = weight,
                                       .mirror = 1,
                                       .v = corners,
                                       .point = point,
                                       .err = bench_fill(3 * POINTS, 0),
                                       .derr = bench_fill(3 * POINTS * (2 + ANGLES), 0)};
    complicated.work = bench_workspace(complicated_workspace(&complicated));
    run_simple();
    run_complicated();
#ifdef BENCH_EIGEN
    hand = (struct hand){.theta = theta,
                         .rest = rest,
                         .undo = undo,
                         .base = base,
                         .weight = weight,
                         .point = point,
                         .parent = parent,
                         .mirror = 1};
    peer_err = bench_fill(3 * POINTS, 0), peer_derr = bench_fill(3 * POINTS * (2 + ANGLES), 0);
    by_hand_simple();
    bench_agree("ht err", 3 * POINTS, simple.err, peer_err);
    bench_agree("ht derr", 3 * POINTS * ANGLES, simple.derr, peer_derr);
    by_hand_complicated();
    bench_agree("ht err", 3 * POINTS, complicated.err, peer_err);
    bench_agree("ht derr", 3 * POINTS * (2 + ANGLES), complicated.derr, peer_derr);
    bench_row("ht" SIZES, 1, "Jacobian", run_simple, "C++ with Eigen", by_hand_simple);
    bench_row("ht, triangles" SIZES, 1, "Jacobian", run_complicated, "C++ with Eigen", by_hand_complicated);
#else
    bench_alone("ht" SIZES, "Jacobian", run_simple);
    bench_alone("ht, triangles" SIZES, "Jacobian", run_complicated);
#endif
    return bench_status;
}
