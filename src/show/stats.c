/* stats.c: what --stats tells of the programs: kernels, operations, memory traffic, workspace, what forward
 * keeps for backward.
 *
 * Operations are element-wise operators and additions of reductions, one each, and two for each step of a
 * matrix product; bytes read and written count every tensor once for each kernel statement that touches it,
 * as if no cache kept it. Both are polynomials in the run-time sizes; branches count as taken, and `while`
 * loops with their most rounds. */
#include <string.h>

#include "cost.h"
#include "emitter.h"
#include "math_print.h"
#include "stats.h"

struct counter {
    struct arena *arena;
    const struct module *module;
    const struct program *program;
    size *operations, *read, *written;
    int kernels, products, calls;
};

/* A size without loop variables: the largest that it becomes. */
static size *largest(size *a)
{
    return size_has_loop_variable(a) ? size_greatest(a) : a;
}

static const char *size_text(struct arena *arena, const size *a)
{
    return size_print(arena, a, SIZE_LANGUAGE);
}

/* ---- One statement ---- */

static size *rounds_around(const struct counter *c, const struct nest *nest)
{
    size *rounds = size_number(c->program->sizes, 1);
    for (int i = 0; i < nest->path_count; i++) {
        const struct item *item = nest->path[i];
        const struct loop *loop = item->kind == ITEM_REGION && item->nest ? item->nest->node->loop : NULL;
        if (loop)
            rounds = size_multiply(rounds, largest(size_subtract(loop->end, loop->begin)));
    }
    return rounds;
}

/* Operators that are written into one expression. */
static int count_operators(const struct program *program, struct node *node, bool is_root, int depth)
{
    enum { DEEPEST = 64 };
    int count = operator_is_elementwise(node->op) ? 1 : 0;
    if ((!is_root && (program->buffers[node->id] || is_leaf(node))) || depth > DEEPEST)
        return 0;
    for (int i = 0; i < node->input_count; i++)
        count += count_operators(program, node->inputs[i], false, depth + 1);
    return count;
}

static int operations_of(const struct program *program, const struct nest *nest)
{
    switch (nest->kind) {
    case NEST_PRODUCT: return 2;
    case NEST_SUM: return (int)nest->terms_count * 2;
    case NEST_REDUCE:
    case NEST_SCAN:
    case NEST_ARGUMENT:
    case NEST_SCATTER:
        return count_operators(program, nest->node, true, 0) + (nest->node->op == OP_CONTRACT ? 2 : 1);
    case NEST_VALUE:
    case NEST_COPY: return nest->node ? count_operators(program, nest->node, nest->kind == NEST_VALUE, 0) : 0;
    default: return 0;
    }
}

static size *elements(const struct counter *c, const struct node *node)
{
    size *count = size_number(c->program->sizes, 1);
    for (int a = 0; a < node->rank; a++)
        count = size_multiply(count, largest(node->shape[a]));
    return count;
}

static size *bytes(const struct counter *c, size *count, enum type type)
{
    return size_multiply(count, size_number(c->program->sizes, type == REAL ? c->module->precision / 8 : 4));
}

/* Whether the rounds of a loop around the nest go through an axis one by one; first: the position along it,
 * if it is known. */
static bool is_by_round(const struct nest *nest, const size *extent, size *first)
{
    for (int i = 0; i < nest->path_count; i++) {
        const struct item *item = nest->path[i];
        const struct loop *loop = item->kind == ITEM_REGION && item->nest ? item->nest->node->loop : NULL;
        if (loop && (size_subtract(loop->end, loop->begin) == extent ||
                     (first && size_depends_on(first, loop->variable))))
            return true;
    }
    return false;
}

/* The elements of a tensor that one round of the nest touches; map: its axes among those of the nest, or -1;
 * first: the position along the first one, or NULL. */
static size *touched(const struct counter *c, const struct nest *nest, const struct node *node,
                     const signed char *map, size *first)
{
    size *count = size_number(c->program->sizes, 1);
    for (int a = 0; a < node->rank; a++)
        if (map[a] >= 0 || !is_by_round(nest, node->shape[a], a == 0 ? first : NULL))
            count = size_multiply(count, largest(node->shape[a]));
    return count;
}

/* A value that lives in registers moves no memory. */
static bool is_in_memory(const struct buffer *buffer)
{
    return buffer->node && buffer->dropped == 0 &&
           (buffer->storage == STORAGE_WORKSPACE || buffer->storage == STORAGE_MEMBER);
}

static struct counter counter_of(const struct module *module, const struct program *program)
{
    size *zero = size_number(program->sizes, 0);
    return (struct counter){module->arena, module, program, zero, zero, zero, 0, 0, 0};
}

