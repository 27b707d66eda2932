/* elaborate_index_range.c: index notation: over what range each index runs.
 *
 * The subscripts of one definition, or of one outermost reduction, say how far their indices may go: an index
 * that stands alone runs over the axis, sums of multiples bound theirs. Nothing is put into the graph here
 * but the tensors whose elements are subscripted. */
#include "elaborate_index.h"

#include <string.h>

struct index_range *find_index_range(struct inference *inference, const void *key)
{
    for (size_t i = 0; inference && i < inference->ranges_count; i++)
        if (inference->ranges[i].key == key)
            return &inference->ranges[i];
    return NULL;
}

struct index_range *active_index_range(struct inference *inference, const char *name)
{
    for (size_t i = inference->ranges_count; i-- > 0;)
        if (inference->ranges[i].is_active && !strcmp(inference->ranges[i].name, name))
            return &inference->ranges[i];
    return NULL;
}

static size *range_size(struct elaborator *e, const struct expression *range)
{
    size *extent = as_size(e, evaluate(e, range), range->span, "the range of an index");
    if (extent && !require_nonnegative(e, size_subtract(extent, size_number(e->sizes, 1)), range->span,
                                       "the range of an index must be at least 1, but this is %s",
                                       size_print(e->arena, extent, SIZE_LANGUAGE)))
        return NULL;
    return extent;
}

/* Whether an index whose range is sought occurs anywhere in an expression. */
static bool names_index(struct inference *inference, const struct expression *x)
{
    for (; x; x = x->left) {
        if (x->kind == EXPRESSION_NAME && active_index_range(inference, x->name))
            return true;
        for (const struct argument *a = x->arguments; a; a = a->next)
            if (names_index(inference, a->value))
                return true;
        for (const struct subscript *s = x->subscripts; s; s = s->next)
            if (s->kind == SUBSCRIPT_AT && names_index(inference, s->at))
                return true;
        if (names_index(inference, x->condition) || names_index(inference, x->right))
            return true;
    }
    return false;
}

static size *affine_operand(struct elaborator *e, struct inference *inference, const struct expression *x);
static bool mentions_range(const struct inference *inference, const size *a);

void add_index_range(struct elaborator *e, struct inference *inference, const void *key, const char *name,
                     struct span span, const struct expression *range)
{
    struct index_range r = {.key = key, .name = name, .span = span, .is_active = true, .source = span};
    size *zero = size_number(e->sizes, 0);
    if (find_binding(e, name) || map_get(&e->frame->sizes, name) || map_get(&e->frame->unit->dims, name)) {
        fail(e, span, "%s has a value already and cannot name an index", name);
        note_operand(e, span);
        inference->failed = true;
    }
    size *given = range ? affine_operand(e, inference, range) : NULL;
    if (given && (mentions_range(inference, given) || size_has_loop_variable(given))) {
        r.varying = given;
        r.is_explicit = true;
    } else if (range && names_index(inference, range)) {
        fail(e, range->span, "the range of an index may be a sum of earlier indices and sizes, but not this");
        note(e, range->span, "a choice inside says it for each element: if %s < … then … else …", name);
        r.is_explicit = inference->failed = true;
    } else if (range) {
        r.extent = range_size(e, range);
        r.is_explicit = true;
        inference->failed = inference->failed || !r.extent;
    }
    r.atom = size_new_loop_variable(e->sizes, name, zero, size_number(e->sizes, INT32_MAX));
    ARENA_APPEND(e->arena, inference, ranges, r);
}

static size *affine_binary(struct elaborator *e, struct inference *inference, const struct expression *x)
{
    size *a = affine_operand(e, inference, x->left), *b = a ? affine_operand(e, inference, x->right) : NULL;
    if (!a || !b)
        return NULL;
    switch (x->op) {
    case SYNTAX_ADD: return size_add(a, b);
    case SYNTAX_SUBTRACT: return size_subtract(a, b);
    case SYNTAX_MULTIPLY: return size_multiply(a, b);
    case SYNTAX_DIVIDE: return size_divide(a, b);
    default: return NULL;
    }
}

/* A subscript as a polynomial, or NULL if it is none (it gathers, or is wrong and will be reported when
 * evaluated). */
static size *affine_operand(struct elaborator *e, struct inference *inference, const struct expression *x)
{
    if (x->kind == EXPRESSION_NUMBER)
        return x->is_whole ? size_number(e->sizes, (int64_t)x->number) : NULL;
    if (x->kind == EXPRESSION_UNARY && x->op == SYNTAX_NEGATE) {
        size *a = affine_operand(e, inference, x->left);
        return a ? size_negate(a) : NULL;
    }
    if (x->kind == EXPRESSION_BINARY)
        return affine_binary(e, inference, x);
    if (x->kind != EXPRESSION_NAME)
        return NULL;
    struct index_range *range = active_index_range(inference, x->name);
    if (range)
        return range->atom;
    const struct space_axis *outer = find_index(e, x->name);
    if (outer)
        return outer->atom;
    struct binding *binding = find_binding(e, x->name);
    if (binding)
        return binding->value.kind == VALUE_NUMBER ? binding->value.number : NULL;
    size *extent = map_get(&e->frame->sizes, x->name);
    return extent ? extent : map_get(&e->frame->unit->dims, x->name);
}

