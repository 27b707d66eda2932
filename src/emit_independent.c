/* emit_independent.c: whether the rounds of an innermost loop are independent of one another, which compilers
 * cannot always see where arrays share the workspace.
 *
 * While the body of the loop is printed, every element that it touches is noted by its array and the text of
 * its offset. The rounds are independent if each array that is written is only touched at one offset, which
 * differs from round to round, and so are the arrays that share its memory. */
#include <ctype.h>
#include <string.h>

#include "emitter.h"

void note_element(struct emitter *emitter, const struct buffer *buffer, const struct member *member,
                  const char *offset)
{
    struct touched touched = {buffer, buffer ? buffer->member : member, offset};
    if (emitter->notes)
        ARENA_APPEND(emitter->arena, emitter->notes, touched, touched);
}

static const struct buffer *root_of(const struct buffer *buffer)
{
    while (buffer && buffer->same)
        buffer = buffer->same;
    return buffer;
}

/* Whether two arrays may share memory. Leaves are told apart by their members, and never overlap what is
 * written. */
static bool may_overlap(const struct touched *a, const struct touched *b)
{
    const struct buffer *x = root_of(a->buffer), *y = root_of(b->buffer);
    if (a->member && a->member == b->member)
        return true;
    return x && y && (x == y || (x->slot >= 0 && x->slot == y->slot));
}

/* Whether an offset differs from round to round: it holds the variable, and nothing that is computed in the
 * round. */
static bool moves_with(const char *offset, const char *variable)
{
    size_t length = strlen(variable);
    if (!offset || strpbrk(offset, "[/%?") || strstr(offset, "(size_t)"))
        return false;
    for (const char *c = offset; (c = strstr(c, variable)) != NULL; c++) {
        bool begins = c == offset || (!isalnum((unsigned char)c[-1]) && c[-1] != '_');
        if (begins && !isalnum((unsigned char)c[length]) && c[length] != '_')
            return true;
    }
    return false;
}

static bool is_local(const struct nest *nest)
{
    return nest->target && nest->target->storage == STORAGE_SCALAR && needs_declaration(nest);
}

static bool is_written(const struct item *loop, const struct touched *touched)
{
    for (size_t i = 0; i < loop->body_count; i++)
        if (!loop->body[i]->nest->is_void && touched->buffer &&
            loop->body[i]->nest->target == touched->buffer)
            return true;
    return false;
}

/* Whether C says of the array that nothing else is found where it is. */
static bool is_restricted(const struct program *program, const struct touched *touched)
{
    const struct buffer *buffer = touched->buffer;
    if (!buffer)
        return true;
    if (buffer->same || buffer->is_earlier || buffer->is_seed)
        return false;
    if (buffer->storage == STORAGE_MEMBER)
        return buffer->slot < 0;
    return buffer->slot >= 0 && program->slots[buffer->slot].sharers == 1;
}

/* Compilers see for themselves, or find out at run time, if there are few arrays. */
static bool is_hard_to_see(const struct emitter *emitter, const struct item *loop, const struct notes *notes)
{
    size_t unclear = 0, arrays = 0;
    for (size_t i = 0; i < notes->touched_count; i++) {
        bool is_new = true;
        for (size_t j = 0; j < i && is_new; j++)
            is_new = notes->touched[i].buffer != notes->touched[j].buffer ||
                     notes->touched[i].member != notes->touched[j].member;
        arrays += is_new;
        unclear += is_new && !is_restricted(emitter->program, &notes->touched[i]);
    }
    return unclear >= 1 && arrays >= (loop->is_dear ? 2 : 4);
}

bool can_be_independent(const struct item *loop)
{
    int64_t number;
    if (loop->body_count == 0 || loop->before_count > 0 || loop->behind_count > 0 ||
        (size_is_number(loop->extent, &number) && number < 8))
        return false;
    for (size_t i = 0; i < loop->body_count; i++) {
        const struct nest *nest = loop->body[i]->nest;
        if (loop->body[i]->kind != ITEM_STATEMENT || loop->body[i]->guard != loop->guard ||
            (nest->kind != NEST_VALUE && nest->kind != NEST_SUM && nest->kind != NEST_COPY &&
             nest->kind != NEST_SCATTER) ||
            !nest->target || (nest->target->storage == STORAGE_SCALAR && !is_local(nest)))
            return false;
    }
    return true;
}

bool is_independent(const struct emitter *emitter, const struct item *loop, const struct notes *notes,
                    const char *variable)
{
    for (size_t i = 0; i < notes->touched_count; i++) {
        const struct touched *written = &notes->touched[i];
        if (!is_written(loop, written))
            continue;
        if (!moves_with(written->offset, variable))
            return false;
        for (size_t j = 0; j < notes->touched_count; j++)
            if (may_overlap(written, &notes->touched[j]) &&
                (!notes->touched[j].offset || strcmp(notes->touched[j].offset, written->offset) != 0))
                return false;
    }
    return is_hard_to_see(emitter, loop, notes);
}
