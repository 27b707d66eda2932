/* test_tree.c: C expressions as trees: patterns with holes, the parentheses that C needs, where lines are
 * broken, what a tree mentions. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "code.h"

static struct arena *arena;

static void setup(void)
{
    arena = arena_new();
}

static void teardown(void)
{
    arena_free(arena);
}

#define ASSERT_TEXT(a, text) ck_assert_str_eq(tree_text(arena, (a)), (text))

START_TEST(patterns_are_printed_as_they_are_written)
{
    static const char *const patterns[] = {
        "a",
        "2.5e-07f",
        "(-2147483647 - 1)",
        "m->x",
        "locals.x",
        "x[i * n + j]",
        "(x)[i]",
        "f(a, b + 1, sizeof(double))",
        "-a * b",
        "!*p",
        "(double)(ptrdiff_t)k",
        "(const double *)(void *)(work + 64)",
        "a - b - c",
        "a / b % c",
        "a < b && b <= c || c == d",
        "((a > b) | (a != a)) ? a : b",
        "a ? b : c ? d : e",
        "const double t = x[i]",
        "double *GRADC_RESTRICT const x = m->x",
        "double sums[GRADC_PARTS] = {0}",
        "static int f",
        "struct f_locals locals",
        "x += a - 1",
        "return a + b",
        "if (a < b)",
        "for (size_t i = 0; i < n; i++)",
        "for (size_t i = n - 1; i-- > 0;)",
        "GRADC_BEST(double, most, >, i, n, x[i])",
    };
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        ASSERT_TEXT(tree(arena, patterns[i]), patterns[i]);
    ASSERT_TEXT(tree(arena, "break;"), "break");
    ASSERT_TEXT(tree(arena, "const %s %s = gradc_%s(%d)", "size_t", "n", "f64", -3),
                "const size_t n = gradc_f64(-3)");
}
END_TEST

START_TEST(operands_get_the_parentheses_that_c_needs)
{
    const struct tree *sum = tree(arena, "a + b"), *product = tree(arena, "a * b"),
                      *choice = tree(arena, "c ? a : b");
    const struct tree *negative = tree(arena, "-a"), *test = tree(arena, "a < b");
    ASSERT_TEXT(tree(arena, "$ * $", sum, sum), "(a + b) * (a + b)");
    ASSERT_TEXT(tree(arena, "$ * $", product, product), "a * b * (a * b)");
    ASSERT_TEXT(tree(arena, "$ / $", product, product), "a * b / (a * b)");
    ASSERT_TEXT(tree(arena, "$ - $", sum, sum), "a + b - (a + b)");
    ASSERT_TEXT(tree(arena, "$ - $", product, negative), "a * b + a");
    ASSERT_TEXT(tree(arena, "-$", negative), "-(-a)");
    ASSERT_TEXT(tree(arena, "-$", sum), "-(a + b)");
    ASSERT_TEXT(tree(arena, "!$", test), "!(a < b)");
    ASSERT_TEXT(tree(arena, "(size_t)$", product), "(size_t)(a * b)");
    ASSERT_TEXT(tree(arena, "f($, $)", sum, choice), "f(a + b, c ? a : b)");
    ASSERT_TEXT(tree(arena, "x[$]", sum), "x[a + b]");
    ASSERT_TEXT(tree(arena, "$[0]", sum), "(a + b)[0]");
    ASSERT_TEXT(tree(arena, "&$", tree(arena, "x[i]")), "&x[i]");
    ASSERT_TEXT(tree(arena, "$ ? $ : $", choice, choice, choice), "(c ? a : b) ? (c ? a : b) : c ? a : b");
    ASSERT_TEXT(tree(arena, "$ < $", test, sum), "a < b < a + b");
    ASSERT_TEXT(tree(arena, "$ == $", sum, tree(arena, "a == b")), "a + b == (a == b)");
    ASSERT_TEXT(tree(arena, "$ && $", tree(arena, "a || b"), test), "(a || b) && a < b");
    ASSERT_TEXT(tree(arena, "x = $", choice), "x = c ? a : b");
    ASSERT_TEXT(parenthesise(arena, product, PRECEDENCE_PRODUCT), "(a * b)");
    ASSERT_TEXT(parenthesise(arena, product, PRECEDENCE_SUM), "a * b");
}
END_TEST

START_TEST(no_sum_of_what_is_negative)
{
    const struct tree *number = tree(arena, "-0.5"), *product = tree(arena, "-2 * a / b");
    ASSERT_TEXT(tree(arena, "a + $", number), "a - 0.5");
    ASSERT_TEXT(tree(arena, "a - $", number), "a + 0.5");
    ASSERT_TEXT(tree(arena, "a + $", product), "a - 2 * a / b");
    ASSERT_TEXT(tree_append(arena, tree(arena, "c"), "+", product), "c - 2 * a / b");
    ASSERT_TEXT(tree(arena, "$ + a", number), "-0.5 + a");
    ASSERT_TEXT(tree(arena, "a * $", number), "a * -0.5");
    ASSERT_TEXT(tree(arena, "a + b * $", number), "a + b * -0.5");
}
END_TEST

START_TEST(values_and_choices_are_plain_to_read)
{
    const struct tree *choice = tree(arena, "(c ? a : b)");
    ASSERT_TEXT(tree(arena, "x[i] = $", choice), "x[i] = c ? a : b");
    ASSERT_TEXT(tree(arena, "x += $", choice), "x += c ? a : b");
    ASSERT_TEXT(tree(arena, "const double x = $", choice), "const double x = c ? a : b");
    ASSERT_TEXT(tree(arena, "x = $ + 1", choice), "x = (c ? a : b) + 1");
    ASSERT_TEXT(tree(arena, "d ? $ : e", tree(arena, "c ? a : b")), "d ? (c ? a : b) : e");
}
END_TEST

START_TEST(rows_of_operators)
{
    const struct tree *operands[] = {tree(arena, "p + q"), tree(arena, "p < q"), tree(arena, "x")};
    ASSERT_TEXT(tree_of_row(arena, "$a * $b", operands, 0, "f", "float"), "(p + q) * (p < q)");
    ASSERT_TEXT(tree_of_row(arena, "pow@($a, $c)", operands, 0, "f", "float"), "powf(p + q, x)");
    ASSERT_TEXT(tree_of_row(arena, "$c > 0 ? 1.0@ : $c", operands, 5, "f", "float"), "x > 0 ? 1.0f : x");
    ASSERT_TEXT(tree_of_row(arena, "($t)$a", operands, 2, "", "double"), "(double)(p + q)");
    ASSERT_TEXT(tree_of_row(arena, "$b == $c", operands, 5, "", "double"), "(p < q) == x");
    ASSERT_TEXT(tree_of_row(arena, "(uint32_t)($a)", operands, 2, "", "double"), "(uint32_t)(p + q)");
}
END_TEST

START_TEST(chains_from_left_to_right)
{
    const struct tree *sum = tree(arena, "a + b"), *difference = tree(arena, "c - d"),
                      *product = tree(arena, "e * f");
    ASSERT_TEXT(tree_append(arena, sum, "+", difference), "a + b + c - d");
    ASSERT_TEXT(tree_append(arena, sum, "-", difference), "a + b - (c - d)");
    ASSERT_TEXT(tree_append(arena, sum, "*", product), "(a + b) * e * f");
    ASSERT_TEXT(tree_append(arena, sum, "+", product), "a + b + e * f");
    ASSERT_TEXT(tree_negate_first(arena, product), "-e * f");
    ASSERT_TEXT(tree_negate_first(arena, tree_negate_first(arena, product)), "e * f");
    ASSERT_TEXT(tree_negate_first(arena, tree(arena, "1.0 / e")), "-1.0 / e");
    ASSERT_TEXT(tree_negate_first(arena, sum), "-(a + b)");
    ASSERT_TEXT(tree_number(arena, -3), "-3");
}
END_TEST

START_TEST(precedence_tells_what_costs_nothing_to_mention_twice)
{
    ck_assert_int_eq(tree(arena, "a")->precedence, PRECEDENCE_NAME);
    ck_assert_int_eq(tree(arena, "m->a")->precedence, PRECEDENCE_NAME);
    ck_assert_int_eq(tree(arena, "x[i]")->precedence, PRECEDENCE_NAME);
    ck_assert_int_eq(tree(arena, "x[i + 1]")->precedence, PRECEDENCE_ELEMENT);
    ck_assert_int_eq(tree(arena, "f(x)")->precedence, PRECEDENCE_CALL);
    ck_assert_int_eq(tree(arena, "-x")->precedence, PRECEDENCE_UNARY);
    ck_assert_int_eq(tree(arena, "a <= b")->precedence, PRECEDENCE_ORDER);
}
END_TEST

START_TEST(names_that_are_mentioned)
{
    const struct tree *a = tree(arena, "f(m->length, x[i] + (double)n)");
    ck_assert(tree_mentions(a, "x") && tree_mentions(a, "i") && tree_mentions(a, "n") &&
              tree_mentions(a, "m"));
    ck_assert(!tree_mentions(a, "length") && !tree_mentions(a, "double"));
    ck_assert(tree_has(a, TREE_CALL) && tree_has(a, TREE_CAST) && !tree_has(a, TREE_CHOICE));
    ck_assert_str_eq(tree_root(tree(arena, "double sums[3]"))->text, "sums");
}
END_TEST

/* As lines, the first of them indented so far. */
static const char *lines(const struct tree *a, int indent)
{
    struct line line = {.text = {.arena = arena}};
    struct text text = {.arena = arena};
    line_tree(&line, a);
    line_end(&line, &text, indent);
    return text.bytes;
}

