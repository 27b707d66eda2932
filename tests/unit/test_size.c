/* test_size.c: sizes as polynomials: canonical forms, signs, extremes, text. */
#include <check.h>
#include <stdlib.h>

#include "size.h"
#include "tree.h"

static struct arena *arena;
static struct sizes *sizes;
static size *n, *m;

static void setup(void)
{
    arena = arena_new();
    sizes = sizes_new(arena);
    n = size_new_name(sizes, "N");
    m = size_new_name(sizes, "M");
}

static void teardown(void)
{
    arena_free(arena);
}

static size *number(int64_t value)
{
    return size_number(sizes, value);
}

static size *plus(size *a, int64_t b)
{
    return size_add(a, number(b));
}

static size *scaled(int64_t a, size *b)
{
    return size_multiply(number(a), b);
}

START_TEST(equal_polynomials_are_one_object)
{
    size *sum = size_add(n, m), *square = size_multiply(sum, sum);
    size *expanded =
        size_add(size_add(size_multiply(n, n), scaled(2, size_multiply(m, n))), size_multiply(m, m));
    int64_t value;

    ck_assert_ptr_eq(square, expanded);
    ck_assert_ptr_eq(size_subtract(square, expanded), number(0));
    ck_assert_ptr_eq(size_add(m, n), sum);
    ck_assert_ptr_ne(n, m);
    ck_assert_ptr_ne(size_new_name(sizes, "N"), n);
    ck_assert(size_is_number(size_subtract(plus(n, 7), n), &value));
    ck_assert_int_eq(value, 7);
    ck_assert(!size_is_number(n, &value));
    ck_assert_ptr_eq(number(-3), size_negate(number(3)));
}
END_TEST

START_TEST(division_is_exact_or_none)
{
    size *sum = plus(n, 1), *product = size_multiply(sum, size_add(n, scaled(2, m)));

    ck_assert_ptr_eq(size_divide(product, sum), size_add(n, scaled(2, m)));
    ck_assert_ptr_null(size_divide(plus(product, 1), sum));
    ck_assert_ptr_null(size_divide(n, number(0)));
    ck_assert_ptr_eq(size_multiply(size_divide(n, number(2)), number(2)), n);
    ck_assert(!size_is_whole(size_divide(n, number(2))));
    ck_assert_int_eq(size_denominator(size_add(size_divide(n, number(4)), size_divide(m, number(6)))), 12);
    ck_assert_ptr_eq(size_divide(number(12), number(4)), number(3));
}
END_TEST

START_TEST(floors_are_canonical)
{
    size *half = size_floor_divide(plus(n, 1), number(2));

    ck_assert_ptr_eq(size_floor_divide(number(7), number(2)), number(3));
    ck_assert_ptr_eq(size_floor_divide(scaled(6, n), number(2)), scaled(3, n));
    ck_assert_ptr_eq(plus(size_floor_divide(plus(n, -1), number(2)), 1), half);
    ck_assert_ptr_eq(size_floor_divide(plus(scaled(2, m), 3), number(2)), plus(m, 1));
    ck_assert_ptr_eq(size_floor_divide(size_floor_divide(n, number(2)), number(3)),
                     size_floor_divide(n, number(6)));
    ck_assert_ptr_eq(size_floor_divide(size_multiply(n, m), m), n);
    ck_assert_ptr_eq(size_substitute(half, n, number(5)), number(3));
}
END_TEST

START_TEST(signs_hold_for_all_sizes)
{
    size *t = size_new_loop_variable(sizes, "t", number(0), n);
    size *half = size_floor_divide(n, number(2));

    ck_assert_int_eq(size_nonnegative(plus(n, -1)), ALWAYS);
    ck_assert_int_eq(size_nonnegative(plus(n, -2)), SOMETIMES);
    ck_assert_int_eq(size_nonnegative(size_negate(n)), NEVER);
    ck_assert_int_eq(size_nonnegative(plus(size_negate(n), 1)), SOMETIMES);
    ck_assert_int_eq(size_nonnegative(size_subtract(size_multiply(n, n), n)), ALWAYS);
    ck_assert_int_eq(size_nonnegative(size_subtract(size_multiply(n, m), plus(size_add(n, m), -1))), ALWAYS);
    ck_assert_int_eq(size_nonnegative(size_subtract(n, m)), SOMETIMES);
    ck_assert_int_eq(size_nonnegative(plus(size_subtract(n, t), -1)), ALWAYS);
    ck_assert_int_eq(size_nonnegative(size_subtract(t, n)), NEVER);
    ck_assert_int_eq(size_nonnegative(plus(t, -1)), SOMETIMES);
    ck_assert_int_eq(size_nonnegative(size_subtract(n, scaled(2, half))), ALWAYS);
    ck_assert_int_eq(size_nonnegative(plus(size_subtract(scaled(2, half), n), 1)), ALWAYS);
    ck_assert_int_eq(size_nonnegative(plus(half, -1)), SOMETIMES);
    ck_assert_int_eq(size_nonnegative(size_subtract(size_maximum(n, m), m)), ALWAYS);
    ck_assert_int_eq(size_nonnegative(size_subtract(size_add(n, m), size_maximum(n, m))), ALWAYS);
    ck_assert_int_eq(size_nonnegative(size_subtract(m, size_minimum(n, m))), ALWAYS);
    ck_assert_int_eq(size_nonnegative(plus(size_minimum(n, m), -1)), ALWAYS);
    ck_assert_int_eq(size_nonnegative(size_subtract(size_minimum(n, m), m)), SOMETIMES);
    ck_assert_int_eq(size_nonnegative(plus(size_subtract(size_minimum(n, m), m), -1)), NEVER);
    ck_assert_ptr_eq(size_minimum(n, m), size_minimum(m, size_minimum(n, m)));
    ck_assert_ptr_eq(size_minimum(n, plus(n, 1)), n);
    ck_assert_int_eq(size_nonnegative(number(-1)), NEVER);
}
END_TEST

