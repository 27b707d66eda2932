/* emit_math.c: see emit_math.h. Walks the nodes that each member needs in the order of computation; a node
 * becomes a line of its own if the user named it, if it is long and read more than once, or if only index
 * notation can say it. */
#include "emit_math.h"

#include <string.h>

#include "graph_internal.h"
#include "passes.h"
#include "region.h"
#include "writer.h"

static formula of(struct node *node, void *closure);
static formula whole(struct node *node, void *closure);

/* ---- Nodes ---- */

/* Gives the node its formula, and its lines. */
static void settle(struct writer *w, struct node *node)
{
    formula a;
    if (node->op == OP_LOOP) {
        writer_loop(w, node);
        w->formulas[node->id] = formula_number(w->arena, 0);
        return;
    }
    if (node->op == OP_RESULT)
        a = w->results[node->inputs[0]->id][node->result];
    else if (!(a = writer_round(w, node)))
        a = formula_of_node(&w->context, node);
    w->formulas[node->id] = a;
    if (writer_wants_name(w, node, a)) {
        bool is_output = w->outputs[node->id] != NULL;
        writer_write_as(w, node, a, is_output ? w->outputs[node->id] : writer_new_name(w, node->name));
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
        writer_write_as(w, node, a, writer_new_name(w, node->name));
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
                       writer_choose(w, "", "\\frac{\\partial %s}{\\partial %s}",
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
    writer_formula(
        w, name, a->rank == 2 && member->rank == 1 ? a : writer_full_size(w, a, member->rank, member->shape));
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
            w->arena,
            writer_choose(w, "%s[new]", "%s^{\\mathrm{new}}", "<msup><mrow>%s</mrow><mi>new</mi></msup>"),
            name);
    writer_formula(w, name, writer_full_size(w, a, member->rank, member->shape));
}

static void write_header(struct writer *w)
{
    const struct function *function = w->function;
    const char *list = "";
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (member->role == ROLE_SIZE || member->role == ROLE_INPUT || member->role == ROLE_INOUT)
            writer_take_name(w, member->name);
        if (member->role == ROLE_INPUT || member->role == ROLE_INOUT)
            list = arena_print(w->arena, "%s%s%s", list, *list ? ", " : "", member->name);
        if (member->role == ROLE_OUTPUT)
            writer_take_name(w, member->name);
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
    w.rounds = ARENA_ARRAY(arena, struct rounds, count);
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
