/* elaborate_call.c: finding functions, matching arguments to parameters, evaluating bodies.
 *
 * A call evaluates the callee's body in a frame of its own, so every call is checked afresh and nothing is
 * generic. */
#include "elaborator.h"
#include "habits.h"

#include <string.h>

#include "library_text.h"

/* ---- Finding functions ---- */

static struct callee *callee_of_unit(struct elaborator *e, struct unit *unit, const char *name)
{
    const struct definition *definition = map_get(&unit->functions, name);
    if (!definition)
        return NULL;
    struct callee *callee = ARENA_NEW(e->arena, struct callee);
    *callee = (struct callee){definition, unit, NULL, name, NULL};
    return callee;
}

/* Many ways may lead to a file through imports; what was found on the first is kept, that there is nothing,
 * too. */
static struct callee *callee_of_imports(struct elaborator *e, struct unit *unit, const char *name)
{
    static struct callee none;
    struct callee *callee = map_get(&unit->imported_functions, name);
    for (size_t i = 0; i < unit->imports_count && !callee; i++) {
        callee = callee_of_unit(e, unit->imports[i], name);
        if (!callee)
            callee = callee_of_imports(e, unit->imports[i], name);
        if (callee && callee != &none && !unit->loading)
            warn_second_import(e, unit, callee->definition);
    }
    if (unit->imports_count && !unit->loading)
        map_set(e->arena, &unit->imported_functions, name, callee ? callee : &none);
    return callee == &none ? NULL : callee;
}

struct callee *find_library_function(struct elaborator *e, const char *name)
{
    struct callee *callee = callee_of_unit(e, e->prelude, name);
    const struct builtin *builtin = callee ? NULL : builtin_find(name);
    if (builtin) {
        callee = ARENA_NEW(e->arena, struct callee);
        *callee = (struct callee){NULL, NULL, builtin, name, NULL};
    }
    return callee;
}

struct callee *find_function(struct elaborator *e, const char *name)
{
    struct unit *unit = e->frame->unit;
    struct callee *callee = find_local(e, name);
    if (!callee)
        callee = callee_of_unit(e, unit, name);
    if (!callee)
        callee = callee_of_imports(e, unit, name);
    return callee ? callee : find_library_function(e, name);
}

/* A function of this name in a body, before or behind what is evaluated, or in a block that has ended. */
static const struct definition *find_elsewhere(const struct statement *statement, const char *name)
{
    const struct definition *found = NULL;
    for (; statement && !found; statement = statement->next) {
        if (statement->definition && !strcmp(statement->definition->name, name))
            found = statement->definition;
        if (!found)
            found = find_elsewhere(statement->body, name);
        if (!found)
            found = find_elsewhere(statement->else_body, name);
    }
    return found;
}

/* The library file that defines the function, found by its text alone: `name(` at the start of a line. */
static const char *library_file_with(struct elaborator *e, const char *name)
{
    const char *start = arena_print(e->arena, "\n%s(", name);
    for (const struct library_file *file = library_files; file->name; file++)
        if (strstr(file->text, start))
            return file->name;
    return NULL;
}

static void suggest_function(struct elaborator *e, const char *name)
{
    struct map names = {0};
    size_t count, all = 0;
    const char *const *builtins = builtin_names(&count);
    for (size_t u = 0; u < e->units_count; u++)
        all += e->units[u]->functions.entries_count;
    if (!may_suggest(e, all + count))
        return;
    for (size_t u = 0; u < e->units_count; u++)
        for (size_t i = 0; i < e->units[u]->functions.entries_count; i++)
            map_set(e->arena, &names, e->units[u]->functions.entries[i].name, e);
    for (size_t i = 0; i < count; i++)
        map_set(e->arena, &names, builtins[i], e);
    for (const struct local_function *local = e->frame->functions_here; local; local = local->outer)
        map_set(e->arena, &names, local->callee.name, e);
    const char **candidates = ARENA_ARRAY(e->arena, const char *, names.entries_count);
    for (size_t i = 0; i < names.entries_count; i++)
        candidates[i] = names.entries[i].name;
    suggest(e, name, candidates, names.entries_count);
}

