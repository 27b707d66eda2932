/* test_graph.c: the constructors' normal forms. */
#include <check.h>

#include "graph.h"

static struct arena *arena;
static struct sizes *sizes;
static struct graph *graph;
static size *n, *m, *two, *three, *one;

static void setup(void)
{
    arena = arena_new();
    sizes = sizes_new(arena);
    graph = graph_new(arena, sizes);
    n = size_new_name(sizes, "N");
    m = size_new_name(sizes, "M");
    one = size_number(sizes, 1);
    two = size_number(sizes, 2);
    three = size_number(sizes, 3);
}

static void teardown(void)
{
    graph_verify(graph);
    arena_free(arena);
}

static struct node *vector(const char *name, size *extent)
{
    return graph_parameter(graph, REAL, name, 1, &extent);
}

static struct node *matrix(const char *name, size *rows, size *columns)
{
    size *shape[] = {rows, columns};

    return graph_parameter(graph, REAL, name, 2, shape);
}

static struct node *real(double value)
{
    return graph_constant(graph, REAL, value);
}

static struct node *like(double value, const struct node *x)
{
    return graph_broadcast(graph, real(value), x->rank, x->shape);
}

static struct node *add(struct node *a, struct node *b)
{
    return graph_binary(graph, OP_ADD, a, b);
}

static struct node *mul(struct node *a, struct node *b)
{
    return graph_binary(graph, OP_MUL, a, b);
}

static struct node *transposed(struct node *x)
{
    static const int order[] = {1, 0};

    return graph_transpose(graph, x, order);
}

/* x over the axes of `shape` given for each axis of x. */
static struct node *spread(struct node *x, int rank, size *const *shape, const int *axes)
{
    struct affine subscripts[4];
    size *coefficients[4][4] = {{NULL}};

    for (int s = 0; s < x->rank; s++) {
        coefficients[s][axes[s]] = one;
        subscripts[s] = (struct affine){size_number(sizes, 0), coefficients[s], 0};
    }
    return graph_index(graph, x, rank, shape, subscripts, NULL, 0, false);
}

static struct node *product(struct node *a, struct node *b)
{
    static const signed char a_axes[] = {0, 2}, b_axes[] = {2, 1};

    return graph_contract(graph, a, b, a_axes, b_axes, 2, 1);
}

START_TEST(equal_nodes_are_one)
{
    struct node *x = vector("x", n), *y = vector("y", n);

    ck_assert_ptr_eq(add(x, y), add(x, y));
    ck_assert_ptr_eq(add(x, y), add(y, x));
    ck_assert_ptr_ne(graph_binary(graph, OP_SUB, x, y), graph_binary(graph, OP_SUB, y, x));
    ck_assert_ptr_eq(real(2), real(2));
    ck_assert_ptr_ne(vector("x", n), x);
    ck_assert_ptr_ne(graph_mark(graph, x, "a"), graph_mark(graph, x, "a"));
}
END_TEST

START_TEST(identities)
{
    struct node *x = vector("x", n), *y = vector("y", n), *minus = graph_unary(graph, OP_NEG, x);
    double value;

    ck_assert_ptr_eq(add(x, like(0, x)), x);
    ck_assert_ptr_eq(mul(x, like(1, x)), x);
    ck_assert(graph_is_constant(mul(x, like(0, x)), &value) && value == 0);
    ck_assert_ptr_eq(graph_unary(graph, OP_NEG, minus), x);
    ck_assert_ptr_eq(add(y, minus), graph_binary(graph, OP_SUB, y, x));
    ck_assert_ptr_eq(graph_binary(graph, OP_SUB, y, minus), add(y, x));
    ck_assert_ptr_eq(add(x, x), mul(like(2, x), x));
    ck_assert_ptr_eq(add(mul(like(2, x), x), mul(like(3, x), x)), mul(like(5, x), x));
    ck_assert_ptr_eq(graph_binary(graph, OP_POW, x, like(1, x)), x);
    ck_assert(graph_is_constant(graph_binary(graph, OP_POW, x, like(0, x)), &value) && value == 1);
    ck_assert_ptr_eq(graph_binary(graph, OP_DIV, x, like(1, x)), x);
    ck_assert(graph_is_constant(add(like(2, x), like(3, x)), &value) && value == 5);
    ck_assert(graph_is_constant(graph_unary(graph, OP_EXP, like(0, x)), &value) && value == 1);
}
END_TEST

