/* ast_build.c: the constructors that the grammar's actions call, and the checks of syntax that are no
 * business of the grammar: what may stand on the left, how indices are written, how deep expressions nest. */
#include "ast_build.h"

#include <string.h>

#include "look_ahead.h"
#include "scanner.h"

/* ---- Expressions ---- */

static struct expression *new_expression(struct scanner *scanner, enum expression_kind kind, struct span span)
{
    struct expression *expression = ARENA_NEW(scanner->arena, struct expression);
    expression->kind = kind;
    expression->span = span;
    expression->depth = 1;
    return expression;
}

/* Everything behind the parser may recurse EXPRESSION_DEPTH deep. */
static void contain(struct scanner *scanner, struct expression *outer, const struct expression *inner)
{
    if (!inner)
        return;
    if (inner->depth >= outer->depth)
        outer->depth = inner->depth + !syntax_same_chain(outer, inner);
    if (outer->depth > EXPRESSION_DEPTH) {
        report_too_deep(scanner, outer->span, "this expression is");
        outer->depth = 1; /* no output will be made of it */
    }
}

struct expression *number_expression(struct scanner *scanner, struct span span, double number, bool is_whole)
{
    struct expression *expression = new_expression(scanner, EXPRESSION_NUMBER, span);
    expression->number = number;
    expression->is_whole = is_whole;
    return expression;
}

struct expression *bool_expression(struct scanner *scanner, struct span span, bool truth)
{
    struct expression *expression = new_expression(scanner, EXPRESSION_BOOL, span);
    expression->truth = truth;
    return expression;
}

struct expression *name_expression(struct scanner *scanner, struct word name)
{
    struct expression *expression = new_expression(scanner, EXPRESSION_NAME, name.span);
    expression->name = name.text;
    return expression;
}

struct expression *unary_expression(struct scanner *scanner, struct span span, enum syntax_operator op,
                                    struct span operator_span, struct expression *operand)
{
    struct expression *expression = new_expression(scanner, EXPRESSION_UNARY, span);
    expression->op = op;
    expression->operator_span = operator_span;
    expression->left = operand;
    contain(scanner, expression, operand);
    return expression;
}

struct expression *binary_expression(struct scanner *scanner, struct span span, enum syntax_operator op,
                                     struct span operator_span, struct expression *left,
                                     struct expression *right)
{
    struct expression *expression = new_expression(scanner, EXPRESSION_BINARY, span);
    expression->op = op;
    expression->operator_span = operator_span;
    expression->left = left;
    expression->right = right;
    contain(scanner, expression, right);
    contain(scanner, expression, left);
    return expression;
}

struct expression *if_expression(struct scanner *scanner, struct span span, struct expression *condition,
                                 struct expression *left, struct expression *right)
{
    struct expression *expression = new_expression(scanner, EXPRESSION_IF, span);
    expression->condition = condition;
    expression->left = left;
    expression->right = right;
    contain(scanner, expression, condition);
    contain(scanner, expression, left);
    contain(scanner, expression, right);
    return expression;
}

struct expression *call_expression(struct scanner *scanner, struct span span, struct word name,
                                   struct argument_list arguments)
{
    struct expression *expression = new_expression(scanner, EXPRESSION_CALL, span);
    expression->name = name.text;
    expression->operator_span = name.span;
    expression->arguments = arguments.first;
    for (const struct argument *argument = arguments.first; argument; argument = argument->next)
        contain(scanner, expression, argument->value);
    return expression;
}

static bool is_name(const struct expression *expression)
{
    return expression && expression->kind == EXPRESSION_NAME && !expression->parenthesised;
}

/* `j < n` between brackets, which gives j the range n. */
static bool is_range(const struct expression *expression)
{
    return expression && expression->kind == EXPRESSION_BINARY && expression->op == SYNTAX_LESS &&
           is_name(expression->left) && !expression->parenthesised;
}

