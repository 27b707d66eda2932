/* graph_index.c: INDEX and IOTA: what is read through a view, and positions, simplified where the view or
 * what it reads says so. */
#include "graph_internal.h"

#include <assert.h>

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

static struct node *index_view(struct graph *graph, struct node *x, const struct view *view, bool fill);

/* An element, or a row, of what a loop carries, entries of it replaced perhaps, read in a branch: it is the
 * element that is tied to the branch. So its adjoint is one number, and what backward needs of the rounds is
 * not the whole array. Values that are computed stay whole: what belongs to an element that no round reads
 * may be infinite. */
static struct node *index_of_tied(struct graph *graph, const struct node *x, const struct view *view,
                                  bool fill)
{
    if (x->op != OP_RESHAPE || !x->extent || view->rank >= x->rank || view->dynamic_count > 0)
        return NULL;
    const struct node *base = graph_untied(x);
    while (base->op == OP_REPLACE)
        base = graph_untied(base->inputs[0]);
    if (base->op != OP_PLACEHOLDER)
        return NULL;
    for (int s = 0; s < view->count; s++) {
        if (size_depends_on(view->subscripts[s].offset, x->extent))
            return NULL;
        for (int a = 0; a < view->rank; a++)
            if (view->coefficients[s][a] && size_depends_on(view->coefficients[s][a], x->extent))
                return NULL;
    }
    return graph_tie(graph, index_view(graph, x->inputs[0], view, fill), x->extent);
}

static bool is_fixed(const struct view *view, int subscript)
{
    for (int a = 0; a < view->rank; a++)
        if (view->coefficients[subscript][a])
            return false;
    return true;
}

static bool differ(struct graph *graph, size *a, size *b)
{
    int64_t first, second;
    if (size_is_number(a, &first) && size_is_number(b, &second))
        return first != second;
    size *one = size_number(graph->sizes, 1), *after = size_subtract(size_subtract(a, b), one),
         *before = size_subtract(size_subtract(b, a), one);
    return size_nonnegative(after) == ALWAYS || size_nonnegative(before) == ALWAYS;
}

enum place { SOMEWHERE, WITHIN_PART, ELSEWHERE };

/* Where the view reads a REPLACE: all in the part that has been written over, of which *inner is the view
 * then, along whole axes; or provably elsewhere. */
static enum place place_of(struct graph *graph, const struct node *x, const struct view *view,
                           struct view *inner)
{
    const struct node *part = x->inputs[1];
    struct view places;
    bool is_within = true;
    unsigned covered = 0;
    view_of_node(graph, &places, x);
    if (places.dynamic_count || view->dynamic_count)
        return SOMEWHERE;
    view_begin(graph, inner, part->rank, view->rank, view->shape);
    for (int s = 0; s < x->rank; s++) {
        bool both_fixed = is_fixed(&places, s) && is_fixed(view, s);
        size *place = places.subscripts[s].offset, *offset = view->subscripts[s].offset;
        int axis = view_plain_axis(&places, s, x->shape[s]);
        if (both_fixed && differ(graph, place, offset))
            return ELSEWHERE;
        if (both_fixed && place == offset)
            continue;
        is_within = is_within && axis >= 0 && !(covered >> axis & 1);
        if (!is_within)
            continue;
        covered |= 1u << axis;
        inner->subscripts[axis].offset = offset;
        for (int a = 0; a < view->rank; a++)
            inner->coefficients[axis][a] = view->coefficients[s][a];
    }
    for (int a = 0; a < part->rank; a++)
        is_within = is_within && (covered >> a & 1 || size_is(part->shape[a], 1));
    return is_within ? WITHIN_PART : SOMEWHERE;
}

enum { MOST_REPLACED = 16 /* replacements that are looked through */ };

/* An element is what has been put there, and is never looked for in an array that a loop would have to keep.
 * NULL: it is not known where the REPLACE is read. */
static struct node *index_of_replaced(struct graph *graph, const struct node *x, const struct view *view,
                                      bool fill)
{
    struct view inner;
    struct node *base = NULL;
    for (int i = 0; i < MOST_REPLACED && x->op == OP_REPLACE; i++) {
        enum place place = place_of(graph, x, view, &inner);
        if (place == WITHIN_PART)
            return index_view(graph, x->inputs[1], &inner, fill);
        if (place == SOMEWHERE)
            break;
        x = base = x->inputs[0];
    }
    if (!base)
        return NULL;
    return base->op == OP_REPLACE ? view_intern_index(graph, base, view, fill)
                                  : index_view(graph, base, view, fill);
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
        if (view_compose_index(graph, x, view, &fill, &out))
            return index_view(graph, x->inputs[0], &out, fill);
    }
    if (x->op == OP_IOTA && !fill && view->dynamic_count == 0)
        y = index_of_iota(graph, x, view);
    else if (x->op == OP_CONTRACT)
        y = index_of_contract(graph, x, view, fill);
    else if (x->op == OP_REPLACE)
        y = index_of_replaced(graph, x, view, fill);
    else
        y = index_of_tied(graph, x, view, fill);
    return y != NULL ? y : view_intern_index(graph, x, view, fill);
}

struct node *graph_index(struct graph *graph, struct node *x, int rank, size *const *shape,
                         const struct affine *subscripts, struct node *const *dynamics, int dynamic_count,
                         bool fill)
{
    struct view view;

    view_load(graph, &view, x->rank, rank, shape, subscripts, dynamics, dynamic_count);
    if (!fill)
        view_settle_single_places(graph, &view, x->shape);
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
