/* emit_expression.c: nodes as C expressions, and where elements stand.
 *
 * A node that has a buffer is read from it; any other is its operator's row over its operands' expressions.
 */
#include <math.h>

#include <string.h>

#include "emitter.h"

static bool is_first(struct index index)
{
    return !index.dynamic && size_is(index.affine, 0);
}

/* ---- Places ---- */

/* A quotient is rounded before it is multiplied: said with parentheses. */
static const struct tree *as_factor(struct emitter *emitter, const struct tree *a)
{
    return tree_is(a, TREE_BINARY, "/") ? parenthesise(emitter->lasting, a, PRECEDENCE_PRODUCT) : a;
}

/* What the offset so far is multiplied with for the axis: constants of axes at position 0 together. */
static const struct tree *scale_offset(struct emitter *emitter, const struct tree *offset, size *extent,
                                       bool is_last, int64_t *constant)
{
    struct arena *arena = emitter->lasting;
    int64_t number;
    bool is_constant = size_is_number(extent, &number);
    if (is_constant)
        *constant *= number;
    if ((!is_constant || is_last) && *constant != 1) {
        offset = tree_append(arena, as_factor(emitter, offset), "*", tree_number(arena, *constant));
        *constant = 1;
    }
    return is_constant ? offset
                       : tree_append(arena, as_factor(emitter, offset), "*", size_factor(emitter, extent));
}

static bool is_last_place(const struct element_place *place, int axis)
{
    for (int a = axis + 1; a < place->rank; a++)
        if (!(place->dropped >> a & 1) && !size_is(place->extents[a], 1))
            return false;
    return true;
}

/* ((i * B) + j) * C + k; NULL: 0. */
static const struct tree *spell_offset(struct emitter *emitter, const struct element_place *place)
{
    struct arena *arena = emitter->lasting;
    size *const *shape = place->extents;
    const struct index *at = place->at;
    const struct tree *offset = NULL; /* NULL: the number alone */
    int64_t number = 0, extent, here, constant = 1;
    for (int a = 0; a < place->rank; a++) {
        if (place->dropped >> a & 1 || size_is(shape[a], 1))
            continue;
        if (!offset && number && size_is_number(shape[a], &extent))
            number *= extent;
        else if (!offset && number == 1)
            offset = size_c(emitter, shape[a]);
        else if (!offset && number)
            offset = tree_append(arena, tree_number(arena, number), "*", size_factor(emitter, shape[a]));
        else if (offset)
            offset = scale_offset(emitter, offset, shape[a], !is_first(at[a]) || is_last_place(place, a),
                                  &constant);
        if (!offset && !at[a].dynamic && size_is_number(at[a].affine, &here) && number + here >= 0) {
            number += here;
            continue;
        }
        if (is_first(at[a]))
            continue;
        if (!offset && number)
            offset = tree_number(arena, number);
        const struct tree *index = index_of(emitter, at[a]);
        offset = offset ? tree_append(arena, offset, "+", index) : index;
    }
    return !offset && number ? tree_number(arena, number) : offset;
}

struct offset offset_of(struct emitter *emitter, struct element_place place)
{
    size *flat = emitter->side ? flat_offset(emitter->program, &place) : NULL;
    const struct tree *beside = flat ? side_by_side_offset(emitter, flat) : NULL;
    return (struct offset){beside ? beside : spell_offset(emitter, &place), flat};
}

const char *buffer_name(struct emitter *emitter, struct buffer *buffer)
{
    struct buffer *array = array_of(buffer);
    if (array != buffer) {
        array->is_read = true;
        return buffer_name(emitter, array);
    }
    if (!buffer->name) {
        const struct node *node = buffer->node;
        const char *wanted = "t";
        while (node && !node->name && node->op == OP_RESULT && node->result >= node->loop->carried_count)
            node = node->loop->collected[node->result - node->loop->carried_count];
        if (buffer->member)
            wanted = buffer->member->name;
        else if (!node)
            wanted = buffer->type == INT ? "pivots" : "factors";
        else if (node->name)
            wanted = node->name;
        else if (node->op == OP_SUM || node->op == OP_CONTRACT)
            wanted = "sum";
        else if (node->op == OP_MAXIMUM)
            wanted = "most";
        else if (node->op == OP_MINIMUM)
            wanted = "least";
        else if (node->op == OP_ARGMAX || node->op == OP_ARGMIN)
            wanted = "at";
        buffer->name = names_take(emitter->names, wanted);
    }
    return buffer->name;
}

