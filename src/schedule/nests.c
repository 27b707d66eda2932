/* nests.c: the nest of each kind of node: its statement, its axes and loops, and what it reads.
 *
 * Requires materialise and the buffers of all nodes. Each nest made is put behind those of its body. */
#include <string.h>

#include "nests.h"
#include "routine.h"

struct buffer *buffer_new(struct program *program, struct node *node)
{
    struct buffer *buffer = ARENA_NEW(program->arena, struct buffer);
    *buffer =
        (struct buffer){.node = node, .type = node ? node->type : REAL, .slot = -1, .guard = ALWAYS_WANTED};
    if (node) {
        buffer->guard = program->wanted[node->id];
        program->buffers[node->id] = buffer;
    }
    ARENA_APPEND(program->arena, program, all_buffers, buffer);
    return buffer;
}

/* ---- Nests ---- */

/* Under which condition a nest runs. What each derivative needs is computed without one: somebody who calls
 * for derivatives wants some, and conditions inside loops cost vectors. */
guard nest_guard(const struct program *program, guard wanted)
{
    int members = 0;
    for (guard rest = wanted; rest; rest &= rest - 1)
        members++;
    bool serves_all = members > 1 && (wanted & program->derivatives) == program->derivatives;
    return wanted == program->everything || serves_all || members > 4 ? ALWAYS_WANTED : wanted;
}

struct nest *nest_new(struct program *program, enum nest_kind kind, struct node *node, struct buffer *target)
{
    struct nest *nest = ARENA_NEW(program->arena, struct nest);
    *nest = (struct nest){.kind = kind, .node = node, .target = target, .guard = ALWAYS_WANTED};
    if (target && target->node)
        nest->guard = nest_guard(program, target->guard);
    ARENA_APPEND(program->arena, program, nests, nest);
    return nest;
}

void nest_set_axes(struct program *program, struct nest *nest, int rank, size *const *shape, int more)
{
    nest->axis_count = rank;
    nest->extents = ARENA_ARRAY(program->arena, size *, rank + more);
    for (int a = 0; a < rank; a++) {
        nest->extents[a] = shape[a];
        nest->target_axes[a] = (signed char)a;
    }
}

void nest_add_loop(struct nest *nest, int axis)
{
    if (!size_is(nest->extents[axis], 1))
        nest->order[nest->loop_count++] = (signed char)axis;
}

static bool runs_along_target(const struct nest *nest, int axis)
{
    if (!nest->target || !nest->target->node)
        return nest->target != NULL || nest->kind == NEST_CHECK;
    for (int a = 0; a < nest->target->node->rank; a++)
        if (nest->target_axes[a] == axis)
            return true;
    return false;
}

/* The reader of a buffer waits for its last writer so far, which comes after all others; for all of them that
 * fill different parts in no order. */
static void await_writers(struct access *access)
{
    access->end_writer = access->buffer->writers_count;
    access->first_writer = access->buffer->first_unordered;
}

/* Whether it fills one of the parts that lie side by side. */
static bool fills_part(const struct nest *nest)
{
    return nest->target->is_partition && nest->kind == NEST_SCATTER && nest->node->op == OP_SCATTER &&
           !nest->adds;
}

/* Whether it may come before the last writers of its target as well. */
static bool is_unordered(const struct program *program, const struct nest *nest)
{
    const struct buffer *target = nest->target;
    if (fills_part(nest))
        return true;
    if (target->writers_count > MOST_DIAGONALS)
        return false;
    for (size_t w = target->first_unordered; w < target->writers_count; w++)
        if (!is_in_no_order(program, nest, target->writers[w]))
            return false;
    return target->writers_count > 0;
}

