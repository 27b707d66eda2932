/* graph_scatter.c: SCATTER and REPLACE: what is added and written through a view, and whether places meet. */
#include "graph_internal.h"

#include <assert.h>

/* ---- SCATTER ---- */

static unsigned unused_axes(const struct view *view)
{
    unsigned unused = 0;

    for (int a = 0; a < view->rank; a++) {
        bool used = false;
        for (int s = 0; s < view->count; s++)
            used = used || view->coefficients[s][a] != NULL;
        if (!used)
            unused |= 1u << a;
    }
    return unused;
}

/* The view over the index space without the axes, which it does not use. */
static void view_without_axes(struct graph *graph, const struct view *view, unsigned axes, size **shape,
                              struct view *out)
{
    int kept[MAXIMUM_RANK], count = 0;

    for (int a = 0; a < view->rank; a++) {
        if (!(axes & 1u << a)) {
            shape[count] = view->shape[a];
            kept[count++] = a;
        }
    }
    view_begin(graph, out, view->count, count, shape);
    for (int s = 0; s < view->count; s++) {
        out->subscripts[s].offset = view->subscripts[s].offset;
        for (int a = 0; a < count; a++)
            out->coefficients[s][a] = view->coefficients[s][kept[a]];
    }
}

static struct node *intern_scatter(struct graph *graph, struct node *x, int rank, size *const *shape,
                                   const struct view *view)
{
    struct node node = {.op = OP_SCATTER, .type = x->type, .rank = rank, .shape = (size **)shape};
    struct node *inputs[MAXIMUM_RANK + 1] = {x};

    for (int d = 0; d < view->dynamic_count; d++)
        inputs[1 + d] = view->dynamics[d];
    node.input_count = 1 + view->dynamic_count;
    node.inputs = inputs;
    node.subscripts = (struct affine *)view->subscripts;
    return graph_intern(graph, &node);
}

static struct node *scatter_view(struct graph *graph, struct node *x, int rank, size *const *shape,
                                 const struct view *view)
{
    unsigned unused = view->dynamic_count == 0 ? unused_axes(view) : 0;
    struct view other;

    if (graph_is_zero(x))
        return graph_broadcast(graph, graph_constant(graph, x->type, 0), rank, shape);
    if (x->op == OP_SCATTER) {
        struct view inner;
        view_of_node(graph, &inner, x);
        /* y[V(W(i))] += x[i]: here the view of the outer is applied to the places of the inner. */
        if (view->dynamic_count == 0 && inner.dynamic_count == 0 && view_compose(graph, view, &inner, &other))
            return scatter_view(graph, x->inputs[0], rank, shape, &other);
    }
    if (unused != 0) { /* sum_i over axes that lead to one place */
        size *kept[MAXIMUM_RANK];
        view_without_axes(graph, view, unused, kept, &other);
        return scatter_view(graph, graph_reduce(graph, OP_SUM, x, unused), rank, shape, &other);
    }
    if (view->dynamic_count == 0 && view_invert(graph, view, shape, &other))
        return graph_index(graph, x, rank, shape, other.subscripts, NULL, 0, false);
    return intern_scatter(graph, x, rank, shape, view);
}

struct node *graph_scatter(struct graph *graph, struct node *x, int rank, size *const *shape,
                           const struct affine *subscripts, struct node *const *dynamics, int dynamic_count)
{
    struct view view;

    view_load(graph, &view, rank, x->rank, x->shape, subscripts, dynamics, dynamic_count);
    view_settle_single_places(graph, &view, shape);
    return scatter_view(graph, x, rank, shape, &view);
}

/* ---- REPLACE ---- */

static bool moves_along(const struct view *view, int axis)
{
    for (int s = 0; s < view->count; s++)
        if (view->coefficients[s][axis])
            return true;
    for (int d = 0; d < view->dynamic_count; d++)
        if (graph_varying_axes(view->dynamics[d]) >> axis & 1)
            return true;
    return false;
}

/* Along axes that move no subscript, as those of ints that can only be 0, all elements go to one place: only
 * the last is written. The new part, of which these axes have length 1; the view's dynamics follow. */
static struct node *last_of_still_axes(struct graph *graph, struct node *part, struct view *view)
{
    size *one = size_number(graph->sizes, 1);
    for (int a = 0; a < part->rank; a++) {
        size *extent = part->shape[a];
        if (extent == one || moves_along(view, a))
            continue;
        size *last = size_subtract(extent, one);
        part = graph_slice(graph, part, a, last, one, 1);
        for (int d = 0; d < view->dynamic_count; d++)
            view->dynamics[d] = graph_slice(graph, view->dynamics[d], a, last, one, 1);
    }
    return part;
}

struct node *graph_replace(struct graph *graph, struct node *x, struct node *part,
                           const struct affine *subscripts, struct node *const *dynamics, int dynamic_count)
{
    struct node node = {.op = OP_REPLACE, .type = x->type, .rank = x->rank, .shape = x->shape};
    struct node *inputs[MAXIMUM_RANK + 2] = {x, part};
    struct view view, inverse;
    double old, new;

    assert(x->type == part->type);
    view_load(graph, &view, x->rank, part->rank, part->shape, subscripts, dynamics, dynamic_count);
    view_settle_single_places(graph, &view, x->shape);
    struct node *last = last_of_still_axes(graph, part, &view);
    if (last != part)
        return graph_replace(graph, x, last, view.subscripts, view.dynamics, view.dynamic_count);
    if (view.dynamic_count == 0 && view_invert(graph, &view, x->shape, &inverse)) /* all of x */
        return graph_index(graph, part, x->rank, x->shape, inverse.subscripts, NULL, 0, false);
    if (graph_is_constant(x, &old) && graph_is_constant(part, &new) && old == new)
        return x;
    for (int d = 0; d < view.dynamic_count; d++)
        inputs[2 + d] = view.dynamics[d];
    node.input_count = 2 + view.dynamic_count;
    node.inputs = inputs;
    node.subscripts = view.subscripts;
    return graph_intern(graph, &node);
}

