/* emit.h: a module as C, as its header, and as the JSON description of its interface. */
#ifndef GRADC_EMIT_H
#define GRADC_EMIT_H

#include <stdbool.h>
#include <stdio.h>

#include "graph.h"

struct emit_options {
    bool standalone; /* the runtime's parts that are used stand in the file itself */
    const char
        *header_name; /* how the C includes its header: "model.h"; NULL: its text stands in the C itself */
    int level;        /* -O0, -O1, -O2 */
    FILE *stats;      /* --stats: where to; NULL: nowhere */
};

/* Requires simplified functions: no MARK, STOP or CUSTOM. The same module gives the same bytes. */
void emit_c(FILE *c, FILE *h, const struct module *module, const struct emit_options *options);
/* The C as a text in the module's arena; options without a name for the header. */
const char *emit_c_text(struct module *module, const struct emit_options *options);
/* What became of the values of this name, in all functions; how many there are. Requires what emit_c
 * requires. */
int explain_values(FILE *stream, struct module *module, const char *name);
/* The sizes of graph and programs alone. */
void emit_statistics(FILE *stats, struct module *module);
void emit_interface(FILE *file, const struct module *module);
/* Classes of C++ over the C whose header has this name. */
void emit_cpp(FILE *file, const struct module *module, const char *header_name);
/* A module of Rust over the C whose header has this name. */
void emit_rust(FILE *file, const struct module *module, const char *header_name);
/* A Python module over the interface; needs NumPy and the compiled library when it is imported. */
void emit_python(FILE *file, const struct module *module);

#endif
