/* stretches.h: what emit_uses.c finds out for emit_stretches.c: which arrays and variables statements
 * mention. */
#ifndef GRADC_STRETCHES_H
#define GRADC_STRETCHES_H

#include "emitter.h"
#include "map.h"

/* An array, with that in whose place it is. */
struct place {
    const struct array *array;
    struct place *base;     /* NULL: none */
    size_t seen, at;        /* the last text that mentions it, and its place among the uses there */
    size_t counted, listed; /* the last stretch that it was counted and listed for */
};

/* That a text mentions an array or a local variable. */
struct use {
    struct place *place;
    struct local *local;
    bool is_declared, is_assigned;
};

struct uses {
    struct use *uses;
    size_t uses_count, uses_capacity;
};

/* A local variable. */
struct local {
    const char *type, *name; /* the type as that of a parameter */
    bool is_pointer, is_array;
    struct uses sources;     /* of a pointer: the arrays that it may point into */
    const struct body *body; /* among whose pieces one declares it; NULL: it is declared around it */
    size_t piece;            /* that piece */
    bool is_shared;          /* by stretches of the body */
    size_t seen, at;         /* as in struct place */
    size_t asked;            /* the cut that has asked whether it points into an array that is passed, */
    bool points_into_array;  /* and what it found */
};

struct cutter {
    struct emitter *emitter;
    struct arena *scratch; /* for the texts of one function */
    struct arrays *arrays;
    struct map places; /* of the arrays, by name */
    struct map locals; /* what is declared where the walk stands, by name */
    struct declared {
        struct local *local, *outer; /* that went by this name before; NULL: none */
    } * declared;                    /* these, in order */
    size_t declared_count, declared_capacity;
    size_t texts;     /* looked at so far, which numbers them */
    size_t functions; /* printed so far */
};

void list_places(struct cutter *cutter);
/* What the statement declares, for those behind it; of a body that is being cut: in this piece. */
void declare_locals(struct cutter *cutter, const struct statement *statement, const struct body *body,
                    size_t piece);
/* What its head declares, for those that it holds. */
void declare_in_head(struct cutter *cutter, const struct statement *statement);
/* What has been declared from this number on is no longer. */
void end_scope(struct cutter *cutter, size_t first);

/* Each array and variable stands once among the uses of the text with this number. */
void add_use(struct cutter *cutter, struct uses *uses, size_t number, const struct use *use);
struct uses uses_of(struct cutter *cutter, const struct code *code);
/* Whether these may stand in one place: arrays, or what pointers point into. */
bool may_overlap(const struct use *a, const struct use *b);

#endif
