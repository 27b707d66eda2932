/* test_linalg.c: factorisations by their residuals, known determinants and the matrices that they must
 * refuse. The orders reach those for which LAPACK is called, if it was linked. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "gradc.h"

enum { LARGEST = 76 };

static unsigned state = 7;

static double uniform(void)
{
    state = state * 1664525u + 1013904223u;
    return (double)(state >> 8) / (1 << 23) - 1;
}

static void fill(size_t count, double *x)
{
    for (size_t i = 0; i < count; i++)
        x[i] = (double)(float)uniform();
}

static void to_float(size_t count, const double *x, float *y)
{
    for (size_t i = 0; i < count; i++)
        y[i] = (float)x[i];
}

static void to_double(size_t count, const float *x, double *y)
{
    for (size_t i = 0; i < count; i++)
        y[i] = x[i];
}

/* a = g g' + n I, whose least eigenvalue is at least n. */
static void positive_definite(size_t n, double *a)
{
    double g[LARGEST * LARGEST];
    fill(n * n, g);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = i == j ? (double)n : 0;
            for (size_t k = 0; k < n; k++)
                sum += g[i * n + k] * g[j * n + k];
            a[i * n + j] = (double)(float)sum;
        }
}

static void check_cholesky(size_t n, const double *a, const double *l, double epsilon)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            long double sum = 0;
            for (size_t k = 0; k < n; k++)
                sum += (long double)l[i * n + k] * l[j * n + k];
            ck_assert(fabs((double)sum - a[i * n + j]) <= 4 * epsilon * (double)n * a[i * n + i]);
            ck_assert(i == j ? l[i * n + j] > 0 : j < i || l[i * n + j] == 0);
        }
}

START_TEST(test_cholesky)
{
    for (size_t n = 1; n <= LARGEST; n += 3) {
        double a[LARGEST * LARGEST], l[LARGEST * LARGEST], half[LARGEST * LARGEST];
        float a32[LARGEST * LARGEST], l32[LARGEST * LARGEST];
        positive_definite(n, a);
        to_float(n * n, a, a32);
        memcpy(half, a, sizeof half);
        for (size_t i = 0; i < n; i++) /* only the lower triangle counts */
            for (size_t j = i + 1; j < n; j++)
                half[i * n + j] = NAN;
        ck_assert_int_eq(gradc_cholesky_f64(n, half, l), GRADC_OK);
        check_cholesky(n, a, l, DBL_EPSILON);
        ck_assert_int_eq(gradc_cholesky_f64(n, half, half), GRADC_OK);
        ck_assert(memcmp(half, l, n * n * sizeof *l) == 0);
        ck_assert_int_eq(gradc_cholesky_f32(n, a32, l32), GRADC_OK);
        to_double(n * n, l32, l);
        check_cholesky(n, a, l, FLT_EPSILON);
        a[n * n - 1] = -1;
        ck_assert_int_eq(gradc_cholesky_f64(n, a, l), GRADC_ENUMERIC);
        a[n * n - 1] = NAN;
        ck_assert_int_eq(gradc_cholesky_f64(n, a, l), GRADC_ENUMERIC);
    }
    double singular[] = {1, 1, 1, 1}, l[4];
    ck_assert_int_eq(gradc_cholesky_f64(2, singular, l), GRADC_ENUMERIC);
}
END_TEST

