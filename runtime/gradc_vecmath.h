/* gradc_vecmath.h: elementary functions for loops that vectorise.
 *
 * Inline, without branches, tables or calls, so that gcc -O3 and clang -O2 turn a loop over them into vector
 * code without -ffast-math. Correct for every argument, infinities, subnormal numbers and NaN included; the
 * error is below the bound stated at each function, in units in the last place, with and without fused
 * multiplication and addition. They need round to nearest. C99 and C++11. */
#ifndef GRADC_VECMATH_H
#define GRADC_VECMATH_H

#include "gradc.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* The bits of a number, and the number that has these bits. */
GRADC_INLINE uint64_t gradc_to_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

GRADC_INLINE double gradc_from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

GRADC_INLINE uint32_t gradc_to_bitsf(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

GRADC_INLINE float gradc_from_bitsf(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* condition ? a : b, which compilers would turn into a branch. The condition is as wide as the numbers:
 * beside vectors of doubles, gcc fills vectors of 32-bit truth values and so does two rounds of everything at
 * once. */
GRADC_INLINE double gradc_choose(int64_t condition, double a, double b)
{
    uint64_t mask = 0 - (uint64_t)condition;
    return gradc_from_bits((gradc_to_bits(a) & mask) | (gradc_to_bits(b) & ~mask));
}

GRADC_INLINE float gradc_choosef(int32_t condition, float a, float b)
{
    uint32_t mask = 0 - (uint32_t)condition;
    return gradc_from_bitsf((gradc_to_bitsf(a) & mask) | (gradc_to_bitsf(b) & ~mask));
}

GRADC_INLINE int32_t gradc_choosei(int32_t condition, int32_t a, int32_t b)
{
    uint32_t mask = 0 - (uint32_t)condition;
    return (int32_t)(((uint32_t)a & mask) | ((uint32_t)b & ~mask));
}

GRADC_INLINE double gradc_magnitude(double x)
{
    return gradc_from_bits(gradc_to_bits(x) & UINT64_C(0x7FFFFFFFFFFFFFFF));
}

GRADC_INLINE float gradc_magnitudef(float x)
{
    return gradc_from_bitsf(gradc_to_bitsf(x) & 0x7FFFFFFFu);
}

/* size >= 0 with the sign of x. */
GRADC_INLINE double gradc_with_sign(double size, double x)
{
    return gradc_from_bits(gradc_to_bits(size) | (gradc_to_bits(x) & UINT64_C(0x8000000000000000)));
}

GRADC_INLINE float gradc_with_signf(float size, float x)
{
    return gradc_from_bitsf(gradc_to_bitsf(size) | (gradc_to_bitsf(x) & 0x80000000u));
}

/* The functions here count on each operation being done as it is written, rounded to its own type. Where the
 * compiler is told that it need not be (-ffast-math, and each of its parts), or computes in a wider type,
 * they are the C library's. gcc before 12 says of the parts only that some of IEC 559 does not hold; clang
 * says nothing of some, but lets a function insist. */
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) ||               \
    (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) ||                                               \
    (FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16) /* 16 widens half precision alone */
#define GRADC_IS_EXACT 0
#elif defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 12 && __GCC_IEC_559 == 0
#define GRADC_IS_EXACT 0
#else
#define GRADC_IS_EXACT 1
#endif
#ifdef __clang__
#define GRADC_AS_WRITTEN _Pragma("clang fp reassociate(off)")
#else
#define GRADC_AS_WRITTEN
#endif

/* Nor do they pay where nothing is made of loops (tcc, or without optimisation), and those of doubles where
 * vectors hold only two. */
#if !GRADC_IS_EXACT || !(defined(__OPTIMIZE__) || defined(GRADC_VECMATH_ALWAYS))
#define GRADC_VECMATH_LIBMF 1
#else
#define GRADC_VECMATH_LIBMF 0
#endif
#if GRADC_VECMATH_LIBMF || (defined(__x86_64__) && !defined(__AVX2__) && !defined(GRADC_VECMATH_ALWAYS))
#define GRADC_VECMATH_LIBM 1
#else
#define GRADC_VECMATH_LIBM 0
#endif

/* A choice without branches, beside such functions and between elements that are not to be read under masks.
 * Where loops become vectors, both sides are computed: compilers move what one side alone needs under the
 * condition. */
#if GRADC_VECMATH_LIBM && !defined(__AVX__)
#define GRADC_CHOOSE(condition, a, b)  ((condition) ? (a) : (b))
#define GRADC_CHOOSEI(condition, a, b) ((condition) ? (a) : (b))
#else
#define GRADC_CHOOSE(condition, a, b)  gradc_choose(condition, a, b)
#define GRADC_CHOOSEI(condition, a, b) gradc_choosei(condition, a, b)
#endif
#if GRADC_VECMATH_LIBMF && !defined(__AVX__)
#define GRADC_CHOOSEF(condition, a, b) ((condition) ? (a) : (b))
#else
#define GRADC_CHOOSEF(condition, a, b) gradc_choosef(condition, a, b)
#endif

/* Whether the processor multiplies and adds in one operation. */
#if defined(FP_FAST_FMA) || defined(__FMA__) || defined(__aarch64__)
#define GRADC_HAS_FMA 1
#else
#define GRADC_HAS_FMA 0
#endif

/* a b + c, rounded once where the processor can. */
GRADC_INLINE double gradc_fma(double a, double b, double c)
{
#if GRADC_HAS_FMA
    return fma(a, b, c);
#else
    return a * b + c;
#endif
}

GRADC_INLINE float gradc_fmaf(float a, float b, float c)
{
#if GRADC_HAS_FMA
    return fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/* a b = product + what this returns, exactly. */
GRADC_INLINE double gradc_product_rest(double a, double b, double product)
{
    GRADC_AS_WRITTEN
#if GRADC_HAS_FMA
    return fma(a, b, -product);
#else /* each factor as the sum of two of half the digits */
    double a_high = gradc_from_bits((gradc_to_bits(a) + 0x4000000) & UINT64_C(0xFFFFFFFFF8000000));
    double b_high = gradc_from_bits((gradc_to_bits(b) + 0x4000000) & UINT64_C(0xFFFFFFFFF8000000));
    double a_low = a - a_high, b_low = b - b_high;
    return a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low);
#endif
}

GRADC_INLINE float gradc_product_restf(float a, float b, float product)
{
    GRADC_AS_WRITTEN
#if GRADC_HAS_FMA
    return fmaf(a, b, -product);
#else /* each factor as the sum of two of half the digits */
    float a_high = gradc_from_bitsf((gradc_to_bitsf(a) + 0x800) & 0xFFFFF000u);
    float b_high = gradc_from_bitsf((gradc_to_bitsf(b) + 0x800) & 0xFFFFF000u);
    float a_low = a - a_high, b_low = b - b_high;
    return a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low);
#endif
}

