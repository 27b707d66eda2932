/* greek.h: Greek letters in names, which are the same names as their spelling: π is pi. */
#ifndef GRADC_GREEK_H
#define GRADC_GREEK_H

#include "arena.h"

/* The name as it is spelled in C, in the arena; NULL if the text is no name. */
const char *greek_spelling(struct arena *arena, const char *text, size_t length);

#endif
