/* interpret_structure.c: values of views, reductions, contractions and running sums, element by element. */
#include <stdlib.h>
#include <string.h>

#include "interpreter.h"
#include "space.h"

/* ---- Views ---- */

static struct space space_of(struct interpreter *interpreter, const struct node *node)
{
    struct space space = {.count = 1};
    for (int a = 0; a < node->rank; a++)
        space_add_axis(&space, interpreter_size(interpreter, node->shape[a]));
    return space;
}

struct view {
    struct space space, target;
    int64_t offsets[MAXIMUM_RANK], coefficients[MAXIMUM_RANK][MAXIMUM_RANK];
    const double *dynamics[MAXIMUM_RANK];
};

static struct view view_of(struct interpreter *interpreter, const struct node *node, const struct node *space,
                           const struct node *target, int first_dynamic)
{
    struct view view = {.space = space_of(interpreter, space), .target = space_of(interpreter, target)};
    for (int s = 0; s < target->rank; s++) {
        const struct affine *affine = &node->subscripts[s];
        view.offsets[s] = interpreter_size(interpreter, affine->offset);
        for (int a = 0; affine->coefficients && a < space->rank; a++)
            if (affine->coefficients[a])
                view.coefficients[s][a] = interpreter_size(interpreter, affine->coefficients[a]);
        if (affine->dynamic)
            view.dynamics[s] =
                interpreter_slot(interpreter, node->inputs[first_dynamic + affine->dynamic - 1])->values;
    }
    return view;
}

/* The place in the target of element i of the space, which is at space.position; -1 if it is outside. */
static int64_t place(const struct view *view, size_t i)
{
    int64_t result = 0;
    for (int s = 0; s < view->target.rank; s++) {
        int64_t at = view->offsets[s];
        for (int a = 0; a < view->space.rank; a++)
            at += view->coefficients[s][a] * view->space.position[a];
        if (view->dynamics[s])
            at += (int64_t)view->dynamics[s][i];
        if (at < 0 || at >= view->target.extents[s])
            return -1;
        result = result * view->target.extents[s] + at;
    }
    return result;
}

static const double *input_values(struct interpreter *interpreter, const struct node *node, int input)
{
    return interpreter_slot(interpreter, node->inputs[input])->values;
}

static void interpret_index(struct interpreter *interpreter, const struct node *node, double *y)
{
    const double *x = input_values(interpreter, node, 0);
    struct view view = view_of(interpreter, node, node, node->inputs[0], 1);
    for (size_t i = 0; i < view.space.count; i++, space_advance(&view.space)) {
        int64_t at = place(&view, i);
        if (at < 0 && !node->fill)
            interpreter->status = STATUS_INDEX;
        y[i] = at < 0 ? 0 : x[at];
    }
}

static void interpret_scatter(struct interpreter *interpreter, const struct node *node, double *y)
{
    const double *x = input_values(interpreter, node, 0);
    struct view view = view_of(interpreter, node, node->inputs[0], node, 1);
    memset(y, 0, view.target.count * sizeof *y);
    for (size_t i = 0; i < view.space.count; i++, space_advance(&view.space)) {
        int64_t at = place(&view, i);
        if (at < 0)
            interpreter->status = STATUS_INDEX;
        else
            y[at] += x[i];
    }
}

static void interpret_replace(struct interpreter *interpreter, const struct node *node, double *y)
{
    const double *part = input_values(interpreter, node, 1);
    struct view view = view_of(interpreter, node, node->inputs[1], node, 2);
    memcpy(y, input_values(interpreter, node, 0), view.target.count * sizeof *y);
    for (size_t i = 0; i < view.space.count; i++, space_advance(&view.space)) {
        int64_t at = place(&view, i);
        if (at < 0)
            interpreter->status = STATUS_INDEX;
        else
            y[at] = part[i];
    }
}

static void interpret_iota(struct interpreter *interpreter, const struct node *node, double *y)
{
    struct space space = space_of(interpreter, node);
    const struct affine *affine = &node->subscripts[0];
    int64_t offset = interpreter_size(interpreter, affine->offset), coefficients[MAXIMUM_RANK] = {0};
    for (int a = 0; affine->coefficients && a < node->rank; a++)
        if (affine->coefficients[a])
            coefficients[a] = interpreter_size(interpreter, affine->coefficients[a]);
    for (size_t i = 0; i < space.count; i++, space_advance(&space)) {
        int64_t value = offset;
        for (int a = 0; a < space.rank; a++)
            value += coefficients[a] * space.position[a];
        y[i] = (double)value;
    }
}

/* ---- Reductions ---- */

static bool is_greater(double a, double b)
{
    return a > b || (a != a && b == b); /* a NaN is the result, as in NumPy */
}

static bool is_less(double a, double b)
{
    return a < b || (a != a && b == b);
}

static double combine(enum op op, double sum, double x)
{
    switch (op) {
    case OP_SUM: return sum + x;
    case OP_PRODUCT: return sum * x;
    case OP_MAXIMUM: return is_greater(x, sum) ? x : sum;
    case OP_MINIMUM: return is_less(x, sum) ? x : sum;
    case OP_ANY: return sum != 0 || x != 0;
    default: return sum != 0 && x != 0;
    }
}

