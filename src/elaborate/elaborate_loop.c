/* elaborate_loop.c: `for` statements as LOOP nodes.
 *
 * A name that has a value before a loop and is assigned in its body is carried: within the body it stands for
 * a PLACEHOLDER, after the loop for a RESULT. An `if` is a loop of at most one round over its condition, its
 * `else` one over the contrary (elaborate_branch.c), so that derivatives, workspace and the interpreter know
 * loops only. */
#include "elaborate_block.h"
#include "loop_entries.h"

#include <string.h>

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
    struct saved_binding *saved;
    struct value like; /* the value before the loop */
    size_t first;      /* its first node in the lists */
};

static bool loop_bounds(struct elaborator *e, const struct statement *statement, size **begin, size **end)
{
    struct value last = evaluate(e, statement->end);
    *begin = as_size(e, evaluate(e, statement->begin), statement->begin->span, "a loop's bound");
    *end = as_size(e, last, statement->end->span, "a loop's bound");
    if (!*end && value_is_int(&last) && last.node->op != OP_PARAMETER && last.node->op != OP_MARK)
        note(e, statement->end->span,
             "an int may end it earlier: for %s in 0..n while %s < …, up to a size n that it does not exceed",
             statement->variable, statement->variable);
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

/* A loop's variable is never below 0: a loop that may begin there, for j in -2..n, is, with j = -2 + k, for k
 * in 0..n + 2. One whose bounds contain variables of loops around it has the largest number of rounds, and
 * stops before that: for j in a(i)..b(i) is, with j = a + k, for k in 0..max(b - a) while k < b - a. */
static bool bound_rounds(struct elaborator *e, const struct statement *statement, struct loop *loop,
                         struct rounds *rounds)
{
    *rounds = (struct rounds){NULL, NULL};
    if (!size_has_loop_variable(loop->begin) && !size_has_loop_variable(loop->end)) {
        if (size_nonnegative(loop->begin) == ALWAYS)
            return true;
        rounds->begin = loop->begin;
        loop->end = size_subtract(loop->end, loop->begin);
        loop->begin = size_number(e->sizes, 0);
        return true;
    }
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
static struct carried *enter_carried(struct elaborator *e, struct saved_binding *saved, size_t count,
                                     struct loop *loop, size_t *carried_count, struct span at)
{
    struct node_list initial = {0};
    struct carried *carried = ARENA_ARRAY(e->arena, struct carried, count + 1);
    *carried_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!saved[i].binding || saved[i].value.kind == VALUE_ERROR || saved[i].value.kind == VALUE_FUNCTION)
            continue;
        struct carried *c = &carried[*carried_count];
        *c = (struct carried){&saved[i], saved[i].value, initial.nodes_count};
        if (flatten_value(e, saved[i].value, at, &initial))
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
        bind(e, carried[i].saved->name, unflatten_value(e, carried[i].like, loop->carried, &next),
             carried[i].saved->span, false);
    }
    return carried;
}

/* What the first value should be, where a number was meant as an int or as a tensor. */
static const char *first_value_advice(struct elaborator *e, const struct value *before,
                                      const struct value *after)
{
    int64_t number;
    if (before->kind != VALUE_NUMBER || after->kind != VALUE_NODE)
        return "";
    if (after->node->type == INT)
        return "; int(…) makes an int of a whole number";
    if (after->node->type != REAL || !size_is_number(before->number, &number))
        return "";
    const char *shape = shape_text(e, after->node);
    return number == 0 ? arena_print(e->arena, "; zeros(%s) has the shape", shape)
                       : arena_print(e->arena, "; full(%s, %lld) has the shape", shape, (long long)number);
}

