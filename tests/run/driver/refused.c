/* refused.c: what entries must refuse: missing members, bad sizes and ints. */
#define _POSIX_C_SOURCE 200809L
#include "driver.h"

#include <string.h>

const char *const entry_names[ENTRY_NAMES] = {"forward",  "backward",        "gradient",
                                              "jacobian", "hessian",         "jvp",
                                              "hvp",      "sparse_jacobian", "sparse_hessian"};

/* Every entry returns STATUS and writes nothing, with the struct as prepared for a run and changed at one
 * member. */
static void check_refused(const struct values *given, int member, const void *value, size_t size, int status)
{
    for (size_t e = 0; e < sizeof entry_names / sizeof *entry_names; e++) {
        if (!has_entry(entry_names[e]))
            continue;
        struct run run = new_run(FORWARD, given);
        prepare(&run);
        char kept[8], *slot = instance + f.members[member].offset;
        memcpy(kept, slot, size);
        memcpy(slot, value, size);
        int (*function)(void *) = (int (*)(void *))symbol(entry_names[e]);
        int actual = function(instance);
        if (actual != status)
            fail("%s returned %d, expected %d, with a bad %s", entry_names[e], actual, status,
                 f.members[member].name);
        if (f.members[member].role == SIZE) {
            size_t (*workspace)(const void *) = (size_t(*)(const void *))symbol("workspace");
            if (workspace(instance) != 0)
                fail("workspace is not 0 with a bad %s", f.members[member].name);
        }
        memcpy(slot, kept, size);
        check_guards(&run, entry_names[e]);
        for (int k = 0; k < f.count; k++) {
            const struct member *m = &f.members[k];
            if (m->role == OUTPUT || m->role == GRADIENT || m->role == JACOBIAN || m->role == HESSIAN)
                if (!is_untouched(m->pointer ? buffers[k] : instance + m->offset, m->count * m->element))
                    fail("%s wrote %s and failed, with a bad %s", entry_names[e], m->name,
                         f.members[member].name);
        }
        discard();
    }
}

static bool is_axis(const char *size)
{
    for (const struct json *m = json_get(f.description, "members")->first; m; m = m->next) {
        const struct json *shape = json_get(m, "shape");
        for (const struct json *axis = shape ? shape->first : NULL; axis; axis = axis->next)
            if (axis->text && !strcmp(axis->text, size))
                return true;
    }
    return false;
}

void check_refusals(const struct values *given)
{
    void *null = NULL;
    size_t zero = 0, huge = SIZE_MAX / 2;
    struct run run = new_run(FORWARD, given);
    prepare(&run);
    size_t needed = workspace_size;
    discard();
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->pointer && (m->role == INPUT || m->role == INOUT))
            check_refused(given, k, &null, sizeof null, ENULL);
        if (m->role == SIZE) {
            check_refused(given, k, &zero, sizeof zero, ESIZE);
            if (is_axis(m->name)) /* a mere number of rounds may be as large as it likes */
                check_refused(given, k, &huge, sizeof huge, ESIZE);
        }
        if (m->role == WORKSPACE && needed && !strcmp(m->name, "work")) {
            for (size_t e = 0; e < 2; e++) { /* the others may need less */
                if (!has_entry(entry_names[e]))
                    continue;
                prepare(&run);
                *(void **)(void *)(instance + m->offset) = NULL;
                int (*function)(void *) = (int (*)(void *))symbol(entry_names[e]);
                int status = function(instance);
                if (status != ENULL)
                    fail("%s returned %d with work NULL", entry_names[e], status);
                discard();
            }
        }
    }
}

/* The elements of the largest member. */
static double largest_member(void)
{
    double largest = 0;
    for (const struct json *m = json_get(f.description, "members")->first; m; m = m->next) {
        const struct json *shape = json_get(m, "shape");
        double elements = 1;
        for (const struct json *axis = shape ? shape->first : NULL; axis; axis = axis->next) {
            elements *= axis->text ? (double)size_number(axis->text) : axis->number;
        }
        largest = elements > largest ? elements : largest;
    }
    return largest;
}

void check_products(const struct values *given)
{
    static const long sizes[] = {1L << 31, 1L << 32, (1L << 32) + 1, 3L << 30};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_of_all = sizes[s];
        double largest = largest_member();
        size_of_all = 0;
        if (largest < (double)(PTRDIFF_MAX / 4))
            continue;
        struct run run = new_run(FORWARD, given);
        prepare(&run);
        size_t value = (size_t)sizes[s];
        for (int k = 0; k < f.count; k++)
            if (f.members[k].role == SIZE)
                memcpy(instance + f.members[k].offset, &value, sizeof value);
        for (size_t e = 0; e < sizeof entry_names / sizeof *entry_names; e++)
            if (has_entry(entry_names[e])) {
                int status = ((int (*)(void *))symbol(entry_names[e]))(instance);
                if (status != ESIZE)
                    fail("%s returned %d, expected %d, with all sizes %zu", entry_names[e], status, ESIZE,
                         value);
            }
        if (((size_t(*)(const void *))symbol("workspace"))(instance) != 0)
            fail("workspace is not 0 with all sizes %zu", value);
        if (has_entry("bind_parameters") &&
            ((size_t(*)(void *, void *))symbol("bind_parameters"))(instance, NULL) != 0)
            fail("bind_parameters is not 0 with all sizes %zu", value);
        discard();
    }
}
