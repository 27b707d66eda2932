/* adolc.h: gradients by ADOL-C, which records what a function computes on a tape. NULL where it is absent.
 *
 * The first call of each records the tape; the later ones evaluate its derivatives. */
#ifndef GRADC_ADOLC_H
#define GRADC_ADOLC_H

#include <stddef.h>

#ifdef __cplusplus
#define BENCH_WEAK
extern "C" {
#else
#define BENCH_WEAK __attribute__((weak))
#endif

/* gradient [n] and hessian [n, n] of Rosenbrock's function. */
void adolc_rosenbrock(size_t n, const double *x, double *gradient) BENCH_WEAK;
void adolc_rosenbrock_hessian(size_t n, const double *x, double *hessian) BENCH_WEAK;
/* The gradient [n] of the last element after `steps` steps. */
void adolc_ode(size_t n, size_t steps, const double *x, double *gradient) BENCH_WEAK;
/* The Jacobian [2, 15] of one observation's err in camera, X and w. */
void adolc_ba(const double *camera, const double *X, double w, const double *feature,
              double *jacobian) BENCH_WEAK;
/* The gradient [l, l] of the determinant by minors. */
void adolc_det(size_t l, const double *A, double *gradient) BENCH_WEAK;

#ifdef __cplusplus
}
#endif

/* One line, where ADOL-C is present: f against what it computes by the function `peer`. */
#ifndef __cplusplus
#define ADOLC_ROW(what, f, peer_name, peer)                                                                  \
    do {                                                                                                     \
        if (peer_name)                                                                                       \
            bench_row(what, 0, "gradc", f, "ADOL-C", peer);                                                  \
    } while (0)
#endif

#endif
