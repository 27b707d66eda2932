/* chunks.c: loops whose rounds threads share in chunks.
 *
 *     for (chunk < chunks) {
 *         part = chunk == 0 ? sum : copies[chunk - 1]
 *         for (i in the chunk's rounds) {
 *             t[chunk] = ...                   what is private to a round and too large for local variables
 *             part[k[i]] += t[chunk]           what all rounds add to
 *         }
 *     }
 *     sum += copies[0] + copies[1] + ...
 *
 * Rounds that have an array for what is theirs alone, or add to one array, cannot be done side by side. If
 * each chunk of them has such arrays of its own, the chunks can. How many there are depends on sizes alone,
 * and their sums are added in order, so that results do not depend on the number of threads. */
#include <stdint.h>
#include <stdlib.h>

#include "loop_kinds.h"

/* Whether the nest writes those rows of the target alone that the block has: a copy for a chunk would have
 * all. */
static bool writes_rows_of_block(const struct nest *nest)
{
    for (int a = 0; nest->block && a < nest->target->node->rank; a++)
        if (nest->target_axes[a] == nest->block_axis)
            return true;
    return false;
}

/* Whether each round adds to the target, or looks for its greatest or least value, whatever the others do. */
static bool adds_up(const struct nest *nest)
{
    enum op op = nest->node ? nest->node->op : OP_ADD;
    bool is_outermost = nest->loop_count > 0 && nest->first_reduced == 0;
    if (!is_outermost || nest->target->type != REAL || writes_rows_of_block(nest))
        return false;
    switch (nest->kind) {
    case NEST_REDUCE:
        return op == OP_SUM || op == OP_CONTRACT ||
               (nest->first_trailing == 0 && (op == OP_MAXIMUM || op == OP_MINIMUM));
    case NEST_SCATTER: return nest->adds && op == OP_SCATTER;
    case NEST_PRODUCT: return nest->adds;
    default: return false;
    }
}

static void list(struct program *program, struct chunks *chunks, struct buffer *buffer, struct nest *added_by)
{
    struct own own = {.buffer = buffer, .added_by = added_by};
    for (size_t i = 0; i < chunks->owns_count; i++)
        if (chunks->owns[i].buffer == buffer)
            return;
    ARENA_APPEND(program->arena, chunks, owns, own);
}

bool has_own(struct program *program, struct chunks *chunks, struct nest *nest, const struct item *loop)
{
    struct buffer *target = nest->target;
    if (!target || !target->node || target->storage == STORAGE_STRUCT ||
        (array_of(target) != target && (target->row || !target->alias_of->member)))
        return false;
    if (target->storage == STORAGE_SCALAR && nest->kind != NEST_REDUCE)
        return false; /* a sum of all rounds is one variable, any other a chunk would need an array for */
    bool is_private = target->storage == STORAGE_WORKSPACE && !target->is_kept &&
                      is_private_to(target, loop) && array_of(target) == target;
    if (is_private ? row_axis(nest, loop) >= 0 : !adds_up(nest))
        return false; /* a copy of what has room for all rounds is too much */
    list(program, chunks, target, is_private ? NULL : nest);
    return true;
}

/* ---- Whether nothing else touches what is added up ---- */

/* In an order that is only to find by: nothing that is seen depends on it. */
static int by_memory(const void *a, const void *b)
{
    const struct own *first = *(const struct own *const *)a, *second = *(const struct own *const *)b;
    uintptr_t x = (uintptr_t)root_of(first->buffer), y = (uintptr_t)root_of(second->buffer);
    return x == y ? (first > second) - (first < second) : (x > y) - (x < y);
}

static void sort_by_memory(struct program *program, struct chunks *chunks)
{
    chunks->by_memory = ARENA_ARRAY(program->arena, const struct own *, chunks->owns_count + 1);
    for (size_t i = 0; i < chunks->owns_count; i++)
        chunks->by_memory[i] = &chunks->owns[i];
    qsort(chunks->by_memory, chunks->owns_count, sizeof(struct own *), by_memory);
}

const struct own *own_of(const struct chunks *chunks, const struct buffer *buffer)
{
    if (!chunks || !buffer)
        return NULL;
    const struct buffer *root = root_of(buffer);
    size_t first = 0, end = chunks->owns_count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if ((uintptr_t)root_of(chunks->by_memory[middle]->buffer) < (uintptr_t)root)
            first = middle + 1;
        else
            end = middle;
    }
    return first < chunks->owns_count && root_of(chunks->by_memory[first]->buffer) == root
               ? chunks->by_memory[first]
               : NULL;
}

