/* adjoint_structure.c: adjoints of views and of their transposes.
 *
 *     y[i] = x[A i + b]            d_x[A i + b] += d_y[i]
 *     y[A i + b] += x[i]           d_x[i] = d_y[A i + b]
 *
 * A mask goes the way its adjoint goes: any of what is summed. */
#include "adjoint.h"

struct node *positive(struct graph *graph, struct node *sum)
{
    return graph_binary(graph, OP_LT, graph_zeros_like(graph, sum), sum);
}

/* ---- INDEX ---- */

/* The one index axis in subscript s with coefficient 1 or -1, or -1. */
static int single_axis(const struct node *y, int s, int64_t *coefficient)
{
    const struct affine *affine = &y->subscripts[s];
    int found = -1;
    for (int a = 0; affine->coefficients && a < y->rank; a++) {
        if (!affine->coefficients[a])
            continue;
        if (found >= 0 || !size_is_number(affine->coefficients[a], coefficient) ||
            (*coefficient != 1 && *coefficient != -1))
            return -1;
        found = a;
    }
    return affine->dynamic ? -1 : found;
}

/* If each axis of x stands alone at an index axis of its own, as in x[j, n - 1 - i] or x[i - 3] with zeros
 * outside: the subscripts of the inverse view, i = (j - offset) / coefficient. NULL where an index axis is in
 * no subscript or in two, and where the view leaves elements of x out but must not read outside d_y. */
static struct affine *inverse_view(struct graph *graph, const struct node *y)
{
    const struct node *x = y->inputs[0];
    if (x->rank != y->rank)
        return NULL;
    struct affine *inverse = ARENA_ARRAY(graph->arena, struct affine, y->rank + 1);
    size *zero = size_number(graph->sizes, 0), *one = size_number(graph->sizes, 1);
    for (int s = 0; s < x->rank; s++) {
        int64_t coefficient = 0;
        int a = single_axis(y, s, &coefficient);
        if (a < 0 || inverse[a].offset)
            return NULL;
        size *offset = y->subscripts[s].offset;
        size *first = coefficient == 1 ? zero : size_subtract(x->shape[s], one);
        if (!y->fill && (offset != first || x->shape[s] != y->shape[a]))
            return NULL;
        inverse[a].offset = coefficient == 1 ? size_negate(offset) : offset;
        inverse[a].coefficients = ARENA_ARRAY(graph->arena, size *, x->rank);
        inverse[a].coefficients[s] = size_number(graph->sizes, coefficient);
    }
    return inverse;
}

/* Sums d over the index axes that stand in no subscript (a broadcast), and drops them from the subscripts. */
static struct adjoint sum_unused(struct sweep *sweep, const struct node *y, struct adjoint d,
                                 struct affine **subscripts)
{
    struct graph *graph = sweep->graph;
    unsigned unused = 0;
    int kept[MAXIMUM_RANK], rank = 0;
    for (int a = 0; a < y->rank; a++) {
        if (graph_varies_along(y, a))
            kept[rank++] = a;
        else
            unused |= 1u << a;
    }
    *subscripts = y->subscripts;
    if (!unused || y->input_count > 1)
        return d;
    d.value = graph_reduce(graph, OP_SUM, adjoint_value(graph, d), unused);
    d.mask = d.mask ? graph_reduce(graph, OP_ANY, d.mask, unused) : NULL;
    const struct node *x = y->inputs[0];
    *subscripts = ARENA_ARRAY(graph->arena, struct affine, x->rank + 1);
    for (int s = 0; s < x->rank; s++) {
        (*subscripts)[s].offset = y->subscripts[s].offset;
        (*subscripts)[s].coefficients = ARENA_ARRAY(graph->arena, size *, rank + 1);
        for (int a = 0; y->subscripts[s].coefficients && a < rank; a++)
            (*subscripts)[s].coefficients[a] = y->subscripts[s].coefficients[kept[a]];
    }
    return d;
}

/* x with zeros around it that are wide enough for every position that the view reads: how many before axis s,
 * and the extent of the whole. */
static void padded_axis(struct graph *graph, const struct node *space, const struct affine *affine,
                        size *extent, size **before, size **whole)
{
    size *zero = size_number(graph->sizes, 0), *one = size_number(graph->sizes, 1);
    size *least = size_least(affine->offset), *greatest = size_greatest(affine->offset);
    for (int a = 0; affine->coefficients && a < space->rank; a++) {
        if (!affine->coefficients[a])
            continue;
        size *reach = size_multiply(affine->coefficients[a], size_subtract(space->shape[a], one));
        int64_t number = 0;
        if (size_is_number(affine->coefficients[a], &number) && number < 0)
            least = size_add(least, reach);
        else
            greatest = size_add(greatest, reach);
    }
    *before = size_maximum(zero, size_negate(least));
    *whole = size_add(*before, size_maximum(extent, size_add(greatest, one)));
}

