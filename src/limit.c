/* limit.c: --max-workspace: whether the functions of a module do with a workspace of so many bytes at given
 * sizes, and what it costs to compute values again that would be kept. */
#include "limit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "emitter.h"
#include "stats.h"

struct limit {
    struct module *module;
    struct function *function;
    const char *at; /* sizes as text: "N=128,T=64", or NULL */
};

/* ---- Sizes as numbers ---- */

/* The number that the text gives to a name; 0: none. */
static int64_t number_at(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (; text; text = strchr(text, ',') ? strchr(text, ',') + 1 : NULL)
        if (strncmp(text, name, length) == 0 && text[length] == '=')
            return strtoll(text + length + 1, NULL, 10);
    return 0;
}

/* -1 if it depends on a size that is not given. */
static int64_t number_of(const struct limit *limit, size *a)
{
    int64_t number;
    for (size_t i = 0; i < limit->function->members_count; i++) {
        const struct member *member = &limit->function->members[i];
        int64_t given = member->role == ROLE_SIZE ? number_at(limit->at, member->name) : 0;
        if (given > 0)
            a = size_substitute(a, member->extent, size_number(limit->function->graph->sizes, given));
    }
    for (size_t i = limit->function->computed_count; i-- > 0;) {
        const struct computed_size *computed = &limit->function->computed[i];
        int64_t arguments[3];
        if (!size_depends_on(a, computed->value))
            continue;
        for (int k = 0; k < computed->argument_count; k++)
            arguments[k] = number_of(limit, computed->arguments[k]);
        a = size_substitute(
            a, computed->value,
            size_number(limit->function->graph->sizes, compute_size(computed->computation, arguments)));
    }
    return size_is_number(a, &number) ? number : -1;
}

/* Also through what is computed from it. */
static bool needs_size(const struct function *function, const size *a, const size *extent)
{
    for (size_t i = 0; i < function->computed_count; i++)
        for (int k = 0;
             size_depends_on(a, function->computed[i].value) && k < function->computed[i].argument_count; k++)
            if (needs_size(function, function->computed[i].arguments[k], extent))
                return true;
    return size_depends_on(a, extent);
}

/* The first size that the workspace depends on and that is not given, or NULL. */
static const char *missing_size(const struct limit *limit, const struct programs *programs)
{
    for (size_t i = 0; i < limit->function->members_count; i++) {
        const struct member *member = &limit->function->members[i];
        if (member->role != ROLE_SIZE || number_at(limit->at, member->name) > 0)
            continue;
        for (int e = 0; e < ENTRY_COUNT; e++)
            for (size_t j = 0; programs->entries[e] && j < programs->entries[e]->slots_count; j++)
                if (needs_size(limit->function, programs->entries[e]->slots[j].count, member->extent))
                    return member->name;
    }
    return NULL;
}

/* ---- The workspace ---- */

static int64_t entry_bytes(const struct limit *limit, const struct program *program)
{
    int64_t total = 0, unit = slot_alignment(limit->module);
    for (size_t i = 0; program && i < program->slots_count; i++)
        total += (number_of(limit, program->slots[i].count) + unit - 1) / unit * unit;
    return total * (limit->module->precision / 8);
}

/* That of the whole function, and the entry that needs it. */
static int64_t workspace_bytes(const struct limit *limit, const struct programs *programs,
                               enum entry *largest)
{
    int64_t most = -1;
    for (int e = 0; e < ENTRY_COUNT; e++) {
        int64_t bytes = programs->entries[e] ? entry_bytes(limit, programs->entries[e]) : -1;
        if (bytes > most) {
            most = bytes;
            *largest = (enum entry)e;
        }
    }
    return most;
}

