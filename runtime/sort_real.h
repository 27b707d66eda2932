/* sort_real.h: sorting for one precision.
 *
 * Requires REAL and NAME(x), the type and the naming of functions. Leaves the functions of gradc.h. */

GRADC_STATIC int NAME(comes_before)(REAL a, REAL b)
{
    return a < b || (b != b && a == a);
}

/* Merges x's places in [first, middle) and [middle, end) of `from`, ascending both, into `to`; of equal ones
 * the first half's come first. */
GRADC_STATIC void NAME(merge)(const REAL *x, const int32_t *from, int32_t *to, size_t first, size_t middle,
                              size_t end)
{
    size_t a = first, b = middle;
    for (size_t i = first; i < end; i++) {
        int takes_b = a == middle || (b < end && NAME(comes_before)(x[from[b]], x[from[a]]));
        to[i] = takes_b ? from[b++] : from[a++];
    }
}

/* Pairs of runs are merged, from single elements to the whole row. */
GRADC_API int NAME(argsort)(size_t rows, size_t columns, const REAL *x, int32_t *y, int32_t *work)
{
    for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
        for (size_t i = 0; i < columns; i++)
            y[i] = (int32_t)i;
        for (size_t run = 1; run < columns; run *= 2) {
            for (size_t first = 0; first < columns; first += 2 * run) {
                const size_t middle = columns - first < run ? columns : first + run;
                const size_t end = columns - middle < run ? columns : middle + run;
                NAME(merge)(x, y, work, first, middle, end);
            }
            for (size_t i = 0; i < columns; i++)
                y[i] = work[i];
        }
    }
    return GRADC_OK;
}
