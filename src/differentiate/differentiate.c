/* differentiate.c: reverse mode, the chain rule from the outputs back to the wrt.
 *
 * Requires: outputs, seeds and wrt in the graph. Leaves: new nodes, of the same operators, that compute the
 * adjoints. One sweep visits the nodes between wrt and outputs once, by descending id, so that the adjoint of
 * a node is complete before it is passed on to the node's inputs. */

#include "adjoint.h"

#include "memory.h"

bool is_active(const struct sweep *sweep, const struct node *node)
{
    return (size_t)node->id < sweep->count && sweep->active[node->id];
}

/* ---- Which nodes take part ---- */

static bool input_is_active(const struct node *node, const unsigned char *active, int first, int end)
{
    for (int i = first; i < end && i < node->input_count; i++)
        if (active[node->inputs[i]->id])
            return true;
    return false;
}

bool takes_part(const struct graph *graph, const struct node *node, unsigned char *active)
{
    if (node->op == OP_LOOP)
        return loop_is_active(graph, node->loop, active);
    if (node->type != REAL)
        return false;
    if (operator_is_elementwise(node->op)) {
        const char *derivative = operator_info(node->op)->derivative;
        return derivative && *derivative && input_is_active(node, active, 0, node->input_count);
    }
    switch (node->op) {
    case OP_STOP: return false;
    case OP_CUSTOM: return input_is_active(node, active, 1, node->input_count);
    case OP_RESULT: return loop_result_is_active(graph, node, active);
    default: return input_is_active(node, active, 0, node->input_count);
    }
}

/* ---- Adjoints ---- */

struct node *adjoint_value(struct graph *graph, struct adjoint adjoint)
{
    if (!adjoint.value || !adjoint.mask || adjoint.is_exact)
        return adjoint.value;
    return graph_select(graph, adjoint.mask, adjoint.value, graph_zeros_like(graph, adjoint.value));
}

static struct node *mask_and(struct graph *graph, struct node *a, struct node *b)
{
    return !a ? b : a == b ? a : graph_binary(graph, OP_AND, a, b);
}

static bool are_opposite(const struct node *a, const struct node *b)
{
    return (a->op == OP_NOT && a->inputs[0] == b) || (b->op == OP_NOT && b->inputs[0] == a);
}

/* If one of the masks is c, or m and c, and the other is not c, or m and not c: their choice between the two
 * values, under what remains of the mask. */
static bool join_sides(struct graph *graph, struct adjoint a, struct adjoint b, struct adjoint *both)
{
    if (a.is_exact && b.is_exact)
        return false;
    if (are_opposite(a.mask, b.mask)) {
        *both = (struct adjoint){graph_select(graph, a.mask, a.value, b.value), NULL, false};
        return true;
    }
    if (a.mask->op != OP_AND || b.mask->op != OP_AND)
        return false;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            if (a.mask->inputs[i] == b.mask->inputs[j] &&
                are_opposite(a.mask->inputs[1 - i], b.mask->inputs[1 - j])) {
                *both = (struct adjoint){graph_select(graph, a.mask->inputs[1 - i], a.value, b.value),
                                         a.mask->inputs[i], false};
                return true;
            }
    return false;
}

static struct node *either(struct graph *graph, struct node *a, struct node *b)
{
    return are_opposite(a, b) ? NULL : graph_binary(graph, OP_OR, a, b);
}

static struct adjoint sum_of_adjoints(struct graph *graph, struct adjoint a, struct adjoint b)
{
    struct adjoint sum;
    double always;
    if (a.mask == b.mask)
        return (struct adjoint){graph_binary(graph, OP_ADD, a.value, b.value), a.mask,
                                a.is_exact && b.is_exact};
    if (a.mask && b.mask && join_sides(graph, a, b, &sum))
        return sum;
    sum.value = graph_binary(graph, OP_ADD, adjoint_value(graph, a), adjoint_value(graph, b));
    sum.mask = a.mask && b.mask ? either(graph, a.mask, b.mask) : NULL;
    sum.is_exact = true;
    if (sum.mask && graph_is_constant(sum.mask, &always) && always != 0)
        sum.mask = NULL;
    return sum;
}

bool is_steep(struct sweep *sweep, const struct node *node)
{
    if (!sweep->steep)
        sweep->steep = find_steep(sweep);
    return (size_t)node->id < sweep->count && sweep->steep[node->id];
}

static void add_adjoint(struct sweep *sweep, struct node *to, struct adjoint more)
{
    double always;
    if (!more.value || !is_active(sweep, to) || graph_is_zero(more.value))
        return;
    if (more.mask && graph_is_constant(more.mask, &always) && always != 0)
        more.mask = NULL;
    struct adjoint *adjoint = &sweep->adjoints[to->id];
    *adjoint = adjoint->value ? sum_of_adjoints(sweep->graph, *adjoint, more) : more;
}

void contribute(struct sweep *sweep, struct node *to, struct node *value, struct node *mask)
{
    add_adjoint(sweep, to, (struct adjoint){value, mask, false});
}

