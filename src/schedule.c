/* schedule.c: from nodes to nests: the statement and the loops that fill each buffer, in an order in which all is
 * computed before it is read.
 *
 * Requires demand and materialise. Leaves the tree of items, not yet placed. */
#include <assert.h>
#include <string.h>

#include "program.h"

struct bodies {
    struct program *program;
    struct node **first, **next_of; /* the nodes of each loop's rounds by id; the list of LOOP i, n at the outside */
    bool *is_done;
    bool *check_is_done;
    bool *is_early; /* scalars put before all loops */
};

static void schedule_body(struct bodies *bodies, struct node *loop, struct item *container);

/* ---- Buffers ---- */

static struct buffer *add_buffer(struct program *program, struct node *node)
{
    struct buffer *buffer = ARENA_NEW(program->arena, struct buffer);
    *buffer = (struct buffer){.node = node, .type = node ? node->type : REAL, .slot = -1, .guard = ALWAYS_WANTED};
    if (node) {
        buffer->guard = program->wanted[node->id];
        program->buffers[node->id] = buffer;
    }
    ARENA_APPEND(program->arena, program, all_buffers, buffer);
    return buffer;
}

static void add_buffers_of_loop(struct program *program, struct node *result)
{
    struct loop *loop = result->inputs[0]->loop;
    if (program->buffers[result->id])
        return;
    if (result->result >= loop->carried_count) {
        struct buffer *buffer = add_buffer(program, result);
        buffer->is_fixed = true;
        return;
    }
    struct node *carried = loop->carried[result->result];
    if (!program->buffers[carried->id])
        add_buffer(program, carried)->is_fixed = true;
    program->buffers[result->id] = program->buffers[carried->id];
    program->buffers[result->id]->guard = program->wanted[result->inputs[0]->id];
}

static void add_buffers(struct program *program)
{
    struct graph *graph = program->function->graph;
    for (size_t i = 0; i < program->node_count; i++) {
        struct node *node = graph->nodes[i];
        if (!program->is_live[i] || program->buffers[i])
            continue;
        if (node->operator == OP_RESULT)
            add_buffers_of_loop(program, node);
        else if (program->is_material[i])
            add_buffer(program, node);
        else if (node->operator == OP_LOOP)
            for (int j = 0; j < node->loop->carried_count; j++)
                if (program->is_live[node->loop->carried[j]->id]) {
                    struct buffer *buffer = add_buffer(program, node->loop->carried[j]);
                    buffer->is_fixed = true;
                    buffer->guard = program->wanted[i];
                }
    }
}

/* The first member that takes a node is its buffer; others get copies. */
static void give_members(struct program *program)
{
    for (size_t i = 0; i < program->roots_count; i++) {
        const struct root *root = &program->roots[i];
        struct buffer *buffer = program->buffers[root->node->id];
        if (!buffer)
            continue;
        if (!root->member) {
            buffer->is_kept = buffer->is_fixed = true;
            buffer->guard = ALWAYS_WANTED;
        } else if (root->member->rank > 0 && root->member->role != ROLE_INOUT && !buffer->member &&
                   !buffer->is_earlier &&
                   (program->is_material[root->node->id] || root->node->operator == OP_RESULT)) {
            buffer->member = root->member;
            buffer->is_fixed = true;
        }
    }
}

/* ---- Nests ---- */

static guard simplify_guard(const struct program *program, guard wanted)
{
    int members = 0;
    for (guard rest = wanted; rest; rest &= rest - 1)
        members++;
    return wanted == program->everything || members > 4 ? ALWAYS_WANTED : wanted;
}

static struct nest *add_nest(struct program *program, enum nest_kind kind, struct node *node, struct buffer *target)
{
    struct nest *nest = ARENA_NEW(program->arena, struct nest);
    *nest = (struct nest){.kind = kind, .node = node, .target = target, .guard = ALWAYS_WANTED};
    if (target && target->node)
        nest->guard = simplify_guard(program, target->guard);
    ARENA_APPEND(program->arena, program, nests, nest);
    return nest;
}

