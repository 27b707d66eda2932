/* writer.c: see writer.h. */
#include "writer.h"

#include <string.h>

/* Formulas that are read more than once get a line when they are longer than LONG, all when longer than
 * LONGEST. */
enum { LONG = 14, LONGEST = 48 };

/* ---- Lines ---- */

const char *writer_choose(const struct writer *w, const char *math, const char *latex, const char *mathml)
{
    return w->notation == NOTATION_MATH ? math : w->notation == NOTATION_LATEX ? latex : mathml;
}

void writer_line(struct writer *w, const char *line)
{
    if (w->notation == NOTATION_MATHML) {
        fprintf(w->stream,
                "<div style=\"margin-left: %dem\"><math display=\"inline\"><mstyle displaystyle=\"true\">"
                "%s</mstyle></math></div>\n",
                2 * w->indent, line);
        return;
    }
    if (w->notation == NOTATION_MATH) {
        fprintf(w->stream, "%*s%s\n", 4 * (w->indent + 1), "", line);
        return;
    }
    fprintf(w->stream, "%s    ", w->lines++ ? " \\\\\n" : "");
    for (int i = 0; i < w->indent; i++)
        fputs("\\quad ", w->stream);
    fputs(line, w->stream);
}

const char *writer_text(struct writer *w, formula a)
{
    return formula_print(w->arena, a, w->notation);
}

static const char *equals(struct writer *w)
{
    return writer_choose(w, "=", "&=", "<mo>=</mo>");
}

static void write_equation(struct writer *w, const char *left, const char *sign, formula right)
{
    writer_line(w, arena_print(w->arena, "%s %s %s", left, sign, writer_text(w, right)));
}

static const char *subscripted(struct writer *w, const char *left, const formula *at, int rank)
{
    const char *list = NULL;
    for (int a = 0; a < rank; a++)
        list = list ? arena_print(w->arena, writer_choose(w, "%s, %s", "%s, %s", "%s<mo>,</mo>%s"), list,
                                  writer_text(w, at[a]))
                    : writer_text(w, at[a]);
    if (!list)
        return left;
    if (w->notation == NOTATION_MATHML)
        return arena_print(w->arena, "<msub><mrow>%s</mrow><mrow>%s</mrow></msub>", left, list);
    if (w->notation == NOTATION_MATH)
        return arena_print(w->arena, "%s[%s]", left, list);
    return arena_print(
        w->arena, strchr(left, '_') || strchr(left, '^') ? "\\left(%s\\right)_{%s}" : "%s_{%s}", left, list);
}

formula writer_full_size(struct writer *w, formula a, int rank, size *const *shape)
{
    const char *list = "";
    if (rank == 0 || a->rank > 0 || a->kind == F_DEFERRED || formula_is_number(a, 0))
        return a;
    for (int i = 0; i < rank; i++)
        list = arena_print(w->arena, "%s%s%s", list, i ? ", " : "",
                           size_print(w->arena, shape[i], SIZE_LANGUAGE));
    const char *ones = arena_print(w->arena, writer_choose(w, "ones([%s])", "1_{[%s]}", "ones([%s])"), list);
    return formula_multiply(w->arena, a, formula_name(w->arena, ones, rank));
}

/* left[A i + b] += x[i] */
static void write_store(struct writer *w, const char *left, struct node *node)
{
    bool is_replace = node->op == OP_REPLACE;
    struct node *x = node->inputs[is_replace ? 1 : 0];
    formula at[MAXIMUM_RANK], places[MAXIMUM_RANK];
    if (is_replace)
        write_equation(w, left, equals(w), w->context.whole(node->inputs[0], w));
    formula part = w->context.whole(x, w);
    for (int a = 0; a < x->rank; a++)
        at[a] = formula_letter(&w->context);
    for (int s = 0; s < node->rank; s++)
        places[s] = formula_subscript(&w->context, node, s, at);
    const char *sign = is_replace ? equals(w) : writer_choose(w, "+=", "&\\mathrel{+}=", "<mo>+=</mo>");
    write_equation(w, subscripted(w, left, places, node->rank), sign, formula_element(&w->context, part, at));
}

void writer_formula(struct writer *w, const char *left, formula a)
{
    formula at[MAXIMUM_RANK];
    w->context.letters = 0;
    if (a->kind == F_NAME && strcmp(formula_print_name(w->arena, a->name, w->notation), left) == 0)
        return;
    if (a->kind != F_DEFERRED) {
        write_equation(w, left, equals(w), a);
    } else if (a->node->op == OP_SCATTER || a->node->op == OP_REPLACE) {
        write_store(w, left, a->node);
    } else {
        for (int i = 0; i < a->node->rank; i++)
            at[i] = formula_letter(&w->context);
        formula element = formula_element(&w->context, a, at);
        write_equation(w, subscripted(w, left, at, a->node->rank), equals(w), element);
    }
    w->context.letters = 0;
}

/* ---- Names ---- */

void writer_take_name(struct writer *w, const char *name)
{
    map_set(w->arena, &w->names, name, w);
    if (name[0] >= 'a' && name[0] <= 'z' && (name[1] == '\0' || name[1] == '['))
        w->context.taken |= 1UL << (name[0] - 'a');
}

const char *writer_new_round_name(struct writer *w, const char *wish)
{
    const char *name = wish ? wish : arena_print(w->arena, "t%d", ++w->unnamed);
    for (int i = 2; map_get(&w->names, arena_print(w->arena, "%s[", name)); i++)
        name = arena_print(w->arena, "%s_%d", wish, i);
    writer_take_name(w, arena_print(w->arena, "%s[", name));
    return name;
}

static bool is_taken(const struct writer *w, const char *name)
{
    return map_get(&w->names, name) || map_get(&w->names, arena_print(w->arena, "%s[", name));
}

const char *writer_new_name(struct writer *w, const char *wish)
{
    const char *name = wish;
    for (int i = 2; wish && is_taken(w, name); i++)
        name = arena_print(w->arena, "%s_%d", wish, i);
    while (!name || map_get(&w->names, name))
        name = arena_print(w->arena, "t%d", ++w->unnamed);
    writer_take_name(w, name);
    return name;
}

void writer_write_as(struct writer *w, struct node *node, formula a, const char *name)
{
    w->formulas[node->id] = formula_name(w->arena, name, node->rank);
    writer_formula(w, formula_print_name(w->arena, name, w->notation),
                   writer_full_size(w, a, node->rank, node->shape));
}

bool writer_wants_name(const struct writer *w, const struct node *node, formula a)
{
    if (a->kind == F_NAME || a->kind == F_NUMBER || node->op == OP_CONSTANT)
        return w->outputs[node->id] != NULL && a->kind != F_NUMBER && a->kind != F_NAME;
    if (w->outputs[node->id])
        return true;
    if (a->kind == F_DEFERRED && (node->op == OP_SCATTER || node->op == OP_REPLACE))
        return true;
    if (node->named_by_user && node->name && strncmp(node->name, "d_", 2) != 0)
        return true;
    if (a->kind == F_SPREAD || a->kind == F_TRANSPOSE || a->kind == F_DEFERRED)
        return false;
    return a->weight > LONGEST || (w->uses[node->id] > 1 && a->weight > LONG);
}
