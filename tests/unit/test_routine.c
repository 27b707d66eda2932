/* test_routine.c: decompositions by their residuals and what they promise, transforms by their sums, orders
 * by their definition; in both precisions, of all small sizes. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "gradc.h"

enum { LARGEST = 40, MOST = LARGEST * (2 * LARGEST + 1) };

static unsigned state = 7;

static double uniform(void)
{
    state = state * 1664525u + 1013904223u;
    return (double)(state >> 8) / (1 << 23) - 1;
}

/* A function in either precision, of numbers that both have; what the work must not reach is checked. */
typedef int routine64(size_t rows, size_t columns, double *x, double *y, double *work);
typedef int routine32(size_t rows, size_t columns, float *x, float *y, float *work);

static int call64(routine64 *routine, size_t rows, size_t columns, const double *x, double *y, size_t room)
{
    static double copy[MOST], work[2 * MOST];
    memcpy(copy, x, rows * columns * sizeof *x);
    work[room] = 7;
    int status = routine(rows, columns, copy, y, work);
    ck_assert(work[room] == 7);
    return status;
}

static int call32(routine32 *routine, size_t rows, size_t columns, const double *x, double *y, size_t count,
                  size_t room)
{
    static float copy[MOST], result[MOST], work[2 * MOST];
    for (size_t i = 0; i < rows * columns; i++)
        copy[i] = (float)x[i];
    work[room] = 7;
    int status = routine(rows, columns, copy, result, work);
    ck_assert(work[room] == 7);
    for (size_t i = 0; i < count; i++)
        y[i] = result[i];
    return status;
}

static int svd64(size_t rows, size_t columns, double *x, double *y, double *work)
{
    return gradc_svd_f64(rows, columns, x, y, work);
}

static int svd32(size_t rows, size_t columns, float *x, float *y, float *work)
{
    return gradc_svd_f32(rows, columns, x, y, work);
}

/* ---- Matrices of all kinds ---- */

enum { KINDS = 6 };

static void fill(int kind, size_t n, size_t m, double *x)
{
    for (size_t i = 0; i < n * m; i++)
        x[i] = (double)(float)uniform();
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            switch (kind) {
            case 1: x[i * m + j] = 0; break;
            case 2: x[i * m + j] = i == j; break;
            case 3: x[i * m + j] = (double)((i + 1) * (j + 1)); break; /* of rank 1 */
            case 4: x[i * m + j] *= 0x1p+100; break;
            case 5: x[i * m + j] *= 0x1p-100; break;
            default: break;
            }
}

static double greatest(size_t count, const double *x)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(x[i]));
    return most;
}

/* The columns of the n x k matrix are orthonormal. */
static void check_orthonormal(size_t n, size_t k, const double *q, double error)
{
    for (size_t a = 0; a < k; a++)
        for (size_t b = 0; b < k; b++) {
            double sum = 0;
            for (size_t i = 0; i < n; i++)
                sum += q[i * k + a] * q[i * k + b];
            ck_assert_double_le(fabs(sum - (a == b)), error);
        }
}

/* left diag(middle) right' = x, where left is n x k and right m x k; middle NULL: ones. */
static void check_product(size_t n, size_t m, size_t k, const double *left, const double *middle,
                          const double *right, const double *x, double error)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) {
            double sum = 0;
            for (size_t p = 0; p < k; p++)
                sum += left[i * k + p] * (middle ? middle[p] : 1) * right[j * k + p];
            ck_assert_double_le(fabs(sum - x[i * m + j]), error * greatest(n * m, x));
        }
}

/* Of the elements of each column that are as large as the largest, but for rounding, one is positive. */
static void check_signs(size_t n, size_t k, const double *v, double error)
{
    for (size_t j = 0; j < k; j++) {
        double most = 0;
        bool is_found = false;
        for (size_t i = 0; i < n; i++)
            most = fmax(most, fabs(v[i * k + j]));
        for (size_t i = 0; i < n; i++)
            is_found = is_found || v[i * k + j] > most * (1 - error);
        ck_assert(is_found);
    }
}

