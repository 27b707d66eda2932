/* emit.h: a module as C, and its header. */
#ifndef GRADC_EMIT_H
#define GRADC_EMIT_H

#include <stdbool.h>
#include <stdio.h>

#include "graph.h"

struct programs; /* lower.h */

struct emit_options {
    bool standalone; /* the runtime's parts that are used stand in the file itself */
    const char
        *header_name; /* how the C includes its header: "model.h"; NULL: its text stands in the C itself */
    int level;        /* -O0, -O1, -O2 */
};

/* Requires simplified functions: no MARK, STOP or CUSTOM. The same module gives the same bytes. Returns the
 * programs of each function, of which the C is made. */
const struct programs *emit_c(FILE *c, FILE *h, const struct module *module,
                              const struct emit_options *options);
/* The C as a text in the module's arena; options without a name for the header. */
const char *emit_c_text(struct module *module, const struct emit_options *options);

#endif
