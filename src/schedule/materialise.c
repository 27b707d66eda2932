/* materialise.c: which nodes get a buffer, and which are computed where they are used.
 *
 * Requires demand. A node gets a buffer if it is no expression (reductions, products, scattered sums), if a
 * call reads it, or if it would be computed more often than once for each element. Views never get one for
 * their own sake: they are another position in what they view. Buffers that turn out to be needed only inside
 * one loop shrink to local variables in `place`, so that a buffer here often becomes a named value there. */
#include <string.h>

#include "cost.h"
#include "program.h"

enum {
    LONGEST_EXPRESSION =
        24 /* operators in one expression; keeps it readable, and every walk over one short */
};

bool is_old_part(const struct program *program, const struct node *node)
{
    const struct node *x = node->op == OP_INDEX ? node->inputs[0] : NULL;
    return x && x->op == OP_PLACEHOLDER && program->owner[x->id] &&
           program->owner[x->id] == program->owner[node->id] && node->input_count == 1 && !node->fill &&
           node->rank < x->rank;
}

struct decision {
    struct program *program;
    struct graph *graph;
    bool *is_forced;    /* must have a buffer */
    bool *is_expanded;  /* a view or sum reads its elements more than once */
    int *readers;       /* how often its expression would be computed for each element */
    bool *is_power;     /* the base of a small power, which is a product: a name reads better twice than it */
    bool *is_expensive; /* computed with functions that vectorise */
    bool *is_beside;    /* in one expression with such functions */
    bool *has_parts;    /* a SCATTER, or a sum with scattered parts */
    bool *is_computed;  /* read by other nodes than sums that loops form */
    bool *is_moved;     /* a SCATTER that is a part of every sum that reads it, also within loops */
};

static bool is_simple(const struct node *node)
{
    return node->op == OP_CONSTANT || node->op == OP_SIZE_VALUE || node->op == OP_IOTA || is_leaf(node);
}

/* Of one truth value, which costs nothing where it is needed. */
static bool is_negation(const struct node *node)
{
    return node->op == OP_NOT && node->rank == 0;
}

/* Whether the view reads an element of its input more than once. */
static bool expands(const struct node *view)
{
    if (view->op != OP_INDEX)
        return false;
    unsigned seen = 0;
    for (int a = 0; a < view->inputs[0]->rank; a++) {
        const struct affine *affine = &view->subscripts[a];
        int terms = affine->dynamic ? 2 : 0;
        for (int i = 0; affine->coefficients && i < view->rank; i++)
            if (affine->coefficients[i] && !size_is(affine->coefficients[i], 0)) {
                seen |= 1u << i;
                terms++;
            }
        if (terms > 1)
            return true;
    }
    for (int i = 0; i < view->rank; i++)
        if (!(seen >> i & 1) && !size_is(view->shape[i], 1))
            return true;
    return false;
}

/* A view whose elements stand at fixed strides, so that a call can read through it. */
static bool is_strided(struct program *program, const struct node *view)
{
    if (view->op == OP_RESHAPE) {
        struct index at[MAXIMUM_RANK], below[MAXIMUM_RANK];
        for (int i = 0; i < view->rank; i++)
            at[i] = (struct index){program_variable(program, i, view->shape[i]), NULL};
        return reshape_below(program, view, at, below);
    }
    if (view->fill)
        return false;
    for (int a = 0; a < view->inputs[0]->rank; a++)
        if (view->subscripts[a].dynamic)
            return false;
    return true;
}

/* Calls need an array: a leaf whose pointer may be NULL gets zeros to stand for it. */
static void force(struct decision *decision, const struct node *node)
{
    if (!is_leaf(node) || is_nullable(decision->program, node))
        decision->is_forced[node->id] = true;
}

/* The operand of a call: what it stands in after strided views must have a place. */
static void force_place(struct decision *decision, struct node *operand)
{
    while (is_view(operand) && !decision->is_forced[operand->id] && is_strided(decision->program, operand))
        operand = operand->inputs[0];
    if (operand->op == OP_RESHAPE && !decision->is_forced[operand->id])
        operand = operand->inputs[0]; /* in whose place it stands */
    force(decision, operand);
}

