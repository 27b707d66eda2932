/* elaborate_index.c: index notation: the index space, element accesses, definitions by index.
 *
 * First the ranges of all indices of one definition, or of one outermost reduction, are inferred from the
 * subscripts in it (elaborate_index_range.c). Then the right side is evaluated once, each element access as a
 * view over the index space, each `sum[j](…)` as a reduction over the axes that it brings
 * (elaborate_index_reduce.c). Nothing after elaboration knows of index notation. */
#include "elaborate_index.h"

#include <string.h>

/* ---- The index space ---- */

const struct space_axis *find_index(const struct elaborator *e, const char *name)
{
    for (int i = 0; i < e->space.count; i++)
        if (e->space.axes[i].frame == e->frame && !strcmp(e->space.axes[i].name, name))
            return &e->space.axes[i];
    return NULL;
}

bool is_indexed(const struct elaborator *e, const struct value *value)
{
    if (value->kind == VALUE_NODE)
        return value->indexed;
    if (value->kind == VALUE_NUMBER && value->number)
        for (int i = 0; i < e->space.count; i++)
            if (size_depends_on(value->number, e->space.axes[i].atom))
                return true;
    return false;
}

bool indexed_operands(struct elaborator *e, const struct value *values, const struct span *spans, int count)
{
    bool any = false;
    for (int i = 0; i < count; i++)
        any = any || is_indexed(e, &values[i]);
    for (int i = 0; any && i < count; i++)
        if (values[i].kind == VALUE_NODE && !values[i].indexed && values[i].node->rank) {
            fail(e, spans[i], "a whole tensor %s stands among elements; name all its axes by indices",
                 shape_text(e, values[i].node));
            note_operand(e, spans[i]);
            return false;
        }
    return true;
}

/* The coefficient of one atom in a polynomial that is affine in it. */
size *index_coefficient(struct elaborator *e, size *a, const size *atom)
{
    if (!size_depends_on(a, atom))
        return NULL;
    return size_subtract(size_substitute(a, atom, size_number(e->sizes, 1)),
                         size_substitute(a, atom, size_number(e->sizes, 0)));
}

/* Splits a number into its part without indices and a coefficient for each axis of the space. */
static struct affine affine_of_number(struct elaborator *e, size *number)
{
    struct affine affine = {number, ARENA_ARRAY(e->arena, size *, e->space.count + 1), 0};
    for (int i = 0; i < e->space.count; i++) {
        affine.coefficients[i] = index_coefficient(e, number, e->space.axes[i].atom);
        affine.offset = size_substitute(affine.offset, e->space.axes[i].atom, size_number(e->sizes, 0));
    }
    return affine;
}

/* The shape of a value that depends on some indices: their extents, and 1 for the others. */
static void shape_of_used(struct elaborator *e, const bool *used, size **shape)
{
    for (int i = 0; i < e->space.count; i++)
        shape[i] = used[i] ? e->space.axes[i].extent : size_number(e->sizes, 1);
}

struct node *index_number(struct elaborator *e, size *number, enum type type)
{
    int64_t denominator = size_denominator(number);
    struct affine affine = affine_of_number(e, size_multiply(number, size_number(e->sizes, denominator)));
    bool used[MAXIMUM_RANK];
    size *shape[MAXIMUM_RANK];
    for (int i = 0; i < e->space.count; i++)
        used[i] = affine.coefficients[i] != NULL;
    shape_of_used(e, used, shape);
    struct node *node = graph_iota_affine(e->graph, type, e->space.count, shape, &affine);
    if (denominator == 1)
        return node;
    struct node *divisor =
        graph_broadcast(e->graph, constant_real(e, (double)denominator), node->rank, node->shape);
    return graph_binary(e->graph, OP_DIV, node, divisor);
}

/* A number with each index in its own range, where that contains others, not only in the largest. */
static size *within_ranges(struct elaborator *e, size *number)
{
    for (int i = 0; i < e->space.count; i++)
        number = size_substitute(number, e->space.axes[i].atom, e->space.axes[i].within);
    return number;
}

/* The end of a range that contains others, in terms of the space's indices. */
static size *end_of_range(struct elaborator *e, const struct index_range *range)
{
    size *end = range->varying;
    for (size_t i = 0; end && i < e->inference->ranges_count; i++)
        if (e->inference->ranges[i].entered)
            end = size_substitute(end, e->inference->ranges[i].atom, e->inference->ranges[i].entered);
    return end;
}

