/* bessel.c: Bessel functions of orders 0 and 1. Formulas: NIST Digital Library of Mathematical Functions,
 * chapter 10. */
#include "gradc.h"

#include <math.h>

/* exp(-x) I_order(x) for x >= 0. Up to 30 by the power series (10.25.2), all of whose terms are positive,
 * from there by the asymptotic one (10.40.1). */
GRADC_STATIC double gradc_scaled_i(int order, double x)
{
    if (x <= 30) {
        double z = 0.25 * x * x, term = order ? 0.5 * x : 1, sum = term;
        for (int k = 1; term > 1e-17 * sum; k++) {
            term *= z / ((double)k * (k + order));
            sum += term;
        }
        return sum * exp(-x);
    }
    double term = 1, sum = 1;
    for (int k = 1; k <= 30; k++) {
        term *= ((2.0 * k - 1) * (2.0 * k - 1) - 4.0 * order) / (8.0 * k * x);
        sum += term;
    }
    return sum * 0.39894228040143267794 / sqrt(x); /* 1 / sqrt(2 pi) */
}

GRADC_API double gradc_i0e(double x)
{
    return isnan(x) ? x : gradc_scaled_i(0, fabs(x));
}

GRADC_API double gradc_i1e(double x)
{
    double y = isnan(x) ? x : gradc_scaled_i(1, fabs(x));
    return x < 0 ? -y : y;
}

/* J_order(x) for 0 <= x < 25: the recurrence J_(k-1) = (2k / x) J_k - J_(k+1) downwards, where it is stable,
 * from an order at which J is next to nothing, and the scale from J_0 + 2 J_2 + 2 J_4 + ... = 1
 * (10.6.1, 10.12.4). */
GRADC_STATIC double gradc_j_by_recurrence(int order, double x)
{
    if (x < 1e-8)
        return order ? 0.5 * x : 1;
    int start = 2 * ((int)(x + 44) / 2);
    double above = 0, here = 1e-280, sum = 0, wanted = 0;
    for (int k = start; k >= 0; k--) { /* here: J_k */
        sum += k % 2 ? 0 : k ? 2 * here : here;
        wanted = k == order ? here : wanted;
        double below = 2.0 * k / x * here - above;
        above = here;
        here = below;
        if (fabs(here) > 1e200) {
            above *= 1e-250, here *= 1e-250, sum *= 1e-250, wanted *= 1e-250;
        }
    }
    return wanted / sum;
}

/* Hankel's expansion (10.17.3): sqrt(2 / (pi x)) (P cos w - Q sin w), w = x - (order / 2 + 1/4) pi, whose
 * cosine and sine are sums of those of x. */
GRADC_STATIC double gradc_j_far(int order, double x)
{
    double p = 0, q = 0, term = 1;
    for (int k = 0; k <= 24; k++) {
        double *part = k % 2 ? &q : &p;
        *part += k / 2 % 2 ? -term : term;
        term *= (4.0 * order - (2.0 * k + 1) * (2.0 * k + 1)) / (8.0 * (k + 1) * x);
    }
    double c = cos(x), s = sin(x), cosine = order ? s - c : c + s, sine = order ? -s - c : s - c;
    return 0.56418958354775628695 / sqrt(x) * (p * cosine - q * sine);
}

GRADC_STATIC double gradc_j(int order, double x)
{
    return isinf(x) ? 0 : x < 25 ? gradc_j_by_recurrence(order, x) : gradc_j_far(order, x);
}

GRADC_API double gradc_j0(double x)
{
    return isnan(x) ? x : gradc_j(0, fabs(x));
}

GRADC_API double gradc_j1(double x)
{
    double y = isnan(x) ? x : gradc_j(1, fabs(x));
    return x < 0 ? -y : y;
}

GRADC_API float gradc_i0ef(float x)
{
    return (float)gradc_i0e((double)x);
}

GRADC_API float gradc_i1ef(float x)
{
    return (float)gradc_i1e((double)x);
}

GRADC_API float gradc_j0f(float x)
{
    return (float)gradc_j0((double)x);
}

GRADC_API float gradc_j1f(float x)
{
    return (float)gradc_j1((double)x);
}
