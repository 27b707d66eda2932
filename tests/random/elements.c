/* elements.c: expressions that work element by element, and the choice among all kinds of expressions. */
#include "random.h"

#include <string.h>

static bool has_shape(const struct variable *variable, const void *closure)
{
    return same(variable->shape, *(const struct shape *)closure);
}

static bool has_rows(const struct variable *variable, const void *closure)
{
    return variable->shape.rank && same(without(variable->shape, 0), *(const struct shape *)closure);
}

static bool is_turned(const struct variable *variable, const void *closure)
{
    return variable->shape.rank >= 2 && same(turned(variable->shape), *(const struct shape *)closure);
}

static bool is_narrower(const struct variable *variable, const void *closure)
{
    return variable->shape.rank && broadcasts(variable->shape, *(const struct shape *)closure);
}

/* A number for a position below size: a counter, a number, or one from the end. */
static const char *position(int size)
{
    for (int v = scope.count; v-- > 0;)
        if (scope.names[v].type == COUNTER && scope.names[v].low >= 0 && scope.names[v].high < size && chance(60))
            return scope.names[v].name;
    int at = (int)below((unsigned)size);
    return chance(20) ? print("-%d", size - at) : print("%d", at);
}

char *leaf(struct shape shape)
{
    const struct variable *variable = name_where(REAL, has_shape, &shape);
    if (variable && chance(95))
        return print("%s", variable->name);
    if (chance(60) && (variable = name_where(REAL, has_rows, &shape)))
        return print("%s[%s]", variable->name, position(variable->shape.axes[0].value));
    if (chance(60) && (variable = name_where(REAL, is_turned, &shape)))
        return print("%s'", variable->name);
    if (chance(60) && shape.rank && (variable = name_where(REAL, is_narrower, &shape)))
        return chance(50) ? print("(%s * ones(%s))", variable->name, list_of(shape))
                          : print("broadcast(%s, %s)", variable->name, list_of(shape));
    if (chance(60) && (variable = random_name(REAL)))
        return shape.rank ? print("full(%s, mean(%s))", list_of(shape), variable->name)
                          : print("(sum(%s) * 0.2)", variable->name);
    if (shape.rank == 0 && chance(5))
        return print("full([], %s)", number());
    if (shape.rank == 0) {
        variable = random_name(COUNTER);
        return variable && chance(50) ? print("(0.2 * (%s + 1))", variable->name) : number();
    }
    if (shape.rank == 1 && chance(30))
        return print("(range(%s) / (%s + 1))", shape.axes[0].text, shape.axes[0].text);
    if (chance(20))
        return print("zeros(%s)", list_of(shape));
    return print("full(%s, %s)", list_of(shape), number());
}

/* ---- Forms ---- */

static const char *const unary_forms[] = {
    "tanh(%s)", "sin(%s)", "sigmoid(%s)", "softplus(%s)", "cos(%s)", "atan(%s)", "relu(%s)", "-%s", "(-%s)",
    "exp(-%s^2)", "exp(0.5 * tanh(%s))", "sqrt(1 + %s^2)", "log(1.5 + sin(%s))", "erf(%s)", "gelu(%s)", "%s^2",
    "(%s^3 * 0.1)", "(1 / (1 + %s^2))", "silu(%s)", "leaky_relu(%s)", "leaky_relu(%s, slope = 0.2)", "elu(%s)",
    "elu(%s, 0.7)", "(0.5 * %s)", "clip(%s, -0.7, 0.6)", "expm1(sin(%s))", "asinh(%s)", "huber(%s)",
    "huber(%s, delta = 0.4)", "(1.5 + cos(%s))^0.75", "softsign(%s)", "log1p(%s^2)", "tan(0.9 * tanh(%s))",
    "asin(0.8 * sin(%s))", "acos(0.8 * cos(%s))", "sinh(tanh(%s))", "cosh(0.5 * sin(%s))", "acosh(1.5 + %s^2)",
    "atanh(0.7 * tanh(%s))", "(0.2 * lgamma(1.5 + %s^2))", "(0.4 * digamma(1.5 + %s^2))", "erfc(%s)", "abs(%s)",
    "(sign(%s) * 0.5)", "(0.3 * floor(%s))", "(0.3 * ceil(%s))", "(0.3 * round(2 * %s))", "log_sigmoid(%s)", "selu(%s)",
    "gelu_tanh(%s)", "hardtanh(1.3 * %s)", "(%s + stop_gradient(tanh(0.37)))", "(1.3 + sin(%s))^-1", "relu(%s)^2",
    "min(%s, 0.5)", "max(%s, -0.5)", "real(%s > 0.3)", "(1.2 + tanh(%s))^1.5", "(3 - %s^2 / (1 + %s^2))",
    "sqrt(0.3 + %s^2)^3", "(1 + exp(-%s))^-1", "(2 - (tanh(%s) - 0.3))", "%s^2 / 2",
    "erfcx(tanh(%s))", "erfinv(0.8 * sin(%s))", "ndtr(%s)", "log_ndtr(%s)", "log1mexp(-0.4 - %s^2)", "i0e(0.5 + %s^2)",
    "i1e(0.5 + %s^2)", "j0(%s)", "j1(1 + %s)", "mod(1.3 + 0.1 * sin(%s), 0.9)"};
