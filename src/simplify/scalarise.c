/* scalarise.c: short tensors of fixed size become their elements, so that a program over points in space or
 * a few parameters is straight-line arithmetic on local variables: what is 0 by its place vanishes, equal
 * elements are computed once, and a loop carries scalars.
 *
 * Requires: a simplified function. Leaves: the function's graph with new nodes, in which each short tensor is
 * the sum of its scattered elements wherever something still reads it whole. Members' values and checks are
 * updated. */

#include "passes.h"
#include "memory.h"
#include "region.h"
#include "scalarise.h"

enum { MOST_ELEMENTS = 20000 }; /* of one function: longer programs stay as they are */

/* ---- Wholes ---- */

/* zeros of the node's shape with the value at one place */
static struct node *placed(struct graph *graph, struct node *value, const struct node *node, size_t flat)
{
    struct affine subscripts[MAXIMUM_RANK];
    int64_t at[MAXIMUM_RANK];
    place_of_element(node, flat, at);
    for (int a = 0; a < node->rank; a++)
        subscripts[a] = (struct affine){size_number(graph->sizes, at[a]), NULL, 0};
    return graph_scatter(graph, value, node->rank, node->shape, subscripts, NULL, 0);
}

/* The tensor of these elements. */
static struct node *assemble(struct graph *graph, const struct node *node, struct node *const *elements)
{
    size_t count = element_count(node);
    bool all_equal = true;
    for (size_t k = 1; k < count; k++)
        all_equal = all_equal && elements[k] == elements[0];
    if (all_equal)
        return graph_broadcast(graph, elements[0], node->rank, node->shape);
    struct node *sum = NULL;
    for (size_t k = 0; k < count; k++) {
        double value;
        if (graph_is_constant(elements[k], &value) && value == 0)
            continue;
        struct node *part = placed(graph, elements[k], node, k);
        sum = sum ? graph_binary(graph, OP_ADD, sum, part) : part;
    }
    /* 0 and -0 are not the same node. */
    return sum ? sum : graph_broadcast(graph, elements[0], node->rank, node->shape);
}

static struct node *rebuild(struct scalariser *scalariser, struct node *node)
{
    struct node **inputs = ARENA_ARRAY(scalariser->graph->arena, struct node *, node->input_count + 1);
    bool changed = false;
    for (int i = 0; i < node->input_count; i++) {
        inputs[i] = scalariser_whole(scalariser, node->inputs[i]);
        changed = changed || inputs[i] != node->inputs[i];
    }
    return changed ? graph_rebuild(scalariser->graph, node, inputs) : node;
}

/* A view of what is stored anyway, or of another such view, needs no copy. */
static bool is_view_of_stored(const struct scalariser *scalariser, const struct node *node)
{
    while ((node->op == OP_INDEX || node->op == OP_RESHAPE) && scalariser->elements[node->inputs[0]->id])
        node = node->inputs[0];
    return node->op == OP_INDEX || node->op == OP_RESHAPE || node->op == OP_IOTA;
}

struct node *scalariser_whole(struct scalariser *scalariser, struct node *node)
{
    struct node **whole = &scalariser->whole[node->id];
    if (*whole)
        return *whole;
    scalariser->graph->origin = node->origin;
    *whole = is_view_of_stored(scalariser, node)
                 ? rebuild(scalariser, node)
                 : assemble(scalariser->graph, node, scalariser->elements[node->id]);
    if (node->name && !(*whole)->name && (*whole)->op != OP_CONSTANT) {
        (*whole)->name = node->name;
        (*whole)->named_by_user = node->named_by_user;
    }
    return *whole;
}

/* ---- Elements ---- */

/* Room for the elements; the scalariser learns of them when they are complete. */
static struct node **new_elements(struct scalariser *scalariser, const struct node *node)
{
    size_t count = element_count(node);
    scalariser->made += node->rank > 0 ? count : 0;
    return ARENA_ARRAY(scalariser->graph->arena, struct node *, count + 1);
}

/* Element 2 of p is p_2. */
static void name_element(struct scalariser *scalariser, const struct node *node, size_t flat,
                         struct node *element)
{
    if (!node->name || element->name || element->op == OP_CONSTANT || element->op == OP_SIZE_VALUE)
        return;
    element->name =
        node->rank ? arena_print(scalariser->graph->lasting, "%s_%zu", node->name, flat) : node->name;
    element->named_by_user = node->named_by_user;
}

static void split_into(struct scalariser *scalariser, struct node *node, struct node **elements)
{
    for (size_t k = 0; k < element_count(node); k++)
        name_element(scalariser, node, k, elements[k]);
    scalariser->elements[node->id] = elements;
}

