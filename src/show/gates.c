/* gates.c: see gates.h. Calls are found by their ends: what lies between a call's outputs and its arguments
 * is inside, if nothing else is read there. */
#include "gates.h"

#include <string.h>

#include "graph_internal.h"
#include "math_print.h"
#include "region.h"
#include "routine.h"

/* ---- Values ---- */

/* Whether the view only repeats its source along further axes. */
static bool is_broadcast(const struct node *node)
{
    int next = 0;
    if (node->input_count != 1 || node->fill)
        return false;
    for (int s = 0; s < node->inputs[0]->rank; s++) {
        const struct affine *affine = &node->subscripts[s];
        int axis = -1;
        for (int a = 0; a < node->rank; a++)
            if (affine->coefficients[a])
                axis = axis < 0 ? a : node->rank;
        if (!size_is(affine->offset, 0))
            return false;
        if (axis < 0 && size_is(node->inputs[0]->shape[s], 1))
            continue;
        if (axis < next || axis >= node->rank || !size_is(affine->coefficients[axis], 1) ||
            node->shape[axis] != node->inputs[0]->shape[s])
            return false;
        next = axis + 1;
    }
    return true;
}

/* What the node says in other words; NULL if it says something of its own. */
static struct node *said_by(const struct gates *gates, struct node *node)
{
    const struct loop *loop = gates->carrying[node->id];
    switch (node->op) {
    case OP_MARK:
    case OP_CAST_REAL: return node->inputs[0];
    case OP_INDEX: return is_broadcast(node) ? node->inputs[0] : NULL;
    case OP_RESHAPE: return node->extent ? node->inputs[0] : NULL;
    case OP_PLACEHOLDER:
        return loop && loop->is_branch ? loop->initial[gates->carried_place[node->id]] : NULL;
    default: return NULL;
    }
}

struct node *gate_value(const struct gates *gates, struct node *node)
{
    struct node *said;
    while ((said = said_by(gates, node)))
        node = said;
    return node;
}

/* Whether the value has a derivative of its own and shows the function that it is found by. */
static bool is_opened(const struct gates *gates, const struct node *value)
{
    return value->op == OP_CUSTOM && (gates->opens_calls || !value->rule->name);
}

/* The operator that gives the value: where functions are opened, that of their bodies. */
static struct node *operator_of(const struct gates *gates, struct node *value)
{
    while (is_opened(gates, value))
        value = gate_value(gates, value->inputs[0]);
    return value;
}

/* ---- Words ---- */

static bool has_no_name(const struct node *node, void *closure)
{
    (void)node, (void)closure;
    return false;
}

const char *gate_literal(const struct gates *gates, struct node *value)
{
    struct math_names names = {.is_leaf = has_no_name, .longest = 20};
    bool is_literal = value->op == OP_CONSTANT || value->op == OP_SIZE_VALUE || value->op == OP_IOTA;
    return is_literal ? math_print(gates->arena, value, &names) : NULL;
}

/* The number that stands beside the other operand, as in x + 1, x^2 and 1 / x; NULL: none, or two. */
static const char *number_beside(const struct gates *gates, const struct node *node, int *other)
{
    const char *texts[2] = {NULL, NULL};
    if (!operator_is_elementwise(node->op) || operator_info(node->op)->arity != 2)
        return NULL;
    for (int i = 0; i < 2; i++) {
        struct node *value = gate_value(gates, node->inputs[i]);
        texts[i] = value->op != OP_IOTA ? gate_literal(gates, value) : NULL;
    }
    *other = texts[0] ? 1 : 0;
    return texts[0] && texts[1] ? NULL : texts[1 - *other];
}

static const char *symbol_of(enum op op)
{
    return op == OP_QUOTIENT ? "/" : operator_info(op)->sign;
}

static const char *label_beside(const struct gates *gates, const struct node *node, const char *number,
                                int other)
{
    const char *symbol = symbol_of(node->op);
    if (!symbol)
        return arena_print(gates->arena, other == 0 ? "%s(·, %s)" : "%s(%s, ·)",
                           operator_info(node->op)->name, number);
    if (node->op == OP_POW)
        return arena_print(gates->arena, other == 0 ? "^%s" : "%s^", number);
    if (other == 0 || node->op == OP_ADD || node->op == OP_MUL)
        return arena_print(gates->arena, "%s %s", symbol, number);
    return arena_print(gates->arena, "%s %s", number, symbol);
}

static bool has_axis(const signed char *axes, int rank, int axis)
{
    for (int a = 0; a < rank; a++)
        if (axes[a] == axis)
            return true;
    return false;
}

