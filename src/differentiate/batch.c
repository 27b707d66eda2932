/* batch.c: prepends axes to every node that depends on a seed; the others stay as they are.
 *
 * Requires: seeds of shape [batch..., seed's shape]. Leaves new nodes. The batch axes come first everywhere,
 * so that each operator maps over them: its own axes move up by their number. */
#include <stdlib.h>

#include "batch.h"
#include "memory.h"
#include "region.h"
#include "routine.h"

struct batching {
    struct graph *graph;
    int rank;               /* of the batch */
    size **shape;           /* of the batch */
    unsigned char *depends; /* by id: on the seed, in some round */
    struct node **whole;    /* by id: the batched node, once there is one, if it depends on the seed */
    size_t count;
    const struct loop *loop; /* batch_rounds: the batch axis is that of its rounds; else NULL */
};

static struct node *whole_of(const struct batching *batching, const struct node *node)
{
    return (size_t)node->id < batching->count ? batching->whole[node->id] : NULL;
}

/* The shape behind the batch axes; returns the rank. */
static int batched_shape(const struct batching *batching, int rank, size *const *shape, size **result)
{
    for (int a = 0; a < batching->rank; a++)
        result[a] = batching->shape[a];
    for (int a = 0; a < rank; a++)
        result[batching->rank + a] = shape[a];
    return batching->rank + rank;
}

/* a = *start + *step * variable with neither depending on variable. */
static bool split_affine(size *a, size *variable, struct sizes *sizes, size **start, size **step)
{
    *start = size_substitute(a, variable, size_number(sizes, 0));
    *step = size_subtract(size_substitute(a, variable, size_number(sizes, 1)), *start);
    return !size_depends_on(*step, variable) && size_add(*start, size_multiply(*step, variable)) == a;
}

/* The loop's variable stands for begin + the batch axis. */
static void batch_offset(const struct batching *batching, struct affine *affine)
{
    size *start, *step;
    if (!batching->loop ||
        !split_affine(affine->offset, batching->loop->variable, batching->graph->sizes, &start, &step))
        return;
    affine->offset = size_add(start, size_multiply(step, batching->loop->begin));
    if (step != size_number(batching->graph->sizes, 0))
        affine->coefficients[0] = step;
}

/* Subscripts whose index space has the batch axes first; with_batch: the target has them first too. */
static struct affine *batched_subscripts(const struct batching *batching, const struct affine *subscripts,
                                         int count, int space_rank, bool with_batch)
{
    struct graph *graph = batching->graph;
    int lead = with_batch ? batching->rank : 0, rank = batching->rank + space_rank;
    struct affine *result = ARENA_ARRAY(graph->arena, struct affine, lead + count + 1);
    for (int s = 0; s < lead + count; s++) {
        result[s].coefficients = ARENA_ARRAY(graph->arena, size *, rank + 1);
        result[s].offset = size_number(graph->sizes, 0);
        if (s < lead) {
            result[s].coefficients[s] = size_number(graph->sizes, 1);
            continue;
        }
        const struct affine *old = &subscripts[s - lead];
        result[s].offset = old->offset;
        result[s].dynamic = old->dynamic;
        for (int a = 0; old->coefficients && a < space_rank; a++)
            result[s].coefficients[batching->rank + a] = old->coefficients[a];
        batch_offset(batching, &result[s]);
    }
    return result;
}

/* The node with batch axes, repeated along them if it does not depend on the seed. */
static struct node *expanded(const struct batching *batching, struct node *node)
{
    struct node *whole = whole_of(batching, node);
    if (whole)
        return whole;
    size *shape[2 * MAXIMUM_RANK];
    int rank = batched_shape(batching, node->rank, node->shape, shape);
    return graph_broadcast(batching->graph, node, rank, shape);
}

static struct node **expanded_inputs(const struct batching *batching, const struct node *node)
{
    struct node **inputs = ARENA_ARRAY(batching->graph->arena, struct node *, node->input_count + 1);
    for (int i = 0; i < node->input_count; i++)
        inputs[i] = expanded(batching, node->inputs[i]);
    return inputs;
}

/* ---- Structure ---- */

static struct node *batch_index(const struct batching *batching, const struct node *node)
{
    struct node *x = whole_of(batching, node->inputs[0]), **inputs = expanded_inputs(batching, node);
    size *shape[2 * MAXIMUM_RANK];
    int rank = batched_shape(batching, node->rank, node->shape, shape);
    struct affine *subscripts =
        batched_subscripts(batching, node->subscripts, node->inputs[0]->rank, node->rank, x != NULL);
    return graph_index(batching->graph, x ? x : node->inputs[0], rank, shape, subscripts, inputs + 1,
                       node->input_count - 1, node->fill);
}

