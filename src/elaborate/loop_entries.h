/* loop_entries.h: loops that replace one entry of an array in each round. */
#ifndef GRADC_LOOP_ENTRIES_H
#define GRADC_LOOP_ENTRIES_H

#include "graph.h"

/* Where a value that a loop was to carry is found among its results. */
struct entry_result {
    int number; /* of the carried value, or of the collected one that holds its entries */
    int axis;   /* along which the entries stand; -1: it is carried */
};

/* Lets the loop collect the arrays of which each round touches its own entry only, instead of carrying them.
 * Fills `results` for all values that it carried. The function's checks of int values follow. */
void collect_entries(struct function *function, struct loop *loop, struct entry_result *results);
/* The value after the LOOP. */
struct node *entry_result(struct graph *graph, struct node *loop, struct entry_result result);

#endif
