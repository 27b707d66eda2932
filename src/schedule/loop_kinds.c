/* loop_kinds.c: how the rounds of each loop run.
 *
 * Requires the tree, storage, lanes, and what threads share. Leaves each loop with its kind, on which
 * emit_loop.c switches, and takes from threads what they cannot share after all. */
#include "loop_kinds.h"

static void look_at_statement(const struct nest *nest, guard known, struct contents *contents)
{
    bool is_guarded = nest->guard != ALWAYS_WANTED && nest->guard != known;
    switch (nest->kind) {
    case NEST_CALL: contents->has_loop = contents->has_condition = true; break;
    case NEST_CHECK: contents->has_condition = true; break;
    case NEST_ARGUMENT: contents->has_condition |= nest->first_trailing < nest->loop_count; break;
    case NEST_SCAN: contents->has_condition |= is_guarded && !is_always_computable(nest); break;
    default: break;
    }
}

/* What stands in the rounds, where it is known which members are wanted. */
static void look_into(const struct item *parent, guard known, struct contents *contents)
{
    for (size_t i = 0; i < parent->body_count; i++) {
        const struct item *item = parent->body[i];
        if (is_empty(item))
            continue;
        guard inside = guard_inside(item, known);
        contents->has_condition |= inside != known;
        if (item->kind == ITEM_STATEMENT) {
            look_at_statement(item->nest, inside, contents);
        } else if (item->loop_kind == LOOP_SUMS) {
            contents->has_part = true;
        } else if (item->loop_kind == LOOP_SUM || item->loop_kind == LOOP_SHORT_SUM) {
            const struct nest *nest = sum_of_rounds(item);
            contents->has_part |= keeps_parts(nest);
            contents->has_sum |=
                !keeps_parts(nest) && nest->node->op != OP_MAXIMUM && nest->node->op != OP_MINIMUM;
        } else {
            contents->has_loop = true;
            look_into(item, inside, contents);
        }
    }
}

static enum loop_kind kind_of(struct program *program, const struct item *loop, guard known, bool is_shared)
{
    struct contents contents = {false};
    if (is_independent(program, loop, is_shared))
        return LOOP_INDEPENDENT;
    if (loop->work)
        return LOOP_SERIAL;
    look_into(loop, known, &contents);
    bool is_risk = is_at_risk(program, loop);
    if (!is_risk && is_unrolled(loop, &contents))
        return LOOP_UNROLLED;
    return is_risk || fills_registers(loop) ? LOOP_ROLLED : LOOP_SERIAL;
}

static void choose_inside(struct program *program, const struct item *parent, guard known, bool is_shared);

static void choose_kind(struct program *program, struct item *loop, guard known, bool is_shared)
{
    bool is_laned = loop->loop_kind == LOOP_LANES;
    if (!is_laned && !loop->chunks)
        loop->loop_kind = kind_of_sum(program, loop);
    if (loop->loop_kind == LOOP_SERIAL && forms_sums(program, loop)) {
        loop->loop_kind = LOOP_SUMS;
        loop->is_in_any_order = is_independent_but_for_sums(program, loop, is_shared || loop->chunks);
        loop->work = NULL;
    }
    loop->can_look_ahead = !is_laned && loop->is_expensive && can_look_ahead(program, loop);
    if (loop->loop_kind == LOOP_SUM || loop->loop_kind == LOOP_SHORT_SUM || loop->loop_kind == LOOP_SUMS)
        return;
    if (is_laned || loop->before_count > 0 || has_power_of_rounds(program, loop))
        loop->work = NULL;
    if (is_laned) {
        distribute_lanes(program, loop);
        return;
    }
    is_shared = is_shared || loop->work || loop->chunks;
    choose_inside(program, loop, known, is_shared);
    loop->loop_kind = kind_of(program, loop, known, is_shared);
}

/* Those inside first: what a loop holds decides on it, too. */
static void choose_inside(struct program *program, const struct item *parent, guard known, bool is_shared)
{
    for (size_t i = 0; i < parent->body_count; i++) {
        struct item *item = parent->body[i];
        guard inside = guard_inside(item, known);
        if (item->kind == ITEM_REGION)
            choose_vectors(program, item);
        if (item->kind == ITEM_LOOP)
            choose_kind(program, item, inside, is_shared);
        else
            choose_inside(program, item, inside, is_shared);
    }
}

void choose_loop_kinds(struct program *program)
{
    choose_inside(program, program->root, ALWAYS_WANTED, false);
    avoid_branches(program, program->root);
}
