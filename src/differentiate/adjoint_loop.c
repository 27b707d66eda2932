/* adjoint_loop.c: the adjoint of a loop is a loop that runs backwards.
 *
 *     for t in 0..T { h = f(h, W, x[t]); y[t] = g(h) }
 *
 *     d_h = d_h_T; d_W = 0
 *     for t in T-1..0 {                                the states h[t] at the start of each round have been
 * collected d_h, d_W_t, d_x[t] = adjoint of (f, g)(h[t], W, x[t]) with d_h, d_y[t];   d_W = d_W + d_W_t
 *     }
 *
 * The adjoint of the body comes from differentiate_between, in terms of the body's own nodes; what it needs
 * of them is then either computed again from the collected states or collected too (adjoint_states.c). The
 * two loops share their variable; simplify gives each its own. A value that the body reads only in parts that
 * move with the round, x[t], gets its adjoint from the collected adjoints of the parts; other values
 * accumulate theirs. */
#include <string.h>

#include "adjoint.h"
#include "copy.h"
#include "memory.h"

/* ---- Which of a loop's values take part ---- */

static bool any_end_is_active(const struct loop *loop, const unsigned char *active)
{
    bool any = false;
    for (int k = 0; k < loop->carried_count; k++)
        any = any || active[loop->carried[k]->id] || active[loop->next[k]->id];
    for (int k = 0; k < loop->collected_count; k++)
        any = any || active[loop->collected[k]->id];
    return any;
}

static bool end_is_active(const struct loop *loop, int k, const unsigned char *active)
{
    return k < loop->carried_count ? active[loop->carried[k]->id] || active[loop->next[k]->id]
                                   : active[loop->collected[k - loop->carried_count]->id];
}

/* The marks of loops inside stay while those around them grow: a round of a loop around them adds to what it
 * has found, so that nests do not begin anew at each level. */
void activate_inside(const struct graph *graph, struct loop *loop, unsigned char *active)
{
    const struct region *region = region_of(graph, loop);
    bool changed = true;
    for (int k = 0; k < loop->carried_count; k++)
        if (loop->carried[k]->type == REAL && active[loop->initial[k]->id])
            active[loop->carried[k]->id] = true;
    while (changed) {
        changed = false;
        for (size_t i = 0; i < region->inside_count; i++) {
            struct node *node = region->inside[i];
            if (node->op == OP_LOOP) {
                activate_inside(graph, node->loop, active);
                active[node->id] = any_end_is_active(node->loop, active);
            } else if (node->op == OP_RESULT)
                active[node->id] =
                    active[node->inputs[0]->id] && end_is_active(node->inputs[0]->loop, node->result, active);
            else
                active[node->id] = takes_part(graph, node, active);
        }
        for (int k = 0; k < loop->carried_count; k++)
            if (active[loop->next[k]->id] && loop->carried[k]->type == REAL && !active[loop->carried[k]->id])
                active[loop->carried[k]->id] = changed = true;
    }
}

void deactivate_inside(const struct graph *graph, struct loop *loop, unsigned char *active)
{
    const struct region *region = region_of(graph, loop);
    for (size_t i = 0; i < region->inside_count; i++) {
        active[region->inside[i]->id] = 0;
        if (region->inside[i]->op == OP_LOOP)
            deactivate_inside(graph, region->inside[i]->loop, active);
    }
    for (int k = 0; k < loop->carried_count; k++)
        active[loop->carried[k]->id] = 0;
}

bool loop_is_active(const struct graph *graph, struct loop *loop, unsigned char *active)
{
    activate_inside(graph, loop, active);
    bool any = any_end_is_active(loop, active);
    deactivate_inside(graph, loop, active);
    return any;
}

bool loop_result_is_active(const struct graph *graph, const struct node *result, unsigned char *active)
{
    struct loop *loop = result->inputs[0]->loop;
    if (!active[result->inputs[0]->id])
        return false;
    activate_inside(graph, loop, active);
    bool takes = end_is_active(loop, result->result, active);
    deactivate_inside(graph, loop, active);
    return takes;
}

