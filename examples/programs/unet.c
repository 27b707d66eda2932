/* unet.c: how far a small U-net is from the noise in two images, and its gradients. */
#include "unet.h"

#include "../example.h"

enum { IMAGES = 2, SIDE = 8, CHANNELS = 4, STEPS = 3, PIXELS = IMAGES * CHANNELS * SIDE * SIDE };

int main(void)
{
    double x[PIXELS], time[IMAGES * STEPS], noise[PIXELS];
    uint32_t state = 5;
    fill_random(&state, 1.0, x, PIXELS);
    fill_random(&state, 1.0, time, IMAGES * STEPS);
    fill_random(&state, 1.0, noise, PIXELS);

    struct unet m = {.N = IMAGES, .C = CHANNELS, .T = STEPS, .x = x, .time = time, .noise = noise};
    size_t count = unet_bind_parameters(&m, NULL);
    double *parameters = allocate(count * sizeof *parameters);
    double *gradients = allocate(count * sizeof *gradients);
    fill_random(&state, 0.5, parameters, count);
    unet_bind_parameters(&m, parameters);
    unet_bind_gradients(&m, gradients);
    m.work = workspace_new(unet_workspace(&m));
    require(unet_gradient(&m));
    printf("loss     %.6f\n", m.loss);
    print_gradient("d_p_g1", m.d_p_g1, 3 * CHANNELS);
    print_gradient("d_p_b1", m.d_p_b1, 3 * CHANNELS);
    print_gradient("d_p_K1", m.d_p_K1, 3 * CHANNELS * CHANNELS * 9);
    print_gradient("d_p_A", m.d_p_A, 3 * STEPS * CHANNELS);
    print_gradient("d_p_g2", m.d_p_g2, 3 * CHANNELS);
    print_gradient("d_p_b2", m.d_p_b2, 3 * CHANNELS);
    print_gradient("d_p_K2", m.d_p_K2, 3 * CHANNELS * CHANNELS * 9);
    print_gradient("d_down", m.d_down, CHANNELS * CHANNELS * 9);
    print_gradient("d_up", m.d_up, CHANNELS * 2 * CHANNELS * 9);
    workspace_free(m.work);
    free(parameters);
    free(gradients);
    return 0;
}
