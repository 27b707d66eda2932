#ifndef GRADC_MODEL_NORM2_H
#define GRADC_MODEL_NORM2_H

#include <stddef.h>
#include <stdint.h>

#include "gradc.h"

#ifdef __cplusplus
extern "C" {
#endif

struct f {
    /* sizes */
    size_t n;
    /* inputs */
    const double *W; /* [n, n] */
    const double *x; /* [n] */
    /* outputs */
    double f;
    /* gradients of the final value with respect to the outputs; NULL: 1 for the first output if it is a real scalar, else 0 */
    const double *d_f;
    /* gradients, written by backward */
    double *d_W; /* [n, n] */
    double *d_x; /* [n] */
    /* workspace: f_workspace(m) bytes, aligned to GRADC_ALIGN */
    void *work;
};
size_t f_workspace(const struct f *m);
size_t f_gradient_workspace(const struct f *m);
int    f_forward(struct f *m);
int    f_backward(struct f *m);
int    f_gradient(struct f *m);
size_t f_bind_parameters(struct f *m, double *block);
size_t f_bind_gradients(struct f *m, double *block);

#ifdef __cplusplus
}
#endif

#endif
