/* tensors.c: products, reductions, and what only moves elements; int values. */
#include "random.h"

#include <string.h>

/* ---- Products ---- */

char *product(struct shape shape, int depth)
{
    struct axis inner = random_axis();
    struct shape left = shape, right = shape;
    if (shape.rank == 0) {
        left = right = shape_with(1, inner);
        if (chance(30))
            return print("dot(%s, %s)", expression(left, depth - 1), expression(right, depth - 1));
        if (chance(20))
            return print("%s' @ %s / 2", leaf(left), leaf(right));
    } else if (shape.rank == 1) {
        bool matrix_first = chance(50);
        left = matrix_first ? with(shape, 1, inner) : shape_with(1, inner);
        right = matrix_first ? shape_with(1, inner) : with(shape, 0, inner);
    } else {
        left.axes[shape.rank - 1] = inner;
        right.axes[shape.rank - 2] = inner;
        if (shape.rank == 3 && chance(40))
            left = without(left, 0);
        else if (shape.rank == 3 && chance(40))
            right = without(right, 0);
        if (shape.rank == 2 && chance(10))
            return print("outer(%s, %s)", expression(shape_with(1, shape.axes[0]), depth - 1), expression(shape_with(1, shape.axes[1]), depth - 1));
    }
    if (elements_in(left) > 400 || elements_in(right) > 400)
        return leaf(shape);
    if (left.rank >= 2 && chance(25))
        return print("((%s)' @ (%s) / 2)", expression(turned(left), depth - 1), expression(right, depth - 1));
    if (right.rank >= 2 && chance(25))
        return print("((%s) @ (%s)')", expression(left, depth - 1), expression(turned(right), depth - 1));
    return print("((%s) @ (%s) / 3.0)", expression(left, depth - 1), expression(right, depth - 1));
}

/* ---- Reductions ---- */

/* A spread of 0 has no derivative: what is never constant. */
static char *spread(struct shape shape, const char *options)
{
    return print("std(%s * (range(%s) + 1)%s)", print("(1.5 + tanh(%s))", leaf(shape)), shape.axes[shape.rank - 1].text, options);
}

char *reduction(struct shape shape, int depth)
{
    const char *f = PICK("sum", "mean", "max", "min", "logsumexp", "sum", "norm", "var", "prod", "std", "real(all", "real(any");
    int at = (int)below((unsigned)shape.rank + 1);
    bool whole_tensor = shape.rank == 0 && chance(50);
    struct shape of = whole_tensor ? random_shape() : shape.rank < 3 ? with(shape, at, random_axis()) : shape;
    const char *axis = whole_tensor ? "" : print(", axis = %d", chance(20) ? at - of.rank : at);
    if (shape.rank == 3) {
        at = at < 3 ? at : 0;
        axis = print(", axis = %d, keepdims = true", at);
    } else if (!whole_tensor && shape.rank < 2 && chance(20)) { /* two axes */
        of = with(of, at, random_axis());
        axis = print(", axis = [%d, %d]", at, at + 1);
    }
    if (elements_in(of) > 400)
        return leaf(shape);
    char *value;
    bool last = whole_tensor || (shape.rank < 3 && strchr(axis, '[') == NULL && at == of.rank - 1);
    if (!strcmp(f, "std") && of.rank && last && of.axes[of.rank - 1].value > 1)
        value = spread(of, axis);
    else if (!strncmp(f, "real", 4))
        value = print("%s(%s%s))", f, print("%s < %s", expression(of, depth - 1), number()), axis);
    else
        value = print("%s(%s%s)", strcmp(f, "std") ? f : "var", expression(of, depth - 1), axis);
    return shape.rank == 3 ? print("(%s + %s)", value, leaf(shape)) : value;
}

/* ---- Moving elements ---- */

/* A slice of this axis, all others whole: `:, 1:3`. */
static const char *sliced(int axis, const char *slice)
{
    return print("[%s%s%s]", axis > 0 ? ":, " : "", axis > 1 ? ":, " : "", slice);
}