/* How often an element-wise operator's C text names its operand. */
static int occurrences(const struct node *node, int operand)
{
    const char letter = (char)('a' + operand);
    double value;
    int count = 0, precedence;
    if (node->op == OP_POW && operand == 0 && graph_is_constant(node->inputs[1], &value))
        return value == 2 || value == 3 || value == 4 ? (int)value : 1;
    for (const char *c = operator_c_text(node, &precedence); (c = strchr(c, '$')) != NULL; c++)
        count += c[1] == letter;
    return count ? count : 1;
}

/* ---- Users tell their operands ---- */

static void decide_operands_of_contraction(struct decision *decision, struct node *node)
{
    struct program *program = decision->program;
    if (program->products[node->id]) {
        for (int i = 0; i < 2; i++) {
            force_place(decision, node->inputs[i]);
            decision->is_computed[node->inputs[i]->id] = true;
        }
        return;
    }
    for (int i = 0; i < 2; i++) {
        struct node *x = node->inputs[i];
        if (x->rank < node->rank + node->reduced)
            decision->is_expanded[x->id] = true;
        decision->readers[x->id]++;
    }
}

/* What is summed over a long axis is better stored first if it calls functions that vectorise. */
static void decide_operand_of_sum(struct decision *decision, const struct node *node)
{
    struct node *x = node->inputs[0];
    double rounds = 1;
    for (int a = 0; a < x->rank; a++)
        if (node->axes >> a & 1)
            rounds *= about(x->shape[a], UNKNOWN_LENGTH);
    if (rounds >= STORED_FOR_SUM && x->type == REAL && operator_is_elementwise(x->op) &&
        decision->is_expensive[x->id])
        force(decision, x);
}

static void find_expensive(struct decision *decision)
{
    struct program *program = decision->program;
    for (size_t i = 0; i < program->node_count; i++) {
        struct node *node = decision->graph->nodes[i];
        if (!program->is_live[i] || program->buffers[i])
            continue;
        decision->is_expensive[i] = operator_vectorises(node->op);
        for (int j = 0; j < node->input_count; j++) {
            const struct node *x = node->inputs[j];
            bool is_inlined = operator_is_elementwise(node->op) && operator_is_elementwise(x->op) &&
                              program->uses[x->id] == 1;
            decision->is_expensive[i] =
                decision->is_expensive[i] || (is_inlined && decision->is_expensive[x->id]);
        }
    }
}

static bool is_row(const struct node *x)
{
    return x->rank > 0 && elements_about(x, -1) >= STORED_FOR_SUM;
}

/* What calls functions that stay calls is stored apart, and what they are called with: in a loop with them no
 * other function runs in vectors. */
static void separate_calls(struct decision *decision, struct node *node)
{
    bool calls = operator_stays_call(node);
    if (decision->program->is_material[node->id])
        decision->is_beside[node->id] = decision->is_expensive[node->id];
    for (int i = 0; i < node->input_count && operator_is_elementwise(node->op); i++) {
        struct node *x = node->inputs[i];
        if (!operator_is_elementwise(x->op) || !is_row(x))
            continue;
        if (calls ? decision->is_expensive[x->id] : decision->is_beside[node->id] && operator_stays_call(x))
            force(decision, x);
        decision->is_beside[x->id] = decision->is_beside[x->id] || decision->is_beside[node->id];
    }
}

