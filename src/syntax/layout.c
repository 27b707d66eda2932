/* layout.c: the parser's source of tokens: where statements end, which bars open, which words are special in
 * their place.
 *
 * Requires the lexer's tokens, in which every line end and `;` is a LINE_END and every run of bars one token.
 * Leaves tokens in which LINE_END ends statements only: none inside brackets, after an operator that wants an
 * operand or before a line that begins with one, with `then` or with `else`, but one before every `}` and
 * before the end of the text; bars are OPEN_ or CLOSE_, and brackets that do not match have been reported. */
#include <string.h>

#include "look_ahead.h"
#include "parser.h"
#include "scanner.h"

#define YYSTYPE SYNTAX_STYPE
#define YYLTYPE SYNTAX_LTYPE
#include "lexer.h"

struct span span_at(const struct scanner *scanner, unsigned begin, unsigned end)
{
    struct span span = {scanner->source, begin, end};
    return span;
}

/* ---- What the previous token says ---- */

bool token_ends_operand(int token)
{
    switch (token) {
    case TOKEN_NAME:
    case TOKEN_NUMBER:
    case TOKEN_WHOLE_NUMBER:
    case TOKEN_TRUE:
    case TOKEN_FALSE:
    case TOKEN_CLOSE_BAR:
    case TOKEN_CLOSE_NORM:
    case ')':
    case ']':
    case '\'': return true;
    default: return false;
    }
}

bool operand_ended(const struct scanner *scanner)
{
    return token_ends_operand(scanner->previous);
}

static bool wants_more(const struct scanner *scanner)
{
    switch (scanner->previous) {
    case TOKEN_AND:
    case TOKEN_OR:
    case TOKEN_NOT:
    case TOKEN_EQUAL:
    case TOKEN_NOT_EQUAL:
    case TOKEN_LESS_EQUAL:
    case TOKEN_GREATER_EQUAL:
    case TOKEN_RANGE:
    case TOKEN_THEN:
    case TOKEN_ELSE:
    case '<':
    case '>':
    case '+':
    case '-':
    case '*':
    case '/':
    case '@':
    case '^':
    case '=':
    case ',': return true;
    default: return false;
    }
}

static bool line_begun(const struct scanner *scanner)
{
    return scanner->previous == 0 || scanner->previous == TOKEN_LINE_END || scanner->previous == '{';
}

/* ---- Giving tokens ---- */

static void push(struct scanner *scanner, int token, struct span span)
{
    struct pending pending = {token, span};
    scanner->pending[scanner->pending_count++] = pending;
}

static struct bracket *innermost(struct scanner *scanner)
{
    return scanner->brackets_count ? &scanner->brackets[scanner->brackets_count - 1] : NULL;
}

static int innermost_token(struct scanner *scanner)
{
    return scanner->brackets_count ? innermost(scanner)->token : 0;
}

static void open_bracket(struct scanner *scanner, int token, struct span span)
{
    struct bracket bracket = {token, span};
    ARENA_APPEND(scanner->arena, scanner, brackets, bracket);
    scanner->open_braces += token == '{';
}

static void close_innermost(struct scanner *scanner)
{
    scanner->brackets_count--;
    scanner->open_braces -= scanner->brackets[scanner->brackets_count].token == '{';
}

/* Drops open brackets down to the innermost `token` (0: all); the innermost of them is reported. */
static bool drop_brackets(struct scanner *scanner, int token)
{
    bool dropped = false;
    while (scanner->brackets_count && innermost_token(scanner) != token) {
        if (!dropped && !scanner->recovering)
            report_bracket_not_closed(scanner, innermost(scanner));
        dropped = true;
        close_innermost(scanner);
    }
    return dropped;
}

static bool inside_brackets(struct scanner *scanner)
{
    return scanner->brackets_count && innermost_token(scanner) != '{';
}

/* An error has been reported: the parser is to give up the statement. */
static int give_up(struct scanner *scanner)
{
    scanner->recovering = true;
    scanner->definition_failed = scanner->open_braces == 0;
    return TOKEN_SYNTAX_error;
}

/* ---- Line ends ---- */

/* The braces of a function that was not closed before the next definition are closed here. */
static void close_braces_before(struct scanner *scanner, const char *text)
{
    unsigned begin = (unsigned)(text - scanner->source->text);
    report_bracket_not_closed(scanner, innermost(scanner));
    report_note(scanner->diagnostics, span_at(scanner, begin, begin), "the next definition begins here");
    scanner->closing = scanner->brackets_count;
    scanner->brackets_count = scanner->open_braces = 0;
}

