/* values_at.h: values and gradients of every node at a point (--at). */
#ifndef GRADC_VALUES_AT_H
#define GRADC_VALUES_AT_H

#include "command.h"
#include "differentiate.h"
#include "graph.h"

struct at;

/* Requires functions as elaborated, without adjoined derivatives; leaves them simplified at level 0, their
 * nodes being what the user wrote, or with keeps_calls as they are, with marks and calls (for pictures). The
 * text is --at's: `x=-2,W=[[1, 2], [3, 4]]`. NULL after telling what is wrong, with the exit status. The
 * gradients are those of each function's first real scalar output. */
struct at *at_new(struct arena *arena, struct module *module, const struct derivatives *derivatives,
                  const char *text, bool keeps_calls, enum status *status);
/* A graph_note; closure: the struct at. */
const char *at_note(const struct function *function, struct node *node, void *closure);
/* The elements of a node, and of the gradient with respect to it; NULL: it has none. */
struct at_values {
    int64_t extents[MAXIMUM_RANK];
    const double *value, *gradient;
};
struct at_values at_values(struct at *at, const struct function *function, struct node *node);

/* The sizes and inputs of a function that --at's text gives, by member; false after telling what is missing
 * or does not fit. at_read() reads the text alone; at_is_used() tells of what no function takes up. */
struct at *at_read(struct arena *arena, const char *text);
bool at_point(struct at *at, const struct function *function, int64_t *sizes, const double **values);
bool at_is_used(const struct at *at);

#endif
