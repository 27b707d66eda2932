/* lotka_volterra.c: hares and lynxes, in thousands of pelts, from 1900 to 1920: means of the posterior,
 * beside those that Stan gave (the case study that the program cites). */
#include "lotka_volterra.h"

#include "hmc.h"

enum { YEARS = 21, VARIABLES = 8, DRAWS = 2500 };

HMC_LOG_DENSITY(lotka_volterra)

int main(void)
{
    static const double y[YEARS][2] = {
        {30, 4},      {47.2, 6.1},  {70.2, 9.8},  {77.4, 35.2}, {36.3, 59.4}, {20.6, 41.7}, {18.1, 19},
        {21.4, 13},   {22, 8.3},    {25.4, 9.1},  {27.1, 7.4},  {40.3, 8},    {57, 12.3},   {76.6, 19.5},
        {52.3, 45.7}, {19.5, 51.1}, {11.2, 29.7}, {7.6, 15.8},  {14.6, 9.7},  {16.2, 10.1}, {24.7, 8.6}};
    double p[VARIABLES];
    struct lotka_volterra m = {0};
    m.N = YEARS;
    void *work = workspace_new(lotka_volterra_workspace(&m));
    m.work = work;
    m.y = y[0], m.p = p;
    struct hmc chain = {
        .dimension = VARIABLES, .log_density = log_density, .model = &m, .random = 88172645463325252u};
    static const double start[VARIABLES] = {0.5, 0.03, 0.8, 0.03, 30, 5, 0.3, 0.3};
    for (size_t i = 0; i < VARIABLES; i++)
        chain.q[i] = log(start[i]);
    double *drawn = allocate(DRAWS * VARIABLES * sizeof *drawn),
           *values = allocate(VARIABLES * DRAWS * sizeof *values);
    hmc_sample(&chain, DRAWS, drawn);
    for (size_t t = 0; t < DRAWS; t++) { /* what the variables stand for */
        m.q = drawn + t * VARIABLES;
        require(lotka_volterra_forward(&m));
        for (size_t i = 0; i < VARIABLES; i++)
            values[i * DRAWS + t] = p[i];
    }
    int far = 0;
    static const char *const names[VARIABLES] = {"alpha", "beta",   "gamma",    "delta",
                                                 "hares", "lynxes", "sigma[0]", "sigma[1]"};
    /* given with two digits */
    static const double known[VARIABLES] = {0.55, 0.028, 0.80, 0.024, 33.9, 5.9, 0.25, 0.25},
                        digits[VARIABLES] = {0.005, 0.0005, 0.005, 0.0005, 0.05, 0.05, 0.005, 0.005};
    for (size_t i = 0; i < VARIABLES; i++)
        far += hmc_compare(names[i], values + i * DRAWS, DRAWS, known[i], digits[i]);
    free(values);
    free(drawn);
    workspace_free(work);
    return far != 0;
}
