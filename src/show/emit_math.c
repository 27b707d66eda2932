/* emit_math.c: see emit_math.h. Walks the nodes that each member needs in the order of computation; a node
 * becomes a line of its own if the user named it, if it is long and read more than once, or if only index
 * notation can say it. */
#include "emit_math.h"

#include <string.h>

#include "formula_node.h"
#include "graph_internal.h"
#include "map.h"
#include "passes.h"
#include "region.h"

/* Formulas that are read more than once get a line when they are longer than LONG, all when longer than
 * LONGEST. */
enum { LONG = 14, LONGEST = 48 };

struct writer {
    struct arena *arena;
    FILE *stream;
    enum notation notation;
    const struct function *function;
    struct graph *graph;
    formula *formulas;       /* by id; NULL: not yet */
    const formula **results; /* by id of a LOOP: its results */
    unsigned char *live;
    int *uses;
    const char **outputs; /* by id: the output that the node is */
    struct map names;     /* in use */
    int unnamed;          /* how many names were made up */
    int indent, lines;
    struct formula_context context;
};

static formula of(struct node *node, void *closure);
static formula whole(struct node *node, void *closure);

/* ---- Lines ---- */

/* What is written in each notation. */
static const char *choose(const struct writer *w, const char *math, const char *latex, const char *mathml)
{
    return w->notation == NOTATION_MATH ? math : w->notation == NOTATION_LATEX ? latex : mathml;
}

static void write_line(struct writer *w, const char *line)
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

static const char *text_of(struct writer *w, formula a)
{
    return formula_print(w->arena, a, w->notation);
}

static const char *equals(struct writer *w)
{
    return choose(w, "=", "&=", "<mo>=</mo>");
}

static void write_equation(struct writer *w, const char *left, const char *sign, formula right)
{
    write_line(w, arena_print(w->arena, "%s %s %s", left, sign, text_of(w, right)));
}

static const char *subscripted(struct writer *w, const char *left, const formula *at, int rank)
{
    const char *list = NULL;
    for (int a = 0; a < rank; a++)
        list = list ? arena_print(w->arena, choose(w, "%s, %s", "%s, %s", "%s<mo>,</mo>%s"), list,
                                  text_of(w, at[a]))
                    : text_of(w, at[a]);
    if (!list)
        return left;
    if (w->notation == NOTATION_MATHML)
        return arena_print(w->arena, "<msub><mrow>%s</mrow><mrow>%s</mrow></msub>", left, list);
    if (w->notation == NOTATION_MATH)
        return arena_print(w->arena, "%s[%s]", left, list);
    return arena_print(
        w->arena, strchr(left, '_') || strchr(left, '^') ? "\\left(%s\\right)_{%s}" : "%s_{%s}", left, list);
}

/* A matrix or vector that is the same number everywhere. */
static formula full_size(struct writer *w, formula a, int rank, size *const *shape)
{
    const char *list = "";
    if (rank == 0 || a->rank > 0 || a->kind == F_DEFERRED || formula_is_number(a, 0))
        return a;
    for (int i = 0; i < rank; i++)
        list = arena_print(w->arena, "%s%s%s", list, i ? ", " : "",
                           size_print(w->arena, shape[i], SIZE_LANGUAGE));
    const char *ones = arena_print(w->arena, choose(w, "ones([%s])", "1_{[%s]}", "ones([%s])"), list);
    return formula_multiply(w->arena, a, formula_name(w->arena, ones, rank));
}

/* left[A i + b] += x[i] */
static void write_store(struct writer *w, const char *left, struct node *node)
{
    bool is_replace = node->op == OP_REPLACE;
    struct node *x = node->inputs[is_replace ? 1 : 0];
    formula at[MAXIMUM_RANK], places[MAXIMUM_RANK];
    if (is_replace)
        write_equation(w, left, equals(w), whole(node->inputs[0], w));
    formula part = whole(x, w);
    for (int a = 0; a < x->rank; a++)
        at[a] = formula_letter(&w->context);
    for (int s = 0; s < node->rank; s++)
        places[s] = formula_subscript(&w->context, node, s, at);
    const char *sign = is_replace ? equals(w) : choose(w, "+=", "&\\mathrel{+}=", "<mo>+=</mo>");
    write_equation(w, subscripted(w, left, places, node->rank), sign, formula_element(&w->context, part, at));
}

