/* eight_schools.c: effects of coaching in eight schools: means of the posterior, beside what two integrals
 * give (tests/reference/stan.py). */
#include "eight_schools.h"

#include "hmc.h"

enum { SCHOOLS = 8, VARIABLES = SCHOOLS + 2, DRAWS = 20000 };

HMC_LOG_DENSITY(eight_schools)

int main(void)
{
    static const double y[SCHOOLS] = {28, 8, -3, 7, -1, 1, 18, 12},
                        sigma[SCHOOLS] = {15, 10, 16, 11, 9, 11, 10, 18};
    double theta[SCHOOLS];
    struct eight_schools m = {0};
    m.J = SCHOOLS;
    void *work = workspace_new(eight_schools_workspace(&m));
    m.work = work;
    m.y = y, m.sigma = sigma, m.theta = theta;
    struct hmc chain = {
        .dimension = VARIABLES, .log_density = log_density, .model = &m, .random = 88172645463325252u};
    double *drawn = allocate(DRAWS * VARIABLES * sizeof *drawn),
           *values = allocate(3 * DRAWS * sizeof *values);
    hmc_sample(&chain, DRAWS, drawn);
    for (size_t t = 0; t < DRAWS; t++) { /* what the variables stand for */
        m.q = drawn + t * VARIABLES;
        require(eight_schools_forward(&m));
        values[t] = m.q[0];
        values[DRAWS + t] = m.tau;
        values[2 * DRAWS + t] = theta[0];
    }
    int far = 0;
    far += hmc_compare("mu", values, DRAWS, 4.3968, 1e-3);
    far += hmc_compare("tau", values + DRAWS, DRAWS, 3.5977, 1e-3);
    far += hmc_compare("theta[0]", values + 2 * DRAWS, DRAWS, 6.2119, 1e-3);
    free(values);
    free(drawn);
    workspace_free(work);
    return far != 0;
}
