/* elaborate_derivative.c: grad, jvp and jacobian inside programs, and rules.
 *
 * A name that a body differentiates with respect to is a MARK node (elaborate_statement.c), so "only
 * dependence through that name counts" is a property of the graph. */
#include "elaborator.h"

#include <string.h>

static bool reaches(struct elaborator *e, struct node *from, const struct node *to,
                    const struct node *barrier, bool through_stops)
{
    char *seen = arena_allocate(e->arena, e->graph->nodes_count);
    size_t count = 0, capacity = 64;
    struct node **stack = ARENA_ARRAY(e->arena, struct node *, capacity);
    stack[count++] = from;
    while (count) {
        struct node *node = stack[--count];
        if (node == barrier || seen[node->id] || (node->op == OP_STOP && !through_stops))
            continue;
        if (node == to)
            return true;
        seen[node->id] = 1;
        for (int i = 0; i < node->input_count; i++) {
            stack = arena_grow(e->arena, stack, count, &capacity, sizeof *stack);
            stack[count++] = node->inputs[i];
        }
    }
    return false;
}

bool depends_around(struct elaborator *e, struct node *from, const struct node *to,
                    const struct node *barrier)
{
    return reaches(e, from, to, barrier, true);
}

/* The value of a name or of a group's member, not tied to the branch that reads it. */
static struct value named_value(struct elaborator *e, const struct expression *x,
                                const struct binding *binding)
{
    if (x->kind == EXPRESSION_NAME)
        return binding->value;
    struct value group = named_value(e, x->left, binding);
    int i = 0;
    for (const struct parameter *member = group.kind == VALUE_GROUP ? group.group->parameters : NULL; member;
         member = member->next, i++)
        if (!strcmp(member->name, x->name))
            return group.items[i];
    return evaluate(e, x); /* reports what is wrong */
}

/* The target of a derivative: a name, or a group's member, at its present value. */
static bool derivative_target(struct elaborator *e, const struct expression *x, const char *function,
                              struct value *value, struct binding **binding)
{
    const struct expression *base = x;
    while (base->kind == EXPRESSION_MEMBER)
        base = base->left;
    if (base->kind != EXPRESSION_NAME) {
        fail(e, x->span,
             "%s goes by name: the second argument must be a parameter or a name assigned in this function",
             function);
        return false;
    }
    *binding = find_binding(e, base->name);
    if (!*binding) {
        evaluate(e, base); /* reports a name without a value */
        if (map_get(&e->frame->sizes, base->name) || map_get(&e->frame->unit->dims, base->name))
            fail(e, x->span, "%s is a size; a derivative is taken with respect to a real value", base->name);
        return false;
    }
    *value = named_value(e, x, *binding);
    return value->kind != VALUE_ERROR;
}

/* Whether a node is what the name stands for now: the mark of a member beside the one that is asked for. */
static bool is_present(struct value value, const struct node *mark)
{
    if (value.kind != VALUE_GROUP)
        return (value.kind == VALUE_NODE || value.kind == VALUE_NUMBER) && value.node == mark;
    int i = 0;
    for (const struct parameter *member = value.group->parameters; member; member = member->next, i++)
        if (is_present(value.items[i], mark))
            return true;
    return false;
}

/* What the loop of a RESULT has for it at the end of its rounds. */
static struct node *end_of(const struct node *result)
{
    const struct loop *loop = result->inputs[0]->loop;
    return result->result < loop->carried_count ? loop->next[result->result]
                                                : loop->collected[result->result - loop->carried_count];
}

static bool may_run_no_round(struct elaborator *e, const struct loop *loop)
{
    return loop->is_branch || loop->condition ||
           size_nonnegative(size_subtract(size_subtract(loop->end, loop->begin), size_number(e->sizes, 1))) !=
               ALWAYS;
}

/* Whether a loop or branch gives x and, computed from x's value in it, something else that y takes up, not by
 * way of the barrier. The graph has no path for this behind the loop. */
static bool depends_inside(struct elaborator *e, struct node *y, struct node *x, const struct node *barrier)
{
    const struct node *result = x;
    while (result->op == OP_MARK)
        result = result->inputs[0];
    if (result->op != OP_RESULT)
        return false;
    const struct loop *loop = result->inputs[0]->loop;
    for (size_t id = (size_t)result->inputs[0]->id; id < e->graph->nodes_count; id++) {
        const struct node *other = e->graph->nodes[id];
        if (other->op != OP_RESULT || other->inputs[0] != result->inputs[0] || other == result ||
            !reaches(e, y, other, barrier, false))
            continue;
        if (reaches(e, end_of(other), end_of(result), NULL, false) ||
            depends_inside(e, end_of(other), end_of(result), end_of(result)))
            return true;
        if (other->result < loop->carried_count && result->result < loop->carried_count &&
            may_run_no_round(e, loop) &&
            depends_inside(e, loop->initial[other->result], loop->initial[result->result],
                           loop->initial[result->result]))
            return true;
    }
    /* What the loop leaves as it is, is none of its results. */
    return result->result < loop->carried_count && may_run_no_round(e, loop) &&
           depends_inside(e, y, loop->initial[result->result], barrier);
}

