/* place.c: where each buffer lives.
 *
 * A buffer that is written and read only inside the same loops loses the axes of these loops; one that loses
 * all of them is a local variable. The others are members' arrays or stretches of the workspace (slots),
 * which are shared by buffers that are not alive at the same time. What is alive when follows from the
 * preorder of the tree: a buffer private to the rounds of a loop is alive between its accesses in one round;
 * any other for the whole of every loop that touches it. */
#include <stdlib.h>

#include "program.h"

static void number_items(struct item *item, size_t *next)
{
    item->first = (*next)++;
    for (size_t i = 0; i < item->body_count; i++)
        number_items(item->body[i], next);
    item->last = (*next)++;
}

size *buffer_extent(const struct buffer *buffer, int axis)
{
    return buffer->block && axis == 0 ? buffer->block->length : buffer->node->shape[axis];
}

size *buffer_count(struct program *program, const struct buffer *buffer)
{
    if (!buffer->node)
        return buffer->count;
    size *count = size_number(program->sizes, 1);
    for (int a = 0; a < buffer->node->rank; a++)
        if (!(buffer->dropped >> a & 1))
            count = size_multiply(count, buffer_extent(buffer, a));
    return buffer->lanes ? size_multiply(count, size_number(program->sizes, LANES)) : count;
}

/* ---- Dropped axes ---- */

int shared_levels(const struct nest *a, int count, const struct nest *b)
{
    int shared = 0;
    while (shared < count && shared < b->path_count && a->path[shared] == b->path[shared])
        shared++;
    return shared;
}

/* How many of the loops and regions around its first writer hold all that touches the buffer. */
static int common_levels(const struct buffer *buffer)
{
    const struct nest *first = buffer->writers[0];
    int count = first->path_first + (buffer->node ? first->first_reduced : first->loop_count);
    if (buffer->node && adds_up_over_blocks(first))
        count = first->path_first - 1;
    for (size_t i = 1; i < buffer->writers_count; i++) {
        const struct nest *writer = buffer->writers[i];
        int limit = writer->path_first + writer->first_reduced;
        count = shared_levels(first, count, writer);
        count = count < limit ? count : limit;
    }
    for (size_t i = 0; i < buffer->readers_count; i++)
        count = shared_levels(first, count, buffer->readers[i]);
    return count;
}

static bool is_called(const struct nest *nest)
{
    return nest->kind == NEST_PRODUCT || nest->kind == NEST_CALL;
}

/* Calls count on the strides of the whole tensor, which stay as they are if the first axes go. */
static bool touches_call(const struct buffer *buffer)
{
    for (size_t i = 0; i < buffer->writers_count; i++)
        if (is_called(buffer->writers[i]))
            return true;
    for (size_t i = 0; i < buffer->readers_count; i++)
        if (is_called(buffer->readers[i]))
            return true;
    return false;
}

static void drop_axes(struct buffer *buffer, int levels)
{
    const struct nest *first = buffer->writers[0];
    for (int level = first->path_first; level < levels; level++)
        for (int a = 0; a < buffer->node->rank; a++)
            if (first->target_axes[a] == first->order[level - first->path_first]) {
                /* Parts filled in no order may share a loop along different axes. */
                for (size_t i = 1; i < buffer->writers_count; i++)
                    if (buffer->writers[i]->target_axes[a] !=
                        buffer->writers[i]->order[level - buffer->writers[i]->path_first])
                        return;
                buffer->dropped |= 1u << a;
            }
    if (buffer->dropped && touches_call(buffer)) {
        int a = 0;
        while (a < buffer->node->rank && (buffer->dropped >> a & 1 || is_one(buffer->node->shape[a])))
            a++;
        if (buffer->dropped >> a)
            buffer->dropped = 0;
    }
}

static bool is_single(const struct buffer *buffer)
{
    for (int a = 0; a < buffer->node->rank; a++)
        if (!(buffer->dropped >> a & 1) && !is_one(buffer->node->shape[a]))
            return false;
    return true;
}

/* ---- Storage ---- */

static const struct member *scalar_output(const struct program *program, const struct node *node)
{
    for (size_t i = 0; node->rank == 0 && i < program->function->members_count; i++) {
        const struct member *member = &program->function->members[i];
        if (member->role == ROLE_OUTPUT && member->value == node)
            return member;
    }
    return NULL;
}

