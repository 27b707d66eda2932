/* interpret_routine.c: values of routines, by the shortest algorithms that are right, and others than those
 * of the runtime wherever there are two. */
#include <math.h>
#include <string.h>

#include "interpreter.h"

#include "memory.h"
#include "routine.h"

/* Whether a comes before b in ascending order, NaN being last. */
static bool comes_before(double a, double b)
{
    return a < b || (isnan(b) && !isnan(a));
}

static void argsort(size_t columns, const double *x, double *y)
{
    for (size_t i = 0; i < columns; i++) {
        size_t place = i;
        for (; place > 0 && comes_before(x[i], x[(size_t)y[place - 1]]); place--)
            y[place] = y[place - 1];
        y[place] = (double)i;
    }
}

static bool all_finite(size_t count, const double *x)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

/* Gaussian elimination with partial pivoting, in place; rows[i]: where row i comes from. */
static bool factorise(size_t n, double *a, double *rows)
{
    for (size_t i = 0; i < n; i++)
        rows[i] = (double)i;
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(a[i * n + k]) > fabs(a[pivot * n + k]))
                pivot = i;
        if (!(fabs(a[pivot * n + k]) > 0))
            return false;
        double row = rows[k];
        rows[k] = rows[pivot];
        rows[pivot] = row;
        for (size_t j = 0; j < n; j++) {
            double element = a[k * n + j];
            a[k * n + j] = a[pivot * n + j];
            a[pivot * n + j] = element;
        }
        for (size_t i = k + 1; i < n; i++) {
            a[i * n + k] /= a[k * n + k];
            for (size_t j = k + 1; j < n; j++)
                a[i * n + j] -= a[i * n + k] * a[k * n + j];
        }
    }
    return true;
}

static bool factors_or_rows(bool are_factors, size_t n, const double *x, double *y)
{
    double *other = memory_array(n * n + 1, sizeof *other);
    memcpy(are_factors ? y : other, x, n * n * sizeof *x);
    bool is_regular = factorise(n, are_factors ? y : other, are_factors ? other : y);
    memory_free(other);
    return is_regular;
}

/* ---- Decompositions ---- */

/* Columns p and q of the n x m matrix a become c p - s q and s p + c q. */
static void turn_columns(double *a, size_t n, size_t m, size_t p, size_t q, double c, double s)
{
    for (size_t i = 0; i < n; i++) {
        double x = a[i * m + p], y = a[i * m + q];
        a[i * m + p] = c * x - s * y;
        a[i * m + q] = s * x + c * y;
    }
}

static double column_product(const double *a, size_t n, size_t m, size_t p, size_t q)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i * m + p] * a[i * m + q];
    return sum;
}

/* The angle that makes [[a, o], [o, b]] diagonal, the smaller one. */
static double jacobi_angle(double a, double b, double o)
{
    double angle = 0.5 * atan2(2 * o, b - a);
    return angle > atan(1) ? angle - 2 * atan(1) : angle < -atan(1) ? angle + 2 * atan(1) : angle;
}

static void make_identity(double *x, size_t n)
{
    for (size_t i = 0; i < n * n; i++)
        x[i] = i % (n + 1) == 0;
}

/* Column p of the n x m matrix a turned such that the first of its largest elements is positive, and of
 * another matrix with it, which may be NULL. */
static void turn_sign(double *a, size_t n, size_t m, size_t p, double *with, size_t rows)
{
    double largest = 0, sign = 1;
    for (size_t i = 0; i < n; i++)
        if (fabs(a[i * m + p]) > largest * (1 + 5.7e-14)) {
            largest = fabs(a[i * m + p]);
            sign = a[i * m + p] < 0 ? -1 : 1;
        }
    for (size_t i = 0; i < n; i++)
        a[i * m + p] *= sign;
    for (size_t i = 0; with && i < rows; i++)
        with[i * m + p] *= sign;
}

static void exchange_columns(double *a, size_t n, size_t m, size_t p, size_t q)
{
    for (size_t i = 0; i < n; i++) {
        double kept = a[i * m + p];
        a[i * m + p] = a[i * m + q];
        a[i * m + q] = kept;
    }
}

