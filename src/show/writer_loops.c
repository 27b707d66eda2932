/* writer_loops.c: loops, round by round, and branches; see writer.h. */
#include <string.h>

#include "graph_internal.h"
#include "region.h"
#include "writer.h"

static const char *size_text(struct writer *w, const size *a)
{
    return size_print(w->arena, a, SIZE_LANGUAGE);
}

static const char *shown_size(struct writer *w, const size *a)
{
    const char *text = size_text(w, a);
    return w->notation == NOTATION_MATHML ? formula_print_name(w->arena, text, w->notation) : text;
}

static const char *in_round(struct writer *w, const char *name, const size *round)
{
    return arena_print(w->arena, "%s[%s]", name, size_text(w, round));
}

static void write_name(struct writer *w, const char *name, formula a)
{
    writer_formula(w, formula_print_name(w->arena, name, w->notation), a);
}

/* The name of what a loop carries or collects: that of a result, or of its value in a round. A gradient has
 * that of what it is carried along, not of where it began. */
static const char *loop_name(struct writer *w, const struct node *loop, int result, const struct node *inside)
{
    if (inside->op == OP_PLACEHOLDER && inside->name && strncmp(inside->name, "d_", 2) == 0)
        return writer_new_round_name(w, inside->name);
    for (size_t i = 0; i < w->graph->nodes_count; i++) {
        const struct node *node = w->graph->nodes[i];
        const char *name = w->outputs[i] ? w->outputs[i] : node->name;
        if (node->op == OP_RESULT && node->inputs[0] == loop && node->result == result && name && w->live[i])
            return writer_new_round_name(w, name);
    }
    return writer_new_round_name(w, inside->name);
}

static void write_body(struct writer *w, const struct loop *loop)
{
    const struct region *region = region_of(w->graph, (struct loop *)loop);
    for (size_t i = 0; i < region->inside_count; i++)
        if (w->live[region->inside[i]->id])
            w->context.of(region->inside[i], w);
}

static void forget_body(struct writer *w, const struct loop *loop)
{
    const struct region *region = region_of(w->graph, (struct loop *)loop);
    for (size_t i = 0; i < region->inside_count; i++)
        w->formulas[region->inside[i]->id] = NULL;
    for (size_t i = 0; i < region->captures_count; i++)
        w->context.whole(region->captures[i], w);
}

/* if c: what is carried takes its next value; else it stays. */
static void write_branch(struct writer *w, const struct loop *loop, const char *const *names,
                         formula *results)
{
    for (int k = 0; k < loop->carried_count; k++)
        w->formulas[loop->carried[k]->id] = w->context.whole(loop->initial[k], w);
    const char *condition = writer_text(w, w->context.whole(loop->condition, w));
    const char *format =
        writer_choose(w, "if %s:", "&\\text{if } %s:", "<mtext>if&#160;</mtext>%s<mtext>:</mtext>");
    writer_line(w, arena_print(w->arena, format, condition));
    w->indent++;
    write_body(w, loop);
    for (int k = 0; k < loop->carried_count; k++)
        write_name(w, names[k], w->context.of(loop->next[k], w));
    w->indent--;
    writer_line(w, writer_choose(w, "else:", "&\\text{else}:", "<mtext>else:</mtext>"));
    w->indent++;
    for (int k = 0; k < loop->carried_count; k++) {
        write_name(w, names[k], w->formulas[loop->carried[k]->id]);
        results[k] = formula_name(w->arena, names[k], loop->carried[k]->rank);
    }
    w->indent--;
}

static void write_rounds(struct writer *w, const struct loop *loop, const char *const *names,
                         formula *results)
{
    struct sizes *sizes = w->graph->sizes;
    size *one = size_number(sizes, 1), *after = size_add(loop->variable, one),
         *last = size_subtract(loop->end, one);
    bool reverse = loop->reverse;
    for (int k = 0; k < loop->carried_count; k++) {
        const char *now = in_round(w, names[k], reverse ? after : loop->variable);
        write_name(w, in_round(w, names[k], reverse ? loop->end : loop->begin),
                   w->context.whole(loop->initial[k], w));
        w->formulas[loop->carried[k]->id] = formula_name(w->arena, now, loop->carried[k]->rank);
    }
    const char *variable = shown_size(w, loop->variable);
    const char *first_text = shown_size(w, reverse ? last : loop->begin),
               *last_text = shown_size(w, reverse ? loop->begin : last);
    const char *line =
        arena_print(w->arena,
                    writer_choose(w, "for %s = %s, ..., %s", "&\\text{for } %s = %s, \\dots, %s",
                                  "<mtext>for&#160;</mtext>%s<mo>=</mo>%s<mo>,</mo><mo>…</mo><mo>,</mo>%s"),
                    variable, first_text, last_text);
    if (loop->condition)
        line = arena_print(
            w->arena,
            writer_choose(w, "%s while %s", "%s \\text{ while } %s", "%s<mtext>&#160;while&#160;</mtext>%s"),
            line, writer_text(w, w->context.whole(loop->condition, w)));
    writer_line(w, arena_print(w->arena, writer_choose(w, "%s:", "%s:", "%s<mtext>:</mtext>"), line));
    w->indent++;
    for (int k = 0; k < loop->carried_count; k++)
        if (!w->formulas[loop->next[k]->id] && !w->outputs[loop->next[k]->id])
            w->outputs[loop->next[k]->id] = in_round(w, names[k], reverse ? loop->variable : after);
    write_body(w, loop);
    for (int k = 0; k < loop->carried_count; k++) {
        write_name(w, in_round(w, names[k], reverse ? loop->variable : after),
                   w->context.of(loop->next[k], w));
        const char *end = loop->condition ? arena_print(w->arena, "%s[last]", names[k])
                                          : in_round(w, names[k], reverse ? loop->begin : loop->end);
        results[k] = formula_name(w->arena, end, loop->carried[k]->rank);
    }
    for (int k = 0; k < loop->collected_count; k++) {
        const char *name = names[loop->carried_count + k];
        results[loop->carried_count + k] =
            formula_name(w->arena, name ? name : "", loop->collected[k]->rank + 1);
        if (!name)
            continue;
        write_name(w, in_round(w, name, size_subtract(loop->variable, loop->begin)),
                   w->context.of(loop->collected[k], w));
    }
    w->indent--;
}

