/* rewrites.c: the table of global rewrites. Local ones (x * 1 -> x, a view of a view) are the constructors'
 * work.
 *
 * Each function gets a node of its row's operator and returns a better node of the same value, or NULL. A
 * rewrite may remove an overflow or a NaN, but never make one where there was none. */
#include <math.h>
#include <string.h>

#include "rewrites.h"

static struct node *input(const struct node *node, int i, enum op op)
{
    return node->inputs[i]->op == op ? node->inputs[i] : NULL;
}

static bool is_even(const struct node *node)
{
    double value;
    return graph_is_constant(node, &value) && fmod(value, 2) == 0;
}

/* log(exp(x)) -> x */
static struct node *log_of_exp(struct rewriter *r, struct node *y)
{
    (void)r;
    struct node *x = input(y, 0, OP_EXP);
    return x ? x->inputs[0] : NULL;
}

/* sqrt(x^2) -> |x| */
static struct node *root_of_square(struct rewriter *r, struct node *y)
{
    struct node *x = input(y, 0, OP_POW);
    double power;
    if (!x || !graph_is_constant(x->inputs[1], &power) || power != 2)
        return NULL;
    return graph_unary(r->graph, OP_ABS, x->inputs[0]);
}

/* (-x)^n -> x^n and |x|^n -> x^n for even n */
static struct node *even_power(struct rewriter *r, struct node *y)
{
    struct node *x = input(y, 0, OP_NEG);
    x = x ? x : input(y, 0, OP_ABS);
    return x && is_even(y->inputs[1]) ? graph_binary(r->graph, OP_POW, x->inputs[0], y->inputs[1]) : NULL;
}

/* (-a) * (-b) -> a * b, (-a) * b -> -(a * b), a * (-b) -> -(a * b); the same for a / b */
static struct node *signs_outward(struct rewriter *r, struct node *y)
{
    struct node *a = input(y, 0, OP_NEG), *b = input(y, 1, OP_NEG);
    if (!a && !b)
        return NULL;
    struct node *product =
        graph_binary(r->graph, y->op, a ? a->inputs[0] : y->inputs[0], b ? b->inputs[0] : y->inputs[1]);
    return a && b ? product : graph_unary(r->graph, OP_NEG, product);
}

/* x where it is known whether c holds: choices by c inside it have been made. Looks into what is read nowhere
 * else, which is computed in this place only. */
static struct node *knowing(struct rewriter *r, struct node *c, bool holds, struct node *x, int depth)
{
    struct node *inputs[3];
    bool changed = false;
    if (x == c && x->rank == 0)
        return graph_constant(r->graph, BOOL, holds);
    if (x->op == OP_SELECT && x->inputs[0] == c)
        return knowing(r, c, holds, x->inputs[holds ? 1 : 2], depth);
    if (depth == 0 || !operator_is_elementwise(x->op) || rewriter_uses(r, x) != 1)
        return x;
    for (int i = 0; i < x->input_count; i++) {
        inputs[i] = knowing(r, c, holds, x->inputs[i], depth - 1);
        changed = changed || inputs[i] != x->inputs[i];
    }
    return changed ? graph_elementwise(r->graph, x->op, inputs) : x;
}

/* if not c then a else b -> if c then b else a; if c then (.. if c then a else b ..) else d ->
 * if c then (.. a ..) else d, and the same on the other side */
static struct node *nested_choice(struct rewriter *r, struct node *y)
{
    enum { DEEP = 8 };
    struct node *c = y->inputs[0];
    if (c->op == OP_NOT)
        return graph_select(r->graph, c->inputs[0], y->inputs[2], y->inputs[1]);
    struct node *a = knowing(r, c, true, y->inputs[1], DEEP), *b = knowing(r, c, false, y->inputs[2], DEEP);
    return a != y->inputs[1] || b != y->inputs[2] ? graph_select(r->graph, c, a, b) : NULL;
}

