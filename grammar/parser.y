/* parser.y: the grammar of the language; each production is documented by the text that it accepts.
 *
 * Requires tokens from layout.c, which has decided where statements end and which bars open; leaves the tree in
 * scanner->file. An error is reported once; parsing goes on after the end of the statement or block in which it
 * stands. Layout sees to it that every statement without a block, the last of a block or file too, is followed by the
 * end of a line. */

%require "3.8"
%define api.pure full
%define api.prefix {syntax_}
%define api.token.prefix {TOKEN_}
%define api.value.type union
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%locations
%param {struct scanner *scanner}
%expect 0

%code requires {
#include "ast_build.h"

struct scanner;
}

%code provides {
int syntax_lex(SYNTAX_STYPE *value, SYNTAX_LTYPE *location, struct scanner *scanner);
}

%code {
#include "memory.h"
#include "scanner.h"

#define YYMALLOC(bytes) memory_array(bytes, 1)
#define YYFREE          memory_free
#define YYMAXDEPTH      (32 * EXPRESSION_DEPTH) /* symbols; no construct has as many in front of what it encloses */

#define YYLLOC_DEFAULT(current, rhs, count)                                                                  \
    ((current) = (count) ? span_join(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, count))                                 \
                         : span_at(scanner, YYRHSLOC(rhs, 0).end, YYRHSLOC(rhs, 0).end))

static void syntax_error(const struct span *location, struct scanner *scanner, const char *message);
}

%initial-action {
    @$ = span_at(scanner, 0, 0);
}

%token END_OF_FILE 0 "the end of the file"
%token LINE_END "the end of the line"
%token <const char *> NAME "a name"
%token <double> NUMBER "a number"
%token <double> WHOLE_NUMBER "a whole number"
%token <const char *> STRING "a text in quotes"
%token AND "and" DIM "dim" ELSE "else" EXPORT "export" FALSE "false" FOR "for" GROUP "group" IF "if"
       IMPORT "import" IN "in" INT "int" NEW "new" NOT "not" OR "or" PRECISION "precision" REAL "real"
       RETURN "return" RULE "rule" SIZE "size" THEN "then" TRUE "true" UPDATE "update" WHILE "while" WRT "wrt"
%token ALL_BUT "all but" CHECKPOINT "checkpoint" GIVEN "given" REQUIRE "require" /* words of their place, names elsewhere */
%token EQUAL "==" NOT_EQUAL "!=" LESS_EQUAL "<=" GREATER_EQUAL ">="
%token RANGE ".." ELLIPSIS "..."
%token OPEN_BAR "opening |" CLOSE_BAR "closing |" OPEN_NORM "opening ||" CLOSE_NORM "closing ||"

%precedence "else"
%left "or"
%left "and"
%precedence "not"
%nonassoc "==" "!=" '<' "<=" '>' ">="
%left '+' '-'
%left '*' '/' '@'
%precedence NEGATION
%right '^'

%nterm <struct definition_list> definitions dims
%nterm <struct definition *> definition line_definition dim function rule group export
%nterm <struct definition *> function_header
%nterm <struct parameter_list> parameters parameter_list members names name_list
%nterm <struct parameter *> parameter member
%nterm <struct result_list> results output_names
%nterm <struct result *> result
%nterm <struct type_syntax *> type
%nterm <struct axis_list> sizes optional_sizes
%nterm <struct export_extra_list> extras extra_list
%nterm <struct export_extra *> extra
%nterm <struct statement_list> block statements
%nterm <struct statement *> statement line_statement if_statement for_header
%nterm <struct target_list> targets variables outputs given
%nterm <struct target *> target variable
%nterm <struct expression *> expression postfix primary while_condition optional
%nterm <struct argument_list> arguments argument_list items item_list
%nterm <struct argument *> argument
%nterm <struct subscript_list> subscripts
%nterm <struct subscript *> subscript
%nterm <struct word> name
%nterm <bool> checkpoint comma

%%

file:
    definitions                          { scanner->file->definitions = $definitions.first; }

