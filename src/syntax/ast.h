/* ast.h: the syntax tree, what the user wrote. Every node carries its span. Lists are linked by `next`.
 * Names are spelled as in C: the scanner has already turned Greek letters into their spelling. */
#ifndef GRADC_AST_H
#define GRADC_AST_H

#include <stdbool.h>

#include "diagnostics.h"

/* A name and where it stands; the value of most tokens. */
struct word {
    const char *text;
    struct span span;
};

/* ---- Expressions ---- */

enum expression_kind {
    EXPRESSION_NUMBER,    /* 2, 0.5, 1e-4                        number, is_whole */
    EXPRESSION_BOOL,      /* true, false                         truth */
    EXPRESSION_NAME,      /* x                                   name */
    EXPRESSION_UNARY,     /* -x, not x, x'                       operator, left */
    EXPRESSION_BINARY,    /* x + y                               operator, left, right */
    EXPRESSION_IF,        /* if c then a else b                  condition, left, right */
    EXPRESSION_CALL,      /* f(a, b, axis = 0), real(x)          name, arguments */
    EXPRESSION_REDUCE,    /* sum[j, k < n](e)                    name, indices, left */
    EXPRESSION_SUBSCRIPT, /* x[1:3, :, new]                      left, subscripts */
    EXPRESSION_MEMBER,    /* p.g                                 left, name */
    EXPRESSION_ABSOLUTE,  /* |x|                                 left */
    EXPRESSION_NORM,      /* ||x||                               left */
    EXPRESSION_LIST       /* [a, b, c]                           arguments (all without a name) */
};

enum syntax_operator {
    SYNTAX_OR,
    SYNTAX_AND,
    SYNTAX_NOT,
    SYNTAX_EQUAL,
    SYNTAX_NOT_EQUAL,
    SYNTAX_LESS,
    SYNTAX_LESS_EQUAL,
    SYNTAX_GREATER,
    SYNTAX_GREATER_EQUAL,
    SYNTAX_ADD,
    SYNTAX_SUBTRACT,
    SYNTAX_MULTIPLY,
    SYNTAX_DIVIDE,
    SYNTAX_MATRIX_PRODUCT,
    SYNTAX_NEGATE,
    SYNTAX_POWER,
    SYNTAX_TRANSPOSE
};

struct expression {
    enum expression_kind kind;
    struct span span; /* the whole expression, without surrounding parentheses */
    enum syntax_operator op;
    struct span operator_span; /* of the operator's own characters (binary, unary), or of the callee's name
                                  (call, reduce) */
    bool parenthesised;        /* stood in ( ) */
    unsigned depth; /* at most EXPRESSION_DEPTH: the recursion of a visitor that walks chains like a + b - c,
                       whose left operands nest without limit, in a loop (syntax_same_chain) */
    double number;
    bool is_whole, truth;
    const char *name;
    struct expression *condition, *left, *right;
    struct argument *arguments;
    struct subscript *subscripts;
    struct index *indices;
};

enum { EXPRESSION_DEPTH = 1000 /* of statements, too */ };

/* Whether `inner`, the left operand of the binary `outer`, goes on its chain: or, and, + -, * / @. */
bool syntax_same_chain(const struct expression *outer, const struct expression *inner);
/* The operator as it is written. */
const char *syntax_operator_text(enum syntax_operator op);

struct argument {
    const char *name; /* NULL: positional */
    struct span span;
    struct expression *value;
    struct argument *next;
};

enum subscript_kind { SUBSCRIPT_AT, SUBSCRIPT_SLICE, SUBSCRIPT_NEW, SUBSCRIPT_ELLIPSIS };

struct subscript {
    enum subscript_kind kind;
    struct span span;
    struct expression *at;                 /* SUBSCRIPT_AT */
    struct expression *begin, *end, *step; /* SUBSCRIPT_SLICE; NULL where left out */
    struct expression *range; /* on the left of '=' only: `y[p < P]`: at is the name p, range is P */
    struct subscript *next;
};

/* A bound index of a reduction: `j` or `j < n`. */
struct index {
    const char *name;
    struct span span;
    struct expression *range; /* NULL: inferred */
    struct index *next;
};

/* ---- Types ---- */

