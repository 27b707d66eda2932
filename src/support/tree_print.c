/* tree_print.c: C expressions as text: with the parentheses that C needs, and broken into lines where they
 * are long. */
#include <limits.h>
#include <string.h>

#include "tree.h"

enum { AT_COMMA, AT_SUM, AT_PRODUCT, AT_WORD };

void line_write(struct line *line, const char *text)
{
    text_write(&line->text, text);
}

void line_space(struct line *line, int reluctance)
{
    struct line_break here = {line->text.length, 4 * line->depth + reluctance};
    text_append(&line->text, " ", 1);
    ARENA_APPEND(line->text.arena, line, breaks, here);
}

static void open_bracket(struct line *line, const char *bracket)
{
    line_write(line, bracket);
    line->depth++;
}

static void close_bracket(struct line *line, const char *bracket)
{
    line_write(line, bracket);
    line->depth--;
}

/* How little a line wants to end with this sign: behind an assignment before a sum, behind that before a
 * product. */
static int reluctance_behind(const struct tree *a)
{
    return a->precedence == PRECEDENCE_PRODUCT                         ? AT_PRODUCT
           : a->precedence == PRECEDENCE_SUM || a->kind == TREE_CHOICE ? AT_SUM
           : a->precedence == PRECEDENCE_ORDER && a->text[1] != '='    ? AT_SUM
                                                                       : AT_COMMA;
}

static void write_name(struct line *line, const char *name, bool is_declared)
{
    const char *renamed = line->rename ? line->rename(name, is_declared, line->closure) : NULL;
    line_write(line, renamed ? renamed : name);
}

/* In parentheses from this precedence on. */
static void write_operand(struct line *line, const struct tree *a, int limit)
{
    bool is_grouped = a->precedence >= limit;
    if (is_grouped)
        open_bracket(line, "(");
    line_tree(line, a);
    if (is_grouped)
        close_bracket(line, ")");
}

static void write_list(struct line *line, const struct tree *a, const char *separator)
{
    for (unsigned i = 0; i < a->count; i++) {
        if (i > 0) {
            line_write(line, separator);
            line_space(line, AT_COMMA);
        }
        line_tree(line, a->operands[i]);
    }
}

static void write_binary(struct line *line, const struct tree *a)
{
    bool is_assignment = a->precedence == PRECEDENCE_ASSIGNMENT;
    write_operand(line, a->operands[0], is_assignment ? a->precedence : a->precedence + 1);
    line_space(line, AT_WORD);
    line_write(line, a->text);
    line_space(line, reluctance_behind(a));
    write_operand(line, a->operands[1], is_assignment ? a->precedence + 1 : a->precedence);
}

static void write_choice(struct line *line, const struct tree *a)
{
    write_operand(line, a->operands[0], PRECEDENCE_CHOICE);
    line_space(line, AT_WORD);
    line_write(line, "?");
    line_space(line, AT_SUM);
    write_operand(line, a->operands[1], PRECEDENCE_ASSIGNMENT);
    line_space(line, AT_WORD);
    line_write(line, ":");
    line_space(line, AT_SUM);
    write_operand(line, a->operands[2], PRECEDENCE_ASSIGNMENT);
}

static void write_declarator(struct line *line, const struct tree *a)
{
    if (a->kind == TREE_NAME)
        write_name(line, a->text, true);
    else
        line_tree(line, a);
}

static void write_variable(struct line *line, const struct tree *a)
{
    size_t length = strlen(a->text);
    if (a->is_const) {
        line_write(line, "const");
        line_space(line, AT_WORD);
    }
    line_write(line, a->text);
    if (a->text[length - 1] != '*')
        line_space(line, AT_WORD);
    write_declarator(line, a->operands[0]);
    if (a->count < 2)
        return;
    line_space(line, AT_WORD);
    line_write(line, "=");
    line_space(line, AT_COMMA);
    line_tree(line, a->operands[1]);
}

/* - -a would be --a. */
static bool is_negative(const struct tree *a)
{
    return a->kind == TREE_UNARY && a->text[0] == '-';
}

void line_open_call(struct line *line, const struct tree *call)
{
    write_name(line, call->text, false);
    open_bracket(line, "(");
    write_list(line, call, ",");
}

