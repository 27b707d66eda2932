/* emit_arrays.c: the arrays of an entry: inputs, members that it writes, stretches of the workspace.
 *
 * Requires the statements of the entry to be printed: only arrays that they mention are listed. */
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
    const struct tree *rooms = prepared_rooms(emitter, member);
    const struct tree *place = form(emitter, "(%s *)%s->prepared", emitter->real, emitter->self);
    place = rooms ? tree_append(emitter->lasting, place, "+", rooms) : place;
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

/* A pointer to each slot: relative to the workspace if all before it have fixed sizes, else to the slot
 * before it. */
static void find_slot_starts(struct emitter *emitter, const struct tree **starts, bool *follows)
{
    struct program *program = emitter->program;
    struct arena *arena = emitter->lasting;
    int64_t offset = 0, count, unit = slot_alignment(emitter->module);
    bool is_fixed = true;
    for (size_t i = 0; i < program->slots_count; i++) {
        struct slot *slot = &program->slots[i];
        follows[i] = !is_fixed;
        if (is_fixed)
            starts[i] =
                offset ? form(emitter, "work + $", tree_number(arena, offset)) : form(emitter, "work");
        else
            starts[i] = form(emitter, "%s + gradc_room($)", program->slots[i - 1].name,
                             size_c(emitter, program->slots[i - 1].count));
        is_fixed = is_fixed && size_is_number(slot->count, &count);
        if (is_fixed)
            offset += (count + unit - 1) / unit * unit;
    }
}

static bool is_plain(const struct buffer *buffer)
{
    return buffer->slot >= 0 && buffer->storage == STORAGE_WORKSPACE && !is_integer_type(buffer->type) &&
           !buffer->is_seed;
}

static void name_slots(struct emitter *emitter, struct buffer **firsts)
{
    struct program *program = emitter->program;
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        struct buffer *buffer = program->all_buffers[i];
        if (is_plain(buffer) && !firsts[buffer->slot])
            firsts[buffer->slot] = buffer;
    }
    for (size_t i = 0; i < program->slots_count; i++)
        if (!program->slots[i].name)
            program->slots[i].name =
                firsts[i] ? buffer_name(emitter, firsts[i]) : names_take(emitter->names, "room_1");
}

/* Declares the places from which that of a later slot is counted; all others are passed as they stand. */
static void declare_places(struct emitter *emitter, struct arrays *arrays, const struct tree **starts,
                           const bool *follows, const bool *is_used)
{
    const struct program *program = emitter->program;
    size_t count = program->slots_count;
    bool *is_base = ARENA_ARRAY(emitter->arena, bool, count + 1);
    bool any = false;
    for (size_t i = count; i-- > 0;) {
        is_base[i] = i + 1 < count && (is_used[i + 1] || is_base[i + 1]) && follows[i + 1];
        any = any || is_used[i] || is_base[i];
    }
    struct code *outer = emit_into(emitter, &arrays->places);
    if (any)
        emit_line(emitter, "%s *const work = (%s *)%s->work", emitter->real, emitter->real, emitter->self);
    for (size_t i = 0; i < count; i++) {
        if (!is_base[i])
            continue;
        emit_line(emitter, "%s *const %s = $", emitter->real, program->slots[i].name, starts[i]);
        starts[i] = tree_name(emitter->lasting, program->slots[i].name);
    }
    emit_into(emitter, outer);
}

/* ---- The workspace, each slot counted from its beginning ---- */

/* The room for slots of this size; counts one more of them. */
static void add_room(struct emitter *emitter, struct arrays *arrays, size *count)
{
    size_t k = 0;
    while (k < arrays->rooms_count && arrays->rooms[k].count != count)
        k++;
    if (k == arrays->rooms_count) {
        const char *name = k ? names_take(emitter->names, "room_2") : "room";
        struct room room = {count, name, 0};
        ARENA_APPEND(emitter->arena, arrays, rooms, room);
    }
    arrays->rooms[k].slots++;
}