static void set_axes(struct nest *nest, int rank, size *const *shape)
{
    nest->axis_count = rank;
    for (int a = 0; a < rank; a++) {
        nest->extents[a] = shape[a];
        nest->target_axes[a] = (signed char)a;
    }
}

static void add_loop(struct nest *nest, int axis)
{
    if (!is_one(nest->extents[axis]))
        nest->order[nest->loop_count++] = (signed char)axis;
}

static bool is_target_axis(const struct nest *nest, int axis)
{
    if (!nest->target || !nest->target->node)
        return nest->target != NULL || nest->kind == NEST_CHECK;
    for (int a = 0; a < nest->target->node->rank; a++)
        if (nest->target_axes[a] == axis)
            return true;
    return false;
}

/* Completes a nest whose axes and loops are set, and puts it into the tree. */
static void put(struct program *program, struct nest *nest, struct item *container)
{
    nest->first_reduced = nest->first_trailing = nest->loop_count;
    for (int d = nest->loop_count - 1; d >= 0; d--)
        if (!is_target_axis(nest, nest->order[d])) {
            if (nest->first_trailing == d + 1)
                nest->first_trailing = d;
            nest->first_reduced = d;
        }
    bool is_partial = false;
    for (int a = 0; nest->starts_with_zeros && a < nest->target->node->rank; a++)
        is_partial = is_partial || (nest->target_axes[a] < 0 && !is_one(nest->target->node->shape[a]));
    if (is_partial && nest->first_reduced == nest->loop_count && nest->loop_count > 0)
        nest->first_reduced--; /* clears more than its loops reach */
    if (nest->starts_with_zeros && !is_partial && nest->first_reduced == nest->loop_count)
        nest->starts_with_zeros = nest->adds = false; /* reaches every element once */
    if (nest->node)
        collect_reads(program, nest);
    if (nest->target && nest->target->writers_count > 0 && !nest->target->is_partition) {
        /* A further part of the same buffer comes after those before it. */
        struct access access = {nest->target->node, nest->target, {0}};
        memcpy(access.map, nest->target_axes, sizeof nest->target_axes);
        ARENA_APPEND(program->arena, nest, reads, access);
    }
    for (size_t i = 0; i < nest->reads_count; i++)
        if (nest->reads[i].buffer)
            ARENA_APPEND(program->arena, nest->reads[i].buffer, readers, nest);
    fuse(program, nest, container);
    if (nest->target)
        ARENA_APPEND(program->arena, nest->target, writers, nest);
}

static void put_elementwise(struct program *program, struct nest *nest, int rank, size *const *shape,
                            struct item *container)
{
    set_axes(nest, rank, shape);
    for (int a = 0; a < rank; a++)
        add_loop(nest, a);
    put(program, nest, container);
}

/* target = node's value, or zeros. */
static struct nest *put_copy(struct program *program, struct node *node, struct buffer *target, const struct node *like,
                             bool alone, struct item *container)
{
    struct nest *nest = add_nest(program, NEST_COPY, node, target);
    nest->alone = alone;
    put_elementwise(program, nest, like->rank, like->shape, container);
    return nest;
}

static void put_reduction(struct program *program, struct node *node, struct item *container)
{
    struct nest *nest = add_nest(program, NEST_REDUCE, node, program->buffers[node->id]);
    const struct node *x = node->inputs[0];
    set_axes(nest, node->rank, node->shape);
    for (int a = 0; a < x->rank; a++)
        if (node->axes >> a & 1)
            nest->extents[nest->axis_count++] = x->shape[a];
    bool is_argument = node->operator == OP_ARGMAX || node->operator == OP_ARGMIN;
    if (is_argument)
        nest->kind = NEST_ARGUMENT;
    int own = 0, reduced = node->rank;
    for (int a = 0; a < x->rank; a++)
        if (!(node->axes >> a & 1))
            add_loop(nest, own++);
        else if (!is_argument)
            add_loop(nest, reduced++);
    if (is_argument)
        add_loop(nest, node->rank);
    put(program, nest, container);
}

