/* manual_text.h: the section of docs/language.md on the library, embedded in the compiler. */
#ifndef GRADC_MANUAL_TEXT_H
#define GRADC_MANUAL_TEXT_H

extern const char manual_text[]; /* NUL-terminated */

#endif
