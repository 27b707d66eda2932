/* stats.h: what loop programs compute, move and keep, in numbers and words: for --stats, --explain and
 * --max-workspace. */
#ifndef GRADC_STATS_H
#define GRADC_STATS_H

#include <stdio.h>

#include "graph.h"

struct buffer;
struct program;
struct programs; /* lower.h */

/* The sizes of graph and programs; NULL: these are still to be made. */
void emit_statistics(FILE *stream, struct module *module, const struct programs *programs);

/* Operations of one entry. */
size *count_operations(const struct module *module, const struct program *program);
/* What the program does to fill the value's buffer, of which it has one. */
size *count_operations_of(const struct module *module, const struct program *program,
                          const struct node *node);
/* Operators that are written out where a value without a buffer is read. */
int count_operators_of(const struct program *program, struct node *node);
size *count_bytes(const struct module *module, const struct program *program, const struct node *node);
/* Why forward leaves the value for backward, and for which gradients backward reads it. */
const char *why_kept(struct arena *arena, const struct programs *programs, const struct buffer *buffer);
const char *read_for(struct arena *arena, const struct program *backward, const struct node *node);

/* What became of the values of this name, in all functions; how many there are. Requires what emit_c
 * requires. */
int explain_values(FILE *stream, struct module *module, const char *name);

#endif
