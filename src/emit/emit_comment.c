/* emit_comment.c: the comments before statements and loops: the lines of the program that they come from, and
 * the mathematics of a kernel. */
#include <string.h>

#include "emitter.h"
#include "math_print.h"
#include "source.h"

/* ---- Lines of the program ---- */

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
           (nest->source || nest->node->op == OP_CONSTANT || has_place(emitter->program, nest->node));
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

void comment_on(struct emitter *emitter, const struct item *parent, size_t i)
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