#define LONG "a_name_that_takes_quite_some_room"

START_TEST(lines_are_broken_where_brackets_are_fewest)
{
    ck_assert_str_eq(lines(tree(arena, "x = y"), 4), "    x = y\n");
    ck_assert_str_eq(lines(tree(arena, "f(" LONG ", g(" LONG ", b), " LONG ", c)"), 0),
                     "f(" LONG ", g(" LONG ", b),\n        " LONG ", c)\n");
    /* behind a sum's sign before a product's, and within no brackets before within some */
    ck_assert_str_eq(lines(tree(arena, LONG " * " LONG " + (b + " LONG ") * " LONG " * c"), 0),
                     LONG " * " LONG " +\n        (b + " LONG ") * " LONG " * c\n");
    /* a line that cannot be broken stays whole */
    ck_assert_str_eq(lines(tree(arena, LONG LONG LONG LONG), 0), LONG LONG LONG LONG "\n");
}
END_TEST

static struct statement *statement(enum statement_kind kind, const struct tree *a)
{
    struct statement *made = ARENA_NEW(arena, struct statement);
    made->kind = kind;
    made->tree = a;
    return made;
}

static const char *assigned(enum statement_kind kind, const char *pattern)
{
    const struct tree *variable = assigned_variable(statement(kind, tree(arena, pattern)));
    return variable ? variable->text : "nothing";
}

