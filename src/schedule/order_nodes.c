/* order_nodes.c: the order in which the nodes of a body are scheduled.
 *
 * Requires materialise. Any order in which inputs come before their users is right. Loops over one extent
 * that can follow each other should, so that they can become one: after a node, a ready node whose outermost
 * loop has the same extent comes next, else the one that stands first in the graph.
 *
 * A matrix product that nothing here reads, a gradient or an update, shares no loop; it comes as soon as it
 * can, so that its operands need not be kept longer. What depends on nothing in a round, which a backward
 * round computes again, comes as late as it can. The update of an array waits for all that reads the old one.
 * The sides of an `if` follow each other (branches.c). */
#include <stdlib.h>

#include "nests.h"

/* Ready nodes, least id first. */
struct heap {
    struct node **nodes;
    size_t nodes_count, nodes_capacity;
};

struct queue {
    const size *extent;
    struct heap heap;
};

struct edge {
    struct node *user;
    int next; /* edge of the same input; -1: none */
};

/* A node at its new place; of several, those come first that did before. */
struct sunk {
    struct node *node;
    size_t place, turn;
};

struct ordering {
    struct program *program;
    /* For all bodies at once: each node and each edge belongs to one. */
    int *waits; /* for how many inputs each node waits */
    int *first_edge;
    struct edge *edges;
    size_t edges_count, edges_capacity;
    bool *is_placed;
    bool *is_next;   /* the value that a loop carries into its next round */
    bool *is_update; /* of an array, and must wait for all that may fail */
    int *seen_by;    /* the update that waits for the node, by its id, from 1 */
    bool *is_outer;  /* in the rounds of a loop, computed from values from outside alone */
    size_t *place;   /* in the order, then of the node that it is sunk to */
    /* Of the body that is being ordered. */
    struct heap ready;
    struct heap last; /* ready, and products that nothing reads */
    struct queue *queues;
    size_t queues_count, queues_capacity;
    struct node **stack; /* ready, and of no consequence for loops */
    size_t stack_count, stack_capacity;
    const struct node *last_loop;
    struct node *other_side; /* ready, of the `if` that the last loop is a side of; NULL: not */
    struct node **order;
    size_t order_count, order_capacity;
};

