/* graph_verify.c: the invariants that graph.h states, checked for every node. For debug builds and tests. */
#include "graph_internal.h"

#include <stdlib.h>

/* What is being checked, for the message. */
static void require(bool holds, const struct node *node, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "gradc: invalid graph: node %d (%s): %s\n", node->id, operator_info(node->op)->name,
            what);
    abort();
}

static void verify_elementwise(const struct node *node)
{
    const struct operator_info *info = operator_info(node->op);
    enum type type = node->inputs[node->op == OP_SELECT]->type;

    require(node->input_count == info->arity, node, "number of operands");
    for (int i = 0; i < node->input_count; i++)
        require(graph_same_shape(node, node->inputs[i]), node, "operands of one shape");
    require(node->type == operator_type(node->op, type), node, "type");
    if (node->op == OP_SELECT)
        require(node->inputs[0]->type == BOOL && node->inputs[2]->type == type, node, "types of a choice");
    else if (node->input_count == 2)
        require(node->inputs[1]->type == type, node, "operands of one type");
}

static void verify_subscripts(const struct node *node)
{
    int data_count = node->op == OP_REPLACE ? 2 : node->op == OP_IOTA ? 0 : 1;
    const struct node *space =
        node->op == OP_SCATTER || node->op == OP_REPLACE ? node->inputs[data_count - 1] : node;
    int count = node_subscript_count(node);

    for (int s = 0; s < count; s++) {
        const struct affine *affine = &node->subscripts[s];
        require(affine->offset != NULL && affine->coefficients != NULL, node, "subscripts complete");
        require(affine->dynamic >= 0 && affine->dynamic <= node->input_count - data_count, node,
                "dynamic inputs");
        for (int a = 0; a < space->rank; a++)
            require(affine->coefficients[a] == NULL || !size_is(affine->coefficients[a], 0), node,
                    "no zero coefficient");
    }
    for (int d = data_count; d < node->input_count; d++)
        require(node->inputs[d]->type == INT && graph_same_shape(node->inputs[d], space), node,
                "shape of dynamic inputs");
}

static void verify_reduction(const struct node *node)
{
    const struct node *x = node->inputs[0];
    int rank = 0;

    require(node->axes != 0 && (node->axes & ~node_all_axes(x)) == 0, node, "axes within the operand");
    for (int a = 0; a < x->rank; a++) {
        if (node->axes >> a & 1)
            continue;
        require(rank < node->rank && node->shape[rank] == x->shape[a], node, "shape");
        rank++;
    }
    require(rank == node->rank, node, "rank");
}

static void verify_contract(const struct node *node)
{
    const struct node *a = node->inputs[0], *b = node->inputs[1];
    size *extents[3 * MAXIMUM_RANK] = {NULL};
    uint64_t in_a = 0, in_b = 0, all = (UINT64_C(1) << (node->rank + node->reduced)) - 1;

    for (int i = 0; i < a->rank; i++) {
        in_a |= UINT64_C(1) << node->a_axes[i];
        extents[node->a_axes[i]] = a->shape[i];
    }
    for (int i = 0; i < b->rank; i++) {
        size **extent = &extents[node->b_axes[i]];
        require(*extent == NULL || *extent == b->shape[i], node, "extents agree");
        in_b |= UINT64_C(1) << node->b_axes[i];
        *extent = b->shape[i];
    }
    require((in_a | in_b) == all, node, "each axis in an operand");
    require((all >> node->rank << node->rank & ~(in_a & in_b)) == 0, node, "reduced axes in both operands");
    require(node->reduced > 0 && in_a != in_b, node, "a matrix product");
    for (int i = 0; i < node->rank; i++)
        require(extents[i] == node->shape[i], node, "shape");
}

static void verify_node(const struct node *node)
{
    if (operator_is_elementwise(node->op)) {
        verify_elementwise(node);
        return;
    }
    switch (node->op) {
    case OP_IOTA:
    case OP_INDEX:
    case OP_SCATTER:
    case OP_REPLACE: verify_subscripts(node); break;
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL:
    case OP_ARGMAX:
    case OP_ARGMIN: verify_reduction(node); break;
    case OP_CONTRACT: verify_contract(node); break;
    case OP_CONSTANT:
    case OP_SIZE_VALUE: require(node->rank == 0, node, "rank 0"); break;
    case OP_MARK:
    case OP_STOP:
    case OP_CUSTOM:
    case OP_CUMSUM:
    case OP_CHOLESKY: require(graph_same_shape(node, node->inputs[0]), node, "shape of its input"); break;
    case OP_RESULT: require(node->inputs[0]->op == OP_LOOP, node, "of a loop"); break;
    default: break;
    }
}

void graph_verify(const struct graph *graph)
{
    for (size_t i = 0; i < graph->nodes_count; i++) {
        const struct node *node = graph->nodes[i];
        require(node->id == (int)i, node, "id is its place");
        require(node->rank >= 0 && node->rank <= MAXIMUM_RANK, node, "rank");
        for (int a = 0; a < node->rank; a++)
            require(node->shape[a] != NULL, node, "extents");
        for (int j = 0; j < node->input_count; j++)
            require(node->inputs[j]->id < node->id, node, "inputs before it");
        verify_node(node);
    }
}
