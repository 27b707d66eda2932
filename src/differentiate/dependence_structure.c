/* dependence_structure.c: dependences of the elements of views, reductions, contractions, factorisations. */
#include <math.h>
#include <string.h>

#include "dependence.h"
#include "memory.h"
#include "space.h"

/* ---- Places ---- */

static struct space space_of(struct analysis *analysis, const struct node *node)
{
    struct space space = {.count = 1};
    for (int a = 0; a < node->rank; a++)
        space_add_axis(&space, number_of(analysis, node->shape[a]));
    return space;
}

/* The places in a target that elements of a space are found at. */
struct view {
    struct space space, target;
    int64_t offsets[MAXIMUM_RANK], coefficients[MAXIMUM_RANK][MAXIMUM_RANK];
    const struct values *dynamics[MAXIMUM_RANK];
    int64_t at[MAXIMUM_RANK];
    bool is_free[MAXIMUM_RANK]; /* the position along this axis is not known */
};

static struct view view_of(struct analysis *analysis, const struct node *node, const struct node *space,
                           const struct node *target, int first_dynamic)
{
    struct view view = {.space = space_of(analysis, space), .target = space_of(analysis, target)};
    for (int s = 0; s < target->rank; s++) {
        const struct affine *affine = &node->subscripts[s];
        view.offsets[s] = number_of(analysis, affine->offset);
        for (int a = 0; affine->coefficients && a < space->rank; a++)
            view.coefficients[s][a] = number_of(analysis, affine->coefficients[a]);
        if (affine->dynamic)
            view.dynamics[s] = values_of(analysis, node->inputs[first_dynamic + affine->dynamic - 1]);
    }
    return view;
}

/* Finds the first place of element i of the space, at space.position; false if it is outside the target. */
static bool first_place(struct view *view, size_t i)
{
    for (int s = 0; s < view->target.rank; s++) {
        view->at[s] = view->offsets[s];
        for (int a = 0; a < view->space.rank; a++)
            view->at[s] += view->coefficients[s][a] * view->space.position[a];
        struct element k = view->dynamics[s] ? element_of(view->dynamics[s], i) : known(0);
        view->is_free[s] = !k.is_known;
        view->at[s] = k.is_known ? view->at[s] + (int64_t)k.value : 0;
        if (view->at[s] < 0 || view->at[s] >= view->target.extents[s])
            return false;
    }
    return true;
}

static bool next_place(struct view *view)
{
    for (int s = view->target.rank - 1; s >= 0; s--)
        if (view->is_free[s]) {
            if (++view->at[s] < view->target.extents[s])
                return true;
            view->at[s] = 0;
        }
    return false;
}

static size_t place(const struct view *view)
{
    int64_t place = 0;
    for (int s = 0; s < view->target.rank; s++)
        place = place * view->target.extents[s] + view->at[s];
    return (size_t)place;
}

static bool has_choice(const struct view *view)
{
    for (int s = 0; s < view->target.rank; s++)
        if (view->is_free[s])
            return true;
    return false;
}

/* ---- Sums of elements that come in any order ---- */

struct deposits {
    struct deposit {
        size_t place;
        struct element element;
    } * items;
    size_t count, capacity;
};

static void deposit(struct deposits *deposits, size_t place, struct element element)
{
    if (deposits->count == deposits->capacity) {
        deposits->capacity = 2 * deposits->capacity + 64;
        deposits->items = memory_resize(deposits->items, deposits->capacity, sizeof *deposits->items);
    }
    deposits->items[deposits->count++] = (struct deposit){place, element};
}

static double combine(enum op op, double sum, double x)
{
    switch (op) {
    case OP_PRODUCT: return sum * x;
    case OP_MAXIMUM: return fmax(sum, x);
    case OP_MINIMUM: return fmin(sum, x);
    case OP_ANY: return sum != 0 || x != 0;
    case OP_ALL: return sum != 0 && x != 0;
    default: return sum + x;
    }
}

/* The value that settles a reduction whatever the others are: 0 of a product. */
static bool settles(enum op op, const struct element *element)
{
    return element->is_known &&
           ((op == OP_PRODUCT && element->value == 0) || (op == OP_ALL && element->value == 0) ||
            (op == OP_ANY && element->value != 0));
}

/* Each element of y becomes the reduction of what was deposited there; 0 if nothing was. Frees the deposits.
 */
static void settle(struct analysis *analysis, enum op op, struct deposits *deposits, struct values *y)
{
    size_t *ends = allocate(y->count + 1, sizeof *ends), *order = allocate(deposits->count, sizeof *order);
    for (size_t k = 0; k < deposits->count; k++)
        ends[deposits->items[k].place + 1]++;
    for (size_t i = 0; i < y->count; i++)
        ends[i + 1] += ends[i];
    for (size_t k = 0; k < deposits->count; k++)
        order[ends[deposits->items[k].place]++] = k;
    for (size_t i = 0, k = 0; i < y->count; i++) {
        bool all = true, is_first = true, is_settled = false;
        double value = 0;
        gather_begin(analysis);
        for (; k < ends[i]; k++) {
            const struct element *element = &deposits->items[order[k]].element;
            all = all && element->is_known;
            value = is_first ? element->value : is_settled ? value : combine(op, value, element->value);
            is_first = false;
            if (settles(op, element)) {
                is_settled = true;
                value = element->value;
            }
            gather(analysis, element->set);
        }
        const struct set *set = gather_end(analysis);
        y->elements[i] = all || is_settled ? known(value) : depends(set);
    }
    memory_free(ends);
    memory_free(order);
    memory_free(deposits->items);
}