/* left = the node's formula, in index notation if it must be. */
static void write_formula(struct writer *w, const char *left, formula a)
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

static void take_name(struct writer *w, const char *name)
{
    map_set(w->arena, &w->names, name, w);
    if (name[0] >= 'a' && name[0] <= 'z' && (name[1] == '\0' || name[1] == '['))
        w->context.taken |= 1UL << (name[0] - 'a');
}

/* A name followed by a round is no other name. */
static const char *new_round_name(struct writer *w, const char *wish)
{
    const char *name = wish ? wish : arena_print(w->arena, "t%d", ++w->unnamed);
    for (int i = 2; map_get(&w->names, arena_print(w->arena, "%s[", name)); i++)
        name = arena_print(w->arena, "%s_%d", wish, i);
    take_name(w, arena_print(w->arena, "%s[", name));
    return name;
}

/* The name if it is free, else with a number; a name made up if there is none. */
static const char *new_name(struct writer *w, const char *wish)
{
    const char *name = wish;
    for (int i = 2; wish && map_get(&w->names, name); i++)
        name = arena_print(w->arena, "%s_%d", wish, i);
    while (!name || map_get(&w->names, name))
        name = arena_print(w->arena, "t%d", ++w->unnamed);
    take_name(w, name);
    return name;
}

static void write_as(struct writer *w, struct node *node, formula a, const char *name)
{
    w->formulas[node->id] = formula_name(w->arena, name, node->rank);
    write_formula(w, formula_print_name(w->arena, name, w->notation),
                  full_size(w, a, node->rank, node->shape));
}

static bool wants_name(const struct writer *w, const struct node *node, formula a)
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

/* ---- Loops ---- */

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
    write_formula(w, formula_print_name(w->arena, name, w->notation), a);
}

/* The name of what a loop carries or collects: that of a result, or of its value in a round. */
static const char *loop_name(struct writer *w, const struct node *loop, int result, const struct node *inside)
{
    for (size_t i = 0; i < w->graph->nodes_count; i++) {
        const struct node *node = w->graph->nodes[i];
        const char *name = w->outputs[i] ? w->outputs[i] : node->name;
        if (node->op == OP_RESULT && node->inputs[0] == loop && node->result == result && name && w->live[i])
            return new_round_name(w, name);
    }
    return new_round_name(w, inside->name);
}

static void write_body(struct writer *w, const struct loop *loop)
{
    const struct region *region = region_of(w->graph, (struct loop *)loop);
    for (size_t i = 0; i < region->inside_count; i++)
        if (w->live[region->inside[i]->id])
            of(region->inside[i], w);
}

static void forget_body(struct writer *w, const struct loop *loop)
{
    const struct region *region = region_of(w->graph, (struct loop *)loop);
    for (size_t i = 0; i < region->inside_count; i++)
        w->formulas[region->inside[i]->id] = NULL;
    for (size_t i = 0; i < region->captures_count; i++)
        whole(region->captures[i], w);
}

