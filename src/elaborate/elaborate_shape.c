/* elaborate_shape.c: the builtins that move elements, each an affine view, a sum of scatters or a reshape. */
#include "elaborate_builtin.h"

#include <stdint.h>
#include <string.h>

static size *number(struct elaborator *e, int64_t n)
{
    return size_number(e->sizes, n);
}

/* A list of sizes, or one size alone; at most one entry may be -1 if `inferred` is not NULL (its position,
 * else -1). */
static int read_sizes(struct elaborator *e, const struct builtin_call *c, int argument, size **sizes,
                      int *inferred)
{
    struct value value = c->values[argument];
    struct span at = c->spans[argument];
    int count = value.kind == VALUE_LIST ? value.count : 1;
    if (count > MOST_AXES) {
        fail(e, at, "a tensor has at most %d axes", MOST_AXES);
        return -1;
    }
    for (int i = 0; i < count; i++) {
        int64_t n;
        if (!(sizes[i] = as_size(e, value.kind == VALUE_LIST ? value.items[i] : value, at, "a size")))
            return -1;
        if (inferred && size_is_number(sizes[i], &n) && n == -1) {
            if (*inferred >= 0) {
                fail(e, at, "only one size may be -1");
                return -1;
            }
            *inferred = i;
        } else if (!require_nonnegative(e, size_subtract(sizes[i], number(e, 1)), at,
                                        "a size must be at least 1, but this is %s",
                                        size_print(e->arena, sizes[i], SIZE_LANGUAGE)))
            return -1;
    }
    return count;
}

struct value shape_reshape(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_node(e, c, 0);
    size *shape[MAXIMUM_RANK];
    int inferred = -1, rank = x ? read_sizes(e, c, 1, shape, &inferred) : -1;
    if (rank < 0)
        return value_error();
    size *total = size_product(e->sizes, x->rank, x->shape);
    if (inferred >= 0) {
        shape[inferred] = number(e, 1);
        size *rest = size_product(e->sizes, rank, shape);
        shape[inferred] = size_divide(total, rest);
        if (!shape[inferred]) {
            fail(e, c->spans[1], "%s has %s elements, which %s does not divide", shape_text(e, x),
                 size_print(e->arena, total, SIZE_LANGUAGE), size_print(e->arena, rest, SIZE_LANGUAGE));
            return value_error();
        }
        if (!require_whole(e, shape[inferred], c->spans[1]))
            return value_error();
    }
    if (size_product(e->sizes, rank, shape) != total) {
        fail(e, c->spans[1], "%s has %s elements, but %s has %s", shape_text(e, x),
             size_print(e->arena, total, SIZE_LANGUAGE), shape_of(e, rank, shape),
             size_print(e->arena, size_product(e->sizes, rank, shape), SIZE_LANGUAGE));
        note_operand(e, c->spans[0]);
        return value_error();
    }
    return value_node(graph_reshape(e->graph, x, rank, shape));
}

struct value shape_broadcast(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_node(e, c, 0);
    size *shape[MAXIMUM_RANK];
    int rank = x ? read_sizes(e, c, 1, shape, NULL) : -1;
    if (rank < 0)
        return value_error();
    bool fits = x->rank <= rank;
    for (int a = 0; fits && a < x->rank; a++) {
        int64_t one;
        fits = x->shape[a] == shape[rank - x->rank + a] || (size_is_number(x->shape[a], &one) && one == 1);
    }
    if (!fits) {
        fail(e, c->span, "%s does not broadcast to %s", shape_text(e, x), shape_of(e, rank, shape));
        note_operand(e, c->spans[0]);
        return value_error();
    }
    return value_node(graph_broadcast(e->graph, x, rank, shape));
}

struct value shape_transpose(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_node(e, c, 0);
    if (!x)
        return value_error();
    int order[MAXIMUM_RANK];
    for (int a = 0; a < x->rank; a++)
        order[a] = x->rank - 1 - a;
    if (c->given[1]) {
        struct value axes = c->values[1];
        unsigned seen = 0;
        if (axes.kind != VALUE_LIST || axes.count != x->rank) {
            fail(e, c->spans[1], "transpose needs a list of all %d axes of %s", x->rank, shape_text(e, x));
            return value_error();
        }
        for (int a = 0; a < x->rank; a++) {
            if (!as_axis(e, axes.items[a], c->spans[1], x->rank, &order[a]))
                return value_error();
            if (seen >> order[a] & 1) {
                fail(e, c->spans[1], "axis %d stands twice in the list", order[a]);
                return value_error();
            }
            seen |= 1u << order[a];
        }
    }
    return value_node(graph_transpose(e->graph, x, order));
}

