/* emit_statement.c: what stands inside the loops: the statement of each nest, and what starts and ends an
 * accumulation around its loops. */
#include <string.h>

#include "emitter.h"

void find_target(struct emitter *emitter, const struct nest *nest, const struct index *at, struct index *to)
{
    target_indices(emitter->program, nest, at, to, dynamic_index, emitter);
}

/* ---- Variables ---- */

static bool is_written_once(const struct buffer *buffer)
{
    return buffer->writers_count == 1;
}

/* place += e of place = place + e, which is the same number; so of -, * and /. */
static void assign(struct emitter *emitter, const struct tree *place, const char *operation,
                   const struct tree *value)
{
    bool continues = operation[0] == '=' && value->kind == TREE_BINARY && value->text[1] == '\0' &&
                     strchr("+-*/", value->text[0]) && tree_equal(value->operands[0], place);
    if (continues)
        emit_line(emitter, "$ %s= $", place, value->text, value->operands[1]);
    else
        emit_line(emitter, "$ %s $", place, operation, value);
}

/* Stores a value; a scalar under a condition is declared before it. */
static void store(struct emitter *emitter, const struct nest *nest, const struct index *to,
                  const char *operation, const struct tree *value)
{
    const struct tree *place = element_of(emitter, nest->target, to);
    bool is_guarded = nest->guard != ALWAYS_WANTED && nest->guard != emitter->guard && !emitter->side;
    if (!needs_declaration(nest)) {
        if (emitter->side)
            side_by_side_stores(emitter, nest->target, to);
        assign(emitter, place, operation, value);
        return;
    }
    const char *type =
        emitter->side ? side_by_side_type(emitter, nest->target->type) : c_type(emitter, nest->target->type);
    if (is_guarded && !is_always_computable(nest))
        value = form(emitter, "($) ? $ : 0", guard_condition(emitter, nest->guard), value);
    emit_line(emitter, is_written_once(nest->target) ? "const %s $ = $" : "%s $ = $", type, place, value);
}

/* ---- Reductions ---- */

const struct tree *identity_of(struct emitter *emitter, const struct node *node)
{
    switch (node->op) {
    case OP_PRODUCT:
    case OP_ALL: return form(emitter, "1");
    case OP_MAXIMUM:
    case OP_ARGMAX: return form(emitter, node->inputs[0]->type == INT ? "INT32_MIN" : "-INFINITY");
    case OP_MINIMUM:
    case OP_ARGMIN: return form(emitter, node->inputs[0]->type == INT ? "INT32_MAX" : "INFINITY");
    default: return form(emitter, "0");
    }
}

/* What one round contributes. */
const struct tree *term_of(struct emitter *emitter, const struct nest *nest, const struct index *at)
{
    struct node *node = nest->node;
    struct index operand[MAXIMUM_AXES];
    if (nest->kind == NEST_SCATTER)
        return expression_of(emitter, nest->operand, at);
    operand_indices(node, 0, at, operand);
    const struct tree *term = expression_of(emitter, node->inputs[0], operand);
    if (node->op != OP_CONTRACT)
        return term;
    operand_indices(node, 1, at, operand);
    return form(emitter, "$ * $", term, expression_of(emitter, node->inputs[1], operand));
}

/* A name for a value that is mentioned more than once, unless it is one. */
static const struct tree *named_value(struct emitter *emitter, enum type type, const struct tree *value)
{
    if (value->precedence <= PRECEDENCE_NAME)
        return value;
    const char *name = names_take(emitter->names, "value");
    emit_line(emitter, "const %s %s = $", c_type(emitter, type), name, value);
    return tree_name(emitter->lasting, name);
}

