/* elaborate_local.c: functions defined in a body. Such a function sees the names around it as they are at its
 * definition: these are taken along then, and given to the frame of each call. Its name holds up to the end
 * of the loop, branch or body in which it stands. */
#include "elaborator.h"

#include <string.h>

/* A name around the definition that its text mentions. */
struct captured {
    const char *name;
    struct binding binding; /* as it was */
    size *extent;           /* of the name of a size; else NULL */
};

struct closure {
    struct captured *captured;
    size_t captured_count, captured_capacity;
    const struct local_function
        *functions;     /* that it may call: those before it, and itself, for the message */
    const size *branch; /* the branch in which it is defined, or NULL */
};

/* ---- Names that a definition mentions ---- */

static void mention_statements(struct elaborator *e, struct map *names, const struct statement *statement);

static void mention(struct elaborator *e, struct map *names, const struct expression *x)
{
    for (; x; x = x->left) {
        if (x->kind == EXPRESSION_NAME || x->kind == EXPRESSION_CALL)
            map_set(e->arena, names, x->name, names);
        for (const struct index *index = x->indices; index; index = index->next) {
            map_set(e->arena, names, index->name, names);
            mention(e, names, index->range);
        }
        for (const struct argument *a = x->arguments; a; a = a->next)
            mention(e, names, a->value);
        for (const struct subscript *s = x->subscripts; s; s = s->next) {
            mention(e, names, s->at);
            mention(e, names, s->begin);
            mention(e, names, s->end);
            mention(e, names, s->step);
        }
        mention(e, names, x->condition);
        mention(e, names, x->right);
    }
}

static void mention_definition(struct elaborator *e, struct map *names, const struct definition *definition)
{
    for (const struct parameter *p = definition->parameters; p; p = p->next) {
        mention(e, names, p->default_value);
        for (const struct axis *axis = p->type->axes; axis; axis = axis->next)
            mention(e, names, axis->size);
    }
    mention(e, names, definition->value);
    mention_statements(e, names, definition->body);
}

static void mention_statements(struct elaborator *e, struct map *names, const struct statement *statement)
{
    for (; statement; statement = statement->next) {
        for (const struct target *target = statement->targets; target; target = target->next) {
            map_set(e->arena, names, target->name, names);
            for (const struct subscript *s = target->subscripts; s; s = s->next) {
                mention(e, names, s->at);
                mention(e, names, s->begin);
                mention(e, names, s->end);
                mention(e, names, s->step);
                mention(e, names, s->range);
            }
        }
        mention(e, names, statement->value);
        mention(e, names, statement->begin);
        mention(e, names, statement->end);
        mention(e, names, statement->while_condition);
        for (const struct result *result = statement->results; result; result = result->next)
            mention(e, names, result->value);
        if (statement->definition)
            mention_definition(e, names, statement->definition);
        mention_statements(e, names, statement->body);
        mention_statements(e, names, statement->else_body);
    }
}

/* ---- Definition ---- */

/* The innermost branch that is being evaluated, whatever call it is in; NULL outside all. */
const struct block *innermost_branch(const struct elaborator *e)
{
    for (const struct frame *frame = e->frame; frame; frame = frame->caller)
        for (const struct block *block = frame->block; block; block = block->outer)
            if (block->is_branch)
                return block;
    return NULL;
}

static bool is_parameter(const struct definition *definition, const char *name)
{
    for (const struct parameter *p = definition->parameters; p; p = p->next)
        if (!strcmp(p->name, name))
            return true;
    return false;
}

void define_local(struct elaborator *e, const struct definition *definition)
{
    struct frame *frame = e->frame;
    struct map names = {0};
    struct closure *closure = ARENA_NEW(e->arena, struct closure);
    const struct block *branch = innermost_branch(e);
    closure->branch = branch ? branch->variable : NULL;
    mention_definition(e, &names, definition);
    for (size_t i = 0; i < names.entries_count; i++) {
        const char *name = names.entries[i].name;
        const struct binding *binding = find_binding(e, name);
        struct captured captured = {.name = name};
        if (is_parameter(definition, name))
            continue;
        if (binding) {
            captured.binding = *binding;
            captured.binding.value = binding_value(e, binding);
            captured.binding.depth = 0;
        } else if (!(captured.extent = map_get(&frame->sizes, name)))
            continue;
        ARENA_APPEND(e->arena, closure, captured, captured);
    }
    struct local_function *local = ARENA_NEW(e->arena, struct local_function);
    local->callee.definition = definition;
    local->callee.unit = frame->unit;
    local->callee.name = definition->name;
    local->callee.closure = closure;
    local->outer = frame->functions_here;
    frame->functions_here = closure->functions = local;
}

struct callee *find_local(struct elaborator *e, const char *name)
{
    for (const struct local_function *local = e->frame->functions_here; local; local = local->outer)
        if (!strcmp(local->callee.name, name)) {
            struct callee *callee = ARENA_NEW(e->arena, struct callee);
            *callee = local->callee;
            return callee;
        }
    return NULL;
}

/* ---- Calls ---- */

/* The names around the definition, in the frame of a call. Where a branch has been entered since, they are
 * tied to it. */
void enter_closure(struct elaborator *e, struct frame *frame, const struct closure *closure)
{
    const struct block *branch = innermost_branch(e);
    if (branch && branch->variable == closure->branch)
        branch = NULL;
    frame->functions_here = closure->functions;
    for (size_t i = 0; i < closure->captured_count; i++) {
        const struct captured *captured = &closure->captured[i];
        if (captured->extent) {
            map_set(e->arena, &frame->sizes, captured->name, captured->extent);
            continue;
        }
        struct binding *binding = ARENA_NEW(e->arena, struct binding);
        *binding = captured->binding;
        if (branch)
            binding->value = tied_value(e, binding->value, branch->variable, false);
        map_set(e->arena, &frame->bindings, captured->name, binding);
    }
}
