/* c_token.h: C as tokens, with macros expanded; between c_token.c, c_macro.c and the files of c_read. */
#ifndef GRADC_C_TOKEN_H
#define GRADC_C_TOKEN_H

#include "c_tree.h"

enum c_token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_INTEGER,
    TOKEN_REAL,
    TOKEN_TEXT,
    TOKEN_MARK,
    TOKEN_LINE_END
};

/* Small, since there are so many. */
struct c_token {
    struct c_word *word; /* NAME */
    const char *text;
    uint32_t length;
    int line;
    int mark;           /* MARK: its characters, the first in the lowest byte */
    unsigned char kind; /* enum c_token_kind */
    bool is_hash;       /* the # that begins a directive's line */
};

struct c_tokens {
    struct c_token *items;
    size_t items_count, items_capacity;
};

#define C_MARK2(a, b)    ((a) | (b) << 8)
#define C_MARK3(a, b, c) ((a) | (b) << 8 | (c) << 16)

/* A name, once for each spelling. */
struct c_word {
    const char *name;
    size_t length;
    uint32_t hash;
    struct c_macro *macro;
    int keyword;             /* of c_read; 0: none */
    struct c_binding *bound; /* what it means here; NULL: it is not declared */
};

struct c_words {
    struct arena *arena;
    struct c_word **table;
    size_t table_size, count;
};

struct c_word *c_word(struct c_words *words, const char *name, size_t length);

/* Appends the tokens of a text, with a LINE_END behind each line of a directive and an END at the end.
 * Returns the line of a character that begins no token; 0 if there is none. */
int c_tokenise(struct c_words *words, struct c_tokens *tokens, const char *text);

/* ---- c_macro.c ---- */
/* The tokens of the text behind directives and macros. Sets *fault if there is one. */
struct c_tokens c_preprocess(struct c_words *words, const char *text, const struct c_macro_value *macros,
                             size_t macro_count, const char **fault);

#endif
