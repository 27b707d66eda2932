/* rewrites.h: the global rewrites of simplify, applied to each node as it is copied. */
#ifndef GRADC_REWRITES_H
#define GRADC_REWRITES_H

#include "graph.h"

struct rewriter {
    struct graph *graph;    /* where nodes are made */
    const int *source_uses; /* by id in the graph that is copied: how often a node is read */
    int *uses;              /* by id in `graph`; 0 for nodes that rewrites have made */
    size_t uses_capacity;
    const struct function *function; /* whose graph it is */
    const bool *is_concatenated;     /* by id in the graph that is copied: beside what has other places */
    const struct node *source;       /* of the node that is rewritten */
    bool is_for_loops; /* what is made will be C: elements that are computed twice may be better than stored
                          ones */
};

/* A better node of the same value as `copy`, which is the copy of `node`, or copy itself. closure: the
 * rewriter. */
struct node *rewrite(void *closure, const struct node *node, struct node *copy);

/* ---- rewrite_contract.c ---- */
struct node *rewrite_scalar_factor(struct rewriter *rewriter, struct node *y);
struct node *rewrite_chain(struct rewriter *rewriter, struct node *y);
struct node *rewrite_diagonal(struct rewriter *rewriter, struct node *y);
/* How often the node is read; 0 if that is not known. */
int rewriter_uses(const struct rewriter *rewriter, const struct node *node);

/* ---- rewrite_product_part.c ---- */
struct node *rewrite_part_of_product(struct rewriter *rewriter, struct node *y);
struct node *rewrite_product_of_part(struct rewriter *rewriter, struct node *y);

/* ---- rewrite_scattered_product.c ---- */
struct node *rewrite_scattered_product(struct rewriter *rewriter, struct node *y);

/* ---- rewrite_one_hot.c ---- */
struct node *rewrite_one_hot_factor(struct rewriter *rewriter, struct node *y);
struct node *rewrite_one_hot_power(struct rewriter *rewriter, struct node *y);
struct node *rewrite_one_hot_terms(struct rewriter *rewriter, struct node *y);
struct node *rewrite_one_hot_choice(struct rewriter *rewriter, struct node *y);
struct node *rewrite_one_hot_view(struct rewriter *rewriter, struct node *y);
struct node *rewrite_one_hot_scatter(struct rewriter *rewriter, struct node *y);
struct node *rewrite_one_hot_sum(struct rewriter *rewriter, struct node *y);
struct node *rewrite_one_hot_product(struct rewriter *rewriter, struct node *y);

/* ---- scatter_diagonals.c ---- */
/* What is to be stored, if it is 0 off some diagonals: zeros, and the diagonals added. Else y. */
struct node *scatter_diagonals(struct graph *graph, struct node *y);

/* ---- rewrite_concatenated.c ---- */
/* By id: the SCATTERs, and sums, that are terms of sums with a SCATTER of what is no choice. */
bool *find_concatenated(const struct graph *graph);
struct node *rewrite_negated_parts(struct rewriter *rewriter, struct node *y);
struct node *rewrite_scattered_rows(struct rewriter *rewriter, struct node *y);

/* ---- rewrite_reshaped.c ---- */
struct node *rewrite_reshaped_slice(struct rewriter *rewriter, struct node *y);
struct node *rewrite_batch_inwards(struct rewriter *rewriter, struct node *y);

/* ---- rewrite_chosen.c ---- */
struct node *rewrite_chosen_factor(struct rewriter *rewriter, struct node *y);
struct node *rewrite_chosen_sum(struct rewriter *rewriter, struct node *y);
struct node *rewrite_chosen_product(struct rewriter *rewriter, struct node *y);

/* ---- rewrite_part.c ---- */
struct node *rewrite_part(struct rewriter *rewriter, struct node *y);
struct node *rewrite_reshaped_round(struct rewriter *rewriter, struct node *y);

/* ---- rewrite_replace.c ---- */
struct node *rewrite_cleared_sum(struct rewriter *rewriter, struct node *y);
struct node *rewrite_replaced_by_itself(struct rewriter *rewriter, struct node *y);

/* ---- rewrite_overlap.c ---- */
struct node *rewrite_overlap(struct rewriter *rewriter, struct node *y);

#endif
