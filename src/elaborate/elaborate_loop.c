/* elaborate_loop.c: `for` and `if` statements as LOOP nodes.
 *
 * A name that has a value before a loop and is assigned in its body is carried: within the body it stands for
 * a PLACEHOLDER, after the loop for a RESULT. An `if` is a loop of at most one round over its condition, its
 * `else` one over the contrary, so that derivatives, workspace and the interpreter know loops only. */
#include "elaborator.h"
#include "loop_entries.h"

#include <string.h>

/* ---- Names that a body assigns ---- */

static void collect_assigned(struct elaborator *e, struct map *names, const struct statement *statement)
{
    for (; statement; statement = statement->next) {
        if (statement->kind == STATEMENT_ASSIGN)
            for (const struct target *target = statement->targets; target; target = target->next)
                map_set(e->arena, names, target->name, (void *)target);
        collect_assigned(e, names, statement->body);
        collect_assigned(e, names, statement->else_body);
    }
}

/* The bindings as they were before a block, for all names that it assigns. */
struct saved {
    const char *name;
    struct binding *binding; /* NULL: none */
    struct value value;      /* as it is read here */
    struct value original;
    struct span span;
    bool is_parameter;
    int depth;
};

static struct saved *save(struct elaborator *e, const struct map *names)
{
    struct saved *saved = ARENA_ARRAY(e->arena, struct saved, names->entries_count + 1);
    for (size_t i = 0; i < names->entries_count; i++) {
        struct binding *binding = find_binding(e, names->entries[i].name);
        saved[i].name = names->entries[i].name;
        saved[i].binding = binding;
        if (binding) {
            saved[i].value = binding_value(e, binding);
            saved[i].original = binding->value;
            saved[i].depth = binding->depth;
            saved[i].span = binding->span;
            saved[i].is_parameter = binding->is_parameter;
        }
    }
    return saved;
}

static void restore(struct elaborator *e, const struct saved *saved, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct binding *local = find_binding(e, saved[i].name);
        if (!saved[i].binding && local)
            map_set(e->arena, &e->frame->locals, saved[i].name, local);
        if (saved[i].binding) {
            saved[i].binding->value = saved[i].original;
            saved[i].binding->depth = saved[i].depth;
            saved[i].binding->span = saved[i].span;
            saved[i].binding->is_parameter = saved[i].is_parameter;
        }
        map_set(e->arena, &e->frame->bindings, saved[i].name, saved[i].binding);
    }
}

bool note_local(struct elaborator *e, const char *name)
{
    for (const struct block *block = e->frame->block; block; block = block->outer)
        for (size_t i = 0; i < block->collected_count; i++)
            if (!strcmp(block->collected[i].name, name)) {
                note(e, block->collected[i].span, "%s is collected here and read after the loop", name);
                return true;
            }
    const struct binding *local = map_get(&e->frame->locals, name);
    if (local)
        note(e, local->span,
             "this %s is local to its loop or side of `if`; one that has a value before is kept", name);
    return local != NULL;
}

/* ---- Values as lists of nodes ---- */

struct nodes {
    struct node **nodes;
    size_t nodes_count, nodes_capacity;
};

/* Appends the nodes that a value consists of; false if some part is no tensor. */
static bool flatten(struct elaborator *e, struct value value, struct span at, struct nodes *list)
{
    if (value.kind == VALUE_GROUP) {
        for (int i = 0; i < value.count; i++)
            if (!flatten(e, value.items[i], at, list))
                return false;
        return true;
    }
    struct node *node = value_is_tensor(&value) ? as_node(e, value, at) : NULL;
    if (!node)
        return false;
    ARENA_APPEND(e->arena, list, nodes, node);
    return true;
}

/* A value of the same make over other nodes, taken from *next on. */
static struct value unflatten(struct elaborator *e, struct value like, struct node **nodes, size_t *next)
{
    if (like.kind != VALUE_GROUP)
        return value_node(nodes[(*next)++]);
    struct value value = like;
    value.items = ARENA_ARRAY(e->arena, struct value, like.count);
    for (int i = 0; i < like.count; i++)
        value.items[i] = unflatten(e, like.items[i], nodes, next);
    return value;
}

static bool same_type(const struct node *a, const struct node *b)
{
    bool same = a->type == b->type && a->rank == b->rank;
    for (int i = 0; same && i < a->rank; i++)
        same = a->shape[i] == b->shape[i];
    return same;
}

/* ---- Collecting ---- */

/* A name that stands for the round of a loop: where bounds contain outer variables it is not counted from 0.
 */
