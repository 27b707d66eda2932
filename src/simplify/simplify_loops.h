/* simplify_loops.h: loops over one state joined, and what nobody reads of a loop dropped. */
#ifndef GRADC_SIMPLIFY_LOOPS_H
#define GRADC_SIMPLIFY_LOOPS_H

#include "graph.h"

/* Changes LOOPs and RESULTs of the graph in place, which is only for copying afterwards: equal nodes are no
 * longer found. */
void simplify_loops(struct graph *graph, struct node *const *roots, size_t root_count);

/* Moves work out of loops that can be done for all rounds at once. Changes the graph in the same way. */
void hoist_rounds(struct graph *graph, struct node *const *roots, size_t root_count);
/* Brings inputs before their users again, after nodes have been changed in place; drops what no root needs.
 */
void sort_nodes(struct graph *graph, struct node *const *roots, size_t root_count);

#endif
