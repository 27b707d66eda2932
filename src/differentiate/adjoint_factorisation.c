/* adjoint_factorisation.c: adjoints of factorisations and of solutions of linear systems.
 *
 * The formulas are those of M. Giles, "Collected matrix derivative results for forward and reverse mode
 * algorithmic differentiation" (2008), for matrices on the last two axes. Masks end here: a solution mixes
 * all elements. */
#include "adjoint.h"
#include "routine.h"

enum matrix_part { STRICTLY_LOWER, LOWER, LOWER_HALF_DIAGONAL, UPPER, STRICTLY_UPPER };

/* x with zeros outside the part; LOWER_HALF_DIAGONAL also halves the diagonal. */
static struct node *keep_part(struct graph *graph, struct node *x, enum matrix_part part)
{
    struct node *row = graph_iota(graph, INT, x->rank, x->shape, x->rank - 2);
    struct node *column = graph_iota(graph, INT, x->rank, x->shape, x->rank - 1);
    struct node *zeros = graph_zeros_like(graph, x);
    if (part == LOWER_HALF_DIAGONAL) {
        struct node *half = graph_broadcast(graph, graph_constant(graph, REAL, 0.5), x->rank, x->shape);
        x = graph_select(graph, graph_binary(graph, OP_EQ, row, column), graph_binary(graph, OP_MUL, half, x),
                         x);
    }
    bool strict = part == STRICTLY_LOWER || part == STRICTLY_UPPER;
    bool upper = part == UPPER || part == STRICTLY_UPPER;
    struct node *inside =
        graph_binary(graph, strict ? OP_LT : OP_LE, upper ? row : column, upper ? column : row);
    return graph_select(graph, inside, x, zeros);
}

static struct node *transpose(struct graph *graph, struct node *x)
{
    int order[MAXIMUM_RANK];
    for (int a = 0; a < x->rank; a++)
        order[a] = a;
    order[x->rank - 2] = x->rank - 1;
    order[x->rank - 1] = x->rank - 2;
    return graph_transpose(graph, x, order);
}

/* a b', or a' b if transposed, on the last two axes. */
static struct node *product(struct graph *graph, struct node *a, struct node *b, bool transposed)
{
    signed char a_axes[MAXIMUM_RANK], b_axes[MAXIMUM_RANK];
    int lead = a->rank - 2;
    for (int i = 0; i < lead; i++)
        a_axes[i] = b_axes[i] = (signed char)i;
    a_axes[lead + transposed] = (signed char)lead;
    a_axes[lead + !transposed] = (signed char)(lead + 2);
    b_axes[lead + transposed] = (signed char)(lead + 1);
    b_axes[lead + !transposed] = (signed char)(lead + 2);
    return graph_contract(graph, a, b, a_axes, b_axes, lead + 2, 1);
}

/* d, of the leading axes of x, repeated over its last two. */
static struct node *over_matrix(struct graph *graph, struct node *d, const struct node *x)
{
    d = graph_insert_axis(graph, graph_insert_axis(graph, d, d->rank), d->rank + 1);
    return graph_broadcast(graph, d, x->rank, x->shape);
}

/* x = l l', reading the lower triangle of x: s = l^-T phi(l' d_l) l^-1, d_x = the lower triangle of s + s'
 * with the diagonal halved, where phi keeps the lower triangle and halves the diagonal. */
void adjoint_of_cholesky(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct graph *graph = sweep->graph;
    struct node *p = keep_part(graph, product(graph, y, adjoint_value(graph, d), true), LOWER_HALF_DIAGONAL);
    const struct triangular upper = {.lower = true, .transposed = true};
    struct node *left = graph_solve_triangular(graph, y, p, upper);
    struct node *s = graph_solve_triangular(graph, y, transpose(graph, left), upper);
    struct node *sum = graph_binary(graph, OP_ADD, s, transpose(graph, s));
    contribute(sweep, y->inputs[0], keep_part(graph, sum, LOWER_HALF_DIAGONAL), NULL);
}