static bool mentions_range(const struct inference *inference, const size *a)
{
    for (size_t i = 0; i < inference->ranges_count; i++)
        if (size_depends_on(a, inference->ranges[i].atom))
            return true;
    return false;
}

/* An index that stands alone runs over the axis. */
static void stands_alone(struct elaborator *e, struct inference *inference, struct index_range *range,
                         size *extent, struct span at)
{
    if (range->is_explicit)
        return;
    if (range->extent && range->extent != extent) {
        fail(e, at, "the index %s runs over an axis of size %s here, but over one of size %s elsewhere",
             range->name, size_print(e->arena, extent, SIZE_LANGUAGE),
             size_print(e->arena, range->extent, SIZE_LANGUAGE));
        note(e, range->source, "its range comes from here");
        note(e, at, "a range can be given: %s < …", range->name);
        inference->failed = true;
    }
    if (!range->extent) {
        range->extent = extent;
        range->source = at;
    }
}

/* Whether it is an element that an index chooses: x[i]. */
static bool is_element(struct elaborator *e, struct inference *inference, const struct expression *x)
{
    bool is_chosen = false;
    if (x->kind == EXPRESSION_SUBSCRIPT)
        for (const struct subscript *s = x->subscripts; s && !is_chosen; s = s->next) {
            size *affine = s->kind == SUBSCRIPT_AT ? affine_operand(e, inference, s->at) : NULL;
            is_chosen = affine && mentions_range(inference, affine);
        }
    return is_chosen;
}

static void infer_subscript(struct elaborator *e, struct inference *inference, const struct expression *x)
{
    bool any = false;
    size *affine[MAXIMUM_RANK] = {0};
    int count = 0;
    for (const struct subscript *s = x->subscripts; s && count < MOST_AXES; s = s->next, count++)
        if (s->kind == SUBSCRIPT_AT) {
            affine[count] = affine_operand(e, inference, s->at);
            any = any || (affine[count] && mentions_range(inference, affine[count]));
            if (!affine[count])
                infer_ranges(e, inference, s->at);
        }
    if (!any)
        return;
    if (is_element(e, inference, x->left)) {
        fail_further_subscript(e, x->span);
        inference->failed = true;
        return;
    }
    struct value base = evaluate(e, x->left);
    if (base.kind == VALUE_LIST && x->left->kind == EXPRESSION_NAME) { /* tensors stacked by [a, b] */
        struct node *stacked = as_node(e, base, x->left->span);
        base = stacked ? value_node(stacked) : value_error();
    }
    inference->failed = inference->failed || base.kind == VALUE_ERROR;
    if (base.kind != VALUE_NODE)
        return; /* reported when evaluated */
    if (base.node->rank != count) {
        inference->failed = inference->failed || !names_all_axes(e, x, base.node);
        return;
    }
    int axis = 0;
    for (const struct subscript *s = x->subscripts; s; s = s->next, axis++) {
        if (!affine[axis] || !mentions_range(inference, affine[axis]))
            continue;
        struct index_range *alone =
            s->at->kind == EXPRESSION_NAME ? active_index_range(inference, s->at->name) : NULL;
        if (alone)
            stands_alone(e, inference, alone, base.node->shape[axis], s->span);
        else {
            struct index_bound bound = {affine[axis], base.node->shape[axis], s->span};
            ARENA_APPEND(e->arena, inference, bounds, bound);
        }
    }
}

static void infer_reduce(struct elaborator *e, struct inference *inference, const struct expression *x)
{
    size_t first = inference->ranges_count;
    for (const struct index *index = x->indices; index; index = index->next) {
        const struct index_range *outer = active_index_range(inference, index->name);
        if (outer) {
            fail(e, index->span, "%s is an index here already; give the one of %s another name", index->name,
                 x->name);
            note(e, outer->span, "it is bound here");
            inference->failed = true;
        }
        add_index_range(e, inference, index, index->name, index->span, index->range);
    }
    size_t last = inference->ranges_count;
    infer_ranges(e, inference, x->left);
    for (size_t i = first; i < last; i++)
        inference->ranges[i].is_active = false;
}

/* Gathers what the subscripts in an expression say of the ranges. */
void infer_ranges(struct elaborator *e, struct inference *inference, const struct expression *x)
{
    for (; x; x = x->left) {
        if (x->kind == EXPRESSION_REDUCE) {
            infer_reduce(e, inference, x);
            return;
        }
        if (x->kind == EXPRESSION_SUBSCRIPT)
            infer_subscript(e, inference, x);
        for (const struct argument *a = x->arguments; a; a = a->next)
            infer_ranges(e, inference, a->value);
        infer_ranges(e, inference, x->condition);
        infer_ranges(e, inference, x->right);
    }
}

