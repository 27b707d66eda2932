/* rewrite_chosen.c: what is 0 but at one place along an axis, a place that is found as the program runs.
 *
 * The adjoint of a maximum or minimum goes to one element: `if i == k[j] then x[i, j] else 0`, where k is the
 * ARGMAX or ARGMIN and therefore always a position of the axis. Sums over such values touch the chosen
 * elements only:
 *
 *     (if i == k[j] then x else 0) * y                    -> if i == k[j] then x * y else 0    so for / and -
 *     sum_i (if i == k[j] then a[i, j] else 0) b[i, m]    -> a[k[j], j] b[k[j], m]                   gathered
 *     y[i, m] = sum_j (if i == k[j] then a[i, j] else 0) b[i, j, m]
 *                                                         -> y[k[j], m] += a[k[j], j] b[k[j], j, m] scattered
 *
 * and what is gathered is computed at the chosen elements only. */
#include <string.h>

#include "cost.h"
#include "rewrites.h"

enum { AXES = 2 * MAXIMUM_RANK, DEEPEST = 16 /* operators */ };

/* The value at position k along the axis, else 0. */
struct chosen {
    struct node *value;
    int axis;
    struct node *k; /* INT, of the value's shape; does not vary along the axis */
};

/* ---- Reading ---- */

static bool is_static_view(const struct node *node)
{
    return node->op == OP_INDEX && node->input_count == 1 && !node->fill;
}

static struct node *view_of(struct graph *graph, const struct node *view, struct node *x)
{
    return graph_index(graph, x, view->rank, view->shape, view->subscripts, NULL, 0, false);
}

/* The axis whose position the node is; -1: none. */
static int position_axis(const struct node *node)
{
    int axis = -1;
    int64_t number;
    if (node->op != OP_IOTA || !size_is_number(node->subscripts[0].offset, &number) || number != 0)
        return -1;
    for (int a = 0; node->subscripts[0].coefficients && a < node->rank; a++) {
        const size *coefficient = node->subscripts[0].coefficients[a];
        if (!coefficient)
            continue;
        if (axis >= 0 || !size_is_number(coefficient, &number) || number != 1)
            return -1;
        axis = a;
    }
    return axis;
}

/* Whether k is, everywhere, a position of an axis of this extent: that of an extremum along one. */
static bool is_position_in(const struct node *k, const size *extent)
{
    const struct node *argument = is_static_view(k) ? k->inputs[0] : k;
    for (int a = 0; (argument->op == OP_ARGMAX || argument->op == OP_ARGMIN) && a < argument->inputs[0]->rank;
         a++)
        if (argument->axes >> a & 1)
            return argument->inputs[0]->shape[a] == extent;
    return false;
}

/* Reads i == k. */
static bool read_choice(struct node *const *operands, struct chosen *chosen)
{
    for (int i = 0; i < 2; i++) {
        int axis = position_axis(operands[i]);
        struct node *k = operands[!i];
        if (axis < 0 || !is_static_view(k) || graph_varies_along(k, axis) ||
            !is_position_in(k, operands[i]->shape[axis]))
            continue;
        chosen->axis = axis;
        chosen->k = k;
        return true;
    }
    return false;
}

static bool read_chosen(struct graph *graph, struct node *node, struct chosen *chosen)
{
    const struct node *inner = is_static_view(node) ? node->inputs[0] : node;
    bool is_cast = inner->op == OP_CAST_REAL && inner->inputs[0]->type == BOOL;
    bool is_choice = inner->op == OP_SELECT && inner->type == REAL && graph_is_zero(inner->inputs[2]);
    if (!is_cast && !is_choice)
        return false;
    const struct node *c = inner->inputs[0];
    const struct node *comparison = is_static_view(c) ? c->inputs[0] : c;
    if (comparison->op != OP_EQ || comparison->inputs[0]->type != INT)
        return false;
    struct node *operands[2];
    for (int i = 0; i < 2; i++) {
        operands[i] = comparison->inputs[i];
        if (comparison != c)
            operands[i] = view_of(graph, c, operands[i]);
        if (inner != node)
            operands[i] = view_of(graph, node, operands[i]);
    }
    if (!read_choice(operands, chosen))
        return false;
    struct node *one = graph_constant(graph, REAL, 1);
    chosen->value = !is_choice      ? graph_broadcast(graph, one, node->rank, node->shape)
                    : inner != node ? view_of(graph, node, inner->inputs[1])
                                    : inner->inputs[1];
    return true;
}

static struct node *write_chosen(struct graph *graph, const struct chosen *chosen)
{
    struct node *value = chosen->value;
    struct node *position = graph_iota(graph, INT, value->rank, value->shape, chosen->axis);
    return graph_select(graph, graph_binary(graph, OP_EQ, position, chosen->k), value,
                        graph_zeros_like(graph, value));
}

/* ---- Element-wise ---- */

