/* mutate.c: a mutator for libFuzzer that knows how programs are built, so that most of what it makes of valid programs
 * gets far into the compiler: it recombines the definitions, statements, operands and operators of the programs that it
 * was given.
 *
 * FUZZ_PROGRAMS names a file with programs whose parts it takes. */
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out,
                                 size_t room, unsigned seed);

struct text {
    const char *begin;
    size_t length;
};

static uint64_t state;

static size_t random_below(size_t count)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return count ? (size_t)(state >> 33) % count : 0;
}

/* ---- Parts of programs ---- */

enum part { DEFINITION, LINE, OPERAND, BRACKETS, OPERATOR, PARTS };

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || (c & 0x80);
}

/* The end of the brackets that open at `at`, or `at` if they are not closed. */
static size_t behind_brackets(const char *text, size_t size, size_t at)
{
    int depth = 0;
    for (size_t i = at; i < size; i++) {
        depth += strchr("([{", text[i]) && text[i] ? 1 : strchr(")]}", text[i]) && text[i] ? -1 : 0;
        if (depth == 0)
            return i + 1;
    }
    return at;
}

static size_t behind_line(const char *text, size_t size, size_t at)
{
    const char *end = memchr(text + at, '\n', size - at);
    return end ? (size_t)(end - text) + 1 : size;
}

/* A line and, if it opens a block, the block. */
static struct text whole_lines(const char *text, size_t size, size_t at)
{
    while (at > 0 && text[at - 1] != '\n')
        at--;
    size_t end = behind_line(text, size, at);
    for (size_t i = at; i < end; i++)
        if (text[i] == '{') {
            size_t closed = behind_brackets(text, size, i);
            if (closed > i)
                end = behind_line(text, size, closed - 1);
            break;
        }
    return (struct text){text + at, end - at};
}

/* A name or number with the subscripts, arguments and transposes behind it. */
static struct text operand(const char *text, size_t size, size_t at)
{
    while (at > 0 && is_word(text[at - 1]))
        at--;
    size_t end = at;
    while (end < size && is_word(text[end]))
        end++;
    while (end < size && strchr("([", text[end]) && text[end]) {
        size_t closed = behind_brackets(text, size, end);
        if (closed == end)
            break;
        end = closed;
    }
    while (end < size && text[end] == '\'')
        end++;
    return (struct text){text + at, end - at};
}

static struct text operator_at(const char *text, size_t size, size_t at)
{
    size_t length = at + 1 < size && strchr("=.", text[at + 1]) && text[at + 1] ? 2 : 1;
    return (struct text){text + at, length};
}

static bool begins(enum part part, const char *text, size_t size, size_t at)
{
    char c = text[at], before = at ? text[at - 1] : '\n';
    switch (part) {
    case DEFINITION: return before == '\n' && !isspace((unsigned char)c) && c != '}';
    case LINE: return before == '\n' && isspace((unsigned char)c) && c != '\n';
    case OPERAND: return is_word(c) && !is_word(before);
    case BRACKETS: return (c == '(' || c == '[' || c == '{') && behind_brackets(text, size, at) > at;
    default: return c && strchr("+-*/@^<>=:,!", c) && (at == 0 || !strchr("<>=!.", before));
    }
}

/* Some part of that kind; of length 0 if there is none. */
static struct text some_part(enum part part, const char *text, size_t size)
{
    size_t from = random_below(size);
    for (size_t k = 0; k < size; k++) {
        size_t at = (from + k) % size;
        if (!begins(part, text, size, at))
            continue;
        switch (part) {
        case DEFINITION:
        case LINE: return whole_lines(text, size, at);
        case OPERAND: return operand(text, size, at);
        case BRACKETS: return (struct text){text + at, behind_brackets(text, size, at) - at};
        default: return operator_at(text, size, at);
        }
    }
    return (struct text){text, 0};
}

/* ---- The programs that parts are taken of ---- */

static struct text programs(void)
{
    static struct text all;
    const char *path = getenv("FUZZ_PROGRAMS");
    FILE *file = all.begin || !path ? NULL : fopen(path, "r");
    if (file) {
        char *text = malloc(1 << 24);
        all = (struct text){text, text ? fread(text, 1, 1 << 24, file) : 0};
        fclose(file);
    }
    return all;
}

