/* elaborate_unused.c: what names tell without evaluation: who calls whom, recursion, and misspellings in
 * functions that nothing calls, which are never evaluated. */
#include "elaborator.h"

#include <string.h>

/* ---- Names that a function gives values to ---- */

struct check {
    struct elaborator *e;
    struct map names; /* what has a value somewhere in the function: parameters, sizes, assigned names,
                         indices, variables */
};

static void know(struct check *c, const char *name)
{
    map_set(c->e->arena, &c->names, name, c);
}

static void know_expression(struct check *c, const struct expression *x, bool defines)
{
    for (; x; x = x->left) {
        if (defines && x->kind == EXPRESSION_NAME)
            know(c, x->name);
        for (const struct index *index = x->indices; index; index = index->next)
            know(c, index->name);
        for (const struct argument *a = x->arguments; a; a = a->next)
            know_expression(c, a->value, defines);
        for (const struct subscript *s = x->subscripts; s; s = s->next)
            know_expression(c, s->at, defines);
        know_expression(c, x->condition, defines);
        know_expression(c, x->right, defines);
    }
}

/* The size names of a type. */
static void know_type(struct check *c, const struct unit *unit, const struct type_syntax *type)
{
    for (const struct axis *axis = type->axes; axis; axis = axis->next)
        know_expression(c, axis->size, true);
    const struct definition *group = unit && type->group ? map_get(&unit->groups, type->group) : NULL;
    for (const struct parameter *member = group ? group->parameters : NULL; member; member = member->next)
        know_type(c, unit, member->type);
}

static void know_definition(struct check *c, const struct unit *unit, const struct definition *definition);

static void know_statements(struct check *c, const struct unit *unit, const struct statement *statement)
{
    for (; statement; statement = statement->next) {
        for (const struct target *target = statement->targets; target; target = target->next) {
            know(c, target->name);
            for (const struct subscript *s = target->subscripts; s; s = s->next)
                know_expression(c, s->at, true);
        }
        if (statement->variable)
            know(c, statement->variable);
        know_expression(c, statement->value, false);
        for (const struct result *result = statement->results; result; result = result->next)
            know_expression(c, result->value, false);
        if (statement->definition) {
            know(c, statement->definition->name);
            know_definition(c, unit, statement->definition);
        }
        know_statements(c, unit, statement->body);
        know_statements(c, unit, statement->else_body);
    }
}

static void know_definition(struct check *c, const struct unit *unit, const struct definition *definition)
{
    for (const struct parameter *p = definition->parameters; p; p = p->next) {
        know(c, p->name);
        know_type(c, unit, p->type);
    }
    know_expression(c, definition->value, false);
    know_statements(c, unit, definition->body);
}

/* ---- What a definition calls or passes ---- */

static void collect_used(struct elaborator *e, struct map *calls, struct map *names,
                         const struct expression *x)
{
    for (; x; x = x->left) {
        if (x->kind == EXPRESSION_CALL)
            map_set(e->arena, calls, x->name, calls);
        if (x->kind == EXPRESSION_NAME)
            map_set(e->arena, names, x->name, names);
        for (const struct argument *a = x->arguments; a; a = a->next)
            collect_used(e, calls, names, a->value);
        for (const struct subscript *s = x->subscripts; s; s = s->next) {
            collect_used(e, calls, names, s->at);
            collect_used(e, calls, names, s->begin);
            collect_used(e, calls, names, s->end);
            collect_used(e, calls, names, s->step);
        }
        for (const struct index *index = x->indices; index; index = index->next)
            collect_used(e, calls, names, index->range);
        collect_used(e, calls, names, x->condition);
        collect_used(e, calls, names, x->right);
    }
}

static void collect_used_statements(struct elaborator *e, struct map *calls, struct map *names,
                                    const struct statement *statement)
{
    for (; statement; statement = statement->next) {
        for (const struct target *target = statement->targets; target; target = target->next)
            for (const struct subscript *s = target->subscripts; s; s = s->next) {
                collect_used(e, calls, names, s->at);
                collect_used(e, calls, names, s->begin);
                collect_used(e, calls, names, s->end);
                collect_used(e, calls, names, s->step);
                collect_used(e, calls, names, s->range);
            }
        collect_used(e, calls, names, statement->value);
        collect_used(e, calls, names, statement->begin);
        collect_used(e, calls, names, statement->end);
        collect_used(e, calls, names, statement->while_condition);
        for (const struct result *result = statement->results; result; result = result->next)
            collect_used(e, calls, names, result->value);
        if (statement->definition)
            collect_used_definition(e, calls, names, statement->definition);
        collect_used_statements(e, calls, names, statement->body);
        collect_used_statements(e, calls, names, statement->else_body);
    }
}

