/* test_math_print.c: nodes as mathematics, with the fewest parentheses, in the shorter of the two notations.
 */
#include <check.h>
#include <stdlib.h>

#include "math_print.h"

static struct arena *arena;
static struct graph *graph;
static struct sizes *sizes;
static size *n, *m, *zero, *one;
static struct node *A, *B, *x, *y, *k;

static struct node *parameter(enum type type, const char *name, int rank, size *first, size *second)
{
    size *shape[] = {first, second};

    return graph_parameter(graph, type, name, rank, shape);
}

static void setup(void)
{
    arena = arena_new();
    sizes = sizes_new(arena);
    graph = graph_new(arena, sizes);
    n = size_new_name(sizes, "n");
    m = size_new_name(sizes, "m");
    zero = size_number(sizes, 0);
    one = size_number(sizes, 1);
    A = parameter(REAL, "A", 2, n, m);
    B = parameter(REAL, "B", 2, m, n);
    x = parameter(REAL, "x", 1, m, NULL);
    y = parameter(REAL, "y", 1, m, NULL);
    k = parameter(INT, "k", 1, n, NULL);
}

static void teardown(void)
{
    arena_free(arena);
}

static bool is_leaf(const struct node *node, void *closure)
{
    (void)closure;
    return node->op == OP_PARAMETER;
}

static const char *leaf_name(const struct node *node, void *closure)
{
    (void)closure;
    return node->name;
}

static const char *text(const struct node *node)
{
    struct math_names names = {is_leaf, leaf_name, NULL, 0, NULL};
    return math_print(arena, node, &names);
}

static const char *statement(const struct node *node)
{
    struct math_names names = {is_leaf, leaf_name, NULL, 0, NULL};

    return math_statement(arena, "z", node, &names);
}

static struct node *binary(enum op op, struct node *a, struct node *b)
{
    return graph_binary(graph, op, a, b);
}

static struct node *number(double value)
{
    return graph_broadcast(graph, graph_constant(graph, REAL, value), 1, &m);
}

static struct node *neg(struct node *a)
{
    return graph_unary(graph, OP_NEG, a);
}

START_TEST(element_wise)
{
    ck_assert_str_eq(text(binary(OP_MUL, x, binary(OP_ADD, x, y))), "x * (x + y)");
    ck_assert_str_eq(text(binary(OP_ADD, x, binary(OP_MUL, x, y))), "x + x * y");
    ck_assert_str_eq(text(binary(OP_SUB, x, binary(OP_SUB, y, binary(OP_MUL, x, x)))), "x - (y - x * x)");
    ck_assert_str_eq(text(binary(OP_DIV, x, binary(OP_MUL, x, y))), "x / (x * y)");
    ck_assert_str_eq(text(neg(binary(OP_POW, x, number(2)))), "-x^2");
    ck_assert_str_eq(text(binary(OP_POW, neg(x), number(2))), "(-x)^2");
    ck_assert_str_eq(text(binary(OP_POW, x, number(-1))), "x^-1");
    ck_assert_str_eq(text(graph_select(graph, binary(OP_LT, x, y), x, number(0.5))),
                     "if x < y then x else 0.5");
    ck_assert_str_eq(text(graph_unary(graph, OP_ABS, binary(OP_SUB, x, y))), "|x - y|");
    ck_assert_str_eq(text(binary(OP_MAX, x, number(0))), "max(x, 0)");
    struct node *sigmoid = binary(
        OP_DIV, number(1), binary(OP_ADD, number(1), graph_unary(graph, OP_EXP, neg(binary(OP_ADD, x, y)))));
    ck_assert_str_eq(text(sigmoid), "sigmoid(x + y)");
}
END_TEST

START_TEST(products)
{
    static const signed char rows[] = {0, 2}, columns[] = {2, 1}, transposed_rows[] = {2, 0},
                             transposed_columns[] = {1, 2};

    ck_assert_str_eq(text(graph_contract(graph, A, B, rows, columns, 2, 1)), "A @ B");
    ck_assert_str_eq(text(graph_contract(graph, A, A, rows, transposed_columns, 2, 1)), "A @ A'");
    ck_assert_str_eq(text(graph_contract(graph, A, A, transposed_rows, columns, 2, 1)), "A' @ A");
    ck_assert_str_eq(
        text(graph_contract(graph, A, binary(OP_ADD, x, y), (signed char[]){0, 1}, (signed char[]){1}, 1, 1)),
        "A @ (x + y)");
    size *shape[] = {n, n, m};
    struct node *a = parameter(REAL, "a", 2, n, m);
    struct node *t = graph_parameter(graph, REAL, "t", 3, shape);
    ck_assert_str_eq(text(graph_contract(graph, t, B, (signed char[]){0, 1, 3}, (signed char[]){3, 2}, 3, 1)),
                     "t @ B");
    /* two reduced axes: index notation */
    ck_assert_str_eq(
        statement(graph_contract(graph, t, a, (signed char[]){1, 0, 2}, (signed char[]){1, 2}, 1, 2)),
        "z[i] = sum[j, k](t[j, i, k] * a[j, k])");
}
END_TEST

