/* graph_view.c: affine subscripts as such: bounds, inverse and composition.
 *
 * Subscripts are canonical: an axis of length 1 has no coefficient, a zero coefficient is NULL, and what a
 * dynamic input says plainly (a constant, a position) has moved into offset and coefficients. So equal views
 * are equal nodes. */
#include "graph_internal.h"

#include <assert.h>

/* ---- Views ---- */

void view_begin(struct graph *graph, struct view *view, int count, int rank, size *const *shape)
{
    require_rank(count > rank ? count : rank);
    view->count = count;
    view->rank = rank;
    view->shape = (size **)shape;
    view->dynamic_count = 0;
    for (int s = 0; s < count; s++) {
        view->subscripts[s] = (struct affine){size_number(graph->sizes, 0), view->coefficients[s], 0};
        for (int a = 0; a < rank; a++)
            view->coefficients[s][a] = NULL;
    }
}

void view_set_axis(struct graph *graph, struct view *view, int subscript, int axis)
{
    if (!size_is(view->shape[axis], 1))
        view->coefficients[subscript][axis] = size_number(graph->sizes, 1);
}

static void add_coefficient(struct view *view, int subscript, int axis, size *coefficient)
{
    size **place = &view->coefficients[subscript][axis];

    if (coefficient == NULL || size_is(view->shape[axis], 1))
        return;
    *place = *place == NULL ? coefficient : size_add(*place, coefficient);
    if (size_is(*place, 0))
        *place = NULL;
}

static void add_offset(struct view *view, int subscript, size *offset)
{
    view->subscripts[subscript].offset = size_add(view->subscripts[subscript].offset, offset);
}

/* Adds k to a subscript: to its offset and coefficients if k is an affine function of the position. */
static void add_dynamic(struct graph *graph, struct view *view, int subscript, struct node *k)
{
    const struct node *source = k->op == OP_INDEX ? k->inputs[0] : k;
    double value;
    int d = 0;

    if (graph_is_constant(k, &value)) {
        add_offset(view, subscript, size_number(graph->sizes, (int64_t)value));
        return;
    }
    if (source->op == OP_SIZE_VALUE && !(k->op == OP_INDEX && k->fill)) {
        add_offset(view, subscript, source->extent);
        return;
    }
    if (k->op == OP_IOTA) {
        add_offset(view, subscript, k->subscripts[0].offset);
        for (int a = 0; a < view->rank; a++)
            add_coefficient(view, subscript, a, k->subscripts[0].coefficients[a]);
        return;
    }
    while (d < view->dynamic_count && view->dynamics[d] != k)
        d++;
    if (d == view->dynamic_count)
        view->dynamics[view->dynamic_count++] = k;
    view->subscripts[subscript].dynamic = d + 1;
}

void view_load(struct graph *graph, struct view *view, int count, int rank, size *const *shape,
               const struct affine *subscripts, struct node *const *dynamics, int dynamic_count)
{
    view_begin(graph, view, count, rank, shape);
    for (int s = 0; s < count; s++) {
        view->subscripts[s].offset = subscripts[s].offset;
        for (int a = 0; a < rank && subscripts[s].coefficients != NULL; a++)
            add_coefficient(view, s, a, subscripts[s].coefficients[a]);
        assert(subscripts[s].dynamic <= dynamic_count);
        if (subscripts[s].dynamic > 0)
            add_dynamic(graph, view, s, dynamics[subscripts[s].dynamic - 1]);
    }
    (void)dynamic_count;
}

void view_of_node(struct graph *graph, struct view *view, const struct node *node)
{
    int data_count = node->op == OP_REPLACE ? 2 : 1;
    const struct node *space = node->op == OP_INDEX ? node : node->inputs[data_count - 1];

    view_load(graph, view, node_subscript_count(node), space->rank, space->shape, node->subscripts,
              node->inputs + data_count, node->input_count - data_count);
}

int view_plain_axis(const struct view *view, int subscript, const size *extent)
{
    const struct affine *affine = &view->subscripts[subscript];
    int axis = -1;

    if (affine->dynamic > 0 || !size_is(affine->offset, 0))
        return -1;
    for (int a = 0; a < view->rank; a++) {
        if (affine->coefficients[a] == NULL)
            continue;
        if (axis >= 0 || !size_is(affine->coefficients[a], 1) || view->shape[a] != extent)
            return -1;
        axis = a;
    }
    return axis;
}

