/* driver.c: runs the cases of one .case file against compiled code that gradc emitted.
 *
 * usage: driver LIBRARY.so INTERFACE.json CASES [float32] [threads] [record]
 *
 * threads leaves out numerical differences and what is refused: other builds of the same C show them, and a
 * thread that is woken for every few additions takes long.
 *
 * record prints the cases with a line `expected` for every member that its entries write, where a small
 * change of the inputs changes it little, instead of checking anything.
 *
 * A case file is lines of words; `#` starts a comment:
 *     case NAME                begins a case
 *     function f               the function it calls; without it, NAME
 *     size n 5                 a size, or a `dim` that a shape names
 *     input x 1 2 3            values of an input, in row-major order; 0 *5 stands for five zeros
 *     values x 17 -1 1         instead: made up from the number 17, from -1 to 1 (whole numbers for an int)
 *     seed y 1 2 3             gradients with respect to an output; without any, made up
 *     output y 1 2 3           expected outputs
 *     gradient x 1 2 3         expected gradients under the seeds
 *     update w 1 2 3           the expected new value of an in-out member
 *     status 2                 every entry returns this and writes nothing
 *     lower                    sparse_hessian has the lower triangle only
 *     late                     with a status: found in the rounds of a loop, when outputs may be written
 *     rough                    the function has kinks here: no numerical differences
 *     double                   not for float32
 *     expected y 1 2 3         what any member that an entry writes holds, as another build told
 *     tolerance 1e-9           relative to the largest expected element, in float64 (default 1e-9)
 *     tolerance32 1e-3         the same in float32 (default 5e-4)
 *     least 1e-300             relative to each expected element by itself instead, or to this, if it is
 * smaller
 *
 * Beside the stored numbers each case is held to what is true of every function: see check_case(). Every case
 * runs in a process of its own, so that a crash fails one case. The last line of output is `N passed, N
 * failed`. */
#define _POSIX_C_SOURCE 200809L
#include "driver.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs that together write every member once. */
static int all_runs(struct run *runs, const struct values *given)
{
    int count = 0;
    runs[count] = new_run(f.differentiable ? FORWARD_BACKWARD : FORWARD, given);
    count++;
    for (size_t e = 3; e < sizeof entry_names / sizeof *entry_names; e++)
        if (has_entry(entry_names[e])) {
            runs[count] = new_run(FORWARD, given);
            runs[count++].entry = entry_names[e];
        }
    for (int r = 0; r < count; r++)
        perform(&runs[r]);
    return count;
}

static void check_expected(const struct values *given)
{
    struct run runs[8];
    int count = find_line(the_case, "expected", NULL) ? all_runs(runs, given) : 0;
    for (int r = 0; r < count; r++)
        for (int k = 0; k < f.count; k++) {
            const struct member *m = &f.members[k];
            const struct line *line = runs[r].result.of[k] ? find_line(the_case, "expected", m->name) : NULL;
            if (!line)
                continue;
            if ((size_t)line->count != m->count)
                fail("%s has %zu elements, the case expects %d", m->name, m->count, line->count);
            double *expected = allocate(m->count * sizeof(double));
            for (size_t i = 0; i < m->count; i++) /* where nothing is known, nothing is held against it */
                expected[i] = isnan(line->values[i]) ? runs[r].result.of[k][i] : line->values[i];
            compare("against another build", m, runs[r].result.of[k], expected,
                    single ? the_case->tolerance32 : 1e-8);
        }
}

/* The inputs moved by about 1e-7 of their size, which float32 cannot tell from the inputs. */
static struct values moved_inputs(const struct values *given, uint32_t seed)
{
    struct values moved = *given;
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (!given->of[k] || m->is_int || (m->role != INPUT && m->role != INOUT))
            continue;
        moved.of[k] = allocate(m->count * sizeof(double));
        for (size_t i = 0; i < m->count; i++)
            moved.of[k][i] = given->of[k][i] + 1e-7 * noise(&seed);
    }
    return moved;
}

static void record_case(void)
{
    enum { MOVES = 3 };
    struct values given = read_inputs(true);
    struct run runs[8], moved_runs[MOVES][8];
    int count = all_runs(runs, &given);
    for (int move = 0; move < MOVES; move++) {
        struct values moved = moved_inputs(&given, (uint32_t)move + 7);
        all_runs(moved_runs[move], &moved);
    }
    for (int r = 0; r < count; r++)
        for (int k = 0; k < f.count; k++) {
            const struct member *m = &f.members[k];
            const double *values = runs[r].result.of[k];
            if (!values)
                continue;
            printf("expected %s", m->name);
            for (size_t i = 0; i < m->count; i++) {
                double change = 0;
                for (int move = 0; move < MOVES; move++)
                    change = fmax(change, fabs(moved_runs[move][r].result.of[k][i] - values[i]));
                printf(change <= 1e-4 * fmax(1, fabs(values[i])) ? " %.17g" : " nan", values[i]);
            }
            printf("\n");
        }
}

