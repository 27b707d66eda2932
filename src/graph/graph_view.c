/* graph_view.c: affine subscripts, and the operators that have them: INDEX, SCATTER, REPLACE.
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

/* Whether every position of the view lies within the shape, provably. */
static bool view_is_inside(struct graph *graph, const struct view *view, size *const *shape)
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

/* Whether no position of the view lies within the shape, provably. */
static bool view_is_outside(struct graph *graph, const struct view *view, size *const *shape)
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

/* inner(outer(i)): with outer of the rank of inner's space. False if the composition is no view. Dynamic
 * inputs: of one of the two at most; those of outer keep their numbers. */
static bool view_compose(struct graph *graph, const struct view *inner, const struct view *outer,
                         struct view *out)
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

/* Of an axis of length 1 there is one place, whatever number the run gives it: that this is 0 is judged
 * elsewhere. */
static void settle_single_places(struct graph *graph, struct view *view, size *const *target_shape)
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

/* x[outer(i)] for an INDEX x as one view of x's source, if it is one. */
static bool compose_index(struct graph *graph, const struct node *x, const struct view *outer, bool *fill,
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

/* ---- INDEX ---- */

static bool is_identity(const struct view *view, const struct node *x)
{
    if (view->rank != x->rank || view->dynamic_count > 0)
        return false;
    for (int s = 0; s < view->count; s++) {
        if (view->shape[s] != x->shape[s])
            return false;
        if (size_is(x->shape[s], 1) ? !size_is(view->subscripts[s].offset, 0)
                                    : view_plain_axis(view, s, x->shape[s]) != s)
            return false;
    }
    return true;
}

struct node *view_intern_index(struct graph *graph, struct node *x, const struct view *view, bool fill)
{
    struct node node = {.op = OP_INDEX, .type = x->type, .rank = view->rank, .shape = view->shape};
    struct node *inputs[MAXIMUM_RANK + 1] = {x};

    for (int d = 0; d < view->dynamic_count; d++)
        inputs[1 + d] = view->dynamics[d];
    node.input_count = 1 + view->dynamic_count;
    node.inputs = inputs;
    node.subscripts = (struct affine *)view->subscripts;
    node.fill = fill;
    return graph_intern(graph, &node);
}

/* IOTA read through a static view is an IOTA. */
static struct node *index_of_iota(struct graph *graph, const struct node *x, const struct view *view)
{
    struct view iota, out;

    view_load(graph, &iota, 1, x->rank, x->shape, x->subscripts, NULL, 0);
    if (!view_compose(graph, &iota, view, &out))
        return NULL;
    return graph_iota_affine(graph, x->type, view->rank, view->shape, out.subscripts);
}

/* A CONTRACT whose axes the view permutes: the CONTRACT gives them in the order in which the view takes them.
 */
static struct node *index_of_contract(struct graph *graph, struct node *x, const struct view *view, bool fill)
{
    int axis_of[MAXIMUM_RANK], order[MAXIMUM_RANK], count = 0;
    bool is_ordered = true;
    struct view monotone;

    for (int s = 0; s < x->rank; s++) {
        axis_of[s] = view_plain_axis(view, s, x->shape[s]);
        if (axis_of[s] < 0)
            return NULL;
        is_ordered = is_ordered && (s == 0 || axis_of[s] > axis_of[s - 1]);
    }
    if (is_ordered)
        return NULL;
    view_begin(graph, &monotone, x->rank, view->rank, view->shape);
    for (int a = 0; a < view->rank; a++) {
        for (int s = 0; s < x->rank; s++) {
            if (axis_of[s] != a)
                continue;
            if (count == x->rank)
                return NULL; /* a diagonal */
            view_set_axis(graph, &monotone, count, a);
            order[count++] = s;
        }
    }
    x = graph_permute_contract(graph, x, order);
    return is_identity(&monotone, x) ? x : view_intern_index(graph, x, &monotone, fill);
}

static struct node *index_view(struct graph *graph, struct node *x, const struct view *view, bool fill)
{
    struct node *y = NULL;
    double value;

    if (fill && view_is_inside(graph, view, x->shape))
        fill = false;
    if (is_identity(view, x))
        return x;
    if (fill && view_is_outside(graph, view, x->shape))
        return graph_broadcast(graph, graph_constant(graph, x->type, 0), view->rank, view->shape);
    if (graph_is_constant(x, &value) && (!fill || value == 0))
        return graph_broadcast(graph, graph_constant(graph, x->type, value), view->rank, view->shape);
    if (x->op == OP_INDEX) {
        struct view out;
        if (compose_index(graph, x, view, &fill, &out))
            return index_view(graph, x->inputs[0], &out, fill);
    }
    if (x->op == OP_IOTA && !fill && view->dynamic_count == 0)
        y = index_of_iota(graph, x, view);
    else if (x->op == OP_CONTRACT)
        y = index_of_contract(graph, x, view, fill);
    return y != NULL ? y : view_intern_index(graph, x, view, fill);
}

struct node *graph_index(struct graph *graph, struct node *x, int rank, size *const *shape,
                         const struct affine *subscripts, struct node *const *dynamics, int dynamic_count,
                         bool fill)
{
    struct view view;

    view_load(graph, &view, x->rank, rank, shape, subscripts, dynamics, dynamic_count);
    if (!fill)
        settle_single_places(graph, &view, x->shape);
    return index_view(graph, x, &view, fill);
}

/* ---- IOTA ---- */

struct node *graph_iota_affine(struct graph *graph, enum type type, int rank, size *const *shape,
                               const struct affine *affine)
{
    struct node node = {.op = OP_IOTA, .type = type, .rank = rank, .shape = (size **)shape};
    struct view view;
    bool varies = false;

    view_load(graph, &view, 1, rank, shape, affine, NULL, 0);
    for (int a = 0; a < rank; a++)
        varies = varies || view.coefficients[0][a] != NULL;
    if (!varies)
        return graph_broadcast(graph, graph_size(graph, type, view.subscripts[0].offset), rank, shape);
    node.subscripts = view.subscripts;
    return graph_intern(graph, &node);
}

struct node *graph_iota(struct graph *graph, enum type type, int rank, size *const *shape, int axis)
{
    struct view view;

    assert(axis >= 0 && axis < rank);
    view_begin(graph, &view, 1, rank, shape);
    view_set_axis(graph, &view, 0, axis);
    return graph_iota_affine(graph, type, rank, shape, view.subscripts);
}

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
    double value;

    if (graph_is_constant(x, &value) && value == 0)
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
    settle_single_places(graph, &view, shape);
    return scatter_view(graph, x, rank, shape, &view);
}

