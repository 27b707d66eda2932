/* newton.c: swings the pole up with Newton's method for constraints (sequential quadratic programming), as a
 * program without a library and without an allocation does: all memory is static.
 *
 * Each step solves
 *
 *     [ H + r I   J' ] [ step   ]     [ -gradient of the effort ]
 *     [   J       0  ] [ lambda ]  =  [ -gaps                   ]
 *
 * where H is the Hessian of the Lagrangian and J the Jacobian of the gaps; r grows until the effort's
 * quadratic model curves upwards along the step, so that the step leads down. In the order gaps that lead to
 * a time, row of that time, and so on, the matrix is a narrow band. */
#include "newton.h"

#include <string.h>

#include "../example.h"
#include "trajectory.h"

enum {
    UNKNOWNS = VARIABLES + CONSTRAINTS,
    BAND = 13, /* a gap meets the two rows beside it, the first unknown of one and the last of the other */
    STORED = 3 * BAND + 1, /* of each row of the matrix: exchanging rows fills as much again on the right */
    STEPS = 100
};

/* The matrix, row by row: its element (i, j) stands at matrix[i][j - i + BAND]. */
static double matrix[UNKNOWNS][STORED];

static int place_of_variable(int i)
{
    return i / ROW * (STATE + ROW) + STATE + i % ROW;
}

static int place_of_gap(int i)
{
    return i / STATE * (STATE + ROW) + i % STATE;
}

static void put(int i, int j, double value)
{
    matrix[i][j - i + BAND] += value;
    if (i != j)
        matrix[j][i - j + BAND] += value;
}

/* Gaussian elimination with exchanges of rows; x holds the right side and then the solution. 0 if it is
 * singular. */
static int solve(double *x)
{
    for (int k = 0; k < UNKNOWNS; k++) {
        int last = k + BAND < UNKNOWNS ? k + BAND : UNKNOWNS - 1, pivot = k;
        int end = k + 2 * BAND < UNKNOWNS ? k + 2 * BAND : UNKNOWNS - 1;
        for (int i = k + 1; i <= last; i++)
            if (fabs(matrix[i][k - i + BAND]) > fabs(matrix[pivot][k - pivot + BAND]))
                pivot = i;
        if (matrix[pivot][k - pivot + BAND] == 0)
            return 0;
        for (int j = k; j <= end && pivot != k; j++) {
            double other = matrix[pivot][j - pivot + BAND];
            matrix[pivot][j - pivot + BAND] = matrix[k][j - k + BAND];
            matrix[k][j - k + BAND] = other;
        }
        double other = x[pivot];
        x[pivot] = x[k];
        x[k] = other;
        for (int i = k + 1; i <= last; i++) {
            double factor = matrix[i][k - i + BAND] / matrix[k][BAND];
            if (factor == 0)
                continue;
            for (int j = k; j <= end; j++)
                matrix[i][j - i + BAND] -= factor * matrix[k][j - k + BAND];
            x[i] -= factor * x[k];
        }
    }
    for (int k = UNKNOWNS - 1; k >= 0; k--) {
        for (int j = k + 1; j < UNKNOWNS && j <= k + 2 * BAND; j++)
            x[k] -= matrix[k][j - k + BAND] * x[j];
        x[k] /= matrix[k][BAND];
    }
    return 1;
}

/* The effort and its gradient, the gaps and their Jacobian, the Hessian, at z. */
static double z[VARIABLES], step[VARIABLES], lambda[CONSTRAINTS], new_lambda[CONSTRAINTS];
static double gradient[VARIABLES], gaps[CONSTRAINTS];
static double jacobian[SWING_UP_CONSTRAINTS_JACOBIAN_NNZ], hessian[SWING_UP_LAGRANGIAN_HESSIAN_NNZ];
static char work[SWING_UP_WORKSPACE + GRADC_ALIGN];
static struct swing_up m = {.z = z,
                            .sigma = 1,
                            .lambda = lambda,
                            .d_objective_dz = gradient,
                            .constraints = gaps,
                            .constraints_jacobian_values = jacobian,
                            .lagrangian_hessian_values = hessian};

