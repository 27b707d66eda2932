/* emit_expression.c: nodes as C expressions, and where elements stand.
 *
 * A node that has a buffer is read from it; any other is its operator's C text over its operands'
 * expressions. */
#include <inttypes.h>
#include <string.h>

#include "emitter.h"

static bool is_zero(struct index index)
{
    int64_t number;
    return !index.dynamic && size_is_number(index.affine, &number) && number == 0;
}

const char *parenthesise(struct arena *arena, const char *text, int precedence, int limit)
{
    return precedence >= limit ? arena_print(arena, "(%s)", text) : text;
}

/* ---- Places ---- */

/* The number of an element among all; NULL: it is computed from what is read. */
static size *flat_offset(struct emitter *emitter, int rank, size *const *shape, unsigned dropped,
                         const struct index *at)
{
    size *flat = size_number(emitter->program->sizes, 0);
    for (int a = 0; a < rank; a++) {
        if (dropped >> a & 1 || is_one(shape[a]))
            continue;
        if (at[a].dynamic)
            return NULL;
        flat = size_add(size_multiply(flat, shape[a]), at[a].affine);
    }
    return flat;
}

/* Whether it stands in parentheses as a factor. */
static bool is_sum(struct index index)
{
    int64_t number;
    if (!index.dynamic)
        return size_is_sum(index.affine) || size_has_quotient(index.affine);
    return !(size_is_number(index.affine, &number) && number == 0);
}

/* Its text alone. */
static struct offset spell_offset(struct emitter *emitter, int rank, size *const *shape, unsigned dropped,
                                  const struct index *at)
{
    struct offset offset = {.text = NULL, .is_plain = true};
    const char *text = NULL; /* NULL: the number alone */
    int64_t number = 0, extent, here;
    for (int a = 0; a < rank; a++) {
        if (dropped >> a & 1 || is_one(shape[a]))
            continue;
        if (!text && number && size_is_number(shape[a], &extent))
            number *= extent;
        else if (!text && number)
            text = arena_print(emitter->arena, "%" PRId64 " * %s", number, size_factor(emitter, shape[a]));
        else if (text)
            text = arena_print(emitter->arena, offset.is_sum ? "(%s) * %s" : "%s * %s", text,
                               size_factor(emitter, shape[a]));
        offset.is_plain = offset.is_plain && !text;
        if (!text && !at[a].dynamic && size_is_number(at[a].affine, &here) && number + here >= 0) {
            number += here;
            continue;
        }
        if (is_zero(at[a])) {
            offset.is_sum = false;
            continue;
        }
        if (!text && number)
            text = arena_print(emitter->arena, "%" PRId64, number);
        const char *index = index_text(emitter, at[a]);
        offset.is_sum = text != NULL || is_sum(at[a]);
        offset.is_plain = !text && !at[a].dynamic && size_name(at[a].affine);
        text = text ? arena_print(emitter->arena, "%s + %s", text, index) : index;
    }
    offset.text = !text && number ? arena_print(emitter->arena, "%" PRId64, number) : text;
    return offset;
}