START_TEST(choices)
{
    struct node *x = vector("x", n), *y = vector("y", n), *c = graph_binary(graph, OP_LT, x, y);
    struct node *yes = graph_broadcast(graph, graph_constant(graph, BOOL, 1), 1, &n);

    ck_assert_int_eq(c->type, BOOL);
    ck_assert_ptr_eq(graph_select(graph, yes, x, y), x);
    ck_assert_ptr_eq(graph_select(graph, c, x, x), x);
    ck_assert_ptr_eq(graph_select(graph, graph_unary(graph, OP_NOT, c), x, y), graph_select(graph, c, y, x));
    ck_assert_ptr_eq(graph_binary(graph, OP_AND, c, yes), c);
    ck_assert_ptr_eq(graph_binary(graph, OP_OR, c, yes), yes);
    ck_assert_int_eq(graph_unary(graph, OP_CAST_REAL, c)->type, REAL);
}
END_TEST

START_TEST(whole_numbers_wrap)
{
    struct node *big = graph_constant(graph, INT, 2147483647), *k = graph_constant(graph, INT, 65536);

    ck_assert(add(big, graph_constant(graph, INT, 1))->value == -2147483648.0);
    ck_assert(mul(k, k)->value == 0);
    ck_assert(mul(graph_constant(graph, INT, 123456789), graph_constant(graph, INT, 987654321))->value ==
              -67153019);
}
END_TEST

START_TEST(views_compose)
{
    struct node *x = matrix("x", n, m);
    struct node *row = graph_drop_axis(graph, x, 0, two);

    ck_assert_ptr_eq(transposed(transposed(x)), x);
    ck_assert_ptr_eq(graph_drop_axis(graph, transposed(x), 1, two), row);
    ck_assert_ptr_eq(graph_drop_axis(graph, graph_insert_axis(graph, x, 1), 1, size_number(sizes, 0)), x);
    ck_assert_int_eq(row->op, OP_INDEX);
    ck_assert_ptr_eq(row->inputs[0], x);
    /* x[2:][3:] is x[5:] */
    struct node *v = vector("v", size_add(n, size_number(sizes, 9)));
    struct node *tail = graph_slice(graph, v, 0, two, size_add(n, size_number(sizes, 7)), 1);
    tail = graph_slice(graph, tail, 0, three, size_add(n, size_number(sizes, 4)), 1);
    ck_assert_ptr_eq(tail,
                     graph_slice(graph, v, 0, size_number(sizes, 5), size_add(n, size_number(sizes, 4)), 1));
    /* a reshape that only inserts an axis is a view */
    size *shape[] = {n, one, m};
    ck_assert_ptr_eq(graph_reshape(graph, x, 3, shape), graph_insert_axis(graph, x, 1));
    ck_assert_ptr_eq(graph_reshape(graph, graph_reshape(graph, x, 3, shape), 2, x->shape), x);
}
END_TEST

START_TEST(what_does_not_vary_is_computed_once)
{
    struct node *v = vector("v", m);
    size *shape[] = {n, m};
    struct node *wide = graph_broadcast(graph, v, 2, shape);

    ck_assert_ptr_eq(graph_unary(graph, OP_EXP, wide),
                     graph_broadcast(graph, graph_unary(graph, OP_EXP, v), 2, shape));
    ck_assert_ptr_eq(graph_reduce(graph, OP_SUM, wide, 1u),
                     mul(graph_broadcast(graph, graph_size(graph, REAL, n), 1, &m), v));
    ck_assert_ptr_eq(graph_reduce(graph, OP_MAXIMUM, wide, 1u), v);
}
END_TEST

