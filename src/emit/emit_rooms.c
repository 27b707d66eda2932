/* emit_rooms.c: the room that arrays take, and where the slots of the workspace begin. */
#include "emitter.h"

/* ---- Rooms ---- */

void rooms_add(struct emitter *emitter, struct rooms *rooms, size *count)
{
    int64_t number, unit = slot_alignment(emitter->module);
    size_t k = 0;
    if (size_is_number(count, &number)) {
        rooms->fixed += (number + unit - 1) / unit * unit;
        return;
    }
    while (k < rooms->kinds_count && rooms->kinds[k].count != count)
        k++;
    if (k == rooms->kinds_count) {
        struct room_kind kind = {count, 0};
        ARENA_APPEND(emitter->arena, rooms, kinds, kind);
    }
    rooms->kinds[k].times++;
}

const struct tree *room_tree(struct emitter *emitter, const struct room_kind *kind)
{
    const struct tree *room = form(emitter, "gradc_room($)", size_c(emitter, kind->count));
    return kind->times > 1 ? tree_binary(emitter->lasting,
                                         tree_number(emitter->lasting, (long long)kind->times), "*", room)
                           : room;
}

const struct tree *rooms_behind(struct emitter *emitter, const struct tree *start, const struct rooms *rooms)
{
    struct arena *arena = emitter->lasting;
    const struct tree *sum = start;
    if (rooms->fixed) {
        const struct tree *fixed = tree_number(arena, (long long)rooms->fixed);
        sum = sum ? tree_binary(arena, sum, "+", fixed) : fixed;
    }
    for (size_t k = 0; k < rooms->kinds_count; k++) {
        const struct tree *kind = room_tree(emitter, &rooms->kinds[k]);
        sum = sum ? tree_binary(arena, sum, "+", kind) : kind;
    }
    return sum;
}

/* ---- The slots of an entry ---- */

/* A place is counted from that of an array not far before it, else from the last base, at most so many terms
 * away: the sums for all slots would take the square of their number. */
enum { MOST_TERMS = 24, NEAR = 64 };

/* A base begins where the slots from here on begin. */
static void add_base(struct emitter *emitter, struct layout *layout, const struct rooms *rooms)
{
    struct base base = {.name = names_take(emitter->names, "work_2")};
    base.function =
        names_take(emitter->names, arena_print(emitter->arena, "%s_%s_%s", emitter->function->name,
                                               entry_name(emitter->program->entry), base.name));
    const struct tree *from = form(emitter, "(%s *)%s->work", emitter->real, emitter->self);
    if (layout->bases_count)
        from = form(emitter, "%s(%s)", layout->bases[layout->bases_count - 1].function, emitter->self);
    base.start = rooms_behind(emitter, from, rooms);
    ARENA_APPEND(emitter->arena, layout, bases, base);
}

struct layout *find_layout(struct emitter *emitter)
{
    const struct program *program = emitter->program;
    struct layout *layout = ARENA_NEW(emitter->arena, struct layout);
    struct rooms rooms = {0};
    bool is_fixed = true;
    layout->starts = ARENA_ARRAY(emitter->arena, const struct tree *, program->slots_count + 1);
    layout->is_fixed = ARENA_ARRAY(emitter->arena, bool, program->slots_count + 1);
    for (size_t i = 0; i < program->slots_count; i++) {
        if (rooms.kinds_count > MOST_TERMS) {
            add_base(emitter, layout, &rooms);
            rooms = (struct rooms){0};
        }
        const char *base = layout->bases_count ? layout->bases[layout->bases_count - 1].name : "work";
        layout->starts[i] = rooms_behind(emitter, tree_name(emitter->lasting, base), &rooms);
        layout->is_fixed[i] = is_fixed;
        rooms_add(emitter, &rooms, program->slots[i].count);
        is_fixed = is_fixed && rooms.kinds_count == 0;
    }
    return layout;
}

/* Prints the function of the base, behind those of the bases before it. */
static void print_base(struct emitter *emitter, const struct layout *layout, size_t number)
{
    struct base *base = &layout->bases[number];
    struct code start = {0};
    const struct arrays none = {0};
    if (base->is_printed)
        return;
    base->is_printed = true;
    if (number > 0)
        print_base(emitter, layout, number - 1);
    struct code *outer = emit_into(emitter, &start);
    emit_line(emitter, "return $", base->start);
    emit_into(emitter, outer);
    start = emit_function_body(emitter, "", &none, &start, false);
    text_print(&emitter->out->text, "static %s *%s(const struct %s *%s)\n{\n", emitter->real, base->function,
               emitter->function->name, emitter->self);
    print_body_of(emitter->out, &start);
    text_write(&emitter->out->text, "}\n\n");
}

const struct tree *base_call(struct emitter *emitter, const struct layout *layout, size_t number)
{
    print_base(emitter, layout, number);
    return form(emitter, "%s(%s)", layout->bases[number].function, emitter->self);
}

bool is_counted_from(const struct layout *layout, int before, int slot)
{
    return before >= 0 && slot - before <= NEAR && !layout->is_fixed[slot];
}

const struct tree *slot_place(struct emitter *emitter, const struct layout *layout, int before, int slot)
{
    const struct program *program = emitter->program;
    if (!is_counted_from(layout, before, slot))
        return layout->starts[slot];
    struct rooms between = {0};
    for (int i = before; i < slot; i++)
        rooms_add(emitter, &between, program->slots[i].count);
    return rooms_behind(emitter, tree_name(emitter->lasting, program->slots[before].name), &between);
}
