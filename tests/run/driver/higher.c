/* higher.c: jacobian, jvp, hessian and hvp against backward and differences of it. */
#define _POSIX_C_SOURCE 200809L
#include "driver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void check_jacobian(const struct values *given)
{
    struct run run = new_run(FORWARD, given);
    run.entry = "jacobian";
    perform(&run);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role != JACOBIAN)
            continue;
        int y = (int)(find_member(m->of) - f.members), gradient = -1;
        for (int g = 0; g < f.count; g++)
            if (f.members[g].role == GRADIENT && !strcmp(f.members[g].of, m->wrt))
                gradient = g;
        size_t width = f.members[gradient].count;
        for (size_t i = 0; i < f.members[y].count; i++) {
            struct values unit = *given;
            for (int s = 0; s < f.count; s++)
                if (f.members[s].role == OUTPUT_GRADIENT) {
                    unit.of[s] = allocate(f.members[s].count * sizeof(double));
                    unit.of[s][i < f.members[s].count ? i : 0] = !strcmp(f.members[s].of, m->of);
                }
            struct run back = new_run(FORWARD_BACKWARD, &unit);
            perform(&back);
            struct member row = f.members[gradient];
            row.name = m->name;
            compare("a row against backward", &row, run.result.of[k] + i * width, back.result.of[gradient],
                    single ? 1e-3 : 1e-9);
        }
    }
}

/* Forward at the inputs moved along the tangents. */
static struct run moved_forward(const struct values *given, double step)
{
    struct values *moved = allocate(sizeof *moved);
    *moved = *given;
    for (int k = 0; k < f.count; k++) {
        if (f.members[k].role != TANGENT)
            continue;
        int x = (int)(find_member(f.members[k].of) - f.members);
        moved->of[x] = allocate(f.members[x].count * sizeof(double));
        for (size_t i = 0; i < f.members[x].count; i++)
            moved->of[x][i] = given->of[x][i] + step * given->of[k][i];
    }
    struct run run = new_run(FORWARD, moved);
    perform(&run);
    return run;
}

void check_jvp(const struct values *given)
{
    struct run run = new_run(FORWARD, given);
    run.entry = "jvp";
    perform(&run);
    if (single || the_case->rough)
        return;
    static const double steps[] = {-2, -1, 1, 2}, h[] = {1e-3, 2.5e-4};
    struct run at[2][4];
    for (int k = 0; k < 2; k++)
        for (int s = 0; s < 4; s++)
            at[k][s] = moved_forward(given, steps[s] * h[k]);
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role != OUTPUT_TANGENT)
            continue;
        int y = (int)(find_member(m->of) - f.members);
        double *expected = allocate(m->count * sizeof(double));
        for (size_t i = 0; i < m->count; i++) {
            double estimate[2];
            for (int e = 0; e < 2; e++)
                estimate[e] = (at[e][0].result.of[y][i] - 8 * at[e][1].result.of[y][i] +
                               8 * at[e][2].result.of[y][i] - at[e][3].result.of[y][i]) /
                              (12 * h[e]);
            bool agree = fabs(estimate[0] - estimate[1]) <= 1e-6 * fmax(1, fabs(estimate[0]));
            expected[i] = agree ? estimate[1] : run.result.of[k][i];
        }
        compare("against differences", m, run.result.of[k], expected, 1e-6);
    }
}

/* The gradient of the one output that m is of, at inputs moved along a direction; d_ member g. */
static double *gradient_at(const struct values *given, const struct member *m, int g)
{
    struct values unit = *given;
    for (int s = 0; s < f.count; s++)
        if (f.members[s].role == OUTPUT_GRADIENT) {
            unit.of[s] = allocate(f.members[s].count * sizeof(double));
            unit.of[s][0] = !strcmp(f.members[s].of, m->of);
        }
    struct run run = new_run(FORWARD_BACKWARD, &unit);
    perform(&run);
    return run.result.of[g];
}

