/* losses.c: mean squared error and binary cross entropy: the formula and the library agree, and the library's
 * form stands scores that the formula does not. */
#include "losses.h"

#include "../example.h"

enum { COUNT = 4 };

static void show_squared_error(void)
{
    const double one = 1, zero = 0;
    const double a[COUNT] = {1, 2, 3, 4}, b[COUNT] = {1.5, 2, 2, 6};
    double d_a[COUNT];
    struct squared_error m = {.n = COUNT, .a = a, .b = b, .d_a = d_a};
    m.work = workspace_new(squared_error_workspace(&m));
    require(squared_error_forward(&m));
    print_number("by hand", m.loss);
    require(squared_error_backward(&m));
    print_numbers("  d_a", d_a, COUNT);

    /* The same for the second output. */
    m.d_loss = &zero;
    m.d_library = &one;
    print_number("mse", m.library);
    require(squared_error_backward(&m));
    print_numbers("  d_a", d_a, COUNT);
    workspace_free(m.work);
}

static void show_bernoulli(const double *z, const double *y)
{
    double d_z[COUNT];
    struct bernoulli m = {.n = COUNT, .z = z, .y = y, .d_z = d_z};
    m.work = workspace_new(bernoulli_workspace(&m));
    require(bernoulli_forward(&m));
    require(bernoulli_backward(&m));
    print_number("by hand", m.loss);
    print_numbers("  d_z", d_z, COUNT);
    workspace_free(m.work);
}

static void show_safe_bernoulli(const double *z, const double *y)
{
    double d_z[COUNT];
    struct safe_bernoulli m = {.n = COUNT, .z = z, .y = y, .d_z = d_z};
    m.work = workspace_new(safe_bernoulli_workspace(&m));
    require(safe_bernoulli_forward(&m));
    require(safe_bernoulli_backward(&m));
    print_number("bce", m.loss);
    print_numbers("  d_z", d_z, COUNT);
    workspace_free(m.work);
}

int main(void)
{
    const double z[COUNT] = {-2, -0.5, 0.5, 3}, large_z[COUNT] = {-2000, -500, 500, 3000};
    const double y[COUNT] = {0, 1, 0, 1};
    show_squared_error();
    show_bernoulli(z, y);
    show_safe_bernoulli(z, y);
    printf("scores of thousands\n");
    show_safe_bernoulli(large_z, y);
    return 0;
}