/* Whether the braces that are open are closed further down, so that what begins here, at the margin, is a
 * function within a body. */
static bool braces_are_closed(const struct scanner *scanner, const char *text)
{
    size_t open = scanner->open_braces;
    for (; *text && open; text++) {
        if (*text == '#')
            text += strcspn(text, "\n");
        if (!*text)
            return false;
        open += *text == '{';
        open -= *text == '}';
    }
    return open == 0;
}

/* Whether nothing ends at this end of a line, after which `text` is the next that is written. */
static bool goes_on(struct scanner *scanner, struct span line_end, const char *text, bool at_margin)
{
    if (scanner->source->text[line_end.begin] == ';')
        return false;
    if (begins_with(text, "then") || begins_with(text, "else"))
        return true;
    if (operand_ended(scanner) && operator_begins(text))
        return true;
    if (scanner->previous == '}' && is_else_if(text))
        return true;
    if (*text == '{' && !line_begun(scanner)) {
        unsigned begin = (unsigned)(text - scanner->source->text);
        if (!scanner->recovering)
            report_error(scanner->diagnostics, span_at(scanner, begin, begin + 1),
                         "'{' stands at the end of its header's line");
        return true;
    }
    bool is_indented = text > scanner->source->text && strchr(" \t", text[-1]);
    if (scanner->definition_failed && is_indented && *text)
        return true;
    /* What begins a statement cannot go on with an operator's operand; the parser tells that this is missing.
     */
    bool is_other = at_margin && definition_begins(text);
    if (scanner->previous != ',')
        is_other |= keyword_begins(text) || assignment_begins(text);
    return wants_more(scanner) && !is_other;
}

/* Whether what begins on the next line shows that a bracket has been left open. `f(a,` may go on with `axis =
 * 0`. */
static bool brackets_were_left_open(const struct scanner *scanner, const char *next, bool at_margin)
{
    bool may_name_argument = scanner->previous == '(' || scanner->previous == ',';
    return keyword_begins(next) || (operand_ended(scanner) && begins_with(next, "if")) ||
           (!may_name_argument && assignment_begins(next)) || (at_margin && definition_begins(next));
}

static int end_line_inside_brackets(struct scanner *scanner, struct span span, const char *next,
                                    bool at_margin)
{
    bool is_semicolon = scanner->source->text[span.begin] == ';';
    if (is_semicolon && !scanner->recovering) {
        struct span none = {0};
        report_error(scanner->diagnostics, span, "';' ends a statement, but '%s' is open",
                     bracket_text(innermost_token(scanner)));
        if (innermost_token(scanner) == '[')
            report_note(scanner->diagnostics, none, "a matrix is a list of its rows, as in [[a, b], [c, d]]");
        else
            report_note(scanner->diagnostics, none, "parameters and arguments are separated by ','");
        return give_up(scanner);
    }
    if (is_semicolon || !brackets_were_left_open(scanner, next, at_margin))
        return 0;
    drop_brackets(scanner, '{');
    push(scanner, TOKEN_LINE_END, span);
    return give_up(scanner);
}

/* The token for a line end, or 0 to read on. */
static int end_line(struct scanner *scanner, struct span span)
{
    const char *text = scanner->source->text;
    if (span.end > scanner->next_line) /* one look ahead for a run of line ends */
        scanner->next_line = (unsigned)(skip_lines(text + span.end) - text);
    const char *next = text + scanner->next_line;
    bool at_margin = next == text || next[-1] == '\n';
    if (inside_brackets(scanner))
        return end_line_inside_brackets(scanner, span, next, at_margin);
    if (scanner->brackets_count && at_margin && definition_begins(next) && !wants_more(scanner) &&
        !(function_begins(next) && braces_are_closed(scanner, next))) {
        close_braces_before(scanner, next);
        return line_begun(scanner) ? 0 : TOKEN_LINE_END;
    }
    return line_begun(scanner) || goes_on(scanner, span, next, at_margin) ? 0 : TOKEN_LINE_END;
}

/* The tokens at the end of the text: everything open is closed, the last statement ended. */
static int end_text(struct scanner *scanner)
{
    if (inside_brackets(scanner)) {
        drop_brackets(scanner, '{');
        return give_up(scanner);
    }
    if (scanner->brackets_count) {
        if (!line_begun(scanner))
            return TOKEN_LINE_END;
        report_bracket_not_closed(scanner, innermost(scanner));
        close_innermost(scanner);
        return '}';
    }
    return line_begun(scanner) ? TOKEN_END_OF_FILE : TOKEN_LINE_END;
}

/* ---- Brackets and bars ---- */

