/* c_memory.c: loads and stores that are checked. */
#include <stdio.h>
#include <string.h>

#include "c_memory.h"

void c_fault(struct c_memory *memory, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(memory->fault, sizeof memory->fault, format, arguments);
    va_end(arguments);
    longjmp(memory->stop, 1);
}

/* ---- Objects ---- */

struct c_object *c_object_new(struct arena *arena, const char *name, size_t bytes, size_t cell_bytes)
{
    struct c_object *object = ARENA_NEW(arena, struct c_object);
    size_t count = (bytes + cell_bytes - 1) / cell_bytes;
    *object = (struct c_object){.name = name, .bytes = bytes, .cell_bytes = cell_bytes};
    object->cells = ARENA_ARRAY(arena, struct c_cell, count + 1);
    return object;
}

void c_object_poison(struct c_object *object)
{
    memset(object->cells, 0, object->bytes / object->cell_bytes * sizeof *object->cells);
}

static enum c_cell_kind kind_of_cell(enum c_kind kind)
{
    switch (kind) {
    case C_DOUBLE: return CELL_DOUBLE;
    case C_FLOAT: return CELL_FLOAT;
    case C_INT:
    case C_UINT: return CELL_INT;
    default: return CELL_SIZE;
    }
}

static void set(struct c_cell *cell, enum c_kind kind, size_t cell_bytes, union c_number value)
{
    cell->value = value;
    cell->kind = (unsigned char)kind_of_cell(kind);
    if (cell_bytes < c_width(kind))
        cell[1].kind = CELL_REST;
}

void c_put(struct c_object *object, enum c_kind kind, size_t index, union c_number value)
{
    struct c_cell *cell = &object->cells[index * c_width(kind) / object->cell_bytes];
    *cell = (struct c_cell){0};
    set(cell, kind, object->cell_bytes, value);
}

bool c_get(const struct c_object *object, enum c_kind kind, size_t index, union c_number *value)
{
    const struct c_cell *cell = &object->cells[index * c_width(kind) / object->cell_bytes];
    *value = cell->kind == CELL_ZERO ? (union c_number){0} : cell->value;
    return cell->kind == CELL_ZERO || cell->kind == (unsigned char)kind_of_cell(kind);
}

void c_memory_begin(struct c_memory *memory)
{
    if (memory->first_base == 0)
        memory->first_base = BASE_DIRECT + 1;
    memory->first_base += (uint32_t)memory->bases_count;
    memory->first_round += (uint32_t)memory->rounds_count + 1;
    memory->bases_count = memory->rounds_count = 0;
    memory->round = memory->depth = 0;
}

/* ---- Restrict pointers ---- */

uint32_t c_next_base(const struct c_memory *memory)
{
    return memory->first_base + (uint32_t)memory->bases_count;
}

uint32_t c_base_new(struct c_memory *memory, const char *name, uint32_t parent)
{
    struct c_base base = {.parent = parent, .depth = memory->depth, .name = name};
    ARENA_APPEND(memory->arena, memory, bases, base);
    return c_next_base(memory) - 1;
}

void c_bases_end(struct c_memory *memory, uint32_t first)
{
    for (size_t i = first - memory->first_base; i < memory->bases_count; i++)
        memory->bases[i].is_dead = true;
}

static const struct c_base *base_of(const struct c_memory *memory, uint32_t base)
{
    static const struct c_base direct = {.name = "its own name"};
    return base < memory->first_base ? &direct : &memory->bases[base - memory->first_base];
}

/* The one alive that an access counts for: of a function that has returned, what its caller passed. */
static uint32_t alive(const struct c_memory *memory, uint32_t base)
{
    while (base >= memory->first_base && base_of(memory, base)->is_dead)
        base = base_of(memory, base)->parent;
    return base;
}

