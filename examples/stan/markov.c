/* markov.c: a hidden Markov model of two states: means of the posterior, beside what integrals over a grid
 * give (tests/reference/stan.py). */
#include "markov.h"

#include "hmc.h"

enum { POINTS = 80, VARIABLES = 4, DRAWS = 20000 };

HMC_LOG_DENSITY(markov)

int main(void)
{
    static const double y[POINTS] = {
        0.56,  1.5,   1.82,  3.38,  1.95,  2.43,  -0.94, 0.75,  0.09,  -0.42, -1.28, -2.66, 0.41,  -0.13,
        -0.13, 0.55,  -0.84, -0.49, -0.8,  -1.99, -2.02, 1.27,  -0.38, -1.29, -0.31, -1.37, -2.1,  -1.03,
        -0.93, -0.59, 1.75,  -0.03, 1.38,  -1.78, -1.01, -1.25, -0.59, 0,     1.37,  2.64,  -1.61, -0.9,
        -1.86, -1.11, 0.04,  0.54,  -1.39, -1.14, -0.7,  1.95,  -0.42, -3.27, -0.63, -0.68, -0.17, -1.13,
        -0.19, -0.92, -0.72, -0.64, -1.08, 0.68,  -2.03, -0.77, 2.46,  -0.41, 0.98,  0.98,  1.57,  0.34,
        0.37,  -0.27, 2.83,  0.75,  1.12,  1.99,  1.32,  2.18,  -0.68, -2.21};
    double mu[2], stay[2];
    struct markov m = {0};
    m.N = POINTS;
    void *work = workspace_new(markov_workspace(&m));
    m.work = work;
    m.y = y, m.mu = mu, m.stay = stay;
    struct hmc chain = {
        .dimension = VARIABLES, .log_density = log_density, .model = &m, .random = 88172645463325252u};
    double *drawn = allocate(DRAWS * VARIABLES * sizeof *drawn),
           *values = allocate(VARIABLES * DRAWS * sizeof *values);
    hmc_sample(&chain, DRAWS, drawn);
    for (size_t t = 0; t < DRAWS; t++) { /* what the variables stand for */
        m.q = drawn + t * VARIABLES;
        require(markov_forward(&m));
        values[t] = mu[0];
        values[DRAWS + t] = mu[1];
        values[2 * DRAWS + t] = stay[0];
        values[3 * DRAWS + t] = stay[1];
    }
    int far = 0;
    far += hmc_compare("mu[0]", values, DRAWS, -0.7411, 1e-3);
    far += hmc_compare("mu[1]", values + DRAWS, DRAWS, 1.3837, 1e-3);
    far += hmc_compare("stay[0]", values + 2 * DRAWS, DRAWS, 0.8897, 1e-3);
    far += hmc_compare("stay[1]", values + 3 * DRAWS, DRAWS, 0.7314, 1e-3);
    free(values);
    free(drawn);
    workspace_free(work);
    return far != 0;
}
