/* matmul_real.h: matrix products for one precision.
 *
 * Requires REAL and NAME(x), the type and the naming of functions; optionally GRADC_VECTOR_BYTES, the width
 * of the vectors, which is otherwise that of the target. Leaves NAME(matmul) and NAME(matvec) as gradc.h
 * describes them. */

/* A tile of c, tile_rows x tile_columns, is summed in registers over at most `depth` of the k products; the
 * rows of op(b) under it, a panel, stay in the nearest caches for all tiles of its columns. The last panel
 * may be as narrow as half a vector. A small a is read where it is: packing costs more than it gains;
 * and if it is not transposed, so is b. Else parts are packed as in Goto and van de Geijn, "Anatomy of
 * High-Performance Matrix Multiplication" (2008): a block of op(b), panel after panel, for the second cache,
 * and the strip of op(a) for one row of tiles for the first. The packed copies live on the stack. */

/* Whether to do without all that: no vectors, no copies, hardly any code or stack, as microcontrollers ask.
 */
#ifndef GRADC_SMALL
#if defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M' || defined(__AVR__)
#define GRADC_SMALL 1
#else
#define GRADC_SMALL 0
#endif
#endif

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

/* A vector of LANES numbers at any address of a number, and half of one, if that is not too short; one number
 * where the compiler has no vectors, or computes numbers in a wider type than vectors. */
#if defined(__GNUC__) && (__FLT_EVAL_METHOD__ == 0 || __FLT_EVAL_METHOD__ == 16)
#define GRADC_HAS_VECTORS 1
#define GRADC_HALF_BYTES  (GRADC_VECTOR_BYTES > 16 ? GRADC_VECTOR_BYTES / 2 : 16)
typedef REAL NAME(vector) __attribute__((vector_size(GRADC_VECTOR_BYTES), aligned(sizeof(REAL)), may_alias));
typedef REAL NAME(half_vector)
    __attribute__((vector_size(GRADC_HALF_BYTES), aligned(sizeof(REAL)), may_alias));
#undef GRADC_HALF_BYTES
#else
#define GRADC_HAS_VECTORS 0
typedef REAL NAME(vector);
typedef REAL NAME(half_vector);
#endif

enum {
    NAME(lanes) = sizeof(NAME(vector)) / sizeof(REAL),
    NAME(half) = sizeof(NAME(half_vector)) / sizeof(REAL),
    NAME(tile_rows) = GRADC_VECTOR_BYTES == 64   ? 12
                      : GRADC_VECTOR_BYTES == 32 ? 6
                                                 : 4,
    NAME(tile_columns) = 2 * NAME(lanes),
    NAME(depth) = 256,                                          /* of a panel */
    NAME(width) = 192 * 1024 / NAME(depth) / (int)sizeof(REAL), /* columns of a packed block of op(b) */
    NAME(row_room) = NAME(depth) + 16,                          /* for a packed row of op(a) */
    NAME(unpacked) = 512 * 1024 / (int)sizeof(REAL) /* elements of op(a) below a depth that need no copy */
};

#define VECTOR  NAME(vector)
#define TILE(x) NAME(x##_of_vectors)
#include "matmul_tile.h"
#undef VECTOR
#undef TILE
#define VECTOR  NAME(half_vector)
#define TILE(x) NAME(x##_of_halves)
#include "matmul_tile.h"
#undef VECTOR
#undef TILE

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

/* How wide a panel of so many columns is: half a vector at least. */
GRADC_INLINE size_t NAME(width_of)(size_t columns)
{
    if (columns < NAME(half))
        return NAME(half);
    return columns;
}

#include "matmul_pack.h"