/* Whether the contraction is a matrix product: of matrices and vectors, mapped over leading axes of both. */
static bool is_matrix_product(const struct node *node)
{
    const struct node *a = node->inputs[0], *b = node->inputs[1];
    int shared = 0;
    for (int axis = 0; axis < node->rank; axis++)
        shared += has_axis(node->a_axes, a->rank, axis) && has_axis(node->b_axes, b->rank, axis);
    for (int s = 0; s < shared; s++)
        if (node->a_axes[s] != s || node->b_axes[s] != s)
            return false;
    int a_rank = a->rank - shared, b_rank = b->rank - shared, least = shared > 0 ? 2 : 1;
    bool is_stack = node->a_axes[a->rank - 1] >= node->rank; /* of matrices, all times the same b */
    for (int s = 0; s < a->rank - 1; s++)
        is_stack = is_stack && node->a_axes[s] == s;
    bool is_matrix = a_rank < 2 || (a_rank == 2 && has_axis(node->a_axes, a->rank, shared));
    return node->reduced == 1 && (is_matrix || is_stack) && a_rank >= least && b_rank >= least && b_rank <= 2;
}

/* A matrix that is read along its other axis is transposed. */
static const char *product_label(const struct node *node)
{
    const struct node *a = node->inputs[0], *b = node->inputs[1];
    if (node->reduced == 0)
        return "*";
    if (!is_matrix_product(node))
        return "sum *";
    bool a_turned = a->rank >= 2 && node->a_axes[a->rank - 1] < node->rank;
    bool b_turned = b->rank >= 2 && node->b_axes[b->rank - 1] >= node->rank;
    return a_turned && b_turned ? "' @ '" : a_turned ? "' @" : b_turned ? "@ '" : "@";
}

static bool is_any_leaf(const struct node *node, void *closure)
{
    return node != closure;
}

static const char *empty_name(const struct node *node, void *closure)
{
    (void)node, (void)closure;
    return "";
}

/* The axes that a reduction leaves others beside: `sum 0`. */
static const char *reduction_label(const struct gates *gates, const struct node *node)
{
    const char *text = operator_info(node->op)->name;
    unsigned all = (1u << node->inputs[0]->rank) - 1;
    for (int a = 0; a < node->inputs[0]->rank && node->axes != all; a++)
        if (node->axes >> a & 1)
            text = arena_print(gates->arena, "%s %d", text, a);
    return text;
}

static const char *elementwise_label(const struct gates *gates, const struct node *node)
{
    int other;
    const char *number = number_beside(gates, node, &other), *symbol = symbol_of(node->op);
    if (number)
        return label_beside(gates, node, number, other);
    switch (node->op) {
    case OP_NEG: return "* -1";
    case OP_ABS: return "| |";
    case OP_SELECT: return "if";
    default: return symbol ? symbol : operator_info(node->op)->name;
    }
}

static const char *call_label(const char *name)
{
    return strcmp(name, "squared_norm") == 0 ? "||·||²" : strcmp(name, "norm") == 0 ? "||·||" : name;
}

bool gate_is_element(const struct gates *gates, struct node *value)
{
    return value->op == OP_INDEX && value->rank == 0 && value->input_count == 1 && !value->fill &&
           gate_value(gates, value->inputs[0])->op == OP_PARAMETER && !gates->call_of[value->id];
}

bool gate_is_source(const struct gates *gates, struct node *value)
{
    return value->op == OP_PARAMETER || value->op == OP_PLACEHOLDER || gate_is_element(gates, value);
}

/* Whether no gate gives it. */
static bool is_end(const struct gates *gates, struct node *value)
{
    return value->op == OP_PARAMETER || value->op == OP_PLACEHOLDER || gate_literal(gates, value);
}

const char *gate_label(const struct gates *gates, struct node *value)
{
    if (gates->call_of[value->id])
        return call_label(gates->call_of[value->id]->call->name);
    struct node *node = operator_of(gates, value);
    struct math_names names = {is_any_leaf, empty_name, node, 24, NULL};
    if (is_end(gates, node))
        return node == value ? NULL : "=";
    if (operator_is_elementwise(node->op))
        return elementwise_label(gates, node);
    switch (node->op) {
    case OP_RESULT: return node->loop->is_branch ? "if" : "last";
    case OP_INDEX: return math_print(gates->arena, node, &names);
    case OP_CONTRACT: return product_label(node);
    case OP_CUSTOM: return node->rule->name;
    case OP_STOP: return "stop_gradient";
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL: return reduction_label(gates, node);
    default: return node_operator_name(node);
    }
}

bool gate_is_call(const struct gates *gates, const struct node *value)
{
    return gates->call_of[value->id] || (value->op == OP_CUSTOM && !is_opened(gates, value));
}

/* ---- Operands ---- */

struct list {
    struct node **nodes;
    size_t nodes_count, nodes_capacity;
};

static void add_operand(const struct gates *gates, struct list *list, struct node *node)
{
    struct node *value = gate_value(gates, node);
    ARENA_APPEND(gates->arena, list, nodes, value);
}

