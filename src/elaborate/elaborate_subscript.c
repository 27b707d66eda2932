/* elaborate_subscript.c: positions, slices and gathers as one affine view, and the replacement of a part.
 *
 * A subscript list is read into one `struct selection`: for each axis of the source an affine function of the
 * result's axes. Reading is graph_index over it, replacing is graph_replace over it. */
#include "elaborator.h"

#include <string.h>

struct selection {
    int rank; /* of the result */
    size *shape[MAXIMUM_RANK];
    struct affine subscripts[MAXIMUM_RANK]; /* one for each axis of the source */
    size *coefficients[MAXIMUM_RANK][MAXIMUM_RANK];
    struct node *dynamics[MAXIMUM_RANK];
    int dynamic_first[MAXIMUM_RANK]; /* the result's axis where each dynamic's own axes begin */
    int dynamic_count;
};

static struct span none;

/* "Only a written negative number or the negative of a size counts from the end." */
static bool counts_from_end(const struct expression *x, const struct value *value)
{
    return x->kind == EXPRESSION_UNARY && x->op == SYNTAX_NEGATE && x->left->kind != EXPRESSION_BINARY &&
           value->kind == VALUE_NUMBER && !size_has_loop_variable(value->number);
}

static const char *text(struct elaborator *e, const size *a)
{
    return size_print(e->arena, a, SIZE_LANGUAGE);
}

/* A bound or position as a size, counted from the start. */
static size *bound(struct elaborator *e, const struct expression *x, size *extent)
{
    struct value value = evaluate_in_subscript(e, x);
    size *at = as_size(e, value, x->span, a_bound);
    return at && counts_from_end(x, &value) ? size_add(extent, at) : at;
}

static bool add_axis(struct elaborator *e, struct selection *s, size *extent, struct span at)
{
    if (s->rank == MOST_AXES) {
        fail(e, at, "a tensor has at most %d axes", MOST_AXES);
        return false;
    }
    s->shape[s->rank++] = extent;
    return true;
}

static bool select_slice(struct elaborator *e, struct selection *s, int axis, const struct subscript *item,
                         size *extent)
{
    size *zero = size_number(e->sizes, 0), *one = size_number(e->sizes, 1);
    size *begin = item->begin ? bound(e, item->begin, extent) : zero;
    size *end = item->end ? bound(e, item->end, extent) : extent;
    int64_t step = 1;
    if (item->step && !as_whole(e, evaluate(e, item->step), item->step->span, "a step", &step))
        return false;
    if (!begin || !end)
        return false;
    if (step < 1) {
        fail(e, item->step->span, "a step must be positive, but this is %lld", (long long)step);
        note(e, item->step->span, "flip(x, axis = …) reverses an axis");
        return false;
    }
    size *length = size_subtract(end, begin);
    bool right =
        (!item->begin || require_nonnegative(e, begin, item->span, "the slice begins at %s, before the axis",
                                             text(e, begin))) &&
        (!item->end || require_nonnegative(e, size_subtract(extent, end), item->span,
                                           "the slice ends at %s, beyond the axis of size %s", text(e, end),
                                           text(e, extent))) &&
        require_nonnegative(e, size_subtract(length, one), item->span,
                            "the slice from %s to %s is empty; no value has size 0", text(e, begin),
                            text(e, end));
    if (!right)
        return false;
    size *count = step == 1 ? length
                            : size_floor_divide(size_add(length, size_number(e->sizes, step - 1)),
                                                size_number(e->sizes, step));
    s->subscripts[axis].offset = begin;
    s->subscripts[axis].coefficients[s->rank] = size_number(e->sizes, step);
    return add_axis(e, s, count, item->span);
}

void note_margin(struct elaborator *e, size *subscript, struct span at, int axis)
{
    int64_t least;
    if (!size_has_loop_variable(subscript) || !size_is_number(size_least(subscript), &least))
        return;
    const char *where = axis ? arena_print(e->arena, ", axis = %d", axis) : "";
    note(e, at,
         "pad(x, %lld, 0%s) begins with %lld more, so that this is read at %s; a choice reads both of its "
         "sides",
         (long long)-least, where, (long long)-least,
         text(e, size_subtract(subscript, size_number(e->sizes, least))));
}

void note_beyond(struct elaborator *e, size *subscript, size *extent, struct span at, int axis)
{
    size *last = size_subtract(extent, size_number(e->sizes, 1));
    int64_t most;
    if (!size_has_loop_variable(subscript) ||
        !size_is_number(size_subtract(size_greatest(subscript), last), &most))
        return;
    const char *where = axis ? arena_print(e->arena, ", axis = %d", axis) : "";
    note(e, at,
         "a range that ends earlier stays inside, and pad(x, 0, %lld%s) has %lld more at the end; a choice "
         "reads both of its sides",
         (long long)most, where, (long long)most);
}

