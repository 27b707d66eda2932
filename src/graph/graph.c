/* graph.c: the nodes themselves: hash-consing, leaves, names, regions and factorisations. The other
 * constructors, with their simplifications, are in graph_elementwise.c, graph_view.c, graph_index.c,
 * graph_scatter.c, graph_reshape.c, graph_reduce.c and graph_contract.c. */
#include "graph_internal.h"
#include "guard.h"

#include <assert.h>
#include <string.h>

/* ---- Hash-consing ---- */

int node_space_rank(const struct node *node)
{
    switch (node->op) {
    case OP_IOTA:
    case OP_INDEX: return node->rank;
    case OP_SCATTER: return node->inputs[0]->rank;
    case OP_REPLACE: return node->inputs[1]->rank;
    default: return 0;
    }
}

int node_subscript_count(const struct node *node)
{
    switch (node->op) {
    case OP_IOTA: return 1;
    case OP_INDEX: return node->inputs[0]->rank;
    case OP_SCATTER:
    case OP_REPLACE: return node->rank;
    default: return 0;
    }
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

static uint64_t mix_pointer(uint64_t hash, const void *pointer)
{
    return mix(hash, (uint64_t)(uintptr_t)pointer);
}

static uint64_t mix_subscripts(uint64_t hash, const struct node *node)
{
    int count = node_subscript_count(node), rank = node_space_rank(node);

    for (int s = 0; s < count; s++) {
        hash = mix_pointer(hash, node->subscripts[s].offset);
        hash = mix(hash, (uint64_t)node->subscripts[s].dynamic);
        for (int a = 0; a < rank; a++)
            hash = mix_pointer(hash, node->subscripts[s].coefficients[a]);
    }
    return hash;
}

/* +0 and -0 differ, as do the NaNs: constants are compared by their bits. */
static uint64_t value_bits(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint32_t node_hash(const struct node *node)
{
    uint64_t hash = mix((uint64_t)node->op, (uint64_t)node->type << 8 | (uint64_t)node->rank);
    unsigned flags = (unsigned)node->fill | (unsigned)node->reverse << 1 | (unsigned)node->lower << 2 |
                     (unsigned)node->transposed << 3 | (unsigned)node->unit << 4;

    for (int a = 0; a < node->rank; a++)
        hash = mix_pointer(hash, node->shape[a]);
    if (operator_info(node->op)->commutes) {
        uint64_t x = mix_pointer(1, node->inputs[0]), y = mix_pointer(1, node->inputs[1]);
        hash = mix(hash, x + y);
    } else {
        for (int i = 0; i < node->input_count; i++)
            hash = mix_pointer(hash, node->inputs[i]);
    }
    hash = mix(hash, value_bits(node->value));
    hash = mix_pointer(hash, node->extent);
    hash = mix_subscripts(hash, node);
    hash = mix(hash, (uint64_t)node->axes << 32 | flags);
    if (node->op == OP_CONTRACT) {
        for (int a = 0; a < node->inputs[0]->rank; a++)
            hash = mix(hash, (uint64_t)node->a_axes[a]);
        for (int a = 0; a < node->inputs[1]->rank; a++)
            hash = mix(hash, (uint64_t)node->b_axes[a]);
    }
    hash = mix(hash, (uint64_t)node->result);
    hash = mix_pointer(hash, node->rule);
    hash = mix_pointer(hash, node->loop);
    return (uint32_t)(hash ^ hash >> 32);
}

static bool subscripts_equal(const struct node *a, const struct node *b)
{
    int count = node_subscript_count(a), rank = node_space_rank(a);

    for (int s = 0; s < count; s++) {
        if (a->subscripts[s].offset != b->subscripts[s].offset ||
            a->subscripts[s].dynamic != b->subscripts[s].dynamic)
            return false;
        for (int i = 0; i < rank; i++) {
            if (a->subscripts[s].coefficients[i] != b->subscripts[s].coefficients[i])
                return false;
        }
    }
    return true;
}

/* The shape of that space, and where the dynamic inputs begin. */
static const struct node *space_of(const struct node *node, int *first_dynamic)
{
    *first_dynamic = node->op == OP_REPLACE ? 2 : 1;
    return node->op == OP_INDEX ? node : node->inputs[*first_dynamic - 1];
}

bool graph_same_places(const struct node *a, const struct node *b)
{
    int a_dynamic, b_dynamic;
    const struct node *a_space = space_of(a, &a_dynamic), *b_space = space_of(b, &b_dynamic);

    if (node_subscript_count(a) != node_subscript_count(b) || a_space->rank != b_space->rank ||
        a->input_count - a_dynamic != b->input_count - b_dynamic)
        return false;
    for (int i = 0; i < a_space->rank; i++) {
        if (a_space->shape[i] != b_space->shape[i])
            return false;
    }
    for (int i = 0; i < a->input_count - a_dynamic; i++) {
        if (a->inputs[a_dynamic + i] != b->inputs[b_dynamic + i])
            return false;
    }
    return subscripts_equal(a, b);
}

static bool inputs_equal(const struct node *a, const struct node *b)
{
    bool equal = true;

    if (operator_info(a->op)->commutes && a->inputs[0] == b->inputs[1] && a->inputs[1] == b->inputs[0])
        return true;
    for (int i = 0; i < a->input_count; i++)
        equal = equal && a->inputs[i] == b->inputs[i];
    return equal;
}

static bool node_equal(const struct node *a, const struct node *b)
{
    if (a->op != b->op || a->type != b->type || a->rank != b->rank || a->input_count != b->input_count ||
        value_bits(a->value) != value_bits(b->value) || a->extent != b->extent || a->fill != b->fill ||
        a->axes != b->axes || a->reduced != b->reduced || a->reverse != b->reverse || a->lower != b->lower ||
        a->transposed != b->transposed || a->unit != b->unit || a->result != b->result ||
        a->rule != b->rule || a->loop != b->loop || !inputs_equal(a, b))
        return false;
    for (int i = 0; i < a->rank; i++) {
        if (a->shape[i] != b->shape[i])
            return false;
    }
    if (a->op == OP_CONTRACT)
        return memcmp(a->a_axes, b->a_axes, (size_t)a->inputs[0]->rank) == 0 &&
               memcmp(a->b_axes, b->b_axes, (size_t)a->inputs[1]->rank) == 0;
    return subscripts_equal(a, b);
}

static void table_put(struct graph *graph, struct graph_slot entry)
{
    size_t place = entry.hash & (graph->table_size - 1);

    while (graph->table[place].number != 0)
        place = (place + 1) & (graph->table_size - 1);
    graph->table[place] = entry;
    graph->table_count++;
}

static void table_grow(struct graph *graph)
{
    struct graph_slot *old = graph->table;
    size_t old_size = graph->table_size;

    graph->table_size = old_size * 2;
    graph->table = ARENA_ARRAY(graph->arena, struct graph_slot, graph->table_size);
    graph->table_count = 0;
    for (size_t i = 0; i < old_size; i++) {
        if (old[i].number != 0)
            table_put(graph, old[i]);
    }
}

static size **copy_shape(struct arena *arena, int rank, size *const *shape)
{
    size **copy = ARENA_ARRAY(arena, size *, rank + 1);

    for (int a = 0; a < rank; a++)
        copy[a] = shape[a];
    return copy;
}

static bool has_shape(const struct node *node, int rank, size *const *shape)
{
    bool equal = node->rank == rank;

    for (int a = 0; equal && a < rank; a++)
        equal = node->shape[a] == shape[a];
    return equal;
}

/* That of an input, if it is the same. */
static size **lasting_shape(struct graph *graph, const struct node *node)
{
    for (int i = 0; i < node->input_count; i++) {
        if (has_shape(node->inputs[i], node->rank, node->shape))
            return node->inputs[i]->shape;
    }
    return copy_shape(graph->lasting, node->rank, node->shape);
}

static struct affine *copy_subscripts(struct graph *graph, const struct node *node)
{
    int count = node_subscript_count(node), rank = node_space_rank(node);
    struct affine *copy = ARENA_ARRAY(graph->arena, struct affine, count + 1);

    for (int s = 0; s < count; s++) {
        copy[s] = node->subscripts[s];
        copy[s].coefficients = copy_shape(graph->arena, rank, node->subscripts[s].coefficients);
    }
    return copy;
}

static signed char *copy_axes(struct graph *graph, const signed char *axes, int rank)
{
    signed char *copy = ARENA_ARRAY(graph->arena, signed char, rank + 1);

    for (int a = 0; a < rank; a++)
        copy[a] = axes[a];
    return copy;
}

struct node *graph_append(struct graph *graph, const struct node *candidate)
{
    struct node *node = ARENA_NEW(graph->arena, struct node);

    *node = *candidate;
    node->shape = lasting_shape(graph, candidate);
    node->inputs = ARENA_ARRAY(graph->arena, struct node *, node->input_count + 1);
    for (int i = 0; i < node->input_count; i++)
        node->inputs[i] = candidate->inputs[i];
    if (candidate->subscripts != NULL)
        node->subscripts = copy_subscripts(graph, candidate);
    if (node->op == OP_CONTRACT) {
        node->a_axes = copy_axes(graph, candidate->a_axes, node->inputs[0]->rank);
        node->b_axes = copy_axes(graph, candidate->b_axes, node->inputs[1]->rank);
    }
    node->id = (int)graph->nodes_count;
    node->origin = graph->origin;
    ARENA_APPEND(graph->arena, graph, nodes, node);
    return node;
}

static struct node *table_find(const struct graph *graph, const struct node *candidate, uint32_t hash)
{
    size_t mask = graph->table_size - 1;

    /* Where nodes have been changed in place and sorted, a number may be that of another node, or of none. */
    for (size_t place = hash & mask; graph->table[place].number != 0; place = (place + 1) & mask) {
        size_t number = (size_t)graph->table[place].number;
        if (graph->table[place].hash == hash && number <= graph->nodes_count &&
            node_equal(graph->nodes[number - 1], candidate))
            return graph->nodes[number - 1];
    }
    return NULL;
}

struct node *graph_find(struct graph *graph, const struct node *candidate)
{
    return table_find(graph, candidate, node_hash(candidate));
}

struct node *graph_intern(struct graph *graph, const struct node *candidate)
{
    uint32_t hash = node_hash(candidate);
    struct node *node = table_find(graph, candidate, hash);

    if (node != NULL)
        return node;
    node = graph_append(graph, candidate);
    if (2 * graph->table_count >= graph->table_size)
        table_grow(graph);
    table_put(graph, (struct graph_slot){hash, node->id + 1});
    return node;
}

struct graph *graph_new(struct arena *arena, struct sizes *sizes)
{
    struct graph *graph = ARENA_NEW(arena, struct graph);

    graph->arena = graph->lasting = arena;
    graph->sizes = sizes;
    graph->table_size = 256;
    graph->table = ARENA_ARRAY(arena, struct graph_slot, graph->table_size);
    return graph;
}

struct graph *graph_new_apart(struct arena *lasting, struct sizes *sizes)
{
    struct graph *graph = graph_new(arena_new_in(lasting), sizes);

    graph->lasting = lasting;
    return graph;
}

void graph_free(struct graph *graph)
{
    if (graph->arena != graph->lasting)
        arena_free(graph->arena);
}

/* ---- Leaves ---- */

struct node *graph_constant(struct graph *graph, enum type type, double value)
{
    struct node node = {.op = OP_CONSTANT, .type = type, .value = value};

    return graph_intern(graph, &node);
}

struct node *graph_parameter(struct graph *graph, enum type type, const char *name, int rank,
                             size *const *shape)
{
    struct node node = {.op = OP_PARAMETER, .type = type, .name = name, .rank = rank};

    node.shape = (size **)shape;
    return graph_append(graph, &node);
}

struct node *graph_placeholder(struct graph *graph, enum type type, const char *name, int rank,
                               size *const *shape)
{
    struct node node = {.op = OP_PLACEHOLDER, .type = type, .name = name, .rank = rank};

    node.shape = (size **)shape;
    return graph_append(graph, &node);
}

struct node *graph_size(struct graph *graph, enum type type, size *extent)
{
    struct node node = {.op = OP_SIZE_VALUE, .type = type, .extent = extent};
    int64_t number;

    if (size_is_number(extent, &number))
        return graph_constant(graph, type, (double)number);
    return graph_intern(graph, &node);
}

/* ---- Names and derivatives ---- */

static struct node *append_standing_for(struct graph *graph, enum op op, struct node *x, const char *name)
{
    struct node node = {.op = op, .type = x->type, .rank = x->rank, .shape = x->shape, .name = name};

    node.input_count = 1;
    node.inputs = &x;
    return graph_append(graph, &node);
}

struct node *graph_mark(struct graph *graph, struct node *x, const char *name)
{
    return append_standing_for(graph, OP_MARK, x, name);
}

struct node *graph_stop(struct graph *graph, struct node *x)
{
    struct node node = {.op = OP_STOP, .type = x->type, .rank = x->rank, .shape = x->shape};

    node.input_count = 1;
    node.inputs = &x;
    return x->op == OP_STOP || x->op == OP_CONSTANT ? x : graph_intern(graph, &node);
}

/* The inputs after the value are the rule's arguments, so that what the adjoints need is reachable. */
struct node *graph_custom(struct graph *graph, struct node *value, struct rule *rule, int result)
{
    struct node node = {.op = OP_CUSTOM, .type = value->type, .rank = value->rank, .shape = value->shape};

    node.inputs = ARENA_ARRAY(graph->arena, struct node *, rule->argument_count + 1);
    node.inputs[node.input_count++] = value;
    for (int k = 0; k < rule->argument_count; k++) {
        if (rule->arguments[k] != NULL)
            node.inputs[node.input_count++] = rule->arguments[k];
    }
    node.rule = rule;
    node.result = result;
    return graph_intern(graph, &node);
}

/* ---- Regions ---- */

/* The inputs are what stands at the loop's ends, so that ids stay topological: initial, next, collected,
 * condition. */
struct node *graph_loop(struct graph *graph, struct loop *loop)
{
    struct node node = {.op = OP_LOOP, .loop = loop};
    int count = 0;

    node.inputs =
        ARENA_ARRAY(graph->arena, struct node *, 2 * loop->carried_count + loop->collected_count + 1);
    for (int i = 0; i < loop->carried_count; i++)
        node.inputs[count++] = loop->initial[i];
    for (int i = 0; i < loop->carried_count; i++)
        node.inputs[count++] = loop->next[i];
    for (int i = 0; i < loop->collected_count; i++)
        node.inputs[count++] = loop->collected[i];
    if (loop->condition != NULL)
        node.inputs[count++] = loop->condition;
    node.input_count = count;
    return graph_append(graph, &node);
}

void require_rank(int rank)
{
    if (rank > MAXIMUM_RANK)
        give_up("a derivative or a loop of this program needs a tensor of %d axes; there are at most %d",
                rank, MAXIMUM_RANK);
}

struct node *graph_result(struct graph *graph, struct node *loop_node, int result)
{
    struct loop *loop = loop_node->loop;
    struct node node = {.op = OP_RESULT, .result = result, .loop = loop};
    size *shape[MAXIMUM_RANK + 1];
    const struct node *value;
    int rank = 0;

    assert(loop_node->op == OP_LOOP);
    assert(result >= 0 && result < loop->carried_count + loop->collected_count);
    if (result < loop->carried_count) {
        value = loop->carried[result];
        bool is_never = loop->condition && graph_is_zero(loop->condition);
        if (loop->next[result] == value || loop->begin == loop->end || is_never) /* unchanged, or no rounds */
            return loop->initial[result];
    } else {
        value = loop->collected[result - loop->carried_count];
        shape[rank++] = size_subtract(loop->end, loop->begin);
    }
    for (int a = 0; a < value->rank; a++)
        shape[rank++] = value->shape[a];
    require_rank(rank);
    node.type = value->type;
    node.rank = rank;
    node.shape = shape;
    node.input_count = 1;
    node.inputs = &loop_node;
    return graph_intern(graph, &node);
}

/* ---- Factorisations ---- */

static void assert_square(const struct node *x)
{
    assert(x->type == REAL && x->rank >= 2);
    assert(x->shape[x->rank - 1] == x->shape[x->rank - 2]);
    (void)x;
}

struct node *graph_cholesky(struct graph *graph, struct node *x)
{
    struct node node = {.op = OP_CHOLESKY, .type = REAL, .rank = x->rank, .shape = x->shape};

    assert_square(x);
    node.input_count = 1;
    node.inputs = &x;
    return graph_intern(graph, &node);
}

struct node *graph_solve_triangular(struct graph *graph, struct node *l, struct node *b,
                                    struct triangular form)
{
    struct node *inputs[] = {l, b};
    struct node node = {.op = OP_SOLVE_TRIANGULAR, .type = REAL, .rank = b->rank, .shape = b->shape};

    assert_square(l);
    node.input_count = 2;
    node.inputs = inputs;
    node.lower = form.lower;
    node.transposed = form.transposed;
    node.unit = form.unit;
    return graph_intern(graph, &node);
}

struct node *graph_lu_solve(struct graph *graph, struct node *a, struct node *b, bool transposed)
{
    struct node *inputs[] = {a, b};
    struct node node = {.op = OP_LU_SOLVE, .type = REAL, .rank = b->rank, .shape = b->shape};

    assert_square(a);
    node.input_count = 2;
    node.inputs = inputs;
    node.transposed = transposed;
    return graph_intern(graph, &node);
}

struct node *graph_determinant(struct graph *graph, enum op op, struct node *x)
{
    struct node node = {.op = op, .type = REAL, .rank = x->rank - 2, .shape = x->shape};

    assert_square(x);
    assert(op == OP_DET || op == OP_LOGABSDET);
    node.input_count = 1;
    node.inputs = &x;
    return graph_intern(graph, &node);
}

const char *entry_name(enum entry entry)
{
    static const char *const entries[ENTRY_COUNT] = {
        [ENTRY_FORWARD] = "forward",
        [ENTRY_BACKWARD] = "backward",
        [ENTRY_GRADIENT] = "gradient",
        [ENTRY_JACOBIAN] = "jacobian",
        [ENTRY_HESSIAN] = "hessian",
        [ENTRY_SPARSE_JACOBIAN] = "sparse_jacobian",
        [ENTRY_SPARSE_HESSIAN] = "sparse_hessian",
        [ENTRY_JVP] = "jvp",
        [ENTRY_HVP] = "hvp",
        [ENTRY_OBJECTIVE] = "objective",
        [ENTRY_OBJECTIVE_GRADIENT] = "objective_gradient",
        [ENTRY_CONSTRAINTS] = "constraints",
        [ENTRY_CONSTRAINTS_JACOBIAN] = "constraints_jacobian",
        [ENTRY_LAGRANGIAN_HESSIAN] = "lagrangian_hessian",
        [ENTRY_PREPARE] = "prepare",
    };
    return entries[entry];
}

bool value_check_joins(struct value_check *check, const struct value_check *other)
{
    if (check->kind != other->kind || check->k != other->k || check->low != other->low ||
        check->high != other->high)
        return false;
    if (check->part != other->part)
        check->part = PART_ALL;
    check->is_copy = check->is_copy && other->is_copy;
    return true;
}
