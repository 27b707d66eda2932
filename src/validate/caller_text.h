/* caller_text.h: the program that calls what the user's compiler makes, embedded by tools/embed.sh. */
#ifndef GRADC_CALLER_TEXT_H
#define GRADC_CALLER_TEXT_H

extern const char caller_text[];

#endif
