/* size_rational.c: the rational numbers that sizes have as coefficients. */
#include "size_internal.h"

int64_t greatest_common_divisor(int64_t a, int64_t b)
{
    uint64_t x = a < 0 ? 0 - (uint64_t)a : (uint64_t)a, y = b < 0 ? 0 - (uint64_t)b : (uint64_t)b;

    while (y != 0) {
        uint64_t rest = x % y;
        x = y;
        y = rest;
    }
    return x > INT64_MAX ? 1 : (int64_t)x;
}

struct rational rational_new(int64_t numerator, int64_t denominator)
{
    int64_t divisor;

    if (denominator == 0 || numerator == INT64_MIN || denominator == INT64_MIN)
        return (struct rational){0, 0};
    if (denominator == 1)
        return (struct rational){numerator, 1};
    divisor = greatest_common_divisor(numerator, denominator);
    if (denominator < 0)
        divisor = -divisor;
    return (struct rational){numerator / divisor, denominator / divisor};
}

struct rational rational_add(struct rational a, struct rational b)
{
    int64_t left, right, numerator, denominator;

    if (__builtin_mul_overflow(a.numerator, b.denominator, &left) ||
        __builtin_mul_overflow(b.numerator, a.denominator, &right) ||
        __builtin_add_overflow(left, right, &numerator) ||
        __builtin_mul_overflow(a.denominator, b.denominator, &denominator))
        return (struct rational){0, 0};
    return rational_new(numerator, denominator);
}

struct rational rational_multiply(struct rational a, struct rational b)
{
    int64_t numerator, denominator;

    if (__builtin_mul_overflow(a.numerator, b.numerator, &numerator) ||
        __builtin_mul_overflow(a.denominator, b.denominator, &denominator))
        return (struct rational){0, 0};
    return rational_new(numerator, denominator);
}
