/* matmul_real.h: matrix products for one precision.
 *
 * Requires REAL and NAME(x), the type and the naming of functions; optionally GRADC_VECTOR_BYTES, the width
 * of the vectors, which is otherwise that of the target. Leaves NAME(matmul) and NAME(matvec) as gradc.h
 * describes them. */

/* A tile of c, tile_rows x tile_columns, is summed in registers over at most `depth` of the k products; the
 * rows of op(b) under it, a panel, stay in the nearest caches for all tiles of its columns. If a is small and
 * neither is transposed, both are read where they are: packing them costs more than it gains. Else parts of
 * both are packed as in Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): a
 * block of op(b), panel after panel, for the second cache, and a few tiles' rows of op(a) for the first. The
 * packed copies live on the stack. */

#ifndef GRADC_UNROLL
#if defined(__clang__)
#define GRADC_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define GRADC_UNROLL _Pragma("GCC unroll 16")
#else
#define GRADC_UNROLL
#endif
#endif

/* Asks for what will soon be read; any address will do. */
#ifndef GRADC_FETCH
#if defined(__GNUC__)
#define GRADC_FETCH(address) __builtin_prefetch(address)
#else
#define GRADC_FETCH(address) ((void)0)
#endif
#endif

#ifndef GRADC_VECTOR_BYTES
#if defined(__AVX512F__)
#define GRADC_VECTOR_BYTES 64
#elif defined(__AVX__)
#define GRADC_VECTOR_BYTES 32
#else
#define GRADC_VECTOR_BYTES 16
#endif
#endif

/* A vector of LANES numbers at any address of a number; one number where the compiler has no vectors. */
#if defined(__GNUC__)
typedef REAL NAME(vector) __attribute__((vector_size(GRADC_VECTOR_BYTES), aligned(sizeof(REAL)), may_alias));
#else
typedef REAL NAME(vector);
#endif

enum {
    NAME(lanes) = sizeof(NAME(vector)) / sizeof(REAL),
    NAME(tile_rows) = GRADC_VECTOR_BYTES == 64   ? 12
                      : GRADC_VECTOR_BYTES == 32 ? 6
                                                 : 4,
    NAME(tile_columns) = 2 * NAME(lanes),
    NAME(depth) = 256,                                          /* of a panel */
    NAME(width) = 192 * 1024 / NAME(depth) / (int)sizeof(REAL), /* columns of a packed block of op(b) */
    NAME(group) = 48,                                           /* rows of op(a) that are packed at once */
    NAME(row_room) = NAME(depth) + 16,                          /* for one of them */
    NAME(unpacked) = 512 * 1024 / (int)sizeof(REAL) /* elements of op(a) below a depth that need no copy */
};

/* A tile of rows x columns, in one vector for each row or in two, of which the second has the last columns
 * and may repeat some of the first: c = alpha a b + beta c. Element (i, l) of a is a[i * a_row + l *
 * a_column]; row l of b starts at b + l * b_row. */
GRADC_INLINE void NAME(tile)(int rows, int vectors, size_t columns, size_t k, const REAL *a, size_t a_row,
                             size_t a_column, const REAL *b, size_t b_row, REAL alpha, REAL beta, REAL *c,
                             size_t ldc)
{
    const NAME(vector) zero = {0};
    const size_t at[2] = {0, columns - NAME(lanes)}; /* where the vectors begin */
    NAME(vector) sum[NAME(tile_rows)][2], row[2];
    GRADC_UNROLL for (int i = 0; i < rows; i++)
    {
        GRADC_UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = zero;
    }
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < vectors; v++)
            GRADC_FETCH(c + (size_t)i * ldc + at[v]);
    for (size_t l = 0; l < k; l++, a += a_column, b += b_row) {
        for (int v = 0; v < vectors; v++)
            GRADC_FETCH(b + 16 * b_row + at[v]);
        GRADC_UNROLL for (int v = 0; v < vectors; v++) row[v] = *(const NAME(vector) *)(b + at[v]);
        GRADC_UNROLL for (int i = 0; i < rows; i++)
        {
            GRADC_UNROLL for (int v = 0; v < vectors; v++) sum[i][v] += a[(size_t)i * a_row] * row[v];
        }
    }
    GRADC_UNROLL for (int i = 0; i < rows; i++)
    {
        REAL *to = c + (size_t)i * ldc;
        GRADC_UNROLL for (int v = 0; v < vectors; v++)
        {
            const NAME(vector) *old = (const NAME(vector) *)(to + at[v]);
            sum[i][v] = beta == 0 ? alpha * sum[i][v] : alpha * sum[i][v] + beta * *old;
        }
        GRADC_UNROLL for (int v = 0; v < vectors; v++) * (NAME(vector) *)(to + at[v]) = sum[i][v];
    }
}

