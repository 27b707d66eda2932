/* awaited_checks.c: which checks a subscript waits for that is not itself what they judge.
 *
 * What is read at an int, or at a view of it, comes after the check of this int, because it depends on it.
 * But the elements of a short tensor may have been put together twice, once for the check and once for the
 * subscript. Such a subscript waits for the checks of all ints that were made of the same ones.
 *
 * It does so only where fewer reads at subscripts lead to the int than to what is read at it: so no circle
 * comes of the waiting, however many subscripts are made of what is read at others. */
#include "region.h"
#include "program.h"

const struct node *judged_value(const struct program *program, const struct node *k)
{
    while (!program->buffers[k->id] && !program->is_material[k->id] &&
           ((k->op == OP_INDEX && k->input_count == 1) || k->op == OP_RESHAPE) &&
           program->owner[k->inputs[0]->id] == program->owner[k->id])
        k = k->inputs[0];
    return k;
}

int first_subscript(const struct node *node)
{
    switch (node->op) {
    case OP_INDEX:
    case OP_SCATTER: return 1;
    case OP_REPLACE: return 2;
    default: return node->input_count;
    }
}

struct relations {
    struct program *program;
    int *leader;       /* by node: what is computed from each other is one set, named by one of its nodes */
    int *first, *next; /* of each set its checks, by numbers from 1 */
    struct node ***lists; /* of each set the ints that its checks judge, NULL at the end; once asked for */
    const struct node **judged; /* of each set the value with which all its checks are made; NULL: several */
};

static int leader_of(struct relations *relations, int id)
{
    int *leader = relations->leader;
    for (; leader[id] != id; id = leader[id])
        leader[id] = leader[leader[id]];
    return id;
}

/* What has the same ints in other places, or ints made of them. */
static bool hands_on(const struct node *node)
{
    return node->type == INT || node->op == OP_INDEX || node->op == OP_RESHAPE || node->op == OP_SCATTER;
}

static bool is_number(const struct node *node)
{
    return node->op == OP_CONSTANT || node->op == OP_SIZE_VALUE || node->op == OP_IOTA;
}

static void relate(struct relations *relations, const struct node *node)
{
    for (int i = 0; hands_on(node) && i < node->input_count; i++)
        if (node->inputs[i]->type != BOOL && !is_number(node->inputs[i]))
            relations->leader[leader_of(relations, node->inputs[i]->id)] = leader_of(relations, node->id);
}

/* Whether all checks of what the int is made of are made as soon as that is there of which it is a view. */
static bool is_view_of_judged(const struct relations *relations, const struct node *k, int set)
{
    const struct node *judged = relations->judged[set];
    while (k != judged && (k->op == OP_INDEX || k->op == OP_RESHAPE))
        k = k->inputs[0];
    return k == judged;
}

/* The ints whose checks the subscript waits for, NULL at the end; NULL: none. */
static struct node **list_awaited(struct relations *relations, const struct node *k)
{
    struct program *program = relations->program;
    int set = leader_of(relations, k->id), first = relations->first[set], count = 0;
    if (!first || is_view_of_judged(relations, k, set))
        return NULL;
    if (relations->lists[set])
        return relations->lists[set];
    for (int check = first; check; check = relations->next[check])
        count++;
    relations->lists[set] = ARENA_ARRAY(program->arena, struct node *, count + 1);
    for (int check = first; check; check = relations->next[check])
        relations->lists[set][--count] = program->checks[check - 1]->k;
    return relations->lists[set];
}

/* A loop reads at as many subscripts as all that is in its rounds. */
static bool deepen(struct program *program, struct node *node)
{
    int *deep = program->subscripts_deep, depth = deep[node->id];
    struct node *const *needed;
    size_t count = node_dependencies(program->function->graph, node, &needed);
    for (size_t i = 0; i < count; i++) {
        int own = deep[needed[i]->id] + (first_subscript(node) < node->input_count);
        depth = own > depth ? own : depth;
    }
    bool is_deeper = depth > deep[node->id];
    deep[node->id] = depth;
    const struct node *loop = program->owner[node->id];
    if (loop && deep[loop->id] < depth) {
        deep[loop->id] = depth;
        is_deeper = true;
    }
    return is_deeper;
}

static void find_depths(struct program *program)
{
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < program->node_count; i++)
            if (program->is_live[i] && deepen(program, program->function->graph->nodes[i]))
                more = true;
    }
}

void find_awaited_checks(struct program *program)
{
    struct arena *arena = program->scratch;
    struct graph *graph = program->function->graph;
    size_t count = program->node_count;
    struct relations relations = {.program = program,
                                  .leader = ARENA_ARRAY(arena, int, count + 1),
                                  .first = ARENA_ARRAY(arena, int, count + 1),
                                  .next = ARENA_ARRAY(arena, int, program->checks_count + 1),
                                  .lists = ARENA_ARRAY(arena, struct node **, count + 1),
                                  .judged = ARENA_ARRAY(arena, const struct node *, count + 1)};
    bool is_awaited = false;
    program->awaited = ARENA_ARRAY(program->arena, struct node **, count + 1);
    program->subscripts_deep = ARENA_ARRAY(program->arena, int, count + 1);
    if (program->checks_count == 0)
        return;
    for (size_t i = 0; i < count; i++)
        relations.leader[i] = (int)i;
    for (size_t i = 0; i < count; i++)
        if (program->is_live[i])
            relate(&relations, graph->nodes[i]);
    for (size_t i = 0; i < program->checks_count; i++) {
        int set = leader_of(&relations, program->checks[i]->k->id), *first = &relations.first[set];
        const struct node *judged = judged_value(program, program->checks[i]->k);
        relations.judged[set] = !*first || relations.judged[set] == judged ? judged : NULL;
        relations.next[i + 1] = *first;
        *first = (int)i + 1;
    }
    for (size_t i = 0; i < count; i++) {
        const struct node *node = graph->nodes[i];
        for (int j = first_subscript(node); program->is_live[i] && j < node->input_count; j++) {
            const struct node *k = node->inputs[j];
            if (!program->awaited[k->id])
                program->awaited[k->id] = list_awaited(&relations, k);
            is_awaited = is_awaited || program->awaited[k->id];
        }
    }
    if (is_awaited)
        find_depths(program);
}
