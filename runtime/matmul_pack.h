/* matmul_pack.h: copies of parts of matrices, side by side in memory.
 *
 * Requires REAL, NAME(x) and what matmul_real.h defines before it. */

/* to = from, fewer than twice `lanes` elements: in pieces of constant sizes, which need no call. */
GRADC_INLINE void NAME(copy)(size_t n, const REAL *from, REAL *to)
{
    size_t at = 0;
    GRADC_UNROLL for (size_t piece = NAME(lanes); piece > 0; piece /= 2)
    {
        if (n & piece) {
            memcpy(to + at, from + at, piece * sizeof *to);
            at += piece;
        }
    }
}

/* The strip of op(a) for one row of tiles, m rows and k columns: if a is not transposed, row after row,
 * row_room apart, else column after column, tile_rows apart. */
GRADC_STATIC void NAME(pack_a)(int trans, size_t m, size_t k, const REAL *a, size_t lda,
                               REAL *GRADC_RESTRICT packed)
{
    if (!trans)
        for (size_t r = 0; r < m; r++)
            memcpy(packed + r * NAME(row_room), a + r * lda, k * sizeof *packed);
    else if (m == NAME(tile_rows))
        for (size_t l = 0; l < k; l++)
            memcpy(packed + l * NAME(tile_rows), a + l * lda, NAME(tile_rows) * sizeof *packed);
    else
        for (size_t l = 0; l < k; l++)
            NAME(copy)(m, a + l * lda, packed + l * NAME(tile_rows));
}

/* Whether the compiler moves lanes between vectors, and the target has instructions for it. */
#if GRADC_HAS_VECTORS && !defined(__clang__) && GRADC_VECTOR_BYTES >= 32
#define GRADC_TRANSPOSES 1
typedef __typeof__(*(NAME(vector) *)0 == *(NAME(vector) *)0) NAME(places);

/* to[j * width + i] = a[i * lda + j] for i, j < lanes. A round interleaves each row with the one half of all
 * rows further on: this moves the first binary digit of the row's number behind the last of the column's. */
GRADC_INLINE void NAME(transpose)(const REAL *a, size_t lda, REAL *to, size_t width)
{
    enum { lanes = NAME(lanes) };
    NAME(vector) rows[lanes], next[lanes];
    NAME(places) low, high;
    GRADC_UNROLL for (int i = 0; i < lanes; i++)
    {
        low[i] = i / 2 + i % 2 * lanes;
        high[i] = low[i] + lanes / 2;
        rows[i] = *(const NAME(vector) *)(a + (size_t)i * lda);
    }
    GRADC_UNROLL for (int round = 1; round < lanes; round *= 2)
    {
        GRADC_UNROLL for (int i = 0; i < lanes; i++) next[i] = rows[i];
        GRADC_UNROLL for (int i = 0; i < lanes / 2; i++)
        {
            rows[2 * i] = __builtin_shuffle(next[i], next[i + lanes / 2], low);
            rows[2 * i + 1] = __builtin_shuffle(next[i], next[i + lanes / 2], high);
        }
    }
    GRADC_UNROLL for (int i = 0; i < lanes; i++) * (NAME(vector) *)(to + (size_t)i * width) = rows[i];
}
#else
#define GRADC_TRANSPOSES 0
#endif

/* A panel of op(b) from a transposed b, rows `width` apart. */
GRADC_INLINE void NAME(pack_transposed)(size_t k, size_t n, size_t width, const REAL *b, size_t ldb,
                                        REAL *GRADC_RESTRICT packed)
{
    size_t rows = 0, columns = 0; /* of whole squares */
#if GRADC_TRANSPOSES
    rows = k - k % NAME(lanes);
    columns = n - n % NAME(lanes);
    for (size_t j = 0; j < columns; j += NAME(lanes))
        for (size_t l = 0; l < rows; l += NAME(lanes))
            NAME(transpose)(b + j * ldb + l, ldb, packed + l * width + j, width);
#endif
    for (size_t j = 0; j < n; j++)
        for (size_t l = j < columns ? rows : 0; l < k; l++)
            packed[l * width + j] = b[j * ldb + l];
}
#undef GRADC_TRANSPOSES
#undef GRADC_HAS_VECTORS

/* A panel of op(b), its rows [0, k) and columns [0, n), row by row, filled up with zeros to its width. */
GRADC_STATIC void NAME(pack_b)(int trans, size_t k, size_t n, const REAL *b, size_t ldb,
                               REAL *GRADC_RESTRICT packed)
{
    const size_t width = NAME(width_of)(n);
    for (size_t l = 0; l < k; l++)
        for (size_t j = n; j < width; j++)
            packed[l * width + j] = 0;
    if (trans)
        NAME(pack_transposed)(k, n, width, b, ldb, packed);
    else if (n == NAME(tile_columns))
        for (size_t l = 0; l < k; l++)
            memcpy(packed + l * NAME(tile_columns), b + l * ldb, NAME(tile_columns) * sizeof *packed);
    else
        for (size_t l = 0; l < k; l++)
            NAME(copy)(n, b + l * ldb, packed + l * width);
}

/* All panels of op(b), rows [0, k) and columns [0, n), one after the other. */
GRADC_STATIC void NAME(pack_panels)(int trans, size_t k, size_t n, const REAL *b, size_t ldb, REAL *packed)
{
    size_t columns;
    for (size_t j = 0; j < n; j += columns) {
        columns = NAME(least)(n - j, NAME(tile_columns));
        NAME(pack_b)(trans, k, columns, b + (trans ? j * ldb : j), ldb, packed + j * k);
    }
}
