/* emit_lanes.c: loops whose rounds run side by side, as lanes.c has chosen them:
 *
 *     GRADC_BLOCKS(i0, lanes, n, {
 *         double sum[GRADC_LANES];
 *         for (size_t lane = 0; lane < lanes; lane++)
 *             sum[lane] = 0;
 *         ...
 *     });
 *
 * Every statement of the loop's body stands in a loop over the lanes of its own, or with its neighbours. */
#include <string.h>

#include "emitter.h"

struct block {
    const char *first, *lanes; /* in C: the first round of the block, and how many there are */
    const struct tree *from;   /* the first round of all, to be added; NULL: 0 */
};

static void emit_lane_items(struct emitter *emitter, const struct block *block, const struct item *parent);

/* ---- Loops over the lanes ---- */

/* Whether this needs the number of the round that a lane works on. */
static bool mentions_round(struct emitter *emitter, const struct tree *a)
{
    return tree_mentions(a, c_name(emitter, emitter->laned->variable));
}

static void declare_round(struct emitter *emitter, const struct block *block)
{
    const struct tree *first = tree_name(emitter->lasting, block->first);
    emit_line(emitter, "const size_t %s = $ + %s", c_name(emitter, emitter->laned->variable),
              joined(emitter, block->from, "+", first), emitter->lane);
}

static bool statement_mentions_round(const struct statement *statement, void *closure)
{
    return statement->tree && mentions_round(closure, statement->tree);
}

static void close_braced(struct emitter *emitter, struct statement *statement)
{
    statement->braces = statement->body.statements_count == 1 ? NO_BRACES : BRACES;
    close_statement(emitter, statement);
}

static void emit_lane_loop(struct emitter *emitter, const struct block *block, const struct code *body)
{
    if (body->statements_count == 0)
        return;
    struct statement *loop =
        emit_open_loop(emitter, BRACES, emitter->lane, tree_name(emitter->lasting, block->lanes));
    if (code_walk(body, statement_mentions_round, emitter))
        declare_round(emitter, block);
    code_append_all(emitter->lasting, emitter->code, body);
    close_braced(emitter, loop);
}

/* ---- Statements ---- */

/* Where the lane adds its term. */
static const struct tree *reduced_into(struct emitter *emitter, struct nest *nest, const struct index *to)
{
    const struct buffer *target = nest->target;
    if (nest->parts) {
        struct element_place place = place_in_array(NULL, target->node->rank, target->node->shape, to);
        place.dropped = target->dropped;
        nest->parts->is_read = true;
        return lane_of(emitter, nest->parts->name, offset_of(emitter, place).at);
    }
    if (forms_element(nest, emitter->laned))
        return lane_of(emitter, accumulator(emitter, nest), NULL);
    bool is_outside = !target->lanes && nest->first_trailing == depth_of_loop(nest, emitter->laned);
    return is_outside && has_accumulator(nest) ? tree_name(emitter->lasting, accumulator(emitter, nest))
                                               : element_of(emitter, nest->target, to);
}

static void find_places(struct emitter *emitter, struct nest *nest, struct index *at, struct index *to)
{
    nest_indices(emitter->program, nest, nest->loop_count, at);
    find_target(emitter, nest, at, to);
}

static void emit_total(struct emitter *emitter, const struct block *block, struct nest *nest)
{
    struct index at[MAXIMUM_AXES], to[MAXIMUM_RANK];
    find_places(emitter, nest, at, to);
    const struct tree *term = term_of(emitter, nest, at), *into = reduced_into(emitter, nest, to);
    struct code *round = ARENA_NEW(emitter->lasting, struct code), *outer = emit_into(emitter, round);
    if (mentions_round(emitter, term))
        declare_round(emitter, block);
    emit_into(emitter, outer);
    const char *of = round->statements_count > 0 ? "_OF" : "";
    enum op op = nest->node->op;
    if (op == OP_MAXIMUM || op == OP_MINIMUM)
        emit_summing(emitter, CODE_COLLECT, round, "GRADC_BEST%s(%s, $, %s, %s, %s, $)", of, emitter->real,
                     into, op == OP_MAXIMUM ? ">" : "<", emitter->lane, block->lanes, term);
    else
        emit_summing(emitter, CODE_SUM, round, "GRADC_SUM%s(%s, $, %s, %s, $)", of, emitter->real, into,
                     emitter->lane, block->lanes, term);
}

