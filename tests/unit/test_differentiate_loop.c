/* Derivatives of loops, branches and loops that stop early; of choices with infinite other sides; of custom
 * rules; whole Jacobians. Each by differences, as test_differentiate.c does for single operators. */
#include "problem.h"

#include "batch.h"

/* ---- Choices ---- */

static const double *values_of(struct node *node)
{
    return interpreter_value(interpreter_with_values(problem.arena), node);
}

static struct node *gradient(struct node *y, struct node *x)
{
    struct node *one = graph_constant(problem.graph, REAL, 1), *adjoint;
    differentiate(problem.graph, problem.derivatives, &y, &one, 1, &x, 1, &adjoint);
    return adjoint;
}

static struct node *total(struct node *x)
{
    return graph_reduce(problem.graph, OP_SUM, x, (1u << x->rank) - 1);
}

/* sum(if x > 0 then log(s) else 0) with x <= 0 and s = 0: the gradient in s is 0, and so is that of the
 * gradient. */
START_TEST(test_choice_does_not_touch_the_other_side)
{
    struct graph *graph = problem.graph;
    struct shape many = shape_of(4, 0, 0, 0), scalar = shape_of(0, 0, 0, 0);
    struct node *x = input(many, -2, -1), *s = input(scalar, 0, 0), *zero = graph_zeros_like(graph, x);
    struct node *log_s = graph_unary(graph, OP_LOG, s);
    struct node *wide = _i == 0 ? graph_broadcast(graph, log_s, 1, many.axes)
                                : graph_unary(graph, OP_LOG, graph_broadcast(graph, s, 1, many.axes));
    struct node *y = total(graph_select(graph, graph_binary(graph, OP_LT, zero, x), wide, zero));
    struct node *first = gradient(y, s), *second = gradient(graph_unary(graph, OP_EXP, first), s);
    ck_assert_double_eq(*values_of(first), 0);
    ck_assert_double_eq(*values_of(second), 0);
    problem.values[0][2] = 1;
    problem.values[1][0] = 0.5;
    ck_assert_double_eq_tol(*values_of(first), 2, 1e-14);
    ck_assert_double_eq_tol(*values_of(second), -4 * exp(2), 1e-10);
}
END_TEST

/* if x > 0 then sqrt(x) else 0, and the same through a slice, a product and a running sum. */
START_TEST(test_choice_of_roots)
{
    struct graph *graph = problem.graph;
    struct node *x = input(shape_of(3, 3, 0, 0), 0, 0), *zero = graph_zeros_like(graph, x), *root;
    root = graph_unary(graph, OP_SQRT, x);
    if (_i == 1) {
        struct node *reversed = graph_slice(graph, root, 1, number(2), number(3), -1);
        root = graph_transpose(graph, reversed, (int[]){1, 0});
    } else if (_i == 2) {
        root = graph_cumsum(graph, root, 0, false);
    } else if (_i == 3) {
        signed char a_axes[] = {0, 2}, b_axes[] = {2, 1};
        root = graph_contract(graph, root, root, a_axes, b_axes, 2, 1);
    }
    struct node *y = total(graph_select(graph, graph_binary(graph, OP_LT, zero, x), root, zero));
    struct node *first = gradient(y, x), *second = gradient(total(first), x);
    for (int i = 0; i < 9; i++) {
        ck_assert_double_eq(values_of(first)[i], 0);
        ck_assert_double_eq(values_of(second)[i], 0);
    }
}
END_TEST

static int count_operator(struct node *root, enum op op)
{
    int count = 0;
    for (int id = 0; id <= root->id; id++)
        count += problem.graph->nodes[id]->op == op;
    return count;
}

START_TEST(test_no_choices_without_an_if)
{
    struct node *x = input(shape_of(3, 4, 0, 0), -1, 1);
    struct node *y = total(graph_unary(problem.graph, OP_TANH, graph_unary(problem.graph, OP_EXP, x)));
    ck_assert_int_eq(count_operator(gradient(y, x), OP_SELECT), 0);
}
END_TEST

/* ---- Loops ---- */

struct body {
    struct loop loop;
    struct node *carried[3], *initial[3], *next[3], *collected[3];
};

static struct body *new_body(const char *variable, size *begin, size *end)
{
    struct body *body = ARENA_NEW(problem.arena, struct body);
    body->loop = (struct loop){.variable = size_new_loop_variable(problem.sizes, variable, begin, end),
                               .begin = begin,
                               .end = end,
                               .carried = body->carried,
                               .initial = body->initial,
                               .next = body->next,
                               .collected = body->collected};
    return body;
}

