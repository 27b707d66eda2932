/* math_print.c: see math_print.h. There are two notations: whole tensors, with NumPy's broadcasting, and
 * elements with subscripts. The first is tried; what it cannot say sets `failed`, and the second is used
 * throughout. */
#include "math_print.h"
#include "graph_internal.h"
#include "routine.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 2000, DEEPEST = 200 };

/* The language's operators, loosest first. */
enum precedence { P_IF, P_OR, P_AND, P_NOT, P_COMPARE, P_SUM, P_PRODUCT, P_NEGATIVE, P_POWER, P_PRIMARY };

struct printer {
    struct arena *arena;
    const struct math_names *names;
    const struct node *root;
    bool failed;    /* whole-tensor notation cannot say it */
    int letters;    /* index letters in use */
    uint32_t taken; /* letters that names in the text have, bit 0 for a */
    int depth;
    size_t length; /* written so far, roughly */
};

/* A text and how tightly its outermost operator binds. */
struct phrase {
    const char *text;
    enum precedence precedence;
};

/* Subscripts of the element that is printed; NULL: the whole tensor. */
typedef const struct phrase *subscripts;

static struct phrase print_node(struct printer *printer, const struct node *node, subscripts at);

static struct phrase phrase(const char *text, enum precedence precedence)
{
    return (struct phrase){text, precedence};
}

/* The text with parentheses if it binds less tightly than needed. */
static const char *tight(struct printer *printer, struct phrase inner, enum precedence needed)
{
    return inner.precedence >= needed ? inner.text : arena_print(printer->arena, "(%s)", inner.text);
}

static struct phrase fail(struct printer *printer)
{
    printer->failed = true;
    return phrase("?", P_PRIMARY);
}

/* ---- Numbers, sizes, letters ---- */

/* Names of one letter in a text are not free to be indices. */
static const char *take_letters(struct printer *printer, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        bool starts = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_' || at[-1] == '.');
        if (starts && *at >= 'a' && *at <= 'z' && !isalnum((unsigned char)at[1]) && at[1] != '_')
            printer->taken |= UINT32_C(1) << (*at - 'a');
    }
    return text;
}

static const char *size_text(struct printer *printer, const size *a)
{
    return take_letters(printer, size_print(printer->arena, a, SIZE_LANGUAGE));
}

static struct phrase print_number(struct printer *printer, double value)
{
    char text[40];

    if (isnan(value))
        return phrase("nan", P_PRIMARY);
    if (isinf(value))
        return value > 0 ? phrase("inf", P_PRIMARY) : phrase("-inf", P_NEGATIVE);
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    if (strchr(text, 'e') != NULL && fabs(value) < 1e15 && value == floor(value))
        snprintf(text, sizeof text, "%.0f", value);
    return phrase(arena_copy(printer->arena, text, strlen(text)), text[0] == '-' ? P_NEGATIVE : P_PRIMARY);
}

static struct phrase print_size(struct printer *printer, const size *a)
{
    const char *text = size_text(printer, a);
    bool is_product = strpbrk(text, "*/^") != NULL;

    return phrase(text, size_is_sum(a) ? P_SUM : is_product ? P_PRODUCT : P_PRIMARY);
}

static struct phrase next_letter(struct printer *printer)
{
    static const char letters[] = "ijklmnpqrstuvwabcdefgh";
    int count = (int)sizeof letters - 1;

    while (printer->letters < count && (printer->taken >> (letters[printer->letters] - 'a') & 1))
        printer->letters++;
    int place = printer->letters++;
    if (place < count)
        return phrase(arena_copy(printer->arena, &letters[place], 1), P_PRIMARY);
    return phrase(arena_print(printer->arena, "i%d", place - count + 1), P_PRIMARY);
}

/* ---- Affine subscripts ---- */

