/* elaborate_index.h: what the files of index notation (elaborate_index*.c) share. */
#ifndef GRADC_ELABORATE_INDEX_H
#define GRADC_ELABORATE_INDEX_H

#include "elaborator.h"

/* ---- Ranges under inference ---- */

struct index_range {
    const void *key; /* the struct index or struct subscript that brings the index */
    const char *name;
    struct span span;
    size *atom;    /* stands for the index while its range is sought */
    size *entered; /* stands for it in the index space; NULL: not entered yet */
    size *extent;  /* NULL: not known yet */
    size *varying; /* given, but it contains earlier indices or variables of loops: extent is then enough for
                      all of them; else NULL */
    struct span source; /* the subscript that gave the extent */
    bool is_explicit, is_active;
};

/* subscript must lie in [0, extent) */
struct index_bound {
    size *subscript, *extent;
    struct span span;
};

struct inference {
    struct index_range *ranges;
    size_t ranges_count, ranges_capacity;
    struct index_bound *bounds;
    size_t bounds_count, bounds_capacity;
    bool failed;
};

/* ---- elaborate_index.c ---- */
/* The coefficient of one atom in a polynomial that is affine in it; NULL: the atom is not in it. */
size *index_coefficient(struct elaborator *e, size *a, const size *atom);
/* Puts an index behind the others; false after reporting that there are too many. */
bool enter_index(struct elaborator *e, struct index_range *range);
/* Where the indices from `first` on are inside their ranges, over the whole space; NULL if no range contains
 * others. */
struct node *inside_all_ranges(struct elaborator *e, int first);
/* A subscript with an index has a number for every axis: false after reporting that it has not. */
bool names_all_axes(struct elaborator *e, const struct expression *x, const struct node *source);

/* ---- elaborate_index_range.c ---- */
/* The range of the index that `key` brings; NULL: none, or nothing is being inferred. */
struct index_range *find_index_range(struct inference *inference, const void *key);
/* The range of the innermost index of that name, or NULL. */
struct index_range *active_index_range(struct inference *inference, const char *name);
/* range: as it is given, or NULL. */
void add_index_range(struct elaborator *e, struct inference *inference, const void *key, const char *name,
                     struct span span, const struct expression *range);
/* Gathers what the subscripts in an expression say of the ranges. */
void infer_ranges(struct elaborator *e, struct inference *inference, const struct expression *x);
/* Gives every range its extent; what has none is reported, and the inference has failed. */
void solve_ranges(struct elaborator *e, struct inference *inference);

#endif
