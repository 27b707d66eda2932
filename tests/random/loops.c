/* loops.c: loops that carry, collect, replace entries, stop early, nest, and count with an int. */
#include "random.h"

struct bounds {
    const char *text;
    int begin, end;
    struct axis rounds;
};

static struct bounds random_bounds(bool at_least_one)
{
    struct axis axis = random_axis();
    for (int i = 0; i < 6 && axis.value > 6; i++)
        axis = random_axis();
    if (axis.value > 1 && chance(20))
        return (struct bounds){print("1..%s", axis.text), 1, axis.value, axis_of(print("(%s - 1)", axis.text), axis.value - 1)};
    if (!at_least_one && chance(4))
        return (struct bounds){"1..1", 1, 1, whole(1)};
    if (chance(8)) { /* from below 0, or perhaps so */
        int rounds = 1 + (int)below(4);
        if (chance(50))
            return (struct bounds){print("-%d..%d", rounds, 1), -rounds, 1, whole(rounds + 1)};
        return (struct bounds){print("%s - %d..%s", axis.text, rounds, axis.text), axis.value - rounds, axis.value, whole(rounds)};
    }
    if (chance(30)) {
        int rounds = 1 + (int)below(4);
        return (struct bounds){print("0..%d", rounds), 0, rounds, whole(rounds)};
    }
    return (struct bounds){print("0..%s", axis.text), 0, axis.value, axis};
}

static struct scope enter_loop(const char *counter, struct bounds bounds)
{
    struct scope kept = scope;
    for (int v = 0; v < scope.count; v++)
        scope.names[v].outer = true;
    struct variable *variable = declare(counter, COUNTER, scalar);
    variable->low = bounds.begin;
    variable->high = bounds.end > bounds.begin ? bounds.end - 1 : bounds.begin;
    scope.loops++;
    indentation++;
    return kept;
}

static void leave_loop(struct text *out, struct scope kept)
{
    for (int v = 0; v < kept.count; v++)
        kept.names[v].rebound = kept.names[v].rebound || scope.names[v].rebound;
    scope = kept;
    indentation--;
    indent(out);
    say(out, "}\n");
}

static bool can_carry(const struct variable *variable, const void *closure)
{
    (void)closure;
    return !variable->fixed && elements_in(variable->shape) <= 40;
}

/* The name that a loop carries: one that is there, or a new one, assigned here. */
static struct variable *carried_name(struct text *out, int number_)
{
    struct variable *variable = chance(40) ? name_where(REAL, can_carry, NULL) : NULL;
    if (variable)
        return variable;
    struct shape shape = random_shape();
    while (elements_in(shape) > 40)
        shape = random_shape();
    assignment(out, print("t%d", number_), shape, 1);
    return &scope.names[scope.count - 1];
}

static void carry(struct text *out, const char *name, struct shape shape)
{
    char *value = bounded(shape, 2);
    indent(out);
    say(out, "%s = %s\n", name, chance(30) ? print("0.7 * %s + %s", name, value) : chance(50) ? print("tanh(%s + %s)", name, value) : value);
    declare(name, REAL, shape);
}

static bool starts(const struct variable *variable, const void *closure)
{
    return !variable->shape.rank && variable->low >= 0 && variable->high < *(const int *)closure;
}

