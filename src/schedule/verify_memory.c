/* verify_memory.c: what is alive at once does not share memory, and rounds that threads share do not meet in
 * it. */
#include <stdlib.h>

#include "program_verify.h"

/* ---- Lives ---- */

struct life {
    const struct buffer *buffer;
    size_t first, last; /* preorder numbers */
};

/* How many of the loops and regions around the statement hold what it touches from beginning to end: what it
 * adds up begins before the loops that it adds up over. */
static int levels_of(const struct nest *nest, bool writes)
{
    if (!writes)
        return nest->path_count;
    return nest->path_first + (adds_up_over_blocks(nest) ? -1 : nest->first_reduced);
}

/* From the first that touches it to the last, with all rounds of loops that not all of these stand in. */
static struct life life_of(const struct buffer *buffer)
{
    struct life life = {buffer, SIZE_MAX, 0};
    const struct nest *one = toucher(buffer, 0);
    int levels = one ? levels_of(one, one->target != NULL) : 0;
    for (size_t i = 0; toucher(buffer, i); i++) {
        bool writes = i < buffer->writers_count;
        int limit = levels_of(toucher(buffer, i), writes && buffer->node);
        levels = shared_levels(one, levels, toucher(buffer, i));
        levels = limit < levels ? limit : levels;
    }
    if (buffer->member)
        levels = 0;
    for (size_t i = 0; toucher(buffer, i); i++)
        live_in(item_at(toucher(buffer, i), levels), &life.first, &life.last);
    if (buffer->is_kept || buffer->is_earlier)
        life.last = SIZE_MAX;
    if (buffer->is_earlier)
        life.first = 0;
    return life;
}

static bool has_room(const struct verifier *verifier, const struct buffer *buffer)
{
    return buffer->slot >= 0 && (size_t)buffer->slot < verifier->program->slots_count &&
           !verifier->program->slots[buffer->slot].is_for_chunks &&
           (toucher(buffer, 0) || buffer->is_earlier);
}