static void check_overlap(struct c_memory *memory, struct c_cell *cell, struct c_pointer pointer,
                          size_t width, bool writes)
{
    uint32_t before = cell->base, base = pointer.base;
    if (before == base && base >= memory->first_base) {
        cell->base_wrote |= writes;
        return;
    }
    if (before != 0 && (before == BASE_DIRECT || before >= memory->first_base)) {
        before = alive(memory, before);
        uint32_t a = before, b = base;
        while (base_of(memory, a)->depth > base_of(memory, b)->depth)
            a = alive(memory, base_of(memory, a)->parent);
        while (base_of(memory, b)->depth > base_of(memory, a)->depth)
            b = base_of(memory, b)->parent;
        /* One may be based on the other. */
        uint32_t c = a, d = b;
        while (c > b && c >= memory->first_base)
            c = base_of(memory, c)->parent;
        while (d > a && d >= memory->first_base)
            d = base_of(memory, d)->parent;
        bool are_apart = a != b && c != b && d != a;
        if (are_apart && (writes || cell->base_wrote))
            c_fault(memory,
                    "restrict-qualified pointers overlap: element %lld of %s is accessed through %s and "
                    "through %s, and written",
                    (long long)(pointer.offset / (int64_t)width), pointer.object->name,
                    base_of(memory, a)->name, base_of(memory, b)->name);
        if (before == base) {
            cell->base_wrote |= writes;
            cell->base = base;
            return;
        }
    }
    cell->base = base;
    cell->base_wrote = writes;
}

/* ---- Rounds ---- */

static uint32_t round_new(struct c_memory *memory, uint32_t parent, bool is_loop)
{
    struct c_round round = {.parent = parent, .is_loop = is_loop};
    if (parent)
        round.depth = memory->rounds[parent - memory->first_round].depth + 1;
    ARENA_APPEND(memory->arena, memory, rounds, round);
    return memory->first_round + (uint32_t)memory->rounds_count - 1;
}

uint32_t c_rounds_begin(struct c_memory *memory)
{
    return round_new(memory, memory->round, true);
}

void c_round_begin(struct c_memory *memory, uint32_t loop)
{
    memory->round = round_new(memory, loop, false);
}

void c_rounds_end(struct c_memory *memory, uint32_t loop)
{
    memory->round = memory->rounds[loop - memory->first_round].parent;
}

static const struct c_round *round_of(const struct c_memory *memory, uint32_t round)
{
    return &memory->rounds[round - memory->first_round];
}

/* The loop whose rounds have both: a happened in one, b, now, in another; 0: there is none. A loop for a: in
 * several of its rounds. */
static uint32_t common_loop(const struct c_memory *memory, uint32_t a, uint32_t b)
{
    if (a < memory->first_round || a == b || b == 0)
        return 0;
    const uint32_t several = round_of(memory, a)->is_loop ? a : 0;
    while (round_of(memory, a)->depth > round_of(memory, b)->depth)
        a = round_of(memory, a)->parent;
    while (round_of(memory, b)->depth > round_of(memory, a)->depth)
        b = round_of(memory, b)->parent;
    if (a == b)
        return a == several ? several : 0;
    while (round_of(memory, a)->parent != round_of(memory, b)->parent) {
        a = round_of(memory, a)->parent;
        b = round_of(memory, b)->parent;
    }
    uint32_t parent = round_of(memory, a)->parent;
    return parent && round_of(memory, parent)->is_loop ? parent : 0;
}

static void check_rounds(struct c_memory *memory, struct c_cell *cell, struct c_pointer pointer, size_t width,
                         bool writes)
{
    uint32_t now = memory->round;
    if (now == 0)
        return;
    long long element = (long long)(pointer.offset / (int64_t)width);
    if (cell->write_round != now && common_loop(memory, cell->write_round, now))
        c_fault(memory,
                "rounds of a loop without an order depend on each other: one writes element %lld of "
                "%s, another %s it",
                element, pointer.object->name, writes ? "writes" : "reads");
    uint32_t loop = cell->read_round == now ? 0 : common_loop(memory, cell->read_round, now);
    if (writes && loop)
        c_fault(memory,
                "rounds of a loop without an order depend on each other: one reads element %lld of "
                "%s, another writes it",
                element, pointer.object->name);
    if (writes)
        cell->write_round = now;
    else
        cell->read_round = loop ? loop : now;
}

/* ---- Access ---- */

static const char *kind_name(enum c_kind kind)
{
    static const char *const names[] = {"char",     "double",    "float",  "int32_t",
                                        "uint32_t", "ptrdiff_t", "size_t", "struct"};
    return names[kind];
}

