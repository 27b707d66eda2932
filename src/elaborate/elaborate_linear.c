/* elaborate_linear.c: factorisations on the last two axes, and triangles packed into vectors. */
#include "elaborate_builtin.h"
#include "routine.h"

#include <string.h>

/* A matrix or a stack of them, square on the last two axes; NULL after reporting. */
static struct node *square_argument(struct elaborator *e, struct builtin_call *c, int i)
{
    struct node *a = argument_real(e, c, i);
    if (!a)
        return NULL;
    if (a->rank < 2 || a->shape[a->rank - 1] != a->shape[a->rank - 2]) {
        fail(e, c->spans[i], "%s takes a square matrix, but this is %s", c->builtin->name, shape_text(e, a));
        note_operand(e, c->spans[i]);
        return NULL;
    }
    return a;
}

/* ---- Systems ---- */

/* Broadcasts the leading axes of a matrix and of right sides to each other; false after reporting. */
static bool broadcast_leading(struct elaborator *e, struct builtin_call *c, struct node **a, struct node **b)
{
    int rank = (*a)->rank > (*b)->rank ? (*a)->rank : (*b)->rank;
    size *a_shape[MAXIMUM_RANK], *b_shape[MAXIMUM_RANK];
    for (int i = 0; i < rank; i++) {
        int own_a = i - (rank - (*a)->rank), own_b = i - (rank - (*b)->rank);
        size *x = own_a >= 0 ? (*a)->shape[own_a] : NULL, *y = own_b >= 0 ? (*b)->shape[own_b] : NULL;
        if (i >= rank - 2) {
            a_shape[i] = x;
            b_shape[i] = y;
            continue;
        }
        if (x && y && x != y && !size_is(x, 1) && !size_is(y, 1)) {
            fail_between(e, c->spans[0], c->name_span, c->spans[1],
                         "%s of %s and %s: the leading sizes %s and %s differ", c->builtin->name,
                         shape_text(e, *a), shape_text(e, *b), size_print(e->arena, x, SIZE_LANGUAGE),
                         size_print(e->arena, y, SIZE_LANGUAGE));
            return false;
        }
        a_shape[i] = b_shape[i] = !x || (y && size_is(x, 1)) ? y : x;
    }
    *a = graph_broadcast(e->graph, *a, rank, a_shape);
    *b = graph_broadcast(e->graph, *b, rank, b_shape);
    return true;
}

/* Whether b is one vector, or one for each matrix of the stack a (PyTorch's rule); else it is matrices. */
static bool is_vector_for(const struct node *a, const struct node *b)
{
    bool vectors = b->rank == a->rank - 1;
    for (int i = 0; vectors && i < b->rank; i++)
        vectors = b->shape[i] == a->shape[i];
    return b->rank == 1 || vectors;
}

enum form_of_matrix { NOT_TRIANGULAR, LOWER, UPPER };

/* A^-1 b for a vector b, or one for each matrix of the stack A, or matrices b. */
static struct value system(struct elaborator *e, struct builtin_call *c, enum form_of_matrix form)
{
    struct node *a = square_argument(e, c, 0), *b = a ? argument_real(e, c, 1) : NULL;
    if (!b)
        return value_error();
    bool vector = is_vector_for(a, b);
    struct node *columns = vector ? graph_insert_axis(e->graph, b, b->rank) : b;
    if (columns->rank < 2 || columns->shape[columns->rank - 2] != a->shape[a->rank - 1]) {
        fail_between(e, c->spans[0], c->name_span, c->spans[1], "%s of %s and %s: %s", c->builtin->name,
                     shape_text(e, a), shape_text(e, b),
                     b->rank ? "the sizes do not fit" : "the right side is a vector or a matrix");
        return value_error();
    }
    if (!broadcast_leading(e, c, &a, &columns))
        return value_error();
    struct node *x =
        form ? graph_solve_triangular(e->graph, a, columns, (struct triangular){.lower = form == LOWER})
             : graph_lu_solve(e->graph, a, columns, false);
    return value_node(vector ? graph_drop_axis(e->graph, x, x->rank - 1, size_number(e->sizes, 0)) : x);
}