/* ---- The work ---- */

struct work {
    struct sweep *sweep;
    struct graph *graph;
    struct loop *loop;
    const struct region *region;
    bool *live; /* by carried value: its adjoint may differ from 0 */

    /* What the adjoint of the body is taken of, and with respect to. */
    struct node **outputs, **seeds;
    size_t outputs_count, outputs_capacity, seeds_count, seeds_capacity;
    struct node **wrt, **adjoints, **masks;
    int *mask_results; /* by wrt: which result of the backward loop is its mask; -1: it needs none */
    size_t wrt_count, wrt_capacity;
    size_t first_moving,
        first_accumulated; /* wrt: carried values, then moving parts, then whole outer values */

    struct loop *backward;
    size_t collected_capacity;
    struct product_terms
        products; /* of the adjoints of whole outer values: summed over the rounds behind the loop */
};

static size *round_number(const struct work *work)
{
    return size_subtract(work->loop->variable, work->loop->begin);
}

/* values[round], for values with a first axis over the rounds. */
static struct node *at_round(struct graph *graph, struct node *values, size *round)
{
    return graph_drop_axis(graph, values, 0, round);
}

/* Whether an adjoint can come from one of the ends to each carried value: ends are the steps of live carried
 * values and collected values with an adjoint. Live ones make others live. */
static void find_live(struct work *work, const struct adjoint *results)
{
    struct loop *loop = work->loop;
    unsigned char *marks = memory_array(work->graph->nodes_count + 1, 1);
    work->live = ARENA_ARRAY(work->graph->arena, bool, loop->carried_count + 1);
    for (int k = 0; k < loop->collected_count; k++)
        if (results[loop->carried_count + k].value)
            marks[loop->collected[k]->id] = 1;
    for (int k = 0; k < loop->carried_count; k++)
        work->live[k] = results[k].value && is_active(work->sweep, loop->carried[k]);
    bool changed = true;
    while (changed) {
        changed = false;
        for (int k = 0; k < loop->carried_count; k++)
            if (work->live[k])
                marks[loop->next[k]->id] = 1;
        for (size_t i = work->region->inside_count; i-- > 0;) {
            struct node *inside = work->region->inside[i];
            struct node *const *needed;
            size_t count = node_dependencies(work->graph, inside, &needed);
            for (size_t j = 0; marks[inside->id] && j < count; j++)
                marks[needed[j]->id] = 1;
        }
        for (int k = 0; k < loop->carried_count; k++)
            if (marks[loop->carried[k]->id] && !work->live[k] && is_active(work->sweep, loop->carried[k]))
                changed = work->live[k] = true;
    }
    memory_free(marks);
}

/* ---- Parts that move with the round ---- */

/* a = *start + *step * variable with neither depending on variable. */
static bool split_affine(struct sizes *sizes, size *a, size *variable, size **start, size **step)
{
    *start = size_substitute(a, variable, size_number(sizes, 0));
    *step = size_subtract(size_substitute(a, variable, size_number(sizes, 1)), *start);
    return !size_depends_on(*step, variable) && !size_depends_on(*start, variable) &&
           size_add(*start, size_multiply(*step, variable)) == a;
}

static bool is_moving(const struct work *work, const struct node *index)
{
    if (index->op != OP_INDEX || index->fill || !is_active(work->sweep, index))
        return false;
    const struct node *x = index->inputs[0];
    if (index->rank == MAXIMUM_RANK)
        return false;
    for (int s = 0; s < x->rank; s++) {
        size *start, *step;
        const struct affine *affine = &index->subscripts[s];
        if (!split_affine(work->graph->sizes, affine->offset, work->loop->variable, &start, &step))
            return false;
        for (int a = 0; affine->coefficients && a < index->rank; a++)
            if (affine->coefficients[a] && size_depends_on(affine->coefficients[a], work->loop->variable))
                return false;
    }
    return true;
}