enum { INSIDE = 1, ARGUMENT, REACHED };

/* What stands between a call's values and its arguments is inside; the arguments that are met are its
 * operands. If an input or a carried value is met past them, the call has ends that are not known. */
static void find_ends(const struct gates *gates, struct called *called)
{
    const struct call *call = called->call;
    struct list stack = {0}, seen = {0};
    called->ends = CALL_CLOSED;
    for (size_t i = 0; i < call->arguments_count; i++) {
        struct node *argument = gate_value(gates, call->arguments[i]);
        gates->marks[argument->id] = ARGUMENT;
        ARENA_APPEND(gates->arena, &seen, nodes, argument);
    }
    for (size_t i = 0; i < call->outputs_count; i++)
        add_operand(gates, &stack, call->outputs[i]);
    while (stack.nodes_count > 0) {
        struct node *node = stack.nodes[--stack.nodes_count], *const * needed;
        unsigned char *mark = &gates->marks[node->id];
        if (*mark == ARGUMENT)
            *mark = REACHED;
        if (*mark)
            continue;
        *mark = INSIDE;
        ARENA_APPEND(gates->arena, &seen, nodes, node);
        if (node->op == OP_PARAMETER || node->op == OP_PLACEHOLDER)
            called->ends = CALL_OPEN;
        size_t count = node_dependencies(gates->function->graph, node, &needed);
        for (size_t i = 0; i < count; i++)
            add_operand(gates, &stack, needed[i]);
    }
    for (size_t i = 0; i < seen.nodes_count; i++) {
        struct node *node = seen.nodes[i];
        if (gates->marks[node->id] == REACHED)
            ARENA_APPEND(gates->arena, called, operands, node);
        gates->marks[node->id] = 0;
    }
}

/* One of the calls that give a value. */
struct giver {
    struct called *called;
    struct giver *inner;
};

static void find_givers(struct gates *gates)
{
    const struct graph *graph = gates->function->graph;
    for (size_t i = 0; i < graph->calls_count && !gates->opens_calls; i++) {
        const struct call *call = graph->calls[i];
        struct called *called = ARENA_NEW(gates->arena, struct called);
        *called = (struct called){.call = call, .number = i};
        for (size_t k = 0; k < call->outputs_count; k++) {
            struct node *value = gate_value(gates, call->outputs[k]);
            struct giver *giver = ARENA_NEW(gates->arena, struct giver);
            *giver = (struct giver){called, gates->givers[value->id]};
            gates->givers[value->id] = giver;
        }
    }
}

/* Whether a call gives back what it was given. */
static bool is_given(const struct gates *gates, const struct call *call, const struct node *value)
{
    for (size_t i = 0; i < call->arguments_count; i++)
        if (gate_value(gates, call->arguments[i]) == value)
            return true;
    return false;
}

/* The outermost call that gives the value and is a gate; NULL: none. */
static struct called *find_call(const struct gates *gates, struct node *value)
{
    for (const struct giver *giver = gates->givers[value->id]; giver && !is_end(gates, value);
         giver = giver->inner) {
        struct called *called = giver->called;
        if (called->ends == CALL_UNKNOWN)
            find_ends(gates, called);
        if (called->ends == CALL_OPEN || is_given(gates, called->call, value))
            continue;
        called->first = called->first ? called->first : value;
        return called;
    }
    return NULL;
}

/* What a loop gives: its value at the end of the last round. What a branch gives: one of two values. */
static void result_operands(const struct gates *gates, const struct node *node, struct list *list)
{
    const struct loop *loop = node->loop;
    if (node->result >= loop->carried_count) {
        add_operand(gates, list, loop->collected[node->result - loop->carried_count]);
        return;
    }
    if (loop->is_branch)
        add_operand(gates, list, loop->condition);
    add_operand(gates, list, loop->next[node->result]);
    if (loop->is_branch)
        add_operand(gates, list, loop->initial[node->result]);
}

size_t gate_operands(const struct gates *gates, struct node *value, struct node ***operands)
{
    struct list list = {0};
    struct node *node = operator_of(gates, value);
    int other;
    if (gates->call_of[value->id]) {
        *operands = gates->call_of[value->id]->operands;
        return gates->call_of[value->id]->operands_count;
    }
    if (node != value && is_end(gates, node))
        add_operand(gates, &list, node);
    else if (gate_is_element(gates, value))
        ;
    else if (node->op == OP_RESULT)
        result_operands(gates, node, &list);
    else if (gates->carrying[node->id]) {
        add_operand(gates, &list, gates->carrying[node->id]->initial[gates->carried_place[node->id]]);
        add_operand(gates, &list, gates->carrying[node->id]->next[gates->carried_place[node->id]]);
    } else if (number_beside(gates, node, &other))
        add_operand(gates, &list, node->inputs[other]);
    else
        for (int i = node->op == OP_CUSTOM ? 1 : 0; i < node->input_count; i++)
            add_operand(gates, &list, node->inputs[i]);
    *operands = list.nodes;
    return list.nodes_count;
}