/* ---- Definitions ---- */

definitions[all]:
    %empty                               { $all = (struct definition_list){0}; }
  | definitions[before] definition[one]  { $all = $before; LIST_APPEND($all, $one); note_gaps(scanner, @one, $one); }
  | definitions[before] "dim" dims "the end of the line"
                                         { $all = $before; LIST_CONCATENATE($all, $dims); note_gaps(scanner, @2, NULL); }
  | definitions[before] "the end of the line"
                                         { $all = $before; }

definition:
    line_definition[one] "the end of the line"
                                         { $definition = $one; }
  | function | group | rule
  | error "the end of the line"          { yyerrok; $definition = NULL; }
  | error block                          { yyerrok; $definition = NULL; }
  | "group" error "the end of the line"  { yyerrok; $definition = NULL; }
  | "group" error '{' members '}'        { yyerrok; $definition = NULL; }

line_definition:
    /* precision float32 */
    "precision" name                     { $$ = precision_definition(scanner, @$, $name); }
    /* import "layers.nn" */
  | "import" STRING                      { $$ = definition(scanner, DEFINITION_IMPORT, @$, (struct word){$STRING, @STRING}); }
  | export
    /* f(x, y: [n]) = x + sum(y) */
  | function_header '=' expression       { $$ = function_value($function_header, @$, $expression); }

/* dim D = 1000, H = D/10 */
dims[all]:
    dim                                  { $all = (struct definition_list){0}; LIST_APPEND($all, $dim); }
  | dims[before] ',' dim                 { $all = $before; LIST_APPEND($all, $dim); }

dim:
    name '=' expression                  { $$ = dim_definition(scanner, @$, $name, $expression); }

/* f(x: [n], y) { h = x + y; return h } */
function:
    function_header block                { $$ = function_body($function_header, $block); }

function_header[header]:
    name '(' parameters ')'              { $header = function_header(scanner, @$, $name, $parameters); }

parameters:
    %empty                               { $$ = (struct parameter_list){0}; }
  | parameter_list comma                 { $$ = $parameter_list; }

parameter_list[all]:
    parameter                            { $all = (struct parameter_list){0}; LIST_APPEND($all, $parameter); }
  | parameter_list[before] ',' parameter { $all = $before; LIST_APPEND($all, $parameter); }

/* x, x: [n], x = 1, x: real = 1 */
parameter:
    name                                 { $$ = parameter(scanner, $name, NULL, NULL); }
  | name ':' type                        { $$ = parameter(scanner, $name, $type, NULL); }
  | name '=' expression                  { $$ = parameter(scanner, $name, NULL, $expression); }
  | name ':' type '=' expression         { $$ = parameter(scanner, $name, $type, $expression); }

/* real, int, int[n], [n, m], [..., n], size, Block, Block[L] */
type:
    "real"                               { $$ = type_syntax(scanner, TYPE_REAL_SYNTAX, @$, false, (struct axis_list){0}); }
  | '[' sizes comma ']'                  { $$ = type_syntax(scanner, TYPE_REAL_SYNTAX, @$, false, $sizes); }
  | '[' "..." optional_sizes ']'         { $$ = type_syntax(scanner, TYPE_REAL_SYNTAX, @$, true, $optional_sizes); }
  | "int"                                { $$ = type_syntax(scanner, TYPE_INT_SYNTAX, @$, false, (struct axis_list){0}); }
  | "int" '[' sizes comma ']'            { $$ = type_syntax(scanner, TYPE_INT_SYNTAX, @$, false, $sizes); }
  | "int" '[' "..." optional_sizes ']'   { $$ = type_syntax(scanner, TYPE_INT_SYNTAX, @$, true, $optional_sizes); }
  | "size"                               { $$ = type_syntax(scanner, TYPE_SIZE, @$, false, (struct axis_list){0}); }
  | name                                 { $$ = group_type(scanner, @$, $name, (struct axis_list){0}); }
  | name '[' sizes comma ']'             { $$ = group_type(scanner, @$, $name, $sizes); }