static void check_case(const struct testcase *c)
{
    struct values given = read_inputs(true);
    for (int k = 0; single && k < f.count; k++)
        for (size_t i = 0; given.of[k] && !f.members[k].is_int && i < f.members[k].count; i++)
            given.of[k][i] = rounded(given.of[k][i]);
    if (c->status != OK) {
        for (enum entries e = FORWARD; e <= GRADIENT_ALONE; e++) {
            if (e == FORWARD_BACKWARD || (e == GRADIENT_ALONE && !f.differentiable))
                continue;
            struct run run = new_run(e, &given);
            run.status = c->status;
            run.late = c->late;
            perform(&run);
        }
        /* subscripts are judged for backward, too, whatever is wanted now */
        struct run nothing = new_run(FORWARD, &given);
        nothing.status = c->status;
        for (int k = 0; k < f.count; k++)
            nothing.is_null[k] = f.members[k].pointer && f.members[k].role == OUTPUT;
        if (c->status == EINDEX)
            perform(&nothing);
        for (size_t e = 3; e < sizeof entry_names / sizeof *entry_names; e++) {
            struct run run = new_run(FORWARD, &given);
            run.status = c->status;
            run.late = c->late;
            run.entry = entry_names[e];
            if (has_entry(run.entry))
                perform(&run);
        }
        return;
    }
    struct run forward = new_run(FORWARD, &given);
    perform(&forward);
    compare_stored("forward", &forward, false);
    check_expected(&given);
    if (!threads)
        check_refusals(&given);
    check_products(&given);
    if (!threads)
        check_bind(&given);
    if (!f.differentiable) {
        check_unwanted(&given, FORWARD, NULL);
        return;
    }
    struct run full = new_run(FORWARD_BACKWARD, &given), alone = new_run(GRADIENT_ALONE, &given);
    perform(&full);
    compare_stored("backward", &full, true);
    perform(&alone);
    compare_stored("gradient", &alone, true);
    compare_runs("gradient against backward", &alone, &full);
    check_workspaces(&given);
    check_second_backward(&given, &full);
    check_default_seed(&given);
    check_unwanted(&given, FORWARD_BACKWARD, NULL);
    check_unwanted(&given, GRADIENT_ALONE, NULL);
    check_unseeded(&given);
    if (has_entry("jacobian"))
        check_jacobian(&given);
    if (has_entry("hessian"))
        check_hessian(&given);
    if (has_entry("jvp"))
        check_jvp(&given);
    if (has_entry("hvp"))
        check_hvp(&given);
    if (has_entry("sparse_jacobian"))
        check_sparse(&given, "jacobian", "sparse_jacobian");
    if (has_entry("sparse_hessian"))
        check_sparse(&given, "hessian", "sparse_hessian");
    for (size_t e = 3; e < sizeof entry_names / sizeof *entry_names; e++)
        if (has_entry(entry_names[e]))
            check_unwanted(&given, FORWARD, entry_names[e]);
    if (!c->rough && !single && !threads)
        check_differences(&given, &full);
}

static bool run_case(const struct testcase *c, const struct json *interface)
{
    current_case = c->name;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(threads ? 60 : 20);
        the_case = c;
        const struct json *function = json_get(interface, "functions")->first;
        while (function && strcmp(json_text(function, "name"), c->function))
            function = function->next;
        if (!function)
            fail("there is no function %s", c->function);
        read_members(function);
        if (records)
            record_case();
        else
            check_case(c);
        fflush(stdout);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        fprintf(records ? stderr : stdout, "FAIL %s: ended by signal %d\n", c->name, WTERMSIG(status));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int count, char **arguments)
{
    int passed = 0, failed = 0;
    if (count < 4) {
        fprintf(stderr, "usage: driver LIBRARY.so INTERFACE.json CASES [float32] [threads] [record]\n");
        return 2;
    }
    for (int i = 4; i < count; i++) {
        single = single || !strcmp(arguments[i], "float32");
        threads = threads || !strcmp(arguments[i], "threads");
        records = records || !strcmp(arguments[i], "record");
    }
    library = dlopen(arguments[1], RTLD_NOW);
    if (!library) {
        fprintf(stderr, "driver: %s\n", dlerror());
        return 2;
    }
    const struct json *interface = json_parse(read_whole(arguments[2]));
    single = single || !strcmp(json_text(interface, "precision"), "float32");
    for (const struct testcase *c = read_cases(read_whole(arguments[3])); c; c = c->next) {
        if (c->only_double && single)
            continue;
        if (records)
            print_case(c);
        if (run_case(c, interface))
            passed++;
        else
            failed++;
    }
    if (!records)
        printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
