/* copy.c: copies of parts of a graph, without recursion but into the bodies of loops.
 *
 * Requires: the nodes to copy in the source; sizes of both graphs in one table. Leaves the source as it is,
 * but for new nodes if it is the target too. */
#include <string.h>

#include "copy.h"
#include "memory.h"
#include "region.h"

enum { PIECE = 256 };

struct copier *copier_new(const struct graph *source, struct graph *target)
{
    struct copier *copier = ARENA_NEW(target->arena, struct copier);
    copier->source = source;
    copier->target = target;
    copier->map_count = source->nodes_count / PIECE + 1;
    copier->map = ARENA_ARRAY(target->arena, struct node **, copier->map_count);
    copier->first = (int)source->nodes_count;
    return copier;
}

static struct node *copy_of(const struct copier *copier, const struct node *node)
{
    size_t piece = (size_t)node->id / PIECE;
    return piece < copier->map_count && copier->map[piece] ? copier->map[piece][(size_t)node->id % PIECE]
                                                           : NULL;
}

static void set_copy(struct copier *copier, const struct node *node, struct node *copy)
{
    struct node ***piece = &copier->map[(size_t)node->id / PIECE];
    if (!*piece)
        *piece = ARENA_ARRAY(copier->target->arena, struct node *, PIECE);
    (*piece)[(size_t)node->id % PIECE] = copy;
}

void copier_replace(struct copier *copier, const struct node *from, struct node *to)
{
    set_copy(copier, from, to);
    if (from->id < copier->first)
        copier->first = from->id;
}

void copier_replace_size(struct copier *copier, const size *atom, size *by)
{
    ARENA_APPEND(copier->target->arena, copier, atoms, atom);
    ARENA_APPEND(copier->target->arena, copier, numbers, by);
}

void copier_follow(struct copier *copier, struct node *node)
{
    if (!copier->is_followed)
        copier->is_followed = ARENA_ARRAY(copier->target->arena, bool, copier->source->nodes_count + 1);
    if (!copier->is_followed[node->id])
        ARENA_APPEND(copier->target->arena, copier, wanted, node);
    copier->is_followed[node->id] = true;
}

size *copier_size(struct copier *copier, size *a)
{
    if (!a || !size_has_loop_variable(a))
        return a;
    for (size_t i = 0; i < copier->atoms_count; i++)
        a = size_substitute(a, copier->atoms[i], copier->numbers[i]);
    return a;
}

/* ---- Subscripts ---- */

static struct affine *copy_subscripts(struct copier *copier, const struct affine *subscripts, int count,
                                      int space_rank)
{
    struct affine *copy = ARENA_ARRAY(copier->target->arena, struct affine, count + 1);
    for (int s = 0; s < count; s++) {
        copy[s] = subscripts[s];
        copy[s].offset = copier_size(copier, subscripts[s].offset);
        copy[s].coefficients = ARENA_ARRAY(copier->target->arena, size *, space_rank + 1);
        for (int a = 0; subscripts[s].coefficients && a < space_rank; a++)
            copy[s].coefficients[a] = copier_size(copier, subscripts[s].coefficients[a]);
    }
    return copy;
}

/* ---- Custom derivatives ---- */

