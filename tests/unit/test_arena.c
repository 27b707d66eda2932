/* test_arena.c: memory that grows in place or moves, and is zero where nobody has written. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

static struct arena *arena;

static void setup(void)
{
    arena = arena_new();
}

static void teardown(void)
{
    arena_free(arena);
}

START_TEST(the_last_memory_grows_in_place)
{
    char *text = arena_allocate(arena, 20);

    memset(text, 'x', 20);
    ck_assert_ptr_eq(arena_extend(arena, text, 20, 100), text);
    for (int i = 0; i < 120; i++)
        ck_assert_int_eq(text[i], i < 20 ? 'x' : 0);
    /* What comes next does not overlap it. */
    ck_assert((char *)arena_allocate(arena, 1) >= text + 120);
}
END_TEST

START_TEST(memory_with_something_behind_moves)
{
    char *text = arena_allocate(arena, 20), *behind = arena_allocate(arena, 20), *moved;

    memset(text, 'x', 20);
    moved = arena_extend(arena, text, 20, 100);
    ck_assert(moved >= behind + 20);
    ck_assert_mem_eq(moved, text, 20);
    for (int i = 20; i < 120; i++)
        ck_assert_int_eq(moved[i], 0);
}
END_TEST

START_TEST(memory_larger_than_a_block_moves)
{
    enum { LARGE = 1 << 24 };
    char *text = arena_allocate(arena, 20);

    memset(text, 'x', 20);
    text = arena_extend(arena, text, 20, LARGE);
    ck_assert_int_eq(text[19], 'x');
    ck_assert_int_eq(text[20], 0);
    text[LARGE + 19] = 'y';
    ck_assert_ptr_nonnull(arena_extend(arena, NULL, 0, 8));
}
END_TEST

/* What is freed twice, or not at all, is found by the sanitizers. */
START_TEST(inner_arenas_end_with_the_outer_one)
{
    struct arena *first = arena_new_in(arena), *second = arena_new_in(arena), *third = arena_new_in(second);
    char *text = arena_copy(third, "text", 4);

    arena_free(first);
    ck_assert_str_eq(text, "text");
    arena_clear(second);
    ck_assert_int_eq(*(char *)arena_allocate(second, 1), 0);
    arena_new_in(second);
}
END_TEST

START_TEST(lists_grow_in_turns)
{
    struct list {
        int *items;
        size_t items_count, items_capacity;
    } a = {0}, b = {0};

    for (int i = 0; i < 1000; i++) {
        ARENA_APPEND(arena, &a, items, i);
        if (i % 3 == 0)
            ARENA_APPEND(arena, &b, items, -i);
    }
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(a.items[i], i);
    for (int i = 0; i < 334; i++)
        ck_assert_int_eq(b.items[i], -3 * i);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arena");
    TCase *cases = tcase_create("arena");

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, the_last_memory_grows_in_place);
    tcase_add_test(cases, memory_with_something_behind_moves);
    tcase_add_test(cases, memory_larger_than_a_block_moves);
    tcase_add_test(cases, inner_arenas_end_with_the_outer_one);
    tcase_add_test(cases, lists_grow_in_turns);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
