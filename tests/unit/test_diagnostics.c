/* test_diagnostics.c: the exact form of messages, places, and names that were meant. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostics.h"
#include "source.h"

static struct arena *arena;
static struct diagnostics diagnostics;
static char *printed;
static size_t printed_length;

static void setup(void)
{
    arena = arena_new();
    diagnostics = (struct diagnostics){.arena = arena, .stream = open_memstream(&printed, &printed_length)};
}

static void teardown(void)
{
    fclose(diagnostics.stream);
    free(printed);
    arena_free(arena);
}

static void expect(const char *text)
{
    fflush(diagnostics.stream);
    ck_assert_str_eq(printed, text);
}

/* The first place where `part` stands in the source. */
static struct span find(const struct source *source, const char *part)
{
    const char *at = strstr(source->text, part);
    ck_assert_ptr_nonnull(at);
    unsigned begin = (unsigned)(at - source->text);
    struct span span = {source, begin, begin + (unsigned)strlen(part)};
    return span;
}

static const struct source *text(const char *string)
{
    return source_of_text(arena, "net.nn", string, strlen(string), false);
}

START_TEST(operands)
{
    const struct source *source = text("# a\nf(W: [n, n],\n  x: [m]) {\n    q = W @ x   \n}\n");
    struct span w = find(source, "W: [n, n]");
    struct span product = find(source, "W @ x");
    struct span left = {source, product.begin, product.begin + 1};
    struct span point = {source, product.begin + 2, product.begin + 3};
    struct span right = {source, product.begin + 4, product.begin + 5};
    report_error_between(&diagnostics, left, point, right, "the sizes %s and %s differ", "n", "m");
    report_note(&diagnostics, w, "W is declared %s here", "[n, n]");
    expect("net.nn:4:9: error: the sizes n and m differ\n"
           "    4 |     q = W @ x\n"
           "      |         ~ ^ ~\n"
           "net.nn:2:3: note: W is declared [n, n] here\n");
    ck_assert_int_eq(diagnostics.error_count, 1);
}
END_TEST

START_TEST(whole_span_and_placeless_note)
{
    const struct source *source = text("f(x) = foo(x)\r\n");
    struct span none = {0};
    report_error(&diagnostics, find(source, "foo"), "there is no function foo");
    report_note(&diagnostics, none, "did you mean %s?", "for");
    expect("net.nn:1:8: error: there is no function foo\n"
           "    1 | f(x) = foo(x)\n"
           "      |        ^^^\n"
           "net.nn: note: did you mean for?\n");
}
END_TEST

START_TEST(without_place)
{
    struct span none = {0};
    report_error(&diagnostics, none, "nothing to export");
    expect("gradc: error: nothing to export\n");
}
END_TEST

/* Columns count characters; marks stand under them. */
START_TEST(greek_and_tabs)
{
    const struct source *source = text("\tλ = σ + μ2\n");
    struct span sum = find(source, "σ + μ2");
    struct span left = {source, sum.begin, sum.begin + 2};
    struct span point = {source, sum.begin + 3, sum.begin + 4};
    struct span right = {source, sum.begin + 5, sum.end};
    ck_assert_int_eq(span_column(point), 8);
    report_error_between(&diagnostics, left, point, right, "no");
    expect("net.nn:1:6: error: no\n"
           "    1 |         λ = σ + μ2\n"
           "      |             ~ ^ ~~\n");
}
END_TEST

/* At the end of the text, beyond a line's end, and over several lines. */
START_TEST(edges)
{
    const struct source *source = text("ab\nf(x,\n  y) @ z");
    struct span end = {source, (unsigned)source->length, (unsigned)source->length};
    report_error(&diagnostics, end, "one");
    struct span newline = {source, 2, 3};
    report_error(&diagnostics, newline, "two");
    struct span point = find(source, "@");
    report_error_between(&diagnostics, find(source, "f(x,\n  y)"), point, find(source, "z"), "three");
    report_error(&diagnostics, find(source, "f(x,\n  y)"), "four");
    expect("net.nn:3:9: error: one\n    3 |   y) @ z\n      |         ^\n"
           "net.nn:1:3: error: two\n    1 | ab\n      |   ^\n"
           "net.nn:3:1: error: three\n    3 |   y) @ z\n      | ~~~~ ^ ~\n"
           "net.nn:2:1: error: four\n    2 | f(x,\n      | ^^^^\n");
}
END_TEST

