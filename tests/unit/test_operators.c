/* test_operators.c: values of operators where they are delicate, their derivatives at kinks and edges, and
 * the special functions against known constants and recurrences. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../runtime/gradc.h"
#include "c_runtime.h"
#include "differentiate.h"
#include "interpret.h"
#include "manual_text.h"
#include "special.h"

static struct arena *arena;
static struct graph *graph;
static const struct derivatives *derivatives;

static void setup(void)
{
    static struct diagnostics diagnostics;

    arena = arena_new();
    graph = graph_new(arena, sizes_new(arena));
    diagnostics = (struct diagnostics){.arena = arena, .stream = stderr};
    derivatives = derivatives_load(arena, &diagnostics);
    ck_assert_int_eq(diagnostics.error_count, 0);
}

static void teardown(void)
{
    arena_free(arena);
}

static struct node *parameter(void)
{
    return graph_parameter(graph, REAL, "x", 0, NULL);
}

static struct node *real(double value)
{
    return graph_constant(graph, REAL, value);
}

static struct node *derivative(struct node *y, struct node *x)
{
    struct node *seed = real(1), *adjoint;

    differentiate(graph, derivatives, &y, &seed, 1, &x, 1, &adjoint);
    return adjoint;
}

static double value_at(struct node *y, struct node *a, double at_a, struct node *b, double at_b)
{
    struct interpreter *interpreter = interpreter_new(arena, graph);

    interpreter_bind(interpreter, a, &at_a);
    if (b != NULL)
        interpreter_bind(interpreter, b, &at_b);
    return interpreter_value(interpreter, y)[0];
}

/* ---- Derivatives at kinks and edges ---- */

START_TEST(powers_at_zero_and_below)
{
    static const struct {
        double power, at, first, second;
    } cases[] = {
        {2, 0, 0, 2},  {2, -3, -6, 2}, {3, 0, 0, 0},  {3, -2, 12, -12}, {1, 0, 1, 0},
        {1, -5, 1, 0}, {0, 0, 0, 0},   {0, -2, 0, 0}, {4, 0, 0, 0},     {-1, -2, -0.25, -0.25},
    };
    /* The exponent as a constant, and as a value that is known only later. */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct node *x = parameter(), *p = parameter();
        struct node *exponents[] = {real(cases[i].power), p};
        for (int j = 0; j < 2; j++) {
            struct node *y = graph_binary(graph, OP_POW, x, exponents[j]);
            struct node *first = derivative(y, x), *second = derivative(first, x);
            ck_assert_double_eq_tol(value_at(first, x, cases[i].at, p, cases[i].power), cases[i].first,
                                    1e-13);
            ck_assert_double_eq_tol(value_at(second, x, cases[i].at, p, cases[i].power), cases[i].second,
                                    1e-13);
        }
    }
}
END_TEST

START_TEST(exponents)
{
    struct node *x = parameter(), *p = parameter(), *d = derivative(graph_binary(graph, OP_POW, x, p), p);

    ck_assert_double_eq_tol(value_at(d, x, 2, p, 3), 8 * log(2), 1e-13);
    ck_assert_double_eq(value_at(d, x, 0, p, 2), 0);
}
END_TEST

START_TEST(the_first_of_equals_takes_the_gradient)
{
    static const double at[][2] = {{1, 1}, {INFINITY, INFINITY}, {-INFINITY, -INFINITY}, {0, 0}};

    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        for (int is_min = 0; is_min < 2; is_min++) {
            struct node *a = parameter(), *b = parameter();
            struct node *y = graph_binary(graph, is_min ? OP_MIN : OP_MAX, a, b);
            ck_assert_double_eq(value_at(derivative(y, a), a, at[i][0], b, at[i][1]), 1);
            ck_assert_double_eq(value_at(derivative(y, b), a, at[i][0], b, at[i][1]), 0);
        }
    }
    struct node *a = parameter(), *b = parameter();
    ck_assert_double_eq(value_at(derivative(graph_binary(graph, OP_MAX, a, b), b), a, 1, b, 2), 1);
    ck_assert_double_eq(value_at(derivative(graph_binary(graph, OP_MIN, a, b), a), a, 1, b, 2), 1);
}
END_TEST

