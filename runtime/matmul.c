/* matmul.c: matrix products in both precisions.
 *
 * With GRADC_CBLAS, products that are worth the call go to the BLAS if the program links one: the reference
 * is weak. All others are computed by the kernels here. */
#include <string.h>

#include "gradc.h"

#undef GRADC_API
#define GRADC_API GRADC_STATIC
#undef gradc_matmul_f64 /* with OpenMP, the one in threads */
#undef gradc_matmul_f32

#define REAL      double
#define PRECISION f64
#define BEST(x)   gradc_##x##_f64_best
#include "matmul_dispatch.h"
#undef REAL
#undef PRECISION
#undef BEST
#define REAL      float
#define PRECISION f32
#define BEST(x)   gradc_##x##_f32_best
#include "matmul_dispatch.h"

#ifdef GRADC_CBLAS
/* As in cblas.h, with the enumerations as the int that they are in every BLAS. */
extern void cblas_dgemm(int order, int trans_a, int trans_b, int m, int n, int k, double alpha,
                        const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc)
    __attribute__((weak));
extern void cblas_sgemm(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a,
                        int lda, const float *b, int ldb, float beta, float *c, int ldc)
    __attribute__((weak));

extern void cblas_dgemv(int order, int trans, int m, int n, double alpha, const double *a, int lda,
                        const double *x, int incx, double beta, double *y, int incy) __attribute__((weak));
extern void cblas_sgemv(int order, int trans, int m, int n, float alpha, const float *a, int lda,
                        const float *x, int incx, float beta, float *y, int incy) __attribute__((weak));

/* Below WORTH_A_CALL either way, OpenBLAS was measured to be slower than the kernels here, up to four times;
 * up to MOST_OWN multiplications on one thread slower or as fast, since it always packs both matrices. */
enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112, WORTH_A_CALL = 64, MOST_OWN = 1 << 26, GEMM_PARTS = 4 };

/* On x86 processors that it does not know, OpenBLAS up to 0.3.24 takes kernels of 2004, for vectors of 16
 * bytes: they take four times as long as those here (https://github.com/OpenMathLib/OpenBLAS/issues/4267). */
extern char *openblas_get_corename(void) __attribute__((weak));

static int is_outdated(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    return openblas_get_corename && strcmp(openblas_get_corename(), "Prescott") == 0 &&
           __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return 0;
#endif
}

static int is_for_gemm(size_t m, size_t n, size_t k)
{
    return m >= WORTH_A_CALL && n >= WORTH_A_CALL && k >= WORTH_A_CALL &&
           (double)m * (double)n * (double)k > MOST_OWN && !is_outdated();
}

/* Whether two sizes and three strides fit an int. */
static int fit(size_t m, size_t n, size_t a, size_t b, size_t c)
{
    size_t most = 0x7fffffff;
    return m <= most && n <= most && a <= most && b <= most && c <= most;
}

#define USE_GEMM(gemm)                                                                                       \
    if (gemm && is_for_gemm(m, n, k) && k <= 0x7fffffff && fit(m, n, lda, ldb, ldc)) {                       \
        gemm(ROW_MAJOR, trans_a ? TRANS : NO_TRANS, trans_b ? TRANS : NO_TRANS, (int)m, (int)n, (int)k,      \
             alpha, a, (int)lda, b, (int)ldb, beta, c, (int)ldc);                                            \
        return;                                                                                              \
    }
#define USE_GEMV(gemv)                                                                                       \
    if (gemv && m >= WORTH_A_CALL && n >= WORTH_A_CALL && fit(m, n, lda, incx, incy) && !is_outdated()) {    \
        gemv(ROW_MAJOR, trans ? TRANS : NO_TRANS, (int)m, (int)n, alpha, a, (int)lda, x, (int)incx, beta, y, \
             (int)incy);                                                                                     \
        return;                                                                                              \
    }
/* A BLAS has threads of its own, unless it says that it has been told to use one only: then the program's
 * threads share the product, and each has the BLAS compute some rows or columns of it. */
