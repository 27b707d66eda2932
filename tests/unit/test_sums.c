/* test_sums.c: the sums in parts of gradc.h over every number of terms, of whole numbers, whose sums are
 * exact in any order, and the greatest and least of them. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "gradc.h"

enum { LONGEST = 200 };

/* Each term once: term j is a number whose sums with others tell which are in it. */
static double term(size_t j)
{
    return (double)(j * j + 7 * j + 1);
}

static double expected(size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += term(j);
    return sum;
}

START_TEST(one_row)
{
    for (size_t n = 0; n <= LONGEST; n++) {
        double sum = 5;
        GRADC_SUM(double, sum, j, n, term(j));
        ck_assert_msg(sum == expected(n) + 5, "%zu terms: %g, expected %g", n, sum, expected(n) + 5);
        float rounded = 0;
        GRADC_SUM(float, rounded, j, n, (float)j);
        ck_assert_msg(rounded == (float)(n * (n + 1) / 2 - n), "%zu terms: %g", n, (double)rounded);
    }
}
END_TEST

START_TEST(of_values_computed_first)
{
    for (size_t n = 0; n <= LONGEST; n++) {
        double sum = 0, values[LONGEST + 1] = {0};
        GRADC_SUM_OF(double, sum, j, n, values[j], values[j] += term(j););
        ck_assert_msg(sum == expected(n), "%zu terms: %g, expected %g", n, sum, expected(n));
        for (size_t j = 0; j <= LONGEST; j++)
            ck_assert_msg(values[j] == (j < n ? term(j) : 0), "%zu terms: value %zu is %g", n, j, values[j]);
    }
}
END_TEST

START_TEST(several_rows)
{
    for (size_t n = 0; n <= LONGEST; n++) {
        double sum = 0, parts[GRADC_PARTS] = {0};
        for (size_t i = 0; i < 3; i++)
            GRADC_ADD(parts, j, n, (double)(i + 1) * term(j));
        GRADC_TOTAL(sum, parts);
        ck_assert_msg(sum == 6 * expected(n), "3 rows of %zu: %g, expected %g", n, sum, 6 * expected(n));
    }
}
END_TEST

START_TEST(in_parts)
{
    static const size_t lengths[] = {1, 7, 100, GRADC_WORTH_THREADS - 1, GRADC_WORTH_THREADS, 40001};
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
        const size_t n = lengths[l];
        double sum = 0;
        GRADC_SUM_IN_PARTS(double, sum, j, n, term(j));
        ck_assert_msg(sum == expected(n), "%zu terms: %g, expected %g", n, sum, expected(n));
    }
}
END_TEST

START_TEST(of_constant_length)
{
    double sum = 0;
    float rounded = 0;
#define SHORT(n)                                                                                             \
    sum = 5;                                                                                                 \
    GRADC_SHORT_SUM(double, sum, j, n, term(j));                                                             \
    ck_assert_msg(sum == expected(n) + 5, "%d terms: %g, expected %g", n, sum, expected(n) + 5);             \
    rounded = 0;                                                                                             \
    GRADC_SHORT_SUM(float, rounded, j, n, (float)j);                                                         \
    ck_assert_msg(rounded == (float)((n) * ((n)-1) / 2), "%d terms: %g", n, (double)rounded)
    SHORT(4);
    SHORT(5);
    SHORT(8);
    SHORT(11);
    SHORT(16);
    SHORT(31);
    SHORT(64);
}
END_TEST

/* The best of all stands at every place in turn, then a NaN does. */
START_TEST(best)
{
    for (size_t n = 1; n <= LONGEST; n++)
        for (size_t place = 0; place < n; place++) {
            double greatest = -INFINITY, least = INFINITY, odd = 0;
            GRADC_BEST(double, greatest, >, j, n, j == place ? 1000.0 : (double)j);
            ck_assert_msg(greatest == 1000, "%zu of %zu: greatest is %g", place, n, greatest);
            GRADC_BEST(double, least, <, j, n, j == place ? -1000.0 : (double)j);
            ck_assert_msg(least == -1000, "%zu of %zu: least is %g", place, n, least);
            GRADC_BEST(double, odd, >, j, n, j == place ? (double)NAN : (double)j);
            ck_assert_msg(isnan(odd), "%zu of %zu is NaN: greatest is %g", place, n, odd);
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sums");
    TCase *all = tcase_create("all");
    tcase_add_test(all, one_row);
    tcase_add_test(all, of_values_computed_first);
    tcase_add_test(all, several_rows);
    tcase_add_test(all, in_parts);
    tcase_add_test(all, of_constant_length);
    tcase_add_test(all, best);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
