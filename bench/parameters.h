/* parameters.h: the parameters of a network as a table, for programs that have many: filled, sent to a peer
 * in Python, and their gradients compared with the peer's. */
#ifndef BENCH_PARAMETERS_H
#define BENCH_PARAMETERS_H

#include "peer.h"

/* Where it is, how many blocks have one (the first axis, if more than 1), its shape in one of them, and what
 * it is filled with: numbers around the centre. */
struct parameter {
    const char *name;
    const real **value;
    real **gradient;
    size_t blocks;
    real centre;
    double scale;
    size_t shape[4]; /* 0 from its rank on */
};

/* One of struct m; weights of a layer are as large as its number of inputs suggests. */
#define PARAMETER(m, name, blocks, centre, scale, ...)                                                       \
    {                                                                                                        \
#name, &(m).name, &(m).d_##name, blocks, centre, scale,                                              \
        {                                                                                                    \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }
#define PARAMETER_WEIGHT(inputs) (1.7 / sqrt(inputs))

GRADC_STATIC int parameter_rank(const struct parameter *p)
{
    int rank = 0;
    while (rank < 4 && p->shape[rank] > 0)
        rank++;
    return rank;
}

/* Of one block. */
GRADC_STATIC size_t parameter_count(const struct parameter *p)
{
    size_t count = 1;
    for (int i = 0; i < parameter_rank(p); i++)
        count *= p->shape[i];
    return count;
}

GRADC_STATIC void parameter_fill(const struct parameter *p)
{
    size_t count = p->blocks * parameter_count(p);
    real *x = bench_fill(count, p->scale);
    for (size_t i = 0; i < count; i++)
        x[i] += p->centre;
    *p->value = x;
    *p->gradient = bench_fill(count, 0);
}

GRADC_STATIC void parameter_send(struct peer *peer, const struct parameter *p)
{
    size_t shape[5] = {p->blocks};
    int rank = parameter_rank(p);
    for (int i = 0; i < rank; i++)
        shape[i + 1] = p->shape[i];
    if (p->blocks > 1)
        peer_send(peer, p->name, PEER_REAL, *p->value, sizeof(real), rank + 1, shape);
    else
        peer_send(peer, p->name, PEER_REAL, *p->value, sizeof(real), rank, shape + 1);
}

/* The peer's gradients stand alone for each block: d_NAME, or d_NAME0, d_NAME1 ... */
GRADC_STATIC void parameter_agree(struct peer *peer, const struct parameter *p)
{
    char name[64];
    for (size_t l = 0; l < p->blocks; l++) {
        snprintf(name, sizeof name, p->blocks > 1 ? "d_%s%zu" : "d_%s", p->name, l);
        peer_agree(peer, name, parameter_count(p), *p->gradient + l * parameter_count(p));
    }
}

#endif
