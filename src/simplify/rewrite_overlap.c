/* rewrite_overlap.c: a sum of parts that overlap along an axis, stretch by stretch:
 *
 *     y = scatter(a at 0) + scatter(b at 1)     y[0] = a[0]
 *                                               y[i] = a[i] + b[i - 1]    0 < i < n - 1
 *                                               y[n - 1] = b[n - 2]
 *
 * Such sums are the adjoints of neighbours, x[1:] - x[:-1]. In stretches nothing is cleared, stored and added
 * to; an element that several parts read is computed again for each of them. So the parts must be cheap
 * expressions of what is in memory anyway, and the order of their ends must be the same for all sizes. */
#include "cost.h"
#include "rewrites.h"

enum { MOST_PARTS = 6 };

/* x, or -x, at [begin, end) of the axis, and zeros elsewhere. */
struct part {
    struct node *x;
    size *begin, *end;
    bool is_negative;
};

struct overlap {
    struct rewriter *rewriter;
    struct node *whole;
    int axis; /* along which parts are shorter than the whole; -1: none is so far */
    struct part parts[MOST_PARTS];
    int part_count;
    size *ends[2 * MOST_PARTS]; /* where a part begins or ends, from left to right */
    int end_count;
};

/* ---- The parts ---- */

static bool has_place(const struct node *node)
{
    return node->op == OP_PARAMETER || node->op == OP_PLACEHOLDER || node->op == OP_CONSTANT ||
           node->op == OP_SIZE_VALUE || node->op == OP_IOTA || node->op == OP_INDEX;
}

static bool is_cheap(const struct node *x)
{
    return operator_is_elementwise(x->op) && cost_of_operator(x) <= CHEAP_OPERATOR;
}

/* Additions to compute an element again; 0 of what is stored anyway. */
static int cost_in_part(const struct overlap *overlap, const struct node *x)
{
    bool is_shared = rewriter_uses(overlap->rewriter, x) > 1;
    if (has_place(x))
        return 0;
    if (!is_cheap(x))
        return is_shared ? 0 : TOO_EXPENSIVE;
    int cost = cost_of_operator(x);
    for (int i = 0; i < x->input_count && cost <= CHEAP_OF_ALL_PARTS; i++)
        cost += cost_in_part(overlap, x->inputs[i]);
    return cost;
}

static bool add_part(struct overlap *overlap, struct node *x, size *begin, size *end, bool is_negative)
{
    if (overlap->part_count == MOST_PARTS)
        return false;
    overlap->parts[overlap->part_count++] = (struct part){x, begin, end, is_negative};
    return true;
}

/* If the SCATTER puts its operand into the whole as a block, each axis along one axis of the whole from
 * first[a] on, in order: the operand with axes of length 1 where the block has none. Else NULL. */
static struct node *find_block(struct graph *graph, const struct node *scatter, size **first)
{
    struct node *x = scatter->inputs[0];
    for (int s = 0; s < scatter->rank; s++) {
        const struct affine *affine = &scatter->subscripts[s];
        int found = -1, rank = scatter->inputs[0]->rank, next = s - (x->rank - rank);
        first[s] = affine->offset;
        for (int a = 0; affine->coefficients && a < rank; a++) {
            int64_t number;
            if (!affine->coefficients[a])
                continue;
            if (found >= 0 || a != next || !size_is_number(affine->coefficients[a], &number) || number != 1)
                return NULL;
            found = a;
        }
        if (affine->dynamic)
            return NULL;
        if (found < 0)
            x = graph_insert_axis(graph, x, s);
    }
    return x->rank == scatter->rank ? x : NULL;
}

/* The block is as long as the whole along all axes but one. */
static bool add_block(struct overlap *overlap, const struct node *scatter, bool is_negative)
{
    struct graph *graph = overlap->rewriter->graph;
    size *first[MAXIMUM_RANK], *zero = size_number(graph->sizes, 0);
    struct node *x = find_block(graph, scatter, first);
    for (int a = 0; x && a < x->rank; a++) {
        if (x->shape[a] == scatter->shape[a] && first[a] == zero)
            continue;
        if (overlap->axis >= 0 && overlap->axis != a)
            return false;
        overlap->axis = a;
    }
    int axis = overlap->axis;
    return x && axis >= 0 &&
           add_part(overlap, x, first[axis], size_add(first[axis], x->shape[axis]), is_negative);
}

/* depth: how many sums x stands in, each of which has another part; long sums are given up at once. */
static bool collect(struct overlap *overlap, struct node *x, bool is_negative, int depth)
{
    bool is_sum = x->op == OP_ADD || x->op == OP_SUB;
    if (depth >= MOST_PARTS)
        return false;
    if (is_sum && (x == overlap->whole || rewriter_uses(overlap->rewriter, x) <= 1))
        return collect(overlap, x->inputs[0], is_negative, depth + 1) &&
               collect(overlap, x->inputs[1], is_negative != (x->op == OP_SUB), depth + 1);
    if (x->op == OP_SCATTER && rewriter_uses(overlap->rewriter, x) > 1 && !has_place(x->inputs[0]))
        return false; /* is stored with its zeros anyway */
    if (x->op == OP_SCATTER)
        return add_block(overlap, x, is_negative);
    if (x->op == OP_PLACEHOLDER)
        return false; /* is carried by a loop: the other parts are added to it in place */
    return add_part(overlap, x, NULL, NULL, is_negative);
}

static bool are_cheap(const struct overlap *overlap)
{
    int cost = 0;
    for (int i = 0; i < overlap->part_count && cost <= CHEAP_OF_ALL_PARTS; i++)
        cost += cost_in_part(overlap, overlap->parts[i].x);
    return cost <= CHEAP_OF_ALL_PARTS;
}

