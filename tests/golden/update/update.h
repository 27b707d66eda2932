#ifndef GRADC_MODEL_UPDATE_H
#define GRADC_MODEL_UPDATE_H

#include <stddef.h>
#include <stdint.h>

#include "gradc.h"

#ifdef __cplusplus
extern "C" {
#endif

struct train {
    /* sizes */
    size_t N;
    size_t D;
    size_t C;
    /* inputs */
    const double *x;  /* [N, D] */
    const int32_t *y; /* [N] */
    double *w;        /* [D, C], updated by forward */
    double lr;
    /* outputs */
    double loss;
    /* workspace: train_workspace(m) bytes, aligned to GRADC_ALIGN */
    void *work;
};
size_t train_workspace(const struct train *m);
int    train_forward(struct train *m);

#ifdef __cplusplus
}
#endif

#endif
