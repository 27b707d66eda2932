/* graph_elementwise.c: element-wise operators: constants fold, identities vanish, signs and constant factors
 * move outward, and what does not vary along an axis is computed without that axis and broadcast. */
#include "graph_internal.h"

#include <assert.h>
#include <math.h>

static struct node *constant_like(struct graph *graph, const struct node *like, enum type type, double value)
{
    return graph_broadcast(graph, graph_constant(graph, type, value), like->rank, like->shape);
}

static bool is_constant(const struct node *node, double value)
{
    double number;

    return graph_is_constant(node, &number) && number == value;
}

static struct node *neg(struct graph *graph, struct node *a)
{
    return graph_unary(graph, OP_NEG, a);
}

static struct node *mul(struct graph *graph, struct node *a, struct node *b)
{
    return graph_binary(graph, OP_MUL, a, b);
}

/* a = coefficient * term, with the coefficient a constant; 1 if there is none. Of INT, no factor is taken
 * apart. */
static struct node *split_factor(struct node *a, double *coefficient)
{
    *coefficient = 1;
    if (a->op == OP_NEG) {
        *coefficient = -1;
        return a->inputs[0];
    }
    if (a->op == OP_MUL && graph_is_constant(a->inputs[0], coefficient))
        return a->inputs[1];
    if (a->op == OP_MUL && graph_is_constant(a->inputs[1], coefficient))
        return a->inputs[0];
    *coefficient = 1;
    return a;
}

static struct node *times(struct graph *graph, double coefficient, struct node *a)
{
    return mul(graph, constant_like(graph, a, a->type, coefficient), a);
}

/* ---- Folding ---- */

static struct node *fold_constants(struct graph *graph, enum op op, enum type type,
                                   struct node *const *operands)
{
    int arity = operator_info(op)->arity;
    double values[3] = {0, 0, 0};

    for (int i = 0; i < arity; i++) {
        if (!graph_is_constant(operands[i], &values[i]))
            return NULL;
    }
    return constant_like(graph, operands[0], operator_type(op, type), operator_value(op, type, values));
}

/* ---- Signs, sums, products: each returns NULL if it knows nothing better ---- */

static struct node *simplify_neg(struct graph *graph, struct node *a)
{
    double c;

    if (a->op == OP_NEG) /* -(-a) -> a */
        return a->inputs[0];
    if (a->op == OP_SUB) /* -(a - b) -> b - a */
        return graph_binary(graph, OP_SUB, a->inputs[1], a->inputs[0]);
    if (a->op == OP_MUL && a->type == REAL) { /* -(c a) -> (-c) a */
        struct node *term = split_factor(a, &c);
        if (term != a)
            return times(graph, -c, term);
    }
    return NULL;
}

/* c1 x + c2 x -> (c1 + c2) x */
static struct node *merge_terms(struct graph *graph, struct node *a, struct node *b, int sign)
{
    double c1, c2;
    struct node *x = split_factor(a, &c1), *y = split_factor(b, &c2);
    double c = c1 + sign * c2;

    if (a->type != REAL || c == 0)
        return NULL;
    if (x == y)
        return times(graph, c, x);
    if (a == y)
        return times(graph, 1 + sign * c2, a);
    if (x == b)
        return times(graph, c1 + sign, b);
    return NULL;
}

static struct node *simplify_add(struct graph *graph, struct node *a, struct node *b)
{
    double c;

    if (is_constant(b, 0)) /* a + 0 -> a */
        return a;
    if (is_constant(a, 0))
        return b;
    if (b->op == OP_NEG) /* a + (-b) -> a - b */
        return graph_binary(graph, OP_SUB, a, b->inputs[0]);
    if (a->op == OP_NEG) /* -a + b -> b - a */
        return graph_binary(graph, OP_SUB, b, a->inputs[0]);
    struct node *merged = merge_terms(graph, a, b, 1);
    if (merged != NULL)
        return merged;
    struct node *term = split_factor(b, &c);
    if (c < 0 && b->type == REAL) /* a + (-c) b -> a - c b */
        return graph_binary(graph, OP_SUB, a, times(graph, -c, term));
    return NULL;
}

/* A number that was an int, such as a size or a position, or is bounded. */
static bool is_finite(const struct node *a)
{
    while (a->op == OP_INDEX || a->op == OP_RESHAPE)
        a = a->inputs[0];
    return a->type != REAL || a->op == OP_SIZE_VALUE || a->op == OP_IOTA || a->op == OP_CAST_REAL;
}

