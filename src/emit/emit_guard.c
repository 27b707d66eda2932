/* emit_guard.c: conditions on which members are wanted, and what is better computed without one. */
#include "emitter.h"

/* m->x || m->y */
const struct tree *guard_condition(struct emitter *emitter, guard wanted)
{
    const struct tree *condition = NULL;
    for (size_t i = 0; i < emitter->function->members_count && i < 63; i++)
        if (wanted >> i & 1)
            condition = joined(emitter, condition, "||",
                               form(emitter, "%s->%s", emitter->self, emitter->function->members[i].name));
    return condition;
}

void begin_guarded(struct emitter *emitter, struct guarded *guarded, guard wanted)
{
    *guarded = (struct guarded){.outer = emitter->guard};
    if (wanted == ALWAYS_WANTED || wanted == emitter->guard || emitter->side)
        return;
    guarded->statement = open_statement(emitter, CODE_IF, "if ($)", guard_condition(emitter, wanted));
    emitter->guard = wanted;
}

void end_guarded(struct emitter *emitter, const struct guarded *guarded)
{
    if (!guarded->statement)
        return;
    emitter->guard = guarded->outer;
    close_statement(emitter, guarded->statement);
    if (guarded->statement->body.statements_count >
        0) /* else it turned out to be unnecessary, or stands elsewhere */
        code_append(emitter->lasting, emitter->code, guarded->statement);
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