START_TEST(sums_merge_and_release_factors)
{
    struct node *x = matrix("x", n, m), *s = graph_parameter(graph, REAL, "s", 0, NULL);
    struct node *scaled = mul(graph_broadcast(graph, s, 2, x->shape), x);
    struct node *total = graph_reduce(graph, OP_SUM, x, 3u);

    ck_assert_ptr_eq(graph_reduce(graph, OP_SUM, graph_reduce(graph, OP_SUM, x, 2u), 1u), total);
    ck_assert_ptr_eq(graph_reduce(graph, OP_SUM, graph_reduce(graph, OP_SUM, x, 1u), 1u), total);
    ck_assert_ptr_eq(graph_reduce(graph, OP_SUM, scaled, 3u), mul(s, total));
    ck_assert_ptr_eq(graph_reduce(graph, OP_SUM, graph_unary(graph, OP_NEG, x), 3u),
                     graph_unary(graph, OP_NEG, total));
    ck_assert_ptr_eq(graph_reduce(graph, OP_SUM, transposed(x), 3u), total);
    ck_assert_ptr_eq(graph_reduce(graph, OP_SUM, transposed(x), 1u), graph_reduce(graph, OP_SUM, x, 2u));
    ck_assert_ptr_eq(graph_reduce(graph, OP_SUM, x, 0), x);
}
END_TEST

START_TEST(sums_of_products_are_matrix_products)
{
    size *k = size_new_name(sizes, "K"), *shape[] = {n, k, m};
    struct node *a = matrix("A", n, k), *b = matrix("B", k, m), *v = vector("v", k);
    struct node *wide = mul(spread(a, 3, shape, (int[]){0, 1}), spread(b, 3, shape, (int[]){1, 2}));
    struct node *ab = product(a, b);
    signed char vector_axes[] = {1};

    ck_assert_int_eq(ab->op, OP_CONTRACT);
    ck_assert_ptr_eq(graph_reduce(graph, OP_SUM, wide, 2u), ab);
    ck_assert_ptr_eq(graph_reduce(graph, OP_SUM, mul(like(2, wide), wide), 2u), mul(like(2, ab), ab));
    /* B' A' is (A B)', the transposes being names of axes only */
    ck_assert_ptr_eq(transposed(product(transposed(b), transposed(a))), ab);
    /* a scalar and a sign come out */
    ck_assert_ptr_eq(product(graph_unary(graph, OP_NEG, a), b), graph_unary(graph, OP_NEG, ab));
    ck_assert_ptr_eq(product(mul(like(3, a), a), b), mul(like(3, ab), ab));
    /* matrix times vector */
    struct node *av = graph_contract(graph, a, v, (signed char[]){0, 1}, vector_axes, 1, 1);
    ck_assert_int_eq(av->op, OP_CONTRACT);
    ck_assert_ptr_eq(graph_reduce(graph, OP_SUM, mul(a, graph_broadcast(graph, v, 2, a->shape)), 2u), av);
    /* rows with rows are none */
    struct node *c = matrix("C", n, k), *rows = graph_reduce(graph, OP_SUM, mul(a, c), 2u);
    ck_assert_int_eq(rows->op, OP_SUM);
    ck_assert_ptr_eq(graph_contract(graph, a, c, (signed char[]){0, 1}, (signed char[]){0, 1}, 1, 1), rows);
    /* nothing reduced: an outer product */
    ck_assert_int_eq(graph_contract(graph, v, v, (signed char[]){0}, (signed char[]){1}, 2, 0)->op, OP_MUL);
    /* zero */
    double value;
    ck_assert(graph_is_constant(product(like(0, a), b), &value) && value == 0);
    ck_assert_ptr_eq(graph_broadcast(graph, real(0), 2, (size *[]){n, m}), product(a, like(0, b)));
}
END_TEST