static int by_slot_and_time(const void *a, const void *b)
{
    const struct life *x = a, *y = b;
    if (x->buffer->slot != y->buffer->slot)
        return x->buffer->slot < y->buffer->slot ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

static const char *verify_size(struct verifier *verifier, const struct buffer *buffer)
{
    size *count = buffer_count(verifier->program, buffer),
         *room = verifier->program->slots[buffer->slot].count;
    if (size_has_loop_variable(room))
        return arena_print(verifier->text.arena,
                           "the room of %s in the workspace, of %s elements, depends on a round",
                           buffer_title(&verifier->text, buffer), size_title(&verifier->text, room));
    if (buffer->is_earlier || size_nonnegative(size_subtract(room, count)) != NEVER)
        return NULL;
    return arena_print(verifier->text.arena, "%s has %s elements, its room in the workspace %s",
                       buffer_title(&verifier->text, buffer), size_title(&verifier->text, count),
                       size_title(&verifier->text, room));
}

/* ---- Values over older ones ---- */

/* The older one of a value and what it is an alias of, where one takes the place of the other once: it is
 * written over that, or lives in a member until that is written. NULL: it is there again in each round. */
static const struct buffer *older_of(const struct buffer *alias)
{
    const struct buffer *other = alias->alias_of;
    if (!other || alias->row || !other->is_taken)
        return NULL;
    return alias->has_own_name ? other : alias;
}

/* All that read the older value come before the newer one is written, or are what writes it. */
static const char *verify_over(struct verifier *verifier, const struct buffer *alias)
{
    const struct buffer *older = older_of(alias), *newer = older == alias ? alias->alias_of : alias;
    for (size_t r = 0; older && r < older->readers_count; r++)
        for (size_t w = 0; w < newer->writers_count; w++) {
            const struct nest *reader = older->readers[r], *writer = newer->writers[w];
            if (reader == writer || reader->is_void || writer->is_void ||
                comes_before(reader->item, writer->item))
                continue;
            return arena_print(verifier->text.arena, "%zu, %s: reads %s, over which %s has been written",
                               reader->item->first, statement_title(&verifier->text, (struct nest *)reader),
                               buffer_title(&verifier->text, older), buffer_title(&verifier->text, newer));
        }
    return NULL;
}

/* Whether a round ends with the value where what it carries stands, or with one that goes on in its place. */
static bool is_carried_back(const struct verifier *verifier, const struct buffer *value,
                            const struct buffer *carried)
{
    for (size_t w = 0; w < carried->writers_count; w++) {
        const struct nest *copy = carried->writers[w];
        const struct buffer *from = copy->is_update ? verifier->program->buffers[copy->node->id] : NULL;
        for (const struct buffer *place = value; from && place; place = place->alias_of)
            if (place == from)
                return true;
    }
    return false;
}

/* What goes on in the variable that it begins with: all that touches the older value comes before. */
static const char *verify_start(struct verifier *verifier, const struct nest *start)
{
    const struct buffer *newer = start->target, *older = start->kind == NEST_COPY && start->is_void &&
                                                                 !start->is_update && start->node && newer &&
                                                                 !start->row
                                                             ? verifier->program->buffers[start->node->id]
                                                             : NULL;
    if (!older || older == newer || newer->storage != STORAGE_SCALAR || root_of(older) != root_of(newer) ||
        is_carried_back(verifier, newer, older))
        return NULL;
    for (size_t i = 0; toucher(older, i); i++) {
        const struct nest *nest = toucher(older, i);
        if (nest != start && !nest->is_void && !comes_before(nest->item, start->item))
            return arena_print(verifier->text.arena, "%zu, %s: needs %s, in whose place %s goes on",
                               nest->item->first, statement_title(&verifier->text, (struct nest *)nest),
                               buffer_title(&verifier->text, older), buffer_title(&verifier->text, newer));
    }
    return NULL;
}

/* Whether one of them runs only where the other one does not. */
static bool are_in_other_sides(const struct nest *a, const struct nest *b)
{
    int shared = shared_levels(a, a->path_count, b);
    return shared < a->path_first && shared < b->path_first &&
           are_opposite(branch_condition(a->path[shared]), branch_condition(b->path[shared]));
}

/* What is made in a round where a carried variable stands is made when the round has read that. */
static const char *verify_carried(struct verifier *verifier, const struct buffer *value,
                                  const struct buffer *carried)
{
    const struct item *round = NULL;
    for (size_t w = 0; w < carried->writers_count; w++)
        if (carried->writers[w]->is_update && carried->writers[w]->is_void)
            round = carried->writers[w]->item->parent;
    for (size_t r = 0; round && r < carried->readers_count; r++)
        for (size_t w = 0; w < value->writers_count; w++) {
            const struct nest *reader = carried->readers[r], *writer = value->writers[w];
            if (reader->is_void || writer->is_void || !is_within(reader->item, round) ||
                !is_within(writer->item, round) || !comes_before(writer->item, reader->item) ||
                are_in_other_sides(writer, reader))
                continue;
            return arena_print(verifier->text.arena, "%zu, %s: reads %s, over which %s has been written",
                               reader->item->first, statement_title(&verifier->text, (struct nest *)reader),
                               buffer_title(&verifier->text, carried), buffer_title(&verifier->text, value));
        }
    return NULL;
}

static const char *verify_places(struct verifier *verifier, const struct buffer *value)
{
    const char *fault = NULL;
    for (const struct buffer *place = value->alias_of;
         place && !fault && value->node && value->node->rank == 0; place = place->alias_of)
        fault = verify_carried(verifier, value, place);
    return fault;
}

/* What lives in a caller's array is computed only where that is there, unless it has room elsewhere. */
static const char *verify_wanted(struct verifier *verifier, const struct buffer *alias)
{
    const struct program *program = verifier->program;
    const struct buffer *root = root_of(alias);
    guard wanted = root->member ? guard_of_member(program->function, root->member) : ALWAYS_WANTED;
    if (root->storage != STORAGE_MEMBER || root->needs_fallback || wanted == ALWAYS_WANTED ||
        alias->guard == wanted || alias->writers_count == 0)
        return NULL;
    return arena_print(verifier->text.arena, "%s lives in %s, and is computed where that is not wanted, too",
                       buffer_title(&verifier->text, alias), buffer_title(&verifier->text, root));
}

/* Only one value lives in a member before the member's own. */
static const char *verify_alone(struct verifier *verifier, const struct buffer *alias)
{
    const struct program *program = verifier->program;
    for (size_t i = 0; older_of(alias) == alias && i < program->all_buffers_count; i++) {
        const struct buffer *other = program->all_buffers[i];
        if (other != alias && other->alias_of == alias->alias_of && older_of(other) == other)
            return arena_print(verifier->text.arena, "%s and %s both live in %s",
                               buffer_title(&verifier->text, alias), buffer_title(&verifier->text, other),
                               buffer_title(&verifier->text, alias->alias_of));
    }
    return NULL;
}

const char *verify_memory(struct verifier *verifier)
{
    struct program *program = verifier->program;
    struct life *lives = ARENA_ARRAY(verifier->text.arena, struct life, program->all_buffers_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < program->nests_count; i++) {
        const char *fault = verify_start(verifier, program->nests[i]);
        if (fault)
            return fault;
    }
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        const struct buffer *buffer = program->all_buffers[i];
        const char *fault = verify_over(verifier, buffer);
        fault = fault ? fault : verify_wanted(verifier, buffer);
        fault = fault ? fault : verify_alone(verifier, buffer);
        fault = fault ? fault : verify_places(verifier, buffer);
        if (!fault && has_room(verifier, buffer)) {
            lives[count++] = life_of(buffer);
            fault = verify_size(verifier, buffer);
        }
        if (fault)
            return fault;
    }
    qsort(lives, count, sizeof *lives, by_slot_and_time);
    for (size_t i = 0, longest = 0; i < count; i++) {
        const struct life *life = &lives[i], *before = &lives[longest];
        bool is_same_slot = i > 0 && before->buffer->slot == life->buffer->slot;
        if (is_same_slot && before->last >= life->first && root_of(before->buffer) != root_of(life->buffer))
            return arena_print(verifier->text.arena, "%s and %s share workspace %d and are both alive at %zu",
                               buffer_title(&verifier->text, before->buffer),
                               buffer_title(&verifier->text, life->buffer), life->buffer->slot, life->first);
        if (!is_same_slot || life->last > before->last)
            longest = i;
    }
    return NULL;
}