const struct tree *subscripted(struct emitter *emitter, const char *name, struct offset offset)
{
    return offset.at ? form(emitter, "%s[$]", name, offset.at) : form(emitter, "%s[0]", name);
}

struct offset offset_in_buffer(struct emitter *emitter, const struct buffer *buffer, const struct index *at)
{
    return offset_of(emitter, place_in_array(buffer, buffer->node->rank, buffer->node->shape, at));
}

const struct tree *numbered_element(struct emitter *emitter, struct buffer *buffer, size *count, size *number)
{
    struct buffer whole = *buffer; /* its axes as one, none of them a block's */
    whole.block = NULL;
    whole.dropped = 0;
    return subscripted(emitter, buffer_name(emitter, buffer),
                       offset_of(emitter, place_in_array(&whole, 1, &count, &(struct index){number, NULL})));
}

const struct tree *lane_of(struct emitter *emitter, const char *name, const struct tree *at)
{
    return at ? form(emitter, "%s[$ * GRADC_LANES + %s]", name, as_factor(emitter, at), emitter->lane)
              : form(emitter, "%s[%s]", name, emitter->lane);
}

/* The element that stands at the offset, or, of a buffer that holds one for each lane, that of the lane. */
static const struct tree *element_behind(struct emitter *emitter, struct buffer *buffer, struct offset offset)
{
    const char *name = buffer_name(emitter, buffer);
    buffer->is_read = true;
    if (buffer->lanes)
        return lane_of(emitter, name, offset.at);
    return subscripted(emitter, name, offset);
}

const struct tree *element_of(struct emitter *emitter, struct buffer *buffer, const struct index *at)
{
    const char *name = buffer_name(emitter, buffer);
    buffer->is_read = true;
    if (buffer->storage == STORAGE_SCALAR)
        return buffer->lanes ? lane_of(emitter, name, NULL) : tree_name(emitter->lasting, name);
    if (buffer->storage == STORAGE_STRUCT)
        return form(emitter, "%s->%s", emitter->self, buffer->member->name);
    return element_behind(emitter, buffer, offset_in_buffer(emitter, buffer, at));
}

const struct tree *address_of(struct emitter *emitter, struct buffer *buffer, const struct index *at)
{
    bool is_array = buffer->storage == STORAGE_WORKSPACE || buffer->storage == STORAGE_MEMBER;
    if (is_array && !buffer->lanes) {
        struct offset offset = offset_in_buffer(emitter, buffer, at);
        const struct tree *element = element_behind(emitter, buffer, offset);
        return offset.at ? form(emitter, "&$", element) : element->operands[0];
    }
    return form(emitter, "&$", element_of(emitter, buffer, at));
}

const struct tree *offset_in_panel(struct emitter *emitter, const struct panel *panel, const struct index *at)
{
    struct element_place place = place_in_array(NULL, panel->node->rank, panel->node->shape, at);
    place.dropped = 1u << panel->axis;
    return offset_of(emitter, place).at;
}

/* An element of the row that a lane works on, from its panel; NULL: it has none. */
static const struct tree *element_of_panel(struct emitter *emitter, const struct node *node,
                                           const struct index *at)
{
    const struct item *loop = emitter->laned;
    for (size_t i = 0; loop && i < loop->panels_count; i++) {
        const struct panel *panel = &loop->panels[i];
        if (panel->node != node || at[panel->axis].dynamic || at[panel->axis].affine != loop->variable)
            continue;
        for (int a = 0; a < node->rank; a++)
            if (a != panel->axis && (at[a].dynamic || size_depends_on(at[a].affine, loop->variable)))
                return NULL;
        panel->buffer->is_read = true;
        return lane_of(emitter, panel->buffer->name, offset_in_panel(emitter, panel, at));
    }
    return NULL;
}

const struct tree *dynamic_index(void *closure, struct node *k, const struct index *at)
{
    struct emitter *emitter = closure;
    const struct tree *value = expression_of(emitter, k, at);
    return form(emitter, "(size_t)$", parenthesise(emitter->lasting, value, PRECEDENCE_UNARY));
}