/* ---- Views ---- */

struct values follow_index(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    const struct values *x = values_of(analysis, node->inputs[0]);
    struct view view = view_of(analysis, node, node, node->inputs[0], 1);
    for (size_t i = 0; i < y.count; i++, space_advance(&view.space)) {
        if (!first_place(&view, i)) {
            y.elements[i] = known(0);
        } else if (!has_choice(&view)) {
            y.elements[i] = element_of(x, place(&view));
        } else if (x->elements) {
            gather_begin(analysis);
            do
                gather(analysis, x->elements[place(&view)].set);
            while (next_place(&view));
            y.elements[i] = depends(gather_end(analysis));
        }
    }
    return y;
}

struct values follow_scatter(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    const struct values *x = values_of(analysis, node->inputs[0]);
    struct view view = view_of(analysis, node, node->inputs[0], node, 1);
    struct deposits deposits = {0};
    for (size_t i = 0; i < view.space.count; i++, space_advance(&view.space)) {
        struct element element = element_of(x, i);
        if (!first_place(&view, i) || is_known(&element, 0))
            continue;
        if (has_choice(&view))
            element = depends(element.set);
        do
            deposit(&deposits, place(&view), element);
        while (next_place(&view));
    }
    settle(analysis, OP_SUM, &deposits, &y);
    return y;
}

struct values follow_replace(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    const struct values *x = values_of(analysis, node->inputs[0]),
                        *part = values_of(analysis, node->inputs[1]);
    struct view view = view_of(analysis, node, node->inputs[1], node, 2);
    for (size_t i = 0; i < y.count; i++)
        y.elements[i] = element_of(x, i);
    for (size_t i = 0; i < view.space.count; i++, space_advance(&view.space)) {
        if (!first_place(&view, i))
            continue;
        bool has_several = has_choice(&view);
        do {
            struct element *element = &y.elements[place(&view)], new = element_of(part, i);
            *element = has_several ? either(analysis, *element, new) : new;
        } while (next_place(&view));
    }
    return y;
}

struct values follow_iota(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    struct space space = space_of(analysis, node);
    const struct affine *affine = &node->subscripts[0];
    for (size_t i = 0; i < y.count; i++, space_advance(&space)) {
        int64_t value = number_of(analysis, affine->offset);
        for (int a = 0; affine->coefficients && a < node->rank; a++)
            value += number_of(analysis, affine->coefficients[a]) * space.position[a];
        y.elements[i] = known((double)value);
    }
    return y;
}

/* ---- Reductions ---- */

struct values follow_reduction(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    const struct node *x = node->inputs[0];
    const struct values *values = values_of(analysis, x);
    struct space space = space_of(analysis, x);
    size_t strides[MAXIMUM_RANK] = {0}, stride = 1;
    struct deposits deposits = {0};
    for (int a = x->rank - 1; a >= 0; a--)
        if (!(node->axes >> a & 1)) {
            strides[a] = stride;
            stride *= (size_t)space.extents[a];
        }
    for (size_t i = 0; i < space.count; i++, space_advance(&space)) {
        size_t at = 0;
        for (int a = 0; a < x->rank; a++)
            at += strides[a] * (size_t)space.position[a];
        deposit(&deposits, at, element_of(values, i));
    }
    settle(analysis, node->op, &deposits, &y);
    return y;
}

struct values follow_cumsum(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    const struct values *x = values_of(analysis, node->inputs[0]);
    int axis = 0;
    while (!(node->axes >> axis & 1))
        axis++;
    size_t inner = 1, extent = (size_t)number_of(analysis, node->shape[axis]);
    for (int a = axis + 1; a < node->rank; a++)
        inner *= (size_t)number_of(analysis, node->shape[a]);
    for (size_t line = 0; line < y.count / extent; line++) {
        size_t start = line / inner * extent * inner + line % inner;
        struct element sum = known(0);
        for (size_t k = 0; k < extent; k++) {
            size_t at = start + (node->reverse ? extent - 1 - k : k) * inner;
            struct element x_k = element_of(x, at);
            sum = sum.is_known && x_k.is_known ? known(sum.value + x_k.value) : either(analysis, sum, x_k);
            y.elements[at] = sum;
        }
    }
    return y;
}

/* How far an operand moves for a step along each iteration axis. */
static void strides_of(struct analysis *analysis, const struct node *operand, const signed char *axes,
                       struct space *iterations, size_t *strides)
{
    size_t stride = 1;
    for (int a = operand->rank - 1; a >= 0; a--) {
        iterations->extents[axes[a]] = number_of(analysis, operand->shape[a]);
        strides[axes[a]] += stride;
        stride *= (size_t)iterations->extents[axes[a]];
    }
}