static struct node *simplify_sub(struct graph *graph, struct node *a, struct node *b)
{
    double c;

    if (is_constant(b, 0)) /* a - 0 -> a */
        return a;
    if (is_constant(a, 0)) /* 0 - b -> -b */
        return neg(graph, b);
    if (b->op == OP_NEG) /* a - (-b) -> a + b */
        return graph_binary(graph, OP_ADD, a, b->inputs[0]);
    if (a == b && is_finite(a)) /* a - a -> 0, which it is not of NaN or infinity */
        return graph_zeros_like(graph, a);
    struct node *merged = merge_terms(graph, a, b, -1);
    if (merged != NULL)
        return merged;
    struct node *term = split_factor(b, &c);
    if (c < 0 && b->type == REAL) /* a - (-c) b -> a + c b */
        return graph_binary(graph, OP_ADD, a, times(graph, -c, term));
    return NULL;
}

/* Whether c d is neither too small nor too large for either precision, so that it may stand for c and d. */
static bool is_in_range(double c, double d)
{
    return fabs(c * d) > 1e-30 && fabs(c * d) < 1e30;
}

/* c b, for a constant c that is neither 0 nor 1 */
static struct node *multiply_by_constant(struct graph *graph, double c, struct node *b)
{
    double d;

    if (c == -1) /* (-1) b -> -b */
        return neg(graph, b);
    if (b->type != REAL)
        return NULL;
    struct node *term = split_factor(b, &d); /* c (d b) -> (c d) b */
    if (term != b)
        return is_in_range(c, d) ? times(graph, c * d, term) : NULL;
    if (b->op == OP_DIV && graph_is_constant(b->inputs[1], &d) && d != 0) /* c (b / d) -> (c / d) b */
        return times(graph, c / d, b->inputs[0]);
    if (b->op == OP_DIV && graph_is_constant(b->inputs[0], &d)) /* c (d / b) -> (c d) / b */
        return graph_binary(graph, OP_DIV, constant_like(graph, b, REAL, c * d), b->inputs[1]);
    return NULL;
}

static struct node *simplify_mul(struct graph *graph, struct node *a, struct node *b)
{
    double c, d;

    if (is_constant(a, 1)) /* 1 b -> b */
        return b;
    if (is_constant(b, 1))
        return a;
    if (is_constant(a, 0) || is_constant(b, 0)) /* 0 b -> 0 */
        return constant_like(graph, a, a->type, 0);
    if (graph_is_constant(a, &c))
        return multiply_by_constant(graph, c, b);
    if (graph_is_constant(b, &c))
        return multiply_by_constant(graph, c, a);
    if (a->type != REAL)
        return NULL;
    struct node *x = split_factor(a, &c), *y = split_factor(b, &d); /* (c a) (d b) -> (c d) (a b) */
    return (c == 1 && d == 1) || !is_in_range(c, d) ? NULL : times(graph, c * d, mul(graph, x, y));
}

static struct node *simplify_div(struct graph *graph, struct node *a, struct node *b)
{
    double c, d;

    if (is_constant(b, 1)) /* a / 1 -> a */
        return a;
    if (is_constant(b, -1))
        return neg(graph, a);
    if (is_constant(a, 0)) /* 0 / b -> 0 */
        return a;
    if (a->op == OP_NEG) /* (-a) / b -> -(a / b) */
        return neg(graph, graph_binary(graph, OP_DIV, a->inputs[0], b));
    if (b->op == OP_NEG) /* a / (-b) -> -(a / b) */
        return neg(graph, graph_binary(graph, OP_DIV, a, b->inputs[0]));
    struct node *term = split_factor(a, &c);
    if (graph_is_constant(b, &d) && term != a && d != 0) /* (c a) / d -> (c / d) a */
        return times(graph, c / d, term);
    if (a->op == OP_DIV && graph_is_constant(b, &d) && graph_is_constant(a->inputs[1], &c)) /* (a / c) / d */
        return graph_binary(graph, OP_DIV, a->inputs[0], constant_like(graph, b, REAL, c * d));
    return NULL;
}

static struct node *simplify_pow(struct graph *graph, struct node *a, struct node *b)
{
    if (is_constant(b, 0)) /* a^0 -> 1 */
        return constant_like(graph, a, REAL, 1);
    if (is_constant(b, 1)) /* a^1 -> a */
        return a;
    if (is_constant(a, 1)) /* 1^b -> 1 */
        return a;
    return NULL;
}

/* ---- Truth values and choice ---- */

