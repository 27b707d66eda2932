/* emit_side_by_side.c: the rounds of a loop that carries nothing and computes with scalars, as compilers can
 * put them side by side into vectors.
 *
 * No conditions in the loop: it runs if all members are wanted that it writes; otherwise its plain form does.
 * No branches: choices are made by masks. And no known strides but 1: gcc gives up at groups of 11, but loads
 * element by element what stands at a stride that it does not know. Truth values are as wide as the reals, so
 * that one vector of either holds the same rounds. */
#include <string.h>

#include "emitter.h"
#include "region.h"

enum { FEWEST_ROUNDS = 8, MOST_STRIDES = 16 };

/* i_11 = i * by_11, in the loop over i. */
struct stride {
    int64_t step;
    size *atom;
    const char *name, *factor;
};

struct side_by_side {
    size *variable;
    struct stride strides[MOST_STRIDES];
    int count;
};

/* ---- What can ---- */

/* Whether compilers have a vector form of the operator, as it is printed here. */
static bool has_vector_form(const struct node *node)
{
    double power;
    switch (node->op) {
    case OP_SQRT:
    case OP_ABS:
    case OP_CAST_REAL:
    case OP_CAST_INT: return true;
    case OP_POW:
        return graph_is_constant(node->inputs[1], &power) && (power == 2 || power == 3 || power == 4);
    case OP_DIV: return node->type == REAL;
    case OP_SELECT:
    case OP_MAX:
    case OP_MIN: return node->type == REAL;
    case OP_QUOTIENT: return false;
    default:
        return vectorises(node->op) || !operator_is_elementwise(node->op) ||
               !strchr(operator_info(node->op)->c_text, '(');
    }
}

static bool moves_with_rounds(const struct nest *nest, const size *variable)
{
    if (nest->collected_at)
        return size_depends_on(nest->collected_at, variable);
    for (const struct buffer *buffer = nest->target; buffer; buffer = buffer->same)
        if (buffer->collected_at && size_depends_on(buffer->collected_at, variable))
            return true;
    return false;
}

/* Whether nothing is printed for it. */
static bool is_empty(const struct item *item)
{
    for (size_t i = 0; i < item->body_count; i++)
        if (!is_empty(item->body[i]))
            return false;
    return item->nest && item->kind != ITEM_LOOP ? item->nest->is_void : item->body_count > 0;
}

static bool is_statement_of_scalars(const struct item *item, const size *variable)
{
    const struct nest *nest = item->nest;
    if (item->kind != ITEM_STATEMENT || nest->loop_count > 0 || !nest->target || nest->adds ||
        nest->starts_with_zeros)
        return false;
    if (nest->kind != NEST_VALUE && nest->kind != NEST_SUM && nest->kind != NEST_COPY &&
        nest->kind != NEST_SCATTER)
        return false;
    return nest->target->storage == STORAGE_SCALAR ? needs_declaration(nest)
                                                   : moves_with_rounds(nest, variable);
}

bool can_run_side_by_side(const struct emitter *emitter, const struct item *item)
{
    struct loop *loop = item->nest->node->loop;
    const struct region *region = region_of(emitter->function->graph, loop);
    int64_t rounds;
    size *count = size_subtract(loop->end, loop->begin);
    if (loop->carried_count > 0 || loop->condition || loop->is_branch || loop->reverse || emitter->side ||
        (size_is_number(count, &rounds) && rounds < FEWEST_ROUNDS))
        return false;
    for (size_t i = 0; i < item->body_count; i++)
        if (!is_empty(item->body[i]) && !is_statement_of_scalars(item->body[i], loop->variable))
            return false;
    for (size_t i = 0; i < region->inside_count; i++)
        if (emitter->program->is_live[region->inside[i]->id] && !has_vector_form(region->inside[i]))
            return false;
    return true;
}

/* ---- Strides ---- */

