/* test_graph_values.c: the constructors keep the value: random graphs are built together with their values,
 * computed here by plain loops, and compared with the interpreter's. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "interpret.h"

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

enum { POOL = 40, N_VALUE = 3, M_VALUE = 2, ELEMENTS = 600 };

/* A node with its value, known independently. */
struct known {
    struct node *node;
    double *values;
};

static struct known pool[POOL], leaves[400];
static int pool_count, leaf_count;
static struct known *newest;

static int64_t extent_of(const size *a)
{
    int64_t number;

    if (size_is_number(a, &number))
        return number;
    return a == n ? N_VALUE : M_VALUE;
}

static int element_count(const struct node *node)
{
    int count = 1;

    for (int a = 0; a < node->rank; a++)
        count *= (int)extent_of(node->shape[a]);
    return count;
}

/* Row-major position to coordinates and back. */
static void coordinates(int flat, int rank, size *const *shape, int *at)
{
    for (int a = rank - 1; a >= 0; a--) {
        at[a] = flat % (int)extent_of(shape[a]);
        flat /= (int)extent_of(shape[a]);
    }
}

static int position(const int *at, int rank, size *const *shape)
{
    int flat = 0;

    for (int a = 0; a < rank; a++)
        flat = flat * (int)extent_of(shape[a]) + at[a];
    return flat;
}

static struct known *keep(struct node *node, int rank, size *const *shape)
{
    struct known *known = &pool[pool_count < POOL ? pool_count++ : rand() % POOL];
    int count = 1;

    ck_assert_int_eq(node->rank, rank);
    for (int a = 0; a < rank; a++) {
        ck_assert_ptr_eq(node->shape[a], shape[a]);
        count *= (int)extent_of(shape[a]);
    }
    known->node = node;
    known->values = ARENA_ARRAY(arena, double, count);
    newest = known;
    return known;
}

static size *random_extent(void)
{
    size *extents[] = {n, m, one, two, three};

    return extents[rand() % 5];
}

static struct known pick(void)
{
    return pool[rand() % pool_count];
}

static struct interpreter *interpreter;

static void add_leaf(void)
{
    size *shape[3];
    int rank = rand() % 4;

    for (int a = 0; a < rank; a++)
        shape[a] = random_extent();
    struct node *leaf = graph_parameter(graph, REAL, "p", rank, shape);
    struct known *known = keep(leaf, rank, shape);
    for (int i = 0; i < element_count(leaf); i++)
        known->values[i] = rand() % 9 - 4;
    leaves[leaf_count++] = *known;
}

static void add_constant(void)
{
    struct known like_this = pick();
    double value = rand() % 4 - 1;
    struct known *known = keep(like(value, like_this.node), like_this.node->rank, like_this.node->shape);

    for (int i = 0; i < element_count(known->node); i++)
        known->values[i] = value;
}

static void add_unary(void)
{
    struct known a = pick(), *known;

    if (rand() % 2) {
        known = keep(graph_unary(graph, OP_NEG, a.node), a.node->rank, a.node->shape);
        for (int i = 0; i < element_count(a.node); i++)
            known->values[i] = -a.values[i];
    } else {
        known = keep(graph_unary(graph, OP_TANH, a.node), a.node->rank, a.node->shape);
        for (int i = 0; i < element_count(a.node); i++)
            known->values[i] = tanh(a.values[i]);
    }
}

/* b along the axes of a where it has the same extents, else at 0: an operand of a's shape. */
static struct known fitted(struct known b, const struct node *a)
{
    struct affine subscripts[4];
    size *coefficients[4][4] = {{NULL}};
    int from[4];
    struct known result = {NULL, ARENA_ARRAY(arena, double, element_count(a))};

    for (int s = 0; s < b.node->rank; s++) {
        from[s] = -1;
        for (int t = 0; t < a->rank; t++) {
            if (a->shape[t] == b.node->shape[s] && rand() % 2)
                from[s] = t;
        }
        if (from[s] >= 0)
            coefficients[s][from[s]] = one;
        subscripts[s] = (struct affine){size_number(sizes, 0), coefficients[s], 0};
    }
    result.node = graph_index(graph, b.node, a->rank, a->shape, subscripts, NULL, 0, false);
    for (int i = 0; i < element_count(a); i++) {
        int at[4] = {0}, source[4] = {0};
        coordinates(i, a->rank, a->shape, at);
        for (int s = 0; s < b.node->rank; s++)
            source[s] = from[s] >= 0 ? at[from[s]] : 0;
        result.values[i] = b.values[position(source, b.node->rank, b.node->shape)];
    }
    return result;
}

