/* formula_node.h: nodes of the graph as formulas. */
#ifndef GRADC_FORMULA_NODE_H
#define GRADC_FORMULA_NODE_H

#include "formula.h"

/* What the nodes before are called or are: asked for every input. */
struct formula_context {
    struct arena *arena;
    formula (*of)(struct node *node, void *closure);
    /* The same, but a formula of whole tensors, never DEFERRED: the node gets a name if it must. */
    formula (*whole)(struct node *node, void *closure);
    void *closure;
    int letters;         /* in use */
    unsigned long taken; /* letters that are names in the function, bit 0 for a */
};

/* ---- formula_node.c ---- */
/* The node over its inputs' formulas; DEFERRED if only index notation says it. */
formula formula_of_node(struct formula_context *context, struct node *node);
formula formula_size(struct arena *arena, const size *a);
/* The formula of input i. */
formula formula_of_input(struct formula_context *context, const struct node *node, int i);
/* The element-wise operator of the node over these operands, whole ones or their elements. */
formula formula_apply(struct formula_context *context, const struct node *node, const formula *x);
/* How a reduction is written, as in sum(x). */
const char *formula_reduction_name(enum op op);

/* ---- formula_element.c ---- */
/* One element of the formula; `at` has a subscript for each axis. */
formula formula_element(struct formula_context *context, formula a, const formula *at);
/* The subscripts of `node` (SCATTER, REPLACE: where it writes), at the given place of their index space. */
formula formula_subscript(struct formula_context *context, const struct node *node, int subscript,
                          const formula *at);
/* An index letter that is not in use. */
formula formula_letter(struct formula_context *context);

#endif
