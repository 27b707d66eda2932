/* activations.c: values and slopes of activation functions. With several outputs, a backward call takes the
 * gradient of each; one whose pointer is NULL has the gradient 0, so giving one at a time shows each
 * function's slopes. */
#include "activations.h"

#include "../example.h"

enum { COUNT = 8 };

int main(void)
{
    const double x[COUNT] = {-3, -1, -0.5, 0, 0, 0.5, 1, 3};
    const double ones[COUNT] = {1, 1, 1, 1, 1, 1, 1, 1};
    double value[6][COUNT], slope[COUNT];

    struct activations m = {.x = x, .d_x = slope};
    m.sigmoid = value[0];
    m.tanh = value[1];
    m.relu = value[2];
    m.leaky = value[3];
    m.maxout = value[4];
    m.elu = value[5];
    m.work = workspace_new(activations_workspace(&m));
    require(activations_forward(&m));
    print_numbers("x", x, COUNT);

    const struct {
        const char *name;
        const double **upstream;
        const double *value;
        size_t count;
    } functions[] = {
        {"sigmoid", &m.d_sigmoid, m.sigmoid, COUNT},  {"tanh", &m.d_tanh, m.tanh, COUNT},
        {"relu", &m.d_relu, m.relu, COUNT},           {"leaky", &m.d_leaky, m.leaky, COUNT},
        {"maxout", &m.d_maxout, m.maxout, COUNT / 2}, {"elu", &m.d_elu, m.elu, COUNT},
    };
    for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
        *functions[f].upstream = ones;
        require(activations_backward(&m));
        *functions[f].upstream = NULL;
        print_numbers(functions[f].name, functions[f].value, functions[f].count);
        print_numbers("  slope", slope, COUNT);
    }
    workspace_free(m.work);
    return 0;
}
