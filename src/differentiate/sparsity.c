/* sparsity.c: follows each element of a seed through a graph that is linear in it.
 *
 * Every element of every node gets the set of the seed's elements on which it depends; numbers that are known
 * now (masks, positions, sizes) are followed too, since they decide what is zero and what a subscript
 * reaches. Loops run their rounds. Where a position is not known, every place that it may reach counts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "region.h"
#include "sparsity.h"

/* A set of elements of the seed, ascending; equal sets are one. NULL is the empty set. */
struct set {
    size_t count;
    uint32_t hash;
    struct set *next; /* in the table */
    int32_t elements[];
};

struct element {
    const struct set *set;
    double value; /* if known; a known element depends on nothing */
    bool is_known;
};

/* The elements of one node; elements NULL: none is known, none depends on the seed. */
struct values {
    struct element *elements;
    size_t count;
};

enum { BUCKETS = 1 << 14 };

struct analysis {
    struct graph *graph;
    struct arena *arena;   /* of the sets; freed at the end */
    struct values *values; /* by id */
    struct set *buckets[BUCKETS];
    struct loop_number {
        const size *atom;
        int64_t number;
    } * numbers; /* of loop variables */
    size_t numbers_count, numbers_capacity;

    /* The union that is being gathered. */
    int32_t *stamps, stamp, *found; /* by element of the seed */
    size_t found_count;
    const struct set *only, *latest, *largest;
};

static void *allocate(size_t count, size_t bytes)
{
    void *memory = calloc(count + 1, bytes);
    if (!memory)
        abort();
    return memory;
}

/* ---- Sets ---- */

static const struct set *intern(struct analysis *analysis, const int32_t *elements, size_t count)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ (uint32_t)elements[i]) * 16777619u;
    struct set **bucket = &analysis->buckets[hash % BUCKETS];
    for (struct set *set = *bucket; set; set = set->next)
        if (set->hash == hash && set->count == count &&
            !memcmp(set->elements, elements, count * sizeof *elements))
            return set;
    struct set *set = arena_allocate(analysis->arena, sizeof *set + count * sizeof *elements);
    set->count = count;
    set->hash = hash;
    set->next = *bucket;
    memcpy(set->elements, elements, count * sizeof *elements);
    return *bucket = set;
}

static void gather_begin(struct analysis *analysis)
{
    analysis->only = analysis->latest = analysis->largest = NULL;
    analysis->found_count = 0;
    analysis->stamp++;
}

static void gather_elements(struct analysis *analysis, const struct set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (analysis->stamps[set->elements[i]] != analysis->stamp) {
            analysis->stamps[set->elements[i]] = analysis->stamp;
            analysis->found[analysis->found_count++] = set->elements[i];
        }
    if (!analysis->largest || set->count > analysis->largest->count)
        analysis->largest = set;
}

static void gather(struct analysis *analysis, const struct set *set)
{
    if (!set || set == analysis->latest)
        return;
    if (!analysis->latest) {
        analysis->only = analysis->latest = set;
        return;
    }
    if (analysis->only) {
        gather_elements(analysis, analysis->only);
        analysis->only = NULL;
    }
    gather_elements(analysis, set);
    analysis->latest = set;
}

static int by_number(const void *a, const void *b)
{
    int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
    return (left > right) - (left < right);
}

static const struct set *gather_end(struct analysis *analysis)
{
    if (!analysis->latest || analysis->only)
        return analysis->only;
    if (analysis->largest->count == analysis->found_count)
        return analysis->largest;
    qsort(analysis->found, analysis->found_count, sizeof *analysis->found, by_number);
    return intern(analysis, analysis->found, analysis->found_count);
}

/* ---- Elements ---- */

static const struct element unknown = {NULL, 0, false};

static struct element known(double value)
{
    return (struct element){NULL, value, true};
}

static struct element depends(const struct set *set)
{
    return (struct element){set, 0, false};
}

static bool is_known(const struct element *element, double value)
{
    return element->is_known && element->value == value;
}

static struct element element_of(const struct values *values, size_t i)
{
    return values->elements ? values->elements[i] : unknown;
}

static int64_t loop_number(const size *atom, void *closure)
{
    const struct analysis *analysis = closure;
    for (size_t i = analysis->numbers_count; i-- > 0;)
        if (analysis->numbers[i].atom == atom)
            return analysis->numbers[i].number;
    return 1;
}

static int64_t number_of(struct analysis *analysis, const size *a)
{
    int64_t number;
    return !a ? 0 : size_is_number(a, &number) ? number : size_evaluate(a, loop_number, analysis);
}

