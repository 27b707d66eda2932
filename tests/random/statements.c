/* statements.c: assignments, replaced parts, branches, and the choice among all kinds of statements. */
#include "random.h"

int indentation;
static int names_given;

int fresh(void)
{
    return names_given++;
}

void names_begin(void)
{
    names_given = 0;
}

void indent(struct text *out)
{
    say(out, "%*s", 4 * indentation, "");
}

static bool can_assign(const struct variable *variable, const void *closure)
{
    return !variable->fixed && (!closure || variable->shape.rank > 0);
}

void assignment(struct text *out, const char *name, struct shape shape, int depth)
{
    char *value = chance(60) ? bounded(shape, depth) : expression(shape, depth);
    indent(out);
    say(out, "%s = %s%s\n", name, value, chance(4) ? "  # a comment" : chance(4) ? ";" : "");
    declare(name, REAL, shape);
}

/* ---- Parts ---- */

/* `x[1:, 0] = e` and the like. */
static void replace_part(struct text *out, const struct variable *x)
{
    struct shape rest = {0};
    const char *at = "";
    int given = 1 + (int)below((unsigned)x->shape.rank);
    for (int a = 0; a < x->shape.rank; a++) {
        struct axis axis = x->shape.axes[a];
        const char *slice = ":";
        if (a >= given) {
            rest = with(rest, rest.rank, axis);
            continue;
        }
        const struct variable *counter = random_name(COUNTER);
        switch (below(5)) {
        case 0:
            rest = with(rest, rest.rank, axis);
            break;
        case 1:
            if (axis.value < 2) {
                slice = "0";
                break;
            }
            slice = PICK("1:", ":-1", "1::1");
            rest = with(rest, rest.rank, axis_of(print("(%s - 1)", axis.text), axis.value - 1));
            break;
        case 2:
            if (counter && counter->high < axis.value && counter->low >= 0) {
                slice = counter->name;
                break;
            }
            /* fall through */
        case 3: slice = print("%d", (int)below((unsigned)axis.value)); break;
        default: slice = print("-%d", 1 + (int)below((unsigned)axis.value)); break;
        }
        at = print("%s%s%s", at, a ? ", " : "", slice);
    }
    char *value = bounded(chance(80) ? rest : narrower(rest), 2);
    indent(out);
    say(out, "%s[%s] = %s\n", x->name, at, value);
}

static void replacement(struct text *out, int number_)
{
    static const bool tensors = true;
    struct variable *x = name_where(REAL, can_assign, &tensors);
    if (!x || chance(40) || (scope.loops && !x->outer && chance(50))) {
        struct shape shape = random_shape();
        if (shape.rank == 0)
            shape = with(shape, 0, random_axis());
        assignment(out, print("t%d", number_), shape, 2);
        x = &scope.names[scope.count - 1];
    }
    replace_part(out, x);
    x->rebound = true;
}

/* ---- Branches ---- */

static struct scope enter_branch(void)
{
    struct scope kept = scope;
    scope.branches++;
    indentation++;
    return kept;
}

static void leave_branch(struct scope kept)
{
    int count = kept.count;
    for (int v = 0; v < count; v++) /* what the branch has assigned */
        kept.names[v].rebound = kept.names[v].rebound || scope.names[v].rebound;
    scope = kept;
    indentation--;
}

/* A name that has a value gets another one of its shape. */
static void rebinding(struct text *out)
{
    const struct variable *x = name_where(REAL, can_assign, NULL);
    if (x)
        assignment(out, x->name, x->shape, 2);
}

/* One side: a few statements, and what other sides need not change; then the names that it leaves. */
static void side(struct text *out, const char *carried, struct shape carried_shape, const char *made, struct shape made_shape)
{
    struct scope kept = enter_branch();
    if (chance(40))
        statements(out, 1);
    if (chance(30))
        rebinding(out);
    if (carried && chance(80))
        assignment(out, carried, carried_shape, 2);
    if (made)
        assignment(out, made, made_shape, 2);
    else if (!carried)
        assignment(out, print("t%d", fresh()), random_shape(), 1);
    leave_branch(kept);
    indent(out);
    say(out, "}");
}