static void choose_storage(struct program *program, struct buffer *buffer)
{
    if (buffer->member) {
        buffer->storage = STORAGE_MEMBER;
        /* Those who read what is wanted for this member alone run only where its pointer is not NULL. */
        buffer->needs_fallback = (buffer->is_kept || buffer->guard == ALWAYS_WANTED ||
                                  buffer->guard != guard_of_member(program->function, buffer->member)) &&
                                 buffer->member->role != ROLE_INOUT;
    } else if (!buffer->node) {
        buffer->storage = STORAGE_WORKSPACE;
    } else if (buffer->is_kept && scalar_output(program, buffer->node)) {
        buffer->storage = STORAGE_SCALAR;
    } else if (buffer->is_kept || !is_single(buffer) || (buffer->is_fixed && buffer->node->rank > 0)) {
        buffer->storage = STORAGE_WORKSPACE;
    } else {
        buffer->storage = STORAGE_SCALAR;
    }
}

static void find_scope(struct program *program, struct buffer *buffer, size_t *first, size_t *last)
{
    int levels = common_levels(buffer);
    const struct nest *writer = buffer->writers[0];
    if (!buffer->is_fixed)
        drop_axes(buffer, levels);
    if (!buffer->is_fixed && writer->block && levels >= writer->path_first)
        buffer->block = writer->block;
    buffer->scope = levels > 0 ? writer->path[levels - 1] : NULL;
    *first = SIZE_MAX;
    *last = 0;
    for (size_t i = 0; i < buffer->writers_count + buffer->readers_count; i++) {
        const struct nest *nest =
            i < buffer->writers_count ? buffer->writers[i] : buffer->readers[i - buffer->writers_count];
        const struct item *item = nest->path_count > levels ? nest->path[levels] : nest->item;
        *first = item->first < *first ? item->first : *first;
        *last = item->last > *last ? item->last : *last;
    }
    choose_storage(program, buffer);
}

/* ---- Slots ---- */

struct stay {
    struct buffer *buffer;
    size_t first, last, order;
    size *count;
};

struct stays {
    struct stay *stays;
    size_t stays_count, stays_capacity;
    int *free_slots;
    size_t free_slots_count, free_slots_capacity;
};

static int by_first(const void *a, const void *b)
{
    const struct stay *p = a, *q = b;
    if (p->first != q->first)
        return p->first < q->first ? -1 : 1;
    return p->order < q->order ? -1 : p->order > q->order;
}

static int by_last(const void *a, const void *b)
{
    const struct stay *p = *(struct stay *const *)a, *q = *(struct stay *const *)b;
    if (p->last != q->last)
        return p->last < q->last ? -1 : 1;
    return p->order < q->order ? -1 : p->order > q->order;
}

static int new_slot(struct program *program, size *count, bool is_kept)
{
    struct slot slot = {.count = count, .sharers = 1, .is_kept = is_kept};
    ARENA_APPEND(program->arena, program, slots, slot);
    return (int)program->slots_count - 1;
}

enum { SLOTS_TRIED = 64, SPACIOUS = 4 };

/* Whether a slot is so much larger that it is better left for something that needs it. */
static bool is_spacious(struct program *program, size *had, size *count)
{
    size *times = size_multiply(count, size_number(program->sizes, SPACIOUS));
    return size_nonnegative(size_subtract(had, times)) == ALWAYS;
}

/* A free slot of the same size, or one that is surely larger, or one that may grow; -1 if none of the last
 * few. */
static int take_slot(struct program *program, struct stays *stays, size *count)
{
    size_t found = SIZE_MAX;
    int best = 0;
    for (size_t i = stays->free_slots_count;
         i-- > 0 && i + SLOTS_TRIED >= stays->free_slots_count && best < 3;) {
        size *had = program->slots[stays->free_slots[i]].count;
        int fit = had == count                                            ? 3
                  : is_spacious(program, had, count)                      ? 0
                  : size_nonnegative(size_subtract(had, count)) == ALWAYS ? 2
                  : size_nonnegative(size_subtract(count, had)) == ALWAYS ? 1
                                                                          : 0;
        if (fit > best)
            best = fit, found = i;
    }
    if (!best)
        return -1;
    int slot = stays->free_slots[found];
    for (size_t i = found; i + 1 < stays->free_slots_count; i++)
        stays->free_slots[i] = stays->free_slots[i + 1];
    stays->free_slots_count--;
    if (best == 1)
        program->slots[slot].count = count;
    program->slots[slot].sharers++;
    return slot;
}