static struct node *batch_iota(const struct batching *batching, const struct node *node)
{
    size *shape[2 * MAXIMUM_RANK];
    int rank = batched_shape(batching, node->rank, node->shape, shape);
    struct affine number = {node->extent, NULL, 0};
    const struct affine *old = node->op == OP_SIZE_VALUE ? &number : node->subscripts;
    return graph_iota_affine(batching->graph, node->type, rank, shape,
                             batched_subscripts(batching, old, 1, node->rank, false));
}

static struct node *batch_scatter(const struct batching *batching, const struct node *node)
{
    struct node **inputs = expanded_inputs(batching, node);
    size *shape[2 * MAXIMUM_RANK];
    int rank = batched_shape(batching, node->rank, node->shape, shape);
    struct affine *subscripts =
        batched_subscripts(batching, node->subscripts, node->rank, node->inputs[0]->rank, true);
    return graph_scatter(batching->graph, inputs[0], rank, shape, subscripts, inputs + 1,
                         node->input_count - 1);
}

static struct node *batch_replace(const struct batching *batching, const struct node *node)
{
    struct node **inputs = expanded_inputs(batching, node);
    struct affine *subscripts =
        batched_subscripts(batching, node->subscripts, node->rank, node->inputs[1]->rank, true);
    return graph_replace(batching->graph, inputs[0], inputs[1], subscripts, inputs + 2,
                         node->input_count - 2);
}

static struct node *batch_reshape(const struct batching *batching, const struct node *node)
{
    size *shape[2 * MAXIMUM_RANK];
    int rank = batched_shape(batching, node->rank, node->shape, shape);
    if (node->extent)
        return graph_tie(batching->graph, whole_of(batching, node->inputs[0]), node->extent);
    return graph_reshape(batching->graph, whole_of(batching, node->inputs[0]), rank, shape);
}

/* Iteration axes move up; an operand that depends on the seed has the batch axes first. */
static struct node *batch_contract(const struct batching *batching, const struct node *node)
{
    struct node *operands[2];
    signed char axes[2][2 * MAXIMUM_RANK];
    for (int i = 0; i < 2; i++) {
        const signed char *old = i ? node->b_axes : node->a_axes;
        struct node *whole = whole_of(batching, node->inputs[i]);
        int lead = whole ? batching->rank : 0;
        operands[i] = whole ? whole : node->inputs[i];
        for (int a = 0; a < lead; a++)
            axes[i][a] = (signed char)a;
        for (int a = 0; a < node->inputs[i]->rank; a++)
            axes[i][lead + a] = (signed char)(old[a] + batching->rank);
    }
    return graph_contract(batching->graph, operands[0], operands[1], axes[0], axes[1],
                          batching->rank + node->rank, node->reduced);
}

static int single_axis(unsigned axes)
{
    int axis = 0;
    while (!(axes >> axis & 1))
        axis++;
    return axis;
}

/* ---- Systems ---- */

/* The first `count` axes of x moved behind the others, or back if `back`. */
static struct node *rotate(struct graph *graph, struct node *x, int count, bool back)
{
    int order[MAXIMUM_RANK];
    int shift = back ? x->rank - count : count;
    for (int a = 0; a < x->rank; a++)
        order[a] = (a + shift) % x->rank;
    return graph_transpose(graph, x, order);
}

static struct node *solve(struct graph *graph, const struct node *node, struct node *a, struct node *b)
{
    return node->op == OP_LU_SOLVE
               ? graph_lu_solve(graph, a, b, node->transposed)
               : graph_solve_triangular(graph, a, b,
                                        (struct triangular){node->lower, node->transposed, node->unit});
}

