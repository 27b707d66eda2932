/* verify_names.c: every name that a statement mentions is declared around it, and every index has been
 * checked. */
#include <string.h>

#include "program_verify.h"

struct mentioned {
    struct verifier *verifier;
    const struct item *item; /* where */
    const char *fault;
};

/* ---- Variables ---- */

static bool declares(const struct item *item, const size *variable)
{
    switch (item->kind) {
    case ITEM_LOOP: return item->variable == variable || (item->block && item->block->rows == variable);
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

static void check_read(void *closure, struct node *node, struct buffer *buffer, const struct node *view,
                       const struct index *at)
{
    struct mentioned *mentioned = closure;
    struct verifier *verifier = mentioned->verifier;
    check_place(mentioned, view ? view->rank : node->rank, at);
    if (buffer)
        check_buffer(mentioned, buffer);
    else if (!verifier->program->leaf_members[node->id] && !mentioned->fault)
        mentioned->fault = arena_print(verifier->text.arena, "mentions %s, which no member and no loop gives",
                                       value_name(&verifier->text, node));
}

static void check_operator(void *closure, struct node *node, const struct index *at)
{
    struct mentioned *mentioned = closure;
    if (node->op == OP_SIZE_VALUE)
        size_visit_loop_variables(node->extent, check_variable, mentioned);
    else if (node->op == OP_IOTA)
        check_place(mentioned, node->rank, at);
    else if (node->op != OP_CONSTANT && !operator_is_elementwise(node->op) && !mentioned->fault)
        mentioned->fault = arena_print(mentioned->verifier->text.arena,
                                       "mentions %s, which has neither a buffer nor an expression",
                                       value_name(&mentioned->verifier->text, node));
}

/* Of counts of positions, which are no memory, any may be asked for. */
static bool is_view_of_counts(const struct program *program, const struct node *view)
{
    while (!program->buffers[view->id] && (view->op == OP_INDEX || view->op == OP_RESHAPE))
        view = view->inputs[0];
    return view->op == OP_IOTA && !program->buffers[view->id];
}

static void check_subscript(void *closure, const struct node *view, const struct node *k)
{
    struct mentioned *mentioned = closure;
    struct verifier *verifier = mentioned->verifier;
    const struct nest *check = verifier->checks[behind_views(verifier->program, k)->id];
    if (check && !comes_before(check->item, mentioned->item) && !mentioned->fault &&
        !is_view_of_counts(verifier->program, view))
        mentioned->fault = arena_print(verifier->text.arena, "reads or writes at %s, which is checked later",
                                       value_name(&verifier->text, behind_views(verifier->program, k)));
}

const char *verify_names(struct verifier *verifier, const struct nest *nest)
{
    struct mentioned mentioned = {verifier, nest->item, NULL};
    const struct read_visitor visitor = {verifier->program, &mentioned, check_read, check_operator,
                                         check_subscript};
    struct index at[MAXIMUM_AXES];
    nest_indices(verifier->program, nest, nest->loop_count, at);
    check_place(&mentioned, nest->axis_count, at);
    if (nest->row)
        size_visit_loop_variables(nest->row, check_variable, &mentioned);
    if (nest->target)
        check_buffer(&mentioned, nest->target);
    visit_reads(&visitor, nest, at);
    return mentioned.fault;
}

const char *verify_range(struct verifier *verifier, const struct item *item)
{
    struct mentioned mentioned = {verifier, item->parent, NULL};
    if (item->kind == ITEM_LOOP) {
        size_visit_loop_variables(item->extent, check_variable, &mentioned);
    } else if (item->kind == ITEM_REGION) {
        size_visit_loop_variables(item->nest->node->loop->begin, check_variable, &mentioned);
        size_visit_loop_variables(item->nest->node->loop->end, check_variable, &mentioned);
    }
    return mentioned.fault;
}
