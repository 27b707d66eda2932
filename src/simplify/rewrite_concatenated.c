/* rewrite_concatenated.c: sums of scatters, which is what concat and stack make: their parts are stored side
 * by side, so nothing may come between a part and its place.
 *
 *     -(scatter(a) + scatter(b))              scatter(-a) + scatter(-b)
 *     y[i, j + 6] += reshape(a')[i, j]        y[i, 4 k + l + 6] += a'[i, k, l]
 */
#include "rewrites.h"

/* Whether what is scattered may be a choice of values and zeros, as unit seeds are. */
static bool may_be_masked(const struct node *x, int depth)
{
    if (x->op == OP_SELECT || depth == 0)
        return true;
    if (x->op == OP_ADD || x->op == OP_SUB)
        return may_be_masked(x->inputs[0], depth - 1) || may_be_masked(x->inputs[1], depth - 1);
    bool is_passed_on = x->op == OP_NEG || x->op == OP_INDEX || x->op == OP_RESHAPE;
    return is_passed_on && may_be_masked(x->inputs[0], depth - 1);
}

static bool is_sum(const struct node *node)
{
    return (node->op == OP_ADD || node->op == OP_SUB || node->op == OP_NEG) && node->type == REAL;
}

bool *find_concatenated(const struct graph *graph)
{
    enum { DEEP = 8 };
    bool *has_plain = ARENA_ARRAY(graph->arena, bool, graph->nodes_count + 1);
    for (size_t i = 0; i < graph->nodes_count; i++) {
        const struct node *node = graph->nodes[i];
        if (node->op == OP_SCATTER)
            has_plain[i] = !may_be_masked(node->inputs[0], DEEP);
        for (int j = 0; is_sum(node) && j < node->input_count; j++)
            has_plain[i] = has_plain[i] || has_plain[node->inputs[j]->id];
    }
    for (size_t i = graph->nodes_count; i-- > 0;) {
        const struct node *node = graph->nodes[i];
        for (int j = 0; is_sum(node) && has_plain[i] && j < node->input_count; j++)
            has_plain[node->inputs[j]->id] = true;
    }
    return has_plain;
}

enum { MOST_PARTS = 64 };

/* Whether y is a sum with scatters in it, of which each part is read nowhere else. */
static bool has_scatter(const struct rewriter *rewriter, const struct node *y, int depth)
{
    if (rewriter_uses(rewriter, y) != 1 || depth == MOST_PARTS)
        return false;
    if (y->op == OP_ADD)
        return has_scatter(rewriter, y->inputs[0], depth + 1) ||
               has_scatter(rewriter, y->inputs[1], depth + 1);
    return y->op == OP_SCATTER;
}

static struct node *negated(struct rewriter *rewriter, struct node *y, int depth)
{
    struct graph *graph = rewriter->graph;
    if (!has_scatter(rewriter, y, depth))
        return graph_unary(graph, OP_NEG, y);
    if (y->op == OP_ADD) {
        struct node *a = negated(rewriter, y->inputs[0], depth + 1);
        return graph_binary(graph, OP_ADD, a, negated(rewriter, y->inputs[1], depth + 1));
    }
    return graph_scatter(graph, graph_unary(graph, OP_NEG, y->inputs[0]), y->rank, y->shape, y->subscripts,
                         y->inputs + 1, y->input_count - 1);
}

/* -(scatter(a) + scatter(b)) -> scatter(-a) + scatter(-b) where they are read nowhere else */
struct node *rewrite_negated_parts(struct rewriter *rewriter, struct node *y)
{
    if (!rewriter->is_for_loops || y->type != REAL || !has_scatter(rewriter, y->inputs[0], 0))
        return NULL;
    return negated(rewriter, y->inputs[0], 0);
}

/* The axes of `fine`, the first of each group that makes one axis of `coarse`; false: there are no such
 * groups. */
static bool find_groups(const struct node *fine, const struct node *coarse, int *first)
{
    int a = 0;
    for (int c = 0; c < coarse->rank; c++) {
        if (a == fine->rank)
            return false;
        first[c] = a;
        size *extent = fine->shape[a++];
        while (extent != coarse->shape[c] && a < fine->rank)
            extent = size_multiply(extent, fine->shape[a++]);
        if (extent != coarse->shape[c])
            return false;
    }
    first[coarse->rank] = fine->rank;
    return a == fine->rank;
}

/* y[i, c j + d] += reshape(x)[i, j] -> y[i, c L k + c l + d] += x[i, k, l] where the view x of rows that do
 * not follow each other would be copied to make them */
struct node *rewrite_scattered_rows(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    struct node *rows = y->inputs[0], *x = rows->op == OP_RESHAPE && !rows->extent ? rows->inputs[0] : NULL;
    int first[MAXIMUM_RANK + 1];
    if (!rewriter->is_for_loops || !x || x->op != OP_INDEX || y->input_count > 1 ||
        rewriter_uses(rewriter, rows) != 1 || !find_groups(x, rows, first))
        return NULL;
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, y->rank + 1);
    for (int s = 0; s < y->rank; s++) {
        subscripts[s].offset = y->subscripts[s].offset;
        subscripts[s].coefficients = ARENA_ARRAY(graph->arena, size *, x->rank + 1);
        for (int a = 0; y->subscripts[s].coefficients && a < rows->rank; a++) {
            size *step = y->subscripts[s].coefficients[a];
            for (int k = first[a + 1]; step && k-- > first[a];) {
                subscripts[s].coefficients[k] = step;
                step = size_multiply(step, x->shape[k]);
            }
        }
    }
    return graph_scatter(graph, x, y->rank, y->shape, subscripts, NULL, 0);
}