/* ---- Joining ---- */

/* x placed at `begin` along `axis` in zeros of the given shape. */
static struct node *place(struct elaborator *e, struct node *x, int rank, size *const *shape, int axis,
                          size *begin)
{
    struct affine *subscripts = ARENA_ARRAY(e->arena, struct affine, rank);
    for (int a = 0; a < rank; a++) {
        subscripts[a].offset = a == axis ? begin : number(e, 0);
        subscripts[a].coefficients = ARENA_ARRAY(e->arena, size *, rank);
        subscripts[a].coefficients[a] = number(e, 1);
    }
    return graph_scatter(e->graph, x, rank, shape, subscripts, NULL, 0);
}

/* concat([a, b]), as others write it. */
static bool is_list_of_arrays(const struct value *value)
{
    bool has_array = false;
    for (int i = 0; value->kind == VALUE_LIST && i < value->count; i++) {
        const struct value *item = &value->items[i];
        has_array =
            has_array || item->kind == VALUE_LIST || (item->kind == VALUE_NODE && item->node->rank > 0);
    }
    return has_array;
}

/* The operands of concat and stack, all of one type; count, or 0 after reporting. */
static int joined_operands(struct elaborator *e, struct builtin_call *c, struct node ***operands,
                           struct span **spans)
{
    int count = 1 + (int)c->more_count;
    struct value *values = ARENA_ARRAY(e->arena, struct value, count);
    *operands = ARENA_ARRAY(e->arena, struct node *, count);
    *spans = ARENA_ARRAY(e->arena, struct span, count);
    bool any_int = false;
    if (count == 1 && is_list_of_arrays(&c->values[0])) {
        fail(e, c->spans[0], "%s takes the arrays themselves, not a list of them", c->builtin->name);
        note(e, c->spans[0], "write %s(a, b, axis = 0); a list is an array with an axis more",
             c->builtin->name);
        return 0;
    }
    for (int i = 0; i < count; i++) {
        values[i] = i ? c->more[i - 1].value : c->values[0];
        (*spans)[i] = i ? c->more[i - 1].span : c->spans[0];
        any_int = any_int || (values[i].kind == VALUE_NODE && values[i].node->type == INT);
    }
    for (int i = 0; i < count; i++) {
        struct node *node = any_int ? as_int(e, values[i], (*spans)[i]) : as_real(e, values[i], (*spans)[i]);
        if (!node)
            return 0;
        (*operands)[i] = node;
    }
    return count;
}

static bool read_axis(struct elaborator *e, struct builtin_call *c, int argument, int rank, int *axis)
{
    *axis = 0;
    if (c->given[argument])
        return as_axis(e, c->values[argument], c->spans[argument], rank, axis);
    if (rank)
        return true;
    fail(e, c->span, "%s of a scalar: a scalar has no axes", c->builtin->name);
    return false;
}

static bool same_but_axis(struct elaborator *e, struct builtin_call *c, struct node **operands,
                          struct span *spans, int count, int axis)
{
    for (int i = 1; i < count; i++) {
        bool same = operands[i]->rank == operands[0]->rank;
        for (int a = 0; same && a < operands[0]->rank; a++)
            same = a == axis || operands[i]->shape[a] == operands[0]->shape[a];
        if (!same) {
            fail_between(e, spans[0], c->name_span, spans[i], "%s of %s and %s%s", c->builtin->name,
                         shape_text(e, operands[0]), shape_text(e, operands[i]),
                         axis >= 0 ? arena_print(e->arena, ": all axes but axis %d must agree", axis)
                                   : ": the shapes must agree");
            return false;
        }
    }
    return true;
}

struct value shape_concat(struct elaborator *e, struct builtin_call *c)
{
    struct node **operands;
    struct span *spans;
    int axis, count = joined_operands(e, c, &operands, &spans);
    if (!count || !read_axis(e, c, 1, operands[0]->rank, &axis) ||
        !same_but_axis(e, c, operands, spans, count, axis))
        return value_error();
    int rank = operands[0]->rank;
    size *shape[MAXIMUM_RANK], *begin = number(e, 0);
    memcpy(shape, operands[0]->shape, sizeof *shape * (size_t)rank);
    for (int i = 1; i < count; i++)
        shape[axis] = size_add(shape[axis], operands[i]->shape[axis]);
    struct node *sum = NULL;
    for (int i = 0; i < count; i++) {
        struct node *part = place(e, operands[i], rank, shape, axis, begin);
        begin = size_add(begin, operands[i]->shape[axis]);
        sum = sum ? graph_binary(e->graph, OP_ADD, sum, part) : part;
    }
    return value_node(sum);
}

