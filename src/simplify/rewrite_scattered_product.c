/* rewrite_scattered_product.c: the order in which a product stands before its elements are added to windows.
 *
 *     d_x[n, c, p + u, q + v] += (d_y[n, k, p, q] w[k, c, u, v])[n, p, q, c, u, v]     u, v < 3
 *     d_x[n, c, p + u, q + v] += (d_y[n, k, p, q] w[k, c, u, v])[n, c, u, v, p, q]
 *
 * The second one adds rows as long as the image is wide, side by side in both, and is done with a channel
 * before it begins the next. The product is the same: the matrix of one operand's axes and the other's,
 * transposed. */
#include "cost.h"
#include "rewrites.h"

/* Whether the axis of the elements moves the last subscript of the scatter one place further each time. */
static bool runs_along_rows(const struct node *scatter, int axis)
{
    const struct affine *last = &scatter->subscripts[scatter->rank - 1];
    return last->coefficients && last->coefficients[axis] && size_is(last->coefficients[axis], 1);
}

/* The product that is scattered, or a number times it: then the number, else NULL. NULL: neither, or others
 * read it, too. */
static struct node *scattered_product(const struct rewriter *rewriter, const struct node *scatter,
                                      struct node **scale)
{
    struct node *x = scatter->inputs[0];
    *scale = NULL;
    for (int i = 0; x->op == OP_MUL && i < 2 && rewriter_uses(rewriter, x) <= 1; i++) {
        const struct node *factor = x->inputs[i];
        if (factor->op == OP_INDEX && factor->inputs[0]->rank == 0 && x->inputs[!i]->op == OP_CONTRACT) {
            *scale = factor->inputs[0];
            x = x->inputs[!i];
        }
    }
    return x->op == OP_CONTRACT && rewriter_uses(rewriter, x) <= 1 ? x : NULL;
}

static bool is_overlapping(const struct node *scatter)
{
    for (int s = 0; s < scatter->rank; s++)
        if (!graph_is_apart(&scatter->subscripts[s], scatter->inputs[0]))
            return true;
    return false;
}

/* The operands that have the axis of the product: 1, 2, or 3 for both. */
static unsigned owners_of(const struct node *product, int axis)
{
    unsigned owners = 0;
    for (int operand = 0; operand < 2; operand++)
        for (int a = 0; a < product->inputs[operand]->rank; a++)
            if ((operand ? product->b_axes : product->a_axes)[a] == axis)
                owners |= 1u << operand;
    return owners;
}

/* The first of the product's axes, up to `end`, which stand in the same order at the end of the operand. */
static int first_of_rows(const struct node *product, int operand, int end)
{
    const struct node *x = product->inputs[operand];
    const signed char *axes = operand ? product->b_axes : product->a_axes;
    int first = end;
    for (int a = x->rank; a-- > 0 && first > 0; first--)
        if (axes[a] != first - 1 || owners_of(product, first - 1) != 1u << operand)
            break;
    return first;
}

/* Finds the axes [first, middle) of one operand and [middle, rank) of the other that change places. */
static bool find_sides(const struct node *scatter, const struct node *product, int *first, int *middle)
{
    unsigned owner = product->rank > 0 ? owners_of(product, product->rank - 1) : 3;
    double shorter = 0;
    *middle = product->rank;
    while (*middle > 0 && owners_of(product, *middle - 1) == owner) {
        --*middle;
        if (runs_along_rows(scatter, *middle) && about(product->shape[*middle], UNKNOWN_LENGTH) > shorter)
            shorter = about(product->shape[*middle], UNKNOWN_LENGTH);
    }
    if (owner == 3 || *middle == 0 || !runs_along_rows(scatter, *middle - 1) ||
        about(product->shape[*middle - 1], UNKNOWN_LENGTH) <= shorter)
        return false;
    *first = first_of_rows(product, owner == 1, *middle);
    return *first < *middle;
}

/* The product with its axes moved, each to its new place. */
static struct node *reorder_product(struct graph *graph, const struct node *product, const signed char *place)
{
    signed char labels[2][MAXIMUM_RANK];
    for (int operand = 0; operand < 2; operand++)
        for (int a = 0; a < product->inputs[operand]->rank; a++) {
            signed char label = (operand ? product->b_axes : product->a_axes)[a];
            labels[operand][a] = label < product->rank ? place[label] : label;
        }
    return graph_contract(graph, product->inputs[0], product->inputs[1], labels[0], labels[1], product->rank,
                          product->reduced);
}

/* Windows that a product is added to: with the axis that runs along their rows for longest last. */
struct node *rewrite_scattered_product(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    struct node *scale, *product = scattered_product(rewriter, y, &scale);
    struct affine subscripts[MAXIMUM_RANK];
    size *coefficients[MAXIMUM_RANK][MAXIMUM_RANK];
    signed char place[MAXIMUM_RANK];
    int first, middle;
    if (!rewriter->is_for_loops || !product || y->input_count > 1 || y->rank == 0 || !is_overlapping(y) ||
        !find_sides(y, product, &first, &middle))
        return NULL;
    for (int a = 0; a < product->rank; a++) {
        int to = a < first ? a : a < middle ? a + product->rank - middle : a + first - middle;
        place[a] = (signed char)to;
    }
    for (int s = 0; s < y->rank; s++) {
        subscripts[s] = y->subscripts[s];
        if (!subscripts[s].coefficients)
            continue;
        for (int a = 0; a < product->rank; a++)
            coefficients[s][place[a]] = y->subscripts[s].coefficients[a];
        subscripts[s].coefficients = coefficients[s];
    }
    struct node *x = reorder_product(graph, product, place);
    if (scale)
        x = graph_binary(graph, OP_MUL, graph_broadcast(graph, scale, x->rank, x->shape), x);
    return graph_scatter(graph, x, y->rank, y->shape, subscripts, NULL, 0);
}
