/* syntax_error.c: messages about syntax, in the words that a user types, with a hint for common slips.
 *
 * Requires the scanner's last two tokens: the one that does not fit and the one before it. */
#include <stdio.h>
#include <string.h>

#include "habits.h"
#include "parser.h"
#include "scanner.h"

static void hint(struct scanner *scanner, const char *text)
{
    struct span none = {0};
    report_note(scanner->diagnostics, none, "%s", text);
}

/* ---- Brackets and slips ---- */

const char *bracket_text(int token)
{
    switch (token) {
    case '(': return "(";
    case '[': return "[";
    case '{': return "{";
    case TOKEN_OPEN_BAR: return "|";
    default: return "||";
    }
}

void report_bracket_not_closed(struct scanner *scanner, const struct bracket *bracket)
{
    report_error(scanner->diagnostics, bracket->span, "'%s' is not closed", bracket_text(bracket->token));
}

void report_too_deep(struct scanner *scanner, struct span span, const char *what)
{
    if (!scanner->too_deep)
        report_error(scanner->diagnostics, span, "%s nested more than %d deep", what, EXPRESSION_DEPTH);
    scanner->too_deep = true;
}

void report_slip(struct scanner *scanner, struct span span, const char *written, const char *instead)
{
    if (scanner->is_silent)
        return;
    if (!written) {
        report_error(scanner->diagnostics, span, "%s", instead);
        return;
    }
    size_t length = strcspn(written, "\n");
    report_error(scanner->diagnostics, span, "'%.*s' is not part of the language", (int)length, written);
    hint(scanner, instead);
}

/* ---- What was expected ---- */

static bool among(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static bool expects(const char *const *expected, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(expected[i], name) == 0)
            return true;
    return false;
}

/* What begins an expression, and what goes on after one, said in one word each. */
static const char *const operand_names[] = {
    "a name", "a number",  "a whole number", "true", "false", "real", "int", "if",
    "not",    "opening |", "opening ||",     "'-'",  "'('",   "'['",  NULL};
static const char *const operator_names[] = {"and",   "or",  "==",  "!=",  "<=",  ">=",  "'<'",
                                             "'>'",   "'+'", "'-'", "'*'", "'/'", "'@'", "'^'",
                                             "'\\''", "'('", "'['", "'.'", NULL};
/* What would be allowed, too, but is rarely what is missing. */
static const char *const rare_names[] = {"while", "checkpoint", "all but", "'.'", "':'", NULL};

/* Writes a token as the user types it. */
static const char *in_words(struct scanner *scanner, const char *name)
{
    bool is_described = strncmp(name, "a ", 2) == 0 || strncmp(name, "the ", 4) == 0 || name[0] == '\'';
    if (strncmp(name, "closing ", 8) == 0)
        name += 8;
    return is_described ? name : arena_print(scanner->arena, "'%s'", name);
}

static const char *expectation(struct scanner *scanner, const char *const *expected, int count)
{
    bool operand = expects(expected, count, "a number"), wants_operator = expects(expected, count, "'+'");
    bool items = expects(expected, count, "')'") && expects(expected, count, "','");
    bool assignment = expects(expected, count, "'='") && !wants_operator && !items;
    const char *words[8];
    int word_count = 0;
    if (operand)
        words[word_count++] = "an expression";
    if (wants_operator)
        words[word_count++] = "an operator";
    for (int i = 0; i < count && word_count < 8; i++) {
        const char *name = expected[i];
        bool is_of_target = assignment && (strcmp(name, "','") == 0 || strcmp(name, "'['") == 0);
        if ((operand && among(name, operand_names)) || (wants_operator && among(name, operator_names)) ||
            is_of_target || (wants_operator && strcmp(name, "'='") == 0) ||
            (items && (strcmp(name, "'='") == 0 || strcmp(name, "'['") == 0)) ||
            (count > 1 && among(name, rare_names)))
            continue;
        words[word_count++] = in_words(scanner, name);
    }
    if (word_count == 0 || word_count > 5)
        return word_count && (operand || wants_operator) ? words[0] : NULL;
    const char *text = words[0];
    for (int i = 1; i < word_count; i++)
        text = arena_print(scanner->arena, "%s%s%s", text, i + 1 < word_count ? ", " : " or ", words[i]);
    return text;
}

