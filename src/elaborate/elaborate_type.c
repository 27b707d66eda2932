/* elaborate_type.c: what parameters accept, and where size names get their numbers. */
#include "elaborator.h"
#include "habits.h"

#include <ctype.h>
#include <string.h>

/* ---- Sizes in types ---- */

/* The name of a size that stands alone and that no `dim` fixes, else NULL. */
static const char *free_size_name(const struct elaborator *e, const struct axis *axis)
{
    const struct expression *x = axis->size;
    if (x->kind != EXPRESSION_NAME || map_get(&e->frame->unit->dims, x->name))
        return NULL;
    return x->name;
}

static bool axis_is_number(const struct axis *axis)
{
    return axis->size->kind == EXPRESSION_NUMBER;
}

/* A size name that stands only in arithmetic gets its number nowhere. */
static bool all_sizes_known(struct elaborator *e, const struct expression *x)
{
    for (; x; x = x->left) {
        if (x->kind == EXPRESSION_NAME && !map_get(&e->frame->sizes, x->name) &&
            !map_get(&e->frame->unit->dims, x->name)) {
            fail(e, x->span,
                 "the size %s stands alone as an axis of no parameter, so its number is not known", x->name);
            note(e, x->span, "`%s: size` makes it a parameter, `dim %s = …` fixes it", x->name, x->name);
            return false;
        }
        if (x->right && !all_sizes_known(e, x->right))
            return false;
    }
    return true;
}

/* Sizes in a type see size names and dims only, never values of the same name. */
static size *evaluate_axis(struct elaborator *e, const struct axis *axis)
{
    if (!all_sizes_known(e, axis->size))
        return NULL;
    struct map bindings = e->frame->bindings;
    e->frame->bindings = (struct map){0};
    struct value value = evaluate(e, axis->size);
    e->frame->bindings = bindings;
    size *extent = as_size(e, value, axis->size->span, "a size");
    if (!extent || !require_nonnegative(e, size_subtract(extent, size_number(e->sizes, 1)), axis->size->span,
                                        "a size must be at least 1, but this is %s",
                                        size_print(e->arena, extent, SIZE_LANGUAGE)))
        return NULL;
    return extent;
}

int axis_count(const struct type_syntax *type)
{
    int count = 0;
    for (const struct axis *axis = type->axes; axis; axis = axis->next)
        count++;
    return count;
}

static const char *type_text(struct elaborator *e, const struct type_syntax *type)
{
    struct span span = type->span;
    return arena_copy(e->arena, span.source->text + span.begin, span.end - span.begin);
}

/* ---- Arguments of calls ---- */

static void fail_argument(struct elaborator *e, const struct parameter *parameter, const struct value *value,
                          struct span at, const char *why)
{
    /* The argument stands in the caller's text: report in its frame, so that library calls are seen from
     * outside. */
    struct frame *callee = e->frame;
    e->frame = callee->caller;
    const char *name = callee->definition->name;
    if (at.source && at.source->is_library && !callee->call.source->is_library)
        at = callee->call;
    fail(e, at, "argument %s of %s is %s, but it is declared %s%s%s", parameter->name, name,
         value_text(e, value), type_text(e, parameter->type), *why ? ": " : "", why);
    note_operand(e, at);
    note(e, parameter->span, "%s is declared here", parameter->name);
    e->frame = callee;
}

static bool check_size_argument(struct elaborator *e, const struct parameter *parameter, struct value *value,
                                struct span at)
{
    if (value->kind != VALUE_NUMBER || size_has_loop_variable(value->number) || value->number == NULL) {
        if (value->kind != VALUE_ERROR)
            fail_argument(e, parameter, value, at, "a size is known before the run");
        return false;
    }
    struct frame *callee = e->frame;
    e->frame = callee->caller;
    bool right = require_whole(e, value->number, at) &&
                 require_nonnegative(e, size_subtract(value->number, size_number(e->sizes, 1)), at,
                                     "a size must be at least 1, but %s is %s", parameter->name,
                                     size_print(e->arena, value->number, SIZE_LANGUAGE));
    e->frame = callee;
    size *known = map_get(&callee->sizes, parameter->name);
    if (right && known && known != value->number) {
        fail_argument(e, parameter, value, at,
                      arena_print(e->arena, "the axes named %s are %s", parameter->name,
                                  size_print(e->arena, known, SIZE_LANGUAGE)));
        return false;
    }
    map_set(e->arena, &callee->sizes, parameter->name, value->number);
    return right;
}

