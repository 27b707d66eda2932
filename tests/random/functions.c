/* functions.c: whole functions: sizes, parameters, a body, outputs, exports; and a case for each. */
#include "random.h"

#include <string.h>

static struct text *program, *cases;
static bool exports; /* whether the program says what to export */

/* ---- Sizes ---- */

static int random_size(bool may_be_large)
{
    if (may_be_large && chance(12)) {
        static const int large[] = {8, 16, 31, 32, 33, 64, 65, 130};
        return large[below(8)];
    }
    return chance(12) ? 1 : 2 + (int)below(4);
}

static bool is_name(const char *text)
{
    return (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
}

/* Two or three axes; at most one of them long. Fixed ones may be `dim`s. */
static void draw_sizes(int function)
{
    static const char *const run_time[] = {"n", "m", "q"};
    scope.axis_count = 0;
    bool all_fixed = chance(25), large = true;
    int count = 2 + (int)below(2);
    for (int a = 0; a < count; a++) {
        int value = random_size(large);
        large = large && value < 8;
        if (!all_fixed && chance(55)) {
            scope.axes[scope.axis_count++] = axis_of(run_time[a], value);
        } else if (chance(25)) {
            char *name = print("D%d_%d", function, a);
            if (value % 2 == 0 && chance(50))
                say(&definitions, "dim E%d_%d = %d, %s = 2 * E%d_%d\n", function, a, value / 2, name, function, a);
            else
                say(&definitions, "dim %s = %d\n", name, value);
            scope.axes[scope.axis_count++] = axis_of(name, value);
        } else if (value > 1) {
            scope.axes[scope.axis_count++] = whole(value);
        }
    }
    if (scope.axis_count == 0)
        scope.axes[scope.axis_count++] = whole(3);
    for (int a = 0; a < scope.axis_count; a++)
        if (is_name(scope.axes[a].text))
            say(cases, "size %s %d\n", scope.axes[a].text, scope.axes[a].value);
}

static bool has_run_time_sizes(void)
{
    for (int a = 0; a < scope.axis_count; a++)
        if (scope.axes[a].text[0] >= 'a')
            return true;
    return false;
}

/* ---- Parameters ---- */

struct parameters {
    const char *wrt[12];   /* real ones */
    long elements;         /* of those */
    int wrt_count;
    struct text signature;
    bool mentioned[MAX_AXES];
};

static void mention(struct parameters *p, struct shape shape)
{
    for (int a = 0; a < shape.rank; a++)
        for (int s = 0; s < scope.axis_count; s++)
            p->mentioned[s] = p->mentioned[s] || same_axis(shape.axes[a], scope.axes[s]);
}

static void add_parameter(struct parameters *p, const char *text)
{
    say(&p->signature, "%s%s", p->signature.length ? ", " : "", text);
}

static void values_line(const char *name, const char *range)
{
    say(cases, "values %s %u %s\n", name, below(1000), range);
}

static void real_parameter(struct parameters *p, int number_)
{
    char *name = print("x%d", number_);
    struct shape shape = number_ && chance(25) ? scalar : random_shape();
    while (number_ == 0 && shape.rank == 0)
        shape = random_shape();
    struct variable *variable = declare(name, REAL, shape);
    bool default_value = shape.rank == 0 && chance(30);
    if (shape.rank == 0 && chance(50))
        add_parameter(p, default_value ? print("%s = 0.5", name) : name);
    else
        add_parameter(p, print("%s: %s%s", name, type_of(variable), default_value ? " = 0.5" : ""));
    mention(p, shape);
    values_line(name, PICK("-1 1", "-1 1", "0.2 1.2", "-0.5 0.5", "1.1 2"));
    p->elements += elements_in(shape);
    p->wrt[p->wrt_count++] = name;
}

static void int_parameter(struct parameters *p, int number_)
{
    char *name = print("k%d", number_);
    struct axis within = random_axis();
    struct shape shape = chance(30) ? scalar : shape_with(1, random_axis());
    struct variable *variable = declare(name, INT, shape);
    variable->high = within.value - 1;
    variable->fixed = true;
    add_parameter(p, print("%s: %s", name, type_of(variable)));
    mention(p, shape);
    values_line(name, print("0 %d", variable->high));
}

static void group_values(struct parameters *p, const char *name)
{
    for (int v = 0; v < scope.count; v++) {
        const struct variable *variable = &scope.names[v];
        size_t length = strlen(name);
        if (strncmp(variable->name, name, length) || variable->name[length] != '.')
            continue;
        char *member = print("%s", variable->name);
        for (char *at = member; *at; at++)
            if (*at == '.')
                *at = '_';
        values_line(member, "-1 1");
        p->elements += elements_in(variable->shape);
        mention(p, variable->shape);
    }
    p->wrt[p->wrt_count++] = chance(30) ? print("%s.W", name) : name;
}

static void draw_parameters(struct parameters *p)
{
    int reals = 1 + (int)below(3), ints = chance(45) ? 1 + (int)below(2) : 0;
    for (int i = 0; i < reals; i++)
        real_parameter(p, fresh());
    for (int i = 0; i < ints; i++)
        int_parameter(p, fresh());
    char *group = chance(15) ? group_parameter("g") : NULL;
    if (group) {
        add_parameter(p, group);
        group_values(p, "g");
    }
    for (int a = 0; a < scope.axis_count; a++)
        if (scope.axes[a].text[0] >= 'a' && (!p->mentioned[a] || chance(30)))
            add_parameter(p, print("%s: size", scope.axes[a].text));
}

/* ---- Outputs ---- */

struct outputs {
    struct text text;
    const char *scalar;   /* one that is a real scalar */
    const char *other;    /* a further real one */
    long elements;
    int reals, count;
};

static void add_output(struct outputs *o, const char *text, enum type type, struct shape shape)
{
    say(&o->text, "%s%s", o->count++ ? ", " : "", text);
    o->reals += type == REAL;
    o->elements += type == REAL ? elements_in(shape) : 0;
}

static bool is_parameter(const struct variable *variable)
{
    return variable->name[0] == 'x' || variable->name[0] == 'g' || variable->fixed;
}

/* Everything that was assigned comes into one sum. */
static char *sum_of_all(int first)
{
    char *sum = print("0.1 * %s", leaf(scalar));
    for (int v = first; v < scope.count; v++) {
        const struct variable *variable = &scope.names[v];
        if (variable->type == REAL && chance(80))
            sum = print("%s + sum(%s(%s))", sum, PICK("tanh", "sin", "sin"), variable->name);
        else if (variable->type == INT)
            sum = print("%s + 0.1 * sum(real(%s))", sum, variable->name);
    }
    return sum;
}

static void draw_outputs(struct outputs *o, int first)
{
    int further = (int)below(3);
    if (chance(65)) {
        o->scalar = "loss";
        add_output(o, print("loss = %s", sum_of_all(first)), REAL, scalar);
    } else {
        further++;
    }
    for (int i = 0; i < further; i++) {
        const struct variable *variable = &scope.names[below((unsigned)scope.count)];
        bool taken = variable->type == COUNTER || is_parameter(variable) || strstr(print(" %s,", o->text.start ? o->text.start : ""), print(" %s,", variable->name));
        if (variable->type == REAL && !taken && chance(70)) {
            add_output(o, variable->name, REAL, variable->shape);
            o->other = variable->name;
        } else if (chance(12)) {
            char *value = integers(shape_with(1, random_axis()), 5, 1);
            if (value)
                add_output(o, print("o%d = %s", i, value), INT, scalar);
        } else {
            struct shape shape = random_shape();
            add_output(o, print("o%d = %s", i, bounded(shape, 2)), REAL, shape);
            o->other = print("o%d", i);
        }
    }
    if (!o->reals) {
        o->scalar = "loss";
        add_output(o, print("loss = %s", sum_of_all(first)), REAL, scalar);
    }
}

/* ---- Exports ---- */

static void add_extra(struct text *extras, const char *name)
{
    say(extras, "%s%s", extras->length ? ", " : ": ", name);
}

static const char *second_order(const char *kind, const struct outputs *o)
{
    return o->reals > 1 || chance(30) ? print("%s(%s)", kind, o->scalar) : kind;
}

static void export_line(int function, const struct parameters *p, const struct outputs *o)
{
    struct text extras = {0}, wrt = {0};
    say(program, "export f%d", function);
    bool all_but = p->wrt_count > 1 && chance(15);
    int left_out = all_but || chance(30) ? (int)below((unsigned)p->wrt_count) : -1;
    if (p->wrt_count < 2)
        left_out = -1;
    for (int i = 0; i < p->wrt_count; i++)
        if (!all_but && i != left_out)
            say(&wrt, "%s%s", wrt.length ? ", " : "", p->wrt[i]);
    if (chance(4)) {
        say(program, "\n");
        return;
    }
    say(program, all_but ? " wrt all but %s" : " wrt %s", all_but ? p->wrt[left_out] : wrt.start);
    if (left_out >= 0 && p->elements % 2 == 1) /* drawn with the sizes, so that other draws stay as they are */
        say(program, " given %s", p->wrt[left_out]);
    bool fixed = !has_run_time_sizes(), second = o->scalar && p->elements <= 16;
    if (p->elements * o->elements <= 400 && chance(25)) {
        bool named = o->scalar && o->other && chance(30);
        add_extra(&extras, named ? print("jacobian(%s, %s)", o->other, o->scalar) : "jacobian");
        if (fixed && !named && chance(60))
            add_extra(&extras, "sparse_jacobian");
    }
    if (chance(15))
        add_extra(&extras, "jvp");
    if (second && chance(20)) {
        add_extra(&extras, second_order("hessian", o));
        if (fixed && chance(60))
            add_extra(&extras, second_order("sparse_hessian", o));
    }
    if (o->scalar && p->elements <= 60 && chance(12))
        add_extra(&extras, second_order("hvp", o));
    say(program, "%s\n", extras.length ? extras.start : "");
}

/* ---- Functions ---- */

/* A training step: parameters are overwritten. */
static void draw_updates(struct text *body, const struct parameters *p)
{
    const char *w = p->wrt[0];
    indent(body);
    say(body, "objective = %s\n", sum_of_all(p->wrt_count));
    indent(body);
    if (has_groups()) {
        say(body, "update g = g - 0.1 * grad(objective, g)\n");
        indent(body);
    }
    switch (below(3)) {
    case 0: say(body, "update %s = sgd(%s, grad(objective, %s), 0.1)\n", w, w, w); break;
    case 1:
        say(body, "v, a = momentum(%s, %s, grad(objective, %s), 0.1)\n", w, w, w);
        indent(body);
        say(body, "update %s = v + 0.1 * a\n", w);
        break;
    default: say(body, "update %s = %s - 0.1 * grad(objective, %s)\n", w, w, w);
    }
}

static bool is_bound_again(const char *name)
{
    for (int v = 0; v < scope.count; v++)
        if (!strcmp(scope.names[v].name, name))
            return scope.names[v].rebound;
    return false;
}

static void draw_function(int function)
{
    struct parameters p = {0};
    struct outputs o = {0};
    struct text body = {0};
    memset(&scope, 0, sizeof scope);
    helpers_begin(function);
    indentation = 1;
    say(cases, "case f%d\ntolerance32 0.02\n", function);
    draw_sizes(function);
    draw_parameters(&p);
    int first = scope.count;
    if (chance(8)) { /* one expression */
        struct shape shape = chance(50) ? scalar : random_shape();
        o = (struct outputs){.scalar = shape.rank ? NULL : print("f%d", function), .elements = elements_in(shape), .reals = 1};
        say(&body, "f%d(%s) = %s\n", function, p.signature.start, bounded(shape, 4));
        say(program, "%s", body.start);
        if (exports)
            export_line(function, &p, &o);
        return;
    }
    statements(&body, 2 + (int)below(4));
    bool updates = exports && chance(8) && !is_bound_again(p.wrt[0]);
    if (updates)
        draw_updates(&body, &p);
    if (chance(5)) {
        o.scalar = print("f%d", function);
        add_output(&o, sum_of_all(first), REAL, scalar);
    } else {
        draw_outputs(&o, first);
    }
    say(program, "f%d(%s) {\n%s    return %s\n}\n", function, p.signature.start, body.length ? body.start : "", o.text.start);
    if (updates)
        say(program, "export f%d\n", function);
    else if (exports)
        export_line(function, &p, &o);
}

struct drawn draw_program(uint64_t seed, int first, int last)
{
    static struct drawn drawn;
    memset(&drawn, 0, sizeof drawn);
    random_seed(seed << 8 | 255);
    program = &drawn.program;
    cases = &drawn.cases;
    memset(&definitions, 0, sizeof definitions);
    imports_begin();
    exports = chance(88);
    if (chance(10))
        say(&definitions, "precision float64\n");
    for (int i = first; i < last; i++) {
        random_seed(seed << 8 | (uint64_t)i); /* so that each can be had alone */
        names_begin();
        draw_function(i);
    }
    struct text whole_program = {0};
    say(&whole_program, "%s%s%s", imports.length ? imports.start : "", definitions.length ? definitions.start : "", program->start);
    drawn.program = whole_program;
    return drawn;
}
