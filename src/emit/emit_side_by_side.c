/* emit_side_by_side.c: the rounds of a loop that carries nothing and computes with scalars, as compilers can
 * put them side by side into vectors.
 *
 * No conditions in the loop: it runs if all members are wanted that it writes; otherwise its plain form does.
 * No branches: choices are made by masks. And no known strides but 1: gcc gives up at groups of 11, but loads
 * element by element what stands at a stride that it does not know. Truth values are as wide as the reals, so
 * that one vector of either holds the same rounds.
 *
 * A vector of results is stored element by element, each in the row of its round. Rounds that fill long rows
 * go in blocks of as many as the widest vectors hold: a block asks for the lines of its rows before it
 * computes, so that they are there when it stores. The last block ends with the last round, and so repeats
 * some. */
#include "emitter.h"
#include "region.h"

enum { FEWEST_ROUNDS = 8, MOST_STRIDES = 16, LINE = 64 /* bytes in a line of the cache */ };

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

/* ---- What can ---- */

static bool calls_function(const struct node *node)
{
    const struct tree operand = {.kind = TREE_NAME, .text = "x"}, *const operands[] = {&operand, &operand,
                                                                                       &operand};
    struct arena *arena = arena_new();
    int precedence;
    bool calls = tree_has(tree_of_row(arena, operator_c_text(node, &precedence), operands, 0, "", "double"),
                          TREE_CALL);
    arena_free(arena);
    return calls;
}

/* Whether compilers have a vector form of the operator, as it is printed here. */
static bool has_vector_form(const struct node *node)
{
    double power;
    if (!operator_is_elementwise(node->op))
        return true;
    if (node->op == OP_POW && graph_is_constant(node->inputs[1], &power))
        return power == 2 || power == 3 || power == 4;
    switch (operator_info(node->op)->vectors) {
    case VECTORS_OF_COMPILER:
    case VECTORS_OF_RUNTIME: return true;
    case VECTORS_OF_REALS: return node->type == REAL;
    case NO_VECTORS: return false;
    default: return !calls_function(node);
    }
}

static bool moves_with_rounds(const struct nest *nest, const size *variable)
{
    if (nest->row)
        return size_depends_on(nest->row, variable);
    for (const struct buffer *buffer = nest->target; buffer; buffer = buffer->alias_of)
        if (buffer->row && size_depends_on(buffer->row, variable))
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
    const char *name = arena_print(emitter->arena, "%s_%d", size_c_name(side->variable), (int)step);
    stride->step = step;
    stride->name = names_take(emitter->names, name);
    stride->factor = names_take(emitter->names, arena_print(emitter->arena, "by_%d", (int)step));
    stride->atom =
        size_new_loop_variable(sizes, stride->name, size_number(sizes, 0), size_number(sizes, INT32_MAX));
    size_set_c_name(stride->atom, stride->name);
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
    case OP_AND: *precedence = 8; return "$a & $b";
    case OP_OR: *precedence = 10; return "$a | $b";
    default: return NULL;
    }
}

/* ---- Blocks of rounds ---- */

static int real_bytes(const struct emitter *emitter)
{
    return *emitter->suffix ? 4 : 8;
}

/* The array that it stores in, as a whole; NULL: none. */
static const struct buffer *array_in(const struct item *item)
{
    if (is_empty(item) || item->nest->target->storage == STORAGE_SCALAR)
        return NULL;
    return array_of(item->nest->target);
}

/* Whether nothing was in it before that a round may read: then a round may run twice. */
static bool is_new_result(const struct buffer *array)
{
    return array->storage == STORAGE_MEMBER && array->member->role != ROLE_INOUT;
}

/* Whether a round fills at least a line. */
static bool has_long_rows(const struct emitter *emitter, const struct buffer *array)
{
    int64_t extent, row = real_bytes(emitter);
    for (int a = 1; a < array->member->rank; a++)
        row *= size_is_number(array->member->shape[a], &extent) ? extent : LINE;
    return array->member->rank > 1 && row >= LINE;
}

/* How many rounds a block has; 0: no blocks. */
static int rounds_in_block(const struct emitter *emitter, const struct item *item)
{
    const struct loop *loop = item->nest->node->loop;
    int rounds = LINE / real_bytes(emitter);
    int64_t begin, end;
    bool has_long = false;
    if (!size_is_number(loop->begin, &begin) || begin != 0 ||
        (size_is_number(loop->end, &end) && end < rounds))
        return 0;
    for (size_t i = 0; i < item->body_count; i++) {
        const struct buffer *array = array_in(item->body[i]);
        if (array && !is_new_result(array))
            return 0;
        has_long = has_long || (array && has_long_rows(emitter, array));
    }
    return has_long ? rounds : 0;
}

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
    const char *variable = size_c_name(side->variable);
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
    int rounds = rounds_in_block(emitter, item);
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
