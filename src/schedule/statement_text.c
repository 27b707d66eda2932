/* statement_text.c: what the statement of each kind of nest does, as text for people. */
#include <string.h>

#include "program_text.h"

/* first : first + rows */
static const char *rows_of_block(struct program *program, const struct nest *nest)
{
    const struct blocks *block = nest->block;
    size *end = size_add(block->first, block->rows);
    return arena_print(program->arena, "%s : %s", size_print(program->arena, block->first, SIZE_LANGUAGE),
                       size_print(program->arena, end, SIZE_LANGUAGE));
}

static const struct tree ALL = {.kind = TREE_NAME, .text = ":"};

/* The positions of the nest's iteration axes; what a call does along an axis, it does for all of it. */
static void nest_positions(struct program *program, const struct nest *nest, struct index *at)
{
    nest_indices(program, nest, nest->loop_count, at);
    for (int i = 0; nest->kind == NEST_PRODUCT && i < nest->axis_count; i++)
        if (nest->product->called >> i & 1)
            at[i] = (struct index){size_number(program->sizes, 0),
                                   nest->block && i == nest->block_axis
                                       ? tree_name(program->arena, rows_of_block(program, nest))
                                       : &ALL};
}

/* Where the target stands for these. */
static void target_positions(struct program_text *text, const struct nest *nest, const struct index *at,
                             struct index *to)
{
    target_indices(text->program, nest, at, to, dynamic_title, text);
    for (int a = 0; nest->kind == NEST_CALL && a < nest->target->node->rank; a++)
        if (a >= nest->axis_count || nest->target_axes[a] >= nest->axis_count)
            to[a].dynamic = &ALL;
}

/* ---- Factors ---- */

static const char *scaled(struct program_text *text, const struct scale *scale, const char *title,
                          int *precedence)
{
    int own;
    for (int i = scale->count; i-- > 0;) {
        const char *factor = expression_title(text, scale->factors[i], NULL, &own);
        title = scale->is_inverse[i]
                    ? arena_print(text->arena, "%s / %s", in_parentheses(text, title, *precedence, 4),
                                  in_parentheses(text, factor, own, 3))
                    : arena_print(text->arena, "%s * %s", in_parentheses(text, factor, own, 4),
                                  in_parentheses(text, title, *precedence, 4));
        *precedence = 3;
    }
    if (scale->is_negative) {
        title = arena_print(text->arena, "-%s", in_parentheses(text, title, *precedence, 4));
        *precedence = 4;
    }
    return title;
}

static const char *operand_title(struct program_text *text, const struct nest *nest, int operand,
                                 const struct index *at, int *precedence)
{
    struct index place[MAXIMUM_AXES];
    operand_indices(nest->node, operand, at, place);
    return expression_title(text, nest->node->inputs[operand], place, precedence);
}

static const char *product_title(struct program_text *text, const struct nest *nest, const struct index *at,
                                 const char *sign)
{
    int a_precedence, b_precedence;
    const char *a = operand_title(text, nest, 0, at, &a_precedence);
    const char *b = operand_title(text, nest, 1, at, &b_precedence);
    return arena_print(text->arena, "%s %s %s", in_parentheses(text, a, a_precedence, 4), sign,
                       in_parentheses(text, b, b_precedence, 3));
}

/* ---- Kinds ---- */

static const char *value_of(struct program_text *text, struct nest *nest, const struct index *at)
{
    int precedence = 0;
    const char *sum = NULL, *title = "0";
    switch (nest->kind) {
    case NEST_VALUE: return definition_title(text, nest->node, at, &precedence);
    case NEST_SUM:
        for (size_t i = 0; i < nest->terms_count; i++) {
            title = expression_title(text, nest->terms[i].node, at, &precedence);
            title = scaled(text, &nest->terms[i].scale, title, &precedence);
            sum = !sum              ? title
                  : title[0] == '-' ? arena_print(text->arena, "%s - %s", sum, title + 1)
                                    : arena_print(text->arena, "%s + %s", sum, title);
        }
        return sum;
    case NEST_COPY:
        if (nest->source)
            title = element_title(text, buffer_title(text, nest->source), nest->source->node->rank, at);
        else if (nest->node)
            title = expression_title(text, nest->node, at, &precedence);
        return scaled(text, &nest->scale, title, &precedence);
    case NEST_SCATTER: return expression_title(text, nest->operand, at, &precedence);
    default: return operand_title(text, nest, 0, at, &precedence);
    }
}