static bool check_axis(struct elaborator *e, const struct parameter *parameter, const struct value *value,
                       const struct axis *axis, size *extent, struct span at, bool arithmetic)
{
    const char *name = free_size_name(e, axis);
    if ((name || axis_is_number(axis)) == arithmetic)
        return true;
    size *expected = name ? map_get(&e->frame->sizes, name) : evaluate_axis(e, axis);
    if (!expected && name) {
        map_set(e->arena, &e->frame->sizes, name, extent);
        return true;
    }
    if (!expected || expected == extent)
        return expected;
    const char *written = size_print(e->arena, expected, SIZE_LANGUAGE);
    const char *what = name && strcmp(name, written)
                           ? arena_print(e->arena, "%s is %s", name, written)
                           : arena_print(e->arena, "the size %s is needed", written);
    fail_argument(e, parameter, value, at,
                  arena_print(e->arena, "%s, not %s", what, size_print(e->arena, extent, SIZE_LANGUAGE)));
    return false;
}

static bool check_axes(struct elaborator *e, const struct parameter *parameter, const struct value *value,
                       const struct axis *axis, size *const *shape, struct span at, bool arithmetic)
{
    for (; axis; axis = axis->next, shape++)
        if (!check_axis(e, parameter, value, axis, *shape, at, arithmetic))
            return false;
    return true;
}

/* ---- Groups ---- */

/* The axes that stand before those of a member: of stacks, the outermost first. */
struct lead {
    const struct axis *axes[MAXIMUM_RANK];
    int count;
};

static struct lead lead_within(struct lead lead, const struct type_syntax *type)
{
    for (const struct axis *axis = type->axes; axis && lead.count < MAXIMUM_RANK; axis = axis->next)
        lead.axes[lead.count++] = axis;
    return lead;
}

static bool check_group(struct elaborator *e, const struct parameter *parameter,
                        const struct type_syntax *type, const struct value *value, struct lead lead,
                        struct span at, bool arithmetic)
{
    struct unit *home;
    const struct definition *group = find_group(e, e->frame->unit, type->group, &home);
    if (!group) {
        fail(e, type->span, "there is no group %s", type->group);
        return false;
    }
    if (value->kind != VALUE_GROUP || value->group != group) {
        fail_argument(e, parameter, value, at, "");
        return false;
    }
    lead = lead_within(lead, type);
    const struct value *item = value->items;
    for (const struct parameter *member = group->parameters; member; member = member->next, item++) {
        if (item->kind == VALUE_GROUP) {
            if (!check_group(e, parameter, member->type, item, lead, at, arithmetic))
                return false;
            continue;
        }
        if (item->kind != VALUE_NODE)
            continue;
        if (item->node->rank != lead.count + axis_count(member->type)) {
            fail_argument(e, parameter, value, at, "its members have other axes");
            return false;
        }
        for (int a = 0; a < lead.count; a++)
            if (!check_axis(e, parameter, value, lead.axes[a], item->node->shape[a], at, arithmetic))
                return false;
        if (!check_axes(e, parameter, value, member->type->axes, item->node->shape + lead.count, at,
                        arithmetic))
            return false;
    }
    return true;
}

bool type_check(struct elaborator *e, const struct parameter *parameter, struct value *value, struct span at)
{
    const struct type_syntax *type = parameter->type;
    switch (type->kind) {
    case TYPE_UNTYPED: return true;
    case TYPE_SIZE: return check_size_argument(e, parameter, value, at);
    case TYPE_GROUP: return check_group(e, parameter, type, value, (struct lead){0}, at, false);
    default: break;
    }
    if (!value_is_tensor(value)) {
        if (value->kind != VALUE_ERROR)
            fail_argument(e, parameter, value, at, "");
        return false;
    }
    bool is_int = type->kind == TYPE_INT_SYNTAX, indexed = is_indexed(e, value);
    if (value->kind != VALUE_NODE) { /* numbers and lists become what is asked for */
        struct frame *callee = e->frame;
        e->frame = callee->caller;
        struct node *node = is_int ? as_int(e, *value, at) : as_real(e, *value, at);
        e->frame = callee;
        if (!node)
            return false;
        *value = value_node(node);
        value->indexed = indexed;
    }
    const struct node *node = value->node;
    int axes = axis_count(type);
    if (node->type != (is_int ? INT : REAL)) {
        fail_argument(e, parameter, value, at, is_int || node->type == BOOL ? "" : "real(…) converts");
        return false;
    }
    if (indexed && axes) {
        fail_argument(e, parameter, value, at, "a subscript with an index yields a scalar");
        return false;
    }
    if (indexed)
        return true;
    if (type->any_leading ? node->rank < axes : node->rank != axes) {
        fail_argument(
            e, parameter, value, at,
            arena_print(e->arena, "%d ax%s, not %d", node->rank, node->rank == 1 ? "is" : "es", axes));
        return false;
    }
    return check_axes(e, parameter, value, type->axes, node->shape + (node->rank - axes), at, false);
}

