/* code.h: the C of a function before it is printed: statements, of which some hold others. emit_*.c make it,
 * every question about it is a walk of it, and code_print() prints it, once. */
#ifndef GRADC_CODE_H
#define GRADC_CODE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

struct text;

enum statement_kind {
    CODE_LINE, /* holds no other */
    CODE_COMMENT,
    CODE_FAIL, /* returns a status that is not GRADC_OK, or may not be */
    CODE_SUM,  /* one of the runtime's macros that form a sum in rounds of their own, */
    CODE_ADD,  /* or add to its parts */
    CODE_IF,
    CODE_FOR,
    CODE_DO,    /* do { ... } while (0); */
    CODE_MACRO, /* one of the runtime's macros, its last argument a block: head, { ... }); */
    CODE_BLOCK, /* { ... } */
    CODE_GROUP  /* statements without anything around them */
};

enum braces {
    BRACES,
    NO_BRACES,
    BRACES_IF_LONG /* unless what it holds takes one line */
};

struct code {
    struct statement **statements;
    size_t statements_count, statements_capacity;
};

struct statement {
    enum statement_kind kind;
    const char *text;   /* or the head of one that holds others, without the brace */
    const char *remark; /* a comment behind it; NULL: none */
    const char *about;  /* FOR: what compilers are told about it; NULL: nothing */
    enum braces braces;
    struct code body, otherwise; /* otherwise: IF, behind its else */
    struct code *outer;          /* while it is open: where statements go behind it */
};

void code_append(struct arena *arena, struct code *code, struct statement *statement);
void code_append_all(struct arena *arena, struct code *code, const struct code *more);

void code_print(struct text *text, const struct code *code, int indent);
/* On one line, with spaces between them. */
void code_print_inline(struct text *text, const struct code *code);

/* Each statement with all that it holds, in order; stops where this returns true, and returns whether it did.
 */
typedef bool code_visit(const struct statement *statement, void *closure);
bool code_walk(const struct code *code, code_visit *visit, void *closure);
/* Whether there is one of this kind. */
bool code_has(const struct code *code, enum statement_kind kind);
bool can_fail(const struct code *code);
/* How long it is: statements and closing braces, without comments. */
size_t code_length(const struct code *code);

#endif
