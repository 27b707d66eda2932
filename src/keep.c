/* keep.c: what forward leaves for backward.
 *
 * A value of forward that backward reads is computed again if that costs a few operations on values that are there
 * anyway (inputs, kept values), and kept otherwise. Decided from the users to the inputs: a value computed again
 * passes the question on to its operands. */
#include "program.h"

enum { DEAREST_RECOMPUTATION = 8 /* additions, along one chain of values computed again */ };

struct choice {
    struct module *module;
    bool *is_forward;  /* forward computes it */
    bool *is_needed;   /* by backward */
    bool *is_output;
    int *chain;        /* the cost of what is computed again from it */
    struct kept *kept;
};

/* Calls act on every node that node reads, those in the rounds of a loop included. */
static void for_each_input(struct node *node, void (*act)(void *closure, struct node *input), void *closure)
{
    if (node->operator != OP_LOOP)
        for (int i = 0; i < node->input_count; i++)
            act(closure, node->inputs[i]);
    if (node->operator == OP_LOOP) {
        struct loop *loop = node->loop;
        for (int i = 0; i < loop->carried_count; i++) {
            act(closure, loop->carried[i]);
            act(closure, loop->initial[i]);
            act(closure, loop->next[i]);
        }
        for (int i = 0; i < loop->collected_count; i++)
            act(closure, loop->collected[i]);
        if (loop->condition)
            act(closure, loop->condition);
    }
}

struct marking {
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
        for_each_input(marking->stack[--marking->stack_count], mark, marking);
}

static void need(void *closure, struct node *node)
{
    struct choice *choice = closure;
    if (choice->is_forward[node->id])
        choice->is_needed[node->id] = true;
}

static bool is_free(const struct choice *choice, const struct node *node)
{
    return node->input_count == 0 || choice->is_needed[node->id] || choice->is_output[node->id];
}

static bool is_cheap_again(const struct choice *choice, const struct node *node)
{
    if (choice->is_output[node->id])
        return false;
    if (node->operator == OP_INDEX || node->operator == OP_RESHAPE)
        return true;
    if (!operator_is_elementwise(node->operator))
        return false;
    int extra = 0;
    for (int i = 0; i < node->input_count; i++)
        if (!is_free(choice, node->inputs[i]) && (i == 0 || node->inputs[i] != node->inputs[i - 1]))
            extra++;
    return extra <= 1 && choice->chain[node->id] + operator_info(node->operator)->cost <= DEAREST_RECOMPUTATION;
}

static void compute_again(struct choice *choice, const struct node *node)
{
    int cost = choice->chain[node->id];
    if (operator_is_elementwise(node->operator))
        cost += operator_info(node->operator)->cost;
    for (int i = 0; i < node->input_count; i++) {
        struct node *input = node->inputs[i];
        choice->is_needed[input->id] = true;
        if (choice->chain[input->id] < cost)
            choice->chain[input->id] = cost;
    }
}

struct kept *keep(struct module *module, struct function *function)
{
    struct arena *arena = module->arena;
    struct graph *graph = function->graph;
    size_t count = graph->nodes_count;
    struct kept *kept = ARENA_NEW(arena, struct kept);
    kept->is_kept = ARENA_ARRAY(arena, bool, count + 1);
    kept->count = count;
    struct choice choice = {module, ARENA_ARRAY(arena, bool, count + 1), ARENA_ARRAY(arena, bool, count + 1),
                            ARENA_ARRAY(arena, bool, count + 1), ARENA_ARRAY(arena, int, count + 1), kept};
    struct marking forward = {.arena = arena, .marks = choice.is_forward};
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_OUTPUT) {
            mark(&forward, function->members[i].value);
            choice.is_output[function->members[i].value->id] = true;
        }
    mark_all(&forward);
    /* A loop that forward runs anyway can leave more of its values. */
    for (size_t i = 0; i < count; i++)
        if (graph->nodes[i]->operator == OP_RESULT && choice.is_forward[graph->nodes[i]->inputs[0]->id])
            choice.is_forward[i] = true;

    struct marking backward = {
        .arena = arena, .marks = ARENA_ARRAY(arena, bool, count + 1), .stop = choice.is_forward};
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_GRADIENT) {
            mark(&backward, function->members[i].value);
            need(&choice, function->members[i].value);
        }
    mark_all(&backward);
    for (size_t i = 0; i < count; i++)
        if (backward.marks[i])
            for_each_input(graph->nodes[i], need, &choice);

    for (size_t i = count; i-- > 0;) {
        struct node *node = graph->nodes[i];
        if (!choice.is_needed[i] || is_leaf(node) || (node->input_count == 0 && node->operator != OP_LOOP))
            continue;
        if (is_cheap_again(&choice, node))
            compute_again(&choice, node);
        else
            kept->is_kept[i] = true;
    }
    return kept;
}