static const struct stride *stride_of(struct emitter *emitter, int64_t step)
{
    struct side_by_side *side = emitter->side;
    struct sizes *sizes = emitter->program->sizes;
    for (int s = 0; s < side->count; s++)
        if (side->strides[s].step == step)
            return &side->strides[s];
    if (side->count == MOST_STRIDES)
        return NULL;
    struct stride *stride = &side->strides[side->count++];
    const char *name = arena_print(emitter->arena, "%s_%d", size_c(emitter, side->variable), (int)step);
    stride->step = step;
    stride->name = names_take(emitter->names, name);
    stride->factor = names_take(emitter->names, arena_print(emitter->arena, "by_%d", (int)step));
    stride->atom =
        size_new_loop_variable(sizes, stride->name, size_number(sizes, 0), size_number(sizes, INT32_MAX));
    size_set_c_name(stride->atom, stride->name);
    return stride;
}

const char *side_by_side_offset(struct emitter *emitter, size *flat)
{
    struct side_by_side *side = emitter->side;
    struct sizes *sizes = emitter->program->sizes;
    int64_t number;
    size *start = size_substitute(flat, side->variable, size_number(sizes, 0));
    size *step = size_subtract(size_substitute(flat, side->variable, size_number(sizes, 1)), start);
    if (!size_is_number(step, &number) || number < 2 || number > INT32_MAX ||
        size_add(start, size_multiply(step, side->variable)) != flat)
        return NULL;
    const struct stride *stride = stride_of(emitter, number);
    return stride ? size_c(emitter, size_add(stride->atom, start)) : NULL;
}

const char *side_by_side_type(const struct emitter *emitter, enum type type)
{
    return type == BOOL && !*emitter->suffix ? "int64_t" : c_type(emitter, type);
}

const char *side_by_side_operator(const struct node *node, int *precedence)
{
    *precedence = 0;
    switch (node->op) {
    case OP_SELECT: return node->type == REAL ? "gradc_choose@($a, $b, $c)" : NULL;
    case OP_AND: *precedence = 8; return "$a & $b";
    case OP_OR: *precedence = 10; return "$a | $b";
    default: return NULL;
    }
}

/* ---- The loop ---- */

/* m->x && m->y: all members that the body has conditions on; NULL: none. */
static const char *all_wanted(struct emitter *emitter, const struct item *item)
{
    const char *text = NULL;
    guard members = 0;
    for (size_t i = 0; i < item->body_count; i++)
        if (item->body[i]->guard != ALWAYS_WANTED && item->body[i]->guard != emitter->guard)
            members |= item->body[i]->guard;
    for (int i = 0; i < 63; i++)
        if (members >> i & 1) {
            const char *member = guard_text(emitter, (guard)1 << i);
            text = text ? arena_print(emitter->arena, "%s && %s", text, member) : member;
        }
    return text;
}

static const char *body_text(struct emitter *emitter, const struct item *item)
{
    struct text body = {.arena = emitter->arena};
    struct text *out = emitter->out;
    text_write(&body, "");
    emitter->out = &body;
    emitter->indent++;
    emit_items(emitter, item);
    emitter->indent--;
    emitter->out = out;
    return body.bytes;
}

bool emit_side_by_side(struct emitter *emitter, const struct item *item)
{
    const struct loop *loop = item->nest->node->loop;
    const char *condition = all_wanted(emitter, item), *variable = size_c(emitter, loop->variable);
    struct side_by_side side = {.variable = loop->variable};
    struct span last_line = emitter->last_line;
    emitter->side = &side;
    emitter->indent += condition != NULL;
    const char *body = body_text(emitter, item);
    emitter->side = NULL;
    emitter->indent -= condition != NULL;
    if (condition)
        emit_line(emitter, "if (%s) {", condition);
    emitter->indent += condition != NULL;
    for (int s = 0; s < side.count; s++)
        emit_line(emitter, "const size_t %s = gradc_stride(%d);", side.strides[s].factor,
                  (int)side.strides[s].step);
    emit_line(emitter, "GRADC_INDEPENDENT");
    emit_line(emitter, "for (size_t %s = %s; %s < %s; %s++) {", variable, size_c(emitter, loop->begin),
              variable, size_c(emitter, loop->end), variable);
    for (int s = 0; s < side.count; s++)
        emit_line(emitter, "    const size_t %s = %s * %s;", side.strides[s].name, variable,
                  side.strides[s].factor);
    text_write(emitter->out, body);
    emit_line(emitter, "}");
    emitter->indent -= condition != NULL;
    if (condition)
        emit_line(emitter, "} else {");
    emitter->last_line = condition ? last_line : emitter->last_line;
    return condition != NULL;
}
