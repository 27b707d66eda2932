/* elaborate_expression.c: operators, numbers and names. */
#include "elaborator.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <float.h>
#include <string.h>

/* ---- Arithmetic ---- */

static const char *operator_noun(enum syntax_operator op)
{
    switch (op) {
    case SYNTAX_ADD: return "sum";
    case SYNTAX_SUBTRACT: return "difference";
    case SYNTAX_MULTIPLY: return "product";
    case SYNTAX_DIVIDE: return "quotient";
    case SYNTAX_POWER: return "power";
    case SYNTAX_AND:
    case SYNTAX_OR: return "combination";
    default: return "comparison";
    }
}

/* Both known when compiling: the result is too, where it is a polynomial in sizes. */
static bool number_binary(struct elaborator *e, enum syntax_operator op, size *a, size *b,
                          struct value *result)
{
    int64_t exponent;
    bool a_indexed = is_indexed(e, &(struct value){.kind = VALUE_NUMBER, .number = a});
    bool b_indexed = is_indexed(e, &(struct value){.kind = VALUE_NUMBER, .number = b});
    if ((op == SYNTAX_MULTIPLY && a_indexed && b_indexed) || (op == SYNTAX_POWER && a_indexed))
        return false; /* subscripts are affine; elsewhere it is a product of two tensors */
    *result = value_number(NULL);
    switch (op) {
    case SYNTAX_ADD: result->number = size_add(a, b); break;
    case SYNTAX_SUBTRACT: result->number = size_subtract(a, b); break;
    case SYNTAX_MULTIPLY: result->number = size_multiply(a, b); break;
    case SYNTAX_DIVIDE: {
        int64_t divisor;
        if (size_is_number(b, &divisor) && divisor == 0)
            return false;
        result->number = size_divide(a, b);
        result->divided = true;
        break;
    }
    case SYNTAX_POWER:
        if (!size_is_number(b, &exponent) || exponent < 0 || exponent > 8)
            return false;
        result->number = size_number(e->sizes, 1);
        for (; exponent > 0; exponent--)
            result->number = size_multiply(result->number, a);
        break;
    default: return false;
    }
    return result->number && !size_overflowed(result->number);
}

static enum op real_operator(enum syntax_operator op)
{
    switch (op) {
    case SYNTAX_ADD: return OP_ADD;
    case SYNTAX_SUBTRACT: return OP_SUB;
    case SYNTAX_MULTIPLY: return OP_MUL;
    case SYNTAX_DIVIDE: return OP_DIV;
    case SYNTAX_POWER: return OP_POW;
    case SYNTAX_EQUAL: return OP_EQ;
    case SYNTAX_NOT_EQUAL: return OP_NE;
    case SYNTAX_LESS:
    case SYNTAX_GREATER: return OP_LT;
    case SYNTAX_LESS_EQUAL:
    case SYNTAX_GREATER_EQUAL: return OP_LE;
    case SYNTAX_AND: return OP_AND;
    default: assert(op == SYNTAX_OR); return OP_OR;
    }
}

static bool is_int(const struct value *value)
{
    return value->kind == VALUE_NODE && value->node->type == INT;
}

static bool is_comparison(enum syntax_operator op)
{
    return op >= SYNTAX_EQUAL && op <= SYNTAX_GREATER_EQUAL;
}

