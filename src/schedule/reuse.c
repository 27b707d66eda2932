/* reuse.c: values that are older values but for some of their elements take over the buffers of these.
 *
 *     y = x; y[1:] = e            y in the place of x, if nothing else reads x
 *     y = x + scatter(e)          so too
 *     for t { x = ... }        what a loop carries, in the place of what it begins with
 *
 * Requires materialise. Leaves program->reused; schedule then makes neither buffers nor copies
 * for what takes over another one's. */
#include "program.h"

/* One that reads a value. */
struct reading {
    struct node *reader; /* NULL: a root, or a check */
    int next;            /* of the same value, from 1; 0: none */
};

struct readers {
    struct program *program;
    int *count;         /* of those that read each node, roots and checks among them */
    struct node **some; /* one of them */
    int *first;         /* of its readings, from 1 */
    struct reading *readings;
    size_t readings_count, readings_capacity;
};

static void add_reader(struct readers *readers, const struct node *node, struct node *reader)
{
    struct reading reading = {reader, readers->first[node->id]};
    readers->count[node->id]++;
    readers->some[node->id] = reader;
    ARENA_APPEND(readers->program->scratch, readers, readings, reading);
    readers->first[node->id] = (int)readers->readings_count;
}

/* The inputs of a LOOP are all that its rounds begin and end with. */
static struct readers find_readers(struct program *program)
{
    struct graph *graph = program->function->graph;
    struct readers readers = {.program = program};
    readers.count = ARENA_ARRAY(program->scratch, int, program->node_count + 1);
    readers.some = ARENA_ARRAY(program->scratch, struct node *, program->node_count + 1);
    readers.first = ARENA_ARRAY(program->scratch, int, program->node_count + 1);
    for (size_t i = 0; i < program->node_count; i++)
        for (int j = 0;
             program->is_live[i] && graph->nodes[i]->op != OP_RESULT && j < graph->nodes[i]->input_count; j++)
            add_reader(&readers, graph->nodes[i]->inputs[j], graph->nodes[i]);
    for (size_t i = 0; i < program->roots_count; i++)
        add_reader(&readers, program->roots[i].node, NULL);
    for (size_t i = 0; i < program->checks_count; i++)
        add_reader(&readers, program->checks[i]->k, NULL);
    return readers;
}

/* The value that a node is but for some elements; NULL: none. */
static struct node *base_of(struct program *program, struct node *node)
{
    struct node *base = NULL;
    if (!program->is_material[node->id] || node->rank == 0)
        return NULL;
    if (node->op == OP_REPLACE)
        return node->inputs[0];
    if ((node->op != OP_ADD && node->op != OP_SUB) ||
        (!program->is_part[node->inputs[0]->id] && !program->is_part[node->inputs[1]->id]))
        return NULL;
    struct parts parts = {0};
    list_parts(program, node, &parts);
    for (size_t i = 0; i < parts.parts_count; i++) {
        const struct part *part = &parts.parts[i];
        if (program->is_part[part->node->id])
            continue;
        if (base || part->scale.count > 0 || part->scale.is_negative)
            return NULL;
        base = part->node;
    }
    return base;
}

/* Which of the loop's carried values the PLACEHOLDER is. */
static int carried_number(const struct loop *loop, const struct node *placeholder)
{
    int k = 0;
    while (k < loop->carried_count && loop->carried[k] != placeholder)
        k++;
    return k;
}

/* Whether what the loop carries ends the round as the node: itself, or what takes over its
 * buffer. */
static bool becomes_next(const struct readers *readers, const struct node *carried, struct node *node)
{
    struct program *program = readers->program;
    const struct loop *loop = program->owner[carried->id]->loop;
    const struct node *next = loop->next[carried_number(loop, carried)];
    while (node && node != next)
        node = readers->count[node->id] == 1 && readers->some[node->id] &&
                       base_of(program, readers->some[node->id]) == node
                   ? readers->some[node->id]
                   : NULL;
    return node != NULL;
}

/* The value that a loop begins with, if nothing else reads it, or nothing but its own round does. */
static struct node *first_value(const struct readers *readers, const struct node *carried);

/* Whether the carried value stands in the place of one that the round still reads: then nothing else takes it
 * over in turn. */
static bool is_shared(const struct readers *readers, const struct node *carried)
{
    const struct loop *loop = readers->program->owner[carried->id]->loop;
    const struct node *initial = loop->initial[carried_number(loop, carried)];
    return readers->count[initial->id] != 1 && first_value(readers, carried);
}

