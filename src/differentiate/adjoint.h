/* adjoint.h: what the files of differentiation (differentiate.c, adjoint_*.c) share. Nobody else includes it.
 */
#ifndef GRADC_ADJOINT_H
#define GRADC_ADJOINT_H

#include "derivatives.h"
#include "region.h"

/* The adjoint of a node: value where mask holds, exactly 0 elsewhere, whatever value is there. A choice adds
 * its condition to the mask instead of multiplying by 0, so that an infinite derivative on the side that was
 * not taken never meets that 0. mask NULL: value everywhere. */
struct adjoint {
    struct node *value; /* NULL: 0 */
    struct node *mask;  /* BOOL, of the same shape */
    bool is_exact;      /* value is 0 itself where the mask does not hold */
};

/* Whether a node depends on a wrt. */
enum activity {
    INACTIVE,
    ACTIVE,
    ACTIVE_WRT, /* a wrt that may itself depend on others */
    ACTIVE_END  /* a wrt that the sweep does not go beyond */
};

/* One reverse sweep. */
struct sweep {
    struct graph *graph;
    const struct derivatives *derivatives;
    size_t count;                /* nodes that existed when it began; arrays below are indexed by their ids */
    struct node *const *between; /* what it goes through, ascending */
    size_t between_count;
    unsigned char *active; /* enum activity */
    unsigned char *steep;  /* whether an infinite derivative may lie beyond; found on first demand */
    struct adjoint *adjoints;
    struct adjoint **results; /* for a LOOP: the adjoints of its RESULTs */
    struct node **customs;    /* active CUSTOM nodes */
    size_t customs_count, customs_capacity;
};

/* ---- differentiate.c ---- */
bool is_active(const struct sweep *sweep, const struct node *node);
/* Whether a derivative beyond the node, on the way to a wrt, may be infinite: then a 0 must be a mask's. */
bool is_steep(struct sweep *sweep, const struct node *node);
/* Adds to the adjoint of `to`; nothing if it is not active or value is NULL or 0. */
void contribute(struct sweep *sweep, struct node *to, struct node *value, struct node *mask);
/* The same, of a value that is 0 itself where the mask does not hold. */
void contribute_exact(struct sweep *sweep, struct node *to, struct node *value, struct node *mask);
/* The same for a value that may be a choice with 0 on one side, which becomes a mask where beyond `to` an
 * infinite derivative may lie. */
void contribute_choice(struct sweep *sweep, struct node *to, struct node *value, struct node *mask);
/* The value with zeros where the mask does not hold; NULL for no adjoint. */
struct node *adjoint_value(struct graph *graph, struct adjoint adjoint);
/* Whether a gradient can come down to the node from a wrt, given the active bytes of what it needs. */
bool takes_part(const struct graph *graph, const struct node *node, unsigned char *active);
/* differentiate, only through the nodes `between`, which ascend, and not beyond the wrt. adjoints[i] is NULL
 * where nothing depends on wrt[i]; where masks[i] does not hold, it is 0 whatever lies beyond; masks may be
 * NULL. */
void differentiate_between(struct graph *graph, const struct derivatives *derivatives,
                           struct node *const *between, size_t between_count, struct node *const *outputs,
                           struct node *const *seeds, size_t output_count, struct node *const *wrt,
                           size_t wrt_count, struct node **adjoints, struct node **masks);

/* ---- tangent.c ---- */
/* If all that reaches the LOOP from the wrt of the sweep goes through one number: contributes to that number
 * by a loop that carries tangents, and keeps nothing of its rounds. Else false. */
bool adjoint_by_tangents(struct sweep *sweep, struct node *loop);

/* ---- infinite_derivatives.c ---- */
/* By id, of what the sweep goes through: whether the node, or one that it is computed from on the way from a
 * wrt, may have an infinite derivative. To be freed. */
unsigned char *find_steep(const struct sweep *sweep);
/* The same of any node, whether on the way from a wrt or not. */
bool is_steep_anywhere(struct graph *graph, const struct node *node);

/* ---- adjoint_read.c ---- */
/* Of an INDEX: which elements of its input it reads; NULL: all, as far as it matters. False: that must be
 * found by scattering. */
