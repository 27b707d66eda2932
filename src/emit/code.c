/* code.c: walks of C that is not yet printed, and its printing. */
#include "code.h"

void code_append(struct arena *arena, struct code *code, struct statement *statement)
{
    ARENA_APPEND(arena, code, statements, statement);
}

void code_append_all(struct arena *arena, struct code *code, const struct code *more)
{
    for (size_t i = 0; i < more->statements_count; i++)
        code_append(arena, code, more->statements[i]);
}

/* ---- Conditions ---- */

static struct statement *joined_inside(struct arena *arena, const struct statement *statement)
{
    struct statement *copy = ARENA_NEW(arena, struct statement);
    *copy = *statement;
    copy->body = code_join(arena, &statement->body);
    copy->otherwise = code_join(arena, &statement->otherwise);
    return copy;
}

static bool is_of_condition(const struct statement *first, const struct statement *statement)
{
    return first && statement->kind == CODE_IF && statement->is_lasting &&
           statement->otherwise.statements_count == 0 && tree_equal(first->tree, statement->tree);
}

struct code code_join(struct arena *arena, const struct code *code)
{
    struct code joined = {0};
    struct statement *last = NULL; /* under a lasting condition; behind it stand but comments, */
    size_t behind = 0;             /* from here on */
    for (size_t i = 0; i < code->statements_count; i++) {
        const struct statement *statement = code->statements[i];
        bool is_leaf = statement->body.statements_count + statement->otherwise.statements_count == 0;
        struct statement *next = is_leaf ? code->statements[i] : joined_inside(arena, statement);
        if (is_of_condition(last, next)) {
            for (size_t c = behind; c < joined.statements_count; c++)
                code_append(arena, &last->body, joined.statements[c]);
            joined.statements_count = behind;
            code_append_all(arena, &last->body, &next->body);
            continue;
        }
        code_append(arena, &joined, next);
        if (next->kind != CODE_COMMENT) {
            last = is_of_condition(next, next) ? next : NULL;
            behind = joined.statements_count;
        }
    }
    return joined;
}

/* ---- Walks ---- */

