/* print_programs.h: loop programs as text, for --emit=program. */
#ifndef GRADC_PRINT_PROGRAMS_H
#define GRADC_PRINT_PROGRAMS_H

#include <stdio.h>

struct module;

/* The passes that make loop programs, from the first, 0, on; NULL after the last. */
const char *pass_name(int pass);

/* All entries of all functions, as the last pass leaves them, or another pass, or ("all") each. Requires
 * simplified functions. */
void print_programs(FILE *file, struct module *module, const char *pass);

#endif