/* The right side of a system as a matrix: a vector is one column. */
static struct node *as_columns(struct graph *graph, struct node *b, const struct node *a)
{
    return b->rank == a->rank ? b : graph_insert_axis(graph, b, b->rank);
}

/* y = a^-1 b: d_b = a^-T d_y, d_a = -d_b y'. y = a^-T b: d_b = a^-1 d_y, d_a = -y d_b'. */
static struct node *matrix_adjoint(struct graph *graph, struct node *y, struct node *d_b,
                                   const struct node *a, bool transposed)
{
    y = as_columns(graph, y, a);
    d_b = as_columns(graph, d_b, a);
    struct node *outer = transposed ? product(graph, y, d_b, false) : product(graph, d_b, y, false);
    return graph_unary(graph, OP_NEG, outer);
}

void adjoint_of_solve_triangular(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct graph *graph = sweep->graph;
    struct node *a = y->inputs[0], *b = y->inputs[1];
    struct node *d_b = graph_solve_triangular(graph, a, adjoint_value(graph, d),
                                              (struct triangular){y->lower, !y->transposed, y->unit});
    contribute(sweep, b, d_b, NULL);
    enum matrix_part part = y->lower ? y->unit ? STRICTLY_LOWER : LOWER : y->unit ? STRICTLY_UPPER : UPPER;
    if (is_active(sweep, a))
        contribute(sweep, a, keep_part(graph, matrix_adjoint(graph, y, d_b, a, y->transposed), part), NULL);
}

void adjoint_of_lu_solve(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct graph *graph = sweep->graph;
    struct node *a = y->inputs[0], *b = y->inputs[1];
    struct node *d_b = graph_lu_solve(graph, a, adjoint_value(graph, d), !y->transposed);
    contribute(sweep, b, d_b, NULL);
    if (is_active(sweep, a))
        contribute(sweep, a, matrix_adjoint(graph, y, d_b, a, y->transposed), NULL);
}

/* d log |det x| = tr(x^-1 dx), d det x = det x tr(x^-1 dx): d_x = d_y x^-T, times y for det. */
void adjoint_of_determinant(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct graph *graph = sweep->graph;
    struct node *x = y->inputs[0];
    struct node *diagonal = graph_binary(graph, OP_EQ, graph_iota(graph, INT, x->rank, x->shape, x->rank - 2),
                                         graph_iota(graph, INT, x->rank, x->shape, x->rank - 1));
    struct node *inverse = graph_lu_solve(graph, x, graph_unary(graph, OP_CAST_REAL, diagonal), true);
    struct node *scale = adjoint_value(graph, d);
    if (y->op == OP_DET)
        scale = graph_binary(graph, OP_MUL, scale, y);
    contribute(sweep, x, graph_binary(graph, OP_MUL, over_matrix(graph, scale, x), inverse), NULL);
}

/* x with its real parts, the first row of the last two axes, and its imaginary ones exchanged. */
static struct node *exchange_parts(struct graph *graph, struct node *x)
{
    return graph_slice(graph, x, x->rank - 2, size_number(graph->sizes, 1), size_number(graph->sizes, 2), -1);
}

/* Of the linear ones; the others stand inside functions of the library that have rules. The matrix of FFT is
 * [[C, S], [-S, C]] with symmetric C and S, so its transpose is that between two exchanges of the parts. */
void adjoint_of_routine(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct graph *graph = sweep->graph;
    if (y->result == ROUTINE_FINITE)
        contribute(sweep, y->inputs[0], d.value, d.mask);
    else if (y->result == ROUTINE_FFT) {
        struct node *exchanged = exchange_parts(graph, adjoint_value(graph, d));
        contribute(sweep, y->inputs[0], exchange_parts(graph, graph_routine(graph, ROUTINE_FFT, exchanged)),
                   NULL);
    }
}
