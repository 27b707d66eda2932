/* A simplified graph has the values of the original, and less in it. */
#include "problem.h"

#include "batch.h"
#include "passes.h"

/* The problem as a function: its parameters, and what is to be computed. */
static struct function *function_of(struct node **values, size_t count)
{
    struct function *function = ARENA_NEW(problem.arena, struct function);
    function->graph = problem.graph;
    for (int k = 0; k < problem.count; k++) {
        struct member member = {.name = "x", .role = ROLE_INPUT, .leaf = problem.x[k]};
        ARENA_APPEND(problem.arena, function, members, member);
    }
    for (size_t k = 0; k < count; k++) {
        struct member member = {.name = "y", .role = ROLE_OUTPUT, .value = values[k]};
        ARENA_APPEND(problem.arena, function, members, member);
    }
    return function;
}

static const double *original_value(struct node *node)
{
    return interpreter_value(interpreter_with_values(problem.arena), node);
}

static const double *simplified_value(struct function *function, size_t output)
{
    struct interpreter *interpreter = interpreter_new(problem.arena, function->graph);
    interpreter_bind_size(interpreter, problem.n, 3);
    for (int k = 0; k < problem.count; k++)
        interpreter_bind(interpreter, function->members[k].leaf, problem.values[k]);
    return interpreter_value(interpreter, function->members[(size_t)problem.count + output].value);
}

/* Simplifies and compares; returns the simplified function. */
static struct function *check_same_for(struct node **values, size_t count, int level, bool is_for_loops)
{
    struct function *function = function_of(values, count);
    if (is_for_loops)
        simplify_for_loops(function);
    else
        simplify(function, level);
    graph_verify(function->graph);
    for (size_t k = 0; k < count; k++) {
        const double *before = original_value(values[k]), *after = simplified_value(function, k);
        size_t elements = count_of(values[k]);
        for (size_t i = 0; i < elements; i++)
            check_near(after[i], before[i], 1e-12, "simplified");
    }
    for (size_t i = 0; i < function->graph->nodes_count; i++) {
        enum op op = function->graph->nodes[i]->op;
        ck_assert(op != OP_MARK && op != OP_STOP && op != OP_CUSTOM);
    }
    return function;
}

static struct function *check_same(struct node **values, size_t count, int level)
{
    return check_same_for(values, count, level, false);
}

static int count_operator(const struct function *function, enum op op)
{
    int count = 0;
    for (size_t i = 0; i < function->graph->nodes_count; i++)
        count += function->graph->nodes[i]->op == op;
    return count;
}

static struct node *matmul(struct node *a, struct node *b)
{
    signed char a_axes[] = {0, 2}, b_axes[] = {2, 1}, v_axes[] = {1};
    if (b->rank == 1)
        return graph_contract(problem.graph, a, b, (signed char[]){0, 1}, v_axes, 1, 1);
    return graph_contract(problem.graph, a, b, a_axes, b_axes, 2, 1);
}

START_TEST(test_names_vanish_and_stay)
{
    struct node *x = input(shape_of(3, 0, 0, 0), -1, 1);
    struct node *h = graph_mark(problem.graph, bent(x), "h"), *y = graph_stop(problem.graph, square(h));
    struct function *function = check_same(&y, 1, _i);
    bool found = false;
    for (size_t i = 0; i < function->graph->nodes_count; i++) {
        const struct node *node = function->graph->nodes[i];
        found = found || (node->op == OP_SIN && node->name && !strcmp(node->name, "h"));
    }
    ck_assert(found);
    ck_assert_ptr_eq(function->members[0].leaf, function->graph->nodes[0]);
}
END_TEST

START_TEST(test_local_rewrites)
{
    struct graph *graph = problem.graph;
    struct node *x = input(shape_of(3, 0, 0, 0), -1, 1), *w = input(shape_of(3, 0, 0, 0), -1, 1);
    struct node *two = graph_broadcast(graph, graph_constant(graph, REAL, 2), 1, x->shape);
    struct node *values[] = {
        graph_unary(graph, OP_LOG, graph_unary(graph, OP_EXP, x)),
        graph_unary(graph, OP_SQRT, graph_binary(graph, OP_POW, x, two)),
        graph_binary(graph, OP_POW, graph_unary(graph, OP_NEG, bent(x)), two),
        graph_binary(graph, OP_MUL, graph_unary(graph, OP_NEG, bent(x)), graph_unary(graph, OP_NEG, bent(w))),
        graph_binary(graph, OP_DIV, graph_unary(graph, OP_NEG, bent(x)), w),
    };
    struct function *function = check_same(values, sizeof values / sizeof *values, 2);
    ck_assert_int_eq(count_operator(function, OP_LOG), 0);
    ck_assert_int_eq(count_operator(function, OP_SQRT), 0);
    ck_assert_int_eq(count_operator(function, OP_NEG), 1);
}
END_TEST