struct value linear_solve(struct elaborator *e, struct builtin_call *c)
{
    return system(e, c, NOT_TRIANGULAR);
}

struct value linear_solve_tril(struct elaborator *e, struct builtin_call *c)
{
    return system(e, c, LOWER);
}

struct value linear_solve_triu(struct elaborator *e, struct builtin_call *c)
{
    return system(e, c, UPPER);
}

/* The right side b of a system of A, as matrices; and a solution in the form in which b is given. */
struct value linear_as_columns(struct elaborator *e, struct builtin_call *c)
{
    struct node *b = argument_real(e, c, 0), *a = b ? argument_real(e, c, 1) : NULL;
    if (!a)
        return value_error();
    struct node *columns = is_vector_for(a, b) ? graph_insert_axis(e->graph, b, b->rank) : b;
    if (columns->rank < 2 || columns->shape[columns->rank - 2] != a->shape[a->rank - 2]) {
        fail(e, c->span, "the right side %s does not fit the matrix %s: %s", shape_text(e, b),
             shape_text(e, a), b->rank ? "it has other rows" : "it is a vector or a matrix");
        return value_error();
    }
    return value_node(columns);
}

struct value linear_as_given(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_real(e, c, 0), *b = x ? argument_real(e, c, 1) : NULL,
                *a = b ? argument_real(e, c, 2) : NULL;
    if (!a)
        return value_error();
    return value_node(
        is_vector_for(a, b) ? graph_drop_axis(e->graph, x, x->rank - 1, size_number(e->sizes, 0)) : x);
}

struct value linear_inverse(struct elaborator *e, struct builtin_call *c)
{
    struct node *a = square_argument(e, c, 0);
    if (!a)
        return value_error();
    struct node *i = graph_iota(e->graph, INT, a->rank, a->shape, a->rank - 2);
    struct node *j = graph_iota(e->graph, INT, a->rank, a->shape, a->rank - 1);
    struct node *identity = graph_unary(e->graph, OP_CAST_REAL, graph_binary(e->graph, OP_EQ, i, j));
    return value_node(graph_lu_solve(e->graph, a, identity, false));
}

struct value linear_cholesky(struct elaborator *e, struct builtin_call *c)
{
    struct node *a = square_argument(e, c, 0);
    return value_node(a ? graph_cholesky(e->graph, a) : NULL);
}

struct value linear_lu_determinant(struct elaborator *e, struct builtin_call *c)
{
    struct node *a = square_argument(e, c, 0);
    return a ? value_node(graph_determinant(e->graph, c->builtin->op, a)) : value_error();
}

/* a[..., i, j] */
static struct node *element(struct elaborator *e, struct node *a, int i, int j)
{
    struct node *row = graph_drop_axis(e->graph, a, a->rank - 2, size_number(e->sizes, i));
    return graph_drop_axis(e->graph, row, row->rank - 1, size_number(e->sizes, j));
}

/* The determinant of rows i and k, and columns j and l. */
static struct node *minor_of_two(struct elaborator *e, struct node *a, int i, int k, int j, int l)
{
    struct node *down = graph_binary(e->graph, OP_MUL, element(e, a, i, j), element(e, a, k, l));
    struct node *up = graph_binary(e->graph, OP_MUL, element(e, a, i, l), element(e, a, k, j));
    return graph_binary(e->graph, OP_SUB, down, up);
}

