/* masked.c: values that are 0 where positions differ; see masked.h. */
#include "masked.h"

#include <string.h>

/* ---- Reading ---- */

static struct node *constant_like(struct graph *graph, const struct node *like, enum type type, double value)
{
    return graph_broadcast(graph, graph_constant(graph, type, value), like->rank, like->shape);
}

static bool is_static_view(const struct node *node)
{
    return node->op == OP_INDEX && node->input_count == 1 && !node->fill;
}

static struct node *same_view_of(struct graph *graph, const struct node *view, struct node *x)
{
    return graph_index(graph, x, view->rank, view->shape, view->subscripts, NULL, 0, false);
}

static void add_rest(struct graph *graph, struct masked *masked, struct node *c)
{
    masked->rest = masked->rest ? graph_binary(graph, OP_AND, masked->rest, c) : c;
}

/* Adds a == b. */
static void add_equation(struct graph *graph, struct masked *masked, struct node *a, struct node *b)
{
    struct node *difference = a->type == INT ? graph_binary(graph, OP_SUB, a, b) : NULL;
    if (difference && difference->op == OP_IOTA && masked->count < MOST_EQUATIONS)
        masked->positions[masked->count++] = difference;
    else
        add_rest(graph, masked, graph_binary(graph, OP_EQ, a, b));
}

void read_condition(struct graph *graph, struct node *c, struct masked *masked)
{
    struct node *inner = is_static_view(c) ? c->inputs[0] : c, *operands[2];
    if (inner->op != OP_AND && inner->op != OP_EQ) {
        add_rest(graph, masked, c);
        return;
    }
    for (int i = 0; i < 2; i++)
        operands[i] = inner == c ? c->inputs[i] : same_view_of(graph, c, inner->inputs[i]);
    if (inner->op == OP_EQ) {
        add_equation(graph, masked, operands[0], operands[1]);
        return;
    }
    read_condition(graph, operands[0], masked);
    read_condition(graph, operands[1], masked);
}

/* Whether the condition compares positions somewhere; cheap, since it is asked of every node. */
static bool compares_positions(const struct node *c)
{
    c = is_static_view(c) ? c->inputs[0] : c;
    if (c->op == OP_AND)
        return compares_positions(c->inputs[0]) || compares_positions(c->inputs[1]);
    return c->op == OP_EQ && c->inputs[0]->type == INT &&
           (c->inputs[0]->op == OP_IOTA || c->inputs[1]->op == OP_IOTA);
}

/* Reads the node as a masked value; false if it is none. */
bool read_masked(struct graph *graph, struct node *node, struct masked *masked)
{
    const struct node *inner = is_static_view(node) ? node->inputs[0] : node;
    bool is_cast = inner->op == OP_CAST_REAL && inner->inputs[0]->type == BOOL;
    bool is_choice = inner->op == OP_SELECT && inner->type == REAL && graph_is_zero(inner->inputs[2]);
    if ((!is_cast && !is_choice) || !compares_positions(inner->inputs[0]))
        return false;
    struct node *c = inner->inputs[0],
                *value = is_choice ? inner->inputs[1] : constant_like(graph, node, REAL, 1);
    if (inner != node) {
        c = same_view_of(graph, node, c);
        value = is_choice ? same_view_of(graph, node, value) : value;
    }
    *masked = (struct masked){.value = value};
    read_condition(graph, c, masked);
    return masked->count > 0;
}

/* ---- Writing ---- */

/* The terms of a position with coefficients of one sign, as positions >= 0 as far as they can be. */
static struct node *terms_of(struct graph *graph, const struct node *position, int sign)
{
    struct affine terms = {.offset = size_number(graph->sizes, 0)};
    const struct affine *all = &position->subscripts[0];
    terms.coefficients = ARENA_ARRAY(graph->arena, size *, position->rank + 1);
    if ((size_nonnegative(all->offset) == ALWAYS) == (sign > 0))
        terms.offset = sign > 0 ? all->offset : size_negate(all->offset);
    for (int a = 0; all->coefficients && a < position->rank; a++)
        if (all->coefficients[a] && (size_nonnegative(all->coefficients[a]) == ALWAYS) == (sign > 0))
            terms.coefficients[a] = sign > 0 ? all->coefficients[a] : size_negate(all->coefficients[a]);
    return graph_iota_affine(graph, INT, position->rank, position->shape, &terms);
}

