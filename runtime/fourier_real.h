/* fourier_real.h: the discrete Fourier transform for one precision, of any length: as many transforms as its
 * least prime factor says, of every p-th element each, are joined by sums of p terms.
 *
 * Requires REAL and NAME(x), the type and the naming of functions, and <math.h>. Leaves the functions of
 * gradc.h. Real parts stand `whole` elements before imaginary ones. */

GRADC_STATIC size_t NAME(least_factor)(size_t n)
{
    for (size_t p = 2; p <= n / p; p++)
        if (n % p == 0)
            return p;
    return n;
}

/* What one place of the sums of p terms gives: turns[i] is e^(-2 pi i / whole). */
GRADC_STATIC void NAME(fft_sums)(size_t p, size_t m, size_t k, REAL *y, size_t whole, size_t unit,
                                 const REAL *turns, REAL *terms)
{
    for (size_t r = 0; r < p; r++) {
        terms[2 * r] = y[r * m + k];
        terms[2 * r + 1] = y[whole + r * m + k];
    }
    for (size_t q = 0; q < p; q++) {
        const size_t step = (k + q * m) * unit;
        double re = 0, im = 0;
        size_t turn = 0;
        for (size_t r = 0; r < p; r++) {
            const double c = (double)turns[2 * turn], s = (double)turns[2 * turn + 1];
            re += c * (double)terms[2 * r] - s * (double)terms[2 * r + 1];
            im += s * (double)terms[2 * r] + c * (double)terms[2 * r + 1];
            turn += step;
            turn -= turn >= whole ? whole : 0;
        }
        y[q * m + k] = (REAL)re;
        y[whole + q * m + k] = (REAL)im;
    }
}

/* The transform of n numbers that stand `stride` apart in x, into n places of y. */
GRADC_STATIC void NAME(fft_part)(size_t n, size_t stride, const REAL *x, REAL *y, size_t whole,
                                 const REAL *turns, REAL *terms)
{
    if (n == 1) {
        y[0] = x[0];
        y[whole] = x[whole];
        return;
    }
    const size_t p = NAME(least_factor)(n), m = n / p;
    for (size_t r = 0; r < p; r++)
        NAME(fft_part)(m, stride * p, x + r * stride, y + r * m, whole, turns, terms);
    for (size_t k = 0; k < m; k++)
        NAME(fft_sums)(p, m, k, y, whole, whole / n, turns, terms);
}

/* cos and -sin of the angle i / n of a whole turn, from an angle of at most an eighth of it. */
GRADC_STATIC void NAME(turn)(size_t i, size_t n, REAL *turn)
{
    const size_t eighth = 8 * i / n, quarter = (eighth + 1) / 2;
    const double angle = 6.28318530717958647693 * ((4 * (double)i - (double)(quarter * n)) / (4 * (double)n));
    const double c = cos(angle), s = sin(angle);
    const double re[] = {c, -s, -c, s, c}, im[] = {-s, -c, s, c, -s};
    turn[0] = (REAL)re[quarter];
    turn[1] = (REAL)im[quarter];
}

GRADC_API int NAME(fft)(size_t rows, size_t columns, const REAL *x, REAL *y, REAL *work)
{
    (void)rows;
    for (size_t i = 0; i < columns; i++)
        NAME(turn)(i, columns, work + 2 * i);
    NAME(fft_part)(columns, 1, x, y, columns, work, work + 2 * columns);
    return GRADC_OK;
}
