/* explain.h: what became of one value of a program, for --explain. */
#ifndef GRADC_EXPLAIN_H
#define GRADC_EXPLAIN_H

#include <stdio.h>

#include "elaborate.h"

/* Where the value of this name comes from, what it costs, where it is, whether it is kept for backward, and
 * why. False after telling that there is no such name. Requires what emit_c requires. */
bool explain(FILE *stream, struct module *module, const struct file *file,
             const struct elaborate_options *options, const char *name);

#endif
