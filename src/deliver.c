/* deliver.c: what --emit asks for, into the outputs that -o names. */
#include "deliver.h"

#include <string.h>

#include "bind.h"
#include "emit.h"
#include "emit_graph.h"
#include "emit_math.h"
#include "explain.h"
#include "picture.h"
#include "print_programs.h"
#include "source.h"
#include "stats.h"

/* ---- Names of outputs ---- */

/* FILE.nn becomes FILE, here; standard input goes to standard output. */
static const char *base_name(struct arena *arena, const struct command *command)
{
    return path_with_extension(arena, path_last_part(command->input), "");
}

static const char *output_name(struct arena *arena, const struct command *command)
{
    if (command->output)
        return command->output;
    if (command->kind != KIND_C || strcmp(command->input, "-") == 0)
        return "-";
    return arena_print(arena, "%s.c", base_name(arena, command));
}

static bool spares_inputs(const struct elaboration *elaboration, const char *output)
{
    for (size_t i = 0; i < elaboration->file_count; i++)
        if (path_same_file(elaboration->files[i], output)) {
            command_error("the output %s would replace the input %s", output, elaboration->files[i]);
            return false;
        }
    return true;
}

/* ---- C ---- */

static void write_c(FILE *c, FILE *h, struct module *module, const struct command *command,
                    const struct emit_options *options)
{
    const struct programs *programs = emit_c(c, h, module, options);
    if (command->stats)
        emit_statistics(stderr, module, programs);
}

static bool deliver_c(struct outputs *outputs, struct arena *arena, const struct command *command,
                      const struct elaboration *elaboration, const char *name)
{
    struct emit_options options = {.standalone = command->standalone, .level = command->level};
    if (path_is_stream(name)) { /* the header's text stands in the C */
        write_c(outputs_add(outputs, name), NULL, elaboration->module, command, &options);
        return true;
    }
    const char *header = path_with_extension(arena, name, ".h");
    if (strcmp(header, name) == 0 || path_same_file(header, name)) {
        command_error("-o %s: the header would have the same name", name);
        return false;
    }
    if (!spares_inputs(elaboration, header))
        return false;
    options.header_name = path_last_part(header);
    FILE *c = outputs_add(outputs, name), *h = outputs_add(outputs, header);
    write_c(c, h, elaboration->module, command, &options);
    return true;
}

/* Wrappers name the header that the C has under the same name. */
static void deliver_wrappers(FILE *stream, struct arena *arena, const struct command *command,
                             const struct module *module)
{
    const char *name = command->output && !path_is_stream(command->output) ? path_last_part(command->output)
                                                                           : base_name(arena, command);
    const char *header = path_with_extension(arena, name, ".h");
    if (command->kind == KIND_CPP)
        emit_cpp(stream, module, header);
    else
        emit_rust(stream, module, header);
}

/* ---- Dependencies ---- */

/* A name as make reads it. */
static void write_for_make(FILE *stream, const char *name)
{
    for (; *name; name++) {
        if (strchr(" #\\", *name))
            fputc('\\', stream);
        if (*name == '$')
            fputc('$', stream);
        fputc(*name, stream);
    }
}

/* The targets of the rule: the outputs, or the names given with -MT, as they are. */
static void write_targets(FILE *stream, struct arena *arena, const struct command *command, const char *name)
{
    const struct dependencies *dependencies = &command->dependencies;
    for (size_t i = 0; i < dependencies->target_count; i++)
        fprintf(stream, "%s%s", i > 0 ? " " : "", dependencies->targets[i]);
    if (dependencies->target_count > 0)
        return;
    write_for_make(stream, name);
    if (command->kind == KIND_C) {
        fputc(' ', stream);
        write_for_make(stream, path_with_extension(arena, name, ".h"));
    }
}

/* Where the rule goes; NULL after telling why there is no place for it. */
static const char *dependencies_path(struct arena *arena, const struct command *command,
                                     const struct elaboration *elaboration, const char *name)
{
    const struct dependencies *dependencies = &command->dependencies;
    if (path_is_stream(name) && !(dependencies->file && dependencies->target_count > 0)) {
        command_error("-MD tells what a file depends on, but the output is a stream; name a file with -o");
        return NULL;
    }
    const char *path = dependencies->file ? dependencies->file : path_with_extension(arena, name, ".d");
    const char *header = command->kind == KIND_C ? path_with_extension(arena, name, ".h") : name;
    bool is_output = strcmp(path, name) == 0 || strcmp(path, header) == 0;
    if (!path_is_stream(path) && (is_output || !spares_inputs(elaboration, path))) {
        command_error("-o %s: the dependencies need another file than %s", name, path);
        return NULL;
    }
    return path;
}

/* `model.c model.h: model.nn layers.nn`, in model.d. With -MP also `layers.nn:`, for make to go on where that
 * file is gone. */
static bool deliver_dependencies(struct outputs *outputs, struct arena *arena, const struct command *command,
                                 const struct elaboration *elaboration, const char *name)
{
    const char *path = dependencies_path(arena, command, elaboration, name);
    if (!path)
        return false;
    FILE *stream = outputs_add(outputs, path);
    write_targets(stream, arena, command, name);
    fputc(':', stream);
    for (size_t i = 0; i < elaboration->file_count; i++)
        if (strcmp(elaboration->files[i], "<stdin>") != 0) {
            fputc(' ', stream);
            write_for_make(stream, elaboration->files[i]);
        }
    fputc('\n', stream);
    for (size_t i = 1; i < elaboration->file_count && command->dependencies.have_rules; i++) {
        write_for_make(stream, elaboration->files[i]);
        fputs(":\n", stream);
    }
    return true;
}