/* into = into combined with the term. */
void accumulate(struct emitter *emitter, const struct node *node, enum type type, const struct tree *into,
                const struct tree *term)
{
    const char *sign = node->op == OP_MAXIMUM ? ">" : "<";
    switch (node->op) {
    case OP_PRODUCT: emit_line(emitter, "$ *= $", into, term); break;
    case OP_ANY:
        emit_line(emitter, "$ = $ || $", into, into, parenthesise(emitter->lasting, term, PRECEDENCE_AND));
        break;
    case OP_ALL:
        emit_line(emitter, "$ = $ && $", into, into, parenthesise(emitter->lasting, term, PRECEDENCE_AND));
        break;
    case OP_MAXIMUM:
    case OP_MINIMUM:
        term = named_value(emitter, type, term);
        if (type == REAL)
            emit_line(emitter, "$ = (($ %s $) | ($ != $)) ? $ : $", into, term, sign, into, term, term, term,
                      into);
        else
            emit_line(emitter, "$ = $ %s $ ? $ : $", into, term, sign, into, term, into);
        break;
    default:
        if (type == REAL)
            emit_line(emitter, "$ += $", into, term);
        else
            emit_line(emitter, "$ = (int32_t)((uint32_t)$ + (uint32_t)$)", into, into,
                      parenthesise(emitter->lasting, term, PRECEDENCE_UNARY));
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

static bool has_accumulator(const struct nest *nest)
{
    bool is_scan = nest->kind == NEST_SCAN && nest->loop_count > 0 &&
                   !size_is(nest->extents[nest->order[nest->loop_count - 1]], 1);
    return is_scan || ((nest->kind == NEST_REDUCE || nest->kind == NEST_ARGUMENT) &&
                       nest->first_trailing < nest->loop_count);
}

const struct tree *collector(struct emitter *emitter, struct nest *nest, const struct index *to)
{
    const struct buffer *target = nest->target;
    const struct item *laned = emitter->laned;
    if (nest->parts) {
        struct element_place place = place_in_array(NULL, target->node->rank, target->node->shape, to);
        place.dropped = target->dropped;
        nest->parts->is_read = true;
        return lane_of(emitter, nest->parts->name, offset_of(emitter, place).at);
    }
    if (laned && forms_element(nest, laned))
        return lane_of(emitter, accumulator(emitter, nest), NULL);
    bool is_outside = !laned || (!target->lanes && nest->first_trailing == depth_of_loop(nest, laned));
    return is_outside && has_accumulator(nest) ? tree_name(emitter->lasting, accumulator(emitter, nest))
                                               : element_of(emitter, nest->target, to);
}

/* Nothing but zeros. */
void emit_clearing(struct emitter *emitter, const struct tree *start, const size *count, const char *type)
{
    emit_line(emitter, "memset($, 0, $ * sizeof(%s))", start, size_factor(emitter, count), type);
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
    const struct tree *value =
        nest->kind == NEST_SCATTER ? form(emitter, "0") : identity_of(emitter, nest->node);
    struct index to[MAXIMUM_RANK];
    size *first[MAXIMUM_RANK], *extent[MAXIMUM_RANK];
    bool is_outer[MAXIMUM_RANK] = {false};
    int loops = 0, first_inner = -1;
    size *count = size_number(emitter->program->sizes, 1);
    bool is_contiguous = true;
    if (buffer->storage == STORAGE_SCALAR) {
        if (needs_declaration(nest))
            emit_line(emitter, "%s %s = $", c_type(emitter, buffer->type), buffer_name(emitter, buffer),
                      value);
        else
            emit_line(emitter, "%s = $", buffer_name(emitter, buffer), value);
        return;
    }
    for (int a = 0; a < node->rank; a++) {
        bool is_cut = nest->block && nest->target_axes[a] == nest->block_axis;
        first[a] = is_cut ? nest->block->first : size_number(emitter->program->sizes, 0);
        extent[a] = is_cut ? nest->block->rows : node->shape[a];
        to[a] = (struct index){first[a], NULL};
        for (int d = 0; d < depth && d < nest->loop_count; d++)
            if (nest->target_axes[a] == nest->order[d]) {
                to[a].affine = loop_position(emitter->program, nest, d);
                is_outer[a] = true;
            }
        if (is_outer[a] || buffer->dropped >> a & 1)
            is_contiguous = is_contiguous && (first_inner < 0 || buffer->dropped >> a & 1);
        else if (!size_is(node->shape[a], 1) && first_inner < 0)
            first_inner = a;
        if (!is_outer[a] && !(buffer->dropped >> a & 1))
            count = size_multiply(count, extent[a]);
    }
    if (first_inner < 0) {
        emit_line(emitter, "$ = $", element_of(emitter, buffer, to), value);
    } else if (is_contiguous && starts_at_zero(nest)) {
        emit_clearing(emitter, address_of(emitter, buffer, to), count, c_type(emitter, buffer->type));
    } else {
        struct code *outer = emitter->code;
        for (int a = 0; a < node->rank; a++)
            if (!is_outer[a] && !(buffer->dropped >> a & 1) && !size_is(node->shape[a], 1)) {
                int level =
                    (depth > 0 ? nest->path[nest->path_first + depth - 1]->depth + 1 : emitter->at->depth) +
                    loops++;
                size *variable = program_variable(emitter->program, level, extent[a]);
                to[a].affine = size_add(first[a], variable);
                emit_open_loop(emitter, NO_BRACES, c_name(emitter, variable), size_c(emitter, extent[a]));
            }
        emit_line(emitter, "$ = $", element_of(emitter, buffer, to), value);
        emitter->code = outer;
    }
}

void declare_parts(struct emitter *emitter, struct nest *nest, const char *name)
{
    if (!keeps_parts(nest))
        return;
    nest->sums = names_take(emitter->names, arena_print(emitter->arena, "%s_parts", name));
    emit_line(emitter, "%s %s[GRADC_PARTS] = {0}", emitter->real, nest->sums);
}

static void declare_accumulator(struct emitter *emitter, struct nest *nest)
{
    enum type type = nest->kind == NEST_ARGUMENT ? INT : nest->target->type;
    const char *name = accumulator(emitter, nest);
    bool is_declared = adds_up_over_blocks(nest) && nest->target->storage == STORAGE_SCALAR;
    if (nest->kind == NEST_ARGUMENT) {
        nest->best = names_take(emitter->names, nest->node->op == OP_ARGMAX ? "most" : "least");
        emit_line(emitter, "%s %s = $", c_type(emitter, nest->node->inputs[0]->type), nest->best,
                  identity_of(emitter, nest->node));
        emit_line(emitter, "int32_t %s = 0", name);
        return;
    }
    if (!is_declared) /* before the blocks */
        emit_line(emitter, "%s %s = $", c_type(emitter, type), name,
                  nest->kind == NEST_SCAN ? form(emitter, "0") : identity_of(emitter, nest->node));
    if (nest->kind != NEST_SCAN && !nest->path[nest->path_first + nest->first_trailing]->chunks)
        declare_parts(emitter, nest, name); /* else each chunk has its own */
}

/* Before one of its loops: the variable that is to collect its rounds. */
void emit_declaration(struct emitter *emitter, struct nest *nest, const struct item *loop)
{
    if (loop->kind != ITEM_BLOCK &&
        (nest->kind == NEST_SCAN ||
         (has_accumulator(nest) && depth_of_loop(nest, loop) == nest->first_trailing)))
        declare_accumulator(emitter, nest);
}

/* Before one of its loops: the elements that they add to start. */
void emit_start(struct emitter *emitter, struct nest *nest, const struct item *loop)
{
    if (loop->kind == ITEM_BLOCK)
        emit_fill(emitter, nest, 0);
    else if (nest->kind != NEST_SCAN && depth_of_loop(nest, loop) == nest->first_reduced &&
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
        emit_as(emitter, CODE_COLLECT, "GRADC_TOTAL(%s, %s)", accumulator(emitter, nest), nest->sums);
    if (!has_accumulator(nest) || nest->target->storage == STORAGE_SCALAR)
        return;
    nest_indices(emitter->program, nest, nest->first_trailing, at);
    find_target(emitter, nest, at, to);
    const struct tree *place = element_of(emitter, nest->target, to);
    const struct tree *value = tree_name(emitter->lasting, accumulator(emitter, nest));
    if (nest->first_reduced < nest->first_trailing || adds_up_over_blocks(nest))
        accumulate(emitter, nest->node, nest->target->type, place, value);
    else
        emit_line(emitter, "$ = $", place, value);
}

/* ---- Statements ---- */

static void emit_argument(struct emitter *emitter, struct nest *nest, const struct index *at,
                          const struct index *to)
{
    if (!has_accumulator(nest)) {
        store(emitter, nest, to, "=", form(emitter, "0"));
        return;
    }
    enum type type = nest->node->inputs[0]->type;
    const struct tree *term = named_value(emitter, type, term_of(emitter, nest, at));
    const struct tree *best = emitter->lane ? lane_of(emitter, nest->best, NULL)
                                            : tree_name(emitter->lasting, nest->best),
                      *place = collector(emitter, nest, to),
                      *here = size_c(emitter, at[nest->order[nest->loop_count - 1]].affine);
    const char *sign = nest->node->op == OP_ARGMAX ? ">" : "<";
    if (emitter->lane) { /* without a branch */
        const char *better = names_take(emitter->names, "better");
        if (type == REAL)
            emit_line(emitter, "const int %s = ($ %s $) | (($ != $) & ($ == $))", better, term, sign, best,
                      term, term, best, best);
        else
            emit_line(emitter, "const int %s = $ %s $", better, term, sign, best);
        emit_line(emitter, "$ = %s ? $ : $", best, better, term, best);
        emit_line(emitter, "$ = %s ? (int32_t)$ : $", place, better, here, place);
        return;
    }
    struct statement *is_better =
        type == REAL ? emit_open(emitter, CODE_IF, BRACES, "if ($ %s $ || ($ != $ && $ == $))", term, sign,
                                 best, term, term, best, best)
                     : emit_open(emitter, CODE_IF, BRACES, "if ($ %s $)", term, sign, best);
    emit_line(emitter, "$ = $", best, term);
    emit_line(emitter, "$ = (int32_t)$", place, here);
    close_statement(emitter, is_better);
}

static void emit_reduction(struct emitter *emitter, struct nest *nest, const struct index *at,
                           const struct index *to)
{
    const struct tree *term = term_of(emitter, nest, at);
    if (nest->first_reduced == nest->loop_count)
        store(emitter, nest, to, "=", term);
    else if (emitter->part)
        emit_line(emitter, "%s[$] += $", nest->sums, emitter->part, term);
    else
        accumulate(emitter, nest->node, nest->target->type, collector(emitter, nest, to), term);
}

static void emit_scan(struct emitter *emitter, struct nest *nest, struct index *at, const struct index *to)
{
    for (int a = 0; a < nest->node->rank; a++)
        if (nest->node->axes >> a & 1)
            at[a] = to[a];
    const struct tree *term = expression_of(emitter, nest->node->inputs[0], at);
    if (!has_accumulator(nest)) {
        store(emitter, nest, to, "=", term);
        return;
    }
    if (!nest->accumulator)
        declare_accumulator(emitter, nest);
    const struct tree *sum = tree_name(emitter->lasting, nest->accumulator);
    struct guarded guarded = {.statement = NULL};
    if (!is_always_computable(nest))
        begin_guarded(emitter, &guarded, nest->guard);
    accumulate(emitter, nest->node, nest->target->type, sum, term);
    end_guarded(emitter, &guarded);
    store(emitter, nest, to, "=", sum);
}

/* Zeros into elements that nothing else is put into, so many from one on. */
static void emit_gap(struct emitter *emitter, const struct nest *nest, int64_t number, size_t count)
{
    const struct buffer *buffer = nest->target;
    const struct node *node = buffer->node;
    struct sizes *sizes = emitter->program->sizes;
    struct index to[MAXIMUM_RANK];
    int64_t extent;
    for (int a = node->rank; a-- > 0;) {
        if (!size_is_number(node->shape[a], &extent))
            return;
        to[a] = (struct index){size_number(sizes, number % extent), NULL};
        number /= extent;
    }
    if (count > 1)
        emit_clearing(emitter, address_of(emitter, nest->target, to), size_number(sizes, (int64_t)count),
                      c_type(emitter, buffer->type));
    else
        emit_line(emitter, "$ = 0", element_of(emitter, nest->target, to));
}

/* Long stretches at once, but beside other rounds, in vectors, one by one. */
static void emit_gaps(struct emitter *emitter, const struct nest *nest)
{
    enum { LONG_GAP = 4 };
    bool is_dense = !nest->target->dropped && !nest->target->lanes && !emitter->side;
    for (size_t i = 0; i < nest->gaps_count;) {
        size_t count = 1;
        while (is_dense && i + count < nest->gaps_count &&
               nest->gaps[i + count] == nest->gaps[i] + (int64_t)count)
            count++;
        count = count < LONG_GAP ? 1 : count;
        emit_gap(emitter, nest, nest->gaps[i], count);
        i += count;
    }
}

static void emit_scatter(struct emitter *emitter, struct nest *nest, const struct index *at,
                         const struct index *to)
{
    if (nest->loop_count == 0 && nest->starts_with_zeros)
        emit_fill(emitter, nest, 0);
    emit_gaps(emitter, nest);
    const struct tree *term = term_of(emitter, nest, at);
    if (nest->adds || nest->starts_with_zeros)
        emit_line(emitter, nest->adds ? "$ += $" : "$ = $", element_of(emitter, nest->target, to), term);
    else
        store(emitter, nest, to, "=", term);
}

static const struct tree *scaled(struct emitter *emitter, const struct scale *scale, const struct tree *value)
{
    if (scale->count == 0)
        return !scale->is_negative
                   ? value
                   : form(emitter, "-$", parenthesise(emitter->lasting, value, PRECEDENCE_UNARY));
    return form(emitter, "$ * $", scale_factor(emitter, scale), value);
}

static const struct tree *sum_of(struct emitter *emitter, const struct nest *nest, const struct index *at)
{
    const struct tree *sum = NULL;
    for (size_t i = 0; i < nest->terms_count; i++) {
        struct scale scale = nest->terms[i].scale;
        bool is_subtracted = sum && scale.is_negative;
        scale.is_negative = scale.is_negative && !is_subtracted;
        const struct tree *term = scaled(emitter, &scale, expression_of(emitter, nest->terms[i].node, at));
        sum = !sum ? term : tree_append(emitter->lasting, sum, is_subtracted ? "-" : "+", term);
    }
    return sum;
}

static void emit_copy(struct emitter *emitter, struct nest *nest, const struct index *at,
                      const struct index *to)
{
    const struct tree *value = nest->source ? element_of(emitter, nest->source, at)
                               : nest->node ? expression_of(emitter, nest->node, at)
                                            : form(emitter, "0");
    value = scaled(emitter, &nest->scale, value);
    if (nest->member && nest->member->rank == 0)
        emit_line(emitter, "%s->%s = $", emitter->self, nest->member->name, value);
    else
        store(emitter, nest, to, nest->adds ? "+=" : "=", value);
}

/* A position counts from low; it must stay below high. */
static const struct tree *outside_of(struct emitter *emitter, const struct value_check *check,
                                     const struct tree *k)
{
    const struct tree *high = size_c(emitter, check->high), *low = size_c(emitter, check->low);
    if (size_is(check->low, 0))
        return form(emitter, "$ < 0 || (size_t)$ >= $", k, k, high);
    return form(emitter, "(ptrdiff_t)$ < (ptrdiff_t)($) || (ptrdiff_t)$ >= (ptrdiff_t)($)", k, low, k, high);
}

static void emit_check(struct emitter *emitter, struct nest *nest, const struct index *at)
{
    const struct tree *value = expression_of(emitter, nest->node, at);
    const struct tree *operand = parenthesise(emitter->lasting, value, PRECEDENCE_UNARY);
    switch (nest->check->kind) {
    case CHECK_RANGE: emit_failure(emitter, outside_of(emitter, nest->check, operand), "GRADC_EINDEX"); break;
    case CHECK_FITS: emit_failure(emitter, form(emitter, "!gradc_fits_int($)", value), "GRADC_EINDEX"); break;
    case CHECK_TRUTH: emit_failure(emitter, form(emitter, "!$", operand), "GRADC_EREQUIRE"); break;
    }
}

static void emit_seed(struct emitter *emitter, struct nest *nest)
{
    struct buffer *buffer = nest->target;
    const char *member = emitter->program->leaf_members[nest->node->id]->name;
    struct statement *test = emit_open(emitter, CODE_IF, NO_BRACES, "if (!%s->%s)", emitter->self, member);
    emit_clearing(emitter, tree_name(emitter->lasting, buffer_name(emitter, buffer)),
                  buffer_count(emitter->program, buffer), c_type(emitter, buffer->type));
    close_statement(emitter, test);
}

void emit_statement(struct emitter *emitter, struct nest *nest)
{
    struct index at[MAXIMUM_AXES], to[MAXIMUM_RANK];
    nest_indices(emitter->program, nest, nest->loop_count, at);
    if (nest->target && nest->kind != NEST_PRODUCT && nest->kind != NEST_CALL)
        find_target(emitter, nest, at, to);
    switch (nest->kind) {
    case NEST_VALUE: store(emitter, nest, to, "=", definition_of(emitter, nest->node, at)); break;
    case NEST_SUM: store(emitter, nest, to, "=", sum_of(emitter, nest, at)); break;
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
        const struct tree *condition = expression_of(emitter, nest->node, at);
        struct statement *test = emit_open(emitter, CODE_IF, NO_BRACES, "if (!$)",
                                           parenthesise(emitter->lasting, condition, PRECEDENCE_UNARY));
        emit_line(emitter, "break");
        close_statement(emitter, test);
        break;
    }
    case NEST_REGION: break;
    }
}
