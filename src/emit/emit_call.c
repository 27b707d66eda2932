/* emit_call.c: nests that call the runtime: matrix products and factorisations. */
#include <string.h>

#include "emitter.h"
#include "routine.h"

/* A pointer to the part of the target that this round of the outer loops fills. */
static const char *target_pointer(struct emitter *emitter, const struct nest *nest, const struct index *at)
{
    struct index to[MAXIMUM_RANK];
    struct buffer *buffer = nest->target;
    for (int a = 0; a < buffer->node->rank; a++) {
        int axis = nest->target_axes[a];
        to[a] = axis >= 0 && axis < nest->axis_count
                    ? at[axis]
                    : (struct index){size_number(emitter->program->sizes, 0), NULL};
    }
    return address_text(emitter, buffer, to);
}

const char *scale_factor_text(struct emitter *emitter, const struct scale *scale, int *precedence)
{
    const char *text = NULL;
    bool has_minus =
        scale->count > 0 && !scale->is_inverse[0] && begins_with_minus(emitter->program, scale->factors[0]);
    *precedence = scale->count > 0 ? 3 : 2;
    if (scale->count == 1 && !scale->is_inverse[0] && !scale->is_negative)
        return expression_text(emitter, scale->factors[0], NULL, precedence);
    for (int i = 0; i < scale->count; i++) {
        int factor_precedence;
        const char *factor = expression_text(emitter, scale->factors[i], NULL, &factor_precedence);
        factor = parenthesise(emitter->arena, factor, factor_precedence, 3);
        has_minus = has_minus && (i > 0 || factor_precedence < 3);
        const char *one = text ? text : arena_print(emitter->arena, "1.0%s", emitter->suffix);
        text = scale->is_inverse[i] ? arena_print(emitter->arena, "%s / %s", one, factor)
               : text               ? arena_print(emitter->arena, "%s * %s", text, factor)
                                    : factor;
    }
    if (!text)
        return scale->is_negative ? "-1" : "1";
    return !scale->is_negative ? text : has_minus ? text + 1 : arena_print(emitter->arena, "-%s", text);
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
    nest_indices(emitter, nest, nest->loop_count, at);
    operand_indices(node, product->a_input, at, a_at);
    operand_indices(node, product->b_input, at, b_at);
    const char *a = operand_pointer(emitter, node->inputs[product->a_input], a_at);
    const char *b = operand_pointer(emitter, node->inputs[product->b_input], b_at);
    const char *c = target_pointer(emitter, nest, at);
    int precedence;
    const char *alpha = scale_factor_text(emitter, &nest->scale, &precedence), *beta = nest->adds ? "1" : "0";
    if (!nest->adds && adds_up_over_blocks(nest) && is_cut_inside_call(nest, nest->block_axis))
        beta = arena_print(emitter->arena, "%s > 0", size_c(emitter, nest->block->first));
    if (product->is_vector)
        emit_line(emitter, "gradc_matvec_%s(%d, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s);", emitter->width,
                  product->trans_a, size_c(emitter, product->m), size_c(emitter, product->n), alpha, a,
                  size_c(emitter, product->lda), b, size_c(emitter, product->ldb), beta, c,
                  size_c(emitter, product->ldc));
    else
        emit_line(emitter, "gradc_matmul_%s(%d, %d, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s);",
                  emitter->width, product->trans_a, product->trans_b, size_c(emitter, product->m),
                  size_c(emitter, product->n), size_c(emitter, product->k), alpha, a,
                  size_c(emitter, product->lda), b, size_c(emitter, product->ldb), beta, c,
                  size_c(emitter, product->ldc));
}

/* ---- Factorisations ---- */

/* name[r * columns + c] = operand[..., r, c] for this round of the outer loops. */
static void copy_matrix(struct emitter *emitter, struct nest *nest, struct node *operand,
                        const char *destination)
{
    struct index at[MAXIMUM_AXES];
    struct program *program = emitter->program;
    int rank = operand->rank, depth = emitter->at->depth, precedence;
    size *rows = operand->shape[rank - 2], *columns = operand->shape[rank - 1];
    size *r = program_variable(program, depth, rows), *c = program_variable(program, depth + 1, columns);
    nest_indices(emitter, nest, nest->loop_count, at);
    at[rank - 2] = (struct index){r, NULL};
    at[rank - 1] = (struct index){c, NULL};
    const char *r_name = size_c(emitter, r), *c_name = size_c(emitter, c);
    struct code *outer = emitter->code;
    emit_open_loop(emitter, NO_BRACES, r_name, size_c(emitter, rows));
    emit_open_loop(emitter, NO_BRACES, c_name, size_c(emitter, columns));
    const char *value = expression_text(emitter, operand, at, &precedence);
    emit_line(emitter, "(%s)[%s * %s + %s] = %s;", destination, r_name, size_factor(emitter, columns), c_name,
              value);
    emitter->code = outer;
}