/* ---- Rounds that threads share ---- */

/* Something behind the loop reads what only the first chunk would leave there. */
static bool is_lost(const struct own *own, const struct buffer *buffer)
{
    return own && !own->added_by && (buffer->is_kept || root_of(buffer)->is_kept);
}

/* A local variable of a round. */
static bool is_private_variable(const struct buffer *buffer, const struct item *loop)
{
    if (buffer->storage != STORAGE_SCALAR || (buffer->alias_of && !buffer->has_own_name))
        return false;
    for (size_t i = 0; toucher(buffer, i); i++)
        if (!is_within(toucher(buffer, i)->item, loop))
            return false;
    return true;
}

static bool is_sum_of_rounds(const struct nest *nest, const struct item *loop)
{
    return loop->work && loop->before_count == 1 && loop->before[0] == nest;
}

static const char *verify_store(struct verifier *verifier, const struct nest *nest, const struct item *loop)
{
    const struct buffer *target = nest->target;
    if (nest->kind == NEST_BREAK || nest->kind == NEST_CHECK || nest->kind == NEST_CALL || !target)
        return "may leave the function, in a loop that threads share";
    const struct own *own = own_of(loop->chunks, target);
    if (is_lost(own, target))
        return arena_print(verifier->text.arena, "writes %s for backward, of which each chunk has its own",
                           buffer_title(&verifier->text, target));
    if (own || is_private_variable(target, loop) || is_sum_of_rounds(nest, loop) || row_axis(nest, loop) >= 0)
        return NULL;
    return arena_print(verifier->text.arena,
                       "writes %s in each round of the loop over %s, which threads share",
                       buffer_title(&verifier->text, target), size_title(&verifier->text, loop->variable));
}

/* Of an array that rounds write, a round reads its own row. */
static const char *verify_load(struct verifier *verifier, const struct nest *nest,
                               const struct access *access, const struct item *loop)
{
    const struct buffer *buffer = access->buffer;
    if (!buffer || own_of(loop->chunks, buffer) || is_private_variable(buffer, loop))
        return NULL;
    for (size_t w = 0; w < buffer->writers_count; w++) {
        const struct nest *writer = buffer->writers[w];
        if (writer == nest || writer->is_void || !is_within(writer->item, loop))
            continue;
        int row = row_axis(writer, loop);
        if (row < 0 || access->map[row] != axis_over(nest, loop))
            return arena_print(
                verifier->text.arena, "reads of %s what another round of the loop over %s may be writing",
                buffer_title(&verifier->text, buffer), size_title(&verifier->text, loop->variable));
    }
    return NULL;
}

static const char *verify_inside(struct verifier *verifier, const struct item *parent,
                                 const struct item *loop)
{
    for (size_t i = 0; i < parent->body_count; i++) {
        const struct item *item = parent->body[i];
        const char *fault = NULL;
        if (item->kind == ITEM_STATEMENT && !item->nest->is_void) {
            fault = verify_store(verifier, item->nest, loop);
            for (size_t r = 0; !fault && r < item->nest->reads_count; r++)
                fault = verify_load(verifier, item->nest, &item->nest->reads[r], loop);
            if (fault)
                return arena_print(verifier->text.arena, "%zu, %s: %s", item->first,
                                   statement_title(&verifier->text, item->nest), fault);
        }
        fault = verify_inside(verifier, item, loop);
        if (fault)
            return fault;
    }
    return NULL;
}

const char *verify_shared(struct verifier *verifier, const struct item *loop)
{
    return verify_inside(verifier, loop, loop);
}
