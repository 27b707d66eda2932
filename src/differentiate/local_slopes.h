/* local_slopes.h: the slopes of a loop's rounds, for derivatives along many seeds. */
#ifndef GRADC_LOCAL_SLOPES_H
#define GRADC_LOCAL_SLOPES_H

#include "graph.h"

/* A node that is linear in the PLACEHOLDER `seed`, of which there are to be so many: the same with rounds of
 * loops as products with their slopes. NULL if there is no such loop, or one whose rounds are not so simple:
 * it carries what depends on the seed, reads much of it, or makes much of it. */
struct node *local_slopes(struct graph *graph, struct node *node, struct node *seed, int64_t seeds);

#endif