static char *joined(struct shape shape, int axis, int depth)
{
    struct shape other = shape;
    other.axes[axis] = random_axis();
    if (elements_in(other) > 300)
        return leaf(shape);
    const char *n = shape.axes[axis].text, *k = other.axes[axis].text;
    char *mine = expression(shape, depth - 1), *more = expression(other, depth - 1);
    if (chance(50))
        return print("concat(%s, %s, axis = %d)%s", more, mine, axis, sliced(axis, *n == '(' || chance(50) ? print("%s:", k) : print("-%s:", n)));
    return print("roll(concat(%s, %s, axis = %d), 1, axis = %d)%s", mine, more, axis, axis, sliced(axis, print(":%s", n)));
}

static char *reshaped(struct shape shape, int depth)
{
    if (shape.rank == 1) {
        if (chance(50))
            return print("diag(%s)", expression(shape_with(2, shape.axes[0], shape.axes[0]), depth - 1));
        struct shape of = shape_with(2, shape.axes[0], random_axis());
        return print("reshape(%s, [-1])[:%s]", expression(of, depth - 1), shape.axes[0].text);
    }
    if (shape.rank == 2 && chance(30) && same_axis(shape.axes[0], shape.axes[1]))
        return print("diag(%s)", expression(without(shape, 0), depth - 1));
    if (shape.rank == 2)
        return print("reshape(%s, %s)", expression(turned(shape), depth - 1), chance(20) ? print("[-1, %s]", shape.axes[1].text) : list_of(shape));
    return print("transpose(%s%s)", expression(shape_with(3, shape.axes[2], shape.axes[1], shape.axes[0]), depth - 1), chance(50) ? "" : ", [2, 1, 0]");
}

char *structural(struct shape shape, int depth)
{
    int axis = (int)below((unsigned)shape.rank);
    const char *along = axis == 0 && chance(50) ? "" : print(", axis = %d", axis);
    const char *n = shape.axes[axis].text;
    int size = shape.axes[axis].value;
    switch (below(14)) {
    case 0: return print("flip(%s%s)", expression(shape, depth - 1), along);
    case 1: return print("roll(%s, %d%s)", expression(shape, depth - 1), (int)below(5) - 2, along);
    case 2: return print("(cumsum(%s%s) / %s)", expression(shape, depth - 1), along, n);
    case 3: return print("softmax(%s%s)", expression(shape, depth - 1), axis == shape.rank - 1 ? "" : along);
    case 4: return print("log_softmax(%s%s)", expression(shape, depth - 1), axis == shape.rank - 1 ? "" : along);
    case 5: return joined(shape, axis, depth);
    case 6: return shape.rank >= 2 ? print("(%s)'", expression(turned(shape), depth - 1)) : reshaped(shape, depth);
    case 7: return reshaped(shape, depth);
    case 8: /* each twice, then half of them */
        return print("tile(%s, 2%s)%s", expression(shape, depth - 1), along, sliced(axis, chance(50) ? "::2" : print(":%s", n)));
    case 9:
        return size < 2 ? leaf(shape)
                        : print("pad(%s%s, 1, 0%s%s)", print("(%s)", expression(shape, depth - 1)), sliced(axis, chance(50) ? ":-1" : print(":%s - 1", n)), along,
                                chance(30) ? ", value = 0.3" : "");
    case 10: {
        struct shape row = without(shape, 0);
        if (strcmp(n, "2") || axis)
            return leaf(shape);
        return chance(50) ? print("[%s, %s]", expression(row, depth - 1), expression(row, depth - 1))
                          : print("stack(%s, %s)", expression(row, depth - 1), expression(row, depth - 1));
    }
    case 11:
        if (shape.rank == 2)
            return print("%s(%s%s)", PICK("tril", "triu"), expression(shape, depth - 1), chance(50) ? "" : print(", %d", (int)below(3) - 1));
        return leaf(shape);
    case 12:
        if (shape.rank == 2 && same_axis(shape.axes[0], shape.axes[1]))
            return print("(eye(%s) * (%s) + 0.3 * %s)", n, expression(scalar, depth - 1), expression(shape, depth - 1));
        return print("(%s[%s] * %s)", leaf(with(shape, 0, random_axis())), "0", leaf(shape));
    default:
        if (strcmp(shape.axes[shape.rank - 1].text, "2") && shape.rank < 2)
            return leaf(shape);
        return print("maxout(concat(%s, %s, axis = -1), 2)", expression(shape, depth - 1), expression(shape, depth - 1));
    }
}

/* ---- Subscripts ---- */

struct wanted {
    int rank, low;
    bool any;
};

