/* validate_point.h: where the entries of a function are called, what they should give there, and whether what
 * they gave is that. Shared by those that call them: the tree of the C, and the compiled C. */
#ifndef GRADC_VALIDATE_POINT_H
#define GRADC_VALIDATE_POINT_H

#include "graph.h"

/* What the user gives: sizes and inputs of one function, by member. */
struct given {
    const int64_t *sizes;
    const double *const *values;
};

/* One choice of sizes, values and members that are NULL. Arrays are by member. */
struct point {
    struct arena *arena;
    const struct function *function;  /* the emitted one */
    const struct function *reference; /* the same before any rewrite: same members */
    int64_t *sizes;
    size_t *counts;  /* elements of each member */
    double **values; /* of what the entries read */
    bool *is_null;
    const struct given *given; /* NULL: all is chosen */
    double close;              /* how far apart values may be that are about 1 */
    double nudge;              /* relative change of inputs by which the graph tells how much it amplifies */
    double rounding;           /* the same of all that is rounded */
    uint64_t random;
};

/* What an entry gave: for each member its elements, and which of them it wrote. */
struct outcome {
    int status;
    const char *fault; /* it did what it must not, or did not return; NULL: none */
    bool is_unfinished;
    double **values;
    bool **is_written;
};

/* What the entries should return there, as the graph says; "GRADC_OK" of it. */
int point_status(struct point *point);
const char *status_text(int status);

struct point *point_new(struct arena *arena, const struct function *function,
                        const struct function *reference, int precision, uint64_t seed);
uint64_t point_random(struct point *point, uint64_t below);
double point_random_unit(struct point *point); /* in [0, 1) */
/* Sizes that the function's conditions allow: small ones, one of them `large` if that is not 0. False: none
 * were found. */
bool point_choose_sizes(struct point *point, int64_t large);
bool point_choose_different_sizes(struct point *point); /* small, and no two the same if that can be */
/* Values for all that is read. `style` counts up: ranges around 0, positive ones, matrices that have an
 * inverse; with_statuses: now and then an int out of range. */
void point_choose_values(struct point *point, int style, bool with_statuses);
/* New ones for output gradients alone. */
void point_choose_seeds(struct point *point);
void point_choose_null(struct point *point, enum entry entry);

bool is_read_role(enum role role);
/* Whether the member is a pointer in the struct. */
bool is_pointer_member(const struct member *member);
bool is_written_by(enum entry entry, const struct member *member);

/* Judges an outcome: NULL if it is what the reference gives, else what is wrong. */
const char *point_judge(struct point *point, enum entry entry, const struct outcome *outcome, double *worst);
/* `N = 3, C = 2; d_W is NULL` */
const char *point_text(struct point *point, enum entry entry);

#endif