struct offset offset_of(struct emitter *emitter, int rank, size *const *shape, unsigned dropped,
                        const struct index *at)
{
    size *flat = emitter->side || emitter->notes ? flat_offset(emitter, rank, shape, dropped, at) : NULL;
    const char *beside = emitter->side && flat ? side_by_side_offset(emitter, flat) : NULL;
    struct offset offset =
        beside ? (struct offset){.text = beside} : spell_offset(emitter, rank, shape, dropped, at);
    offset.flat = flat;
    return offset;
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
        if (node && !node->name && node->op == OP_RESULT && node->result >= node->loop->carried_count)
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

const char *subscripted(struct emitter *emitter, const char *name, struct offset offset)
{
    return arena_print(emitter->arena, "%s[%s]", name, offset.text ? offset.text : "0");
}

/* Where an element of a buffer, in axes that begin as its own do, stands in the array that holds it. */
static struct offset offset_in_rows(struct emitter *emitter, const struct buffer *buffer, int rank,
                                    size *const *shape, const struct index *at)
{
    struct index place[2 * MAXIMUM_RANK + 1];
    size *extents[2 * MAXIMUM_RANK + 1];
    unsigned dropped = buffer->dropped;
    for (int a = 0; a < rank; a++) {
        place[a] = at[a];
        extents[a] = shape[a];
    }
    if (buffer->block) /* the rows of one block */
        place[0].affine = size_subtract(at[0].affine, buffer->block->first);
    for (; buffer->alias_of; buffer = buffer->alias_of)
        if (buffer->row) {
            memmove(place + 1, place, sizeof *place * (size_t)rank);
            memmove(extents + 1, extents, sizeof *extents * (size_t)rank++);
            place[0] = (struct index){buffer->row, NULL};
            extents[0] = buffer->alias_of->node->shape[0];
            dropped <<= 1;
        }
    return offset_of(emitter, rank, extents, dropped, place);
}

struct offset offset_in_buffer(struct emitter *emitter, const struct buffer *buffer, const struct index *at)
{
    return offset_in_rows(emitter, buffer, buffer->node->rank, buffer->node->shape, at);
}

const char *numbered_element(struct emitter *emitter, struct buffer *buffer, size *count, size *number)
{
    struct buffer whole = *buffer; /* its axes as one, none of them a block's */
    whole.block = NULL;
    whole.dropped = 0;
    return subscripted(emitter, buffer_name(emitter, buffer),
                       offset_in_rows(emitter, &whole, 1, &count, &(struct index){number, NULL}));
}

const char *lane_text(struct emitter *emitter, const char *name, struct offset offset)
{
    if (!offset.text)
        return arena_print(emitter->arena, "%s[%s]", name, emitter->lane);
    return arena_print(emitter->arena,
                       offset.is_sum ? "%s[(%s) * GRADC_LANES + %s]" : "%s[%s * GRADC_LANES + %s]", name,
                       offset.text, emitter->lane);
}

/* The element that stands at the offset, or, of a buffer that holds one for each lane, that of the lane. */
static const char *element_behind(struct emitter *emitter, struct buffer *buffer, struct offset *offset)
{
    const char *name = buffer_name(emitter, buffer);
    buffer->is_read = true;
    if (buffer->lanes) {
        const char *text = lane_text(emitter, name, *offset);
        offset->is_plain = offset->text == NULL;
        return text;
    }
    note_element(emitter, buffer, NULL, offset->flat);
    return subscripted(emitter, name, *offset);
}

static const char *element_at(struct emitter *emitter, struct buffer *buffer, const struct index *at,
                              struct offset *offset)
{
    const char *name = buffer_name(emitter, buffer);
    *offset = (struct offset){.is_plain = true};
    buffer->is_read = true;
    if (buffer->storage == STORAGE_SCALAR)
        return buffer->lanes ? lane_text(emitter, name, *offset) : name;
    if (buffer->storage == STORAGE_STRUCT)
        return arena_print(emitter->arena, "%s->%s", emitter->self, buffer->member->name);
    *offset = offset_in_buffer(emitter, buffer, at);
    return element_behind(emitter, buffer, offset);
}

const char *element_text(struct emitter *emitter, struct buffer *buffer, const struct index *at)
{
    struct offset offset;
    return element_at(emitter, buffer, at, &offset);
}

const char *address_text(struct emitter *emitter, struct buffer *buffer, const struct index *at)
{
    struct offset offset;
    const char *element = element_at(emitter, buffer, at, &offset);
    bool is_array = buffer->storage == STORAGE_WORKSPACE || buffer->storage == STORAGE_MEMBER;
    return is_array && !buffer->lanes && !offset.text ? buffer_name(emitter, buffer)
                                                      : arena_print(emitter->arena, "&%s", element);
}

static int precedence_of(struct offset offset)
{
    return offset.is_plain ? PRECEDENCE_NAME : PRECEDENCE_ELEMENT;
}

/* An element of the row that a lane works on, from its panel; NULL: it has none. */
static const char *panel_text(struct emitter *emitter, const struct node *node, const struct index *at)
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
        return lane_text(emitter, panel->buffer->name,
                         offset_of(emitter, node->rank, node->shape, 1u << panel->axis, at));
    }
    return NULL;
}

static const char *dynamic_index(void *closure, struct node *k, const struct index *at)
{
    struct emitter *emitter = closure;
    int precedence;
    const char *text = expression_text(emitter, k, at, &precedence);
    return arena_print(emitter->arena, "(size_t)%s", parenthesise(emitter->arena, text, precedence, 2));
}

