/* windows.c: sliding windows as matrices.
 *
 *     y[n, k, p, q] = sum[c, u, v](x[n, c, p + u, q + v] * w[k, c, u, v])
 *
 * is for each n the product of w, as a matrix [k, c u v], and of the windows as a matrix [c u v, p q], and so
 * are its adjoints. In x the windows overlap, so that no strides give that matrix; copied side by side they
 * do, and each copy is read once for each k. Requires: a simplified graph. Leaves: each operand of a CONTRACT
 * for which that pays as an INDEX of its own, packed_for the other one, with its axes in the order of the
 * matrix. No two CONTRACTs share one: what is soon read again is better copied again than kept. */
#include "passes.h"

enum {
    UNKNOWN_EXTENT = 1000,
    FEWEST_READERS = 8, /* of each copied element */
    FEWEST_SUMMED = 8,
    FEWEST_PLACES = 8
};

enum kind { SUMMED, OWN, BATCH }; /* in both operands; in x and y; in all three */

/* An operand of a contraction, and what its axes are there. */
struct windows {
    const struct node *contract, *x, *other;
    const signed char *axes, *other_axes;
    enum kind kinds[MAXIMUM_RANK];
};

static double about(const size *extent)
{
    int64_t number;
    return size_is_number(extent, &number) ? (double)number : UNKNOWN_EXTENT;
}

static bool moves(const struct affine *affine, int axis)
{
    int64_t number;
    return affine->coefficients && affine->coefficients[axis] &&
           !(size_is_number(affine->coefficients[axis], &number) && number == 0);
}

/* Whether the axes of a tensor hold this iteration axis. */
static int place_of(const signed char *axes, int rank, int axis)
{
    for (int a = 0; a < rank; a++)
        if (axes[a] == axis)
            return a;
    return -1;
}

static bool has_windows(const struct node *x)
{
    bool found = false;
    if (x->op != OP_INDEX || x->fill || x->input_count > 1 || x->packed_for)
        return false;
    for (int s = 0; s < x->inputs[0]->rank; s++) {
        int terms = 0;
        for (int a = 0; a < x->rank; a++)
            terms += moves(&x->subscripts[s], a);
        found = found || terms > 1;
    }
    return found;
}

static bool pays(struct windows *windows)
{
    const struct node *y = windows->contract, *x = windows->x, *other = windows->other;
    double sizes[BATCH + 1] = {1, 1, 1}, readers = 1;
    for (int a = 0; a < x->rank; a++) {
        bool is_shared = place_of(windows->other_axes, other->rank, windows->axes[a]) >= 0;
        windows->kinds[a] = !is_shared ? OWN : windows->axes[a] < y->rank ? BATCH : SUMMED;
        sizes[windows->kinds[a]] *= about(x->shape[a]);
    }
    for (int a = 0; a < other->rank; a++)
        if (place_of(windows->axes, x->rank, windows->other_axes[a]) < 0)
            readers *= about(other->shape[a]);
    return readers >= FEWEST_READERS && sizes[SUMMED] >= FEWEST_SUMMED && sizes[OWN] >= FEWEST_PLACES;
}

/* Which kind of axes runs along the rows of memory of x for longest. */
static enum kind longest_rows(const struct windows *windows)
{
    const struct node *x = windows->x;
    int64_t step;
    double longest[BATCH + 1] = {0};
    const struct affine *last = &x->subscripts[x->inputs[0]->rank - 1];
    for (int a = 0; a < x->rank; a++)
        if (moves(last, a) && size_is_number(last->coefficients[a], &step) && step == 1)
            longest[windows->kinds[a]] = about(x->shape[a]);
    return longest[SUMMED] > longest[OWN] ? SUMMED : OWN;
}

/* Appends the axes of one kind that stand side by side at the end of the other tensor which has them, in its
 * order, or, if not `inner`, all that stand before. */
