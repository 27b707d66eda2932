/* simplify_loops.c: differentiation adds, for each loop, a copy of it that collects more; here they become one loop.
 *
 * Requires: loops that share their carried PLACEHOLDERs differ in what they collect only. Leaves: LOOPs that collect
 * what any of them did, carry and collect what somebody reads, and RESULTs that point to them. */
#include <stdlib.h>

#include "region.h"
#include "simplify_loops.h"

struct loops {
    struct graph *graph;
    unsigned char *reached;
    struct node **nodes; /* reached LOOPs, by id */
    size_t nodes_count, nodes_capacity;
    struct node **results; /* reached RESULTs */
    size_t results_count, results_capacity;
};

static void find_loops(struct loops *loops, struct node *const *roots, size_t root_count)
{
    struct graph *graph = loops->graph;
    loops->reached = calloc(graph->nodes_count + 1, 1);
    if (!loops->reached)
        abort();
    mark_reachable(graph, roots, root_count, true, loops->reached);
    for (size_t id = 0; id < graph->nodes_count; id++) {
        if (!loops->reached[id])
            continue;
        if (graph->nodes[id]->operator== OP_LOOP)
            ARENA_APPEND(graph->arena, loops, nodes, graph->nodes[id]);
        if (graph->nodes[id]->operator== OP_RESULT)
            ARENA_APPEND(graph->arena, loops, results, graph->nodes[id]);
    }
    free(loops->reached);
}

/* The ends of the body, as graph_loop lists them. */
static void list_inputs(struct graph *graph, struct node *node)
{
    struct loop *loop = node->loop;
    node->input_count = 0;
    node->inputs = ARENA_ARRAY(graph->arena, struct node *, 2 * loop->carried_count + loop->collected_count + 1);
    for (int k = 0; k < loop->carried_count; k++)
        node->inputs[node->input_count++] = loop->initial[k];
    for (int k = 0; k < loop->carried_count; k++)
        node->inputs[node->input_count++] = loop->next[k];
    for (int k = 0; k < loop->collected_count; k++)
        node->inputs[node->input_count++] = loop->collected[k];
    if (loop->condition)
        node->inputs[node->input_count++] = loop->condition;
}

/* ---- Joining ---- */

static bool same_rounds(const struct loop *a, const struct loop *b)
{
    if (a->variable != b->variable || a->begin != b->begin || a->end != b->end || a->condition != b->condition ||
        a->reverse != b->reverse || a->is_branch != b->is_branch || a->carried_count != b->carried_count)
        return false;
    for (int k = 0; k < a->carried_count; k++)
        if (a->carried[k] != b->carried[k] || a->initial[k] != b->initial[k] || a->next[k] != b->next[k])
            return false;
    return true;
}

static int collected_number(const struct loop *loop, const struct node *value)
{
    for (int k = 0; k < loop->collected_count; k++)
        if (loop->collected[k] == value)
            return k;
    return -1;
}

/* Lets `first` collect what `second` does; its body stays before it in the graph. */
static bool join(struct loops *loops, struct node *first, const struct node *second)
{
    struct loop *into = first->loop, *from = second->loop;
    if (!same_rounds(into, from))
        return false;
    for (int k = 0; k < from->collected_count; k++)
        if (from->collected[k]->id > first->id)
            return false;
    struct node **collected =
        ARENA_ARRAY(loops->graph->arena, struct node *, into->collected_count + from->collected_count + 1);
    for (int k = 0; k < into->collected_count; k++)
        collected[k] = into->collected[k];
    into->collected = collected;
    for (int k = 0; k < from->collected_count; k++)
        if (collected_number(into, from->collected[k]) < 0)
            collected[into->collected_count++] = from->collected[k];
    for (size_t i = 0; i < loops->results_count; i++) {
        struct node *result = loops->results[i];
        if (result->inputs[0] != second)
            continue;
        if (result->result >= from->carried_count)
            result->result = into->carried_count +
                             collected_number(into, from->collected[result->result - from->carried_count]);
        result->inputs[0] = first;
        result->loop = into;
    }
    list_inputs(loops->graph, first);
    return true;
}

static void join_loops(struct loops *loops)
{
    size_t count = 0;
    for (size_t i = 0; i < loops->nodes_count; i++) {
        bool joined = false;
        for (size_t j = 0; j < count && !joined; j++)
            joined = join(loops, loops->nodes[j], loops->nodes[i]);
        if (!joined)
            loops->nodes[count++] = loops->nodes[i];
    }
    loops->nodes_count = count;
    for (size_t i = 0; i < count; i++)
        loops->nodes[i]->loop->region = NULL;
}

/* ---- Dropping ---- */

