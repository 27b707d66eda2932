/* bindings_text.h: the text of python/gradc/functions.py, embedded in the compiler. */
#ifndef GRADC_BINDINGS_TEXT_H
#define GRADC_BINDINGS_TEXT_H

extern const char bindings_text[]; /* NUL-terminated */

#endif
