/* print.h: formatted text in memory. */
#ifndef GRADC_PRINT_H
#define GRADC_PRINT_H

#include <stdarg.h>
#include <stddef.h>

/* vsnprintf: writes what fits into `room` bytes, the NUL included, and returns the length of the whole text.
 */
size_t print_to(char *bytes, size_t room, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

#endif
