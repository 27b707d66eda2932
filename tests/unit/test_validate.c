/* The tree of emitted C: that it is read, and run to the numbers that C defines; that each kind of fault is
 * named; that whole programs are compared with their graphs. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "c_run.h"
#include "validate.h"

enum { COUNT = 4 };

static struct arena *arena;
static struct c_object *x, *y, *k;
static struct c_value result;

static void setup(void)
{
    arena = arena_new();
    x = c_object_new(arena, "x", COUNT * sizeof(double), sizeof(double));
    y = c_object_new(arena, "y", COUNT * sizeof(double), sizeof(double));
    k = c_object_new(arena, "k", COUNT * sizeof(int32_t), sizeof(int32_t));
    x->is_constant = true;
}

static void teardown(void)
{
    arena_free(arena);
}

static const struct c_macro_value openmp[] = {
    {"GRADC_INDEPENDENT", "_Pragma(\"GCC ivdep\")"},
    {"GRADC_ROUNDS(i, n, ...)", "_Pragma(\"omp parallel for\") for (size_t i = 0; i < (n); i++) __VA_ARGS__"},
};

/* As no program has touched them. */
static void fill_arrays(void)
{
    for (size_t i = 0; i < COUNT; i++) {
        c_put(x, C_DOUBLE, i, (union c_number){.real = (double)i + 1});
        c_put(k, C_INT, i, (union c_number){.integer = (int64_t)(COUNT - 1 - i)});
    }
    c_object_poison(y);
}

/* Runs f(n, x, y, k) of the text, n = 4, x = 1 2 3 4, y unwritten, k = 3 2 1 0; the fault, or "". */
static const char *fault_of(const char *text)
{
    text = arena_print(arena, "#include \"gradc.h\"\n%s", text);
    struct c_program *program = c_read(arena, text, openmp, sizeof openmp / sizeof *openmp);
    if (program->fault)
        return program->fault;
    struct c_run *run = c_run_new(arena, program, 1);
    fill_arrays();
    c_run_limit(run, 100000);
    const struct c_value arguments[] = {{.integer = COUNT},
                                        {.pointer = {.object = x, .base = BASE_DIRECT}},
                                        {.pointer = {.object = y, .base = BASE_DIRECT}},
                                        {.pointer = {.object = k, .base = BASE_DIRECT}}};
    const struct c_function *function = c_find_function(program, "f");
    ck_assert_ptr_nonnull(function);
    return c_run_call(run, function, arguments, &result) ? "" : c_run_fault(run);
}

#define F "double f(size_t n, const double *x, double *y, int32_t *k)\n{\n"

static double value_of(const char *body)
{
    const char *fault = fault_of(arena_print(arena, F "%s\n}\n", body));
    ck_assert_str_eq(fault, "");
    return result.real;
}

START_TEST(expressions_have_their_values_in_c)
{
    ck_assert_double_eq(value_of("return 2 + 3 * 4 - 6 / 4;"), 13);
    ck_assert_double_eq(value_of("return x[0] + x[3] * x[1] / 2.0;"), 5);
    ck_assert_double_eq(value_of("return (double)(k[0] - 7 > 0) + (size_t)k[0] % 2;"), 1);
    ck_assert_double_eq(value_of("return n > 3 && x ? -x[1] : 1e300 * 1e300;"), -2);
    ck_assert_double_eq(value_of("double s = 1; do { s = 2; if (n > 3) break; s = 3; } while (0); return s;"),
                        2);
    ck_assert_double_eq(value_of("return (double)(int32_t)(0u - (uint32_t)(5));"), -5);
    ck_assert_double_eq(value_of("return (double)(int32_t)-2.9;"), -2);
    ck_assert_double_eq(value_of("double *p = y + 1; *p = 3; p[1] = 4; p[1] *= *p; return y[2];"), 12);
    ck_assert_double_eq(value_of("double s = 0; for (size_t i = n; i-- > 0;) s = 10 * s + x[i]; return s;"),
                        4321);
    ck_assert_double_eq(value_of("size_t i = 0; while (i < 9) { if (++i > 5) break; } return (double)i;"), 6);
    ck_assert_double_eq(value_of("return (double)((size_t)0 - 1 > n);"), 1);
    ck_assert_double_eq(value_of("return sqrt(x[3]) + gradc_exp(0.0) + pow(2.0, 3.0);"), 11);
    ck_assert_double_eq(value_of("double t[4]; memcpy(t, x, sizeof t); return t[3] + sizeof t;"), 36);
    ck_assert_double_eq(value_of("memset(y, 0, n * sizeof(double)); return y[3];"), 0);
}
END_TEST

