/* cartpole.c: the Jacobian of the constraints and the Hessian of the Lagrangian of cartpole.nn by hand:
 * slopes of each stage of a Runge-Kutta step by what the step reads, and for the Hessian what the multipliers
 * weigh each stage with. */
/* precisions: float64 float32 */
/* dims: N=40 | N=1000 */
#include "bench.h"
#include "cartpole.h"

#include <tgmath.h> /* functions of the type of the numbers */

enum { N = SIZE_N, S = 4, Z = S + 1, STAGES = 4 };
#define SIZES ", N = " BENCH_TEXT(SIZE_N)

static struct swing_up ours;
static real *peer_jacobian, *peer_hessian;

static void run_jacobian(void)
{
    bench_ok("cartpole", swing_up_constraints_jacobian(&ours));
}

static void run_hessian(void)
{
    bench_ok("cartpole", swing_up_lagrangian_hessian(&ours));
}

/* The two accelerations of a pole at an angle, which turns, under a force, and their slopes by these three.
 */
enum { ANGLE, TURN, FORCE, INPUTS };
struct motion {
    real cart, pole, by_cart[INPUTS], by_pole[INPUTS];
    /* second slopes: angle and angle, angle and turn, turn and turn, angle and force */
    real cart_aa, cart_at, cart_tt, cart_af, pole_aa, pole_at, pole_tt, pole_af;
};

static const real cart = 1, pole = (real)0.3, length = (real)0.5, gravity = (real)9.81;

static inline void move(real angle, real turn, real force, int second, struct motion *m)
{
    real s = sin(angle), c = cos(angle), inverse = 1 / (cart + pole * s * s);
    real I_a = 2 * pole * s * c, d = c * c - s * s, k = pole * length, w = turn * turn,
         both = (cart + pole) * gravity;
    real a = (k * w * s + force + pole * gravity * c * s) * inverse;
    real b = (k * w * s * c + force * c + both * s) * inverse;
    real a_a = (k * w * c + pole * gravity * d - a * I_a) * inverse, a_t = 2 * k * turn * s * inverse;
    real b_a = (k * w * d - force * s + both * c - b * I_a) * inverse, b_t = a_t * c, b_f = c * inverse;
    m->cart = a;
    m->pole = -b / length;
    m->by_cart[ANGLE] = a_a;
    m->by_cart[TURN] = a_t;
    m->by_cart[FORCE] = inverse;
    m->by_pole[ANGLE] = -b_a / length;
    m->by_pole[TURN] = -b_t / length;
    m->by_pole[FORCE] = -b_f / length;
    if (!second)
        return;
    real I_aa = 2 * pole * d;
    m->cart_aa = (-k * w * s - 4 * pole * gravity * s * c - 2 * a_a * I_a - a * I_aa) * inverse;
    m->cart_at = (2 * k * turn * c - a_t * I_a) * inverse;
    m->cart_tt = 2 * k * s * inverse;
    m->cart_af = -inverse * I_a * inverse;
    m->pole_aa = -(-4 * k * w * s * c - force * c - both * s - 2 * b_a * I_a - b * I_aa) * inverse / length;
    m->pole_at = -(2 * k * turn * d - b_t * I_a) * inverse / length;
    m->pole_tt = -2 * k * s * c * inverse / length;
    m->pole_af = -(-s - b_f * I_a) * inverse / length;
}

/* How far into the step a stage lies, and its weight, as parts of h. */
static const real ahead[STAGES] = {0, (real)0.5, (real)0.5, 1};
static const real weight[STAGES] = {1 / (real)6, 1 / (real)3, 1 / (real)3, 1 / (real)6};

/* A step reads angle, turn, the force at its beginning and that at its end; position and velocity it only
 * adds to. Slopes of what a stage reads, by these four. */
enum { READS = 4 };
struct stage {
    struct motion m;
    real slopes[INPUTS][READS];
};

/* The stages of a step, and the slopes of the state after it by the four. */
static inline void step(const real *z, real h, int second, struct stage *stages, real (*end)[READS])
{
    real velocity[READS] = {0}, angle[READS] = {1, 0, 0, 0}, turn[READS] = {0, 1, 0, 0};
    real position_end[READS] = {0}, angle_end[READS] = {1, 0, 0, 0}, velocity_end[READS] = {0};
    real turn_end[READS] = {0, 1, 0, 0};
    real t = 0, w = 0; /* of the stage before */
    for (int i = 0; i < STAGES; i++) {
        struct stage *stage = &stages[i];
        real part = ahead[i] * h, force = (1 - ahead[i]) * z[4] + ahead[i] * z[9];
        real at = z[1] + part * w, at_turn = z[3] + part * t;
        if (i > 0) {
            const struct stage *before = &stages[i - 1];
            real angle_now[READS], velocity_now[READS], turn_now[READS];
            for (int j = 0; j < READS; j++) {
                real by_cart = 0, by_pole = 0;
                for (int k = 0; k < INPUTS; k++) {
                    by_cart += before->m.by_cart[k] * before->slopes[k][j];
                    by_pole += before->m.by_pole[k] * before->slopes[k][j];
                }
                angle_now[j] = (j == 0) + part * turn[j];
                velocity_now[j] = part * by_cart;
                turn_now[j] = (j == 1) + part * by_pole;
            }
            for (int j = 0; j < READS; j++) {
                angle[j] = angle_now[j];
                velocity[j] = velocity_now[j];
                turn[j] = turn_now[j];
            }
        }
        for (int j = 0; j < READS; j++) {
            stage->slopes[ANGLE][j] = angle[j];
            stage->slopes[TURN][j] = turn[j];
            stage->slopes[FORCE][j] = j == 2 ? 1 - ahead[i] : j == 3 ? ahead[i] : 0;
        }
        move(at, at_turn, force, second, &stage->m);
        w = at_turn;
        t = stage->m.pole;
        for (int j = 0; j < READS; j++) {
            real by_cart = 0, by_pole = 0;
            for (int k = 0; k < INPUTS; k++) {
                by_cart += stage->m.by_cart[k] * stage->slopes[k][j];
                by_pole += stage->m.by_pole[k] * stage->slopes[k][j];
            }
            position_end[j] += weight[i] * h * velocity[j];
            angle_end[j] += weight[i] * h * turn[j];
            velocity_end[j] += weight[i] * h * by_cart;
            turn_end[j] += weight[i] * h * by_pole;
        }
    }
    for (int j = 0; j < READS; j++) {
        end[0][j] = position_end[j];
        end[1][j] = angle_end[j];
        end[2][j] = velocity_end[j];
        end[3][j] = turn_end[j];
    }
}

