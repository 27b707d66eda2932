/* elaborate_builtin.c: the functions that the library cannot write in the language: element-wise operators,
 * reductions, and (elaborate_shape.c) what moves elements. One row each in the table at the end. */
#include "elaborate_builtin.h"

#include <string.h>

/* ---- Arguments ---- */

static struct span argument_span(const struct builtin_call *c, int i)
{
    return c->spans[i];
}

struct node *argument_real(struct elaborator *e, struct builtin_call *c, int i)
{
    return as_real(e, c->values[i], argument_span(c, i));
}

struct node *argument_node(struct elaborator *e, struct builtin_call *c, int i)
{
    return as_node(e, c->values[i], argument_span(c, i));
}

/* The parameters of a builtin, from its text "x before? axis?": names, `?` for optional, `...` for any number
 * more. */
struct signature {
    const char *names[8];
    bool optional[8];
    int count;
    bool variadic;
};

static struct signature read_signature(struct elaborator *e, const char *text)
{
    struct signature s = {0};
    while (*text) {
        size_t length = strcspn(text, " ");
        if (length == 3 && !strncmp(text, "...", 3))
            s.variadic = true;
        else {
            s.optional[s.count] = text[length - 1] == '?';
            s.names[s.count] = arena_copy(e->arena, text, length - s.optional[s.count]);
            s.count++;
        }
        text += length + (text[length] == ' ');
    }
    return s;
}

static bool by_name_only(const char *name)
{
    return !strcmp(name, "axis") || !strcmp(name, "keepdims");
}

static bool place_argument(struct elaborator *e, const struct signature *s, struct builtin_call *c,
                           const struct argument *a, int *next)
{
    int at = -1;
    if (a->name) {
        for (int i = 0; i < s->count; i++)
            if (!strcmp(s->names[i], a->name))
                at = i;
        if (at < 0) {
            fail(e, a->span, "%s has no parameter %s", c->builtin->name, a->name);
            suggest_parameter(e, a->name, s->names, (size_t)s->count);
            return false;
        }
    } else {
        while (*next < s->count && by_name_only(s->names[*next]))
            ++*next;
        if (*next < s->count)
            at = (*next)++;
    }
    if (at < 0 && s->variadic) {
        c->more = arena_grow(e->arena, c->more, c->more_count, &c->more_capacity, sizeof *c->more);
        c->more[c->more_count++] = (struct more_argument){evaluate_argument(e, a->value), a->value->span};
        return c->more[c->more_count - 1].value.kind != VALUE_ERROR;
    }
    if (at < 0 && c->is_overfull)
        return false;
    if (at < 0) {
        const char *hint = "";
        c->is_overfull = true;
        for (int i = 0; i < s->count; i++)
            if (!strcmp(s->names[i], "axis"))
                hint = arena_print(e->arena, "; an axis goes by name: %s(…, axis = …)", c->builtin->name);
        if (!strcmp(c->builtin->name, "min") || !strcmp(c->builtin->name, "max"))
            hint = arena_print(e->arena, "; of more than two: %s(%s(a, b), c)%s", c->builtin->name,
                               c->builtin->name, hint);
        if (!strcmp(c->builtin->name, "zeros") || !strcmp(c->builtin->name, "ones"))
            hint = arena_print(e->arena, "; a shape stands in brackets: %s([m, n])", c->builtin->name);
        if (!strcmp(c->builtin->name, "reshape") || !strcmp(c->builtin->name, "broadcast"))
            hint = arena_print(e->arena, "; a shape stands in brackets: %s(x, [m, n])", c->builtin->name);
        if (!strcmp(c->builtin->name, "transpose"))
            hint = "; the order of the axes stands in brackets: transpose(x, [1, 0])";
        fail(e, a->span, "%s takes no further argument%s", c->builtin->name, hint);
        return false;
    }
    if (c->given[at]) {
        fail(e, a->span, "%s is given twice in this call of %s", s->names[at], c->builtin->name);
        return false;
    }
    c->given[at] = true;
    c->spans[at] = a->value->span;
    c->values[at] = evaluate_argument(e, a->value);
    return c->values[at].kind != VALUE_ERROR;
}

