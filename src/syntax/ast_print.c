/* ast_print.c: the syntax tree as an indented list, one node a line, for --emit=ast.
 *
 * A chain of operators of one kind, a + b - c, is one node with its operands below it, so that depth and
 * output stay small however long the chain. */
#include <stdlib.h>

#include "ast.h"

#include "memory.h"

const char *syntax_operator_text(enum syntax_operator op)
{
    static const char *const texts[] = {
        [SYNTAX_OR] = "or",         [SYNTAX_AND] = "and",          [SYNTAX_NOT] = "not",
        [SYNTAX_EQUAL] = "==",      [SYNTAX_NOT_EQUAL] = "!=",     [SYNTAX_LESS] = "<",
        [SYNTAX_LESS_EQUAL] = "<=", [SYNTAX_GREATER] = ">",        [SYNTAX_GREATER_EQUAL] = ">=",
        [SYNTAX_ADD] = "+",         [SYNTAX_SUBTRACT] = "-",       [SYNTAX_MULTIPLY] = "*",
        [SYNTAX_DIVIDE] = "/",      [SYNTAX_MATRIX_PRODUCT] = "@", [SYNTAX_NEGATE] = "-",
        [SYNTAX_POWER] = "^",       [SYNTAX_TRANSPOSE] = "'",
    };
    return texts[op];
}

/* What a chain of such operators is called; NULL for operators that form none. */
static const char *chain_name(enum syntax_operator op)
{
    switch (op) {
    case SYNTAX_OR: return "or";
    case SYNTAX_AND: return "and";
    case SYNTAX_ADD:
    case SYNTAX_SUBTRACT: return "sum";
    case SYNTAX_MULTIPLY:
    case SYNTAX_DIVIDE:
    case SYNTAX_MATRIX_PRODUCT: return "product";
    default: return NULL;
    }
}

bool syntax_same_chain(const struct expression *outer, const struct expression *inner)
{
    return outer->kind == EXPRESSION_BINARY && inner->kind == EXPRESSION_BINARY && !inner->parenthesised &&
           outer->left == inner && chain_name(outer->op) && chain_name(outer->op) == chain_name(inner->op);
}

static void line(FILE *stream, int depth, const char *text)
{
    fprintf(stream, "%*s%s\n", 2 * depth, "", text);
}

static void named_line(FILE *stream, int depth, const char *text, const char *name)
{
    fprintf(stream, "%*s%s %s\n", 2 * depth, "", text, name);
}

/* ---- Expressions ---- */

static void print_expression(FILE *stream, int depth, const char *label, const struct expression *expression);

/* The first operand, then each further one with its operator before it. */
static void print_chain(FILE *stream, int depth, const struct expression *last)
{
    size_t count = 1;
    const struct expression *first = last;
    for (; syntax_same_chain(first, first->left); first = first->left)
        count++;
    const struct expression **links = memory_array(count, sizeof(const struct expression *));
    for (size_t i = count; i-- > 0; last = last->left)
        links[i] = last;
    print_expression(stream, depth, "", first->left);
    for (size_t i = 0; i < count; i++) {
        char label[8];
        snprintf(label, sizeof label, "%s ", syntax_operator_text(links[i]->op));
        print_expression(stream, depth, label, links[i]->right);
    }
    memory_free(links);
}

static void print_arguments(FILE *stream, int depth, const struct argument *argument)
{
    for (; argument; argument = argument->next) {
        if (argument->name)
            named_line(stream, depth, "argument", argument->name);
        print_expression(stream, depth + (argument->name != NULL), "", argument->value);
    }
}

static void print_optional(FILE *stream, int depth, const char *name, const struct expression *expression)
{
    if (!expression)
        return;
    line(stream, depth, name);
    print_expression(stream, depth + 1, "", expression);
}

static void print_subscripts(FILE *stream, int depth, const struct subscript *subscript)
{
    for (; subscript; subscript = subscript->next)
        switch (subscript->kind) {
        case SUBSCRIPT_AT:
            line(stream, depth, "at");
            print_expression(stream, depth + 1, "", subscript->at);
            print_optional(stream, depth + 1, "range", subscript->range);
            break;
        case SUBSCRIPT_SLICE:
            line(stream, depth, "slice");
            print_optional(stream, depth + 1, "begin", subscript->begin);
            print_optional(stream, depth + 1, "end", subscript->end);
            print_optional(stream, depth + 1, "step", subscript->step);
            break;
        case SUBSCRIPT_NEW: line(stream, depth, "new"); break;
        case SUBSCRIPT_ELLIPSIS: line(stream, depth, "..."); break;
        }
}

