/* matmul_dispatch.h: the matrix products of one precision for each width of vectors, and the choice of the
 * widest that the processor has, at run time.
 *
 * Requires REAL, PRECISION (f64 or f32) and BEST(x), the naming of the functions that choose. */

#define GRADC_JOIN_(x, precision, width) gradc_##x##_##precision##_##width
#define GRADC_JOIN(x, precision, width)  GRADC_JOIN_(x, precision, width)
#define NAME(x)                          GRADC_JOIN(x, PRECISION, WIDTH)

/* Products and sums may be fused here, as compilers do by themselves unless a C standard is asked for. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC optimize("fp-contract=fast")
#endif
#define WIDTH base
#include "matmul_real.h"
#undef WIDTH
#undef GRADC_VECTOR_BYTES

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__AVX512F__)
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#define GRADC_VECTOR_BYTES 32
#define WIDTH              avx2
#include "matmul_real.h"
#undef WIDTH
#undef GRADC_VECTOR_BYTES
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx2,fma"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx2,fma")
#endif
#define GRADC_VECTOR_BYTES 64
#define WIDTH              avx512
#include "matmul_real.h"
#undef WIDTH
#undef GRADC_VECTOR_BYTES
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#define GRADC_WIDEST(x, arguments)                                                                           \
    (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") ? WIDE(x, avx512) arguments     \
     : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")       ? WIDE(x, avx2) arguments       \
                                                                             : WIDE(x, base) arguments)
#else
#define GRADC_WIDEST(x, arguments) (WIDE(x, base) arguments)
#endif
#define WIDE(x, width) GRADC_JOIN(x, PRECISION, width)

GRADC_STATIC void BEST(matmul)(int trans_a, int trans_b, size_t m, size_t n, size_t k, REAL alpha,
                               const REAL *a, size_t lda, const REAL *b, size_t ldb, REAL beta, REAL *c,
                               size_t ldc)
{
    GRADC_WIDEST(matmul, (trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc));
}

GRADC_STATIC void BEST(matvec)(int trans, size_t m, size_t n, REAL alpha, const REAL *a, size_t lda,
                               const REAL *x, size_t incx, REAL beta, REAL *y, size_t incy)
{
    GRADC_WIDEST(matvec, (trans, m, n, alpha, a, lda, x, incx, beta, y, incy));
}

GRADC_STATIC size_t BEST(matmul_parts)(size_t m, size_t n, size_t k)
{
    return GRADC_WIDEST(matmul_parts, (m, n, k));
}

GRADC_STATIC void BEST(matmul_part)(size_t part, size_t parts, int trans_a, int trans_b, size_t m, size_t n,
                                    size_t k, REAL alpha, const REAL *a, size_t lda, const REAL *b,
                                    size_t ldb, REAL beta, REAL *c, size_t ldc)
{
    GRADC_WIDEST(matmul_part, (part, parts, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc));
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif
#undef GRADC_WIDEST
#undef WIDE
#undef NAME
#undef GRADC_JOIN
#undef GRADC_JOIN_
