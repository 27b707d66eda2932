/* arena.h: memory named by its lifetime. What one compilation builds lives in one arena and is freed at once.
 * What is not needed so long lives in one within it. */
#ifndef GRADC_ARENA_H
#define GRADC_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
struct arena *arena_new_in(struct arena *outer); /* freed with the outer one at the latest */
void arena_free(struct arena *arena);
void arena_clear(struct arena *arena); /* gives back all that was allocated in it */

/* Zeroed memory, aligned for any type. Never NULL: without memory the program ends with a message. */
void *arena_allocate(struct arena *arena, size_t bytes);
char *arena_copy(struct arena *arena, const char *text, size_t length); /* NUL-terminated copy */
char *arena_print(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprint(struct arena *arena, const char *format, va_list arguments);

/* Memory of arena_allocate with room for more: the same, if nothing has been allocated behind it, else a
 * copy.
 */
void *arena_extend(struct arena *arena, void *memory, size_t bytes, size_t more);

/* A growing array in the arena: `array` must hold `capacity` items; returns it, or a larger copy when `count`
 * has reached `*capacity`. Old storage stays in the arena, so pointers into it remain valid. */
void *arena_grow(struct arena *arena, void *array, size_t count, size_t *capacity, size_t item_size);

#define ARENA_NEW(arena, type)          ((type *)arena_allocate((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_allocate((arena), sizeof(type) * (size_t)(count)))

/* Appends to a list kept as three members `NAME`, `NAME_count`, `NAME_capacity` (both size_t) of *owner. */
#define ARENA_APPEND(arena, owner, name, item)                                                               \
    ((owner)->name = arena_grow((arena), (owner)->name, (owner)->name##_count, &(owner)->name##_capacity,    \
                                sizeof *(owner)->name),                                                      \
     (owner)->name[(owner)->name##_count++] = (item))

#endif
