/* elaborate_error.c: how the elaborator tells what is wrong, and the conditions that it leaves to the entry.
 *
 * A place inside the library says nothing to the user: such errors are told at the user's call. Errors inside
 * one of the user's functions get a note for every call on the way to it. */
#include "elaborator.h"

#include <stdarg.h>
#include <string.h>

static bool in_library(struct span span)
{
    return span.source && span.source->is_library;
}

/* Where the caller wrote the argument that a place in the callee names, or the call. */
static struct span place_at_caller(const struct frame *frame, struct span place)
{
    const char *text = place.source->text + place.begin;
    size_t length = place.end - place.begin;
    const struct parameter *p = frame->arguments ? frame->definition->parameters : NULL;
    for (int i = 0; p; p = p->next, i++)
        if (strlen(p->name) == length && strncmp(p->name, text, length) == 0 && frame->arguments[i].source)
            return frame->arguments[i];
    return frame->call;
}

/* Tells an error; true if it stands at its own place rather than at the user's call of a library function. */
static bool tell(struct elaborator *e, struct span left, struct span point, struct span right,
                 const char *message)
{
    struct frame *frame = e->frame;
    const char *callee = NULL;
    bool own_place = !in_library(point);
    while (in_library(point) && frame) {
        callee = frame->definition->name;
        point = place_at_caller(frame, point);
        frame = frame->caller;
    }
    struct span none = {0};
    if (own_place)
        report_error_between(e->diagnostics, left, point, right, "%s", message);
    else
        report_error_between(e->diagnostics, none, point, none, "in %s: %s", callee ? callee : "the library",
                             message);
    return own_place;
}

/* A rule is evaluated in a frame of its own, for the call of its function, which has one too. */
static bool is_rule(const struct frame *frame)
{
    return frame->definition->kind == DEFINITION_RULE;
}

/* Notes for the user's calls that led to the present place. */
static void note_calls(struct elaborator *e, bool own_place)
{
    struct frame *frame = e->frame;
    if (!own_place) { /* skip the library's frames and the call that the error was told at */
        while (frame && in_library(frame->call))
            frame = frame->caller;
        if (frame)
            frame = frame->caller;
    }
    for (int shown = 0; frame && frame->caller && shown < 4; frame = frame->caller)
        if (!in_library(frame->call) && !is_rule(frame)) {
            report_note(e->diagnostics, frame->call, "in this call of %s", frame->definition->name);
            shown++;
        }
}

void fail(struct elaborator *e, struct span point, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_vprint(e->arena, format, arguments);
    va_end(arguments);
    struct span none = {0};
    note_calls(e, tell(e, none, point, none, message));
}

void fail_between(struct elaborator *e, struct span left, struct span point, struct span right,
                  const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_vprint(e->arena, format, arguments);
    va_end(arguments);
    bool own_place = tell(e, left, point, right, message);
    if (own_place) {
        note_operand(e, left);
        note_operand(e, right);
    }
    note_calls(e, own_place);
}

void note(struct elaborator *e, struct span place, const char *format, ...)
{
    if (in_library(place))
        return;
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_vprint(e->arena, format, arguments);
    va_end(arguments);
    report_note(e->diagnostics, place, "%s", message);
}

void note_operand(struct elaborator *e, struct span operand)
{
    if (!operand.source || in_library(operand) || operand.end <= operand.begin)
        return;
    const char *name =
        arena_copy(e->arena, operand.source->text + operand.begin, operand.end - operand.begin);
    struct binding *binding = find_binding(e, name);
    if (!binding || !binding->span.source)
        return;
    note(e, binding->span, "%s is %s %s here", name, binding->is_parameter ? "declared" : "assigned",
         value_text(e, &binding->value));
}

enum { MOST_COMPARED = 4000000 };

bool may_suggest(struct elaborator *e, size_t count)
{
    if (e->diagnostics->last_was_dropped || e->compared_count > MOST_COMPARED)
        return false;
    e->compared_count += count;
    return true;
}

bool suggest(struct elaborator *e, const char *name, const char *const *candidates, size_t count)
{
    if (e->diagnostics->last_was_dropped)
        return true;
    const char *near = near_name(name, candidates, count);
    struct span none = {0};
    if (near)
        report_note(e->diagnostics, none, "did you mean %s?", near);
    return near;
}

void suggest_parameter(struct elaborator *e, const char *name, const char *const *parameters, size_t count)
{
    struct span none = {0};
    if (e->diagnostics->last_was_dropped || near_name(name, parameters, count)) {
        suggest(e, name, parameters, count);
        return;
    }
    const char *list = count ? parameters[0] : "none";
    for (size_t i = 1; i < count; i++)
        list = arena_print(e->arena, "%s%s%s", list, i + 1 < count ? ", " : " and ", parameters[i]);
    report_note(e->diagnostics, none, "the parameters are %s", list);
}