sizes[all]:
    expression                           { $all = (struct axis_list){0}; LIST_APPEND($all, axis(scanner, $expression)); }
  | sizes[before] ',' expression         { $all = $before; LIST_APPEND($all, axis(scanner, $expression)); }

optional_sizes:
    %empty                               { $$ = (struct axis_list){0}; }
  | ',' sizes comma                      { $$ = $sizes; }

/* group Block { g: [C]; W: [C, D] } */
group:
    "group" name '{' members '}'         { $$ = group_definition(scanner, span_join(@1, @name), $name, $members); }

members[all]:
    %empty                               { $all = (struct parameter_list){0}; }
  | members[before] member "the end of the line"
                                         { $all = $before; LIST_APPEND($all, $member); }
  | members[before] "the end of the line" { $all = $before; }
  | members[before] error "the end of the line"
                                         { yyerrok; $all = $before; }

member:
    name ':' type                        { $$ = parameter(scanner, $name, $type, NULL); }

/* rule f(x) = y { d_x = d_y } */
rule:
    "rule" name '(' names ')' '=' output_names block
                                         { $$ = rule_definition(scanner, span_join(@1, @output_names), $name, $names,
                                                                $output_names, $block); }

names:
    %empty                               { $$ = (struct parameter_list){0}; }
  | name_list comma                      { $$ = $name_list; }

name_list[all]:
    name                                 { $all = (struct parameter_list){0}; LIST_APPEND($all, parameter(scanner, $name, NULL, NULL)); }
  | name_list[before] ',' name           { $all = $before; LIST_APPEND($all, parameter(scanner, $name, NULL, NULL)); }

output_names[all]:
    name                                 { $all = (struct result_list){0}; LIST_APPEND($all, result(scanner, @name, $name, NULL)); }
  | output_names[before] ',' name        { $all = $before; LIST_APPEND($all, result(scanner, @name, $name, NULL)); }

/* export f; export f wrt a, p.g given x: jacobian, hessian(loss); export f wrt all but x */
export:
    "export" name given extras           { $$ = export_definition(scanner, @$, $name, WRT_NONE, (struct target_list){0}, $given, $extras); }
  | "export" name "wrt" variables given extras
                                         { $$ = export_definition(scanner, @$, $name, WRT_LISTED, $variables, $given, $extras); }
  | "export" name "wrt" "all but" variables given extras
                                         { $$ = export_definition(scanner, @$, $name, WRT_ALL_BUT, $variables, $given, $extras); }

    /* export p = nlp(f, g) wrt x */
  | "export" name[problem] '=' name[kind] '(' name[f] ',' name[g] ')' "wrt" variables given
                                         { $$ = nlp_definition(scanner, @$, $problem, $kind, $f, $g, $variables, $given); }

given:
    %empty                               { $$ = (struct target_list){0}; }
  | "given" variables                    { $$ = $variables; }

extras:
    %empty                               { $$ = (struct export_extra_list){0}; }
  | ':' extra_list                       { $$ = $extra_list; }

extra_list[all]:
    extra                                { $all = (struct export_extra_list){0}; LIST_APPEND($all, $extra); }
  | extra_list[before] ',' extra         { $all = $before; LIST_APPEND($all, $extra); }

/* jacobian, hessian(loss) */
extra:
    name                                 { $$ = export_extra(scanner, @$, $name, false, (struct target_list){0}); }
  | name '(' outputs ')'                 { $$ = export_extra(scanner, @$, $name, true, $outputs); }

outputs[all]:
    name                                 { $all = (struct target_list){0}; LIST_APPEND($all, target(scanner, $name)); }
  | outputs[before] ',' name             { $all = $before; LIST_APPEND($all, target(scanner, $name)); }

/* ---- Statements ---- */

block:
    opening statements '}'               { $$ = $statements; }

opening:
    '{'                                  { yyerrok; }

