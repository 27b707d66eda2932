/* adjoint_again.c: which values of the forward rounds the backward rounds compute again though that is not
 * cheap.
 *
 * Beside matrix products, which take most of the time, a transcendental function for each element goes
 * unnoticed, and so do products that are small among them: softmax(q k') of an attention takes little beside
 * the products that made q and k. So values are computed again, those first that cost least for each element,
 * as long as all of it is a small part of what the rounds' products take. Maxima and sums on the way there
 * are few and are kept instead.
 *
 * Requires: in states->kept what is kept otherwise. */
#include <math.h>
#include <stdlib.h>

#include "cost.h"
#include "adjoint_states.h"

#include "memory.h"

enum { MOST_NODES = 64 };

struct choice {
    struct states *states;
    unsigned char *is_kept,
        *is_again;             /* by id: there in the backward rounds, kept or computed there anyway */
    unsigned char *is_dropped; /* by id: no longer to be kept */
    double budget;             /* operations: additions, or multiplications with addition */
};

/* What it takes to compute one kept value again. */
struct plan {
    double operations;
    struct node *again[MOST_NODES];
    struct node *instead[MOST_NODES]; /* kept for it */
    size_t again_count, instead_count;
    double instead_elements;
};

struct candidate {
    struct node *node;
    double operations_per_element;
};

/* ---- What is there ---- */

/* Marks what the backward rounds keep or compute. A CUSTOM needs its arguments in name only: they will
 * vanish. */
static void find_there(struct choice *choice, const struct loop *backward)
{
    struct states *states = choice->states;
    struct graph *graph = states->graph;
    unsigned char *is_in_list = memory_array(graph->nodes_count + 1, 1);
    for (size_t i = 0; i < states->kept_count; i++)
        is_in_list[states->kept[i]->id] = 1;
    for (size_t i = 0; i < states->rows_count; i++) /* read of the row, not of the array */
        if (is_in_list[states->rows[i].row->id])
            choice->is_kept[states->rows[i].row->id] = choice->is_again[states->rows[i].read->id] = 1;
    states->stack_count = 0;
    for (int k = 0; k < backward->carried_count; k++)
        ARENA_APPEND(graph->arena, states, stack, backward->next[k]);
    for (int k = 0; k < backward->collected_count; k++)
        ARENA_APPEND(graph->arena, states, stack, backward->collected[k]);
    while (states->stack_count) {
        struct node *node = states->stack[--states->stack_count];
        struct node *const *needed;
        size_t count = node_dependencies(graph, node, &needed);
        if (choice->is_kept[node->id] || choice->is_again[node->id])
            continue;
        *(is_in_list[node->id] ? &choice->is_kept[node->id] : &choice->is_again[node->id]) = 1;
        if (choice->is_kept[node->id])
            continue;
        for (size_t i = 0; i < (node->op == OP_CUSTOM ? 1 : count); i++)
            ARENA_APPEND(graph->arena, states, stack, needed[i]);
    }
    memory_free(is_in_list);
}

/* ---- What things cost ---- */

static double elements(const struct node *node)
{
    return elements_about(node, -1);
}

/* Over how many products each element of a CONTRACT sums. */
static double summed(const struct node *contract)
{
    double count = 1;
    const struct node *a = contract->inputs[0];
    for (int i = 0; i < a->rank; i++)
        if (contract->a_axes[i] >= contract->rank)
            count *= about(a->shape[i], UNKNOWN_WIDTH);
    return count;
}

static bool is_fold(const struct node *node)
{
    return node->op == OP_SUM || node->op == OP_MAXIMUM || node->op == OP_MINIMUM;
}

/* INFINITY: not to be computed again. */
static double operations(const struct node *node)
{
    if (node->op == OP_CONTRACT)
        return elements(node) * summed(node);
    if (is_fold(node))
        return elements(node->inputs[0]);
    int cost = own_cost(node);
    return cost >= TOO_EXPENSIVE ? INFINITY : elements(node) * cost;
}

static double operations_of_products(const struct graph *graph, struct loop *loop)
{
    const struct region *region = region_of(graph, loop);
    double count = 0;
    for (size_t i = 0; i < region->inside_count; i++)
        if (region->inside[i]->op == OP_CONTRACT)
            count += elements(region->inside[i]) * summed(region->inside[i]);
    return count;
}

/* ---- Plans ---- */