START_TEST(macros_of_the_runtime_are_expanded)
{
    ck_assert_double_eq(value_of("double s = 0; GRADC_SUM(double, s, j, 75, (double)j); return s;"),
                        75 * 74 / 2);
    ck_assert_double_eq(
        value_of("double s = 0; GRADC_SUM_OF(double, s, j, n, t * t, const double t = x[j];); return s;"),
        30);
    ck_assert_double_eq(value_of("double s = 0; GRADC_SUM_IN_PARTS(double, s, j, 100, (double)j); return s;"),
                        4950);
    ck_assert_double_eq(value_of("double s = 1; GRADC_SHORT_SUM(double, s, j, 21, (double)j); return s;"),
                        211);
    ck_assert_double_eq(
        value_of("double b = -INFINITY; GRADC_BEST(double, b, >, j, 70, j == 41 ? 5.0 : 1.0); return b;"), 5);
    ck_assert_double_eq(value_of("GRADC_PARALLEL(i, n, n, { y[i] = 2 * x[i]; }); return y[0] + y[3];"), 10);
    ck_assert_double_eq(value_of("double s = 0; GRADC_BLOCKS(first, lanes, 70, {\n"
                                 "    for (size_t l = 0; l < lanes; l++) s += (double)(first + l);\n"
                                 "}); return s;"),
                        70 * 69 / 2);
}
END_TEST

START_TEST(products_and_factorisations_are_those_of_the_runtime)
{
    /* [1 2; 3 4] [1 2; 3 4] = [7 10; 15 22] */
    ck_assert_double_eq(value_of("gradc_matmul_f64(0, 0, 2, 2, 2, 1, x, 2, x, 2, 0, y, 2); return y[3];"),
                        22);
    /* its transpose times itself: [10 14; 14 20], whose factor has sqrt(20 - 14^2 / 10) = sqrt(0.4) */
    ck_assert_double_eq_tol(value_of("gradc_matmul_f64(1, 0, 2, 2, 2, 1, x, 2, x, 2, 0, y, 2);\n"
                                     "if (gradc_cholesky_f64(2, y, y) != GRADC_OK) return 0;\n"
                                     "return y[3];"),
                            sqrt(0.4), 1e-12);
    /* det [1 2; 3 4] = -2 */
    ck_assert_double_eq_tol(value_of("for (size_t i = 0; i < 4; i++) y[i] = x[i];\n"
                                     "gradc_lu_f64(2, y, k); return gradc_lu_det_f64(2, y, k);"),
                            -2, 1e-12);
}
END_TEST

static const struct {
    const char *text, *fault;
} faults[] = {
    {F "for (size_t i = 0; i <= n; i++) y[i] = 1; return 0; }",
     "line 4 of the C: writes element 4 of y, which has 4"},
    {F "return x[n];\n}", "reads element 4 of x, which has 4"},
    {F "y[0] = 1; return y[1];\n}", "reads element 1 of y, which nothing has written"},
    {F "double t; if (n > 9) t = 1; return t;\n}", "reads t, which nothing has written"},
    {F "double t[3]; t[0] = 1; return t[2];\n}", "reads element 2 of t, which nothing has written"},
    {F "return t;\n}", "line 4: cannot read: t is not declared here"},
    {F "{ const double t = 1; y[0] = t; } return t;\n}", "t is not declared here"},
    {F "return exp3(1.0);\n}", "calls exp3, which is not declared"},
    {F "double *const p = n > 9 ? y : NULL; p[0] = 1; return 0;\n}", "through a null pointer"},
    {F "((double *)x)[1] = 1; return 0;\n}", "writes element 1 of x, which is constant"},
    {F "int32_t t = 2147483647; t = t + k[0]; return t;\n}", "a signed integer overflows"},
    {F "return (double)(n / (n - 4));\n}", "divides an integer by zero"},
    {F "return (double)(int32_t)1e10;\n}", "an integer that cannot hold it"},
    {F "for (;;) { y[0] = 1; } return 0;\n}", "takes more statements than it is given"},
    {F "y[0] = 1; return (double)((int32_t *)y)[0];\n}", "where there is a value of another type"},
    {"static void g(double *GRADC_RESTRICT a, const double *GRADC_RESTRICT b) { a[0] = 1; a[1] = b[0]; }\n" F
     "g(y, y); return 0; }",
     "restrict-qualified pointers overlap"},
    {F "GRADC_INDEPENDENT\nfor (size_t i = 0; i < n; i++) y[i] = i > 0 ? y[i - 1] : 0; return 0; }",
     "element"},
    {F "GRADC_PARALLEL(i, n, n, { y[k[i] / 2] = 1; }); return 0; }",
     "rounds of a loop without an order depend on each other"},
    {F "double s = 0; GRADC_PARALLEL(i, n, n, { s += x[i]; }); return s; }",
     "rounds that threads share all assign to s"},
    {F "gradc_matmul_f64(0, 0, 2, 2, 2, 1, x, 3, x, 2, 0, y, 2); return 0; }", "reads element 4 of x"},
    {F "for (size_t i = 0; i < n; i++) y[i] = 1;\n"
       "gradc_matmul_f64(0, 0, 2, 2, 2, 1, x, 2, y, 2, 0, y, 2); return 0; }",
     "depend on each other"},
    {F "gradc_matvec_f64(0, 2, 2, 1, x, 2, y, 1, 0, y + 2, 1); return 0; }", "which nothing has written"},
    {F "goto end; end: return 0; }", "cannot read"},
    {F "return 0; } @", "cannot read"},
    {"struct s { double a; };\n" F "struct s t; return t.b; }", "has no member b"},
    {F "_Pragma(\"GCC something\") for (;;) {} return 0; }", "the pragma"},
};

