/* The interpreter's values against values computed by hand. */
#include "problem.h"

static const double *value_with(struct node *node, int precision)
{
    struct interpreter *interpreter = interpreter_with_values(problem.arena);
    interpreter_precision(interpreter, precision);
    return interpreter_value(interpreter, node);
}

static void check_values(struct node *node, const double *expected, size_t count)
{
    const double *values = value_with(node, 64);
    ck_assert_uint_eq(count_of(node), count);
    for (size_t i = 0; i < count; i++)
        ck_assert_double_eq_tol(values[i], expected[i], 1e-14);
}

#define CHECK(node, ...)                                                                                     \
    check_values(node, (const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static struct node *given(struct shape shape, const double *values)
{
    struct node *x = input(shape, 0, 0);
    size_t count = count_of(x);
    for (size_t i = 0; i < count; i++)
        problem.values[problem.count - 1][i] = values[i];
    return x;
}

static struct node *given_whole(struct shape shape, const double *values)
{
    struct node *k = whole_input(shape, 1);
    size_t count = count_of(k);
    for (size_t i = 0; i < count; i++)
        problem.fixed_values[problem.fixed_count - 1][i] = values[i];
    return k;
}

START_TEST(test_elementwise)
{
    struct graph *graph = problem.graph;
    struct node *x = given(shape_of(3, 0, 0, 0), (double[]){-2, 0, 3}),
                *y = given(shape_of(3, 0, 0, 0), (double[]){1, -1, 3});
    struct node *less = graph_binary(graph, OP_LT, x, y);
    CHECK(graph_binary(graph, OP_SUB, x, y), -3, 1, 0);
    CHECK(graph_select(graph, less, x, y), -2, -1, 3);
    CHECK(graph_unary(graph, OP_CAST_REAL, graph_unary(graph, OP_NOT, less)), 0, 1, 1);
    CHECK(graph_unary(graph, OP_SIGN, x), -1, 0, 1);
}
END_TEST

/* What was rounded varies, and with it what is left of it; what is exact, or moved only, stays. */
START_TEST(test_perturbed)
{
    struct graph *graph = problem.graph;
    struct node *x = given(shape_of(3, 0, 0, 0), (double[]){0.1, 0.3, 0.5});
    struct node *third =
        graph_binary(graph, OP_DIV, x, graph_broadcast(graph, graph_constant(graph, REAL, 3), 1, x->shape));
    struct node *left = graph_binary(graph, OP_SUB, graph_binary(graph, OP_MUL, third, third), third);
    struct node *exact = graph_binary(graph, OP_ADD, graph_unary(graph, OP_FLOOR, x),
                                      graph_broadcast(graph, graph_constant(graph, REAL, 2), 1, x->shape));
    for (uint64_t seed = 0; seed < 3; seed++) {
        struct interpreter *plain = interpreter_with_values(problem.arena),
                           *perturbed = interpreter_with_values(problem.arena);
        interpreter_perturb(perturbed, 1e-10, seed);
        const double *values = interpreter_value(plain, left), *others = interpreter_value(perturbed, left);
        for (size_t i = 0; i < 3; i++) {
            ck_assert_double_ne(values[i], others[i]);
            ck_assert_double_eq_tol(values[i], others[i], 1e-10);
            ck_assert_double_eq(interpreter_value(perturbed, x)[i], interpreter_value(plain, x)[i]);
            ck_assert_double_eq(interpreter_value(perturbed, exact)[i], 2);
        }
    }
}
END_TEST

START_TEST(test_whole_numbers_wrap)
{
    struct graph *graph = problem.graph;
    struct node *k = given_whole(shape_of(2, 0, 0, 0), (double[]){2147483647, -5});
    CHECK(graph_binary(graph, OP_ADD, k, k), -2, -10);
    CHECK(graph_binary(graph, OP_MUL, k, k), 1, 25);
    CHECK(graph_unary(graph, OP_NEG, graph_binary(graph, OP_SUB, graph_unary(graph, OP_NEG, k), k)), -2, -10);
}
END_TEST

START_TEST(test_precision)
{
    struct node *x = given(shape_of(1, 0, 0, 0), (double[]){0.1});
    struct node *y = graph_unary(problem.graph, OP_EXP, x);
    ck_assert_double_eq(*value_with(y, 32), (double)(float)exp((double)0.1f));
    ck_assert_double_eq(*value_with(y, 64), exp(0.1));
}
END_TEST

START_TEST(test_views)
{
    struct graph *graph = problem.graph;
    static const int64_t row[][5] = {{1}, {0, 1}}, outside[][5] = {{-1, 1}}, added[][5] = {{1, 1, 1}};
    static const int64_t part[][5] = {{0, 1, 0}, {2, 0, 0}};
    struct node *x = given(shape_of(2, 3, 0, 0), (double[]){1, 2, 3, 4, 5, 6});
    struct shape three = shape_of(3, 0, 0, 0), five = shape_of(5, 0, 0, 0), column = shape_of(2, 1, 0, 0);
    struct node *second = graph_index(graph, x, 1, three.axes, subscripts_of(2, 1, row), NULL, 0, false);
    CHECK(second, 4, 5, 6);
    CHECK(graph_index(graph, second, 1, five.axes, subscripts_of(1, 1, outside), NULL, 0, true), 0, 4, 5, 6,
          0);
    CHECK(graph_scatter(graph, x, 1, five.axes, subscripts_of(1, 2, added), NULL, 0), 0, 1, 6, 8, 6);
    struct node *p = graph_broadcast(graph, graph_constant(graph, REAL, 9), 2, column.axes);
    CHECK(graph_replace(graph, x, p, subscripts_of(2, 2, part), NULL, 0), 1, 2, 9, 4, 5, 9);
    CHECK(graph_reshape(graph, graph_transpose(graph, x, (int[]){1, 0}), 2, x->shape), 1, 4, 2, 5, 3, 6);
    CHECK(graph_iota(graph, REAL, 2, x->shape, 1), 0, 1, 2, 0, 1, 2);
}
END_TEST

START_TEST(test_gather_and_its_range)
{
    struct graph *graph = problem.graph;
    static const int64_t position[][5] = {{1, 0}};
    struct node *x = given(shape_of(3, 0, 0, 0), (double[]){7, 8, 9}),
                *k = given_whole(shape_of(3, 0, 0, 0), (double[]){1, 0, -1});
    struct affine *subscripts = subscripts_of(1, 1, position);
    subscripts[0].dynamic = 1;
    struct node *y = graph_index(graph, x, 1, k->shape, subscripts, &k, 1, false);
    CHECK(y, 9, 8, 7);
    problem.fixed_values[0][0] = 2;
    struct interpreter *interpreter = interpreter_with_values(problem.arena);
    ck_assert_ptr_null(interpreter_value(interpreter, y));
    ck_assert_int_eq(interpreter_status(interpreter), 3);
    CHECK(graph_index(graph, x, 1, k->shape, subscripts, &k, 1, true), 0, 8, 7);
}
END_TEST

START_TEST(test_reductions)
{
    struct graph *graph = problem.graph;
    struct node *x = given(shape_of(2, 3, 0, 0), (double[]){1, 5, 5, -4, 2, -4});
    CHECK(graph_reduce(graph, OP_SUM, x, 1), -3, 7, 1);
    CHECK(graph_reduce(graph, OP_PRODUCT, x, 2), 25, 32);
    CHECK(graph_reduce(graph, OP_MAXIMUM, x, 3), 5);
    CHECK(graph_reduce(graph, OP_MINIMUM, x, 2), 1, -4);
    CHECK(graph_arg(graph, OP_ARGMAX, x, 1), 1, 1);
    CHECK(graph_arg(graph, OP_ARGMIN, x, 1), 0, 0);
    CHECK(graph_cumsum(graph, x, 1, false), 1, 6, 11, -4, -2, -6);
    CHECK(graph_cumsum(graph, x, 0, true), -3, 7, 1, -4, 2, -4);
    struct node *positive = graph_binary(graph, OP_LT, graph_zeros_like(graph, x), x);
    CHECK(graph_unary(graph, OP_CAST_INT, graph_reduce(graph, OP_ALL, positive, 2)), 1, 0);
    CHECK(graph_unary(graph, OP_CAST_INT, graph_reduce(graph, OP_ANY, positive, 1)), 1, 1, 1);
}
END_TEST

START_TEST(test_contraction)
{
    struct graph *graph = problem.graph;
    struct node *a = given(shape_of(2, 2, 0, 0), (double[]){1, 2, 3, 4}),
                *b = given(shape_of(2, 2, 0, 0), (double[]){5, 6, 7, 8});
    signed char plain[][2] = {{0, 2}, {2, 1}}, turned[][2] = {{2, 1}, {2, 0}};
    CHECK(graph_contract(graph, a, b, plain[0], plain[1], 2, 1), 19, 22, 43, 50);
    /* y[m, n] = sum_k a[k, n] b[k, m] */
    CHECK(graph_contract(graph, a, b, turned[0], turned[1], 2, 1), 26, 38, 30, 44);
}
END_TEST

START_TEST(test_systems)
{
    struct graph *graph = problem.graph;
    struct node *a = given(shape_of(2, 2, 0, 0), (double[]){4, 2, 2, 5}),
                *b = given(shape_of(2, 1, 0, 0), (double[]){8, 12});
    CHECK(graph_cholesky(graph, a), 2, 0, 1, 2);
    CHECK(graph_lu_solve(graph, a, b, false), 1, 2);
    CHECK(graph_determinant(graph, OP_DET, a), 16);
    CHECK(graph_determinant(graph, OP_LOGABSDET, a), log(16));
    CHECK(graph_solve_triangular(graph, a, b, (struct triangular){.lower = true}), 2, 1.6);
    CHECK(graph_solve_triangular(graph, a, b, (struct triangular){.lower = true, .transposed = true}), 0.8,
          2.4);
    CHECK(graph_solve_triangular(graph, a, b, (struct triangular){.unit = true}), -16, 12);
    problem.values[0][3] = 1;
    CHECK(graph_determinant(graph, OP_DET, a), 0);
    struct interpreter *interpreter = interpreter_with_values(problem.arena);
    ck_assert_ptr_null(interpreter_value(interpreter, graph_lu_solve(graph, a, b, false)));
    ck_assert_int_eq(interpreter_status(interpreter), 4);
    ck_assert_ptr_null(interpreter_value(interpreter, graph_cholesky(graph, a)));
}
END_TEST

/* for t in 1..5 while s < 6 { s = s + t; collect s }: 1, 3, 6, then it stops. Backwards from t = 4: 4, 7. */
START_TEST(test_loop)
{
    struct graph *graph = problem.graph;
    struct node *zero = graph_constant(graph, REAL, 0), *s = graph_placeholder(graph, REAL, "s", 0, NULL),
                *next;
    struct loop loop = {.begin = number(1), .end = number(5), .carried_count = 1, .collected_count = 1};
    loop.variable = size_new_loop_variable(problem.sizes, "t", loop.begin, loop.end);
    next = graph_binary(graph, OP_ADD, s, graph_size(graph, REAL, loop.variable));
    loop.carried = &s;
    loop.initial = &zero;
    loop.next = loop.collected = &next;
    loop.condition = graph_binary(graph, OP_LT, s, graph_constant(graph, REAL, 6));
    struct loop backward = loop;
    backward.reverse = true;
    struct node *node = graph_loop(graph, &loop), *turned = graph_loop(graph, &backward);
    CHECK(graph_result(graph, node, 0), 6);
    CHECK(graph_result(graph, node, 1), 1, 3, 6, 0);
    CHECK(graph_result(graph, turned, 0), 7);
    CHECK(graph_result(graph, turned, 1), 0, 0, 7, 4);
}
END_TEST

/* A branch that is not taken computes nothing: not even the solution of a singular system that only it reads.
 */
START_TEST(test_branch_not_taken)
{
    struct graph *graph = problem.graph;
    struct node *x = given(shape_of(1, 1, 0, 0), (double[]){0}),
                *y = graph_placeholder(graph, REAL, "y", 2, x->shape), *next;
    struct loop loop = {.begin = number(0), .end = number(1), .carried_count = 1, .is_branch = true};
    loop.variable = size_new_loop_variable(problem.sizes, "side", loop.begin, loop.end);
    next = graph_binary(graph, OP_ADD, y, graph_lu_solve(graph, x, x, false));
    loop.carried = &y;
    loop.initial = &x;
    loop.next = &next;
    loop.condition = graph_constant(graph, BOOL, 0);
    CHECK(graph_result(graph, graph_loop(graph, &loop), 0), 0);
}
END_TEST

START_TEST(test_long_chain)
{
    enum { LENGTH = 100000 };
    struct node *x = given(shape_of(0, 0, 0, 0), (double[]){1}), *y = x;
    for (int i = 0; i < LENGTH; i++)
        y = graph_unary(problem.graph, OP_SIN, y);
    double expected = 1;
    for (int i = 0; i < LENGTH; i++)
        expected = sin(expected);
    CHECK(y, expected);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("interpret");
    TCase *tcase = tcase_create("values");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_elementwise);
    tcase_add_test(tcase, test_perturbed);
    tcase_add_test(tcase, test_whole_numbers_wrap);
    tcase_add_test(tcase, test_precision);
    tcase_add_test(tcase, test_views);
    tcase_add_test(tcase, test_gather_and_its_range);
    tcase_add_test(tcase, test_reductions);
    tcase_add_test(tcase, test_contraction);
    tcase_add_test(tcase, test_systems);
    tcase_add_test(tcase, test_loop);
    tcase_add_test(tcase, test_branch_not_taken);
    tcase_add_test(tcase, test_long_chain);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
