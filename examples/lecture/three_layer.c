/* three_layer.c: all parameters of a network in one block of numbers, all gradients in another. */
#include "three_layer.h"

#include "../example.h"

int main(void)
{
    const double x[] = {0.5, -1.0, 2.0}, y[] = {1.0};
    double out[1];
    uint32_t state = 1;

    struct three_layer m = {.D = 3, .H1 = 4, .H2 = 4, .C = 1, .x = x, .y = y, .out = out};
    size_t count = three_layer_bind_parameters(&m, NULL);
    double *parameters = allocate(count * sizeof *parameters);
    double *gradients = allocate(count * sizeof *gradients);
    fill_random(&state, 1.0, parameters, count);
    three_layer_bind_parameters(&m, parameters);
    three_layer_bind_gradients(&m, gradients);
    m.work = workspace_new(three_layer_workspace(&m));

    require(three_layer_forward(&m));
    require(three_layer_backward(&m));
    printf("%u parameters\n", (unsigned)count);
    print_numbers("out", out, 1);
    print_number("loss", m.loss);
    print_numbers("d_W1", m.d_W1, 12);
    print_numbers("d_b1", m.d_b1, 4);
    print_numbers("d_W2", m.d_W2, 16);
    print_numbers("d_b2", m.d_b2, 4);
    print_numbers("d_W3", m.d_W3, 4);
    print_numbers("d_b3", m.d_b3, 1);

    /* Gradient descent needs no names. */
    for (int step = 1; step <= 50; step++) {
        for (size_t i = 0; i < count; i++)
            parameters[i] -= 0.01 * gradients[i];
        require(three_layer_gradient(&m));
        if (step % 10 == 0)
            printf("step %2d: loss %.6f\n", step, m.loss);
    }
    workspace_free(m.work);
    free(parameters);
    free(gradients);
    return 0;
}
