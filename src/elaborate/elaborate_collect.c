/* elaborate_collect.c: `hs[t] = e` in a loop, for an hs without a value: one value a round, stacked when the
 * loop is left. */
#include "elaborate_block.h"

#include <string.h>

/* How many leading subscripts are the innermost loop variables, outermost first. */
static int leading_variables(struct elaborator *e, const struct target *target)
{
    const char *named[MAXIMUM_RANK];
    int count = 0;
    for (const struct subscript *s = target->subscripts; s && count < MOST_AXES; s = s->next) {
        if (s->kind != SUBSCRIPT_AT || s->at->kind != EXPRESSION_NAME || s->range)
            break;
        const struct binding *binding = find_binding(e, s->at->name);
        if (!binding || !is_loop_variable(e, s->at->name, &binding->value))
            break;
        named[count++] = s->at->name;
    }
    int depth = count;
    for (const struct block *block = e->frame->block; block && depth > 0; block = block->outer)
        if (!block->is_branch && strcmp(block->variable_name, named[--depth]))
            return -1;
    return depth ? -1 : count;
}

static bool has_leading_variable(struct elaborator *e, const struct target *target)
{
    for (const struct block *block = e->frame->block; block; block = block->outer)
        for (const struct subscript *s = target->subscripts; s && !block->is_branch; s = s->next)
            if (s->kind == SUBSCRIPT_AT && s->at->kind == EXPRESSION_NAME &&
                !strcmp(s->at->name, block->variable_name))
                return true;
    return false;
}

bool collects(struct elaborator *e, const struct target *target)
{
    if (!target->subscripts || !e->frame->block || !has_leading_variable(e, target))
        return false;
    const struct binding *binding = find_binding(e, target->name);
    if (!binding)
        return true;
    if (!defines_by_index(e, target))
        return false;
    fail(e, target->span,
         "%s has a value, so this replaces an entry of it, and a fresh index cannot stand beside a loop "
         "variable",
         target->name);
    note(e, binding->span, "it gets its value here; collect under another name");
    return true;
}

void collect(struct elaborator *e, const struct statement *statement)
{
    const struct target *target = statement->targets;
    if (find_binding(e, target->name))
        return; /* reported by collects */
    if (e->frame->block->is_branch && !e->frame->block->is_guard) {
        fail(e, target->span, "%s cannot collect inside `if`; assign a name there and collect it afterwards",
             target->name);
        return;
    }
    int depth = leading_variables(e, target);
    if (depth < 1) {
        fail(e, target->span,
             "%s collects over the innermost loops: its first subscripts must be their variables, outermost "
             "first",
             target->name);
        return;
    }
    for (const struct block *block = e->frame->block; block; block = block->outer)
        for (size_t i = 0; i < block->collected_count; i++)
            if (!strcmp(block->collected[i].name, target->name)) {
                fail(e, target->span, "%s is collected twice in one loop", target->name);
                note(e, block->collected[i].span, "the first time is here");
                return;
            }
    const struct subscript *rest = target->subscripts;
    for (int i = 0; i < depth; i++)
        rest = rest->next;
    struct value value = rest ? evaluate_by_index(e, rest, statement->value) : evaluate(e, statement->value);
    struct node *node = value.kind == VALUE_ERROR ? NULL : as_node(e, value, statement->value->span);
    if (!node)
        return;
    if (is_indexed(e, &value)) {
        fail(e, target->span,
             "%s cannot collect elements named by indices; pass whole tensors, or carry the value through "
             "the loop",
             target->name);
        return;
    }
    if (node->rank + depth > MOST_AXES) {
        fail(e, target->span, "a tensor has at most %d axes", MOST_AXES);
        return;
    }
    struct collected collected = {target->name, node, depth, target->span};
    ARENA_APPEND(e->arena, e->frame->block, collected, collected);
}

/* The stacked values get their names, or wait for the next loop outside. */
void bind_collected(struct elaborator *e, const struct block *block, struct node *loop, int first)
{
    for (size_t i = 0; i < block->collected_count; i++) {
        struct collected collected = block->collected[i];
        struct node *stacked = graph_result(e->graph, loop, first + (int)i);
        if (--collected.depth == 0) {
            bind(e, collected.name, value_node(stacked), collected.span, false);
            continue;
        }
        collected.value = stacked;
        ARENA_APPEND(e->arena, e->frame->block, collected, collected);
    }
}

static bool is_subscript_of(const struct target *target, const char *variable)
{
    for (const struct subscript *s = target->subscripts; s; s = s->next)
        if (s->kind == SUBSCRIPT_AT && s->at->kind == EXPRESSION_NAME && !strcmp(s->at->name, variable))
            return true;
    return false;
}

/* Whether the body, which is not executed, collects over the variable: into a name that has no value there.
 */
bool body_collects(struct elaborator *e, const struct statement *statement, const char *variable,
                   struct map *assigned)
{
    for (; statement; statement = statement->next) {
        const struct target *target = statement->kind == STATEMENT_ASSIGN ? statement->targets : NULL;
        for (; target; target = target->next) {
            if (is_subscript_of(target, variable) && !find_binding(e, target->name) &&
                !map_get(assigned, target->name))
                return true;
            map_set(e->arena, assigned, target->name, (void *)target);
        }
        if (body_collects(e, statement->body, variable, assigned) ||
            body_collects(e, statement->else_body, variable, assigned))
            return true;
    }
    return false;
}
