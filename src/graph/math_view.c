/* math_view.c: views as mathematics: slices, transposes and gathers of whole tensors, and subscripts of
 * elements. */
#include "graph_internal.h"
#include "math_internal.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- Affine subscripts ---- */

static struct phrase add_term(struct printer *printer, struct phrase sum, struct phrase term,
                              bool is_negative)
{
    if (sum.text == NULL)
        return is_negative ? phrase(arena_print(printer->arena, "-%s", math_tight(printer, term, P_POWER)),
                                    P_NEGATIVE)
                           : term;
    return phrase(arena_print(printer->arena, "%s %c %s", sum.text, is_negative ? '-' : '+',
                              math_tight(printer, term, P_PRODUCT)),
                  P_SUM);
}

/* offset + sum of coefficient * subscript + k */
struct phrase math_affine(struct printer *printer, const struct node *node, const struct affine *affine,
                          subscripts at, const struct node *const *dynamics)
{
    struct phrase sum = {NULL, P_PRIMARY};
    int64_t number;

    for (int a = 0; a < node_space_rank(node); a++) {
        size *coefficient = affine->coefficients[a];
        bool is_number = coefficient != NULL && size_is_number(coefficient, &number);

        if (coefficient == NULL)
            continue;
        struct phrase term = at[a];
        if (!is_number || (number != 1 && number != -1)) {
            struct phrase factor =
                is_number ? math_number(printer, (double)llabs(number)) : math_size(printer, coefficient);
            term = phrase(arena_print(printer->arena, "%s * %s", math_tight(printer, factor, P_PRODUCT),
                                      math_tight(printer, term, P_NEGATIVE)),
                          P_PRODUCT);
        }
        sum = add_term(printer, sum, term, is_number && number < 0);
    }
    if (affine->dynamic > 0)
        sum = add_term(printer, sum, math_node(printer, dynamics[affine->dynamic - 1], at), false);
    if (sum.text != NULL && size_is(affine->offset, 0))
        return sum;
    if (sum.text != NULL && size_is_number(affine->offset, &number) && number < 0)
        return add_term(printer, sum, math_number(printer, -(double)number), true);
    return add_term(printer, sum, math_size(printer, affine->offset), false);
}

/* ---- Views as whole tensors ---- */

static const char NEW_AXIS[] = "new", WHOLE_AXIS[] = ":";

/* One subscript of a slice: `2`, `:`, `1:5`, `::2`; NULL if it is none. */
static const char *print_range(struct printer *printer, const struct node *node, int subscript, int axis)
{
    const struct affine *affine = &node->subscripts[subscript];
    size *extent = node->inputs[0]->shape[subscript], *last;
    const char *begin, *end;
    int64_t step;

    if (axis < 0)
        return math_size_text(printer, affine->offset);
    if (!size_is_number(affine->coefficients[axis], &step) || step < 1)
        return NULL;
    last = size_multiply(affine->coefficients[axis], node->shape[axis]);
    last = size_add(affine->offset, last);
    begin = size_is(affine->offset, 0) ? "" : math_size_text(printer, affine->offset);
    end = last == extent ? "" : math_size_text(printer, last);
    if (step == 1 && size_is(affine->offset, 0) && last == extent)
        return WHOLE_AXIS;
    return step == 1 ? arena_print(printer->arena, "%s:%s", begin, end)
                     : arena_print(printer->arena, "%s:%s:%" PRId64, begin, end, step);
}

/* The only axis that the subscript varies with; -1 for none, -2 for several. */
static int single_axis(const struct node *node, int subscript)
{
    int axis = -1;

    for (int a = 0; a < node->rank; a++) {
        if (node->subscripts[subscript].coefficients[a] != NULL)
            axis = axis == -1 ? a : -2;
    }
    return axis;
}

/* x' or transpose(x, [...]) for a permutation. */
static struct phrase print_transpose(struct printer *printer, const struct node *node, struct phrase x,
                                     const int *axis_of)
{
    const char *order = NULL;
    int rank = node->rank;
    bool is_last_two = rank >= 2 && axis_of[rank - 1] == rank - 2 && axis_of[rank - 2] == rank - 1;

    for (int s = 0; s < rank - 2; s++)
        is_last_two = is_last_two && axis_of[s] == s;
    if (is_last_two)
        return phrase(arena_print(printer->arena, "%s'", math_tight(printer, x, P_PRIMARY)), P_PRIMARY);
    for (int a = 0; a < rank; a++) {
        for (int s = 0; s < rank; s++) {
            if (axis_of[s] == a)
                order = math_join(printer, order, arena_print(printer->arena, "%d", s));
        }
    }
    return phrase(arena_print(printer->arena, "transpose(%s, [%s])", x.text, order), P_PRIMARY);
}

/* x[tok]: rows picked by a whole tensor of positions, the other axes following in order. */
static struct phrase print_gather(struct printer *printer, const struct node *node)
{
    const struct node *source = node->inputs[0], *k = node->inputs[1];
    int picked_rank = node->rank - source->rank + 1;

