/* graph_reshape.c: the same elements in another shape, and the views that have names: broadcast, transpose,
 * slice. A reshape that only adds or drops axes of length 1 is an INDEX, so that it composes with its
 * neighbours. */
#include "graph_internal.h"

#include <assert.h>

/* ---- Variation ---- */

static unsigned axis_mask(int rank)
{
    return (1u << rank) - 1;
}

unsigned node_all_axes(const struct node *node)
{
    return axis_mask(node->rank);
}

unsigned node_invariance(const struct node *node)
{
    unsigned varies = 0;
    int count = node_subscript_count(node);

    if (node->op != OP_INDEX && node->op != OP_IOTA)
        return 0;
    for (int s = 0; s < count; s++) {
        for (int a = 0; a < node->rank; a++) {
            if (node->subscripts[s].coefficients[a] != NULL)
                varies |= 1u << a;
        }
    }
    for (int d = 1; d < node->input_count; d++)
        varies |= ~node_invariance(node->inputs[d]);
    return axis_mask(node->rank) & ~varies;
}

struct node *graph_restrict(struct graph *graph, struct node *x, unsigned axes)
{
    size *shape[MAXIMUM_RANK];
    int place[MAXIMUM_RANK], rank = 0;
    struct view view;

    if ((axes & node_all_axes(x)) == 0)
        return x;
    for (int a = 0; a < x->rank; a++) {
        place[a] = rank;
        if (!(axes & 1u << a))
            shape[rank++] = x->shape[a];
    }
    view_begin(graph, &view, x->rank, rank, shape);
    for (int a = 0; a < x->rank; a++) {
        if (!(axes & 1u << a))
            view_set_axis(graph, &view, a, place[a]);
    }
    return graph_index(graph, x, rank, shape, view.subscripts, NULL, 0, false);
}

struct node *graph_expand(struct graph *graph, struct node *x, unsigned axes, int rank, size *const *shape)
{
    struct view view;
    int own = 0;

    if (axes == 0)
        return x;
    view_begin(graph, &view, x->rank, rank, shape);
    for (int a = 0; a < rank; a++) {
        if (!(axes & 1u << a))
            view_set_axis(graph, &view, own++, a);
    }
    assert(own == x->rank);
    return graph_index(graph, x, rank, shape, view.subscripts, NULL, 0, false);
}

/* ---- Views that have names ---- */

struct node *graph_broadcast(struct graph *graph, struct node *x, int rank, size *const *shape)
{
    struct view view;

    assert(rank >= x->rank);
    view_begin(graph, &view, x->rank, rank, shape);
    for (int s = 0; s < x->rank; s++) {
        int a = rank - x->rank + s;
        assert(x->shape[s] == shape[a] || size_is(x->shape[s], 1));
        if (!size_is(x->shape[s], 1))
            view_set_axis(graph, &view, s, a);
    }
    if (rank == 0)
        return x;
    if (x->op == OP_CONSTANT || x->op == OP_SIZE_VALUE)
        return view_intern_index(graph, x, &view, false);
    return graph_index(graph, x, rank, shape, view.subscripts, NULL, 0, false);
}

struct node *graph_transpose(struct graph *graph, struct node *x, const int *order)
{
    size *shape[MAXIMUM_RANK];
    struct view view;

    for (int a = 0; a < x->rank; a++)
        shape[a] = x->shape[order[a]];
    view_begin(graph, &view, x->rank, x->rank, shape);
    for (int a = 0; a < x->rank; a++)
        view_set_axis(graph, &view, order[a], a);
    return graph_index(graph, x, x->rank, shape, view.subscripts, NULL, 0, false);
}

struct node *graph_slice(struct graph *graph, struct node *x, int axis, size *begin, size *extent,
                         int64_t step)
{
    size *shape[MAXIMUM_RANK];
    struct view view;

    assert(axis >= 0 && axis < x->rank);
    for (int a = 0; a < x->rank; a++)
        shape[a] = a == axis ? extent : x->shape[a];
    view_begin(graph, &view, x->rank, x->rank, shape);
    for (int a = 0; a < x->rank; a++)
        view_set_axis(graph, &view, a, a);
    if (!size_is(extent, 1))
        view.coefficients[axis][axis] = size_number(graph->sizes, step);
    view.subscripts[axis].offset = begin;
    return graph_index(graph, x, x->rank, shape, view.subscripts, NULL, 0, false);
}

struct node *graph_insert_axis(struct graph *graph, struct node *x, int axis)
{
    size *shape[MAXIMUM_RANK];

    assert(axis >= 0 && axis <= x->rank);
    require_rank(x->rank + 1);
    for (int a = 0; a <= x->rank; a++)
        shape[a] = a == axis ? size_number(graph->sizes, 1) : x->shape[a - (a > axis)];
    return graph_expand(graph, x, 1u << axis, x->rank + 1, shape);
}

struct node *graph_drop_axis(struct graph *graph, struct node *x, int axis, size *at)
{
    size *shape[MAXIMUM_RANK];
    struct view view;

    assert(axis >= 0 && axis < x->rank);
    for (int a = 0; a < x->rank - 1; a++)
        shape[a] = x->shape[a + (a >= axis)];
    view_begin(graph, &view, x->rank, x->rank - 1, shape);
    for (int a = 0; a < x->rank; a++) {
        if (a != axis)
            view_set_axis(graph, &view, a, a - (a > axis));
    }
    view.subscripts[axis].offset = at;
    return graph_index(graph, x, x->rank - 1, shape, view.subscripts, NULL, 0, false);
}

