/* generate.c: random programs of the language and inputs for them, as run/driver reads them. The driver holds their
 * gradients to numerical differences, so no expected values are needed.
 *
 * usage: generate SEED COUNT NAME [WHICH]    writes NAME.nn with COUNT functions f0, f1, ..., or with one of them
 * alone, and NAME.case */
#include "random.h"

#include <stdio.h>
#include <stdlib.h>

static bool write_file(const char *path, const struct text *text)
{
    FILE *file = fopen(path, "w");
    if (!file || fwrite(text->start, 1, text->length, file) != text->length || fclose(file) != 0) {
        perror(path);
        return false;
    }
    return true;
}

int main(int count, char **arguments)
{
    if (count < 4) {
        fprintf(stderr, "usage: generate SEED COUNT NAME [WHICH]\n");
        return 2;
    }
    int which = count > 4 ? atoi(arguments[4]) : -1;
    struct drawn drawn = draw_program(strtoull(arguments[1], NULL, 10), which < 0 ? 0 : which, which < 0 ? atoi(arguments[2]) : which + 1);
    return write_file(print("%s.nn", arguments[3]), &drawn.program) && write_file(print("%s.case", arguments[3]), &drawn.cases) ? 0 : 2;
}
