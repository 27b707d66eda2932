/* cost.h: what things take, and all bounds between the ways in which they can be done.
 *
 * The unit is an addition, for each element of a value.
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
    EXPENSIVE_OPERATOR = 10, /* a function that is faster in vectors than element by element */

    /* Kept values of rounds that may be computed again beside matrix products */
    AGAIN_OF_PRODUCTS = 5,    /* in all so many times less than the forward products */
    FEWER_INSTEAD = 8,        /* what is kept for one instead: so many times less than it is */
    CHEAP_BESIDE_PRODUCT = 64 /* for each element */
};

/* ---- Sizes ---- */

enum {
    UNKNOWN_LENGTH =
        1000,           /* what a size that is not known is taken for: that of an axis that loops go along, */
    UNKNOWN_WIDTH = 64, /* and any other; each name of a size in what is compared with others */
    UNKNOWN_LABEL = 256 /* where the order of products is chosen */
};
/* A size, as a number in any case. */
double about(const size *extent, int unknown);
/* What it would be if each size in it that is not known were this number. */
int64_t about_of_atoms(const size *a, int64_t unknown);
/* All elements of a node, without those along one axis; -1: none. */
double elements_about(const struct node *node, int without);

/* ---- Loops ---- */

enum {
    /* Sums, maxima and minima that one variable collects can be formed in parts, which vectorise: in a loop
     * that is not too short, behind a few values that it computes first. */
    SHORTEST_IN_PARTS = 16,
    MOST_VALUES_BEFORE_SUM = 3,
    SHORTEST_OF_SUMS = 64, /* several sums at once: each has its parts in memory */
    MOST_SUMS = 16,
    STORED_FOR_SUM = 8, /* so long a sum has its terms stored first if they call functions that vectorise */
    SMALL_NEST = 2048,  /* rounds of a nest that touches nothing beyond the nearest cache */
    SHORTEST_INNER = 8, /* rounds inside that are better made side by side with those of other rounds */
    WORTH_THREADS = 1 << 15, /* as in gradc.h: the least work that threads share */
    WORK_OF_MOVING = 16      /* an element from one core to another, at the least: bench/threads.sh gmm */
};

/* ---- Matrix products: loops are better up to and including these ---- */

enum {
    SMALL_MATVEC = 256,  /* products in a matrix-vector product */
    SHORT_SUM = 8,       /* and what each of its elements sums */
    NEAR_MATRIX = 64,    /* rows and columns, if they are known */
    SMALL_MATMUL = 1024, /* products in a matrix product */
    SMALL_SIDE = 64,     /* and elements of any of its matrices */
    SHORT_ROW = 4        /* elements of y side by side */
};

/* ---- Operands of products that are stored as matrices first ---- */

enum {
    FEWEST_ROUNDS = 4,      /* of a loop that goes on with the copy */
    FEWEST_TRANSPOSED = 16, /* rows and columns of a matrix of which the runtime copies parts */
    FEWEST_WINDOWED = 8     /* of sliding windows: readers of each copied element, what is summed, places */
};

/* ---- Blocks of rows ---- */

enum {
    BLOCK_OF_ROWS = 64,     /* rows of a block, */
    FEWEST_ROWS = 4,        /* or fewer, if that is what the cache takes, */
    REPEATED_IN_BLOCKS = 4, /* and what each block repeats is so many times less than what blocks save */
    CACHED = 1 << 15,       /* elements that stay in the cache without blocks */
    MEMORY = 2              /* what reading from memory costs, where reading from the cache costs 1 */
};

/* ---- Computing again ---- */

/* When a value is computed again. */
struct again {
    bool (*is_there)(const void *closure, const struct node *node, int depth); /* and so costs nothing */
    const void *closure;
    int limit;     /* what costs more is not looked through further */
    bool scatters; /* elements are moved to other places, too, for nothing */
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
