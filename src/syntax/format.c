/* format.c: writes the tokens of a program again, with canonical blanks, between the line ends that it has.
 *
 * The tokens are the parser's, so that the layout has said which bars open, and where statements begin. What
 * was written has to parse to the same tree: a rule that changes the meaning gives up rather than a wrong
 * program. */
#include "format.h"

#include <assert.h>
#include <string.h>

#include "stream.h"
#include "parser.h"
#include "scanner.h"

#define YYSTYPE SYNTAX_STYPE
#define YYLTYPE SYNTAX_LTYPE

enum { STEP = 4 };

/* A token of the text. */
struct written {
    int token;
    struct span span;
    bool begins_statement;
    bool breaks; /* '{', '}': stands at the end, at the beginning of a line, as the other does not stand on
                    its line */
};

struct formatter {
    struct arena *arena;
    const char *text;
    struct written *tokens;
    size_t tokens_count, tokens_capacity;
    char *bytes; /* what has been written */
    size_t bytes_count, bytes_capacity;
    int *open; /* brackets, as the layout names them; SUBSCRIPT for a '[' behind an operand */
    size_t open_count, open_capacity;
    size_t braces;
    bool at_line_begin;
};

enum { SUBSCRIPT = 1 }; /* no token of the grammar is a control character */

/* ---- Tokens ---- */

/* All that stands in the text: the layout's own line ends and closing braces are left out. */
static void collect_tokens(struct formatter *formatter, struct diagnostics *diagnostics,
                           const struct source *source)
{
    struct scanner scanner = {.arena = formatter->arena, .diagnostics = diagnostics, .source = source};
    scanner.file = ARENA_NEW(formatter->arena, struct file);
    scanner.file->source = source;
    lexer_open(&scanner);
    bool begins = true;
    for (;;) {
        SYNTAX_STYPE value;
        struct written written = {0};
        written.token = syntax_lex(&value, &written.span, &scanner);
        written.begins_statement = begins;
        if (written.token == TOKEN_END_OF_FILE)
            break;
        if (written.token != TOKEN_LINE_END && written.span.end > written.span.begin)
            ARENA_APPEND(formatter->arena, formatter, tokens, written);
        begins = written.token == TOKEN_LINE_END || written.token == '{' || written.token == '}';
    }
    lexer_close(&scanner);
}

/* A block of several lines has its braces outside of these. */
static void break_blocks(struct formatter *formatter)
{
    size_t *open = ARENA_ARRAY(formatter->arena, size_t, formatter->tokens_count + 1), count = 0;
    for (size_t i = 0; i < formatter->tokens_count; i++) {
        struct written *written = &formatter->tokens[i];
        if (written->token == '{')
            open[count++] = i;
        if (written->token != '}' || count == 0)
            continue;
        struct written *opening = &formatter->tokens[open[--count]];
        opening->breaks = written->breaks = memchr(formatter->text + opening->span.end, '\n',
                                                   written->span.begin - opening->span.end) != NULL;
    }
}

static bool is_opening_bar(int token)
{
    return token == TOKEN_OPEN_BAR || token == TOKEN_OPEN_NORM;
}

static bool is_bar(int token)
{
    return is_opening_bar(token) || token == TOKEN_CLOSE_BAR || token == TOKEN_CLOSE_NORM;
}

/* ---- Blanks ---- */

/* What may be called or indexed with nothing between: f(x), int(x), int[n]. */
static bool takes_brackets(int token)
{
    return token_ends_operand(token) || token == TOKEN_INT || token == TOKEN_REAL;
}

static int innermost_open(const struct formatter *formatter)
{
    return formatter->open_count ? formatter->open[formatter->open_count - 1] : 0;
}

/* Whether a sign stands before its operand rather than between two. */
static bool is_sign(const struct formatter *formatter, size_t i)
{
    int token = formatter->tokens[i].token;
    return (token == '-' || token == '+') && (i == 0 || !token_ends_operand(formatter->tokens[i - 1].token));
}

/* Whether a blank stands between the tokens i - 1 and i of one line. */
static bool are_apart(const struct formatter *formatter, size_t i)
{
    const struct written *before = &formatter->tokens[i - 1], *after = &formatter->tokens[i];
    int a = before->token, b = after->token;
    if (is_bar(a) && is_bar(b)) /* as they were: another blank makes other bars */
        return before->span.end < after->span.begin;
    if (a == '{' && b == '}')
        return false;
    if (a == ',')
        return b != ')' && b != ']';
    if (a == '(' || a == '[' || is_opening_bar(a) || a == '.' || a == '^' || a == TOKEN_RANGE ||
        is_sign(formatter, i - 1))
        return false;
    switch (b) {
    case ')':
    case ']':
    case ',':
    case '\'':
    case '.':
    case '^':
    case TOKEN_RANGE:
    case TOKEN_CLOSE_BAR:
    case TOKEN_CLOSE_NORM: return false;
    case ':': return false;
    case '(':
    case '[': return !takes_brackets(a);
    default: break;
    }
    return !(a == ':' && innermost_open(formatter) == SUBSCRIPT);
}

/* ---- Writing ---- */

static void put(struct formatter *formatter, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ARENA_APPEND(formatter->arena, formatter, bytes, bytes[i]);
}

static void end_line(struct formatter *formatter)
{
    if (!formatter->at_line_begin)
        put(formatter, "\n", 1);
    formatter->at_line_begin = true;
}

static void indent(struct formatter *formatter, size_t blanks)
{
    for (size_t i = 0; i < blanks; i++)
        put(formatter, " ", 1);
    formatter->at_line_begin = false;
}