static void put_scan(struct program *program, struct node *node, struct item *container)
{
    struct nest *nest = add_nest(program, NEST_SCAN, node, program->buffers[node->id]);
    int axis = 0;
    while (!(node->axes >> axis & 1))
        axis++;
    set_axes(nest, node->rank, node->shape);
    for (int a = 0; a < node->rank; a++)
        if (a != axis)
            add_loop(nest, a);
    add_loop(nest, axis);
    /* Backwards, the element of round i stands at the other end. */
    if (node->reverse)
        nest->target_axes[axis] = -1;
    put(program, nest, container);
}

static void set_contraction_axes(struct nest *nest, const struct node *node)
{
    set_axes(nest, node->rank, node->shape);
    nest->axis_count += node->reduced;
    for (int operand = 0; operand < 2; operand++)
        for (int a = 0; a < node->inputs[operand]->rank; a++)
            nest->extents[(operand ? node->b_axes : node->a_axes)[a]] = node->inputs[operand]->shape[a];
}

static bool operands_have_places(const struct program *program, const struct node *node)
{
    for (int i = 0; i < 2; i++) {
        const struct node *x = node->inputs[i];
        while (!program->buffers[x->id] && (x->operator == OP_INDEX || x->operator == OP_RESHAPE))
            x = x->inputs[0];
        if (!program->buffers[x->id] && !is_leaf(x))
            return false;
    }
    return true;
}

static struct product *product_of(struct program *program, const struct node *node)
{
    struct product *product = program->products[node->id] ? match_product(program, node) : NULL;
    return product && operands_have_places(program, node) ? product : NULL;
}

/* target = or += scale * the contraction; adding and scaling only as a call. */
static void put_contraction(struct program *program, struct node *node, struct product *product,
                            struct buffer *target, const struct scale *scale, bool adds, struct item *container)
{
    struct nest *nest = add_nest(program, product ? NEST_PRODUCT : NEST_REDUCE, node, target);
    nest->product = product;
    nest->adds = adds;
    if (scale)
        nest->scale = *scale;
    set_contraction_axes(nest, node);
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
                add_loop(nest, axes[a]);
                left &= ~(1u << axes[a]);
            }
    }
    for (int i = 0; i < nest->axis_count; i++)
        if (left >> i & 1)
            add_loop(nest, i);
    if (innermost >= 0)
        add_loop(nest, innermost);
    put(program, nest, container);
}

static void put_call(struct program *program, struct node *node, struct item *container)
{
    struct nest *nest = add_nest(program, NEST_CALL, node, program->buffers[node->id]);
    int leading = node->inputs[node->input_count - 1]->rank - 2;
    set_axes(nest, node->rank, node->shape);
    nest->axis_count = leading;
    for (int a = leading; a < node->rank; a++)
        nest->target_axes[a] = -1;
    for (int a = 0; a < leading; a++)
        add_loop(nest, a);
    put(program, nest, container);
    if (node->operator == OP_LU_SOLVE || node->operator == OP_DET || node->operator == OP_LOGABSDET) {
        /* The factors and the row exchanges. */
        size *n = node->inputs[0]->shape[leading];
        for (int i = 0; i < 2; i++) {
            struct buffer *scratch = add_buffer(program, NULL);
            scratch->type = i ? INT : REAL;
            scratch->count = i ? n : size_multiply(n, n);
            scratch->is_fixed = true;
            ARENA_APPEND(program->arena, scratch, writers, nest);
            ARENA_APPEND(program->arena, nest, scratch, scratch);
        }
    }
}

/* ---- Scattered sums ---- */

/* Whether the part is whole along all axes of the sum but one, along which it stands at some offset. Sets that axis,
 * the offset and the part's extent. */
