/* ba.c: the 2 x 15 Jacobian of one observation, for a camera that is turned and for one that is not, where
 * Rodrigues' formula would divide by zero. */
#include "ba.h"

#include <string.h>

#include "../example.h"

static void show(const double *rotation)
{
    double camera[11] = {0, 0, 0, 0.5, 0.1, -1.0, 1.2, 0.05, -0.1, 0.02, 0.003};
    const double X[3] = {0.3, -0.2, 4.0}, feature[2] = {1.5, -0.5};
    double err[2], by_camera[2][11], by_X[2][3], by_w[2];
    memcpy(camera, rotation, 3 * sizeof *rotation);

    struct ba m = {.camera = camera, .X = X, .w = 0.8, .feature = feature, .err = err};
    m.derr_dcamera = &by_camera[0][0];
    m.derr_dX = &by_X[0][0];
    m.derr_dw = by_w;
    m.work = workspace_new(ba_workspace(&m));
    require(ba_forward(&m));
    require(ba_jacobian(&m));
    workspace_free(m.work);

    print_numbers("err", err, 2);
    for (int i = 0; i < 2; i++) {
        print_numbers("camera", by_camera[i], 11);
        print_numbers("X", by_X[i], 3);
        print_number("w", by_w[i]);
    }
    print_number("1 - w^2", m.weight_error);
    print_number("w", m.dweight_error_dw);
}

int main(void)
{
    const double turned[3] = {0.1, -0.2, 0.3}, straight[3] = {0, 0, 0};
    show(turned);
    show(straight);
    return 0;
}
