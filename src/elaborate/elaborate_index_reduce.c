/* elaborate_index_reduce.c: index notation: sum[j](…) and the other reductions over indices. */
#include "elaborate_index.h"

#include <math.h>
#include <string.h>

static enum op reduction_operator(const char *name)
{
    static const struct {
        const char *name;
        enum op op;
    } rows[] = {{"sum", OP_SUM},     {"mean", OP_SUM},      {"prod", OP_PRODUCT},
                {"max", OP_MAXIMUM}, {"min", OP_MINIMUM},   {"any", OP_ANY},
                {"all", OP_ALL},     {"argmax", OP_ARGMAX}, {"argmin", OP_ARGMIN}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].name, name))
            return rows[i].op;
    return OPERATOR_COUNT;
}

/* A reduction of the library over the last axes: its operand and axes go in as values of names that no text
 * can have. */
static struct node *reduce_by_library(struct elaborator *e, const struct expression *x, struct node *body,
                                      int axes)
{
    struct value list = {
        .kind = VALUE_LIST, .count = axes, .items = ARENA_ARRAY(e->arena, struct value, axes)};
    for (int i = 0; i < axes; i++)
        list.items[i] = value_whole(e, body->rank - axes + i);
    struct map saved = e->frame->bindings;
    struct binding operand = {.name = "(operand)", .value = value_node(body)},
                   over = {.name = "(axes)", .value = list};
    e->frame->bindings = (struct map){0};
    map_set(e->arena, &e->frame->bindings, operand.name, &operand);
    map_set(e->arena, &e->frame->bindings, over.name, &over);
    struct expression operand_name = {.kind = EXPRESSION_NAME, .span = x->left->span, .name = operand.name};
    struct expression axes_name = {.kind = EXPRESSION_NAME, .span = x->operator_span, .name = over.name};
    struct argument axis = {.name = "axis", .span = x->operator_span, .value = &axes_name};
    struct argument first = {.span = x->left->span, .value = &operand_name, .next = &axis};
    struct expression call = {.kind = EXPRESSION_CALL,
                              .span = x->span,
                              .operator_span = x->operator_span,
                              .name = x->name,
                              .arguments = &first};
    struct value result = call_function(e, find_library_function(e, x->name), &call);
    e->frame->bindings = saved;
    return result.kind == VALUE_NODE ? result.node : NULL;
}

/* What a reduction gives over no indices. */
static double identity_of(const char *name)
{
    bool is_most = !strcmp(name, "max") || !strcmp(name, "argmax") || !strcmp(name, "logsumexp");
    bool is_one = !strcmp(name, "prod") || !strcmp(name, "all");
    return is_most ? -INFINITY : !strcmp(name, "min") || !strcmp(name, "argmin") ? INFINITY : is_one;
}

/* body: over the space, whose last `axes` axes are reduced. */
static struct node *reduce_indices(struct elaborator *e, const struct expression *x, struct node *body,
                                   int axes, struct node *inside)
{
    enum op op = reduction_operator(x->name);
    bool truth = op == OP_ANY || op == OP_ALL;
    if (truth != (body->type == BOOL) || body->type == INT) {
        fail(e, x->left->span, "%s of %s", x->name,
             body->type == BOOL ? "truth values; real(…) makes numbers of them"
             : truth            ? "numbers; compare them"
                                : "int values; real(…) converts");
        return NULL;
    }
    if (inside) {
        struct node *identity = graph_constant(e->graph, body->type, identity_of(x->name));
        body = graph_select(e->graph, inside, body,
                            graph_broadcast(e->graph, identity, body->rank, body->shape));
    }
    if (op == OPERATOR_COUNT)
        return reduce_by_library(e, x, body, axes);
    if (op == OP_ARGMAX || op == OP_ARGMIN) {
        if (inside) {
            /* of no indices there is no number to give: GRADC_EINDEX */
            struct node *any = graph_reduce(e->graph, OP_ANY, inside, 1u << (body->rank - 1));
            struct node *zeros = graph_broadcast(e->graph, constant_real(e, 0), any->rank, any->shape);
            struct node *none = graph_broadcast(e->graph, constant_real(e, INFINITY), any->rank, any->shape);
            require_fits(e, graph_select(e->graph, any, zeros, none), x->span);
        }
        return graph_arg(e->graph, op, body, body->rank - 1);
    }
    int first = body->rank - axes;
    unsigned reduced_axes = ((1u << axes) - 1) << first;
    struct node *reduced = op == OP_SUM ? graph_sum_of_chosen(e->graph, body, reduced_axes) : NULL;
    if (!reduced)
        reduced = graph_reduce(e->graph, op, body, reduced_axes);
    if (strcmp(x->name, "mean"))
        return reduced;
    if (inside) {
        struct node *there = graph_unary(e->graph, OP_CAST_REAL, inside);
        return graph_binary(e->graph, OP_DIV, reduced, graph_reduce(e->graph, OP_SUM, there, reduced_axes));
    }
    size *count = size_product(e->sizes, body->rank - first, body->shape + first);
    struct node *divisor =
        graph_broadcast(e->graph, graph_size(e->graph, REAL, count), reduced->rank, reduced->shape);
    return graph_binary(e->graph, OP_DIV, reduced, divisor);
}

