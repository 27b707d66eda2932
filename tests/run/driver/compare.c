/* compare.c: what was computed against what was expected; inputs. */
#define _POSIX_C_SOURCE 200809L
#include "driver.h"

#include <math.h>
#include <stdio.h>

double tolerance(void)
{
    return single ? the_case->tolerance32 : the_case->tolerance;
}

void compare(const char *when, const struct member *m, const double *actual, const double *expected,
             double tolerance_)
{
    double scale = single ? 1 : 1e-3;
    for (size_t i = 0; i < m->count; i++)
        if (isfinite(expected[i]) && fabs(expected[i]) > scale)
            scale = fabs(expected[i]);
    for (size_t i = 0; i < m->count; i++) {
        double a = actual[i], e = expected[i];
        if (a == e || (isnan(a) && isnan(e)))
            continue;
        if (the_case->least > 0)
            scale = fmax(fabs(e), the_case->least);
        if (!(fabs(a - e) <= tolerance_ * scale))
            fail("%s: %s[%zu] is %.17g, expected %.17g", when, m->name, i, a, e);
    }
}

void compare_runs(const char *when, const struct run *run, const struct run *with)
{
    char text[1200];
    snprintf(text, sizeof text, "%s%s", when, null_names(run));
    for (int k = 0; k < f.count; k++) {
        if (run->result.of[k] && with->result.of[k])
            compare(text, &f.members[k], run->result.of[k], with->result.of[k], single ? 2e-4 : 1e-11);
    }
}

void compare_stored(const char *when, const struct run *run, bool gradients)
{
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        const char *kind = m->role == OUTPUT                  ? "output"
                           : m->role == INOUT                 ? "update"
                           : m->role == GRADIENT && gradients ? "gradient"
                                                              : NULL;
        const struct line *line =
            kind ? find_line(the_case, kind, m->role == GRADIENT ? m->of : m->name) : NULL;
        if (!line || !run->result.of[k])
            continue;
        if ((size_t)line->count != m->count)
            fail("%s has %zu elements, the case %d", m->name, m->count, line->count);
        compare(when, m, run->result.of[k], line->values, tolerance());
    }
}

double noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / 8388608.0 - 1;
}

/* `values x SEED LOW HIGH`: in float32 and float64 the same, and between the numbers that programs mention,
 * at which functions may have kinks. */
static double *made_up(const struct line *line, const struct member *m)
{
    if (line->count != 3)
        fail("values %s needs three numbers", m->name);
    double *values = allocate(m->count * sizeof *values), low = line->values[1], high = line->values[2];
    uint32_t state = (uint32_t)line->values[0] * 2654435761u + 1;
    noise(&state);
    for (size_t i = 0; i < m->count; i++) {
        double unit = (noise(&state) + 1) / 2;
        values[i] = m->is_int ? fmin(floor(low + unit * (high - low + 1)), high)
                              : (floor((low + unit * (high - low)) * 4096) + 0.5) / 4096;
    }
    return values;
}

double rounded(double value)
{
    return single ? (double)(float)value : value;
}

struct values read_inputs(bool seeds)
{
    struct values given = {{NULL}};
    uint32_t state = 12345;
    bool stored = find_line(the_case, "seed", NULL) || find_line(the_case, "gradient", NULL);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        const struct line *line = NULL;
        if (m->role == INPUT || m->role == INOUT) {
            line = find_line(the_case, "input", m->name);
            const struct line *range = line ? NULL : find_line(the_case, "values", m->name);
            if (range) {
                given.of[k] = made_up(range, m);
                continue;
            }
            if (!line)
                fail("the case gives no input %s", m->name);
        } else if (m->role == OUTPUT_GRADIENT && seeds) {
            line = find_line(the_case, "seed", m->of);
        } else if (m->role != TANGENT && m->role != DIRECTION) {
            continue;
        }
        if (line && (size_t)line->count != m->count)
            fail("%s has %zu elements, the case %d", m->name, m->count, line->count);
        if (!line && (stored || !seeds) && m->role == OUTPUT_GRADIENT)
            continue;
        given.of[k] = allocate(m->count * sizeof(double));
        for (size_t i = 0; i < m->count; i++)
            given.of[k][i] = line ? line->values[i] : noise(&state);
    }
    return given;
}
