/* join_rounds.h: one loop of two, of which the rounds of one read what the other collects. */
#ifndef GRADC_JOIN_ROUNDS_H
#define GRADC_JOIN_ROUNDS_H

#include "graph.h"

/* The same node, with each loop that carries nothing computing itself what its rounds read of such loops over
 * the same variable: then those, as a rule, are no longer needed. The node itself if there is no such loop.
 */
struct node *join_rounds(struct graph *graph, struct node *node);

#endif
