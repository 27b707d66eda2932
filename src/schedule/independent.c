/* independent.c: whether the rounds of an innermost loop are independent of one another, which compilers
 * cannot always see where arrays share the workspace.
 *
 * Every element that a round touches is known by its array and its offset (touched.c). The rounds are
 * independent if each array that is written is only touched at one offset, which differs from round to round,
 * or at offsets so far apart that all rounds lie between them, and so are the arrays that share its memory.
 */
#include "loop_kinds.h"

/* ---- What is touched ---- */

/* Every pair is compared; no compiler vectorises a body as long as this anyway. */
enum { MOST_TOUCHED = 500 };

/* What the statements touch, but for what a reduction forms, which is stored behind the loop; false if it is
 * too much. */
static bool touch_in_rounds(struct touching *touching, const struct item *loop)
{
    for (size_t i = 0; i < loop->body_count && touching->touched_count <= MOST_TOUCHED; i++) {
        const struct nest *nest = loop->body[i]->nest;
        if (nest->is_void)
            continue;
        if (nest->kind != NEST_REDUCE)
            touch_target(touching, nest);
        touch_reads(touching, nest);
        touching->turn++;
    }
    return touching->touched_count <= MOST_TOUCHED;
}

/* ---- Whether rounds meet ---- */

/* Whether two arrays may share memory. Leaves are told apart by their members, and never overlap what is
 * written. */
static bool may_overlap(const struct touched *a, const struct touched *b)
{
    const struct buffer *x = root_of(a->buffer), *y = root_of(b->buffer);
    if (a->member && a->member == b->member)
        return true;
    return x && y && (x == y || (x->slot >= 0 && x->slot == y->slot));
}

static bool is_at_least(size *a, size *b)
{
    return size_nonnegative(size_subtract(a, b)) == ALWAYS;
}

/* Whether an offset differs from round to round. */
static bool moves_with(const struct program *program, const size *offset, const size *variable)
{
    size *step = offset ? size_slope(offset, variable) : NULL, *one = size_number(program->sizes, 1);
    return step && (is_at_least(step, one) || is_at_least(size_negate(step), one));
}

/* Whether the offset is where the variable stands in one of the rows that are as long as the loop,
 * (i * 3 + 1) * n + j: then the variable is left when rows are taken away. */
static bool is_in_row(size *offset, size *extent, size *variable)
{
    size *rows = size_divide(size_subtract(offset, variable), extent);
    return rows && size_is_whole(rows);
}

/* Whether no two rounds of the loop meet at these offsets, of which b moves: they are the same, or leave
 * different numbers in different rounds when multiples of the loop's extent are taken away, or all rounds lie
 * between them. */
static bool never_meet(size *a, size *b, const struct item *loop)
{
    if (a == b)
        return true;
    if (is_in_row(a, loop->extent, loop->variable) && is_in_row(b, loop->extent, loop->variable))
        return true;
    size *slope = size_slope(a, loop->variable), *distance = size_subtract(a, b);
    return slope && slope == size_slope(b, loop->variable) && size_is(slope, 1) &&
           (is_at_least(distance, loop->extent) || is_at_least(size_negate(distance), loop->extent));
}

