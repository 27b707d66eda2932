/* sparse.c: sparse entries against dense ones. */
#define _POSIX_C_SOURCE 200809L
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int32_t *pattern_array(const char *base, int length, const char *suffix)
{
    char name[256];
    snprintf(name, sizeof name, "%.*s_%s", length, base, suffix);
    return symbol(name);
}

void check_sparse(const struct values *given, const char *dense_entry, const char *sparse_entry)
{
    struct run dense = new_run(FORWARD, given), sparse = new_run(FORWARD, given);
    dense.entry = dense_entry;
    sparse.entry = sparse_entry;
    perform(&dense);
    perform(&sparse);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role != JACOBIAN_VALUES && m->role != HESSIAN_VALUES)
            continue;
        char base[256];
        int length = (int)(strlen(m->name) - strlen("_values"));
        snprintf(base, sizeof base, "%.*s", length, m->name);
        const struct member *whole = find_member(base);
        if (!whole || !sparse.result.of[k])
            continue;
        size_t columns = find_member(m->wrt2 ? m->wrt2 : m->wrt)->count, rows = whole->count / columns;
        const int32_t *starts = pattern_array(m->name, length, "rowptr"),
                      *places = pattern_array(m->name, length, "cols");
        if (starts[0] != 0 || (size_t)starts[rows] != m->count)
            fail("%s: rowptr ends at %d of %zu", m->name, (int)starts[rows], m->count);
        const int32_t *row_of = pattern_array(m->name, length, "rows");
        bool is_lower = the_case->lower && m->role == HESSIAN_VALUES && !strcmp(m->wrt, m->wrt2);
        double *expanded = allocate(whole->count * sizeof(double));
        for (size_t i = 0; i < rows; i++)
            for (int32_t at = starts[i]; at < starts[i + 1]; at++) {
                if ((size_t)row_of[at] != i)
                    fail("%s: row %d at %d, in row %zu", m->name, (int)row_of[at], (int)at, i);
                if (is_lower && (size_t)places[at] > i)
                    fail("%s: (%zu, %d) is above the diagonal", m->name, i, (int)places[at]);
                if (is_lower)
                    expanded[(size_t)places[at] * columns + i] = sparse.result.of[k][at];
                if ((size_t)places[at] >= columns || (at > starts[i] && places[at] <= places[at - 1]))
                    fail("%s: column %d at %d", m->name, (int)places[at], (int)at);
                expanded[i * columns + (size_t)places[at]] = sparse.result.of[k][at];
            }
        compare("sparse against dense", whole, expanded, dense.result.of[whole - f.members],
                single ? 1e-4 : 1e-11);
        free(expanded);
    }
}
