/* emit_call.c: nests that call the runtime: matrix products and factorisations. */
#include <string.h>

#include "emitter.h"
#include "routine.h"

/* A pointer to the part of the target that this round of the outer loops fills. */
static const struct tree *target_pointer(struct emitter *emitter, const struct nest *nest,
                                         const struct index *at)
{
    struct index to[MAXIMUM_RANK];
    struct buffer *buffer = nest->target;
    for (int a = 0; a < buffer->node->rank; a++) {
        int axis = nest->target_axes[a];
        to[a] = axis >= 0 && axis < nest->axis_count
                    ? at[axis]
                    : (struct index){size_number(emitter->program->sizes, 0), NULL};
    }
    return address_of(emitter, buffer, to);
}

const struct tree *scale_factor(struct emitter *emitter, const struct scale *scale)
{
    struct arena *arena = emitter->lasting;
    const struct tree *product = NULL;
    for (int i = 0; i < scale->count; i++) {
        const struct tree *factor = expression_of(emitter, scale->factors[i], NULL);
        if (scale->is_inverse[i])
            product =
                tree_binary(arena, product ? product : form(emitter, "1.0%s", emitter->suffix), "/", factor);
        else
            product = product ? tree_binary(arena, product, "*", factor) : factor;
    }
    if (!product)
        return tree_number(arena, scale->is_negative ? -1 : 1);
    return scale->is_negative ? tree_negate_first(arena, product) : product;
}

/* The product of one block of rows, or of that block's part of the sums. */
static struct product cut_product(const struct nest *nest)
{
    struct product product = *nest->product;
    if (!nest->block || !is_cut_inside_call(nest, nest->block_axis))
        return product;
    size **side = nest->block_axis == product.row_axis
                      ? product.is_vector && product.trans_a ? &product.n : &product.m
                  : product.is_vector ? product.trans_a ? &product.m : &product.n
                                      : &product.k;
    *side = size_multiply(size_divide(*side, nest->block->extent), nest->block->rows);
    return product;
}

void emit_product(struct emitter *emitter, struct nest *nest)
{
    const struct product cut = cut_product(nest), *product = &cut;
    struct node *node = nest->node;
    struct index at[MAXIMUM_AXES], a_at[MAXIMUM_RANK], b_at[MAXIMUM_RANK];
    nest_indices(emitter->program, nest, nest->loop_count, at);
    operand_indices(node, product->a_input, at, a_at);
    operand_indices(node, product->b_input, at, b_at);
    const struct tree *a = operand_pointer(emitter, node->inputs[product->a_input], a_at);
    const struct tree *b = operand_pointer(emitter, node->inputs[product->b_input], b_at);
    const struct tree *c = target_pointer(emitter, nest, at);
    const struct tree *alpha = scale_factor(emitter, &nest->scale);
    const struct tree *beta = tree_number(emitter->lasting, nest->adds);
    if (!nest->adds && adds_up_over_blocks(nest) && is_cut_inside_call(nest, nest->block_axis))
        beta = form(emitter, "$ > 0", size_c(emitter, nest->block->first));
    if (product->is_vector)
        emit_line(emitter, "gradc_matvec_%s(%d, $, $, $, $, $, $, $, $, $, $)", emitter->width,
                  product->trans_a, size_c(emitter, product->m), size_c(emitter, product->n), alpha, a,
                  size_c(emitter, product->lda), b, size_c(emitter, product->ldb), beta, c,
                  size_c(emitter, product->ldc));
    else
        emit_line(emitter, "gradc_matmul_%s(%d, %d, $, $, $, $, $, $, $, $, $, $, $)", emitter->width,
                  product->trans_a, product->trans_b, size_c(emitter, product->m),
                  size_c(emitter, product->n), size_c(emitter, product->k), alpha, a,
                  size_c(emitter, product->lda), b, size_c(emitter, product->ldb), beta, c,
                  size_c(emitter, product->ldc));
}

/* ---- Factorisations ---- */

/* The position along an axis for which a loop is opened, unless it has one element only. */
static struct index open_axis(struct emitter *emitter, int depth, size *extent)
{
    if (size_is(extent, 1))
        return (struct index){size_number(emitter->program->sizes, 0), NULL};
    size *variable = program_variable(emitter->program, depth, extent);
    emit_open_loop(emitter, NO_BRACES, c_name(emitter, variable), size_c(emitter, extent));
    return (struct index){variable, NULL};
}

/* destination[r * columns + c] = operand[..., r, c] for this round of the outer loops. */
static void copy_matrix(struct emitter *emitter, struct nest *nest, struct node *operand,
                        const struct tree *destination)
{
    struct index at[MAXIMUM_AXES];
    int rank = operand->rank, depth = emitter->at->depth;
    size *const *shape = operand->shape + rank - 2;
    nest_indices(emitter->program, nest, nest->loop_count, at);
    struct code *outer = emitter->code;
    at[rank - 2] = open_axis(emitter, depth, shape[0]);
    at[rank - 1] = open_axis(emitter, depth + 1, shape[1]);
    const struct tree *value = expression_of(emitter, operand, at);
    struct element_place place = {
        .rank = 2, .extents = {shape[0], shape[1]}, .at = {at[rank - 2], at[rank - 1]}};
    struct offset to = offset_of(emitter, place);
    const char *element = destination->kind == TREE_NAME ? "$[$] = $" : "($)[$] = $";
    emit_line(emitter, element, destination, to.at ? to.at : tree_number(emitter->lasting, 0), value);
    emitter->code = outer;
}

