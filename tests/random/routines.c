/* routines.c: what the runtime's routines compute. They order elements and distinguish values that are nearly equal, so
 * that they are drawn of names and not of what either side may round in its own way. */
#include "random.h"

/* A name of the shape with steps added along the axis, so that elements which are equal for one side are not for none. */
static char *stepped(struct shape shape, int axis)
{
    const char *new_axes = "";
    for (int a = axis + 1; a < shape.rank; a++)
        new_axes = print("%s, new", new_axes);
    return print("(%s + 0.37 * range(%s)[:%s])", leaf(shape), shape.axes[axis].text, new_axes);
}

/* The values and gradients of straight lines, and places. */
static char *table(struct shape shape, int depth)
{
    struct axis axis = random_axis();
    char *points = print("sort(%s - 0.113)", stepped(shape_with(1, axis), 0));
    return chance(40) ? print("real(searchsorted(%s, %s))", points, leaf(shape))
                      : print("interp(%s, %s, %s)", leaf(shape), points, expression(shape_with(1, axis), depth - 1));
}

static char *in_order(struct shape shape)
{
    int axis = chance(60) ? shape.rank - 1 : (int)below((unsigned)shape.rank);
    char *x = stepped(shape, axis);
    if (chance(30))
        return print("real(argsort(%s, axis = %d))", x, axis);
    return axis == shape.rank - 1 ? print("sort(%s)", x) : print("sort(%s, axis = %d)", x, axis);
}

/* An axis more, which goes. */
static char *middle(struct shape shape)
{
    int at = (int)below((unsigned)shape.rank + 1);
    struct shape longer = with(shape, at, random_axis());
    if (longer.rank > 3 || elements_in(longer) > 300)
        return NULL;
    char *x = stepped(longer, at), *axis = shape.rank || chance(50) ? print(", axis = %d", at) : print("%s", "");
    return chance(50) ? print("median(%s%s)", x, axis) : print("quantile(%s, %s%s)", x, PICK("0.25", "0.6", "1"), axis);
}

static char *decomposed(struct shape shape)
{
    struct axis n = shape.axes[shape.rank - 1];
    if (n.value > 5 || shape.rank > 2)
        return NULL;
    if (shape.rank == 1 && chance(50))
        return print("lstsq(%s + 3 * eye(%s), %s)", leaf(shape_with(2, n, n)), n.text, leaf(shape));
    return shape.rank == 2 && shape.axes[0].value <= 5
               ? print("lstsq(%s + 3 * eye(%s), %s)", leaf(shape_with(2, shape.axes[0], shape.axes[0])), shape.axes[0].text, leaf(shape))
               : NULL;
}

char *routine(struct shape shape, int depth)
{
    switch (below(4)) {
    case 0: return shape.rank ? in_order(shape) : NULL;
    case 1: return middle(shape);
    case 2: return shape.rank ? decomposed(shape) : NULL;
    default: return table(shape, depth);
    }
}

static void decomposition(struct text *out, int number)
{
    struct axis n = random_axis(), m = random_axis();
    char *a = print("a%d", number), *b = print("b%d", number), *c = print("c%d", number);
    if (n.value > 5)
        n = whole(3);
    struct shape square = shape_with(2, n, n);
    char *apart = print("(0.1 * %s + diag(1 + range(%s)))", leaf(square), n.text);
    indent(out);
    switch (below(4)) {
    case 0:
        say(out, "%s, %s = eigh(%s)\n", a, b, apart);
        declare(a, REAL, shape_with(1, n));
        break;
    case 1:
        say(out, "%s, %s, %s = svd(%s)\n", a, c, b, apart);
        declare(a, REAL, square);
        declare(c, REAL, shape_with(1, n));
        break;
    case 2:
        say(out, "%s, %s = qr(%s)\n", a, b, apart);
        declare(a, REAL, square);
        break;
    default:
        square = shape_with(2, n, m);
        say(out, "%s, %s = %s(%s, %s)\n", a, b, PICK("fft", "ifft"), leaf(square), leaf(square));
        declare(a, REAL, square);
    }
    declare(b, REAL, square);
}

void routine_statement(struct text *out, int number)
{
    if (chance(60)) {
        decomposition(out, number);
        return;
    }
    struct axis axis = random_axis();
    int k = 1 + (int)below((unsigned)axis.value < 3 ? (unsigned)axis.value : 3);
    struct shape shape = chance(50) ? shape_with(1, axis) : shape_with(2, random_axis(), axis);
    char *values = print("top%d", number), *places = print("at%d", number);
    indent(out);
    say(out, "%s, %s = top_k(%s, %d)\n", values, places, stepped(shape, shape.rank - 1), k);
    shape.axes[shape.rank - 1] = whole(k);
    declare(values, REAL, shape);
    struct variable *at = declare(places, INT, shape);
    at->high = axis.value - 1;
    at->fixed = true;
}
