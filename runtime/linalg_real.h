/* linalg_real.h: dense factorisations for one precision, row by row, so that the innermost loops have unit
 * stride.
 *
 * Requires REAL and NAME(x), the type and the naming of functions, and <math.h>. Leaves the functions of
 * gradc.h. */

/* y = y - factor x. */
GRADC_STATIC void NAME(subtract_row)(size_t n, REAL factor, const REAL *GRADC_RESTRICT x,
                                     REAL *GRADC_RESTRICT y)
{
    for (size_t j = 0; j < n; j++)
        y[j] -= factor * x[j];
}

GRADC_STATIC REAL NAME(magnitude)(REAL x)
{
    return x < 0 ? -x : x;
}

GRADC_API int NAME(cholesky)(size_t n, const REAL *a, REAL *l)
{
    /* The upper factor u = l' row by row: u_k = a_k / sqrt(a_kk), a_i = a_i - u_ki u_k. */
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            l[j * n + i] = a[i * n + j];
    for (size_t k = 0; k < n; k++) {
        REAL *row = l + k * n;
        if (!(row[k] > 0))
            return GRADC_ENUMERIC;
        REAL root = (REAL)sqrt((double)row[k]);
        for (size_t j = k; j < n; j++)
            row[j] /= root;
        row[k] = root;
        for (size_t i = k + 1; i < n; i++)
            NAME(subtract_row)(n - i, row[i], row + i, l + i * n + i);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            l[j * n + i] = l[i * n + j];
            l[i * n + j] = 0;
        }
    return GRADC_OK;
}

/* b = op(t)^-1 b, the diagonal being known to be usable. */
GRADC_STATIC void NAME(substitute)(int lower, int trans, int unit, size_t n, size_t m, const REAL *t, REAL *b,
                                   size_t ldb)
{
    size_t row = trans ? 1 : n, column = trans ? n : 1;
    int forward = !lower == !!trans; /* op(t) is lower triangular */
    for (size_t step = 0; step < n; step++) {
        size_t i = forward ? step : n - 1 - step;
        REAL *to = b + i * ldb;
        for (size_t past = 0; past < step; past++) {
            size_t j = forward ? past : n - 1 - past;
            NAME(subtract_row)(m, t[i * row + j * column], b + j * ldb, to);
        }
        if (!unit)
            for (size_t j = 0; j < m; j++)
                to[j] /= t[i * n + i];
    }
}

GRADC_API int NAME(solve_triangular)(int lower, int trans, int unit, size_t n, size_t m, const REAL *t,
                                     REAL *b, size_t ldb)
{
    for (size_t i = 0; i < n && !unit; i++)
        if (!(NAME(magnitude)(t[i * n + i]) > 0))
            return GRADC_ENUMERIC;
    NAME(substitute)(lower, trans, unit, n, m, t, b, ldb);
    return GRADC_OK;
}

/* The row in [k, n) whose element of column k has the largest magnitude; one with a NaN before any other. */
GRADC_STATIC size_t NAME(pivot)(size_t n, size_t k, const REAL *a)
{
    size_t best = k;
    for (size_t i = k; i < n; i++) {
        REAL size = NAME(magnitude)(a[i * n + k]);
        if (size != size)
            return i;
        if (size > NAME(magnitude)(a[best * n + k]))
            best = i;
    }
    return best;
}

GRADC_STATIC void NAME(exchange_rows)(size_t m, REAL *x, REAL *y)
{
    for (size_t j = 0; j < m && x != y; j++) {
        REAL kept = x[j];
        x[j] = y[j];
        y[j] = kept;
    }
}

GRADC_API int NAME(lu)(size_t n, REAL *a, int32_t *pivots)
{
    int status = GRADC_OK;
    for (size_t k = 0; k < n; k++) {
        size_t best = NAME(pivot)(n, k, a);
        pivots[k] = (int32_t)best;
        NAME(exchange_rows)(n, a + k * n, a + best * n);
        REAL pivot = a[k * n + k];
        if (!(NAME(magnitude)(pivot) > 0)) {
            status = GRADC_ENUMERIC;
            if (pivot == 0)
                continue; /* the column is zero from here on */
        }
        for (size_t i = k + 1; i < n; i++) {
            a[i * n + k] /= pivot;
            NAME(subtract_row)(n - k - 1, a[i * n + k], a + k * n + k + 1, a + i * n + k + 1);
        }
    }
    return status;
}

GRADC_API void NAME(lu_solve)(int trans, size_t n, size_t m, const REAL *lu, const int32_t *pivots, REAL *b,
                              size_t ldb)
{
    /* a = P' L U and a' = U' L' P */
    for (size_t i = 0; i < n && !trans; i++)
        NAME(exchange_rows)(m, b + i * ldb, b + (size_t)pivots[i] * ldb);
    NAME(substitute)(!trans, trans, !trans, n, m, lu, b, ldb);
    NAME(substitute)(trans, trans, trans, n, m, lu, b, ldb);
    for (size_t i = n; i-- > 0 && trans;)
        NAME(exchange_rows)(m, b + i * ldb, b + (size_t)pivots[i] * ldb);
}

GRADC_API REAL NAME(lu_det)(size_t n, const REAL *lu, const int32_t *pivots)
{
    REAL product = 1;
    for (size_t i = 0; i < n; i++)
        product *= (size_t)pivots[i] == i ? lu[i * n + i] : -lu[i * n + i];
    return product;
}

GRADC_API REAL NAME(lu_logdet)(size_t n, const REAL *lu)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += log((double)NAME(magnitude)(lu[i * n + i]));
    return (REAL)sum;
}