static int close_bracket(struct scanner *scanner, int token, struct span span)
{
    int opening = token == ')' ? '(' : '[';
    if (innermost_token(scanner) == opening) {
        close_innermost(scanner);
        return token;
    }
    if (scanner->recovering)
        return 0;
    bool is_open = false;
    for (size_t i = scanner->brackets_count; i > 0 && scanner->brackets[i - 1].token != '{'; i--)
        is_open |= scanner->brackets[i - 1].token == opening;
    if (is_open) {
        drop_brackets(scanner, opening);
        close_innermost(scanner);
    } else if (inside_brackets(scanner)) {
        const char *open = bracket_text(innermost_token(scanner));
        report_error(scanner->diagnostics, span, "'%c' cannot close '%s'", token, open);
        report_note(scanner->diagnostics, innermost(scanner)->span, "'%s' was opened here", open);
        close_innermost(scanner);
    } else {
        report_error(scanner->diagnostics, span, "'%c' closes nothing that is open", token);
    }
    return give_up(scanner);
}

/* What closes the brace at `text` on the same line, or NULL. */
static const char *brace_end(const char *text)
{
    int depth = 0;
    for (; *text && *text != '\n' && *text != '#'; text++) {
        depth += (*text == '{') - (*text == '}');
        if (depth == 0)
            return text;
    }
    return NULL;
}

/* `x^{2}`, `\frac{1}{x}`: braces as in LaTeX, directly behind what they belong to; of the latter the
 * backslash has been reported. `x: {3}`: those of a type. What stands in them is left out. */
static bool skips_foreign_braces(struct scanner *scanner, struct span span)
{
    const char *text = scanner->source->text, *end = brace_end(text + span.begin);
    char before = span.begin > 0 ? text[span.begin - 1] : '\n';
    bool is_raised = before == '^' || before == '_';
    bool is_type = scanner->previous == ':' && innermost_token(scanner) == '(';
    if (!end || !(is_raised || is_type || (scanner->recovering && (before == '}' || is_name_byte(before)))))
        return false;
    if (!scanner->recovering) {
        struct span none = {0};
        report_error(scanner->diagnostics, span, "'{' cannot stand here");
        report_note(scanner->diagnostics, none, "%s",
                    is_type ? "the type of a tensor is its sizes, as in x: [n] and A: [m, n]"
                            : "an exponent stands in parentheses, as in x^(2 * n), an index in brackets, as "
                              "in x[i]");
    }
    SYNTAX_STYPE value;
    scanner->is_silent = true;
    while (scanner->position <= (unsigned)(end - text))
        lexer_lex(&value, &span, scanner->lexer);
    scanner->is_silent = false;
    return true;
}

static int open_brace(struct scanner *scanner, struct span span)
{
    if (skips_foreign_braces(scanner, span))
        return give_up(scanner);
    bool dropped = inside_brackets(scanner) && drop_brackets(scanner, '{');
    open_bracket(scanner, '{', span);
    scanner->skips_block = scanner->recovering && scanner->skips_braces && !dropped;
    if (!dropped)
        return '{';
    push(scanner, '{', span);
    return give_up(scanner);
}

/* The token for a closing brace, or 0 if it closes nothing. */
static int close_brace(struct scanner *scanner, struct span span)
{
    if (scanner->open_braces == 0) {
        if (inside_brackets(scanner)) {
            drop_brackets(scanner, 0);
            return give_up(scanner);
        }
        if (!scanner->recovering)
            report_error(scanner->diagnostics, span, "'}' closes nothing that is open");
        return 0;
    }
    bool dropped = drop_brackets(scanner, '{');
    close_innermost(scanner);
    if (!dropped && line_begun(scanner))
        return '}';
    if (!dropped) {
        push(scanner, '}', span);
        return TOKEN_LINE_END;
    }
    push(scanner, TOKEN_LINE_END, span);
    push(scanner, '}', span);
    return give_up(scanner);
}

/* The next bar of a run: it closes if an operand has just ended, and what it closes says whether it is one or
 * two. */
