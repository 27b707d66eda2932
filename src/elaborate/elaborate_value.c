/* elaborate_value.c: what a value can stand for (a node, a real, an int, a size, an axis), and broadcasting.
 */
#include "elaborator.h"

#include <math.h>

#include <stdint.h>
#include <string.h>

/* ---- Values and what they can stand for ---- */

struct value value_error(void)
{
    return (struct value){.kind = VALUE_ERROR};
}

struct value value_node(struct node *node)
{
    return node ? (struct value){.kind = VALUE_NODE, .node = node} : value_error();
}

struct value value_number(size *number)
{
    return (struct value){.kind = VALUE_NUMBER, .number = number};
}

struct value value_whole(struct elaborator *e, int64_t number)
{
    return value_number(size_number(e->sizes, number));
}

struct node *constant_real(struct elaborator *e, double value)
{
    return graph_constant(e->graph, REAL, value);
}

bool value_is_tensor(const struct value *value)
{
    return value->kind == VALUE_NODE || value->kind == VALUE_NUMBER || value->kind == VALUE_LIST;
}

bool value_is_int(const struct value *value)
{
    return value->kind == VALUE_NODE && value->node->type == INT;
}

/* p/q as a real: the whole polynomial p, divided by the number q. */
static struct node *number_as_real(struct elaborator *e, size *number)
{
    if (e->space.count && is_indexed(e, &(struct value){.kind = VALUE_NUMBER, .number = number}))
        return index_number(e, number, REAL);
    int64_t denominator = size_denominator(number);
    size *whole = denominator == 1 ? number : size_multiply(number, size_number(e->sizes, denominator));
    struct node *node = graph_size(e->graph, REAL, whole);
    return denominator == 1 ? node
                            : graph_binary(e->graph, OP_DIV, node, constant_real(e, (double)denominator));
}

/* [a, b, c] as a tensor: each item broadcast to the common shape and stored along a new first axis. */
static struct node *list_as_node(struct elaborator *e, const struct value *list, struct span at)
{
    int count = list->count;
    struct node **nodes = ARENA_ARRAY(e->arena, struct node *, count);
    struct span *spans = ARENA_ARRAY(e->arena, struct span, count);
    bool any_real = false;
    if (count == 0) {
        fail(e, at, "a list without elements is no tensor");
        note(e, at,
             "what a loop makes is collected: for i in 0..n { y[i] = … }; to begin with, zeros([n]) has n "
             "elements");
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        if (is_indexed(e, &list->items[i])) {
            fail(e, at, "elements named by indices cannot stand in a list; each is one scalar of many");
            note(e, at,
                 "an index of their own tells them apart: y[i, k < 2] = if k == 0 then a[i] else b[i]");
            return NULL;
        }
        nodes[i] = as_node(e, list->items[i], at);
        if (!nodes[i])
            return NULL;
        spans[i] = at;
        any_real = any_real ||
                   (nodes[i]->type == REAL && (list->items[i].kind != VALUE_NUMBER || list->items[i].node));
    }
    for (int i = 0; i < count; i++) {
        if (nodes[i]->type == BOOL) {
            fail(e, at, "a list of truth values cannot be stacked; real(…) makes numbers of them");
            return NULL;
        }
        if (!any_real && nodes[0]->type == INT && list->items[i].kind == VALUE_NUMBER)
            nodes[i] = as_int(e, list->items[i], at);
        else if (nodes[i]->type == INT && any_real) {
            fail(e, at, "a list of int and real values cannot be stacked; real(…) converts");
            return NULL;
        }
    }
    if (!broadcast_together(e, nodes, spans, count, at, "a list"))
        return NULL;
    int rank = nodes[0]->rank + 1;
    if (rank > MOST_AXES) {
        fail(e, at, "a tensor has at most %d axes", MOST_AXES);
        return NULL;
    }
    size **shape = ARENA_ARRAY(e->arena, size *, rank);
    shape[0] = size_number(e->sizes, count);
    memcpy(shape + 1, nodes[0]->shape, sizeof *shape * (size_t)(rank - 1));
    struct node *sum = NULL;
    for (int i = 0; i < count; i++) {
        struct affine *subscripts = ARENA_ARRAY(e->arena, struct affine, rank);
        for (int a = 0; a < rank; a++) {
            subscripts[a].offset = size_number(e->sizes, a ? 0 : i);
            subscripts[a].coefficients = ARENA_ARRAY(e->arena, size *, rank);
            if (a)
                subscripts[a].coefficients[a - 1] = size_number(e->sizes, 1);
        }
        struct node *part = graph_scatter(e->graph, nodes[i], rank, shape, subscripts, NULL, 0);
        sum = sum ? graph_binary(e->graph, OP_ADD, sum, part) : part;
    }
    return sum;
}

struct node *as_node(struct elaborator *e, struct value value, struct span at)
{
    switch (value.kind) {
    case VALUE_NODE: return value.node;
    case VALUE_NUMBER: return value.node ? value.node : number_as_real(e, value.number);
    case VALUE_LIST: return list_as_node(e, &value, at);
    case VALUE_ERROR: return NULL;
    default: fail(e, at, "%s is not a number or a tensor", value_text(e, &value)); return NULL;
    }
}

