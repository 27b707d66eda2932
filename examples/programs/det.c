/* det.c: the determinant of a random matrix and its gradient, the matrix of cofactors. */
#include "det.h"

#include "../example.h"

int main(void)
{
    double A[25], d_A[25];
    uint32_t state = 1;
    fill_random(&state, 1.0, A, 25);

    struct det5 m = {.A = A, .d_A = d_A};
    m.work = workspace_new(det5_workspace(&m));
    require(det5_gradient(&m));
    printf("det      %.6f\n", m.det5);
    print_gradient("d_A", d_A, 25);
    workspace_free(m.work);
    return 0;
}
