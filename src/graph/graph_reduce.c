/* graph_reduce.c: reductions over axes. What does not vary along a reduced axis moves out of the sum, sums of
 * sums merge, and sums of products that are matrix products become CONTRACT. */
#include "graph_internal.h"

#include <assert.h>

static struct node *intern_reduction(struct graph *graph, enum op op, struct node *x, unsigned axes)
{
    struct node node = {.op = op, .type = x->type};
    size *shape[MAXIMUM_RANK];

    for (int a = 0; a < x->rank; a++) {
        if (!(axes & 1u << a))
            shape[node.rank++] = x->shape[a];
    }
    node.shape = shape;
    node.axes = axes;
    node.input_count = 1;
    node.inputs = &x;
    return graph_intern(graph, &node);
}

/* The axes in `axes` as they are numbered once those in `removed` are gone. */
static unsigned renumber(unsigned axes, unsigned removed)
{
    unsigned result = 0;
    int place = 0;

    for (int a = 0; a < MAXIMUM_RANK; a++) {
        if (removed & 1u << a)
            continue;
        if (axes & 1u << a)
            result |= 1u << place;
        place++;
    }
    return result;
}

/* The axes in `axes`, numbered without those in `removed`, as they are numbered with them. */
static unsigned number_among(unsigned axes, unsigned removed)
{
    unsigned result = 0;
    int place = 0;

    for (int a = 0; a < MAXIMUM_RANK; a++) {
        if (removed & 1u << a)
            continue;
        if (axes & 1u << place)
            result |= 1u << a;
        place++;
    }
    return result;
}

/* Whether the order of the elements does not matter: the gradient of an extremum goes to the first of equals.
 */
static bool is_orderless(enum op op)
{
    return op != OP_MAXIMUM && op != OP_MINIMUM;
}

static unsigned axes_of_length_one(const struct node *x)
{
    unsigned ones = 0;

    for (int a = 0; a < x->rank; a++) {
        if (size_is(x->shape[a], 1))
            ones |= 1u << a;
    }
    return ones;
}

static struct node *binary_with_scalar_shape(struct graph *graph, enum op op, struct node *x, struct node *y)
{
    return graph_binary(graph, op, graph_broadcast(graph, x, y->rank, y->shape), y);
}

/* The number of elements along the axes, times x. */
static struct node *times_extent(struct graph *graph, struct node *x, const struct node *whole, unsigned axes)
{
    size *extent = size_number(graph->sizes, 1);

    for (int a = 0; a < whole->rank; a++) {
        if (axes & 1u << a)
            extent = size_multiply(extent, whole->shape[a]);
    }
    return binary_with_scalar_shape(graph, OP_MUL, graph_size(graph, x->type, extent), x);
}

/* A reduction along axes where x does not vary: of n equal elements; PRODUCT, which would be a power, is
 * left. Other axes where x does not vary are put back afterwards. NULL if there are none. */
static struct node *reduce_invariant(struct graph *graph, enum op op, struct node *x, unsigned axes)
{
    unsigned invariant = node_invariance(x), reduced = op == OP_PRODUCT ? 0 : invariant & axes;
    unsigned kept = invariant & ~axes, gone = reduced | kept;
    size *shape[MAXIMUM_RANK];
    struct node *rest;
    int rank = 0;

    if (gone == 0)
        return NULL;
    rest = graph_reduce(graph, op, graph_restrict(graph, x, gone), renumber(axes & ~gone, gone));
    if (op == OP_SUM)
        rest = times_extent(graph, rest, x, reduced);
    for (int a = 0; a < x->rank; a++) {
        if (!(axes & 1u << a))
            shape[rank++] = x->shape[a];
    }
    return graph_expand(graph, rest, renumber(kept, axes), rank, shape);
}

/* A reduction of a permutation, and flips along reduced axes: the source is reduced, then permuted. */
static struct node *reduce_permutation(struct graph *graph, enum op op, struct node *x, unsigned axes)
{
    struct view view, inverse, rest;
    unsigned source_axes = 0;
    size *shape[MAXIMUM_RANK];
    int place[MAXIMUM_RANK], rank = 0, own = 0;
    struct node *reduced;

