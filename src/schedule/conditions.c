/* conditions.c: which statements run only if some member is wanted, and which are better executed in vain.
 *
 * Requires the tree, and the storage of buffers. */
#include "program.h"

/* A scalar is declared where it is first written. */
bool needs_declaration(const struct nest *nest)
{
    return nest->target && nest->target->storage == STORAGE_SCALAR && nest->target->writers[0] == nest &&
           !nest->target->alias_of && !nest->target->lanes;
}

/* A local variable that needs nothing which might not be there is computed whether it is wanted or not. */
bool is_always_computable(const struct nest *nest)
{
    for (size_t i = 0; i < nest->reads_count; i++) {
        const struct buffer *buffer = nest->reads[i].buffer;
        if (buffer && buffer->storage != STORAGE_SCALAR && !buffer->is_earlier && buffer->writers_count > 0 &&
            buffer->writers[0]->guard != ALWAYS_WANTED)
            return false;
    }
    return true;
}

/* Under a condition of its own, a statement keeps an innermost loop from being vectorised. A cheap one whose
 * target is there in any case is better executed in vain. */
bool runs_anyway(const struct item *item)
{
    const struct nest *nest = item->nest;
    if (item->kind != ITEM_STATEMENT || item->parent->kind != ITEM_LOOP || nest->is_expensive ||
        !nest->target || nest->target->storage != STORAGE_WORKSPACE || !is_always_computable(nest) ||
        (nest->kind != NEST_VALUE && nest->kind != NEST_COPY && nest->kind != NEST_SUM))
        return false;
    for (size_t i = 0; i < item->parent->body_count; i++)
        if (item->parent->body[i]->kind != ITEM_STATEMENT)
            return false;
    return true;
}

/* A local variable is declared under no condition: what is stored in it has one. */
bool is_conditional(const struct item *item, guard known)
{
    bool is_declaration = item->kind == ITEM_STATEMENT && needs_declaration(item->nest) &&
                          item->nest->first_reduced == item->nest->loop_count;
    return item->guard != ALWAYS_WANTED && item->guard != known && !is_declaration && !runs_anyway(item);
}

guard guard_inside(const struct item *item, guard known)
{
    return is_conditional(item, known) ? item->guard : known;
}

struct node *leading_condition(const struct item *branch)
{
    const struct item *first = branch->body_count > 0 ? branch->body[0] : NULL;
    bool is_first = first && first->kind == ITEM_STATEMENT && first->nest->kind == NEST_BREAK;
    return is_first ? first->nest->node : NULL;
}

bool is_second_side(const struct item *item)
{
    return item->other_side && item->other_side->position < item->position;
}

bool is_empty(const struct item *item)
{
    for (size_t i = 0; i < item->body_count; i++)
        if (!is_empty(item->body[i]))
            return false;
    return item->kind == ITEM_LOOP || (item->kind == ITEM_STATEMENT && item->nest->is_void);
}