/* The values at the end of a round; false after reporting that one has changed its type. */
static bool leave_carried(struct elaborator *e, const struct carried *carried, size_t count,
                          struct loop *loop)
{
    struct node_list next = {0};
    for (size_t i = 0; i < count; i++) {
        const struct binding *binding = find_binding(e, carried[i].saved->name);
        size_t first = next.nodes_count;
        if (!binding || binding->value.kind == VALUE_ERROR ||
            !flatten_value(e, binding->value, binding->span, &next))
            return false;
        size_t expected =
            (i + 1 < count ? carried[i + 1].first : (size_t)loop->carried_count) - carried[i].first;
        bool same = next.nodes_count - first == expected;
        for (size_t k = 0; same && k < expected; k++) {
            struct node *before = loop->carried[first + k], **after = &next.nodes[first + k];
            if ((*after)->rank == 0 && (*after)->type == before->type)
                *after = graph_broadcast(e->graph, *after, before->rank, before->shape);
            same = same_node_type(before, *after);
        }
        if (!same) {
            struct value before = carried[i].like;
            fail(e, binding->span,
                 "%s is carried from round to round and keeps one type, but it changes from %s to %s",
                 carried[i].saved->name, value_text(e, &before), value_text(e, &binding->value));
            note(e, carried[i].saved->span, "it gets its first value here%s",
                 first_value_advice(e, &before, &binding->value));
            return false;
        }
    }
    for (size_t k = 0; k < next.nodes_count; k++)
        loop->next[k] = next.nodes[k];
    return true;
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

/* A value has one shape, in all rounds: none of the nodes from `first` on may have the variable in its own.
 */
static void check_shapes(struct elaborator *e, size_t first, const size *variable, const char *name)
{
    for (size_t i = first; i < e->graph->nodes_count; i++) {
        const struct node *node = e->graph->nodes[i];
        for (int a = 0; a < node->rank; a++) {
            if (!size_has_loop_variable(node->shape[a]) || !size_depends_on(node->shape[a], variable))
                continue;
            fail(e, node->origin, "a value of shape %s would have another one in each round over %s",
                 shape_text(e, node), name);
            note(e, node->origin,
                 "a sum over a part has a range, sum[j < %s](x[j]); a part is replaced in a loop, "
                 "for j in 0..%s { y[j] = … }",
                 name, name);
            return;
        }
    }
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
    size_t first = e->graph->nodes_count;
    if (rounds->count)
        execute_guarded(e, statement, is_round(e, loop->variable, rounds->count));
    else {
        const struct local_function *functions = e->frame->functions_here;
        execute(e, statement->body);
        e->frame->functions_here = functions;
    }
    check_shapes(e, first, loop->variable, statement->variable);
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

void execute_for(struct elaborator *e, const struct statement *statement)
{
    struct map names = {0};
    collect_assigned(e, &names, statement->body);
    map_set(e->arena, &names, statement->variable, (void *)statement);
    struct saved_binding *saved = save_bindings(e, &names);
    size_t count = names.entries_count - 1; /* the last is the loop's own variable */
    struct loop *loop = ARENA_NEW(e->arena, struct loop);
    struct rounds rounds;
    if (!loop_bounds(e, statement, &loop->begin, &loop->end) || !bound_rounds(e, statement, loop, &rounds)) {
        poison_bindings(e, saved, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (!strcmp(saved[i].name, statement->variable)) {
            fail(e, statement->variable_span, "the loop variable %s is assigned in its own loop",
                 statement->variable);
            poison_bindings(e, saved, count);
            return;
        }
    if (loop->begin == loop->end) { /* runs no round */
        struct map assigned = {0};
        if (body_collects(e, statement->body, statement->variable, &assigned)) {
            fail(e, statement->span, "a loop that collects must run over at least one round");
            poison_bindings(e, saved, count);
        }
        return;
    }
    loop->checkpoint = statement->checkpoint || (e->options->saving & SAVING_STATES);
    loop->variable = size_new_loop_variable(e->sizes, statement->variable, loop->begin,
                                            rounds.count ? rounds.count : loop->end);
    size_t carried_count;
    struct carried *carried = enter_carried(e, saved, count, loop, &carried_count, statement->span);
    struct block block = {
        .variable_name = statement->variable, .assigned = &names, .variable = loop->variable};
    bool right = execute_rounds(e, statement, &block, loop, &rounds, carried, carried_count);
    restore_bindings(e, saved, names.entries_count);
    if (!right) {
        poison_bindings(e, saved, count);
        for (size_t i = 0; i < block.collected_count; i++)
            bind(e, block.collected[i].name, value_error(), block.collected[i].span, false);
        return;
    }
    check_derivatives(e, &block, loop);
    if (!loop->carried_count && !loop->collected_count)
        return;
    come_from(e, statement->span);
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
        bind_result(e, carried[i].saved->name, unflatten_value(e, carried[i].like, results, &next),
                    target->span);
    }
    bind_collected(e, &block, node, loop->carried_count);
    if (block.met)
        require_met(e, results[total - 1], statement->span);
}
