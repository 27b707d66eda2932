/* Adjoints against central differences, forward mode against reverse mode, second derivatives against
 * differences of first ones, for every operator. Values come from the interpreter, which has tests of its
 * own. */
#include "problem.h"

/* ---- Element-wise operators ---- */

START_TEST(test_elementwise_row)
{
    enum op op = (enum op)_i;
    const struct operator_info *info = operator_info(op);
    if (!operator_is_elementwise(op) || !info->derivative || op == OP_SELECT)
        return;
    struct shape shape = shape_of(4, 0, 0, 0);
    struct node *operands[3];
    for (int k = 0; k < info->arity; k++)
        operands[k] = input(shape, info->low, info->high);
    if (op == OP_POLYGAMMA) {
        problem.count = 1;
        problem.x[0] = operands[1];
        problem.values[0] = problem.values[1];
        operands[0] = graph_broadcast(problem.graph, graph_constant(problem.graph, REAL, 1), 1, shape.axes);
    }
    check_derivatives(graph_elementwise(problem.graph, op, operands));
}
END_TEST

START_TEST(test_power_with_constant_exponent)
{
    static const double exponents[] = {0, 1, 2, 3, -1, 0.5};
    for (size_t i = 0; i < sizeof exponents / sizeof *exponents; i++) {
        struct node *x = input(shape_of(3, 0, 0, 0), exponents[i] == 0.5 ? 0.5 : -2, 2);
        if (exponents[i] >= 0 && exponents[i] != 0.5)
            problem.values[0][1] = 0;
        struct node *power =
            graph_broadcast(problem.graph, graph_constant(problem.graph, REAL, exponents[i]), 1, x->shape);
        check_derivatives(graph_binary(problem.graph, OP_POW, x, power));
        restart();
    }
}
END_TEST

START_TEST(test_select)
{
    struct node *x = input(shape_of(5, 0, 0, 0), -2, 2), *zero = graph_zeros_like(problem.graph, x);
    struct node *positive = graph_binary(problem.graph, OP_LT, zero, x);
    struct node *y =
        graph_select(problem.graph, positive, square(bent(x)), graph_unary(problem.graph, OP_EXP, x));
    check_derivatives(graph_binary(problem.graph, OP_MUL, y, x));
}
END_TEST

/* ---- Views ---- */

START_TEST(test_index)
{
    static const int64_t window[][5] = {{0, 1, 0, 1}, {1, 0, 2, 0}};
    struct node *x = input(shape_of(6, 5, 0, 0), -1, 1);
    struct shape shape = shape_of(4, 2, 3, 0);
    struct node *y =
        graph_index(problem.graph, bent(x), 3, shape.axes, subscripts_of(2, 3, window), NULL, 0, false);
    check_derivatives(square(y));
}
END_TEST

START_TEST(test_index_of_diagonal_and_reversed)
{
    static const int64_t diagonal[][5] = {{0, 1}, {0, 1}}, reversed[][5] = {{2, -1}};
    struct node *x = input(shape_of(3, 3, 0, 0), -1, 1);
    struct shape shape = shape_of(3, 0, 0, 0);
    struct node *d =
        graph_index(problem.graph, bent(x), 1, shape.axes, subscripts_of(2, 1, diagonal), NULL, 0, false);
    struct node *r =
        graph_index(problem.graph, square(d), 1, shape.axes, subscripts_of(1, 1, reversed), NULL, 0, false);
    check_derivatives(graph_binary(problem.graph, OP_MUL, r, d));
}
END_TEST

START_TEST(test_index_with_fill)
{
    static const int64_t shifted[][5] = {{-2, 1}}, window[][5] = {{-1, 1, 1}};
    struct node *x = input(shape_of(4, 0, 0, 0), -1, 1);
    struct shape longer = shape_of(9, 0, 0, 0), two = shape_of(5, 3, 0, 0);
    struct node *pad =
        graph_index(problem.graph, bent(x), 1, longer.axes, subscripts_of(1, 1, shifted), NULL, 0, true);
    struct node *windows =
        graph_index(problem.graph, bent(x), 2, two.axes, subscripts_of(1, 2, window), NULL, 0, true);
    struct node *sum =
        graph_binary(problem.graph, OP_MUL, graph_reduce(problem.graph, OP_SUM, square(pad), 1),
                     graph_reduce(problem.graph, OP_SUM, square(windows), 3));
    check_derivatives(sum);
}
END_TEST

