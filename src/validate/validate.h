/* validate.h: what the back end emits, run and compared with the graph, without a C compiler.
 *
 * The emitted C of a module is read (c_tree.h) and run over checked memory (c_run.h), every entry at several
 * sizes, with some members NULL, with blocks and chunks so short that small sizes fill several. Its results
 * must be those of the graph as it was elaborated and adjoined, before any rewrite, which the interpreter
 * computes. */
#ifndef GRADC_VALIDATE_H
#define GRADC_VALIDATE_H

#include <stdio.h>

#include "elaborate.h"
#include "validate_point.h"

struct validate_options {
    int level;          /* -O of what is emitted */
    uint64_t seed;      /* of sizes, values, members that are NULL, and orders */
    int trials;         /* points: sizes and values at which all entries are called */
    int64_t statements; /* of the C, at most, for one function; 0: without a limit */
    bool with_statuses; /* int inputs out of range, matrices that are singular */
    FILE *table;        /* a line for each entry, and what is wrong; all functions are tried. NULL: none, and
                           the first that is wrong is the last */
    const struct given *given; /* points that the user gives, one for each function; NULL: none */
    bool with_differences; /* the graph itself against numerical differences, too, which no comparison with
                              the graph can replace */
    bool is_compiled;      /* the C as the user's own compiler makes it, instead of its tree */
    const char *function;  /* this exported one alone; NULL: all */
    struct elaborate_options elaborate;
};

enum validity {
    VALIDATE_SOUND,
    VALIDATE_REFUSED, /* the compiler reports errors in the program */
    VALIDATE_WRONG,   /* the emitted program differs, or does what it must not */
    VALIDATE_UNTRIED  /* there is no compiler, or no place for what it makes */
};

struct validation {
    enum validity validity;
    const char *
        text; /* REFUSED: the messages; WRONG, UNTRIED: what is wrong where, in one or a few lines; else "" */
    int functions; /* exported ones that were tried */
    int entries, calls;
    int unfinished; /* entries that no call of finished within the statements */
};

/* The options that a campaign begins with: level 2, a few trials. */
struct validate_options validate_defaults(void);

/* Compiles a program text in this process, and validates all that it exports. Texts are in the arena. */
struct validation validate_source(struct arena *arena, const char *name, const char *text,
                                  const struct validate_options *options);

/* The same of a program that has been parsed and is known to have no errors. */
struct validation validate_file(struct arena *arena, struct diagnostics *diagnostics, const struct file *file,
                                const struct derivatives *derivatives,
                                const struct validate_options *options);

#endif