void collect_used_definition(struct elaborator *e, struct map *calls, struct map *names,
                             const struct definition *definition)
{
    for (const struct parameter *p = definition->parameters; p; p = p->next)
        collect_used(e, calls, names, p->default_value);
    collect_used(e, calls, names, definition->value);
    collect_used_statements(e, calls, names, definition->body);
}

/* The parameters of a definition and of those in its body, and the names of the latter: what a called name
 * may stand for beside a function of the file. */
static void collect_callable(struct elaborator *e, struct map *names, const struct definition *definition);

static void collect_callable_statements(struct elaborator *e, struct map *names,
                                        const struct statement *statement)
{
    for (; statement; statement = statement->next) {
        if (statement->definition) {
            map_set(e->arena, names, statement->definition->name, names);
            collect_callable(e, names, statement->definition);
        }
        collect_callable_statements(e, names, statement->body);
        collect_callable_statements(e, names, statement->else_body);
    }
}

static void collect_callable(struct elaborator *e, struct map *names, const struct definition *definition)
{
    for (const struct parameter *p = definition->parameters; p; p = p->next)
        map_set(e->arena, names, p->name, names);
    collect_callable_statements(e, names, definition->body);
}

/* A called name is a function unless it is a parameter, which may stand for one; a passed name is one unless
 * it has a value. */
void collect_used_names(struct elaborator *e, const struct definition *definition, struct map *used)
{
    struct map calls = {0}, names = {0}, callable = {0};
    struct check values = {.e = e};
    collect_used_definition(e, &calls, &names, definition);
    collect_callable(e, &callable, definition);
    know_definition(&values, NULL, definition);
    for (size_t i = 0; i < calls.entries_count; i++)
        if (!map_get(&callable, calls.entries[i].name))
            map_set(e->arena, used, calls.entries[i].name, used);
    for (size_t i = 0; i < names.entries_count; i++)
        if (!map_get(&values.names, names.entries[i].name))
            map_set(e->arena, used, names.entries[i].name, used);
}

static bool is_evaluated(struct elaborator *e, const struct definition *definition)
{
    return map_get(&e->evaluated, arena_print(e->arena, "%p", (const void *)definition)) != NULL;
}

/* ---- Recursion ---- */

/* A function in a circle of calls that can be reached from `from`, or NULL. */
static const struct definition *circle_behind(struct elaborator *e, struct unit *unit,
                                              const struct definition *from, struct map *followed)
{
    static char under_way, done;
    struct map used = {0};
    map_set(e->arena, followed, from->name, &under_way);
    collect_used_names(e, from, &used);
    const struct definition *circle = NULL;
    for (size_t i = 0; i < used.entries_count && !circle; i++) {
        const struct definition *next = map_get(&unit->functions, used.entries[i].name);
        const void *state = next ? map_get(followed, next->name) : NULL;
        if (state == &under_way)
            circle = next;
        else if (next && !state)
            circle = circle_behind(e, unit, next, followed);
    }
    map_set(e->arena, followed, from->name, &done);
    return circle;
}

/* Functions that call each other in a circle are called by others, so that none of them is exported and
 * evaluated. */
bool check_recursion(struct elaborator *e, struct unit *unit)
{
    struct map followed = {0};
    for (const struct definition *d = unit->file->definitions; d; d = d->next) {
        if (d->kind != DEFINITION_FUNCTION || is_evaluated(e, d) || map_get(&followed, d->name))
            continue;
        const struct definition *circle = circle_behind(e, unit, d, &followed);
        if (!circle)
            continue;
        report_error(e->diagnostics, circle->name_span,
                     "recursion: %s calls itself, directly or through others", circle->name);
        report_note(e->diagnostics, circle->name_span,
                    "functions are expanded where they are called; `for` repeats");
        return true;
    }
    return false;
}

/* ---- Looking names up ---- */

