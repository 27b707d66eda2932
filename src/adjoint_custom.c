/* adjoint_custom.c: custom derivatives. The outputs of one call are handled together, when the last of them has been
 * reached: the rule's adjoints, with the adjoints of the outputs in place of its seeds. */
#include "adjoint.h"

/* The inputs of a CUSTOM behind the value are the call's real arguments; elsewhere than in the rule itself if the
 * call has been copied (into a loop's adjoint, say). */
static bool is_same_call(const struct node *a, const struct node *b)
{
    bool same = a->rule == b->rule && a->input_count == b->input_count;
    for (int i = 1; same && i < a->input_count; i++)
        same = a->inputs[i] == b->inputs[i];
    return same;
}

struct replacement {
    struct node **from, **to;
    size_t count;
};

static void replace(struct replacement *list, struct node *from, struct node *to)
{
    if (from && from != to) {
        list->from[list->count] = from;
        list->to[list->count++] = to;
    }
}

/* Replaces the rule's arguments by those of the call. */
static void replace_arguments(const struct node *y, struct replacement *list)
{
    int input = 1;
    for (int k = 0; k < y->rule->argument_count; k++)
        if (y->rule->arguments[k])
            replace(list, y->rule->arguments[k], y->inputs[input++]);
}

void adjoint_of_custom(struct sweep *sweep, struct node *y)
{
    struct graph *graph = sweep->graph;
    struct rule *rule = y->rule;
    size_t capacity = (size_t)(rule->argument_count + 2 * rule->output_count) + 1, root_count = 0;
    struct node **outputs = ARENA_ARRAY(graph->arena, struct node *, rule->output_count + 1);
    struct replacement list = {ARENA_ARRAY(graph->arena, struct node *, capacity),
                               ARENA_ARRAY(graph->arena, struct node *, capacity), 0};
    bool any = false;
    for (size_t i = 0; i < sweep->customs_count; i++)
        if (is_same_call(sweep->customs[i], y)) {
            if (sweep->customs[i]->id < y->id)
                return;
            outputs[sweep->customs[i]->result] = sweep->customs[i];
            any = any || sweep->adjoints[sweep->customs[i]->id].value;
        }
    if (!any)
        return;
    replace_arguments(y, &list);
    for (int k = 0; k < rule->output_count; k++) {
        if (!rule->outputs[k])
            continue;
        struct node *d = outputs[k] ? adjoint_value(graph, sweep->adjoints[outputs[k]->id]) : NULL;
        if (outputs[k])
            replace(&list, rule->outputs[k], outputs[k]);
        replace(&list, rule->seeds[k], d ? d : graph_zeros_like(graph, rule->seeds[k]));
    }
    struct node **roots = ARENA_ARRAY(graph->arena, struct node *, rule->argument_count + 1);
    struct node **targets = ARENA_ARRAY(graph->arena, struct node *, rule->argument_count + 1);
    for (int k = 0, input = 1; k < rule->argument_count; k++) {
        if (!rule->arguments[k])
            continue;
        struct node *target = y->inputs[input++];
        if (rule->adjoints[k] && is_active(sweep, target)) {
            targets[root_count] = target;
            roots[root_count++] = rule->adjoints[k];
        }
    }
    graph_substitute(graph, list.from, list.to, list.count, roots, root_count);
    for (size_t i = 0; i < root_count; i++)
        contribute(sweep, targets[i], roots[i], NULL);
}