/* if c: what is carried takes its next value; else it stays. */
static void write_branch(struct writer *w, const struct loop *loop, const char *const *names,
                         formula *results)
{
    for (int k = 0; k < loop->carried_count; k++)
        w->formulas[loop->carried[k]->id] = whole(loop->initial[k], w);
    const char *condition = text_of(w, whole(loop->condition, w));
    const char *format = choose(w, "if %s:", "&\\text{if } %s:", "<mtext>if&#160;</mtext>%s<mtext>:</mtext>");
    write_line(w, arena_print(w->arena, format, condition));
    w->indent++;
    write_body(w, loop);
    for (int k = 0; k < loop->carried_count; k++)
        write_name(w, names[k], of(loop->next[k], w));
    w->indent--;
    write_line(w, choose(w, "else:", "&\\text{else}:", "<mtext>else:</mtext>"));
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
        write_name(w, in_round(w, names[k], reverse ? loop->end : loop->begin), whole(loop->initial[k], w));
        w->formulas[loop->carried[k]->id] = formula_name(w->arena, now, loop->carried[k]->rank);
    }
    const char *variable = shown_size(w, loop->variable);
    const char *first_text = shown_size(w, reverse ? last : loop->begin),
               *last_text = shown_size(w, reverse ? loop->begin : last);
    const char *line =
        arena_print(w->arena,
                    choose(w, "for %s = %s, ..., %s", "&\\text{for } %s = %s, \\dots, %s",
                           "<mtext>for&#160;</mtext>%s<mo>=</mo>%s<mo>,</mo><mo>…</mo><mo>,</mo>%s"),
                    variable, first_text, last_text);
    if (loop->condition)
        line = arena_print(
            w->arena,
            choose(w, "%s while %s", "%s \\text{ while } %s", "%s<mtext>&#160;while&#160;</mtext>%s"), line,
            text_of(w, whole(loop->condition, w)));
    write_line(w, arena_print(w->arena, choose(w, "%s:", "%s:", "%s<mtext>:</mtext>"), line));
    w->indent++;
    for (int k = 0; k < loop->carried_count; k++)
        if (!w->formulas[loop->next[k]->id] && !w->outputs[loop->next[k]->id])
            w->outputs[loop->next[k]->id] = in_round(w, names[k], reverse ? loop->variable : after);
    write_body(w, loop);
    for (int k = 0; k < loop->carried_count; k++) {
        write_name(w, in_round(w, names[k], reverse ? loop->variable : after), of(loop->next[k], w));
        const char *end = loop->condition ? arena_print(w->arena, "%s[last]", names[k])
                                          : in_round(w, names[k], reverse ? loop->begin : loop->end);
        results[k] = formula_name(w->arena, end, loop->carried[k]->rank);
    }
    for (int k = 0; k < loop->collected_count; k++) {
        const char *name = names[loop->carried_count + k];
        write_name(w, in_round(w, name, size_subtract(loop->variable, loop->begin)),
                   of(loop->collected[k], w));
        results[loop->carried_count + k] = formula_name(w->arena, name, loop->collected[k]->rank + 1);
    }
    w->indent--;
}

static void write_loop(struct writer *w, struct node *node)
{
    const struct loop *loop = node->loop;
    int count = loop->carried_count + loop->collected_count;
    formula *results = ARENA_ARRAY(w->arena, formula, count + 1);
    const char **names = ARENA_ARRAY(w->arena, const char *, count + 1);
    forget_body(w, loop);
    for (int k = 0; k < loop->carried_count; k++)
        whole(loop->initial[k], w);
    for (int k = 0; k < count; k++)
        names[k] =
            loop_name(w, node, k,
                      k < loop->carried_count ? loop->carried[k] : loop->collected[k - loop->carried_count]);
    if (loop->is_branch && loop->condition && loop->collected_count == 0)
        write_branch(w, loop, names, results);
    else
        write_rounds(w, loop, names, results);
    w->results[node->id] = results;
}

/* ---- Nodes ---- */

/* Gives the node its formula, and its lines. */
static void settle(struct writer *w, struct node *node)
{
    formula a;
    if (node->op == OP_LOOP) {
        write_loop(w, node);
        w->formulas[node->id] = formula_number(w->arena, 0);
        return;
    }
    if (node->op == OP_RESULT)
        a = w->results[node->inputs[0]->id][node->result];
    else
        a = formula_of_node(&w->context, node);
    w->formulas[node->id] = a;
    if (wants_name(w, node, a)) {
        bool is_output = w->outputs[node->id] != NULL;
        write_as(w, node, a, is_output ? w->outputs[node->id] : new_name(w, node->name));
    }
}

