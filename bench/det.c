/* det.c: the determinant of det.nn and its gradient by hand: the cofactors, with minors that they share. */
#include "adolc.h"
#include "bench.h"
#include "det.h"

enum { L = 5 };

static struct det5 ours;
static real *A, *gradient, value;

static void run_ours(void)
{
    bench_ok("det", det5_gradient(&ours));
}

static void run_ours_forward(void)
{
    bench_ok("det", det5_forward(&ours));
}

/* Minors of the rows from `row` on, by the set of columns: each from those with a row and a column less. */
static void minors_below(real minor[L + 1][1 << L])
{
    minor[L][0] = 1;
    for (int row = L - 1; row >= 0; row--)
        for (int set = 0; set < 1 << L; set++) {
            if (__builtin_popcount((unsigned)set) != L - row)
                continue;
            real sum = 0, sign = 1;
            for (int j = 0; j < L; j++)
                if (set >> j & 1) {
                    sum += sign * A[row * L + j] * minor[row + 1][set & ~(1 << j)];
                    sign = -sign;
                }
            minor[row][set] = sum;
        }
}

/* In reverse: the adjoint of each minor, from the first row on. */
static void by_hand(void)
{
    real minor[L + 1][1 << L], adjoint[L + 1][1 << L] = {{0}};
    minors_below(minor);
    value = minor[0][(1 << L) - 1];
    adjoint[0][(1 << L) - 1] = 1;
    for (int row = 0; row < L; row++) {
        for (int j = 0; j < L; j++)
            gradient[row * L + j] = 0;
        for (int set = 0; set < 1 << L; set++) {
            if (__builtin_popcount((unsigned)set) != L - row)
                continue;
            real sign = 1;
            for (int j = 0; j < L; j++)
                if (set >> j & 1) {
                    int rest = set & ~(1 << j);
                    gradient[row * L + j] += sign * adjoint[row][set] * minor[row + 1][rest];
                    adjoint[row + 1][rest] += sign * adjoint[row][set] * A[row * L + j];
                    sign = -sign;
                }
        }
    }
}

static void by_adolc(void)
{
    adolc_det(L, A, gradient);
}

int main(void)
{
    A = bench_fill(L * L, 1);
    gradient = bench_fill(L * L, 0);
    ours.A = A;
    ours.d_A = bench_fill(L * L, 0);
    ours.work = bench_workspace(det5_workspace(&ours));
    run_ours();
    by_hand();
    bench_agree("det", 1, &ours.det5, &value);
    bench_agree("det d_A", L * L, ours.d_A, gradient);
    bench_row("det gradient, l = 5", 0, "gradc", run_ours, "C", by_hand);
    bench_row("det gradient / forward", 0, "gradient", run_ours, "forward", run_ours_forward);
    if (adolc_det) {
        by_adolc();
        bench_agree("det d_A by ADOL-C", L * L, ours.d_A, gradient);
    }
    ADOLC_ROW("det gradient, l = 5", run_ours, adolc_det, by_adolc);
    return bench_status;
}