START_TEST(faults_are_named)
{
    const char *fault = fault_of(faults[_i].text), *wanted = faults[_i].fault;
    if (!strstr(fault, wanted))
        ck_abort_msg("`%s` gives `%s`, not `%s`", faults[_i].text, fault, wanted);
}
END_TEST

/* What is allowed: reading through two restrict pointers, rounds with arrays of their own. */
START_TEST(what_is_no_fault_passes)
{
    static const char *const texts[] = {
        "static double g(const double *GRADC_RESTRICT a, const double *GRADC_RESTRICT b) { return a[0] * "
        "b[0]; }\n" F "return g(x, x); }",
        "static void g(double *GRADC_RESTRICT a, double *GRADC_RESTRICT b) { a[0] = 1; b[0] = a[0]; }\n" F
        "g(y, y + 1); g(y + 1, y); return y[0]; }",
        F "GRADC_PARALLEL(i, n, n, { double t[2]; t[0] = x[i]; y[k[i]] = t[0]; }); return y[0]; }",
        F "double s = 0;\nGRADC_INDEPENDENT\nfor (size_t i = 0; i < n; i++) s += x[i]; return s; }",
        F "y[1] = 2; for (size_t i = 0; i < 3; i++) GRADC_PARALLEL(j, 1, 1, { y[1] = y[1] + 1; }); return "
          "y[1]; }",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_str_eq(fault_of(texts[i]), "");
}
END_TEST

START_TEST(programs_are_compared_with_their_graphs)
{
    struct validate_options options = validate_defaults();
    struct validation sound =
        validate_source(arena, "net.nn", "net(x: [N, D], W: [D, K]) = sum(tanh(x @ W))\n", &options);
    ck_assert_str_eq(sound.text, "");
    ck_assert_int_eq(sound.validity, VALIDATE_SOUND);
    ck_assert_int_eq(sound.functions, 1);
    ck_assert_int_eq(sound.entries, 3);
    ck_assert_int_gt(sound.calls, 12);
    struct validation refused = validate_source(arena, "net.nn", "f(x: [n]) = z\n", &options);
    ck_assert_int_eq(refused.validity, VALIDATE_REFUSED);
    ck_assert_ptr_nonnull(strstr(refused.text, "net.nn:1:13: error:"));
}
END_TEST

/* A rule may be wrong: no comparison with the graph tells. */
START_TEST(gradients_are_compared_with_differences)
{
    const char *right =
        "f(x) = x^3\nrule f(x) = y { d_x = 3 * x^2 * d_y }\ng(x: [n]) = sum(f(x))\nexport g wrt x\n";
    const char *wrong =
        "f(x) = x^3\nrule f(x) = y { d_x = 2 * x^2 * d_y }\ng(x: [n]) = sum(f(x))\nexport g wrt x\n";
    const char *large = "f(x: [n], y: [n]) {\n    return a = 1e18 * (2 + sin(x)), b = y\n}\nexport f wrt y\n";
    struct validate_options options = validate_defaults();
    ck_assert_int_eq(validate_source(arena, "rule.nn", wrong, &options).validity, VALIDATE_SOUND);
    options.with_differences = true;
    struct validation told = validate_source(arena, "rule.nn", wrong, &options);
    ck_assert_int_eq(told.validity, VALIDATE_WRONG);
    ck_assert_ptr_nonnull(strstr(told.text, "g: d_x differs from differences by"));
    ck_assert_int_eq(validate_source(arena, "rule.nn", right, &options).validity, VALIDATE_SOUND);
    ck_assert_int_eq(validate_source(arena, "large.nn", large, &options).validity, VALIDATE_SOUND);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("validate");
    TCase *cases = tcase_create("validate");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, expressions_have_their_values_in_c);
    tcase_add_test(cases, macros_of_the_runtime_are_expanded);
    tcase_add_test(cases, products_and_factorisations_are_those_of_the_runtime);
    tcase_add_loop_test(cases, faults_are_named, 0, sizeof faults / sizeof *faults);
    tcase_add_test(cases, what_is_no_fault_passes);
    tcase_add_test(cases, programs_are_compared_with_their_graphs);
    tcase_add_test(cases, gradients_are_compared_with_differences);
    suite_add_tcase(suite, cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
