/* Adjoints against central differences, forward mode against reverse mode, second derivatives against differences of
 * first ones, for every operator. Values come from the interpreter, which has tests of its own. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "differentiate.h"
#include "interpret.h"

enum { MOST = 4 };

/* A function of real parameters under test. */
struct problem {
    struct arena *arena;
    struct diagnostics diagnostics;
    struct sizes *sizes;
    struct graph *graph;
    struct derivatives *derivatives;
    struct node *x[MOST], *fixed[MOST]; /* differentiated; INT parameters */
    double *values[MOST], *fixed_values[MOST];
    int count, fixed_count;
    size *n; /* a run-time size, 3 */
    unsigned random;
};

static struct problem problem;

static void setup(void)
{
    problem = (struct problem){.random = 12345};
    problem.arena = arena_new();
    problem.diagnostics = (struct diagnostics){.arena = problem.arena, .stream = stderr};
    problem.sizes = sizes_new(problem.arena);
    problem.graph = graph_new(problem.arena, problem.sizes);
    problem.derivatives = derivatives_load(problem.arena, &problem.diagnostics);
    ck_assert_int_eq(problem.diagnostics.error_count, 0);
    problem.n = size_new_name(problem.sizes, "n");
}

static void teardown(void)
{
    graph_verify(problem.graph);
    arena_free(problem.arena);
}

/* Starts afresh within a test. */
static void restart(void)
{
    unsigned random = problem.random;
    teardown();
    setup();
    problem.random = random;
}

static double uniform(double low, double high)
{
    problem.random = problem.random * 1664525u + 1013904223u;
    return low + (high - low) * ((problem.random >> 8) / (double)(1 << 24));
}

static size *number(int64_t value)
{
    return size_number(problem.sizes, value);
}

/* A shape of up to four numbers, ended by 0; -1 is the run-time size n. */
struct shape {
    size *axes[MAXIMUM_RANK];
    int rank;
};

static struct shape shape_of(int a, int b, int c, int d)
{
    int numbers[] = {a, b, c, d};
    struct shape shape = {.rank = 0};
    for (int i = 0; i < 4 && numbers[i]; i++)
        shape.axes[shape.rank++] = numbers[i] < 0 ? problem.n : number(numbers[i]);
    return shape;
}

static struct interpreter *interpreter_with_values(struct arena *arena)
{
    struct interpreter *interpreter = interpreter_new(arena, problem.graph);
    interpreter_bind_size(interpreter, problem.n, 3);
    for (int k = 0; k < problem.count; k++)
        interpreter_bind(interpreter, problem.x[k], problem.values[k]);
    for (int k = 0; k < problem.fixed_count; k++)
        interpreter_bind(interpreter, problem.fixed[k], problem.fixed_values[k]);
    return interpreter;
}

static size_t count_of(const struct node *node)
{
    struct arena *arena = arena_new();
    struct interpreter *interpreter = interpreter_new(arena, problem.graph);
    interpreter_bind_size(interpreter, problem.n, 3);
    size_t count = interpreter_count(interpreter, node);
    arena_free(arena);
    return count;
}

static double *random_values(size_t count, double low, double high)
{
    double *values = ARENA_ARRAY(problem.arena, double, count + 1);
    for (size_t i = 0; i < count; i++)
        values[i] = uniform(low, high);
    return values;
}

static struct node *input(struct shape shape, double low, double high)
{
    int k = problem.count++;
    problem.x[k] = graph_parameter(problem.graph, REAL, (const char *[]){"x", "w", "v", "u"}[k], shape.rank, shape.axes);
    problem.values[k] = random_values(count_of(problem.x[k]), low, high);
    return problem.x[k];
}

static struct node *whole_input(struct shape shape, int below)
{
    int k = problem.fixed_count++;
    problem.fixed[k] = graph_parameter(problem.graph, INT, "k", shape.rank, shape.axes);
    size_t count = count_of(problem.fixed[k]);
    problem.fixed_values[k] = random_values(count, 0, below);
    for (size_t i = 0; i < count; i++)
        problem.fixed_values[k][i] = floor(problem.fixed_values[k][i]);
    return problem.fixed[k];
}

/* ---- Checks ---- */

/* Directions and seeds that are bound beside the parameters. */
struct bound {
    struct node *nodes[2 * MOST];
    double *values[2 * MOST];
    int count;
};

