/* pack.c: operands of products that are stored as matrices first.
 *
 * Requires: a simplified graph. Leaves: each operand of a CONTRACT for which that pays as an INDEX of its
 * own, of which function->packed_for tells, with its axes in the order of the matrix. Two kinds of operands:
 * sliding windows (pack_windows.c) and the transposed factor of all rounds of a loop (pack_transposed.c). */
#include "pack.h"
#include "cost.h"
#include "passes.h"
#include "region.h"

/* A transposed copy that every product with this operand may read. */
struct copy {
    const struct node *x;
    struct node *packed;
};

struct packing {
    struct graph *graph;
    unsigned char *lasting; /* of each CONTRACT, bit w: its operand w is the same in all rounds around it */
    const struct loop **inside; /* of each node: the loop that was looked at last of those around it */
    struct node **packed_for;   /* by id: of the function */
    struct copy *copies;
    size_t copies_count, copies_capacity;
};

bool moves(const struct affine *affine, int axis)
{
    return affine->coefficients && affine->coefficients[axis] && !size_is(affine->coefficients[axis], 0);
}

/* Where the axes of a tensor hold this iteration axis; -1: nowhere. */
static int place_of(const signed char *axes, int rank, int axis)
{
    for (int a = 0; a < rank; a++)
        if (axes[a] == axis)
            return a;
    return -1;
}

static struct operand describe(const struct packing *packing, const struct node *contract, int which)
{
    struct operand operand = {.contract = contract,
                              .x = contract->inputs[which],
                              .other = contract->inputs[!which],
                              .axes = which ? contract->b_axes : contract->a_axes,
                              .other_axes = which ? contract->a_axes : contract->b_axes,
                              .sizes = {1, 1, 1},
                              .readers = 1,
                              .is_packed = packing->packed_for[contract->inputs[which]->id] != NULL};
    for (int a = 0; a < operand.x->rank; a++) {
        bool is_shared = place_of(operand.other_axes, operand.other->rank, operand.axes[a]) >= 0;
        operand.kinds[a] = !is_shared ? OWN : operand.axes[a] < contract->rank ? BATCH : SUMMED;
        operand.sizes[operand.kinds[a]] *= about(operand.x->shape[a], UNKNOWN_LENGTH);
    }
    for (int a = 0; a < operand.other->rank; a++)
        if (place_of(operand.axes, operand.x->rank, operand.other_axes[a]) < 0)
            operand.readers *= about(operand.other->shape[a], UNKNOWN_LENGTH);
    return operand;
}

/* ---- The order of the axes ---- */

/* Appends the axes of one kind that stand side by side at the end of the other tensor which has them, in its
 * order, or, if not `inner`, all that stand before. */
static int append_axes(const struct operand *operand, enum kind kind, bool inner, int *order, int count)
{
    const struct node *t = kind == SUMMED ? operand->other : operand->contract;
    int first = t->rank, last = -1;
    for (int a = t->rank - 1; a >= 0; a--) {
        int axis = place_of(operand->axes, operand->x->rank, kind == SUMMED ? operand->other_axes[a] : a);
        bool is_of_kind = axis >= 0 && operand->kinds[axis] == kind;
        last = is_of_kind && last < 0 ? a : last;
        if (last >= 0 && !is_of_kind)
            break;
        first = last >= 0 ? a : first;
    }
    for (int a = inner ? first : 0; a < (inner ? t->rank : first); a++) {
        int axis = place_of(operand->axes, operand->x->rank, kind == SUMMED ? operand->other_axes[a] : a);
        if (axis >= 0 && operand->kinds[axis] == kind)
            order[count++] = axis;
    }
    return count;
}

/* What becomes loops around the product comes first, then the matrix. */
static void find_order(const struct operand *operand, enum kind columns, int *order)
{
    enum kind rows = columns == OWN ? SUMMED : OWN;
    int count = append_axes(operand, BATCH, false, order, 0);
    count = append_axes(operand, BATCH, true, order, count);
    count = append_axes(operand, rows, false, order, count);
    count = append_axes(operand, columns, false, order, count);
    count = append_axes(operand, rows, true, order, count);
    append_axes(operand, columns, true, order, count);
}

/* ---- The copy ---- */

/* x as an INDEX with its axes in that order. */
static struct node *reorder(struct graph *graph, const struct node *x, const int *order)
{
    struct node *packed = ARENA_NEW(graph->arena, struct node);
    bool is_view = x->op == OP_INDEX;
    int sources = is_view ? x->inputs[0]->rank : x->rank;
    *packed = *x;
    packed->op = OP_INDEX;
    packed->shape = ARENA_ARRAY(graph->arena, size *, x->rank + 1);
    packed->subscripts = ARENA_ARRAY(graph->arena, struct affine, sources + 1);
    for (int a = 0; a < x->rank; a++)
        packed->shape[a] = x->shape[order[a]];
    for (int s = 0; s < sources; s++) {
        struct affine *to = &packed->subscripts[s];
        *to = is_view ? x->subscripts[s] : (struct affine){.offset = size_number(graph->sizes, 0)};
        if (is_view && !to->coefficients)
            continue;
        to->coefficients = ARENA_ARRAY(graph->arena, size *, x->rank + 1);
        for (int a = 0; a < x->rank; a++)
            to->coefficients[a] = is_view         ? x->subscripts[s].coefficients[order[a]]
                                  : order[a] == s ? size_number(graph->sizes, 1)
                                                  : NULL;
    }
    if (!is_view) {
        packed->inputs = ARENA_ARRAY(graph->arena, struct node *, 1);
        packed->inputs[0] = (struct node *)x;
        packed->input_count = 1;
    }
    return packed;
}

