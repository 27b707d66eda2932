/* emit_sum.c: loops that form a sum, maximum or minimum in parts, as calls of the runtime's macros. A sum
 * over several loops keeps its parts from one round of the outer ones to the next:
 *
 *     double sum = 0, sum_parts[GRADC_PARTS] = {0};
 *     for (size_t i = 0; i < m; i++)
 *         GRADC_ADD(sum_parts, j, n, x[i * n + j] * x[i * n + j]);
 *     GRADC_TOTAL(sum, sum_parts);
 */
#include "emitter.h"

/* GRADC_SUM(double, sum, i, n, x[i] * x[i]); or GRADC_BEST(double, most, >, i, n, x[i]); behind what each
 * round computes first. */
void emit_sum_loop(struct emitter *emitter, const struct item *loop)
{
    const char *variable = c_name(emitter, loop->variable);
    const struct tree *extent = size_c(emitter, loop->extent);
    struct code *before = ARENA_NEW(emitter->lasting, struct code), *outer = emit_into(emitter, before);
    struct index at[MAXIMUM_AXES], to[MAXIMUM_RANK];
    struct nest *nest = NULL;
    for (size_t i = 0; i < loop->body_count; i++) {
        const struct item *item = loop->body[i];
        if (item->nest->kind == NEST_REDUCE && !item->nest->is_void)
            nest = item->nest;
        else
            emit_item(emitter, item);
    }
    emitter->at = nest->item;
    nest_indices(emitter->program, nest, nest->loop_count, at);
    find_target(emitter, nest, at, to);
    const struct tree *term = term_of(emitter, nest, at), *into = collector(emitter, nest, to);
    if (emitter->lane)
        declare_round(emitter, term, before);
    struct code sum = {0};
    emitter->code = &sum;
    const char *of = before->statements_count > 0 ? "_OF" : "", *in = loop->work ? "_IN_PARTS" : "";
    enum op op = nest->node->op;
    if (nest->sums)
        emit_summing(emitter, CODE_ADD, before, "GRADC_ADD%s(%s, %s, $, $)", of, nest->sums, variable, extent,
                     term);
    else if (op == OP_MAXIMUM || op == OP_MINIMUM)
        emit_summing(emitter, CODE_COLLECT, before, "GRADC_BEST%s%s(%s, $, %s, %s, $, $)", in, of,
                     emitter->real, into, op == OP_MAXIMUM ? ">" : "<", variable, extent, term);
    else
        emit_summing(emitter, CODE_SUM, before, "GRADC_%sSUM%s%s(%s, $, %s, $, $)",
                     loop->loop_kind == LOOP_SHORT_SUM ? "SHORT_" : "", in, of, emitter->real, into, variable,
                     extent, term);
    emitter->code = outer;
    emit_near_or_far(emitter, loop, sum.statements[0], &(struct range){form(emitter, "0"), extent});
}

/* Several sums, or one of many values:
 *
 *     for (size_t block = 0; block < n; block += GRADC_PARTS)
 *         for (size_t i = block; i < gradc_least(block + GRADC_PARTS, n); i++) {
 *             ...
 *             sum_parts[i - block] += x[i];
 *         }
 */
void emit_sums_in_parts(struct emitter *emitter, const struct item *loop)
{
    struct range range = {form(emitter, "0"), size_c(emitter, loop->extent)};
    if (emitter->range)
        range = *emitter->range;
    emitter->range = NULL;
    struct round_name *round = take_round_name(emitter, "block");
    const char *variable = c_name(emitter, loop->variable), *block = round->name;
    struct statement *blocks =
        open_statement(emitter, CODE_FOR, "for (size_t %s = $; %s < $; %s += GRADC_PARTS)", block,
                       range.begin, block, range.end, block);
    struct statement *rounds = emit_open(emitter, CODE_FOR, BRACES_IF_LONG,
                                         "for (size_t %s = %s; %s < gradc_least(%s + GRADC_PARTS, $); %s++)",
                                         variable, block, variable, block, range.end, variable);
    rounds->about = loop->is_in_any_order ? "GRADC_INDEPENDENT" : NULL;
    emitter->part = form(emitter, "%s - %s", variable, block);
    emit_body(emitter, loop, 0);
    emitter->part = NULL;
    close_statement(emitter, rounds);
    close_statement(emitter, blocks);
    blocks->braces = NO_BRACES;
    emit_near_or_far(emitter, loop, blocks, &range);
    round->is_taken = false;
}