static struct node *carry(struct body *body, struct node *initial)
{
    int k = body->loop.carried_count++;
    body->initial[k] = initial;
    return body->carried[k] =
               graph_placeholder(problem.graph, initial->type, "h", initial->rank, initial->shape);
}

/* a [i, j] @ h [j] */
static struct node *apply(struct node *a, struct node *h)
{
    return graph_contract(problem.graph, a, h, (signed char[]){0, 1}, (signed char[]){1}, 1, 1);
}

static struct node *add(struct node *a, struct node *b)
{
    return graph_binary(problem.graph, OP_ADD, a, b);
}

static struct node *result(struct body *body, int k)
{
    static struct body *made;
    static struct node *node;
    if (made != body || node->loop != &body->loop)
        node = graph_loop(problem.graph, &body->loop);
    made = body;
    return graph_result(problem.graph, node, k);
}

/* h = tanh(xs[t] + W @ h), hs[t] = sin(h); over n rounds or four, from 0 or 1, forward or backward. */
START_TEST(test_recurrence)
{
    struct graph *graph = problem.graph;
    size *begin = number(_i & 1), *end = _i & 2 ? problem.n : number(4);
    struct shape rows = {{end, number(2)}, 2};
    struct node *w = input(shape_of(2, 2, 0, 0), -1, 1), *xs = input(rows, -1, 1),
                *h0 = input(shape_of(2, 0, 0, 0), -1, 1);
    struct body *body = new_body("t", begin, end);
    body->loop.reverse = _i & 4;
    struct node *h = carry(body, h0), *x = graph_drop_axis(graph, xs, 0, body->loop.variable);
    body->next[0] = graph_unary(graph, OP_TANH, add(x, apply(w, h)));
    body->collected[0] = bent(body->next[0]);
    body->loop.collected_count = 1;
    struct node *last = result(body, 0), *all = result(body, 1);
    struct node *y = graph_binary(graph, OP_MUL, total(square(last)), total(square(all)));
    check_derivatives(y);
}
END_TEST

/* A value that the body reads in overlapping windows, one read by position, and two carried values of which
 * one depends on the other only. */
START_TEST(test_windows_and_gathers)
{
    struct graph *graph = problem.graph;
    struct node *xs = input(shape_of(6, 0, 0, 0), -1, 1), *table = input(shape_of(3, 2, 0, 0), -1, 1);
    struct node *k = whole_input(shape_of(4, 0, 0, 0), 3);
    struct body *body = new_body("t", number(0), number(4));
    struct shape two = shape_of(2, 0, 0, 0);
    struct node *a = carry(body, graph_broadcast(graph, graph_constant(graph, REAL, 0.5), 1, two.axes));
    struct node *b = carry(body, graph_broadcast(graph, graph_constant(graph, REAL, 0), 1, two.axes));
    struct node *window = graph_slice(graph, xs, 0, body->loop.variable, number(2), 1);
    struct affine *subscripts = subscripts_of(2, 1, (const int64_t[][5]){{0}, {0, 1}});
    subscripts[0].dynamic = 1;
    struct node *at = graph_broadcast(graph, graph_drop_axis(graph, k, 0, body->loop.variable), 1, two.axes);
    struct node *row = graph_index(graph, table, 1, two.axes, subscripts, &at, 1, false);
    struct node *t = graph_broadcast(graph, graph_size(graph, REAL, body->loop.variable), 1, two.axes);
    body->next[0] = add(graph_binary(graph, OP_MUL, bent(a), window), row);
    body->next[1] = add(b, graph_binary(graph, OP_MUL, t, square(a)));
    check_derivatives(add(result(body, 0), result(body, 1)));
}
END_TEST

/* for s in 0..3 { for t in 0..2 { h = sin(h) + x[s, t] W h }; g = g + h } */
START_TEST(test_nested_loops)
{
    struct graph *graph = problem.graph;
    struct node *w = input(shape_of(2, 2, 0, 0), -1, 1), *x = input(shape_of(3, 2, 0, 0), -1, 1),
                *h0 = input(shape_of(2, 0, 0, 0), -1, 1);
    struct body *outer = new_body("s", number(0), number(3));
    struct node *h = carry(outer, h0), *g = carry(outer, graph_zeros_like(graph, h0));
    struct body *inner = new_body("t", number(0), number(2));
    struct node *p = carry(inner, h);
    struct affine *subscripts = subscripts_of(2, 0, (const int64_t[][5]){{0}, {0}});
    subscripts[0].offset = outer->loop.variable;
    subscripts[1].offset = inner->loop.variable;
    struct node *x_st =
        graph_broadcast(graph, graph_index(graph, x, 0, NULL, subscripts, NULL, 0, false), 1, h0->shape);
    inner->next[0] = add(bent(p), graph_binary(graph, OP_MUL, x_st, apply(w, p)));
    outer->next[0] = result(inner, 0);
    outer->next[1] = add(g, bent(outer->next[0]));
    check_derivatives(add(square(result(outer, 0)), result(outer, 1)));
}
END_TEST

