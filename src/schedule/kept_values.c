/* kept_values.c: what forward leaves for backward.
 *
 * A value of forward that backward reads is computed again if that costs a few operations on values that are
 * there anyway (inputs, values that forward stores for itself), and kept otherwise. Decided from the users to
 * the inputs: a value computed again passes the question on to its operands.
 *
 * Where memory is to be saved, whatever is found element by element is computed again. */
#include "cost.h"
#include "program.h"
#include "region.h"

struct choice {
    bool saves_memory;
    bool *is_forward; /* forward computes it */
    bool *is_needed;  /* by backward */
    bool *is_stored;  /* forward has it in memory anyway: outputs, sums, products and what they read */
};

struct marking {
    const struct carried *carried;
    struct arena *arena;
    bool *marks;
    const bool *stop;
    struct node **stack;
    size_t stack_count, stack_capacity;
};

static void mark(void *closure, struct node *node)
{
    struct marking *marking = closure;
    if (marking->marks[node->id] || (marking->stop && marking->stop[node->id]))
        return;
    marking->marks[node->id] = true;
    ARENA_APPEND(marking->arena, marking, stack, node);
}

static void mark_all(struct marking *marking)
{
    while (marking->stack_count > 0)
        for_each_read(marking->carried, marking->stack[--marking->stack_count], mark, marking);
}

static void need(void *closure, struct node *node)
{
    struct choice *choice = closure;
    if (choice->is_forward[node->id])
        choice->is_needed[node->id] = true;
}

static int limit_of(const struct choice *choice)
{
    return choice->saves_memory ? TOO_EXPENSIVE - 1 : CHEAP_WHERE_READ;
}

static bool is_there(const void *closure, const struct node *node, int depth)
{
    const struct choice *choice = closure;
    return depth > 0 && (choice->is_needed[node->id] || choice->is_stored[node->id]);
}

static int cost_for_backward(const struct choice *choice, const struct node *node)
{
    struct again again = {is_there, choice, limit_of(choice), choice->saves_memory};
    return choice->is_stored[node->id] ? TOO_EXPENSIVE : cost_again(&again, node);
}

/* Such as zeros around an image. */
static bool is_moved(const struct choice *choice, const struct node *node)
{
    return choice->saves_memory && node->op == OP_SCATTER && graph_is_injective(node);
}

/* Views move elements and compute nothing, so what they view is kept instead. */
static bool is_cheap_again(const struct choice *choice, const struct node *node, int cost)
{
    return !choice->is_stored[node->id] && (is_view(node) || cost <= limit_of(choice));
}

static void find_stored(struct choice *choice, const struct graph *graph)
{
    for (size_t i = 0; i < graph->nodes_count; i++) {
        const struct node *node = graph->nodes[i];
        if (!choice->is_forward[i] || node->input_count == 0)
            continue;
        if (!is_view(node) && !operator_is_elementwise(node->op) && !is_moved(choice, node))
            choice->is_stored[i] = true;
        for (int j = 0; node->op == OP_CONTRACT && j < 2 && !choice->saves_memory; j++) {
            const struct node *x = node->inputs[j];
            while (is_view(x))
                x = x->inputs[0];
            choice->is_stored[x->id] =
                choice->is_stored[x->id] || (x->input_count > 0 && !is_running_power(x));
        }
    }
}

struct kept *keep(struct module *module, struct function *function)
{
    struct arena *arena = module->arena;
    struct graph *graph = function->graph;
    size_t count = graph->nodes_count;
    struct kept *kept = ARENA_NEW(arena, struct kept);
    kept->is_kept = ARENA_ARRAY(arena, bool, count + 1);
    kept->cost = ARENA_ARRAY(arena, int, count + 1);
    kept->count = count;
    struct choice choice = {graph->saving & SAVING_ELEMENTS, ARENA_ARRAY(arena, bool, count + 1),
                            ARENA_ARRAY(arena, bool, count + 1), ARENA_ARRAY(arena, bool, count + 1)};
    const struct carried carried = carried_of(graph, arena);
    struct marking forward = {.carried = &carried, .arena = arena, .marks = choice.is_forward};
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_OUTPUT) {
            mark(&forward, function->members[i].value);
            choice.is_stored[function->members[i].value->id] = true;
        }
    mark_all(&forward);
    /* A loop that forward runs anyway can leave more of its values. */
    for (size_t i = 0; i < count; i++)
        if (graph->nodes[i]->op == OP_RESULT && choice.is_forward[graph->nodes[i]->inputs[0]->id])
            choice.is_forward[i] = true;

    find_stored(&choice, graph);
    kept->is_stored = choice.is_stored;

    struct marking backward = {.carried = &carried,
                               .arena = arena,
                               .marks = ARENA_ARRAY(arena, bool, count + 1),
                               .stop = choice.is_forward};
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_GRADIENT) {
            mark(&backward, function->members[i].value);
            need(&choice, function->members[i].value);
        }
    mark_all(&backward);
    for (size_t i = 0; i < count; i++)
        if (backward.marks[i])
            for_each_read(&carried, graph->nodes[i], need, &choice);

    for (size_t i = count; i-- > 0;) {
        struct node *node = graph->nodes[i];
        if (!choice.is_needed[i] || is_leaf(node) || (node->input_count == 0 && node->op != OP_LOOP))
            continue;
        kept->cost[i] = cost_for_backward(&choice, node);
        if (!is_cheap_again(&choice, node, kept->cost[i])) {
            kept->is_kept[i] = true;
            continue;
        }
        for (int j = 0; j < node->input_count; j++)
            choice.is_needed[node->inputs[j]->id] = true;
    }
    return kept;
}