static struct phrase add_term(struct printer *printer, struct phrase sum, struct phrase term,
                              bool is_negative)
{
    if (sum.text == NULL)
        return is_negative
                   ? phrase(arena_print(printer->arena, "-%s", tight(printer, term, P_POWER)), P_NEGATIVE)
                   : term;
    return phrase(arena_print(printer->arena, "%s %c %s", sum.text, is_negative ? '-' : '+',
                              tight(printer, term, P_PRODUCT)),
                  P_SUM);
}

/* offset + sum of coefficient * subscript + k */
static struct phrase print_affine(struct printer *printer, const struct node *node,
                                  const struct affine *affine, subscripts at,
                                  const struct node *const *dynamics)
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
                is_number ? print_number(printer, (double)llabs(number)) : print_size(printer, coefficient);
            term = phrase(arena_print(printer->arena, "%s * %s", tight(printer, factor, P_PRODUCT),
                                      tight(printer, term, P_NEGATIVE)),
                          P_PRODUCT);
        }
        sum = add_term(printer, sum, term, is_number && number < 0);
    }
    if (affine->dynamic > 0)
        sum = add_term(printer, sum, print_node(printer, dynamics[affine->dynamic - 1], at), false);
    if (sum.text != NULL && size_is(affine->offset, 0))
        return sum;
    if (sum.text != NULL && size_is_number(affine->offset, &number) && number < 0)
        return add_term(printer, sum, print_number(printer, -(double)number), true);
    return add_term(printer, sum, print_size(printer, affine->offset), false);
}

static const char *join(struct printer *printer, const char *list, const char *item)
{
    return list == NULL ? item : arena_print(printer->arena, "%s, %s", list, item);
}

static struct phrase with_subscripts(struct printer *printer, struct phrase x, subscripts at, int rank)
{
    const char *list = NULL;

    if (rank == 0 || at == NULL)
        return x;
    for (int a = 0; a < rank; a++)
        list = join(printer, list, at[a].text);
    return phrase(arena_print(printer->arena, "%s[%s]", tight(printer, x, P_PRIMARY), list), P_PRIMARY);
}

/* ---- Views as whole tensors ---- */

static const char *print_shape(struct printer *printer, int rank, size *const *shape)
{
    const char *list = NULL;

    for (int a = 0; a < rank; a++)
        list = join(printer, list, size_text(printer, shape[a]));
    return arena_print(printer->arena, "[%s]", list != NULL ? list : "");
}

