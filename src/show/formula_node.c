/* formula_node.c: nodes as expressions of whole tensors; see formula_node.h. */
#include "formula_node.h"
#include "routine.h"

#include <string.h>

#include "graph_internal.h"

formula formula_of_input(struct formula_context *c, const struct node *node, int i)
{
    return c->of(node->inputs[i], c->closure);
}

static formula whole_input(struct formula_context *c, const struct node *node, int i)
{
    return c->whole(node->inputs[i], c->closure);
}

formula formula_size(struct arena *arena, const size *a)
{
    int64_t number;
    if (size_is_number(a, &number))
        return formula_number(arena, (double)number);
    return formula_name(arena, size_print(arena, a, SIZE_LANGUAGE), 0);
}

/* ---- Element-wise ---- */

static formula infix(struct formula_context *c, const char *name, const formula *x)
{
    return formula_make(c->arena, F_INFIX, name, x[0]->rank > x[1]->rank ? x[0]->rank : x[1]->rank, 2, x);
}

static formula indicator(struct formula_context *c, formula x)
{
    return formula_make(c->arena, F_INDICATOR, NULL, x->rank, 1, &x);
}

formula formula_apply(struct formula_context *c, const struct node *node, const formula *x)
{
    int rank = 0;
    for (int i = 0; i < node->input_count; i++)
        rank = x[i]->rank > rank ? x[i]->rank : rank;
    switch (node->op) {
    case OP_NEG: return formula_scale(c->arena, -1, x[0]);
    case OP_ADD: return formula_add(c->arena, x[0], 1, x[1]);
    case OP_SUB: return formula_add(c->arena, x[0], -1, x[1]);
    case OP_MUL: return formula_multiply(c->arena, x[0], x[1]);
    case OP_DIV: return formula_divide(c->arena, x[0], x[1]);
    case OP_POW: return formula_power(c->arena, x[0], x[1]);
    case OP_ABS: return formula_make(c->arena, F_ABS, NULL, rank, 1, x);
    case OP_NOT: return formula_not(c->arena, x[0]);
    case OP_SELECT: return formula_if(c->arena, x[0], x[1], x[2]);
    case OP_CAST_REAL: return node->inputs[0]->type == BOOL ? indicator(c, x[0]) : x[0];
    case OP_CAST_INT: return indicator(c, x[0]);
    default:
        return operator_info(node->op)->sign ? infix(c, operator_info(node->op)->sign, x)
                                             : formula_call(c->arena, operator_info(node->op)->name, NULL,
                                                            true, rank, node->input_count, x);
    }
}

/* real(i == j): the identity. */
static bool is_identity(const struct node *node)
{
    const struct node *equal = node->inputs[0];
    int axes[2];
    if (node->op != OP_CAST_REAL || node->rank != 2 || equal->op != OP_EQ || node->shape[0] != node->shape[1])
        return false;
    for (int i = 0; i < 2; i++) {
        const struct node *side = equal->inputs[i];
        if (side->op != OP_IOTA || !size_is(side->subscripts[0].offset, 0))
            return false;
        axes[i] = side->subscripts[0].coefficients[0] ? 0 : 1;
        if (!side->subscripts[0].coefficients[axes[i]] ||
            !size_is(side->subscripts[0].coefficients[axes[i]], 1) ||
            side->subscripts[0].coefficients[1 - axes[i]])
            return false;
    }
    return axes[0] != axes[1];
}

static formula elementwise(struct formula_context *c, struct node *node)
{
    formula x[3];
    if (is_identity(node))
        return formula_make(c->arena, F_IDENTITY, NULL, 2, 0, NULL);
    for (int i = 0; i < node->input_count; i++) {
        x[i] = formula_of_input(c, node, i);
        if (x[i]->kind == F_DEFERRED)
            return formula_deferred(c->arena, node);
    }
    return formula_apply(c, node, x);
}