/* The tile for numbers of rows and columns that NAME(rows_of) and NAME(width_of) give. */
GRADC_INLINE void NAME(tile_of)(int trans, size_t rows, size_t columns, size_t k, const REAL *a, size_t lda,
                                const REAL *b, size_t ldb, REAL alpha, REAL beta, REAL *c, size_t ldc)
{
    if (columns == NAME(tile_columns))
        NAME(rows_of_vectors)(rows, 2, NAME(tile_columns), trans, k, a, lda, b, ldb, alpha, beta, c, ldc);
    else if (columns > NAME(lanes))
        NAME(rows_of_vectors)(rows, 2, columns, trans, k, a, lda, b, ldb, alpha, beta, c, ldc);
    else if (columns == NAME(lanes))
        NAME(rows_of_vectors)(rows, 1, columns, trans, k, a, lda, b, ldb, alpha, beta, c, ldc);
    else if (columns > NAME(half))
        NAME(rows_of_halves)(rows, 2, columns, trans, k, a, lda, b, ldb, alpha, beta, c, ldc);
    else
        NAME(rows_of_halves)(rows, 1, columns, trans, k, a, lda, b, ldb, alpha, beta, c, ldc);
}

GRADC_STATIC void NAME(tile)(int trans, size_t rows, size_t columns, size_t k, const REAL *a, size_t lda,
                             const REAL *b, size_t ldb, REAL alpha, REAL beta, REAL *c, size_t ldc)
{
    if (trans)
        NAME(tile_of)(1, rows, columns, k, a, lda, b, ldb, alpha, beta, c, ldc);
    else
        NAME(tile_of)(0, rows, columns, k, a, lda, b, ldb, alpha, beta, c, ldc);
}

/* The same for columns that may be fewer than a panel is wide: then through a copy. */
GRADC_STATIC void NAME(part_of_tile)(int trans, size_t rows, size_t columns, size_t k, const REAL *a,
                                     size_t lda, const REAL *b, size_t ldb, REAL alpha, REAL beta, REAL *c,
                                     size_t ldc)
{
    REAL whole[NAME(tile_rows) * NAME(half)];
    if (columns >= NAME(half)) {
        NAME(tile)(trans, rows, columns, k, a, lda, b, ldb, alpha, beta, c, ldc);
        return;
    }
    if (beta != 0) {
        for (size_t i = 0; i < rows * NAME(half); i++)
            whole[i] = 0; /* beside the columns */
        for (size_t i = 0; i < rows; i++)
            NAME(copy)(columns, c + i * ldc, whole + i * NAME(half));
    }
    NAME(tile)(trans, rows, NAME(half), k, a, lda, b, ldb, alpha, beta, whole, NAME(half));
    for (size_t i = 0; i < rows; i++)
        NAME(copy)(columns, whole + i * NAME(half), c + i * ldc);
}

/* A strip of tiles, m rows of c, with packed panels of op(b). */
GRADC_STATIC void NAME(strip)(int trans, size_t m, size_t n, size_t k, REAL alpha, const REAL *a, size_t lda,
                              const REAL *panels, REAL beta, REAL *c, size_t ldc)
{
    size_t rows, columns;
    for (size_t i = 0; i < m; i += rows) {
        rows = NAME(rows_of)(m - i);
        for (size_t j = 0; j < n; j += columns) {
            columns = NAME(least)(n - j, NAME(tile_columns));
            NAME(part_of_tile)
            (trans, rows, columns, k, a + (trans ? i : i * lda), lda, panels + j * k, NAME(width_of)(columns),
             alpha, beta, c + i * ldc + j, ldc);
        }
    }
}

/* c = beta c. */
GRADC_STATIC void NAME(scale)(size_t m, size_t n, REAL beta, REAL *c, size_t ldc)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            c[i * ldc + j] = beta == 0 ? 0 : beta * c[i * ldc + j];
}

/* The few columns of c below a panel that is not even half a vector wide, from a transposed a: rows of c' =
 * op(b)' op(a)', so that vectors are full. m is at least half a vector. */
GRADC_STATIC void NAME(few_columns)(size_t m, size_t n, size_t k, const REAL *a, size_t lda,
                                    const REAL *panel, REAL alpha, REAL beta, REAL *c, size_t ldc)
{
    REAL turned[NAME(half) * NAME(tile_columns)]; /* a part of c' */
    size_t columns, rows;
    for (size_t i = 0; i < m; i += columns) {
        columns = NAME(least)(m - i, NAME(tile_columns));
        if (m - i > columns && m - i < columns + NAME(half))
            columns -= NAME(half); /* leaves enough for the last */
        if (beta != 0)
            for (size_t r = 0; r < n; r++)
                for (size_t q = 0; q < columns; q++)
                    turned[r * NAME(tile_columns) + q] = c[(i + q) * ldc + r];
        for (size_t r = 0; r < n; r += rows) {
            rows = NAME(rows_of)(n - r);
            NAME(tile)
            (1, rows, columns, k, panel + r, NAME(half), a + i, lda, alpha, beta,
             turned + r * NAME(tile_columns), NAME(tile_columns));
        }
        for (size_t r = 0; r < n; r++)
            for (size_t q = 0; q < columns; q++)
                c[(i + q) * ldc + r] = turned[r * NAME(tile_columns) + q];
    }
}

