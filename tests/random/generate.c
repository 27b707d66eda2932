/* generate.c: random programs of the language and inputs for them, as run/driver.c reads them. The driver holds their
 * gradients to numerical differences, so no expected values are needed.
 *
 * usage: generate SEED COUNT NAME    writes NAME.nn with COUNT functions, and NAME.case
 *
 * Every expression is made for a wanted shape, from expressions for the shapes that its operands need. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Randomness and text ---- */

static uint64_t state;

static unsigned below(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((state >> 33) % n);
}

static bool chance(unsigned percent)
{
    return below(100) < percent;
}

/* Lives until the end: a run is short. */
static char *print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = malloc((size_t)length + 1);
    if (!text)
        exit(2);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

static const char *pick(const char *const *list, size_t count)
{
    return list[below((unsigned)count)];
}
#define PICK(...) pick((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* ---- Shapes ---- */

enum { MAX_RANK = 3 };
/* An axis is a letter: n and m are run-time sizes, 4 and 1 are fixed. */
struct shape {
    int rank;
    char axes[MAX_RANK];
};
static const struct {
    char axis;
    int size;
} sizes[] = {{'n', 3}, {'m', 2}, {'4', 4}, {'1', 1}};

static int size_of(char axis)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i].axis == axis)
            return sizes[i].size;
    return 0;
}

static char random_axis(void)
{
    return sizes[below(3)].axis;
}

static struct shape any_shape(void)
{
    struct shape shape = {.rank = (int)below(10) < 2 ? 0 : (int)below(3) + (chance(15) ? 1 : 0)};
    for (int a = 0; a < shape.rank; a++)
        shape.axes[a] = random_axis();
    return shape;
}

static bool same(struct shape a, struct shape b)
{
    return a.rank == b.rank && !memcmp(a.axes, b.axes, (size_t)a.rank);
}

/* Whether a value of shape a becomes one of shape b by NumPy's rule. */
static bool broadcasts(struct shape a, struct shape b)
{
    if (a.rank > b.rank)
        return false;
    for (int i = 1; i <= a.rank; i++)
        if (a.axes[a.rank - i] != b.axes[b.rank - i] && a.axes[a.rank - i] != '1')
            return false;
    return true;
}

static const char *spelled(struct shape shape)
{
    char *text = "[";
    for (int a = 0; a < shape.rank; a++)
        text = print("%s%s%c", text, a ? ", " : "", shape.axes[a]);
    return print("%s]", text);
}

static struct shape without(struct shape shape, int axis)
{
    for (int a = axis; a + 1 < shape.rank; a++)
        shape.axes[a] = shape.axes[a + 1];
    shape.rank--;
    return shape;
}

static struct shape with(struct shape shape, int at, char axis)
{
    for (int a = shape.rank; a > at; a--)
        shape.axes[a] = shape.axes[a - 1];
    shape.axes[at] = axis;
    shape.rank++;
    return shape;
}

/* A shape that broadcasts to this one. */
static struct shape narrower(struct shape shape)
{
    int dropped = (int)below((unsigned)shape.rank + 1);
    while (dropped-- > 0 && chance(70))
        shape = without(shape, 0);
    for (int a = 0; a < shape.rank; a++)
        if (chance(20))
            shape.axes[a] = '1';
    return shape;
}

static struct variable {
    char *name;
    struct shape shape;
} variables[40];
static int variable_count, parameter_count;

/* Often that of a variable, so that variables are used. */
static struct shape random_shape(void)
{
    if (variable_count > 1 && chance(50))
        return variables[1 + below((unsigned)variable_count - 1)].shape;
    return any_shape();
}

/* ---- Expressions ---- */

static char *expression(struct shape shape, int depth);

