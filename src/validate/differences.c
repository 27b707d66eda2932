/* differences.c: gradients against differences.
 *
 * F(x) = sum_k <d_y_k, y_k(x)> for random output gradients d_y. Along random directions v, <dF/dx, v> from
 * the graph is compared with the derivative of F(x + h v) by central differences at h and h/2, extrapolated
 * (Richardson 1911), whose error is of the order h^4.
 *
 * A gradient that stop_gradient changes on purpose is that of F with all that is stopped held fixed: where it
 * differs from differences of F, those of this function are taken. A rule may mean anything; that there is
 * one is said. */
#include "differences.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "interpret.h"
#include "progress.h"
#include "region.h"

enum { ATTEMPTS = 12, SEED = 12345, ROUNDINGS = 3 };

/* How many points have to agree, in how many directions from each, and of which function. */
struct effort {
    int points, directions;
    bool holds_stopped;
};
#define TOLERANCE 1e-6
#define ROUNDING  1e-15 /* of each operation, relative */

static struct interpreter *interpreter_at(const struct point *p, struct arena *arena)
{
    const struct function *function = p->function;
    struct interpreter *interpreter = interpreter_new(arena, function->graph);
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_SIZE)
            interpreter_bind_size(interpreter, function->members[i].extent, p->sizes[i]);
    for (size_t i = 0; i < function->members_count; i++)
        if (is_read_role(function->members[i].role) && function->members[i].leaf && p->values[i])
            interpreter_bind(interpreter, function->members[i].leaf, p->values[i]);
    return interpreter;
}

/* ---- F and its derivative along a direction ---- */

/* The magnitude is the sum of the terms without their signs: what is rounded is a part of that. */
static double objective(const struct point *p, struct interpreter *interpreter, double *magnitude)
{
    double sum = 0;
    *magnitude = 0;
    for (size_t i = 0; i < p->function->members_count; i++) {
        const struct member *seed = &p->function->members[i];
        if (seed->role != ROLE_OUTPUT_GRADIENT)
            continue;
        for (size_t k = 0; k < p->function->members_count; k++) {
            const struct member *output = &p->function->members[k];
            if (output->role != ROLE_OUTPUT || strcmp(output->name, seed->of))
                continue;
            const double *y = interpreter_value(interpreter, output->value);
            for (size_t j = 0; y && j < p->counts[i]; j++) {
                sum += p->values[i][j] * y[j];
                *magnitude += fabs(p->values[i][j] * y[j]);
            }
            if (!y)
                sum = NAN;
        }
    }
    return sum;
}

/* Where F is looked at: with what was stopped at the point held fixed; NULL: with nothing held. */
struct trial {
    struct point *point;
    struct stopped *stopped;
};

static double shifted(const struct trial *trial, size_t member, const double *direction, double h,
                      double *magnitude)
{
    struct point *p = trial->point;
    double *base = p->values[member];
    struct arena *arena = arena_new();
    p->values[member] = ARENA_ARRAY(arena, double, p->counts[member] + 1);
    for (size_t k = 0; k < p->counts[member]; k++)
        p->values[member][k] = base[k] + h * direction[k];
    struct interpreter *interpreter = interpreter_at(p, arena);
    interpreter_hold_stopped(interpreter, trial->stopped);
    double value = objective(p, interpreter, magnitude);
    arena_free(arena);
    p->values[member] = base;
    return value;
}

/* A derivative along a direction, how far rounding may have moved it, some units in the last place of the
 * magnitude, and how much the slopes on the two sides differ: by as much as h is small, but at a kink. */
struct slope {
    double found, noise, bend;
};

static struct slope numerical(const struct trial *trial, size_t member, const double *direction, double h)
{
    double m, here = shifted(trial, member, direction, 0, &m);
    double before = shifted(trial, member, direction, -h / 2, &m),
           behind = shifted(trial, member, direction, h / 2, &m);
    double wide =
        (shifted(trial, member, direction, h, &m) - shifted(trial, member, direction, -h, &m)) / (2 * h);
    double narrow = (behind - before) / h;
    return (struct slope){(4 * narrow - wide) / 3, 64 * DBL_EPSILON * m / h,
                          fabs(before + behind - 2 * here) / (h / 2)};
}

static size_t find_member(const struct function *function, const char *name)
{
    size_t i = 0;
    while (strcmp(function->members[i].name, name))
        i++;
    return i;
}