/* ---- Their ends ---- */

/* Whether a <= b for all sizes that the entry lets pass. */
static bool is_at_most(const struct overlap *overlap, size *a, size *b)
{
    const struct function *function = overlap->rewriter->function;
    size *distance = size_subtract(b, a);
    bool holds = size_nonnegative(distance) == ALWAYS;
    for (size_t i = 0; i < function->conditions_count && !holds; i++)
        holds = function->conditions[i].kind == CONDITION_NONNEGATIVE &&
                size_nonnegative(size_subtract(distance, function->conditions[i].a)) == ALWAYS;
    return holds;
}

static bool insert_end(struct overlap *overlap, size *end)
{
    int place = 0;
    if (size_has_loop_variable(end)) /* stretches would be of another length in each round */
        return false;
    for (; place < overlap->end_count && overlap->ends[place] != end; place++)
        if (!is_at_most(overlap, overlap->ends[place], end))
            break;
    if (place < overlap->end_count && overlap->ends[place] == end)
        return true;
    if (place < overlap->end_count && !is_at_most(overlap, end, overlap->ends[place]))
        return false;
    for (int i = overlap->end_count++; i > place; i--)
        overlap->ends[i] = overlap->ends[i - 1];
    overlap->ends[place] = end;
    return true;
}

static int place_of_end(const struct overlap *overlap, const size *end)
{
    int place = 0;
    while (overlap->ends[place] != end)
        place++;
    return place;
}

static bool covers(const struct overlap *overlap, const struct part *part, int stretch)
{
    return place_of_end(overlap, part->begin) <= stretch && stretch < place_of_end(overlap, part->end);
}

/* Fails if the order of two ends depends on the sizes. */
static bool sort_ends(struct overlap *overlap)
{
    struct node *whole = overlap->whole;
    for (int i = 0; i < overlap->part_count; i++) {
        struct part *part = &overlap->parts[i];
        part->begin = part->begin ? part->begin : size_number(overlap->rewriter->graph->sizes, 0);
        part->end = part->end ? part->end : whole->shape[overlap->axis];
    }
    for (int i = 0; i < overlap->part_count; i++)
        if (!insert_end(overlap, overlap->parts[i].begin) || !insert_end(overlap, overlap->parts[i].end))
            return false;
    return true;
}

static bool do_overlap(const struct overlap *overlap)
{
    for (int stretch = 0; stretch + 1 < overlap->end_count; stretch++) {
        int count = 0;
        for (int i = 0; i < overlap->part_count; i++)
            count += covers(overlap, &overlap->parts[i], stretch);
        if (count > 1)
            return true;
    }
    return false;
}

/* ---- The stretches ---- */

/* x[begin : begin + length] along the axis, computed from such parts of what x is computed from. */
static struct node *slice(const struct overlap *overlap, struct node *x, size *begin, size *length)
{
    struct node *inputs[3];
    if (has_place(x) || !is_cheap(x))
        return graph_slice(overlap->rewriter->graph, x, overlap->axis, begin, length, 1);
    for (int i = 0; i < x->input_count; i++)
        inputs[i] = slice(overlap, x->inputs[i], begin, length);
    return graph_elementwise(overlap->rewriter->graph, x->op, inputs);
}

/* The sum of the parts that cover the stretch; NULL: none does. */
static struct node *sum_over(const struct overlap *overlap, int stretch)
{
    struct graph *graph = overlap->rewriter->graph;
    size *begin = overlap->ends[stretch], *length = size_subtract(overlap->ends[stretch + 1], begin);
    struct node *sum = NULL;
    for (int i = 0; i < overlap->part_count; i++) {
        const struct part *part = &overlap->parts[i];
        if (!covers(overlap, part, stretch))
            continue;
        struct node *x = slice(overlap, part->x, size_subtract(begin, part->begin), length);
        sum = sum                 ? graph_binary(graph, part->is_negative ? OP_SUB : OP_ADD, sum, x)
              : part->is_negative ? graph_unary(graph, OP_NEG, x)
                                  : x;
    }
    return sum;
}

/* Zeros of the whole's shape, with x from `begin` on along the axis. */
static struct node *put(const struct overlap *overlap, struct node *x, size *begin)
{
    struct graph *graph = overlap->rewriter->graph;
    struct affine subscripts[MAXIMUM_RANK];
    for (int a = 0; a < x->rank; a++) {
        size **coefficients = ARENA_ARRAY(graph->arena, size *, x->rank + 1);
        coefficients[a] = size_number(graph->sizes, 1);
        subscripts[a] =
            (struct affine){a == overlap->axis ? begin : size_number(graph->sizes, 0), coefficients, 0};
    }
    return graph_scatter(graph, x, x->rank, overlap->whole->shape, subscripts, NULL, 0);
}

struct node *rewrite_overlap(struct rewriter *rewriter, struct node *y)
{
    struct overlap overlap = {.rewriter = rewriter, .whole = y, .axis = -1};
    if (!rewriter->is_for_loops || y->rank == 0 || y->type != REAL || !collect(&overlap, y, false, 0) ||
        overlap.axis < 0 || !are_cheap(&overlap) || !sort_ends(&overlap) || !do_overlap(&overlap))
        return NULL;
    struct node *sum = NULL;
    for (int stretch = 0; stretch + 1 < overlap.end_count; stretch++) {
        struct node *x = sum_over(&overlap, stretch);
        x = x ? put(&overlap, x, overlap.ends[stretch]) : NULL;
        sum = sum && x ? graph_binary(rewriter->graph, OP_ADD, sum, x) : x ? x : sum;
    }
    return sum;
}