/* a + b = sum + what this returns, exactly. */
GRADC_INLINE double gradc_sum_rest(double a, double b, double sum)
{
    GRADC_AS_WRITTEN
    double part = sum - a;
    return (a - (sum - part)) + (b - part);
}

GRADC_INLINE float gradc_sum_restf(float a, float b, float sum)
{
    GRADC_AS_WRITTEN
    float part = sum - a;
    return (a - (sum - part)) + (b - part);
}

/* To add 1.5 * 2^52 rounds |x| < 2^51 to a whole number, which then stands in the last bits of the sum; moved
 * to the place of the exponent, with what stands there for 2^0, that number n gives 2^n. Likewise with 1.5 *
 * 2^23 in single precision. */
#define GRADC_ROUND  6755399441055744.0
#define GRADC_ROUNDF 12582912.0f

/* 2^(n + added), a normal number, for whole numbers. */
GRADC_INLINE double gradc_power_of_two(double n, double added)
{
    return gradc_from_bits(gradc_to_bits(n + (GRADC_ROUND + 1023 + added)) << 52);
}

GRADC_INLINE float gradc_power_of_twof(float n, float added)
{
    return gradc_from_bitsf(gradc_to_bitsf(n + (GRADC_ROUNDF + 127 + added)) << 23);
}