static bool select_position(struct elaborator *e, struct selection *s, int axis, const struct expression *x,
                            struct value value, size *extent)
{
    size *at = as_size(e, value, x->span, a_subscript);
    if (!at)
        return false;
    if (counts_from_end(x, &value))
        at = size_add(extent, at);
    const char *what = text(e, value.number);
    s->subscripts[axis].offset = at;
    if (!require_nonnegative(e, at, x->span, "subscript %s is before the start of the axis of size %s", what,
                             text(e, extent))) {
        note_margin(e, at, x->span, axis);
        return false;
    }
    if (size_has_loop_variable(at))
        what = arena_print(e->arena, "%s, which goes up to %s,", what, text(e, size_greatest(at)));
    if (require_nonnegative(e, size_subtract(size_subtract(extent, at), size_number(e->sizes, 1)), x->span,
                            "subscript %s is outside the axis of size %s (0 to %s)", what, text(e, extent),
                            text(e, size_subtract(extent, size_number(e->sizes, 1)))))
        return true;
    note_beyond(e, at, extent, x->span, axis);
    return false;
}

static bool select_gather(struct elaborator *e, struct selection *s, int axis, const struct expression *x,
                          struct node *k, size *extent)
{
    if (k->rank)
        for (int d = 0; d < s->dynamic_count; d++)
            if (s->dynamics[d]->rank) {
                fail(e, x->span,
                     "at most one int tensor may stand in a subscript; index notation gathers along several "
                     "axes");
                return false;
            }
    require_index(e, k, size_number(e->sizes, 0), extent, x->span);
    s->dynamics[s->dynamic_count] = k;
    s->dynamic_first[s->dynamic_count] = s->rank;
    s->subscripts[axis].dynamic = ++s->dynamic_count;
    for (int a = 0; a < k->rank; a++)
        if (!add_axis(e, s, k->shape[a], x->span))
            return false;
    return true;
}

static bool select_item(struct elaborator *e, struct selection *s, int axis, const struct subscript *item,
                        size *extent)
{
    if (item->kind == SUBSCRIPT_SLICE)
        return select_slice(e, s, axis, item, extent);
    struct value value = evaluate_in_subscript(e, item->at);
    if (value.kind == VALUE_NODE && value.node->type == INT)
        return select_gather(e, s, axis, item->at, value.node, extent);
    if (value.kind == VALUE_LIST) {
        struct node *k = as_int(e, value, item->at->span);
        return k && select_gather(e, s, axis, item->at, k, extent);
    }
    return select_position(e, s, axis, item->at, value, extent);
}

static bool select_whole_axis(struct elaborator *e, struct selection *s, int axis, size *extent,
                              struct span at)
{
    s->subscripts[axis].coefficients[s->rank] = size_number(e->sizes, 1);
    return add_axis(e, s, extent, at);
}

/* None and np.newaxis, which others write where an axis is inserted. */
static void note_new_axis(struct elaborator *e, const struct subscript *item)
{
    const struct expression *at = item->kind == SUBSCRIPT_AT ? item->at : NULL;
    bool is_name = at && (at->kind == EXPRESSION_NAME || at->kind == EXPRESSION_MEMBER);
    if (is_name && (!strcmp(at->name, "None") || !strcmp(at->name, "newaxis")))
        note(e, item->span, "an axis of length 1 is inserted by new, as in x[:, new]");
}

/* Reads the subscripts of a source of the given shape; false after reporting. */
static bool select_parts(struct elaborator *e, struct selection *s, const struct subscript *items, int rank,
                         size *const *shape, struct span at, struct span operand)
{
    int named = 0;
    bool ellipsis = false;
    for (const struct subscript *item = items; item; item = item->next) {
        named += item->kind == SUBSCRIPT_AT || item->kind == SUBSCRIPT_SLICE;
        if (item->kind == SUBSCRIPT_ELLIPSIS && ellipsis) {
            fail(e, item->span, "only one ... may stand in a subscript");
            return false;
        }
        ellipsis = ellipsis || item->kind == SUBSCRIPT_ELLIPSIS;
    }
    if (named > rank) {
        fail(e, at, "%d subscript%s for %s", named, named == 1 ? "" : "s",
             rank ? arena_print(e->arena, "%s, which has %d ax%s", shape_of(e, rank, shape), rank,
                                rank == 1 ? "is" : "es")
                  : "a scalar");
        note_operand(e, operand);
        for (const struct subscript *item = items; item; item = item->next)
            note_new_axis(e, item);
        return false;
    }
    for (int a = 0; a < rank; a++) {
        s->subscripts[a].offset = size_number(e->sizes, 0);
        s->subscripts[a].coefficients = s->coefficients[a];
    }
    int axis = 0;
    for (const struct subscript *item = items; item; item = item->next) {
        if (item->kind == SUBSCRIPT_NEW) {
            if (!add_axis(e, s, size_number(e->sizes, 1), item->span))
                return false;
        } else if (item->kind == SUBSCRIPT_ELLIPSIS) {
            for (int skipped = rank - named; skipped > 0; skipped--, axis++)
                if (!select_whole_axis(e, s, axis, shape[axis], item->span))
                    return false;
        } else if (!select_item(e, s, axis, item, shape[axis]))
            return false;
        else
            axis++;
    }
    for (; axis < rank; axis++)
        if (!select_whole_axis(e, s, axis, shape[axis], at))
            return false;
    return true;
}