static void heap_push(struct arena *arena, struct heap *heap, struct node *node)
{
    ARENA_APPEND(arena, heap, nodes, node);
    size_t i = heap->nodes_count - 1;
    while (i > 0 && heap->nodes[(i - 1) / 2]->id > node->id) {
        heap->nodes[i] = heap->nodes[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap->nodes[i] = node;
}

static struct node *heap_pop(struct heap *heap)
{
    if (heap->nodes_count == 0)
        return NULL;
    struct node *least = heap->nodes[0], *last = heap->nodes[--heap->nodes_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < heap->nodes_count && heap->nodes[child + 1]->id < heap->nodes[child]->id)
            child++;
        if (child >= heap->nodes_count || heap->nodes[child]->id >= last->id)
            break;
        heap->nodes[i] = heap->nodes[child];
        i = child;
    }
    if (heap->nodes_count > 0)
        heap->nodes[i] = last;
    return least;
}

static const size *first_extent(const struct node *node)
{
    for (int a = 0; a < node->rank; a++)
        if (!size_is(node->shape[a], 1))
            return node->shape[a];
    return NULL;
}

/* That of the first loop around the call. */
static const size *first_extent_around(const struct node *node, const struct product *product)
{
    size *extents[MAXIMUM_AXES];
    contraction_extents(node, extents);
    for (int i = 0; i < node->rank + node->reduced; i++)
        if (!(product->called >> i & 1) && !size_is(extents[i], 1))
            return extents[i];
    return NULL;
}

/* The extent of the loop that will stand outermost around a node that has a buffer; NULL: no loop, or none to
 * share. */
static const size *outer_extent(const struct program *program, const struct node *node)
{
    if (!program->is_material[node->id])
        return NULL;
    switch (node->op) {
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL: return first_extent(node->inputs[0]);
    case OP_CONTRACT:
        return program->products[node->id]
                   ? first_extent_around(node, program->products[node->id])
                   : first_extent(node->inputs[node->inputs[1]->rank > node->inputs[0]->rank]);
    case OP_SCATTER: return NULL;
    default: return first_extent(node);
    }
}

static struct heap *queue_of(struct ordering *ordering, const size *extent)
{
    for (size_t i = ordering->queues_count; i-- > 0;)
        if (ordering->queues[i].extent == extent)
            return &ordering->queues[i].heap;
    struct queue queue = {.extent = extent};
    ARENA_APPEND(ordering->program->scratch, ordering, queues, queue);
    return &ordering->queues[ordering->queues_count - 1].heap;
}

static int loops_around(const struct program *program, const struct node *x)
{
    int count = 0;
    for (x = program->owner[x->id]; x; x = program->owner[x->id])
        count++;
    return count;
}

/* In the innermost body around both, the node that stands for each: itself, or the loop in whose rounds it
 * is. The same node for both if one is a loop around the other. */
static void meet(const struct program *program, struct node **a, struct node **b)
{
    int a_depth = loops_around(program, *a), b_depth = loops_around(program, *b);
    for (; a_depth > b_depth; a_depth--)
        *a = program->owner[(*a)->id];
    for (; b_depth > a_depth; b_depth--)
        *b = program->owner[(*b)->id];
    while (program->owner[(*a)->id] != program->owner[(*b)->id]) {
        *a = program->owner[(*a)->id];
        *b = program->owner[(*b)->id];
    }
}

/* The user waits for the input: in the body where they meet, the one loop for the other if they are in
 * different ones. */
static void add_edge(struct ordering *ordering, struct node *input, struct node *user)
{
    meet(ordering->program, &input, &user);
    if (input == user || !ordering->program->is_live[input->id] ||
        (ordering->program->buffers[input->id] && ordering->program->buffers[input->id]->is_earlier))
        return;
    struct edge edge = {user, ordering->first_edge[input->id] - 1};
    ARENA_APPEND(ordering->program->scratch, ordering, edges, edge);
    ordering->first_edge[input->id] = (int)ordering->edges_count;
    ordering->waits[user->id]++;
}

/* What is read or written at a subscript comes after the check of the ints that it was made of. */
static void await_checks(struct ordering *ordering, struct node *node)
{
    const struct program *program = ordering->program;
    for (int i = first_subscript(node); i < node->input_count; i++) {
        struct node *const *awaited = program->awaited[node->inputs[i]->id];
        for (; awaited && *awaited; awaited++) {
            struct node *judged = *awaited, *user = node;
            meet(program, &judged, &user);
            if (program->subscripts_deep[judged->id] < program->subscripts_deep[user->id])
                add_edge(ordering, judged, user);
        }
    }
}

static void add_edges(struct ordering *ordering, struct node *node)
{
    struct program *program = ordering->program;
    struct node *const *packed_for = program->packed_for;
    await_checks(ordering, node);
    if (node->op == OP_LOOP) {
        const struct loop *loop = node->loop;
        for (int i = 0; i < loop->carried_count; i++)
            if (program->is_live[loop->carried[i]->id]) {
                add_edge(ordering, loop->initial[i], node);
                add_edge(ordering, loop->next[i], node);
            }
        for (int i = 0; i < loop->collected_count; i++)
            add_edge(ordering, loop->collected[i], node);
        if (loop->condition)
            add_edge(ordering, loop->condition, node);
        return;
    }
    for (int i = 0; i < node->input_count; i++) {
        add_edge(ordering, node->inputs[i], node);
        /* Windows are not packed before the other operand is there. */
        if (node->op == OP_CONTRACT && packed_for[node->inputs[i]->id] == node->inputs[!i] &&
            !packed_for[node->inputs[!i]->id])
            add_edge(ordering, node->inputs[!i], node->inputs[i]);
    }
}

/* ---- What nothing reads ---- */

static bool is_product(const struct program *program, const struct node *node)
{
    bool has_products = node->op == OP_CONTRACT && program->products[node->id];
    for (int i = 0; i < node->input_count && operator_is_elementwise(node->op); i++)
        has_products =
            has_products || (program->is_part[node->inputs[i]->id] && node->inputs[i]->op != OP_SCATTER);
    return has_products;
}

static void find_next(struct ordering *ordering)
{
    struct program *program = ordering->program;
    for (size_t i = 0; i < program->node_count; i++) {
        const struct node *node = program->function->graph->nodes[i];
        for (int k = 0; program->is_live[i] && node->op == OP_LOOP && k < node->loop->carried_count; k++)
            ordering->is_next[node->loop->next[k]->id] = true;
    }
}

static bool is_last(const struct ordering *ordering, const struct node *node)
{
    const struct program *program = ordering->program;
    return ordering->first_edge[node->id] == 0 && !ordering->is_next[node->id] &&
           program->is_material[node->id] && is_product(program, node);
}

/* After a failure no array is updated, so updates wait where one may come. */
static bool may_fail(const struct program *program)
{
    bool found = false;
    for (size_t i = 0; i < program->checks_count; i++)
        found = found || !is_leaf(program->checks[i]->k);
    for (size_t i = 0; i < program->node_count; i++) {
        enum op op = program->function->graph->nodes[i]->op;
        found = found || (program->is_live[i] &&
                          (op == OP_CHOLESKY || op == OP_SOLVE_TRIANGULAR || op == OP_LU_SOLVE ||
                           op == OP_LOGABSDET || op == OP_DET || op == OP_ROUTINE));
    }
    return found;
}

/* The update of a leaf waits for whatever computes with it, or with views and expressions of it. As nothing
 * reads the update, no circle comes of it. */
static void await_readers(struct ordering *ordering, const struct node *leaf, struct node *update)
{
    for (int e = ordering->first_edge[leaf->id] - 1; e >= 0; e = ordering->edges[e].next) {
        struct node *user = ordering->edges[e].user;
        if (user == update || ordering->seen_by[user->id] == update->id + 1)
            continue;
        ordering->seen_by[user->id] = update->id + 1;
        if (ordering->program->is_material[user->id] || user->op == OP_LOOP)
            add_edge(ordering, user, update);
        else
            await_readers(ordering, user, update);
    }
}

static void add_updates(struct ordering *ordering)
{
    struct program *program = ordering->program;
    bool waits = may_fail(program);
    for (size_t i = 0; i < program->roots_count; i++) {
        const struct root *root = &program->roots[i];
        if (!root->member || root->member->role != ROLE_INOUT || !is_last(ordering, root->node))
            continue;
        if (waits)
            ordering->is_update[root->node->id] = true;
        else
            await_readers(ordering, root->member->leaf, root->node);
    }
}

/* ---- The order ---- */

static void place_node(struct ordering *ordering, struct node *node);

static void make_ready(struct ordering *ordering, struct node *node)
{
    struct arena *arena = ordering->program->scratch;
    const size *extent = outer_extent(ordering->program, node);
    if (node->op == OP_RESULT && node->inputs[0]->loop->is_branch) {
        place_node(ordering, node);
        return;
    }
    if (node->op == OP_LOOP && ordering->last_loop &&
        are_opposite_sides(ordering->last_loop->loop, node->loop))
        ordering->other_side = node;
    bool is_inlined = !ordering->program->is_material[node->id] && node->op != OP_LOOP;
    if (is_inlined || (node->rank == 0 && operator_is_elementwise(node->op))) {
        ARENA_APPEND(arena, ordering, stack, node);
        return;
    }
    if (is_last(ordering, node) && !ordering->is_update[node->id]) {
        heap_push(arena, &ordering->last, node);
        return;
    }
    heap_push(arena, &ordering->ready, node);
    if (extent)
        heap_push(arena, queue_of(ordering, extent), node);
}

static void place_node(struct ordering *ordering, struct node *node)
{
    ordering->is_placed[node->id] = true;
    if (node->op == OP_LOOP)
        ordering->last_loop = node;
    ARENA_APPEND(ordering->program->scratch, ordering, order, node);
    for (int e = ordering->first_edge[node->id] - 1; e >= 0; e = ordering->edges[e].next)
        if (--ordering->waits[ordering->edges[e].user->id] == 0)
            make_ready(ordering, ordering->edges[e].user);
}

static struct node *next_of(struct ordering *ordering, const size *extent)
{
    struct node *node = ordering->other_side;
    ordering->other_side = NULL;
    if (extent && !node)
        do
            node = heap_pop(queue_of(ordering, extent));
        while (node && ordering->is_placed[node->id]);
    if (!node)
        node = heap_pop(&ordering->last);
    while (!node) {
        node = heap_pop(&ordering->ready);
        if (!node)
            return NULL;
        if (ordering->is_placed[node->id])
            node = NULL;
    }
    return node;
}

struct ordering *ordering_new(struct program *program)
{
    struct arena *arena = program->scratch;
    struct ordering *ordering = ARENA_NEW(arena, struct ordering);
    ordering->program = program;
    ordering->waits = ARENA_ARRAY(arena, int, program->node_count + 1);
    ordering->first_edge = ARENA_ARRAY(arena, int, program->node_count + 1);
    ordering->is_placed = ARENA_ARRAY(arena, bool, program->node_count + 1);
    ordering->is_next = ARENA_ARRAY(arena, bool, program->node_count + 1);
    ordering->seen_by = ARENA_ARRAY(arena, int, program->node_count + 1);
    ordering->is_update = ARENA_ARRAY(arena, bool, program->node_count + 1);
    ordering->is_outer = ARENA_ARRAY(arena, bool, program->node_count + 1);
    ordering->place = ARENA_ARRAY(arena, size_t, program->node_count + 1);
    for (size_t i = 0; i < program->node_count; i++)
        if (program->is_live[i] && !(program->buffers[i] && program->buffers[i]->is_earlier))
            add_edges(ordering, program->function->graph->nodes[i]);
    find_next(ordering);
    add_updates(ordering);
    return ordering;
}

/* ---- What is computed again ---- */

/* Backward computes again whatever it can of what forward has kept. */
static bool saves_elements(const struct ordering *ordering)
{
    return ordering->program->function->graph->saving & SAVING_ELEMENTS;
}

/* Whether the node needs no other of the body but such nodes: what a backward round computes again. */
static bool is_outer(const struct ordering *ordering, const struct node *node)
{
    const struct program *program = ordering->program;
    if (node->input_count > 0 && !operator_is_elementwise(node->op) && node->op != OP_INDEX &&
        node->op != OP_RESHAPE && node->op != OP_CONTRACT &&
        !(node->op == OP_SCATTER && saves_elements(ordering)))
        return false;
    for (int i = 0; i < node->input_count; i++) {
        const struct node *input = node->inputs[i];
        bool is_kept = saves_elements(ordering) && program->buffers[input->id] &&
                       program->buffers[input->id]->is_earlier;
        if (program->owner[input->id] == program->owner[node->id] && !ordering->is_outer[input->id] &&
            !is_kept)
            return false;
    }
    return node->op != OP_PLACEHOLDER;
}

static int compare_places(const void *a, const void *b)
{
    const struct sunk *first = a, *second = b;
    if (first->place != second->place)
        return first->place < second->place ? -1 : 1;
    return (first->turn > second->turn) - (first->turn < second->turn);
}

/* What depends on nothing in the round, or outside of loops on inputs alone, has been ready from the start.
 * It comes to stand just before what reads it first, so that it need not be kept meanwhile and can share its
 * loops; outside of loops where one stands between them, or memory is to be saved. */
static void sink(struct ordering *ordering)
{
    size_t count = ordering->order_count, *loops = ARENA_ARRAY(ordering->program->scratch, size_t, count + 1);
    struct sunk *sunk = ARENA_ARRAY(ordering->program->arena, struct sunk, count + 1);
    const struct node *last_loop = NULL;
    for (size_t i = 0; i < count; i++) {
        struct node *node = ordering->order[i];
        bool is_loop = node->op == OP_LOOP;
        bool is_other_side = is_loop && last_loop && are_opposite_sides(last_loop->loop, node->loop);
        ordering->is_outer[node->id] = is_outer(ordering, node);
        ordering->place[node->id] = is_other_side ? ordering->place[last_loop->id] : i;
        loops[i + 1] = loops[i] + is_loop;
        last_loop = is_loop ? node : last_loop;
    }
    for (size_t i = count; i-- > 0;) {
        struct node *node = ordering->order[i];
        size_t least = count;
        for (int e = ordering->first_edge[node->id] - 1; e >= 0; e = ordering->edges[e].next) {
            size_t place = ordering->place[ordering->edges[e].user->id];
            least = place < least ? place : least;
        }
        bool is_inside = ordering->program->owner[node->id] != NULL;
        bool sinks = ordering->is_outer[node->id] && least < count &&
                     (is_inside || saves_elements(ordering) || loops[least] > loops[i]);
        if (sinks)
            ordering->place[node->id] = least;
        sunk[i] = (struct sunk){node, sinks ? least : i, i};
    }
    qsort(sunk, count, sizeof *sunk, compare_places);
    for (size_t i = 0; i < count; i++)
        ordering->order[i] = sunk[i].node;
}

size_t order_body(struct ordering *ordering, struct node *const *nodes, size_t count, struct node ***order)
{
    const size *extent = NULL;
    ordering->ready = ordering->last = (struct heap){0};
    ordering->queues_count = ordering->queues_capacity = 0;
    ordering->order_count = ordering->order_capacity = 0;
    ordering->last_loop = ordering->other_side = NULL;
    for (size_t i = count; i-- > 0;)
        if (ordering->waits[nodes[i]->id] == 0)
            make_ready(ordering, nodes[i]);
    for (;;) {
        while (ordering->stack_count > 0 && !ordering->other_side)
            place_node(ordering, ordering->stack[--ordering->stack_count]);
        struct node *node = next_of(ordering, extent);
        if (!node)
            break;
        extent = outer_extent(ordering->program, node);
        place_node(ordering, node);
    }
    sink(ordering);
    *order = ordering->order;
    return ordering->order_count;
}
