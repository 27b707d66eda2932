/* interpreter.h: what the files of the interpreter (interpret*.c) share. Nobody else includes it. */
#ifndef GRADC_INTERPRETER_H
#define GRADC_INTERPRETER_H

#include "interpret.h"
#include "region.h"

enum {
    STATUS_SIZE = 2,
    STATUS_INDEX = 3,
    STATUS_NUMERIC = 4
}; /* GRADC_ESIZE, GRADC_EINDEX, GRADC_ENUMERIC */

/* The value of one node. */
struct slot {
    double *values;
    size_t count;
    bool is_valid;
    double **results; /* LOOP: the values of its RESULTs */
    size_t *result_counts;
};

struct bound_size {
    const size *atom;
    int64_t number;
};

struct interpreter {
    struct arena *arena;
    const struct graph *graph;
    struct slot **slots; /* by id */
    size_t slots_capacity;
    struct bound_size *bound;
    size_t bound_count, bound_capacity;
    int precision, status;
    const struct round_watch *watch; /* NULL: none */
    double change;                   /* of what is rounded; 0: none */
    uint64_t random;
    struct stopped *stopped; /* NULL: what stop_gradient gives is neither kept nor held */
    bool holds_stopped;
    size_t *held; /* by id, how many of its values a STOP has taken */
};

struct slot *interpreter_slot(struct interpreter *interpreter, const struct node *node);
/* Allocates the values on first use. */
double *interpreter_storage(struct interpreter *interpreter, struct slot *slot, const struct node *node);
/* Computes the node's values; false if the status says why there are none. */
bool interpret_demand(struct interpreter *interpreter, struct node *root);

/* Keeps the values of a STOP, or makes them those that were kept. */
void interpret_stop(struct interpreter *interpreter, const struct node *node, double *y, size_t count);
void interpret_loop(struct interpreter *interpreter, struct node *node);
void interpret_structure(struct interpreter *interpreter, const struct node *node, double *y);
void interpret_matrix(struct interpreter *interpreter, const struct node *node, double *y);
void interpret_routine(struct interpreter *interpreter, const struct node *node, double *y);

#endif