/* x = n log 2 + high + low with |high + low| <= log(2) / 2 and low far smaller. Returns n. */
GRADC_INLINE double gradc_reduce(double x, double *high, double *low)
{
    GRADC_AS_WRITTEN
    double n = gradc_fma(x, 1.4426950408889634, GRADC_ROUND) - GRADC_ROUND;
    *high = gradc_fma(n, -6.93147180369123816490e-01, x);
    *low = n * -1.90821492927058770002e-10;
    return n;
}

GRADC_INLINE float gradc_reducef(float x, float *high, float *low)
{
    GRADC_AS_WRITTEN
    float n = gradc_fmaf(x, 1.44269504f, GRADC_ROUNDF) - GRADC_ROUNDF;
    *high = gradc_fmaf(n, -0.693145752f, x);
    *low = n * -1.42860677e-06f;
    return n;
}

/* e^r - 1 - r + low = r^2 (1/2 + r q(r)) + low, q interpolating at Chebyshev's points. */
GRADC_INLINE double gradc_exp_tail(double r, double low)
{
    GRADC_AS_WRITTEN
    double q = 2.0911264239196083e-09;
    q = gradc_fma(q, r, 2.5100424157005067e-08);
    q = gradc_fma(q, r, 2.755728291148268e-07);
    q = gradc_fma(q, r, 2.7557268378684192e-06);
    q = gradc_fma(q, r, 2.4801587317181886e-05);
    q = gradc_fma(q, r, 0.00019841269863105968);
    q = gradc_fma(q, r, 0.0013888888888886545);
    q = gradc_fma(q, r, 0.008333333333330051);
    q = gradc_fma(q, r, 0.041666666666666664);
    q = gradc_fma(q, r, 0.16666666666666669);
    return gradc_fma(r * r, gradc_fma(q, r, 0.5), low);
}

GRADC_INLINE float gradc_exp_tailf(float r, float low)
{
    GRADC_AS_WRITTEN
    float q = 0.00019882773f;
    q = gradc_fmaf(q, r, 0.00139262508f);
    q = gradc_fmaf(q, r, 0.00833332084f);
    q = gradc_fmaf(q, r, 0.0416665542f);
    q = gradc_fmaf(q, r, 0.166666667f);
    return gradc_fmaf(r * r, gradc_fmaf(q, r, 0.5f), low);
}

/* 2^n = first second, in two halves, since 2^n need not be a normal number. */
GRADC_INLINE void gradc_halve_power(double n, double *first, double *second)
{
    GRADC_AS_WRITTEN
    uint64_t bits = gradc_to_bits(n + (GRADC_ROUND + 2046)), half = bits >> 1;
    *first = gradc_from_bits(half << 52);
    *second = gradc_from_bits((bits - half) << 52);
}

GRADC_INLINE void gradc_halve_powerf(float n, float *first, float *second)
{
    GRADC_AS_WRITTEN
    uint32_t bits = gradc_to_bitsf(n + (GRADC_ROUNDF + 254)), half = bits >> 1;
    *first = gradc_from_bitsf(half << 23);
    *second = gradc_from_bitsf((bits - half) << 23);
}

/* 2^n x */
GRADC_INLINE double gradc_scale(double x, double n)
{
    GRADC_AS_WRITTEN
    double first, second;
    gradc_halve_power(n, &first, &second);
    return x * first * second;
}

GRADC_INLINE float gradc_scalef(float x, float n)
{
    GRADC_AS_WRITTEN
    float first, second;
    gradc_halve_powerf(n, &first, &second);
    return x * first * second;
}

/* e^x = 2^n (1 + (e^r - 1)). 1 ulp. */
GRADC_INLINE double gradc_exp(double x)
{
#if GRADC_VECMATH_LIBM
    return exp(x);
#else
    GRADC_AS_WRITTEN
    double high, low, inside = gradc_choose(x > 710, 710, x);
    inside = gradc_choose(inside < -746, -746, inside);
    double n = gradc_reduce(inside, &high, &low), first, second;
    gradc_halve_power(n, &first, &second);
    return gradc_fma(high + gradc_exp_tail(high + low, low), first, first) * second;
#endif
}

