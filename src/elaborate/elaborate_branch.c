/* elaborate_branch.c: `if` statements as LOOP nodes of at most one round for each side; the rounds of a loop
 * that may not be there become the same. */
#include "elaborate_block.h"

#include <string.h>

struct side {
    struct value *values; /* of the names that the statement assigns, at its end */
    size *variable;       /* of the loop of at most one round that it becomes */
    struct node *met;     /* what it requires, or NULL */
    struct block *block;
};

static size *new_side(struct elaborator *e)
{
    return size_new_loop_variable(e->sizes, "side", size_number(e->sizes, 0), size_number(e->sizes, 1));
}

/* One side: its assignments, undone again; the values that the names have at its end. */
static struct side execute_side(struct elaborator *e, const struct statement *body, const struct map *names,
                                const struct saved_binding *saved, bool is_guard)
{
    struct block *outer = e->frame->block, *block = ARENA_NEW(e->arena, struct block);
    *block = (struct block){.is_branch = true,
                            .is_guard = is_guard,
                            .variable = new_side(e),
                            .outer = outer,
                            .depth = outer ? outer->depth + 1 : 1};
    e->frame->block = block;
    struct met met = enter_requirements(e);
    const struct local_function *functions = e->frame->functions_here;
    execute(e, body);
    e->frame->functions_here = functions;
    e->frame->block = outer;
    struct value *values = ARENA_ARRAY(e->arena, struct value, names->entries_count + 1);
    for (size_t i = 0; i < names->entries_count; i++) {
        const struct binding *binding = find_binding(e, names->entries[i].name);
        values[i] = binding ? binding->value : (struct value){.kind = VALUE_NONE};
    }
    restore_bindings(e, saved, names->entries_count);
    return (struct side){values, block->variable, leave_requirements(e, met), block};
}

/* A loop of at most one round that turns `before` into `after` where the condition holds. */
static struct node *branch(struct elaborator *e, struct node *condition, size *variable,
                           struct node_list *before, struct node_list *after)
{
    struct loop *loop = ARENA_NEW(e->arena, struct loop);
    loop->is_branch = true;
    loop->begin = size_number(e->sizes, 0);
    loop->end = size_number(e->sizes, 1);
    loop->variable = variable;
    loop->condition = condition;
    loop->carried_count = (int)before->nodes_count;
    loop->initial = ARENA_ARRAY(e->arena, struct node *, before->nodes_count);
    loop->next = ARENA_ARRAY(e->arena, struct node *, before->nodes_count);
    memcpy(loop->initial, before->nodes, sizeof *before->nodes * before->nodes_count);
    memcpy(loop->next, after->nodes, sizeof *after->nodes * after->nodes_count);
    loop->carried = ARENA_ARRAY(e->arena, struct node *, before->nodes_count);
    for (size_t i = 0; i < before->nodes_count; i++)
        loop->carried[i] = graph_placeholder(e->graph, before->nodes[i]->type, before->nodes[i]->name,
                                             before->nodes[i]->rank, before->nodes[i]->shape);
    return graph_loop(e->graph, loop);
}

struct merged {
    const char *name;
    struct span span;
    struct value like;
    size_t first;
};

/* The value that stays where no side is taken; where both sides give another type, or there was none before,
 * one side is always taken, and zeros hold its place. */
static void add_before(struct elaborator *e, const struct saved_binding *saved, const struct node_list *sides,
                       size_t first, struct span at, struct node_list *before)
{
    struct node_list old = {0};
    bool stays = saved->binding && flatten_value(e, saved->value, at, &old) &&
                 old.nodes_count == sides->nodes_count - first;
    for (size_t k = 0; stays && k < old.nodes_count; k++)
        stays = same_node_type(old.nodes[k], sides->nodes[first + k]);
    for (size_t k = first; k < sides->nodes_count; k++) {
        struct node *node = stays ? old.nodes[k - first] : graph_zeros_like(e->graph, sides->nodes[k]);
        ARENA_APPEND(e->arena, before, nodes, node);
    }
}

