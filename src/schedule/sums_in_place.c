/* sums_in_place.c: sums whose terms are added into one buffer, one after the other.
 *
 *     y = x + scatter(a) + scatter(b)        y = x; y[..] += a; y[..] += b
 *     y = w - r * (a @ b) + c @ d            gradc_matmul(..., alpha = -r, beta = 1, y)
 *
 * A term is a part if its only use is in that sum; a SCATTER that nothing but sums with parts reads is one of
 * each of them, for adding its elements costs no more than adding them and zeros. A factor that is the same
 * for all elements of a product goes with it into the call. */
#include "program.h"

enum { SCATTERS = 1, PRODUCTS = 2 };

struct node *scalar_of(const struct program *program, struct node *node)
{
    while (node->rank > 0) {
        const struct buffer *buffer = program->buffers[node->id];
        if (buffer && buffer->is_earlier) /* what it is made of need not be computed here */
            return NULL;
        if (node->op == OP_RESHAPE) {
            node = node->inputs[0];
            continue;
        }
        if (node->op != OP_INDEX || node->input_count > 1 || node->fill || node->inputs[0]->rank > 0)
            return NULL;
        node = node->inputs[0];
    }
    return node->type == REAL ? node : NULL;
}

static bool is_single(const struct program *program, const struct node *user, const struct node *x)
{
    return program->uses[x->id] == 1 && program->owner[x->id] == program->owner[user->id];
}

/* The sums of which a SCATTER of their own is a part, so that they are formed in a buffer anyway. */
static bool *find_sums_with_parts(const struct program *program)
{
    struct graph *graph = program->function->graph;
    bool *has_part = ARENA_ARRAY(program->scratch, bool, program->node_count + 1);
    for (size_t i = 0; i < program->node_count; i++) {
        const struct node *node = graph->nodes[i];
        bool is_sum = node->op == OP_ADD && program->is_live[i] && !program->buffers[i];
        for (int j = 0; is_sum && j < 2; j++) {
            const struct node *x = node->inputs[j];
            has_part[i] |= is_single(program, node, x) && (x->op == OP_SCATTER || has_part[x->id]);
        }
    }
    for (size_t i = program->node_count; i-- > 0;) {
        const struct node *node = graph->nodes[i];
        for (int j = 0; has_part[i] && j < 2; j++)
            if (node->inputs[j]->op == OP_ADD && is_single(program, node, node->inputs[j]))
                has_part[node->inputs[j]->id] = true;
    }
    return has_part;
}

void find_moved(const struct program *program, bool *is_moved)
{
    struct graph *graph = program->function->graph;
    const bool *has_part = find_sums_with_parts(program);
    int *sums = ARENA_ARRAY(program->scratch, int, program->node_count + 1);
    for (size_t i = 0; i < program->node_count; i++)
        for (int j = 0; has_part[i] && j < 2; j++)
            sums[graph->nodes[i]->inputs[j]->id] += graph->nodes[i]->inputs[j] != graph->nodes[i]->inputs[!j];
    for (size_t i = 0; i < program->node_count; i++) {
        const struct node *node = graph->nodes[i];
        is_moved[i] = sums[i] > 0 && sums[i] == program->uses[i] && node->op == OP_SCATTER &&
                      node->input_count == 1 && graph_is_injective(node);
    }
}

/* Which operand of a scaled product is the product; -1: none. */
static int scaled_operand(const struct program *program, const struct node *node, const unsigned char *kinds)
{
    if (node->type != REAL)
        return -1;
    if (node->op == OP_NEG)
        return kinds[node->inputs[0]->id] == PRODUCTS && is_single(program, node, node->inputs[0]) ? 0 : -1;
    if (node->op != OP_MUL && node->op != OP_DIV)
        return -1;
    for (int i = 0; i < (node->op == OP_DIV ? 1 : 2); i++)
        if (kinds[node->inputs[i]->id] == PRODUCTS && is_single(program, node, node->inputs[i]) &&
            scalar_of(program, node->inputs[!i]))
            return i;
    return -1;
}

