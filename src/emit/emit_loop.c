/* emit_loop.c: the tree of items as C: loops, conditions on what is wanted, and regions. */
#include <string.h>

#include "emitter.h"

/* ---- Loops ---- */

static bool declares_outside(const struct nest *nest)
{
    return nest->target && nest->target->storage == STORAGE_SCALAR && !nest->target->alias_of;
}

/* Variables that statements under several conditions use are declared under none. */
static void emit_starts(struct emitter *emitter, const struct item *loop, bool outside)
{
    if (emitter->lane) /* with its powers, when these are known */
        return;
    for (size_t i = 0; i < loop->before_count; i++) {
        struct nest *nest = loop->before[i];
        struct guarded guarded;
        if (declares_outside(nest) != outside)
            continue;
        emit_declaration(emitter, nest, loop);
        begin_guarded(emitter, &guarded, outside ? ALWAYS_WANTED : nest->guard);
        emit_start(emitter, nest, loop);
        end_guarded(emitter, &guarded);
    }
}

static void emit_ends(struct emitter *emitter, const struct item *loop)
{
    if (emitter->lane) {
        emit_lane_ends(emitter, loop);
        return;
    }
    for (size_t i = 0; i < loop->behind_count; i++) {
        struct nest *nest = loop->behind[i];
        struct guarded guarded;
        begin_guarded(emitter, &guarded, nest->guard);
        emit_end(emitter, nest);
        end_guarded(emitter, &guarded);
    }
}

/* A loop around one loop needs no braces, if no declaration or sum stands beside it. */
static enum braces braces_of(const struct item *loop, const struct code *body)
{
    return body->statements_count == 1 && loop->body_count == 1 && loop->body[0]->kind == ITEM_LOOP &&
                   loop->body[0]->guard == loop->guard
               ? NO_BRACES
               : BRACES_IF_LONG;
}

static void emit_counted_loop(struct emitter *emitter, const struct item *loop)
{
    static const char *const abouts[] = {[LOOP_INDEPENDENT] = "GRADC_INDEPENDENT",
                                         [LOOP_UNROLLED] = "GRADC_UNROLLED",
                                         [LOOP_ROLLED] = "GRADC_ROLLED",
                                         [LOOP_LANE] = NULL};
    struct range range = {form(emitter, "0"), size_c(emitter, loop->extent)};
    if (emitter->range)
        range = *emitter->range;
    emitter->range = NULL;
    const char *variable = c_name(emitter, loop->variable);
    struct statement *rounds = open_statement(emitter, CODE_FOR, "for (size_t %s = $; %s < $; %s++)",
                                              variable, range.begin, variable, range.end, variable);
    if (emitter->lane || emitter->side)
        emit_items(emitter, loop);
    else
        emit_body(emitter, loop, 0);
    if (emitter->lane)
        step_lanes(emitter, loop);
    else
        step_powers(emitter, loop);
    close_statement(emitter, rounds);
    if (rounds->body.statements_count == 0)
        return; /* nothing but what turned out to be unnecessary */
    if (loop->loop_kind == LOOP_LANE)
        declare_round(emitter, NULL, &rounds->body);
    if (emitter->lane)
        emit_lane_starts(emitter, loop);
    else
        declare_powers(emitter, loop);
    if (loop->work) {
        rounds->kind = CODE_MACRO; /* GRADC_PARALLEL(i, n, n * D, { body }); */
        rounds->tree = form(emitter, "GRADC_PARALLEL%s(%s, $, $)",
                            loop->loop_kind == LOOP_INDEPENDENT ? "_INDEPENDENT" : "", variable,
                            size_c(emitter, loop->extent), size_c(emitter, loop->work));
    } else {
        rounds->braces = braces_of(loop, &rounds->body);
        rounds->about = abouts[loop->loop_kind];
    }
    emit_near_or_far(emitter, loop, rounds, &range);
}

void emit_rounds(struct emitter *emitter, const struct item *loop)
{
    switch (loop->loop_kind) {
    case LOOP_LANES: emit_laned_loop(emitter, loop); break;
    case LOOP_SUMS: emit_sums_in_parts(emitter, loop); break;
    case LOOP_SUM:
    case LOOP_SHORT_SUM: emit_sum_loop(emitter, loop); break;
    default: emit_counted_loop(emitter, loop); break;
    }
}

