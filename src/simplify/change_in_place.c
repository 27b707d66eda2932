/* change_in_place.c: nodes that become others for all their users, how often each is read, and their order
 * afterwards.
 *
 * Requires a graph of one function, before anything else has noted ids. */
#include "change_in_place.h"

#include "memory.h"
#include "region.h"

void become(struct node *node, const struct node *value)
{
    struct node kept = *node;
    *node = *value;
    node->id = kept.id;
    node->name = kept.name;
    node->named_by_user = kept.named_by_user;
    node->origin = kept.origin;
}

/* Whether the node will vanish, and its users read its first input. */
static bool stands_for_input(const struct node *node)
{
    return node->op == OP_MARK || node->op == OP_STOP || node->op == OP_CUSTOM;
}

int *count_uses(const struct graph *graph, struct node *const *roots, size_t root_count)
{
    unsigned char *reached = memory_array(graph->nodes_count + 1, 1);
    int *uses = ARENA_ARRAY(graph->arena, int, graph->nodes_count + 1);
    mark_reachable(graph, roots, root_count, true, reached);
    for (size_t i = 0; i < root_count; i++)
        uses[roots[i]->id]++;
    for (size_t id = 0; id < graph->nodes_count; id++)
        for (int k = 0; reached[id] && k < graph->nodes[id]->input_count; k++)
            uses[graph->nodes[id]->inputs[k]->id]++;
    for (size_t id = graph->nodes_count; id-- > 0;)
        if (reached[id] && stands_for_input(graph->nodes[id]))
            uses[graph->nodes[id]->inputs[0]->id] += uses[id] - 1;
    memory_free(reached);
    return uses;
}

/* What must stand before the node: its inputs, and a LOOP's PLACEHOLDERs, which its body may not read. */
static struct node *needed_before(const struct node *node, int i)
{
    if (i < node->input_count)
        return node->inputs[i];
    i -= node->input_count;
    return node->op == OP_LOOP && i < node->loop->carried_count ? node->loop->carried[i] : NULL;
}

void sort_nodes(struct graph *graph, struct node *const *roots, size_t root_count)
{
    size_t count = 0, stack_count = 0, total = graph->nodes_count;
    struct node **sorted = ARENA_ARRAY(graph->arena, struct node *, total + 1);
    struct node **stack = memory_array(total + root_count + 1, sizeof *stack);
    int *visited =
        memory_array(total + 1, sizeof *visited); /* how many inputs have been visited, plus 1; -1: done */
    for (size_t r = 0; r < root_count; r++) {
        stack[stack_count++] = roots[r];
        while (stack_count) {
            struct node *node = stack[stack_count - 1];
            int *next = &visited[node->id];
            struct node *needed = *next >= 0 ? needed_before(node, *next) : NULL;
            if (needed) {
                (*next)++;
                if (visited[needed->id] == 0)
                    stack[stack_count++] = needed;
                continue;
            }
            if (*next >= 0)
                sorted[count++] = node;
            *next = -1;
            stack_count--;
        }
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i]->id = (int)i;
        if (sorted[i]->op == OP_LOOP)
            sorted[i]->loop->region = NULL;
    }
    graph->nodes = sorted;
    graph->nodes_count = graph->nodes_capacity = count;
    graph->mentions = NULL;
    graph->steepness = NULL;
    memory_free(stack);
    memory_free(visited);
}