START_TEST(test_eigh)
{
    static double x[MOST], y[MOST];
    for (size_t n = 1; n <= LARGEST; n += n < 8 ? 1 : 8)
        for (int kind = 0; kind < KINDS; kind++)
            for (int single = 0; single < 2; single++) {
                double error = 8 * (double)n * (single ? FLT_EPSILON : DBL_EPSILON);
                fill(kind, n, n, x);
                for (size_t i = 0; i < n; i++)
                    for (size_t j = 0; j < i; j++)
                        x[i * n + j] = x[j * n + i];
                int status = single ? call32(gradc_eigh_f32, n, n, x, y, (n + 1) * n, 2 * n)
                                    : call64(gradc_eigh_f64, n, n, x, y, 2 * n);
                ck_assert_int_eq(status, GRADC_OK);
                check_orthonormal(n, n, y + n, error);
                check_product(n, n, n, y + n, y, y + n, x, error);
                check_signs(n, n, y + n, single ? 300 * FLT_EPSILON : 300 * DBL_EPSILON);
                for (size_t i = 1; i < n; i++)
                    ck_assert_double_le(y[i - 1], y[i]);
            }
}
END_TEST

START_TEST(test_svd_and_qr)
{
    static double x[MOST], y[MOST];
    for (size_t n = 1; n <= LARGEST; n += n < 6 ? 1 : 17)
        for (size_t m = 1; m <= LARGEST; m += m < 6 ? 1 : 17)
            for (int kind = 0; kind < KINDS; kind++)
                for (int single = 0; single < 2; single++) {
                    size_t k = n < m ? n : m, room = k * (n + m);
                    double error = 8 * (double)(n + m) * (single ? FLT_EPSILON : DBL_EPSILON);
                    const double *s = y + n * k, *v = s + k, *r = y + n * k;
                    fill(kind, n, m, x);
                    int status = single ? call32(svd32, n, m, x, y, (n + 1 + m) * k, room)
                                        : call64(svd64, n, m, x, y, room);
                    ck_assert_int_eq(status, GRADC_OK);
                    check_orthonormal(n, k, y, error);
                    check_orthonormal(m, k, v, error);
                    check_product(n, m, k, y, s, v, x, error);
                    check_signs(n, k, y, single ? 300 * FLT_EPSILON : 300 * DBL_EPSILON);
                    for (size_t p = 0; p < k; p++)
                        ck_assert(s[p] >= 0 && (p == 0 || s[p] <= s[p - 1]));
                    status = single ? call32(gradc_qr_f32, n, m, x, y, (n + m) * k, k + m)
                                    : call64(gradc_qr_f64, n, m, x, y, k + m);
                    ck_assert_int_eq(status, GRADC_OK);
                    check_orthonormal(n, k, y, error);
                    check_product(n, m, k, y, NULL, r, x, error);
                    for (size_t p = 0; p < k; p++)
                        for (size_t j = 0; j <= p; j++) /* R' above its diagonal, and on it */
                            ck_assert(j == p ? r[p * k + p] >= 0 : r[j * k + p] == 0);
                }
}
END_TEST

START_TEST(test_not_finite)
{
    double y[20], work[20];
    for (int i = 0; i < 4; i++)
        for (int kind = 0; kind < 2; kind++) {
            double x[] = {1, 2, 2, 3}, bad = kind ? INFINITY : NAN;
            x[i] = bad;
            ck_assert_int_eq(gradc_eigh_f64(2, 2, x, y, work), GRADC_ENUMERIC);
            x[i] = bad;
            ck_assert_int_eq(gradc_svd_f64(2, 2, x, y, work), GRADC_ENUMERIC);
            ck_assert_int_eq(gradc_qr_f64(2, 2, x, y, work), GRADC_ENUMERIC);
            ck_assert_int_eq(gradc_finite_f64(2, 2, x, y, NULL), GRADC_ENUMERIC);
            x[i] = 0;
            ck_assert_int_eq(gradc_finite_f64(2, 2, x, y, NULL), GRADC_OK);
            ck_assert(memcmp(x, y, sizeof x) == 0);
        }
}
END_TEST