/* (if c then a else b) + (if c then d else e) -> if c then a + d else b + e where the choices are read
 * nowhere else */
static struct node *common_choice(struct rewriter *r, struct node *y)
{
    struct node *a = input(y, 0, OP_SELECT), *b = input(y, 1, OP_SELECT);
    if (!a || !b || a->inputs[0] != b->inputs[0] || rewriter_uses(r, a) != 1 || rewriter_uses(r, b) != 1)
        return NULL;
    return graph_select(r->graph, a->inputs[0], graph_binary(r->graph, y->op, a->inputs[1], b->inputs[1]),
                        graph_binary(r->graph, y->op, a->inputs[2], b->inputs[2]));
}

/* a * x + b * x -> (a + b) * x where the products are read nowhere else */
static struct node *common_factor(struct rewriter *r, struct node *y)
{
    struct node *a = input(y, 0, OP_MUL), *b = input(y, 1, OP_MUL);
    if (!a || !b || y->type != REAL || rewriter_uses(r, a) != 1 || rewriter_uses(r, b) != 1)
        return NULL;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            if (a->inputs[i] == b->inputs[j]) {
                struct node *sum = graph_binary(r->graph, y->op, a->inputs[1 - i], b->inputs[1 - j]);
                return graph_binary(r->graph, OP_MUL, sum, a->inputs[i]);
            }
    return NULL;
}

/* Whether x is 0 wherever c does not hold. */
static bool is_zero_without(const struct node *c, const struct node *x, int depth)
{
    if (depth == 0)
        return false;
    if (x->op == OP_ADD || x->op == OP_SUB)
        return is_zero_without(c, x->inputs[0], depth - 1) && is_zero_without(c, x->inputs[1], depth - 1);
    return x->op == OP_SELECT && graph_is_zero(x->inputs[2]) && graph_implies(x->inputs[0], c);
}

/* if c or d then (if c then a else 0) + (if d then b else 0) else 0 -> the sum */
static struct node *implied_choice(struct rewriter *r, struct node *y)
{
    enum { DEEP = 5 };
    (void)r;
    return graph_is_zero(y->inputs[2]) && is_zero_without(y->inputs[0], y->inputs[1], DEEP) ? y->inputs[1]
                                                                                            : NULL;
}

enum { DEEPEST_FACTOR = 4 };

/* 1 / x, if it or a power of it is a factor of the product; else NULL. */
static struct node *reciprocal_in(struct node *product, const struct node *x, int depth)
{
    double value;
    if (product->op == OP_DIV && product->inputs[1] == x && graph_is_constant(product->inputs[0], &value) &&
        value == 1)
        return product;
    bool is_product = product->op == OP_MUL || product->op == OP_DIV || product->op == OP_NEG ||
                      (product->op == OP_POW && graph_is_constant(product->inputs[1], &value) && value > 0);
    if (!is_product || depth == 0)
        return NULL;
    struct node *found = reciprocal_in(product->inputs[0], x, depth - 1);
    return found || product->op != OP_MUL ? found : reciprocal_in(product->inputs[1], x, depth - 1);
}

/* The factor with a * (1 / x) for a / x in it, where 1 / x is in the others; NULL: there is none. */
static struct node *without_division(struct rewriter *r, struct node *factor, struct node *others, int depth)
{
    double value;
    if (rewriter_uses(r, factor) != 1 || depth == 0)
        return NULL;
    if (factor->op == OP_DIV && !graph_is_constant(factor->inputs[0], &value)) {
        struct node *reciprocal = reciprocal_in(others, factor->inputs[1], DEEPEST_FACTOR);
        return reciprocal ? graph_binary(r->graph, OP_MUL, factor->inputs[0], reciprocal) : NULL;
    }
    for (int i = 0; factor->op == OP_MUL && i < 2; i++) {
        struct node *better = without_division(r, factor->inputs[i], others, depth - 1);
        if (better)
            return graph_binary(r->graph, OP_MUL, i == 0 ? better : factor->inputs[0],
                                i == 0 ? factor->inputs[1] : better);
    }
    return NULL;
}

