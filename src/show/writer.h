/* writer.h: what emit_math.c and writer_loops.c write with: lines of a notation, names that are free. */
#ifndef GRADC_WRITER_H
#define GRADC_WRITER_H

#include "formula_node.h"
#include "map.h"

/* x[i] is called name[first + i]. */
struct rounds {
    const char *name;
    size *first;
};

struct writer {
    struct arena *arena;
    FILE *stream;
    enum notation notation;
    const struct function *function;
    struct graph *graph;
    formula *formulas;       /* by id; NULL: not yet */
    const formula **results; /* by id of a LOOP: its results */
    struct rounds *rounds; /* by id of a RESULT: what it is called round by round, if it has no name itself */
    unsigned char *live;
    int *uses;
    const char **outputs; /* by id: the output that the node is */
    struct map names;     /* in use */
    int unnamed;          /* how many names were made up */
    int indent, lines;
    struct formula_context context;
};

/* ---- writer.c ---- */
/* What is written in each notation. */
const char *writer_choose(const struct writer *w, const char *math, const char *latex, const char *mathml);
void writer_line(struct writer *w, const char *line);
const char *writer_text(struct writer *w, formula a);
/* A matrix or vector that is the same number everywhere. */
formula writer_full_size(struct writer *w, formula a, int rank, size *const *shape);
/* left = the node's formula, in index notation if it must be. */
void writer_formula(struct writer *w, const char *left, formula a);
void writer_take_name(struct writer *w, const char *name);
/* The name if it is free, else with a number; a name made up if there is none. */
const char *writer_new_name(struct writer *w, const char *wish);
/* The same for what has rounds, of which the first or last may have the name alone, as parameters have. */
const char *writer_new_round_name(struct writer *w, const char *wish);
/* Gives the node a line and that name. */
void writer_write_as(struct writer *w, struct node *node, formula a, const char *name);
bool writer_wants_name(const struct writer *w, const struct node *node, formula a);

/* ---- writer_loops.c ---- */
/* Writes the rounds of a LOOP; what it gives is called w->results of it then. */
void writer_loop(struct writer *w, struct node *node);
/* A name for one round of what a loop collects, where that is what it carries; else NULL. */
formula writer_round(struct writer *w, const struct node *node);

#endif