GRADC_INLINE float gradc_expf(float x)
{
#if GRADC_VECMATH_LIBMF
    return expf(x);
#else
    GRADC_AS_WRITTEN
    float high, low, inside = gradc_choosef(x > 89, 89, x);
    inside = gradc_choosef(inside < -104, -104, inside);
    float n = gradc_reducef(inside, &high, &low), first, second;
    gradc_halve_powerf(n, &first, &second);
    return gradc_fmaf(high + gradc_exp_tailf(high + low, low), first, first) * second;
#endif
}

/* The same where neither x nor e^x is large or small: |x| < 700, or 80. */
GRADC_INLINE double gradc_exp_inside(double x)
{
    GRADC_AS_WRITTEN
    double high, low, n = gradc_reduce(x, &high, &low), power = gradc_power_of_two(n, 0);
    return gradc_fma(high + gradc_exp_tail(high + low, low), power, power);
}

GRADC_INLINE float gradc_exp_insidef(float x)
{
    GRADC_AS_WRITTEN
    float high, low, n = gradc_reducef(x, &high, &low), power = gradc_power_of_twof(n, 0);
    return gradc_fmaf(high + gradc_exp_tailf(high + low, low), power, power);
}

/* e^x - 1 = 2 (h - 1/2 + h (e^r - 1)) with h = 2^(n - 1), which is finite; below 2^-54, x. 1.5 ulp. */
GRADC_INLINE double gradc_expm1(double x)
{
#if GRADC_VECMATH_LIBM
    return expm1(x);
#else
    GRADC_AS_WRITTEN
    double high, low, inside = gradc_choose(x > 710, 710, x);
    inside = gradc_choose(inside < -40, -40, inside);
    double n = gradc_reduce(inside, &high, &low), half = gradc_power_of_two(n, -1);
    double most = gradc_fma(half, high, half - 0.5);
    double y = 2 * gradc_fma(half, gradc_exp_tail(high + low, low), most);
    return gradc_choose(gradc_magnitude(x) < 5e-17, x, y);
#endif
}

GRADC_INLINE float gradc_expm1f(float x)
{
#if GRADC_VECMATH_LIBMF
    return expm1f(x);
#else
    GRADC_AS_WRITTEN
    float high, low, inside = gradc_choosef(x > 89, 89, x);
    inside = gradc_choosef(inside < -20, -20, inside);
    float n = gradc_reducef(inside, &high, &low), half = gradc_power_of_twof(n, -1);
    float most = gradc_fmaf(half, high, half - 0.5f);
    float y = 2 * gradc_fmaf(half, gradc_exp_tailf(high + low, low), most);
    return gradc_choosef(gradc_magnitudef(x) < 3e-8f, x, y);
#endif
}

/* tanh: for |x| < 0.6, x + x^3 p(x^2), p interpolating at Chebyshev's points; else 1 - 2 e / (1 + e), e =
 * e^(-2 |x|). 2 ulp. */
GRADC_INLINE double gradc_tanh(double x)
{
#if GRADC_VECMATH_LIBM
    return tanh(x);
#else
    GRADC_AS_WRITTEN
    double a = gradc_magnitude(x), z = a * a, p = -1.8299122136886595e-05;
    p = gradc_fma(p, z, 8.1484181099872031e-05);
    p = gradc_fma(p, z, -0.00023220508430289748);
    p = gradc_fma(p, z, 0.00058803570556716501);
    p = gradc_fma(p, z, -0.0014554603412882216);
    p = gradc_fma(p, z, 0.003592082500984208);
    p = gradc_fma(p, z, -0.008863232053378519);
    p = gradc_fma(p, z, 0.021869488380670713);
    p = gradc_fma(p, z, -0.053968253964676402);
    p = gradc_fma(p, z, 0.13333333333330114);
    p = gradc_fma(p, z, -0.33333333333333326);
    double e = gradc_exp_inside(-2 * gradc_choose(a > 22, 22, a)), large = 1 - 2 * e / (1 + e);
    return gradc_with_sign(gradc_choose(a < 0.6, gradc_fma(a, z * p, a), large), x);
#endif
}