START_TEST(kinks)
{
    struct node *x = parameter();

    ck_assert_double_eq(value_at(derivative(graph_unary(graph, OP_ABS, x), x), x, 0, NULL, 0), 0);
    ck_assert_double_eq(value_at(derivative(graph_unary(graph, OP_ABS, x), x), x, -2, NULL, 0), -1);
    ck_assert_double_eq(value_at(derivative(graph_unary(graph, OP_SIGN, x), x), x, 0, NULL, 0), 0);
    ck_assert_double_eq(value_at(derivative(graph_unary(graph, OP_ROUND, x), x), x, 0.5, NULL, 0), 0);
    /* max(0, x) at 0: the constant comes first */
    ck_assert_double_eq(value_at(derivative(graph_binary(graph, OP_MAX, real(0), x), x), x, 0, NULL, 0), 0);
}
END_TEST

START_TEST(angles_in_all_quadrants)
{
    static const double at[][2] = {{1, 2}, {1, -2}, {-1, -2}, {-1, 2}, {1, 0}, {-1, 0}, {0, 1}, {0, -1}};

    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        struct node *a = parameter(), *b = parameter(), *y = graph_binary(graph, OP_ATAN2, a, b);
        double s = at[i][0], c = at[i][1], r = s * s + c * c;
        ck_assert_double_eq_tol(value_at(derivative(y, a), a, s, b, c), c / r, 1e-14);
        ck_assert_double_eq_tol(value_at(derivative(y, b), a, s, b, c), -s / r, 1e-14);
        /* d2/da db = (a^2 - b^2) / r^2 */
        ck_assert_double_eq_tol(value_at(derivative(derivative(y, a), b), a, s, b, c),
                                (s * s - c * c) / (r * r), 1e-13);
    }
}
END_TEST

/* ---- Values ---- */

static double value(enum op op, double a, double b)
{
    double operands[] = {a, b, 0};

    return operator_value(op, REAL, operands);
}

START_TEST(values)
{
    ck_assert_double_eq(value(OP_ROUND, 2.5, 0), 2);
    ck_assert_double_eq(value(OP_ROUND, 3.5, 0), 4);
    ck_assert_double_eq(value(OP_ROUND, -0.5, 0), 0);
    ck_assert_double_eq(value(OP_SIGN, -3, 0), -1);
    ck_assert_double_eq(value(OP_SIGN, 0, 0), 0);
    ck_assert(isnan(value(OP_MAX, NAN, 1)) && isnan(value(OP_MAX, 1, NAN)));
    ck_assert(isnan(value(OP_MIN, NAN, 1)) && isnan(value(OP_MIN, 1, NAN)));
    ck_assert_double_eq(value(OP_POW, 0, 0), 1);
    ck_assert_double_eq(value(OP_LE, 1, 1), 1);
    ck_assert_double_eq(value(OP_LT, 1, 1), 0);
}
END_TEST

START_TEST(text_of_whole_number_arithmetic_wraps)
{
    struct node *i = graph_parameter(graph, INT, "i", 0, NULL),
                *j = graph_parameter(graph, INT, "j", 0, NULL);
    int precedence;

    ck_assert_str_eq(operator_c_text(graph_binary(graph, OP_ADD, i, j), &precedence),
                     "(int32_t)((uint32_t)($a) + (uint32_t)($b))");
    ck_assert_int_eq(precedence, 2);
    ck_assert_str_eq(operator_c_text(graph_binary(graph, OP_ADD, parameter(), parameter()), &precedence),
                     "$a + $b");
    ck_assert_str_eq(operator_c_text(graph_binary(graph, OP_MAX, real(0), parameter()), &precedence),
                     "$a >= $b ? $a : $b");
}
END_TEST

