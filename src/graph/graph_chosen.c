/* graph_chosen.c: sums over what a condition chooses by an int, as scatters and gathers:
 *
 *     y[v, f] = sum_e if k[e] == v then a[e, f] else 0           y[k[e], f] += a[e, f]
 *     y[e, f] = sum_v if k[e] == v then a[v, f] else 0           y[e, f] = a[k[e], f]
 *
 * where elements whose k lies outside the axis contribute nothing. The sum would run over all v and e. */
#include "graph_internal.h"

enum { MOST_CONDITIONS = 16 };

/* An axis at which a condition leaves one place only. */
struct chosen {
    int axis;
    struct node *k; /* over the whole space: the place */
};

struct choice {
    struct graph *graph;
    int rank;
    size **shape; /* of the space */
    unsigned reduced;
    struct node *conditions[MOST_CONDITIONS];
    int condition_count;
    struct chosen chosen[MOST_CONDITIONS];
    int chosen_count;
    unsigned chosen_axes;
    int kept[MAXIMUM_RANK], kept_count; /* the axes of the space that are not chosen */
    size *kept_shape[MAXIMUM_RANK];
    struct node *places[MOST_CONDITIONS]; /* over these: k, 0 where it is outside */
};

/* The axes that stand in subscripts. */
static unsigned subscripting(const struct node *view)
{
    unsigned axes = 0;
    for (int s = 0; s < view->inputs[0]->rank; s++)
        for (int a = 0; view->subscripts[s].coefficients && a < view->rank; a++)
            if (view->subscripts[s].coefficients[a])
                axes |= 1u << a;
    return axes;
}

/* The axes along which a value may vary. */
static unsigned varying(const struct node *node)
{
    unsigned axes = 0;
    bool is_gather = node->op == OP_INDEX && node->input_count > 1;
    if (node->rank == 0 || node->op == OP_IOTA || (node->op == OP_INDEX && !is_gather))
        return graph_varying_axes(node);
    if (is_gather)
        axes = subscripting(node);
    else if (!operator_is_elementwise(node->op))
        return (1u << node->rank) - 1;
    for (int i = is_gather; i < node->input_count; i++)
        axes |= varying(node->inputs[i]);
    return axes;
}

/* Constructors leave an expression that several axes do not move to be computed without these, under a view.
 * Looked through it, the operator and its operands over the whole space. */
static bool is_view_of_expression(const struct node *x)
{
    return x->op == OP_INDEX && x->input_count == 1 && !x->fill && operator_is_elementwise(x->inputs[0]->op);
}

static enum op operator_of(const struct node *x)
{
    return is_view_of_expression(x) ? x->inputs[0]->op : x->op;
}

static struct node *operand_of(struct graph *graph, const struct node *x, int i)
{
    return is_view_of_expression(x)
               ? graph_index(graph, x->inputs[0]->inputs[i], x->rank, x->shape, x->subscripts, NULL, 0, false)
               : x->inputs[i];
}

/* What has to hold for the condition to hold, or for it not to. */
static bool collect_conditions(struct choice *choice, struct node *condition, bool is_opposite)
{
    struct graph *graph = choice->graph;
    enum op op = operator_of(condition);
    if (op == OP_NOT)
        return collect_conditions(choice, operand_of(graph, condition, 0), !is_opposite);
    if (op == (is_opposite ? OP_OR : OP_AND))
        return collect_conditions(choice, operand_of(graph, condition, 0), is_opposite) &&
               collect_conditions(choice, operand_of(graph, condition, 1), is_opposite);
    if (choice->condition_count == MOST_CONDITIONS)
        return false;
    if (is_opposite && op == OP_NE)
        condition =
            graph_binary(graph, OP_EQ, operand_of(graph, condition, 0), operand_of(graph, condition, 1));
    else if (is_opposite)
        condition = graph_unary(graph, OP_NOT, condition);
    choice->conditions[choice->condition_count++] = condition;
    return true;
}

/* The axis of which the node is the number, plus an offset, or its opposite; -1 for none. */
static int numbered_axis(const struct node *node, int64_t *step)
{
    int axis = -1;
    if (node->op != OP_IOTA || node->type != INT || node->subscripts->dynamic)
        return -1;
    for (int a = 0; a < node->rank; a++) {
        if (!node->subscripts->coefficients[a])
            continue;
        if (axis >= 0 || !size_is_number(node->subscripts->coefficients[a], step) ||
            (*step != 1 && *step != -1))
            return -1;
        axis = a;
    }
    return axis;
}

/* Whether the condition says that an axis stands at one place: number of v == k, with a k that v does not
 * move. */
