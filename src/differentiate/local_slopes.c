/* local_slopes.c: rounds of a loop that depend on a seed through few numbers have the slopes by these
 * computed once.
 *
 * A round of a tangent reads a few elements of the seed, r, and collects a few, y, linear in them: y = A r.
 * With A from unit vectors for r, known now, what is 0 in it by its place is never computed, and each of many
 * seeds takes a product with A instead of the whole round (preaccumulation: Griewank and Walther, Evaluating
 * Derivatives, chapter 10).
 *
 * Requires: a node that is linear in the seed, and number sizes. Leaves new nodes. */
#include "local_slopes.h"

#include "batch.h"
#include "memory.h"
#include "region.h"
#include "sparsity.h"

enum {
    MOST_READS = 16,     /* numbers that a round reads of the seed */
    MOST_COLLECTED = 32, /* and that it makes of them */
    MOST_WORK = 1500     /* elements computed on the way: the slopes are statements of their own */
};

struct slopes {
    struct graph *graph;
    struct node **whole;    /* by id: what stands for a node that depends on the seed; NULL: it does not */
    unsigned char *depends; /* by id, inside the loop at hand */
    size_t count;
    int64_t seeds;
};

/* What a round reads of the seed: INDEX nodes of values from outside, and their elements, each once, side by
 * side in one vector. */
struct reads {
    struct node *nodes[MOST_READS];
    int places[MOST_READS][MOST_READS]; /* where the elements of each node stand in the vector */
    int node_count;
    struct node *elements[MOST_READS];               /* of the vector: what is read, as a scalar */
    int node_of[MOST_READS], element_of[MOST_READS]; /* a node that has it, and which element it is there */
    int64_t count;
};

static bool depends(const struct slopes *slopes, const struct node *node)
{
    return (size_t)node->id < slopes->count && (slopes->whole[node->id] || slopes->depends[node->id]);
}

static int64_t element_count(const struct node *node)
{
    int64_t count = 1, extent;
    for (int a = 0; a < node->rank; a++) {
        if (!size_is_number(node->shape[a], &extent))
            return 0;
        count *= extent;
    }
    return count;
}

/* ---- Elements ---- */

static void place_of(const struct node *node, int64_t flat, int64_t *at)
{
    for (int a = node->rank; a-- > 0;) {
        int64_t extent = 1;
        size_is_number(node->shape[a], &extent);
        at[a] = flat % extent;
        flat /= extent;
    }
}

/* x[lead, place of the flat element of `node`]; lead < 0: without it. */
static struct node *element(struct graph *graph, struct node *x, int64_t lead, const struct node *node,
                            int64_t flat)
{
    struct affine subscripts[MAXIMUM_RANK + 1];
    int64_t at[MAXIMUM_RANK + 1];
    int first = lead >= 0;
    if (x->rank == 0)
        return x;
    at[0] = lead;
    place_of(node, flat, at + first);
    for (int a = 0; a < x->rank; a++)
        subscripts[a] = (struct affine){size_number(graph->sizes, at[a]), NULL, 0};
    return graph_index(graph, x, 0, NULL, subscripts, NULL, 0, false);
}

/* zeros of the shape of `node` with the value in place of its flat element */
static struct node *placed(struct graph *graph, struct node *value, const struct node *node, int64_t flat)
{
    struct affine subscripts[MAXIMUM_RANK];
    int64_t at[MAXIMUM_RANK];
    place_of(node, flat, at);
    for (int a = 0; a < node->rank; a++)
        subscripts[a] = (struct affine){size_number(graph->sizes, at[a]), NULL, 0};
    return node->rank ? graph_scatter(graph, value, node->rank, node->shape, subscripts, NULL, 0) : value;
}

/* ---- What a round reads and makes ---- */

static bool reads_seed(const struct slopes *slopes, const struct node *node)
{
    return node->op == OP_INDEX && node->input_count == 1 && slopes->whole[node->inputs[0]->id];
}

/* Whether an input of the node depends on the seed; *outside: one that stands outside the loop. */
static bool depends_by_input(const struct slopes *slopes, const struct node *node, bool *outside)
{
    struct node *const *needed;
    size_t count = node_dependencies(slopes->graph, node, &needed);
    bool any = false;
    *outside = false;
    for (size_t k = 0; k < count; k++) {
        any = any || depends(slopes, needed[k]);
        *outside = *outside || slopes->whole[needed[k]->id];
    }
    return any;
}

/* Marks what depends on the seed, lists what is read of it, and adds up what is computed of it; false where a
 * round is not so simple. */
static bool follow_round(struct slopes *slopes, const struct region *region, struct reads *reads,
                         int64_t *work)
{
    for (size_t i = 0; i < region->inside_count; i++) {
        struct node *node = region->inside[i];
        bool outside;
        if (!depends_by_input(slopes, node, &outside))
            continue;
        int64_t elements = element_count(node);
        slopes->depends[node->id] = 1;
        if (elements == 0 || node->op == OP_LOOP)
            return false;
        if (reads_seed(slopes, node)) {
            if (reads->node_count == MOST_READS || elements > MOST_READS)
                return false;
            reads->nodes[reads->node_count++] = node;
        } else if (outside || node_mentions_outer(slopes->graph, node)) {
            return false;
        }
        *work += operator_is_elementwise(node->op) ? elements : 0;
    }
    return *work <= MOST_WORK;
}