/* ---- REPLACE ---- */

struct node *graph_replace(struct graph *graph, struct node *x, struct node *part,
                           const struct affine *subscripts, struct node *const *dynamics, int dynamic_count)
{
    struct node node = {.op = OP_REPLACE, .type = x->type, .rank = x->rank, .shape = x->shape};
    struct node *inputs[MAXIMUM_RANK + 2] = {x, part};
    struct view view, inverse;
    double old, new;

    assert(x->type == part->type);
    view_load(graph, &view, x->rank, part->rank, part->shape, subscripts, dynamics, dynamic_count);
    settle_single_places(graph, &view, x->shape);
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

/* The places of each subscript are all those of its axis, and no axis of the elements moves two. */
bool graph_is_onto(const struct node *node)
{
    const struct node *x = node->inputs[0];
    int axes[MAXIMUM_RANK];
    bool is_dense;
    unsigned seen = 0;
    for (int s = 0; s < node->rank; s++) {
        const struct affine *affine = &node->subscripts[s];
        int count = digits_of(affine, x, axes, &is_dense);
        size *places = count > 0 ? x->shape[axes[0]] : NULL;
        if (count < 0 || !is_dense || affine->dynamic || !size_is(affine->offset, 0))
            return false;
        for (int d = 0; d < count; d++) {
            if (seen >> axes[d] & 1)
                return false;
            seen |= 1u << axes[d];
            places = d > 0 ? size_multiply(places, x->shape[axes[d]]) : places;
        }
        if (places ? places != node->shape[s] : !size_is(node->shape[s], 1))
            return false;
    }
    return true;
}
