/* size_composite.c: what is no polynomial in sizes: quotients rounded down, maxima, minima and square roots.
 * Each is simplified where more is known, else an atom made of the sizes that it is of. */
#include "size_internal.h"

#include <stdlib.h>

int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* Splits a = b * quotient + rest: terms that b divides go to the quotient, of the constant as much as leaves
 * it in [0, b). */
static void split_multiple(size *a, int64_t b, size **quotient, size **rest)
{
    struct sizes *sizes = a->sizes;

    *quotient = size_number(sizes, 0);
    *rest = size_number(sizes, 0);
    for (int i = 0; i < a->term_count; i++) {
        struct term term = a->terms[i];
        int64_t coefficient = term.coefficient.numerator, multiple = 0;

        if (coefficient % b == 0 || term.monomial->degree == 0)
            multiple = floor_divide(coefficient, b);
        term.coefficient = (struct rational){multiple, 1};
        if (multiple != 0)
            *quotient = size_add(*quotient, size_intern(sizes, &term, 1));
        term.coefficient = (struct rational){coefficient - multiple * b, 1};
        if (coefficient != multiple * b)
            *rest = size_add(*rest, size_intern(sizes, &term, 1));
    }
}

size *size_floor_divide(size *a, size *b)
{
    struct sizes *sizes = a->sizes;
    size *exact = size_divide(a, b), *quotient, *rest;
    int64_t x, y, denominator = size_denominator(a);

    if (a->overflowed || b->overflowed)
        return sizes->overflow;
    if (exact != NULL && size_is_whole(exact))
        return exact;
    if (size_is_number(a, &x) && size_is_number(b, &y))
        return size_number(sizes, floor_divide(x, y));
    if (denominator > 1) { /* floor((p / d) / b) = floor(p / (d b)) */
        struct rational factor = {denominator, 1};
        return size_floor_divide(size_scale(a, factor), size_scale(b, factor));
    }
    if (size_atom(a) != NULL &&
        size_atom(a)->kind == ATOM_FLOOR) /* floor(floor(p / q) / b) = floor(p / (q b)) */
        return size_floor_divide(size_atom(a)->a, size_multiply(size_atom(a)->b, b));
    if (!size_is_number(b, &y) || y <= 0)
        return size_composite(sizes, ATOM_FLOOR, a, b);
    split_multiple(a, y, &quotient, &rest);
    if (rest->term_count == 0)
        return quotient;
    if (size_nonnegative(rest) != ALWAYS)
        return size_composite(sizes, ATOM_FLOOR, a, b);
    if (size_is_number(rest, &x))
        return size_add(quotient, size_number(sizes, x / y));
    return size_add(quotient, size_composite(sizes, ATOM_FLOOR, rest, b));
}

/* What a maximum is of: b where a is max(b, c), and so on. */
struct operands {
    size **operands;
    size_t operands_count, operands_capacity;
};

static void list_operands(size *a, enum atom_kind kind, struct operands *list)
{
    const struct atom *atom = size_atom(a);

    for (; atom != NULL && atom->kind == kind; atom = size_atom(a)) {
        ARENA_APPEND(a->sizes->arena, list, operands, atom->b);
        a = atom->a;
    }
    ARENA_APPEND(a->sizes->arena, list, operands, a);
}

static int compare_ids(const void *a, const void *b)
{
    const size *x = *(size *const *)a, *y = *(size *const *)b;

    return (x->id > y->id) - (x->id < y->id);
}

/* Maxima of the same sizes are the same: max(max(a, b), c) in the order of their ids; minima likewise. */
static size *extreme_of(enum atom_kind kind, size *a, size *b)
{
    struct operands list = {0};
    size *most;

    list_operands(a, kind, &list);
    list_operands(b, kind, &list);
    qsort(list.operands, list.operands_count, sizeof *list.operands, compare_ids);
    most = list.operands[0];
    for (size_t i = 1; i < list.operands_count; i++) {
        if (list.operands[i] != list.operands[i - 1])
            most = size_composite(a->sizes, kind, most, list.operands[i]);
    }
    return most;
}

size *size_maximum(size *a, size *b)
{
    if (a->overflowed || b->overflowed)
        return a->sizes->overflow;
    if (size_nonnegative(size_subtract(a, b)) == ALWAYS)
        return a;
    if (size_nonnegative(size_subtract(b, a)) == ALWAYS)
        return b;
    return extreme_of(ATOM_MAXIMUM, a, b);
}

size *size_minimum(size *a, size *b)
{
    if (a->overflowed || b->overflowed)
        return a->sizes->overflow;
    if (size_nonnegative(size_subtract(a, b)) == ALWAYS)
        return b;
    if (size_nonnegative(size_subtract(b, a)) == ALWAYS)
        return a;
    return extreme_of(ATOM_MINIMUM, a, b);
}

int64_t least_root(int64_t number)
{
    int64_t root = 1;

    for (int64_t step = (int64_t)1 << 30; step > 0; step >>= 1) {
        if ((root + step - 1) * (root + step - 1) < number)
            root += step;
    }
    return root;
}

size *size_square_root(size *a)
{
    int64_t number;

    if (a->overflowed)
        return a->sizes->overflow;
    if (size_is_number(a, &number))
        return size_number(a->sizes, least_root(number));
    return size_composite(a->sizes, ATOM_ROOT, a, size_number(a->sizes, 1));
}

size *size_root(const struct sizes *sizes, size_t i, size **radicand)
{
    if (i >= sizes->roots_count)
        return NULL;
    *radicand = sizes->roots[i]->a;
    return sizes->roots[i]->self;
}