static const struct tree *scratch_of(struct emitter *emitter, struct nest *nest, size_t i)
{
    nest->scratch[i]->is_read = true;
    return tree_name(emitter->lasting, buffer_name(emitter, nest->scratch[i]));
}

static void emit_checked(struct emitter *emitter, const struct tree *call)
{
    emit_failure(emitter, form(emitter, "$ != GRADC_OK", call), "GRADC_ENUMERIC");
}

static void emit_determinant(struct emitter *emitter, struct nest *nest, const struct index *at,
                             const struct tree *n)
{
    struct index to[MAXIMUM_RANK];
    for (int a = 0; a < nest->node->rank; a++)
        to[a] = at[a];
    const struct tree *place = element_of(emitter, nest->target, to);
    const struct tree *factors = scratch_of(emitter, nest, 0), *pivots = scratch_of(emitter, nest, 1);
    copy_matrix(emitter, nest, nest->node->inputs[0], factors);
    if (nest->node->op == OP_DET) /* 0 of a singular matrix */
        emit_line(emitter, "(void)gradc_lu_%s($, $, $)", emitter->width, n, factors, pivots);
    else
        emit_checked(emitter, form(emitter, "gradc_lu_%s($, $, $)", emitter->width, n, factors, pivots));
    const struct tree *value =
        nest->node->op == OP_DET
            ? form(emitter, "gradc_lu_det_%s($, $, $)", emitter->width, n, factors, pivots)
            : form(emitter, "gradc_lu_logdet_%s($, $)", emitter->width, n, factors);
    if (needs_declaration(nest))
        emit_line(emitter, "const %s $ = $", emitter->real, place, value);
    else
        emit_line(emitter, "$ = $", place, value);
}

static void emit_routine(struct emitter *emitter, struct nest *nest, const struct tree *y)
{
    const struct node *node = nest->node, *matrix = node->inputs[0];
    const struct tree *x = scratch_of(emitter, nest, 0),
                      *work = nest->scratch_count > 1 ? scratch_of(emitter, nest, 1) : form(emitter, "NULL");
    copy_matrix(emitter, nest, node->inputs[0], x);
    emit_checked(emitter, form(emitter, "gradc_%s_%s($, $, $, $, $)", node_operator_name(node),
                               emitter->width, size_c(emitter, matrix->shape[matrix->rank - 2]),
                               size_c(emitter, matrix->shape[matrix->rank - 1]), x, y, work));
}

void emit_call(struct emitter *emitter, struct nest *nest)
{
    struct index at[MAXIMUM_AXES];
    struct node *node = nest->node;
    struct node *matrix = node->inputs[0], *last = node->inputs[node->input_count - 1];
    const struct tree *n = size_c(emitter, matrix->shape[matrix->rank - 1]);
    nest_indices(emitter->program, nest, nest->loop_count, at);
    if (node->op == OP_DET || node->op == OP_LOGABSDET) {
        emit_determinant(emitter, nest, at, n);
        return;
    }
    const struct tree *y = target_pointer(emitter, nest, at);
    if (node->op == OP_ROUTINE) {
        emit_routine(emitter, nest, y);
        return;
    }
    const struct tree *columns = size_c(emitter, last->shape[last->rank - 1]);
    copy_matrix(emitter, nest, last, y);
    if (node->op == OP_CHOLESKY) {
        emit_checked(emitter, form(emitter, "gradc_cholesky_%s($, $, $)", emitter->width, n, y, y));
    } else if (node->op == OP_SOLVE_TRIANGULAR) {
        struct index l_at[MAXIMUM_RANK];
        for (int a = 0; a < matrix->rank; a++)
            l_at[a] =
                a < nest->axis_count ? at[a] : (struct index){size_number(emitter->program->sizes, 0), NULL};
        const struct tree *l = operand_pointer(emitter, matrix, l_at);
        emit_checked(emitter,
                     form(emitter, "gradc_solve_triangular_%s(%d, %d, %d, $, $, $, $, $)", emitter->width,
                          node->lower, node->transposed, node->unit, n, columns, l, y, columns));
    } else {
        const struct tree *factors = scratch_of(emitter, nest, 0), *pivots = scratch_of(emitter, nest, 1);
        copy_matrix(emitter, nest, matrix, factors);
        emit_checked(emitter, form(emitter, "gradc_lu_%s($, $, $)", emitter->width, n, factors, pivots));
        emit_line(emitter, "gradc_lu_solve_%s(%d, $, $, $, $, $, $)", emitter->width, node->transposed, n,
                  columns, factors, pivots, y, columns);
    }
}