static bool is_slab(const struct program *program, const struct node *whole, const struct node *part, int *along,
                    size **offset, size **extent)
{
    const struct node *x = part->inputs[0];
    unsigned seen = 0;
    int moved_axes = 0;
    if (part->operator != OP_SCATTER)
        return false;
    for (int a = 0; a < whole->rank; a++) {
        struct affine at_zero = part->subscripts[a];
        size *start = at_zero.offset, *length = size_number(program->sizes, 1);
        at_zero.offset = size_number(program->sizes, 0);
        int axis = plain_subscript(&part->subscripts[a], x->rank, x->shape, whole->shape[a]);
        if (axis < 0) {
            for (int j = 0; j < x->rank && axis < 0; j++)
                if (!(seen >> j & 1) && plain_subscript(&at_zero, x->rank, x->shape, x->shape[j]) == j)
                    axis = j;
            length = axis >= 0 ? x->shape[axis] : length;
            int64_t number;
            for (int j = 0; axis < 0 && at_zero.coefficients && j < x->rank; j++)
                if (at_zero.coefficients[j] && !(size_is_number(at_zero.coefficients[j], &number) && number == 0))
                    return false;
            if (at_zero.dynamic || moved_axes++ > 0)
                return false;
            *along = a, *offset = start, *extent = length;
        }
        if (axis >= 0 && seen >> axis & 1)
            return false;
        seen |= axis >= 0 ? 1u << axis : 0;
    }
    for (int j = 0; j < x->rank; j++)
        if (!(seen >> j & 1) && !is_one(x->shape[j]))
            return false;
    return moved_axes == 1;
}

enum { MOST_SLABS = 64 };

/* The parts lie side by side along one axis, without gaps and overlaps, and are whole along all others. */
static bool is_partition(const struct program *program, const struct node *whole, const struct parts *parts)
{
    int along[MOST_SLABS];
    size *offsets[MOST_SLABS], *extents[MOST_SLABS], *end = size_number(program->sizes, 0);
    size_t count = parts->parts_count, found = 0;
    if (count > MOST_SLABS)
        return false;
    for (size_t i = 0; i < count; i++)
        if ((parts->parts[i].node != whole && !program->is_part[parts->parts[i].node->id]) ||
            !is_slab(program, whole, parts->parts[i].node, &along[i], &offsets[i], &extents[i]) ||
            along[i] != along[0])
            return false;
    for (size_t round = 0; round < count; round++)
        for (size_t i = 0; i < count; i++)
            if (offsets[i] == end) {
                end = size_add(end, extents[i]);
                found++;
                break;
            }
    return found == count && end == whole->shape[along[0]];
}

/* No two elements of x go to one place: every axis moves one subscript that nothing else moves. */
static bool is_injective(const struct node *scatter, const struct node *x)
{
    unsigned seen = 0;
    int64_t number;
    for (int a = 0; a < scatter->rank; a++) {
        const struct affine *affine = &scatter->subscripts[a];
        int terms = 0;
        for (int i = 0; affine->coefficients && i < x->rank; i++)
            if (affine->coefficients[i] && !(size_is_number(affine->coefficients[i], &number) && number == 0) &&
                !is_one(x->shape[i])) {
                terms++;
                seen |= 1u << i;
            }
        if (terms > 1 || affine->dynamic)
            return false;
    }
    for (int i = 0; i < x->rank; i++)
        if (!(seen >> i & 1) && !is_one(x->shape[i]))
            return false;
    return true;
}

static struct nest *put_scatter(struct program *program, struct node *scatter, struct node *operand,
                                struct buffer *target, bool adds, bool starts_with_zeros, struct item *container)
{
    struct nest *nest = add_nest(program, NEST_SCATTER, scatter, target);
    nest->operand = operand;
    nest->adds = adds && !(starts_with_zeros && is_injective(scatter, operand));
    nest->starts_with_zeros = starts_with_zeros;
    set_axes(nest, operand->rank, operand->shape);
    for (int a = 0; a < scatter->rank; a++)
        nest->target_axes[a] =
            (signed char)plain_subscript(&scatter->subscripts[a], operand->rank, operand->shape, scatter->shape[a]);
    /* On a diagonal, two axes of the target cannot both be the loop's. */
    for (int a = 0; a < scatter->rank; a++)
        for (int b = 0; b < a; b++)
            if (nest->target_axes[a] == nest->target_axes[b])
                nest->target_axes[a] = -1;
    for (int a = 0; a < operand->rank; a++)
        add_loop(nest, a);
    put(program, nest, container);
    return nest;
}

