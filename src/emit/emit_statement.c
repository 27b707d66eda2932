/* emit_statement.c: what stands inside the loops: the statement of each nest, and what starts and ends an
 * accumulation around its loops. */
#include <string.h>

#include "emitter.h"

/* Where a loop of the nest stands on its axis. */
static size *loop_position(const struct nest *nest, int depth)
{
    size *variable = nest->path[nest->path_first + depth]->variable;
    return nest->block && nest->order[depth] == nest->block_axis ? size_add(nest->block->first, variable)
                                                                 : variable;
}

/* The positions of the iteration axes: variables of the first `loops` loops, 0 for others or the start of the
 * block. */
void nest_indices(struct emitter *emitter, const struct nest *nest, int loops, struct index *at)
{
    for (int i = 0; i < nest->axis_count; i++)
        at[i] = (struct index){size_number(emitter->program->sizes, 0), NULL};
    if (nest->block)
        at[nest->block_axis].affine = nest->block->first;
    for (int d = 0; d < loops && d < nest->loop_count; d++)
        at[nest->order[d]].affine = loop_position(nest, d);
}

static const char *dynamic_index(void *closure, struct node *k, const struct index *at)
{
    struct emitter *emitter = closure;
    int precedence;
    const char *text = expression_text(emitter, k, at, &precedence);
    return arena_print(emitter->arena, "(size_t)%s", parenthesise(emitter->arena, text, precedence, 2));
}

/* Where the nest's target stands for the positions of its iteration axes. */
void target_indices(struct emitter *emitter, const struct nest *nest, const struct index *at,
                    struct index *to)
{
    const struct node *node = nest->node;
    int rank = nest->target->node ? nest->target->node->rank : 0;
    if (nest->kind == NEST_SCATTER) {
        index_below(emitter->program, node, node->subscripts, rank, at, to, dynamic_index, emitter);
        return;
    }
    for (int a = 0; a < rank; a++) {
        int axis = nest->target_axes[a];
        to[a] = axis >= 0 ? at[axis] : (struct index){size_number(emitter->program->sizes, 0), NULL};
    }
    if (nest->row)
        to[0].affine = nest->row;
    if (nest->kind == NEST_SCAN && node->reverse)
        for (int a = 0; a < rank; a++)
            if (node->axes >> a & 1)
                to[a].affine = size_subtract(
                    size_subtract(node->shape[a], size_number(emitter->program->sizes, 1)), at[a].affine);
}

/* ---- Variables ---- */

/* A scalar is declared where it is first written. */
bool needs_declaration(const struct nest *nest)
{
    return nest->target && nest->target->storage == STORAGE_SCALAR && nest->target->writers[0] == nest &&
           !nest->target->alias_of && !nest->target->lanes;
}

static bool is_written_once(const struct buffer *buffer)
{
    return buffer->writers_count == 1;
}

/* Stores a value; a scalar under a condition is declared before it. */
static void store(struct emitter *emitter, const struct nest *nest, const struct index *to,
                  const char *operation, const char *value)
{
    const char *place = element_text(emitter, nest->target, to);
    bool is_guarded = nest->guard != ALWAYS_WANTED && nest->guard != emitter->guard && !emitter->side;
    if (!needs_declaration(nest)) {
        if (emitter->side)
            side_by_side_stores(emitter, nest->target, to);
        emit_line(emitter, "%s %s %s;", place, operation, value);
        return;
    }
    const char *type =
        emitter->side ? side_by_side_type(emitter, nest->target->type) : c_type(emitter, nest->target->type);
    if (is_guarded && !is_always_computable(nest))
        emit_line(emitter, "%s%s %s = %s ? %s : 0;", is_written_once(nest->target) ? "const " : "", type,
                  place, arena_print(emitter->arena, "(%s)", guard_text(emitter, nest->guard)), value);
    else
        emit_line(emitter, "%s%s %s = %s;", is_written_once(nest->target) ? "const " : "", type, place,
                  value);
}

/* ---- Reductions ---- */

const char *identity_text(const struct node *node)
{
    switch (node->op) {
    case OP_PRODUCT: return "1";
    case OP_MAXIMUM:
    case OP_ARGMAX: return node->inputs[0]->type == INT ? "INT32_MIN" : "-INFINITY";
    case OP_MINIMUM:
    case OP_ARGMIN: return node->inputs[0]->type == INT ? "INT32_MAX" : "INFINITY";
    case OP_ALL: return "1";
    default: return "0";
    }
}