static const char *const binary_forms[] = {
    "(%s + %n)", "(%n + %s)", "(%s - %n)", "(%n - %s)", "%s * %n", "%n * %s", "%s / (1 + %n^2)", "%n / (1.5 + tanh(%s))",
    "max(%s, %n)", "min(%n, %s)", "logaddexp(%s, %n)", "atan2(%s, 1.2 + %n^2)", "(1.3 + sin(%s))^tanh(%n)", "(%s + %n * %v)",
    "(%s - 0.3 * %n + %v)", "(if %c then %s else %n)", "(if %c then %n else %s)", "clip(%s, -1 - %n^2, 0.7 + %v^2)",
    "(%s * %n + 0.2 * %v)", "(%s + %n)^2 * 0.2", "(if not %c then %s else sqrt(1 + %n^2))", "(%v - %s * %0)",
    "(if %c then log(1.2 + %s^2) else if %c then %n else 0.25)", "(1.4 + cos(%s))^2^0.5", "(%s / 2 * %n)", "(%v * stop_gradient(0.6) + %s * %n)",
    "(0.3 * lbeta(1.2 + %s^2, 1.1 + %n^2))", "gammainc(1.6 + 0.5 * tanh(%s), 1.5 + 0.5 * sin(%n))",
    "gammaincc(1.3 + 0.5 * tanh(%s), 3.5 + 0.5 * sin(%n))", "betainc(1.3 + 0.4 * sin(%s), 1.4 + 0.4 * tanh(%n), 0.5 + 0.2 * sin(%v))"};

static char *operand(char form, struct shape shape, int depth)
{
    switch (form) {
    case 's': return expression(shape, depth - 1);
    case 'n': return expression(chance(40) ? shape : narrower(shape), depth - 1);
    case 'v': return leaf(shape);
    case '0': return leaf(scalar);
    default: return condition(shape, depth - 1);
    }
}

/* Whether a text binds tighter than any operator. */
static bool is_atom(const char *text)
{
    int open = 0;
    for (const char *at = text; *at; at++) {
        open += *at == '(' || *at == '[';
        open -= *at == ')' || *at == ']';
        if (!open && strchr(" |-", *at))
            return false;
    }
    return true;
}

char *filled(const char *form, struct shape shape, int depth)
{
    struct text text = {0};
    for (const char *at = form; *at; at++) {
        if (*at != '%') {
            say(&text, "%c", *at);
            continue;
        }
        char *inner = operand(*++at, shape, depth);
        bool inside = text.length && text.start[text.length - 1] == '(' && (at[1] == ')' || at[1] == ',');
        say(&text, is_atom(inner) || inside ? "%s" : "(%s)", inner);
    }
    return text.start;
}

static char *bars(struct shape shape, int depth)
{
    char *inner = expression(shape, depth - 1);
    if (shape.rank == 0 && chance(30)) {
        char *all = expression(random_shape(), depth - 1);
        return print(chance(50) ? "|| %s ||^2 * 0.1" : "|| %s ||", all);
    }
    return print("| %s |", inner);
}

