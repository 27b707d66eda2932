/* tangent.c: forward mode.
 *
 * With g(u) = J' u, linear in u, the tangent J v is d/du <g(u), v>: the adjoint of the adjoint with respect
 * to its seeds. Loops have it otherwise, lest their rounds be kept for a loop backwards; they carry the
 * tangents beside the values:
 *
 *     for t { h = f(h, W) }     is     for t { t_h = J_f(h, W) (t_h, t_W);  h = f(h, W) }
 *
 * Where all that reaches a loop goes through one number x, this is how its adjoint is found, too: d_x is the
 * sum over its results y of <d_y, t_y>, with t_x = 1. So it is where the loop computes each element of arrays
 * by itself, from the elements at the same place of a few x: d_x is the sum of d_y * t_y. */

#include "adjoint.h"

#include <string.h>

#include "memory.h"

/* A LOOP that computes the results of another, and their tangents behind them. */
struct tangent_loop {
    const struct node *primal;
    struct node *loop;
    int *places; /* of the tangent of each result of `primal` among those of `loop`; -1: it is 0 */
};

/* Tangents come in at some nodes, and go on through others. */
struct scope {
    struct graph *graph;
    const struct derivatives *derivatives;
    unsigned char *active;       /* by id, of `between` and what it reads: whether a tangent can reach it */
    struct node *const *between; /* ascending */
    size_t passed;               /* how many of them tangents have gone through so far */
    struct node **nodes, **tangents; /* where they come in; where RESULTs have been passed, these, too */
    size_t nodes_count, nodes_capacity, tangents_count, tangents_capacity;
    struct tangent_loop *loops;
    size_t loops_count, loops_capacity;
};

static bool is_zero(const struct node *node)
{
    return !node || graph_is_zero(node);
}

static void come_in(struct scope *scope, struct node *node, struct node *tangent)
{
    if (is_zero(tangent))
        return;
    ARENA_APPEND(scope->graph->arena, scope, nodes, node);
    ARENA_APPEND(scope->graph->arena, scope, tangents, tangent);
}

/* J' u is linear in u, so that J v has no u, but for conditions in rules: whether an adjoint is read at all.
 * To tangents all is. */
static void replace_seeds(struct graph *graph, struct node *const *u, struct node **tangents, size_t count)
{
    size_t first = (size_t)u[0]->id, reached_count = 0;
    unsigned char *depends = memory_array(graph->nodes_count - first, 1);
    for (size_t k = 0; k < count; k++)
        depends[(size_t)u[k]->id - first] = 1;
    for (size_t id = first; id < graph->nodes_count; id++) {
        struct node *const *needed;
        size_t needed_count = node_dependencies(graph, graph->nodes[id], &needed);
        for (size_t i = 0; i < needed_count; i++)
            if ((size_t)needed[i]->id >= first && depends[(size_t)needed[i]->id - first])
                depends[id - first] = 1;
    }
    struct node **ones = ARENA_ARRAY(graph->arena, struct node *, count);
    for (size_t k = 0; k < count; k++) {
        bool is_reached = tangents[k] && (size_t)tangents[k]->id >= first;
        reached_count += is_reached && depends[(size_t)tangents[k]->id - first];
        ones[k] = graph_broadcast(graph, graph_constant(graph, REAL, 1), u[k]->rank, u[k]->shape);
    }
    memory_free(depends);
    for (size_t k = 0; reached_count && k < count; k++)
        if (tangents[k])
            graph_substitute(graph, u, ones, count, &tangents[k], 1);
}

