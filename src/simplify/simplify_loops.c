/* simplify_loops.c: differentiation adds, for each loop, a copy of it that collects more; here they become
 * one loop.
 *
 * Requires: loops that share their carried PLACEHOLDERs differ in what they collect only. Leaves: LOOPs that
 * collect what any of them did, carry and collect what somebody reads, and RESULTs that point to them. */

#include "region.h"
#include "memory.h"
#include "change_in_place.h"
#include "simplify_loops.h"

struct loops {
    struct graph *graph;
    unsigned char *reached;
    struct node **nodes; /* reached LOOPs, by id */
    size_t nodes_count, nodes_capacity;
    struct node **first_result, **next_result; /* the reached RESULTs of each LOOP, by id */
    int *newest; /* by id of a LOOP that others have joined: the greatest id among what it has come to read */
    int *visited, visit; /* by id: the last visit */
    /* By id of a LOOP: those in whose rounds it stands, as they were before any were joined. */
    struct around {
        struct node *loop;
        struct around *next;
    } * *around;
    struct node **joined_to; /* by id of a LOOP that has joined another */
    bool *is_carried;        /* by id of a PLACEHOLDER, by some loop */
};

static void list_results(struct loops *loops)
{
    struct graph *graph = loops->graph;
    loops->first_result = ARENA_ARRAY(graph->arena, struct node *, graph->nodes_count + 1);
    loops->next_result = ARENA_ARRAY(graph->arena, struct node *, graph->nodes_count + 1);
    for (size_t id = graph->nodes_count; id-- > 0;) {
        struct node *node = graph->nodes[id];
        if (loops->reached[id] && node->op == OP_RESULT) {
            loops->next_result[id] = loops->first_result[node->inputs[0]->id];
            loops->first_result[node->inputs[0]->id] = node;
        }
    }
}

static void find_loops(struct loops *loops, struct node *const *roots, size_t root_count)
{
    struct graph *graph = loops->graph;
    loops->reached = memory_array(graph->nodes_count + 1, 1);
    mark_reachable(graph, roots, root_count, true, loops->reached);
    for (size_t id = 0; id < graph->nodes_count; id++) {
        if (!loops->reached[id])
            continue;
        if (graph->nodes[id]->op == OP_LOOP)
            ARENA_APPEND(graph->arena, loops, nodes, graph->nodes[id]);
    }
    list_results(loops);
    memory_free(loops->reached);
}

/* The ends of the body, as graph_loop lists them. */
static void list_inputs(struct graph *graph, struct node *node)
{
    struct loop *loop = node->loop;
    node->input_count = 0;
    node->inputs =
        ARENA_ARRAY(graph->arena, struct node *, 2 * loop->carried_count + loop->collected_count + 1);
    for (int k = 0; k < loop->carried_count; k++)
        node->inputs[node->input_count++] = loop->initial[k];
    for (int k = 0; k < loop->carried_count; k++)
        node->inputs[node->input_count++] = loop->next[k];
    for (int k = 0; k < loop->collected_count; k++)
        node->inputs[node->input_count++] = loop->collected[k];
    if (loop->condition)
        node->inputs[node->input_count++] = loop->condition;
}