START_TEST(rows_are_complete)
{
    for (enum op op = 0; op < OPERATOR_COUNT; op++) {
        const struct operator_info *info = operator_info(op);
        ck_assert_ptr_nonnull(info->name);
        ck_assert_ptr_nonnull(info->document);
        if (!operator_is_elementwise(op))
            continue;
        ck_assert(info->arity >= 1 && info->arity <= 3 && info->cost > 0 && info->low < info->high);
        for (int i = 0; i < 3; i++) {
            char operand[] = {'$', (char)('a' + i), '\0'};
            ck_assert_msg((strstr(info->c_text, operand) != NULL) == (i < info->arity), "%s: %s", info->name,
                          operand);
        }
    }
}
END_TEST

START_TEST(the_reference_prints_their_documentation)
{
    char line[512];
    for (enum op op = 0; operator_is_elementwise(op); op++) {
        const struct operator_info *info = operator_info(op);
        if (info->is_hidden || info->sign)
            continue;
        bool has_two = info->arity == 2 && op != OP_ATAN2;
        snprintf(line, sizeof line, "\n| `%s(%s)` | %s |\n", info->name,
                 has_two            ? "a, b"
                 : info->arity == 2 ? "y, x"
                                    : "x",
                 info->document);
        ck_assert_msg(strstr(manual_text, line) != NULL, "docs/language.md has no line%s", line);
    }
}
END_TEST

START_TEST(a_call_in_c_is_known_when_it_is_run)
{
    size_t count;
    const struct c_builtin *const *builtins = c_builtins(arena, &count);
    for (enum op op = 0; operator_is_elementwise(op); op++) {
        const char *text = operator_info(op)->c_text;
        size_t length = strcspn(text, "@("), found = 0;
        if (strncmp(text + length, "@(", 2) != 0 || length == 0 || strcspn(text, " ") < length)
            continue;
        for (size_t i = 0; i < count; i++)
            found += strlen(c_builtin_name(builtins[i])) == length &&
                     strncmp(c_builtin_name(builtins[i]), text, length) == 0;
        ck_assert_msg(found == 1, "%s is there %zu times", text, found);
    }
}
END_TEST

/* ---- Special functions ---- */

static void assert_close(double value, double expected)
{
    ck_assert_msg(fabs(value - expected) <= 4e-14 * (1 + fabs(expected)), "%.17g, but %.17g expected", value,
                  expected);
}

START_TEST(special_functions_at_known_points)
{
    const double euler = 0.57721566490153286061, pi = 3.14159265358979323846, zeta3 = 1.2020569031595942854;

    assert_close(special_digamma(1), -euler);
    assert_close(special_digamma(0.5), -euler - 2 * log(2));
    assert_close(special_digamma(2), 1 - euler);
    assert_close(special_polygamma(1, 1), pi * pi / 6);
    assert_close(special_polygamma(1, 0.5), pi * pi / 2);
    assert_close(special_polygamma(2, 1), -2 * zeta3);
    assert_close(special_polygamma(3, 1), pi * pi * pi * pi / 15);
    assert_close(special_lgamma(5), log(24));
    ck_assert(isnan(special_digamma(0)) && isnan(special_digamma(-3)));
    ck_assert(isnan(special_polygamma(0.5, 1)));
}
END_TEST

START_TEST(special_functions_satisfy_their_recurrences)
{
    double factorial = 1;

    for (int order = 0; order <= 6; order++) {
        factorial *= order > 0 ? order : 1;
        for (double x = -4.65; x < 30; x += 0.7) { /* psi_n(x + 1) = psi_n(x) + (-1)^n n! / x^(n + 1) */
            double step = (order % 2 ? -1 : 1) * factorial / pow(x, order + 1);
            double here = special_polygamma(order, x), next = special_polygamma(order, x + 1);
            double scale = 1 + fabs(here) + fabs(step);
            ck_assert_msg(fabs(next - here - step) <= 2e-13 * scale, "order %d at %g: %.17g and %.17g", order,
                          x, here, next);
        }
    }
}
END_TEST