static struct value elementwise(struct elaborator *e, struct builtin_call *c);
static struct value extremum(struct elaborator *e, struct builtin_call *c);
static struct value real_of(struct elaborator *e, struct builtin_call *c);
static struct value int_of(struct elaborator *e, struct builtin_call *c);
static struct value stop_gradient(struct elaborator *e, struct builtin_call *c);

struct value builtin_call(struct elaborator *e, const struct builtin *builtin, const struct expression *call)
{
    struct builtin_call *c = ARENA_NEW(e->arena, struct builtin_call);
    struct signature s = read_signature(e, builtin->parameters);
    c->builtin = builtin;
    c->call = call;
    c->span = call->span;
    c->name_span = call->operator_span;
    int next = 0;
    bool right = true;
    for (const struct argument *a = call->arguments; a; a = a->next)
        right = place_argument(e, &s, c, a, &next) && right;
    for (int i = 0; right && i < s.count; i++)
        if (!c->given[i] && !s.optional[i]) {
            fail(e, call->span, "%s needs %s: %s(%s)", builtin->name, i ? s.names[i] : "an argument",
                 builtin->name, builtin->usage);
            return value_error();
        }
    bool indexed = false;
    for (int i = 0; right && i < s.count; i++)
        indexed = indexed || (c->given[i] && is_indexed(e, &c->values[i]));
    if (indexed && builtin->handler != elementwise && builtin->handler != real_of &&
        builtin->handler != int_of && builtin->handler != stop_gradient &&
        !(builtin->handler == extremum && c->given[1])) {
        fail(e, call->span, "%s takes whole tensors; a subscript with an index yields a scalar",
             builtin->name);
        return value_error();
    }
    struct value result = right && (!indexed || indexed_operands(e, c->values, c->spans, s.count))
                              ? builtin->handler(e, c)
                              : value_error();
    result.indexed = indexed;
    return result;
}

/* ---- Element-wise ---- */

static struct value map_group(struct elaborator *e, struct builtin_call *c, struct value group)
{
    struct value result = group;
    result.items = ARENA_ARRAY(e->arena, struct value, group.count);
    for (int i = 0; i < group.count; i++) {
        struct builtin_call member = *c;
        for (int p = 0; p < 3; p++)
            if (c->values[p].kind == VALUE_GROUP) {
                if (c->values[p].group != group.group) {
                    fail(e, c->span, "the groups %s and %s are not of one kind", group.group->name,
                         c->values[p].group->name);
                    return value_error();
                }
                member.values[p] = c->values[p].items[i];
            }
        result.items[i] = c->builtin->handler(e, &member);
        if (result.items[i].kind == VALUE_ERROR)
            return value_error();
    }
    return result;
}

static const struct value *group_argument(const struct builtin_call *c)
{
    for (int p = 0; p < 3; p++)
        if (c->given[p] && c->values[p].kind == VALUE_GROUP)
            return &c->values[p];
    return NULL;
}

static struct value elementwise(struct elaborator *e, struct builtin_call *c)
{
    if (group_argument(c))
        return map_group(e, c, *group_argument(c));
    enum op op = c->builtin->op;
    int arity = operator_info(op)->arity;
    struct node *nodes[3];
    for (int i = 0; i < arity; i++)
        if (!(nodes[i] = argument_real(e, c, i)))
            return value_error();
    if (arity > 1 && !broadcast_together(e, nodes, c->spans, arity, c->name_span, c->builtin->name))
        return value_error();
    struct value integral;
    if (logistic_integral(e, op, nodes[0], is_indexed(e, &c->values[0]), c->span, &integral))
        return integral;
    return value_node(graph_elementwise(e->graph, op, nodes));
}

static struct value real_of(struct elaborator *e, struct builtin_call *c)
{
    if (group_argument(c))
        return map_group(e, c, *group_argument(c));
    struct node *node = argument_node(e, c, 0);
    if (!node)
        return value_error();
    return value_node(node->type == REAL ? node : graph_unary(e->graph, OP_CAST_REAL, node));
}

