/* elaborate_expression.c: the value of an expression: numbers, names, members, lists, choices; what its
 * operators do is in elaborate_operator.c. */
#include "elaborator.h"
#include "habits.h"

#include <math.h>
#include <stdint.h>
#include <float.h>
#include <string.h>

static struct value evaluate_number(struct elaborator *e, const struct expression *x)
{
    if (x->is_whole && x->number <= 9e15)
        return value_whole(e, (int64_t)x->number);
    if (e->precision == 32 && x->number > (double)FLT_MAX && !isinf(x->number)) {
        fail(e, x->span, "%g is beyond the largest number of float32, %.3g; `inf` is written so", x->number,
             (double)FLT_MAX);
        return value_error();
    }
    return value_node(constant_real(e, x->number));
}

static bool suggest_value(struct elaborator *e, const char *name)
{
    struct map seen = {0};
    struct frame *frame = e->frame;
    if (!may_suggest(e, frame->bindings.entries_count + frame->sizes.entries_count +
                            frame->unit->dims.entries_count))
        return true;
    for (size_t i = 0; i < frame->bindings.entries_count; i++)
        map_set(e->arena, &seen, frame->bindings.entries[i].name, frame);
    for (size_t i = 0; i < frame->sizes.entries_count; i++)
        map_set(e->arena, &seen, frame->sizes.entries[i].name, frame);
    for (size_t i = 0; i < frame->unit->dims.entries_count; i++)
        map_set(e->arena, &seen, frame->unit->dims.entries[i].name, frame);
    const char **names = ARENA_ARRAY(e->arena, const char *, seen.entries_count + 1);
    for (size_t i = 0; i < seen.entries_count; i++)
        names[i] = seen.entries[i].name;
    return suggest(e, name, names, seen.entries_count);
}

static bool is_assigned_in_loop(const struct elaborator *e, const char *name)
{
    for (const struct block *block = e->frame->block; block; block = block->outer) {
        const struct target *target =
            block->assigned && !block->is_branch ? map_get(block->assigned, name) : NULL;
        if (target)
            return !target->subscripts; /* else it is collected */
    }
    return false;
}

static void fail_unknown_name(struct elaborator *e, const struct expression *x)
{
    if (e->lacks_functions && !find_function(e, x->name))
        return; /* it may be one of them */
    if (map_get(&e->frame->unknown, x->name))
        return; /* once is enough */
    map_set(e->arena, &e->frame->unknown, x->name, e);
    if (find_function(e, x->name))
        fail(e, x->span, "%s is a function; call it as %s(…)", x->name, x->name);
    else {
        fail(e, x->span, "%s has no value here", x->name);
        const char *advice = habit_advice(HABIT_VALUE, x->name);
        if (note_local(e, x->name))
            ;
        else if (advice)
            note(e, x->span, "%s", advice);
        else if (!suggest_value(e, x->name) && e->subscript_frame == e->frame)
            note(e, x->span,
                 "an index is named where its range begins: sum[%s](...), y[%s] = ..., for %s in 0..n",
                 x->name, x->name, x->name);
        if (is_assigned_in_loop(e, x->name))
            note(e, x->span, "what rounds hand on has a first value before the loop, such as %s = 0",
                 x->name);
    }
}

struct value tied_value(struct elaborator *e, struct value value, size *variable, bool only_arrays)
{
    if (value.kind == VALUE_NODE && !(only_arrays && value.node->rank == 0))
        value.node = graph_tie(e->graph, value.node, variable);
    if (value.kind == VALUE_GROUP || value.kind == VALUE_LIST) {
        struct value *items = ARENA_ARRAY(e->arena, struct value, value.count);
        for (int i = 0; i < value.count; i++)
            items[i] = tied_value(e, value.items[i], variable, only_arrays);
        value.items = items;
    }
    return value;
}

struct node *in_branch(struct elaborator *e, struct node *node)
{
    const struct block *branch = innermost_branch(e);
    return branch ? graph_tie(e->graph, node, branch->variable) : node;
}