static int next_bar(struct scanner *scanner, struct span *span)
{
    unsigned available = scanner->bars.end - scanner->bars.begin;
    int open = innermost_token(scanner), token;
    unsigned length;
    if (!operand_ended(scanner)) {
        length = available >= 2 ? 2 : 1;
        token = length == 2 ? TOKEN_OPEN_NORM : TOKEN_OPEN_BAR;
    } else {
        length = open == TOKEN_OPEN_NORM || (open != TOKEN_OPEN_BAR && available >= 2) ? 2 : 1;
        token = open == TOKEN_OPEN_NORM ? TOKEN_CLOSE_NORM : TOKEN_CLOSE_BAR;
    }
    bool is_short = length > available;
    if (is_short)
        length = available;
    *span = span_at(scanner, scanner->bars.begin, scanner->bars.begin + length);
    scanner->bars.begin += length;
    if (token == TOKEN_OPEN_BAR || token == TOKEN_OPEN_NORM) {
        open_bracket(scanner, token, *span);
        return token;
    }
    if (!is_short && (open == TOKEN_OPEN_BAR || open == TOKEN_OPEN_NORM)) {
        close_innermost(scanner);
        return token;
    }
    struct span none = {0};
    if (!scanner->recovering) {
        if (is_short) {
            report_error(scanner->diagnostics, *span, "'|' cannot close a norm, which ends with '||'");
            report_note(scanner->diagnostics, innermost(scanner)->span, "the norm was opened here");
            report_note(scanner->diagnostics, none,
                        "absolute values that begin together are written | |x| - |y| |");
        } else if (length == 2) {
            report_error(scanner->diagnostics, *span, "'||' stands after an operand, and no norm is open");
            report_note(scanner->diagnostics, none, "'or' is written out; two factors have * between them");
        } else {
            report_error(scanner->diagnostics, *span, "'|' stands after an operand, and no bar is open");
            report_note(scanner->diagnostics, none, "%s",
                        scanner->source->text[span->end] == '>'
                            ? "a call is written f(x)"
                            : "two factors have * between them, two arguments ','");
        }
    }
    return give_up(scanner);
}

/* ---- Words of their place ---- */

/* `require c`, but not `require = 1`, `require[0] = 1`, `a, require = f(x)` or a function of this name. */
static bool require_begins(const char *text, const char *next)
{
    return *next && !strchr(",.:;\n}", *next) && !is_equals_sign(next) && !assignment_begins(text) &&
           !function_begins(text);
}

static int word(struct scanner *scanner, SYNTAX_STYPE *value, struct span *span)
{
    static const char *const leading[] = {"def", "fn",  "func",  "function", "let",
                                          "var", "val", "const", NULL};
    static const char *const ends[] = {"end",      "endfunction", "endfor", "endif",
                                       "endwhile", "done",        "fi",     NULL};
    const char *text = scanner->source->text + span->begin,
               *next = skip_blanks(scanner->source->text + span->end);
    if (operand_ended(scanner) && begins_with(text, "checkpoint"))
        return TOKEN_CHECKPOINT;
    if (scanner->open_braces && line_begun(scanner) && begins_with(text, "require") &&
        require_begins(text, next))
        return TOKEN_REQUIRE;
    if (operand_ended(scanner) && begins_with(text, "given"))
        return TOKEN_GIVEN;
    if (scanner->previous == TOKEN_WRT && begins_with(text, "all") && begins_with(next, "but")) {
        struct span but;
        lexer_lex(value, &but, scanner->lexer);
        *span = span_join(*span, but);
        return TOKEN_ALL_BUT;
    }
    if ((scanner->previous == '}' || operand_ended(scanner)) && is_else_if(text)) {
        report_slip(scanner, *span, value->TOKEN_NAME, "write else if");
        push(scanner, TOKEN_IF, *span);
        return TOKEN_ELSE;
    }
    if (line_begun(scanner) && begins_with_any(text, ends) && strchr("\r\n;#", *next)) {
        if (!scanner->end_reported)
            report_slip(scanner, *span, value->TOKEN_NAME, "a body stands between { and }");
        scanner->end_reported = true;
        return 0;
    }
    if (line_begun(scanner) && begins_with_any(text, leading) && is_name_byte(*next)) {
        bool is_function = strchr("df", *text) != NULL, is_size = !is_function && !scanner->open_braces;
        report_slip(scanner, *span, value->TOKEN_NAME,
                    is_function ? "a function is written f(x) = ... or f(x) { ... }"
                    : is_size   ? "a fixed size is written dim n = 3; other values stand in functions"
                                : "a value is written x = ...");
        if (begins_with(next, "mut") && !is_size) {
            struct span mut;
            lexer_lex(value, &mut, scanner->lexer);
        }
        return is_size ? TOKEN_DIM : 0;
    }
    return TOKEN_NAME;
}

/* ---- The parser's scanner ---- */

