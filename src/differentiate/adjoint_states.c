/* adjoint_states.c: what the backward rounds of a loop need of the forward rounds.
 *
 * Requires: a backward loop whose body is written over nodes inside the forward loop (its carried
 * PLACEHOLDERs among them). Leaves: an augmented copy of the forward loop, over the same nodes, that collects
 * some of these, and the backward loop over the collected values. What is cheap to compute from collected
 * values is computed again, and so is what takes little beside the products of a round (adjoint_again.c). */
#include <limits.h>
#include <stdlib.h>

#include "adjoint_states.h"
#include "copy.h"
#include "memory.h"

/* A round keeps its state rather than what one function makes of it. */
static int cheap_at_most(const struct states *states)
{
    return states->graph->saving & SAVING_ELEMENTS ? TOO_EXPENSIVE - 1 : CHEAP_IN_ROUNDS;
}

/* What moves elements and computes nothing is not worth keeping where its input is. */
static bool moves_elements(const struct node *node)
{
    switch (node->op) {
    case OP_SCATTER: return graph_is_injective(node);
    case OP_INDEX:
    case OP_RESHAPE:
    case OP_MARK:
    case OP_STOP:
    case OP_CUSTOM:
    case OP_CAST_REAL:
    case OP_CAST_INT:
    case OP_TRUNCATE:
    case OP_NOT: return true;
    default: return false;
    }
}

int own_cost(const struct node *node)
{
    if (moves_elements(node) || node->op == OP_IOTA || node->op == OP_SIZE_VALUE)
        return 0;
    return cost_of_operator(node);
}

/* For each node inside, by id: the cost of computing it from the state, plus 1. 0: not inside. */
static int *costs_inside(const struct graph *graph, const struct region *region)
{
    int *costs = memory_array(graph->nodes_count + 1, sizeof *costs);
    for (size_t i = 0; i < region->inside_count; i++) {
        const struct node *node = region->inside[i];
        int cost = own_cost(node) + 1;
        for (int k = 0; k < node->input_count && cost <= TOO_EXPENSIVE; k++)
            if (costs[node->inputs[k]->id])
                cost += costs[node->inputs[k]->id] - 1;
        costs[node->id] = cost;
    }
    return costs;
}

/* ---- Loops inside ---- */

/* The adjoint of a loop inside the body has made a copy of that loop, which collects more: of such a copy,
 * too, the results are kept rather than its rounds run again. But not if it was to save memory, or stops
 * early: then what its rounds might collect is far more than what they do. */
static bool may_collect(const struct loop *loop)
{
    return !loop->checkpoint && (!loop->condition || loop->is_branch);
}

struct copies {
    const struct states *states;
    unsigned char *is_primal; /* by id: depends on nothing that the sweep has made up */
    size_t first;             /* from this id on, nodes are of the sweep */
};

static bool is_primal(const struct copies *copies, const struct node *node)
{
    return (size_t)node->id < copies->first || copies->is_primal[node->id];
}

/* Whether a node could as well stand in the forward rounds, and whether it depends on the round. */
static void classify(struct copies *copies, const struct node *node)
{
    const struct states *states = copies->states;
    struct node *const *needed;
    size_t count = node_dependencies(states->graph, node, &needed);
    bool primal = node->op != OP_PLACEHOLDER && (node->op != OP_LOOP || may_collect(node->loop));
    bool inside = node_mentions(states->graph, node, states->loop->variable);
    for (size_t i = 0; i < count; i++) {
        primal = primal && is_primal(copies, needed[i]);
        inside = inside || states->is_inside[needed[i]->id];
    }
    copies->is_primal[node->id] = primal;
    states->is_inside[node->id] = inside;
}

/* The id of the first node that can depend on the round. */
static size_t oldest_inside(const struct loop *loop, const struct region *region)
{
    int oldest = region->inside_count ? region->inside[0]->id : INT_MAX;
    for (int k = 0; k < loop->carried_count; k++)
        oldest = loop->carried[k]->id < oldest ? loop->carried[k]->id : oldest;
    return (size_t)oldest;
}