statements[all]:
    %empty                               { $all = (struct statement_list){0}; }
  | statements[before] statement         { $all = $before; LIST_APPEND($all, $statement); }
  | statements[before] "the end of the line"
                                         { $all = $before; }

statement:
    line_statement[one] "the end of the line"
                                         { $statement = $one; }
  | if_statement
    /* g(y) { h = a * y; return h } */
  | function                             { $statement = function_statement(scanner, $function); }
    /* for t in 0..T { hs[t] = h } */
  | for_header block                     { $statement = for_body(scanner, $for_header, $block); }
  | error "the end of the line"          { yyerrok; $statement = NULL; }
  | error block                          { yyerrok; $statement = NULL; }
  | error block "else" block             { yyerrok; $statement = NULL; }
  | error block "else" if_statement      { yyerrok; $statement = NULL; }

line_statement:
    /* a, b[t] = g(x) */
    targets '=' expression               { $$ = assign_statement(scanner, @$, $targets, $expression); }
    /* update w, m = momentum(w, m, g, lr) */
  | "update" targets '=' expression      { $$ = update_statement(scanner, @$, $targets, $expression); }
    /* return loss, y = h @ w */
  | "return" results                     { $$ = return_statement(scanner, @$, $results); }
    /* require h > 0, "step too small" */
  | "require" expression                 { $$ = require_statement(scanner, @$, $expression, NULL); }
  | "require" expression ',' STRING      { $$ = require_statement(scanner, @$, $expression, $STRING); }
    /* g(y) = a * y */
  | function_header '=' expression       { $$ = function_statement(scanner, function_value($function_header, @$, $expression)); }

/* if c { a = 1 } else if d { a = 2 } else { a = 3 } */
if_statement:
    "if" expression block                { $$ = if_statement(scanner, span_join(@1, @expression), $expression, $block,
                                                             false, (struct statement_list){0}); }
  | "if" expression block[yes] "else" block[no]
                                         { $$ = if_statement(scanner, span_join(@1, @expression), $expression, $yes,
                                                             true, $no); }
  | "if" expression block "else" if_statement[other]
                                         { $$ = if_statement(scanner, span_join(@1, @expression), $expression, $block,
                                                             true, statement_alone($other)); }

/* for t in 0..T, for t in 0..T while err > eps checkpoint */
for_header[header]:
    "for" name "in" expression[begin] ".." expression[end] while_condition[condition] checkpoint
                                         { $header = for_statement(scanner, @$, $name, $begin, $end, $condition, $checkpoint); }

while_condition:
    %empty                               { $$ = NULL; }
  | "while" expression                   { $$ = $expression; }

checkpoint:
    %empty                               { $$ = false; }
  | "checkpoint"                         { $$ = true; }

targets[all]:
    target                               { $all = (struct target_list){0}; LIST_APPEND($all, $target); }
  | targets[before] ',' target           { $all = $before; LIST_APPEND($all, $target); }

/* a, p.g, G[i, 1:3], y[p < P] */
target[whole]:
    variable                             { $whole = $variable; }
  | target[part] '[' subscripts comma ']'      { $whole = target_part(scanner, @$, $part, $subscripts); }

variables[all]:
    variable                             { $all = (struct target_list){0}; LIST_APPEND($all, $variable); }
  | variables[before] ',' variable       { $all = $before; LIST_APPEND($all, $variable); }

variable[whole]:
    name                                 { $whole = target(scanner, $name); }
  | variable[part] '.' name              { $whole = target_member(scanner, @$, $part, $name); }

results[all]:
    result                               { $all = (struct result_list){0}; LIST_APPEND($all, $result); }
  | results[before] ',' result           { $all = $before; LIST_APPEND($all, $result); }

/* u, loss = u + v */
result:
    expression                           { $$ = result(scanner, @$, (struct word){0}, $expression); }
  | name '=' expression                  { $$ = result(scanner, @$, $name, $expression); }

/* ---- Expressions ---- */

