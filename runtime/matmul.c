/* matmul.c: matrix products in both precisions. The text of matmul_real.h is compiled once for each. */
#include "gradc.h"

#define REAL    double
#define NAME(x) gradc_##x##_f64
#include "matmul_real.h"
#undef REAL
#undef NAME

#define REAL    float
#define NAME(x) gradc_##x##_f32
#include "matmul_real.h"
