/* tree_pattern.c: trees made of C with holes: a small parser of expressions, declarations, and heads of
 * statements.
 *
 * The pattern is first filled in with names and numbers, then read. What it holds is written by the emitter,
 * so that mistakes in it are those of the compiler: it gives up on them. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tree_internal.h"

enum { MOST_HOLES = 24, MOST_ARGUMENTS = 24 };

struct parser {
    struct arena *arena;
    const char *at;
    const struct tree *const *holes;
    int next_hole;
    bool is_row;
    int limit; /* of operands in a row; 0: none */
    const char *suffix, *real;
};

static const struct tree *parse_expression(struct parser *parser);
static const struct tree *parse_unary(struct parser *parser);

/* ---- Tokens ---- */

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static void skip_spaces(struct parser *parser)
{
    while (*parser->at == ' ')
        parser->at++;
}

/* Whether this comes next; then it is passed. A word is more than what it begins with. */
static bool accept(struct parser *parser, const char *token)
{
    skip_spaces(parser);
    const char *at = parser->at, *rest = token;
    for (; *rest && *at == *rest; rest++)
        at++;
    if (*rest || (is_letter(token[0]) && is_letter(*at)))
        return false;
    parser->at = at;
    return true;
}

static void expect(struct parser *parser, const char *token)
{
    if (!accept(parser, token))
        abort();
}

/* Letters and digits, of a number its point and sign, too; @ in a row is the suffix. */
static const char *parse_word(struct parser *parser)
{
    const char *begin = parser->at, *at = begin;
    bool is_number = isdigit((unsigned char)*at);
    while (is_letter(*at) ||
           (is_number && (*at == '.' || (*at == '-' && at[-1] == 'e') || (*at == '+' && at[-1] == 'e'))))
        at++;
    if (at == begin)
        abort();
    parser->at = at;
    if (parser->is_row && *at == '@') {
        parser->at++;
        return arena_print(parser->arena, "%.*s%s", (int)(at - begin), begin, parser->suffix);
    }
    return arena_copy(parser->arena, begin, (size_t)(at - begin));
}

/* ---- Types ---- */

static const char *const types[] = {"double", "float",   "size_t",   "int32_t",   "int",  "struct",
                                    "const",  "int64_t", "uint32_t", "ptrdiff_t", "void", "static"};

static bool is_type(struct parser *parser)
{
    const char *begin = parser->at;
    skip_spaces(parser);
    if (!islower((unsigned char)*parser->at) && *parser->at != '$')
        return false;
    bool found = parser->is_row && accept(parser, "$t");
    for (size_t i = 0; !found && i < sizeof types / sizeof *types; i++)
        found = accept(parser, types[i]);
    parser->at = begin;
    return found;
}

/* double *GRADC_RESTRICT const: without a const before it, which is told. */
static const char *parse_type(struct parser *parser, bool *is_const, bool *is_plain)
{
    bool is_struct = accept(parser, "static"), is_static = is_struct;
    *is_const = accept(parser, "const");
    is_struct = accept(parser, "struct") || is_struct;
    skip_spaces(parser);
    const char *text = parser->is_row && accept(parser, "$t") ? parser->real : parse_word(parser), *word;
    text = is_struct ? arena_print(parser->arena, "%s %s", is_static ? "static" : "struct", text) : text;
    *is_plain = !is_struct;
    for (bool behind_star = false;; behind_star = word[0] == '*') {
        word = accept(parser, "*")                ? "*"
               : accept(parser, "GRADC_RESTRICT") ? "GRADC_RESTRICT"
               : accept(parser, "const")          ? "const"
                                                  : NULL;
        if (!word)
            return text;
        text = arena_print(parser->arena, behind_star ? "%s%s" : "%s %s", text, word);
        *is_plain = false;
    }
}

static const char *parse_whole_type(struct parser *parser)
{
    bool is_const, is_plain;
    const char *type = parse_type(parser, &is_const, &is_plain);
    return is_const ? arena_print(parser->arena, "const %s", type) : type;
}

/* ---- Operands ---- */

static bool is_hole(const struct parser *parser, const struct tree *a)
{
    for (int i = 0; parser->limit && i < 3; i++)
        if (parser->holes[i] == a)
            return true;
    return false;
}

/* In a row, operands have the parentheses that rows want. */
static const struct tree *operand(struct parser *parser, const struct tree *a)
{
    return is_hole(parser, a) ? parenthesise(parser->arena, a, parser->limit) : a;
}

static const struct tree *parse_hole(struct parser *parser)
{
    if (!parser->is_row)
        return parser->holes[parser->next_hole++];
    return parser->holes[*parser->at++ - 'a'];
}

static const struct tree *parse_argument(struct parser *parser)
{
    if (is_type(parser)) {
        const char *begin = parser->at, *type = parse_whole_type(parser);
        skip_spaces(parser);
        if (*parser->at == ',' || *parser->at == ')')
            return tree_new(parser->arena, TREE_TYPE, PRECEDENCE_CALL, type, 0);
        parser->at = begin;
    }
    if (accept(parser, ">"))
        return tree_new(parser->arena, TREE_SIGN, PRECEDENCE_CALL, ">", 0);
    if (accept(parser, "<"))
        return tree_new(parser->arena, TREE_SIGN, PRECEDENCE_CALL, "<", 0);
    return parse_expression(parser);
}