/* By the first row: the signs are in the order of the columns. */
static struct node *determinant_of_three(struct elaborator *e, struct node *a)
{
    struct node *sum = NULL;
    for (int j = 0; j < 3; j++) {
        struct node *minor = minor_of_two(e, a, 1, 2, (j + 1) % 3, (j + 2) % 3);
        struct node *term = graph_binary(e->graph, OP_MUL, element(e, a, 0, j), minor);
        sum = sum ? graph_binary(e->graph, OP_ADD, sum, term) : term;
    }
    return sum;
}

/* Up to 3 x 3 by products of elements, which are right to all orders at singular matrices; above, the library
 * has a rule for these. */
struct value linear_determinant(struct elaborator *e, struct builtin_call *c)
{
    struct node *a = square_argument(e, c, 0);
    int64_t n;
    if (!a)
        return value_error();
    if (e->options->as_formulas)
        return value_node(graph_determinant(e->graph, OP_DET, a));
    if (!size_is_number(a->shape[a->rank - 1], &n) || n > 3)
        return call_function(e, find_library_function(e, "det_by_lu"), c->call);
    return value_node(n == 1   ? element(e, a, 0, 0)
                      : n == 2 ? minor_of_two(e, a, 0, 1, 0, 1)
                               : determinant_of_three(e, a));
}

/* For the library, which has the shapes right. */
struct value linear_routine(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_real(e, c, 0);
    int which = 0;
    while (which < ROUTINE_COUNT && strcmp(routine_info((enum routine)which)->library_name, c->builtin->name))
        which++;
    return x && x->rank >= 2 ? value_node(graph_routine(e->graph, (enum routine)which, x)) : value_error();
}

/* ---- Packed triangles ---- */

static struct node *int_number(struct elaborator *e, size *number, size *const *shape)
{
    return graph_broadcast(e->graph, graph_size(e->graph, INT, number), 2, shape);
}

static struct node *int_binary(struct elaborator *e, enum op op, struct node *a, struct node *b)
{
    return graph_binary(e->graph, op, a, b);
}

/* Where element (i, j) of an n x n matrix stands when the part on and below diagonal k <= 0 is packed column
 * by column: column j holds rows j - k to n - 1 and begins at j (n + k) - j (j - 1) / 2. Elements above get
 * 0. */
static struct node *packed_position(struct elaborator *e, size *n, int64_t k, struct node **inside)
{
    size *shape[2] = {n, n}, *diagonal = size_number(e->sizes, k);
    struct node *i = graph_iota(e->graph, INT, 2, shape, 0), *j = graph_iota(e->graph, INT, 2, shape, 1);
    struct node *one = int_number(e, size_number(e->sizes, 1), shape),
                *two = int_number(e, size_number(e->sizes, 2), shape);
    struct node *columns = int_binary(e, OP_MUL, j, int_number(e, size_add(n, diagonal), shape));
    struct node *triangle =
        int_binary(e, OP_QUOTIENT, int_binary(e, OP_MUL, j, int_binary(e, OP_SUB, j, one)), two);
    struct node *row = int_binary(e, OP_ADD, int_binary(e, OP_SUB, i, j), int_number(e, diagonal, shape));
    struct node *position = int_binary(e, OP_ADD, int_binary(e, OP_SUB, columns, triangle), row);
    struct node *zero = int_number(e, size_number(e->sizes, 0), shape);
    *inside = graph_binary(e->graph, OP_LE, zero, row);
    return graph_select(e->graph, *inside, position, zero);
}

/* n and k of a packed triangle, and its number of elements; NULL after reporting. */
static size *packed_count(struct elaborator *e, struct builtin_call *c, size *n, int argument, int64_t *k)
{
    *k = 0;
    if (c->given[argument] && !as_whole(e, c->values[argument], c->spans[argument], "the diagonal", k))
        return NULL;
    if (*k > 0) {
        fail(e, c->spans[argument], "%s goes up to the diagonal at most: k is 0 or negative",
             c->builtin->name);
        return NULL;
    }
    size *order = size_add(n, size_number(e->sizes, *k)), *one = size_number(e->sizes, 1);
    if (!require_nonnegative(e, size_subtract(order, one), c->span,
                             "nothing lies below diagonal %lld of a matrix of size %s", (long long)*k,
                             size_print(e->arena, n, SIZE_LANGUAGE)))
        return NULL;
    return size_divide(size_multiply(order, size_add(order, one)), size_number(e->sizes, 2));
}