bool type_check_arithmetic(struct elaborator *e, const struct parameter *parameter, const struct value *value,
                           struct span at)
{
    const struct type_syntax *type = parameter->type;
    if (type->kind == TYPE_GROUP && value->kind == VALUE_GROUP)
        return check_group(e, parameter, type, value, (struct lead){0}, at, true);
    if ((type->kind != TYPE_REAL_SYNTAX && type->kind != TYPE_INT_SYNTAX) || value->kind != VALUE_NODE ||
        value->indexed)
        return true;
    const struct node *node = value->node;
    return check_axes(e, parameter, value, type->axes, node->shape + (node->rank - axis_count(type)), at,
                      true);
}

/* ---- Parameters of exported functions ---- */

/* The parameter of this name of what has been exported into the same function before; NULL: there is none. */
static struct member *shared_parameter(struct elaborator *e, const char *name)
{
    for (size_t i = 0; e->shares_parameters && i < e->function->members_count; i++)
        if (!strcmp(e->function->members[i].name, name))
            return &e->function->members[i];
    return NULL;
}

static bool is_like(const struct member *member, enum type type, int rank, size *const *shape)
{
    bool is_same = member->role == ROLE_INPUT && member->type == type && member->rank == rank;
    for (int a = 0; is_same && a < rank; a++)
        is_same = member->shape[a] == shape[a];
    return is_same;
}

static void add_member(struct elaborator *e, struct member member)
{
    ARENA_APPEND(e->arena, e->function, members, member);
}

static void declare_size(struct elaborator *e, const char *name, struct span span)
{
    if (map_get(&e->frame->sizes, name))
        return;
    size *extent = size_new_name(e->sizes, name);
    map_set(e->arena, &e->frame->sizes, name, extent);
    add_member(e,
               (struct member){.name = name, .role = ROLE_SIZE, .type = INT, .extent = extent, .span = span});
}

static void declare_axes(struct elaborator *e, const struct axis *axes)
{
    for (const struct axis *axis = axes; axis; axis = axis->next) {
        const char *name = free_size_name(e, axis);
        if (name)
            declare_size(e, name, axis->size->span);
    }
}

static bool declare_group_sizes(struct elaborator *e, const struct type_syntax *type)
{
    struct unit *home;
    const struct definition *group = find_group(e, e->frame->unit, type->group, &home);
    if (!group) {
        const char *advice = habit_advice(HABIT_TYPE, type->group);
        if (e->lacks_functions && !advice)
            return false;
        size_t count = 0;
        const char **names = ARENA_ARRAY(e->arena, const char *, e->frame->unit->groups.entries_count + 1);
        for (size_t i = 0; i < e->frame->unit->groups.entries_count; i++)
            names[count++] = e->frame->unit->groups.entries[i].name;
        fail(e, type->span, "there is no type or group %s", type->group);
        if (advice)
            note(e, type->span, "%s", advice);
        else if (!suggest(e, type->group, names, count) && (islower(*type->group) || !type->group[1]))
            note(e, type->span, "a vector of %s numbers has the type [%s], a size that no axis has %s: size",
                 type->group, type->group, type->group);
        return false;
    }
    for (const struct parameter *member = group->parameters; member; member = member->next) {
        declare_axes(e, member->type->axes);
        if (member->type->kind == TYPE_GROUP && !declare_group_sizes(e, member->type))
            return false;
    }
    return true;
}

static bool declare_sizes(struct elaborator *e, const struct definition *definition)
{
    for (const struct parameter *p = definition->parameters; p; p = p->next) {
        declare_axes(e, p->type->axes);
        if (p->type->kind == TYPE_SIZE)
            declare_size(e, p->name, p->span);
        if (p->type->kind == TYPE_GROUP && !declare_group_sizes(e, p->type))
            return false;
    }
    return true;
}

