/* What is structurally zero: patterns of linear maps, their colours, and identities that rewrites remove. */
#include "problem.h"

#include "passes.h"
#include "pattern.h"
#include "sparse.h"
#include "sparsity.h"

static struct node *f(enum op op, struct node *a, struct node *b)
{
    return graph_binary(problem.graph, op, a, b);
}

static struct node *slice(struct node *x, int begin, int extent)
{
    return graph_slice(problem.graph, x, 0, number(begin), number(extent), 1);
}

static struct node *matmul(struct node *a, struct node *b)
{
    return b->rank == 1
               ? graph_contract(problem.graph, a, b, (signed char[]){0, 1}, (signed char[]){1}, 1, 1)
               : graph_contract(problem.graph, a, b, (signed char[]){0, 2}, (signed char[]){2, 1}, 2, 1);
}

/* The functions under test, by number, of x [6] and, where they have one, of another parameter. */
enum { FUNCTIONS = 10 };

static struct node *lower_triangle(struct node *x)
{
    struct graph *graph = problem.graph;
    struct node *c =
        f(OP_LE, graph_iota(graph, INT, x->rank, x->shape, 1), graph_iota(graph, INT, x->rank, x->shape, 0));
    return graph_select(graph, c, x, graph_zeros_like(graph, x));
}

static struct node *function_under_test(int number_of_function, struct node *x)
{
    struct graph *graph = problem.graph;
    struct node *w;
    switch (number_of_function) {
    case 0: return bent(x);
    case 1: return f(OP_MUL, square(slice(x, 1, 5)), slice(x, 0, 5));
    case 2: return graph_reduce(graph, OP_SUM, square(x), 1);
    case 3: return graph_unary(graph, OP_FLOOR, x);
    case 4: w = input(shape_of(4, 6, 0, 0), -1, 1); return bent(matmul(w, bent(x)));
    case 5: w = input(shape_of(6, 6, 0, 0), -1, 1); return matmul(lower_triangle(w), x);
    case 6: return graph_cumsum(graph, bent(x), 0, true);
    case 7: return square(graph_reshape(graph, x, 2, shape_of(3, 2, 0, 0).axes));
    case 8:
        w = whole_input(shape_of(2, 0, 0, 0), 6);
        return square(graph_index(graph, x, 1, w->shape,
                                  &(struct affine){.offset = number(0),
                                                   .coefficients = ARENA_ARRAY(problem.arena, size *, 1),
                                                   .dynamic = 1},
                                  &w, 1, false));
    default:
        return f(OP_MUL, x,
                 graph_broadcast(graph, graph_reduce(graph, OP_SUM, slice(x, 2, 2), 1), 1, x->shape));
    }
}

static const double *values(struct node *node)
{
    return interpreter_value(interpreter_with_values(problem.arena), node);
}

/* The values, put where the pattern says, are the dense Jacobian, and what is not in the pattern is zero
 * there. */
START_TEST(test_jacobian)
{
    struct node *x = input(shape_of(6, 0, 0, 0), 0.5, 1), *y = function_under_test(_i, x);
    for (int k = 0; k < problem.count; k++) {
        struct sparse sparse =
            sparse_jacobian(problem.graph, problem.derivatives, y, problem.x[k], "y", false);
        const double *dense =
            values(differentiate_jacobian(problem.graph, problem.derivatives, y, problem.x[k]));
        const struct pattern *pattern = sparse.pattern;
        ck_assert_uint_eq(pattern->row_count, count_of(y));
        ck_assert_uint_eq(pattern->column_count, count_of(problem.x[k]));
        struct interpreter *interpreter = interpreter_with_values(problem.arena);
        struct {
            struct node *leaf;
            const int32_t *table;
        } tables[] = {{sparse.colours, sparse.colour_table}, {sparse.slots, sparse.slot_table}};
        for (int t = 0; t < 2; t++) {
            size_t count = tables[t].leaf ? count_of(tables[t].leaf) : 0;
            double *table = ARENA_ARRAY(problem.arena, double, count + 1);
            for (size_t i = 0; i < count; i++)
                table[i] = tables[t].table[i];
            if (count)
                interpreter_bind(interpreter, tables[t].leaf, table);
        }
        const double *found = sparse.values ? interpreter_value(interpreter, sparse.values) : NULL;
        ck_assert(found || !pattern->count);
        for (size_t row = 0; row < pattern->row_count; row++) {
            int32_t at = pattern->starts[row];
            for (size_t column = 0; column < pattern->column_count; column++) {
                bool is_there = at < pattern->starts[row + 1] && (size_t)pattern->columns[at] == column;
                check_near(is_there ? found[at] : 0, dense[row * pattern->column_count + column], 1e-12,
                           "element");
                at += is_there;
            }
        }
    }
}
END_TEST