/* The product by packed blocks of op(b), and strips of op(a), packed if they are far apart. */
GRADC_STATIC void NAME(blocked)(int trans_a, int trans_b, size_t m, size_t n, size_t k, REAL alpha,
                                const REAL *a, size_t lda, const REAL *b, size_t ldb, REAL beta, REAL *c,
                                size_t ldc)
{
    REAL panels[NAME(depth) * NAME(width)], packed[NAME(tile_rows) * NAME(row_room)];
    const int is_near = m * NAME(depth_of)(k, k) <= NAME(unpacked);
    const size_t packed_row = trans_a ? NAME(tile_rows) : NAME(row_room);
    for (size_t j = 0; j < n; j += NAME(width)) {
        for (size_t l = 0, depth; l < k; l += depth) {
            size_t columns = NAME(least)(n - j, NAME(width));
            depth = NAME(depth_of)(k, k - l);
            NAME(pack_panels)
            (trans_b, depth, columns, b + (trans_b ? j * ldb + l : l * ldb + j), ldb, panels);
            size_t few = columns % NAME(tile_columns);
            if (few > 0 && few < NAME(half) && is_near && trans_a && m >= NAME(half)) {
                columns -= few;
                NAME(few_columns)
                (m, few, depth, a + l * lda, lda, panels + columns * depth, alpha, l ? 1 : beta,
                 c + j + columns, ldc);
            }
            for (size_t i = 0; i < m; i += NAME(tile_rows)) {
                size_t rows = NAME(least)(m - i, NAME(tile_rows));
                const REAL *from = a + (trans_a ? l * lda + i : i * lda + l);
                if (!is_near)
                    NAME(pack_a)(trans_a, rows, depth, from, lda, packed);
                NAME(strip)
                (trans_a, rows, columns, depth, alpha, is_near ? from : packed, is_near ? lda : packed_row,
                 panels, l ? 1 : beta, c + i * ldc + j, ldc);
            }
        }
    }
}

/* The same without a copy of a, and of b only where a panel is not full or transposed. */
GRADC_STATIC void NAME(direct)(int trans_a, int trans_b, size_t m, size_t n, size_t k, REAL alpha,
                               const REAL *a, size_t lda, const REAL *b, size_t ldb, REAL beta, REAL *c,
                               size_t ldc)
{
    REAL panel[NAME(depth) * NAME(tile_columns)];
    size_t rows, columns;
    for (size_t l = 0, depth; l < k; l += depth) {
        depth = NAME(depth_of)(k, k - l);
        for (size_t j = 0; j < n; j += columns) {
            columns = NAME(least)(n - j, NAME(tile_columns));
            const REAL *from = b + (trans_b ? j * ldb + l : l * ldb + j);
            size_t b_row = ldb;
            if (trans_b || columns < NAME(half)) {
                NAME(pack_b)(trans_b, depth, columns, from, ldb, panel);
                from = panel;
                b_row = NAME(width_of)(columns);
            }
            for (size_t i = 0; i < m; i += rows) {
                rows = NAME(rows_of)(m - i);
                NAME(part_of_tile)
                (trans_a, rows, columns, depth, a + (trans_a ? l * lda + i : i * lda + l), lda, from, b_row,
                 alpha, l ? 1 : beta, c + i * ldc + j, ldc);
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
    else if (GRADC_SMALL)
        NAME(tiny)(trans, 0, trans ? n : m, 1, trans ? m : n, alpha, a, lda, x, incx, beta, y, incy);
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
    else if (GRADC_SMALL || (m <= 4 && n <= 8 && k <= 8))
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