/* The axes along which a part repeats what it reads: their adjoints are summed in each round. */
static unsigned repeated_axes(const struct node *index)
{
    unsigned repeated = index->input_count == 1 ? (1u << index->rank) - 1 : 0;
    for (int s = 0; s < index->inputs[0]->rank; s++)
        for (int a = 0; index->subscripts[s].coefficients && a < index->rank; a++) {
            const size *coefficient = index->subscripts[s].coefficients[a];
            if (coefficient && !size_is(coefficient, 0))
                repeated &= ~(1u << a);
        }
    return repeated;
}

/* The adjoint of x from those of a part, collected over the rounds: g[k, i] goes to x[A i + start + step
 * (begin + k)], where g lacks the repeated axes. */
static struct node *scatter_rounds(struct work *work, const struct node *index, struct node *g,
                                   struct node *const *dynamics)
{
    struct graph *graph = work->graph;
    struct node *x = index->inputs[0];
    unsigned repeated = repeated_axes(index);
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, x->rank + 1);
    for (int s = 0; s < x->rank; s++) {
        const struct affine *affine = &index->subscripts[s];
        size *start, *step;
        split_affine(graph->sizes, affine->offset, work->loop->variable, &start, &step);
        subscripts[s].offset = size_add(start, size_multiply(step, work->loop->begin));
        subscripts[s].dynamic = affine->dynamic;
        subscripts[s].coefficients = ARENA_ARRAY(graph->arena, size *, g->rank);
        subscripts[s].coefficients[0] = step == size_number(graph->sizes, 0) ? NULL : step;
        for (int a = 0, i = 1; affine->coefficients && a < index->rank; a++)
            if (!(repeated >> a & 1))
                subscripts[s].coefficients[i++] = affine->coefficients[a];
    }
    return graph_scatter(graph, g, x->rank, x->shape, subscripts, dynamics, index->input_count - 1);
}

/* ---- What the adjoint of the body is taken with respect to ---- */

static void add_wrt(struct work *work, struct node *node)
{
    ARENA_APPEND(work->graph->arena, work, wrt, node);
}

/* How the body reads an outer value. */
struct reading {
    struct node *capture;
    bool in_moving_parts; /* and in no other way */
};

static void classify_captures(struct work *work, struct reading *readings)
{
    const struct region *region = work->region;
    struct loop *loop = work->loop;
    struct reading **by_id = memory_array(work->graph->nodes_count + 1, sizeof *by_id);
    for (size_t i = 0; i < region->captures_count; i++) {
        readings[i] = (struct reading){region->captures[i], true};
        by_id[region->captures[i]->id] = &readings[i];
    }
    for (size_t i = 0; i < region->inside_count; i++) {
        struct node *const *needed;
        size_t count = node_dependencies(work->graph, region->inside[i], &needed);
        for (size_t j = 0; j < count; j++)
            if (by_id[needed[j]->id] && !(j == 0 && is_moving(work, region->inside[i])))
                by_id[needed[j]->id]->in_moving_parts = false;
    }
    for (int k = 0; k < loop->carried_count; k++)
        if (by_id[loop->next[k]->id])
            by_id[loop->next[k]->id]->in_moving_parts = false;
    for (int k = 0; k < loop->collected_count; k++)
        if (by_id[loop->collected[k]->id])
            by_id[loop->collected[k]->id]->in_moving_parts = false;
    for (size_t i = 0; i < region->inside_count; i++) {
        struct node *inside = region->inside[i];
        struct reading *reading = inside->op == OP_INDEX ? by_id[inside->inputs[0]->id] : NULL;
        if (reading && reading->in_moving_parts && is_moving(work, inside))
            add_wrt(work, inside);
    }
    memory_free(by_id);
}