static const char *read_leaf(struct emitter *emitter, struct node *leaf, struct offset offset,
                             int *precedence)
{
    const char *name = emitter->leaf_names[leaf->id];
    emitter->leaf_is_used[leaf->id] = true;
    *precedence = PRECEDENCE_NAME;
    if (leaf->rank == 0)
        return name;
    note_element(emitter, NULL, emitter->program->leaf_members[leaf->id], offset.flat);
    const char *text = subscripted(emitter, name, offset);
    *precedence = precedence_of(offset);
    if (!is_nullable(emitter->program, leaf))
        return text;
    *precedence = 0;
    return arena_print(emitter->arena, "(%s ? %s : 0)", name, text);
}

static const char *read_place(struct emitter *emitter, struct node *node, const struct index *at,
                              int *precedence)
{
    struct offset offset;
    if (emitter->program->buffers[node->id]) {
        const char *element = element_at(emitter, emitter->program->buffers[node->id], at, &offset);
        *precedence = precedence_of(offset);
        return element;
    }
    const char *text = panel_text(emitter, node, at);
    *precedence = PRECEDENCE_ELEMENT;
    if (text)
        return text;
    return read_leaf(emitter, node, offset_of(emitter, node->rank, node->shape, 0, at), precedence);
}

/* Where an element of a RESHAPE of the node stands, in the axes that both have and those behind them as one;
 * the number of these. */
static int reshaped_position(struct emitter *emitter, const struct node *node, const struct node *view,
                             const struct index *at, size **shape, struct index *place)
{
    struct program *program = emitter->program;
    int common = common_axes(view, node);
    for (int a = 0; a < common; a++) {
        place[a] = at[a];
        shape[a] = node->shape[a];
    }
    place[common] = flat_index(program, view->rank - common, view->shape + common, at + common);
    shape[common] = size_number(program->sizes, 1);
    for (int a = common; a < node->rank; a++)
        shape[common] = size_multiply(shape[common], node->shape[a]);
    return common + 1;
}

static const char *read_reshaped(struct emitter *emitter, struct node *node, const struct node *view,
                                 const struct index *at, int *precedence)
{
    struct buffer *buffer = emitter->program->buffers[node->id];
    struct index place[MAXIMUM_RANK + 1];
    size *shape[MAXIMUM_RANK + 1];
    *precedence = PRECEDENCE_NAME;
    if (buffer && (buffer->storage == STORAGE_SCALAR || buffer->storage == STORAGE_STRUCT))
        return element_text(emitter, buffer, NULL);
    int rank = reshaped_position(emitter, node, view, at, shape, place);
    if (!buffer)
        return read_leaf(emitter, node, offset_of(emitter, rank, shape, 0, place), precedence);
    struct offset offset = offset_in_rows(emitter, buffer, rank, shape, place);
    const char *text = element_behind(emitter, buffer, &offset);
    *precedence = precedence_of(offset);
    return text;
}

/* ---- Views ---- */

/* Where a filled view stands inside what it views; NULL: everywhere. */
static const char *inside_text(struct emitter *emitter, const struct node *view, const struct index *below)
{
    const struct node *x = view->inputs[0];
    const char *text = NULL;
    for (int a = 0; a < x->rank; a++) {
        size *last = size_subtract(size_subtract(x->shape[a], size_number(emitter->program->sizes, 1)),
                                   below[a].affine);
        if (!below[a].dynamic && size_nonnegative(below[a].affine) == ALWAYS &&
            size_nonnegative(last) == ALWAYS)
            continue;
        const char *test = arena_print(emitter->arena, "%s < %s", index_text(emitter, below[a]),
                                       size_c(emitter, x->shape[a]));
        text = text ? arena_print(emitter->arena, "%s && %s", text, test) : test;
    }
    return text;
}

static const char *read_view(struct emitter *emitter, struct node *view, const struct index *at,
                             int *precedence)
{
    struct program *program = emitter->program;
    struct index below[MAXIMUM_AXES];
    struct node *x = view->inputs[0];
    if (view->op == OP_INDEX) {
        index_below(program, view, view->subscripts, x->rank, at, below, dynamic_index, emitter);
        const char *inside = view->fill ? inside_text(emitter, view, below) : NULL;
        const char *text = expression_text(emitter, x, below, precedence);
        if (!inside)
            return text;
        text = arena_print(emitter->arena, "(%s ? %s : 0)", inside,
                           parenthesise(emitter->arena, text, *precedence, 13));
        *precedence = 0;
        return text;
    }
    if (reshape_below(program, view, at, below))
        return expression_text(emitter, x, below, precedence);
    while (!has_place(program, x))
        x = x->inputs[0];
    return read_reshaped(emitter, x, view, at, precedence);
}

