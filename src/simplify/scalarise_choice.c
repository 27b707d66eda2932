/* scalarise_choice.c: which tensors are better computed element by element.
 *
 * Requires: operands that have been looked at. Leaves nothing behind. */
#include "scalarise.h"

#include "cost.h"

enum {
    SHORT_AXIS = 4, /* elements along an axis */
    REGISTER = 4,   /* elements that a vector register holds */
    SHORT_TENSOR = 16,
    SMALL_TENSOR = 36,   /* what short tensors are put into */
    MOST_TERMS = 64,     /* products in a contraction */
    SPARSE_TENSOR = 256, /* one with constants among its elements */
    SPARSE_TERMS = 1024,
    SPARSE_ELEMENTS = 128, /* that are no constants */
    SHORT_PART = 8,        /* elements along an axis of what is put into a sparse one */
};

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

size_t short_count(const struct node *node)
{
    return count_up_to(node, SHORT_AXIS, SHORT_TENSOR);
}

size_t small_count(const struct node *node)
{
    return count_up_to(node, SMALL_TENSOR, SMALL_TENSOR);
}

static size_t sparse_count(const struct node *node)
{
    return count_up_to(node, SPARSE_TENSOR, SPARSE_TENSOR);
}

static bool has_number_extents(const struct node *node)
{
    int64_t extent;
    for (int a = 0; a < node->rank; a++)
        if (!size_is_number(node->shape[a], &extent))
            return false;
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

bool is_numbered_view(const struct node *node)
{
    return node->op == OP_INDEX && node->input_count == 1 &&
           has_number_subscripts(node->subscripts, node->inputs[0]->rank, node->rank);
}

/* ---- What can be split ---- */

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

/* What is computed from positions and constants alone, and of fixed extents, has a number for each element:
 * zeros vanish where elements of it are read. The depth of that computation, 0 if it is none or too deep. */
unsigned char known_depth(const struct scalariser *scalariser, const struct node *node)
{
    enum { DEEP = 8 };
    unsigned char depth = 1;
    double value;
    if (!has_number_extents(node))
        return 0;
    if (node->op == OP_IOTA)
        return has_number_subscripts(node->subscripts, 1, node->rank);
    if (graph_is_constant(node, &value))
        return 1;
    if (!is_numbered_view(node) && !operator_is_elementwise(node->op))
        return 0;
    for (int i = 0; i < node->input_count; i++) {
        unsigned char below = scalariser->known[node->inputs[i]->id];
        if (below == 0 || below >= DEEP)
            return 0;
        depth = below >= depth ? (unsigned char)(below + 1) : depth;
    }
    return depth;
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

static size_t contracted_terms(const struct node *node)
{
    const struct node *a = node->inputs[0];
    size_t terms = sparse_count(node);
    for (int i = 0; i < a->rank; i++)
        if (node->a_axes[i] >= node->rank)
            terms *= (size_t)extent_of(a, i);
    return terms;
}

static bool can_split_contraction(const struct scalariser *scalariser, const struct node *node)
{
    return contracted_terms(node) <= MOST_TERMS && is_open(scalariser, node->inputs[0]) &&
           is_open(scalariser, node->inputs[1]);
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

/* ---- What is sparse ---- */

bool is_view_of_split(const struct scalariser *scalariser, const struct node *node)
{
    return is_numbered_view(node) && is_split(scalariser, node->inputs[0]);
}

/* Elements of it can be had one by one. */
static bool is_at_hand(const struct scalariser *scalariser, const struct node *node)
{
    bool is_scalar = node->rank == 0 || (node->op == OP_INDEX && node->inputs[0]->rank == 0);
    return is_scalar ||
           (sparse_count(node) && (is_split(scalariser, node) || is_view_of_split(scalariser, node) ||
                                   scalariser->is_plain[node->id] || scalariser->known[node->id]));
}

bool may_be_sparse(const struct scalariser *scalariser, const struct node *node)
{
    bool reads_elements = false, at_hand = true;
    if (node->rank == 0 || !sparse_count(node) || scalariser->known[node->id])
        return false;
    for (int i = 0; i < node->input_count; i++) {
        const struct node *x = node->inputs[i];
        reads_elements =
            reads_elements || (x->rank > 0 && (is_split(scalariser, x) || scalariser->known[x->id]));
        at_hand = at_hand && is_at_hand(scalariser, x);
    }
    if (!at_hand)
        return false;
    switch (node->op) {
    case OP_INDEX: return reads_elements && is_numbered_view(node);
    case OP_SCATTER: /* a long part is better copied in a loop */
        return node->input_count == 1 &&
               (reads_elements || count_up_to(node->inputs[0], SHORT_PART, SMALL_TENSOR)) &&
               has_number_subscripts(node->subscripts, node->rank, node->inputs[0]->rank);
    case OP_RESHAPE:
    case OP_SUM: return reads_elements;
    case OP_CONTRACT: return reads_elements && contracted_terms(node) <= SPARSE_TERMS;
    default: return reads_elements && operator_is_elementwise(node->op);
    }
}

size_t most_others(size_t count)
{
    return 7 * count / 8 < SPARSE_ELEMENTS ? 7 * count / 8 : SPARSE_ELEMENTS;
}
