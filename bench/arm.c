/* arm.c: the Jacobian of an arm of seven joints and its change by hand, from the axes of the joints: its
 * columns are z x (p - o), z being the joint's axis through o. */
/* precisions: float64 float32 */
#include "arm.h"
#include "bench.h"

#include <tgmath.h> /* functions of the type of the numbers */

enum { JOINTS = 7, N = 100000 };

static struct arm one;
static struct arms many = {.N = N};
static real *peer_p, *peer_J, *peer_change;

static void run_one(void)
{
    bench_ok("arm", arm_forward(&one));
}

static void run_many(void)
{
    bench_ok("arms", arms_forward(&many));
}

static void cross(const real *a, const real *b, real *c)
{
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

/* Along x by a, about x by an angle of cosine c and sine s, along z by d, about z by the joint's angle. */
static const struct joint {
    real a, c, s, d;
} joints[JOINTS] = {{0, 1, 0, (real)0.333},
                    {0, 0, -1, 0},
                    {0, 0, 1, (real)0.316},
                    {(real)0.0825, 0, 1, 0},
                    {(real)-0.0825, 0, -1, (real)0.384},
                    {0, 0, 1, 0},
                    {(real)0.088, 0, 1, 0}};

static inline void arm_by_hand(const real *q, const real *speed, real *p, real *J, real *J_change)
{
    /* Axis and origin of each joint, and how fast they move; w: how fast the frame turns. */
    real axis[JOINTS][3], origin[JOINTS][3], d_axis[JOINTS][3], d_origin[JOINTS][3], d_p[3];
    real x[3] = {1, 0, 0}, y[3] = {0, 1, 0}, z[3] = {0, 0, 1}, o[3] = {0, 0, 0}, w[3] = {0, 0, 0},
         v[3] = {0, 0, 0};
    for (int j = 0; j < JOINTS; j++) {
        const struct joint *joint = &joints[j];
        real c = cos(q[j]), s = sin(q[j]), step[3], turned[3];
        for (int i = 0; i < 3; i++) {
            real up = joint->c * y[i] + joint->s * z[i];
            z[i] = joint->c * z[i] - joint->s * y[i];
            step[i] = joint->a * x[i] + joint->d * z[i];
            o[i] += step[i];
            y[i] = c * up - s * x[i];
            x[i] = c * x[i] + s * up;
        }
        cross(w, step, turned);
        cross(w, z, d_axis[j]);
        for (int i = 0; i < 3; i++) {
            v[i] += turned[i];
            axis[j][i] = z[i];
            origin[j][i] = o[i];
            d_origin[j][i] = v[i];
            w[i] += speed[j] * z[i];
        }
    }
    real hand[3];
    for (int i = 0; i < 3; i++) {
        hand[i] = (real)0.107 * z[i] + (real)0.1 * x[i];
        p[i] = o[i] + hand[i];
    }
    cross(w, hand, d_p);
    for (int i = 0; i < 3; i++)
        d_p[i] += v[i];
    for (int j = 0; j < JOINTS; j++) {
        real arm[3], d_arm[3], column[3], first[3], second[3];
        for (int i = 0; i < 3; i++) {
            arm[i] = p[i] - origin[j][i];
            d_arm[i] = d_p[i] - d_origin[j][i];
        }
        cross(axis[j], arm, column);
        cross(d_axis[j], arm, first);
        cross(axis[j], d_arm, second);
        for (int i = 0; i < 3; i++) {
            J[i * JOINTS + j] = column[i];
            J_change[i * JOINTS + j] = first[i] + second[i];
        }
    }
}

static void by_hand_one(void)
{
    arm_by_hand(one.q, one.speed, peer_p, peer_J, peer_change);
}

static void by_hand_many(void)
{
    for (size_t i = 0; i < N; i++)
        arm_by_hand(many.q + JOINTS * i, many.speed + JOINTS * i, peer_p + 3 * i, peer_J + 3 * JOINTS * i,
                    peer_change + 3 * JOINTS * i);
}

int main(void)
{
    real *q = bench_fill((size_t)N * JOINTS, 2), *speed = bench_fill((size_t)N * JOINTS, 1);
    one = (struct arm){.q = q, .speed = speed};
    many = (struct arms){.N = N, .q = q, .speed = speed};
    one.p = bench_fill(3, 0);
    one.J = bench_fill(3 * JOINTS, 0);
    one.J_change = bench_fill(3 * JOINTS, 0);
    one.work = bench_workspace(arm_workspace(&one));
    many.p = bench_fill((size_t)N * 3, 0);
    many.J = bench_fill((size_t)N * 3 * JOINTS, 0);
    many.J_change = bench_fill((size_t)N * 3 * JOINTS, 0);
    many.work = bench_workspace(arms_workspace(&many));
    peer_p = bench_fill((size_t)N * 3, 0);
    peer_J = bench_fill((size_t)N * 3 * JOINTS, 0);
    peer_change = bench_fill((size_t)N * 3 * JOINTS, 0);
    run_one();
    run_many();
    by_hand_many();
    bench_agree("arm p", 3, one.p, peer_p);
    bench_agree("arm J", 3 * JOINTS, one.J, peer_J);
    bench_agree("arm J_change", 3 * JOINTS, one.J_change, peer_change);
    bench_agree("arms p", (size_t)N * 3, many.p, peer_p);
    bench_agree("arms J", (size_t)N * 3 * JOINTS, many.J, peer_J);
    bench_agree("arms J_change", (size_t)N * 3 * JOINTS, many.J_change, peer_change);
    bench_row("arm Jacobian and its change", 1, "gradc", run_one, "C", by_hand_one);
    bench_row("arm Jacobian, 100000 of them", 1, "gradc", run_many, "C", by_hand_many);
    return bench_status;
}