/* What one round contributes. */
const char *term_text(struct emitter *emitter, const struct nest *nest, const struct index *at,
                      int *precedence)
{
    struct node *node = nest->node;
    struct index operand[MAXIMUM_AXES];
    if (nest->kind == NEST_SCATTER)
        return expression_text(emitter, nest->operand, at, precedence);
    operand_indices(node, 0, at, operand);
    const char *text = expression_text(emitter, node->inputs[0], operand, precedence);
    if (node->op != OP_CONTRACT)
        return text;
    int other_precedence;
    operand_indices(node, 1, at, operand);
    const char *other = expression_text(emitter, node->inputs[1], operand, &other_precedence);
    text = arena_print(emitter->arena, "%s * %s", parenthesise(emitter->arena, text, *precedence, 4),
                       parenthesise(emitter->arena, other, other_precedence, 3));
    *precedence = 3;
    return text;
}

/* into = into combined with the term. */
void accumulate(struct emitter *emitter, const struct node *node, enum type type, const char *into,
                const char *term, int precedence)
{
    switch (node->op) {
    case OP_PRODUCT: emit_line(emitter, "%s *= %s;", into, term); break;
    case OP_ANY:
        emit_line(emitter, "%s = %s || %s;", into, into, parenthesise(emitter->arena, term, precedence, 11));
        break;
    case OP_ALL:
        emit_line(emitter, "%s = %s && %s;", into, into, parenthesise(emitter->arena, term, precedence, 11));
        break;
    case OP_MAXIMUM:
    case OP_MINIMUM: {
        const char *name = term;
        const char *sign = node->op == OP_MAXIMUM ? ">" : "<";
        if (precedence > PRECEDENCE_NAME) {
            name = names_take(emitter->names, "value");
            emit_line(emitter, "const %s %s = %s;", c_type(emitter, type), name, term);
        }
        if (type == REAL)
            emit_line(emitter, "%s = ((%s %s %s) | (%s != %s)) ? %s : %s;", into, name, sign, into, name,
                      name, name, into);
        else
            emit_line(emitter, "%s = %s %s %s ? %s : %s;", into, name, sign, into, name, into);
        break;
    }
    default:
        if (type == REAL)
            emit_line(emitter, "%s += %s;", into, term);
        else
            emit_line(emitter, "%s = (int32_t)((uint32_t)%s + (uint32_t)%s);", into, into,
                      parenthesise(emitter->arena, term, precedence, 2));
    }
}

/* The local variable that collects the rounds of the innermost loops: the target itself if that is one. What
 * a scan collects outlives its rounds, in which the target may be a variable. */
const char *accumulator(struct emitter *emitter, struct nest *nest)
{
    if (nest->target->storage == STORAGE_SCALAR && nest->kind != NEST_SCAN)
        return buffer_name(emitter, nest->target);
    if (!nest->accumulator)
        nest->accumulator = names_take(emitter->names, nest->kind == NEST_ARGUMENT    ? "found"
                                                       : nest->node->op == OP_MAXIMUM ? "most"
                                                       : nest->node->op == OP_MINIMUM ? "least"
                                                                                      : "sum");
    return nest->accumulator;
}

bool has_accumulator(const struct nest *nest)
{
    bool is_scan = nest->kind == NEST_SCAN && nest->loop_count > 0 &&
                   !is_one(nest->extents[nest->order[nest->loop_count - 1]]);
    return is_scan || ((nest->kind == NEST_REDUCE || nest->kind == NEST_ARGUMENT) &&
                       nest->first_trailing < nest->loop_count);
}

static bool starts_at_zero(const struct nest *nest)
{
    enum op op = nest->node->op;
    return nest->kind == NEST_SCATTER || (op != OP_PRODUCT && op != OP_ALL && op != OP_MAXIMUM &&
                                          op != OP_MINIMUM && op != OP_ARGMAX && op != OP_ARGMIN);
}

/* Fills the part of the target that the loops from `depth` on will add to: in a block the rows of that block,
 * since earlier blocks have written theirs. */
