/* emit_code.c: makes statements, each where the emitter stands. */
#include <string.h>

#include "emitter.h"

static struct statement *statement_of(struct emitter *emitter, enum statement_kind kind, const char *format,
                                      va_list arguments)
{
    struct statement *statement = ARENA_NEW(emitter->lasting, struct statement);
    *statement = (struct statement){.kind = kind, .text = arena_vprint(emitter->lasting, format, arguments)};
    return statement;
}

void emit_line(struct emitter *emitter, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    code_append(emitter->lasting, emitter->code, statement_of(emitter, CODE_LINE, format, arguments));
    va_end(arguments);
}

void emit_as(struct emitter *emitter, enum statement_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    code_append(emitter->lasting, emitter->code, statement_of(emitter, kind, format, arguments));
    va_end(arguments);
}

struct code *emit_into(struct emitter *emitter, struct code *code)
{
    struct code *outer = emitter->code;
    emitter->code = code;
    return outer;
}

struct statement *open_statement(struct emitter *emitter, enum statement_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct statement *statement = statement_of(emitter, kind, format, arguments);
    va_end(arguments);
    statement->outer = emit_into(emitter, &statement->body);
    return statement;
}

struct statement *emit_open(struct emitter *emitter, enum statement_kind kind, enum braces braces,
                            const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct statement *statement = statement_of(emitter, kind, format, arguments);
    va_end(arguments);
    statement->braces = braces;
    code_append(emitter->lasting, emitter->code, statement);
    statement->outer = emit_into(emitter, &statement->body);
    return statement;
}

void close_statement(struct emitter *emitter, struct statement *statement)
{
    emitter->code = statement->outer;
}

struct statement *emit_open_loop(struct emitter *emitter, enum braces braces, const char *variable,
                                 const char *extent)
{
    return emit_open(emitter, CODE_FOR, braces, "for (size_t %s = 0; %s < %s; %s++)", variable, variable,
                     extent, variable);
}

void emit_failure(struct emitter *emitter, const char *condition, const char *status)
{
    struct statement *test = emit_open(emitter, CODE_IF, NO_BRACES, "if (%s)", condition);
    emit_as(emitter, CODE_FAIL, "return %s;", status);
    close_statement(emitter, test);
}
