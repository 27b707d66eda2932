/* infinite_derivatives.c: behind which values a derivative may be infinite. */

#include "adjoint.h"

#include "memory.h"

/* Whether the values are surely above some positive number: eps beside a sum of squares, and its root. */
static bool is_off_zero(const struct node *node)
{
    double value;
    if (graph_is_constant(node, &value))
        return value > 0;
    switch (node->op) {
    case OP_SIZE_VALUE: return true;
    case OP_INDEX: return !node->fill && is_off_zero(node->inputs[0]);
    case OP_RESHAPE:
    case OP_SQRT: return is_off_zero(node->inputs[0]);
    case OP_ADD:
        return (is_off_zero(node->inputs[0]) && is_sum_of_squares(node->inputs[1], 0)) ||
               (is_off_zero(node->inputs[1]) && is_sum_of_squares(node->inputs[0], 0));
    default: return false;
    }
}

/* Whether the derivative is finite wherever the operands are. Products that overflow are left out of account.
 */
static bool is_tame(const struct node *node)
{
    double power;
    switch (node->op) {
    case OP_INDEX:
    case OP_SCATTER:
    case OP_REPLACE:
    case OP_RESHAPE:
    case OP_MARK:
    case OP_STOP:
    case OP_SUM:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_CUMSUM:
    case OP_CONTRACT: return true;
    case OP_DIV: return is_off_zero(node->inputs[1]);
    case OP_SQRT: return is_off_zero(node->inputs[0]);
    case OP_POW: return graph_is_constant(node->inputs[1], &power) && power >= 1;
    case OP_CUSTOM: return node->rule->is_tame;
    default: return operator_info(node->op)->is_bounded;
    }
}

static bool is_steep_itself(const struct node *node)
{
    return node->input_count > 0 && !is_tame(node);
}

/* Whether one of what the node is computed from is marked. A CUSTOM's value goes by a rule. */
static bool any_input(const struct node *node, const unsigned char *marks)
{
    for (int i = node->op == OP_CUSTOM; i < node->input_count; i++)
        if (marks[node->inputs[i]->id])
            return true;
    return false;
}

unsigned char *find_steep(const struct sweep *sweep)
{
    unsigned char *steep = memory_array(sweep->count + 1, 1);
    for (size_t i = 0; i < sweep->between_count; i++) {
        const struct node *node = sweep->between[i];
        if (node->type == REAL && sweep->active[node->id])
            steep[node->id] = is_steep_itself(node) || any_input(node, steep);
    }
    return steep;
}

/* What has been found, by id: of the first `seen` nodes. */
struct steepness {
    unsigned char *marks;
    size_t seen, room;
};

bool is_steep_anywhere(struct graph *graph, const struct node *node)
{
    if (!graph->steepness)
        graph->steepness = ARENA_NEW(graph->arena, struct steepness);
    struct steepness *known = graph->steepness;
    for (; known->seen <= (size_t)node->id; known->seen++) {
        const struct node *next = graph->nodes[known->seen];
        known->marks = arena_grow(graph->arena, known->marks, known->seen, &known->room, 1);
        known->marks[known->seen] =
            next->type == REAL && (is_steep_itself(next) || any_input(next, known->marks));
    }
    return known->marks[node->id];
}