static struct value reduce_in_space(struct elaborator *e, const struct expression *x)
{
    int axes = 0, outer = e->space.count;
    const struct index *indices[MAXIMUM_RANK];
    for (const struct index *index = x->indices; index; index = index->next) {
        if (axes == MOST_AXES) {
            fail(e, index->span, "at most %d indices can be in force at once", MOST_AXES);
            return value_error();
        }
        indices[axes++] = index;
    }
    bool entered = true;
    int count = 0;
    for (int i = 0; entered && i < axes; i++) {
        struct index_range *range = find_index_range(e->inference, indices[i]);
        entered = range && range->extent && enter_index(e, range);
        count += entered;
    }
    struct value body = entered ? evaluate(e, x->left) : value_error();
    bool indexed = is_indexed(e, &body);
    struct node *node = body.kind == VALUE_ERROR ? NULL : as_node(e, body, x->left->span), *result = NULL;
    if (node && !indexed && node->rank)
        fail(e, x->left->span,
             "%s[…] takes elements, but this is a whole tensor %s; name all its axes by indices", x->name,
             shape_text(e, node));
    else if (node) {
        size *shape[MAXIMUM_RANK];
        int errors = e->diagnostics->error_count;
        struct node *inside = inside_all_ranges(e, outer);
        for (int i = 0; i < e->space.count; i++)
            shape[i] = i >= outer || inside ? e->space.axes[i].extent
                       : node->rank         ? node->shape[i]
                                            : size_number(e->sizes, 1);
        if (errors == e->diagnostics->error_count)
            result =
                reduce_indices(e, x, graph_broadcast(e->graph, node, e->space.count, shape), axes, inside);
    }
    e->space.count -= count;
    struct value value = value_node(result);
    value.indexed = outer > 0;
    return value;
}

struct value evaluate_reduce(struct elaborator *e, const struct expression *x)
{
    if (reduction_operator(x->name) == OPERATOR_COUNT && strcmp(x->name, "logsumexp") &&
        strcmp(x->name, "norm")) {
        fail(e, x->operator_span,
             "%s is no reduction; there are sum prod mean max min logsumexp norm argmax argmin any all",
             x->name);
        return value_error();
    }
    if ((!strcmp(x->name, "argmax") || !strcmp(x->name, "argmin")) && x->indices->next) {
        fail(e, x->indices->next->span, "%s goes over one index", x->name);
        return value_error();
    }
    if (find_index_range(e->inference, x->indices))
        return reduce_in_space(e, x);
    struct inference *outer = e->inference;
    e->inference = ARENA_NEW(e->arena, struct inference);
    infer_ranges(e, e->inference, x);
    /* `x` itself is the root, and infer_ranges() goes down its left spine from there */
    solve_ranges(e, e->inference);
    struct value value = e->inference->failed ? value_error() : reduce_in_space(e, x);
    e->inference = outer;
    return value;
}