struct value shape_stack(struct elaborator *e, struct builtin_call *c)
{
    struct node **operands;
    struct span *spans;
    int axis = 0, count = joined_operands(e, c, &operands, &spans);
    if (!count || !same_but_axis(e, c, operands, spans, count, -1))
        return value_error();
    int rank = operands[0]->rank + 1;
    if (c->given[1] && !as_axis(e, c->values[1], c->spans[1], rank, &axis))
        return value_error();
    if (rank > MOST_AXES) {
        fail(e, c->span, "a tensor has at most %d axes", MOST_AXES);
        return value_error();
    }
    size *shape[MAXIMUM_RANK];
    for (int a = 0; a < rank; a++)
        shape[a] = a == axis ? number(e, count) : operands[0]->shape[a - (a > axis)];
    struct node *sum = NULL;
    for (int i = 0; i < count; i++) {
        struct node *part =
            place(e, graph_insert_axis(e->graph, operands[i], axis), rank, shape, axis, number(e, i));
        sum = sum ? graph_binary(e->graph, OP_ADD, sum, part) : part;
    }
    return value_node(sum);
}

/* ---- Along one axis ---- */

struct value shape_flip(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_node(e, c, 0);
    int axis;
    if (!x || !read_axis(e, c, 1, x->rank, &axis))
        return value_error();
    size *last = size_subtract(x->shape[axis], number(e, 1));
    return value_node(graph_slice(e->graph, x, axis, last, x->shape[axis], -1));
}

/* n modulo the extent, in [0, extent), for n of known sign. */
static size *modulo(struct elaborator *e, size *n, size *extent)
{
    if (size_nonnegative(n) == ALWAYS)
        return size_subtract(n, size_multiply(extent, size_floor_divide(n, extent)));
    size *opposite = size_negate(n);
    if (size_nonnegative(opposite) != ALWAYS)
        return NULL;
    size *rounds = size_floor_divide(size_subtract(size_add(opposite, extent), number(e, 1)), extent);
    return size_subtract(size_multiply(extent, rounds), opposite);
}

struct value shape_roll(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_node(e, c, 0);
    size *n = x ? as_size(e, c->values[1], c->spans[1], "the distance of a roll") : NULL;
    int axis;
    if (!n || !read_axis(e, c, 2, x->rank, &axis))
        return value_error();
    size *extent = x->shape[axis], *shift = modulo(e, n, extent);
    if (!shift) {
        fail(e, c->spans[1], "the sign of the distance %s is not known",
             size_print(e->arena, n, SIZE_LANGUAGE));
        return value_error();
    }
    if (size_is(shift, 0))
        return value_node(x);
    size *rest = size_subtract(extent, shift);
    struct node *front = graph_slice(e->graph, x, axis, rest, shift, 1);
    struct node *back = graph_slice(e->graph, x, axis, number(e, 0), rest, 1);
    return value_node(graph_binary(e->graph, OP_ADD, place(e, front, x->rank, x->shape, axis, number(e, 0)),
                                   place(e, back, x->rank, x->shape, axis, shift)));
}

struct value shape_tile(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_node(e, c, 0);
    size *n = x ? as_size(e, c->values[1], c->spans[1], "the number of copies") : NULL;
    int axis;
    if (!n || !read_axis(e, c, 2, x->rank, &axis) ||
        !require_nonnegative(e, size_subtract(n, number(e, 1)), c->spans[1],
                             "the number of copies must be at least 1"))
        return value_error();
    struct node *copies = graph_insert_axis(e->graph, x, axis);
    size *shape[MAXIMUM_RANK + 1], *flat[MAXIMUM_RANK];
    memcpy(shape, copies->shape, sizeof *shape * (size_t)copies->rank);
    memcpy(flat, x->shape, sizeof *flat * (size_t)x->rank);
    shape[axis] = n;
    flat[axis] = size_multiply(n, x->shape[axis]);
    return value_node(
        graph_reshape(e->graph, graph_broadcast(e->graph, copies, copies->rank, shape), x->rank, flat));
}