/* A product that turns out not to be one for the runtime is computed by itself first. */
static void put_product_part(struct program *program, const struct part *part, struct buffer *target, bool adds,
                             struct item *container)
{
    struct node *node = part->node;
    struct product *product = product_of(program, node);
    if (product) {
        put_contraction(program, node, product, target, &part->scale, adds, container);
        return;
    }
    put_contraction(program, node, NULL, add_buffer(program, node), NULL, false, container);
    struct nest *nest = add_nest(program, NEST_COPY, node, target);
    nest->scale = part->scale;
    nest->adds = adds;
    put_elementwise(program, nest, node->rank, node->shape, container);
}

/* Expressions first, then products, then what is scattered. */
static void put_sum_of_parts(struct program *program, struct node *node, struct item *container)
{
    struct parts parts = {0};
    struct buffer *target = program->buffers[node->id];
    struct nest *sum = NULL;
    bool is_begun = false;
    list_parts(program, node, &parts);
    bool partition = is_partition(program, node, &parts);
    target->is_partition = partition;
    for (int kind = 0; kind < 3; kind++) {
        for (size_t i = 0; i < parts.parts_count; i++) {
            struct part *part = &parts.parts[i];
            bool is_part = part->node == node || program->is_part[part->node->id];
            int own_kind = is_part && part->node->operator == OP_SCATTER    ? 2
                           : is_part && part->node->operator == OP_CONTRACT ? 1
                                                                            : 0;
            if (own_kind != kind)
                continue;
            if (kind == 0) {
                if (!sum)
                    sum = add_nest(program, NEST_SUM, node, target);
                ARENA_APPEND(program->arena, sum, terms, *part);
            } else if (kind == 1) {
                put_product_part(program, part, target, is_begun, container);
            } else {
                put_scatter(program, part->node, part->node->inputs[0], target, !partition, !is_begun && !partition,
                            container);
            }
            is_begun = true;
        }
        if (sum && kind == 0)
            put_elementwise(program, sum, node->rank, node->shape, container);
    }
}

/* ---- Regions ---- */

static void put_check(struct program *program, struct index_check *check, struct item *container)
{
    struct nest *nest = add_nest(program, NEST_CHECK, check->k, NULL);
    nest->check = check;
    nest->alone = true;
    put_elementwise(program, nest, check->k->rank, check->k->shape, container);
    program->checked[check->k->id] = nest;
}

/* Makes the checks whose values are computed by now. */
static void put_checks_of(struct bodies *bodies, struct node *node, struct item *container)
{
    struct program *program = bodies->program;
    for (size_t i = 0; i < program->checks_count; i++) {
        struct index_check *check = program->checks[i];
        int last = check->when && check->when->id > check->k->id ? check->when->id : check->k->id;
        if (last == node->id && !bodies->check_is_done[i]) {
            bodies->check_is_done[i] = true;
            put_check(program, check, container);
        }
    }
}

static void put_copy_of_round(struct program *program, struct node *loop, int j, struct item *container)
{
    struct node *result = NULL;
    struct node *value = loop->loop->collected[j];
    struct graph *graph = program->function->graph;
    for (size_t i = (size_t)loop->id; i < program->node_count && !result; i++) {
        struct node *node = graph->nodes[i];
        if (program->is_live[i] && node->operator == OP_RESULT && node->inputs[0] == loop &&
            node->result == loop->loop->carried_count + j)
            result = node;
    }
    if (!result || program->buffers[result->id]->is_earlier)
        return;
    struct nest *nest = add_nest(program, NEST_COPY, value, program->buffers[result->id]);
    nest->collected_at = size_subtract(loop->loop->variable, loop->loop->begin);
    set_axes(nest, value->rank, value->shape);
    nest->target_axes[0] = -1;
    for (int a = 0; a < value->rank; a++) {
        nest->target_axes[a + 1] = (signed char)a;
        add_loop(nest, a);
    }
    put(program, nest, container);
}