static char *leaf(struct shape shape)
{
    int fitting[40], count = 0;
    for (int v = 0; v < variable_count; v++)
        if (same(variables[v].shape, shape))
            fitting[count++] = v;
    if (count && chance(95))
        return print("%s", variables[fitting[below((unsigned)count)]].name);
    for (int v = 0; v < variable_count; v++)
        if (variables[v].shape.rank == shape.rank + 1 &&
            !memcmp(variables[v].shape.axes + 1, shape.axes, (size_t)shape.rank) && chance(60))
            return print("%s[%d]", variables[v].name, (int)below((unsigned)size_of(variables[v].shape.axes[0])));
    for (int v = 0; v < variable_count; v++)
        if (shape.rank == 2 && variables[v].shape.rank == 2 && variables[v].shape.axes[0] == shape.axes[1] &&
            variables[v].shape.axes[1] == shape.axes[0])
            return print("%s'", variables[v].name);
    for (int v = 0; v < variable_count; v++)
        if (variables[v].shape.rank && broadcasts(variables[v].shape, shape) && chance(60))
            return print("(%s * ones(%s))", variables[v].name, spelled(shape));
    if (variable_count > 1 && chance(60)) {
        const char *name = variables[1 + below((unsigned)variable_count - 1)].name;
        return shape.rank ? print("full(%s, mean(%s))", spelled(shape), name) : print("sum(%s) * 0.2", name);
    }
    double number = (double)(int)below(32) / 16 - 1;
    if (shape.rank == 0)
        return print(chance(50) ? "(%g)" : "(%g * s)", number);
    return print(chance(50) ? "full(%s, %g)" : "full(%s, %g * s)", spelled(shape), number);
}

static char *unary(struct shape shape, int depth)
{
    static const char *const forms[] = {
        "tanh(%s)", "sin(%s)", "sigmoid(%s)", "softplus(%s)", "cos(%s)", "atan(%s)", "relu(%s)", "|%s|", "-%s",
        "exp(-(%s)^2)", "sqrt(1 + (%s)^2)", "log(1.5 + sin(%s))", "erf(%s)", "gelu(%s)", "(%s)^2", "(%s)^3 * 0.1",
        "1 / (1 + (%s)^2)", "silu(%s)", "leaky_relu(%s)", "elu(%s)", "0.5 * (%s)", "clip(%s, -0.7, 0.6)",
        "expm1(sin(%s))", "asinh(%s)", "huber(%s)", "(1.5 + cos(%s))^0.75", "softsign(%s)"};
    const char *form = pick(forms, sizeof forms / sizeof *forms);
    char *operand = expression(shape, depth - 1);
    char *at = strstr(form, "%s");
    bool bare = at[2] == '|' && *operand == '|';
    return print("%.*s%s%s%s%s", (int)(at - form), form, bare ? " (" : "(", operand, bare ? ") " : ")", at + 2);
}

static char *binary(struct shape shape, int depth)
{
    char *a = expression(shape, depth - 1), *b = expression(chance(50) ? shape : narrower(shape), depth - 1);
    if (chance(50)) {
        char *swap = a;
        a = b;
        b = swap;
    }
    switch (below(9)) {
    case 0: case 1: return print("(%s + %s)", a, b);
    case 2: return print("(%s - (%s))", a, b);
    case 3: case 4: return print("(%s) * (%s)", a, b);
    case 5: return print("(%s) / (1 + (%s)^2)", a, b);
    case 6: return print("max(%s, %s)", a, b);
    case 7: return print("min(%s, %s)", a, b);
    default: return print("logaddexp(%s, %s)", a, b);
    }
}

static char *product(struct shape shape, int depth)
{
    char inner = random_axis();
    struct shape left = shape, right = shape;
    if (shape.rank == 0) {
        left = right = with(shape, 0, inner);
    } else if (shape.rank == 1) {
        if (chance(50)) {
            left = with(shape, 1, inner);
            right = (struct shape){1, {inner}};
        } else {
            left = (struct shape){1, {inner}};
            right = with(shape, 0, inner);
        }
    } else {
        left.axes[shape.rank - 1] = inner;
        right.axes[shape.rank - 2] = inner;
        if (shape.rank == 3 && chance(40))
            left = without(left, 0);
        else if (shape.rank == 3 && chance(40))
            right = without(right, 0);
    }
    if (left.rank == 2 && chance(25)) {
        struct shape turned = {2, {left.axes[1], left.axes[0]}};
        return print("(%s)' @ (%s)", expression(turned, depth - 1), expression(right, depth - 1));
    }
    if (right.rank == 2 && chance(25)) {
        struct shape turned = {2, {right.axes[1], right.axes[0]}};
        return print("(%s) @ (%s)'", expression(left, depth - 1), expression(turned, depth - 1));
    }
    return print("(%s) @ (%s)", expression(left, depth - 1), expression(right, depth - 1));
}

static char *reduction(struct shape shape, int depth)
{
    const char *f = PICK("sum", "mean", "max", "min", "logsumexp", "sum", "norm", "var", "prod");
    int at = (int)below((unsigned)shape.rank + 1);
    if (shape.rank == 0 && chance(50))
        return print("%s(%s)", f, expression(random_shape(), depth - 1));
    if (shape.rank < MAX_RANK)
        return print("%s(%s, axis = %d)", f, expression(with(shape, at, random_axis()), depth - 1), at);
    at = at < shape.rank ? at : 0;
    return print("%s(%s, axis = %d, keepdims = true) + %s", f, expression(shape, depth - 1), at, leaf(shape));
}