/* The tangents of outputs that lie behind the nodes where tangents come in with no loop between. */
static void transpose_twice(struct scope *scope, struct node *const *outputs, size_t count,
                            struct node **tangents)
{
    struct graph *graph = scope->graph;
    struct node **u = ARENA_ARRAY(graph->arena, struct node *, count + 1);
    struct node **g = ARENA_ARRAY(graph->arena, struct node *, scope->nodes_count + 1);
    struct node **v = ARENA_ARRAY(graph->arena, struct node *, scope->nodes_count + 1);
    size_t reached = 0;
    for (size_t k = 0; k < count; k++)
        u[k] = graph_placeholder(graph, REAL, NULL, outputs[k]->rank, outputs[k]->shape);
    differentiate_between(graph, scope->derivatives, scope->between, scope->passed, outputs, u, count,
                          scope->nodes, scope->nodes_count, g, NULL);
    for (size_t i = 0; i < scope->nodes_count; i++)
        if (g[i]) {
            v[reached] = scope->tangents[i];
            g[reached++] = g[i];
        }
    differentiate(graph, scope->derivatives, g, v, reached, u, count, tangents);
    if (count)
        replace_seeds(graph, u, tangents, count);
}

/* ---- Loops ---- */

static void go_through(struct scope *scope, size_t count);

/* The scope inside the loop: tangents come in at what it captures and at what it carries. */
static struct scope enter_loop(struct scope *outer, const struct loop *loop, const struct region *region,
                               struct loop *result)
{
    struct graph *graph = outer->graph;
    struct scope inner = {.graph = graph,
                          .derivatives = outer->derivatives,
                          .active = outer->active,
                          .between = region->inside};
    size_t count = region->dependencies_count;
    struct node **tangents = ARENA_ARRAY(graph->arena, struct node *, count + 1);
    transpose_twice(outer, region->dependencies, count, tangents);
    for (int k = 0; k < loop->carried_count; k++) {
        struct node *primal = loop->carried[k];
        if (!outer->active[primal->id])
            continue;
        const char *name = primal->name ? arena_print(graph->lasting, "t_%s", primal->name) : NULL;
        struct node *tangent = graph_placeholder(graph, REAL, name, primal->rank, primal->shape);
        tangent->named_by_user = primal->named_by_user;
        come_in(&inner, primal, tangent);
        result->carried[result->carried_count] = tangent;
        result->initial[result->carried_count++] = tangents[k];
    }
    for (size_t i = (size_t)loop->carried_count; i < count; i++)
        come_in(&inner, region->dependencies[i], tangents[i]);
    return inner;
}

/* A copy with room for as many carried and collected values again. */
static struct loop *copy_with_room(struct arena *arena, const struct loop *loop)
{
    struct loop *copy = ARENA_NEW(arena, struct loop);
    *copy = *loop;
    copy->region = NULL;
    copy->carried = ARENA_ARRAY(arena, struct node *, 2 * loop->carried_count + 1);
    copy->initial = ARENA_ARRAY(arena, struct node *, 2 * loop->carried_count + 1);
    copy->next = ARENA_ARRAY(arena, struct node *, 2 * loop->carried_count + 1);
    copy->collected = ARENA_ARRAY(arena, struct node *, 2 * loop->collected_count + 1);
    for (int k = 0; k < loop->carried_count; k++) {
        copy->carried[k] = loop->carried[k];
        copy->initial[k] = loop->initial[k];
        copy->next[k] = loop->next[k];
    }
    for (int k = 0; k < loop->collected_count; k++)
        copy->collected[k] = loop->collected[k];
    return copy;
}

/* The ends of the body that tangents reach: first those of carried values. */
static size_t active_ends(const struct scope *scope, const struct loop *loop, struct node **ends)
{
    size_t count = 0;
    for (int k = 0; k < loop->carried_count; k++)
        if (scope->active[loop->carried[k]->id])
            ends[count++] = loop->next[k];
    for (int k = 0; k < loop->collected_count; k++)
        if (scope->active[loop->collected[k]->id])
            ends[count++] = loop->collected[k];
    return count;
}

/* Where each result's tangent stands in `result`, which carries the tangents of the active carried values. */
static int *places_of_tangents(const struct scope *scope, const struct loop *loop, const struct loop *result)
{
    int *places = ARENA_ARRAY(scope->graph->arena, int, loop->carried_count + loop->collected_count + 1);
    int carried = loop->carried_count, collected = result->carried_count + loop->collected_count;
    for (int k = 0; k < loop->carried_count; k++)
        places[k] = scope->active[loop->carried[k]->id] ? carried++ : -1;
    for (int k = 0; k < loop->collected_count; k++)
        places[loop->carried_count + k] = scope->active[loop->collected[k]->id] ? collected++ : -1;
    return places;
}

