/* rewrite_one_hot.c: what is 0 off a diagonal is not computed off it.
 *
 * A value `if i == j then x else 0`, where i and j are positions, comes from identity matrices: the seeds of
 * a Jacobian, one_hot, tril. The rewrites move the condition outwards, and where a sum runs over an axis that
 * the condition determines, put in what it determines:
 *
 *     (if i == j then x else 0) * y          -> if i == j then x * y else 0       the same for / and -
 *     sum_j (if i == j then x[j] else 0)     -> x[i]
 *     sum_j (if i == j then a[j] else 0) b[j, k]       -> a[i] b[i, k]
 *     sum_k (if i == j then a[i, j, k] else 0) b[k]    -> if i == j then sum_k a[i, i, k] b[k] else 0
 *     y[j + 1] += if i == j then x[j] else 0 -> y[j] = if i == j - 1 then x[j - 1] else 0
 *
 * and the same for each term of a sum of such values, as long as each gets better by it;
 * so that the Jacobian of an element-wise function takes one pass, and no product with an identity is left.
 */
#include <string.h>

#include "rewrites.h"

enum { MOST_EQUATIONS = 6, AXES = 2 * MAXIMUM_RANK };

/* The value where all positions are 0 and `rest` holds, else 0. */
struct masked {
    struct node *value;
    struct node *positions[MOST_EQUATIONS]; /* INT IOTAs over the axes of the value */
    int count;
    struct node *rest; /* BOOL; NULL: true */
};

/* ---- Reading ---- */

static struct node *constant_like(struct graph *graph, const struct node *like, enum type type, double value)
{
    return graph_broadcast(graph, graph_constant(graph, type, value), like->rank, like->shape);
}

static bool is_static_view(const struct node *node)
{
    return node->op == OP_INDEX && node->input_count == 1 && !node->fill;
}

static struct node *view_of(struct graph *graph, const struct node *view, struct node *x)
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

