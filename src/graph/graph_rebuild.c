/* graph_rebuild.c: nodes over other inputs. Goes through the constructors, so what became simpler is
 * simplified. */
#include "copy.h"
#include "graph_internal.h"
#include "routine.h"

#include <assert.h>

/* The place of the single axis in a mask. */
static int single_axis(unsigned axes)
{
    int axis = 0;

    while (!(axes & 1u << axis))
        axis++;
    return axis;
}

struct node *graph_rebuild(struct graph *graph, const struct node *node, struct node *const *inputs)
{
    if (operator_is_elementwise(node->op))
        return graph_elementwise(graph, node->op, inputs);
    switch (node->op) {
    case OP_INDEX:
        return graph_index(graph, inputs[0], node->rank, node->shape, node->subscripts, inputs + 1,
                           node->input_count - 1, node->fill);
    case OP_SCATTER:
        return graph_scatter(graph, inputs[0], node->rank, node->shape, node->subscripts, inputs + 1,
                             node->input_count - 1);
    case OP_REPLACE:
        return graph_replace(graph, inputs[0], inputs[1], node->subscripts, inputs + 2,
                             node->input_count - 2);
    case OP_RESHAPE:
        return node->extent ? graph_tie(graph, inputs[0], node->extent)
                            : graph_reshape(graph, inputs[0], node->rank, node->shape);
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL: return graph_reduce(graph, node->op, inputs[0], node->axes);
    case OP_ARGMAX:
    case OP_ARGMIN: return graph_arg(graph, node->op, inputs[0], single_axis(node->axes));
    case OP_CUMSUM: return graph_cumsum(graph, inputs[0], single_axis(node->axes), node->reverse);
    case OP_CONTRACT:
        return graph_contract(graph, inputs[0], inputs[1], node->a_axes, node->b_axes, node->rank,
                              node->reduced);
    case OP_MARK: return graph_mark(graph, inputs[0], node->name);
    case OP_STOP: return graph_stop(graph, inputs[0]);
    case OP_CUSTOM: return graph_custom(graph, inputs[0], node->rule, node->result);
    case OP_RESULT: return graph_result(graph, inputs[0], node->result);
    case OP_CHOLESKY: return graph_cholesky(graph, inputs[0]);
    case OP_SOLVE_TRIANGULAR:
        return graph_solve_triangular(graph, inputs[0], inputs[1],
                                      (struct triangular){node->lower, node->transposed, node->unit});
    case OP_LU_SOLVE: return graph_lu_solve(graph, inputs[0], inputs[1], node->transposed);
    case OP_LOGABSDET:
    case OP_DET: return graph_determinant(graph, node->op, inputs[0]);
    case OP_ROUTINE: return graph_routine(graph, (enum routine)node->result, inputs[0]);
    default: break;
    }
    assert(0); /* leaves and loops are not rebuilt */
    return NULL;
}

void graph_substitute(struct graph *graph, struct node *const *from, struct node *const *to, size_t count,
                      struct node **roots, size_t root_count)
{
    struct copier *copier = copier_new(graph, graph);

    for (size_t i = 0; i < count; i++)
        copier_replace(copier, from[i], to[i]);
    for (size_t i = 0; i < root_count; i++)
        roots[i] = copier_copy(copier, roots[i]);
}
