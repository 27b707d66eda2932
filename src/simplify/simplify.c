/* simplify.c: copies a function's graph into a new one, without what only names and derivatives needed,
 * through the constructors and the rewrites of rewrites.c.
 *
 * Requires: a function as the elaborator leaves it. Leaves: function->graph new, with MARK, STOP and CUSTOM
 * gone, each LOOP with a variable and carried PLACEHOLDERs of its own, nothing that no member and no check
 * needs. */
#include <stdlib.h>
#include <string.h>

#include "copy.h"
#include "passes.h"
#include "region.h"
#include "rewrites.h"
#include "change_in_place.h"
#include "simplify_loops.h"

static size_t find_roots(const struct function *function, struct node **roots)
{
    size_t count = 0;
    for (size_t i = 0; i < function->members_count; i++) {
        if (function->members[i].leaf)
            roots[count++] = function->members[i].leaf;
        if (function->members[i].value)
            roots[count++] = function->members[i].value;
    }
    for (size_t i = 0; i < function->checks_count; i++)
        roots[count++] = function->checks[i].k;
    return count;
}

/* What has turned out to be a number that passes. */
static bool always_passes(const struct value_check *check, const struct node *k)
{
    double value;
    int64_t low, high;
    if (!graph_is_constant(k, &value))
        return false;
    if (check->kind == CHECK_TRUTH)
        return value != 0;
    return check->kind == CHECK_RANGE && size_is_number(check->low, &low) &&
           size_is_number(check->high, &high) && value >= (double)low && value < (double)high;
}

static void add_check(struct function *function, struct value_check check, struct node *k)
{
    check.k = k;
    if (always_passes(&check, k))
        return;
    for (size_t i = 0; i < function->checks_count; i++) {
        if (value_check_joins(&function->checks[i], &check))
            return;
    }
    ARENA_APPEND(function->graph->lasting, function, checks, check);
}

/* By id: whether the node is in the rounds of some loop. */
static bool *nodes_in_rounds(const struct graph *graph)
{
    bool *in_rounds = ARENA_ARRAY(graph->arena, bool, graph->nodes_count + 1);
    for (size_t i = 0; i < graph->nodes_count; i++)
        for (int k = 0; graph->nodes[i]->op == OP_LOOP && k < graph->nodes[i]->loop->carried_count; k++)
            in_rounds[graph->nodes[i]->loop->carried[k]->id] = true;
    for (size_t i = 0; i < graph->nodes_count; i++) {
        struct node *const *needed;
        size_t count = node_dependencies(graph, graph->nodes[i], &needed);
        for (size_t j = 0; j < count; j++)
            in_rounds[i] = in_rounds[i] || in_rounds[needed[j]->id];
        in_rounds[i] = in_rounds[i] || node_mentions_outer(graph, graph->nodes[i]);
    }
    return in_rounds;
}

/* A check in the rounds of a loop is made in those of each of its copies. Those outside come first, for what
 * they judge may be all that a loop is run for. */
static void copy_checks(struct function *function, const struct graph *old, struct copier *copier)
{
    struct value_check *checks = function->checks;
    size_t count = function->checks_count;
    const bool *in_rounds = count ? nodes_in_rounds(old) : NULL;
    function->checks = NULL;
    function->checks_count = function->checks_capacity = 0;
    for (size_t i = 0; i < count; i++)
        if (!in_rounds[checks[i].k->id])
            copier_copy(copier, checks[i].k);
    for (size_t i = 0; i < count; i++) {
        bool is_inside = false;
        for (size_t j = 0; j < copier->followed_count; j++)
            if (copier->followed[j].node == checks[i].k) {
                add_check(function, checks[i], copier->followed[j].copy);
                is_inside = true;
            }
        if (!is_inside)
            add_check(function, checks[i], copier_copy(copier, checks[i].k));
    }
}

static void copy_function(struct function *function, struct copier *copier)
{
    for (size_t i = 0; i < function->checks_count; i++)
        copier_follow(copier, function->checks[i].k);
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].leaf)
            function->members[i].leaf = copier_copy(copier, function->members[i].leaf);
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].value)
            function->members[i].value = copier_copy(copier, function->members[i].value);
    copy_checks(function, function->graph, copier);
    function->graph = copier->target;
}

/* What the function is simplified for. */
enum purpose {
    FOR_SCALARISE, /* elements may yet be taken apart */
    FOR_LOOPS,     /* nothing but the schedule comes behind */
    FOR_READERS    /* formulas: rules are called by their names */
};

static void simplify_for(enum purpose purpose, struct function *function, int level)
{
    enum { ROUNDS = 6 };
    const bool keeps_rules = purpose == FOR_READERS, is_for_loops = purpose == FOR_LOOPS;
    size_t nodes = (size_t)-1;
    for (int round = 0; round < (level > 1 ? ROUNDS : 1); round++) {
        struct graph *old = function->graph;
        struct node **roots =
            ARENA_ARRAY(old->arena, struct node *, 2 * function->members_count + function->checks_count + 1);
        size_t root_count = find_roots(function, roots);
        if (round > 0 && !keeps_rules)
            hoist_rounds(old, roots, root_count);
        if (round > 0 && is_for_loops) {
            accumulate_in_rounds(old, roots, root_count);
            continue_sums(old, roots, root_count);
        }
        simplify_loops(old, roots, root_count, function->checks_count);
        struct rewriter rewriter = {.source_uses = count_uses(old, roots, root_count),
                                    .is_concatenated = find_concatenated(old),
                                    .function = function,
                                    .is_for_loops = is_for_loops};
        rewriter.graph = graph_new_apart(old->lasting, old->sizes);
        rewriter.graph->saving = old->saving;
        struct copier *copier = copier_new(old, rewriter.graph);
        copier->erases_marks = true;
        copier->keeps_rules = keeps_rules;
        if (level > 1) {
            copier->rewrite = rewrite;
            copier->closure = &rewriter;
        }
        copy_function(function, copier);
        if (!keeps_rules)
            graph_free(old);
        /* The first round leaves what rewrites have replaced among the nodes; the second one drops it. */
        if (round > 0 && function->graph->nodes_count == nodes)
            break;
        nodes = function->graph->nodes_count;
    }
    for (size_t i = 0; level > 1 && !keeps_rules && i < function->members_count; i++)
        if (function->members[i].value && function->members[i].value->rank > 1)
            function->members[i].value = scatter_diagonals(function->graph, function->members[i].value);
}

void simplify(struct function *function, int level)
{
    simplify_for(FOR_SCALARISE, function, level);
    if (function->defaults)
        simplify_for(FOR_SCALARISE, function->defaults, level);
}

void simplify_for_loops(struct function *function)
{
    simplify_for(FOR_LOOPS, function, 2);
}

void simplify_to_read(struct function *function)
{
    simplify_for(FOR_READERS, function, 2);
}