/* One subscript of a slice: `2`, `:`, `1:5`, `::2`; NULL if it is none. */
static const char *print_range(struct printer *printer, const struct node *node, int subscript, int axis)
{
    const struct affine *affine = &node->subscripts[subscript];
    size *extent = node->inputs[0]->shape[subscript], *last;
    const char *begin, *end;
    int64_t step;

    if (axis < 0)
        return size_text(printer, affine->offset);
    if (!size_is_number(affine->coefficients[axis], &step) || step < 1)
        return NULL;
    last = size_multiply(affine->coefficients[axis], node->shape[axis]);
    last = size_add(affine->offset, last);
    begin = size_is(affine->offset, 0) ? "" : size_text(printer, affine->offset);
    end = last == extent ? "" : size_text(printer, last);
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
        return phrase(arena_print(printer->arena, "%s'", tight(printer, x, P_PRIMARY)), P_PRIMARY);
    for (int a = 0; a < rank; a++) {
        for (int s = 0; s < rank; s++) {
            if (axis_of[s] == a)
                order = join(printer, order, arena_print(printer->arena, "%d", s));
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
            return fail(printer);
        for (int s = 0; s < picked_rank; s++) {
            if (single_axis(k, s) != s)
                return fail(printer);
        }
        k = k->inputs[0];
    }
    for (int s = 0; s < source->rank; s++) {
        const struct affine *affine = &node->subscripts[s];
        int expected = s == 0 ? -1 : s + picked_rank - 1;
        bool is_one = size_is(source->shape[s], 1);

        if (!size_is(affine->offset, 0) || affine->dynamic != (s == 0) ||
            (single_axis(node, s) != expected && !is_one))
            return fail(printer);
    }
    return phrase(arena_print(printer->arena, "%s[%s]",
                              tight(printer, print_node(printer, source, NULL), P_PRIMARY),
                              print_node(printer, k, NULL).text),
                  P_PRIMARY);
}

/* The items between brackets, without whole axes at the end. */
static struct phrase subscripted(struct printer *printer, struct phrase x, const char *const *items,
                                 int count, bool is_root)
{
    const char *list = NULL;

    /* Inside an expression, broadcasting inserts axes at the front by itself. */
    for (; !is_root && count > 1 && strcmp(items[0], "new") == 0; count--)
        items++;
    while (count > 1 && strcmp(items[count - 1], ":") == 0)
        count--;
    if (count == 1 && strcmp(items[0], ":") == 0)
        return x;
    for (int i = 0; i < count; i++)
        list = join(printer, list, items[i]);
    return phrase(arena_print(printer->arena, "%s[%s]", tight(printer, x, P_PRIMARY), list), P_PRIMARY);
}

/* Slices, positions and inserted axes, in the order of the source's axes. */
static struct phrase print_slices(struct printer *printer, const struct node *node, struct phrase x,
                                  const int *axis_of)
{
    const char *items[2 * MAXIMUM_RANK];
    int count = 0, next = 0;

    for (int s = 0; s < node->inputs[0]->rank; s++) {
        if (axis_of[s] >= 0 && axis_of[s] < next)
            return fail(printer);
        for (; axis_of[s] >= 0 && next < axis_of[s]; next++)
            items[count++] = "new";
        next += axis_of[s] >= 0;
        items[count] = print_range(printer, node, s, axis_of[s]);
        if (items[count++] == NULL)
            return fail(printer);
    }
    for (; next < node->rank; next++)
        items[count++] = "new";
    return subscripted(printer, x, items, count, node == printer->root);
}

static struct phrase print_view(struct printer *printer, const struct node *node)
{
    const struct node *source = node->inputs[0];
    int axis_of[MAXIMUM_RANK];
    bool permutes = source->rank == node->rank, is_broadcast = true;
    struct phrase x;

    if (node->input_count == 2 && !node->fill && source->rank > 0)
        return print_gather(printer, node);
    if (node->input_count > 1 || node->fill)
        return fail(printer);
    x = print_node(printer, source, NULL);
    for (int s = 0; s < source->rank; s++) {
        const struct affine *affine = &node->subscripts[s];
        axis_of[s] = single_axis(node, s);
        if (axis_of[s] == -2)
            return fail(printer);
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
                                  print_shape(printer, node->rank, node->shape)),
                      P_PRIMARY);
    return permutes ? print_transpose(printer, node, x, axis_of) : print_slices(printer, node, x, axis_of);
}

/* ---- Element-wise operators ---- */

static struct phrase print_infix(struct printer *printer, const struct node *node, subscripts at,
                                 const char *symbol, enum precedence precedence)
{
    /* Left-associative, but for comparisons, which do not associate. */
    enum precedence left = precedence == P_COMPARE ? P_SUM : precedence;
    const char *a = tight(printer, print_node(printer, node->inputs[0], at), left);
    bool associates = node->op == OP_ADD || node->op == OP_AND || node->op == OP_OR;
    const char *b = tight(printer, print_node(printer, node->inputs[1], at),
                          associates ? precedence : (enum precedence)(precedence + 1));

    return phrase(arena_print(printer->arena, "%s %s %s", a, symbol, b), precedence);
}

