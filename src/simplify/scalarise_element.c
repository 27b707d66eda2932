/* scalarise_element.c: each operator's elements from its operands' elements.
 *
 * Requires: operands that have been looked at. Leaves new nodes of rank 0. Sums, products and extrema are
 * formed in the order of their loops, so that nothing is rounded differently. */
#include "scalarise.h"

#include <string.h>

#include "cost.h"

enum {
    SHORT_AXIS = 4, /* elements along an axis */
    REGISTER = 4,   /* elements that a vector register holds */
    SHORT_TENSOR = 16,
    SMALL_TENSOR = 32, /* what short tensors are put into */
    MOST_TERMS = 64,   /* products in a contraction */
};

/* ---- Places ---- */

/* The number of elements if all extents are numbers, at most `most` along each axis and `all` in all; else 0.
 */
static size_t count_up_to(const struct node *node, int64_t most, size_t all)
{
    size_t count = 1;
    int64_t extent;
    for (int a = 0; a < node->rank; a++) {
        if (!size_is_number(node->shape[a], &extent) || extent < 1 || extent > most)
            return 0;
        count *= (size_t)extent;
        if (count > all)
            return 0;
    }
    return count;
}

static bool has_number_extents(const struct node *node)
{
    int64_t extent;
    for (int a = 0; a < node->rank; a++)
        if (!size_is_number(node->shape[a], &extent))
            return false;
    return true;
}

size_t short_count(const struct node *node)
{
    return count_up_to(node, SHORT_AXIS, SHORT_TENSOR);
}

static size_t small_count(const struct node *node)
{
    return count_up_to(node, SMALL_TENSOR, SMALL_TENSOR);
}

static int64_t extent_of(const struct node *node, int axis)
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

static size_t number_of_place(const struct node *node, const int64_t *at)
{
    size_t flat = 0;
    for (int a = 0; a < node->rank; a++)
        flat = flat * (size_t)extent_of(node, a) + (size_t)at[a];
    return flat;
}

/* offset + sum of coefficients * at, if it is a number. */
static bool subscript_at(const struct affine *affine, int rank, const int64_t *at, int64_t *position)
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