/* ---- What was found ---- */

static const char *span_text(struct scanner *scanner, struct span span)
{
    return arena_copy(scanner->arena, scanner->source->text + span.begin, span.end - span.begin);
}

static const char *found_in_words(struct scanner *scanner, struct span span)
{
    if (span.begin >= scanner->source->length)
        return "the end of the file";
    const char *text = span_text(scanner, span);
    return *text == '\n' || *text == '\0' ? "the end of the line" : arena_print(scanner->arena, "'%s'", text);
}

static bool line_begins_with(struct scanner *scanner, struct span span, const char *word)
{
    const char *line = span_line_text(scanner->arena, span);
    size_t length = strlen(word);
    return strncmp(line, word, length) == 0 && strchr(" \t(", line[length]);
}

/* A reserved word that its author took for a name. */
static bool is_word_for_name(int token)
{
    switch (token) {
    case TOKEN_DIM:
    case TOKEN_EXPORT:
    case TOKEN_FALSE:
    case TOKEN_GROUP:
    case TOKEN_IMPORT:
    case TOKEN_IN:
    case TOKEN_INT:
    case TOKEN_NEW:
    case TOKEN_PRECISION:
    case TOKEN_REAL:
    case TOKEN_RULE:
    case TOKEN_SIZE:
    case TOKEN_TRUE:
    case TOKEN_UPDATE: return true;
    default: return false;
    }
}

static bool is_reserved(int token)
{
    return is_word_for_name(token) || (token >= TOKEN_AND && token <= TOKEN_WRT);
}

static bool is_comparison(int token)
{
    return token == TOKEN_EQUAL || token == TOKEN_NOT_EQUAL || token == '<' || token == '>' ||
           token == TOKEN_LESS_EQUAL || token == TOKEN_GREATER_EQUAL;
}

/* Whether nothing but a comment follows on the line. */
static bool ends_line(struct scanner *scanner, struct span span)
{
    const char *next = scanner->source->text + span.end;
    next += strspn(next, " \t\r");
    return *next == '\n' || *next == '#' || *next == '\0';
}

/* ---- Hints ---- */

/* Whether the last name stands behind a dot: np.exp, x.sum. */
static bool follows_dot(const struct scanner *scanner)
{
    size_t begin = scanner->before_span.begin;
    return scanner->before == TOKEN_NAME && begin > 0 && scanner->source->text[begin - 1] == '.';
}

static bool before_is(struct scanner *scanner, const char *const *names)
{
    return scanner->before == TOKEN_NAME && among(span_text(scanner, scanner->before_span), names);
}

static bool is_word(struct scanner *scanner, struct span span, const char *const *words)
{
    return among(span_text(scanner, span), words);
}

static bool line_has(struct scanner *scanner, struct span span, const char *text)
{
    return strstr(span_line_text(scanner->arena, span), text) != NULL;
}

/* (double)k: a type in brackets before an operand. */
static bool is_cast(struct scanner *scanner)
{
    static const char *const casts[] = {"(double)", "(float)", "(int)", "(real)", "(long)", NULL};
    const char *end = scanner->source->text + scanner->before_span.end;
    for (const char *const *cast = casts; *cast; cast++) {
        size_t length = strlen(*cast);
        if (scanner->before_span.end >= length && strncmp(end - length, *cast, length) == 0)
            return true;
    }
    return false;
}