/* Jacobi's method: rotations of two axes until nothing is left beside the diagonal. */
static bool eigh(size_t n, const double *x, double *y)
{
    double *a = memory_array(n * n, sizeof *a), *w = y, *v = y + n, total = 0;
    memcpy(a, x, n * n * sizeof *a);
    make_identity(v, n);
    for (size_t i = 0; i < n * n; i++)
        total = fmax(total, fabs(a[i]));
    bool is_done = !all_finite(n * n, x), is_good = !is_done;
    for (int sweep = 0; sweep < 100 && !is_done; sweep++) {
        is_done = true;
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++) {
                double angle = jacobi_angle(a[p * n + p], a[q * n + q], a[p * n + q]);
                if (fabs(a[p * n + q]) <= 1e-18 * total)
                    continue;
                double c = cos(angle), s = sin(angle);
                is_done = false;
                turn_columns(a, n, n, p, q, c, s);
                for (size_t i = 0; i < n; i++) { /* rows likewise */
                    double above = a[p * n + i], below = a[q * n + i];
                    a[p * n + i] = c * above - s * below;
                    a[q * n + i] = s * above + c * below;
                }
                a[p * n + q] = a[q * n + p] = 0;
                turn_columns(v, n, n, p, q, c, s);
            }
    }
    for (size_t i = 0; i < n; i++)
        w[i] = a[i * (n + 1)];
    for (size_t p = 0; p < n; p++) {
        for (size_t q = p + 1; q < n; q++)
            if (w[q] < w[p]) {
                exchange_columns(w, 1, n, p, q);
                exchange_columns(v, n, n, p, q);
            }
        turn_sign(v, n, n, p, NULL, 0);
    }
    memory_free(a);
    return is_good;
}

/* Column p of the n x m matrix q without its parts along the columns before, three times; its length. */
static double without_earlier(double *q, size_t n, size_t m, size_t p)
{
    for (int turn = 0; turn < 3; turn++)
        for (size_t j = 0; j < p; j++) {
            double part = column_product(q, n, m, j, p);
            for (size_t i = 0; i < n; i++)
                q[i * m + p] -= part * q[i * m + j];
        }
    return sqrt(column_product(q, n, m, p, p));
}

/* Column p becomes the first unit vector of which enough is left beside the columns before, made orthogonal.
 */
static void fill_column(double *q, size_t n, size_t m, size_t p)
{
    double length = 0;
    for (size_t e = 0; e < n && length < 0.5 / sqrt((double)n); e++) {
        for (size_t i = 0; i < n; i++)
            q[i * m + p] = i == e;
        length = without_earlier(q, n, m, p);
    }
    for (size_t i = 0; i < n; i++)
        q[i * m + p] /= length;
}

/* Rotations make the columns of u, n x k, orthogonal; v collects them. */
static void make_orthogonal(double *u, double *v, size_t n, size_t k)
{
    bool is_done = false;
    make_identity(v, k);
    for (int sweep = 0; sweep < 100 && !is_done; sweep++) {
        is_done = true;
        for (size_t p = 0; p < k; p++)
            for (size_t q = p + 1; q < k; q++) {
                double pp = column_product(u, n, k, p, p), qq = column_product(u, n, k, q, q),
                       pq = column_product(u, n, k, p, q);
                if (fabs(pq) <= 1e-16 * sqrt((double)n * pp * qq))
                    continue;
                double angle = jacobi_angle(pp, qq, pq);
                is_done = false;
                turn_columns(u, n, k, p, q, cos(angle), sin(angle));
                turn_columns(v, k, k, p, q, cos(angle), sin(angle));
            }
    }
}

