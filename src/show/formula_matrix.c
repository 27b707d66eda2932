/* formula_matrix.c: matrix products, transposes and inverses of formulas; see formula.h. */
#include "formula.h"

#include <string.h>

/* ---- Transposes and inverses ---- */

static formula make_chain(struct arena *arena, const formula *parts, int count);

static formula flip_chain(struct arena *arena, formula a)
{
    formula *parts = ARENA_ARRAY(arena, formula, a->count);
    for (int i = 0; i < a->count; i++)
        parts[i] = formula_transpose(arena, a->parts[a->count - 1 - i]);
    return make_chain(arena, parts, a->count);
}

/* (a + b')' = a' + b: where that makes no more transposes. */
static bool flips_well(formula a)
{
    int transposed = 0;
    for (int i = 0; i < a->count; i++)
        transposed += a->parts[i]->kind == F_TRANSPOSE ? 1 : a->parts[i]->rank == 2 ? -1 : 0;
    return transposed >= 0;
}

static formula flip_terms(struct arena *arena, formula a)
{
    formula sum = formula_number(arena, a->kind == F_SUM ? 0 : a->number);
    for (int i = 0; i < a->count; i++) {
        formula part = formula_transpose(arena, a->parts[i]);
        sum = a->kind == F_SUM
                  ? formula_add(arena, sum, a->numbers[i], part)
                  : formula_multiply(arena, sum,
                                     formula_power(arena, part, formula_number(arena, a->numbers[i])));
    }
    return sum;
}

formula formula_transpose(struct arena *arena, formula a)
{
    switch (a->kind) {
    case F_TRANSPOSE: return a->parts[0];
    case F_IDENTITY:
    case F_DIAGONAL:
    case F_NUMBER: return a;
    case F_CHAIN:
        if (a->rank == 2)
            return flip_chain(arena, a);
        break;
    case F_SUM:
        if (a->rank == 2 && flips_well(a))
            return flip_terms(arena, a);
        break;
    case F_PRODUCT: {
        formula scalars, rest;
        formula_split(arena, a, &scalars, &rest);
        if (a->rank == 2 && flips_well(a))
            return flip_terms(arena, a);
        if (!formula_is_number(scalars, 1))
            return formula_multiply(arena, scalars, formula_transpose(arena, rest));
        break;
    }
    case F_SPREAD:
        if (a->rank == 2 && a->parts[0]->rank == 1) {
            int axis = 1 - a->axes[0];
            return formula_spread(arena, a->parts[0], 2, &axis);
        }
        break;
    default: break;
    }
    return a->rank == 0 ? a : formula_make(arena, F_TRANSPOSE, NULL, a->rank, 1, &a);
}

formula formula_inverse(struct arena *arena, formula a)
{
    if (a->kind == F_INVERSE)
        return a->parts[0];
    if (a->kind == F_IDENTITY)
        return a;
    if (a->kind == F_TRANSPOSE)
        return formula_transpose(arena, formula_inverse(arena, a->parts[0]));
    return formula_make(arena, F_INVERSE, NULL, a->rank, 1, &a);
}

static formula identity(struct arena *arena)
{
    return formula_make(arena, F_IDENTITY, NULL, 2, 0, NULL);
}

formula formula_diagonal(struct arena *arena, formula a)
{
    formula scalars, rest;
    formula_split(arena, a, &scalars, &rest);
    formula matrix = rest->rank == 0 ? identity(arena) : formula_make(arena, F_DIAGONAL, NULL, 2, 1, &rest);
    return formula_multiply(arena, scalars, matrix);
}

/* ---- Products ---- */

/* A vector on the left of a product stands transposed: x' A, unless it is the column of an outer product. */
static bool is_row(formula a)
{
    return a->kind == F_TRANSPOSE && a->rank == 1;
}

static bool cancels(struct arena *arena, formula a, formula b)
{
    return a->rank == 2 && b->rank == 2 &&
           (a->kind == F_INVERSE || b->kind == F_INVERSE || a->kind == F_TRANSPOSE) &&
           formula_equal(formula_inverse(arena, a), b);
}

