/* sparse.h: sparse Jacobians: their values, from as few sweeps as their pattern allows. */
#ifndef GRADC_SPARSE_H
#define GRADC_SPARSE_H

#include "differentiate.h"
#include "pattern.h"

/* A sparse Jacobian, and the constants that computing it reads. */
struct sparse {
    struct pattern *pattern;
    bool is_too_large;    /* for 32-bit positions */
    struct node *values;  /* [pattern->count]; NULL if there are none */
    struct node *colours; /* an INT leaf, of the shape of what is seeded: NULL if one sweep suffices */
    int32_t *colour_table;
    struct node
        *slots; /* an INT leaf [pattern->count]: where the values stand in the sweeps; NULL if in order */
    int32_t *slot_table;
};

/* dy/dx; name: of the leaves, "dy_dx". All sizes must be numbers. is_lower: on and below the diagonal only.
 */
struct sparse sparse_jacobian(struct graph *graph, const struct derivatives *derivatives, struct node *y,
                              struct node *x, const char *name, bool is_lower);

/* What the header calls the pattern of a member: F_DY_DX_NNZ, f_dy_dx_rowptr, f_dy_dx_cols, f_dy_dx_rows. */
struct pattern_names {
    const char *count, *starts, *columns, *rows;
};
struct pattern_names pattern_names(struct arena *arena, const struct function *function,
                                   const struct member *member);

const char *upper_case(struct arena *arena, const char *text);

#endif