static struct node *scatter_padded(struct graph *graph, struct node *d, const struct node *x,
                                   const struct affine *subscripts)
{
    struct affine *moved = ARENA_ARRAY(graph->arena, struct affine, x->rank + 1);
    size *shape[MAXIMUM_RANK], *before[MAXIMUM_RANK];
    for (int s = 0; s < x->rank; s++) {
        padded_axis(graph, d, &subscripts[s], x->shape[s], &before[s], &shape[s]);
        moved[s] = subscripts[s];
        moved[s].offset = size_add(subscripts[s].offset, before[s]);
    }
    struct node *padded = graph_scatter(graph, d, x->rank, shape, moved, NULL, 0);
    for (int s = 0; s < x->rank; s++)
        padded = graph_slice(graph, padded, s, before[s], x->shape[s], 1);
    return padded;
}

/* With int tensors in the subscripts: what lies outside goes to position 0, as 0. */
static struct node *scatter_guarded(struct graph *graph, struct node *d, const struct node *y,
                                    const struct node *x)
{
    struct affine *positions = ARENA_ARRAY(graph->arena, struct affine, x->rank + 1);
    struct node *dynamics[MAXIMUM_RANK], *inside = NULL, *zeros = NULL;
    for (int s = 0; s < x->rank; s++) {
        struct affine affine = y->subscripts[s];
        int dynamic = affine.dynamic;
        affine.dynamic = 0;
        struct node *position = graph_iota_affine(graph, INT, y->rank, y->shape, &affine);
        if (dynamic)
            position = graph_binary(graph, OP_ADD, position, y->inputs[dynamic]);
        zeros = graph_zeros_like(graph, position);
        struct node *extent = graph_broadcast(graph, graph_size(graph, INT, x->shape[s]), y->rank, y->shape);
        struct node *ok = graph_binary(graph, OP_AND, graph_binary(graph, OP_LE, zeros, position),
                                       graph_binary(graph, OP_LT, position, extent));
        inside = inside ? graph_binary(graph, OP_AND, inside, ok) : ok;
        dynamics[s] = position;
        positions[s] = (struct affine){size_number(graph->sizes, 0), NULL, s + 1};
        positions[s].coefficients = ARENA_ARRAY(graph->arena, size *, y->rank + 1);
    }
    for (int s = 0; s < x->rank; s++)
        dynamics[s] = graph_select(graph, inside, dynamics[s], zeros);
    d = graph_select(graph, inside, d, graph_zeros_like(graph, d));
    return graph_scatter(graph, d, x->rank, x->shape, positions, dynamics, x->rank);
}

static struct node *scatter_like(struct graph *graph, struct node *d, const struct node *y,
                                 const struct affine *subscripts)
{
    const struct node *x = y->inputs[0];
    if (!y->fill)
        return graph_scatter(graph, d, x->rank, x->shape, subscripts, y->inputs + 1, y->input_count - 1);
    return y->input_count > 1 ? scatter_guarded(graph, d, y, x) : scatter_padded(graph, d, x, subscripts);
}

void adjoint_of_index(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct graph *graph = sweep->graph;
    struct node *x = y->inputs[0], *mask = NULL;
    struct affine *inverse = inverse_view(graph, y), *subscripts;
    if (inverse) {
        mask = d.mask ? graph_index(graph, d.mask, x->rank, x->shape, inverse, NULL, 0, y->fill) : NULL;
        contribute(sweep, x, graph_index(graph, d.value, x->rank, x->shape, inverse, NULL, 0, y->fill), mask);
        return;
    }
    d = sum_unused(sweep, y, d, &subscripts);
    struct node *value = scatter_like(graph, adjoint_value(graph, d), y, subscripts);
    bool is_found = !d.mask && (!is_steep(sweep, x) || read_mask(graph, y, &mask));
    if (!is_found) {
        struct node *read =
            d.mask ? d.mask
                   : graph_broadcast(graph, graph_constant(graph, BOOL, 1), d.value->rank, d.value->shape);
        mask = positive(graph, scatter_like(graph, graph_unary(graph, OP_CAST_REAL, read), y, subscripts));
    }
    contribute_exact(sweep, x, value, mask);
}

/* ---- The others ---- */

void adjoint_of_scatter(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct node *x = y->inputs[0];
    struct node *const *dynamics = y->inputs + 1;
    int count = y->input_count - 1;
    struct node *value =
        graph_index(sweep->graph, d.value, x->rank, x->shape, y->subscripts, dynamics, count, false);
    struct node *mask = NULL;
    if (d.mask)
        mask = graph_index(sweep->graph, d.mask, x->rank, x->shape, y->subscripts, dynamics, count, false);
    contribute(sweep, x, value, mask);
}

