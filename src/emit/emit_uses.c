/* emit_uses.c: which arrays and local variables statements mention, for emit_stretches.c.
 *
 * Names stand for what they do where the walk stands: cut_inside() tells what is declared around it. What is
 * declared further in, and the sizes, which each function declares for itself, are not told of. */
#include <string.h>

#include "stretches.h"

void list_places(struct cutter *cutter)
{
    struct arena *arena = cutter->emitter->lasting;
    const struct arrays *arrays = cutter->arrays;
    for (size_t i = 0; i < arrays->arrays_count; i++) {
        struct place *place = ARENA_NEW(arena, struct place);
        place->array = &arrays->arrays[i];
        map_set(arena, &cutter->places, arrays->arrays[i].name, place);
    }
    for (size_t i = 0; i < arrays->arrays_count; i++)
        if (arrays->arrays[i].base) {
            struct place *place = map_get(&cutter->places, arrays->arrays[i].name);
            place->base = map_get(&cutter->places, arrays->arrays[i].base);
        }
}

/* ---- Uses ---- */

void add_use(struct cutter *cutter, struct uses *uses, size_t number, const struct use *use)
{
    size_t *seen = use->place ? &use->place->seen : &use->local->seen;
    size_t *at = use->place ? &use->place->at : &use->local->at;
    if (*seen != number) {
        *seen = number;
        *at = uses->uses_count;
        ARENA_APPEND(cutter->emitter->lasting, uses, uses, *use);
    }
    uses->uses[*at].is_declared |= use->is_declared;
    uses->uses[*at].is_assigned |= use->is_assigned;
}

struct reading {
    struct cutter *cutter;
    struct uses uses;
    size_t number;
    const struct tree *declared, *assigned; /* by the statement; NULL: nothing */
};

static void read_name(const struct tree *name, void *closure)
{
    struct reading *reading = closure;
    struct cutter *cutter = reading->cutter;
    struct use use = {.place = map_get(&cutter->places, name->text),
                      .is_declared = name == reading->declared,
                      .is_assigned = name == reading->assigned};
    if (!use.place)
        use.local = map_get(&cutter->locals, name->text);
    if (use.place || use.local)
        add_use(cutter, &reading->uses, reading->number, &use);
}

static bool add_uses(const struct statement *statement, void *closure)
{
    struct reading *reading = closure;
    const struct tree *a = statement->tree;
    if (!a)
        return false;
    const struct tree *variable = a->kind == TREE_HEAD ? a->operands[0] : a;
    reading->declared = variable->kind == TREE_VARIABLE ? tree_root(variable) : NULL;
    reading->assigned = assigned_variable(statement);
    tree_visit_names(a, read_name, reading);
    return false;
}

struct uses uses_of(struct cutter *cutter, const struct code *code)
{
    struct reading reading = {.cutter = cutter, .number = ++cutter->texts};
    code_walk(code, add_uses, &reading);
    return reading.uses;
}

/* ---- What is declared where the walk stands ---- */

static struct local *declare(struct cutter *cutter, const char *type, const char *name)
{
    struct arena *arena = cutter->emitter->lasting;
    struct local *local = ARENA_NEW(arena, struct local);
    *local = (struct local){.type = type, .name = name};
    struct declared declared = {local, map_get(&cutter->locals, name)};
    ARENA_APPEND(arena, cutter, declared, declared);
    map_set(arena, &cutter->locals, name, local);
    return local;
}

void end_scope(struct cutter *cutter, size_t first)
{
    while (cutter->declared_count > first) {
        const struct declared *last = &cutter->declared[--cutter->declared_count];
        map_set(cutter->emitter->lasting, &cutter->locals, last->local->name, last->outer);
    }
}

/* const double *: of const double *const x */
static const char *type_of_parameter(struct arena *arena, const struct tree *variable)
{
    const char *star = strchr(variable->text, '*');
    if (!star)
        return variable->text;
    return arena_print(arena, "%s%.*s*", variable->is_const ? "const " : "", (int)(star - variable->text),
                       variable->text);
}

static struct local *declare_variable(struct cutter *cutter, const struct tree *a)
{
    struct reading reading = {.cutter = cutter, .number = ++cutter->texts};
    struct local *local = declare(cutter, type_of_parameter(cutter->emitter->lasting, a), tree_root(a)->text);
    local->is_pointer = !a->is_plain;
    local->is_array = a->operands[0]->kind != TREE_NAME;
    if (local->is_pointer && a->count > 1)
        tree_visit_names(a->operands[1], read_name, &reading);
    local->sources = reading.uses;
    return local;
}

void declare_locals(struct cutter *cutter, const struct statement *statement, const struct body *body,
                    size_t piece)
{
    if (statement->kind == CODE_LINE && statement->tree->kind == TREE_VARIABLE) {
        struct local *local = declare_variable(cutter, statement->tree);
        local->body = body;
        local->piece = piece;
    }
    for (size_t i = 0; statement->kind == CODE_GROUP && i < statement->body.statements_count; i++)
        declare_locals(cutter, statement->body.statements[i], body, piece);
}

void declare_in_head(struct cutter *cutter, const struct statement *statement)
{
    const struct tree *a = statement->tree;
    if (a && a->kind == TREE_HEAD && a->operands[0]->kind == TREE_VARIABLE)
        declare_variable(cutter, a->operands[0]);
    else if (statement->kind == CODE_MACRO) /* GRADC_PARALLEL(i, n, work, ...) */
        declare(cutter, "size_t", a->operands[0]->text);
}

/* ---- What may be one memory ---- */

static const struct place *root_of_place(const struct place *place)
{
    while (place->base)
        place = place->base;
    return place;
}

bool may_overlap(const struct use *a, const struct use *b)
{
    if (a->place && b->place)
        return root_of_place(a->place) == root_of_place(b->place);
    const struct use *pointer = a->place ? b : a, *other = a->place ? a : b;
    if (!pointer->local->is_pointer || (other->local && !other->local->is_pointer))
        return false;
    for (size_t i = 0; i < pointer->local->sources.uses_count; i++)
        if (may_overlap(other, &pointer->local->sources.uses[i]))
            return true;
    return false;
}
