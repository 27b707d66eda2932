/* bind.h: what lets other languages call the C of a module: the JSON description of its interface, and
 * wrappers. */
#ifndef GRADC_BIND_H
#define GRADC_BIND_H

#include <stdio.h>

#include "graph.h"

void emit_interface(FILE *file, const struct module *module);
/* Classes of C++ over the C whose header has this name. */
void emit_cpp(FILE *file, const struct module *module, const char *header_name);
/* A module of Rust over the C whose header has this name. */
void emit_rust(FILE *file, const struct module *module, const char *header_name);
/* A Python module over the interface; needs NumPy and the compiled library when it is imported. */
void emit_python(FILE *file, const struct module *module);

#endif