expression[whole]:
    postfix
    /* if c then a else b */
  | "if" expression[c] "then" expression[a] "else" expression[b]
                                         { $whole = if_expression(scanner, @$, $c, $a, $b); }
  | expression[a] "or"[o] expression[b]  { $whole = binary_expression(scanner, @$, SYNTAX_OR, @o, $a, $b); }
  | expression[a] "and"[o] expression[b] { $whole = binary_expression(scanner, @$, SYNTAX_AND, @o, $a, $b); }
  | "not"[o] expression[a]               { $whole = unary_expression(scanner, @$, SYNTAX_NOT, @o, $a); }
  | expression[a] "=="[o] expression[b]  { $whole = binary_expression(scanner, @$, SYNTAX_EQUAL, @o, $a, $b); }
  | expression[a] "!="[o] expression[b]  { $whole = binary_expression(scanner, @$, SYNTAX_NOT_EQUAL, @o, $a, $b); }
  | expression[a] '<'[o] expression[b]   { $whole = binary_expression(scanner, @$, SYNTAX_LESS, @o, $a, $b); }
  | expression[a] "<="[o] expression[b]  { $whole = binary_expression(scanner, @$, SYNTAX_LESS_EQUAL, @o, $a, $b); }
  | expression[a] '>'[o] expression[b]   { $whole = binary_expression(scanner, @$, SYNTAX_GREATER, @o, $a, $b); }
  | expression[a] ">="[o] expression[b]  { $whole = binary_expression(scanner, @$, SYNTAX_GREATER_EQUAL, @o, $a, $b); }
  | expression[a] '+'[o] expression[b]   { $whole = binary_expression(scanner, @$, SYNTAX_ADD, @o, $a, $b); }
  | expression[a] '-'[o] expression[b]   { $whole = binary_expression(scanner, @$, SYNTAX_SUBTRACT, @o, $a, $b); }
  | expression[a] '*'[o] expression[b]   { $whole = binary_expression(scanner, @$, SYNTAX_MULTIPLY, @o, $a, $b); }
  | expression[a] '/'[o] expression[b]   { $whole = binary_expression(scanner, @$, SYNTAX_DIVIDE, @o, $a, $b); }
  | expression[a] '@'[o] expression[b]   { $whole = binary_expression(scanner, @$, SYNTAX_MATRIX_PRODUCT, @o, $a, $b); }
  | '-'[o] expression[a] %prec NEGATION  { $whole = unary_expression(scanner, @$, SYNTAX_NEGATE, @o, $a); }
  | expression[a] '^'[o] expression[b]   { $whole = binary_expression(scanner, @$, SYNTAX_POWER, @o, $a, $b); }

/* x', x[1:3, :], sum[j < n](x[j]), p.g */
postfix[whole]:
    primary
  | postfix[a] '\''[o]                   { $whole = unary_expression(scanner, @$, SYNTAX_TRANSPOSE, @o, $a); }
  | postfix[a] '[' subscripts comma ']'        { $whole = subscript_expression(scanner, @$, $a, $subscripts); }
  | postfix[a] '[' subscripts comma ']' '(' expression ')'
                                         { $whole = reduce_expression(scanner, @$, $a, $subscripts, $expression); }
  | postfix[a] '.' name                  { $whole = member_expression(scanner, @$, $a, $name); }

/* 2, true, x, f(x, axis = 0), real(k), int(x), (x), |x|, ||x||, [a, b] */
primary:
    NUMBER                               { $$ = number_expression(scanner, @$, $NUMBER, false); }
  | WHOLE_NUMBER                         { $$ = number_expression(scanner, @$, $WHOLE_NUMBER, true); }
  | "true"                               { $$ = bool_expression(scanner, @$, true); }
  | "false"                              { $$ = bool_expression(scanner, @$, false); }
  | name                                 { $$ = name_expression(scanner, $name); }
  | name '(' arguments ')'               { $$ = call_expression(scanner, @$, $name, $arguments); }
  | "real" '(' arguments ')'             { $$ = call_expression(scanner, @$, (struct word){"real", @1}, $arguments); }
  | "int" '(' arguments ')'              { $$ = call_expression(scanner, @$, (struct word){"int", @1}, $arguments); }
  | '(' expression ')'                   { $$ = parenthesised($expression); }
  | "opening |" expression "closing |"   { $$ = bars_expression(scanner, @$, EXPRESSION_ABSOLUTE, $expression); }
  | "opening ||" expression "closing ||" { $$ = bars_expression(scanner, @$, EXPRESSION_NORM, $expression); }
  | '[' items ']'                        { $$ = list_expression(scanner, @$, $items); }

