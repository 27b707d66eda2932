/* emit_arrays.c: the arrays of an entry: inputs, members that it writes, stretches of the workspace.
 *
 * Requires the statements of the entry to be printed: only arrays that they mention are listed. */
#include <stdlib.h>

#include "emitter.h"

static void add_array(struct emitter *emitter, struct arrays *arrays, struct array array)
{
    ARENA_APPEND(emitter->arena, arrays, arrays, array);
}

/* ---- Inputs ---- */

bool reads_member(enum role role)
{
    return role == ROLE_INPUT || role == ROLE_INOUT || role == ROLE_OUTPUT_GRADIENT || role == ROLE_TANGENT ||
           role == ROLE_DIRECTION || role == ROLE_PREPARED_VALUE;
}

bool is_read_leaf(const struct emitter *emitter, const struct member *member)
{
    return member->leaf && reads_member(member->role) && emitter->leaf_names[member->leaf->id] &&
           emitter->leaf_is_used[member->leaf->id];
}

/* (double *)m->prepared + 64 + 2 * gradc_room(n) */
static const struct tree *prepared_of(struct emitter *emitter, const struct member *member)
{
    const struct tree *place = form(emitter, "(%s *)%s->prepared", emitter->real, emitter->self);
    place = prepared_rooms(emitter, place, member);
    return member->type == REAL ? place : form(emitter, "(int32_t *)(void *)($)", place);
}

const struct tree *member_of(struct emitter *emitter, const struct member *member)
{
    if (member->role == ROLE_PREPARED_VALUE)
        return prepared_of(emitter, member);
    return form(emitter, "%s->%s", emitter->self, member->name);
}

static void add_inputs(struct emitter *emitter, struct arrays *arrays)
{
    for (size_t i = 0; i < emitter->function->members_count; i++) {
        const struct member *member = &emitter->function->members[i];
        if (!is_read_leaf(emitter, member) || member->rank == 0)
            continue;
        bool is_updated = member->role == ROLE_INOUT;
        add_array(emitter, arrays,
                  (struct array){.type = arena_print(emitter->arena, is_updated ? "%s" : "const %s",
                                                     c_type(emitter, member->type)),
                                 .name = emitter->leaf_names[member->leaf->id],
                                 .source = member_of(emitter, member),
                                 .shape = shape_comment(emitter->arena, member->rank, member->shape),
                                 .is_alone = true,
                                 .slot = -1,
                                 .is_written = is_updated});
    }
}

/* ---- The workspace ---- */

static const char *buffer_shape(struct emitter *emitter, const struct buffer *buffer)
{
    size *left[MAXIMUM_RANK];
    int rank = 0;
    if (!buffer->node)
        return arena_print(emitter->arena, "[%s]", size_print(emitter->arena, buffer->count, SIZE_LANGUAGE));
    for (int a = 0; a < buffer->node->rank; a++)
        if (!(buffer->dropped >> a & 1))
            left[rank++] = buffer_extent(buffer, a);
    return shape_comment(emitter->arena, rank, left);
}

static bool is_mentioned(const struct buffer *buffer)
{
    return buffer->is_read && buffer->name &&
           (buffer->storage == STORAGE_WORKSPACE || buffer->storage == STORAGE_MEMBER) &&
           !(buffer->member && buffer->member->role == ROLE_INOUT && buffer->member->leaf &&
             buffer->is_leaf_name);
}

static bool is_plain(const struct buffer *buffer)
{
    return buffer->slot >= 0 && buffer->storage == STORAGE_WORKSPACE && !is_integer_type(buffer->type) &&
           !buffer->is_seed;
}

/* After what stands there first: t, spare_d_x where a member is used if there is one, place_of_k for
 * integers. */
static const char *slot_name(struct emitter *emitter, struct buffer *first, const struct buffer *any)
{
    if (first)
        return buffer_name(emitter, first);
    const char *name = any && any->name ? any->name : "array";
    bool is_spare = any && (any->is_seed || any->member);
    return names_take(emitter->names,
                      arena_print(emitter->arena, is_spare ? "spare_%s" : "place_of_%s", name));
}

static void name_slots(struct emitter *emitter, struct buffer **firsts)
{
    struct program *program = emitter->program;
    struct buffer **any = ARENA_ARRAY(emitter->arena, struct buffer *, program->slots_count + 1);
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *buffer = program->all_buffers[i];
        if (buffer->slot >= 0 && !any[buffer->slot] && is_mentioned(buffer))
            any[buffer->slot] = buffer;
        if (is_plain(buffer) && !firsts[buffer->slot])
            firsts[buffer->slot] = buffer;
    }
    for (size_t i = 0; i < program->slots_count; i++)
        if (!program->slots[i].name)
            program->slots[i].name = slot_name(emitter, firsts[i], any[i]);
}

/* ---- All buffers ---- */

/* Where it is: in a member, at `start`, or there if its member is NULL. */
static const struct tree *source_of(struct emitter *emitter, const struct buffer *buffer,
                                    const struct tree *start)
{
    const char *type = c_type(emitter, buffer->type);
    const struct member *member =
        buffer->is_seed ? emitter->program->leaf_members[buffer->node->id] : buffer->member;
    if (is_integer_type(buffer->type) && start)
        start = form(emitter, "(%s *)(void *)($)", type, start);
    const struct tree *source = member ? member_of(emitter, member) : start;
    if (buffer->is_seed)
        return form(emitter, "$ ? (%s *)$ : $", source, type, source, start);
    return member && start ? form(emitter, "$ ? $ : $", source, source, start) : source;
}

