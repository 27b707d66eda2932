/* operators.c: what operators.def says, as functions. */
#include <math.h>
#include <stddef.h>

#include "graph.h"
#include "special.h"

static const struct operator_info infos[OPERATOR_COUNT] = {
#define ELEMENTWISE(NAME, name, arity, c_text, precedence, derivative, cost, low, high, value, document)     \
    [OP_##NAME] = {name, arity, derivative, c_text, precedence, cost, low, high, document},
#include "operators.def"
#undef ELEMENTWISE
#define OTHER(NAME, name, document) [OP_##NAME] = {name, 0, NULL, NULL, 0, 1, 0, 0, document}
    OTHER(CONSTANT, "constant", "a number"),
    OTHER(PARAMETER, "parameter", "an input of the exported function"),
    OTHER(PLACEHOLDER, "placeholder", "a value to come"),
    OTHER(SIZE_VALUE, "size", "the number of a size"),
    OTHER(IOTA, "iota", "an affine function of the position"),
    OTHER(INDEX, "index", "y[i] = x[A i + b]"),
    OTHER(SCATTER, "scatter", "y[A i + b] += x[i]"),
    OTHER(REPLACE, "replace", "x with a part written over"),
    OTHER(RESHAPE, "reshape", "the same elements in row-major order"),
    OTHER(SUM, "sum", "sum over axes"),
    OTHER(PRODUCT, "prod", "product over axes"),
    OTHER(MAXIMUM, "max", "greatest over axes"),
    OTHER(MINIMUM, "min", "least over axes"),
    OTHER(ANY, "any", "or over axes"),
    OTHER(ALL, "all", "and over axes"),
    OTHER(ARGMAX, "argmax", "position of the first greatest along an axis"),
    OTHER(ARGMIN, "argmin", "position of the first least along an axis"),
    OTHER(CONTRACT, "contract", "sum of products over shared axes"),
    OTHER(CUMSUM, "cumsum", "running sum along an axis"),
    OTHER(MARK, "mark", "x, by a name of its own"),
    OTHER(STOP, "stop_gradient", "x with a zero gradient"),
    OTHER(CUSTOM, "custom", "x with a derivative of its own"),
    OTHER(LOOP, "loop", "rounds of a body"),
    OTHER(RESULT, "result", "a value of a loop"),
    OTHER(CHOLESKY, "cholesky", "y y' = x, y lower triangular"),
    OTHER(SOLVE_TRIANGULAR, "solve_tril", "the solution of a triangular system"),
    OTHER(LU_SOLVE, "solve", "the solution of a linear system"),
    OTHER(LOGABSDET, "logabsdet", "log |det x|"),
    OTHER(DET, "det", "the determinant of x"),
    OTHER(ROUTINE, "routine", "a function of a whole matrix that the runtime has"),
#undef OTHER
};

const struct operator_info *operator_info(enum op op)
{
    return &infos[op];
}

bool operator_is_elementwise(enum op op)
{
    return op < OP_CONSTANT;
}

enum type operator_type(enum op op, enum type type)
{
    switch (op) {
    case OP_EQ:
    case OP_NE:
    case OP_LT:
    case OP_LE:
    case OP_AND:
    case OP_OR:
    case OP_NOT: return BOOL;
    case OP_CAST_REAL:
    case OP_UNIFORM: return REAL;
    case OP_CAST_INT:
    case OP_TRUNCATE:
    case OP_QUOTIENT: return INT;
    default: return type;
    }
}

/* The C of arithmetic that wraps at 32 bits: unsigned arithmetic does, and the conversion back is modulo 2^32
 * with every compiler that emitted code meets. */
static const char *wrapping_text(enum op op)
{
    switch (op) {
    case OP_NEG: return "(int32_t)(0u - (uint32_t)($a))";
    case OP_ADD: return "(int32_t)((uint32_t)($a) + (uint32_t)($b))";
    case OP_SUB: return "(int32_t)((uint32_t)($a) - (uint32_t)($b))";
    case OP_MUL: return "(int32_t)((uint32_t)($a) * (uint32_t)($b))";
    default: return NULL;
    }
}

/* max and min of operands of which at most one can be a NaN: a comparison with a NaN is false. */
static const char *extremum_text(const struct node *node)
{
    bool is_max = node->op == OP_MAX;
    double value;

    if (node->type == INT || graph_is_constant(node->inputs[1], &value))
        return is_max ? "$a < $b ? $b : $a" : "$a > $b ? $b : $a";
    if (graph_is_constant(node->inputs[0], &value))
        return is_max ? "$a >= $b ? $a : $b" : "$a <= $b ? $a : $b";
    return infos[node->op].c_text;
}

int operator_cost(const struct node *node)
{
    double exponent;

    if (node->op == OP_POW && graph_is_constant(node->inputs[1], &exponent) &&
        (exponent == 2 || exponent == 3 || exponent == 4))
        return (int)exponent - 1;
    return infos[node->op].cost;
}

const char *operator_c_text(const struct node *node, int *precedence)
{
    const struct operator_info *info = &infos[node->op];
    const char *wrapping = node->type == INT ? wrapping_text(node->op) : NULL;

    *precedence = wrapping != NULL ? 2 : info->precedence;
    if (wrapping != NULL)
        return wrapping;
    if (node->op == OP_MAX || node->op == OP_MIN)
        return extremum_text(node);
    return info->c_text;
}

/* value modulo 2^32, in [-2^31, 2^31). */
static double wrap(int64_t value)
{
    int64_t low = (int64_t)((uint64_t)value & UINT32_MAX);

    return (double)(low > INT32_MAX ? low - ((int64_t)1 << 32) : low);
}

static double real_value(enum op op, const double *operands)
{
    const double a = operands[0];
    const double b = infos[op].arity > 1 ? operands[1] : 0;
    const double c = infos[op].arity > 2 ? operands[2] : 0;

    switch (op) {
#define ELEMENTWISE(NAME, name, arity, c_text, precedence, derivative, cost, low, high, value, document)     \
    case OP_##NAME:                                                                                          \
        return (value);
#include "operators.def"
#undef ELEMENTWISE
    default: return 0;
    }
}

double operator_value(enum op op, enum type type, const double *operands)
{
    if (type == INT && wrapping_text(op) != NULL) {
        int64_t a = (int64_t)operands[0], b = infos[op].arity > 1 ? (int64_t)operands[1] : 0;

        switch (op) {
        case OP_NEG: return wrap(-a);
        case OP_ADD: return wrap(a + b);
        case OP_SUB: return wrap(a - b);
        default: return wrap(a * b);
        }
    }
    return real_value(op, operands);
}