START_TEST(scatters_that_cover_are_views)
{
    struct node *x = matrix("x", n, m);
    size *zero = size_number(sizes, 0), *row0[] = {NULL, one}, *row1[] = {one, NULL};
    struct affine swap[] = {{zero, row0, 0}, {zero, row1, 0}}, column = {zero, row1, 0};
    size *swapped[] = {m, n}, *shape[] = {size_add(n, one)};
    size *shifted_coefficients[] = {one};
    struct affine shifted = {one, shifted_coefficients, 0};
    double value;

    ck_assert_ptr_eq(graph_scatter(graph, x, 2, swapped, swap, NULL, 0), transposed(x));
    ck_assert_ptr_eq(graph_scatter(graph, x, 1, &n, &column, NULL, 0), graph_reduce(graph, OP_SUM, x, 2u));
    struct node *v = vector("v", n), *part = graph_scatter(graph, v, 1, shape, &shifted, NULL, 0);
    ck_assert_int_eq(part->op, OP_SCATTER);
    ck_assert(graph_is_constant(graph_scatter(graph, like(0, v), 1, shape, &shifted, NULL, 0), &value) &&
              value == 0);
    ck_assert_ptr_eq(
        graph_replace(graph, v, like(2, v), &(struct affine){zero, shifted_coefficients, 0}, NULL, 0),
        like(2, v));
}
END_TEST

START_TEST(positions_are_affine)
{
    struct node *i = graph_iota(graph, INT, 1, &n, 0),
                *c = graph_broadcast(graph, graph_constant(graph, INT, 3), 1, &n);
    struct node *affine = add(mul(c, i), c), *x = vector("x", size_multiply(n, size_number(sizes, 7)));
    size *zero = size_number(sizes, 0), *none[] = {NULL}, *coefficients[] = {three};
    struct affine by_tensor = {zero, none, 1}, direct = {three, coefficients, 0};

    ck_assert_int_eq(affine->op, OP_IOTA);
    ck_assert_ptr_eq(affine->subscripts[0].offset, three);
    /* a gather at known positions is a view */
    ck_assert_ptr_eq(graph_index(graph, x, 1, &n, &by_tensor, &affine, 1, false),
                     graph_index(graph, x, 1, &n, &direct, NULL, 0, false));
    ck_assert_int_eq(graph_unary(graph, OP_CAST_REAL, i)->op, OP_IOTA);
}
END_TEST

START_TEST(comparisons_of_positions_are_decided)
{
    size *square[] = {n, n};
    struct node *i = graph_iota(graph, REAL, 2, square, 0), *j = graph_iota(graph, REAL, 2, square, 1);
    struct node *below = graph_binary(graph, OP_LE, j, i), *strictly = graph_binary(graph, OP_LT, j, i);
    struct node *k = graph_parameter(graph, INT, "k", 2, square);
    double value;

    /* each row has an entry j <= i: j = 0; only the last row has nothing but these */
    ck_assert(graph_is_constant(graph_reduce(graph, OP_ANY, below, 2u), &value) && value == 1);
    ck_assert(graph_is_constant(graph_reduce(graph, OP_ANY, below, 1u), &value) && value == 1);
    ck_assert(graph_is_constant(graph_reduce(graph, OP_ALL, strictly, 2u), &value) && value == 0);
    ck_assert(!graph_is_constant(graph_reduce(graph, OP_ALL, below, 2u), &value));
    ck_assert(!graph_is_constant(graph_reduce(graph, OP_ANY, strictly, 2u), &value));
    ck_assert(graph_is_constant(graph_binary(graph, OP_LT, i, like(0, i)), &value) && value == 0);
    ck_assert(graph_is_constant(graph_binary(graph, OP_NE, i, like(-1, i)), &value) && value == 1);
    /* a whole number against a position */
    struct node *found = graph_binary(graph, OP_EQ, graph_unary(graph, OP_CAST_REAL, k), j);
    ck_assert_int_eq(found->inputs[0]->type, INT);
    /* a truth value against a number */
    struct node *truth = graph_unary(graph, OP_CAST_REAL, below);
    ck_assert_ptr_eq(graph_binary(graph, OP_LT, like(0, truth), truth), below);
    ck_assert_ptr_eq(graph_binary(graph, OP_EQ, truth, like(0, truth)), graph_unary(graph, OP_NOT, below));
}
END_TEST

/* The element at the subscripts, along no axis. */
static struct node *element(struct node *x, size *row, size *column)
{
    struct affine at[] = {{row, NULL, 0}, {column, NULL, 0}};
    return graph_index(graph, x, 0, NULL, at, NULL, 0, false);
}