static void decide_operands(struct decision *decision, struct node *node)
{
    struct program *program = decision->program;
    bool has_buffer = program->is_material[node->id];
    int times = has_buffer ? 1 : decision->readers[node->id];
    if (times > 1000)
        times = 1000;
    switch (node->op) {
    case OP_LOOP: return;
    case OP_CONTRACT: decide_operands_of_contraction(decision, node); return;
    case OP_CHOLESKY:
    case OP_SOLVE_TRIANGULAR:
    case OP_LU_SOLVE:
    case OP_LOGABSDET:
    case OP_DET:
    case OP_ROUTINE:
        for (int i = 0; i < node->input_count; i++)
            decision->readers[node->inputs[i]->id]++;
        if (node->op == OP_SOLVE_TRIANGULAR)
            force(decision, node->inputs[0]);
        return;
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM: decide_operand_of_sum(decision, node); break;
    case OP_RESHAPE:
        if (!is_strided(program, node))
            force(decision, node->inputs[0]);
        break;
    default: break;
    }
    bool expanding = expands(node) || (is_view(node) && decision->is_expanded[node->id] && !has_buffer);
    for (int i = 0; i < node->input_count; i++) {
        struct node *x = node->inputs[i];
        decision->is_computed[x->id] = decision->is_computed[x->id] || node->op != OP_SUM;
        int count = times * (operator_is_elementwise(node->op) ? occurrences(node, i) : 1);
        decision->readers[x->id] += decision->readers[x->id] < 1000 ? count : 0;
        decision->is_power[x->id] |= node->op == OP_POW && i == 0 && occurrences(node, i) > 1;
        if (expanding)
            decision->is_expanded[x->id] = true;
    }
}

/* Every operand is a leaf or constant, so that computing it again reads nothing new. */
static bool reads_only_leaves(const struct node *node)
{
    for (int i = 0; i < node->input_count; i++) {
        const struct node *x = node->inputs[i];
        while (is_view(x))
            x = x->inputs[0];
        if (!is_simple(x))
            return false;
    }
    return true;
}

static bool needs_buffer(const struct decision *decision, const struct node *node)
{
    if (node->op == OP_LOOP || node->op == OP_RESULT)
        return false;
    if (decision->is_forced[node->id])
        return true;
    if (is_leaf(node))
        return false;
    if (is_simple(node) || is_view(node) || is_negation(node))
        return false;
    if (!operator_is_elementwise(node->op))
        return !decision->program->is_part[node->id];
    if (decision->has_parts[node->id])
        return !decision->program->is_part[node->id];
    if (is_running_power(node) && !decision->is_computed[node->id])
        return false; /* each sum multiplies it up for itself */
    bool cheap = operator_info(node->op)->cost <= CHEAP_FOR_EACH_USE && reads_only_leaves(node) &&
                 !decision->is_power[node->id] &&
                 (node->type != REAL || node->rank == 0 || decision->readers[node->id] <= 1);
    return (decision->readers[node->id] > 1 || decision->is_expanded[node->id]) && !cheap;
}

/* ---- Long expressions ---- */

static void cut_long_expressions(struct decision *decision)
{
    struct program *program = decision->program;
    int *length = ARENA_ARRAY(program->scratch, int, program->node_count + 1);
    for (size_t i = 0; i < program->node_count; i++) {
        struct node *node = decision->graph->nodes[i];
        if (!program->is_live[i] || program->buffers[i] || program->is_material[i] || program->is_part[i])
            continue;
        if (!is_view(node) && !operator_is_elementwise(node->op))
            continue;
        length[i] = 1;
        for (int j = 0; j < node->input_count; j++)
            length[i] += length[node->inputs[j]->id];
        if (length[i] > LONGEST_EXPRESSION) {
            program->is_material[i] = true;
            length[i] = 0;
        }
    }
}

static void force_roots(struct decision *decision)
{
    struct program *program = decision->program;
    for (size_t i = 0; i < program->roots_count; i++) {
        const struct root *root = &program->roots[i];
        struct node *node = root->node;
        decision->readers[node->id]++;
        if (is_leaf(node) || program->buffers[node->id])
            continue;
        bool is_array = !root->member || root->member->rank > 0;
        bool is_update = root->member && root->member->role == ROLE_INOUT && is_array;
        if (!root->member || is_update || (is_array && !is_view(node) && !is_simple(node)))
            force(decision, node);
    }
    for (size_t i = 0; i < program->checks_count; i++)
        decision->readers[program->checks[i]->k->id]++;
}