/* Drops identities and neighbours that are inverse to each other; moves scalars outward. */
static formula make_chain(struct arena *arena, const formula *given, int given_count)
{
    formula *parts = ARENA_ARRAY(arena, formula, given_count + 1), outside = formula_number(arena, 1);
    int count = 0, left, right;
    for (int i = 0; i < given_count; i++) {
        formula scalars, rest;
        formula_split(arena, given[i], &scalars, &rest);
        outside = formula_multiply(arena, outside, scalars);
        if (rest->rank == 0 || rest->kind == F_IDENTITY)
            continue;
        if (count > 0 && cancels(arena, parts[count - 1], rest))
            count--;
        else
            parts[count++] = rest;
    }
    if (count == 0)
        return formula_multiply(arena, outside, identity(arena));
    if (count == 1)
        return formula_multiply(arena, outside, parts[0]);
    left = is_row(parts[0]) ? 0 : 1;
    right = parts[count - 1]->rank == 1 && !is_row(parts[count - 1]) ? 0 : 1;
    int rank = left + right;
    for (int i = 0; i < count; i++)
        if (parts[i]->rank > 2) /* stacks of matrices */
            rank = parts[i]->rank - (rank < 2);
    return formula_multiply(arena, outside, formula_make(arena, F_CHAIN, NULL, rank, count, parts));
}

/* Products of matrices read as one chain; a product that is a vector keeps its parentheses. */
static int append(const formula *from, int count, formula *to)
{
    for (int i = 0; i < count; i++)
        to[i] = from[i];
    return count;
}

static int append_operand(formula a, formula *to)
{
    bool opens = a->kind == F_CHAIN && a->rank == 2;
    return opens ? append(a->parts, a->count, to) : append(&a, 1, to);
}

static formula chain_of(struct arena *arena, formula a, formula b)
{
    formula *parts = ARENA_ARRAY(arena, formula, a->count + b->count + 2);
    int count = append_operand(a, parts);
    count += append_operand(b, parts + count);
    return make_chain(arena, parts, count);
}

formula formula_chain(struct arena *arena, formula a, formula b)
{
    formula a_scalars, b_scalars, a_rest, b_rest;
    formula_split(arena, a, &a_scalars, &a_rest);
    formula_split(arena, b, &b_scalars, &b_rest);
    formula scalars = formula_multiply(arena, a_scalars, b_scalars);
    if (a_rest->rank == 1 && b_rest->rank == 1)
        b_rest = formula_make(arena, F_TRANSPOSE, NULL, 1, 1, &b_rest);
    return formula_multiply(arena, scalars, chain_of(arena, a_rest, b_rest));
}

/* The square of the length, a' b, or a' B c in one chain. */
formula formula_dot(struct arena *arena, formula a, formula b)
{
    formula a_scalars, b_scalars;
    formula_split(arena, a, &a_scalars, &a);
    formula_split(arena, b, &b_scalars, &b);
    formula scalars = formula_multiply(arena, a_scalars, b_scalars), norm;
    if (formula_equal(a, b)) {
        struct formula *length = (struct formula *)formula_make(arena, F_NORM, NULL, 0, 1, &a);
        length->number = 2;
        norm = length;
        return formula_multiply(arena, scalars, formula_power(arena, norm, formula_number(arena, 2)));
    }
    if (a->kind == F_CHAIN && b->kind != F_CHAIN) {
        formula other = a;
        a = b;
        b = other;
    }
    formula *parts = ARENA_ARRAY(arena, formula, b->count + 2);
    int count = 1;
    parts[0] = formula_make(arena, F_TRANSPOSE, NULL, 1, 1, &a);
    count += b->kind == F_CHAIN ? append(b->parts, b->count, parts + 1) : append(&b, 1, parts + 1);
    /* x' A' y = y' A x */
    formula chain = make_chain(arena, parts, count), *flipped = ARENA_ARRAY(arena, formula, count);
    int transposed = 0, plain = 0;
    for (int i = 0; i < count; i++) {
        flipped[i] = formula_transpose(arena, parts[count - 1 - i]);
        if (parts[i]->rank == 2)
            *(parts[i]->kind == F_TRANSPOSE ? &transposed : &plain) += 1;
    }
    return formula_multiply(arena, scalars, transposed > plain ? make_chain(arena, flipped, count) : chain);
}

