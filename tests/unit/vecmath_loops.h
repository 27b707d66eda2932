/* vecmath_loops.h: loops over the inline elementary functions, and what their errors are promised to be, for
 * the unit test and for the measurement of all numbers. */
#ifndef VECMATH_LOOPS_H
#define VECMATH_LOOPS_H

#define GRADC_VECMATH_ALWAYS
#include "gradc_arcs.h"
#include "gradc_erfc.h"
#include "gradc_hyperbolic.h"
#include "gradc_trig.h"

enum { BATCH = 512 };

/* The bounds, in units in the last place, that the sources give. */
#define VECMATH_BOUND_exp     1
#define VECMATH_BOUND_expm1   1.5
#define VECMATH_BOUND_tanh    2
#define VECMATH_BOUND_sigmoid 2
#define VECMATH_BOUND_log     1
#define VECMATH_BOUND_log1p   1
#define VECMATH_BOUND_erf     2
#define VECMATH_BOUND_sin     1
#define VECMATH_BOUND_cos     1
#define VECMATH_BOUND_atan    2
#define VECMATH_BOUND_asin    2
#define VECMATH_BOUND_acos    2
#define VECMATH_BOUND_sinh    2
#define VECMATH_BOUND_cosh    2
#define VECMATH_BOUND_asinh   2
#define VECMATH_BOUND_acosh   2.5
#define VECMATH_BOUND_atanh   2.5
#define VECMATH_BOUND_tan     2.5
#define VECMATH_BOUND_erfc    3.5

/* name_loop and namef_loop: loops of their own, so that the compiler has the chance to vectorise them. */
#define LOOPS_OF(name, namef)                                                                                \
    static void name##_loop(const double *x, double *y)                                                      \
    {                                                                                                        \
        for (int i = 0; i < BATCH; i++)                                                                      \
            y[i] = gradc_##name(x[i]);                                                                       \
    }                                                                                                        \
    static void namef##_loop(const float *x, float *y)                                                       \
    {                                                                                                        \
        for (int i = 0; i < BATCH; i++)                                                                      \
            y[i] = gradc_##namef(x[i]);                                                                      \
    }
#define LOOPS(name) LOOPS_OF(name, name##f)
LOOPS(exp)
LOOPS(expm1)
LOOPS(tanh)
LOOPS(sigmoid)
LOOPS(log)
LOOPS(log1p)
LOOPS(erf)
LOOPS(sin)
LOOPS(cos)
LOOPS(atan)
LOOPS(asin)
LOOPS(acos)
LOOPS(sinh)
LOOPS(cosh)
LOOPS(asinh)
LOOPS(acosh)
LOOPS(atanh)
LOOPS(tan)
LOOPS(erfc)

static uint64_t random_state;

static uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

#endif