static struct node *target_node(struct elaborator *e, struct value value, struct binding *binding,
                                struct span at, struct node *y)
{
    struct node *node = as_real(e, value, at);
    if (!node)
        return NULL;
    for (size_t i = 0; y && i < binding->marks_count; i++) {
        struct node *old = binding->marks[i];
        if (old != node && old->id < node->id && value.kind != VALUE_GROUP &&
            !is_present(binding->value, old) && depends_around(e, y, old, node) &&
            !depends_around(e, y, node, NULL)) {
            fail(e, at, "%s was assigned again after this value was computed from it", binding->name);
            note(e, binding->span, "%s is assigned again here", binding->name);
            return NULL;
        }
    }
    if (y && binding->is_result && depends_inside(e, y, node, node)) {
        fail(e, at, "a part of this value was computed from %s within the loop or branch that assigned it",
             binding->name);
        note(e, at,
             "compute it behind the loop or branch, from what %s is there; stop_gradient(…) leaves it out",
             binding->name);
        return NULL;
    }
    return node;
}

/* Whether y reaches x through earlier rounds is known when the loops are complete (elaborate_loop.c). */
static void check_in_blocks(struct elaborator *e, struct node *y, struct node *x, const char *name,
                            struct span at)
{
    for (struct block *block = e->frame->block; block; block = block->outer) {
        struct derivative_check check = {y, x, name, at};
        ARENA_APPEND(e->arena, block, derivatives, check);
    }
}

/* What is asked for of a target, by a function for one tensor; of a group's members one by one. */
typedef struct value by_tensor(struct elaborator *e, struct node *y, struct node *x, struct span call);

static struct value by_members(struct elaborator *e, by_tensor *derivative, struct node *y, struct value x,
                               struct binding *binding, struct span at, struct span call)
{
    if (x.kind == VALUE_GROUP) {
        struct value result = x;
        result.items = ARENA_ARRAY(e->arena, struct value, x.count);
        for (int i = 0; i < x.count; i++) {
            result.items[i] = by_members(e, derivative, y, x.items[i], binding, at, call);
            if (result.items[i].kind == VALUE_ERROR)
                return value_error();
        }
        return result;
    }
    struct node *wrt = target_node(e, x, binding, at, y);
    if (!wrt)
        return value_error();
    check_in_blocks(e, y, wrt, binding->name, at);
    return derivative(e, y, wrt, call);
}

static struct value gradient_of(struct elaborator *e, struct node *y, struct node *x, struct span call)
{
    (void)call;
    struct node *one = constant_real(e, 1), *adjoint;
    differentiate(e->graph, e->derivatives, &y, &one, 1, &x, 1, &adjoint);
    return value_node(adjoint);
}

static struct value jacobian_of(struct elaborator *e, struct node *y, struct node *x, struct span call)
{
    if (y->rank + x->rank > MOST_AXES) {
        fail(e, call, "the jacobian of %s by %s has %d axes; a tensor has at most %d", shape_text(e, y),
             shape_text(e, x), y->rank + x->rank, MOST_AXES);
        return value_error();
    }
    return value_node(differentiate_jacobian(e->graph, e->derivatives, y, x));
}

/* Where a jvp starts: tensors, of groups their members, and the direction of each. */
struct directions {
    struct node **x, **v;
    size_t count;
};

static size_t tensor_count(struct value x)
{
    size_t count = x.kind != VALUE_GROUP;
    for (int i = 0; x.kind == VALUE_GROUP && i < x.count; i++)
        count += tensor_count(x.items[i]);
    return count;
}

