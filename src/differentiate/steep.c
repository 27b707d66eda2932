/* steep.c: behind which values a derivative may be infinite. */

#include "adjoint.h"

#include "memory.h"

/* Whether the operator's derivative is finite wherever its operands are. */
static bool is_tame(enum op op)
{
    switch (op) {
    case OP_NEG:
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
    case OP_ABS:
    case OP_MAX:
    case OP_MIN:
    case OP_SIN:
    case OP_COS:
    case OP_TANH:
    case OP_ATAN:
    case OP_ASINH:
    case OP_ERF:
    case OP_SELECT:
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
    default: return false;
    }
}

unsigned char *find_steep(const struct graph *graph, size_t count)
{
    unsigned char *steep = memory_array(count + 1, 1);
    for (size_t id = 0; id < count; id++) {
        const struct node *node = graph->nodes[id];
        steep[id] = node->type == REAL && node->input_count > 0 && !is_tame(node->op);
        for (int i = 0; i < node->input_count && !steep[id] && node->type == REAL; i++)
            steep[id] = steep[node->inputs[i]->id];
    }
    return steep;
}