/* What the node needs first, without recursion but into loops. */
static formula of(struct node *node, void *closure)
{
    struct writer *w = closure;
    if (w->formulas[node->id])
        return w->formulas[node->id];
    struct {
        struct node **nodes;
        size_t nodes_count, nodes_capacity;
    } stack = {0};
    ARENA_APPEND(w->arena, &stack, nodes, node);
    while (stack.nodes_count) {
        struct node *top = stack.nodes[stack.nodes_count - 1];
        struct node *const *needed;
        size_t before = stack.nodes_count, count = 0;
        bool is_call = top->op == OP_CUSTOM && top->rule->name && top->rule->output_count == 1;
        if (!w->formulas[top->id])
            count = node_dependencies(w->graph, top, &needed);
        for (size_t i = is_call ? 1 : 0; i < count; i++)
            if (!w->formulas[needed[i]->id])
                ARENA_APPEND(w->arena, &stack, nodes, needed[i]);
        if (stack.nodes_count > before)
            continue;
        if (!w->formulas[top->id])
            settle(w, top);
        stack.nodes_count--;
    }
    return w->formulas[node->id];
}

static formula whole(struct node *node, void *closure)
{
    struct writer *w = closure;
    formula a = of(node, w);
    if (a->kind == F_DEFERRED) {
        int letters = w->context.letters;
        write_as(w, node, a, new_name(w, node->name));
        w->context.letters = letters;
    }
    return w->formulas[node->id];
}

/* ---- Functions ---- */

static bool is_result(const struct member *member)
{
    return member->value && member->role != ROLE_OUTPUT_GRADIENT && member->role != ROLE_JACOBIAN_VALUES &&
           member->role != ROLE_HESSIAN_VALUES;
}

/* Marks what the results need, without the insides of functions that are written as calls; counts readers. */
static void find_live(struct writer *w)
{
    const struct function *function = w->function;
    struct node **roots = ARENA_ARRAY(w->arena, struct node *, function->members_count + 1);
    size_t count = 0;
    unsigned char *reached = ARENA_ARRAY(w->arena, unsigned char, w->graph->nodes_count + 1);
    for (size_t i = 0; i < function->members_count; i++)
        if (is_result(&function->members[i]))
            roots[count++] = function->members[i].value;
    mark_reachable(w->graph, roots, count, true, reached);
    w->live = reached;
    for (size_t id = w->graph->nodes_count; id-- > 0;) {
        const struct node *node = w->graph->nodes[id];
        bool is_call = node->op == OP_CUSTOM && node->rule->name && node->rule->output_count == 1;
        for (int i = is_call; reached[id] && i < node->input_count; i++)
            w->uses[node->inputs[i]->id]++;
    }
}

static const struct member *first_scalar(const struct function *function)
{
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (member->role == ROLE_OUTPUT_GRADIENT && member->rank == 0)
            return member;
    }
    return NULL;
}

/* The gradients are those of one scalar: 1 stands for its own gradient, 0 for all others. */
static void fix_seeds(struct function *function, const struct member *scalar)
{
    struct graph *graph = function->graph;
    size_t count = 0, root_count = 0;
    struct node **from = ARENA_ARRAY(graph->arena, struct node *, function->members_count + 1);
    struct node **to = ARENA_ARRAY(graph->arena, struct node *, function->members_count + 1);
    struct node **roots = ARENA_ARRAY(graph->arena, struct node *, function->members_count + 1);
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (member->role == ROLE_GRADIENT)
            roots[root_count++] = member->value;
        if (member->role != ROLE_OUTPUT_GRADIENT)
            continue;
        struct node *seed = graph_constant(graph, REAL, member == scalar ? 1 : 0);
        from[count] = member->leaf;
        to[count++] = graph_broadcast(graph, seed, member->rank, member->shape);
    }
    graph_substitute(graph, from, to, count, roots, root_count);
    root_count = 0;
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_GRADIENT)
            function->members[i].value = roots[root_count++];
}

/* `dloss/dw`, or its fraction. */
static const char *quotient(struct writer *w, const char *y, const char *x)
{
    if (w->notation == NOTATION_MATH)
        return arena_print(w->arena, "d%s/d%s", y, x);
    return arena_print(w->arena,
                       choose(w, "", "\\frac{\\partial %s}{\\partial %s}",
                              "<mfrac><mrow><mo>∂</mo>%s</mrow><mrow><mo>∂</mo>%s</mrow></mfrac>"),
                       formula_print_name(w->arena, y, w->notation),
                       formula_print_name(w->arena, x, w->notation));
}

static const struct member *output_gradient(const struct function *function, bool *is_only)
{
    const struct member *found = NULL;
    *is_only = true;
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_OUTPUT_GRADIENT) {
            *is_only = found == NULL;
            found = &function->members[i];
        }
    return found;
}