/* The best so far, of which the target has the position. */
static const struct tree *best_of(struct emitter *emitter, struct nest *nest)
{
    return lane_of(emitter, nest->best, NULL);
}

static void emit_lane_argument(struct emitter *emitter, struct nest *nest, const struct index *at,
                               const struct index *to)
{
    enum type type = nest->node->inputs[0]->type;
    const struct tree *term = term_of(emitter, nest, at), *best = best_of(emitter, nest);
    const struct tree *place = reduced_into(emitter, nest, to);
    const char *sign = nest->node->op == OP_ARGMAX ? ">" : "<";
    const char *better = names_take(emitter->names, "better");
    term = named_value(emitter, type, term);
    if (type == REAL)
        emit_line(emitter, "const int %s = ($ %s $) | (($ != $) & ($ == $))", better, term, sign, best, term,
                  term, best, best);
    else
        emit_line(emitter, "const int %s = $ %s $", better, term, sign, best);
    emit_line(emitter, "$ = %s ? $ : $", best, better, term, best);
    emit_line(emitter, "$ = %s ? (int32_t)$ : $", place, better,
              size_c(emitter, at[nest->order[nest->loop_count - 1]].affine), place);
}

static void emit_lane_statement(struct emitter *emitter, struct nest *nest)
{
    struct index at[MAXIMUM_AXES], to[MAXIMUM_RANK];
    bool accumulates = nest->kind == NEST_REDUCE && nest->first_reduced < nest->loop_count;
    if (!accumulates && (nest->kind != NEST_ARGUMENT || nest->first_reduced == nest->loop_count)) {
        emit_statement(emitter, nest);
        return;
    }
    find_places(emitter, nest, at, to);
    if (nest->kind == NEST_ARGUMENT) {
        emit_lane_argument(emitter, nest, at, to);
        return;
    }
    const struct tree *term = term_of(emitter, nest, at);
    accumulate(emitter, nest->node, nest->target->type, reduced_into(emitter, nest, to), term);
}

/* ---- Loops ---- */

/* What a private sum, or the search for the best, starts with before this loop. */
static void emit_lane_start(struct emitter *emitter, struct nest *nest, const struct item *loop)
{
    struct index at[MAXIMUM_AXES], to[MAXIMUM_RANK];
    int depth = depth_of_loop(nest, loop);
    bool is_element = forms_element(nest, emitter->laned);
    if ((!nest->target->lanes && !is_element) || depth != nest->first_reduced)
        return;
    nest_indices(emitter->program, nest, depth, at);
    find_target(emitter, nest, at, to);
    const struct tree *place = is_element ? lane_of(emitter, accumulator(emitter, nest), NULL)
                                          : element_of(emitter, nest->target, to);
    if (nest->kind == NEST_ARGUMENT)
        emit_line(emitter, "$ = $", best_of(emitter, nest), identity_of(emitter, nest->node));
    emit_line(emitter, "$ = $", place,
              nest->kind == NEST_ARGUMENT ? form(emitter, "0") : identity_of(emitter, nest->node));
}

/* What the lanes have summed up is stored behind the loop. */
static void emit_lane_end(struct emitter *emitter, struct nest *nest, const struct item *loop)
{
    struct index at[MAXIMUM_AXES], to[MAXIMUM_RANK];
    int depth = depth_of_loop(nest, loop);
    if (!forms_element(nest, emitter->laned) || depth != nest->first_reduced)
        return;
    nest_indices(emitter->program, nest, depth, at);
    find_target(emitter, nest, at, to);
    struct guarded guarded;
    begin_guarded(emitter, &guarded, nest->guard);
    emit_line(emitter, "$ = $", element_of(emitter, nest->target, to),
              lane_of(emitter, accumulator(emitter, nest), NULL));
    end_guarded(emitter, &guarded);
}

