/* values_at.c: see values_at.h. The adjoint of every node that the outputs need is found before marks and
 * custom derivatives are erased; what stands inside a function with a derivative of its own has a value but
 * no gradient. */
#include "values_at.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "greek.h"
#include "interpret.h"
#include "map.h"
#include "passes.h"
#include "region.h"

/* A number (rank 0) or nested lists of numbers. */
struct literal {
    const char *name;
    int rank;
    int64_t extents[MAXIMUM_RANK];
    double *values;
    size_t values_count, values_capacity;
    bool is_used;
};

/* A node and its adjoint. */
struct pair {
    struct node *node, *adjoint;
};

struct evaluation {
    struct function *function;
    struct interpreter *interpreter;
    struct pair *pairs;
    size_t pairs_count, pairs_capacity;
    unsigned char *has_value; /* by id: outside the bodies of loops */
};

struct at {
    struct arena *arena;
    struct literal *literals;
    size_t literals_count, literals_capacity;
    struct evaluation *evaluations; /* one for each function */
    size_t count;
};

/* ---- The text ---- */

static const char *skip_spaces(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

/* Reads a value at some depth of lists; NULL if there is none, or lists at one depth differ in length. */
static const char *read_value(struct arena *arena, struct literal *literal, const char *text, int depth)
{
    text = skip_spaces(text);
    if (*text != '[') {
        char *end;
        double value = strtod(text, &end);
        if (end == text || (literal->values_count > 0 && depth != literal->rank))
            return NULL;
        literal->rank = depth;
        ARENA_APPEND(arena, literal, values, value);
        return end;
    }
    int64_t count = 0;
    if (depth == MAXIMUM_RANK)
        return NULL;
    do {
        text = read_value(arena, literal, text + 1, depth + 1);
        if (!text)
            return NULL;
        text = skip_spaces(text);
        count++;
    } while (*text == ',');
    if (*text != ']' || (literal->extents[depth] != 0 && literal->extents[depth] != count))
        return NULL;
    literal->extents[depth] = count;
    return text + 1;
}

static bool read_literals(struct at *at, const char *text)
{
    while (true) {
        const char *start = skip_spaces(text), *equals = strchr(start, '=');
        size_t length = equals ? (size_t)(equals - start) : 0;
        while (length > 0 && isspace((unsigned char)start[length - 1]))
            length--;
        struct literal literal = {.name = equals ? greek_spelling(at->arena, start, length) : NULL};
        if (!literal.name) {
            command_error("--at %s: values are given as name=value,...", start);
            return false;
        }
        text = read_value(at->arena, &literal, equals + 1, 0);
        text = text ? skip_spaces(text) : NULL;
        if (!text || (*text != ',' && *text != '\0')) {
            command_error("--at: the value of %s is neither a number nor lists of numbers of one length",
                          literal.name);
            return false;
        }
        for (size_t i = 0; i < at->literals_count; i++)
            if (strcmp(at->literals[i].name, literal.name) == 0) {
                command_error("--at: %s is given twice", literal.name);
                return false;
            }
        ARENA_APPEND(at->arena, at, literals, literal);
        if (*text++ == '\0')
            return true;
    }
}

static struct literal *find_literal(struct at *at, const char *name)
{
    for (size_t i = 0; i < at->literals_count; i++)
        if (strcmp(at->literals[i].name, name) == 0) {
            at->literals[i].is_used = true;
            return &at->literals[i];
        }
    return NULL;
}

/* ---- Adjoints ---- */

static bool is_input(const struct member *member)
{
    return member->role == ROLE_INPUT || member->role == ROLE_INOUT;
}

static const struct member *first_scalar(const struct function *function)
{
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (member->role == ROLE_OUTPUT && member->type == REAL && member->rank == 0)
            return member;
    }
    return NULL;
}

/* What the output depends on, seen as differentiation sees it: past marks and rules, and not inside loops. */
static unsigned char *find_active(struct arena *arena, const struct graph *graph, const struct node *output)
{
    unsigned char *active = ARENA_ARRAY(arena, unsigned char, graph->nodes_count + 1);
    active[output->id] = 1;
    for (int id = output->id; id >= 0; id--) {
        const struct node *node = graph->nodes[id];
        struct node *const *needed;
        if (!active[id])
            continue;
        size_t count = node_dependencies(graph, node, &needed);
        for (size_t i = node->op == OP_CUSTOM ? 1 : 0; i < count; i++)
            active[needed[i]->id] = 1;
    }
    return active;
}

static bool has_gradient(const struct node *node)
{
    return node->type == REAL && node->op != OP_MARK && node->op != OP_STOP && node->op != OP_LOOP &&
           node->op != OP_CONSTANT && node->op != OP_SIZE_VALUE && node->op != OP_IOTA;
}