static void branch(struct text *out, int number_)
{
    const struct variable *variable = chance(70) ? name_where(REAL, can_assign, NULL) : NULL;
    const char *carried = variable ? variable->name : NULL;
    struct shape shape = variable ? variable->shape : scalar, made_shape = random_shape();
    bool has_else = chance(65);
    char *made = has_else && (!carried || chance(40)) ? print("t%d", number_) : NULL;
    if (!has_else && !carried) { /* something to carry */
        shape = made_shape;
        carried = print("t%d", number_);
        assignment(out, carried, shape, 1);
    }
    char *first = scalar_condition(1);
    indent(out);
    say(out, "if %s {\n", first);
    side(out, carried, shape, made, made_shape);
    for (int more = 0; has_else && more < 3 && chance(30); more++) {
        say(out, " else if %s {\n", scalar_condition(1));
        side(out, carried, shape, made, made_shape);
    }
    if (has_else) {
        say(out, " else {\n");
        side(out, carried, shape, made, made_shape);
    }
    say(out, "\n");
    if (made)
        declare(made, REAL, made_shape);
    for (int v = 0; carried && v < scope.count; v++)
        if (scope.names[v].name == carried)
            scope.names[v].rebound = true;
}

/* ---- Whole numbers and truth values ---- */

static void int_assignment(struct text *out, int number_)
{
    struct shape shape = chance(60) ? shape_with(1, random_axis()) : scalar;
    int high = (int)below(4) + 1;
    char *value = integers(shape, high, 1);
    if (!value)
        return;
    indent(out);
    say(out, "%s = %s\n", print("k%d", number_), value);
    struct variable *k = declare(print("k%d", number_), INT, shape);
    k->high = high;
    k->fixed = true;
}

static void truth_assignment(struct text *out, int number_)
{
    struct shape shape = random_shape();
    char *value = condition(shape, 1);
    indent(out);
    say(out, "%s = %s and %s\n", print("q%d", number_), print("(%s > -9)", leaf(shape)), value);
    declare(print("q%d", number_), BOOL, shape);
}

/* ---- All kinds ---- */

void statement(struct text *out, int number_)
{
    bool deep = scope.loops + scope.branches >= 2;
    if (chance(2)) { /* a condition that holds */
        indent(out);
        say(out, "require all(%s^2 >= 0)%s\n", leaf(random_shape()), chance(50) ? ", \"a square\"" : "");
        return;
    }
    switch (below(23)) {
    case 22: local_function(out, number_); return;
    case 0: case 1: derivative_statement(out, number_); return;
    case 2: case 3: case 4:
        if (!deep) {
            loop_statement(out, number_);
            return;
        }
        break;
    case 5: case 6:
        if (!deep || chance(30)) {
            branch(out, number_);
            return;
        }
        break;
    case 7: case 8: case 9: index_statement(out, number_); return;
    case 10: case 11: replacement(out, number_); return;
    case 12: helper_statement(out, number_); return;
    case 13: chance(25) ? routine_statement(out, number_) : chance(25) ? imported_statement(out, number_) : cell_statement(out, number_); return;
    case 14: int_assignment(out, number_); return;
    case 15: truth_assignment(out, number_); return;
    case 16: group_statement(out, number_); return;
    case 17: { /* a name that has a value, bound again */
        const struct variable *x = name_where(REAL, can_assign, NULL);
        if (x && !scope.loops) {
            assignment(out, x->name, chance(70) || scope.branches ? x->shape : random_shape(), 2);
            return;
        }
        break;
    }
    default: break;
    }
    assignment(out, print("t%d", number_), random_shape(), 3);
}

void statements(struct text *out, int count)
{
    for (int i = 0; i < count; i++)
        statement(out, fresh());
}
