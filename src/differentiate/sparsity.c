/* sparsity.c: follows each element of a seed through a graph that is linear in it.
 *
 * Every element of every node gets the set of the seed's elements on which it depends; numbers that are known
 * now (masks, positions, sizes) are followed too, since they decide what is zero and what a subscript
 * reaches. Loops run their rounds. Where a position is not known, every place that it may reach counts. */
#include <string.h>

#include "dependence.h"
#include "memory.h"
#include "region.h"
#include "sparsity.h"

/* ---- Element-wise ---- */

static struct element apply(struct analysis *analysis, const struct node *node,
                            const struct element *operands)
{
    bool all = true;
    double values[3] = {0, 0, 0};
    for (int k = 0; k < node->input_count; k++) {
        all = all && operands[k].is_known;
        values[k] = operands[k].value;
    }
    if (all)
        return known(operator_value(node->op, node->inputs[node->input_count > 1]->type, values));
    const struct element *a = operands, *b = operands + 1;
    switch (node->op) {
    case OP_SELECT:
        if (a->is_known)
            return a->value != 0 ? operands[1] : operands[2];
        return either(analysis, operands[1], operands[2]);
    case OP_MUL:
        if (is_known(a, 0) || is_known(b, 0))
            return known(0);
        break;
    case OP_AND:
        if (is_known(a, 0) || is_known(b, 0))
            return known(0);
        break;
    case OP_OR:
        if ((a->is_known && a->value != 0) || (b->is_known && b->value != 0))
            return known(1);
        break;
    case OP_DIV:
        if (is_known(a, 0))
            return known(0);
        break;
    default: break;
    }
    if (!operator_info(node->op)->derivative)
        return depends(NULL);
    gather_begin(analysis);
    for (int k = 0; k < node->input_count; k++)
        gather(analysis, operands[k].set);
    return depends(gather_end(analysis));
}

static struct values follow_elementwise(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    const struct values *inputs[3] = {NULL, NULL, NULL};
    for (int k = 0; k < node->input_count; k++)
        inputs[k] = values_of(analysis, node->inputs[k]);
    for (size_t i = 0; i < y.count; i++) {
        struct element operands[3];
        for (int k = 0; k < node->input_count; k++)
            operands[k] = element_of(inputs[k], i);
        y.elements[i] = apply(analysis, node, operands);
    }
    return y;
}

/* ---- Loops ---- */

static void follow(struct analysis *analysis, struct node *node);

/* What the results of a loop hold so far; has_run: this round runs, else it may run. */
static void merge(struct analysis *analysis, struct element *to, struct element value, bool has_run)
{
    *to = has_run ? value : either(analysis, *to, value);
}

/* So many rounds that may or may not run are told apart by their numbers. Of the others only what holds of
 * all of them is known: a `while` has hundreds of rounds, of which most never run. */
enum { ROUNDS_APART = 4 };

/* Beyond so many elements that were followed, rounds that may or may not run are not: everything that such a
 * loop gives may depend on everything that it reads. It takes a tenth of a second to get there. */
enum { MOST_FOLLOWED = 1 << 24 };

struct rounds {
    struct loop *loop;
    struct values *results; /* carried, then collected */
    bool is_certain;        /* no condition that is not known has been met */
};

static void prepare_results(struct analysis *analysis, struct rounds *rounds, size_t count)
{
    struct loop *loop = rounds->loop;
    int result_count = loop->carried_count + loop->collected_count;
    rounds->results = allocate((size_t)result_count, sizeof *rounds->results);
    for (int k = 0; k < result_count; k++) {
        bool is_carried = k < loop->carried_count;
        struct values *result = &rounds->results[k];
        result->count = is_carried ? count_of(analysis, loop->carried[k])
                                   : count * count_of(analysis, loop->collected[k - loop->carried_count]);
        result->elements = allocate(result->count, sizeof *result->elements);
        for (size_t i = 0; i < result->count; i++)
            result->elements[i] =
                is_carried ? element_of(values_of(analysis, loop->initial[k]), i) : known(0);
        if (is_carried)
            values_set(values_of(analysis, loop->carried[k]), values_copy(result, result->count));
    }
}

