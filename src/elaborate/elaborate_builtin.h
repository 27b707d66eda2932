/* elaborate_builtin.h: the arguments of a call of a builtin, and the handlers in other files. */
#ifndef GRADC_ELABORATE_BUILTIN_H
#define GRADC_ELABORATE_BUILTIN_H

#include "elaborator.h"

struct more_argument {
    struct value value;
    struct span span;
};

struct builtin_call {
    const struct builtin *builtin;
    const struct expression *call;
    struct span span, name_span;
    struct value values[8]; /* one for each parameter of the table's row */
    struct span spans[8];
    bool given[8];
    struct more_argument *more; /* those after the named ones of a variadic builtin */
    size_t more_count, more_capacity;
    bool is_overfull; /* which has been told of */
};

struct builtin {
    const char *name;
    const char *parameters; /* "x axis? ...": `?` optional, `...` any number more; axis and keepdims go by
                               name only */
    const char *usage;      /* for messages */
    struct value (*handler)(struct elaborator *e, struct builtin_call *call);
    enum op op; /* what it mainly makes */
};

/* An argument as a node; NULL after reporting. */
struct node *argument_real(struct elaborator *e, struct builtin_call *c, int i);
struct node *argument_node(struct elaborator *e, struct builtin_call *c, int i);

/* axis = a number, a list of numbers, or nothing for all: a bit for each axis. */
bool read_axes(struct elaborator *e, const struct builtin_call *c, int argument, int rank, unsigned *axes);
bool read_keepdims(struct elaborator *e, const struct builtin_call *c, int argument, bool *keep);

/* elaborate_shape.c */
struct value shape_reshape(struct elaborator *e, struct builtin_call *c);
struct value shape_broadcast(struct elaborator *e, struct builtin_call *c);
struct value shape_transpose(struct elaborator *e, struct builtin_call *c);
struct value shape_concat(struct elaborator *e, struct builtin_call *c);
struct value shape_stack(struct elaborator *e, struct builtin_call *c);
struct value shape_flip(struct elaborator *e, struct builtin_call *c);
struct value shape_roll(struct elaborator *e, struct builtin_call *c);
struct value shape_tile(struct elaborator *e, struct builtin_call *c);
struct value shape_pad(struct elaborator *e, struct builtin_call *c);
struct value shape_zeros(struct elaborator *e, struct builtin_call *c);
struct value shape_ones(struct elaborator *e, struct builtin_call *c);
struct value shape_full(struct elaborator *e, struct builtin_call *c);
struct value shape_range(struct elaborator *e, struct builtin_call *c);
struct value shape_diag(struct elaborator *e, struct builtin_call *c);
struct value shape_pick(struct elaborator *e, struct builtin_call *c);
struct value shape_scatter_add(struct elaborator *e, struct builtin_call *c);
struct value shape_cumsum(struct elaborator *e, struct builtin_call *c);

/* elaborate_linear.c */
struct value linear_solve(struct elaborator *e, struct builtin_call *c);
struct value linear_solve_tril(struct elaborator *e, struct builtin_call *c);
struct value linear_solve_triu(struct elaborator *e, struct builtin_call *c);
struct value linear_as_columns(struct elaborator *e, struct builtin_call *c);
struct value linear_as_given(struct elaborator *e, struct builtin_call *c);
struct value linear_inverse(struct elaborator *e, struct builtin_call *c);
struct value linear_cholesky(struct elaborator *e, struct builtin_call *c);
struct value linear_determinant(struct elaborator *e, struct builtin_call *c);
struct value linear_lu_determinant(struct elaborator *e, struct builtin_call *c);
struct value linear_routine(struct elaborator *e, struct builtin_call *c);
struct value linear_unpack_tril(struct elaborator *e, struct builtin_call *c);
struct value linear_pack_tril(struct elaborator *e, struct builtin_call *c);

/* elaborate_library_builtin.c: for the library's own use */
struct value shape_split_last(struct elaborator *e, struct builtin_call *c);
struct value shape_all_axes_but(struct elaborator *e, struct builtin_call *c);
struct value shape_floor_divide(struct elaborator *e, struct builtin_call *c);
struct value shape_align(struct elaborator *e, struct builtin_call *c);
struct value shape_halved(struct elaborator *e, struct builtin_call *c);
struct value shape_no_places(struct elaborator *e, struct builtin_call *c);
struct value shape_merge_last(struct elaborator *e, struct builtin_call *c);
struct value shape_axis_first(struct elaborator *e, struct builtin_call *c);
struct value shape_axis_back(struct elaborator *e, struct builtin_call *c);
struct value shape_part_beside(struct elaborator *e, struct builtin_call *c);
struct value shape_axes_first(struct elaborator *e, struct builtin_call *c);
struct value shape_axes_reduced(struct elaborator *e, struct builtin_call *c);

#endif
