/* syntax_hint.c: for the habits and slips behind most errors of syntax, what is written here instead.
 *
 * Requires the scanner's last two tokens: the one that does not fit and the one before it. */
#include <string.h>

#include "habits.h"
#include "parser.h"
#include "scanner.h"

/* ---- Where it stands ---- */

static bool line_begins_with(struct scanner *scanner, struct span span, const char *word)
{
    const char *line = span_line_text(scanner->arena, span);
    size_t length = strlen(word);
    return strncmp(line, word, length) == 0 && strchr(" \t(", line[length]);
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

/* Whether the last name stands behind a dot: np.exp, x.sum. */
static bool follows_dot(const struct scanner *scanner)
{
    size_t begin = scanner->before_span.begin;
    return scanner->before == TOKEN_NAME && begin > 0 && scanner->source->text[begin - 1] == '.';
}

static bool before_is(struct scanner *scanner, const char *const *names)
{
    return scanner->before == TOKEN_NAME && is_among(span_text(scanner, scanner->before_span), names);
}

static bool is_word(struct scanner *scanner, struct span span, const char *const *words)
{
    return is_among(span_text(scanner, span), words);
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
               ? "a product is written x * y, that of matrices W @ x, a call f(x)"
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

/* Where the type of a parameter stands, or should. */
static const char *hint_of_type(struct scanner *scanner, int found, const char *const *expected, int count)
{
    bool is_wanted = expects(expected, count, "'['") && expects(expected, count, "size");
    bool is_begun =
        scanner->before == TOKEN_NAME && expects(expected, count, "')'") && !expects(expected, count, "'+'");
    if ((is_wanted && (found == '(' || found == '<')) ||
        (is_begun && (found == '^' || found == '(' || found == '<' || found == TOKEN_IN || found == '[')))
        return "the type of a tensor is its sizes, as in x: [n] and A: [m, n]";
    return NULL;
}

/* sum_i x[i], sum(x[i] for i in ...) */
static bool is_foreign_sum(struct scanner *scanner, int found, struct span span)
{
    static const char *const words[] = {"sum", "prod", "mean", "max", "min", NULL};
    const char *before = span_text(scanner, scanner->before_span);
    bool is_in_parentheses =
        scanner->brackets_count > 0 && scanner->brackets[scanner->brackets_count - 1].token == '(';
    for (const char *const *word = words; *word; word++) {
        size_t length = strlen(*word);
        if ((found == TOKEN_NAME && scanner->before == TOKEN_NAME && !strncmp(before, *word, length) &&
             before[length] == '_') ||
            (found == TOKEN_FOR && is_in_parentheses &&
             line_has(scanner, span, arena_print(scanner->arena, "%s(", *word))))
            return true;
    }
    return false;
}

/* What other languages write before the name of a function. */
static const char *const type_names[] = {"double", "float", "void", "auto",   "func", "fn",
                                         "fun",    "proc",  "let",  "static", "var",  NULL};

const char *syntax_hint(struct scanner *scanner, struct span span, const char *const *expected, int count)
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
    if (wants_operator && found == '=' && text[1] == '<')
        return "'at most' is written <=";
    if (wants_operator && found == '=')
        return "'equal' is written ==";
    if (wants_operator && found == TOKEN_RETURN)
        return "the statement is if c { ... } else { ... }; a choice is written return if c then a else b";
    if (wants_operator && (found == '{' || before == ')') && expects(expected, count, "then"))
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
    if (wants_operator && found == TOKEN_IN && expects(expected, count, "']'"))
        return "a sum over an index is written sum[i](x[i]), with a range sum[i < n](x[i])";
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
    if (wants_operator && is_foreign_sum(scanner, found, span))
        return "a sum over an index is written sum[i](x[i]), with a range sum[i < n](x[i])";
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
    if (found == TOKEN_ELLIPSIS && expects(expected, count, ".."))
        return "a range ends before its bound: 0..n is 0 to n - 1";
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
    if (!inside && hint_of_type(scanner, found, expected, count))
        return hint_of_type(scanner, found, expected, count);
    if (operand && found == ']' && before == ',')
        return "',' stands between two, as in [m, n]";
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
