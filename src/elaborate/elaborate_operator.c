/* elaborate_operator.c: what the operators make of values: arithmetic, comparisons, `and` and `or`, matrix
 * products, negation and the transpose. */
#include "elaborator.h"

#include <assert.h>
#include <stdint.h>

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
    if (value_is_int(&a) || value_is_int(&b)) {
        bool whole_a = value_is_int(&a) || (a.kind == VALUE_NUMBER && size_is_whole(a.number) && !a.divided);
        bool whole_b = value_is_int(&b) || (b.kind == VALUE_NUMBER && size_is_whole(b.number) && !b.divided);
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
            note_counter(e, &a, left);
            note_counter(e, &b, right);
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

struct value negate_value(struct elaborator *e, struct value a, struct span at)
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
            result.items[i] = negate_value(e, a.items[i], at);
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

struct value transpose_value(struct elaborator *e, struct value a, struct span at)
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
            if (size_is(extent_a, 1))
                keep_a = false;
            else if (size_is(extent_b, 1))
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
