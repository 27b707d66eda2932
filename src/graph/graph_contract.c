/* graph_contract.c: sums of products over shared axes. One normal form, whoever writes the product: operands
 * without broadcasts, transposes (their axes only are permuted), signs and scalar factors; no axis of length
 * 1; each reduced axis in both operands, numbered as the first operand has them. A CONTRACT has at least one
 * reduced axis, and one that only one operand has; other sums of products are SUM and MUL. */
#include "graph_internal.h"

#include <assert.h>

enum { MAXIMUM_AXES = 2 * MAXIMUM_RANK }; /* iteration axes: of y, then reduced */

struct operand {
    struct node *x;
    signed char axes[MAXIMUM_RANK]; /* of each axis of x, its iteration axis */
};

struct contraction {
    struct graph *graph;
    struct operand operands[2];
    int rank, reduced;
    size *extents[MAXIMUM_AXES];
    uint64_t summed; /* reduced axes that an operand was summed over on its own */
    bool negative;
    struct node *scale, *divisor; /* scalars, NULL for 1 */
};

/* ---- Taking operands apart ---- */

static struct node *scalar_product(struct graph *graph, struct node *a, struct node *b)
{
    return a == NULL ? b : graph_binary(graph, OP_MUL, a, b);
}

/* Moves a sign or a scalar factor of the operand out of the sum. */
static bool peel_scalar(struct contraction *contraction, struct operand *operand)
{
    struct graph *graph = contraction->graph;
    struct node *x = operand->x;

    if (x->op == OP_NEG) {
        contraction->negative = !contraction->negative;
        operand->x = x->inputs[0];
        return true;
    }
    if (x->op != OP_MUL && x->op != OP_DIV)
        return false;
    for (int i = x->op == OP_DIV; i < 2; i++) {
        struct node *factor = x->inputs[i], **product;

        if (x->rank == 0 || node_invariance(factor) != node_all_axes(factor))
            continue;
        product = x->op == OP_DIV ? &contraction->divisor : &contraction->scale;
        *product = scalar_product(graph, *product, graph_restrict(graph, factor, node_all_axes(factor)));
        operand->x = x->inputs[1 - i];
        return true;
    }
    return false;
}

/* An operand that permutes or broadcasts its source is replaced by the source, with its axes named
 * accordingly. */
static bool absorb_view(struct contraction *contraction, struct operand *operand)
{
    struct graph *graph = contraction->graph;
    struct node *x = operand->x, *source;
    unsigned dropped = 0, used = 0;
    signed char axes[MAXIMUM_RANK];
    struct view view;
    int count = 0;

    if (x->op != OP_INDEX || x->fill || x->input_count > 1)
        return false;
    source = x->inputs[0];
    view_of_node(graph, &view, x);
    for (int s = 0; s < source->rank; s++) {
        int axis = view_plain_axis(&view, s, source->shape[s]);
        if (axis < 0 && size_is(source->shape[s], 1)) {
            dropped |= 1u << s;
            continue;
        }
        if (axis < 0 || (used & 1u << axis))
            return false;
        used |= 1u << axis;
        axes[count++] = operand->axes[axis];
    }
    source = graph_restrict(graph, source, dropped);
    if (source == x) /* it only drops axes of length 1, which is already its simplest form */
        return false;
    operand->x = source;
    for (int a = 0; a < count; a++)
        operand->axes[a] = axes[a];
    return true;
}

/* An operand does not have the axes along which it plainly does not vary, also if it is no simple broadcast.
 */
static bool drop_invariant(struct contraction *contraction, struct operand *operand)
{
    unsigned invariant = node_invariance(operand->x);
    int rank = operand->x->rank, count = 0;

    for (int a = 0; a < rank; a++) {
        if (!(invariant >> a & 1))
            operand->axes[count++] = operand->axes[a];
    }
    operand->x = graph_restrict(contraction->graph, operand->x, invariant);
    return invariant != 0;
}

static uint64_t operand_axes(const struct operand *operand)
{
    uint64_t axes = 0;

    for (int a = 0; a < operand->x->rank; a++)
        axes |= UINT64_C(1) << operand->axes[a];
    return axes;
}

