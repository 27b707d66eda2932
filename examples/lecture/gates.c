/* gates.c: a gradient of 2 flows back through each gate. */
#include "gates.h"

#include "../example.h"

static const double upstream = 2;

static void show(const char *gate, double x, double y, double d_x, double d_y)
{
    printf("%-8s at %4.1f, %4.1f: %5.1f, %5.1f\n", gate, x, y, d_x, d_y);
}

static void show_add(double x, double y)
{
    struct add m = {.x = x, .y = y, .d_add = &upstream};
    m.work = workspace_new(add_workspace(&m));
    require(add_forward(&m));
    require(add_backward(&m));
    show("add", x, y, m.d_x, m.d_y);
    workspace_free(m.work);
}

static void show_multiply(double x, double y)
{
    struct multiply m = {.x = x, .y = y, .d_multiply = &upstream};
    m.work = workspace_new(multiply_workspace(&m));
    require(multiply_forward(&m));
    require(multiply_backward(&m));
    show("multiply", x, y, m.d_x, m.d_y);
    workspace_free(m.work);
}

static void show_larger(double x, double y)
{
    struct larger m = {.x = x, .y = y, .d_larger = &upstream};
    m.work = workspace_new(larger_workspace(&m));
    require(larger_forward(&m));
    require(larger_backward(&m));
    show("max", x, y, m.d_x, m.d_y);
    workspace_free(m.work);
}

static void show_square(double x, double y)
{
    struct square m = {.x = x, .y = y, .d_z = &upstream};
    m.work = workspace_new(square_workspace(&m));
    require(square_forward(&m));
    require(square_backward(&m));
    show("square", x, y, m.d_x, m.d_y);
    workspace_free(m.work);
}

static void show_branch(double x)
{
    struct branch m = {.x = x, .d_z = &upstream};
    m.work = workspace_new(branch_workspace(&m));
    require(branch_forward(&m));
    require(branch_backward(&m));
    printf("%-8s at %4.1f:       %5.1f\n", "branch", x, m.d_x);
    workspace_free(m.work);
}

int main(void)
{
    show_add(3, -4);
    show_multiply(3, -4);
    show_larger(2, -1);
    show_larger(-1, 2);
    show_larger(1.5, 1.5);
    show_square(1, 2);
    show_branch(4);
    return 0;
}