/* One input member of the given type, with `lead` axes before its own. */
static struct value declare_input(struct elaborator *e, const char *name, const struct type_syntax *type,
                                  size *const *lead, int lead_count, struct span span)
{
    int rank = lead_count + axis_count(type);
    enum type element = type->kind == TYPE_INT_SYNTAX ? INT : REAL;
    if (rank > MOST_AXES) {
        fail(e, type->span, "a tensor has at most %d axes", MOST_AXES);
        return value_error();
    }
    size **shape = ARENA_ARRAY(e->arena, size *, rank + 1);
    int a = 0;
    for (; a < lead_count; a++)
        shape[a] = lead[a];
    for (const struct axis *axis = type->axes; axis; axis = axis->next)
        if (!(shape[a++] = evaluate_axis(e, axis)))
            return value_error();
    struct member *shared = shared_parameter(e, name);
    if (shared && !is_like(shared, element, rank, shape)) {
        fail(e, span, "%s is %s%s here, but another type in the objective", name, element == INT ? "int" : "",
             rank > 0         ? shape_of(e, rank, shape)
             : element == INT ? ""
                              : "a scalar");
        note(e, shared->span, "parameters of one name are one");
        return value_error();
    }
    if (shared)
        return value_node(shared->leaf);
    struct node *node = graph_parameter(e->graph, element, name, rank, shape);
    node->named_by_user = true;
    add_member(e, (struct member){.name = name,
                                  .role = ROLE_INPUT,
                                  .type = element,
                                  .rank = rank,
                                  .shape = shape,
                                  .leaf = node,
                                  .span = span});
    return value_node(node);
}

static void fail_any_leading(struct elaborator *e, const struct parameter *p, struct span at)
{
    e->not_exportable = true;
    if (e->quiet_export)
        return;
    fail(e, at, "a function with a [..., n] parameter can be called but not exported");
    note(e, p->span, "give %s all its axes", p->name);
}

static struct value declare_group(struct elaborator *e, const char *name, const struct type_syntax *type,
                                  size *const *lead, int lead_count, struct span span)
{
    struct unit *home;
    const struct definition *group = find_group(e, e->frame->unit, type->group, &home);
    size *stack[MAXIMUM_RANK];
    int count = 0;
    for (; count < lead_count; count++)
        stack[count] = lead[count];
    if (lead_count + axis_count(type) > MOST_AXES) {
        fail(e, type->span, "a tensor has at most %d axes", MOST_AXES);
        return value_error();
    }
    for (const struct axis *axis = type->axes; axis; axis = axis->next)
        if (!(stack[count++] = evaluate_axis(e, axis)))
            return value_error();
    struct value value = {.kind = VALUE_GROUP, .group = group, .group_unit = home};
    for (const struct parameter *member = group->parameters; member; member = member->next)
        value.count++;
    value.items = ARENA_ARRAY(e->arena, struct value, value.count);
    int i = 0;
    for (const struct parameter *member = group->parameters; member; member = member->next, i++) {
        if (member->type->any_leading) {
            fail_any_leading(e, member, span);
            return value_error();
        }
        const char *full = arena_print(e->arena, "%s_%s", name, member->name);
        value.items[i] = member->type->kind == TYPE_GROUP
                             ? declare_group(e, full, member->type, stack, count, span)
                             : declare_input(e, full, member->type, stack, count, span);
        if (value.items[i].kind == VALUE_ERROR)
            return value_error();
    }
    return value;
}

bool declare_parameters(struct elaborator *e, const struct definition *definition)
{
    if (!declare_sizes(e, definition))
        return false;
    bool right = true;
    for (const struct parameter *p = definition->parameters; p; p = p->next) {
        struct value value;
        if (p->type->kind == TYPE_SIZE)
            continue;
        if (p->type->any_leading) {
            fail_any_leading(e, p, p->span);
            return false;
        }
        if (p->type->kind == TYPE_GROUP)
            value = declare_group(e, p->name, p->type, NULL, 0, p->span);
        else
            value = declare_input(e, p->name, p->type, NULL, 0, p->span);
        right = right && value.kind != VALUE_ERROR;
        bind(e, p->name, value, p->span, true);
    }
    return right && declare_defaults(e, definition);
}