/* (if i == k then x else 0) * y -> if i == k then x * y else 0; the same for a quotient and a sign */
struct node *rewrite_chosen_factor(struct rewriter *rewriter, struct node *y)
{
    struct chosen chosen;
    for (int i = 0; i < (y->op == OP_DIV ? 1 : y->input_count); i++) {
        if (!read_chosen(rewriter->graph, y->inputs[i], &chosen))
            continue;
        struct node *inputs[2] = {y->inputs[0], y->input_count > 1 ? y->inputs[1] : NULL};
        inputs[i] = chosen.value;
        chosen.value = graph_elementwise(rewriter->graph, y->op, inputs);
        return write_chosen(rewriter->graph, &chosen);
    }
    return NULL;
}

/* ---- Sums and products ---- */

/* A factor of a sum of products, whose axes run along these iteration axes. */
struct factor {
    struct node *node;
    signed char axes[AXES];
};

/* y[kept] = sum_summed of the product of factors over iteration axes, of which `axis` has to be k, a tensor
 * along k_axes. */
struct choosing {
    struct rewriter *rewriter;
    struct factor factors[2];
    int factor_count, count; /* of iteration axes */
    size *extents[AXES];
    unsigned summed, k_axes;
    int axis;
    const struct chosen *chosen;
    const struct factor *chooser; /* what is chosen */
};

/* The product is computed over these iteration axes, in this order. */
struct space {
    int rank;
    size *shape[AXES];
    signed char axes[AXES];
};

static int place_in(const struct space *space, int axis)
{
    for (int a = 0; a < space->rank; a++)
        if (space->axes[a] == axis)
            return a;
    return -1;
}

static void add_axes(const struct choosing *choosing, unsigned axes, struct space *space)
{
    for (int i = 0; i < choosing->count; i++)
        if (axes >> i & 1) {
            space->axes[space->rank] = (signed char)i;
            space->shape[space->rank++] = choosing->extents[i];
        }
}

/* The factor's subscripts over the space; the chosen axis stands at dynamic input 1. */
static struct node *view_in(struct graph *graph, const struct space *space, struct node *x,
                            const signed char *axes, int chosen_axis, struct node *k)
{
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, x->rank + 1);
    bool is_gathered = false;
    for (int a = 0; a < x->rank; a++) {
        int place = place_in(space, axes[a]);
        subscripts[a].offset = size_number(graph->sizes, 0);
        subscripts[a].coefficients = ARENA_ARRAY(graph->arena, size *, space->rank + 1);
        if (place >= 0)
            subscripts[a].coefficients[place] = size_number(graph->sizes, 1);
        else if (axes[a] == chosen_axis)
            subscripts[a].dynamic = 1, is_gathered = true;
    }
    return graph_index(graph, x, space->rank, space->shape, subscripts, &k, is_gathered, false);
}

static bool is_no_expression(const void *closure, const struct node *node, int depth)
{
    (void)closure, (void)depth;
    return node->op != OP_INDEX && !operator_is_elementwise(node->op);
}

/* Whether an element of x is cheap, what it reads apart. */
static bool is_cheap(const struct node *x)
{
    struct again again = {is_no_expression, NULL, CHEAP_WHERE_READ, false};
    return cost_again(&again, x) <= CHEAP_WHERE_READ;
}

/* (f(x))[k] -> f(x[k]) where that is cheap, or f(x) is needed nowhere else. */
static struct node *compute_gathered(struct rewriter *rewriter, struct node *view, int depth)
{
    struct node *x = view->op == OP_INDEX ? view->inputs[0] : NULL, *inputs[MAXIMUM_RANK];
    if (!x || view->input_count < 2 || view->fill || !operator_is_elementwise(x->op) || depth == DEEPEST ||
        (rewriter_uses(rewriter, x) > 1 && !is_cheap(x)))
        return view;
    for (int i = 0; i < x->input_count; i++) {
        inputs[i] = graph_index(rewriter->graph, x->inputs[i], view->rank, view->shape, view->subscripts,
                                view->inputs + 1, view->input_count - 1, false);
        inputs[i] = compute_gathered(rewriter, inputs[i], depth + 1);
    }
    return graph_elementwise(rewriter->graph, x->op, inputs);
}

/* k over the space, and without its own axis. */
static struct node *k_in(const struct choosing *choosing, const struct space *space)
{
    struct node *k = choosing->chosen->k;
    signed char axes[AXES];
    for (int a = 0; a < k->rank; a++)
        axes[a] = choosing->chooser->axes[a];
    return view_in(choosing->rewriter->graph, space, k, axes, -1, NULL);
}

/* The product with k put in, summed over all axes but those of y and, if y has the chosen axis, the ones that
 * k varies along: over these, then y's other axes. */
