/* adjoint_custom.c: custom derivatives. The outputs of one call are handled together, when the last of them
 * has been reached: the rule's adjoints, with the adjoints of the outputs in place of its seeds. */
#include "adjoint.h"
#include "copy.h"
#include "memory.h"

/* The outputs of y's call that take part, by their number; false if y is not the last of them or none has an
 * adjoint. */
static bool find_outputs(const struct sweep *sweep, const struct node *y, struct node **outputs)
{
    bool any = false;
    for (size_t i = 0; i < sweep->customs_count; i++) {
        struct node *custom = sweep->customs[i];
        if (custom->rule != y->rule)
            continue;
        if (custom->id < y->id)
            return false;
        outputs[custom->result] = custom;
        any = any || sweep->adjoints[custom->id].value;
    }
    return any;
}

static void replace(struct copier *copier, const struct node *from, struct node *to)
{
    if (from && to)
        copier_replace(copier, from, to);
}

/* The rule's adjoints are written over the arguments, outputs and seeds of the call where it was found; this
 * call may be a copy of that one. */
static void replace_names(struct sweep *sweep, const struct rule *rule, struct node *const *outputs,
                          struct copier *copier)
{
    const struct rule *original = rule->original ? rule->original : rule;
    for (int k = 0; k < rule->argument_count; k++)
        replace(copier, original->arguments[k], rule->arguments[k]);
    for (int k = 0; k < rule->output_count; k++) {
        replace(copier, original->outputs[k], outputs[k] ? outputs[k] : rule->outputs[k]);
        if (!original->seeds[k])
            continue;
        struct node *d = outputs[k] ? adjoint_value(sweep->graph, sweep->adjoints[outputs[k]->id]) : NULL;
        replace(copier, original->seeds[k], d ? d : graph_zeros_like(sweep->graph, original->seeds[k]));
    }
}

/* Whether the adjoint is made of the seed by element-wise operators alone, so that each of its elements is
 * made of the seed's own. What depends on the seed came into being after it. */
static bool goes_by_element(const struct graph *graph, const struct node *adjoint, const struct node *seed)
{
    enum { FREE, BY_ELEMENT, MIXED };
    if (adjoint->id < seed->id)
        return true;
    size_t first = (size_t)seed->id, count = (size_t)adjoint->id - first + 1;
    unsigned char *kinds = memory_array(count, 1);
    kinds[0] = BY_ELEMENT;
    for (size_t i = 1; i < count; i++) {
        const struct node *node = graph->nodes[first + i];
        for (int k = 0; k < node->input_count; k++)
            if (node->inputs[k]->id >= seed->id && kinds[(size_t)node->inputs[k]->id - first] > kinds[i])
                kinds[i] = kinds[(size_t)node->inputs[k]->id - first];
        if (kinds[i] && !(operator_is_elementwise(node->op) && graph_same_shape(node, seed)))
            kinds[i] = MIXED;
    }
    bool result = kinds[count - 1] != MIXED;
    memory_free(kinds);
    return result;
}

/* Whether it is a function of the library that goes from its argument k to y element by element: a mask of
 * y's adjoint is one for the argument, too. A matrix exponential, of the same shape, is none. */
static bool is_by_element(const struct graph *graph, const struct node *y, int k)
{
    const struct rule *rule = y->rule, *original = rule->original ? rule->original : rule;
    return rule->is_tame && rule->output_count == 1 && original->seeds[0] &&
           graph_same_shape(rule->arguments[k], y) &&
           goes_by_element(graph, rule->adjoints[k], original->seeds[0]);
}

void adjoint_of_custom(struct sweep *sweep, struct node *y)
{
    const struct rule *rule = y->rule;
    if (rule->is_radial) {
        adjoint_of_radial(sweep, y);
        return;
    }
    struct node **outputs = ARENA_ARRAY(sweep->graph->arena, struct node *, rule->output_count + 1);
    if (!find_outputs(sweep, y, outputs))
        return;
    struct copier *copier = copier_new(sweep->graph, sweep->graph);
    replace_names(sweep, rule, outputs, copier);
    for (int k = 0; k < rule->argument_count; k++) {
        if (!rule->adjoints[k] || !rule->arguments[k] || !is_active(sweep, rule->arguments[k]))
            continue;
        struct node *value = copier_copy(copier, rule->adjoints[k]);
        if (is_by_element(sweep->graph, y, k))
            contribute_choice(sweep, rule->arguments[k], value, sweep->adjoints[y->id].mask);
        else
            contribute(sweep, rule->arguments[k], value, NULL);
    }
}