/* (a / x) * b -> a * (1 / x) * b where b is a product with 1 / x, which is there anyway; a / x -> a * (1 / x)
 * where a is. If 1 / x is infinite, though a / x is not, then so is the product, or NaN, in any case. */
static struct node *known_reciprocal(struct rewriter *r, struct node *y)
{
    if (!r->is_for_loops || y->type != REAL)
        return NULL;
    if (y->op == OP_DIV) {
        struct node *reciprocal = reciprocal_in(y->inputs[0], y->inputs[1], DEEPEST_FACTOR);
        return reciprocal ? graph_binary(r->graph, OP_MUL, y->inputs[0], reciprocal) : NULL;
    }
    for (int i = 0; i < 2; i++) {
        struct node *better = without_division(r, y->inputs[i], y->inputs[1 - i], DEEPEST_FACTOR);
        if (better)
            return graph_binary(r->graph, OP_MUL, better, y->inputs[1 - i]);
    }
    return NULL;
}

/* ---- Sums of products ---- */

enum { MOST_PEELED = 8 };

/* What does not vary along the axes that are summed. */
struct peeled {
    struct node *factors[MOST_PEELED], *divisors[MOST_PEELED];
    int factors_count, divisors_count;
};

/* The product without such factors and divisors, wherever in it they stand, as far as it is computed for this
 * sum alone. */
static struct node *peel_product(struct rewriter *r, struct node *x, unsigned axes, struct peeled *peeled,
                                 int depth)
{
    struct node *rest[2];
    if ((x->op != OP_MUL && x->op != OP_DIV) || depth == 0 || rewriter_uses(r, x) != 1)
        return x;
    for (int i = x->op == OP_DIV; i < 2; i++) {
        bool divides = x->op == OP_DIV;
        int *count = divides ? &peeled->divisors_count : &peeled->factors_count;
        if ((node_invariance(x->inputs[i]) & axes) != axes || *count == MOST_PEELED)
            continue;
        (divides ? peeled->divisors : peeled->factors)[(*count)++] = x->inputs[i];
        return peel_product(r, x->inputs[1 - i], axes, peeled, depth - 1);
    }
    rest[0] = peel_product(r, x->inputs[0], axes, peeled, depth - 1);
    rest[1] = x->op == OP_MUL ? peel_product(r, x->inputs[1], axes, peeled, depth - 1) : x->inputs[1];
    return rest[0] == x->inputs[0] && rest[1] == x->inputs[1] ? x : graph_elementwise(r->graph, x->op, rest);
}

/* sum(s * x / d * y) -> s * sum(x * y) / d. */
static struct node *scaled_sum(struct rewriter *r, struct node *y)
{
    enum { DEEP = 8 };
    struct peeled peeled = {.factors_count = 0};
    if (y->type != REAL)
        return NULL;
    struct node *rest = peel_product(r, y->inputs[0], y->axes, &peeled, DEEP);
    if (rest == y->inputs[0])
        return NULL;
    struct node *sum = graph_reduce(r->graph, OP_SUM, rest, y->axes);
    for (int i = 0; i < peeled.factors_count; i++)
        sum = graph_binary(r->graph, OP_MUL, graph_restrict(r->graph, peeled.factors[i], y->axes), sum);
    for (int i = 0; i < peeled.divisors_count; i++)
        sum = graph_binary(r->graph, OP_DIV, sum, graph_restrict(r->graph, peeled.divisors[i], y->axes));
    return sum;
}