static struct node *chosen_product(const struct choosing *choosing, struct space *space)
{
    struct graph *graph = choosing->rewriter->graph;
    unsigned all = (1u << choosing->count) - 1, kept = all & ~choosing->summed & ~(1u << choosing->axis);
    bool is_scattered = !(choosing->summed >> choosing->axis & 1);
    unsigned left = is_scattered ? choosing->summed & choosing->k_axes : 0;
    struct node *product = NULL;
    add_axes(choosing, left, space); /* outermost, so that k is at hand when it has been found */
    add_axes(choosing, kept, space);
    struct space whole = *space;
    add_axes(choosing, all & ~kept & ~left & ~(1u << choosing->axis), &whole);
    if (whole.rank > MAXIMUM_RANK)
        return NULL;
    struct node *k = k_in(choosing, &whole);
    for (int i = 0; i < choosing->factor_count; i++) {
        const struct factor *factor = &choosing->factors[i];
        struct node *x = view_in(graph, &whole, factor->node, factor->axes, choosing->axis, k);
        x = compute_gathered(choosing->rewriter, x, 0);
        product = product ? graph_binary(graph, OP_MUL, product, x) : x;
    }
    unsigned rest = ((1u << whole.rank) - 1) & ~((1u << space->rank) - 1);
    return rest ? graph_reduce(graph, OP_SUM, product, rest) : product;
}

/* y[k[j], m] += x[j, m] */
static struct node *scatter_chosen(const struct choosing *choosing, const struct node *y, struct node *x,
                                   const struct space *space)
{
    struct graph *graph = choosing->rewriter->graph;
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, y->rank + 1);
    struct node *k = k_in(choosing, space);
    for (int t = 0; t < y->rank; t++) {
        subscripts[t].offset = size_number(graph->sizes, 0);
        subscripts[t].coefficients = ARENA_ARRAY(graph->arena, size *, space->rank + 1);
        if (t == choosing->axis)
            subscripts[t].dynamic = 1;
        else
            subscripts[t].coefficients[place_in(space, t)] = size_number(graph->sizes, 1);
    }
    return graph_scatter(graph, x, y->rank, y->shape, subscripts, &k, 1);
}

/* The sum of products with `which` being the chosen factor; NULL if that gains nothing. */
static struct node *put_in(struct choosing *choosing, const struct node *y, int which,
                           const struct chosen *chosen)
{
    struct factor *chooser = &choosing->factors[which];
    struct space space = {.rank = 0};
    choosing->chosen = chosen;
    choosing->chooser = chooser;
    choosing->axis = chooser->axes[chosen->axis];
    choosing->k_axes = 0;
    for (int a = 0; a < chosen->k->rank; a++)
        if (graph_varies_along(chosen->k, a))
            choosing->k_axes |= 1u << chooser->axes[a];
    bool is_scattered = !(choosing->summed >> choosing->axis & 1);
    if (is_scattered && !(choosing->summed & choosing->k_axes))
        return NULL;
    chooser->node = chosen->value;
    struct node *product = chosen_product(choosing, &space);
    return product && is_scattered ? scatter_chosen(choosing, y, product, &space) : product;
}

static void set_extents(struct choosing *choosing)
{
    for (int i = 0; i < choosing->factor_count; i++)
        for (int a = 0; a < choosing->factors[i].node->rank; a++)
            choosing->extents[(int)choosing->factors[i].axes[a]] = choosing->factors[i].node->shape[a];
}

struct node *rewrite_chosen_sum(struct rewriter *rewriter, struct node *y)
{
    struct node *x = y->inputs[0];
    struct choosing choosing = {.rewriter = rewriter, .factor_count = 1, .count = x->rank};
    struct chosen chosen;
    if (y->type != REAL || !read_chosen(rewriter->graph, x, &chosen))
        return NULL;
    int own = 0, reduced = y->rank;
    choosing.factors[0].node = x;
    for (int a = 0; a < x->rank; a++)
        choosing.factors[0].axes[a] = (signed char)(y->axes >> a & 1 ? reduced++ : own++);
    choosing.summed = ((1u << x->rank) - 1) & ~((1u << y->rank) - 1);
    set_extents(&choosing);
    return put_in(&choosing, y, 0, &chosen);
}

struct node *rewrite_chosen_product(struct rewriter *rewriter, struct node *y)
{
    struct choosing choosing = {.rewriter = rewriter, .factor_count = 2, .count = y->rank + y->reduced};
    struct chosen chosen;
    for (int i = 0; i < 2; i++) {
        choosing.factors[i].node = y->inputs[i];
        memcpy(choosing.factors[i].axes, i ? y->b_axes : y->a_axes, (size_t)y->inputs[i]->rank);
    }
    choosing.summed = ((1u << choosing.count) - 1) & ~((1u << y->rank) - 1);
    set_extents(&choosing);
    for (int i = 0; i < 2; i++)
        if (read_chosen(rewriter->graph, y->inputs[i], &chosen)) {
            struct node *better = put_in(&choosing, y, i, &chosen);
            if (better)
                return better;
        }
    return NULL;
}