static bool has_value(struct check *c, const char *name)
{
    return map_get(&c->names, name) || map_get(&c->e->frame->unit->dims, name) || !strcmp(name, "pi") ||
           !strcmp(name, "inf");
}

static void look_up(struct check *c, const struct expression *x)
{
    bool is_call = x->kind == EXPRESSION_CALL;
    if (!is_call && x->kind != EXPRESSION_NAME)
        return;
    if (has_value(c, x->name) || find_function(c->e, x->name) ||
        (is_call && (!strcmp(x->name, "grad") || !strcmp(x->name, "jvp") || !strcmp(x->name, "jacobian"))))
        return;
    struct expression alone = *x;
    alone.arguments = NULL; /* which are looked up for themselves */
    evaluate(c->e, &alone); /* reports it as if it were met in evaluation */
}

static void check_expression(struct check *c, const struct expression *x)
{
    for (; x; x = x->left) {
        look_up(c, x);
        for (const struct argument *a = x->arguments; a; a = a->next)
            check_expression(c, a->value);
        for (const struct subscript *s = x->subscripts; s; s = s->next) {
            check_expression(c, s->at);
            check_expression(c, s->begin);
            check_expression(c, s->end);
        }
        check_expression(c, x->condition);
        check_expression(c, x->right);
    }
}

static void check_definition(struct check *c, const struct definition *definition);

static void check_statements(struct check *c, const struct statement *statement)
{
    for (; statement; statement = statement->next) {
        check_expression(c, statement->value);
        check_expression(c, statement->begin);
        check_expression(c, statement->end);
        check_expression(c, statement->while_condition);
        for (const struct result *result = statement->results; result; result = result->next)
            check_expression(c, result->value);
        if (statement->definition)
            check_definition(c, statement->definition);
        check_statements(c, statement->body);
        check_statements(c, statement->else_body);
    }
}

/* A default sees the sizes of the signature and the parameters before it. */
static void check_defaults(struct elaborator *e, const struct unit *unit, const struct definition *definition)
{
    struct check c = {.e = e};
    for (const struct parameter *p = definition->parameters; p; p = p->next) {
        know_type(&c, unit, p->type);
        if (p->type->kind == TYPE_SIZE)
            know(&c, p->name);
    }
    for (const struct parameter *p = definition->parameters; p; p = p->next) {
        know_expression(&c, p->default_value, false);
        check_expression(&c, p->default_value);
        know(&c, p->name);
    }
}

static void check_definition(struct check *c, const struct definition *definition)
{
    for (const struct parameter *p = definition->parameters; p; p = p->next)
        check_expression(c, p->default_value);
    check_expression(c, definition->value);
    check_statements(c, definition->body);
}

/* The functions defined in a body that was evaluated, if they were never called. */
static void check_unused_in(struct check *c, const struct statement *statement)
{
    for (; statement; statement = statement->next) {
        if (statement->definition && !is_evaluated(c->e, statement->definition))
            check_definition(c, statement->definition);
        else if (statement->definition) {
            for (const struct parameter *p = statement->definition->parameters; p; p = p->next)
                check_expression(c, p->default_value);
            check_unused_in(c, statement->definition->body);
        }
        check_unused_in(c, statement->body);
        check_unused_in(c, statement->else_body);
    }
}

static bool has_defaults(const struct definition *definition)
{
    const struct parameter *p = definition->parameters;
    while (p && !p->default_value)
        p = p->next;
    return p != NULL;
}

static bool has_local_functions(const struct statement *statement)
{
    for (; statement; statement = statement->next)
        if (statement->definition || has_local_functions(statement->body) ||
            has_local_functions(statement->else_body))
            return true;
    return false;
}

void check_unused(struct elaborator *e, struct unit *unit)
{
    for (const struct definition *d = unit->file->definitions; d; d = d->next) {
        if (d->kind != DEFINITION_FUNCTION ||
            (is_evaluated(e, d) && !has_defaults(d) && !has_local_functions(d->body)))
            continue;
        struct check check = {.e = e};
        know_definition(&check, unit, d);
        e->frame = new_frame(e, unit, d, d->span);
        check_defaults(e, unit, d);
        if (is_evaluated(e, d))
            check_unused_in(&check, d->body);
        else
            check_definition(&check, d);
        e->frame = NULL;
    }
}