static void find_adjoints(struct at *at, struct evaluation *evaluation, const struct derivatives *derivatives)
{
    struct function *function = evaluation->function;
    struct graph *graph = function->graph;
    const struct member *scalar = first_scalar(function);
    size_t node_count = graph->nodes_count, count = 0;
    if (!scalar)
        return;
    struct node *output = scalar->value, *one = graph_constant(graph, REAL, 1);
    unsigned char *active = find_active(at->arena, graph, output);
    struct node **nodes = ARENA_ARRAY(at->arena, struct node *, node_count + 1);
    struct node **adjoints = ARENA_ARRAY(at->arena, struct node *, node_count + 1);
    for (size_t id = 0; id < node_count && (int)id <= output->id; id++)
        if (active[id] && has_gradient(graph->nodes[id]))
            nodes[count++] = graph->nodes[id];
    differentiate(graph, derivatives, &output, &one, 1, nodes, count, adjoints);
    for (size_t i = 0; i < count; i++) {
        struct pair pair = {nodes[i], adjoints[i]};
        ARENA_APPEND(at->arena, evaluation, pairs, pair);
    }
}

/* simplify() takes members to the new graph; the pairs go with it as such. */
static void simplify_with_pairs(struct at *at, struct evaluation *evaluation)
{
    struct function *function = evaluation->function;
    size_t members = function->members_count;
    for (size_t i = 0; i < evaluation->pairs_count; i++) {
        struct member node = {.name = "", .role = ROLE_TABLE, .value = evaluation->pairs[i].node};
        struct member adjoint = {.name = "", .role = ROLE_TABLE, .value = evaluation->pairs[i].adjoint};
        ARENA_APPEND(at->arena, function, members, node);
        ARENA_APPEND(at->arena, function, members, adjoint);
    }
    simplify(function, 0);
    for (size_t i = 0; i < evaluation->pairs_count; i++) {
        evaluation->pairs[i].node = function->members[members + 2 * i].value;
        evaluation->pairs[i].adjoint = function->members[members + 2 * i + 1].value;
    }
    function->members_count = members;
}

/* ---- Binding ---- */

struct numbers {
    const struct function *function;
    int64_t *values; /* by member; 0: not yet known */
};

static int64_t number_of(const size *atom, void *closure)
{
    const struct numbers *numbers = closure;
    for (size_t i = 0; i < numbers->function->members_count; i++)
        if (numbers->function->members[i].role == ROLE_SIZE && numbers->function->members[i].extent == atom)
            return numbers->values[i];
    return 1;
}

/* The default of a parameter; NULL: it has none. */
static struct node *default_of(const struct function *function, const struct member *member)
{
    const struct function *defaults = function->defaults;
    for (size_t i = 0; defaults && member->default_text && i < defaults->members_count; i++)
        if (strcmp(defaults->members[i].name, member->name) == 0)
            return defaults->members[i].value;
    return NULL;
}

/* Takes the numbers of sizes that stand alone as axes from the lists, unless they are given. */
static bool find_sizes(struct at *at, const struct function *function, struct numbers *numbers)
{
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *size_member = &function->members[i];
        if (size_member->role != ROLE_SIZE)
            continue;
        const struct literal *literal = find_literal(at, size_member->name);
        if (literal && (literal->rank != 0 || literal->values[0] < 1 ||
                        literal->values[0] != floor(literal->values[0]))) {
            command_error("--at: %s is a size, a whole number of at least 1", size_member->name);
            return false;
        }
        numbers->values[i] = literal ? (int64_t)literal->values[0] : 0;
        for (size_t k = 0; k < function->members_count && numbers->values[i] == 0; k++) {
            const struct member *member = &function->members[k];
            literal = is_input(member) ? find_literal(at, member->name) : NULL;
            for (int a = 0; literal && a < member->rank && a < literal->rank; a++)
                if (member->shape[a] == size_member->extent)
                    numbers->values[i] = literal->extents[a];
        }
        const struct node *by_default = numbers->values[i] == 0 ? default_of(function, size_member) : NULL;
        if (by_default)
            numbers->values[i] = by_default->op == OP_SIZE_VALUE
                                     ? size_evaluate(by_default->extent, number_of, numbers)
                                     : (int64_t)by_default->value;
        if (numbers->values[i] == 0) {
            command_error("--at: no value for the size %s of %s", size_member->name, function->name);
            return false;
        }
    }
    return true;
}

static const char *shape_text(struct arena *arena, const struct member *member)
{
    const char *text = member->rank ? "" : "a number";
    for (int a = 0; a < member->rank; a++)
        text =
            arena_print(arena, "%s%s%s%s", text, a ? ", " : "[",
                        size_print(arena, member->shape[a], SIZE_LANGUAGE), a + 1 == member->rank ? "]" : "");
    return text;
}

