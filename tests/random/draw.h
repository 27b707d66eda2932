/* draw.h: what those who use the generator see of it. */
#ifndef DRAW_H
#define DRAW_H

#include <stddef.h>
#include <stdint.h>

/* A text that grows. */
struct text {
    char *start;
    size_t length, room;
};
struct drawn {
    struct text program, cases;
};

/* The functions f_first ... f_(last - 1) of a program, and a case for each, as run/driver reads them. A function is
 * the same whichever others are drawn with it. The texts live until text_release(), and so
 * does what is printed. */
struct drawn draw_program(uint64_t seed, int first, int last);
char *print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void text_release(void);

#endif
