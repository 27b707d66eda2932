/* c_read_statement.c: blocks, branches, loops. */
#include <string.h>

#include "c_reader.h"

/* ---- Statements ---- */

static struct c_statement *read_statement(struct c_reader *reader);

/* `{` has been read. */
struct c_statement *c_read_block(struct c_reader *reader)
{
    struct c_statement *block = c_statement_new(reader, C_BLOCK, reader->at->line);
    reader->depth++;
    while (!c_takes(reader, '}')) {
        if (reader->at->kind == TOKEN_END)
            c_cannot_read(reader, block->line, "a block without its end");
        struct c_statement *one = read_statement(reader);
        if (one->kind != C_EMPTY)
            ARENA_APPEND(reader->arena, block, statements, one);
    }
    c_leave_scope(reader);
    return block;
}

/* Whether the rounds count upwards from one value to below another: i = a; i < b; i++. */
static bool counts_upwards(const struct c_statement *loop)
{
    const struct c_expression *condition = loop->expression, *step = loop->step;
    return loop->variable && condition && condition->operation == C_LESS &&
           condition->a->operation == C_VARIABLE && condition->a->variable == loop->variable && step &&
           step->operation == C_INCREMENT && step->integer == 1 && step->a->operation == C_VARIABLE &&
           step->a->variable == loop->variable;
}

static void read_rounds(struct c_reader *reader, struct c_statement *loop)
{
    struct c_marked_loop marked = {.first_slot = reader->function->slot_count,
                                   .order = loop->order,
                                   .counted = loop->variable,
                                   .outer = reader->loop};
    bool is_marked = loop->order != C_SERIAL;
    if (is_marked)
        reader->loop = &marked;
    reader->parallel += loop->order == C_PARALLEL;
    loop->body = read_statement(reader);
    reader->parallel -= loop->order == C_PARALLEL;
    reader->loop = is_marked ? marked.outer : reader->loop;
    loop->can_turn = is_marked && !marked.assigns_outer && !marked.assigns_counted && counts_upwards(loop);
    if (loop->order == C_PARALLEL && !counts_upwards(loop))
        c_cannot_read(reader, loop->line, "a loop that threads share and that does not count upwards");
}

static struct c_statement *read_for(struct c_reader *reader, enum c_order order)
{
    struct c_statement *loop = c_statement_new(reader, C_FOR, reader->at->line);
    loop->order = order;
    reader->at++;
    c_expect(reader, '(');
    reader->depth++;
    if (c_begins_type(reader)) {
        loop->first = c_read_declaration(reader);
        if (loop->first->kind == C_DECLARE)
            loop->variable = loop->first->variable;
    } else if (!c_takes(reader, ';')) {
        loop->first = c_statement_new(reader, C_EXPRESSION, reader->at->line);
        loop->first->expression = c_read_expression(reader);
        c_expect(reader, ';');
    }
    if (!c_takes(reader, ';')) {
        loop->expression = c_read_expression(reader);
        c_expect(reader, ';');
    }
    if (!c_is(reader, ')'))
        loop->step = c_read_expression(reader);
    c_expect(reader, ')');
    read_rounds(reader, loop);
    c_leave_scope(reader);
    return loop;
}

static struct c_expression *read_condition(struct c_reader *reader)
{
    c_expect(reader, '(');
    struct c_expression *condition = c_read_expression(reader);
    c_expect(reader, ')');
    return condition;
}

static struct c_statement *read_branch(struct c_reader *reader)
{
    struct c_statement *s = c_statement_new(reader, C_IF, (reader->at++)->line);
    s->expression = read_condition(reader);
    s->body = read_statement(reader);
    if (c_takes_word(reader, WORD_ELSE))
        s->otherwise = read_statement(reader);
    return s;
}

static struct c_statement *read_while(struct c_reader *reader)
{
    struct c_statement *s = c_statement_new(reader, C_WHILE, (reader->at++)->line);
    s->expression = read_condition(reader);
    s->body = read_statement(reader);
    return s;
}

static struct c_statement *read_do(struct c_reader *reader)
{
    struct c_statement *s = c_statement_new(reader, C_DO, (reader->at++)->line);
    s->body = read_statement(reader);
    if (!c_takes_word(reader, WORD_WHILE))
        c_cannot_read(reader, reader->at->line, "do without while");
    s->expression = read_condition(reader);
    c_expect(reader, ';');
    return s;
}

static struct c_statement *read_return(struct c_reader *reader)
{
    struct c_statement *s = c_statement_new(reader, C_RETURN, (reader->at++)->line);
    if (!c_is(reader, ';'))
        s->expression = c_convert(reader, c_read_expression(reader), reader->function->type);
    else if (reader->function->type.kind != C_VOID)
        c_cannot_read(reader, s->line, "a return without a value");
    if (reader->parallel > 0)
        c_cannot_read(reader, s->line, "a return from rounds that threads share");
    c_expect(reader, ';');
    return s;
}

/* _Pragma("...") before a loop, or another pragma. */
static struct c_statement *read_pragma(struct c_reader *reader)
{
    enum c_order order = C_SERIAL;
    while (c_takes_word(reader, WORD_PRAGMA)) {
        c_expect(reader, '(');
        const struct c_token *text = reader->at++;
        c_expect(reader, ')');
        const char *spelled = arena_copy(reader->arena, text->text, text->length);
        if (strstr(spelled, "omp parallel for"))
            order = C_PARALLEL;
        else if (strstr(spelled, "ivdep") && order == C_SERIAL)
            order = C_INDEPENDENT;
        else if (!strstr(spelled, "unroll"))
            c_cannot_read(reader, text->line, "the pragma %s", spelled);
    }
    if (!c_is_word(reader, WORD_FOR)) {
        if (order != C_SERIAL)
            c_cannot_read(reader, reader->at->line, "a pragma for a loop in front of none");
        return read_statement(reader);
    }
    return read_for(reader, order);
}

static struct c_statement *read_statement(struct c_reader *reader)
{
    int line = reader->at->line;
    if (c_takes(reader, '{'))
        return c_read_block(reader);
    if (c_takes(reader, ';'))
        return c_statement_new(reader, C_EMPTY, line);
    if (c_begins_type(reader)) {
        if (c_is_word(reader, WORD_ENUM)) {
            c_read_type(reader);
            c_expect(reader, ';');
            return c_statement_new(reader, C_EMPTY, line);
        }
        return c_read_declaration(reader);
    }
    switch (reader->at->kind == TOKEN_NAME ? reader->at->word->keyword : WORD_NONE) {
    case WORD_IF: return read_branch(reader);
    case WORD_FOR: return read_for(reader, C_SERIAL);
    case WORD_WHILE: return read_while(reader);
    case WORD_DO: return read_do(reader);
    case WORD_RETURN: return read_return(reader);
    case WORD_PRAGMA: return read_pragma(reader);
    case WORD_BREAK:
    case WORD_CONTINUE: {
        bool breaks = c_is_word(reader, WORD_BREAK);
        reader->at++;
        c_expect(reader, ';');
        return c_statement_new(reader, breaks ? C_BREAK : C_CONTINUE, line);
    }
    default: break;
    }
    struct c_statement *s = c_statement_new(reader, C_EXPRESSION, line);
    s->expression = c_read_expression(reader);
    c_expect(reader, ';');
    return s;
}
