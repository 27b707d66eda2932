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
                            .assigned = names,
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

/* What branches carry: before, and at the end of each side. */
struct sides {
    struct node_list before, then_nodes, else_nodes;
};

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
                  struct value else_value, struct span at, struct sides *sides)
{
    struct node_list *then_nodes = &sides->then_nodes, *else_nodes = &sides->else_nodes;
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
    add_before(e, saved, then_nodes, first, at, &sides->before);
    return true;
}

/* ---- Entries that sides replace ---- */

/* Where sides replace entries of an array, `if c { x[i] = e }`, what the branch turns into others are those
 * entries, as in x[i] = if c then e else x[i]: the array is not carried through it. */
struct entries {
    const struct node **places; /* REPLACEs of these entries, no two of one place */
    size_t places_count, places_capacity;
};

enum { MOST_ENTRIES = 8 }; /* beyond, what is done one by one takes longer than an array */

/* The node if it is another but for an entry, or entries along fewer axes, at a place that no int chooses. */
static const struct node *replaced_entry(const struct node *node)
{
    bool is = node->op == OP_REPLACE && node->input_count == 2 && node->inputs[1]->rank < node->rank;
    return is ? node : NULL;
}

/* Adds the places where `node` differs from `before`; false if it does not differ in such places only. */
static bool add_places(struct elaborator *e, struct entries *entries, const struct node *node,
                       const struct node *before)
{
    for (; graph_untied(node) != graph_untied(before); node = node->inputs[0]) {
        bool is_new = true;
        if (!replaced_entry(node))
            return false;
        for (size_t i = 0; i < entries->places_count; i++)
            is_new = is_new && !graph_same_places(entries->places[i], node);
        if (is_new && entries->places_count == MOST_ENTRIES)
            return false;
        if (is_new)
            ARENA_APPEND(e->arena, entries, places, node);
    }
    return true;
}

/* What `node` has at a place; NULL if it is not known which of its replacements that is. */
static struct node *entry_at(struct elaborator *e, struct node *node, const struct node *place)
{
    const struct node *entry = place->inputs[1];
    node = graph_index(e->graph, node, entry->rank, entry->shape, place->subscripts, NULL, 0, false);
    const struct node *read = graph_untied(node);
    bool is_unknown = read->op == OP_INDEX && graph_untied(read->inputs[0])->op == OP_REPLACE;
    return is_unknown ? NULL : node;
}

static void add_whole(struct elaborator *e, struct sides *sides, struct node *before, struct node *then_node,
                      struct node *else_node)
{
    ARENA_APPEND(e->arena, &sides->before, nodes, before);
    ARENA_APPEND(e->arena, &sides->then_nodes, nodes, then_node);
    ARENA_APPEND(e->arena, &sides->else_nodes, nodes, else_node);
}

/* Has the entries at which sides differ carried, or the whole value, if there are none. */
static struct entries add_carried(struct elaborator *e, struct sides *sides, struct node *before,
                                  struct node *then_node, struct node *else_node)
{
    struct entries entries = {0};
    bool known = add_places(e, &entries, then_node, before) && add_places(e, &entries, else_node, before);
    struct sides carried = {0};
    for (size_t i = 0; known && i < entries.places_count; i++) {
        struct node *at_start = entry_at(e, before, entries.places[i]),
                    *at_then = entry_at(e, then_node, entries.places[i]),
                    *at_else = entry_at(e, else_node, entries.places[i]);
        known = at_start && at_then && at_else;
        if (known)
            add_whole(e, &carried, in_branch(e, at_start), at_then, at_else);
    }
    if (!known || !entries.places_count) {
        add_whole(e, sides, before, then_node, else_node);
        return (struct entries){0};
    }
    for (size_t i = 0; i < entries.places_count; i++)
        add_whole(e, sides, carried.before.nodes[i], carried.then_nodes.nodes[i],
                  carried.else_nodes.nodes[i]);
    return entries;
}

/* A loop of at most one round that turns `before` into `after` where the condition holds, as the statement at
 * `span` says; what is there at its end, where it begins with `initial`. What does not change is not carried.
 */