static const struct tree *parse_call(struct parser *parser, const char *function)
{
    const struct tree *arguments[MOST_ARGUMENTS];
    unsigned count = 0;
    while (!accept(parser, ")")) {
        if (count == MOST_ARGUMENTS)
            abort();
        arguments[count++] = parse_argument(parser);
        if (!accept(parser, ","))
            skip_spaces(parser);
    }
    return tree_call(parser->arena, function, count, arguments);
}

static struct tree *with_one(struct parser *parser, enum tree_kind kind, int precedence, const char *text,
                             const struct tree *a)
{
    struct tree *made = tree_new(parser->arena, kind, precedence, text, 1);
    made->operands[0] = a;
    return made;
}

static const struct tree *parse_primary(struct parser *parser)
{
    skip_spaces(parser);
    if (accept(parser, "$"))
        return parse_hole(parser);
    if (accept(parser, "(")) {
        const struct tree *inner = parse_expression(parser);
        expect(parser, ")");
        return with_one(parser, TREE_GROUP, PRECEDENCE_CALL, "", inner);
    }
    if (accept(parser, "{")) {
        const struct tree *inner = parse_expression(parser);
        expect(parser, "}");
        return with_one(parser, TREE_LIST, PRECEDENCE_CALL, "", inner);
    }
    bool is_number = isdigit((unsigned char)*parser->at);
    const char *word = parse_word(parser);
    if (is_number)
        return tree_new(parser->arena, TREE_NUMBER, PRECEDENCE_NAME, word, 0);
    return accept(parser, "(") ? parse_call(parser, word) : tree_name(parser->arena, word);
}

static const struct tree *parse_postfix(struct parser *parser)
{
    const struct tree *a = parse_primary(parser);
    for (;;) {
        if (accept(parser, "[")) {
            const struct tree *at = parse_expression(parser);
            bool is_plain = at->kind == TREE_NAME || at->kind == TREE_NUMBER;
            struct tree *made =
                tree_new(parser->arena, TREE_ELEMENT, is_plain ? PRECEDENCE_NAME : PRECEDENCE_ELEMENT, "", 2);
            made->operands[0] = a;
            made->operands[1] = at;
            expect(parser, "]");
            a = made;
        } else if (accept(parser, "->")) {
            a = with_one(parser, TREE_MEMBER, PRECEDENCE_NAME, parse_word(parser), a);
        } else if (accept(parser, ".")) {
            struct tree *made = with_one(parser, TREE_MEMBER, PRECEDENCE_NAME, parse_word(parser), a);
            made->is_plain = true;
            a = made;
        } else if (accept(parser, "++")) {
            a = with_one(parser, TREE_POSTFIX, PRECEDENCE_CALL, "++", a);
        } else if (accept(parser, "--")) {
            a = with_one(parser, TREE_POSTFIX, PRECEDENCE_CALL, "--", a);
        } else {
            return a;
        }
    }
}

static const struct tree *parse_unary(struct parser *parser)
{
    static const char *const signs[] = {"-", "!", "&", "*"};
    const char *begin = parser->at;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (accept(parser, signs[i]))
            return with_one(parser, TREE_UNARY, PRECEDENCE_UNARY, signs[i],
                            operand(parser, parse_unary(parser)));
    if (accept(parser, "(") && is_type(parser)) {
        const char *type = parse_whole_type(parser);
        expect(parser, ")");
        return with_one(parser, TREE_CAST, PRECEDENCE_UNARY, type, operand(parser, parse_unary(parser)));
    }
    parser->at = begin;
    return parse_postfix(parser);
}

struct sign {
    const char *text;
    int precedence;
};

/* The operator that comes next; NULL: none. An assignment is none. */
static const struct sign *find_sign(struct parser *parser)
{
    static const struct sign signs[] = {{"&&", 11}, {"||", 12}, {"<=", 6}, {">=", 6}, {"==", 7},
                                        {"!=", 7},  {"<", 6},   {">", 6},  {"*", 3},  {"/", 3},
                                        {"%", 3},   {"+", 4},   {"-", 4},  {"&", 8},  {"|", 10}};
    skip_spaces(parser);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const char *sign = signs[i].text, *behind = parser->at + 1 + (sign[1] != '\0');
        if (parser->at[0] == sign[0] && (!sign[1] || parser->at[1] == sign[1]))
            return *behind == '=' ? NULL : &signs[i];
    }
    return NULL;
}

/* Operators that bind at least as tightly. */
static const struct tree *parse_binary(struct parser *parser, int loosest)
{
    const struct tree *a = parse_unary(parser);
    for (const struct sign *sign; (sign = find_sign(parser)) != NULL && sign->precedence <= loosest;) {
        parser->at += strlen(sign->text);
        const struct tree *b = parse_binary(parser, sign->precedence - 1);
        a = tree_binary(parser->arena, operand(parser, a), sign->text, operand(parser, b));
    }
    return a;
}

