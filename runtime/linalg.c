/* linalg.c: dense factorisations in both precisions. The texts of linalg_real.h, the portable routines, and
 * of lapack_real.h, which chooses between them and LAPACK, are compiled once for each. With GRADC_LAPACK,
 * large matrices go to the LAPACK of programs that link one: the references are weak. */
#include "gradc.h"

#include <math.h>

#undef GRADC_API
#define GRADC_API GRADC_STATIC

#define REAL    double
#define NAME(x) gradc_##x##_f64_portable
#include "linalg_real.h"
#undef REAL
#undef NAME
#define REAL    float
#define NAME(x) gradc_##x##_f32_portable
#include "linalg_real.h"
#undef REAL
#undef NAME

#ifdef GRADC_LAPACK
/* The least orders for which OpenBLAS was measured to be faster than the portable routines. */
enum { LARGE_CHOLESKY = 48, LARGE_LU = 48, LARGE_SUBSTITUTE = 24 };

/* Whether a matrix is worth a call and all sizes fit an int. */
static int large(size_t worth_a_call, size_t n, size_t m, size_t stride)
{
    size_t most = 0x7fffffff;
    return n >= worth_a_call && n <= most && m <= most && stride <= most;
}
#endif

#define REAL        double
#define NAME(x)     gradc_##x##_f64
#define PORTABLE(x) gradc_##x##_f64_portable
#define LAPACK(x)   d##x##_
#include "lapack_real.h"
#undef REAL
#undef NAME
#undef PORTABLE
#undef LAPACK
#define REAL        float
#define NAME(x)     gradc_##x##_f32
#define PORTABLE(x) gradc_##x##_f32_portable
#define LAPACK(x)   s##x##_
#include "lapack_real.h"