static struct node *append(struct graph *graph, struct node *node)
{
    node->id = (int)graph->nodes_count;
    ARENA_APPEND(graph->arena, graph, nodes, node);
    return node;
}

/* Windows are copied for each product: what is soon read again is better copied again than kept. */
static struct node *copy_windows(struct packing *packing, const struct operand *operand, const int *order)
{
    struct node *packed = reorder(packing->graph, operand->x, order);
    append(packing->graph, packed);
    packing->packed_for[packed->id] = (struct node *)operand->other;
    return packed;
}

static bool has_shape(const struct node *packed, const struct node *x, const int *order)
{
    for (int a = 0; a < x->rank; a++)
        if (packed->shape[a] != x->shape[order[a]])
            return false;
    return true;
}

static struct node *copy_transposed(struct packing *packing, const struct operand *operand, const int *order)
{
    for (size_t i = 0; i < packing->copies_count; i++)
        if (packing->copies[i].x == operand->x && has_shape(packing->copies[i].packed, operand->x, order))
            return packing->copies[i].packed;
    struct node *packed = reorder(packing->graph, operand->x, order);
    struct copy copy = {operand->x, append(packing->graph, packed)};
    packing->packed_for[packed->id] = packed->inputs[0];
    ARENA_APPEND(packing->graph->arena, packing, copies, copy);
    return packed;
}

/* Gives the contraction a packed operand in place of this one, if that pays. */
static void pack_operand(struct packing *packing, struct node *contract, int which)
{
    struct graph *graph = packing->graph;
    struct operand operand = describe(packing, contract, which);
    struct node *packed;
    enum kind columns;
    int order[MAXIMUM_RANK];
    if (pack_windows(&operand, &columns)) {
        find_order(&operand, columns, order);
        packed = copy_windows(packing, &operand, order);
    } else if (packing->lasting[contract->id] >> which & 1 && pack_transposed(&operand, &columns)) {
        find_order(&operand, columns, order);
        packed = copy_transposed(packing, &operand, order);
    } else
        return;
    signed char *axes = ARENA_ARRAY(graph->arena, signed char, packed->rank + 1);
    for (int a = 0; a < packed->rank; a++)
        axes[a] = operand.axes[order[a]];
    struct node **inputs = ARENA_ARRAY(graph->arena, struct node *, 2);
    inputs[!which] = contract->inputs[!which];
    inputs[which] = packed;
    contract->inputs = inputs;
    *(which ? &contract->b_axes : &contract->a_axes) = axes;
}

/* ---- The pass ---- */

/* Which operands of the contractions in a loop come from outside. */
static void find_lasting(struct packing *packing, struct loop *loop)
{
    const struct region *region = region_of(packing->graph, loop);
    if (loop->is_branch || about(size_subtract(loop->end, loop->begin), UNKNOWN_LENGTH) < FEWEST_ROUNDS)
        return;
    for (int i = 0; i < loop->carried_count; i++)
        packing->inside[loop->carried[i]->id] = loop;
    for (size_t i = 0; i < region->inside_count; i++)
        packing->inside[region->inside[i]->id] = loop;
    for (size_t i = 0; i < region->inside_count; i++) {
        const struct node *node = region->inside[i];
        for (int which = 0; node->op == OP_CONTRACT && which < 2; which++)
            if (packing->inside[node->inputs[which]->id] != loop)
                packing->lasting[node->id] |= (unsigned char)(1 << which);
    }
}

void pack_operands(struct function *function)
{
    struct graph *graph = function->graph;
    struct node **old = graph->nodes;
    size_t count = graph->nodes_count;
    struct packing packing = {.graph = graph,
                              .lasting = ARENA_ARRAY(graph->arena, unsigned char, count + 1),
                              .inside = ARENA_ARRAY(graph->arena, const struct loop *, count + 1)};
    for (size_t i = 0; i < count; i++)
        if (old[i]->op == OP_LOOP)
            find_lasting(&packing, old[i]->loop);
    packing.packed_for = function->packed_for = ARENA_ARRAY(graph->arena, struct node *, 3 * count + 1);
    graph->nodes = NULL;
    graph->nodes_count = graph->nodes_capacity = 0;
    for (size_t i = 0; i < count; i++) {
        struct node *node = old[i];
        for (int which = 0; node->op == OP_CONTRACT && node->type == REAL && which < 2; which++)
            pack_operand(&packing, node, which);
        if (node->op == OP_LOOP)
            node->loop->region = NULL; /* it lists the nodes of the body */
        append(graph, node);
    }
}
