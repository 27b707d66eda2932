/* emit_factors.c: which factor of a product comes first.
 *
 *     c * (a * b) = c * a * b
 *
 * with a factor c that all elements of a gradient share: so c * a is the same in many products, or in all
 * rounds of a loop, and compilers compute it once. Products that the user has written keep their order. */
#include <math.h>

#include "emitter.h"

/* A product of constants and of gradients with respect to outputs. */
static bool is_seed_factor(const struct program *program, struct node *node)
{
    double value;
    if (graph_is_constant(node, &value))
        return fabs(value) > 1e-6 && fabs(value) < 1e6;
    node = scalar_of(program, node);
    if (!node)
        return false;
    if (is_leaf(node))
        return program->leaf_members[node->id] &&
               program->leaf_members[node->id]->role == ROLE_OUTPUT_GRADIENT;
    return node->op == OP_MUL && is_seed_factor(program, node->inputs[0]) &&
           is_seed_factor(program, node->inputs[1]);
}

static const struct node *viewed(const struct program *program, const struct node *node)
{
    while (!has_place(program, node) && ((node->op == OP_INDEX && !node->fill) || node->op == OP_RESHAPE))
        node = node->inputs[0];
    return node;
}

bool has_minus(const struct node *constant)
{
    double value = constant->value;
    return constant->type == REAL ? signbit(value) && !isnan(value)
                                  : value < 0 && value > INT32_MIN; /* which is (-2147483647 - 1) */
}

bool begins_with_minus(const struct program *program, const struct node *node)
{
    node = viewed(program, node);
    if (has_place(program, node))
        return false;
    if (node->op == OP_CONSTANT)
        return has_minus(node);
    if (node->type != REAL)
        return false;
    return node->op == OP_NEG ||
           ((node->op == OP_MUL || node->op == OP_DIV) && begins_with_minus(program, node->inputs[0]));
}

/* Whether a factor of the product is a quotient. */
static bool has_quotient(const struct program *program, const struct node *node)
{
    double exponent;
    node = viewed(program, node);
    if (has_place(program, node))
        return false;
    if (node->op == OP_POW)
        return graph_is_constant(node->inputs[1], &exponent) && exponent == -1;
    if (node->op == OP_MUL)
        return has_quotient(program, node->inputs[0]) || has_quotient(program, node->inputs[1]);
    return node->op == OP_DIV || (node->op == OP_NEG && has_quotient(program, node->inputs[0]));
}

bool is_multiplied_first(const struct emitter *emitter, const struct node *node)
{
    const struct program *program = emitter->program;
    const struct node *x = node->inputs[1];
    return node->op == OP_MUL && node->type == REAL && x->op == OP_MUL && !program->buffers[x->id] &&
           !begins_with_minus(program, x) && !has_quotient(program, x) &&
           is_seed_factor(program, node->inputs[0]);
}
