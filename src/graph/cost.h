/* cost.h: what it takes to compute a value again, or more than once, instead of storing it, in additions for
 * each of its elements.
 *
 * An operator's own cost stands in its row of operators.def. A stored value is written and read again, which
 * takes as long as 4 additions where it stays in the first cache, 11 in the second, some 90 from memory:
 *
 *     gcc -O3 -march=native -ffp-contract=off tools/cost.c -o cost && ./cost
 *
 * on a core of an AMD EPYC with gcc 12: 0.011 ns an addition; 0.045, 0.126 and 0.95 ns a value. The bounds
 * below lie where they do by how far apart a value is made and read. */
#ifndef GRADC_COST_H
#define GRADC_COST_H

#include "graph.h"

enum {
    TOO_EXPENSIVE = 1000, /* sums, products and whatever else is not element-wise */

    /* Values that may be computed again */
    CHEAP_FOR_EACH_USE = 1, /* beside each of its uses: in registers, of operands that are read in any case */
    CHEAP_OPERATOR = 4,     /* + - * and choices: as fast twice, or one element alone, as once in a vector */
    CHEAP_WHERE_READ = 8,   /* where it is read, instead of stored before: in the second cache, mostly */
    CHEAP_IN_ROUNDS = 16, /* in the rounds of a loop backwards, far behind the forward ones, instead of in all
                           * rounds' states; less than a sine */
    CHEAP_OF_ALL_PARTS = 48, /* in each stretch of up to six overlapping slices, which read each other's */
    WORK_OF_FUNCTION = 8,    /* of a function in a vector, beside what else threads share of a loop */
    EXPENSIVE_OPERATOR = 10  /* a function that is faster in vectors than element by element */
};

/* When a value is computed again. */
struct again {
    bool (*is_there)(const void *closure, const struct node *node, int depth); /* and so costs nothing */
    const void *closure;
    int limit; /* what costs more is not looked through further */
};

/* INDEX or RESHAPE: moves elements and computes nothing. */
bool is_view(const struct node *node);
/* A power whose exponent is a position along an axis that its base does not move with: a loop multiplies it
 * up. */
bool is_running_power(const struct node *node);
/* Of the operator alone; TOO_EXPENSIVE: neither element-wise nor a view. */
int cost_of_operator(const struct node *node);
/* Of the node, from what is there. */
int cost_again(const struct again *again, const struct node *node);

#endif
