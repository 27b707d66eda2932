/* c_tree.h: a small tree of C, as much of the language as the emitted programs speak: types, expressions,
 * statements, functions. Names are resolved and conversions are explicit, so that running it looks nothing
 * up.
 *
 * c_read() makes it from emitted text, after the macros of the runtime's own header have been expanded;
 * c_run.h runs it. */
#ifndef GRADC_C_TREE_H
#define GRADC_C_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/* ---- Types ---- */

enum c_kind {
    C_VOID,
    C_DOUBLE,
    C_FLOAT,
    C_INT, /* int and int32_t */
    C_UINT,
    C_LONG, /* ptrdiff_t and int64_t */
    C_SIZE, /* size_t and uint64_t */
    C_STRUCT
};

struct c_type {
    enum c_kind kind;
    unsigned char pointers; /* 0, 1 */
    bool is_const;          /* of a pointer: what it points to */
    bool is_restrict;
    const struct c_struct *structure;
};

/* Bytes of a value. */
static inline size_t c_width(enum c_kind kind)
{
    return kind == C_VOID ? 1 : kind == C_FLOAT || kind == C_INT || kind == C_UINT ? 4 : 8;
}

struct c_field {
    const char *name;
    struct c_type type;
};

struct c_struct {
    const char *name;
    struct c_field *fields;
    size_t fields_count, fields_capacity;
};

/* ---- Expressions ---- */

enum c_operation {
    C_NUMBER,   /* real or integer */
    C_VARIABLE, /* its value; an array: a pointer to its first element */
    C_ELEMENT,  /* *a */
    C_FIELD,    /* the field `number` of the struct that a points to */
    C_ADDRESS,  /* & of a variable, element or field */
    C_NEGATE,
    C_COMPLEMENT,
    C_NOT,
    C_ADD,
    C_SUBTRACT,
    C_MULTIPLY,
    C_DIVIDE,
    C_REMAINDER,
    C_AND_BITS,
    C_OR_BITS,
    C_EXCLUSIVE_OR,
    C_SHIFT_LEFT,
    C_SHIFT_RIGHT,
    C_LESS,
    C_LESS_EQUAL,
    C_GREATER,
    C_GREATER_EQUAL,
    C_EQUAL,
    C_NOT_EQUAL,
    C_AND,
    C_OR,
    C_ADVANCE,     /* pointer a + integer b, in elements */
    C_CONDITIONAL, /* a ? b : c */
    C_CONVERT,     /* a, to this type */
    C_ASSIGN,      /* a = b, or a `assigning` b */
    C_INCREMENT,   /* a++; by = -1: a--; is_prefix */
    C_CALL,
    C_COMMA
};

struct c_expression {
    enum c_operation operation;
    enum c_operation assigning; /* ASSIGN: the operation of a compound one; C_NUMBER: none */
    struct c_type type;
    int line;
    bool is_prefix;
    struct c_expression *a, *b, *c;
    union {
        double real;
        int64_t integer; /* NUMBER; FIELD: the field's number; INCREMENT: by how much */
        struct c_variable *variable;
        struct c_call *call;
    };
};

struct c_call {
    const struct c_function *function; /* NULL: of the runtime */
    const struct c_builtin *builtin;
    struct c_expression **arguments;
    size_t arguments_count, arguments_capacity;
};

struct c_variable {
    const char *name;
    struct c_type type;
    int line;
    size_t slot; /* in the frame of its function, or among the globals */
    bool is_global, is_parameter;
    bool is_array;
    bool has_address;      /* a scalar whose address is taken: it lives in memory */
    bool has_value;        /* is written where it is declared */
    size_t length;         /* of an array */
    const int32_t *table;  /* of a constant array of int32_t: its elements */
    const double *numbers; /* likewise, of reals */
    int parallel;          /* how many loops that threads share stand around its declaration */
};

/* ---- Statements ---- */

enum c_order {
    C_SERIAL,
    C_INDEPENDENT, /* the compiler may take the rounds side by side */
    C_PARALLEL     /* threads share them */
};

enum c_statement_kind {
    C_EMPTY,
    C_EXPRESSION,
    C_DECLARE, /* variable, with `expression` or without; zeros: an array = {0} */
    C_BLOCK,
    C_IF,
    C_FOR,
    C_WHILE,
    C_DO,
    C_RETURN,
    C_BREAK,
    C_CONTINUE
};

struct c_statement {
    enum c_statement_kind kind;
    int line;
    enum c_order order;          /* FOR */
    bool can_turn;               /* FOR: its rounds can be run in another order: they are counted upwards, and
                                    assign to no variable from outside */
    struct c_variable *variable; /* DECLARE; FOR: what it counts, if it can turn */
    bool zeros;
    struct c_expression *expression;      /* EXPRESSION, RETURN, DECLARE; condition of IF, FOR, WHILE, DO */
    struct c_statement *first;            /* FOR */
    struct c_expression *step;            /* FOR */
    struct c_statement *body, *otherwise; /* IF, FOR, WHILE, DO */
    struct c_statement **statements;      /* BLOCK */
    size_t statements_count, statements_capacity;
};

/* ---- Functions ---- */

struct c_function {
    const char *name;
    struct c_type type;
    struct c_variable **parameters;
    size_t parameters_count, parameters_capacity;
    struct c_statement *body; /* NULL: declared only */
    size_t slot_count;
    int line;
};

struct c_program {
    struct arena *arena;
    const char *text; /* that was read */
    struct c_function **functions;
    size_t functions_count, functions_capacity;
    struct c_struct **structs;
    size_t structs_count, structs_capacity;
    struct c_variable **globals;
    size_t globals_count, globals_capacity;
    const char *fault; /* why it could not be read; NULL: it has been */
};

const struct c_function *c_find_function(const struct c_program *program, const char *name);
const struct c_struct *c_find_struct(const struct c_program *program, const char *name);

/* ---- Reading ---- */

/* Macros that stand in place of what the text, or the runtime's header, defines. */
struct c_macro_value {
    const char *name; /* "GRADC_BLOCK", "GRADC_SHARED(pragma, before, i, n, work, ...)" */
    const char *text;
};

/* Emitted C, with its struct in it. `#include "gradc.h"` brings the core of the runtime's header. The
 * program's fault says what is wrong with the text: what is not declared, or what is not C as it is emitted.
 */
struct c_program *c_read(struct arena *arena, const char *text, const struct c_macro_value *macros,
                         size_t macro_count);

/* The line of the user's program that the nearest comment above a line of the C quotes: "net.nn:4"; NULL:
 * none. */
const char *c_source_place(struct arena *arena, const char *text, int line);

#endif