/* (a @ b) @ v with a, b [8, 8] as a @ (b @ v): two products of matrix and vector. */
START_TEST(test_chain)
{
    struct node *a = input(shape_of(8, 8, 0, 0), -1, 1), *b = input(shape_of(8, 8, 0, 0), -1, 1),
                *v = input(shape_of(8, 0, 0, 0), -1, 1);
    struct node *y = _i == 0 ? matmul(matmul(a, b), v)
                             : matmul(graph_transpose(problem.graph, matmul(a, b), (int[]){1, 0}), v);
    struct function *function = check_same(&y, 1, 2);
    for (size_t i = 0; i < function->graph->nodes_count; i++)
        ck_assert(function->graph->nodes[i]->op != OP_CONTRACT || function->graph->nodes[i]->rank == 1);
}
END_TEST

START_TEST(test_chain_stays_where_the_product_is_needed)
{
    struct node *a = input(shape_of(8, 8, 0, 0), -1, 1), *b = input(shape_of(8, 8, 0, 0), -1, 1),
                *v = input(shape_of(8, 0, 0, 0), -1, 1);
    struct node *product = matmul(a, b), *values[] = {product, matmul(product, v)};
    ck_assert_int_eq(count_operator(check_same(values, 2, 2), OP_CONTRACT), 2);
}
END_TEST

/* tr(a @ b) needs no matrix product. */
START_TEST(test_trace)
{
    static const int64_t diagonal[][5] = {{0, 1}, {0, 1}};
    struct node *a = input(shape_of(3, 4, 0, 0), -1, 1), *b = input(shape_of(4, 3, 0, 0), -1, 1);
    struct shape three = shape_of(3, 0, 0, 0);
    struct node *d = graph_index(problem.graph, matmul(a, b), 1, three.axes, subscripts_of(2, 1, diagonal),
                                 NULL, 0, false);
    struct node *y = graph_reduce(problem.graph, OP_SUM, d, 1);
    ck_assert_int_eq(count_operator(check_same(&y, 1, 2), OP_CONTRACT), 0);
}
END_TEST

static int count_larger_products(const struct function *function, int rank)
{
    int count = 0;
    for (size_t i = 0; i < function->graph->nodes_count; i++)
        count += function->graph->nodes[i]->op == OP_CONTRACT && function->graph->nodes[i]->rank > rank;
    return count;
}

/* (a @ b)[:, 1] and (a @ b)[2] take products of a matrix and a vector, unless all of a @ b is read. */
START_TEST(test_part_of_product)
{
    static const int64_t column[][5] = {{0, 1}, {1, 0}}, row[][5] = {{2, 0}, {0, 1}};
    struct node *a = input(shape_of(3, 4, 0, 0), -1, 1), *b = input(shape_of(4, 5, 0, 0), -1, 1);
    struct shape shape = _i == 0 ? shape_of(3, 0, 0, 0) : shape_of(5, 0, 0, 0);
    struct node *product = matmul(a, b);
    struct node *part = graph_index(problem.graph, product, 1, shape.axes,
                                    subscripts_of(2, 1, _i == 0 ? column : row), NULL, 0, false);
    struct node *values[] = {part, product};
    ck_assert_int_eq(count_larger_products(check_same(values, 2, 2), 1), 1);
    struct function *function = check_same(values, 1, 2);
    ck_assert_int_eq(count_operator(function, OP_CONTRACT), 1);
    ck_assert_int_eq(count_larger_products(function, 1), 0);
}
END_TEST

/* z @ b and b' @ z where z is 0 but for a column, or for a row. */
START_TEST(test_product_of_part)
{
    static const int64_t column[][5] = {{0, 1}, {1, 0}}, row[][5] = {{2, 0}, {1, -1}};
    struct node *x = input(_i == 0 ? shape_of(4, 0, 0, 0) : shape_of(2, 0, 0, 0), -1, 1),
                *b = input(shape_of(2, 3, 0, 0), -1, 1), *c = input(shape_of(5, 4, 0, 0), -1, 1);
    struct shape shape = shape_of(4, 2, 0, 0);
    struct node *z = graph_scatter(problem.graph, bent(x), 2, shape.axes,
                                   subscripts_of(2, 1, _i == 0 ? column : row), NULL, 0);
    struct node *values[] = {matmul(z, b), matmul(c, z)};
    struct function *function = check_same(values, 2, 2);
    ck_assert_int_eq(count_operator(function, OP_CONTRACT), 1);
    ck_assert_int_eq(count_larger_products(function, 1), 0);
}
END_TEST

