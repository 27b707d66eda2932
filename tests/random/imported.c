/* imported.c: what the files of the library give: distributions, rotations, roots and initial value problems. */
#include "random.h"

#include <string.h>

enum file { STATS, GEOMETRY, SOLVERS, FILES };
struct text imports;
static bool is_imported[FILES];

void imports_begin(void)
{
    memset(&imports, 0, sizeof imports);
    memset(is_imported, 0, sizeof is_imported);
}

static void import(enum file file)
{
    static const char *const names[FILES] = {"stats", "geometry", "solvers"};
    if (!is_imported[file])
        say(&imports, "import \"%s\"\n", names[file]);
    is_imported[file] = true;
}

/* ---- Distributions ---- */

static char *positive(struct shape shape)
{
    return chance(30) ? print("exp(0.5 * %s)", leaf(shape)) : print("(0.4 + %s^2)", leaf(shape));
}

/* From 0 to high: of the shape, or one for all elements. */
static char *whole_numbers(struct shape shape, int high)
{
    char *numbers = integers(shape, high, 1);
    return numbers ? numbers : print("%d", (int)below((unsigned)high + 1));
}

/* One of the forms with its operands in: %x an outcome of the shape, %m a number and %p a positive one of a shape that
 * broadcasts to it, %z a positive outcome, %u one from 0 to 1, %k a whole one, %b 0 or 1. */
static char *drawn_from(const char *form, struct shape shape, int depth)
{
    struct text text = {0};
    for (const char *at = form; *at; at++) {
        const char *operand = NULL;
        if (*at == '%')
            switch (*++at) {
            case 'x': operand = expression(shape, depth - 1); break;
            case 'm': operand = leaf(narrower(shape)); break;
            case 'p': operand = positive(narrower(shape)); break;
            case 'z': operand = positive(shape); break;
            case 'u': operand = print("sigmoid(%s)", leaf(shape)); break;
            case 'b': operand = whole_numbers(shape, 1); break;
            default: operand = whole_numbers(shape, 3);
            }
        if (operand)
            say(&text, "%s", operand);
        else
            say(&text, "%c", *at);
    }
    return text.start;
}

static char *of_elements(int depth)
{
    static const char *const forms[] = {
        "normal_lpdf(%x, %m, %p)", "student_t_lpdf(%x, %p, %m, %p)", "cauchy_lpdf(%x, %m, %p)",
        "laplace_lpdf(%x, 2.3, %p)", "logistic_lpdf(%x, %m, %p)", "lognormal_lpdf(%z, %m, %p)",
        "exponential_lpdf(%z, %p)", "gamma_lpdf(%z, %p, %p)", "inv_gamma_lpdf(%z, %p, %p)",
        "weibull_lpdf(%z, %p, %p)", "uniform_lpdf(%u, -1.5, 2)", "beta_lpdf(%u, %p, %p)",
        "von_mises_lpdf(%u, %m, %p)", "normal_lcdf(%x, %m, %p)", "normal_lccdf(%x, %m, %p)",
        "cauchy_lcdf(%x, %m, %p)", "cauchy_lccdf(%x, %m, %p)", "laplace_lcdf(%x, 2.3, %p)",
        "laplace_lccdf(%x, 2.3, %p)", "logistic_lcdf(%x, %m, %p)", "logistic_lccdf(%x, %m, %p)",
        "lognormal_lcdf(%z, %m, %p)", "lognormal_lccdf(%z, %m, %p)", "exponential_lcdf(%z, %p)",
        "exponential_lccdf(%z, %p)", "weibull_lcdf(%z, %p, %p)", "weibull_lccdf(%z, %p, %p)",
        "uniform_lcdf(%u, -1.5, 2)", "uniform_lccdf(%u, -1.5, 2)", "gamma_lcdf(%z, %p, %p)",
        "gamma_lccdf(%z, %p, %p)", "inv_gamma_lcdf(%z, %p, %p)", "inv_gamma_lccdf(%z, %p, %p)",
        "beta_lcdf(%u, %p, %p)", "beta_lccdf(%u, %p, %p)", "student_t_lcdf(%x, %p, %m, %p)",
        "student_t_lccdf(%x, %p, %m, %p)", "von_mises_lcdf(%u, %m, %p)", "von_mises_lccdf(%u, %m, %p)",
        "poisson_lcdf(%k, %p)", "poisson_lccdf(%k, %p)", "bernoulli_logit_lpmf(%b, %m)",
        "binomial_logit_lpmf(%k, 5, %m)", "poisson_lpmf(%k, %p)", "poisson_log_lpmf(%k, %m)",
        "neg_binomial_2_lpmf(%k, %p, %p)", "ordered_logistic_lpmf(%k, %m, [-0.7, 0.1, 0.9])"};
    struct shape shape = random_shape();
    if (elements_in(shape) > 100)
        shape = shape_with(1, whole(3));
    return drawn_from(pick(forms, sizeof forms / sizeof *forms), shape, depth);
}

