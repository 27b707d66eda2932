/* wanted.c: what is NULL is not wanted, and changes nothing else. */
#define _POSIX_C_SOURCE 200809L
#include "driver.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_IN_ALL_SUBSETS = 4, RANDOM_SUBSETS = 12 };

void check_unwanted(const struct values *given, enum entries entries, const char *entry)
{
    int nullable[MAX_MEMBERS], count = 0;
    uint32_t state = 1;
    struct run full = new_run(entries, given);
    full.entry = entry;
    perform(&full);
    for (int k = 0; k < f.count; k++)
        if (f.members[k].pointer && f.members[k].role != INOUT && is_written_by(&f.members[k], &full))
            nullable[count++] = k;
    bool is_small = count <= MOST_IN_ALL_SUBSETS;
    int subsets = is_small ? (1 << count) - 1 : 2 * count + 2 + RANDOM_SUBSETS;
    for (int subset = 0; subset < subsets; subset++) {
        struct run run = new_run(entries, given);
        run.entry = entry;
        for (int i = 0; i < count; i++)
            run.is_null[nullable[i]] = is_small             ? !(subset >> i & 1)
                                       : subset < count     ? subset != i
                                       : subset < 2 * count ? subset - count == i
                                       : subset < 2 * count + 2
                                           ? (f.members[nullable[i]].role == OUTPUT) == (subset & 1)
                                           : noise(&state) < 0;
        perform(&run);
        compare_runs(entry                       ? entry
                     : entries == GRADIENT_ALONE ? "gradient"
                                                 : "forward, backward",
                     &run, &full);
        release(&run);
    }
    release(&full);
}

/* Whether the member is the gradient of the first output, a real scalar: it is 1 if its pointer is NULL. */
static bool is_default_seed(int seed)
{
    for (int k = 0; k < f.count; k++)
        if (f.members[k].role == OUTPUT)
            return !f.members[k].pointer && !f.members[k].is_int &&
                   !strcmp(f.members[seed].of, f.members[k].name);
    return false;
}

void check_unseeded(const struct values *given)
{
    int seeds[MAX_MEMBERS], count = 0;
    for (int k = 0; k < f.count; k++)
        if (f.members[k].role == OUTPUT_GRADIENT && given->of[k])
            seeds[count++] = k;
    for (int subset = 0; count > 1 && subset < (count > 2 ? 2 * count : count); subset++) {
        struct values some = *given, zero = *given;
        for (int i = 0; i < count; i++)
            if (subset < count ? subset != i : subset - count == i) {
                some.of[seeds[i]] = NULL;
                zero.of[seeds[i]] = allocate(f.members[seeds[i]].count * sizeof(double));
                zero.of[seeds[i]][0] = is_default_seed(seeds[i]);
            }
        for (enum entries e = FORWARD_BACKWARD; e <= GRADIENT_ALONE; e++) {
            struct run run = new_run(e, &some), expected = new_run(e, &zero);
            perform(&run);
            perform(&expected);
            compare_runs("with some output gradients NULL", &run, &expected);
            release(&run);
            release(&expected);
        }
        for (int i = 0; i < count; i++)
            if (!some.of[seeds[i]])
                free(zero.of[seeds[i]]);
    }
}

void check_default_seed(const struct values *given)
{
    struct values one = *given, none = *given;
    bool first = true;
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role == OUTPUT && first) {
            first = false;
            for (int s = 0; s < f.count; s++)
                if (f.members[s].role == OUTPUT_GRADIENT) {
                    one.of[s] = none.of[s] = NULL;
                    if (!strcmp(f.members[s].of, m->name)) {
                        one.of[s] = allocate(f.members[s].count * sizeof(double));
                        one.of[s][0] = !m->pointer && f.members[s].count == 1;
                    }
                }
        }
    }
    for (enum entries e = FORWARD_BACKWARD; e <= GRADIENT_ALONE; e++) {
        struct run seeded = new_run(e, &one), run = new_run(e, &none);
        perform(&seeded);
        perform(&run);
        compare_runs("with default output gradients", &run, &seeded);
    }
}
