/* adjoint_reduction.c: adjoints of sums, products, extrema, contractions and running sums. */
#include "adjoint.h"

struct node *spread(struct graph *graph, struct node *d, const struct node *x, unsigned axes)
{
    if (!d)
        return NULL;
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, d->rank + 1);
    for (int a = 0, s = 0; a < x->rank; a++) {
        if (axes >> a & 1)
            continue;
        subscripts[s].offset = size_number(graph->sizes, 0);
        subscripts[s].coefficients = ARENA_ARRAY(graph->arena, size *, x->rank);
        subscripts[s++].coefficients[a] = size_number(graph->sizes, 1);
    }
    return graph_index(graph, d, x->rank, x->shape, subscripts, NULL, 0, false);
}

void adjoint_of_sum(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct node *x = y->inputs[0];
    contribute(sweep, x, spread(sweep->graph, d.value, x, y->axes), spread(sweep->graph, d.mask, x, y->axes));
}

/* ---- Products and extrema, one axis at a time ---- */

/* A reduction over several axes as one over the last of them, then one over the last but one, and so on. */
struct chain {
    struct node
        *values[MAXIMUM_RANK + 1]; /* values[0] = x; values[k + 1] reduces axis axes[k] of values[k] */
    int axes[MAXIMUM_RANK];
    int count;
};

static struct chain reduction_chain(struct graph *graph, struct node *y)
{
    struct chain chain = {.values = {y->inputs[0]}};
    for (int axis = y->inputs[0]->rank - 1; axis >= 0; axis--)
        if (y->axes >> axis & 1) {
            chain.axes[chain.count] = axis;
            chain.values[chain.count + 1] = graph_reduce(graph, y->op, chain.values[chain.count], 1u << axis);
            chain.count++;
        }
    return chain;
}

/* prod_j (1 if i = j else x_j) along the axis, for each i. */
static struct node *other_factors(struct graph *graph, struct node *x, int axis)
{
    int last = x->rank;
    size *shape[MAXIMUM_RANK];
    for (int a = 0; a < last; a++)
        shape[a] = x->shape[a];
    shape[last] = x->shape[axis];
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, last);
    for (int s = 0; s < last; s++) {
        subscripts[s].offset = size_number(graph->sizes, 0);
        subscripts[s].coefficients = ARENA_ARRAY(graph->arena, size *, last + 1);
        subscripts[s].coefficients[s == axis ? last : s] = size_number(graph->sizes, 1);
    }
    struct node *factors = graph_index(graph, x, last + 1, shape, subscripts, NULL, 0, false);
    struct node *same = graph_binary(graph, OP_EQ, graph_iota(graph, INT, last + 1, shape, axis),
                                     graph_iota(graph, INT, last + 1, shape, last));
    struct node *one = graph_broadcast(graph, graph_constant(graph, REAL, 1), last + 1, shape);
    return graph_reduce(graph, OP_PRODUCT, graph_select(graph, same, one, factors), 1u << last);
}

/* y = prod_j x_j: d_x_i = d_y prod_j (1 if i = j else x_j), which is right where some x_j are 0, in all
 * orders. */
void adjoint_of_product(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct graph *graph = sweep->graph;
    struct chain chain = reduction_chain(graph, y);
    struct node *value = d.value;
    for (int k = chain.count - 1; k >= 0; k--) {
        struct node *x = chain.values[k], *others = other_factors(graph, x, chain.axes[k]);
        value = graph_binary(graph, OP_MUL, spread(graph, value, x, 1u << chain.axes[k]), others);
    }
    contribute(sweep, y->inputs[0], value, spread(graph, d.mask, y->inputs[0], y->axes));
}

/* The adjoint goes to the first of equals, in row-major order of the reduced axes. */
void adjoint_of_extremum(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct graph *graph = sweep->graph;
    struct chain chain = reduction_chain(graph, y);
    enum op position = y->op == OP_MAXIMUM ? OP_ARGMAX : OP_ARGMIN;
    struct node *value = d.value;
    for (int k = chain.count - 1; k >= 0; k--) {
        struct node *x = chain.values[k];
        int axis = chain.axes[k];
        struct node *first = spread(graph, graph_arg(graph, position, x, axis), x, 1u << axis);
        struct node *chosen =
            graph_binary(graph, OP_EQ, graph_iota(graph, INT, x->rank, x->shape, axis), first);
        value = spread(graph, value, x, 1u << axis);
        value = graph_select(graph, chosen, value, graph_zeros_like(graph, value));
    }
    contribute_choice(sweep, y->inputs[0], value, spread(graph, d.mask, y->inputs[0], y->axes));
}