static const struct tree *read_leaf(struct emitter *emitter, struct node *leaf, struct element_place place)
{
    const char *name = emitter->leaf_names[leaf->id];
    emitter->leaf_is_used[leaf->id] = true;
    if (leaf->rank == 0)
        return emitter->reads_struct ? form(emitter, "%s->%s", emitter->self, name)
                                     : tree_name(emitter->lasting, name);
    const struct tree *element = subscripted(emitter, name, offset_of(emitter, place));
    return is_nullable(emitter->program, leaf) ? form(emitter, "(%s ? $ : 0)", name, element) : element;
}

static const struct tree *read_place(struct emitter *emitter, struct node *node, const struct index *at)
{
    if (emitter->program->buffers[node->id])
        return element_of(emitter, emitter->program->buffers[node->id], at);
    const struct tree *element = element_of_panel(emitter, node, at);
    return element ? element : read_leaf(emitter, node, place_in_array(NULL, node->rank, node->shape, at));
}

static const struct tree *read_reshaped(struct emitter *emitter, struct node *node, const struct node *view,
                                        const struct index *at)
{
    struct buffer *buffer = emitter->program->buffers[node->id];
    if (buffer && (buffer->storage == STORAGE_SCALAR || buffer->storage == STORAGE_STRUCT))
        return element_of(emitter, buffer, NULL);
    struct element_place place = place_in_reshaped(emitter->program, node, view, at);
    return buffer ? element_behind(emitter, buffer, offset_of(emitter, place))
                  : read_leaf(emitter, node, place);
}

/* ---- Views ---- */

/* a && b, of which the first may be NULL. */
const struct tree *joined(struct emitter *emitter, const struct tree *a, const char *sign,
                          const struct tree *b)
{
    return a ? tree_binary(emitter->lasting, a, sign, b) : b;
}

/* Whether the place is outside of what a filled view views, whatever the rounds. */
static bool is_outside(const struct node *x, const struct index *below)
{
    bool outside = false;
    for (int a = 0; a < x->rank; a++)
        outside = outside || (!below[a].dynamic &&
                              (size_nonnegative(below[a].affine) == NEVER ||
                               size_nonnegative(size_subtract(below[a].affine, x->shape[a])) == ALWAYS));
    return outside;
}

/* Where a filled view stands inside what it views; NULL: everywhere. */
static const struct tree *inside_of(struct emitter *emitter, const struct node *view,
                                    const struct index *below)
{
    const struct node *x = view->inputs[0];
    const struct tree *inside = NULL;
    for (int a = 0; a < x->rank; a++) {
        size *last = size_subtract(size_subtract(x->shape[a], size_number(emitter->program->sizes, 1)),
                                   below[a].affine);
        if (!below[a].dynamic && size_nonnegative(below[a].affine) == ALWAYS &&
            size_nonnegative(last) == ALWAYS)
            continue;
        inside = joined(emitter, inside, "&&",
                        form(emitter, "$ < $", index_of(emitter, below[a]), size_c(emitter, x->shape[a])));
    }
    return inside;
}

static const struct tree *read_view(struct emitter *emitter, struct node *view, const struct index *at)
{
    struct program *program = emitter->program;
    struct index below[MAXIMUM_AXES];
    struct node *x = view->inputs[0];
    if (view->op == OP_INDEX) {
        index_below(program, view, view->subscripts, x->rank, at, below, dynamic_index, emitter);
        if (view->fill && is_outside(x, below))
            return tree_number(emitter->lasting, 0);
        const struct tree *inside = view->fill ? inside_of(emitter, view, below) : NULL;
        const struct tree *value = expression_of(emitter, x, below);
        return inside ? form(emitter, "($ ? $ : 0)", inside,
                             parenthesise(emitter->lasting, value, PRECEDENCE_CHOICE))
                      : value;
    }
    if (reshape_below(program, view, at, below))
        return expression_of(emitter, x, below);
    while (!has_place(program, x))
        x = x->inputs[0];
    return read_reshaped(emitter, x, view, at);
}