static void go_through_loop(struct scope *scope, struct node *node)
{
    struct graph *graph = scope->graph;
    struct loop *loop = node->loop, *result = copy_with_room(graph->arena, loop);
    const struct region *region = region_of(graph, loop);
    size_t room = (size_t)(loop->carried_count + loop->collected_count) + 1;
    struct node **ends = ARENA_ARRAY(graph->arena, struct node *, room);
    struct node **tangents = ARENA_ARRAY(graph->arena, struct node *, room);
    activate_inside(graph, loop, scope->active);
    struct scope inner = enter_loop(scope, loop, region, result);
    go_through(&inner, region->inside_count);
    size_t count = active_ends(scope, loop, ends);
    transpose_twice(&inner, ends, count, tangents);
    int *places = places_of_tangents(scope, loop, result);
    deactivate_inside(graph, loop, scope->active);
    size_t next = 0;
    for (int k = loop->carried_count; k < result->carried_count; k++)
        result->next[k] = tangents[next++];
    while (next < count)
        result->collected[result->collected_count++] = tangents[next++];
    struct tangent_loop found = {node, graph_loop(graph, result), places};
    ARENA_APPEND(graph->arena, scope, loops, found);
}

static struct node *tangent_of_result(const struct scope *scope, const struct node *result)
{
    for (size_t i = 0; i < scope->loops_count; i++)
        if (scope->loops[i].primal == result->inputs[0] && scope->loops[i].places[result->result] >= 0)
            return graph_result(scope->graph, scope->loops[i].loop, scope->loops[i].places[result->result]);
    return NULL;
}

/* Goes through the first `count` nodes of `between`: what is behind them has its tangents by transpose_twice.
 */
static void go_through(struct scope *scope, size_t count)
{
    for (; scope->passed < count; scope->passed++) {
        struct node *node = scope->between[scope->passed];
        if (!scope->active[node->id])
            continue;
        if (node->op == OP_LOOP)
            go_through_loop(scope, node);
        else if (node->op == OP_RESULT)
            come_in(scope, node, tangent_of_result(scope, node));
    }
}

void differentiate_forward(struct graph *graph, const struct derivatives *derivatives,
                           struct node *const *wrt, struct node *const *v, size_t wrt_count,
                           struct node *const *outputs, size_t output_count, struct node **tangents)
{
    struct scope scope = {.graph = graph, .derivatives = derivatives};
    size_t nodes = graph->nodes_count, count = 0;
    struct node **between = ARENA_ARRAY(graph->arena, struct node *, nodes + 1);
    unsigned char *reached = memory_array(nodes + 1, 1);
    scope.active = memory_array(nodes + 1, 1);
    mark_reachable(graph, outputs, output_count, false, reached);
    for (size_t i = 0; i < wrt_count; i++) {
        if (wrt[i]->type == REAL && reached[wrt[i]->id])
            scope.active[wrt[i]->id] = ACTIVE_END;
        come_in(&scope, wrt[i], v[i]);
    }
    for (size_t id = 0; id < nodes; id++) {
        if (!reached[id] || scope.active[id])
            continue;
        scope.active[id] = takes_part(graph, graph->nodes[id], scope.active);
        if (scope.active[id])
            between[count++] = graph->nodes[id];
    }
    scope.between = between;
    go_through(&scope, count);
    transpose_twice(&scope, outputs, output_count, tangents);
    memory_free(reached);
    memory_free(scope.active);
}

/* ---- Adjoints by tangents ---- */

static bool is_one_number(const struct node *node)
{
    int64_t extent;
    for (int a = 0; a < node->rank; a++)
        if (!size_is_number(node->shape[a], &extent) || extent != 1)
            return false;
    return true;
}

/* The few values, the narrows, through which all goes that reaches a LOOP from the wrt, with no other loop
 * between: one number, or arrays of which the LOOP takes each element by itself. */