/* ---- Where a scatter stores ---- */

/* The axes that move one subscript, the smallest step first, if their steps are numbers like those of digits:
 * each at least what all before it reach. One axis may have any step. -1: they are not. */
static int digits_of(const struct affine *affine, const struct node *x, int *axes, bool *is_dense)
{
    int64_t step, extent, reach = 1, smallest[MAXIMUM_RANK];
    int count = 0;
    for (int a = 0; affine->coefficients && a < x->rank; a++) {
        size *coefficient = affine->coefficients[a];
        bool is_number = coefficient && size_is_number(coefficient, &step);
        if (!coefficient || (is_number && step == 0) || size_is(x->shape[a], 1))
            continue;
        int place = count++;
        smallest[place] = is_number ? step : INT64_MAX;
        for (axes[place] = a; place > 0 && smallest[place - 1] > smallest[place]; place--) {
            int64_t other = smallest[place - 1];
            smallest[place - 1] = smallest[place], smallest[place] = other;
            axes[place] = axes[place - 1], axes[place - 1] = a;
        }
    }
    *is_dense = true;
    for (int d = 0; d < count; d++) {
        if (count > 1 && (smallest[d] == INT64_MAX || smallest[d] < reach))
            return -1;
        *is_dense = *is_dense && smallest[d] == reach;
        if (d + 1 < count && !size_is_number(x->shape[axes[d]], &extent))
            return -1;
        reach = d + 1 < count ? smallest[d] * extent : reach;
    }
    return count;
}

bool graph_is_apart(const struct affine *affine, const struct node *x)
{
    int axes[MAXIMUM_RANK];
    bool is_dense;
    return digits_of(affine, x, axes, &is_dense) >= 0;
}

/* Every axis of the elements moves a subscript, in which no two places meet: 2 k + m for m < 2. */
bool graph_is_injective(const struct node *node)
{
    const struct node *x = node->inputs[node->op == OP_REPLACE];
    int axes[MAXIMUM_RANK];
    bool is_dense;
    unsigned seen = 0;
    for (int s = 0; s < node->rank; s++) {
        int count = digits_of(&node->subscripts[s], x, axes, &is_dense);
        if (count < 0 || node->subscripts[s].dynamic)
            return false;
        for (int d = 0; d < count; d++)
            seen |= 1u << axes[d];
    }
    for (int a = 0; a < x->rank; a++)
        if (!(seen >> a & 1) && !size_is(x->shape[a], 1))
            return false;
    return true;
}

unsigned graph_varying_axes(const struct node *k)
{
    int count = k->op == OP_INDEX ? k->inputs[0]->rank : k->op == OP_IOTA ? 1 : 0;
    unsigned axes = 0;
    if (k->input_count > 1 || (k->op != OP_INDEX && k->op != OP_IOTA && k->rank > 0))
        return (1u << k->rank) - 1;
    for (int s = 0; s < count; s++)
        for (int a = 0; k->subscripts[s].coefficients && a < k->rank; a++)
            if (k->subscripts[s].coefficients[a])
                axes |= 1u << a;
    return axes;
}

unsigned graph_meeting_axes(const struct node *node)
{
    int data = node->op == OP_REPLACE;
    const struct node *x = node->inputs[data];
    unsigned axes = 0;
    for (int d = data + 1; d < node->input_count; d++)
        axes |= graph_varying_axes(node->inputs[d]);
    for (int a = 0; a < x->rank; a++) {
        bool moves = size_is(x->shape[a], 1);
        for (int s = 0; s < node->rank; s++)
            moves = moves || (node->subscripts[s].coefficients && node->subscripts[s].coefficients[a]);
        if (moves)
            axes &= ~(1u << a);
    }
    return axes;
}

bool graph_is_dense(const struct affine *affine, const struct node *x, unsigned *moved, size **places)
{
    unsigned left = 0;
    *moved = 0;
    *places = NULL;
    for (int a = 0; affine->coefficients && a < x->rank; a++)
        if (affine->coefficients[a] && !size_is(affine->coefficients[a], 0) && !size_is(x->shape[a], 1))
            left |= 1u << a;
    for (int a = x->rank - 1; left && a >= 0; a--) {
        size *step = left >> a & 1 ? affine->coefficients[a] : NULL;
        if (!step || !(*places ? step == *places : size_is(step, 1)))
            continue;
        *places = *places ? size_multiply(*places, x->shape[a]) : x->shape[a];
        *moved |= 1u << a;
        left &= ~(1u << a);
        a = x->rank; /* the next larger step */
    }
    return !left && !affine->dynamic;
}

/* The places of each subscript are all those of its axis, and no axis of the elements moves two. */
bool graph_is_onto(const struct node *node)
{
    unsigned seen = 0, moved;
    size *places;
    for (int s = 0; s < node->rank; s++) {
        const struct affine *affine = &node->subscripts[s];
        if (!graph_is_dense(affine, node->inputs[0], &moved, &places) || seen & moved ||
            !size_is(affine->offset, 0) || (places ? places != node->shape[s] : !size_is(node->shape[s], 1)))
            return false;
        seen |= moved;
    }
    return true;
}