static struct c_cell *cell_at(struct c_memory *memory, struct c_pointer pointer, size_t width, bool writes,
                              enum c_kind kind)
{
    struct c_object *object = pointer.object;
    if (!object)
        c_fault(memory, "%s through a null pointer", writes ? "writes" : "reads");
    if (pointer.offset < 0 || (uint64_t)pointer.offset + width > object->bytes)
        c_fault(memory, "%s element %lld of %s, which has %zu", writes ? "writes" : "reads",
                (long long)(pointer.offset / (int64_t)width), object->name, object->bytes / width);
    if (pointer.offset % (int64_t)width != 0)
        c_fault(memory, "a pointer into %s is not aligned for %s", object->name, kind_name(kind));
    if (writes && object->is_constant)
        c_fault(memory, "writes element %lld of %s, which is constant",
                (long long)(pointer.offset / (int64_t)width), object->name);
    return &object->cells[(size_t)pointer.offset / object->cell_bytes];
}

union c_number c_load(struct c_memory *memory, struct c_pointer pointer, enum c_kind kind)
{
    size_t width = c_width(kind);
    struct c_cell *cell = cell_at(memory, pointer, width, false, kind);
    bool is_zero = cell->kind == CELL_ZERO, is_whole = true;
    if (pointer.object->cell_bytes < width && cell[1].kind != (is_zero ? CELL_ZERO : CELL_REST))
        is_whole = false;
    if (!is_whole || (!is_zero && cell->kind != (unsigned char)kind_of_cell(kind)))
        c_fault(memory, "reads element %lld of %s, %s", (long long)(pointer.offset / (int64_t)width),
                pointer.object->name,
                cell->kind == CELL_UNWRITTEN ? "which nothing has written"
                                             : "where there is a value of another type");
    check_overlap(memory, cell, pointer, width, false);
    check_rounds(memory, cell, pointer, width, false);
    return is_zero ? (union c_number){0} : cell->value;
}

void c_store(struct c_memory *memory, struct c_pointer pointer, enum c_kind kind, union c_number value)
{
    size_t width = c_width(kind);
    struct c_cell *cell = cell_at(memory, pointer, width, true, kind);
    check_overlap(memory, cell, pointer, width, true);
    check_rounds(memory, cell, pointer, width, true);
    set(cell, kind, pointer.object->cell_bytes, value);
}

void c_store_zeros(struct c_memory *memory, struct c_pointer pointer, size_t bytes)
{
    if (bytes == 0)
        return;
    size_t width = pointer.object ? pointer.object->cell_bytes : 1;
    if (bytes > PTRDIFF_MAX || bytes % width != 0)
        c_fault(memory, "clears %zu bytes", bytes);
    for (size_t done = 0; done < bytes; done += width, pointer.offset += (int64_t)width) {
        struct c_cell *cell = cell_at(memory, pointer, width, true, width == 4 ? C_INT : C_DOUBLE);
        check_overlap(memory, cell, pointer, width, true);
        check_rounds(memory, cell, pointer, width, true);
        cell->kind = CELL_ZERO;
    }
}

/* The type of what stands in a cell. */
static enum c_kind kind_in(const struct c_cell *cell, size_t cell_bytes)
{
    switch (cell->kind) {
    case CELL_DOUBLE: return C_DOUBLE;
    case CELL_FLOAT: return C_FLOAT;
    case CELL_INT: return C_INT;
    case CELL_SIZE: return C_SIZE;
    default: return cell_bytes == 4 ? C_FLOAT : C_DOUBLE;
    }
}

void c_copy(struct c_memory *memory, struct c_pointer target, struct c_pointer source, size_t bytes)
{
    size_t width;
    for (size_t done = 0; done < bytes; done += width) {
        size_t cell_bytes = source.object ? source.object->cell_bytes : 1;
        const struct c_cell *cell = cell_at(memory, source, cell_bytes, false, C_FLOAT);
        enum c_kind kind = kind_in(cell, cell_bytes);
        width = c_width(kind);
        c_store(memory, target, kind, c_load(memory, source, kind));
        source.offset += (int64_t)width;
        target.offset += (int64_t)width;
    }
}