/* Loops one after the other may count with one name, loops inside one another not. */
struct round_name *take_round_name(struct emitter *emitter, const char *wanted)
{
    struct round_name *free_name = NULL;
    for (size_t i = 0; i < emitter->round_names_count && !free_name; i++)
        if (!emitter->round_names[i]->is_taken && strcmp(emitter->round_names[i]->wanted, wanted) == 0)
            free_name = emitter->round_names[i];
    if (!free_name) {
        free_name = ARENA_NEW(emitter->lasting, struct round_name);
        *free_name = (struct round_name){wanted, names_take(emitter->names, wanted), false};
        ARENA_APPEND(emitter->lasting, emitter, round_names, free_name);
    }
    free_name->is_taken = true;
    return free_name;
}

static void emit_side(struct emitter *emitter, const struct item *side, struct code *code)
{
    emitter->at = side;
    emit_into(emitter, code);
    emit_body(emitter, side, 1);
}

/* if (condition) { ... } else { ... } for a branch whose condition needs no statements of its own, and for
 * the one that runs where it does not. */
static bool emit_branch(struct emitter *emitter, const struct item *item)
{
    const struct item *side = item, *other = item->other_side;
    double value;
    if (!leading_condition(item))
        return false;
    if (other && leading_condition(item)->op == OP_NOT) {
        side = other;
        other = item;
    }
    struct node *condition = leading_condition(side);
    bool is_always = graph_is_constant(condition, &value) && value != 0;
    struct statement *branch =
        is_always ? emit_open(emitter, CODE_BLOCK, BRACES, "")
                  : emit_open(emitter, CODE_IF, BRACES, "if ($)", expression_of(emitter, condition, NULL));
    emit_side(emitter, side, &branch->body);
    if (other)
        emit_side(emitter, other, &branch->otherwise);
    close_statement(emitter, branch);
    return true;
}

/* From end - 1 down to begin. Not `k-- > begin`: after a loop that counts in its condition gcc forgets what
 * it has been told of the loops inside. */
static struct statement *open_backwards(struct emitter *emitter, const struct loop *loop)
{
    size *last = size_subtract(loop->end, size_number(emitter->program->sizes, 1));
    const char *variable = c_name(emitter, loop->variable);
    return emit_open(emitter, CODE_FOR, BRACES, "for (size_t %s = $; %s + 1 > $; %s--)", variable,
                     size_c(emitter, last), variable, size_c(emitter, loop->begin), variable);
}

static void emit_region(struct emitter *emitter, const struct item *item)
{
    const struct loop *loop = item->nest->node->loop;
    if (loop->is_branch && emit_branch(emitter, item))
        return;
    struct round_name *name =
        take_round_name(emitter, size_name(loop->variable) ? size_name(loop->variable) : "t");
    if (!loop->is_branch) /* which has one round, 0 */
        size_spell_name(emitter->spelling, loop->variable, name->name);
    const char *variable = c_name(emitter, loop->variable);
    const struct tree *begin = size_c(emitter, loop->begin), *end = size_c(emitter, loop->end);
    struct code *outer = emitter->code;
    if (item->loop_kind == LOOP_VECTORS) {
        struct statement *choice = emit_side_by_side(emitter, item);
        if (!choice) {
            name->is_taken = false;
            return;
        }
        emit_into(emitter, &choice->otherwise);
    }
    if (loop->is_branch)
        emit_open(emitter, CODE_DO, BRACES, "");
    else if (loop->reverse)
        open_backwards(emitter, loop);
    else
        emit_open(emitter, CODE_FOR, BRACES, "for (size_t %s = $; %s < $; %s++)", variable, begin, variable,
                  end, variable);
    emit_body(emitter, item, 0);
    emitter->code = outer;
    name->is_taken = false;
}

