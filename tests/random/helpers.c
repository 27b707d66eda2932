/* helpers.c: functions that the program calls, with rules, defaults, functions as arguments and several outputs; groups. */
#include "random.h"

#include <string.h>

struct text definitions;

/* Functions that work for every shape, and how they are called; in this function of the program. */
static struct {
    int function, made;
    const char *element;     /* element-wise, of a and b = 0.3 */
    const char *pair;        /* two outputs, element-wise */
    const char *applied;     /* takes a function */
    const char *constant;    /* of nothing */
    const char *last;        /* of a [..., n] */
    const char *group, *layer;
    struct axis group_axis, stack;
    const char *parameter;   /* of the group */
    bool stacked, nested;
} helpers;

void helpers_begin(int function)
{
    memset(&helpers, 0, sizeof helpers);
    helpers.function = function;
}

static const char *helper_name(void)
{
    return print("h%d_%d", helpers.function, helpers.made++);
}

/* ---- Definitions ---- */

static void define_element(void)
{
    const char *name = helpers.element = helper_name();
    switch (below(4)) {
    case 0: say(&definitions, "%s(a, b = 0.3) = %s\n", name, formula("a", "b", 1)); break;
    case 1:
        say(&definitions, "%s(a, b: real = 0.3) {\n    c = %s\n    return c = c * %s\n}\n", name, formula("a", "b", 1), formula("a", NULL, 0));
        break;
    case 2: /* a rule that is the derivative */
        say(&definitions, "%s(a, b = 0.3) = a^2 * cos(b)\nrule %s(a, b) = y {\n    d_a = 2 * a * cos(b) * d_y\n    d_b = sum(-d_y * a^2 * sin(b))\n}\n", name, name);
        break;
    default:
        say(&definitions, "%s(a, b = 0.3) {\n    if b > 0.2 {\n        a = sin(a) * b\n    } else {\n        a = a * b\n    }\n    return %s = a\n}\n", name, name);
    }
}

static void define_pair(void)
{
    const char *name = helpers.pair = helper_name();
    if (chance(50))
        say(&definitions, "%s(a) {\n    return u = %s, v = %s\n}\n", name, formula("a", NULL, 1), formula("a", NULL, 0));
    else
        say(&definitions, "%s(a) { return u = sin(a), v = cos(a) }\nrule %s(a) = u, v { d_a = d_u * v - d_v * u }\n", name, name);
}

static void define_applied(void)
{
    const char *name = helpers.applied = helper_name();
    switch (below(3)) {
    case 0: say(&definitions, "%s(f, a) = f(0.5 * f(a))\n", name); break;
    case 1: say(&definitions, "%s(f, a) {\n    k1 = f(a)\n    k2 = f(a + 0.1 * k1)\n    return a + 0.1 * (k1 + k2) / 2\n}\n", name); break;
    default: say(&definitions, "%s(f, a) {\n    for t in 0..2 {\n        a = a - 0.2 * f(a)\n    }\n    return %s = a\n}\n", name, name);
    }
}

static void define_last(void)
{
    const char *name = helpers.last = helper_name();
    say(&definitions, "%s(a: [..., n]) = a / (1 + sum(a^2, axis = -1, keepdims = true) / n)\n", name);
    say(&definitions, "%s_any(a: [...]) = 0.6 * a\n%s_int(k: int[..., n]) = sum(real(k)) / n\n", name, name);
}

/* ---- Calls ---- */

