/* emit_lanes.c: loops whose rounds run side by side, as lanes.c has chosen them:
 *
 *     GRADC_BLOCKS(i0, lanes, n, {
 *         double sum[GRADC_LANES];
 *         for (size_t lane = 0; lane < lanes; lane++)
 *             sum[lane] = 0;
 *         ...
 *     });
 *
 * The statements stand in loops over the lanes, which are printed as all loops are; here is what stands
 * around them. */
#include <string.h>

#include "emitter.h"

/* ---- Loops over the lanes ---- */

/* Whether this needs the number of the round that a lane works on. */
static bool mentions_round(const struct emitter *emitter, const struct tree *a)
{
    return a && tree_mentions(a, c_name(emitter, emitter->laned->variable));
}

static bool statement_mentions_round(const struct statement *statement, void *closure)
{
    return mentions_round(closure, statement->tree);
}

void declare_round(struct emitter *emitter, const struct tree *mentioning, struct code *code)
{
    if (!mentions_round(emitter, mentioning) && !code_walk(code, statement_mentions_round, emitter))
        return;
    struct code body = *code, *outer = emit_into(emitter, code);
    const struct tree *first = size_c(emitter, emitter->laned->block->first);
    *code = (struct code){0};
    emit_line(emitter, "const size_t %s = $ + %s", c_name(emitter, emitter->laned->variable),
              joined(emitter, emitter->first_laned, "+", first), emitter->lane);
    code_append_all(emitter->lasting, code, &body);
    emit_into(emitter, outer);
}

/* The code in a loop over the lanes, unless it is empty. */
static void emit_in_lanes(struct emitter *emitter, struct code *body)
{
    if (body->statements_count == 0)
        return;
    struct statement *loop =
        emit_open_loop(emitter, BRACES_IF_LONG, emitter->lane, size_c(emitter, emitter->laned->block->rows));
    code_append_all(emitter->lasting, emitter->code, body);
    declare_round(emitter, NULL, &loop->body);
    close_statement(emitter, loop);
}

/* ---- Around the loops of a round ---- */

/* What a private sum, or the search for the best, starts with before this loop. */
static void emit_lane_start(struct emitter *emitter, struct nest *nest, const struct item *loop)
{
    struct index at[MAXIMUM_AXES], to[MAXIMUM_RANK];
    int depth = depth_of_loop(nest, loop);
    if ((!nest->target->lanes && !forms_element(nest, emitter->laned)) || depth != nest->first_reduced)
        return;
    nest_indices(emitter->program, nest, depth, at);
    find_target(emitter, nest, at, to);
    const struct tree *place = collector(emitter, nest, to), *identity = identity_of(emitter, nest->node);
    if (nest->kind == NEST_ARGUMENT) {
        emit_line(emitter, "$ = $", lane_of(emitter, nest->best, NULL), identity);
        identity = form(emitter, "0");
    }
    emit_line(emitter, "$ = $", place, identity);
}

