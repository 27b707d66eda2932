/* Emitted by gradc from gate.nn. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gradc.h"
#include "gate.h"

size_t f_workspace(const struct f *m)
{
    (void)m;
    return 0;
}

size_t f_gradient_workspace(const struct f *m)
{
    (void)m;
    return 0;
}

size_t f_bind_parameters(struct f *m, double *block)
{
    size_t count = 0;
    (void)m;
    (void)block;
    return count;
}

size_t f_bind_gradients(struct f *m, double *block)
{
    size_t count = 0;
    (void)m;
    (void)block;
    return count;
}

int f_forward(struct f *m)
{
    const double x = m->x;
    const double y = m->y;
    const double z = m->z;
    /* gate.nn:3   return f = q * z */
    m->f = (x + y) * z;
    return GRADC_OK;
}

int f_backward(struct f *m)
{
    const double x = m->x;
    const double y = m->y;
    const double z = m->z;
    const double d_f = m->d_f ? *m->d_f : 1;
    /* gate.nn:3   return f = q * z */
    m->d_x = d_f * z;
    m->d_y = d_f * z;
    m->d_z = d_f * (x + y);
    return GRADC_OK;
}

int f_gradient(struct f *m)
{
    const double x = m->x;
    const double y = m->y;
    const double z = m->z;
    const double d_f = m->d_f ? *m->d_f : 1;
    /* gate.nn:3   return f = q * z */
    m->f = (x + y) * z;
    m->d_x = d_f * z;
    m->d_y = d_f * z;
    m->d_z = d_f * (x + y);
    return GRADC_OK;
}