/* The rule of a call over other arguments. The outputs of one call get one rule. */
static struct rule *copy_rule(struct copier *copier, const struct node *node, struct node *const *inputs)
{
    struct arena *arena = copier->target->arena;
    bool same = copier->source == copier->target;
    for (int i = 1; i < node->input_count; i++)
        same = same && inputs[i] == node->inputs[i];
    if (same)
        return node->rule;
    struct rule *rule = NULL;
    for (size_t i = 0; i < copier->rules_count && !rule; i++)
        if (copier->rules[i].from == node->rule &&
            !memcmp(copier->rules[i].inputs, inputs + 1, (size_t)(node->input_count - 1) * sizeof *inputs))
            return copier->rules[i].to;
    rule = ARENA_NEW(arena, struct rule);
    *rule = *node->rule;
    rule->original = node->rule->original ? node->rule->original : node->rule;
    rule->arguments = ARENA_ARRAY(arena, struct node *, rule->argument_count + 1);
    rule->outputs = ARENA_ARRAY(arena, struct node *, rule->output_count + 1);
    for (int k = 0, input = 1; k < rule->argument_count; k++)
        if (node->rule->arguments[k])
            rule->arguments[k] = inputs[input++];
    struct copied_rule copied = {node->rule, rule, ARENA_ARRAY(arena, struct node *, node->input_count)};
    memcpy(copied.inputs, inputs + 1, (size_t)(node->input_count - 1) * sizeof *inputs);
    ARENA_APPEND(arena, copier, rules, copied);
    return rule;
}

static struct node *copy_custom(struct copier *copier, const struct node *node, struct node *const *inputs)
{
    struct rule *rule = copy_rule(copier, node, inputs);
    struct node *copy = graph_custom(copier->target, inputs[0], rule, node->result);
    if (rule != node->rule)
        rule->outputs[node->result] = copy;
    return copy;
}

/* ---- One node ---- */

/* The node over other inputs, where a replaced size may stand in it. */
static struct node *rebuild(struct copier *copier, const struct node *node, struct node *const *inputs)
{
    struct graph *graph = copier->target;
    switch (node->op) {
    case OP_CONSTANT: return graph_constant(graph, node->type, node->value);
    case OP_SIZE_VALUE: return graph_size(graph, node->type, copier_size(copier, node->extent));
    case OP_IOTA:
        return graph_iota_affine(graph, node->type, node->rank, node->shape,
                                 copy_subscripts(copier, node->subscripts, 1, node->rank));
    case OP_INDEX:
        return graph_index(graph, inputs[0], node->rank, node->shape,
                           copy_subscripts(copier, node->subscripts, node->inputs[0]->rank, node->rank),
                           inputs + 1, node->input_count - 1, node->fill);
    case OP_SCATTER:
        return graph_scatter(graph, inputs[0], node->rank, node->shape,
                             copy_subscripts(copier, node->subscripts, node->rank, node->inputs[0]->rank),
                             inputs + 1, node->input_count - 1);
    case OP_REPLACE:
        return graph_replace(graph, inputs[0], inputs[1],
                             copy_subscripts(copier, node->subscripts, node->rank, node->inputs[1]->rank),
                             inputs + 2, node->input_count - 2);
    case OP_RESHAPE:
        return node->extent ? graph_tie(graph, inputs[0], copier_size(copier, node->extent))
                            : graph_rebuild(graph, node, inputs);
    case OP_CUSTOM: return copy_custom(copier, node, inputs);
    case OP_RESULT: return graph_result(graph, inputs[0], node->result);
    case OP_PARAMETER: return graph_parameter(graph, node->type, node->name, node->rank, node->shape);
    case OP_PLACEHOLDER: return graph_placeholder(graph, node->type, node->name, node->rank, node->shape);
    default: return graph_rebuild(graph, node, inputs);
    }
}

/* Whether the node is older than all that is replaced, and so depends on none of it. */
static bool is_before_all(const struct copier *copier, const struct node *node)
{
    return copier->source == copier->target && node->id < copier->first && !copier->atoms_count;
}

/* Whether the node is its own copy: nothing that it needs or mentions has changed. */
static bool is_unchanged(struct copier *copier, const struct node *node)
{
    if (copier->source != copier->target)
        return false;
    if (is_before_all(copier, node))
        return true;
    struct node *const *needed;
    size_t count = node_dependencies(copier->source, node, &needed);
    for (size_t i = 0; i < count; i++)
        if (copy_of(copier, needed[i]) != needed[i])
            return false;
    for (size_t i = 0; i < copier->atoms_count; i++)
        if (node_mentions(copier->source, node, copier->atoms[i]))
            return false;
    return true;
}