static bool has_number_subscripts(const struct affine *subscripts, int count, int rank)
{
    static const int64_t origin[MAXIMUM_RANK];
    int64_t position;
    for (int s = 0; s < count; s++)
        if (!subscript_at(&subscripts[s], rank, origin, &position))
            return false;
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

/* ---- What can be split ---- */

static bool is_split(const struct scalariser *scalariser, const struct node *node)
{
    return scalariser->elements[node->id] != NULL;
}

static bool fills_register(const struct node *node)
{
    return node->rank > 0 && extent_of(node, node->rank - 1) >= REGISTER;
}

/* Whether its elements are at hand: those that fill vector registers are better left in loops. */
static bool is_open(const struct scalariser *scalariser, const struct node *node)
{
    return is_split(scalariser, node) || (short_count(node) > 0 && !fills_register(node));
}

/* Whether elements of it cost no more one by one than in a loop, split or not. */
bool is_plain(const struct scalariser *scalariser, const struct node *node)
{
    bool plain = true;
    if (node->input_count == 0 || is_split(scalariser, node))
        return true;
    if (node->op != OP_INDEX &&
        (!operator_is_elementwise(node->op) || operator_info(node->op)->cost > CHEAP_OPERATOR))
        return false;
    for (int i = 0; i < node->input_count; i++)
        plain = plain && scalariser->is_plain[node->inputs[i]->id];
    return plain;
}

/* Computed from positions and constants alone, and of fixed extents, so that each element has a number and is
 * one: zeros vanish where elements of it are read. */
static bool is_known(const struct node *node, int depth)
{
    enum { DEEP = 8 };
    double value;
    if (!has_number_extents(node))
        return false;
    if (node->op == OP_IOTA)
        return has_number_subscripts(node->subscripts, 1, node->rank);
    bool known = graph_is_constant(node, &value) || (operator_is_elementwise(node->op) && depth < DEEP);
    for (int i = 0; known && operator_is_elementwise(node->op) && i < node->input_count; i++)
        known = is_known(node->inputs[i], depth + 1);
    return known;
}

/* Long ones only if they are made of short ones. */
static bool can_split_elementwise(const struct scalariser *scalariser, const struct node *node)
{
    bool reads_split = false, reads_plain = true;
    for (int i = 0; i < node->input_count; i++) {
        const struct node *x = node->inputs[i];
        reads_split = reads_split || (node->rank > 0 && is_split(scalariser, x));
        reads_plain = reads_plain && scalariser->is_plain[x->id];
    }
    if (short_count(node) && (!fills_register(node) || reads_split))
        return operator_info(node->op)->cost < EXPENSIVE_OPERATOR || short_count(node) <= SHORT_AXIS;
    return operator_info(node->op)->cost <= CHEAP_OPERATOR && reads_split && reads_plain;
}

/* A view of what is computed where it is used stays one: its elements would be three uses instead of one. */
static bool can_split_view(const struct scalariser *scalariser, const struct node *node)
{
    const struct node *x = node->inputs[0];
    if (is_split(scalariser, x))
        return has_number_subscripts(node->subscripts, x->rank, node->rank);
    return short_count(node) && !fills_register(node) && !operator_is_elementwise(x->op) &&
           x->op != OP_INDEX && x->op != OP_RESHAPE;
}

/* Blocks of numbered places in a small tensor. */
static bool can_split_placement(const struct scalariser *scalariser, const struct node *node,
                                const struct node *part)
{
    return (short_count(node) || is_open(scalariser, part)) && small_count(part) &&
           has_number_subscripts(node->subscripts, node->rank, part->rank);
}

static bool can_split_contraction(const struct scalariser *scalariser, const struct node *node)
{
    const struct node *a = node->inputs[0];
    size_t terms = small_count(node);
    for (int i = 0; i < a->rank; i++)
        if (node->a_axes[i] >= node->rank)
            terms *= (size_t)extent_of(a, i);
    return terms <= MOST_TERMS && is_open(scalariser, a) && is_open(scalariser, node->inputs[1]);
}

bool can_be_split(const struct scalariser *scalariser, const struct node *node)
{
    if (!small_count(node))
        return false;
    if (operator_is_elementwise(node->op))
        return can_split_elementwise(scalariser, node);
    switch (node->op) {
    case OP_INDEX: return can_split_view(scalariser, node);
    case OP_SCATTER: return can_split_placement(scalariser, node, node->inputs[0]);
    case OP_REPLACE: return can_split_placement(scalariser, node, node->inputs[1]);
    case OP_IOTA: return short_count(node) > 0;
    case OP_RESHAPE:
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL:
    case OP_CUMSUM: return is_open(scalariser, node->inputs[0]);
    case OP_CONTRACT: return can_split_contraction(scalariser, node);
    default: return false;
    }
}

/* ---- Elements ---- */

struct node *element_at(struct scalariser *scalariser, struct node *node, const int64_t *at)
{
    struct affine subscripts[MAXIMUM_RANK];
    if (is_split(scalariser, node))
        return scalariser->elements[node->id][number_of_place(node, at)];
    if (operator_is_elementwise(node->op) && is_known(node, 0))
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
    for (int i = 0; i < node->input_count; i++)
        operands[i] = element(scalariser, node->inputs[i], flat);
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
    if (!is_split(scalariser, x))
        return load(scalariser, node, flat);
    place_of_element(node, flat, at);
    return target_place(node->subscripts, x, node->rank, at, place) ? element_at(scalariser, x, place)
                                                                    : zero(scalariser, node);
}

/* y = 0; y[A i + b] += x[i], or y = x[0]; y[A i + b] = x[1][i] */
static struct node *placed_element(struct scalariser *scalariser, struct node *node, size_t flat)
{
    bool replaces = node->op == OP_REPLACE;
    struct node *part = node->inputs[replaces], *y = NULL;
    int64_t at[MAXIMUM_RANK], place[MAXIMUM_RANK];
    for (size_t i = 0; i < small_count(part); i++) {
        place_of_element(part, i, at);
        if (!target_place(node->subscripts, node, part->rank, at, place) ||
            number_of_place(node, place) != flat)
            continue;
        struct node *x = element_at(scalariser, part, at);
        y = y && !replaces ? graph_binary(scalariser->graph, OP_ADD, y, x) : x;
    }
    if (y)
        return y;
    return replaces ? element(scalariser, node->inputs[0], flat) : zero(scalariser, node);
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
    int64_t wanted[MAXIMUM_RANK], at[MAXIMUM_RANK];
    place_of_element(node, flat, wanted);
    for (size_t i = 0; i < small_count(x); i++) {
        bool is_term = true;
        place_of_element(x, i, at);
        for (int a = 0, kept = 0; a < x->rank; a++)
            if (!(node->axes >> a & 1))
                is_term = at[a] == wanted[kept++] && is_term;
        if (!is_term)
            continue;
        struct node *term = element_at(scalariser, x, at);
        y = y ? graph_binary(scalariser->graph, fold_of(node->op), y, term) : term;
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

/* y[m] = sum_k a[m, k] b[m, k] */
static struct node *contracted_element(struct scalariser *scalariser, struct node *node, size_t flat)
{
    struct node *a = node->inputs[0], *b = node->inputs[1], *y = NULL;
    int64_t extents[2 * MAXIMUM_RANK], iteration[2 * MAXIMUM_RANK], terms = 1;
    for (int i = 0; i < a->rank; i++)
        extents[node->a_axes[i]] = extent_of(a, i);
    place_of_element(node, flat, iteration);
    for (int k = node->rank; k < node->rank + node->reduced; k++)
        terms *= extents[k];
    for (int64_t term = 0; term < terms; term++) {
        int64_t rest = term;
        for (int k = node->rank + node->reduced; k-- > node->rank; rest /= extents[k])
            iteration[k] = rest % extents[k];
        struct node *product =
            graph_binary(scalariser->graph, OP_MUL, factor_at(scalariser, a, node->a_axes, iteration),
                         factor_at(scalariser, b, node->b_axes, iteration));
        y = y ? graph_binary(scalariser->graph, OP_ADD, y, product) : product;
    }
    return y;
}

struct node *split_element(struct scalariser *scalariser, struct node *node, size_t flat)
{
    if (operator_is_elementwise(node->op))
        return elementwise_element(scalariser, node, flat);
    switch (node->op) {
    case OP_INDEX: return view_element(scalariser, node, flat);
    case OP_SCATTER:
    case OP_REPLACE: return placed_element(scalariser, node, flat);
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