static const char *const operators[] = {"+", "-", "*", "/", "@", "^", "==", "<", ">=", ":", ",", "=", " and ", " or "};
static const char *const wraps[][2] = {
    {"sum(", ")"},  {"(", ")"},          {"exp(", ")"},      {"|", "|"},          {"||", "||"},
    {"[", ", 2]"},  {"max(", ", 1)"},    {"grad(", ", x)"},  {"softmax(", ")"},   {"-", ""},
    {"", "'"},      {"", "[0]"},         {"", "[1:]"},       {"", "[:, new]"},    {"", "^2"},
    {"norm(", ")"}, {"jvp(", ", x, x)"}, {"sqrt(", ")"},     {"sum[i](", ")"},    {"mean(", ", axis = 0)"},
    {"prod(", ")"}, {"if x > 0 then ", " else 0"}, {"reshape(", ", [-1])"}, {"jacobian(", ", x)"}, {"stop_gradient(", ")"},
};
static const char *const lines[][2] = {
    {"    for t in 0..3 {\n", "    }\n"},      {"    if sum(x) > 0 {\n", "    }\n"},
    {"    for t in 1..n {\n", "    }\n"},      {"    for s in 0..2 checkpoint {\n", "    }\n"},
    {"    if x[0] > 1 {\n", "    } else {\n        y = x\n    }\n"},
    {"    for t in 0..9 while sum(x) < 10 {\n", "    }\n"},
};

/* text[place] becomes before + what + after; the new size. */
static size_t replace(char *text, size_t size, size_t room, struct text place, const char *before, struct text what,
                      const char *after)
{
    size_t begin = (size_t)(place.begin - text), end = begin + place.length;
    size_t length = strlen(before) + what.length + strlen(after);
    if (size - place.length + length > room)
        return size;
    char *new = malloc(length + 1), *at = new;
    if (!new)
        return size;
    memcpy(at, before, strlen(before));
    memcpy(at += strlen(before), what.begin, what.length);
    memcpy(at + what.length, after, strlen(after));
    memmove(text + begin + length, text + end, size - end);
    memcpy(text + begin, new, length);
    free(new);
    return size - place.length + length;
}

static size_t change(char *text, size_t size, size_t room)
{
    enum part part = (enum part)random_below(PARTS);
    struct text place = some_part(part, text, size), none = {text, 0};
    struct text from = random_below(3) && programs().length ? programs() : (struct text){text, size};
    if (place.length == 0)
        return size;
    switch (random_below(8)) {
    case 0: /* leave it out, or do it twice */
        if (part == DEFINITION || part == LINE)
            return random_below(2) ? replace(text, size, room, place, "", none, "")
                                   : replace(text, size, room, (struct text){place.begin, 0}, "", place, "");
        break;
    case 1:
        if (part == OPERAND || part == BRACKETS) {
            const char *const *wrap = wraps[random_below(sizeof wraps / sizeof wraps[0])];
            return replace(text, size, room, place, wrap[0], place, wrap[1]);
        }
        break;
    case 2:
        if (part == LINE) {
            const char *const *line = lines[random_below(sizeof lines / sizeof lines[0])];
            return replace(text, size, room, place, line[0], place, line[1]);
        }
        break;
    case 3:
        if (part == OPERATOR) {
            const char *new = operators[random_below(sizeof operators / sizeof operators[0])];
            return replace(text, size, room, place, "", (struct text){new, strlen(new)}, "");
        }
        break;
    case 4: /* put one beside it */
        if (part == DEFINITION || part == LINE)
            return replace(text, size, room, (struct text){place.begin, 0}, "",
                           some_part(part, from.begin, from.length), "");
        break;
    default: break;
    }
    return replace(text, size, room, place, "", some_part(part, from.begin, from.length), "");
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    state = seed * 2654435761u + 1;
    if (size == 0 || random_below(16) == 0)
        return LLVMFuzzerMutate(data, size, room);
    for (size_t changes = 1 + random_below(3); changes > 0 && size > 0; changes--)
        size = change((char *)data, size, room);
    return size;
}

/* The definitions of both, each left out half of the time. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out,
                                 size_t room, unsigned seed)
{
    const struct text sides[2] = {{(const char *)a, a_size}, {(const char *)b, b_size}};
    size_t size = 0;
    state = seed;
    for (int side = 0; side < 2; side++)
        for (size_t at = 0; at < sides[side].length;) {
            struct text definition = whole_lines(sides[side].begin, sides[side].length, at);
            at = (size_t)(definition.begin - sides[side].begin) + definition.length;
            if (random_below(2) || size + definition.length > room)
                continue;
            memcpy(out + size, definition.begin, definition.length);
            size += definition.length;
        }
    return size;
}