static bool is_planned(const struct plan *plan, const struct node *node)
{
    for (size_t i = 0; i < plan->again_count; i++)
        if (plan->again[i] == node)
            return true;
    for (size_t i = 0; i < plan->instead_count; i++)
        if (plan->instead[i] == node)
            return true;
    return false;
}

/* Adds what it takes to compute `node` in a backward round; false: too much. */
static bool plan_node(const struct choice *choice, struct node *node, const struct node *value,
                      struct plan *plan)
{
    const struct states *states = choice->states;
    struct node *const *needed;
    bool is_there = node != value && (choice->is_kept[node->id] || choice->is_again[node->id]);
    if (is_there || is_planned(plan, node))
        return true;
    if (is_carried(states->loop, node) || plan->again_count == MOST_NODES ||
        plan->instead_count == MOST_NODES)
        return false;
    if (!states->is_inside[node->id])
        return true;
    if (node != value && is_fold(node) && elements(node) * FEWER_INSTEAD <= elements(value)) {
        plan->instead[plan->instead_count++] = node;
        plan->instead_elements += elements(node);
        return true;
    }
    plan->operations += operations(node);
    plan->again[plan->again_count++] = node;
    if (plan->operations > choice->budget || plan->operations > CHEAP_BESIDE_PRODUCT * elements(value))
        return false;
    size_t count = node_dependencies(states->graph, node, &needed);
    for (size_t i = 0; i < (node->op == OP_CUSTOM ? 1 : count); i++)
        if (!plan_node(choice, needed[i], value, plan))
            return false;
    return true;
}

static bool find_plan(const struct choice *choice, struct node *value, struct plan *plan)
{
    *plan = (struct plan){0};
    return value->type == REAL && !is_carried(choice->states->loop, value) &&
           plan_node(choice, value, value, plan) && plan->instead_elements < elements(value);
}

static void follow(struct choice *choice, struct node *value, const struct plan *plan)
{
    struct states *states = choice->states;
    choice->budget -= plan->operations;
    choice->is_kept[value->id] = 0;
    for (size_t i = 0; i < plan->again_count; i++) {
        choice->is_again[plan->again[i]->id] = 1;
        choice->is_dropped[plan->again[i]->id] = 1;
    }
    for (size_t i = 0; i < plan->instead_count; i++) {
        choice->is_kept[plan->instead[i]->id] = 1;
        ARENA_APPEND(states->graph->arena, states, kept, plan->instead[i]);
    }
}

/* ---- The choice ---- */

static int compare_costs(const void *a, const void *b)
{
    const struct candidate *first = a, *second = b;
    if (first->operations_per_element != second->operations_per_element)
        return first->operations_per_element < second->operations_per_element ? -1 : 1;
    return (first->node->id > second->node->id) - (first->node->id < second->node->id);
}

static size_t find_candidates(const struct choice *choice, struct candidate *candidates)
{
    struct plan plan;
    size_t count = 0;
    for (size_t i = 0; i < choice->states->kept_count; i++) {
        struct node *node = choice->states->kept[i];
        if (choice->is_kept[node->id] && find_plan(choice, node, &plan))
            candidates[count++] = (struct candidate){node, plan.operations / elements(node)};
    }
    qsort(candidates, count, sizeof *candidates, compare_costs);
    return count;
}

static void drop(const struct choice *choice)
{
    struct states *states = choice->states;
    size_t count = 0;
    for (size_t i = 0; i < states->kept_count; i++)
        if (!choice->is_dropped[states->kept[i]->id])
            states->kept[count++] = states->kept[i];
    states->kept_count = count;
}

void drop_affordable(struct states *states, const struct loop *backward)
{
    struct graph *graph = states->graph;
    struct plan plan;
    struct choice choice = {.states = states,
                            .budget = operations_of_products(graph, states->loop) / AGAIN_OF_PRODUCTS};
    if (choice.budget == 0 || states->kept_count == 0)
        return;
    struct candidate *candidates = memory_array(states->kept_count, sizeof *candidates);
    choice.is_kept = memory_array(graph->nodes_count + 1, 1);
    choice.is_again = memory_array(graph->nodes_count + 1, 1);
    choice.is_dropped = memory_array(graph->nodes_count + 1, 1);
    find_there(&choice, backward);
    size_t count = find_candidates(&choice, candidates);
    for (size_t i = 0; i < count; i++)
        if (find_plan(&choice, candidates[i].node, &plan))
            follow(&choice, candidates[i].node, &plan);
    drop(&choice);
    memory_free(candidates);
    memory_free(choice.is_kept);
    memory_free(choice.is_again);
    memory_free(choice.is_dropped);
}