/* False if the round certainly does not run. */
static bool follow_condition(struct analysis *analysis, struct rounds *rounds)
{
    if (!rounds->loop->condition)
        return true;
    struct element condition = element_of(values_of(analysis, rounds->loop->condition), 0);
    if (is_known(&condition, 0))
        return false;
    rounds->is_certain = rounds->is_certain && condition.is_known;
    return true;
}

/* Whether the next round begins with the same as this one; widens: with either, where they differ. */
static bool carry(struct analysis *analysis, struct rounds *rounds, bool widens)
{
    struct loop *loop = rounds->loop;
    struct values *next = allocate((size_t)loop->carried_count, sizeof *next);
    bool is_same = true;
    for (int k = 0; k < loop->carried_count; k++)
        next[k] = values_copy(values_of(analysis, loop->next[k]), rounds->results[k].count);
    for (int k = 0; k < loop->carried_count; k++) {
        const struct values *carried = values_of(analysis, loop->carried[k]);
        for (size_t i = 0; i < next[k].count; i++) {
            struct element before = element_of(carried, i), after = element_of(&next[k], i);
            merge(analysis, &rounds->results[k].elements[i], after, rounds->is_certain);
            if (widens && next[k].elements)
                next[k].elements[i] = after = either(analysis, before, after);
            is_same = is_same && before.set == after.set && before.is_known == after.is_known &&
                      (!after.is_known || before.value == after.value);
        }
        values_set(values_of(analysis, loop->carried[k]), next[k]);
    }
    memory_free(next);
    return is_same;
}

static void collect(struct analysis *analysis, struct rounds *rounds, size_t entry)
{
    const struct loop *loop = rounds->loop;
    for (int k = 0; k < loop->collected_count; k++) {
        const struct values *value = values_of(analysis, loop->collected[k]);
        struct values *result = &rounds->results[loop->carried_count + k];
        size_t count = count_of(analysis, loop->collected[k]);
        for (size_t i = 0; i < count; i++)
            merge(analysis, &result->elements[entry * count + i], element_of(value, i), rounds->is_certain);
    }
}

static void gather_values(struct analysis *analysis, const struct values *values)
{
    for (size_t i = 0; values->elements && i < values->count; i++)
        gather(analysis, values->elements[i].set);
}

/* All results from all that the rounds read, whatever their number. */
static void give_up(struct analysis *analysis, struct rounds *rounds, const struct region *region)
{
    const struct loop *loop = rounds->loop;
    gather_begin(analysis);
    for (size_t i = 0; i < region->captures_count; i++)
        if (region->captures[i]->op != OP_LOOP)
            gather_values(analysis, values_of(analysis, region->captures[i]));
    for (int k = 0; k < loop->carried_count; k++)
        gather_values(analysis, values_of(analysis, loop->next[k]));
    for (int k = 0; k < loop->collected_count; k++)
        gather_values(analysis, values_of(analysis, loop->collected[k]));
    struct element all = depends(gather_end(analysis));
    for (int k = 0; k < loop->carried_count + loop->collected_count; k++)
        for (size_t i = 0; i < rounds->results[k].count; i++)
            rounds->results[k].elements[i] = either(analysis, rounds->results[k].elements[i], all);
}

