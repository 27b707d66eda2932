/* scanner.h: what the scanner (lexer.l), the layout of lines and bars (layout.c), the messages about syntax
 * (syntax_error.c) and the parser (parser.y) share. Nobody else includes it. */
#ifndef GRADC_SCANNER_H
#define GRADC_SCANNER_H

#include "ast_build.h"

/* An open bracket: '(', '[', '{', or a bar (OPEN_BAR, OPEN_NORM). */
struct bracket {
    int token;
    struct span span;
};

struct scanner {
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct file *file;
    const struct source *source;
    void *lexer;          /* flex's state */
    unsigned position;    /* bytes that the lexer has read */
    int previous, before; /* the last two tokens given to the parser; 0 at the beginning */
    struct span previous_span, before_span;
    struct bracket *brackets;
    size_t brackets_count, brackets_capacity;
    size_t open_braces;
    unsigned next_line; /* where the first line that is neither blank nor comment begins after the present */
    struct span bars;   /* what is left of a run of bars */
    struct pending {    /* tokens to give before reading on */
        int token;
        struct span span;
    } pending[4];
    int pending_count;
    size_t closing;  /* braces to close before reading on, because a definition begins */
    bool at_end;     /* of the text */
    bool recovering; /* an error has been reported in this statement; nothing more is said about its brackets
                      */
    bool definition_failed; /* the error was in a definition's header, so what is indented below belongs to it
                             */
    bool skips_indented;    /* the indented lines that follow are left out */
    bool skips_body;        /* the deeper lines that follow are left out, with those of `else` */
    bool skips_braces;      /* what stands in braces further on in this statement is left out */
    bool skips_block;       /* what stands before the next closing brace is left out */
    bool is_silent;         /* what is left out is not told of */
    bool too_deep;          /* EXPRESSION_DEPTH has been reported */
    int error_count;        /* of the file, as far as definitions are complete */
    bool end_reported;      /* a line `end` has been reported, and further ones are left out */
};

/* ---- lexer.l ---- */
void lexer_open(struct scanner *scanner);
void lexer_close(struct scanner *scanner);

/* ---- layout.c ---- */
/* Whether the token ends an operand. */
bool token_ends_operand(int token);
/* Whether the previous token ends an operand, so that an operator, a closing bracket or nothing may follow.
 */
bool operand_ended(const struct scanner *scanner);
struct span span_at(const struct scanner *scanner, unsigned begin, unsigned end);

/* ---- syntax_error.c ---- */
/* The token just given to the parser does not fit; `expected` are those that would, as the grammar spells
 * them. */
void report_syntax_error(struct scanner *scanner, struct span found, const char *const *expected, int count);
/* Foreign spellings: the message names what is written here instead. */
void report_slip(struct scanner *scanner, struct span span, const char *written, const char *instead);
/* Only the first time; `what` as in "this expression is". */
void report_too_deep(struct scanner *scanner, struct span span, const char *what);
void report_bracket_not_closed(struct scanner *scanner, const struct bracket *bracket);
const char *bracket_text(int token);

bool is_among(const char *name, const char *const *names); /* which end with NULL */
bool expects(const char *const *expected, int count, const char *name);
const char *span_text(struct scanner *scanner, struct span span);

/* ---- syntax_hint.c ---- */
/* What to write instead of the token just given to the parser, or before it; NULL: who knows. */
const char *syntax_hint(struct scanner *scanner, struct span span, const char *const *expected, int count);

/* ---- characters.c ---- */
/* Whether the source is text at all; false after reporting the first byte that is none. */
bool check_text(struct scanner *scanner);
void report_character(struct scanner *scanner, struct span span);

#endif