static size_t count_of(struct analysis *analysis, const struct node *node)
{
    size_t count = 1;
    for (int a = 0; a < node->rank; a++)
        count *= (size_t)number_of(analysis, node->shape[a]);
    return count;
}

static struct values *values_of(struct analysis *analysis, const struct node *node)
{
    return &analysis->values[node->id];
}

static struct values values_new(struct analysis *analysis, const struct node *node)
{
    struct values values = {.count = count_of(analysis, node)};
    values.elements = allocate(values.count, sizeof *values.elements);
    return values;
}

static struct values values_copy(const struct values *from, size_t count)
{
    struct values values = {NULL, count};
    if (from->elements) {
        values.elements = allocate(count, sizeof *values.elements);
        memcpy(values.elements, from->elements, count * sizeof *values.elements);
    }
    return values;
}

/* Elements of which nothing is known need no room. */
static void values_set(struct values *to, struct values values)
{
    bool is_plain = true;
    for (size_t i = 0; is_plain && values.elements && i < values.count; i++)
        is_plain = !values.elements[i].is_known && !values.elements[i].set;
    if (is_plain) {
        free(values.elements);
        values.elements = NULL;
    }
    free(to->elements);
    *to = values;
}

static bool any_values(struct analysis *analysis, const struct node *node)
{
    for (int i = 0; i < node->input_count; i++)
        if (values_of(analysis, node->inputs[i])->elements)
            return true;
    return false;
}

/* What is known of one of two elements, nobody knows which. */
static struct element either(struct analysis *analysis, struct element a, struct element b)
{
    if (a.is_known && b.is_known && a.value == b.value)
        return a;
    gather_begin(analysis);
    gather(analysis, a.set);
    gather(analysis, b.set);
    return depends(gather_end(analysis));
}

/* ---- Element-wise ---- */

static struct element apply(struct analysis *analysis, const struct node *node,
                            const struct element *operands)
{
    bool all = true;
    double values[3] = {0, 0, 0};
    for (int k = 0; k < node->input_count; k++) {
        all = all && operands[k].is_known;
        values[k] = operands[k].value;
    }
    if (all)
        return known(operator_value(node->op, node->inputs[node->input_count > 1]->type, values));
    const struct element *a = operands, *b = operands + 1;
    switch (node->op) {
    case OP_SELECT:
        if (a->is_known)
            return a->value != 0 ? operands[1] : operands[2];
        return either(analysis, operands[1], operands[2]);
    case OP_MUL:
        if (is_known(a, 0) || is_known(b, 0))
            return known(0);
        break;
    case OP_AND:
        if (is_known(a, 0) || is_known(b, 0))
            return known(0);
        break;
    case OP_OR:
        if ((a->is_known && a->value != 0) || (b->is_known && b->value != 0))
            return known(1);
        break;
    case OP_DIV:
        if (is_known(a, 0))
            return known(0);
        break;
    default: break;
    }
    if (!operator_info(node->op)->derivative)
        return unknown;
    gather_begin(analysis);
    for (int k = 0; k < node->input_count; k++)
        gather(analysis, operands[k].set);
    return depends(gather_end(analysis));
}

static struct values follow_elementwise(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    const struct values *inputs[3] = {NULL, NULL, NULL};
    for (int k = 0; k < node->input_count; k++)
        inputs[k] = values_of(analysis, node->inputs[k]);
    for (size_t i = 0; i < y.count; i++) {
        struct element operands[3];
        for (int k = 0; k < node->input_count; k++)
            operands[k] = element_of(inputs[k], i);
        y.elements[i] = apply(analysis, node, operands);
    }
    return y;
}

/* ---- Index spaces ---- */

struct space {
    int rank;
    int64_t extents[2 * MAXIMUM_RANK], position[2 * MAXIMUM_RANK];
    size_t count;
};

static struct space space_of(struct analysis *analysis, const struct node *node)
{
    struct space space = {.rank = node->rank, .count = 1};
    for (int a = 0; a < node->rank; a++) {
        space.extents[a] = number_of(analysis, node->shape[a]);
        space.count *= (size_t)space.extents[a];
    }
    return space;
}

/* Row-major successor. */
static void advance(struct space *space)
{
    for (int a = space->rank - 1; a >= 0; a--) {
        if (++space->position[a] < space->extents[a])
            return;
        space->position[a] = 0;
    }
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
        deposits->items = realloc(deposits->items, deposits->capacity * sizeof *deposits->items);
        if (!deposits->items)
            abort();
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
    free(ends);
    free(order);
    free(deposits->items);
}