    view_of_node(graph, &view, x);
    if (x->fill || view.dynamic_count > 0 || axes_of_length_one(x) != 0 ||
        !view_invert(graph, &view, x->inputs[0]->shape, &inverse))
        return NULL;
    for (int a = 0; a < x->rank; a++) {
        place[a] = rank;
        if (!(axes & 1u << a))
            shape[rank++] = x->shape[a];
    }
    for (int s = 0; s < view.count; s++) {
        for (int a = 0; a < x->rank; a++) {
            if ((axes & 1u << a) && view.coefficients[s][a] != NULL)
                source_axes |= 1u << s;
        }
    }
    reduced = graph_reduce(graph, op, x->inputs[0], source_axes);
    view_begin(graph, &rest, reduced->rank, rank, shape);
    for (int s = 0; s < view.count; s++) {
        if (source_axes & 1u << s)
            continue;
        rest.subscripts[own].offset = view.subscripts[s].offset;
        for (int a = 0; a < x->rank; a++) {
            if (view.coefficients[s][a] != NULL)
                rest.coefficients[own][place[a]] = view.coefficients[s][a];
        }
        own++;
    }
    return graph_index(graph, reduced, rank, shape, rest.subscripts, NULL, 0, false);
}

/* ---- Sums ---- */

/* sum(p q) = sum(p' sum q) over axes where p does not vary, also p / q for q. */
static struct node *sum_of_product(struct graph *graph, struct node *x, unsigned axes)
{
    for (int i = 0; i < 2; i++) {
        struct node *factor = x->inputs[i], *other = x->inputs[1 - i], *operands[2];
        unsigned invariant = axes & node_invariance(factor);

        if (invariant == 0 || (x->op == OP_DIV && i == 0))
            continue;
        operands[i] = graph_restrict(graph, factor, invariant);
        operands[1 - i] = graph_reduce(graph, OP_SUM, other, invariant);
        return graph_reduce(graph, OP_SUM, graph_elementwise(graph, x->op, operands),
                            renumber(axes, invariant));
    }
    if (x->op == OP_MUL && x->type == REAL)
        return graph_try_contract(graph, x->inputs[0], x->inputs[1], axes);
    return NULL;
}

/* Factors that vary along none of the axes, taken off one after the other: a chain of them may be long.
 * Applied again to the sum in reverse. */
struct peeled {
    enum op op;          /* MUL, DIV or NEG */
    struct node *factor; /* NULL for NEG */
    bool is_first;       /* whether it is the first operand */
};

static bool peel(const struct node *x, unsigned axes, struct peeled *peeled, struct node **rest)
{
    if (x->op == OP_NEG) {
        *peeled = (struct peeled){OP_NEG, NULL, false};
        *rest = x->inputs[0];
        return true;
    }
    if (x->op != OP_MUL && x->op != OP_DIV)
        return false;
    for (int i = x->op == OP_DIV; i < 2; i++) {
        if ((node_invariance(x->inputs[i]) & axes) == axes) {
            *peeled = (struct peeled){x->op, x->inputs[i], i == 0};
            *rest = x->inputs[1 - i];
            return true;
        }
    }
    return false;
}

static struct node *apply_peeled(struct graph *graph, const struct peeled *peeled, unsigned axes,
                                 struct node *sum)
{
    struct node *operands[2];

    if (peeled->op == OP_NEG)
        return graph_unary(graph, OP_NEG, sum);
    operands[peeled->is_first ? 0 : 1] = graph_restrict(graph, peeled->factor, axes);
    operands[peeled->is_first ? 1 : 0] = sum;
    return graph_elementwise(graph, peeled->op, operands);
}

static struct node *sum_of_scaled(struct graph *graph, struct node *x, unsigned axes)
{
    struct peeled few[8], *peeled = few;
    size_t capacity = 8, count = 0;
    struct node *rest = x;

    while (peel(rest, axes, &peeled[count], &rest)) {
        if (++count < capacity)
            continue;
        struct peeled *larger = ARENA_ARRAY(graph->arena, struct peeled, 2 * capacity);
        for (size_t i = 0; i < count; i++)
            larger[i] = peeled[i];
        peeled = larger;
        capacity *= 2;
    }
    if (count == 0)
        return NULL;
    rest = graph_reduce(graph, OP_SUM, rest, axes);
    while (count > 0)
        rest = apply_peeled(graph, &peeled[--count], axes, rest);
    return rest;
}

static struct node *simplify_sum(struct graph *graph, struct node *x, unsigned axes)
{
    struct node *y = sum_of_scaled(graph, x, axes);

    if (y != NULL)
        return y;
    switch (x->op) {
    case OP_MUL:
    case OP_DIV: return sum_of_product(graph, x, axes);
    case OP_CONTRACT: return graph_sum_contract(graph, x, axes);
    case OP_RESHAPE:
        return axes == node_all_axes(x) && !x->extent
                   ? graph_reduce(graph, OP_SUM, x->inputs[0], node_all_axes(x->inputs[0]))
                   : NULL;
    default: return NULL;
    }
}

