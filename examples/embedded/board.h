/* board.h: what the programs ask of the board they run on. Text goes to whoever holds the debugger:
 * semihosting, which QEMU and every debug probe understand; on other machines to standard output. No part of
 * it allocates memory, as printf of newlib does.
 *
 * A product has its own: a serial port, a display. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#ifdef __arm__

/* Arm's semihosting, version 2: the number of the operation in r0, its argument in r1. */
static inline void semihosting(uintptr_t operation, uintptr_t argument)
{
    register uintptr_t r0 __asm__("r0") = operation;
    register uintptr_t r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

static inline void board_write(const char *text)
{
    semihosting(0x04, (uintptr_t)text); /* SYS_WRITE0 */
}

/* SYS_EXIT: ADP_Stopped_ApplicationExit, or ADP_Stopped_RunTimeErrorUnknown. */
static inline void board_exit(int status)
{
    semihosting(0x18, status == 0 ? 0x20026 : 0x20023);
    for (;;) {
    }
}

#else

#include <stdio.h>
#include <stdlib.h>

static inline void board_write(const char *text)
{
    fputs(text, stdout);
}

static inline void board_exit(int status)
{
    exit(status);
}

#endif

/* Writes x, less than a million in size, with this many decimals, at most six. */
static inline void board_write_number(float x, int decimals)
{
    uint32_t scale = 1;
    for (int i = 0; i < decimals; i++)
        scale *= 10;
    const int negative = x < 0;
    const double scaled = (double)(negative ? -x : x) * scale + 0.5;
    uint64_t digits = (uint64_t)scaled;

    char text[24];
    char *start = text + sizeof text - 1;
    *start = '\0';
    const int any = digits != 0;
    for (int i = 0; i <= decimals || digits > 0; i++) {
        if (i == decimals && decimals > 0)
            *--start = '.';
        *--start = (char)('0' + digits % 10);
        digits /= 10;
    }
    if (negative && any)
        *--start = '-';
    board_write(start);
}

/* Stops the program unless an entry has succeeded. */
static inline void board_require(int status, const char *words)
{
    if (status == 0)
        return;
    board_write(words);
    board_write("\n");
    board_exit(1);
}

/* As in the other examples: Numerical Recipes' linear congruential generator, uniform in [-1, 1). */
static inline float board_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / 8388608.0f - 1.0f;
}

#endif