START_TEST(views)
{
    size *shape[] = {n, m};
    static const int order[] = {1, 0};

    ck_assert_str_eq(text(graph_transpose(graph, A, order)), "A'");
    ck_assert_str_eq(text(graph_drop_axis(graph, A, 0, size_number(sizes, 2))), "A[2]");
    ck_assert_str_eq(text(graph_drop_axis(graph, A, 1, zero)), "A[:, 0]");
    ck_assert_str_eq(text(graph_slice(graph, x, 0, one, size_subtract(m, one), 1)), "x[1:]");
    ck_assert_str_eq(text(graph_slice(graph, x, 0, zero, size_subtract(m, one), 1)), "x[:m - 1]");
    ck_assert_str_eq(text(binary(OP_MUL, A, graph_broadcast(graph, x, 2, shape))), "A * x");
    ck_assert_str_eq(text(graph_broadcast(graph, x, 2, shape)), "broadcast(x, [n, m])");
    ck_assert_str_eq(text(graph_insert_axis(graph, x, 1)), "x[:, new]");
}
END_TEST

START_TEST(reductions_and_places)
{
    size *by_row[] = {one, NULL}, *both[] = {one, one};
    struct affine window = {one, both, 0}, picked[] = {{zero, by_row, 0}, {zero, (size *[]){NULL}, 1}};
    size *wide[] = {size_add(size_add(n, m), one)}, *shape[] = {n, m};
    struct node *v = graph_parameter(graph, REAL, "v", 1, wide);

    ck_assert_str_eq(text(graph_reduce(graph, OP_SUM, A, 3u)), "sum(A)");
    /* i is taken by a name */
    struct node *taken = parameter(REAL, "i", 1, wide[0], NULL);
    ck_assert_str_eq(statement(graph_index(graph, taken, 2, shape, &window, NULL, 0, false)),
                     "z[j, k] = i[j + k + 1]");
    ck_assert_str_eq(text(graph_reduce(graph, OP_MAXIMUM, A, 2u)), "max(A, axis = 1)");
    ck_assert_str_eq(text(graph_arg(graph, OP_ARGMAX, x, 0)), "argmax(x, axis = 0)");
    ck_assert_str_eq(text(graph_cumsum(graph, x, 0, false)), "cumsum(x, axis = 0)");
    ck_assert_str_eq(statement(graph_index(graph, v, 2, shape, &window, NULL, 0, false)),
                     "z[i, j] = v[i + j + 1]");
    ck_assert_str_eq(statement(graph_index(graph, A, 1, &n, picked, &k, 1, false)), "z[i] = A[i, k[i]]");
    ck_assert_str_eq(statement(graph_scatter(graph, A, 1, wide, &window, NULL, 0)),
                     "z[i + j + 1] += A[i, j]");
}
END_TEST

START_TEST(long_texts_are_cut)
{
    struct node *sum = x;

    for (int i = 0; i < 100000; i++)
        sum = graph_unary(graph, OP_SIN, binary(OP_ADD, sum, sum));
    const char *result = text(sum);
    size_t length = 0;
    while (result[length] != '\0')
        length++;
    ck_assert_uint_lt(length, 10000);
}
END_TEST

static const char *no_name(const struct node *node, void *closure)
{
    (void)node, (void)closure;
    return NULL;
}

static struct math_facts facts_of(const struct node *node, size_t longest, bool has_names)
{
    struct math_facts facts = {.is_partial = true, .hides_places = true};
    struct math_names names = {is_leaf, has_names ? leaf_name : no_name, NULL, longest, &facts};
    math_statement(arena, "z", node, &names);
    return facts;
}

START_TEST(facts)
{
    size *coefficients[] = {one, NULL};
    struct affine places[] = {{zero, coefficients, 1}};
    struct node *sum = binary(OP_ADD, x, binary(OP_MUL, x, y));
    struct node *scattered = graph_scatter(graph, y, 1, &m, places, &k, 1);
    ck_assert(!facts_of(sum, 0, true).is_partial && !facts_of(sum, 0, true).hides_places);
    ck_assert(facts_of(sum, 1, true).is_partial);
    ck_assert(facts_of(sum, 0, false).is_partial);
    ck_assert(!facts_of(scattered, 0, true).hides_places); /* z[i + k[i]] += y[i] */
    ck_assert(facts_of(binary(OP_ADD, scattered, x), 0, true).hides_places);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("math_print");
    TCase *cases = tcase_create("math_print");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, element_wise);
    tcase_add_test(cases, products);
    tcase_add_test(cases, views);
    tcase_add_test(cases, reductions_and_places);
    tcase_add_test(cases, long_texts_are_cut);
    tcase_add_test(cases, facts);
    suite_add_tcase(suite, cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
