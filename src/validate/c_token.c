/* c_token.c: text to tokens. Comments vanish; numbers keep their spelling. */
#include <ctype.h>
#include <string.h>

#include "c_token.h"

/* ---- Words ---- */

static uint32_t hash_of(const char *name, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * 16777619u;
    return hash;
}

static void grow_words(struct c_words *words)
{
    size_t size = words->table_size ? 2 * words->table_size : 1024;
    struct c_word **table = ARENA_ARRAY(words->arena, struct c_word *, size);
    for (size_t i = 0; i < words->table_size; i++)
        if (words->table[i]) {
            size_t at = words->table[i]->hash & (size - 1);
            while (table[at])
                at = (at + 1) & (size - 1);
            table[at] = words->table[i];
        }
    words->table = table;
    words->table_size = size;
}

struct c_word *c_word(struct c_words *words, const char *name, size_t length)
{
    if (2 * words->count >= words->table_size)
        grow_words(words);
    uint32_t hash = hash_of(name, length);
    size_t at = hash & (words->table_size - 1);
    for (struct c_word *word; (word = words->table[at]); at = (at + 1) & (words->table_size - 1))
        if (word->hash == hash && word->length == length && memcmp(word->name, name, length) == 0)
            return word;
    struct c_word *word = ARENA_NEW(words->arena, struct c_word);
    *word = (struct c_word){.name = arena_copy(words->arena, name, length), .length = length, .hash = hash};
    words->table[at] = word;
    words->count++;
    return word;
}

/* ---- Tokens ---- */

static uint32_t mark_length(const char *at)
{
    static const char *const marks[] = {"...", "<<=", ">>=", "->", "++", "--", "+=", "-=",
                                        "*=",  "/=",  "%=",  "&=", "|=", "^=", "&&", "||",
                                        "==",  "!=",  "<=",  ">=", "<<", ">>", "##"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (at[0] == marks[i][0] && at[1] == marks[i][1] && (!marks[i][2] || at[2] == marks[i][2]))
            return marks[i][2] ? 3 : 2;
    return strchr("+-*/%<>=!&|^~?:;,.()[]{}#", *at) ? 1 : 0;
}

/* pp-number: digits, letters, points, and signs behind an exponent's letter. */
static uint32_t number_length(const char *at, bool *is_real)
{
    uint32_t length = 0;
    bool is_hexadecimal = at[0] == '0' && (at[1] == 'x' || at[1] == 'X');
    *is_real = false;
    for (; isalnum((unsigned char)at[length]) || at[length] == '.' ||
           ((at[length] == '+' || at[length] == '-') && length > 0 &&
            strchr(is_hexadecimal ? "pP" : "eE", at[length - 1]));
         length++)
        if (strchr(is_hexadecimal ? ".pP" : ".eE", at[length]))
            *is_real = true;
    return length;
}

/* Behind the blanks and comments at `at`; *line counts the lines passed. Stops before a line's end. */
static const char *skip_blanks(const char *at, int *line)
{
    for (;;)
        if (*at == ' ' || *at == '\t' || *at == '\r') {
            at++;
        } else if (at[0] == '\\' && at[1] == '\n') {
            at += 2;
            ++*line;
        } else if (at[0] == '/' && at[1] == '*') {
            for (at += 2; *at && !(at[0] == '*' && at[1] == '/'); at++)
                *line += *at == '\n';
            at += *at ? 2 : 0;
        } else if (at[0] == '/' && at[1] == '/') {
            at += strcspn(at, "\n");
        } else {
            return at;
        }
}

int c_tokenise(struct c_words *words, struct c_tokens *tokens, const char *text)
{
    int line = 1;
    bool begins_line = true, in_directive = false;
    const char *at = skip_blanks(text, &line);
    if (!tokens->items) { /* about as many as there are: the array is not to move as it grows */
        tokens->items_capacity = strlen(text) / 4 + 16;
        tokens->items = ARENA_ARRAY(words->arena, struct c_token, tokens->items_capacity);
    }
    for (; *at; at = skip_blanks(at, &line)) {
        struct c_token token = {.line = line, .text = at, .length = 1};
        if (*at == '\n') {
            token.kind = TOKEN_LINE_END;
            if (in_directive)
                ARENA_APPEND(words->arena, tokens, items, token);
            in_directive = false;
            begins_line = true;
            line++;
            at++;
            continue;
        }
        bool is_real;
        if (isalpha((unsigned char)*at) || *at == '_') {
            token.kind = TOKEN_NAME;
            while (isalnum((unsigned char)at[token.length]) || at[token.length] == '_')
                token.length++;
            token.word = c_word(words, at, token.length);
        } else if (isdigit((unsigned char)*at) || (*at == '.' && isdigit((unsigned char)at[1]))) {
            token.length = number_length(at, &is_real);
            token.kind = is_real ? TOKEN_REAL : TOKEN_INTEGER;
        } else if (*at == '"') {
            token.kind = TOKEN_TEXT;
            while (at[token.length] && at[token.length] != '"')
                token.length += at[token.length] == '\\' && at[token.length + 1] ? 2 : 1;
            token.length += at[token.length] == '"';
        } else if ((token.length = mark_length(at)) > 0) {
            token.kind = TOKEN_MARK;
            for (size_t i = 0; i < token.length; i++)
                token.mark |= (unsigned char)at[i] << 8 * i;
            token.is_hash = begins_line && token.mark == '#';
            in_directive |= token.is_hash;
        } else {
            return line;
        }
        begins_line = false;
        ARENA_APPEND(words->arena, tokens, items, token);
        at += token.length;
    }
    struct c_token end = {.kind = in_directive ? TOKEN_LINE_END : TOKEN_END, .line = line, .text = at};
    ARENA_APPEND(words->arena, tokens, items, end);
    end.kind = TOKEN_END;
    if (in_directive)
        ARENA_APPEND(words->arena, tokens, items, end);
    return 0;
}