bool is_loop_variable(const struct elaborator *e, const char *name, const struct value *value)
{
    if (value->kind != VALUE_NUMBER || size_is_loop_variable(value->number))
        return value->kind == VALUE_NUMBER;
    for (const struct block *block = e->frame->block; block && size_has_loop_variable(value->number);
         block = block->outer)
        if (!block->is_branch && !strcmp(block->variable_name, name))
            return true;
    return false;
}

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
    if (node->rank + depth > MOST_AXES) {
        fail(e, target->span, "a tensor has at most %d axes", MOST_AXES);
        return;
    }
    struct collected collected = {target->name, node, depth, target->span};
    ARENA_APPEND(e->arena, e->frame->block, collected, collected);
}

/* The stacked values get their names, or wait for the next loop outside. */
static void bind_collected(struct elaborator *e, const struct block *block, struct node *loop, int first)
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

/* ---- Derivatives across rounds ---- */

/* "If, inside a loop, y depends through a carried name on an x assigned outside it, it is an error." */
static void check_derivatives(struct elaborator *e, const struct block *block, const struct loop *loop)
{
    bool *reached = ARENA_ARRAY(e->arena, bool, loop->carried_count + 1);
    for (size_t i = 0; i < block->derivatives_count; i++) {
        const struct derivative_check *check = &block->derivatives[i];
        if (!loop->carried_count || check->x->id > loop->carried[0]->id)
            continue; /* assigned inside */
        for (int k = 0; k < loop->carried_count; k++)
            reached[k] = depends_around(e, check->y, loop->carried[k], check->x);
        for (bool grown = true; grown;) {
            grown = false;
            for (int k = 0; k < loop->carried_count; k++)
                for (int m = 0; reached[k] && m < loop->carried_count; m++)
                    if (!reached[m] && depends_around(e, loop->next[k], loop->carried[m], NULL))
                        grown = reached[m] = true;
        }
        for (int k = 0; k < loop->carried_count; k++)
            if (reached[k] && (depends_around(e, loop->next[k], check->x, NULL) ||
                               depends_around(e, loop->initial[k], check->x, NULL))) {
                fail(e, check->span,
                     "%s was assigned outside this loop, and the value depends on it through earlier rounds "
                     "(through %s)",
                     check->name, loop->carried[k]->name);
                break;
            }
    }
}

/* ---- for ---- */

struct carried {
    struct saved *saved;
    struct value like; /* the value before the loop */
    size_t first;      /* its first node in the lists */
};

static bool loop_bounds(struct elaborator *e, const struct statement *statement, size **begin, size **end)
{
    *begin = as_size(e, evaluate(e, statement->begin), statement->begin->span, "a loop's bound");
    *end = as_size(e, evaluate(e, statement->end), statement->end->span, "a loop's bound");
    if (!*begin || !*end)
        return false;
    return require_nonnegative(
        e, size_subtract(*end, *begin), span_join(statement->begin->span, statement->end->span),
        "the loop runs from %s to %s, which is before it", size_print(e->arena, *begin, SIZE_LANGUAGE),
        size_print(e->arena, *end, SIZE_LANGUAGE));
}

/* What a loop's variable counts in the program, and how many rounds there are, if that depends on loops
 * around. */
struct rounds {
    size *begin; /* its number in the first round, where the loop counts from 0; NULL: it counts as written */
    size *count;
};

/* A loop whose bounds contain variables of loops around it has the largest number of rounds, and stops before
 * that: for j in a(i)..b(i) is, with j = a + k, for k in 0..max(b - a) while k < b - a. */
static bool bound_rounds(struct elaborator *e, const struct statement *statement, struct loop *loop,
                         struct rounds *rounds)
{
    *rounds = (struct rounds){NULL, NULL};
    if (!size_has_loop_variable(loop->begin) && !size_has_loop_variable(loop->end))
        return true;
    rounds->begin = loop->begin;
    rounds->count = size_subtract(loop->end, loop->begin);
    loop->begin = size_number(e->sizes, 0);
    loop->end = size_greatest(rounds->count);
    if (!size_has_loop_variable(loop->end))
        return true;
    fail(e, span_join(statement->begin->span, statement->end->span),
         "the largest number of rounds cannot be told; a loop's bounds are sums and multiples of sizes and "
         "variables "
         "of loops around it");
    return false;
}

static bool has_subscript(const struct expression *x)
{
    for (; x; x = x->left) {
        if (x->kind == EXPRESSION_SUBSCRIPT || has_subscript(x->condition) || has_subscript(x->right))
            return true;
        for (const struct argument *a = x->arguments; a; a = a->next)
            if (has_subscript(a->value))
                return true;
    }
    return false;
}

