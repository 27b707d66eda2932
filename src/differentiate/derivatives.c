/* derivatives.c: the derivative column of operators.def, read with the language's own parser and applied to
 * nodes.
 *
 * Each row becomes a rule, `rule tanh(a) = y { d_a = d_y * (1 - y^2) }`; all rules are parsed as one text.
 * Applying a rule evaluates its right-hand sides over nodes of one shape: numbers and pi are broadcast to it,
 * and every call is that of an element-wise operator by its name in the table. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ast.h"
#include "derivatives.h"

struct derivatives {
    struct statement *bodies[OPERATOR_COUNT]; /* assignments; NULL: no derivative */
    bool are_to_read;
};

const struct derivatives *derivatives_to_read(struct arena *arena, const struct derivatives *derivatives)
{
    struct derivatives *copy = ARENA_NEW(arena, struct derivatives);
    *copy = *derivatives;
    copy->are_to_read = true;
    return copy;
}

bool derivatives_are_to_read(const struct derivatives *derivatives)
{
    return derivatives->are_to_read;
}

static bool has_derivative(enum op op)
{
    const char *text = operator_info(op)->derivative;
    return operator_is_elementwise(op) && text && *text;
}

static const char *rules_text(struct arena *arena, const enum op *operators, int count)
{
    static const char *const parameters[] = {"", "a", "a, b", "a, b, c"};
    const char *text = "";
    for (int i = 0; i < count; i++) {
        const struct operator_info *info = operator_info(operators[i]);
        text = arena_print(arena, "%srule %s(%s) = y { %s }\n", text, info->name, parameters[info->arity],
                           info->derivative);
    }
    return text;
}

struct derivatives *derivatives_load(struct arena *arena, struct diagnostics *diagnostics)
{
    struct derivatives *derivatives = ARENA_NEW(arena, struct derivatives);
    enum op operators[OPERATOR_COUNT];
    int count = 0;
    for (enum op op = 0; op < OPERATOR_COUNT; op++)
        if (has_derivative(op))
            operators[count++] = op;
    struct source *source = ARENA_NEW(arena, struct source);
    const char *text = rules_text(arena, operators, count);
    *source =
        (struct source){.path = "<derivatives>", .text = text, .length = strlen(text), .is_library = true};
    struct file *file = parse(arena, diagnostics, source);
    int i = 0;
    for (struct definition *rule = file->definitions; rule && i < count; rule = rule->next)
        derivatives->bodies[operators[i++]] = rule->body;
    return derivatives;
}

/* ---- Evaluation ---- */

struct scope {
    struct graph *graph;
    const struct node *y; /* gives the shape of everything */
    const char *names[12];
    struct node *nodes[12];
    int count;
};

/* The table is the compiler's own: a text that cannot be evaluated is a defect of the compiler. */
static void broken_row(const struct scope *scope, const char *what)
{
    fprintf(stderr, "gradc: derivative of %s: cannot evaluate %s\n", operator_info(scope->y->op)->name, what);
    abort();
}

static struct node *number(struct scope *scope, double value)
{
    struct node *constant = graph_constant(scope->graph, REAL, value);
    return graph_broadcast(scope->graph, constant, scope->y->rank, scope->y->shape);
}

static struct node *name(struct scope *scope, const char *text)
{
    for (int i = 0; i < scope->count; i++)
        if (!strcmp(scope->names[i], text))
            return scope->nodes[i];
    if (!strcmp(text, "pi"))
        return number(scope, acos(-1));
    broken_row(scope, text);
    return NULL;
}

static void bind(struct scope *scope, const char *text, struct node *node)
{
    if (scope->count == (int)(sizeof scope->nodes / sizeof *scope->nodes))
        broken_row(scope, text);
    scope->names[scope->count] = text;
    scope->nodes[scope->count++] = node;
}

static struct node *value(struct scope *scope, const struct expression *e);

