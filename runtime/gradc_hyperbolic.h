/* gradc_hyperbolic.h: hyperbolic sine and cosine, and the inverse hyperbolic functions, for loops that
 * vectorise.
 *
 * As gradc_vecmath.h: inline, without branches and calls, correct for every argument. The polynomials are
 * minimax (Remez's algorithm) of the relative error. */
#ifndef GRADC_HYPERBOLIC_H
#define GRADC_HYPERBOLIC_H

#include "gradc_vecmath.h"

GRADC_ROOTS

/* sinh(a) / 2 and cosh(a) / 2 are of parts of e^a = 2^n e^r and e^-a: with the sum and the difference of 2^n
 * and 2^-n, each over 4, cosh(a) / 2 = sum cosh(r) + difference sinh(r), and sinh(a) / 2 likewise. */
struct gradc_halves {
    double sum, difference, high;
    double sinh_tail, cosh_tail; /* sinh(r) = high + sinh_tail, cosh(r) = 1 + cosh_tail */
};
struct gradc_halvesf {
    float sum, difference, high, sinh_tail, cosh_tail;
};

GRADC_INLINE struct gradc_halves gradc_halve(double a)
{
    GRADC_AS_WRITTEN
    struct gradc_halves y;
    double low, n = gradc_reduce(gradc_choose(a > 710.6, 710.6, a), &y.high, &low);
    double r = y.high + low, z = r * r;
    double s = 2.5109101771064672e-08;
    s = gradc_fma(s, z, 2.755724404634148e-06);
    s = gradc_fma(s, z, 0.00019841269886263784);
    s = gradc_fma(s, z, 0.008333333333321587);
    s = gradc_fma(s, z, 0.16666666666666677);
    double c = 2.092171005417541e-09;
    c = gradc_fma(c, z, 2.755725200241023e-07);
    c = gradc_fma(c, z, 2.480158734900318e-05);
    c = gradc_fma(c, z, 0.0013888888888873374);
    c = gradc_fma(c, z, 0.041666666666666685);
    y.sinh_tail = gradc_fma(z * s, r, low);
    y.cosh_tail = z * gradc_fma(z, c, 0.5);
    double up = gradc_power_of_two(n, -2);
    double down = gradc_power_of_two(-gradc_choose(n > 60, 60, n), -2);
    y.sum = up + down;
    y.difference = up - down;
    return y;
}

GRADC_INLINE struct gradc_halvesf gradc_halvef(float a)
{
    GRADC_AS_WRITTEN
    struct gradc_halvesf y;
    float low, n = gradc_reducef(gradc_choosef(a > 89.6f, 89.6f, a), &y.high, &low);
    float r = y.high + low, z = r * r;
    float s = 0.000199049959f;
    s = gradc_fmaf(s, z, 0.00833328906f);
    s = gradc_fmaf(s, z, 0.166666672f);
    float c = 0.00139354856f;
    c = gradc_fmaf(c, z, 0.0416664593f);
    y.sinh_tail = gradc_fmaf(z * s, r, low);
    y.cosh_tail = z * gradc_fmaf(z, c, 0.5f);
    float up = gradc_power_of_twof(n, -2);
    float down = gradc_power_of_twof(-gradc_choosef(n > 30, 30, n), -2);
    y.sum = up + down;
    y.difference = up - down;
    return y;
}

/* 2 ulp. Near 0, where half of the value may not be a normal number, it is x. */
GRADC_INLINE double gradc_sinh(double x)
{
#if GRADC_VECMATH_LIBM
    return sinh(x);
#else
    GRADC_AS_WRITTEN
    double a = gradc_magnitude(x);
    struct gradc_halves h = gradc_halve(a);
    double less = gradc_fma(h.difference, h.cosh_tail, h.sum * h.sinh_tail);
    double half = gradc_fma(h.sum, h.high, h.difference) + less;
    return gradc_with_sign(gradc_choose(a < 1e-8, a, 2 * half), x);
#endif
}