static struct node *simplify_not(struct graph *graph, struct node *a)
{
    if (a->op == OP_NOT)
        return a->inputs[0];
    if (a->op == OP_EQ || a->op == OP_NE) /* not a = b -> a != b */
        return graph_binary(graph, a->op == OP_EQ ? OP_NE : OP_EQ, a->inputs[0], a->inputs[1]);
    return NULL;
}

static bool is_opposite(const struct node *a, const struct node *b)
{
    return (a->op == OP_NOT && a->inputs[0] == b) || (b->op == OP_NOT && b->inputs[0] == a);
}

static struct node *simplify_logical(struct graph *graph, enum op op, struct node *a, struct node *b)
{
    double identity = op == OP_AND;

    if (a == b || is_constant(b, identity))
        return a;
    if (is_constant(a, identity))
        return b;
    if (is_constant(a, 1 - identity))
        return a;
    if (is_constant(b, 1 - identity))
        return b;
    return is_opposite(a, b) ? constant_like(graph, a, BOOL, 1 - identity)
                             : graph_simplify_logical(graph, op, a, b);
}

static struct node *simplify_select(struct graph *graph, struct node *c, struct node *a, struct node *b)
{
    double value;

    if (a == b)
        return a;
    if (graph_is_constant(c, &value))
        return value != 0 ? a : b;
    if (c->op == OP_NOT) /* if not c then a else b -> if c then b else a */
        return graph_select(graph, c->inputs[0], b, a);
    if (a->op == OP_SELECT && a->inputs[0] == c) /* the same question again */
        return graph_select(graph, c, a->inputs[1], b);
    if (b->op == OP_SELECT && b->inputs[0] == c)
        return graph_select(graph, c, a, b->inputs[2]);
    if (a->type == BOOL && is_constant(a, 1) && is_constant(b, 0))
        return c;
    return graph_simplify_choice(graph, c, a, b);
}

/* ---- Conversions ---- */

static struct node *simplify_cast(struct graph *graph, enum op op, struct node *a)
{
    enum type type = op == OP_CAST_REAL ? REAL : INT;

    if (a->type == type)
        return a;
    if (a->op == OP_IOTA)
        return graph_iota_affine(graph, type, a->rank, a->shape, a->subscripts);
    if (a->op == OP_SIZE_VALUE)
        return graph_size(graph, type, a->extent);
    if (a->op == OP_CAST_INT) /* real(int(c)) -> real(c) */
        return graph_unary(graph, OP_CAST_REAL, a->inputs[0]);
    return NULL;
}

/* ---- Positions ---- */

/* A node that is offset + sum of coefficients * position, with sizes for these: an IOTA, a size, a whole
 * constant. */
static bool load_affine(struct graph *graph, const struct node *node, struct affine *affine,
                        size **coefficients)
{
    const struct node *source = node->op == OP_INDEX && !node->fill ? node->inputs[0] : node;
    double value;

    for (int a = 0; a < node->rank; a++)
        coefficients[a] = NULL;
    *affine = (struct affine){NULL, coefficients, 0};
    if (graph_is_constant(node, &value)) {
        if (value != floor(value) || fabs(value) > 1e9)
            return false;
        affine->offset = size_number(graph->sizes, (int64_t)value);
    } else if (source->op == OP_SIZE_VALUE) {
        affine->offset = source->extent;
    } else if (node->op == OP_IOTA) {
        affine->offset = node->subscripts[0].offset;
        for (int a = 0; a < node->rank; a++)
            coefficients[a] = node->subscripts[0].coefficients[a];
    }
    return affine->offset != NULL && size_is_whole(affine->offset);
}

static size *combine(struct graph *graph, enum op op, size *a, size *b)
{
    a = a != NULL ? a : size_number(graph->sizes, 0);
    b = b != NULL ? b : size_number(graph->sizes, 0);
    return op == OP_ADD ? size_add(a, b) : op == OP_SUB ? size_subtract(a, b) : size_multiply(a, b);
}

/* Sums of positions, and positions times a size or number, are positions. */
static struct node *simplify_positions(struct graph *graph, enum op op, struct node *a, struct node *b)
{
    struct affine x, y;
    size *x_coefficients[MAXIMUM_RANK], *y_coefficients[MAXIMUM_RANK];

