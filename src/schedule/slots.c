/* slots.c: where in the workspace buffers lie.
 *
 * A slot is a part of the workspace. Buffers may share one that are not alive at the same time; what is
 * written over an older value shares its slot with that, but takes up no more than the time of each. The
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

struct interval {
    size_t first, last;
};

/* A buffer and its aliases. */
struct alias_class {
    struct buffer *buffer;
    size *count;
    int64_t about;              /* count at typical sizes */
    struct interval *intervals; /* in which they are alive: in order, and apart */
    size_t intervals_count, intervals_capacity;
    size_t number;
    bool is_kept;
    int slot;
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

static void add_interval(struct sharing *sharing, struct alias_class *class, const struct buffer *buffer)
{
    struct interval interval = {buffer->first, buffer->last};
    ARENA_APPEND(sharing->program->scratch, class, intervals, interval);
}

static void add_class(struct sharing *sharing, struct buffer *buffer)
{
    struct program *program = sharing->program;
    struct alias_class class = {
        .buffer = buffer, .number = sharing->classes_count, .is_kept = buffer->is_kept};
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

/* An alias without a name of its own goes on with what is there: it is alive with the array whose name it
 * has, and in between. */
static void live_with_array(const struct buffer *alias)
{
    struct buffer *array = array_of((struct buffer *)alias);
    for (size_t i = 0; toucher(alias, i); i++)
        live_in(item_in(root_of(alias)->scope, toucher(alias, i)), &array->first, &array->last);
}

static int by_first(const void *a, const void *b)
{
    const struct interval *p = a, *q = b;
    return p->first < q->first ? -1 : p->first > q->first;
}

/* Those that touch become one. */
static void join_intervals(struct alias_class *class)
{
    size_t count = 0;
    qsort(class->intervals, class->intervals_count, sizeof *class->intervals, by_first);
    for (size_t i = 0; i < class->intervals_count; i++) {
        const struct interval next = class->intervals[i];
        struct interval *last = count > 0 ? &class->intervals[count - 1] : NULL;
        if (!last || next.first > last->last)
            class->intervals[count++] = next;
        else if (next.last > last->last)
            last->last = next.last;
    }
    class->intervals_count = count;
}

/* What is kept first, then the largest, then by time. */
static int by_size(const void *a, const void *b)
{
    const struct alias_class *p = a, *q = b;
    if (p->is_kept != q->is_kept)
        return p->is_kept ? -1 : 1;
    if (p->about != q->about && !p->is_kept)
        return p->about > q->about ? -1 : 1;
    if (p->intervals->first != q->intervals->first && !p->is_kept)
        return p->intervals->first < q->intervals->first ? -1 : 1;
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
    for (size_t k = 0; k < class->intervals_count; k++) {
        size_t i = place_of(use, class->intervals[k].first);
        if (i < use->intervals_count && use->intervals[i].first <= class->intervals[k].last)
            return false;
    }
    return true;
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
    for (size_t k = 0; k < class->intervals_count; k++) {
        const struct interval interval = class->intervals[k];
        size_t at = place_of(use, interval.first);
        ARENA_APPEND(sharing->program->scratch, use, intervals, interval);
        memmove(use->intervals + at + 1, use->intervals + at,
                (use->intervals_count - 1 - at) * sizeof interval);
        use->intervals[at] = interval;
    }
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
        if (array_of(program->all_buffers[i]) != program->all_buffers[i])
            live_with_array(program->all_buffers[i]);
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *buffer = program->all_buffers[i], *root = root_of(buffer);
        if (!needs_slot(root))
            continue;
        struct alias_class *class = &sharing.classes[root->slot];
        class->is_kept = class->is_kept || buffer->is_kept;
        if (array_of(buffer) == buffer)
            add_interval(&sharing, class, buffer);
    }
    for (size_t i = 0; i < sharing.classes_count; i++)
        join_intervals(&sharing.classes[i]);
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