struct node *pad_with_zeros(struct elaborator *e, struct node *x, int axis, size *before, size *after)
{
    size *shape[MAXIMUM_RANK];
    bool is_truth = x->type == BOOL;
    memcpy(shape, x->shape, sizeof *shape * (size_t)x->rank);
    shape[axis] = size_add(x->shape[axis], size_add(before, after));
    x = is_truth ? graph_unary(e->graph, OP_CAST_REAL, x) : x;
    struct node *padded = place(e, x, x->rank, shape, axis, before);
    return is_truth ? graph_binary(e->graph, OP_LT, graph_zeros_like(e->graph, padded), padded) : padded;
}

struct value shape_pad(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_real(e, c, 0);
    size *before = x ? as_size(e, c->values[1], c->spans[1], "a padding") : NULL;
    size *after = before ? as_size(e, c->values[2], c->spans[2], "a padding") : NULL;
    int axis;
    if (!after || !read_axis(e, c, 3, x->rank, &axis) ||
        !require_nonnegative(e, before, c->spans[1], "a padding cannot be negative") ||
        !require_nonnegative(e, after, c->spans[2], "a padding cannot be negative"))
        return value_error();
    struct node *padded = pad_with_zeros(e, x, axis, before, after), *value;
    size *const *shape = padded->shape;
    value = c->given[4] ? argument_real(e, c, 4) : constant_real(e, 0);
    if (!value)
        return value_error();
    if (value->rank) {
        fail(e, c->spans[4], "the padding's value must be a scalar, but this is %s", shape_text(e, value));
        return value_error();
    }
    if (graph_is_zero(value))
        return value_node(padded);
    struct node *i = graph_iota(e->graph, INT, x->rank, shape, axis);
    struct node *begin = graph_broadcast(e->graph, graph_size(e->graph, INT, before), x->rank, shape);
    struct node *end = graph_broadcast(e->graph, graph_size(e->graph, INT, size_add(before, x->shape[axis])),
                                       x->rank, shape);
    struct node *inside = graph_binary(e->graph, OP_AND, graph_binary(e->graph, OP_LE, begin, i),
                                       graph_binary(e->graph, OP_LT, i, end));
    return value_node(
        graph_select(e->graph, inside, padded, graph_broadcast(e->graph, value, x->rank, shape)));
}

struct value shape_cumsum(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_real(e, c, 0);
    int axis;
    if (!x || !read_axis(e, c, 1, x->rank, &axis))
        return value_error();
    return value_node(graph_cumsum(e->graph, x, axis, false));
}

/* ---- From nothing ---- */

static struct value filled(struct elaborator *e, struct builtin_call *c, struct node *value)
{
    size *shape[MAXIMUM_RANK];
    int rank = value ? read_sizes(e, c, 0, shape, NULL) : -1;
    return rank < 0 ? value_error() : value_node(graph_broadcast(e->graph, value, rank, shape));
}

struct value shape_zeros(struct elaborator *e, struct builtin_call *c)
{
    return filled(e, c, constant_real(e, 0));
}

struct value shape_ones(struct elaborator *e, struct builtin_call *c)
{
    return filled(e, c, constant_real(e, 1));
}

struct value shape_full(struct elaborator *e, struct builtin_call *c)
{
    struct node *value = argument_node(e, c, 1);
    if (value && value->rank) {
        fail(e, c->spans[1], "full takes a scalar, but this is %s; broadcast(x, [sizes]) repeats a tensor",
             shape_text(e, value));
        return value_error();
    }
    return filled(e, c, value);
}

struct value shape_range(struct elaborator *e, struct builtin_call *c)
{
    size *n = as_size(e, c->values[0], c->spans[0], "the length of a range");
    if (!n || !require_nonnegative(e, size_subtract(n, number(e, 1)), c->spans[0],
                                   "a range has at least one element"))
        return value_error();
    return value_node(graph_iota(e->graph, REAL, 1, &n, 0));
}

/* ---- Diagonals and picking ---- */

struct value shape_diag(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_node(e, c, 0);
    if (!x)
        return value_error();
    if (!x->rank) {
        fail(e, c->spans[0],
             "diag of a scalar: it makes a matrix of a vector and takes the diagonal of a matrix");
        return value_error();
    }
    int rank = x->rank == 1 ? 2 : x->rank; /* of the matrix */
    struct affine *subscripts = ARENA_ARRAY(e->arena, struct affine, rank);
    for (int a = 0; a < rank; a++) {
        subscripts[a].offset = number(e, 0);
        subscripts[a].coefficients = ARENA_ARRAY(e->arena, size *, rank);
        subscripts[a].coefficients[a == rank - 1 ? a - 1 : a] = number(e, 1);
    }
    if (x->rank == 1) {
        size *shape[2] = {x->shape[0], x->shape[0]};
        return value_node(graph_scatter(e->graph, x, 2, shape, subscripts, NULL, 0));
    }
    if (x->shape[rank - 1] != x->shape[rank - 2]) {
        fail(e, c->spans[0], "the diagonal of %s: the matrix must be square", shape_text(e, x));
        note_operand(e, c->spans[0]);
        return value_error();
    }
    return value_node(graph_index(e->graph, x, rank - 1, x->shape, subscripts, NULL, 0, false));
}

