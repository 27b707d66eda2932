/* validate_judge.c: whether an entry gave what the graph says.
 *
 * What is emitted adds in another order, and rewrites formulas. How far that may go is told by the graph
 * itself: by how much its value changes when the inputs, or all that is rounded on the way, change in their
 * last digits. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "interpret.h"
#include "region.h"
#include "validate_point.h"

#define NUDGED 30.0 /* as many times what that changes may a value be off */
enum { INPUTS_NUDGED = 3, ROUNDINGS_NUDGED = 5 };
enum { STATUS_OK = 0, STATUS_INDEX = 3, STATUS_NUMERIC = 4, STATUS_REQUIRE = 5 };

/* ---- The reference ---- */

/* The first output takes 1 if its gradient is NULL and it is a real scalar. */
static double default_seed(const struct point *point, const struct member *seed)
{
    for (size_t i = 0; i < point->function->members_count; i++) {
        const struct member *output = &point->function->members[i];
        if (output->role == ROLE_OUTPUT)
            return strcmp(output->name, seed->of) == 0 && output->rank == 0 && output->type == REAL ? 1 : 0;
    }
    return 0;
}

static struct interpreter *interpreter_at(struct point *point, struct arena *arena, double nudge)
{
    const struct function *function = point->reference;
    struct interpreter *interpreter = interpreter_new(arena, function->graph);
    uint64_t kept = point->random;
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_SIZE)
            interpreter_bind_size(interpreter, function->members[i].extent, point->sizes[i]);
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (!(is_read_role(member->role) || member->role == ROLE_TABLE) || !member->leaf)
            continue;
        double *values = ARENA_ARRAY(arena, double, point->counts[i] + 1);
        for (size_t k = 0; k < point->counts[i] && member->role == ROLE_TABLE; k++)
            values[k] = member->table[k];
        if (member->role == ROLE_TABLE) {
            interpreter_bind(interpreter, member->leaf, values);
            continue;
        }
        for (size_t k = 0; k < point->counts[i]; k++) {
            values[k] = !point->is_null[i]                     ? point->values[i][k]
                        : member->role == ROLE_OUTPUT_GRADIENT ? default_seed(point, member)
                                                               : 0;
            if (member->type == REAL && nudge != 0)
                values[k] += values[k] * nudge * (point_random(point, 2) ? 1 : -1);
        }
        interpreter_bind(interpreter, member->leaf, values);
    }
    point->random = kept;
    return interpreter;
}

/* What is known of the checks. */
struct judged {
    struct interpreter *interpreter;
    const struct function *function;
    struct round_watch watch;
    bool *has_failed; /* by check: in the rounds of a loop */
};

static bool fails(struct interpreter *interpreter, const struct value_check *check, const double *k)
{
    bool is_range = check->kind == CHECK_RANGE;
    double low = is_range ? (double)interpreter_size(interpreter, check->low) : -0x1p31;
    double high = is_range ? (double)interpreter_size(interpreter, check->high) : 0x1p31;
    if (!k)
        return true;
    if (check->kind == CHECK_TRUTH) {
        low = 1;
        high = 2;
    }
    for (size_t j = 0; j < interpreter_count(interpreter, check->k); j++)
        if (!(trunc(k[j]) >= low && trunc(k[j]) < high))
            return true;
    return false;
}

static void judge_round(void *closure, size_t number, const double *values)
{
    struct judged *judged = closure;
    if (fails(judged->interpreter, &judged->function->checks[number], values))
        judged->has_failed[number] = true;
}

/* Has the checks in rounds judged in each of them: what is carried may be in range again behind the last one.
 */
static struct judged *judge_rounds(struct arena *arena, const struct function *function,
                                   struct interpreter *interpreter)
{
    struct judged *judged = ARENA_NEW(arena, struct judged);
    struct node **nodes = ARENA_ARRAY(arena, struct node *, function->checks_count + 1);
    for (size_t i = 0; i < function->checks_count; i++)
        nodes[i] = function->checks[i].k;
    *judged =
        (struct judged){interpreter, function, {nodes, function->checks_count, judge_round, judged}, NULL};
    judged->has_failed = ARENA_ARRAY(arena, bool, function->checks_count + 1);
    interpreter_watch(interpreter, &judged->watch);
    return judged;
}