static struct node *binary(struct scope *scope, const struct expression *e)
{
    struct graph *graph = scope->graph;
    struct node *a = value(scope, e->left), *b = value(scope, e->right);
    switch (e->op) {
    case SYNTAX_ADD: return graph_binary(graph, OP_ADD, a, b);
    case SYNTAX_SUBTRACT: return graph_binary(graph, OP_SUB, a, b);
    case SYNTAX_MULTIPLY: return graph_binary(graph, OP_MUL, a, b);
    case SYNTAX_DIVIDE: return graph_binary(graph, OP_DIV, a, b);
    case SYNTAX_POWER: return graph_binary(graph, OP_POW, a, b);
    case SYNTAX_EQUAL: return graph_binary(graph, OP_EQ, a, b);
    case SYNTAX_NOT_EQUAL: return graph_binary(graph, OP_NE, a, b);
    case SYNTAX_LESS: return graph_binary(graph, OP_LT, a, b);
    case SYNTAX_LESS_EQUAL: return graph_binary(graph, OP_LE, a, b);
    case SYNTAX_GREATER: return graph_binary(graph, OP_LT, b, a);
    case SYNTAX_GREATER_EQUAL: return graph_binary(graph, OP_LE, b, a);
    case SYNTAX_AND: return graph_binary(graph, OP_AND, a, b);
    case SYNTAX_OR: return graph_binary(graph, OP_OR, a, b);
    default: broken_row(scope, "an operator"); return NULL;
    }
}

static struct node *call(struct scope *scope, const struct expression *e)
{
    struct node *operands[3];
    int count = 0;
    for (const struct argument *argument = e->arguments; argument && count < 3; argument = argument->next)
        operands[count++] = value(scope, argument->value);
    for (enum op op = 0; op < OPERATOR_COUNT; op++)
        if (operator_is_elementwise(op) && operator_info(op)->arity == count &&
            !strcmp(operator_info(op)->name, e->name))
            return graph_elementwise(scope->graph, op, operands);
    broken_row(scope, e->name);
    return NULL;
}

static struct node *value(struct scope *scope, const struct expression *e)
{
    switch (e->kind) {
    case EXPRESSION_NUMBER: return number(scope, e->number);
    case EXPRESSION_NAME: return name(scope, e->name);
    case EXPRESSION_UNARY:
        if (e->op != SYNTAX_NEGATE && e->op != SYNTAX_NOT)
            broken_row(scope, "an operator");
        return graph_unary(scope->graph, e->op == SYNTAX_NEGATE ? OP_NEG : OP_NOT, value(scope, e->left));
    case EXPRESSION_BINARY: return binary(scope, e);
    case EXPRESSION_ABSOLUTE: return graph_unary(scope->graph, OP_ABS, value(scope, e->left));
    case EXPRESSION_IF:
        return graph_select(scope->graph, value(scope, e->condition), value(scope, e->left),
                            value(scope, e->right));
    case EXPRESSION_CALL: return call(scope, e);
    default: broken_row(scope, "an expression"); return NULL;
    }
}

void derivatives_apply(struct graph *graph, const struct derivatives *derivatives, struct node *y,
                       struct node *d_y, const bool *wanted, struct node **adjoints)
{
    static const char *const operand_names[] = {"a", "b", "c"}, *const adjoint_names[] = {"d_a", "d_b",
                                                                                          "d_c"};
    struct scope scope = {.graph = graph, .y = y};
    for (int k = 0; k < y->input_count; k++) {
        bind(&scope, operand_names[k], y->inputs[k]);
        adjoints[k] = NULL;
    }
    bind(&scope, "y", y);
    bind(&scope, "d_y", d_y);
    for (const struct statement *s = derivatives->bodies[y->op]; s; s = s->next) {
        int operand = -1;
        for (int k = 0; k < y->input_count; k++)
            if (!strcmp(s->targets->name, adjoint_names[k]))
                operand = k;
        if (operand < 0)
            bind(&scope, s->targets->name, value(&scope, s->value));
        else if (wanted[operand])
            adjoints[operand] = value(&scope, s->value);
    }
}
