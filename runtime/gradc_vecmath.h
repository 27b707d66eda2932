/* gradc_vecmath.h: elementary functions for loops that vectorise. */
#ifndef GRADC_VECMATH_H
#define GRADC_VECMATH_H

#endif