/* Blanks before a line that begins with token i, or before a comment above it. */
static size_t indentation(const struct formatter *formatter, size_t i, bool is_comment)
{
    size_t levels = formatter->braces;
    if (i == formatter->tokens_count)
        return levels * STEP;
    const struct written *written = &formatter->tokens[i];
    if (written->token == '}')
        return (is_comment ? levels : levels - (levels > 0)) * STEP;
    bool closes = written->token == ')' || written->token == ']';
    bool goes_on = !written->begins_statement && !(closes && !is_comment);
    return levels * STEP + (goes_on ? STEP : 0);
}

static void put_comment(struct formatter *formatter, const char *comment, size_t i)
{
    size_t length = strcspn(comment, "\n");
    while (length > 0 && strchr(" \t\r\f\v", comment[length - 1]))
        length--;
    if (formatter->at_line_begin)
        indent(formatter, indentation(formatter, i, true));
    else
        put(formatter, "  ", 2);
    put(formatter, comment, length);
}

/* What stands between the tokens i - 1 and i: comments, line ends, `;`. */
static void put_gap(struct formatter *formatter, size_t i)
{
    const struct written *before = i > 0 ? &formatter->tokens[i - 1] : NULL,
                         *after = i < formatter->tokens_count ? &formatter->tokens[i] : NULL;
    const char *at = formatter->text + (before ? before->span.end : 0),
               *end = after ? formatter->text + after->span.begin : at + strlen(at);
    size_t line_ends = 0;
    bool has_comment = false, has_semicolon = false;
    for (; at < end; at++) {
        if (*at == '\n') {
            line_ends++;
            continue;
        }
        has_semicolon |= *at == ';';
        if (*at != '#')
            continue;
        if (line_ends > 0)
            end_line(formatter);
        bool is_first = formatter->bytes_count == 0 || (before && before->token == '{' && !has_comment);
        if (line_ends > 1 && !is_first)
            put(formatter, "\n", 1);
        put_comment(formatter, at, i);
        at += strcspn(at, "\n") - 1;
        line_ends = 0;
        has_comment = true;
    }
    if (!after) {
        end_line(formatter);
        return;
    }
    bool joins = before && before->token == '}' && after->token == TOKEN_ELSE && !has_comment;
    bool breaks =
        (before && before->token == '{' && before->breaks) || (after->token == '}' && after->breaks);
    if ((line_ends > 0 || has_comment || breaks) && !joins) {
        end_line(formatter);
        bool is_first = formatter->bytes_count == 0 || (before && before->token == '{' && !has_comment);
        if (line_ends > 1 && !is_first && after->token != '}')
            put(formatter, "\n", 1);
    } else if (has_semicolon && after->token != '}') {
        put(formatter, "; ", 2);
    } else if (before && are_apart(formatter, i)) {
        put(formatter, " ", 1);
    }
}

static void follow_brackets(struct formatter *formatter, size_t i)
{
    int token = formatter->tokens[i].token;
    if (token == '(' || token == '[' || token == '{') {
        bool is_subscript = token == '[' && i > 0 && takes_brackets(formatter->tokens[i - 1].token);
        ARENA_APPEND(formatter->arena, formatter, open, is_subscript ? SUBSCRIPT : token);
    }
    bool closes = token == ')' || token == ']' || token == '}';
    if (closes && formatter->open_count)
        formatter->open_count--;
    formatter->braces += token == '{';
    formatter->braces -= token == '}' && formatter->braces;
}

static const char *write_again(struct formatter *formatter)
{
    formatter->at_line_begin = true;
    for (size_t i = 0; i < formatter->tokens_count; i++) {
        const struct span span = formatter->tokens[i].span;
        put_gap(formatter, i);
        if (formatter->at_line_begin)
            indent(formatter, indentation(formatter, i, false));
        put(formatter, formatter->text + span.begin, span.end - span.begin);
        follow_brackets(formatter, i);
    }
    put_gap(formatter, formatter->tokens_count);
    return arena_copy(formatter->arena, formatter->bytes ? formatter->bytes : "", formatter->bytes_count);
}

/* ---- The same program ---- */

static FILE *print_tree(const struct file *file)
{
    FILE *stream = stream_to_text();
    ast_print(stream, file);
    return stream;
}

static bool is_same_program(struct arena *arena, const struct file *file, const char *text)
{
    const struct source source = {.path = file->source->path, .text = text, .length = strlen(text)};
    struct diagnostics silent = {.arena = arena, .stream = stream_to_text()};
    FILE *before = print_tree(file), *after = print_tree(parse(arena, &silent, &source));
    size_t length;
    bool is_same =
        silent.error_count == 0 && !strcmp(stream_text(before, &length), stream_text(after, &length));
    stream_close(silent.stream);
    stream_close(before);
    stream_close(after);
    return is_same;
}

const char *format(struct arena *arena, struct diagnostics *diagnostics, const struct source *source)
{
    const struct file *file = parse(arena, diagnostics, source);
    if (diagnostics->error_count)
        return NULL;
    struct formatter formatter = {.arena = arena, .text = source->text};
    collect_tokens(&formatter, diagnostics, source);
    break_blocks(&formatter);
    const char *text = write_again(&formatter);
    if (!is_same_program(arena, file, text)) {
        struct span start = {source, 0, 0};
        report_error(diagnostics, start, "the formatted text would be another program, so it is not written");
        return NULL;
    }
    return text;
}

void check_format(struct diagnostics *diagnostics, const struct source *source, const char *text)
{
    size_t same = 0, line = 0;
    for (; source->text[same] == text[same] && text[same]; same++)
        if (text[same] == '\n')
            line = same + 1;
    if (source->text[same] == text[same] && same == source->length)
        return;
    struct span place = {source, (unsigned)line, (unsigned)(line + strcspn(source->text + line, "\n"))};
    report_error(diagnostics, place, "this line is not in the canonical form, which gradc --format writes");
}