static void read_condition(struct graph *graph, struct node *c, struct masked *masked)
{
    struct node *inner = is_static_view(c) ? c->inputs[0] : c, *operands[2];
    if (inner->op != OP_AND && inner->op != OP_EQ) {
        add_rest(graph, masked, c);
        return;
    }
    for (int i = 0; i < 2; i++)
        operands[i] = inner == c ? c->inputs[i] : view_of(graph, c, inner->inputs[i]);
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

static bool is_zero(const struct node *node)
{
    double value;
    return graph_is_constant(node, &value) && value == 0;
}

/* Reads the node as a masked value; false if it is none. */
static bool read_masked(struct graph *graph, struct node *node, struct masked *masked)
{
    const struct node *inner = is_static_view(node) ? node->inputs[0] : node;
    bool is_cast = inner->op == OP_CAST_REAL && inner->inputs[0]->type == BOOL;
    bool is_choice = inner->op == OP_SELECT && inner->type == REAL && is_zero(inner->inputs[2]);
    if ((!is_cast && !is_choice) || !compares_positions(inner->inputs[0]))
        return false;
    struct node *c = inner->inputs[0],
                *value = is_choice ? inner->inputs[1] : constant_like(graph, node, REAL, 1);
    if (inner != node) {
        c = view_of(graph, node, c);
        value = is_choice ? view_of(graph, node, value) : value;
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

static struct node *write_masked(struct graph *graph, const struct masked *masked)
{
    struct node *c = condition_of(graph, masked), *value = masked->value;
    return c ? graph_select(graph, c, value, constant_like(graph, value, REAL, 0)) : value;
}

/* ---- Sums of masked values ---- */

enum { MOST_TERMS = 8 };

struct terms {
    struct masked terms[MOST_TERMS];
    int count;
    bool has_merged; /* some had one condition */
};

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
static bool read_terms(struct graph *graph, struct node *node, struct terms *terms)
{
    terms->count = 0;
    terms->has_merged = false;
    return node->type == REAL && add_terms(graph, node, false, 0, terms);
}

/* sum may be NULL: 0 */
static struct node *plus(struct graph *graph, struct node *sum, struct node *x)
{
    return sum ? graph_binary(graph, OP_ADD, sum, x) : x;
}

/* ---- Substitution ---- */

/* An axis that an equation determines: its position is an affine function of those along the other axes. */
struct solution {
    int axis, equation;
    size *offset, *coefficients[AXES]; /* NULL at the axis itself */
};

/* The position along `axis` from the equation, if its coefficient there is 1 or -1. */
static bool solve(const struct masked *masked, int equation, int axis, struct solution *solution)
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

static bool involves(const struct masked *masked, int equation, unsigned axes)
{
    const struct affine *affine = &masked->positions[equation]->subscripts[0];
    for (int a = 0; affine->coefficients && a < masked->value->rank; a++)
        if (affine->coefficients[a] && axes >> a & 1)
            return true;
    return false;
}

/* Read with fill where a subscript may be outside. */
struct reading {
    int rank;
    size *shape[AXES];
    struct affine *subscripts;
    struct node *inside; /* BOOL over the reading's axes; NULL: always */
};

/* Adds to `inside` that subscript s is in [0, extent). */
static void require_inside(struct graph *graph, struct reading *reading, int s, size *extent)
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
static struct masked masked_through(struct graph *graph, const struct reading *reading,
                                    const struct masked *masked, int without)
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
static struct reading reading_of_solution(struct graph *graph, const struct node *node,
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
static struct node *repeat_along(struct graph *graph, struct node *y, int axis, size *extent)
{
    struct node *wide = graph_insert_axis(graph, y, axis);
    size *shape[AXES];
    for (int a = 0; a < wide->rank; a++)
        shape[a] = a == axis ? extent : wide->shape[a];
    return graph_broadcast(graph, wide, wide->rank, shape);
}

/* The axes behind one that is gone. */
static unsigned without_axis(unsigned axes, int axis)
{
    unsigned below = (1u << axis) - 1;
    return (axes & below) | (axes >> 1 & ~below);
}

/* ---- Sums ---- */

/* sum_j (if i == j then x[j] else 0) -> x[i] */
static struct node *put_into_sum(struct graph *graph, const struct node *y, const struct masked *masked,
                                 const struct solution *solution)
{
    struct reading reading = reading_of_solution(graph, masked->value, solution);
    struct masked inner = masked_through(graph, &reading, masked, solution->equation);
    unsigned axes = without_axis(y->axes & ~(1u << solution->axis), solution->axis);
    struct node *x = write_masked(graph, &inner);
    return axes ? graph_reduce(graph, OP_SUM, x, axes) : x;
}

/* sum_k (if i == j then x[i, j, k] else 0) -> if i == j then sum_k x[i, i, k] else 0 */
static struct node *put_before_sum(struct graph *graph, const struct node *y, const struct masked *masked,
                                   const struct solution *solution)
{
    struct reading reading = reading_of_solution(graph, masked->value, solution);
    struct masked inner = masked_through(graph, &reading, masked, solution->equation), outer = {.count = 0};
    struct node *sum =
        graph_reduce(graph, OP_SUM, write_masked(graph, &inner), without_axis(y->axes, solution->axis));
    int axis = solution->axis;
    for (int a = 0; a < solution->axis; a++)
        axis -= (int)(y->axes >> a & 1);
    outer.value = repeat_along(graph, sum, axis, masked->value->shape[solution->axis]);
    struct reading kept = {
        .rank = masked->value->rank}; /* position 0 along the summed axes, which the equation lacks */
    int place = 0;
    size *shape[AXES];
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, kept.rank + 1);
    for (int a = 0; a < kept.rank; a++) {
        subscripts[a].offset = size_number(graph->sizes, 0);
        subscripts[a].coefficients = ARENA_ARRAY(graph->arena, size *, kept.rank + 1);
        if (!(y->axes >> a & 1)) {
            shape[place] = masked->value->shape[a];
            subscripts[a].coefficients[place++] = size_number(graph->sizes, 1);
        }
    }
    outer.positions[outer.count++] =
        graph_index(graph, masked->positions[solution->equation], place, shape, subscripts, NULL, 0, false);
    return write_masked(graph, &outer);
}

static struct node *sum_of(struct graph *graph, const struct node *y, const struct masked *masked)
{
    struct solution solution;
    for (int e = 0; e < masked->count; e++)
        for (int a = 0; a < masked->value->rank; a++)
            if (y->axes >> a & 1 && solve(masked, e, a, &solution))
                return put_into_sum(graph, y, masked, &solution);
    for (int e = 0; e < masked->count; e++)
        for (int a = 0; a < masked->value->rank; a++)
            if (!involves(masked, e, y->axes) && solve(masked, e, a, &solution))
                return put_before_sum(graph, y, masked, &solution);
    return NULL;
}

struct node *rewrite_one_hot_sum(struct rewriter *rewriter, struct node *y)
{
    struct terms terms;
    struct node *sum = NULL;
    if (!read_terms(rewriter->graph, y->inputs[0], &terms))
        return NULL;
    for (int i = 0; i < terms.count; i++) {
        struct node *term = sum_of(rewriter->graph, y, &terms.terms[i]);
        if (!term)
            return NULL;
        sum = plus(rewriter->graph, sum, term);
    }
    return sum;
}

/* ---- Contractions ---- */

/* A factor of a product, whose axes run along these iteration axes. */
struct factor {
    struct node *node;
    signed char axes[AXES];
};

/* The solution of an equation between iteration axes. */
struct iteration {
    int axis, rank, reduced; /* solved; of the product */
    size *extents[AXES], *offset, *coefficients[AXES];
};

static int axis_of(const struct factor *factor, int iteration_axis)
{
    for (int a = 0; a < factor->node->rank; a++)
        if (factor->axes[a] == iteration_axis)
            return a;
    return -1;
}

/* The factor with the solution put in, if it has the solved axis; it then has those of the solution. Numbers
 * of iteration axes behind the solved one fall by one. masked: what the factor is, if it is masked. */
static bool put_into_factor(struct graph *graph, const struct iteration *iteration,
                            const struct masked *masked, int without, struct factor *factor)
{
    int solved = axis_of(factor, iteration->axis), rank = 0;
    struct factor result = {NULL, {0}};
    struct reading reading = {.rank = 0};
    for (int a = 0; a < factor->node->rank; a++)
        if (a != solved) {
            reading.shape[rank] = factor->node->shape[a];
            result.axes[rank++] = factor->axes[a];
        }
    for (int i = 0; solved >= 0 && i < iteration->rank + iteration->reduced; i++)
        if (iteration->coefficients[i] && axis_of(factor, i) < 0) {
            if (rank >= MAXIMUM_RANK)
                return false;
            reading.shape[rank] = iteration->extents[i];
            result.axes[rank++] = (signed char)i;
        }
    result.node = factor->node;
    if (solved >= 0) {
        reading.rank = rank;
        reading.subscripts = ARENA_ARRAY(graph->arena, struct affine, factor->node->rank + 1);
        for (int a = 0; a < factor->node->rank; a++) {
            struct affine *subscript = &reading.subscripts[a];
            subscript->coefficients = ARENA_ARRAY(graph->arena, size *, rank + 1);
            subscript->offset = a == solved ? iteration->offset : size_number(graph->sizes, 0);
            for (int b = 0; b < rank; b++)
                subscript->coefficients[b] = a == solved ? iteration->coefficients[(int)result.axes[b]]
                                             : result.axes[b] == factor->axes[a]
                                                 ? size_number(graph->sizes, 1)
                                                 : NULL;
        }
        require_inside(graph, &reading, solved, factor->node->shape[solved]);
        struct masked whole = {.value = factor->node};
        struct masked inner = masked_through(graph, &reading, masked ? masked : &whole, without);
        result.node = write_masked(graph, &inner);
    }
    for (int a = 0; a < rank; a++)
        result.axes[a] = (signed char)(result.axes[a] - (result.axes[a] > iteration->axis));
    *factor = result;
    return true;
}

/* The factor over all iteration axes. */
static struct node *spread(struct graph *graph, const struct factor *factor, int rank, size *const *extents)
{
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, factor->node->rank + 1);
    for (int a = 0; a < factor->node->rank; a++) {
        subscripts[a].offset = size_number(graph->sizes, 0);
        subscripts[a].coefficients = ARENA_ARRAY(graph->arena, size *, rank + 1);
        subscripts[a].coefficients[(int)factor->axes[a]] = size_number(graph->sizes, 1);
    }
    return graph_index(graph, factor->node, rank, extents, subscripts, NULL, 0, false);
}

/* The sum over the last `reduced` axes of the product; NULL if it has too many axes. */
static struct node *product_of(struct graph *graph, const struct factor *a, const struct factor *b, int rank,
                               int reduced, size *const *extents)
{
    double value;
    bool is_single = graph_is_constant(a->node, &value) || graph_is_constant(b->node, &value);
    if (reduced && !is_single)
        return graph_contract(graph, a->node, b->node, a->axes, b->axes, rank, reduced);
    if (rank + reduced > MAXIMUM_RANK)
        return NULL;
    struct node *product = graph_binary(graph, OP_MUL, spread(graph, a, rank + reduced, extents),
                                        spread(graph, b, rank + reduced, extents));
    return reduced ? graph_reduce(graph, OP_SUM, product, ((1u << reduced) - 1) << rank) : product;
}

static struct iteration iteration_of(const struct node *y, const struct factor *factors,
                                     const struct factor *solved, const struct solution *solution)
{
    struct iteration iteration = {.rank = y->rank, .reduced = y->reduced, .offset = solution->offset};
    for (int i = 0; i < 2; i++)
        for (int a = 0; a < factors[i].node->rank; a++)
            iteration.extents[(int)factors[i].axes[a]] = factors[i].node->shape[a];
    iteration.axis = solved->axes[solution->axis];
    for (int a = 0; a < solved->node->rank; a++)
        iteration.coefficients[(int)solved->axes[a]] = solution->coefficients[a];
    return iteration;
}

/* Both factors with the solution put in, multiplied; if the solved axis is one of y's, repeated along it and
 * masked. */
static struct node *put_into_product(struct graph *graph, const struct node *y, const struct masked *masked,
                                     int which, const struct factor *given, const struct solution *solution)
{
    struct factor factors[2] = {given[0], given[1]};
    struct iteration iteration = iteration_of(y, factors, &given[which], solution);
    bool is_kept = iteration.axis < y->rank;
    size *extents[AXES];
    for (int i = 0; i < y->rank + y->reduced; i++)
        if (i != iteration.axis)
            extents[i - (i > iteration.axis)] = iteration.extents[i];
    for (int i = 0; i < 2; i++)
        if (!put_into_factor(graph, &iteration, i == which ? masked : NULL, solution->equation, &factors[i]))
            return NULL;
    struct node *product =
        product_of(graph, &factors[0], &factors[1], y->rank - is_kept, y->reduced - !is_kept, extents);
    if (!product || !is_kept)
        return product;
    struct masked outer = {
        .value = repeat_along(graph, product, iteration.axis, iteration.extents[iteration.axis])};
    struct affine position = {.offset = masked->positions[solution->equation]->subscripts[0].offset};
    position.coefficients = ARENA_ARRAY(graph->arena, size *, y->rank + 1);
    for (int a = 0; a < given[which].node->rank; a++)
        if (given[which].axes[a] < y->rank)
            position.coefficients[(int)given[which].axes[a]] =
                masked->positions[solution->equation]->subscripts[0].coefficients[a];
    outer.positions[outer.count++] = graph_iota_affine(graph, INT, y->rank, y->shape, &position);
    return write_masked(graph, &outer);
}

static unsigned reduced_axes(const struct node *y, const struct factor *factor)
{
    unsigned axes = 0;
    for (int a = 0; a < factor->node->rank; a++)
        if (factor->axes[a] >= y->rank)
            axes |= 1u << a;
    return axes;
}

/* The product for one term of a factor, with what its mask determines put in: along summed axes if it can be.
 */
static struct node *product_of_term(struct graph *graph, const struct node *y, const struct factor *given,
                                    int which, const struct masked *masked)
{
    struct factor factors[2] = {given[0], given[1]};
    struct solution solution;
    unsigned summed = reduced_axes(y, &given[which]);
    factors[which].node = masked->value; /* for its shape */
    for (int along_sums = 1; along_sums >= 0; along_sums--)
        for (int e = 0; e < masked->count; e++)
            for (int a = 0; a < masked->value->rank; a++) {
                bool fits = along_sums ? (summed >> a & 1) != 0 : !involves(masked, e, summed);
                struct node *better = fits && solve(masked, e, a, &solution)
                                          ? put_into_product(graph, y, masked, which, factors, &solution)
                                          : NULL;
                if (better)
                    return better;
            }
    return NULL;
}

struct node *rewrite_one_hot_product(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    struct factor factors[2] = {{y->inputs[0], {0}}, {y->inputs[1], {0}}};
    memcpy(factors[0].axes, y->a_axes, (size_t)y->inputs[0]->rank);
    memcpy(factors[1].axes, y->b_axes, (size_t)y->inputs[1]->rank);
    for (int which = 0; which < 2; which++) {
        struct terms terms;
        struct node *sum = NULL;
        if (!read_terms(graph, y->inputs[which], &terms))
            continue;
        for (int i = 0; i < terms.count; i++) {
            struct node *term = product_of_term(graph, y, factors, which, &terms.terms[i]);
            sum = term ? plus(graph, sum, term) : NULL;
            if (!term)
                break;
        }
        if (sum)
            return sum;
    }
    return NULL;
}

/* ---- Views ---- */

/* (if i == j then x else 0)[...] -> if i[...] == j[...] then x[...] else 0 */
struct node *rewrite_one_hot_view(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    struct terms terms;
    struct node *sum = NULL;
    struct reading reading = {.rank = y->rank, .subscripts = y->subscripts};
    if (y->input_count > 1 || !read_terms(graph, y->inputs[0], &terms))
        return NULL;
    memcpy(reading.shape, y->shape, (size_t)y->rank * sizeof *y->shape);
    for (int s = 0; y->fill && s < y->inputs[0]->rank; s++)
        require_inside(graph, &reading, s, y->inputs[0]->shape[s]);
    for (int i = 0; i < terms.count; i++) {
        struct masked inner = masked_through(graph, &reading, &terms.terms[i], -1);
        sum = plus(graph, sum, write_masked(graph, &inner));
    }
    return sum;
}

/* The axis of the index space at which a subscript stands alone with coefficient 1 or -1; -1: it is a number.
 * False otherwise. */
static bool single_axis(const struct node *space, const struct affine *affine, int *axis, int64_t *sign)
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

/* y[j + 1] += if i == j then x[j] else 0 -> y[j] = if i == j - 1 then x[j - 1] else 0 */
struct node *rewrite_one_hot_scatter(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    const struct node *x = y->inputs[0];
    struct terms terms;
    struct node *sum = NULL;
    struct reading reading = {.rank = y->rank};
    unsigned seen = 0;
    if (y->input_count > 1 || !read_terms(graph, y->inputs[0], &terms))
        return NULL;
    memcpy(reading.shape, y->shape, (size_t)y->rank * sizeof *y->shape);
    reading.subscripts = ARENA_ARRAY(graph->arena, struct affine, x->rank + 1);
    for (int a = 0; a < x->rank; a++) {
        reading.subscripts[a].offset = size_number(graph->sizes, 0);
        reading.subscripts[a].coefficients = ARENA_ARRAY(graph->arena, size *, y->rank + 1);
    }
    struct node *fixed[MAXIMUM_RANK];
    int fixed_count = 0;
    for (int t = 0; t < y->rank; t++) {
        const struct affine *affine = &y->subscripts[t];
        int axis;
        int64_t sign = 1;
        if (!single_axis(x, affine, &axis, &sign) || (axis >= 0 && seen >> axis & 1))
            return NULL;
        if (axis < 0) {
            struct node *at = graph_iota(graph, INT, y->rank, y->shape, t);
            fixed[fixed_count++] = graph_binary(
                graph, OP_EQ, at,
                graph_broadcast(graph, graph_size(graph, INT, affine->offset), y->rank, y->shape));
            continue;
        }
        seen |= 1u << axis;
        reading.subscripts[axis].coefficients[t] = size_number(graph->sizes, sign);
        reading.subscripts[axis].offset = sign > 0 ? size_negate(affine->offset) : affine->offset;
        require_inside(graph, &reading, axis, x->shape[axis]);
    }
    for (int a = 0; a < x->rank; a++) {
        int64_t extent;
        if (!(seen >> a & 1) && (!size_is_number(x->shape[a], &extent) || extent != 1))
            return NULL;
    }
    for (int i = 0; i < terms.count; i++) {
        struct masked inner = masked_through(graph, &reading, &terms.terms[i], -1);
        for (int k = 0; k < fixed_count; k++)
            read_condition(graph, fixed[k], &inner);
        sum = plus(graph, sum, write_masked(graph, &inner));
    }
    return sum;
}

/* ---- Element-wise ---- */

/* (if c then x else 0) * y -> if c then x * y else 0; the same for a quotient and a sign */
struct node *rewrite_one_hot_factor(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    struct terms terms;
    for (int i = 0; i < (y->op == OP_DIV ? 1 : y->input_count); i++) {
        struct node *sum = NULL, *inputs[2] = {y->inputs[0], y->input_count > 1 ? y->inputs[1] : NULL};
        if (!read_terms(graph, y->inputs[i], &terms))
            continue;
        for (int k = 0; k < terms.count; k++) {
            inputs[i] = terms.terms[k].value;
            terms.terms[k].value = graph_elementwise(graph, y->op, inputs);
            sum = plus(graph, sum, write_masked(graph, &terms.terms[k]));
        }
        return sum;
    }
    return NULL;
}

/* |if c then x else 0| -> if c then |x| else 0; the same for a power above 0 */
struct node *rewrite_one_hot_power(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    struct masked masked;
    double power;
    if (y->input_count > 1 && (!graph_is_constant(y->inputs[1], &power) || !(power > 0)))
        return NULL;
    if (!read_masked(graph, y->inputs[0], &masked))
        return NULL;
    struct node *inputs[2] = {masked.value, y->input_count > 1 ? y->inputs[1] : NULL};
    masked.value = graph_elementwise(graph, y->op, inputs);
    return write_masked(graph, &masked);
}

/* (if c then x else 0) + (if c then y else 0) -> if c then x + y else 0; the same for a difference */
struct node *rewrite_one_hot_terms(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    struct terms terms;
    struct node *sum = NULL;
    if (!read_terms(graph, y, &terms) || !terms.has_merged)
        return NULL;
    for (int i = 0; i < terms.count; i++)
        sum = plus(graph, sum, write_masked(graph, &terms.terms[i]));
    return sum;
}

/* if c then (if d then x else 0) else 0 -> if c and d then x else 0 */
struct node *rewrite_one_hot_choice(struct rewriter *rewriter, struct node *y)
{
    struct masked masked;
    if (y->type != REAL || !is_zero(y->inputs[2]) || !read_masked(rewriter->graph, y->inputs[1], &masked))
        return NULL;
    read_condition(rewriter->graph, y->inputs[0], &masked);
    return write_masked(rewriter->graph, &masked);
}

/* ---- Diagonals ---- */

/* A diagonal while its equations are put in: where each axis of the whole stands, from the axes that are
 * left. */
struct diagonal {
    struct masked masked;
    struct affine places[AXES]; /* by axis of the whole */
    int rank;                   /* of the whole */
};

/* max(a, b), NULL if the order is not known */
static size *larger(size *a, size *b)
{
    if (size_nonnegative(size_subtract(a, b)) == ALWAYS)
        return a;
    return size_nonnegative(size_subtract(b, a)) == ALWAYS ? b : NULL;
}

static size *smaller(size *a, size *b)
{
    if (size_nonnegative(size_subtract(a, b)) == ALWAYS)
        return b;
    return size_nonnegative(size_subtract(b, a)) == ALWAYS ? a : NULL;
}

/* The only axis of a solution, -1 for a number; false if there are several, or its coefficient is not 1 or
 * -1. */
static bool single_source(const struct solution *solution, int rank, int *axis, int64_t *sign)
{
    *axis = -1;
    for (int a = 0; a < rank; a++)
        if (solution->coefficients[a]) {
            if (*axis >= 0 || !size_is_number(solution->coefficients[a], sign) || (*sign != 1 && *sign != -1))
                return false;
            *axis = a;
        }
    return true;
}

/* Where 0 <= sign j + offset < extent, j in [0, room): from *begin on, *count positions. */
static bool range_of(struct graph *graph, int64_t sign, size *offset, size *extent, size *room, size **begin,
                     size **count)
{
    size *zero = size_number(graph->sizes, 0), *one = size_number(graph->sizes, 1);
    size *first = sign > 0 ? size_negate(offset) : size_add(size_subtract(offset, extent), one);
    size *end = sign > 0 ? size_subtract(extent, offset) : size_add(offset, one);
    *begin = larger(zero, first);
    end = smaller(room, end);
    *count = *begin && end ? size_subtract(end, *begin) : NULL;
    return *count && size_nonnegative(*count) == ALWAYS; /* none is harmless: nothing is stored then */
}

/* b, whose axes are those of the reading's subscripts, over the reading's axes. */
static struct affine composed(struct graph *graph, const struct reading *reading, const struct affine *b,
                              int rank)
{
    struct affine result = {.offset = b->offset};
    result.coefficients = ARENA_ARRAY(graph->arena, size *, reading->rank + 1);
    for (int s = 0; s < rank; s++) {
        if (!b->coefficients[s])
            continue;
        result.offset =
            size_add(result.offset, size_multiply(b->coefficients[s], reading->subscripts[s].offset));
        for (int a = 0; a < reading->rank; a++) {
            size *inner = reading->subscripts[s].coefficients[a], *old = result.coefficients[a];
            if (inner)
                result.coefficients[a] = old ? size_add(old, size_multiply(b->coefficients[s], inner))
                                             : size_multiply(b->coefficients[s], inner);
        }
    }
    return result;
}

/* Puts one equation in, over those positions where it can hold; false if that range is not known. */
static bool put_into_diagonal(struct graph *graph, struct diagonal *diagonal, const struct solution *solution)
{
    struct node *value = diagonal->masked.value;
    struct reading reading = {.rank = value->rank - 1};
    int source, s = solution->axis;
    int64_t sign = 1;
    size *begin = size_number(graph->sizes, 0), *count = size_number(graph->sizes, 1), *one = count;
    if (!single_source(solution, value->rank, &source, &sign) ||
        !range_of(graph, sign, solution->offset, value->shape[s], source < 0 ? one : value->shape[source],
                  &begin, &count))
        return false;
    reading.subscripts = ARENA_ARRAY(graph->arena, struct affine, value->rank + 1);
    for (int a = 0; a < value->rank; a++) {
        int place = a - (a > s);
        reading.subscripts[a].coefficients = ARENA_ARRAY(graph->arena, size *, value->rank + 1);
        reading.subscripts[a].offset = a == source ? begin : size_number(graph->sizes, 0);
        if (a == s)
            continue;
        reading.shape[place] = a == source ? count : value->shape[a];
        reading.subscripts[a].coefficients[place] = one;
    }
    reading.subscripts[s].offset = solution->offset;
    if (source >= 0) {
        reading.subscripts[s].offset =
            sign > 0 ? size_add(solution->offset, begin) : size_subtract(solution->offset, begin);
        reading.subscripts[s].coefficients[source - (source > s)] = size_number(graph->sizes, sign);
    }
    for (int t = 0; t < diagonal->rank; t++)
        diagonal->places[t] = composed(graph, &reading, &diagonal->places[t], value->rank);
    diagonal->masked = masked_through(graph, &reading, &diagonal->masked, solution->equation);
    return true;
}

static bool shrink(struct graph *graph, struct diagonal *diagonal)
{
    struct solution solution;
    for (int e = 0; e < diagonal->masked.count; e++)
        for (int a = diagonal->masked.value->rank - 1; a >= 0; a--)
            if (solve(&diagonal->masked, e, a, &solution) && put_into_diagonal(graph, diagonal, &solution))
                return true;
    return false;
}

/* Where the condition holds if that is from some position along one axis on, 0 <= j - 1, or up to one, j + 1
 * < n: *count positions from *begin on. */
static bool holds_in_range(struct graph *graph, const struct node *c, int *axis, size **begin, size **count)
{
    int64_t sign = 1;
    bool is_from = c->op == OP_LE && is_zero(c->inputs[0]);
    const struct node *at = is_from || c->op == OP_LT ? c->inputs[is_from] : NULL;
    double limit;
    if (!at || at->op != OP_IOTA || at->type != INT || !single_axis(c, &at->subscripts[0], axis, &sign) ||
        *axis < 0 || sign < 0 || (!is_from && !graph_is_constant(c->inputs[1], &limit)))
        return false;
    size *offset = at->subscripts[0].offset, *zero = size_number(graph->sizes, 0), *end = c->shape[*axis];
    *begin = is_from ? larger(zero, size_negate(offset)) : zero;
    if (!is_from)
        end = smaller(end, size_subtract(size_number(graph->sizes, (int64_t)limit), offset));
    *count = *begin && end ? size_subtract(end, *begin) : NULL;
    return *count && size_nonnegative(*count) == ALWAYS;
}

/* What holds beside c, which is one of the conditions that all hold; NULL: nothing else does. */
static struct node *all_but(struct graph *graph, struct node *all, const struct node *c)
{
    if (all == c || all->op != OP_AND)
        return all == c ? NULL : all;
    struct node *a = all_but(graph, all->inputs[0], c), *b = all_but(graph, all->inputs[1], c);
    return a && b ? graph_binary(graph, OP_AND, a, b) : a ? a : b;
}

/* if 0 <= j - 1 then x[j] else 0, stored at j -> x[j + 1], stored at j + 1; false: there is no such
 * condition. */
static bool put_range_into_diagonal(struct graph *graph, struct diagonal *diagonal, const struct node *c)
{
    struct node *value = diagonal->masked.value;
    struct reading reading = {.rank = value->rank};
    int axis;
    size *begin, *count;
    if (c && c->op == OP_AND)
        return put_range_into_diagonal(graph, diagonal, c->inputs[0]) ||
               put_range_into_diagonal(graph, diagonal, c->inputs[1]);
    if (!c || !holds_in_range(graph, c, &axis, &begin, &count))
        return false;
    reading.subscripts = ARENA_ARRAY(graph->arena, struct affine, value->rank + 1);
    for (int a = 0; a < value->rank; a++) {
        reading.shape[a] = a == axis ? count : value->shape[a];
        reading.subscripts[a].coefficients = ARENA_ARRAY(graph->arena, size *, value->rank + 1);
        reading.subscripts[a].coefficients[a] = size_number(graph->sizes, 1);
        reading.subscripts[a].offset = a == axis ? begin : size_number(graph->sizes, 0);
    }
    for (int t = 0; t < diagonal->rank; t++)
        diagonal->places[t] = composed(graph, &reading, &diagonal->places[t], value->rank);
    diagonal->masked.rest = all_but(graph, diagonal->masked.rest, c);
    diagonal->masked = masked_through(graph, &reading, &diagonal->masked, -1);
    return true;
}

/* if i == j then x[j] else 0 -> y[j, j] += x[j], which writes no zeros but once; NULL if the range is not
 * known. */
static struct node *scatter_diagonal(struct graph *graph, const struct masked *masked)
{
    struct diagonal diagonal = {.masked = *masked, .rank = masked->value->rank};
    for (int a = 0; a < diagonal.rank; a++) {
        diagonal.places[a].offset = size_number(graph->sizes, 0);
        diagonal.places[a].coefficients = ARENA_ARRAY(graph->arena, size *, diagonal.rank + 1);
        diagonal.places[a].coefficients[a] = size_number(graph->sizes, 1);
    }
    while (diagonal.masked.count)
        if (!shrink(graph, &diagonal))
            return NULL;
    while (put_range_into_diagonal(graph, &diagonal, diagonal.masked.rest))
        ;
    return graph_scatter(graph, write_masked(graph, &diagonal.masked), diagonal.rank, masked->value->shape,
                         diagonal.places, NULL, 0);
}

struct node *scatter_diagonals(struct graph *graph, struct node *y)
{
    struct terms terms;
    struct node *sum = NULL;
    if (!read_terms(graph, y, &terms))
        return y;
    for (int i = 0; i < terms.count; i++) {
        struct node *term = scatter_diagonal(graph, &terms.terms[i]);
        if (!term)
            return y;
        sum = plus(graph, sum, term);
    }
    return sum;
}
