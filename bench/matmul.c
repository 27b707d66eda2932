/* matmul.c: the runtime's matrix products against the BLAS, and against what the processor can do. They are
 * the same in libgradc.a without a BLAS and with --standalone. */
/* precisions: float32 float64 */
#include <string.h>

#include "bench.h"
#include "matmul.h"
#include "peak.h"

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
        snprintf(name, sizeof name, "matmul %zu", n);
        bench_share(name, 2.0 * (double)n * (double)n * (double)n, run_own);
    }
    return bench_status;
}
