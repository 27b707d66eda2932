/* scalarise_element.c: each operator's elements from its operands' elements.
 *
 * Requires: operands that have been looked at. Leaves new nodes of rank 0. Sums, products and extrema are
 * formed in the order of their loops, so that nothing is rounded differently. */
#include "scalarise.h"

#include <string.h>

enum { MOST_PRODUCTS = 128 }; /* of a sparse contraction */

/* ---- Places ---- */

int64_t extent_of(const struct node *node, int axis)
{
    int64_t extent = 1;
    size_is_number(node->shape[axis], &extent);
    return extent;
}

void place_of_element(const struct node *node, size_t flat, int64_t *at)
{
    for (int a = node->rank; a-- > 0;) {
        int64_t extent = extent_of(node, a);
        at[a] = (int64_t)flat % extent;
        flat /= (size_t)extent;
    }
}

size_t element_count(const struct node *node)
{
    size_t count = 1;
    for (int a = 0; a < node->rank; a++)
        count *= (size_t)extent_of(node, a);
    return count;
}

static size_t number_of_place(const struct node *node, const int64_t *at)
{
    size_t flat = 0;
    for (int a = 0; a < node->rank; a++)
        flat = flat * (size_t)extent_of(node, a) + (size_t)at[a];
    return flat;
}

bool subscript_at(const struct affine *affine, int rank, const int64_t *at, int64_t *position)
{
    int64_t coefficient;
    if (affine->dynamic || !size_is_number(affine->offset, position))
        return false;
    for (int a = 0; a < rank; a++) {
        if (!affine->coefficients || !affine->coefficients[a])
            continue;
        if (!size_is_number(affine->coefficients[a], &coefficient))
            return false;
        *position += coefficient * at[a];
    }
    return true;
}

/* The place in the target that the subscripts give; false if it lies outside. */
static bool target_place(const struct affine *subscripts, const struct node *target, int rank,
                         const int64_t *at, int64_t *place)
{
    for (int s = 0; s < target->rank; s++)
        if (!subscript_at(&subscripts[s], rank, at, &place[s]) || place[s] < 0 ||
            place[s] >= extent_of(target, s))
            return false;
    return true;
}

/* ---- Elements ---- */

static struct node *split_element(struct scalariser *scalariser, struct node *node, size_t flat);

struct node *element_at(struct scalariser *scalariser, struct node *node, const int64_t *at)
{
    struct affine subscripts[MAXIMUM_RANK];
    if (is_split(scalariser, node))
        return scalariser->elements[node->id][number_of_place(node, at)];
    if (node->rank > 0 && (scalariser->known[node->id] || is_view_of_split(scalariser, node)))
        return split_element(scalariser, node, number_of_place(node, at));
    struct node *whole = scalariser_whole(scalariser, node);
    for (int a = 0; a < node->rank; a++)
        subscripts[a] = (struct affine){size_number(scalariser->graph->sizes, at[a]), NULL, 0};
    return node->rank ? graph_index(scalariser->graph, whole, 0, NULL, subscripts, NULL, 0, false) : whole;
}

static struct node *element(struct scalariser *scalariser, struct node *node, size_t flat)
{
    int64_t at[MAXIMUM_RANK];
    place_of_element(node, flat, at);
    return element_at(scalariser, node, at);
}

static struct node *zero(struct scalariser *scalariser, const struct node *node)
{
    return graph_constant(scalariser->graph, node->type, 0);
}

static struct node *elementwise_element(struct scalariser *scalariser, struct node *node, size_t flat)
{
    struct node *operands[3];
    double one, other;
    for (int i = 0; i < node->input_count; i++)
        operands[i] = element(scalariser, node->inputs[i], flat);
    if (node->op == OP_SELECT && graph_is_constant(operands[1], &one) &&
        graph_is_constant(operands[2], &other) &&
        one == other) /* 0 and -0 too: what is 0 by its place, and what is not chosen */
        return operands[2];
    return graph_elementwise(scalariser->graph, node->op, operands);
}