START_TEST(duplicates)
{
    const struct source *source = text("f(x) = y");
    struct span y = find(source, "y"), none = {0};
    for (int i = 0; i < 2; i++) {
        report_error(&diagnostics, y, "there is no y");
        report_note(&diagnostics, none, "a note");
    }
    report_error(&diagnostics, y, "another");
    expect("net.nn:1:8: error: there is no y\n    1 | f(x) = y\n      |        ^\nnet.nn: note: a note\n"
           "net.nn:1:8: error: another\n    1 | f(x) = y\n      |        ^\n");
    ck_assert_int_eq(diagnostics.error_count, 3);
}
END_TEST

START_TEST(library)
{
    const struct source *source = source_of_text(arena, "<prelude>", "f(x) = y", 8, true);
    report_error(&diagnostics, find(source, "y"), "no");
    expect("<prelude>:1:8: error: no\n");
}
END_TEST

START_TEST(colours)
{
    const struct source *source = text("f(x) = y");
    diagnostics.colour = true;
    report_error(&diagnostics, find(source, "y"), "no");
    expect("\033[1mnet.nn:1:8: \033[1;31merror: \033[0mno\n    1 | f(x) = y\n      | \033[1;31m       "
           "^\033[0m\n");
}
END_TEST

/* Of a line of any length a part around the place is shown; what cannot be shown is a question mark. */
START_TEST(long_and_strange_lines)
{
    char line[3001];
    memset(line, 'x', 3000);
    line[1500] = '*';
    line[3000] = '\0';
    const struct source *source = text(line);
    report_error(&diagnostics, find(source, "*"), "no");
    fflush(diagnostics.stream);
    ck_assert(printed_length < 500);
    const char *shown = strchr(strchr(printed, '\n'), '|'), *marks = strrchr(printed, '|');
    ck_assert_int_eq(shown[strcspn(marks, "^")], '*');
    const struct source *bytes = text("a\xFF\x01\xC3(");
    report_error(&diagnostics, find(bytes, "("), "bytes");
    fflush(diagnostics.stream);
    ck_assert_ptr_nonnull(strstr(printed, "    1 | a?"
                                          "?"
                                          "?(\n      |     ^\n"));
}
END_TEST

START_TEST(places)
{
    const struct source *source = text("a\n  b c \n\nd");
    struct span b = find(source, "b"), d = find(source, "d");
    ck_assert_int_eq(span_line(b), 2);
    ck_assert_int_eq(span_column(b), 3);
    ck_assert_int_eq(span_line(d), 4);
    ck_assert_str_eq(span_line_text(arena, b), "b c");
    struct span joined = span_join(d, b);
    ck_assert_uint_eq(joined.begin, b.begin);
    ck_assert_uint_eq(joined.end, d.end);
    struct source plain = {
        .path = "p", .text = source->text, .length = source->length}; /* without a table of lines */
    d.source = &plain;
    ck_assert_int_eq(span_line(d), 4);
}
END_TEST

START_TEST(near_names)
{
    static const char *const names[] = {"sigmoid", "softmax", "sum", "tanh", "relu", "transpose"};
    ck_assert_str_eq(near_name("sigmiod", names, 6), "sigmoid");
    ck_assert_str_eq(near_name("Softmax", names, 6), "softmax");
    ck_assert_str_eq(near_name("tranpose", names, 6), "transpose");
    ck_assert_ptr_null(near_name("sm", names + 2, 1));     /* one edit is half of two letters */
    ck_assert_str_eq(near_name("ReLU", names, 6), "relu"); /* case alone is always near */
    ck_assert_str_eq(near_name("Relu", names, 6), "relu");
    ck_assert_ptr_null(near_name("x", names, 6));
    ck_assert_ptr_null(near_name("convolution", names, 6));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diagnostics");
    TCase *cases = tcase_create("diagnostics");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, operands);
    tcase_add_test(cases, whole_span_and_placeless_note);
    tcase_add_test(cases, without_place);
    tcase_add_test(cases, greek_and_tabs);
    tcase_add_test(cases, edges);
    tcase_add_test(cases, duplicates);
    tcase_add_test(cases, library);
    tcase_add_test(cases, colours);
    tcase_add_test(cases, long_and_strange_lines);
    tcase_add_test(cases, places);
    tcase_add_test(cases, near_names);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
