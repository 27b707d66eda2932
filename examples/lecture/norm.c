/* norm.c: the gradients of ||W x||^2 with respect to a matrix and a vector. */
#include "norm.h"

#include "../example.h"

int main(void)
{
    const double W[] = {0.1, 0.5, -0.3, 0.8}, x[] = {0.2, 0.4};
    double q[2], d_W[4], d_x[2];

    struct norm m = {.n = 2, .W = W, .x = x, .q = q, .d_W = d_W, .d_x = d_x};
    m.work = workspace_new(norm_workspace(&m));
    require(norm_forward(&m));
    require(norm_backward(&m));
    print_numbers("q", q, 2);
    print_number("f", m.f);
    print_numbers("df/dW", d_W, 4);
    print_numbers("df/dx", d_x, 2);
    workspace_free(m.work);
    return 0;
}