/* position == 0, spelled i == j; the first axis stands on the left. */
static struct node *equation(struct graph *graph, struct node *position)
{
    struct node *positive = terms_of(graph, position, 1), *negative = terms_of(graph, position, -1);
    const struct affine *affine = &position->subscripts[0];
    for (int a = 0; affine->coefficients && a < position->rank; a++)
        if (affine->coefficients[a])
            return size_nonnegative(affine->coefficients[a]) == ALWAYS
                       ? graph_binary(graph, OP_EQ, positive, negative)
                       : graph_binary(graph, OP_EQ, negative, positive);
    return graph_binary(graph, OP_EQ, positive, negative);
}

static struct node *condition_of(struct graph *graph, const struct masked *masked)
{
    struct node *c = masked->rest;
    for (int i = masked->count - 1; i >= 0; i--) {
        struct node *equal = equation(graph, masked->positions[i]);
        c = c ? graph_binary(graph, OP_AND, equal, c) : equal;
    }
    return c;
}

struct node *write_masked(struct graph *graph, const struct masked *masked)
{
    struct node *c = condition_of(graph, masked), *value = masked->value;
    return c ? graph_select(graph, c, value, constant_like(graph, value, REAL, 0)) : value;
}

/* ---- Sums of masked values ---- */

/* Adds a term, or adds it to the one that has its condition. */
static bool add_term(struct graph *graph, struct terms *terms, const struct masked *masked, bool is_negative)
{
    const struct node *c = condition_of(graph, masked);
    for (int i = 0; i < terms->count; i++)
        if (condition_of(graph, &terms->terms[i]) == c) {
            struct masked *same = &terms->terms[i];
            same->value = graph_binary(graph, is_negative ? OP_SUB : OP_ADD, same->value, masked->value);
            terms->has_merged = true;
            return true;
        }
    if (terms->count == MOST_TERMS)
        return false;
    struct masked *term = &terms->terms[terms->count++];
    *term = *masked;
    if (is_negative)
        term->value = graph_unary(graph, OP_NEG, term->value);
    return true;
}

static bool add_terms(struct graph *graph, struct node *node, bool is_negative, int depth,
                      struct terms *terms)
{
    struct masked masked;
    if (read_masked(graph, node, &masked))
        return add_term(graph, terms, &masked, is_negative);
    if (depth == MOST_TERMS)
        return false;
    if (node->op == OP_NEG)
        return add_terms(graph, node->inputs[0], !is_negative, depth + 1, terms);
    if (node->op != OP_ADD && node->op != OP_SUB)
        return false;
    return add_terms(graph, node->inputs[0], is_negative, depth + 1, terms) &&
           add_terms(graph, node->inputs[1], is_negative != (node->op == OP_SUB), depth + 1, terms);
}

/* Reads the node as a sum of masked values; false if it is none. */
bool read_masked_terms(struct graph *graph, struct node *node, struct terms *terms)
{
    terms->count = 0;
    terms->has_merged = false;
    return node->type == REAL && add_terms(graph, node, false, 0, terms);
}

/* sum may be NULL: 0 */
struct node *add_to_sum(struct graph *graph, struct node *sum, struct node *x)
{
    return sum ? graph_binary(graph, OP_ADD, sum, x) : x;
}

/* ---- Substitution ---- */

/* The position along `axis` from the equation, if its coefficient there is 1 or -1. */
bool solve_equation(const struct masked *masked, int equation, int axis, struct solution *solution)
{
    const struct affine *affine = &masked->positions[equation]->subscripts[0];
    int64_t number;
    if (!affine->coefficients || !affine->coefficients[axis] ||
        !size_is_number(affine->coefficients[axis], &number) || (number != 1 && number != -1))
        return false;
    memset(solution, 0, sizeof *solution);
    solution->axis = axis;
    solution->equation = equation;
    solution->offset = number > 0 ? size_negate(affine->offset) : affine->offset;
    for (int a = 0; a < masked->value->rank; a++)
        if (a != axis && affine->coefficients[a])
            solution->coefficients[a] =
                number > 0 ? size_negate(affine->coefficients[a]) : affine->coefficients[a];
    return true;
}

bool involves_axes(const struct masked *masked, int equation, unsigned axes)
{
    const struct affine *affine = &masked->positions[equation]->subscripts[0];
    for (int a = 0; affine->coefficients && a < masked->value->rank; a++)
        if (affine->coefficients[a] && axes >> a & 1)
            return true;
    return false;
}