/* One matrix for the whole batch is factorised once: the batch becomes columns of the right side. */
static struct node *batch_solve(const struct batching *batching, const struct node *node)
{
    struct graph *graph = batching->graph;
    struct node *a = node->inputs[0], *b = expanded(batching, node->inputs[1]);
    if (whole_of(batching, a))
        return solve(graph, node, whole_of(batching, a), b);
    struct node *moved = rotate(graph, b, batching->rank, false);
    size *shape[MAXIMUM_RANK], *columns = size_number(graph->sizes, 1);
    for (int axis = 0; axis < moved->rank; axis++) {
        if (axis < a->rank - 1)
            shape[axis] = moved->shape[axis];
        else
            columns = size_multiply(columns, moved->shape[axis]);
    }
    shape[a->rank - 1] = columns;
    struct node *y = solve(graph, node, a, graph_reshape(graph, moved, a->rank, shape));
    return rotate(graph, graph_reshape(graph, y, moved->rank, moved->shape), batching->rank, true);
}

/* ---- Loops ---- */

static struct node *batch_node(struct batching *batching, struct node *node);

static void batch_body(struct batching *batching, const struct region *region)
{
    for (size_t i = 0; i < region->inside_count; i++) {
        struct node *node = region->inside[i];
        batching->whole[node->id] = batching->depends[node->id] ? batch_node(batching, node) : NULL;
    }
}

static struct node *batched_placeholder(const struct batching *batching, const struct node *node)
{
    size *shape[2 * MAXIMUM_RANK];
    int rank = batched_shape(batching, node->rank, node->shape, shape);
    struct node *placeholder = graph_placeholder(batching->graph, node->type, node->name, rank, shape);
    placeholder->named_by_user = node->named_by_user;
    return placeholder;
}

/* value where the row of the batch runs, else other. */
static struct node *where_row_runs(const struct batching *batching, struct node *runs, struct node *value,
                                   struct node *other)
{
    for (int a = batching->rank; a < value->rank; a++)
        runs = graph_insert_axis(batching->graph, runs, a);
    return graph_select(batching->graph, graph_broadcast(batching->graph, runs, value->rank, value->shape),
                        value, other);
}

/* The condition differs between the rows of the batch: the loop goes on while any row does, and a row that
 * has ended keeps what it carries and collects zeros. */
static void end_by_row(const struct batching *batching, const struct loop *loop, struct loop *copy)
{
    struct graph *graph = batching->graph;
    struct node *running = graph_placeholder(graph, BOOL, NULL, batching->rank, batching->shape);
    struct node *runs = graph_binary(graph, OP_AND, running, whole_of(batching, loop->condition));
    for (int k = 0; k < copy->carried_count; k++)
        copy->next[k] = where_row_runs(batching, runs, copy->next[k], copy->carried[k]);
    for (int k = 0; k < copy->collected_count; k++) {
        struct node *value = copy->collected[k], *zero = graph_constant(graph, value->type, 0);
        copy->collected[k] =
            where_row_runs(batching, runs, value, graph_broadcast(graph, zero, value->rank, value->shape));
    }
    copy->condition = graph_reduce(graph, OP_ANY, runs, (1u << batching->rank) - 1);
    copy->carried[copy->carried_count] = running;
    copy->initial[copy->carried_count] =
        graph_broadcast(graph, graph_constant(graph, BOOL, 1), batching->rank, batching->shape);
    copy->next[copy->carried_count++] = runs; /* behind the others, which keep their numbers */
}

static struct node *batch_loop(struct batching *batching, struct node *node)
{
    struct arena *arena = batching->graph->arena;
    struct loop *loop = node->loop, *copy = ARENA_NEW(arena, struct loop);
    const struct region *region = region_of(batching->graph, loop);
    *copy = *loop;
    copy->region = NULL;
    copy->carried = ARENA_ARRAY(arena, struct node *, loop->carried_count + 2);
    copy->initial = ARENA_ARRAY(arena, struct node *, loop->carried_count + 1);
    copy->next = ARENA_ARRAY(arena, struct node *, loop->carried_count + 1);
    copy->collected = ARENA_ARRAY(arena, struct node *, loop->collected_count + 1);
    for (int k = 0; k < loop->carried_count; k++)
        if (batching->depends[loop->carried[k]->id])
            batching->whole[loop->carried[k]->id] = batched_placeholder(batching, loop->carried[k]);
    batch_body(batching, region);
    for (int k = 0; k < loop->carried_count; k++) {
        struct node *whole = whole_of(batching, loop->carried[k]);
        copy->carried[k] = whole ? whole : loop->carried[k];
        copy->initial[k] = whole ? expanded(batching, loop->initial[k]) : loop->initial[k];
        copy->next[k] = whole ? expanded(batching, loop->next[k]) : loop->next[k];
    }
    for (int k = 0; k < loop->collected_count; k++)
        copy->collected[k] = expanded(batching, loop->collected[k]);
    if (loop->condition && whole_of(batching, loop->condition))
        end_by_row(batching, loop, copy);
    for (size_t i = 0; i < region->inside_count; i++)
        batching->whole[region->inside[i]->id] = NULL;
    for (int k = 0; k < loop->carried_count; k++)
        batching->whole[loop->carried[k]->id] = NULL;
    return graph_loop(batching->graph, copy);
}

