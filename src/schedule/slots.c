/* slots.c: where in the workspace buffers lie.
 *
 * A slot is a part of the workspace. Buffers may share one that are not alive at the same time. The
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

#include "cost.h"
#include "program.h"

enum { SLOTS_TRIED = 64 };

/* A buffer and its aliases. */
struct alias_class {
    struct buffer *buffer;
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
    struct alias_class *classes;
    size_t classes_count, classes_capacity;
    struct use *uses; /* of each slot */
    size_t uses_count, uses_capacity;
};

/* ---- Classes ---- */

static bool needs_slot(const struct buffer *buffer)
{
    return !buffer->is_earlier && !buffer->alias_of && (buffer->writers_count > 0 || buffer->lanes) &&
           (buffer->storage == STORAGE_WORKSPACE ||
            (buffer->storage == STORAGE_MEMBER && buffer->needs_fallback));
}

static void add_class(struct sharing *sharing, struct buffer *buffer)
{
    struct program *program = sharing->program;
    struct alias_class class = {
        .buffer = buffer, .number = sharing->classes_count, .is_kept = buffer->is_kept};
    class.first = buffer->first;
    class.last = buffer->last;
    class.count = buffer_count(program, buffer);
    class.about = about_of_atoms(class.count, UNKNOWN_WIDTH);
    buffer->slot = (int)sharing->classes_count; /* until slots are chosen */
    ARENA_APPEND(program->scratch, sharing, classes, class);
}

/* The item that holds the statement in the body of the scope; outside of the scope, in the whole program. */
static const struct item *item_in(const struct item *scope, const struct nest *nest)
{
    int level = nest->path_count;
    while (level > 0 && nest->path[level - 1] != scope)
        level--;
    return item_at(nest, level);
}

static void join_class(struct alias_class *class, const struct buffer *alias)
{
    for (size_t i = 0; toucher(alias, i); i++)
        live_in(item_in(class->buffer->scope, toucher(alias, i)), &class->first, &class->last);
    class->is_kept = class->is_kept || alias->is_kept;
}

/* What is kept first, then the largest, then by time. */
static int by_size(const void *a, const void *b)
{
    const struct alias_class *p = a, *q = b;
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

static bool is_free(const struct use *use, const struct alias_class *class)
{
    size_t i = place_of(use, class->first);
    return i == use->intervals_count || use->intervals[i].first > class->last;
}

static bool is_large_enough(const struct slot *slot, size *count)
{
    return slot->count == count || size_nonnegative(size_subtract(slot->count, count)) == ALWAYS;
}

/* The smallest that serves, which is the last, or a new one. */
static int find_slot(struct sharing *sharing, const struct alias_class *class)
{
    struct program *program = sharing->program;
    size_t tried = 0;
    for (size_t i = program->slots_count; !class->is_kept && i-- > 0 && tried < SLOTS_TRIED; tried++)
        if (!program->slots[i].is_kept && is_free(&sharing->uses[i], class) &&
            is_large_enough(&program->slots[i], class->count))
            return (int)i;
    struct slot slot = {.count = class->count, .is_kept = class->is_kept};
    ARENA_APPEND(program->arena, program, slots, slot);
    while (sharing->uses_count < program->slots_count) {
        struct use use = {0};
        ARENA_APPEND(program->scratch, sharing, uses, use);
    }
    return (int)program->slots_count - 1;
}

static void take_slot(struct sharing *sharing, struct alias_class *class)
{
    class->slot = find_slot(sharing, class);
    struct use *use = &sharing->uses[class->slot];
    struct interval interval = {class->first, class->last};
    size_t at = place_of(use, class->first);
    ARENA_APPEND(sharing->program->scratch, use, intervals, interval);
    memmove(use->intervals + at + 1, use->intervals + at, (use->intervals_count - 1 - at) * sizeof interval);
    use->intervals[at] = interval;
    sharing->program->slots[class->slot].sharers++;
    class->buffer->slot = class->slot;
}

void share_slots(struct program *program)
{
    struct sharing sharing = {.program = program};
    for (size_t i = 0; i < program->all_buffers_count; i++)
        if (needs_slot(program->all_buffers[i]))
            add_class(&sharing, program->all_buffers[i]);
    for (size_t i = 0; i < program->all_buffers_count; i++)
        if (program->all_buffers[i]->alias_of && needs_slot(root_of(program->all_buffers[i])))
            join_class(&sharing.classes[root_of(program->all_buffers[i])->slot], program->all_buffers[i]);
    if (sharing.classes_count > 0)
        qsort(sharing.classes, sharing.classes_count, sizeof *sharing.classes, by_size);
    for (size_t i = 0; i < sharing.classes_count; i++)
        take_slot(&sharing, &sharing.classes[i]);
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *alias = program->all_buffers[i];
        if (!alias->alias_of)
            continue;
        alias->storage = root_of(alias)->storage;
        if (!alias->has_own_name)
            continue;
        alias->slot = root_of(alias)->slot;
        program->slots[alias->slot].sharers++;
    }
}