static struct index *bound_indices(struct scanner *scanner, const char *reduction,
                                   const struct subscript *subscripts)
{
    struct index *first = NULL, **end = &first;
    for (const struct subscript *subscript = subscripts; subscript; subscript = subscript->next) {
        const struct expression *at = subscript->kind == SUBSCRIPT_AT ? subscript->at : NULL;
        const struct expression *name = is_range(at) ? at->left : at;
        if (!is_name(name)) {
            report_error(
                scanner->diagnostics, subscript->span,
                "%s[...](...) binds indices: each is a name, or a name with its range as in %s[j < n](...)",
                reduction, reduction);
            continue;
        }
        struct index *index = ARENA_NEW(scanner->arena, struct index);
        index->name = name->name;
        index->span = name->span;
        index->range = is_range(at) ? at->right : NULL;
        *end = index;
        end = &index->next;
    }
    return first;
}

struct expression *reduce_expression(struct scanner *scanner, struct span span, struct expression *name,
                                     struct subscript_list indices, struct expression *body)
{
    struct expression *expression = new_expression(scanner, EXPRESSION_REDUCE, span);
    if (!is_name(name)) {
        report_error(scanner->diagnostics, span,
                     "a subscript cannot be called; a reduction over indices is written sum[j](...)");
        return expression;
    }
    expression->name = name->name;
    expression->operator_span = name->span;
    expression->indices = bound_indices(scanner, name->name, indices.first);
    expression->left = body;
    contain(scanner, expression, body);
    for (const struct index *index = expression->indices; index; index = index->next)
        contain(scanner, expression, index->range);
    return expression;
}

struct expression *subscript_expression(struct scanner *scanner, struct span span, struct expression *base,
                                        struct subscript_list subscripts)
{
    struct expression *expression = new_expression(scanner, EXPRESSION_SUBSCRIPT, span);
    expression->left = base;
    expression->subscripts = subscripts.first;
    contain(scanner, expression, base);
    for (const struct subscript *s = subscripts.first; s; s = s->next) {
        contain(scanner, expression, s->at);
        contain(scanner, expression, s->begin);
        contain(scanner, expression, s->end);
        contain(scanner, expression, s->step);
    }
    return expression;
}

struct expression *member_expression(struct scanner *scanner, struct span span, struct expression *base,
                                     struct word name)
{
    struct expression *expression = new_expression(scanner, EXPRESSION_MEMBER, span);
    expression->left = base;
    expression->name = name.text;
    contain(scanner, expression, base);
    return expression;
}

struct expression *bars_expression(struct scanner *scanner, struct span span, enum expression_kind kind,
                                   struct expression *operand)
{
    struct expression *expression = new_expression(scanner, kind, span);
    expression->left = operand;
    contain(scanner, expression, operand);
    return expression;
}

struct expression *list_expression(struct scanner *scanner, struct span span, struct argument_list items)
{
    struct expression *expression = new_expression(scanner, EXPRESSION_LIST, span);
    expression->arguments = items.first;
    for (const struct argument *item = items.first; item; item = item->next)
        contain(scanner, expression, item->value);
    return expression;
}

struct expression *parenthesised(struct expression *expression)
{
    expression->parenthesised = true;
    return expression;
}

struct argument *argument(struct scanner *scanner, struct span span, const char *name,
                          struct expression *value)
{
    struct argument *argument = ARENA_NEW(scanner->arena, struct argument);
    argument->name = name;
    argument->span = span;
    argument->value = value;
    return argument;
}

struct subscript *subscript(struct scanner *scanner, enum subscript_kind kind, struct span span,
                            struct expression *at)
{
    struct subscript *subscript = ARENA_NEW(scanner->arena, struct subscript);
    subscript->kind = kind;
    subscript->span = span;
    subscript->at = at;
    return subscript;
}