/* ---- Views ---- */

static struct values follow_index(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    const struct values *x = values_of(analysis, node->inputs[0]);
    struct view view = view_of(analysis, node, node, node->inputs[0], 1);
    for (size_t i = 0; i < y.count; i++, advance(&view.space)) {
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

static struct values follow_scatter(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    const struct values *x = values_of(analysis, node->inputs[0]);
    struct view view = view_of(analysis, node, node->inputs[0], node, 1);
    struct deposits deposits = {0};
    for (size_t i = 0; i < view.space.count; i++, advance(&view.space)) {
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

static struct values follow_replace(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    const struct values *x = values_of(analysis, node->inputs[0]),
                        *part = values_of(analysis, node->inputs[1]);
    struct view view = view_of(analysis, node, node->inputs[1], node, 2);
    for (size_t i = 0; i < y.count; i++)
        y.elements[i] = element_of(x, i);
    for (size_t i = 0; i < view.space.count; i++, advance(&view.space)) {
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

static struct values follow_iota(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    struct space space = space_of(analysis, node);
    const struct affine *affine = &node->subscripts[0];
    for (size_t i = 0; i < y.count; i++, advance(&space)) {
        int64_t value = number_of(analysis, affine->offset);
        for (int a = 0; affine->coefficients && a < node->rank; a++)
            value += number_of(analysis, affine->coefficients[a]) * space.position[a];
        y.elements[i] = known((double)value);
    }
    return y;
}

/* ---- Reductions ---- */

static struct values follow_reduction(struct analysis *analysis, const struct node *node)
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
    for (size_t i = 0; i < space.count; i++, advance(&space)) {
        size_t at = 0;
        for (int a = 0; a < x->rank; a++)
            at += strides[a] * (size_t)space.position[a];
        deposit(&deposits, at, element_of(values, i));
    }
    settle(analysis, node->op, &deposits, &y);
    return y;
}

static struct values follow_cumsum(struct analysis *analysis, const struct node *node)
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
    for (size_t i = 0; i < total; i++, advance(&space)) {
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

static struct values follow_contract(struct analysis *analysis, const struct node *node)
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
        for (size_t k = 0; k < rounds; k++, advance(&space)) {
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
    free(sums.elements);
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
static struct values follow_matrix(struct analysis *analysis, const struct node *node)
{
    struct values y = values_new(analysis, node);
    const struct node *matrix = node->inputs[0];
    const struct values *x = values_of(analysis, matrix),
                        *right = node->input_count > 1 ? values_of(analysis, node->inputs[1]) : NULL;
    size_t n = (size_t)number_of(analysis, matrix->shape[matrix->rank - 1]),
           systems = count_of(analysis, matrix) / (n * n);
    size_t block = y.count / systems, columns = right ? block / n : 1;
    for (size_t i = 0; i < y.count; i++) {
        gather_begin(analysis);
        gather_range(analysis, x, i / block * n * n, 1, n * n);
        if (right)
            gather_range(analysis, right, i / block * block + i % columns, columns, n);
        y.elements[i] = depends(gather_end(analysis));
    }
    return y;
}

/* ---- Loops ---- */

static void follow(struct analysis *analysis, struct node *node);

/* What the results of a loop hold so far; has_run: this round runs, else it may run. */
static void merge(struct analysis *analysis, struct element *to, struct element value, bool has_run)
{
    *to = has_run ? value : either(analysis, *to, value);
}

struct rounds {
    struct loop *loop;
    struct values *results; /* carried, then collected */
    bool is_certain;        /* no condition that is not known has been met */
};

static void prepare_results(struct analysis *analysis, struct rounds *rounds, size_t count)
{
    struct loop *loop = rounds->loop;
    int result_count = loop->carried_count + loop->collected_count;
    rounds->results = allocate((size_t)result_count, sizeof *rounds->results);
    for (int k = 0; k < result_count; k++) {
        bool is_carried = k < loop->carried_count;
        struct values *result = &rounds->results[k];
        result->count = is_carried ? count_of(analysis, loop->carried[k])
                                   : count * count_of(analysis, loop->collected[k - loop->carried_count]);
        result->elements = allocate(result->count, sizeof *result->elements);
        for (size_t i = 0; i < result->count; i++)
            result->elements[i] =
                is_carried ? element_of(values_of(analysis, loop->initial[k]), i) : known(0);
        if (is_carried)
            values_set(values_of(analysis, loop->carried[k]), values_copy(result, result->count));
    }
}

/* False if the round certainly does not run. */
static bool follow_condition(struct analysis *analysis, struct rounds *rounds)
{
    if (!rounds->loop->condition)
        return true;
    struct element condition = element_of(values_of(analysis, rounds->loop->condition), 0);
    if (is_known(&condition, 0))
        return false;
    rounds->is_certain = rounds->is_certain && condition.is_known;
    return true;
}

static void finish_round(struct analysis *analysis, struct rounds *rounds, size_t entry)
{
    struct loop *loop = rounds->loop;
    struct values *next = allocate((size_t)loop->carried_count, sizeof *next);
    for (int k = 0; k < loop->carried_count; k++)
        next[k] = values_copy(values_of(analysis, loop->next[k]), rounds->results[k].count);
    for (int k = 0; k < loop->carried_count; k++) {
        for (size_t i = 0; i < next[k].count; i++)
            merge(analysis, &rounds->results[k].elements[i], element_of(&next[k], i), rounds->is_certain);
        values_set(values_of(analysis, loop->carried[k]), next[k]);
    }
    for (int k = 0; k < loop->collected_count; k++) {
        const struct values *value = values_of(analysis, loop->collected[k]);
        struct values *result = &rounds->results[loop->carried_count + k];
        size_t count = count_of(analysis, loop->collected[k]);
        for (size_t i = 0; i < count; i++)
            merge(analysis, &result->elements[entry * count + i], element_of(value, i), rounds->is_certain);
    }
    free(next);
}

/* The results of the LOOP, for its RESULTs to take. */
static struct rounds follow_loop(struct analysis *analysis, struct node *node)
{
    struct loop *loop = node->loop;
    const struct region *region = region_of(analysis->graph, loop);
    struct rounds rounds = {.loop = loop, .is_certain = true};
    int64_t begin = number_of(analysis, loop->begin), end = number_of(analysis, loop->end);
    size_t number = analysis->numbers_count;
    struct loop_number variable = {loop->variable, begin};
    ARENA_APPEND(analysis->arena, analysis, numbers, variable);
    prepare_results(analysis, &rounds, end > begin ? (size_t)(end - begin) : 0);
    for (int64_t round = begin; round < end; round++) {
        analysis->numbers[number].number = loop->reverse ? end - 1 - (round - begin) : round;
        for (size_t i = 0; i < region->inside_count; i++)
            follow(analysis, region->inside[i]);
        if (!follow_condition(analysis, &rounds))
            break;
        finish_round(analysis, &rounds, (size_t)(analysis->numbers[number].number - begin));
    }
    analysis->numbers_count = number;
    return rounds;
}

static void free_rounds(struct rounds *rounds)
{
    for (int k = 0; rounds->results && k < rounds->loop->carried_count + rounds->loop->collected_count; k++)
        free(rounds->results[k].elements);
    free(rounds->results);
}

/* ---- One node ---- */

/* The results of a LOOP stand in the place of its elements. */

static struct rounds *rounds_of(struct analysis *analysis, const struct node *loop)
{
    return (struct rounds *)(void *)values_of(analysis, loop)->elements;
}

static struct values follow_result(struct analysis *analysis, const struct node *node)
{
    const struct rounds *rounds = rounds_of(analysis, node->inputs[0]);
    return values_copy(&rounds->results[node->result], rounds->results[node->result].count);
}

static struct values single(struct element element)
{
    struct values values = {allocate(1, sizeof *values.elements), 1};
    values.elements[0] = element;
    return values;
}

static struct values without_sets(const struct values *from, size_t count)
{
    struct values values = values_copy(from, count);
    for (size_t i = 0; values.elements && i < count; i++)
        values.elements[i].set = NULL;
    return values;
}

static struct values values_for(struct analysis *analysis, struct node *node)
{
    const struct values *x = node->input_count ? values_of(analysis, node->inputs[0]) : NULL;
    switch (node->op) {
    case OP_CONSTANT: return single(known(node->value));
    case OP_SIZE_VALUE: return single(known((double)number_of(analysis, node->extent)));
    case OP_IOTA: return follow_iota(analysis, node);
    case OP_INDEX: return follow_index(analysis, node);
    case OP_SCATTER: return follow_scatter(analysis, node);
    case OP_REPLACE: return follow_replace(analysis, node);
    case OP_RESHAPE:
    case OP_MARK:
    case OP_CUSTOM: return values_copy(x, count_of(analysis, node));
    case OP_STOP: return without_sets(x, count_of(analysis, node));
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL: return follow_reduction(analysis, node);
    case OP_CONTRACT: return follow_contract(analysis, node);
    case OP_CUMSUM: return follow_cumsum(analysis, node);
    case OP_RESULT: return follow_result(analysis, node);
    case OP_CHOLESKY:
    case OP_SOLVE_TRIANGULAR:
    case OP_LU_SOLVE:
    case OP_LOGABSDET:
    case OP_DET: return follow_matrix(analysis, node);
    default:
        if (operator_is_elementwise(node->op))
            return follow_elementwise(analysis, node);
        return (struct values){NULL, 0}; /* parameters; ARGMAX, ARGMIN */
    }
}

/* Nothing can be known of a view, a sum, ... of what nothing is known of; SCATTER, and INDEX with fill, make
 * zeros. */
static bool is_plain(struct analysis *analysis, const struct node *node)
{
    bool makes_values = node->input_count == 0 || node->op == OP_SCATTER || node->op == OP_RESULT ||
                        (node->op == OP_INDEX && node->fill);
    return !makes_values && !any_values(analysis, node);
}

static void follow(struct analysis *analysis, struct node *node)
{
    struct values *values = values_of(analysis, node);
    if (node->op == OP_LOOP) {
        if (values->elements)
            free_rounds(rounds_of(analysis, node));
        free(values->elements);
        values->elements = NULL;
        struct rounds *rounds = allocate(1, sizeof *rounds);
        *rounds = follow_loop(analysis, node);
        values->elements = (struct element *)(void *)rounds;
        return;
    }
    values_set(values, is_plain(analysis, node) ? (struct values){NULL, 0} : values_for(analysis, node));
}

/* ---- The whole ---- */

static void free_values(struct analysis *analysis, size_t count)
{
    for (size_t id = 0; id < count; id++) {
        if (analysis->graph->nodes[id]->op == OP_LOOP && analysis->values[id].elements)
            free_rounds(rounds_of(analysis, analysis->graph->nodes[id]));
        free(analysis->values[id].elements);
    }
    free(analysis->values);
}

static struct pattern *pattern_of(struct analysis *analysis, const struct values *rows, size_t row_count,
                                  size_t column_count)
{
    struct arena *arena = analysis->graph->arena;
    struct pattern *pattern = ARENA_NEW(arena, struct pattern);
    *pattern = (struct pattern){row_count, column_count, 0, NULL, NULL};
    pattern->starts = ARENA_ARRAY(arena, int32_t, row_count + 1);
    for (size_t i = 0; i < row_count; i++) {
        const struct set *set = element_of(rows, i).set;
        pattern->count += set ? set->count : 0;
        pattern->starts[i + 1] = (int32_t)pattern->count;
    }
    pattern->columns = ARENA_ARRAY(arena, int32_t, pattern->count + 1);
    for (size_t i = 0; i < row_count; i++) {
        const struct set *set = element_of(rows, i).set;
        if (set)
            memcpy(pattern->columns + pattern->starts[i], set->elements, set->count * sizeof *set->elements);
    }
    return pattern;
}

struct pattern *sparsity_of(struct graph *graph, struct node *node, struct node *seed)
{
    struct analysis *analysis = allocate(1, sizeof *analysis);
    unsigned char *reached = allocate(graph->nodes_count, 1);
    size_t count = graph->nodes_count;
    analysis->graph = graph;
    analysis->arena = arena_new();
    analysis->values = allocate(count, sizeof *analysis->values);
    size_t columns = count_of(analysis, seed), rows = count_of(analysis, node);
    analysis->stamps = allocate(columns, sizeof *analysis->stamps);
    analysis->found = allocate(columns, sizeof *analysis->found);
    struct values *seeds = values_of(analysis, seed);
    *seeds = values_new(analysis, seed);
    for (size_t i = 0; i < columns; i++)
        seeds->elements[i] = depends(intern(analysis, &(int32_t){(int32_t)i}, 1));
    mark_reachable(graph, &node, 1, false, reached);
    for (int id = 0; id <= node->id; id++)
        if (reached[id] && graph->nodes[id] != seed)
            follow(analysis, graph->nodes[id]);
    struct pattern *pattern = pattern_of(analysis, values_of(analysis, node), rows, columns);
    free(analysis->stamps);
    free(analysis->found);
    free(reached);
    free_values(analysis, count);
    arena_free(analysis->arena);
    free(analysis);
    return pattern;
}
