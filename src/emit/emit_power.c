/* emit_power.c: powers whose exponent counts the rounds of a loop are multiplied up from round to round.
 *
 *     double power = 1.0;                          or pow(t, a) for t^(a + j)
 *     for (size_t j = 0; j < m; j++) {
 *         sum += power * x[j];
 *         power *= t;
 *     }
 *
 * Right for every t, since exponents start at 0 or above: 0^0 is 1, and zeros, infinities and NaN stay what
 * they are. Each multiplication adds half a unit in the last place, as each addition to a sum does; so this
 * is done for the terms of sums, not for powers that are stored. Where lanes form a sum of nothing but powers
 * with coefficients, emit_lanes.c needs no powers: it goes down from the last coefficient, by Horner's
 * scheme. */
#include <string.h>

#include "cost.h"
#include "emitter.h"

enum { MOST_FACTORS_OF_TERM = 8 };

struct running_power {
    const struct item *loop;
    const struct node *node;                 /* its base is an element of this one, */
    struct index at[MAXIMUM_AXES];           /* here */
    size *from;                              /* the first exponent */
    const struct tree *base, *start, *value; /* in C; the value in this lane if there are lanes */
    const char *variable;
    int step;
    int uses; /* in terms so far */
};

/* ---- Printing ---- */

static const struct tree *start_of(struct emitter *emitter, const struct tree *base, size *start)
{
    if (size_is(start, 0))
        return form(emitter, "1.0%s", emitter->suffix);
    if (size_is(start, 1))
        return base;
    return form(emitter, "pow%s($, (%s)($))", emitter->suffix, base, emitter->real, size_c(emitter, start));
}

static bool is_same_base(const struct running_power *a, const struct running_power *b)
{
    for (int i = 0; i < a->node->rank; i++)
        if (a->at[i].dynamic || b->at[i].dynamic || a->at[i].affine != b->at[i].affine)
            return false;
    return a->node == b->node;
}

static struct running_power *find_power(struct emitter *emitter, const struct running_power *wanted)
{
    for (size_t i = 0; i < emitter->powers_count; i++) {
        struct running_power *power = emitter->powers[i];
        if (power->loop == wanted->loop && power->step == wanted->step && power->from == wanted->from &&
            is_same_base(power, wanted))
            return power;
    }
    return NULL;
}

const struct tree *power_of_round(struct emitter *emitter, struct node *node, const struct index *at)
{
    struct running_power wanted = {.step = 0}, *power;
    if (!emitter->at || emitter->at->kind != ITEM_STATEMENT || !is_running_power(node))
        return NULL;
    wanted.loop = counting_loop(emitter->program, emitter->at, node, at, &wanted.from, &wanted.step);
    if (!wanted.loop)
        return NULL;
    const struct node *base_view = node->inputs[0];
    wanted.node = base_view->inputs[0];
    index_below(emitter->program, base_view, base_view->subscripts, wanted.node->rank, at, wanted.at,
                anywhere, NULL);
    power = find_power(emitter, &wanted);
    if (!power) {
        power = ARENA_NEW(emitter->lasting, struct running_power);
        *power = wanted;
        power->base = expression_of(emitter, node->inputs[0], at);
        power->variable = names_take(emitter->names, "power");
        power->start = start_of(emitter, power->base, power->from);
        power->value = emitter->lane ? lane_of(emitter, power->variable, NULL)
                                     : tree_name(emitter->lasting, power->variable);
        ARENA_APPEND(emitter->lasting, emitter, powers, power);
    }
    power->uses++;
    return power->value;
}

/* A product's factors, from left to right. */
struct factors {
    struct node *nodes[MOST_FACTORS_OF_TERM];
    struct index at[MOST_FACTORS_OF_TERM][MAXIMUM_AXES];
    int count;
};

/* False: there are too many. */
static bool add_factors(const struct emitter *emitter, struct node *node, const struct index *at,
                        struct factors *factors)
{
    bool is_product = node->op == OP_MUL && !has_place(emitter->program, node);
    if (is_product)
        return add_factors(emitter, node->inputs[0], at, factors) &&
               add_factors(emitter, node->inputs[1], at, factors);
    if (factors->count == MOST_FACTORS_OF_TERM)
        return false;
    memcpy(factors->at[factors->count], at, sizeof *at * (size_t)node->rank);
    factors->nodes[factors->count++] = node;
    return true;
}

/* The product of all factors but one. */
static const struct tree *product_of(struct emitter *emitter, const struct factors *factors, int but)
{
    const struct tree *product = NULL;
    for (int i = 0; i < factors->count; i++)
        if (i != but)
            product =
                joined(emitter, product, "*", expression_of(emitter, factors->nodes[i], factors->at[i]));
    return product;
}

bool take_lone_power(struct emitter *emitter, const struct item *loop, const struct nest *nest,
                     const struct index *at, const struct tree **base, const struct tree **coefficient)
{
    struct running_power *power =
        emitter->powers_count > 0 ? emitter->powers[emitter->powers_count - 1] : NULL;
    struct factors factors = {.count = 0};
    struct index operand[MAXIMUM_AXES];
    int64_t first;
    if (!power || power->loop != loop || power->step != 1 || power->uses != 1 ||
        !size_is_number(power->from, &first) || first != 0)
        return false;
    for (int i = 0; i < nest->node->input_count; i++) {
        operand_indices(nest->node, i, at, operand);
        if (!add_factors(emitter, nest->node->inputs[i], operand, &factors))
            return false;
    }
    for (int i = 0; i < factors.count && factors.count > 1; i++) {
        bool is_power = power_of_round(emitter, factors.nodes[i], factors.at[i]) == power->value;
        power->uses -= is_power;
        if (!is_power)
            continue;
        *coefficient = product_of(emitter, &factors, i);
        *base = parenthesise(emitter->lasting, power->base, PRECEDENCE_UNARY);
        emitter->powers_count--;
        return true;
    }
    return false;
}

void declare_powers(struct emitter *emitter, const struct item *loop)
{
    for (size_t i = 0; i < emitter->powers_count; i++) {
        const struct running_power *power = emitter->powers[i];
        if (power->loop != loop)
            continue;
        if (emitter->lane)
            emit_line(emitter, "%s %s[GRADC_LANES]", emitter->real, power->variable);
        else
            emit_line(emitter, "%s %s = $", emitter->real, power->variable, power->start);
    }
}

void start_powers(struct emitter *emitter, const struct item *loop)
{
    for (size_t i = 0; i < emitter->powers_count; i++)
        if (emitter->powers[i]->loop == loop)
            emit_line(emitter, "$ = $", emitter->powers[i]->value, emitter->powers[i]->start);
}

void step_powers(struct emitter *emitter, const struct item *loop)
{
    for (size_t i = 0; i < emitter->powers_count; i++) {
        const struct running_power *power = emitter->powers[i];
        for (int k = 0; power->loop == loop && k < power->step; k++)
            emit_line(emitter, "$ *= $", power->value, power->base);
    }
}