/* Brings one name's value on both sides, and before, into the lists; false after reporting. */
static bool merge(struct elaborator *e, const struct saved_binding *saved, struct value then_value,
                  struct value else_value, struct span at, struct node_list *before,
                  struct node_list *then_nodes, struct node_list *else_nodes)
{
    size_t first = then_nodes->nodes_count;
    then_value = as_int_like(e, &else_value, then_value, at);
    else_value = as_int_like(e, &then_value, else_value, at);
    if (!flatten_value(e, then_value, at, then_nodes) || !flatten_value(e, else_value, at, else_nodes))
        return false;
    bool same = then_nodes->nodes_count == else_nodes->nodes_count;
    for (size_t k = first; same && k < then_nodes->nodes_count; k++)
        same = same_node_type(then_nodes->nodes[k], else_nodes->nodes[k]);
    if (!same) {
        fail(e, at, "%s is %s on one side of `if` and %s on the other; it must have one type", saved->name,
             value_text(e, &then_value), value_text(e, &else_value));
        return false;
    }
    add_before(e, saved, then_nodes, first, at, before);
    return true;
}

/* ---- Entries that sides replace ---- */

/* The node if it is `before` but for an entry, or entries along fewer axes, at a place that no int chooses.
 */
static const struct node *replaced_entry(const struct node *node, const struct node *before)
{
    bool is = node->op == OP_REPLACE && node->input_count == 2 && node->inputs[1]->rank < before->rank &&
              graph_untied(node->inputs[0]) == graph_untied(before);
    return is ? node : NULL;
}

/* Where sides replace one entry of an array, `if c { x[i] = e }`, what the branch turns into another is that
 * entry, as in x[i] = if c then e else x[i]: the array is not carried through it. Returns the REPLACE whose
 * place that is; NULL: none. */
static const struct node *take_entry(struct elaborator *e, struct node **before, struct node **then_node,
                                     struct node **else_node)
{
    const struct node *taken = replaced_entry(*then_node, *before),
                      *other = replaced_entry(*else_node, *before);
    const struct node *replace = taken ? taken : other;
    if (!replace || (taken && other && !graph_same_places(taken, other)) ||
        (!taken && graph_untied(*then_node) != graph_untied(*before)) ||
        (!other && graph_untied(*else_node) != graph_untied(*before)))
        return NULL;
    const struct node *entry = replace->inputs[1];
    *before = graph_index(e->graph, in_branch(e, *before), entry->rank, entry->shape, replace->subscripts,
                          NULL, 0, false);
    *then_node = taken ? taken->inputs[1] : *before;
    *else_node = other ? other->inputs[1] : *before;
    return replace;
}

