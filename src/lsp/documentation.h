/* documentation.h: what the language reference says of library functions and operators. The text is that of
 * docs/language.md itself, embedded in the compiler. */
#ifndef GRADC_DOCUMENTATION_H
#define GRADC_DOCUMENTATION_H

#include "ast.h"
#include "map.h"

struct documented {
    const char *name;
    const char *signature; /* "softmax(x, axis = -1)" */
    const char *text;      /* "" where the name says all */
};

/* Every library function that the reference lists -> struct documented *. */
struct map documented_functions(struct arena *arena);
/* As the header of a definition has it: "f(x: [n], k = 2)". */
const char *signature_of(struct arena *arena, const struct definition *definition);
/* What an operator does; NULL for none. */
const char *operator_text(const struct expression *expression);
/* The words that the scanner knows (lexer.l), and those that are words in their place only; NULL ends them.
 */
extern const char *const keywords[];

#endif
