/* math_reduction.c: reductions and contractions as mathematics: sum(x, axis = 0), a @ b, sum[k](a[i, k] *
 * b[k, j]). */
#include "graph_internal.h"
#include "math_internal.h"

static const char *axes_text(struct printer *printer, const struct node *node)
{
    const char *list = NULL;
    int count = 0;

    if (node->axes == node_all_axes(node->inputs[0]) && node->op != OP_ARGMAX && node->op != OP_ARGMIN &&
        node->op != OP_CUMSUM)
        return "";
    for (int a = 0; a < node->inputs[0]->rank; a++) {
        if (node->axes >> a & 1) {
            list = math_join(printer, list, arena_print(printer->arena, "%d", a));
            count++;
        }
    }
    return arena_print(printer->arena, count == 1 ? ", axis = %s" : ", axis = [%s]", list);
}

struct phrase math_reduction(struct printer *printer, const struct node *node)
{
    const char *reverse = node->reverse ? ", reverse" : "";

    return phrase(arena_print(printer->arena, "%s(%s%s%s)", operator_info(node->op)->name,
                              math_node(printer, node->inputs[0], NULL).text, axes_text(printer, node),
                              reverse),
                  P_PRIMARY);
}

/* sum[k](x[i, k]) */
struct phrase math_indexed_reduction(struct printer *printer, const struct node *node, subscripts at)
{
    struct phrase inner[MAXIMUM_RANK], body;
    const char *list = NULL;
    int letters = printer->letters, own = 0;

    for (int a = 0; a < node->inputs[0]->rank; a++) {
        if (node->axes >> a & 1) {
            inner[a] = math_letter(printer);
            list = math_join(printer, list, inner[a].text);
        } else {
            inner[a] = at[own++];
        }
    }
    body = math_node(printer, node->inputs[0], inner);
    printer->letters = letters;
    return phrase(arena_print(printer->arena, "%s[%s](%s)", operator_info(node->op)->name, list, body.text),
                  P_PRIMARY);
}

/* Whether the operand, seen in a product whose last axes are `row` and `column`, is a plain or transposed
 * matrix after the leading axes 0, 1, ...: 1 plain, -1 transposed, 0 neither. row -1: a vector. */
static int matrix_order(const signed char *axes, int rank, int leading, int row, int column)
{
    for (int a = 0; a < leading; a++) {
        if (a >= rank || axes[a] != a)
            return 0;
    }
    if (row < 0)
        return rank == leading + 1 && axes[leading] == column;
    if (rank != leading + 2)
        return 0;
    if (axes[leading] == row && axes[leading + 1] == column)
        return 1;
    return axes[leading] == column && axes[leading + 1] == row ? -1 : 0;
}

/* a @ b with `first` as a, if the CONTRACT is that. */
static bool print_product(struct printer *printer, const struct node *node, int first, struct phrase *result)
{
    const struct node *a = node->inputs[first], *b = node->inputs[1 - first];
    const signed char *a_axes = first == 0 ? node->a_axes : node->b_axes;
    const signed char *b_axes = first == 0 ? node->b_axes : node->a_axes;
    int k = node->rank, rank = node->rank, leading, a_order, b_order;
    bool a_is_vector = a->rank == 1, b_is_vector = b->rank == 1;

    if (node->reduced != 1 || (a_is_vector && b_is_vector))
        return false;
    leading = a_is_vector || b_is_vector || b->rank == 2 ? 0 : rank - 2;
    if (leading < 0)
        return false;
    /* Many rows at once: x [n, t, k] @ w [k, h]. */
    if (leading == 0 && a->rank > 2 && a_axes[a->rank - 1] == k) {
        for (int i = 0; i < a->rank - 1; i++) {
            if (a_axes[i] != i)
                return false;
        }
        a_order = 1;
        b_order = matrix_order(b_axes, b->rank, 0, b_is_vector ? -1 : k, b_is_vector ? k : rank - 1);
        if (a->rank - 1 != rank - !b_is_vector)
            return false;
    } else {
        int row = a_is_vector ? -1 : leading, column = b_is_vector ? -1 : rank - 1;
        if (rank != leading + !a_is_vector + !b_is_vector)
            return false;
        a_order = matrix_order(a_axes, a->rank, leading, row, k);
        b_order = b_is_vector ? matrix_order(b_axes, 1, 0, -1, k)
                              : matrix_order(b_axes, b->rank, leading, k, column);
    }
    if (a_order == 0 || b_order == 0)
        return false;
    const char *left = math_tight(printer, math_node(printer, a, NULL), a_order < 0 ? P_PRIMARY : P_PRODUCT);
    const char *right =
        math_tight(printer, math_node(printer, b, NULL), b_order < 0 ? P_PRIMARY : P_NEGATIVE);
    *result = phrase(arena_print(printer->arena, "%s%s @ %s%s", left, a_order < 0 ? "'" : "", right,
                                 b_order < 0 ? "'" : ""),
                     P_PRODUCT);
    return true;
}

struct phrase math_contract(struct printer *printer, const struct node *node)
{
    struct phrase result;

    if (print_product(printer, node, 0, &result) || print_product(printer, node, 1, &result))
        return result;
    return math_fail(printer);
}

/* sum[k](a[i, k] * b[k, j]) */
struct phrase math_indexed_contract(struct printer *printer, const struct node *node, subscripts at)
{
    struct phrase all[2 * MAXIMUM_RANK], own[MAXIMUM_RANK];
    const char *list = NULL, *factors[2];
    int letters = printer->letters;

    for (int i = 0; i < node->rank + node->reduced; i++) {
        if (i < node->rank) {
            all[i] = at[i];
            continue;
        }
        all[i] = math_letter(printer);
        list = math_join(printer, list, all[i].text);
    }
    for (int operand = 0; operand < 2; operand++) {
        const signed char *axes = operand == 0 ? node->a_axes : node->b_axes;
        for (int a = 0; a < node->inputs[operand]->rank; a++)
            own[a] = all[axes[a]];
        factors[operand] = math_tight(printer, math_node(printer, node->inputs[operand], own), P_PRODUCT);
    }
    printer->letters = letters;
    return phrase(arena_print(printer->arena, "sum[%s](%s * %s)", list, factors[0], factors[1]), P_PRIMARY);
}
