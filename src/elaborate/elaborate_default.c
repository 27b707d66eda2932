/* elaborate_default.c: the defaults of an exported function's parameters, as a function of its own: its
 * inputs are those of the exported one, and the value of a member is its default. So what a default needs
 * stands beside what the function computes, and none of its conditions is one of the function's. */
#include "elaborator.h"

#include <string.h>

/* The text of the default on one line, without comments. */
static const char *default_text(struct elaborator *e, struct span span)
{
    char *text = arena_copy(e->arena, span.source->text + span.begin, span.end - span.begin), *end = text;
    bool is_comment = false;
    for (const char *c = text; *c; c++) {
        is_comment = (is_comment && *c != '\n') || *c == '#';
        bool is_space = is_comment || strchr(" \t\r\n", *c);
        if (!is_space)
            *end++ = *c;
        else if (end > text && end[-1] != ' ')
            *end++ = ' ';
    }
    *end = '\0';
    return text;
}

/* The inputs that stand for a parameter's value where defaults are evaluated. */
static struct value input_of(struct elaborator *e, struct value value)
{
    if (value.kind == VALUE_GROUP) {
        struct value *items = ARENA_ARRAY(e->arena, struct value, value.count);
        for (int i = 0; i < value.count; i++)
            items[i] = input_of(e, value.items[i]);
        value.items = items;
    } else if (value.kind == VALUE_NODE) {
        const struct node *node = value.node;
        value.node = graph_parameter(e->graph, node->type, node->name, node->rank, node->shape);
    }
    return value;
}

static struct member *member_of(struct function *function, const char *name)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (!strcmp(function->members[i].name, name))
            return &function->members[i];
    return NULL;
}

/* The default as the parameter takes it; NULL if it is no value that C can pass, such as a function. */
static struct node *default_value(struct elaborator *e, const struct parameter *p)
{
    struct frame *caller = e->frame->caller;
    e->frame->caller = NULL; /* no call led here */
    struct value value = evaluate_argument(e, p->default_value);
    e->frame->caller = caller;
    bool is_untyped = p->type->kind == TYPE_UNTYPED;
    size *extent = map_get(&e->frame->sizes, p->name);
    if (p->type->kind ==
        TYPE_SIZE) { /* judged as in a call, which gives the size; but others may use its name */
        map_set(e->arena, &e->frame->sizes, p->name, NULL);
        bool right = value.kind != VALUE_ERROR && type_check(e, p, &value, p->default_value->span);
        map_set(e->arena, &e->frame->sizes, p->name, extent);
        return right ? graph_size(e->graph, INT, value.number) : NULL;
    }
    if (value.kind == VALUE_ERROR || (is_untyped && !value_is_tensor(&value)) ||
        !type_check(e, p, &value, p->default_value->span) ||
        !type_check_arithmetic(e, p, &value, p->default_value->span))
        return NULL;
    return as_node(e, value, p->default_value->span);
}

/* Without a type the parameter is a truth value in calls that leave it out, but a number for C. */
static bool is_truth_value(struct elaborator *e, const struct parameter *p, const struct node *node)
{
    if (p->type->kind != TYPE_UNTYPED || node->type != BOOL)
        return false;
    e->not_exportable = true;
    if (!e->quiet_export) {
        e->frame->caller = NULL; /* no call led here */
        fail(e, p->default_value->span, "%s is a truth value by its default, but C hands in a number",
             p->name);
        note(e, p->span, "it can be an int, as in %s: int = 1, and is then %s == 1", p->name, p->name);
    }
    return true;
}

static bool declare_default(struct elaborator *e, const struct parameter *p, struct member *member)
{
    struct member input = *member;
    struct node *node = default_value(e, p);
    if (!node)
        return true;
    if (is_truth_value(e, p, node))
        return false;
    if (p->type->kind == TYPE_UNTYPED && (node->type != REAL || node->rank > 0))
        return true;
    member->default_text = default_text(e, p->default_value->span);
    input.value = node;
    input.leaf = p->type->kind == TYPE_SIZE
                     ? NULL
                     : graph_parameter(e->graph, node->type, p->name, node->rank, node->shape);
    ARENA_APPEND(e->arena, e->function, members, input);
    return true;
}

/* The frame in which defaults are evaluated: that of a call without arguments. */
static struct frame *frame_of_defaults(struct elaborator *e, const struct definition *definition)
{
    struct frame *frame = ARENA_NEW(e->arena, struct frame);
    *frame = (struct frame){.unit = e->frame->unit,
                            .definition = definition,
                            .call = definition->span,
                            .caller = e->frame,
                            .marked = e->frame->marked};
    frame->outermost = frame;
    for (size_t i = 0; i < e->frame->sizes.entries_count; i++)
        map_set(e->arena, &frame->sizes, e->frame->sizes.entries[i].name, e->frame->sizes.entries[i].value);
    return frame;
}

bool declare_defaults(struct elaborator *e, const struct definition *definition)
{
    bool any = false, right = true;
    for (const struct parameter *p = definition->parameters; p; p = p->next)
        any = any || p->default_value;
    if (!any)
        return true;
    struct function *function = e->function, *defaults = function->defaults;
    struct frame *frame = e->frame;
    struct graph *graph = e->graph;
    if (!defaults) {
        defaults = ARENA_NEW(e->arena, struct function);
        *defaults = (struct function){.name = function->name, .span = function->span};
        defaults->graph = graph_new_apart(e->arena, e->sizes);
    }
    e->graph = defaults->graph;
    e->graph->origin = definition->span;
    e->function = defaults;
    e->frame = frame_of_defaults(e, definition);
    for (const struct parameter *p = definition->parameters; p; p = p->next) {
        struct member *member = member_of(function, p->name);
        if (p->default_value && member && !member->default_text)
            right = declare_default(e, p, member) && right;
        const struct binding *binding = map_get(&frame->bindings, p->name);
        if (binding)
            bind(e, p->name, input_of(e, binding->value), p->span, true);
    }
    defaults->conditions_count = defaults->checks_count = 0; /* they are the caller's to keep */
    e->function = function;
    e->frame = frame;
    e->graph = graph;
    function->defaults = defaults;
    return right;
}