static void fail_unknown_function(struct elaborator *e, const struct expression *call)
{
    if (find_binding(e, call->name)) {
        struct value value = find_binding(e, call->name)->value;
        if (value.kind != VALUE_ERROR) {
            fail(e, call->operator_span, "%s is no function but %s; subscripts are written %s[…]", call->name,
                 value_text(e, &value), call->name);
            note_operand(e, call->operator_span);
        }
        return;
    }
    if (e->lacks_functions)
        return;
    const char *file = library_file_with(e, call->name);
    if (file) {
        fail(e, call->operator_span, "there is no function %s here; import \"%s\" brings it", call->name,
             file);
        return;
    }
    fail(e, call->operator_span, "there is no function %s", call->name);
    if (e->diagnostics->last_was_dropped)
        return;
    const char *advice = habit_advice(HABIT_FUNCTION, call->name);
    const struct definition *elsewhere = find_elsewhere(e->frame->definition->body, call->name);
    if (elsewhere)
        note(e, elsewhere->name_span,
             "%s is defined here; a function in a body holds from its definition to the end of its block",
             call->name);
    else if (advice)
        note(e, call->operator_span, "%s", advice);
    else
        suggest_function(e, call->name);
}

static struct callee *resolve_callee(struct elaborator *e, const struct expression *call)
{
    struct binding *binding = find_binding(e, call->name);
    struct callee *callee = find_local(e, call->name);
    if (!callee && binding && binding->value.kind == VALUE_FUNCTION)
        return binding->value.callee;
    if (!callee)
        callee = find_function(e, call->name);
    if (callee)
        return callee;
    if (binding && binding->is_parameter && e->frame->is_export && binding->value.kind == VALUE_NODE) {
        e->not_exportable = true;
        e->static_need = call->operator_span;
        if (e->quiet_export)
            return NULL;
        if (binding->value.node->rank == 0) {
            fail(e, call->operator_span, "%s is called, so %s can be called with a function but not exported",
                 call->name, e->frame->definition->name);
            note(e, call->operator_span, "export one that says which, as in h(x) = %s(sin, x)",
                 e->frame->definition->name);
            return NULL;
        }
    }
    fail_unknown_function(e, call);
    return NULL;
}

struct value evaluate_argument(struct elaborator *e, const struct expression *x)
{
    struct frame *frame = e->frame;
    if (x->kind == EXPRESSION_NAME && !find_binding(e, x->name) && !map_get(&frame->sizes, x->name) &&
        !map_get(&frame->unit->dims, x->name) && strcmp(x->name, "pi") && strcmp(x->name, "inf")) {
        struct callee *callee = find_function(e, x->name);
        if (callee)
            return (struct value){.kind = VALUE_FUNCTION, .callee = callee};
    }
    return evaluate(e, x);
}

/* ---- Arguments ---- */

struct frame *new_frame(struct elaborator *e, struct unit *unit, const struct definition *definition,
                        struct span call)
{
    struct frame *frame = ARENA_NEW(e->arena, struct frame);
    frame->unit = unit;
    frame->definition = definition;
    frame->call = call;
    frame->caller = e->frame;
    frame->outermost = e->frame ? e->frame->outermost : frame;
    frame->marked = marked_names(e, definition);
    return frame;
}

static int parameter_count(const struct definition *definition)
{
    int count = 0;
    for (const struct parameter *p = definition->parameters; p; p = p->next)
        count++;
    return count;
}

static void note_definition(struct elaborator *e, const struct definition *definition)
{
    note(e, definition->span, "%s is defined here", definition->name);
}

static bool match_named(struct elaborator *e, const struct definition *definition,
                        const struct argument *argument, const struct argument **matched)
{
    size_t count = 0;
    const char **names = ARENA_ARRAY(e->arena, const char *, parameter_count(definition) + 1);
    int i = 0;
    for (const struct parameter *p = definition->parameters; p; p = p->next, i++) {
        names[count++] = p->name;
        if (strcmp(p->name, argument->name))
            continue;
        if (matched[i]) {
            fail(e, argument->span, "%s is given twice in this call of %s", p->name, definition->name);
            return false;
        }
        matched[i] = argument;
        return true;
    }
    fail(e, argument->span, "%s has no parameter %s", definition->name, argument->name);
    suggest_parameter(e, argument->name, names, count);
    note_definition(e, definition);
    return false;
}

