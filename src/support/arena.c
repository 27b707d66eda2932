/* arena.c: a chain of blocks, each twice as large as the last up to a limit. */
#include "arena.h"

#include <stdint.h>
#include <string.h>

#include "guard.h"
#include "memory.h"
#include "print.h"

enum {
    FIRST_BLOCK = 1 << 16,
    FIRST_INNER_BLOCK = 1 << 12 /* there may be one for each function */,
    LARGEST_BLOCK = 1 << 22,
    ALIGNMENT = 16
};

struct block {
    struct block *previous;
    size_t used, size;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

struct arena {
    struct block *last;
    struct arena *inner;        /* the first one in it */
    struct arena *next, **link; /* the next one in the outer; what points to this one */
};

static struct block *block_new(struct block *previous, size_t size)
{
    struct block *block = memory_array(1, sizeof *block + size);
    block->previous = previous;
    block->size = size;
    return block;
}

static struct arena *new_arena(size_t first_block)
{
    struct arena *arena = memory_array(1, sizeof *arena);
    arena->last = block_new(NULL, first_block);
    return arena;
}

struct arena *arena_new(void)
{
    return new_arena(FIRST_BLOCK);
}

struct arena *arena_new_in(struct arena *outer)
{
    struct arena *arena = new_arena(FIRST_INNER_BLOCK);
    arena->next = outer->inner;
    if (arena->next)
        arena->next->link = &arena->next;
    arena->link = &outer->inner;
    outer->inner = arena;
    return arena;
}

static void free_blocks(struct block *last)
{
    while (last) {
        struct block *previous = last->previous;
        memory_free(last);
        last = previous;
    }
}

/* Keeps the last block, which is about as large as all others together. */
void arena_clear(struct arena *arena)
{
    while (arena->inner)
        arena_free(arena->inner);
    free_blocks(arena->last->previous);
    arena->last->previous = NULL;
    memset(arena->last->bytes, 0, arena->last->used);
    arena->last->used = 0;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    while (arena->inner)
        arena_free(arena->inner);
    if (arena->link)
        *arena->link = arena->next;
    if (arena->next)
        arena->next->link = arena->link;
    free_blocks(arena->last);
    memory_free(arena);
}

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void *arena_allocate(struct arena *arena, size_t bytes)
{
    if (bytes > PTRDIFF_MAX / 2)
        give_up("out of memory");
    bytes = aligned(bytes);
    struct block *block = arena->last;
    if (block->size - block->used < bytes) {
        size_t size = block->size < LARGEST_BLOCK ? 2 * block->size : LARGEST_BLOCK;
        arena->last = block = block_new(block, size > bytes ? size : bytes);
    }
    void *memory = block->bytes + block->used;
    block->used += bytes;
    return memory;
}

void *arena_extend(struct arena *arena, void *memory, size_t bytes, size_t more)
{
    struct block *block = arena->last;
    size_t added = aligned(bytes + more) - aligned(bytes);
    if (memory && (unsigned char *)memory + aligned(bytes) == block->bytes + block->used &&
        block->size - block->used >= added) {
        block->used += added;
        return memory;
    }
    void *larger = arena_allocate(arena, bytes + more);
    if (bytes)
        memcpy(larger, memory, bytes);
    return larger;
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_allocate(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

/* Into what is left of the block, if it fits there, so that most texts are printed only once. */
char *arena_vprint(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    struct block *block = arena->last;
    size_t left = block->size - block->used;
    char *text = (char *)block->bytes + block->used;
    size_t bytes = print_to(text, left, format, arguments) + 1;
    if (bytes > left) {
        memset(text, 0, left); /* what is allocated later is zero */
        text = arena_allocate(arena, bytes);
        print_to(text, bytes, format, again);
    } else {
        arena_allocate(arena, bytes);
    }
    va_end(again);
    return text;
}

char *arena_print(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_vprint(arena, format, arguments);
    va_end(arguments);
    return text;
}

void *arena_grow(struct arena *arena, void *array, size_t count, size_t *capacity, size_t item_size)
{
    if (count < *capacity)
        return array;
    size_t more = *capacity ? *capacity : 4;
    *capacity += more;
    return arena_extend(arena, array, count * item_size, more * item_size);
}