GRADC_INLINE float gradc_sinhf(float x)
{
#if GRADC_VECMATH_LIBMF
    return sinhf(x);
#else
    GRADC_AS_WRITTEN
    float a = gradc_magnitudef(x);
    struct gradc_halvesf h = gradc_halvef(a);
    float less = gradc_fmaf(h.difference, h.cosh_tail, h.sum * h.sinh_tail);
    float half = gradc_fmaf(h.sum, h.high, h.difference) + less;
    return gradc_with_signf(gradc_choosef(a < 1e-4f, a, 2 * half), x);
#endif
}

/* 2 ulp. */
GRADC_INLINE double gradc_cosh(double x)
{
#if GRADC_VECMATH_LIBM
    return cosh(x);
#else
    GRADC_AS_WRITTEN
    struct gradc_halves h = gradc_halve(gradc_magnitude(x));
    double more = gradc_fma(h.difference, h.high, gradc_fma(h.difference, h.sinh_tail, h.sum * h.cosh_tail));
    return 2 * (h.sum + more);
#endif
}

GRADC_INLINE float gradc_coshf(float x)
{
#if GRADC_VECMATH_LIBMF
    return coshf(x);
#else
    GRADC_AS_WRITTEN
    struct gradc_halvesf h = gradc_halvef(gradc_magnitudef(x));
    float more = gradc_fmaf(h.difference, h.high, gradc_fmaf(h.difference, h.sinh_tail, h.sum * h.cosh_tail));
    return 2 * (h.sum + more);
#endif
}

/* log(1 + y + lost) for y >= 0 and lost small beside it; where x is large, log(2 x). */
GRADC_INLINE double gradc_log1p_or_double(double y, double lost, int64_t is_large, double x)
{
    GRADC_AS_WRITTEN
    double u = 1 + y, rest = gradc_choose(is_large, 0, lost + gradc_sum_rest(1, y, u));
    return gradc_log_of_sum(gradc_choose(is_large, x, u), rest, gradc_choose(is_large, 1, 0));
}

GRADC_INLINE float gradc_log1p_or_doublef(float y, float lost, int32_t is_large, float x)
{
    GRADC_AS_WRITTEN
    float u = 1 + y, rest = gradc_choosef(is_large, 0, lost + gradc_sum_restf(1, y, u));
    return gradc_log_of_sumf(gradc_choosef(is_large, x, u), rest, gradc_choosef(is_large, 1, 0));
}

/* log(1 + a + q) with q = sqrt(1 + a^2) - 1 = a^2 / (1 + sqrt(1 + a^2)). 2 ulp. */
GRADC_INLINE double gradc_asinh(double x)
{
#if GRADC_VECMATH_LIBM
    return asinh(x);
#else
    GRADC_AS_WRITTEN
    double a = gradc_magnitude(x);
    int64_t is_large = a > 1e9;
    double b = gradc_choose(is_large, 1, a), q = b * b / (1 + sqrt(1 + b * b)), y = b + q;
    double value = gradc_log1p_or_double(y, (b - y) + q, is_large, a);
    return gradc_with_sign(gradc_choose(a < (double)INFINITY, value, a), x);
#endif
}

GRADC_INLINE float gradc_asinhf(float x)
{
#if GRADC_VECMATH_LIBMF
    return asinhf(x);
#else
    GRADC_AS_WRITTEN
    float a = gradc_magnitudef(x);
    int32_t is_large = a > 1e5f;
    float b = gradc_choosef(is_large, 1, a), q = b * b / (1 + sqrtf(1 + b * b)), y = b + q;
    float value = gradc_log1p_or_doublef(y, (b - y) + q, is_large, a);
    return gradc_with_signf(gradc_choosef(a < (float)INFINITY, value, a), x);
#endif
}

/* log(1 + t + s) with t = x - 1 and s = sqrt(x^2 - 1) = sqrt(t (t + 2)). 2.5 ulp. */
GRADC_INLINE double gradc_acosh(double x)
{
#if GRADC_VECMATH_LIBM
    return acosh(x);
#else
    GRADC_AS_WRITTEN
    int64_t is_large = x > 1e9;
    double t = gradc_choose(is_large, 1, x - 1), s = sqrt(t * (t + 2)), y = s + t;
    double value = gradc_log1p_or_double(y, (s - y) + t, is_large, x);
    value = gradc_choose(x < (double)INFINITY, value, x);
    return gradc_choose(x >= 1, value, (double)NAN);
#endif
}