static void assign_slots(struct program *program, struct stays *stays)
{
    struct stay **ends = ARENA_ARRAY(program->arena, struct stay *, stays->stays_count + 1);
    if (!stays->stays_count)
        return;
    qsort(stays->stays, stays->stays_count, sizeof *stays->stays, by_first);
    for (size_t i = 0; i < stays->stays_count; i++)
        ends[i] = &stays->stays[i];
    qsort(ends, stays->stays_count, sizeof(struct stay *), by_last);
    size_t ended = 0;
    for (size_t i = 0; i < stays->stays_count; i++) {
        struct stay *stay = &stays->stays[i];
        while (ended < stays->stays_count && ends[ended]->last < stay->first) {
            ARENA_APPEND(program->arena, stays, free_slots, ends[ended]->buffer->slot);
            ended++;
        }
        stay->buffer->slot = take_slot(program, stays, stay->count);
        if (stay->buffer->slot < 0)
            stay->buffer->slot = new_slot(program, stay->count, false);
    }
}

/* Leaves the stays of buffers that take part in the sharing of slots. */
static void keep_those_in_slots(struct program *program, struct stays *stays)
{
    size_t count = 0;
    for (size_t i = 0; i < stays->stays_count; i++) {
        struct stay stay = stays->stays[i];
        struct buffer *buffer = stay.buffer;
        if (buffer->same || buffer->storage == STORAGE_SCALAR ||
            (buffer->storage == STORAGE_MEMBER && !buffer->needs_fallback))
            continue;
        stay.count = buffer_count(program, buffer);
        for (size_t w = 0; buffer->guest && w < buffer->guest->writers_count; w++) {
            const struct nest *writer = buffer->guest->writers[w];
            size_t first = writer->path_count > 0 ? writer->path[0]->first : writer->item->first;
            stay.first = first < stay.first ? first : stay.first;
        }
        if (buffer->is_kept)
            buffer->slot = new_slot(program, stay.count, true);
        else
            stays->stays[count++] = stay;
    }
    stays->stays_count = count;
}

/* ---- The whole ---- */

/* Backward finds what forward kept where forward put it. */
static void place_earlier(struct program *program, const struct program *forward)
{
    for (size_t i = 0; forward && i < forward->slots_count && forward->slots[i].is_kept; i++)
        ARENA_APPEND(program->arena, program, slots, forward->slots[i]);
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *buffer = program->all_buffers[i];
        if (!buffer->is_earlier)
            continue;
        const struct buffer *source = forward->buffers[buffer->node->id];
        buffer->storage = source->storage;
        buffer->member = source->member;
        buffer->slot = source->slot;
        buffer->needs_fallback = source->needs_fallback;
        if (source->storage == STORAGE_SCALAR) {
            buffer->storage = STORAGE_STRUCT;
            buffer->member = scalar_output(program, buffer->node);
        }
    }
}

void place(struct program *program, const struct program *forward)
{
    struct stays stays = {0};
    size_t next = 0;
    number_items(program->root, &next);
    update_in_place(program);
    carry_in_place(program);
    if (program->entry == ENTRY_BACKWARD)
        place_earlier(program, forward);
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *buffer = program->all_buffers[i];
        struct stay stay = {.buffer = buffer, .order = i};
        if (buffer->is_earlier || buffer->writers_count == 0)
            continue;
        find_scope(program, buffer, &stay.first, &stay.last);
        ARENA_APPEND(program->arena, &stays, stays, stay);
    }
    size_t first_panel = program->all_buffers_count;
    choose_lanes(program);
    for (size_t i = first_panel; i < program->all_buffers_count; i++) {
        struct buffer *panel = program->all_buffers[i];
        struct stay stay = {
            .buffer = panel, .order = i, .first = panel->lanes->first, .last = panel->lanes->last};
        ARENA_APPEND(program->arena, &stays, stays, stay);
    }
    collect_in_place(program);
    live_in_members(program);
    keep_those_in_slots(program, &stays);
    assign_slots(program, &stays);
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *buffer = program->all_buffers[i];
        if (buffer->same)
            buffer->storage = buffer->same->storage;
    }
}