static bool is_consistent(const struct chunks *chunks, const struct item *item)
{
    for (size_t i = 0; i < item->body_count; i++)
        if (!is_consistent(chunks, item->body[i]))
            return false;
    if (item->kind != ITEM_STATEMENT || item->nest->is_void)
        return true;
    const struct nest *nest = item->nest;
    const struct own *own = own_of(chunks, nest->target);
    if (nest->has_running_power || (own && own->added_by && !adds_up(nest)))
        return false;
    for (size_t i = 0; i < nest->reads_count; i++) {
        const struct own *read = own_of(chunks, nest->reads[i].buffer);
        if (read && read->added_by)
            return false;
    }
    return true;
}

/* ---- Their places ---- */

/* Where the next slot for as much is looked for: those before are taken. */
struct search {
    size *count;
    size_t next;
};

/* One elsewhere may be used for this, since loops in chunks stand one after the other: not by this loop. */
static int take_slot(struct program *program, const struct chunks *chunks, size *count, struct search *search)
{
    if (search->count != count)
        *search = (struct search){.count = count};
    for (; search->next < program->slots_count; search->next++) {
        struct slot *slot = &program->slots[search->next];
        if (slot->is_for_chunks && slot->count == count && slot->chunks != chunks) {
            slot->sharers++;
            slot->chunks = chunks;
            return (int)search->next++;
        }
    }
    struct slot slot = {.count = count, .sharers = 1, .is_for_chunks = true, .chunks = chunks};
    ARENA_APPEND(program->arena, program, slots, slot);
    return (int)search->next++;
}

/* What is private and lies in one slot of the first chunk's does so in those of the others: finds the stride
 * for all of it, that of the largest. */
static void join_slot(struct program *program, const struct chunks *chunks, struct own *own)
{
    struct slot *slot = own->buffer->slot >= 0 ? &program->slots[own->buffer->slot] : NULL;
    own->stride = buffer_count(program, own->buffer);
    if (own->added_by || !slot || own->buffer->type != REAL)
        return;
    if (slot->chunks != chunks) {
        slot->chunks = chunks;
        slot->own = own;
        return;
    }
    own->first = slot->own;
    size *stride = own->first->stride;
    if (size_nonnegative(size_subtract(own->stride, stride)) == ALWAYS)
        own->first->stride = own->stride;
    else if (size_nonnegative(size_subtract(stride, own->stride)) != ALWAYS)
        own->first = NULL;
}

static void place_copies(struct program *program, const struct chunks *chunks, struct own *own, size *number,
                         struct search *search)
{
    if (own->first) {
        own->stride = own->first->stride;
        own->copies = own->first->copies;
        return;
    }
    size *count = size_multiply(number, own->stride);
    own->copies = room_new(program, own->buffer->type, count);
    own->copies->slot = take_slot(program, chunks, count, search);
}

static size *count_added(struct program *program, const struct chunks *chunks)
{
    size *added = size_number(program->sizes, 0);
    for (size_t i = 0; i < chunks->owns_count; i++)
        if (chunks->owns[i].added_by && chunks->owns[i].buffer->storage != STORAGE_SCALAR)
            added = size_add(added, buffer_count(program, chunks->owns[i].buffer));
    return added;
}

/* With the most rows that a block has. */
static size *of_whole_block(const struct item *loop, size *a)
{
    const struct blocks *block = loop->parent->kind == ITEM_BLOCK ? loop->parent->block : NULL;
    return block ? size_substitute(a, block->rows, block->length) : a;
}

void cut_into_chunks(struct program *program, struct item *loop, struct chunks *chunks, size *work)
{
    size *extent = of_whole_block(loop, loop->extent);
    work = of_whole_block(loop, work);
    for (size_t i = 0; i < loop->panels_count; i++)
        list(program, chunks, loop->panels[i].buffer, NULL);
    for (size_t i = 0; i < loop->summed_count; i++)
        list(program, chunks, loop->summed[i]->parts, NULL);
    size *added = count_added(program, chunks);
    for (size_t i = 0; i < chunks->owns_count; i++)
        if (size_has_loop_variable(buffer_count(program, chunks->owns[i].buffer)))
            return;
    sort_by_memory(program, chunks);
    if (!is_consistent(chunks, loop) || size_has_loop_variable(work) || size_has_loop_variable(extent))
        return;
    chunks->work = work;
    chunks->count = computed_size(program, LOOP_CHUNKS, 3, (size *const[]){extent, work, added});
    if (size_is(chunks->count, 1))
        return;
    size *others = size_subtract(chunks->count, size_number(program->sizes, 1));
    size *copies = computed_size(program, CHUNK_COPIES, 1, &chunks->count);
    struct search search = {0};
    for (size_t i = 0; i < chunks->owns_count; i++)
        join_slot(program, chunks, &chunks->owns[i]);
    for (size_t i = 0; i < chunks->owns_count; i++) {
        struct own *own = &chunks->owns[i];
        if (own->buffer->storage != STORAGE_SCALAR)
            place_copies(program, chunks, own, own->added_by ? others : copies, &search);
    }
    loop->chunks = chunks;
}
