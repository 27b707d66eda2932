/* ht_peer.h: hand tracking by hand, in C++ with Eigen (ht.cpp), for ht.c. */
#ifndef BENCH_HT_PEER_H
#define BENCH_HT_PEER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hand {
    const double *theta, *rest, *undo, *base, *weight, *point;
    const int32_t *parent;
    double mirror;
};

/* Errors of `count` points that belong to a vertex v each, and their Jacobian, [count, 3, 26]. */
void ht_simple(const struct hand *h, size_t count, const int32_t *v, double *err, double *derr);

/* Of points that belong to a place in a triangle each, [count, 3, 2 + 26]. */
void ht_complicated(const struct hand *h, size_t count, const double *u, const int32_t *v, double *err,
                    double *derr);

#ifdef __cplusplus
}
#endif

#endif