bool code_walk(const struct code *code, code_visit *visit, void *closure)
{
    for (size_t i = 0; i < code->statements_count; i++) {
        const struct statement *statement = code->statements[i];
        if (visit(statement, closure) ||
            (statement->locals && code_walk(statement->locals, visit, closure)) ||
            code_walk(&statement->body, visit, closure) || code_walk(&statement->otherwise, visit, closure))
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

/* Of a macro, what comes first behind types. */
static const struct tree *first_argument(const struct tree *call)
{
    unsigned i = 0;
    while (i < call->count && call->operands[i]->kind == TREE_TYPE)
        i++;
    return i < call->count ? call->operands[i] : NULL;
}

const struct tree *assigned_variable(const struct statement *statement)
{
    const struct tree *a = statement->tree;
    bool is_macro = statement->kind == CODE_SUM || statement->kind == CODE_ADD ||
                    statement->kind == CODE_COLLECT || statement->kind == CODE_MACRO;
    if (!a)
        return NULL;
    if (a->kind == TREE_HEAD)
        a = a->operands[0];
    const struct tree *place = is_macro                   ? first_argument(a)
                               : a->kind == TREE_VARIABLE ? tree_root(a)
                               : a->kind == TREE_BINARY && a->precedence == PRECEDENCE_ASSIGNMENT
                                   ? a->operands[0]
                                   : NULL;
    return place && place->kind == TREE_NAME ? place : NULL;
}

/* ---- Printing ---- */

struct printing {
    struct text *text;
    struct line line;
    bool has_comments;
};

/* All print into the text, and return how many lines that took. */
static size_t print_code(struct printing *printing, const struct code *code, int indent);

/* A line without a tree. */
static size_t print_text(struct printing *printing, int indent, const char *text)
{
    line_write(&printing->line, text);
    return line_end(&printing->line, printing->text, indent);
}

/* Behind `} else ` of another one, or the like. */
static size_t print_holding(struct printing *printing, const struct statement *statement, const char *behind,
                            int indent)
{
    bool is_macro = statement->kind == CODE_MACRO, is_do = statement->kind == CODE_DO;
    struct line *line = &printing->line;
    struct text *outer = printing->text, body = {.arena = outer->arena};
    printing->text = &body;
    size_t inner = print_code(printing, &statement->body, indent + 4), lines = inner;
    printing->text = outer;
    bool is_braced = statement->braces == BRACES || (statement->braces == BRACES_IF_LONG && inner > 1);
    if (statement->about)
        lines += print_text(printing, indent, statement->about);
    line_write(line, behind);
    if (is_macro) {
        line_open_call(line, statement->tree);
        line_write(line, ",");
        line_space(line, 0);
        line->depth = 0;
    } else if (statement->tree) {
        line_tree(line, statement->tree);
        if (is_braced)
            line_space(line, 3);
    }
    lines += print_text(printing, indent, is_do ? "do {" : is_braced ? "{" : "");
    if (body.length > 0)
        text_append(outer, body.bytes, body.length);
    const struct code *otherwise = &statement->otherwise;
    if (otherwise->statements_count == 1 && otherwise->statements[0]->kind == CODE_IF &&
        otherwise->statements[0]->braces == BRACES)
        return lines + print_holding(printing, otherwise->statements[0], "} else ", indent);
    if (otherwise->statements_count > 0) {
        lines += print_text(printing, indent, "} else {");
        lines += print_code(printing, otherwise, indent + 4);
    }
    if (is_braced)
        lines += print_text(printing, indent, is_macro ? "});" : is_do ? "} while (0);" : "}");
    return lines;
}

/* On one line, with spaces between them. */
static void print_inline(struct line *line, const struct code *code)
{
    for (size_t i = 0; i < code->statements_count; i++) {
        const struct statement *statement = code->statements[i];
        if (i > 0)
            line_space(line, 0);
        line_tree(line, statement->tree);
        if (statement->body.statements_count > 0) {
            line_space(line, 3);
            line_write(line, "{");
            print_inline(line, &statement->body);
            line_space(line, 0);
            line_write(line, "}");
        } else {
            line_write(line, ";");
        }
    }
}

static size_t print_simple(struct printing *printing, const struct statement *statement, int indent)
{
    struct line *line = &printing->line;
    if (statement->locals) {
        line_open_call(line, statement->tree);
        line_write(line, ",");
        line_space(line, 0);
        print_inline(line, statement->locals);
        line_write(line, ")");
        line->depth--;
    } else {
        line_tree(line, statement->tree);
    }
    line_write(line, ";");
    if (statement->remark && printing->has_comments) { /* such a line stays whole */
        line->breaks_count = 0;
        text_print(&line->text, " /* %s */", statement->remark);
    }
    return line_end(line, printing->text, indent);
}

static size_t print_code(struct printing *printing, const struct code *code, int indent)
{
    size_t lines = 0;
    for (size_t i = 0; i < code->statements_count; i++) {
        const struct statement *statement = code->statements[i];
        switch (statement->kind) {
        case CODE_COMMENT:
            if (printing->has_comments)
                text_print(printing->text, "%*s/* %s */\n", indent, "", statement->remark);
            lines++;
            break;
        case CODE_GROUP: lines += print_code(printing, &statement->body, indent); break;
        case CODE_LINE:
        case CODE_FAIL:
        case CODE_SUM:
        case CODE_ADD:
        case CODE_COLLECT: lines += print_simple(printing, statement, indent); break;
        case CODE_IF:
        case CODE_FOR:
        case CODE_DO:
        case CODE_BLOCK:
        case CODE_MACRO: lines += print_holding(printing, statement, "", indent); break;
        }
    }
    return lines;
}

void code_print(struct text *text, const struct code *code, int indent)
{
    struct printing printing = {.text = text, .line = {.text = {.arena = text->arena}}, .has_comments = true};
    print_code(&printing, code, indent);
}

void code_print_renamed(struct text *text, const struct code *code, tree_rename *rename, void *closure)
{
    struct printing printing = {
        .text = text, .line = {.text = {.arena = text->arena}, .rename = rename, .closure = closure}};
    print_code(&printing, code, 0);
}