/* The default's elements, of sizes and of inputs that stand before it; NULL: there are none. */
static const double *default_values(struct at *at, const struct member *member, const struct numbers *numbers,
                                    const double *const *values)
{
    const struct function *function = numbers->function;
    struct node *value = default_of(function, member);
    if (!value)
        return NULL;
    const struct graph *graph = function->defaults->graph;
    struct interpreter *interpreter = interpreter_new(at->arena, graph);
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *other = &function->members[i];
        if (other->role == ROLE_SIZE)
            interpreter_bind_size(interpreter, other->extent, numbers->values[i]);
        for (size_t k = 0; values[i] && k < graph->nodes_count; k++)
            if (graph->nodes[k]->op == OP_PARAMETER && strcmp(graph->nodes[k]->name, other->name) == 0)
                interpreter_bind(interpreter, graph->nodes[k], values[i]);
    }
    return interpreter_value(interpreter, value);
}

/* The elements of an input; NULL after telling why there are none. */
static const double *input_values(struct at *at, const struct member *member, struct numbers *numbers,
                                  const double *const *values)
{
    const struct literal *literal = find_literal(at, member->name);
    const double *by_default = literal ? NULL : default_values(at, member, numbers, values);
    if (by_default)
        return by_default;
    if (!literal) {
        command_error("--at: no value for %s of %s", member->name, numbers->function->name);
        return NULL;
    }
    bool fits = literal->rank == member->rank;
    for (int a = 0; fits && a < member->rank; a++)
        fits = literal->extents[a] == size_evaluate(member->shape[a], number_of, numbers);
    if (!fits) {
        command_error("--at: the value of %s has another shape: %s is %s", member->name, member->name,
                      shape_text(at->arena, member));
        return NULL;
    }
    for (size_t i = 0; member->type == INT && i < literal->values_count; i++)
        if (literal->values[i] != floor(literal->values[i]) || fabs(literal->values[i]) > INT32_MAX) {
            command_error("--at: %s is int, but %g is no whole number of 32 bits", member->name,
                          literal->values[i]);
            return NULL;
        }
    return literal->values;
}

static bool conditions_hold(const struct function *function, struct numbers *numbers)
{
    for (size_t i = 0; i < function->conditions_count; i++) {
        const struct condition *condition = &function->conditions[i];
        int64_t denominator = size_denominator(condition->a);
        size *whole = size_multiply(condition->a, size_number(function->graph->sizes, denominator));
        int64_t value = size_evaluate(whole, number_of, numbers);
        if (condition->kind == CONDITION_WHOLE  ? value % denominator != 0
            : condition->kind == CONDITION_ZERO ? value != 0
                                                : value < 0) {
            command_error("--at: these sizes do not fit together in %s", function->name);
            return false;
        }
    }
    return true;
}

bool at_point(struct at *at, const struct function *function, int64_t *sizes, const double **values)
{
    struct numbers numbers = {function, sizes};
    if (!find_sizes(at, function, &numbers))
        return false;
    memset(values, 0, function->members_count * sizeof *values);
    for (size_t i = 0; i < function->members_count; i++) {
        if (is_input(&function->members[i]) &&
            !(values[i] = input_values(at, &function->members[i], &numbers, values)))
            return false;
    }
    return conditions_hold(function, &numbers);
}

static bool bind(struct at *at, struct evaluation *evaluation)
{
    struct function *function = evaluation->function;
    int64_t *sizes = ARENA_ARRAY(at->arena, int64_t, function->members_count + 1);
    const double **values = ARENA_ARRAY(at->arena, const double *, function->members_count + 1);
    evaluation->interpreter = interpreter_new(at->arena, function->graph);
    if (!at_point(at, function, sizes, values))
        return false;
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_SIZE)
            interpreter_bind_size(evaluation->interpreter, function->members[i].extent, sizes[i]);
    for (size_t i = 0; i < function->members_count; i++)
        if (values[i])
            interpreter_bind(evaluation->interpreter, function->members[i].leaf, values[i]);
    return true;
}

/* ---- Values ---- */

/* Evaluates what the members need; false after telling that it has no value. */
static bool evaluate(struct at *at, struct evaluation *evaluation)
{
    struct function *function = evaluation->function;
    struct node **roots = ARENA_ARRAY(at->arena, struct node *, 2 * function->members_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < function->members_count; i++) {
        if (function->members[i].leaf && is_input(&function->members[i]))
            roots[count++] = function->members[i].leaf;
        if (function->members[i].value)
            roots[count++] = function->members[i].value;
    }
    evaluation->has_value = ARENA_ARRAY(at->arena, unsigned char, function->graph->nodes_count + 1);
    mark_reachable(function->graph, roots, count, false, evaluation->has_value);
    for (size_t i = 0; i < count; i++)
        if (!interpreter_value(evaluation->interpreter, roots[i])) {
            command_error("--at: %s has no value there: an index is out of range, or a matrix is singular",
                          function->name);
            return false;
        }
    return true;
}