/* The value of an array as the branches around `block` carry it that assign it. */
static struct value carried_value(struct elaborator *e, const struct binding *binding,
                                  const struct block *block)
{
    while (block && (!block->is_branch || !map_get(block->assigned, binding->name)))
        block = block->outer;
    return block && binding->depth < block->depth
               ? tied_value(e, carried_value(e, binding, block->outer), block->variable, true)
               : binding->value;
}

/* Within a branch, values from outside it are tied to it, so that what is computed from them is not computed
 * elsewhere. */
struct value binding_value(struct elaborator *e, const struct binding *binding)
{
    const struct block *block = e->frame->block;
    while (block && !block->is_branch)
        block = block->outer;
    return block && binding->depth < block->depth
               ? tied_value(e, carried_value(e, binding, block->outer), block->variable, false)
               : binding->value;
}

struct value evaluate_in_subscript(struct elaborator *e, const struct expression *x)
{
    const struct frame *outer = e->subscript_frame;
    e->subscript_frame = e->frame;
    struct value value = evaluate(e, x);
    e->subscript_frame = outer;
    return value;
}

static struct value evaluate_name(struct elaborator *e, const struct expression *x)
{
    struct frame *frame = e->frame;
    struct binding *binding = find_binding(e, x->name);
    const struct space_axis *index = find_index(e, x->name);
    if (index)
        return value_number(index->atom);
    if (binding)
        return binding_value(e, binding);
    size *extent = map_get(&frame->sizes, x->name);
    if (!extent)
        extent = map_get(&frame->unit->dims, x->name);
    if (extent)
        return value_number(extent);
    if (!strcmp(x->name, "pi"))
        return value_node(constant_real(e, 3.14159265358979323846));
    if (!strcmp(x->name, "inf"))
        return value_node(constant_real(e, INFINITY));
    if (frame->unit->is_library && !strcmp(x->name, "none"))
        return (struct value){.kind = VALUE_NONE};
    if (frame->unit->is_library && !strcmp(x->name, "epsilon")) /* what 1 is told from the next number by */
        return value_node(constant_real(e, e->precision == 32 ? FLT_EPSILON : DBL_EPSILON));
    fail_unknown_name(e, x);
    return value_error();
}

/* ||x||^2 and norm(x)^2 are the sum of squares: the root would only be undone. */
static bool is_norm(struct elaborator *e, const struct expression *x)
{
    if (x->kind == EXPRESSION_NORM)
        return true;
    if (x->kind != EXPRESSION_CALL || strcmp(x->name, "norm") || find_binding(e, "norm"))
        return false;
    struct callee *callee = find_function(e, "norm");
    return callee && callee->unit && callee->unit->is_library;
}

/* A library function on one operand, for the syntax that stands for it: |x|, ||x||. */
static struct value call_library(struct elaborator *e, const char *name, const struct expression *source,
                                 struct expression *operand)
{
    struct argument argument = {.span = operand->span, .value = operand};
    struct expression call = *source;
    call.kind = EXPRESSION_CALL;
    call.name = name;
    call.arguments = &argument;
    return call_function(e, find_library_function(e, name), &call);
}

static struct value evaluate_squared_norm(struct elaborator *e, const struct expression *power)
{
    const struct expression *norm = power->left;
    if (norm->kind == EXPRESSION_NORM)
        return call_library(e, "squared_norm", power, norm->left);
    return call_function(e, find_library_function(e, "squared_norm"), norm);
}

static struct value evaluate_unary(struct elaborator *e, const struct expression *x)
{
    struct value a = evaluate(e, x->left);
    if (a.kind == VALUE_ERROR)
        return a;
    if (x->op == SYNTAX_NEGATE)
        return negate_value(e, a, x->span);
    if (x->op == SYNTAX_TRANSPOSE)
        return transpose_value(e, a, x->span);
    struct node *truth = as_bool(e, a, x->left->span, "the operand of `not`");
    if (!truth)
        return value_error();
    struct value result = value_node(graph_unary(e->graph, OP_NOT, truth));
    result.indexed = a.indexed;
    return result;
}