/* Where nothing is known of one operand, the sums over the other need not be found again for each of its
 * rows: those of `operand` alone, by the axes of y that it has; `strides` become those of the sums. */
static struct values sums_of(struct analysis *analysis, const struct values *operand, const struct node *node,
                             const struct space *iterations, size_t *strides)
{
    struct values sums = {.count = 1};
    struct space space = *iterations;
    size_t steps[2 * MAXIMUM_RANK] = {0};
    struct deposits deposits = {0};
    size_t total = 1;
    for (int axis = space.rank - 1; axis >= 0; axis--) {
        if (!strides[axis])
            space.extents[axis] = 1;
        else if (axis < node->rank) {
            steps[axis] = sums.count;
            sums.count *= (size_t)space.extents[axis];
        }
        total *= (size_t)space.extents[axis];
    }
    sums.elements = allocate(sums.count, sizeof *sums.elements);
    for (size_t i = 0; i < total; i++, space_advance(&space)) {
        size_t from = 0, to = 0;
        for (int axis = 0; axis < space.rank; axis++) {
            from += strides[axis] * (size_t)space.position[axis];
            to += steps[axis] * (size_t)space.position[axis];
        }
        struct element element = operand->elements[from];
        deposit(&deposits, to, is_known(&element, 0) ? element : depends(element.set));
    }
    settle(analysis, OP_SUM, &deposits, &sums);
    memcpy(strides, steps, sizeof steps);
    return sums;
}

/* The product of two elements; depends on both, or is a known 0. */
static struct element product(struct analysis *analysis, struct element a, struct element b)
{
    if (is_known(&a, 0) || is_known(&b, 0))
        return known(0);
    if (a.is_known && b.is_known)
        return known(a.value * b.value);
    if (!a.set || !b.set)
        return depends(a.set ? a.set : b.set);
    return either(analysis, a, b);
}

struct values follow_contract(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node), a = *values_of(analysis, node->inputs[0]),
                  b = *values_of(analysis, node->inputs[1]), sums = {0};
    struct space space = {.rank = node->rank + node->reduced};
    size_t a_strides[2 * MAXIMUM_RANK] = {0}, b_strides[2 * MAXIMUM_RANK] = {0}, rounds = 1;
    strides_of(analysis, node->inputs[0], node->a_axes, &space, a_strides);
    strides_of(analysis, node->inputs[1], node->b_axes, &space, b_strides);
    bool is_single = !a.elements || !b.elements;
    if (is_single) {
        struct values *one = a.elements ? &a : &b;
        size_t *strides = a.elements ? a_strides : b_strides;
        *one = sums = sums_of(analysis, one, node, &space, strides);
        space.rank = node->rank;
    }
    for (int axis = node->rank; axis < space.rank; axis++)
        rounds *= (size_t)space.extents[axis];
    struct deposits deposits = {0};
    for (size_t i = 0; i < y.count; i++)
        for (size_t k = 0; k < rounds; k++, space_advance(&space)) {
            size_t at_a = 0, at_b = 0;
            for (int axis = 0; axis < space.rank; axis++) {
                at_a += a_strides[axis] * (size_t)space.position[axis];
                at_b += b_strides[axis] * (size_t)space.position[axis];
            }
            struct element element = product(analysis, element_of(&a, a.elements ? at_a : 0),
                                             element_of(&b, b.elements ? at_b : 0));
            if (is_single)
                y.elements[i] = element;
            else if (!is_known(&element, 0))
                deposit(&deposits, i, element);
        }
    if (!is_single)
        settle(analysis, OP_SUM, &deposits, &y);
    memory_free(sums.elements);
    return y;
}

/* ---- Factorisations ---- */

static void gather_range(struct analysis *analysis, const struct values *values, size_t begin, size_t step,
                         size_t count)
{
    for (size_t i = 0; values->elements && i < count; i++)
        gather(analysis, values->elements[begin + i * step].set);
}

/* An element of y depends on all of its matrix, and of the right side on the column that it stands in. */
struct values follow_matrix(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    const struct node *matrix = node->inputs[0];
    const struct values *x = values_of(analysis, matrix),
                        *right = node->input_count > 1 ? values_of(analysis, node->inputs[1]) : NULL;
    size_t n = (size_t)number_of(analysis, matrix->shape[matrix->rank - 2]),
           elements = n * (size_t)number_of(analysis, matrix->shape[matrix->rank - 1]),
           systems = count_of(analysis, matrix) / elements;
    size_t block = y.count / systems, columns = right ? block / n : 1;
    for (size_t i = 0; i < y.count; i++) {
        gather_begin(analysis);
        gather_range(analysis, x, i / block * elements, 1, elements);
        if (right)
            gather_range(analysis, right, i / block * block + i % columns, columns, n);
        y.elements[i] = depends(gather_end(analysis));
    }
    return y;
}
