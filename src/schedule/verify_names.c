/* verify_names.c: every name that a statement mentions is declared around it, and every index has been
 * checked. */
#include <string.h>

#include "program_verify.h"

struct mentioned {
    struct verifier *verifier;
    const struct item *item; /* where */
    const char *fault;
    bool is_counted; /* what is subscripted is a count of positions, not memory */
};

/* ---- Variables ---- */

static bool declares(const struct item *item, const size *variable)
{
    switch (item->kind) {
    case ITEM_LOOP: return item->variable == variable;
    case ITEM_BLOCK: return item->block->first == variable || item->block->rows == variable;
    case ITEM_REGION: return item->nest && item->nest->node->loop->variable == variable;
    default: return false;
    }
}

static void check_variable(void *closure, size *variable)
{
    struct mentioned *mentioned = closure;
    const struct item *item = mentioned->item;
    while (item && !declares(item, variable))
        item = item->parent;
    if (!item && !mentioned->fault)
        mentioned->fault =
            arena_print(mentioned->verifier->text.arena, "stands in no loop over %s, which it mentions",
                        size_title(&mentioned->verifier->text, variable));
}

static void check_place(struct mentioned *mentioned, int rank, const struct index *at)
{
    for (int a = 0; at && a < rank; a++)
        size_visit_loop_variables(at[a].affine, check_variable, mentioned);
}

/* ---- Values ---- */

/* The items around the declaration of a local variable: where its first writer stands, or where what it adds
 * up starts. */
static const struct item *declared_in(const struct buffer *buffer)
{
    const struct nest *first = buffer->writers[0];
    if (adds_up_over_blocks(first))
        return first->path[first->path_first - 1]->parent;
    return first->first_reduced < first->loop_count
               ? first->path[first->path_first + first->first_reduced]->parent
               : first->item->parent;
}

static void check_buffer(struct mentioned *mentioned, const struct buffer *buffer)
{
    struct verifier *verifier = mentioned->verifier;
    for (; buffer->alias_of; buffer = buffer->alias_of)
        if (buffer->row)
            size_visit_loop_variables(buffer->row, check_variable, mentioned);
    if (buffer->block)
        size_visit_loop_variables(buffer->block->first, check_variable, mentioned);
    if (verifier->pass < PASS_PLACE || buffer->storage != STORAGE_SCALAR || buffer->lanes ||
        buffer->writers_count == 0)
        return;
    if (!is_within(mentioned->item, declared_in(buffer)) && !mentioned->fault)
        mentioned->fault =
            arena_print(verifier->text.arena, "mentions the variable %s, which is declared elsewhere",
                        buffer_title(&verifier->text, buffer));
}

static void visit(struct mentioned *mentioned, struct node *node, const struct index *at);

static const struct tree *visit_dynamic(void *closure, struct node *k, const struct index *at)
{
    struct mentioned *mentioned = closure;
    struct verifier *verifier = mentioned->verifier;
    const struct nest *check = verifier->checks[behind_views(verifier->program, k)->id];
    if (check && !mentioned->is_counted && !comes_before(check->item, mentioned->item) && !mentioned->fault)
        mentioned->fault = arena_print(verifier->text.arena, "reads or writes at %s, which is checked later",
                                       value_name(&verifier->text, behind_views(verifier->program, k)));
    visit(mentioned, k, at);
    return anywhere(closure, k, at);
}

static void visit_view(struct mentioned *mentioned, struct node *view, const struct index *at)
{
    struct program *program = mentioned->verifier->program;
    struct index below[MAXIMUM_AXES];
    struct node *x = view->inputs[0];
    if (view->op == OP_INDEX) {
        const struct node *base = x;
        while (!program->buffers[base->id] && (base->op == OP_INDEX || base->op == OP_RESHAPE))
            base = base->inputs[0];
        mentioned->is_counted = base->op == OP_IOTA && !program->buffers[base->id];
        index_below(program, view, view->subscripts, x->rank, at, below, visit_dynamic, mentioned);
        mentioned->is_counted = false;
        visit(mentioned, x, below);
    } else if (reshape_below(program, view, at, below)) {
        visit(mentioned, x, below);
    } else {
        check_place(mentioned, view->rank, at);
    }
}

