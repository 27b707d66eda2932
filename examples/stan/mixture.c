/* mixture.c: a mixture of two normal distributions: means of the posterior, beside what integrals over a grid
 * give (tests/reference/stan.py). */
#include "mixture.h"

#include "hmc.h"

enum { POINTS = 60, VARIABLES = 3, DRAWS = 20000 };

HMC_LOG_DENSITY(mixture)

int main(void)
{
    static const double y[POINTS] = {0.61,  -0.06, -0.2,  2.36,  -0.43, -0.52, -1.04, 1.23,  1.6,   1.17,
                                     1.05,  -1.08, -0.9,  -0.96, -2.53, 1.27,  1.96,  -1.49, -1.21, -1.37,
                                     1.23,  0.62,  2.8,   -1.82, 0.6,   1.2,   0.49,  -1.35, 0.52,  -1.62,
                                     -0.52, 0.04,  1.18,  0.78,  2.73,  0.54,  1.01,  -3.47, -0.81, -0.31,
                                     2.2,   -1.87, 1.31,  -1.32, 1.35,  1.41,  0.7,   -2.48, 0.56,  -1.82,
                                     0.83,  -1.47, -1.92, -1.37, -0.41, 0.43,  -2.85, 1.88,  -0.76, 2.28};
    double mu[2];
    struct mixture m = {0};
    m.N = POINTS;
    void *work = workspace_new(mixture_workspace(&m));
    m.work = work;
    m.y = y, m.mu = mu;
    struct hmc chain = {
        .dimension = VARIABLES, .log_density = log_density, .model = &m, .random = 88172645463325252u};
    double *drawn = allocate(DRAWS * VARIABLES * sizeof *drawn),
           *values = allocate(VARIABLES * DRAWS * sizeof *values);
    hmc_sample(&chain, DRAWS, drawn);
    for (size_t t = 0; t < DRAWS; t++) { /* what the variables stand for */
        m.q = drawn + t * VARIABLES;
        require(mixture_forward(&m));
        values[t] = mu[0];
        values[DRAWS + t] = mu[1];
        values[2 * DRAWS + t] = m.theta;
    }
    int far = 0;
    far += hmc_compare("mu[0]", values, DRAWS, -1.2497, 1e-3);
    far += hmc_compare("mu[1]", values + DRAWS, DRAWS, 0.9879, 1e-3);
    far += hmc_compare("theta", values + 2 * DRAWS, DRAWS, 0.4444, 1e-3);
    free(values);
    free(drawn);
    workspace_free(work);
    return far != 0;
}
