/* test_graph.c: the constructors' normal forms, and that they keep the value: random graphs are built
 * together with their values, computed here by plain loops, and compared with the interpreter's. */
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

/* ---- Normal forms ---- */

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

/* ---- Values of random graphs ---- */

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
    tcase_add_test(cases, long_chains_take_no_stack);
    tcase_add_loop_test(cases, random_graphs_keep_their_values, 0, 20);
    suite_add_tcase(suite, cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
