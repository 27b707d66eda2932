/* trajectory.h: what both drivers share: the first guess, and how a trajectory is told. */
#ifndef TRAJECTORY_H
#define TRAJECTORY_H

#include <math.h>
#include <stdio.h>

enum {
    INTERVALS = 40,
    STATE = 4,
    ROW = STATE + 1,
    VARIABLES = (INTERVALS + 1) * ROW,
    CONSTRAINTS = (INTERVALS + 2) * STATE
};

/* A cart that moves evenly, while the pole turns evenly, without force. */
static inline void first_guess(double *z)
{
    const double pi = 3.14159265358979323846;
    for (int k = 0; k <= INTERVALS; k++) {
        double *row = z + k * ROW;
        row[0] = (double)k / INTERVALS;
        row[1] = pi * k / INTERVALS;
        row[2] = row[3] = row[4] = 0;
    }
}

static inline void print_trajectory(double effort, const double *gaps, const double *z)
{
    double gap = 0;
    for (int i = 0; i < CONSTRAINTS; i++)
        gap = fmax(gap, fabs(gaps[i]));
    printf("effort %.4f, %s\n", effort, gap <= 1e-8 ? "no gap above 1e-8" : "with gaps");
    for (int k = 0; k <= INTERVALS; k += INTERVALS / 4) {
        const double *row = z + k * ROW;
        printf("%.1f s", 2.0 * k / INTERVALS);
        for (int i = 0; i < ROW; i++)
            printf(" %8.4f", fabs(row[i]) < 0.00005 ? 0.0 : row[i]);
        printf("\n");
    }
}

#endif
