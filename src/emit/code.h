/* code.h: the C of a function before it is printed: statements, of which some hold others, over the trees of
 * tree.h. emit_*.c make it, every question about it is a walk of it, and code_print() prints it, once. */
#ifndef GRADC_CODE_H
#define GRADC_CODE_H

#include <stdbool.h>
#include <stddef.h>

#include "tree.h"

enum statement_kind {
    CODE_LINE, /* holds no other */
    CODE_COMMENT,
    CODE_FAIL,    /* returns a status that is not GRADC_OK, or may not be */
    CODE_SUM,     /* one of the runtime's macros that form a sum in rounds of their own, */
    CODE_ADD,     /* or add to its parts, */
    CODE_COLLECT, /* or to another variable, which comes first of its arguments in all of these */
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
    const struct tree *tree;   /* or the head of one that holds others, without the brace; NULL: none */
    const char *remark;        /* a comment, behind it if it is none; NULL: none */
    const struct code *locals; /* SUM, ADD, COLLECT: statements in the macro's last argument; NULL: none */
    const char *about;         /* FOR: what compilers are told about it; NULL: nothing */
    enum braces braces;
    bool is_lasting;             /* IF: nothing in the function changes its condition */
    struct code body, otherwise; /* otherwise: IF, behind its else */
    struct code *outer;          /* while it is open: where statements go behind it */
};

void code_append(struct arena *arena, struct code *code, struct statement *statement);
void code_append_all(struct arena *arena, struct code *code, const struct code *more);
/* The same code, in which those that follow each other under one lasting condition are one. */
struct code code_join(struct arena *arena, const struct code *code);

void code_print(struct text *text, const struct code *code, int indent);
/* The same without comments, and some names as others. */
void code_print_renamed(struct text *text, const struct code *code, tree_rename *rename, void *closure);

/* Each statement with all that it holds, in order; stops where this returns true, and returns whether it did.
 */
typedef bool code_visit(const struct statement *statement, void *closure);
bool code_walk(const struct code *code, code_visit *visit, void *closure);
/* The variable that the statement assigns or declares; NULL: none. */
const struct tree *assigned_variable(const struct statement *statement);
/* Whether there is one of this kind. */
bool code_has(const struct code *code, enum statement_kind kind);
bool can_fail(const struct code *code);
/* How long it is: statements and closing braces, without comments. */
size_t code_length(const struct code *code);

#endif
