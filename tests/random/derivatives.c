/* derivatives.c: grad, jvp and jacobian by name, and nests of them. */
#include "random.h"

/* By what a derivative may go: nothing that was bound again, nor, in a loop, what was assigned outside. */
static bool can_vary(const struct variable *variable, const void *closure)
{
    (void)closure;
    return !variable->rebound && !variable->outer && elements_in(variable->shape) <= 40;
}

static char *seed_of(struct shape shape)
{
    return chance(50) ? leaf(shape) : print("cos(%s)", leaf(shape));
}

void derivative_statement(struct text *out, int number_)
{
    const struct variable *variable = scope.loops ? NULL : name_where(REAL, can_vary, NULL);
    if (!variable) { /* one of this round */
        struct shape shape = random_shape();
        while (elements_in(shape) > 40)
            shape = random_shape();
        assignment(out, print("z%d", number_), shape, 1);
        variable = &scope.names[scope.count - 1];
    }
    const char *x = variable->name, *name = print("t%d", number_);
    struct shape shape = variable->shape, y = random_shape();
    char *inner, *direction;
    switch (below(6)) {
    case 0: /* a derivative along a direction */
        inner = chance(70) ? print("%s * %s", bounded(shape, 1), x) : bounded(y, 2);
        y = inner[0] && chance(0) ? y : shape;
        direction = seed_of(shape);
        indent(out);
        say(out, "y%d = tanh(%s) * %s\n", number_, x, direction);
        indent(out);
        say(out, "%s = tanh(jvp(y%d, %s, %s))\n", name, number_, x, seed_of(shape));
        declare(name, REAL, shape);
        return;
    case 1:
        if (elements_in(y) * elements_in(shape) > 150 || y.rank + shape.rank > 3)
            break;
        inner = bounded(y, 1);
        indent(out);
        say(out, "y%d = %s * mean(sin(%s))\n", number_, inner, x);
        indent(out);
        say(out, "%s = jacobian(y%d, %s)\n", name, number_, x);
        for (int a = 0; a < shape.rank; a++)
            y = with(y, y.rank, shape.axes[a]);
        declare(name, REAL, y);
        return;
    case 2: /* a Hessian-vector product */
        inner = bounded(shape, 1);
        direction = seed_of(shape);
        indent(out);
        say(out, "u%d = sum(%s * sin(%s))\n", number_, inner, x);
        indent(out);
        say(out, "g%d = grad(u%d, %s)\n", number_, number_, x);
        indent(out);
        say(out, "%s = tanh(grad(sum(g%d * %s), %s))\n", name, number_, direction, x);
        declare(name, REAL, shape);
        return;
    default: break;
    }
    inner = bounded(shape, 2);
    indent(out);
    say(out, "u%d = sum(%s * %s)\n", number_, inner, print("(%s)", filled(PICK("sin(%v)", "%v", "(0.4 - %v)"), shape, 1)));
    indent(out);
    say(out, "%s = tanh(grad(u%d, %s))\n", name, number_, x);
    declare(name, REAL, shape);
}