/* x over the axes of the elements, of which it has those in `axes`; `spreads`: the other way round, at 0 of
 * those that it loses. */
static struct node *over_axes(struct graph *graph, struct node *x, const struct node *part, unsigned axes,
                              bool spreads)
{
    struct affine subscripts[MAXIMUM_RANK];
    size *shape[MAXIMUM_RANK], *coefficients[MAXIMUM_RANK][MAXIMUM_RANK] = {{NULL}};
    int few = 0;
    for (int a = 0; a < part->rank; a++) {
        bool is_kept = axes >> a & 1;
        if (spreads ? is_kept : true) {
            int s = spreads ? few : a;
            subscripts[s] = (struct affine){size_number(graph->sizes, 0), coefficients[s], 0};
            if (is_kept)
                coefficients[s][spreads ? a : few] = size_number(graph->sizes, 1);
        }
        if (is_kept)
            shape[few++] = part->shape[a];
    }
    return spreads ? graph_index(graph, x, part->rank, part->shape, subscripts, NULL, 0, false)
                   : graph_index(graph, x, few, shape, subscripts, NULL, 0, false);
}

/* Whether each element of the part stays in y, where those that differ in `axes` alone may go to one place:
 *
 *     last = -1; last[k[i]] = number of i;   is_last[i] = last[k[i]] == number of i */
static struct node *is_last(struct graph *graph, const struct node *y, unsigned axes)
{
    const struct node *part = y->inputs[1];
    struct node *dynamics[MAXIMUM_RANK];
    struct affine subscripts[MAXIMUM_RANK], number = {size_number(graph->sizes, 0), NULL, 0};
    size *coefficients[MAXIMUM_RANK] = {NULL}, *shape[MAXIMUM_RANK], *step = size_number(graph->sizes, 1);
    int rank = 0, count = 0;
    for (int s = 0; s < y->rank; s++)
        if (y->subscripts[s].dynamic &&
            (graph_varying_axes(y->inputs[y->subscripts[s].dynamic + 1]) & axes)) {
            dynamics[count] = over_axes(graph, y->inputs[y->subscripts[s].dynamic + 1], part, axes, false);
            shape[count] = y->shape[s];
            subscripts[count] = (struct affine){y->subscripts[s].offset, NULL, count + 1};
            subscripts[count].coefficients = ARENA_ARRAY(graph->arena, size *, part->rank + 1);
            count++;
        }
    rank = dynamics[0]->rank;
    number.coefficients = coefficients;
    for (int a = rank - 1; a >= 0; a--) {
        coefficients[a] = step;
        step = size_multiply(step, dynamics[0]->shape[a]);
    }
    struct node *order = graph_iota_affine(graph, INT, rank, dynamics[0]->shape, &number);
    struct node *last = graph_broadcast(graph, graph_constant(graph, INT, -1), count, shape);
    last = graph_replace(graph, last, order, subscripts, dynamics, count);
    struct node *found =
        graph_index(graph, last, rank, dynamics[0]->shape, subscripts, dynamics, count, false);
    return over_axes(graph, graph_binary(graph, OP_EQ, found, order), part, axes, true);
}

void adjoint_of_replace(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct graph *graph = sweep->graph;
    struct node *x = y->inputs[0], *part = y->inputs[1], *mask = NULL;
    struct node *const *dynamics = y->inputs + 2;
    int count = y->input_count - 2;
    if (is_active(sweep, part)) {
        unsigned axes = graph_meeting_axes(y);
        struct node *value =
            graph_index(graph, d.value, part->rank, part->shape, y->subscripts, dynamics, count, false);
        if (d.mask)
            mask = graph_index(graph, d.mask, part->rank, part->shape, y->subscripts, dynamics, count, false);
        if (axes) {
            struct node *stays = is_last(graph, y, axes);
            value = graph_select(graph, stays, value, graph_zeros_like(graph, value));
            mask = mask ? graph_binary(graph, OP_AND, mask, stays) : NULL;
        }
        contribute(sweep, part, value, mask);
    }
    if (is_active(sweep, x)) {
        struct node *zeros = graph_zeros_like(graph, part);
        mask = NULL;
        if (d.mask)
            mask = positive(graph, graph_replace(graph, graph_unary(graph, OP_CAST_REAL, d.mask), zeros,
                                                 y->subscripts, dynamics, count));
        contribute(sweep, x, graph_replace(graph, d.value, zeros, y->subscripts, dynamics, count), mask);
    }
}

void adjoint_of_reshape(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct node *x = y->inputs[0];
    struct node *mask = d.mask ? graph_reshape(sweep->graph, d.mask, x->rank, x->shape) : NULL;
    contribute(sweep, x, graph_reshape(sweep->graph, d.value, x->rank, x->shape), mask);
}