/* y[i] = x[A i + b + k[i]] of an x that is not split. */
static struct node *load(struct scalariser *scalariser, struct node *node, size_t flat)
{
    struct graph *graph = scalariser->graph;
    struct node *dynamics[MAXIMUM_RANK];
    struct affine subscripts[MAXIMUM_RANK];
    int64_t at[MAXIMUM_RANK];
    place_of_element(node, flat, at);
    for (int s = 0; s < node->inputs[0]->rank; s++) {
        const struct affine *old = &node->subscripts[s];
        subscripts[s] = (struct affine){old->offset, NULL, old->dynamic};
        for (int a = 0; old->coefficients && a < node->rank; a++)
            if (old->coefficients[a])
                subscripts[s].offset =
                    size_add(subscripts[s].offset,
                             size_multiply(old->coefficients[a], size_number(graph->sizes, at[a])));
    }
    for (int d = 1; d < node->input_count; d++)
        dynamics[d - 1] = element_at(scalariser, node->inputs[d], at);
    return graph_index(graph, scalariser_whole(scalariser, node->inputs[0]), 0, NULL, subscripts, dynamics,
                       node->input_count - 1, node->fill);
}

/* y[i] = x[A i + b], 0 outside x */
static struct node *view_element(struct scalariser *scalariser, struct node *node, size_t flat)
{
    struct node *x = node->inputs[0];
    int64_t at[MAXIMUM_RANK], place[MAXIMUM_RANK];
    if (!is_split(scalariser, x) && !(scalariser->known[x->id] && is_numbered_view(node)))
        return load(scalariser, node, flat);
    place_of_element(node, flat, at);
    return target_place(node->subscripts, x, node->rank, at, place) ? element_at(scalariser, x, place)
                                                                    : zero(scalariser, node);
}

/* y = 0; y[A i + b] += x[i], or y = x[0]; y[A i + b] = x[1][i] */
static void place_elements(struct scalariser *scalariser, struct node *node, struct node **y)
{
    bool replaces = node->op == OP_REPLACE;
    struct node *part = node->inputs[replaces];
    int64_t at[MAXIMUM_RANK], place[MAXIMUM_RANK];
    for (size_t i = 0; i < element_count(part); i++) {
        place_of_element(part, i, at);
        if (!target_place(node->subscripts, node, part->rank, at, place))
            continue;
        struct node *x = element_at(scalariser, part, at), **target = &y[number_of_place(node, place)];
        *target = *target && !replaces ? graph_binary(scalariser->graph, OP_ADD, *target, x) : x;
    }
    for (size_t k = 0; k < element_count(node); k++)
        if (!y[k])
            y[k] = replaces ? element(scalariser, node->inputs[0], k) : zero(scalariser, node);
}

static struct node *position_element(struct scalariser *scalariser, struct node *node, size_t flat)
{
    struct graph *graph = scalariser->graph;
    const struct affine *affine = node->subscripts;
    size *position = affine->offset;
    int64_t at[MAXIMUM_RANK];
    place_of_element(node, flat, at);
    for (int a = 0; a < node->rank; a++)
        if (affine->coefficients[a])
            position =
                size_add(position, size_multiply(affine->coefficients[a], size_number(graph->sizes, at[a])));
    return graph_size(graph, node->type, position);
}

static enum op fold_of(enum op op)
{
    switch (op) {
    case OP_PRODUCT: return OP_MUL;
    case OP_MAXIMUM: return OP_MAX;
    case OP_MINIMUM: return OP_MIN;
    case OP_ANY: return OP_OR;
    case OP_ALL: return OP_AND;
    default: return OP_ADD;
    }
}

/* y[m] = x[m, 0] + x[m, 1] + ..., or their product, maximum ... */
static struct node *reduced_element(struct scalariser *scalariser, struct node *node, size_t flat)
{
    struct node *x = node->inputs[0], *y = NULL;
    int64_t kept[MAXIMUM_RANK], at[MAXIMUM_RANK];
    size_t terms = element_count(x) / element_count(node);
    place_of_element(node, flat, kept);
    for (size_t term = 0; term < terms; term++) {
        size_t rest = term;
        for (int a = x->rank, k = node->rank; a-- > 0;) {
            if (node->axes >> a & 1) {
                at[a] = (int64_t)(rest % (size_t)extent_of(x, a));
                rest /= (size_t)extent_of(x, a);
            } else {
                at[a] = kept[--k];
            }
        }
        struct node *value = element_at(scalariser, x, at);
        y = y ? graph_binary(scalariser->graph, fold_of(node->op), y, value) : value;
    }
    return y;
}