extern int openblas_get_num_threads(void) __attribute__((weak));

static int has_threads(void)
{
    return !openblas_get_num_threads || openblas_get_num_threads() != 1;
}

#define PARTS_OF_GEMM(gemm)                                                                                  \
    if (gemm && is_for_gemm(m, n, k))                                                                        \
        return has_threads() ? 1 : GEMM_PARTS;
#define USE_GEMM_FOR_PART(gemm)                                                                              \
    if (gemm && is_for_gemm(m, n, k) && k <= 0x7fffffff && fit(m, n, lda, ldb, ldc)) {                       \
        const size_t side = m > n ? m : n, from = side * part / parts, end = side * (part + 1) / parts;      \
        if (m > n)                                                                                           \
            gemm(ROW_MAJOR, trans_a ? TRANS : NO_TRANS, trans_b ? TRANS : NO_TRANS, (int)(end - from),       \
                 (int)n, (int)k, alpha, a + (trans_a ? from : from * lda), (int)lda, b, (int)ldb, beta,      \
                 c + from * ldc, (int)ldc);                                                                  \
        else                                                                                                 \
            gemm(ROW_MAJOR, trans_a ? TRANS : NO_TRANS, trans_b ? TRANS : NO_TRANS, (int)m,                  \
                 (int)(end - from), (int)k, alpha, a, (int)lda, b + (trans_b ? from * ldb : from), (int)ldb, \
                 beta, c + from, (int)ldc);                                                                  \
        return;                                                                                              \
    }
#else
#define PARTS_OF_GEMM(gemm)
#define USE_GEMM_FOR_PART(gemm)
#define USE_GEMM(gemm)
#define USE_GEMV(gemv)
#endif

void gradc_matmul_f64(int trans_a, int trans_b, size_t m, size_t n, size_t k, double alpha, const double *a,
                      size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc)
{
    USE_GEMM(cblas_dgemm)
    gradc_matmul_f64_best(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void gradc_matvec_f64(int trans, size_t m, size_t n, double alpha, const double *a, size_t lda,
                      const double *x, size_t incx, double beta, double *y, size_t incy)
{
    USE_GEMV(cblas_dgemv)
    gradc_matvec_f64_best(trans, m, n, alpha, a, lda, x, incx, beta, y, incy);
}

size_t gradc_matmul_parts_f64(size_t m, size_t n, size_t k)
{
    PARTS_OF_GEMM(cblas_dgemm)
    return gradc_matmul_parts_f64_best(m, n, k);
}

void gradc_matmul_part_f64(size_t part, size_t parts, int trans_a, int trans_b, size_t m, size_t n, size_t k,
                           double alpha, const double *a, size_t lda, const double *b, size_t ldb,
                           double beta, double *c, size_t ldc)
{
    USE_GEMM_FOR_PART(cblas_dgemm)
    gradc_matmul_part_f64_best(part, parts, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void gradc_matmul_f32(int trans_a, int trans_b, size_t m, size_t n, size_t k, float alpha, const float *a,
                      size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    USE_GEMM(cblas_sgemm)
    gradc_matmul_f32_best(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void gradc_matvec_f32(int trans, size_t m, size_t n, float alpha, const float *a, size_t lda, const float *x,
                      size_t incx, float beta, float *y, size_t incy)
{
    USE_GEMV(cblas_sgemv)
    gradc_matvec_f32_best(trans, m, n, alpha, a, lda, x, incx, beta, y, incy);
}

size_t gradc_matmul_parts_f32(size_t m, size_t n, size_t k)
{
    PARTS_OF_GEMM(cblas_sgemm)
    return gradc_matmul_parts_f32_best(m, n, k);
}

void gradc_matmul_part_f32(size_t part, size_t parts, int trans_a, int trans_b, size_t m, size_t n, size_t k,
                           float alpha, const float *a, size_t lda, const float *b, size_t ldb, float beta,
                           float *c, size_t ldc)
{
    USE_GEMM_FOR_PART(cblas_sgemm)
    gradc_matmul_part_f32_best(part, parts, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