GRADC_INLINE size_t NAME(least)(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The depth of the next of even parts. */
GRADC_INLINE size_t NAME(depth_of)(size_t k, size_t left)
{
    size_t parts = (k + NAME(depth) - 1) / NAME(depth);
    return NAME(least)(left, (k + parts - 1) / parts);
}

/* How many rows the next tile takes of those that are left. */
GRADC_INLINE size_t NAME(rows_of)(size_t left)
{
    if (left >= NAME(tile_rows))
        return NAME(tile_rows);
    return left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

/* The tile for a number of rows that NAME(rows_of) gives. */
GRADC_INLINE void NAME(tile_of)(size_t rows, int vectors, size_t columns, size_t k, const REAL *a,
                                size_t a_row, size_t a_column, const REAL *b, size_t b_row, REAL alpha,
                                REAL beta, REAL *c, size_t ldc)
{
    switch (rows) {
    case 1: NAME(tile)(1, vectors, columns, k, a, a_row, a_column, b, b_row, alpha, beta, c, ldc); break;
    case 2: NAME(tile)(2, vectors, columns, k, a, a_row, a_column, b, b_row, alpha, beta, c, ldc); break;
    case 4: NAME(tile)(4, vectors, columns, k, a, a_row, a_column, b, b_row, alpha, beta, c, ldc); break;
    default:
        NAME(tile)
        (NAME(tile_rows), vectors, columns, k, a, a_row, a_column, b, b_row, alpha, beta, c, ldc);
    }
}

/* The first `columns` columns of a tile: in place if they fill a vector, else through a copy. */
GRADC_STATIC void NAME(narrow_tile)(size_t rows, size_t columns, size_t k, const REAL *a, size_t a_row,
                                    size_t a_column, const REAL *b, size_t b_row, REAL alpha, REAL beta,
                                    REAL *c, size_t ldc)
{
    REAL whole[NAME(tile_rows) * NAME(lanes)];
    if (columns > NAME(lanes)) {
        NAME(tile_of)(rows, 2, columns, k, a, a_row, a_column, b, b_row, alpha, beta, c, ldc);
        return;
    }
    if (columns == NAME(lanes)) {
        NAME(tile_of)(rows, 1, columns, k, a, a_row, a_column, b, b_row, alpha, beta, c, ldc);
        return;
    }
    NAME(tile_of)
    (rows, 1, NAME(lanes), k, a, a_row, a_column, b, b_row, alpha, 0, whole, NAME(lanes));
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            REAL product = whole[i * NAME(lanes) + j];
            c[i * ldc + j] = beta == 0 ? product : product + beta * c[i * ldc + j];
        }
}

/* A tile, or its first columns. */
GRADC_INLINE void NAME(part_of_tile)(size_t rows, size_t columns, size_t k, const REAL *a, size_t a_row,
                                     size_t a_column, const REAL *b, size_t b_row, REAL alpha, REAL beta,
                                     REAL *c, size_t ldc)
{
    if (columns == NAME(tile_columns))
        NAME(tile_of)(rows, 2, NAME(tile_columns), k, a, a_row, a_column, b, b_row, alpha, beta, c, ldc);
    else
        NAME(narrow_tile)(rows, columns, k, a, a_row, a_column, b, b_row, alpha, beta, c, ldc);
}

/* Rows [0, m) of op(a) and its columns [0, k), a tile's rows together: row after row, a_row apart, if a is
 * not transposed, else column after column. */
GRADC_STATIC void NAME(pack_a)(int trans, size_t m, size_t k, const REAL *a, size_t lda,
                               REAL *GRADC_RESTRICT packed)
{
    size_t rows;
    if (!trans) {
        for (size_t r = 0; r < m; r++)
            for (size_t l = 0; l < k; l++)
                packed[r * NAME(row_room) + l] = a[r * lda + l];
        return;
    }
    for (size_t i = 0; i < m; i += rows) {
        rows = NAME(rows_of)(m - i);
        REAL *to = packed + i * NAME(row_room);
        if (rows == NAME(tile_rows)) {
            for (size_t l = 0; l < k; l++)
                for (size_t r = 0; r < NAME(tile_rows); r++)
                    to[l * NAME(tile_rows) + r] = a[l * lda + i + r];
        } else {
            for (size_t l = 0; l < k; l++)
                for (size_t r = 0; r < rows; r++)
                    to[l * rows + r] = a[l * lda + i + r];
        }
    }
}

/* Whether the compiler moves lanes between vectors, and the target has instructions for it. */
#if defined(__GNUC__) && !defined(__clang__) && GRADC_VECTOR_BYTES >= 32
#define GRADC_TRANSPOSES 1
typedef __typeof__(*(NAME(vector) *)0 == *(NAME(vector) *)0) NAME(places);

/* to[j * width + i] = a[i * lda + j] for i, j < lanes, where width is that of a tile. A round interleaves
 * each row with the one half of all rows further on: this moves the first binary digit of the row's number
 * behind the last of the column's. */
GRADC_INLINE void NAME(transpose)(const REAL *a, size_t lda, REAL *to)
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
    GRADC_UNROLL for (int i = 0; i < lanes; i++) * (NAME(vector) *)(to + i * NAME(tile_columns)) = rows[i];
}
#else
#define GRADC_TRANSPOSES 0
#endif

