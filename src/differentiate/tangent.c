/* tangent.c: forward mode.
 *
 * With g(u) = J' u, linear in u, the tangent J v is d/du <g(u), v>: the adjoint of the adjoint with respect
 * to its seeds. Loops have it otherwise, lest their rounds be kept for a loop backwards; they carry the
 * tangents beside the values:
 *
 *     for t { h = f(h, W) }     is     for t { t_h = J_f(h, W) (t_h, t_W);  h = f(h, W) }
 *
 * Where all that reaches a loop goes through one number, this is how its adjoint is found, too: d_x is the
 * sum over its results y of <d_y, t_y>, with t_x = 1. */

#include "adjoint.h"

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
    double value;
    return !node || (graph_is_constant(node, &value) && value == 0);
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

/* Marks the active ones of these nodes; how many were not marked before. */
static size_t mark_active(const struct sweep *sweep, struct node *const *nodes, size_t count,
                          unsigned char *marks)
{
    size_t more = 0;
    for (size_t i = 0; i < count; i++)
        if (is_active(sweep, nodes[i]) && !marks[nodes[i]->id])
            more += marks[nodes[i]->id] = 1;
    return more;
}

/* The one number through which all goes that reaches a LOOP from the wrt, with no other loop between. */
struct narrows {
    struct node *number;   /* NULL: there is none */
    struct node **between; /* the nodes behind it; descending, from the LOOP on */
    size_t between_count, between_capacity;
};

/* A cut through the active nodes is moved up from the LOOP, the last node of it first. */
static struct narrows find_narrows(const struct sweep *sweep, struct node *loop)
{
    struct narrows found = {0};
    struct node *const *needed;
    unsigned char *marks = memory_array((size_t)loop->id + 1, 1);
    size_t count = node_dependencies(sweep->graph, loop, &needed);
    size_t width = mark_active(sweep, needed, count, marks);
    ARENA_APPEND(sweep->graph->arena, &found, between, loop);
    for (int id = loop->id - 1; id >= 0 && width > 0; id--) {
        struct node *node = sweep->graph->nodes[id];
        if (!marks[id])
            continue;
        if (width == 1 && is_one_number(node)) {
            found.number = node;
            break;
        }
        if (sweep->active[id] != ACTIVE || node->op == OP_RESULT)
            break;
        ARENA_APPEND(sweep->graph->arena, &found, between, node);
        width += mark_active(sweep, node->inputs, (size_t)node->input_count, marks) - 1;
    }
    memory_free(marks);
    return found;
}

/* <d, tangent>, which belongs to x. */
static void contribute_tangent(struct sweep *sweep, struct node *x, struct adjoint d, struct node *tangent)
{
    struct graph *graph = sweep->graph;
    bool is_scalar = tangent->rank == 0;
    struct node *value = is_scalar ? d.value : adjoint_value(graph, d);
    value = graph_binary(graph, OP_MUL, value, tangent);
    value = graph_reduce(graph, OP_SUM, value, (1u << tangent->rank) - 1);
    struct node *mask = is_scalar && d.mask ? graph_broadcast(graph, d.mask, x->rank, x->shape) : NULL;
    contribute(sweep, x, graph_broadcast(graph, value, x->rank, x->shape), mask);
}

static void reverse_order(struct node **nodes, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct node *swapped = nodes[i];
        nodes[i] = nodes[count - 1 - i];
        nodes[count - 1 - i] = swapped;
    }
}

bool adjoint_by_tangents(struct sweep *sweep, struct node *loop)
{
    struct graph *graph = sweep->graph;
    if (loop->loop->is_branch)
        return false;
    struct narrows narrows = find_narrows(sweep, loop);
    struct node *x = narrows.number;
    if (!x)
        return false;
    reverse_order(narrows.between, narrows.between_count);
    struct scope scope = {.graph = graph,
                          .derivatives = sweep->derivatives,
                          .active = sweep->active,
                          .between = narrows.between};
    come_in(&scope, x, graph_broadcast(graph, graph_constant(graph, REAL, 1), x->rank, x->shape));
    go_through(&scope, narrows.between_count);
    const struct tangent_loop *tangents = &scope.loops[0];
    const struct adjoint *results = sweep->results[loop->id];
    for (int r = 0; r < loop->loop->carried_count + loop->loop->collected_count; r++)
        if (results[r].value && tangents->places[r] >= 0)
            contribute_tangent(sweep, x, results[r],
                               graph_result(graph, tangents->loop, tangents->places[r]));
    return true;
}
