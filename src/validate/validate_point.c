/* validate_point.c: sizes, values and NULL members at random. */
#include <math.h>
#include <string.h>

#include "validate_point.h"

enum { ATTEMPTS = 4000, MOST_ELEMENTS = 40000 };

uint64_t point_random(struct point *point, uint64_t below)
{
    point->random = point->random * 6364136223846793005u + 1442695040888963407u;
    return (point->random >> 33) % below;
}

double point_random_unit(struct point *point)
{
    return (double)point_random(point, 1u << 30) * 0x1p-30;
}

/* ---- Members ---- */

bool is_read_role(enum role role)
{
    return role == ROLE_INPUT || role == ROLE_INOUT || role == ROLE_OUTPUT_GRADIENT || role == ROLE_TANGENT ||
           role == ROLE_DIRECTION;
}

bool is_pointer_member(const struct member *member)
{
    return member->role != ROLE_SIZE && (member->rank > 0 || member->pointer ||
                                         member->role == ROLE_WORKSPACE || member->role == ROLE_PREPARED);
}

static const enum role written[ENTRY_COUNT][2] = {
    [ENTRY_FORWARD] = {ROLE_OUTPUT, ROLE_INOUT},
    [ENTRY_BACKWARD] = {ROLE_GRADIENT, ROLE_GRADIENT},
    [ENTRY_GRADIENT] = {ROLE_OUTPUT, ROLE_GRADIENT},
    [ENTRY_JACOBIAN] = {ROLE_JACOBIAN, ROLE_JACOBIAN},
    [ENTRY_HESSIAN] = {ROLE_HESSIAN, ROLE_HESSIAN},
    [ENTRY_SPARSE_JACOBIAN] = {ROLE_JACOBIAN_VALUES, ROLE_JACOBIAN_VALUES},
    [ENTRY_SPARSE_HESSIAN] = {ROLE_HESSIAN_VALUES, ROLE_HESSIAN_VALUES},
    [ENTRY_JVP] = {ROLE_OUTPUT_TANGENT, ROLE_OUTPUT_TANGENT},
    [ENTRY_HVP] = {ROLE_HVP, ROLE_HVP},
    [ENTRY_OBJECTIVE] = {ROLE_OBJECTIVE, ROLE_OBJECTIVE},
    [ENTRY_OBJECTIVE_GRADIENT] = {ROLE_OBJECTIVE_GRADIENT, ROLE_OBJECTIVE_GRADIENT},
    [ENTRY_CONSTRAINTS] = {ROLE_CONSTRAINTS, ROLE_CONSTRAINTS},
    [ENTRY_CONSTRAINTS_JACOBIAN] = {ROLE_CONSTRAINTS_JACOBIAN, ROLE_CONSTRAINTS_JACOBIAN},
    [ENTRY_LAGRANGIAN_HESSIAN] = {ROLE_LAGRANGIAN_HESSIAN, ROLE_LAGRANGIAN_HESSIAN},
    [ENTRY_PREPARE] = {ROLE_PREPARED_VALUE, ROLE_PREPARED_VALUE},
};

bool is_written_by(enum entry entry, const struct member *member)
{
    return member->value && (member->role == written[entry][0] || member->role == written[entry][1]);
}

/* ---- Sizes ---- */

static int64_t size_value(const size *atom, void *closure)
{
    const struct point *point = closure;
    for (size_t i = 0; i < point->function->members_count; i++)
        if (point->function->members[i].role == ROLE_SIZE && point->function->members[i].extent == atom)
            return point->sizes[i];
    return 1;
}

static bool conditions_hold(struct point *point)
{
    for (size_t i = 0; i < point->function->conditions_count; i++) {
        const struct condition *condition = &point->function->conditions[i];
        int64_t denominator = size_denominator(condition->a);
        if (condition->kind == CONDITION_WHOLE) {
            struct sizes *sizes = point->function->graph->sizes;
            size *multiple = size_multiply(condition->a, size_number(sizes, denominator));
            if (size_evaluate(multiple, size_value, point) % denominator)
                return false;
        } else {
            int64_t a = size_evaluate(condition->a, size_value, point);
            if (condition->kind == CONDITION_ZERO ? a != 0 : a < 0)
                return false;
        }
    }
    return true;
}

