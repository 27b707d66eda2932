/* main.c: the loss at w = (0, 1), and its gradient. */
#include "fit.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    const double x[] = {0, 1, 1, 1, 2, 1, 3, 1}, y[] = {0, 0, 1, 1}, w[] = {0, 1};
    double d_w[2];
    struct fit m = {0};
    int status;

    m.N = 4, m.D = 2;
    m.x = x, m.y = y, m.w = w, m.d_w = d_w;
    m.work = malloc(fit_workspace(&m));
    status = fit_gradient(&m);
    printf("%.4f %.4f %.4f %s\n", m.loss, d_w[0], d_w[1], gradc_strerror(status));
    free(m.work);
    return status;
}