enum { MOST_NARROWS = 3, MOST_CUT = 64, MOST_BETWEEN = 4096 };
struct narrows {
    struct node *values[MOST_NARROWS];
    size_t count;          /* 0: there are none */
    struct node **between; /* the nodes behind them; descending, from the LOOP on */
    size_t between_count, between_capacity;
};

/* A set of nodes without which nothing active reaches the LOOP. */
struct cut {
    struct node *nodes[MOST_CUT];
    size_t count;
};

/* Adds the active ones of the nodes; false: they are too many. */
static bool add_active(const struct sweep *sweep, struct node *const *nodes, size_t count, struct cut *cut)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < cut->count && cut->nodes[at] != nodes[i])
            at++;
        if (at < cut->count || !is_active(sweep, nodes[i]))
            continue;
        if (cut->count == MOST_CUT)
            return false;
        cut->nodes[cut->count++] = nodes[i];
    }
    return true;
}

/* Takes out the last node. */
static struct node *take_last(struct cut *cut)
{
    size_t last = 0;
    for (size_t i = 1; i < cut->count; i++)
        if (cut->nodes[i]->id > cut->nodes[last]->id)
            last = i;
    struct node *node = cut->nodes[last];
    cut->nodes[last] = cut->nodes[--cut->count];
    return node;
}

static bool has_shape_of(const struct node *node, const struct node *other)
{
    bool same = node->rank == other->rank;
    for (int a = 0; same && a < node->rank; a++)
        same = node->shape[a] == other->shape[a];
    return same;
}

/* What the way from the narrows to the results of the LOOP is like. */
struct way {
    bool by_element; /* each element comes from those at the same place of values of the shape of `like` */
    bool may_mask;   /* something on it may hand on an adjoint with a mask */
    const struct node *like;
};

static bool may_mask(const struct node *node)
{
    double power;
    switch (node->op) {
    case OP_SELECT:
    case OP_MAX:
    case OP_MIN:
    case OP_ABS:
    case OP_SQRT: return true;
    case OP_POW: return !graph_is_constant(node->inputs[1], &power) || power < 1;
    case OP_RESULT:
    case OP_MARK:
    case OP_RESHAPE:
    case OP_SUM:
    case OP_CONTRACT: return false;
    case OP_LOOP: return node->loop->is_branch;
    default: return !operator_is_elementwise(node->op);
    }
}

static void go_by(struct way *way, const struct node *node)
{
    bool passes = operator_is_elementwise(node->op) || node->op == OP_RESULT || node->op == OP_MARK;
    if (node->op != OP_LOOP)
        way->by_element = way->by_element && passes && has_shape_of(node, way->like);
    way->may_mask = way->may_mask || may_mask(node);
}

/* The active marks are those of the rounds. */
static void go_by_body(const struct sweep *sweep, struct loop *loop, struct way *way)
{
    const struct region *region = region_of(sweep->graph, loop);
    for (int k = 0; k < loop->carried_count; k++)
        if (is_active(sweep, loop->carried[k]))
            way->by_element = way->by_element && has_shape_of(loop->carried[k], way->like);
    for (size_t i = 0; i < region->inside_count; i++) {
        if (!is_active(sweep, region->inside[i]))
            continue;
        go_by(way, region->inside[i]);
        if (region->inside[i]->op == OP_LOOP)
            go_by_body(sweep, region->inside[i]->loop, way);
    }
}

/* Whether adjoints may be handed to the nodes of the cut without masks. */
static bool needs_no_mask(struct sweep *sweep, const struct cut *cut, const struct way *way)
{
    bool is_steep = false;
    for (size_t i = 0; way->may_mask && i < cut->count; i++)
        is_steep = is_steep || is_steep_anywhere(sweep->graph, cut->nodes[i]);
    return !is_steep;
}