void line_tree(struct line *line, const struct tree *a)
{
    switch (a->kind) {
    case TREE_NAME: write_name(line, a->text, false); break;
    case TREE_NUMBER:
    case TREE_TYPE:
    case TREE_SIGN: line_write(line, a->text); break;
    case TREE_MEMBER:
        write_operand(line, a->operands[0], PRECEDENCE_UNARY);
        line_write(line, a->is_plain ? "." : "->");
        line_write(line, a->text);
        break;
    case TREE_ELEMENT:
        write_operand(line, a->operands[0], PRECEDENCE_UNARY);
        open_bracket(line, "[");
        line_tree(line, a->operands[1]);
        close_bracket(line, "]");
        break;
    case TREE_CALL:
        line_open_call(line, a);
        close_bracket(line, ")");
        break;
    case TREE_POSTFIX:
        write_operand(line, a->operands[0], PRECEDENCE_UNARY);
        line_write(line, a->text);
        break;
    case TREE_UNARY:
        line_write(line, a->text);
        write_operand(line, a->operands[0],
                      is_negative(a) && is_negative(a->operands[0]) ? PRECEDENCE_UNARY : PRECEDENCE_PRODUCT);
        break;
    case TREE_CAST:
        open_bracket(line, "(");
        line_write(line, a->text);
        close_bracket(line, ")");
        write_operand(line, a->operands[0], PRECEDENCE_PRODUCT);
        break;
    case TREE_BINARY: write_binary(line, a); break;
    case TREE_CHOICE: write_choice(line, a); break;
    case TREE_GROUP:
        open_bracket(line, "(");
        line_tree(line, a->operands[0]);
        close_bracket(line, ")");
        break;
    case TREE_LIST:
        line_write(line, "{");
        write_list(line, a, ",");
        line_write(line, "}");
        break;
    case TREE_VARIABLE: write_variable(line, a); break;
    case TREE_RETURN:
        line_write(line, "return");
        line_space(line, AT_WORD);
        line_tree(line, a->operands[0]);
        break;
    case TREE_HEAD:
        line_write(line, a->text);
        line_space(line, AT_WORD);
        open_bracket(line, "(");
        write_list(line, a, ";");
        line_write(line, a->count == 2 ? ";" : ""); /* for (a; b;) */
        close_bracket(line, ")");
        break;
    }
}

const char *tree_text(struct arena *arena, const struct tree *a)
{
    struct line line = {.text = {.arena = arena}};
    line_tree(&line, a);
    return line.text.bytes;
}

/* ---- Lines ---- */

enum { LINE_WIDTH = 108, FEWEST_COLUMNS = 40, CONTINUED = 8 };

/* The best break of what begins at `begin`, if it may take so many columns; NULL: none. */
static const struct line_break *find_break(const struct line *line, size_t begin, size_t columns)
{
    const struct line_break *best = NULL;
    for (size_t i = 0; i < line->breaks_count; i++) {
        const struct line_break *here = &line->breaks[i];
        if (here->at <= begin + columns / 2)
            continue;
        if (here->at >= begin + columns)
            break;
        if (!best || here->reluctance <= best->reluctance)
            best = here;
    }
    return best;
}

size_t line_end(struct line *line, struct text *to, int indent)
{
    size_t begin = 0, lines = 1;
    int here = indent;
    while (here + (int)(line->text.length - begin) > LINE_WIDTH) {
        const struct line_break *end =
            here < LINE_WIDTH - FEWEST_COLUMNS ? find_break(line, begin, (size_t)(LINE_WIDTH - here)) : NULL;
        if (!end)
            break;
        text_print(to, "%*s", here, "");
        text_append(to, line->text.bytes + begin, end->at - begin);
        text_append(to, "\n", 1);
        begin = end->at + 1;
        here = indent + CONTINUED;
        lines++;
    }
    if (line->text.length > begin) {
        text_print(to, "%*s", here, "");
        text_append(to, line->text.bytes + begin, line->text.length - begin);
    }
    text_append(to, "\n", 1);
    line->text.length = line->breaks_count = 0;
    line->depth = 0;
    return lines;
}
