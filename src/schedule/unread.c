/* unread.c: what is computed for a check alone that is not made, since rounds before it have made it.
 *
 * schedule puts a value that a check judges before it knows whether the check is left out, and what the value
 * is computed from stands before it. Such a statement goes, if nothing else reads what it stores; then those
 * that stored for it alone. Routines stay, for they may fail.
 *
 * Requires the nests in the bodies of the regions, as schedule leaves them, in an order in which what is read
 * comes first. */
#include "program.h"

static bool is_unread(const struct nest *nest)
{
    const struct buffer *target = nest->target;
    bool computes = nest->kind == NEST_VALUE || nest->kind == NEST_SUM || nest->kind == NEST_REDUCE ||
                    nest->kind == NEST_ARGUMENT;
    return computes && !nest->beside && target->node && target->writers_count == 1 &&
           target->readers_count == 0 && !target->member && !target->is_fixed && !target->is_kept &&
           !target->is_earlier;
}

static void forget_reader(struct buffer *buffer, const struct nest *nest)
{
    size_t kept = 0;
    for (size_t i = 0; i < buffer->readers_count; i++)
        if (buffer->readers[i] != nest)
            buffer->readers[kept++] = buffer->readers[i];
    buffer->readers_count = kept;
}

static void drop_in(struct item *container)
{
    size_t first = container->waiting_count;
    for (size_t i = container->waiting_count; i-- > 0;) {
        struct nest *nest = container->waiting[i];
        if (nest->kind == NEST_REGION)
            drop_in(nest->item);
        if (!is_unread(nest)) {
            container->waiting[--first] = nest;
            continue;
        }
        for (size_t r = 0; r < nest->reads_count; r++)
            if (nest->reads[r].buffer)
                forget_reader(nest->reads[r].buffer, nest);
        nest->target->writers_count = 0;
    }
    container->waiting_count -= first;
    for (size_t i = 0; i < container->waiting_count; i++)
        container->waiting[i] = container->waiting[first + i];
}

void drop_unread(struct program *program)
{
    drop_in(program->root);
}