static void add_binary(void)
{
    static const enum op operators[] = {OP_ADD, OP_SUB, OP_MUL, OP_MUL, OP_MAX, OP_DIV};
    struct known like_this = pick(), a = fitted(pick(), like_this.node), b = fitted(pick(), like_this.node),
                 *known;
    enum op op = operators[rand() % 6];

    if (op == OP_DIV) { /* by something that is not 0 */
        b.node = add(graph_binary(graph, OP_MUL, b.node, b.node), like(1, b.node));
        for (int i = 0; i < element_count(b.node); i++)
            b.values[i] = b.values[i] * b.values[i] + 1;
    }
    known = keep(graph_binary(graph, op, a.node, b.node), a.node->rank, a.node->shape);
    for (int i = 0; i < element_count(known->node); i++) {
        double x = a.values[i], y = b.values[i];
        known->values[i] = op == OP_ADD   ? x + y
                           : op == OP_SUB ? x - y
                           : op == OP_MUL ? x * y
                           : op == OP_DIV ? x / y
                                          : fmax(x, y);
    }
}

/* A permutation with flips, inserted axes and slices of x; with fill, also positions outside x. */
static void add_view(void)
{
    struct known x = pick(), *known;
    struct affine subscripts[4];
    size *coefficients[4][4] = {{NULL}}, *shape[4];
    int rank = 0, axis_of[4], step[4], offset[4];
    bool fill = rand() % 3 == 0;

    for (int s = 0; s < x.node->rank; s++) {
        int64_t extent = extent_of(x.node->shape[s]);
        axis_of[s] = -1;
        offset[s] = rand() % (int)extent;
        if (rank < 3 && rand() % 4 == 0)
            shape[rank++] = random_extent(); /* varies with nothing */
        if (rand() % 5 > 0 && rank < 4) {
            axis_of[s] = rank;
            step[s] = rand() % 4 == 0 ? -1 : 1;
            offset[s] = step[s] < 0 ? (int)extent - 1 : 0;
            shape[rank] = x.node->shape[s];
            if (fill && rand() % 2)
                offset[s] += rand() % 3 - 1;
            coefficients[s][rank++] = size_number(sizes, step[s]);
        }
        subscripts[s] = (struct affine){size_number(sizes, offset[s]), coefficients[s], 0};
        /* The size of a flipped axis in terms of its name. */
        if (axis_of[s] >= 0 && step[s] < 0)
            subscripts[s].offset = size_add(x.node->shape[s], size_number(sizes, offset[s] - (int)extent));
    }
    for (int a = rank - 1; a > 0; a--) { /* shuffle the axes */
        int b = rand() % (a + 1);
        size *extent = shape[a];
        shape[a] = shape[b];
        shape[b] = extent;
        for (int s = 0; s < x.node->rank; s++) {
            size *coefficient = coefficients[s][a];
            coefficients[s][a] = coefficients[s][b];
            coefficients[s][b] = coefficient;
            axis_of[s] = axis_of[s] == a ? b : axis_of[s] == b ? a : axis_of[s];
        }
    }
    known = keep(graph_index(graph, x.node, rank, shape, subscripts, NULL, 0, fill), rank, shape);
    for (int i = 0; i < element_count(known->node); i++) {
        int at[4] = {0}, source[4] = {0};
        bool inside = true;
        coordinates(i, rank, shape, at);
        for (int s = 0; s < x.node->rank; s++) {
            source[s] = offset[s] + (axis_of[s] >= 0 ? step[s] * at[axis_of[s]] : 0);
            inside = inside && source[s] >= 0 && source[s] < extent_of(x.node->shape[s]);
        }
        known->values[i] = inside ? x.values[position(source, x.node->rank, x.node->shape)] : 0;
    }
}

static void add_reduction(void)
{
    static const enum op operators[] = {OP_SUM, OP_SUM, OP_SUM, OP_MAXIMUM, OP_PRODUCT};
    struct known x = pick(), *known;
    unsigned axes = (unsigned)rand() & ((1u << x.node->rank) - 1);
    enum op op = operators[rand() % 5];
    size *shape[4];
    int rank = 0, at[4] = {0}, kept[4] = {0};

    for (int a = 0; a < x.node->rank; a++) {
        if (!(axes >> a & 1))
            shape[rank++] = x.node->shape[a];
    }
    known = keep(graph_reduce(graph, op, x.node, axes), rank, shape);
    for (int i = 0; i < element_count(known->node); i++)
        known->values[i] = op == OP_SUM ? 0 : op == OP_PRODUCT ? 1 : -INFINITY;
    for (int i = 0; i < element_count(x.node); i++) {
        int own = 0;
        coordinates(i, x.node->rank, x.node->shape, at);
        for (int a = 0; a < x.node->rank; a++) {
            if (!(axes >> a & 1))
                kept[own++] = at[a];
        }
        double *y = &known->values[position(kept, rank, shape)];
        *y = op == OP_SUM ? *y + x.values[i] : op == OP_PRODUCT ? *y * x.values[i] : fmax(*y, x.values[i]);
    }
}

