#ifndef GRADC_MODEL_TWO_LAYER_H
#define GRADC_MODEL_TWO_LAYER_H

#include <stddef.h>
#include <stdint.h>

#include "gradc.h"

#ifdef __cplusplus
extern "C" {
#endif

struct two_layer {
    /* inputs */
    const float *x;  /* [64, 1000] */
    const float *y;  /* [64, 10] */
    const float *w1; /* [1000, 100] */
    const float *w2; /* [100, 10] */
    /* outputs */
    float loss;
    float *y_pred; /* [64, 10] */
    /* gradients of the final value with respect to the outputs; NULL: 1 for the first output if it is a real scalar, else 0 */
    const float *d_loss;
    const float *d_y_pred; /* [64, 10] */
    /* gradients, written by backward */
    float *d_w1; /* [1000, 100] */
    float *d_w2; /* [100, 10] */
    /* workspace: two_layer_workspace(m) bytes, aligned to GRADC_ALIGN */
    void *work;
};
size_t two_layer_workspace(const struct two_layer *m);
size_t two_layer_gradient_workspace(const struct two_layer *m);
int    two_layer_forward(struct two_layer *m);
int    two_layer_backward(struct two_layer *m);
int    two_layer_gradient(struct two_layer *m);
size_t two_layer_bind_parameters(struct two_layer *m, float *block);
size_t two_layer_bind_gradients(struct two_layer *m, float *block);
#define TWO_LAYER_WORKSPACE 56320
#define TWO_LAYER_GRADIENT_WORKSPACE 53760

#ifdef __cplusplus
}
#endif

#endif
