/* elaborate_index.c: index notation.
 *
 * First the ranges of all indices of one definition, or of one outermost reduction, are inferred from the
 * subscripts in it (struct inference). Then the right side is evaluated once, each element access as a view
 * over the index space, each `sum[j](…)` as a reduction over the axes that it brings. Nothing after
 * elaboration knows of index notation. */
#include "elaborator.h"

#include <math.h>
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
static size *coefficient(struct elaborator *e, size *a, const size *atom)
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
        affine.coefficients[i] = coefficient(e, number, e->space.axes[i].atom);
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

/* Puts an index behind the others; false after reporting that there are too many. */
static bool enter_index(struct elaborator *e, const char *name, size *extent, struct span at)
{
    if (e->space.count == MOST_AXES) {
        fail(e, at, "at most %d indices can be in force at once", MOST_AXES);
        return false;
    }
    size *zero = size_number(e->sizes, 0);
    e->space.axes[e->space.count++] =
        (struct space_axis){name, size_new_loop_variable(e->sizes, name, zero, extent), extent, e->frame};
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

/* ---- Inference of ranges ---- */

struct range {
    const void *key; /* the struct index or struct subscript that brings the index */
    const char *name;
    struct span span;
    size *atom;    /* stands for the index while its range is sought */
    size *extent;  /* NULL: not known yet */
    size *varying; /* given, but it contains earlier indices or variables of loops: extent is then enough for
                      all of them; else NULL */
    struct span source; /* the subscript that gave the extent */
    bool is_explicit, is_active;
};

/* subscript must lie in [0, extent) */
struct bound {
    size *subscript, *extent;
    struct span span;
};

struct inference {
    struct range *ranges;
    size_t ranges_count, ranges_capacity;
    struct bound *bounds;
    size_t bounds_count, bounds_capacity;
    bool failed;
};

static struct range *find_range(struct inference *inference, const void *key)
{
    for (size_t i = 0; inference && i < inference->ranges_count; i++)
        if (inference->ranges[i].key == key)
            return &inference->ranges[i];
    return NULL;
}

static struct range *active_range(struct inference *inference, const char *name)
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

static size *affine_operand(struct elaborator *e, struct inference *inference, const struct expression *x);
static bool mentions_range(const struct inference *inference, const size *a);

static void add_range(struct elaborator *e, struct inference *inference, const void *key, const char *name,
                      struct span span, const struct expression *range)
{
    struct range r = {.key = key, .name = name, .span = span, .is_active = true, .source = span};
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
    struct range *range = active_range(inference, x->name);
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
static void stands_alone(struct elaborator *e, struct inference *inference, struct range *range, size *extent,
                         struct span at)
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

static void infer(struct elaborator *e, struct inference *inference, const struct expression *x);

/* A subscript with an index has a number for every axis. */
static bool names_all_axes(struct elaborator *e, const struct expression *x, const struct node *source)
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

static const char further_subscript[] =
    "a subscript with an index yields a scalar, which takes no further subscript";

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
                infer(e, inference, s->at);
        }
    if (!any)
        return;
    if (is_element(e, inference, x->left)) {
        fail(e, x->span, "%s", further_subscript);
        inference->failed = true;
        return;
    }
    struct value base = evaluate(e, x->left);
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
        struct range *alone = s->at->kind == EXPRESSION_NAME ? active_range(inference, s->at->name) : NULL;
        if (alone)
            stands_alone(e, inference, alone, base.node->shape[axis], s->span);
        else {
            struct bound bound = {affine[axis], base.node->shape[axis], s->span};
            ARENA_APPEND(e->arena, inference, bounds, bound);
        }
    }
}

static void infer_reduce(struct elaborator *e, struct inference *inference, const struct expression *x)
{
    size_t first = inference->ranges_count;
    for (const struct index *index = x->indices; index; index = index->next)
        add_range(e, inference, index, index->name, index->span, index->range);
    size_t last = inference->ranges_count;
    infer(e, inference, x->left);
    for (size_t i = first; i < last; i++)
        inference->ranges[i].is_active = false;
}