GRADC_INLINE float gradc_tanhf(float x)
{
#if GRADC_VECMATH_LIBMF
    return tanhf(x);
#else
    GRADC_AS_WRITTEN
    float a = gradc_magnitudef(x), z = a * a, p = -0.00626339128f;
    p = gradc_fmaf(p, z, 0.0211073275f);
    p = gradc_fmaf(p, z, -0.0538732429f);
    p = gradc_fmaf(p, z, 0.133329111f);
    p = gradc_fmaf(p, z, -0.333333303f);
    float e = gradc_exp_insidef(-2 * gradc_choosef(a > 10, 10, a)), large = 1 - 2 * e / (1 + e);
    return gradc_with_signf(gradc_choosef(a < 0.6f, gradc_fmaf(a, z * p, a), large), x);
#endif
}

/* 1 / (1 + e^-x), that is 1 / (1 + e) or e / (1 + e) with e = e^-|x|, which does not overflow. The quotient
 * is corrected for what the rounding of 1 + e leaves. 2 ulp. */
GRADC_INLINE double gradc_sigmoid(double x)
{
    GRADC_AS_WRITTEN
    double e = gradc_exp(-gradc_magnitude(x)), sum = 1 + e, lost = e - (sum - 1);
    double y = gradc_choose(x < 0, e, 1) / sum, inverse = gradc_choose(x < 0, 1 - y, y);
    return gradc_fma(y, -(lost * inverse), y);
}

GRADC_INLINE float gradc_sigmoidf(float x)
{
    GRADC_AS_WRITTEN
    float e = gradc_expf(-gradc_magnitudef(x)), sum = 1 + e, lost = e - (sum - 1);
    float y = gradc_choosef(x < 0, e, 1) / sum, inverse = gradc_choosef(x < 0, 1 - y, y);
    return gradc_fmaf(y, -(lost * inverse), y);
}

/* k log 2 + log(1 + f) + correction: for 1 + f in [sqrt(1/2), sqrt 2] and s = f / (2 + f),
 * log(1 + f) = 2 atanh(s) = f - f^2/2 + s (f^2/2 + R), R = s^2 g(s^2), g interpolating at Chebyshev's
 * points. */
GRADC_INLINE double gradc_log_reduced(double k, double f, double correction)
{
    GRADC_AS_WRITTEN
    double s = f / (2 + f), z = s * s, square = 0.5 * f * f, g = 0.14630031364122861;
    g = gradc_fma(g, z, 0.15330617306743305);
    g = gradc_fma(g, z, 0.18182922513515942);
    g = gradc_fma(g, z, 0.22222210674238516);
    g = gradc_fma(g, z, 0.28571428628810996);
    g = gradc_fma(g, z, 0.39999999999893221);
    g = gradc_fma(g, z, 0.66666666666666696);
    double small =
        gradc_fma(s, gradc_fma(z, g, square), gradc_fma(k, 1.90821492927058770002e-10, correction));
    return gradc_fma(k, 6.93147180369123816490e-01, f - (square - small));
}

GRADC_INLINE float gradc_log_reducedf(float k, float f, float correction)
{
    GRADC_AS_WRITTEN
    float s = f / (2 + f), z = s * s, square = 0.5f * f * f, g = 0.295903174f;
    g = gradc_fmaf(g, z, 0.39988551f);
    g = gradc_fmaf(g, z, 0.666666856f);
    float small = gradc_fmaf(s, gradc_fmaf(z, g, square), gradc_fmaf(k, 1.42860677e-06f, correction));
    return gradc_fmaf(k, 0.693145752f, f - (square - small));
}

