/* formula_choice.c: conditions, and what is chosen by one: most choices of derivatives only keep a value from
 * being computed where it is a limit, and are no part of the formula. */
#include "formula.h"

#include <string.h>

/* Whether the condition only keeps a formula from being computed where it has a value by its limit:
 * u == 0 and a multiple of u, 0 < u and a multiple of 1 / u. */
static bool is_guard(formula condition, formula a)
{
    if (condition->kind != F_INFIX || a->kind != F_PRODUCT)
        return false;
    bool is_equality = strcmp(condition->name, "==") == 0;
    for (int i = 0; i < 2; i++) {
        formula u = condition->parts[i];
        if (!formula_is_number(condition->parts[1 - i], 0))
            continue;
        for (int k = 0; k < a->count; k++)
            if (formula_equal(formula_without_spread(a->parts[k]), formula_without_spread(u)) &&
                (is_equality ? a->numbers[k] > 0
                             : a->numbers[k] < 0 && formula_without_spread(u)->kind == F_NORM))
                return true;
    }
    return false;
}

formula formula_not(struct arena *arena, formula condition)
{
    static const char *const opposites[][2] = {{"==", "!="}, {"!=", "=="}, {"<", ">="},
                                               {"<=", ">"},  {">", "<="},  {">=", "<"}};
    for (size_t i = 0; condition->kind == F_INFIX && i < sizeof opposites / sizeof *opposites; i++)
        if (strcmp(condition->name, opposites[i][0]) == 0)
            return formula_make(arena, F_INFIX, opposites[i][1], condition->rank, 2, condition->parts);
    if (condition->kind == F_NOT)
        return condition->parts[0];
    return formula_make(arena, F_NOT, NULL, condition->rank, 1, &condition);
}

formula formula_if(struct arena *arena, formula condition, formula a, formula b)
{
    int rank = a->rank > b->rank ? a->rank : b->rank;
    bool is_else = formula_is_number(a, 0);
    rank = condition->rank > rank ? condition->rank : rank;
    if (formula_equal(a, b))
        return a;
    if (condition->kind == F_NOT)
        return formula_if(arena, condition->parts[0], b, a);
    /* if a == 0 then 1 else a, which only keeps log a from 0 */
    if (condition->kind == F_INFIX && strcmp(condition->name, "==") == 0 && a->kind == F_NUMBER &&
        formula_equal(condition->parts[0], b) && formula_is_number(condition->parts[1], 0))
        return b;
    if (!is_else && !formula_is_number(b, 0))
        return formula_make(arena, F_IF, NULL, rank, 3, (formula[]){condition, a, b});
    formula value = is_else ? b : a;
    bool is_both = is_else && condition->kind == F_INFIX && strcmp(condition->name, "and") == 0;
    for (int i = 0; i < (is_both ? 2 : 1); i++) /* what both keep out, one does */
        if (is_guard(is_both ? condition->parts[i] : condition, value))
            return value;
    formula holds = is_else ? formula_not(arena, condition) : condition;
    return formula_multiply(arena, value, formula_make(arena, F_INDICATOR, NULL, condition->rank, 1, &holds));
}