START_TEST(extremes_over_loop_variables)
{
    size *s = size_new_loop_variable(sizes, "s", number(0), n);
    size *t = size_new_loop_variable(sizes, "t", number(1), plus(s, 2)); /* 1 <= t <= s + 1 */
    size *a = size_subtract(plus(scaled(2, t), 3), s);

    ck_assert_ptr_eq(size_least(t), number(1));
    ck_assert_ptr_eq(size_greatest(t), n);
    ck_assert_ptr_eq(size_greatest(a), plus(n, 4)); /* 2 (s + 1) + 3 - s = s + 5 */
    ck_assert_ptr_eq(size_least(a), size_subtract(number(6), n));
    ck_assert(size_has_loop_variable(a) && !size_has_loop_variable(n));
    ck_assert(size_is_loop_variable(t) && !size_is_loop_variable(n));
    ck_assert(size_depends_on(a, s) && !size_depends_on(a, n));
    ck_assert_ptr_eq(size_substitute(a, s, t), plus(t, 3));
}
END_TEST

START_TEST(slopes_of_linear_sizes)
{
    size *i = size_new_loop_variable(sizes, "i", number(0), n);
    size *j = size_new_loop_variable(sizes, "j", number(0), m);
    size *flat = plus(size_add(size_multiply(size_multiply(m, n), i), scaled(3, j)), 5);

    ck_assert_ptr_eq(size_slope(flat, i), size_multiply(m, n));
    ck_assert_ptr_eq(size_slope(flat, j), number(3));
    ck_assert_ptr_eq(size_slope(n, i), number(0));
    ck_assert_ptr_eq(size_slope(size_multiply(i, j), i), j);
    ck_assert_ptr_null(size_slope(size_multiply(i, i), i));
    /* 0 at the first three rounds, but no line. */
    ck_assert_ptr_null(size_slope(size_floor_divide(i, number(3)), i));
    ck_assert_ptr_null(size_slope(size_multiply(i, size_maximum(i, m)), i));
}
END_TEST

START_TEST(overflow_is_sticky)
{
    size *big = number(INT64_MAX), *over = size_multiply(big, number(2));
    int64_t value;

    ck_assert(!size_overflowed(big));
    ck_assert(size_overflowed(over));
    ck_assert(size_overflowed(size_multiply(over, number(0))));
    ck_assert(size_overflowed(size_subtract(over, over)));
    ck_assert(size_overflowed(size_add(size_multiply(big, n), size_multiply(big, n))));
    ck_assert(size_is_number(over, &value));
    ck_assert_int_eq(value, 0);
}
END_TEST

#define ASSERT_PRINTS(a, style, text) ck_assert_str_eq(size_print(arena, (a), (style)), (text))
#define ASSERT_C(a, text)             ck_assert_str_eq(tree_text(arena, size_tree(arena, (a), SIZE_WHOLE, NULL)), (text))

