/* lstm.c: two layers read a sequence of 20 binary vectors. */
#include "lstm.h"

#include "../example.h"

enum { TIME = 20, LAYERS = 2, WIDTH = 6, GATES = LAYERS * 4 * WIDTH, PARAMETERS = 2 * GATES + 3 * WIDTH };

int main(void)
{
    double sequence[TIME * WIDTH], parameters[PARAMETERS], gradients[PARAMETERS];
    double h[LAYERS * WIDTH], c[LAYERS * WIDTH];
    uint32_t state = 1;
    for (int i = 0; i < TIME * WIDTH; i++)
        sequence[i] = random_signed(&state) > 0.3;
    fill_random(&state, 1.0, parameters, PARAMETERS);
    fill_random(&state, 1.0, h, LAYERS * WIDTH);
    fill_random(&state, 1.0, c, LAYERS * WIDTH);

    struct lstm m = {.T = TIME, .L = LAYERS, .b = WIDTH, .sequence = sequence, .h = h, .c = c};
    lstm_bind_parameters(&m, parameters);
    lstm_bind_gradients(&m, gradients);
    m.work = workspace_new(lstm_workspace(&m));
    require(lstm_gradient(&m));
    printf("loss     %.6f\n", m.loss);
    print_gradient("d_W", m.d_W, GATES);
    print_gradient("d_B", m.d_B, GATES);
    print_gradient("d_w_in", m.d_w_in, WIDTH);
    print_gradient("d_w_out", m.d_w_out, WIDTH);
    print_gradient("d_b_out", m.d_b_out, WIDTH);
    workspace_free(m.work);
    return 0;
}