/* The values at the end of a round become those at the start of the next; all are computed before one is stored. */
static void put_updates(struct program *program, struct loop *loop, struct item *container)
{
    struct buffer **fresh = ARENA_ARRAY(program->arena, struct buffer *, loop->carried_count + 1);
    for (int j = 0; j < loop->carried_count; j++) {
        bool is_carried = loop->next[j]->operator == OP_PLACEHOLDER;
        if (is_carried && program->buffers[loop->carried[j]->id] && loop->next[j] != loop->carried[j]) {
            fresh[j] = add_buffer(program, NULL);
            fresh[j]->type = loop->next[j]->type;
            fresh[j]->node = loop->next[j];
            fresh[j]->is_fixed = true;
            put_copy(program, loop->next[j], fresh[j], loop->next[j], true, container);
        }
    }
    for (int j = 0; j < loop->carried_count; j++) {
        struct buffer *target = program->buffers[loop->carried[j]->id];
        if (!target || loop->next[j] == loop->carried[j])
            continue;
        struct nest *nest = add_nest(program, NEST_COPY, loop->next[j], target);
        nest->alone = true;
        nest->source = fresh[j];
        nest->is_update = true;
        put_elementwise(program, nest, loop->next[j]->rank, loop->next[j]->shape, container);
    }
}

/* Before a loop: the first values of what it carries, zeros for rounds that may not run. */
static void put_starts(struct program *program, struct node *node, struct item *container)
{
    struct loop *loop = node->loop;
    struct graph *graph = program->function->graph;
    for (int j = 0; j < loop->carried_count; j++)
        if (program->buffers[loop->carried[j]->id])
            put_copy(program, loop->initial[j], program->buffers[loop->carried[j]->id], loop->carried[j], false,
                     container);
    for (size_t i = (size_t)node->id; (loop->condition || loop->is_branch) && i < program->node_count; i++) {
        struct node *result = graph->nodes[i];
        if (program->is_live[i] && result->operator == OP_RESULT && result->inputs[0] == node &&
            result->result >= loop->carried_count)
            put_copy(program, NULL, program->buffers[i], result, true, container);
    }
}

static void put_node(struct bodies *bodies, struct node *node, struct item *container);

/* The nodes of the body that the condition needs come first, then the way out. */
static void put_condition(struct bodies *bodies, struct node *node, struct item *container)
{
    struct program *program = bodies->program;
    size_t n = program->node_count;
    bool *is_needed = ARENA_ARRAY(program->arena, bool, n + 1);
    is_needed[node->loop->condition->id] = true;
    struct node **list = ARENA_ARRAY(program->arena, struct node *, n + 1);
    size_t count = 0;
    for (struct node *inside = bodies->first[node->id]; inside; inside = bodies->next_of[inside->id])
        list[count++] = inside;
    for (size_t i = count; i-- > 0;)
        if (is_needed[list[i]->id])
            for (int j = 0; j < list[i]->input_count; j++)
                is_needed[list[i]->inputs[j]->id] = true;
    for (size_t i = 0; i < count; i++)
        if (is_needed[list[i]->id])
            put_node(bodies, list[i], container);
    struct nest *nest = add_nest(program, NEST_BREAK, node->loop->condition, NULL);
    nest->alone = true;
    put_elementwise(program, nest, 0, NULL, container);
    container->barrier = container->body_count;
}

static void put_region(struct bodies *bodies, struct node *node, struct item *container)
{
    struct program *program = bodies->program;
    put_starts(program, node, container);
    struct nest *nest = add_nest(program, NEST_REGION, node, NULL);
    struct item *item = item_new(program, container);
    item->kind = ITEM_REGION;
    item->nest = nest;
    item->guard = nest->guard = simplify_guard(program, program->wanted[node->id]);
    nest->item = item;
    if (node->loop->condition)
        put_condition(bodies, node, item);
    for (int j = 0; j < node->loop->collected_count; j++)
        if (is_leaf(node->loop->collected[j]))
            put_copy_of_round(program, node, j, item);
    schedule_body(bodies, node, item);
    for (int j = 0; j < node->loop->collected_count; j++)
        if (!is_leaf(node->loop->collected[j]))
            put_copy_of_round(program, node, j, item);
    put_updates(program, node->loop, item);
}

