/* adjoint_sums.c: sums of products over the rounds of a loop as one product.
 *
 *     for t { d_W = d_W + x[t]' d_z[t] }     is     d_W = sum[t, i](x[t, i, :] d_z[t, i, :])
 *
 * One large matrix product behind the loop costs less than a small one, and a pass over d_W, in each round.
 */
#include <stdlib.h>

#include "adjoint.h"

/* Whether the MUL's operand repeats a smaller value, as both do in an outer product. */
static bool is_repeated(const struct graph *graph, const struct loop *loop, const struct node *operand)
{
    return operand->op == OP_INDEX && operand->input_count == 1 && !operand->fill &&
           operand->inputs[0]->rank < operand->rank && operand->rank < MAXIMUM_RANK &&
           !node_mentions(graph, operand, loop->variable);
}

static bool is_product(const struct graph *graph, const struct loop *loop, const struct node *term)
{
    if (term->rank < 2)
        return false;
    if (term->op == OP_CONTRACT)
        return term->inputs[0]->rank < MAXIMUM_RANK && term->inputs[1]->rank < MAXIMUM_RANK;
    return term->op == OP_MUL && is_repeated(graph, loop, term->inputs[0]) &&
           is_repeated(graph, loop, term->inputs[1]);
}

struct node *split_products(struct graph *graph, const struct loop *loop, struct node *adjoint, size_t wrt,
                            struct product_terms *list)
{
    bool is_negative = false;
    if (adjoint->op == OP_ADD || adjoint->op == OP_SUB) {
        size_t count = list->terms_count;
        struct node *a = split_products(graph, loop, adjoint->inputs[0], wrt, list);
        size_t middle = list->terms_count;
        struct node *b = split_products(graph, loop, adjoint->inputs[1], wrt, list);
        if (list->terms_count == count)
            return adjoint;
        if (adjoint->op == OP_ADD)
            return !a ? b : !b ? a : graph_binary(graph, OP_ADD, a, b);
        for (size_t i = middle; i < list->terms_count; i++)
            list->terms[i].is_negative = !list->terms[i].is_negative;
        return !b ? a : a ? graph_binary(graph, OP_SUB, a, b) : graph_unary(graph, OP_NEG, b);
    }
    struct node *product = adjoint;
    if (adjoint->op == OP_NEG) {
        product = adjoint->inputs[0];
        is_negative = true;
    }
    if (!is_product(graph, loop, product))
        return adjoint;
    struct product_term term = {product, is_negative, wrt, 0};
    ARENA_APPEND(graph->arena, list, terms, term);
    return NULL;
}

struct node *product_operand(const struct product_term *term, int which)
{
    struct node *operand = term->product->inputs[which];
    return term->product->op == OP_CONTRACT ? operand : operand->inputs[0];
}

/* ---- Values over all rounds ---- */

/* Subscripts with an axis over the rounds before the others; variable = begin + axis. NULL if a subscript is
 * not affine in the variable. */
static struct affine *over_rounds(struct graph *graph, const struct node *index, const struct loop *loop)
{
    const struct node *x = index->inputs[0];
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, x->rank + 1);
    size *zero = size_number(graph->sizes, 0);
    for (int s = 0; s < x->rank; s++) {
        const struct affine *old = &index->subscripts[s];
        size *start = size_substitute(old->offset, loop->variable, zero);
        size *step =
            size_subtract(size_substitute(old->offset, loop->variable, size_number(graph->sizes, 1)), start);
        if (size_add(start, size_multiply(step, loop->variable)) != old->offset)
            return NULL;
        subscripts[s].offset = size_add(start, size_multiply(step, loop->begin));
        subscripts[s].coefficients = ARENA_ARRAY(graph->arena, size *, index->rank + 1);
        subscripts[s].coefficients[0] = step == zero ? NULL : step;
        for (int a = 0; old->coefficients && a < index->rank; a++) {
            if (old->coefficients[a] && size_depends_on(old->coefficients[a], loop->variable))
                return NULL;
            subscripts[s].coefficients[a + 1] = old->coefficients[a];
        }
    }
    return subscripts;
}

static bool is_outside(const struct graph *graph, struct loop *loop, const struct node *node)
{
    const struct region *region = region_of(graph, loop);
    for (size_t i = 0; i < region->captures_count; i++)
        if (region->captures[i] == node)
            return true;
    return false;
}

/* What the loop has collected; if that is only a part of an outer value that moves with the round, the outer
 * value. */
static struct node *stacked(struct graph *graph, struct node *node, int collected)
{
    struct loop *loop = node->loop;
    struct node *value = loop->collected[collected];
    if (value->op == OP_INDEX && value->input_count == 1 && !value->fill && !loop->condition &&
        is_outside(graph, loop, value->inputs[0])) {
        struct affine *subscripts = over_rounds(graph, value, loop);
        size *shape[MAXIMUM_RANK] = {size_subtract(loop->end, loop->begin)};
        for (int a = 0; a < value->rank; a++)
            shape[a + 1] = value->shape[a];
        if (subscripts)
            return graph_index(graph, value->inputs[0], value->rank + 1, shape, subscripts, NULL, 0, false);
    }
    return graph_result(graph, node, loop->carried_count + collected);
}

static struct node *contract_rounds(struct graph *graph, const struct node *product, struct node *a,
                                    struct node *b)
{
    signed char a_axes[MAXIMUM_RANK], b_axes[MAXIMUM_RANK];
    a_axes[0] = b_axes[0] = (signed char)(product->rank + product->reduced);
    for (int i = 1; i < a->rank; i++)
        a_axes[i] = product->a_axes[i - 1];
    for (int i = 1; i < b->rank; i++)
        b_axes[i] = product->b_axes[i - 1];
    return graph_contract(graph, a, b, a_axes, b_axes, product->rank, product->reduced + 1);
}

/* The operand of an outer product, repeated as in each round. */
static struct node *repeat_rounds(struct graph *graph, const struct node *operand, struct node *all)
{
    size *shape[MAXIMUM_RANK] = {all->shape[0]};
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, all->rank);
    for (int a = 0; a < operand->rank; a++)
        shape[a + 1] = operand->shape[a];
    for (int s = 0; s < all->rank; s++) {
        subscripts[s].coefficients = ARENA_ARRAY(graph->arena, size *, operand->rank + 1);
        subscripts[s].offset = size_number(graph->sizes, 0);
        if (s == 0) {
            subscripts[s].coefficients[0] = size_number(graph->sizes, 1);
            continue;
        }
        subscripts[s].offset = operand->subscripts[s - 1].offset;
        for (int a = 0; operand->subscripts[s - 1].coefficients && a < operand->rank; a++)
            subscripts[s].coefficients[a + 1] = operand->subscripts[s - 1].coefficients[a];
    }
    return graph_index(graph, all, operand->rank + 1, shape, subscripts, NULL, 0, false);
}

struct node *sum_over_rounds(struct graph *graph, struct node *loop, const struct product_term *term)
{
    const struct node *product = term->product;
    struct node *a = stacked(graph, loop, term->first), *b = stacked(graph, loop, term->first + 1), *sum;
    if (product->op == OP_CONTRACT) {
        sum = contract_rounds(graph, product, a, b);
    } else {
        a = repeat_rounds(graph, product->inputs[0], a);
        b = repeat_rounds(graph, product->inputs[1], b);
        sum = graph_reduce(graph, OP_SUM, graph_binary(graph, OP_MUL, a, b), 1);
    }
    return term->is_negative ? graph_unary(graph, OP_NEG, sum) : sum;
}
