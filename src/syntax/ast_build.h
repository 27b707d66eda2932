/* ast_build.h: the constructors that the grammar's actions call. Nobody else includes it. */
#ifndef GRADC_AST_BUILD_H
#define GRADC_AST_BUILD_H

#include "ast.h"

struct scanner;

/* A list under construction, to which the grammar appends at the end. */
#define LIST_OF(type)                                                                                        \
    struct type##_list {                                                                                     \
        struct type *first, *last, *item;                                                                    \
    }
LIST_OF(argument);
LIST_OF(subscript);
LIST_OF(axis);
LIST_OF(target);
LIST_OF(result);
LIST_OF(statement);
LIST_OF(parameter);
LIST_OF(export_extra);
LIST_OF(definition);

/* Appends an item; NULL, which stands for something wrong, is left out. */
#define LIST_APPEND(list, new_item)                                                                          \
    do {                                                                                                     \
        (list).item = (new_item);                                                                            \
        if ((list).item && (list).last)                                                                      \
            (list).last->next = (list).item;                                                                 \
        else if ((list).item)                                                                                \
            (list).first = (list).item;                                                                      \
        if ((list).item)                                                                                     \
            (list).last = (list).item;                                                                       \
    } while (0)

/* Appends all of another list, which is not empty. */
#define LIST_CONCATENATE(list, other)                                                                        \
    do {                                                                                                     \
        LIST_APPEND(list, (other).first);                                                                    \
        (list).last = (other).last;                                                                          \
    } while (0)

/* ---- Expressions ---- */

struct expression *number_expression(struct scanner *scanner, struct span span, double number, bool is_whole);
struct expression *bool_expression(struct scanner *scanner, struct span span, bool truth);
struct expression *name_expression(struct scanner *scanner, struct word name);
struct expression *unary_expression(struct scanner *scanner, struct span span, enum syntax_operator op,
                                    struct span operator_span, struct expression *operand);
struct expression *binary_expression(struct scanner *scanner, struct span span, enum syntax_operator op,
                                     struct span operator_span, struct expression *left,
                                     struct expression *right);
struct expression *if_expression(struct scanner *scanner, struct span span, struct expression *condition,
                                 struct expression *left, struct expression *right);
struct expression *call_expression(struct scanner *scanner, struct span span, struct word name,
                                   struct argument_list arguments);
/* `sum[j, k < n](body)`; the brackets have been read as subscripts. */
struct expression *reduce_expression(struct scanner *scanner, struct span span, struct expression *name,
                                     struct subscript_list indices, struct expression *body);
struct expression *subscript_expression(struct scanner *scanner, struct span span, struct expression *base,
                                        struct subscript_list subscripts);
struct expression *member_expression(struct scanner *scanner, struct span span, struct expression *base,
                                     struct word name);
/* |x| and ||x|| */
struct expression *bars_expression(struct scanner *scanner, struct span span, enum expression_kind kind,
                                   struct expression *operand);
struct expression *list_expression(struct scanner *scanner, struct span span, struct argument_list items);
struct expression *parenthesised(struct expression *expression);

struct argument *argument(struct scanner *scanner, struct span span, const char *name,
                          struct expression *value);
struct subscript *subscript(struct scanner *scanner, enum subscript_kind kind, struct span span,
                            struct expression *at);
struct subscript *slice(struct scanner *scanner, struct span span, struct expression *begin,
                        struct expression *end, struct expression *step);

/* ---- Types ---- */

struct type_syntax *type_syntax(struct scanner *scanner, enum type_kind kind, struct span span,
                                bool any_leading, struct axis_list axes);
struct type_syntax *group_type(struct scanner *scanner, struct span span, struct word group,
                               struct axis_list axes);
struct axis *axis(struct scanner *scanner, struct expression *size);

/* ---- Statements ---- */

struct target *target(struct scanner *scanner, struct word name);
struct target *target_member(struct scanner *scanner, struct span span, struct target *target,
                             struct word member);
struct target *target_part(struct scanner *scanner, struct span span, struct target *target,
                           struct subscript_list subscripts);
struct result *result(struct scanner *scanner, struct span span, struct word name, struct expression *value);
struct statement *assign_statement(struct scanner *scanner, struct span span, struct target_list targets,
                                   struct expression *value);
struct statement *update_statement(struct scanner *scanner, struct span span, struct target_list targets,
                                   struct expression *value);
struct statement *return_statement(struct scanner *scanner, struct span span, struct result_list results);
struct statement *if_statement(struct scanner *scanner, struct span span, struct expression *condition,
                               struct statement_list body, bool has_else, struct statement_list else_body);
struct statement *for_statement(struct scanner *scanner, struct span span, struct word variable,
                                struct expression *begin, struct expression *end,
                                struct expression *condition, bool checkpoint);
struct statement *for_body(struct scanner *scanner, struct statement *statement, struct statement_list body);
/* The list of one statement: the body of `else if`. */
struct statement *require_statement(struct scanner *scanner, struct span span, struct expression *condition,
                                    const char *text);
struct statement *function_statement(struct scanner *scanner, struct definition *function);
struct statement_list statement_alone(struct statement *statement);

/* ---- Definitions ---- */

struct parameter *parameter(struct scanner *scanner, struct word name, struct type_syntax *type,
                            struct expression *default_value);
struct definition *definition(struct scanner *scanner, enum definition_kind kind, struct span span,
                              struct word name);
struct definition *dim_definition(struct scanner *scanner, struct span span, struct word name,
                                  struct expression *value);
struct definition *precision_definition(struct scanner *scanner, struct span span, struct word type);
struct definition *function_header(struct scanner *scanner, struct span span, struct word name,
                                   struct parameter_list parameters);
struct definition *function_value(struct definition *function, struct span span, struct expression *value);
struct definition *function_body(struct definition *function, struct statement_list body);
struct definition *group_definition(struct scanner *scanner, struct span span, struct word name,
                                    struct parameter_list members);
struct definition *rule_definition(struct scanner *scanner, struct span span, struct word name,
                                   struct parameter_list parameters, struct result_list outputs,
                                   struct statement_list body);
struct export_extra *export_extra(struct scanner *scanner, struct span span, struct word kind,
                                  bool has_outputs, struct target_list outputs);
struct definition *export_definition(struct scanner *scanner, struct span span, struct word name,
                                     enum wrt_kind wrt, struct target_list names, struct target_list given,
                                     struct export_extra_list extras);

struct definition *nlp_definition(struct scanner *scanner, struct span span, struct word name,
                                  struct word kind, struct word objective, struct word constraints,
                                  struct target_list names, struct target_list given);

/* Notes in the file what errors have left out of a definition of which the place is `span`; `one` is NULL if
 * it could not be read at all. */
void note_gaps(struct scanner *scanner, struct span span, struct definition *one);

#endif
