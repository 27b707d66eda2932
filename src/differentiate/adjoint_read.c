/* adjoint_read.c: which elements of x a view y[i] = x[A i + b + k[i]] reads. The others get exactly 0 from
 * it, also where an infinite derivative lies beyond x: log(x)[0] has gradient 0 for an x[1] of 0. */
#include "adjoint.h"

/* How many of the subscripts the index axis stands in. */
static int uses_of_axis(const struct node *y, int axis)
{
    int uses = 0;
    for (int s = 0; s < y->inputs[0]->rank; s++)
        uses += y->subscripts[s].coefficients && y->subscripts[s].coefficients[axis];
    return uses;
}

/* The first and last position along axis s of x, if all between are read whatever the other axes are at. */
static bool find_range(struct graph *graph, const struct node *y, int s, size **first, size **last)
{
    const struct affine *affine = &y->subscripts[s];
    int64_t coefficient;
    *first = *last = affine->offset;
    for (int a = 0, count = 0; affine->coefficients && a < y->rank; a++) {
        if (!affine->coefficients[a])
            continue;
        size *reach = size_subtract(y->shape[a], size_number(graph->sizes, 1));
        if (++count > 1 || uses_of_axis(y, a) > 1 || !size_is_number(affine->coefficients[a], &coefficient) ||
            (coefficient != 1 && coefficient != -1))
            return false;
        if (coefficient == 1)
            *last = size_add(*last, reach);
        else
            *first = size_subtract(*first, reach);
    }
    return !affine->dynamic;
}

/* first <= position <= last along an axis of x; NULL: everywhere. */
static struct node *range_mask(struct graph *graph, const struct node *x, int axis, size *first, size *last)
{
    struct node *position = graph_iota(graph, INT, x->rank, x->shape, axis), *ends[2];
    size *bounds[] = {first, last};
    double always;
    for (int i = 0; i < 2; i++) {
        struct node *bound = graph_broadcast(graph, graph_size(graph, INT, bounds[i]), x->rank, x->shape);
        ends[i] = i == 0 ? graph_binary(graph, OP_LE, bound, position)
                         : graph_binary(graph, OP_LE, position, bound);
        if (graph_is_constant(ends[i], &always) && always != 0)
            ends[i] = NULL;
    }
    if (first == last)
        return ends[0] || ends[1]
                   ? graph_binary(graph, OP_EQ, position,
                                  graph_broadcast(graph, graph_size(graph, INT, first), x->rank, x->shape))
                   : NULL;
    return !ends[0] ? ends[1] : !ends[1] ? ends[0] : graph_binary(graph, OP_AND, ends[0], ends[1]);
}

/* Whether a loop variable stands in the subscripts: then a round reads one of many parts. */
static bool is_of_a_round(const struct node *y)
{
    for (int s = 0; s < y->inputs[0]->rank; s++)
        if (size_has_loop_variable(y->subscripts[s].offset))
            return true;
    return false;
}

bool read_mask(struct graph *graph, const struct node *y, struct node **mask)
{
    const struct node *x = y->inputs[0];
    *mask = NULL;
    if (is_of_a_round(y))
        return true;
    for (int s = 0; s < x->rank; s++) {
        size *first, *last;
        if (!find_range(graph, y, s, &first, &last))
            return false;
        struct node *range = range_mask(graph, x, s, first, last);
        *mask = !*mask ? range : range ? graph_binary(graph, OP_AND, *mask, range) : *mask;
    }
    return true;
}
