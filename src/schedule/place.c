/* place.c: where each buffer lives.
 *
 * A buffer that is written and read only inside the same loops loses the axes of these loops; one that loses
 * all of them is a local variable. The others are members' arrays or stretches of the workspace (slots.c).
 * What is alive when follows from the preorder of the tree: a buffer private to the rounds of a loop is alive
 * between its accesses in one round; any other for the whole of every loop that touches it. */
#include "program.h"

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

struct buffer *room_new(struct program *program, enum type type, size *count)
{
    struct buffer *room = ARENA_NEW(program->arena, struct buffer);
    *room =
        (struct buffer){.type = type, .count = count, .guard = ALWAYS_WANTED, .slot = -1, .is_fixed = true};
    room->storage = STORAGE_WORKSPACE;
    ARENA_APPEND(program->arena, program, all_buffers, room);
    return room;
}

/* ---- Dropped axes ---- */

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
    for (size_t i = 0; toucher(buffer, i); i++)
        if (is_called(toucher(buffer, i)))
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
        while (a < buffer->node->rank && (buffer->dropped >> a & 1 || size_is(buffer->node->shape[a], 1)))
            a++;
        if (buffer->dropped >> a)
            buffer->dropped = 0;
    }
}

static bool is_single(const struct buffer *buffer)
{
    for (int a = 0; a < buffer->node->rank; a++)
        if (!(buffer->dropped >> a & 1) && !size_is(buffer->node->shape[a], 1))
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

/* A call fills an array, and fails, so that it runs only where its value is wanted; a variable would have to
 * be declared without a condition. Determinants that are wanted in any case are values of expressions. */
static bool is_filled_by_call(const struct buffer *buffer)
{
    for (size_t i = 0; i < buffer->writers_count; i++) {
        const struct nest *writer = buffer->writers[i];
        bool is_determinant =
            writer->node && (writer->node->op == OP_DET || writer->node->op == OP_LOGABSDET);
        if (is_called(writer) && (!is_determinant || writer->guard != ALWAYS_WANTED))
            return true;
    }
    return false;
}

/* A triangular matrix is passed as it lies there, also one of one element. */
static bool is_passed_to_call(const struct buffer *buffer)
{
    for (size_t i = 0; i < buffer->readers_count; i++) {
        const struct node *node = buffer->readers[i]->node;
        if (buffer->readers[i]->kind == NEST_CALL && node && node->op == OP_SOLVE_TRIANGULAR)
            return true;
    }
    return false;
}

static void choose_storage(struct program *program, struct buffer *buffer)
{
    if (buffer->member) {
        buffer->storage = STORAGE_MEMBER;
        /* Those who read what is wanted for this member alone run only where its pointer is not NULL. */
        buffer->needs_fallback = (buffer->is_kept || buffer->guard == ALWAYS_WANTED ||
                                  buffer->guard != guard_of_member(program->function, buffer->member)) &&
                                 buffer->member->role != ROLE_INOUT &&
                                 buffer->member->role != ROLE_PREPARED_VALUE;
    } else if (!buffer->node) {
        buffer->storage = STORAGE_WORKSPACE;
    } else if (buffer->is_kept && scalar_output(program, buffer->node)) {
        buffer->storage = STORAGE_SCALAR;
    } else if (buffer->is_kept || !is_single(buffer) || (buffer->is_fixed && buffer->node->rank > 0) ||
               is_filled_by_call(buffer) || is_passed_to_call(buffer)) {
        buffer->storage = STORAGE_WORKSPACE;
    } else {
        buffer->storage = STORAGE_SCALAR;
    }
}

static void find_scope(struct program *program, struct buffer *buffer)
{
    int levels = common_levels(buffer);
    const struct nest *writer = buffer->writers[0];
    if (!buffer->is_fixed)
        drop_axes(buffer, levels);
    if (!buffer->is_fixed && writer->block && levels >= writer->path_first)
        buffer->block = writer->block;
    /* What stands in for a member, should its pointer be NULL, has the rows of all rounds, which may be done
     * in any order, and perhaps those of a value that lives there first. */
    if (buffer->member)
        levels = 0;
    buffer->scope = levels > 0 ? writer->path[levels - 1] : NULL;
    buffer->first = SIZE_MAX;
    buffer->last = 0;
    for (size_t i = 0; toucher(buffer, i); i++)
        live_in(item_at(toucher(buffer, i), levels), &buffer->first, &buffer->last);
    choose_storage(program, buffer);
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
    if (program->entry == ENTRY_BACKWARD)
        place_earlier(program, forward);
    for (size_t i = 0; i < program->all_buffers_count; i++)
        if (!program->all_buffers[i]->is_earlier && program->all_buffers[i]->writers_count > 0)
            find_scope(program, program->all_buffers[i]);
}
