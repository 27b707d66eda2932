/* emit_loop.c: the tree of items as C: loops, conditions on what is wanted, regions, and the comment that
 * names the source line before each kernel. */
#include <string.h>

#include "emitter.h"
#include "math_print.h"
#include "source.h"

/* ---- Comments ---- */

/* No text may end the comment it stands in. */
static const char *harmless(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text, strlen(text));
    for (char *c = copy; *c; c++)
        if ((c[0] == '*' && c[1] == '/') || (c[0] == '/' && c[1] == '*'))
            c[1] = '.';
    size_t length = strlen(copy);
    if (length > 0 && copy[length - 1] == '\\')
        copy[length - 1] = '.';
    return copy;
}

enum { LINES_SHOWN = 3 };

struct lines {
    struct span spans[LINES_SHOWN];
    int count;
};

static bool is_same_line(struct span a, struct span b)
{
    return a.source == b.source && span_line(a) == span_line(b);
}

static bool has_line(const struct lines *lines, struct span span)
{
    for (int i = 0; i < lines->count; i++)
        if (is_same_line(lines->spans[i], span))
            return true;
    return false;
}

/* False if there is no room for another line. */
static bool add_line(struct lines *lines, struct span span)
{
    if (!span.source || span.source->is_library || has_line(lines, span))
        return true;
    if (lines->count == LINES_SHOWN)
        return false;
    lines->spans[lines->count++] = span;
    return true;
}

/* Whether it only moves what stands somewhere already: no line of the program says that. */
static bool only_moves(const struct emitter *emitter, const struct nest *nest)
{
    return nest->kind == NEST_COPY && !nest->adds && nest->node &&
           (nest->source || has_place(emitter->program, nest->node));
}

static void collect_lines(const struct emitter *emitter, const struct item *item, struct lines *lines)
{
    if (item->nest && item->nest->is_void)
        return;
    if (item->nest && item->nest->node && !only_moves(emitter, item->nest))
        add_line(lines, item->nest->node->origin);
    for (size_t i = 0; i < item->body_count && lines->count < LINES_SHOWN; i++)
        collect_lines(emitter, item->body[i], lines);
}

/* ---- The mathematics of a kernel ---- */

enum { FORMULAS_SHOWN = 6, FORMULA_WIDTH = 100 };

struct formulas {
    struct emitter *emitter;
    const struct buffer *shown[FORMULAS_SHOWN];
    int count;
    struct text line;
};

static bool is_named(const struct node *node, void *closure)
{
    const struct emitter *emitter = closure;
    return emitter->program->buffers[node->id] != NULL || is_leaf(node);
}

/* ys[t] for a row of ys. */
static const char *place_name(struct emitter *emitter, struct buffer *buffer)
{
    if (!buffer->alias_of || buffer->has_own_name)
        return buffer_name(emitter, buffer);
    const char *name = place_name(emitter, buffer->alias_of);
    return buffer->row ? arena_print(emitter->arena, "%s[%s]", name,
                                     tree_text(emitter->arena, size_c(emitter, buffer->row)))
                       : name;
}

static const char *name_of(const struct node *node, void *closure)
{
    struct emitter *emitter = closure;
    struct buffer *buffer = emitter->program->buffers[node->id];
    if (buffer && buffer->storage == STORAGE_STRUCT)
        return buffer->member->name;
    return buffer ? place_name(emitter, buffer) : emitter->leaf_names[node->id];
}

enum { NODES_NAMED = 48 };

/* Names what a formula mentions, however much of it is written: that depends on how long names are. */
static void name_operands(struct emitter *emitter, const struct node *node, bool is_root, int *left)
{
    if (--*left < 0)
        return;
    if (!is_root && is_named(node, emitter)) {
        name_of(node, emitter);
        return;
    }
    for (int i = 0; i < node->input_count; i++)
        name_operands(emitter, node->inputs[i], false, left);
}