/* any over axes of x <= y, for positions x and y: whether the greatest of y - x along these axes is not
 * negative, for all the least. NULL if a sign is not known. */
static struct node *reduce_comparison(struct graph *graph, enum op op, const struct node *x, unsigned axes)
{
    size *one = size_number(graph->sizes, 1), *kept[MAXIMUM_RANK], *shape[MAXIMUM_RANK];
    const struct node *difference;
    struct affine affine;
    int rank = 0;

    if ((x->op != OP_LE && x->op != OP_LT) || x->inputs[0]->op != OP_IOTA || x->inputs[1]->op != OP_IOTA)
        return NULL;
    difference = graph_binary(graph, OP_SUB, x->inputs[1], x->inputs[0]);
    if (difference->op != OP_IOTA)
        return NULL;
    affine = (struct affine){difference->subscripts[0].offset, kept, 0};
    for (int a = 0; a < x->rank; a++) {
        size *coefficient = difference->subscripts[0].coefficients[a];
        if (!(axes & 1u << a)) {
            kept[rank] = coefficient;
            shape[rank++] = x->shape[a];
            continue;
        }
        if (coefficient == NULL)
            continue;
        bool grows = size_nonnegative(coefficient) == ALWAYS;
        if (!grows && size_nonnegative(size_negate(coefficient)) != ALWAYS)
            return NULL;
        if (grows == (op == OP_ANY)) { /* the extreme is at the last position, else at the first */
            size *last = size_multiply(coefficient, size_subtract(x->shape[a], one));
            affine.offset = size_add(affine.offset, last);
        }
    }
    struct node *extreme = graph_iota_affine(graph, x->inputs[0]->type, rank, shape, &affine);
    return graph_binary(graph, x->op, graph_zeros_like(graph, extreme), extreme);
}

struct node *graph_reduce(struct graph *graph, enum op op, struct node *x, unsigned axes)
{
    struct node *y = NULL;
    unsigned ones;
    double value;

    axes &= node_all_axes(x);
    ones = axes & axes_of_length_one(x);
    if (ones != 0)
        return graph_reduce(graph, op, graph_restrict(graph, x, ones), renumber(axes, ones));
    if (axes == 0)
        return x;
    if (op == OP_PRODUCT && graph_is_constant(x, &value) && (value == 0 || value == 1))
        return graph_restrict(graph, x, axes);
    if (x->op == OP_INDEX || x->op == OP_IOTA)
        y = reduce_invariant(graph, op, x, axes);
    if (y == NULL && x->op == OP_INDEX && is_orderless(op))
        y = reduce_permutation(graph, op, x, axes);
    if (y == NULL && x->op == op && is_orderless(op)) /* a sum of sums */
        y = graph_reduce(graph, op, x->inputs[0], x->axes | number_among(axes, x->axes));
    if (y == NULL && op == OP_SUM)
        y = simplify_sum(graph, x, axes);
    if (y == NULL && (op == OP_ANY || op == OP_ALL))
        y = reduce_comparison(graph, op, x, axes);
    return y != NULL ? y : intern_reduction(graph, op, x, axes);
}

/* ---- Along one axis ---- */

struct node *graph_arg(struct graph *graph, enum op op, struct node *x, int axis)
{
    struct node node = {.op = op, .type = INT, .rank = x->rank - 1};
    size *shape[MAXIMUM_RANK];

    assert(op == OP_ARGMAX || op == OP_ARGMIN);
    assert(axis >= 0 && axis < x->rank);
    for (int a = 0; a < node.rank; a++)
        shape[a] = x->shape[a + (a >= axis)];
    if (node_invariance(x) & 1u << axis || size_is(x->shape[axis], 1)) /* the first of equals */
        return graph_broadcast(graph, graph_constant(graph, INT, 0), node.rank, shape);
    node.shape = shape;
    node.axes = 1u << axis;
    node.input_count = 1;
    node.inputs = &x;
    return graph_intern(graph, &node);
}

struct node *graph_cumsum(struct graph *graph, struct node *x, int axis, bool reverse)
{
    struct node node = {.op = OP_CUMSUM, .type = x->type, .rank = x->rank, .shape = x->shape};

    assert(axis >= 0 && axis < x->rank);
    if (size_is(x->shape[axis], 1) || graph_is_zero(x))
        return x;
    node.axes = 1u << axis;
    node.reverse = reverse;
    node.input_count = 1;
    node.inputs = &x;
    return graph_intern(graph, &node);
}