static struct node *batch_result(struct batching *batching, const struct node *node)
{
    struct graph *graph = batching->graph;
    struct node *loop = whole_of(batching, node->inputs[0]);
    int carried = node->inputs[0]->loop->carried_count;
    bool is_carried = node->result < carried; /* the batched loop may carry one value more */
    struct node *result =
        graph_result(graph, loop, node->result + (is_carried ? 0 : loop->loop->carried_count - carried));
    size *shape[2 * MAXIMUM_RANK];
    int rank = batched_shape(batching, node->rank, node->shape, shape), order[2 * MAXIMUM_RANK];
    if (is_carried)
        return result->rank == rank ? result : graph_broadcast(graph, result, rank, shape);
    /* [rounds, batch..., value...] to [batch..., rounds, value...] */
    for (int a = 0; a < rank; a++)
        order[a] = a < batching->rank ? a + 1 : a == batching->rank ? 0 : a;
    return graph_transpose(graph, result, order);
}

/* ---- What depends on the seed ---- */

static bool any_depends(const struct batching *batching, struct node *const *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((size_t)nodes[i]->id < batching->count && batching->depends[nodes[i]->id])
            return true;
    return false;
}

/* What a loop carries depends on the seed if it begins so, or ends some round so, or goes on in some rows of
 * the batch alone; that may make more of the rounds depend on it. */
static void find_dependent(struct batching *batching, struct node *node)
{
    struct node *const *needed;
    size_t count = node_dependencies(batching->graph, node, &needed);
    unsigned char *depends = batching->depends;
    const struct loop *loop = node->op == OP_LOOP ? node->loop : NULL;
    depends[node->id] = depends[node->id] || any_depends(batching, needed, count);
    for (bool changed = loop && depends[node->id]; changed;) {
        const struct region *region = region_of(batching->graph, node->loop);
        for (int k = 0; k < loop->carried_count; k++)
            if (any_depends(batching, &loop->initial[k], 1))
                depends[loop->carried[k]->id] = 1;
        for (size_t i = 0; i < region->inside_count; i++)
            find_dependent(batching, region->inside[i]);
        changed = false;
        bool ends_by_row = loop->condition && any_depends(batching, &loop->condition, 1);
        for (int k = 0; k < loop->carried_count; k++)
            if (!depends[loop->carried[k]->id] && (ends_by_row || any_depends(batching, &loop->next[k], 1)))
                depends[loop->carried[k]->id] = changed = true;
    }
}

/* ---- The whole ---- */

static struct node *batch_node(struct batching *batching, struct node *node)
{
    struct graph *graph = batching->graph;
    struct node *x = node->input_count > 0 ? whole_of(batching, node->inputs[0]) : NULL;
    if (operator_is_elementwise(node->op))
        return graph_elementwise(graph, node->op, expanded_inputs(batching, node));
    switch (node->op) {
    case OP_IOTA:
    case OP_SIZE_VALUE: return batch_iota(batching, node);
    case OP_INDEX: return batch_index(batching, node);
    case OP_SCATTER: return batch_scatter(batching, node);
    case OP_REPLACE: return batch_replace(batching, node);
    case OP_RESHAPE: return batch_reshape(batching, node);
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL: return graph_reduce(graph, node->op, x, node->axes << batching->rank);
    case OP_ARGMAX:
    case OP_ARGMIN: return graph_arg(graph, node->op, x, single_axis(node->axes) + batching->rank);
    case OP_CONTRACT: return batch_contract(batching, node);
    case OP_CUMSUM: return graph_cumsum(graph, x, single_axis(node->axes) + batching->rank, node->reverse);
    case OP_MARK:
    case OP_CUSTOM: return expanded(batching, node->inputs[0]);
    case OP_STOP: return graph_stop(graph, x);
    case OP_LOOP: return batch_loop(batching, node);
    case OP_RESULT: return batch_result(batching, node);
    case OP_CHOLESKY: return graph_cholesky(graph, x);
    case OP_SOLVE_TRIANGULAR:
    case OP_LU_SOLVE: return batch_solve(batching, node);
    case OP_LOGABSDET:
    case OP_DET: return graph_determinant(graph, node->op, x);
    case OP_ROUTINE: return graph_routine(graph, (enum routine)node->result, x);
    default: abort(); /* leaves depend on nothing */
    }
}