/* Whether the round is one of those that there are. */
static struct node *is_round(struct elaborator *e, size *variable, size *count)
{
    return graph_binary(e->graph, OP_LT, graph_size(e->graph, INT, variable),
                        graph_size(e->graph, INT, count));
}

/* Placeholders for everything carried; the names are bound to them. */
static struct carried *enter_carried(struct elaborator *e, struct saved *saved, size_t count,
                                     struct loop *loop, size_t *carried_count, struct span at)
{
    struct nodes initial = {0};
    struct carried *carried = ARENA_ARRAY(e->arena, struct carried, count + 1);
    *carried_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!saved[i].binding || saved[i].value.kind == VALUE_ERROR || saved[i].value.kind == VALUE_FUNCTION)
            continue;
        struct carried *c = &carried[*carried_count];
        *c = (struct carried){&saved[i], saved[i].value, initial.nodes_count};
        if (flatten(e, saved[i].value, at, &initial))
            ++*carried_count;
    }
    loop->carried_count = (int)initial.nodes_count;
    loop->initial = initial.nodes;
    loop->carried = ARENA_ARRAY(e->arena, struct node *, initial.nodes_count + 1);
    loop->next = ARENA_ARRAY(e->arena, struct node *, initial.nodes_count + 1);
    for (size_t i = 0; i < *carried_count; i++) {
        size_t last = i + 1 < *carried_count ? carried[i + 1].first : initial.nodes_count,
               next = carried[i].first;
        for (size_t k = carried[i].first; k < last; k++)
            loop->carried[k] = graph_placeholder(e->graph, initial.nodes[k]->type, carried[i].saved->name,
                                                 initial.nodes[k]->rank, initial.nodes[k]->shape);
        bind(e, carried[i].saved->name, unflatten(e, carried[i].like, loop->carried, &next),
             carried[i].saved->span, false);
    }
    return carried;
}