static bool choose_axis(struct choice *choice, struct node *condition)
{
    struct graph *graph = choice->graph;
    for (int side = 0; operator_of(condition) == OP_EQ && side < 2; side++) {
        struct node *number = operand_of(graph, condition, side), *k = operand_of(graph, condition, 1 - side),
                    *offset;
        int64_t step;
        int axis = numbered_axis(number, &step);
        if (axis < 0 || size_is(choice->shape[axis], 1) || (choice->chosen_axes >> axis & 1) ||
            (varying(k) >> axis & 1) || k->op == OP_IOTA)
            continue;
        offset =
            graph_broadcast(graph, graph_size(graph, INT, number->subscripts->offset), k->rank, k->shape);
        k = step == 1 ? graph_binary(graph, OP_SUB, k, offset) : graph_binary(graph, OP_SUB, offset, k);
        choice->chosen[choice->chosen_count++] = (struct chosen){axis, k};
        choice->chosen_axes |= 1u << axis;
        return true;
    }
    return false;
}

/* The chosen place that stands for the axis; NULL: it stays. */
static struct node *place_for(const struct choice *choice, int axis)
{
    for (int i = 0; i < choice->chosen_count; i++)
        if (choice->chosen[i].axis == axis)
            return choice->places[i];
    return NULL;
}

static struct node *at_places(struct choice *choice, struct node *x, int depth);

/* What is read through subscripts over the space, read at the chosen places; NULL if a subscript would be
 * more than one place and axes that stay. */
static struct node *gather_at_places(struct choice *choice, const struct node *view, int depth)
{
    struct node *x = view->inputs[0], *dynamics[MAXIMUM_RANK];
    struct affine subscripts[MAXIMUM_RANK];
    size *coefficients[MAXIMUM_RANK][MAXIMUM_RANK] = {{NULL}};
    int count = 0;
    for (int s = 0; s < x->rank; s++) {
        const struct affine *affine = &view->subscripts[s];
        struct node *place =
            affine->dynamic ? at_places(choice, view->inputs[affine->dynamic], depth + 1) : NULL;
        subscripts[s] = (struct affine){affine->offset, coefficients[s], 0};
        for (int i = 0; i < choice->kept_count; i++)
            coefficients[s][i] = affine->coefficients ? affine->coefficients[choice->kept[i]] : NULL;
        for (int a = 0; affine->coefficients && a < view->rank; a++) {
            if (!affine->coefficients[a] || !place_for(choice, a))
                continue;
            if (place || !size_is(affine->coefficients[a], 1))
                return NULL;
            place = place_for(choice, a);
        }
        if (place) {
            dynamics[count] = place;
            subscripts[s].dynamic = ++count;
        }
    }
    return graph_index(choice->graph, x, choice->kept_count, choice->kept_shape, subscripts, dynamics, count,
                       view->fill);
}

/* A value over the space at the chosen places. */
static struct node *at_places(struct choice *choice, struct node *x, int depth)
{
    enum { DEEPEST = 200 };
    struct affine subscripts[MAXIMUM_RANK];
    size *coefficients[MAXIMUM_RANK][MAXIMUM_RANK] = {{NULL}};
    struct node *dynamics[MAXIMUM_RANK], *operands[3], *gathered;
    int count = 0;
    unsigned moving = varying(x) & choice->chosen_axes;
    bool is_expression = operator_is_elementwise(x->op) || (is_view_of_expression(x) && moving);
    if (is_expression && depth < DEEPEST) {
        int arity = operator_info(operator_of(x))->arity;
        for (int i = 0; i < arity; i++)
            operands[i] = at_places(choice, operand_of(choice->graph, x, i), depth + 1);
        return graph_elementwise(choice->graph, operator_of(x), operands);
    }
    gathered = x->op == OP_INDEX && x->input_count > 1 && moving && depth < DEEPEST
                   ? gather_at_places(choice, x, depth)
                   : NULL;
    if (gathered)
        return gathered;
    for (int a = 0; a < x->rank; a++) {
        subscripts[a] = (struct affine){size_number(choice->graph->sizes, 0), coefficients[a], 0};
        for (int i = 0; i < choice->kept_count; i++)
            if (choice->kept[i] == a)
                coefficients[a][i] = size_number(choice->graph->sizes, 1);
        if ((moving >> a & 1) && place_for(choice, a)) {
            dynamics[count] = place_for(choice, a);
            subscripts[a].dynamic = ++count;
        }
    }
    return graph_index(choice->graph, x, choice->kept_count, choice->kept_shape, subscripts, dynamics, count,
                       false);
}