/* Whole numbers known when compiling stay exact; reals lose their fraction. */
static struct value int_of(struct elaborator *e, struct builtin_call *c)
{
    struct value x = c->values[0];
    if (group_argument(c))
        return map_group(e, c, *group_argument(c));
    if (x.kind == VALUE_NUMBER && size_is_whole(x.number) && !x.divided)
        return value_node(as_int(e, x, argument_span(c, 0)));
    struct node *node = argument_node(e, c, 0);
    double value;
    if (!node || node->type == INT)
        return value_node(node);
    if (node->type == BOOL)
        return value_node(graph_unary(e->graph, OP_CAST_INT, node));
    if (graph_is_constant(node, &value) && !(value > INT32_MIN - 1.0 && value < INT32_MAX + 1.0)) {
        fail(e, argument_span(c, 0), "this does not fit a 32-bit int");
        return value_error();
    }
    node = in_branch(e, node);
    if (!graph_is_constant(node, &value))
        require_fits(e, node, argument_span(c, 0));
    return value_node(graph_unary(e->graph, OP_TRUNCATE, node));
}

static struct value stop_gradient(struct elaborator *e, struct builtin_call *c)
{
    if (group_argument(c))
        return map_group(e, c, *group_argument(c));
    struct node *node = argument_node(e, c, 0);
    if (!node)
        return value_error();
    return value_node(node->type == REAL ? graph_stop(e->graph, node) : node);
}

/* A random number in [0, 1) for every element of x, a function of seed and position alone. */
/* The gradient of a norm: the library's own. */
static struct value radial(struct elaborator *e, struct builtin_call *c)
{
    struct node *nodes[3];
    for (int i = 0; i < 3; i++)
        if (!(nodes[i] = argument_real(e, c, i)))
            return value_error();
    if (!broadcast_together(e, nodes, c->spans, 3, c->name_span, c->builtin->name))
        return value_error();
    return value_node(radial_gradient(e->graph, nodes[0], nodes[1], nodes[2]));
}

static struct value uniform_like(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_real(e, c, 0), *seed = as_int(e, c->values[1], c->spans[1]);
    if (!x || !seed)
        return value_error();
    struct affine position = {size_number(e->sizes, 0), ARENA_ARRAY(e->arena, size *, x->rank + 1), 0};
    size *stride = size_number(e->sizes, 1);
    for (int a = x->rank - 1; a >= 0; a--) {
        position.coefficients[a] = stride;
        stride = size_multiply(stride, x->shape[a]);
    }
    struct node *at = graph_iota_affine(e->graph, INT, x->rank, x->shape, &position);
    return value_node(
        graph_binary(e->graph, OP_UNIFORM, graph_broadcast(e->graph, seed, x->rank, x->shape), at));
}

/* ---- Reductions ---- */

bool read_axes(struct elaborator *e, const struct builtin_call *c, int argument, int rank, unsigned *axes)
{
    *axes = (1u << rank) - 1;
    if (!c->given[argument] || c->values[argument].kind == VALUE_NONE)
        return true;
    struct value value = c->values[argument];
    int count = value.kind == VALUE_LIST ? value.count : 1;
    *axes = 0;
    for (int i = 0; i < count; i++) {
        int axis;
        if (!as_axis(e, value.kind == VALUE_LIST ? value.items[i] : value, c->spans[argument], rank, &axis))
            return false;
        if (*axes >> axis & 1) {
            fail(e, c->spans[argument], "axis %d stands twice in the list", axis);
            return false;
        }
        *axes |= 1u << axis;
    }
    return true;
}

bool read_keepdims(struct elaborator *e, const struct builtin_call *c, int argument, bool *keep)
{
    *keep = false;
    return !c->given[argument] || as_truth(e, c->values[argument], c->spans[argument], "keepdims", keep);
}

static struct node *restore_axes(struct elaborator *e, struct node *node, unsigned axes, int rank)
{
    for (int a = 0; a < rank; a++)
        if (axes >> a & 1)
            node = graph_insert_axis(e->graph, node, a);
    return node;
}

enum { REDUCE_X, REDUCE_AXIS, REDUCE_KEEPDIMS };