static void end_formula_line(struct formulas *formulas)
{
    struct emitter *emitter = formulas->emitter;
    if (formulas->line.length > 0)
        emit_comment(emitter, formulas->line.bytes);
    formulas->line.length = 0;
}

/* Whether two texts differ in spaces only. */
static bool same_but_spaces(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a == ' ')
            a++;
        while (*b == ' ')
            b++;
        if (*a != *b)
            return false;
        if (!*a)
            return true;
    }
}

/* Short, and of what has names: a view that is nowhere stored may have none. */
static bool is_readable(const char *text, const struct math_facts *facts)
{
    return strlen(text) <= FORMULA_WIDTH && !facts->is_partial;
}

/* What the nest itself does to its target: = or += a term of the sum that this is. */
static const char *part_formula(struct emitter *emitter, const struct nest *nest, const char *target,
                                const struct math_names *names)
{
    bool is_scattered = nest->kind == NEST_SCATTER;
    if ((nest->kind != NEST_PRODUCT && !is_scattered) || !nest->adds || nest->scale.count > 0)
        return NULL;
    if (is_scattered && nest->scale.is_negative)
        return NULL;
    if (is_scattered)
        return harmless(emitter->arena, math_statement(emitter->arena, target, nest->node, names));
    return arena_print(emitter->arena, "%s %s= %s", target, nest->scale.is_negative ? "-" : "+",
                       harmless(emitter->arena, math_print(emitter->arena, nest->node, names)));
}

/* What the nest computes: the whole target, or the part that it adds, if the whole is a sum too long for a
 * line or does not say where what is scattered goes; NULL if neither is readable. */
static const char *formula(struct emitter *emitter, const struct nest *nest, const struct node *value)
{
    struct math_facts facts = {.hides_places = false};
    struct math_names names = {is_named, name_of, emitter, FORMULA_WIDTH, &facts};
    const char *target = place_name(emitter, nest->target), *whole = NULL;
    bool is_whole = value == nest->target->node;
    if (!is_whole || !nest->target->has_long_formula) {
        whole = harmless(emitter->arena, math_statement(emitter->arena, target, value, &names));
        if (!is_readable(whole, &facts)) {
            nest->target->has_long_formula |= is_whole;
            whole = NULL;
        }
    }
    if (whole && !facts.hides_places)
        return whole;
    const char *part = nest->node != value ? part_formula(emitter, nest, target, &names) : NULL;
    return part && is_readable(part, &facts) ? part : whole;
}

static void add_formula(struct formulas *formulas, const struct nest *nest)
{
    struct emitter *emitter = formulas->emitter;
    struct buffer *target = nest->target;
    const struct node *value = target ? target->node : NULL;
    bool is_change = value && nest->kind == NEST_SCATTER && (is_leaf(value) || value->op == OP_REPLACE);
    if (is_change)
        value = nest->node;
    bool is_seen = formulas->count == FORMULAS_SHOWN || !value || is_leaf(value) || nest->is_void ||
                   nest->kind == NEST_COPY || target->node->op == OP_RESULT ||
                   (target->storage == STORAGE_SCALAR && nest->kind == NEST_VALUE) ||
                   (nest->kind == NEST_SCATTER && nest->operand->rank == 0); /* x[1] = y says it all */
    for (int i = 0; i < formulas->count; i++)
        is_seen = is_seen || (formulas->shown[i] == target && !is_change);
    if (is_seen)
        return;
    int left = NODES_NAMED;
    buffer_name(emitter, target);
    name_operands(emitter, value, true, &left);
    const char *text = formula(emitter, nest, value);
    if (!text)
        return;
    formulas->shown[formulas->count++] = target;
    if (emitter->last_line.source &&
        same_but_spaces(text,
                        span_line_text(emitter->arena, emitter->last_line))) /* said by the line above */
        return;
    if (formulas->line.length > 0 && formulas->line.length + strlen(text) + 3 > FORMULA_WIDTH)
        end_formula_line(formulas);
    text_print(&formulas->line, formulas->line.length > 0 ? " ; %s" : "%s", text);
}

