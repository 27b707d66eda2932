/* emit_side_by_side.c: the rounds of a loop as compilers can put them side by side into vectors (vectors.c).
 *
 * No conditions in the loop: it runs if all members are wanted that it writes; otherwise its plain form does.
 * No branches: choices are made by masks. And no known strides but 1: gcc gives up at groups of 11, but loads
 * element by element what stands at a stride that it does not know. Truth values are as wide as the reals, so
 * that one vector of either holds the same rounds.
 *
 * A vector of results is stored element by element, each in the row of its round. A block of rounds asks for
 * the lines of its rows before it computes, so that they are there when it stores. The last block ends with
 * the last round, and so repeats some. */
#include "emitter.h"

enum { MOST_STRIDES = 16 };

/* i_11 = i * by_11, in the loop over i. */
struct stride {
    int64_t step;
    size *atom;
    const char *name, *factor;
};

/* array[i_11 + 3] is stored. */
struct row {
    const char *array;
    const struct stride *stride;
};

struct side_by_side {
    size *variable;
    struct stride strides[MOST_STRIDES];
    int count;
    struct row *rows;
    size_t rows_count, rows_capacity;
};

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
    const char *name = arena_print(emitter->arena, "%s_%d", c_name(emitter, side->variable), (int)step);
    stride->step = step;
    stride->name = names_take(emitter->names, name);
    stride->factor = names_take(emitter->names, arena_print(emitter->arena, "by_%d", (int)step));
    stride->atom =
        size_new_loop_variable(sizes, stride->name, size_number(sizes, 0), size_number(sizes, INT32_MAX));
    size_spell_name(emitter->spelling, stride->atom, stride->name);
    return stride;
}

/* That of an offset that moves by a number, of which `start` is left in round 0; NULL: none. */
static const struct stride *stride_at(struct emitter *emitter, size *flat, size **start)
{
    struct side_by_side *side = emitter->side;
    int64_t number;
    size *step = size_slope(flat, side->variable);
    if (!step || !size_is_number(step, &number) || number < 2 || number > INT32_MAX)
        return NULL;
    *start = size_subtract(flat, size_multiply(step, side->variable));
    return stride_of(emitter, number);
}

const struct tree *side_by_side_offset(struct emitter *emitter, size *flat)
{
    size *start;
    const struct stride *stride = stride_at(emitter, flat, &start);
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
    case OP_AND: *precedence = PRECEDENCE_BIT_AND; return "$a & $b";
    case OP_OR: *precedence = PRECEDENCE_BIT_OR; return "$a | $b";
    default: return NULL;
    }
}

/* ---- Blocks of rounds ---- */

void side_by_side_stores(struct emitter *emitter, struct buffer *buffer, const struct index *at)
{
    struct side_by_side *side = emitter->side;
    struct offset offset = offset_in_buffer(emitter, buffer, at);
    size *start;
    int64_t number;
    struct row row = {buffer_name(emitter, buffer),
                      offset.flat ? stride_at(emitter, offset.flat, &start) : NULL};
    if (!row.stride || !size_is_number(start, &number))
        return;
    for (size_t i = 0; i < side->rows_count; i++)
        if (side->rows[i].stride == row.stride && side->rows[i].array == row.array)
            return;
    ARENA_APPEND(emitter->arena, side, rows, row);
}

/* for (size_t block = 0; block < N; block += 8) {, the first round of the block, and its rows. */
static void open_block(struct emitter *emitter, const struct side_by_side *side, const char *first,
                       const struct tree *end, int rounds)
{
    const char *block = names_take(emitter->names, "block");
    emit_comment(emitter, "rows are asked for before they are computed; the last block repeats some");
    emit_open(emitter, CODE_FOR, BRACES, "for (size_t %s = 0; %s < $; %s += %d)", block, block, end, block,
              rounds);
    emit_line(emitter, "const size_t %s = %s + %d <= $ ? %s : $ - %d", first, block, rounds, end, block, end,
              rounds);
    for (size_t i = 0; i < side->rows_count; i++)
        emit_line(emitter, "gradc_will_write(&%s[%s * %d], %d * %d * sizeof(%s))", side->rows[i].array, first,
                  (int)side->rows[i].stride->step, rounds, (int)side->rows[i].stride->step, emitter->real);
}

/* ---- The loop ---- */

/* m->x && m->y: all members that the body has conditions on; NULL: none. */
static const struct tree *all_wanted(struct emitter *emitter, const struct item *item)
{
    const struct tree *condition = NULL;
    guard members = 0;
    for (size_t i = 0; i < item->body_count; i++)
        if (item->body[i]->guard != ALWAYS_WANTED && item->body[i]->guard != emitter->guard)
            members |= item->body[i]->guard;
    for (int i = 0; i < 63; i++)
        if (members >> i & 1)
            condition = joined(emitter, condition, "&&", guard_condition(emitter, (guard)1 << i));
    return condition;
}

/* That all members are wanted which the body has conditions on, and that there is a block of rounds; or NULL.
 */
static const struct tree *condition_of(struct emitter *emitter, const struct item *item, int rounds)
{
    const struct tree *condition = all_wanted(emitter, item);
    const size *end = item->nest->node->loop->end;
    int64_t number;
    if (rounds == 0 || size_is_number(end, &number))
        return condition;
    return joined(emitter, condition, "&&", form(emitter, "$ >= %d", size_c(emitter, end), rounds));
}

static void emit_loop_of_vectors(struct emitter *emitter, const struct side_by_side *side,
                                 const struct tree *begin, const struct tree *end, const struct code *body)
{
    const char *variable = c_name(emitter, side->variable);
    struct statement *loop = emit_open(emitter, CODE_FOR, BRACES, "for (size_t %s = $; %s < $; %s++)",
                                       variable, begin, variable, end, variable);
    loop->about = "GRADC_INDEPENDENT";
    for (int s = 0; s < side->count; s++)
        emit_line(emitter, "const size_t %s = %s * %s", side->strides[s].name, variable,
                  side->strides[s].factor);
    code_append_all(emitter->lasting, emitter->code, body);
    close_statement(emitter, loop);
}

struct statement *emit_side_by_side(struct emitter *emitter, const struct item *item)
{
    const struct loop *loop = item->nest->node->loop;
    int rounds = item->rounds_at_once;
    const struct tree *condition = condition_of(emitter, item, rounds), *end = size_c(emitter, loop->end);
    struct side_by_side side = {.variable = loop->variable};
    struct span last_line = emitter->last_line;
    struct code body = {0}, *outer = emitter->code;
    struct statement *choice = condition ? emit_open(emitter, CODE_IF, BRACES, "if ($)", condition) : NULL;
    struct code *inner = emit_into(emitter, &body);
    emitter->side = &side;
    emit_items(emitter, item);
    emitter->side = NULL;
    emitter->code = inner;
    for (int s = 0; s < side.count; s++)
        emit_line(emitter, "const size_t %s = gradc_stride(%d)", side.strides[s].factor,
                  (int)side.strides[s].step);
    if (rounds > 0) {
        const char *first = names_take(emitter->names, "first");
        open_block(emitter, &side, first, end, rounds);
        emit_loop_of_vectors(emitter, &side, tree_name(emitter->lasting, first),
                             form(emitter, "%s + %d", first, rounds), &body);
    } else {
        emit_loop_of_vectors(emitter, &side, size_c(emitter, loop->begin), end, &body);
    }
    emitter->code = outer;
    emitter->last_line = condition ? last_line : emitter->last_line;
    return choice;
}