/* Rows [0, k) and columns [0, n) of the transpose of b, row by row at the width of a tile. */
GRADC_INLINE void NAME(pack_transposed)(size_t k, size_t n, const REAL *b, size_t ldb,
                                        REAL *GRADC_RESTRICT packed)
{
    size_t rows = 0, columns = 0; /* of whole squares */
#if GRADC_TRANSPOSES
    rows = k - k % NAME(lanes);
    columns = n - n % NAME(lanes);
    for (size_t j = 0; j < columns; j += NAME(lanes))
        for (size_t l = 0; l < rows; l += NAME(lanes))
            NAME(transpose)(b + j * ldb + l, ldb, packed + l * NAME(tile_columns) + j);
#endif
    for (size_t j = 0; j < n; j++)
        for (size_t l = j < columns ? rows : 0; l < k; l++)
            packed[l * NAME(tile_columns) + j] = b[j * ldb + l];
}

/* Rows [0, k) and columns [0, n) of op(b), row by row at the width of a tile, filled up with zeros to that of
 * a vector. */
GRADC_STATIC void NAME(pack_b)(int trans, size_t k, size_t n, const REAL *b, size_t ldb,
                               REAL *GRADC_RESTRICT packed)
{
    if (n < NAME(lanes))
        for (size_t l = 0; l < k; l++)
            for (size_t j = n; j < NAME(lanes); j++)
                packed[l * NAME(tile_columns) + j] = 0;
    if (trans) {
        NAME(pack_transposed)(k, n, b, ldb, packed);
    } else if (n == NAME(tile_columns)) {
        for (size_t l = 0; l < k; l++)
            for (size_t j = 0; j < NAME(tile_columns); j++)
                packed[l * NAME(tile_columns) + j] = b[l * ldb + j];
    } else {
        for (size_t l = 0; l < k; l++)
            for (size_t j = 0; j < n; j++)
                packed[l * NAME(tile_columns) + j] = b[l * ldb + j];
    }
}