static bool count_elements(struct point *point)
{
    double all = 0;
    for (size_t i = 0; i < point->function->members_count; i++) {
        const struct member *member = &point->function->members[i];
        double count = 1;
        for (int a = 0; a < member->rank; a++)
            count *= (double)size_evaluate(member->shape[a], size_value, point);
        all += count;
        point->counts[i] = count < 1e9 ? (size_t)count : 0;
    }
    return all <= MOST_ELEMENTS;
}

static int64_t small_size(struct point *point)
{
    static const int64_t often[] = {1, 2, 3, 4, 5, 7};
    return often[point_random(point, sizeof often / sizeof *often)];
}

static bool take_given_sizes(struct point *point)
{
    for (size_t i = 0; i < point->function->members_count; i++)
        point->sizes[i] = point->given->sizes[i];
    count_elements(point);
    return true;
}

/* Fixed sizes are as they are. */
static bool are_good(struct point *point, size_t names)
{
    return conditions_hold(point) && (count_elements(point) || names == 0);
}

static size_t count_sizes(const struct point *point)
{
    size_t names = 0;
    for (size_t i = 0; i < point->function->members_count; i++)
        names += point->function->members[i].role == ROLE_SIZE;
    return names;
}

bool point_choose_sizes(struct point *point, int64_t large)
{
    size_t names = count_sizes(point);
    if (point->given)
        return take_given_sizes(point);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        size_t next = 0, chosen = names ? point_random(point, names) : 0;
        bool is_wide = attempt > ATTEMPTS / 4;
        for (size_t i = 0; i < point->function->members_count; i++)
            if (point->function->members[i].role == ROLE_SIZE)
                point->sizes[i] = next++ == chosen && large > 0 && !is_wide ? large
                                  : is_wide ? 1 + (int64_t)point_random(point, 12)
                                            : small_size(point);
        if (are_good(point, names))
            return true;
    }
    return false;
}

bool point_choose_different_sizes(struct point *point)
{
    size_t names = count_sizes(point);
    if (point->given)
        return take_given_sizes(point);
    for (int64_t attempt = 0; attempt < 5; attempt++) {
        int64_t next = 3 + attempt;
        for (size_t i = 0; i < point->function->members_count; i++)
            if (point->function->members[i].role == ROLE_SIZE)
                point->sizes[i] = 2 + next++ % 6;
        if (are_good(point, names))
            return true;
    }
    return point_choose_sizes(point, 0);
}

/* ---- Values ---- */

/* int values must lie where the checks allow: the smallest upper bound that is asked of them directly,
 * else 2. */
static int64_t int_bound(struct point *point, const struct member *member)
{
    int64_t bound = INT32_MAX;
    for (size_t i = 0; i < point->function->checks_count; i++) {
        if (point->function->checks[i].kind != CHECK_RANGE)
            continue;
        const struct node *k = point->function->checks[i].k;
        while (k->op == OP_INDEX || k->op == OP_MARK || k->op == OP_RESHAPE)
            k = k->inputs[0];
        int64_t high = size_evaluate(point->function->checks[i].high, size_value, point);
        if (k == member->leaf && high < bound)
            bound = high;
    }
    return bound == INT32_MAX ? 3 : bound < 1 ? 1 : bound;
}

/* Square matrices, symmetric with a large diagonal. */
static void make_definite(const struct member *member, size_t count, int64_t n, double *values)
{
    for (size_t first = 0; member->type == REAL && first + (size_t)(n * n) <= count; first += (size_t)(n * n))
        for (int64_t i = 0; i < n; i++) {
            for (int64_t j = 0; j < i; j++)
                values[first + (size_t)(i * n + j)] = values[first + (size_t)(j * n + i)];
            values[first + (size_t)(i * n + i)] += (double)n + 1;
        }
}

static void choose_ints(struct point *point, size_t i, bool with_statuses)
{
    const struct member *member = &point->function->members[i];
    int64_t bound = int_bound(point, member);
    bool is_wild = with_statuses && point_random(point, 8) == 0;
    for (size_t k = 0; k < point->counts[i]; k++)
        point->values[i][k] = (double)point_random(point, (uint64_t)bound);
    if (is_wild && point->counts[i] > 0)
        point->values[i][point_random(point, point->counts[i])] =
            point_random(point, 2) ? -1 : (double)(bound + (int64_t)point_random(point, 2));
}