/* 1 / (1 + exp(-x)): x, or NULL. */
static const struct node *sigmoid_argument(const struct printer *printer, const struct node *node)
{
    const struct node *sum, *exponential;
    double value;

    if (node->op != OP_DIV || !graph_is_constant(node->inputs[0], &value) || value != 1)
        return NULL;
    sum = node->inputs[1];
    if (sum->op != OP_ADD || printer->names->is_leaf(sum, printer->names->closure))
        return NULL;
    for (int i = 0; i < 2; i++) {
        exponential = sum->inputs[1 - i];
        if (graph_is_constant(sum->inputs[i], &value) && value == 1 && exponential->op == OP_EXP &&
            exponential->inputs[0]->op == OP_NEG &&
            !printer->names->is_leaf(exponential, printer->names->closure) &&
            !printer->names->is_leaf(exponential->inputs[0], printer->names->closure))
            return exponential->inputs[0]->inputs[0];
    }
    return NULL;
}

static struct phrase print_call(struct printer *printer, const char *name, const struct node *node,
                                subscripts at)
{
    const char *list = NULL;

    for (int i = 0; i < node->input_count; i++)
        list = join(printer, list, print_node(printer, node->inputs[i], at).text);
    return phrase(arena_print(printer->arena, "%s(%s)", name, list), P_PRIMARY);
}

static struct phrase print_select(struct printer *printer, const struct node *node, subscripts at)
{
    const char *c = tight(printer, print_node(printer, node->inputs[0], at), P_OR);
    const char *a = tight(printer, print_node(printer, node->inputs[1], at), P_OR);
    const char *b = print_node(printer, node->inputs[2], at).text;

    return phrase(arena_print(printer->arena, "if %s then %s else %s", c, a, b), P_IF);
}

static struct phrase print_elementwise(struct printer *printer, const struct node *node, subscripts at)
{
    const struct node *argument = sigmoid_argument(printer, node);
    struct phrase a;

    if (argument != NULL)
        return phrase(arena_print(printer->arena, "sigmoid(%s)", print_node(printer, argument, at).text),
                      P_PRIMARY);
    switch (node->op) {
    case OP_ADD: return print_infix(printer, node, at, "+", P_SUM);
    case OP_SUB: return print_infix(printer, node, at, "-", P_SUM);
    case OP_MUL: return print_infix(printer, node, at, "*", P_PRODUCT);
    case OP_DIV: return print_infix(printer, node, at, "/", P_PRODUCT);
    case OP_EQ: return print_infix(printer, node, at, "==", P_COMPARE);
    case OP_NE: return print_infix(printer, node, at, "!=", P_COMPARE);
    case OP_LT: return print_infix(printer, node, at, "<", P_COMPARE);
    case OP_LE: return print_infix(printer, node, at, "<=", P_COMPARE);
    case OP_AND: return print_infix(printer, node, at, "and", P_AND);
    case OP_OR: return print_infix(printer, node, at, "or", P_OR);
    case OP_SELECT: return print_select(printer, node, at);
    case OP_NEG:
        a = print_node(printer, node->inputs[0], at);
        return phrase(arena_print(printer->arena, "-%s", tight(printer, a, P_POWER)), P_NEGATIVE);
    case OP_NOT:
        a = print_node(printer, node->inputs[0], at);
        return phrase(arena_print(printer->arena, "not %s", tight(printer, a, P_NOT)), P_NOT);
    case OP_ABS:
        return phrase(arena_print(printer->arena, "|%s|", print_node(printer, node->inputs[0], at).text),
                      P_PRIMARY);
    case OP_POW:
        a = print_node(printer, node->inputs[0], at);
        return phrase(arena_print(printer->arena, "%s^%s", tight(printer, a, P_PRIMARY),
                                  tight(printer, print_node(printer, node->inputs[1], at), P_NEGATIVE)),
                      P_POWER);
    default: return print_call(printer, operator_info(node->op)->name, node, at);
    }
}

/* ---- Reductions and contractions ---- */