/* ---- The whole ---- */

static void put_node(struct bodies *bodies, struct node *node, struct item *container)
{
    struct program *program = bodies->program;
    struct buffer *buffer = program->buffers[node->id];
    if (bodies->is_done[node->id])
        return;
    bodies->is_done[node->id] = true;
    if (node->operator == OP_LOOP) {
        put_region(bodies, node, container);
        return;
    }
    if (!program->is_material[node->id] || buffer->is_earlier)
        return;
    switch (node->operator) {
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL:
    case OP_ARGMAX:
    case OP_ARGMIN: put_reduction(program, node, container); return;
    case OP_CONTRACT:
        put_contraction(program, node, product_of(program, node), buffer, NULL, false, container);
        return;
    case OP_CUMSUM: put_scan(program, node, container); return;
    case OP_SCATTER: put_sum_of_parts(program, node, container); return;
    case OP_REPLACE:
        put_copy(program, node->inputs[0], buffer, node, false, container);
        put_scatter(program, node, node->inputs[1], buffer, false, false, container);
        return;
    case OP_CHOLESKY:
    case OP_SOLVE_TRIANGULAR:
    case OP_LU_SOLVE:
    case OP_LOGABSDET:
    case OP_DET: put_call(program, node, container); return;
    default: break;
    }
    if (is_leaf(node)) {
        struct nest *nest = add_nest(program, NEST_SEED, node, buffer);
        nest->alone = true;
        buffer->is_fixed = buffer->is_seed = true;
        set_axes(nest, node->rank, node->shape);
        put(program, nest, container);
        return;
    }
    bool is_sum = false;
    for (int i = 0; i < node->input_count; i++)
        is_sum = is_sum || program->is_part[node->inputs[i]->id];
    if (is_sum)
        put_sum_of_parts(program, node, container);
    else
        put_elementwise(program, add_nest(program, NEST_VALUE, node, buffer), node->rank, node->shape, container);
}

/* Scalars that need no loop come first, so that they do not stand between loops that could be one. */
static void put_scalars(struct bodies *bodies, struct node *first, struct item *container)
{
    struct program *program = bodies->program;
    for (struct node *node = first; node; node = bodies->next_of[node->id]) {
        bool is_scalar = node->rank == 0 && (operator_is_elementwise(node->operator) || node->input_count == 0) &&
                         node->operator != OP_LOOP;
        for (int i = 0; is_scalar && i < node->input_count; i++) {
            const struct node *x = node->inputs[i];
            is_scalar = bodies->is_early[x->id] || program->owner[x->id] != program->owner[node->id] ||
                        (is_leaf(x) && x->rank == 0);
        }
        if (!is_scalar)
            continue;
        bodies->is_early[node->id] = true;
        put_node(bodies, node, container);
        if (node->type != REAL)
            put_checks_of(bodies, node, container);
    }
}

static void schedule_body(struct bodies *bodies, struct node *loop, struct item *container)
{
    struct program *program = bodies->program;
    put_scalars(bodies, bodies->first[loop ? (size_t)loop->id : program->node_count], container);
    struct node **nodes = NULL, **order;
    size_t count = 0;
    for (struct node *node = bodies->first[loop ? (size_t)loop->id : program->node_count]; node;
         node = bodies->next_of[node->id])
        count++;
    nodes = ARENA_ARRAY(program->arena, struct node *, count + 1);
    count = 0;
    for (struct node *node = bodies->first[loop ? (size_t)loop->id : program->node_count]; node;
         node = bodies->next_of[node->id])
        nodes[count++] = node;
    size_t ordered = order_body(program, loop, nodes, count, &order);
    assert(ordered == count);
    for (size_t i = 0; i < ordered; i++) {
        put_node(bodies, order[i], container);
        if (order[i]->type != REAL)
            put_checks_of(bodies, order[i], container);
    }
}