/* ---- The whole ---- */

static void find_loops(struct gates *gates)
{
    const struct graph *graph = gates->function->graph;
    for (size_t id = 0; id < graph->nodes_count; id++) {
        struct loop *loop = graph->nodes[id]->op == OP_LOOP ? graph->nodes[id]->loop : NULL;
        for (int k = 0; loop && k < loop->carried_count; k++) {
            gates->carrying[loop->carried[k]->id] = loop;
            gates->carried_place[loop->carried[k]->id] = k;
        }
        if (loop && !loop->is_branch) {
            gates->loop_nodes[gates->loops_count] = graph->nodes[id];
            gates->loops[gates->loops_count++] = loop;
        }
    }
}

/* Later LOOPs stand around earlier ones, or beside them; branches are no boxes. */
static void place_in_loops(struct gates *gates)
{
    const struct graph *graph = gates->function->graph;
    for (size_t id = graph->nodes_count; id-- > 0;) {
        struct loop *loop = graph->nodes[id]->op == OP_LOOP ? graph->nodes[id]->loop : NULL;
        if (!loop)
            continue;
        const struct region *region = region_of(graph, loop);
        gates->outer[id] = gates->loop_of[id];
        struct loop *box = loop->is_branch ? gates->loop_of[id] : loop;
        for (size_t i = 0; i < region->inside_count; i++)
            gates->loop_of[region->inside[i]->id] = box;
        for (int k = 0; k < loop->carried_count; k++)
            gates->loop_of[loop->carried[k]->id] = box;
    }
}

static void name_values(struct gates *gates)
{
    const struct graph *graph = gates->function->graph;
    for (size_t id = 0; id < graph->nodes_count; id++) {
        struct node *node = graph->nodes[id], *value = gate_value(gates, node);
        if (node->name && (node->named_by_user || node->op == OP_PARAMETER) && !gates->names[value->id])
            gates->names[value->id] = node->name;
    }
    for (size_t i = 0; i < gates->loops_count; i++) {
        const struct loop *loop = gates->loops[i];
        for (int k = 0; k < loop->carried_count; k++)
            gates->names[loop->carried[k]->id] = loop->carried[k]->name;
    }
}

static void draw_needed(struct gates *gates)
{
    const struct function *function = gates->function;
    struct list stack = {0};
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].value)
            add_operand(gates, &stack, function->members[i].value);
    while (stack.nodes_count > 0) {
        struct node *value = stack.nodes[--stack.nodes_count], **operands;
        if (gates->is_drawn[value->id])
            continue;
        gates->is_drawn[value->id] = 1;
        gates->call_of[value->id] = find_call(gates, value);
        if (gates->call_of[value->id] && !gates->call_of[value->id]->call->is_library)
            gates->names[value->id] = NULL; /* the first name, which it has in the function called */
        size_t count = gate_operands(gates, value, &operands);
        for (size_t i = 0; i < count; i++)
            ARENA_APPEND(gates->arena, &stack, nodes, operands[i]);
        const struct node *node = operator_of(gates, value);
        if (node->op == OP_RESULT && !gates->call_of[value->id] && node->loop->condition)
            add_operand(gates, &stack, node->loop->condition);
    }
}

struct gates *gates_of(struct arena *arena, const struct function *function, bool opens_calls)
{
    struct gates *gates = ARENA_NEW(arena, struct gates);
    size_t count = function->graph->nodes_count + 1;
    *gates = (struct gates){.arena = arena, .function = function, .opens_calls = opens_calls};
    gates->is_drawn = ARENA_ARRAY(arena, unsigned char, count);
    gates->call_of = ARENA_ARRAY(arena, struct called *, count);
    gates->givers = ARENA_ARRAY(arena, struct giver *, count);
    gates->marks = ARENA_ARRAY(arena, unsigned char, count);
    gates->names = ARENA_ARRAY(arena, const char *, count);
    gates->carrying = ARENA_ARRAY(arena, struct loop *, count);
    gates->carried_place = ARENA_ARRAY(arena, int, count);
    gates->loop_of = ARENA_ARRAY(arena, struct loop *, count);
    gates->outer = ARENA_ARRAY(arena, struct loop *, count);
    gates->loops = ARENA_ARRAY(arena, struct loop *, count);
    gates->loop_nodes = ARENA_ARRAY(arena, struct node *, count);
    find_loops(gates);
    place_in_loops(gates);
    name_values(gates);
    find_givers(gates);
    draw_needed(gates);
    return gates;
}
