/* routine.c: functions of a whole matrix, in both precisions. */
#include "gradc.h"

#include <math.h>

#define REAL    double
#define NAME(x) gradc_##x##_f64
#include "decompose_real.h"
#include "factors_real.h"
#include "fourier_real.h"
#include "sort_real.h"
#undef REAL
#undef NAME
#define REAL    float
#define NAME(x) gradc_##x##_f32
#include "decompose_real.h"
#include "factors_real.h"
#include "fourier_real.h"
#include "sort_real.h"
