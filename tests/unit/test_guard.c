/* test_guard.c: work that is given up leaves no memory behind, and work that needs more stack than there is
 * ends the program in order. */
#include <check.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "guard.h"
#include "memory.h"

static int cleaned;

static void clean(void *argument)
{
    (void)argument;
    cleaned++;
}

static void take(void *argument)
{
    struct arena *arena = arena_new();
    arena_allocate(arena, 1 << 20);
    memory_array(1000, 8);
    *(char **)argument = "taken";
}

START_TEST(work_is_done)
{
    char *text = NULL;
    ck_assert_ptr_null(guarded(take, clean, &text));
    ck_assert_str_eq(text, "taken"); /* and LeakSanitizer finds nothing */
    ck_assert_int_eq(cleaned, 1);
}
END_TEST

static void take_and_give_up(void *argument)
{
    take(argument);
    give_up("more than %d of them", 12);
}

START_TEST(work_is_given_up)
{
    char *text = NULL;
    ck_assert_str_eq(guarded(take_and_give_up, clean, &text), "more than 12 of them");
    ck_assert_str_eq(text, "taken");
    ck_assert_int_eq(cleaned, 1);
    ck_assert_ptr_null(guarded(take, clean, &text));
}
END_TEST

static void take_too_much(void *argument)
{
    size_t *count = argument;
    memory_array(*count, SIZE_MAX / 4);
}

START_TEST(too_much_memory)
{
    for (size_t count = 1; count < 6; count++)
        ck_assert_str_eq(guarded(take_too_much, clean, &count), "out of memory");
}
END_TEST

START_TEST(memory_grows_and_goes)
{
    char *a = memory_array(3, 1), *b = memory_array(5, 1);
    memcpy(a, "ab", 3);
    memcpy(b, "bcde", 5);
    a = memory_resize(a, 100000, 1);
    ck_assert_str_eq(a, "ab");
    memory_free(b);
    b = memory_resize(NULL, 2, sizeof *b);
    memory_free(a);
    memory_free(NULL);
    memory_free(b);
    memory_free_all();
}
END_TEST

/* Each call reads what its caller has on the stack, so that no loop can be made of it. */
static unsigned deep(unsigned depth, const volatile unsigned *above)
{
    volatile unsigned here = *above + 1;
    return depth ? deep(depth - 1, &here) : here;
}

static void recurse(void *argument)
{
    unsigned *depth = argument, none = 0;
    *depth = deep(*depth, &none);
}

START_TEST(deep_recursion)
{
    unsigned depth = 1000000; /* eight megabytes would not do */
    ck_assert_ptr_null(guarded(recurse, clean, &depth));
    ck_assert_uint_eq(depth, 1000001);
}
END_TEST

START_TEST(endless_recursion)
{
    unsigned depth = UINT32_MAX;
    guarded(recurse, clean, &depth);
}
END_TEST

#ifndef __SANITIZE_ADDRESS__ /* which tells of it in its own way */
static void fault(void *argument)
{
    **(volatile char **)argument = 1;
}

START_TEST(other_faults_remain)
{
    char *nowhere = NULL;
    signal(SIGSEGV, SIG_DFL);
    guarded(fault, clean, &nowhere);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("guard");
    TCase *tests = tcase_create("guard");
    tcase_add_test(tests, work_is_done);
    tcase_add_test(tests, work_is_given_up);
    tcase_add_test(tests, too_much_memory);
    tcase_add_test(tests, memory_grows_and_goes);
    tcase_add_test(tests, deep_recursion);
    tcase_add_exit_test(tests, endless_recursion, 2);
#ifndef __SANITIZE_ADDRESS__
    tcase_add_test_raise_signal(tests, other_faults_remain, SIGSEGV);
#endif
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