/* The results of the LOOP, for its RESULTs to take. */
static struct rounds follow_loop(struct analysis *analysis, struct node *node)
{
    struct loop *loop = node->loop;
    const struct region *region = region_of(analysis->graph, loop);
    struct rounds rounds = {.loop = loop, .is_certain = true};
    int64_t begin = number_of(analysis, loop->begin), end = number_of(analysis, loop->end);
    size_t number = analysis->numbers_count;
    struct loop_number variable = {.atom = loop->variable, .number = begin};
    ARENA_APPEND(analysis->arena, analysis, numbers, variable);
    prepare_results(analysis, &rounds, end > begin ? (size_t)(end - begin) : 0);
    bool is_still = false; /* all further rounds are as this one */
    int64_t possible = 0;
    for (int64_t round = begin; round < end && !(is_still && loop->collected_count == 0); round++) {
        struct loop_number *now = &analysis->numbers[number];
        now->number = loop->reverse ? end - 1 - (round - begin) : round;
        if (!is_still) {
            now->is_read = now->is_value = false;
            for (size_t i = 0; i < region->inside_count; i++)
                follow(analysis, region->inside[i]);
            now = &analysis->numbers[number]; /* which loops inside may have moved */
            if (!follow_condition(analysis, &rounds))
                break;
            possible += !rounds.is_certain;
            now->is_unknown = now->is_unknown || (possible > ROUNDS_APART && !now->is_read);
            bool is_same = carry(analysis, &rounds, now->is_unknown && !now->is_read);
            is_still = is_same && !now->is_read && !now->is_value;
        }
        if (!is_still && !rounds.is_certain && analysis->followed > MOST_FOLLOWED) {
            give_up(analysis, &rounds, region);
            break;
        }
        collect(analysis, &rounds, (size_t)(now->number - begin));
    }
    analysis->numbers_count = number;
    return rounds;
}

static void free_rounds(struct rounds *rounds)
{
    for (int k = 0; rounds->results && k < rounds->loop->carried_count + rounds->loop->collected_count; k++)
        memory_free(rounds->results[k].elements);
    memory_free(rounds->results);
}

/* ---- One node ---- */

static bool any_values(struct analysis *analysis, const struct node *node)
{
    for (int i = 0; i < node->input_count; i++)
        if (values_of(analysis, node->inputs[i])->elements)
            return true;
    return false;
}

/* The results of a LOOP stand in the place of its elements. */

static struct rounds *rounds_of(struct analysis *analysis, const struct node *loop)
{
    return (struct rounds *)(void *)values_of(analysis, loop)->elements;
}

static struct values follow_result(struct analysis *analysis, const struct node *node)
{
    const struct rounds *rounds = rounds_of(analysis, node->inputs[0]);
    return values_copy(&rounds->results[node->result], rounds->results[node->result].count);
}

static struct values single(struct element element)
{
    struct values values = {allocate(1, sizeof *values.elements), 1};
    values.elements[0] = element;
    return values;
}

static struct values without_sets(const struct values *from, size_t count)
{
    struct values values = values_copy(from, count);
    for (size_t i = 0; values.elements && i < count; i++)
        values.elements[i].set = NULL;
    return values;
}

static struct values values_for(struct analysis *analysis, struct node *node)
{
    const struct values *x = node->input_count ? values_of(analysis, node->inputs[0]) : NULL;
    switch (node->op) {
    case OP_CONSTANT: return single(known(node->value));
    case OP_SIZE_VALUE: return single(size_element(analysis, node->extent));
    case OP_IOTA: return follow_iota(analysis, node);
    case OP_INDEX: return follow_index(analysis, node);
    case OP_SCATTER: return follow_scatter(analysis, node);
    case OP_REPLACE: return follow_replace(analysis, node);
    case OP_RESHAPE:
    case OP_MARK:
    case OP_CUSTOM: return values_copy(x, count_of(analysis, node));
    case OP_STOP: return without_sets(x, count_of(analysis, node));
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL: return follow_reduction(analysis, node);
    case OP_CONTRACT: return follow_contract(analysis, node);
    case OP_CUMSUM: return follow_cumsum(analysis, node);
    case OP_RESULT: return follow_result(analysis, node);
    case OP_CHOLESKY:
    case OP_SOLVE_TRIANGULAR:
    case OP_LU_SOLVE:
    case OP_LOGABSDET:
    case OP_DET: return follow_matrix(analysis, node);
    case OP_ROUTINE: return node->type == REAL ? follow_matrix(analysis, node) : (struct values){NULL, 0};
    default:
        if (operator_is_elementwise(node->op))
            return follow_elementwise(analysis, node);
        return (struct values){NULL, 0}; /* parameters; ARGMAX, ARGMIN */
    }
}