/* Finds what depends on the round, and makes the results of such copies dear. The sweep's nodes are those
 * behind `forward`, the LOOP; before it there may be more than its region knows, parts of what it carries. */
static void add_copies(struct states *states, const struct region *region, const struct node *forward,
                       const struct loop *backward)
{
    struct graph *graph = states->graph;
    struct loop *loop = states->loop;
    size_t oldest = oldest_inside(loop, region);
    unsigned char *reached = memory_array(graph->nodes_count + 1, 1);
    struct copies copies = {states, memory_array(graph->nodes_count + 1, 1), (size_t)forward->id + 1};
    mark_reachable_back_to(graph, (int)oldest, backward->next, (size_t)backward->carried_count, false,
                           reached);
    mark_reachable_back_to(graph, (int)oldest, backward->collected, (size_t)backward->collected_count, false,
                           reached);
    for (size_t i = 0; i < region->inside_count; i++)
        states->is_inside[region->inside[i]->id] = 1;
    for (int k = 0; k < loop->carried_count; k++)
        states->is_inside[loop->carried[k]->id] = 1;
    for (size_t id = oldest; id < graph->nodes_count; id++) {
        const struct node *node = graph->nodes[id];
        if (!reached[id - oldest] || states->is_inside[id])
            continue;
        classify(&copies, node);
        if (node->op == OP_RESULT && id >= copies.first && states->is_inside[id] && copies.is_primal[id])
            states->costs[id] = TOO_EXPENSIVE + 1;
    }
    memory_free(reached);
    memory_free(copies.is_primal);
}

/* What does not depend on the round is read in any. */
static void visit(struct states *states, struct node *node)
{
    if (states->seen[node->id] || !states->is_inside[node->id])
        return;
    states->seen[node->id] = 1;
    ARENA_APPEND(states->graph->arena, states, stack, node);
}

bool is_carried(const struct loop *loop, const struct node *node)
{
    for (int k = 0; node->op == OP_PLACEHOLDER && k < loop->carried_count; k++)
        if (loop->carried[k] == node)
            return true;
    return false;
}

/* A part of a carried value is kept instead of the whole if nothing needs the whole; one at an int only if
 * each round reads it, and has judged the int. */
static bool is_part_of_carried(const struct states *states, const struct node *node)
{
    return node->op == OP_INDEX && (node->input_count == 1 || states->costs[node->id]) &&
           node->rank < node->inputs[0]->rank && !states->loop->is_branch &&
           is_carried(states->loop, node->inputs[0]);
}

static bool is_fixed(const struct node *node, int subscript)
{
    const struct affine *affine = &node->subscripts[subscript];
    for (int a = 0; affine->coefficients && a < node->rank; a++)
        if (affine->coefficients[a])
            return false;
    return true;
}

/* The row in which all stands that the node reads of a carried array, as x[t] in the matrix of x[t, i] *
 * y[j]; the subscripts within it. NULL: none. */
static struct node *row_of(const struct states *states, const struct node *node, struct affine *within)
{
    struct graph *graph = states->graph;
    if (node->op != OP_INDEX || node->input_count > 1 || node->fill || states->loop->is_branch ||
        !is_carried(states->loop, node->inputs[0]))
        return NULL;
    struct node *x = node->inputs[0];
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, x->rank);
    size *shape[MAXIMUM_RANK];
    int rank = 0;
    for (int s = 0; s < x->rank; s++) {
        subscripts[s] = (struct affine){.offset = size_number(graph->sizes, 0)};
        if (is_fixed(node, s)) {
            subscripts[s].offset = node->subscripts[s].offset;
            continue;
        }
        subscripts[s].coefficients = ARENA_ARRAY(graph->arena, size *, x->rank);
        subscripts[s].coefficients[rank] = size_number(graph->sizes, 1);
        within[rank] = node->subscripts[s];
        shape[rank++] = x->shape[s];
    }
    return rank == x->rank ? NULL : graph_index(graph, x, rank, shape, subscripts, NULL, 0, false);
}

