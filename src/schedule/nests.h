/* nests.h: making nests, for schedule.c. */
#ifndef GRADC_NESTS_H
#define GRADC_NESTS_H

#include "program.h"

/* A buffer for the node, or scratch space (NULL). */
struct buffer *buffer_new(struct program *program, struct node *node);

/* ---- Parts of a nest ---- */
struct nest *nest_new(struct program *program, enum nest_kind kind, struct node *node, struct buffer *target);
/* The iteration axes are those of a shape, and so are the target's; there is room for some more. */
void nest_set_axes(struct program *program, struct nest *nest, int rank, size *const *shape, int more);
void nest_add_loop(struct nest *nest, int axis); /* inside those added before */
/* Whose pointers decide whether it runs: ALWAYS_WANTED where that is not worth a test. */
guard nest_guard(const struct program *program, guard wanted);
/* Completes a nest whose axes and loops are set, and puts it last into the body of the root or a region. */
void nest_put(struct program *program, struct nest *nest, struct item *container);

/* ---- Whole nests ---- */
void put_elementwise(struct program *program, struct nest *nest, int rank, size *const *shape,
                     struct item *container);
/* target = node's value, or zeros. */
struct nest *put_copy(struct program *program, struct node *node, struct buffer *target,
                      const struct node *like, bool alone, struct item *container);
void put_reduction(struct program *program, struct node *node, struct item *container);
void put_scan(struct program *program, struct node *node, struct item *container);
/* target = or += scale * the contraction; adding and scaling only as a call. */
struct product *product_of(struct program *program, const struct node *node);
void put_contraction(struct program *program, struct node *node, struct product *product,
                     struct buffer *target, const struct scale *scale, bool adds, struct item *container);
void put_call(struct program *program, struct node *node, struct item *container);
/* target[A i + b + k[i]] = or += operand[i], perhaps as the first, among zeros */
enum storing { STORES, ADDS, STORES_INTO_ZEROS, ADDS_TO_ZEROS };
struct nest *put_scatter(struct program *program, struct node *scatter, struct node *operand,
                         struct buffer *target, enum storing storing, struct item *container);
/* Adds up the parts of the sum `node`; is_there by id: products that have been put early. */
void put_sum_of_parts(struct program *program, struct node *node, const bool *is_there,
                      struct item *container);
/* A product that can be put before the sum that it is a part of. */
struct early_part {
    const struct node *sum; /* NULL: none */
    const struct part *part;
};
/* Notes such products of the sum, by their ids: all, if nothing comes before products in it. */
void find_early_parts(struct program *program, struct node *whole, struct early_part *early);
/* Puts the product into the caller's memory; false: the sum is stored elsewhere, and the product has to come
 * with it. */
bool put_early_part(struct program *program, const struct early_part *early, struct item *container);

/* ---- branches.c ---- */
/* Whether they are the two sides of an `if`. */
bool are_opposite_sides(const struct loop *first, const struct loop *second);
/* Finds the branches within the region that run where the ones before them do not. */
void pair_branches(struct item *parent);

/* ---- block.c ---- */
typedef void visit_stretch(struct program *program, struct nest **nests, size_t count);
/* The nests of a body between two regions, or ways out of a loop, and those of the bodies inside: each with
 * its turn in its stretch. */
void visit_stretches(struct program *program, struct item *container, visit_stretch *visit);

/* ---- sink_nests.c ---- */
/* Values that functions in vectors are computed of come to stand just before the first nest that reads them.
 */
void sink_nests(struct program *program);

#endif
