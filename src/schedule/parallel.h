/* parallel.h: what deciding which loops threads share takes in two files. */
#ifndef GRADC_PARALLEL_H
#define GRADC_PARALLEL_H

#include "program.h"

/* ---- chunks.c ---- */
/* Whether rounds can be done side by side if each chunk of them has a target of its own for this nest; then
 * it is listed. */
bool has_own(struct program *program, struct chunks *chunks, struct nest *nest, const struct item *loop);
/* Gives the chunks of a loop, of so much work, what has been listed for them, if sizes tell how much that is.
 */
void cut_into_chunks(struct program *program, struct item *loop, struct chunks *chunks, size *work);

#endif