struct node *batch(struct graph *graph, struct node *node, const struct node *seed, struct node *seeds,
                   int rank)
{
    struct batching batching = {
        .graph = graph, .rank = rank, .shape = seeds->shape, .count = graph->nodes_count};
    batching.whole = memory_array(batching.count + 1, sizeof *batching.whole);
    unsigned char *reached = memory_array(batching.count + 1, 1);
    mark_reachable(graph, &node, 1, false, reached);
    batching.depends = memory_array(batching.count + 1, 1);
    batching.depends[seed->id] = 1;
    batching.whole[seed->id] = seeds;
    for (int id = seed->id + 1; id <= node->id; id++) {
        if (!reached[id])
            continue;
        find_dependent(&batching, graph->nodes[id]);
        if (batching.depends[id])
            batching.whole[id] = batch_node(&batching, graph->nodes[id]);
    }
    struct node *result = expanded(&batching, node);
    memory_free(batching.depends);
    memory_free(batching.whole);
    memory_free(reached);
    return result;
}

/* ---- Rounds of a loop ---- */

static bool is_affine_in_variable(const struct affine *affine, int rank, const struct loop *loop,
                                  struct sizes *sizes)
{
    size *start, *step;
    if (!split_affine(affine->offset, loop->variable, sizes, &start, &step))
        return false;
    for (int a = 0; affine->coefficients && a < rank; a++)
        if (affine->coefficients[a] && size_depends_on(affine->coefficients[a], loop->variable))
            return false;
    return true;
}

/* Whether the node, whose inputs can be had for all rounds, can be too. */
static bool has_all_rounds(const struct node *node, const struct loop *loop, struct sizes *sizes)
{
    struct affine number = {node->extent, NULL, 0};
    int data = node->op == OP_REPLACE; /* the input whose axes are the index space of what is written */
    if (node->rank + 2 > MAXIMUM_RANK)
        return false;
    switch (node->op) {
    case OP_LOOP:
    case OP_RESULT:
    case OP_PLACEHOLDER:
    case OP_MARK:
    case OP_STOP:
    case OP_CUSTOM: return false;
    case OP_SIZE_VALUE: return is_affine_in_variable(&number, 0, loop, sizes);
    case OP_IOTA: return is_affine_in_variable(node->subscripts, node->rank, loop, sizes);
    case OP_INDEX:
        for (int s = 0; s < node->inputs[0]->rank; s++)
            if (!is_affine_in_variable(&node->subscripts[s], node->rank, loop, sizes))
                return false;
        return true;
    case OP_SCATTER:
    case OP_REPLACE:
        for (int s = 0; s < node->rank; s++)
            if (!is_affine_in_variable(&node->subscripts[s], node->inputs[data]->rank, loop, sizes))
                return false;
        return true;
    default: return true;
    }
}

struct node *batch_rounds(struct graph *graph, struct node *node, struct loop *loop)
{
    const struct region *region = region_of(graph, loop);
    size *rounds = size_subtract(loop->end, loop->begin);
    struct batching batching = {
        .graph = graph, .rank = 1, .shape = &rounds, .count = graph->nodes_count, .loop = loop};
    unsigned char *needed = memory_array(batching.count + 1, 1);
    batching.whole = memory_array(batching.count + 1, sizeof *batching.whole);
    bool possible = true;
    needed[node->id] = 1;
    for (size_t i = region->inside_count; i-- > 0 && possible;) {
        const struct node *inside = region->inside[i];
        if (!needed[inside->id])
            continue;
        possible = has_all_rounds(inside, loop, graph->sizes);
        for (int k = 0; k < inside->input_count; k++)
            needed[inside->inputs[k]->id] = 1;
    }
    for (int k = 0; k < loop->carried_count; k++)
        possible = possible && !needed[loop->carried[k]->id];
    for (size_t i = 0; i < region->inside_count && possible; i++)
        if (needed[region->inside[i]->id])
            batching.whole[region->inside[i]->id] = batch_node(&batching, region->inside[i]);
    struct node *result = possible ? batching.whole[node->id] : NULL;
    memory_free(needed);
    memory_free(batching.whole);
    return result;
}