/* int values that depend on inputs alone are computed and checked before anything is written. */
static void put_first_checks(struct bodies *bodies, struct item *container)
{
    struct program *program = bodies->program;
    struct graph *graph = program->function->graph;
    bool *is_first = ARENA_ARRAY(program->arena, bool, program->node_count + 1);
    for (size_t i = 0; program->checks_count && i < program->node_count; i++) {
        struct node *node = graph->nodes[i];
        if (!program->is_live[i] || node->type == REAL || program->owner[i] || node->operator == OP_LOOP ||
            node->operator == OP_RESULT)
            continue;
        is_first[i] = true;
        for (int j = 0; j < node->input_count; j++)
            is_first[i] = is_first[i] && is_first[node->inputs[j]->id];
        if (is_first[i])
            put_node(bodies, node, container);
    }
    for (size_t i = 0; i < program->checks_count; i++)
        if (is_first[program->checks[i]->k->id] &&
            (!program->checks[i]->when || is_first[program->checks[i]->when->id])) {
            bodies->check_is_done[i] = true;
            put_check(program, program->checks[i], container);
        }
}

/* An updated array whose new value is another input takes it from a copy, for that may be updated too. */
static void put_safe_copies(struct program *program, struct buffer **copies)
{
    for (size_t i = 0; i < program->roots_count; i++) {
        const struct root *root = &program->roots[i];
        if (!root->member || root->member->role != ROLE_INOUT || root->member->rank == 0 ||
            program->buffers[root->node->id] || root->node == root->member->leaf)
            continue;
        copies[i] = add_buffer(program, NULL);
        copies[i]->node = root->node;
        copies[i]->type = root->node->type;
        put_copy(program, root->node, copies[i], root->node, false, program->root);
        copies[i]->is_fixed = true;
    }
}

/* When a member is written: arrays first, then scalars, which may read what an update is about to overwrite, then
 * updated arrays. */
static int writing_order(const struct member *member)
{
    return member->rank == 0 ? 1 : member->role == ROLE_INOUT ? 2 : 0;
}

/* Members that no buffer stands for: second names, scalars, views. */
static void put_members(struct program *program)
{
    struct buffer **copies = ARENA_ARRAY(program->arena, struct buffer *, program->roots_count + 1);
    put_safe_copies(program, copies);
    for (int order = 0; order < 3; order++)
        for (size_t i = 0; i < program->roots_count; i++) {
            const struct root *root = &program->roots[i];
            struct buffer *buffer = program->buffers[root->node->id];
            if (!root->member || (buffer && buffer->member == root->member && !buffer->is_earlier) ||
                writing_order(root->member) != order)
                continue;
            struct buffer *target = NULL;
            if (root->member->rank > 0) {
                target = add_buffer(program, NULL);
                target->node = root->node;
                target->type = root->node->type;
                target->member = root->member;
                target->is_fixed = true;
                target->guard = guard_of_member(program->function, root->member);
            }
            struct nest *nest = add_nest(program, NEST_COPY, root->node, target);
            nest->member = root->member;
            nest->source = copies[i];
            nest->alone = order > 0;
            put_elementwise(program, nest, root->node->rank, root->node->shape, program->root);
        }
}

void schedule(struct program *program)
{
    struct graph *graph = program->function->graph;
    size_t n = program->node_count;
    struct bodies bodies = {program, ARENA_ARRAY(program->arena, struct node *, n + 1),
                            ARENA_ARRAY(program->arena, struct node *, n + 1),
                            ARENA_ARRAY(program->arena, bool, n + 1),
                            ARENA_ARRAY(program->arena, bool, program->checks_count + 1),
                            ARENA_ARRAY(program->arena, bool, n + 1)};
    for (size_t i = n; i-- > 0;)
        if (program->is_live[i]) {
            size_t list = program->owner[i] ? (size_t)program->owner[i]->id : n;
            bodies.next_of[i] = bodies.first[list];
            bodies.first[list] = graph->nodes[i];
        }
    add_buffers(program);
    give_members(program);
    program->root = item_new(program, NULL);
    program->root->kind = ITEM_REGION;
    put_first_checks(&bodies, program->root);
    schedule_body(&bodies, NULL, program->root);
    put_members(program);
}
