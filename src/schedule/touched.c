/* touched.c: the elements that a statement reads and writes, each by its array and its offset in it, a
 * polynomial over the variables of the loops around the statement.
 *
 * Requires the storage of buffers and the axes that they have lost. */
#include "loop_kinds.h"

static void touch(void *closure, struct node *node, struct buffer *buffer, const struct node *view,
                  const struct index *at)
{
    struct touching *touching = closure;
    struct program *program = touching->program;
    if (buffer ? buffer->storage == STORAGE_SCALAR || buffer->storage == STORAGE_STRUCT : node->rank == 0)
        return;
    const struct node *held = buffer ? buffer->node : node;
    const struct element_place place = view ? place_in_reshaped(program, node, view, at)
                                            : place_in_array(buffer, held->rank, held->shape, at);
    struct touched touched = {buffer, buffer ? buffer->member : program->leaf_members[node->id],
                              flat_offset(program, &place), touching->turn, touching->is_target};
    ARENA_APPEND(program->scratch, touching, touched, touched);
}

void touch_target(struct touching *touching, const struct nest *nest)
{
    struct index at[MAXIMUM_AXES], to[MAXIMUM_RANK];
    nest_indices(touching->program, nest, nest->loop_count, at);
    target_indices(touching->program, nest, at, to, anywhere, NULL);
    touching->is_target = true;
    touch(touching, nest->target->node, nest->target, NULL, to);
    touching->is_target = false;
}

void touch_reads(struct touching *touching, const struct nest *nest)
{
    const struct read_visitor reading = {.program = touching->program, .closure = touching, .read = touch};
    struct index at[MAXIMUM_AXES];
    nest_indices(touching->program, nest, nest->loop_count, at);
    visit_reads(&reading, nest, at);
}
