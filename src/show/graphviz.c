/* graphviz.c: pictures as SVG, which Graphviz's program `dot` makes. */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stream.h"
#include "picture.h"

enum { NOT_FOUND = 127 };

/* Runs `dot -Tsvg` from one file into another; its exit status, or -1 if it had none. */
static int run_dot(FILE *in, FILE *out)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        if (dup2(fileno(in), STDIN_FILENO) >= 0 && dup2(fileno(out), STDOUT_FILENO) >= 0)
            execlp("dot", "dot", "-Tsvg", (char *)NULL);
        _exit(errno == ENOENT || errno == EACCES || errno == ENOTDIR ? NOT_FOUND : 1);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool copy_text(FILE *from, FILE *to)
{
    char block[4096];
    size_t count;
    rewind(from);
    while ((count = fread(block, 1, sizeof block, from)) > 0)
        fwrite(block, 1, count, to);
    return !ferror(from);
}

enum drawing draw_svg(FILE *stream, const struct module *module, const struct picture_options *options)
{
    FILE *dot = stream_to_file(), *svg = stream_to_file();
    enum drawing drawing = DRAWING_NO_FILE;
    if (dot && svg) {
        emit_dot(dot, module, options);
        int status = fflush(dot) == 0 && fseek(dot, 0, SEEK_SET) == 0 ? run_dot(dot, svg) : -1;
        drawing = status == NOT_FOUND                     ? DRAWING_NO_PROGRAM
                  : status == 0 && copy_text(svg, stream) ? DRAWING_DONE
                                                          : DRAWING_FAILED;
    }
    if (dot)
        stream_close(dot);
    if (svg)
        stream_close(svg);
    return drawing;
}

bool emit_svg(FILE *stream, const struct module *module, const struct picture_options *options)
{
    switch (draw_svg(stream, module, options)) {
    case DRAWING_DONE: return true;
    case DRAWING_NO_PROGRAM:
        command_error("--emit=svg draws with the program dot, which is not on the PATH; Debian has it in the "
                      "package graphviz");
        return false;
    case DRAWING_NO_FILE:
        command_error("--emit=svg: there is no room for temporary files: %s", strerror(errno));
        return false;
    default: command_error("--emit=svg: the program dot failed"); return false;
    }
}