static void find_wrt(struct work *work)
{
    const struct region *region = work->region;
    struct reading *readings = ARENA_ARRAY(work->graph->arena, struct reading, region->captures_count + 1);
    for (int k = 0; k < work->loop->carried_count; k++)
        if (work->live[k])
            add_wrt(work, work->loop->carried[k]);
    work->first_moving = work->wrt_count;
    classify_captures(work, readings);
    work->first_accumulated = work->wrt_count;
    for (size_t i = 0; i < region->captures_count; i++)
        if (!readings[i].in_moving_parts && is_active(work->sweep, readings[i].capture))
            add_wrt(work, readings[i].capture);
    work->adjoints = ARENA_ARRAY(work->graph->arena, struct node *, work->wrt_count + 1);
    work->masks = ARENA_ARRAY(work->graph->arena, struct node *, work->wrt_count + 1);
    work->mask_results = ARENA_ARRAY(work->graph->arena, int, work->wrt_count + 1);
}

/* ---- The loop that runs backwards ---- */

static void carry(struct work *work, struct node *placeholder, struct node *initial)
{
    struct loop *backward = work->backward;
    int k = backward->carried_count++;
    backward->carried[k] = placeholder;
    backward->initial[k] = initial;
}

static struct node *adjoint_placeholder(struct work *work, const struct node *primal)
{
    const char *name = primal->name ? arena_print(work->graph->lasting, "d_%s", primal->name) : NULL;
    struct node *placeholder = graph_placeholder(work->graph, REAL, name, primal->rank, primal->shape);
    placeholder->named_by_user = primal->named_by_user;
    return placeholder;
}

static void seed_outputs(struct work *work, const struct adjoint *results)
{
    struct graph *graph = work->graph;
    struct loop *loop = work->loop;
    for (int k = 0; k < loop->carried_count; k++) {
        if (!work->live[k])
            continue;
        struct node *d = adjoint_placeholder(work, loop->carried[k]);
        struct node *start = adjoint_value(graph, results[k]);
        carry(work, d, start ? start : graph_zeros_like(graph, loop->carried[k]));
        ARENA_APPEND(graph->arena, work, outputs, loop->next[k]);
        ARENA_APPEND(graph->arena, work, seeds, d);
    }
    for (int k = 0; k < loop->collected_count; k++) {
        struct node *d = adjoint_value(graph, results[loop->carried_count + k]);
        if (!d)
            continue;
        ARENA_APPEND(graph->arena, work, outputs, loop->collected[k]);
        ARENA_APPEND(graph->arena, work, seeds, at_round(graph, d, round_number(work)));
    }
}

static void collect(struct work *work, struct node *value)
{
    size_t count = (size_t)work->backward->collected_count++;
    work->backward->collected = arena_grow(work->graph->arena, work->backward->collected, count,
                                           &work->collected_capacity, sizeof *work->backward->collected);
    work->backward->collected[count] = value;
}

/* ---- Masks ---- */

/* Where a choice in the body takes the other side, the adjoint of what comes from outside is 0, and must stay
 * so beyond the loop, where it may meet an infinite derivative: its mask leaves the loop with it. */

/* The value outside that gets the adjoint of wrt[i]. */
static struct node *source_of(const struct work *work, size_t i)
{
    const struct loop *loop = work->loop;
    if (i >= work->first_accumulated)
        return work->wrt[i];
    if (i >= work->first_moving)
        return work->wrt[i]->inputs[0];
    int k = 0;
    while (loop->carried[k] != work->wrt[i])
        k++;
    return loop->initial[k];
}

/* Forgets the masks that nothing can need. */
static void drop_masks(struct work *work)
{
    for (size_t i = 0; i < work->wrt_count; i++)
        if (work->masks[i] && !is_steep_anywhere(work->graph, source_of(work, i)))
            work->masks[i] = NULL;
}

static int carry_mask(struct work *work, struct node *mask, bool start, bool any)
{
    struct graph *graph = work->graph;
    struct node *before = graph_placeholder(graph, BOOL, NULL, mask->rank, mask->shape);
    int k = work->backward->carried_count;
    carry(work, before, graph_broadcast(graph, graph_constant(graph, BOOL, start), mask->rank, mask->shape));
    work->backward->next[k] = any ? graph_binary(graph, OP_OR, before, mask) : mask;
    return k;
}

/* The truth value that all elements of a mask have, as where it is the condition of a branch; NULL: they may
 * differ. */