/* Removes axes of the operand by their iteration axes: those of length 1, or summed over. */
static bool remove_axes(struct contraction *contraction, struct operand *operand, uint64_t removed,
                        bool by_sum)
{
    unsigned own = 0;
    int rank = operand->x->rank, count = 0;

    for (int a = 0; a < rank; a++) {
        if (removed >> operand->axes[a] & 1)
            own |= 1u << a;
        else
            operand->axes[count++] = operand->axes[a];
    }
    if (own == 0)
        return false;
    contraction->summed |= by_sum ? removed : 0;
    operand->x = by_sum ? graph_reduce(contraction->graph, OP_SUM, operand->x, own)
                        : graph_restrict(contraction->graph, operand->x, own);
    return true;
}

static uint64_t reduced_mask(const struct contraction *contraction)
{
    return ((UINT64_C(1) << contraction->reduced) - 1) << contraction->rank;
}

/* Brings the operands into normal form. An axis along which an operand turns out not to vary is no longer its
 * own. */
static void normalise(struct contraction *contraction)
{
    struct operand *a = &contraction->operands[0], *b = &contraction->operands[1];
    uint64_t ones = 0;
    bool changed = true;

    for (int i = 0; i < contraction->rank + contraction->reduced; i++) {
        if (size_is(contraction->extents[i], 1))
            ones |= UINT64_C(1) << i;
    }
    while (changed) {
        changed = false;
        for (int i = 0; i < 2; i++) {
            struct operand *operand = &contraction->operands[i];
            changed |= peel_scalar(contraction, operand);
            changed |= absorb_view(contraction, operand);
            changed |= drop_invariant(contraction, operand);
            changed |= remove_axes(contraction, operand, ones, false);
        }
        uint64_t a_only = operand_axes(a) & ~operand_axes(b), b_only = operand_axes(b) & ~operand_axes(a);
        changed |= remove_axes(contraction, a, a_only & reduced_mask(contraction), true);
        changed |= remove_axes(contraction, b, b_only & reduced_mask(contraction), true);
    }
}

/* Reduced axes along which neither operand varies: the sum is their number times the rest. */
static void scale_by_absent(struct contraction *contraction)
{
    struct graph *graph = contraction->graph;
    uint64_t present = operand_axes(&contraction->operands[0]) | operand_axes(&contraction->operands[1]);
    size *count = size_number(graph->sizes, 1);

    present |= contraction->summed;
    for (int i = contraction->rank; i < contraction->rank + contraction->reduced; i++) {
        if (!(present >> i & 1))
            count = size_multiply(count, contraction->extents[i]);
    }
    if (!size_is(count, 1))
        contraction->scale = scalar_product(graph, contraction->scale, graph_size(graph, REAL, count));
}

static bool is_matrix_product(const struct contraction *contraction)
{
    uint64_t a = operand_axes(&contraction->operands[0]), b = operand_axes(&contraction->operands[1]);

    return (a & b & reduced_mask(contraction)) != 0 && (a ^ b) != 0;
}

/* ---- Building ---- */

/* Iteration axes that are left, renumbered: those of y in order, then reduced ones as the operand `first` has
 * them. */
static void number_axes(const struct contraction *contraction, int first, signed char *number, int *rank,
                        int *reduced)
{
    uint64_t present = operand_axes(&contraction->operands[0]) | operand_axes(&contraction->operands[1]);
    const struct operand *operand = &contraction->operands[first];

    *rank = *reduced = 0;
    for (int i = 0; i < contraction->rank; i++) {
        if (present >> i & 1)
            number[i] = (signed char)(*rank)++;
    }
    for (int a = 0; a < operand->x->rank; a++) {
        if (operand->axes[a] >= contraction->rank)
            number[operand->axes[a]] = (signed char)(*rank + (*reduced)++);
    }
}

/* Fills the CONTRACT with the operand `first` as a; the arrays belong to the caller. */
static void fill_node(const struct contraction *contraction, int first, struct node *node,
                      struct node **inputs, signed char *a_axes, signed char *b_axes)
{
    const struct operand *a = &contraction->operands[first], *b = &contraction->operands[1 - first];
    signed char number[MAXIMUM_AXES] = {0};

