/* math_print.c: see math_print.h and, for the two notations, math_internal.h. */
#include "graph_internal.h"
#include "math_internal.h"
#include "routine.h"
#include "tree.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 2000, DEEPEST = 200 };

/* The text with parentheses if it binds less tightly than needed. */
const char *math_tight(struct printer *printer, struct phrase inner, enum precedence needed)
{
    return inner.precedence >= needed ? inner.text : arena_print(printer->arena, "(%s)", inner.text);
}

static struct phrase nameless(struct printer *printer)
{
    printer->facts.is_partial = true;
    return phrase("?", P_PRIMARY);
}

struct phrase math_fail(struct printer *printer)
{
    printer->failed = true;
    return nameless(printer);
}

/* ---- Numbers, sizes, letters, lists ---- */

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

const char *math_size_text(struct printer *printer, const size *a)
{
    return take_letters(printer, size_print(printer->arena, a, SIZE_LANGUAGE));
}

struct phrase math_number(struct printer *printer, double value)
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
    if (fabs(value) < 1e15 && value == floor(value))
        snprintf(text, sizeof text, "%.0f", value);
    return phrase(arena_copy(printer->arena, text, strlen(text)), text[0] == '-' ? P_NEGATIVE : P_PRIMARY);
}

struct phrase math_size(struct printer *printer, const size *a)
{
    bool is_product = size_tree(printer->arena, a, SIZE_WHOLE, NULL)->precedence == PRECEDENCE_PRODUCT;

    return phrase(math_size_text(printer, a), size_is_sum(a) ? P_SUM : is_product ? P_PRODUCT : P_PRIMARY);
}

struct phrase math_letter(struct printer *printer)
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

const char *math_join(struct printer *printer, const char *list, const char *item)
{
    return list == NULL ? item : arena_print(printer->arena, "%s, %s", list, item);
}

struct phrase math_element(struct printer *printer, struct phrase x, subscripts at, int rank)
{
    const char *list = NULL;

    if (rank == 0 || at == NULL)
        return x;
    for (int a = 0; a < rank; a++)
        list = math_join(printer, list, at[a].text);
    return phrase(arena_print(printer->arena, "%s[%s]", math_tight(printer, x, P_PRIMARY), list), P_PRIMARY);
}

const char *math_shape(struct printer *printer, int rank, size *const *shape)
{
    const char *list = NULL;

    for (int a = 0; a < rank; a++)
        list = math_join(printer, list, math_size_text(printer, shape[a]));
    return arena_print(printer->arena, "[%s]", list != NULL ? list : "");
}

/* ---- Element-wise operators ---- */

static struct phrase print_infix(struct printer *printer, const struct node *node, subscripts at)
{
    const char *symbol = operator_info(node->op)->sign;
    enum precedence precedence = (enum precedence)(P_PRIMARY - operator_info(node->op)->level);
    /* Left-associative, but for comparisons, which do not associate. */
    enum precedence left = precedence == P_COMPARE ? P_SUM : precedence;
    const char *a = math_tight(printer, math_node(printer, node->inputs[0], at), left);
    bool associates = node->op == OP_ADD || node->op == OP_AND || node->op == OP_OR;
    const char *b = math_tight(printer, math_node(printer, node->inputs[1], at),
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
        list = math_join(printer, list, math_node(printer, node->inputs[i], at).text);
    return phrase(arena_print(printer->arena, "%s(%s)", name, list), P_PRIMARY);
}

static struct phrase print_select(struct printer *printer, const struct node *node, subscripts at)
{
    const char *c = math_tight(printer, math_node(printer, node->inputs[0], at), P_OR);
    const char *a = math_tight(printer, math_node(printer, node->inputs[1], at), P_OR);
    const char *b = math_node(printer, node->inputs[2], at).text;

    return phrase(arena_print(printer->arena, "if %s then %s else %s", c, a, b), P_IF);
}

static struct phrase print_elementwise(struct printer *printer, const struct node *node, subscripts at)
{
    const struct node *argument = sigmoid_argument(printer, node);
    struct phrase a;

