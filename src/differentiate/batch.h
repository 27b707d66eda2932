/* batch.h: one computation as many, side by side: a node for one value of a seed becomes a node for a whole
 * tensor of seeds. */
#ifndef GRADC_BATCH_H
#define GRADC_BATCH_H

#include "graph.h"

/* `node` with the PLACEHOLDER `seed` standing for each seeds[i...], where i runs over the first `rank` axes
 * of seeds: of shape [i..., node...]. */
struct node *batch(struct graph *graph, struct node *node, const struct node *seed, struct node *seeds,
                   int rank);

/* `node`, inside the loop, for all rounds: of shape [rounds, node...]. NULL if it depends on a carried value,
 * on an inner loop, or otherwise than by affine positions on the loop's variable. */
struct node *batch_rounds(struct graph *graph, struct node *node, struct loop *loop);

#endif