static void write_gradient(struct writer *w, const struct member *member, const struct member *scalar)
{
    formula a = of(member->value, w);
    bool is_only;
    const struct member *seed = output_gradient(w->function, &is_only);
    const char *name = formula_print_name(w->arena, member->name, w->notation);
    if (scalar) {
        name = quotient(w, scalar->of, member->of);
    } else if (is_only && seed && seed->rank == 1 && member->rank == 1 && a->kind != F_DEFERRED) {
        formula jacobian = formula_jacobian(w->arena, a, formula_name(w->arena, seed->leaf->name, 1));
        if (jacobian) {
            name = quotient(w, seed->of, member->of);
            a = jacobian;
        }
    }
    write_formula(w, name,
                  a->rank == 2 && member->rank == 1 ? a : full_size(w, a, member->rank, member->shape));
}

static void write_member(struct writer *w, const struct member *member, const struct member *scalar)
{
    if (member->role == ROLE_GRADIENT) {
        write_gradient(w, member, scalar);
        return;
    }
    formula a = of(member->value, w);
    bool is_update = member->role == ROLE_INOUT;
    if (member->role == ROLE_OUTPUT && a->kind == F_NAME && strcmp(a->name, member->name) == 0)
        return;
    const char *name = formula_print_name(w->arena, member->name, w->notation);
    if (is_update)
        name = arena_print(
            w->arena, choose(w, "%s[new]", "%s^{\\mathrm{new}}", "<msup><mrow>%s</mrow><mi>new</mi></msup>"),
            name);
    write_formula(w, name, full_size(w, a, member->rank, member->shape));
}

static void write_header(struct writer *w)
{
    const struct function *function = w->function;
    const char *list = "";
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (member->role == ROLE_SIZE || member->role == ROLE_INPUT || member->role == ROLE_INOUT)
            take_name(w, member->name);
        if (member->role == ROLE_INPUT || member->role == ROLE_INOUT)
            list = arena_print(w->arena, "%s%s%s", list, *list ? ", " : "", member->name);
        if (member->role == ROLE_OUTPUT)
            take_name(w, member->name);
    }
    if (w->notation == NOTATION_MATH)
        fprintf(w->stream, "%s(%s)\n", function->name, list);
    else if (w->notation == NOTATION_MATHML)
        fprintf(w->stream, "<h3>%s(%s)</h3>\n", function->name, list);
    else
        fprintf(w->stream, "%% %s(%s)\n\\begin{align*}\n", function->name, list);
}

static void write_function(FILE *stream, struct arena *arena, struct function *function,
                           enum notation notation)
{
    const struct member *scalar = first_scalar(function);
    if (scalar)
        fix_seeds(function, scalar);
    simplify_to_read(function);
    size_t count = function->graph->nodes_count + 1;
    struct writer w = {.arena = arena,
                       .stream = stream,
                       .notation = notation,
                       .function = function,
                       .graph = function->graph};
    w.formulas = ARENA_ARRAY(arena, formula, count);
    w.results = ARENA_ARRAY(arena, const formula *, count);
    w.uses = ARENA_ARRAY(arena, int, count);
    w.outputs = ARENA_ARRAY(arena, const char *, count);
    w.context = (struct formula_context){.arena = arena, .of = of, .whole = whole, .closure = &w};
    find_live(&w);
    write_header(&w);
    for (size_t i = function->members_count; i-- > 0;) {
        const struct member *member = &function->members[i];
        if (member->role == ROLE_OUTPUT && member->value->op != OP_PARAMETER)
            w.outputs[member->value->id] = member->name;
    }
    for (size_t i = 0; i < function->members_count; i++)
        if (is_result(&function->members[i]))
            write_member(&w, &function->members[i], scalar);
    if (notation == NOTATION_LATEX)
        fprintf(stream, "\n\\end{align*}\n");
}

void emit_math(FILE *stream, struct module *module, enum notation notation)
{
    for (size_t i = 0; i < module->functions_count; i++) {
        if (i > 0)
            fputc('\n', stream);
        write_function(stream, module->arena, module->functions[i], notation);
    }
}
