/* look_ahead.h: what the text ahead says before the lexer has read it: whether a statement, a definition or
 * an operator begins there. For layout.c alone. */
#ifndef GRADC_LOOK_AHEAD_H
#define GRADC_LOOK_AHEAD_H

#include <stdbool.h>
#include <stddef.h>

/* A byte of a name; all bytes of characters beyond ASCII are. */
bool is_name_byte(char byte);
/* Past blanks, not line ends. */
const char *skip_blanks(const char *text);
/* Past blanks, line ends and comments. */
const char *skip_lines(const char *text);
/* The blanks before what is at `text` on its line, of a text that begins at `begin`. */
size_t blanks_before(const char *begin, const char *text);
/* With this word, and not a longer one; with one of the words, NULL after the last. */
bool begins_with(const char *text, const char *word);
bool begins_with_any(const char *text, const char *const *words);
/* `=`, not `==` */
bool is_equals_sign(const char *text);
/* `f(x) =`, `f(x) {` */
bool function_begins(const char *text);
/* Whether a definition begins here: `export`, `f(x) =`, `f(x) {`. At the margin it is hardly a statement. */
bool definition_begins(const char *text);
/* Whether a statement begins here that its first word tells. */
bool keyword_begins(const char *text);
/* `a, b[i] =` */
bool assignment_begins(const char *text);
/* An operator that needs an operand before it: no statement begins with one. */
bool operator_begins(const char *text);
/* `elif` or `elseif` where it can only mean `else if`. */
bool is_else_if(const char *text);

#endif
