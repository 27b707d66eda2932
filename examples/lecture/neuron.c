/* neuron.c: 1 / (1 + e^-(w0 x0 + w1 x1 + w2)), differentiated gate by gate and as one sigmoid: the same
 * numbers. */
#include "neuron.h"

#include "../example.h"

int main(void)
{
    struct neuron_by_gates gates = {.w0 = 2, .x0 = -1, .w1 = -3, .x1 = -2, .w2 = -3};
    gates.work = workspace_new(neuron_by_gates_workspace(&gates));
    require(neuron_by_gates_forward(&gates));
    require(neuron_by_gates_backward(&gates));
    workspace_free(gates.work);

    struct neuron whole = {.w0 = 2, .x0 = -1, .w1 = -3, .x1 = -2, .w2 = -3};
    whole.work = workspace_new(neuron_workspace(&whole));
    require(neuron_forward(&whole));
    require(neuron_backward(&whole));
    workspace_free(whole.work);

    const double by_gates[] = {gates.f, gates.d_w0, gates.d_x0, gates.d_w1, gates.d_x1, gates.d_w2};
    const double as_whole[] = {whole.f, whole.d_w0, whole.d_x0, whole.d_w1, whole.d_x1, whole.d_w2};
    printf("                f       w0       x0       w1       x1       w2\n");
    print_numbers("gates", by_gates, 6);
    print_numbers("sigmoid", as_whole, 6);

    double difference = 0;
    for (int i = 0; i < 6; i++)
        difference = fmax(difference, fabs(by_gates[i] - as_whole[i]));
    printf("%s\n", difference < 1e-15 ? "equal" : "different");
    return 0;
}