/* x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt 2), for a normal x > 0. Returns f. */
GRADC_INLINE double gradc_split(double x, double *k)
{
    GRADC_AS_WRITTEN
    uint64_t root = UINT64_C(0x3FE6A09E667F3BCD), moved = gradc_to_bits(x) + (((uint64_t)1023 << 52) - root);
    /* the exponent, with 2^52 in front of it, is a number */
    *k = gradc_from_bits((moved >> 52) + UINT64_C(0x4330000000000000)) - (4503599627370496.0 + 1023);
    return gradc_from_bits((moved & UINT64_C(0x000FFFFFFFFFFFFF)) + root) - 1;
}

GRADC_INLINE float gradc_splitf(float x, float *k)
{
    GRADC_AS_WRITTEN
    uint32_t root = 0x3F3504F3u, moved = gradc_to_bitsf(x) + (((uint32_t)127 << 23) - root);
    *k = gradc_from_bitsf((moved >> 23) + 0x4B000000u) - (8388608.0f + 127);
    return gradc_from_bitsf((moved & 0x007FFFFFu) + root) - 1;
}

/* 1 ulp. */
GRADC_INLINE double gradc_log(double x)
{
#if GRADC_VECMATH_LIBM
    return log(x);
#else
    GRADC_AS_WRITTEN
    int subnormal = x < 2.2250738585072014e-308;
    double k, f = gradc_split(gradc_choose(subnormal, x * 18014398509481984.0, x), &k);
    double y = gradc_log_reduced(gradc_choose(subnormal, k - 54, k), f, 0);
    y = gradc_choose(x < (double)INFINITY, y, x);
    double below = gradc_choose(x == 0, -(double)INFINITY, (double)NAN);
    return gradc_choose(x > 0, y, below);
#endif
}

GRADC_INLINE float gradc_logf(float x)
{
#if GRADC_VECMATH_LIBMF
    return logf(x);
#else
    GRADC_AS_WRITTEN
    int subnormal = x < 1.17549435e-38f;
    float k, f = gradc_splitf(gradc_choosef(subnormal, x * 33554432.0f, x), &k);
    float y = gradc_log_reducedf(gradc_choosef(subnormal, k - 25, k), f, 0);
    y = gradc_choosef(x < (float)INFINITY, y, x);
    float below = gradc_choosef(x == 0, -(float)INFINITY, (float)NAN);
    return gradc_choosef(x > 0, y, below);
#endif
}

/* added log 2 + log(u + rest), rest less than the last digit of u: rest / u returns as a correction, 2^(1 -
 * k) rest g (1 + f^2) with g = (1 - f) / 2. */
GRADC_INLINE double gradc_log_of_sum(double u, double rest, double added)
{
    GRADC_AS_WRITTEN
    double k, f = gradc_split(u, &k), g = gradc_fma(f, -0.5, 0.5), twice = gradc_power_of_two(-k, 1);
    return gradc_log_reduced(k + added, f, rest * twice * gradc_fma(g, f * f, g));
}

GRADC_INLINE float gradc_log_of_sumf(float u, float rest, float added)
{
    GRADC_AS_WRITTEN
    float k, f = gradc_splitf(u, &k), g = gradc_fmaf(f, -0.5f, 0.5f), twice = gradc_power_of_twof(-k, 1);
    return gradc_log_reducedf(k + added, f, rest * twice * gradc_fmaf(g, f * f, g));
}

/* log(1 + x) = log(u + rest), rest what the rounding of u leaves. 1 ulp. */
GRADC_INLINE double gradc_log1p(double x)
{
#if GRADC_VECMATH_LIBM
    return log1p(x);
#else
    GRADC_AS_WRITTEN
    double u = 1 + x, y = gradc_log_of_sum(u, gradc_sum_rest(1, x, u), 0);
    y = gradc_choose(x < (double)INFINITY, y, x);
    y = gradc_choose(x == 0, x, y);
    double below = gradc_choose(x == -1, -(double)INFINITY, (double)NAN);
    return gradc_choose(x > -1, y, below);
#endif
}

GRADC_INLINE float gradc_log1pf(float x)
{
#if GRADC_VECMATH_LIBMF
    return log1pf(x);
#else
    GRADC_AS_WRITTEN
    float u = 1 + x, y = gradc_log_of_sumf(u, gradc_sum_restf(1, x, u), 0);
    y = gradc_choosef(x < (float)INFINITY, y, x);
    y = gradc_choosef(x == 0, x, y);
    float below = gradc_choosef(x == -1, -(float)INFINITY, (float)NAN);
    return gradc_choosef(x > -1, y, below);
#endif
}

