/* adjoint_checkpoint.c: the adjoint of a loop that keeps about the square root of its states.
 *
 *     forward:   the state at the start of every S-th round is kept, S the root of T
 *     backward:  for each segment of S rounds, the last first: its rounds are run again from the kept state,
 * their states collected, and then run backwards
 *
 * The last segment, of at most S rounds, stands before the loop over the others. A. Griewank, "Achieving
 * logarithmic growth of temporal and spatial complexity in reverse automatic differentiation" (1992), has the
 * idea, recursively. */
#include "adjoint_states.h"

struct segments {
    struct states *states;
    struct graph *graph;
    struct loop *loop;
    const struct loop *backward;
    size *length, *full;  /* rounds of a segment; number of segments before the last */
    struct node **starts; /* for each carried value: its values at the start of each segment */
    struct node *ran;     /* how many rounds ran, INT; NULL: all */
};

/* all with the rows of part in the place of those from `at` on. */
static struct node *with_rows(struct graph *graph, struct node *all, struct node *part, size *at)
{
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, all->rank);
    for (int a = 0; a < all->rank; a++) {
        subscripts[a].offset = a ? size_number(graph->sizes, 0) : at;
        subscripts[a].coefficients = ARENA_ARRAY(graph->arena, size *, all->rank);
        subscripts[a].coefficients[a] = size_number(graph->sizes, 1);
    }
    return graph_replace(graph, all, part, subscripts, NULL, 0);
}

static struct node *with_row(struct graph *graph, struct node *all, struct node *value, size *at)
{
    return with_rows(graph, all, graph_insert_axis(graph, value, 0), at);
}

/* The forward loop that also carries the kept states. After round t, the state goes to row ceil((t + 1) / S):
 * what stays in row g is the state at the start of round g S. */
static void keep_starts(struct segments *segments)
{
    struct graph *graph = segments->graph;
    const struct loop *loop = segments->loop;
    struct loop *augmented = ARENA_NEW(graph->arena, struct loop);
    int count = loop->carried_count;
    size *zero = size_number(graph->sizes, 0), *round = size_subtract(loop->variable, loop->begin);
    size *row = size_add(size_floor_divide(round, segments->length), size_number(graph->sizes, 1));
    *augmented = *loop;
    augmented->region = NULL;
    augmented->collected_count = 0;
    augmented->carried_count = 2 * count + (loop->condition != NULL);
    augmented->carried = ARENA_ARRAY(graph->arena, struct node *, augmented->carried_count + 1);
    augmented->initial = ARENA_ARRAY(graph->arena, struct node *, augmented->carried_count + 1);
    augmented->next = ARENA_ARRAY(graph->arena, struct node *, augmented->carried_count + 1);
    for (int k = 0; k < count; k++) {
        struct node *state = loop->carried[k];
        size *shape[MAXIMUM_RANK] = {size_add(segments->full, size_number(graph->sizes, 2))};
        for (int a = 0; a < state->rank; a++)
            shape[a + 1] = state->shape[a];
        struct node *empty =
            graph_broadcast(graph, graph_constant(graph, state->type, 0), state->rank + 1, shape);
        struct node *all = graph_placeholder(graph, state->type, NULL, state->rank + 1, shape);
        augmented->carried[k] = state;
        augmented->initial[k] = loop->initial[k];
        augmented->next[k] = loop->next[k];
        augmented->carried[count + k] = all;
        augmented->initial[count + k] = with_row(graph, empty, loop->initial[k], zero);
        augmented->next[count + k] = with_row(graph, all, loop->next[k], row);
    }
    if (loop->condition) {
        struct node *ran = graph_placeholder(graph, INT, NULL, 0, NULL);
        augmented->carried[2 * count] = ran;
        augmented->initial[2 * count] = graph_constant(graph, INT, 0);
        augmented->next[2 * count] = graph_binary(graph, OP_ADD, ran, graph_constant(graph, INT, 1));
    }
    struct node *node = graph_loop(graph, augmented);
    segments->starts = ARENA_ARRAY(graph->arena, struct node *, count + 1);
    for (int k = 0; k < count; k++)
        segments->starts[k] = graph_result(graph, node, count + k);
    segments->ran = loop->condition ? graph_result(graph, node, 2 * count) : NULL;
}

/* Runs `rounds` rounds from segment g on again, then backwards from the adjoints `initial`; the adjoints at
 * its start. */