/* Completes a nest whose axes and loops are set, and puts it last into the body. */
void nest_put(struct program *program, struct nest *nest, struct item *container)
{
    nest->first_reduced = nest->first_trailing = nest->loop_count;
    for (int d = nest->loop_count - 1; d >= 0; d--)
        if (!runs_along_target(nest, nest->order[d])) {
            if (nest->first_trailing == d + 1)
                nest->first_trailing = d;
            nest->first_reduced = d;
        }
    bool is_partial = false;
    for (int a = 0; nest->starts_with_zeros && a < nest->target->node->rank; a++)
        is_partial = is_partial || (nest->target_axes[a] < 0 && !size_is(nest->target->node->shape[a], 1));
    if (is_partial && nest->first_reduced == nest->loop_count && nest->loop_count > 0)
        nest->first_reduced--; /* clears more than its loops reach */
    if (nest->starts_with_zeros && !is_partial && nest->first_reduced == nest->loop_count)
        nest->starts_with_zeros = nest->adds = false; /* reaches every element once */
    if (nest->node)
        collect_reads(program, nest);
    if (nest->target && nest->target->writers_count > 0 && !fills_part(nest)) {
        /* What changes the same buffer further comes after what has filled it. */
        struct access access = {.node = nest->target->node, .buffer = nest->target, .is_target = true};
        memcpy(access.map, nest->target_axes, sizeof nest->target_axes);
        ARENA_APPEND(program->arena, nest, reads, access);
    }
    bool unordered = nest->target && is_unordered(program, nest);
    for (size_t i = 0; i < nest->reads_count; i++)
        if (nest->reads[i].buffer) {
            await_writers(&nest->reads[i]);
            if (nest->reads[i].is_target && unordered)
                nest->reads[i].first_writer = 0; /* may stand in a loop with any of them, in other rounds */
            ARENA_APPEND(program->arena, nest->reads[i].buffer, readers, nest);
        }
    ARENA_APPEND(program->arena, container, waiting, nest);
    if (nest->target) {
        if (!unordered)
            nest->target->first_unordered = nest->target->writers_count;
        ARENA_APPEND(program->arena, nest->target, writers, nest);
    }
}

void put_elementwise(struct program *program, struct nest *nest, int rank, size *const *shape,
                     struct item *container)
{
    nest_set_axes(program, nest, rank, shape, 0);
    for (int a = 0; a < rank; a++)
        nest_add_loop(nest, a);
    nest_put(program, nest, container);
}

/* target = node's value, or zeros. */
struct nest *put_copy(struct program *program, struct node *node, struct buffer *target,
                      const struct node *like, bool alone, struct item *container)
{
    struct nest *nest = nest_new(program, NEST_COPY, node, target);
    nest->alone = alone;
    put_elementwise(program, nest, like->rank, like->shape, container);
    return nest;
}

void put_reduction(struct program *program, struct node *node, struct item *container)
{
    struct nest *nest = nest_new(program, NEST_REDUCE, node, program->buffers[node->id]);
    const struct node *x = node->inputs[0];
    nest_set_axes(program, nest, node->rank, node->shape, x->rank - node->rank);
    for (int a = 0; a < x->rank; a++)
        if (node->axes >> a & 1)
            nest->extents[nest->axis_count++] = x->shape[a];
    bool is_argument = node->op == OP_ARGMAX || node->op == OP_ARGMIN;
    if (is_argument)
        nest->kind = NEST_ARGUMENT;
    int own = 0, reduced = node->rank;
    for (int a = 0; a < x->rank; a++)
        if (!(node->axes >> a & 1))
            nest_add_loop(nest, own++);
        else if (!is_argument)
            nest_add_loop(nest, reduced++);
    if (is_argument)
        nest_add_loop(nest, node->rank);
    nest_put(program, nest, container);
}

int scan_axis(const struct nest *nest)
{
    int axis = 0;
    while (nest->kind == NEST_SCAN && !(nest->node->axes >> axis & 1))
        axis++;
    return nest->kind == NEST_SCAN ? axis : -1;
}

void put_scan(struct program *program, struct node *node, struct item *container)
{
    struct nest *nest = nest_new(program, NEST_SCAN, node, program->buffers[node->id]);
    int axis = scan_axis(nest);
    nest_set_axes(program, nest, node->rank, node->shape, 0);
    for (int a = 0; a < node->rank; a++)
        if (a != axis)
            nest_add_loop(nest, a);
    nest_add_loop(nest, axis);
    /* Backwards, the element of round i stands at the other end. */
    if (node->reverse)
        nest->target_axes[axis] = -1;
    nest_put(program, nest, container);
}

