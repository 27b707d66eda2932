/* test_runtime_text.c: the embedded parts of the runtime: all there, and each compiles alone, without
 * warnings, as C99 and as C++11. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prelude_text.h"
#include "runtime_text.h"

static const char *const parts[] = {"status",      "special",       "vecmath",       "trig",
                                    "hyperbolic",  "erfc",          "arcs",          "matmul_f32",
                                    "matmul_f64",  "linalg_f32",    "linalg_f64",    "factors_f32",
                                    "factors_f64", "decompose_f32", "decompose_f64", "fourier_f32",
                                    "fourier_f64", "sort_f32",      "sort_f64"};
enum { PARTS = sizeof parts / sizeof *parts };

static const char *const compilers[] = {"gcc -std=c99", "clang -std=c99", "g++ -x c++ -std=c++11",
                                        "gcc -std=c99 -m64 -mavx2 -mfma", "clang -std=c99 -m64 -mavx512f"};

START_TEST(test_parts)
{
    ck_assert_ptr_nonnull(runtime_text("core"));
    for (int i = 0; i < PARTS; i++) {
        const char *text = runtime_text(parts[i]);
        ck_assert_ptr_nonnull(text);
        ck_assert_ptr_null(strstr(text, "#include"));
        ck_assert_ptr_null(strstr(text, "REAL"));
        ck_assert_ptr_null(strstr(text, "NAME("));
        ck_assert_ptr_null(strstr(text, "GRADC_API"));
    }
    ck_assert_ptr_null(runtime_text("no such part"));
    ck_assert_uint_gt(strlen(prelude_text), 0);
}
END_TEST

/* Whether part i calls functions of part k. */
static bool needs(int i, int k)
{
    bool is_loop_header = !strcmp(parts[i], "trig") || !strcmp(parts[i], "hyperbolic") ||
                          !strcmp(parts[i], "erfc") || !strcmp(parts[i], "arcs");
    return (is_loop_header && !strcmp(parts[k], "vecmath")) ||
           (!strcmp(parts[i], "factors_f32") && !strcmp(parts[k], "linalg_f32")) ||
           (!strcmp(parts[i], "factors_f64") && !strcmp(parts[k], "linalg_f64"));
}

/* Part number i alone; all of them together for i = PARTS. */
static void check_compiles(int part, const char *compiler)
{
    char name[] = "/tmp/gradc_part_XXXXXX", command[400];
    int descriptor = mkstemp(name);
    ck_assert_int_ge(descriptor, 0);
    FILE *file = fdopen(descriptor, "w");
    ck_assert_ptr_nonnull(file);
    fputs("#include <math.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n", file);
    fputs(runtime_text("core"), file);
    fputs(runtime_text("core"), file); /* may stand twice */
    for (int i = 0; i < PARTS; i++)
        if (part == i || part == PARTS || needs(part, i))
            fputs(runtime_text(parts[i]), file);
    fputs("int only_symbol(void);\nint only_symbol(void)\n{\n    return 0;\n}\n", file);
    fclose(file);
    snprintf(command, sizeof command, "%.*s --version > /dev/null 2>&1", (int)strcspn(compiler, " "),
             compiler);
    if (system(command) == 0) {
        const char *language = strstr(compiler, "c++") ? "" : "-x c";
        snprintf(command, sizeof command, "%s %s -O1 -Wall -Wextra -Werror -pedantic -c -o /dev/null %s",
                 compiler, language, name);
        ck_assert_msg(system(command) == 0, "%s fails for %s", compiler,
                      part < PARTS ? parts[part] : "all parts");
    }
    remove(name);
}

START_TEST(test_compiles)
{
    check_compiles(_i % (PARTS + 1), compilers[_i / (PARTS + 1)]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("runtime_text");
    TCase *cases = tcase_create("runtime_text");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, test_parts);
    tcase_add_loop_test(cases, test_compiles, 0, (PARTS + 1) * (int)(sizeof compilers / sizeof *compilers));
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
