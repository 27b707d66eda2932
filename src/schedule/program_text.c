/* program_text.c: names, places and expressions of a loop program as text for people.
 *
 * Values are called as in --emit=graph, elements stand at all subscripts of their tensors, wherever they are
 * kept, and a value without a buffer is written out where it is read: as the emitted C computes it. */
#include "program_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Names ---- */

struct program_text program_text_new(struct arena *arena, struct program *program)
{
    struct program_text text = {.arena = arena, .program = program};
    for (size_t i = 0; i < program->node_count; i++) {
        struct node *node = program->function->graph->nodes[i];
        if (!node->name || !program->is_live[i] || !(program->is_material[i] || is_leaf(node)))
            continue;
        void *known = map_get(&text.names, node->name);
        map_set(arena, &text.names, node->name, known ? (void *)program : node);
    }
    return text;
}

const char *value_name(struct program_text *text, const struct node *node)
{
    const struct member *member = is_leaf(node) ? text->program->leaf_members[node->id] : NULL;
    if (member)
        return member->name;
    if (!node->name)
        return arena_print(text->arena, "%%%d", node->id);
    return map_get(&text->names, node->name) == node
               ? node->name
               : arena_print(text->arena, "%s%%%d", node->name, node->id);
}

const char *buffer_title(struct program_text *text, const struct buffer *buffer)
{
    if (buffer->node)
        return buffer->member && text->program->buffers[buffer->node->id] != buffer
                   ? buffer->member->name
                   : value_name(text, buffer->node);
    for (size_t i = 0; i < text->program->all_buffers_count; i++)
        if (text->program->all_buffers[i] == buffer)
            return arena_print(text->arena, "room%zu", i);
    return "room";
}

const char *size_title(struct program_text *text, const size *a)
{
    return size_print(text->arena, a, SIZE_LANGUAGE);
}

const char *type_title(struct program_text *text, enum type type, int rank, size *const *shape,
                       unsigned dropped)
{
    static const char *const types[] = {[REAL] = "real", [INT] = "int", [BOOL] = "bool"};
    const char *title = types[type];
    for (int a = 0; a < rank; a++)
        title = arena_print(text->arena, "%s%s%s%s", title, a ? ", " : "[", dropped >> a & 1 ? "one of " : "",
                            size_title(text, shape[a]));
    return rank > 0 ? arena_print(text->arena, "%s]", title) : title;
}

const char *guard_title(struct program_text *text, guard wanted)
{
    const struct function *function = text->program->function;
    const char *title = NULL;
    for (size_t i = 0; wanted != ALWAYS_WANTED && i < function->members_count; i++)
        if (guard_of_member(function, &function->members[i]) != ALWAYS_WANTED &&
            (wanted & guard_of_member(function, &function->members[i])))
            title = arena_print(text->arena, "%s%s%s", title ? title : "", title ? ", " : "",
                                function->members[i].name);
    return wanted == ALWAYS_WANTED ? NULL : title ? title : "nothing";
}

const char *in_parentheses(struct program_text *text, const char *title, int precedence, int limit)
{
    return precedence >= limit ? arena_print(text->arena, "(%s)", title) : title;
}

/* ---- Places ---- */

static const char *index_title(struct program_text *text, struct index index)
{
    if (!index.dynamic)
        return size_title(text, index.affine);
    if (size_is(index.affine, 0))
        return tree_text(text->arena, index.dynamic);
    const char *affine = size_title(text, index.affine);
    return arena_print(text->arena, affine[0] == '-' ? "%s - %s" : "%s + %s",
                       tree_text(text->arena, index.dynamic), affine + (affine[0] == '-'));
}

const char *element_title(struct program_text *text, const char *name, int rank, const struct index *at)
{
    const char *title = name;
    for (int a = 0; a < rank; a++)
        title =
            arena_print(text->arena, "%s%s%s", title, a ? ", " : "[", at ? index_title(text, at[a]) : ":");
    return rank > 0 ? arena_print(text->arena, "%s]", title) : title;
}

const struct tree *dynamic_title(void *closure, struct node *k, const struct index *at)
{
    struct program_text *text = closure;
    int precedence;
    const char *title = expression_title(text, k, at, &precedence);
    return tree_name(text->arena, in_parentheses(text, title, precedence, LEVEL_SUM));
}