START_TEST(statements_tell_what_they_assign)
{
    ck_assert_str_eq(assigned(CODE_LINE, "x += 1"), "x");
    ck_assert_str_eq(assigned(CODE_LINE, "const double y = x"), "y");
    ck_assert_str_eq(assigned(CODE_LINE, "x[i] = 1"), "nothing");
    ck_assert_str_eq(assigned(CODE_LINE, "f(x)"), "nothing");
    ck_assert_str_eq(assigned(CODE_FOR, "for (size_t i = 0; i < n; i++)"), "i");
    ck_assert_str_eq(assigned(CODE_SUM, "GRADC_SUM(double, sum, i, n, x[i])"), "sum");
    ck_assert_str_eq(assigned(CODE_COLLECT, "GRADC_TOTAL(sum, parts)"), "sum");
}
END_TEST

static const char *printed(struct statement *first, struct statement *second)
{
    struct text text = {.arena = arena};
    struct code code = {0};
    code_append(arena, &code, first);
    if (second)
        code_append(arena, &code, second);
    code_print(&text, &code, 0);
    return text.bytes;
}

START_TEST(statements_are_printed)
{
    struct statement *loop = statement(CODE_FOR, tree(arena, "for (size_t i = 0; i < n; i++)"));
    struct statement *parallel = statement(CODE_MACRO, tree(arena, "GRADC_PARALLEL(i, n, 3 * n)"));
    struct statement *sum = statement(CODE_SUM, tree(arena, "GRADC_SUM_OF(double, sum, i, n, t * t)"));
    struct statement *line = statement(CODE_LINE, tree(arena, "y[i] = 2 * x[i]"));
    struct code locals = {0};
    line->remark = "[n]";
    code_append(arena, &loop->body, line);
    loop->braces = BRACES_IF_LONG;
    loop->about = "GRADC_INDEPENDENT";
    code_append(arena, &parallel->body, loop);
    ck_assert_str_eq(printed(parallel, NULL), "GRADC_PARALLEL(i, n, 3 * n, {\n"
                                              "    GRADC_INDEPENDENT\n"
                                              "    for (size_t i = 0; i < n; i++)\n"
                                              "        y[i] = 2 * x[i]; /* [n] */\n"
                                              "});\n");
    code_append(arena, &loop->body, statement(CODE_LINE, tree(arena, "break")));
    code_append(arena, &locals, statement(CODE_LINE, tree(arena, "const double t = x[i]")));
    sum->locals = &locals;
    ck_assert_str_eq(printed(loop, sum), "GRADC_INDEPENDENT\n"
                                         "for (size_t i = 0; i < n; i++) {\n"
                                         "    y[i] = 2 * x[i]; /* [n] */\n"
                                         "    break;\n"
                                         "}\n"
                                         "GRADC_SUM_OF(double, sum, i, n, t * t, const double t = x[i];);\n");
}
END_TEST