/* As view_plain_axis, also for a subscript that runs down from the end: then *flipped. */
static int one_to_one_axis(const struct view *view, int subscript, size *extent, bool *flipped)
{
    const struct affine *affine = &view->subscripts[subscript];
    int axis = -1;

    *flipped = false;
    if (affine->dynamic > 0)
        return -1;
    for (int a = 0; a < view->rank; a++) {
        if (affine->coefficients[a] == NULL)
            continue;
        *flipped = size_is(affine->coefficients[a], -1);
        if (axis >= 0 || view->shape[a] != extent || !(*flipped || size_is(affine->coefficients[a], 1)))
            return -1;
        axis = a;
    }
    if (axis < 0)
        return -1;
    if (*flipped)
        return size_is(size_subtract(extent, affine->offset), 1) ? axis : -1;
    return size_is(affine->offset, 0) ? axis : -1;
}

bool view_invert(struct graph *graph, const struct view *view, size *const *target_shape,
                 struct view *inverse)
{
    unsigned used = 0;

    view_begin(graph, inverse, view->rank, view->count, target_shape);
    for (int t = 0; t < view->count; t++) {
        bool flipped;
        int axis = one_to_one_axis(view, t, target_shape[t], &flipped);

        if (axis < 0 && size_is(target_shape[t], 1) && view->subscripts[t].dynamic == 0)
            continue;
        if (axis < 0 || (used & 1u << axis))
            return false;
        used |= 1u << axis;
        inverse->coefficients[axis][t] = size_number(graph->sizes, flipped ? -1 : 1);
        inverse->subscripts[axis].offset = view->subscripts[t].offset;
    }
    for (int a = 0; a < view->rank; a++) {
        if (!(used & 1u << a) && !size_is(view->shape[a], 1))
            return false;
    }
    return true;
}

/* The least and the greatest position along an axis of what is viewed; false if they are not known. */
static bool view_bounds(struct graph *graph, const struct view *view, int subscript, size **least,
                        size **greatest)
{
    *least = *greatest = view->subscripts[subscript].offset;
    if (view->subscripts[subscript].dynamic > 0)
        return false;
    for (int a = 0; a < view->rank; a++) {
        size *coefficient = view->coefficients[subscript][a], *last;
        if (coefficient == NULL)
            continue;
        last = size_multiply(coefficient, size_subtract(view->shape[a], size_number(graph->sizes, 1)));
        if (size_nonnegative(coefficient) == ALWAYS)
            *greatest = size_add(*greatest, last);
        else if (size_nonnegative(size_negate(coefficient)) == ALWAYS)
            *least = size_add(*least, last);
        else
            return false;
    }
    return true;
}

bool view_is_inside(struct graph *graph, const struct view *view, size *const *shape)
{
    size *one = size_number(graph->sizes, 1), *least, *greatest;

    for (int s = 0; s < view->count; s++) {
        if (!view_bounds(graph, view, s, &least, &greatest))
            return false;
        size *room = size_subtract(size_subtract(shape[s], greatest), one);
        if (size_nonnegative(least) != ALWAYS || size_nonnegative(room) != ALWAYS)
            return false;
    }
    return true;
}

bool view_is_outside(struct graph *graph, const struct view *view, size *const *shape)
{
    size *least, *greatest;

    for (int s = 0; s < view->count; s++) {
        if (view_bounds(graph, view, s, &least, &greatest) &&
            (size_nonnegative(greatest) == NEVER ||
             size_nonnegative(size_subtract(least, shape[s])) == ALWAYS))
            return true;
    }
    return false;
}

/* ---- Composition ---- */

/* Adds coefficient * (subscript j of outer) to a subscript of `out`. */
static bool add_scaled(struct view *out, int subscript, size *coefficient, const struct view *outer, int j)
{
    const struct affine *affine = &outer->subscripts[j];

    add_offset(out, subscript, size_multiply(coefficient, affine->offset));
    for (int a = 0; a < out->rank; a++) {
        if (outer->coefficients[j][a] != NULL)
            add_coefficient(out, subscript, a, size_multiply(coefficient, outer->coefficients[j][a]));
    }
    if (affine->dynamic == 0)
        return true;
    if (!size_is(coefficient, 1) || out->subscripts[subscript].dynamic > 0)
        return false;
    out->subscripts[subscript].dynamic = affine->dynamic;
    return true;
}