/* A view that reads 0 outside of what it views says so with a question mark: x[i - 1]?. */
static const char *view_title(struct program_text *text, struct node *view, const struct index *at,
                              int *precedence)
{
    struct index below[MAXIMUM_AXES];
    struct node *x = view->inputs[0];
    if (view->op == OP_INDEX) {
        index_below(text->program, view, view->subscripts, x->rank, at, below, dynamic_title, text);
        const char *title = expression_title(text, x, below, precedence);
        if (view->fill) {
            title = arena_print(text->arena, "%s?", in_parentheses(text, title, *precedence, LEVEL_POWER));
            *precedence = 0;
        }
        return title;
    }
    if (reshape_below(text->program, view, at, below))
        return expression_title(text, x, below, precedence);
    while (!has_place(text->program, x))
        x = x->inputs[0];
    int common = common_axes(view, x);
    memcpy(below, at, sizeof *at * (size_t)common);
    below[common] = flat_index(text->program, view->rank - common, view->shape + common, at + common);
    *precedence = 0;
    const struct buffer *buffer = text->program->buffers[x->id];
    return element_title(text, buffer ? buffer_title(text, buffer) : value_name(text, x), common + 1, below);
}

/* ---- Operators ---- */

static const char *number_title(struct program_text *text, double value)
{
    char digits[40];
    for (int count = 1; count <= 17; count++) {
        double again = 0;
        snprintf(digits, sizeof digits, "%.*g", count, value);
        if (sscanf(digits, "%lf", &again) == 1 && again == value)
            break;
    }
    return arena_copy(text->arena, digits, strlen(digits));
}

/* As in the language where it has a sign for the operator, else as a function. */
static const char *operator_title(struct program_text *text, struct node *node, const struct index *at,
                                  int *precedence)
{
    const char *operands[3] = {NULL}, *title = operator_info(node->op)->name;
    const char *sign = operator_info(node->op)->sign;
    int precedences[3] = {0}, own = (int)operator_info(node->op)->level;
    for (int i = 0; i < node->input_count; i++)
        operands[i] = expression_title(text, node->inputs[i], at, &precedences[i]);
    *precedence = own;
    if (sign)
        return arena_print(
            text->arena, own == LEVEL_POWER ? "%s%s%s" : "%s %s %s",
            in_parentheses(text, operands[0], precedences[0], own == LEVEL_POWER ? own : own + 1), sign,
            in_parentheses(text, operands[1], precedences[1], own));
    if (node->op == OP_NEG) {
        *precedence = LEVEL_SUM;
        return arena_print(text->arena, "-%s", in_parentheses(text, operands[0], precedences[0], LEVEL_SUM));
    }
    if (node->op == OP_SELECT) {
        *precedence = LEVEL_CHOICE;
        return arena_print(text->arena, "if %s then %s else %s", operands[0],
                           in_parentheses(text, operands[1], precedences[1], LEVEL_CHOICE), operands[2]);
    }
    for (int i = 0; i < node->input_count; i++)
        title = arena_print(text->arena, "%s%s%s", title, i ? ", " : "(", operands[i]);
    return arena_print(text->arena, "%s)", title);
}

static const char *count_title(struct program_text *text, struct index index, int *precedence)
{
    bool is_sum = index.dynamic || size_is_sum(index.affine);
    *precedence = is_sum ? LEVEL_SUM : LEVEL_PRODUCT;
    return index_title(text, index);
}

const char *definition_title(struct program_text *text, struct node *node, const struct index *at,
                             int *precedence)
{
    struct index place;
    *precedence = 0;
    switch (node->op) {
    case OP_CONSTANT:
        *precedence = node->value < 0 ? LEVEL_SUM : LEVEL_PRIMARY;
        return number_title(text, node->value);
    case OP_SIZE_VALUE: return count_title(text, (struct index){node->extent, NULL}, precedence);
    case OP_IOTA: {
        struct node space = *node;
        space.op = OP_INDEX;
        index_below(text->program, &space, node->subscripts, 1, at, &place, dynamic_title, text);
        return count_title(text, place, precedence);
    }
    case OP_INDEX:
    case OP_RESHAPE: return view_title(text, node, at, precedence);
    default:
        return operator_is_elementwise(node->op) ? operator_title(text, node, at, precedence)
                                                 : value_name(text, node);
    }
}

const char *expression_title(struct program_text *text, struct node *node, const struct index *at,
                             int *precedence)
{
    struct program *program = text->program;
    *precedence = 0;
    const struct buffer *buffer = program->buffers[node->id];
    if (buffer || is_leaf(node)) {
        const char *name = buffer ? buffer_title(text, buffer) : value_name(text, node);
        const char *title = element_title(text, name, node->rank, at);
        return is_nullable(program, node) && !buffer
                   ? arena_print(text->arena, "%s?", title) /* 0 where the pointer is NULL */
                   : title;
    }
    return definition_title(text, node, at, precedence);
}