/* x.mean(), np.exp(x): a call behind a dot. */
static const char *hint_of_method(struct scanner *scanner)
{
    const char *name = span_text(scanner, scanner->before_span);
    const char *advice = habit_advice(HABIT_FUNCTION, name);
    if (advice)
        return advice;
    return arena_print(scanner->arena, "functions are called by their name alone, as in %s(x)", name);
}

/* The line from where the statement begins in it. */
static const char *statement_text(struct scanner *scanner, struct span span)
{
    const char *text = scanner->source->text, *begin = text + span.begin;
    while (begin > text && !strchr("\n;{", begin[-1]))
        begin--;
    begin += strspn(begin, " \t");
    return *begin == '\n' || begin >= text + span.begin ? span_line_text(scanner->arena, span) : begin;
}

/* The word with which the statement begins, if others begin one so. */
static const char *hint_of_statement(struct scanner *scanner, struct span span)
{
    const char *line = statement_text(scanner, span);
    size_t length = strspn(line, "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    char word[32];
    if (length == 0 || length >= sizeof word)
        return NULL;
    memcpy(word, line, length);
    word[length] = '\0';
    return habit_advice(HABIT_STATEMENT, word);
}

/* Whether the closing bracket before the present token ends `sum[i, j]`. */
static bool reduces(const struct scanner *scanner)
{
    static const char *const words[] = {"sum",  "prod",   "mean",   "max", "min", "logsumexp",
                                        "norm", "argmax", "argmin", "any", "all", NULL};
    const char *text = scanner->source->text, *end = text + scanner->before_span.begin;
    while (end > text && *end != '[' && *end != '\n')
        end--;
    const char *begin = end;
    while (begin > text && begin[-1] >= 'a' && begin[-1] <= 'z')
        begin--;
    for (const char *const *word = words; *word; word++)
        if (strlen(*word) == (size_t)(end - begin) && strncmp(*word, begin, (size_t)(end - begin)) == 0)
            return *end == '[';
    return false;
}

/* An operand directly after an operand. */
static const char *hint_between_operands(struct scanner *scanner, int found, struct span span)
{
    static const char *const lambda[] = {"lambda", "fn", "fun", "func", NULL}, *const let[] = {"let", NULL},
                             *const as[] = {"as", NULL}, *const is[] = {"is", NULL},
                             *const end[] = {"end", "endif", "fi", NULL};
    bool is_number = scanner->before == TOKEN_NUMBER || scanner->before == TOKEN_WHOLE_NUMBER;
    if (found == '(' && follows_dot(scanner))
        return hint_of_method(scanner);
    if (found == '(' && scanner->before == ')' && line_has(scanner, span, "grad("))
        return "grad(y, x) is the gradient of the value y with respect to the name x";
    if (found == '(' || found == TOKEN_NUMBER || found == TOKEN_WHOLE_NUMBER)
        return "a product is written with *, as in 2 * x";
    if (found != TOKEN_NAME)
        return NULL;
    if (before_is(scanner, lambda))
        return "a function that is passed on has a name: it is defined as g(y) = y^2, and given as g";
    if (before_is(scanner, let))
        return "a value is assigned in a body: f(x) { y = x + 1; return y^2 }";
    const char *of_statement = scanner->before == TOKEN_NAME
                                   ? habit_advice(HABIT_STATEMENT, span_text(scanner, scanner->before_span))
                                   : NULL;
    if (of_statement)
        return of_statement;
    if (is_word(scanner, span, is))
        return "'equal' is written ==";
    if (is_word(scanner, span, end))
        return "an expression ends with its line; a body stands between { and }";
    if (scanner->before == ']' && reduces(scanner))
        return "what is summed stands in parentheses: sum[j](A[i, j] * x[j])";
    if (is_word(scanner, span, as) || is_cast(scanner))
        return "real(k) converts to a real, int(x) to a whole number";
    if (scanner->before == TOKEN_CLOSE_BAR)
        return "a product is written |x| * y; a function that is passed on has a name, as in g(y) = y^2";
    if (is_number || scanner->before == ')')
        return "a product is written with *, as in 2 * x";
    return scanner->before == TOKEN_NAME
               ? "a product is written x * y, a call f(x)"
               : "a product is written with *, that of matrices with @, as in x' @ y";
}

/* Statements and definitions out of place. */
static const char *hint_of_place(const struct scanner *scanner, int found, bool wants_statement)
{
    bool inside = scanner->open_braces > (found == '{');
    if (wants_statement && found == '-' && scanner->source->text[scanner->previous_span.end] == '-')
        return "a comment starts with '#'";
    if (wants_statement && found == TOKEN_STRING)
        return "a comment starts with '#'";
    if (wants_statement && found > 0 && found < 128 && strchr("+-*/@^=<>.", found))
        return "an operator continues an expression on the line before, and there is none";
    if (wants_statement && inside) {
        if (found == TOKEN_DIM || found == TOKEN_EXPORT || found == TOKEN_IMPORT ||
            found == TOKEN_PRECISION || found == TOKEN_GROUP || found == TOKEN_RULE)
            return "definitions stand outside functions; is a '}' missing above?";
        if (found == TOKEN_ELSE)
            return "'else' follows the '}' of an 'if'";
        if (found == TOKEN_WHILE)
            return "a loop is written for t in 0..T while c { ... }";
        if (found == TOKEN_REAL || found == TOKEN_INT)
            return "names have no written types in a body: s = sum(x)";
        return "a statement is an assignment, return, update, if or for";
    }
    if (!wants_statement || inside)
        return NULL;
    if (found == TOKEN_RETURN || found == TOKEN_FOR || found == TOKEN_IF || found == TOKEN_UPDATE ||
        found == TOKEN_WHILE)
        return "statements stand inside a function: f(x) { ... }";
    return "a definition is f(x) = ..., f(x) { ... }, dim, precision, group, rule, import or export";
}

static const char *const definition_words[] = {"export", "import", "group", "precision", "rule", "dim", NULL},
                         *const statement_words[] = {"return", "update", "for", "if", "require", NULL};

/* "did you mean export?", if the word before the present token is nearly one of these, else NULL. */
static const char *misspelt_word(struct scanner *scanner, const char *const *words)
{
    size_t count = 0;
    while (words[count])
        count++;
    const char *near = near_name(span_text(scanner, scanner->before_span), words, count);
    return near ? arena_print(scanner->arena, "did you mean %s?", near) : NULL;
}

/* What other languages write before the name of a function. */
static const char *const type_names[] = {"double", "float", "void", "auto",   "func", "fn",
                                         "fun",    "proc",  "let",  "static", "var",  NULL};

static const char *find_hint(struct scanner *scanner, struct span span, const char *const *expected,
                             int count)
{
    int found = scanner->previous, before = scanner->before;
    bool wants_operator = expects(expected, count, "'+'"), operand = expects(expected, count, "a number");
    bool equals = expects(expected, count, "'='"), block = expects(expected, count, "'{'");
    bool inside = scanner->open_braces > (found == '{');
    const char *text = scanner->source->text + span.begin;
    bool is_arrow = found == '-' && text[1] == '>';
    const char *of_statement = equals || !inside ? hint_of_statement(scanner, span) : NULL;
    bool is_separated = expects(expected, count, "','") && !equals;
    if (!inside && found == TOKEN_NAME && count == 1 && before_is(scanner, type_names))
        return "a function begins with its name, and has no type of its own: f(x) = ... or f(x) { ... }";
    if (of_statement && !operand && !wants_operator)
        return of_statement;
    if (found == '<' && text[1] == '-' && !operand && (equals || (!inside && count == 1)))
        return "an assignment is written x = ..., a function f(x) = ... or f(x) { ... }";
    if (found == '<' && before == TOKEN_REAL)
        return "a bound is no part of a type: require x > 0, or to_positive(x) of import \"stats\"";
    if (wants_operator && is_comparison(found))
        return "comparisons do not chain: write a < b and b < c";
    if (equals && found == TOKEN_EQUAL)
        return "an assignment is written with one =";
    if ((found == '=' && wants_operator && is_separated && line_has(scanner, span, "..")) ||
        (found == TOKEN_RANGE && is_separated))
        return "a sum over an index is written sum[i](x[i]), with a range sum[i < n](x[i])";
    if (operand && found == '=' && before == TOKEN_RANGE)
        return "a range ends before its bound: 0..n is 0 to n - 1";
    if (wants_operator && found == '=')
        return "'equal' is written ==";
    if (wants_operator && found == TOKEN_RETURN)
        return "the statement is if c { ... } else { ... }; a choice is written return if c then a else b";
    if (wants_operator && found == '{' && expects(expected, count, "then"))
        return "the value of a choice is written if c then a else b";
    if (operand && found == '{')
        return "a vector is written [a, b, c], a choice if c then a else b";
    if (operand && found == '@')
        return "a function that is passed on has a name: it is defined as g(y) = y^2, and given as g";
    if (operand && found == TOKEN_STRING)
        return "there are no texts in expressions; sums over indices are written C[i, k] = sum[j](A[i, j] * "
               "B[j, k])";
    if (before == '.' && (found == '(' || found == '+' || found == '-'))
        return "functions and operators act on each element, as in exp(x) and x + 1";
    if (before == ':' && found == ':')
        return "a type stands behind one ':', as in x: [n]";
    if (found == ':' && expects(expected, count, "then"))
        return "the value of a choice is written if c then a else b";
    if (wants_operator && found == ':' && !block && !equals && !expects(expected, count, ".."))
        return "a part is written x[1:3], the numbers 0 to n - 1 are range(n)";
    if (wants_operator && found == TOKEN_IN)
        return "a comparison is written x == a or x == b";
    if (wants_operator && found == TOKEN_NAME && expects(expected, count, "']'"))
        return "elements are separated by ',', and a matrix is a list of its rows: [[a, b], [c, d]]";
    if (wants_operator && found == TOKEN_IF)
        return "a choice is written if c then a else b";
    if (wants_operator && found == ',' && line_begins_with(scanner, span, "return"))
        return "outputs are listed without parentheses: return a, b";
    if (wants_operator && found == ',' && expects(expected, count, "')'"))
        return "a list is written [a, b]";
    if (wants_operator && found == ',' && inside && count > 1 &&
        expects(expected, count, "the end of the line"))
        return "several names take the outputs of one call, as in a, b = g(x)";
    if (wants_operator && found == TOKEN_FOR)
        return "what holds for each element is written of the whole, as in x^2, or by indices, y[i] = x[i]^2";
    if (equals && !wants_operator && (found == '+' || found == '-') &&
        scanner->source->text[span.end] == *span_text(scanner, span))
        return "write the operation out, as in x = x + 1";
    if (before == TOKEN_FOR && found == '(')
        return "a loop is written for t in 0..T { ... }";
    if (before == TOKEN_PRECISION)
        return "the precision is float32 or float64, as in precision float32";
    if ((found == TOKEN_WRT || found == TOKEN_GIVEN) && line_begins_with(scanner, span, "export"))
        return "the parts stand in this order: export f wrt x given y: hessian";
    if (before == TOKEN_WRT && found == '(')
        return "names are listed without parentheses, as in wrt x, y";
    if (found == ',' && expects(expected, count, "wrt"))
        return "every function has an export line of its own";
    if (found == '(' && expects(expected, count, "wrt"))
        return "export takes the function's name alone, as in export f wrt x";
    if (before == TOKEN_RETURN && found == TOKEN_LINE_END)
        return "return names the function's outputs, as in return loss, y";
    if (operand && found == '*' && before == '*')
        return "a power is written x^2";
    if (operand && found == '\'')
        return "the transpose ' follows its operand; there are no quoted texts in expressions";
    if (operand && found == '+')
        return "there is no unary +";
    if (expects(expected, count, "..") && (found == ':' || found == '{' || found == TOKEN_LINE_END))
        return "a loop runs over a range: for t in 0..T";
    if (expects(expected, count, "in"))
        return "a loop is written for t in 0..T { ... }";
    if (block && equals && ((found == ':' && !ends_line(scanner, span)) || is_arrow))
        return "the type of an output is not written: f(x) = ... or f(x) { ... }";
    if (block && found == ':')
        return "a body stands between { and }";
    if (found == ',' && count == 1 && expects(expected, count, "the end of the line"))
        return "members are separated by ';' or stand on lines of their own";
    if (inside && count == 1 && expects(expected, count, "':'"))
        return "a member has a type, as in g: [C] or r: real";
    if (before == TOKEN_REAL && count == 1)
        return "'real' is a reserved word: real(k) converts a value";
    if (before == TOKEN_REAL && found == '[')
        return "the type of a real tensor is its sizes alone: [n]";
    if (found == TOKEN_ELLIPSIS && !expects(expected, count, "..."))
        return "... stands first, as in [..., n]";
    if (found == ']' && expects(expected, count, "...") && !expects(expected, count, "':'"))
        return "the type of a real scalar is real";
    if (expects(expected, count, "else") && wants_operator)
        return "the expression if c then a else b needs its else; the statement is if c { ... }";
    if (block && found == TOKEN_THEN)
        return "the statement is if c { ... } else { ... }; the expression if c then a else b stands after = "
               "or in a call";
    if (block && equals && found == TOKEN_LINE_END && text[strspn(text, " \t\n")] == '|')
        return "a choice is written f(x) = if c then a else b";
    if (block && equals && found == TOKEN_LINE_END)
        return inside || *text == '}' ? "a value has a name, or is returned: y = g(x), return g(x)"
                                      : "the line goes on after '=' or '{'";
    if (block && found == TOKEN_LINE_END && inside)
        return "a body stands between { and }, and '{' ends the header's line";
    if (equals && !block && !wants_operator && inside) {
        if (found == '(' && follows_dot(scanner))
            return hint_of_method(scanner);
        if (found == '(')
            return "a call stands after =, as in y = f(x)";
        if (found == ':')
            return "types stand in the function's header";
        if (found > 0 && found < 128 && strchr("+-*/@^", found))
            return "a value has a name, or is returned: y = 2 * x, return 2 * x";
        if (found == TOKEN_NAME && misspelt_word(scanner, statement_words))
            return misspelt_word(scanner, statement_words);
        if ((found == TOKEN_LINE_END || found == TOKEN_NAME) && !line_begins_with(scanner, span, "update"))
            return "a statement is an assignment, return, update, if or for";
    }
    if (!inside && expects(expected, count, "'('") && count == 1 && found == '=')
        return "a value stands inside a function; a fixed size is written dim n = 3";
    if (!inside && wants_operator && found == ',' && !operand)
        return "several outputs need a body: f(x) { ...; return a, b }";
    if (!inside && equals && !operand && found == TOKEN_LINE_END && count == 1)
        return "a size that is not fixed needs no dim: it is named by the types of parameters";
    if (found == TOKEN_NAME && expects(expected, count, "')'") && before == TOKEN_NAME &&
        habit_advice(HABIT_TYPE, span_text(scanner, scanner->before_span)))
        return "a type stands behind its parameter, as in x: [n]";
    if (!inside && found == TOKEN_NAME && count == 1 && before == TOKEN_NAME &&
        misspelt_word(scanner, definition_words))
        return misspelt_word(scanner, definition_words);
    if (!inside && count == 1 && expects(expected, count, "'('"))
        return line_begins_with(scanner, span, "require")
                   ? "statements stand inside a function: f(x) { ... }"
                   : "a function is written f(x) = ... or f(x) { ... }";
    if (found == TOKEN_NAME && is_separated && line_begins_with(scanner, span, "export"))
        return "names, and what is wanted beside the gradient, are separated by ',': export f wrt x, y: jvp, "
               "hvp";
    if (expects(expected, count, "a text in quotes") && !inside)
        return "a file is imported by its name, as in import \"layers.nn\"";
    if (wants_operator && !block)
        return hint_between_operands(scanner, found, span);
    return hint_of_place(scanner, found,
                         expects(expected, count, "update") || expects(expected, count, "dim"));
}

/* ---- The message ---- */

/* A reserved word where a name is wanted: its author took it for one, unless it may begin something else
 * there. */
static bool is_meant_as_name(struct scanner *scanner, struct span found, const char *const *expected,
                             int count)
{
    const char *next = scanner->source->text + found.end;
    next += strspn(next, " \t");
    bool is_assigned = next[0] == '=' && next[1] != '=';
    if (!expects(expected, count, "a name"))
        return false;
    if (expects(expected, count, "update")) /* a statement */
        return is_assigned;
    if (expects(expected, count, "dim")) /* a definition */
        return is_assigned || *next == '(';
    return is_word_for_name(scanner->previous) || !expects(expected, count, "a number");
}

/* Whether the statement has its `=`, so that no block can belong to it. */
static bool is_assigned(const struct scanner *scanner, struct span found)
{
    const char *text = scanner->source->text;
    for (const char *at = text + found.begin; at > text && !strchr("\n;{", at[-1]); at--)
        if (at[-1] == '=' && *at != '=' && (at - 1 == text || !strchr("=!<>", at[-2])))
            return true;
    return false;
}

void report_syntax_error(struct scanner *scanner, struct span found, const char *const *expected, int count)
{
    scanner->recovering = true;
    scanner->definition_failed = scanner->open_braces == 0;
    if (is_reserved(scanner->previous) && is_meant_as_name(scanner, found, expected, count)) {
        report_error(scanner->diagnostics, found, "'%s' is a reserved word and cannot be a name",
                     span_text(scanner, found));
        if (scanner->previous == TOKEN_SIZE && !expects(expected, count, "dim"))
            hint(scanner, "the length of x has the name that x: [n] gives it, and counts as n");
        if (scanner->previous == TOKEN_DIM && scanner->open_braces + scanner->brackets_count > 0)
            hint(scanner, "the axis of a sum goes by its name: sum(x, axis = 0)");
        return;
    }
    const char *wanted = expectation(scanner, expected, count);
    const char *text = found_in_words(scanner, found);
    bool is_line_end = found.begin >= scanner->source->length || scanner->source->text[found.begin] == '\n';
    if (scanner->previous == TOKEN_LINE_END && is_line_end) /* told behind what is written */
        found = span_at(scanner, scanner->before_span.end, scanner->before_span.end);
    if (wanted)
        report_error(scanner->diagnostics, found, "expected %s, found %s", wanted, text);
    else
        report_error(scanner->diagnostics, found, "%s cannot stand here", text);
    /* What follows belongs to what has failed: the lines below a header, the items of a set. */
    scanner->skips_indented = scanner->previous == TOKEN_LINE_END && scanner->open_braces == 0;
    scanner->skips_braces = scanner->brackets_count == scanner->open_braces && is_assigned(scanner, found);
    scanner->skips_body = scanner->previous == TOKEN_LINE_END && scanner->open_braces > 0 &&
                          expects(expected, count, "'{'") && !expects(expected, count, "'='");
    bool is_block_of_others = count == 1 && expects(expected, count, "'('"); /* model { */
    scanner->skips_block = scanner->previous == '{' &&
                           (is_block_of_others || scanner->skips_braces ||
                            expects(expected, count, "a number") || expects(expected, count, "then"));
    const char *advice = find_hint(scanner, found, expected, count);
    if (advice)
        hint(scanner, advice);
}
