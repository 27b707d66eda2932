/* adjoint_root.c: roots of sums of squares, which are 0 only where all of the squares are.
 *
 * There the root has an infinite derivative and the squares one of 0. A square root is a norm written out, so
 * its gradient is a norm's, 0 at the zero vector, and its second derivatives are as adjoint_radial.c says.
 * For other powers below 1 what is under the root gets the adjoint 0 there. */
#include "adjoint.h"

/* A number that does not vary and is above 0: a constant or a size. */
static bool is_positive(const struct node *node)
{
    double value;
    if (graph_is_constant(node, &value))
        return value > 0;
    return node->op == OP_SIZE_VALUE || (node->op == OP_INDEX && !node->fill && is_positive(node->inputs[0]));
}

static bool is_even_power(const struct node *node)
{
    double value;
    return node->op == OP_POW && graph_is_constant(node->inputs[1], &value) &&
           (value == 2 || value == 4 || value == 6 || value == 8);
}

static bool is_square_by_contraction(const struct node *node)
{
    if (node->op != OP_CONTRACT || node->inputs[0] != node->inputs[1])
        return false;
    for (int a = 0; a < node->inputs[0]->rank; a++)
        if (node->a_axes[a] != node->b_axes[a])
            return false;
    return true;
}

enum { DEEPEST_SUM = 64 };

bool is_sum_of_squares(const struct node *node, int depth)
{
    if (depth > DEEPEST_SUM)
        return false;
    switch (node->op) {
    case OP_POW: return is_even_power(node);
    case OP_CONTRACT: return is_square_by_contraction(node);
    case OP_ADD:
        return is_sum_of_squares(node->inputs[1], depth + 1) && is_sum_of_squares(node->inputs[0], depth + 1);
    case OP_MUL:
        return node->inputs[0] == node->inputs[1] ||
               (is_positive(node->inputs[0]) && is_sum_of_squares(node->inputs[1], depth + 1)) ||
               (is_positive(node->inputs[1]) && is_sum_of_squares(node->inputs[0], depth + 1));
    case OP_DIV: return is_positive(node->inputs[1]) && is_sum_of_squares(node->inputs[0], depth + 1);
    case OP_SUM:
    case OP_INDEX:
    case OP_RESHAPE:
    case OP_MARK: return is_sum_of_squares(node->inputs[0], depth + 1);
    default: return false;
    }
}

/* ---- Square roots, as norms ---- */

/* y = sqrt(s): with d the adjoint of y, times what the squares are multiplied by on the way to s. */
struct root {
    struct node *d, *y, *mask; /* of the shape of what the sweep is at; mask may be NULL */
};

static struct root map_root(struct root root, struct graph *graph, const struct node *x, unsigned axes)
{
    return (struct root){spread(graph, root.d, x, axes), spread(graph, root.y, x, axes),
                         spread(graph, root.mask, x, axes)};
}

/* s += u^2: d_u = d u / y. */
static void contribute_square(struct sweep *sweep, struct node *u, struct root root)
{
    struct graph *graph = sweep->graph;
    struct node *zeros = graph_zeros_like(graph, u);
    struct node *ratio = graph_select(graph, graph_binary(graph, OP_LT, zeros, root.y),
                                      graph_binary(graph, OP_DIV, root.d, root.y), zeros);
    struct node *value = graph_binary(graph, OP_MUL, ratio, u);
    contribute(sweep, u, adjoint_radial(graph, value, root.d, u, root.y), root.mask);
}

/* Whether s is made of squares, and sums of them, in a way that contribute_terms follows: no node on it is
 * one whose own adjoint is asked for, which would not get it. */
static bool is_norm(const struct sweep *sweep, const struct node *s, int depth)
{
    double power;
    if (depth > DEEPEST_SUM || sweep->active[s->id] >= ACTIVE_WRT)
        return false;
    switch (s->op) {
    case OP_POW: return graph_is_constant(s->inputs[1], &power) && power == 2;
    case OP_ADD: return is_norm(sweep, s->inputs[1], depth + 1) && is_norm(sweep, s->inputs[0], depth + 1);
    case OP_SUM: return is_norm(sweep, s->inputs[0], depth + 1);
    case OP_MUL:
        return s->inputs[0] == s->inputs[1] ||
               (is_positive(s->inputs[0]) && is_norm(sweep, s->inputs[1], depth + 1)) ||
               (is_positive(s->inputs[1]) && is_norm(sweep, s->inputs[0], depth + 1));
    case OP_DIV: return is_positive(s->inputs[1]) && is_norm(sweep, s->inputs[0], depth + 1);
    default: return false;
    }
}

static void contribute_terms(struct sweep *sweep, struct node *s, struct root root)
{
    struct graph *graph = sweep->graph;
    if (!is_active(sweep, s))
        return;
    if (s->op == OP_POW || (s->op == OP_MUL && s->inputs[0] == s->inputs[1])) {
        contribute_square(sweep, s->inputs[0], root);
    } else if (s->op == OP_ADD) {
        contribute_terms(sweep, s->inputs[0], root);
        contribute_terms(sweep, s->inputs[1], root);
    } else if (s->op == OP_SUM) {
        contribute_terms(sweep, s->inputs[0], map_root(root, graph, s->inputs[0], s->axes));
    } else {
        int factor = s->op == OP_DIV || is_positive(s->inputs[1]);
        root.d = graph_binary(graph, s->op, root.d, s->inputs[factor]);
        contribute_terms(sweep, s->inputs[1 - factor], root);
    }
}

bool adjoint_of_root(struct sweep *sweep, struct node *y, struct adjoint d)
{
    if (y->op != OP_SQRT || !is_norm(sweep, y->inputs[0], 0))
        return false;
    contribute_terms(sweep, y->inputs[0], (struct root){d.value, y, d.mask});
    return true;
}

/* ---- Other powers ---- */

struct node *root_mask(struct graph *graph, const struct node *y)
{
    struct node *s = y->inputs[0], *positive;
    double power = 0.5;
    if ((y->op != OP_SQRT && y->op != OP_POW) ||
        (y->op == OP_POW && graph_is_constant(y->inputs[1], &power) && power >= 1) ||
        !is_sum_of_squares(s, 0))
        return NULL;
    positive = graph_binary(graph, OP_LT, graph_zeros_like(graph, s), s);
    if (y->op == OP_SQRT || graph_is_constant(y->inputs[1], &power))
        return positive;
    struct node *one = graph_broadcast(graph, graph_constant(graph, REAL, 1), s->rank, s->shape);
    return graph_binary(graph, OP_OR, positive, graph_binary(graph, OP_LE, one, y->inputs[1]));
}
