/* differences.h: every gradient of a module against numerical differences. */
#ifndef GRADC_DIFFERENCES_H
#define GRADC_DIFFERENCES_H

#include <stdio.h>

#include "validate_point.h"

/* Prints a table with a row for each gradient; true if all agree. Values by the interpreter, at random points
 * for small sizes, the same on every run; or at the points that are given, one for each function. */
bool check_gradients(FILE *stream, const struct module *module, const struct given *given);

#endif
