/* join_rounds.c: a loop of which the rounds read what another has collected in the same round computes that
 * itself.
 *
 * Adjoints keep what they need of a loop's rounds for loops behind it, which have its variable; where nothing
 * is carried, a round can as well compute all of that in one go. Leaves new nodes; loops that carry something
 * stay. */
#include "join_rounds.h"

#include "memory.h"
#include "region.h"

static bool carries_nothing(const struct loop *loop)
{
    return loop->carried_count == 0 && !loop->condition && !loop->is_branch;
}

/* Whether the node reads what `other` collects in the round that `loop` is in. */
static bool reads_round(struct sizes *sizes, const struct node *node, const struct loop *loop)
{
    if (node->op != OP_INDEX || node->input_count != 1 || node->inputs[0]->op != OP_RESULT)
        return false;
    const struct loop *other = node->inputs[0]->inputs[0]->loop;
    if (!carries_nothing(other) || other->variable != loop->variable || other->begin != loop->begin ||
        other->end != loop->end || node->subscripts[0].offset != size_subtract(loop->variable, loop->begin))
        return false;
    for (int a = 0; node->subscripts[0].coefficients && a < node->rank; a++)
        if (node->subscripts[0].coefficients[a] &&
            node->subscripts[0].coefficients[a] != size_number(sizes, 0))
            return false;
    return true;
}

/* The same view of what the other loop collects in the round. */
static struct node *collected_there(struct graph *graph, const struct node *node, const struct loop *other)
{
    struct node *x = other->collected[node->inputs[0]->result];
    return graph_index(graph, x, node->rank, node->shape, node->subscripts + 1, NULL, 0, node->fill);
}

/* The loop with such reads in its rounds replaced; NULL if there are none. */
static struct node *joined(struct graph *graph, struct node *const *whole, size_t count, struct loop *loop)
{
    const struct region *region = region_of(graph, loop);
    struct node **from = memory_array(region->inside_count + 1, sizeof *from),
                **to = memory_array(region->inside_count + 1, sizeof *to), *result = NULL;
    size_t reads = 0;
    for (size_t i = 0; carries_nothing(loop) && i < region->inside_count; i++) {
        struct node *node = region->inside[i];
        if (!reads_round(graph->sizes, node, loop))
            continue;
        struct node *other = node->inputs[0]->inputs[0];
        if ((size_t)other->id < count && whole[other->id])
            other = whole[other->id];
        from[reads] = node;
        to[reads++] = collected_there(graph, node, other->loop);
    }
    if (reads > 0) {
        struct loop *copy = ARENA_NEW(graph->arena, struct loop);
        *copy = *loop;
        copy->region = NULL;
        copy->collected = ARENA_ARRAY(graph->arena, struct node *, loop->collected_count + 1);
        for (int k = 0; k < loop->collected_count; k++)
            copy->collected[k] = loop->collected[k];
        graph_substitute(graph, from, to, reads, copy->collected, (size_t)loop->collected_count);
        result = graph_loop(graph, copy);
    }
    memory_free(from);
    memory_free(to);
    return result;
}

struct node *join_rounds(struct graph *graph, struct node *node)
{
    size_t count = graph->nodes_count;
    struct node **whole = memory_array(count + 1, sizeof *whole);
    unsigned char *reached = memory_array(count + 1, 1);
    mark_reachable(graph, &node, 1, false, reached);
    for (int id = 0; id <= node->id; id++) {
        struct node *old = graph->nodes[id];
        if (!reached[id])
            continue;
        if (old->op == OP_LOOP) {
            whole[id] = joined(graph, whole, count, old->loop);
            continue;
        }
        struct node **inputs = ARENA_ARRAY(graph->arena, struct node *, old->input_count + 1);
        bool changed = false;
        for (int k = 0; k < old->input_count; k++) {
            inputs[k] = whole[old->inputs[k]->id] ? whole[old->inputs[k]->id] : old->inputs[k];
            changed = changed || inputs[k] != old->inputs[k];
        }
        whole[id] = changed ? graph_rebuild(graph, old, inputs) : NULL;
    }
    struct node *result = whole[node->id] ? whole[node->id] : node;
    memory_free(whole);
    memory_free(reached);
    return result;
}