static const char *scratch_name(struct emitter *emitter, struct nest *nest, size_t i)
{
    nest->scratch[i]->is_read = true;
    return buffer_name(emitter, nest->scratch[i]);
}

static void emit_checked(struct emitter *emitter, const char *call)
{
    emit_failure(emitter, arena_print(emitter->arena, "%s != GRADC_OK", call), "GRADC_ENUMERIC");
}

static void emit_determinant(struct emitter *emitter, struct nest *nest, const struct index *at,
                             const char *n)
{
    struct index to[MAXIMUM_RANK];
    for (int a = 0; a < nest->node->rank; a++)
        to[a] = at[a];
    const char *place = element_text(emitter, nest->target, to);
    const char *factors = scratch_name(emitter, nest, 0), *pivots = scratch_name(emitter, nest, 1);
    copy_matrix(emitter, nest, nest->node->inputs[0], factors);
    if (nest->node->op == OP_DET) /* 0 of a singular matrix */
        emit_line(emitter, "(void)gradc_lu_%s(%s, %s, %s);", emitter->width, n, factors, pivots);
    else
        emit_checked(emitter, arena_print(emitter->arena, "gradc_lu_%s(%s, %s, %s)", emitter->width, n,
                                          factors, pivots));
    const char *value =
        nest->node->op == OP_DET
            ? arena_print(emitter->arena, "gradc_lu_det_%s(%s, %s, %s)", emitter->width, n, factors, pivots)
            : arena_print(emitter->arena, "gradc_lu_logdet_%s(%s, %s)", emitter->width, n, factors);
    const char *type = needs_declaration(nest) ? arena_print(emitter->arena, "const %s ", emitter->real) : "";
    emit_line(emitter, "%s%s = %s;", type, place, value);
}

static void emit_routine(struct emitter *emitter, struct nest *nest, const char *y)
{
    const struct node *node = nest->node, *matrix = node->inputs[0];
    const char *x = scratch_name(emitter, nest, 0),
               *work = nest->scratch_count > 1 ? scratch_name(emitter, nest, 1) : "NULL";
    copy_matrix(emitter, nest, node->inputs[0], x);
    emit_checked(emitter,
                 arena_print(emitter->arena, "gradc_%s_%s(%s, %s, %s, %s, %s)", node_operator_name(node),
                             emitter->width, size_c(emitter, matrix->shape[matrix->rank - 2]),
                             size_c(emitter, matrix->shape[matrix->rank - 1]), x, y, work));
}

void emit_call(struct emitter *emitter, struct nest *nest)
{
    struct index at[MAXIMUM_AXES];
    struct node *node = nest->node;
    struct node *matrix = node->inputs[0], *last = node->inputs[node->input_count - 1];
    const char *n = size_c(emitter, matrix->shape[matrix->rank - 1]);
    nest_indices(emitter, nest, nest->loop_count, at);
    if (node->op == OP_DET || node->op == OP_LOGABSDET) {
        emit_determinant(emitter, nest, at, n);
        return;
    }
    const char *y = target_pointer(emitter, nest, at);
    if (node->op == OP_ROUTINE) {
        emit_routine(emitter, nest, y);
        return;
    }
    const char *columns = size_c(emitter, last->shape[last->rank - 1]);
    copy_matrix(emitter, nest, last, y);
    if (node->op == OP_CHOLESKY) {
        emit_checked(emitter,
                     arena_print(emitter->arena, "gradc_cholesky_%s(%s, %s, %s)", emitter->width, n, y, y));
    } else if (node->op == OP_SOLVE_TRIANGULAR) {
        struct index l_at[MAXIMUM_RANK];
        for (int a = 0; a < matrix->rank; a++)
            l_at[a] =
                a < nest->axis_count ? at[a] : (struct index){size_number(emitter->program->sizes, 0), NULL};
        const char *l = operand_pointer(emitter, matrix, l_at);
        emit_checked(emitter,
                     arena_print(emitter->arena, "gradc_solve_triangular_%s(%d, %d, %d, %s, %s, %s, %s, %s)",
                                 emitter->width, node->lower, node->transposed, node->unit, n, columns, l, y,
                                 columns));
    } else {
        const char *factors = scratch_name(emitter, nest, 0), *pivots = scratch_name(emitter, nest, 1);
        copy_matrix(emitter, nest, matrix, factors);
        emit_checked(emitter, arena_print(emitter->arena, "gradc_lu_%s(%s, %s, %s)", emitter->width, n,
                                          factors, pivots));
        emit_line(emitter, "gradc_lu_solve_%s(%d, %s, %s, %s, %s, %s, %s);", emitter->width, node->transposed,
                  n, columns, factors, pivots, y, columns);
    }
}
