/* formula.h: mathematics as a person writes it: sums, products and matrix products, kept in a simplified
 * form, for
 * --emit=math and --emit=latex.
 *
 * A formula stands for a whole tensor: a scalar (rank 0), a column vector (1), a matrix (2) or more; scalars
 * are understood at every element where a tensor is needed, all other broadcasting is a SPREAD. The
 * constructors simplify: they flatten, collect equal terms and factors, move numbers outward and cancel
 * inverses. They treat real numbers as mathematics does, and so are no part of the way to C. */
#ifndef GRADC_FORMULA_H
#define GRADC_FORMULA_H

#include <stdbool.h>

#include "graph.h"

enum formula_kind {
    F_NUMBER,
    F_NAME,      /* name */
    F_SUM,       /* numbers[0] parts[0] + ...; a NUMBER 1 stands for the constant */
    F_PRODUCT,   /* number parts[0]^numbers[0] * ..., element by element */
    F_POWER,     /* parts[0]^parts[1], element by element */
    F_CHAIN,     /* the matrix product of the parts; a vector on the left is transposed */
    F_TRANSPOSE, /* of the last two axes */
    F_INVERSE,
    F_IDENTITY,
    F_DIAGONAL, /* the matrix with a vector on its diagonal */
    F_SPREAD,   /* parts[0] with further axes: its axis a is axis axes[a] */
    F_NORM,     /* of all elements; number: 1 or 2 */
    F_ABS,
    F_CALL,  /* name(parts tail) */
    F_INFIX, /* comparisons, `and`, `or`: name stands between the parts */
    F_NOT,
    F_INDICATOR, /* 1 where parts[0] holds, else 0 */
    F_IF,        /* if parts[0] then parts[1] else parts[2] */
    F_ELEMENT,   /* parts[0] with subscripts parts[1], ... */
    F_BIG,       /* name (sum, prod, max, ...) over the indices parts[1], ... of parts[0] */
    F_DEFERRED   /* a node that only index notation can say */
};

struct formula {
    enum formula_kind kind;
    int rank;
    double number;
    const char *name, *tail;
    bool is_elementwise; /* CALL */
    bool is_of_rounds;   /* NAME: of what a loop carries */
    int count;
    const struct formula **parts;
    double *numbers;
    int axes[MAXIMUM_RANK]; /* SPREAD */
    struct node *node;      /* DEFERRED */
    int weight;             /* names, numbers and operators in it */
};
typedef const struct formula *formula;

/* ---- formula.c ---- */
formula formula_number(struct arena *arena, double value);
formula formula_name(struct arena *arena, const char *name, int rank);
/* The name of what a loop carries, of all rounds: its first subscript is the round. */
formula formula_rounds(struct arena *arena, const char *name, int rank);
formula formula_deferred(struct arena *arena, struct node *node);
bool formula_equal(formula a, formula b);
bool formula_is_number(formula a, double value);
bool formula_contains(formula a, formula b);

formula formula_add(struct arena *arena, formula a, double b_factor, formula b); /* a + b_factor b */
formula formula_scale(struct arena *arena, double factor, formula a);
formula formula_multiply(struct arena *arena, formula a, formula b);
formula formula_divide(struct arena *arena, formula a, formula b);
formula formula_power(struct arena *arena, formula a, formula b);
/* Any other kind, of count parts. */
formula formula_make(struct arena *arena, enum formula_kind kind, const char *name, int rank, int count,
                     const formula *parts);
formula formula_call(struct arena *arena, const char *name, const char *tail, bool is_elementwise, int rank,
                     int count, const formula *parts);
formula formula_spread(struct arena *arena, formula a, int rank, const int *axes);
formula formula_without_spread(formula a); /* what is spread, or the formula itself */
/* The scalar factors of a product, and what is left of it (the number 1 if nothing is). */
void formula_split(struct arena *arena, formula a, formula *scalars, formula *rest);

/* ---- formula_choice.c ---- */
formula formula_not(struct arena *arena, formula condition);
formula formula_if(struct arena *arena, formula condition, formula a, formula b);

/* ---- formula_cancel.c ---- */
/* The same, or shorter if a factor cancels what a sum beside it is divided by. */
formula formula_cancel(struct arena *arena, formula product);

/* ---- formula_matrix.c ---- */
formula formula_transpose(struct arena *arena, formula a);
formula formula_inverse(struct arena *arena, formula a);
formula formula_diagonal(struct arena *arena,
                         formula a); /* of a vector; of a scalar: a multiple of the identity */
formula formula_chain(struct arena *arena, formula a,
                      formula b); /* a b, of ranks 1 and more; rank 1 left: outer */
formula formula_dot(struct arena *arena, formula a, formula b);
formula formula_trace(struct arena *arena, formula a);
formula formula_sum_all(struct arena *arena, formula a); /* of the elements of a tensor of rank 1 or more */
/* J with J' d = a, if a is plainly of that form; d is a vector. Else NULL. */
formula formula_jacobian(struct arena *arena, formula a, formula d);

/* ---- formula_print.c ---- */
enum notation { NOTATION_MATH, NOTATION_LATEX, NOTATION_MATHML };
const char *formula_print(struct arena *arena, formula a, enum notation notation);
/* A name, with subscripts for its underscores and digits in LaTeX and MathML. */
const char *formula_print_name(struct arena *arena, const char *name, enum notation notation);

#endif