static bool is_squared_norm(struct elaborator *e, const struct expression *x)
{
    return x->op == SYNTAX_POWER && x->right->kind == EXPRESSION_NUMBER && x->right->number == 2 &&
           is_norm(e, x->left);
}

/* Chains such as a + b + c lean left and may be very long: they are walked, not recursed into. */
static struct value evaluate_binary(struct elaborator *e, const struct expression *x)
{
    size_t depth = 0;
    const struct expression *leftmost = x;
    for (; leftmost->kind == EXPRESSION_BINARY && !is_squared_norm(e, leftmost); leftmost = leftmost->left)
        depth++;
    const struct expression **chain = ARENA_ARRAY(e->arena, const struct expression *, depth + 1);
    size_t at = depth;
    for (const struct expression *link = x; at > 0; link = link->left)
        chain[--at] = link;
    struct value value =
        leftmost->kind == EXPRESSION_BINARY ? evaluate_squared_norm(e, leftmost) : evaluate(e, leftmost);
    for (size_t i = 0; i < depth; i++) {
        const struct expression *link = chain[i];
        struct value right = evaluate(e, link->right);
        warn_operands(e, link, &value, &right);
        value = binary(e, link->op, value, right, link->left->span, link->operator_span, link->right->span);
        observe(e, link->span, &value);
    }
    return value;
}

static struct value group_choice(struct elaborator *e, struct value condition, struct value a, struct value b,
                                 const struct expression *x);

static struct value choose(struct elaborator *e, struct value condition, struct value a, struct value b,
                           const struct expression *x)
{
    if (a.kind == VALUE_ERROR || b.kind == VALUE_ERROR)
        return value_error();
    if (a.kind == VALUE_GROUP && b.kind == VALUE_GROUP && a.group == b.group)
        return group_choice(e, condition, a, b, x);
    struct span spans[3] = {x->condition->span, x->left->span, x->right->span};
    struct value values[3] = {condition, a, b};
    struct node *nodes[3] = {as_bool(e, condition, x->condition->span, "the condition of `if`")};
    if (!nodes[0] || !indexed_operands(e, values, spans, 3))
        return value_error();
    bool ints = (value_is_int(&a) && b.kind == VALUE_NUMBER) || (value_is_int(&b) && a.kind == VALUE_NUMBER);
    nodes[1] = ints ? as_int(e, a, x->left->span) : as_node(e, a, x->left->span);
    nodes[2] = ints ? as_int(e, b, x->right->span) : as_node(e, b, x->right->span);
    if (!nodes[1] || !nodes[2])
        return value_error();
    if (nodes[1]->type != nodes[2]->type) {
        struct span none = {0};
        fail_between(e, x->left->span, x->right->span, none,
                     "the two sides of `if` are %s and %s; both must be of one type", value_text(e, &a),
                     value_text(e, &b));
        return value_error();
    }
    struct span word = {x->span.source, x->span.begin, x->span.begin + 2}; /* "if" */
    if (!broadcast_together(e, nodes, spans, 3, word, "choice"))
        return value_error();
    struct value result = value_node(graph_select(e->graph, nodes[0], nodes[1], nodes[2]));
    result.indexed = is_indexed(e, &condition) || is_indexed(e, &a) || is_indexed(e, &b);
    return result;
}

static struct value group_choice(struct elaborator *e, struct value condition, struct value a, struct value b,
                                 const struct expression *x)
{
    struct value result = a;
    result.items = ARENA_ARRAY(e->arena, struct value, a.count);
    for (int i = 0; i < a.count; i++)
        result.items[i] = choose(e, condition, a.items[i], b.items[i], x);
    return result;
}

/* A comparison of groups chooses member by member. */
static struct value choose_by_group(struct elaborator *e, struct value condition, struct value a,
                                    struct value b, const struct expression *x)
{
    if (a.kind == VALUE_ERROR || b.kind == VALUE_ERROR)
        return value_error();
    struct value result = condition;
    result.items = ARENA_ARRAY(e->arena, struct value, condition.count);
    for (int i = 0; i < condition.count; i++) {
        struct value item_a = a.kind == VALUE_GROUP ? a.items[i] : a,
                     item_b = b.kind == VALUE_GROUP ? b.items[i] : b;
        if (condition.items[i].kind == VALUE_GROUP) {
            result.items[i] = choose_by_group(e, condition.items[i], item_a, item_b, x);
            continue;
        }
        result.items[i] = choose(e, condition.items[i], item_a, item_b, x);
    }
    return result;
}