/* The values at the end of a round; false after reporting that one has changed its type. */
static bool leave_carried(struct elaborator *e, const struct carried *carried, size_t count,
                          struct loop *loop)
{
    struct nodes next = {0};
    for (size_t i = 0; i < count; i++) {
        const struct binding *binding = find_binding(e, carried[i].saved->name);
        size_t first = next.nodes_count;
        if (!binding || binding->value.kind == VALUE_ERROR ||
            !flatten(e, binding->value, binding->span, &next))
            return false;
        size_t expected =
            (i + 1 < count ? carried[i + 1].first : (size_t)loop->carried_count) - carried[i].first;
        bool same = next.nodes_count - first == expected;
        for (size_t k = 0; same && k < expected; k++) {
            struct node *before = loop->carried[first + k], **after = &next.nodes[first + k];
            if ((*after)->rank == 0 && (*after)->type == before->type)
                *after = graph_broadcast(e->graph, *after, before->rank, before->shape);
            same = same_type(before, *after);
        }
        if (!same) {
            struct value before = carried[i].like;
            fail(e, binding->span,
                 "%s is carried from round to round and keeps one type, but it changes from %s to %s",
                 carried[i].saved->name, value_text(e, &before), value_text(e, &binding->value));
            note(e, carried[i].saved->span, "it gets its first value here%s",
                 before.kind == VALUE_NUMBER && binding->value.kind == VALUE_NODE &&
                         binding->value.node->type == INT
                     ? "; int(…) makes an int of a whole number"
                     : "");
            return false;
        }
    }
    for (size_t k = 0; k < next.nodes_count; k++)
        loop->next[k] = next.nodes[k];
    return true;
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
static bool body_collects(struct elaborator *e, const struct statement *statement, const char *variable,
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

static struct node *while_condition(struct elaborator *e, const struct statement *statement)
{
    const struct expression *x = statement->while_condition;
    struct node *condition = as_bool(e, evaluate(e, x), x->span, "the condition of `while`");
    if (condition && condition->rank) {
        fail(e, x->span,
             "the condition of `while` must be one truth value, but this is %s; all(…) or any(…) makes one",
             shape_text(e, condition));
        return NULL;
    }
    return condition;
}

static void execute_guarded(struct elaborator *e, const struct statement *statement, struct node *condition);

/* Whether all that the rounds require is met, as one more value that the loop carries. */
static void carry_requirements(struct elaborator *e, struct loop *loop, struct node *met)
{
    int count = loop->carried_count++;
    struct node **initial = ARENA_ARRAY(e->arena, struct node *, count + 1);
    if (count)
        memcpy(initial, loop->initial, sizeof *initial * (size_t)count);
    loop->initial = initial;
    loop->initial[count] = graph_constant(e->graph, BOOL, 1);
    loop->carried[count] = graph_placeholder(e->graph, BOOL, "met", 0, NULL); /* there is room for one more */
    loop->next[count] = graph_binary(e->graph, OP_AND, loop->carried[count], met);
}

/* Evaluates the body into `loop`; false after reporting. */
static bool execute_rounds(struct elaborator *e, const struct statement *statement, struct block *block,
                           struct loop *loop, const struct rounds *rounds, const struct carried *carried,
                           size_t carried_count)
{
    int errors = e->diagnostics->error_count;
    block->outer = e->frame->block;
    block->depth = block->outer ? block->outer->depth + 1 : 1;
    block->finished = (struct map){0};
    e->frame->block = block;
    struct met outer = enter_requirements(e);
    size *number = rounds->begin ? size_add(rounds->begin, loop->variable) : loop->variable;
    bind(e, statement->variable, value_number(number), statement->variable_span, false);
    if (statement->while_condition)
        loop->condition = while_condition(e, statement);
    if (rounds->count && statement->while_condition && has_subscript(statement->while_condition))
        fail(e, statement->while_condition->span,
             "where bounds contain variables of other loops, the condition of `while` reads no elements, "
             "which may not "
             "be there behind the last round; give them a name in the body");
    if (rounds->count) {
        struct node *runs = is_round(e, loop->variable, rounds->count);
        loop->condition = loop->condition ? graph_binary(e->graph, OP_AND, runs, loop->condition) : runs;
    }
    if (rounds->count)
        execute_guarded(e, statement, is_round(e, loop->variable, rounds->count));
    else {
        const struct local_function *functions = e->frame->functions_here;
        execute(e, statement->body);
        e->frame->functions_here = functions;
    }
    e->frame->block = block->outer;
    block->met = leave_requirements(e, outer);
    bool right = leave_carried(e, carried, carried_count, loop) && errors == e->diagnostics->error_count;
    if (right && block->met)
        carry_requirements(e, loop, block->met);
    if (right && block->collected_count)
        right = require_nonnegative(
            e, size_subtract(size_subtract(loop->end, loop->begin), size_number(e->sizes, 1)),
            statement->span, "a loop that collects must run over at least one round");
    loop->collected_count = (int)block->collected_count;
    loop->collected = ARENA_ARRAY(e->arena, struct node *, block->collected_count + 1);
    for (size_t i = 0; i < block->collected_count; i++)
        loop->collected[i] = block->collected[i].value;
    return right;
}

static void poison(struct elaborator *e, const struct saved *saved, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bind(e, saved[i].name, value_error(), saved[i].span, false);
}

void execute_for(struct elaborator *e, const struct statement *statement)
{
    struct map names = {0};
    collect_assigned(e, &names, statement->body);
    map_set(e->arena, &names, statement->variable, (void *)statement);
    struct saved *saved = save(e, &names);
    size_t count = names.entries_count - 1; /* the last is the loop's own variable */
    struct loop *loop = ARENA_NEW(e->arena, struct loop);
    struct rounds rounds;
    if (!loop_bounds(e, statement, &loop->begin, &loop->end) || !bound_rounds(e, statement, loop, &rounds)) {
        poison(e, saved, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (!strcmp(saved[i].name, statement->variable)) {
            fail(e, statement->variable_span, "the loop variable %s is assigned in its own loop",
                 statement->variable);
            poison(e, saved, count);
            return;
        }
    if (loop->begin == loop->end) { /* runs no round */
        struct map assigned = {0};
        if (body_collects(e, statement->body, statement->variable, &assigned)) {
            fail(e, statement->span, "a loop that collects must run over at least one round");
            poison(e, saved, count);
        }
        return;
    }
    loop->checkpoint = statement->checkpoint || e->options->checkpoint;
    loop->variable = size_new_loop_variable(e->sizes, statement->variable, loop->begin,
                                            rounds.count ? rounds.count : loop->end);
    size_t carried_count;
    struct carried *carried = enter_carried(e, saved, count, loop, &carried_count, statement->span);
    struct block block = {.variable_name = statement->variable, .variable = loop->variable};
    bool right = execute_rounds(e, statement, &block, loop, &rounds, carried, carried_count);
    restore(e, saved, names.entries_count);
    if (!right) {
        poison(e, saved, count);
        for (size_t i = 0; i < block.collected_count; i++)
            bind(e, block.collected[i].name, value_error(), block.collected[i].span, false);
        return;
    }
    check_derivatives(e, &block, loop);
    if (!loop->carried_count && !loop->collected_count)
        return;
    if (!e->frame->unit->is_library)
        e->graph->origin = statement->span;
    int total = loop->carried_count;
    struct entry_result *places = ARENA_ARRAY(e->arena, struct entry_result, total + 1);
    collect_entries(e->function, loop, places);
    struct node *node = graph_loop(e->graph, loop);
    struct node **results = ARENA_ARRAY(e->arena, struct node *, total + 1);
    for (int i = 0; i < total; i++)
        results[i] = entry_result(e->graph, node, places[i]);
    for (size_t i = 0; i < carried_count; i++) {
        size_t next = carried[i].first;
        const struct target *target = map_get(&names, carried[i].saved->name);
        bind(e, carried[i].saved->name, unflatten(e, carried[i].like, results, &next), target->span, false);
    }
    bind_collected(e, &block, node, loop->carried_count);
    if (block.met)
        require_met(e, results[total - 1], statement->span);
}

/* ---- if ---- */

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
                                const struct saved *saved, bool is_guard)
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
    restore(e, saved, names->entries_count);
    return (struct side){values, block->variable, leave_requirements(e, met), block};
}

/* A loop of at most one round that turns `before` into `after` where the condition holds. */
static struct node *branch(struct elaborator *e, struct node *condition, size *variable, struct nodes *before,
                           struct nodes *after)
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
static void add_before(struct elaborator *e, const struct saved *saved, const struct nodes *sides,
                       size_t first, struct span at, struct nodes *before)
{
    struct nodes old = {0};
    bool stays =
        saved->binding && flatten(e, saved->value, at, &old) && old.nodes_count == sides->nodes_count - first;
    for (size_t k = 0; stays && k < old.nodes_count; k++)
        stays = same_type(old.nodes[k], sides->nodes[first + k]);
    for (size_t k = first; k < sides->nodes_count; k++) {
        struct node *node = stays ? old.nodes[k - first] : graph_zeros_like(e->graph, sides->nodes[k]);
        ARENA_APPEND(e->arena, before, nodes, node);
    }
}

/* Brings one name's value on both sides, and before, into the lists; false after reporting. */
static bool merge(struct elaborator *e, const struct saved *saved, struct value then_value,
                  struct value else_value, struct span at, struct nodes *before, struct nodes *then_nodes,
                  struct nodes *else_nodes)
{
    size_t first = then_nodes->nodes_count;
    then_value = as_int_like(e, &else_value, then_value, at);
    else_value = as_int_like(e, &then_value, else_value, at);
    if (!flatten(e, then_value, at, then_nodes) || !flatten(e, else_value, at, else_nodes))
        return false;
    bool same = then_nodes->nodes_count == else_nodes->nodes_count;
    for (size_t k = first; same && k < then_nodes->nodes_count; k++)
        same = same_type(then_nodes->nodes[k], else_nodes->nodes[k]);
    if (!same) {
        fail(e, at, "%s is %s on one side of `if` and %s on the other; it must have one type", saved->name,
             value_text(e, &then_value), value_text(e, &else_value));
        return false;
    }
    add_before(e, saved, then_nodes, first, at, before);
    return true;
}

static void merge_sides(struct elaborator *e, struct node *condition, const struct statement *statement,
                        const struct map *names, const struct saved *saved, const struct side *then_side,
                        const struct side *else_side)
{
    const struct value *then_values = then_side->values, *else_values = else_side->values;
    struct nodes before = {0}, then_nodes = {0}, else_nodes = {0};
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
    struct nodes taken = {0};
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
    for (size_t i = 0; i < count; i++) {
        size_t next = merged[i].first;
        bind(e, merged[i].name, unflatten(e, merged[i].like, taken.nodes, &next), merged[i].span, false);
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
    struct saved *saved = save(e, &names);
    if (!condition) {
        poison(e, saved, names.entries_count);
        return;
    }
    struct side then_side = execute_side(e, statement->body, &names, saved, false);
    struct side else_side = execute_side(e, statement->else_body, &names, saved, false);
    merge_sides(e, condition, statement, &names, saved, &then_side, &else_side);
}

/* The body of a loop whose rounds may not be there: as a branch, so that nothing in it is computed elsewhere.
 */
static void execute_guarded(struct elaborator *e, const struct statement *statement, struct node *condition)
{
    struct map names = {0};
    collect_assigned(e, &names, statement->body);
    struct saved *saved = save(e, &names);
    struct side then_side = execute_side(e, statement->body, &names, saved, true);
    struct side else_side = execute_side(e, NULL, &names, saved, true);
    merge_sides(e, condition, statement, &names, saved, &then_side, &else_side);
}
