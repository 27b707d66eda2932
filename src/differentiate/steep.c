/* steep.c: behind which values a derivative may be infinite. */

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

unsigned char *find_steep(const struct graph *graph, size_t count, const unsigned char *active)
{
    unsigned char *steep = memory_array(count + 1, 1);
    for (size_t id = 0; id < count; id++) {
        const struct node *node = graph->nodes[id];
        if (node->type != REAL || (active && !active[id]))
            continue;
        steep[id] = node->input_count > 0 && !is_tame(node);
        for (int i = node->op == OP_CUSTOM; i < node->input_count && !steep[id]; i++)
            steep[id] = steep[node->inputs[i]->id];
    }
    return steep;
}
