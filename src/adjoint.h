/* adjoint.h: what the files of differentiation (differentiate.c, adjoint_*.c) share. Nobody else includes it. */
#ifndef GRADC_ADJOINT_H
#define GRADC_ADJOINT_H

#include "derivatives.h"
#include "region.h"

/* The adjoint of a node: value where mask holds, exactly 0 elsewhere, whatever value is there. A choice adds its
 * condition to the mask instead of multiplying by 0, so that an infinite derivative on the side that was not taken
 * never meets that 0. mask NULL: value everywhere. */
struct adjoint {
    struct node *value; /* NULL: 0 */
    struct node *mask;  /* BOOL, of the same shape */
};

/* One reverse sweep. */
struct sweep {
    struct graph *graph;
    const struct derivatives *derivatives;
    size_t count;            /* nodes that existed when it began; arrays below are indexed by their ids */
    unsigned char *active;   /* whether the node depends on a wrt and leads to an output */
    struct adjoint *adjoints;
    struct adjoint **results; /* for a LOOP: the adjoints of its RESULTs */
    struct node **customs;    /* active CUSTOM nodes */
    size_t customs_count, customs_capacity;
};

/* ---- differentiate.c ---- */
bool is_active(const struct sweep *sweep, const struct node *node);
/* Adds to the adjoint of `to`; nothing if it is not active or value is NULL or 0. */
void contribute(struct sweep *sweep, struct node *to, struct node *value, struct node *mask);
/* The value with zeros where the mask does not hold; NULL for no adjoint. */
struct node *adjoint_value(struct graph *graph, struct adjoint adjoint);
/* Which of the first `count` nodes depend on a wrt by a path that a gradient takes: sets the bytes, by id, of nodes
 * with reached[id]; those of the wrt are 1 already. */
void spread_activity(const struct graph *graph, const unsigned char *reached, size_t count,
                     unsigned char *active);

/* ---- adjoint_structure.c: y is the node, d its adjoint ---- */
void adjoint_of_index(struct sweep *sweep, struct node *y, struct adjoint d);
void adjoint_of_scatter(struct sweep *sweep, struct node *y, struct adjoint d);
void adjoint_of_replace(struct sweep *sweep, struct node *y, struct adjoint d);
void adjoint_of_reshape(struct sweep *sweep, struct node *y, struct adjoint d);

/* ---- adjoint_reduction.c ---- */
void adjoint_of_sum(struct sweep *sweep, struct node *y, struct adjoint d);
void adjoint_of_product(struct sweep *sweep, struct node *y, struct adjoint d);
void adjoint_of_extremum(struct sweep *sweep, struct node *y, struct adjoint d);
void adjoint_of_contract(struct sweep *sweep, struct node *y, struct adjoint d);
void adjoint_of_cumsum(struct sweep *sweep, struct node *y, struct adjoint d);

/* ---- adjoint_factorisation.c ---- */
void adjoint_of_cholesky(struct sweep *sweep, struct node *y, struct adjoint d);
void adjoint_of_solve_triangular(struct sweep *sweep, struct node *y, struct adjoint d);
void adjoint_of_lu_solve(struct sweep *sweep, struct node *y, struct adjoint d);
void adjoint_of_determinant(struct sweep *sweep, struct node *y, struct adjoint d);

/* ---- adjoint_custom.c ---- */
void adjoint_of_custom(struct sweep *sweep, struct node *y);

/* ---- adjoint_loop.c ---- */
bool loop_is_active(const struct graph *graph, struct loop *loop, const unsigned char *active);
bool loop_result_is_active(const struct graph *graph, const struct node *result, const unsigned char *active);
void adjoint_of_loop(struct sweep *sweep, struct node *loop);

#endif