/* Matrices that are not usable are refused whatever their order and whoever factorises them. */
START_TEST(test_refused)
{
    for (size_t n = 2; n <= LARGEST; n += 37)
        for (size_t at = 0; at < n; at += n - 1) {
            double a[LARGEST * LARGEST], broken[LARGEST * LARGEST], l[LARGEST * LARGEST];
            int32_t pivots[LARGEST];
            positive_definite(n, a);
            memcpy(broken, a, sizeof broken);
            broken[(n - 1) * n + at] = NAN;
            ck_assert_int_eq(gradc_cholesky_f64(n, broken, l), GRADC_ENUMERIC);
            ck_assert_int_eq(gradc_lu_f64(n, broken, pivots), GRADC_ENUMERIC);
            memcpy(broken, a, sizeof broken);
            for (size_t j = 0; j < n; j++) /* two rows, one twice the other */
                broken[at * n + j] = 2 * broken[(n / 2 == at ? n - 1 : n / 2) * n + j];
            for (size_t i = 0; i < n; i++)
                broken[i * n + at] = 0;
            ck_assert_int_eq(gradc_lu_f64(n, broken, pivots), GRADC_ENUMERIC);
            ck_assert(gradc_lu_det_f64(n, broken, pivots) == 0);
            memcpy(broken, a, sizeof broken);
            broken[at * n + at] = 0;
            ck_assert_int_eq(gradc_cholesky_f64(n, broken, broken), GRADC_ENUMERIC);
            float narrow[LARGEST * LARGEST];
            to_float(n * n, a, narrow);
            narrow[at * n + at] = -INFINITY;
            ck_assert_int_eq(gradc_cholesky_f32(n, narrow, narrow), GRADC_ENUMERIC);
            for (size_t i = 0; i < n * n; i++)
                narrow[i] = 0;
            ck_assert_int_eq(gradc_lu_f32(n, narrow, pivots), GRADC_ENUMERIC);
        }
}
END_TEST

/* |op(a) x - b| <= factor n epsilon |a| |x| element by element. */
static void check_solution(int trans, size_t n, size_t m, const double *a, const double *x, const double *b,
                           double epsilon)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) {
            long double sum = 0, size = fabs(b[i * m + j]);
            for (size_t k = 0; k < n; k++) {
                long double term = (long double)(trans ? a[k * n + i] : a[i * n + k]) * x[k * m + j];
                sum += term;
                size += fabsl(term);
            }
            ck_assert_msg(fabsl(sum - b[i * m + j]) <= 16 * (double)n * epsilon * size, "%zu,%zu: %Lg and %g",
                          i, j, sum, b[i * m + j]);
        }
}

static void check_triangular(int lower, int trans, int unit, size_t n, size_t m)
{
    double t[LARGEST * LARGEST], whole[LARGEST * LARGEST], b[LARGEST * 3], x[LARGEST * 3];
    float t32[LARGEST * LARGEST], x32[LARGEST * 3];
    fill(n * n, t);
    fill(n * m, b);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            int other = lower ? j > i : j < i;
            if (i == j)
                t[i * n + j] = unit ? NAN : 2 + t[i * n + j];
            else
                t[i * n + j] = other ? NAN : t[i * n + j] / (double)n;
            whole[i * n + j] = other ? 0 : i == j && unit ? 1 : t[i * n + j];
        }
    to_float(n * n, t, t32);
    to_float(n * m, b, x32);
    memcpy(x, b, sizeof x);
    ck_assert_int_eq(gradc_solve_triangular_f64(lower, trans, unit, n, m, t, x, m), GRADC_OK);
    check_solution(trans, n, m, whole, x, b, DBL_EPSILON);
    ck_assert_int_eq(gradc_solve_triangular_f32(lower, trans, unit, n, m, t32, x32, m), GRADC_OK);
    to_double(n * m, x32, x);
    check_solution(trans, n, m, whole, x, b, 2 * FLT_EPSILON);
    t[n * n - 1] = 0;
    ck_assert_int_eq(gradc_solve_triangular_f64(lower, trans, unit, n, m, t, x, m),
                     unit ? GRADC_OK : GRADC_ENUMERIC);
}

START_TEST(test_triangular)
{
    for (int way = 0; way < 8; way++)
        for (size_t n = 1; n <= LARGEST; n += 4)
            for (size_t m = 1; m <= 3; m++)
                check_triangular(way & 1, way >> 1 & 1, way >> 2, n, m);
}
END_TEST