bool enter_index(struct elaborator *e, struct index_range *range)
{
    if (e->space.count == MOST_AXES) {
        fail(e, range->span, "at most %d indices can be in force at once", MOST_AXES);
        return false;
    }
    size *zero = size_number(e->sizes, 0), *end = end_of_range(e, range);
    struct space_axis axis = {range->name, range->span, .extent = range->extent, .end = end,
                              .frame = e->frame};
    axis.atom = axis.within = size_new_loop_variable(e->sizes, range->name, zero, range->extent);
    if (end && size_is_whole(end)) /* else its last index is not end - 1 */
        axis.within = size_new_loop_variable(e->sizes, range->name, zero, within_ranges(e, end));
    range->entered = axis.atom;
    e->space.axes[e->space.count++] = axis;
    return true;
}

struct value in_space(struct elaborator *e, struct value value)
{
    if (value.kind == VALUE_LIST || value.kind == VALUE_GROUP) {
        struct value *items = ARENA_ARRAY(e->arena, struct value, value.count + 1);
        for (int i = 0; e->space.count && i < value.count; i++)
            items[i] = in_space(e, value.items[i]);
        value.items = e->space.count ? items : value.items;
    }
    if (value.kind == VALUE_NODE && value.indexed && value.node->rank > 0)
        while (value.node->rank < e->space.count)
            value.node = graph_insert_axis(e->graph, value.node, value.node->rank);
    return value;
}

/* Where the chosen indices, from `first` on, are inside their ranges, if these contain others: of that shape;
 * NULL if none does. */
static struct node *inside_ranges(struct elaborator *e, int first, const bool *chosen, size *const *shape)
{
    struct node *inside = NULL;
    for (int i = first; i < e->space.count; i++) {
        const struct space_axis *axis = &e->space.axes[i];
        if (!axis->end || !chosen[i])
            continue;
        struct value below = binary(e, SYNTAX_LESS, value_number(axis->atom), value_number(axis->end),
                                    axis->span, axis->span, axis->span);
        struct node *node = as_bool(e, below, axis->span, "the range of an index");
        if (!node)
            return NULL;
        node = graph_broadcast(e->graph, node, e->space.count, shape);
        inside = inside ? graph_binary(e->graph, OP_AND, inside, node) : node;
    }
    return inside;
}

struct node *inside_all_ranges(struct elaborator *e, int first)
{
    bool chosen[MAXIMUM_RANK];
    size *shape[MAXIMUM_RANK];
    for (int i = 0; i < e->space.count; i++) {
        chosen[i] = true;
        shape[i] = e->space.axes[i].extent;
    }
    return inside_ranges(e, first, chosen, shape);
}

/* ---- Element accesses ---- */

void fail_further_subscript(struct elaborator *e, struct span at)
{
    fail(e, at, "a subscript with an index yields a scalar, which takes no further subscript");
}

/* A subscript with an index has a number for every axis. */
bool names_all_axes(struct elaborator *e, const struct expression *x, const struct node *source)
{
    int count = 0;
    for (const struct subscript *s = x->subscripts; s; s = s->next, count++)
        if (s->kind != SUBSCRIPT_AT) {
            fail(e, s->span, "a subscript that contains an index names every axis by a number; %s is none",
                 s->kind == SUBSCRIPT_SLICE ? "a slice"
                 : s->kind == SUBSCRIPT_NEW ? "new"
                                            : "...");
            return false;
        }
    if (count == source->rank)
        return true;
    fail(e, x->span, "a subscript that contains an index names every axis, but this names %d of the %d of %s",
         count, source->rank, shape_text(e, source));
    note_operand(e, x->left->span);
    return false;
}

static bool mentions_index(const struct elaborator *e, const struct expression *x)
{
    for (; x; x = x->left) {
        if (x->kind == EXPRESSION_NAME) {
            if (find_index(e, x->name))
                return true;
            const struct binding *binding = map_get(&e->frame->bindings, x->name);
            if (binding && is_indexed(e, &binding->value))
                return true;
        }
        for (const struct argument *a = x->arguments; a; a = a->next)
            if (mentions_index(e, a->value))
                return true;
        for (const struct subscript *s = x->subscripts; s; s = s->next)
            if (s->kind == SUBSCRIPT_AT && mentions_index(e, s->at))
                return true;
        if (mentions_index(e, x->condition) || mentions_index(e, x->right))
            return true;
    }
    return false;
}

bool subscript_uses_index(struct elaborator *e, const struct expression *x)
{
    if (!e->space.count)
        return false;
    for (const struct subscript *s = x->subscripts; s; s = s->next)
        if (s->kind == SUBSCRIPT_AT && mentions_index(e, s->at))
            return true;
    return false;
}

/* One axis of an access. */
struct access {
    struct affine subscript;
    size *before, *after; /* how far indices outside their own ranges lead to; NULL: nowhere */
};

