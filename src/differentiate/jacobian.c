/* jacobian.c: whole Jacobians, by one batched sweep: forwards, for all elements of x at once, where these are
 * fewer than those of y, else in reverse, for all elements of y. */
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

/* Names count as large, and so as more than numbers: only speed and memory depend on it. */
static int64_t large_size(const size *atom, void *closure)
{
    (void)atom, (void)closure;
    return (int64_t)1 << 20;
}

static double elements(const struct node *x)
{
    double count = 1;
    for (int a = 0; a < x->rank; a++)
        count *= (double)size_evaluate(x->shape[a], large_size, NULL);
    return count;
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
    if (elements(x) < elements(y))
        return by_columns(graph, derivatives, y, x);
    struct node *u = graph_placeholder(graph, REAL, NULL, y->rank, y->shape), *adjoint;
    differentiate(graph, derivatives, &y, &u, 1, &x, 1, &adjoint);
    return batch(graph, adjoint, u, identity(graph, y), y->rank);
}
