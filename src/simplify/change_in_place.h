/* change_in_place.h: nodes that are changed in place, and what this takes. */
#ifndef GRADC_CHANGE_IN_PLACE_H
#define GRADC_CHANGE_IN_PLACE_H

#include "graph.h"

/* Lets `node` be what `value` is, under its own name, for all its users. */
void become(struct node *node, const struct node *value);
/* How often each node that the roots need is read, bodies of loops included; by id. */
int *count_uses(const struct graph *graph, struct node *const *roots, size_t root_count);
/* Brings inputs before their users again, after nodes have been changed in place; drops what no root needs.
 */
void sort_nodes(struct graph *graph, struct node *const *roots, size_t root_count);

#endif