static void jacobian_by_hand(void)
{
    real *to = peer_jacobian, h = ours.duration / N;
    for (int i = 0; i < S; i++)
        *to++ = 1;
    for (int k = 0; k < N; k++) {
        struct stage stages[STAGES];
        real end[S][READS];
        step(ours.z + Z * k, h, 0, stages, end);
        for (int i = 0; i < S; i++) {
            if (i == 0)
                *to++ = 1;
            *to++ = end[i][0];
            if (i == 0 || i == 2)
                *to++ = i == 0 ? h : 1;
            *to++ = end[i][1];
            *to++ = end[i][2];
            *to++ = -1;
            *to++ = end[i][3];
        }
    }
    for (int i = 0; i < S; i++)
        *to++ = 1;
}

static void hessian_by_hand(void)
{
    real h = ours.duration / N, effort = ours.sigma * ours.duration / (3 * N), last = 2 * effort;
    real *to = peer_hessian, before[3] = {0};
    for (int k = 0; k < N; k++) {
        struct stage stages[STAGES];
        real end[S][READS], H[READS][READS] = {{0}};
        const real *lambda = ours.lambda + S * (k + 1);
        step(ours.z + Z * k, h, 1, stages, end);
        real next[S] = {0}; /* what the stage after it adds to the adjoint of a stage */
        for (int i = STAGES; i-- > 0;) {
            const struct motion *m = &stages[i].m;
            real d[S];
            for (int a = 0; a < S; a++)
                d[a] = weight[i] * h * lambda[a] + next[a];
            real aa = d[2] * m->cart_aa + d[3] * m->pole_aa, at = d[2] * m->cart_at + d[3] * m->pole_at;
            real tt = d[2] * m->cart_tt + d[3] * m->pole_tt, af = d[2] * m->cart_af + d[3] * m->pole_af;
            const real(*s)[READS] = stages[i].slopes;
            for (int j = 0; j < READS; j++) {
                real angle = aa * s[ANGLE][j] + at * s[TURN][j] + af * s[FORCE][j];
                real turn = at * s[ANGLE][j] + tt * s[TURN][j], force = af * s[ANGLE][j];
                for (int l = 0; l <= j; l++)
                    H[j][l] += angle * s[ANGLE][l] + turn * s[TURN][l] + force * s[FORCE][l];
            }
            real part = ahead[i] * h;
            next[0] = 0;
            next[1] = part * (d[2] * m->by_cart[ANGLE] + d[3] * m->by_pole[ANGLE]);
            next[2] = part * d[0];
            next[3] = part * (d[1] + d[2] * m->by_cart[TURN] + d[3] * m->by_pole[TURN]);
        }
        *to++ = H[0][0];
        *to++ = H[1][0];
        *to++ = H[1][1];
        if (k > 0)
            for (int j = 0; j < 3; j++)
                *to++ = before[j];
        *to++ = H[2][0];
        *to++ = H[2][1];
        *to++ = H[2][2] + last;
        before[0] = H[3][0];
        before[1] = H[3][1];
        before[2] = H[3][2] + effort;
        last = H[3][3] + 4 * effort;
    }
    for (int j = 0; j < 3; j++)
        *to++ = before[j];
    *to++ = last - 2 * effort;
}

int main(void)
{
    ours = (struct swing_up){.z = bench_fill((size_t)Z * (N + 1), 1),
                             .lambda = bench_fill((size_t)S * (N + 2), 1),
                             .sigma = 1,
                             .duration = 2,
                             .constraints_jacobian_values = bench_fill(SWING_UP_CONSTRAINTS_JACOBIAN_NNZ, 0),
                             .lagrangian_hessian_values = bench_fill(SWING_UP_LAGRANGIAN_HESSIAN_NNZ, 0)};
    ours.work = bench_workspace(swing_up_workspace(&ours));
    peer_jacobian = bench_fill(SWING_UP_CONSTRAINTS_JACOBIAN_NNZ, 0);
    peer_hessian = bench_fill(SWING_UP_LAGRANGIAN_HESSIAN_NNZ, 0);
    run_jacobian();
    run_hessian();
    jacobian_by_hand();
    hessian_by_hand();
    bench_agree("cartpole Jacobian", SWING_UP_CONSTRAINTS_JACOBIAN_NNZ, ours.constraints_jacobian_values,
                peer_jacobian);
    bench_agree("cartpole Hessian", SWING_UP_LAGRANGIAN_HESSIAN_NNZ, ours.lagrangian_hessian_values,
                peer_hessian);
    bench_row("cartpole constraint Jacobian" SIZES, 1, "gradc", run_jacobian, "C", jacobian_by_hand);
    bench_row("cartpole Hessian" SIZES, 1, "gradc", run_hessian, "C", hessian_by_hand);
    return bench_status;
}
