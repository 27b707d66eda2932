/* decompose_real.h: decompositions of one matrix for one precision, and the guard in front of what only
 * finite numbers may reach.
 *
 * Requires REAL and NAME(x), the type and the naming of functions. Leaves the functions of gradc.h. */

GRADC_STATIC int NAME(is_finite)(size_t count, const REAL *x)
{
    int is_finite = 1;
    for (size_t i = 0; i < count; i++)
        is_finite &= x[i] - x[i] == 0;
    return is_finite;
}

GRADC_API int NAME(finite)(size_t rows, size_t columns, const REAL *x, REAL *y, REAL *work)
{
    (void)work;
    for (size_t i = 0; i < rows * columns; i++)
        y[i] = x[i];
    return NAME(is_finite)(rows * columns, x) ? GRADC_OK : GRADC_ENUMERIC;
}