static bool can_gather(const struct variable *variable, const void *closure)
{
    const struct axis *axis = closure;
    return variable->shape.rank <= 1 && variable->high < axis->value;
}

static bool stands_for(const struct variable *variable, const void *closure)
{
    const struct shape *shape = closure;
    return variable->shape.rank == 1 && shape->rank && same_axis(variable->shape.axes[0], shape->axes[0]);
}

/* Rows gathered, some of them twice. */
static char *gathered(struct shape shape, int depth)
{
    const struct variable *k = name_where(INT, stands_for, &shape);
    if (!k)
        return leaf(shape);
    struct shape of = shape;
    of.axes[0] = random_axis();
    if (!can_gather(k, &of.axes[0]))
        return leaf(shape);
    if (of.rank == 1 && chance(25)) {
        struct shape table = with(of, 0, shape.axes[0]);
        return print("pick(%s, %s)", expression(table, depth - 1), k->name);
    }
    if (of.rank == 2 && same_axis(shape.axes[1], of.axes[0]) && chance(20))
        return print("one_hot(%s, %s)", k->name, of.axes[0].text);
    return print(chance(80) ? "(%s)[%s]" : "embedding(%s, %s)", expression(of, depth - 1), k->name);
}

char *subscripted_value(struct shape shape, int depth)
{
    int axis = (int)below((unsigned)shape.rank);
    struct axis own = shape.axes[axis];
    switch (below(8)) {
    case 0: case 1: return gathered(shape, depth);
    case 2: /* a row, a column, or one of a stack */
        if (shape.rank == 1)
            return print("(%s)[:, %d]", expression(with(shape, 1, random_axis()), depth - 1), -1 + (int)below(2));
        return print("(%s)[..., 0]", expression(with(shape, shape.rank, random_axis()), depth - 1));
    case 3: /* a new axis */
        if (!strcmp(own.text, "1"))
            return print("(%s)%s", expression(without(shape, axis), depth - 1), sliced(axis, "new"));
        return print("(%s[new%s] + %s)[0]", leaf(shape), shape.rank > 1 ? "" : ", :", leaf(shape));
    case 4: { /* every other element of twice as many */
        struct shape of = shape;
        of.axes[axis] = axis_of(print("(2*%s)", own.text), 2 * own.value);
        if (elements_in(of) > 300)
            return leaf(shape);
        return print("(%s)%s", expression(of, depth - 1), sliced(axis, chance(50) ? "::2" : chance(50) ? "1::2" : print(":%s:1", own.text)));
    }
    case 5: /* positions written out */
        if (strcmp(own.text, "2") || axis)
            return leaf(shape);
        return print("(%s)[[1, 0]]", expression(shape, depth - 1));
    case 6: {
        const struct variable *k = name_where(INT, NULL, NULL);
        struct axis first = random_axis();
        if (!k || k->shape.rank || k->high >= first.value || k->low < 0)
            return leaf(shape);
        return print("(%s)[%s]", expression(with(shape, 0, first), depth - 1), k->name);
    }
    default:
        return print("(%s)%s", expression(shape, depth - 1), sliced(axis, own.value > 1 && chance(0) ? "0:" : ":"));
    }
}

/* ---- Int values ---- */

static bool holds(const struct variable *variable, const void *closure)
{
    const struct variable *wanted = closure;
    return same(variable->shape, wanted->shape) && variable->low >= 0 && variable->high <= wanted->high;
}

/* Elements that are equal would make argmax jump: none are. */
char *integers(struct shape shape, int high, int depth)
{
    struct variable wanted = {.shape = shape, .high = high};
    const struct variable *k = name_where(INT, holds, &wanted);
    if (high > 0 && high < 9 && chance(25))
        return print("int(%d.9 * | tanh(%s) |)", high, expression(shape, depth));
    if (k && chance(60))
        return k->high < high && chance(40) ? print("%s + 1", k->name) : print("%s", k->name);
    for (int v = 0; v < scope.axis_count; v++) {
        struct axis axis = scope.axes[v];
        if (axis.value <= high + 1 && chance(60) && elements_in(with(shape, shape.rank, axis)) < 300)
            return print("%s(%s + 0.7 * cos(range(%s)), axis = -1)", PICK("argmax", "argmin"), expression(with(shape, shape.rank, axis), depth), axis.text);
    }
    return k ? print("%s", k->name) : NULL;
}
