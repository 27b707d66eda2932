/* graph_internal.h: what the constructors of the graph (graph.c, graph_*.c) share. Nobody else includes it.
 */
#ifndef GRADC_GRAPH_INTERNAL_H
#define GRADC_GRAPH_INTERNAL_H

#include "graph.h"

/* ---- graph.c ---- */

/* The node equal to the candidate, made if there is none yet. The candidate's id, name and origin are
 * ignored; its arrays are copied. Commutative operators are equal in either order of their operands. */
struct node *graph_intern(struct graph *graph, const struct node *candidate);
/* The equal node, or NULL. */
struct node *graph_find(struct graph *graph, const struct node *candidate);
/* A node that is equal to no other. */
struct node *graph_append(struct graph *graph, const struct node *candidate);
/* The axes of the space that the subscripts run over; how many subscripts. 0 without subscripts. */
int node_space_rank(const struct node *node);
int node_subscript_count(const struct node *node);

/* ---- graph_view.c ---- */

/* Subscripts under construction: on the stack, all coefficients there, NULL for 0. */
struct view {
    int count; /* subscripts */
    int rank;  /* of the index space */
    size **shape;
    struct affine subscripts[MAXIMUM_RANK];
    size *coefficients[MAXIMUM_RANK][MAXIMUM_RANK];
    struct node *dynamics[MAXIMUM_RANK];
    int dynamic_count;
};

/* All subscripts 0 over an index space. */
void view_begin(struct graph *graph, struct view *view, int count, int rank, size *const *shape);
/* The given subscripts in canonical form: no zero coefficients, none along axes of length 1, no constant
 * dynamics. */
void view_load(struct graph *graph, struct view *view, int count, int rank, size *const *shape,
               const struct affine *subscripts, struct node *const *dynamics, int dynamic_count);
void view_of_node(struct graph *graph, struct view *view, const struct node *node);
/* Sets subscript to 1 * axis. */
void view_set_axis(struct graph *graph, struct view *view, int subscript, int axis);
/* The axis that the subscript follows with coefficient 1 from 0 over its whole length; -1 if it does not. */
int view_plain_axis(const struct view *view, int subscript, const size *extent);
/* Whether subscripts and index space correspond one to one: then inverse reads by target what the view wrote.
 */
bool view_invert(struct graph *graph, const struct view *view, size *const *target_shape,
                 struct view *inverse);
/* Whether every position of the view lies within the shape, provably. */
bool view_is_inside(struct graph *graph, const struct view *view, size *const *shape);
/* Whether no position of the view lies within the shape, provably. */
bool view_is_outside(struct graph *graph, const struct view *view, size *const *shape);
/* inner(outer(i)): with outer of the rank of inner's space. False if the composition is no view. Dynamic
 * inputs: of one of the two at most; those of outer keep their numbers. */
bool view_compose(struct graph *graph, const struct view *inner, const struct view *outer, struct view *out);
/* Of an axis of length 1 there is one place, whatever number the run gives it: that this is 0 is judged
 * elsewhere. */
void view_settle_single_places(struct graph *graph, struct view *view, size *const *target_shape);
/* x[outer(i)] for an INDEX x as one view of x's source, if it is one. */
bool view_compose_index(struct graph *graph, const struct node *x, const struct view *outer, bool *fill,
                        struct view *out);

/* ---- graph_index.c ---- */

/* The INDEX of x that the view says, without looking at x. */
struct node *view_intern_index(struct graph *graph, struct node *x, const struct view *view, bool fill);

/* ---- graph_variation.c ---- */

/* Gives up where a node would have more axes than MAXIMUM_RANK. */
void require_rank(int rank);
/* x with axes inserted at the given places of a larger shape, along which it does not vary. */
struct node *graph_expand(struct graph *graph, struct node *x, unsigned axes, int rank, size *const *shape);
unsigned node_all_axes(const struct node *node);

/* ---- graph_truth.c ---- */

/* What a and b, or a or b, is in fewer operations; NULL: not known. */
struct node *graph_simplify_logical(struct graph *graph, enum op op, struct node *a, struct node *b);
/* The same of if c then a else b where one of the two is a choice. */
struct node *graph_simplify_choice(struct graph *graph, struct node *c, struct node *a, struct node *b);

/* ---- graph_contract.c ---- */

/* The CONTRACT that sum(p * q) over the axes is, or NULL if it is no matrix product. */
struct node *graph_try_contract(struct graph *graph, struct node *p, struct node *q, unsigned axes);
/* CONTRACT with its axes in another order: axis order[a] of y becomes axis a. */
struct node *graph_permute_contract(struct graph *graph, const struct node *contract, const int *order);
/* CONTRACT summed over some of its axes. */
struct node *graph_sum_contract(struct graph *graph, const struct node *contract, unsigned axes);

#endif
