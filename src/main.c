/* main.c: the command gradc. The list of passes, in the order in which they run, is compile(). */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "ast.h"
#include "command.h"
#include "output.h"
#include "source.h"

struct run {
    struct command command;
    struct arena *arena;
    struct diagnostics diagnostics;
    struct outputs *outputs;
};

static bool is_wrong(const struct run *run)
{
    return run->diagnostics.error_count > 0;
}

static FILE *main_output(struct run *run)
{
    return outputs_add(run->outputs, run->command.output ? run->command.output : "-");
}

static enum status compile(struct run *run)
{
    const struct source *source = source_read(run->arena, run->command.input);
    if (!source) {
        command_error("cannot read %s: %s", run->command.input, strerror(errno));
        return STATUS_WRONG_COMMAND;
    }
    const struct file *file = parse(run->arena, &run->diagnostics, source);
    if (is_wrong(run))
        return STATUS_WRONG_PROGRAM;
    if (run->command.kind == KIND_AST)
        ast_print(main_output(run), file);
    return STATUS_DONE;
}

int main(int argument_count, char **arguments)
{
    struct run run = {.arena = arena_new()};
    enum status status;
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write */
    if (command_read(&run.command, run.arena, argument_count, arguments, &status)) {
        run.diagnostics =
            (struct diagnostics){.arena = run.arena, .stream = stderr, .colour = run.command.colour};
        run.outputs = outputs_new(run.arena);
        status = compile(&run);
        if (status != STATUS_DONE)
            outputs_discard(run.outputs);
        else if (!outputs_commit(run.outputs))
            status = STATUS_WRONG_COMMAND;
    }
    arena_free(run.arena);
    return (int)status;
}
