/* shapes.c: shapes, and the names that a place of a program can use. */
#include "random.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct scope scope;
const struct shape scalar;
enum { MAX_COUNT = 300 };

struct axis axis_of(const char *text, int value)
{
    return (struct axis){text, value};
}

struct axis whole(int value)
{
    return axis_of(print("%d", value), value);
}

struct axis random_axis(void)
{
    return scope.axes[below((unsigned)scope.axis_count)];
}

struct shape shape_with(int rank, ...)
{
    struct shape shape = {.rank = rank};
    va_list axes;
    va_start(axes, rank);
    for (int a = 0; a < rank; a++)
        shape.axes[a] = va_arg(axes, struct axis);
    va_end(axes);
    return shape;
}

long elements_in(struct shape shape)
{
    long count = 1;
    for (int a = 0; a < shape.rank; a++)
        count *= shape.axes[a].value;
    return count;
}

/* Often that of a name, so that names are used. */
struct shape random_shape(void)
{
    if (chance(50)) {
        const struct variable *variable = random_name(REAL);
        if (variable && variable->shape.rank)
            return variable->shape;
    }
    for (;;) {
        struct shape shape = {.rank = chance(20) ? 0 : (int)below(3) + (chance(10) ? 1 : 0)};
        for (int a = 0; a < shape.rank; a++)
            shape.axes[a] = chance(5) ? whole(1) : random_axis();
        if (elements_in(shape) <= MAX_COUNT)
            return shape;
    }
}

bool same_axis(struct axis a, struct axis b)
{
    return !strcmp(a.text, b.text);
}

bool same(struct shape a, struct shape b)
{
    bool equal = a.rank == b.rank;
    for (int i = 0; equal && i < a.rank; i++)
        equal = same_axis(a.axes[i], b.axes[i]);
    return equal;
}

static bool is_one(struct axis axis)
{
    return !strcmp(axis.text, "1");
}

bool broadcasts(struct shape from, struct shape to)
{
    bool fits = from.rank <= to.rank;
    for (int i = 1; fits && i <= from.rank; i++)
        fits = is_one(from.axes[from.rank - i]) || same_axis(from.axes[from.rank - i], to.axes[to.rank - i]);
    return fits;
}

static const char *joined(struct shape shape)
{
    const char *text = "";
    for (int a = 0; a < shape.rank; a++)
        text = print("%s%s%s", text, a ? ", " : "", shape.axes[a].text);
    return text;
}

const char *spelled(struct shape shape)
{
    return print("[%s]", joined(shape));
}

const char *list_of(struct shape shape)
{
    return print("[%s%s]", joined(shape), shape.rank && chance(5) ? "," : "");
}

const char *type_of(const struct variable *variable)
{
    if (variable->type == INT)
        return variable->shape.rank ? print("int%s", spelled(variable->shape)) : "int";
    return variable->shape.rank ? spelled(variable->shape) : "real";
}

struct shape without(struct shape shape, int axis)
{
    for (int a = axis; a + 1 < shape.rank; a++)
        shape.axes[a] = shape.axes[a + 1];
    shape.rank--;
    return shape;
}

struct shape with(struct shape shape, int at, struct axis axis)
{
    for (int a = shape.rank; a > at; a--)
        shape.axes[a] = shape.axes[a - 1];
    shape.axes[at] = axis;
    shape.rank++;
    return shape;
}

struct shape narrower(struct shape shape)
{
    int dropped = (int)below((unsigned)shape.rank + 1);
    while (dropped-- > 0 && chance(70))
        shape = without(shape, 0);
    for (int a = 0; a < shape.rank; a++)
        if (chance(15))
            shape.axes[a] = whole(1);
    return shape;
}

struct shape turned(struct shape shape)
{
    struct axis last = shape.axes[shape.rank - 1];
    shape.axes[shape.rank - 1] = shape.axes[shape.rank - 2];
    shape.axes[shape.rank - 2] = last;
    return shape;
}

/* ---- Names ---- */

struct variable *declare(const char *name, enum type type, struct shape shape)
{
    struct variable *variable = &scope.names[scope.count];
    for (int v = 0; v < scope.count; v++)
        if (!strcmp(scope.names[v].name, name)) { /* assigned again */
            scope.names[v].rebound = true;
            scope.names[v].shape = shape;
            return &scope.names[v];
        }
    if (scope.count == MAX_NAMES) { /* the last one is forgotten */
        scope.count--;
        variable--;
    }
    scope.count++;
    *variable = (struct variable){.name = print("%s", name), .type = type, .shape = shape};
    return variable;
}

struct variable *name_where(enum type type, bool (*test)(const struct variable *variable, const void *closure), const void *closure)
{
    int fitting[MAX_NAMES];
    unsigned count = 0;
    for (int v = 0; v < scope.count; v++)
        if (scope.names[v].type == type && (!test || test(&scope.names[v], closure)))
            fitting[count++] = v;
    return count ? &scope.names[fitting[below(count)]] : NULL;
}

struct variable *random_name(enum type type)
{
    return name_where(type, NULL, NULL);
}
