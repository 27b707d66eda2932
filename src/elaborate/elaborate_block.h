/* elaborate_block.h: what the files of loops and branches (elaborate_block.c, _loop.c, _branch.c, _collect.c)
 * share. */
#ifndef GRADC_ELABORATE_BLOCK_H
#define GRADC_ELABORATE_BLOCK_H

#include "elaborator.h"

/* ---- elaborate_block.c: names that a body assigns ---- */

/* The bindings as they were before a block, for all names that it assigns. */
struct saved_binding {
    const char *name;
    struct binding *binding; /* NULL: none */
    struct value value;      /* as it is read here */
    struct value original;
    struct span span;
    bool is_parameter, is_result;
    int depth;
};

/* The names that the statements assign -> where, the last one -> const struct target *. */
void collect_assigned(struct elaborator *e, struct map *names, const struct statement *statement);
struct saved_binding *save_bindings(struct elaborator *e, const struct map *names);
/* Puts the bindings back; what had none before is noted as local. */
void restore_bindings(struct elaborator *e, const struct saved_binding *saved, size_t count);
/* After an error: the names have no value that another error could be about. */
void poison_bindings(struct elaborator *e, const struct saved_binding *saved, size_t count);

/* ---- elaborate_block.c: values as lists of nodes ---- */

struct node_list {
    struct node **nodes;
    size_t nodes_count, nodes_capacity;
};

/* Appends the nodes that a value consists of; false if some part is no tensor. */
bool flatten_value(struct elaborator *e, struct value value, struct span at, struct node_list *list);
/* A value of the same make over other nodes, taken from *next on. */
struct value unflatten_value(struct elaborator *e, struct value like, struct node **nodes, size_t *next);
bool same_node_type(const struct node *a, const struct node *b);

/* ---- elaborate_branch.c ---- */
/* The body of a loop whose rounds may not be there: as a branch, so that nothing in it is computed elsewhere.
 */
void execute_guarded(struct elaborator *e, const struct statement *statement, struct node *condition);

/* ---- elaborate_collect.c ---- */
/* The stacked values, the loop's results from `first` on, get their names, or wait for the next loop outside.
 */
void bind_collected(struct elaborator *e, const struct block *block, struct node *loop, int first);
/* Whether the body, which is not executed, collects over the variable: into a name that has no value there.
 */
bool body_collects(struct elaborator *e, const struct statement *statement, const char *variable,
                   struct map *assigned);

#endif