/* Which argument each parameter gets (NULL: its default). */
static bool match_arguments(struct elaborator *e, const struct callee *callee, const struct expression *call,
                            const struct argument **matched)
{
    const struct definition *definition = callee->definition;
    const struct parameter *p = definition->parameters;
    int i = 0, count = parameter_count(definition);
    for (const struct argument *a = call->arguments; a; a = a->next) {
        if (a->name) {
            if (!match_named(e, definition, a, matched))
                return false;
            continue;
        }
        if (!p) {
            fail(e, a->span, "%s takes %d argument%s, but this is one more", callee->name, count,
                 count == 1 ? "" : "s");
            note_definition(e, definition);
            return false;
        }
        if (callee->unit->is_library && (!strcmp(p->name, "axis") || !strcmp(p->name, "keepdims"))) {
            const char *name =
                strcmp(callee->name, "squared_norm") ? callee->name : "norm"; /* of norm(x)^2 */
            fail(e, a->span, "%s goes by name: %s(…, %s = …)", p->name, name, p->name);
            return false;
        }
        if (matched[i]) {
            fail(e, a->span, "%s is given twice in this call of %s", p->name, callee->name);
            if (matched[i]->name)
                note(e, a->span, "what goes by its place stands before what goes by name");
            return false;
        }
        matched[i++] = a;
        p = p->next;
    }
    bool complete = true;
    i = 0;
    for (p = definition->parameters; p; p = p->next, i++)
        if (!matched[i] && !p->default_value) {
            fail(e, call->span, "%s needs a value for its parameter %s", callee->name, p->name);
            note_definition(e, definition);
            complete = false;
        }
    return complete;
}

/* The function that each argument is: what it sees around its definition, its definition, or its row if it is
 * built in; NULL for a value. */
static const void *identity(const struct callee *callee)
{
    return callee->closure
               ? (const void *)callee->closure
               : (callee->definition ? (const void *)callee->definition : (const void *)callee->builtin);
}

static const void **function_arguments(struct elaborator *e, const struct value *arguments, int count)
{
    const void **functions = ARENA_ARRAY(e->arena, const void *, count + 1);
    for (int i = 0; i < count; i++)
        if (arguments[i].kind == VALUE_FUNCTION)
            functions[i] = identity(arguments[i].callee);
    return functions;
}

enum { MOST_CALLS_IN_CALLS = 64 };

/* Of all calls of a definition that are under way, the innermost. */
static struct frame **innermost_call(struct elaborator *e, const struct definition *definition)
{
    const char *address = arena_print(e->arena, "%p", (const void *)definition);
    struct frame **innermost = map_get(&e->under_way, address);
    if (!innermost) {
        innermost = ARENA_NEW(e->arena, struct frame *);
        map_set(e->arena, &e->under_way, address, innermost);
    }
    return innermost;
}

/* A function may call itself through a function that it is given, as long as it is given another one there.
 * There are only so many functions, but each call makes new ones of those defined in its body: so a limit. */
static bool is_recursive(struct elaborator *e, const struct callee *callee, const void **functions, int count,
                         struct span at)
{
    int calls = 0;
    struct frame *exported = e->frame->outermost;
    for (struct frame *frame = *innermost_call(e, callee->definition), *next; frame || exported;
         frame = next) {
        next = frame ? frame->same : NULL;
        if (!frame) {
            frame = exported;
            exported = NULL;
        }
        if (frame->definition == callee->definition &&
            (++calls > MOST_CALLS_IN_CALLS ||
             (frame->closure == callee->closure &&
              (!frame->functions ||
               !memcmp(frame->functions, functions, (size_t)count * sizeof *functions))))) {
            const char *chain = callee->name;
            if (calls > MOST_CALLS_IN_CALLS) {
                fail(e, at, "recursion: %s calls itself again and again, with a function of its own",
                     callee->name);
                note(e, at, "functions are expanded where they are called; `for` repeats");
                return true;
            }
            for (struct frame *link = e->frame; link != frame; link = link->caller)
                chain = arena_print(e->arena, "%s, which %s calls", chain, link->definition->name);
            fail(e, at, "recursion: %s calls %s", frame->definition->name, chain);
            note(e, at, "functions are expanded where they are called; `for` repeats");
            return true;
        }
    }
    return false;
}

/* ---- Calls ---- */

static const struct definition *rule_of(const struct callee *callee)
{
    return callee->closure ? NULL : map_get(&callee->unit->rules, callee->name);
}

/* Whether a list is a tensor that a gradient can come down to; else it may be one of axes. */
static bool has_real_node(const struct value *list)
{
    for (int i = 0; i < list->count; i++) {
        const struct value *item = &list->items[i];
        if (item->kind == VALUE_LIST ? has_real_node(item) : item->node && item->node->type == REAL)
            return true;
    }
    return false;
}

static struct value list_as_value(struct elaborator *e, struct value list, struct span at)
{
    struct node *node = as_node(e, list, at);
    return node ? value_node(node) : value_error();
}