const struct tree *operand_pointer(struct emitter *emitter, struct node *operand, const struct index *at)
{
    struct program *program = emitter->program;
    struct index here[MAXIMUM_AXES], below[MAXIMUM_AXES];
    const struct node *reshape = NULL; /* of which no axis is found in what it is of */
    memcpy(here, at, sizeof *at * (size_t)operand->rank);
    while (!has_place(program, operand)) {
        const struct node *view = operand;
        operand = view->inputs[0];
        if (view->op == OP_INDEX)
            index_below(program, view, view->subscripts, operand->rank, here, below, dynamic_index, emitter);
        else if (!reshape_below(program, view, here, below)) {
            reshape = view;
            while (!has_place(program, operand))
                operand = operand->inputs[0];
            break;
        }
        memcpy(here, below, sizeof here);
    }
    struct buffer *buffer = program->buffers[operand->id];
    struct offset offset =
        offset_of(emitter, reshape ? place_in_reshaped(program, operand, reshape, here)
                                   : place_in_array(buffer, operand->rank, operand->shape, here));
    const char *name = buffer ? buffer_name(emitter, buffer) : emitter->leaf_names[operand->id];
    if (buffer)
        buffer->is_read = true;
    else
        emitter->leaf_is_used[operand->id] = true;
    return offset.at ? tree_append(emitter->lasting, tree_name(emitter->lasting, name), "+", offset.at)
                     : tree_name(emitter->lasting, name);
}

/* ---- Operators ---- */

static bool is_literal(const struct index *count, int64_t *number)
{
    return !count->dynamic && size_is_number(count->affine, number);
}

static bool may_be_negative(const struct index *count)
{
    return count->dynamic || size_nonnegative(count->affine) != ALWAYS;
}

/* A whole number that is known as a position or size. */
static const struct tree *count_of(struct emitter *emitter, enum type type, struct index index)
{
    bool is_signed = may_be_negative(&index);
    int64_t number;
    if (is_literal(&index, &number))
        return number_tree(emitter->lasting, emitter->suffix, type, (double)number);
    bool is_name = !index.dynamic && size_name(index.affine);
    const struct tree *count = index_of(emitter, index);
    const char *cast = is_integer_type(type) ? "int32_t" : emitter->real;
    count = is_name ? count : parenthesise(emitter->lasting, count, PRECEDENCE_NAME);
    return form(emitter, is_signed && type == REAL ? "(%s)(ptrdiff_t)$" : "(%s)$", cast, count);
}

/* Powers with a small whole or half exponent; NULL for any other. */
static const struct tree *power_of(struct emitter *emitter, const struct node *node, const struct tree *base)
{
    double exponent;
    if (!graph_is_constant(node->inputs[1], &exponent))
        return NULL;
    if (exponent == -1)
        return form(emitter, "1.0%s / $", emitter->suffix,
                    parenthesise(emitter->lasting, base, PRECEDENCE_UNARY));
    if (exponent == 0.5)
        return form(emitter, "sqrt%s($)", emitter->suffix,
                    parenthesise(emitter->lasting, base, PRECEDENCE_PRODUCT));
    if (base->precedence > PRECEDENCE_ELEMENT || (exponent != 2 && exponent != 3 && exponent != 4))
        return NULL;
    const struct tree *power = base;
    for (int i = 1; i < (int)exponent; i++)
        power = tree_binary(emitter->lasting, power, "*", base);
    return power;
}

/* From which precedence on an operand gets parentheses even where C does without: comparisons among truth
 * values are never left to the reader. */
static int operand_limit(const struct node *node, int precedence)
{
    if (node->op == OP_SELECT)
        return 0;
    if (precedence == PRECEDENCE_BIT_AND || precedence == PRECEDENCE_BIT_OR)
        return PRECEDENCE_UNARY; /* !a & b is as good as always a slip for !(a & b), say compilers */
    if (precedence >= PRECEDENCE_ORDER)
        return PRECEDENCE_SUM + 1;
    return precedence == PRECEDENCE_UNARY ? PRECEDENCE_UNARY : 0;
}

/* Functions that vectorise, for use in loops. */
static const char *fast_row(const struct emitter *emitter, const struct node *node)
{
    if (!emitter->at || (emitter->at->depth == 0 && !emitter->side))
        return NULL;
    return operator_vectorises(node->op)
               ? arena_print(emitter->arena, "gradc_%s@($a)", operator_info(node->op)->name)
               : NULL;
}