static struct pattern *pattern_of_x(struct node *y, struct node *x)
{
    struct node *v = graph_placeholder(problem.graph, REAL, NULL, x->rank, x->shape), *tangent;
    differentiate_forward(problem.graph, problem.derivatives, &x, &v, 1, &y, 1, &tangent);
    return sparsity_of(problem.graph, tangent, v);
}

START_TEST(test_pattern_is_exact)
{
    static const size_t counts[FUNCTIONS] = {6, 10, 6, 0, 24, 21, 21, 6, 12, 16};
    struct node *x = input(shape_of(6, 0, 0, 0), 0.5, 1);
    ck_assert_uint_eq(pattern_of_x(function_under_test(_i, x), x)->count, counts[_i]);
}
END_TEST

/* A pattern from rows of 0 and 1, ended by NULL. */
static struct pattern *pattern_from(const char *const *rows)
{
    struct pattern *pattern = ARENA_NEW(problem.arena, struct pattern);
    size_t columns = strlen(rows[0]);
    while (rows[pattern->row_count])
        pattern->row_count++;
    pattern->column_count = columns;
    pattern->starts = ARENA_ARRAY(problem.arena, int32_t, pattern->row_count + 1);
    pattern->columns = ARENA_ARRAY(problem.arena, int32_t, pattern->row_count * columns + 1);
    for (size_t i = 0; i < pattern->row_count; i++) {
        for (size_t j = 0; j < columns; j++)
            if (rows[i][j] == '1')
                pattern->columns[pattern->count++] = (int32_t)j;
        pattern->starts[i + 1] = (int32_t)pattern->count;
    }
    return pattern;
}

START_TEST(test_colours)
{
    static const struct {
        const char *rows[8];
        int32_t columns, transposed;
    } cases[] = {
        {{"100", "010", "001"}, 1, 1},
        {{"11000", "01100", "00110", "00011"}, 2, 2},
        {{"1111", "1000", "0100"}, 4, 2},
        {{"000", "000"}, 1, 1},
        {{"11000", "11100", "01110", "00111", "00011"}, 3, 3},
    };
    const struct pattern *pattern = pattern_from(cases[_i].rows),
                         *transposed = pattern_transpose(problem.arena, pattern);
    int32_t colours[8];
    ck_assert_int_eq(pattern_colour(problem.arena, pattern, colours), cases[_i].columns);
    for (size_t row = 0; row < pattern->row_count; row++)
        for (int32_t k = pattern->starts[row]; k < pattern->starts[row + 1]; k++)
            for (int32_t l = pattern->starts[row]; l < k; l++)
                ck_assert_int_ne(colours[pattern->columns[k]], colours[pattern->columns[l]]);
    ck_assert_int_eq(pattern_colour(problem.arena, transposed, colours), cases[_i].transposed);
    const struct pattern *back = pattern_transpose(problem.arena, transposed);
    ck_assert_mem_eq(back->starts, pattern->starts, (pattern->row_count + 1) * sizeof *back->starts);
    if (pattern->count)
        ck_assert_mem_eq(back->columns, pattern->columns, pattern->count * sizeof *back->columns);
}
END_TEST

/* ---- Rewrites ---- */

/* Simplifies the node as an output; its values stay. Returns the value's new node. */
static struct node *simplified(struct node *y)
{
    struct function *function = ARENA_NEW(problem.arena, struct function);
    const double *before = values(y);
    size_t count = count_of(y);
    function->graph = problem.graph;
    for (int k = 0; k < problem.count; k++) {
        struct member member = {.name = "x", .role = ROLE_INPUT, .leaf = problem.x[k]};
        ARENA_APPEND(problem.arena, function, members, member);
    }
    struct member member = {.name = "y", .role = ROLE_OUTPUT, .value = y};
    ARENA_APPEND(problem.arena, function, members, member);
    simplify(function, 2);
    graph_verify(function->graph);
    struct interpreter *interpreter = interpreter_new(problem.arena, function->graph);
    interpreter_bind_size(interpreter, problem.n, 3);
    for (int k = 0; k < problem.count; k++)
        interpreter_bind(interpreter, function->members[k].leaf, problem.values[k]);
    struct node *value = function->members[problem.count].value;
    const double *after = interpreter_value(interpreter, value);
    ck_assert(after != NULL);
    for (size_t i = 0; i < count; i++)
        check_near(after[i], before[i], 1e-12, "simplified");
    problem.graph = function->graph;
    return value;
}

