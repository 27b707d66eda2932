/* circuit.c: f = (x + y) z at x = -2, y = 5, z = -4, and how much f changes with each input. */
#include "circuit.h"

#include "../example.h"

int main(void)
{
    struct f m = {.x = -2, .y = 5, .z = -4};
    m.work = workspace_new(f_workspace(&m));
    require(f_forward(&m));
    require(f_backward(&m));
    print_number("f", m.f);
    print_number("df/dx", m.d_x);
    print_number("df/dy", m.d_y);
    print_number("df/dz", m.d_z);
    workspace_free(m.work);
    return 0;
}
