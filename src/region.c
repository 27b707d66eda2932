/* region.c: the body of a loop, found by walking back from its ends.
 *
 * Requires: loops whose members are complete; ids in topological order. Leaves the graph as it is. */
#include <stdlib.h>

#include "region.h"

size_t node_dependencies(const struct graph *graph, const struct node *node,
                         struct node *const **dependencies)
{
    if (node->op != OP_LOOP) {
        *dependencies = node->inputs;
        return (size_t)node->input_count;
    }
    const struct region *region = region_of(graph, node->loop);
    *dependencies = region->dependencies;
    return region->dependencies_count;
}

static bool size_mentions(const size *a, const size *atom)
{
    return a && size_has_loop_variable(a) && size_depends_on(a, atom);
}

static int subscript_count(const struct node *node)
{
    switch (node->op) {
    case OP_IOTA: return 1;
    case OP_INDEX: return node->inputs[0]->rank;
    case OP_SCATTER:
    case OP_REPLACE: return node->rank;
    default: return 0;
    }
}

bool node_mentions(const struct graph *graph, const struct node *node, const size *atom)
{
    if (node->op == OP_SIZE_VALUE || node->op == OP_RESHAPE)
        return size_mentions(node->extent, atom);
    if (node->op == OP_LOOP) {
        if (size_mentions(node->loop->begin, atom) || size_mentions(node->loop->end, atom))
            return true;
        if (node->loop->variable == atom) /* its own, though another loop may have it too */
            return false;
        const struct region *region = region_of(graph, node->loop);
        for (size_t i = 0; i < region->inside_count; i++)
            if (node_mentions(graph, region->inside[i], atom))
                return true;
        return false;
    }
    const struct node *space = node->op == OP_REPLACE ? node->inputs[1] : node;
    if (node->op == OP_SCATTER)
        space = node->inputs[0];
    int count = subscript_count(node);
    for (int s = 0; s < count; s++) {
        const struct affine *affine = &node->subscripts[s];
        if (size_mentions(affine->offset, atom))
            return true;
        for (int a = 0; a < space->rank; a++)
            if (affine->coefficients && size_mentions(affine->coefficients[a], atom))
                return true;
    }
    return false;
}

/* A stack of nodes still to visit, outside the arena because it is short-lived. */
struct worklist {
    struct node **nodes;
    size_t count, capacity;
};

static void push(struct worklist *list, struct node *node)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 64;
        struct node **larger = realloc(list->nodes, list->capacity * sizeof *larger);
        if (!larger)
            abort();
        list->nodes = larger;
    }
    list->nodes[list->count++] = node;
}

void mark_reachable(const struct graph *graph, struct node *const *roots, size_t root_count, bool with_bodies,
                    unsigned char *marks)
{
    struct worklist list = {0};
    for (size_t i = 0; i < root_count; i++)
        if (roots[i] && !marks[roots[i]->id]) {
            marks[roots[i]->id] = 1;
            push(&list, roots[i]);
        }
    while (list.count) {
        struct node *node = list.nodes[--list.count];
        struct node *const *dependencies = node->inputs; /* a LOOP's are the ends of its body */
        size_t count = (size_t)node->input_count;
        if (!with_bodies)
            count = node_dependencies(graph, node, &dependencies);
        for (size_t i = 0; i < count; i++)
            if (!marks[dependencies[i]->id]) {
                marks[dependencies[i]->id] = 1;
                push(&list, dependencies[i]);
            }
    }
    free(list.nodes);
}

enum { REACHED = 1, INSIDE = 2, CARRIED = 4, CAPTURED = 8 };

/* Marks as CAPTURED every outside node that an inside node, or an end of the body, reads directly. */
static void mark_captures(const struct graph *graph, const struct region *region, struct node *const *ends,
                          size_t end_count, unsigned char *marks)
{
    for (size_t i = 0; i < end_count; i++)
        if (!(marks[ends[i]->id] & (INSIDE | CARRIED)))
            marks[ends[i]->id] |= CAPTURED;
    for (size_t i = 0; i < region->inside_count; i++) {
        struct node *const *dependencies;
        size_t count = node_dependencies(graph, region->inside[i], &dependencies);
        for (size_t j = 0; j < count; j++)
            if (!(marks[dependencies[j]->id] & (INSIDE | CARRIED)))
                marks[dependencies[j]->id] |= CAPTURED;
    }
}

static bool is_inside(const struct graph *graph, const struct loop *loop, const struct node *node,
                      const unsigned char *marks)
{
    struct node *const *dependencies;
    size_t count = node_dependencies(graph, node, &dependencies);
    for (size_t j = 0; j < count; j++)
        if (marks[dependencies[j]->id] & (INSIDE | CARRIED))
            return true;
    return node_mentions(graph, node, loop->variable);
}

const struct region *region_of(const struct graph *graph, struct loop *loop)
{
    if (loop->region)
        return loop->region;
    struct region *region = ARENA_NEW(graph->arena, struct region);
    size_t end_count = 0;
    struct node **ends =
        ARENA_ARRAY(graph->arena, struct node *, loop->carried_count + loop->collected_count + 1);
    for (int i = 0; i < loop->carried_count; i++)
        ends[end_count++] = loop->next[i];
    for (int i = 0; i < loop->collected_count; i++)
        ends[end_count++] = loop->collected[i];
    if (loop->condition)
        ends[end_count++] = loop->condition;

    unsigned char *marks = calloc(graph->nodes_count + 1, 1);
    if (!marks)
        abort();
    mark_reachable(graph, ends, end_count, false, marks);
    for (int i = 0; i < loop->carried_count; i++)
        marks[loop->carried[i]->id] |= CARRIED;
    int last = 0;
    for (size_t i = 0; i < end_count; i++)
        last = ends[i]->id > last ? ends[i]->id : last;
    for (int id = 0; id <= last; id++) {
        struct node *node = graph->nodes[id];
        if (marks[id] == REACHED && is_inside(graph, loop, node, marks)) {
            marks[id] |= INSIDE;
            ARENA_APPEND(graph->arena, region, inside, node);
        }
    }
    mark_captures(graph, region, ends, end_count, marks);
    for (int i = 0; i < loop->carried_count; i++)
        ARENA_APPEND(graph->arena, region, dependencies, loop->initial[i]);
    size_t first = region->dependencies_count;
    for (int id = 0; id <= last; id++)
        if (marks[id] & CAPTURED)
            ARENA_APPEND(graph->arena, region, dependencies, graph->nodes[id]);
    region->captures = region->dependencies + first;
    region->captures_count = region->dependencies_count - first;
    free(marks);
    loop->region = region;
    return region;
}
