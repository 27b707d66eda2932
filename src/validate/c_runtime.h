/* c_runtime.h: what emitted C calls from the runtime and the C library, over checked memory: the plain way,
 * in double. */
#ifndef GRADC_C_RUNTIME_H
#define GRADC_C_RUNTIME_H

#include "c_memory.h"

/* The value of an expression. */
struct c_value {
    union {
        double real;
        int64_t integer;
        struct c_pointer pointer;
    };
};

struct c_builtin;

const struct c_builtin *const *c_builtins(struct arena *arena, size_t *count); /* all */
const char *c_builtin_name(const struct c_builtin *builtin);
size_t c_builtin_arity(const struct c_builtin *builtin);
struct c_type c_builtin_type(const struct c_builtin *builtin, int parameter); /* -1: of the result */
struct c_value c_builtin_call(struct c_memory *memory, const struct c_builtin *builtin,
                              const struct c_value *arguments);

#endif
