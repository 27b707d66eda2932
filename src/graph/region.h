/* region.h: what stands inside a loop, and what a node depends on when a loop counts as one node.
 *
 * The graph is flat: a loop's body is the set of nodes between its `next`, `collected` and `condition` and
 * the values from outside. A node is inside if it depends on the loop variable or on a carried PLACEHOLDER.
 */
#ifndef GRADC_REGION_H
#define GRADC_REGION_H

#include "graph.h"

struct region {
    struct node *
        *inside; /* in the order of their ids, without the carried PLACEHOLDERs; inner LOOPs as one node */
    size_t inside_count, inside_capacity;
    struct node **dependencies; /* of the LOOP: its initial values, then its captures */
    size_t dependencies_count, dependencies_capacity;
    struct node **captures; /* values from outside that the body reads, in the order of their ids */
    size_t captures_count;
};

/* Found once for each loop and kept in loop->region. */
const struct region *region_of(const struct graph *graph, struct loop *loop);
bool region_has(const struct region *region, const struct node *node); /* inside */

/* The nodes that `node` needs: its inputs, for a LOOP its region's dependencies. Returns their number. */
size_t node_dependencies(const struct graph *graph, const struct node *node,
                         struct node *const **dependencies);

/* Of carried PLACEHOLDERs, by id: their LOOP, and which of its carried values they are. */
struct carried {
    struct node **loop_of;
    int *place_of;
};
struct carried carried_of(const struct graph *graph, struct arena *arena);

/* Calls act on all that the node reads, in the rounds of loops, too. A carried value needs its start and its
 * step, a result what it is: others of the same loop need not be computed. */
void for_each_read(const struct carried *carried, const struct node *node,
                   void (*act)(void *closure, struct node *read), void *closure);

/* Visits the sizes of the node that may contain loop variables: extents, bounds, subscripts. */
void node_visit_sizes(const struct node *node, void (*visit)(void *closure, size *a), void *closure);

/* Visits the variables of loops around the node that it reads; of a LOOP, also those that its rounds read. */
void node_visit_outer_variables(const struct graph *graph, const struct node *node,
                                void (*visit)(void *closure, size *variable), void *closure);
bool node_mentions_outer(const struct graph *graph, const struct node *node); /* whether there is one */

/* Whether a subscript, an extent or a bound of the node itself, or of the body of a LOOP, contains the atom.
 */
bool node_mentions(const struct graph *graph, const struct node *node, const size *atom);

/* Marks (with 1, in bytes indexed by id) every node that the roots need, themselves included; the bodies of
 * loops too if with_bodies. */
void mark_reachable(const struct graph *graph, struct node *const *roots, size_t root_count, bool with_bodies,
                    unsigned char *marks);
/* The same for nodes that are not older than the one with the id `first`, whose mark is marks[0]. */
void mark_reachable_back_to(const struct graph *graph, int first, struct node *const *roots,
                            size_t root_count, bool with_bodies, unsigned char *marks);

#endif
