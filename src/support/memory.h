/* memory.h: what the arenas and the passes take from the heap, listed so that all of it can be given back at
 * once. Without memory the compilation is given up (guard.h), so none of these returns NULL. */
#ifndef GRADC_MEMORY_H
#define GRADC_MEMORY_H

#include <stddef.h>

void *memory_array(size_t count, size_t item); /* zeroed, aligned for any type */
void *memory_resize(void *memory, size_t count,
                    size_t item); /* of NULL: a new one; what is added is not zeroed */
void memory_free(void *memory);   /* NULL: nothing */
void memory_free_all(void);       /* what this thread has taken and not given back */

#endif