/* The one statement of a loop in which each lane forms a sum over that loop alone; else NULL. */
static const struct item *lone_sum(const struct emitter *emitter, const struct item *loop)
{
    const struct item *lanes = loop->body_count == 1 ? loop->body[0] : NULL;
    if (!lanes || lanes->loop_kind != LOOP_LANE || lanes->body_count != 1 ||
        (lanes->guard != ALWAYS_WANTED && lanes->guard != emitter->guard))
        return NULL;
    const struct item *item = lanes->body[0];
    const struct nest *nest = item->nest;
    bool is_private = nest->target && (nest->target->lanes || forms_element(nest, emitter->laned)),
         is_sum = nest->kind == NEST_REDUCE && (nest->node->op == OP_SUM || nest->node->op == OP_CONTRACT);
    return is_sum && is_private && !nest->parts && loop->before_count == 1 && loop->before[0] == nest &&
                   depth_of_loop(nest, loop) == nest->first_reduced &&
                   nest->loop_count == nest->first_reduced + 1
               ? item
               : NULL;
}

/* sum[j](c[j] t^j) by Horner's scheme:
 *
 *     for each lane: sum[lane] = c[m - 1];
 *     for (size_t j = m - 1; j-- > 0;)
 *         for each lane: sum[lane] = sum[lane] * t[lane] + c[j];
 *
 * It starts without a product, which would be of zero and an infinite t. Where powers overflow, the last term
 * decides. */
static bool emit_polynomial(struct emitter *emitter, const struct block *block, const struct item *loop)
{
    struct index at[MAXIMUM_AXES], to[MAXIMUM_RANK];
    const struct item *item = lone_sum(emitter, loop);
    const char *variable = c_name(emitter, loop->variable);
    const struct tree *base, *coefficient;
    size *last = size_subtract(loop->extent, size_number(emitter->program->sizes, 1));
    if (!item || size_nonnegative(last) != ALWAYS)
        return false;
    emitter->at = item;
    find_places(emitter, item->nest, at, to);
    term_of(emitter, item->nest, at); /* which finds its powers */
    if (!take_lone_power(emitter, loop, item->nest, at, &base, &coefficient))
        return false;
    const struct tree *place = reduced_into(emitter, item->nest, to);
    struct code start = {0}, step = {0}, *outer = emit_into(emitter, &start);
    if (tree_mentions(coefficient, variable))
        emit_line(emitter, "const size_t %s = $", variable, size_c(emitter, last));
    emit_line(emitter, "$ = $", place, coefficient);
    emit_into(emitter, &step);
    emit_line(emitter, "$ = $ * $ + $", place, place, base, coefficient);
    emit_into(emitter, outer);
    emit_lane_loop(emitter, block, &start);
    struct statement *terms = emit_open(emitter, CODE_FOR, NO_BRACES, "for (size_t %s = $; %s-- > 0;)",
                                        variable, size_c(emitter, last), variable);
    emit_lane_loop(emitter, block, &step);
    close_statement(emitter, terms);
    return true;
}

static void emit_lane_ends(struct emitter *emitter, const struct block *block, const struct item *loop)
{
    struct code ends = {0}, *outer = emit_into(emitter, &ends);
    for (size_t i = 0; i < loop->behind_count; i++)
        emit_lane_end(emitter, loop->behind[i], loop);
    emit_into(emitter, outer);
    emit_lane_loop(emitter, block, &ends);
}

