/* accumulate_rounds.c: what an inner loop collects for an outer one to add up is added in its own rounds.
 *
 *     for s { for t { y[t] = v }; a = a + S y }         is        for s { for t { a = a + S_t v } }
 *
 * S puts each entry of y to places of its own, as the adjoint of w[t] does; S_t does so with entry t. No
 * array of entries is stored and read again. Only if nothing else reads y, and a is read nowhere else in the
 * round, so that a can be added to where it stands. */
#include "region.h"
#include "change_in_place.h"
#include "simplify_loops.h"

/* A term of the sum that an outer loop carries into its next round: of `entries`, which an inner loop has
 * collected. */
struct term {
    const struct node *scatter; /* what puts them to their places; NULL: they stand where they are added */
    const struct node *entries;
    bool is_negative;
};

/* What an outer loop adds up of what one inner loop collects. */
struct sum {
    struct node *old;  /* the PLACEHOLDER: the sum so far */
    struct node *next; /* the sum after the round */
    struct node *inner;
    bool reads_old;
    struct term *terms;
    size_t terms_count, terms_capacity;
};

struct sums {
    struct graph *graph;
    const int *uses;
    struct sum *found;
    size_t found_count, found_capacity;
};

/* ---- Which sums ---- */

/* Entries that stand side by side in memory would be added with a stride. */
static bool keeps_rows(const struct node *scatter)
{
    const struct node *entries = scatter->inputs[0];
    const struct affine *last = &scatter->subscripts[scatter->rank - 1];
    return entries->rank == 1 || !last->coefficients || !last->coefficients[0];
}

/* The RESULT that the node is, or puts to places that depend on nothing but where its entries stand. */
static const struct node *entries_of(const struct node *node)
{
    const struct node *entries = node->op == OP_SCATTER ? node->inputs[0] : node;
    bool is_plain = node->op != OP_SCATTER || (node->input_count == 1 && keeps_rows(node));
    return is_plain && entries->op == OP_RESULT && entries->result >= entries->loop->carried_count ? entries
                                                                                                   : NULL;
}

static bool add_entries(struct sums *sums, struct sum *sum, const struct node *node, bool is_negative)
{
    const struct node *entries = entries_of(node);
    if (!entries || sums->uses[entries->id] != 1 || (sum->inner && sum->inner != entries->inputs[0]))
        return false;
    sum->inner = entries->inputs[0];
    struct term term = {node == entries ? NULL : node, entries, is_negative};
    ARENA_APPEND(sums->graph->arena, sum, terms, term);
    return true;
}

/* Whether the node is the old sum and entries of one inner loop, all read here only. */
static bool is_sum(struct sums *sums, struct sum *sum, struct node *node, bool is_negative)
{
    if (sums->uses[node->id] != 1)
        return false;
    if (node->op == OP_ADD || node->op == OP_SUB)
        return is_sum(sums, sum, node->inputs[0], is_negative) &&
               is_sum(sums, sum, node->inputs[1], is_negative != (node->op == OP_SUB));
    if (node == sum->old)
        return sum->reads_old = !is_negative;
    return add_entries(sums, sum, node, is_negative);
}

/* Loops that carry nothing have rounds that do not wait for each other. */
static bool may_carry_more(const struct loop *inner)
{
    return inner->carried_count > 0 && !inner->is_branch;
}

static void find_sums(struct sums *sums, struct loop *outer)
{
    for (int k = 0; k < outer->carried_count; k++) {
        struct sum sum = {.old = outer->carried[k], .next = outer->next[k]};
        bool is_array = sum.next != sum.old && sum.next->rank > 0 && sum.next->type == REAL;
        if (is_array && is_sum(sums, &sum, sum.next, false) && sum.reads_old && sum.inner &&
            may_carry_more(sum.inner->loop) && region_has(region_of(sums->graph, outer), sum.inner))
            ARENA_APPEND(sums->graph->arena, sums, found, sum);
    }
}

/* ---- In the rounds ---- */