/* The operand, of the type that the reduction takes. */
static struct node *reduced_operand(struct elaborator *e, struct builtin_call *c)
{
    enum op op = c->builtin->op;
    if (op == OP_ANY || op == OP_ALL)
        return as_bool(e, c->values[0], c->spans[0], c->builtin->name);
    struct node *x = argument_node(e, c, 0);
    if (x && x->type != REAL) {
        fail(e, c->spans[0], "%s of %s: real(…) makes numbers of %s", c->builtin->name,
             value_text(e, &c->values[0]), x->type == INT ? "int values" : "truth values");
        return NULL;
    }
    return x;
}

static struct value reduce(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = reduced_operand(e, c);
    unsigned axes;
    bool keep;
    if (!x || !read_axes(e, c, REDUCE_AXIS, x->rank, &axes) || !read_keepdims(e, c, REDUCE_KEEPDIMS, &keep))
        return value_error();
    struct node *y = graph_reduce(e->graph, c->builtin->op, x, axes);
    return value_node(keep ? restore_axes(e, y, axes, x->rank) : y);
}

static struct value mean(struct elaborator *e, struct builtin_call *c)
{
    struct value sum = reduce(e, c);
    struct node *x = sum.kind == VALUE_ERROR ? NULL : argument_node(e, c, 0);
    unsigned axes;
    if (!x || !read_axes(e, c, REDUCE_AXIS, x->rank, &axes))
        return value_error();
    size *count = size_number(e->sizes, 1);
    for (int a = 0; a < x->rank; a++)
        if (axes >> a & 1)
            count = size_multiply(count, x->shape[a]);
    struct node *divisor =
        graph_broadcast(e->graph, graph_size(e->graph, REAL, count), sum.node->rank, sum.node->shape);
    return value_node(graph_binary(e->graph, OP_DIV, sum.node, divisor));
}

/* max(x, axis = …) reduces, max(a, b) is element-wise. */
static struct value extremum(struct elaborator *e, struct builtin_call *c)
{
    bool is_max = c->builtin->op == OP_MAXIMUM;
    if (!c->given[1]) {
        struct builtin_call reduction = *c;
        reduction.values[REDUCE_AXIS] = c->values[2], reduction.given[REDUCE_AXIS] = c->given[2],
        reduction.spans[REDUCE_AXIS] = c->spans[2];
        reduction.values[REDUCE_KEEPDIMS] = c->values[3], reduction.given[REDUCE_KEEPDIMS] = c->given[3],
        reduction.spans[REDUCE_KEEPDIMS] = c->spans[3];
        return reduce(e, &reduction);
    }
    if (c->given[2] || c->given[3]) {
        fail(e, c->span, "%s of two values is element-wise and takes no axis", c->builtin->name);
        return value_error();
    }
    struct builtin pair = *c->builtin;
    pair.op = is_max ? OP_MAX : OP_MIN;
    pair.handler = elementwise;
    struct builtin_call call = *c;
    call.builtin = &pair;
    return elementwise(e, &call);
}

/* The axes of the set as one, behind the others. */
static struct node *join_axes(struct graph *graph, struct node *x, unsigned axes)
{
    int order[MAXIMUM_RANK], kept = 0, rank = 0;
    size *shape[MAXIMUM_RANK + 1], *total = size_number(graph->sizes, 1);
    for (int a = 0; a < x->rank; a++)
        if (!(axes >> a & 1)) {
            shape[kept] = x->shape[a];
            order[kept++] = a;
        }
    rank = kept;
    for (int a = 0; a < x->rank; a++)
        if (axes >> a & 1) {
            total = size_multiply(total, x->shape[a]);
            order[rank++] = a;
        }
    shape[kept] = total;
    return graph_reshape(graph, graph_transpose(graph, x, order), kept + 1, shape);
}

/* Over several axes, the position in row-major order of these. */
static struct value arg_extremum(struct elaborator *e, struct builtin_call *c)
{
    struct node *x = argument_real(e, c, 0);
    bool keep;
    unsigned axes;
    if (!x || !read_keepdims(e, c, REDUCE_KEEPDIMS, &keep) || !read_axes(e, c, REDUCE_AXIS, x->rank, &axes))
        return value_error();
    int axis = 0;
    while (axis < x->rank && axes != 1u << axis)
        axis++;
    struct node *joined = axis < x->rank ? x : join_axes(e->graph, x, axes);
    struct node *y = graph_arg(e->graph, c->builtin->op, joined, axis < x->rank ? axis : joined->rank - 1);
    return value_node(keep ? restore_axes(e, y, axes, x->rank) : y);
}