/* work + 64 + 3 * room: behind all slots that have been counted since this base. */
static const struct tree *start_of(struct emitter *emitter, const struct arrays *arrays,
                                   const struct tree *base, int64_t offset, bool by_names)
{
    struct arena *arena = emitter->lasting;
    const struct tree *start = base;
    if (offset)
        start = tree_binary(arena, start, "+", tree_number(arena, offset));
    for (size_t k = 0; k < arrays->rooms_count; k++) {
        const struct room *room = &arrays->rooms[k];
        const struct tree *rooms = by_names ? tree_name(arena, room->name)
                                            : form(emitter, "gradc_room($)", size_c(emitter, room->count));
        if (room->slots > 1)
            rooms = tree_binary(arena, tree_number(arena, (long long)room->slots), "*", rooms);
        if (room->slots > 0)
            start = tree_binary(arena, start, "+", rooms);
    }
    return start;
}

enum { MOST_TERMS = 24 };

static bool has_many_terms(const struct arrays *arrays)
{
    size_t terms = 0;
    for (size_t k = 0; k < arrays->rooms_count; k++)
        terms += arrays->rooms[k].slots > 0;
    return terms > MOST_TERMS;
}

/* A function that finds the place behind all slots counted so far, from where the next ones are counted: else
 * the sums for all of them would take the square of their number. */
static void add_base(struct emitter *emitter, struct arrays *arrays, int64_t offset)
{
    const char *entry = entry_name(emitter->program->entry), *self = emitter->self;
    struct base base = {.name = names_take(emitter->names, "work_2")};
    const struct arrays none = {0};
    struct code start = {0}, *outer;
    base.function = names_take(
        emitter->names, arena_print(emitter->arena, "%s_%s_%s", emitter->function->name, entry, base.name));
    const struct tree *from =
        arrays->bases_count ? form(emitter, "%s(%s)", arrays->bases[arrays->bases_count - 1].function, self)
                            : form(emitter, "(%s *)%s->work", emitter->real, self);
    outer = emit_into(emitter, &start);
    emit_line(emitter, "return $", start_of(emitter, arrays, from, offset, false));
    emit_into(emitter, outer);
    start = emit_function_body(emitter, "", &none, &start, false);
    text_print(&emitter->out->text, "static %s *%s(const struct %s *%s)\n{\n", emitter->real, base.function,
               emitter->function->name, self);
    print_body_of(emitter->out, &start);
    text_write(&emitter->out->text, "}\n\n");
    for (size_t k = 0; k < arrays->rooms_count; k++)
        arrays->rooms[k].slots = 0;
    ARENA_APPEND(emitter->arena, arrays, bases, base);
}

static void find_slot_starts_apart(struct emitter *emitter, struct arrays *arrays, const struct tree **starts)
{
    struct program *program = emitter->program;
    int64_t offset = 0, count, unit = slot_alignment(emitter->module);
    for (size_t i = 0; i < program->slots_count; i++) {
        if (has_many_terms(arrays)) {
            add_base(emitter, arrays, offset);
            offset = 0;
        }
        const char *base = arrays->bases_count ? arrays->bases[arrays->bases_count - 1].name : "work";
        starts[i] = start_of(emitter, arrays, tree_name(emitter->lasting, base), offset, true);
        if (size_is_number(program->slots[i].count, &count))
            offset += (count + unit - 1) / unit * unit;
        else
            add_room(emitter, arrays, program->slots[i].count);
    }
}

void declare_rooms(struct emitter *emitter, const struct arrays *all, struct arrays *some)
{
    struct code *outer = emit_into(emitter, &some->places);
    struct names *mentioned = names_new(emitter->arena);
    for (size_t i = 0; i < some->arrays_count; i++)
        names_add_tree(mentioned, some->arrays[i].source);
    for (size_t k = 0; k < all->rooms_count; k++)
        if (names_has(mentioned, all->rooms[k].name))
            emit_line(emitter, "const size_t %s = gradc_room($)", all->rooms[k].name,
                      size_c(emitter, all->rooms[k].count));
    if (names_has(mentioned, "work"))
        emit_line(emitter, "%s *const work = (%s *)%s->work", emitter->real, emitter->real, emitter->self);
    for (size_t k = 0; k < all->bases_count; k++)
        if (names_has(mentioned, all->bases[k].name))
            emit_line(emitter, "%s *const %s = %s(%s)", emitter->real, all->bases[k].name,
                      all->bases[k].function, emitter->self);
    emit_into(emitter, outer);
}

