/* sparsity.h: the structural non-zeros of a linear map, found element by element for fixed sizes. */
#ifndef GRADC_SPARSITY_H
#define GRADC_SPARSITY_H

#include "graph.h"
#include "pattern.h"

/* For a node that is linear in the PLACEHOLDER `seed` (a tangent): the pattern of the matrix of the map, rows
 * the elements of the node, columns those of the seed. All sizes on the way must be numbers. */
struct pattern *sparsity_of(struct graph *graph, struct node *node, struct node *seed);

#endif
