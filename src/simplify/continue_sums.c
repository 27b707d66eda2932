/* continue_sums.c: a sum that an inner loop begins at zero, to be added to one that the outer loop carries,
 * begins at that instead.
 *
 *     for s { b = 0; for t { b = b + v }; a = a + b }         is         for s { for t { a = a + v } }
 *
 * So the adjoint of what a branch reads an element of in each round is added to where it stands: no array of
 * zeros is made, and added, in each round. Only if nothing else reads b, and a is read nowhere else in the
 * round. */
#include "region.h"
#include "change_in_place.h"
#include "simplify_loops.h"

/* What is added up at the end of a round. */
struct terms {
    struct graph *graph;
    const int *uses;
    struct node **nodes;
    size_t nodes_count, nodes_capacity;
};

static bool is_begun_at_zero(const struct node *node)
{
    return node->op == OP_RESULT && node->result < node->loop->carried_count &&
           graph_is_zero(node->loop->initial[node->result]);
}

static void add_terms(struct terms *terms, struct node *node, bool is_root)
{
    bool is_read_here = is_root || terms->uses[node->id] == 1;
    if (graph_is_zero(node))
        return;
    if (is_read_here && node->op == OP_ADD) {
        add_terms(terms, node->inputs[0], false);
        add_terms(terms, node->inputs[1], false);
    } else
        ARENA_APPEND(terms->graph->arena, terms, nodes, node);
}

/* Whether `sum` is `old` and something else, and nothing else reads `old`. */
static bool adds_to(const struct terms *terms, const struct node *sum, const struct node *old)
{
    if (terms->uses[old->id] != 1)
        return false;
    while (sum->op == OP_ADD && terms->uses[sum->id] == 1 && sum->inputs[0] != old && sum->inputs[1] != old)
        sum = sum->inputs[sum->inputs[1]->op == OP_ADD];
    return sum->op == OP_ADD && terms->uses[sum->id] == 1 && (sum->inputs[0] == old || sum->inputs[1] == old);
}

static bool can_continue(const struct terms *terms, const struct region *region, const struct node *term)
{
    if (!is_begun_at_zero(term) || terms->uses[term->id] != 1)
        return false;
    const struct loop *loop = term->loop;
    return adds_to(terms, loop->next[term->result], loop->carried[term->result]) &&
           region_has(region, term->inputs[0]);
}

/* Lets the sum that ends in `result` begin at `initial`. */
static void begin_at(struct graph *graph, const struct node *result, struct node *initial)
{
    struct node *node = result->inputs[0];
    struct loop *loop = node->loop;
    struct node **all = ARENA_ARRAY(graph->arena, struct node *, loop->carried_count);
    for (int k = 0; k < loop->carried_count; k++)
        all[k] = loop->initial[k];
    all[result->result] = initial;
    loop->initial = all;
    node->inputs[result->result] = initial;
}

/* Inner loops stand in the order of their ids; what is there before the first of them is added up before. */
static bool continue_sum(struct terms *terms, const struct region *region, struct node *next)
{
    struct graph *graph = terms->graph;
    struct node *sum = NULL;
    size_t first = terms->nodes_count;
    int before = -1;
    for (size_t i = 0; i < terms->nodes_count; i++)
        if (can_continue(terms, region, terms->nodes[i]) &&
            (first == terms->nodes_count ||
             terms->nodes[i]->inputs[0]->id < terms->nodes[first]->inputs[0]->id))
            first = i;
    if (first == terms->nodes_count)
        return false;
    int limit = terms->nodes[first]->inputs[0]->id;
    for (size_t i = 0; i < terms->nodes_count; i++)
        if (terms->nodes[i] && terms->nodes[i]->id < limit) {
            sum = sum ? graph_binary(graph, OP_ADD, sum, terms->nodes[i]) : terms->nodes[i];
            terms->nodes[i] = NULL;
        }
    if (!sum)
        return false;
    for (;;) {
        struct node **least = NULL;
        for (size_t i = 0; i < terms->nodes_count; i++) {
            struct node **term = &terms->nodes[i];
            if (*term && can_continue(terms, region, *term) && (*term)->inputs[0]->id > before &&
                (!least || (*term)->inputs[0]->id < (*least)->inputs[0]->id))
                least = term;
        }
        if (!least)
            break;
        before = (*least)->inputs[0]->id;
        begin_at(graph, *least, sum);
        sum = *least;
        *least = NULL;
    }
    for (size_t i = 0; i < terms->nodes_count; i++)
        if (terms->nodes[i])
            sum = graph_binary(graph, OP_ADD, sum, terms->nodes[i]);
    become(next, sum);
    return true;
}

void continue_sums(struct graph *graph, struct node *const *roots, size_t root_count)
{
    const int *uses = count_uses(graph, roots, root_count);
    size_t count = graph->nodes_count;
    bool changed = false;
    for (size_t id = count; id-- > 0;) {
        const struct node *node = graph->nodes[id];
        if (node->op != OP_LOOP || uses[id] == 0)
            continue;
        const struct region *region = region_of(graph, node->loop);
        for (int k = 0; k < node->loop->carried_count; k++) {
            struct node *next = node->loop->next[k];
            struct terms terms = {.graph = graph, .uses = uses};
            if (next->rank == 0 || next->type != REAL || next->op != OP_ADD ||
                !adds_to(&terms, next, node->loop->carried[k]))
                continue;
            add_terms(&terms, next, true);
            changed = continue_sum(&terms, region, next) || changed;
        }
    }
    if (changed)
        sort_nodes(graph, roots, root_count);
}
