/* code.c: walks of C that is not yet printed, and its printing. */
#include "code.h"

#include <string.h>

#include "emitter.h"

void code_append(struct arena *arena, struct code *code, struct statement *statement)
{
    ARENA_APPEND(arena, code, statements, statement);
}

void code_append_all(struct arena *arena, struct code *code, const struct code *more)
{
    for (size_t i = 0; i < more->statements_count; i++)
        code_append(arena, code, more->statements[i]);
}

/* ---- Walks ---- */

bool code_walk(const struct code *code, code_visit *visit, void *closure)
{
    for (size_t i = 0; i < code->statements_count; i++) {
        const struct statement *statement = code->statements[i];
        if (visit(statement, closure) || code_walk(&statement->body, visit, closure) ||
            code_walk(&statement->otherwise, visit, closure))
            return true;
    }
    return false;
}

static bool is_of_kind(const struct statement *statement, void *closure)
{
    return statement->kind == *(const enum statement_kind *)closure;
}

bool code_has(const struct code *code, enum statement_kind kind)
{
    return code_walk(code, is_of_kind, &kind);
}

bool can_fail(const struct code *code)
{
    return code_has(code, CODE_FAIL);
}

size_t code_length(const struct code *code)
{
    size_t length = 0;
    for (size_t i = 0; i < code->statements_count; i++) {
        const struct statement *statement = code->statements[i];
        if (statement->kind == CODE_COMMENT)
            continue;
        length += code_length(&statement->body) + code_length(&statement->otherwise);
        if (statement->kind == CODE_GROUP)
            continue;
        bool is_closed = statement->body.statements_count > 1 ||
                         (statement->body.statements_count > 0 && statement->braces == BRACES);
        length +=
            (size_t)1 + is_closed + (statement->about != NULL) + (statement->otherwise.statements_count > 0);
    }
    return length;
}

/* ---- Printing ---- */

static void print_holding(struct text *text, const struct statement *statement, int indent)
{
    bool is_macro = statement->kind == CODE_MACRO, is_do = statement->kind == CODE_DO;
    const char *open = is_macro ? ", {" : is_do ? "do {" : statement->kind == CODE_BLOCK ? "{" : " {";
    const char *close = is_macro ? "});" : is_do ? "} while (0);" : "}";
    struct text body = {.arena = text->arena};
    text_write(&body, "");
    code_print(&body, &statement->body, indent + 4);
    const char *end = strchr(body.bytes, '\n');
    bool is_braced = statement->braces == BRACES || (statement->braces == BRACES_IF_LONG && end && end[1]);
    if (statement->about)
        text_line(text, indent, statement->about);
    text_line(text, indent, arena_print(text->arena, "%s%s", statement->text, is_braced ? open : ""));
    text_append(text, body.bytes, body.length);
    if (statement->otherwise.statements_count > 0) {
        text_line(text, indent, "} else {");
        code_print(text, &statement->otherwise, indent + 4);
    }
    if (is_braced)
        text_line(text, indent, close);
}

void code_print(struct text *text, const struct code *code, int indent)
{
    for (size_t i = 0; i < code->statements_count; i++) {
        const struct statement *statement = code->statements[i];
        switch (statement->kind) {
        case CODE_COMMENT: text_print(text, "%*s/* %s */\n", indent, "", statement->text); break;
        case CODE_GROUP: code_print(text, &statement->body, indent); break;
        case CODE_LINE:
        case CODE_FAIL:
        case CODE_SUM:
        case CODE_ADD:
            if (statement->remark)
                text_print(text, "%*s%s /* %s */\n", indent, "", statement->text, statement->remark);
            else
                text_line(text, indent, statement->text);
            break;
        case CODE_IF:
        case CODE_FOR:
        case CODE_DO:
        case CODE_BLOCK:
        case CODE_MACRO: print_holding(text, statement, indent); break;
        }
    }
}

void code_print_inline(struct text *text, const struct code *code)
{
    for (size_t i = 0; i < code->statements_count; i++) {
        const struct statement *statement = code->statements[i];
        if (text->length > 0)
            text_write(text, " ");
        text_write(text, statement->text);
        if (statement->body.statements_count > 0) {
            text_write(text, " {");
            code_print_inline(text, &statement->body);
            text_write(text, " }");
        }
    }
}
