/* rewrite_part.c: a part of what has been put together from parts is read from the part itself: concat(a,
 * b)[:n] -> a.
 */
#include "rewrites.h"

enum placement { APART, WITHIN, UNKNOWN };

static bool is_always(size *a)
{
    return size_nonnegative(a) == ALWAYS;
}

/* The least and greatest value of a subscript over its index space. */
static bool bounds(struct graph *graph, const struct affine *affine, int rank, size *const *shape,
                   size **least, size **greatest)
{
    *least = size_least(affine->offset);
    *greatest = size_greatest(affine->offset);
    if (affine->dynamic)
        return false;
    for (int a = 0; affine->coefficients && a < rank; a++) {
        int64_t number;
        if (!affine->coefficients[a])
            continue;
        if (!size_is_number(affine->coefficients[a], &number))
            return false;
        size *reach =
            size_multiply(affine->coefficients[a], size_subtract(shape[a], size_number(graph->sizes, 1)));
        if (number < 0)
            *least = size_add(*least, reach);
        else
            *greatest = size_add(*greatest, reach);
    }
    return true;
}

/* If the part stands in the whole as a block, each axis a of it along axis a of the whole from first[a] on.
 */
static bool is_block(const struct node *whole, const struct node *part, size **first)
{
    if (part->rank != whole->rank)
        return false;
    for (int s = 0; s < whole->rank; s++) {
        const struct affine *affine = &whole->subscripts[s];
        if (affine->dynamic)
            return false;
        for (int a = 0; a < part->rank; a++) {
            size *coefficient = affine->coefficients ? affine->coefficients[a] : NULL;
            int64_t number = 0, extent = 0;
            bool is_single = a == s && size_is_number(part->shape[a], &extent) && extent == 1;
            if (coefficient && (!size_is_number(coefficient, &number) || number != 1 || a != s))
                return false;
            if (!coefficient && a == s && !is_single)
                return false;
        }
        first[s] = affine->offset;
    }
    return true;
}

/* Where the elements that y reads stand, relative to the block. */
static enum placement place_of(struct graph *graph, const struct node *y, const struct node *block,
                               size *const *first)
{
    enum placement placement = WITHIN;
    for (int s = 0; s < block->rank; s++) {
        size *least, *greatest;
        if (!bounds(graph, &y->subscripts[s], y->rank, y->shape, &least, &greatest))
            return UNKNOWN;
        size *last = size_subtract(size_add(first[s], block->shape[s]), size_number(graph->sizes, 1));
        size *after = size_subtract(size_subtract(least, last), size_number(graph->sizes, 1));
        size *before = size_subtract(size_subtract(first[s], greatest), size_number(graph->sizes, 1));
        if (is_always(after) || is_always(before))
            return APART;
        if (!is_always(size_subtract(least, first[s])) || !is_always(size_subtract(last, greatest)))
            placement = UNKNOWN;
    }
    return placement;
}

static struct node *view_like(struct graph *graph, const struct node *y, struct node *x, size *const *first)
{
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, x->rank + 1);
    for (int s = 0; s < x->rank; s++) {
        subscripts[s] = y->subscripts[s];
        if (first)
            subscripts[s].offset = size_subtract(y->subscripts[s].offset, first[s]);
    }
    return graph_index(graph, x, y->rank, y->shape, subscripts, NULL, 0, false);
}

/* What y reads of `whole`, read from its parts; NULL if it is not of parts or y reads over a border. */
static struct node *read_parts(struct graph *graph, const struct node *y, struct node *whole, int depth)
{
    enum { DEEP = 32 };
    size *first[MAXIMUM_RANK];
    if (whole->op == OP_ADD && depth < DEEP) {
        struct node *a = read_parts(graph, y, whole->inputs[0], depth + 1);
        struct node *b = a ? read_parts(graph, y, whole->inputs[1], depth + 1) : NULL;
        return b ? graph_binary(graph, OP_ADD, a, b) : NULL;
    }
    if (whole->op == OP_SCATTER && is_block(whole, whole->inputs[0], first)) {
        switch (place_of(graph, y, whole->inputs[0], first)) {
        case APART: return graph_zeros_like(graph, y);
        case WITHIN: return view_like(graph, y, whole->inputs[0], first);
        case UNKNOWN: return NULL;
        }
    }
    if (whole->op == OP_REPLACE && is_block(whole, whole->inputs[1], first)) {
        switch (place_of(graph, y, whole->inputs[1], first)) {
        case APART: return view_like(graph, y, whole->inputs[0], NULL);
        case WITHIN: return view_like(graph, y, whole->inputs[1], first);
        case UNKNOWN: return NULL;
        }
    }
    return NULL;
}

struct node *rewrite_part(struct rewriter *rewriter, struct node *y)
{
    return y->fill || y->input_count > 1 ? NULL : read_parts(rewriter->graph, y, y->inputs[0], 0);
}

/* Whether y is x[k, ..]: whole along all axes of x but the first ones, along which it stands at one place. */
static bool is_one_of_first(const struct node *y, const struct node *x, const size *zero, const size *one)
{
    int dropped = x->rank - y->rank;
    if (y->fill || y->input_count > 1 || dropped <= 0)
        return false;
    for (int s = 0; s < x->rank; s++) {
        const struct affine *affine = &y->subscripts[s];
        if (s >= dropped && (affine->offset != zero || y->shape[s - dropped] != x->shape[s]))
            return false;
        for (int a = 0; a < y->rank; a++) {
            const size *coefficient = affine->coefficients ? affine->coefficients[a] : NULL;
            if (a == s - dropped ? coefficient != one : coefficient && coefficient != zero)
                return false;
        }
    }
    return true;
}

/* reshape(x[k]) -> reshape(x)[k] where x stands in memory, so that it is read where it stands */
struct node *rewrite_reshaped_round(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    struct node *part = y->inputs[0], *x = part->op == OP_INDEX ? part->inputs[0] : NULL;
    size *zero = size_number(graph->sizes, 0), *shape[MAXIMUM_RANK];
    if (!rewriter->is_for_loops || y->extent || !x || x->op != OP_RESULT ||
        !is_one_of_first(part, x, zero, size_number(graph->sizes, 1)) ||
        x->rank - part->rank + y->rank > MAXIMUM_RANK)
        return NULL;
    int dropped = x->rank - part->rank;
    for (int a = 0; a < dropped + y->rank; a++)
        shape[a] = a < dropped ? x->shape[a] : y->shape[a - dropped];
    struct node *result = graph_reshape(graph, x, dropped + y->rank, shape);
    for (int s = 0; s < dropped; s++)
        result = graph_drop_axis(graph, result, 0, part->subscripts[s].offset);
    return result;
}