/* The dynamics, given over their own axes, as tensors over the whole result. */
static void spread_dynamics(struct elaborator *e, struct selection *s)
{
    for (int d = 0; d < s->dynamic_count; d++) {
        struct node *k = s->dynamics[d];
        struct affine *subscripts = ARENA_ARRAY(e->arena, struct affine, k->rank + 1);
        for (int a = 0; a < k->rank; a++) {
            subscripts[a].offset = size_number(e->sizes, 0);
            subscripts[a].coefficients = ARENA_ARRAY(e->arena, size *, s->rank + 1);
            subscripts[a].coefficients[s->dynamic_first[d] + a] = size_number(e->sizes, 1);
        }
        s->dynamics[d] = graph_index(e->graph, k, s->rank, s->shape, subscripts, NULL, 0, false);
    }
}

struct value evaluate_subscript(struct elaborator *e, const struct expression *x)
{
    if (subscript_uses_index(e, x))
        return evaluate_indexed(e, x);
    struct value base = evaluate(e, x->left);
    if (base.kind == VALUE_GROUP)
        return subscript_group(e, x, base);
    struct node *source = as_node(e, base, x->left->span);
    if (!source)
        return value_error();
    if (is_indexed(e, &base)) {
        fail_further_subscript(e, x->span);
        return value_error();
    }
    struct selection *s = ARENA_NEW(e->arena, struct selection);
    if (!select_parts(e, s, x->subscripts, source->rank, source->shape, x->span, x->left->span))
        return value_error();
    spread_dynamics(e, s);
    return value_node(graph_index(e->graph, source, s->rank, s->shape, s->subscripts, s->dynamics,
                                  s->dynamic_count, false));
}

/* Whether its members have axes before those that they, and groups around them, are declared with. */
static bool is_stacked(const struct value *group, int declared)
{
    const struct parameter *member = group->group->parameters;
    const struct value *item = group->items;
    declared += axis_count(member->type);
    if (item->kind == VALUE_GROUP)
        return is_stacked(item, declared);
    return item->kind != VALUE_NODE || item->node->rank > declared;
}

/* p[l] of a stacked group: the same subscripts on every member. */
struct value subscript_group(struct elaborator *e, const struct expression *x, struct value group)
{
    if (group.count > 0 && !is_stacked(&group, 0)) {
        fail(e, x->span, "this is one %s, not several stacked: its members are subscripted, as in p.%s[…]",
             group.group->name, group.group->parameters->name);
        return value_error();
    }
    struct value result = group;
    result.items = ARENA_ARRAY(e->arena, struct value, group.count);
    for (int i = 0; i < group.count; i++) {
        if (group.items[i].kind == VALUE_GROUP) {
            result.items[i] = subscript_group(e, x, group.items[i]);
            continue;
        }
        struct node *source = as_node(e, group.items[i], x->left->span);
        struct selection *s = ARENA_NEW(e->arena, struct selection);
        if (!source ||
            !select_parts(e, s, x->subscripts, source->rank, source->shape, x->span, x->left->span))
            return value_error();
        spread_dynamics(e, s);
        result.items[i] = value_node(graph_index(e->graph, source, s->rank, s->shape, s->subscripts,
                                                 s->dynamics, s->dynamic_count, false));
    }
    return result;
}

/* Of equal places of an int tensor the last element in row-major order is kept. */
struct value replace_part(struct elaborator *e, struct node *whole, const struct target *target,
                          struct value part, struct span at)
{
    struct selection *s = ARENA_NEW(e->arena, struct selection);
    if (is_indexed(e, &part)) {
        fail(e, at, "an element named by indices cannot be put into a part of a whole tensor");
        return value_error();
    }
    if (!select_parts(e, s, target->subscripts, whole->rank, whole->shape, target->span, none))
        return value_error();
    spread_dynamics(e, s);
    struct node *node = whole->type == INT ? as_int(e, part, at) : as_node(e, part, at);
    if (!node)
        return value_error();
    if (node->type != whole->type) {
        fail(e, at, "%s is %s, but the new part is %s", target->name,
             value_text(e, &(struct value){.kind = VALUE_NODE, .node = whole}), value_text(e, &part));
        return value_error();
    }
    bool fits = node->rank <= s->rank;
    for (int a = 0; fits && a < node->rank; a++) {
        int64_t number;
        fits = node->shape[a] == s->shape[s->rank - node->rank + a] ||
               (size_is_number(node->shape[a], &number) && number == 1);
    }
    if (!fits) {
        fail(e, at, "the part of %s is %s, but the new value is %s", target->name,
             s->rank ? shape_of(e, s->rank, s->shape) : "a scalar", shape_text(e, node));
        return value_error();
    }
    node = graph_broadcast(e->graph, node, s->rank, s->shape);
    return value_node(graph_replace(e->graph, whole, node, s->subscripts, s->dynamics, s->dynamic_count));
}