static void emit_inner_loop(struct emitter *emitter, const struct block *block, const struct item *loop)
{
    const char *variable = c_name(emitter, loop->variable);
    if (emit_polynomial(emitter, block, loop)) {
        emit_lane_ends(emitter, block, loop);
        return;
    }
    struct code starts = {0}, *outer = emit_into(emitter, &starts);
    for (size_t i = 0; i < loop->before_count; i++)
        emit_lane_start(emitter, loop->before[i], loop);
    emit_into(emitter, outer);
    struct statement *rounds = open_statement(emitter, CODE_FOR, "for (size_t %s = 0; %s < $; %s++)",
                                              variable, variable, size_c(emitter, loop->extent), variable);
    emit_lane_items(emitter, block, loop);
    close_braced(emitter, rounds);
    declare_powers(emitter, loop);
    emit_into(emitter, &starts);
    start_powers(emitter, loop);
    emit_into(emitter, outer);
    emit_lane_loop(emitter, block, &starts);
    if (rounds->body.statements_count > 0)
        code_append(emitter->lasting, emitter->code, rounds);
    emit_lane_ends(emitter, block, loop);
}

static void emit_lane_items(struct emitter *emitter, const struct block *block, const struct item *parent)
{
    struct code body = {0}, *outer;
    for (size_t i = 0; i < parent->body_count; i++) {
        const struct item *item = parent->body[i];
        struct guarded guarded;
        begin_guarded(emitter, &guarded, item->guard);
        if (item->loop_kind == LOOP_LANE) {
            bool is_last = !guarded.statement && i + 1 == parent->body_count;
            outer = emit_into(emitter, &body);
            for (size_t j = 0; j < item->body_count; j++) {
                emitter->at = item->body[j];
                emit_lane_statement(emitter, item->body[j]->nest);
            }
            if (is_last)
                step_powers(emitter, parent);
            emit_into(emitter, outer);
            emit_lane_loop(emitter, block, &body);
            body = (struct code){0};
            if (is_last)
                return;
        } else if (item->loop_kind == LOOP_SUM) {
            emitter->at = item->body[0];
            emit_total(emitter, block, item->body[0]->nest);
        } else {
            emit_inner_loop(emitter, block, item);
        }
        end_guarded(emitter, &guarded);
    }
    outer = emit_into(emitter, &body);
    step_powers(emitter, parent);
    emit_into(emitter, outer);
    emit_lane_loop(emitter, block, &body);
}

/* ---- The block ---- */

void name_panels(struct emitter *emitter, const struct item *loop)
{
    for (size_t i = 0; i < loop->panels_count; i++)
        loop->panels[i].buffer->name =
            names_take(emitter->names, arena_print(emitter->arena, "%s_panel",
                                                   emitter->leaf_names[loop->panels[i].node->id]));
    for (size_t i = 0; i < loop->summed_count; i++)
        loop->summed[i]->parts->name =
            names_take(emitter->names, arena_print(emitter->arena, "%s_parts",
                                                   buffer_name(emitter, loop->summed[i]->target)));
}

static void declare_lanes(struct emitter *emitter, const struct item *item)
{
    for (size_t i = 0; item->kind == ITEM_LOOP && i < item->body_count; i++)
        declare_lanes(emitter, item->body[i]);
    struct nest *nest = item->nest;
    bool is_element = item->kind == ITEM_STATEMENT && !nest->is_void && forms_element(nest, emitter->laned);
    if (is_element)
        emit_line(emitter, "%s %s[GRADC_LANES]", c_type(emitter, nest->target->type),
                  accumulator(emitter, nest));
    if (item->kind != ITEM_STATEMENT || nest->is_void || (!nest->target->lanes && !is_element))
        return;
    if (nest->target->lanes && nest->target->storage == STORAGE_SCALAR && nest->target->writers[0] == nest)
        emit_line(emitter, "%s %s[GRADC_LANES]", c_type(emitter, nest->target->type),
                  buffer_name(emitter, nest->target));
    if (nest->kind == NEST_ARGUMENT) {
        nest->best = names_take(emitter->names, nest->node->op == OP_ARGMAX ? "most" : "least");
        emit_line(emitter, "%s %s[GRADC_LANES]", c_type(emitter, nest->node->inputs[0]->type), nest->best);
    }
}

