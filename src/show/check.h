/* check.h: --check, every gradient of a module against numerical differences. */
#ifndef GRADC_CHECK_H
#define GRADC_CHECK_H

#include "graph.h"

/* Prints a table with a row for each gradient; true if all agree. Values by the interpreter, at random points
 * for small sizes, the same on every run. */
bool check_gradients(FILE *stream, const struct module *module);

#endif
