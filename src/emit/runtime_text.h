/* runtime_text.h: the runtime's source text, embedded in the compiler for --standalone. */
#ifndef GRADC_RUNTIME_TEXT_H
#define GRADC_RUNTIME_TEXT_H

/* The text of a part, or NULL if there is no such part:
 *     "core"                        status codes and macros; guarded, so that a standalone header and its .c
 *                                   may both hold it
 *     "status"                      gradc_strerror, guarded likewise
 *     "matmul_f32", "matmul_f64"    matmul.c in one precision
 *     "linalg_f32", "linalg_f64"    linalg.c in one precision
 *     "decompose_f32", "sort_f32", ... the parts of routine.c in one precision
 *     "special"                     special.c
 *     "vecmath"                     gradc_vecmath.h
 *     "trig", "hyperbolic", "erfc", "arcs"   gradc_trig.h, ..., behind "vecmath"
 *
 * Every function of a part is static, its definition begins a line, and it may go unused without a warning. A
 * part needs the core and the headers that emitted C includes, no #include of its own. */
const char *runtime_text(const char *part);
/* The functions that the part defines, and all of the runtime that it mentions; behind the last one is NULL.
 */
const char *const *runtime_functions(const char *part);
const char *const *runtime_mentions(const char *part);

#endif