/* c = beta c. */
GRADC_STATIC void NAME(scale)(size_t m, size_t n, REAL beta, REAL *c, size_t ldc)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            c[i * ldc + j] = beta == 0 ? 0 : beta * c[i * ldc + j];
}

/* op(b) for rows [0, k) and columns [0, n), panel after panel. */
GRADC_STATIC void NAME(pack_panels)(int trans, size_t k, size_t n, const REAL *b, size_t ldb, REAL *packed)
{
    for (size_t j = 0; j < n; j += NAME(tile_columns), packed += k * NAME(tile_columns))
        NAME(pack_b)
    (trans, k, NAME(least)(n - j, NAME(tile_columns)), b + (trans ? j * ldb : j), ldb, packed);
}

/* Rows [0, m) of c from packed parts of op(a) and op(b). */
GRADC_STATIC void NAME(packed)(int trans_a, size_t m, size_t n, size_t k, REAL alpha, const REAL *a,
                               const REAL *b, REAL beta, REAL *c, size_t ldc)
{
    size_t rows;
    for (size_t i = 0; i < m; i += rows) {
        rows = NAME(rows_of)(m - i);
        for (size_t j = 0; j < n; j += NAME(tile_columns))
            NAME(part_of_tile)
        (rows, NAME(least)(n - j, NAME(tile_columns)), k, a + i * NAME(row_room),
         trans_a ? 1 : NAME(row_room), trans_a ? rows : 1, b + j * k, NAME(tile_columns), alpha, beta,
         c + i * ldc + j, ldc);
    }
}

/* The product by packed blocks. */
GRADC_STATIC void NAME(blocked)(int trans_a, int trans_b, size_t m, size_t n, size_t k, REAL alpha,
                                const REAL *a, size_t lda, const REAL *b, size_t ldb, REAL beta, REAL *c,
                                size_t ldc)
{
    REAL packed_b[NAME(depth) * NAME(width)], packed_a[NAME(group) * NAME(row_room)];
    for (size_t j = 0; j < n; j += NAME(width)) {
        size_t columns = NAME(least)(n - j, NAME(width));
        for (size_t l = 0, depth; l < k; l += depth) {
            depth = NAME(depth_of)(k, k - l);
            NAME(pack_panels)
            (trans_b, depth, columns, b + (trans_b ? j * ldb + l : l * ldb + j), ldb, packed_b);
            for (size_t i = 0; i < m; i += NAME(group)) {
                size_t rows = NAME(least)(m - i, NAME(group));
                NAME(pack_a)(trans_a, rows, depth, a + (trans_a ? l * lda + i : i * lda + l), lda, packed_a);
                NAME(packed)
                (trans_a, rows, columns, depth, alpha, packed_a, packed_b, l ? 1 : beta, c + i * ldc + j,
                 ldc);
            }
        }
    }
}

/* The same without a copy of a, and of b only where a panel is narrow or transposed. */
GRADC_STATIC void NAME(direct)(int trans_a, int trans_b, size_t m, size_t n, size_t k, REAL alpha,
                               const REAL *a, size_t lda, const REAL *b, size_t ldb, REAL beta, REAL *c,
                               size_t ldc)
{
    REAL panel[NAME(depth) * NAME(tile_columns)];
    size_t a_row = trans_a ? 1 : lda, a_column = trans_a ? lda : 1, rows;
    for (size_t l = 0, depth; l < k; l += depth) {
        depth = NAME(depth_of)(k, k - l);
        for (size_t j = 0; j < n; j += NAME(tile_columns)) {
            size_t columns = NAME(least)(n - j, NAME(tile_columns));
            const REAL *from = b + (trans_b ? j * ldb + l : l * ldb + j);
            size_t b_row = ldb;
            if (trans_b || columns < NAME(lanes)) {
                NAME(pack_b)(trans_b, depth, columns, from, ldb, panel);
                from = panel;
                b_row = NAME(tile_columns);
            }
            for (size_t i = 0; i < m; i += rows) {
                rows = NAME(rows_of)(m - i);
                NAME(part_of_tile)
                (rows, columns, depth, a + i * a_row + l * a_column, a_row, a_column, from, b_row, alpha,
                 l ? 1 : beta, c + i * ldc + j, ldc);
            }
        }
    }
}

