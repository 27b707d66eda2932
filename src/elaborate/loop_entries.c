/* loop_entries.c: a loop that replaces one entry of an array in each round collects the entries.
 *
 *     for k in 0..n { c[k] = f(c[k]) }     is     for k in 0..n { e[k] = f(c[k]) }; c = e
 *
 * Requires: a LOOP's description, as elaboration leaves it. A carried array qualifies if each round reads and
 * replaces of it only the entry of the round, at variable + number along one axis, and the rounds fill that
 * axis: then no round sees what another one has written, and the array need not be carried. So the adjoint of
 * round k touches entry k only, too. Leaves: the loop with fewer carried and more collected values. */
#include <stdlib.h>

#include "copy.h"
#include "loop_entries.h"
#include "region.h"

struct entries {
    struct graph *graph;
    struct loop *loop;
    const struct region *region;
    struct copier *copier;
    int axis; /* of the array: the one along which entry k stands at the variable */
    size *at;
    struct node **entry; /* for the array and what REPLACE makes of it, by id: their entry of this round */
};

static bool has_no_terms(const struct affine *affine, int rank)
{
    for (int a = 0; affine->coefficients && a < rank; a++)
        if (affine->coefficients[a] && !size_is(affine->coefficients[a], 0))
            return false;
    return !affine->dynamic;
}

/* Whether the subscripts, over an index space of some rank, stay in the entry of the round. */
static bool is_own_entry(const struct entries *entries, const struct affine *subscripts, int rank)
{
    return subscripts[entries->axis].offset == entries->at && has_no_terms(&subscripts[entries->axis], rank);
}

/* The axis along which the REPLACE writes entry variable + number, for all numbers that the rounds fill;
 * false if there is none. */
static bool find_axis(struct entries *entries, const struct node *replace)
{
    struct sizes *sizes = entries->graph->sizes;
    const struct loop *loop = entries->loop;
    for (int a = 0; a < replace->rank; a++) {
        size *shift = size_subtract(replace->subscripts[a].offset, loop->variable);
        if (size_depends_on(shift, loop->variable) || size_add(loop->begin, shift) != size_number(sizes, 0) ||
            size_subtract(loop->end, loop->begin) != replace->shape[a])
            continue;
        entries->axis = a;
        entries->at = replace->subscripts[a].offset;
        return true;
    }
    return false;
}

static bool reads_entry(const struct entries *entries, const struct node *node)
{
    const struct node *space = node->op == OP_REPLACE ? node->inputs[1] : node;
    return (node->op == OP_INDEX || node->op == OP_REPLACE) &&
           is_own_entry(entries, node->subscripts, space->rank);
}

/* Whether `node` is the array in some state of this round. */
static bool is_state(const struct node *node, const struct node *carried)
{
    while (node->op == OP_REPLACE)
        node = node->inputs[0];
    return node == carried;
}

/* Whether all that reads the array in a round reads or replaces its own entry, the first state being
 * `carried`. */
static bool touches_own_entries(const struct entries *entries, int number)
{
    const struct loop *loop = entries->loop;
    const struct node *carried = loop->carried[number];
    for (size_t i = 0; i < entries->region->inside_count; i++) {
        const struct node *node = entries->region->inside[i];
        struct node *const *needed;
        size_t count = node_dependencies(entries->graph, node, &needed);
        for (size_t j = 0; j < count; j++)
            if (is_state(needed[j], carried) && (j > 0 || !reads_entry(entries, node)))
                return false;
    }
    for (int k = 0; k < loop->carried_count; k++)
        if (k != number && is_state(loop->next[k], carried))
            return false;
    for (int k = 0; k < loop->collected_count; k++)
        if (is_state(loop->collected[k], carried))
            return false;
    return true;
}

static bool qualifies(struct entries *entries, int number)
{
    const struct loop *loop = entries->loop;
    const struct node *carried = loop->carried[number], *first = loop->next[number];
    if (first->op != OP_REPLACE || !is_state(first, carried))
        return false;
    while (first->inputs[0] != carried)
        first = first->inputs[0];
    return carried->type == REAL && carried->rank < MAXIMUM_RANK && find_axis(entries, first) &&
           touches_own_entries(entries, number);
}

/* The subscripts of an array without those of the entries' axis. */
static struct affine *inside_entry(const struct entries *entries, const struct affine *subscripts, int rank)
{
    struct affine *rest = ARENA_ARRAY(entries->graph->arena, struct affine, rank + 1);
    for (int a = 0, count = 0; a < rank; a++)
        if (a != entries->axis)
            rest[count++] = subscripts[a];
    return rest;
}

