/* size_internal.h: the polynomials behind size.h, for the files size*.c alone.
 *
 * A size is a sum of terms in descending graded lexicographic order of their monomials, without zero
 * coefficients; zero has no terms. Sizes, monomials and atoms are interned, so that equal ones are one
 * object. */
#ifndef GRADC_SIZE_INTERNAL_H
#define GRADC_SIZE_INTERNAL_H

#include "size.h"

enum atom_kind { ATOM_NAME, ATOM_LOOP_VARIABLE, ATOM_FLOOR, ATOM_MAXIMUM, ATOM_MINIMUM, ATOM_ROOT };

struct atom {
    enum atom_kind kind;
    int id;           /* in order of creation: what an atom is made of comes before it */
    const char *name; /* NAME, LOOP_VARIABLE */
    size *a, *b;      /* LOOP_VARIABLE: in [a, b); FLOOR: floor(a / b); MAXIMUM: max(a, b);
                         ROOT: of a (b is 1) */
    size *self;       /* the atom as a size */
    struct atom *chain;
};

/* A product of atoms, one entry for each factor, by ascending id. Degree 0: the number 1. */
struct monomial {
    int degree;
    uint32_t hash;
    struct atom **factors;
    struct monomial *chain;
};

struct rational {
    int64_t numerator, denominator; /* in lowest terms, denominator > 0; 0/0: overflow */
};

struct term {
    struct monomial *monomial;
    struct rational coefficient;
};

struct size {
    struct sizes *sizes;
    int id;
    uint32_t hash;
    int term_count;
    bool overflowed;
    bool order_known; /* order holds size_nonnegative's answer */
    enum truth order;
    struct term *terms;
    size *chain;
};

enum { SMALL_NUMBERS = 256, COMPOSITE_BUCKETS = 256 };

struct sizes {
    struct arena *arena;
    int atom_count, size_count;
    struct monomial *unit;
    size *overflow;
    size *small[SMALL_NUMBERS]; /* the numbers 0, 1, ..., made on first use */
    size **table;               /* sizes by hash, chained; a power of two of buckets */
    size_t table_buckets;
    struct monomial **monomials;
    size_t monomial_buckets, monomial_count;
    struct atom *composites[COMPOSITE_BUCKETS]; /* FLOOR, MAXIMUM and ROOT atoms */
    struct atom **roots;                        /* the ROOT atoms, in their order */
    size_t roots_count, roots_capacity;
};

/* Terms with whole and with fractional coefficients. */
struct fractions {
    struct term *whole, *fractions;
    int whole_count, count;
    bool is_negative; /* all fractions were; they have been negated, and are subtracted as a positive quotient
                       */
    bool is_safe;     /* C may divide their sum on its own: it is not negative */
};
struct fractions size_fractions(struct arena *arena, const size *a);

struct rational rational_new(int64_t numerator, int64_t denominator);
struct rational rational_add(struct rational a, struct rational b);
struct rational rational_multiply(struct rational a, struct rational b);
int64_t greatest_common_divisor(int64_t a, int64_t b); /* of magnitudes; gcd(0, b) = |b| */

/* The size with these terms: sorted, distinct, no zeros. */
size *size_intern(struct sizes *sizes, const struct term *terms, int count);
/* The size with these terms, in any order, monomials possibly repeated; the array may be overwritten. */
size *size_from_terms(struct sizes *sizes, struct term *terms, int count);
size *size_scale(size *a, struct rational factor);
/* Floor, maximum and root atoms as such, without simplification. */
size *size_composite(struct sizes *sizes, enum atom_kind kind, size *a, size *b);
/* The single atom that `a` is, or NULL. */
struct atom *size_atom(const size *a);
/* The atom of greatest id in `a`, not looking inside atoms; NULL if `a` is a number. */
struct atom *size_latest_atom(const size *a);
int64_t floor_divide(int64_t a, int64_t b);
/* The least whole number whose square is at least this one. */
int64_t least_root(int64_t number);
/* a / b, or NULL if b does not divide a. */
struct monomial *monomial_divide(struct sizes *sizes, const struct monomial *a, const struct monomial *b);
/* How often the atom stands in the monomial. */
int monomial_power(const struct monomial *monomial, const struct atom *atom);
/* a = coefficient * atom + rest if a is affine in the atom (and no other atom contains it). */
bool size_affine_in(const size *a, const struct atom *atom, size **coefficient, size **rest);

#endif