/* A node without a name takes one; the user's names win over the library's. */
static void keep_name(const struct node *from, struct node *to)
{
    bool is_free = !to->name || (from->named_by_user && !to->named_by_user);
    if (from->name && is_free && to->op != OP_CONSTANT && to->op != OP_SIZE_VALUE) {
        to->name = from->name;
        to->named_by_user = from->named_by_user;
    }
}

static struct node *copy_loop(struct copier *copier, struct node *node);

static struct node *copy_node(struct copier *copier, struct node *node)
{
    if (is_unchanged(copier, node))
        return node;
    struct graph *graph = copier->target;
    struct node *copy;
    graph->origin = node->origin;
    if (node->op == OP_LOOP)
        return copy_loop(copier, node);
    bool is_rule = node->op == OP_CUSTOM && !copier->keeps_rules;
    if (copier->erases_marks && (node->op == OP_MARK || node->op == OP_STOP || is_rule)) {
        copy = copy_of(copier, node->inputs[0]);
    } else {
        struct node **inputs = memory_array((size_t)(node->input_count + 1), sizeof *inputs);
        for (int i = 0; i < node->input_count; i++)
            inputs[i] = copy_of(copier, node->inputs[i]);
        copy = rebuild(copier, node, inputs);
        memory_free(inputs);
        if (copier->rewrite)
            copy = copier->rewrite(copier->closure, node, copy);
    }
    keep_name(node, copy);
    if (node->is_judged && copier->source == graph && copy != node) {
        copy->is_judged = true;
        ARENA_APPEND(graph->arena, graph, judged, node);
        ARENA_APPEND(graph->arena, graph, judged, copy);
    }
    return copy;
}

/* ---- Loops ---- */

static bool is_used(const struct copier *copier, const size *variable)
{
    for (size_t i = 0; i < copier->used_variables_count; i++)
        if (copier->used_variables[i] == variable)
            return true;
    return false;
}

/* A variable that no other LOOP of the target has, put in the place of the old one. */
static size *copy_variable(struct copier *copier, const struct loop *loop, struct loop *copy)
{
    size *variable = loop->variable;
    if (copier->source == copier->target || is_used(copier, variable)) {
        variable =
            size_new_loop_variable(copier->target->sizes, size_name(loop->variable), copy->begin, copy->end);
        copier_replace_size(copier, loop->variable, variable);
    }
    ARENA_APPEND(copier->target->arena, copier, used_variables, variable);
    return variable;
}

static struct node **copy_list(struct copier *copier, struct node *const *nodes, int count)
{
    struct node **copies = ARENA_ARRAY(copier->target->arena, struct node *, count + 1);
    for (int i = 0; i < count; i++)
        copies[i] = copier_copy(copier, nodes[i]);
    return copies;
}

/* Of LOOPs that carry a value, and those in whose rounds they stand, the least is the innermost one. */
static void find_rounds(struct copier *copier)
{
    const struct graph *graph = copier->source;
    copier->rounds = ARENA_ARRAY(copier->target->arena, int, graph->nodes_count + 1);
    for (size_t i = graph->nodes_count; i-- > 0;)
        for (int k = 0; graph->nodes[i]->op == OP_LOOP && k < graph->nodes[i]->loop->carried_count; k++)
            copier->rounds[graph->nodes[i]->loop->carried[k]->id] = (int)i;
    for (size_t i = 0; i < graph->nodes_count; i++) {
        struct node *const *needed;
        size_t count = node_dependencies(graph, graph->nodes[i], &needed);
        int *rounds = &copier->rounds[i];
        for (size_t j = 0; j < count; j++) {
            int more = copier->rounds[needed[j]->id];
            *rounds = more && (!*rounds || more < *rounds) ? more : *rounds;
        }
    }
}

/* Whether the node is in the rounds of this LOOP, or of one that carries the same values, and of none within.
 */
