/* masked.h: values that are 0 where positions differ, `if i == j then x else 0`: reading and writing them,
 * and putting in what their conditions determine. For rewrite_one_hot.c and scatter_diagonals.c. */
#ifndef GRADC_MASKED_H
#define GRADC_MASKED_H

#include "rewrites.h"

enum { MOST_EQUATIONS = 6, AXES = 2 * MAXIMUM_RANK };

/* The value where all positions are 0 and `rest` holds, else 0. */
struct masked {
    struct node *value;
    struct node *positions[MOST_EQUATIONS]; /* INT IOTAs over the axes of the value */
    int count;
    struct node *rest; /* BOOL; NULL: true */
};

enum { MOST_TERMS = 8 };

struct terms {
    struct masked terms[MOST_TERMS];
    int count;
    bool has_merged; /* some had one condition */
};

/* An axis that an equation determines: its position is an affine function of those along the other axes. */
struct solution {
    int axis, equation;
    size *offset, *coefficients[AXES]; /* NULL at the axis itself */
};

/* Read with fill where a subscript may be outside. */
struct reading {
    int rank;
    size *shape[AXES];
    struct affine *subscripts;
    struct node *inside; /* BOOL over the reading's axes; NULL: always */
};

void read_condition(struct graph *graph, struct node *c, struct masked *masked);
/* Reads the node as a masked value; false if it is none. */
bool read_masked(struct graph *graph, struct node *node, struct masked *masked);
struct node *write_masked(struct graph *graph, const struct masked *masked);
/* Reads the node as a sum of masked values; false if it is none. */
bool read_masked_terms(struct graph *graph, struct node *node, struct terms *terms);
/* sum may be NULL: 0 */
struct node *add_to_sum(struct graph *graph, struct node *sum, struct node *x);
/* The position along `axis` from the equation, if its coefficient there is 1 or -1. */
bool solve_equation(const struct masked *masked, int equation, int axis, struct solution *solution);
bool involves_axes(const struct masked *masked, int equation, unsigned axes);
/* Adds to `inside` that subscript s is in [0, extent). */
void require_inside(struct graph *graph, struct reading *reading, int s, size *extent);
/* The masked value through the reading, without equation `without` (-1: with all). */
struct masked masked_through(struct graph *graph, const struct reading *reading, const struct masked *masked,
                             int without);
/* How a node of this shape is read with the solution put in: over the axes but the solved one. */
struct reading reading_of_solution(struct graph *graph, const struct node *node,
                                   const struct solution *solution);
/* y with a new axis, along which it is repeated. */
struct node *repeat_along(struct graph *graph, struct node *y, int axis, size *extent);
/* The axes behind one that is gone. */
unsigned without_axis(unsigned axes, int axis);
/* The axis of the index space at which a subscript stands alone with coefficient 1 or -1; -1: it is a number.
 * False otherwise. */
bool single_axis(const struct node *space, const struct affine *affine, int *axis, int64_t *sign);

#endif