static void interpret_reduction(struct interpreter *interpreter, const struct node *node, double *y)
{
    const struct node *x = node->inputs[0];
    const double *values = input_values(interpreter, node, 0);
    struct space space = space_of(interpreter, x);
    size_t strides[MAXIMUM_RANK], stride = 1;
    for (int a = x->rank - 1; a >= 0; a--) {
        strides[a] = node->axes >> a & 1 ? 0 : stride;
        stride *= node->axes >> a & 1 ? 1 : (size_t)space.extents[a];
    }
    for (size_t i = 0; i < space.count; i++, space_advance(&space)) {
        size_t at = 0;
        bool is_first = true;
        for (int a = 0; a < x->rank; a++) {
            at += strides[a] * (size_t)space.position[a];
            is_first = is_first && (!(node->axes >> a & 1) || space.position[a] == 0);
        }
        y[at] = is_first ? values[i] : combine(node->op, y[at], values[i]);
    }
    if (node->type == INT && (node->op == OP_SUM || node->op == OP_PRODUCT))
        for (size_t i = 0; i < stride; i++)
            y[i] = operator_value(OP_ADD, INT, (double[]){y[i], 0});
}

/* x as [outer, extent, inner] around one axis. */
struct lines {
    size_t outer, extent, inner;
};

static struct lines lines_of(struct interpreter *interpreter, const struct node *node)
{
    const struct node *x = node->inputs[0];
    struct lines lines = {1, 1, 1};
    int axis = 0;
    while (!(node->axes >> axis & 1))
        axis++;
    for (int a = 0; a < x->rank; a++) {
        size_t extent = (size_t)interpreter_size(interpreter, x->shape[a]);
        *(a < axis ? &lines.outer : a == axis ? &lines.extent : &lines.inner) *= extent;
    }
    return lines;
}

static void interpret_arg(struct interpreter *interpreter, const struct node *node, double *y)
{
    const double *x = input_values(interpreter, node, 0);
    struct lines lines = lines_of(interpreter, node);
    for (size_t o = 0; o < lines.outer; o++)
        for (size_t i = 0; i < lines.inner; i++) {
            const double *line = x + o * lines.extent * lines.inner + i;
            size_t best = 0;
            for (size_t k = 1; k < lines.extent; k++) {
                double value = line[k * lines.inner], found = line[best * lines.inner];
                if (node->op == OP_ARGMAX ? is_greater(value, found) : is_less(value, found))
                    best = k;
            }
            y[o * lines.inner + i] = (double)best;
        }
}

static void interpret_cumsum(struct interpreter *interpreter, const struct node *node, double *y)
{
    const double *x = input_values(interpreter, node, 0);
    struct lines lines = lines_of(interpreter, node);
    for (size_t o = 0; o < lines.outer; o++)
        for (size_t i = 0; i < lines.inner; i++) {
            double sum = 0;
            for (size_t k = 0; k < lines.extent; k++) {
                size_t at = (o * lines.extent + (node->reverse ? lines.extent - 1 - k : k)) * lines.inner + i;
                sum += x[at];
                y[at] = sum;
            }
        }
}

/* ---- Contractions ---- */

/* How far an operand moves for a step along each iteration axis. */
static void contraction_strides(struct interpreter *interpreter, const struct node *operand,
                                const signed char *axes, struct space *iterations, size_t *strides)
{
    size_t stride = 1;
    for (int a = operand->rank - 1; a >= 0; a--) {
        iterations->extents[axes[a]] = interpreter_size(interpreter, operand->shape[a]);
        strides[axes[a]] += stride;
        stride *= (size_t)iterations->extents[axes[a]];
    }
}

static void interpret_contract(struct interpreter *interpreter, const struct node *node, double *y)
{
    const double *a = input_values(interpreter, node, 0), *b = input_values(interpreter, node, 1);
    struct space space = {.rank = node->rank + node->reduced, .count = 1};
    size_t a_strides[2 * MAXIMUM_RANK] = {0}, b_strides[2 * MAXIMUM_RANK] = {0},
                         y_strides[2 * MAXIMUM_RANK] = {0};
    contraction_strides(interpreter, node->inputs[0], node->a_axes, &space, a_strides);
    contraction_strides(interpreter, node->inputs[1], node->b_axes, &space, b_strides);
    size_t stride = 1;
    for (int axis = space.rank - 1; axis >= 0; axis--) {
        space.count *= (size_t)space.extents[axis];
        if (axis < node->rank) {
            y_strides[axis] = stride;
            stride *= (size_t)space.extents[axis];
        }
    }
    memset(y, 0, stride * sizeof *y);
    for (size_t i = 0; i < space.count; i++, space_advance(&space)) {
        size_t at_a = 0, at_b = 0, at_y = 0;
        for (int axis = 0; axis < space.rank; axis++) {
            size_t position = (size_t)space.position[axis];
            at_a += a_strides[axis] * position;
            at_b += b_strides[axis] * position;
            at_y += y_strides[axis] * position;
        }
        y[at_y] += a[at_a] * b[at_b];
    }
}

void interpret_structure(struct interpreter *interpreter, const struct node *node, double *y)
{
    switch (node->op) {
    case OP_INDEX: interpret_index(interpreter, node, y); break;
    case OP_SCATTER: interpret_scatter(interpreter, node, y); break;
    case OP_REPLACE: interpret_replace(interpreter, node, y); break;
    case OP_IOTA: interpret_iota(interpreter, node, y); break;
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL: interpret_reduction(interpreter, node, y); break;
    case OP_ARGMAX:
    case OP_ARGMIN: interpret_arg(interpreter, node, y); break;
    case OP_CONTRACT: interpret_contract(interpreter, node, y); break;
    case OP_CUMSUM: interpret_cumsum(interpreter, node, y); break;
    default: abort();
    }
}
