/* simplify_loops.h: loops over one state joined, and what nobody reads of a loop dropped. */
#ifndef GRADC_SIMPLIFY_LOOPS_H
#define GRADC_SIMPLIFY_LOOPS_H

#include "graph.h"

/* Changes LOOPs and RESULTs of the graph in place, which is only for copying afterwards: equal nodes are no
 * longer found. The last roots are what checks judge. */
void simplify_loops(struct graph *graph, struct node *const *roots, size_t root_count, size_t judged_count);

/* Moves work out of loops that can be done for all rounds at once. Changes the graph in the same way. */
void hoist_rounds(struct graph *graph, struct node *const *roots, size_t root_count);
/* Lets inner loops add to what outer ones carry, instead of collecting what is added behind them. Changes the
 * graph in the same way. */
void accumulate_in_rounds(struct graph *graph, struct node *const *roots, size_t root_count);
/* Lets sums that inner loops begin at zero begin at what outer ones carry. Changes the graph in the same way.
 */
void continue_sums(struct graph *graph, struct node *const *roots, size_t root_count);

/* Which of the collected values of the loop it is; -1: none. */
int collected_number(const struct loop *loop, const struct node *value);

#endif
