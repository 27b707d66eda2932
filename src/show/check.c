/* check.c: gradients against differences.
 *
 * F(x) = sum_k <d_y_k, y_k(x)> for random output gradients d_y. Along random directions v, <dF/dx, v> from
 * the graph is compared with the derivative of F(x + h v) by central differences at h and h/2, extrapolated
 * (Richardson 1911), whose error is of the order h^4. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "interpret.h"
#include "memory.h"

enum { DIRECTIONS = 3, ATTEMPTS = 12, LARGEST_SIZE = 12 };
#define TOLERANCE 1e-6

struct point {
    struct arena *arena;
    const struct function *function;
    int64_t *sizes;  /* one for each member of ROLE_SIZE */
    double **values; /* one array for each input and output gradient, by member */
    size_t *counts;
    uint64_t random;
};

static double random_unit(struct point *p)
{
    p->random = p->random * 6364136223846793005u + 1442695040888963407u;
    return (double)(p->random >> 11) * 0x1p-53;
}

static bool is_leaf(const struct member *member)
{
    return member->role == ROLE_INPUT || member->role == ROLE_INOUT || member->role == ROLE_OUTPUT_GRADIENT;
}

static void bind_sizes(const struct point *p, struct interpreter *interpreter)
{
    for (size_t i = 0; i < p->function->members_count; i++)
        if (p->function->members[i].role == ROLE_SIZE)
            interpreter_bind_size(interpreter, p->function->members[i].extent, p->sizes[i]);
}

static struct interpreter *interpreter_at(const struct point *p, struct arena *arena)
{
    struct interpreter *interpreter = interpreter_new(arena, p->function->graph);
    bind_sizes(p, interpreter);
    for (size_t i = 0; i < p->function->members_count; i++)
        if (is_leaf(&p->function->members[i]) && p->values[i])
            interpreter_bind(interpreter, p->function->members[i].leaf, p->values[i]);
    return interpreter;
}

/* ---- A point ---- */

static int64_t size_value(const size *atom, void *closure)
{
    const struct point *p = closure;
    for (size_t i = 0; i < p->function->members_count; i++)
        if (p->function->members[i].role == ROLE_SIZE && p->function->members[i].extent == atom)
            return p->sizes[i];
    return 1;
}

static bool conditions_hold(struct point *p)
{
    for (size_t i = 0; i < p->function->conditions_count; i++) {
        const struct condition *condition = &p->function->conditions[i];
        int64_t denominator = size_denominator(condition->a);
        size *multiple = denominator == 1 ? condition->a : NULL;
        if (condition->kind == CONDITION_WHOLE) {
            struct sizes *sizes = p->function->graph->sizes;
            multiple = size_multiply(condition->a, size_number(sizes, denominator));
            if (size_evaluate(multiple, size_value, p) % denominator)
                return false;
        } else {
            int64_t a = size_evaluate(condition->a, size_value, p);
            if (condition->kind == CONDITION_ZERO ? a != 0 : a < 0)
                return false;
        }
    }
    return true;
}

/* Small sizes, different from each other where the conditions allow. */
static bool choose_sizes(struct point *p)
{
    for (int attempt = 0; attempt < 4000; attempt++) {
        int64_t next = 3 + attempt % 5;
        for (size_t i = 0; i < p->function->members_count; i++)
            if (p->function->members[i].role == ROLE_SIZE)
                p->sizes[i] = attempt < 5 ? 2 + next++ % 6 : 1 + (int64_t)(random_unit(p) * LARGEST_SIZE);
        if (conditions_hold(p))
            return true;
    }
    return false;
}

/* int values must lie where the checks allow: the smallest upper bound that is asked of them directly,
 * else 2. */
static int64_t int_bound(struct point *p, const struct member *member)
{
    int64_t bound = INT32_MAX;
    for (size_t i = 0; i < p->function->checks_count; i++) {
        const struct node *k = p->function->checks[i].k;
        if (p->function->checks[i].kind != CHECK_RANGE)
            continue;
        while (k->op == OP_INDEX || k->op == OP_MARK || k->op == OP_RESHAPE)
            k = k->inputs[0];
        int64_t high = size_evaluate(p->function->checks[i].high, size_value, p);
        if (k == member->leaf && high < bound)
            bound = high;
    }
    return bound == INT32_MAX ? 2 : bound;
}

static void choose_values(struct point *p, double low, double high)
{
    struct interpreter *interpreter = interpreter_new(p->arena, p->function->graph);
    bind_sizes(p, interpreter);
    for (size_t i = 0; i < p->function->members_count; i++) {
        const struct member *member = &p->function->members[i];
        if (!is_leaf(member))
            continue;
        p->counts[i] = interpreter_count(interpreter, member->leaf);
        p->values[i] = ARENA_ARRAY(p->arena, double, p->counts[i] + 1);
        for (size_t k = 0; k < p->counts[i]; k++)
            p->values[i][k] = member->type == INT ? floor(random_unit(p) * (double)int_bound(p, member))
                              : member->role == ROLE_OUTPUT_GRADIENT ? 0.5 + random_unit(p)
                                                                     : low + (high - low) * random_unit(p);
    }
}

/* ---- F and its derivative along a direction ---- */

