/* derivatives.h: the derivative column of operators.def as programs that build adjoints. */
#ifndef GRADC_DERIVATIVES_H
#define GRADC_DERIVATIVES_H

#include "differentiate.h"

/* adjoints[k] = the contribution to the adjoint of operand k of the element-wise node y whose adjoint is d_y,
 * for each k with wanted[k]; NULL where the row gives none. All of y's shape. */
void derivatives_apply(struct graph *graph, const struct derivatives *derivatives, struct node *y,
                       struct node *d_y, const bool *wanted, struct node **adjoints);

bool derivatives_are_to_read(const struct derivatives *derivatives);

#endif
