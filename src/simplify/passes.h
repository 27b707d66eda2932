/* passes.h: the passes after elaboration, in the order in which main.c runs them. */
#ifndef GRADC_PASSES_H
#define GRADC_PASSES_H

#include "graph.h"

/* Rewrites the function's graph: MARK, STOP and CUSTOM vanish, the rewrites of simplify.c's table are applied
 * until nothing changes, equal nodes are shared, dead nodes are dropped. Members' leaves and values,
 * conditions and checks are updated. level 0: only what later passes require; 1: constants and identities; 2:
 * all. */
void simplify(struct function *function, int level);
/* The same at level 2 for people to read: CUSTOM stays, so that functions with a rule can be written as
 * calls. */
void simplify_to_read(struct function *function);
/* The same at level 2 for C: sums of what overlaps are formed stretch by stretch. */
void simplify_for_loops(struct function *function);
/* Of a function with given inputs: what depends on them and on sizes alone, and is worth keeping, becomes
 * members of ROLE_PREPARED_VALUE, which `prepare` stores and the other entries read. Once, before the back
 * end. */
void prepare(struct function *function);
/* Before the back end: operands that products read are to be stored as matrices. Nodes get new ids. */
void pack_operands(struct function *function);

/* At level 2: short tensors of fixed size become their elements, and all is simplified again. */
void scalarise(struct function *function, int level);

#endif