bool view_compose(struct graph *graph, const struct view *inner, const struct view *outer, struct view *out)
{
    view_begin(graph, out, inner->count, outer->rank, outer->shape);
    for (int s = 0; s < inner->count; s++) {
        out->subscripts[s].offset = inner->subscripts[s].offset;
        for (int j = 0; j < inner->rank; j++) {
            /* An axis of length 1 has no coefficient, and outer is 0 there. */
            if (inner->coefficients[s][j] != NULL && !add_scaled(out, s, inner->coefficients[s][j], outer, j))
                return false;
        }
    }
    for (int d = 0; d < outer->dynamic_count; d++)
        out->dynamics[d] = outer->dynamics[d];
    out->dynamic_count = outer->dynamic_count;
    return true;
}

/* The dynamic inputs of inner, read through a static outer. */
static void compose_dynamics(struct graph *graph, const struct view *inner, const struct view *outer,
                             struct view *out)
{
    for (int s = 0; s < inner->count; s++) {
        struct node *k;

        if (inner->subscripts[s].dynamic == 0)
            continue;
        k = inner->dynamics[inner->subscripts[s].dynamic - 1];
        k = graph_index(graph, k, outer->rank, outer->shape, outer->subscripts, NULL, 0, false);
        add_dynamic(graph, out, s, k);
    }
}

/* Removes dynamic inputs that no subscript reads. */
static void drop_unused_dynamics(struct view *view)
{
    struct node *kept[MAXIMUM_RANK];
    int count = 0;

    for (int s = 0; s < view->count; s++) {
        int d = view->subscripts[s].dynamic, place = 0;

        if (d == 0)
            continue;
        while (place < count && kept[place] != view->dynamics[d - 1])
            place++;
        if (place == count)
            kept[count++] = view->dynamics[d - 1];
        view->subscripts[s].dynamic = place + 1;
    }
    for (int d = 0; d < count; d++)
        view->dynamics[d] = kept[d];
    view->dynamic_count = count;
}

void view_settle_single_places(struct graph *graph, struct view *view, size *const *target_shape)
{
    for (int s = 0; s < view->count; s++)
        if (size_is(target_shape[s], 1) && view->subscripts[s].dynamic > 0) {
            view->subscripts[s].dynamic = 0;
            view->subscripts[s].offset = size_number(graph->sizes, 0);
            for (int a = 0; a < view->rank; a++)
                view->coefficients[s][a] = NULL;
        }
    drop_unused_dynamics(view);
}

/* Whether reading outside a tensor seen through the view is reading outside the tensor: an axis of length 1
 * has left no trace in the view. */
static bool keeps_outside(struct graph *graph, const struct view *view, size *const *target_shape)
{
    struct view inverse;

    for (int a = 0; a < view->rank; a++) {
        if (size_is(view->shape[a], 1))
            return false;
    }
    return view->dynamic_count == 0 && view_invert(graph, view, target_shape, &inverse);
}

/* Whether the view takes, of an axis of length 1, what a round reads of it: a branch has one round. Of x's
 * view that axis has no trace, and with the variable it would be lost that the value is only there inside the
 * branch. */
static bool reads_one_round(const struct node *x, const struct view *outer)
{
    for (int s = 0; s < outer->count; s++)
        if (size_is(x->shape[s], 1) && size_has_loop_variable(outer->subscripts[s].offset))
            return true;
    return false;
}

bool view_compose_index(struct graph *graph, const struct node *x, const struct view *outer, bool *fill,
                        struct view *out)
{
    struct view inner;

    view_of_node(graph, &inner, x);
    if ((outer->dynamic_count > 0 && inner.dynamic_count > 0) || reads_one_round(x, outer))
        return false;
    if (*fill && (x->fill || !keeps_outside(graph, &inner, x->inputs[0]->shape)))
        return false;
    if (!view_compose(graph, &inner, outer, out))
        return false;
    if (inner.dynamic_count > 0)
        compose_dynamics(graph, &inner, outer, out);
    drop_unused_dynamics(out);
    *fill = *fill || x->fill;
    return true;
}
