/* matmul.c: matrix products in both precisions.
 *
 * The text of matmul_real.h is compiled once for each precision and, on x86-64, for each width of vectors;
 * the widest that the processor has is taken at run time. With GRADC_CBLAS, products that are worth the call
 * go to the BLAS if the program links one: the reference is weak. */
#include "gradc.h"

#undef GRADC_API
#define GRADC_API GRADC_STATIC

#define REAL    double
#define NAME(x) gradc_##x##_f64_base
#include "matmul_real.h"
#undef REAL
#undef NAME
#define REAL    float
#define NAME(x) gradc_##x##_f32_base
#include "matmul_real.h"
#undef REAL
#undef NAME
#undef GRADC_VECTOR_BYTES

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__AVX512F__)
#define DISPATCH 1

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#define GRADC_VECTOR_BYTES 32
#define REAL               double
#define NAME(x)            gradc_##x##_f64_avx2
#include "matmul_real.h"
#undef REAL
#undef NAME
#define REAL    float
#define NAME(x) gradc_##x##_f32_avx2
#include "matmul_real.h"
#undef REAL
#undef NAME
#undef GRADC_VECTOR_BYTES
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx2,fma"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx2,fma")
#endif
#define GRADC_VECTOR_BYTES 64
#define REAL               double
#define NAME(x)            gradc_##x##_f64_avx512
#include "matmul_real.h"
#undef REAL
#undef NAME
#define REAL    float
#define NAME(x) gradc_##x##_f32_avx512
#include "matmul_real.h"
#undef REAL
#undef NAME
#undef GRADC_VECTOR_BYTES
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#else
#define DISPATCH 0
#endif

/* Calls the version of a function that suits the processor. */
#if DISPATCH
#define BEST(function, arguments)                                                                            \
    (__builtin_cpu_supports("avx512f")                                 ? function##_avx512 arguments         \
     : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? function##_avx2 arguments           \
                                                                       : function##_base arguments)
#else
#define BEST(function, arguments) (function##_base arguments)
#endif

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

/* Below WORTH_A_CALL either way, OpenBLAS was measured to be slower than the kernels here, up to four times.
 */
enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112, WORTH_A_CALL = 64 };

/* Whether all sizes of a product are worth a call. */
static int large(size_t m, size_t n, size_t k)
{
    return m >= WORTH_A_CALL && n >= WORTH_A_CALL && k >= WORTH_A_CALL;
}

/* Whether two sizes and three strides fit an int. */
static int fit(size_t m, size_t n, size_t a, size_t b, size_t c)
{
    size_t most = 0x7fffffff;
    return m <= most && n <= most && a <= most && b <= most && c <= most;
}

#define USE_GEMM(gemm)                                                                                       \
    if (gemm && large(m, n, k) && k <= 0x7fffffff && fit(m, n, lda, ldb, ldc)) {                             \
        gemm(ROW_MAJOR, trans_a ? TRANS : NO_TRANS, trans_b ? TRANS : NO_TRANS, (int)m, (int)n, (int)k,      \
             alpha, a, (int)lda, b, (int)ldb, beta, c, (int)ldc);                                            \
        return;                                                                                              \
    }
#define USE_GEMV(gemv)                                                                                       \
    if (gemv && large(m, n, WORTH_A_CALL) && fit(m, n, lda, incx, incy)) {                                   \
        gemv(ROW_MAJOR, trans ? TRANS : NO_TRANS, (int)m, (int)n, alpha, a, (int)lda, x, (int)incx, beta, y, \
             (int)incy);                                                                                     \
        return;                                                                                              \
    }
#else
#define USE_GEMM(gemm)
#define USE_GEMV(gemv)
#endif

void gradc_matmul_f64(int trans_a, int trans_b, size_t m, size_t n, size_t k, double alpha, const double *a,
                      size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc)
{
    USE_GEMM(cblas_dgemm)
    BEST(gradc_matmul_f64, (trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc));
}

void gradc_matmul_f32(int trans_a, int trans_b, size_t m, size_t n, size_t k, float alpha, const float *a,
                      size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    USE_GEMM(cblas_sgemm)
    BEST(gradc_matmul_f32, (trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc));
}

void gradc_matvec_f64(int trans, size_t m, size_t n, double alpha, const double *a, size_t lda,
                      const double *x, size_t incx, double beta, double *y, size_t incy)
{
    USE_GEMV(cblas_dgemv)
    BEST(gradc_matvec_f64, (trans, m, n, alpha, a, lda, x, incx, beta, y, incy));
}

void gradc_matvec_f32(int trans, size_t m, size_t n, float alpha, const float *a, size_t lda, const float *x,
                      size_t incx, float beta, float *y, size_t incy)
{
    USE_GEMV(cblas_sgemv)
    BEST(gradc_matvec_f32, (trans, m, n, alpha, a, lda, x, incx, beta, y, incy));
}