struct node *as_real(struct elaborator *e, struct value value, struct span at)
{
    struct node *node = as_node(e, value, at);
    if (!node || node->type == REAL)
        return node;
    fail(e, at, "a real value is needed here, but this is %s; real(…) converts", value_text(e, &value));
    return NULL;
}

struct node *as_int(struct elaborator *e, struct value value, struct span at)
{
    if (value.kind == VALUE_NUMBER && size_is_whole(value.number) && !value.divided) {
        int64_t number;
        if (size_is_number(value.number, &number) && (number < INT32_MIN || number > INT32_MAX)) {
            fail(e, at, "%lld does not fit a 32-bit int", (long long)number);
            return NULL;
        }
        return in_branch(e, is_indexed(e, &value) ? index_number(e, value.number, INT)
                                                  : graph_size(e->graph, INT, value.number));
    }
    if (value.kind == VALUE_ERROR)
        return NULL;
    if (value.kind == VALUE_LIST) {
        for (int i = 0; i < value.count; i++) {
            bool indexed = is_indexed(e, &value.items[i]);
            struct node *item = as_int(e, value.items[i], at);
            if (!item)
                return NULL;
            value.items[i] = value_node(item);
            value.items[i].indexed = indexed;
        }
        return list_as_node(e, &value, at);
    }
    if (value.kind == VALUE_NODE && value.node->type == INT)
        return value.node;
    fail(e, at, "an int or a whole number is needed here, but this is %s",
         value.kind == VALUE_NODE && value.node->type == REAL
             ? arena_print(e->arena, "real%s%s", value.node->rank ? " " : "",
                           value.node->rank ? shape_text(e, value.node) : "")
             : value_text(e, &value));
    const struct node *node = value.kind == VALUE_NODE ? value.node : NULL;
    if (node && node->op == OP_PARAMETER && node->name)
        note(e, at, "whole numbers are declared %s: int%s", node->name,
             node->rank ? shape_text(e, node) : "");
    return NULL;
}

struct value as_int_like(struct elaborator *e, const struct value *like, struct value value, struct span at)
{
    bool is_whole = value.kind == VALUE_NUMBER && size_is_whole(value.number) && !value.divided;
    return is_whole && like->kind == VALUE_NODE && like->node->type == INT ? value_node(as_int(e, value, at))
                                                                           : value;
}

struct node *as_bool(struct elaborator *e, struct value value, struct span at, const char *what)
{
    if (value.kind == VALUE_ERROR)
        return NULL;
    if (value.kind == VALUE_NODE && value.node->type == BOOL)
        return value.node;
    fail(e, at, "%s must be a truth value, but this is %s; compare it, as in x != 0", what,
         value_text(e, &value));
    return NULL;
}

/* Whether a node is a parameter of the function being exported, possibly under a name. */
static bool is_exported_parameter(const struct elaborator *e, const struct node *node)
{
    while (node->op == OP_MARK)
        node = node->inputs[0];
    return node->op == OP_PARAMETER && e->function;
}

const char *const a_subscript = "a subscript";
const char *const a_bound = "a subscript's bound";

/* What a loop counts up from a number is a real: a number alone is none of the ints. */
void note_counter(struct elaborator *e, const struct value *value, struct span at)
{
    if (value->kind != VALUE_NODE || value->node->type != REAL || value->node->rank)
        return;
    const struct node *node = value->node;
    if (node->op == OP_PLACEHOLDER || node->op == OP_RESULT)
        note(e, at, "if it is to count in whole numbers, let it begin as an int before the loop: int(0)");
}

static void fail_not_static(struct elaborator *e, struct value value, struct span at, const char *what)
{
    if (value.kind == VALUE_ERROR)
        return;
    if (value.kind == VALUE_NODE && is_exported_parameter(e, value.node) && value.node->rank == 0) {
        if (e->quiet_export) {
            e->not_exportable = true;
            e->static_need = at;
            return;
        }
        fail(e, at,
             "%s must be known when compiling, but here it is the parameter %s of an exported function", what,
             value.node->op == OP_PARAMETER ? value.node->name : "");
        if (!strcmp(what, a_subscript))
            note(e, at, "`%s: int` declares a whole number, which may be a subscript",
                 value.node->op == OP_PARAMETER ? value.node->name : "i");
        else
            note(e, at,
                 "a function that takes %s as a parameter can be called but not exported; `n: size` declares "
                 "a size",
                 what);
        return;
    }
    double number;
    if (value.kind == VALUE_NODE && value.node->rank == 0 && graph_is_constant(value.node, &number) &&
        fabs(number) > 9e15) {
        fail(e, at, "%s must be a whole number of at most 9e15, but this is %g", what, number);
        return;
    }
    if (value.kind == VALUE_NODE && value.node->rank == 0 && value.node->type == REAL &&
        graph_is_constant(value.node, &number)) {
        fail(e, at, "%s must be a whole number, but this is %g", what, number);
        if (number == floor(number))
            note(e, at, "a whole number is written without point and exponent: %.0f", number);
        return;
    }
    fail(e, at, "%s must be a number or size known when compiling, but this is %s", what,
         value_text(e, &value));
    if (value.kind != VALUE_NODE)
        return;
    if (value.node->type == INT && !strcmp(what, a_bound))
        note(e, at, "a part that begins at an int is written by indices: y[p < 2] = x[k + p]");
    if (value.node->type == BOOL && value.node->rank)
        note(e, at, "what a mask leaves out is 0 in if c then x else 0, as in sum(if x > 0 then x else 0)");
    if (value.node->op == OP_DIV && value.node->inputs[0]->op == OP_SIZE_VALUE &&
        value.node->inputs[1]->op == OP_SIZE_VALUE)
        note(e, at,
             "a size is divided by a number alone, as in n/2; a quotient of sizes can be one of its own, k: "
             "size");
    if (value.node->type == REAL && !strcmp(what, a_subscript)) {
        note(e, at, "a subscript may be an int, too: int(…) makes one of a real");
        note_counter(e, &value, at);
    }
}

