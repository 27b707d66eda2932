/* emit_math.h: each function and its gradients as formulas (--emit=math, --emit=latex, and in --emit=html).
 */
#ifndef GRADC_EMIT_MATH_H
#define GRADC_EMIT_MATH_H

#include "formula.h"

/* Requires functions as `adjoin` leaves them, not simplified; simplifies them in its own way. The gradients
 * are those of the first real scalar output; where there is none, `d_` names stand for the outputs'
 * gradients. */
void emit_math(FILE *stream, struct module *module, enum notation notation);

#endif