arguments:
    %empty                               { $$ = (struct argument_list){0}; }
  | argument_list comma                  { $$ = $argument_list; }

argument_list[all]:
    argument                             { $all = (struct argument_list){0}; LIST_APPEND($all, $argument); }
  | argument_list[before] ',' argument   { $all = $before; LIST_APPEND($all, $argument); }

/* x, axis = 0 */
argument:
    expression                           { $$ = argument(scanner, @$, NULL, $expression); }
  | name '=' expression                  { $$ = argument(scanner, @$, $name.text, $expression); }

items:
    %empty                               { $$ = (struct argument_list){0}; }
  | item_list comma                      { $$ = $item_list; }

item_list[all]:
    expression                           { $all = (struct argument_list){0}; LIST_APPEND($all, argument(scanner, @expression, NULL, $expression)); }
  | item_list[before] ',' expression     { $all = $before; LIST_APPEND($all, argument(scanner, @expression, NULL, $expression)); }

subscripts[all]:
    subscript                            { $all = (struct subscript_list){0}; LIST_APPEND($all, $subscript); }
  | subscripts[before] ',' subscript     { $all = $before; LIST_APPEND($all, $subscript); }

/* i + 1, :, a:b, a:b:2, new, ... */
subscript:
    expression                           { $$ = subscript(scanner, SUBSCRIPT_AT, @$, $expression); }
  | optional[a] ':' optional[b]          { $$ = slice(scanner, @$, $a, $b, NULL); }
  | optional[a] ':' optional[b] ':' optional[step]
                                         { $$ = slice(scanner, @$, $a, $b, $step); }
  | "new"                                { $$ = subscript(scanner, SUBSCRIPT_NEW, @$, NULL); }
  | "..."                                { $$ = subscript(scanner, SUBSCRIPT_ELLIPSIS, @$, NULL); }

optional:
    %empty                               { $$ = NULL; }
  | expression

/* A comma may follow the last item between ( ) or [ ]. */
comma:
    %empty                               { $$ = false; }
  | ','                                  { $$ = true; }

name:
    NAME                                 { $$ = (struct word){$NAME, @NAME}; }

%%

static int yyreport_syntax_error(const yypcontext_t *context, struct scanner *scanner)
{
    yysymbol_kind_t symbols[YYNTOKENS];
    const char *expected[YYNTOKENS];
    int count = yypcontext_expected_tokens(context, symbols, YYNTOKENS);
    for (int i = 0; i < count; i++)
        expected[i] = yysymbol_name(symbols[i]);
    report_syntax_error(scanner, *yypcontext_location(context), expected, count);
    return 0;
}

/* Called for one cause only: the parser's stack has reached its limit, far behind that of the depth. */
static void syntax_error(const struct span *location, struct scanner *scanner, const char *message)
{
    (void)message;
    report_too_deep(scanner, *location, "the program is");
}

struct file *parse(struct arena *arena, struct diagnostics *diagnostics, const struct source *source)
{
    struct scanner scanner = {
        .arena = arena, .diagnostics = diagnostics, .source = source, .error_count = diagnostics->error_count};
    scanner.file = ARENA_NEW(arena, struct file);
    scanner.file->source = source;
    if (check_text(&scanner)) {
        lexer_open(&scanner);
        syntax_parse(&scanner);
        lexer_close(&scanner);
    }
    if (diagnostics->error_count > scanner.error_count) /* behind the last definition */
        scanner.file->is_torn = true;
    return scanner.file;
}