static int append_axes(const struct windows *windows, enum kind kind, bool inner, int *order, int count)
{
    const struct node *t = kind == SUMMED ? windows->other : windows->contract;
    int first = t->rank, last = -1;
    for (int a = t->rank - 1; a >= 0; a--) {
        int axis = place_of(windows->axes, windows->x->rank, kind == SUMMED ? windows->other_axes[a] : a);
        bool is_of_kind = axis >= 0 && windows->kinds[axis] == kind;
        last = is_of_kind && last < 0 ? a : last;
        if (last >= 0 && !is_of_kind)
            break;
        first = last >= 0 ? a : first;
    }
    for (int a = inner ? first : 0; a < (inner ? t->rank : first); a++) {
        int axis = place_of(windows->axes, windows->x->rank, kind == SUMMED ? windows->other_axes[a] : a);
        if (axis >= 0 && windows->kinds[axis] == kind)
            order[count++] = axis;
    }
    return count;
}

/* What becomes loops around the product comes first, then the matrix. */
static void find_order(const struct windows *windows, int *order)
{
    enum kind columns = longest_rows(windows), rows = columns == OWN ? SUMMED : OWN;
    int count = append_axes(windows, BATCH, false, order, 0);
    count = append_axes(windows, BATCH, true, order, count);
    count = append_axes(windows, rows, false, order, count);
    count = append_axes(windows, columns, false, order, count);
    count = append_axes(windows, rows, true, order, count);
    append_axes(windows, columns, true, order, count);
}

/* x with its axes in that order, to be multiplied with the other operand. */
static struct node *pack(struct graph *graph, const struct node *x, const int *order, struct node *with)
{
    struct node *packed = ARENA_NEW(graph->arena, struct node);
    int sources = x->inputs[0]->rank;
    *packed = *x;
    packed->packed_for = with;
    packed->shape = ARENA_ARRAY(graph->arena, size *, x->rank + 1);
    packed->subscripts = ARENA_ARRAY(graph->arena, struct affine, sources + 1);
    for (int s = 0; s < sources; s++) {
        packed->subscripts[s] = x->subscripts[s];
        if (x->subscripts[s].coefficients)
            packed->subscripts[s].coefficients = ARENA_ARRAY(graph->arena, size *, x->rank + 1);
    }
    for (int a = 0; a < x->rank; a++) {
        packed->shape[a] = x->shape[order[a]];
        for (int s = 0; s < sources; s++)
            if (x->subscripts[s].coefficients)
                packed->subscripts[s].coefficients[a] = x->subscripts[s].coefficients[order[a]];
    }
    return packed;
}

/* Gives the contraction a packed operand in place of this one, if that pays; NULL if not. */
static struct node *pack_operand(struct graph *graph, struct node *contract, int which)
{
    struct windows windows = {.contract = contract,
                              .x = contract->inputs[which],
                              .other = contract->inputs[!which],
                              .axes = which ? contract->b_axes : contract->a_axes,
                              .other_axes = which ? contract->a_axes : contract->b_axes};
    int order[MAXIMUM_RANK];
    if (contract->type != REAL || !has_windows(windows.x) || !pays(&windows))
        return NULL;
    find_order(&windows, order);
    signed char *axes = ARENA_ARRAY(graph->arena, signed char, windows.x->rank + 1);
    for (int a = 0; a < windows.x->rank; a++)
        axes[a] = windows.axes[order[a]];
    struct node **inputs = ARENA_ARRAY(graph->arena, struct node *, 2);
    inputs[!which] = contract->inputs[!which];
    inputs[which] = pack(graph, windows.x, order, inputs[!which]);
    contract->inputs = inputs;
    *(which ? &contract->b_axes : &contract->a_axes) = axes;
    return inputs[which];
}

void pack_windows(struct function *function)
{
    struct graph *graph = function->graph;
    struct node **old = graph->nodes;
    size_t count = graph->nodes_count;
    graph->nodes = NULL;
    graph->nodes_count = graph->nodes_capacity = 0;
    for (size_t i = 0; i < count; i++) {
        struct node *node = old[i];
        for (int which = 0; node->op == OP_CONTRACT && which < 2; which++) {
            struct node *packed = pack_operand(graph, node, which);
            if (packed) {
                packed->id = (int)graph->nodes_count;
                ARENA_APPEND(graph->arena, graph, nodes, packed);
            }
        }
        if (node->op == OP_LOOP)
            node->loop->region = NULL; /* it lists the nodes of the body */
        node->id = (int)graph->nodes_count;
        ARENA_APPEND(graph->arena, graph, nodes, node);
    }
}
