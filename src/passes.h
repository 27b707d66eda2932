/* passes.h: the passes after elaboration, in the order in which main.c runs them. */
#ifndef GRADC_PASSES_H
#define GRADC_PASSES_H

#include "graph.h"

/* Rewrites the function's graph: MARK, STOP and CUSTOM vanish, the rewrites of simplify.c's table are applied until
 * nothing changes, equal nodes are shared, dead nodes are dropped. Members' leaves and values, conditions and checks
 * are updated. level 0: only what later passes require; 1: constants and identities; 2: all. */
void simplify(struct function *function, int level);

#endif