/* The entry of one round, with its sign, at its places: S_t v. */
static struct node *put_entry(struct graph *graph, const struct term *term, const struct node *like)
{
    const struct loop *loop = term->entries->loop;
    struct node *value = loop->collected[term->entries->result - loop->carried_count];
    if (term->is_negative)
        value = graph_unary(graph, OP_NEG, value);
    size *round = size_subtract(loop->variable, loop->begin);
    struct affine *subscripts = ARENA_ARRAY(graph->arena, struct affine, like->rank);
    for (int s = 0; s < like->rank; s++) {
        subscripts[s].coefficients = ARENA_ARRAY(graph->arena, size *, value->rank + 1);
        subscripts[s].offset = s == 0 ? round : size_number(graph->sizes, 0);
        if (!term->scatter) {
            if (s > 0)
                subscripts[s].coefficients[s - 1] = size_number(graph->sizes, 1);
            continue;
        }
        const struct affine *all = &term->scatter->subscripts[s];
        subscripts[s].offset = all->offset;
        if (!all->coefficients)
            continue;
        if (all->coefficients[0])
            subscripts[s].offset = size_add(all->offset, size_multiply(all->coefficients[0], round));
        for (int a = 0; a < value->rank; a++)
            subscripts[s].coefficients[a] = all->coefficients[a + 1];
    }
    return graph_scatter(graph, value, like->rank, like->shape, subscripts, NULL, 0);
}

static struct node *add_round(struct graph *graph, const struct sum *sum, struct node *carried)
{
    struct node *next = carried;
    for (size_t i = 0; i < sum->terms_count; i++)
        next = graph_binary(graph, OP_ADD, next, put_entry(graph, &sum->terms[i], carried));
    return next;
}

/* A copy of the inner loop that carries all sums over its entries, too; simplify_loops joins the two. */
static void add_in_rounds(struct sums *sums, struct node *inner, size_t count)
{
    struct graph *graph = sums->graph;
    struct loop *loop = ARENA_NEW(graph->arena, struct loop);
    *loop = *inner->loop;
    int room = loop->carried_count + (int)count;
    loop->carried = ARENA_ARRAY(graph->arena, struct node *, room);
    loop->initial = ARENA_ARRAY(graph->arena, struct node *, room);
    loop->next = ARENA_ARRAY(graph->arena, struct node *, room);
    for (int k = 0; k < loop->carried_count; k++) {
        loop->carried[k] = inner->loop->carried[k];
        loop->initial[k] = inner->loop->initial[k];
        loop->next[k] = inner->loop->next[k];
    }
    loop->collected_count = 0;
    loop->region = NULL;
    for (size_t i = 0; i < sums->found_count; i++) {
        const struct sum *sum = &sums->found[i];
        if (sum->inner != inner)
            continue;
        struct node *carried =
            graph_placeholder(graph, REAL, sum->old->name, sum->old->rank, sum->old->shape);
        loop->carried[loop->carried_count] = carried;
        loop->initial[loop->carried_count] = sum->old;
        loop->next[loop->carried_count++] = add_round(graph, sum, carried);
    }
    struct node *node = graph_loop(graph, loop);
    int number = inner->loop->carried_count;
    for (size_t i = 0; i < sums->found_count; i++)
        if (sums->found[i].inner == inner)
            become(sums->found[i].next, graph_result(graph, node, number++));
}

void accumulate_in_rounds(struct graph *graph, struct node *const *roots, size_t root_count)
{
    struct sums sums = {.graph = graph, .uses = count_uses(graph, roots, root_count)};
    for (size_t i = 0; i < graph->nodes_count; i++)
        if (graph->nodes[i]->op == OP_LOOP && sums.uses[i] > 0)
            find_sums(&sums, graph->nodes[i]->loop);
    if (sums.found_count == 0)
        return;
    for (size_t i = 0; i < sums.found_count; i++) {
        struct node *inner = sums.found[i].inner;
        bool is_first = true;
        for (size_t j = 0; j < i; j++)
            is_first = is_first && sums.found[j].inner != inner;
        if (is_first)
            add_in_rounds(&sums, inner, sums.found_count);
    }
    sort_nodes(graph, roots, root_count);
}
