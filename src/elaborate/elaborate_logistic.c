/* elaborate_logistic.c: the logistic function and its integral where they are written out.
 *
 *     a / (1 + exp(u))        a sigmoid(-u)
 *     exp(u) / (1 + exp(u))   sigmoid(u)
 *     log(1 + exp(u))         softplus(u)
 *     log1p(exp(u))           softplus(u)
 *
 * Where exp(u) overflows, the logarithm does, too, and the derivatives are products of infinite values and 0;
 * those of the library's functions are not. */
#include "elaborator.h"

static bool is_one_everywhere(const struct node *node)
{
    double value;
    return graph_is_constant(node, &value) && value == 1;
}

/* The exp(u) of 1 + exp(u) or exp(u) + 1; NULL: it is something else. */
static struct node *exponential_beside_one(const struct node *sum)
{
    for (int i = 0; sum->op == OP_ADD && i < 2; i++)
        if (sum->inputs[i]->op == OP_EXP && is_one_everywhere(sum->inputs[1 - i]))
            return sum->inputs[i];
    return NULL;
}

/* A function of the library of x, as if the program had called it here. */
static struct value library_function(struct elaborator *e, const char *function, struct node *x, bool indexed,
                                     struct span at)
{
    static const char name[] = " x"; /* that no program can write */
    struct binding binding = {.name = name, .value = value_node(x), .span = at};
    struct expression operand = {.kind = EXPRESSION_NAME, .name = name, .span = at},
                      call = {.kind = EXPRESSION_CALL, .name = function, .span = at};
    struct argument argument = {.span = at, .value = &operand};
    struct map *bindings = &e->frame->bindings;
    struct binding *outer = map_get(bindings, name);
    binding.value.indexed = indexed;
    call.arguments = &argument;
    map_set(e->arena, bindings, name, &binding);
    struct value value = call_function(e, find_library_function(e, function), &call);
    map_set(e->arena, bindings, name, outer);
    return value;
}

bool logistic_quotient(struct elaborator *e, struct node *a, struct node *b, bool indexed, struct span left,
                       struct span point, struct span right, struct value *quotient)
{
    struct node *exponential = e->frame->unit->is_library ? NULL : exponential_beside_one(b);
    if (!exponential)
        return false;
    struct node *u = exponential->inputs[0];
    bool is_itself = a == exponential;
    struct value sigmoid =
        library_function(e, "sigmoid", is_itself ? u : graph_unary(e->graph, OP_NEG, u), indexed, point);
    *quotient =
        is_itself || sigmoid.kind == VALUE_ERROR || (a->rank == 0 && is_one_everywhere(a))
            ? sigmoid
            : binary(e, SYNTAX_MULTIPLY, (struct value){.kind = VALUE_NODE, .node = a, .indexed = indexed},
                     sigmoid, left, point, right);
    return true;
}

bool logistic_integral(struct elaborator *e, enum op op, struct node *x, bool indexed, struct span at,
                       struct value *integral)
{
    struct node *exponential = e->frame->unit->is_library          ? NULL
                               : op == OP_LOG                      ? exponential_beside_one(x)
                               : op == OP_LOG1P && x->op == OP_EXP ? x
                                                                   : NULL;
    if (exponential)
        *integral = library_function(e, "softplus", exponential->inputs[0], indexed, at);
    return exponential != NULL;
}