static void merge_sides(struct elaborator *e, struct node *condition, const struct statement *statement,
                        const struct map *names, const struct saved_binding *saved,
                        const struct side *then_side, const struct side *else_side)
{
    const struct value *then_values = then_side->values, *else_values = else_side->values;
    struct node_list before = {0}, then_nodes = {0}, else_nodes = {0};
    struct merged *merged = ARENA_ARRAY(e->arena, struct merged, names->entries_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < names->entries_count; i++) {
        const struct target *target = names->entries[i].value;
        if (then_values[i].kind == VALUE_NONE || else_values[i].kind == VALUE_NONE)
            continue; /* local to one side */
        merged[count] = (struct merged){saved[i].name, target->span, then_values[i], then_nodes.nodes_count};
        if (then_values[i].kind == VALUE_ERROR || else_values[i].kind == VALUE_ERROR ||
            !merge(e, &saved[i], then_values[i], else_values[i], target->span, &before, &then_nodes,
                   &else_nodes)) {
            bind(e, saved[i].name, value_error(), target->span, false);
            return;
        }
        count++;
    }
    size_t met_at = then_nodes.nodes_count;
    struct node *always = graph_constant(e->graph, BOOL, 1);
    if (then_side->met || else_side->met) {
        ARENA_APPEND(e->arena, &before, nodes, always);
        ARENA_APPEND(e->arena, &then_nodes, nodes, then_side->met ? then_side->met : always);
        ARENA_APPEND(e->arena, &else_nodes, nodes, else_side->met ? else_side->met : always);
    }
    size_t collected_at = then_nodes.nodes_count;
    for (size_t i = 0; i < then_side->block->collected_count; i++) { /* 0 where the round does not run */
        struct node *value = then_side->block->collected[i].value, *zeros = graph_zeros_like(e->graph, value);
        ARENA_APPEND(e->arena, &before, nodes, zeros);
        ARENA_APPEND(e->arena, &then_nodes, nodes, value);
        ARENA_APPEND(e->arena, &else_nodes, nodes, zeros);
    }
    if (!then_nodes.nodes_count)
        return;
    struct node **wholes = ARENA_ARRAY(e->arena, struct node *, then_nodes.nodes_count);
    const struct node **entries = ARENA_ARRAY(e->arena, const struct node *, then_nodes.nodes_count);
    for (size_t k = 0; k < met_at; k++) {
        wholes[k] = before.nodes[k];
        entries[k] = take_entry(e, &before.nodes[k], &then_nodes.nodes[k], &else_nodes.nodes[k]);
    }
    struct node_list taken = {0};
    struct node *loop = branch(e, condition, then_side->variable, &before, &then_nodes);
    for (size_t k = 0; k < then_nodes.nodes_count; k++)
        ARENA_APPEND(e->arena, &taken, nodes, graph_result(e->graph, loop, (int)k));
    bool has_else = false;
    for (size_t k = 0; k < else_nodes.nodes_count; k++)
        has_else = has_else || else_nodes.nodes[k] != before.nodes[k];
    if (has_else || statement->has_else) {
        loop = branch(e, graph_unary(e->graph, OP_NOT, condition), else_side->variable, &taken, &else_nodes);
        for (size_t k = 0; k < else_nodes.nodes_count; k++)
            taken.nodes[k] = graph_result(e->graph, loop, (int)k);
    }
    for (size_t k = 0; k < met_at; k++)
        if (entries[k])
            taken.nodes[k] = graph_replace(e->graph, in_branch(e, wholes[k]), taken.nodes[k],
                                           entries[k]->subscripts, NULL, 0);
    for (size_t i = 0; i < count; i++) {
        size_t next = merged[i].first;
        bind_result(e, merged[i].name, unflatten_value(e, merged[i].like, taken.nodes, &next),
                    merged[i].span);
    }
    for (size_t i = 0; i < then_side->block->collected_count; i++) {
        struct collected collected = then_side->block->collected[i];
        collected.value = taken.nodes[collected_at + i];
        ARENA_APPEND(e->arena, e->frame->block, collected, collected);
    }
    if (met_at < collected_at)
        require_met(e, taken.nodes[met_at], statement->span);
}

void execute_if(struct elaborator *e, const struct statement *statement)
{
    struct node *condition =
        as_bool(e, evaluate(e, statement->value), statement->value->span, "the condition of `if`");
    if (condition && condition->rank) {
        fail(e, statement->value->span,
             "the condition of an `if` statement must be one truth value, but this is %s",
             shape_text(e, condition));
        note(e, statement->value->span,
             "`if c then a else b` chooses element by element; any(…) and all(…) make one truth value");
        condition = NULL;
    }
    struct map names = {0};
    collect_assigned(e, &names, statement->body);
    collect_assigned(e, &names, statement->else_body);
    struct saved_binding *saved = save_bindings(e, &names);
    if (!condition) {
        poison_bindings(e, saved, names.entries_count);
        return;
    }
    struct side then_side = execute_side(e, statement->body, &names, saved, false);
    struct side else_side = execute_side(e, statement->else_body, &names, saved, false);
    merge_sides(e, condition, statement, &names, saved, &then_side, &else_side);
}

/* The body of a loop whose rounds may not be there: as a branch, so that nothing in it is computed elsewhere.
 */
void execute_guarded(struct elaborator *e, const struct statement *statement, struct node *condition)
{
    struct map names = {0};
    collect_assigned(e, &names, statement->body);
    struct saved_binding *saved = save_bindings(e, &names);
    struct side then_side = execute_side(e, statement->body, &names, saved, true);
    struct side else_side = execute_side(e, NULL, &names, saved, true);
    merge_sides(e, condition, statement, &names, saved, &then_side, &else_side);
}