static void emit_fill(struct emitter *emitter, struct nest *nest, int depth)
{
    struct buffer *buffer = nest->target;
    struct node *node = buffer->node;
    const char *value = nest->kind == NEST_SCATTER ? "0" : identity_text(nest->node);
    struct index to[MAXIMUM_RANK];
    size *first[MAXIMUM_RANK], *extent[MAXIMUM_RANK];
    bool is_outer[MAXIMUM_RANK] = {false};
    int loops = 0, first_inner = -1;
    size *count = size_number(emitter->program->sizes, 1);
    bool is_contiguous = true;
    if (buffer->storage == STORAGE_SCALAR) {
        if (needs_declaration(nest))
            emit_line(emitter, "%s %s = %s;", c_type(emitter, buffer->type), buffer_name(emitter, buffer),
                      value);
        else
            emit_line(emitter, "%s = %s;", buffer_name(emitter, buffer), value);
        return;
    }
    for (int a = 0; a < node->rank; a++) {
        bool is_cut = nest->block && nest->target_axes[a] == nest->block_axis;
        first[a] = is_cut ? nest->block->first : size_number(emitter->program->sizes, 0);
        extent[a] = is_cut ? nest->block->rows : node->shape[a];
        to[a] = (struct index){first[a], NULL};
        for (int d = 0; d < depth && d < nest->loop_count; d++)
            if (nest->target_axes[a] == nest->order[d]) {
                to[a].affine = loop_position(nest, d);
                is_outer[a] = true;
            }
        if (is_outer[a] || buffer->dropped >> a & 1)
            is_contiguous = is_contiguous && (first_inner < 0 || buffer->dropped >> a & 1);
        else if (!is_one(node->shape[a]) && first_inner < 0)
            first_inner = a;
        if (!is_outer[a] && !(buffer->dropped >> a & 1))
            count = size_multiply(count, extent[a]);
    }
    if (first_inner < 0) {
        emit_line(emitter, "%s = %s;", element_text(emitter, buffer, to), value);
    } else if (is_contiguous && starts_at_zero(nest)) {
        const char *start = address_text(emitter, buffer, to);
        emit_line(emitter, "memset(%s, 0, %s * sizeof(%s));", start, size_factor(emitter, count),
                  c_type(emitter, buffer->type));
    } else {
        struct code *outer = emitter->code;
        for (int a = 0; a < node->rank; a++)
            if (!is_outer[a] && !(buffer->dropped >> a & 1) && !is_one(node->shape[a])) {
                int level =
                    (depth > 0 ? nest->path[nest->path_first + depth - 1]->depth + 1 : emitter->at->depth) +
                    loops++;
                size *variable = program_variable(emitter->program, level, extent[a]);
                to[a].affine = size_add(first[a], variable);
                emit_open_loop(emitter, NO_BRACES, size_c(emitter, variable), size_c(emitter, extent[a]));
            }
        emit_line(emitter, "%s = %s;", element_text(emitter, buffer, to), value);
        emitter->code = outer;
    }
}

void declare_parts(struct emitter *emitter, struct nest *nest, const char *name)
{
    if (!keeps_parts(emitter, nest))
        return;
    nest->sums = names_take(emitter->names, arena_print(emitter->arena, "%s_parts", name));
    emit_line(emitter, "%s %s[GRADC_PARTS] = {0};", emitter->real, nest->sums);
}

static void declare_accumulator(struct emitter *emitter, struct nest *nest)
{
    enum type type = nest->kind == NEST_ARGUMENT ? INT : nest->target->type;
    const char *name = accumulator(emitter, nest);
    bool is_declared = adds_up_over_blocks(nest) && nest->target->storage == STORAGE_SCALAR;
    if (nest->kind == NEST_ARGUMENT) {
        nest->best = names_take(emitter->names, nest->node->op == OP_ARGMAX ? "most" : "least");
        emit_line(emitter, "%s %s = %s;", c_type(emitter, nest->node->inputs[0]->type), nest->best,
                  identity_text(nest->node));
        emit_line(emitter, "int32_t %s = 0;", name);
        return;
    }
    if (!is_declared) /* before the blocks */
        emit_line(emitter, "%s %s = %s;", c_type(emitter, type), name,
                  nest->kind == NEST_SCAN ? "0" : identity_text(nest->node));
    if (nest->kind != NEST_SCAN && !nest->path[nest->path_first + nest->first_trailing]->chunks)
        declare_parts(emitter, nest, name); /* else each chunk has its own */
}