static struct node *uniform_mask(struct graph *graph, struct node *mask, int depth)
{
    enum { DEEP = 16 };
    if (mask->rank == 0)
        return mask;
    if (mask->op == OP_INDEX && mask->input_count == 1 && mask->inputs[0]->rank == 0)
        return mask->inputs[0];
    if ((mask->op != OP_AND && mask->op != OP_OR) || depth == DEEP)
        return NULL;
    struct node *a = uniform_mask(graph, mask->inputs[0], depth + 1);
    struct node *b = a ? uniform_mask(graph, mask->inputs[1], depth + 1) : NULL;
    return b ? graph_binary(graph, mask->op, a, b) : NULL;
}

/* A carried value's mask is that of the last round backwards; an outer value's holds where that of any round
 * does. Those of parts are collected with them. */
static void fill_masks(struct work *work)
{
    for (size_t i = 0; i < work->wrt_count; i++) {
        bool is_moving = i >= work->first_moving && i < work->first_accumulated;
        work->mask_results[i] = -1;
        if (!work->masks[i] || is_moving)
            continue;
        struct node *uniform = uniform_mask(work->graph, work->masks[i], 0);
        work->mask_results[i] = carry_mask(work, uniform ? uniform : work->masks[i], i < work->first_moving,
                                           i >= work->first_accumulated);
    }
    for (size_t i = work->first_moving; i < work->first_accumulated; i++)
        if (work->masks[i]) {
            work->mask_results[i] = work->backward->carried_count + work->backward->collected_count;
            collect(work, graph_reduce(work->graph, OP_ANY, work->masks[i], repeated_axes(work->wrt[i])));
        }
}

/* The mask of wrt[i] behind the loop, or NULL. */
static struct node *mask_result(const struct work *work, struct node *backward, size_t i)
{
    if (work->mask_results[i] < 0)
        return NULL;
    struct node *mask = graph_result(work->graph, backward, work->mask_results[i]);
    bool is_uniform = mask->rank == 0 && !(i >= work->first_moving && i < work->first_accumulated);
    return is_uniform ? graph_broadcast(work->graph, mask, work->wrt[i]->rank, work->wrt[i]->shape) : mask;
}

/* ---- The loop that runs backwards, filled ---- */

static void fill_backward(struct work *work)
{
    struct graph *graph = work->graph;
    struct loop *backward = work->backward;
    size_t next = 0;
    for (; next < work->first_moving; next++)
        backward->next[next] =
            work->adjoints[next] ? work->adjoints[next] : graph_zeros_like(graph, work->wrt[next]);
    for (size_t i = work->first_moving; i < work->first_accumulated; i++) {
        const struct node *index = work->wrt[i];
        if (!work->adjoints[i])
            continue;
        collect(work, graph_reduce(graph, OP_SUM, work->adjoints[i], repeated_axes(index)));
        for (int d = 1; d < index->input_count; d++)
            collect(work, index->inputs[d]);
    }
    for (size_t i = work->first_accumulated; i < work->wrt_count; i++) {
        if (work->adjoints[i] && !work->masks[i] && !work->loop->is_branch && !runs_in_segments(work->loop) &&
            !derivatives_are_to_read(work->sweep->derivatives))
            work->adjoints[i] = split_products(graph, work->loop, work->adjoints[i], i, &work->products);
        if (!work->adjoints[i])
            continue;
        struct node *sum = adjoint_placeholder(work, work->wrt[i]);
        carry(work, sum, graph_zeros_like(graph, work->wrt[i]));
        backward->next[next++] = graph_binary(graph, OP_ADD, sum, work->adjoints[i]);
    }
    for (size_t i = 0; i < work->products.terms_count; i++) {
        struct product_term *term = &work->products.terms[i];
        term->first = backward->collected_count;
        for (int which = 0; which < 2; which++)
            collect(work, product_operand(term, which));
    }
    fill_masks(work);
}

/* What a branch reads from outside is computed for its sake only: where the branch is not taken, the
 * derivative of that computation may be infinite, and its adjoint, 0, must not meet it. NULL where there is
 * no computation. */
