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
    bool *is_carried;        /* by id: a PLACEHOLDER that a LOOP carries */
    size_t count;            /* of nodes in the graph as it was */
    size_t made;             /* elements so far */
};

/* ---- scalarise.c ---- */
/* What stands for a node as a whole. */
struct node *scalariser_whole(struct scalariser *scalariser, struct node *node);

/* ---- scalarise_element.c ---- */
/* The number of elements of a short tensor: few along each axis and few in all; 0 if it is longer. */
size_t short_count(const struct node *node);
bool is_plain(const struct scalariser *scalariser, const struct node *node);
/* Whether a node is better computed element by element. */
bool can_be_split(const struct scalariser *scalariser, const struct node *node);
/* Element number `flat`, in row-major order, of a node that can be split. */
struct node *split_element(struct scalariser *scalariser, struct node *node, size_t flat);
/* The scalar at this place of a fixed tensor, split or not. */
struct node *element_at(struct scalariser *scalariser, struct node *node, const int64_t *at);
/* From the number in row-major order to the place. */
void place_of_element(const struct node *node, size_t flat, int64_t *at);

#endif