/* k runs through the places of x, one a round, and begins again. */
static void counting_loop(struct text *out, int number_)
{
    struct axis places = random_axis();
    struct shape shape = random_shape();
    if (shape.rank > 2 || elements_in(shape) * places.value > 200)
        shape = scalar;
    struct bounds bounds = random_bounds(true);
    char *x = print("x%d", number_), *k = print("k%d", number_), *s = print("t%d", number_), *r = print("r%d", number_);
    assignment(out, x, with(shape, 0, places), 1);
    assignment(out, s, shape, 1);
    const struct variable *given = name_where(INT, starts, &places.value);
    const char *start = given ? given->name : print("argmax(%s + cos(range(%s)))", leaf(shape_with(1, places)), places.text);
    indent(out);
    say(out, "%s = %s\n", k, start);
    indent(out);
    say(out, "for %s in %s%s {\n", r, bounds.text, chance(20) ? " checkpoint" : "");
    struct scope kept = enter_loop(r, bounds);
    struct variable *counter = declare(k, INT, scalar);
    counter->high = places.value - 1;
    counter->fixed = true;
    indent(out);
    say(out, "%s = 0.8 * %s + %s * %s[%s]\n", s, s, bounded(shape, 1), x, k);
    declare(s, REAL, shape);
    indent(out);
    say(out, "if %s == %s - 1 {\n%*s%s = %s\n", k, places.text, 4 * indentation + 4, "", k,
        given && chance(50) ? start : print("%s - %s + 1", k, places.text));
    indent(out);
    say(out, "} else {\n%*s%s = %s + 1\n", 4 * indentation + 4, "", k, k);
    indent(out);
    say(out, "}\n");
    leave_loop(out, kept);
    scope.names[scope.count - 1].rebound = true;
}

static void body(struct text *out)
{
    if (chance(45))
        statements(out, 1);
}

void loop_statement(struct text *out, int number_)
{
    if (chance(12)) {
        counting_loop(out, number_);
        return;
    }
    bool collects = scope.branches == 0 && scope.loops == 0 && chance(45), nested = collects && chance(25), carries = !collects || chance(60);
    const struct variable *variable = carries ? carried_name(out, number_) : NULL;
    const char *name = variable ? variable->name : NULL, *collected = print("c%d", number_), *r = print("r%d", number_), *s = print("s%d", number_);
    struct shape shape = variable ? variable->shape : scalar, row = variable && chance(50) ? shape : random_shape();
    struct bounds bounds = random_bounds(collects), inner = random_bounds(true);
    while (elements_in(row) * bounds.rounds.value * (nested ? inner.rounds.value : 1) > 300 || row.rank > 2)
        row = row.rank ? without(row, 0) : (nested = false, scalar);
    if (elements_in(row) * bounds.rounds.value > 300)
        collects = nested = false;
    bool stops = name && chance(20);
    indent(out);
    say(out, "for %s in %s", r, bounds.text);
    if (stops)
        say(out, " while %s > %s", shape.rank ? print("sum(%s^2)", name) : print("|%s|", name), PICK("0.05", "1e-3", "0.3"));
    say(out, "%s {\n", chance(20) ? " checkpoint" : "");
    struct scope kept = enter_loop(r, bounds), kept_outer = kept;
    if (nested) {
        indent(out);
        say(out, "for %s in %s {\n", s, inner.text);
        kept_outer = enter_loop(s, inner);
    }
    body(out);
    if (name && (chance(90) || !collects))
        carry(out, name, shape);
    if (name && shape.rank && chance(25) && bounds.begin >= 0 && bounds.end <= shape.axes[0].value) {
        char *entry = bounded(without(shape, 0), 1);
        indent(out);
        say(out, "%s[%s] = %s\n", name, r, entry);
    }
    if (collects) {
        char *value = row.rank == 1 && chance(20) ? NULL : bounded(row, 2);
        indent(out);
        if (value)
            say(out, "%s[%s%s%s] = %s\n", collected, r, nested ? ", " : "", nested ? s : "", value);
        else
            say(out, "%s[%s%s%s, i < %s] = %s * sin(0.3 * i)\n", collected, r, nested ? ", " : "", nested ? s : "", row.axes[0].text, leaf(scalar));
    }
    if (nested)
        leave_loop(out, kept_outer);
    leave_loop(out, kept);
    for (int v = 0; name && v < scope.count; v++)
        if (scope.names[v].name == name)
            scope.names[v].rebound = true;
    if (!collects)
        return;
    if (nested)
        row = with(row, 0, inner.rounds);
    declare(collected, REAL, with(row, 0, bounds.rounds));
}