    if (argument != NULL)
        return phrase(arena_print(printer->arena, "sigmoid(%s)", math_node(printer, argument, at).text),
                      P_PRIMARY);
    switch (node->op) {
    case OP_SELECT: return print_select(printer, node, at);
    case OP_NEG:
        a = math_node(printer, node->inputs[0], at);
        return phrase(arena_print(printer->arena, "-%s", math_tight(printer, a, P_POWER)), P_NEGATIVE);
    case OP_NOT:
        a = math_node(printer, node->inputs[0], at);
        return phrase(arena_print(printer->arena, "not %s", math_tight(printer, a, P_NOT)), P_NOT);
    case OP_ABS:
        return phrase(arena_print(printer->arena, "|%s|", math_node(printer, node->inputs[0], at).text),
                      P_PRIMARY);
    case OP_POW:
        a = math_node(printer, node->inputs[0], at);
        return phrase(arena_print(printer->arena, "%s^%s", math_tight(printer, a, P_PRIMARY),
                                  math_tight(printer, math_node(printer, node->inputs[1], at), P_NEGATIVE)),
                      P_POWER);
    default:
        return operator_info(node->op)->sign ? print_infix(printer, node, at)
                                             : print_call(printer, operator_info(node->op)->name, node, at);
    }
}

/* ---- Any node ---- */

static struct phrase print_matrix_function(struct printer *printer, const struct node *node)
{
    switch (node->op) {
    case OP_LOGABSDET:
        return phrase(
            arena_print(printer->arena, "log(|det(%s)|)", math_node(printer, node->inputs[0], NULL).text),
            P_PRIMARY);
    case OP_SOLVE_TRIANGULAR:
    case OP_LU_SOLVE: {
        struct phrase a = math_node(printer, node->inputs[0], NULL),
                      b = math_node(printer, node->inputs[1], NULL);
        bool is_upper = node->op == OP_SOLVE_TRIANGULAR && !node->lower;
        const char *name = is_upper ? "solve_triu" : operator_info(node->op)->name;
        return phrase(arena_print(printer->arena, "%s(%s%s, %s)", name,
                                  node->transposed ? math_tight(printer, a, P_PRIMARY) : a.text,
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
        return node->name ? phrase(take_letters(printer, node->name), P_PRIMARY) : nameless(printer);
    case OP_RESHAPE:
        return phrase(arena_print(printer->arena, "reshape(%s, %s)",
                                  math_node(printer, node->inputs[0], NULL).text,
                                  math_shape(printer, node->rank, node->shape)),
                      P_PRIMARY);
    case OP_SCATTER:
    case OP_REPLACE:
        printer->facts.hides_places = printer->facts.hides_places || node->op == OP_SCATTER;
        return phrase(arena_print(printer->arena, "%s(%s)", operator_info(node->op)->name,
                                  math_node(printer, node->inputs[0], NULL).text),
                      P_PRIMARY);
    case OP_ARGMAX:
    case OP_ARGMIN:
    case OP_CUMSUM: return math_reduction(printer, node);
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
        return math_number(printer, node->value);
    case OP_SIZE_VALUE: return math_size(printer, node->extent);
    case OP_IOTA: return math_iota(printer, node, at);
    case OP_INDEX:
        return at != NULL || node->rank == 0 ? math_indexed_view(printer, node, at)
                                             : math_view(printer, node);
    case OP_MARK:
    case OP_CUSTOM: return math_node(printer, node->inputs[0], at);
    case OP_RESHAPE:
        if (node->extent) /* a value as it is read in a branch */
            return math_node(printer, node->inputs[0], at);
        break;
    case OP_SUM:
    case OP_PRODUCT:
    case OP_MAXIMUM:
    case OP_MINIMUM:
    case OP_ANY:
    case OP_ALL:
        return at != NULL ? math_indexed_reduction(printer, node, at) : math_reduction(printer, node);
    case OP_CONTRACT:
        return at != NULL ? math_indexed_contract(printer, node, at) : math_contract(printer, node);
    default: break;
    }
    /* The inside of such a node is a whole tensor again; an element in whole-tensor notation is one with
     * subscripts. */
    return math_element(printer, print_whole(printer, node), at, node->rank);
}

struct phrase math_node(struct printer *printer, const struct node *node, subscripts at)
{
    size_t longest = printer->names->longest ? printer->names->longest : LONGEST;
    struct phrase result;

    if (node != printer->root && printer->names->is_leaf(node, printer->names->closure)) {
        const char *name = printer->names->leaf_name(node, printer->names->closure);
        result = name ? phrase(take_letters(printer, name), P_PRIMARY) : nameless(printer);
        printer->length += strlen(result.text);
        return math_element(printer, result, at, node->rank);
    }
    if (printer->depth >= DEEPEST || printer->length > longest) {
        printer->facts.is_partial = true;
        return phrase("...", P_PRIMARY);
    }
    printer->depth++;
    printer->length += 3;
    result = print_operator(printer, node, at);
    printer->depth--;
    return result;
}

/* ---- Entries ---- */

const char *math_own_name(const struct node *node, void *closure)
{
    (void)closure;
    return node->name;
}

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
            letters[a] = math_letter(printer);
        text = math_node(printer, node, letters).text;
    }
    return text;
}

/* The text, and the letters of the node's axes where index notation had to be used. */
static const char *print_root(struct printer *printer, const struct node *node, struct phrase *letters,
                              bool *indexed)
{
    struct phrase result = math_node(printer, node, NULL);

    *indexed = printer->failed;
    return printer->failed ? print_element(printer, node, letters) : result.text;
}

static const char *with_facts(const struct printer *printer, const char *text)
{
    if (printer->names->facts != NULL)
        *printer->names->facts = printer->facts;
    return text;
}

const char *math_print(struct arena *arena, const struct node *node, const struct math_names *names)
{
    struct printer printer = {.arena = arena, .names = names, .root = node};
    struct phrase letters[MAXIMUM_RANK];
    bool indexed;

    const char *text = print_root(&printer, node, letters, &indexed);
    return with_facts(&printer, text);
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
            letters[a] = math_letter(printer);
        for (int s = 0; s < node->rank; s++)
            places[s] = math_affine(printer, node, &node->subscripts[s], letters, dynamics);
        value = math_node(printer, x, letters).text;
    }
    target = math_element(printer, phrase(name, P_PRIMARY), places, node->rank);
    return arena_print(printer->arena, "%s %s %s", target.text, is_replace ? "=" : "+=", value);
}

const char *math_statement(struct arena *arena, const char *name, const struct node *node,
                           const struct math_names *names)
{
    struct printer printer = {.arena = arena, .names = names, .root = node};
    struct phrase letters[MAXIMUM_RANK], target = phrase(name, P_PRIMARY);
    const char *text;
    bool indexed;

    if (node->op == OP_SCATTER || node->op == OP_REPLACE) {
        text = print_store(&printer, name, node);
        return with_facts(&printer, text);
    }
    text = print_root(&printer, node, letters, &indexed);
    if (indexed)
        target = math_element(&printer, target, letters, node->rank);
    return with_facts(&printer, arena_print(arena, "%s = %s", target.text, text));
}
