/* interpret.h: the value of every node in double, the plain way: the second opinion on everything emitted. */
#ifndef GRADC_INTERPRET_H
#define GRADC_INTERPRET_H

#include "graph.h"

struct interpreter;

/* Numbers for the sizes and values for the leaves must be bound before anything is evaluated. Values are
 * row-major doubles (INT and BOOL as whole numbers; INT arithmetic wraps at 32 bits). */
struct interpreter *interpreter_new(struct arena *arena, const struct graph *graph);
void interpreter_bind_size(struct interpreter *interpreter, const size *name, int64_t number);
void interpreter_bind(struct interpreter *interpreter, const struct node *leaf, const double *values);
/* Rounds every REAL element-wise result to float32 where precision is 32. Default 64. */
void interpreter_precision(struct interpreter *interpreter, int precision);
/* Has each result that was rounded be another by at most `change`, relative, at random: a second opinion on
 * what is left of values where they cancel, or where numbers that would be equal are compared. */
void interpreter_perturb(struct interpreter *interpreter, double change, uint64_t seed);
int64_t interpreter_size(struct interpreter *interpreter, const size *a);
size_t interpreter_count(struct interpreter *interpreter, const struct node *node); /* elements */
/* The node's elements, computed on first demand and kept; NULL if an index was out of range or a
 * factorisation met a singular matrix (interpreter_status then tells which, as the GRADC_E... status). */
const double *interpreter_value(struct interpreter *interpreter, struct node *node);
/* Has what stop_gradient gives be kept, evaluation by evaluation, or be what another interpreter kept: values
 * of a function whose stopped parts are held fixed, which is what its gradients are of. NULL: neither. */
struct stopped;
struct stopped *stopped_new(struct arena *arena, const struct graph *graph);
void interpreter_keep_stopped(struct interpreter *interpreter, struct stopped *stopped);
void interpreter_hold_stopped(struct interpreter *interpreter, struct stopped *stopped);
/* Has `see` told, in each round that runs, of those of the nodes that stand in the rounds of a loop: which of
 * them, and its elements there; NULL: it has none. What goes wrong in computing them alone is no one's fault.
 */
struct round_watch {
    struct node *const *nodes;
    size_t count;
    void (*see)(void *closure, size_t number, const double *values);
    void *closure;
};
void interpreter_watch(struct interpreter *interpreter, const struct round_watch *watch);
int interpreter_status(const struct interpreter *interpreter);

#endif