static void print_indices(FILE *stream, int depth, const struct index *index)
{
    for (; index; index = index->next) {
        named_line(stream, depth, "index", index->name);
        print_optional(stream, depth + 1, "range", index->range);
    }
}

/* With as few digits as tell it from its neighbours. */
static void print_number(FILE *stream, double number)
{
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    fprintf(stream, "number %s\n", text);
}

/* The node's own line. */
static void print_head(FILE *stream, int depth, const char *label, const struct expression *e)
{
    fprintf(stream, "%*s%s", 2 * depth, "", label);
    switch (e->kind) {
    case EXPRESSION_NUMBER: print_number(stream, e->number); break;
    case EXPRESSION_BOOL: fputs(e->truth ? "true\n" : "false\n", stream); break;
    case EXPRESSION_NAME: fprintf(stream, "name %s\n", e->name); break;
    case EXPRESSION_UNARY: {
        const char *name = e->op == SYNTAX_NEGATE      ? "negate"
                           : e->op == SYNTAX_TRANSPOSE ? "transpose"
                                                       : "not";
        fprintf(stream, "%s\n", name);
        break;
    }
    case EXPRESSION_BINARY: {
        const char *chain = chain_name(e->op);
        fprintf(stream, "%s\n", chain ? chain : syntax_operator_text(e->op));
        break;
    }
    case EXPRESSION_IF: fputs("if\n", stream); break;
    case EXPRESSION_CALL: fprintf(stream, "call %s\n", e->name); break;
    case EXPRESSION_REDUCE: fprintf(stream, "reduce %s\n", e->name); break;
    case EXPRESSION_SUBSCRIPT: fputs("subscript\n", stream); break;
    case EXPRESSION_MEMBER: fprintf(stream, "member %s\n", e->name); break;
    case EXPRESSION_ABSOLUTE: fputs("absolute value\n", stream); break;
    case EXPRESSION_NORM: fputs("norm\n", stream); break;
    case EXPRESSION_LIST: fputs("list\n", stream); break;
    }
}

static void print_expression(FILE *stream, int depth, const char *label, const struct expression *e)
{
    if (!e)
        return;
    print_head(stream, depth, label, e);
    if (e->kind == EXPRESSION_BINARY && chain_name(e->op)) {
        print_chain(stream, depth + 1, e);
        return;
    }
    print_indices(stream, depth + 1, e->indices);
    print_expression(stream, depth + 1, "", e->condition);
    print_expression(stream, depth + 1, "", e->left);
    print_expression(stream, depth + 1, "", e->right);
    print_subscripts(stream, depth + 1, e->subscripts);
    print_arguments(stream, depth + 1, e->arguments);
}

/* ---- Types ---- */

static void print_type(FILE *stream, int depth, const struct type_syntax *type)
{
    switch (type->kind) {
    case TYPE_UNTYPED: return;
    case TYPE_REAL_SYNTAX: line(stream, depth, "real"); break;
    case TYPE_INT_SYNTAX: line(stream, depth, "int"); break;
    case TYPE_SIZE: line(stream, depth, "size"); break;
    case TYPE_GROUP: named_line(stream, depth, "group", type->group); break;
    }
    if (type->any_leading)
        line(stream, depth + 1, "...");
    for (const struct axis *axis = type->axes; axis; axis = axis->next)
        print_expression(stream, depth + 1, "", axis->size);
}

static void print_parameters(FILE *stream, int depth, const char *word, const struct parameter *parameter)
{
    for (; parameter; parameter = parameter->next) {
        named_line(stream, depth, word, parameter->name);
        print_type(stream, depth + 1, parameter->type);
        print_optional(stream, depth + 1, "default", parameter->default_value);
    }
}

/* ---- Statements ---- */

static void print_targets(FILE *stream, int depth, const char *word, const struct target *target)
{
    for (; target; target = target->next) {
        fprintf(stream, "%*s%s %s", 2 * depth, "", word, target->name);
        for (int i = 0; i < target->member_count; i++)
            fprintf(stream, ".%s", target->members[i]);
        fputc('\n', stream);
        print_subscripts(stream, depth + 1, target->subscripts);
    }
}

static void print_results(FILE *stream, int depth, const struct result *result)
{
    for (; result; result = result->next) {
        if (result->name)
            named_line(stream, depth, "output", result->name);
        else
            line(stream, depth, "output");
        print_expression(stream, depth + 1, "", result->value);
    }
}

