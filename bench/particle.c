/* particle.c: the crossing of particle.nn and how it depends on w, by hand: the tangents of position and
 * velocity travel along with them. */
#include "bench.h"
#include "particle.h"

static struct particle ours = {.w = 0.5};
static real value, slope;

static void run_ours(void)
{
    bench_ok("particle", particle_gradient(&ours));
}

static void by_hand(void)
{
    real x = 0, y = 8, u = 0.75, v = 0, d_x = 0, d_y = 0, d_u = 0, d_v = 0; /* d_: with respect to w */
    for (int step = 0; step < 1000 && y + 0.1 * v > 0; step++) {
        real p = x - 10, q = y, s = y - 10 + ours.w, d_s = d_y + 1;
        real r1 = 1 / (p * p + q * q), r2 = 1 / (p * p + s * s);
        real c1 = r1 * (real)sqrt((double)r1), c2 = r2 * (real)sqrt((double)r2);
        real d_c1 = -3 * c1 * r1 * (p * d_x + q * d_y), d_c2 = -3 * c2 * r2 * (p * d_x + s * d_s);
        real a = (c1 + c2) * p, b = c1 * q + c2 * s;
        real d_a = (d_c1 + d_c2) * p + (c1 + c2) * d_x, d_b = d_c1 * q + c1 * d_y + d_c2 * s + c2 * d_s;
        x += (real)0.1 * u;
        y += (real)0.1 * v;
        d_x += (real)0.1 * d_u;
        d_y += (real)0.1 * d_v;
        u += (real)0.1 * a;
        v += (real)0.1 * b;
        d_u += (real)0.1 * d_a;
        d_v += (real)0.1 * d_b;
    }
    real miss = x - y * u / v;
    value = miss * miss;
    slope = 2 * miss * (d_x - (d_y * u + y * d_u) / v + y * u * d_v / (v * v));
}

int main(void)
{
    ours.work = bench_workspace(particle_workspace(&ours));
    run_ours();
    by_hand();
    bench_agree("particle", 1, &ours.miss, &value);
    bench_agree("particle d_w", 1, &ours.d_w, &slope);
    bench_row("particle gradient", 1, "gradc", run_ours, "C", by_hand);
    printf("%-36s %zu bytes\n", "particle workspace", particle_gradient_workspace(&ours));
    return bench_status;
}