    if (k->rank > picked_rank) { /* broadcast over the other axes */
        if (k->op != OP_INDEX || k->fill || k->input_count > 1 || k->inputs[0]->rank != picked_rank)
            return math_fail(printer);
        for (int s = 0; s < picked_rank; s++) {
            if (single_axis(k, s) != s)
                return math_fail(printer);
        }
        k = k->inputs[0];
    }
    for (int s = 0; s < source->rank; s++) {
        const struct affine *affine = &node->subscripts[s];
        int expected = s == 0 ? -1 : s + picked_rank - 1;
        bool is_one = size_is(source->shape[s], 1);

        if (!size_is(affine->offset, 0) || affine->dynamic != (s == 0) ||
            (single_axis(node, s) != expected && !is_one))
            return math_fail(printer);
    }
    return phrase(arena_print(printer->arena, "%s[%s]",
                              math_tight(printer, math_node(printer, source, NULL), P_PRIMARY),
                              math_node(printer, k, NULL).text),
                  P_PRIMARY);
}

/* The items between brackets, without whole axes at the end. */
static struct phrase subscripted(struct printer *printer, struct phrase x, const char *const *items,
                                 int count, bool is_root)
{
    const char *list = NULL;

    /* Inside an expression, broadcasting inserts axes at the front by itself. */
    for (; !is_root && count > 1 && items[0] == NEW_AXIS; count--)
        items++;
    while (count > 1 && items[count - 1] == WHOLE_AXIS)
        count--;
    if (count == 1 && items[0] == WHOLE_AXIS)
        return x;
    for (int i = 0; i < count; i++)
        list = math_join(printer, list, items[i]);
    return phrase(arena_print(printer->arena, "%s[%s]", math_tight(printer, x, P_PRIMARY), list), P_PRIMARY);
}

/* Slices, positions and inserted axes, in the order of the source's axes. */
static struct phrase print_slices(struct printer *printer, const struct node *node, struct phrase x,
                                  const int *axis_of)
{
    const char *items[2 * MAXIMUM_RANK];
    int count = 0, next = 0;

    for (int s = 0; s < node->inputs[0]->rank; s++) {
        if (axis_of[s] >= 0 && axis_of[s] < next)
            return math_fail(printer);
        for (; axis_of[s] >= 0 && next < axis_of[s]; next++)
            items[count++] = NEW_AXIS;
        next += axis_of[s] >= 0;
        items[count] = print_range(printer, node, s, axis_of[s]);
        if (items[count++] == NULL)
            return math_fail(printer);
    }
    for (; next < node->rank; next++)
        items[count++] = NEW_AXIS;
    return subscripted(printer, x, items, count, node == printer->root);
}

struct phrase math_view(struct printer *printer, const struct node *node)
{
    const struct node *source = node->inputs[0];
    int axis_of[MAXIMUM_RANK];
    bool permutes = source->rank == node->rank, is_broadcast = true;
    struct phrase x;

    if (node->input_count == 2 && !node->fill && source->rank > 0)
        return print_gather(printer, node);
    if (node->input_count > 1 || node->fill)
        return math_fail(printer);
    x = math_node(printer, source, NULL);
    for (int s = 0; s < source->rank; s++) {
        const struct affine *affine = &node->subscripts[s];
        axis_of[s] = single_axis(node, s);
        if (axis_of[s] == -2)
            return math_fail(printer);
        bool whole = axis_of[s] >= 0 && size_is(affine->offset, 0) &&
                     size_is(affine->coefficients[axis_of[s]], 1) &&
                     node->shape[axis_of[s]] == source->shape[s];
        permutes = permutes && whole;
        is_broadcast = is_broadcast && (size_is(source->shape[s], 1) ||
                                        (whole && axis_of[s] == node->rank - source->rank + s));
    }
    if (is_broadcast && node != printer->root) /* NumPy's broadcasting needs no word */
        return x;
    if (is_broadcast)
        return phrase(arena_print(printer->arena, "broadcast(%s, %s)", x.text,
                                  math_shape(printer, node->rank, node->shape)),
                      P_PRIMARY);
    return permutes ? print_transpose(printer, node, x, axis_of) : print_slices(printer, node, x, axis_of);
}

/* ---- Elements ---- */

struct phrase math_iota(struct printer *printer, const struct node *node, subscripts at)
{
    const struct affine *affine = &node->subscripts[0];

    if (at != NULL)
        return math_affine(printer, node, affine, at, NULL);
    if (node->rank != 1 || !size_is(affine->offset, 0) || !size_is(affine->coefficients[0], 1))
        return math_fail(printer);
    return phrase(arena_print(printer->arena, "range(%s)", math_size_text(printer, node->shape[0])),
                  P_PRIMARY);
}

/* x[A i + b] by substitution of subscripts */
struct phrase math_indexed_view(struct printer *printer, const struct node *node, subscripts at)
{
    const struct node *source = node->inputs[0];
    struct phrase inner[MAXIMUM_RANK];

    for (int s = 0; s < source->rank; s++)
        inner[s] = math_affine(printer, node, &node->subscripts[s], at,
                               (const struct node *const *)node->inputs + 1);
    return math_node(printer, source, inner);
}
