/* emit_product.c: which factor of a product comes first.
 *
 *     c * (a * b) = c * a * b
 *
 * with a factor c that all elements of a gradient share: so c * a is the same in many products, or in all
 * rounds of a loop, and compilers compute it once. Products that the user has written keep their order. */
#include <math.h>
#include <string.h>

#include "emitter.h"

/* A product of constants and of gradients with respect to outputs. */
static bool is_seed_factor(const struct program *program, struct node *node)
{
    double value;
    if (graph_is_constant(node, &value))
        return fabs(value) > 1e-6 && fabs(value) < 1e6;
    node = scalar_of(node);
    if (!node)
        return false;
    if (is_leaf(node))
        return program->leaf_members[node->id] &&
               program->leaf_members[node->id]->role == ROLE_OUTPUT_GRADIENT;
    return node->op == OP_MUL && is_seed_factor(program, node->inputs[0]) &&
           is_seed_factor(program, node->inputs[1]);
}

bool is_multiplied_first(const struct emitter *emitter, const struct node *node, const char *product)
{
    struct node *x = node->inputs[1];
    return node->op == OP_MUL && node->type == REAL && x->op == OP_MUL && !emitter->program->buffers[x->id] &&
           *product != '-' && !strstr(product, " / ") && is_seed_factor(emitter->program, node->inputs[0]);
}