    number_axes(contraction, first, number, &node->rank, &node->reduced);
    inputs[0] = a->x;
    inputs[1] = b->x;
    for (int i = 0; i < a->x->rank; i++)
        a_axes[i] = number[a->axes[i]];
    for (int i = 0; i < b->x->rank; i++)
        b_axes[i] = number[b->axes[i]];
    node->op = OP_CONTRACT;
    node->type = REAL;
    node->input_count = 2;
    node->inputs = inputs;
    node->a_axes = a_axes;
    node->b_axes = b_axes;
}

static struct node *build_contract(const struct contraction *contraction, size **shape)
{
    signed char a_axes[2][MAXIMUM_RANK], b_axes[2][MAXIMUM_RANK];
    struct node nodes[2] = {{.shape = shape}, {.shape = shape}}, *inputs[2][2], *found;

    for (int first = 0; first < 2; first++)
        fill_node(contraction, first, &nodes[first], inputs[first], a_axes[first], b_axes[first]);
    found = graph_find(contraction->graph, &nodes[1]); /* the same product, operands exchanged */
    return found != NULL ? found : graph_intern(contraction->graph, &nodes[0]);
}

/* The operand over all iteration axes that are left. */
static struct node *align(const struct contraction *contraction, const struct operand *operand,
                          const signed char *number, int rank, size **shape)
{
    struct view view;

    view_begin(contraction->graph, &view, operand->x->rank, rank, shape);
    for (int a = 0; a < operand->x->rank; a++)
        view_set_axis(contraction->graph, &view, a, number[operand->axes[a]]);
    return graph_index(contraction->graph, operand->x, rank, shape, view.subscripts, NULL, 0, false);
}

/* No matrix product: the sum of the element-wise product. */
static struct node *build_product(const struct contraction *contraction)
{
    signed char number[MAXIMUM_AXES] = {0};
    size *shape[MAXIMUM_AXES];
    uint64_t present = operand_axes(&contraction->operands[0]) | operand_axes(&contraction->operands[1]);
    struct node *a, *b;
    int rank, reduced;

    number_axes(contraction, 0, number, &rank, &reduced);
    require_rank(rank + reduced);
    for (int i = 0; i < contraction->rank + contraction->reduced; i++) {
        if (present >> i & 1)
            shape[number[i]] = contraction->extents[i];
    }
    a = align(contraction, &contraction->operands[0], number, rank + reduced, shape);
    b = align(contraction, &contraction->operands[1], number, rank + reduced, shape);
    return graph_reduce(contraction->graph, OP_SUM, graph_binary(contraction->graph, OP_MUL, a, b),
                        ((1u << reduced) - 1) << rank);
}

/* The product with the axes that fell away, and the factors, put back. */
static struct node *finish(const struct contraction *contraction, struct node *y)
{
    struct graph *graph = contraction->graph;
    uint64_t present = operand_axes(&contraction->operands[0]) | operand_axes(&contraction->operands[1]);
    int rank = contraction->rank;
    size *const *shape = contraction->extents;
    unsigned absent = (unsigned)~present & ((1u << rank) - 1);

    y = graph_expand(graph, y, absent, rank, shape);
    if (contraction->negative)
        y = graph_unary(graph, OP_NEG, y);
    if (contraction->scale != NULL)
        y = graph_binary(graph, OP_MUL, graph_broadcast(graph, contraction->scale, rank, shape), y);
    if (contraction->divisor != NULL)
        y = graph_binary(graph, OP_DIV, y, graph_broadcast(graph, contraction->divisor, rank, shape));
    return y;
}

static struct node *build(struct contraction *contraction)
{
    uint64_t present = operand_axes(&contraction->operands[0]) | operand_axes(&contraction->operands[1]);
    size *shape[MAXIMUM_RANK];
    int rank = 0;

