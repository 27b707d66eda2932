/* formula.c: sums and products of formulas; see formula.h. */
#include "formula.h"

#include <math.h>
#include <string.h>

/* ---- Leaves ---- */

formula formula_number(struct arena *arena, double value)
{
    struct formula *a = ARENA_NEW(arena, struct formula);
    a->kind = F_NUMBER;
    a->number = value;
    a->weight = 1;
    return a;
}

formula formula_name(struct arena *arena, const char *name, int rank)
{
    struct formula *a = ARENA_NEW(arena, struct formula);
    a->kind = F_NAME;
    a->name = name;
    a->rank = rank;
    a->weight = 1;
    return a;
}

formula formula_rounds(struct arena *arena, const char *name, int rank)
{
    struct formula *rounds = ARENA_NEW(arena, struct formula);
    *rounds = *formula_name(arena, name, rank);
    rounds->is_of_rounds = true;
    return rounds;
}

formula formula_deferred(struct arena *arena, struct node *node)
{
    struct formula *a = ARENA_NEW(arena, struct formula);
    a->kind = F_DEFERRED;
    a->node = node;
    a->rank = node->rank;
    a->weight = 1;
    return a;
}

static struct formula *make(struct arena *arena, enum formula_kind kind, int count)
{
    struct formula *a = ARENA_NEW(arena, struct formula);
    a->kind = kind;
    a->count = count;
    a->parts = ARENA_ARRAY(arena, formula, count + 1);
    a->numbers = ARENA_ARRAY(arena, double, count + 1);
    a->weight = 1;
    return a;
}

formula formula_make(struct arena *arena, enum formula_kind kind, const char *name, int rank, int count,
                     const formula *parts)
{
    struct formula *a = make(arena, kind, count);
    a->name = name;
    a->rank = rank;
    for (int i = 0; i < count; i++) {
        a->parts[i] = parts[i];
        a->weight += parts[i]->weight;
    }
    return a;
}