/* The two operands as nodes of the type in which the operator works. */
static bool operands(struct elaborator *e, enum syntax_operator op, struct value a, struct value b,
                     struct span left, struct span point, struct span right, struct node **x, struct node **y)
{
    if (op == SYNTAX_AND || op == SYNTAX_OR) {
        const char *what = op == SYNTAX_AND ? "an operand of `and`" : "an operand of `or`";
        *x = as_bool(e, a, left, what);
        *y = as_bool(e, b, right, what);
        return *x && *y;
    }
    if (is_int(&a) || is_int(&b)) {
        bool whole_a = is_int(&a) || (a.kind == VALUE_NUMBER && size_is_whole(a.number) && !a.divided);
        bool whole_b = is_int(&b) || (b.kind == VALUE_NUMBER && size_is_whole(b.number) && !b.divided);
        bool allowed = op == SYNTAX_ADD || op == SYNTAX_SUBTRACT || op == SYNTAX_MULTIPLY;
        if (whole_a && whole_b && (allowed || is_comparison(op))) {
            *x = as_int(e, a, left);
            *y = as_int(e, b, right);
            return *x && *y;
        }
        if (!is_comparison(op)) {
            if (a.kind == VALUE_ERROR || b.kind == VALUE_ERROR)
                return false;
            fail_between(e, left, point, right,
                         "%s of %s and %s: int values take + - * with other whole numbers only; "
                         "real(…) converts",
                         operator_noun(op), value_text(e, &a), value_text(e, &b));
            return false;
        }
        *x = as_node(e, a, left);
        *y = as_node(e, b, right);
        if (*x && (*x)->type == INT)
            *x = graph_unary(e->graph, OP_CAST_REAL, *x);
        if (*y && (*y)->type == INT)
            *y = graph_unary(e->graph, OP_CAST_REAL, *y);
    } else {
        *x = as_node(e, a, left);
        *y = as_node(e, b, right);
    }
    if (!*x || !*y)
        return false;
    if ((*x)->type == BOOL || (*y)->type == BOOL) {
        fail_between(e, left, point, right, "%s of %s and %s: real(…) makes 0 and 1 of truth values",
                     operator_noun(op), value_text(e, &a), value_text(e, &b));
        return false;
    }
    return true;
}

static struct value group_binary(struct elaborator *e, enum syntax_operator op, struct value a,
                                 struct value b, struct span left, struct span point, struct span right)
{
    const struct value *shape = a.kind == VALUE_GROUP ? &a : &b;
    if (a.kind == VALUE_GROUP && b.kind == VALUE_GROUP && a.group != b.group) {
        fail_between(e, left, point, right, "%s of the groups %s and %s, which are not of one kind",
                     operator_noun(op), a.group->name, b.group->name);
        return value_error();
    }
    const struct value *scalar = a.kind != VALUE_GROUP ? &a : b.kind != VALUE_GROUP ? &b : NULL;
    if (scalar && scalar->kind == VALUE_NODE && scalar->node->rank) {
        fail_between(e, left, point, right,
                     "%s of the group %s and %s: groups go with groups of their kind and scalars",
                     operator_noun(op), shape->group->name, value_text(e, scalar));
        return value_error();
    }
    struct value result = *shape;
    result.items = ARENA_ARRAY(e->arena, struct value, shape->count);
    for (int i = 0; i < shape->count; i++)
        result.items[i] = binary(e, op, a.kind == VALUE_GROUP ? a.items[i] : a,
                                 b.kind == VALUE_GROUP ? b.items[i] : b, left, point, right);
    return result;
}

struct value binary(struct elaborator *e, enum syntax_operator op, struct value a, struct value b,
                    struct span left, struct span point, struct span right)
{
    if (a.kind == VALUE_ERROR || b.kind == VALUE_ERROR)
        return value_error();
    if ((a.kind == VALUE_GROUP || b.kind == VALUE_GROUP) && op != SYNTAX_MATRIX_PRODUCT)
        return group_binary(e, op, a, b, left, point, right);
    if (op == SYNTAX_MATRIX_PRODUCT) {
        if (is_indexed(e, &a) || is_indexed(e, &b)) {
            fail_between(e, left, point, right,
                         "@ takes whole tensors; a subscript with an index yields a scalar");
            return value_error();
        }
        struct node *x = as_real(e, a, left), *y = as_real(e, b, right);
        return x && y ? value_node(matrix_product(e, x, y, left, point, right)) : value_error();
    }
    struct value result;
    if (a.kind == VALUE_NUMBER && b.kind == VALUE_NUMBER &&
        number_binary(e, op, a.number, b.number, &result)) {
        result.divided = result.divided || a.divided || b.divided;
        if (result.kind == VALUE_NUMBER && (a.node || b.node))
            result.node =
                graph_binary(e->graph, real_operator(op), as_real(e, a, left), as_real(e, b, right));
        return result;
    }
    struct node *nodes[2];
    struct span spans[2] = {left, right};
    if (!indexed_operands(e, (struct value[]){a, b}, spans, 2) ||
        !operands(e, op, a, b, left, point, right, &nodes[0], &nodes[1]))
        return value_error();
    struct value quotient;
    if (op == SYNTAX_DIVIDE &&
        logistic_quotient(e, nodes[0], nodes[1], is_indexed(e, &a) || is_indexed(e, &b), left, point, right,
                          &quotient))
        return quotient;
    if (!broadcast_together(e, nodes, spans, 2, point, operator_noun(op)))
        return value_error();
    bool swap = op == SYNTAX_GREATER || op == SYNTAX_GREATER_EQUAL;
    struct value combined = value_node(graph_binary(e->graph, real_operator(op), nodes[swap], nodes[!swap]));
    combined.indexed = is_indexed(e, &a) || is_indexed(e, &b);
    return combined;
}

