/* compiled.h: emitted C as the user's own compiler makes it, called in a process of its own. */
#ifndef GRADC_COMPILED_H
#define GRADC_COMPILED_H

#include "validate_point.h"

struct compiled;

/* Compiles a module's C, standalone and with its header in it, as `$CC $CFLAGS` do (cc -O2), in a folder that
 * is gone when this returns. defines: lines before it. NULL: *fault says why there is no program. */
struct compiled *compiled_new(struct arena *arena, const struct module *module, const char *c,
                              const char *defines, const char **fault);
void compiled_free(struct compiled *compiled);

/* A new process for this function of the module. */
void compiled_begin(struct compiled *compiled, size_t function);
/* Calls the entry at the point, after forward for backward. */
struct outcome *compiled_call(struct compiled *compiled, struct point *point, enum entry entry);
void compiled_end(struct compiled *compiled);

#endif
