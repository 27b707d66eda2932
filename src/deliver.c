/* deliver.c: what --emit asks for, into the outputs that -o names. */
#include "deliver.h"

#include <stdlib.h>
#include <string.h>

#include "emit.h"

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

struct text {
    char *bytes;
    size_t length;
};

static void text_free(struct text *text)
{
    free(text->bytes);
}

/* The header's text in the place of its #include. */
static void write_joined(FILE *stream, const struct text *c, const struct text *h, const char *header_name)
{
    char *include = NULL;
    size_t length = 0;
    FILE *line = open_memstream(&include, &length);
    if (!line)
        abort();
    fprintf(line, "#include \"%s\"\n", header_name);
    fclose(line);
    const char *place = strstr(c->bytes, include);
    size_t before = place ? (size_t)(place - c->bytes) : 0, skipped = place ? length : 0;
    fwrite(c->bytes, 1, before, stream);
    if (place)
        fwrite(h->bytes, 1, h->length, stream);
    fwrite(c->bytes + before + skipped, 1, c->length - before - skipped, stream);
    free(include);
}

static void deliver_one_stream(FILE *stream, const struct module *module, const struct emit_options *options)
{
    struct text c = {0}, h = {0};
    FILE *c_stream = open_memstream(&c.bytes, &c.length), *h_stream = open_memstream(&h.bytes, &h.length);
    if (!c_stream || !h_stream)
        abort();
    emit_c(c_stream, h_stream, module, options);
    fclose(c_stream);
    fclose(h_stream);
    write_joined(stream, &c, &h, options->header_name);
    text_free(&c);
    text_free(&h);
}

static bool deliver_c(struct outputs *outputs, struct arena *arena, const struct command *command,
                      const struct elaboration *elaboration, const char *name)
{
    const char *base = strcmp(command->input, "-") == 0 ? "stdin" : base_name(arena, command);
    bool is_stream = path_is_stream(name);
    const char *header = path_with_extension(arena, is_stream ? base : name, ".h");
    struct emit_options options = {
        .standalone = command->standalone, .header_name = path_last_part(header), .level = command->level};
    if (is_stream) {
        deliver_one_stream(outputs_add(outputs, name), elaboration->module, &options);
        return true;
    }
    if (strcmp(header, name) == 0 || path_same_file(header, name)) {
        command_error("-o %s: the header would have the same name", name);
        return false;
    }
    if (!spares_inputs(elaboration, header))
        return false;
    FILE *c = outputs_add(outputs, name), *h = outputs_add(outputs, header);
    emit_c(c, h, elaboration->module, &options);
    return true;
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

/* `model.c model.h: model.nn layers.nn`, in model.d. */
static bool deliver_dependencies(struct outputs *outputs, struct arena *arena, const struct command *command,
                                 const struct elaboration *elaboration, const char *name)
{
    if (path_is_stream(name)) {
        command_error("-MD tells what a file depends on, but the output is a stream; name a file with -o");
        return false;
    }
    const char *path = path_with_extension(arena, name, ".d");
    if (strcmp(path, name) == 0 || !spares_inputs(elaboration, path)) {
        command_error("-o %s: the dependencies need a file %s", name, path);
        return false;
    }
    FILE *stream = outputs_add(outputs, path);
    write_for_make(stream, name);
    if (command->kind == KIND_C) {
        fputc(' ', stream);
        write_for_make(stream, path_with_extension(arena, name, ".h"));
    }
    fputc(':', stream);
    for (size_t i = 0; i < elaboration->file_count; i++)
        if (strcmp(elaboration->files[i], "<stdin>") != 0) {
            fputc(' ', stream);
            write_for_make(stream, elaboration->files[i]);
        }
    fputc('\n', stream);
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

enum status deliver(struct outputs *outputs, struct arena *arena, const struct command *command,
                    const struct elaboration *elaboration)
{
    const struct module *module = elaboration->module;
    const char *name = output_name(arena, command);
    bool done = spares_inputs(elaboration, name);
    if (done && command->dependencies)
        done = deliver_dependencies(outputs, arena, command, elaboration, name);
    if (!done)
        return STATUS_WRONG_COMMAND;
    switch (command->kind) {
    case KIND_C: done = deliver_c(outputs, arena, command, elaboration, name); break;
    case KIND_INTERFACE: emit_interface(outputs_add(outputs, name), module); break;
    case KIND_PYTHON: emit_python(outputs_add(outputs, name), module); break;
    default: break;
    }
    return done ? STATUS_DONE : STATUS_WRONG_COMMAND;
}