static void split(struct scalariser *scalariser, struct node *node)
{
    struct node **elements = new_elements(scalariser, node);
    split_elements(scalariser, node, SIZE_MAX, elements);
    if (node->rank > 0) {
        split_into(scalariser, node, elements);
    } else {
        name_element(scalariser, node, 0, elements[0]);
        scalariser->whole[node->id] = elements[0];
    }
}

static bool all_constant(struct node *const *elements, size_t count)
{
    bool constant = true;
    double value;
    for (size_t k = 0; k < count; k++)
        constant = constant && graph_is_constant(elements[k], &value);
    return constant;
}

/* Most elements of an adjoint of few outputs are 0: only the others are computed. */
static bool split_if_sparse(struct scalariser *scalariser, struct node *node)
{
    size_t count = element_count(node);
    if (scalariser->tried >= MOST_ELEMENTS || !may_be_sparse(scalariser, node))
        return false;
    scalariser->tried += count;
    struct node **elements = ARENA_ARRAY(scalariser->graph->arena, struct node *, count + 1);
    bool is_worth = node->op == OP_CONTRACT && small_count(node) && has_few_products(scalariser, node);
    if (!split_elements(scalariser, node, is_worth ? count : most_others(count), elements))
        return false;
    scalariser->made += count;
    if (all_constant(elements, count)) /* stored in a loop where it is read whole */
        scalariser->whole[node->id] = rebuild(scalariser, node);
    split_into(scalariser, node, elements);
    return true;
}

static void split_placeholder(struct scalariser *scalariser, struct node *node)
{
    struct node **elements = new_elements(scalariser, node);
    for (size_t k = 0; k < element_count(node); k++) {
        elements[k] = graph_placeholder(scalariser->graph, node->type, NULL, 0, NULL);
        name_element(scalariser, node, k, elements[k]);
    }
    scalariser->elements[node->id] = elements;
}

/* ---- Loops ---- */

/* Appends what stands for a value that a loop carries. */
static void list_carried(struct scalariser *scalariser, struct node *value, bool is_split, struct node **list,
                         int *count)
{
    int64_t at[MAXIMUM_RANK];
    size_t elements = is_split ? element_count(value) : 1;
    for (size_t k = 0; k < elements; k++) {
        if (is_split)
            place_of_element(value, k, at);
        list[(*count)++] = is_split ? element_at(scalariser, value, at) : scalariser_whole(scalariser, value);
    }
}

static struct loop *new_loop(struct scalariser *scalariser, const struct loop *loop, int *places)
{
    struct arena *arena = scalariser->graph->arena;
    struct loop *copy = ARENA_NEW(arena, struct loop);
    size_t room = 1;
    int carried = 0, initial = 0, next = 0;
    for (int k = 0; k < loop->carried_count; k++)
        room += scalariser->elements[loop->carried[k]->id] ? element_count(loop->carried[k]) : 1;
    *copy = *loop;
    copy->region = NULL;
    copy->carried = ARENA_ARRAY(arena, struct node *, room);
    copy->initial = ARENA_ARRAY(arena, struct node *, room);
    copy->next = ARENA_ARRAY(arena, struct node *, room);
    copy->collected = ARENA_ARRAY(arena, struct node *, loop->collected_count + 1);
    for (int k = 0; k < loop->carried_count; k++) {
        bool is_split = scalariser->elements[loop->carried[k]->id] != NULL;
        places[k] = carried;
        list_carried(scalariser, loop->carried[k], is_split, copy->carried, &carried);
        list_carried(scalariser, loop->initial[k], is_split, copy->initial, &initial);
        list_carried(scalariser, loop->next[k], is_split, copy->next, &next);
    }
    copy->carried_count = carried;
    for (int k = 0; k < loop->collected_count; k++) {
        places[loop->carried_count + k] = carried + k;
        copy->collected[k] = scalariser_whole(scalariser, loop->collected[k]);
    }
    copy->condition = loop->condition ? scalariser_whole(scalariser, loop->condition) : NULL;
    return copy;
}

static bool same_loop(const struct loop *a, const struct loop *b)
{
    bool same = a->carried_count == b->carried_count && a->condition == b->condition;
    for (int k = 0; same && k < a->carried_count; k++)
        same = a->carried[k] == b->carried[k] && a->initial[k] == b->initial[k] && a->next[k] == b->next[k];
    for (int k = 0; same && k < a->collected_count; k++)
        same = a->collected[k] == b->collected[k];
    return same;
}