/* Places inside the axis, and whether they were. */
static struct node *find_places(struct choice *choice)
{
    struct graph *graph = choice->graph;
    struct node *inside = NULL, *zero;
    unsigned moving = 0; /* axes that move where values are added come first: then rows are added to rows */
    for (int i = 0; i < choice->chosen_count; i++)
        if (!(choice->reduced >> choice->chosen[i].axis & 1))
            moving |= varying(choice->chosen[i].k);
    for (int others = 0; others < 2; others++)
        for (int a = 0; a < choice->rank; a++)
            if (!(choice->chosen_axes >> a & 1) && others == !(moving >> a & 1)) {
                choice->kept[choice->kept_count] = a;
                choice->kept_shape[choice->kept_count++] = choice->shape[a];
            }
    zero = graph_broadcast(graph, graph_constant(graph, INT, 0), choice->kept_count, choice->kept_shape);
    for (int i = 0; i < choice->chosen_count; i++) {
        struct node *k = at_places(choice, choice->chosen[i].k, 0);
        struct node *extent = graph_size(graph, INT, choice->shape[choice->chosen[i].axis]);
        extent = graph_broadcast(graph, extent, choice->kept_count, choice->kept_shape);
        struct node *is_inside = graph_binary(graph, OP_AND, graph_binary(graph, OP_LE, zero, k),
                                              graph_binary(graph, OP_LT, k, extent));
        choice->places[i] = graph_select(graph, is_inside, k, zero);
        inside = inside ? graph_binary(graph, OP_AND, inside, is_inside) : is_inside;
    }
    return inside;
}

/* The sum of values at places, over what is reduced. */
static struct node *scatter(struct choice *choice, struct node *value)
{
    struct graph *graph = choice->graph;
    unsigned along = 0, summed = 0;
    int target_of[MAXIMUM_RANK], space_of[MAXIMUM_RANK], rank = 0, count = 0, left = 0;
    struct affine subscripts[MAXIMUM_RANK];
    size *coefficients[MAXIMUM_RANK][MAXIMUM_RANK] = {{NULL}}, *shape[MAXIMUM_RANK];
    struct node *dynamics[MAXIMUM_RANK];
    for (int i = 0; i < choice->chosen_count; i++)
        if (!(choice->reduced >> choice->chosen[i].axis & 1))
            along |= varying(choice->places[i]);
    for (int i = 0; i < choice->kept_count; i++) /* reduced axes that move no place are summed over first */
        if ((choice->reduced >> choice->kept[i] & 1) && !(along >> i & 1))
            summed |= 1u << i;
        else
            space_of[left++] = i;
    for (int a = 0; a < choice->rank; a++) {
        target_of[a] = -1;
        if (choice->reduced >> a & 1)
            continue;
        target_of[a] = rank;
        shape[rank] = choice->shape[a];
        subscripts[rank] = (struct affine){size_number(graph->sizes, 0), coefficients[rank], 0};
        for (int i = 0; i < left; i++)
            if (choice->kept[space_of[i]] == a)
                coefficients[rank][i] = size_number(graph->sizes, 1);
        rank++;
    }
    value = summed ? graph_reduce(graph, OP_SUM, value, summed) : value;
    for (int i = 0; i < choice->chosen_count; i++)
        if (target_of[choice->chosen[i].axis] >= 0) {
            dynamics[count] = graph_restrict(graph, choice->places[i], summed);
            subscripts[target_of[choice->chosen[i].axis]].dynamic = ++count;
        }
    return count ? graph_scatter(graph, value, rank, shape, subscripts, dynamics, count) : value;
}

struct node *graph_sum_of_chosen(struct graph *graph, struct node *x, unsigned axes)
{
    struct choice choice = {.graph = graph, .rank = x->rank, .shape = x->shape, .reduced = axes};
    struct node *rest[MOST_CONDITIONS], *condition, *value;
    int rest_count = 0, zero;
    if (operator_of(x) != OP_SELECT || x->type != REAL)
        return NULL;
    for (zero = 2; zero > 0; zero--)
        if (graph_is_zero(operand_of(graph, x, zero)))
            break;
    if (!zero || !collect_conditions(&choice, operand_of(graph, x, 0), zero == 1))
        return NULL;
    for (int i = 0; i < choice.condition_count; i++)
        if (!choose_axis(&choice, choice.conditions[i]))
            rest[rest_count++] = choice.conditions[i];
    for (int i = 0; i < choice.chosen_count; i++)
        if (varying(choice.chosen[i].k) & choice.chosen_axes)
            return NULL; /* places that choose places */
    if (!choice.chosen_count)
        return NULL;
    condition = find_places(&choice);
    for (int i = 0; i < rest_count; i++)
        condition = graph_binary(graph, OP_AND, condition, at_places(&choice, rest[i], 0));
    value = at_places(&choice, operand_of(graph, x, 3 - zero), 0);
    return scatter(&choice, graph_select(graph, condition, value, graph_zeros_like(graph, value)));
}