/* The recurrence with few kept states: over 1, 4, 7 or n rounds, with a condition or without. */
START_TEST(test_checkpoint)
{
    struct graph *graph = problem.graph;
    static const int lengths[] = {1, 4, 7, 0};
    size *end = lengths[_i % 4] ? number(lengths[_i % 4]) : problem.n;
    struct shape rows = {{end, number(2)}, 2};
    struct node *w = input(shape_of(2, 2, 0, 0), -1, 1), *xs = input(rows, 0.3, 1),
                *h0 = input(shape_of(2, 0, 0, 0), 0.3, 0.5);
    struct body *body = new_body("t", number(0), end);
    body->loop.checkpoint = true;
    struct node *h = carry(body, h0), *unread = carry(body, h0),
                *x = graph_drop_axis(graph, xs, 0, body->loop.variable);
    body->next[0] = add(graph_unary(graph, OP_TANH, apply(w, h)), add(h, x));
    body->next[1] = bent(unread);
    if (_i >= 4)
        body->loop.condition = graph_binary(graph, OP_LT, total(square(h)), graph_constant(graph, REAL, 4));
    body->collected[0] = bent(body->next[0]);
    body->loop.collected_count = 1;
    struct node *last = result(body, 0), *all = result(body, 2);
    check_derivatives(graph_binary(graph, OP_MUL, total(square(last)), total(square(all))));
}
END_TEST

/* for t in 0..8 while sum(h^2) < 4 { h = h + x[t] h; hs[t] = h }, which stops after some rounds. */
START_TEST(test_loop_that_stops_early)
{
    struct graph *graph = problem.graph;
    struct node *h0 = input(shape_of(2, 0, 0, 0), 0.5, 0.6), *x = input(shape_of(8, 2, 0, 0), 0.4, 0.5);
    struct body *body = new_body("t", number(0), number(8));
    struct node *h = carry(body, h0), *row = graph_drop_axis(graph, x, 0, body->loop.variable);
    body->loop.condition = graph_binary(graph, OP_LT, total(square(h)), graph_constant(graph, REAL, 4));
    body->next[0] = add(h, graph_binary(graph, OP_MUL, row, h));
    body->collected[0] = graph_unary(graph, OP_LOG, body->next[0]);
    body->loop.collected_count = 1;
    struct node *last = result(body, 0), *all = result(body, 1);
    ck_assert_double_eq(values_of(all)[15], 0);
    ck_assert_double_ne(values_of(all)[0], 0);
    check_derivatives(graph_binary(graph, OP_MUL, total(square(last)), total(square(all))));
}
END_TEST

/* if x[0] > 0 { y = h x } with y = sin(h) before. */
START_TEST(test_branch)
{
    struct graph *graph = problem.graph;
    struct node *x = input(shape_of(2, 0, 0, 0), _i ? 0.5 : -1, _i ? 1 : -0.5),
                *h0 = input(shape_of(2, 0, 0, 0), 0.5, 1);
    struct body *body = new_body("once", number(0), number(1));
    body->loop.is_branch = true;
    struct node *first = graph_drop_axis(graph, x, 0, number(0)), *y = carry(body, bent(h0));
    body->loop.condition = graph_binary(graph, OP_LT, graph_constant(graph, REAL, 0), first);
    body->next[0] = graph_binary(graph, OP_MUL, square(y), graph_unary(graph, OP_LOG, add(x, square(y))));
    check_derivatives(result(body, 0));
}
END_TEST

/* if s > 0 { y = y + log(s) } at s = 0: no gradient, though that of the logarithm is infinite. At s = 1: 1.
 */
START_TEST(test_branch_not_taken)
{
    struct graph *graph = problem.graph;
    struct node *s = input(shape_of(0, 0, 0, 0), _i, _i), *zero = graph_constant(graph, REAL, 0);
    struct body *body = new_body("once", number(0), number(1));
    body->loop.is_branch = true;
    body->loop.condition = graph_binary(graph, OP_LT, zero, s);
    struct node *y = carry(body, zero);
    body->next[0] = add(y, graph_unary(graph, OP_LOG, s));
    struct node *first = gradient(result(body, 0), s), *second = gradient(first, s);
    ck_assert_double_eq(*values_of(first), _i);
    ck_assert_double_eq(*values_of(second), -_i);
}
END_TEST