/* ---- Views ---- */

/* The only axis that the subscript follows; -1 for none, -2 for several or an int value. */
static int single_axis(const struct affine *affine, int rank)
{
    int axis = affine->dynamic ? -2 : -1;
    for (int a = 0; a < rank; a++)
        if (affine->coefficients[a])
            axis = axis == -1 ? a : -2;
    return axis;
}

static formula transpose_all(struct formula_context *c, const struct node *node, formula x,
                             const int *axis_of)
{
    int rank = node->rank;
    bool is_last_two = rank >= 2 && axis_of[rank - 1] == rank - 2 && axis_of[rank - 2] == rank - 1;
    const char *order = NULL;
    for (int s = 0; s < rank - 2; s++)
        is_last_two = is_last_two && axis_of[s] == s;
    if (is_last_two)
        return formula_transpose(c->arena, x);
    for (int a = 0; a < rank; a++)
        for (int s = 0; s < rank; s++)
            if (axis_of[s] == a)
                order = order ? arena_print(c->arena, "%s, %d", order, s) : arena_print(c->arena, "%d", s);
    return formula_call(c->arena, "transpose", arena_print(c->arena, ", [%s]", order), false, rank, 1, &x);
}

/* `2`, `:`, `1:5`, `::2`; NULL if it is none. */
static const char *range_text(struct formula_context *c, const struct node *node, int subscript, int axis)
{
    const struct affine *affine = &node->subscripts[subscript];
    int64_t step;
    if (axis == -1)
        return size_print(c->arena, affine->offset, SIZE_LANGUAGE);
    if (axis < 0 || !size_is_number(affine->coefficients[axis], &step) || step < 1)
        return NULL;
    size *last = size_add(affine->offset, size_multiply(affine->coefficients[axis], node->shape[axis]));
    const char *begin = size_is(affine->offset, 0) ? "" : size_print(c->arena, affine->offset, SIZE_LANGUAGE);
    const char *end =
        last == node->inputs[0]->shape[subscript] ? "" : size_print(c->arena, last, SIZE_LANGUAGE);
    return step == 1 ? arena_print(c->arena, "%s:%s", begin, end)
                     : arena_print(c->arena, "%s:%s:%lld", begin, end, (long long)step);
}

/* x[1:3, 0], the axes in order; then spread to what the node has more. */
static formula slice(struct formula_context *c, struct node *node, formula x, const int *axis_of)
{
    formula parts[MAXIMUM_RANK + 1] = {x};
    int axes[MAXIMUM_RANK], rank = 0, count = 0;
    bool is_plain = true;
    for (int s = 0; s < node->inputs[0]->rank; s++) {
        const char *text = range_text(c, node, s, axis_of[s]);
        if (!text || (axis_of[s] >= 0 && rank > 0 && axis_of[s] <= axes[rank - 1]))
            return formula_deferred(c->arena, node);
        is_plain = is_plain && strcmp(text, ":") == 0;
        parts[++count] = formula_name(c->arena, text, 0);
        if (axis_of[s] >= 0)
            axes[rank++] = axis_of[s];
    }
    while (count > 1 && strcmp(parts[count]->name, ":") == 0)
        count--;
    if (!is_plain && x->kind == F_SPREAD) { /* v[:, new][:, 0] */
        bool keeps_inside = true;
        for (int i = 0; i < x->parts[0]->rank; i++) {
            const char *range = range_text(c, node, x->axes[i], axis_of[x->axes[i]]);
            keeps_inside = keeps_inside && strcmp(range, ":") == 0;
            axes[i] = axis_of[x->axes[i]];
        }
        if (keeps_inside)
            return formula_spread(c->arena, x->parts[0], node->rank, axes);
    }
    if (!is_plain && count == 1 && x->kind == F_NAME && x->is_of_rounds)
        x = formula_name(c->arena, arena_print(c->arena, "%s[%s]", x->name, parts[1]->name), rank);
    else if (!is_plain)
        x = formula_make(c->arena, F_ELEMENT, NULL, rank, count + 1, parts);
    return formula_spread(c->arena, x, node->rank, axes);
}