/* The cut is moved up from the LOOP, the last node of it first, and the narrowest is kept. */
static struct narrows find_narrows(struct sweep *sweep, struct node *loop)
{
    struct narrows found = {0};
    struct cut cut = {.count = 0};
    struct node *const *needed;
    size_t count = node_dependencies(sweep->graph, loop, &needed), between = 0;
    if (!add_active(sweep, needed, count, &cut) || cut.count == 0)
        return found;
    struct way way = {.by_element = true, .like = cut.nodes[0]};
    for (size_t i = 1; i < cut.count; i++)
        way.by_element = way.by_element && has_shape_of(cut.nodes[i], way.like);
    activate_inside(sweep->graph, loop->loop, sweep->active);
    go_by_body(sweep, loop->loop, &way);
    deactivate_inside(sweep->graph, loop->loop, sweep->active);
    ARENA_APPEND(sweep->graph->arena, &found, between, loop);
    while (found.count != 1) {
        bool is_number = cut.count == 1 && is_one_number(cut.nodes[0]);
        bool is_narrower = cut.count <= MOST_NARROWS && (found.count == 0 || cut.count < found.count);
        if ((is_number || (way.by_element && is_narrower)) && needs_no_mask(sweep, &cut, &way)) {
            found.count = cut.count;
            memcpy(found.values, cut.nodes, cut.count * sizeof *cut.nodes);
            between = found.between_count;
        }
        struct node *last = take_last(&cut);
        if (sweep->active[last->id] != ACTIVE || last->op == OP_RESULT ||
            found.between_count == MOST_BETWEEN ||
            !add_active(sweep, last->inputs, (size_t)last->input_count, &cut) || cut.count == 0)
            break;
        go_by(&way, last);
        ARENA_APPEND(sweep->graph->arena, &found, between, last);
    }
    found.between_count = between;
    return found;
}

/* <d, tangent> of one number x, or d * tangent by element, with what is collected summed over the rounds:
 * belongs to x. */
static void contribute_tangent(struct sweep *sweep, struct node *x, struct adjoint d, struct node *tangent)
{
    struct graph *graph = sweep->graph;
    bool is_like_x = has_shape_of(tangent, x);
    struct node *value = is_like_x ? d.value : adjoint_value(graph, d);
    value = graph_binary(graph, OP_MUL, value, tangent);
    if (is_like_x)
        contribute(sweep, x, value, d.mask);
    else if (is_one_number(x)) {
        value = graph_reduce(graph, OP_SUM, value, (1u << tangent->rank) - 1);
        contribute(sweep, x, graph_broadcast(graph, value, x->rank, x->shape), NULL);
    } else
        contribute(sweep, x, graph_reduce(graph, OP_SUM, value, 1), NULL);
}

static void reverse_order(struct node **nodes, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct node *swapped = nodes[i];
        nodes[i] = nodes[count - 1 - i];
        nodes[count - 1 - i] = swapped;
    }
}

/* What comes to one of the narrows from the results of the LOOP. */
static void adjoint_of_narrows(struct sweep *sweep, struct node *loop, const struct narrows *narrows,
                               struct node *x)
{
    struct graph *graph = sweep->graph;
    struct scope scope = {.graph = graph,
                          .derivatives = sweep->derivatives,
                          .active = sweep->active,
                          .between = narrows->between};
    come_in(&scope, x, graph_broadcast(graph, graph_constant(graph, REAL, 1), x->rank, x->shape));
    go_through(&scope, narrows->between_count);
    const struct tangent_loop *tangents = &scope.loops[0];
    const struct adjoint *results = sweep->results[loop->id];
    for (int r = 0; r < loop->loop->carried_count + loop->loop->collected_count; r++)
        if (results[r].value && tangents->places[r] >= 0)
            contribute_tangent(sweep, x, results[r],
                               graph_result(graph, tangents->loop, tangents->places[r]));
}

bool adjoint_by_tangents(struct sweep *sweep, struct node *loop)
{
    if (loop->loop->is_branch)
        return false;
    struct narrows narrows = find_narrows(sweep, loop);
    if (narrows.count == 0)
        return false;
    reverse_order(narrows.between, narrows.between_count);
    for (size_t i = 0; i < narrows.count; i++)
        adjoint_of_narrows(sweep, loop, &narrows, narrows.values[i]);
    return true;
}
