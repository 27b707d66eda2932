/* gradc_erfc.h: the complementary error function for loops that vectorise.
 *
 * As gradc_vecmath.h: inline, without branches and calls, correct for every argument. */
#ifndef GRADC_ERFC_H
#define GRADC_ERFC_H

#include "gradc_vecmath.h"

/* -a^2 = n log 2 + high + low as gradc_reduce has it, with a^2 as an exact square and the rest of it. */
GRADC_INLINE double gradc_reduce_square(double a, double *high, double *low)
{
    GRADC_AS_WRITTEN
    double n = gradc_fma(a * a, -1.4426950408889634, GRADC_ROUND) - GRADC_ROUND;
    double h = gradc_from_bits(gradc_to_bits(a) & UINT64_C(0xFFFFFFFFF8000000));
    *high = gradc_fma(n, -6.93147180369123816490e-01, -(h * h));
    *low = gradc_fma(n, -1.90821492927058770002e-10, (h - a) * (a + h));
    return n;
}

GRADC_INLINE float gradc_reduce_squaref(float a, float *high, float *low)
{
    GRADC_AS_WRITTEN
    float n = gradc_fmaf(a * a, -1.44269504f, GRADC_ROUNDF) - GRADC_ROUNDF;
    float h = gradc_from_bitsf(gradc_to_bitsf(a) & 0xFFFFF000u);
    *high = gradc_fmaf(n, -0.693145752f, -(h * h));
    *low = gradc_fmaf(n, -1.42860677e-06f, (h - a) * (a + h));
    return n;
}

/* For a = |x|, erfc(a) = e^(-a^2) w q(1 - 2 w) with w = c / (a + c), q standing for (1 + a / c) e^(a^2)
 * erfc(a), minimax (Remez's algorithm) of the relative error; after M. Shepherd and J. Laframboise, Chebyshev
 * Approximation of (1 + 2 x) exp(x^2) erfc(x), Mathematics of Computation 36 (1981). What the roundings of
 * a + c, w, 1 - 2 w and the value of q leave returns, with q' about so large as `slope`. 3.5 ulp. */
GRADC_INLINE double gradc_erfc(double x)
{
#if GRADC_VECMATH_LIBM
    return erfc(x);
#else
    GRADC_AS_WRITTEN
    double a = gradc_magnitude(x);
    a = gradc_choose(a > 27.3, 27.3, a);
    double sum = a + 4, w = 4 / sum, t = 1 - 2 * w, q = 2.5432577809009467e-10;
    q = gradc_fma(q, t, -9.597025271685364e-11);
    q = gradc_fma(q, t, -3.848854065183822e-09);
    q = gradc_fma(q, t, 6.528609439267284e-10);
    q = gradc_fma(q, t, 3.098706213178486e-08);
    q = gradc_fma(q, t, -1.949466225583899e-08);
    q = gradc_fma(q, t, -2.1150444042600685e-07);
    q = gradc_fma(q, t, 3.565231986197224e-07);
    q = gradc_fma(q, t, 1.173584253391346e-06);
    q = gradc_fma(q, t, -4.71544612945943e-06);
    q = gradc_fma(q, t, -9.087879325863506e-07);
    q = gradc_fma(q, t, 4.420327164024665e-05);
    q = gradc_fma(q, t, -0.00011376317209112404);
    q = gradc_fma(q, t, -7.023972895609834e-05);
    q = gradc_fma(q, t, 0.0015280139141763893);
    q = gradc_fma(q, t, -0.006592513333656842);
    q = gradc_fma(q, t, 0.019095378727288562);
    q = gradc_fma(q, t, -0.04350273431007231);
    q = gradc_fma(q, t, 0.0827128969695058);
    q = gradc_fma(q, t, -0.13521345782830624);
    q = gradc_fma(q, t, 0.19330217556630921);
    q = gradc_fma(q, t, -0.24413718227022052);
    /* w (1 - lost) is c / (a + c), and t + moved is 1 - 2 times that */
    double lost = (w * gradc_sum_rest(4, a, sum) + gradc_product_rest(w, sum, 4)) * 0.25;
    double moved = ((1 - t) - 2 * w) + 2 * w * lost, slope = gradc_fma(gradc_fma(t, -0.89, 0.6), t, -0.156);
    double whole = gradc_fma(t, q, 0.27399891525012277);
    double part = gradc_fma(moved, slope, gradc_fma(t, q, 0.27399891525012277 - whole));
    double high, low, n = gradc_reduce_square(a, &high, &low), r = high + low, most = 1 + r;
    double less = gradc_exp_tail(r, low) + gradc_fma(-most, lost, high - (most - 1));
    double y = gradc_scale(gradc_fma(most, whole, gradc_fma(most, part, less * whole)) * w, n);
    return gradc_choose(x < 0, 2 - y, y);
#endif
}

GRADC_INLINE float gradc_erfcf(float x)
{
#if GRADC_VECMATH_LIBMF
    return erfcf(x);
#else
    GRADC_AS_WRITTEN
    float a = gradc_magnitudef(x);
    a = gradc_choosef(a > 10.1f, 10.1f, a);
    float sum = a + 2, w = 2 / sum, t = 1 - 2 * w, q = 3.49280708e-05f;
    q = gradc_fmaf(q, t, 2.3823095e-05f);
    q = gradc_fmaf(q, t, -0.000296290527f);
    q = gradc_fmaf(q, t, -0.00041634831f);
    q = gradc_fmaf(q, t, 0.00153121958f);
    q = gradc_fmaf(q, t, 0.0032380349f);
    q = gradc_fmaf(q, t, -0.0107528325f);
    q = gradc_fmaf(q, t, -0.0182209034f);
    q = gradc_fmaf(q, t, 0.139735878f);
    q = gradc_fmaf(q, t, -0.343580335f);
    /* w (1 - lost) is c / (a + c), and t + moved is 1 - 2 times that */
    float lost = (w * gradc_sum_restf(2, a, sum) + gradc_product_restf(w, sum, 2)) * 0.5f;
    float moved = ((1 - t) - 2 * w) + 2 * w * lost, slope = gradc_fmaf(t, 0.262f, -0.348f);
    float whole = gradc_fmaf(t, q, 0.510791361f);
    float part = gradc_fmaf(moved, slope, gradc_fmaf(t, q, 0.510791361f - whole));
    float high, low, n = gradc_reduce_squaref(a, &high, &low), r = high + low, most = 1 + r;
    float less = gradc_exp_tailf(r, low) + gradc_fmaf(-most, lost, high - (most - 1));
    float y = gradc_scalef(gradc_fmaf(most, whole, gradc_fmaf(most, part, less * whole)) * w, n);
    return gradc_choosef(x < 0, 2 - y, y);
#endif
}

#endif
