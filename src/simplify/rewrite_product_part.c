/* rewrite_product_part.c: a product of which one row or column is read, or one operand of which is 0 but for
 * one, is a product of these:
 *
 *     (A @ B)[:, k]                 -> A @ B[:, k]
 *     Z @ B where Z[:, k] = z       -> z B[k, :]          Z is 0 elsewhere
 *     B @ Z where Z[:, k] = z       -> Y where Y[:, k] = B @ z
 *
 * The adjoint of the first one multiplies as the others do. */
#include "rewrites.h"

/* How x moves as an axis of the view, or of what is scattered, does. */
struct movement {
    size *offset, *step, *extent; /* step NULL: x stands still */
    int axis;
    signed char label; /* the iteration axis of the new product */
};

/* Whether each axis of the smaller tensor moves along one axis of the larger one, which stands still along
 * another one, at a place that is the same in all rounds of loops. */
static bool read_movements(const struct node *node, const struct node *larger, const struct node *smaller,
                           struct movement *movements)
{
    unsigned seen = 0;
    if (node->fill || node->input_count > 1 || smaller->rank >= larger->rank)
        return false;
    for (int s = 0; s < larger->rank; s++) {
        const struct affine *affine = &node->subscripts[s];
        movements[s] = (struct movement){.offset = affine->offset};
        if (size_has_loop_variable(affine->offset))
            return false;
        for (int a = 0; affine->coefficients && a < smaller->rank; a++) {
            if (!affine->coefficients[a])
                continue;
            if (movements[s].step || seen >> a & 1)
                return false;
            movements[s] =
                (struct movement){affine->offset, affine->coefficients[a], smaller->shape[a], a, 0};
            seen |= 1u << a;
        }
    }
    return seen == (1u << smaller->rank) - 1;
}

static const signed char *labels_of(const struct node *product, int operand)
{
    return operand ? product->b_axes : product->a_axes;
}

/* Over the whole of each iteration axis. */
static void move_everywhere(struct graph *graph, const struct node *product, struct movement *movements)
{
    for (int i = 0; i < 2; i++)
        for (int a = 0; a < product->inputs[i]->rank; a++)
            movements[labels_of(product, i)[a]] = (struct movement){.offset = size_number(graph->sizes, 0),
                                                                    .step = size_number(graph->sizes, 1),
                                                                    .extent = product->inputs[i]->shape[a]};
}

/* Where a tensor with the new iteration axes stands in one whose axes have these labels. */
static struct affine *subscripts_of(struct graph *graph, const struct movement *movements,
                                    const signed char *labels, int rank, signed char *new_labels,
                                    size **shape, int *new_rank)
{
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, rank + 1);
    *new_rank = 0;
    for (int a = 0; a < rank; a++) {
        const struct movement *movement = &movements[labels[a]];
        subscripts[a].offset = movement->offset;
        subscripts[a].coefficients = ARENA_ARRAY(graph->arena, size *, rank + 1);
        if (!movement->step)
            continue;
        subscripts[a].coefficients[*new_rank] = movement->step;
        shape[*new_rank] = movement->extent;
        new_labels[(*new_rank)++] = movement->label;
    }
    return subscripts;
}

static struct node *part_of_operand(struct graph *graph, const struct node *product, int operand,
                                    const struct movement *movements, signed char *new_labels)
{
    struct node *x = product->inputs[operand];
    size *shape[MAXIMUM_RANK];
    int rank;
    const struct affine *subscripts =
        subscripts_of(graph, movements, labels_of(product, operand), x->rank, new_labels, shape, &rank);
    return graph_index(graph, x, rank, shape, subscripts, NULL, 0, false);
}

/* (A @ B)[:, k] -> A @ B[:, k] where the product is read nowhere else */
struct node *rewrite_part_of_product(struct rewriter *rewriter, struct node *y)
{
    struct movement movements[2 * MAXIMUM_RANK];
    struct node *product = y->inputs[0], *operands[2];
    signed char labels[2][MAXIMUM_RANK];
    if (product->op != OP_CONTRACT || rewriter_uses(rewriter, product) > 1)
        return NULL;
    move_everywhere(rewriter->graph, product, movements);
    if (!read_movements(y, product, y, movements))
        return NULL;
    for (int s = 0; s < product->rank; s++)
        movements[s].label = (signed char)movements[s].axis;
    for (int i = 0; i < product->reduced; i++)
        movements[product->rank + i].label = (signed char)(y->rank + i);
    for (int i = 0; i < 2; i++)
        operands[i] = part_of_operand(rewriter->graph, product, i, movements, labels[i]);
    return graph_contract(rewriter->graph, operands[0], operands[1], labels[0], labels[1], y->rank,
                          product->reduced);
}

/* The product y, one operand of which is `scattered`, 0 but for a part. */
static struct node *multiply_part(struct graph *graph, const struct node *y, int scattered,
                                  struct movement *movements)
{
    signed char labels[2][MAXIMUM_RANK], own[MAXIMUM_RANK], moved[MAXIMUM_RANK], next = 0;
    struct node *operands[2];
    size *shape[MAXIMUM_RANK];
    int rank = 0;
    for (int l = 0; l < y->rank + y->reduced; l++) {
        movements[l].label = movements[l].step ? next++ : -1;
        rank = l < y->rank ? next : rank;
    }
    const signed char *axes = labels_of(y, scattered);
    for (int s = 0; s < y->inputs[scattered]->rank; s++)
        if (movements[axes[s]].step)
            labels[scattered][movements[axes[s]].axis] = movements[axes[s]].label;
    operands[scattered] = y->inputs[scattered]->inputs[0];
    operands[!scattered] = part_of_operand(graph, y, !scattered, movements, labels[!scattered]);
    struct node *part =
        graph_contract(graph, operands[0], operands[1], labels[0], labels[1], rank, next - rank);
    for (int s = 0; s < y->rank; s++)
        own[s] = (signed char)s;
    const struct affine *subscripts = subscripts_of(graph, movements, own, y->rank, moved, shape, &rank);
    return graph_scatter(graph, part, y->rank, y->shape, subscripts, NULL, 0);
}

/* Z @ B where Z[:, k] = z -> z B[k, :] */
struct node *rewrite_product_of_part(struct rewriter *rewriter, struct node *y)
{
    struct movement movements[2 * MAXIMUM_RANK], own[MAXIMUM_RANK];
    for (int i = 0; i < 2; i++) {
        const struct node *whole = y->inputs[i];
        if (whole->op != OP_SCATTER || !read_movements(whole, whole, whole->inputs[0], own))
            continue;
        move_everywhere(rewriter->graph, y, movements);
        for (int s = 0; s < whole->rank; s++)
            movements[labels_of(y, i)[s]] = own[s];
        return multiply_part(rewriter->graph, y, i, movements);
    }
    return NULL;
}