char *elementwise(struct shape shape, int depth)
{
    if (chance(4))
        return bars(shape, depth);
    if (chance(50))
        return filled(pick(unary_forms, sizeof unary_forms / sizeof *unary_forms), shape, depth);
    return filled(pick(binary_forms, sizeof binary_forms / sizeof *binary_forms), shape, depth);
}

char *formula(const char *a, const char *b, int depth)
{
    static const char *const one[] = {"tanh(%a)", "sin(%a)", "%a^2 / (1 + %a^2)", "(%a - 0.3)", "sqrt(1 + %a^2)",
                                      "sigmoid(%a)", "cos(0.7 * %a)", "(%a * %b)", "(%a + 0.5 * %b)"};
    static const char *const two[] = {"(%a * %b)", "(%a + %b)", "%a / (1 + %b^2)", "max(%a, %b)", "(%a - 0.4 * %b)",
                                      "logaddexp(%a, %b)"};
    const char *form = b && depth == 0 ? pick(two, sizeof two / sizeof *two) : pick(one, sizeof one / sizeof *one);
    const char *first = depth > 0 ? formula(a, b, depth - 1) : a, *second = b ? b : a;
    struct text text = {0};
    for (const char *at = form; *at; at++) {
        if (*at != '%') {
            say(&text, "%c", *at);
            continue;
        }
        const char *name = *++at == 'a' ? first : second;
        say(&text, is_atom(name) ? "%s" : "(%s)", name);
    }
    return text.start;
}

/* ---- Truth values ---- */

static bool fits(const struct variable *variable, const void *closure)
{
    return broadcasts(variable->shape, *(const struct shape *)closure);
}

char *condition(struct shape shape, int depth)
{
    struct shape of = chance(50) ? shape : narrower(shape);
    const struct variable *named = name_where(BOOL, fits, &shape);
    if (named && chance(40))
        return print("%s", named->name);
    if (depth > 0 && chance(15))
        return print("(%s %s %s)", condition(shape, depth - 1), PICK("and", "or"), condition(shape, depth - 1));
    if (chance(6))
        return print("(not %s)", condition(shape, depth - 1));
    if (chance(3))
        return print("%s", PICK("true", "false"));
    named = name_where(INT, fits, &shape);
    if (named && chance(40))
        return print("(%s %s %d)", named->name, PICK("==", "!=", "<=", ">=", "<", ">"), named->low + (int)below((unsigned)(named->high - named->low) + 1));
    return print("(%s %s %s)", expression(of, depth > 0 ? 1 : 0), PICK("<", ">", "<=", ">="), chance(50) ? leaf(scalar) : number());
}

char *scalar_condition(int depth)
{
    const struct variable *counter = random_name(COUNTER);
    if (counter && chance(40))
        return print("%s %s %d", counter->name, PICK("==", "!=", "<", ">="), counter->low + (int)below((unsigned)(counter->high - counter->low + 1)));
    if (chance(20))
        return print("%s(%s)", PICK("all", "any"), condition(random_shape(), depth));
    char *text = condition(scalar, depth);
    return text;
}

/* ---- All kinds ---- */

char *bounded(struct shape shape, int depth)
{
    char *inner = expression(shape, depth);
    switch (below(4)) {
    case 0: return print("sin(%s)", inner);
    case 1: return print("(%s) / 2", inner);
    default: return print("tanh(%s)", inner);
    }
}

char *expression(struct shape shape, int depth)
{
    if (depth <= 0 || shape.rank > 3)
        return leaf(shape);
    char *text = NULL;
    switch (below(23)) {
    case 0: case 1: case 2: case 3: case 4: case 5: case 6: return elementwise(shape, depth);
    case 7: case 8: return product(shape, depth);
    case 9: case 10: return reduction(shape, depth);
    case 11: case 12: text = shape.rank ? structural(shape, depth) : NULL; break;
    case 13: case 14: text = shape.rank ? subscripted_value(shape, depth) : NULL; break;
    case 15: text = chance(30) ? routine(shape, depth) : linear_algebra(shape, depth); break;
    case 16: text = network(shape, depth); break;
    case 17: text = helper_call(shape, depth); break;
    case 18: text = shape.rank == 0 && chance(60) ? index_reduction() : NULL; break;
    case 19: text = chance(60) ? imported(shape, depth) : NULL; break;
    default: return leaf(shape);
    }
    return text ? text : elementwise(shape, depth);
}
