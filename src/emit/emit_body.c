/* emit_body.c: the items of an entry, of a region, or of blocks, one after the other.
 *
 * Compilers take much longer for one long function than for many short ones. So a long body is set aside, and
 * emit_stretches.c makes functions of it when all is known that these need. */
#include "emitter.h"

static bool leaves(const struct item *item)
{
    return item->kind == ITEM_STATEMENT && item->nest->kind == NEST_BREAK;
}

struct body *print_body(struct emitter *emitter, const struct item *parent, size_t first)
{
    struct body *body = ARENA_NEW(emitter->lasting, struct body);
    struct code *outer_code = emit_into(emitter, &body->code);
    struct arena *outer = emitter->arena;
    body->parent = parent;
    emitter->arena = arena_new();
    while (first < parent->body_count) {
        struct piece piece = {.leaves = false};
        size_t next = first + emit_items_at(emitter, parent, first);
        for (; first < next; first++)
            piece.leaves = piece.leaves || leaves(parent->body[first]);
        piece.end = body->code.statements_count;
        ARENA_APPEND(emitter->lasting, body, pieces, piece);
        arena_clear(emitter->arena);
    }
    arena_free(emitter->arena);
    emitter->arena = outer;
    emitter->code = outer_code;
    body->length = code_length(&body->code);
    return body;
}

void emit_body(struct emitter *emitter, const struct item *parent, size_t first)
{
    struct body *body = print_body(emitter, parent, first);
    size_t most = parent->parent ? LONGEST_INNER_BODY : LONGEST_BODY;
    if (body->length <= most || body->pieces_count == 1) {
        code_append_all(emitter->lasting, emitter->code, &body->code);
        return;
    }
    body->group = open_statement(emitter, CODE_GROUP, "");
    close_statement(emitter, body->group);
    code_append(emitter->lasting, emitter->code, body->group);
    ARENA_APPEND(emitter->lasting, emitter, bodies, body);
}