/* Marks what the needed ends of the body read, inside it, and with it the carried values that are needed. */
static void spread_need(struct graph *graph, const struct loop *loop, const struct region *region, bool *needed,
                        unsigned char *marks)
{
    bool changed = true;
    while (changed) {
        changed = false;
        for (int k = 0; k < loop->carried_count; k++)
            if (needed[k])
                marks[loop->next[k]->id] = 1;
        for (int k = 0; k < loop->collected_count; k++)
            if (needed[loop->carried_count + k])
                marks[loop->collected[k]->id] = 1;
        if (loop->condition)
            marks[loop->condition->id] = 1;
        for (size_t i = region->inside_count; i-- > 0;) {
            struct node *const *inputs;
            size_t count = node_dependencies(graph, region->inside[i], &inputs);
            for (size_t j = 0; marks[region->inside[i]->id] && j < count; j++)
                marks[inputs[j]->id] = 1;
        }
        for (int k = 0; k < loop->carried_count; k++)
            if (marks[loop->carried[k]->id] && !needed[k])
                changed = needed[k] = true;
    }
}

/* Values that are collected twice are read from where they are collected first. */
static void join_collected(const struct loops *loops, const struct node *node)
{
    const struct loop *loop = node->loop;
    for (int k = 0; k < loop->collected_count; k++) {
        int first = collected_number(loop, loop->collected[k]);
        for (size_t i = 0; first < k && i < loops->results_count; i++)
            if (loops->results[i]->inputs[0] == node && loops->results[i]->result == loop->carried_count + k)
                loops->results[i]->result = loop->carried_count + first;
    }
}

static void drop_unneeded(struct loops *loops, struct node *node, const bool *needed)
{
    struct loop *loop = node->loop;
    int total = loop->carried_count + loop->collected_count, carried = 0, collected = 0;
    int *place = ARENA_ARRAY(loops->graph->arena, int, total + 1);
    for (int k = 0; k < loop->carried_count; k++)
        if (needed[k]) {
            loop->carried[carried] = loop->carried[k];
            loop->initial[carried] = loop->initial[k];
            loop->next[carried] = loop->next[k];
            place[k] = carried++;
        }
    for (int k = 0; k < loop->collected_count; k++)
        if (needed[loop->carried_count + k]) {
            loop->collected[collected] = loop->collected[k];
            place[loop->carried_count + k] = carried + collected++;
        }
    for (size_t i = 0; i < loops->results_count; i++)
        if (loops->results[i]->inputs[0] == node)
            loops->results[i]->result = place[loops->results[i]->result];
    loop->carried_count = carried;
    loop->collected_count = collected;
    loop->region = NULL;
    list_inputs(loops->graph, node);
}

/* Loops of a guarded body share their arrays of carried values with the loop around it. */
static void own_arrays(struct arena *arena, struct loop *loop)
{
    struct node **carried = ARENA_ARRAY(arena, struct node *, loop->carried_count + 1);
    struct node **initial = ARENA_ARRAY(arena, struct node *, loop->carried_count + 1);
    struct node **next = ARENA_ARRAY(arena, struct node *, loop->carried_count + 1);
    struct node **collected = ARENA_ARRAY(arena, struct node *, loop->collected_count + 1);
    for (int k = 0; k < loop->carried_count; k++) {
        carried[k] = loop->carried[k];
        initial[k] = loop->initial[k];
        next[k] = loop->next[k];
    }
    for (int k = 0; k < loop->collected_count; k++)
        collected[k] = loop->collected[k];
    loop->carried = carried;
    loop->initial = initial;
    loop->next = next;
    loop->collected = collected;
}

static void drop_from(struct loops *loops, struct node *node)
{
    struct loop *loop = node->loop;
    int total = loop->carried_count + loop->collected_count;
    bool *needed = ARENA_ARRAY(loops->graph->arena, bool, total + 1), all = true;
    join_collected(loops, node);
    for (size_t i = 0; i < loops->results_count; i++)
        if (loops->results[i]->inputs[0] == node)
            needed[loops->results[i]->result] = true;
    unsigned char *marks = calloc(loops->graph->nodes_count + 1, 1);
    if (!marks)
        abort();
    spread_need(loops->graph, loop, region_of(loops->graph, loop), needed, marks);
    free(marks);
    for (int k = 0; k < total; k++)
        all = all && needed[k];
    if (!all) {
        own_arrays(loops->graph->arena, loop);
        drop_unneeded(loops, node, needed);
    }
}

void simplify_loops(struct graph *graph, struct node *const *roots, size_t root_count)
{
    struct loops loops = {.graph = graph};
    find_loops(&loops, roots, root_count);
    join_loops(&loops);
    for (size_t i = loops.nodes_count; i-- > 0;)
        drop_from(&loops, loops.nodes[i]);
    /* What a loop reads from outside may have become less: that of the loops around it too. */
    for (size_t i = 0; i < loops.nodes_count; i++)
        loops.nodes[i]->loop->region = NULL;
}