/* concat(x, w)[:n], [n:] and one that reads over the border. */
START_TEST(test_parts)
{
    struct graph *graph = problem.graph;
    static const int64_t first[][5] = {{0, 1}}, second[][5] = {{3, 1}};
    struct node *x = input(shape_of(3, 0, 0, 0), -1, 1), *w = input(shape_of(2, 0, 0, 0), -1, 1);
    struct shape five = shape_of(5, 0, 0, 0);
    struct node *whole = graph_binary(
        graph, OP_ADD, graph_scatter(graph, bent(x), 1, five.axes, subscripts_of(1, 1, first), NULL, 0),
        graph_scatter(graph, bent(w), 1, five.axes, subscripts_of(1, 1, second), NULL, 0));
    struct node *values[] = {graph_slice(graph, whole, 0, number(0), number(3), 1),
                             graph_slice(graph, whole, 0, number(4), number(2), -1)};
    ck_assert_int_eq(count_operator(check_same(values, 2, 2), OP_SCATTER), 0);
    struct node *border = graph_slice(graph, whole, 0, number(1), number(3), 1);
    ck_assert_int_eq(count_operator(check_same(&border, 1, 2), OP_SCATTER), 2);
}
END_TEST

/* x without x[1:4], and that or something else put there: what stands in one place is not put together. */
START_TEST(test_parts_put_back)
{
    struct graph *graph = problem.graph;
    static const int64_t first[][5] = {{1, 1}}, second[][5] = {{2, 1}};
    struct node *x = bent(input(shape_of(5, 0, 0, 0), -1, 1)), *w = bent(input(shape_of(3, 0, 0, 0), -1, 1));
    struct shape five = shape_of(5, 0, 0, 0), three = shape_of(3, 0, 0, 0);
    struct node *zeros = graph_broadcast(graph, graph_constant(graph, REAL, 0), 1, three.axes);
    struct node *cleared = graph_replace(graph, x, zeros, subscripts_of(1, 1, first), NULL, 0);
    struct node *part = graph_slice(graph, x, 0, number(1), number(3), 1);
    struct node *there = graph_binary(
        graph, OP_ADD, cleared, graph_scatter(graph, w, 1, five.axes, subscripts_of(1, 1, first), NULL, 0));
    ck_assert_int_eq(count_operator(check_same(&there, 1, 2), OP_SCATTER), 0);
    struct node *itself =
        graph_binary(graph, OP_ADD, cleared,
                     graph_scatter(graph, part, 1, five.axes, subscripts_of(1, 1, first), NULL, 0));
    ck_assert_int_eq(count_operator(check_same(&itself, 1, 2), OP_REPLACE), 0);
    struct node *beside = graph_binary(
        graph, OP_ADD, cleared, graph_scatter(graph, w, 1, five.axes, subscripts_of(1, 1, second), NULL, 0));
    ck_assert_int_eq(count_operator(check_same(&beside, 1, 2), OP_REPLACE), 1);
}
END_TEST

/* Scaled products, differences of products and everything in between, on random graphs. */
static struct node *random_matrix(struct node **pool, int count)
{
    struct graph *graph = problem.graph;
    struct node *a = pool[(int)uniform(0, count)], *b = pool[(int)uniform(0, count)];
    struct node *scalar = graph_broadcast(graph, graph_reduce(graph, OP_SUM, b, 3), 2, a->shape);
    /* no choice between values that may be equal: there is no derivative to compare with */
    struct node *threshold = graph_broadcast(graph, graph_constant(graph, REAL, 0.12345), 2, a->shape);
    switch ((int)uniform(0, 11)) {
    case 0: return graph_unary(graph, OP_NEG, a);
    case 1: return bent(a);
    case 2: return graph_binary(graph, OP_ADD, a, b);
    case 3: return graph_binary(graph, OP_SUB, a, b);
    case 4: return graph_binary(graph, OP_MUL, a, b);
    case 5: return graph_binary(graph, OP_MUL, bent(scalar), a);
    case 6: return graph_transpose(graph, a, (int[]){1, 0});
    case 7: return graph_select(graph, graph_binary(graph, OP_LT, a, threshold), a, bent(b));
    case 8: return graph_slice(graph, a, 0, number(2), number(3), -1);
    case 9: return graph_broadcast(graph, graph_reduce(graph, OP_PRODUCT, a, 1), 2, a->shape);
    default: return bent(matmul(a, b));
    }
}