static struct node *scalarise_loop(struct scalariser *scalariser, struct node *node)
{
    struct loop *loop = node->loop;
    int *places = ARENA_ARRAY(scalariser->graph->arena, int, loop->carried_count + loop->collected_count + 1);
    struct loop *copy = new_loop(scalariser, loop, places);
    if (same_loop(loop, copy))
        return node;
    scalariser->places[node->id] = places;
    return graph_loop(scalariser->graph, copy);
}

/* A carried value, element by element if it is carried so; or a collected one. */
static void scalarise_result(struct scalariser *scalariser, struct node *node)
{
    struct graph *graph = scalariser->graph;
    struct node *old = node->inputs[0], *loop = scalariser_whole(scalariser, old);
    const int *places = scalariser->places[old->id];
    int place = places ? places[node->result] : node->result;
    bool is_carried = node->result < old->loop->carried_count;
    if (!is_carried || !scalariser->elements[old->loop->carried[node->result]->id]) {
        scalariser->whole[node->id] = loop == old ? node : graph_result(graph, loop, place);
        return;
    }
    struct node **elements = new_elements(scalariser, node);
    for (size_t k = 0; k < element_count(node); k++) {
        elements[k] = graph_result(graph, loop, place + (int)k);
        name_element(scalariser, node, k, elements[k]);
    }
    scalariser->elements[node->id] = elements;
}

/* ---- The whole ---- */

static void scalarise_node(struct scalariser *scalariser, struct node *node)
{
    struct node **whole = &scalariser->whole[node->id];
    bool may_split = scalariser->made < MOST_ELEMENTS;
    scalariser->known[node->id] = known_depth(scalariser, node);
    scalariser->graph->origin = node->origin;
    if (node->op == OP_LOOP) {
        *whole = scalarise_loop(scalariser, node);
    } else if (node->op == OP_RESULT) {
        scalarise_result(scalariser, node);
    } else if (scalariser->is_carried[node->id] && node->rank > 0 && short_count(node) && may_split) {
        split_placeholder(scalariser, node);
    } else if (node->input_count == 0 && node->op != OP_IOTA) {
        *whole = node;
    } else if (may_split && can_be_split(scalariser, node)) {
        split(scalariser, node);
    } else if (!may_split || !split_if_sparse(scalariser, node)) {
        *whole = rebuild(scalariser, node);
    }
    scalariser->is_plain[node->id] = is_plain(scalariser, node);
}

/* Marks what the function needs, and of it what loops carry. */
static unsigned char *find_needed(struct scalariser *scalariser, const struct function *function)
{
    struct graph *graph = function->graph;
    struct node **roots =
        ARENA_ARRAY(graph->arena, struct node *, function->members_count + function->checks_count + 1);
    size_t root_count = 0;
    unsigned char *needed = memory_array(graph->nodes_count + 1, 1);
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].value)
            roots[root_count++] = function->members[i].value;
    for (size_t i = 0; i < function->checks_count; i++)
        roots[root_count++] = function->checks[i].k;
    mark_reachable(graph, roots, root_count, true, needed);
    for (size_t id = 0; id < graph->nodes_count; id++)
        if (needed[id] && graph->nodes[id]->op == OP_LOOP)
            for (int k = 0; k < graph->nodes[id]->loop->carried_count; k++)
                scalariser->is_carried[graph->nodes[id]->loop->carried[k]->id] = true;
    return needed;
}

void scalarise(struct function *function, int level)
{
    struct graph *graph = function->graph;
    if (level < 2)
        return;
    struct scalariser scalariser = {.graph = graph, .count = graph->nodes_count};
    struct span origin = graph->origin;
    scalariser.whole = ARENA_ARRAY(graph->arena, struct node *, scalariser.count + 1);
    scalariser.elements = ARENA_ARRAY(graph->arena, struct node **, scalariser.count + 1);
    scalariser.places = ARENA_ARRAY(graph->arena, int *, scalariser.count + 1);
    scalariser.is_plain = ARENA_ARRAY(graph->arena, bool, scalariser.count + 1);
    scalariser.known = ARENA_ARRAY(graph->arena, unsigned char, scalariser.count + 1);
    scalariser.is_carried = ARENA_ARRAY(graph->arena, bool, scalariser.count + 1);
    unsigned char *needed = find_needed(&scalariser, function);
    for (size_t id = 0; id < scalariser.count; id++)
        if (needed[id] || scalariser.is_carried[id])
            scalarise_node(&scalariser, graph->nodes[id]);
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].value)
            function->members[i].value = scalariser_whole(&scalariser, function->members[i].value);
    for (size_t i = 0; i < function->checks_count; i++)
        function->checks[i].k = scalariser_whole(&scalariser, function->checks[i].k);
    graph->origin = origin;
    memory_free(needed);
    simplify_for_loops(function);
}
