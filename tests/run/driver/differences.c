/* differences.c: gradients against differences of the outputs; backward is linear in the seeds. */
#define _POSIX_C_SOURCE 200809L
#include "driver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The sum of outputs weighted by the seeds; what the gradients are of. */
static double objective(const struct values *given, const struct values *seeds)
{
    struct run run = new_run(FORWARD, given);
    double sum = 0;
    bool first = true, any = false;
    perform(&run);
    for (int k = 0; k < f.count; k++)
        any = any || (f.members[k].role == OUTPUT_GRADIENT && seeds->of[k]);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role != OUTPUT)
            continue;
        for (int s = 0; s < f.count; s++)
            if (f.members[s].role == OUTPUT_GRADIENT && !strcmp(f.members[s].of, m->name) && seeds->of[s])
                for (size_t i = 0; i < m->count; i++)
                    sum += seeds->of[s][i] != 0 ? seeds->of[s][i] * run.result.of[k][i] : 0;
        if (!any && first && !m->pointer && !m->is_int)
            sum = run.result.of[k][0];
        first = false;
        free(run.result.of[k]);
    }
    for (int k = 0; k < f.count; k++)
        if (f.members[k].role != OUTPUT)
            free(run.result.of[k]);
    return sum;
}

/* Central differences of fourth order; NAN where two steps disagree, as across a kink. */
static double difference(struct values *given, const struct values *seeds, double *x)
{
    double kept = *x, estimate[2];
    for (int k = 0; k < 2; k++) {
        double h = (k ? 2.5e-4 : 1e-3) * fmax(1, fabs(kept)), sums[4];
        static const double steps[] = {-2, -1, 1, 2};
        for (int s = 0; s < 4; s++) {
            *x = kept + steps[s] * h;
            sums[s] = objective(given, seeds);
        }
        estimate[k] = (sums[0] - 8 * sums[1] + 8 * sums[2] - sums[3]) / (12 * h);
    }
    *x = kept;
    return fabs(estimate[0] - estimate[1]) <= 1e-6 * fmax(1, fabs(estimate[0])) ? estimate[1] : NAN;
}

void check_differences(struct values *given, const struct run *full)
{
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role != GRADIENT)
            continue;
        int input = (int)(find_member(m->of) - f.members);
        double scale = 1;
        for (size_t i = 0; i < m->count; i++)
            scale = fmax(scale, fabs(full->result.of[k][i]));
        size_t stride = m->count / 12 + 1;
        for (size_t i = 0; i < m->count; i += stride) {
            double numerical = difference(given, given, &given->of[input][i]),
                   emitted = full->result.of[k][i];
            if (isfinite(numerical) && !(fabs(numerical - emitted) <= 2e-6 * scale))
                fail("%s[%zu] is %.12g, but differences of forward give %.12g", m->name, i, emitted,
                     numerical);
        }
    }
}

void check_second_backward(const struct values *given, const struct run *full)
{
    struct run run = new_run(FORWARD_BACKWARD, given);
    prepare(&run);
    call(&run, "forward");
    static const double factors[] = {1, -2, 1};
    for (int round = 0; round < 3; round++) {
        struct values other = *given;
        for (int k = 0; k < f.count; k++) {
            const struct member *m = &f.members[k];
            if (m->role != OUTPUT_GRADIENT || !buffers[k])
                continue;
            other.of[k] = allocate(m->count * sizeof(double));
            for (size_t i = 0; i < m->count; i++) {
                other.of[k][i] = factors[round] * given->of[k][i];
                put(buffers[k], m, i, other.of[k][i]);
            }
        }
        run.given = &other;
        call(&run, "backward");
        for (int k = 0; k < f.count; k++) {
            const struct member *m = &f.members[k];
            if (m->role != GRADIENT)
                continue;
            double *actual = allocate(m->count * sizeof(double)),
                   *expected = allocate(m->count * sizeof(double));
            bool seeded = false;
            for (int s = 0; s < f.count; s++)
                seeded = seeded || (f.members[s].role == OUTPUT_GRADIENT && given->of[s]);
            for (size_t i = 0; i < m->count; i++) {
                actual[i] = get(m->pointer ? buffers[k] : instance + m->offset, m, i);
                expected[i] = (seeded ? factors[round] : 1) * full->result.of[k][i];
            }
            compare("another backward", m, actual, expected, single ? 2e-4 : 1e-11);
            free(actual);
            free(expected);
        }
    }
    discard();
}
