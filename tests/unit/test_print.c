/* test_print.c: texts as the C library formats them, also where the room is too short. */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"

static size_t print(char *bytes, size_t room, const char *format, ...) __attribute__((format(printf, 3, 4)));

static size_t print(char *bytes, size_t room, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t length = print_to(bytes, room, format, arguments);
    va_end(arguments);
    return length;
}

/* With rooms that hold nothing, the NUL alone, a part, all but the NUL, all, and more. */
#define CHECK(...)                                                                                           \
    do {                                                                                                     \
        char wanted[200], found[200];                                                                        \
        size_t length = (size_t)snprintf(wanted, sizeof wanted, __VA_ARGS__);                                \
        size_t rooms[] = {0, 1, length / 2, length, length + 1, sizeof found};                               \
        for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {                                          \
            size_t room = rooms[i];                                                                          \
            memset(wanted, '~', sizeof wanted);                                                              \
            memset(found, '~', sizeof found);                                                                \
            snprintf(wanted, room, __VA_ARGS__);                                                             \
            ck_assert_uint_eq(print(found, room, __VA_ARGS__), length);                                      \
            ck_assert_mem_eq(found, wanted, sizeof found);                                                   \
        }                                                                                                    \
    } while (0)

START_TEST(words_and_letters)
{
    const char *none = "";
    CHECK("plain");
    CHECK("%s", none);
    CHECK("%s = %s;\n", "alpha", "b + c");
    CHECK("%.*s|%.*s|", 3, "abcdef", 9, "abc");
    CHECK("%*s%s", 8, "", "indented");
    CHECK("%*s%.*s\n", 4, "", 2, "abc");
    CHECK("%*s|", 2, "longer than its field");
    CHECK("(%c%c)", 'a', 'b');
}
END_TEST

START_TEST(numbers)
{
    CHECK("%d %d %d %d", 0, 7, INT_MAX, INT_MIN);
    CHECK("%*d|%*zu", 6, -42, 3, (size_t)7);
    CHECK("%zu %zu", (size_t)0, (size_t)-1);
}
END_TEST

START_TEST(what_is_left_to_the_library)
{
    CHECK("%s %g %s", "before", 0.125, "behind");
    CHECK("%-*s|%5d|%03d", 8, "left", 3, 4);
    CHECK("%lld%% %x %ld", 1234567890123LL, 255u, -5L);
    CHECK("%*s|", -6, "left");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("print");
    TCase *cases = tcase_create("print");

    tcase_add_test(cases, words_and_letters);
    tcase_add_test(cases, numbers);
    tcase_add_test(cases, what_is_left_to_the_library);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