static struct value evaluate_if(struct elaborator *e, const struct expression *x)
{
    struct value condition = evaluate(e, x->condition);
    double known; /* the library's own switches, such as keepdims, choose between shapes */
    if (e->frame->unit->is_library && condition.kind == VALUE_NODE && !condition.node->rank &&
        graph_is_constant(condition.node, &known))
        return evaluate_argument(e, known != 0 ? x->left : x->right);
    struct value a = evaluate(e, x->left), b = evaluate(e, x->right);
    if (condition.kind == VALUE_GROUP)
        return choose_by_group(e, condition, a, b, x);
    return condition.kind == VALUE_ERROR ? condition : choose(e, condition, a, b, x);
}

static struct value evaluate_list(struct elaborator *e, const struct expression *x)
{
    struct value list = {.kind = VALUE_LIST};
    for (const struct argument *item = x->arguments; item; item = item->next)
        list.count++;
    list.items = ARENA_ARRAY(e->arena, struct value, list.count);
    bool wrong = false;
    int i = 0;
    for (const struct argument *item = x->arguments; item; item = item->next) {
        list.items[i] = evaluate(e, item->value);
        wrong = wrong || list.items[i].kind == VALUE_ERROR;
        if (!wrong && !value_is_tensor(&list.items[i])) {
            fail(e, item->value->span, "a list stacks numbers and tensors, but this is %s",
                 value_text(e, &list.items[i]));
            wrong = true;
        }
        i++;
    }
    return wrong ? value_error() : list;
}

static struct value evaluate_member(struct elaborator *e, const struct expression *x)
{
    struct value group = evaluate(e, x->left);
    if (group.kind == VALUE_ERROR)
        return group;
    if (group.kind != VALUE_GROUP) {
        fail(e, x->span, "%s is not a group, so it has no member %s", value_text(e, &group), x->name);
        const char *advice = habit_advice(HABIT_MEMBER, x->name);
        if (advice)
            note(e, x->span, "%s", advice);
        return value_error();
    }
    int i = 0;
    size_t count = 0;
    const char **names = ARENA_ARRAY(e->arena, const char *, group.count + 1);
    for (const struct parameter *member = group.group->parameters; member; member = member->next, i++) {
        if (!strcmp(member->name, x->name))
            return group.items[i];
        names[count++] = member->name;
    }
    fail(e, x->span, "the group %s has no member %s", group.group->name, x->name);
    suggest(e, x->name, names, count);
    return value_error();
}

static struct value evaluate_kind(struct elaborator *e, const struct expression *x)
{
    switch (x->kind) {
    case EXPRESSION_NUMBER: return evaluate_number(e, x);
    case EXPRESSION_BOOL: return value_node(graph_constant(e->graph, BOOL, x->truth));
    case EXPRESSION_NAME: return in_space(e, evaluate_name(e, x));
    case EXPRESSION_UNARY: return evaluate_unary(e, x);
    case EXPRESSION_BINARY: return evaluate_binary(e, x);
    case EXPRESSION_IF: return evaluate_if(e, x);
    case EXPRESSION_CALL: return evaluate_call(e, x);
    case EXPRESSION_REDUCE: return evaluate_reduce(e, x);
    case EXPRESSION_SUBSCRIPT: return evaluate_subscript(e, x);
    case EXPRESSION_MEMBER: return in_space(e, evaluate_member(e, x));
    case EXPRESSION_ABSOLUTE: return call_library(e, "abs", x, x->left);
    case EXPRESSION_NORM: return call_library(e, "norm", x, x->left);
    case EXPRESSION_LIST: return evaluate_list(e, x);
    }
    return value_error();
}

struct value evaluate(struct elaborator *e, const struct expression *x)
{
    struct value value = evaluate_kind(e, x);
    observe(e, x->span, &value);
    return value;
}