static int gradient_of(const char *input)
{
    for (int g = 0; g < f.count; g++)
        if (f.members[g].role == GRADIENT && !strcmp(f.members[g].of, input))
            return g;
    fail("there is no gradient of %s", input);
    return -1;
}

/* What two steps agree on; across a kink they do not, and the value is held against nothing. */
static void compare_estimates(const struct member *m, const double *actual, double *const estimates[2])
{
    double *expected = allocate(m->count * sizeof(double));
    for (size_t i = 0; i < m->count; i++) {
        bool agree = fabs(estimates[0][i] - estimates[1][i]) <= 1e-6 * fmax(1e-2, fabs(estimates[1][i]));
        expected[i] = agree ? estimates[1][i] : actual[i];
    }
    compare("against differences of gradients", m, actual, expected, 1e-7);
    free(expected);
}

static const double second_steps[] = {-2, -1, 1, 2}, second_weights[] = {1, -8, 8, -1},
                    second_widths[] = {1e-3, 2.5e-4};

void check_hessian(struct values *given)
{
    struct run run = new_run(FORWARD, given);
    run.entry = "hessian";
    perform(&run);
    if (single || the_case->rough)
        return;
    for (int k = 0; k < f.count; k++) {
        const struct member *m = &f.members[k];
        if (m->role != HESSIAN)
            continue;
        int g = gradient_of(m->wrt), w = (int)(find_member(m->wrt2) - f.members);
        size_t rows = f.members[g].count, columns = f.members[w].count;
        double *estimates[2];
        for (int e = 0; e < 2; e++) {
            estimates[e] = allocate(m->count * sizeof(double));
            for (size_t j = 0; j < columns; j++) {
                double kept = given->of[w][j], h = second_widths[e];
                for (int s = 0; s < 4; s++) {
                    given->of[w][j] = kept + second_steps[s] * h;
                    double *gradient = gradient_at(given, m, g);
                    for (size_t i = 0; i < rows; i++)
                        estimates[e][i * columns + j] += second_weights[s] * gradient[i] / (12 * h);
                }
                given->of[w][j] = kept;
            }
        }
        compare_estimates(m, run.result.of[k], estimates);
    }
}

/* The inputs moved along the directions. */
static struct values moved_along(const struct values *given, double step)
{
    struct values moved = *given;
    for (int d = 0; d < f.count; d++) {
        if (f.members[d].role != DIRECTION)
            continue;
        int x = (int)(find_member(f.members[d].of) - f.members);
        moved.of[x] = allocate(f.members[x].count * sizeof(double));
        for (size_t i = 0; i < f.members[x].count; i++)
            moved.of[x][i] = given->of[x][i] + step * given->of[d][i];
    }
    return moved;
}

void check_hvp(const struct values *given)
{
    struct run run = new_run(FORWARD, given);
    run.entry = "hvp";
    perform(&run);
    if (single || the_case->rough)
        return;
    const char *output = "";
    for (int o = f.count - 1; o >= 0; o--)
        if (f.members[o].role == OUTPUT && !f.members[o].pointer && !f.members[o].is_int)
            output = f.members[o].name;
    for (int k = 0; k < f.count; k++) {
        struct member of_output = f.members[k];
        if (of_output.role != HVP)
            continue;
        int g = gradient_of(of_output.of);
        of_output.of = output;
        double *estimates[2];
        for (int e = 0; e < 2; e++) {
            estimates[e] = allocate(of_output.count * sizeof(double));
            for (int s = 0; s < 4; s++) {
                struct values moved = moved_along(given, second_steps[s] * second_widths[e]);
                double *gradient = gradient_at(&moved, &of_output, g);
                for (size_t i = 0; i < of_output.count; i++)
                    estimates[e][i] += second_weights[s] * gradient[i] / (12 * second_widths[e]);
            }
        }
        compare_estimates(&f.members[k], run.result.of[k], estimates);
    }
}