size *as_size(struct elaborator *e, struct value value, struct span at, const char *what)
{
    if (value.kind != VALUE_NUMBER) {
        fail_not_static(e, value, at, what);
        return NULL;
    }
    if (is_indexed(e, &value)) {
        fail(e, at, "%s must be known before the run, but this contains an index", what);
        return NULL;
    }
    if (size_overflowed(value.number)) {
        fail(e, at, "%s is too large", what);
        return NULL;
    }
    return require_whole(e, value.number, at) ? value.number : NULL;
}

bool as_whole(struct elaborator *e, struct value value, struct span at, const char *what, int64_t *number)
{
    size *whole = as_size(e, value, at, what);
    if (!whole)
        return false;
    if (size_is_number(whole, number))
        return true;
    fail(e, at, "%s must be a fixed number, but this is %s", what,
         size_print(e->arena, whole, SIZE_LANGUAGE));
    return false;
}

bool as_truth(struct elaborator *e, struct value value, struct span at, const char *what, bool *truth)
{
    double constant;
    if (value.kind == VALUE_NODE && value.node->type == BOOL && graph_is_constant(value.node, &constant)) {
        *truth = constant != 0;
        return true;
    }
    if (value.kind != VALUE_ERROR)
        fail(e, at, "%s must be true or false, known when compiling", what);
    return false;
}

bool as_axis(struct elaborator *e, struct value value, struct span at, int rank, int *axis)
{
    int64_t number;
    if (!as_whole(e, value, at, "an axis", &number))
        return false;
    if (number < -rank || number >= rank) {
        if (rank == 1)
            fail(e, at, "axis %lld of a vector: it has axis 0 alone", (long long)number);
        else if (rank)
            fail(e, at, "axis %lld of a tensor with %d axes: the axes are 0 to %d, or -1 to -%d from the end",
                 (long long)number, rank, rank - 1, rank);
        else
            fail(e, at, "axis %lld of a scalar: a scalar has no axes", (long long)number);
        return false;
    }
    *axis = (int)(number < 0 ? number + rank : number);
    return true;
}

/* ---- Broadcasting ---- */

static const char *cause_of_mismatch(struct elaborator *e, const size *a, const size *b)
{
    return arena_print(e->arena, "the sizes %s and %s differ", size_print(e->arena, a, SIZE_LANGUAGE),
                       size_print(e->arena, b, SIZE_LANGUAGE));
}

bool broadcast_together(struct elaborator *e, struct node **nodes, const struct span *spans, int count,
                        struct span point, const char *what)
{
    int rank = 0;
    for (int i = 0; i < count; i++)
        rank = nodes[i]->rank > rank ? nodes[i]->rank : rank;
    size *shape[MAXIMUM_RANK];
    int giver[MAXIMUM_RANK];
    for (int a = 0; a < rank; a++) {
        shape[a] = NULL;
        giver[a] = 0;
        for (int i = 0; i < count; i++) {
            int own = a - (rank - nodes[i]->rank);
            if (own < 0)
                continue;
            size *extent = nodes[i]->shape[own];
            if (!shape[a] || (size_is(shape[a], 1) && extent != shape[a])) {
                shape[a] = extent;
                giver[a] = i;
            } else if (extent != shape[a] && !size_is(extent, 1)) {
                int g = giver[a];
                struct span left = spans[g], right = spans[i];
                if (left.source == right.source && left.begin == right.begin)
                    right.source = NULL;
                fail_between(e, left, point, right, "%s of %s and %s: %s", what, shape_text(e, nodes[g]),
                             shape_text(e, nodes[i]), cause_of_mismatch(e, shape[a], extent));
                return false;
            }
        }
    }
    for (int i = 0; i < count; i++)
        nodes[i] = graph_broadcast(e->graph, nodes[i], rank, shape);
    return true;
}
