#ifndef GRADC_MODEL_WAVE_H
#define GRADC_MODEL_WAVE_H

#include <stddef.h>
#include <stdint.h>

#include "gradc.h"

#ifdef __cplusplus
extern "C" {
#endif

struct wave {
    /* sizes */
    size_t n;
    size_t T;
    /* inputs */
    const double *c;     /* [n] */
    const double *src;   /* [T] */
    const double *trace; /* [T] */
    double dt;
    /* outputs */
    double loss;
    /* gradients of the final value with respect to the outputs; NULL: 1 for the first output if it is a real scalar, else 0 */
    const double *d_loss;
    /* gradients, written by backward */
    double *d_c;   /* [n] */
    double *d_src; /* [T] */
    /* workspace: wave_workspace(m) bytes, aligned to GRADC_ALIGN */
    void *work;
};
size_t wave_workspace(const struct wave *m);
size_t wave_gradient_workspace(const struct wave *m);
void   wave_defaults(struct wave *m);
int    wave_forward(struct wave *m);
int    wave_backward(struct wave *m);
int    wave_gradient(struct wave *m);
size_t wave_bind_parameters(struct wave *m, double *block);
size_t wave_bind_gradients(struct wave *m, double *block);

#ifdef __cplusplus
}
#endif

#endif