/* The sum over random axes of a product of two operands, each spread over a space, once by CONTRACT. */
static void add_contraction(void)
{
    struct known a = pick(), b = pick(), *known;
    signed char a_axes[4] = {0}, b_axes[4] = {0};
    size *extents[8], *shape[8] = {NULL}, *reduced_shape[8];
    int count = 0, place[8], rank = 0, reduced = 0, at[8] = {0}, own[4] = {0};
    bool is_reduced[8];

    if (a.node->rank + b.node->rank > 4)
        return;
    for (int i = 0; i < a.node->rank; i++) {
        a_axes[i] = (signed char)count;
        extents[count++] = a.node->shape[i];
    }
    for (int i = 0; i < b.node->rank; i++) {
        int shared = -1;
        for (int j = 0; j < a.node->rank; j++) {
            bool taken = false;
            for (int l = 0; l < i; l++)
                taken = taken || b_axes[l] == j;
            if (!taken && extents[j] == b.node->shape[i] && rand() % 3)
                shared = j;
        }
        b_axes[i] = (signed char)(shared >= 0 ? shared : count);
        if (shared < 0)
            extents[count++] = b.node->shape[i];
    }
    for (int i = 0; i < count; i++) {
        is_reduced[i] = rand() % 2;
        if (!is_reduced[i]) {
            shape[rank] = extents[i];
            place[i] = rank++;
        }
    }
    for (int i = 0; i < count; i++) {
        if (is_reduced[i]) {
            reduced_shape[reduced] = extents[i];
            place[i] = rank + reduced++;
        }
    }
    for (int i = 0; i < a.node->rank; i++)
        a_axes[i] = (signed char)place[a_axes[i]];
    for (int i = 0; i < b.node->rank; i++)
        b_axes[i] = (signed char)place[b_axes[i]];
    struct node *y = graph_contract(graph, a.node, b.node, a_axes, b_axes, rank, reduced);
    known = keep(y, rank, shape);
    for (int i = 0; i < reduced; i++)
        shape[rank + i] = reduced_shape[i];
    int inner = 1;
    for (int i = 0; i < reduced; i++)
        inner *= (int)extent_of(reduced_shape[i]);
    for (int i = 0; i < element_count(y) * inner; i++) {
        coordinates(i, rank + reduced, shape, at);
        for (int s = 0; s < a.node->rank; s++)
            own[s] = at[a_axes[s]];
        double x = a.values[position(own, a.node->rank, a.node->shape)];
        for (int s = 0; s < b.node->rank; s++)
            own[s] = at[b_axes[s]];
        known->values[position(at, rank, shape)] += x * b.values[position(own, b.node->rank, b.node->shape)];
    }
}

/* x accumulated into a larger tensor, shifted, some axes folded together. */
static void add_scatter(void)
{
    struct known x = pick(), *known;
    struct affine subscripts[4];
    size *coefficients[4][4] = {{NULL}}, *shape[4];
    int rank = 0, shift[4], axis_of[4], at[4] = {0}, target[4] = {0};

    for (int a = x.node->rank - 1; a >= 0; a--) {
        if (rand() % 4 == 0)
            continue; /* this axis leads nowhere: it is summed over */
        shift[rank] = rand() % 2;
        shape[rank] = size_add(x.node->shape[a], size_number(sizes, shift[rank] * (1 + rand() % 2)));
        if (size_is_number(shape[rank], &(int64_t){0}) == false && shift[rank])
            continue; /* sizes of this test are N, M and numbers */
        coefficients[rank][a] = one;
        axis_of[rank] = a;
        subscripts[rank] = (struct affine){size_number(sizes, shift[rank]), coefficients[rank], 0};
        rank++;
    }
    known = keep(graph_scatter(graph, x.node, rank, shape, subscripts, NULL, 0), rank, shape);
    for (int i = 0; i < element_count(x.node); i++) {
        coordinates(i, x.node->rank, x.node->shape, at);
        for (int t = 0; t < rank; t++)
            target[t] = shift[t] + at[axis_of[t]];
        known->values[position(target, rank, shape)] += x.values[i];
    }
}