/* x[tok] with a whole tensor of positions for the first axis. */
static formula gather(struct formula_context *c, struct node *node)
{
    const struct node *source = node->inputs[0];
    struct node *k = node->inputs[1];
    int picked = node->rank - source->rank + 1;
    if (node->fill || node->input_count != 2 || source->rank == 0)
        return formula_deferred(c->arena, node);
    if (k->rank > picked) { /* broadcast over the other axes */
        if (k->op != OP_INDEX || k->fill || k->input_count > 1 || k->inputs[0]->rank != picked)
            return formula_deferred(c->arena, node);
        for (int s = 0; s < picked; s++)
            if (single_axis(&k->subscripts[s], k->rank) != s)
                return formula_deferred(c->arena, node);
        k = k->inputs[0];
    }
    for (int s = 0; s < source->rank; s++) {
        const struct affine *affine = &node->subscripts[s];
        int axis = single_axis(affine, node->rank);
        bool fits = s == 0 ? affine->dynamic == 1 : axis == s + picked - 1;
        for (int a = 0; s == 0 && a < node->rank; a++)
            fits = fits && !affine->coefficients[a];
        if (!size_is(affine->offset, 0) || !fits)
            return formula_deferred(c->arena, node);
    }
    formula parts[2] = {whole_input(c, node, 0), c->whole(k, c->closure)};
    return formula_make(c->arena, F_ELEMENT, NULL, node->rank, 2, parts);
}

static formula view(struct formula_context *c, struct node *node)
{
    const struct node *source = node->inputs[0];
    int axis_of[MAXIMUM_RANK], distinct = 0;
    bool permutes = source->rank == node->rank, is_diagonal = node->rank == 1 && source->rank == 2;
    unsigned used = 0;
    if (node->input_count > 1)
        return gather(c, node);
    formula x = formula_of_input(c, node, 0);
    if (x->rank == 0 && x->kind != F_DEFERRED && !node->fill)
        return x;
    if (node->fill || x->kind == F_DEFERRED)
        return formula_deferred(c->arena, node);
    for (int s = 0; s < source->rank; s++) {
        const struct affine *affine = &node->subscripts[s];
        axis_of[s] = single_axis(affine, node->rank);
        if (axis_of[s] == -2)
            return formula_deferred(c->arena, node);
        bool is_whole = axis_of[s] >= 0 && size_is(affine->offset, 0) &&
                        size_is(affine->coefficients[axis_of[s]], 1) &&
                        node->shape[axis_of[s]] == source->shape[s];
        if (axis_of[s] >= 0 && !(used >> axis_of[s] & 1)) {
            used |= 1U << axis_of[s];
            distinct++;
        }
        permutes = permutes && is_whole;
        is_diagonal = is_diagonal && is_whole;
    }
    if (permutes && distinct == node->rank && node->rank > 0)
        return transpose_all(c, node, x, axis_of);
    if (is_diagonal)
        return formula_call(c->arena, "diag", NULL, false, 1, 1, &x);
    return slice(c, node, x, axis_of);
}

/* y[i, i] += x[i] */
static formula scatter(struct formula_context *c, struct node *node)
{
    bool is_diagonal = node->rank == 2 && node->inputs[0]->rank == 1 && node->input_count == 1;
    for (int s = 0; s < node->rank && is_diagonal; s++)
        is_diagonal = single_axis(&node->subscripts[s], 1) == 0 && size_is(node->subscripts[s].offset, 0) &&
                      size_is(node->subscripts[s].coefficients[0], 1) &&
                      node->shape[s] == node->inputs[0]->shape[0];
    return is_diagonal ? formula_diagonal(c->arena, whole_input(c, node, 0))
                       : formula_deferred(c->arena, node);
}