/* What the rule's outputs are computed from: marked copies of the arguments, so that their adjoints can be
 * taken from the rule instead of the body. */
static void mark_arguments(struct elaborator *e, struct value *arguments, int count, struct span at)
{
    for (int i = 0; i < count; i++) {
        if (arguments[i].kind == VALUE_LIST && has_real_node(&arguments[i]))
            arguments[i] = list_as_value(e, arguments[i], at);
        if (arguments[i].node && arguments[i].node->type == REAL)
            arguments[i].node = graph_mark(e->graph, arguments[i].node, NULL);
    }
}

/* Gives every parameter its value, in the callee's frame. */
static bool bind_arguments(struct elaborator *e, const struct callee *callee,
                           const struct argument *const *matched, struct value *arguments, struct span *spans)
{
    const struct definition *definition = callee->definition;
    bool right = true, has_rule = rule_of(callee) != NULL;
    int i = 0;
    for (const struct parameter *p = definition->parameters; p; p = p->next, i++) {
        if (!matched[i]) {
            arguments[i] = evaluate_argument(e, p->default_value);
            spans[i] = p->span;
        }
        if (arguments[i].kind == VALUE_ERROR || !type_check(e, p, &arguments[i], spans[i])) {
            right = false;
            continue;
        }
        if (has_rule)
            mark_arguments(e, &arguments[i], 1, spans[i]);
        if (p->type->kind != TYPE_SIZE)
            bind(e, p->name, arguments[i], p->span, true);
    }
    i = 0;
    for (const struct parameter *p = definition->parameters; right && p; p = p->next, i++)
        right = type_check_arithmetic(e, p, &arguments[i], spans[i]) && right;
    return right;
}

enum { MOST_CALLS = 1 << 20, MOST_CALLED_NODES = 1 << 22 };

/* Whether the function being exported has become too large by its calls. What follows fails silently. */
static bool is_too_much(struct elaborator *e, const struct callee *callee, struct span at)
{
    if (e->called_for != e->graph) {
        e->called_for = e->graph;
        e->calls_count = 0;
    }
    bool is_more = e->calls_count <= MOST_CALLS && e->graph->nodes_count > MOST_CALLED_NODES;
    e->calls_count += is_more ? MOST_CALLS : 1;
    if (e->calls_count <= MOST_CALLS)
        return false;
    if (e->calls_count == MOST_CALLS + 1 || is_more) {
        fail(e, at, "with this call of %s, %s makes more than %d calls or values", callee->name,
             e->frame->outermost->definition->name, is_more ? MOST_CALLED_NODES : MOST_CALLS);
        note(e, at, "functions are expanded where they are called; `for` repeats");
        e->calls_count = MOST_CALLS + 2;
    }
    return true;
}

/* The outcome of a call. In the same body or block, the same function of the same values gives the same, so
 * that functions which call each other twice and twice again do not take twice and twice as long. */
struct finished {
    struct frame *frame; /* NULL: it failed */
};

/* What tells values apart; NULL for those of which the same address does not mean the same. */
static const char *value_key(struct elaborator *e, const struct value *value)
{
    if (value->indexed)
        return NULL;
    switch (value->kind) {
    case VALUE_NODE: return arena_print(e->arena, "%p", (const void *)value->node);
    case VALUE_NUMBER:
        return arena_print(e->arena, "%c%p", value->divided ? '/' : '#', (const void *)value->number);
    case VALUE_FUNCTION:
        return value->callee->closure
                   ? NULL
                   : arena_print(e->arena, "%p",
                                 value->callee->definition ? (const void *)value->callee->definition
                                                           : (const void *)value->callee->builtin);
    case VALUE_NONE: return "-";
    default: return NULL;
    }
}

static struct map *finished_calls(struct elaborator *e)
{
    return e->frame->block ? &e->frame->block->finished : &e->frame->finished;
}

static const char *call_key(struct elaborator *e, const struct callee *callee,
                            const struct argument *const *matched, const struct value *arguments, int count)
{
    if (callee->closure || e->space.count > 0)
        return NULL;
    const char *key = arena_print(e->arena, "%p", (const void *)callee->definition);
    for (int i = 0; i < count; i++) {
        const char *argument = matched[i] ? value_key(e, &arguments[i]) : "?";
        if (!argument)
            return NULL;
        key = arena_print(e->arena, "%s %s", key, argument);
    }
    return key;
}

