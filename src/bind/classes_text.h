/* classes_text.h: the text of classes.hpp, embedded in the compiler. */
#ifndef GRADC_CLASSES_TEXT_H
#define GRADC_CLASSES_TEXT_H

extern const char classes_text[]; /* NUL-terminated */

#endif