static int depth_of(const struct nest *nest, const struct item *loop)
{
    int depth = 0;
    while (nest->path[nest->path_first + depth] != loop)
        depth++;
    return depth;
}

/* Before one of its loops: the variable that is to collect its rounds. */
void emit_declaration(struct emitter *emitter, struct nest *nest, const struct item *loop)
{
    if (loop->kind != ITEM_BLOCK &&
        (nest->kind == NEST_SCAN || (has_accumulator(nest) && depth_of(nest, loop) == nest->first_trailing)))
        declare_accumulator(emitter, nest);
}

/* Before one of its loops: the elements that they add to start. */
void emit_start(struct emitter *emitter, struct nest *nest, const struct item *loop)
{
    if (loop->kind == ITEM_BLOCK)
        emit_fill(emitter, nest, 0);
    else if (nest->kind != NEST_SCAN && depth_of(nest, loop) == nest->first_reduced &&
             !adds_up_over_blocks(nest) &&
             (nest->first_reduced < nest->first_trailing || nest->kind == NEST_SCATTER ||
              nest->kind == NEST_PRODUCT))
        emit_fill(emitter, nest, nest->first_reduced);
}

/* Behind its innermost loops: what was accumulated is stored. */
void emit_end(struct emitter *emitter, struct nest *nest)
{
    struct index at[MAXIMUM_AXES], to[MAXIMUM_RANK];
    if (nest->sums)
        emit_line(emitter, "GRADC_TOTAL(%s, %s);", accumulator(emitter, nest), nest->sums);
    if (!has_accumulator(nest) || nest->target->storage == STORAGE_SCALAR)
        return;
    nest_indices(emitter, nest, nest->first_trailing, at);
    target_indices(emitter, nest, at, to);
    const char *place = element_text(emitter, nest->target, to);
    if (nest->first_reduced < nest->first_trailing || adds_up_over_blocks(nest))
        accumulate(emitter, nest->node, nest->target->type, place, accumulator(emitter, nest),
                   PRECEDENCE_NAME);
    else
        emit_line(emitter, "%s = %s;", place, accumulator(emitter, nest));
}

/* ---- Statements ---- */

static void emit_argument(struct emitter *emitter, struct nest *nest, const struct index *at,
                          const struct index *to)
{
    int precedence;
    if (!has_accumulator(nest)) {
        store(emitter, nest, to, "=", "0");
        return;
    }
    const char *term = term_text(emitter, nest, at, &precedence);
    const char *sign = nest->node->op == OP_ARGMAX ? ">" : "<";
    if (precedence > PRECEDENCE_NAME) {
        const char *name = names_take(emitter->names, "value");
        emit_line(emitter, "const %s %s = %s;", c_type(emitter, nest->node->inputs[0]->type), name, term);
        term = name;
    }
    struct statement *better =
        nest->node->inputs[0]->type == REAL
            ? emit_open(emitter, CODE_IF, BRACES, "if (%s %s %s || (%s != %s && %s == %s))", term, sign,
                        nest->best, term, term, nest->best, nest->best)
            : emit_open(emitter, CODE_IF, BRACES, "if (%s %s %s)", term, sign, nest->best);
    emit_line(emitter, "%s = %s;", nest->best, term);
    emit_line(emitter, "%s = (int32_t)%s;", accumulator(emitter, nest),
              size_c(emitter, at[nest->order[nest->loop_count - 1]].affine));
    close_statement(emitter, better);
}

static void emit_reduction(struct emitter *emitter, struct nest *nest, const struct index *at,
                           const struct index *to)
{
    int precedence;
    const char *term = term_text(emitter, nest, at, &precedence);
    if (nest->first_reduced == nest->loop_count)
        store(emitter, nest, to, "=", term);
    else if (has_accumulator(nest))
        accumulate(emitter, nest->node, nest->target->type, accumulator(emitter, nest), term, precedence);
    else
        accumulate(emitter, nest->node, nest->target->type, element_text(emitter, nest->target, to), term,
                   precedence);
}

