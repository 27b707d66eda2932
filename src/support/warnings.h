/* warnings.h: what is legal and nearly always a mistake. Each kind has a name, by which the command line
 * switches it. */
#ifndef GRADC_WARNINGS_H
#define GRADC_WARNINGS_H

#include <stdbool.h>

/* WARNING(kind, name, on by default) */
#define WARNINGS(WARNING)                                                                                    \
    WARNING(UNUSED, "unused", true) /* a value, or an input of an export, that nothing reads */              \
    WARNING(VECTOR_TRANSPOSE, "vector-transpose", true) /* x @ y' of vectors is x @ y */                     \
    WARNING(SQUARE_BROADCAST, "square-broadcast", true) /* A * x with A [n, n] and x [n] is no product */    \
    WARNING(HIDDEN_SIZE, "hidden-size", true)           /* an assignment to the name of a size */            \
    WARNING(SECOND_IMPORT, "second-import", true)       /* a name that two imported files define */          \
    WARNING(WHILE_BOUND, "while-bound", false)          /* a `while` whose bound may end it unseen */

#define WARNING_KIND(kind, name, on) WARNING_##kind,
enum warning { WARNINGS(WARNING_KIND) WARNING_COUNT };
#undef WARNING_KIND

struct warnings {
    bool on[WARNING_COUNT];
    bool are_errors;
};

extern const char *const warning_names[WARNING_COUNT];

struct warnings warnings_defaults(void);

/* `name`, `no-name`, `all`, `no-all`, `error`, `no-error`, as after -W; false if there is nothing of this
 * name. */
bool warnings_switch(struct warnings *warnings, const char *text);

#endif