/* erf: for |x| < 1, x + x p(x^2); else 1 - e^(-a^2) q((a - 3) / (a + 3)) for a = |x|, q standing for e^(a^2)
 * erfc(a); p and q interpolate at Chebyshev's points. 2 ulp. */
GRADC_INLINE double gradc_erf(double x)
{
#if GRADC_VECMATH_LIBM
    return erf(x);
#else
    GRADC_AS_WRITTEN
    double a = gradc_magnitude(x), z = a * a, p = -7.7958988270021425e-10;
    p = gradc_fma(p, z, 1.3720064546777686e-08);
    p = gradc_fma(p, z, -1.6208483801871705e-07);
    p = gradc_fma(p, z, 1.6447424703317362e-06);
    p = gradc_fma(p, z, -1.4924736907419661e-05);
    p = gradc_fma(p, z, 0.00012055294904839707);
    p = gradc_fma(p, z, -0.00085483259753896918);
    p = gradc_fma(p, z, 0.0052239776071164225);
    p = gradc_fma(p, z, -0.02686617064323777);
    p = gradc_fma(p, z, 0.11283791670945006);
    p = gradc_fma(p, z, -0.37612638903183543);
    p = gradc_fma(p, z, 0.12837916709551256);
    double b = gradc_choose(a > 6, 6, a), t = (b - 3) / (b + 3), q = 1.2799653644410782e-06;
    q = gradc_fma(q, t, 2.023244712903173e-06);
    q = gradc_fma(q, t, -8.0081511323178017e-06);
    q = gradc_fma(q, t, -1.284882727825133e-05);
    q = gradc_fma(q, t, 6.4061870372220065e-05);
    q = gradc_fma(q, t, 4.5254726063513326e-05);
    q = gradc_fma(q, t, -0.00059706235739591916);
    q = gradc_fma(q, t, 0.0007077464437682784);
    q = gradc_fma(q, t, 0.0042691363477878356);
    q = gradc_fma(q, t, -0.024392499318230489);
    q = gradc_fma(q, t, 0.07166583719774286);
    q = gradc_fma(q, t, -0.15011593650078839);
    q = gradc_fma(q, t, 0.24560380171233198);
    q = gradc_fma(q, t, -0.32623356004303716);
    q = gradc_fma(q, t, 0.17900115118138996);
    double large = gradc_fma(-gradc_exp_inside(-b * b), q, 1);
    large = gradc_with_sign(large, x);
    return gradc_choose(a < 1, gradc_fma(x, p, x), large);
#endif
}

GRADC_INLINE float gradc_erff(float x)
{
#if GRADC_VECMATH_LIBMF
    return erff(x);
#else
    GRADC_AS_WRITTEN
    float a = gradc_magnitudef(x), z = a * a, p = -0.000564805987f;
    p = gradc_fmaf(p, z, 0.00492176203f);
    p = gradc_fmaf(p, z, -0.0267150542f);
    p = gradc_fmaf(p, z, 0.112803167f);
    p = gradc_fmaf(p, z, -0.376123438f);
    p = gradc_fmaf(p, z, 0.128379126f);
    float b = gradc_choosef(a > 4, 4, a), t = (b - 2) / (b + 2), q = -0.000841589454f;
    q = gradc_fmaf(q, t, 0.0068105518f);
    q = gradc_fmaf(q, t, 0.00373287729f);
    q = gradc_fmaf(q, t, -0.0789682405f);
    q = gradc_fmaf(q, t, 0.241658185f);
    q = gradc_fmaf(q, t, -0.427185991f);
    q = gradc_fmaf(q, t, 0.255395676f);
    float large = gradc_fmaf(-gradc_exp_insidef(-b * b), q, 1);
    large = gradc_with_signf(large, x);
    return gradc_choosef(a < 1, gradc_fmaf(x, p, x), large);
#endif
}

#endif