/* One-sided Jacobi rotations of the columns of x, or of its rows if it has fewer of them. */
static bool svd(size_t n, size_t m, const double *x, double *y)
{
    bool is_tall = n >= m;
    size_t k = is_tall ? m : n, longer = is_tall ? n : m;
    double *left = y, *s = y + n * k, *right = s + k, *u = is_tall ? left : right,
           *v = is_tall ? right : left;
    if (!all_finite(n * m, x))
        return false;
    for (size_t i = 0; i < longer; i++)
        for (size_t j = 0; j < k; j++)
            u[i * k + j] = is_tall ? x[i * m + j] : x[j * m + i];
    make_orthogonal(u, v, longer, k);
    for (size_t j = 0; j < k; j++)
        s[j] = sqrt(column_product(u, longer, k, j, j));
    for (size_t p = 0; p < k; p++) {
        for (size_t q = p + 1; q < k; q++)
            if (s[q] > s[p])
                exchange_columns(y, n + 1 + m, k, p, q);
        for (size_t i = 0; s[p] > 1e-140 * s[0] && i < longer; i++)
            u[i * k + p] /= s[p];
        if (s[p] <= 1e-140 * s[0])
            fill_column(u, longer, k, p);
        turn_sign(left, n, k, p, right, m);
    }
    return true;
}

/* Gram and Schmidt's method, thrice, which is as good as reflections. */
static bool qr(size_t n, size_t m, const double *x, double *y)
{
    size_t k = n < m ? n : m;
    double *q = y, *r = y + n * k; /* R' */
    if (!all_finite(n * m, x))
        return false;
    for (size_t p = 0; p < k; p++) {
        double before = 0;
        for (size_t i = 0; i < n; i++) {
            q[i * k + p] = x[i * m + p];
            before += x[i * m + p] * x[i * m + p];
        }
        double length = without_earlier(q, n, k, p);
        if (length <= 1e-15 * sqrt(before))
            fill_column(q, n, k, p);
        else
            for (size_t i = 0; i < n; i++)
                q[i * k + p] /= length;
    }
    for (size_t j = 0; j < m; j++)
        for (size_t p = 0; p < k; p++) {
            double sum = 0;
            for (size_t i = 0; i < n && p <= j; i++)
                sum += q[i * k + p] * x[i * m + j];
            r[j * k + p] = p == j ? fabs(sum) : sum;
        }
    return true;
}

/* Each sum by itself. */
static void fft(size_t n, const double *x, double *y)
{
    for (size_t k = 0; k < n; k++) {
        double re = 0, im = 0;
        for (size_t j = 0; j < n; j++) {
            double angle = 8 * atan(1) * (double)(j * k % n) / (double)n;
            re += cos(angle) * x[j] + sin(angle) * x[n + j];
            im += cos(angle) * x[n + j] - sin(angle) * x[j];
        }
        y[k] = re;
        y[n + k] = im;
    }
}

bool routine_value(enum routine routine, size_t rows, size_t columns, const double *x, double *y)
{
    switch (routine) {
    case ROUTINE_ARGSORT:
        for (size_t i = 0; i < rows; i++)
            argsort(columns, x + i * columns, y + i * columns);
        return true;
    case ROUTINE_EIGH: return eigh(rows, x, y);
    case ROUTINE_SVD: return svd(rows, columns, x, y);
    case ROUTINE_QR: return qr(rows, columns, x, y);
    case ROUTINE_FFT: fft(columns, x, y); return true;
    case ROUTINE_FINITE: memcpy(y, x, rows * columns * sizeof *y); return all_finite(rows * columns, x);
    case ROUTINE_LU:
    case ROUTINE_LU_ROWS: return factors_or_rows(routine == ROUTINE_LU, rows, x, y);
    case ROUTINE_COUNT: break;
    }
    return false;
}

void interpret_routine(struct interpreter *interpreter, const struct node *node, double *y)
{
    const struct node *matrix = node->inputs[0];
    const double *x = interpreter_slot(interpreter, node->inputs[0])->values;
    size_t rows = (size_t)interpreter_size(interpreter, matrix->shape[matrix->rank - 2]),
           columns = (size_t)interpreter_size(interpreter, matrix->shape[matrix->rank - 1]), count = 1;
    for (int a = 0; a < matrix->rank - 2; a++)
        count *= (size_t)interpreter_size(interpreter, matrix->shape[a]);
    size_t stride = count ? interpreter_count(interpreter, node) / count : 0;
    for (size_t i = 0; i < count; i++)
        if (!routine_value((enum routine)node->result, rows, columns, x + i * rows * columns, y + i * stride))
            interpreter->status = STATUS_NUMERIC;
}