/* Makes the rows that may be kept, so that all that is looked up by id has room for them. */
static void make_rows(const struct states *states, size_t oldest)
{
    struct affine within[MAXIMUM_RANK];
    size_t count = states->graph->nodes_count;
    for (size_t id = oldest; id < count; id++)
        row_of(states, states->graph->nodes[id], within);
}

/* A loop itself cannot be kept, but each result of one that runs in the round, also one that the round does
 * not read. */
static bool is_dear(const struct states *states, const struct node *node)
{
    const struct node *run = node->op == OP_RESULT && !states->costs[node->id] ? node->inputs[0] : node;
    return node->op != OP_LOOP && states->costs[run->id] - 1 > cheap_at_most(states);
}

static void find_kept(struct states *states, const struct loop *backward)
{
    struct parts {
        struct node **parts;
        size_t parts_count, parts_capacity;
    } list = {0};
    for (int k = 0; k < backward->carried_count; k++)
        visit(states, backward->next[k]);
    for (int k = 0; k < backward->collected_count; k++)
        visit(states, backward->collected[k]);
    while (states->stack_count) {
        struct node *node = states->stack[--states->stack_count];
        struct affine within[MAXIMUM_RANK];
        if (is_part_of_carried(states, node)) {
            ARENA_APPEND(states->graph->arena, &list, parts, node);
            continue;
        }
        struct node *row = row_of(states, node, within);
        if (row) {
            struct row_read read = {node, row};
            ARENA_APPEND(states->graph->arena, states, rows, read);
            continue;
        }
        bool is_expensive = is_dear(states, node) && !moves_elements(node);
        if (is_expensive || is_carried(states->loop, node)) {
            ARENA_APPEND(states->graph->arena, states, kept, node);
            continue;
        }
        struct node *const *needed;
        size_t count = node_dependencies(states->graph, node, &needed);
        for (size_t i = 0; i < count; i++)
            visit(states, needed[i]);
    }
    for (size_t i = 0; i < states->rows_count; i++) {
        struct node *row = states->rows[i].row;
        if (!states->seen[row->id] && !states->seen[row->inputs[0]->id])
            ARENA_APPEND(states->graph->arena, &list, parts, row);
        states->seen[row->id] = states->is_inside[row->id] = 1;
    }
    for (size_t i = 0; i < list.parts_count; i++)
        if (!states->seen[list.parts[i]->inputs[0]->id])
            ARENA_APPEND(states->graph->arena, states, kept, list.parts[i]);
}

/* The cost of computing a node from kept ones, as far as it stays below TOO_EXPENSIVE. */
static int cost_from_kept(const struct states *states, const unsigned char *is_kept, struct node *node,
                          bool is_itself)
{
    struct node *const *needed;
    int cost = own_cost(node);
    if (!states->is_inside[node->id])
        return 0;
    if (is_kept[node->id] && !is_itself)
        return 0;
    if (is_carried(states->loop, node) || cost > cheap_at_most(states))
        return TOO_EXPENSIVE;
    size_t count = node_dependencies(states->graph, node, &needed);
    for (size_t i = 0; i < count && cost <= cheap_at_most(states); i++)
        cost += cost_from_kept(states, is_kept, needed[i], false);
    return cost;
}

/* A value that takes little to compute from others that are kept anyway is not kept: 1 + tanh x beside tanh
 * x. */
static void drop_cheap(struct states *states)
{
    unsigned char *is_kept = memory_array(states->graph->nodes_count + 1, 1);
    size_t count = 0;
    for (size_t i = 0; i < states->kept_count; i++)
        is_kept[states->kept[i]->id] = 1;
    for (size_t i = 0; i < states->kept_count; i++) {
        struct node *node = states->kept[i];
        is_kept[node->id] = cost_from_kept(states, is_kept, node, true) > cheap_at_most(states);
        if (is_kept[node->id])
            states->kept[count++] = node;
    }
    states->kept_count = count;
    memory_free(is_kept);
}