static bool add_directions(struct elaborator *e, struct directions *directions, struct node *y,
                           struct value x, struct value v, struct binding *binding, struct span at,
                           struct span at_v)
{
    if (x.kind == VALUE_GROUP) {
        if (v.kind != VALUE_GROUP || v.group != x.group) {
            if (v.kind != VALUE_ERROR)
                fail(e, at_v, "the direction is %s, but %s is %s", value_text(e, &v), binding->name,
                     value_text(e, &x));
            return false;
        }
        for (int i = 0; i < x.count; i++)
            if (!add_directions(e, directions, y, x.items[i], v.items[i], binding, at, at_v))
                return false;
        return true;
    }
    struct node *wrt = target_node(e, x, binding, at, y);
    struct node *direction = wrt ? as_real(e, v, at_v) : NULL;
    if (!direction)
        return false;
    check_in_blocks(e, y, wrt, binding->name, at);
    bool same = direction->rank == wrt->rank;
    for (int a = 0; same && a < wrt->rank; a++)
        same = direction->shape[a] == wrt->shape[a];
    if (!same) {
        fail(e, at_v, "the direction is %s, but %s is %s", shape_text(e, direction), binding->name,
             shape_text(e, wrt));
        return false;
    }
    directions->x[directions->count] = wrt;
    directions->v[directions->count++] = direction;
    return true;
}

static struct value evaluate_jvp(struct elaborator *e, struct node *y, struct value x,
                                 struct binding *binding, struct span at, const struct expression *direction)
{
    size_t count = tensor_count(x);
    struct directions directions = {ARENA_ARRAY(e->arena, struct node *, count + 1),
                                    ARENA_ARRAY(e->arena, struct node *, count + 1), 0};
    struct node *tangent;
    if (!add_directions(e, &directions, y, x, evaluate(e, direction), binding, at, direction->span))
        return value_error();
    differentiate_forward(e->graph, e->derivatives, directions.x, directions.v, directions.count, &y, 1,
                          &tangent);
    return value_node(tangent);
}

static bool read_arguments(struct elaborator *e, const struct expression *call,
                           const struct expression **arguments, int count, const char *usage)
{
    int i = 0;
    for (const struct argument *a = call->arguments; a; a = a->next, i++) {
        if (i >= count || a->name) {
            fail(e, a->span, "%s is written %s", call->name, usage);
            return false;
        }
        arguments[i] = a->value;
    }
    if (i < count)
        fail(e, call->span, "%s is written %s", call->name, usage);
    return i == count;
}

struct value evaluate_derivative(struct elaborator *e, const struct expression *call)
{
    bool is_jvp = !strcmp(call->name, "jvp"), is_grad = !strcmp(call->name, "grad");
    const struct expression *arguments[3];
    if (!read_arguments(e, call, arguments, is_jvp ? 3 : 2,
                        is_jvp    ? "jvp(y, x, v)"
                        : is_grad ? "grad(y, x)"
                                  : "jacobian(y, x)"))
        return value_error();
    struct node *y = as_real(e, evaluate(e, arguments[0]), arguments[0]->span);
    struct value x;
    struct binding *binding;
    if (!y || !derivative_target(e, arguments[1], call->name, &x, &binding))
        return value_error();
    if (is_grad && y->rank) {
        fail(e, arguments[0]->span, "grad takes a scalar, but this is %s; sum it, or use jacobian",
             shape_text(e, y));
        note_operand(e, arguments[0]->span);
        return value_error();
    }
    if (is_jvp)
        return evaluate_jvp(e, y, x, binding, arguments[1]->span, arguments[2]);
    return by_members(e, is_grad ? gradient_of : jacobian_of, y, x, binding, arguments[1]->span, call->span);
}

/* ---- Rules ---- */

/* An adjoint in the library may be larger than its parameter by broadcasting: the excess is summed. */
static struct node *sum_to_shape(struct elaborator *e, struct node *adjoint, const struct node *like)
{
    int lead = adjoint->rank - like->rank;
    if (lead < 0)
        return adjoint;
    adjoint = graph_reduce(e->graph, OP_SUM, adjoint, (1u << lead) - 1);
    for (int a = 0; a < like->rank; a++)
        if (like->shape[a] != adjoint->shape[a])
            adjoint = graph_insert_axis(e->graph, graph_reduce(e->graph, OP_SUM, adjoint, 1u << a), a);
    return adjoint;
}

