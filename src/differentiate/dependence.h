/* dependence.h: what each element of a node depends on, of the elements of a seed. */
#ifndef GRADC_DEPENDENCE_H
#define GRADC_DEPENDENCE_H

#include <stdbool.h>

#include "graph.h"

/* A set of elements of the seed, ascending; equal sets are one. NULL is the empty set. */
struct set {
    size_t count;
    uint32_t hash;
    struct set *next; /* in the table */
    int32_t elements[];
};

struct element {
    const struct set *set;
    double value; /* if known; a known element depends on nothing */
    bool is_known;
};

/* The elements of one node; elements NULL: none is known, none depends on the seed. The array is owned. */
struct values {
    struct element *elements;
    size_t count;
};

enum { BUCKETS = 1 << 14 };

struct analysis {
    struct graph *graph;
    struct arena *arena;   /* of the sets; freed at the end */
    struct values *values; /* by id */
    struct set *buckets[BUCKETS];
    struct loop_number {
        const size *atom;
        int64_t number;
        bool is_read;    /* in this round by a shape, a subscript or a bound, ... */
        bool is_value;   /* ... or as a value that is known */
        bool is_unknown; /* as a value */
    } * numbers;         /* of loop variables */
    size_t numbers_count, numbers_capacity;
    bool met_unknown; /* of these, by size_element() */
    size_t followed;  /* elements so far, again in each round */

    /* The union that is being gathered. */
    int32_t *stamps, stamp, *found; /* by element of the seed */
    size_t found_count;
    const struct set *only, *latest, *largest;
};

/* Memory of zeros, to be freed; aborts where there is none. */
void *allocate(size_t count, size_t bytes);

/* ---- Sets ---- */

/* The one set of these ascending elements. */
const struct set *set_of(struct analysis *analysis, const int32_t *elements, size_t count);

/* The union of all sets that are given to gather() between the two; only one at a time. */
void gather_begin(struct analysis *analysis);
void gather(struct analysis *analysis, const struct set *set);
const struct set *gather_end(struct analysis *analysis);

/* ---- Elements ---- */

static inline struct element known(double value)
{
    return (struct element){NULL, value, true};
}

static inline struct element depends(const struct set *set)
{
    return (struct element){set, 0, false};
}

static inline bool is_known(const struct element *element, double value)
{
    return element->is_known && element->value == value;
}

static inline struct element element_of(const struct values *values, size_t i)
{
    return values->elements ? values->elements[i] : depends(NULL);
}

/* What is known of one of two elements, nobody knows which. */
struct element either(struct analysis *analysis, struct element a, struct element b);

/* ---- Nodes ---- */

/* A size in this round of the loops; 0 for NULL. */
int64_t number_of(struct analysis *analysis, const size *a);
/* The same as a value, which may be unknown; the numbers that it has of loop variables do not count as read.
 */
struct element size_element(struct analysis *analysis, const size *a);
size_t count_of(struct analysis *analysis, const struct node *node);
struct values *values_of(struct analysis *analysis, const struct node *node);
struct values values_new(struct analysis *analysis, const struct node *node);
struct values values_copy(const struct values *from, size_t count);
/* Takes `values` over. */
void values_set(struct values *to, struct values values);

/* The values of a node of that operator, new; `matrix` is any factorisation. */
struct values follow_index(struct analysis *analysis, const struct node *node);
struct values follow_scatter(struct analysis *analysis, const struct node *node);
struct values follow_replace(struct analysis *analysis, const struct node *node);
struct values follow_iota(struct analysis *analysis, const struct node *node);
struct values follow_reduction(struct analysis *analysis, const struct node *node);
struct values follow_cumsum(struct analysis *analysis, const struct node *node);
struct values follow_contract(struct analysis *analysis, const struct node *node);
struct values follow_matrix(struct analysis *analysis, const struct node *node);

#endif