/* The step and the new multipliers that the system above gives for r; returns step' (H + r I) step. */
static double find_step(double r)
{
    static double x[UNKNOWNS];
    memset(matrix, 0, sizeof matrix);
    for (int i = 0; i < VARIABLES; i++)
        put(place_of_variable(i), place_of_variable(i), r);
    for (int i = 0; i < SWING_UP_LAGRANGIAN_HESSIAN_NNZ; i++)
        put(place_of_variable(swing_up_lagrangian_hessian_rows[i]),
            place_of_variable(swing_up_lagrangian_hessian_cols[i]), hessian[i]);
    for (int i = 0; i < SWING_UP_CONSTRAINTS_JACOBIAN_NNZ; i++)
        put(place_of_gap(swing_up_constraints_jacobian_rows[i]),
            place_of_variable(swing_up_constraints_jacobian_cols[i]), jacobian[i]);
    for (int i = 0; i < VARIABLES; i++)
        x[place_of_variable(i)] = -gradient[i];
    for (int i = 0; i < CONSTRAINTS; i++)
        x[place_of_gap(i)] = -gaps[i];
    if (!solve(x))
        return -1;
    double curvature = 0;
    for (int i = 0; i < VARIABLES; i++) {
        step[i] = x[place_of_variable(i)];
        curvature += r * step[i] * step[i];
    }
    for (int i = 0; i < CONSTRAINTS; i++)
        new_lambda[i] = x[place_of_gap(i)];
    for (int i = 0; i < SWING_UP_LAGRANGIAN_HESSIAN_NNZ; i++) {
        int row = swing_up_lagrangian_hessian_rows[i], col = swing_up_lagrangian_hessian_cols[i];
        curvature += (row == col ? 1 : 2) * hessian[i] * step[row] * step[col];
    }
    return curvature;
}

/* The effort, and `weight` for each unit of the gaps: what each step makes smaller. */
static double merit(double weight)
{
    require(swing_up_objective(&m));
    require(swing_up_constraints(&m));
    double sum = 0;
    for (int i = 0; i < CONSTRAINTS; i++)
        sum += fabs(gaps[i]);
    return m.objective + weight * sum;
}

/* Where a step starts, and what it promises. */
static double from[VARIABLES], weight, start, slope;

/* Goes that part of the step and tells whether the merit falls by a share of what its slope promises. */
static int go(double part)
{
    for (int i = 0; i < VARIABLES; i++)
        z[i] = from[i] + part * step[i];
    return merit(weight) <= start + 1e-4 * part * slope + 1e-12 * fabs(start);
}

/* Goes along the step, by less and less until that helps. Returns the part that was gone, 0 if none helps. */
static double search(double r)
{
    static double first_gaps[CONSTRAINTS];
    weight = slope = 0;
    for (int i = 0; i < CONSTRAINTS; i++)
        weight = fmax(weight, 1.5 * fabs(new_lambda[i]));
    memcpy(from, z, sizeof z);
    start = merit(weight);
    memcpy(first_gaps, gaps, sizeof gaps);
    for (int i = 0; i < CONSTRAINTS; i++)
        slope -= weight * fabs(gaps[i]);
    for (int i = 0; i < VARIABLES; i++)
        slope += gradient[i] * step[i];
    if (go(1))
        return 1;
    /* Close to the optimum the whole step is right, but for the gaps' curvature: a step that closes what it
     * opened. */
    for (int i = 0; i < CONSTRAINTS; i++)
        gaps[i] += first_gaps[i];
    if (find_step(r) > 0 && go(1))
        return 1;
    memcpy(gaps, first_gaps, sizeof gaps);
    find_step(r);
    double part = 0.5;
    while (part > 1e-6 && !go(part))
        part /= 2;
    return part;
}

int main(void)
{
    swing_up_defaults(&m);
    m.work = work + (GRADC_ALIGN - (uintptr_t)work % GRADC_ALIGN) % GRADC_ALIGN;
    first_guess(z);
    double r = 1, largest = 1;
    for (int count = 0; count < STEPS && largest > 1e-10; count++) {
        require(swing_up_objective_gradient(&m));
        require(swing_up_constraints(&m));
        require(swing_up_constraints_jacobian(&m));
        require(swing_up_lagrangian_hessian(&m));
        for (r /= 10; find_step(r) <= 0; r *= 10)
            ;
        double part = search(r);
        for (int i = 0; i < CONSTRAINTS; i++)
            lambda[i] += part * (new_lambda[i] - lambda[i]);
        if (part < 0.5)
            r *= 100;
        if (part == 1) {
            largest = 0;
            for (int i = 0; i < VARIABLES; i++)
                largest = fmax(largest, fabs(step[i]));
        }
    }
    if (largest > 1e-10)
        return 1;
    print_trajectory(m.objective, gaps, z);
    return 0;
}
