/* differences.h: every gradient of a module against numerical differences. */
#ifndef GRADC_DIFFERENCES_H
#define GRADC_DIFFERENCES_H

#include <stdio.h>

#include "validate_point.h"

/* Prints a table with a row for each gradient; true if all agree. Values by the interpreter, at random points
 * for small sizes, the same on every run; or at the points that are given, one for each function. `written`
 * is the same module before any rewrite, which has what is stopped, and rules. */
bool check_gradients(FILE *stream, const struct module *module, const struct module *written,
                     const struct given *given);

/* Tells of a gradient that differs from differences at most points that the seed leads to; NULL if none does.
 * One point in one direction is enough for a gradient that agrees, since many programs tell more than many
 * points. Values by the interpreter, as above. The text is in the arena. */
const char *wrong_gradient(struct arena *arena, const struct function *function, int precision,
                           uint64_t seed);

#endif
