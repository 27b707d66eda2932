/* sparse.c: sparse Jacobians: finds the pattern, colours its columns (or its rows, if that takes fewer
 * colours), and sweeps once for each colour. */
#include <ctype.h>
#include <string.h>

#include "batch.h"
#include "join_rounds.h"
#include "local_slopes.h"
#include "sparse.h"
#include "sparsity.h"

/* ---- Names ---- */

const char *upper_case(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text, strlen(text));
    for (char *c = copy; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return copy;
}

struct pattern_names pattern_names(struct arena *arena, const struct function *function,
                                   const struct member *member)
{
    size_t length = strlen(member->name) - strlen("_values");
    const char *base = arena_print(arena, "%s_%.*s", function->name, (int)length, member->name);
    return (struct pattern_names){arena_print(arena, "%s_NNZ", upper_case(arena, base)),
                                  arena_print(arena, "%s_rowptr", base), arena_print(arena, "%s_cols", base),
                                  arena_print(arena, "%s_rows", base)};
}

/* ---- Sweeps ---- */

/* All sweeps of one direction: `result` is linear in `seed`; elements of the seed with one colour go
 * together. */
struct sweeps {
    struct node *result, *seed;
    int32_t *colours, count; /* by element of the seed */
};

static int64_t element_count(const struct node *node)
{
    int64_t count = 1, extent;
    for (int a = 0; a < node->rank; a++)
        count *= size_is_number(node->shape[a], &extent) ? extent : 1;
    return count;
}

/* [colours, seed...]: 1 where the element has the colour, else 0. */
static struct node *seeds_of(struct graph *graph, const struct sweeps *sweeps, struct node *colours)
{
    size *shape[MAXIMUM_RANK + 1];
    int rank = sweeps->seed->rank + 1;
    shape[0] = size_number(graph->sizes, sweeps->count);
    for (int a = 1; a < rank; a++)
        shape[a] = sweeps->seed->shape[a - 1];
    if (!colours)
        return graph_broadcast(graph, graph_constant(graph, REAL, 1), rank, shape);
    struct node *equal = graph_binary(graph, OP_EQ, graph_broadcast(graph, colours, rank, shape),
                                      graph_iota(graph, INT, rank, shape, 0));
    return graph_unary(graph, OP_CAST_REAL, equal);
}

/* Whether the slots are 0, step, 2 step, ... behind an offset. */
static bool is_regular(const int32_t *slots, size_t count)
{
    for (size_t k = 2; k < count; k++)
        if (slots[k] - slots[k - 1] != slots[1] - slots[0])
            return false;
    return true;
}

/* The elements of the flattened x at these slots. */
static struct node *pick(struct graph *graph, struct sparse *sparse, struct node *x, const char *name)
{
    size *extent = size_number(graph->sizes, (int64_t)sparse->pattern->count);
    int32_t *slots = sparse->slot_table;
    if (is_regular(slots, sparse->pattern->count))
        return graph_slice(graph, x, 0, size_number(graph->sizes, slots[0]), extent,
                           sparse->pattern->count > 1 ? slots[1] - slots[0] : 1);
    sparse->slots = graph_parameter(graph, INT, arena_print(graph->lasting, "%s_slots", name), 1, &extent);
    struct affine subscript = {.offset = size_number(graph->sizes, 0), .dynamic = 1};
    subscript.coefficients = ARENA_ARRAY(graph->arena, size *, 1);
    return graph_index(graph, x, 1, &extent, &subscript, &sparse->slots, 1, false);
}

/* is_reverse: the seed is y's, and the sweeps give rows. */
static void sweep(struct graph *graph, const struct sweeps *sweeps, bool is_reverse, const char *name,
                  struct sparse *sparse)
{
    const struct pattern *pattern = sparse->pattern;
    int64_t elements = element_count(sweeps->result);
    if (sweeps->count > 1) {
        sparse->colour_table = sweeps->colours;
        sparse->colours = graph_parameter(graph, INT, arena_print(graph->lasting, "%s_colours", name),
                                          sweeps->seed->rank, sweeps->seed->shape);
    }
    sparse->slot_table = ARENA_ARRAY(graph->lasting, int32_t, pattern->count + 1);
    for (size_t row = 0; row < pattern->row_count; row++)
        for (int32_t k = pattern->starts[row]; k < pattern->starts[row + 1]; k++) {
            int64_t column = pattern->columns[k];
            sparse->slot_table[k] = (int32_t)(is_reverse ? sweeps->colours[row] * elements + column
                                                         : sweeps->colours[column] * elements + (int64_t)row);
        }
    struct node *all =
        batch(graph, sweeps->result, sweeps->seed, seeds_of(graph, sweeps, sparse->colours), 1);
    size *flat = size_number(graph->sizes, sweeps->count * elements);
    sparse->values = pick(graph, sparse, graph_reshape(graph, all, 1, &flat), name);
}

enum { CHEAP_SWEEPS = 4 }; /* of products with slopes: as many as one in reverse */

struct sparse sparse_jacobian(struct graph *graph, const struct derivatives *derivatives, struct node *y,
                              struct node *x, const char *name, bool is_lower)
{
    struct arena *arena = graph->lasting;
    struct sparse sparse = {.pattern = NULL};
    struct sweeps forward = {.seed = graph_placeholder(graph, REAL, NULL, x->rank, x->shape)},
                  reverse = {.seed = NULL};
    differentiate_forward(graph, derivatives, &x, &forward.seed, 1, &y, 1, &forward.result);
    sparse.pattern = sparsity_of(graph, forward.result, forward.seed);
    if (sparse.pattern->count == 0)
        return sparse;
    forward.colours = ARENA_ARRAY(arena, int32_t, sparse.pattern->column_count + 1);
    forward.count = pattern_colour(arena, sparse.pattern, forward.colours);
    reverse.colours = ARENA_ARRAY(arena, int32_t, sparse.pattern->row_count + 1);
    reverse.count = pattern_colour(arena, pattern_transpose(arena, sparse.pattern), reverse.colours);
    struct node *by_slopes =
        local_slopes(graph, join_rounds(graph, forward.result), forward.seed, forward.count);
    if (by_slopes)
        forward.result = by_slopes;
    bool is_reverse = reverse.count * (by_slopes ? CHEAP_SWEEPS : 1) < forward.count;
    int64_t elements = is_reverse ? reverse.count * element_count(x) : forward.count * element_count(y);
    sparse.is_too_large = elements > INT32_MAX;
    if (sparse.is_too_large)
        return sparse;
    if (is_reverse) {
        reverse.seed = graph_placeholder(graph, REAL, NULL, y->rank, y->shape);
        differentiate(graph, derivatives, &y, &reverse.seed, 1, &x, 1, &reverse.result);
    }
    /* Elements above the diagonal stand in the sweeps beside those below it, so colours keep them apart. */
    if (is_lower)
        sparse.pattern = pattern_lower(arena, sparse.pattern);
    if (sparse.pattern->count)
        sweep(graph, is_reverse ? &reverse : &forward, is_reverse, name, &sparse);
    return sparse;
}
