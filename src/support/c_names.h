/* c_names.h: the names that C and C++ keep for themselves, in all of which emitted C must compile. */
#ifndef GRADC_C_NAMES_H
#define GRADC_C_NAMES_H

#include <stdbool.h>

/* What a name is that can name neither a member nor a variable: "a word of C or C++", "a macro of ...". NULL:
 * it can. */
const char *c_word_kind(const char *name);
bool is_c_word(const char *name);
/* Functions and types of the headers that emitted C includes: a member may be called so, a variable may not.
 */
bool is_library_name(const char *name);
bool is_runtime_name(const char *name); /* gradc_... */
/* Types of these headers, as which no struct can be called in C++. */
bool is_c_type(const char *name);

#endif