/* panel[j][v] = x[i0 + v, j] */
static void emit_panel(struct emitter *emitter, const struct block *block, const struct panel *panel)
{
    const struct node *node = panel->node;
    struct index at[MAXIMUM_RANK];
    struct code body = {0}, *outer = emit_into(emitter, &body);
    for (int a = 0; a < node->rank; a++) {
        at[a] = (struct index){
            a == panel->axis ? emitter->laned->variable : size_number(emitter->program->sizes, 0), NULL};
        if (a == panel->axis || is_one(node->shape[a]))
            continue;
        size *variable = program_variable(emitter->program, emitter->laned->depth + 1 + a, node->shape[a]);
        at[a].affine = variable;
        emit_open_loop(emitter, NO_BRACES, c_name(emitter, variable), size_c(emitter, node->shape[a]));
    }
    panel->buffer->is_read = true;
    emitter->leaf_is_used[node->id] = true;
    emit_line(emitter, "$ = $", lane_of(emitter, panel->buffer->name, offset_in_panel(emitter, panel, at)),
              subscripted(emitter, emitter->leaf_names[node->id],
                          offset_of(emitter, place_in_array(NULL, node->rank, node->shape, at))));
    emit_into(emitter, outer);
    emit_lane_loop(emitter, block, &body);
}

static void clear_parts(struct emitter *emitter, const struct nest *nest)
{
    struct guarded guarded;
    begin_guarded(emitter, &guarded, nest->guard);
    emit_clearing(emitter, tree_name(emitter->lasting, nest->parts->name), nest->parts->count, emitter->real);
    end_guarded(emitter, &guarded);
}

/* target[e] += sum_v parts[e][v] */
static void add_parts(struct emitter *emitter, const struct nest *nest)
{
    struct buffer *target = nest->target;
    size *count = buffer_count(emitter->program, target);
    size *variable = program_variable(emitter->program, emitter->laned->depth + 1, count);
    const char *e = c_name(emitter, variable);
    const struct tree *element = numbered_element(emitter, target, count, variable);
    struct guarded guarded;
    begin_guarded(emitter, &guarded, nest->guard);
    struct statement *loop = emit_open_loop(emitter, NO_BRACES, e, size_c(emitter, count));
    emit_as(emitter, CODE_SUM, "GRADC_SUM(%s, $, %s, GRADC_LANES, $)", emitter->real, element, emitter->lane,
            lane_of(emitter, nest->parts->name, tree_name(emitter->lasting, e)));
    close_statement(emitter, loop);
    end_guarded(emitter, &guarded);
}

void emit_laned_loop(struct emitter *emitter, const struct item *loop)
{
    const char *variable = c_name(emitter, loop->variable);
    struct block block = {names_take(emitter->names, arena_print(emitter->arena, "%s0", variable)),
                          names_take(emitter->names, "lanes"), NULL};
    const struct tree *rounds = size_c(emitter, loop->extent);
    if (emitter->range) {
        block.from = emitter->range->begin;
        rounds = form(emitter, "$ - $", emitter->range->end, emitter->range->begin);
        emitter->range = NULL;
    }
    emitter->laned = loop;
    emitter->lane = names_take(emitter->names, "lane");
    if (!loop->chunks) /* there it has been done */
        name_panels(emitter, loop);
    for (size_t i = 0; i < loop->summed_count; i++)
        clear_parts(emitter, loop->summed[i]);
    struct statement *blocks =
        emit_open(emitter, CODE_MACRO, BRACES, "GRADC_BLOCKS(%s, %s, $)", block.first, block.lanes, rounds);
    declare_lanes(emitter, loop);
    for (size_t i = 0; i < loop->panels_count; i++)
        emit_panel(emitter, &block, &loop->panels[i]);
    emit_lane_items(emitter, &block, loop);
    close_statement(emitter, blocks);
    for (size_t i = 0; i < loop->summed_count; i++)
        add_parts(emitter, loop->summed[i]);
    emitter->laned = NULL;
    emitter->lane = NULL;
}