/* ---- Reductions and contractions ---- */

const char *formula_reduction_name(enum op op)
{
    switch (op) {
    case OP_PRODUCT: return "prod";
    case OP_MAXIMUM: return "max";
    case OP_MINIMUM: return "min";
    case OP_ANY: return "any";
    case OP_ALL: return "all";
    default: return "sum";
    }
}

static const char *axes_text(struct formula_context *c, const struct node *node)
{
    const char *list = NULL;
    int count = 0;
    for (int a = 0; a < node->inputs[0]->rank; a++)
        if (node->axes >> a & 1) {
            list = list ? arena_print(c->arena, "%s, %d", list, a) : arena_print(c->arena, "%d", a);
            count++;
        }
    return arena_print(c->arena, count == 1 ? ", axis = %s" : ", axis = [%s]", list);
}

/* How many elements are reduced. */
static formula count_reduced(struct formula_context *c, const struct node *node)
{
    formula count = formula_number(c->arena, 1);
    for (int a = 0; a < node->inputs[0]->rank; a++)
        if (node->axes >> a & 1)
            count = formula_multiply(c->arena, count, formula_size(c->arena, node->inputs[0]->shape[a]));
    return count;
}

static formula reduction(struct formula_context *c, struct node *node)
{
    formula x = formula_of_input(c, node, 0), scalars, rest;
    bool all = node->axes == node_all_axes(node->inputs[0]);
    if (x->kind == F_DEFERRED)
        return formula_deferred(c->arena, node);
    if (formula_is_number(count_reduced(c, node), 1) && all) /* axes of length 1 */
        return x->rank == 0 ? x : formula_deferred(c->arena, node);
    if (x->rank == 0 && node->op == OP_SUM)
        return formula_multiply(c->arena, count_reduced(c, node), x);
    if (x->rank == 0 && (node->op == OP_MAXIMUM || node->op == OP_MINIMUM))
        return x;
    if (x->rank != node->inputs[0]->rank)
        return formula_deferred(c->arena, node);
    if (node->op == OP_SUM && all && x->kind == F_CALL && strcmp(x->name, "diag") == 0)
        return formula_trace(c->arena, x->parts[0]);
    if (node->op == OP_SUM && all)
        return formula_sum_all(c->arena, x);
    if (all)
        return formula_call(c->arena, formula_reduction_name(node->op), NULL, false, 0, 1, &x);
    formula_split(c->arena, x, &scalars, &rest);
    bool splits = node->op == OP_SUM && rest->rank == x->rank;
    formula sum = formula_call(c->arena, formula_reduction_name(node->op), axes_text(c, node), false,
                               node->rank, 1, splits ? &rest : &x);
    return splits ? formula_multiply(c->arena, scalars, sum) : sum;
}

/* An operand whose last axes are `row` and `column` behind the leading ones: 1 plain, -1 transposed, 0
 * neither. */
static int matrix_order(const signed char *axes, int rank, int leading, int row, int column)
{
    for (int a = 0; a < leading; a++)
        if (a >= rank || axes[a] != a)
            return 0;
    if (rank != leading + 2)
        return 0;
    if (axes[leading] == row && axes[leading + 1] == column)
        return 1;
    return axes[leading] == column && axes[leading + 1] == row ? -1 : 0;
}

static formula ordered(struct formula_context *c, formula x, int order)
{
    return order < 0 ? formula_transpose(c->arena, x) : x;
}

/* a b with operand `first` on the left: matrices, stacks of them, or rows of a stack times one matrix. NULL
 * if it is none. */
