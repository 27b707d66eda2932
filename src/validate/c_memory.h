/* c_memory.h: memory that knows what may be done with it.
 *
 * Every array is an object of its own, in cells of four or eight bytes. A cell remembers what has been
 * written to it, through which restrict-qualified pointer it was accessed last, and in which round of a loop
 * whose rounds may run in any order. So reading what nothing wrote, leaving an array, writing what is
 * constant, overlapping restrict pointers and rounds that depend on each other are found where they happen.
 */
#ifndef GRADC_C_MEMORY_H
#define GRADC_C_MEMORY_H

#include <setjmp.h>

#include "c_tree.h"

enum c_cell_kind {
    CELL_UNWRITTEN,
    CELL_ZERO, /* bytes of zeros: 0 of any type */
    CELL_DOUBLE,
    CELL_FLOAT,
    CELL_INT,  /* also of UINT */
    CELL_SIZE, /* also of LONG */
    CELL_REST  /* the second half of eight bytes */
};

union c_number {
    double real;
    int64_t integer;
};

struct c_cell {
    union c_number value;
    uint32_t write_round, read_round;
    uint32_t base;
    unsigned char kind;
    bool base_wrote;
};

struct c_object {
    const char *name;
    size_t bytes;
    size_t cell_bytes; /* 4 or 8 */
    struct c_cell *cells;
    bool is_constant;
    struct c_field_value *fields; /* a struct's, instead of cells */
    const struct c_struct *structure;
};

struct c_pointer {
    struct c_object *object; /* NULL: the null pointer */
    int64_t offset;          /* bytes */
    uint32_t base;           /* the restrict pointer that it is based on */
};

/* A field: its memory, or, of a pointer, its value. */
struct c_field_value {
    struct c_object *object;
    struct c_pointer pointer;
};

/* A restrict-qualified parameter or variable while it lives. */
struct c_base {
    uint32_t parent; /* that its value is based on */
    uint32_t depth;
    bool is_dead;
    const char *name;
};

/* A round of a loop whose rounds may run in any order, or such a loop. */
struct c_round {
    uint32_t parent;
    uint32_t depth;
    bool is_loop;
};

/* Constants of the runtime that whoever compiles may set: gradc_setting(i) in what is read. */
enum { SETTING_BLOCK, SETTING_WORTH_THREADS, SETTING_WORTH_ADDING, C_SETTINGS };

enum { BASE_DIRECT = 1, LONGEST_FAULT = 600 };

struct c_memory {
    struct arena *arena;
    struct c_base *bases; /* from first_base */
    size_t bases_count, bases_capacity;
    uint32_t first_base;
    struct c_round *rounds; /* from first_round */
    size_t rounds_count, rounds_capacity;
    uint32_t first_round, round; /* the current one; 0: none */
    uint32_t depth;              /* of calls */
    size_t settings[C_SETTINGS];
    int line;
    jmp_buf stop;
    char fault[LONGEST_FAULT];
};

struct c_object *c_object_new(struct arena *arena, const char *name, size_t bytes, size_t cell_bytes);
void c_object_poison(struct c_object *object);
/* A value from outside of the program: no access of any of its pointers or rounds. */
void c_put(struct c_object *object, enum c_kind kind, size_t index, union c_number value);
/* What the program left there; false: nothing. */
bool c_get(const struct c_object *object, enum c_kind kind, size_t index, union c_number *value);

/* Forgets all rounds and restrict pointers: a new call from outside begins. */
void c_memory_begin(struct c_memory *memory);
void c_fault(struct c_memory *memory, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

union c_number c_load(struct c_memory *memory, struct c_pointer pointer, enum c_kind kind);
void c_store(struct c_memory *memory, struct c_pointer pointer, enum c_kind kind, union c_number value);
/* Whole elements of arrays that do not overlap. */
void c_copy(struct c_memory *memory, struct c_pointer target, struct c_pointer source, size_t bytes);
void c_store_zeros(struct c_memory *memory, struct c_pointer pointer, size_t bytes);
void c_copy(struct c_memory *memory, struct c_pointer to, struct c_pointer from, size_t bytes);

/* A restrict pointer with this value; its kind of use begins. */
uint32_t c_base_new(struct c_memory *memory, const char *name, uint32_t parent);
void c_bases_end(struct c_memory *memory, uint32_t first); /* from this one on, their time is over */
uint32_t c_next_base(const struct c_memory *memory);

/* A loop whose rounds may run in any order; c_round_begin for each. Both return what was current before. */
uint32_t c_rounds_begin(struct c_memory *memory);
void c_round_begin(struct c_memory *memory, uint32_t loop);
void c_rounds_end(struct c_memory *memory, uint32_t loop);

#endif
