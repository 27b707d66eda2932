/* gradc_arcs.h: inverse tangent, sine and cosine for loops that vectorise.
 *
 * As gradc_vecmath.h: inline, without branches and calls, correct for every argument. The polynomials are
 * minimax (Remez's algorithm) of the relative error. */
#ifndef GRADC_ARCS_H
#define GRADC_ARCS_H

#include "gradc_vecmath.h"

GRADC_ROOTS

/* For |x| <= 1, x + x^3 p(x^2); beyond, pi / 2 less that of 1 / |x|. 1.5 ulp. */
GRADC_INLINE double gradc_atan(double x)
{
#if GRADC_VECMATH_LIBM
    return atan(x);
#else
    GRADC_AS_WRITTEN
    double a = gradc_magnitude(x);
    int64_t beyond = a > 1;
    double t = gradc_choose(beyond, 1, a) / gradc_choose(beyond, a, 1), z = t * t, p = 1.3225382358508863e-05;
    p = gradc_fma(p, z, -0.00015216383903569324);
    p = gradc_fma(p, z, 0.0008313350988313779);
    p = gradc_fma(p, z, -0.002884954423824637);
    p = gradc_fma(p, z, 0.0071965695942142445);
    p = gradc_fma(p, z, -0.013900648263433223);
    p = gradc_fma(p, z, 0.02198494010546394);
    p = gradc_fma(p, z, -0.02990392265811592);
    p = gradc_fma(p, z, 0.036641946652681084);
    p = gradc_fma(p, z, -0.042191804373107974);
    p = gradc_fma(p, z, 0.04722322659465256);
    p = gradc_fma(p, z, -0.05253518640513186);
    p = gradc_fma(p, z, 0.05880527822847949);
    p = gradc_fma(p, z, -0.06666404056631833);
    p = gradc_fma(p, z, 0.07692279838823068);
    p = gradc_fma(p, z, -0.09090907002911887);
    p = gradc_fma(p, z, 0.11111111007018609);
    p = gradc_fma(p, z, -0.14285714282574696);
    p = gradc_fma(p, z, 0.19999999999951448);
    p = gradc_fma(p, z, -0.3333333333333307);
    double tail = t * (z * p), rest = 1.5707963267948966 - (t - (6.123233995736766e-17 - tail));
    return gradc_with_sign(gradc_choose(beyond, rest, t + tail), x);
#endif
}

GRADC_INLINE float gradc_atanf(float x)
{
#if GRADC_VECMATH_LIBMF
    return atanf(x);
#else
    GRADC_AS_WRITTEN
    float a = gradc_magnitudef(x);
    int32_t beyond = a > 1;
    float t = gradc_choosef(beyond, 1, a) / gradc_choosef(beyond, a, 1), z = t * t, p = -0.00179360539f;
    p = gradc_fmaf(p, z, 0.0109145055f);
    p = gradc_fmaf(p, z, -0.0311776027f);
    p = gradc_fmaf(p, z, 0.0579572842f);
    p = gradc_fmaf(p, z, -0.084034279f);
    p = gradc_fmaf(p, z, 0.109521769f);
    p = gradc_fmaf(p, z, -0.142642394f);
    p = gradc_fmaf(p, z, 0.199985474f);
    p = gradc_fmaf(p, z, -0.333332986f);
    float tail = t * (z * p), rest = 1.57079637f - (t - (-4.37113883e-08f - tail));
    return gradc_with_signf(gradc_choosef(beyond, rest, t + tail), x);
#endif
}