static int compare_ids(const void *a, const void *b)
{
    int first = (*(struct node *const *)a)->id, second = (*(struct node *const *)b)->id;
    return (first > second) - (first < second);
}

/* ---- The forward loop, collecting ---- */

/* Over the same carried PLACEHOLDERs and variable, so that it is the forward loop itself once simplify has
 * joined them. `ran` asks for a truth value for each round that tells whether it ran. */
static struct node *augmented_loop(struct states *states, bool ran)
{
    struct graph *graph = states->graph;
    struct loop *augmented = ARENA_NEW(graph->arena, struct loop);
    *augmented = *states->loop;
    augmented->region = NULL;
    augmented->checkpoint = false;
    augmented->collected_count = (int)states->kept_count + ran;
    augmented->collected = ARENA_ARRAY(graph->arena, struct node *, states->kept_count + 1);
    for (size_t i = 0; i < states->kept_count; i++)
        augmented->collected[i] = states->kept[i];
    if (ran)
        augmented->collected[states->kept_count] = graph_constant(graph, BOOL, 1);
    return graph_loop(graph, augmented);
}

struct node *collected_value(struct states *states, struct node *augmented, size_t i)
{
    size *round = size_subtract(states->loop->variable, augmented->loop->begin);
    struct node *all = graph_result(states->graph, augmented, augmented->loop->carried_count + (int)i);
    return graph_drop_axis(states->graph, all, 0, round);
}

/* ---- The backward loop over collected values ---- */

/* What a branch begins with, where it runs: what the other side of its `if` has not changed then. */
static struct node *initial_of(struct graph *graph, const struct loop *loop, int number)
{
    struct node *initial = loop->initial[number];
    const struct loop *other = initial->op == OP_RESULT ? initial->loop : NULL;
    bool is_side = other && other->is_branch && other->condition && loop->condition &&
                   initial->result < other->carried_count &&
                   graph_unary(graph, OP_NOT, other->condition) == loop->condition;
    return is_side ? other->initial[initial->result] : initial;
}

/* An `if` runs at most one round, which starts from the initial values: these need not be collected. */
static void drop_initial(struct states *states)
{
    size_t count = 0;
    for (size_t i = 0; i < states->kept_count; i++)
        if (!is_carried(states->loop, states->kept[i]))
            states->kept[count++] = states->kept[i];
    states->kept_count = count;
}

/* What is read of a row that is kept is read of what is collected. */
static void replace_read(const struct states *states, const struct row_read *read, struct node *const *values,
                         struct copier *copier)
{
    struct affine within[MAXIMUM_RANK];
    for (size_t i = 0; i < states->kept_count; i++)
        if (states->kept[i] == row_of(states, read->read, within))
            copier_replace(copier, read->read,
                           graph_index(states->graph, values[i], read->read->rank, read->read->shape, within,
                                       NULL, 0, false));
}

struct loop *over_states(struct states *states, struct node *augmented, const struct loop *backward,
                         size *once)
{
    struct graph *graph = states->graph;
    struct loop *loop = states->loop, *result = ARENA_NEW(graph->arena, struct loop);
    struct node **values = ARENA_ARRAY(graph->arena, struct node *, states->kept_count + 1);
    *result = *backward;
    result->region = NULL;
    for (size_t i = 0; i < states->kept_count; i++)
        values[i] = once ? graph_tie(graph, collected_value(states, augmented, i), once)
                         : collected_value(states, augmented, i);
    struct copier *copier = copier_new(graph, graph);
    for (size_t i = 0; i < states->kept_count; i++)
        copier_replace(copier, states->kept[i], values[i]);
    for (size_t i = 0; i < states->rows_count; i++)
        replace_read(states, &states->rows[i], values, copier);
    if (loop->is_branch)
        for (int k = 0; k < loop->carried_count; k++)
            copier_replace(copier, loop->carried[k], initial_of(graph, loop, k));
    result->next = ARENA_ARRAY(graph->arena, struct node *, backward->carried_count + 1);
    for (int k = 0; k < backward->carried_count; k++)
        result->next[k] = copier_copy(copier, backward->next[k]);
    result->collected = ARENA_ARRAY(graph->arena, struct node *, backward->collected_count + 1);
    for (int k = 0; k < backward->collected_count; k++)
        result->collected[k] = copier_copy(copier, backward->collected[k]);
    if (loop->is_branch && loop->condition)
        result->condition = copier_copy(copier, loop->condition);
    return result;
}

