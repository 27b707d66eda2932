/* reductions.c: draws the programs of seeds, prints them, and tells each production that the parser uses, as bison's
 * trace does (`Reducing stack by rule N`). Linked with a parser that was built with its trace.
 *
 * usage: reductions FIRST LAST */
#include <stdlib.h>
#include <string.h>

#include "ast_build.h"
#include "draw.h"
#include "scanner.h"
#include "source.h"

extern int syntax_debug;

int main(int count, char **arguments)
{
    syntax_debug = 1;
    for (int seed = count > 2 ? atoi(arguments[1]) : 1; count > 2 && seed <= atoi(arguments[2]); seed++) {
        struct arena *arena = arena_new();
        struct diagnostics diagnostics = {.arena = arena, .stream = stderr};
        const char *text = draw_program((uint64_t)seed, 0, 1).program.start;
        fputs(text, stdout);
        parse(arena, &diagnostics, source_of_text(arena, "drawn.nn", text, strlen(text), false));
        if (diagnostics.error_count)
            return 1;
        arena_free(arena);
        text_release();
    }
    return 0;
}