const char *summed_term(struct emitter *emitter, struct nest *nest, const char **into)
{
    struct index at[MAXIMUM_AXES];
    int precedence;
    if (!is_formed_in_parts(nest))
        return NULL;
    nest_indices(emitter, nest, nest->loop_count, at);
    *into = accumulator(emitter, nest);
    return term_text(emitter, nest, at, &precedence);
}

static void emit_scan(struct emitter *emitter, struct nest *nest, struct index *at, const struct index *to)
{
    int precedence;
    for (int a = 0; a < nest->node->rank; a++)
        if (nest->node->axes >> a & 1)
            at[a] = to[a];
    const char *term = expression_text(emitter, nest->node->inputs[0], at, &precedence);
    if (!has_accumulator(nest)) {
        store(emitter, nest, to, "=", term);
        return;
    }
    if (!nest->accumulator)
        declare_accumulator(emitter, nest);
    struct guarded guarded = {NULL};
    if (!is_always_computable(nest))
        begin_guarded(emitter, &guarded, nest->guard);
    accumulate(emitter, nest->node, nest->target->type, nest->accumulator, term, precedence);
    end_guarded(emitter, &guarded);
    store(emitter, nest, to, "=", nest->accumulator);
}

/* Zero into an element that nothing else is put into. */
static void emit_gap(struct emitter *emitter, const struct nest *nest, int64_t number)
{
    const struct node *node = nest->target->node;
    struct sizes *sizes = emitter->program->sizes;
    struct index to[MAXIMUM_RANK];
    int64_t extent;
    for (int a = node->rank; a-- > 0;) {
        if (!size_is_number(node->shape[a], &extent))
            return;
        to[a] = (struct index){size_number(sizes, number % extent), NULL};
        number /= extent;
    }
    emit_line(emitter, "%s = 0;", element_text(emitter, nest->target, to));
}

static void emit_scatter(struct emitter *emitter, struct nest *nest, const struct index *at,
                         const struct index *to)
{
    int precedence;
    if (nest->loop_count == 0 && nest->starts_with_zeros)
        emit_fill(emitter, nest, 0);
    for (size_t i = 0; i < nest->gaps_count; i++)
        emit_gap(emitter, nest, nest->gaps[i]);
    const char *text = term_text(emitter, nest, at, &precedence);
    if (nest->adds || nest->starts_with_zeros)
        emit_line(emitter, "%s %s %s;", element_text(emitter, nest->target, to), nest->adds ? "+=" : "=",
                  text);
    else
        store(emitter, nest, to, "=", text);
}

static const char *scaled_text(struct emitter *emitter, const struct scale *scale, const char *text,
                               int *precedence)
{
    if (scale->count == 0 && !scale->is_negative)
        return text;
    if (scale->count == 0) {
        text = arena_print(emitter->arena, "-%s", parenthesise(emitter->arena, text, *precedence, 2));
        *precedence = 2;
        return text;
    }
    int factor_precedence;
    const char *factor = scale_factor_text(emitter, scale, &factor_precedence);
    text = arena_print(emitter->arena, "%s * %s", parenthesise(emitter->arena, factor, factor_precedence, 4),
                       parenthesise(emitter->arena, text, *precedence, 3));
    *precedence = 3;
    return text;
}

static const char *sum_text(struct emitter *emitter, const struct nest *nest, const struct index *at)
{
    const char *sum = NULL;
    for (size_t i = 0; i < nest->terms_count; i++) {
        struct scale scale = nest->terms[i].scale;
        bool is_subtracted = sum && scale.is_negative;
        int precedence;
        const char *text = expression_text(emitter, nest->terms[i].node, at, &precedence);
        scale.is_negative = scale.is_negative && !is_subtracted;
        text = scaled_text(emitter, &scale, text, &precedence);
        text = parenthesise(emitter->arena, text, precedence, is_subtracted ? 4 : 5);
        sum = !sum ? text : arena_print(emitter->arena, is_subtracted ? "%s - %s" : "%s + %s", sum, text);
    }
    return sum;
}

