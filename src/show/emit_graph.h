/* emit_graph.h: the tensor graph as a listing (--emit=graph). */
#ifndef GRADC_EMIT_GRAPH_H
#define GRADC_EMIT_GRAPH_H

#include "graph.h"

/* A node's value and gradient as text, or NULL: what --at shows. */
typedef const char *graph_note(const struct function *function, struct node *node, void *closure);

void emit_graph(FILE *stream, const struct module *module);
/* The same with a note beside each node; note may be NULL. */
void emit_graph_noted(FILE *stream, const struct module *module, graph_note *note, void *closure);

#endif
