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

/* The node over its inputs' formulas; DEFERRED if only index notation says it. */
formula formula_of_node(struct formula_context *context, struct node *node);
/* One element of it. */
formula formula_element(struct formula_context *context, formula a, const formula *at);
/* The subscripts of `node` (SCATTER, REPLACE: where it writes), at the given place of their index space. */
formula formula_subscript(struct formula_context *context, const struct node *node, int subscript,
                          const formula *at);
/* An index letter that is not in use. */
formula formula_letter(struct formula_context *context);
formula formula_size(struct arena *arena, const size *a);

#endif