static struct value negate(struct elaborator *e, struct value a, struct span at)
{
    if (a.kind == VALUE_NUMBER) {
        a.number = size_negate(a.number);
        a.node = a.node ? graph_unary(e->graph, OP_NEG, a.node) : NULL;
        return a;
    }
    if (a.kind == VALUE_GROUP) {
        struct value result = a;
        result.items = ARENA_ARRAY(e->arena, struct value, a.count);
        for (int i = 0; i < a.count; i++)
            result.items[i] = negate(e, a.items[i], at);
        return result;
    }
    struct node *node = as_node(e, a, at);
    if (!node)
        return value_error();
    if (node->type == BOOL) {
        fail(e, at, "- of %s: `not` negates truth values", value_text(e, &a));
        return value_error();
    }
    struct value result = value_node(graph_unary(e->graph, OP_NEG, node));
    result.indexed = a.indexed;
    return result;
}

static struct value transpose(struct elaborator *e, struct value a, struct span at)
{
    if (is_indexed(e, &a)) {
        fail(e, at, "a subscript with an index yields a scalar, which has no transpose");
        return value_error();
    }
    struct node *node = as_node(e, a, at);
    if (!node)
        return value_error();
    if (node->rank < 2)
        return value_node(node);
    int order[MAXIMUM_RANK];
    for (int i = 0; i < node->rank; i++)
        order[i] = i;
    order[node->rank - 1] = node->rank - 2;
    order[node->rank - 2] = node->rank - 1;
    return value_node(graph_transpose(e->graph, node, order));
}

/* ---- Matrix products: NumPy's matmul as one contraction ---- */

struct node *matrix_product(struct elaborator *e, struct node *a, struct node *b, struct span left,
                            struct span point, struct span right)
{
    if (!a->rank || !b->rank) {
        fail_between(e, left, point, right,
                     "matrix product of %s and %s: @ takes vectors and matrices; * scales", shape_text(e, a),
                     shape_text(e, b));
        return NULL;
    }
    int inner_b = b->rank == 1 ? 0 : b->rank - 2;
    size *k = a->shape[a->rank - 1];
    if (k != b->shape[inner_b]) {
        fail_between(e, left, point, right, "matrix product of %s and %s: the inner sizes %s and %s differ",
                     shape_text(e, a), shape_text(e, b), size_print(e->arena, k, SIZE_LANGUAGE),
                     size_print(e->arena, b->shape[inner_b], SIZE_LANGUAGE));
        return NULL;
    }
    int batch_a = a->rank > 2 ? a->rank - 2 : 0, batch_b = b->rank > 2 ? b->rank - 2 : 0;
    int batch = batch_a > batch_b ? batch_a : batch_b;
    int rows = a->rank > 1, columns = b->rank > 1, rank = batch + rows + columns;
    if (rank > MOST_AXES) {
        fail(e, point, "a tensor has at most %d axes", MOST_AXES);
        return NULL;
    }
    signed char a_axes[MAXIMUM_RANK], b_axes[MAXIMUM_RANK];
    int a_rank = 0, b_rank = 0;
    struct node *x = a, *y = b;
    for (int i = 0; i < batch; i++) {
        int own_a = i - (batch - batch_a), own_b = i - (batch - batch_b);
        size *extent_a = own_a >= 0 ? a->shape[own_a] : NULL, *extent_b = own_b >= 0 ? b->shape[own_b] : NULL;
        bool keep_a = own_a >= 0, keep_b = own_b >= 0;
        if (keep_a && keep_b && extent_a != extent_b) {
            if (size_is_one(extent_a))
                keep_a = false;
            else if (size_is_one(extent_b))
                keep_b = false;
            else {
                fail_between(
                    e, left, point, right, "matrix product of %s and %s: the leading sizes %s and %s differ",
                    shape_text(e, a), shape_text(e, b), size_print(e->arena, extent_a, SIZE_LANGUAGE),
                    size_print(e->arena, extent_b, SIZE_LANGUAGE));
                return NULL;
            }
        }
        if (keep_a)
            a_axes[a_rank++] = (signed char)i;
        else if (own_a >= 0)
            x = graph_drop_axis(e->graph, x, a_rank, size_number(e->sizes, 0));
        if (keep_b)
            b_axes[b_rank++] = (signed char)i;
        else if (own_b >= 0)
            y = graph_drop_axis(e->graph, y, b_rank, size_number(e->sizes, 0));
    }
    if (rows)
        a_axes[a_rank++] = (signed char)batch;
    a_axes[a_rank] = (signed char)rank;
    b_axes[b_rank++] = (signed char)rank;
    if (columns)
        b_axes[b_rank] = (signed char)(batch + rows);
    return graph_contract(e->graph, x, y, a_axes, b_axes, rank, 1);
}