static char *of_vectors(int depth)
{
    struct axis n = whole(2 + (int)below(2));
    struct shape row = shape_with(1, n), rows = shape_with(2, whole(2), n), square = shape_with(2, n, n);
    switch (below(6)) {
    case 0: return print("dirichlet_lpdf(softmax(%s), %s)", expression(chance(50) ? row : rows, depth - 1), positive(row));
    case 1: return print("multi_normal_lpdf(%s, %s, %s)", expression(chance(50) ? row : rows, depth - 1), leaf(row), definite(square));
    case 2: return print("multi_normal_cholesky_lpdf(%s, %s, cholesky(%s))", expression(row, depth - 1), leaf(row), definite(square));
    case 3: return print("lkj_corr_cholesky_lpdf(cholesky(%s), %s)", definite(square), positive(scalar));
    case 4: return print("wishart_lpdf(%s, 5.5, %s)", definite(square), definite(square));
    default: return print("categorical_logit_lpmf(%s, %s)", whole_numbers(shape_with(1, whole(2)), n.value - 1), expression(rows, depth - 1));
    }
}

/* ---- Rotations ---- */

static char *moving(struct shape shape, int depth)
{
    struct axis three = whole(3), four = whole(4), batch = random_axis();
    bool is_batched = chance(30) && batch.value < 20;
    struct shape vector = is_batched ? shape_with(2, batch, three) : shape_with(1, three);
    struct shape quaternion = with(without(vector, vector.rank - 1), vector.rank - 1, four);
    const char *v = expression(vector, depth - 1), *q = print("(%s + 1.5)", leaf(quaternion)), *value;
    switch (below(7)) {
    case 0: value = print("so3_exp(%s)", v); break;
    case 1: value = print("so3_log(so3_exp(0.5 * %s))", leaf(vector)); break;
    case 2: value = print("se3_exp(concat(%s, %s, axis = -1))", v, leaf(vector)); break;
    case 3: value = print("quat_mul(%s, %s)", q, leaf(quaternion)); break;
    case 4: value = print("quat_rotate(%s, %s)", q, v); break;
    case 5: value = print("quat_log(%s)", q); break;
    default: value = print("(skew(%s) @ so3_exp(%s))", v, leaf(vector));
    }
    return print("(mean(sin(%s)) * %s)", value, leaf(shape));
}

/* ---- Roots and initial value problems ---- */

/* Statements, since the functions see names around them. */
static void solver_statement(struct text *out, int number_)
{
    struct shape shape = chance(50) ? scalar : shape_with(1, whole(1 + (int)below(3)));
    const char *w = leaf(shape), *start = leaf(shape), *result = print("t%d", number_);
    import(SOLVERS);
    indent(out);
    switch (below(4)) {
    case 0: /* dx / dt = -a x + b */
        say(out, "slope%d(t, y) = %s - 0.5 * y * cos(%s * t)\n", number_, w, leaf(scalar));
        indent(out);
        say(out, "%s = rk4(slope%d, %s, 0, 0.5, %d)\n", result, number_, start, 1 + (int)below(3));
        break;
    case 1: /* the steps' lengths do not matter for what is so exact */
        say(out, "slope%d(t, y) = %s - 0.5 * y\n", number_, w);
        indent(out);
        say(out, "%s = dopri5(slope%d, %s, 0, 0.2, 1e-11, 1e-11, 200)\n", result, number_, start);
        break;
    case 2:
        say(out, "rest%d(y) = y + 0.3 * sin(y) - %s\n", number_, w);
        indent(out);
        say(out, "%s = newton(rest%d, 0 * %s, 30, 1e-9)\n", result, number_, w);
        break;
    default:
        say(out, "rest%d(y, p) = 2 * y + y^3 - p\n", number_);
        indent(out);
        say(out, "root%d(y) = rest%d(y, %s)\n", number_, number_, w);
        indent(out);
        say(out, "%s = implicit(rest%d, newton(root%d, 0 * %s, 40, 1e-9), %s)\n", result, number_, number_, w, w);
    }
    declare(result, REAL, shape);
}

/* ---- All ---- */

char *imported(struct shape shape, int depth)
{
    if (chance(30)) {
        import(GEOMETRY);
        return moving(shape, depth);
    }
    import(STATS);
    char *value = chance(75) ? of_elements(depth) : of_vectors(depth);
    return print("(tanh(0.1 * %s) * %s)", value, leaf(shape));
}

void imported_statement(struct text *out, int number_)
{
    struct axis n = whole(2 + (int)below(3));
    struct shape row = shape_with(1, n);
    char *y = print("y%d", number_), *j = print("j%d", number_);
    if (chance(40)) {
        solver_statement(out, number_);
        return;
    }
    import(STATS);
    indent(out);
    switch (below(5)) {
    case 0: say(out, "%s, %s = to_positive(%s)\n", y, j, leaf(row)); break;
    case 1: say(out, "%s, %s = to_interval(%s, -1, %s)\n", y, j, leaf(row), positive(scalar)); break;
    case 2:
        say(out, "%s, %s = to_simplex(%s)\n", y, j, leaf(row));
        row = shape_with(1, whole(n.value + 1));
        break;
    case 3: say(out, "%s, %s = to_ordered(%s)\n", y, j, leaf(row)); break;
    default:
        say(out, "%s, %s = to_cholesky_corr(%s, 3)\n", y, j, leaf(shape_with(1, whole(3))));
        row = shape_with(2, whole(3), whole(3));
    }
    declare(y, REAL, row);
    declare(j, REAL, scalar);
}
