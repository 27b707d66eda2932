/* syntax_error.c: messages about syntax, in the words that a user types, with a hint for common slips.
 *
 * Requires the scanner's last two tokens: the one that does not fit and the one before it. */
#include <stdio.h>
#include <string.h>

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

bool is_among(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

bool expects(const char *const *expected, int count, const char *name)
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
        if ((operand && is_among(name, operand_names)) ||
            (wants_operator && is_among(name, operator_names)) || is_of_target ||
            (wants_operator && strcmp(name, "'='") == 0) ||
            (items && (strcmp(name, "'='") == 0 || strcmp(name, "'['") == 0)) ||
            (count > 1 && is_among(name, rare_names)))
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

const char *span_text(struct scanner *scanner, struct span span)
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
    const char *advice = syntax_hint(scanner, found, expected, count);
    if (advice)
        hint(scanner, advice);
}