static void set_contraction_axes(struct program *program, struct nest *nest, const struct node *node)
{
    nest_set_axes(program, nest, node->rank, node->shape, node->reduced);
    nest->axis_count += node->reduced;
    contraction_extents(node, nest->extents);
}

static bool operands_have_places(const struct program *program, const struct node *node)
{
    for (int i = 0; i < 2; i++) {
        const struct node *x = node->inputs[i];
        while (!program->buffers[x->id] && (x->op == OP_INDEX || x->op == OP_RESHAPE))
            x = x->inputs[0];
        if (!program->buffers[x->id] && !is_leaf(x))
            return false;
    }
    return true;
}

struct product *product_of(struct program *program, const struct node *node)
{
    struct product *product = program->products[node->id] ? match_product(program, node) : NULL;
    return product && operands_have_places(program, node) ? product : NULL;
}

/* target = or += scale * the contraction; adding and scaling only as a call. */
void put_contraction(struct program *program, struct node *node, struct product *product,
                     struct buffer *target, const struct scale *scale, bool adds, struct item *container)
{
    struct nest *nest = nest_new(program, product ? NEST_PRODUCT : NEST_REDUCE, node, target);
    nest->product = product;
    nest->adds = adds || (product && product->is_summed);
    nest->starts_with_zeros = nest->adds && !adds;
    if (scale)
        nest->scale = *scale;
    set_contraction_axes(program, nest, node);
    int innermost = product ? -1 : innermost_axis(program, node);
    /* The order of the operand with more axes, then what only the other has. */
    unsigned left = (1u << nest->axis_count) - 1;
    if (product)
        left &= ~product->called;
    else if (innermost >= 0)
        left &= ~(1u << innermost);
    int first = !product && node->inputs[1]->rank > node->inputs[0]->rank;
    for (int turn = 0; turn < 2 && !product; turn++) {
        const struct node *x = node->inputs[turn ? !first : first];
        const signed char *axes = (turn ? !first : first) ? node->b_axes : node->a_axes;
        for (int a = 0; a < x->rank; a++)
            if (left >> axes[a] & 1) {
                nest_add_loop(nest, axes[a]);
                left &= ~(1u << axes[a]);
            }
    }
    for (int i = 0; i < nest->axis_count; i++)
        if (left >> i & 1)
            nest_add_loop(nest, i);
    if (innermost >= 0)
        nest_add_loop(nest, innermost);
    nest_put(program, nest, container);
}

static void add_scratch(struct program *program, struct nest *nest, enum type type, size *count)
{
    struct buffer *scratch = buffer_new(program, NULL);
    scratch->type = type;
    scratch->count = count;
    scratch->is_fixed = true;
    ARENA_APPEND(program->arena, scratch, writers, nest);
    ARENA_APPEND(program->arena, nest, scratch, scratch);
}

void put_call(struct program *program, struct node *node, struct item *container)
{
    struct nest *nest = nest_new(program, NEST_CALL, node, program->buffers[node->id]);
    int leading = node->inputs[node->input_count - 1]->rank - 2;
    nest_set_axes(program, nest, node->rank, node->shape, 0);
    nest->axis_count = leading;
    for (int a = leading; a < node->rank; a++)
        nest->target_axes[a] = -1;
    for (int a = 0; a < leading; a++)
        nest_add_loop(nest, a);
    nest_put(program, nest, container);
    if (node->op == OP_ROUTINE) { /* what it may overwrite, and room beside */
        size *rows = node->inputs[0]->shape[leading], *columns = node->inputs[0]->shape[leading + 1];
        size *work = routine_work(program->sizes, (enum routine)node->result, rows, columns);
        add_scratch(program, nest, REAL, size_multiply(rows, columns));
        if (work)
            add_scratch(program, nest, node->type, work);
    } else if (node->op == OP_LU_SOLVE || node->op == OP_DET || node->op == OP_LOGABSDET) {
        /* The factors and the row exchanges. */
        size *n = node->inputs[0]->shape[leading];
        add_scratch(program, nest, REAL, size_multiply(n, n));
        add_scratch(program, nest, INT, n);
    }
}
