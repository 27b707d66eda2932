/* ode.c: the solution of a system of eight differential equations, differentiated through the 50 steps of its
 * solver. */
#include "ode.h"

#include "../example.h"

enum { SYSTEM = 8, STEPS = 50 };

int main(void)
{
    double x[SYSTEM], d_x[SYSTEM];
    uint32_t state = 1;
    for (int i = 0; i < SYSTEM; i++)
        x[i] = 1 + 0.5 * random_signed(&state);

    struct ode m = {.n = SYSTEM, .S = STEPS, .x = x, .d_x = d_x};
    m.work = workspace_new(ode_workspace(&m));
    require(ode_gradient(&m));
    printf("last     %.9f\n", m.last);
    printf("d_x     ");
    for (int i = 0; i < SYSTEM; i++)
        printf(" %.9f", d_x[i]);
    printf("\n");
    workspace_free(m.work);
    return 0;
}