GRADC_INLINE float gradc_acoshf(float x)
{
#if GRADC_VECMATH_LIBMF
    return acoshf(x);
#else
    GRADC_AS_WRITTEN
    int32_t is_large = x > 1e5f;
    float t = gradc_choosef(is_large, 1, x - 1), s = sqrtf(t * (t + 2)), y = s + t;
    float value = gradc_log1p_or_doublef(y, (s - y) + t, is_large, x);
    value = gradc_choosef(x < (float)INFINITY, value, x);
    return gradc_choosef(x >= 1, value, (float)NAN);
#endif
}

/* log((1 + a) / (1 - a)) / 2 = (k / 2) log 2 + atanh(s), s = (w - 1) / (w + 1) for w = (1 + a) / (2^k (1 -
 * a)). k is about the logarithm of (1 + a) / (1 - a), which the difference of their bits tells as well as
 * needed; for k = 0, s is a. 2.5 ulp. */
GRADC_INLINE double gradc_atanh(double x)
{
#if GRADC_VECMATH_LIBM
    return atanh(x);
#else
    GRADC_AS_WRITTEN
    double a = gradc_magnitude(x);
    double p = 1 + a, q = 1 - a;
    uint64_t apart = gradc_to_bits(p) - gradc_to_bits(q), whole = (apart + UINT64_C(0x6666666666666)) >> 52;
    double two = gradc_from_bits((whole + 1023) << 52);
    double k = gradc_from_bits(whole + UINT64_C(0x4330000000000000)) - 4503599627370496.0;
    double lost = a - (p - 1), other = two * ((1 - q) - a), even = two * q; /* of 1 + a, and of even */
    double s = ((p - even) + (lost - other)) / ((p + even) + (lost + other)), z = s * s;
    double g = 0.07365054211737757;
    g = gradc_fma(g, z, 0.06508257637308534);
    g = gradc_fma(g, z, 0.07701210377630982);
    g = gradc_fma(g, z, 0.09090621363258634);
    g = gradc_fma(g, z, 0.11111116506617638);
    g = gradc_fma(g, z, 0.1428571422987862);
    g = gradc_fma(g, z, 0.20000000000279003);
    g = gradc_fma(g, z, 0.3333333333333286);
    double y = k * 3.46573590184561908245e-01 + (s + (s * (z * g) + k * 9.54107464635293850e-11));
    y = gradc_choose(a < 1, y, gradc_choose(a == 1, (double)INFINITY, (double)NAN));
    return gradc_with_sign(y, x);
#endif
}

GRADC_INLINE float gradc_atanhf(float x)
{
#if GRADC_VECMATH_LIBMF
    return atanhf(x);
#else
    GRADC_AS_WRITTEN
    float a = gradc_magnitudef(x);
    float p = 1 + a, q = 1 - a;
    uint32_t apart = gradc_to_bitsf(p) - gradc_to_bitsf(q), whole = (apart + 0x333333u) >> 23;
    float two = gradc_from_bitsf((whole + 127) << 23);
    float k = gradc_from_bitsf(whole + 0x4B000000u) - 8388608.0f;
    float lost = a - (p - 1), other = two * ((1 - q) - a), even = two * q; /* of 1 + a, and of even */
    float s = ((p - even) + (lost - other)) / ((p + even) + (lost + other)), z = s * s;
    float g = 0.124302998f;
    g = gradc_fmaf(g, z, 0.142230824f);
    g = gradc_fmaf(g, z, 0.200011566f);
    g = gradc_fmaf(g, z, 0.333333254f);
    float y = k * 0.346572876f + (s + (s * (z * g) + k * 7.14303385e-07f));
    y = gradc_choosef(a < 1, y, gradc_choosef(a == 1, (float)INFINITY, (float)NAN));
    return gradc_with_signf(y, x);
#endif
}

#endif