static struct node **segment(struct segments *segments, size *g, size *rounds, struct node *const *initial)
{
    struct graph *graph = segments->graph;
    const struct loop *loop = segments->loop;
    struct states *states = segments->states;
    struct loop *again = ARENA_NEW(graph->arena, struct loop);
    struct node *runs = NULL;
    if (segments->ran)
        runs = graph_binary(graph, OP_LT, graph_size(graph, INT, size_subtract(loop->variable, loop->begin)),
                            segments->ran);
    *again = *loop;
    again->region = NULL;
    again->checkpoint = false;
    again->condition = runs;
    again->begin = size_add(loop->begin, size_multiply(g, segments->length));
    again->end = size_add(again->begin, rounds);
    again->initial = ARENA_ARRAY(graph->arena, struct node *, loop->carried_count + 1);
    for (int k = 0; k < loop->carried_count; k++)
        again->initial[k] = graph_drop_axis(graph, segments->starts[k], 0, g);
    again->collected_count = (int)states->kept_count;
    again->collected = states->kept;
    size *once = runs ? once_variable(graph) : NULL;
    struct loop *back = over_states(states, graph_loop(graph, again), segments->backward, once);
    back->begin = again->begin;
    back->end = again->end;
    back->initial = ARENA_ARRAY(graph->arena, struct node *, back->carried_count + 1);
    for (int k = 0; k < back->carried_count; k++)
        back->initial[k] = initial[k];
    if (runs)
        back = guarded_loop(graph, back, runs, once);
    struct node *node = graph_loop(graph, back);
    struct node **results =
        ARENA_ARRAY(graph->arena, struct node *, back->carried_count + back->collected_count + 1);
    for (int k = 0; k < back->carried_count + back->collected_count; k++)
        results[k] = graph_result(graph, node, k);
    return results;
}

/* Zeros for all rounds, shaped like what a segment has collected. */
static struct node *all_rounds(struct graph *graph, const struct node *part, size *rounds)
{
    size *shape[MAXIMUM_RANK];
    for (int a = 0; a < part->rank; a++)
        shape[a] = a ? part->shape[a] : rounds;
    return graph_broadcast(graph, graph_constant(graph, part->type, 0), part->rank, shape);
}

/* Of T rounds in segments of S: (T - 1) / S, so that the last is not empty; T / S where there may be no
 * round.
 */
static size *segments_before_last(struct sizes *sizes, size *rounds, size *length)
{
    size *before_last = size_subtract(rounds, size_number(sizes, 1));
    bool is_empty = size_nonnegative(before_last) != ALWAYS;
    return size_floor_divide(is_empty ? rounds : before_last, length);
}

struct node *backward_over_segments(struct states *states, const struct loop *backward)
{
    struct graph *graph = states->graph;
    struct sizes *sizes = graph->sizes;
    struct segments segments = {.states = states, .graph = graph, .loop = states->loop, .backward = backward};
    size *zero = size_number(sizes, 0), *rounds = size_subtract(segments.loop->end, segments.loop->begin);
    segments.length = size_square_root(rounds);
    segments.full = segments_before_last(sizes, rounds, segments.length);
    keep_starts(&segments);
    size *before = size_multiply(segments.full, segments.length);
    struct node **last = segment(&segments, segments.full, size_subtract(rounds, before), backward->initial);
    struct loop *others = ARENA_NEW(graph->arena, struct loop);
    int total = backward->carried_count + backward->collected_count;
    others->variable = size_new_loop_variable(sizes, "segment", zero, segments.full);
    others->begin = zero;
    others->end = segments.full;
    others->reverse = backward->reverse;
    others->checkpoint = true; /* so that nothing is computed for all segments at once */
    others->carried_count = total;
    others->carried = ARENA_ARRAY(graph->arena, struct node *, total + 1);
    others->initial = ARENA_ARRAY(graph->arena, struct node *, total + 1);
    others->next = ARENA_ARRAY(graph->arena, struct node *, total + 1);
    for (int k = 0; k < total; k++) {
        bool is_carried = k < backward->carried_count;
        struct node *empty = is_carried ? NULL : all_rounds(graph, last[k], rounds);
        const struct node *like = is_carried ? backward->carried[k] : empty;
        others->initial[k] = is_carried ? last[k] : with_rows(graph, empty, last[k], before);
        others->carried[k] = graph_placeholder(graph, like->type, like->name, like->rank, like->shape);
        others->carried[k]->named_by_user = like->named_by_user;
    }
    struct node **results = segment(&segments, others->variable, segments.length, others->carried);
    size *start = size_multiply(others->variable, segments.length);
    for (int k = 0; k < total; k++)
        others->next[k] = k < backward->carried_count
                              ? results[k]
                              : with_rows(graph, others->carried[k], results[k], start);
    return graph_loop(graph, others);
}