static struct node_list run_side(struct elaborator *e, struct span span, struct node *condition,
                                 size *variable, const struct node_list *initial,
                                 const struct node_list *before, const struct node_list *after)
{
    struct loop *loop = ARENA_NEW(e->arena, struct loop);
    size_t count = before->nodes_count;
    loop->is_branch = true;
    loop->begin = size_number(e->sizes, 0);
    loop->end = size_number(e->sizes, 1);
    loop->variable = variable;
    loop->condition = condition;
    loop->initial = ARENA_ARRAY(e->arena, struct node *, count + 1);
    loop->carried = ARENA_ARRAY(e->arena, struct node *, count + 1);
    loop->next = ARENA_ARRAY(e->arena, struct node *, count + 1);
    bool *changes = ARENA_ARRAY(e->arena, bool, count + 1); /* another name may have the same value before */
    for (size_t i = 0; i < count; i++)
        changes[i] = graph_untied(after->nodes[i]) != graph_untied(before->nodes[i]);
    for (size_t i = 0; i < count; i++) {
        struct node *first = before->nodes[i], *read = NULL;
        if (!changes[i])
            continue;
        if (first->rank > 0) /* read where it is carried, and changed where it stands */
            read = graph_tied_placeholder(e->graph, first, variable);
        loop->initial[loop->carried_count] = initial->nodes[i];
        loop->carried[loop->carried_count] =
            read ? read : graph_placeholder(e->graph, first->type, first->name, first->rank, first->shape);
        loop->next[loop->carried_count++] = after->nodes[i];
    }
    struct span origin = e->graph->origin; /* of what comes out: where the names were written */
    come_from(e, span);
    struct node *node = loop->carried_count ? graph_loop(e->graph, loop) : NULL;
    e->graph->origin = origin;
    struct node_list ends = {0};
    int result = 0;
    for (size_t i = 0; i < count; i++) {
        struct node *end = changes[i] ? graph_result(e->graph, node, result++) : initial->nodes[i];
        ARENA_APPEND(e->arena, &ends, nodes, end);
    }
    return ends;
}

/* What is there behind an `if`, of whose sides one runs. */
static struct node_list run_sides(struct elaborator *e, struct span span, struct node *condition,
                                  const struct sides *sides, const struct side *then_side,
                                  const struct side *else_side)
{
    struct node_list ends =
        run_side(e, span, condition, then_side->variable, &sides->before, &sides->before, &sides->then_nodes);
    return run_side(e, span, graph_unary(e->graph, OP_NOT, condition), else_side->variable, &ends,
                    &sides->before, &sides->else_nodes);
}

static void merge_sides(struct elaborator *e, struct node *condition, const struct statement *statement,
                        const struct map *names, const struct saved_binding *saved,
                        const struct side *then_side, const struct side *else_side)
{
    const struct value *then_values = then_side->values, *else_values = else_side->values;
    struct sides whole = {0}, carried = {0};
    struct merged *merged = ARENA_ARRAY(e->arena, struct merged, names->entries_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < names->entries_count; i++) {
        const struct target *target = names->entries[i].value;
        if (then_values[i].kind == VALUE_NONE || else_values[i].kind == VALUE_NONE)
            continue; /* local to one side */
        merged[count] =
            (struct merged){saved[i].name, target->span, then_values[i], whole.before.nodes_count};
        if (then_values[i].kind == VALUE_ERROR || else_values[i].kind == VALUE_ERROR ||
            !merge(e, &saved[i], then_values[i], else_values[i], target->span, &whole)) {
            bind(e, saved[i].name, value_error(), target->span, false);
            return;
        }
        count++;
    }
    if (!whole.before.nodes_count && !then_side->met && !else_side->met && !then_side->block->collected_count)
        return;
    struct entries *entries = ARENA_ARRAY(e->arena, struct entries, whole.before.nodes_count + 1);
    for (size_t k = 0; k < whole.before.nodes_count; k++)
        entries[k] = add_carried(e, &carried, whole.before.nodes[k], whole.then_nodes.nodes[k],
                                 whole.else_nodes.nodes[k]);
    struct node *always = graph_constant(e->graph, BOOL, 1);
    bool has_met = then_side->met || else_side->met;
    if (has_met)
        add_whole(e, &carried, always, then_side->met ? then_side->met : always,
                  else_side->met ? else_side->met : always);
    for (size_t i = 0; i < then_side->block->collected_count; i++) { /* 0 where the round does not run */
        struct node *value = then_side->block->collected[i].value, *zeros = graph_zeros_like(e->graph, value);
        add_whole(e, &carried, zeros, value, zeros);
    }
    struct node_list ends = run_sides(e, statement->span, condition, &carried, then_side, else_side),
                     taken = {0};
    size_t next_end = 0;
    for (size_t k = 0; k < whole.before.nodes_count; k++) {
        struct node *end =
            entries[k].places_count ? in_branch(e, whole.before.nodes[k]) : ends.nodes[next_end++];
        for (size_t i = 0; i < entries[k].places_count; i++)
            end = graph_replace(e->graph, end, ends.nodes[next_end++], entries[k].places[i]->subscripts, NULL,
                                0);
        ARENA_APPEND(e->arena, &taken, nodes, end);
    }
    for (size_t i = 0; i < count; i++) {
        size_t next = merged[i].first;
        bind_result(e, merged[i].name, unflatten_value(e, merged[i].like, taken.nodes, &next),
                    merged[i].span);
    }
    for (size_t i = 0; i < then_side->block->collected_count; i++) {
        struct collected collected = then_side->block->collected[i];
        collected.value = ends.nodes[next_end + has_met + i];
        ARENA_APPEND(e->arena, e->frame->block, collected, collected);
    }
    if (has_met)
        require_met(e, ends.nodes[next_end], statement->span);
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
