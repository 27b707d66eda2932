/* lse.c: log(sum(exp x)) of 1000 numbers and its gradient, which is the softmax of x; and the same far from
 * 0. */
#include "lse.h"

#include "../example.h"

enum { COUNT = 1000 };

int main(void)
{
    static double x[COUNT], d_x[COUNT];
    uint32_t state = 1;
    fill_random(&state, 5.0, x, COUNT);

    struct lse m = {.n = COUNT, .x = x, .d_x = d_x};
    m.work = workspace_new(lse_workspace(&m));
    require(lse_gradient(&m));
    printf("lse      %.6f\n", m.lse);
    print_gradient("d_x", d_x, COUNT);

    for (int i = 0; i < COUNT; i++)
        x[i] += 1000;
    require(lse_forward(&m));
    printf("at 1000  %.6f\n", m.lse);
    workspace_free(m.work);
    return 0;
}