const char *operand_pointer(struct emitter *emitter, struct node *operand, const struct index *at)
{
    struct program *program = emitter->program;
    struct index here[MAXIMUM_AXES], below[MAXIMUM_AXES];
    size *extents[MAXIMUM_AXES];
    memcpy(here, at, sizeof *at * (size_t)operand->rank);
    int rank = -1;
    while (!has_place(program, operand)) {
        const struct node *view = operand;
        operand = view->inputs[0];
        if (view->op == OP_INDEX)
            index_below(program, view, view->subscripts, operand->rank, here, below, dynamic_index, emitter);
        else if (!reshape_below(program, view, here, below)) {
            while (!has_place(program, operand))
                operand = operand->inputs[0];
            rank = reshaped_position(emitter, operand, view, here, extents, below);
        }
        memcpy(here, below, sizeof here);
    }
    struct buffer *buffer = program->buffers[operand->id];
    size *const *shape = rank < 0 ? operand->shape : extents;
    rank = rank < 0 ? operand->rank : rank;
    struct offset offset = buffer ? offset_in_rows(emitter, buffer, rank, shape, here)
                                  : offset_of(emitter, rank, shape, 0, here);
    const char *name = buffer ? buffer_name(emitter, buffer) : emitter->leaf_names[operand->id];
    if (buffer)
        buffer->is_read = true;
    else
        emitter->leaf_is_used[operand->id] = true;
    return offset.text ? arena_print(emitter->arena, "%s + %s", name, offset.text) : name;
}

/* ---- Operators ---- */

static const char *constant_text(struct emitter *emitter, const struct node *node, int *precedence)
{
    const char *text = number_text(emitter->arena, emitter->suffix, node->type, node->value);
    *precedence = has_minus(node) ? 2 : PRECEDENCE_NAME;
    return text;
}

/* A whole number that is known as a position or size. */
static const char *count_text(struct emitter *emitter, enum type type, struct index index, int *precedence)
{
    bool is_signed = index.dynamic || size_nonnegative(index.affine) != ALWAYS;
    int64_t number;
    if (!index.dynamic && size_is_number(index.affine, &number)) {
        *precedence = number < 0 ? 2 : 0;
        return number_text(emitter->arena, emitter->suffix, type, (double)number);
    }
    const char *text = index_text(emitter, index);
    bool is_name = !index.dynamic && size_name(index.affine);
    const char *cast = is_integer_type(type) ? "int32_t" : emitter->real;
    *precedence = 2;
    return arena_print(emitter->arena, is_name ? "(%s)%s%s" : "(%s)%s(%s)", cast,
                       is_signed && type == REAL ? "(ptrdiff_t)" : "", text);
}

struct index iota_index(const struct node *iota, const struct index *at, struct emitter *emitter)
{
    struct index below;
    struct node space = *iota;
    space.op = OP_INDEX;
    index_below(emitter->program, &space, iota->subscripts, 1, at, &below, dynamic_index, emitter);
    return below;
}

/* Powers with a small whole or half exponent; NULL for any other. */
static const char *power_text(struct emitter *emitter, const struct node *node, const char *base,
                              int base_precedence, int *precedence)
{
    double exponent;
    if (!graph_is_constant(node->inputs[1], &exponent))
        return NULL;
    base = parenthesise(emitter->arena, base, base_precedence, 3);
    *precedence = 3;
    if (exponent == -1)
        return arena_print(emitter->arena, "1.0%s / %s", emitter->suffix,
                           parenthesise(emitter->arena, base, base_precedence, 2));
    if (exponent == 0.5) {
        *precedence = 0;
        return arena_print(emitter->arena, "sqrt%s(%s)", emitter->suffix, base);
    }
    if (base_precedence > PRECEDENCE_ELEMENT || (exponent != 2 && exponent != 3 && exponent != 4))
        return NULL;
    const char *text = base;
    for (int i = 1; i < (int)exponent; i++)
        text = arena_print(emitter->arena, "%s * %s", text, base);
    return text;
}

