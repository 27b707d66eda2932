/* special.h: the functions of operators.def that C's mathematics library lacks, for the interpreter and for
 * constants; the runtime has the same for emitted code. */
#ifndef GRADC_SPECIAL_H
#define GRADC_SPECIAL_H

#include <stdint.h>

/* log |Gamma(x)|, without the global sign of C's lgamma. */
double special_lgamma(double x);
/* d/dx log |Gamma(x)|; NaN at 0, -1, -2, ... */
double special_digamma(double x);
/* d^n/dx^n digamma(x) for whole n >= 0; infinite at 0, -1, -2, ... for odd n, else NaN there. */
double special_polygamma(double n, double x);
/* exp(x^2) erfc(x). */
double special_erfcx(double x);
/* The y with erf(y) = x; NaN beyond 1. */
double special_erfinv(double x);
/* exp(-|x|) I_order(x) and J_order(x), Bessel functions of a whole order >= 0. */
double special_ie(int order, double x);
double special_j(int order, double x);
/* Noise in [0, 1), a function of its arguments alone: a multiple of 2^-24, so the same in either precision.
 */
double special_uniform(int32_t seed, int32_t index);
/* x without its fraction; the least int for NaN and for what 32 bits cannot hold. */
double special_truncate(double x);

#endif
