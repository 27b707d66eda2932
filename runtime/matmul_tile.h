/* matmul_tile.h: a tile of c, summed in registers, for one width of vectors.
 *
 * Requires REAL, NAME(x) of matmul_real.h, VECTOR, the type of a vector, and TILE(x), the naming of the
 * functions here. */

/* c = alpha sum + beta c, beta being 0, 1, or any other number. */
GRADC_INLINE void TILE(store)(int rows, int vectors, size_t columns, int kind, VECTOR (*sum)[2], REAL alpha,
                              REAL beta, REAL *c, size_t ldc)
{
    const size_t at[2] = {0, columns - sizeof(VECTOR) / sizeof(REAL)};
    ldc = gradc_stride(ldc); /* or compilers keep addresses from before the loop over k */
    GRADC_UNROLL for (int i = 0; i < rows; i++, c += ldc)
    {
        GRADC_UNROLL for (int v = 0; v < vectors; v++)
        {
            const VECTOR *old = (const VECTOR *)(c + at[v]);
            sum[i][v] = kind == 0   ? alpha * sum[i][v]
                        : kind == 1 ? alpha * sum[i][v] + *old
                                    : alpha * sum[i][v] + beta * *old;
        }
        GRADC_UNROLL for (int v = 0; v < vectors; v++) * (VECTOR *)(c + at[v]) = sum[i][v];
    }
}

/* rows x columns elements, in one vector for each row, or in two, of which the second has the last columns
 * and may repeat some of the first: c = alpha op(a) op(b) + beta c. Element (i, l) of op(a) is a[i * lda + l]
 * or, with trans, a[l * lda + i]; row l of op(b) starts at b + l * ldb. */
GRADC_INLINE void TILE(sum)(int rows, int vectors, size_t columns, int trans, size_t k, const REAL *a,
                            size_t lda, const REAL *b, size_t ldb, REAL alpha, REAL beta, REAL *c, size_t ldc)
{
    enum { groups = (NAME(tile_rows) + 3) / 4 };
    const size_t at[2] = {0, columns - sizeof(VECTOR) / sizeof(REAL)}; /* where the vectors begin */
    const VECTOR zero = {0};
    VECTOR sum[NAME(tile_rows)][2], row[2];
    /* The first of each four rows of op(a): twelve addresses, as compilers compute them else, do not fit the
     * registers. */
    const REAL *first[groups];
    GRADC_UNROLL for (int i = 0; i < rows; i++)
    {
        if (i % 4 == 0)
            first[i / 4] = a + (trans ? 0 : (size_t)i * lda);
        GRADC_UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = zero;
    }
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < vectors; v++)
            GRADC_FETCH(c + (size_t)i * ldc + at[v]);
    for (size_t l = 0; l < k; l++, a += lda, b += ldb) {
        for (int v = 0; v < vectors; v++)
            GRADC_FETCH(b + 16 * ldb + at[v]);
        GRADC_UNROLL for (int v = 0; v < vectors; v++) row[v] = *(const VECTOR *)(b + at[v]);
        GRADC_UNROLL for (int i = 0; i < rows; i++)
        {
            REAL factor = trans ? a[i] : first[i / 4][(size_t)(i % 4) * lda];
            GRADC_UNROLL for (int v = 0; v < vectors; v++) sum[i][v] += factor * row[v];
        }
        GRADC_UNROLL for (int i = 0; i < rows; i += 4) first[i / 4]++;
    }
    if (beta == 0)
        TILE(store)(rows, vectors, columns, 0, sum, alpha, beta, c, ldc);
    else if (beta == 1)
        TILE(store)(rows, vectors, columns, 1, sum, alpha, beta, c, ldc);
    else
        TILE(store)(rows, vectors, columns, 2, sum, alpha, beta, c, ldc);
}

/* The tile for a number of rows that NAME(rows_of) gives. */
GRADC_INLINE void TILE(rows)(size_t rows, int vectors, size_t columns, int trans, size_t k, const REAL *a,
                             size_t lda, const REAL *b, size_t ldb, REAL alpha, REAL beta, REAL *c,
                             size_t ldc)
{
    switch (rows) {
    case 1: TILE(sum)(1, vectors, columns, trans, k, a, lda, b, ldb, alpha, beta, c, ldc); break;
    case 2: TILE(sum)(2, vectors, columns, trans, k, a, lda, b, ldb, alpha, beta, c, ldc); break;
    case 4: TILE(sum)(4, vectors, columns, trans, k, a, lda, b, ldb, alpha, beta, c, ldc); break;
    default: TILE(sum)(NAME(tile_rows), vectors, columns, trans, k, a, lda, b, ldb, alpha, beta, c, ldc);
    }
}
