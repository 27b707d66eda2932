/* lse.c: logsumexp and its gradient, the softmax, by hand: one pass of exp, vectorised. */
/* precisions: float32 float64 */
#include "bench.h"
#include "gradc_vecmath.h"
#include "lse.h"

enum { LARGEST = 1000000 };

static struct lse ours;
static real *x, *gradient, value;

static void run_ours(void)
{
    bench_ok("lse", lse_gradient(&ours));
}

static void run_ours_forward(void)
{
    bench_ok("lse", lse_forward(&ours));
}

GRADC_INLINE real exponential(real x)
{
    return sizeof(real) == 4 ? (real)gradc_expf((float)x) : (real)gradc_exp((double)x);
}

static void by_hand(void)
{
    size_t n = ours.n;
    real largest = x[0], sum = 0;
#pragma omp simd reduction(max : largest)
    for (size_t i = 0; i < n; i++)
        largest = x[i] > largest ? x[i] : largest;
    BENCH_SUM(sum) for (size_t i = 0; i < n; i++)
    {
        gradient[i] = exponential(x[i] - largest);
        sum += gradient[i];
    }
    value = largest + (real)log((double)sum);
    real factor = 1 / sum;
    for (size_t i = 0; i < n; i++)
        gradient[i] *= factor;
}

int main(void)
{
    x = bench_fill(LARGEST, 3);
    gradient = bench_fill(LARGEST, 0);
    ours.x = x;
    ours.d_x = bench_fill(LARGEST, 0);
    ours.n = LARGEST;
    ours.work = bench_workspace(lse_workspace(&ours));
    for (ours.n = 1000; ours.n <= LARGEST; ours.n *= 10) {
        char what[40];
        snprintf(what, sizeof what, "lse gradient, n = %zu", ours.n);
        run_ours();
        by_hand();
        bench_agree(what, 1, &ours.lse, &value);
        bench_agree(what, ours.n, ours.d_x, gradient);
        bench_row(what, 1, "gradc", run_ours, "C", by_hand);
    }
    ours.n = 10000;
    bench_row("lse gradient / forward, n = 10000", 0, "gradient", run_ours, "forward", run_ours_forward);
    return bench_status;
}
