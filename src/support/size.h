/* size.h: sizes, offsets and subscript terms as polynomials with rational coefficients over names.
 *
 * Canonical and hash-consed within one `struct sizes`: two sizes are equal if and only if they are the same
 * pointer. The atoms are run-time sizes (N, at least 1), loop variables (with a range) and floor divisions.
 */
#ifndef GRADC_SIZE_H
#define GRADC_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

struct sizes;
typedef struct size size;

struct sizes *sizes_new(struct arena *arena);

size *size_number(struct sizes *sizes, int64_t number);
/* A new run-time size; two calls with one name give two different sizes. At least 1. */
size *size_new_name(struct sizes *sizes, const char *name);
/* A new loop variable, an integer in [begin, end). */
size *size_new_loop_variable(struct sizes *sizes, const char *name, size *begin, size *end);

size *size_add(size *a, size *b);
size *size_subtract(size *a, size *b);
size *size_multiply(size *a, size *b);
size *size_product(struct sizes *sizes, int count, size *const *factors); /* such as a shape */
size *size_negate(size *a);
/* a / b exactly: NULL if b is not a nonzero number or a known factor of a. N/2 has the coefficient 1/2; that
 * it is whole is a condition for the caller to record (size_is_whole tells whether it always is). */
size *size_divide(size *a, size *b);
/* floor(a / b), a >= 0, b >= 1: simplified where b divides a, else an atom. */
size *size_floor_divide(size *a, size *b);
/* max(a, b) and min(a, b), as atoms where the order is not known. */
size *size_maximum(size *a, size *b);
size *size_minimum(size *a, size *b);
/* The least whole number whose square is at least a, for a >= 1: about sqrt(a). An atom where a is no number.
 */
size *size_square_root(size *a);
/* The i-th atom made by size_square_root, in their order, and of what it is the root; NULL after the last. */
size *size_root(const struct sizes *sizes, size_t i, size **radicand);

bool size_is_number(const size *a, int64_t *number); /* a whole constant */
bool size_is(const size *a, int64_t number);         /* this one */
bool size_is_whole(const size *a);                   /* all coefficients whole */
int64_t size_denominator(const size *a);             /* least common denominator of the coefficients */
bool size_depends_on(const size *a, const size *atom);
bool size_has_loop_variable(const size *a);
/* Visits each loop variable in a, also those inside its atoms; one may come several times. */
void size_visit_loop_variables(size *a, void (*visit)(void *closure, size *variable), void *closure);
int size_atom_number(const size *atom); /* of a name or variable: small, and different for each */
/* Whether a >= 0 for all values of its names (>= 1) and loop variables (in their ranges). */
enum truth { NEVER, SOMETIMES, ALWAYS };
enum truth size_nonnegative(const size *a);
/* Least and greatest over the loop variables' ranges (affine in them), still in terms of names. */
size *size_least(size *a);
size *size_greatest(size *a);
/* b where a = b * variable + c, with b and c free of the variable; NULL if a is not of this form. */
size *size_slope(const size *a, const size *variable);
/* a with atom replaced by value. */
size *size_substitute(size *a, const size *atom, size *value);

/* a = constant + sum of coefficient * atom^.. terms; for walking. The name of an atom, or NULL if `a` is no
 * name. */
const char *size_name(const size *a);
bool size_is_loop_variable(const size *a);
/* True if a overflowed 64-bit arithmetic on the way (a is then a number, 0); sticky in every result. */
bool size_overflowed(const size *a);

enum size_style {
    SIZE_LANGUAGE, /* 2*N + 1, N/2                       for messages and comments */
    SIZE_JSON      /* as in --emit=interface: + - * / ( ) max min, / rounding down */
};
/* The text in the arena. */
const char *size_print(struct arena *arena, const size *a, enum size_style style);

/* ---- size_tree.c ---- */
enum size_form {
    SIZE_WHOLE, /* an expression of type size_t in which every step is >= 0 where it can be; floor is C's / */
    SIZE_IN_DOUBLE /* the same in double, where names are spelled as doubles */
};
struct tree;
/* How names and loop variables are spelled in some piece of C, where not as they are called. */
struct spelling {
    struct arena *arena;
    const struct tree **trees; /* by the number of the name; NULL: as it is called */
    size_t trees_count, trees_capacity;
};
void size_spell(struct spelling *spelling, const size *atom, const struct tree *as);
void size_spell_name(struct spelling *spelling, const size *atom, const char *name);
/* NULL: all as they are called. */
const struct tree *size_tree(struct arena *arena, const size *a, enum size_form form,
                             const struct spelling *spelling);
/* Of one that is a name in C. */
const char *size_c_name(const struct spelling *spelling, const size *a);
/* a times its denominator = positive - negative, both without subtractions. */
void size_split(size *a, size **positive, size **negative);
bool size_is_sum(const size *a);       /* in C it has a + or - at the top */
bool size_has_quotient(const size *a); /* in C it has a / */

/* Numbers for names: value(name_atom, closure). Floor division rounds down. */
int64_t size_evaluate(const size *a, int64_t (*value)(const size *atom, void *closure), void *closure);

#endif
