/* main.c: the command gradc. compile() is the list of passes, in the order in which they run. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "ast.h"
#include "check.h"
#include "command.h"
#include "deliver.h"
#include "output.h"
#include "passes.h"
#include "passes.h"
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

/* A -D that no dim of the program takes up is a slip on the command line. */
static bool all_sizes_used(const struct command *command)
{
    bool all = true;
    for (size_t i = 0; i < command->elaborate.definition_count; i++) {
        const struct size_definition *definition = &command->elaborate.definitions[i];
        if (!definition->used)
            command_error("-D %s=%lld: the program has no dim %s", definition->name, definition->number,
                          definition->name);
        all &= definition->used;
    }
    return all;
}

/* -o, or the base name with the extension, here. */
static const char *output_path(struct run *run)
{
    if (run->command.output)
        return run->command.output;
    const char *base = !strcmp(run->command.input, "-") ? "stdin" : path_last_part(run->command.input);
    return path_with_extension(run->arena, base, ".c");
}

/* The C and its header; with -o - both in the one stream, the header first. */
static void write_c(struct run *run, const struct module *module)
{
    const char *path = output_path(run);
    bool one_stream = path_is_stream(path);
    const char *header = one_stream ? path : path_with_extension(run->arena, path, ".h");
    struct emit_options options = {.standalone = run->command.standalone, .level = run->command.level,
                                   .header_name = one_stream ? NULL : path_last_part(header)};
    FILE *h = outputs_add(run->outputs, header), *c = outputs_add(run->outputs, path);
    emit_c(c, h, module, &options);
}

/* -MD: a rule for make, beside the output. */
static void write_dependencies(struct run *run, const struct elaboration *elaboration)
{
    const char *path = output_path(run);
    FILE *file = outputs_add(run->outputs, path_with_extension(run->arena, path, ".d"));
    fprintf(file, "%s:", path);
    for (size_t i = 0; i < elaboration->file_count; i++)
        fprintf(file, " %s", elaboration->files[i]);
    fputc('\n', file);
}

/* A -D that names no dim is a mistake in the command, not in the program. */
static bool all_definitions_used(const struct elaborate_options *options)
{
    bool all = true;
    for (size_t i = 0; i < options->definition_count; i++)
        if (!options->definitions[i].used) {
            command_error("-D %s: the program has no dim %s", options->definitions[i].name, options->definitions[i].name);
            all = false;
        }
    return all;
}

static void write_output(struct run *run, const struct module *module)
{
    switch (run->command.kind) {
    case KIND_C: write_c(run, module); break;
    case KIND_GRAPH: emit_graph(main_output(run), module); break;
    case KIND_DOT: emit_dot(main_output(run), module); break;
    case KIND_INTERFACE: emit_interface(main_output(run), module); break;
    case KIND_PYTHON: emit_python(main_output(run), module); break;
    default: break;
    }
}

static enum status compile(struct run *run)
{
    const struct source *source = source_read(run->arena, run->command.input);
    if (!source) {
        command_error("cannot read %s: %s", run->command.input, strerror(errno));
        return STATUS_WRONG_COMMAND;
    }
    const struct file *file = parse(run->arena, &run->diagnostics, source);
    if (run->command.kind == KIND_AST && !is_wrong(run)) {
        ast_print(main_output(run), file);
        return STATUS_DONE;
    }
    if (is_wrong(run))
        return STATUS_WRONG_PROGRAM;
    const struct derivatives *derivatives = derivatives_load(run->arena, &run->diagnostics);
    struct elaboration *elaboration = elaborate(run->arena, &run->diagnostics, file, derivatives, &run->command.elaborate);
    if (!all_definitions_used(&run->command.elaborate))
        return STATUS_WRONG_COMMAND;
    if (is_wrong(run))
        return STATUS_WRONG_PROGRAM;
    adjoin(elaboration, &run->diagnostics, derivatives);
    if (is_wrong(run))
        return STATUS_WRONG_PROGRAM;
    for (size_t i = 0; i < elaboration->module->functions_count; i++)
        simplify(elaboration->module->functions[i], run->command.level);
    if (run->command.check)
        return check_gradients(stdout, elaboration->module) ? STATUS_DONE : STATUS_WRONG_PROGRAM;
    write_output(run, elaboration->module);
    if (run->command.dependencies)
        write_dependencies(run, elaboration);
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
    if (fflush(stdout) != 0 && status == STATUS_DONE) {
        command_error("cannot write standard output: %s", strerror(errno));
        status = STATUS_WRONG_COMMAND;
    }
    arena_free(run.arena);
    return (int)status;
}