/* ---- Expressions ---- */

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

static void suggest_value(struct elaborator *e, const char *name)
{
    struct map seen = {0};
    struct frame *frame = e->frame;
    if (!may_suggest(e, frame->bindings.entries_count + frame->sizes.entries_count +
                            frame->unit->dims.entries_count))
        return;
    for (size_t i = 0; i < frame->bindings.entries_count; i++)
        map_set(e->arena, &seen, frame->bindings.entries[i].name, frame);
    for (size_t i = 0; i < frame->sizes.entries_count; i++)
        map_set(e->arena, &seen, frame->sizes.entries[i].name, frame);
    for (size_t i = 0; i < frame->unit->dims.entries_count; i++)
        map_set(e->arena, &seen, frame->unit->dims.entries[i].name, frame);
    const char **names = ARENA_ARRAY(e->arena, const char *, seen.entries_count + 1);
    for (size_t i = 0; i < seen.entries_count; i++)
        names[i] = seen.entries[i].name;
    suggest(e, name, names, seen.entries_count);
}

static void fail_unknown_name(struct elaborator *e, const struct expression *x)
{
    if (find_function(e, x->name))
        fail(e, x->span, "%s is a function; call it as %s(…)", x->name, x->name);
    else {
        fail(e, x->span, "%s has no value here", x->name);
        if (!note_local(e, x->name))
            suggest_value(e, x->name);
        if (!strcmp(x->name, "T"))
            note(e, x->span, "the transpose of x is x'");
        if (!strcmp(x->name, "end"))
            note(e, x->span, "the last element of x is x[-1], and x[1:] has all from the second on");
    }
}

struct value tied_value(struct elaborator *e, struct value value, size *variable)
{
    if (value.kind == VALUE_NODE)
        value.node = graph_tie(e->graph, value.node, variable);
    if (value.kind == VALUE_GROUP || value.kind == VALUE_LIST) {
        struct value *items = ARENA_ARRAY(e->arena, struct value, value.count);
        for (int i = 0; i < value.count; i++)
            items[i] = tied_value(e, value.items[i], variable);
        value.items = items;
    }
    return value;
}

/* Within a branch, values from outside it are tied to it, so that what is computed from them is not computed
 * elsewhere. */
struct value binding_value(struct elaborator *e, const struct binding *binding)
{
    const struct block *block = e->frame->block;
    while (block && !block->is_branch)
        block = block->outer;
    return block && binding->depth < block->depth ? tied_value(e, binding->value, block->variable)
                                                  : binding->value;
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
        return negate(e, a, x->span);
    if (x->op == SYNTAX_TRANSPOSE)
        return transpose(e, a, x->span);
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
    bool ints = (is_int(&a) && b.kind == VALUE_NUMBER) || (is_int(&b) && a.kind == VALUE_NUMBER);
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
        if (!strcmp(x->name, "T"))
            note(e, x->span, "x' is the transpose");
        if (!strcmp(x->name, "shape") || !strcmp(x->name, "size"))
            note(e, x->span, "the sizes have the names that x: [m, n] gives them, and count as m and n");
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