/* Nothing can be known of a view, a sum, ... of what nothing is known of; SCATTER, and INDEX with fill, make
 * zeros. */
static bool is_plain(struct analysis *analysis, const struct node *node)
{
    bool makes_values = node->input_count == 0 || node->op == OP_SCATTER || node->op == OP_RESULT ||
                        (node->op == OP_INDEX && node->fill);
    return !makes_values && !any_values(analysis, node);
}

static void follow(struct analysis *analysis, struct node *node)
{
    struct values *values = values_of(analysis, node);
    analysis->followed += count_of(analysis, node);
    if (node->op == OP_LOOP) {
        if (values->elements)
            free_rounds(rounds_of(analysis, node));
        memory_free(values->elements);
        values->elements = NULL;
        struct rounds *rounds = allocate(1, sizeof *rounds);
        *rounds = follow_loop(analysis, node);
        values->elements = (struct element *)(void *)rounds;
        return;
    }
    values_set(values, is_plain(analysis, node) ? (struct values){NULL, 0} : values_for(analysis, node));
}

/* ---- The whole ---- */

static void free_values(struct analysis *analysis, size_t count)
{
    for (size_t id = 0; id < count; id++) {
        if (analysis->graph->nodes[id]->op == OP_LOOP && analysis->values[id].elements)
            free_rounds(rounds_of(analysis, analysis->graph->nodes[id]));
        memory_free(analysis->values[id].elements);
    }
    memory_free(analysis->values);
}

static struct pattern *pattern_of(struct analysis *analysis, const struct values *rows, size_t row_count,
                                  size_t column_count)
{
    struct arena *arena = analysis->graph->lasting;
    struct pattern *pattern = ARENA_NEW(arena, struct pattern);
    *pattern = (struct pattern){row_count, column_count, 0, NULL, NULL};
    pattern->starts = ARENA_ARRAY(arena, int32_t, row_count + 1);
    for (size_t i = 0; i < row_count; i++) {
        const struct set *set = element_of(rows, i).set;
        pattern->count += set ? set->count : 0;
        pattern->starts[i + 1] = (int32_t)pattern->count;
    }
    pattern->columns = ARENA_ARRAY(arena, int32_t, pattern->count + 1);
    for (size_t i = 0; i < row_count; i++) {
        const struct set *set = element_of(rows, i).set;
        if (set)
            memcpy(pattern->columns + pattern->starts[i], set->elements, set->count * sizeof *set->elements);
    }
    return pattern;
}

struct pattern *sparsity_of(struct graph *graph, struct node *node, struct node *seed)
{
    struct analysis *analysis = allocate(1, sizeof *analysis);
    unsigned char *reached = allocate(graph->nodes_count, 1);
    size_t count = graph->nodes_count;
    analysis->graph = graph;
    analysis->arena = arena_new();
    analysis->values = allocate(count, sizeof *analysis->values);
    size_t columns = count_of(analysis, seed), rows = count_of(analysis, node);
    analysis->stamps = allocate(columns, sizeof *analysis->stamps);
    analysis->found = allocate(columns, sizeof *analysis->found);
    struct values *seeds = values_of(analysis, seed);
    *seeds = values_new(analysis, seed);
    for (size_t i = 0; i < columns; i++)
        seeds->elements[i] = depends(set_of(analysis, &(int32_t){(int32_t)i}, 1));
    mark_reachable(graph, &node, 1, false, reached);
    for (int id = 0; id <= node->id; id++)
        if (reached[id] && graph->nodes[id] != seed)
            follow(analysis, graph->nodes[id]);
    struct pattern *pattern = pattern_of(analysis, values_of(analysis, node), rows, columns);
    memory_free(analysis->stamps);
    memory_free(analysis->found);
    memory_free(reached);
    free_values(analysis, count);
    arena_free(analysis->arena);
    memory_free(analysis);
    return pattern;
}