static void visit_definition(struct mentioned *mentioned, struct node *node, const struct index *at)
{
    switch (node->op) {
    case OP_CONSTANT: break;
    case OP_SIZE_VALUE: size_visit_loop_variables(node->extent, check_variable, mentioned); break;
    case OP_IOTA: check_place(mentioned, node->rank, at); break;
    case OP_INDEX:
    case OP_RESHAPE: visit_view(mentioned, node, at); break;
    default:
        for (int i = 0; operator_is_elementwise(node->op) && i < node->input_count; i++)
            visit(mentioned, node->inputs[i], at);
        if (!operator_is_elementwise(node->op) && !mentioned->fault)
            mentioned->fault = arena_print(mentioned->verifier->text.arena,
                                           "mentions %s, which has neither a buffer nor an expression",
                                           value_name(&mentioned->verifier->text, node));
    }
}

static void visit(struct mentioned *mentioned, struct node *node, const struct index *at)
{
    struct verifier *verifier = mentioned->verifier;
    struct program *program = verifier->program;
    const struct buffer *buffer = program->buffers[node->id];
    if (!buffer && !is_leaf(node)) {
        visit_definition(mentioned, node, at);
        return;
    }
    check_place(mentioned, node->rank, at);
    if (buffer)
        check_buffer(mentioned, buffer);
    else if (!program->leaf_members[node->id] && !mentioned->fault)
        mentioned->fault = arena_print(verifier->text.arena, "mentions %s, which no member and no loop gives",
                                       value_name(&verifier->text, node));
}

static void visit_scale(struct mentioned *mentioned, const struct scale *scale)
{
    for (int i = 0; i < scale->count; i++)
        visit(mentioned, scale->factors[i], NULL);
}

static void visit_operands(struct mentioned *mentioned, const struct nest *nest, const struct index *at)
{
    struct index place[MAXIMUM_AXES];
    for (int i = 0; i < nest->node->input_count; i++) {
        operand_indices(nest->node, i, at, place);
        visit(mentioned, nest->node->inputs[i], place);
    }
}

const char *verify_names(struct verifier *verifier, const struct nest *nest)
{
    struct mentioned mentioned = {verifier, nest->item, NULL, false};
    struct index at[MAXIMUM_AXES];
    nest_positions(verifier->program, nest, at);
    check_place(&mentioned, nest->axis_count, at);
    visit_scale(&mentioned, &nest->scale);
    if (nest->row)
        size_visit_loop_variables(nest->row, check_variable, &mentioned);
    if (nest->target)
        check_buffer(&mentioned, nest->target);
    switch (nest->kind) {
    case NEST_VALUE: visit_definition(&mentioned, nest->node, at); break;
    case NEST_SUM:
        for (size_t i = 0; i < nest->terms_count; i++) {
            visit(&mentioned, nest->terms[i].node, at);
            visit_scale(&mentioned, &nest->terms[i].scale);
        }
        break;
    case NEST_COPY:
        if (nest->source)
            check_buffer(&mentioned, nest->source);
        else if (nest->node)
            visit(&mentioned, nest->node, at);
        break;
    case NEST_BREAK:
    case NEST_CHECK: visit(&mentioned, nest->node, at); break;
    case NEST_SCATTER:
        visit(&mentioned, nest->operand, at);
        for (int i = nest->node->op == OP_REPLACE ? 2 : 1; i < nest->node->input_count; i++)
            visit_dynamic(&mentioned, nest->node->inputs[i], at);
        break;
    case NEST_REDUCE:
    case NEST_ARGUMENT:
    case NEST_PRODUCT: visit_operands(&mentioned, nest, at); break;
    default: break; /* calls and scans place their operands themselves */
    }
    return mentioned.fault;
}

const char *verify_range(struct verifier *verifier, const struct item *item)
{
    struct mentioned mentioned = {verifier, item->parent, NULL, false};
    if (item->kind == ITEM_LOOP) {
        size_visit_loop_variables(item->extent, check_variable, &mentioned);
    } else if (item->kind == ITEM_REGION) {
        size_visit_loop_variables(item->nest->node->loop->begin, check_variable, &mentioned);
        size_visit_loop_variables(item->nest->node->loop->end, check_variable, &mentioned);
    }
    return mentioned.fault;
}
