/* relu_net.c: s = W2 max(0, W1 x), and the gradients for a given gradient of s. A hidden unit that is off
 * passes nothing back: its row of W1 and its column of W2 get zeros. */
#include "relu_net.h"

#include "../example.h"

int main(void)
{
    const double x[] = {1, -2, 0.5};
    const double W1[] = {0.2, -0.4, 0.6, 0.5, 0.3, -0.1, -0.7, -0.9, 0.8, 0.1, 0.4, 0.3};
    const double W2[] = {1, -1, 0.5, 2, -0.5, 0.25, 1.5, -2};
    const double d_s[] = {1, -3};
    double s[2], d_x[3], d_W1[12], d_W2[8];

    struct relu_net m = {.D = 3, .H = 4, .C = 2, .x = x, .W1 = W1, .W2 = W2, .s = s};
    m.d_s = d_s;
    m.d_x = d_x;
    m.d_W1 = d_W1;
    m.d_W2 = d_W2;
    m.work = workspace_new(relu_net_workspace(&m));
    require(relu_net_forward(&m));
    require(relu_net_backward(&m));
    print_numbers("s", s, 2);
    print_numbers("d_x", d_x, 3);
    for (int i = 0; i < 4; i++)
        print_numbers("d_W1", d_W1 + 3 * i, 3);
    for (int i = 0; i < 2; i++)
        print_numbers("d_W2", d_W2 + 4 * i, 4);
    workspace_free(m.work);
    return 0;
}
