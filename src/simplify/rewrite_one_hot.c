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
#include "masked.h"

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
            if (y->axes >> a & 1 && solve_equation(masked, e, a, &solution))
                return put_into_sum(graph, y, masked, &solution);
    for (int e = 0; e < masked->count; e++)
        for (int a = 0; a < masked->value->rank; a++)
            if (!involves_axes(masked, e, y->axes) && solve_equation(masked, e, a, &solution))
                return put_before_sum(graph, y, masked, &solution);
    return NULL;
}

struct node *rewrite_one_hot_sum(struct rewriter *rewriter, struct node *y)
{
    struct terms terms;
    struct node *sum = NULL;
    if (!read_masked_terms(rewriter->graph, y->inputs[0], &terms))
        return NULL;
    for (int i = 0; i < terms.count; i++) {
        struct node *term = sum_of(rewriter->graph, y, &terms.terms[i]);
        if (!term)
            return NULL;
        sum = add_to_sum(rewriter->graph, sum, term);
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
                bool fits = along_sums ? (summed >> a & 1) != 0 : !involves_axes(masked, e, summed);
                struct node *better = fits && solve_equation(masked, e, a, &solution)
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
        if (!read_masked_terms(graph, y->inputs[which], &terms))
            continue;
        for (int i = 0; i < terms.count; i++) {
            struct node *term = product_of_term(graph, y, factors, which, &terms.terms[i]);
            sum = term ? add_to_sum(graph, sum, term) : NULL;
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
    if (y->input_count > 1 || !read_masked_terms(graph, y->inputs[0], &terms))
        return NULL;
    memcpy(reading.shape, y->shape, (size_t)y->rank * sizeof *y->shape);
    for (int s = 0; y->fill && s < y->inputs[0]->rank; s++)
        require_inside(graph, &reading, s, y->inputs[0]->shape[s]);
    for (int i = 0; i < terms.count; i++) {
        struct masked inner = masked_through(graph, &reading, &terms.terms[i], -1);
        sum = add_to_sum(graph, sum, write_masked(graph, &inner));
    }
    return sum;
}

/* y[j + 1] += if i == j then x[j] else 0 -> y[j] = if i == j - 1 then x[j - 1] else 0, unless it stands side
 * by side with what is no choice */
struct node *rewrite_one_hot_scatter(struct rewriter *rewriter, struct node *y)
{
    struct graph *graph = rewriter->graph;
    const struct node *x = y->inputs[0];
    struct terms terms;
    struct node *sum = NULL;
    struct reading reading = {.rank = y->rank};
    unsigned seen = 0;
    if (y->input_count > 1 || rewriter->is_concatenated[rewriter->source->id] ||
        !read_masked_terms(graph, y->inputs[0], &terms))
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
        sum = add_to_sum(graph, sum, write_masked(graph, &inner));
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
        if (!read_masked_terms(graph, y->inputs[i], &terms))
            continue;
        for (int k = 0; k < terms.count; k++) {
            inputs[i] = terms.terms[k].value;
            terms.terms[k].value = graph_elementwise(graph, y->op, inputs);
            sum = add_to_sum(graph, sum, write_masked(graph, &terms.terms[k]));
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
    if (!read_masked_terms(graph, y, &terms) || !terms.has_merged)
        return NULL;
    for (int i = 0; i < terms.count; i++)
        sum = add_to_sum(graph, sum, write_masked(graph, &terms.terms[i]));
    return sum;
}

/* if c then (if d then x else 0) else 0 -> if c and d then x else 0 */
struct node *rewrite_one_hot_choice(struct rewriter *rewriter, struct node *y)
{
    struct masked masked;
    if (y->type != REAL || !graph_is_zero(y->inputs[2]) ||
        !read_masked(rewriter->graph, y->inputs[1], &masked))
        return NULL;
    read_condition(rewriter->graph, y->inputs[0], &masked);
    return write_masked(rewriter->graph, &masked);
}
