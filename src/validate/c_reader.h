/* c_reader.h: what c_read.c (declarations, statements) and c_read_expression.c share. */
#ifndef GRADC_C_READER_H
#define GRADC_C_READER_H

#include <setjmp.h>

#include "c_runtime.h"
#include "c_token.h"

enum c_keyword {
    WORD_NONE,
    WORD_VOID,
    WORD_DOUBLE,
    WORD_FLOAT,
    WORD_INT,
    WORD_UINT,
    WORD_LONG,
    WORD_SIZE,
    WORD_CHAR,
    WORD_STRUCT,
    WORD_ENUM,
    WORD_CONST,
    WORD_RESTRICT,
    WORD_STORAGE, /* static, inline, extern */
    WORD_SIZEOF,
    WORD_IF,
    WORD_ELSE,
    WORD_FOR,
    WORD_WHILE,
    WORD_DO,
    WORD_RETURN,
    WORD_BREAK,
    WORD_CONTINUE,
    WORD_PRAGMA
};

enum c_bound { BOUND_VARIABLE, BOUND_NUMBER, BOUND_FUNCTION, BOUND_BUILTIN };

struct c_binding {
    enum c_bound kind;
    struct c_word *word;
    struct c_binding *outer; /* what the word meant before */
    size_t depth;
    struct c_variable *variable;
    struct c_type type; /* NUMBER */
    double real;
    int64_t integer;
    struct c_function *function;
    const struct c_builtin *builtin;
};

/* A loop around what is read whose rounds may run in any order. */
struct c_marked_loop {
    size_t first_slot; /* variables from here on are its own */
    enum c_order order;
    struct c_variable *counted;
    bool assigns_outer, assigns_counted;
    struct c_marked_loop *outer;
};

struct c_reader {
    struct arena *arena;
    struct c_program *program;
    struct c_words words;
    const struct c_token *at;
    struct c_binding **scope; /* all that are in force, in order */
    size_t scope_count, scope_capacity, depth;
    struct c_function *function; /* NULL: outside of functions */
    struct c_marked_loop *loop;
    int parallel; /* loops around that threads share */
    jmp_buf stop;
};

/* Does not return. */
void c_cannot_read(struct c_reader *reader, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

/* ---- Tokens ---- */
bool c_is(const struct c_reader *reader, int mark);
bool c_takes(struct c_reader *reader, int mark);
void c_expect(struct c_reader *reader, int mark);
bool c_is_word(const struct c_reader *reader, enum c_keyword keyword);
bool c_takes_word(struct c_reader *reader, enum c_keyword keyword);
bool c_begins_type(const struct c_reader *reader);
/* const, storage words, the type and its stars. */
struct c_type c_read_type(struct c_reader *reader);

/* ---- c_read.c ---- */
struct c_statement *c_statement_new(struct c_reader *reader, enum c_statement_kind kind, int line);
void c_leave_scope(struct c_reader *reader);
/* Ends with a semicolon; several variables are a block without a scope. */
struct c_statement *c_read_declaration(struct c_reader *reader);

/* ---- c_read_statement.c ---- */
struct c_statement *c_read_block(struct c_reader *reader); /* `{` has been read */

/* ---- c_read_expression.c ---- */
struct c_expression *c_read_expression(struct c_reader *reader); /* with commas */
struct c_expression *c_read_assignment(struct c_reader *reader);
struct c_expression *c_convert(struct c_reader *reader, struct c_expression *a, struct c_type type);
bool c_is_real(struct c_type type);
bool c_is_integer(struct c_type type);
/* The value of a constant expression; stops at any other. */
int64_t c_constant(struct c_reader *reader, const struct c_expression *a);

#endif
