/* limit.h: the workspace that functions need at given sizes, for --max-workspace. */
#ifndef GRADC_LIMIT_H
#define GRADC_LIMIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "graph.h"

/* What a function needs. */
struct need {
    const char *function;
    const char *missing; /* a size that it depends on and that is not given; NULL: none */
    int64_t bytes;       /* of workspace */
    const char *entry;   /* the one that needs most */
    int64_t operations;  /* of that entry */
};

/* For each function of the module, at the sizes that `at` gives: "N=128,T=64", or NULL. */
struct need *workspace_needs(struct module *module, const char *at);
/* False after telling which sizes are missing. */
bool needs_are_known(FILE *stream, const struct module *module, const struct need *needs);
bool needs_fit(const struct module *module, const struct need *needs, int64_t most);
/* What became of the needs when loops were to keep less: the cost, or that they still do not fit. */
void tell_needs(FILE *stream, const struct module *module, const struct need *before,
                const struct need *after, int64_t most);

#endif
