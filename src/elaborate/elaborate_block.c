/* elaborate_block.c: what the bodies of loops and branches have in common: the names that they assign, whose
 * values before are put back afterwards, and values as the lists of nodes that a LOOP carries. */
#include "elaborate_block.h"

#include <string.h>

/* ---- Names that a body assigns ---- */

void collect_assigned(struct elaborator *e, struct map *names, const struct statement *statement)
{
    for (; statement; statement = statement->next) {
        if (statement->kind == STATEMENT_ASSIGN)
            for (const struct target *target = statement->targets; target; target = target->next)
                map_set(e->arena, names, target->name, (void *)target);
        collect_assigned(e, names, statement->body);
        collect_assigned(e, names, statement->else_body);
    }
}

struct saved_binding *save_bindings(struct elaborator *e, const struct map *names)
{
    struct saved_binding *saved = ARENA_ARRAY(e->arena, struct saved_binding, names->entries_count + 1);
    for (size_t i = 0; i < names->entries_count; i++) {
        struct binding *binding = find_binding(e, names->entries[i].name);
        saved[i].name = names->entries[i].name;
        saved[i].binding = binding;
        if (binding) {
            saved[i].value = binding_value(e, binding);
            saved[i].original = binding->value;
            saved[i].depth = binding->depth;
            saved[i].span = binding->span;
            saved[i].is_parameter = binding->is_parameter;
            saved[i].is_result = binding->is_result;
        }
    }
    return saved;
}

void restore_bindings(struct elaborator *e, const struct saved_binding *saved, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct binding *local = find_binding(e, saved[i].name);
        if (!saved[i].binding && local)
            map_set(e->arena, &e->frame->locals, saved[i].name, local);
        if (saved[i].binding) {
            saved[i].binding->value = saved[i].original;
            saved[i].binding->depth = saved[i].depth;
            saved[i].binding->span = saved[i].span;
            saved[i].binding->is_parameter = saved[i].is_parameter;
            saved[i].binding->is_result = saved[i].is_result;
        }
        map_set(e->arena, &e->frame->bindings, saved[i].name, saved[i].binding);
    }
}

void poison_bindings(struct elaborator *e, const struct saved_binding *saved, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bind(e, saved[i].name, value_error(), saved[i].span, false);
}

bool note_local(struct elaborator *e, const char *name)
{
    for (const struct block *block = e->frame->block; block; block = block->outer)
        for (size_t i = 0; i < block->collected_count; i++)
            if (!strcmp(block->collected[i].name, name)) {
                note(e, block->collected[i].span, "%s is collected here and read after the loop", name);
                return true;
            }
    const struct binding *local = map_get(&e->frame->locals, name);
    if (local)
        note(e, local->span,
             "this %s is local to its loop or side of `if`; one that has a value before is kept", name);
    return local != NULL;
}

/* ---- Values as lists of nodes ---- */

/* Appends the nodes that a value consists of; false if some part is no tensor. */
bool flatten_value(struct elaborator *e, struct value value, struct span at, struct node_list *list)
{
    if (value.kind == VALUE_GROUP) {
        for (int i = 0; i < value.count; i++)
            if (!flatten_value(e, value.items[i], at, list))
                return false;
        return true;
    }
    struct node *node = value_is_tensor(&value) ? as_node(e, value, at) : NULL;
    if (!node)
        return false;
    ARENA_APPEND(e->arena, list, nodes, node);
    return true;
}

/* A value of the same make over other nodes, taken from *next on. */
struct value unflatten_value(struct elaborator *e, struct value like, struct node **nodes, size_t *next)
{
    if (like.kind != VALUE_GROUP) {
        struct value value = value_node(nodes[(*next)++]);
        value.indexed = is_indexed(e, &like);
        return value;
    }
    struct value value = like;
    value.items = ARENA_ARRAY(e->arena, struct value, like.count);
    for (int i = 0; i < like.count; i++)
        value.items[i] = unflatten_value(e, like.items[i], nodes, next);
    return value;
}

bool same_node_type(const struct node *a, const struct node *b)
{
    bool same = a->type == b->type && a->rank == b->rank;
    for (int i = 0; same && i < a->rank; i++)
        same = a->shape[i] == b->shape[i];
    return same;
}
