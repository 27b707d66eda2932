/* saddle.c: the nested gradient descents of saddle.nn by hand. The gradient of the outer function goes back
 * through all steps of the inner one; but the inner descent does not depend on x, whose gradient is 2 x. */
#include "bench.h"
#include "saddle.h"

static const real start[2] = {1, 1};
static real ours_x[2], ours_y[2], x[2], y[2];
static struct saddle ours = {.start = start, .x = ours_x, .y = ours_y};

static void run_ours(void)
{
    bench_ok("saddle", saddle_forward(&ours));
}

static real square(const real *z)
{
    return z[0] * z[0] + z[1] * z[1];
}

/* Moves z downhill. The value is |z|^2 plus a part that does not depend on z; `other` computes that part. */
static void descend(real (*other)(const real *z), real *z)
{
    real rate = (real)1e-5, moved = 1;
    int streak = 0;
    for (int step = 0; step < 300 && moved > (real)1e-5; step++) {
        real before = square(z) - other(z), slope[2] = {2 * z[0], 2 * z[1]};
        real tried[2] = {z[0] - rate * slope[0], z[1] - rate * slope[1]};
        moved = rate * (real)sqrt((double)square(slope));
        int better = square(tried) - other(tried) < before;
        if (better) {
            z[0] = tried[0];
            z[1] = tried[1];
        }
        rate = !better ? rate / 2 : streak < 9 ? rate : 2 * rate;
        streak = better && streak < 9 ? streak + 1 : 0;
    }
}

static real fixed;

static real of_fixed(const real *z)
{
    (void)z;
    return fixed;
}

/* |y|^2 at the end of the inner descent. */
static real of_descent(const real *z)
{
    real inner[2] = {start[0], start[1]};
    fixed = square(z);
    descend(of_fixed, inner);
    return square(inner);
}

static void by_hand(void)
{
    x[0] = y[0] = start[0];
    x[1] = y[1] = start[1];
    descend(of_descent, x);
    fixed = square(x);
    descend(of_fixed, y);
}

int main(void)
{
    ours.work = bench_workspace(saddle_workspace(&ours));
    run_ours();
    by_hand();
    bench_agree("saddle x", 2, ours_x, x);
    bench_agree("saddle y", 2, ours_y, y);
    bench_row("saddle", 1, "gradc", run_ours, "C", by_hand);
    printf("%-36s %zu bytes\n", "saddle workspace", saddle_workspace(&ours));
    return bench_status;
}