static char *structural(struct shape shape, int depth)
{
    int axis = (int)below((unsigned)shape.rank);
    struct shape other = shape, turned = shape;
    switch (below(9)) {
    case 0: return print("flip(%s, axis = %d)", expression(shape, depth - 1), axis);
    case 1: return print("roll(%s, %d, axis = %d)", expression(shape, depth - 1), (int)below(5) - 2, axis);
    case 2: return print("cumsum(%s, axis = %d)", expression(shape, depth - 1), axis);
    case 3: return print("softmax(%s, axis = %d)", expression(shape, depth - 1), axis);
    case 4: /* a stretch of a longer one */
        other.axes[axis] = random_axis();
        return print("concat(%s, %s, axis = %d)[%s%s%c:]", expression(other, depth - 1), expression(shape, depth - 1), axis,
                     axis > 0 ? ":, " : "", axis > 1 ? ":, " : "", other.axes[axis]);
    case 5:
        other.axes[axis] = random_axis();
        return print("roll(concat(%s, %s, axis = %d), 1, axis = %d)[%s%s:%c]", expression(shape, depth - 1),
                     expression(other, depth - 1), axis, axis, axis > 0 ? ":, " : "", axis > 1 ? ":, " : "", shape.axes[axis]);
    case 6:
        if (shape.rank < 2)
            return print("log_softmax(%s, axis = %d)", expression(shape, depth - 1), axis);
        turned.axes[shape.rank - 1] = shape.axes[shape.rank - 2];
        turned.axes[shape.rank - 2] = shape.axes[shape.rank - 1];
        return print("(%s)'", expression(turned, depth - 1));
    case 7: /* rows gathered, some of them twice */
        other.axes[0] = 'n';
        return shape.axes[0] == 'm' ? print("(%s)[k]", expression(other, depth - 1)) : leaf(shape);
    default:
        if (shape.rank == 1)
            return print("diag(%s)", expression((struct shape){2, {shape.axes[0], shape.axes[0]}}, depth - 1));
        if (shape.rank == 2)
            return print("reshape(%s, %s)", expression((struct shape){2, {shape.axes[1], shape.axes[0]}}, depth - 1), spelled(shape));
        return leaf(shape);
    }
}

static char *choice(struct shape shape, int depth)
{
    char *condition = print("%s %s %s", expression(chance(50) ? shape : narrower(shape), depth - 2 > 0 ? 1 : 0), PICK("<", ">"), leaf((struct shape){0}));
    return print("(if %s then %s else %s)", condition, expression(shape, depth - 1),
                 expression(chance(50) ? shape : narrower(shape), depth - 1));
}

static char *widened(struct shape shape, int depth)
{
    return print("(%s + %s)", expression(narrower(shape), depth - 1), leaf(shape));
}

static char *expression(struct shape shape, int depth)
{
    if (depth <= 0)
        return leaf(shape);
    switch (below(16)) {
    case 0: case 1: case 2: case 3: return unary(shape, depth);
    case 4: case 5: case 6: case 7: return binary(shape, depth);
    case 8: case 9: return product(shape, depth);
    case 10: case 11: return reduction(shape, depth);
    case 12: case 13: return shape.rank ? structural(shape, depth) : leaf(shape);
    case 14: return choice(shape, depth);
    default: return widened(shape, depth);
    }
}

/* ---- Statements ---- */

static void add_variable(const char *name, struct shape shape)
{
    variables[variable_count++] = (struct variable){print("%s", name), shape};
}

static char *bounded(struct shape shape, int depth)
{
    return print(chance(50) ? "tanh(%s)" : "sin(%s)", expression(shape, depth));
}