bool formula_is_number(formula a, double value)
{
    return a->kind == F_NUMBER && a->number == value;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* A term of a product or a sum may stand at any place of the other. */
static bool has_term(formula a, formula term, double number)
{
    for (int i = 0; i < a->count; i++)
        if (a->numbers[i] == number && formula_equal(a->parts[i], term))
            return true;
    return false;
}

bool formula_equal(formula a, formula b)
{
    bool commutes = a->kind == F_SUM || a->kind == F_PRODUCT;
    if (a == b)
        return true;
    if (a->kind != b->kind || a->rank != b->rank || a->count != b->count || a->weight != b->weight ||
        a->number != b->number || a->node != b->node || !same_text(a->name, b->name) ||
        !same_text(a->tail, b->tail))
        return false;
    for (int i = 0; i < a->count; i++)
        if (commutes ? !has_term(b, a->parts[i], a->numbers[i]) : !formula_equal(a->parts[i], b->parts[i]))
            return false;
    for (int i = 0; a->kind == F_SPREAD && i < a->parts[0]->rank; i++)
        if (a->axes[i] != b->axes[i])
            return false;
    return true;
}

bool formula_contains(formula a, formula b)
{
    if (formula_equal(a, b))
        return true;
    for (int i = 0; i < a->count; i++)
        if (formula_contains(a->parts[i], b))
            return true;
    return false;
}

/* ---- Products ---- */

/* The factors of a product while it grows. */
struct factors {
    double number;
    const struct formula **parts;
    double *powers;
    size_t parts_count, parts_capacity, powers_count, powers_capacity;
};

static void add_factor(struct arena *arena, struct factors *factors, formula a, double power)
{
    if (a->kind == F_NUMBER) {
        factors->number *= pow(a->number, power);
        return;
    }
    if (a->kind == F_PRODUCT && (power == floor(power) || a->number > 0)) {
        factors->number *= pow(a->number, power);
        for (int i = 0; i < a->count; i++)
            add_factor(arena, factors, a->parts[i], a->numbers[i] * power);
        return;
    }
    for (size_t i = 0; i < factors->parts_count; i++)
        if (formula_equal(factors->parts[i], a)) {
            if (a->kind != F_INDICATOR || power < 0)
                factors->powers[i] += power;
            return;
        }
    ARENA_APPEND(arena, factors, parts, a);
    ARENA_APPEND(arena, factors, powers, a->kind == F_INDICATOR && power > 0 ? 1 : power);
}

static void drop_factor(struct factors *factors, size_t at)
{
    memmove(factors->parts + at, factors->parts + at + 1,
            (factors->parts_count - at - 1) * sizeof *factors->parts);
    memmove(factors->powers + at, factors->powers + at + 1,
            (factors->parts_count - at - 1) * sizeof *factors->powers);
    factors->powers_count = --factors->parts_count;
}

static bool is_call(formula a, const char *name)
{
    return a->kind == F_CALL && strcmp(a->name, name) == 0;
}

/* 1 + exp(u): u, or NULL. */
static formula one_plus_exponential(formula a)
{
    if (a->kind != F_SUM || a->count != 2)
        return NULL;
    for (int i = 0; i < 2; i++)
        if (a->numbers[0] == 1 && a->numbers[1] == 1 && formula_is_number(a->parts[i], 1) &&
            is_call(a->parts[1 - i], "exp"))
            return a->parts[1 - i]->parts[0];
    return NULL;
}

/* exp(u) / (1 + exp(u)) = sigmoid(u), 1 / (1 + exp(u)) = sigmoid(-u) */
static void find_sigmoid(struct arena *arena, struct factors *factors)
{
    for (size_t i = 0; i < factors->parts_count; i++) {
        formula u = factors->powers[i] == -1 ? one_plus_exponential(factors->parts[i]) : NULL;
        if (!u)
            continue;
        formula argument = formula_scale(arena, -1, u);
        for (size_t k = 0; k < factors->parts_count; k++)
            if (is_call(factors->parts[k], "exp") && factors->powers[k] == 1 &&
                formula_equal(factors->parts[k]->parts[0], u))
                argument = u;
        factors->parts[i] = formula_call(arena, "sigmoid", NULL, true, u->rank, 1, &argument);
        factors->powers[i] = 1;
        for (size_t k = 0; k < factors->parts_count && argument == u; k++)
            if (is_call(factors->parts[k], "exp") && factors->powers[k] == 1 &&
                formula_equal(factors->parts[k]->parts[0], u)) {
                drop_factor(factors, k);
                return;
            }
    }
}

formula formula_without_spread(formula a)
{
    return a->kind == F_SPREAD ? a->parts[0] : a;
}

/* u of u - max(u), else a. */
static formula without_maximum(struct arena *arena, formula a)
{
    if (a->kind != F_SUM)
        return a;
    for (int i = 0; i < a->count; i++) {
        formula maximum = formula_without_spread(a->parts[i]);
        if (a->numbers[i] != -1 || !is_call(maximum, "max") || maximum->count != 1)
            continue;
        formula u = formula_add(arena, a, 1, a->parts[i]);
        if (formula_equal(u, maximum->parts[0]))
            return u;
    }
    return a;
}

/* exp(u) / sum(exp(u)) = softmax(u) */
static void find_softmax(struct arena *arena, struct factors *factors)
{
    for (size_t i = 0; i < factors->parts_count; i++) {
        formula sum = formula_without_spread(factors->parts[i]);
        if (factors->powers[i] != -1 || !is_call(sum, "sum") || !is_call(sum->parts[0], "exp"))
            continue;
        for (size_t k = 0; k < factors->parts_count; k++)
            if (factors->powers[k] == 1 && formula_equal(factors->parts[k], sum->parts[0])) {
                formula u = without_maximum(arena, sum->parts[0]->parts[0]);
                const char *tail = sum->tail, *last = arena_print(arena, ", axis = %d", u->rank - 1);
                tail =
                    tail && strcmp(tail, last) != 0 ? tail : NULL; /* along the last axis, as softmax(x) is */
                factors->parts[k] = formula_call(arena, "softmax", tail, false, u->rank, 1, &u);
                drop_factor(factors, i);
                return;
            }
    }
}

/* sigmoid(-u) exp(u) = sigmoid(u) */
static void flip_sigmoid(struct arena *arena, struct factors *factors)
{
    for (size_t i = 0; i < factors->parts_count; i++)
        for (size_t k = 0; is_call(factors->parts[i], "sigmoid") && k < factors->parts_count; k++) {
            formula u = factors->parts[k]->count ? factors->parts[k]->parts[0] : NULL;
            if (factors->powers[i] != 1 || factors->powers[k] != 1 || !is_call(factors->parts[k], "exp") ||
                !formula_equal(formula_scale(arena, -1, u), factors->parts[i]->parts[0]))
                continue;
            factors->parts[i] = formula_call(arena, "sigmoid", NULL, true, u->rank, 1, &u);
            drop_factor(factors, k);
            return;
        }
}

/* Whether the factors are a column, a row and scalars. */
static bool is_outer(const struct factors *factors)
{
    bool has_side[2] = {false, false};
    for (size_t i = 0; i < factors->parts_count; i++) {
        formula part = factors->parts[i];
        if (part->rank > 0 && (part->kind != F_SPREAD || part->rank != 2 || part->parts[0]->rank != 1))
            return false;
        if (part->rank > 0)
            has_side[part->axes[0]] = true;
    }
    return has_side[0] && has_side[1];
}

/* A matrix made of a column and a row is the product of both; NULL if it is none. */
static formula find_outer(struct arena *arena, const struct factors *factors)
{
    formula sides[3];
    if (!is_outer(factors))
        return NULL;
    sides[0] = sides[1] = formula_number(arena, 1);
    sides[2] = formula_number(arena, factors->number);
    for (size_t i = 0; i < factors->parts_count; i++) {
        formula part = factors->parts[i], power = formula_number(arena, factors->powers[i]);
        int side = part->rank == 0 ? 2 : part->axes[0];
        part = part->rank == 0 ? part : part->parts[0];
        sides[side] = formula_multiply(arena, sides[side], formula_power(arena, part, power));
    }
    return formula_multiply(arena, sides[2], formula_chain(arena, sides[0], sides[1]));
}

static bool has_negative(formula a)
{
    for (int i = 0; i < a->count; i++)
        if (a->numbers[i] < 0)
            return true;
    return false;
}

/* -(a - b) = b - a: a sum that has a minus takes the sign of the product. */
static void settle_sign(struct arena *arena, struct factors *factors)
{
    for (size_t i = 0; factors->number < 0 && i < factors->parts_count; i++)
        if (factors->parts[i]->kind == F_SUM && has_negative(factors->parts[i]) &&
            fabs(factors->powers[i]) == 1) {
            struct formula *flipped = ARENA_NEW(arena, struct formula);
            *flipped = *factors->parts[i];
            flipped->numbers = ARENA_ARRAY(arena, double, flipped->count);
            for (int k = 0; k < flipped->count; k++)
                flipped->numbers[k] = -factors->parts[i]->numbers[k];
            factors->parts[i] = flipped;
            factors->number = -factors->number;
        }
}

static formula close_product(struct arena *arena, struct factors *factors)
{
    for (size_t i = factors->parts_count; i-- > 0;)
        if (factors->powers[i] == 0)
            drop_factor(factors, i);
    if (factors->number == 0)
        return formula_number(arena, 0);
    find_sigmoid(arena, factors);
    flip_sigmoid(arena, factors);
    find_softmax(arena, factors);
    settle_sign(arena, factors);
    formula outer = find_outer(arena, factors);
    if (outer)
        return outer;
    if (factors->parts_count == 0)
        return formula_number(arena, factors->number);
    if (factors->number == 1 && factors->parts_count == 1 && factors->powers[0] == 1)
        return factors->parts[0];
    struct formula *a = make(arena, F_PRODUCT, (int)factors->parts_count);
    a->number = factors->number;
    a->weight += fabs(a->number) != 1;
    for (int i = 0; i < a->count; i++) {
        a->parts[i] = factors->parts[i];
        a->numbers[i] = factors->powers[i];
        a->weight += a->parts[i]->weight + (fabs(a->numbers[i]) != 1);
        if (a->parts[i]->rank > a->rank)
            a->rank = a->parts[i]->rank;
    }
    return a;
}

static formula product(struct arena *arena, double number, formula a, double a_power, formula b,
                       double b_power)
{
    struct factors factors = {.number = number};
    add_factor(arena, &factors, a, a_power);
    if (b)
        add_factor(arena, &factors, b, b_power);
    return formula_cancel(arena, close_product(arena, &factors));
}

formula formula_scale(struct arena *arena, double factor, formula a)
{
    return factor == 1 ? a : product(arena, factor, a, 1, NULL, 0);
}

formula formula_multiply(struct arena *arena, formula a, formula b)
{
    return product(arena, 1, a, 1, b, 1);
}

formula formula_divide(struct arena *arena, formula a, formula b)
{
    return product(arena, 1, a, 1, b, -1);
}

formula formula_power(struct arena *arena, formula a, formula b)
{
    if (b->kind == F_NUMBER && (b->number == floor(b->number) || a->kind != F_PRODUCT))
        return product(arena, 1, a, b->number, NULL, 0);
    return formula_make(arena, F_POWER, NULL, a->rank > b->rank ? a->rank : b->rank, 2, (formula[]){a, b});
}

void formula_split(struct arena *arena, formula a, formula *scalars, formula *rest)
{
    struct factors outside = {.number = 1}, inside = {.number = 1};
    if (a->kind != F_PRODUCT) {
        *scalars = a->rank == 0 ? a : formula_number(arena, 1);
        *rest = a->rank == 0 ? formula_number(arena, 1) : a;
        return;
    }
    outside.number = a->number;
    for (int i = 0; i < a->count; i++)
        add_factor(arena, a->parts[i]->rank == 0 ? &outside : &inside, a->parts[i], a->numbers[i]);
    *scalars = close_product(arena, &outside);
    *rest = close_product(arena, &inside);
}

/* ---- Sums ---- */

struct terms {
    const struct formula **parts;
    double *factors;
    size_t parts_count, parts_capacity, factors_count, factors_capacity;
};

static void add_term(struct arena *arena, struct terms *terms, double factor, formula a)
{
    if (a->kind == F_SUM) {
        for (int i = 0; i < a->count; i++)
            add_term(arena, terms, factor * a->numbers[i], a->parts[i]);
        return;
    }
    if (a->kind == F_NUMBER) {
        factor *= a->number;
        a = formula_number(arena, 1);
    } else if (a->kind == F_PRODUCT && a->count == 1 && a->parts[0]->kind == F_SUM && a->numbers[0] == 1) {
        add_term(arena, terms, factor * a->number, a->parts[0]);
        return;
    } else if (a->kind == F_PRODUCT && a->number != 1) {
        factor *= a->number;
        a = formula_scale(arena, 1 / a->number, a);
    }
    for (size_t i = 0; i < terms->parts_count; i++)
        if (formula_equal(terms->parts[i], a)) {
            terms->factors[i] += factor;
            return;
        }
    ARENA_APPEND(arena, terms, parts, a);
    ARENA_APPEND(arena, terms, factors, factor);
}

/* The number that all terms have in common, but for the sign; negative if all of them are. */
static double common_number(const struct terms *terms, const bool *is_dropped)
{
    double common = 0;
    bool all_negative = true;
    for (size_t i = 0; i < terms->parts_count; i++) {
        if (is_dropped[i])
            continue;
        if (common != 0 && fabs(terms->factors[i]) != common)
            return 1;
        common = fabs(terms->factors[i]);
        all_negative = all_negative && terms->factors[i] < 0;
    }
    return all_negative ? -common : common;
}

static formula close_sum(struct arena *arena, const struct terms *terms)
{
    bool *is_dropped = ARENA_ARRAY(arena, bool, terms->parts_count + 1);
    size_t count = 0, last = 0;
    for (size_t i = 0; i < terms->parts_count; i++) {
        is_dropped[i] = terms->factors[i] == 0;
        count += !is_dropped[i];
        last = is_dropped[i] ? last : i;
    }
    if (count == 0)
        return formula_number(arena, 0);
    if (count == 1)
        return formula_scale(arena, terms->factors[last], terms->parts[last]);
    double common = common_number(terms, is_dropped);
    struct formula *a = make(arena, F_SUM, (int)count);
    a->count = 0;
    for (size_t i = 0; i < terms->parts_count; i++) {
        if (is_dropped[i])
            continue;
        a->parts[a->count] = terms->parts[i];
        a->numbers[a->count++] = terms->factors[i] / common;
        a->weight += terms->parts[i]->weight;
        if (terms->parts[i]->rank > a->rank)
            a->rank = terms->parts[i]->rank;
    }
    return formula_scale(arena, common, a);
}

/* What an element is taken of. */
static formula without_subscripts(formula a)
{
    return a->kind == F_ELEMENT ? a->parts[0] : a;
}

static formula with_subscripts_of(struct arena *arena, formula a, formula element)
{
    if (element->kind != F_ELEMENT)
        return a;
    formula *parts = ARENA_ARRAY(arena, formula, element->count);
    memcpy(parts, element->parts, (size_t)element->count * sizeof *parts);
    parts[0] = a;
    return formula_make(arena, F_ELEMENT, NULL, element->rank, element->count, parts);
}

/* max(u) + log(sum(exp(u - max(u)))) = logsumexp(u) */
static void find_logsumexp(struct arena *arena, struct terms *terms)
{
    for (size_t i = 0; i < terms->parts_count; i++) {
        formula log = terms->parts[i], of = is_call(log, "log") ? log->parts[0] : NULL;
        formula sum = of ? without_subscripts(of) : NULL;
        if (!sum || !is_call(sum, "sum") || !is_call(sum->parts[0], "exp"))
            continue;
        formula argument = sum->parts[0]->parts[0], u = without_maximum(arena, argument);
        for (size_t k = 0; u != argument && k < terms->parts_count; k++) {
            formula maximum = without_subscripts(terms->parts[k]);
            if (!is_call(maximum, "max") || !formula_equal(maximum->parts[0], u) ||
                terms->factors[k] != terms->factors[i])
                continue;
            formula result = formula_call(arena, "logsumexp", sum->tail, false, sum->rank, 1, &u);
            terms->parts[i] = with_subscripts_of(arena, result, of);
            terms->factors[k] = 0;
            return;
        }
    }
}

formula formula_add(struct arena *arena, formula a, double b_factor, formula b)
{
    struct terms terms = {0};
    add_term(arena, &terms, 1, a);
    add_term(arena, &terms, b_factor, b);
    find_logsumexp(arena, &terms);
    return close_sum(arena, &terms);
}

/* ---- Other kinds ---- */

formula formula_call(struct arena *arena, const char *name, const char *tail, bool is_elementwise, int rank,
                     int count, const formula *parts)
{
    struct formula *a = (struct formula *)formula_make(arena, F_CALL, name, rank, count, parts);
    a->tail = tail;
    a->is_elementwise = is_elementwise;
    return a;
}

formula formula_spread(struct arena *arena, formula a, int rank, const int *axes)
{
    bool is_same = a->rank == rank;
    if (a->rank == 0)
        return a;
    for (int i = 0; i < a->rank; i++)
        is_same = is_same && axes[i] == i;
    if (is_same)
        return a;
    formula scalars, rest;
    formula_split(arena, a, &scalars, &rest);
    if (a->kind == F_PRODUCT && !formula_is_number(scalars, 1) && rest->rank > 0)
        return formula_multiply(arena, scalars, formula_spread(arena, rest, rank, axes));
    if (a->kind == F_PRODUCT && a->count == 1)
        return formula_power(arena, formula_spread(arena, a->parts[0], rank, axes),
                             formula_number(arena, a->numbers[0]));
    struct formula *spread = make(arena, F_SPREAD, 1);
    spread->parts[0] = a->kind == F_SPREAD ? a->parts[0] : a;
    spread->rank = rank;
    spread->weight = a->weight;
    for (int i = 0; i < spread->parts[0]->rank; i++)
        spread->axes[i] = axes[a->kind == F_SPREAD ? a->axes[i] : i];
    return spread;
}
