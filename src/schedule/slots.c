/* slots.c: which buffers share memory.
 *
 * A slot is a stretch of the workspace. Buffers may share one that are not alive at the same time. The
 * largest choose first: each takes the smallest slot that is large enough and free while it is alive, or a
 * new one. So no small buffer stands where a large one could, and the workspace is seldom more than what is
 * alive at once. Sizes that are not known count as typical ones, and a slot is only shared where it is surely
 * large enough.
 *
 * What forward keeps for backward has slots of its own, which come first, for backward to find.
 *
 * Requires storage, and the preorder numbers between which each buffer is alive. */
#include <stdlib.h>
#include <string.h>

#include "program.h"

enum { SLOTS_TRIED = 64, TYPICAL_SIZE = 64 };

/* A buffer, or several of which each is written over the one before. */
struct stay {
    struct buffer *buffer; /* the first of them */
    size *count;
    int64_t about; /* count at typical sizes */
    size_t first, last, number;
    bool is_kept;
    int slot;
};

struct interval {
    size_t first, last;
};

/* When a slot is taken, in order. */
struct use {
    struct interval *intervals;
    size_t intervals_count, intervals_capacity;
};

struct sharing {
    struct program *program;
    struct stay *stays;
    size_t stays_count, stays_capacity;
    struct use *uses; /* of each slot */
    size_t uses_count, uses_capacity;
};

/* ---- Stays ---- */

static int64_t typical_size(const size *atom, void *closure)
{
    (void)atom, (void)closure;
    return TYPICAL_SIZE;
}

static bool needs_slot(const struct buffer *buffer)
{
    return !buffer->is_earlier && !buffer->same && (buffer->writers_count > 0 || buffer->lanes) &&
           (buffer->storage == STORAGE_WORKSPACE ||
            (buffer->storage == STORAGE_MEMBER && buffer->needs_fallback));
}

/* The guest of a member's array is there before what the member takes from it. */
static size_t first_with_guest(const struct buffer *buffer)
{
    size_t first = buffer->first;
    for (size_t w = 0; buffer->guest && w < buffer->guest->writers_count; w++) {
        const struct nest *writer = buffer->guest->writers[w];
        const struct item *item = writer->path_count > 0 ? writer->path[0] : writer->item;
        first = item->first < first ? item->first : first;
    }
    return first;
}

static void add_stay(struct sharing *sharing, struct buffer *buffer)
{
    struct program *program = sharing->program;
    struct stay stay = {.buffer = buffer, .number = sharing->stays_count, .is_kept = buffer->is_kept};
    stay.first = first_with_guest(buffer);
    stay.last = buffer->last;
    stay.count = buffer_count(program, buffer);
    stay.about = size_evaluate(stay.count, typical_size, NULL);
    buffer->slot = (int)sharing->stays_count; /* until slots are chosen */
    ARENA_APPEND(program->scratch, sharing, stays, stay);
}

static void join_stay(struct stay *stay, const struct buffer *buffer)
{
    stay->first = buffer->first < stay->first ? buffer->first : stay->first;
    stay->last = buffer->last > stay->last ? buffer->last : stay->last;
    stay->is_kept = stay->is_kept || buffer->is_kept;
}

/* What is kept first, then the largest, then by time. */
static int by_size(const void *a, const void *b)
{
    const struct stay *p = a, *q = b;
    if (p->is_kept != q->is_kept)
        return p->is_kept ? -1 : 1;
    if (p->about != q->about && !p->is_kept)
        return p->about > q->about ? -1 : 1;
    if (p->first != q->first && !p->is_kept)
        return p->first < q->first ? -1 : 1;
    return p->number < q->number ? -1 : p->number > q->number;
}

/* ---- Slots ---- */

/* The place of the first interval that ends behind `first`. */
static size_t place_of(const struct use *use, size_t first)
{
    size_t low = 0, high = use->intervals_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (use->intervals[middle].last < first)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_free(const struct use *use, const struct stay *stay)
{
    size_t i = place_of(use, stay->first);
    return i == use->intervals_count || use->intervals[i].first > stay->last;
}

static bool is_large_enough(const struct slot *slot, size *count)
{
    return slot->count == count || size_nonnegative(size_subtract(slot->count, count)) == ALWAYS;
}

/* The smallest that serves, which is the last, or a new one. */
static int find_slot(struct sharing *sharing, const struct stay *stay)
{
    struct program *program = sharing->program;
    size_t tried = 0;
    for (size_t i = program->slots_count; !stay->is_kept && i-- > 0 && tried < SLOTS_TRIED; tried++)
        if (!program->slots[i].is_kept && is_free(&sharing->uses[i], stay) &&
            is_large_enough(&program->slots[i], stay->count))
            return (int)i;
    struct slot slot = {.count = stay->count, .is_kept = stay->is_kept};
    ARENA_APPEND(program->arena, program, slots, slot);
    while (sharing->uses_count < program->slots_count) {
        struct use use = {0};
        ARENA_APPEND(program->scratch, sharing, uses, use);
    }
    return (int)program->slots_count - 1;
}

static void take_slot(struct sharing *sharing, struct stay *stay)
{
    stay->slot = find_slot(sharing, stay);
    struct use *use = &sharing->uses[stay->slot];
    struct interval interval = {stay->first, stay->last};
    size_t at = place_of(use, stay->first);
    ARENA_APPEND(sharing->program->scratch, use, intervals, interval);
    memmove(use->intervals + at + 1, use->intervals + at, (use->intervals_count - 1 - at) * sizeof interval);
    use->intervals[at] = interval;
    sharing->program->slots[stay->slot].sharers++;
    stay->buffer->slot = stay->slot;
}

const struct buffer *root_of(const struct buffer *buffer)
{
    while (buffer && (buffer->same || buffer->over))
        buffer = buffer->same ? buffer->same : buffer->over;
    return buffer;
}

/* The buffer that was there before all that are written over one another. */
static struct buffer *oldest(struct buffer *buffer)
{
    while (buffer->over)
        buffer = buffer->over;
    return buffer;
}

void share_slots(struct program *program)
{
    struct sharing sharing = {.program = program};
    for (size_t i = 0; i < program->all_buffers_count; i++)
        if (needs_slot(program->all_buffers[i]) && !program->all_buffers[i]->over)
            add_stay(&sharing, program->all_buffers[i]);
    for (size_t i = 0; i < program->all_buffers_count; i++)
        if (program->all_buffers[i]->over)
            join_stay(&sharing.stays[oldest(program->all_buffers[i])->slot], program->all_buffers[i]);
    if (sharing.stays_count > 0)
        qsort(sharing.stays, sharing.stays_count, sizeof *sharing.stays, by_size);
    for (size_t i = 0; i < sharing.stays_count; i++)
        take_slot(&sharing, &sharing.stays[i]);
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *buffer = program->all_buffers[i];
        if (!buffer->over)
            continue;
        buffer->slot = oldest(buffer)->slot;
        program->slots[buffer->slot].sharers++;
    }
    for (size_t i = 0; i < program->all_buffers_count; i++)
        if (program->all_buffers[i]->same)
            program->all_buffers[i]->storage = program->all_buffers[i]->same->storage;
}
