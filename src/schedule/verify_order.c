/* verify_order.c: what a statement reads has been written before. */
#include "program_verify.h"

/* ---- Conditions ---- */

/* The conditions under which the statement runs: its own, and those of what is around it. */
enum { MOST_CONDITIONS = 64 };

static int conditions_of(const struct nest *nest, guard *conditions)
{
    int count = 0;
    conditions[count++] = nest->guard;
    for (const struct item *item = nest->item; item && count < MOST_CONDITIONS; item = item->parent)
        if (item->guard != ALWAYS_WANTED)
            conditions[count++] = item->guard;
    return count;
}

/* Whether the writer runs wherever the reader does: each of its conditions follows from one of the reader's.
 */
static bool runs_too(const struct nest *writer, const struct nest *reader)
{
    guard wanted[MOST_CONDITIONS], known[MOST_CONDITIONS];
    int wanted_count = conditions_of(writer, wanted), known_count = conditions_of(reader, known);
    for (int i = 0; i < wanted_count; i++) {
        bool follows = wanted[i] == ALWAYS_WANTED;
        for (int j = 0; j < known_count && !follows; j++)
            follows = (known[j] & ~wanted[i]) == 0;
        if (!follows)
            return false;
    }
    return true;
}

/* ---- Rounds ---- */

/* In a loop that both share, the reader reads what the same round has written. */
static bool reads_same_round(const struct nest *reader, const struct access *access,
                             const struct nest *writer, int level)
{
    int own = level - writer->path_first, depth = level - reader->path_first;
    if (own < 0 || depth < 0 || !access->node)
        return own < 0;
    for (int a = 0; a < access->node->rank; a++)
        if (writer->target_axes[a] == writer->order[own])
            return access->map[a] == reader->order[depth];
    return false;
}

static const char *verify_rounds(struct verifier *verifier, const struct nest *reader,
                                 const struct access *access, const struct nest *writer)
{
    int shared = shared_levels(writer, writer->path_count, reader);
    for (int level = writer->path_first; level < shared; level++) {
        if (access->is_target && rounds_are_in_no_order(verifier->program, reader, writer, level))
            continue;
        if (level - writer->path_first >= writer->first_reduced)
            return arena_print(verifier->text.arena, "reads %s before its last round has been added up",
                               buffer_title(&verifier->text, access->buffer));
        if (writer->path[level]->kind == ITEM_LOOP && !reads_same_round(reader, access, writer, level))
            return arena_print(verifier->text.arena,
                               "reads what other rounds of the loop over %s write of %s",
                               size_title(&verifier->text, writer->path[level]->variable),
                               buffer_title(&verifier->text, access->buffer));
    }
    return NULL;
}

/* ---- Reads ---- */

static const char *verify_writer(struct verifier *verifier, const struct nest *reader,
                                 const struct access *access, const struct nest *writer)
{
    const char *name = buffer_title(&verifier->text, access->buffer);
    if (writer == reader || writer->is_void)
        return NULL;
    if (!is_in_tree(writer->item))
        return arena_print(verifier->text.arena, "reads %s, of which a part is written nowhere", name);
    if (!comes_before(writer->item, reader->item))
        return arena_print(verifier->text.arena, "reads %s before it is written", name);
    if (!runs_too(writer, reader))
        return arena_print(verifier->text.arena, "reads %s, which is not written wherever this runs", name);
    return verify_rounds(verifier, reader, access, writer);
}

/* Whether a later value is stored in the place of the one that is read. */
static bool has_been_replaced(const struct access *access)
{
    bool is_there = false;
    for (size_t w = 0; w < access->end_writer; w++) {
        const struct nest *writer = access->buffer->writers[w];
        if (is_there && writer->is_update)
            return true;
        is_there = is_there || (!writer->is_update && writer->node == access->node);
    }
    return false;
}

/* What the nest changes further, others may have changed long before: in a loop of its own or in this round.
 * Only those under the same outermost loop can share rounds with it. */
static const char *verify_changes(struct verifier *verifier, const struct nest *nest,
                                  const struct access *access)
{
    for (size_t i = 0; i < verifier->changing_count; i++) {
        const struct nest *writer = verifier->changing[i];
        const char *fault =
            writer->target == access->buffer ? verify_rounds(verifier, nest, access, writer) : NULL;
        if (fault)
            return fault;
    }
    return NULL;
}

const char *verify_reads(struct verifier *verifier, const struct nest *nest)
{
    for (size_t i = 0; i < nest->reads_count; i++) {
        const struct access *access = &nest->reads[i];
        const struct buffer *buffer = access->buffer;
        if (!buffer || buffer->is_earlier)
            continue;
        for (size_t w = access->first_writer; w < access->end_writer; w++) {
            const char *fault = verify_writer(verifier, nest, access, buffer->writers[w]);
            if (fault)
                return fault;
        }
        if (!access->is_target && has_been_replaced(access))
            return arena_print(verifier->text.arena, "reads %s, in whose place a later value stands",
                               buffer_title(&verifier->text, buffer));
        const char *fault = access->is_target ? verify_changes(verifier, nest, access) : NULL;
        if (fault)
            return fault;
        bool is_written =
            access->end_writer > access->first_writer || (buffer->node && is_leaf(buffer->node));
        if (!is_written)
            return arena_print(verifier->text.arena, "reads %s, which nothing has written",
                               buffer_title(&verifier->text, buffer));
    }
    for (size_t i = 0; i < nest->after_count; i++)
        if (!nest->after[i]->is_void && !comes_before(nest->after[i]->item, nest->item))
            return arena_print(verifier->text.arena, "comes before what it waits for: %s",
                               statement_title(&verifier->text, nest->after[i]));
    if (nest->target)
        verifier->changing[verifier->changing_count++] = nest;
    return NULL;
}
