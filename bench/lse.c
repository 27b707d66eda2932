/* lse.c: logsumexp and its gradient, the softmax, by hand. */
/* precisions: float32 float64 */
#include "bench.h"
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

static void by_hand(void)
{
    size_t n = ours.n;
    real largest = x[0], sum = 0;
    for (size_t i = 1; i < n; i++)
        largest = x[i] > largest ? x[i] : largest;
    for (size_t i = 0; i < n; i++)
        sum += gradient[i] =
            sizeof(real) == 4 ? (real)expf((float)(x[i] - largest)) : (real)exp((double)(x[i] - largest));
    value = largest + (real)log((double)sum);
    for (size_t i = 0; i < n; i++)
        gradient[i] /= sum;
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
        bench_row(what, "gradc", run_ours, "C", by_hand);
    }
    ours.n = 10000;
    bench_row("lse gradient / forward, n = 10000", "gradient", run_ours, "forward", run_ours_forward);
    return bench_status;
}