/* Whether operand text may stand where `text` has it without parentheses. */
static bool needs_parentheses(const char *text, const char *place, int operator_precedence, int precedence)
{
    char before = place > text ? place[-1] : '\0', behind = place[2];
    if (operator_precedence == 0 || (before == '(' && (behind == ')' || behind == ',')) ||
        (before == ' ' && place > text + 1 && place[-2] == ',' && behind == ')'))
        return false;
    if (operator_precedence == 13 && strstr(text, "$a ? $b : $c") == text)
        return place == text ? precedence >= 13 : precedence >= 14;
    if (operator_precedence >= 6)
        return precedence > 4; /* comparisons among truth values are never left to the reader */
    if (operator_precedence == 2)
        return precedence >= 2;
    return place == text ? precedence > operator_precedence : precedence >= operator_precedence;
}

/* Functions that vectorise, for use in loops. */
static const char *fast_text(const struct emitter *emitter, const struct node *node)
{
    if (!emitter->at || (emitter->at->depth == 0 && !emitter->side))
        return NULL;
    return vectorises(node->op) ? arena_print(emitter->arena, "gradc_%s@($a)", operator_info(node->op)->name)
                                : NULL;
}

static const char *operator_text(struct emitter *emitter, struct node *node, const char *const *operands,
                                 const int *precedences, int *precedence)
{
    const char *text = fast_text(emitter, node);
    *precedence = 0;
    if (!text && emitter->side)
        text = side_by_side_operator(node, precedence);
    if (!text)
        text = operator_c_text(node, precedence);
    struct text out = {.arena = emitter->arena};
    for (const char *c = text; *c;) {
        if (*c == '@') {
            text_write(&out, emitter->suffix);
            c++;
        } else if (*c == '$' && c[1] == 't') {
            text_write(&out, emitter->real);
            c += 2;
        } else if (*c == '$') {
            int i = c[1] - 'a';
            bool parentheses = needs_parentheses(text, c, *precedence, precedences[i]);
            text_write(&out, parentheses ? "(" : "");
            text_write(&out, operands[i]);
            text_write(&out, parentheses ? ")" : "");
            c += 2;
        } else {
            size_t length = strcspn(c, "@$");
            text_append(&out, c, length);
            c += length;
        }
    }
    return out.bytes;
}

static const char *elementwise_text(struct emitter *emitter, struct node *node, const struct index *at,
                                    int *precedence)
{
    const char *operands[3], *running = running_power_text(emitter, node, at);
    int precedences[3];
    *precedence = 0;
    if (running)
        return running;
    for (int i = 0; i < node->input_count; i++)
        operands[i] = expression_text(emitter, node->inputs[i], at, &precedences[i]);
    if (is_multiplied_first(emitter, node))
        precedences[1] = 0;
    if (node->op == OP_POW) {
        const char *power = power_text(emitter, node, operands[0], precedences[0], precedence);
        if (power)
            return power;
    }
    if (node->op == OP_NEG && precedences[0] == 3 && !begins_with_minus(emitter->program, node->inputs[0])) {
        *precedence = 3;
        return arena_print(emitter->arena, "-%s", operands[0]);
    }
    return operator_text(emitter, node, operands, precedences, precedence);
}

const char *definition_text(struct emitter *emitter, struct node *node, const struct index *at,
                            int *precedence)
{
    *precedence = 0;
    switch (node->op) {
    case OP_CONSTANT: return constant_text(emitter, node, precedence);
    case OP_SIZE_VALUE:
        return count_text(emitter, node->type, (struct index){node->extent, NULL}, precedence);
    case OP_IOTA: return count_text(emitter, node->type, iota_index(node, at, emitter), precedence);
    case OP_INDEX:
    case OP_RESHAPE: return read_view(emitter, node, at, precedence);
    case OP_PARAMETER:
    case OP_PLACEHOLDER:
        return read_leaf(emitter, node, offset_of(emitter, node->rank, node->shape, 0, at), precedence);
    default: return elementwise_text(emitter, node, at, precedence);
    }
}

const char *expression_text(struct emitter *emitter, struct node *node, const struct index *at,
                            int *precedence)
{
    *precedence = 0;
    if (emitter->program->buffers[node->id] || is_leaf(node))
        return read_place(emitter, node, at, precedence);
    return definition_text(emitter, node, at, precedence);
}
