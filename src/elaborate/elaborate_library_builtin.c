/* elaborate_library_builtin.c: builtins for the library's own use: shapes whose rank its text does not know,
 * and arithmetic of sizes and ints that the language has no operator for. */
#include "elaborate_builtin.h"

#include <string.h>

/* [..., n] as [..., n/k, k]. */
struct value shape_split_last(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_real(e, c, 0);
    size *k = x ? as_size(e, c->values[1], c->spans[1], "the size of a group") : NULL;
    if (!k || !require_nonnegative(e, size_subtract(k, size_number(e->sizes, 1)), c->spans[1],
                                   "a group has at least one element"))
        return value_error();
    if (!x->rank || x->rank == MOST_AXES) {
        fail(e, c->spans[0], "groups along the last axis of %s", shape_text(e, x));
        return value_error();
    }
    size *shape[MAXIMUM_RANK], *groups = size_divide(x->shape[x->rank - 1], k);
    if (!groups || !require_whole(e, groups, c->spans[0])) {
        if (!groups)
            fail(e, c->spans[1], "%s does not divide the last axis of %s",
                 size_print(e->arena, k, SIZE_LANGUAGE), shape_text(e, x));
        return value_error();
    }
    memcpy(shape, x->shape, sizeof *shape * (size_t)x->rank);
    shape[x->rank - 1] = groups;
    shape[x->rank] = k;
    return value_node(graph_reshape(e->graph, x, x->rank + 1, shape));
}

struct value shape_all_axes_but(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_real(e, c, 0);
    int kept;
    if (!x || !as_axis(e, c->values[1], c->spans[1], x->rank, &kept))
        return value_error();
    struct value list = {.kind = VALUE_LIST, .items = ARENA_ARRAY(e->arena, struct value, x->rank)};
    for (int a = 0; a < x->rank; a++)
        if (a != kept)
            list.items[list.count++] = value_whole(e, a);
    return list;
}

/* A vector over the axis `kept` of `like`, with axes of length 1 behind it. */
struct value shape_align(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_real(e, c, 0), *other = x ? argument_real(e, c, 1) : NULL;
    int kept;
    if (!other || !as_axis(e, c->values[2], c->spans[2], other->rank, &kept))
        return value_error();
    if (x->rank == 1)
        for (int a = kept + 1; a < other->rank; a++)
            x = graph_insert_axis(e->graph, x, x->rank);
    return value_node(x);
}

/* floor(a / b) of sizes, as strides and windows round. */
struct value shape_floor_divide(struct elaborator *e, struct builtin_call *c)
{
    size *a = as_size(e, c->values[0], c->spans[0], "a size"),
         *b = a ? as_size(e, c->values[1], c->spans[1], "a stride") : NULL;
    if (!b ||
        !require_nonnegative(e, size_subtract(b, size_number(e->sizes, 1)), c->spans[1],
                             "a stride is at least 1") ||
        !require_nonnegative(e, a, c->spans[0], "the window is larger than what it moves over"))
        return value_error();
    return value_number(size_floor_divide(a, b));
}

/* k / 2 rounded down, of k >= 0. */
struct value shape_halved(struct elaborator *e, struct builtin_call *c)
{
    struct node *k = argument_node(e, c, 0);
    if (!k)
        return value_error();
    struct node *two = graph_broadcast(e->graph, graph_constant(e->graph, INT, 2), k->rank, k->shape);
    return value_node(graph_binary(e->graph, OP_QUOTIENT, k, two));
}

/* A 0 of type int for each element. */
struct value shape_no_places(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_real(e, c, 0);
    return value_node(x ? graph_broadcast(e->graph, graph_constant(e->graph, INT, 0), x->rank, x->shape)
                        : NULL);
}

struct value shape_merge_last(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_real(e, c, 0);
    if (!x)
        return value_error();
    size *shape[MAXIMUM_RANK];
    memcpy(shape, x->shape, sizeof *shape * (size_t)x->rank);
    shape[x->rank - 2] = size_multiply(shape[x->rank - 2], shape[x->rank - 1]);
    return value_node(graph_reshape(e->graph, x, x->rank - 1, shape));
}