static const char *axes_text(struct printer *printer, const struct node *node)
{
    const char *list = NULL;
    int count = 0;

    if (node->axes == node_all_axes(node->inputs[0]) && node->op != OP_ARGMAX && node->op != OP_ARGMIN &&
        node->op != OP_CUMSUM)
        return "";
    for (int a = 0; a < node->inputs[0]->rank; a++) {
        if (node->axes >> a & 1) {
            list = join(printer, list, arena_print(printer->arena, "%d", a));
            count++;
        }
    }
    return arena_print(printer->arena, count == 1 ? ", axis = %s" : ", axis = [%s]", list);
}

static struct phrase print_reduction(struct printer *printer, const struct node *node)
{
    const char *reverse = node->reverse ? ", reverse" : "";

    return phrase(arena_print(printer->arena, "%s(%s%s%s)", operator_info(node->op)->name,
                              print_node(printer, node->inputs[0], NULL).text, axes_text(printer, node),
                              reverse),
                  P_PRIMARY);
}

/* sum[k](x[i, k]) */
static struct phrase print_indexed_reduction(struct printer *printer, const struct node *node, subscripts at)
{
    struct phrase inner[MAXIMUM_RANK], body;
    const char *list = NULL;
    int letters = printer->letters, own = 0;

    for (int a = 0; a < node->inputs[0]->rank; a++) {
        if (node->axes >> a & 1) {
            inner[a] = next_letter(printer);
            list = join(printer, list, inner[a].text);
        } else {
            inner[a] = at[own++];
        }
    }
    body = print_node(printer, node->inputs[0], inner);
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
    const char *left = tight(printer, print_node(printer, a, NULL), a_order < 0 ? P_PRIMARY : P_PRODUCT);
    const char *right = tight(printer, print_node(printer, b, NULL), b_order < 0 ? P_PRIMARY : P_NEGATIVE);
    *result = phrase(arena_print(printer->arena, "%s%s @ %s%s", left, a_order < 0 ? "'" : "", right,
                                 b_order < 0 ? "'" : ""),
                     P_PRODUCT);
    return true;
}

static struct phrase print_contract(struct printer *printer, const struct node *node)
{
    struct phrase result;

    if (print_product(printer, node, 0, &result) || print_product(printer, node, 1, &result))
        return result;
    return fail(printer);
}

/* sum[k](a[i, k] * b[k, j]) */
static struct phrase print_indexed_contract(struct printer *printer, const struct node *node, subscripts at)
{
    struct phrase all[2 * MAXIMUM_RANK], own[MAXIMUM_RANK];
    const char *list = NULL, *factors[2];
    int letters = printer->letters;

    for (int i = 0; i < node->rank + node->reduced; i++) {
        if (i < node->rank) {
            all[i] = at[i];
            continue;
        }
        all[i] = next_letter(printer);
        list = join(printer, list, all[i].text);
    }
    for (int operand = 0; operand < 2; operand++) {
        const signed char *axes = operand == 0 ? node->a_axes : node->b_axes;
        for (int a = 0; a < node->inputs[operand]->rank; a++)
            own[a] = all[axes[a]];
        factors[operand] = tight(printer, print_node(printer, node->inputs[operand], own), P_PRODUCT);
    }
    printer->letters = letters;
    return phrase(arena_print(printer->arena, "sum[%s](%s * %s)", list, factors[0], factors[1]), P_PRIMARY);
}

/* ---- Any node ---- */

static struct phrase print_iota(struct printer *printer, const struct node *node, subscripts at)
{
    const struct affine *affine = &node->subscripts[0];

    if (at != NULL)
        return print_affine(printer, node, affine, at, NULL);
    if (node->rank != 1 || !size_is(affine->offset, 0) || !size_is(affine->coefficients[0], 1))
        return fail(printer);
    return phrase(arena_print(printer->arena, "range(%s)", size_text(printer, node->shape[0])), P_PRIMARY);
}

/* x[A i + b] by substitution of subscripts */
static struct phrase print_indexed_view(struct printer *printer, const struct node *node, subscripts at)
{
    const struct node *source = node->inputs[0];
    struct phrase inner[MAXIMUM_RANK];

