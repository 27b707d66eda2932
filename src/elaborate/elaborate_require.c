/* elaborate_require.c: `require c`. Outside loops and branches it is a check of the entry. Within them,
 * whether all requirements of all rounds were met is one more truth value that the loop carries, in all its
 * copies and forms, and the check stands behind the outermost loop. */
#include "elaborator.h"

#include <string.h>

struct met enter_requirements(struct elaborator *e)
{
    struct met outer = e->met;
    e->met = (struct met){NULL, true};
    return outer;
}

struct node *leave_requirements(struct elaborator *e, struct met outer)
{
    struct node *met = e->met.node;
    e->met = outer;
    return met;
}

void require_met(struct elaborator *e, struct node *truth, struct span at)
{
    if (!e->met.is_inside) {
        require_truth(e, truth, at);
        return;
    }
    if (truth->rank)
        truth = graph_reduce(e->graph, OP_ALL, truth, (1u << truth->rank) - 1);
    e->met.node = e->met.node ? graph_binary(e->graph, OP_AND, e->met.node, truth) : truth;
}

/* The text that the interface lists: what is written, or the condition's own, on one line. */
static const char *text_of(struct elaborator *e, const struct statement *statement)
{
    struct span span = statement->value->span;
    char *text = arena_copy(e->arena, span.source->text + span.begin, span.end - span.begin);
    if (statement->text)
        return statement->text;
    for (char *c = text; *c; c++)
        if (strchr("\n\r\t\f\v", *c))
            *c = ' ';
    return text;
}

static void list_text(struct elaborator *e, const char *text)
{
    struct function *function = e->function;
    for (size_t i = 0; i < function->requires_count; i++)
        if (!strcmp(function->requires[i], text))
            return;
    ARENA_APPEND(e->arena, function, requires, text);
}

void execute_require(struct elaborator *e, const struct statement *statement)
{
    struct span at = statement->value->span;
    struct node *truth = as_bool(e, evaluate(e, statement->value), at, "what is required");
    if (!truth || !e->function)
        return;
    list_text(e, text_of(e, statement));
    require_met(e, truth, at);
}
