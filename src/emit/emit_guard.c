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
    guarded->statement->is_lasting = true;
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
