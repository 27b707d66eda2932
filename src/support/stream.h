/* stream.h: streams that passes open for themselves: into memory, or into files without names. They are
 * listed, so that those which are open when the compilation is given up (guard.h) are closed, too. */
#ifndef GRADC_STREAM_H
#define GRADC_STREAM_H

#include <stddef.h>
#include <stdio.h>

FILE *stream_to_text(void); /* without memory, now or later, the work is given up */
FILE *stream_to_file(void); /* to write and read; NULL: there is no room for one */
/* What has been written to a stream_to_text(), with a 0 behind it; valid until the next write. */
const char *stream_text(FILE *stream, size_t *length);
void stream_close(FILE *stream); /* with its text */
void stream_close_all(void);     /* of this thread */

#endif