static bool is_in_rounds(const struct copier *copier, const struct loop *loop, const struct node *node)
{
    int rounds = copier->rounds[node->id];
    for (int k = 0; rounds && k < loop->carried_count; k++)
        if (copier->rounds[loop->carried[k]->id] == rounds)
            return true;
    return false;
}

static bool is_open(const struct copier *copier, const struct node *node)
{
    for (size_t i = 0; i < copier->open_count; i++)
        if (copier->open[i] == node)
            return true;
    return false;
}

/* Whether the node is, or what it needs has, a LOOP that is being copied: what carries the same values may
 * stand around those rounds. */
static bool needs_open(const struct copier *copier, const struct node *root)
{
    int least = root->id; /* nodes come behind what they need */
    for (size_t i = 0; i < copier->open_count; i++)
        least = copier->open[i]->id < least ? copier->open[i]->id : least;
    if (least == root->id && !is_open(copier, root))
        return false;
    const struct node **stack = memory_array(copier->source->nodes_count + 1, sizeof *stack);
    bool *is_seen = memory_array(copier->source->nodes_count + 1, sizeof *is_seen), found = false;
    size_t count = 0;
    stack[count++] = root;
    while (count > 0 && !found) {
        const struct node *node = stack[--count];
        struct node *const *needed;
        size_t more = node_dependencies(copier->source, node, &needed);
        found = is_open(copier, node);
        for (size_t j = 0; j < more; j++) {
            if (!is_seen[needed[j]->id] && !copy_of(copier, needed[j]))
                stack[count++] = needed[j];
            is_seen[needed[j]->id] = true;
        }
    }
    memory_free(is_seen);
    memory_free(stack);
    return found;
}

/* Copies what is followed in the rounds, though they do not need it. */
static void copy_wanted(struct copier *copier, const struct loop *loop)
{
    if (copier->wanted_count > 0 && !copier->rounds)
        find_rounds(copier);
    for (size_t i = 0; i < copier->wanted_count; i++) {
        struct node *wanted = copier->wanted[i];
        if (is_in_rounds(copier, loop, wanted) && !copy_of(copier, wanted) && !needs_open(copier, wanted))
            copier_copy(copier, wanted);
    }
}

/* Forgets what of the rounds a followed node needs. */
static void forget_wanted(struct copier *copier, const struct loop *loop, const struct node *root)
{
    size_t count = 0, capacity = 16;
    const struct node **stack = memory_array(capacity, sizeof *stack);
    stack[count++] = root;
    while (count > 0) {
        const struct node *node = stack[--count];
        struct node *const *needed;
        if (!is_in_rounds(copier, loop, node) || !copy_of(copier, node))
            continue;
        set_copy(copier, node, NULL);
        size_t more = node_dependencies(copier->source, node, &needed);
        for (; count + more > capacity; capacity *= 2)
            stack = memory_resize(stack, 2 * capacity, sizeof *stack);
        for (size_t j = 0; j < more; j++)
            stack[count++] = needed[j];
    }
    memory_free(stack);
}

static void note_followed(struct copier *copier, const struct node *node)
{
    struct followed followed = {node, copy_of(copier, node)};
    if (copier->is_followed[node->id] && followed.copy)
        ARENA_APPEND(copier->target->arena, copier, followed, followed);
}

static bool is_inside(const struct region *region, const struct node *node)
{
    size_t first = 0, end = region->inside_count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (region->inside[middle]->id < node->id)
            first = middle + 1;
        else
            end = middle;
    }
    return first < region->inside_count && region->inside[first] == node;
}