static bool is_in_loop(const struct graph *graph, const struct node *node)
{
    for (size_t i = 0; i < graph->nodes_count; i++)
        if (graph->nodes[i]->op == OP_LOOP && region_has(region_of(graph, graph->nodes[i]->loop), node))
            return true;
    return false;
}

/* Has the rounds judged of loops of which nothing is read, too: an entry may run them before it knows. */
static void judge_all_rounds(struct interpreter *interpreter, const struct graph *graph)
{
    for (size_t i = 0; i < graph->nodes_count; i++)
        if (graph->nodes[i]->op == OP_LOOP && !is_in_loop(graph, graph->nodes[i]))
            interpreter_value(interpreter, graph->nodes[i]);
}

/* A status for which the graph has a reason among all that the entry may compute. */
static bool has_reason(struct point *point, enum entry entry, const struct judged *judged, int status)
{
    struct interpreter *interpreter = judged->interpreter;
    const struct function *function = point->reference;
    judge_all_rounds(interpreter, function->graph);
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        bool is_computed = is_written_by(entry, member) ||
                           (entry == ENTRY_FORWARD && member->role == ROLE_GRADIENT) ||
                           member->role == ROLE_OUTPUT || function->entries[ENTRY_PREPARE];
        if (is_computed && member->value && !interpreter_value(interpreter, member->value))
            return true;
    }
    for (size_t i = 0; i < function->checks_count; i++) {
        const struct value_check *check = &function->checks[i];
        bool is_truth = check->kind == CHECK_TRUTH;
        const double *k = interpreter_value(interpreter, check->k);
        if (is_truth && !k)
            return true; /* something fails on the way to what is required */
        if (status == (is_truth ? STATUS_REQUIRE : STATUS_INDEX) &&
            (judged->has_failed[i] || fails(interpreter, check, k)))
            return true;
    }
    return false;
}

/* ---- Values ---- */

static double largest(const double *values, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]))
            most = fmax(most, fabs(values[i]));
    return most;
}

/* What one call gave, and what is to be held against it. */
struct verdict {
    struct point *point;
    enum entry entry;
    const struct outcome *outcome;
    struct interpreter *exact;
    double **off;  /* by member, how much each element may be off; NULL: nobody has asked */
    double *worst; /* of all errors, relative to what is large in its array */
};

/* How much each element of what the entry writes may be off; infinite where the graph has no say. One pass
 * over the graph serves all members, which share most of it. */
static void find_tolerances(struct verdict *verdict)
{
    struct point *point = verdict->point;
    const struct function *function = point->function;
    double **off = ARENA_ARRAY(point->arena, double *, function->members_count);
    for (int i = 0; i < INPUTS_NUDGED + ROUNDINGS_NUDGED; i++) {
        struct arena *nudged_arena = arena_new();
        bool is_of_inputs = i < INPUTS_NUDGED;
        struct interpreter *nudged =
            interpreter_at(point, nudged_arena, is_of_inputs ? point->nudge * (i + 1) : 0);
        if (!is_of_inputs)
            interpreter_perturb(nudged, point->rounding, (uint64_t)i);
        for (size_t m = 0; m < function->members_count; m++) {
            struct node *node = point->reference->members[m].value;
            if (!is_written_by(verdict->entry, &function->members[m]) || point->is_null[m])
                continue;
            const double *expected = interpreter_value(verdict->exact, node);
            const double *values = expected ? interpreter_value(nudged, node) : NULL;
            if (!off[m])
                off[m] = ARENA_ARRAY(point->arena, double, point->counts[m] + 1);
            for (size_t k = 0; k < point->counts[m]; k++) {
                double change = values ? NUDGED * fabs(values[k] - expected[k]) : INFINITY;
                off[m][k] = change >= off[m][k] ? change : isnan(change) ? INFINITY : off[m][k];
            }
        }
        arena_free(nudged_arena);
    }
    verdict->off = off;
}

