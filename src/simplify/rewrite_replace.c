/* rewrite_replace.c: what has been taken out of an array and is put back. The adjoint of
 *
 *     u[s] = u[s] + v
 *
 * is the adjoint of the new u with zeros at s, and what belongs there added: nothing has changed. */
#include "rewrites.h"

enum { DEEPEST = 4 /* sums in sums */ };

static struct node *put(struct graph *graph, struct node *x, struct node *part, const struct node *replace)
{
    return graph_replace(graph, x, part, replace->subscripts, replace->inputs + 2, replace->input_count - 2);
}

static bool clears(const struct node *x)
{
    return x->op == OP_REPLACE && graph_is_zero(x->inputs[1]);
}

/* (x with 0 at s) + (v at s) -> x with v at s, where no two places in s are equal; the first may stand in a
 * longer sum */
static struct node *put_back(struct rewriter *r, struct node *x, const struct node *scatter, int depth)
{
    if (clears(x) && graph_same_places(x, scatter) && !graph_meeting_axes(x))
        return put(r->graph, x->inputs[0], scatter->inputs[0], x);
    if (x->op != OP_ADD || rewriter_uses(r, x) > 1 || depth == DEEPEST)
        return NULL;
    for (int i = 0; i < 2; i++) {
        struct node *sum = put_back(r, x->inputs[i], scatter, depth + 1);
        if (sum)
            return graph_binary(r->graph, OP_ADD, sum, x->inputs[1 - i]);
    }
    return NULL;
}

struct node *rewrite_cleared_sum(struct rewriter *rewriter, struct node *y)
{
    for (int i = 0; i < 2; i++)
        if (y->inputs[i]->op == OP_SCATTER) {
            struct node *sum = put_back(rewriter, y->inputs[1 - i], y->inputs[i], 0);
            if (sum)
                return sum;
        }
    return NULL;
}

/* x with x[s] at s -> x */
struct node *rewrite_replaced_by_itself(struct rewriter *rewriter, struct node *y)
{
    const struct node *part = y->inputs[1];
    (void)rewriter;
    return y->input_count == 2 && part->op == OP_INDEX && part->inputs[0] == y->inputs[0] && !part->fill &&
                   graph_same_places(y, part)
               ? y->inputs[0]
               : NULL;
}