/* Notes what became of followed nodes, and forgets those that only following made. */
static void note_body(struct copier *copier, const struct loop *loop, const struct region *region)
{
    for (size_t i = 0; copier->is_followed && i < region->inside_count; i++)
        note_followed(copier, region->inside[i]);
    for (int k = 0; copier->is_followed && k < loop->carried_count; k++)
        note_followed(copier, loop->carried[k]);
    for (size_t i = 0; i < copier->wanted_count; i++)
        if (is_in_rounds(copier, loop, copier->wanted[i]) && copier->wanted[i]->op != OP_PLACEHOLDER &&
            !is_inside(region, copier->wanted[i]))
            note_followed(copier, copier->wanted[i]);
    for (size_t i = 0; i < copier->wanted_count; i++)
        forget_wanted(copier, loop, copier->wanted[i]);
}

/* The copies of what is inside are forgotten before and after: another loop may share nodes of the body. */
static void forget_body(struct copier *copier, const struct loop *loop, const struct region *region)
{
    for (size_t i = 0; i < region->inside_count; i++)
        set_copy(copier, region->inside[i], NULL);
    for (int k = 0; k < loop->carried_count; k++)
        set_copy(copier, loop->carried[k], NULL);
}

static struct node *copy_loop(struct copier *copier, struct node *node)
{
    struct loop *loop = node->loop, *copy = ARENA_NEW(copier->target->arena, struct loop);
    const struct region *region = region_of(copier->source, loop);
    size_t atoms = copier->atoms_count;
    struct span origin = node->origin;
    ARENA_APPEND(copier->target->arena, copier, open, node);
    *copy = *loop;
    copy->region = NULL;
    copy->begin = copier_size(copier, loop->begin);
    copy->end = copier_size(copier, loop->end);
    copy->variable = copy_variable(copier, loop, copy);
    copy->initial = copy_list(copier, loop->initial, loop->carried_count);
    copy->carried = ARENA_ARRAY(copier->target->arena, struct node *, loop->carried_count + 1);
    forget_body(copier, loop, region);
    for (int k = 0; k < loop->carried_count; k++) {
        const struct node *old = loop->carried[k];
        copier->target->origin = old->origin;
        copy->carried[k] = graph_placeholder(copier->target, old->type, old->name, old->rank, old->shape);
        keep_name(old, copy->carried[k]);
        copy->carried[k]->named_by_user = old->named_by_user;
        set_copy(copier, old, copy->carried[k]);
    }
    copy->next = copy_list(copier, loop->next, loop->carried_count);
    copy->collected = copy_list(copier, loop->collected, loop->collected_count);
    copy->condition = loop->condition ? copier_copy(copier, loop->condition) : NULL;
    copy_wanted(copier, loop);
    note_body(copier, loop, region);
    forget_body(copier, loop, region);
    copier->atoms_count = copier->numbers_count = atoms;
    copier->target->origin = origin;
    copier->open_count--;
    struct node *result = graph_loop(copier->target, copy);
    keep_name(node, result);
    return result;
}

/* ---- On demand ---- */

struct node *copier_copy(struct copier *copier, struct node *root)
{
    size_t count = 0, capacity = 64;
    struct node **stack = memory_array(capacity, sizeof *stack);
    struct span origin = copier->target->origin;
    stack[count++] = root;
    while (count) {
        struct node *node = stack[count - 1];
        if (copy_of(copier, node)) {
            count--;
            continue;
        }
        struct node *const *needed;
        size_t needed_count = node_dependencies(copier->source, node, &needed), before = count;
        if (is_before_all(copier, node))
            needed_count = 0;
        if (copier->erases_marks && !copier->keeps_rules && node->op == OP_CUSTOM)
            needed_count = 1;
        if (count + needed_count > capacity) {
            capacity = 2 * (count + needed_count);
            stack = memory_resize(stack, capacity, sizeof *stack);
        }
        for (size_t i = needed_count; i-- > 0;)
            if (!copy_of(copier, needed[i]))
                stack[count++] = needed[i];
        if (count > before)
            continue;
        set_copy(copier, node, copy_node(copier, node));
        count--;
    }
    memory_free(stack);
    copier->target->origin = origin;
    return copy_of(copier, root);
}
