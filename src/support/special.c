/* special.c: see special.h. Formulas: Abramowitz and Stegun, Handbook of Mathematical Functions, 6.3 and 6.4.
 */
#include "special.h"

#include <math.h>
#include <stdbool.h>

enum { BERNOULLI_COUNT = 12, GREATEST_ORDER = 100 };

static const double PI = 3.14159265358979323846;

/* B_2, B_4, ... */
static const double bernoulli[BERNOULLI_COUNT] = {
    1.0 / 6, -1.0 / 30,     1.0 / 42,      -1.0 / 30,       5.0 / 66,       -691.0 / 2730,
    7.0 / 6, -3617.0 / 510, 43867.0 / 798, -174611.0 / 330, 854513.0 / 138, -236364091.0 / 2730,
};

double special_lgamma(double x)
{
    return lgamma(x);
}

static int is_pole(double x)
{
    return x <= 0 && x == floor(x);
}

/* cot(pi x), exact in the reduction. */
static double cotangent(double x)
{
    return 1 / tan(PI * (x - nearbyint(x)));
}

double special_digamma(double x)
{
    double sum = 0, tail = 0, power;

    if (isnan(x) || is_pole(x))
        return NAN;
    if (isinf(x))
        return x > 0 ? INFINITY : NAN;
    if (x < 0) /* psi(1 - x) - psi(x) = pi cot(pi x)                  6.3.7 */
        return special_digamma(1 - x) - PI * cotangent(x);
    for (; x < 15; x++) /* psi(x + 1) = psi(x) + 1 / x                6.3.5 */
        sum -= 1 / x;
    power = 1;
    for (int k = 1; k <= BERNOULLI_COUNT; k++) { /* log x - 1 / 2x - sum_k B_2k / (2k x^2k)    6.3.18 */
        power /= x * x;
        tail += bernoulli[k - 1] / (2 * k) * power;
    }
    return sum + log(x) - 0.5 / x - tail;
}

/* The n-th derivative of pi cot(pi x). With c = cot u, dc/du = -(1 + c^2), so each derivative is a polynomial
 * in c. */
static double cotangent_derivative(int n, double x)
{
    double polynomial[GREATEST_ORDER + 2] = {0, 1}, next[GREATEST_ORDER + 2];
    double c = cotangent(x), value = 0;

    for (int order = 1; order <= n; order++) {
        for (int i = 0; i <= order + 1; i++)
            next[i] = 0;
        for (int i = 1; i <= order; i++) {
            next[i - 1] -= i * polynomial[i];
            next[i + 1] -= i * polynomial[i];
        }
        for (int i = 0; i <= order + 1; i++)
            polynomial[i] = next[i];
    }
    for (int i = n + 1; i >= 0; i--)
        value = value * c + polynomial[i];
    return pow(PI, n + 1) * value;
}

/* n! zeta(n + 1, x) for x > 0, n >= 1: the polygamma function up to its sign. */
static double hurwitz(int n, double x)
{
    double factorial = tgamma(n + 1.0), sum = 0, term, power;

    for (; x < 15 + n; x++) /* 6.4.6 */
        sum += factorial / pow(x, n + 1);
    /* (n-1)! / x^n + n! / 2 x^(n+1) + sum_k B_2k (2k+n-1)! / ((2k)! x^(2k+n))        6.4.11 */
    power = factorial / n / pow(x, n);
    sum += power + power * n / (2 * x);
    term = power; /* (2k+n-1)! / ((2k)! x^(2k+n)) */
    for (int k = 1; k <= BERNOULLI_COUNT; k++) {
        term *= (2.0 * k + n - 2) * (2.0 * k + n - 1) / ((2.0 * k - 1) * (2.0 * k) * x * x);
        sum += bernoulli[k - 1] * term;
    }
    return sum;
}

double special_polygamma(double n, double x)
{
    double sign;
    int order;

    if (n == 0)
        return special_digamma(x);
    if (!(n >= 1 && n <= GREATEST_ORDER && n == floor(n)) || isnan(x))
        return NAN;
    order = (int)n;
    sign = order % 2 == 0 ? -1 : 1;
    if (isinf(x))
        return x > 0 ? sign * 0.0 : NAN;
    if (is_pole(x))
        return order % 2 == 1 ? INFINITY : NAN;
    if (x < 0) /* 6.4.7 */
        return -sign * special_polygamma(n, 1 - x) - cotangent_derivative(order, x);
    return sign * hurwitz(order, x);
}

double special_erfcx(double x)
{
    if (x < 25)
        return (double)(expl((long double)x * (long double)x) * erfcl((long double)x));
    double z = 1 / (2 * x * x), term = 1, sum = 1;
    for (int k = 1; k <= 8; k++) { /* 1 - 1 / 2x^2 + 1 3 / (2x^2)^2 - ...    Abramowitz and Stegun 7.1.23 */
        term *= -(2.0 * k - 1) * z;
        sum += term;
    }
    return sum / (sqrt(PI) * x);
}

