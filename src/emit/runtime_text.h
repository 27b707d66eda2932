/* runtime_text.h: the runtime's source text, embedded in the compiler for --standalone. */
#ifndef GRADC_RUNTIME_TEXT_H
#define GRADC_RUNTIME_TEXT_H

/* The text of a part, or NULL if there is no such part:
 *     "core"                        status codes and macros; guarded, so that a standalone header and its .c
 * may both hold it. It needs nothing; the other parts need it and the headers named here. "status"
 * gradc_strerror "matmul_f32", "matmul_f64"    gradc_matmul_*, gradc_matvec_*             <stddef.h>
 *     "special"                     gradc_lgamma, gradc_digamma, gradc_polygamma, gradc_uniform, and their f
 * forms <math.h> <stdint.h> "linalg_f32", "linalg_f64"    gradc_cholesky_*, gradc_lu_*, ...          <math.h>
 * <stddef.h> <stdint.h> "vecmath"                     the inline functions of gradc_vecmath.h <math.h>
 * <stdint.h> <string.h> "trig", behind "vecmath"       the inline functions of gradc_trig.h. Every function
 * of a part is static and may go unused without a warning. No part has an #include of its own, and none needs
 * another part but those named here. */
const char *runtime_text(const char *part);

#endif