static double objective(const struct point *p)
{
    struct arena *arena = arena_new();
    struct interpreter *interpreter = interpreter_at(p, arena);
    double sum = 0;
    for (size_t i = 0; i < p->function->members_count; i++) {
        const struct member *seed = &p->function->members[i];
        if (seed->role != ROLE_OUTPUT_GRADIENT)
            continue;
        for (size_t k = 0; k < p->function->members_count; k++) {
            const struct member *output = &p->function->members[k];
            if (output->role != ROLE_OUTPUT || strcmp(output->name, seed->of))
                continue;
            const double *y = interpreter_value(interpreter, output->value);
            for (size_t j = 0; y && j < p->counts[i]; j++)
                sum += p->values[i][j] * y[j];
            if (!y)
                sum = NAN;
        }
    }
    arena_free(arena);
    return sum;
}

static double shifted(struct point *p, size_t member, const double *direction, double h)
{
    double *base = p->values[member];
    p->values[member] = memory_array(p->counts[member] + 1, sizeof *base);
    for (size_t k = 0; k < p->counts[member]; k++)
        p->values[member][k] = base[k] + h * direction[k];
    double value = objective(p);
    memory_free(p->values[member]);
    p->values[member] = base;
    return value;
}

static double numerical(struct point *p, size_t member, const double *direction, double h)
{
    double wide = (shifted(p, member, direction, h) - shifted(p, member, direction, -h)) / (2 * h);
    double narrow = (shifted(p, member, direction, h / 2) - shifted(p, member, direction, -h / 2)) / h;
    return (4 * narrow - wide) / 3;
}

static size_t find_member(const struct function *function, const char *name)
{
    size_t i = 0;
    while (strcmp(function->members[i].name, name))
        i++;
    return i;
}

/* The largest relative disagreement over a few directions; NAN if some value is not finite. */
static double disagreement(struct point *p, const struct member *gradient)
{
    size_t parameter = find_member(p->function, gradient->of), count = p->counts[parameter];
    struct arena *arena = arena_new();
    struct interpreter *interpreter = interpreter_at(p, arena);
    const double *adjoint = interpreter_value(interpreter, gradient->value);
    double *direction = ARENA_ARRAY(arena, double, count + 1), worst = adjoint ? 0 : NAN;
    for (int d = 0; d < DIRECTIONS && !isnan(worst); d++) {
        double exact = 0, scale = 1e-3;
        for (size_t k = 0; k < count; k++) {
            direction[k] = 2 * random_unit(p) - 1;
            exact += adjoint[k] * direction[k];
            scale += fabs(adjoint[k] * direction[k]);
        }
        double error = INFINITY;
        for (double h = 1e-3; h > 1e-6 && !(error <= TOLERANCE);
             h /= 10) /* a kink nearby gets out of reach */
            error = fmin(error, fabs(exact - numerical(p, parameter, direction, h)) / scale);
        worst = isfinite(error) ? fmax(worst, error) : NAN;
    }
    arena_free(arena);
    return worst;
}

/* ---- The table ---- */

/* Whether a gradient agrees: at most of the points where it says something, since a kink nearby may spoil
 * one. */
static bool check_gradient(FILE *stream, struct point *p, const struct member *gradient)
{
    static const double ranges[][2] = {{-1, 1}, {0.2, 1.2}, {-0.5, 0.5}, {1.1, 2.1}};
    int agree = 0, differ = 0;
    double best = INFINITY, worst = 0;
    for (int attempt = 0; attempt < ATTEMPTS && agree < 2; attempt++) {
        choose_values(p, ranges[attempt % 4][0], ranges[attempt % 4][1]);
        double error = disagreement(p, gradient);
        if (isnan(error))
            continue;
        best = fmin(best, error);
        worst = fmax(worst, error);
        agree += error <= TOLERANCE;
        differ += error > TOLERANCE;
    }
    const char *verdict = agree > differ   ? "ok"
                          : agree + differ ? "WRONG"
                                           : "no point with finite values found";
    if (agree + differ)
        fprintf(stream, "%-20s %-20s %12.1e  %s\n", p->function->name, gradient->name,
                agree > differ ? best : worst, verdict);
    else
        fprintf(stream, "%-20s %-20s %12s  %s\n", p->function->name, gradient->name, "-", verdict);
    return agree > differ;
}

static bool check_function(FILE *stream, const struct function *function)
{
    bool right = true;
    struct point p = {.arena = arena_new(), .function = function, .random = 12345};
    p.sizes = ARENA_ARRAY(p.arena, int64_t, function->members_count + 1);
    p.values = ARENA_ARRAY(p.arena, double *, function->members_count + 1);
    p.counts = ARENA_ARRAY(p.arena, size_t, function->members_count + 1);
    if (!choose_sizes(&p)) {
        fprintf(stream, "%-20s %-20s %12s  %s\n", function->name, "", "-",
                "no small sizes meet its conditions");
        right = false;
    } else
        for (size_t i = 0; i < function->members_count; i++)
            if (function->members[i].role == ROLE_GRADIENT)
                right = check_gradient(stream, &p, &function->members[i]) && right;
    arena_free(p.arena);
    return right;
}

bool check_gradients(FILE *stream, const struct module *module)
{
    bool right = true;
    fprintf(stream, "%-20s %-20s %12s\n", "function", "gradient", "difference");
    for (size_t i = 0; i < module->functions_count; i++)
        right = check_function(stream, module->functions[i]) && right;
    return right;
}