enum type_kind {
    TYPE_UNTYPED,     /* f(x) */
    TYPE_REAL_SYNTAX, /* real, [n, m]           axes (NULL: scalar) */
    TYPE_INT_SYNTAX,  /* int, int[n] */
    TYPE_SIZE,        /* n: size */
    TYPE_GROUP        /* Block, Block[L]        group, axes */
};

struct type_syntax {
    enum type_kind kind;
    struct span span;
    bool any_leading;  /* [..., n] */
    struct axis *axes; /* the axes that are written */
    const char *group;
};

struct axis {
    struct expression *size;
    struct axis *next;
};

/* ---- Statements ---- */

enum statement_kind {
    STATEMENT_ASSIGN,
    STATEMENT_RETURN,
    STATEMENT_UPDATE,
    STATEMENT_FUNCTION,
    STATEMENT_REQUIRE,
    STATEMENT_IF,
    STATEMENT_FOR
};

/* The left of an assignment: `a`, `G[i, 1:3]`, and in `update` also `p.g`. */
struct target {
    const char *name;
    const char *const *members; /* p.g.h: {"g", "h"}; update, wrt */
    int member_count;
    struct span span;
    struct subscript *subscripts; /* NULL: the whole */
    struct target *next;
};

/* `return u, v = expr`: name NULL where not given. */
struct result {
    const char *name;
    struct span span, name_span;
    struct expression *value;
    struct result *next;
};

struct statement {
    enum statement_kind kind;
    struct span span;         /* the whole statement; for `if` and `for` the header */
    struct target *targets;   /* assign, update */
    struct expression *value; /* assign, update, require; the condition of `if` */
    struct result *results;   /* return */
    const char *variable;     /* for */
    struct span variable_span;
    struct expression *begin, *end, *while_condition; /* for */
    bool checkpoint;
    struct definition *definition;      /* function: one that stands in a body */
    const char *text;                   /* require: or NULL */
    struct statement *body, *else_body; /* else if: else_body is one `if` statement */
    bool has_else;
    unsigned depth; /* at most EXPRESSION_DEPTH */
    struct statement *next;
};

/* ---- Definitions ---- */

struct parameter {
    const char *name;
    struct span span; /* name and type */
    struct span name_span;
    struct type_syntax *type;         /* never NULL */
    struct expression *default_value; /* or NULL */
    struct parameter *next;
};

enum definition_kind {
    DEFINITION_FUNCTION,
    DEFINITION_DIM,
    DEFINITION_PRECISION,
    DEFINITION_GROUP,
    DEFINITION_RULE,
    DEFINITION_IMPORT,
    DEFINITION_EXPORT
};

enum wrt_kind { WRT_NONE, WRT_LISTED, WRT_ALL_BUT };

/* One word of an export's list after the colon: `hessian(loss)`. */
struct export_extra {
    const char
        *kind; /* "jacobian", "hessian", "jvp", "hvp", "sparse_jacobian", "sparse_hessian" or anything else */
    struct span span;
    bool has_outputs;
    struct target *outputs; /* names only */
    struct export_extra *next;
};

struct definition {
    enum definition_kind kind;
    struct span span; /* the header: everything before `{` or the whole of a one-liner */
    const char *name; /* function, dim (one definition each), group, rule, export; the path of an import */
    struct span name_span;
    struct parameter *parameters; /* function; members of a group; the parameter names of a rule (untyped) */
    struct result *outputs;       /* rule: names only */
    struct expression *value;     /* f(...) = value; dim NAME = value */
    struct statement *body;       /* f(...) { body } */
    int precision;                /* 32 or 64 */
    enum wrt_kind wrt;            /* export */
    struct target *wrt_names, *given_names;
    struct word objective, constraints; /* export: of nlp(f, g); else without text */
    struct export_extra *extras;
    bool has_gaps; /* function: a part of it could not be read */
    struct definition *next;
};

struct file {
    const struct source *source;
    struct definition *definitions; /* in the order written */
    bool lacks_functions;           /* some could not be read */
    bool is_torn; /* neither could something on which the meaning of the others may depend: sizes, groups,
                     imports */
};

/* Parses one source text. Errors go to diagnostics; parsing recovers at the end of a statement and goes on,
 * so the tree may have holes after errors, of which it tells, but is never NULL. */
struct file *parse(struct arena *arena, struct diagnostics *diagnostics, const struct source *source);

/* --emit=ast: an indented tree, one node a line. */
void ast_print(FILE *stream, const struct file *file);

#endif