/* The same by its definition. */
GRADC_STATIC void NAME(tiny)(int trans_a, int trans_b, size_t m, size_t n, size_t k, REAL alpha,
                             const REAL *a, size_t lda, const REAL *b, size_t ldb, REAL beta, REAL *c,
                             size_t ldc)
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

/* The sum of x[j] a[j] for 4 rows of a, into sums. */
GRADC_STATIC void NAME(dot4)(size_t n, const REAL *a, size_t lda, const REAL *x, REAL *sums)
{
    const NAME(vector) zero = {0};
    NAME(vector) sum[4][2];
    GRADC_UNROLL for (int i = 0; i < 4; i++) sum[i][0] = sum[i][1] = zero;
    size_t j = 0;
    for (; j + NAME(tile_columns) <= n; j += NAME(tile_columns)) {
        GRADC_UNROLL for (int i = 0; i < 4; i++)
        {
            GRADC_UNROLL for (size_t v = 0; v < 2; v++)
            {
                size_t at = j + v * NAME(lanes);
                sum[i][v] +=
                    *(const NAME(vector) *)(a + (size_t)i * lda + at) * *(const NAME(vector) *)(x + at);
            }
        }
    }
    for (size_t i = 0; i < 4; i++) {
        REAL parts[NAME(lanes)];
        *(NAME(vector) *)parts = sum[i][0] + sum[i][1];
        REAL total = 0;
        for (size_t l = 0; l < NAME(lanes); l++)
            total += parts[l];
        for (size_t l = j; l < n; l++)
            total += a[i * lda + l] * x[l];
        sums[i] = total;
    }
}

/* y = alpha a x + beta y. */
GRADC_STATIC void NAME(rows_by_vector)(size_t m, size_t n, REAL alpha, const REAL *a, size_t lda,
                                       const REAL *x, size_t incx, REAL beta, REAL *y, size_t incy)
{
    REAL dense[NAME(depth)];
    for (size_t j = 0; j < n; j += NAME(depth), beta = 1) {
        size_t columns = incx == 1 ? n - j : NAME(least)(n - j, NAME(depth));
        const REAL *part = x + j;
        if (incx != 1) {
            for (size_t l = 0; l < columns; l++)
                dense[l] = x[(j + l) * incx];
            part = dense;
        }
        for (size_t i = 0; i < m; i += 4) {
            size_t rows = NAME(least)(m - i, 4);
            REAL sums[4];
            if (rows == 4)
                NAME(dot4)(columns, a + i * lda + j, lda, part, sums);
            else
                for (size_t r = 0; r < rows; r++) {
                    REAL same[4];
                    NAME(dot4)(columns, a + (i + r) * lda + j, 0, part, same);
                    sums[r] = same[0];
                }
            for (size_t r = 0; r < rows; r++) {
                REAL *to = y + (i + r) * incy;
                *to = beta == 0 ? alpha * sums[r] : alpha * sums[r] + beta * *to;
            }
        }
        if (incx == 1)
            break;
    }
}

/* y = alpha a' x + beta y: a product of one row with the matrix. */
GRADC_STATIC void NAME(columns_by_vector)(size_t m, size_t n, REAL alpha, const REAL *a, size_t lda,
                                          const REAL *x, size_t incx, REAL beta, REAL *y, size_t incy)
{
    if (incy == 1) {
        NAME(direct)(incx != 1, 0, 1, n, m, alpha, x, incx, a, lda, beta, y, n);
        return;
    }
    REAL dense[NAME(depth)];
    for (size_t j = 0; j < n; j += NAME(depth)) {
        size_t columns = NAME(least)(n - j, NAME(depth));
        NAME(direct)(incx != 1, 0, 1, columns, m, alpha, x, incx, a + j, lda, 0, dense, columns);
        for (size_t l = 0; l < columns; l++) {
            REAL *to = y + (j + l) * incy;
            *to = beta == 0 ? dense[l] : dense[l] + beta * *to;
        }
    }
}

