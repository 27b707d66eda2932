/* rewrite_reshaped.c: views of reshaped arrays, and reshaped views, which are read where they stand instead
 * of being copied first.
 *
 *     reshape(x[:, 1:n])                      reshape(x)[:, k:]
 *     transpose(reshape(a @ b))               transpose(reshape(transpose(a @ b)))
 */
#include "rewrites.h"

/* The groups of axes of two shapes of the same elements: a from first_a on, b from first_b on, have as many
 * elements. Returns how many there are; 0: shapes do not tell. */
static int find_common_groups(const struct node *a, const struct node *b, int *first_a, int *first_b)
{
    int i = 0, j = 0, count = 0;
    while (i < a->rank && j < b->rank) {
        first_a[count] = i;
        first_b[count++] = j;
        size *m = a->shape[i++], *n = b->shape[j++];
        while (m != n)
            if (i < a->rank && size_divide(n, m))
                m = size_multiply(m, a->shape[i++]);
            else if (j < b->rank && size_divide(m, n))
                n = size_multiply(n, b->shape[j++]);
            else
                return 0;
    }
    first_a[count] = a->rank;
    first_b[count] = b->rank;
    return i == a->rank && j == b->rank ? count : 0;
}

static size *step_along(const struct affine *affine, int axis)
{
    size *step = affine->coefficients ? affine->coefficients[axis] : NULL;
    return step && !size_is(step, 0) ? step : NULL;
}

/* The only axis that moves the subscript; -1: there is none, or several, or a dynamic. */
static int only_axis(const struct affine *affine, int rank)
{
    int found = -1;
    for (int a = 0; a < rank; a++)
        if (step_along(affine, a)) {
            if (found >= 0)
                return -1;
            found = a;
        }
    return affine->dynamic ? -1 : found;
}

/* The axis of x along which the slice reads at its own axis; -1: there is none. */
static int source_of(const struct node *slice, int axis)
{
    const struct node *x = slice->inputs[0];
    int found = -1;
    for (int s = 0; s < x->rank; s++)
        if (step_along(&slice->subscripts[s], axis)) {
            if (found >= 0 || only_axis(&slice->subscripts[s], slice->rank) != axis)
                return -1;
            found = s;
        }
    return found;
}

/* Whether the slice reads x along these of its axes in the order of memory: all of it but along the first. */
static bool are_rows(const struct node *slice, int first, int end, int *source)
{
    const struct node *x = slice->inputs[0];
    for (int a = first; a < end; a++) {
        source[a] = source_of(slice, a);
        if (source[a] < 0)
            return false;
        const struct affine *affine = &slice->subscripts[source[a]];
        if (end - first > 1 && !size_is(step_along(affine, a), 1))
            return false;
        if (a > first && (source[a] != source[a - 1] + 1 || !size_is(affine->offset, 0) ||
                          slice->shape[a] != x->shape[source[a]]))
            return false;
    }
    return true;
}

/* Whether x has memory in any case. */
static bool is_stored(const struct rewriter *rewriter, const struct node *x)
{
    while (x->op == OP_RESHAPE)
        x = x->inputs[0];
    return x->input_count == 0 || (!operator_is_elementwise(x->op) && x->op != OP_INDEX) ||
           rewriter_uses(rewriter, x) > 1;
}

/* reshape(x[:, 1:n]) -> reshape(x)[:, k:], which reads x where it stands */
struct node *rewrite_reshaped_slice(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    struct node *slice = y->inputs[0], *x = slice->op == OP_INDEX ? slice->inputs[0] : NULL;
    int first[MAXIMUM_RANK + 1], own[MAXIMUM_RANK + 1], source[MAXIMUM_RANK];
    if (!rewriter->is_for_loops || y->extent || !x || slice->fill || slice->input_count > 1 ||
        !is_stored(rewriter, x))
        return NULL;
    int groups = find_common_groups(slice, y, first, own);
    for (int g = 0; g < groups; g++)
        if (!are_rows(slice, first[g], first[g + 1], source))
            return NULL;
    if (groups == 0)
        return NULL;
    /* The axes of x that rows go through become one. */
    size *shape[MAXIMUM_RANK];
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, x->rank + 1);
    int rank = 0;
    for (int s = 0; s < x->rank; s++) {
        int axis = only_axis(&slice->subscripts[s], slice->rank), g = 0;
        while (axis >= 0 && g < groups && axis >= first[g + 1])
            g++;
        struct affine *affine = &subscripts[rank];
        affine->coefficients = ARENA_ARRAY(graph->arena, size *, y->rank + 1);
        affine->offset = slice->subscripts[s].offset;
        shape[rank] = x->shape[s];
        if (axis >= 0) {
            size *step = step_along(&slice->subscripts[s], axis);
            for (int a = axis + 1; a < first[g + 1]; a++) {
                shape[rank] = size_multiply(shape[rank], slice->shape[a]);
                affine->offset = size_multiply(affine->offset, slice->shape[a]);
                s++;
            }
            for (int a = own[g + 1]; a-- > own[g]; step = size_multiply(step, y->shape[a]))
                affine->coefficients[a] = step;
        }
        rank++;
    }
    return graph_index(graph, graph_reshape(graph, x, rank, shape), y->rank, y->shape, subscripts, NULL, 0,
                       false);
}

/* The group that the axis belongs to. */
static int group_of(const int *first, int groups, int axis)
{
    int g = 0;
    while (g + 1 < groups && axis >= first[g + 1])
        g++;
    return g;
}

/* The view of a reshaped batch of products whose rows it reads outermost: the products are stored with the
 * rows outermost then. So all that is computed of a row can be together. */
struct node *rewrite_batch_inwards(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    struct node *r = y->inputs[0], *c = r->op == OP_RESHAPE && !r->extent ? r->inputs[0] : NULL;
    int first[MAXIMUM_RANK + 1], own[MAXIMUM_RANK + 1], order[MAXIMUM_RANK], outermost = -1;
    if (!rewriter->is_for_loops || !c || c->op != OP_CONTRACT || y->fill || y->input_count > 1 ||
        y->rank == 0 || rewriter_uses(rewriter, r) != 1 || rewriter_uses(rewriter, c) != 1)
        return NULL;
    int groups = find_common_groups(c, r, own, first);
    if (groups != c->rank) /* axes may be parted, not put together */
        return NULL;
    for (int s = 0; s < r->rank; s++)
        if (step_along(&y->subscripts[s], 0))
            outermost = outermost < 0 || outermost == group_of(first, groups, s) ? group_of(first, groups, s)
                                                                                 : c->rank;
    bool is_batch[2] = {false, false};
    for (int operand = 0; operand < 2; operand++)
        for (int a = 0; a < c->inputs[operand]->rank; a++)
            is_batch[operand] = is_batch[operand] || (operand ? c->b_axes : c->a_axes)[a] == 0;
    if (outermost <= 0 || outermost == c->rank || !is_batch[0] || !is_batch[1])
        return NULL;
    size *shape[MAXIMUM_RANK];
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, r->rank + 1);
    int count = 0, place = 0;
    for (int g = -1; g < groups; g++) {
        int axis = g < 0 ? outermost : g;
        if (g == outermost)
            continue;
        order[count++] = axis;
        for (int s = first[axis]; s < first[axis + 1]; s++) {
            shape[place] = r->shape[s];
            subscripts[place++] = y->subscripts[s];
        }
    }
    struct node *rows = graph_transpose(graph, c, order);
    return graph_index(graph, graph_reshape(graph, rows, r->rank, shape), y->rank, y->shape, subscripts, NULL,
                       0, false);
}