START_TEST(bessel_functions_far_from_0)
{
    static const struct {
        double x, i0e, i1e, j0, j1; /* by mpmath */
    } known[] = {
        {101, 0.039745646065407208819, 0.039548393511805774851, 0.075421398200297340203,
         -0.024420114764402837145},
        {3e7, 0.000072836562342957618891, 0.000072836561129014903059, 0.00007197070189375510011,
         0.00012665258564941392626},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        ck_assert_double_eq_tol(special_ie(0, -known[i].x), known[i].i0e, 1e-15);
        ck_assert_double_eq_tol(special_ie(1, -known[i].x), -known[i].i1e, 1e-15);
        ck_assert_double_eq_tol(special_j(0, known[i].x), known[i].j0, 3e-15);
        ck_assert_double_eq_tol(special_j(1, -known[i].x), -known[i].j1, 3e-15);
    }
    const double least = 3.9894228040143267794e-155; /* 1 / sqrt(2 pi 1e308) */
    ck_assert_double_eq_tol(special_ie(0, 1e308), least, 1e-170);
    ck_assert_double_eq_tol(gradc_i0e(1e308), least, 1e-170);
    ck_assert_double_eq_tol(gradc_i1e(-1e308), -least, 1e-170);
    ck_assert_double_eq(gradc_i0e(INFINITY), 0);
}
END_TEST

START_TEST(the_runtime_computes_the_same)
{
    for (double x = -3.3; x < 20; x += 0.37) {
        assert_close(gradc_lgamma(x), special_lgamma(x));
        assert_close(gradc_erfcx(x), special_erfcx(x));
        assert_close(gradc_erfinv(x / 20), special_erfinv(x / 20));
        assert_close(gradc_i0e(3 * x), special_ie(0, 3 * x));
        assert_close(gradc_i1e(3 * x), special_ie(1, 3 * x));
        assert_close(gradc_j0(3 * x), special_j(0, 3 * x));
        assert_close(gradc_j1(3 * x), special_j(1, 3 * x));
        for (int order = 0; order <= 3; order++) {
            double expected = special_polygamma(order, x);
            ck_assert_double_eq_tol(gradc_polygamma(order, x), expected, 1e-12 * (1 + fabs(expected)));
        }
    }
    for (int32_t i = -50; i < 50; i++) {
        ck_assert_double_eq(gradc_uniform(i, 7 * i), special_uniform(i, 7 * i));
        ck_assert_float_eq(gradc_uniformf(i, 7 * i), (float)special_uniform(i, 7 * i));
    }
}
END_TEST

START_TEST(noise_is_uniform)
{
    double mean = 0, square = 0, product = 0;
    const int count = 100000;

    for (int i = 0; i < count; i++) {
        double x = special_uniform(42, i), y = special_uniform(43, i);
        ck_assert(x >= 0 && x < 1);
        mean += x / count;
        square += x * x / count;
        product += (x - 0.5) * (y - 0.5) / count;
    }
    ck_assert_double_eq_tol(mean, 0.5, 5e-3);
    ck_assert_double_eq_tol(square, 1.0 / 3, 5e-3);
    ck_assert_double_eq_tol(product, 0, 2e-3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operators");
    TCase *cases = tcase_create("operators");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, powers_at_zero_and_below);
    tcase_add_test(cases, exponents);
    tcase_add_test(cases, the_first_of_equals_takes_the_gradient);
    tcase_add_test(cases, kinks);
    tcase_add_test(cases, angles_in_all_quadrants);
    tcase_add_test(cases, values);
    tcase_add_test(cases, text_of_whole_number_arithmetic_wraps);
    tcase_add_test(cases, rows_are_complete);
    tcase_add_test(cases, the_reference_prints_their_documentation);
    tcase_add_test(cases, a_call_in_c_is_known_when_it_is_run);
    tcase_add_test(cases, special_functions_at_known_points);
    tcase_add_test(cases, special_functions_satisfy_their_recurrences);
    tcase_add_test(cases, bessel_functions_far_from_0);
    tcase_add_test(cases, the_runtime_computes_the_same);
    tcase_add_test(cases, noise_is_uniform);
    suite_add_tcase(suite, cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
