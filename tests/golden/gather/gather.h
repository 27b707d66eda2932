#ifndef GRADC_MODEL_GATHER_H
#define GRADC_MODEL_GATHER_H

#include <stddef.h>
#include <stdint.h>

#include "gradc.h"

#ifdef __cplusplus
extern "C" {
#endif

struct f {
    /* sizes */
    size_t v;
    size_t d;
    size_t n;
    /* inputs */
    const double *E;  /* [v, d] */
    const int32_t *k; /* [n] */
    /* outputs */
    double *f; /* [n, d] */
    /* gradients of the final value with respect to the outputs; NULL: 1 for the first output if it is a real scalar, else 0 */
    const double *d_f; /* [n, d] */
    /* gradients, written by backward */
    double *d_E; /* [v, d] */
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
