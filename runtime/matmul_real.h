/* matmul_real.h: matrix products for one precision. Requires REAL and NAME(x), the type and the naming of functions. */

GRADC_API void NAME(matmul)(int trans_a, int trans_b, size_t m, size_t n, size_t k, REAL alpha, const REAL *a,
                            size_t lda, const REAL *b, size_t ldb, REAL beta, REAL *c, size_t ldc)
{
    size_t a_row = trans_a ? 1 : lda, a_column = trans_a ? lda : 1;
    size_t b_row = trans_b ? 1 : ldb, b_column = trans_b ? ldb : 1;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            REAL sum = 0;
            for (size_t l = 0; l < k; l++)
                sum += a[i * a_row + l * a_column] * b[l * b_row + j * b_column];
            c[i * ldc + j] = beta == 0 ? alpha * sum : alpha * sum + beta * c[i * ldc + j];
        }
}

GRADC_API void NAME(matvec)(int trans, size_t m, size_t n, REAL alpha, const REAL *a, size_t lda, const REAL *x,
                            size_t incx, REAL beta, REAL *y, size_t incy)
{
    size_t row = trans ? 1 : lda, column = trans ? lda : 1;
    size_t rows = trans ? n : m, columns = trans ? m : n;
    for (size_t i = 0; i < rows; i++) {
        REAL sum = 0;
        for (size_t j = 0; j < columns; j++)
            sum += a[i * row + j * column] * x[j * incx];
        y[i * incy] = beta == 0 ? alpha * sum : alpha * sum + beta * y[i * incy];
    }
}
