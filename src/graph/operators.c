/* operators.c: what operators.def says, as functions. */
#include <math.h>
#include <stddef.h>

#include "cost.h"
#include "graph.h"
#include "special.h"
#include "tree.h"

static const struct operator_info infos[OPERATOR_COUNT] = {
#define ELEMENTWISE(NAME, name_, arity_, text, precedence_, derivative_, cost_, low_, high_, value, ...)     \
    [OP_##NAME] = {.name = name_,                                                                            \
                   .arity = arity_,                                                                          \
                   .c_text = text,                                                                           \
                   .precedence = precedence_,                                                                \
                   .derivative = derivative_,                                                                \
                   .cost = cost_,                                                                            \
                   .low = low_,                                                                              \
                   .high = high_,                                                                            \
                   .document = __VA_ARGS__},
#include "operators.def"
#undef ELEMENTWISE
#define OTHER(NAME, name_, document_) [OP_##NAME] = {.name = name_, .cost = 1, .document = document_}
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

bool operator_vectorises(enum op op)
{
    return infos[op].vectors == VECTORS_OF_RUNTIME;
}

enum type operator_type(enum op op, enum type type)
{
    switch (infos[op].result) {
    case ALWAYS_REAL: return REAL;
    case ALWAYS_INT: return INT;
    case ALWAYS_BOOL: return BOOL;
    default: return type;
    }
}

/* Of INT operands. */
static const char *const wrapping_texts[OPERATOR_COUNT] = {
#define ELEMENTWISE(...)
#define WRAPPING(NAME, c_text, value) [OP_##NAME] = c_text,
#include "operators.def"
#undef ELEMENTWISE
};

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
    const char *wrapping = node->type == INT ? wrapping_texts[node->op] : NULL;

    *precedence = wrapping != NULL ? 2 : info->precedence;
    if (wrapping != NULL)
        return wrapping;
    if (node->op == OP_MAX || node->op == OP_MIN)
        return extremum_text(node);
    return info->c_text;
}

static bool calls_function(const struct node *node)
{
    const struct tree operand = {.kind = TREE_NAME, .text = "x"}, *const operands[] = {&operand, &operand,
                                                                                       &operand};
    struct arena *arena = arena_new();
    int precedence;
    const char *text = operator_c_text(node, &precedence);
    bool calls = tree_has(tree_of_row(arena, text, operands, 0, "", "double"), TREE_CALL);

    arena_free(arena);
    return calls;
}

bool operator_has_vectors(const struct node *node)
{
    double power;

    if (!operator_is_elementwise(node->op))
        return true;
    if (node->op == OP_POW && graph_is_constant(node->inputs[1], &power))
        return power == 2 || power == 3 || power == 4 || power == 0.5 || power == -1;
    switch (infos[node->op].vectors) {
    case VECTORS_OF_COMPILER:
    case VECTORS_OF_RUNTIME: return true;
    case VECTORS_OF_REALS: return node->type == REAL;
    case NO_VECTORS: return false;
    default: return !calls_function(node);
    }
}

bool operator_stays_call(const struct node *node)
{
    return operator_is_elementwise(node->op) && operator_cost(node) >= EXPENSIVE_OPERATOR &&
           !operator_has_vectors(node);
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
#define ELEMENTWISE(NAME, name, arity, c_text, precedence, derivative, cost, low, high, value, ...)          \
    case OP_##NAME:                                                                                          \
        return (value);
#include "operators.def"
#undef ELEMENTWISE
    default: return 0;
    }
}

double operator_value(enum op op, enum type type, const double *operands)
{
    if (type == INT && wrapping_texts[op] != NULL) {
        int64_t a = (int64_t)operands[0], b = infos[op].arity > 1 ? (int64_t)operands[1] : 0;

        switch (op) {
#define ELEMENTWISE(...)
#define WRAPPING(NAME, c_text, value)                                                                        \
    case OP_##NAME:                                                                                          \
        return wrap(value);
#include "operators.def"
#undef ELEMENTWISE
        default: break;
        }
    }
    return real_value(op, operands);
}