static const char *reduction_title(struct program_text *text, struct nest *nest, const struct index *at,
                                   const char *target)
{
    enum op op = nest->node->op;
    const char *term = op == OP_CONTRACT ? product_title(text, nest, at, "*") : value_of(text, nest, at);
    if (nest->first_reduced == nest->loop_count)
        return arena_print(text->arena, "%s = %s", target, term);
    if (op == OP_SUM || op == OP_CONTRACT || op == OP_CUMSUM)
        return arena_print(text->arena, "%s += %s", target, term);
    return arena_print(text->arena, "%s = %s(%s, %s)", target, operator_info(op)->name, target, term);
}

static const char *call_title(struct program_text *text, struct nest *nest, const struct index *at,
                              const char *target)
{
    struct index place[MAXIMUM_AXES];
    const char *title = operator_info(nest->node->op)->name;
    int precedence;
    for (int i = 0; i < nest->node->input_count; i++) {
        struct node *x = nest->node->inputs[i];
        for (int a = 0; a < x->rank; a++)
            place[a] =
                a < nest->axis_count ? at[a] : (struct index){size_number(text->program->sizes, 0), &ALL};
        title = arena_print(text->arena, "%s%s%s", title, i ? ", " : "(",
                            expression_title(text, x, place, &precedence));
    }
    for (size_t i = 0; i < nest->scratch_count; i++)
        title = arena_print(text->arena, "%s; %s", title, buffer_title(text, nest->scratch[i]));
    return arena_print(text->arena, "%s = call %s)", target, title);
}

static const char *matrix_title(struct program_text *text, struct nest *nest, const struct index *at,
                                const char *target)
{
    const struct product *product = nest->product;
    int precedence = 3;
    const char *title = scaled(text, &nest->scale, product_title(text, nest, at, "@"), &precedence);
    const char *name = product->is_vector ? "matvec" : "matmul";
    const char *sizes =
        arena_print(text->arena, "%s, %s", size_title(text, product->m), size_title(text, product->n));
    if (!product->is_vector)
        sizes = arena_print(text->arena, "%s, %s", sizes, size_title(text, product->k));
    title = arena_print(text->arena, "%s %s call %s(%s)", target, nest->adds ? "+=" : "=", name, title);
    return nest->block ? title : arena_print(text->arena, "%s   of %s", title, sizes);
}

static const char *check_title(struct program_text *text, const struct nest *nest, const struct index *at)
{
    int precedence;
    const char *k = expression_title(text, nest->node, at, &precedence);
    switch (nest->check->kind) {
    case CHECK_RANGE:
        return arena_print(text->arena, "check %s <= %s < %s", size_title(text, nest->check->low), k,
                           size_title(text, nest->check->high));
    case CHECK_FITS: return arena_print(text->arena, "check %s fits an int", k);
    default: return arena_print(text->arena, "check %s", k);
    }
}

const char *statement_title(struct program_text *text, struct nest *nest)
{
    struct index at[MAXIMUM_AXES], to[MAXIMUM_AXES];
    int precedence;
    const char *target = NULL;
    nest_positions(text->program, nest, at);
    if (nest->target) {
        target_positions(text, nest, at, to);
        target = element_title(text, buffer_title(text, nest->target),
                               nest->target->node ? nest->target->node->rank : 0, to);
    } else if (nest->member) {
        target = nest->member->name;
    }
    switch (nest->kind) {
    case NEST_SCAN:
        for (int a = 0; a < nest->node->rank; a++)
            if (nest->node->axes >> a & 1)
                at[a] = to[a];
        return reduction_title(text, nest, at, target);
    case NEST_REDUCE:
    case NEST_ARGUMENT: return reduction_title(text, nest, at, target);
    case NEST_PRODUCT: return matrix_title(text, nest, at, target);
    case NEST_CALL: return call_title(text, nest, at, target);
    case NEST_SEED: return arena_print(text->arena, "%s = 0 where it is NULL", target);
    case NEST_CHECK: return check_title(text, nest, at);
    case NEST_BREAK:
        return arena_print(text->arena, "leave unless %s",
                           expression_title(text, nest->node, at, &precedence));
    case NEST_REGION: return "rounds";
    default:
        return arena_print(text->arena, "%s %s %s", target, nest->adds ? "+=" : "=",
                           value_of(text, nest, at));
    }
}