static void statement(FILE *out, int number)
{
    struct shape shape = random_shape();
    char *name = print("t%d", number);
    const struct variable *x;
    switch (below(12)) {
    case 0: /* a gradient by name */
        x = &variables[below((unsigned)variable_count)];
        fprintf(out, "    u%d = sum(%s * %s)\n", number, bounded(x->shape, 2), bounded(x->shape, 1));
        fprintf(out, "    %s = tanh(grad(u%d, %s))\n", name, number, x->name);
        add_variable(name, x->shape);
        return;
    case 1: /* a loop that carries */
        fprintf(out, "    %s = %s\n    for r in 0..%d%s {\n", name, bounded(shape, 1), 1 + (int)below(4), chance(30) ? " checkpoint" : "");
        add_variable(name, shape);
        fprintf(out, "        %s = %s\n    }\n", name, bounded(shape, 2));
        return;
    case 2: { /* a loop that collects */
        struct shape row = shape.rank == MAX_RANK ? without(shape, 0) : shape;
        fprintf(out, "    for r in 0..n {\n        %s[r] = %s * (r + 1)\n    }\n", name, bounded(row, 2));
        add_variable(name, with(row, 0, 'n'));
        return;
    }
    case 3: /* a branch */
        fprintf(out, "    %s = %s\n    if %s > 0 {\n        %s = %s\n    }\n", name, bounded(shape, 1), leaf((struct shape){0}), name,
                bounded(shape, 2));
        add_variable(name, shape);
        return;
    case 4: { /* index notation */
        char a = random_axis(), b = random_axis(), c = random_axis();
        fprintf(out, "    a%d = %s\n    b%d = %s\n", number, bounded((struct shape){2, {a, c}}, 1), number, bounded((struct shape){2, {b, c}}, 1));
        fprintf(out, "    %s[i, j] = %s[l](a%d[i, l] * b%d[j, l])\n", name, PICK("sum", "sum", "mean", "max", "prod"), number, number);
        add_variable(name, (struct shape){2, {a, b}});
        return;
    }
    case 5: /* a part replaced */
        if (shape.rank) {
            fprintf(out, "    %s = %s\n", name, bounded(shape, 2));
            fprintf(out, "    %s[%d] = %s\n", name, (int)below((unsigned)size_of(shape.axes[0])), bounded(without(shape, 0), 2));
            add_variable(name, shape);
            return;
        }
        /* fall through */
    default:
        fprintf(out, "    %s = %s\n", name, chance(60) ? bounded(shape, 3) : expression(shape, 3));
        add_variable(name, shape);
    }
}

static void function(FILE *program, FILE *cases, int number)
{
    struct shape shapes[4];
    variable_count = 0;
    parameter_count = 1 + (int)below(3);
    fprintf(program, "f%d(", number);
    fprintf(cases, "case f%d\nsize n 3\nsize m 2\ntolerance32 0.02\ninput s %g\ninput k 2 %d\n", number, (double)(int)below(16) / 16 - 0.4, (int)below(3));
    add_variable("s", (struct shape){0});
    for (int p = 0; p < parameter_count; p++) {
        shapes[p] = any_shape();
        if (!shapes[p].rank)
            shapes[p] = (struct shape){1, {'n'}};
        char *name = print("x%d", p);
        fprintf(program, "%s: %s, ", name, spelled(shapes[p]));
        add_variable(name, shapes[p]);
        int count = 1;
        for (int a = 0; a < shapes[p].rank; a++)
            count *= size_of(shapes[p].axes[a]);
        fprintf(cases, "input %s", name);
        for (int i = 0; i < count; i++)
            fprintf(cases, " %g", (double)(int)below(256) / 128 - 1 + (2 * p + 1) / 1024.0);
        fprintf(cases, "\n");
    }
    fprintf(program, "s: real, k: int[m], n: size) {\n");
    int statements = 2 + (int)below(4);
    for (int i = 0; i < statements; i++)
        statement(program, i);
    fprintf(program, "    return y = %s", bounded(random_shape(), 2));
    int last = variable_count - 1;
    fprintf(program, ", z = %s * 1.5", variables[last].name);
    if (chance(40))
        fprintf(program, ", w = %s + 0", variables[1 + below((unsigned)last)].name);
    fprintf(program, "\n}\nexport f%d wrt s", number);
    for (int p = 0; p < parameter_count; p++)
        fprintf(program, ", x%d", p);
    if (chance(25))
        fprintf(program, ": jacobian, jvp");
    fprintf(program, "\n");
}

int main(int count, char **arguments)
{
    if (count != 4) {
        fprintf(stderr, "usage: generate SEED COUNT NAME\n");
        return 2;
    }
    FILE *program = fopen(print("%s.nn", arguments[3]), "w"), *cases = fopen(print("%s.case", arguments[3]), "w");
    if (!program || !cases) {
        perror(arguments[3]);
        return 2;
    }
    state = strtoull(arguments[1], NULL, 10) * 0x9E3779B97F4A7C15u + 1;
    for (int i = 0; i < atoi(arguments[2]); i++)
        function(program, cases, i);
    return fclose(program) | fclose(cases);
}