/* pick(x, k)[i...] = x[i..., k[i...]] */
struct value shape_pick(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_node(e, c, 0), *k = x ? as_int(e, c->values[1], c->spans[1]) : NULL;
    if (!k)
        return value_error();
    bool fits = x->rank == k->rank + 1;
    for (int a = 0; fits && a < k->rank; a++)
        fits = x->shape[a] == k->shape[a];
    if (!fits) {
        fail_between(e, c->spans[0], c->name_span, c->spans[1],
                     "pick from %s by int%s: the int tensor has all axes of the first but the last",
                     shape_text(e, x), k->rank ? shape_text(e, k) : "");
        return value_error();
    }
    require_index(e, k, number(e, 0), x->shape[x->rank - 1], c->spans[1]);
    struct affine *subscripts = ARENA_ARRAY(e->arena, struct affine, x->rank);
    for (int a = 0; a < x->rank; a++) {
        subscripts[a].offset = number(e, 0);
        subscripts[a].coefficients = ARENA_ARRAY(e->arena, size *, k->rank + 1);
        if (a < k->rank)
            subscripts[a].coefficients[a] = number(e, 1);
        else
            subscripts[a].dynamic = 1;
    }
    return value_node(graph_index(e->graph, x, k->rank, k->shape, subscripts, &k, 1, false));
}

/* y = base; y[k[i], j] += x[i, j] */
struct value shape_scatter_add(struct elaborator *e, struct builtin_call *c)
{
    struct node *base = argument_real(e, c, 0), *k = base ? as_int(e, c->values[1], c->spans[1]) : NULL;
    struct node *x = k ? argument_real(e, c, 2) : NULL;
    if (!x)
        return value_error();
    if (!base->rank) {
        fail(e, c->spans[0], "scatter_add adds to elements of a tensor, but this is a scalar");
        return value_error();
    }
    int rank = k->rank + base->rank - 1;
    if (rank > MAXIMUM_RANK) {
        fail(e, c->span, "a tensor has at most %d axes", MAXIMUM_RANK);
        return value_error();
    }
    size *shape[MAXIMUM_RANK];
    for (int a = 0; a < rank; a++)
        shape[a] = a < k->rank ? k->shape[a] : base->shape[a - k->rank + 1];
    bool fits = x->rank <= rank;
    for (int a = 0; fits && a < x->rank; a++)
        fits = x->shape[a] == shape[rank - x->rank + a] || size_is(x->shape[a], 1);
    if (!fits) {
        fail_between(e, c->spans[0], c->spans[2], (struct span){0},
                     "%s is added to %s at int%s, which takes %s", shape_text(e, x), shape_text(e, base),
                     k->rank ? shape_text(e, k) : "", rank ? shape_of(e, rank, shape) : "a scalar");
        return value_error();
    }
    require_index(e, k, number(e, 0), base->shape[0], c->spans[1]);
    struct affine *subscripts = ARENA_ARRAY(e->arena, struct affine, base->rank),
                  *own = ARENA_ARRAY(e->arena, struct affine, k->rank + 1);
    for (int a = 0; a < k->rank; a++) {
        own[a].offset = number(e, 0);
        own[a].coefficients = ARENA_ARRAY(e->arena, size *, rank + 1);
        own[a].coefficients[a] = number(e, 1);
    }
    k = graph_index(e->graph, k, rank, shape, own, NULL, 0, false);
    for (int a = 0; a < base->rank; a++) {
        subscripts[a].offset = number(e, 0);
        subscripts[a].coefficients = ARENA_ARRAY(e->arena, size *, rank + 1);
        if (a > 0)
            subscripts[a].coefficients[rank - base->rank + a] = number(e, 1);
        else
            subscripts[a].dynamic = 1;
    }
    x = graph_broadcast(e->graph, x, rank, shape);
    struct node *added = graph_scatter(e->graph, x, base->rank, base->shape, subscripts, &k, 1);
    return value_node(graph_binary(e->graph, OP_ADD, base, added));
}