/* Bisection, of erfc where erf is close to 1. */
double special_erfinv(double x)
{
    long double a = fabsl((long double)x), low = 0, high = 6;

    if (isnan(x) || a > 1)
        return NAN;
    if (a == 1)
        return copysign(INFINITY, x);
    for (int i = 0; i < 200 && low < high; i++) {
        long double middle = (low + high) / 2;
        bool is_below = a < 0.5 ? erfl(middle) < a : erfcl(middle) > 1 - a;
        if (middle == low || middle == high)
            break;
        if (is_below)
            low = middle;
        else
            high = middle;
    }
    return copysign((double)low, x);
}

/* The mean of f over whole turns: the trapezoidal rule, whose error falls faster than any power of its step
 * for periodic functions. */
static double mean_of_turn(double x, double (*f)(int order, double x, double angle), int order)
{
    int count = 64 + 2 * (int)fabs(x);
    double sum = 0;

    for (int i = 0; i < count; i++)
        sum += f(order, x, 2 * PI * (i + 0.5) / count);
    return sum / count;
}

/* exp(-x) I_n(x) = mean of exp(x (cos t - 1)) cos n t        9.6.19 */
static double scaled_integrand(int order, double x, double angle)
{
    double half = sin(angle / 2);

    return exp(-2 * x * half * half) * cos(order * angle);
}

/* J_n(x) = mean of cos(n t - x sin t)        9.1.21 */
static double wave_integrand(int order, double x, double angle)
{
    return cos(order * angle - x * sin(angle));
}

/* Whether the asymptotic series below have x > 0 to the last digit; the mean would take time like x. */
static bool is_far(int order, double x)
{
    return x > 100.0 + (double)order * order;
}

/* sum of every other term of sum_k a_k / x^k, a_k = (4 n^2 - 1) (4 n^2 - 9) ... (4 n^2 - (2k - 1)^2) / (k!
 * 8^k), from the given one on, with signs that alternate: P and Q of 9.2.9 and 9.2.10. */
static double alternate_terms(int order, double x, int first)
{
    double term = 1, sum = first == 0;
    for (int k = 1; k < 30 && fabs(term) > 1e-18; k++) {
        term *= (4.0 * order * order - (2.0 * k - 1) * (2.0 * k - 1)) / (8.0 * k * x);
        if (k % 2 == first)
            sum += k / 2 % 2 ? -term : term;
    }
    return sum;
}

/* 9.7.1, times exp(-x) */
static double far_ie(int order, double x)
{
    double term = 1, sum = 1;
    for (int k = 1; k < 30 && fabs(term) > 1e-18; k++) {
        term *= -(4.0 * order * order - (2.0 * k - 1) * (2.0 * k - 1)) / (8.0 * k * x);
        sum += term;
    }
    return sum / (sqrt(2 * PI) * sqrt(x));
}

/* 9.2.5: sqrt(2 / (pi x)) (P cos c - Q sin c), c = x - n pi / 2 - pi / 4 */
static double far_j(int order, double x)
{
    double s = sin(x), c = cos(x), cosine = c + s, sine = s - c;
    for (int k = order % 4; k > 0; k--) {
        double turned = sine;
        sine = -cosine;
        cosine = turned;
    }
    return (alternate_terms(order, x, 0) * cosine - alternate_terms(order, x, 1) * sine) /
           (sqrt(PI) * sqrt(x));
}

double special_ie(int order, double x)
{
    double sign = x < 0 && order % 2 ? -1 : 1;
    if (isnan(x) || isinf(x))
        return isnan(x) ? x : 0;
    x = fabs(x);
    return sign * (is_far(order, x) ? far_ie(order, x) : mean_of_turn(x, scaled_integrand, order));
}

double special_j(int order, double x)
{
    double sign = x < 0 && order % 2 ? -1 : 1;
    if (isnan(x) || isinf(x))
        return isnan(x) ? x : 0;
    x = fabs(x);
    return sign * (is_far(order, x) ? far_j(order, x) : mean_of_turn(x, wave_integrand, order));
}

double special_uniform(int32_t seed, int32_t index)
{
    /* The output function of SplitMix64 (Steele, Lea and Flood, 2014). */
    uint64_t z = ((uint64_t)(uint32_t)seed << 32 | (uint32_t)index) + UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return (double)(z >> 40) * 0x1p-24;
}

double special_truncate(double x)
{
    return x > INT32_MIN - 1.0 && x < INT32_MAX + 1.0 ? trunc(x) : INT32_MIN;
}