static const struct tree *parse_expression(struct parser *parser)
{
    const struct tree *a = parse_binary(parser, PRECEDENCE_CHOICE - 1);
    if (!accept(parser, "?"))
        return a;
    struct tree *made = tree_new(parser->arena, TREE_CHOICE, PRECEDENCE_CHOICE, "", 3);
    made->operands[0] = operand(parser, a);
    const struct tree *chosen = operand(parser, parse_expression(parser));
    made->operands[1] = parenthesise(parser->arena, chosen, PRECEDENCE_CHOICE);
    expect(parser, ":");
    made->operands[2] = operand(parser, parse_expression(parser));
    return made;
}

/* ---- Statements ---- */

/* What is assigned needs no parentheses. */
static const struct tree *parse_value(struct parser *parser)
{
    const struct tree *value = parse_expression(parser);
    return value->kind == TREE_GROUP ? value->operands[0] : value;
}

static const struct tree *parse_variable(struct parser *parser)
{
    bool is_const, is_plain;
    const char *type = parse_type(parser, &is_const, &is_plain);
    const struct tree *name = parse_postfix(parser),
                      *value = accept(parser, "=") ? parse_value(parser) : NULL;
    struct tree *made = tree_new(parser->arena, TREE_VARIABLE, PRECEDENCE_ASSIGNMENT, type, value ? 2 : 1);
    made->is_const = is_const;
    made->is_plain = is_plain;
    made->operands[0] = name;
    if (value)
        made->operands[1] = value;
    return made;
}

static const struct tree *parse_simple(struct parser *parser)
{
    static const char *const signs[] = {"=", "+=", "-=", "*=", "/="};
    if (is_type(parser))
        return parse_variable(parser);
    const struct tree *a = parse_expression(parser);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (accept(parser, signs[i]))
            return tree_binary(parser->arena, a, signs[i], parse_value(parser));
    return a;
}

static const struct tree *parse_head(struct parser *parser, const char *word, unsigned count)
{
    struct tree *made = tree_new(parser->arena, TREE_HEAD, PRECEDENCE_ASSIGNMENT, word, count);
    expect(parser, "(");
    made->count = 0;
    while (made->count < count && !accept(parser, ")")) {
        made->operands[made->count++] = parse_simple(parser);
        expect(parser, made->count < count ? ";" : ")");
    }
    return made;
}

static const struct tree *parse_statement(struct parser *parser)
{
    return accept(parser, "if")    ? parse_head(parser, "if", 1)
           : accept(parser, "for") ? parse_head(parser, "for", 3)
           : accept(parser, "return")
               ? with_one(parser, TREE_RETURN, PRECEDENCE_ASSIGNMENT, "", parse_expression(parser))
               : parse_simple(parser);
}

static const struct tree *parse_all(struct parser *parser)
{
    const struct tree *whole = parse_statement(parser);
    accept(parser, ";");
    skip_spaces(parser);
    if (*parser->at)
        abort();
    return whole;
}

/* The pattern with names and numbers filled in; trees go to the holes. Few patterns are too long for the
 * room. */
static const char *fill_in(struct arena *arena, const char *pattern, va_list arguments, char *room,
                           size_t size, const struct tree **holes)
{
    size_t length = 0;
    for (const char *c = pattern; *c; c++) {
        char digits[24] = {*c, '\0'};
        const char *more = digits;
        if (*c == '$')
            *holes++ = va_arg(arguments, const struct tree *);
        else if (*c == '%' && c[1] == 's')
            more = va_arg(arguments, const char *);
        else if (*c == '%' && c[1] == 'd')
            snprintf(digits, sizeof digits, "%d", va_arg(arguments, int));
        c += *c == '%' && (c[1] == 's' || c[1] == 'd');
        size_t added = strlen(more);
        if (length + added >= size) {
            size_t more_room = size + added + 1000;
            char *larger = arena_allocate(arena, size + more_room);
            memcpy(larger, room, length);
            room = larger;
            size += more_room;
        }
        memcpy(room + length, more, added);
        length += added;
    }
    room[length] = '\0';
    return room;
}

const struct tree *tree_of(struct arena *arena, const char *pattern, va_list arguments)
{
    const struct tree *holes[MOST_HOLES];
    char room[500];
    struct parser parser = {.arena = arena, .holes = holes};
    parser.at = fill_in(arena, pattern, arguments, room, sizeof room, holes);
    return parse_all(&parser);
}

const struct tree *tree(struct arena *arena, const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    const struct tree *made = tree_of(arena, pattern, arguments);
    va_end(arguments);
    return made;
}

const struct tree *tree_of_row(struct arena *arena, const char *row, const struct tree *const *operands,
                               int limit, const char *suffix, const char *real)
{
    struct parser parser = {.arena = arena,
                            .at = row,
                            .holes = operands,
                            .is_row = true,
                            .limit = limit,
                            .suffix = suffix,
                            .real = real};
    return parse_all(&parser);
}