static void add_reshape(void)
{
    struct known x = pick(), *known;
    size *total = one, *shape[4] = {NULL};
    int rank = 0;

    for (int a = 0; a < x.node->rank; a++)
        total = size_multiply(total, x.node->shape[a]);
    if (rand() % 2) {
        for (int a = 0; a < x.node->rank && rank < 3; a++) {
            if (rand() % 2)
                shape[rank++] = one;
            if (rank < 4)
                shape[rank++] = x.node->shape[a];
        }
        int kept = 0;
        for (int a = 0; a < rank; a++)
            kept += shape[a] != one;
        int own = 0;
        for (int a = 0; a < x.node->rank; a++)
            own += x.node->shape[a] != one;
        if (kept != own)
            return;
    } else {
        int64_t number;
        if (!size_is_number(total, &number))
            return;
        shape[rank++] = total;
    }
    known = keep(graph_reshape(graph, x.node, rank, shape), rank, shape);
    memcpy(known->values, x.values, sizeof(double) * (size_t)element_count(x.node));
}

static void check_value(const struct known *known)
{
    const double *values = interpreter_value(interpreter, known->node);

    ck_assert_ptr_nonnull(values);
    for (int i = 0; i < element_count(known->node); i++) {
        double expected = known->values[i];
        ck_assert_msg(fabs(values[i] - expected) <= 1e-6 * (1 + fabs(expected)),
                      "node %d (%s), element %d: %.17g, but %.17g expected", known->node->id,
                      operator_info(known->node->op)->name, i, values[i], expected);
    }
}

/* Values that have grown are taken out: their rounding errors would hide others. */
static void forget_large(void)
{
    for (int i = 0; i < element_count(newest->node); i++) {
        if (fabs(newest->values[i]) > 1e4) {
            *newest = pool[0];
            return;
        }
    }
}

START_TEST(random_graphs_keep_their_values)
{
    static void (*const steps[])(void) = {
        add_leaf, add_constant,  add_unary,     add_binary,      add_binary,      add_binary,  add_view,
        add_view, add_reduction, add_reduction, add_contraction, add_contraction, add_scatter, add_reshape};
    srand((unsigned)_i + 1);
    for (int round = 0; round < 20; round++) {
        pool_count = leaf_count = 0;
        add_leaf();
        for (int i = 0; i < 60; i++) {
            steps[rand() % (int)(sizeof steps / sizeof *steps)]();
            if (element_count(newest->node) > ELEMENTS)
                *newest = pool[0];
            forget_large();
        }
        interpreter = interpreter_new(arena, graph);
        interpreter_bind_size(interpreter, n, N_VALUE);
        interpreter_bind_size(interpreter, m, M_VALUE);
        for (int i = 0; i < leaf_count; i++)
            interpreter_bind(interpreter, leaves[i].node, leaves[i].values);
        for (int i = 0; i < pool_count; i++)
            check_value(&pool[i]);
    }
}
END_TEST

/* ---- Truth values ---- */

enum { CONDITIONS = 4, CASES = 1 << CONDITIONS };

/* A formula over the conditions, with bit t of `table` for its value where condition c holds if bit c of t is
 * set. */
struct formula {
    struct node *node;
    unsigned table;
};

static struct formula formulas[POOL];
static struct node *values[2]; /* between which formulas choose */

static struct formula random_formula(int count)
{
    const unsigned all = (1u << CASES) - 1;
    struct formula a = formulas[rand() % count], b = formulas[rand() % count];
    switch (rand() % 3) {
    case 0: return (struct formula){graph_unary(graph, OP_NOT, a.node), ~a.table & all};
    case 1: return (struct formula){graph_binary(graph, OP_AND, a.node, b.node), a.table & b.table};
    default: return (struct formula){graph_binary(graph, OP_OR, a.node, b.node), a.table | b.table};
    }
}

/* A choice within a choice: where it is the first of the values. */
static struct formula random_choice(int count, int depth)
{
    if (depth == 0) {
        int k = rand() % 2;
        return (struct formula){values[k], k == 0 ? (1u << CASES) - 1 : 0};
    }
    struct formula c = formulas[rand() % count];
    struct formula a = random_choice(count, rand() % depth), b = random_choice(count, rand() % depth);
    return (struct formula){graph_select(graph, c.node, a.node, b.node),
                            (c.table & a.table) | (~c.table & b.table)};
}

static void check_formula(int t, const struct formula *formula)
{
    bool holds = formula->table >> t & 1;
    double expected = formula->node->type == BOOL ? holds : holds ? 1 : 2;
    ck_assert_double_eq(*interpreter_value(interpreter, formula->node), expected);
}