/* ---- Contractions ---- */

/* mask, over the axes of y, for an operand whose axes are `axes`: any over what the operand lacks, repeated
 * along what y lacks. */
static struct node *operand_mask(struct graph *graph, struct node *mask, const struct node *operand,
                                 const signed char *axes)
{
    if (!mask)
        return NULL;
    unsigned lacking = (1u << mask->rank) - 1;
    for (int a = 0; a < operand->rank; a++)
        if (axes[a] < mask->rank)
            lacking &= ~(1u << axes[a]);
    int rank = mask->rank;
    mask = graph_reduce(graph, OP_ANY, mask, lacking);
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, mask->rank + 1);
    for (int axis = 0, s = 0; axis < rank; axis++) {
        if (lacking >> axis & 1)
            continue;
        subscripts[s].offset = size_number(graph->sizes, 0);
        subscripts[s].coefficients = ARENA_ARRAY(graph->arena, size *, operand->rank);
        for (int a = 0; a < operand->rank; a++)
            if (axes[a] == axis)
                subscripts[s].coefficients[a] = size_number(graph->sizes, 1);
        s++;
    }
    return graph_index(graph, mask, operand->rank, operand->shape, subscripts, NULL, 0, false);
}

/* y[m] = sum_k a[m, k] b[m, k]: d_a is the contraction of d_y and b over the axes that a lacks. */
static void contract_operand(struct sweep *sweep, const struct node *y, struct adjoint d, int which)
{
    struct node *a = y->inputs[which], *b = y->inputs[1 - which];
    if (!is_active(sweep, a))
        return;
    const signed char *a_axes = which ? y->b_axes : y->a_axes, *b_axes = which ? y->a_axes : y->b_axes;
    signed char place[2 * MAXIMUM_RANK], d_axes[MAXIMUM_RANK], other_axes[MAXIMUM_RANK];
    int next = a->rank;
    for (int axis = 0; axis < y->rank + y->reduced; axis++)
        place[axis] = -1;
    for (int i = 0; i < a->rank; i++)
        place[a_axes[i]] = (signed char)i;
    for (int axis = 0; axis < y->rank + y->reduced; axis++)
        if (place[axis] < 0)
            place[axis] = (signed char)next++;
    for (int i = 0; i < y->rank; i++)
        d_axes[i] = place[i];
    for (int i = 0; i < b->rank; i++)
        other_axes[i] = place[b_axes[i]];
    struct node *value = which ? graph_contract(sweep->graph, b, adjoint_value(sweep->graph, d), other_axes,
                                                d_axes, a->rank, next - a->rank)
                               : graph_contract(sweep->graph, adjoint_value(sweep->graph, d), b, d_axes,
                                                other_axes, a->rank, next - a->rank);
    contribute(sweep, a, value, operand_mask(sweep->graph, d.mask, a, a_axes));
}

void adjoint_of_contract(struct sweep *sweep, struct node *y, struct adjoint d)
{
    contract_operand(sweep, y, d, 0);
    contract_operand(sweep, y, d, 1);
}

/* ---- Running sums ---- */

void adjoint_of_cumsum(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct graph *graph = sweep->graph;
    int axis = 0;
    while (!(y->axes >> axis & 1))
        axis++;
    struct node *mask = NULL;
    if (d.mask) {
        struct node *count = graph_cumsum(graph, graph_unary(graph, OP_CAST_REAL, d.mask), axis, !y->reverse);
        mask = graph_binary(graph, OP_LT, graph_zeros_like(graph, count), count);
    }
    contribute(sweep, y->inputs[0], graph_cumsum(graph, adjoint_value(graph, d), axis, !y->reverse), mask);
}