/* Arrays of the loop's own, with room for more values: loops may share theirs. */
static void own_arrays(struct arena *arena, struct loop *loop, int more_carried, int more_collected)
{
    int carried_room = loop->carried_count + more_carried + 1;
    struct node **carried = ARENA_ARRAY(arena, struct node *, carried_room);
    struct node **initial = ARENA_ARRAY(arena, struct node *, carried_room);
    struct node **next = ARENA_ARRAY(arena, struct node *, carried_room);
    struct node **collected = ARENA_ARRAY(arena, struct node *, loop->collected_count + more_collected + 1);
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

/* ---- Joining ---- */

/* Whether the values that both carry are the same. */
static bool same_rounds(const struct loop *a, const struct loop *b)
{
    if (a->variable != b->variable || a->begin != b->begin || a->end != b->end ||
        a->condition != b->condition || a->reverse != b->reverse || a->is_branch != b->is_branch)
        return false;
    int shared = a->carried_count < b->carried_count ? a->carried_count : b->carried_count;
    if (shared == 0 && (a->carried_count > 0 || b->carried_count > 0))
        return false;
    for (int k = 0; k < shared; k++)
        if (a->carried[k] != b->carried[k] || a->initial[k] != b->initial[k] || a->next[k] != b->next[k])
            return false;
    return true;
}

int collected_number(const struct loop *loop, const struct node *value)
{
    for (int k = 0; k < loop->collected_count; k++)
        if (loop->collected[k] == value)
            return k;
    return -1;
}

static int carried_number(const struct loop *loop, const struct node *placeholder)
{
    for (int k = 0; k < loop->carried_count; k++)
        if (loop->carried[k] == placeholder)
            return k;
    return -1;
}

/* Appends to the carried and collected values of `into` those of `from` that it lacks. */
static void join_values(struct arena *arena, struct loop *into, const struct loop *from)
{
    own_arrays(arena, into, from->carried_count, from->collected_count);
    for (int k = 0; k < from->carried_count; k++)
        if (carried_number(into, from->carried[k]) < 0) {
            into->carried[into->carried_count] = from->carried[k];
            into->initial[into->carried_count] = from->initial[k];
            into->next[into->carried_count++] = from->next[k];
        }
    for (int k = 0; k < from->collected_count; k++)
        if (collected_number(into, from->collected[k]) < 0)
            into->collected[into->collected_count++] = from->collected[k];
}

static void renumber_results(struct loops *loops, const struct node *node, const struct loop *from,
                             struct loop *into)
{
    for (struct node *result = loops->first_result[node->id]; result;
         result = loops->next_result[result->id]) {
        int k = result->result;
        if (k < from->carried_count)
            result->result = carried_number(into, from->carried[k]);
        else
            result->result =
                into->carried_count + collected_number(into, from->collected[k - from->carried_count]);
        result->loop = into;
    }
}

static void move_results(struct loops *loops, const struct node *from, struct node *to)
{
    struct node *result = loops->first_result[from->id];
    while (result) {
        struct node *next = loops->next_result[result->id];
        result->inputs[0] = to;
        loops->next_result[result->id] = loops->first_result[to->id];
        loops->first_result[to->id] = result;
        result = next;
    }
    loops->first_result[from->id] = NULL;
}

/* Below which id no node depends on the LOOP: inputs stand before their users, but for LOOPs that others have
 * joined. */
static int oldest_user(const struct loops *loops, const struct node *loop)
{
    for (size_t i = 0; i < loops->nodes_count; i++) {
        const struct node *other = loops->nodes[i];
        if (other && other->id < loop->id && loops->newest[other->id] >= loop->id)
            return 0;
    }
    return loop->id;
}

/* Whether the LOOP `node` reads, perhaps by way of others, what the LOOP `other` computes. */
static bool depends_on(struct loops *loops, struct node *node, const struct node *other)
{
    struct stack {
        struct node **nodes;
        size_t nodes_count, nodes_capacity;
    } stack = {0};
    int oldest = oldest_user(loops, other);
    loops->visit++;
    ARENA_APPEND(loops->graph->arena, &stack, nodes, node);
    while (stack.nodes_count) {
        const struct node *user = stack.nodes[--stack.nodes_count];
        for (int i = 0; i < user->input_count; i++) {
            struct node *input = user->inputs[i];
            if (input == other)
                return true;
            if (input->id < oldest || loops->visited[input->id] == loops->visit)
                continue;
            loops->visited[input->id] = loops->visit;
            ARENA_APPEND(loops->graph->arena, &stack, nodes, input);
        }
    }
    return false;
}

/* ---- What a loop reads of the rounds around it ---- */

/* Requires that inputs stand before their users. */
static void find_around(struct loops *loops)
{
    struct arena *arena = loops->graph->arena;
    loops->around = ARENA_ARRAY(arena, struct around *, loops->graph->nodes_count + 1);
    loops->joined_to = ARENA_ARRAY(arena, struct node *, loops->graph->nodes_count + 1);
    loops->is_carried = ARENA_ARRAY(arena, bool, loops->graph->nodes_count + 1);
    for (size_t i = 0; i < loops->nodes_count; i++) {
        for (int k = 0; k < loops->nodes[i]->loop->carried_count; k++)
            loops->is_carried[loops->nodes[i]->loop->carried[k]->id] = true;
        const struct region *region = region_of(loops->graph, loops->nodes[i]->loop);
        for (size_t j = 0; j < region->inside_count; j++)
            if (region->inside[j]->op == OP_LOOP) {
                struct around *around = ARENA_NEW(arena, struct around);
                *around = (struct around){loops->nodes[i], loops->around[region->inside[j]->id]};
                loops->around[region->inside[j]->id] = around;
            }
    }
}

enum { READ = 1, BOUND = 2 };

/* Marks, by id, the PLACEHOLDERs that the LOOP reads, READ, and those that it or a loop that it reads
 * carries, BOUND. */
static void mark_placeholders(struct loops *loops, struct node *node, unsigned char *marks)
{
    struct stack {
        struct node **nodes;
        size_t nodes_count, nodes_capacity;
    } stack = {0};
    loops->visit++;
    ARENA_APPEND(loops->graph->arena, &stack, nodes, node);
    while (stack.nodes_count) {
        const struct node *user = stack.nodes[--stack.nodes_count];
        for (int k = 0; user->op == OP_LOOP && k < user->loop->carried_count; k++)
            marks[user->loop->carried[k]->id] |= BOUND;
        for (int i = 0; i < user->input_count; i++) {
            struct node *input = user->inputs[i];
            if (loops->visited[input->id] == loops->visit)
                continue;
            loops->visited[input->id] = loops->visit;
            marks[input->id] |= input->op == OP_PLACEHOLDER ? READ : 0;
            ARENA_APPEND(loops->graph->arena, &stack, nodes, input);
        }
    }
}

/* Whether two loops are copies of one, as far as can be told while loops in their rounds are still to be
 * joined. */
static bool are_copies(struct loops *loops, struct node *a, struct node *b)
{
    const struct loop *one = a->loop, *other = b->loop;
    if (one->variable != other->variable || one->begin != other->begin || one->end != other->end ||
        one->reverse != other->reverse || one->is_branch != other->is_branch)
        return false;
    for (int k = 0; k < one->carried_count && k < other->carried_count; k++)
        if (one->carried[k] != other->carried[k] || one->initial[k] != other->initial[k])
            return false;
    return !depends_on(loops, a->id < b->id ? b : a, a->id < b->id ? a : b);
}

static bool will_carry(struct loops *loops, struct node *node, const struct node *value)
{
    if (carried_number(node->loop, value) >= 0)
        return true;
    for (size_t i = 0; i < loops->nodes_count; i++)
        if (loops->nodes[i] && loops->nodes[i] != node && carried_number(loops->nodes[i]->loop, value) >= 0 &&
            are_copies(loops, node, loops->nodes[i]))
            return true;
    return false;
}

/* Whether, wherever the LOOP stands, some loop around it carries the value. */
static bool is_carried_around(struct loops *loops, const struct node *node, const struct node *value)
{
    const struct around *around = loops->around[node->id];
    bool is_carried = around != NULL;
    for (; around && is_carried; around = around->next) {
        struct node *loop = around->loop;
        while (loops->joined_to[loop->id])
            loop = loops->joined_to[loop->id];
        is_carried = will_carry(loops, loop, value) || is_carried_around(loops, loop, value);
    }
    return is_carried;
}

/* Whether what either reads of rounds around it is there where the other one stands. Copies of a loop that
 * stand in the rounds of loops which are not joined, and carry different values, may not become one. */
static bool stand_in_same_rounds(struct loops *loops, struct node *first, struct node *second)
{
    size_t count = loops->graph->nodes_count;
    struct node *const both[2] = {first, second};
    unsigned char *marks[2];
    bool same = true;
    if (!loops->around[first->id] && !loops->around[second->id])
        return true;
    for (int i = 0; i < 2; i++) {
        marks[i] = memory_array(count + 1, 1);
        mark_placeholders(loops, both[i], marks[i]);
    }
    for (size_t id = 0; id < count && same; id++)
        if (((marks[0][id] | marks[1][id]) & BOUND) == 0 && marks[0][id] != marks[1][id])
            same = !loops->is_carried[id] ||
                   is_carried_around(loops, both[marks[0][id] == READ], loops->graph->nodes[id]);
    for (int i = 0; i < 2; i++)
        memory_free(marks[i]);
    return same;
}

/* Lets `first` carry and collect what `second` does, unless that is computed from what `first` does: so may
 * be the adjoint of an adjoint of a loop that carries nothing. */
static bool join(struct loops *loops, struct node *first, struct node *second)
{
    struct loop *into = first->loop, *from = second->loop;
    if (!same_rounds(into, from) || depends_on(loops, second, first) ||
        !stand_in_same_rounds(loops, first, second))
        return false;
    struct loop *joined = ARENA_NEW(loops->graph->arena, struct loop);
    *joined = *into;
    join_values(loops->graph->arena, joined, from);
    renumber_results(loops, first, into, joined);
    renumber_results(loops, second, from, joined);
    move_results(loops, second, first);
    first->loop = joined;
    loops->joined_to[second->id] = first;
    struct around **last = &loops->around[first->id];
    while (*last)
        last = &(*last)->next;
    *last = loops->around[second->id];
    list_inputs(loops->graph, first);
    for (int i = 0; i < first->input_count; i++)
        if (first->inputs[i]->id > loops->newest[first->id])
            loops->newest[first->id] = first->inputs[i]->id;
    return true;
}

/* Those that others may join, in buckets by what loops that can be joined share: the first of the values that
 * they carry, or else their variable. */
struct buckets {
    struct bucket {
        size_t *places; /* among the nodes, in order */
        size_t places_count, places_capacity;
    } * buckets;
    size_t count;
};

static struct bucket *bucket_of(const struct buckets *buckets, const struct loop *loop)
{
    size_t number =
        loop->carried_count ? (size_t)loop->carried[0]->id : (size_t)size_atom_number(loop->variable);
    return &buckets->buckets[number % buckets->count];
}

/* Whether any were joined. */
static bool join_loops(struct loops *loops)
{
    struct arena *arena = loops->graph->arena;
    size_t count = 0, before = loops->nodes_count;
    struct buckets buckets = {ARENA_ARRAY(arena, struct bucket, before + 1), before + 1};
    loops->newest = ARENA_ARRAY(arena, int, loops->graph->nodes_count + 1);
    loops->visited = ARENA_ARRAY(arena, int, loops->graph->nodes_count + 1);
    find_around(loops);
    for (size_t i = 0; i < before; i++) {
        bool joined = false;
        struct bucket *bucket = bucket_of(&buckets, loops->nodes[i]->loop);
        for (size_t k = 0; k < bucket->places_count && !joined; k++)
            joined = join(loops, loops->nodes[bucket->places[k]], loops->nodes[i]);
        struct node *node = loops->nodes[i];
        loops->nodes[i] = NULL; /* it is among the first now, or no more */
        if (joined)
            continue;
        ARENA_APPEND(arena, bucket, places, count);
        loops->nodes[count++] = node;
    }
    loops->nodes_count = count;
    for (size_t i = 0; i < count; i++)
        loops->nodes[i]->loop->region = NULL;
    return count < before;
}

/* ---- Dropping ---- */

/* What is needed, by id: whatever has to be computed anyway, and, marked with the number of a visit, what one
 * loop needs. */
struct needs {
    unsigned char *always;
    int *marks, visit;
};

static bool is_needed(const struct needs *needs, const struct node *node)
{
    return needs->always[node->id] || needs->marks[node->id] == needs->visit;
}

static void need(struct needs *needs, const struct node *node)
{
    needs->marks[node->id] = needs->visit;
}

/* Marks what the needed ends of the body read, inside it, and with it the carried values that are needed. */
static void spread_need(struct graph *graph, const struct loop *loop, const struct region *region,
                        bool *needed, struct needs *needs)
{
    bool changed = true;
    while (changed) {
        changed = false;
        for (int k = 0; k < loop->carried_count; k++)
            if (needed[k])
                need(needs, loop->next[k]);
        for (int k = 0; k < loop->collected_count; k++)
            if (needed[loop->carried_count + k])
                need(needs, loop->collected[k]);
        if (loop->condition)
            need(needs, loop->condition);
        for (size_t i = region->inside_count; i-- > 0;) {
            struct node *const *inputs;
            size_t count = node_dependencies(graph, region->inside[i], &inputs);
            for (size_t j = 0; is_needed(needs, region->inside[i]) && j < count; j++)
                need(needs, inputs[j]);
        }
        for (int k = 0; k < loop->carried_count; k++)
            if (!needed[k] && is_needed(needs, loop->carried[k]))
                changed = needed[k] = true;
    }
}

/* Values that are collected twice are read from where they are collected first. */
static void join_collected(const struct loops *loops, const struct node *node)
{
    const struct loop *loop = node->loop;
    for (int k = 0; k < loop->collected_count; k++) {
        int first = collected_number(loop, loop->collected[k]);
        struct node *result = first < k ? loops->first_result[node->id] : NULL;
        for (; result; result = loops->next_result[result->id])
            if (result->result == loop->carried_count + k)
                result->result = loop->carried_count + first;
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
    for (struct node *result = loops->first_result[node->id]; result; result = loops->next_result[result->id])
        result->result = place[result->result];
    loop->carried_count = carried;
    loop->collected_count = collected;
    loop->region = NULL;
    list_inputs(loops->graph, node);
}

/* Whether any was dropped. */
static bool drop_from(struct loops *loops, struct node *node, struct needs *needs)
{
    struct loop *loop = node->loop;
    int total = loop->carried_count + loop->collected_count;
    bool *needed = ARENA_ARRAY(loops->graph->arena, bool, total + 1), all = true;
    join_collected(loops, node);
    for (struct node *result = loops->first_result[node->id]; result; result = loops->next_result[result->id])
        needed[result->result] = true;
    needs->visit++;
    spread_need(loops->graph, loop, region_of(loops->graph, loop), needed, needs);
    for (int k = 0; k < total; k++)
        all = all && needed[k];
    if (!all) {
        own_arrays(loops->graph->arena, loop, 0, 0);
        drop_unneeded(loops, node, needed);
    }
    return !all;
}

/* From each, in one walk. Whether any was dropped. */
static bool drop_from_all(struct loops *loops, struct node *const *judged, size_t judged_count)
{
    struct graph *graph = loops->graph;
    struct needs needs = {.always = memory_array(graph->nodes_count + 1, 1),
                          .marks = memory_array(graph->nodes_count + 1, sizeof *needs.marks)};
    bool dropped = false;
    mark_reachable(graph, judged, judged_count, false, needs.always);
    for (size_t i = loops->nodes_count; i-- > 0;)
        dropped = drop_from(loops, loops->nodes[i], &needs) || dropped;
    memory_free(needs.always);
    memory_free(needs.marks);
    return dropped;
}

void simplify_loops(struct graph *graph, struct node *const *roots, size_t root_count, size_t judged_count)
{
    struct loops loops = {.graph = graph};
    find_loops(&loops, roots, root_count);
    if (join_loops(&loops)) {
        sort_nodes(graph, roots, root_count);
        loops = (struct loops){.graph = graph}; /* ids have changed */
        find_loops(&loops, roots, root_count);
    }
    /* What one loop collected no more, others inside it need not give. */
    while (drop_from_all(&loops, roots + (root_count - judged_count), judged_count)) {
        /* What a loop reads from outside may have become less: that of the loops around it too. */
        for (size_t i = 0; i < loops.nodes_count; i++)
            loops.nodes[i]->loop->region = NULL;
        loops = (struct loops){.graph = graph};
        find_loops(&loops, roots, root_count);
    }
}