/* The ends of a loop's rounds are stored; its condition is an expression. */
static void force_loop(struct decision *decision, const struct node *node)
{
    struct loop *loop = node->loop;
    for (int i = 0; i < loop->carried_count; i++) {
        decision->readers[loop->initial[i]->id]++;
        if (!is_simple(loop->next[i])) /* nor is a number */
            force(decision, loop->next[i]);
    }
    for (int i = 0; i < loop->collected_count; i++)
        if (decision->program->is_live[loop->collected[i]->id])
            decision->readers[loop->collected[i]->id]++;
    if (loop->condition)
        decision->readers[loop->condition->id]++;
}

/* What is computed outside a loop is not computed again in each of its rounds. */
static void force_invariants(struct decision *decision)
{
    struct program *program = decision->program;
    for (size_t i = 0; i < program->node_count; i++) {
        struct node *node = decision->graph->nodes[i];
        if (!program->is_live[i] || program->buffers[i] || !program->owner[i] || node->op == OP_LOOP)
            continue;
        for (int j = 0; j < node->input_count; j++) {
            struct node *x = node->inputs[j];
            if (program->owner[x->id] == program->owner[i])
                continue;
            while (is_view(x) || is_negation(x) || decision->is_moved[x->id])
                x = x->inputs[0];
            if (program->owner[x->id] != program->owner[i] && !is_simple(x))
                force(decision, x);
        }
    }
}

static void force_packed(struct decision *decision)
{
    for (size_t i = 0; i < decision->program->node_count; i++)
        if (decision->program->is_live[i] && decision->program->packed_for[i])
            force(decision, decision->graph->nodes[i]);
}

/* The value that the carried one has at the end of a round. */
static const struct node *next_of(const struct program *program, const struct node *carried)
{
    const struct loop *loop = program->owner[carried->id]->loop;
    for (int k = 0; k < loop->carried_count; k++)
        if (loop->carried[k] == carried)
            return loop->next[k];
    return carried;
}

/* Parts of a carried value that a round changes in parts are read before it does so: then it can in place. */
static void force_old_parts(struct decision *decision)
{
    struct program *program = decision->program;
    for (size_t i = 0; i < program->node_count; i++) {
        const struct node *node = decision->graph->nodes[i];
        if (!program->is_live[i] || program->buffers[i] || !is_old_part(program, node))
            continue;
        const struct node *next = next_of(program, node->inputs[0]);
        if (next->op == OP_REPLACE || decision->has_parts[next->id])
            force(decision, node);
    }
}

void materialise(struct program *program)
{
    size_t count = program->node_count;
    struct decision decision = {.program = program, .graph = program->function->graph};
    decision.is_forced = ARENA_ARRAY(program->scratch, bool, count + 1);
    decision.is_expanded = ARENA_ARRAY(program->scratch, bool, count + 1);
    decision.has_parts = ARENA_ARRAY(program->scratch, bool, count + 1);
    decision.is_expensive = ARENA_ARRAY(program->scratch, bool, count + 1);
    decision.is_beside = ARENA_ARRAY(program->scratch, bool, count + 1);
    decision.is_computed = ARENA_ARRAY(program->scratch, bool, count + 1);
    decision.is_moved = ARENA_ARRAY(program->scratch, bool, count + 1);
    decision.readers = ARENA_ARRAY(program->scratch, int, count + 1);
    decision.is_power = ARENA_ARRAY(program->scratch, bool, count + 1);
    for (size_t i = 0; i < count; i++)
        if (program->is_live[i] && !program->buffers[i] && decision.graph->nodes[i]->op == OP_CONTRACT)
            program->products[i] = match_product(program, decision.graph->nodes[i]);
    find_expensive(&decision);
    find_moved(program, decision.is_moved);
    force_roots(&decision);
    force_invariants(&decision);
    force_packed(&decision);
    find_parts(program, decision.is_forced, decision.is_moved, decision.has_parts);
    force_old_parts(&decision);
    for (size_t i = count; i-- > 0;) {
        struct node *node = decision.graph->nodes[i];
        if (!program->is_live[i] || program->buffers[i])
            continue;
        if (node->op == OP_LOOP)
            force_loop(&decision, node);
        program->is_material[i] = needs_buffer(&decision, node);
        separate_calls(&decision, node);
        decide_operands(&decision, node);
    }
    cut_long_expressions(&decision);
}
