/* adjoint_radial.c: gradients along x / |x|, a direction that x = 0 does not have.
 *
 * For y = |x|, of a number or of a vector, d_x = d x / y, and 0 at x = 0. If what is computed from y is
 * smooth there as a function of x, such as y^2 or (1 + y)^2 + (1 - y)^2, then d goes to 0 with y, and d / y
 * to the derivative of d by y: with k for that at 0, d_x is k x near x = 0, and its derivative by x is k. The
 * formula of d_x does not show this. So the value is a CUSTOM node over d, x and y, which finds k when it is
 * itself differentiated. Where d does not go to 0 there is no second derivative; then k is as good as any
 * other number, and 0 for y itself; where d is infinite, as for 1 / y, nothing is contributed. */
#include <math.h>

#include "adjoint.h"

enum argument { GRADIENT, VECTOR, LENGTH, ARGUMENTS };

struct node *adjoint_radial(struct graph *graph, struct node *value, struct node *d, struct node *x,
                            struct node *y)
{
    struct rule *rule = ARENA_NEW(graph->arena, struct rule);
    rule->is_radial = rule->is_tame = true;
    rule->argument_count = ARGUMENTS;
    rule->output_count = 1;
    rule->arguments = ARENA_ARRAY(graph->arena, struct node *, ARGUMENTS);
    rule->outputs = ARENA_ARRAY(graph->arena, struct node *, 1);
    rule->arguments[GRADIENT] = d;
    rule->arguments[VECTOR] = x;
    rule->arguments[LENGTH] = y;
    return rule->outputs[0] = graph_custom(graph, value, rule, 0);
}

struct node *radial_gradient(struct graph *graph, struct node *d, struct node *x, struct node *y)
{
    struct node *zeros = graph_zeros_like(graph, x), *unit = graph_binary(graph, OP_DIV, x, y);
    struct node *value = graph_select(graph, graph_binary(graph, OP_LT, zeros, y),
                                      graph_binary(graph, OP_MUL, d, unit), zeros);
    return adjoint_radial(graph, value, d, x, y);
}

/* ---- The derivative of d by y ---- */

/* Whether y repeats its source along axes of its own and does nothing else. */
static bool is_broadcast(const struct node *y)
{
    int64_t number;
    if (y->op != OP_INDEX || y->input_count != 1 || y->fill)
        return false;
    for (int s = 0; s < y->inputs[0]->rank; s++) {
        const struct affine *affine = &y->subscripts[s];
        if (!size_is_number(affine->offset, &number) || number != 0)
            return false;
        for (int a = 0, count = 0; affine->coefficients && a < y->rank; a++)
            if (affine->coefficients[a] &&
                (!size_is_number(affine->coefficients[a], &number) || number != 1 || ++count > 1))
                return false;
    }
    return true;
}

static bool is_repeated_along(const struct node *y, int axis)
{
    for (int s = 0; s < y->inputs[0]->rank; s++)
        if (y->subscripts[s].coefficients && y->subscripts[s].coefficients[axis])
            return false;
    return true;
}

/* NULL: it is 0 throughout. A row of d depends on its own row of y; on others it does not where it matters: d
 * is 0 there whatever they are, and the second derivatives of what it is the gradient of are symmetric. */
static struct node *slope(struct sweep *sweep, struct node *d, struct node *y)
{
    struct graph *graph = sweep->graph;
    struct node *source = y, *adjoint;
    if (is_broadcast(y)) {
        source = y->inputs[0];
        for (int a = y->rank - 1; a >= 0; a--)
            if (is_repeated_along(y, a)) /* d is the same along it, too */
                d = graph_drop_axis(graph, d, a, size_number(graph->sizes, 0));
    }
    struct node *ones = graph_broadcast(graph, graph_constant(graph, REAL, 1), d->rank, d->shape);
    differentiate(graph, sweep->derivatives, &d, &ones, 1, &source, 1, &adjoint);
    if (graph_is_zero(adjoint))
        return NULL;
    return source == y ? adjoint
                       : graph_index(graph, adjoint, y->rank, y->shape, y->subscripts, NULL, 0, false);
}

/* ---- Adjoints ---- */

static struct node *is_finite(struct graph *graph, struct node *d)
{
    struct node *infinite = graph_broadcast(graph, graph_constant(graph, REAL, INFINITY), d->rank, d->shape);
    return graph_binary(graph, OP_LT, graph_unary(graph, OP_ABS, d), infinite);
}

static struct node *both(struct graph *graph, struct node *mask, struct node *condition)
{
    return mask ? graph_binary(graph, OP_AND, mask, condition) : condition;
}

/* value = d sign(x), y = |x|: only at x = 0 does it vary with x. */
static void adjoint_of_number(struct sweep *sweep, struct node *d, struct node *x, struct node *y,
                              struct adjoint w)
{
    struct graph *graph = sweep->graph;
    contribute(sweep, d, graph_binary(graph, OP_MUL, w.value, graph_unary(graph, OP_SIGN, x)), w.mask);
    struct node *k = is_active(sweep, x) ? slope(sweep, d, y) : NULL;
    if (!k)
        return;
    struct node *at_zero = graph_binary(graph, OP_EQ, x, graph_zeros_like(graph, x));
    at_zero = graph_binary(graph, OP_AND, at_zero, is_finite(graph, d));
    contribute(sweep, x, graph_binary(graph, OP_MUL, w.value, k), both(graph, w.mask, at_zero));
}

/* value = d x / y. */
static void adjoint_of_vector(struct sweep *sweep, struct node *d, struct node *x, struct node *y,
                              struct adjoint w)
{
    struct graph *graph = sweep->graph;
    struct node *off_zero = graph_binary(graph, OP_LT, graph_zeros_like(graph, y), y);
    struct node *mask = both(graph, w.mask, off_zero);
    struct node *along = graph_binary(graph, OP_MUL, w.value, graph_binary(graph, OP_DIV, x, y));
    contribute(sweep, d, along, mask);
    if (is_active(sweep, y)) {
        struct node *across = graph_binary(graph, OP_MUL, graph_binary(graph, OP_DIV, d, y), along);
        contribute(sweep, y, graph_unary(graph, OP_NEG, across), mask);
    }
    if (!is_active(sweep, x))
        return;
    struct node *k = slope(sweep, d, y), *ratio = graph_binary(graph, OP_DIV, d, y);
    if (k)
        contribute(sweep, x, graph_binary(graph, OP_MUL, w.value, graph_select(graph, off_zero, ratio, k)),
                   both(graph, w.mask, graph_binary(graph, OP_OR, off_zero, is_finite(graph, d))));
    else
        contribute(sweep, x, graph_binary(graph, OP_MUL, w.value, ratio), mask);
}

void adjoint_of_radial(struct sweep *sweep, struct node *node)
{
    struct node **arguments = node->rule->arguments;
    struct node *d = arguments[GRADIENT], *x = arguments[VECTOR], *y = arguments[LENGTH];
    struct adjoint w = sweep->adjoints[node->id];
    if (!w.value)
        return;
    if (y->op == OP_ABS && y->inputs[0] == x)
        adjoint_of_number(sweep, d, x, y, w);
    else
        adjoint_of_vector(sweep, d, x, y, w);
}