/* The only index in a bound whose range is not known; count tells how many there are. */
static struct index_range *unknown_of(struct inference *inference, const struct index_bound *bound,
                                      int *count)
{
    struct index_range *unknown = NULL;
    *count = 0;
    for (size_t i = 0; i < inference->ranges_count; i++)
        if (!inference->ranges[i].extent && size_depends_on(bound->subscript, inference->ranges[i].atom)) {
            unknown = &inference->ranges[i];
            ++*count;
        }
    return unknown;
}

/* The largest range of `unknown` that keeps the subscript in [0, extent), all others being at their worst. */
static size *largest_range(struct elaborator *e, struct inference *inference, const struct index_bound *bound,
                           const struct index_range *unknown)
{
    size *one = size_number(e->sizes, 1), *c = index_coefficient(e, bound->subscript, unknown->atom);
    size *rest = size_substitute(bound->subscript, unknown->atom, size_number(e->sizes, 0));
    bool positive = size_nonnegative(c) == ALWAYS;
    for (size_t i = 0; i < inference->ranges_count; i++) {
        const struct index_range *other = &inference->ranges[i];
        size *k = index_coefficient(e, rest, other->atom);
        if (!k)
            continue;
        bool grows = size_nonnegative(k) == ALWAYS;
        rest =
            size_substitute(rest, other->atom,
                            grows == positive ? size_subtract(other->extent, one) : size_number(e->sizes, 0));
    }
    rest = positive ? size_greatest(rest) : size_least(rest);
    size *room = positive ? size_subtract(size_subtract(bound->extent, one), rest) : rest;
    size *step = positive ? c : size_negate(c);
    if (!require_nonnegative(e, room, bound->span, "the subscript is out of bounds for every value of %s",
                             unknown->name))
        return NULL;
    return size_add(size_floor_divide(room, step), one);
}

/* Ranges that contain other indices: the largest, and at least 1, so that no axis has size 0. */
static bool solve_varying(struct elaborator *e, struct inference *inference)
{
    size *one = size_number(e->sizes, 1);
    bool found = false;
    for (size_t i = 0; i < inference->ranges_count; i++) {
        struct index_range *range = &inference->ranges[i];
        size *most = range->varying;
        for (size_t k = 0; most && !range->extent && k < inference->ranges_count; k++) {
            const struct index_range *other = &inference->ranges[k];
            size *slope = index_coefficient(e, most, other->atom);
            if (!slope)
                continue;
            if (!other->extent)
                most = NULL;
            else
                most = size_substitute(most, other->atom,
                                       size_nonnegative(slope) == ALWAYS ? size_subtract(other->extent, one)
                                                                         : size_number(e->sizes, 0));
        }
        if (!most || range->extent)
            continue;
        most = size_greatest(most);
        range->extent = size_nonnegative(size_subtract(most, one)) == ALWAYS ? most : size_add(most, one);
        found = true;
    }
    return found;
}

/* One round: every bound with a single unknown index limits it; those limits become its range. */
static bool solve_round(struct elaborator *e, struct inference *inference)
{
    size **limits = ARENA_ARRAY(e->arena, size *, inference->ranges_count + 1);
    bool found = solve_varying(e, inference);
    for (size_t i = 0; i < inference->bounds_count; i++) {
        int count;
        struct index_range *unknown = unknown_of(inference, &inference->bounds[i], &count);
        if (count != 1 || unknown->varying)
            continue;
        size *limit = largest_range(e, inference, &inference->bounds[i], unknown);
        if (!limit) {
            inference->failed = true;
            return false;
        }
        size_t at = (size_t)(unknown - inference->ranges);
        limits[at] = limits[at] ? size_minimum(limits[at], limit) : limit;
        unknown->source = inference->bounds[i].span;
    }
    for (size_t i = 0; i < inference->ranges_count; i++)
        if (limits[i]) {
            inference->ranges[i].extent = limits[i];
            found = true;
        }
    return found;
}

void solve_ranges(struct elaborator *e, struct inference *inference)
{
    while (!inference->failed && solve_round(e, inference))
        ;
    for (size_t i = 0; !inference->failed && i < inference->ranges_count; i++) {
        const struct index_range *range = &inference->ranges[i];
        if (range->extent)
            continue;
        bool in_sum = false;
        for (size_t k = 0; k < inference->bounds_count; k++)
            in_sum = in_sum || size_depends_on(inference->bounds[k].subscript, range->atom);
        fail(e, range->span,
             in_sum ? "the range of %s cannot be inferred, since another index of its subscript has no range "
                      "either; "
                      "give one: %s < …"
                    : "no subscript tells the range of the index %s; give one: %s < …",
             range->name, range->name);
        inference->failed = true;
    }
}
