/* scalarise.h: short tensors of fixed size as their elements. */
#ifndef GRADC_SCALARISE_H
#define GRADC_SCALARISE_H

#include "graph.h"

struct scalariser {
    struct graph *graph;
    struct node **whole;     /* by id: what stands for the node; NULL: only its elements do, so far */
    struct node ***elements; /* by id: of a node that is split, its elements in row-major order */
    int **places;            /* by id, of a LOOP that was made anew: where its results are now */
    bool *is_plain;          /* by id: see is_plain() */
    unsigned char *known;    /* by id: see known_depth() */
    bool *is_carried;        /* by id: a PLACEHOLDER that a LOOP carries */
    size_t count;            /* of nodes in the graph as it was */
    size_t made;             /* elements so far */
    size_t tried;            /* elements made to see whether a tensor is sparse */
};

/* ---- scalarise.c ---- */
/* What stands for a node as a whole. */
struct node *scalariser_whole(struct scalariser *scalariser, struct node *node);

static inline bool is_split(const struct scalariser *scalariser, const struct node *node)
{
    return scalariser->elements[node->id] != NULL;
}

/* ---- scalarise_choice.c ---- */
/* The number of elements of a short tensor: few along each axis and few in all; 0 if it is longer. */
size_t short_count(const struct node *node);
/* That of a small one, which short ones may be put into. */
size_t small_count(const struct node *node);
bool is_plain(const struct scalariser *scalariser, const struct node *node);
unsigned char known_depth(const struct scalariser *scalariser, const struct node *node);
/* y[i] = x[A i + b] with numbers in A and b: which element it is, is known now. */
bool is_numbered_view(const struct node *node);
/* A view of elements that have been split, itself split or not. */
bool is_view_of_split(const struct scalariser *scalariser, const struct node *node);
/* Whether a node is better computed element by element. */
bool can_be_split(const struct scalariser *scalariser, const struct node *node);
/* Whether a node that is not short may be worth splitting because of the constants among its elements, such
 * as an adjoint of unit seeds; it is if at most so many of its `count` elements are others. */
bool may_be_sparse(const struct scalariser *scalariser, const struct node *node);
size_t most_others(size_t count);

/* ---- scalarise_element.c ---- */
/* The elements, in row-major order, of a node that can be split; false, and not all of them, if more than
 * `most` are no constants. */
bool split_elements(struct scalariser *scalariser, struct node *node, size_t most, struct node **elements);
/* Whether at least half of the products of a contraction have a factor that is 0 by its place, and not many
 * are left. */
bool has_few_products(struct scalariser *scalariser, struct node *node);
/* The scalar at this place of a fixed tensor, split or not. */
struct node *element_at(struct scalariser *scalariser, struct node *node, const int64_t *at);
/* From the number in row-major order to the place. */
void place_of_element(const struct node *node, size_t flat, int64_t *at);
/* Of a tensor of fixed extents. */
size_t element_count(const struct node *node);
int64_t extent_of(const struct node *node, int axis);
/* offset + sum of coefficients * at, if it is a number. */
bool subscript_at(const struct affine *affine, int rank, const int64_t *at, int64_t *position);

#endif