static struct need need_of(struct limit *limit)
{
    struct programs programs = {0};
    struct need need = {.function = limit->function->name};
    build_programs(limit->module, limit->function, &programs);
    need.missing = missing_size(limit, &programs);
    if (need.missing)
        return need;
    enum entry largest = 0;
    while (!programs.entries[largest])
        largest++;
    need.bytes = workspace_bytes(limit, &programs, &largest);
    need.entry = entry_name(largest);
    enum entry dearest = programs.entries[ENTRY_BACKWARD] ? ENTRY_BACKWARD : largest;
    need.dearest = entry_name(dearest);
    need.operations = number_of(limit, count_operations(limit->module, programs.entries[dearest]));
    return need;
}

struct need *workspace_needs(struct module *module, const char *at)
{
    struct need *needs = ARENA_ARRAY(module->arena, struct need, module->functions_count + 1);
    for (size_t i = 0; i < module->functions_count; i++) {
        struct limit limit = {.module = module, .function = module->functions[i], .at = at};
        needs[i] = need_of(&limit);
    }
    return needs;
}

bool needs_are_known(FILE *stream, const struct module *module, const struct need *needs)
{
    bool known = true;
    for (size_t i = 0; i < module->functions_count; i++)
        if (needs[i].missing) {
            known = false;
            fprintf(stream,
                    "gradc: error: --max-workspace: the workspace of %s depends on %s; judge it with --at "
                    "%s=NUMBER\n",
                    needs[i].function, needs[i].missing, needs[i].missing);
        }
    return known;
}

bool needs_fit(const struct module *module, const struct need *needs, int64_t most)
{
    for (size_t i = 0; i < module->functions_count; i++)
        if (needs[i].bytes > most)
            return false;
    return true;
}

bool needs_are_equal(const struct module *module, const struct need *a, const struct need *b)
{
    for (size_t i = 0; i < module->functions_count; i++)
        if (a[i].bytes != b[i].bytes)
            return false;
    return true;
}

const struct need *lesser_needs(const struct module *module, const struct need *a, const struct need *b)
{
    struct need *lesser = ARENA_ARRAY(module->arena, struct need, module->functions_count + 1);
    for (size_t i = 0; i < module->functions_count; i++)
        lesser[i] = b[i].bytes < a[i].bytes ? b[i] : a[i];
    return lesser;
}

void tell_excess(FILE *stream, const struct module *module, const struct need *before,
                 const struct need *least, int64_t most)
{
    for (size_t i = 0; i < module->functions_count; i++) {
        const struct need *was = &before[i], *is = &least[i];
        if (is->bytes <= most)
            continue;
        fprintf(stream, "gradc: error: --max-workspace=%" PRId64 ": %s needs %" PRId64 " bytes (%s)", most,
                was->function, was->bytes, was->entry);
        if (is->bytes < was->bytes)
            fprintf(stream, ", and %" PRId64 " (%s) when values are computed again\n", is->bytes, is->entry);
        else
            fputs(", and no less when values are computed again\n", stream);
    }
}

static void tell_ways(FILE *stream, unsigned saving)
{
    static const char *const ways[] = {"blocks of matrix products have fewer rows",
                                       "its loops keep some of their states and compute the others again",
                                       "backward computes again what forward computed element by element"};
    const unsigned bits[] = {SAVING_ROWS, SAVING_STATES, SAVING_ELEMENTS};
    const char *before = "";
    for (int i = 0; i < 3; i++)
        if (saving & bits[i]) {
            fprintf(stream, "%s%s", before, ways[i]);
            before = ", and ";
        }
}

void tell_costs(FILE *stream, const struct module *module, const struct need *before,
                const struct need *after, unsigned saving)
{
    for (size_t i = 0; i < module->functions_count; i++) {
        const struct need *was = &before[i], *is = &after[i];
        if (was->bytes == is->bytes)
            continue;
        fprintf(stream, "gradc: note: %s needs %" PRId64 " bytes instead of %" PRId64 ": ", is->function,
                is->bytes, was->bytes);
        tell_ways(stream, saving);
        if (is->operations > 0 && was->operations > 0 && is->operations != was->operations)
            fprintf(stream, "; %s takes %" PRId64 " operations instead of %" PRId64, was->dearest,
                    is->operations, was->operations);
        fputc('\n', stream);
    }
}