char *helper_call(struct shape shape, int depth)
{
    switch (below(6)) {
    case 0: case 1: {
        if (!helpers.element)
            define_element();
        char *a = expression(shape, depth - 1);
        if (chance(30))
            return print("%s(%s)", helpers.element, a);
        return chance(40) ? print("%s(b = %s, a = %s)", helpers.element, leaf(scalar), a) : print("%s(%s, %s)", helpers.element, a, leaf(scalar));
    }
    case 2: case 3:
        if (!helpers.applied)
            define_applied();
        if (helpers.element && chance(40))
            return print("%s(%s, %s)", helpers.applied, helpers.element, expression(shape, depth - 1));
        return print("%s(%s, %s)", helpers.applied, PICK("tanh", "sin", "sigmoid", "softplus"), expression(shape, depth - 1));
    case 4:
        if (!helpers.constant) {
            helpers.constant = helper_name();
            say(&definitions, "%s() = 0.7\n", helpers.constant);
        }
        return print("(%s() * %s)", helpers.constant, expression(shape, depth - 1));
    default:
        if (shape.rank == 0)
            return NULL;
        if (!helpers.last)
            define_last();
        const struct variable *k = chance(30) ? random_name(INT) : NULL;
        if (k && k->shape.rank)
            return print("(%s_int(%s) * %s)", helpers.last, k->name, leaf(shape));
        return print("%s%s(%s)", helpers.last, chance(20) ? "_any" : "", expression(shape, depth - 1));
    }
}

/* A function of tensors with sizes of its own, drawn for the shapes of this call. */
static void sized_call(struct text *out, int number_)
{
    struct axis rows = random_axis(), columns = random_axis();
    if (rows.value * columns.value > 300)
        rows = columns = whole(3);
    struct shape matrix = shape_with(2, rows, columns), vector = shape_with(1, columns);
    const struct variable *k = random_name(INT);
    if (k && k->shape.rank)
        k = NULL;
    const char *name = helper_name();
    char *A = expression(matrix, 1), *v = expression(vector, 1);
    struct scope kept = scope;
    int kept_indentation = indentation;
    struct axis r = axis_of("r", rows.value), c = axis_of("c", columns.value);
    scope.count = scope.loops = scope.branches = 0;
    scope.axes[0] = r;
    scope.axes[1] = c;
    scope.axis_count = 2;
    indentation = 1;
    declare("A", REAL, shape_with(2, r, c));
    declare("v", REAL, shape_with(1, c));
    struct text inner = {0};
    assignment(&inner, print("t%d", fresh()), shape_with(1, chance(50) ? r : c), 2);
    const struct variable *last = &scope.names[scope.count - 1];
    bool first = same_axis(last->shape.axes[0], r);
    say(&definitions, "%s(A: [r, c], v: [c]%s) {\n%s    return first = %s, second = %s\n}\n", name, k ? ", kk: int" : "", inner.start, last->name,
        print("sum(A @ v) / r + %s", k ? "0.1 * real(kk)" : "0.5"));
    scope = kept;
    indentation = kept_indentation;
    indent(out);
    say(out, "t%d, s%d = %s(%s, %s%s)\n", number_, number_, name, A, v, k ? print(", %s", k->name) : "");
    declare(print("t%d", number_), REAL, shape_with(1, first ? rows : columns));
    declare(print("s%d", number_), REAL, scalar);
}

void helper_statement(struct text *out, int number_)
{
    if (chance(40)) {
        sized_call(out, number_);
        return;
    }
    if (chance(15)) { /* a size as an argument */
        const char *name = helper_name();
        struct axis axis = random_axis();
        say(&definitions, "%s(a, degree: size) = tanh(a) ^ range(degree)\n", name);
        char *value = leaf(scalar);
        indent(out);
        say(out, "t%d = %s(%s, %s)\n", number_, name, value, axis.text);
        declare(print("t%d", number_), REAL, shape_with(1, axis));
        return;
    }
    if (!helpers.pair)
        define_pair();
    struct shape shape = random_shape();
    char *value = expression(shape, 2);
    indent(out);
    say(out, "t%d, s%d = %s(%s)\n", number_, number_, helpers.pair, value);
    declare(print("t%d", number_), REAL, shape);
    declare(print("s%d", number_), REAL, shape);
}

