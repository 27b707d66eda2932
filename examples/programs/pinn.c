/* pinn.c: the physics-informed loss at random weights and its gradients. */
#include "pinn.h"

#include "../example.h"

enum { POINTS = 16, HIDDEN = 5, PARAMETERS = HIDDEN * (HIDDEN + 4) };

int main(void)
{
    double x[POINTS], y[POINTS], parameters[PARAMETERS], gradients[PARAMETERS];
    uint32_t state = 1;
    for (int i = 0; i < POINTS; i++)
        x[i] = -1 + 2.0 * i / (POINTS - 1);
    fill_random(&state, 1.0, parameters, PARAMETERS);

    struct pinn m = {.N = POINTS, .H = HIDDEN, .x = x, .y = y};
    pinn_bind_parameters(&m, parameters);
    pinn_bind_gradients(&m, gradients);
    m.work = workspace_new(pinn_workspace(&m));
    require(pinn_gradient(&m));
    printf("loss     %.6f\n", m.loss);
    print_gradient("y", y, POINTS);
    print_gradient("d_W1", m.d_W1, HIDDEN);
    print_gradient("d_b1", m.d_b1, HIDDEN);
    print_gradient("d_W2", m.d_W2, HIDDEN * HIDDEN);
    print_gradient("d_b2", m.d_b2, HIDDEN);
    print_gradient("d_w3", m.d_w3, HIDDEN);
    workspace_free(m.work);
    return 0;
}