/* ---- The tables ---- */

static const struct builtin builtins[] = {
    {"atan2", "y x", "y, x", elementwise, OP_ATAN2},
    {"real", "x", "x", real_of, OP_CAST_REAL},
    {"int", "x", "x", int_of, OP_TRUNCATE},
    {"stop_gradient", "x", "x", stop_gradient, OP_STOP},
    {"uniform_like", "x seed", "x, seed", uniform_like, OP_UNIFORM},

    {"sum", "x axis? keepdims?", "x, axis = …, keepdims = …", reduce, OP_SUM},
    {"prod", "x axis? keepdims?", "x, axis = …, keepdims = …", reduce, OP_PRODUCT},
    {"mean", "x axis? keepdims?", "x, axis = …, keepdims = …", mean, OP_SUM},
    {"any", "x axis? keepdims?", "x, axis = …, keepdims = …", reduce, OP_ANY},
    {"all", "x axis? keepdims?", "x, axis = …, keepdims = …", reduce, OP_ALL},
    {"max", "a b? axis? keepdims?", "a, b", extremum, OP_MAXIMUM},
    {"min", "a b? axis? keepdims?", "a, b", extremum, OP_MINIMUM},
    {"argmax", "x axis? keepdims?", "x, axis = …", arg_extremum, OP_ARGMAX},
    {"argmin", "x axis? keepdims?", "x, axis = …", arg_extremum, OP_ARGMIN},

    {"reshape", "x sizes", "x, [sizes]", shape_reshape, OP_RESHAPE},
    {"broadcast", "x sizes", "x, [sizes]", shape_broadcast, OP_INDEX},
    {"transpose", "x axes?", "x, [axes]", shape_transpose, OP_INDEX},
    {"concat", "a axis? ...", "a, b, …, axis = 0", shape_concat, OP_SCATTER},
    {"stack", "a axis? ...", "a, b, …, axis = 0", shape_stack, OP_SCATTER},
    {"flip", "x axis?", "x, axis = 0", shape_flip, OP_INDEX},
    {"roll", "x n axis?", "x, n, axis = 0", shape_roll, OP_INDEX},
    {"tile", "x n axis?", "x, n, axis = 0", shape_tile, OP_INDEX},
    {"pad", "x before after axis? value?", "x, before, after, axis = 0, value = 0", shape_pad, OP_SCATTER},
    {"zeros", "sizes", "[sizes]", shape_zeros, OP_CONSTANT},
    {"ones", "sizes", "[sizes]", shape_ones, OP_CONSTANT},
    {"full", "sizes value", "[sizes], value", shape_full, OP_CONSTANT},
    {"range", "n", "n", shape_range, OP_IOTA},
    {"diag", "x", "x", shape_diag, OP_INDEX},
    {"pick", "x k", "x, k", shape_pick, OP_INDEX},
    {"scatter_add", "base k x", "base, k, x", shape_scatter_add, OP_SCATTER},
    {"solve", "A b", "A, b", linear_solve, OP_LU_SOLVE},
    {"solve_tril", "L b", "L, b", linear_solve_tril, OP_SOLVE_TRIANGULAR},
    {"solve_triu", "U b", "U, b", linear_solve_triu, OP_SOLVE_TRIANGULAR},
    {"as_columns", "b A", "b, A", linear_as_columns, OP_INDEX},
    {"as_given", "x b A", "x, b, A", linear_as_given, OP_INDEX},
    {"inv", "A", "A", linear_inverse, OP_LU_SOLVE},
    {"cholesky", "A", "A", linear_cholesky, OP_CHOLESKY},
    {"det", "A", "A", linear_determinant, OP_DET},
    {"lu_det", "A", "A", linear_lu_determinant, OP_DET},
    {"argsort_rows", "x", "x", linear_routine, OP_ROUTINE},
    {"eigh_packed", "x", "x", linear_routine, OP_ROUTINE},
    {"svd_packed", "x", "x", linear_routine, OP_ROUTINE},
    {"qr_packed", "x", "x", linear_routine, OP_ROUTINE},
    {"fft_packed", "x", "x", linear_routine, OP_ROUTINE},
    {"all_finite", "x", "x", linear_routine, OP_ROUTINE},
    {"logdet", "A", "A", linear_lu_determinant, OP_LOGABSDET},
    {"unpack_tril", "l n k?", "l, n, k = 0", linear_unpack_tril, OP_INDEX},
    {"pack_tril", "L k?", "L, k = 0", linear_pack_tril, OP_SCATTER},
    {"radial", "d x y", "d, x, y", radial, OP_CUSTOM},
    {"floor_divide", "a b", "a, b", shape_floor_divide, OP_CONSTANT},
    {"split_last", "x k", "x, k", shape_split_last, OP_RESHAPE},
    {"merge_last", "x", "x", shape_merge_last, OP_RESHAPE},
    {"axis_first", "x at", "x, at", shape_axis_first, OP_RESHAPE},
    {"axis_back", "rows like at", "rows, like, at", shape_axis_back, OP_RESHAPE},
    {"axes_first", "x at", "x, at", shape_axes_first, OP_RESHAPE},
    {"axes_reduced", "rows like at kept", "rows, like, at, kept", shape_axes_reduced, OP_RESHAPE},
    {"part_beside", "x other", "x, other", shape_part_beside, OP_INDEX},
    {"halved", "k", "k", shape_halved, OP_QUOTIENT},
    {"no_places", "x", "x", shape_no_places, OP_CONSTANT},
    {"all_axes_but", "x kept", "x, kept", shape_all_axes_but, OP_CONSTANT},
    {"align", "x like kept", "x, like, kept", shape_align, OP_RESHAPE},
    {"cumsum", "x axis?", "x, axis = 0", shape_cumsum, OP_CUMSUM},
};