START_TEST(test_gather)
{
    static const int64_t rows[][5] = {{0, 0, 0}, {0, 0, 1}};
    struct node *x = input(shape_of(4, 3, 0, 0), -1, 1), *k = whole_input(shape_of(5, 3, 0, 0), 4);
    struct shape shape = shape_of(5, 3, 0, 0);
    struct affine *subscripts = subscripts_of(2, 2, rows);
    subscripts[0].dynamic = 1;
    for (int fill = 0; fill < 2; fill++) {
        struct node *y = graph_index(problem.graph, bent(x), 2, shape.axes, subscripts, &k, 1, fill);
        check_derivatives(square(y));
        subscripts[0].offset = number(-1);
    }
}
END_TEST

START_TEST(test_scatter)
{
    static const int64_t spread[][5] = {{1, 1, 1}};
    struct node *x = input(shape_of(3, 2, 0, 0), -1, 1);
    struct shape shape = shape_of(6, 0, 0, 0);
    struct node *y =
        graph_scatter(problem.graph, bent(x), 1, shape.axes, subscripts_of(1, 2, spread), NULL, 0);
    check_derivatives(square(y));
}
END_TEST

START_TEST(test_replace)
{
    static const int64_t part[][5] = {{1, 1, 0}, {0, 0, 1}};
    struct node *x = input(shape_of(4, 2, 0, 0), -1, 1), *p = input(shape_of(2, 2, 0, 0), -1, 1);
    struct node *y = graph_replace(problem.graph, bent(x), bent(p), subscripts_of(2, 2, part), NULL, 0);
    check_derivatives(square(y));
}
END_TEST

START_TEST(test_reshape_transpose_broadcast)
{
    struct node *x = input(shape_of(2, 6, 0, 0), -1, 1), *w = input(shape_of(1, 4, 0, 0), -1, 1);
    struct shape three = shape_of(3, 4, 0, 0), four = shape_of(3, 4, 0, 0);
    struct node *reshaped = graph_reshape(problem.graph, bent(x), 2, three.axes);
    struct node *broad = graph_broadcast(problem.graph, bent(w), 2, four.axes);
    struct node *product = graph_binary(problem.graph, OP_MUL, reshaped, broad);
    check_derivatives(square(graph_transpose(problem.graph, product, (int[]){1, 0})));
}
END_TEST

/* ---- Reductions and contractions ---- */

START_TEST(test_reductions)
{
    static const enum op operators[] = {OP_SUM, OP_PRODUCT, OP_MAXIMUM, OP_MINIMUM};
    static const unsigned axes[] = {1, 2, 4, 5, 7};
    for (size_t o = 0; o < 4; o++)
        for (size_t a = 0; a < 5; a++) {
            struct node *x = input(shape_of(2, -1, 2, 0), -1, 1);
            check_derivatives(square(graph_reduce(problem.graph, operators[o], bent(x), axes[a])));
            restart();
        }
}
END_TEST

START_TEST(test_product_with_zeros)
{
    struct node *x = input(shape_of(2, 3, 0, 0), -1, 1);
    problem.values[0][0] = problem.values[0][3] = problem.values[0][4] = 0;
    check_derivatives(graph_reduce(problem.graph, OP_PRODUCT, x, 2));
}
END_TEST

START_TEST(test_first_of_equals)
{
    struct node *x = input(shape_of(2, 3, 0, 0), 1, 1), *seed = graph_constant(problem.graph, REAL, 1),
                *adjoint;
    struct node *y = graph_reduce(problem.graph, OP_MAXIMUM, x, 3);
    differentiate(problem.graph, problem.derivatives, &y, &seed, 1, &x, 1, &adjoint);
    const double *value = interpreter_value(interpreter_with_values(problem.arena), adjoint);
    for (int i = 0; i < 6; i++)
        ck_assert_double_eq(value[i], i == 0);
}
END_TEST