/* ---- Values collected that are carried anyway ---- */

/* x[i], a whole entry. */
static bool is_entry(const struct node *node)
{
    const struct node *x = node->inputs[0];
    if (node->op != OP_INDEX || node->fill || node->input_count != 1 || node->rank != x->rank - 1)
        return false;
    for (int s = 0; s < x->rank; s++)
        for (int a = 0; a < node->rank; a++) {
            const struct affine *at = &node->subscripts[s];
            const size *coefficient = at->coefficients ? at->coefficients[a] : NULL;
            if (s - 1 != a ? coefficient != NULL
                           : !coefficient || !size_is(coefficient, 1) || !size_is(at->offset, 0) ||
                                 node->shape[a] != x->shape[s])
                return false;
        }
    return true;
}

static bool is_handed_to(const struct loop *loop, const struct node *result)
{
    for (int k = 0; k < loop->carried_count; k++)
        if (loop->initial[k] == result || loop->next[k] == result)
            return true;
    for (int k = 0; k < loop->collected_count; k++)
        if (loop->collected[k] == result)
            return true;
    return false;
}

/* x[t, …], a part of one entry. */
static bool is_of_entry(const struct node *node)
{
    if (node->op != OP_INDEX || node->fill)
        return false;
    const struct affine *first = &node->subscripts[0];
    for (int a = 0; a < node->rank; a++)
        if (first->coefficients && first->coefficients[a] && !size_is(first->coefficients[a], 0))
            return false;
    return first->dynamic == 0;
}

static bool is_read_by_entries(const struct writer *w, const struct node *result,
                               bool (*is_read_so)(const struct node *node))
{
    for (size_t i = 0; i < w->graph->nodes_count; i++) {
        const struct node *node = w->graph->nodes[i];
        if (w->live[i] && node->op == OP_LOOP && is_handed_to(node->loop, result))
            return false;
        for (int k = 0; w->live[i] && k < node->input_count; k++)
            if (node->inputs[k] == result && (k > 0 || !is_read_so(node)))
                return false;
    }
    return w->outputs[result->id] == NULL;
}

/* Gives the RESULT of what is collected in place k the rounds of what is carried, if they are the same and no
 * more is asked of it. Where round t of both is called so, *same is the name for it, else NULL. */
static bool find_rounds(struct writer *w, const struct node *node, int k, const char *const *names,
                        const char **same)
{
    const struct loop *loop = node->loop;
    int j = 0;
    while (j < loop->carried_count && loop->collected[k] != loop->carried[j] &&
           loop->collected[k] != loop->next[j])
        j++;
    if (j == loop->carried_count || loop->reverse || loop->condition)
        return false;
    bool is_next = loop->collected[k] == loop->next[j];
    for (size_t i = 0; i < w->graph->nodes_count; i++) {
        struct node *result = w->graph->nodes[i];
        if (result->op != OP_RESULT || result->inputs[0] != node ||
            result->result != loop->carried_count + k || !w->live[i])
            continue;
        if (!is_read_by_entries(w, result, is_entry)) {
            if (is_next || !size_is(loop->begin, 0) || !is_read_by_entries(w, result, is_of_entry))
                return false;
            *same = names[j];
            continue;
        }
        size *one = size_number(w->graph->sizes, 1);
        w->rounds[i] = (struct rounds){names[j], is_next ? size_add(loop->begin, one) : loop->begin};
    }
    return true;
}

formula writer_round(struct writer *w, const struct node *node)
{
    const struct rounds *rounds = node->op == OP_INDEX ? &w->rounds[node->inputs[0]->id] : NULL;
    if (!rounds || !rounds->name)
        return NULL;
    const size *round = size_add(rounds->first, node->subscripts[0].offset);
    return formula_name(w->arena, in_round(w, rounds->name, round), node->rank);
}

/* ---- The whole ---- */

void writer_loop(struct writer *w, struct node *node)
{
    const struct loop *loop = node->loop;
    int count = loop->carried_count + loop->collected_count;
    formula *results = ARENA_ARRAY(w->arena, formula, count + 1);
    const char **names = ARENA_ARRAY(w->arena, const char *, count + 1);
    const char **same = ARENA_ARRAY(w->arena, const char *, loop->collected_count + 1);
    forget_body(w, loop);
    for (int k = 0; k < loop->carried_count; k++)
        w->context.whole(loop->initial[k], w);
    for (int k = 0; k < loop->carried_count; k++)
        names[k] = loop_name(w, node, k, loop->carried[k]);
    for (int k = 0; k < loop->collected_count; k++)
        if (!find_rounds(w, node, k, names, &same[k]))
            names[loop->carried_count + k] = loop_name(w, node, loop->carried_count + k, loop->collected[k]);
    if (loop->is_branch && loop->condition && loop->collected_count == 0)
        write_branch(w, loop, names, results);
    else
        write_rounds(w, loop, names, results);
    for (int k = 0; k < loop->collected_count; k++)
        if (same[k])
            results[loop->carried_count + k] =
                formula_rounds(w->arena, same[k], loop->collected[k]->rank + 1);
    w->results[node->id] = results;
}