static struct node *bound_placeholder(struct bound *bound, const struct node *like)
{
    int k = bound->count++;
    bound->nodes[k] = graph_placeholder(problem.graph, REAL, NULL, like->rank, like->shape);
    bound->values[k] = random_values(count_of(like), -1, 1);
    return bound->nodes[k];
}

static const double *value_of(struct arena *arena, const struct bound *bound, struct node *node)
{
    struct interpreter *interpreter = interpreter_with_values(arena);
    for (int k = 0; k < bound->count; k++)
        interpreter_bind(interpreter, bound->nodes[k], bound->values[k]);
    const double *value = interpreter_value(interpreter, node);
    ck_assert_msg(value != NULL, "status %d", interpreter_status(interpreter));
    return value;
}

/* <node, weights> at the present values. */
static double dot(const struct bound *bound, struct node *node, const double *weights)
{
    struct arena *arena = arena_new();
    const double *value = value_of(arena, bound, node);
    double sum = 0;
    size_t count = count_of(node);
    for (size_t i = 0; i < count; i++)
        sum += weights ? value[i] * weights[i] : value[i];
    arena_free(arena);
    return sum;
}

/* d/dx <nodes, weights> for element i of parameter k, by a central difference. */
static double difference(const struct bound *bound, struct node **nodes, double **weights, int count, int k, size_t i)
{
    const double h = 1e-5;
    double kept = problem.values[k][i], sum[2] = {0, 0};
    for (int side = 0; side < 2; side++) {
        problem.values[k][i] = kept + (side ? h : -h);
        for (int j = 0; j < count; j++)
            sum[side] += dot(bound, nodes[j], weights[j]);
    }
    problem.values[k][i] = kept;
    return (sum[1] - sum[0]) / (2 * h);
}

static void check_near(double found, double expected, double tolerance, const char *what)
{
    double scale = 1 + fabs(expected);
    ck_assert_msg(fabs(found - expected) <= tolerance * scale, "%s: %.12g instead of %.12g", what, found, expected);
}

static void check_adjoints(const struct bound *bound, struct node **adjoints, struct node **outputs, double **weights,
                           int count, const char *what)
{
    for (int k = 0; k < problem.count; k++) {
        struct arena *arena = arena_new();
        const double *adjoint = value_of(arena, bound, adjoints[k]);
        size_t elements = count_of(problem.x[k]);
        ck_assert_int_eq(adjoints[k]->rank, problem.x[k]->rank);
        for (size_t i = 0; i < elements; i++)
            check_near(adjoint[i], difference(bound, outputs, weights, count, k, i), 2e-6, what);
        arena_free(arena);
    }
}

/* First and second derivatives of y in all parameters, and forward mode. */
static void check_derivatives(struct node *y)
{
    struct graph *graph = problem.graph;
    struct bound bound = {.count = 0};
    struct node *d_y = bound_placeholder(&bound, y), *adjoints[MOST], *directions[MOST], *second[MOST], *tangent;
    double *d_values = bound.values[0], *direction_values[MOST];
    differentiate(graph, problem.derivatives, &y, &d_y, 1, problem.x, (size_t)problem.count, adjoints);
    check_adjoints(&bound, adjoints, &y, &d_values, 1, "adjoint");

    double by_reverse = 0;
    for (int k = 0; k < problem.count; k++) {
        directions[k] = bound_placeholder(&bound, problem.x[k]);
        direction_values[k] = bound.values[bound.count - 1];
        by_reverse += dot(&bound, adjoints[k], direction_values[k]);
    }
    differentiate_forward(graph, problem.derivatives, problem.x, directions, (size_t)problem.count, &y, 1, &tangent);
    check_near(dot(&bound, tangent, d_values), by_reverse, 1e-10, "tangent");

    differentiate(graph, problem.derivatives, adjoints, directions, (size_t)problem.count, problem.x,
                  (size_t)problem.count, second);
    check_adjoints(&bound, second, adjoints, direction_values, problem.count, "second derivative");
    graph_verify(graph);
}

/* An input shown to the operator through a function that bends, so that its second derivatives matter. */
static struct node *bent(struct node *x)
{
    return graph_unary(problem.graph, OP_SIN, x);
}

