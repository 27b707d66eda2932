/* special.c: functions that C's mathematics library lacks, or has only with a global variable. */
#include "gradc.h"

#include <math.h>

GRADC_API double gradc_uniform(int32_t seed, int32_t index)
{
    uint64_t z = ((uint64_t)(uint32_t)seed << 32 | (uint32_t)index) + UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return (double)(z >> 40) / 16777216;
}

GRADC_API float gradc_uniformf(int32_t seed, int32_t index)
{
    return (float)gradc_uniform(seed, index);
}

/* log Gamma(1 + y) for 0 <= y <= 1, where it has the zeros 0 and 1: y (y - 1) r(y - 1/2), r being the
 * polynomial that interpolates the quotient at Chebyshev's points. Near the zeros 1 + y would lose digits. */
GRADC_STATIC double gradc_lgamma_1_plus(double y)
{
    static const double r[] = {0.48312895054098087,     -0.14595989591430591,    0.062911401074564555,
                               -0.031308487501059426,   0.016797098631256693,    -0.0094256224444626505,
                               0.0054464578398189011,   -0.0032120742310360697,  0.0019229162989798561,
                               -0.0011644112118595433,  0.00071151922284388525,  -0.00043803673372858992,
                               0.00027131271102120991,  -0.00016856262069116687, 0.000105359069948463,
                               -6.7969496740261093e-05, 4.3019662067915e-05,     -2.1425492983932298e-05,
                               1.3192223074535528e-05,  -1.8578798820575077e-05, 1.2141341964403788e-05};
    double t = y - 0.5, square = t * t, fourth = square * square, part[4] = {r[20], 0, 0, 0};
    for (int i = 16; i >= 0; i -= 4) /* four sums side by side, of which none waits for the others */
        for (int k = 0; k < 4; k++)
            part[k] = part[k] * fourth + r[i + k];
    return y * (y - 1) * ((part[0] + t * part[1]) + square * (part[2] + t * part[3]));
}

/* Stirling's series, for x >= 8: (x - 1/2) log x - x + log(2 pi)/2 + sum of B_2k / (2k (2k-1) x^(2k-1)). */
GRADC_STATIC double gradc_lgamma_large(double x)
{
    static const double b[] = {1.0 / 12,        -1.0 / 360, 1.0 / 1260,       -1.0 / 1680,     1.0 / 1188,
                               -691.0 / 360360, 1.0 / 156,  -3617.0 / 122400, 43867.0 / 244188};
    double z = 1 / (x * x), sum = 0;
    for (int i = (int)(sizeof b / sizeof *b) - 1; i >= 0; i--)
        sum = sum * z + b[i];
    return (x - 0.5) * (log(x) - 1) + 0.41893853320467274178 + sum / x;
}

GRADC_API double gradc_lgamma(double x)
{
    if (isnan(x))
        return x;
    if (isinf(x) || (x <= 0 && x == floor(x)))
        return INFINITY;
    if (x < 0) { /* Gamma(x) Gamma(1 - x) = pi / sin(pi x) */
        double fraction = x - floor(x + 0.5);
        return log(3.14159265358979323846 / fabs(sin(3.14159265358979323846 * fraction))) -
               gradc_lgamma(1 - x);
    }
    if (x > 1e300)
        return x * (log(x) - 1);
    if (x >= 8)
        return gradc_lgamma_large(x);
    /* Gamma(x + 1) = x Gamma(x) */
    if (x < 1)
        return gradc_lgamma_1_plus(x) - log(x);
    double product = 1;
    for (; x > 2; x--)
        product *= x - 1;
    return log(product) + gradc_lgamma_1_plus(x - 1);
}

GRADC_API float gradc_lgammaf(float x)
{
    return (float)gradc_lgamma((double)x);
}

GRADC_API double gradc_digamma(double x)
{
    /* B_2k / 2k */
    static const double b[] = {1.0 / 12,         -1.0 / 120, 1.0 / 252,        -1.0 / 240,     1.0 / 132,
                               -691.0 / 32760.0, 1.0 / 12,   -3617.0 / 8160.0, 43867.0 / 14364};
    double sum = 0;
    if (x <= 0) { /* digamma(1 - x) - digamma(x) = pi / tan(pi x) */
        if (x == floor(x))
            return NAN;
        double fraction = x - floor(x + 0.5);
        if (fabs(fraction) < 0.5)
            sum = -3.14159265358979323846 / tan(3.14159265358979323846 * fraction);
        x = 1 - x;
    }
    for (; x < 10; x++) /* digamma(x + 1) = digamma(x) + 1 / x */
        sum -= 1 / x;
    /* log x - 1 / 2x - sum of B_2k / (2k x^2k) */
    double z = 1 / (x * x), series = 0;
    for (int i = (int)(sizeof b / sizeof *b) - 1; i >= 0; i--)
        series = (series + b[i]) * z;
    return sum + log(x) - 0.5 / x - series;
}

GRADC_API float gradc_digammaf(float x)
{
    return (float)gradc_digamma((double)x);
}

/* n! times Hurwitz's zeta(n + 1, x), for x > 0 and a whole n >= 1: the sum over k of n! / (x + k)^(n + 1).
 * The tail follows from the formula of Euler and Maclaurin. */
GRADC_STATIC double gradc_polygamma_sum(double n, double x)
{
    /* B_2k / (2k)! */
    static const double b[] = {1.0 / 12,           -1.0 / 720,     1.0 / 30240,
                               -1.0 / 1209600,     1.0 / 47900160, -691.0 / 1307674368000.0,
                               1.0 / 74724249600.0};
    double factorial = 1, sum = 0;
    for (double i = 2; i <= n; i++)
        factorial *= i;
    for (; x < n + 12; x++)
        sum += pow(x, -n - 1);
    double tail = pow(x, -n) / n + 0.5 * pow(x, -n - 1);
    double rising = (n + 1) * pow(x, -n - 2); /* (n + 1) (n + 2) ... (n + 2k - 1) / x^(n + 2k) */
    for (int k = 1; k <= (int)(sizeof b / sizeof *b); k++) {
        tail += b[k - 1] * rising;
        rising *= (n + 2 * k) * (n + 2 * k + 1) / (x * x);
    }
    return factorial * (sum + tail);
}

GRADC_API double gradc_polygamma(double n, double x)
{
    if (n == 0)
        return gradc_digamma(x);
    if (!(n > 0) || n != floor(n) || isnan(x) || (x <= 0 && x == floor(x)))
        return NAN;
    if (isinf(x))
        return 0;
    double sign = fmod(n, 2) == 0 ? -1 : 1;
    if (x > 0)
        return sign * gradc_polygamma_sum(n, x);
    /* The terms with x + k < 0 are a difference of two such sums. */
    double fraction = x - floor(x + 0.5);
    double above = fraction > 0 ? fraction : 1 + fraction, below = fraction > 0 ? 1 - fraction : -fraction;
    return gradc_polygamma_sum(n, below) - gradc_polygamma_sum(n, 1 - x) +
           sign * gradc_polygamma_sum(n, above);
}

GRADC_API float gradc_polygammaf(float n, float x)
{
    return (float)gradc_polygamma((double)n, (double)x);
}
