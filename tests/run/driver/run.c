/* run.c: one call of forward and backward, or of another entry, in arrays between guards. */
#define _POSIX_C_SOURCE 200809L
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *instance, *buffers[MAX_MEMBERS];
size_t workspace_size;
static char *workspace_raw, *prepared, *prepared_kept;
static size_t prepared_size;
static int prepared_status;

void put(char *at, const struct member *m, size_t k, double value)
{
    if (m->role == SIZE)
        ((size_t *)(void *)at)[k] = (size_t)value;
    else if (m->is_int)
        ((int32_t *)(void *)at)[k] = (int32_t)value;
    else if (single)
        ((float *)(void *)at)[k] = (float)value;
    else
        ((double *)(void *)at)[k] = value;
}

double get(const char *at, const struct member *m, size_t k)
{
    if (m->is_int)
        return ((const int32_t *)(const void *)at)[k];
    if (single)
        return (double)((const float *)(const void *)at)[k];
    return ((const double *)(const void *)at)[k];
}

static bool is_read(enum role role)
{
    return role == INPUT || role == INOUT || role == OUTPUT_GRADIENT || role == TANGENT || role == DIRECTION;
}

/* What the function computes of the given inputs, without any other member being there, in a block of the
 * size that it asks for, which nothing may change afterwards. */
static void prepare_given(void)
{
    prepared_size = ((size_t(*)(const void *))symbol("prepared_size"))(instance);
    prepared = (char *)allocate(prepared_size + 2 * GUARD + 2 * ALIGN) + GUARD;
    memset(prepared - GUARD, 0xff, prepared_size + 2 * GUARD + 2 * ALIGN);
    prepared += (ALIGN - (uintptr_t)prepared % ALIGN) % ALIGN;
    *(char **)(void *)(instance + find_member("prepared")->offset) = prepared_size ? prepared : NULL;
    char *alone = allocate(f.struct_size), *before = allocate(f.struct_size);
    memcpy(alone, instance, f.struct_size);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (!m->is_given && !is_room(m) && m->role != SIZE)
            memset(alone + m->offset, m->pointer ? 0 : 0xff, m->pointer ? sizeof(void *) : m->element);
    }
    size_t room = ((size_t(*)(const void *))symbol("workspace"))(instance);
    char *own = allocate(room + ALIGN), *work = own + (ALIGN - (uintptr_t)own % ALIGN) % ALIGN;
    *(char **)(void *)(alone + find_member("work")->offset) = room ? work : NULL;
    memcpy(before, alone, f.struct_size);
    prepared_status = ((int (*)(void *))symbol("prepare"))(alone);
    if (memcmp(before, alone, f.struct_size))
        fail("prepare wrote into the struct");
    for (size_t k = 0; k < GUARD; k++)
        if (prepared[prepared_size + k] != (char)0xff)
            fail("prepare wrote behind the %zu bytes that it asks for", prepared_size);
    prepared_kept = allocate(prepared_size + 1);
    memcpy(prepared_kept, prepared, prepared_size);
    for (int k = 0; k < f.count && prepared_status == OK;
         k++) { /* it needs what is given, and does not without it */
        const struct member *m = &f.members[k];
        if (!m->is_given || !m->pointer)
            continue;
        memcpy(alone, before, f.struct_size);
        memset(alone + m->offset, 0, sizeof(void *));
        if (((int (*)(void *))symbol("prepare"))(alone) != ENULL)
            fail("prepare does not miss %s", m->name);
    }
    free(alone);
    free(before);
    free(own);
}

void prepare(const struct run *run)
{
    instance = allocate(f.struct_size + GUARD);
    memset(instance, 0xff, f.struct_size + GUARD);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        char *slot = instance + m->offset;
        if (is_room(m))
            continue;
        if (m->role == SIZE) {
            const struct line *line = find_line(the_case, "size", m->name);
            put(slot, m, 0, line ? line->values[0] : 1);
            continue;
        }
        const double *given = is_read(m->role) && run->given ? run->given->of[k] : NULL;
        if (!m->pointer) {
            if (given)
                put(slot, m, 0, given[0]);
            continue;
        }
        if ((is_read(m->role) && !given) || run->is_null[k]) {
            *(char **)(void *)slot = NULL;
            buffers[k] = NULL;
            continue;
        }
        size_t bytes = m->count * m->element;
        buffers[k] = (char *)allocate(bytes + 2 * GUARD) + GUARD;
        memset(buffers[k] - GUARD, 0xff, bytes + 2 * GUARD);
        for (size_t i = 0; given && i < m->count; i++)
            put(buffers[k], m, i, given[i]);
        *(char **)(void *)slot = buffers[k];
    }
    const char *which = run->entries == GRADIENT_ALONE && !run->entry ? "gradient_workspace" : "workspace";
    size_t (*workspace)(const void *) = (size_t(*)(const void *))symbol(which);
    workspace_size = workspace(instance);
    workspace_raw = allocate(workspace_size + 2 * GUARD + 2 * ALIGN);
    memset(workspace_raw, 0xff, workspace_size + 2 * GUARD + 2 * ALIGN);
    char *work = workspace_raw + GUARD;
    work += (ALIGN - (uintptr_t)work % ALIGN) % ALIGN;
    static unsigned times;
    if (times++ % 3 == 1) /* as malloc may align it, or worse */
        work += single ? sizeof(float) : sizeof(double);
    struct member *member = find_member("work");
    if (member)
        *(char **)(void *)(instance + member->offset) = workspace_size ? work : NULL;
    workspace_raw = work;
    if (has_entry("prepare"))
        prepare_given();
}

