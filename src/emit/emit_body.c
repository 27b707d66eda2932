/* emit_body.c: the items of an entry, of a region, or of blocks, one after the other.
 *
 * Compilers take much longer for one long function than for many short ones. So a long body is set aside when
 * it is printed, and emit_stretches.c makes functions of it when all is known that these need. */
#include <string.h>

#include "emitter.h"

static bool leaves(const struct item *item)
{
    return item->kind == ITEM_STATEMENT && item->nest->kind == NEST_BREAK;
}

struct body *print_body(struct emitter *emitter, const struct item *parent, size_t first)
{
    struct body *body = ARENA_NEW(emitter->lasting, struct body);
    struct text *out = emitter->out;
    struct arena *outer = emitter->arena;
    *body = (struct body){.parent = parent, .text = {.arena = emitter->lasting}, .indent = emitter->indent};
    text_write(&body->text, "");
    emitter->out = &body->text;
    emitter->arena = arena_new();
    while (first < parent->body_count) {
        struct piece piece = {.leaves = false};
        size_t next = first + emit_items_at(emitter, parent, first);
        for (; first < next; first++)
            piece.leaves = piece.leaves || leaves(parent->body[first]);
        piece.end = body->text.length;
        ARENA_APPEND(emitter->lasting, body, pieces, piece);
        arena_clear(emitter->arena);
    }
    arena_free(emitter->arena);
    emitter->arena = outer;
    emitter->out = out;
    body->lines = count_lines(body->text.bytes, body->text.length);
    return body;
}

/* Where all that is declared around it is known to emit_stretches.c. */
static bool is_inside_loop(const struct item *item)
{
    while (item && item->kind != ITEM_LOOP)
        item = item->parent;
    return item != NULL;
}

void emit_body(struct emitter *emitter, const struct item *parent, size_t first)
{
    struct body *body = print_body(emitter, parent, first);
    if (body->lines <= LONGEST_BODY || is_inside_loop(parent)) {
        text_write(emitter->out, body->text.bytes);
        return;
    }
    text_print(emitter->out, "%c%zu\n", BODY_MARK, emitter->bodies_count);
    ARENA_APPEND(emitter->lasting, emitter, bodies, body);
}