static struct node *branch_mask(const struct work *work, const struct loop *backward,
                                const struct node *capture)
{
    const struct node *value = capture;
    while (value->op == OP_MARK)
        value = value->inputs[0];
    if (!backward->is_branch || !backward->condition || value->input_count == 0)
        return NULL;
    return graph_broadcast(work->graph, backward->condition, capture->rank, capture->shape);
}

/* The results in the order in which fill_backward has made them. */
static void contribute_results(struct work *work, struct node *backward)
{
    struct graph *graph = work->graph;
    struct loop *loop = work->loop;
    int carried = 0, collected = work->backward->carried_count;
    for (int k = 0; k < loop->carried_count; k++)
        if (work->live[k]) {
            contribute_exact(work->sweep, loop->initial[k], graph_result(graph, backward, carried),
                             mask_result(work, backward, (size_t)carried));
            carried++;
        }
    for (size_t i = work->first_moving; i < work->first_accumulated; i++) {
        if (!work->adjoints[i])
            continue;
        struct node *index = work->wrt[i], *g = graph_result(graph, backward, collected++);
        struct node **dynamics = ARENA_ARRAY(graph->arena, struct node *, index->input_count);
        for (int d = 1; d < index->input_count; d++)
            dynamics[d - 1] = graph_result(graph, backward, collected++);
        struct node *mask = mask_result(work, backward, i);
        if (mask)
            mask = positive(graph,
                            scatter_rounds(work, index, graph_unary(graph, OP_CAST_REAL, mask), dynamics));
        contribute_exact(work->sweep, index->inputs[0], scatter_rounds(work, index, g, dynamics),
                         mask ? mask : branch_mask(work, backward->loop, index->inputs[0]));
    }
    for (size_t i = work->first_accumulated; i < work->wrt_count; i++)
        if (work->adjoints[i]) {
            struct node *mask = mask_result(work, backward, i);
            contribute_exact(work->sweep, work->wrt[i], graph_result(graph, backward, carried++),
                             mask ? mask : branch_mask(work, backward->loop, work->wrt[i]));
        }
    for (size_t i = 0; i < work->products.terms_count; i++) {
        const struct product_term *term = &work->products.terms[i];
        contribute(work->sweep, work->wrt[term->wrt], sum_over_rounds(graph, backward, term), NULL);
    }
}

static struct loop *new_backward(struct work *work)
{
    struct arena *arena = work->graph->arena;
    struct loop *backward = ARENA_NEW(arena, struct loop);
    size_t carried =
        2 * ((size_t)work->loop->carried_count + work->region->captures_count) + 1; /* with masks */
    backward->variable = work->loop->variable;
    backward->begin = work->loop->begin;
    backward->end = work->loop->end;
    backward->is_branch = work->loop->is_branch;
    backward->reverse = !work->loop->reverse;
    backward->carried = ARENA_ARRAY(arena, struct node *, carried);
    backward->initial = ARENA_ARRAY(arena, struct node *, carried);
    backward->next = ARENA_ARRAY(arena, struct node *, carried);
    return backward;
}

void adjoint_of_loop(struct sweep *sweep, struct node *node)
{
    struct work work = {.sweep = sweep, .graph = sweep->graph, .loop = node->loop};
    const struct adjoint *results = sweep->results[node->id];
    if (adjoint_by_tangents(sweep, node))
        return;
    work.region = region_of(work.graph, work.loop);
    activate_inside(work.graph, work.loop, sweep->active);
    find_live(&work, results);
    work.backward = new_backward(&work);
    seed_outputs(&work, results);
    find_wrt(&work);
    if (work.wrt_count > 0) {
        differentiate_between(sweep->graph, sweep->derivatives, work.region->inside,
                              work.region->inside_count, work.outputs, work.seeds, work.outputs_count,
                              work.wrt, work.wrt_count, work.adjoints, work.masks);
        drop_masks(&work);
        fill_backward(&work);
    }
    deactivate_inside(work.graph, work.loop, sweep->active);
    if (work.wrt_count > 0)
        contribute_results(&work, backward_loop(work.graph, node, work.backward));
}
