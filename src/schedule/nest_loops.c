/* nest_loops.c: how nests and buffers stand to the loops around them. */
#include "program.h"

bool is_within(const struct item *item, const struct item *around)
{
    while (item && item != around)
        item = item->parent;
    return item != NULL;
}

bool is_private_to(const struct buffer *buffer, const struct item *loop)
{
    return is_within(buffer->scope, loop);
}

struct nest *toucher(const struct buffer *buffer, size_t i)
{
    if (i < buffer->writers_count)
        return buffer->writers[i];
    i -= buffer->writers_count;
    return i < buffer->readers_count ? buffer->readers[i] : NULL;
}

const struct item *item_at(const struct nest *nest, int level)
{
    return nest->path_count > level ? nest->path[level] : nest->item;
}

void live_in(const struct item *item, size_t *first, size_t *last)
{
    *first = item->first < *first ? item->first : *first;
    *last = item->last > *last ? item->last : *last;
}

int shared_levels(const struct nest *a, int count, const struct nest *b)
{
    int shared = 0;
    while (shared < count && shared < b->path_count && a->path[shared] == b->path[shared])
        shared++;
    return shared;
}

int depth_of_loop(const struct nest *nest, const struct item *loop)
{
    for (int d = 0; d < nest->loop_count; d++)
        if (nest->path[nest->path_first + d] == loop)
            return d;
    return -1;
}

int axis_over(const struct nest *nest, const struct item *loop)
{
    int depth = depth_of_loop(nest, loop);
    return depth < 0 ? -1 : nest->order[depth];
}

bool is_target_axis(const struct nest *nest, int axis)
{
    for (int a = 0; axis >= 0 && a < nest->target->node->rank; a++)
        if (nest->target_axes[a] == axis)
            return true;
    return false;
}

int row_axis(const struct nest *nest, const struct item *loop)
{
    const struct buffer *target = nest->target;
    int axis = axis_over(nest, loop);
    for (int a = 0; axis >= 0 && target->node && a < target->node->rank; a++) {
        int found = nest->kind == NEST_SCATTER ? plain_subscript(&nest->node->subscripts[a], nest->axis_count,
                                                                 nest->extents, nest->node->shape[a])
                                               : nest->target_axes[a];
        if (found == axis)
            return target->dropped >> a & 1 ? -1 : a;
    }
    return -1;
}

bool adds_up_over_blocks(const struct nest *nest)
{
    return nest->block && !is_target_axis(nest, nest->block_axis);
}

bool is_block_of_rows(const struct nest *nest)
{
    return nest->block && nest->target_axes[0] == nest->block_axis;
}
