/* saddle.c: the saddle point of |x|^2 - |y|^2, which is at 0. */
#include "saddle.h"

#include "../example.h"

int main(void)
{
    const double start[2] = {1, 1};
    double x[2], y[2];

    struct saddle m = {.start = start, .x = x, .y = y};
    m.work = workspace_new(saddle_workspace(&m));
    require(saddle_forward(&m));
    print_numbers("x", x, 2);
    print_numbers("y", y, 2);
    print_number("value", m.value);
    workspace_free(m.work);
    return 0;
}