const char *shape_of(struct elaborator *e, int rank, size *const *shape)
{
    const char *text = "[";
    for (int a = 0; a < rank; a++)
        text = arena_print(e->arena, "%s%s%s", text, a ? ", " : "",
                           size_print(e->arena, shape[a], SIZE_LANGUAGE));
    return arena_print(e->arena, "%s]", text);
}

const char *shape_text(struct elaborator *e, const struct node *node)
{
    return node->rank ? shape_of(e, node->rank, node->shape) : "a scalar";
}

const char *value_text(struct elaborator *e, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NODE: {
        const struct node *node = value->node;
        const char *shape = node->rank ? shape_text(e, node) : "";
        if (node->type == INT)
            return arena_print(e->arena, "int%s", shape);
        if (node->type == BOOL)
            return node->rank ? arena_print(e->arena, "truth values %s", shape) : "a truth value";
        return node->rank ? shape : "a scalar";
    }
    case VALUE_NUMBER:
        return arena_print(e->arena, "the number %s", size_print(e->arena, value->number, SIZE_LANGUAGE));
    case VALUE_LIST: return "a list";
    case VALUE_FUNCTION: return arena_print(e->arena, "the function %s", value->callee->name);
    case VALUE_GROUP: return arena_print(e->arena, "the group %s", value->group->name);
    default: return "nothing";
    }
}

/* ---- Conditions ---- */

static void add_condition(struct elaborator *e, int kind, size *a, struct span at)
{
    struct function *function = e->function;
    if (!function)
        return;
    for (size_t i = 0; i < function->conditions_count; i++)
        if (function->conditions[i].a == a && (int)function->conditions[i].kind == kind)
            return;
    struct condition condition = {.a = a, .span = at};
    condition.kind = kind == CONDITION_WHOLE  ? CONDITION_WHOLE
                     : kind == CONDITION_ZERO ? CONDITION_ZERO
                                              : CONDITION_NONNEGATIVE;
    struct frame *frame = e->frame;
    while (in_library(condition.span) && frame) {
        condition.span = frame->call;
        frame = frame->caller;
    }
    ARENA_APPEND(e->arena, function, conditions, condition);
}

bool require_nonnegative(struct elaborator *e, size *a, struct span at, const char *format, ...)
{
    enum truth holds = size_nonnegative(a);
    if (holds == ALWAYS)
        return true;
    if (holds != NEVER && size_has_loop_variable(a)) /* some round fails for all sizes */
        holds = size_nonnegative(size_least(a)) == NEVER ? NEVER : holds;
    if (holds == NEVER) {
        va_list arguments;
        va_start(arguments, format);
        const char *message = arena_vprint(e->arena, format, arguments);
        va_end(arguments);
        fail(e, at, "%s", message);
        return false;
    }
    add_condition(e, CONDITION_NONNEGATIVE, size_has_loop_variable(a) ? size_least(a) : a, at);
    return true;
}

bool require_whole(struct elaborator *e, size *a, struct span at)
{
    if (size_is_whole(a))
        return true;
    if (size_overflowed(a)) {
        fail(e, at, "this size is too large to be counted");
        return false;
    }
    size *multiple = size_multiply(a, size_number(e->sizes, size_denominator(a)));
    int64_t number;
    if (size_is_number(multiple, &number)) {
        fail(e, at, "%s is not a whole number", size_print(e->arena, a, SIZE_LANGUAGE));
        note(e, at, "a size divides exactly");
        return false;
    }
    add_condition(e, CONDITION_WHOLE, a, at);
    return true;
}

static void add_check(struct elaborator *e, struct value_check check)
{
    struct function *function = e->function;
    for (size_t i = 0; i < function->checks_count; i++) {
        if (value_check_joins(&function->checks[i], &check))
            return;
    }
    struct frame *frame = e->frame;
    check.number = (int)function->checks_count;
    while (in_library(check.span) && frame) {
        check.span = frame->call;
        frame = frame->caller;
    }
    ARENA_APPEND(e->arena, function, checks, check);
    check.k->is_judged = check.kind == CHECK_RANGE;
}

void require_index(struct elaborator *e, struct node *k, size *low, size *high, struct span at)
{
    add_check(e, (struct value_check){CHECK_RANGE, k, low, high, at, 0, false, PART_ALL, false});
}

void require_fits(struct elaborator *e, struct node *x, struct span at)
{
    add_check(e, (struct value_check){CHECK_FITS, x, NULL, NULL, at, 0, false, PART_ALL, false});
}

void require_truth(struct elaborator *e, struct node *truth, struct span at)
{
    add_check(e, (struct value_check){CHECK_TRUTH, truth, NULL, NULL, at, 0, false, PART_ALL, false});
}
