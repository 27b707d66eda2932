/* test_special.c: special functions against their known values and identities. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "gradc.h"

static const double pi = 3.14159265358979323846;
static const double euler = 0.57721566490153286061;   /* Euler's constant */
static const double apery = 1.20205690315959428540;   /* zeta(3) */
static const double catalan = 0.91596559417721901505; /* sum of (-1)^k / (2k + 1)^2 */

static void close_to(double got, double right, double tolerance)
{
    ck_assert_msg(fabs(got - right) <= tolerance * fmax(1, fabs(right)), "%.17g, expected %.17g", got, right);
}

START_TEST(test_digamma)
{
    close_to(gradc_digamma(1), -euler, 1e-15);
    close_to(gradc_digamma(0.5), -euler - 2 * log(2), 1e-15);
    close_to(gradc_digamma(0.25), -euler - pi / 2 - 3 * log(2), 1e-15);
    close_to(gradc_digamma(-0.5), 2 - euler - 2 * log(2), 1e-15);
    close_to(gradc_digamma(-1.5), 2 + 2 / 3.0 - euler - 2 * log(2), 1e-15);
    long double harmonic = -0.57721566490153286061L;
    for (int n = 1; n < 200; n++) { /* digamma(n) = 1 + 1/2 + ... + 1/(n-1) - Euler's constant */
        close_to(gradc_digamma(n), (double)harmonic, 1e-15);
        harmonic += 1.0L / n;
    }
    close_to(gradc_digamma(1e9), log(1e9) - 0.5e-9, 1e-15);
    close_to(gradc_digamma(1e-10), -1e10 - euler, 1e-15);
    close_to(gradc_digamma(-1e-10), 1e10 - euler, 1e-15);
    ck_assert(isinf(gradc_digamma(INFINITY)));
    ck_assert(isnan(gradc_digamma(0)) && isnan(gradc_digamma(-3)) && isnan(gradc_digamma(NAN)));
    ck_assert_float_eq_tol(gradc_digammaf(1), (float)-euler, 1e-7f);
}
END_TEST

START_TEST(test_polygamma)
{
    close_to(gradc_polygamma(0, 1), -euler, 1e-15);
    close_to(gradc_polygamma(1, 1), pi * pi / 6, 1e-15);
    close_to(gradc_polygamma(1, 0.5), pi * pi / 2, 1e-15);
    close_to(gradc_polygamma(1, 0.25), pi * pi + 8 * catalan, 1e-15);
    close_to(gradc_polygamma(1, -0.5), pi * pi / 2 + 4, 1e-15);
    close_to(gradc_polygamma(2, 1), -2 * apery, 1e-15);
    close_to(gradc_polygamma(2, 0.5), -14 * apery, 2e-15);
    close_to(gradc_polygamma(3, 1), pow(pi, 4) / 15, 2e-15);
    close_to(gradc_polygamma(5, 1), 120 * pow(pi, 6) / 945, 2e-15);
    ck_assert(isnan(gradc_polygamma(1.5, 1)) && isnan(gradc_polygamma(-1, 1)) &&
              isnan(gradc_polygamma(1, -2)));
    ck_assert(gradc_polygamma(2, INFINITY) == 0);
    for (int n = 0; n <= 6; n++)
        for (double x = -4.7; x < 30; x += 0.377) {
            /* f_n(x + 1) = f_n(x) + (-1)^n n! / x^(n+1) */
            double step = (n % 2 ? -1 : 1) * tgamma(n + 1) / pow(x, n + 1);
            double right = gradc_polygamma(n, x) + step;
            close_to(gradc_polygamma(n, x + 1), right, 2e-14 * fmax(1, fabs(step)));
            /* f_(n+1) is the derivative of f_n, by a formula of order 4 */
            double h = 1e-3, slope = (8 * (gradc_polygamma(n, x + h) - gradc_polygamma(n, x - h)) -
                                      (gradc_polygamma(n, x + 2 * h) - gradc_polygamma(n, x - 2 * h))) /
                                     (12 * h);
            if (x > 1)
                close_to(gradc_polygamma(n + 1, x), slope, 1e-7);
        }
}
END_TEST

START_TEST(test_lgamma)
{
    for (double x = 1e-3; x < 400; x *= 1.013)
        close_to(gradc_lgamma(x), (double)lgammal(x), 1e-15);
    for (double x = -20.3; x < 0; x += 0.137)
        close_to(gradc_lgamma(x), (double)lgammal(x), 4e-15);
    /* Near its zeros it is accurate relatively. */
    for (double e = 1e-12; e < 0.5; e *= 3) {
        double right = (double)lgammal(1 + (long double)((1 + e) - 1)), got = gradc_lgamma(1 + e);
        ck_assert(fabs(got - right) <= 1e-15 * fabs(right));
        right = (double)lgammal(2 - (long double)(2 - (2 - e)));
        got = gradc_lgamma(2 - e);
        ck_assert(fabs(got - right) <= 1e-15 * fabs(right));
    }
    close_to(gradc_lgamma(0.5), 0.5 * log(pi), 4e-16);
    close_to(gradc_lgamma(-0.5), log(2 * sqrt(pi)), 4e-16);
    ck_assert(isinf(gradc_lgamma(0)) && isinf(gradc_lgamma(-7)) && isinf(gradc_lgamma(-INFINITY)));
    ck_assert(isnan(gradc_lgamma(NAN)));
    ck_assert(isfinite(gradc_lgamma(1e305)) && gradc_lgamma(DBL_MAX) > 0);
    ck_assert_float_eq_tol(gradc_lgammaf(10), 12.8018274801f, 2e-6f);
}
END_TEST

START_TEST(test_uniform)
{
    /* The first number of SplitMix64 from the seed 0 is published as E220A8397B1DCDAF. */
    ck_assert(gradc_uniform(0, 0) == 0xE220A8 / 16777216.0);
    double sum = 0, squares = 0, product = 0, last = 0;
    int count = 200000;
    for (int i = 0; i < count; i++) {
        double u = gradc_uniform(-5, i);
        if (!(u >= 0 && u < 1 && (float)u == gradc_uniformf(-5, i)))
            ck_abort_msg("uniform(-5, %d) is %g", i, u);
        sum += u;
        squares += u * u;
        product += (u - 0.5) * (last - 0.5);
        last = u;
    }
    /* Six standard deviations of the mean, of the mean square and of the correlation of neighbours. */
    double root = sqrt(count);
    ck_assert(fabs(sum / count - 0.5) < 6 * sqrt(1 / 12.0) / root);
    ck_assert(fabs(squares / count - 1 / 3.0) < 6 * sqrt(4 / 45.0) / root);
    ck_assert(fabs(product / count) < 6 / 12.0 / root);
    ck_assert(gradc_uniform(1, 2) != gradc_uniform(2, 1));
}
END_TEST

START_TEST(test_strerror)
{
    for (int status = -1; status < 7; status++) {
        ck_assert_ptr_nonnull(gradc_strerror(status));
        for (int other = 0; other < status && status <= GRADC_ENUMERIC; other++)
            ck_assert_str_ne(gradc_strerror(status), gradc_strerror(other));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("special");
    TCase *cases = tcase_create("special");
    tcase_add_test(cases, test_digamma);
    tcase_add_test(cases, test_polygamma);
    tcase_add_test(cases, test_lgamma);
    tcase_add_test(cases, test_uniform);
    tcase_add_test(cases, test_strerror);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