/* Adds to `inside` that subscript s is in [0, extent). */
void require_inside(struct graph *graph, struct reading *reading, int s, size *extent)
{
    struct node *at = graph_iota_affine(graph, INT, reading->rank, reading->shape, &reading->subscripts[s]);
    struct node *zero = constant_like(graph, at, INT, 0);
    struct node *end = graph_broadcast(graph, graph_size(graph, INT, extent), reading->rank, reading->shape);
    struct node *c = graph_binary(graph, OP_AND, graph_binary(graph, OP_LE, zero, at),
                                  graph_binary(graph, OP_LT, at, end));
    double value;
    if (!graph_is_constant(c, &value) || value == 0)
        reading->inside = reading->inside ? graph_binary(graph, OP_AND, reading->inside, c) : c;
}

static struct node *read_through(struct graph *graph, const struct reading *reading, struct node *x)
{
    double value;
    if (graph_is_constant(x, &value))
        return graph_broadcast(graph, graph_constant(graph, x->type, value), reading->rank, reading->shape);
    return graph_index(graph, x, reading->rank, reading->shape, reading->subscripts, NULL, 0,
                       reading->inside != NULL);
}

/* The masked value through the reading, without equation `without` (-1: with all). */
struct masked masked_through(struct graph *graph, const struct reading *reading, const struct masked *masked,
                             int without)
{
    struct masked result = {.value = read_through(graph, reading, masked->value)};
    double value;
    if (masked->rest)
        add_rest(graph, &result, read_through(graph, reading, masked->rest));
    if (reading->inside && graph_is_constant(masked->value, &value))
        add_rest(graph, &result, reading->inside);
    for (int i = 0; i < masked->count; i++) {
        if (i == without)
            continue;
        struct node *position = graph_index(graph, masked->positions[i], reading->rank, reading->shape,
                                            reading->subscripts, NULL, 0, false);
        add_equation(graph, &result, position, constant_like(graph, position, INT, 0));
    }
    return result;
}

/* How a node of this shape is read with the solution put in: over the axes but the solved one. */
struct reading reading_of_solution(struct graph *graph, const struct node *node,
                                   const struct solution *solution)
{
    struct reading reading = {.rank = node->rank - 1};
    reading.subscripts = ARENA_ARRAY(graph->arena, struct affine, node->rank + 1);
    for (int a = 0; a < node->rank; a++) {
        int place = a - (a > solution->axis);
        reading.subscripts[a].coefficients = ARENA_ARRAY(graph->arena, size *, node->rank + 1);
        reading.subscripts[a].offset = size_number(graph->sizes, 0);
        if (a == solution->axis)
            continue;
        reading.shape[place] = node->shape[a];
        reading.subscripts[a].coefficients[place] = size_number(graph->sizes, 1);
    }
    struct affine *solved = &reading.subscripts[solution->axis];
    solved->offset = solution->offset;
    for (int a = 0; a < node->rank; a++)
        if (solution->coefficients[a])
            solved->coefficients[a - (a > solution->axis)] = solution->coefficients[a];
    require_inside(graph, &reading, solution->axis, node->shape[solution->axis]);
    return reading;
}

/* y with a new axis, along which it is repeated. */
struct node *repeat_along(struct graph *graph, struct node *y, int axis, size *extent)
{
    struct node *wide = graph_insert_axis(graph, y, axis);
    size *shape[AXES];
    for (int a = 0; a < wide->rank; a++)
        shape[a] = a == axis ? extent : wide->shape[a];
    return graph_broadcast(graph, wide, wide->rank, shape);
}

/* The axes behind one that is gone. */
unsigned without_axis(unsigned axes, int axis)
{
    unsigned below = (1u << axis) - 1;
    return (axes & below) | (axes >> 1 & ~below);
}

/* The axis of the index space at which a subscript stands alone with coefficient 1 or -1; -1: it is a number.
 * False otherwise. */
bool single_axis(const struct node *space, const struct affine *affine, int *axis, int64_t *sign)
{
    *axis = -1;
    for (int a = 0; affine->coefficients && a < space->rank; a++) {
        if (!affine->coefficients[a])
            continue;
        if (*axis >= 0 || !size_is_number(affine->coefficients[a], sign) || (*sign != 1 && *sign != -1))
            return false;
        *axis = a;
    }
    return !affine->dynamic;
}