    scale_by_absent(contraction);
    if (!is_matrix_product(contraction))
        return finish(contraction, build_product(contraction));
    for (int i = 0; i < contraction->rank; i++) {
        if (present >> i & 1)
            shape[rank++] = contraction->extents[i];
    }
    return finish(contraction, build_contract(contraction, shape));
}

/* ---- Constructors ---- */

static void load(struct contraction *contraction, struct graph *graph, struct node *const *inputs,
                 const signed char *const *axes, int rank, int reduced)
{
    *contraction = (struct contraction){.graph = graph, .rank = rank, .reduced = reduced};
    for (int i = 0; i < 2; i++) {
        contraction->operands[i].x = inputs[i];
        for (int a = 0; a < inputs[i]->rank; a++) {
            assert(axes[i][a] >= 0 && axes[i][a] < rank + reduced);
            contraction->operands[i].axes[a] = axes[i][a];
            contraction->extents[axes[i][a]] = inputs[i]->shape[a];
        }
    }
    for (int i = 0; i < rank + reduced; i++)
        assert(contraction->extents[i] != NULL);
}

struct node *graph_contract(struct graph *graph, struct node *a, struct node *b, const signed char *a_axes,
                            const signed char *b_axes, int rank, int reduced)
{
    struct node *inputs[] = {a, b};
    const signed char *axes[] = {a_axes, b_axes};
    struct contraction contraction;

    load(&contraction, graph, inputs, axes, rank, reduced);
    if (graph_is_zero(a) || graph_is_zero(b))
        return graph_broadcast(graph, graph_constant(graph, REAL, 0), rank, contraction.extents);
    normalise(&contraction);
    return build(&contraction);
}

struct node *graph_try_contract(struct graph *graph, struct node *p, struct node *q, unsigned axes)
{
    struct node *inputs[] = {p, q};
    signed char number[MAXIMUM_RANK], place = 0;
    const signed char *both[] = {number, number};
    struct contraction contraction;
    int reduced = 0;

    for (int a = 0; a < p->rank; a++)
        reduced += (axes >> a & 1) != 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int a = 0; a < p->rank; a++) {
            if ((int)(axes >> a & 1) == pass)
                number[a] = place++;
        }
    }
    load(&contraction, graph, inputs, both, p->rank - reduced, reduced);
    normalise(&contraction);
    return is_matrix_product(&contraction) ? build(&contraction) : NULL;
}

struct node *graph_permute_contract(struct graph *graph, const struct node *contract, const int *order)
{
    signed char place[MAXIMUM_AXES], a_axes[MAXIMUM_RANK], b_axes[MAXIMUM_RANK];
    struct node *a = contract->inputs[0], *b = contract->inputs[1];

    for (int i = 0; i < contract->rank; i++)
        place[order[i]] = (signed char)i;
    for (int i = contract->rank; i < contract->rank + contract->reduced; i++)
        place[i] = (signed char)i;
    for (int i = 0; i < a->rank; i++)
        a_axes[i] = place[contract->a_axes[i]];
    for (int i = 0; i < b->rank; i++)
        b_axes[i] = place[contract->b_axes[i]];
    return graph_contract(graph, a, b, a_axes, b_axes, contract->rank, contract->reduced);
}

struct node *graph_sum_contract(struct graph *graph, const struct node *contract, unsigned axes)
{
    signed char place[MAXIMUM_AXES], a_axes[MAXIMUM_RANK], b_axes[MAXIMUM_RANK], next = 0;
    struct node *a = contract->inputs[0], *b = contract->inputs[1];
    int rank = 0;

    for (int i = 0; i < contract->rank; i++) {
        if (!(axes >> i & 1))
            place[i] = next++;
    }
    rank = next;
    for (int i = 0; i < contract->rank + contract->reduced; i++) {
        if (i >= contract->rank || (axes >> i & 1))
            place[i] = next++;
    }
    for (int i = 0; i < a->rank; i++)
        a_axes[i] = place[contract->a_axes[i]];
    for (int i = 0; i < b->rank; i++)
        b_axes[i] = place[contract->b_axes[i]];
    return graph_contract(graph, a, b, a_axes, b_axes, rank, next - rank);
}