/* Gathers what the subscripts in an expression say of the ranges. */
static void infer(struct elaborator *e, struct inference *inference, const struct expression *x)
{
    for (; x; x = x->left) {
        if (x->kind == EXPRESSION_REDUCE) {
            infer_reduce(e, inference, x);
            return;
        }
        if (x->kind == EXPRESSION_SUBSCRIPT)
            infer_subscript(e, inference, x);
        for (const struct argument *a = x->arguments; a; a = a->next)
            infer(e, inference, a->value);
        infer(e, inference, x->condition);
        infer(e, inference, x->right);
    }
}

/* The only index in a bound whose range is not known; count tells how many there are. */
static struct range *unknown_of(struct inference *inference, const struct bound *bound, int *count)
{
    struct range *unknown = NULL;
    *count = 0;
    for (size_t i = 0; i < inference->ranges_count; i++)
        if (!inference->ranges[i].extent && size_depends_on(bound->subscript, inference->ranges[i].atom)) {
            unknown = &inference->ranges[i];
            ++*count;
        }
    return unknown;
}

/* The largest range of `unknown` that keeps the subscript in [0, extent), all others being at their worst. */
static size *largest_range(struct elaborator *e, struct inference *inference, const struct bound *bound,
                           const struct range *unknown)
{
    size *one = size_number(e->sizes, 1), *c = coefficient(e, bound->subscript, unknown->atom);
    size *rest = size_substitute(bound->subscript, unknown->atom, size_number(e->sizes, 0));
    bool positive = size_nonnegative(c) == ALWAYS;
    for (size_t i = 0; i < inference->ranges_count; i++) {
        const struct range *other = &inference->ranges[i];
        size *k = coefficient(e, rest, other->atom);
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
        struct range *range = &inference->ranges[i];
        size *most = range->varying;
        for (size_t k = 0; most && !range->extent && k < inference->ranges_count; k++) {
            const struct range *other = &inference->ranges[k];
            size *slope = coefficient(e, most, other->atom);
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
        struct range *unknown = unknown_of(inference, &inference->bounds[i], &count);
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

static void solve(struct elaborator *e, struct inference *inference)
{
    while (!inference->failed && solve_round(e, inference))
        ;
    for (size_t i = 0; !inference->failed && i < inference->ranges_count; i++) {
        const struct range *range = &inference->ranges[i];
        if (range->extent)
            continue;
        bool in_sum = false;
        for (size_t k = 0; k < inference->bounds_count; k++)
            in_sum = in_sum || size_depends_on(inference->bounds[k].subscript, range->atom);
        fail(e, range->span,
             in_sum ? "the range of %s cannot be inferred, since another index of its subscript has no range "
                      "either; "
                      "give one: %s < …"
                    : "the index %s stands in no subscript, so it has no range; give one: %s < …",
             range->name, range->name);
        inference->failed = true;
    }
}

/* ---- Element accesses ---- */

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

/* One axis of an access; notes which indices it uses. */
static bool access_axis(struct elaborator *e, const struct subscript *s, size *extent,
                        struct affine *subscript, bool *used, struct node **dynamics, int *dynamic_count)
{
    struct value value = evaluate(e, s->at);
    if (value.kind == VALUE_ERROR)
        return false;
    if (value.kind == VALUE_NUMBER && !value.divided) {
        const char *text =
            arena_copy(e->arena, s->span.source->text + s->span.begin, s->span.end - s->span.begin);
        *subscript = affine_of_number(e, value.number);
        for (int i = 0; i < e->space.count; i++)
            used[i] = used[i] || subscript->coefficients[i];
        size *least = size_least(value.number), *greatest = size_greatest(value.number);
        return require_nonnegative(e, least, s->span,
                                   "the subscript %s goes down to %s, before the start of the axis", text,
                                   size_print(e->arena, least, SIZE_LANGUAGE)) &&
               require_nonnegative(e,
                                   size_subtract(size_subtract(extent, size_number(e->sizes, 1)), greatest),
                                   s->span, "the subscript %s goes up to %s, outside the axis of size %s",
                                   text, size_print(e->arena, greatest, SIZE_LANGUAGE),
                                   size_print(e->arena, extent, SIZE_LANGUAGE));
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
    for (int i = 0; i < k->rank; i++) {
        int64_t one;
        used[i] = used[i] || !(size_is_number(k->shape[i], &one) && one == 1);
    }
    require_index(e, k, size_number(e->sizes, 0), extent, s->span);
    subscript->offset = size_number(e->sizes, 0);
    subscript->coefficients = ARENA_ARRAY(e->arena, size *, e->space.count + 1);
    dynamics[*dynamic_count] = k;
    subscript->dynamic = ++*dynamic_count;
    return true;
}

struct value evaluate_indexed(struct elaborator *e, const struct expression *x)
{
    struct value base = evaluate(e, x->left);
    struct node *source = as_node(e, base, x->left->span);
    if (!source)
        return value_error();
    if (is_indexed(e, &base)) {
        fail(e, x->span, "%s", further_subscript);
        return value_error();
    }
    if (!names_all_axes(e, x, source))
        return value_error();
    struct affine *subscripts = ARENA_ARRAY(e->arena, struct affine, source->rank + 1);
    struct node *dynamics[MAXIMUM_RANK];
    bool used[MAXIMUM_RANK] = {0};
    int dynamic_count = 0, axis = 0;
    for (const struct subscript *s = x->subscripts; s; s = s->next, axis++)
        if (!access_axis(e, s, source->shape[axis], &subscripts[axis], used, dynamics, &dynamic_count))
            return value_error();
    size *shape[MAXIMUM_RANK];
    shape_of_used(e, used, shape);
    for (int d = 0; d < dynamic_count; d++)
        dynamics[d] = graph_broadcast(e->graph, dynamics[d], e->space.count, shape);
    struct value value = value_node(
        graph_index(e->graph, source, e->space.count, shape, subscripts, dynamics, dynamic_count, false));
    value.indexed = true;
    return value;
}

/* ---- Reductions ---- */

static enum op reduction_operator(const char *name)
{
    static const struct {
        const char *name;
        enum op op;
    } rows[] = {{"sum", OP_SUM},     {"mean", OP_SUM},      {"prod", OP_PRODUCT},
                {"max", OP_MAXIMUM}, {"min", OP_MINIMUM},   {"any", OP_ANY},
                {"all", OP_ALL},     {"argmax", OP_ARGMAX}, {"argmin", OP_ARGMIN}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].name, name))
            return rows[i].op;
    return OPERATOR_COUNT;
}

/* A reduction of the library over the last axes: its operand and axes go in as values of names that no text
 * can have. */
static struct node *reduce_by_library(struct elaborator *e, const struct expression *x, struct node *body,
                                      int axes)
{
    struct value list = {
        .kind = VALUE_LIST, .count = axes, .items = ARENA_ARRAY(e->arena, struct value, axes)};
    for (int i = 0; i < axes; i++)
        list.items[i] = value_whole(e, body->rank - axes + i);
    struct map saved = e->frame->bindings;
    struct binding operand = {.name = "(operand)", .value = value_node(body)},
                   over = {.name = "(axes)", .value = list};
    e->frame->bindings = (struct map){0};
    map_set(e->arena, &e->frame->bindings, operand.name, &operand);
    map_set(e->arena, &e->frame->bindings, over.name, &over);
    struct expression operand_name = {.kind = EXPRESSION_NAME, .span = x->left->span, .name = operand.name};
    struct expression axes_name = {.kind = EXPRESSION_NAME, .span = x->operator_span, .name = over.name};
    struct argument axis = {.name = "axis", .span = x->operator_span, .value = &axes_name};
    struct argument first = {.span = x->left->span, .value = &operand_name, .next = &axis};
    struct expression call = {.kind = EXPRESSION_CALL,
                              .span = x->span,
                              .operator_span = x->operator_span,
                              .name = x->name,
                              .arguments = &first};
    struct value result = call_function(e, find_library_function(e, x->name), &call);
    e->frame->bindings = saved;
    return result.kind == VALUE_NODE ? result.node : NULL;
}

/* Where all indices with ranges that contain others are inside these; NULL if there are none, and after an
 * error. */
static struct node *inside_ranges(struct elaborator *e, const struct expression *const *ranges, int first,
                                  int count)
{
    struct node *inside = NULL;
    size *shape[MAXIMUM_RANK];
    for (int a = 0; a < e->space.count; a++)
        shape[a] = e->space.axes[a].extent;
    for (int i = 0; i < count; i++) {
        if (!ranges[i])
            continue;
        struct value end = evaluate(e, ranges[i]), index = value_number(e->space.axes[first + i].atom);
        struct value below =
            binary(e, SYNTAX_LESS, index, end, ranges[i]->span, ranges[i]->span, ranges[i]->span);
        struct node *node = as_bool(e, below, ranges[i]->span, "the range of an index");
        if (!node)
            return NULL;
        node = graph_broadcast(e->graph, node, e->space.count, shape);
        inside = inside ? graph_binary(e->graph, OP_AND, inside, node) : node;
    }
    return inside;
}

/* What a reduction gives over no indices. */
static double identity_of(const char *name)
{
    bool is_most = !strcmp(name, "max") || !strcmp(name, "argmax") || !strcmp(name, "logsumexp");
    bool is_one = !strcmp(name, "prod") || !strcmp(name, "all");
    return is_most ? -INFINITY : !strcmp(name, "min") || !strcmp(name, "argmin") ? INFINITY : is_one;
}

/* body: over the space, whose last `axes` axes are reduced. */
static struct node *reduce_indices(struct elaborator *e, const struct expression *x, struct node *body,
                                   int axes, struct node *inside)
{
    enum op op = reduction_operator(x->name);
    bool truth = op == OP_ANY || op == OP_ALL;
    if (truth != (body->type == BOOL) || body->type == INT) {
        fail(e, x->left->span, "%s of %s", x->name,
             body->type == BOOL ? "truth values; real(…) makes numbers of them"
             : truth            ? "numbers; compare them"
                                : "int values; real(…) converts");
        return NULL;
    }
    if (inside) {
        struct node *identity = graph_constant(e->graph, body->type, identity_of(x->name));
        body = graph_select(e->graph, inside, body,
                            graph_broadcast(e->graph, identity, body->rank, body->shape));
    }
    if (op == OPERATOR_COUNT)
        return reduce_by_library(e, x, body, axes);
    if (op == OP_ARGMAX || op == OP_ARGMIN) {
        if (inside) {
            /* of no indices there is no number to give: GRADC_EINDEX */
            struct node *any = graph_reduce(e->graph, OP_ANY, inside, 1u << (body->rank - 1));
            struct node *zeros = graph_broadcast(e->graph, constant_real(e, 0), any->rank, any->shape);
            struct node *none = graph_broadcast(e->graph, constant_real(e, INFINITY), any->rank, any->shape);
            require_fits(e, graph_select(e->graph, any, zeros, none), x->span);
        }
        return graph_arg(e->graph, op, body, body->rank - 1);
    }
    int first = body->rank - axes;
    unsigned reduced_axes = ((1u << axes) - 1) << first;
    struct node *reduced = op == OP_SUM ? graph_sum_of_chosen(e->graph, body, reduced_axes) : NULL;
    if (!reduced)
        reduced = graph_reduce(e->graph, op, body, reduced_axes);
    if (strcmp(x->name, "mean"))
        return reduced;
    if (inside) {
        struct node *there = graph_unary(e->graph, OP_CAST_REAL, inside);
        return graph_binary(e->graph, OP_DIV, reduced, graph_reduce(e->graph, OP_SUM, there, reduced_axes));
    }
    size *count = size_number(e->sizes, 1);
    for (int i = first; i < body->rank; i++)
        count = size_multiply(count, body->shape[i]);
    struct node *divisor =
        graph_broadcast(e->graph, graph_size(e->graph, REAL, count), reduced->rank, reduced->shape);
    return graph_binary(e->graph, OP_DIV, reduced, divisor);
}

static struct value reduce_in_space(struct elaborator *e, const struct expression *x)
{
    int axes = 0, outer = e->space.count;
    const struct index *indices[MAXIMUM_RANK];
    const struct expression *varying[MAXIMUM_RANK] = {NULL};
    for (const struct index *index = x->indices; index; index = index->next) {
        if (axes == MOST_AXES) {
            fail(e, index->span, "at most %d indices can be in force at once", MOST_AXES);
            return value_error();
        }
        indices[axes++] = index;
    }
    bool entered = true;
    int count = 0;
    for (int i = 0; entered && i < axes; i++) {
        struct range *range = find_range(e->inference, indices[i]);
        entered = range && range->extent && enter_index(e, indices[i]->name, range->extent, indices[i]->span);
        count += entered;
        varying[i] = entered && range->varying ? indices[i]->range : NULL;
    }
    struct value body = entered ? evaluate(e, x->left) : value_error();
    bool indexed = is_indexed(e, &body);
    struct node *node = body.kind == VALUE_ERROR ? NULL : as_node(e, body, x->left->span), *result = NULL;
    if (node && !indexed && node->rank)
        fail(e, x->left->span,
             "%s[…] takes elements, but this is a whole tensor %s; name all its axes by indices", x->name,
             shape_text(e, node));
    else if (node) {
        size *shape[MAXIMUM_RANK];
        int errors = e->diagnostics->error_count;
        struct node *inside = inside_ranges(e, varying, outer, axes);
        for (int i = 0; i < e->space.count; i++)
            shape[i] = i >= outer || inside ? e->space.axes[i].extent
                       : node->rank         ? node->shape[i]
                                            : size_number(e->sizes, 1);
        if (errors == e->diagnostics->error_count)
            result =
                reduce_indices(e, x, graph_broadcast(e->graph, node, e->space.count, shape), axes, inside);
    }
    e->space.count -= count;
    struct value value = value_node(result);
    value.indexed = outer > 0;
    return value;
}

struct value evaluate_reduce(struct elaborator *e, const struct expression *x)
{
    if (reduction_operator(x->name) == OPERATOR_COUNT && strcmp(x->name, "logsumexp") &&
        strcmp(x->name, "norm")) {
        fail(e, x->operator_span,
             "%s is no reduction; there are sum prod mean max min logsumexp norm argmax argmin any all",
             x->name);
        return value_error();
    }
    if ((!strcmp(x->name, "argmax") || !strcmp(x->name, "argmin")) && x->indices->next) {
        fail(e, x->indices->next->span, "%s goes over one index", x->name);
        return value_error();
    }
    if (find_range(e->inference, x->indices))
        return reduce_in_space(e, x);
    struct inference *outer = e->inference;
    e->inference = ARENA_NEW(e->arena, struct inference);
    infer(e, e->inference, x);
    /* `x` itself is the root, and infer() goes down its left spine from there */
    solve(e, e->inference);
    struct value value = e->inference->failed ? value_error() : reduce_in_space(e, x);
    e->inference = outer;
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
        if (active_range(inference, s->at->name)) {
            fail(e, s->span, "the index %s stands twice on the left", s->at->name);
            inference->failed = true;
        }
        add_range(e, inference, s, s->at->name, s->at->span, s->range);
        indices[count++] = s;
    }
    infer(e, inference, x);
    solve(e, inference);
    struct value value = value_error();
    for (int i = 0; !inference->failed && i < count; i++)
        if (!enter_index(e, indices[i]->at->name, find_range(inference, indices[i])->extent,
                         indices[i]->span))
            inference->failed = true;
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
    const struct expression *varying[MAXIMUM_RANK] = {NULL};
    for (int i = 0; node && i < count; i++) {
        shape[i] = e->space.axes[i].extent;
        varying[i] = find_range(inference, indices[i])->varying ? indices[i]->range : NULL;
    }
    struct node *inside = node ? inside_ranges(e, varying, 0, count) : NULL;
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