formula formula_trace(struct arena *arena, formula a)
{
    formula scalars, rest;
    formula_split(arena, a, &scalars, &rest);
    if (rest->rank != 2)
        rest = a, scalars = formula_number(arena, 1);
    return formula_multiply(arena, scalars, formula_call(arena, "tr", NULL, false, 0, 1, &rest));
}

/* ---- Sums of all elements ---- */

static formula norm_of(struct arena *arena, formula a, int order)
{
    struct formula *norm = (struct formula *)formula_make(arena, F_NORM, NULL, 0, 1, &a);
    norm->number = order;
    return norm;
}

formula formula_sum_all(struct arena *arena, formula a)
{
    formula scalars, rest;
    formula_split(arena, a, &scalars, &rest);
    if (!formula_is_number(scalars, 1))
        return formula_multiply(arena, scalars, formula_sum_all(arena, rest));
    if (a->kind == F_ABS)
        return norm_of(arena, a->parts[0], 1);
    if (a->kind == F_PRODUCT && a->count == 1 && a->numbers[0] == 2)
        return formula_power(arena, norm_of(arena, a->parts[0], 2), formula_number(arena, 2));
    if (a->kind == F_PRODUCT && a->rank == 1) {
        formula head = formula_power(arena, a->parts[0], formula_number(arena, a->numbers[0]));
        if (head->rank == 1 && a->numbers[0] == 1 && a->count > 1)
            return formula_dot(arena, formula_divide(arena, a, head), head);
    }
    if (a->kind == F_PRODUCT && a->rank == 2 && a->count == 2 && a->numbers[0] == 1 && a->numbers[1] == 1)
        for (int i = 0; i < 2; i++)
            if (a->parts[i]->kind == F_TRANSPOSE && a->parts[1 - i]->rank == 2)
                return formula_trace(arena, formula_chain(arena, a->parts[1 - i], a->parts[i]->parts[0]));
    return formula_call(arena, "sum", NULL, false, 0, 1, &a);
}

/* ---- Jacobians ---- */

formula formula_jacobian(struct arena *arena, formula a, formula d)
{
    formula result = NULL, rest = formula_number(arena, 1), inner = NULL;
    if (formula_equal(a, d))
        return identity(arena);
    if (!formula_contains(a, d))
        return NULL;
    switch (a->kind) {
    case F_SUM: /* J' d + K' d = (J + K)' d */
        result = formula_number(arena, 0);
        for (int i = 0; result && i < a->count; i++) {
            formula term = formula_jacobian(arena, a->parts[i], d);
            result = term ? formula_add(arena, result, a->numbers[i], term) : NULL;
        }
        return result;
    case F_PRODUCT: /* r * (J' d) = (J diag(r))' d */
        for (int i = 0; i < a->count; i++) {
            if (!formula_contains(a->parts[i], d)) {
                formula power = formula_power(arena, a->parts[i], formula_number(arena, a->numbers[i]));
                rest = formula_multiply(arena, rest, power);
            } else if (inner || a->numbers[i] != 1) {
                return NULL;
            } else {
                inner = a->parts[i];
            }
        }
        inner = inner && inner->rank == 1 ? formula_jacobian(arena, inner, d) : NULL;
        if (!inner)
            return NULL;
        rest = formula_scale(arena, a->number, rest);
        return rest->rank == 0 ? formula_multiply(arena, rest, inner)
                               : formula_chain(arena, inner, formula_diagonal(arena, rest));
    case F_CHAIN: /* A (J' d) = (J A')' d */
        for (int i = 0; i < a->count - 1; i++)
            if (a->parts[i]->rank != 2 || formula_contains(a->parts[i], d))
                return NULL;
        inner = formula_jacobian(arena, a->parts[a->count - 1], d);
        for (int i = a->count - 1; inner && i-- > 0;)
            inner = formula_chain(arena, inner, formula_transpose(arena, a->parts[i]));
        return inner;
    default: return NULL;
    }
}
