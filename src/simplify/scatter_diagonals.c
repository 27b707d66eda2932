/* scatter_diagonals.c: an output that is 0 off some diagonals is zeros with the diagonals stored into them.
 */
#include "masked.h"

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
            if (solve_equation(&diagonal->masked, e, a, &solution) &&
                put_into_diagonal(graph, diagonal, &solution))
                return true;
    return false;
}

/* Where the condition holds if that is from some position along one axis on, 0 <= j - 1, or up to one, j + 1
 * < n: *count positions from *begin on. */
static bool holds_in_range(struct graph *graph, const struct node *c, int *axis, size **begin, size **count)
{
    int64_t sign = 1;
    bool is_from = c->op == OP_LE && graph_is_zero(c->inputs[0]);
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

/* What is stored is that of so many positions along the axis, from `begin` on. */
static void keep_positions(struct graph *graph, struct diagonal *diagonal, int axis, size *begin, size *count)
{
    const struct node *value = diagonal->masked.value;
    struct reading reading = {.rank = value->rank};
    reading.subscripts = ARENA_ARRAY(graph->arena, struct affine, value->rank + 1);
    for (int a = 0; a < value->rank; a++) {
        reading.shape[a] = a == axis ? count : value->shape[a];
        reading.subscripts[a].coefficients = ARENA_ARRAY(graph->arena, size *, value->rank + 1);
        reading.subscripts[a].coefficients[a] = size_number(graph->sizes, 1);
        reading.subscripts[a].offset = a == axis ? begin : size_number(graph->sizes, 0);
    }
    for (int t = 0; t < diagonal->rank; t++)
        diagonal->places[t] = composed(graph, &reading, &diagonal->places[t], value->rank);
    diagonal->masked = masked_through(graph, &reading, &diagonal->masked, -1);
}

/* if 0 <= j - 1 then x[j] else 0, stored at j -> x[j + 1], stored at j + 1; false: there is no such
 * condition. */
static bool put_range_into_diagonal(struct graph *graph, struct diagonal *diagonal, const struct node *c)
{
    int axis;
    size *begin, *count;
    if (c && c->op == OP_AND)
        return put_range_into_diagonal(graph, diagonal, c->inputs[0]) ||
               put_range_into_diagonal(graph, diagonal, c->inputs[1]);
    if (!c || !holds_in_range(graph, c, &axis, &begin, &count))
        return false;
    diagonal->masked.rest = all_but(graph, diagonal->masked.rest, c);
    keep_positions(graph, diagonal, axis, begin, count);
    return true;
}

/* x[j - 1], which is 0 outside x, stored at j -> x[j], stored at j + 1; false: nothing is read outside. */
static bool put_end_into_diagonal(struct graph *graph, struct diagonal *diagonal)
{
    const struct node *value = diagonal->masked.value;
    for (int s = 0; value->op == OP_INDEX && value->fill && s < value->inputs[0]->rank; s++) {
        int axis;
        int64_t sign;
        size *begin, *count;
        if (single_axis(value, &value->subscripts[s], &axis, &sign) && axis >= 0 &&
            (sign == 1 || sign == -1) &&
            range_of(graph, sign, value->subscripts[s].offset, value->inputs[0]->shape[s], value->shape[axis],
                     &begin, &count) &&
            count != value->shape[axis]) {
            keep_positions(graph, diagonal, axis, begin, count);
            return true;
        }
    }
    return false;
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
    while (put_range_into_diagonal(graph, &diagonal, diagonal.masked.rest) ||
           put_end_into_diagonal(graph, &diagonal))
        ;
    return graph_scatter(graph, write_masked(graph, &diagonal.masked), diagonal.rank, masked->value->shape,
                         diagonal.places, NULL, 0);
}

struct node *scatter_diagonals(struct graph *graph, struct node *y)
{
    struct terms terms;
    struct node *sum = NULL;
    if (!read_masked_terms(graph, y, &terms))
        return y;
    for (int i = 0; i < terms.count; i++) {
        struct node *term = scatter_diagonal(graph, &terms.terms[i]);
        if (!term)
            return y;
        sum = add_to_sum(graph, sum, term);
    }
    return sum;
}
