/* lapack_real.h: the factorisations of gradc.h for one precision: by LAPACK if the program links one and the
 * matrix is large enough to be worth the call, else by the portable routines.
 *
 * Requires REAL, NAME(x), PORTABLE(x) and LAPACK(x), the type and the naming of functions: ours, the portable
 * ones and LAPACK's. LAPACK's matrices lie column by column: what is a to us is a' to LAPACK. The last
 * arguments of a Fortran procedure are the lengths of its strings. */

#ifdef GRADC_LAPACK
extern void LAPACK(potrf)(const char *uplo, const int *n, REAL *a, const int *lda, int *info, size_t)
    __attribute__((weak));
extern void LAPACK(getrf)(const int *m, const int *n, REAL *a, const int *lda, int *pivots, int *info)
    __attribute__((weak));
extern void LAPACK(trsm)(const char *side, const char *uplo, const char *trans, const char *diag,
                         const int *m, const int *n, const REAL *alpha, const REAL *a, const int *lda,
                         REAL *b, const int *ldb, size_t, size_t, size_t, size_t) __attribute__((weak));

/* Whether every element of rows [0, n) is finite, of the lower triangle only if lower is not 0. What LAPACK
 * does with other matrices depends on who made it, so that they are left to the portable routines. */
GRADC_STATIC int NAME(all_finite)(int lower, size_t n, const REAL *a)
{
    for (size_t i = 0; i < n; i++) {
        REAL rest = 0;
        for (size_t j = 0; j < (lower ? i + 1 : n); j++)
            rest += a[i * n + j] - a[i * n + j];
        if (rest != 0)
            return 0;
    }
    return 1;
}

GRADC_STATIC void NAME(transpose)(size_t n, REAL *a)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            REAL kept = a[i * n + j];
            a[i * n + j] = a[j * n + i];
            a[j * n + i] = kept;
        }
}

/* Whether the diagonal has no zero and no NaN. */
GRADC_STATIC int NAME(regular)(size_t n, const REAL *a)
{
    for (size_t i = 0; i < n; i++)
        if (!(a[i * n + i] < 0 || a[i * n + i] > 0))
            return 0;
    return 1;
}

/* Our lower triangle is LAPACK's upper one: a' = u' u, l = u'. */
GRADC_STATIC int NAME(cholesky_lapack)(size_t n, const REAL *a, REAL *l)
{
    int order = (int)n, info = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            l[i * n + j] = j <= i ? a[i * n + j] : 0;
    LAPACK(potrf)("U", &order, l, &order, &info, 1);
    return info == 0 && NAME(regular)(n, l) ? GRADC_OK : GRADC_ENUMERIC;
}

GRADC_STATIC int NAME(lu_lapack)(size_t n, REAL *a, int32_t *pivots)
{
    int order = (int)n, info = 0;
    NAME(transpose)(n, a);
    LAPACK(getrf)(&order, &order, a, &order, pivots, &info);
    NAME(transpose)(n, a);
    for (size_t i = 0; i < n; i++)
        pivots[i]--;
    return info == 0 && NAME(regular)(n, a) ? GRADC_OK : GRADC_ENUMERIC;
}

/* op(t) x = b is x' op(t)' = b' to LAPACK, and our t is its t'. */
GRADC_STATIC void NAME(substitute_lapack)(int lower, int trans, int unit, size_t n, size_t m, const REAL *t,
                                          REAL *b, size_t ldb)
{
    int order = (int)n, columns = (int)m, stride = (int)ldb;
    REAL one = 1;
    const char *uplo = lower ? "U" : "L", *op = trans ? "T" : "N", *diagonal = unit ? "U" : "N";
    LAPACK(trsm)("R", uplo, op, diagonal, &columns, &order, &one, t, &order, b, &stride, 1, 1, 1, 1);
}

#endif

int NAME(cholesky)(size_t n, const REAL *a, REAL *l)
{
#ifdef GRADC_LAPACK
    if (LAPACK(potrf) && large(LARGE_CHOLESKY, n, n, n) && NAME(all_finite)(1, n, a))
        return NAME(cholesky_lapack)(n, a, l);
#endif
    return PORTABLE(cholesky)(n, a, l);
}

int NAME(solve_triangular)(int lower, int trans, int unit, size_t n, size_t m, const REAL *t, REAL *b,
                           size_t ldb)
{
#ifdef GRADC_LAPACK
    if (LAPACK(trsm) && large(LARGE_SUBSTITUTE, n, m, ldb)) {
        if (!unit && !NAME(regular)(n, t))
            return GRADC_ENUMERIC;
        NAME(substitute_lapack)(lower, trans, unit, n, m, t, b, ldb);
        return GRADC_OK;
    }
#endif
    return PORTABLE(solve_triangular)(lower, trans, unit, n, m, t, b, ldb);
}

int NAME(lu)(size_t n, REAL *a, int32_t *pivots)
{
#ifdef GRADC_LAPACK
    if (LAPACK(getrf) && large(LARGE_LU, n, n, n) && NAME(all_finite)(0, n, a))
        return NAME(lu_lapack)(n, a, pivots);
#endif
    return PORTABLE(lu)(n, a, pivots);
}

void NAME(lu_solve)(int trans, size_t n, size_t m, const REAL *lu, const int32_t *pivots, REAL *b, size_t ldb)
{
#ifdef GRADC_LAPACK
    if (LAPACK(trsm) && large(LARGE_SUBSTITUTE, n, m, ldb)) {
        for (size_t i = 0; i < n && !trans; i++)
            PORTABLE(exchange_rows)(m, b + i * ldb, b + (size_t)pivots[i] * ldb);
        NAME(substitute_lapack)(!trans, trans, !trans, n, m, lu, b, ldb);
        NAME(substitute_lapack)(trans, trans, trans, n, m, lu, b, ldb);
        for (size_t i = n; i-- > 0 && trans;)
            PORTABLE(exchange_rows)(m, b + i * ldb, b + (size_t)pivots[i] * ldb);
        return;
    }
#endif
    PORTABLE(lu_solve)(trans, n, m, lu, pivots, b, ldb);
}

REAL NAME(lu_det)(size_t n, const REAL *lu, const int32_t *pivots)
{
    return PORTABLE(lu_det)(n, lu, pivots);
}

REAL NAME(lu_logdet)(size_t n, const REAL *lu)
{
    return PORTABLE(lu_logdet)(n, lu);
}
