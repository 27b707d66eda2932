/* graph_capacity.h: whether arrays of the sizes that a program fixes can be had. */
#ifndef GRADC_GRAPH_CAPACITY_H
#define GRADC_GRAPH_CAPACITY_H

#include "graph.h"

/* Reports, for each function, the first array whose elements no address can count. */
void check_capacity(struct diagnostics *diagnostics, const struct module *module);

#endif
