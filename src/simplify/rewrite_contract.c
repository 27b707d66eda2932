/* rewrite_contract.c: cheaper orders of matrix products. */
#include <string.h>

#include "cost.h"
#include "rewrites.h"

/* ---- Scalar factors ---- */

/* The scalar that is repeated to make the node, or NULL. */
static struct node *scalar_of(const struct node *node)
{
    return node->op == OP_INDEX && node->rank > 0 && node->inputs[0]->rank == 0 && node->input_count == 1
               ? node->inputs[0]
               : NULL;
}

/* (s a) b -> s (a b) for a scalar s, where a b is no larger than a. */
struct node *rewrite_scalar_factor(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    for (int i = 0; i < 2; i++) {
        struct node *operand = y->inputs[i];
        bool is_negative = operand->op == OP_NEG;
        if ((operand->op != OP_MUL && !is_negative) || y->rank > operand->rank)
            continue;
        struct node *scalar = NULL, *rest = operand->inputs[0];
        for (int j = 0; j < operand->input_count && !is_negative && !scalar; j++) {
            scalar = scalar_of(operand->inputs[j]);
            rest = operand->inputs[1 - j];
        }
        if (!scalar && !is_negative)
            continue;
        struct node *inputs[2] = {y->inputs[0], y->inputs[1]};
        inputs[i] = rest;
        struct node *product = graph_rebuild(graph, y, inputs);
        if (is_negative)
            return graph_unary(graph, OP_NEG, product);
        return graph_binary(graph, OP_MUL, graph_broadcast(graph, scalar, y->rank, y->shape), product);
    }
    return NULL;
}

/* ---- Chains ---- */

enum { LABELS = 3 * MAXIMUM_RANK };

/* A factor of a chain: its axes carry labels, and equal labels run together. */
struct factor {
    struct node *node;
    signed char labels[MAXIMUM_RANK];
    unsigned long long set; /* of its labels */
};

static void label(struct factor *factor, struct node *node, const signed char *labels)
{
    factor->node = node;
    factor->set = 0;
    for (int a = 0; a < node->rank; a++) {
        factor->labels[a] = labels[a];
        factor->set |= 1ULL << labels[a];
    }
}

/* Multiplications for the labels of a set, with run-time sizes taken as typical. */
static double cost_of(unsigned long long set, size *const *extents)
{
    double cost = 1;
    for (int l = 0; l < LABELS; l++)
        if (set >> l & 1)
            cost *= (double)about_of_atoms(extents[l], UNKNOWN_LABEL);
    return cost;
}

static int count_of(unsigned long long set)
{
    int count = 0;
    for (; set; set &= set - 1)
        count++;
    return count;
}

/* The contraction of a and b that keeps the labels in `kept`, whose axes get the labels in the order of
 * `order`. */
static bool contract_factors(struct graph *graph, const struct factor *a, const struct factor *b,
                             unsigned long long kept, const signed char *order, int rank, struct factor *y)
{
    signed char place[LABELS], a_axes[MAXIMUM_RANK], b_axes[MAXIMUM_RANK];
    int next = rank;
    memset(place, -1, sizeof place);
    for (int i = 0; i < rank; i++)
        place[order[i]] = (signed char)i;
    for (int l = 0; l < LABELS; l++)
        if ((a->set | b->set) >> l & 1 && place[l] < 0) {
            if (kept >> l & 1 || !(a->set >> l & 1) || !(b->set >> l & 1))
                return false;
            place[l] = (signed char)next++;
        }
    for (int i = 0; i < a->node->rank; i++)
        a_axes[i] = place[a->labels[i]];
    for (int i = 0; i < b->node->rank; i++)
        b_axes[i] = place[b->labels[i]];
    label(y, graph_contract(graph, a->node, b->node, a_axes, b_axes, rank, next - rank), order);
    return true;
}

/* Labels of a chain y = (a b) c: the axes of y, the sums of the outer product, the sums of the inner one. */
struct chain {
    struct factor a, b, c;
    size *extents[LABELS];
    int count;
    unsigned long long y;
};

static void set_extents(struct chain *chain, const struct factor *factor)
{
    for (int a = 0; a < factor->node->rank; a++)
        chain->extents[factor->labels[a]] = factor->node->shape[a];
}

/* Reads y's operand `which` as the inner product. */
static bool read_chain(const struct node *y, int which, struct chain *chain)
{
    const struct node *inner = y->inputs[which];
    const signed char *inner_axes = which ? y->b_axes : y->a_axes, *c_axes = which ? y->a_axes : y->b_axes;
    signed char labels[MAXIMUM_RANK * 2], operand[MAXIMUM_RANK];
    if (inner->op != OP_CONTRACT)
        return false;
    chain->count = y->rank + y->reduced + inner->reduced;
    if (chain->count > LABELS)
        return false;
    for (int a = 0; a < inner->rank + inner->reduced; a++)
        labels[a] = (signed char)(a < inner->rank ? inner_axes[a] : y->rank + y->reduced + a - inner->rank);
    label(&chain->c, y->inputs[1 - which], c_axes);
    for (int i = 0; i < 2; i++) {
        const signed char *axes = i ? inner->b_axes : inner->a_axes;
        for (int a = 0; a < inner->inputs[i]->rank; a++)
            operand[a] = labels[axes[a]];
        label(i ? &chain->b : &chain->a, inner->inputs[i], operand);
    }
    chain->y = (1ULL << y->rank) - 1;
    set_extents(chain, &chain->a);
    set_extents(chain, &chain->b);
    set_extents(chain, &chain->c);
    return true;
}