static void count_nest(struct counter *c, const struct nest *nest)
{
    size *rounds = rounds_around(c, nest), *count = rounds;
    if (nest->is_void)
        return;
    for (int a = 0; a < nest->axis_count; a++)
        count = size_multiply(count, largest(nest->extents[a]));
    size *operations = size_multiply(count, size_number(c->program->sizes, operations_of(c->program, nest)));
    c->operations = size_add(c->operations, operations);
    c->products += nest->kind == NEST_PRODUCT;
    c->calls += nest->kind == NEST_CALL;
    for (size_t i = 0; i < nest->reads_count; i++) {
        const struct access *access = &nest->reads[i];
        if (!access->node || (access->buffer && !is_in_memory(access->buffer)))
            continue;
        size *moved = size_multiply(rounds, touched(c, nest, access->node, access->map, access->first));
        c->read = size_add(c->read, bytes(c, moved, access->node->type));
    }
    if (nest->target && is_in_memory(nest->target)) {
        size *moved = size_multiply(rounds, touched(c, nest, nest->target->node, nest->target_axes, NULL));
        c->written = size_add(c->written, bytes(c, moved, nest->target->type));
    }
}

/* The loops that stand in no other loop, and single statements. */
static void count_kernels(struct counter *c, const struct item *parent)
{
    for (size_t i = 0; i < parent->body_count; i++) {
        const struct item *item = parent->body[i];
        if (item->kind == ITEM_REGION || item->kind == ITEM_BLOCK)
            count_kernels(c, item);
        else
            c->kernels += item->kind == ITEM_LOOP ? item->body_count > 0 : item->nest && !item->nest->is_void;
    }
}

/* ---- One program ---- */

static size *slots_bytes(const struct counter *c, bool only_kept)
{
    size *total = size_number(c->program->sizes, 0);
    for (size_t i = 0; i < c->program->slots_count; i++)
        if (!only_kept || c->program->slots[i].is_kept)
            total = size_add(total, bytes(c, c->program->slots[i].count, REAL));
    return total;
}

size *count_operations(const struct module *module, const struct program *program)
{
    struct counter c = counter_of(module, program);
    for (size_t i = 0; i < program->nests_count; i++)
        count_nest(&c, program->nests[i]);
    return c.operations;
}

size *count_operations_of(const struct module *module, const struct program *program, const struct node *node)
{
    struct counter c = counter_of(module, program);
    const struct buffer *buffer = program->buffers[node->id];
    for (size_t i = 0; i < program->nests_count; i++)
        if (program->nests[i]->target == buffer)
            count_nest(&c, program->nests[i]);
    return c.operations;
}

int count_operators_of(const struct program *program, struct node *node)
{
    return count_operators(program, node, true, 0);
}

size *count_bytes(const struct module *module, const struct program *program, const struct node *node)
{
    struct counter c = counter_of(module, program);
    return bytes(&c, elements(&c, node), node->type);
}

static void print_program(FILE *stream, const struct module *module, const struct program *program)
{
    struct counter c = counter_of(module, program);
    for (size_t i = 0; i < program->nests_count; i++)
        count_nest(&c, program->nests[i]);
    count_kernels(&c, program->root);
    fprintf(stream, "    %s\n        kernels     %d", entry_name(program->entry), c.kernels);
    if (c.products || c.calls)
        fprintf(stream, " (%d matrix product%s, %d factorisation%s)", c.products, c.products == 1 ? "" : "s",
                c.calls, c.calls == 1 ? "" : "s");
    fprintf(stream, "\n        operations  %s\n", size_text(c.arena, c.operations));
    fprintf(stream, "        reads       %s bytes\n", size_text(c.arena, c.read));
    fprintf(stream, "        writes      %s bytes\n", size_text(c.arena, c.written));
    fprintf(stream, "        workspace   %s bytes in %zu part%s\n",
            size_text(c.arena, slots_bytes(&c, false)), program->slots_count,
            program->slots_count == 1 ? "" : "s");
}

/* ---- What is kept ---- */

static bool has_name(const struct node *node, void *closure)
{
    (void)closure;
    return node->name != NULL;
}

/* What one round of a loop gives it. */
static const struct node *value_of_round(const struct node *result)
{
    const struct loop *loop = result->inputs[0]->loop;
    return result->result < loop->carried_count ? loop->carried[result->result]
                                                : loop->collected[result->result - loop->carried_count];
}

/* The user's name, or what it is. */
static const char *label(struct arena *arena, const struct node *node)
{
    enum { LONGEST = 48 };
    if (node->name)
        return node->name;
    if (node->op == OP_RESULT) {
        const struct node *value = value_of_round(node);
        bool is_said = value->op == OP_RESULT && !value->name; /* by the loop inside */
        return arena_print(arena, is_said ? "%s" : "%s of each round", label(arena, value));
    }
    struct math_names names = {has_name, math_own_name, NULL, 4 * LONGEST, NULL};
    const char *text = math_print(arena, node, &names);
    return strlen(text) > LONGEST ? arena_print(arena, "%.*s...", LONGEST, text) : text;
}

static void print_value(FILE *stream, const struct counter *c, const struct node *node, const char *why)
{
    size *count = bytes(c, elements(c, node), node->type);
    fprintf(stream, "        %s%s%s: %s bytes, %s\n", label(c->arena, node), node->rank ? " " : "",
            node->rank ? shape_comment(c->arena, node->rank, node->shape) : "", size_text(c->arena, count),
            why);
}

