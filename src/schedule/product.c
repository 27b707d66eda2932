/* product.c: contractions as calls of the runtime's matrix product.
 *
 *     c[m, n] = sum_k a[m, k] b[k, n]       gradc_matmul: any of a, b transposed, rows any distance apart
 *     y[m]    = sum_k a[m, k] x[k]          gradc_matvec
 *
 * Each iteration axis of the contraction is of one kind, by the operands in which it has a stride: m (a and
 * y), n (b and y), k (a and b) or batch (all). Axes of one kind that follow each other without a gap in both
 * tensors count as one; what is left becomes loops around the call, which adds to y if such a loop is summed
 * over. */
#include <string.h>

#include "cost.h"
#include "program.h"

struct layout {
    struct program *program;
    const struct node *contract;
    int axis_count;
    size *extents[MAXIMUM_AXES];
    size *strides[3][MAXIMUM_AXES]; /* of a, b, y; NULL: none */
    struct node *bases[2];
};

/* One kind of axes taken together. */
struct run {
    unsigned axes;
    int first;        /* the outermost of them */
    size *extent;     /* NULL: there is none of this kind */
    size *strides[3]; /* of its innermost axis */
};

enum { A, B, Y };

static bool is_strided_view(const struct program *program, const struct node *node)
{
    if (program->buffers[node->id] || program->is_material[node->id] || program->packed_for[node->id])
        return false;
    if (node->op == OP_RESHAPE)
        return true;
    if (node->op != OP_INDEX || node->fill)
        return false;
    for (int a = 0; a < node->inputs[0]->rank; a++)
        if (node->subscripts[a].dynamic)
            return false;
    return true;
}

/* flat = base + sum over axes of stride * variable: fills the strides, or fails if it is not linear. */
static bool find_strides(struct layout *layout, const size *flat, size **strides)
{
    for (int i = 0; i < layout->axis_count; i++) {
        strides[i] = NULL;
        size *variable = program_variable(layout->program, i, layout->extents[i]);
        if (size_is(layout->extents[i], 1))
            continue;
        size *stride = size_slope(flat, variable);
        if (!stride || size_has_loop_variable(stride))
            return false;
        strides[i] = size_is(stride, 0) ? NULL : stride;
    }
    return true;
}

static bool lay_out_operand(struct layout *layout, int operand)
{
    struct program *program = layout->program;
    const struct node *contract = layout->contract;
    struct node *x = contract->inputs[operand];
    const signed char *axes = operand ? contract->b_axes : contract->a_axes;
    struct index at[MAXIMUM_RANK], below[MAXIMUM_RANK];
    for (int a = 0; a < x->rank; a++)
        at[a] = (struct index){size_is(x->shape[a], 1) ? size_number(program->sizes, 0)
                                                       : program_variable(program, axes[a], x->shape[a]),
                               NULL};
    const struct node *view = NULL;
    while (is_strided_view(program, x) && !view) {
        if (x->op == OP_INDEX)
            index_below(program, x, x->subscripts, x->inputs[0]->rank, at, below, anywhere, NULL);
        else if (!reshape_below(program, x, at, below))
            view = x; /* of what is stored in row-major order */
        x = x->inputs[0];
        if (!view)
            memcpy(at, below, sizeof at);
    }
    layout->bases[operand] = x;
    view = view ? view : x;
    return find_strides(layout, flat_index(program, view->rank, view->shape, at).affine,
                        layout->strides[operand]);
}

static bool lay_out(struct layout *layout)
{
    struct program *program = layout->program;
    const struct node *y = layout->contract;
    layout->axis_count = y->rank + y->reduced;
    contraction_extents(y, layout->extents);
    struct index at[MAXIMUM_RANK];
    for (int a = 0; a < y->rank; a++)
        at[a] = (struct index){size_is(y->shape[a], 1) ? size_number(program->sizes, 0)
                                                       : program_variable(program, a, y->shape[a]),
                               NULL};
    return lay_out_operand(layout, A) && lay_out_operand(layout, B) &&
           find_strides(layout, flat_index(program, y->rank, y->shape, at).affine, layout->strides[Y]);
}

/* The axes that have a stride in `first` and `second` but not in `without`, as one run as far as that goes.
 * Returns the axes that do not fit. */
static unsigned find_run(const struct layout *layout, struct run *run, int first, int second, int without)
{
    unsigned left = 0;
    *run = (struct run){0};
    for (int i = layout->axis_count - 1; i >= 0; i--) {
        size *p = layout->strides[first][i], *q = layout->strides[second][i];
        if (!p || !q || layout->strides[without][i])
            continue;
        if (!run->extent) {
            run->extent = layout->extents[i];
            run->strides[first] = p;
            run->strides[second] = q;
        } else if (!left && p == size_multiply(run->strides[first], run->extent) &&
                   q == size_multiply(run->strides[second], run->extent)) {
            run->extent = size_multiply(run->extent, layout->extents[i]);
        } else {
            left |= 1u << i;
            continue;
        }
        run->axes |= 1u << i;
        run->first = i;
    }
    return left;
}

static bool is_at_least(const size *a, size *b)
{
    return size_nonnegative(size_subtract((size *)a, b)) == ALWAYS;
}

/* A matrix with a stride of 1 along rows or columns: its row distance and whether it is stored transposed. */
static bool match_matrix(size *row_stride, size *row_count, size *column_stride, size *column_count,
                         int *transposed, size **distance)
{
    if (size_is(column_stride, 1) && is_at_least(row_stride, column_count)) {
        *transposed = 0;
        *distance = row_stride;
        return true;
    }
    *transposed = 1;
    *distance = column_stride;
    return size_is(row_stride, 1) && is_at_least(column_stride, row_count);
}

