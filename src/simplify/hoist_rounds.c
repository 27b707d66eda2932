/* hoist_rounds.c: products that a loop would compute round by round, as one product before or behind it.
 *
 *     for t { h = tanh(xs[t] @ W + h @ U) }       z = xs @ W; for t { h = tanh(z[t] + h @ U) }
 *     for t { ...; d_xs[t] = d_z @ W' }           for t { ...; d_zs[t] = d_z }; d_xs = d_zs @ W'
 *
 * One large matrix product takes less time than many small ones. Only where no value comes to be that is
 * larger than those that are there anyway by more than fixed factors. Loops that are to save memory keep
 * theirs. */
#include <stdlib.h>

#include "batch.h"
#include "region.h"
#include "change_in_place.h"
#include "simplify_loops.h"

/* Whether the number of rounds has a name in common with a size of the node: then the node for all rounds
 * would grow with the square. */
static bool grows_with_rounds(const struct loop *loop, const struct node *node, const struct node *part)
{
    size *rounds = size_subtract(loop->end, loop->begin);
    int64_t number;
    for (int a = 0; a < node->rank; a++) {
        bool is_of_part = false;
        for (int i = 0; i < part->rank; i++)
            is_of_part = is_of_part || part->shape[i] == node->shape[a];
        if (!is_of_part &&
            (node->shape[a] == rounds ||
             (size_is_number(rounds, &number) && size_is_number(node->shape[a], &number) && number > 4096)))
            return true;
    }
    return false;
}

/* A part of an outer value that moves with the round, times a value from outside, and no larger in rank. */
static bool is_worth_hoisting(const struct region *region, const struct loop *loop, const struct node *node)
{
    if (node->op != OP_CONTRACT)
        return false;
    for (int i = 0; i < 2; i++) {
        const struct node *part = node->inputs[i];
        if (part->op == OP_INDEX && !part->fill && part->input_count == 1 && region_has(region, part) &&
            !region_has(region, part->inputs[0]) && !region_has(region, node->inputs[1 - i]) &&
            node->inputs[1 - i]->op != OP_PLACEHOLDER && node->rank <= part->rank)
            return !grows_with_rounds(loop, node, part);
    }
    return false;
}

/* ---- Before the loop ---- */

static bool hoist_before(struct graph *graph, struct loop *loop)
{
    const struct region *region = region_of(graph, loop);
    bool any = false;
    for (size_t i = 0; i < region->inside_count; i++) {
        struct node *node = region->inside[i];
        if (!is_worth_hoisting(region, loop, node))
            continue;
        struct node *all = batch_rounds(graph, node, loop);
        if (!all)
            continue;
        become(node, graph_drop_axis(graph, all, 0, size_subtract(loop->variable, loop->begin)));
        any = true;
    }
    return any;
}

/* ---- Behind the loop ---- */

/* product, with operand `which` for all rounds in its place. */
static struct node *contract_all(struct graph *graph, const struct node *product, int which, struct node *all)
{
    signed char axes[2][2 * MAXIMUM_RANK];
    struct node *operands[2] = {product->inputs[0], product->inputs[1]};
    operands[which] = all;
    for (int i = 0; i < 2; i++) {
        const signed char *old = i ? product->b_axes : product->a_axes;
        int lead = i == which;
        axes[i][0] = 0;
        for (int a = 0; a < product->inputs[i]->rank; a++)
            axes[i][lead + a] = (signed char)(old[a] + 1);
    }
    return graph_contract(graph, operands[0], operands[1], axes[0], axes[1], product->rank + 1,
                          product->reduced);
}

/* A RESULT that collects a product of a value that is collected too with one from outside. */
static bool hoist_behind(struct graph *graph, struct node *result)
{
    struct node *node = result->inputs[0];
    struct loop *loop = node->loop;
    if (result->result < loop->carried_count || loop->checkpoint || result->rank + 1 > MAXIMUM_RANK)
        return false;
    const struct node *product = loop->collected[result->result - loop->carried_count];
    if (product->op != OP_CONTRACT)
        return false;
    const struct region *region = region_of(graph, loop);
    for (int i = 0; i < 2; i++) {
        int k = collected_number(loop, product->inputs[i]);
        const struct node *other = product->inputs[1 - i];
        bool is_carried = false;
        for (int j = 0; j < loop->carried_count; j++)
            is_carried = is_carried || loop->carried[j] == other;
        if (k < 0 || is_carried || region_has(region, other) || product->inputs[i]->rank + 1 > MAXIMUM_RANK)
            continue;
        become(result, contract_all(graph, product, i, graph_result(graph, node, loop->carried_count + k)));
        return true;
    }
    return false;
}

void hoist_rounds(struct graph *graph, struct node *const *roots, size_t root_count)
{
    size_t count = graph->nodes_count;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        struct node *node = graph->nodes[i];
        if (node->op == OP_RESULT)
            any = hoist_behind(graph, node) || any;
    }
    for (size_t i = 0; i < count; i++) {
        struct node *node = graph->nodes[i];
        const struct loop *loop = node->loop;
        if (node->op == OP_LOOP && !loop->condition && !loop->is_branch && !loop->checkpoint)
            any = hoist_before(graph, node->loop) || any;
    }
    if (any)
        sort_nodes(graph, roots, root_count);
}
