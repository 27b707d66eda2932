/* library_text.h: the library files that a program imports by name, `import "stats"`, embedded in the
 * compiler. */
#ifndef GRADC_LIBRARY_TEXT_H
#define GRADC_LIBRARY_TEXT_H

struct library_file {
    const char *name; /* NULL: there are no more */
    const char *text;
};
extern const struct library_file library_files[];

#endif