START_TEST(text_in_each_style)
{
    size *t = size_new_loop_variable(sizes, "t", number(0), n);
    size *half = size_divide(n, number(2)), *both = size_divide(size_add(n, m), number(2));

    ASSERT_PRINTS(plus(scaled(2, n), 1), SIZE_LANGUAGE, "2*N + 1");
    ASSERT_C(plus(scaled(2, n), 1), "2 * N + 1");
    ASSERT_C(plus(n, -1), "N - 1");
    ASSERT_C(plus(size_subtract(n, t), -1), "N - t - 1");
    ASSERT_C(size_subtract(number(5), n), "5 - N");
    ASSERT_PRINTS(half, SIZE_LANGUAGE, "N/2");
    ASSERT_C(plus(half, -3), "N / 2 - 3");
    ASSERT_C(plus(half, 1), "N / 2 + 1");
    ASSERT_PRINTS(both, SIZE_JSON, "(N + M)/2");
    ASSERT_C(size_subtract(n, size_divide(m, number(2))), "N - M / 2");
    ASSERT_C(plus(size_divide(size_subtract(n, m), number(2)), 2), "(N + 4 - M) / 2");
    ASSERT_PRINTS(plus(size_divide(size_subtract(n, m), number(2)), 2), SIZE_LANGUAGE, "(N - M)/2 + 2");
    ASSERT_C(size_subtract(n, half), "N / 2");
    ASSERT_PRINTS(size_multiply(n, n), SIZE_LANGUAGE, "N^2");
    ASSERT_C(size_multiply(n, n), "N * N");
    ASSERT_C(size_floor_divide(plus(n, 1), number(2)), "(N + 1) / 2");
    ASSERT_C(plus(size_floor_divide(plus(n, 1), number(2)), 4), "(N + 1) / 2 + 4");
    ASSERT_C(scaled(3, size_floor_divide(n, number(2))), "3 * (N / 2)");
    ASSERT_C(size_floor_divide(n, plus(m, 1)), "N / (M + 1)");
    ASSERT_C(size_maximum(n, m), "gradc_greater(N, M)");
    ASSERT_C(size_minimum(n, m), "gradc_lesser(N, M)");
    ASSERT_PRINTS(size_minimum(n, m), SIZE_JSON, "min(N, M)");
    ASSERT_PRINTS(number(-4), SIZE_LANGUAGE, "-4");
    ASSERT_C(number(0), "0");
    ck_assert(size_is_sum(plus(n, 1)) && !size_is_sum(both) && !size_is_sum(n) && !size_is_sum(number(3)));
    ck_assert_str_eq(size_name(n), "N");
    ck_assert_ptr_null(size_name(plus(n, 1)));
}
END_TEST

static int64_t n_value, m_value;

static int64_t value_of(const size *atom, void *closure)
{
    (void)closure;
    return atom == n ? n_value : m_value;
}

/* A random size and its value computed along with it. */
static size *random_size(int depth, int64_t *value)
{
    int64_t a, b;
    size *left, *right;

    switch (depth == 0 ? rand() % 4 : rand() % 8) {
    case 0: *value = n_value; return n;
    case 1: *value = m_value; return m;
    case 2: *value = rand() % 7; return number(*value);
    case 3: *value = n_value - 1; return plus(n, -1);
    default: break;
    }
    left = random_size(depth - 1, &a);
    right = random_size(depth - 1, &b);
    switch (rand() % 6) {
    case 5: /* the rounds between two kept states of a loop of as many rounds, and the states */
        for (*value = 1; *value * *value < a;)
            ++*value;
        right = size_square_root(left);
        if (rand() % 2)
            return right;
        *value = a / *value;
        return size_floor_divide(left, right);
    case 4: *value = a < b ? a : b; return size_minimum(left, right);
    case 0: *value = a + b; return size_add(left, right);
    case 1: *value = a * b; return size_multiply(left, right);
    case 2: *value = a > b ? a : b; return size_maximum(left, right);
    default: /* floor((a + b) / (b + 1)), both known to be >= 0 */
        *value = (a + b) / (b + 1);
        return size_floor_divide(size_add(left, right), plus(right, 1));
    }
}

START_TEST(values_and_signs_of_random_sizes)
{
    srand(1);
    for (int trial = 0; trial < 20000; trial++) {
        int64_t a, b;
        n_value = 1 + rand() % 9;
        m_value = 1 + rand() % 9;
        size *left = random_size(3, &a), *right = random_size(3, &b);
        size *difference = size_subtract(left, right);

        ck_assert_int_eq(size_evaluate(left, value_of, NULL), a);
        ck_assert_int_eq(size_evaluate(difference, value_of, NULL), a - b);
        if (size_nonnegative(difference) == ALWAYS)
            ck_assert_int_ge(a - b, 0);
        if (size_nonnegative(difference) == NEVER)
            ck_assert_int_lt(a - b, 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("size");
    TCase *cases = tcase_create("size");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, equal_polynomials_are_one_object);
    tcase_add_test(cases, division_is_exact_or_none);
    tcase_add_test(cases, floors_are_canonical);
    tcase_add_test(cases, signs_hold_for_all_sizes);
    tcase_add_test(cases, extremes_over_loop_variables);
    tcase_add_test(cases, slopes_of_linear_sizes);
    tcase_add_test(cases, overflow_is_sticky);
    tcase_add_test(cases, text_in_each_style);
    tcase_add_test(cases, values_and_signs_of_random_sizes);
    suite_add_tcase(suite, cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
