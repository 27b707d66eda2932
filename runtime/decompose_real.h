/* decompose_real.h: decompositions of a matrix for one precision, and the guard in front of what only finite
 * numbers may reach. G. Golub and C. Van Loan, Matrix Computations, has the algorithms.
 *
 * Requires REAL and NAME(x), the type and the naming of functions, and <math.h>. Leaves the functions of
 * gradc.h. Sums are in double. Matrices are divided by their largest element, so that squares neither
 * overflow nor vanish. */

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

/* The distance of 1 from the next number. */
GRADC_STATIC double NAME(spacing)(void)
{
    return sizeof(REAL) == sizeof(double) ? 2.220446049250313e-16 : 1.1920928955078125e-07;
}

/* The largest magnitude; 1 if all are 0. */
GRADC_STATIC double NAME(scale_of)(size_t count, const REAL *x)
{
    REAL largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = x[i] > largest ? x[i] : -x[i] > largest ? -x[i] : largest;
    return largest > 0 ? (double)largest : 1;
}

/* In four sums, which processors compute side by side. */
GRADC_STATIC double NAME(inner)(size_t n, const REAL *x, const REAL *y)
{
    double sums[4] = {0, 0, 0, 0};
    size_t i = 0;
    for (; n - i >= 4; i += 4)
        for (size_t k = 0; k < 4; k++)
            sums[k] += (double)x[i + k] * (double)y[i + k];
    for (; i < n; i++)
        sums[0] += (double)x[i] * (double)y[i];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* x, y = c x - s y, s x + c y. */
GRADC_STATIC void NAME(rotate)(size_t n, REAL *x, REAL *y, double c, double s)
{
    for (size_t i = 0; i < n; i++) {
        const double a = (double)x[i], b = (double)y[i];
        x[i] = (REAL)(c * a - s * b);
        y[i] = (REAL)(s * a + c * b);
    }
}

GRADC_STATIC void NAME(exchange)(size_t n, REAL *x, REAL *y)
{
    for (size_t i = 0; i < n; i++) {
        const REAL kept = x[i];
        x[i] = y[i];
        y[i] = kept;
    }
}

/* -1 if the element that is largest in magnitude is negative, else 1; of those that only rounding tells apart
 * the first counts. */
GRADC_STATIC REAL NAME(sign_of_largest)(size_t n, const REAL *x)
{
    double largest = 0;
    REAL sign = 1;
    for (size_t i = 0; i < n; i++) {
        const double size = fabs((double)x[i]);
        if (size > largest * (1 + 256 * NAME(spacing)())) {
            largest = size;
            sign = x[i] < 0 ? (REAL)-1 : (REAL)1;
        }
    }
    return sign;
}

/* ---- Eigenvalues ---- */

/* The symmetric n x n matrix in w becomes tridiagonal, with the diagonal d and e[i] beside d[i]; the rows of
 * w then span the space in which it is so (EISPACK's tred2). */
GRADC_STATIC void NAME(tridiagonalise)(size_t n, REAL *w, REAL *d, REAL *e)
{
    const double nothing = NAME(spacing)() / 16 / (double)n;
    for (size_t j = 0; j < n; j++)
        d[j] = w[j * n + n - 1];
    for (size_t i = n; i-- > 1;) {
        double square = NAME(inner)(i, d, d);
        if (square <=
            nothing * nothing) { /* so that squares of what rounding leaves do not vanish one by one */
            e[i] = 0;
            for (size_t j = 0; j < i; j++) {
                d[j] = w[j * n + i - 1];
                w[j * n + i] = w[i * n + j] = 0;
            }
            d[i] = 0;
            continue;
        }
        const double head = (double)d[i - 1], length = head > 0 ? -sqrt(square) : sqrt(square);
        e[i] = (REAL)length;
        square -= head * length;
        d[i - 1] = (REAL)(head - length);
        for (size_t j = 0; j < i; j++)
            e[j] = 0;
        for (size_t j = 0; j < i; j++) { /* e = the matrix times the reflection's vector d */
            const REAL f = d[j], *row = w + j * n;
            double sum = (double)e[j] + (double)row[j] * (double)f;
            w[i * n + j] = f;
            for (size_t k = j + 1; k < i; k++) {
                sum += (double)row[k] * (double)d[k];
                e[k] += row[k] * f;
            }
            e[j] = (REAL)sum;
        }
        for (size_t j = 0; j < i; j++)
            e[j] = (REAL)((double)e[j] / square);
        const REAL half = (REAL)(NAME(inner)(i, e, d) / (square + square));
        for (size_t j = 0; j < i; j++)
            e[j] -= half * d[j];
        for (size_t j = 0; j < i; j++) {
            const REAL f = d[j], g = e[j];
            for (size_t k = j; k < i; k++)
                w[j * n + k] -= f * e[k] + g * d[k];
            d[j] = w[j * n + i - 1];
            w[j * n + i] = 0;
        }
        d[i] = (REAL)square;
    }
    for (size_t i = 0; i + 1 < n; i++) { /* the product of the reflections */
        const REAL *reflection = w + (i + 1) * n, square = d[i + 1];
        w[i * n + n - 1] = w[i * n + i];
        w[i * n + i] = 1;
        for (size_t j = 0; square != 0 && j <= i; j++) {
            const double part = NAME(inner)(i + 1, reflection, w + j * n) / (double)square;
            for (size_t k = 0; k <= i; k++)
                w[j * n + k] -= (REAL)(part * (double)reflection[k]);
        }
        for (size_t k = 0; k <= i; k++)
            w[(i + 1) * n + k] = 0;
    }
    for (size_t j = 0; j < n; j++) {
        d[j] = w[j * n + n - 1];
        w[j * n + n - 1] = j + 1 == n;
    }
    e[0] = 0;
}

/* One step of the implicit QL method on rows l to m; returns by how much the diagonal is shifted. */
GRADC_STATIC double NAME(ql_step)(size_t n, size_t l, size_t m, REAL *w, REAL *d, REAL *e)
{
    double g = (double)d[l], p = ((double)d[l + 1] - g) / (2 * (double)e[l]), r = sqrt(p * p + 1);
    double c = 1, c2 = 1, c3 = 1, s = 0, s2 = 0;
    const double sum = p < 0 ? p - r : p + r, beside = (double)e[l + 1], next = (double)e[l] * sum;
    d[l] = (REAL)((double)e[l] / sum);
    d[l + 1] = (REAL)next;
    const double shift = g - (double)d[l];
    for (size_t i = l + 2; i < n; i++)
        d[i] -= (REAL)shift;
    p = (double)d[m];
    for (size_t i = m; i-- > l;) {
        const double off = (double)e[i], diagonal = (double)d[i], h = c * p;
        c3 = c2;
        c2 = c;
        s2 = s;
        g = c * off;
        r = sqrt(p * p + off * off);
        e[i + 1] = (REAL)(s * r);
        s = off / r;
        c = p / r;
        p = c * diagonal - s * g;
        d[i + 1] = (REAL)(h + s * (c * g + s * diagonal));
        NAME(rotate)(n, w + i * n, w + (i + 1) * n, c, s);
    }
    p = -s * s2 * c3 * beside * (double)e[l] / next;
    e[l] = (REAL)(s * p);
    d[l] = (REAL)(c * p);
    return shift;
}

/* The eigenvalues of the tridiagonal matrix into d, its eigenvectors into the rows of w (EISPACK's tql2). */
GRADC_STATIC int NAME(diagonalise)(size_t n, REAL *w, REAL *d, REAL *e)
{
    double shift = 0, largest = 0;
    for (size_t i = 1; i < n; i++)
        e[i - 1] = e[i];
    e[n - 1] = 0;
    for (size_t l = 0; l < n; l++) {
        const double size = fabs((double)d[l]) + fabs((double)e[l]);
        largest = size > largest ? size : largest;
        const double tiny = largest * NAME(spacing)();
        size_t m = l;
        while (fabs((double)e[m]) > tiny)
            m++;
        for (int step = 0; m > l && fabs((double)e[l]) > tiny; step++) {
            if (step == 100)
                return GRADC_ENUMERIC;
            shift += NAME(ql_step)(n, l, m, w, d, e);
        }
        d[l] = (REAL)((double)d[l] + shift);
        e[l] = 0;
    }
    return GRADC_OK;
}

GRADC_API int NAME(eigh)(size_t rows, size_t columns, REAL *x, REAL *y, REAL *work)
{
    const size_t n = rows;
    REAL *d = work, *e = work + n;
    if (!NAME(is_finite)(n * columns, x))
        return GRADC_ENUMERIC;
    const double scale = NAME(scale_of)(n * n, x);
    for (size_t i = 0; i < n * n; i++)
        x[i] = (REAL)((double)x[i] / scale);
    NAME(tridiagonalise)(n, x, d, e);
    if (NAME(diagonalise)(n, x, d, e) != GRADC_OK)
        return GRADC_ENUMERIC;
    for (size_t j = 0; j < n; j++) { /* the least of those that are left */
        size_t least = j;
        for (size_t i = j + 1; i < n; i++)
            least = d[i] < d[least] ? i : least;
        NAME(exchange)(1, d + j, d + least);
        NAME(exchange)(n, x + j * n, x + least * n);
        const REAL sign = NAME(sign_of_largest)(n, x + j * n);
        y[j] = (REAL)((double)d[j] * scale);
        for (size_t i = 0; i < n; i++)
            y[(i + 1) * n + j] = sign * x[j * n + i];
    }
    return GRADC_OK;
}

/* ---- Singular values ---- */

/* One sweep of Hestenes's rotations, which make the k rows of w, of length n, orthogonal; v collects them in
 * rows. Whether anything was left to turn. */
GRADC_STATIC int NAME(singular_sweep)(size_t k, size_t n, REAL *w, REAL *v, double tiny)
{
    int turned = 0;
    for (size_t p = 0; p + 1 < k; p++)
        for (size_t q = p + 1; q < k; q++) {
            REAL *a = w + p * n, *b = w + q * n;
            const double aa = NAME(inner)(n, a, a), bb = NAME(inner)(n, b, b), ab = NAME(inner)(n, a, b);
            if (!(fabs(ab) > tiny * sqrt(aa) * sqrt(bb)))
                continue;
            const double theta = (bb - aa) / (2 * ab), t = 1 / (fabs(theta) + sqrt(1 + theta * theta));
            const double c = 1 / sqrt(1 + t * t), s = theta < 0 ? -t * c : t * c;
            NAME(rotate)(n, a, b, c, s);
            NAME(rotate)(k, v + p * k, v + q * k, c, s);
            turned = 1;
        }
    return turned;
}

/* A unit vector orthogonal to the first `count` rows of w, into the row behind them: the unit vector that has
 * most left of it, twice made orthogonal. */
GRADC_STATIC void NAME(complete)(size_t count, size_t n, REAL *w)
{
    REAL *x = w + count * n;
    size_t best = 0;
    double most = -1;
    for (size_t i = 0; i < n; i++) {
        double left = 1;
        for (size_t r = 0; r < count; r++)
            left -= (double)w[r * n + i] * (double)w[r * n + i];
        if (left > most) {
            most = left;
            best = i;
        }
    }
    for (size_t i = 0; i < n; i++)
        x[i] = i == best;
    for (size_t r = 0; r < 2 * count; r++) {
        const REAL *row = w + r % count * n;
        const double part = NAME(inner)(n, row, x);
        for (size_t i = 0; i < n; i++)
            x[i] -= (REAL)(part * (double)row[i]);
    }
    const double length = sqrt(NAME(inner)(n, x, x));
    for (size_t i = 0; i < n; i++)
        x[i] = (REAL)((double)x[i] / length);
}

/* The rows of w and v in the order of their lengths in w, descending, those of w as unit vectors; lengths
 * into s. */
GRADC_STATIC void NAME(order_by_length)(size_t k, size_t n, REAL *w, REAL *v, REAL *s, double scale)
{
    const double nothing = sizeof(REAL) == sizeof(double) ? 1e-140 : 1e-33; /* below, squares lose digits */
    for (size_t j = 0; j < k; j++) {
        size_t greatest = j;
        double length = -1;
        for (size_t i = j; i < k; i++) {
            const double square = NAME(inner)(n, w + i * n, w + i * n);
            if (square > length) {
                length = square;
                greatest = i;
            }
        }
        NAME(exchange)(n, w + j * n, w + greatest * n);
        NAME(exchange)(k, v + j * k, v + greatest * k);
        length = sqrt(length);
        s[j] = (REAL)(length * scale);
        for (size_t i = 0; length > nothing && i < n; i++)
            w[j * n + i] = (REAL)((double)w[j * n + i] / length);
        if (!(length > nothing))
            NAME(complete)(j, n, w);
    }
}

GRADC_API int NAME(svd)(size_t rows, size_t columns, const REAL *x, REAL *y, REAL *work)
{
    const int is_tall = rows >= columns;
    const size_t k = is_tall ? columns : rows, n = is_tall ? rows : columns;
    REAL *w = work, *v = work + k * n, *s = y + rows * k;
    if (!NAME(is_finite)(rows * columns, x))
        return GRADC_ENUMERIC;
    const double scale = NAME(scale_of)(rows * columns, x), tiny = NAME(spacing)() * sqrt((double)n);
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < n; j++)
            w[i * n + j] = (REAL)((double)(is_tall ? x[j * k + i] : x[i * n + j]) / scale);
    for (size_t i = 0; i < k * k; i++)
        v[i] = i % (k + 1) == 0;
    for (int sweep = 0; sweep < 60 && NAME(singular_sweep)(k, n, w, v, tiny); sweep++)
        ;
    NAME(order_by_length)(k, n, w, v, s, scale);
    for (size_t j = 0; j < k; j++) {
        const REAL *left = is_tall ? w + j * n : v + j * k, *right = is_tall ? v + j * k : w + j * n;
        const REAL sign = NAME(sign_of_largest)(rows, left);
        for (size_t i = 0; i < rows; i++)
            y[i * k + j] = sign * left[i];
        for (size_t i = 0; i < columns; i++)
            y[(rows + 1 + i) * k + j] = sign * right[i];
    }
    return GRADC_OK;
}

