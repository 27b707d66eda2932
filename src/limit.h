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
    const char *dearest; /* the entry that pays for what is computed again: backward if there is one */
    int64_t operations;  /* of that */
};

/* For each function of the module, at the sizes that `at` gives: "N=128,T=64", or NULL. */
struct need *workspace_needs(struct module *module, const char *at);
/* False after telling which sizes are missing. */
bool needs_are_known(FILE *stream, const struct module *module, const struct need *needs);
bool needs_fit(const struct module *module, const struct need *needs, int64_t most);
bool needs_are_equal(const struct module *module, const struct need *a, const struct need *b);
/* For each function the lesser of two needs. */
const struct need *lesser_needs(const struct module *module, const struct need *a, const struct need *b);
/* What it saved, and what it costs. */
void tell_costs(FILE *stream, const struct module *module, const struct need *before,
                const struct need *after, unsigned saving); /* bits of enum saving */
/* That not even the least fits. */
void tell_excess(FILE *stream, const struct module *module, const struct need *before,
                 const struct need *least, int64_t most);

#endif