/* y[i] = sum over j <= i (j >= i if reverse) of x[j] along the axis */
static struct node *cumulated_element(struct scalariser *scalariser, struct node *node, size_t flat)
{
    struct node *y = NULL;
    int64_t at[MAXIMUM_RANK];
    int axis = 0;
    while (!(node->axes >> axis & 1))
        axis++;
    place_of_element(node, flat, at);
    int64_t here = at[axis], last = extent_of(node, axis) - 1;
    for (int64_t j = node->reverse ? last : 0; node->reverse ? j >= here : j <= here;
         j += node->reverse ? -1 : 1) {
        at[axis] = j;
        struct node *term = element_at(scalariser, node->inputs[0], at);
        y = y ? graph_binary(scalariser->graph, OP_ADD, y, term) : term;
    }
    return y;
}

/* The operand at a place of the iteration axes. */
static struct node *factor_at(struct scalariser *scalariser, struct node *x, const signed char *axes,
                              const int64_t *iteration)
{
    int64_t at[MAXIMUM_RANK];
    for (int a = 0; a < x->rank; a++)
        at[a] = iteration[axes[a]];
    return element_at(scalariser, x, at);
}

/* The extents of the iteration axes of a contraction, and how many terms each sum has. */
static int64_t iteration_extents(const struct node *node, int64_t *extents)
{
    int64_t terms = 1;
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < node->inputs[side]->rank; i++)
            extents[side ? node->b_axes[i] : node->a_axes[i]] = extent_of(node->inputs[side], i);
    for (int k = node->rank; k < node->rank + node->reduced; k++)
        terms *= extents[k];
    return terms;
}

static void place_of_term(const struct node *node, const int64_t *extents, int64_t term, int64_t *iteration)
{
    for (int k = node->rank + node->reduced; k-- > node->rank; term /= extents[k])
        iteration[k] = term % extents[k];
}

/* y[m] = sum_k a[m, k] b[m, k] */
static struct node *contracted_element(struct scalariser *scalariser, struct node *node, size_t flat)
{
    struct node *a = node->inputs[0], *b = node->inputs[1], *y = NULL;
    int64_t extents[2 * MAXIMUM_RANK], iteration[2 * MAXIMUM_RANK];
    int64_t terms = iteration_extents(node, extents);
    place_of_element(node, flat, iteration);
    for (int64_t term = 0; term < terms; term++) {
        place_of_term(node, extents, term, iteration);
        struct node *product =
            graph_binary(scalariser->graph, OP_MUL, factor_at(scalariser, a, node->a_axes, iteration),
                         factor_at(scalariser, b, node->b_axes, iteration));
        y = y ? graph_binary(scalariser->graph, OP_ADD, y, product) : product;
    }
    return y;
}

bool has_few_products(struct scalariser *scalariser, struct node *node)
{
    int64_t extents[2 * MAXIMUM_RANK], iteration[2 * MAXIMUM_RANK], products = 0;
    int64_t count = (int64_t)element_count(node), terms = iteration_extents(node, extents);
    for (int64_t k = 0; k < count * terms; k++) {
        place_of_element(node, (size_t)(k / terms), iteration);
        place_of_term(node, extents, k % terms, iteration);
        products += !graph_is_zero(factor_at(scalariser, node->inputs[0], node->a_axes, iteration)) &&
                    !graph_is_zero(factor_at(scalariser, node->inputs[1], node->b_axes, iteration));
    }
    return products <= MOST_PRODUCTS && 2 * products <= count * terms;
}

static struct node *split_element(struct scalariser *scalariser, struct node *node, size_t flat)
{
    if (operator_is_elementwise(node->op))
        return elementwise_element(scalariser, node, flat);
    switch (node->op) {
    case OP_INDEX: return view_element(scalariser, node, flat);
    case OP_IOTA: return position_element(scalariser, node, flat);
    case OP_RESHAPE: {
        struct node *x = element(scalariser, node->inputs[0], flat);
        return node->extent ? graph_tie(scalariser->graph, x, node->extent) : x;
    }
    case OP_CUMSUM: return cumulated_element(scalariser, node, flat);
    case OP_CONTRACT: return contracted_element(scalariser, node, flat);
    default: return reduced_element(scalariser, node, flat);
    }
}

bool split_elements(struct scalariser *scalariser, struct node *node, size_t most, struct node **elements)
{
    size_t others = 0;
    double value;
    bool is_placement = node->op == OP_SCATTER || node->op == OP_REPLACE;
    if (is_placement)
        place_elements(scalariser, node, elements);
    for (size_t k = 0; k < element_count(node) && others <= most; k++) {
        if (!is_placement)
            elements[k] = split_element(scalariser, node, k);
        others += !graph_is_constant(elements[k], &value);
    }
    return others <= most;
}
