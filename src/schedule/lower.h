/* lower.h: from the graph of a function to the loop programs of its entries. */
#ifndef GRADC_LOWER_H
#define GRADC_LOWER_H

#include "print_programs.h"
#include "program.h"

/* In the order in which they run, once for each entry. */
enum pass {
    PASS_DEMAND,
    PASS_MATERIALISE,
    PASS_REUSE,
    PASS_SCHEDULE, /* from here on there are nests, */
    PASS_BLOCK,
    PASS_FUSE,  /* and from here on they stand in the tree, */
    PASS_PLACE, /* and from here on buffers have places */
    PASS_COLLAPSE,
    PASS_SHARE_LOOPS,
    PASS_LOOP_KINDS,
    PASS_COUNT
};

/* All programs of one function, NULL where it has no such entry. */
struct programs {
    struct function *function;
    const struct kept *kept; /* NULL: there is no backward */
    struct program *entries[ENTRY_COUNT];
};

/* Sees each program after each pass. */
struct watch {
    void (*see)(void *closure, enum pass pass, struct program *program);
    void *closure;
};

/* Requires a simplified function; packs its operands first, once. */
void build_programs(struct module *module, struct function *function, struct programs *programs);
void build_programs_watched(struct module *module, struct function *function, struct programs *programs,
                            const struct watch *watch);

/* ---- program_verify.c ---- */
/* Why the program cannot be right as the pass leaves it; NULL if nothing is known against it. */
const char *program_fault(struct arena *arena, struct program *program, enum pass pass);
/* Gives up with an internal error that names function, statement and reason if there is one. */
void program_verify(struct program *program, enum pass pass);

/* ---- program_print.c ---- */
/* The program as it is after the pass, for people: names of values are those of the graph, sizes those of the
 * user. */
void program_print(FILE *file, struct program *program, enum pass pass);

#endif
