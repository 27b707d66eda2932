/* format.h: a program's text in its canonical form, for gradc --format and --check-format.
 *
 * Lines stay where they were broken; what stands between them and within them does not depend on how it was
 * typed: four blanks for each level, four more for a line that goes on; blanks around operators, none within
 * brackets; one empty line at most. Comments stay. */
#ifndef GRADC_FORMAT_H
#define GRADC_FORMAT_H

#include "ast.h"

/* The text, ending in a line end unless it is empty; NULL after reporting what is wrong with the program. */
const char *format(struct arena *arena, struct diagnostics *diagnostics, const struct source *source);
/* An error at the first line of the source that is not as in `text`, what format() gave. */
void check_format(struct diagnostics *diagnostics, const struct source *source, const char *text);

#endif