/* ---- All buffers ---- */

/* A buffer in a member, in a slot, or in a slot if its member is NULL. `start`: that of its slot or NULL. */
static void add_buffer(struct emitter *emitter, struct arrays *arrays, const struct buffer *buffer,
                       const struct tree *start, bool is_alone)
{
    const char *type = c_type(emitter, buffer->type), *base = is_alone ? NULL : start->text;
    const struct member *member =
        buffer->is_seed ? emitter->program->leaf_members[buffer->node->id] : buffer->member;
    if (is_integer_type(buffer->type) && start)
        start = form(emitter, "(%s *)(void *)($)", type, start);
    const struct tree *source = member ? member_of(emitter, member) : start;
    if (buffer->is_seed)
        source = form(emitter, "$ ? (%s *)$ : $", source, type, source, start);
    else if (member && start)
        source = form(emitter, "$ ? $ : $", source, source, start);
    add_array(
        emitter, arrays,
        (struct array){.type = buffer->is_earlier ? arena_print(emitter->arena, "const %s", type) : type,
                       .name = buffer->name,
                       .source = source,
                       .shape = buffer_shape(emitter, buffer),
                       .is_alone = is_alone,
                       .base = base,
                       .is_written = !buffer->is_earlier});
}

/* Members first, then the slots, then what shares one. */
static void add_buffers(struct emitter *emitter, struct arrays *arrays, bool are_apart)
{
    struct program *program = emitter->program;
    size_t count = program->slots_count;
    const struct tree **starts = ARENA_ARRAY(emitter->arena, const struct tree *, count + 1);
    struct buffer **firsts = ARENA_ARRAY(emitter->arena, struct buffer *, count + 1);
    size_t *mentions = ARENA_ARRAY(emitter->arena, size_t, count + 1);
    bool *is_used = ARENA_ARRAY(emitter->arena, bool, count + 1);
    bool *follows =
        ARENA_ARRAY(emitter->arena, bool, count + 1); /* the slot before it, from which it is counted */
    name_slots(emitter, firsts);
    if (are_apart)
        find_slot_starts_apart(emitter, arrays, starts);
    else
        find_slot_starts(emitter, starts, follows);
    for (size_t i = 0; i < program->all_buffers_count; i++) {
        const struct buffer *buffer = program->all_buffers[i];
        if (buffer->slot >= 0 && is_mentioned(buffer)) {
            is_used[buffer->slot] = true;
            mentions[buffer->slot]++;
        } else if (is_mentioned(buffer)) {
            add_buffer(emitter, arrays, buffer, NULL, true);
        }
    }
    if (!are_apart)
        declare_places(emitter, arrays, starts, follows, is_used);
    for (size_t i = 0; i < count; i++)
        if (is_used[i] && mentions[i] > 1)
            add_array(emitter, arrays,
                      (struct array){.type = emitter->real,
                                     .name = program->slots[i].name,
                                     .source = starts[i],
                                     .shape = firsts[i] ? buffer_shape(emitter, firsts[i]) : NULL,
                                     .is_alone = true,
                                     .is_written = true});
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < program->all_buffers_count; i++) {
            const struct buffer *buffer = program->all_buffers[i];
            if (buffer->slot < 0 || !is_mentioned(buffer))
                continue;
            bool is_shared = mentions[buffer->slot] > 1;
            if (is_shared != turn || (is_shared && firsts[buffer->slot] == buffer))
                continue;
            add_buffer(emitter, arrays, buffer,
                       is_shared ? tree_name(emitter->lasting, program->slots[buffer->slot].name)
                                 : starts[buffer->slot],
                       !is_shared);
        }
}

struct arrays *find_arrays(struct emitter *emitter, bool are_apart)
{
    struct arrays *arrays = ARENA_NEW(emitter->arena, struct arrays);
    add_inputs(emitter, arrays);
    add_buffers(emitter, arrays, are_apart);
    return arrays;
}
