/* copy.h: copies of parts of a graph with some nodes and sizes replaced, into the same graph or another one.
 */
#ifndef GRADC_COPY_H
#define GRADC_COPY_H

#include "graph.h"

/* A rule whose call has been copied: for the call's other outputs. */
struct copied_rule {
    const struct rule *from;
    struct rule *to;
    struct node **inputs;
};

struct copier {
    const struct graph *source;
    struct graph *target; /* if it is the source, nodes that nothing changes are kept as they are */
    struct node ***map;   /* by id in the source, in pieces made on demand: the copy, or NULL */
    size_t map_count;
    int first;          /* the least id of a replaced node */
    const size **atoms; /* sizes to be replaced */
    size_t atoms_count, atoms_capacity;
    size **numbers; /* and by what */
    size_t numbers_count, numbers_capacity;
    struct copied_rule *rules;
    size_t rules_count, rules_capacity;
    /* Called for each copy if not NULL, with the node that it is the copy of; may return a better one. */
    struct node *(*rewrite)(void *closure, const struct node *node, struct node *copy);
    void *closure;
    bool erases_marks;           /* MARK, STOP and CUSTOM become their first input */
    bool keeps_rules;            /* but CUSTOM stays */
    const size **used_variables; /* loop variables of the LOOPs copied so far: another LOOP gets a variable of
                                    its own */
    size_t used_variables_count, used_variables_capacity;
    bool *is_followed;    /* by id in the source, or NULL */
    struct node **wanted; /* the nodes that are followed */
    size_t wanted_count, wanted_capacity;
    int *rounds; /* by id in the source: the id of the innermost LOOP whose carried values it needs */
    const struct node **open; /* the LOOPs that are being copied, the innermost one last */
    size_t open_count, open_capacity;
    struct followed *followed;
    size_t followed_count, followed_capacity;
};

/* A node in the body of a loop, and its copy in that of a copy of the loop. */
struct followed {
    const struct node *node;
    struct node *copy;
};

struct copier *copier_new(const struct graph *source, struct graph *target);
void copier_replace(struct copier *copier, const struct node *from, struct node *to);
void copier_replace_size(struct copier *copier, const size *atom, size *by);
size *copier_size(struct copier *copier, size *a);
/* Notes in `followed` what becomes of the node in each copied LOOP that it is inside of, be it that nothing
 * of the LOOP reads it. */
void copier_follow(struct copier *copier, struct node *node);
/* The copy of a node and of all that it needs. LOOPs that change get carried PLACEHOLDERs of their own. */
struct node *copier_copy(struct copier *copier, struct node *node);

#endif