static const struct {
    enum op op;
    struct node *(*apply)(struct rewriter *rewriter, struct node *node);
} table[] = {
    {OP_NEG, rewrite_negated_parts},
    {OP_SCATTER, rewrite_scattered_rows},
    {OP_SCATTER, rewrite_scattered_product},
    {OP_MUL, rewrite_one_hot_factor},
    {OP_DIV, rewrite_one_hot_factor},
    {OP_NEG, rewrite_one_hot_factor},
    {OP_POW, rewrite_one_hot_power},
    {OP_ABS, rewrite_one_hot_power},
    {OP_SQRT, rewrite_one_hot_power},
    {OP_ADD, rewrite_one_hot_terms},
    {OP_SUB, rewrite_one_hot_terms},
    {OP_SELECT, rewrite_one_hot_choice},
    {OP_INDEX, rewrite_one_hot_view},
    {OP_SCATTER, rewrite_one_hot_scatter},
    {OP_SUM, rewrite_one_hot_sum},
    {OP_CONTRACT, rewrite_one_hot_product},
    {OP_MUL, rewrite_chosen_factor},
    {OP_DIV, rewrite_chosen_factor},
    {OP_NEG, rewrite_chosen_factor},
    {OP_SUM, rewrite_chosen_sum},
    {OP_CONTRACT, rewrite_chosen_product},
    {OP_LOG, log_of_exp},
    {OP_SQRT, root_of_square},
    {OP_POW, even_power},
    {OP_MUL, signs_outward},
    {OP_DIV, signs_outward},
    {OP_MUL, known_reciprocal},
    {OP_DIV, known_reciprocal},
    {OP_SELECT, nested_choice},
    {OP_SELECT, implied_choice},
    {OP_ADD, common_choice},
    {OP_SUB, common_choice},
    {OP_ADD, common_factor},
    {OP_SUB, common_factor},
    {OP_SUM, scaled_sum},
    {OP_CONTRACT, rewrite_scalar_factor},
    {OP_CONTRACT, rewrite_chain},
    {OP_CONTRACT, rewrite_product_of_part},
    {OP_INDEX, rewrite_part_of_product},
    {OP_INDEX, rewrite_diagonal},
    {OP_INDEX, rewrite_part},
    {OP_ADD, rewrite_cleared_sum},
    {OP_REPLACE, rewrite_replaced_by_itself},
    {OP_RESHAPE, rewrite_reshaped_round},
    {OP_RESHAPE, rewrite_reshaped_slice},
    {OP_INDEX, rewrite_batch_inwards},
    {OP_ADD, rewrite_overlap},
    {OP_SUB, rewrite_overlap},
};

int rewriter_uses(const struct rewriter *rewriter, const struct node *node)
{
    return (size_t)node->id < rewriter->uses_capacity ? rewriter->uses[node->id] : 0;
}

/* Several nodes may become one: their uses add up. */
static void count_uses(struct rewriter *rewriter, const struct node *node, const struct node *copy)
{
    size_t id = (size_t)copy->id;
    if (id >= rewriter->uses_capacity) {
        size_t capacity = 2 * id + 64;
        int *uses = ARENA_ARRAY(rewriter->graph->arena, int, capacity);
        if (rewriter->uses)
            memcpy(uses, rewriter->uses, rewriter->uses_capacity * sizeof *uses);
        rewriter->uses = uses;
        rewriter->uses_capacity = capacity;
    }
    rewriter->uses[id] += rewriter->source_uses[node->id];
}

struct node *rewrite(void *closure, const struct node *node, struct node *copy)
{
    enum { ENOUGH = 16 };
    struct rewriter *rewriter = closure;
    rewriter->source = node;
    for (int round = 0; round < ENOUGH; round++) {
        struct node *better = NULL;
        for (size_t i = 0; i < sizeof table / sizeof *table && !better; i++)
            if (table[i].op == copy->op)
                better = table[i].apply(rewriter, copy);
        if (!better || better == copy)
            break;
        copy = better;
    }
    count_uses(rewriter, node, copy);
    return copy;
}