    if (a->op != OP_IOTA && b->op != OP_IOTA)
        return NULL;
    if (!load_affine(graph, a, &x, x_coefficients) || !load_affine(graph, b, &y, y_coefficients))
        return NULL;
    if (op == OP_MUL) {
        const struct node *factor = a->op == OP_IOTA ? b : a;
        size *scale = factor == b ? y.offset : x.offset;
        struct affine *iota = factor == b ? &x : &y;

        if (factor->op == OP_IOTA)
            return NULL;
        for (int i = 0; i < a->rank; i++)
            iota->coefficients[i] = combine(graph, OP_MUL, iota->coefficients[i], scale);
        iota->offset = size_multiply(iota->offset, scale);
        return graph_iota_affine(graph, a->type, a->rank, a->shape, iota);
    }
    x.offset = combine(graph, op, x.offset, y.offset);
    for (int i = 0; i < a->rank; i++)
        x.coefficients[i] = combine(graph, op, x.coefficients[i], y.coefficients[i]);
    return graph_iota_affine(graph, a->type, a->rank, a->shape, &x);
}

/* ---- Comparisons ---- */

static bool compares(enum op op, double a, double b)
{
    double operands[] = {a, b};

    return operator_value(op, REAL, operands) != 0;
}

/* real(c) compared with a number is c, its opposite, true or false. */
static struct node *compare_truth(struct graph *graph, enum op op, struct node *a, struct node *b)
{
    bool is_first = a->op == OP_CAST_REAL || a->op == OP_CAST_INT;
    struct node *cast = is_first ? a : b;
    double number;

    if ((cast->op != OP_CAST_REAL && cast->op != OP_CAST_INT) || cast->inputs[0]->type != BOOL ||
        !graph_is_constant(is_first ? b : a, &number))
        return NULL;
    bool if_false = is_first ? compares(op, 0, number) : compares(op, number, 0);
    bool if_true = is_first ? compares(op, 1, number) : compares(op, number, 1);
    if (if_false == if_true)
        return constant_like(graph, a, BOOL, if_true);
    return if_true ? cast->inputs[0] : graph_unary(graph, OP_NOT, cast->inputs[0]);
}

/* Where the difference of two positions has one sign throughout, the answer is known: the least and the
 * greatest of y - x over the axes. */
static struct node *compare_positions(struct graph *graph, enum op op, const struct node *a,
                                      const struct node *b)
{
    struct affine x, y;
    size *x_coefficients[MAXIMUM_RANK], *y_coefficients[MAXIMUM_RANK], *least, *greatest;
    size *one = size_number(graph->sizes, 1);

    if (a->op != OP_IOTA && b->op != OP_IOTA)
        return NULL;
    if (!load_affine(graph, a, &x, x_coefficients) || !load_affine(graph, b, &y, y_coefficients))
        return NULL;
    least = greatest = size_subtract(y.offset, x.offset);
    for (int i = 0; i < a->rank; i++) {
        size *coefficient = combine(graph, OP_SUB, y.coefficients[i], x.coefficients[i]);
        size *last = size_multiply(coefficient, size_subtract(a->shape[i], one));
        if (size_nonnegative(coefficient) == ALWAYS)
            greatest = size_add(greatest, last);
        else if (size_nonnegative(size_negate(coefficient)) == ALWAYS)
            least = size_add(least, last);
        else
            return NULL;
    }
    bool never_less = size_nonnegative(least) == ALWAYS, always_less = size_nonnegative(greatest) == NEVER;
    bool always_more = size_nonnegative(size_subtract(least, one)) == ALWAYS;
    bool never_more = size_nonnegative(size_negate(greatest)) == ALWAYS;
    switch (op) {
    case OP_LE: return never_less || always_less ? constant_like(graph, a, BOOL, never_less) : NULL;
    case OP_LT: return always_more || never_more ? constant_like(graph, a, BOOL, always_more) : NULL;
    default: /* EQ, NE */
        return always_less || always_more ? constant_like(graph, a, BOOL, op == OP_NE) : NULL;
    }
}

/* A real node that is a whole number by its making, as INT; NULL if it is none. */
static struct node *as_whole(struct graph *graph, struct node *a)
{
    const struct node *source = a->op == OP_INDEX && !a->fill ? a->inputs[0] : a;
    double value;

    if (graph_is_constant(a, &value))
        return value == floor(value) && fabs(value) < 2147483648.0 ? constant_like(graph, a, INT, value)
                                                                   : NULL;
    if (a->op == OP_IOTA)
        return graph_unary(graph, OP_CAST_INT, a);
    if (source->op != OP_CAST_REAL || source->inputs[0]->type != INT)
        return NULL;
    if (source == a)
        return a->inputs[0];
    return graph_index(graph, source->inputs[0], a->rank, a->shape, a->subscripts, a->inputs + 1,
                       a->input_count - 1, false);
}