bool is_untouched(const char *from, size_t size)
{
    for (size_t k = 0; k < size; k++)
        if (from[k] != (char)0xff)
            return false;
    return true;
}

void check_guards(const struct run *run, const char *entry)
{
    if (!is_untouched(instance + f.struct_size, GUARD))
        fail("%s wrote behind the struct (is the interface's order that of the struct?)", entry);
    if (prepared_kept && memcmp(prepared_kept, prepared, prepared_size))
        fail("%s changed what prepare left", entry);
    if (workspace_size && !is_untouched(workspace_raw + workspace_size, GUARD))
        fail("%s wrote behind the workspace of %zu bytes", entry, workspace_size);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (is_room(m) || m->role == SIZE || !m->pointer)
            continue;
        if (*(char **)(void *)(instance + m->offset) != buffers[k])
            fail("%s changed the pointer %s", entry, m->name);
        if (!buffers[k])
            continue;
        if (!is_untouched(buffers[k] - GUARD, GUARD) ||
            !is_untouched(buffers[k] + m->count * m->element, GUARD))
            fail("%s wrote outside %s", entry, m->name);
        if (!is_read(m->role) || m->role == INOUT)
            continue;
        char written[8];
        for (size_t i = 0; i < m->count; i++) {
            put(written, m, 0, run->given->of[k][i]);
            if (memcmp(written, buffers[k] + i * m->element, m->element))
                fail("%s changed %s[%zu]", entry, m->name, i);
        }
    }
}

void discard(void)
{
    for (int k = 0; k < f.count; k++) {
        if (f.members[k].pointer && !is_room(&f.members[k]) && buffers[k])
            free(buffers[k] - GUARD);
        buffers[k] = NULL;
    }
    free(prepared_kept);
    prepared_kept = NULL;
    free(instance);
}

const char *null_names(const struct run *run)
{
    static char text[1000];
    size_t length = 0;
    text[0] = 0;
    for (int k = 0; k < f.count; k++)
        if (run->is_null[k] && length < sizeof text - 100)
            length += (size_t)snprintf(text + length, 100, "%s%s", length ? ", " : " with NULL for ",
                                       f.members[k].name);
    return text;
}

void call(struct run *run, const char *entry)
{
    int (*function)(void *) = (int (*)(void *))symbol(entry);
    int status = prepared_kept && prepared_status != OK ? prepared_status : function(instance);
    check_guards(run, entry);
    if (status != run->status)
        fail("%s returned %d, expected %d%s", entry, status, run->status, null_names(run));
}

bool is_written_by(const struct member *m, const struct run *run)
{
    if (run->status != OK)
        return false;
    static const struct {
        const char *entry;
        enum role role;
    } further[] = {{"jacobian", JACOBIAN},
                   {"hessian", HESSIAN},
                   {"jvp", OUTPUT_TANGENT},
                   {"hvp", HVP},
                   {"sparse_jacobian", JACOBIAN_VALUES},
                   {"sparse_hessian", HESSIAN_VALUES}};
    for (size_t e = 0; run->entry && e < sizeof further / sizeof *further; e++)
        if (!strcmp(run->entry, further[e].entry))
            return m->role == further[e].role;
    return m->role == OUTPUT || m->role == INOUT || (m->role == GRADIENT && run->entries != FORWARD);
}

void perform(struct run *run)
{
    prepare(run);
    if (run->entry) {
        call(run, run->entry);
    } else if (run->entries == GRADIENT_ALONE) {
        call(run, "gradient");
    } else {
        call(run, "forward");
        if (run->entries == FORWARD_BACKWARD)
            call(run, "backward");
    }
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        bool written = is_written_by(m, run);
        free(run->result.of[k]);
        run->result.of[k] = NULL;
        if (m->role == SIZE || is_room(m) || (m->pointer && !buffers[k]))
            continue;
        const char *at = m->pointer ? buffers[k] : instance + m->offset;
        if (!written) {
            /* a factorisation may fail after the first outputs are written */
            if (!is_read(m->role) && run->status != ENUMERIC && run->status != EREQUIRE && !run->late &&
                !is_untouched(at, m->count * m->element))
                fail("%s was written by %s", m->name, run->entry ? run->entry : "an entry that should not");
            continue;
        }
        run->result.of[k] = allocate(m->count * sizeof(double));
        for (size_t i = 0; i < m->count; i++)
            run->result.of[k][i] = get(at, m, i);
    }
    discard();
}

struct run new_run(enum entries entries, const struct values *given)
{
    struct run run = {.entries = entries, .given = given};
    return run;
}

void release(struct run *run)
{
    for (int k = 0; k < f.count; k++) {
        free(run->result.of[k]);
        run->result.of[k] = NULL;
    }
}