/* ---- Rules ---- */

/* f(a, b) = (a b, a + b) with d_a = 3 d_p b + cos(d_s), d_b = p d_s: wrong on purpose, so that it is seen to
 * be used. */
START_TEST(test_rule)
{
    struct graph *graph = problem.graph;
    struct node *x = input(shape_of(2, 0, 0, 0), 0.5, 1), *w = input(shape_of(2, 0, 0, 0), 0.5, 1);
    struct node *arguments[] = {graph_mark(graph, square(x), "a"), graph_mark(graph, w, "b")}, *outputs[2],
                *adjoints[2];
    struct node *seeds[] = {graph_placeholder(graph, REAL, "d_p", 1, x->shape),
                            graph_placeholder(graph, REAL, "d_s", 1, x->shape)};
    struct rule rule = {.argument_count = 2,
                        .output_count = 2,
                        .arguments = arguments,
                        .outputs = outputs,
                        .seeds = seeds,
                        .adjoints = adjoints};
    struct node *product = graph_binary(graph, OP_MUL, arguments[0], arguments[1]),
                *sum = add(arguments[0], arguments[1]);
    outputs[0] = graph_custom(graph, product, &rule, 0);
    outputs[1] = graph_custom(graph, sum, &rule, 1);
    struct node *three = graph_broadcast(graph, graph_constant(graph, REAL, 3), 1, x->shape);
    adjoints[0] = add(graph_binary(graph, OP_MUL, three, graph_binary(graph, OP_MUL, seeds[0], arguments[1])),
                      graph_unary(graph, OP_COS, seeds[1]));
    adjoints[1] = graph_binary(graph, OP_MUL, outputs[0], seeds[1]);
    struct node *two = graph_broadcast(graph, graph_constant(graph, REAL, 2), 1, x->shape);
    struct node *y = total(add(graph_binary(graph, OP_MUL, two, outputs[0]), square(outputs[1])));
    const double *d_x = values_of(gradient(y, x)), *d_w = values_of(gradient(y, w));
    for (int i = 0; i < 2; i++) {
        double a = problem.values[0][i] * problem.values[0][i], b = problem.values[1][i], d_p = 2,
               d_s = 2 * (a + b);
        ck_assert_double_eq_tol(d_x[i], (3 * d_p * b + cos(d_s)) * 2 * problem.values[0][i], 1e-12);
        ck_assert_double_eq_tol(d_w[i], a * b * d_s, 1e-12);
    }
    const double *only_product = values_of(gradient(total(outputs[0]), x));
    ck_assert_double_eq_tol(only_product[0], (3 * problem.values[1][0] + 1) * 2 * problem.values[0][0],
                            1e-12);
}
END_TEST

/* A rule inside a loop: f(h) = h^2 with d_h = 5 d_y h, called on the carried value. */
START_TEST(test_rule_in_a_loop)
{
    struct graph *graph = problem.graph;
    struct node *h0 = input(shape_of(2, 0, 0, 0), 0.5, 1);
    struct body *body = new_body("t", number(0), number(2));
    struct node *h = carry(body, h0), *argument = graph_mark(graph, h, "h"), *output, *adjoint;
    struct node *seed = graph_placeholder(graph, REAL, "d_y", 1, h0->shape);
    struct rule rule = {.argument_count = 1,
                        .output_count = 1,
                        .arguments = &argument,
                        .outputs = &output,
                        .seeds = &seed,
                        .adjoints = &adjoint};
    output = graph_custom(graph, square(argument), &rule, 0);
    struct node *five = graph_broadcast(graph, graph_constant(graph, REAL, 5), 1, h0->shape);
    adjoint = graph_binary(graph, OP_MUL, five, graph_binary(graph, OP_MUL, seed, argument));
    body->next[0] = output;
    struct node *first = gradient(total(result(body, 0)), h0), *second = gradient(total(first), h0);
    for (int i = 0; i < 2; i++) {
        double x =
            problem.values[0][i]; /* 5 x^2 * 5 x = 25 x^3; then 25 (5 x x + 5 x x / ... ) by the rule again */
        ck_assert_double_eq_tol(values_of(first)[i], 25 * x * x * x, 1e-12);
        /* d/dx of 25 h1 h0 with h1 = f(h0): 25 (f'(h0) h0 + h1), f' = 5 x by the rule */
        ck_assert_double_eq_tol(values_of(second)[i], 25 * (5 * x * x + x * x), 1e-11);
    }
}
END_TEST

