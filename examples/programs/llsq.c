/* llsq.c: how far a polynomial with random coefficients is from the sign function, and in which direction to
 * improve it. */
#include "llsq.h"

#include "../example.h"

enum { COEFFICIENTS = 16, POINTS = 1000 };

int main(void)
{
    double x[COEFFICIENTS], d_x[COEFFICIENTS];
    uint32_t state = 1;
    fill_random(&state, 1.0, x, COEFFICIENTS);

    struct llsq m = {.m = COEFFICIENTS, .n = POINTS, .x = x, .d_x = d_x};
    m.work = workspace_new(llsq_workspace(&m));
    require(llsq_gradient(&m));
    printf("loss     %.6f\n", m.loss);
    print_gradient("d_x", d_x, COEFFICIENTS);
    workspace_free(m.work);
    return 0;
}
