/* collapse.c: two loops, one right inside the other, become one over all elements where the rows of every
 * array in them stand one behind the other:
 *
 *     for (i = 0; i < m; i++)
 *         for (j = 0; j < n; j++)              for (i = 0; i < m * n; i++)
 *             y[i * n + j] = 2 * x[i * n + j]      y[i] = 2 * x[i]
 *
 * The rounds and their order stay the same, so that this is right wherever the offset of every element that a
 * round touches grows by the length of the inner loop from one round of the outer to the next, and nothing
 * else asks which round it is. The outer axis then has no loop any more, and the loop of the inner one runs
 * on.
 *
 * Requires the places of buffers and the loops that run in lanes. Before threads share loops: rows may be few
 * where elements are many. */
#include "loop_kinds.h"

/* Whether what is written out in the statement counts rounds, or asks whether a position lies in an array. */
static bool uses_position(const struct program *program, const struct node *node, bool is_root)
{
    if (!is_root && has_place(program, node))
        return false;
    if (node->op == OP_IOTA || (node->op == OP_INDEX && (node->fill || node->input_count > 1)))
        return true;
    for (int i = 0; i < node->input_count; i++)
        if (uses_position(program, node->inputs[i], false))
            return true;
    return false;
}

static bool has_position(const struct program *program, const struct nest *nest)
{
    switch (nest->kind) {
    case NEST_VALUE:
    case NEST_REDUCE: return uses_position(program, nest->node, true);
    case NEST_COPY: return nest->node && !nest->source && uses_position(program, nest->node, false);
    case NEST_SCATTER: return uses_position(program, nest->operand, false);
    case NEST_SUM:
        for (size_t i = 0; i < nest->terms_count; i++)
            if (uses_position(program, nest->terms[i].node, false))
                return true;
        return false;
    default: return true;
    }
}

/* Whether the element is the next one behind the last of the row when the outer loop goes on. */
static bool runs_on(size *offset, const struct item *outer, const struct item *inner)
{
    size *row = offset ? size_slope(offset, outer->variable) : NULL;
    size *step = offset ? size_slope(offset, inner->variable) : NULL;
    return row && step && row == size_multiply(step, inner->extent);
}

static bool can_collapse_statement(struct program *program, const struct nest *nest, const struct item *outer,
                                   const struct item *inner)
{
    struct touching touching = {.program = program};
    int depth = depth_of_loop(nest, outer);
    if (depth < 0 || depth_of_loop(nest, inner) != depth + 1 || !nest->target || nest->starts_with_zeros ||
        (nest->block && axis_over(nest, inner) == nest->block_axis) || has_position(program, nest))
        return false;
    touch_target(&touching, nest);
    touch_reads(&touching, nest);
    for (size_t i = 0; i < touching.touched_count; i++)
        if (!runs_on(touching.touched[i].offset, outer, inner))
            return false;
    return true;
}

/* Whether all in the body goes on in its next element when the outer loop does. Loops further inside may form
 * no sums: what a sum starts with has the axes of the loops around it. */
static bool can_collapse_body(struct program *program, const struct item *body, const struct item *outer,
                              const struct item *inner)
{
    for (size_t i = 0; i < body->body_count; i++) {
        const struct item *item = body->body[i];
        if (item->kind == ITEM_STATEMENT) {
            if (!can_collapse_statement(program, item->nest, outer, inner))
                return false;
        } else if (item->kind != ITEM_LOOP || item->before_count > 0 || item->behind_count > 0 ||
                   item->loop_kind == LOOP_LANES || size_depends_on(item->extent, outer->variable) ||
                   size_depends_on(item->extent, inner->variable) ||
                   !can_collapse_body(program, item, outer, inner)) {
            return false;
        }
    }
    return body->body_count > 0;
}

static bool can_collapse(struct program *program, const struct item *outer)
{
    const struct item *inner = outer->body_count == 1 ? outer->body[0] : NULL;
    return inner && inner->kind == ITEM_LOOP && inner->guard == outer->guard && inner->before_count == 0 &&
           inner->behind_count == 0 && inner->loop_kind != LOOP_LANES &&
           !size_depends_on(inner->extent, outer->variable) &&
           can_collapse_body(program, inner, outer, inner);
}

/* Takes the loop over the outer axis from the nest, whose inner axis is then so long. */
static void drop_loop(struct program *program, struct nest *nest, const struct item *outer, size *extent)
{
    int depth = depth_of_loop(nest, outer), axis = nest->order[depth], level = nest->path_first + depth + 1;
    size **extents = ARENA_ARRAY(program->arena, size *, nest->axis_count);
    for (int i = 0; i < nest->axis_count; i++)
        extents[i] = nest->extents[i];
    extents[axis] = size_number(program->sizes, 1);
    extents[nest->order[depth + 1]] = extent;
    nest->extents = extents;
    nest->loop_count--;
    for (int d = depth; d < nest->loop_count; d++)
        nest->order[d] = nest->order[d + 1];
    nest->path_count--;
    for (int l = level; l < nest->path_count; l++)
        nest->path[l] = nest->path[l + 1];
    nest->first_reduced -= nest->first_reduced > depth;
    nest->first_trailing -= nest->first_trailing > depth;
}

/* What stands in the loops moves outwards by one. */
static void move_out(struct program *program, struct item *parent, const struct item *outer, size *extent)
{
    for (size_t i = 0; i < parent->body_count; i++) {
        struct item *item = parent->body[i];
        item->depth--;
        if (item->kind == ITEM_STATEMENT)
            drop_loop(program, item->nest, outer, extent);
        else
            item->variable = program_variable(program, item->depth, item->extent);
        move_out(program, item, outer, extent);
    }
}

static void collapse_loop(struct program *program, struct item *outer)
{
    struct item *inner = outer->body[0];
    size *extent = size_multiply(outer->extent, inner->extent);
    move_out(program, inner, outer, extent);
    for (size_t i = 0; i < inner->body_count; i++)
        inner->body[i]->parent = outer;
    outer->extent = extent;
    outer->variable = program_variable(program, outer->depth, extent);
    outer->body = inner->body;
    outer->body_count = inner->body_count;
    outer->body_capacity = inner->body_capacity;
    outer->is_expensive = inner->is_expensive;
    outer->has_calls = inner->has_calls;
    outer->is_serial = inner->is_serial;
    inner->body = NULL; /* which tells that it is no more */
    inner->body_count = inner->body_capacity = 0;
}

/* Those inside first: what became one loop may be the inner one of two. */
static void collapse_inside(struct program *program, const struct item *parent)
{
    for (size_t i = 0; i < parent->body_count; i++) {
        struct item *item = parent->body[i];
        if (item->kind == ITEM_LOOP && item->loop_kind == LOOP_LANES)
            continue;
        collapse_inside(program, item);
        if (item->kind == ITEM_LOOP && can_collapse(program, item))
            collapse_loop(program, item);
    }
}

void collapse(struct program *program)
{
    collapse_inside(program, program->root);
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct item **scope = &program->all_buffers[i]->scope;
        while (*scope && (*scope)->kind == ITEM_LOOP && (*scope)->body_count == 0)
            *scope = (*scope)->parent;
    }
}