void contribute_exact(struct sweep *sweep, struct node *to, struct node *value, struct node *mask)
{
    add_adjoint(sweep, to, (struct adjoint){value, mask, true});
}

void contribute_choice(struct sweep *sweep, struct node *to, struct node *value, struct node *mask)
{
    struct graph *graph = sweep->graph;
    if (value && value->op == OP_SELECT && is_active(sweep, to) && is_steep(sweep, to)) {
        struct node *condition = value->inputs[0];
        if (graph_is_zero(value->inputs[2])) {
            mask = mask_and(graph, mask, condition);
            value = value->inputs[1];
        } else if (graph_is_zero(value->inputs[1])) {
            mask = mask_and(graph, mask, graph_unary(graph, OP_NOT, condition));
            value = value->inputs[2];
        }
    }
    contribute(sweep, to, value, mask);
}

/* ---- Rules of the operators ---- */

static void adjoint_of_select(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct graph *graph = sweep->graph;
    struct node *condition = y->inputs[0];
    if (is_active(sweep, y->inputs[1]))
        contribute(sweep, y->inputs[1], d.value, mask_and(graph, d.mask, condition));
    if (is_active(sweep, y->inputs[2]))
        contribute(sweep, y->inputs[2], d.value,
                   mask_and(graph, d.mask, graph_unary(graph, OP_NOT, condition)));
}

static void adjoint_of_elementwise(struct sweep *sweep, struct node *y, struct adjoint d)
{
    bool wanted[3] = {false};
    struct node *adjoints[3];
    if (y->op == OP_ABS) {
        struct node *x = y->inputs[0], *sign = graph_unary(sweep->graph, OP_SIGN, x);
        struct node *value = graph_binary(sweep->graph, OP_MUL, d.value, sign);
        contribute(sweep, x, adjoint_radial(sweep->graph, value, d.value, x, y), d.mask);
        return;
    }
    if (adjoint_of_root(sweep, y, d))
        return;
    for (int k = 0; k < y->input_count; k++)
        wanted[k] = is_active(sweep, y->inputs[k]);
    derivatives_apply(sweep->graph, sweep->derivatives, y, d.value, wanted, adjoints);
    for (int k = 0; k < y->input_count; k++) {
        struct node *where = k == 0 ? root_mask(sweep->graph, y) : NULL;
        contribute_choice(sweep, y->inputs[k], adjoints[k],
                          where ? mask_and(sweep->graph, d.mask, where) : d.mask);
    }
}

static void adjoint_of_result(struct sweep *sweep, struct node *y, struct adjoint d)
{
    struct node *loop = y->inputs[0];
    if (!is_active(sweep, loop))
        return;
    if (!sweep->results[loop->id])
        sweep->results[loop->id] = ARENA_ARRAY(sweep->graph->arena, struct adjoint,
                                               loop->loop->carried_count + loop->loop->collected_count);
    sweep->results[loop->id][y->result] = d;
}

static void pass_on(struct sweep *sweep, struct node *y, struct adjoint d)
{
    if (y->op == OP_SELECT) {
        adjoint_of_select(sweep, y, d);
        return;
    }
    if (operator_is_elementwise(y->op)) {
        adjoint_of_elementwise(sweep, y, d);
        return;
    }
    switch (y->op) {
    case OP_INDEX: adjoint_of_index(sweep, y, d); break;
    case OP_SCATTER: adjoint_of_scatter(sweep, y, d); break;
    case OP_REPLACE: adjoint_of_replace(sweep, y, d); break;
    case OP_RESHAPE: adjoint_of_reshape(sweep, y, d); break;
    case OP_SUM: adjoint_of_sum(sweep, y, d); break;
    case OP_PRODUCT: adjoint_of_product(sweep, y, d); break;
    case OP_MAXIMUM:
    case OP_MINIMUM: adjoint_of_extremum(sweep, y, d); break;
    case OP_CONTRACT: adjoint_of_contract(sweep, y, d); break;
    case OP_CUMSUM: adjoint_of_cumsum(sweep, y, d); break;
    case OP_MARK: contribute(sweep, y->inputs[0], d.value, d.mask); break;
    case OP_RESULT: adjoint_of_result(sweep, y, d); break;
    case OP_CHOLESKY: adjoint_of_cholesky(sweep, y, d); break;
    case OP_SOLVE_TRIANGULAR: adjoint_of_solve_triangular(sweep, y, d); break;
    case OP_LU_SOLVE: adjoint_of_lu_solve(sweep, y, d); break;
    case OP_LOGABSDET:
    case OP_DET: adjoint_of_determinant(sweep, y, d); break;
    case OP_ROUTINE: adjoint_of_routine(sweep, y, d); break;
    default: break; /* leaves */
    }
}

/* ---- The sweep ---- */