static unsigned char kind_of_sum(struct program *program, const struct node *node, const unsigned char *kinds,
                                 const bool *is_moved, bool is_stored, bool *takes)
{
    unsigned char found[2] = {0, 0};
    for (int i = 0; i < 2; i++)
        if (is_moved[node->inputs[i]->id] || is_single(program, node, node->inputs[i]))
            found[i] = kinds[node->inputs[i]->id];
    if (node->inputs[0] == node->inputs[1])
        return 0;
    if (node->op == OP_SUB && ((found[0] | found[1]) & SCATTERS || !found[1]))
        return 0;
    /* A product beside a plain expression is better added where the sum is used. */
    bool is_worth = (found[0] && found[1]) || ((found[0] | found[1]) & SCATTERS) || is_stored;
    if (!is_worth)
        return 0;
    takes[0] = found[0] != 0;
    takes[1] = found[1] != 0;
    return found[0] | found[1];
}

void find_parts(struct program *program, const bool *is_stored, const bool *is_moved, bool *has_parts)
{
    struct graph *graph = program->function->graph;
    unsigned char *kinds = ARENA_ARRAY(program->scratch, unsigned char, program->node_count + 1);
    /* Of the products inside so far, also inside sums of them: more than a call can take stay outside. */
    int *factors = ARENA_ARRAY(program->scratch, int, program->node_count + 1);
    for (size_t i = 0; i < program->node_count; i++) {
        struct node *node = graph->nodes[i];
        if (!program->is_live[i] || program->buffers[i])
            continue;
        if (node->op == OP_SCATTER)
            kinds[i] = SCATTERS;
        else if (node->op == OP_CONTRACT && program->products[i] && !program->products[i]->is_summed)
            kinds[i] = PRODUCTS;
        int scaled = scaled_operand(program, node, kinds);
        if (scaled >= 0 && factors[node->inputs[scaled]->id] < MOST_FACTORS) {
            kinds[i] = PRODUCTS;
            factors[i] = factors[node->inputs[scaled]->id] + (node->op != OP_NEG);
            program->is_part[node->inputs[scaled]->id] = true;
        } else if (node->op == OP_ADD || (node->op == OP_SUB && node->type == REAL)) {
            bool takes[2] = {false, false};
            kinds[i] =
                kind_of_sum(program, node, kinds, is_moved, is_stored[i] || program->uses[i] > 1, takes);
            for (int j = 0; j < 2; j++)
                if (takes[j]) {
                    const struct node *x = node->inputs[j];
                    factors[i] = factors[x->id] > factors[i] ? factors[x->id] : factors[i];
                    program->is_part[x->id] = true;
                }
        }
        has_parts[i] = kinds[i] != 0;
    }
}

void list_parts(struct program *program, struct node *node, struct parts *parts)
{
    struct {
        struct part *stack;
        size_t stack_count, stack_capacity;
    } work = {0};
    struct part whole = {.node = node};
    ARENA_APPEND(program->arena, &work, stack, whole);
    while (work.stack_count > 0) {
        struct part part = work.stack[--work.stack_count];
        struct node *x = part.node;
        bool is_open = (x == node || program->is_part[x->id]) && operator_is_elementwise(x->op);
        if (!is_open) {
            ARENA_APPEND(program->arena, parts, parts, part);
            continue;
        }
        for (int i = x->input_count - 1; i >= 0; i--) {
            struct part inner = part;
            inner.node = x->inputs[i];
            if (x->op == OP_MUL || x->op == OP_DIV) {
                if (!program->is_part[inner.node->id] || (i == 1 && program->is_part[x->inputs[0]->id]))
                    continue;
                inner.scale.factors[inner.scale.count] = scalar_of(program, x->inputs[!i]);
                inner.scale.is_inverse[inner.scale.count++] = x->op == OP_DIV;
            }
            if (x->op == OP_NEG || (x->op == OP_SUB && i == 1))
                inner.scale.is_negative = !inner.scale.is_negative;
            ARENA_APPEND(program->arena, &work, stack, inner);
        }
    }
}