/* An index whose range contains others has an axis for the largest. Where it is outside its own, nothing of
 * what is read counts, but it has to lie somewhere: zeros stand around the tensor. */
static void make_room(struct elaborator *e, size *number, size *extent, struct access *access)
{
    size *zero = size_number(e->sizes, 0), *one = size_number(e->sizes, 1);
    size *before = size_maximum(zero, size_negate(size_least(number)));
    size *after = size_maximum(zero, size_add(size_subtract(size_greatest(number), extent), one));
    if (before == zero && after == zero)
        return;
    access->before = before;
    access->after = after;
    access->subscript.offset = size_add(access->subscript.offset, before);
}

static bool access_by_number(struct elaborator *e, const struct subscript *s, int axis, size *number,
                             size *extent, struct access *access)
{
    const char *text =
        arena_copy(e->arena, s->span.source->text + s->span.begin, s->span.end - s->span.begin);
    size *inside = within_ranges(e, number), *least = size_least(inside), *greatest = size_greatest(inside);
    access->subscript = affine_of_number(e, number);
    if (!require_nonnegative(e, least, s->span,
                             "the subscript %s goes down to %s, before the start of the axis", text,
                             size_print(e->arena, least, SIZE_LANGUAGE))) {
        note_margin(e, inside, s->span, axis);
        return false;
    }
    if (!require_nonnegative(e, size_subtract(size_subtract(extent, size_number(e->sizes, 1)), greatest),
                             s->span, "the subscript %s goes up to %s, outside the axis of size %s", text,
                             size_print(e->arena, greatest, SIZE_LANGUAGE),
                             size_print(e->arena, extent, SIZE_LANGUAGE))) {
        note_beyond(e, inside, extent, s->span, axis);
        return false;
    }
    if (inside != number)
        make_room(e, number, extent, access);
    return true;
}

/* An int value as a subscript: 0 where its indices are outside their own ranges. */
static struct node *chosen_inside(struct elaborator *e, struct node *k)
{
    bool chosen[MAXIMUM_RANK] = {0}, used[MAXIMUM_RANK];
    size *shape[MAXIMUM_RANK];
    for (int i = 0; i < k->rank; i++)
        chosen[i] = !size_is(k->shape[i], 1);
    memcpy(used, chosen, sizeof used);
    for (int i = 0; i < e->space.count; i++)
        for (int j = 0; chosen[i] && e->space.axes[i].end && j < i; j++)
            used[j] = used[j] || size_depends_on(e->space.axes[i].end, e->space.axes[j].atom);
    shape_of_used(e, used, shape);
    struct node *inside = inside_ranges(e, 0, chosen, shape);
    if (!inside)
        return k;
    k = graph_broadcast(e->graph, k, e->space.count, shape);
    return graph_select(e->graph, inside, k, graph_zeros_like(e->graph, k));
}

/* One axis of an access; notes which indices it uses. */
static bool access_axis(struct elaborator *e, const struct subscript *s, int axis, size *extent,
                        struct access *access, bool *used, struct node **dynamics, int *dynamic_count)
{
    struct value value = evaluate_in_subscript(e, s->at);
    if (value.kind == VALUE_ERROR)
        return false;
    if (value.kind == VALUE_NUMBER && !value.divided) {
        if (!access_by_number(e, s, axis, value.number, extent, access))
            return false;
        for (int i = 0; i < e->space.count; i++)
            used[i] = used[i] || access->subscript.coefficients[i];
        return true;
    }
    if (value.kind == VALUE_NODE && value.node->type == REAL) {
        fail(e, s->at->span,
             "a subscript is a sum of multiples of indices, sizes and numbers, or int arithmetic; this is "
             "real");
        return false;
    }
    struct node *k = as_int(e, value, s->at->span);
    if (!k)
        return false;
    if (k->rank && !value.indexed) {
        fail(e, s->at->span, "a whole tensor %s stands in a subscript with indices; name all its axes",
             shape_text(e, k));
        return false;
    }
    if (s->at->kind != EXPRESSION_SUBSCRIPT) /* an element by itself is in bounds everywhere */
        k = chosen_inside(e, k);
    for (int i = 0; i < k->rank; i++) {
        int64_t one;
        used[i] = used[i] || !(size_is_number(k->shape[i], &one) && one == 1);
    }
    require_index(e, k, size_number(e->sizes, 0), extent, s->span);
    access->subscript.offset = size_number(e->sizes, 0);
    access->subscript.coefficients = ARENA_ARRAY(e->arena, size *, e->space.count + 1);
    dynamics[*dynamic_count] = k;
    access->subscript.dynamic = ++*dynamic_count;
    return true;
}

