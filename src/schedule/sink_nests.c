/* sink_nests.c: what functions in vectors are computed of, and what is computed of them, shares their loops.
 *
 * Such a loop takes up no calls of other functions, so that values made early would stand in another loop,
 * and need an array. Those that are made of what nothing changes, and could be made anywhere later, come to
 * stand just before the first nest that reads them.
 *
 * Requires the nests of all bodies, not yet in the tree. A value moves if all that read it read, in the
 * rounds of their outer loops, the element that the same round makes, and if no array has to live longer for
 * it. It passes no region, nor the way out of a loop. */
#include <stdlib.h>

#include "nests.h"

static bool reads_what_stays(const struct nest *nest)
{
    for (size_t i = 0; i < nest->reads_count; i++) {
        const struct buffer *buffer = nest->reads[i].buffer;
        if (buffer && buffer->writers_count > 1)
            return false;
    }
    return nest->after_count == 0;
}

/* Whether what the reader reads in a round of its outer loops is what that round of the value's loops makes.
 */
static bool is_read_in_round(const struct nest *value, const struct nest *reader, const struct access *access)
{
    if (reader->guard != value->guard || reader->loop_count < value->loop_count || reader->alone ||
        reader->block || reader->kind == NEST_PRODUCT || reader->kind == NEST_CALL)
        return false;
    for (int a = 0; a < value->target->node->rank; a++)
        for (int depth = 0; depth < value->loop_count; depth++)
            if (value->target_axes[a] == value->order[depth] &&
                (access->map[a] != reader->order[depth] ||
                 reader->extents[reader->order[depth]] != value->extents[value->order[depth]]))
                return false;
    return true;
}

static bool is_read_in_rounds(const struct nest *value)
{
    const struct buffer *buffer = value->target;
    for (size_t r = 0; r < buffer->readers_count; r++)
        for (size_t i = 0; i < buffer->readers[r]->reads_count; i++) {
            const struct access *access = &buffer->readers[r]->reads[i];
            if (access->buffer == buffer &&
                (access->is_target || !is_read_in_round(value, buffer->readers[r], access)))
                return false;
        }
    return buffer->readers_count > 0;
}

static bool can_move(const struct nest *nest)
{
    const struct buffer *target = nest->target;
    return nest->kind == NEST_VALUE && nest->loop_count > 0 && !nest->is_expensive && !nest->has_calls &&
           !nest->alone && !nest->row && target->writers_count == 1 && !target->member && !target->alias_of &&
           !target->is_kept && !target->is_fixed && reads_what_stays(nest) && is_read_in_rounds(nest);
}

/* Whether it calls functions that vectorise, or goes on with a value of such. */
static bool is_in_vectors(const struct nest *nest)
{
    bool is = nest->is_expensive;
    for (size_t i = 0; i < nest->reads_count && !is; i++) {
        const struct buffer *buffer = nest->reads[i].buffer;
        is = buffer && buffer->writers_count > 0 && buffer->writers[0]->is_expensive;
    }
    return is && !nest->has_calls;
}

/* A nest at its new place; of several, those come first that did before. */
struct sunk {
    struct nest *nest;
    size_t place, turn;
};

static int compare(const void *a, const void *b)
{
    const struct sunk *first = a, *second = b;
    if (first->place != second->place)
        return first->place < second->place ? -1 : 1;
    return (first->turn > second->turn) - (first->turn < second->turn);
}

/* Of the nests of the stretch that read the value the one that comes first, at its new place; NULL: none. */
static struct sunk *first_reader(struct sunk *sunk, size_t count, const struct nest *value)
{
    const struct buffer *buffer = value->target;
    struct sunk *first = NULL;
    for (size_t r = 0; r < buffer->readers_count; r++) {
        struct sunk *reader = buffer->readers[r]->turn < count ? &sunk[buffer->readers[r]->turn] : NULL;
        if (reader && reader->nest == buffer->readers[r] && (!first || compare(reader, first) < 0))
            first = reader;
    }
    return first;
}

/* Whether an array that the value reads is read from that place on anyway. */
static bool lives_until(struct nest *const *nests, size_t count, const struct buffer *buffer, size_t place)
{
    if (!buffer || buffer->node->rank == 0 || buffer->is_earlier || buffer->is_kept)
        return true;
    for (size_t r = buffer->readers_count; r-- > 0;) { /* from the last, which mostly is one */
        const struct nest *reader = buffer->readers[r];
        if (reader->turn < count && nests[reader->turn] == reader && reader->turn >= place)
            return true;
    }
    return false;
}

static bool lets_arrays_die(struct nest *const *nests, size_t count, const struct nest *value, size_t place)
{
    for (size_t i = 0; i < value->reads_count; i++)
        if (!lives_until(nests, count, value->reads[i].buffer, place))
            return false;
    return true;
}

static void sink_stretch(struct program *program, struct nest **nests, size_t count)
{
    struct sunk *sunk = ARENA_ARRAY(program->scratch, struct sunk, count + 1);
    bool *is_awaited =
        ARENA_ARRAY(program->scratch, bool, count + 1); /* by one that comes after it for another reason */
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (nests[i]->block)
            return;
        for (size_t a = 0; a < nests[i]->after_count; a++) {
            const struct nest *earlier = nests[i]->after[a];
            if (earlier->turn < count && nests[earlier->turn] == earlier)
                is_awaited[earlier->turn] = true;
        }
    }
    for (size_t i = count; i-- > 0;) {
        sunk[i] = (struct sunk){nests[i], i, i};
        if (is_awaited[i] || !can_move(nests[i]))
            continue;
        const struct sunk *reader = first_reader(sunk, count, nests[i]);
        if (!reader || !(is_in_vectors(reader->nest) || reader->nest->first_reader) ||
            !lets_arrays_die(nests, count, nests[i], reader->place))
            continue;
        nests[i]->first_reader = reader->nest;
        sunk[i].place = reader->place;
        any = any || reader->place > i + 1;
    }
    if (!any)
        return;
    qsort(sunk, count, sizeof *sunk, compare);
    for (size_t i = 0; i < count; i++)
        nests[i] = sunk[i].nest;
}

void sink_nests(struct program *program)
{
    /* What is updated is read before. */
    for (size_t i = 0; i < program->function->members_count; i++)
        if (program->function->members[i].role == ROLE_INOUT)
            return;
    visit_stretches(program, program->root, sink_stretch);
}
