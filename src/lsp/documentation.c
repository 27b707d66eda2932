/* documentation.c: reads the tables of the reference's section on the library: `| names | text |`. */
#include "documentation.h"

#include <string.h>

#include "elaborate.h"
#include "manual_text.h"

const char *const keywords[] = {
    "and",  "dim",    "else",  "export", "false",     "for",        "group",  "if",      "import", "in",
    "int",  "new",    "not",   "or",     "precision", "real",       "return", "rule",    "size",   "then",
    "true", "update", "while", "wrt",    "all but",   "checkpoint", "given",  "require", NULL};

/* ---- Operators ---- */

const char *operator_text(const struct expression *expression)
{
    static const char *const texts[] = {
        [SYNTAX_OR] = "true where either is",
        [SYNTAX_AND] = "true where both are",
        [SYNTAX_NOT] = "true where the operand is false",
        [SYNTAX_EQUAL] = "element by element; sizes of 1 stretch",
        [SYNTAX_NOT_EQUAL] = "element by element; sizes of 1 stretch",
        [SYNTAX_LESS] = "element by element; sizes of 1 stretch",
        [SYNTAX_LESS_EQUAL] = "element by element; sizes of 1 stretch",
        [SYNTAX_GREATER] = "element by element; sizes of 1 stretch",
        [SYNTAX_GREATER_EQUAL] = "element by element; sizes of 1 stretch",
        [SYNTAX_ADD] = "sum, element by element; sizes of 1 stretch",
        [SYNTAX_SUBTRACT] = "difference, element by element; sizes of 1 stretch",
        [SYNTAX_MULTIPLY] = "product, element by element; sizes of 1 stretch. d(a b) = da b + a db",
        [SYNTAX_DIVIDE] = "quotient, element by element; sizes of 1 stretch. d(a / b) = (da - a / b db) / b",
        [SYNTAX_MATRIX_PRODUCT] =
            ("matrix product, over leading axes; a vector is a row on the left, a column on "
             "the right. Of Y = A @ B: dA = dY B', dB = A' dY"),
        [SYNTAX_NEGATE] = "element by element",
        [SYNTAX_POWER] = "power, element by element. d(a^b) = b a^(b-1) da + a^b log(a) db",
        [SYNTAX_TRANSPOSE] = "transpose: the last two axes change places; a vector stays as it is",
    };
    switch (expression->kind) {
    case EXPRESSION_UNARY:
    case EXPRESSION_BINARY: return texts[expression->op];
    case EXPRESSION_ABSOLUTE: return "absolute value, element by element; derivative 0 at 0";
    case EXPRESSION_NORM: return "square root of the sum of squares of all elements; gradient 0 at 0";
    default: return NULL;
    }
}

/* ---- Signatures ---- */

const char *signature_of(struct arena *arena, const struct definition *definition)
{
    const struct source *source = definition->name_span.source;
    const char *begin = source->text + definition->name_span.begin;
    const char *at = begin + strcspn(begin, "(\n");
    int depth = 0;
    do
        depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
    while (*at++ && depth > 0);
    size_t length = (size_t)(at - begin);
    char *text = arena_copy(arena, begin, length), *to = text;
    for (const char *from = text; *from; from++) /* one line, whatever was written */
        if (!strchr(" \t\r\n", *from))
            *to++ = *from;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    *to = '\0';
    return text;
}

/* ---- The tables ---- */

/* The text of a cell without blanks around it, code marks and escapes. */
static const char *cell_text(struct arena *arena, const char *begin, const char *end)
{
    char *text = arena_copy(arena, begin, (size_t)(end - begin)), *to = text;
    for (const char *from = text; *from; from++)
        if (*from != '`' && !(*from == '\\' && from[1] == '|'))
            *to++ = *from;
    while (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
    return text + strspn(text, " ");
}

/* The bar that ends the cell; NULL: there is none on the line. */
static const char *cell_end(const char *at)
{
    for (; *at && *at != '\n'; at++)
        if (*at == '|' && at[-1] != '\\')
            return at;
    return NULL;
}

static void add_function(struct arena *arena, struct map *functions, const char *written, size_t length,
                         const char *text)
{
    size_t name_length = 0;
    while (name_length < length && !strchr("( ", written[name_length]))
        name_length++;
    struct documented *documented = ARENA_NEW(arena, struct documented);
    documented->name = arena_copy(arena, written, name_length);
    documented->signature = name_length < length ? arena_copy(arena, written, length) : NULL;
    documented->text = text;
    if (!documented->signature) {
        const char *usage = builtin_usage(documented->name);
        documented->signature = usage ? arena_print(arena, "%s(%s)", documented->name, usage) : NULL;
    }
    if (name_length > 0 && !map_get(functions, documented->name))
        map_set(arena, functions, documented->name, documented);
}

/* `sum mean prod`: names; `clip(x, lo, hi)`: a signature. */
static void add_code(struct arena *arena, struct map *functions, const char *begin, const char *end,
                     const char *text)
{
    if (memchr(begin, '(', (size_t)(end - begin))) {
        add_function(arena, functions, begin, (size_t)(end - begin), text);
        return;
    }
    while (begin < end) {
        size_t length = 0;
        while (begin + length < end && begin[length] != ' ')
            length++;
        add_function(arena, functions, begin, length, text);
        begin += length + 1;
    }
}

/* `the first; the second`, of as many functions as there are parts: the part of one of them. */
static const char *part_of(struct arena *arena, const char *text, int index, int count)
{
    int parts = 1;
    for (const char *at = strstr(text, "; "); at; at = strstr(at + 2, "; "))
        parts++;
    if (parts != count || count == 1)
        return text;
    for (; index > 0; index--)
        text = strstr(text, "; ") + 2;
    const char *end = strstr(text, "; ");
    return arena_copy(arena, text, end ? (size_t)(end - text) : strlen(text));
}

static void add_row(struct arena *arena, struct map *functions, const char *line)
{
    const char *first_end = cell_end(line + 1), *second_end = first_end ? cell_end(first_end + 1) : NULL;
    if (!second_end)
        return;
    const char *text = cell_text(arena, first_end + 1, second_end);
    int codes = 0, code = 0;
    for (const char *at = line; at < first_end; at++)
        codes += *at == '`';
    for (const char *at = strchr(line, '`'); at && at < first_end; code++) {
        const char *end = strchr(at + 1, '`');
        if (!end || end > first_end)
            return;
        add_code(arena, functions, at + 1, end, part_of(arena, text, code, codes / 2));
        at = strchr(end + 1, '`');
    }
}

struct map documented_functions(struct arena *arena)
{
    struct map functions = {0};
    const char *files = strstr(manual_text, "### Files of the library");
    for (const char *line = manual_text; line && (!files || line < files);) {
        if (line[0] == '|')
            add_row(arena, &functions, line);
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return functions;
}