/* The next token of the text, or 0 to read on. */
static int read_token(struct scanner *scanner, SYNTAX_STYPE *value, struct span *span)
{
    if (scanner->bars.begin < scanner->bars.end)
        return next_bar(scanner, span);
    int token = lexer_lex(value, span, scanner->lexer);
    switch (token) {
    case TOKEN_END_OF_FILE: scanner->at_end = true; return 0;
    case TOKEN_LINE_END: return end_line(scanner, *span);
    case TOKEN_OPEN_BAR: scanner->bars = *span; return 0;
    case '(':
    case '[': open_bracket(scanner, token, *span); return token;
    case ')':
    case ']': return close_bracket(scanner, token, *span);
    case '{': return open_brace(scanner, *span);
    case '}': return close_brace(scanner, *span);
    case TOKEN_NAME: return word(scanner, value, span);
    case TOKEN_SYNTAX_error: return give_up(scanner);
    default: return token;
    }
}

static void skip_line(struct scanner *scanner, SYNTAX_STYPE *value, struct span *span)
{
    int token;
    do
        token = lexer_lex(value, span, scanner->lexer);
    while (token != TOKEN_END_OF_FILE &&
           !(token == TOKEN_LINE_END && scanner->source->text[span->begin] == '\n'));
    scanner->at_end = token == TOKEN_END_OF_FILE;
}

/* Where the next line that is not blank begins with a blank, up to the first that does not. */
static void skip_indented(struct scanner *scanner, SYNTAX_STYPE *value, struct span *span)
{
    const char *text = scanner->source->text, *next = skip_lines(text + scanner->position);
    scanner->skips_indented = false;
    while (*next && next > text && strchr(" \t", next[-1]) && !scanner->at_end) {
        skip_line(scanner, value, span);
        next = skip_lines(text + scanner->position);
    }
}

/* The body of a header without its brace: the lines that are deeper, those of `else`, and the brace that
 * closes it. */
static void skip_body(struct scanner *scanner, SYNTAX_STYPE *value, struct span *span)
{
    const char *text = scanner->source->text;
    size_t header = blanks_before(text, text + scanner->before_span.begin);
    bool is_left_out = false;
    scanner->skips_body = false;
    while (!scanner->at_end) {
        const char *next = skip_lines(text + scanner->position);
        size_t depth = blanks_before(text, next);
        bool closes = *next == '}' && is_left_out && header > 0;
        if (!*next || depth < header ||
            (depth == header && !closes && !begins_with(next, "else") && !is_else_if(next)))
            return;
        is_left_out = true;
        skip_line(scanner, value, span);
        if (closes && !begins_with(skip_blanks(next + 1), "else"))
            return;
    }
}

static int skip_block(struct scanner *scanner, SYNTAX_STYPE *value, struct span *span)
{
    int depth = 1;
    scanner->skips_block = false;
    while (depth > 0) {
        scanner->is_silent = true;
        int token = lexer_lex(value, span, scanner->lexer);
        scanner->is_silent = false;
        depth += (token == '{') - (token == '}');
        scanner->at_end = token == TOKEN_END_OF_FILE;
        if (scanner->at_end)
            return 0;
        if (depth == 0 && begins_with(skip_blanks(scanner->source->text + scanner->position), "else")) {
            lexer_lex(value, span, scanner->lexer); /* the other side of a choice in braces */
            depth = lexer_lex(value, span, scanner->lexer) == '{';
        }
    }
    return close_brace(scanner, *span);
}

static int next_token(struct scanner *scanner, SYNTAX_STYPE *value, struct span *span)
{
    for (;;) {
        if (scanner->pending_count) {
            struct pending pending = scanner->pending[0];
            scanner->pending_count--;
            memmove(scanner->pending, scanner->pending + 1, (size_t)scanner->pending_count * sizeof pending);
            *span = pending.span;
            return pending.token;
        }
        if (scanner->closing) {
            scanner->closing--;
            *span = span_at(scanner, scanner->position, scanner->position);
            return '}';
        }
        if (scanner->at_end) {
            *span = span_at(scanner, scanner->position, scanner->position);
            return end_text(scanner);
        }
        if (scanner->skips_indented)
            skip_indented(scanner, value, span);
        if (scanner->skips_body)
            skip_body(scanner, value, span);
        int token =
            scanner->skips_block ? skip_block(scanner, value, span) : read_token(scanner, value, span);
        if (token)
            return token;
    }
}

int syntax_lex(SYNTAX_STYPE *value, SYNTAX_LTYPE *location, struct scanner *scanner)
{
    int token = next_token(scanner, value, location);
    if (token == TOKEN_LINE_END || token == '{')
        scanner->recovering = scanner->definition_failed = scanner->skips_braces = false;
    scanner->before = scanner->previous;
    scanner->before_span = scanner->previous_span;
    scanner->previous = token;
    scanner->previous_span = *location;
    return token;
}