/* A matrix of fixed sizes that stays in the nearest cache, where loops with known bounds need no call. */
static bool is_near(const size *rows, const size *columns)
{
    int64_t m, k;
    return size_is_number(rows, &m) && size_is_number(columns, &k) && m <= NEAR_MATRIX && k <= NEAR_MATRIX;
}

static struct product *match_vector(struct layout *layout, struct product *product, const struct run *m,
                                    int matrix, const struct run *k)
{
    struct sizes *sizes = layout->program->sizes;
    const struct node *base = layout->bases[matrix];
    double rows = about(m->extent, UNKNOWN_LENGTH), summed = about(k->extent, UNKNOWN_LENGTH);
    if (rows * summed <= SMALL_MATVEC || summed <= SHORT_SUM || is_near(m->extent, k->extent))
        return NULL;
    /* A matrix that is only an expression is better never stored; where loops can add up whole rows, they may
     * do so as the rows are made, and for each of a batch of small matrices. */
    bool adds_rows = innermost_axis(layout->program, layout->contract) < layout->contract->rank;
    unsigned batch = ~(m->axes | k->axes) & ((1u << layout->axis_count) - 1);
    for (int i = 0; i < layout->axis_count; i++)
        if (size_is(layout->extents[i], 1))
            batch &= ~(1u << i);
    if (operator_is_elementwise(base->op) && (layout->program->uses[base->id] == 1 || adds_rows))
        return NULL;
    if (batch && adds_rows)
        return NULL;
    if (is_running_power(base))
        return NULL; /* is made as it is summed */
    product->is_vector = true;
    product->row_axis = m->first;
    product->sum_axis = k->first;
    product->a_input = matrix;
    product->b_input = !matrix;
    product->ldb = k->strides[!matrix];
    product->ldc = m->strides[Y];
    if (!match_matrix(m->strides[matrix], m->extent, k->strides[matrix], k->extent, &product->trans_a,
                      &product->lda) ||
        !is_at_least(product->ldb, size_number(sizes, 1)) ||
        !is_at_least(product->ldc, size_number(sizes, 1)))
        return NULL;
    product->m = product->trans_a ? k->extent : m->extent;
    product->n = product->trans_a ? m->extent : k->extent;
    product->called = m->axes | k->axes;
    return product;
}

static struct product *match_matrices(struct product *product, const struct run *m, const struct run *n,
                                      const struct run *k)
{
    double p = about(m->extent, UNKNOWN_LENGTH), q = about(n->extent, UNKNOWN_LENGTH),
           r = about(k->extent, UNKNOWN_LENGTH);
    if (p * q * r <= SMALL_MATMUL || p * q <= SMALL_SIDE || q * r <= SMALL_SIDE || p * r <= SMALL_SIDE)
        return NULL;
    int a = A, b = B;
    if (!size_is(n->strides[Y], 1)) {
        /* y' = b' a' */
        const struct run *other = m;
        m = n, n = other;
        a = B, b = A;
    }
    if (!size_is(n->strides[Y], 1) || !is_at_least(m->strides[Y], n->extent))
        return NULL;
    product->a_input = a;
    product->b_input = b;
    product->row_axis = m->first;
    product->sum_axis = k->first;
    product->m = m->extent;
    product->n = n->extent;
    product->k = k->extent;
    product->ldc = m->strides[Y];
    product->called = m->axes | n->axes | k->axes;
    if (!match_matrix(m->strides[a], m->extent, k->strides[a], k->extent, &product->trans_a, &product->lda) ||
        !match_matrix(k->strides[b], k->extent, n->strides[b], n->extent, &product->trans_b, &product->ldb))
        return NULL;
    return product;
}

struct product *match_product(struct program *program, const struct node *contract)
{
    struct layout layout = {.program = program, .contract = contract};
    struct run m, n, k;
    if (contract->type != REAL || contract->reduced == 0 || contract->inputs[0]->type != REAL ||
        contract->inputs[1]->type != REAL || !lay_out(&layout))
        return NULL;
    find_run(&layout, &m, A, Y, B);
    find_run(&layout, &n, B, Y, A);
    unsigned left = find_run(&layout, &k, A, B, Y);
    if (!k.extent || (left && !(m.extent && n.extent)))
        return NULL;
    /* A summed axis along which one operand does not move is no matter for a product. */
    for (int i = contract->rank; i < layout.axis_count; i++)
        if (!size_is(layout.extents[i], 1) && !((k.axes | left) >> i & 1))
            return NULL;
    struct product *product = ARENA_NEW(program->arena, struct product);
    product->is_summed = left != 0;
    if (m.extent && n.extent)
        return match_matrices(product, &m, &n, &k);
    if (m.extent)
        return match_vector(&layout, product, &m, A, &k);
    return n.extent ? match_vector(&layout, product, &n, B, &k) : NULL;
}

/* Unit stride, or no movement, in all three tensors vectorises; an axis of y among these needs no
 * reassociation. */
int innermost_axis(struct program *program, const struct node *contract)
{
    struct layout layout = {.program = program, .contract = contract};
    int last = contract->rank + contract->reduced - 1, best = -1;
    if (!lay_out(&layout))
        return last;
    for (int i = 0; i < layout.axis_count; i++) {
        bool is_unit = !size_is(layout.extents[i], 1);
        for (int t = A; t <= Y; t++)
            is_unit = is_unit && (!layout.strides[t][i] || size_is(layout.strides[t][i], 1));
        if (is_unit && i < contract->rank && about(layout.extents[i], UNKNOWN_LENGTH) > SHORT_ROW)
            return i;
        if (is_unit)
            best = i;
    }
    return best >= 0 ? best : last;
}