/* A statement whose choices compute both sides. */
static bool is_unbranched(const struct emitter *emitter)
{
    return emitter->at && emitter->at->kind == ITEM_STATEMENT && emitter->at->nest->is_unbranched;
}

/* A loop whose functions are to run in vectors has no branches. */
static bool has_no_branches(const struct emitter *emitter)
{
    const struct item *loop = emitter->at ? emitter->at->parent : NULL;
    return loop && loop->kind == ITEM_LOOP && loop->is_expensive &&
           (loop->loop_kind == LOOP_INDEPENDENT || loop->loop_kind == LOOP_SUM ||
            loop->loop_kind == LOOP_SUMS);
}

static bool is_number(const struct tree *tree)
{
    return tree->kind == TREE_NUMBER || (tree->kind == TREE_UNARY && is_number(tree->operands[0]));
}

/* c ? a : b as GRADC_CHOOSE(c, a, b), and so many choices in b. Others may stand there that are none of the
 * operator: of what to read where a member is NULL. */
static const struct tree *without_branch(struct emitter *emitter, enum type type, const struct tree *tree,
                                         int choices)
{
    if (choices == 0)
        return tree;
    const char *suffix = type != REAL ? "I" : *emitter->suffix ? "F" : "";
    return form(emitter, "GRADC_CHOOSE%s($, $, $)", suffix, tree->operands[0], tree->operands[1],
                without_branch(emitter, type, tree->operands[2], choices - 1));
}

/* Compilers make a branch of what one side alone needs, and of what follows from a constant. */
static bool is_better_without_branch(const struct emitter *emitter, const struct node *node,
                                     const struct tree *tree)
{
    if (tree->kind != TREE_CHOICE)
        return false;
    if (node->op == OP_SELECT && is_unbranched(emitter))
        return true;
    return node->type == REAL && has_no_branches(emitter) &&
           (node->op == OP_SELECT || is_number(tree->operands[1]) || is_number(tree->operands[2]));
}

static const struct tree *operator_of(struct emitter *emitter, struct node *node,
                                      const struct tree *const *operands)
{
    const char *row = fast_row(emitter, node);
    int precedence = 0;
    if (!row && (emitter->side || has_no_branches(emitter) || is_unbranched(emitter)))
        row = side_by_side_operator(node, &precedence);
    if (!row || (node->op == OP_SELECT && !emitter->side))
        row = operator_c_text(node, &precedence);
    const struct tree *tree = tree_of_row(emitter->lasting, row, operands, operand_limit(node, precedence),
                                          emitter->suffix, emitter->real);
    return is_better_without_branch(emitter, node, tree)
               ? without_branch(emitter, node->type, tree, node->op == OP_SIGN ? 2 : 1)
               : tree;
}

static const struct node *broadcast_scalar(const struct node *node)
{
    while (node->op == OP_INDEX && node->input_count == 1 && node->inputs[0]->rank == 0 && !node->fill)
        node = node->inputs[0];
    return node;
}

/* A sum of sizes, loop variables and subscripts, or a whole number: what a comparison has as it is. */
static bool is_count(const struct emitter *emitter, const struct node *node)
{
    double number;
    if (emitter->program->buffers[node->id])
        return false;
    node = broadcast_scalar(node);
    if (graph_is_constant(node, &number))
        return number == trunc(number) && fabs(number) <= INT32_MAX;
    return !emitter->program->buffers[node->id] &&
           ((node->op == OP_SIZE_VALUE && size_is_whole(node->extent)) ||
            (node->op == OP_IOTA && !node->subscripts->dynamic));
}

static struct index count_index(struct emitter *emitter, struct node *node, const struct index *at)
{
    double number;
    node = (struct node *)broadcast_scalar(node);
    if (graph_is_constant(node, &number))
        return (struct index){size_number(emitter->program->sizes, (int64_t)number), NULL};
    return node->op == OP_SIZE_VALUE ? (struct index){node->extent, NULL}
                                     : iota_index(emitter->program, node, at, dynamic_index, emitter);
}

/* Counts are compared as they are: a float, and an int, has too few digits for large ones. NULL: they are
 * none. */