static void print_statements(FILE *stream, int depth, const struct statement *statement);

static void print_function(FILE *stream, int depth, const struct definition *function)
{
    named_line(stream, depth, "function", function->name);
    print_parameters(stream, depth + 1, "parameter", function->parameters);
    print_optional(stream, depth + 1, "value", function->value);
    if (function->value)
        return;
    line(stream, depth + 1, "body");
    print_statements(stream, depth + 2, function->body);
}

static void print_for(FILE *stream, int depth, const struct statement *statement)
{
    fprintf(stream, "%*sfor %s%s\n", 2 * depth, "", statement->variable,
            statement->checkpoint ? " checkpoint" : "");
    print_optional(stream, depth + 1, "begin", statement->begin);
    print_optional(stream, depth + 1, "end", statement->end);
    print_optional(stream, depth + 1, "while", statement->while_condition);
    line(stream, depth + 1, "body");
    print_statements(stream, depth + 2, statement->body);
}

static void print_if(FILE *stream, int depth, const struct statement *statement)
{
    line(stream, depth, "if");
    print_expression(stream, depth + 1, "", statement->value);
    line(stream, depth + 1, "then");
    print_statements(stream, depth + 2, statement->body);
    if (statement->has_else) {
        line(stream, depth + 1, "else");
        print_statements(stream, depth + 2, statement->else_body);
    }
}

static void print_statements(FILE *stream, int depth, const struct statement *statement)
{
    for (; statement; statement = statement->next)
        switch (statement->kind) {
        case STATEMENT_ASSIGN:
        case STATEMENT_UPDATE:
            line(stream, depth, statement->kind == STATEMENT_ASSIGN ? "assign" : "update");
            print_targets(stream, depth + 1, "target", statement->targets);
            print_expression(stream, depth + 1, "", statement->value);
            break;
        case STATEMENT_RETURN:
            line(stream, depth, "return");
            print_results(stream, depth + 1, statement->results);
            break;
        case STATEMENT_REQUIRE:
            fprintf(stream, "%*srequire%s%s%s\n", 2 * depth, "", statement->text ? " \"" : "",
                    statement->text ? statement->text : "", statement->text ? "\"" : "");
            print_expression(stream, depth + 1, "", statement->value);
            break;
        case STATEMENT_FUNCTION: print_function(stream, depth, statement->definition); break;
        case STATEMENT_IF: print_if(stream, depth, statement); break;
        case STATEMENT_FOR: print_for(stream, depth, statement); break;
        }
}

/* ---- Definitions ---- */

static void print_export(FILE *stream, const struct definition *export)
{
    named_line(stream, 0, "export", export->name);
    if (export->objective.text) {
        named_line(stream, 1, "objective", export->objective.text);
        named_line(stream, 1, "constraints", export->constraints.text);
    }
    if (export->wrt != WRT_NONE)
        line(stream, 1, export->wrt == WRT_LISTED ? "wrt" : "wrt all but");
    print_targets(stream, 2, "name", export->wrt_names);
    if (export->given_names)
        line(stream, 1, "given");
    print_targets(stream, 2, "name", export->given_names);
    for (const struct export_extra *extra = export->extras; extra; extra = extra->next) {
        line(stream, 1, extra->kind);
        print_targets(stream, 2, "output", extra->outputs);
    }
}

static void print_definition(FILE *stream, const struct definition *definition)
{
    switch (definition->kind) {
    case DEFINITION_FUNCTION: print_function(stream, 0, definition); break;
    case DEFINITION_DIM:
        named_line(stream, 0, "dim", definition->name);
        print_expression(stream, 1, "", definition->value);
        break;
    case DEFINITION_PRECISION: fprintf(stream, "precision float%d\n", definition->precision); break;
    case DEFINITION_GROUP:
        named_line(stream, 0, "group", definition->name);
        print_parameters(stream, 1, "member", definition->parameters);
        break;
    case DEFINITION_RULE:
        named_line(stream, 0, "rule", definition->name);
        print_parameters(stream, 1, "parameter", definition->parameters);
        print_results(stream, 1, definition->outputs);
        line(stream, 1, "body");
        print_statements(stream, 2, definition->body);
        break;
    case DEFINITION_IMPORT: named_line(stream, 0, "import", definition->name); break;
    case DEFINITION_EXPORT: print_export(stream, definition); break;
    }
}

void ast_print(FILE *stream, const struct file *file)
{
    for (const struct definition *definition = file->definitions; definition; definition = definition->next)
        print_definition(stream, definition);
}