bool read_mask(struct graph *graph, const struct node *y, struct node **mask);

/* ---- adjoint_structure.c: y is the node, d its adjoint ---- */
void adjoint_of_index(struct sweep *sweep, struct node *y, struct adjoint d);
void adjoint_of_scatter(struct sweep *sweep, struct node *y, struct adjoint d);
void adjoint_of_replace(struct sweep *sweep, struct node *y, struct adjoint d);
void adjoint_of_reshape(struct sweep *sweep, struct node *y, struct adjoint d);
/* Where the sum of the ones of a mask is positive, one of them was set. */
struct node *positive(struct graph *graph, struct node *sum);

/* ---- adjoint_reduction.c ---- */
/* d, of the axes of x that are not in `axes`, repeated along those that are; NULL for NULL. */
struct node *spread(struct graph *graph, struct node *d, const struct node *x, unsigned axes);
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
void adjoint_of_routine(struct sweep *sweep, struct node *y, struct adjoint d);

/* ---- adjoint_custom.c ---- */
void adjoint_of_custom(struct sweep *sweep, struct node *y);

/* ---- adjoint_radial.c ---- */
/* The value, the gradient of what is computed from y = |x| by x, where d is that by y: d x / y, 0 at x = 0.
 */
struct node *adjoint_radial(struct graph *graph, struct node *value, struct node *d, struct node *x,
                            struct node *y);
/* Of a CUSTOM node whose rule is one of these. */
void adjoint_of_radial(struct sweep *sweep, struct node *node);

/* ---- adjoint_root.c ---- */
/* Of y, if it is the square root of a sum of squares: contributes to these, as a norm does. */
bool adjoint_of_root(struct sweep *sweep, struct node *y, struct adjoint d);
/* Whether the node is a sum of squares, `depth` nodes below the first that was asked about. */
bool is_sum_of_squares(const struct node *node, int depth);
/* If y is another root of a sum of squares: where its first operand gets an adjoint at all; else NULL. */
struct node *root_mask(struct graph *graph, const struct node *y);

/* ---- adjoint_loop.c ---- */
bool loop_is_active(const struct graph *graph, struct loop *loop, unsigned char *active);
bool loop_result_is_active(const struct graph *graph, const struct node *result, unsigned char *active);
void adjoint_of_loop(struct sweep *sweep, struct node *node);
/* Sets the active bytes of the carried values and of what is inside; those of the captures must be right. A
 * carried value takes part if its start or its step does, which its being carried may make true. */
void activate_inside(const struct graph *graph, struct loop *loop, unsigned char *active);
void deactivate_inside(const struct graph *graph, struct loop *loop, unsigned char *active);

/* ---- adjoint_sums.c ---- */
/* A term of an adjoint that a backward loop would accumulate: a product of two values, of which the loop
 * collects `first` and the one after it instead. */
struct product_term {
    struct node *product; /* CONTRACT, or MUL of two broadcasts, over nodes of the body */
    bool is_negative;
    size_t wrt; /* for the caller: whose adjoint it is a term of */
    int first;  /* for the caller: which of the loop's collected values its left operand is */
};
struct product_terms {
    struct product_term *terms;
    size_t terms_count, terms_capacity;
};
/* Moves the terms of `adjoint` that are such products to the list; returns the rest, NULL if there is none.
 */
struct node *split_products(struct graph *graph, const struct loop *loop, struct node *adjoint, size_t wrt,
                            struct product_terms *list);
/* The two values to be collected for a term. */
struct node *product_operand(const struct product_term *term, int which);
/* The sum of the term over all rounds of the LOOP that has collected its operands. */
struct node *sum_over_rounds(struct graph *graph, struct node *loop, const struct product_term *term);

/* ---- adjoint_states.c ---- */
/* Whether the adjoint of the loop keeps few states and runs segments of its rounds again. */
bool runs_in_segments(const struct loop *loop);
/* The LOOP `backward`, whose body is written over the nodes inside the LOOP `forward`, with these replaced by
 * what can be had in the backward rounds: values that an augmented copy of `forward` collects. */
struct node *backward_loop(struct graph *graph, const struct node *forward, struct loop *backward);

#endif