START_TEST(test_random_graphs)
{
    struct node *pool[40];
    int count = 0;
    problem.random = (unsigned)_i * 77777u + 1;
    pool[count++] = input(shape_of(3, 3, 0, 0), -1, 1);
    pool[count++] = input(shape_of(3, 3, 0, 0), -1, 1);
    while (count < 24) {
        pool[count] = random_matrix(pool, count);
        count++;
    }
    struct node *y =
        graph_reduce(problem.graph, OP_SUM, graph_binary(problem.graph, OP_MUL, pool[22], pool[23]), 3);
    struct node *one = graph_constant(problem.graph, REAL, 1), *values[3] = {y};
    differentiate(problem.graph, problem.derivatives, &y, &one, 1, problem.x, 2, values + 1);
    for (int level = 0; level < 3; level++)
        check_same(values, 3, level);
    check_derivatives(y);
}
END_TEST

/* A loop, what its derivative collects of it, and its derivative backwards: two loops in the end. */
START_TEST(test_loops)
{
    struct graph *graph = problem.graph;
    struct node *h0 = input(shape_of(2, 0, 0, 0), -1, 1), *w = input(shape_of(2, 2, 0, 0), -1, 1),
                *xs = input(shape_of(4, 2, 0, 0), -1, 1);
    struct node *h = graph_placeholder(graph, REAL, "h", 1, h0->shape),
                *unread = graph_placeholder(graph, REAL, "u", 1, h0->shape);
    struct loop loop = {.begin = number(0), .end = number(4), .carried_count = 2};
    loop.variable = size_new_loop_variable(problem.sizes, "t", loop.begin, loop.end);
    struct node *x = graph_drop_axis(graph, xs, 0, loop.variable);
    struct node *step = bent(graph_binary(graph, OP_ADD, matmul(w, h), x));
    loop.carried = (struct node *[]){h, unread};
    loop.initial = (struct node *[]){h0, h0};
    loop.next = (struct node *[]){step, graph_unary(graph, OP_EXP, unread)};
    struct node *y = graph_reduce(graph, OP_SUM, square(graph_result(graph, graph_loop(graph, &loop), 0)), 1);
    struct node *one = graph_constant(graph, REAL, 1), *values[4] = {y};
    differentiate(graph, problem.derivatives, &y, &one, 1, problem.x, 3, values + 1);
    struct function *function = check_same(values, 4, 2);
    ck_assert_int_eq(count_operator(function, OP_LOOP), 2);
    ck_assert_int_eq(count_operator(function, OP_EXP), 0);
    const struct node *loops[2];
    int count = 0;
    for (size_t i = 0; i < function->graph->nodes_count; i++)
        if (function->graph->nodes[i]->op == OP_LOOP)
            loops[count++] = function->graph->nodes[i];
    ck_assert_ptr_ne(loops[0]->loop->variable, loops[1]->loop->variable);
    ck_assert_int_eq(loops[0]->loop->carried_count, 1);
}
END_TEST

/* V @ xs[t] needs no loop: xs @ V' before it. Its adjoint in xs needs none either. */
START_TEST(test_products_for_all_rounds)
{
    struct graph *graph = problem.graph;
    struct node *v = input(shape_of(2, 3, 0, 0), -1, 1), *w = input(shape_of(2, 2, 0, 0), -1, 1),
                *xs = input(shape_of(5, 3, 0, 0), -1, 1);
    struct shape two = shape_of(2, 0, 0, 0);
    struct node *h = graph_placeholder(graph, REAL, "h", 1, two.axes),
                *zero = graph_broadcast(graph, graph_constant(graph, REAL, 0), 1, two.axes);
    struct loop loop = {.begin = number(1), .end = number(5), .carried_count = 1};
    loop.variable = size_new_loop_variable(problem.sizes, "t", loop.begin, loop.end);
    struct node *x = graph_drop_axis(graph, xs, 0, loop.variable);
    struct node *step = bent(graph_binary(graph, OP_ADD, matmul(w, h), matmul(v, x)));
    loop.carried = &h;
    loop.initial = &zero;
    loop.next = &step;
    struct node *y = graph_reduce(graph, OP_SUM, square(graph_result(graph, graph_loop(graph, &loop), 0)), 1);
    struct node *one = graph_constant(graph, REAL, 1), *values[4] = {y};
    differentiate(graph, problem.derivatives, &y, &one, 1, problem.x, 3, values + 1);
    struct function *function = check_same(values, 4, 2);
    int small = 0;
    for (size_t i = 0; i < function->graph->nodes_count; i++)
        small += function->graph->nodes[i]->op == OP_CONTRACT && function->graph->nodes[i]->rank == 1;
    ck_assert_int_eq(small, 2); /* w h and w' d_h */
}
END_TEST

