/* differentiate.h: reverse mode on the graph. */
#ifndef GRADC_DIFFERENTIATE_H
#define GRADC_DIFFERENTIATE_H

#include "graph.h"

/* The derivative column of operators.def, parsed. Belongs to the arena. */
struct derivatives;
struct derivatives *derivatives_load(struct arena *arena, struct diagnostics *diagnostics);
/* The same as people write them: what the rounds of a loop contribute to a gradient is added up in the
 * rounds. */
const struct derivatives *derivatives_to_read(struct arena *arena, const struct derivatives *derivatives);

/* adjoints[i] = sum over outputs k of (d outputs[k] / d wrt[i])' seeds[k], of wrt[i]'s shape, for REAL
 * outputs and wrt; zeros where nothing depends on wrt[i]. seeds have the outputs' shapes. Only dependence
 * through the node wrt[i] itself counts: a PARAMETER, PLACEHOLDER, MARK, or any other node. Appends to the
 * graph. */
void differentiate(struct graph *graph, const struct derivatives *derivatives, struct node *const *outputs,
                   struct node *const *seeds, size_t output_count, struct node *const *wrt, size_t wrt_count,
                   struct node **adjoints);

/* tangents[k] = (d outputs[k] / d wrt[i]) v[i] summed over i: forward mode, as the adjoint of the adjoint. */
void differentiate_forward(struct graph *graph, const struct derivatives *derivatives,
                           struct node *const *wrt, struct node *const *v, size_t wrt_count,
                           struct node *const *outputs, size_t output_count, struct node **tangents);

/* dy/dx of shape [y..., x...]: every row of the Jacobian in one sweep over batched seeds. */
struct node *differentiate_jacobian(struct graph *graph, const struct derivatives *derivatives,
                                    struct node *y, struct node *x);

/* The gradient d x / y by x of what is computed from y, the norm of x, where d is the gradient by y; 0 at y =
 * 0. All of one shape. Its own derivatives are right at y = 0, too, where they exist (adjoint_radial.c). */
struct node *radial_gradient(struct graph *graph, struct node *d, struct node *x, struct node *y);

#endif