/* ---- Orthogonal factors ---- */

/* Columns [first, count) of the array a become (1 - beta v v') a on rows from p on, v being 1 and what stands
 * below the diagonal in column p of x. sums: room for `count` elements. */
GRADC_STATIC void NAME(reflect)(size_t rows, size_t p, REAL beta, const REAL *x, size_t columns, REAL *a,
                                size_t first, size_t count, REAL *sums)
{
    for (size_t j = first; j < count; j++)
        sums[j] = a[p * count + j];
    for (size_t i = p + 1; i < rows; i++)
        for (size_t j = first; j < count; j++)
            sums[j] += x[i * columns + p] * a[i * count + j];
    for (size_t j = first; j < count; j++) {
        sums[j] *= beta;
        a[p * count + j] -= sums[j];
    }
    for (size_t i = p + 1; i < rows; i++)
        for (size_t j = first; j < count; j++)
            a[i * count + j] -= x[i * columns + p] * sums[j];
}

/* By Householder's reflections, whose vectors go below the diagonal of x. */
GRADC_API int NAME(qr)(size_t rows, size_t columns, REAL *x, REAL *y, REAL *work)
{
    const size_t k = rows < columns ? rows : columns;
    REAL *beta = work, *sums = work + k;
    if (!NAME(is_finite)(rows * columns, x))
        return GRADC_ENUMERIC;
    const double scale = NAME(scale_of)(rows * columns, x);
    for (size_t i = 0; i < rows * columns; i++)
        x[i] = (REAL)((double)x[i] / scale);
    for (size_t p = 0; p < k; p++) {
        double square = 0;
        const double head = (double)x[p * columns + p];
        for (size_t i = p + 1; i < rows; i++)
            square += (double)x[i * columns + p] * (double)x[i * columns + p];
        const double length = sqrt(head * head + square);
        const double first = head <= 0 ? head - length : -square / (head + length);
        beta[p] = 0;
        if (square == 0)
            continue;
        beta[p] = (REAL)(2 * first * first / (square + first * first));
        for (size_t i = p + 1; i < rows; i++)
            x[i * columns + p] = (REAL)((double)x[i * columns + p] / first);
        x[p * columns + p] = (REAL)length;
        NAME(reflect)(rows, p, beta[p], x, columns, x, p + 1, columns, sums);
    }
    for (size_t i = 0; i < rows * k; i++)
        y[i] = i / k == i % k;
    for (size_t p = k; p-- > 0;)
        NAME(reflect)(rows, p, beta[p], x, columns, y, p, k, sums);
    for (size_t p = 0; p < k; p++) {
        const REAL sign = x[p * columns + p] < 0 ? (REAL)-1 : (REAL)1;
        for (size_t i = 0; i < rows; i++)
            y[i * k + p] *= sign;
        for (size_t j = 0; j < columns; j++)
            y[(rows + j) * k + p] = j < p ? 0 : (REAL)((double)(sign * x[p * columns + j]) * scale);
    }
    return GRADC_OK;
}