/* Whether offsets in both arrays count elements of one width. */
static bool is_as_wide(const struct touched *a, const struct touched *b)
{
    return a->buffer == b->buffer || !a->buffer || !b->buffer ||
           (a->buffer->type == REAL) == (b->buffer->type == REAL);
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
static bool is_restricted(const struct program *program, const struct touched *touched, bool is_shared)
{
    const struct buffer *buffer = touched->buffer;
    if (is_shared)
        return false;
    if (!buffer)
        return true;
    if ((buffer->alias_of && !buffer->has_own_name) || buffer->is_earlier || buffer->is_seed)
        return false;
    if (buffer->storage == STORAGE_MEMBER)
        return buffer->slot < 0;
    return buffer->slot >= 0 && program->slots[buffer->slot].sharers == 1;
}

/* Compilers see for themselves, or find out at run time, if there are few arrays. */
static bool is_hard_to_see(const struct touching *touching, const struct item *loop, bool is_shared)
{
    size_t unclear = 0, arrays = 0;
    for (size_t i = 0; i < touching->touched_count; i++) {
        bool is_new = true;
        for (size_t j = 0; j < i && is_new; j++)
            is_new = touching->touched[i].buffer != touching->touched[j].buffer ||
                     touching->touched[i].member != touching->touched[j].member;
        arrays += is_new;
        unclear += is_new && !is_restricted(touching->program, &touching->touched[i], is_shared);
    }
    return unclear >= 1 && arrays >= (loop->is_expensive || is_shared ? 2 : 4);
}

/* A statement that stores in an array, or in a variable of the round, and nothing else. */
static bool stores_alone(const struct item *loop, const struct item *item)
{
    const struct nest *nest = item->nest;
    return item->kind == ITEM_STATEMENT && (item->guard == loop->guard || runs_anyway(item)) &&
           (nest->kind == NEST_VALUE || nest->kind == NEST_SUM || nest->kind == NEST_COPY ||
            nest->kind == NEST_SCATTER) &&
           nest->target && (nest->target->storage != STORAGE_SCALAR || is_local(nest));
}

static bool can_be_independent(const struct item *loop)
{
    int64_t number;
    if (loop->body_count == 0 || loop->before_count > 0 || loop->behind_count > 0 ||
        (size_is_number(loop->extent, &number) && number < 8))
        return false;
    for (size_t i = 0; i < loop->body_count; i++)
        if (!stores_alone(loop, loop->body[i]))
            return false;
    return true;
}

/* Whether no round touches what another one stores. */
static bool rounds_are_apart(const struct touching *touching, const struct item *loop)
{
    for (size_t i = 0; i < touching->touched_count; i++) {
        const struct touched *written = &touching->touched[i];
        if (!is_written(loop, written))
            continue;
        if (!moves_with(touching->program, written->offset, loop->variable))
            return false;
        for (size_t j = 0; j < touching->touched_count; j++) {
            const struct touched *other = &touching->touched[j];
            if (may_overlap(written, other) && (!other->offset || !is_as_wide(written, other) ||
                                                !never_meet(other->offset, written->offset, loop)))
                return false;
        }
    }
    return true;
}

bool is_independent(struct program *program, const struct item *loop, bool is_shared)
{
    struct touching touching = {.program = program};
    return can_be_independent(loop) && touch_in_rounds(&touching, loop) &&
           rounds_are_apart(&touching, loop) && is_hard_to_see(&touching, loop, is_shared);
}

bool is_independent_but_for_sums(struct program *program, const struct item *loop, bool is_shared)
{
    struct touching touching = {.program = program};
    return touch_in_rounds(&touching, loop) && rounds_are_apart(&touching, loop) &&
           is_hard_to_see(&touching, loop, is_shared);
}

/* ---- What is there before the loop ---- */

/* Whether a round reads what it has stored itself, but for the same element of the same array. */
static bool reads_stored(const struct touching *touching)
{
    for (size_t i = 0; i < touching->touched_count; i++)
        for (size_t j = i + 1; j < touching->touched_count; j++) {
            const struct touched *stored = &touching->touched[i], *read = &touching->touched[j];
            if (stored->is_target && read->turn > stored->turn && may_overlap(stored, read) &&
                (read->buffer != stored->buffer || read->offset != stored->offset))
                return true;
        }
    return false;
}

static bool stores_or_sums(const struct item *loop)
{
    bool sums = loop->loop_kind == LOOP_SUM || loop->loop_kind == LOOP_SUMS;
    for (size_t i = 0; i < loop->body_count; i++)
        if (!stores_alone(loop, loop->body[i]) && !(sums && loop->body[i]->nest->kind == NEST_REDUCE))
            return false;
    return sums || can_be_independent(loop);
}

bool can_look_ahead(struct program *program, const struct item *loop)
{
    struct touching touching = {.program = program};
    return stores_or_sums(loop) && touch_in_rounds(&touching, loop) && rounds_are_apart(&touching, loop) &&
           !reads_stored(&touching);
}