static void emit_block(struct emitter *emitter, const struct item *item)
{
    const struct blocks *block = item->block;
    size_spell_name(emitter->spelling, block->first, names_take(emitter->names, "first"));
    size_spell_name(emitter->spelling, block->rows, names_take(emitter->names, "rows"));
    const char *first = c_name(emitter, block->first);
    const struct tree *extent = size_c(emitter, block->extent), *length = size_c(emitter, block->length);
    struct statement *blocks = emit_open(emitter, CODE_FOR, BRACES, "for (size_t %s = 0; %s < $; %s += $)",
                                         first, first, extent, first, length);
    emit_line(emitter, "const size_t %s = $ - %s < $ ? $ - %s : $", c_name(emitter, block->rows), extent,
              first, length, extent, first, length);
    emit_body(emitter, item, 0);
    close_statement(emitter, blocks);
}

static void emit_parts(struct emitter *emitter, const struct item *item)
{
    if (item->kind == ITEM_LOOP) {
        if (!emitter->lane || !emit_polynomial(emitter, item)) {
            emit_starts(emitter, item, false);
            if (item->chunks)
                emit_in_chunks(emitter, item);
            else
                emit_rounds(emitter, item);
        }
        emit_ends(emitter, item);
    } else if (item->kind == ITEM_REGION) {
        emit_region(emitter, item);
    } else if (item->kind == ITEM_BLOCK) {
        emit_starts(emitter, item, false);
        emit_block(emitter, item);
    } else {
        emit_statement(emitter, item->nest);
    }
}

/* What needs no text of its own. */
static bool is_void(const struct item *item)
{
    return is_second_side(item) || (item->kind == ITEM_STATEMENT && item->nest->is_void);
}

static bool has_condition(const struct emitter *emitter, const struct item *item)
{
    return !emitter->side && is_conditional(item, emitter->guard);
}

/* Items that follow each other under one condition. Their comments, if they have a parent, stand before them,
 * the first outside. */
static void emit_conditional(struct emitter *emitter, const struct item *parent, struct item *const *items,
                             size_t count)
{
    struct guarded guarded;
    for (size_t i = 0; i < count; i++)
        if (items[i]->kind == ITEM_LOOP || items[i]->kind == ITEM_BLOCK) {
            emitter->at = items[i];
            emit_starts(emitter, items[i], true);
        }
    begin_guarded(emitter, &guarded, items[0]->guard);
    for (size_t i = 0; i < count; i++) {
        if (is_void(items[i]))
            continue;
        if (i > 0 && parent)
            comment_on(emitter, parent, (size_t)(&items[i] - parent->body));
        emitter->at = items[i];
        emit_parts(emitter, items[i]);
    }
    end_guarded(emitter, &guarded);
}

void emit_item(struct emitter *emitter, const struct item *item)
{
    if (is_void(item))
        return;
    emitter->at = item;
    if (has_condition(emitter, item)) {
        struct item *const items[] = {(struct item *)item};
        emit_conditional(emitter, NULL, items, 1);
        return;
    }
    if (item->kind == ITEM_LOOP || item->kind == ITEM_BLOCK)
        emit_starts(emitter, item, true);
    emit_parts(emitter, item);
}

/* So many at most, that a long entry can be cut between them. */
enum { LONGEST_RUN = 32 };

/* How many items from the first on stand under one condition. */
static size_t conditional_run(const struct emitter *emitter, const struct item *parent, size_t first)
{
    size_t end = first;
    while (end < parent->body_count && end - first < LONGEST_RUN &&
           (is_void(parent->body[end]) || (has_condition(emitter, parent->body[end]) &&
                                           parent->body[end]->guard == parent->body[first]->guard)))
        end++;
    return end - first;
}

size_t emit_items_at(struct emitter *emitter, const struct item *parent, size_t i)
{
    bool has_comments = parent->kind != ITEM_LOOP;
    const struct item *item = parent->body[i];
    if (is_void(item))
        return 1;
    size_t run = has_condition(emitter, item) ? conditional_run(emitter, parent, i) : 1;
    if (has_comments)
        comment_on(emitter, parent, i);
    if (run > 1)
        emit_conditional(emitter, has_comments ? parent : NULL, &parent->body[i], run);
    else
        emit_item(emitter, item);
    return run;
}

void emit_items(struct emitter *emitter, const struct item *parent)
{
    for (size_t i = 0; i < parent->body_count;)
        i += emit_items_at(emitter, parent, i);
}