/* ---- Loops that stop early ---- */

size *once_variable(struct graph *graph)
{
    return size_new_loop_variable(graph->sizes, "once", size_number(graph->sizes, 0),
                                  size_number(graph->sizes, 1));
}

struct loop *guarded_loop(struct graph *graph, const struct loop *backward, struct node *ran, size *once)
{
    struct loop *outer = ARENA_NEW(graph->arena, struct loop), *branch = ARENA_NEW(graph->arena, struct loop);
    size *zero = size_number(graph->sizes, 0), *one = size_number(graph->sizes, 1);
    *outer = *branch = *backward;
    branch->begin = zero;
    branch->end = one;
    branch->variable = once;
    branch->is_branch = true;
    branch->reverse = false;
    branch->condition = ran;
    outer->carried = ARENA_ARRAY(graph->arena, struct node *, backward->carried_count + 1);
    outer->next = ARENA_ARRAY(graph->arena, struct node *, backward->carried_count + 1);
    outer->collected = ARENA_ARRAY(graph->arena, struct node *, backward->collected_count + 1);
    for (int k = 0; k < backward->carried_count; k++) {
        const struct node *inner = backward->carried[k];
        outer->carried[k] = graph_placeholder(graph, inner->type, inner->name, inner->rank, inner->shape);
        outer->carried[k]->named_by_user = inner->named_by_user;
    }
    branch->initial = outer->carried;
    struct node *node = graph_loop(graph, branch);
    for (int k = 0; k < backward->carried_count; k++)
        outer->next[k] = graph_result(graph, node, k);
    for (int k = 0; k < backward->collected_count; k++)
        outer->collected[k] =
            graph_drop_axis(graph, graph_result(graph, node, backward->carried_count + k), 0, zero);
    return outer;
}

static struct states states_of(struct graph *graph, const struct node *forward, const struct loop *backward)
{
    struct loop *loop = forward->loop;
    struct states states = {.graph = graph, .loop = loop};
    make_rows(&states, oldest_inside(loop, region_of(graph, loop)));
    states.costs = costs_inside(graph, region_of(graph, loop));
    states.is_inside = memory_array(graph->nodes_count + 1, 1);
    add_copies(&states, region_of(graph, loop), forward, backward);
    states.seen = memory_array(graph->nodes_count + 1, 1);
    find_kept(&states, backward);
    if (states.kept_count)
        qsort(states.kept, states.kept_count, sizeof(struct node *), compare_ids);
    drop_cheap(&states);
    drop_affordable(&states, backward);
    memory_free(states.costs);
    memory_free(states.is_inside);
    memory_free(states.seen);
    if (loop->is_branch)
        drop_initial(&states);
    return states;
}

bool runs_in_segments(const struct loop *loop)
{
    return loop->checkpoint && !loop->is_branch && !loop->reverse;
}

struct node *backward_loop(struct graph *graph, const struct node *forward, struct loop *backward)
{
    struct loop *loop = forward->loop;
    struct states states = states_of(graph, forward, backward);
    if (runs_in_segments(loop))
        return backward_over_segments(&states, backward);
    bool stops_early = loop->condition && !loop->is_branch;
    struct node *augmented = states.kept_count || stops_early ? augmented_loop(&states, stops_early) : NULL;
    size *once = stops_early ? once_variable(graph) : NULL;
    backward = over_states(&states, augmented, backward, once);
    if (stops_early)
        backward =
            guarded_loop(graph, backward, collected_value(&states, augmented, states.kept_count), once);
    return graph_loop(graph, backward);
}
