/* formula_cancel.c: p (a - b / p) = a p - b, the last step of many a derivation. */
#include "formula.h"

static bool is_divided_by(formula a, formula divisor)
{
    for (int i = 0; a->kind == F_PRODUCT && i < a->count; i++)
        if (a->numbers[i] < 0 && formula_equal(a->parts[i], divisor))
            return true;
    return false;
}

static bool has_term_over(formula sum, formula divisor)
{
    for (int i = 0; i < sum->count; i++)
        if (is_divided_by(sum->parts[i], divisor))
            return true;
    return false;
}

/* The product with one of its factors multiplied into another, a sum. */
static formula distribute(struct arena *arena, formula product, int factor, int sum)
{
    formula terms = formula_number(arena, 0), rest = formula_number(arena, product->number);
    for (int i = 0; i < product->parts[sum]->count; i++)
        terms = formula_add(arena, terms, product->parts[sum]->numbers[i],
                            formula_multiply(arena, product->parts[factor], product->parts[sum]->parts[i]));
    for (int i = 0; i < product->count; i++)
        if (i != factor && i != sum)
            rest = formula_multiply(
                arena, rest,
                formula_power(arena, product->parts[i], formula_number(arena, product->numbers[i])));
    return formula_multiply(arena, rest, terms);
}

formula formula_cancel(struct arena *arena, formula product)
{
    for (int sum = 0; product->kind == F_PRODUCT && sum < product->count; sum++) {
        if (product->parts[sum]->kind != F_SUM || product->numbers[sum] != 1)
            continue;
        for (int factor = 0; factor < product->count; factor++) {
            if (product->numbers[factor] != 1 || !has_term_over(product->parts[sum], product->parts[factor]))
                continue;
            formula shorter = distribute(arena, product, factor, sum);
            if (shorter->weight < product->weight && shorter->rank == product->rank)
                return shorter;
        }
    }
    return product;
}