static formula matrix_product(struct formula_context *c, struct node *node, int first)
{
    const struct node *a = node->inputs[first], *b = node->inputs[1 - first];
    const signed char *a_axes = first == 0 ? node->a_axes : node->b_axes,
                      *b_axes = first == 0 ? node->b_axes : node->a_axes;
    formula x = whole_input(c, node, first), y = whole_input(c, node, 1 - first);
    int rank = node->rank, k = rank, leading = rank - 2, a_order, b_order;
    if (b->rank == 1 && a->rank == 2) { /* the row of a that stays */
        a_order = matrix_order(a_axes, 2, 0, 0, k);
        return rank == 1 && a_order ? formula_chain(c->arena, ordered(c, x, a_order), y) : NULL;
    }
    if (a->rank > 2 && b->rank == 2) {
        for (int i = 0; i < a->rank - 1; i++)
            if (a_axes[i] != i)
                return NULL;
        b_order = matrix_order(b_axes, 2, 0, k, rank - 1);
        return a_axes[a->rank - 1] == k && rank == a->rank && b_order
                   ? formula_chain(c->arena, x, ordered(c, y, b_order))
                   : NULL;
    }
    if (leading < 0 || a->rank != rank || b->rank != rank)
        return NULL;
    a_order = matrix_order(a_axes, a->rank, leading, leading, k);
    b_order = matrix_order(b_axes, b->rank, leading, k, leading + 1);
    return a_order && b_order ? formula_chain(c->arena, ordered(c, x, a_order), ordered(c, y, b_order))
                              : NULL;
}

static bool same_axes(const struct node *node)
{
    if (node->inputs[0]->rank != node->inputs[1]->rank)
        return false;
    for (int a = 0; a < node->inputs[0]->rank; a++)
        if (node->a_axes[a] != node->b_axes[a])
            return false;
    return true;
}

static formula contraction(struct formula_context *c, struct node *node)
{
    const struct node *a = node->inputs[0], *b = node->inputs[1];
    formula result = NULL;
    for (int i = 0; i < 2; i++) /* windows and the like */
        if (formula_of_input(c, node, i)->kind == F_DEFERRED && node->inputs[i]->op == OP_INDEX)
            return formula_deferred(c->arena, node);
    for (int i = 0; i < 2; i++) /* numbers and scalars that stand for whole tensors */
        if (whole_input(c, node, i)->rank != node->inputs[i]->rank)
            return formula_deferred(c->arena, node);
    if (node->reduced == 1 && node->rank == 0)
        return formula_dot(c->arena, whole_input(c, node, 0), whole_input(c, node, 1));
    if (node->reduced == 0 && a->rank == 1 && b->rank == 1 && node->rank == 2) {
        int left = node->a_axes[0] == 0 ? 0 : 1;
        return formula_chain(c->arena, whole_input(c, node, left), whole_input(c, node, 1 - left));
    }
    if (node->reduced == 1)
        for (int first = 0; first < 2 && !result; first++)
            result = matrix_product(c, node, first);
    if (!result && node->rank == 0 && same_axes(node))
        return formula_sum_all(c->arena,
                               formula_multiply(c->arena, whole_input(c, node, 0), whole_input(c, node, 1)));
    if (!result && node->rank == 0 && a->rank == 2 && b->rank == 2)
        return formula_trace(c->arena,
                             formula_chain(c->arena, whole_input(c, node, 0), whole_input(c, node, 1)));
    return result ? result : formula_deferred(c->arena, node);
}

/* ---- Any node ---- */

static formula call_of(struct formula_context *c, struct node *node, const char *name, const char *tail,
                       int first)
{
    formula parts[MAXIMUM_RANK];
    int count = 0;
    for (int i = first; i < node->input_count && count < MAXIMUM_RANK; i++)
        parts[count++] = whole_input(c, node, i);
    return formula_call(c->arena, name, tail, false, node->rank, count, parts);
}