START_TEST(test_contract)
{
    struct shape left = shape_of(2, 3, 4, 0), right = shape_of(4, 2, 2, 0);
    struct node *a = input(left, -1, 1), *b = input(right, -1, 1);
    signed char a_axes[] = {0, 1, 3}, b_axes[] = {3, 2, 0};
    check_derivatives(square(graph_contract(problem.graph, bent(a), bent(b), a_axes, b_axes, 3, 1)));
}
END_TEST

START_TEST(test_cumsum)
{
    for (int reverse = 0; reverse < 2; reverse++) {
        struct node *x = input(shape_of(3, 4, 0, 0), -1, 1);
        check_derivatives(square(graph_cumsum(problem.graph, bent(x), reverse, reverse)));
        restart();
    }
}
END_TEST

/* ---- Factorisations ---- */

/* x x' + 3 I for x [2, 3, 3]. */
static struct node *definite(struct node *x)
{
    signed char axes[][3] = {{0, 1, 3}, {0, 2, 3}};
    struct node *product = graph_contract(problem.graph, x, x, axes[0], axes[1], 3, 1);
    struct node *equal = graph_binary(problem.graph, OP_EQ, graph_iota(problem.graph, INT, 3, x->shape, 1),
                                      graph_iota(problem.graph, INT, 3, x->shape, 2));
    struct node *three = graph_broadcast(problem.graph, graph_constant(problem.graph, REAL, 3), 3, x->shape);
    return graph_binary(
        problem.graph, OP_ADD, product,
        graph_binary(problem.graph, OP_MUL, three, graph_unary(problem.graph, OP_CAST_REAL, equal)));
}

START_TEST(test_cholesky)
{
    struct node *x = input(shape_of(2, 3, 3, 0), -1, 1);
    check_derivatives(bent(graph_cholesky(problem.graph, definite(x))));
}
END_TEST

START_TEST(test_cholesky_reads_the_lower_triangle)
{
    struct node *x = input(shape_of(2, 2, 0, 0), 0.2, 0.8);
    problem.values[0][0] = 2;
    problem.values[0][3] = 3;
    check_derivatives(bent(graph_cholesky(problem.graph, x)));
}
END_TEST

START_TEST(test_solve)
{
    for (int flags = 0; flags < 10; flags++) {
        struct node *x = input(shape_of(2, 3, 3, 0), -1, 1), *b = input(shape_of(2, 3, 2, 0), -1, 1);
        struct node *a = definite(x);
        struct node *y =
            flags < 8 ? graph_solve_triangular(problem.graph, a, bent(b),
                                               (struct triangular){flags & 1, flags >> 1 & 1, flags >> 2 & 1})
                      : graph_lu_solve(problem.graph, a, bent(b), flags & 1);
        check_derivatives(bent(y));
        restart();
    }
}
END_TEST

START_TEST(test_determinants)
{
    for (int i = 0; i < 2; i++) {
        struct node *x = input(shape_of(2, 3, 3, 0), -1, 1);
        problem.values[0][0] += 2;
        problem.values[0][4] -= 2;
        problem.values[0][10] += 2;
        problem.values[0][15] += 3;
        check_derivatives(square(graph_determinant(problem.graph, i ? OP_DET : OP_LOGABSDET, bent(x))));
        restart();
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("differentiate");
    TCase *tcase = tcase_create("operators");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_elementwise_row, 0, OP_CONSTANT);
    tcase_add_test(tcase, test_power_with_constant_exponent);
    tcase_add_test(tcase, test_select);
    tcase_add_test(tcase, test_index);
    tcase_add_test(tcase, test_index_of_diagonal_and_reversed);
    tcase_add_test(tcase, test_index_with_fill);
    tcase_add_test(tcase, test_gather);
    tcase_add_test(tcase, test_scatter);
    tcase_add_test(tcase, test_replace);
    tcase_add_test(tcase, test_reshape_transpose_broadcast);
    tcase_add_test(tcase, test_reductions);
    tcase_add_test(tcase, test_product_with_zeros);
    tcase_add_test(tcase, test_first_of_equals);
    tcase_add_test(tcase, test_contract);
    tcase_add_test(tcase, test_cumsum);
    tcase_add_test(tcase, test_cholesky);
    tcase_add_test(tcase, test_cholesky_reads_the_lower_triangle);
    tcase_add_test(tcase, test_solve);
    tcase_add_test(tcase, test_determinants);
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