static struct node *square(struct node *x)
{
    return graph_binary(problem.graph, OP_MUL, x, x);
}

static struct affine *subscripts_of(int count, int space_rank, const int64_t (*rows)[5])
{
    struct affine *subscripts = ARENA_ARRAY(problem.arena, struct affine, count + 1);
    for (int s = 0; s < count; s++) {
        subscripts[s].offset = number(rows[s][0]);
        subscripts[s].coefficients = ARENA_ARRAY(problem.arena, size *, space_rank + 1);
        for (int a = 0; a < space_rank; a++)
            subscripts[s].coefficients[a] = rows[s][a + 1] ? number(rows[s][a + 1]) : NULL;
    }
    return subscripts;
}

/* ---- Element-wise operators ---- */

START_TEST(test_elementwise_row)
{
    enum operator op = (enum operator)_i;
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
        struct node *power = graph_broadcast(problem.graph, graph_constant(problem.graph, REAL, exponents[i]), 1, x->shape);
        check_derivatives(graph_binary(problem.graph, OP_POW, x, power));
        restart();
    }
}
END_TEST

START_TEST(test_select)
{
    struct node *x = input(shape_of(5, 0, 0, 0), -2, 2), *zero = graph_zeros_like(problem.graph, x);
    struct node *positive = graph_binary(problem.graph, OP_LT, zero, x);
    struct node *y = graph_select(problem.graph, positive, square(bent(x)), graph_unary(problem.graph, OP_EXP, x));
    check_derivatives(graph_binary(problem.graph, OP_MUL, y, x));
}
END_TEST

/* ---- Views ---- */

START_TEST(test_index)
{
    static const int64_t window[][5] = {{0, 1, 0, 1}, {1, 0, 2, 0}};
    struct node *x = input(shape_of(6, 5, 0, 0), -1, 1);
    struct shape shape = shape_of(4, 2, 3, 0);
    struct node *y = graph_index(problem.graph, bent(x), 3, shape.axes, subscripts_of(2, 3, window), NULL, 0, false);
    check_derivatives(square(y));
}
END_TEST

START_TEST(test_index_of_diagonal_and_reversed)
{
    static const int64_t diagonal[][5] = {{0, 1}, {0, 1}}, reversed[][5] = {{2, -1}};
    struct node *x = input(shape_of(3, 3, 0, 0), -1, 1);
    struct shape shape = shape_of(3, 0, 0, 0);
    struct node *d = graph_index(problem.graph, bent(x), 1, shape.axes, subscripts_of(2, 1, diagonal), NULL, 0, false);
    struct node *r = graph_index(problem.graph, square(d), 1, shape.axes, subscripts_of(1, 1, reversed), NULL, 0, false);
    check_derivatives(graph_binary(problem.graph, OP_MUL, r, d));
}
END_TEST

START_TEST(test_index_with_fill)
{
    static const int64_t shifted[][5] = {{-2, 1}}, window[][5] = {{-1, 1, 1}};
    struct node *x = input(shape_of(4, 0, 0, 0), -1, 1);
    struct shape longer = shape_of(9, 0, 0, 0), two = shape_of(5, 3, 0, 0);
    struct node *pad = graph_index(problem.graph, bent(x), 1, longer.axes, subscripts_of(1, 1, shifted), NULL, 0, true);
    struct node *windows = graph_index(problem.graph, bent(x), 2, two.axes, subscripts_of(1, 2, window), NULL, 0, true);
    struct node *sum = graph_binary(problem.graph, OP_MUL, graph_reduce(problem.graph, OP_SUM, square(pad), 1),
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
    struct node *y = graph_scatter(problem.graph, bent(x), 1, shape.axes, subscripts_of(1, 2, spread), NULL, 0);
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
    static const enum operator operators[] = {OP_SUM, OP_PRODUCT, OP_MAXIMUM, OP_MINIMUM};
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
    struct node *x = input(shape_of(2, 3, 0, 0), 1, 1), *seed = graph_constant(problem.graph, REAL, 1), *adjoint;
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
    return graph_binary(problem.graph, OP_ADD, product,
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
        struct node *y = flags < 8 ? graph_solve_triangular(problem.graph, a, bent(b), flags & 1, flags >> 1 & 1, flags >> 2 & 1)
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