struct subscript *slice(struct scanner *scanner, struct span span, struct expression *begin,
                        struct expression *end, struct expression *step)
{
    struct subscript *slice = subscript(scanner, SUBSCRIPT_SLICE, span, NULL);
    slice->begin = begin;
    slice->end = end;
    slice->step = step;
    return slice;
}

/* ---- Types ---- */

struct type_syntax *type_syntax(struct scanner *scanner, enum type_kind kind, struct span span,
                                bool any_leading, struct axis_list axes)
{
    struct type_syntax *type = ARENA_NEW(scanner->arena, struct type_syntax);
    type->kind = kind;
    type->span = span;
    type->any_leading = any_leading;
    type->axes = axes.first;
    return type;
}

struct type_syntax *group_type(struct scanner *scanner, struct span span, struct word group,
                               struct axis_list axes)
{
    struct type_syntax *type = type_syntax(scanner, TYPE_GROUP, span, false, axes);
    type->group = group.text;
    return type;
}

struct axis *axis(struct scanner *scanner, struct expression *size)
{
    struct axis *axis = ARENA_NEW(scanner->arena, struct axis);
    axis->size = size;
    return axis;
}

/* ---- Statements ---- */

struct target *target(struct scanner *scanner, struct word name)
{
    struct target *target = ARENA_NEW(scanner->arena, struct target);
    target->name = name.text;
    target->span = name.span;
    return target;
}

struct target *target_member(struct scanner *scanner, struct span span, struct target *target,
                             struct word member)
{
    const char **members = ARENA_ARRAY(scanner->arena, const char *, target->member_count + 1);
    for (int i = 0; i < target->member_count; i++)
        members[i] = target->members[i];
    members[target->member_count++] = member.text;
    target->members = members;
    target->span = span;
    if (target->member_count == EXPRESSION_DEPTH && !scanner->too_deep) {
        report_error(scanner->diagnostics, span, "this name has more than %d parts", EXPRESSION_DEPTH);
        scanner->too_deep = true;
    }
    if (target->member_count >= EXPRESSION_DEPTH)
        target->member_count = 1;
    return target;
}

struct target *target_part(struct scanner *scanner, struct span span, struct target *target,
                           struct subscript_list subscripts)
{
    for (struct subscript *subscript = subscripts.first; subscript; subscript = subscript->next)
        if (is_range(subscript->at)) {
            subscript->range = subscript->at->right;
            subscript->at = subscript->at->left;
        }
    if (target->subscripts)
        report_error(scanner->diagnostics, span,
                     "the left of an assignment takes one subscript: write %s[..., ...]", target->name);
    target->subscripts = subscripts.first;
    target->span = span;
    return target;
}

struct result *result(struct scanner *scanner, struct span span, struct word name, struct expression *value)
{
    struct result *result = ARENA_NEW(scanner->arena, struct result);
    result->name = name.text;
    result->name_span = name.span;
    result->span = span;
    result->value = value;
    return result;
}

static struct statement *new_statement(struct scanner *scanner, enum statement_kind kind, struct span span)
{
    struct statement *statement = ARENA_NEW(scanner->arena, struct statement);
    statement->kind = kind;
    statement->span = span;
    statement->depth = 1;
    return statement;
}

struct statement *assign_statement(struct scanner *scanner, struct span span, struct target_list targets,
                                   struct expression *value)
{
    for (const struct target *target = targets.first; target; target = target->next)
        if (target->member_count) {
            struct span none = {0};
            report_error(scanner->diagnostics, target->span,
                         "a member of a group cannot be assigned by itself");
            report_note(
                scanner->diagnostics, none,
                "only update overwrites a single member; otherwise assign the whole group or give the new "
                "value a name of its own");
            break;
        }
    struct statement *statement = new_statement(scanner, STATEMENT_ASSIGN, span);
    statement->targets = targets.first;
    statement->value = value;
    return statement;
}