static const char *differs(struct point *point, const struct member *member, size_t i, size_t k, double got,
                           double expected)
{
    const char *text = arena_print(point->arena, "%s", member->name);
    if (member->rank > 0) {
        size_t *places = ARENA_ARRAY(point->arena, size_t, member->rank), rest = k;
        struct arena *arena = arena_new();
        struct interpreter *sizes = interpreter_at(point, arena, 0);
        for (int a = member->rank - 1; a >= 0; a--) {
            size_t extent = (size_t)interpreter_size(sizes, point->reference->members[i].shape[a]);
            places[a] = rest % extent;
            rest /= extent;
        }
        arena_free(arena);
        for (int a = 0; a < member->rank; a++)
            text = arena_print(point->arena, "%s%s%zu", text, a == 0 ? "[" : ", ", places[a]);
        text = arena_print(point->arena, "%s]", text);
    }
    return arena_print(point->arena, "%s is %.12g, should be %.12g", text, got, expected);
}

static const char *judge_member(struct verdict *verdict, size_t i, const double *expected)
{
    struct point *point = verdict->point;
    const struct outcome *outcome = verdict->outcome;
    const struct member *member = &point->function->members[i];
    double magnitude = 1e-3 + largest(expected, point->counts[i]), close = point->close * magnitude;
    for (size_t k = 0; k < point->counts[i]; k++) {
        double got = outcome->values[i][k], error = fabs(got - expected[k]);
        if (!outcome->is_written[i][k])
            return arena_print(point->arena, "element %zu of %s is not written", k, member->name);
        if (got == expected[k] || (isnan(got) && isnan(expected[k])))
            continue;
        if (member->type == REAL && !isfinite(expected[k]))
            continue;
        if (isfinite(error) && error / magnitude > *verdict->worst)
            *verdict->worst = error / magnitude;
        if (member->type == REAL && error <= close)
            continue;
        if (!verdict->off)
            find_tolerances(verdict);
        if (member->type == REAL ? error <= verdict->off[i][k] : verdict->off[i][k] > 0)
            continue;
        return differs(point, member, i, k, got, expected[k]);
    }
    return NULL;
}

const char *status_text(int status)
{
    static const char *const names[] = {"GRADC_OK",     "GRADC_ENULL",    "GRADC_ESIZE",
                                        "GRADC_EINDEX", "GRADC_ENUMERIC", "GRADC_EREQUIRE"};
    return status >= 0 && status < 6 ? names[status] : "no status";
}

int point_status(struct point *point)
{
    struct arena *arena = arena_new();
    struct interpreter *interpreter = interpreter_at(point, arena, 0);
    const struct judged *judged = judge_rounds(arena, point->reference, interpreter);
    int status = STATUS_OK;
    for (size_t i = 0; i < point->reference->members_count && status == STATUS_OK; i++)
        if (point->reference->members[i].role == ROLE_OUTPUT) {
            interpreter_value(interpreter, point->reference->members[i].value);
            status = interpreter_status(interpreter);
        }
    if (status == STATUS_OK && has_reason(point, ENTRY_FORWARD, judged, STATUS_INDEX))
        status = STATUS_INDEX;
    if (status == STATUS_OK && has_reason(point, ENTRY_FORWARD, judged, STATUS_REQUIRE))
        status = STATUS_REQUIRE;
    arena_free(arena);
    return status;
}

const char *point_judge(struct point *point, enum entry entry, const struct outcome *outcome, double *worst)
{
    if (outcome->fault)
        return outcome->fault;
    struct arena *arena = arena_new();
    struct interpreter *interpreter = interpreter_at(point, arena, 0);
    const struct judged *judged = judge_rounds(arena, point->reference, interpreter);
    struct verdict verdict = {point, entry, outcome, interpreter, NULL, worst};
    const char *wrong = NULL;
    int wanted = STATUS_OK;
    for (size_t i = 0; i < point->function->members_count && !wrong; i++) {
        const struct member *member = &point->function->members[i];
        if (!is_written_by(entry, member) || point->is_null[i])
            continue;
        const double *expected = interpreter_value(interpreter, point->reference->members[i].value);
        if (!expected)
            wanted = interpreter_status(interpreter);
        else if (outcome->status == STATUS_OK && wanted == STATUS_OK)
            wrong = judge_member(&verdict, i, expected);
    }
    if (outcome->status != wanted && outcome->status != STATUS_OK && wanted != STATUS_OK)
        wanted = outcome->status; /* there are two reasons, and one is told */
    if (outcome->status != wanted &&
        (outcome->status == STATUS_OK || !has_reason(point, entry, judged, outcome->status)))
        wrong = arena_print(point->arena, "returns %s, should return %s", status_text(outcome->status),
                            status_text(wanted));
    arena_free(arena);
    return wrong;
}