/* asin(s) = s + tail for s^2 = z <= 1/4. */
GRADC_INLINE double gradc_asin_tail(double s, double z)
{
    GRADC_AS_WRITTEN
    double p = 0.03191041513219731;
    p = gradc_fma(p, z, -0.016221426835645307);
    p = gradc_fma(p, z, 0.01952638513209535);
    p = gradc_fma(p, z, 0.006528692191057343);
    p = gradc_fma(p, z, 0.012169038690552391);
    p = gradc_fma(p, z, 0.013885262958811071);
    p = gradc_fma(p, z, 0.017359701853603773);
    p = gradc_fma(p, z, 0.022371758252928458);
    p = gradc_fma(p, z, 0.030381959128028387);
    p = gradc_fma(p, z, 0.044642856828561846);
    p = gradc_fma(p, z, 0.075000000003367);
    p = gradc_fma(p, z, 0.1666666666666541);
    return s * (z * p);
}

GRADC_INLINE float gradc_asin_tailf(float s, float z)
{
    GRADC_AS_WRITTEN
    float p = 0.0421663299f;
    p = gradc_fmaf(p, z, 0.024179507f);
    p = gradc_fmaf(p, z, 0.0454703756f);
    p = gradc_fmaf(p, z, 0.0749529749f);
    p = gradc_fmaf(p, z, 0.166667521f);
    return s * (z * p);
}

/* From |x| = 1/2 on, by asin(a) = pi / 2 - 2 asin(s) with s^2 = (1 - a) / 2. 1.5 ulp. */
GRADC_INLINE double gradc_asin(double x)
{
#if GRADC_VECMATH_LIBM
    return asin(x);
#else
    GRADC_AS_WRITTEN
    double a = gradc_magnitude(x);
    int64_t small = a < 0.5;
    double z = gradc_choose(small, a * a, 0.5 * (1 - a)), s = gradc_choose(small, a, sqrt(z));
    double tail = gradc_asin_tail(s, z),
           rest = 1.5707963267948966 - (2 * s - (6.123233995736766e-17 - 2 * tail));
    return gradc_with_sign(gradc_choose(small, s + tail, rest), x);
#endif
}

GRADC_INLINE float gradc_asinf(float x)
{
#if GRADC_VECMATH_LIBMF
    return asinf(x);
#else
    GRADC_AS_WRITTEN
    float a = gradc_magnitudef(x);
    int32_t small = a < 0.5f;
    float z = gradc_choosef(small, a * a, 0.5f * (1 - a)), s = gradc_choosef(small, a, sqrtf(z));
    float tail = gradc_asin_tailf(s, z), rest = 1.57079637f - (2 * s - (-4.37113883e-08f - 2 * tail));
    return gradc_with_signf(gradc_choosef(small, s + tail, rest), x);
#endif
}

/* 2 asin(s) for x >= 1/2, pi less that for x <= -1/2, else pi / 2 - asin(x). 1.5 ulp. */
GRADC_INLINE double gradc_acos(double x)
{
#if GRADC_VECMATH_LIBM
    return acos(x);
#else
    GRADC_AS_WRITTEN
    double a = gradc_magnitude(x);
    int64_t small = a < 0.5;
    double z = gradc_choose(small, a * a, 0.5 * (1 - a)), s = gradc_choose(small, x, sqrt(z));
    double tail = gradc_asin_tail(s, z), middle = 1.5707963267948966 - (s - (6.123233995736766e-17 - tail));
    double left = 3.141592653589793 - 2 * (s - (6.123233995736766e-17 - tail));
    return gradc_choose(small, middle, gradc_choose(x < 0, left, 2 * (s + tail)));
#endif
}

GRADC_INLINE float gradc_acosf(float x)
{
#if GRADC_VECMATH_LIBMF
    return acosf(x);
#else
    GRADC_AS_WRITTEN
    float a = gradc_magnitudef(x);
    int32_t small = a < 0.5f;
    float z = gradc_choosef(small, a * a, 0.5f * (1 - a)), s = gradc_choosef(small, x, sqrtf(z));
    float tail = gradc_asin_tailf(s, z), middle = 1.57079637f - (s - (-4.37113883e-08f - tail));
    float left = 3.14159274f - 2 * (s - (-4.37113883e-08f - tail));
    return gradc_choosef(small, middle, gradc_choosef(x < 0, left, 2 * (s + tail)));
#endif
}

#endif
