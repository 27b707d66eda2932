/* adjoint_states.h: what adjoint_states.c, adjoint_again.c and adjoint_checkpoint.c share. Nobody else
 * includes it. */
#ifndef GRADC_ADJOINT_STATES_H
#define GRADC_ADJOINT_STATES_H

#include "adjoint.h"
#include "cost.h"
#include "region.h"

struct states {
    struct graph *graph;
    struct loop *loop; /* the forward loop */
    int *costs;
    unsigned char *is_inside; /* by id, of what the backward rounds reach: whether it depends on the round */
    unsigned char *seen;
    struct node **kept; /* what the backward rounds need of the forward rounds */
    size_t kept_count, kept_capacity;
    struct row_read { /* of a carried array, of which the row is kept */
        struct node *read, *row;
    } * rows;
    size_t rows_count, rows_capacity;
    struct node **stack;
    size_t stack_count, stack_capacity;
};

/* As cost_of_operator, but nothing for what an adjoint passes through. */
int own_cost(const struct node *node);
bool is_carried(const struct loop *loop, const struct node *node);
/* kept[i], or what else `augmented` collects as number i, in the round of the forward loop's variable. */
struct node *collected_value(struct states *states, struct node *augmented, size_t i);
/* A copy of the backward loop over the values that `augmented` has collected. */
struct loop *over_states(struct states *states, struct node *augmented, const struct loop *backward,
                         size *once);
/* A backward loop over all rounds whose body is a branch that only rounds take that ran:
 * for t in T-1..0 { if ran[t] { body } }. */
struct loop *guarded_loop(struct graph *graph, const struct loop *backward, struct node *ran, size *once);
/* The variable of the branch that guarded_loop puts around a round. What is computed from values that are
 * tied to it is computed inside only: a factorisation may fail on the zeros of a round that did not run. */
size *once_variable(struct graph *graph);

/* ---- adjoint_again.c ---- */
/* Values that take little to compute again beside the products of the rounds are not kept. */
void drop_affordable(struct states *states, const struct loop *backward);

/* ---- adjoint_checkpoint.c ---- */
/* The LOOP over the segments of a backward loop; see backward_loop. */
struct node *backward_over_segments(struct states *states, const struct loop *backward);

#endif
