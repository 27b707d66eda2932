/* prepare.c: what `prepare` computes of the given inputs, for the other entries to read.
 *
 * A node is given if it depends on given inputs, sizes and constants alone. The largest such nodes that take
 * more than reading them become members of ROLE_PREPARED_VALUE, each with a leaf that stands for it
 * everywhere else. A linear system whose matrix is given keeps the factors of that: with P A = L U, A x = b
 * is L U x = P b.
 *
 * Requires: a simplified function. Leaves: function->graph new. */
#include <string.h>

#include "copy.h"
#include "cost.h"
#include "passes.h"
#include "region.h"
#include "routine.h"

struct prepared {
    const struct node *node; /* in the old graph; of factors: their matrix */
    enum form { FORM_VALUE, FORM_FACTORS, FORM_ROWS } form;
    struct node *leaf; /* in the new one */
};

struct preparing {
    struct arena *arena;
    struct function *function;
    struct graph *graph; /* the old one */
    struct graph *target;
    bool *is_given, *is_visited, *is_candidate; /* by id */
    bool *needs_others;                         /* by id: in its rounds, if any, it needs inputs not given */
    struct prepared *values;
    size_t values_count, values_capacity;
    struct node **stack;
    size_t stack_count, stack_capacity;
};

/* ---- What is given ---- */

static void find_given(struct preparing *p)
{
    bool *is_known = ARENA_ARRAY(p->arena, bool, p->graph->nodes_count + 1);
    for (size_t i = 0; i < p->function->members_count; i++) {
        const struct member *member = &p->function->members[i];
        if (member->leaf && (member->is_given || member->role == ROLE_TABLE))
            is_known[member->leaf->id] = true;
    }
    for (size_t i = 0; i < p->graph->nodes_count; i++) {
        const struct node *node = p->graph->nodes[i];
        struct node *const *needed;
        size_t count = node_dependencies(p->graph, node, &needed);
        p->is_given[i] = is_known[i] || (node->op != OP_PARAMETER && node->op != OP_PLACEHOLDER &&
                                         !node_mentions_outer(p->graph, node));
        for (size_t j = 0; j < count; j++)
            p->is_given[i] = p->is_given[i] && p->is_given[needed[j]->id];
    }
}

/* Whether the values that a loop carries into its rounds need inputs that are not given. */
static bool spread_into_rounds(struct preparing *p, const struct loop *loop)
{
    bool changes = false;
    for (int i = 0; i < loop->carried_count; i++) {
        bool *needs = &p->needs_others[loop->carried[i]->id];
        bool wanted = p->needs_others[loop->initial[i]->id] || p->needs_others[loop->next[i]->id];
        changes = changes || *needs != wanted;
        *needs = wanted;
    }
    return changes;
}

static void find_needs(struct preparing *p)
{
    for (size_t i = 0; i < p->function->members_count; i++) {
        const struct member *member = &p->function->members[i];
        if (member->leaf)
            p->needs_others[member->leaf->id] = !member->is_given && member->role != ROLE_TABLE;
    }
    for (bool changes = true; changes;) {
        changes = false;
        for (size_t i = 0; i < p->graph->nodes_count; i++) {
            const struct node *node = p->graph->nodes[i];
            struct node *const *needed;
            size_t count = node_dependencies(p->graph, node, &needed);
            for (size_t j = 0; j < count; j++)
                p->needs_others[i] = p->needs_others[i] || p->needs_others[needed[j]->id];
            changes = (node->op == OP_LOOP && spread_into_rounds(p, node->loop)) || changes;
        }
    }
}

/* ---- What is worth keeping ---- */

static bool is_worth_keeping(const struct node *node);

/* A view, if what it views is kept. */
static bool is_view_of_kept(const void *closure, const struct node *node, int depth)
{
    (void)closure, (void)depth;
    return is_view(node) && is_worth_keeping(node->inputs[0]);
}

static bool is_worth_keeping(const struct node *node)
{
    struct again again = {is_view_of_kept, NULL, CHEAP_OPERATOR, false};
    return !is_view(node) && cost_again(&again, node) > CHEAP_OPERATOR;
}

static void add_value(struct preparing *p, const struct node *node, enum form form)
{
    struct prepared value = {.node = node, .form = form};
    ARENA_APPEND(p->arena, p, values, value);
}

static void consider(struct preparing *p, const struct node *node)
{
    if (p->is_candidate[node->id] || (node->input_count == 0 && node->op != OP_LOOP))
        return;
    p->is_candidate[node->id] = true;
    if (is_worth_keeping(node)) {
        add_value(p, node, FORM_VALUE);
        return;
    }
    for (int i = 0; i < node->input_count; i++)
        consider(p, node->inputs[i]);
}

