/* emit_independent.c: whether the rounds of an innermost loop are independent of one another, which compilers
 * cannot always see where arrays share the workspace.
 *
 * While the body of the loop is printed, every element that it touches is noted by its array and the text of
 * its offset. The rounds are independent if each array that is written is only touched at one offset, which
 * differs from round to round, or at offsets so far apart that all rounds lie between them, and so are the
 * arrays that share its memory. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "emitter.h"

void note_element(struct emitter *emitter, const struct buffer *buffer, const struct member *member,
                  const char *offset)
{
    struct touched touched = {buffer, buffer ? buffer->member : member, offset};
    if (emitter->notes)
        ARENA_APPEND(emitter->arena, emitter->notes, touched, touched);
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

/* Whether the variable stands in an offset once, as a term of its own, so that the next round's is one
 * further. */
static bool moves_by_one(const char *offset, const char *variable)
{
    const char *found = strstr(offset, variable), *behind = found ? found + strlen(variable) : NULL;
    int depth = 0;
    for (const char *c = offset; found && c < found; c++)
        depth += *c == '(' ? 1 : *c == ')' ? -1 : 0;
    return found && depth == 0 && !strstr(behind, variable) &&
           (found == offset || strncmp(found - 2, "+ ", 2) == 0) &&
           (!*behind || strncmp(behind, " +", 2) == 0);
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

/* The number that ends an offset, "i * 1024 + j + 256", or 0; sets the length of what stands before it. */
static int64_t last_number(const char *offset, size_t *length)
{
    const char *plus = strrchr(offset, '+');
    char *end;
    *length = strlen(offset);
    if (!plus || plus == offset)
        return 0;
    int64_t number = strtoll(plus + 1, &end, 10);
    if (*end || end == plus + 1)
        return 0;
    *length = (size_t)(plus - offset) - 1;
    return number;
}

/* Whether the offset is where the variable stands in one of the rows that are as long as the loop,
 * "(i * 3 + 1) * n + j": then so much of it is left when rows are taken away. */
static bool is_in_row(const char *offset, const char *extent, const char *variable)
{
    size_t length = strlen(offset), variable_length = strlen(variable), extent_length = strlen(extent);
    if (strcmp(offset, variable) == 0)
        return true;
    if (length < extent_length + variable_length + 6)
        return false;
    const char *last = offset + length - variable_length, *row = last - 3 - extent_length;
    int depth = 0;
    for (const char *c = offset; c < row; c++) {
        depth += *c == '(' ? 1 : *c == ')' ? -1 : 0;
        if (depth == 0 && (*c == '+' || *c == '-'))
            return false;
    }
    return strcmp(last, variable) == 0 && strncmp(last - 3, " + ", 3) == 0 &&
           strncmp(row, extent, extent_length) == 0 && strncmp(row - 3, " * ", 3) == 0;
}

/* Whether no two rounds of the loop meet at these offsets: they are the same, and move, or leave different
 * numbers in different rounds when multiples of the loop's extent are taken away. */
static bool never_meet(struct emitter *emitter, const char *a, const char *b, const struct item *loop,
                       const char *variable)
{
    size_t a_length, b_length;
    int64_t extent, a_number = last_number(a, &a_length), b_number = last_number(b, &b_length);
    if (strcmp(a, b) == 0)
        return true;
    const char *row = size_factor(emitter, loop->extent);
    if (is_in_row(a, row, variable) && is_in_row(b, row, variable))
        return true;
    bool is_same = a_length == b_length && strncmp(a, b, a_length) == 0;
    return is_same && moves_by_one(a, variable) && size_is_number(loop->extent, &extent) &&
           llabs(a_number - b_number) >= extent;
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

/* Whether C says of the array that nothing else is found where it is: but compilers forget it in what threads
 * do. */
static bool is_restricted(const struct emitter *emitter, const struct touched *touched)
{
    const struct buffer *buffer = touched->buffer;
    if (emitter->is_shared)
        return false;
    if (!buffer)
        return true;
    if (buffer->same || buffer->is_earlier || buffer->is_seed)
        return false;
    if (buffer->storage == STORAGE_MEMBER)
        return buffer->slot < 0;
    return buffer->slot >= 0 && emitter->program->slots[buffer->slot].sharers == 1;
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
        unclear += is_new && !is_restricted(emitter, &notes->touched[i]);
    }
    return unclear >= 1 && arrays >= (loop->is_dear || emitter->is_shared ? 2 : 4);
}

bool can_be_independent(const struct item *loop)
{
    int64_t number;
    if (loop->body_count == 0 || loop->before_count > 0 || loop->behind_count > 0 ||
        (size_is_number(loop->extent, &number) && number < 8))
        return false;
    for (size_t i = 0; i < loop->body_count; i++) {
        const struct nest *nest = loop->body[i]->nest;
        if (loop->body[i]->kind != ITEM_STATEMENT ||
            (loop->body[i]->guard != loop->guard && !runs_anyway(loop->body[i])) ||
            (nest->kind != NEST_VALUE && nest->kind != NEST_SUM && nest->kind != NEST_COPY &&
             nest->kind != NEST_SCATTER) ||
            !nest->target || (nest->target->storage == STORAGE_SCALAR && !is_local(nest)))
            return false;
    }
    return true;
}

/* Every pair is compared; no compiler vectorises a body as long as this anyway. */
enum { MOST_TOUCHED = 500 };

bool is_independent(struct emitter *emitter, const struct item *loop, const struct notes *notes,
                    const char *variable)
{
    if (notes->touched_count > MOST_TOUCHED)
        return false;
    for (size_t i = 0; i < notes->touched_count; i++) {
        const struct touched *written = &notes->touched[i];
        if (!is_written(loop, written))
            continue;
        if (!moves_with(written->offset, variable))
            return false;
        for (size_t j = 0; j < notes->touched_count; j++)
            if (may_overlap(written, &notes->touched[j]) &&
                (!notes->touched[j].offset ||
                 !never_meet(emitter, notes->touched[j].offset, written->offset, loop, variable)))
                return false;
    }
    return is_hard_to_see(emitter, loop, notes);
}