static void add_formulas(struct formulas *formulas, const struct item *item)
{
    if (item->kind == ITEM_STATEMENT)
        add_formula(formulas, item->nest);
    for (size_t i = 0; item->kind == ITEM_LOOP && i < item->body_count; i++)
        add_formulas(formulas, item->body[i]);
}

static void quote_lines(struct emitter *emitter, const struct lines *lines)
{
    for (int i = 0; i < lines->count; i++) {
        struct span span = lines->spans[i];
        if (is_same_line(emitter->last_line, span))
            continue;
        emitter->last_line = span;
        emit_comment(emitter,
                     arena_print(emitter->arena, "%s:%d   %s",
                                 harmless(emitter->arena, path_last_part(span.source->path)), span_line(span),
                                 harmless(emitter->arena, span_line_text(emitter->arena, span))));
    }
}

enum { STATEMENTS_AHEAD = 12 };

/* Single statements often come from two or three lines in turn, as the calls of a function and its body do.
 * Each is quoted once for all of them: adds the lines of the statements from the i-th on up to the last that
 * is of one of these lines, and returns where they end. */
static size_t collect_in_turn(const struct emitter *emitter, const struct item *parent, size_t i,
                              struct lines *lines)
{
    size_t end = i + 1;
    struct lines all = *lines;
    for (size_t k = end; k < parent->body_count && k < end + STATEMENTS_AHEAD; k++) {
        const struct item *item = parent->body[k];
        if (item->kind != ITEM_STATEMENT || !item->nest->node || item->guard != parent->body[i]->guard)
            break;
        if (only_moves(emitter, item->nest))
            continue;
        bool comes_again = has_line(lines, item->nest->node->origin);
        if (!add_line(&all, item->nest->node->origin))
            break; /* too many to be told apart */
        if (comes_again) {
            *lines = all;
            end = k + 1;
        }
    }
    return end;
}

/* What the i-th item of the body computes: the lines of the program, and formulas. */
static void comment_on(struct emitter *emitter, const struct item *parent, size_t i)
{
    const struct item *item = parent->body[i];
    struct formulas formulas = {.emitter = emitter, .line = {.arena = emitter->arena}};
    struct lines lines = {.count = 0};
    bool is_quoted = emitter->quoted == parent && i > emitter->quoted_first && i < emitter->quoted_end;
    if (item->kind == ITEM_BLOCK) {
        emit_comment(emitter, "Some rows at a time, so that they stay in the cache.");
        return;
    }
    if (item->kind == ITEM_REGION)
        add_line(&lines, item->nest->node->origin);
    else
        collect_lines(emitter, item, &lines);
    if (item->kind == ITEM_STATEMENT && lines.count && !is_quoted) {
        emitter->quoted_end = collect_in_turn(emitter, parent, i, &lines);
        emitter->quoted = parent;
        emitter->quoted_first = i;
    }
    if (!is_quoted)
        quote_lines(emitter, &lines);
    add_formulas(&formulas, item);
    end_formula_line(&formulas);
}

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

/* if (condition) { ... } for a branch whose condition needs no statements of its own. */
static bool emit_branch(struct emitter *emitter, const struct item *item)
{
    const struct item *first = item->body_count > 0 ? item->body[0] : NULL;
    if (!first || first->kind != ITEM_STATEMENT || first->nest->kind != NEST_BREAK)
        return false;
    double condition;
    bool is_always = graph_is_constant(first->nest->node, &condition) && condition != 0;
    struct statement *branch = is_always ? emit_open(emitter, CODE_BLOCK, BRACES, "")
                                         : emit_open(emitter, CODE_IF, BRACES, "if ($)",
                                                     expression_of(emitter, first->nest->node, NULL));
    emit_body(emitter, item, 1);
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

static bool is_void(const struct item *item)
{
    return item->kind == ITEM_STATEMENT && item->nest->is_void;
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
    size_t run = !is_void(item) && has_condition(emitter, item) ? conditional_run(emitter, parent, i) : 1;
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