struct value evaluate_indexed(struct elaborator *e, const struct expression *x)
{
    struct value base = evaluate(e, x->left);
    struct node *source = as_node(e, base, x->left->span);
    if (!source)
        return value_error();
    if (is_indexed(e, &base)) {
        fail_further_subscript(e, x->span);
        return value_error();
    }
    if (!names_all_axes(e, x, source))
        return value_error();
    struct affine *subscripts = ARENA_ARRAY(e->arena, struct affine, source->rank + 1);
    struct node *dynamics[MAXIMUM_RANK];
    bool used[MAXIMUM_RANK] = {0};
    int dynamic_count = 0, axis = 0;
    for (const struct subscript *s = x->subscripts; s; s = s->next, axis++) {
        struct access access = {.before = NULL};
        if (!access_axis(e, s, axis, source->shape[axis], &access, used, dynamics, &dynamic_count))
            return value_error();
        subscripts[axis] = access.subscript;
        if (access.before)
            source = pad_with_zeros(e, source, axis, access.before, access.after);
    }
    size *shape[MAXIMUM_RANK];
    shape_of_used(e, used, shape);
    for (int d = 0; d < dynamic_count; d++)
        dynamics[d] = graph_broadcast(e->graph, dynamics[d], e->space.count, shape);
    struct value value = value_node(
        graph_index(e->graph, source, e->space.count, shape, subscripts, dynamics, dynamic_count, false));
    value.indexed = true;
    return value;
}

/* ---- Definitions ---- */

bool defines_by_index(struct elaborator *e, const struct target *target)
{
    for (const struct subscript *s = target->subscripts; s; s = s->next) {
        if (s->range)
            return true;
        if (s->kind == SUBSCRIPT_AT && s->at->kind == EXPRESSION_NAME &&
            !map_get(&e->frame->sizes, s->at->name) && !map_get(&e->frame->unit->dims, s->at->name)) {
            struct binding *binding = find_binding(e, s->at->name);
            bool is_int = binding && binding->value.kind == VALUE_NODE && binding->value.node->type == INT;
            if (is_int && find_binding(e, target->name))
                continue;
            if (!binding || !is_loop_variable(e, s->at->name, &binding->value))
                return true;
        }
    }
    return false;
}

struct value evaluate_by_index(struct elaborator *e, const struct subscript *fresh,
                               const struct expression *x)
{
    struct inference *outer = e->inference;
    struct index_space saved = e->space;
    struct inference *inference = e->inference = ARENA_NEW(e->arena, struct inference);
    e->space = (struct index_space){0};
    const struct subscript *indices[MAXIMUM_RANK];
    int count = 0;
    for (const struct subscript *s = fresh; s && !inference->failed; s = s->next) {
        if (s->kind != SUBSCRIPT_AT || s->at->kind != EXPRESSION_NAME || count == MOST_AXES) {
            if (count == MOST_AXES)
                fail(e, s->span, "a tensor has at most %d axes", MOST_AXES);
            else
                fail(e, s->span, "beside a fresh index only indices may stand on the left");
            inference->failed = true;
            break;
        }
        if (active_index_range(inference, s->at->name)) {
            fail(e, s->span, "the index %s stands twice on the left", s->at->name);
            inference->failed = true;
        }
        add_index_range(e, inference, s, s->at->name, s->at->span, s->range);
        indices[count++] = s;
    }
    infer_ranges(e, inference, x);
    solve_ranges(e, inference);
    struct value value = value_error();
    for (int i = 0; !inference->failed && i < count; i++)
        inference->failed = !enter_index(e, find_index_range(inference, indices[i]));
    if (!inference->failed)
        value = evaluate(e, x);
    bool indexed = is_indexed(e, &value);
    struct node *node = value.kind == VALUE_ERROR ? NULL : as_node(e, value, x->span);
    if (node && node->rank && !indexed) {
        fail(e, x->span, "the right side is a whole tensor %s; name all its axes by indices",
             shape_text(e, node));
        node = NULL;
    }
    size *shape[MAXIMUM_RANK];
    for (int i = 0; node && i < count; i++)
        shape[i] = e->space.axes[i].extent;
    struct node *inside = node ? inside_all_ranges(e, 0) : NULL;
    if (inside) { /* 0 outside */
        node = graph_broadcast(e->graph, node, count, shape);
        node = graph_select(e->graph, inside, node, graph_zeros_like(e->graph, node));
    }
    value = value_node(node ? graph_broadcast(e->graph, node, count, shape) : NULL);
    e->space = saved;
    e->inference = outer;
    return value;
}

void define_by_index(struct elaborator *e, const struct statement *statement)
{
    const struct target *target = statement->targets;
    bind(e, target->name, evaluate_by_index(e, target->subscripts, statement->value), target->span, false);
}
