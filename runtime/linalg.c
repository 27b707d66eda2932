/* linalg.c: dense factorisations in both precisions. The text of linalg_real.h is compiled once for each. */
#include "gradc.h"

#include <math.h>

#define REAL    double
#define NAME(x) gradc_##x##_f64
#include "linalg_real.h"
#undef REAL
#undef NAME

#define REAL    float
#define NAME(x) gradc_##x##_f32
#include "linalg_real.h"