/* Evaluates a call of a defined function: the finished frame with its outputs, or NULL. */
static struct frame *call_definition(struct elaborator *e, const struct callee *callee,
                                     const struct expression *call)
{
    if (callee->definition->has_gaps || is_too_much(e, callee, call->span))
        return NULL;
    int count = parameter_count(callee->definition);
    const struct argument **matched = ARENA_ARRAY(e->arena, const struct argument *, count + 1);
    struct value *arguments = ARENA_ARRAY(e->arena, struct value, count + 1);
    struct span *spans = ARENA_ARRAY(e->arena, struct span, count + 1);
    if (!match_arguments(e, callee, call, matched))
        return NULL;
    bool right = true;
    for (int i = 0; i < count; i++)
        if (matched[i]) {
            arguments[i] = evaluate_argument(e, matched[i]->value);
            spans[i] = matched[i]->value->span;
            right = right && arguments[i].kind != VALUE_ERROR;
        }
    if (!right)
        return NULL;
    const void **functions = function_arguments(e, arguments, count);
    const char *key = call_key(e, callee, matched, arguments, count);
    const struct finished *finished = key ? map_get(finished_calls(e), key) : NULL;
    if (finished)
        return finished->frame;
    if (is_recursive(e, callee, functions, count, call->span))
        return NULL;
    struct frame *frame = new_frame(e, callee->unit, callee->definition, call->span);
    frame->functions = functions;
    frame->arguments = memcpy(ARENA_ARRAY(e->arena, struct span, count + 1), spans, /* no defaults yet */
                              (size_t)count * sizeof *spans);
    frame->closure = callee->closure;
    if (callee->closure)
        enter_closure(e, frame, callee->closure);
    struct span origin = e->graph->origin;
    struct frame **innermost = innermost_call(e, callee->definition);
    frame->same = *innermost;
    *innermost = e->frame = frame;
    right = bind_arguments(e, callee, matched, arguments, spans);
    if (right) {
        execute_body(e, callee->definition);
        if (frame->returned && rule_of(callee))
            apply_rule(e, frame, rule_of(callee), arguments, spans);
        record_call(e, frame, arguments, count);
    }
    e->frame = frame->caller;
    *innermost = frame->same;
    e->graph->origin = origin;
    struct finished *outcome = ARENA_NEW(e->arena, struct finished);
    outcome->frame = right && frame->returned ? frame : NULL;
    if (key && (outcome->frame || !callee->unit->is_library)) /* the library's errors are told at each call */
        map_set(e->arena, finished_calls(e), key, outcome);
    return outcome->frame;
}

static const char *output_list(struct elaborator *e, const struct frame *frame)
{
    const char *text = "";
    for (size_t i = 0; i < frame->output_count; i++)
        text = arena_print(e->arena, "%s%s%s", text, i ? ", " : "", frame->output_names[i]);
    return text;
}

struct value call_function(struct elaborator *e, struct callee *callee, const struct expression *call)
{
    if (callee->builtin)
        return builtin_call(e, callee->builtin, call);
    struct frame *frame = call_definition(e, callee, call);
    if (!frame)
        return value_error();
    if (frame->output_count == 1)
        return frame->outputs[0];
    fail(e, call->span, "%s gives %zu values; take them apart first: %s = %s(…)", callee->name,
         frame->output_count, output_list(e, frame), callee->name);
    return value_error();
}

static bool is_derivative(const char *name)
{
    return !strcmp(name, "grad") || !strcmp(name, "jvp") || !strcmp(name, "jacobian");
}

struct value evaluate_call(struct elaborator *e, const struct expression *call)
{
    if (is_derivative(call->name) && !find_function(e, call->name))
        return evaluate_derivative(e, call);
    struct callee *callee = resolve_callee(e, call);
    if (callee)
        return call_function(e, callee, call);
    for (const struct argument *a = call->arguments; a; a = a->next)
        evaluate_argument(e, a->value); /* for the errors in them */
    return value_error();
}

bool evaluate_outputs(struct elaborator *e, const struct expression *x, struct value **outputs, size_t *count)
{
    struct callee *callee = NULL;
    if (x->kind == EXPRESSION_CALL && !(is_derivative(x->name) && !find_function(e, x->name))) {
        callee = resolve_callee(e, x);
        if (!callee)
            return false;
    }
    if (!callee || callee->builtin) {
        *outputs = ARENA_NEW(e->arena, struct value);
        **outputs = evaluate(e, x);
        *count = 1;
        return (*outputs)->kind != VALUE_ERROR;
    }
    struct frame *frame = call_definition(e, callee, x);
    if (!frame)
        return false;
    *outputs = frame->outputs;
    *count = frame->output_count;
    return true;
}
