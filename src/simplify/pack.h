/* pack.h: operands of contractions that are stored as matrices before the runtime multiplies them. */
#ifndef GRADC_PACK_H
#define GRADC_PACK_H

#include "graph.h"

enum kind { SUMMED, OWN, BATCH }; /* in both operands; in x and y; in all three */

/* An operand of a contraction, and what its axes are there. */
struct operand {
    const struct node *contract, *x, *other;
    const signed char *axes, *other_axes;
    enum kind kinds[MAXIMUM_RANK];
    double sizes[BATCH + 1]; /* elements along the axes of each kind, about */
    double readers;          /* of each element */
    bool is_packed;
};

/* ---- pack.c ---- */
/* Whether a position moves along an axis of the index space. */
bool moves(const struct affine *affine, int axis);

/* Each answers whether to store the operand as a matrix, and of which kind its columns then are. */
/* ---- pack_windows.c ---- */
bool pack_windows(const struct operand *operand, enum kind *columns);
/* ---- pack_transposed.c ---- */
bool pack_transposed(const struct operand *operand, enum kind *columns);

#endif
