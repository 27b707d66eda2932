/* gp.c: how likely twelve observations are under a Gaussian process, and how its parameters should change;
 * and that a kernel matrix that is not positive definite is reported. */
#include "gp.h"

#include "../example.h"

enum { POINTS = 12, SPACE = 2 };

int main(void)
{
    double x[POINTS * SPACE], y[POINTS];
    uint32_t state = 1;
    fill_random(&state, 1.0, x, POINTS * SPACE);
    fill_random(&state, 1.0, y, POINTS);

    struct gp m = {.n = POINTS, .d = SPACE, .x = x, .y = y, .a = -0.5, .b = 0.2, .c = -1.0};
    m.work = workspace_new(gp_workspace(&m));
    require(gp_gradient(&m));
    printf("log p    %.6f\n", m.log_likelihood);
    printf("d_a      %.6f\n", m.d_a);
    printf("d_b      %.6f\n", m.d_b);
    printf("d_c      %.6f\n", m.d_c);

    /* Twelve times the same point, and no noise: a matrix of rank 1. */
    for (int i = 0; i < POINTS * SPACE; i++)
        x[i] = 0;
    m.c = -INFINITY;
    printf("without noise: %s\n", gp_forward(&m) == GRADC_ENUMERIC ? "refused" : "accepted");
    workspace_free(m.work);
    return 0;
}
