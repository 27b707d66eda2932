/* jacobian.c: whole Jacobians, by one batched sweep. */
#include "batch.h"
#include "differentiate.h"

/* [x..., x...]: 1 where the positions agree, else 0. */
static struct node *identity(struct graph *graph, const struct node *x)
{
    size *shape[2 * MAXIMUM_RANK];
    struct node *same = NULL;
    for (int a = 0; a < x->rank; a++)
        shape[a] = shape[x->rank + a] = x->shape[a];
    for (int a = 0; a < x->rank; a++) {
        struct node *equal = graph_binary(graph, OP_EQ, graph_iota(graph, INT, 2 * x->rank, shape, a),
                                          graph_iota(graph, INT, 2 * x->rank, shape, x->rank + a));
        same = same ? graph_binary(graph, OP_AND, same, equal) : equal;
    }
    return same ? graph_unary(graph, OP_CAST_REAL, same) : graph_constant(graph, REAL, 1);
}

/* Whether x certainly has fewer elements than y. */
static bool is_smaller(struct graph *graph, const struct node *x, const struct node *y)
{
    size *x_count = size_number(graph->sizes, 1), *y_count = x_count;
    for (int a = 0; a < x->rank; a++)
        x_count = size_multiply(x_count, x->shape[a]);
    for (int a = 0; a < y->rank; a++)
        y_count = size_multiply(y_count, y->shape[a]);
    return x_count != y_count && size_nonnegative(size_subtract(y_count, x_count)) == ALWAYS;
}

/* The columns: tangents of y along each element of x, [x..., y...], turned round. */
static struct node *by_columns(struct graph *graph, const struct derivatives *derivatives, struct node *y,
                               struct node *x)
{
    struct node *v = graph_placeholder(graph, REAL, NULL, x->rank, x->shape), *tangent;
    differentiate_forward(graph, derivatives, &x, &v, 1, &y, 1, &tangent);
    struct node *columns = batch(graph, tangent, v, identity(graph, x), x->rank);
    int order[MAXIMUM_RANK];
    for (int a = 0; a < columns->rank; a++)
        order[a] = (a + x->rank) % columns->rank;
    return columns->rank ? graph_transpose(graph, columns, order) : columns;
}

struct node *differentiate_jacobian(struct graph *graph, const struct derivatives *derivatives,
                                    struct node *y, struct node *x)
{
    if (is_smaller(graph, x, y))
        return by_columns(graph, derivatives, y, x);
    struct node *u = graph_placeholder(graph, REAL, NULL, y->rank, y->shape), *adjoint;
    differentiate(graph, derivatives, &y, &u, 1, &x, 1, &adjoint);
    return batch(graph, adjoint, u, identity(graph, y), y->rank);
}