START_TEST(test_stop_and_mark)
{
    struct graph *graph = problem.graph;
    struct node *x = input(shape_of(2, 0, 0, 0), 0.5, 1), *name = graph_mark(graph, x, "h");
    struct node *y = total(add(graph_binary(graph, OP_MUL, x, graph_stop(graph, x)), square(name)));
    const double *all = values_of(gradient(y, x)), *through_name = values_of(gradient(y, name));
    ck_assert_double_eq_tol(all[0], 3 * problem.values[0][0], 1e-14);
    ck_assert_double_eq_tol(through_name[0], 2 * problem.values[0][0], 1e-14);
    ck_assert_double_eq(values_of(gradient(total(x), name))[1], 0);
}
END_TEST

/* ---- Jacobians ---- */

static void check_jacobian(struct node *y, struct node *x)
{
    struct node *jacobian = differentiate_jacobian(problem.graph, problem.derivatives, y, x);
    struct bound none = {.count = 0};
    size_t rows = count_of(y), columns = count_of(x);
    const double *values = values_of(jacobian);
    ck_assert_ptr_nonnull(values);
    ck_assert_int_eq(jacobian->rank, y->rank + x->rank);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            double *weights = ARENA_ARRAY(problem.arena, double, rows);
            weights[i] = 1;
            check_near(values[i * columns + j], difference(&none, &y, &weights, 1, 0, j), 1e-6, "Jacobian");
        }
    graph_verify(problem.graph);
}

static struct node *jacobian_example(int which, struct node *x)
{
    struct graph *graph = problem.graph;
    struct node *a = graph_slice(graph, bent(x), 1, number(1), number(2), 1);
    signed char a_axes[] = {0, 2}, b_axes[] = {1, 2};
    switch (which) {
    case 0: return square(a);
    case 1: return graph_contract(graph, x, square(x), a_axes, b_axes, 2, 1);
    case 2: return graph_reduce(graph, OP_PRODUCT, x, 2);
    case 3: return graph_reduce(graph, OP_MAXIMUM, graph_cumsum(graph, x, 1, false), 1);
    case 4: return graph_reshape(graph, bent(x), 1, (size *[]){number(9)});
    case 5: return graph_lu_solve(graph, x, square(x), false);
    case 6: return graph_cholesky(graph, x);
    case 7: return graph_determinant(graph, OP_LOGABSDET, x);
    case 8:
        return graph_replace(graph, x, square(a),
                             subscripts_of(2, 2, (const int64_t[][5]){{0, 1, 0}, {1, 0, 1}}), NULL, 0);
    default: return total(square(x));
    }
}

START_TEST(test_jacobian)
{
    struct node *x = input(shape_of(3, 3, 0, 0), 0.1, 0.9);
    for (int i = 0; i < 3; i++)
        problem.values[0][4 * i] += 2;
    check_jacobian(jacobian_example(_i, x), x);
}
END_TEST

START_TEST(test_jacobian_of_a_loop)
{
    struct graph *graph = problem.graph;
    struct node *h0 = input(shape_of(2, 0, 0, 0), -1, 1), *w = input(shape_of(2, 2, 0, 0), -1, 1);
    struct body *body = new_body("t", number(0), number(3));
    struct node *h = carry(body, h0);
    body->next[0] = bent(apply(w, h));
    body->collected[0] = square(h);
    body->loop.collected_count = 1;
    struct node *all = result(body, 1);
    check_jacobian(result(body, 0), h0);
    check_jacobian(_i ? all : graph_reduce(graph, OP_SUM, all, 1), h0);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("differentiate_loop");
    TCase *tcase = tcase_create("structures");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_choice_does_not_touch_the_other_side, 0, 2);
    tcase_add_loop_test(tcase, test_choice_of_roots, 0, 4);
    tcase_add_test(tcase, test_no_choices_without_an_if);
    tcase_add_loop_test(tcase, test_recurrence, 0, 8);
    tcase_add_test(tcase, test_windows_and_gathers);
    tcase_add_test(tcase, test_nested_loops);
    tcase_add_loop_test(tcase, test_branch_not_taken, 0, 2);
    tcase_add_loop_test(tcase, test_checkpoint, 0, 8);
    tcase_add_test(tcase, test_loop_that_stops_early);
    tcase_add_loop_test(tcase, test_branch, 0, 2);
    tcase_add_test(tcase, test_rule);
    tcase_add_test(tcase, test_rule_in_a_loop);
    tcase_add_test(tcase, test_stop_and_mark);
    tcase_add_loop_test(tcase, test_jacobian, 0, 10);
    tcase_add_loop_test(tcase, test_jacobian_of_a_loop, 0, 2);
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
