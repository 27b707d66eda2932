/* progress.h: what long work is at, for whoever waits at a terminal. */
#ifndef GRADC_PROGRESS_H
#define GRADC_PROGRESS_H

#include <stddef.h>

/* Shows on standard error, if that is a terminal and a second has passed since the first call, that `doing`
 * is at the function `name`, number `done` from 0 on of `count`. Never more than one line, which the next one
 * replaces. */
void progress_show(const char *doing, const char *name, size_t done, size_t count);
/* Takes the line away; to be called before anything else is written there. */
void progress_clear(void);

#endif