/* A buffer in a member, or in a slot, which others may use, too. */
static void add_buffer(struct emitter *emitter, struct arrays *arrays, const struct buffer *buffer,
                       bool is_shared)
{
    const char *type = c_type(emitter, buffer->type);
    bool is_in_slot = buffer->slot >= 0 && !is_shared;
    const char *base = is_shared ? emitter->program->slots[buffer->slot].name : NULL;
    const struct tree *start = base ? tree_name(emitter->lasting, base) : NULL;
    add_array(
        emitter, arrays,
        (struct array){.type = buffer->is_earlier ? arena_print(emitter->arena, "const %s", type) : type,
                       .name = buffer->name,
                       .source = is_in_slot ? NULL : source_of(emitter, buffer, start),
                       .shape = buffer_shape(emitter, buffer),
                       .is_alone = !is_shared,
                       .base = base,
                       .slot = is_in_slot ? buffer->slot : -1,
                       .buffer = buffer,
                       .is_written = !buffer->is_earlier});
}

/* Members first, then the slots that are shared, then what is in slots. */
static void add_buffers(struct emitter *emitter, struct arrays *arrays)
{
    struct program *program = emitter->program;
    size_t count = program->slots_count;
    struct buffer **firsts = ARENA_ARRAY(emitter->arena, struct buffer *, count + 1);
    size_t *mentions = ARENA_ARRAY(emitter->arena, size_t, count + 1);
    name_slots(emitter, firsts);
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        const struct buffer *buffer = program->all_buffers[i];
        if (buffer->slot >= 0 && is_mentioned(buffer))
            mentions[buffer->slot]++;
        else if (is_mentioned(buffer))
            add_buffer(emitter, arrays, buffer, false);
    }
    for (size_t i = 0; i < count; i++)
        if (mentions[i] > 1)
            add_array(emitter, arrays,
                      (struct array){.type = emitter->real,
                                     .name = program->slots[i].name,
                                     .shape = firsts[i] ? buffer_shape(emitter, firsts[i]) : NULL,
                                     .is_alone = true,
                                     .slot = (int)i,
                                     .is_written = true});
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < program->all_buffers_count; i++) {
            const struct buffer *buffer = program->all_buffers[i];
            if (buffer->slot < 0 || !is_mentioned(buffer))
                continue;
            bool is_shared = mentions[buffer->slot] > 1;
            if (is_shared == turn && !(is_shared && firsts[buffer->slot] == buffer))
                add_buffer(emitter, arrays, buffer, is_shared);
        }
}

struct arrays *find_arrays(struct emitter *emitter)
{
    struct arrays *arrays = ARENA_NEW(emitter->arena, struct arrays);
    add_inputs(emitter, arrays);
    add_buffers(emitter, arrays);
    arrays->layout = find_layout(emitter);
    return arrays;
}

/* ---- Places in the workspace ---- */

static int by_slot(const void *a, const void *b)
{
    return (*(struct array *const *)a)->slot - (*(struct array *const *)b)->slot;
}

/* `work`, and what else in the workspace these mention. */
static void declare_starts(struct emitter *emitter, const struct arrays *arrays, const struct code *places)
{
    struct names *mentioned = names_new(emitter->arena);
    names_add_code(mentioned, places);
    for (size_t i = 0; i < arrays->arrays_count; i++)
        if (arrays->arrays[i].slot >= 0)
            names_add_tree(mentioned, arrays->arrays[i].source);
    if (names_has(mentioned, "work"))
        emit_line(emitter, "%s *const work = (%s *)%s->work", emitter->real, emitter->real, emitter->self);
    for (size_t k = 0; k < arrays->layout->bases_count; k++)
        if (names_has(mentioned, arrays->layout->bases[k].name))
            emit_line(emitter, "%s *const %s = $", emitter->real, arrays->layout->bases[k].name,
                      base_call(emitter, arrays->layout, k));
}

/* Those from which the places of later arrays are counted are declared, all others passed as they stand. */
void place_arrays(struct emitter *emitter, struct arrays *arrays)
{
    struct array **found = ARENA_ARRAY(emitter->arena, struct array *, arrays->arrays_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < arrays->arrays_count; i++)
        if (arrays->arrays[i].slot >= 0)
            found[count++] = &arrays->arrays[i];
    if (count == 0)
        return;
    qsort(found, count, sizeof *found, by_slot);
    struct code places = {0}, *outer = emit_into(emitter, &places);
    for (size_t i = 0; i < count; i++) {
        int slot = found[i]->slot;
        const char *name = emitter->program->slots[slot].name;
        const struct tree *place = slot_place(emitter, arrays->layout, i > 0 ? found[i - 1]->slot : -1, slot);
        if (i + 1 < count && is_counted_from(arrays->layout, slot, found[i + 1]->slot)) {
            emit_line(emitter, "%s *const %s = $", emitter->real, name, place);
            place = tree_name(emitter->lasting, name);
        }
        found[i]->source = found[i]->buffer ? source_of(emitter, found[i]->buffer, place) : place;
    }
    emit_into(emitter, &arrays->places);
    declare_starts(emitter, arrays, &places);
    code_append_all(emitter->lasting, &arrays->places, &places);
    emit_into(emitter, outer);
}
