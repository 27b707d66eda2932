/* cnn.c: the loss of a small convolutional network on two images, and its gradients. */
#include "cnn.h"

#include "../example.h"

enum { IMAGES = 2, SIDE = 8, C1 = 2, C2 = 3, CLASSES = 4, POOLED = C2 * SIDE * SIDE / 16 };

int main(void)
{
    double x[IMAGES * SIDE * SIDE];
    const int32_t y[IMAGES] = {2, 0};
    uint32_t state = 2;
    fill_random(&state, 1.0, x, IMAGES * SIDE * SIDE);

    struct cnn m = {.N = IMAGES, .C1 = C1, .C2 = C2, .K = CLASSES, .x = x, .y = y};
    size_t count = cnn_bind_parameters(&m, NULL);
    double *parameters = allocate(count * sizeof *parameters);
    double *gradients = allocate(count * sizeof *gradients);
    fill_random(&state, 1.0, parameters, count);
    cnn_bind_parameters(&m, parameters);
    cnn_bind_gradients(&m, gradients);
    m.work = workspace_new(cnn_workspace(&m));
    require(cnn_gradient(&m));
    printf("loss     %.6f\n", m.loss);
    print_gradient("d_K1", m.d_K1, C1 * 9);
    print_gradient("d_b1", m.d_b1, C1);
    print_gradient("d_K2", m.d_K2, C2 * C1 * 9);
    print_gradient("d_b2", m.d_b2, C2);
    print_gradient("d_W", m.d_W, POOLED * CLASSES);
    print_gradient("d_b", m.d_b, CLASSES);
    workspace_free(m.work);
    free(parameters);
    free(gradients);
    return 0;
}