static struct statement *conditional(const char *condition, const char *inside, bool is_lasting)
{
    struct statement *made = statement(CODE_IF, tree(arena, condition));
    made->is_lasting = is_lasting;
    code_append(arena, &made->body, statement(CODE_LINE, tree(arena, inside)));
    return made;
}

START_TEST(statements_under_one_condition_are_joined)
{
    struct statement *comment = statement(CODE_COMMENT, NULL),
                     *loop = statement(CODE_FOR, tree(arena, "for (size_t i = 0; i < n; i++)"));
    struct text text = {.arena = arena};
    struct code code = {0};
    comment->remark = "y";
    code_append(arena, &loop->body, conditional("if (a)", "x = 1", true));
    code_append(arena, &loop->body, comment);
    code_append(arena, &loop->body, conditional("if (a)", "y = 2", true));
    code_append(arena, &loop->body, comment);
    code_append(arena, &loop->body, conditional("if (b)", "z = 3", true));
    code_append(arena, &code, loop);
    code_append(arena, &code, conditional("if (c)", "c = 4", false));
    code_append(arena, &code, conditional("if (c)", "c = 5", false));
    const struct code joined = code_join(arena, &code);
    code_print(&text, &joined, 0);
    ck_assert_str_eq(text.bytes, "for (size_t i = 0; i < n; i++) {\n"
                                 "    if (a) {\n"
                                 "        x = 1;\n"
                                 "        /* y */\n"
                                 "        y = 2;\n"
                                 "    }\n"
                                 "    /* y */\n"
                                 "    if (b) {\n"
                                 "        z = 3;\n"
                                 "    }\n"
                                 "}\n"
                                 "if (c) {\n"
                                 "    c = 4;\n"
                                 "}\n"
                                 "if (c) {\n"
                                 "    c = 5;\n"
                                 "}\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tree");
    TCase *tests = tcase_create("tree");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, patterns_are_printed_as_they_are_written);
    tcase_add_test(tests, operands_get_the_parentheses_that_c_needs);
    tcase_add_test(tests, no_sum_of_what_is_negative);
    tcase_add_test(tests, values_and_choices_are_plain_to_read);
    tcase_add_test(tests, rows_of_operators);
    tcase_add_test(tests, chains_from_left_to_right);
    tcase_add_test(tests, precedence_tells_what_costs_nothing_to_mention_twice);
    tcase_add_test(tests, names_that_are_mentioned);
    tcase_add_test(tests, lines_are_broken_where_brackets_are_fewest);
    tcase_add_test(tests, statements_tell_what_they_assign);
    tcase_add_test(tests, statements_are_printed);
    tcase_add_test(tests, statements_under_one_condition_are_joined);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