START_TEST(truth_values_are_those_of_their_conditions)
{
    struct node *numbers[CONDITIONS];
    struct formula choices[4 * POOL];
    srand((unsigned)_i + 1);
    for (int c = 0; c < CONDITIONS; c++) {
        numbers[c] = graph_parameter(graph, REAL, "x", 0, NULL);
        formulas[c] = (struct formula){graph_binary(graph, OP_LT, real(0), numbers[c]), 0};
        for (int t = 0; t < CASES; t++)
            formulas[c].table |= (unsigned)(t >> c & 1) << t;
    }
    for (int k = 0; k < 2; k++)
        values[k] = graph_parameter(graph, REAL, "v", 0, NULL);
    for (int i = CONDITIONS; i < POOL; i++)
        formulas[i] = random_formula(i);
    for (int i = 0; i < 4 * POOL; i++)
        choices[i] = random_choice(2 * CONDITIONS + i % 8, 1 + i % 4);
    for (int t = 0; t < CASES; t++) {
        interpreter = interpreter_new(arena, graph);
        for (int c = 0; c < CONDITIONS; c++)
            interpreter_bind(interpreter, numbers[c], (double[]){t >> c & 1 ? 1 : -1});
        for (int k = 0; k < 2; k++)
            interpreter_bind(interpreter, values[k], (double[]){k + 1});
        for (int i = 0; i < POOL; i++)
            check_formula(t, &formulas[i]);
        for (int i = 0; i < 4 * POOL; i++)
            check_formula(t, &choices[i]);
    }
    for (int i = 0; i < POOL; i++) {
        double value;
        bool is_constant = graph_is_constant(formulas[i].node, &value);
        ck_assert(is_constant == (formulas[i].table == 0 || formulas[i].table == (1u << CASES) - 1));
        for (int k = 0; k < POOL; k++) {
            ck_assert(!graph_implies(formulas[i].node, formulas[k].node) ||
                      (formulas[i].table & ~formulas[k].table) == 0);
            ck_assert(formulas[i].table != formulas[k].table ||
                      graph_implies(formulas[i].node, formulas[k].node));
        }
    }
}
END_TEST

/* Masks of adjoints: what is true in each case is no condition any more. */
START_TEST(conditions_that_others_imply_vanish)
{
    struct node *x = graph_parameter(graph, REAL, "x", 0, NULL),
                *y = graph_parameter(graph, REAL, "y", 0, NULL);
    struct node *a = graph_binary(graph, OP_LT, x, y), *b = graph_binary(graph, OP_LT, y, real(1));
    struct node *not_a = graph_unary(graph, OP_NOT, a), *both = graph_binary(graph, OP_AND, a, b);
    struct node *rest = graph_binary(graph, OP_AND, not_a, graph_unary(graph, OP_NOT, b));
    ck_assert_ptr_eq(graph_binary(graph, OP_OR, a, both), a);
    ck_assert_ptr_eq(graph_binary(graph, OP_OR, graph_binary(graph, OP_OR, a, b), both),
                     graph_binary(graph, OP_OR, a, b));
    ck_assert_ptr_eq(graph_binary(graph, OP_OR, graph_binary(graph, OP_AND, not_a, b), both), b);
    ck_assert(
        graph_is_constant(graph_binary(graph, OP_OR, graph_binary(graph, OP_OR, a, b), rest), &(double){0}));
    ck_assert_ptr_eq(graph_select(graph, both, graph_select(graph, a, x, y), y),
                     graph_select(graph, both, x, y));
    ck_assert_ptr_eq(graph_select(graph, a, graph_select(graph, both, x, y), y),
                     graph_select(graph, both, x, y));
    struct node *one_of = graph_binary(graph, OP_OR, a, b), *implied = graph_binary(graph, OP_OR, b, not_a);
    ck_assert_ptr_eq(graph_select(graph, a, x, graph_select(graph, one_of, x, y)),
                     graph_select(graph, one_of, x, y));
    ck_assert_ptr_eq(graph_select(graph, a, graph_select(graph, implied, x, y), x),
                     graph_select(graph, implied, x, y));
    ck_assert_ptr_eq(graph_select(graph, a, x, graph_select(graph, both, y, real(3))),
                     graph_select(graph, a, x, real(3)));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("graph values");
    TCase *cases = tcase_create("graph values");
    SRunner *runner;
    int failures;

    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, random_graphs_keep_their_values, 0, 20);
    tcase_add_loop_test(cases, truth_values_are_those_of_their_conditions, 0, 20);
    tcase_add_test(cases, conditions_that_others_imply_vanish);
    suite_add_tcase(suite, cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