static struct node *simplify_comparison(struct graph *graph, enum op op, struct node *a, struct node *b)
{
    bool is_real = a->type == REAL && a->op != OP_IOTA;
    struct node *y;

    if (a == b && (!is_real || op == OP_LT)) /* a real number might be a NaN */
        return constant_like(graph, a, BOOL, op == OP_EQ || op == OP_LE);
    y = compare_truth(graph, op, a, b);
    if (y == NULL)
        y = compare_positions(graph, op, a, b);
    if (y == NULL && a->type == REAL) {
        struct node *i = as_whole(graph, a), *k = i != NULL ? as_whole(graph, b) : NULL;
        y = k != NULL ? graph_binary(graph, op, i, k) : NULL;
    }
    return y;
}

/* ---- Dispatch ---- */

static struct node *simplify(struct graph *graph, enum op op, struct node *const *x)
{
    struct node *y = NULL;

    if (op == OP_ADD || op == OP_SUB || op == OP_MUL)
        y = simplify_positions(graph, op, x[0], x[1]);
    if (y != NULL)
        return y;
    switch (op) {
    case OP_NEG: return simplify_neg(graph, x[0]);
    case OP_ADD: return simplify_add(graph, x[0], x[1]);
    case OP_SUB: return simplify_sub(graph, x[0], x[1]);
    case OP_MUL: return simplify_mul(graph, x[0], x[1]);
    case OP_DIV: return simplify_div(graph, x[0], x[1]);
    case OP_POW: return simplify_pow(graph, x[0], x[1]);
    case OP_MAX:
    case OP_MIN: return x[0] == x[1] ? x[0] : NULL;
    case OP_EQ:
    case OP_NE:
    case OP_LT:
    case OP_LE: return simplify_comparison(graph, op, x[0], x[1]);
    case OP_AND:
    case OP_OR: return simplify_logical(graph, op, x[0], x[1]);
    case OP_NOT: return simplify_not(graph, x[0]);
    case OP_SELECT: return simplify_select(graph, x[0], x[1], x[2]);
    case OP_CAST_REAL:
    case OP_CAST_INT:
    case OP_TRUNCATE: return simplify_cast(graph, op, x[0]);
    default: return NULL;
    }
}

/* Along axes where no operand varies, the value does not vary either: computed once, then broadcast. */
static struct node *narrow(struct graph *graph, enum op op, int arity, struct node *const *operands)
{
    unsigned axes = node_all_axes(operands[0]);
    struct node *narrowed[3];

    for (int i = 0; i < arity; i++)
        axes &= node_invariance(operands[i]);
    if (axes == 0)
        return NULL;
    for (int i = 0; i < arity; i++)
        narrowed[i] = graph_restrict(graph, operands[i], axes);
    return graph_expand(graph, graph_elementwise(graph, op, narrowed), axes, operands[0]->rank,
                        operands[0]->shape);
}

struct node *graph_elementwise(struct graph *graph, enum op op, struct node *const *operands)
{
    struct node node = {.op = op, .rank = operands[0]->rank, .shape = operands[0]->shape};
    struct node *inputs[3], *simpler;
    int arity = operator_info(op)->arity;
    enum type type = operands[op == OP_SELECT]->type;

    for (int i = 0; i < arity; i++) {
        assert(operands[i]->rank == node.rank);
        for (int a = 0; a < node.rank; a++)
            assert(operands[i]->shape[a] == node.shape[a]);
        inputs[i] = operands[i];
    }
    simpler = fold_constants(graph, op, type, operands);
    if (simpler == NULL)
        simpler = simplify(graph, op, operands);
    if (simpler == NULL)
        simpler = narrow(graph, op, arity, operands);
    if (simpler != NULL)
        return simpler;
    node.type = operator_type(op, type);
    node.input_count = arity;
    node.inputs = inputs;
    return graph_intern(graph, &node);
}

struct node *graph_unary(struct graph *graph, enum op op, struct node *a)
{
    return graph_elementwise(graph, op, &a);
}

struct node *graph_binary(struct graph *graph, enum op op, struct node *a, struct node *b)
{
    struct node *operands[] = {a, b};

    return graph_elementwise(graph, op, operands);
}

struct node *graph_select(struct graph *graph, struct node *condition, struct node *a, struct node *b)
{
    struct node *operands[] = {condition, a, b};

    return graph_elementwise(graph, OP_SELECT, operands);
}
