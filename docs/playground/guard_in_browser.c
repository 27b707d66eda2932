/* guard_in_browser.c: what guard.h promises, for WebAssembly, where a program has one thread and one stack. Its end is the
 * browser's to find: that ends the program, and the page says so. */
#include "guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory.h"

static jmp_buf back;
static bool is_running;
static char reason[200];

_Noreturn void give_up(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (!is_running) {
        fprintf(stderr, "gradc: error: %s\n", reason);
        exit(2);
    }
    longjmp(back, 1);
}

const char *guarded(void (*work)(void *), void (*clean)(void *), void *argument)
{
    volatile bool gave_up = false;
    is_running = true;
    if (setjmp(back) == 0)
        work(argument);
    else
        gave_up = true;
    is_running = false;
    clean(argument);
    memory_free_all();
    return gave_up ? reason : NULL;
}