struct value linear_unpack_tril(struct elaborator *e, struct builtin_call *c)
{
    struct node *l = argument_real(e, c, 0);
    size *n = l ? as_size(e, c->values[1], c->spans[1], "the size of the matrix") : NULL;
    int64_t k;
    size *count = n ? packed_count(e, c, n, 2, &k) : NULL;
    if (!count)
        return value_error();
    if (!l->rank || l->shape[l->rank - 1] != count) {
        fail(e, c->spans[0],
             "the triangle of a matrix of size %s up to diagonal %lld has %s elements, but this is %s",
             size_print(e->arena, n, SIZE_LANGUAGE), (long long)k, size_print(e->arena, count, SIZE_LANGUAGE),
             shape_text(e, l));
        note_operand(e, c->spans[0]);
        return value_error();
    }
    if (l->rank == MOST_AXES) {
        fail(e, c->span, "a tensor has at most %d axes", MOST_AXES);
        return value_error();
    }
    int lead = l->rank - 1, rank = l->rank + 1;
    size *shape[MAXIMUM_RANK];
    memcpy(shape, l->shape, sizeof *shape * (size_t)lead);
    shape[lead] = shape[lead + 1] = n;
    struct node *inside,
        *position = graph_broadcast(e->graph, packed_position(e, n, k, &inside), rank, shape);
    struct affine *subscripts = ARENA_ARRAY(e->arena, struct affine, l->rank);
    for (int a = 0; a < l->rank; a++) {
        subscripts[a].offset = size_number(e->sizes, 0);
        subscripts[a].coefficients = ARENA_ARRAY(e->arena, size *, rank);
        if (a < lead)
            subscripts[a].coefficients[a] = size_number(e->sizes, 1);
        else
            subscripts[a].dynamic = 1;
    }
    struct node *gathered = graph_index(e->graph, l, rank, shape, subscripts, &position, 1, false);
    inside = graph_broadcast(e->graph, inside, rank, shape);
    return value_node(graph_select(e->graph, inside, gathered, graph_zeros_like(e->graph, gathered)));
}

struct value linear_pack_tril(struct elaborator *e, struct builtin_call *c)
{
    struct node *matrix = square_argument(e, c, 0);
    int64_t k;
    size *n = matrix ? matrix->shape[matrix->rank - 1] : NULL,
         *count = n ? packed_count(e, c, n, 1, &k) : NULL;
    if (!count)
        return value_error();
    int rank = matrix->rank, lead = rank - 2;
    size *shape[MAXIMUM_RANK];
    memcpy(shape, matrix->shape, sizeof *shape * (size_t)lead);
    shape[lead] = count;
    struct node *inside,
        *position = graph_broadcast(e->graph, packed_position(e, n, k, &inside), rank, matrix->shape);
    struct affine *subscripts = ARENA_ARRAY(e->arena, struct affine, rank);
    for (int a = 0; a <= lead; a++) {
        subscripts[a].offset = size_number(e->sizes, 0);
        subscripts[a].coefficients = ARENA_ARRAY(e->arena, size *, rank);
        if (a < lead)
            subscripts[a].coefficients[a] = size_number(e->sizes, 1);
        else
            subscripts[a].dynamic = 1;
    }
    inside = graph_broadcast(e->graph, inside, rank, matrix->shape);
    struct node *kept = graph_select(e->graph, inside, matrix, graph_zeros_like(e->graph, matrix));
    return value_node(graph_scatter(e->graph, kept, lead + 1, shape, subscripts, &position, 1));
}