struct statement *update_statement(struct scanner *scanner, struct span span, struct target_list targets,
                                   struct expression *value)
{
    for (struct target *target = targets.first; target; target = target->next)
        if (target->subscripts) {
            struct span none = {0};
            report_error(scanner->diagnostics, target->span,
                         "update overwrites the whole of %s, not a part of it", target->name);
            report_note(scanner->diagnostics, none, "assign the part first, then write update %s = ...",
                        target->name);
            target->subscripts = NULL;
        }
    struct statement *statement = new_statement(scanner, STATEMENT_UPDATE, span);
    statement->targets = targets.first;
    statement->value = value;
    return statement;
}

struct statement *return_statement(struct scanner *scanner, struct span span, struct result_list results)
{
    struct statement *statement = new_statement(scanner, STATEMENT_RETURN, span);
    statement->results = results.first;
    return statement;
}

/* The statement encloses those of a list; as with expressions, no output will be made of what is too deep. */
static void enclose(struct scanner *scanner, struct statement *outer, const struct statement *inner)
{
    for (; inner; inner = inner->next)
        if (inner->depth >= outer->depth)
            outer->depth = inner->depth + 1;
    if (outer->depth > EXPRESSION_DEPTH) {
        report_too_deep(scanner, outer->span, "this statement is");
        outer->depth = 1;
    }
}

struct statement *if_statement(struct scanner *scanner, struct span span, struct expression *condition,
                               struct statement_list body, bool has_else, struct statement_list else_body)
{
    struct statement *statement = new_statement(scanner, STATEMENT_IF, span);
    statement->value = condition;
    statement->body = body.first;
    statement->has_else = has_else;
    statement->else_body = else_body.first;
    enclose(scanner, statement, body.first);
    enclose(scanner, statement, else_body.first);
    return statement;
}

struct statement *for_statement(struct scanner *scanner, struct span span, struct word variable,
                                struct expression *begin, struct expression *end,
                                struct expression *condition, bool checkpoint)
{
    struct statement *statement = new_statement(scanner, STATEMENT_FOR, span);
    statement->variable = variable.text;
    statement->variable_span = variable.span;
    statement->begin = begin;
    statement->end = end;
    statement->while_condition = condition;
    statement->checkpoint = checkpoint;
    return statement;
}

struct statement *for_body(struct scanner *scanner, struct statement *statement, struct statement_list body)
{
    statement->body = body.first;
    enclose(scanner, statement, body.first);
    return statement;
}

struct statement *require_statement(struct scanner *scanner, struct span span, struct expression *condition,
                                    const char *text)
{
    struct statement *statement = new_statement(scanner, STATEMENT_REQUIRE, span);
    statement->value = condition;
    statement->text = text;
    return statement;
}

struct statement *function_statement(struct scanner *scanner, struct definition *function)
{
    struct statement *statement = new_statement(scanner, STATEMENT_FUNCTION, function->span);
    statement->definition = function;
    return statement;
}

struct statement_list statement_alone(struct statement *statement)
{
    struct statement_list list = {.first = statement, .last = statement};
    return list;
}

/* ---- Definitions ---- */

struct parameter *parameter(struct scanner *scanner, struct word name, struct type_syntax *type,
                            struct expression *default_value)
{
    struct parameter *parameter = ARENA_NEW(scanner->arena, struct parameter);
    struct axis_list no_axes = {0};
    parameter->name = name.text;
    parameter->name_span = name.span;
    parameter->span = type ? span_join(name.span, type->span) : name.span;
    parameter->type = type ? type : type_syntax(scanner, TYPE_UNTYPED, name.span, false, no_axes);
    parameter->default_value = default_value;
    return parameter;
}

struct definition *definition(struct scanner *scanner, enum definition_kind kind, struct span span,
                              struct word name)
{
    struct definition *definition = ARENA_NEW(scanner->arena, struct definition);
    definition->kind = kind;
    definition->span = span;
    definition->name = name.text;
    definition->name_span = name.span;
    return definition;
}