/* A function with a rule of its own is written as a call of it. */
static formula custom(struct formula_context *c, struct node *node)
{
    bool all_ones = true;
    for (int a = 0; a < node->rank; a++)
        all_ones = all_ones && size_is(node->shape[a], 1);
    if (!node->rule->name || node->rule->output_count != 1)
        return formula_of_input(c, node, 0);
    if (strcmp(node->rule->name, "norm_kept") == 0) {
        formula x = whole_input(c, node, 1);
        struct formula *norm = (struct formula *)formula_make(c->arena, F_NORM, NULL, 0, 1, &x);
        norm->number = 2;
        return all_ones ? norm : call_of(c, node, "norm", node->rule->axis, 1);
    }
    bool is_log = strcmp(node->rule->name, "log_of_sum") == 0;
    formula call = call_of(c, node, is_log ? "log" : node->rule->name, node->rule->axis, 1);
    if (!node->rule->axis)
        ((struct formula *)call)->is_elementwise = true;
    return call;
}

static formula solution(struct formula_context *c, struct node *node)
{
    formula matrix = formula_inverse(c->arena, whole_input(c, node, 0));
    if (node->transposed)
        matrix = formula_transpose(c->arena, matrix);
    formula b = whole_input(c, node, 1);
    if (b->kind != F_SPREAD || b->rank != 2 || b->axes[0] != 0)
        return formula_chain(c->arena, matrix, b);
    return formula_spread(c->arena, formula_chain(c->arena, matrix, b->parts[0]), 2,
                          b->axes); /* one column */
}

static const char *shape_text(struct formula_context *c, const struct node *node)
{
    const char *list = "";
    for (int a = 0; a < node->rank; a++)
        list = arena_print(c->arena, "%s%s%s", list, a ? ", " : "",
                           size_print(c->arena, node->shape[a], SIZE_LANGUAGE));
    return arena_print(c->arena, ", [%s]", list);
}

formula formula_of_node(struct formula_context *c, struct node *node)
{
    if (operator_is_elementwise(node->op))
        return elementwise(c, node);
    switch (node->op) {
    case OP_CONSTANT: return formula_number(c->arena, node->value);
    case OP_SIZE_VALUE: return formula_size(c->arena, node->extent);
    case OP_PARAMETER:
    case OP_PLACEHOLDER: return formula_name(c->arena, node->name ? node->name : "?", node->rank);
    case OP_IOTA:
        if (node->rank != 1 || !size_is(node->subscripts[0].offset, 0) ||
            !size_is(node->subscripts[0].coefficients[0], 1))
            return formula_deferred(c->arena, node);
        return formula_name(
            c->arena, arena_print(c->arena, "range(%s)", size_print(c->arena, node->shape[0], SIZE_LANGUAGE)),
            1);
    case OP_INDEX: return view(c, node);
    case OP_SCATTER: return scatter(c, node);
    case OP_REPLACE: return formula_deferred(c->arena, node);
    case OP_RESHAPE:
        return node->extent ? formula_of_input(c, node, 0)
                            : call_of(c, node, "reshape", shape_text(c, node), 0);
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL: return reduction(c, node);
    case OP_ARGMAX:
    case OP_ARGMIN: return call_of(c, node, operator_info(node->op)->name, axes_text(c, node), 0);
    case OP_CUMSUM:
        return call_of(c, node, node->reverse ? "reverse_cumsum" : "cumsum", axes_text(c, node), 0);
    case OP_CONTRACT: return contraction(c, node);
    case OP_MARK:
    case OP_STOP: return formula_of_input(c, node, 0);
    case OP_CUSTOM: return custom(c, node);
    case OP_LU_SOLVE:
    case OP_SOLVE_TRIANGULAR: return solution(c, node);
    case OP_LOGABSDET: {
        formula det = call_of(c, node, "det", NULL, 0),
                magnitude = formula_make(c->arena, F_ABS, NULL, node->rank, 1, &det);
        return formula_call(c->arena, "log", NULL, true, node->rank, 1, &magnitude);
    }
    default: return call_of(c, node, node_operator_name(node), NULL, 0);
    }
}