static int fft64(size_t rows, size_t columns, double *x, double *y, double *work)
{
    return gradc_fft_f64(rows, columns, x, y, work);
}

static int fft32(size_t rows, size_t columns, float *x, float *y, float *work)
{
    return gradc_fft_f32(rows, columns, x, y, work);
}

START_TEST(test_fft)
{
    static const size_t lengths[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 30, 49, 64, 97, 128, 210, 251};
    static double x[MOST], y[MOST];
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
        for (int single = 0; single < 2; single++) {
            size_t n = lengths[l];
            double error = 4 * sqrt((double)n) * (single ? FLT_EPSILON : DBL_EPSILON);
            fill(0, 2, n, x);
            if (single)
                call32(fft32, 2, n, x, y, 2 * n, 4 * n);
            else
                call64(fft64, 2, n, x, y, 4 * n);
            double most = greatest(2 * n, y);
            for (size_t k = 0; k < n; k++) {
                long double re = 0, im = 0;
                for (size_t j = 0; j < n; j++) {
                    long double angle =
                        6.283185307179586476925286766559L * (long double)(j * k % n) / (long double)n;
                    re += cosl(angle) * x[j] + sinl(angle) * x[n + j];
                    im += cosl(angle) * x[n + j] - sinl(angle) * x[j];
                }
                ck_assert_double_le(fabs((double)re - y[k]), error * most);
                ck_assert_double_le(fabs((double)im - y[n + k]), error * most);
            }
        }
}
END_TEST

/* Each place once; no element before one that it comes behind, and equal ones in their order. */
START_TEST(test_argsort)
{
    static double x[2 * LARGEST];
    static float x32[2 * LARGEST];
    static int32_t y[2 * LARGEST], y32[2 * LARGEST], work[LARGEST];
    for (size_t n = 1; n <= LARGEST; n++)
        for (int kind = 0; kind < 3; kind++) {
            for (size_t i = 0; i < 2 * n; i++) {
                x[i] = kind == 0 ? (double)(float)uniform() : floor(4 * uniform()); /* with equal ones */
                if (kind == 2 && i % 3 == 0)
                    x[i] = i % 2 ? NAN : i % 4 ? INFINITY : -INFINITY;
                x32[i] = (float)x[i];
            }
            ck_assert_int_eq(gradc_argsort_f64(2, n, x, y, work), GRADC_OK);
            ck_assert_int_eq(gradc_argsort_f32(2, n, x32, y32, work), GRADC_OK);
            ck_assert(memcmp(y, y32, 2 * n * sizeof *y) == 0);
            for (size_t row = 0; row < 2; row++) {
                const double *of = x + row * n;
                const int32_t *places = y + row * n;
                int seen[LARGEST] = {0};
                for (size_t i = 0; i < n; i++) {
                    ck_assert(places[i] >= 0 && (size_t)places[i] < n && !seen[places[i]]++);
                    if (i == 0)
                        continue;
                    double before = of[places[i - 1]], here = of[places[i]];
                    ck_assert(
                        before < here || (isnan(here) && !isnan(before)) ||
                        ((before == here || (isnan(here) && isnan(before))) && places[i - 1] < places[i]));
                }
            }
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("routine");
    TCase *cases = tcase_create("routine");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, test_eigh);
    tcase_add_test(cases, test_svd_and_qr);
    tcase_add_test(cases, test_not_finite);
    tcase_add_test(cases, test_fft);
    tcase_add_test(cases, test_argsort);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
