/* prelude_text.h: the text of prelude.nn, embedded in the compiler. */
#ifndef GRADC_PRELUDE_TEXT_H
#define GRADC_PRELUDE_TEXT_H

extern const char prelude_text[]; /* NUL-terminated */

#endif
