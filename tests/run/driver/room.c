/* room.c: blocks of parameters and gradients; workspaces. */
#define _POSIX_C_SOURCE 200809L
#include "driver.h"

#include <stdlib.h>

void check_bind(const struct values *given)
{
    for (int which = 0; which < 2; which++) {
        const char *entry = which ? "bind_gradients" : "bind_parameters";
        if (!has_entry(entry)) {
            if (f.differentiable)
                fail("there is no entry %s", entry);
            continue;
        }
        size_t (*bind)(void *, void *) = (size_t(*)(void *, void *))symbol(entry);
        struct run run = new_run(FORWARD, given);
        prepare(&run);
        size_t expected = 0;
        for (int k = 0; k < f.count; k++)
            if (f.members[k].role == GRADIENT && f.members[k].pointer)
                expected += f.members[k].count;
        if (bind(instance, NULL) != expected)
            fail("%s counts %zu reals, expected %zu", entry, bind(instance, NULL), expected);
        check_guards(&run, entry);
        char *block = allocate(expected * sizeof(double) + 1);
        if (bind(instance, block) != expected)
            fail("%s with a block counts otherwise", entry);
        size_t at = 0;
        for (int k = 0; k < f.count; k++) {
            const struct member *m = &f.members[k];
            if (m->role != GRADIENT || !m->pointer)
                continue;
            const struct member *bound = which ? m : find_member(m->of);
            if (*(char **)(void *)(instance + bound->offset) != block + at * m->element)
                fail("%s does not point %s to element %zu", entry, bound->name, at);
            at += m->count;
        }
        free(block);
        discard();
    }
}

void check_workspaces(const struct values *given)
{
    struct run run = new_run(FORWARD, given);
    prepare(&run);
    size_t whole = workspace_size;
    discard();
    run.entries = GRADIENT_ALONE;
    prepare(&run);
    if (workspace_size > whole)
        fail("gradient_workspace is %zu, more than workspace, %zu", workspace_size, whole);
    discard();
}