/* ---- Loop programs ---- */

static bool is_pass(const char *name)
{
    bool is_known = strcmp(name, "all") == 0;
    for (int i = 0; pass_name(i) && !is_known; i++)
        is_known = strcmp(name, pass_name(i)) == 0;
    if (is_known)
        return true;
    fprintf(stderr, "gradc: error: --after=%s: there is", name);
    for (int i = 0; pass_name(i); i++)
        fprintf(stderr, " %s,", pass_name(i));
    fputs(" and all\n", stderr);
    return false;
}

static bool deliver_program(FILE *file, const struct command *command, struct module *module)
{
    if (command->after && !is_pass(command->after))
        return false;
    print_programs(file, module, command->after);
    return true;
}

/* ---- All kinds ---- */

enum status deliver_tree(struct outputs *outputs, const struct command *command, const struct file *file)
{
    const char *name = command->output ? command->output : "-";
    if (path_same_file(name, command->input)) {
        command_error("the output %s would replace the input", name);
        return STATUS_WRONG_COMMAND;
    }
    ast_print(outputs_add(outputs, name), file);
    return STATUS_DONE;
}

/* What every kind needs first: the output, and what it depends on. */
static bool prepare_output(struct outputs *outputs, struct arena *arena, const struct command *command,
                           const struct elaboration *elaboration, const char *name)
{
    if (!spares_inputs(elaboration, name))
        return false;
    return !command->dependencies.are_wanted ||
           deliver_dependencies(outputs, arena, command, elaboration, name);
}

enum status deliver(struct outputs *outputs, struct arena *arena, const struct command *command,
                    const struct elaboration *elaboration)
{
    struct module *module = elaboration->module;
    const char *name = output_name(arena, command);
    bool done = prepare_output(outputs, arena, command, elaboration, name);
    if (!done)
        return STATUS_WRONG_COMMAND;
    if (command->stats && command->kind != KIND_C)
        emit_statistics(stderr, module, NULL);
    switch (command->kind) {
    case KIND_C: done = deliver_c(outputs, arena, command, elaboration, name); break;
    case KIND_GRAPH: emit_graph(outputs_add(outputs, name), module); break;
    case KIND_MATH: emit_math(outputs_add(outputs, name), module, NOTATION_MATH); break;
    case KIND_LATEX: emit_math(outputs_add(outputs, name), module, NOTATION_LATEX); break;
    case KIND_PROGRAM: done = deliver_program(outputs_add(outputs, name), command, module); break;
    case KIND_INTERFACE: emit_interface(outputs_add(outputs, name), module); break;
    case KIND_CPP:
    case KIND_RUST: deliver_wrappers(outputs_add(outputs, name), arena, command, module); break;
    case KIND_PYTHON: emit_python(outputs_add(outputs, name), module); break;
    default: command_error("this gradc was built without that kind of --emit"); done = false;
    }
    return done ? STATUS_DONE : STATUS_WRONG_COMMAND;
}

enum status deliver_explanation(struct outputs *outputs, const struct command *command,
                                const struct elaboration *elaboration, const struct file *file)
{
    const char *name = command->output ? command->output : "-";
    if (!spares_inputs(elaboration, name))
        return STATUS_WRONG_COMMAND;
    bool is_known = explain(outputs_add(outputs, name), elaboration->module, file, &command->elaborate,
                            command->explained);
    return is_known ? STATUS_DONE : STATUS_WRONG_COMMAND;
}

enum status deliver_listing(struct outputs *outputs, struct arena *arena, const struct command *command,
                            const struct elaboration *elaboration, struct at *at)
{
    const char *name = output_name(arena, command);
    if (!prepare_output(outputs, arena, command, elaboration, name))
        return STATUS_WRONG_COMMAND;
    emit_graph_noted(outputs_add(outputs, name), elaboration->module, at_note, at);
    return STATUS_DONE;
}

enum status deliver_picture(struct outputs *outputs, struct arena *arena, const struct command *command,
                            const struct elaboration *elaboration, struct at *at)
{
    struct picture_options options = {.opens_calls = command->opens_calls, .at = at};
    const char *name = output_name(arena, command);
    if (!prepare_output(outputs, arena, command, elaboration, name))
        return STATUS_WRONG_COMMAND;
    FILE *stream = outputs_add(outputs, name);
    if (command->kind == KIND_SVG)
        return emit_svg(stream, elaboration->module, &options) ? STATUS_DONE : STATUS_WRONG_COMMAND;
    emit_dot(stream, elaboration->module, &options);
    return STATUS_DONE;
}

enum status deliver_page(struct outputs *outputs, struct arena *arena, const struct command *command,
                         const struct elaboration *elaboration, struct page *page)
{
    const char *name = output_name(arena, command);
    if (!prepare_output(outputs, arena, command, elaboration, name))
        return STATUS_WRONG_COMMAND;
    const struct source *source = elaboration->module->source;
    bool is_stream = strcmp(command->input, "-") == 0;
    const char *base = is_stream ? "a" : base_name(arena, command);
    page->source_name = path_last_part(source->path);
    page->program = source->text;
    page->at = command->at;
    page->c_name = arena_print(arena, "%s.c", base);
    page->header_name = arena_print(arena, "%s.h", base);
    struct emit_options options = {
        .standalone = command->standalone, .level = command->level, .header_name = page->header_name};
    page_write_c(page, elaboration->module, &options);
    emit_page(outputs_add(outputs, name), page);
    return STATUS_DONE;
}