void point_choose_seeds(struct point *point)
{
    for (size_t i = 0; i < point->function->members_count; i++) {
        const struct member *member = &point->function->members[i];
        if (member->role != ROLE_OUTPUT_GRADIENT)
            continue;
        for (size_t k = 0; k < point->counts[i]; k++)
            point->values[i][k] = 2 * point_random_unit(point) - 1;
    }
}

void point_choose_values(struct point *point, int style, bool with_statuses)
{
    static const double ranges[][2] = {{-1, 1}, {0.2, 1.2}, {-2, 2}, {1.1, 2.1}, {-0.5, 0.5}};
    double low = ranges[style % 5][0], high = ranges[style % 5][1];
    for (size_t i = 0; i < point->function->members_count; i++) {
        const struct member *member = &point->function->members[i];
        if (!is_read_role(member->role))
            continue;
        point->values[i] = ARENA_ARRAY(point->arena, double, point->counts[i] + 1);
        if (point->given && point->given->values[i]) {
            memcpy(point->values[i], point->given->values[i], point->counts[i] * sizeof(double));
            continue;
        }
        if (member->type == INT) {
            choose_ints(point, i, with_statuses);
            continue;
        }
        for (size_t k = 0; k < point->counts[i]; k++)
            point->values[i][k] = low + (high - low) * point_random_unit(point);
        if (member->rank >= 2 && style % 2 == 1) {
            int64_t n = size_evaluate(member->shape[member->rank - 1], size_value, point);
            if (n == size_evaluate(member->shape[member->rank - 2], size_value, point))
                make_definite(member, point->counts[i], n, point->values[i]);
        }
    }
    point_choose_seeds(point);
}

/* Inputs must not be NULL. Mostly all is wanted, or nearly nothing is. */
void point_choose_null(struct point *point, enum entry entry)
{
    uint64_t kind = point_random(point, 4);
    for (size_t i = 0; i < point->function->members_count; i++) {
        const struct member *member = &point->function->members[i];
        if (entry == ENTRY_BACKWARD && member->role == ROLE_OUTPUT)
            continue; /* as forward found it */
        bool can_be = is_pointer_member(member) && member->role != ROLE_INPUT && member->role != ROLE_INOUT &&
                      member->role != ROLE_WORKSPACE && member->role != ROLE_PREPARED;
        uint64_t chance = kind == 0 ? 0 : kind == 1 ? 75 : kind == 2 ? 50 : 20;
        point->is_null[i] = can_be && point_random(point, 100) < chance;
    }
}

struct point *point_new(struct arena *arena, const struct function *function,
                        const struct function *reference, int precision, uint64_t seed)
{
    struct point *point = ARENA_NEW(arena, struct point);
    size_t count = function->members_count + 1;
    *point = (struct point){.arena = arena,
                            .function = function,
                            .reference = reference,
                            .sizes = ARENA_ARRAY(arena, int64_t, count),
                            .counts = ARENA_ARRAY(arena, size_t, count),
                            .values = ARENA_ARRAY(arena, double *, count),
                            .is_null = ARENA_ARRAY(arena, bool, count),
                            .close = precision == 32 ? 2e-5 : 1e-9, /* float32's constants are rounded */
                            .nudge = 1e-12,
                            .rounding = 1e-15,
                            .random = seed};
    for (int i = 0; i < 3; i++)
        point_random(point, 2);
    return point;
}

const char *point_text(struct point *point, enum entry entry)
{
    const char *text = "", *nulls = "";
    for (size_t i = 0; i < point->function->members_count; i++) {
        const struct member *member = &point->function->members[i];
        if (member->role == ROLE_SIZE)
            text = arena_print(point->arena, "%s%s%s = %lld", text, *text ? ", " : "", member->name,
                               (long long)point->sizes[i]);
        if (point->is_null[i] && (is_written_by(entry, member) || is_read_role(member->role) ||
                                  (entry == ENTRY_BACKWARD && member->role == ROLE_OUTPUT)))
            nulls = arena_print(point->arena, "%s%s%s", nulls, *nulls ? ", " : "", member->name);
    }
    if (*nulls)
        text = arena_print(point->arena, "%s%s%s NULL", text, *text ? "; " : "", nulls);
    return text;
}