/* Whether the buffer of `base` is free as soon as `node` has read it, and there whenever node is wanted. */
static bool may_reuse(const struct readers *readers, struct node *base, struct node *node)
{
    const struct program *program = readers->program;
    const struct node *loop = base->op == OP_RESULT ? base->inputs[0] : program->owner[base->id];
    bool is_carried = base->op == OP_PLACEHOLDER;
    if (readers->count[base->id] != 1 || program->owner[base->id] != program->owner[node->id] ||
        program->buffers[base->id])
        return false;
    if (is_carried && (!loop || !becomes_next(readers, base, node) || is_shared(readers, base)))
        return false;
    bool is_of_loop = is_carried || (base->op == OP_RESULT && base->result < base->loop->carried_count);
    return (is_carried || base->op == OP_RESULT || program->is_material[base->id]) &&
           program->wanted[is_of_loop ? loop->id : base->id] == program->wanted[node->id];
}

/* Whether what comes out of the inner loop ends the round of the outer one, perhaps by way of further loops
 * that begin with it. */
static bool comes_back(const struct readers *readers, const struct node *inner, int number,
                       const struct node *next)
{
    const struct program *program = readers->program;
    while (next->op == OP_RESULT && next->result < next->loop->carried_count &&
           program->owner[next->id] == program->owner[inner->id] &&
           program->wanted[next->inputs[0]->id] == program->wanted[inner->id]) {
        if (next->inputs[0] == inner && next->result == number)
            return true;
        next = next->loop->initial[next->result];
        if (readers->count[next->id] != 1)
            return false;
    }
    return false;
}

static bool is_in_rounds(const struct program *program, const struct node *node, const struct node *loop)
{
    while (node && node != loop)
        node = program->owner[node->id];
    return node != NULL;
}

enum { READINGS_FOLLOWED = 64 };

/* Whether only the rounds and the condition of the loop read the value, or what is made of it alone. */
static bool is_read_in(const struct readers *readers, const struct node *value, const struct node *loop,
                       int *followed)
{
    if (value->op == OP_LOOP) /* of which RESULTs go on */
        return false;
    for (int i = readers->first[value->id]; i; i = readers->readings[i - 1].next) {
        const struct node *reader = readers->readings[i - 1].reader;
        if (!reader || ++*followed > READINGS_FOLLOWED)
            return false;
        if (reader == loop ? value != loop->loop->condition
                           : !is_in_rounds(readers->program, reader, loop) &&
                                 !is_read_in(readers, reader, loop, followed))
            return false;
    }
    return true;
}

/* Whether nothing reads the value when the loop changes it where it stands. That of a branch, a loop of one
 * round at most, may be read by the condition and the round, which begin with it: what they read is there
 * until the round ends (coalesce.c looks to that). */
static bool is_given_up(const struct readers *readers, const struct node *initial, const struct node *inner)
{
    const struct loop *loop = inner->loop;
    int followed = 0, beginnings = 0;
    if (readers->count[initial->id] == 1)
        return true;
    if (!loop->condition || !size_is(size_subtract(loop->end, loop->begin), 1))
        return false;
    for (int i = readers->first[initial->id]; i; i = readers->readings[i - 1].next) {
        const struct node *reader = readers->readings[i - 1].reader;
        beginnings += reader == inner;
        if (!reader || (reader != inner && !is_in_rounds(readers->program, reader, inner) &&
                        !is_read_in(readers, reader, inner, &followed)))
            return false;
    }
    return beginnings == 1;
}

/* What an outer loop carries must end its round as what comes out of this one. */
static struct node *first_value(const struct readers *readers, const struct node *carried)
{
    const struct program *program = readers->program;
    const struct node *inner = program->owner[carried->id], *outer = program->owner[inner->id];
    int number = carried_number(inner->loop, carried);
    struct node *initial = inner->loop->initial[number];
    if (carried->rank == 0 || !is_given_up(readers, initial, inner) || program->owner[initial->id] != outer ||
        program->buffers[initial->id])
        return NULL;
    if (initial->op == OP_PLACEHOLDER) {
        if (!outer || is_shared(readers, initial))
            return NULL;
        const struct node *next = outer->loop->next[carried_number(outer->loop, initial)];
        return comes_back(readers, inner, number, next) &&
                       program->wanted[inner->id] == program->wanted[outer->id]
                   ? initial
                   : NULL;
    }
    bool is_carried = initial->op == OP_RESULT && initial->result < initial->loop->carried_count;
    return (initial->op == OP_RESULT || program->is_material[initial->id]) &&
                   program->wanted[is_carried ? initial->inputs[0]->id : initial->id] ==
                       program->wanted[inner->id]
               ? initial
               : NULL;
}

void reuse(struct program *program)
{
    struct graph *graph = program->function->graph;
    struct readers readers = find_readers(program);
    for (size_t i = 0; i < program->node_count; i++) {
        struct node *node = graph->nodes[i], *base;
        if (!program->is_live[i] || program->buffers[i])
            continue;
        if (node->op == OP_PLACEHOLDER && program->owner[i]) {
            program->reused[i] = first_value(&readers, node);
        } else {
            base = base_of(program, node);
            program->reused[i] = base && may_reuse(&readers, base, node) ? base : NULL;
        }
    }
}