void emit_lane_starts(struct emitter *emitter, const struct item *loop)
{
    struct code starts = {0}, *outer = emit_into(emitter, &starts);
    for (size_t i = 0; i < loop->before_count; i++)
        emit_lane_start(emitter, loop->before[i], loop);
    start_powers(emitter, loop);
    emit_into(emitter, outer);
    declare_powers(emitter, loop);
    emit_in_lanes(emitter, &starts);
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

void emit_lane_ends(struct emitter *emitter, const struct item *loop)
{
    struct code ends = {0}, *outer = emit_into(emitter, &ends);
    for (size_t i = 0; i < loop->behind_count; i++)
        emit_lane_end(emitter, loop->behind[i], loop);
    emit_into(emitter, outer);
    emit_in_lanes(emitter, &ends);
}

/* Whether it is a loop over the lanes with which each round of the loop around it ends. */
static bool ends_round(const struct item *item)
{
    return item->loop_kind == LOOP_LANE && item->position + 1 == item->parent->body_count &&
           (item->guard == ALWAYS_WANTED || item->guard == item->parent->guard);
}

void step_lanes(struct emitter *emitter, const struct item *loop)
{
    struct code steps = {0}, *outer;
    if (loop->loop_kind == LOOP_LANE) {
        if (ends_round(loop))
            step_powers(emitter, loop->parent);
    } else if (loop->body_count == 0 || !ends_round(loop->body[loop->body_count - 1])) {
        outer = emit_into(emitter, &steps);
        step_powers(emitter, loop);
        emit_into(emitter, outer);
        emit_in_lanes(emitter, &steps);
    }
}

/* ---- Polynomials ---- */

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
bool emit_polynomial(struct emitter *emitter, const struct item *loop)
{
    struct index at[MAXIMUM_AXES], to[MAXIMUM_RANK];
    const struct item *item = lone_sum(emitter, loop);
    const char *variable = c_name(emitter, loop->variable);
    const struct tree *base, *coefficient;
    size *last = size_subtract(loop->extent, size_number(emitter->program->sizes, 1));
    if (!item || size_nonnegative(last) != ALWAYS)
        return false;
    emitter->at = item;
    nest_indices(emitter->program, item->nest, item->nest->loop_count, at);
    find_target(emitter, item->nest, at, to);
    term_of(emitter, item->nest, at); /* which finds its powers */
    if (!take_lone_power(emitter, loop, item->nest, at, &base, &coefficient))
        return false;
    const struct tree *place = collector(emitter, item->nest, to);
    struct code start = {0}, step = {0}, *outer = emit_into(emitter, &start);
    if (tree_mentions(coefficient, variable))
        emit_line(emitter, "const size_t %s = $", variable, size_c(emitter, last));
    emit_line(emitter, "$ = $", place, coefficient);
    emit_into(emitter, &step);
    emit_line(emitter, "$ = $ * $ + $", place, place, base, coefficient);
    emit_into(emitter, outer);
    emit_in_lanes(emitter, &start);
    struct statement *terms = emit_open(emitter, CODE_FOR, NO_BRACES, "for (size_t %s = $; %s-- > 0;)",
                                        variable, size_c(emitter, last), variable);
    emit_in_lanes(emitter, &step);
    close_statement(emitter, terms);
    return true;
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
static void emit_panel(struct emitter *emitter, const struct panel *panel)
{
    const struct node *node = panel->node;
    struct index at[MAXIMUM_RANK];
    struct code body = {0}, *outer = emit_into(emitter, &body);
    for (int a = 0; a < node->rank; a++) {
        at[a] = (struct index){
            a == panel->axis ? emitter->laned->variable : size_number(emitter->program->sizes, 0), NULL};
        if (a == panel->axis || size_is(node->shape[a], 1))
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
    emit_in_lanes(emitter, &body);
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
    const struct blocks *block = loop->block;
    const char *first =
        names_take(emitter->names, arena_print(emitter->arena, "%s0", c_name(emitter, loop->variable)));
    const char *lanes = names_take(emitter->names, "lanes");
    const struct tree *rounds = size_c(emitter, loop->extent);
    emitter->first_laned = NULL;
    if (emitter->range) {
        emitter->first_laned = emitter->range->begin;
        rounds = form(emitter, "$ - $", emitter->range->end, emitter->range->begin);
        emitter->range = NULL;
    }
    emitter->laned = loop;
    emitter->lane = names_take(emitter->names, "lane");
    size_spell_name(emitter->spelling, block->first, first);
    size_spell_name(emitter->spelling, block->rows, lanes);
    size_spell_name(emitter->spelling, block->lane, emitter->lane);
    if (!loop->chunks) /* there it has been done */
        name_panels(emitter, loop);
    for (size_t i = 0; i < loop->summed_count; i++)
        clear_parts(emitter, loop->summed[i]);
    struct statement *blocks =
        open_statement(emitter, CODE_MACRO, "GRADC_BLOCKS(%s, %s, $)", first, lanes, rounds);
    declare_lanes(emitter, loop);
    for (size_t i = 0; i < loop->panels_count; i++)
        emit_panel(emitter, &loop->panels[i]);
    emit_items(emitter, loop);
    close_statement(emitter, blocks);
    if (blocks->body.statements_count > 0) /* else it held nothing but copies of what lies there already */
        code_append(emitter->lasting, emitter->code, blocks);
    for (size_t i = 0; i < loop->summed_count; i++)
        add_parts(emitter, loop->summed[i]);
    emitter->laned = NULL;
    emitter->lane = NULL;
}