/* A row in operators.def is a function of its name in the language, unless its name stands above, it is
 * hidden or has a sign. */
static const struct builtin elementwise_builtins[] = {
#define ELEMENTWISE(NAME, name, arity, ...)                                                                  \
    {name,                                                                                                   \
     arity == 1   ? "x"                                                                                      \
     : arity == 2 ? "a b"                                                                                    \
                  : "a b c",                                                                                 \
     arity == 1   ? "x"                                                                                      \
     : arity == 2 ? "a, b"                                                                                   \
                  : "a, b, c",                                                                               \
     elementwise, OP_##NAME},
#include "operators.def"
#undef ELEMENTWISE
};

static bool is_hidden(enum op op)
{
    return operator_info(op)->is_hidden || operator_info(op)->sign;
}

enum {
    BUILTIN_COUNT = sizeof builtins / sizeof *builtins,
    ELEMENTWISE_COUNT = sizeof elementwise_builtins / sizeof *elementwise_builtins
};

const struct builtin *builtin_find(const char *name)
{
    for (int i = 0; i < BUILTIN_COUNT; i++)
        if (!strcmp(builtins[i].name, name))
            return &builtins[i];
    for (int i = 0; i < ELEMENTWISE_COUNT; i++)
        if (!strcmp(elementwise_builtins[i].name, name) && !is_hidden(elementwise_builtins[i].op))
            return &elementwise_builtins[i];
    return NULL;
}

const char *builtin_usage(const char *name)
{
    const struct builtin *builtin = builtin_find(name);
    return builtin ? builtin->usage : NULL;
}

const char *const *builtin_names(size_t *count)
{
    static const char *names[BUILTIN_COUNT + ELEMENTWISE_COUNT];
    *count = 0;
    for (int i = 0; i < BUILTIN_COUNT; i++)
        names[(*count)++] = builtins[i].name;
    for (int i = 0; i < ELEMENTWISE_COUNT; i++)
        if (!is_hidden(elementwise_builtins[i].op))
            names[(*count)++] = elementwise_builtins[i].name;
    return names;
}
