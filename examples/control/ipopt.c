/* ipopt.c: swings the pole up with Ipopt. Each of Ipopt's questions is one entry of the emitted C, which also
 * knows where the non-zeros are. */
#include "ipopt.h"

#include <string.h>

#include "../example.h"
#include "trajectory.h"
#include <coin/IpStdCInterface.h>

static Bool objective(Index n, Number *z, Bool z_is_new, Number *value, UserDataPtr data)
{
    (void)n, (void)z_is_new;
    struct swing_up *m = data;
    m->z = z;
    int status = swing_up_objective(m);
    *value = m->objective;
    return status == GRADC_OK;
}

static Bool objective_gradient(Index n, Number *z, Bool z_is_new, Number *gradient, UserDataPtr data)
{
    (void)n, (void)z_is_new;
    struct swing_up *m = data;
    m->z = z;
    m->d_objective_dz = gradient;
    return swing_up_objective_gradient(m) == GRADC_OK;
}

static Bool constraints(Index n, Number *z, Bool z_is_new, Index count, Number *values, UserDataPtr data)
{
    (void)n, (void)z_is_new, (void)count;
    struct swing_up *m = data;
    m->z = z;
    m->constraints = values;
    return swing_up_constraints(m) == GRADC_OK;
}

/* Ipopt asks for the places of the non-zeros first, without values, and then for values. */
static Bool constraints_jacobian(Index n, Number *z, Bool z_is_new, Index count, Index nonzeros, Index *rows,
                                 Index *cols, Number *values, UserDataPtr data)
{
    (void)n, (void)z_is_new, (void)count;
    struct swing_up *m = data;
    if (!values) {
        memcpy(rows, swing_up_constraints_jacobian_rows, (size_t)nonzeros * sizeof *rows);
        memcpy(cols, swing_up_constraints_jacobian_cols, (size_t)nonzeros * sizeof *cols);
        return TRUE;
    }
    m->z = z;
    m->constraints_jacobian_values = values;
    return swing_up_constraints_jacobian(m) == GRADC_OK;
}

static Bool lagrangian_hessian(Index n, Number *z, Bool z_is_new, Number sigma, Index count, Number *lambda,
                               Bool lambda_is_new, Index nonzeros, Index *rows, Index *cols, Number *values,
                               UserDataPtr data)
{
    (void)n, (void)z_is_new, (void)count, (void)lambda_is_new;
    struct swing_up *m = data;
    if (!values) {
        memcpy(rows, swing_up_lagrangian_hessian_rows, (size_t)nonzeros * sizeof *rows);
        memcpy(cols, swing_up_lagrangian_hessian_cols, (size_t)nonzeros * sizeof *cols);
        return TRUE;
    }
    m->z = z;
    m->sigma = sigma, m->lambda = lambda;
    m->lagrangian_hessian_values = values;
    return swing_up_lagrangian_hessian(m) == GRADC_OK;
}

/* Accelerations of the cart and of the pole in one state, for comparison with the equations of motion. */
static void print_motion(void)
{
    const double state[STATE] = {0.3, 2, -0.7, 1.9};
    double slope[STATE];
    struct motion m = {0};
    motion_defaults(&m);
    m.state = state, m.force = 4;
    m.motion = slope;
    require(motion_forward(&m));
    printf("accelerations %.6f %.6f\n", slope[2], slope[3]);
}

int main(void)
{
    print_motion();

    struct swing_up m = {0};
    swing_up_defaults(&m);
    m.work = workspace_new(swing_up_workspace(&m));

    double z[VARIABLES], lower[VARIABLES], upper[VARIABLES], gaps[CONSTRAINTS], zero[CONSTRAINTS] = {0};
    first_guess(z);
    for (int i = 0; i < VARIABLES; i++) { /* the track is 2 m long on each side, the motor gives 20 N */
        double most = i % ROW == 0 ? 2 : i % ROW == STATE ? 20 : 1e19; /* 1e19: as Ipopt writes infinity */
        lower[i] = -most, upper[i] = most;
    }
    IpoptProblem problem =
        CreateIpoptProblem(VARIABLES, lower, upper, CONSTRAINTS, zero, zero,
                           SWING_UP_CONSTRAINTS_JACOBIAN_NNZ, SWING_UP_LAGRANGIAN_HESSIAN_NNZ, 0, objective,
                           constraints, objective_gradient, constraints_jacobian, lagrangian_hessian);
    char print_level[] = "print_level", banner[] = "sb", yes[] = "yes", tolerance[] = "tol";
    if (!problem || !AddIpoptIntOption(problem, print_level, 0) || !AddIpoptStrOption(problem, banner, yes) ||
        !AddIpoptNumOption(problem, tolerance, 1e-10))
        return 1;
    double effort;
    enum ApplicationReturnStatus status = IpoptSolve(problem, z, gaps, &effort, NULL, NULL, NULL, &m);
    FreeIpoptProblem(problem);
    workspace_free(m.work);
    if (status != Solve_Succeeded)
        return 1;
    print_trajectory(effort, gaps, z);
    return 0;
}