static struct node *rule_adjoint(struct elaborator *e, const struct definition *rule, const char *name,
                                 struct node *argument, struct span at)
{
    const char *adjoint_name = arena_print(e->arena, "d_%s", name);
    struct binding *binding = find_binding(e, adjoint_name);
    if (!binding) {
        if (!e->frame->unit->is_library)
            fail(e, rule->span, "the rule of %s must assign %s", rule->name, adjoint_name);
        return NULL;
    }
    struct node *adjoint = as_real(e, binding->value, binding->span);
    if (!adjoint)
        return NULL;
    if (e->frame->unit->is_library)
        adjoint = sum_to_shape(e, adjoint, argument);
    bool fits = adjoint->rank == argument->rank;
    for (int a = 0; fits && a < adjoint->rank; a++)
        fits = adjoint->shape[a] == argument->shape[a];
    if (!fits) {
        fail(e, binding->span, "%s is %s, but must have the shape of %s, which is %s", adjoint_name,
             shape_text(e, adjoint), name, shape_text(e, argument));
        if (!e->frame->caller->is_export)
            note(e, at, "in this call");
        return NULL;
    }
    return graph_broadcast(e->graph, adjoint, argument->rank, argument->shape);
}

static int count_names(const struct parameter *parameters, const struct result *results)
{
    int count = 0;
    for (; parameters; parameters = parameters->next)
        count++;
    for (; results; results = results->next)
        count++;
    return count;
}

/* The last axis, which most functions run along, need not be said. */
static const char *axis_text(struct elaborator *e, const struct value *axis)
{
    int64_t number;
    if (axis->kind != VALUE_NUMBER || !size_is_number(axis->number, &number) || number == -1)
        return "";
    return arena_print(e->arena, ", axis = %lld", (long long)number);
}

void apply_rule(struct elaborator *e, struct frame *call, const struct definition *rule,
                struct value *arguments, struct span *spans)
{
    int count = count_names(rule->parameters, NULL), outputs = count_names(NULL, rule->outputs);
    if (count != count_names(call->definition->parameters, NULL) || (size_t)outputs != call->output_count) {
        fail(e, rule->span, "the rule of %s names %d parameter%s and %d output%s, but %s has %d and %zu",
             rule->name, count, count == 1 ? "" : "s", outputs, outputs == 1 ? "" : "s", rule->name,
             count_names(call->definition->parameters, NULL), call->output_count);
        note(e, call->definition->span, "%s is defined here", rule->name);
        return;
    }
    for (size_t i = 0; i < call->output_count; i++)
        if (call->outputs[i].kind == VALUE_ERROR)
            return;
    struct rule *record = ARENA_NEW(e->arena, struct rule);
    record->argument_count = count;
    record->output_count = outputs;
    record->name = rule->name;
    record->is_tame = call->unit->is_library; /* what rules are for there */
    record->axis = call->unit->is_library ? NULL : "";
    record->arguments = ARENA_ARRAY(e->arena, struct node *, count + 1);
    record->adjoints = ARENA_ARRAY(e->arena, struct node *, count + 1);
    record->outputs = ARENA_ARRAY(e->arena, struct node *, outputs);
    record->seeds = ARENA_ARRAY(e->arena, struct node *, outputs);

    struct frame *frame = new_frame(e, call->unit, rule, call->call);
    frame->sizes = call->sizes;
    frame->caller = call;
    e->frame = frame;
    int i = 0;
    for (const struct parameter *p = rule->parameters; p; p = p->next, i++) {
        if (arguments[i].node && arguments[i].node->type == REAL)
            record->arguments[i] = arguments[i].node;
        if (arguments[i].kind != VALUE_NODE)
            record->axis = axis_text(e, &arguments[i]);
        bind(e, p->name, arguments[i], p->span, true);
    }
    i = 0;
    for (const struct result *output = rule->outputs; output; output = output->next, i++) {
        struct value value = call->outputs[i];
        if (value_is_tensor(&value) && value.kind != VALUE_NODE)
            value = value_node(as_real(e, value, output->span));
        if (value.kind == VALUE_NODE && value.node->type == REAL) {
            struct node *primal = value.node;
            value.node = record->outputs[i] = graph_custom(e->graph, primal, record, i);
            record->seeds[i] = graph_placeholder(e->graph, REAL, arena_print(e->arena, "d_%s", output->name),
                                                 primal->rank, primal->shape);
            struct value adjoint = value_node(record->seeds[i]);
            adjoint.indexed = value.indexed;
            bind(e, arena_print(e->arena, "d_%s", output->name), adjoint, output->span, true);
            value.node->name = primal->name;
            value.node->named_by_user = primal->named_by_user;
        }
        call->outputs[i] = value;
        bind(e, output->name, value, output->span, true);
    }
    int errors = e->diagnostics->error_count;
    execute(e, rule->body);
    i = 0;
    for (const struct parameter *p = rule->parameters; p && errors == e->diagnostics->error_count;
         p = p->next, i++)
        if (record->arguments[i])
            record->adjoints[i] = rule_adjoint(e, rule, p->name, record->arguments[i], spans[i]);
    e->frame = call;
}