static bool has_given_matrix(const struct preparing *p, const struct node *node)
{
    return node->op == OP_LU_SOLVE && p->is_given[node->inputs[0]->id] && !p->is_given[node->id] &&
           node->inputs[0]->rank == node->rank;
}

static const struct prepared *find_prepared(const struct preparing *p, const struct node *node,
                                            enum form form)
{
    for (size_t i = 0; i < p->values_count; i++)
        if (p->values[i].node == node && p->values[i].form == form)
            return &p->values[i];
    return NULL;
}

static void visit(struct preparing *p, struct node *node)
{
    if (p->is_given[node->id])
        consider(p, node);
    else if (!p->is_visited[node->id]) {
        p->is_visited[node->id] = true;
        ARENA_APPEND(p->arena, p, stack, node);
    }
}

static void visit_needed(struct preparing *p, const struct node *node)
{
    if (has_given_matrix(p, node)) {
        if (!find_prepared(p, node->inputs[0], FORM_FACTORS)) {
            add_value(p, node->inputs[0], FORM_FACTORS);
            add_value(p, node->inputs[0], FORM_ROWS);
        }
        visit(p, node->inputs[1]);
        return;
    }
    for (int i = 0; i < node->input_count; i++)
        visit(p, node->inputs[i]);
    if (node->op != OP_LOOP)
        return;
    const struct loop *loop = node->loop;
    for (int i = 0; i < loop->carried_count; i++) {
        visit(p, loop->initial[i]);
        visit(p, loop->next[i]);
    }
    for (int i = 0; i < loop->collected_count; i++)
        visit(p, loop->collected[i]);
    if (loop->condition)
        visit(p, loop->condition);
}

static void choose(struct preparing *p)
{
    const struct function *function = p->function;
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].value)
            visit(p, function->members[i].value);
    for (size_t i = 0; i < function->checks_count; i++)
        if (!p->is_given[function->checks[i].k->id])
            visit(p, function->checks[i].k);
    while (p->stack_count > 0)
        visit_needed(p, p->stack[--p->stack_count]);
}

/* ---- The values, and what stands for them ---- */

/* A scalar has one axis in the block, and truth values are numbers there. */
static void declare_value(struct preparing *p, struct prepared *prepared, struct copier *copier)
{
    struct graph *graph = p->target;
    struct node *value = copier_copy(copier, (struct node *)prepared->node);
    size *one = size_number(graph->sizes, 1);
    const char *name = prepared->form == FORM_FACTORS ? "factors"
                       : prepared->form == FORM_ROWS  ? "rows"
                       : prepared->node->name         ? prepared->node->name
                                                      : "given";
    if (prepared->form != FORM_VALUE)
        value = graph_routine(graph, prepared->form == FORM_FACTORS ? ROUTINE_LU : ROUTINE_LU_ROWS, value);
    bool is_scalar = value->rank == 0, is_bool = value->type == BOOL;
    if (is_bool)
        value = graph_unary(graph, OP_CAST_REAL, value);
    if (is_scalar)
        value = graph_broadcast(graph, value, 1, &one);
    prepared->leaf = graph_placeholder(graph, value->type, name, value->rank, value->shape);
    struct member member = {.name = name,
                            .role = ROLE_PREPARED_VALUE,
                            .type = value->type,
                            .rank = value->rank,
                            .shape = value->shape,
                            .leaf = prepared->leaf,
                            .value = value,
                            .span = p->function->span};
    ARENA_APPEND(graph->lasting, p->function, members, member);
}

static struct node *stand_in(struct graph *graph, const struct prepared *prepared)
{
    struct node *leaf = prepared->leaf;
    if (prepared->node->rank == 0)
        leaf = graph_drop_axis(graph, leaf, 0, size_number(graph->sizes, 0));
    if (prepared->node->type != BOOL)
        return leaf;
    struct node *zero = graph_broadcast(graph, graph_constant(graph, REAL, 0), leaf->rank, leaf->shape);
    return graph_binary(graph, OP_NE, leaf, zero);
}

/* The subscripts of b's elements with those of its rows replaced by `rows`; the latter in the shape of b. */
static struct affine *permuted(struct graph *graph, const struct node *b, struct node **rows)
{
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, b->rank);
    for (int a = 0; a < b->rank; a++) {
        subscripts[a].offset = size_number(graph->sizes, 0);
        subscripts[a].coefficients = ARENA_ARRAY(graph->arena, size *, b->rank);
        if (a != b->rank - 2)
            subscripts[a].coefficients[a] = size_number(graph->sizes, 1);
    }
    subscripts[b->rank - 2].dynamic = 1;
    *rows = graph_drop_axis(graph, *rows, b->rank - 2, size_number(graph->sizes, 0));
    *rows = graph_broadcast(graph, graph_insert_axis(graph, *rows, b->rank - 1), b->rank, b->shape);
    return subscripts;
}