struct definition *dim_definition(struct scanner *scanner, struct span span, struct word name,
                                  struct expression *value)
{
    struct definition *dim = definition(scanner, DEFINITION_DIM, span, name);
    dim->value = value;
    return dim;
}

struct definition *precision_definition(struct scanner *scanner, struct span span, struct word type)
{
    struct definition *precision = definition(scanner, DEFINITION_PRECISION, span, type);
    bool is_single = strcmp(type.text, "float32") == 0;
    if (!is_single && strcmp(type.text, "float64") != 0)
        report_error(scanner->diagnostics, type.span, "the precision is float32 or float64, not %s",
                     type.text);
    precision->precision = is_single ? 32 : 64;
    return precision;
}

struct definition *function_header(struct scanner *scanner, struct span span, struct word name,
                                   struct parameter_list parameters)
{
    struct definition *function = definition(scanner, DEFINITION_FUNCTION, span, name);
    function->parameters = parameters.first;
    return function;
}

struct definition *function_value(struct definition *function, struct span span, struct expression *value)
{
    function->span = span;
    function->value = value;
    return function;
}

struct definition *function_body(struct definition *function, struct statement_list body)
{
    function->body = body.first;
    return function;
}

struct definition *group_definition(struct scanner *scanner, struct span span, struct word name,
                                    struct parameter_list members)
{
    struct definition *group = definition(scanner, DEFINITION_GROUP, span, name);
    group->parameters = members.first;
    return group;
}

struct definition *rule_definition(struct scanner *scanner, struct span span, struct word name,
                                   struct parameter_list parameters, struct result_list outputs,
                                   struct statement_list body)
{
    struct definition *rule = definition(scanner, DEFINITION_RULE, span, name);
    rule->parameters = parameters.first;
    rule->outputs = outputs.first;
    rule->body = body.first;
    return rule;
}

struct export_extra *export_extra(struct scanner *scanner, struct span span, struct word kind,
                                  bool has_outputs, struct target_list outputs)
{
    struct export_extra *extra = ARENA_NEW(scanner->arena, struct export_extra);
    extra->kind = kind.text;
    extra->span = span;
    extra->has_outputs = has_outputs;
    extra->outputs = outputs.first;
    return extra;
}

struct definition *export_definition(struct scanner *scanner, struct span span, struct word name,
                                     enum wrt_kind wrt, struct target_list names, struct target_list given,
                                     struct export_extra_list extras)
{
    struct definition *export = definition(scanner, DEFINITION_EXPORT, span, name);
    export->wrt = wrt;
    export->wrt_names = names.first;
    export->given_names = given.first;
    export->extras = extras.first;
    return export;
}

struct definition *nlp_definition(struct scanner *scanner, struct span span, struct word name,
                                  struct word kind, struct word objective, struct word constraints,
                                  struct target_list names, struct target_list given)
{
    struct export_extra_list none = {0};
    struct definition *export = export_definition(scanner, span, name, WRT_LISTED, names, given, none);
    if (strcmp(kind.text, "nlp"))
        report_error(scanner->diagnostics, kind.span, "what is exported under another name is nlp(f, g)");
    export->objective = objective;
    export->constraints = constraints;
    return export;
}

/* f(…: what could not be read there is a function, and no more than that is missing. */
static bool function_begins_at(struct span span)
{
    const char *text = span.source->text + span.begin, *name = text;
    while (is_name_byte(*name))
        name++;
    return name > text && *skip_blanks(name) == '(';
}

void note_gaps(struct scanner *scanner, struct span span, struct definition *one)
{
    if (scanner->diagnostics->error_count == scanner->error_count)
        return;
    scanner->error_count = scanner->diagnostics->error_count;
    if (one && one->kind == DEFINITION_FUNCTION)
        one->has_gaps = true;
    else if (!one && span.source && function_begins_at(span))
        scanner->file->lacks_functions = true;
    else
        scanner->file->is_torn = true;
}