/* (a b) c -> a (b c), if that takes at most half of the multiplications. */
static struct node *regroup(struct rewriter *rewriter, const struct node *y, const struct chain *chain,
                            const struct factor *a, const struct factor *b, double cost)
{
    const struct factor *c = &chain->c;
    unsigned long long kept = (b->set | c->set) & (a->set | chain->y);
    double better = cost_of(b->set | c->set, chain->extents) + cost_of(a->set | kept, chain->extents);
    if (2 * better > cost || kept == (b->set | c->set) || count_of(kept) > MAXIMUM_RANK)
        return NULL;
    signed char order[LABELS], outer[MAXIMUM_RANK];
    int rank = 0;
    for (int l = 0; l < chain->count; l++)
        if (kept >> l & 1)
            order[rank++] = (signed char)l;
    for (int l = 0; l < y->rank; l++)
        outer[l] = (signed char)l;
    struct factor right, whole;
    if (!contract_factors(rewriter->graph, b, c, kept, order, rank, &right) || right.node->rank != rank)
        return NULL;
    if (!contract_factors(rewriter->graph, a, &right, chain->y, outer, y->rank, &whole))
        return NULL;
    return whole.node;
}

/* (a b) c -> a (b c) or b (a c), whichever is cheaper, where a b is read nowhere else. */
struct node *rewrite_chain(struct rewriter *rewriter, struct node *y)
{
    for (int which = 0; which < 2; which++) {
        struct chain chain = {.count = 0};
        if (!read_chain(y, which, &chain) || rewriter_uses(rewriter, y->inputs[which]) > 1)
            continue;
        double cost = cost_of(chain.a.set | chain.b.set, chain.extents);
        unsigned long long outer = chain.c.set | chain.y;
        for (int l = y->rank; l < y->rank + y->reduced; l++)
            outer |= 1ULL << l;
        cost += cost_of(outer, chain.extents);
        struct node *better = regroup(rewriter, y, &chain, &chain.a, &chain.b, cost);
        better = better ? better : regroup(rewriter, y, &chain, &chain.b, &chain.a, cost);
        if (better)
            return better;
    }
    return NULL;
}

/* ---- Diagonals ---- */

/* The index axis that subscript s of y follows over its whole extent, or -1. */
static int whole_axis(const struct node *y, int s)
{
    const struct affine *affine = &y->subscripts[s];
    int found = -1;
    int64_t number;
    if (!size_is_number(affine->offset, &number) || number != 0 || affine->dynamic || !affine->coefficients)
        return -1;
    for (int a = 0; a < y->rank; a++) {
        if (!affine->coefficients[a])
            continue;
        if (found >= 0 || !size_is_number(affine->coefficients[a], &number) || number != 1 ||
            y->shape[a] != y->inputs[0]->shape[s])
            return -1;
        found = a;
    }
    return found;
}

/* An operand of the contraction over the axes of y, then the reduced ones. */
static struct node *spread_operand(struct graph *graph, struct node *operand, const signed char *axes,
                                   const signed char *place, int rank, size *const *shape)
{
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, operand->rank + 1);
    for (int s = 0; s < operand->rank; s++) {
        subscripts[s].offset = size_number(graph->sizes, 0);
        subscripts[s].coefficients = ARENA_ARRAY(graph->arena, size *, rank + 1);
        subscripts[s].coefficients[place[axes[s]]] = size_number(graph->sizes, 1);
    }
    return graph_index(graph, operand, rank, shape, subscripts, NULL, 0, false);
}

/* The diagonal of a product needs no other elements of it: (a b)[i, i] -> sum_k a[i, k] b[k, i]; so tr(a b)
 * takes n^2 multiplications. */
struct node *rewrite_diagonal(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    struct node *product = y->inputs[0];
    if (product->op != OP_CONTRACT || y->fill || y->rank >= product->rank ||
        y->rank + product->reduced > MAXIMUM_RANK)
        return NULL;
    signed char place[2 * MAXIMUM_RANK];
    size *shape[2 * MAXIMUM_RANK];
    unsigned seen = 0, reduced = 0;
    for (int s = 0; s < product->rank; s++) {
        int axis = whole_axis(y, s);
        if (axis < 0)
            return NULL;
        place[s] = (signed char)axis;
        seen |= 1u << axis;
    }
    if (seen != (1u << y->rank) - 1)
        return NULL;
    for (int a = 0; a < y->rank; a++)
        shape[a] = y->shape[a];
    for (int i = 0; i < product->reduced; i++) {
        place[product->rank + i] = (signed char)(y->rank + i);
        reduced |= 1u << (y->rank + i);
    }
    for (int a = 0; a < product->inputs[0]->rank; a++)
        if (product->a_axes[a] >= product->rank)
            shape[(int)place[product->a_axes[a]]] = product->inputs[0]->shape[a];
    int rank = y->rank + product->reduced;
    struct node *a = spread_operand(graph, product->inputs[0], product->a_axes, place, rank, shape);
    struct node *b = spread_operand(graph, product->inputs[1], product->b_axes, place, rank, shape);
    return graph_reduce(graph, OP_SUM, graph_binary(graph, OP_MUL, a, b), reduced);
}
