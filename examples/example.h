/* example.h: what the drivers of the examples share: stopping when an entry fails, aligned workspaces,
 * numbers that are the same on every machine, and printing.
 *
 * The programs end at the first error, so these functions return only when they succeeded. */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "gradc.h"

/* Stops the program with the words for `status` unless it is GRADC_OK. */
static inline void require(int status)
{
    if (status == GRADC_OK)
        return;
    fprintf(stderr, "%s\n", gradc_strerror(status));
    exit(1);
}

static inline void *allocate(size_t bytes)
{
    void *memory = malloc(bytes ? bytes : 1);
    if (!memory) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return memory;
}

/* `bytes` bytes aligned to GRADC_ALIGN, to be given back with workspace_free. What malloc returned stands
 * just before them: C99 has no aligned_alloc. */
static inline void *workspace_new(size_t bytes)
{
    char *base = allocate(bytes + sizeof(void *) + GRADC_ALIGN);
    char *start = base + sizeof(void *);
    start += (GRADC_ALIGN - (uintptr_t)start % GRADC_ALIGN) % GRADC_ALIGN;
    ((void **)(void *)start)[-1] = base;
    return start;
}

static inline void workspace_free(void *workspace)
{
    if (workspace)
        free(((void **)workspace)[-1]);
}

/* A linear congruential generator (Numerical Recipes' constants): uniform in [-1, 1), with 24 random bits. */
static inline double random_signed(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / 8388608.0 - 1.0;
}

static inline void fill_random(uint32_t *state, double scale, double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = scale * random_signed(state);
}

/* Prints `name` and n numbers with three decimals, on one line; never "-0.000". */
static inline void print_numbers(const char *name, const double *x, size_t n)
{
    printf("%-8s", name);
    for (size_t i = 0; i < n; i++)
        printf(" %8.3f", fabs(x[i]) < 0.0005 ? 0.0 : x[i]);
    printf("\n");
}

static inline void print_number(const char *name, double x)
{
    print_numbers(name, &x, 1);
}

/* Prints the Euclidean length of a gradient and its first elements. */
static inline void print_gradient(const char *name, const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * x[i];
    printf("%-8s length %.6f:", name, sqrt(sum));
    for (size_t i = 0; i < n && i < 5; i++)
        printf(" %.6f", fabs(x[i]) < 0.0000005 ? 0.0 : x[i]);
    printf("\n");
}

#endif
