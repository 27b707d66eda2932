/* elementwise.c: a batch of 100 examples of 4096 numbers: memory grows with the batch, not its square. */
#include "elementwise.h"

#include "../example.h"

enum { BATCH = 100, INPUTS = 4096 };

static double sum(const double *x, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += x[i];
    return total;
}

int main(void)
{
    const size_t count = (size_t)BATCH * INPUTS;
    uint32_t state = 1;
    double *x = allocate(count * sizeof *x), *y = allocate(count * sizeof *y);
    double *d_x = allocate(count * sizeof *d_x), *d_y = allocate(count * sizeof *d_y);
    fill_random(&state, 2.0, x, count);
    fill_random(&state, 1.0, d_y, count);

    struct elementwise m = {.N = BATCH, .x = x, .y = y, .d_y = d_y, .d_x = d_x};
    size_t workspace = elementwise_workspace(&m);
    m.N = 2 * BATCH;
    size_t twice = elementwise_workspace(&m);
    m.N = BATCH;
    printf("workspace: %s, %s\n",
           workspace <= 4 * count * sizeof *x ? "a few numbers per input" : "too large",
           twice <= 2 * workspace + GRADC_ALIGN ? "linear in the batch" : "more than linear");

    m.work = workspace_new(workspace);
    require(elementwise_forward(&m));
    require(elementwise_backward(&m));
    printf("sums: y %.6f, d_x %.6f\n", sum(y, count), sum(d_x, count));
    print_numbers("x", x, 6);
    print_numbers("y", y, 6);
    print_numbers("d_y", d_y, 6);
    print_numbers("d_x", d_x, 6);
    workspace_free(m.work);
    free(x);
    free(y);
    free(d_x);
    free(d_y);
    return 0;
}