/* What stop_gradient gives on the way to F. */
static struct stopped *stopped_at(const struct point *p, struct arena *arena)
{
    double magnitude;
    struct interpreter *interpreter = interpreter_at(p, arena);
    struct stopped *stopped = stopped_new(arena, p->function->graph);
    interpreter_keep_stopped(interpreter, stopped);
    objective(p, interpreter, &magnitude);
    return stopped;
}

/* How much the adjoint's derivative along a direction changes with how its graph is rounded. */
static double rounding_of(const struct point *p, const struct member *gradient, const double *direction,
                          size_t count, double exact)
{
    double worst = 0;
    for (uint64_t i = 0; i < ROUNDINGS; i++) {
        struct arena *arena = arena_new();
        struct interpreter *interpreter = interpreter_at(p, arena);
        interpreter_perturb(interpreter, ROUNDING, i);
        const double *adjoint = interpreter_value(interpreter, gradient->value);
        double sum = adjoint ? 0 : NAN;
        for (size_t k = 0; adjoint && k < count; k++)
            sum += adjoint[k] * direction[k];
        worst = isnan(sum) ? INFINITY : fmax(worst, fabs(sum - exact));
        arena_free(arena);
    }
    return worst;
}

/* The largest relative disagreement over a few directions; NAN if some value is not finite. */
static double disagreement(struct point *p, const struct member *gradient, struct effort effort)
{
    size_t parameter = find_member(p->function, gradient->of), count = p->counts[parameter];
    struct arena *arena = arena_new();
    struct interpreter *interpreter = interpreter_at(p, arena);
    const double *adjoint = interpreter_value(interpreter, gradient->value);
    double *direction = ARENA_ARRAY(arena, double, count + 1), worst = adjoint ? 0 : NAN;
    struct trial trial = {p, effort.holds_stopped ? stopped_at(p, arena) : NULL};
    for (int d = 0; d < effort.directions && !isnan(worst); d++) {
        double exact = 0, scale = 1e-3;
        for (size_t k = 0; k < count; k++) {
            direction[k] = 2 * point_random_unit(p) - 1;
            exact += adjoint[k] * direction[k];
            scale += fabs(adjoint[k] * direction[k]);
        }
        double error = INFINITY, before = NAN;
        bool is_steady = false;
        for (double h = 1e-3; h > 1e-8 && !(error <= TOLERANCE); h /= 10) {
            /* A kink nearby gets out of reach. What changes with h more than it is wrong says nothing, nor
             * does what rounding may be, or a kink at the point itself: numbers that differ by less than
             * their rounding are equal there. */
            struct slope slope = numerical(&trial, parameter, direction, h);
            double wrong = fabs(slope.found - exact);
            is_steady = is_steady || (wrong > slope.noise && wrong > slope.bend &&
                                      fabs(slope.found - before) <= 0.1 * fmin(wrong, fabs(slope.found)));
            error = fmin(error, wrong / scale);
            before = slope.found;
        }
        /* Nor do functions so steep, such as sines of large products, that the adjoint is rounding itself. */
        bool says_something =
            error <= TOLERANCE || (isfinite(error) && is_steady &&
                                   100 * rounding_of(p, gradient, direction, count, exact) < error * scale);
        worst = says_something ? fmax(worst, error) : NAN;
    }
    arena_free(arena);
    return worst;
}

/* ---- The table ---- */

struct agreement {
    int agree, differ; /* points */
    double best, worst;
};

/* A gradient agrees at most of the points where it says something, since a kink nearby may spoil one. */
static struct agreement gradient_agreement(struct point *p, const struct member *gradient,
                                           struct effort effort)
{
    struct agreement found = {.best = INFINITY};
    for (int attempt = 0; attempt < (p->given ? 1 : ATTEMPTS) && found.agree < effort.points; attempt++) {
        if (attempt >= ATTEMPTS / 2)
            point_choose_sizes(p, 0);
        point_choose_values(p, attempt, false);
        double error = disagreement(p, gradient, effort);
        if (isnan(error))
            continue;
        found.best = fmin(found.best, error);
        found.worst = fmax(found.worst, error);
        found.agree += error <= TOLERANCE;
        found.differ += error > TOLERANCE;
    }
    return found;
}

/* Among what the outputs are computed from: any node with the operator; with a rule, one of the program's
 * own. */
