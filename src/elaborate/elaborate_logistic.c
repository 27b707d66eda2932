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

/* An INDEX over another source. */
static struct node *view_over(struct elaborator *e, const struct node *view, struct node *source)
{
    struct node **inputs = ARENA_ARRAY(e->arena, struct node *, view->input_count);
    for (int i = 0; i < view->input_count; i++)
        inputs[i] = i ? view->inputs[i] : source;
    return graph_rebuild(e->graph, view, inputs);
}

static bool is_view(const struct node *node)
{
    return node->op == OP_INDEX && !node->fill;
}

/* The u of exp(u), or of a view of that: of a scalar for many places it is computed once; NULL: it is none.
 */
static struct node *exponent_of(struct elaborator *e, const struct node *node)
{
    if (node->op == OP_EXP)
        return node->inputs[0];
    struct node *inner = is_view(node) ? exponent_of(e, node->inputs[0]) : NULL;
    return inner ? view_over(e, node, inner) : NULL;
}

/* That of 1 + exp(u) or exp(u) + 1. */
static struct node *exponent_beside_one(struct elaborator *e, const struct node *sum)
{
    for (int i = 0; sum->op == OP_ADD && i < 2; i++)
        if (is_one_everywhere(sum->inputs[1 - i]))
            return exponent_of(e, sum->inputs[i]);
    struct node *inner = is_view(sum) ? exponent_beside_one(e, sum->inputs[0]) : NULL;
    return inner ? view_over(e, sum, inner) : NULL;
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
    struct node *u = e->frame->unit->is_library ? NULL : exponent_beside_one(e, b);
    if (!u)
        return false;
    bool is_itself = exponent_of(e, a) == u;
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
    struct node *u = e->frame->unit->is_library ? NULL
                     : op == OP_LOG             ? exponent_beside_one(e, x)
                     : op == OP_LOG1P           ? exponent_of(e, x)
                                                : NULL;
    if (u)
        *integral = library_function(e, "softplus", u, indexed, at);
    return u != NULL;
}