/* Why forward has it in memory anyway. */
static const char *what_stores(const struct program *forward, const struct node *node)
{
    if (forward->products[node->id])
        return "a matrix product";
    if (node->op == OP_RESULT)
        return "what a loop computed";
    if (operator_is_elementwise(node->op))
        return "a matrix product reads it";
    return node->op == OP_CONTRACT || node->op == OP_SUM || node->op == OP_MAXIMUM || node->op == OP_MINIMUM
               ? "a reduction"
               : "forward stores it anyway";
}

static const char *add_name(struct arena *arena, const char *names, const char *name)
{
    return names ? arena_print(arena, "%s, %s", names, name) : name;
}

/* The gradients for which backward reads it, or the fewer for which it does not. */
const char *read_for(struct arena *arena, const struct program *backward, const struct node *node)
{
    const struct function *function = backward->function;
    const char *names[2] = {NULL, NULL}; /* of the others, and of those */
    int counts[2] = {0, 0};
    for (size_t i = 0; i < function->members_count && i < 63; i++)
        if (function->members[i].role == ROLE_GRADIENT) {
            bool reads = backward->wanted[node->id] >> i & 1;
            names[reads] = add_name(arena, names[reads], function->members[i].name);
            counts[reads]++;
        }
    if (counts[true] == 0)
        return "backward";
    if (counts[true] <= counts[false] + 2)
        return names[true];
    return names[false] ? arena_print(arena, "all gradients but %s", names[false]) : "all gradients";
}

const char *why_kept(struct arena *arena, const struct programs *programs, const struct buffer *buffer)
{
    const struct program *forward = programs->entries[ENTRY_FORWARD];
    const struct node *node = buffer->node;
    int cost = programs->kept->cost[node->id];
    if (buffer->storage == STORAGE_MEMBER)
        return "an output, or in the workspace if its pointer is NULL";
    if (buffer->storage == STORAGE_STRUCT || buffer->storage == STORAGE_SCALAR)
        return "a member of the struct";
    if (node->op == OP_PLACEHOLDER)
        return "what a loop computed";
    if (programs->kept->is_stored[node->id])
        return what_stores(forward, node);
    return cost >= TOO_EXPENSIVE
               ? "it would take sums or products again"
               : arena_print(arena, "it would take %d additions for each element again", cost);
}

static void print_kept(FILE *stream, const struct module *module, const struct programs *programs)
{
    const struct program *forward = programs->entries[ENTRY_FORWARD],
                         *backward = programs->entries[ENTRY_BACKWARD];
    struct counter c = counter_of(module, forward);
    int kept = 0, again = 0;
    for (size_t i = 0; i < forward->all_buffers_count; i++) {
        const struct buffer *buffer = forward->all_buffers[i];
        if (!buffer->is_kept || !buffer->node)
            continue;
        if (kept++ == 0)
            fputs("    kept for backward\n", stream);
        print_value(stream, &c, buffer->node,
                    arena_print(c.arena, "%s; for %s", why_kept(c.arena, programs, buffer),
                                read_for(c.arena, backward, buffer->node)));
    }
    for (size_t id = 0; id < forward->node_count && id < backward->node_count; id++) {
        const struct node *node = forward->function->graph->nodes[id];
        const struct buffer *buffer = backward->buffers[id];
        bool is_plain =
            is_leaf(node) || node->op == OP_INDEX || node->op == OP_RESHAPE || node->input_count == 0;
        if (is_plain || !forward->is_live[id] || !backward->is_live[id] || (buffer && buffer->is_earlier))
            continue;
        if (again++ == 0)
            fputs("    computed again in backward\n", stream);
        int cost = id < programs->kept->count ? programs->kept->cost[id] : 0;
        print_value(stream, &c, node,
                    arena_print(c.arena, "%d addition%s for each element; for %s", cost, cost == 1 ? "" : "s",
                                read_for(c.arena, backward, node)));
    }
    if (kept == 0)
        fputs("    nothing is kept for backward but inputs\n", stream);
}

static void emit_stats(FILE *stream, const struct module *module, const struct programs *programs)
{
    const struct function *function = programs->function;
    fprintf(stream, "%s\n    graph       %zu nodes\n", function->name, function->graph->nodes_count);
    for (int e = 0; e < ENTRY_COUNT; e++)
        if (programs->entries[e])
            print_program(stream, module, programs->entries[e]);
    if (programs->entries[ENTRY_BACKWARD])
        print_kept(stream, module, programs);
}

void emit_statistics(FILE *stream, struct module *module, const struct programs *programs)
{
    for (size_t i = 0; i < module->functions_count; i++) {
        struct programs made = {0};
        if (!programs)
            build_programs(module, module->functions[i], &made);
        emit_stats(stream, module, programs ? &programs[i] : &made);
    }
}
