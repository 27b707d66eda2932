/* erf.c: relatives of the error function that C's mathematics library lacks. */
#include "gradc.h"

#include <math.h>

/* exp(x^2) erfc(x) for x >= 0. Below 4 it is this product, with x^2 in two parts, the first of which is
 * exact; above by the continued fraction sqrt(pi) erfcx(x) = 1 / (x + (1/2) / (x + 1 / (x + (3/2) / (x +
 * ...)))), from its end (NIST Digital Library of Mathematical Functions, 7.9.1). */
GRADC_STATIC double gradc_erfcx_positive(double x)
{
    if (x < 4) {
        double high = (double)(float)x;
        return exp(high * high) * exp((x - high) * (x + high)) * erfc(x);
    }
    double tail = x;
    for (int k = 40; k >= 1; k--)
        tail = x + 0.5 * k / tail;
    return 0.56418958354775628695 / tail;
}

GRADC_API double gradc_erfcx(double x)
{
    if (x >= 0 || isnan(x))
        return isnan(x) ? x : gradc_erfcx_positive(x);
    if (x < -27) /* 2 exp(x^2) is beyond the largest number */
        return INFINITY;
    double high = (double)(float)x;
    return 2 * exp(high * high) * exp((x - high) * (x + high)) - gradc_erfcx_positive(-x);
}

GRADC_API float gradc_erfcxf(float x)
{
    return (float)gradc_erfcx((double)x);
}

/* The first digits of erfinv(a) for 0 <= a < 1 by the polynomials of M. Giles, Approximating the erfinv
 * function (GPU Computing Gems, 2011); where these end, by erfc(y) = exp(-y^2) / (sqrt(pi) y) (1 + ...). */
GRADC_STATIC double gradc_erfinv_start(double a)
{
    static const double centre[] = {1.50140941,     0.246640727,   -0.00417768164,
                                    -0.00125372503, 0.00021858087, -4.39150654e-6,
                                    -3.5233877e-6,  3.43273939e-7, 2.81022636e-8},
                        tail[] = {2.83297682,    1.00167406,     0.00943887047,
                                  -0.0076224613, 0.00573950773,  -0.00367342844,
                                  0.00134934322, 0.000100950558, -0.000200214257};
    double w = -log((1 - a) * (1 + a)), t = w < 5 ? w - 2.5 : sqrt(w) - 3, y = 0;
    if (w > 14)
        return sqrt(-log(1 - a) - 0.5 * log(3.14159265358979323846 * w));
    for (int i = 8; i >= 0; i--)
        y = y * t + (w < 5 ? centre[i] : tail[i]);
    return y * a;
}

/* Steps of Halley's method: with e = (erf(y) - x) / erf'(y), y - e / (1 + y e). */
GRADC_API double gradc_erfinv(double x)
{
    double a = fabs(x);
    if (isnan(x) || a > 1)
        return NAN;
    if (a == 1)
        return x > 0 ? INFINITY : -INFINITY;
    double y = gradc_erfinv_start(a);
    for (int step = 0; step < 3; step++) {
        double wrong = a < 0.5 ? erf(y) - a : (1 - a) - erfc(y); /* 1 - a is exact from 1/2 on */
        double e = wrong * exp(y * y) * 0.88622692545275801365;
        y -= e / (1 + y * e);
    }
    return x < 0 ? -y : x == 0 ? x : y;
}

GRADC_API float gradc_erfinvf(float x)
{
    return (float)gradc_erfinv((double)x);
}