static struct node *identity(int extent)
{
    struct shape shape = shape_of(extent, extent, 0, 0);
    return graph_unary(problem.graph, OP_CAST_REAL,
                       f(OP_EQ, graph_iota(problem.graph, INT, 2, shape.axes, 0),
                         graph_iota(problem.graph, INT, 2, shape.axes, 1)));
}

/* Whether some node that y needs has the operator. */
static bool needs(const struct node *y, enum op op)
{
    if (y->op == op)
        return true;
    for (int i = 0; i < y->input_count; i++)
        if (needs(y->inputs[i], op))
            return true;
    return false;
}

START_TEST(test_product_with_identity)
{
    struct node *w = input(shape_of(-1, 4, 0, 0), -1, 1), *left = input(shape_of(4, -1, 0, 0), -1, 1);
    struct shape square_shape = shape_of(-1, -1, 0, 0);
    struct node *e = graph_unary(problem.graph, OP_CAST_REAL,
                                 f(OP_EQ, graph_iota(problem.graph, INT, 2, square_shape.axes, 0),
                                   graph_iota(problem.graph, INT, 2, square_shape.axes, 1)));
    struct node *bent_w = bent(w), *a = input(square_shape, -1, 1);
    struct node *y = _i == 0   ? matmul(e, bent_w)
                     : _i == 1 ? matmul(left, e)
                               : matmul(f(OP_MUL, e, bent(a)), bent_w);
    struct node *value = simplified(y);
    ck_assert(!needs(value, OP_CONTRACT) && !needs(value, OP_EQ));
}
END_TEST

/* (if i == j then 2 else 0) + (if i == j + 1 then 3 else 0), times a vector: each term alone. */
START_TEST(test_product_with_band)
{
    struct graph *graph = problem.graph;
    struct shape shape = shape_of(5, 5, 0, 0);
    struct node *i = graph_iota(graph, INT, 2, shape.axes, 0), *j = graph_iota(graph, INT, 2, shape.axes, 1);
    struct node *one = graph_broadcast(graph, graph_constant(graph, INT, 1), 2, shape.axes);
    struct node *below = f(OP_EQ, i, f(OP_ADD, j, one)), *x = input(shape_of(5, 0, 0, 0), -1, 1);
    struct node *three = graph_broadcast(graph, graph_constant(graph, REAL, 3), 2, shape.axes);
    struct node *band =
        f(OP_ADD, identity(5), graph_select(graph, below, three, graph_zeros_like(graph, three)));
    ck_assert(!needs(simplified(_i ? matmul(band, x) : graph_reduce(graph, OP_SUM, band, 1)),
                     _i ? OP_CONTRACT : OP_SUM));
}
END_TEST

/* What is stored into zeros is the diagonal alone. */
START_TEST(test_diagonal_is_scattered)
{
    struct node *x = input(shape_of(6, 0, 0, 0), 0.5, 1), *y = function_under_test(_i, x);
    struct node *value = simplified(differentiate_jacobian(problem.graph, problem.derivatives, y, x));
    ck_assert(needs(value, OP_SCATTER) && !needs(value, OP_EQ));
}
END_TEST

/* The Jacobian of a function of rows has no product over rows that do not meet. */
START_TEST(test_block_diagonal)
{
    struct node *x = input(shape_of(3, 4, 0, 0), -1, 1), *w = input(shape_of(4, 2, 0, 0), -1, 1);
    struct node *y = bent(matmul(bent(x), w));
    struct node *value =
        simplified(differentiate_jacobian(problem.graph, problem.derivatives, y, problem.x[_i]));
    for (size_t k = 0; k < problem.graph->nodes_count; k++) {
        const struct node *node = problem.graph->nodes[k];
        ck_assert(node->op != OP_CONTRACT || node->rank == 2);
    }
    ck_assert(value->rank == 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sparse");
    TCase *cases = tcase_create("sparse");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, test_jacobian, 0, FUNCTIONS);
    tcase_add_loop_test(cases, test_pattern_is_exact, 0, FUNCTIONS);
    tcase_add_loop_test(cases, test_colours, 0, 5);
    tcase_add_loop_test(cases, test_product_with_identity, 0, 3);
    tcase_add_loop_test(cases, test_product_with_band, 0, 2);
    tcase_add_loop_test(cases, test_diagonal_is_scattered, 0, 2);
    tcase_add_loop_test(cases, test_block_diagonal, 0, 2);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
