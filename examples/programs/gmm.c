/* gmm.c: a mixture of four Gaussians in space. */
#include "gmm.h"

#include "../example.h"

enum { POINTS = 50, SPACE = 3, COMPONENTS = 4, BELOW = SPACE * (SPACE - 1) / 2 };
enum { PARAMETERS = COMPONENTS * (1 + 2 * SPACE + BELOW) };

int main(void)
{
    double x[POINTS * SPACE], parameters[PARAMETERS], gradients[PARAMETERS];
    uint32_t state = 1;
    fill_random(&state, 1.0, x, POINTS * SPACE);
    fill_random(&state, 1.0, parameters, PARAMETERS);

    struct gmm f = {.N = POINTS, .D = SPACE, .K = COMPONENTS, .x = x, .gamma = 1.3, .m = 2};
    gmm_bind_parameters(&f, parameters);
    gmm_bind_gradients(&f, gradients);
    f.work = workspace_new(gmm_workspace(&f));
    require(gmm_gradient(&f));
    printf("F        %.6f\n", f.F);
    print_gradient("d_alpha", f.d_alpha, COMPONENTS);
    print_gradient("d_mu", f.d_mu, COMPONENTS * SPACE);
    print_gradient("d_q", f.d_q, COMPONENTS * SPACE);
    print_gradient("d_l", f.d_l, COMPONENTS * BELOW);
    workspace_free(f.work);
    return 0;
}