/* Gives the element of a node that reads a place in the vector; false if there is none left. */
static bool find_place(struct graph *graph, struct reads *reads, int node, int flat)
{
    struct node *value = element(graph, reads->nodes[node], -1, reads->nodes[node], flat);
    int place = 0;
    while (place < reads->count && reads->elements[place] != value)
        place++;
    if (place == MOST_READS)
        return false;
    if (place == reads->count) {
        reads->elements[reads->count] = value;
        reads->node_of[reads->count] = node;
        reads->element_of[reads->count++] = flat;
    }
    reads->places[node][flat] = place;
    return true;
}

/* The longer nodes first, which so have their elements in a row. */
static bool find_places(struct graph *graph, struct reads *reads)
{
    for (int length = MOST_READS; length > 0; length--)
        for (int k = 0; k < reads->node_count; k++)
            for (int e = 0; e < length && element_count(reads->nodes[k]) == length; e++)
                if (!find_place(graph, reads, k, e))
                    return false;
    return reads->count > 0;
}

/* Whether the rounds carry nothing that depends on the seed, and collect few numbers that do: fewer, times
 * what they are made of, than are computed on the way, so that a product with the slopes is less than a
 * round. */
static bool collects_few(const struct slopes *slopes, const struct loop *loop, const struct reads *reads,
                         int64_t work)
{
    int64_t collected = 0;
    if (loop->is_branch || (loop->condition && depends(slopes, loop->condition)))
        return false;
    for (int k = 0; k < loop->carried_count; k++)
        if (depends(slopes, loop->initial[k]) || depends(slopes, loop->next[k]))
            return false;
    for (int k = 0; k < loop->collected_count; k++)
        if (depends(slopes, loop->collected[k]))
            collected += element_count(loop->collected[k]);
    return collected > 0 && collected <= MOST_COLLECTED && collected * reads->count < work;
}

/* ---- Slopes ---- */

/* What stands for node k of the reads if the vector is v. */
static struct node *part_of(struct graph *graph, const struct reads *reads, int k, struct node *v)
{
    const struct node *read = reads->nodes[k];
    const int *places = reads->places[k];
    int count = (int)element_count(read);
    bool in_a_row = true;
    struct node *sum = NULL;
    for (int e = 1; e < count; e++)
        in_a_row = in_a_row && places[e] == places[0] + e;
    if (in_a_row) {
        struct node *part = graph_slice(graph, v, 0, size_number(graph->sizes, places[0]),
                                        size_number(graph->sizes, count), 1);
        return graph_reshape(graph, part, read->rank, read->shape);
    }
    for (int e = 0; e < count; e++) {
        struct node *part = placed(graph, element(graph, v, -1, v, places[e]), read, e);
        sum = sum ? graph_binary(graph, OP_ADD, sum, part) : part;
    }
    return sum;
}

/* The node as a function of a vector v of what the round reads; what else it reads stands for itself, or, if
 * the pattern alone is wanted, for anything. */
static struct node *by_reads(struct slopes *slopes, const struct region *region, const struct reads *reads,
                             struct node *v, struct node *node, bool pattern_only)
{
    struct graph *graph = slopes->graph;
    struct node **from = memory_array(region->inside_count + 1, sizeof *from),
                **to = memory_array(region->inside_count + 1, sizeof *to);
    size_t count = 0;
    for (int k = 0; k < reads->node_count; k++) {
        from[count] = reads->nodes[k];
        to[count++] = part_of(graph, reads, k, v);
    }
    for (size_t i = 0; pattern_only && i < region->inside_count; i++) {
        struct node *inside = region->inside[i];
        if (slopes->depends[inside->id] || inside->op == OP_LOOP)
            continue;
        from[count] = inside;
        to[count++] = graph_placeholder(graph, inside->type, NULL, inside->rank, inside->shape);
    }
    graph_substitute(graph, from, to, count, &node, 1);
    memory_free(from);
    memory_free(to);
    return node;
}

/* [count, count]: 1 on the diagonal */
static struct node *units(struct graph *graph, int64_t count)
{
    size *shape[2] = {size_number(graph->sizes, count), size_number(graph->sizes, count)};
    return graph_unary(
        graph, OP_CAST_REAL,
        graph_binary(graph, OP_EQ, graph_iota(graph, INT, 2, shape, 0), graph_iota(graph, INT, 2, shape, 1)));
}

