/* factors_real.h: the factors of gradc_lu and its row exchanges, each by itself, for one precision.
 *
 * Requires REAL and NAME(x), the type and the naming of functions, and NAME(lu). Leaves the functions of
 * gradc.h. */

GRADC_API int NAME(lu_factors)(size_t rows, size_t columns, const REAL *x, REAL *y, REAL *work)
{
    (void)columns;
    for (size_t i = 0; i < rows * rows; i++)
        y[i] = x[i];
    return NAME(lu)(rows, y, (int32_t *)(void *)work);
}

GRADC_API int NAME(lu_rows)(size_t rows, size_t columns, REAL *x, int32_t *y, int32_t *work)
{
    (void)columns;
    int status = NAME(lu)(rows, x, work);
    for (size_t i = 0; i < rows; i++)
        y[i] = (int32_t)i;
    for (size_t i = 0; i < rows && status == GRADC_OK; i++) {
        const int32_t row = y[i];
        y[i] = y[work[i]];
        y[work[i]] = row;
    }
    return status;
}