GRADC_API void NAME(matvec)(int trans, size_t m, size_t n, REAL alpha, const REAL *a, size_t lda,
                            const REAL *x, size_t incx, REAL beta, REAL *y, size_t incy)
{
    if ((trans ? m : n) == 0 || alpha == 0)
        NAME(scale)(trans ? n : m, 1, beta, y, incy);
    else if (trans)
        NAME(columns_by_vector)(m, n, alpha, a, lda, x, incx, beta, y, incy);
    else
        NAME(rows_by_vector)(m, n, alpha, a, lda, x, incx, beta, y, incy);
}

GRADC_API void NAME(matmul)(int trans_a, int trans_b, size_t m, size_t n, size_t k, REAL alpha, const REAL *a,
                            size_t lda, const REAL *b, size_t ldb, REAL beta, REAL *c, size_t ldc)
{
    if (k == 0 || alpha == 0)
        NAME(scale)(m, n, beta, c, ldc);
    else if (m <= 4 && n <= 8 && k <= 8)
        NAME(tiny)(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    else if (n == 1)
        NAME(matvec)
    (trans_a, trans_a ? k : m, trans_a ? m : k, alpha, a, lda, b, trans_b ? 1 : ldb, beta, c, ldc);
    else if (m == 1) NAME(matvec)(!trans_b, trans_b ? n : k, trans_b ? k : n, alpha, b, ldb, a,
                                  trans_a ? lda : 1, beta, c, 1);
    else if (n <= NAME(tile_columns) || m * k <= 1024 ||
             (!trans_b && !trans_a && m * NAME(depth_of)(k, k) <= NAME(unpacked)))
        NAME(direct)(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    else NAME(blocked)(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

/* ---- Parts, for several threads ---- */

/* How many parts of a product are worth computing side by side; depends on the sizes alone. */
GRADC_API size_t NAME(matmul_parts)(size_t m, size_t n, size_t k)
{
    const size_t worth_a_thread = (size_t)1 << 18 /* products */, most = 16;
    size_t rows = (m + NAME(tile_rows) - 1) / NAME(tile_rows);
    size_t columns = (n + NAME(tile_columns) - 1) / NAME(tile_columns);
    double work = (double)m * (double)n * (double)k / (double)worth_a_thread;
    size_t parts = work < 4 ? 1 : work < (double)most ? (size_t)work : most;
    return NAME(least)(parts, rows > columns ? rows : columns);
}

/* One of them: whole rows or columns of tiles, so that its elements are summed as in the whole product. */
GRADC_API void NAME(matmul_part)(size_t part, size_t parts, int trans_a, int trans_b, size_t m, size_t n,
                                 size_t k, REAL alpha, const REAL *a, size_t lda, const REAL *b, size_t ldb,
                                 REAL beta, REAL *c, size_t ldc)
{
    size_t rows = (m + NAME(tile_rows) - 1) / NAME(tile_rows);
    size_t columns = (n + NAME(tile_columns) - 1) / NAME(tile_columns);
    if (rows > columns || rows >= 8 * parts) {
        size_t from = rows * part / parts * NAME(tile_rows);
        size_t end = NAME(least)(rows * (part + 1) / parts * NAME(tile_rows), m);
        if (from < end)
            NAME(matmul)
        (trans_a, trans_b, end - from, n, k, alpha, a + (trans_a ? from : from * lda), lda, b, ldb, beta,
         c + from * ldc, ldc);
    } else {
        size_t from = columns * part / parts * NAME(tile_columns);
        size_t end = NAME(least)(columns * (part + 1) / parts * NAME(tile_columns), n);
        if (from < end)
            NAME(matmul)
        (trans_a, trans_b, m, end - from, k, alpha, a, lda, b + (trans_b ? from * ldb : from), ldb, beta,
         c + from, ldc);
    }
}
#undef GRADC_TRANSPOSES