START_TEST(test_lu_solve)
{
    for (size_t n = 1; n <= LARGEST; n += 2)
        for (int trans = 0; trans < 2; trans++) {
            double a[LARGEST * LARGEST], lu[LARGEST * LARGEST], b[LARGEST * 2], x[LARGEST * 2];
            float lu32[LARGEST * LARGEST], x32[LARGEST * 2];
            int32_t pivots[LARGEST];
            fill(n * n, a);
            a[0] = n > 1 ? 0 : 1; /* needs an exchange */
            fill(n * 2, b);
            memcpy(lu, a, sizeof lu);
            memcpy(x, b, sizeof x);
            to_float(n * n, a, lu32);
            to_float(n * 2, b, x32);
            ck_assert_int_eq(gradc_lu_f64(n, lu, pivots), GRADC_OK);
            gradc_lu_solve_f64(trans, n, 2, lu, pivots, x, 2);
            check_solution(trans, n, 2, a, x, b, DBL_EPSILON);
            ck_assert_int_eq(gradc_lu_f32(n, lu32, pivots), GRADC_OK);
            gradc_lu_solve_f32(trans, n, 2, lu32, pivots, x32, 2);
            to_double(n * 2, x32, x);
            check_solution(trans, n, 2, a, x, b, FLT_EPSILON);
        }
}
END_TEST

START_TEST(test_determinant)
{
    int32_t pivots[LARGEST];
    /* Vandermonde's determinant is the product of the differences of its nodes. */
    for (size_t n = 1; n <= 8; n++) {
        double a[64], right = 1;
        float a32[64];
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                a[i * n + j] = pow(0.5 * (double)i - 1.25, (double)j);
        to_float(n * n, a, a32);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < i; j++)
                right *= 0.5 * (double)i - 0.5 * (double)j;
        ck_assert_int_eq(gradc_lu_f64(n, a, pivots), GRADC_OK);
        ck_assert(fabs(gradc_lu_det_f64(n, a, pivots) - right) <= 1e-10 * right);
        ck_assert(fabs(gradc_lu_logdet_f64(n, a) - log(right)) <= 1e-10 * fmax(1, fabs(log(right))));
        ck_assert_int_eq(gradc_lu_f32(n, a32, pivots), GRADC_OK);
        ck_assert(fabs((double)gradc_lu_det_f32(n, a32, pivots) - right) <= 1e-2 * right);
        ck_assert(fabs((double)gradc_lu_logdet_f32(n, a32) - log(right)) <= 1e-2);
    }
    double swap[] = {0, 1, 1, 0}, singular[] = {1, 2, 3, 2, 4, 6, 1, 1, 1}, zero[4] = {0},
           broken[] = {1, NAN, 2, 3};
    ck_assert_int_eq(gradc_lu_f64(2, swap, pivots), GRADC_OK);
    ck_assert(gradc_lu_det_f64(2, swap, pivots) == -1 && gradc_lu_logdet_f64(2, swap) == 0);
    ck_assert_int_eq(gradc_lu_f64(3, singular, pivots), GRADC_ENUMERIC);
    ck_assert(gradc_lu_det_f64(3, singular, pivots) == 0 && isinf(gradc_lu_logdet_f64(3, singular)));
    ck_assert_int_eq(gradc_lu_f64(2, zero, pivots), GRADC_ENUMERIC);
    ck_assert(gradc_lu_det_f64(2, zero, pivots) == 0);
    ck_assert_int_eq(gradc_lu_f64(2, broken, pivots), GRADC_ENUMERIC);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linalg");
    TCase *cases = tcase_create("linalg");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, test_cholesky);
    tcase_add_test(cases, test_refused);
    tcase_add_test(cases, test_triangular);
    tcase_add_test(cases, test_lu_solve);
    tcase_add_test(cases, test_determinant);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