/* d_ and the primal's name, where the adjoint is a new node without one. */
static void name_adjoint(struct sweep *sweep, const struct node *primal, struct node *adjoint)
{
    if (!primal->name || !adjoint || (adjoint->name && (adjoint->named_by_user || !primal->named_by_user)) ||
        (size_t)adjoint->id < sweep->count || adjoint->op == OP_CONSTANT)
        return;
    adjoint->name = arena_print(sweep->graph->lasting, "d_%s", primal->name);
    adjoint->named_by_user = primal->named_by_user;
}

static void sweep_back(struct sweep *sweep)
{
    struct graph *graph = sweep->graph;
    struct span origin = graph->origin;
    for (size_t i = sweep->between_count; i-- > 0;) {
        struct node *node = sweep->between[i];
        size_t id = (size_t)node->id;
        if (!sweep->active[id])
            continue;
        graph->origin = node->origin;
        if (sweep->active[id] == ACTIVE_END)
            continue;
        if (node->op == OP_LOOP && sweep->results[id])
            adjoint_of_loop(sweep, node);
        else if (node->op == OP_CUSTOM) {
            name_adjoint(sweep, node, sweep->adjoints[id].value);
            adjoint_of_custom(sweep, node);
        } else if (sweep->adjoints[id].value) {
            if (!sweep->adjoints[id].mask)
                name_adjoint(sweep, node, sweep->adjoints[id].value);
            pass_on(sweep, node, sweep->adjoints[id]);
        }
    }
    graph->origin = origin;
}

static struct sweep sweep_new(struct graph *graph, const struct derivatives *derivatives)
{
    struct sweep sweep = {.graph = graph, .derivatives = derivatives, .count = graph->nodes_count};
    sweep.active = memory_array(sweep.count + 1, 1);
    sweep.adjoints = memory_array(sweep.count + 1, sizeof *sweep.adjoints);
    sweep.results = memory_array(sweep.count + 1, sizeof *sweep.results);
    return sweep;
}

static void sweep_free(struct sweep *sweep)
{
    memory_free(sweep->active);
    memory_free(sweep->steep);
    memory_free(sweep->adjoints);
    memory_free(sweep->results);
}

static void activate_between(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->between_count; i++) {
        struct node *node = sweep->between[i];
        unsigned char *active = &sweep->active[node->id];
        if (!*active)
            *active = takes_part(sweep->graph, node, sweep->active);
        if (*active && node->op == OP_CUSTOM)
            ARENA_APPEND(sweep->graph->arena, sweep, customs, node);
    }
}

static void run(struct sweep *sweep, struct node *const *outputs, struct node *const *seeds,
                size_t output_count, struct node *const *wrt, size_t wrt_count, struct node **adjoints,
                struct node **masks)
{
    for (size_t k = 0; k < output_count; k++)
        contribute(sweep, outputs[k], seeds[k], NULL);
    sweep_back(sweep);
    for (size_t i = 0; i < wrt_count; i++) {
        adjoints[i] = adjoint_value(sweep->graph, sweep->adjoints[wrt[i]->id]);
        name_adjoint(sweep, wrt[i], adjoints[i]);
        if (masks)
            masks[i] = sweep->adjoints[wrt[i]->id].mask;
    }
    sweep_free(sweep);
}

void differentiate(struct graph *graph, const struct derivatives *derivatives, struct node *const *outputs,
                   struct node *const *seeds, size_t output_count, struct node *const *wrt, size_t wrt_count,
                   struct node **adjoints)
{
    struct sweep sweep = sweep_new(graph, derivatives);
    unsigned char *reached = memory_array(sweep.count + 1, 1);
    mark_reachable(graph, outputs, output_count, false, reached);
    for (size_t i = 0; i < wrt_count; i++)
        if (wrt[i]->type == REAL && reached[wrt[i]->id])
            sweep.active[wrt[i]->id] = ACTIVE_WRT;
    struct node **between = memory_array(sweep.count + 1, sizeof *between);
    for (size_t id = 0; id < sweep.count; id++)
        if (reached[id])
            between[sweep.between_count++] = graph->nodes[id];
    sweep.between = between;
    memory_free(reached);
    activate_between(&sweep);
    run(&sweep, outputs, seeds, output_count, wrt, wrt_count, adjoints, NULL);
    memory_free(between);
    for (size_t i = 0; i < wrt_count; i++)
        if (!adjoints[i])
            adjoints[i] = graph_zeros_like(graph, wrt[i]);
}

void differentiate_between(struct graph *graph, const struct derivatives *derivatives,
                           struct node *const *between, size_t between_count, struct node *const *outputs,
                           struct node *const *seeds, size_t output_count, struct node *const *wrt,
                           size_t wrt_count, struct node **adjoints, struct node **masks)
{
    struct sweep sweep = sweep_new(graph, derivatives);
    for (size_t i = 0; i < wrt_count; i++)
        sweep.active[wrt[i]->id] = ACTIVE_END;
    sweep.between = between;
    sweep.between_count = between_count;
    activate_between(&sweep);
    run(&sweep, outputs, seeds, output_count, wrt, wrt_count, adjoints, masks);
}