/* A function in the body: it sees the names around it. */
void local_function(struct text *out, int number_)
{
    struct shape shape = random_shape();
    const char *seen = leaf(scalar), *inner = formula("a", NULL, 1);
    indent(out);
    if (chance(50)) {
        say(out, "local%d(a) = %s * %s\n", number_, inner, seen);
    } else {
        say(out, "local%d(a) {\n", number_);
        indent(out);
        say(out, "    b = %s\n", inner);
        indent(out);
        say(out, "    return b + %s\n", seen);
        indent(out);
        say(out, "}\n");
    }
    assignment(out, print("e%d", number_), shape, 1);
    indent(out);
    say(out, "t%d = local%d(e%d)\n", number_, number_, number_);
    declare(print("t%d", number_), REAL, shape);
}

/* ---- Groups ---- */

bool has_groups(void)
{
    return helpers.group;
}

static void member(const char *parameter, const char *name, struct shape shape)
{
    struct variable *variable = declare(print("%s.%s", parameter, name), REAL, helpers.stacked ? with(shape, 0, helpers.stack) : shape);
    variable->fixed = true;
}

char *group_parameter(const char *name)
{
    struct axis d = random_axis();
    for (int i = 0; i < 20 && d.value > 5; i++)
        d = random_axis();
    if (d.value > 5)
        return NULL;
    helpers.group = print("G%d", helpers.function);
    helpers.group_axis = d;
    helpers.stacked = chance(50);
    helpers.stack = random_axis();
    if (helpers.stack.value > 6)
        helpers.stack = whole(2);
    helpers.nested = chance(25);
    helpers.parameter = name;
    helpers.layer = helper_name();
    if (helpers.nested) {
        say(&definitions, "group B%d { b: [%s]; scale: real }\ngroup %s {\n\n    W: [%s, %s]\n    inner: B%d\n}\n", helpers.function, d.text, helpers.group,
            d.text, d.text, helpers.function);
        member(name, "inner.b", shape_with(1, d));
        member(name, "inner.scale", scalar);
    } else {
        say(&definitions, "group %s { W: [%s, %s]; b: [%s] }\n", helpers.group, d.text, d.text, d.text);
        member(name, "b", shape_with(1, d));
    }
    member(name, "W", shape_with(2, d, d));
    say(&definitions, "%s(p: %s, x: [%s]) = tanh(x @ p.W + p.%s)\n", helpers.layer, helpers.group, d.text, helpers.nested ? "inner.b * p.inner.scale" : "b");
    return helpers.stacked ? print("%s: %s[%s]", name, helpers.group, helpers.stack.text) : print("%s: %s", name, helpers.group);
}

void group_statement(struct text *out, int number_)
{
    struct shape row = shape_with(1, helpers.group_axis);
    const char *p = helpers.parameter, *name = print("t%d", number_);
    if (!helpers.group) {
        assignment(out, name, random_shape(), 2);
        return;
    }
    if (!scope.loops && chance(30)) { /* a gradient, group by group */
        char *value = bounded(row, 1);
        indent(out);
        if (helpers.stacked)
            say(out, "u%d = sum(%s(%s[0], %s))\n", number_, helpers.layer, p, value);
        else
            say(out, "u%d = sum(%s(%s, %s))\n", number_, helpers.layer, p, value);
        indent(out);
        say(out, "w%d = %s - 0.1 * grad(u%d, %s)\n", number_, p, number_, p);
        indent(out);
        say(out, "%s = tanh(w%d.W)\n", name, number_);
        struct shape matrix = with(row, 0, helpers.group_axis);
        declare(name, REAL, helpers.stacked ? with(matrix, 0, helpers.stack) : matrix);
        return;
    }
    assignment(out, name, row, 1);
    if (helpers.stacked) {
        indent(out);
        say(out, "for l%d in 0..%s {\n", number_, helpers.stack.text);
        indent(out);
        say(out, "    %s = %s(%s[l%d], %s)\n", name, helpers.layer, p, number_, name);
        indent(out);
        say(out, "}\n");
    } else {
        indent(out);
        say(out, "%s = %s(%s, %s)\n", name, helpers.layer, p, name);
    }
    declare(name, REAL, row);
}
