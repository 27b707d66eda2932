/* tree.h: C expressions as trees, with what stands around them in one statement: declarations, assignments,
 * the heads of `if` and `for`. tree() makes them of C with holes, tree_print.c prints them. Whatever is to be
 * known of C that is emitted is asked of its trees, never of its text. */
#ifndef GRADC_TREE_H
#define GRADC_TREE_H

#include <stdbool.h>

#include "text.h"

enum tree_kind {
    TREE_NAME, /* a variable, or a word that stands alone */
    TREE_NUMBER,
    TREE_TYPE,     /* as an argument: sizeof(double) */
    TREE_SIGN,     /* an operator as an argument */
    TREE_MEMBER,   /* a->text, a.text */
    TREE_ELEMENT,  /* a[b] */
    TREE_CALL,     /* text(a, b, ...) */
    TREE_POSTFIX,  /* a++ */
    TREE_UNARY,    /* -a */
    TREE_CAST,     /* (text)a */
    TREE_BINARY,   /* a + b, a = b */
    TREE_CHOICE,   /* a ? b : c */
    TREE_GROUP,    /* (a), where the reader is better off with them; the printer adds what C needs */
    TREE_LIST,     /* {a} */
    TREE_VARIABLE, /* text a = b; b may be missing */
    TREE_RETURN,   /* return a */
    TREE_HEAD      /* if (a), for (a; b; c) */
};

/* Precedences as in operators.def: 0 primary, 2 unary, 3 * /, 4 + -, ... Of primaries, an element of an array
 * comes before a call, and a name, a number or an element at a plain position before that. */
enum {
    PRECEDENCE_NAME = -2,
    PRECEDENCE_ELEMENT = -1,
    PRECEDENCE_CALL = 0,
    PRECEDENCE_UNARY = 2,
    PRECEDENCE_PRODUCT = 3,
    PRECEDENCE_SUM = 4,
    PRECEDENCE_ORDER = 6,
    PRECEDENCE_EQUAL = 7,
    PRECEDENCE_BIT_AND = 8,
    PRECEDENCE_BIT_OR = 10,
    PRECEDENCE_AND = 11,
    PRECEDENCE_CHOICE = 13,
    PRECEDENCE_ASSIGNMENT = 14
};

struct tree {
    enum tree_kind kind;
    short precedence;
    bool is_const; /* VARIABLE: const, which is not in its text */
    bool is_plain; /* VARIABLE: its type is one word; MEMBER: of a struct, not of a pointer */
    unsigned count;
    const char *text; /* the name, number, function, operator, type */
    const struct tree *operands[];
};

/* ---- Made of C with holes ---- */

/* C, in which
 *     $       stands for the next argument, a tree,
 *     %s %d   are filled in as printf does: names, types, operators.
 * A tree that stands for an operand gets the parentheses that it needs there:
 *     tree(arena, "$ * $ < %s", a, b, "n")
 * A statement may have its semicolon. */
const struct tree *tree(struct arena *arena, const char *pattern, ...);
const struct tree *tree_of(struct arena *arena, const char *pattern, va_list arguments);
/* The same for a row of operators.def: $a $b $c stand for operands, which get parentheses from this limit on
 * even where C does without; 0: no more than C needs. @ is the suffix of functions and numbers, $t the real
 * type. */
const struct tree *tree_of_row(struct arena *arena, const char *row, const struct tree *const *operands,
                               int limit, const char *suffix, const char *real);

const struct tree *tree_name(struct arena *arena, const char *name);
const struct tree *tree_number(struct arena *arena, long long number);
/* a + -b and a - -b become a - b and a + b. */
const struct tree *tree_binary(struct arena *arena, const struct tree *a, const char *sign,
                               const struct tree *b);
const struct tree *tree_call(struct arena *arena, const char *function, unsigned count,
                             const struct tree *const *arguments);
/* The same with other operands, of a precedence no higher. */
const struct tree *tree_with(struct arena *arena, const struct tree *a, const struct tree *const *operands);
/* (a) from this precedence on. */
const struct tree *parenthesise(struct arena *arena, const struct tree *a, int limit);
/* sum + term, sum - term, product * factor, from left to right: a + (b - c) as a + b - c. */
const struct tree *tree_append(struct arena *arena, const struct tree *sum, const char *sign,
                               const struct tree *term);
/* -a * b of a * b, and a * b of -a * b. */
const struct tree *tree_negate_first(struct arena *arena, const struct tree *product);

/* ---- Walks ---- */

bool tree_equal(const struct tree *a, const struct tree *b);
bool tree_is(const struct tree *a, enum tree_kind kind, const char *text);
/* Every name, of variables and functions; not those of members. */
typedef void tree_visit(const struct tree *name, void *closure);
void tree_visit_names(const struct tree *a, tree_visit *visit, void *closure);
bool tree_mentions(const struct tree *a, const char *name);
bool tree_has(const struct tree *a, enum tree_kind kind);
/* The name that is declared, or subscripted. */
const struct tree *tree_root(const struct tree *a);

/* ---- tree_print.c ---- */
/* Names that are printed as others. NULL: as they are called. */
typedef const char *tree_rename(const char *name, bool is_declared, void *closure);

/* A line that is not yet broken. */
struct line {
    struct text text;
    struct line_break {
        size_t at;
        int reluctance;
    } * breaks; /* spaces */
    size_t breaks_count, breaks_capacity;
    int depth; /* in brackets */
    tree_rename *rename;
    void *closure;
};
void line_write(struct line *line, const char *text);
/* A space where the line may be broken; how reluctantly: 0 behind a comma, 1 behind a sum's sign, 2 behind a
 * product's, 3 behind anything else. */
void line_space(struct line *line, int reluctance);
void line_tree(struct line *line, const struct tree *a);
/* A call without its closing bracket, for more arguments. */
void line_open_call(struct line *line, const struct tree *call);
/* Ends it, broken where it is too long: at the space that fits and stands in the fewest brackets, of these at
 * the least reluctant, the last of such. Returns the number of lines. */
size_t line_end(struct line *line, struct text *to, int indent);
const char *tree_text(struct arena *arena, const struct tree *a);

#endif
