/* cost.c: what things take. */
#include "cost.h"

enum { DEEPEST = 8 /* operators */ };

bool is_view(const struct node *node)
{
    return node->op == OP_INDEX || node->op == OP_RESHAPE;
}

bool is_running_power(const struct node *node)
{
    const struct node *base = node->op == OP_POW ? node->inputs[0] : NULL, *exponent;
    if (!base || node->type != REAL || base->op != OP_INDEX || base->input_count > 1 || base->fill)
        return false;
    exponent = node->inputs[1]->op == OP_CAST_REAL ? node->inputs[1]->inputs[0] : node->inputs[1];
    if (exponent->op != OP_IOTA || !exponent->subscripts[0].coefficients)
        return false;
    for (int a = 0; a < node->rank; a++) {
        bool moves = false;
        for (int s = 0; s < base->inputs[0]->rank; s++)
            moves = moves || (base->subscripts[s].coefficients && base->subscripts[s].coefficients[a]);
        if (exponent->subscripts[0].coefficients[a])
            return !moves;
    }
    return false;
}

int cost_of_operator(const struct node *node)
{
    if (is_view(node))
        return 0;
    if (!operator_is_elementwise(node->op))
        return TOO_EXPENSIVE;
    return is_running_power(node) ? 1 : operator_cost(node);
}

static int cost_at(const struct again *again, const struct node *node, int depth)
{
    if ((node->input_count == 0 && node->op != OP_LOOP) || again->is_there(again->closure, node, depth))
        return 0;
    bool is_moved = again->scatters && node->op == OP_SCATTER && graph_is_injective(node);
    int cost = depth >= DEEPEST ? TOO_EXPENSIVE : is_moved ? 0 : cost_of_operator(node);
    for (int i = 0; i < node->input_count && cost <= again->limit; i++)
        cost += cost_at(again, node->inputs[i], depth + 1);
    return cost;
}

int cost_again(const struct again *again, const struct node *node)
{
    return cost_at(again, node, 0);
}

double about(const size *extent, int unknown)
{
    int64_t number;
    return size_is_number(extent, &number) ? (double)number : unknown;
}

static int64_t number_behind(const size *atom, void *closure)
{
    (void)atom;
    return *(const int64_t *)closure;
}

int64_t about_of_atoms(const size *a, int64_t unknown)
{
    return size_evaluate(a, number_behind, &unknown);
}

double elements_about(const struct node *node, int without)
{
    double count = 1;
    for (int a = 0; a < node->rank; a++)
        if (a != without)
            count *= about(node->shape[a], UNKNOWN_WIDTH);
    return count;
}