static const struct node *find_operator(const struct function *function, enum op op)
{
    struct arena *arena = arena_new();
    const struct graph *graph = function->graph;
    struct node **outputs = ARENA_ARRAY(arena, struct node *, function->members_count + 1);
    unsigned char *marks = ARENA_ARRAY(arena, unsigned char, graph->nodes_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_OUTPUT)
            outputs[count++] = function->members[i].value;
    mark_reachable(graph, outputs, count, true, marks);
    const struct node *found = NULL;
    for (size_t i = 0; i < graph->nodes_count && !found; i++) {
        const struct node *node = graph->nodes[i];
        if (marks[node->id] && node->op == op && !(op == OP_CUSTOM && node->rule->is_tame))
            found = node;
    }
    arena_free(arena);
    return found;
}

/* The verdict on a gradient that disagrees: what the program as it was written says of it. */
static bool is_stopped(struct point *written, const struct member *gradient, struct agreement *found)
{
    if (!find_operator(written->function, OP_STOP))
        return false;
    struct agreement held = gradient_agreement(
        written, &written->function->members[find_member(written->function, gradient->name)],
        (struct effort){2, 3, true});
    if (held.agree > held.differ)
        *found = held;
    return held.agree > held.differ;
}

static bool check_gradient(FILE *stream, struct point *p, struct point *written,
                           const struct member *gradient)
{
    struct agreement found = gradient_agreement(p, gradient, (struct effort){2, 3, false});
    bool is_right = found.agree > found.differ, is_tried = found.agree + found.differ > 0;
    bool is_held = is_tried && !is_right && is_stopped(written, gradient, &found);
    int status = p->given && !is_tried ? point_status(p) : 0;
    const char *verdict = is_held            ? "ok, with what stop_gradient gives held fixed"
                          : is_right         ? "ok"
                          : is_tried         ? "WRONG"
                          : status           ? status_text(status)
                          : p->given != NULL ? "no finite values there"
                                             : "no point with finite values found";
    is_right = is_right || is_held;
    const struct node *custom = is_tried && !is_right ? find_operator(written->function, OP_CUSTOM) : NULL;
    progress_clear();
    fprintf(stream, "%-20s %-20s ", p->function->name, gradient->name);
    if (is_tried)
        fprintf(stream, "%12.1e  %s", is_right ? found.best : found.worst, verdict);
    else
        fprintf(stream, "%12s  %s", "-", verdict);
    if (custom)
        fprintf(stream, ", unless the rule of %s means it so", custom->rule->name);
    fputc('\n', stream);
    return is_right;
}

static bool check_function(FILE *stream, const struct function *function, const struct function *before,
                           int precision, const struct given *given)
{
    bool right = true;
    struct arena *arena = arena_new();
    struct point *p = point_new(arena, function, function, precision, SEED);
    struct point *written = point_new(arena, before, before, precision, SEED);
    p->given = written->given = given;
    if (!point_choose_different_sizes(p) || !point_choose_different_sizes(written)) {
        progress_clear();
        fprintf(stream, "%-20s %-20s %12s  %s\n", function->name, "", "-",
                "no small sizes meet its conditions");
        right = false;
    } else
        for (size_t i = 0; i < function->members_count; i++)
            if (function->members[i].role == ROLE_GRADIENT)
                right = check_gradient(stream, p, written, &function->members[i]) && right;
    arena_free(arena);
    return right;
}

bool check_gradients(FILE *stream, const struct module *module, const struct module *written,
                     const struct given *given)
{
    bool right = true;
    fprintf(stream, "%-20s %-20s %12s\n", "function", "gradient", "difference");
    for (size_t i = 0; i < module->functions_count; i++) {
        progress_show("taking differences of", module->functions[i]->name, i, module->functions_count);
        right = check_function(stream, module->functions[i], written->functions[i], module->precision,
                               given ? &given[i] : NULL) &&
                right;
    }
    return right;
}

const char *wrong_gradient(struct arena *arena, const struct function *function, int precision, uint64_t seed)
{
    struct point *p = point_new(arena, function, function, precision, seed);
    bool has_sizes = point_choose_different_sizes(p);
    for (size_t i = 0; has_sizes && i < function->members_count; i++) {
        const struct member *gradient = &function->members[i];
        if (gradient->role != ROLE_GRADIENT)
            continue;
        struct agreement found = gradient_agreement(p, gradient, (struct effort){1, 1, false});
        if (found.differ > found.agree)
            return arena_print(arena, "%s: %s differs from differences by %.1e", function->name,
                               gradient->name, found.worst);
    }
    return NULL;
}