struct node *graph_zeros_like(struct graph *graph, const struct node *x)
{
    return graph_broadcast(graph, graph_constant(graph, x->type, 0), x->rank, x->shape);
}

bool graph_is_constant(const struct node *node, double *value)
{
    const struct node *source = node;

    while (source->op == OP_INDEX && source->inputs[0]->rank == 0)
        source = source->inputs[0];
    if (source->op != OP_CONSTANT)
        return false;
    *value = source->value;
    return true;
}

bool graph_is_zero(const struct node *node)
{
    double value;
    return graph_is_constant(node, &value) && value == 0;
}

bool graph_same_shape(const struct node *a, const struct node *b)
{
    bool same = a->rank == b->rank;

    for (int i = 0; same && i < a->rank; i++)
        same = a->shape[i] == b->shape[i];
    return same;
}

bool graph_varies_along(const struct node *view, int axis)
{
    for (int s = 0; s < view->inputs[0]->rank; s++)
        if (view->subscripts[s].coefficients && view->subscripts[s].coefficients[axis])
            return true;
    return false;
}

/* ---- RESHAPE ---- */

/* Whether two shapes differ in axes of length 1 alone; those of the target without a partner are set in
 * *inserted, those of x in *dropped. */
static bool differs_by_ones(const struct node *x, int rank, size *const *shape, unsigned *inserted,
                            unsigned *dropped)
{
    int own = 0, other = 0;

    *inserted = *dropped = 0;
    while (own < x->rank || other < rank) {
        if (own < x->rank && other < rank && x->shape[own] == shape[other]) {
            own++;
            other++;
        } else if (own < x->rank && size_is(x->shape[own], 1)) {
            *dropped |= 1u << own++;
        } else if (other < rank && size_is(shape[other], 1)) {
            *inserted |= 1u << other++;
        } else {
            return false;
        }
    }
    return true;
}

/* A vector of positions in another shape: the flat position is affine in the new axes. */
static struct node *reshape_iota(struct graph *graph, const struct node *x, int rank, size *const *shape)
{
    size *stride = x->subscripts[0].coefficients[0];
    struct view view;

    view_begin(graph, &view, 1, rank, shape);
    view.subscripts[0].offset = x->subscripts[0].offset;
    for (int a = rank - 1; a >= 0; a--) {
        view.coefficients[0][a] = stride;
        stride = size_multiply(stride, shape[a]);
    }
    return graph_iota_affine(graph, x->type, rank, shape, view.subscripts);
}

struct node *graph_tie(struct graph *graph, struct node *x, size *variable)
{
    struct node node = {
        .op = OP_RESHAPE, .type = x->type, .rank = x->rank, .shape = x->shape, .extent = variable};
    double value;

    if (graph_is_constant(x, &value) || (x->op == OP_RESHAPE && x->extent == variable))
        return x;
    node.input_count = 1;
    node.inputs = &x;
    return graph_intern(graph, &node);
}

/* What has been tied as an element of x is read of what stands for x now. */
static void read_elements(struct graph *graph, const struct node *x, size *variable, struct node *placeholder)
{
    for (size_t id = (size_t)placeholder->id + 1; id < graph->nodes_count; id++) {
        struct node *node = graph->nodes[id];
        const struct node *element =
            node->op == OP_RESHAPE && node->extent == variable ? graph_untied(node) : x;
        if (element->op != OP_INDEX || element->input_count > 1 ||
            graph_untied(element->inputs[0]) != graph_untied(x))
            continue;
        node->op = OP_INDEX;
        node->extent = NULL;
        node->subscripts = element->subscripts;
        node->fill = element->fill;
        node->inputs[0] = placeholder;
    }
}

struct node *graph_tied_placeholder(struct graph *graph, struct node *x, size *variable)
{
    struct node tie = {.op = OP_RESHAPE,
                       .type = x->type,
                       .rank = x->rank,
                       .shape = x->shape,
                       .extent = variable,
                       .input_count = 1,
                       .inputs = &x};
    struct node *node = graph_find(graph, &tie);
    if (!node)
        return NULL;
    node->op = OP_PLACEHOLDER;
    node->input_count = 0;
    node->extent = NULL;
    node->name = x->name;
    read_elements(graph, x, variable, node);
    return node;
}

const struct node *graph_untied(const struct node *x)
{
    while (x->op == OP_RESHAPE && x->extent)
        x = x->inputs[0];
    return x;
}

struct node *graph_reshape(struct graph *graph, struct node *x, int rank, size *const *shape)
{
    struct node node = {.op = OP_RESHAPE, .type = x->type, .rank = rank, .shape = (size **)shape};
    unsigned inserted, dropped;
    double value;

    while (x->op == OP_RESHAPE && !x->extent)
        x = x->inputs[0];
    if (graph_is_constant(x, &value))
        return graph_broadcast(graph, graph_constant(graph, x->type, value), rank, shape);
    if (differs_by_ones(x, rank, shape, &inserted, &dropped))
        return graph_expand(graph, graph_restrict(graph, x, dropped), inserted, rank, shape);
    if (x->op == OP_INDEX && node_invariance(x) == node_all_axes(x) && !x->fill) /* one element throughout */
        return graph_broadcast(graph, graph_restrict(graph, x, node_all_axes(x)), rank, shape);
    if (x->op == OP_IOTA && x->rank == 1)
        return reshape_iota(graph, x, rank, shape);
    node.input_count = 1;
    node.inputs = &x;
    return graph_intern(graph, &node);
}
