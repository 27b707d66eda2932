/* formula_text.h: what all notations of formulas share. */
#ifndef GRADC_FORMULA_TEXT_H
#define GRADC_FORMULA_TEXT_H

#include "formula.h"

/* How tightly what is written holds together, loosest first. */
enum tightness { T_IF, T_OR, T_AND, T_NOT, T_COMPARE, T_SUM, T_PRODUCT, T_CHAIN, T_POWER, T_PRIMARY };

struct text {
    const char *text;
    enum tightness tightness;
};

/* ---- formula_print.c ---- */
/* The shortest decimal digits of a finite number, with an exponent if it is a fraction or has 16 digits. */
const char *formula_digits(struct arena *arena, double value);
/* 1/3 and the like: the denominator, 1 for numbers that are short as they are. */
int formula_denominator(double value);
/* The term of a sum that is written first: the first without a minus, if there is one. */
int formula_first_term(formula sum);
/* A comparison as it reads best: with the number on the right. Gives its sides and returns its sign. */
const char *formula_comparison(formula a, formula *left, formula *right);

/* Whether a name is the value of a round, h[t + 1], which stands in a superscript. */
bool formula_is_round(const char *name);

/* ---- formula_mathml.c ---- */
const char *formula_print_mathml(struct arena *arena, formula a);
const char *formula_name_mathml(struct arena *arena, const char *name);

#endif