    for (int s = 0; s < source->rank; s++)
        inner[s] = print_affine(printer, node, &node->subscripts[s], at,
                                (const struct node *const *)node->inputs + 1);
    return print_node(printer, source, inner);
}

static struct phrase print_matrix_function(struct printer *printer, const struct node *node)
{
    switch (node->op) {
    case OP_LOGABSDET:
        return phrase(
            arena_print(printer->arena, "log(|det(%s)|)", print_node(printer, node->inputs[0], NULL).text),
            P_PRIMARY);
    case OP_SOLVE_TRIANGULAR:
    case OP_LU_SOLVE: {
        struct phrase a = print_node(printer, node->inputs[0], NULL),
                      b = print_node(printer, node->inputs[1], NULL);
        bool is_upper = node->op == OP_SOLVE_TRIANGULAR && !node->lower;
        const char *name = is_upper ? "solve_triu" : operator_info(node->op)->name;
        return phrase(arena_print(printer->arena, "%s(%s%s, %s)", name,
                                  node->transposed ? tight(printer, a, P_PRIMARY) : a.text,
                                  node->transposed ? "'" : "", b.text),
                      P_PRIMARY);
    }
    default: return print_call(printer, node_operator_name(node), node, NULL);
    }
}

/* A node that is only written as a whole tensor; an element of it is that with subscripts. */
static struct phrase print_whole(struct printer *printer, const struct node *node)
{
    switch (node->op) {
    case OP_PARAMETER:
    case OP_PLACEHOLDER:
        return phrase(node->name != NULL ? take_letters(printer, node->name) : "?", P_PRIMARY);
    case OP_RESHAPE:
        return phrase(arena_print(printer->arena, "reshape(%s, %s)",
                                  print_node(printer, node->inputs[0], NULL).text,
                                  print_shape(printer, node->rank, node->shape)),
                      P_PRIMARY);
    case OP_SCATTER:
    case OP_REPLACE:
        return phrase(arena_print(printer->arena, "%s(%s)", operator_info(node->op)->name,
                                  print_node(printer, node->inputs[0], NULL).text),
                      P_PRIMARY);
    case OP_ARGMAX:
    case OP_ARGMIN:
    case OP_CUMSUM: return print_reduction(printer, node);
    case OP_STOP: return print_call(printer, "stop_gradient", node, NULL);
    case OP_LOOP: return phrase("loop", P_PRIMARY);
    case OP_RESULT:
        return phrase(arena_print(printer->arena, "result %d of a loop", node->result), P_PRIMARY);
    default: return print_matrix_function(printer, node);
    }
}

static struct phrase print_operator(struct printer *printer, const struct node *node, subscripts at)
{
    if (operator_is_elementwise(node->op))
        return print_elementwise(printer, node, at);
    switch (node->op) {
    case OP_CONSTANT:
        if (node->type == BOOL)
            return phrase(node->value != 0 ? "true" : "false", P_PRIMARY);
        return print_number(printer, node->value);
    case OP_SIZE_VALUE: return print_size(printer, node->extent);
    case OP_IOTA: return print_iota(printer, node, at);
    case OP_INDEX:
        return at != NULL || node->rank == 0 ? print_indexed_view(printer, node, at)
                                             : print_view(printer, node);
    case OP_MARK:
    case OP_CUSTOM: return print_node(printer, node->inputs[0], at);
    case OP_RESHAPE:
        if (node->extent) /* a value as it is read in a branch */
            return print_node(printer, node->inputs[0], at);
        break;
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL:
        return at != NULL ? print_indexed_reduction(printer, node, at) : print_reduction(printer, node);
    case OP_CONTRACT:
        return at != NULL ? print_indexed_contract(printer, node, at) : print_contract(printer, node);
    default: break;
    }
    /* The inside of such a node is a whole tensor again; an element in whole-tensor notation is one with
     * subscripts. */
    return with_subscripts(printer, print_whole(printer, node), at, node->rank);
}