struct at *at_read(struct arena *arena, const char *text)
{
    struct at *at = ARENA_NEW(arena, struct at);
    at->arena = arena;
    return read_literals(at, text) ? at : NULL;
}

bool at_is_used(const struct at *at)
{
    for (size_t i = 0; i < at->literals_count; i++)
        if (!at->literals[i].is_used) {
            command_error("--at: there is no parameter or size %s", at->literals[i].name);
            return false;
        }
    return true;
}

struct at *at_new(struct arena *arena, struct module *module, const struct derivatives *derivatives,
                  const char *text, bool keeps_calls, enum status *status)
{
    struct at *at = at_read(arena, text);
    *status = STATUS_WRONG_COMMAND;
    if (!at)
        return NULL;
    at->count = module->functions_count;
    at->evaluations = ARENA_ARRAY(arena, struct evaluation, at->count + 1);
    for (size_t i = 0; i < at->count; i++) {
        struct evaluation *evaluation = &at->evaluations[i];
        evaluation->function = module->functions[i];
        find_adjoints(at, evaluation, derivatives);
        if (!keeps_calls)
            simplify_with_pairs(at, evaluation);
        if (!bind(at, evaluation))
            return NULL;
    }
    if (!at_is_used(at))
        return NULL;
    *status = STATUS_WRONG_PROGRAM;
    for (size_t i = 0; i < at->count; i++)
        if (!evaluate(at, &at->evaluations[i]))
            return NULL;
    *status = STATUS_DONE;
    return at;
}

/* ---- Notes ---- */

enum { MOST_SHOWN = 8 };

/* `3`, `[0.22, 0.26]`, `[[1, 2], [3, 4]]`; long ones are cut. */
static const char *values_text(struct arena *arena, const struct node *node, const int64_t *extents,
                               const double *values)
{
    size_t count = 1;
    const char *text = "";
    for (int a = 0; a < node->rank; a++)
        count *= (size_t)extents[a];
    for (size_t i = 0; i < count; i++) {
        size_t block = 1;
        if (i == MOST_SHOWN)
            return arena_print(arena, "%s, ...", text);
        const char *open = "", *close = "";
        for (int a = node->rank; a-- > 0;) {
            block *= (size_t)extents[a];
            open = i % block == 0 ? arena_print(arena, "%s[", open) : open;
            close = (i + 1) % block == 0 ? arena_print(arena, "%s]", close) : close;
        }
        double value = values[i] == 0 ? 0 : values[i]; /* no -0 */
        text = node->type == BOOL
                   ? arena_print(arena, "%s%s%s%s%s", text, i ? ", " : "", open,
                                 value != 0 ? "true" : "false", close)
                   : arena_print(arena, "%s%s%s%.4g%s", text, i ? ", " : "", open, value, close);
    }
    return text;
}

struct at_values at_values(struct at *at, const struct function *function, struct node *node)
{
    struct at_values values = {.value = NULL};
    struct evaluation *evaluation = at->evaluations;
    while (evaluation->function != function)
        evaluation++;
    if (!evaluation->has_value[node->id] || node->op == OP_LOOP)
        return values;
    values.value = interpreter_value(evaluation->interpreter, node);
    for (int a = 0; a < node->rank; a++)
        values.extents[a] = interpreter_size(evaluation->interpreter, node->shape[a]);
    if (!values.value)
        return values;
    /* Nodes that have become one have one gradient, the sum of theirs. */
    size_t count = interpreter_count(evaluation->interpreter, node);
    double *sum = ARENA_ARRAY(at->arena, double, count + 1);
    for (size_t i = 0; i < evaluation->pairs_count; i++) {
        if (evaluation->pairs[i].node != node)
            continue;
        const double *adjoint = interpreter_value(evaluation->interpreter, evaluation->pairs[i].adjoint);
        for (size_t k = 0; adjoint && k < count; k++)
            sum[k] += adjoint[k];
        values.gradient = adjoint ? sum : NULL;
    }
    return values;
}

const char *at_note(const struct function *function, struct node *node, void *closure)
{
    struct at *at = closure;
    struct at_values values = at_values(at, function, node);
    if (!values.value)
        return NULL;
    const char *text =
        arena_print(at->arena, "value %s", values_text(at->arena, node, values.extents, values.value));
    if (!values.gradient)
        return text;
    return arena_print(at->arena, "%s, gradient %s", text,
                       values_text(at->arena, node, values.extents, values.gradient));
}
