/* formula_element.c: one element of a node or of a formula in index notation, for what no expression of whole
 * tensors says; see formula_node.h. */
#include "formula_node.h"
#include "graph_internal.h"

formula formula_letter(struct formula_context *c)
{
    static const char letters[] = "ijklmnpqrstuvwabcdefgh";
    int count = (int)sizeof letters - 1;
    while (c->letters < count && (c->taken >> (letters[c->letters] - 'a') & 1))
        c->letters++;
    int place = c->letters++;
    const char *name = place < count ? arena_copy(c->arena, &letters[place], 1)
                                     : arena_print(c->arena, "i%d", place - count + 1);
    return formula_name(c->arena, name, 0);
}

static formula affine_at(struct formula_context *c, const struct node *node, const struct affine *affine,
                         int rank, struct node *const *dynamics, const formula *at)
{
    formula sum = formula_number(c->arena, 0);
    for (int a = 0; a < rank; a++)
        if (affine->coefficients[a])
            sum = formula_add(
                c->arena, sum, 1,
                formula_multiply(c->arena, formula_size(c->arena, affine->coefficients[a]), at[a]));
    if (affine->dynamic) {
        struct node *k = dynamics[affine->dynamic - 1];
        sum = formula_add(c->arena, sum, 1, formula_element(c, c->of(k, c->closure), at));
    }
    (void)node;
    return formula_add(c->arena, sum, 1, formula_size(c->arena, affine->offset));
}

formula formula_subscript(struct formula_context *c, const struct node *node, int subscript,
                          const formula *at)
{
    struct node *const *dynamics = node->inputs + (node->op == OP_REPLACE ? 2 : 1);
    return affine_at(c, node, &node->subscripts[subscript], node_space_rank(node), dynamics, at);
}

/* sum[k](x[i, k]) */
static formula element_of_reduction(struct formula_context *c, struct node *node, const formula *at)
{
    formula places[MAXIMUM_RANK], parts[MAXIMUM_RANK + 1];
    int count = 1, own = 0, letters = c->letters;
    for (int a = 0; a < node->inputs[0]->rank; a++) {
        bool is_reduced = node->axes >> a & 1;
        places[a] = is_reduced ? formula_letter(c) : at[own++];
        if (is_reduced)
            parts[count++] = places[a];
    }
    parts[0] = formula_element(c, formula_of_input(c, node, 0), places);
    c->letters = letters;
    return formula_make(c->arena, F_BIG, formula_reduction_name(node->op), 0, count, parts);
}

/* sum[k](a[i, k] * b[k, j]) */
static formula element_of_contraction(struct formula_context *c, struct node *node, const formula *at)
{
    formula all[2 * MAXIMUM_RANK], own[MAXIMUM_RANK], parts[MAXIMUM_RANK + 1], factors[2];
    int count = 1, letters = c->letters;
    for (int i = 0; i < node->rank + node->reduced; i++) {
        all[i] = i < node->rank ? at[i] : formula_letter(c);
        if (i >= node->rank)
            parts[count++] = all[i];
    }
    for (int operand = 0; operand < 2; operand++) {
        const signed char *axes = operand == 0 ? node->a_axes : node->b_axes;
        for (int a = 0; a < node->inputs[operand]->rank; a++)
            own[a] = all[axes[a]];
        factors[operand] = formula_element(c, formula_of_input(c, node, operand), own);
    }
    parts[0] = formula_multiply(c->arena, factors[0], factors[1]);
    c->letters = letters;
    return count > 1 ? formula_make(c->arena, F_BIG, "sum", 0, count, parts) : parts[0];
}

static formula element_of_node(struct formula_context *c, struct node *node, const formula *at)
{
    formula places[MAXIMUM_RANK];
    if (operator_is_elementwise(node->op)) {
        formula x[3];
        for (int i = 0; i < node->input_count; i++)
            x[i] = formula_element(c, formula_of_input(c, node, i), at);
        return formula_apply(c, node, x);
    }
    switch (node->op) {
    case OP_IOTA: return affine_at(c, node, &node->subscripts[0], node->rank, NULL, at);
    case OP_INDEX:
        for (int s = 0; s < node->inputs[0]->rank; s++)
            places[s] = formula_subscript(c, node, s, at);
        return formula_element(c, formula_of_input(c, node, 0), places);
    case OP_CONTRACT: return element_of_contraction(c, node, at);
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL: return element_of_reduction(c, node, at);
    default: { /* it has a name of its own */
        formula parts[MAXIMUM_RANK + 1] = {c->whole(node, c->closure)};
        for (int a = 0; a < node->rank; a++)
            parts[a + 1] = at[a];
        return node->rank ? formula_make(c->arena, F_ELEMENT, NULL, 0, node->rank + 1, parts) : parts[0];
    }
    }
}

static formula map_parts(struct formula_context *c, formula a, const formula *at)
{
    formula parts[3], sum = formula_number(c->arena, a->kind == F_SUM ? 0 : a->number);
    if (a->kind == F_SUM || a->kind == F_PRODUCT) {
        for (int i = 0; i < a->count; i++) {
            formula part = formula_element(c, a->parts[i], at);
            sum = a->kind == F_SUM ? formula_add(c->arena, sum, a->numbers[i], part)
                                   : formula_multiply(c->arena, sum,
                                                      formula_power(c->arena, part,
                                                                    formula_number(c->arena, a->numbers[i])));
        }
        return sum;
    }
    for (int i = 0; i < a->count && i < 3; i++)
        parts[i] = formula_element(c, a->parts[i], at);
    struct formula *mapped = (struct formula *)formula_make(c->arena, a->kind, a->name, 0, a->count, parts);
    mapped->tail = a->tail;
    mapped->is_elementwise = a->is_elementwise;
    return mapped;
}

formula formula_element(struct formula_context *c, formula a, const formula *at)
{
    formula parts[MAXIMUM_RANK + 1] = {a}, places[MAXIMUM_RANK];
    if (a->kind == F_DEFERRED)
        return element_of_node(c, a->node, at);
    if (a->rank == 0)
        return a;
    switch (a->kind) {
    case F_CALL:
        if (!a->is_elementwise)
            break;
        return map_parts(c, a, at);
    case F_SUM:
    case F_PRODUCT:
    case F_POWER:
    case F_ABS:
    case F_INFIX:
    case F_NOT:
    case F_INDICATOR:
    case F_IF: return map_parts(c, a, at);
    case F_SPREAD:
        for (int i = 0; i < a->parts[0]->rank; i++)
            places[i] = at[a->axes[i]];
        return formula_element(c, a->parts[0], places);
    case F_CHAIN: /* (a b')[i, j] = a[i] b[j] */
        if (a->count != 2 || a->parts[0]->rank != 1 || a->parts[1]->rank != 1 || a->rank != 2)
            break;
        return formula_multiply(c->arena, formula_element(c, a->parts[0], at),
                                formula_element(c, a->parts[1]->parts[0], at + 1));
    case F_TRANSPOSE:
        if (a->rank < 2)
            break;
        for (int i = 0; i < a->rank; i++)
            places[i] = at[i];
        places[a->rank - 1] = at[a->rank - 2];
        places[a->rank - 2] = at[a->rank - 1];
        return formula_element(c, a->parts[0], places);
    default: break;
    }
    for (int i = 0; i < a->rank; i++)
        parts[i + 1] = at[i];
    return formula_make(c->arena, F_ELEMENT, NULL, 0, a->rank + 1, parts);
}
