/* stan_peer.h: the models of stan.nn in C++ with Stan Math (stan.cpp), for stan.c. Each gives the log density
 * of the unconstrained parameters q, constants and Jacobians included, and writes its gradient. NULL where
 * Stan is absent. */
#ifndef BENCH_STAN_PEER_H
#define BENCH_STAN_PEER_H

#include <stdint.h>

#ifdef __cplusplus
#define BENCH_WEAK
extern "C" {
#else
#define BENCH_WEAK __attribute__((weak))
#endif

double stan_eight_schools(const double *q, double *d_q, int J, const double *y,
                          const double *sigma) BENCH_WEAK;
double stan_markov(const double *q, double *d_q, int K, int N, const double *y) BENCH_WEAK;
double stan_responses(const double *q, double *d_q, int persons, int items, int N, const int32_t *person,
                      const int32_t *item, const int32_t *y) BENCH_WEAK;
double stan_garch(const double *q, double *d_q, int N, const double *y) BENCH_WEAK;
double stan_mixture(const double *q, double *d_q, int K, int N, const double *y) BENCH_WEAK;
double stan_topics(const double *q, double *d_q, int K, int V, int M, int N, const int32_t *doc,
                   const int32_t *word) BENCH_WEAK;

#ifdef __cplusplus
}
#endif

#endif