/* x of A x = b, or A' x = b, by the factors of A. */
static struct node *solve_by_factors(void *closure, const struct node *node, struct node *copy)
{
    struct preparing *p = closure;
    struct graph *graph = p->target;
    if (!has_given_matrix(p, node) || copy->op != OP_LU_SOLVE)
        return copy;
    struct node *b = copy->inputs[1], *rows = find_prepared(p, node->inputs[0], FORM_ROWS)->leaf,
                *factors = find_prepared(p, node->inputs[0], FORM_FACTORS)->leaf;
    struct affine *places = permuted(graph, b, &rows);
    if (!node->transposed) {
        struct node *x = graph_index(graph, b, b->rank, b->shape, places, &rows, 1, false);
        x = graph_solve_triangular(graph, factors, x, (struct triangular){.lower = true, .unit = true});
        return graph_solve_triangular(graph, factors, x, (struct triangular){.lower = false});
    }
    struct node *x = graph_solve_triangular(graph, factors, b, (struct triangular){.transposed = true});
    x = graph_solve_triangular(graph, factors, x,
                               (struct triangular){.lower = true, .transposed = true, .unit = true});
    return graph_scatter(graph, x, b->rank, b->shape, places, &rows, 1);
}

/* ---- The function ---- */

static void add_check(struct function *function, struct value_check check, struct node *k, bool is_given)
{
    check.k = k;
    check.is_given = is_given;
    ARENA_APPEND(function->graph->lasting, function, checks, check);
}

/* What is checked in the rounds of a loop is checked in each copy of the loop, by `prepare` only if it knows
 * what is checked. */
static void copy_checks(struct preparing *p, const struct value_check *checks, size_t count,
                        struct copier *given, struct copier *others)
{
    for (size_t i = 0; i < count; i++) {
        bool is_inside = false;
        for (int turn = 0; turn < 2; turn++) {
            const struct copier *copier = turn ? others : given;
            for (size_t j = 0; j < copier->followed_count; j++)
                if (copier->followed[j].node == checks[i].k) {
                    is_inside = true;
                    if (turn || !p->needs_others[checks[i].k->id])
                        add_check(p->function, checks[i], copier->followed[j].copy, !turn);
                }
        }
        bool is_given = p->is_given[checks[i].k->id];
        if (!is_inside)
            add_check(p->function, checks[i], copier_copy(is_given ? given : others, checks[i].k), is_given);
    }
}

static void rebuild(struct preparing *p)
{
    struct function *function = p->function;
    size_t members_count = function->members_count, checks_count = function->checks_count;
    struct value_check *checks = function->checks;
    struct copier *given = copier_new(p->graph, p->target), *others = copier_new(p->graph, p->target);
    for (size_t i = 0; i < checks_count; i++) {
        copier_follow(given, checks[i].k);
        copier_follow(others, checks[i].k);
    }
    for (size_t i = 0; i < members_count; i++) {
        struct member *member = &function->members[i];
        if (!member->leaf)
            continue;
        struct node *leaf = copier_copy(given, member->leaf);
        copier_replace(others, member->leaf, leaf);
        member->leaf = leaf;
    }
    for (size_t i = 0; i < p->values_count; i++)
        declare_value(p, &p->values[i], given);
    others->used_variables = given->used_variables;
    others->used_variables_count = given->used_variables_count;
    others->used_variables_capacity = given->used_variables_count; /* to grow into memory of its own */
    others->rewrite = solve_by_factors;
    others->closure = p;
    for (size_t i = 0; i < p->values_count; i++)
        if (p->values[i].form == FORM_VALUE)
            copier_replace(others, p->values[i].node, stand_in(p->target, &p->values[i]));
    for (size_t i = 0; i < members_count; i++)
        if (function->members[i].value)
            function->members[i].value = copier_copy(others, function->members[i].value);
    function->graph = p->target;
    function->checks = NULL;
    function->checks_count = function->checks_capacity = 0;
    copy_checks(p, checks, checks_count, given, others);
}

void prepare(struct function *function)
{
    struct graph *graph = function->graph;
    size_t count = graph->nodes_count;
    if (!function->entries[ENTRY_PREPARE])
        return;
    struct preparing p = {.arena = graph->lasting, .function = function, .graph = graph};
    p.is_given = ARENA_ARRAY(p.arena, bool, count + 1);
    p.is_visited = ARENA_ARRAY(p.arena, bool, count + 1);
    p.is_candidate = ARENA_ARRAY(p.arena, bool, count + 1);
    p.needs_others = ARENA_ARRAY(p.arena, bool, count + 1);
    p.target = graph_new_apart(graph->lasting, graph->sizes);
    p.target->saving = graph->saving;
    find_given(&p);
    find_needs(&p);
    choose(&p);
    rebuild(&p);
    graph_free(graph);
}