/* y[i] = sum of A[j, i] r[j] over what can differ from zero */
static struct node *product(struct slopes *slopes, const struct region *region, const struct reads *reads,
                            struct node *const *r, struct node *y)
{
    struct graph *graph = slopes->graph;
    size *extent = size_number(graph->sizes, reads->count);
    struct node *v = graph_placeholder(graph, REAL, NULL, 1, &extent), *whole = NULL;
    struct node *A =
        batch(graph, by_reads(slopes, region, reads, v, y, false), v, units(graph, reads->count), 1);
    const struct pattern *pattern = sparsity_of(graph, by_reads(slopes, region, reads, v, y, true), v);
    for (size_t i = 0; i < pattern->row_count; i++) {
        struct node *sum = NULL;
        for (int32_t p = pattern->starts[i]; p < pattern->starts[i + 1]; p++) {
            int32_t j = pattern->columns[p];
            struct node *term = graph_binary(graph, OP_MUL, element(graph, A, j, y, (int64_t)i), r[j]);
            sum = sum ? graph_binary(graph, OP_ADD, sum, term) : term;
        }
        struct node *part = sum ? placed(graph, sum, y, (int64_t)i) : NULL;
        whole = whole && part ? graph_binary(graph, OP_ADD, whole, part) : part ? part : whole;
    }
    return whole ? whole : graph_broadcast(graph, graph_constant(graph, y->type, 0), y->rank, y->shape);
}

/* The loop with its rounds' collected values as such products. */
static struct node *with_products(struct slopes *slopes, const struct loop *loop, const struct region *region,
                                  const struct reads *reads)
{
    struct graph *graph = slopes->graph;
    struct loop *copy = ARENA_NEW(graph->arena, struct loop);
    struct node *r[MOST_READS];
    *copy = *loop;
    copy->region = NULL;
    copy->reverse = loop->reverse && loop->carried_count > 0;
    copy->collected = ARENA_ARRAY(graph->arena, struct node *, loop->collected_count + 1);
    for (int j = 0; j < reads->count; j++) {
        struct node *read = reads->nodes[reads->node_of[j]];
        struct node *now = graph_rebuild(graph, read, &slopes->whole[read->inputs[0]->id]);
        r[j] = element(graph, now, -1, read, reads->element_of[j]);
    }
    for (int k = 0; k < loop->collected_count; k++)
        copy->collected[k] = depends(slopes, loop->collected[k])
                                 ? product(slopes, region, reads, r, loop->collected[k])
                                 : loop->collected[k];
    return graph_loop(graph, copy);
}

/* NULL if the rounds are not so simple. */
static struct node *with_slopes(struct slopes *slopes, struct loop *loop)
{
    const struct region *region = region_of(slopes->graph, loop);
    struct reads reads = {.node_count = 0};
    struct node *result = NULL;
    int64_t work = 0;
    if (follow_round(slopes, region, &reads, &work) && find_places(slopes->graph, &reads) &&
        reads.count <= 2 * slopes->seeds && collects_few(slopes, loop, &reads, work))
        result = with_products(slopes, loop, region, &reads);
    for (size_t i = 0; i < region->inside_count; i++)
        slopes->depends[region->inside[i]->id] = 0;
    return result;
}

/* ---- The whole ---- */

/* The node over what stands for its inputs; what is 0 in all rounds needs none. */
static struct node *rebuild(const struct slopes *slopes, struct node *node)
{
    struct graph *graph = slopes->graph;
    struct node **inputs = ARENA_ARRAY(graph->arena, struct node *, node->input_count + 1);
    bool changed = false;
    for (int k = 0; k < node->input_count; k++) {
        struct node *whole = slopes->whole[node->inputs[k]->id];
        inputs[k] = whole ? whole : node->inputs[k];
        changed = changed || inputs[k] != node->inputs[k];
    }
    if (node->op == OP_RESULT &&
        graph_is_zero(inputs[0]->loop->collected[node->result - inputs[0]->loop->carried_count]))
        return graph_broadcast(graph, graph_constant(graph, node->type, 0), node->rank, node->shape);
    return changed ? graph_rebuild(graph, node, inputs) : node;
}

struct node *local_slopes(struct graph *graph, struct node *node, struct node *seed, int64_t seeds)
{
    struct slopes slopes = {.graph = graph, .count = graph->nodes_count, .seeds = seeds};
    unsigned char *reached = memory_array(slopes.count + 1, 1);
    bool possible = true, found = false, outside;
    slopes.whole = memory_array(slopes.count + 1, sizeof *slopes.whole);
    slopes.depends = memory_array(slopes.count + 1, 1);
    mark_reachable(graph, &node, 1, false, reached);
    slopes.whole[seed->id] = seed;
    for (int id = seed->id + 1; id <= node->id && possible; id++) {
        struct node *old = graph->nodes[id];
        if (!reached[id] || !depends_by_input(&slopes, old, &outside))
            continue;
        found = found || old->op == OP_LOOP;
        slopes.whole[id] = old->op == OP_LOOP ? with_slopes(&slopes, old->loop) : rebuild(&slopes, old);
        possible = slopes.whole[id] != NULL;
    }
    struct node *result = possible && found ? slopes.whole[node->id] : NULL;
    memory_free(slopes.whole);
    memory_free(slopes.depends);
    memory_free(reached);
    return result;
}
