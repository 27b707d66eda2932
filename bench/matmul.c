/* matmul.c: the runtime's matrix products against the BLAS, and against what the processor can do. They are
 * the same in libgradc.a without a BLAS and with --standalone. */
/* precisions: float32 float64 */
#include "bench.h"
#include "matmul.h"

#include <string.h>

#define PRECISION bench
#define BEST(x)   own_##x
#include "matmul_dispatch.h"

enum { LARGEST = 1024 };

static size_t n;
static real *a, *b, *c, *expected;
static struct product ours;

static void run_own(void)
{
    own_matmul(0, 0, n, n, n, 1, a, n, b, n, 0, c, n);
}

static void run_own_transposed(void)
{
    own_matmul(0, 1, n, n, n, 1, a, n, b, n, 0, c, n);
}

static void run_ours(void)
{
    bench_ok("product", product_forward(&ours));
}

static void by_blas(void)
{
    bench_matmul(0, 0, n, n, n, a, b, expected);
}

static void by_blas_transposed(void)
{
    bench_matmul(0, 1, n, n, n, a, b, expected);
}

/* Multiplications and additions of registers with each other: twice 24 in each of 2^16 rounds. */
typedef real wide __attribute__((vector_size(64)));
enum { CHAINS = 24, ROUNDS = 1 << 16 };

static void run_peak(void)
{
    wide sum[CHAINS], factor = {0}, term = {0};
    memcpy(sum, a, sizeof sum);
    factor += bench_uniform() > 2 ? 1 : (real)0.5;
    term += bench_uniform() > 2 ? 0 : (real)1;
    for (int i = 0; i < ROUNDS; i++) {
#pragma GCC unroll 24
        for (int j = 0; j < CHAINS; j++)
            sum[j] = sum[j] * factor + term;
    }
    for (int j = 0; j < CHAINS; j++)
        *c += sum[j][0];
}

/* One after the other in turns of one call, so that both see the same clock of the processor. */
static void print_share(void)
{
    double best = INFINITY, most = INFINITY;
    for (int i = 0; i < 10 * BENCH_ROUNDS; i++) {
        double start = bench_now();
        run_own();
        double middle = bench_now();
        run_peak();
        best = fmin(best, middle - start);
        most = fmin(most, bench_now() - middle);
    }
    double lanes = sizeof(wide) / sizeof(real), peak = 2.0 * CHAINS * ROUNDS * lanes / most;
    double speed = 2.0 * (double)n * (double)n * (double)n / best;
    printf("matmul %-4zu share of the peak         %s %8.1f of %.1f Gflop/s %44.2f\n", n,
           sizeof(real) == 4 ? "f32" : "f64", speed * 1e-9, peak * 1e-9, speed / peak);
}

int main(void)
{
    static const size_t sizes[] = {64, 256, 400, 512, 1024};
    a = bench_fill((size_t)LARGEST * LARGEST, 1);
    b = bench_fill((size_t)LARGEST * LARGEST, 1);
    c = bench_fill((size_t)LARGEST * LARGEST, 0);
    expected = bench_fill((size_t)LARGEST * LARGEST, 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        n = sizes[i];
        ours = (struct product){.n = n, .A = a, .B = b, .product = c};
        ours.work = bench_workspace(product_workspace(&ours));
        char name[64];
        by_blas_transposed();
        run_own_transposed();
        bench_agree("matmul, transposed", n * n, c, expected);
        by_blas();
        run_ours();
        bench_agree("matmul as emitted", n * n, c, expected);
        run_own();
        bench_agree("matmul", n * n, c, expected);
        snprintf(name, sizeof name, "matmul %zu, own kernels", n);
        bench_row(name, n >= 512 ? 2 : 0, "gradc", run_own, BENCH_PEER, by_blas);
        snprintf(name, sizeof name, "matmul %zu, own kernels, b'", n);
        bench_row(name, n >= 512 ? 2 : 0, "gradc", run_own_transposed, BENCH_PEER, by_blas_transposed);
        print_share();
    }
    return bench_status;
}