/* What depends on the round's number alone, for all rounds at once. */
START_TEST(test_rounds_as_an_axis)
{
    struct graph *graph = problem.graph;
    struct node *x = input(shape_of(7, 3, 0, 0), -1, 1);
    struct loop loop = {.begin = number(1), .end = number(4), .collected_count = 1};
    loop.variable = size_new_loop_variable(problem.sizes, "t", loop.begin, loop.end);
    static const int64_t place[][5] = {{0, 1}};
    struct shape five = shape_of(5, 0, 0, 0);
    struct node *row = graph_drop_axis(graph, x, 0, size_add(loop.variable, loop.variable));
    struct node *t = graph_broadcast(graph, graph_size(graph, REAL, loop.variable), 1, row->shape);
    struct affine *subscripts = subscripts_of(1, 1, place), *numbers = subscripts_of(1, 1, place);
    subscripts[0].offset = size_subtract(loop.variable, number(1));
    numbers[0].offset = loop.variable;
    struct node *product = graph_binary(graph, OP_MUL, graph_binary(graph, OP_MUL, row, t),
                                        graph_iota_affine(graph, REAL, 1, row->shape, numbers));
    struct node *value = graph_scatter(graph, product, 1, five.axes, subscripts, NULL, 0);
    loop.collected = &value;
    struct node *all = graph_result(graph, graph_loop(graph, &loop), 0),
                *batched = batch_rounds(graph, value, &loop);
    ck_assert_ptr_nonnull(batched);
    const double *expected = original_value(all), *found = original_value(batched);
    ck_assert_uint_eq(count_of(batched), 15);
    for (int i = 0; i < 15; i++)
        ck_assert_double_eq(found[i], expected[i]);
}
END_TEST

/* x[c, p + u] += s (a[k, p] b[k, c, u])[p, c, u], u < 3: once as [c, u, p], for C only. */
START_TEST(test_product_added_to_windows)
{
    static const signed char a_axes[] = {3, 0}, b_axes[] = {3, 1, 2};
    static const int64_t windows[][5] = {{0, 0, 1, 0}, {0, 1, 0, 1}};
    struct graph *graph = problem.graph;
    struct node *a = input(shape_of(2, 5, 0, 0), -1, 1), *b = input(shape_of(2, 4, 3, 0), -1, 1);
    struct node *product = graph_contract(graph, a, b, a_axes, b_axes, 3, 1), *scaled = product;
    struct shape whole = shape_of(4, 7, 0, 0);
    if (_i & 1)
        scaled = graph_binary(graph, OP_MUL, product,
                              graph_broadcast(graph, input(shape_of(0, 0, 0, 0), -1, 1), 3, product->shape));
    struct node *x = graph_scatter(graph, scaled, 2, whole.axes, subscripts_of(2, 3, windows), NULL, 0);
    struct node *values[] = {x, graph_unary(graph, OP_SIN, scaled)};
    size_t count = _i & 2 ? 2 : 1; /* what is read elsewhere, too, stays as it is */
    bool is_for_loops = !(_i & 4);
    const struct function *function = check_same_for(values, count, 2, is_for_loops);
    int found = 0, expected = is_for_loops && count == 1 ? 5 : 3;
    for (size_t i = 0; i < function->graph->nodes_count; i++) {
        const struct node *node = function->graph->nodes[i];
        ck_assert(node->op != OP_CONTRACT || node->shape[2] == number(expected));
        found += node->op == OP_CONTRACT;
    }
    ck_assert_int_eq(found, 1);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("simplify");
    TCase *tcase = tcase_create("rewrites");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, test_names_vanish_and_stay, 0, 3);
    tcase_add_test(tcase, test_local_rewrites);
    tcase_add_loop_test(tcase, test_chain, 0, 2);
    tcase_add_test(tcase, test_chain_stays_where_the_product_is_needed);
    tcase_add_test(tcase, test_trace);
    tcase_add_loop_test(tcase, test_part_of_product, 0, 2);
    tcase_add_loop_test(tcase, test_product_of_part, 0, 2);
    tcase_add_loop_test(tcase, test_product_added_to_windows, 0, 8);
    tcase_add_test(tcase, test_parts);
    tcase_add_test(tcase, test_parts_put_back);
    tcase_add_loop_test(tcase, test_random_graphs, 0, 40);
    tcase_add_test(tcase, test_loops);
    tcase_add_test(tcase, test_products_for_all_rounds);
    tcase_add_test(tcase, test_rounds_as_an_axis);
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