/* The axes of a tensor, this one first. */
static void order_with_first(int rank, int axis, int *order)
{
    order[0] = axis;
    for (int a = 0; a < rank; a++)
        if (a != axis)
            order[a < axis ? a + 1 : a] = a;
}

/* The real part of a complex number as the imaginary one makes it by broadcasting, or the other way round. */
struct value shape_part_beside(struct elaborator *e, struct builtin_call *c)
{
    struct node *nodes[2] = {argument_real(e, c, 0), argument_real(e, c, 1)};
    if (!nodes[0] || !nodes[1] || !broadcast_together(e, nodes, c->spans, 2, c->name_span, "parts"))
        return value_error();
    return value_node(nodes[0]);
}

/* [n, m]: the axis, and all others as one. */
struct value shape_axis_first(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_real(e, c, 0);
    int axis, order[MAXIMUM_RANK];
    if (!x || !as_axis(e, c->values[1], c->spans[1], x->rank, &axis))
        return value_error();
    order_with_first(x->rank, axis, order);
    struct node *moved = graph_transpose(e->graph, x, order);
    size *shape[2] = {moved->shape[0], size_product(e->sizes, moved->rank - 1, moved->shape + 1)};
    return value_node(graph_reshape(e->graph, moved, 2, shape));
}

/* The inverse: rows [k, m] in the shape of `like`, whose axis then has k elements. */
struct value shape_axis_back(struct elaborator *e, struct builtin_call *c)
{
    struct node *rows = argument_node(e, c, 0), *like = rows ? argument_real(e, c, 1) : NULL;
    int axis, order[MAXIMUM_RANK], back[MAXIMUM_RANK];
    size *shape[MAXIMUM_RANK];
    if (!like || !as_axis(e, c->values[2], c->spans[2], like->rank, &axis))
        return value_error();
    order_with_first(like->rank, axis, order);
    for (int a = 0; a < like->rank; a++) {
        shape[a] = a ? like->shape[order[a]] : rows->shape[0];
        back[order[a]] = a;
    }
    return value_node(graph_transpose(e->graph, graph_reshape(e->graph, rows, like->rank, shape), back));
}

/* [n, m]: the axes that a reduction is over as one, and all others as one. */
struct value shape_axes_first(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_real(e, c, 0);
    unsigned axes;
    if (!x || !read_axes(e, c, 1, x->rank, &axes))
        return value_error();
    int order[MAXIMUM_RANK], count = 0, reduced;
    for (int a = 0; a < x->rank; a++)
        if (axes >> a & 1)
            order[count++] = a;
    reduced = count;
    for (int a = 0; a < x->rank; a++)
        if (!(axes >> a & 1))
            order[count++] = a;
    struct node *moved = graph_transpose(e->graph, x, order);
    size *shape[2] = {size_product(e->sizes, reduced, moved->shape),
                      size_product(e->sizes, x->rank - reduced, moved->shape + reduced)};
    return value_node(graph_reshape(e->graph, moved, 2, shape));
}

/* What the reduction of `like` over the axes gives, of rows [..., m]: several of them where there are leading
 * axes. */
struct value shape_axes_reduced(struct elaborator *e, struct builtin_call *c)
{
    struct node *rows = argument_node(e, c, 0), *like = rows ? argument_real(e, c, 1) : NULL;
    unsigned axes;
    bool keep;
    if (!like || !read_axes(e, c, 2, like->rank, &axes) || !read_keepdims(e, c, 3, &keep))
        return value_error();
    size *shape[2 * MAXIMUM_RANK];
    int rank = rows->rank - 1;
    memcpy(shape, rows->shape, sizeof *shape * (size_t)rank);
    for (int a = 0; a < like->rank; a++)
        if (keep || !(axes >> a & 1))
            shape[rank++] = axes >> a & 1 ? size_number(e->sizes, 1) : like->shape[a];
    if (rank > MAXIMUM_RANK) {
        fail(e, c->call->span, "the result has %d axes; there can be at most %d", rank, MAXIMUM_RANK);
        return value_error();
    }
    return value_node(graph_reshape(e->graph, rows, rank, shape));
}