static void emit_copy(struct emitter *emitter, struct nest *nest, const struct index *at,
                      const struct index *to)
{
    int precedence = 0;
    const char *text = "0";
    if (nest->source)
        text = element_text(emitter, nest->source, at);
    else if (nest->node)
        text = expression_text(emitter, nest->node, at, &precedence);
    text = scaled_text(emitter, &nest->scale, text, &precedence);
    if (nest->member && nest->member->rank == 0)
        emit_line(emitter, "%s->%s = %s;", emitter->self, nest->member->name, text);
    else
        store(emitter, nest, to, nest->adds ? "+=" : "=", text);
}

/* A position counts from low; it must stay below high. */
static const char *outside_text(struct emitter *emitter, const struct value_check *check, const char *k)
{
    const char *high = size_c(emitter, check->high);
    int64_t low;
    if (size_is_number(check->low, &low) && low == 0)
        return arena_print(emitter->arena, "%s < 0 || (size_t)%s >= %s", k, k, high);
    return arena_print(emitter->arena, "(ptrdiff_t)%s < (ptrdiff_t)(%s) || (ptrdiff_t)%s >= (ptrdiff_t)(%s)",
                       k, size_c(emitter, check->low), k, high);
}

static void emit_check(struct emitter *emitter, struct nest *nest, const struct index *at)
{
    int precedence;
    const char *k = expression_text(emitter, nest->node, at, &precedence);
    switch (nest->check->kind) {
    case CHECK_RANGE:
        k = parenthesise(emitter->arena, k, precedence, 2);
        emit_failure(emitter, outside_text(emitter, nest->check, k), "GRADC_EINDEX");
        break;
    case CHECK_FITS:
        emit_failure(emitter, arena_print(emitter->arena, "!gradc_fits_int(%s)", k), "GRADC_EINDEX");
        break;
    case CHECK_TRUTH:
        k = parenthesise(emitter->arena, k, precedence, 2);
        emit_failure(emitter, arena_print(emitter->arena, "!%s", k), "GRADC_EREQUIRE");
        break;
    }
}

static void emit_seed(struct emitter *emitter, struct nest *nest)
{
    struct buffer *buffer = nest->target;
    const char *member = emitter->program->leaf_members[nest->node->id]->name;
    struct statement *test = emit_open(emitter, CODE_IF, NO_BRACES, "if (!%s->%s)", emitter->self, member);
    emit_line(emitter, "memset(%s, 0, %s * sizeof(%s));", buffer_name(emitter, buffer),
              size_factor(emitter, buffer_count(emitter->program, buffer)), c_type(emitter, buffer->type));
    close_statement(emitter, test);
}

void emit_statement(struct emitter *emitter, struct nest *nest)
{
    struct index at[MAXIMUM_AXES], to[MAXIMUM_RANK];
    int precedence;
    nest_indices(emitter, nest, nest->loop_count, at);
    if (nest->target && nest->kind != NEST_PRODUCT && nest->kind != NEST_CALL)
        target_indices(emitter, nest, at, to);
    switch (nest->kind) {
    case NEST_VALUE: {
        const char *value = definition_text(emitter, nest->node, at, &precedence);
        store(emitter, nest, to, "=", value);
        break;
    }
    case NEST_SUM: store(emitter, nest, to, "=", sum_text(emitter, nest, at)); break;
    case NEST_COPY: emit_copy(emitter, nest, at, to); break;
    case NEST_REDUCE: emit_reduction(emitter, nest, at, to); break;
    case NEST_ARGUMENT: emit_argument(emitter, nest, at, to); break;
    case NEST_SCAN: emit_scan(emitter, nest, at, to); break;
    case NEST_SCATTER: emit_scatter(emitter, nest, at, to); break;
    case NEST_PRODUCT: emit_product(emitter, nest); break;
    case NEST_CALL: emit_call(emitter, nest); break;
    case NEST_SEED: emit_seed(emitter, nest); break;
    case NEST_CHECK: emit_check(emitter, nest, at); break;
    case NEST_BREAK: {
        const char *condition = expression_text(emitter, nest->node, at, &precedence);
        struct statement *test = emit_open(emitter, CODE_IF, NO_BRACES, "if (!%s)",
                                           parenthesise(emitter->arena, condition, precedence, 2));
        emit_line(emitter, "break;");
        close_statement(emitter, test);
        break;
    }
    case NEST_REGION: break;
    }
}
