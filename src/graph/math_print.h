/* math_print.h: a node as mathematics, in gradc's own notation, in terms of other nodes that have names:
 * `sigmoid(x @ w1)`, `2 * (y_pred - y)`, `sum(x, axis = 0)`; in index notation where no shorter one says it.
 */
#ifndef GRADC_MATH_PRINT_H
#define GRADC_MATH_PRINT_H

#include "graph.h"

/* Which nodes are referred to by name, and the names. */
struct math_names {
    bool (*is_leaf)(const struct node *node, void *closure);
    const char *(*leaf_name)(const struct node *node, void *closure); /* NULL: it has none */
    void *closure;
    size_t longest; /* the text is cut with `...` after about so many characters; 0: 2000 */
    struct math_facts {
        bool is_partial;   /* it is cut, or holds a `?` for what has no name */
        bool hides_places; /* it does not say where what is scattered goes */
    } * facts;             /* told of the text; NULL: they are not */
};

/* A leaf_name: as the user calls it. */
const char *math_own_name(const struct node *node, void *closure);

/* The text in the arena. The node itself is written out even if it is a leaf. Index notation uses i, j, k,
 * ... for the node's axes. */
const char *math_print(struct arena *arena, const struct node *node, const struct math_names *names);
/* `name = ...`, or `name[i, j] = ...` in index notation, or `name[i + 1] += ...` for a SCATTER. */
const char *math_statement(struct arena *arena, const char *name, const struct node *node,
                           const struct math_names *names);

#endif