static const struct tree *compared_counts(struct emitter *emitter, const struct node *node,
                                          const struct index *at)
{
    bool is_comparison = node->op == OP_LT || node->op == OP_LE || node->op == OP_EQ || node->op == OP_NE;
    if (!is_comparison || emitter->side || !is_count(emitter, node->inputs[0]) ||
        !is_count(emitter, node->inputs[1]))
        return NULL;
    struct index a = count_index(emitter, node->inputs[0], at), b = count_index(emitter, node->inputs[1], at);
    bool is_order = node->op == OP_LT || node->op == OP_LE;
    int64_t number;
    if (!a.dynamic && !b.dynamic && a.affine == b.affine) /* compilers warn of i == i */
        return tree_number(emitter->lasting, node->op == OP_EQ || node->op == OP_LE);
    bool is_below_zero = is_order && ((is_literal(&a, &number) && number == 0) ||
                                      (is_literal(&b, &number) && number == 0)); /* compilers warn of it */
    bool is_signed = may_be_negative(&a) || may_be_negative(&b) || is_below_zero;
    const struct tree *operands[2] = {index_of(emitter, a), index_of(emitter, b)};
    for (int i = 0; is_signed && i < 2; i++)
        if (!is_literal(i ? &b : &a, &number))
            operands[i] =
                form(emitter, "(ptrdiff_t)$", parenthesise(emitter->lasting, operands[i], PRECEDENCE_UNARY));
    int precedence;
    const char *row = operator_c_text(node, &precedence);
    return tree_of_row(emitter->lasting, row, operands, operand_limit(node, precedence), emitter->suffix,
                       emitter->real);
}

/* What a choice, or `and` and `or`, is where one operand is known here, on a diagonal say; NULL: it is not.
 */
static const struct tree *known_choice(const struct node *node, const struct tree *const *operands)
{
    bool is_logical = node->op == OP_AND || node->op == OP_OR;
    for (int i = 0; i < (node->op == OP_SELECT ? 1 : is_logical ? 2 : 0); i++) {
        bool is_true = tree_is(operands[i], TREE_NUMBER, "1");
        if (!is_true && !tree_is(operands[i], TREE_NUMBER, "0"))
            continue;
        if (node->op == OP_SELECT)
            return operands[is_true ? 1 : 2];
        return is_true == (node->op == OP_AND) ? operands[1 - i] : operands[i];
    }
    return NULL;
}

static const struct tree *elementwise_of(struct emitter *emitter, struct node *node, const struct index *at)
{
    const struct tree *operands[3] = {NULL}, *running = power_of_round(emitter, node, at);
    if (running)
        return running;
    const struct tree *counts = compared_counts(emitter, node, at);
    if (counts)
        return counts;
    for (int i = 0; i < node->input_count; i++)
        operands[i] = expression_of(emitter, node->inputs[i], at);
    const struct tree *known = known_choice(node, operands);
    if (known)
        return known;
    if (is_multiplied_first(emitter, node))
        return tree_append(emitter->lasting, operands[0], "*", operands[1]);
    if (node->op == OP_POW) {
        const struct tree *power = power_of(emitter, node, operands[0]);
        if (power)
            return power;
    }
    if (node->op == OP_NEG && operands[0]->precedence == PRECEDENCE_PRODUCT &&
        !begins_with_minus(emitter->program, node->inputs[0]))
        return tree_negate_first(emitter->lasting, operands[0]);
    return operator_of(emitter, node, operands);
}

const struct tree *definition_of(struct emitter *emitter, struct node *node, const struct index *at)
{
    switch (node->op) {
    case OP_CONSTANT: return number_tree(emitter->lasting, emitter->suffix, node->type, node->value);
    case OP_SIZE_VALUE: return count_of(emitter, node->type, (struct index){node->extent, NULL});
    case OP_IOTA:
        return count_of(emitter, node->type, iota_index(emitter->program, node, at, dynamic_index, emitter));
    case OP_INDEX:
    case OP_RESHAPE: return read_view(emitter, node, at);
    case OP_PARAMETER:
    case OP_PLACEHOLDER: return read_leaf(emitter, node, place_in_array(NULL, node->rank, node->shape, at));
    default: return elementwise_of(emitter, node, at);
    }
}

const struct tree *expression_of(struct emitter *emitter, struct node *node, const struct index *at)
{
    if (emitter->program->buffers[node->id] || is_leaf(node))
        return read_place(emitter, node, at);
    return definition_of(emitter, node, at);
}