START_TEST(what_is_read_of_a_replaced_array_is_what_was_put_there)
{
    size *zero = size_number(sizes, 0), *i = size_new_loop_variable(sizes, "i", one, n);
    size *before = size_subtract(i, one), *other = size_new_loop_variable(sizes, "j", zero, n);
    size *along_row[] = {one};
    struct node *x = graph_placeholder(graph, REAL, "x", 2, (size *[]){n, m}), *row = vector("row", m);
    struct affine place[] = {{i, NULL, 0}, {zero, along_row, 0}}, entry[] = {{i, NULL, 0}, {two, NULL, 0}};
    struct node *y = graph_replace(graph, x, row, place, NULL, 0);
    struct node *z = graph_replace(graph, y, real(5), entry, NULL, 0);

    ck_assert_ptr_eq(element(z, i, two), real(5));
    ck_assert_ptr_eq(element(z, i, three),
                     graph_index(graph, row, 0, NULL, &(struct affine){three, NULL, 0}, NULL, 0, false));
    ck_assert_ptr_eq(element(z, before, two), element(x, before, two));
    ck_assert_ptr_eq(element(z, other, two)->inputs[0], z); /* the same row perhaps */
}
END_TEST

/* What a branch reads of an array that a loop carries: elements are tied to it, and read what it carries
 * instead once it is known to change the array. */
START_TEST(elements_that_branches_read_are_tied)
{
    size *zero = size_number(sizes, 0), *side = size_new_loop_variable(sizes, "side", zero, one);
    struct node *x = graph_placeholder(graph, REAL, "x", 2, (size *[]){n, m}),
                *tie = graph_tie(graph, x, side);
    struct node *inside = element(tie, one, two), *outside = element(x, one, two);

    ck_assert_ptr_eq(inside, graph_tie(graph, outside, side));
    struct node *carried = graph_tied_placeholder(graph, x, side);
    ck_assert_ptr_eq(carried, tie);
    ck_assert_int_eq(carried->op, OP_PLACEHOLDER);
    ck_assert_int_eq(inside->op, OP_INDEX);
    ck_assert_ptr_eq(inside->inputs[0], carried);
    ck_assert_ptr_eq(outside->inputs[0], x);
    ck_assert_ptr_null(graph_tied_placeholder(graph, outside, side));
}
END_TEST

START_TEST(long_chains_take_no_stack)
{
    struct node *x = vector("x", n), *y = x, *from[] = {x}, *to[] = {vector("z", n)}, *s;

    for (int i = 0; i < 100000; i++) {
        y = graph_unary(graph, OP_SIN, y);
        if (i % 2)
            y = add(y, x);
    }
    graph_substitute(graph, from, to, 1, &y, 1);
    ck_assert_ptr_eq(y->inputs[1], to[0]);
    /* a sum sheds as many factors as there are */
    y = x;
    for (int i = 0; i < 20000; i++) {
        s = graph_parameter(graph, REAL, "s", 0, NULL);
        y = mul(y, graph_broadcast(graph, s, 1, &n));
    }
    y = graph_reduce(graph, OP_SUM, y, 1u);
    ck_assert_int_eq(y->op, OP_MUL);
    ck_assert_int_eq(y->rank, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("graph");
    TCase *cases = tcase_create("graph");
    SRunner *runner;
    int failures;

    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, equal_nodes_are_one);
    tcase_add_test(cases, identities);
    tcase_add_test(cases, choices);
    tcase_add_test(cases, whole_numbers_wrap);
    tcase_add_test(cases, views_compose);
    tcase_add_test(cases, what_does_not_vary_is_computed_once);
    tcase_add_test(cases, sums_merge_and_release_factors);
    tcase_add_test(cases, sums_of_products_are_matrix_products);
    tcase_add_test(cases, scatters_that_cover_are_views);
    tcase_add_test(cases, positions_are_affine);
    tcase_add_test(cases, comparisons_of_positions_are_decided);
    tcase_add_test(cases, what_is_read_of_a_replaced_array_is_what_was_put_there);
    tcase_add_test(cases, elements_that_branches_read_are_tied);
    tcase_add_test(cases, long_chains_take_no_stack);
    suite_add_tcase(suite, cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
