/* particle.c: gradient descent with step-size control finds the charge's place that lets the particle cross
 * at 0. */
#include "particle.h"

#include "../example.h"

int main(void)
{
    struct particle m = {.w = 0};
    m.work = workspace_new(particle_workspace(&m));
    require(particle_gradient(&m));
    printf("at w = 0: %.6f, d_w %.6f\n", m.miss, m.d_w);

    double rate = 1e-3;
    for (int step = 0; step < 200 && fabs(m.d_w) > 1e-9; step++) {
        double w = m.w, miss = m.miss, slope = m.d_w;
        m.w = w - rate * slope;
        require(particle_gradient(&m));
        rate *= 1.5;
        if (m.miss >= miss) {
            m.w = w;
            rate *= 0.25;
            require(particle_gradient(&m));
        }
    }
    printf("best w %.6f: %.6f\n", m.w, m.miss);
    workspace_free(m.work);
    return 0;
}