/* The entry over copies of all that has been read from entries before. */
static void replace_reading(struct entries *entries, struct node *node)
{
    struct graph *graph = entries->graph;
    struct node *array = node->inputs[0], *entry = entries->entry[array->id], *dynamics[MAXIMUM_RANK + 1];
    struct affine *subscripts = inside_entry(entries, node->subscripts, array->rank);
    int data = node->op == OP_REPLACE ? 2 : 1, dynamic_count = node->input_count - data;
    for (int d = 0; d < dynamic_count; d++)
        dynamics[d] = copier_copy(entries->copier, node->inputs[data + d]);
    graph->origin = node->origin;
    if (node->op == OP_INDEX) {
        copier_replace(entries->copier, node,
                       graph_index(graph, entry, node->rank, node->shape, subscripts, dynamics, dynamic_count,
                                   node->fill));
        return;
    }
    struct node *part = copier_copy(entries->copier, node->inputs[1]);
    entries->entry[node->id] = graph_replace(graph, entry, part, subscripts, dynamics, dynamic_count);
}

/* The last entry of the round, with all that reads one put into the copier. */
static struct node *entry_of_round(struct entries *entries, int number)
{
    struct loop *loop = entries->loop;
    const struct node *carried = loop->carried[number];
    size_t count = entries->graph->nodes_count;
    entries->entry = ARENA_ARRAY(entries->graph->arena, struct node *, count + 1);
    entries->entry[carried->id] =
        graph_drop_axis(entries->graph, loop->initial[number], entries->axis, entries->at);
    for (size_t i = 0; i < entries->region->inside_count; i++) {
        struct node *node = entries->region->inside[i];
        if ((node->op == OP_INDEX || node->op == OP_REPLACE) && is_state(node->inputs[0], carried))
            replace_reading(entries, node);
    }
    return entries->entry[loop->next[number]->id];
}

/* Appends `entry` to what is collected, in the place of what was carried as `number`. */
static void collect_instead(struct entries *entries, int number, struct node *entry)
{
    struct arena *arena = entries->graph->arena;
    struct loop *loop = entries->loop;
    struct node **collected = ARENA_ARRAY(arena, struct node *, loop->collected_count + 2);
    int kept = 0;
    for (int k = 0; k < loop->carried_count; k++)
        if (k != number) {
            loop->carried[kept] = loop->carried[k];
            loop->initial[kept] = loop->initial[k];
            loop->next[kept++] = copier_copy(entries->copier, loop->next[k]);
        }
    for (int k = 0; k < loop->collected_count; k++)
        collected[k] = copier_copy(entries->copier, loop->collected[k]);
    collected[loop->collected_count++] = entry;
    loop->collected = collected;
    loop->carried_count = kept;
    loop->region = NULL;
}

/* The checks of int values are made where the loop computes these now. */
static void move_checks(struct function *function, struct copier *copier)
{
    for (size_t i = 0; i < function->checks_count; i++) {
        struct node *k = function->checks[i].k;
        size_t j = 0;
        while (j < copier->followed_count && copier->followed[j].node != k)
            j++;
        function->checks[i].k =
            j < copier->followed_count ? copier->followed[j].copy : copier_copy(copier, k);
    }
}

void collect_entries(struct function *function, struct loop *loop, struct entry_result *results)
{
    struct graph *graph = function->graph;
    int total = loop->carried_count;
    for (int k = 0; k < total; k++)
        results[k] = (struct entry_result){k, -1};
    if (loop->condition || loop->is_branch)
        return;
    for (int k = 0, number = 0; k < total; k++) {
        struct entries entries = {graph, loop, region_of(graph, loop), copier_new(graph, graph), 0,
                                  NULL,  NULL};
        if (!qualifies(&entries, number)) {
            results[k].number = number++;
            continue;
        }
        struct span origin = graph->origin;
        for (size_t i = 0; i < function->checks_count; i++)
            copier_follow(entries.copier, function->checks[i].k);
        struct node *entry = entry_of_round(&entries, number);
        results[k] = (struct entry_result){loop->collected_count, entries.axis};
        collect_instead(&entries, number, entry);
        move_checks(function, entries.copier);
        graph->origin = origin;
    }
}

struct node *entry_result(struct graph *graph, struct node *loop, struct entry_result result)
{
    if (result.axis < 0)
        return graph_result(graph, loop, result.number);
    struct node *all = graph_result(graph, loop, loop->loop->carried_count + result.number);
    int order[MAXIMUM_RANK];
    for (int a = 0; a < all->rank; a++)
        order[a] = a < result.axis ? a + 1 : a == result.axis ? 0 : a;
    return result.axis ? graph_transpose(graph, all, order) : all;
}