static struct phrase print_node(struct printer *printer, const struct node *node, subscripts at)
{
    size_t longest = printer->names->longest ? printer->names->longest : LONGEST;
    struct phrase result;

    if (node != printer->root && printer->names->is_leaf(node, printer->names->closure)) {
        result = phrase(take_letters(printer, printer->names->leaf_name(node, printer->names->closure)),
                        P_PRIMARY);
        printer->length += strlen(result.text);
        return with_subscripts(printer, result, at, node->rank);
    }
    if (printer->depth >= DEEPEST || printer->length > longest)
        return phrase("...", P_PRIMARY);
    printer->depth++;
    printer->length += 3;
    result = print_operator(printer, node, at);
    printer->depth--;
    return result;
}

/* ---- Entries ---- */

/* Printing starts anew; letters that the text before took for names stay taken. */
static void restart(struct printer *printer)
{
    *printer = (struct printer){
        .arena = printer->arena, .names = printer->names, .root = printer->root, .taken = printer->taken};
}

/* The element in index notation, `letters` being those of the node's axes. Twice: at first to find the
 * letters taken. */
static const char *print_element(struct printer *printer, const struct node *node, struct phrase *letters)
{
    const char *text = NULL;

    for (int pass = 0; pass < 2; pass++) {
        restart(printer);
        for (int a = 0; a < node->rank; a++)
            letters[a] = next_letter(printer);
        text = print_node(printer, node, letters).text;
    }
    return text;
}

/* The text, and the letters of the node's axes where index notation had to be used. */
static const char *print_root(struct printer *printer, const struct node *node, struct phrase *letters,
                              bool *indexed)
{
    struct phrase result = print_node(printer, node, NULL);

    *indexed = printer->failed;
    return printer->failed ? print_element(printer, node, letters) : result.text;
}

const char *math_print(struct arena *arena, const struct node *node, const struct math_names *names)
{
    struct printer printer = {.arena = arena, .names = names, .root = node};
    struct phrase letters[MAXIMUM_RANK];
    bool indexed;

    return print_root(&printer, node, letters, &indexed);
}

/* name[A i + b] += x[i], name[A i + b] = part[i] */
static const char *print_store(struct printer *printer, const char *name, const struct node *node)
{
    bool is_replace = node->op == OP_REPLACE;
    const struct node *x = node->inputs[is_replace ? 1 : 0];
    const struct node *const *dynamics = (const struct node *const *)node->inputs + (is_replace ? 2 : 1);
    struct phrase letters[MAXIMUM_RANK], places[MAXIMUM_RANK], target;
    const char *value = NULL;

    for (int pass = 0; pass < 2; pass++) {
        restart(printer);
        for (int a = 0; a < x->rank; a++)
            letters[a] = next_letter(printer);
        for (int s = 0; s < node->rank; s++)
            places[s] = print_affine(printer, node, &node->subscripts[s], letters, dynamics);
        value = print_node(printer, x, letters).text;
    }
    target = with_subscripts(printer, phrase(name, P_PRIMARY), places, node->rank);
    return arena_print(printer->arena, "%s %s %s", target.text, is_replace ? "=" : "+=", value);
}

const char *math_statement(struct arena *arena, const char *name, const struct node *node,
                           const struct math_names *names)
{
    struct printer printer = {.arena = arena, .names = names, .root = node};
    struct phrase letters[MAXIMUM_RANK], target = phrase(name, P_PRIMARY);
    const char *text;
    bool indexed;

    if (node->op == OP_SCATTER || node->op == OP_REPLACE)
        return print_store(&printer, name, node);
    text = print_root(&printer, node, letters, &indexed);
    if (indexed)
        target = with_subscripts(&printer, target, letters, node->rank);
    return arena_print(arena, "%s = %s", target.text, text);
}
