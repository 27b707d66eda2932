/* test_json.c: the language server's JSON and its places in texts. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "memory.h"
#include "utf8.h"

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new();
}

static void tear_down(void)
{
    arena_free(arena);
}

static const struct json *read(const char *text)
{
    return json_read(arena, text, strlen(text));
}

/* What was read, written again. */
static const char *again(const char *text)
{
    const struct json *value = read(text);
    char *bytes = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&bytes, &length);
    if (value)
        json_write(stream, value);
    fclose(stream);
    const char *copy = arena_copy(arena, bytes, length);
    free(bytes);
    return value ? copy : NULL;
}

START_TEST(test_values)
{
    ck_assert_str_eq(again(" { \"a\" : [ 1 , -2.5e+3, 0 ] , \"b\":{}, \"c\":[ ] }\r\n\t"),
                     "{\"a\":[1,-2.5e+3,0],\"b\":{},\"c\":[]}");
    ck_assert_str_eq(again("null"), "null");
    ck_assert_str_eq(again("[true,false]"), "[true,false]");
    ck_assert_str_eq(again("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\""),
                     "\"\\\"\\\\/\\u0008\\u000c\\n\\u000d\\u0009A\"");
    ck_assert_double_eq(read("-12.5e-1")->number, -1.25);
}
END_TEST

START_TEST(test_characters)
{
    ck_assert_str_eq(json_text(read("\"\\u00e9\\u20ac\\ud835\\udec1\"")),
                     "\xC3\xA9\xE2\x82\xAC\xF0\x9D\x9B\x81");
    ck_assert_str_eq(json_text(read("\"\\ud835\"")), "\xEF\xBF\xBD");
    ck_assert_str_eq(json_text(read("\"\\ud835\\u0041\"")), "\xEF\xBF\xBD"
                                                            "A");
    ck_assert_str_eq(json_text(read("\"\\udec1x\"")), "\xEF\xBF\xBDx");
    ck_assert_uint_eq(read("\"a\\u0000b\"")->length, 3);
    ck_assert_str_eq(again("\"a\\u0000b\""), "\"a\\u0000b\"");
}
END_TEST

START_TEST(test_wrong)
{
    static const char *const wrong[] = {
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}",
        "01",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "-",
        "nul",
        "truefalse",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "'a'",
        "1 2",
        "[1 2]",
        "\"\\",
        "\"\xFF\"",
        "\"\xC0\x80\"",
        "\"\xED\xA0\x80\"",
        "\"\xF5\x80\x80\x80\"",
        "NaN",
        "Infinity",
        "// x\n1",
        "\"\\u12",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(read(wrong[i]) == NULL, "%s was read", wrong[i]);
    ck_assert_ptr_null(json_read(arena, "1\0", 2));
}
END_TEST

START_TEST(test_depth)
{
    char text[2 * JSON_DEPTH + 4];
    for (int depth = JSON_DEPTH; depth <= JSON_DEPTH + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        ck_assert_int_eq(json_read(arena, text, 2 * (size_t)depth) != NULL, depth <= JSON_DEPTH);
    }
    char *deep = memory_array(1000000, 1);
    memset(deep, '[', 1000000);
    ck_assert_ptr_null(json_read(arena, deep, 1000000));
    memory_free(deep);
}
END_TEST

/* Each text that comes of a right one by a cut or another byte is read, or refused. */
START_TEST(test_mutations)
{
    static const char right[] = "{\"a\\u00e9\":[1,-2.5e3,true,null,{\"b\":\"\xC3\xA9\\ud835\\udec1\"}]}";
    size_t length = sizeof right - 1;
    for (size_t i = 0; i <= length; i++) {
        char *cut = memory_array(length + 1, 1);
        memcpy(cut, right, i);
        json_read(arena, cut, i);
        memcpy(cut, right, length);
        for (int byte = 0; byte < 256 && i < length; byte++) {
            cut[i] = (char)byte;
            json_read(arena, cut, length);
        }
        memory_free(cut);
    }
}
END_TEST

START_TEST(test_lookup)
{
    const struct json *value =
        read("{\"a\":{\"b\":3},\"c\":\"x\",\"c\":\"y\",\"d\":-1,\"e\":1.5,\"f\":1e30}");
    size_t number = 0;
    ck_assert(json_whole(json_path(value, "a.b"), &number));
    ck_assert_uint_eq(number, 3);
    ck_assert_str_eq(json_text(json_member(value, "c")), "y");
    ck_assert(!json_whole(json_member(value, "d"), &number));
    ck_assert(!json_whole(json_member(value, "e"), &number));
    ck_assert(!json_whole(json_member(value, "f"), &number));
    ck_assert_ptr_null(json_path(value, "a.b.c"));
    ck_assert_ptr_null(json_path(NULL, "a"));
    ck_assert_ptr_null(json_text(json_member(value, "d")));
}
END_TEST

/* Lines end in three ways; units are those of UTF-16. */
START_TEST(test_positions)
{
    static const char text[] = "a\xC3\xA9\xF0\x9D\x9B\x81z\r\nb\rc\n\n\xFFx";
    static const struct {
        size_t offset, line, character;
    } places[] = {{0, 0, 0},  {1, 0, 1},  {3, 0, 2},  {7, 0, 4},  {8, 0, 5},  {10, 1, 0}, {11, 1, 1},
                  {12, 2, 0}, {13, 2, 1}, {14, 3, 0}, {15, 4, 0}, {16, 4, 1}, {17, 4, 2}};
    size_t length = sizeof text - 1;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct position position = position_of(text, length, places[i].offset);
        ck_assert_uint_eq(position.line, places[i].line);
        ck_assert_uint_eq(position.character, places[i].character);
        ck_assert_uint_eq(offset_at(text, length, position), places[i].offset);
    }
    ck_assert_uint_eq(offset_at(text, length, (struct position){0, 3}), 3); /* within a pair */
    ck_assert_uint_eq(offset_at(text, length, (struct position){0, 99}), 8);
    ck_assert_uint_eq(offset_at(text, length, (struct position){99, 0}), length);
    ck_assert_uint_eq(position_of(text, length, 99).line, 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json");
    TCase *tests = tcase_create("json");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_values);
    tcase_add_test(tests, test_characters);
    tcase_add_test(tests, test_wrong);
    tcase_add_test(tests, test_depth);
    tcase_add_test(tests, test_mutations);
    tcase_add_test(tests, test_lookup);
    tcase_add_test(tests, test_positions);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
