/* emit_code.c: makes statements, each where the emitter stands. */
#include <string.h>

#include "emitter.h"

const struct tree *form(struct emitter *emitter, const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    const struct tree *made = tree_of(emitter->lasting, pattern, arguments);
    va_end(arguments);
    return made;
}

static struct statement *statement_of(struct emitter *emitter, enum statement_kind kind, const char *pattern,
                                      va_list arguments)
{
    struct statement *statement = ARENA_NEW(emitter->lasting, struct statement);
    *statement = (struct statement){.kind = kind,
                                    .tree = *pattern ? tree_of(emitter->lasting, pattern, arguments) : NULL};
    return statement;
}

void emit_line(struct emitter *emitter, const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    code_append(emitter->lasting, emitter->code, statement_of(emitter, CODE_LINE, pattern, arguments));
    va_end(arguments);
}

void emit_as(struct emitter *emitter, enum statement_kind kind, const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    code_append(emitter->lasting, emitter->code, statement_of(emitter, kind, pattern, arguments));
    va_end(arguments);
}

void emit_summing(struct emitter *emitter, enum statement_kind kind, const struct code *locals,
                  const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    struct statement *statement = statement_of(emitter, kind, pattern, arguments);
    va_end(arguments);
    statement->locals = locals->statements_count > 0 ? locals : NULL;
    code_append(emitter->lasting, emitter->code, statement);
}

void emit_comment(struct emitter *emitter, const char *text)
{
    struct statement *statement = ARENA_NEW(emitter->lasting, struct statement);
    statement->kind = CODE_COMMENT;
    statement->remark = arena_copy(emitter->lasting, text, strlen(text));
    code_append(emitter->lasting, emitter->code, statement);
}

struct code *emit_into(struct emitter *emitter, struct code *code)
{
    struct code *outer = emitter->code;
    emitter->code = code;
    return outer;
}

struct statement *open_statement(struct emitter *emitter, enum statement_kind kind, const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    struct statement *statement = statement_of(emitter, kind, pattern, arguments);
    va_end(arguments);
    statement->outer = emit_into(emitter, &statement->body);
    return statement;
}

struct statement *emit_open(struct emitter *emitter, enum statement_kind kind, enum braces braces,
                            const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    struct statement *statement = statement_of(emitter, kind, pattern, arguments);
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
                                 const struct tree *extent)
{
    return emit_open(emitter, CODE_FOR, braces, "for (size_t %s = 0; %s < $; %s++)", variable, variable,
                     extent, variable);
}

void emit_failure(struct emitter *emitter, const struct tree *condition, const char *status)
{
    struct statement *test = emit_open(emitter, CODE_IF, NO_BRACES, "if ($)", condition);
    emit_as(emitter, CODE_FAIL, "return %s", status);
    close_statement(emitter, test);
}
