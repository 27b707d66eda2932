/* main.c: the command gradc. compile() is the list of passes, in the order in which they run. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "ast.h"
#include "values_at.h"
#include "graph_capacity.h"
#include "command.h"
#include "deliver.h"
#include "differences.h"
#include "format.h"
#include "guard.h"
#include "limit.h"
#include "output.h"
#include "passes.h"
#include "progress.h"
#include "server.h"
#include "source.h"
#include "validate.h"

struct run {
    int argument_count;
    char **arguments;
    enum status status;
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

/* --function: leaves this one of the exported functions, named as in the program; false after telling that
 * there is none. */
static bool select_function(struct elaboration *elaboration, const char *name)
{
    const struct module *module = elaboration->module;
    if (elaboration_select(elaboration, name))
        return true;
    fprintf(stderr, "gradc: error: --function=%s: no function of that name is exported; there is", name);
    for (size_t i = 0; i < module->functions_count; i++)
        fprintf(stderr, "%s %s",
                i == 0                            ? ""
                : i + 1 < module->functions_count ? ","
                                                  : " and",
                module->functions[i]->name + strlen(module->prefix));
    fputc('\n', stderr);
    return false;
}

/* The functions once more, with their derivatives. */
static struct elaboration *elaborate_again(struct run *run, const struct file *file,
                                           const struct derivatives *derivatives)
{
    const struct command *command = &run->command;
    struct elaboration *elaboration =
        elaborate(run->arena, &run->diagnostics, file, derivatives, &command->elaborate);
    if (command->function)
        select_function(elaboration, command->function);
    adjoin(elaboration, &run->diagnostics, derivatives);
    return elaboration;
}

/* The passes between the syntax tree and the C. */
static struct elaboration *rebuild(struct run *run, const struct file *file,
                                   const struct derivatives *derivatives)
{
    const struct command *command = &run->command;
    struct elaboration *elaboration = elaborate_again(run, file, derivatives);
    for (size_t i = 0; i < elaboration->module->functions_count; i++) {
        simplify(elaboration->module->functions[i], command->level);
        scalarise(elaboration->module->functions[i], command->level);
    }
    return elaboration;
}

/* The module whose workspace fits because it computes values again: the first of the ways of doing so, the
 * cheapest first; NULL after telling why none does. */
static struct elaboration *limit_workspace(struct run *run, const struct file *file,
                                           const struct derivatives *derivatives,
                                           struct elaboration *elaboration)
{
    static const unsigned ways[] = {SAVING_ROWS, SAVING_ELEMENTS, SAVING_STATES,
                                    SAVING_ELEMENTS | SAVING_STATES};
    struct command *command = &run->command;
    unsigned rows = 0; /* if that makes a difference */
    const struct need *before = workspace_needs(elaboration->module, command->at), *least = before;
    if (!needs_are_known(stderr, elaboration->module, before))
        return NULL;
    if (needs_fit(elaboration->module, before, command->max_workspace))
        return elaboration;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        command->elaborate.saving = ways[i] | rows;
        elaboration = rebuild(run, file, derivatives);
        struct need *after = workspace_needs(elaboration->module, command->at);
        if (needs_fit(elaboration->module, after, command->max_workspace)) {
            tell_costs(stderr, elaboration->module, before, after, ways[i] | rows);
            return elaboration;
        }
        if (ways[i] == SAVING_ROWS && !needs_are_equal(elaboration->module, before, after))
            rows = SAVING_ROWS;
        least = lesser_needs(elaboration->module, least, after);
    }
    tell_excess(stderr, elaboration->module, before, least, command->max_workspace);
    return NULL;
}

/* The points that --at gives, one for each function; NULL after telling why there are none. */
static struct given *given_points(struct run *run, const struct module *module)
{
    struct at *at = at_read(run->arena, run->command.at);
    struct given *given = ARENA_ARRAY(run->arena, struct given, module->functions_count + 1);
    for (size_t i = 0; at && i < module->functions_count; i++) {
        const struct function *function = module->functions[i];
        int64_t *sizes = ARENA_ARRAY(run->arena, int64_t, function->members_count + 1);
        const double **values = ARENA_ARRAY(run->arena, const double *, function->members_count + 1);
        if (!at_point(at, function, sizes, values))
            return NULL;
        given[i] = (struct given){sizes, values};
    }
    return at && at_is_used(at) ? given : NULL;
}

/* --check: the graph against differences, and what is emitted against the graph; --check=c: compiled, too. */
static enum status check(struct run *run, const struct file *file, const struct derivatives *derivatives,
                         const struct module *module)
{
    const struct command *command = &run->command;
    struct validate_options options = validate_defaults();
    options.level = command->level;
    options.elaborate = command->elaborate;
    options.function = command->function;
    options.table = stdout;
    options.trials = command->at ? 6 : 12;
    options.statements = 20000000;
    if (command->at && !(options.given = given_points(run, module)))
        return STATUS_WRONG_COMMAND;
    const struct module *written = elaborate_again(run, file, derivatives)->module;
    bool are_right = check_gradients(stdout, module, written, options.given);
    struct validation validation = validate_file(run->arena, &run->diagnostics, file, derivatives, &options);
    are_right = are_right && validation.validity == VALIDATE_SOUND;
    if (command->check == CHECK_COMPILED && !is_wrong(run)) {
        fflush(stdout); /* other processes follow */
        options.is_compiled = true;
        validation = validate_file(run->arena, &run->diagnostics, file, derivatives, &options);
        are_right = are_right && validation.validity == VALIDATE_SOUND;
    }
    if (validation.validity == VALIDATE_UNTRIED) {
        command_error("--check=c: %s", validation.text);
        return STATUS_WRONG_COMMAND;
    }
    return are_right ? STATUS_DONE : STATUS_WRONG_PROGRAM;
}

/* --emit=html. The picture is of functions as they are written, formulas and C have their own ways of
 * simplifying them. */
static enum status show_page(struct run *run, const struct file *file, const struct derivatives *derivatives,
                             const struct elaboration *elaboration, struct at *at)
{
    struct command *command = &run->command;
    struct page page = {0};
    struct picture_options options = {.opens_calls = command->opens_calls, .at = at};
    page_draw(&page, elaboration->module, &options);
    command->elaborate.as_formulas = true;
    elaboration = elaborate_again(run, file, derivatives);
    if (is_wrong(run))
        return STATUS_WRONG_PROGRAM;
    page_write_formulas(&page, elaboration->module);
    command->elaborate.as_formulas = false;
    elaboration = rebuild(run, file, derivatives);
    check_capacity(&run->diagnostics, elaboration->module);
    if (is_wrong(run))
        return STATUS_WRONG_PROGRAM;
    return deliver_page(run->outputs, run->arena, command, elaboration, &page);
}

/* Pictures, and graphs with values: of functions as they are written. */
static enum status show(struct run *run, const struct file *file, const struct derivatives *derivatives,
                        const struct elaboration *elaboration, bool is_picture)
{
    const struct command *command = &run->command;
    enum status status;
    struct at *at = NULL;
    if (command->at &&
        !(at = at_new(run->arena, elaboration->module, derivatives, command->at, is_picture, &status)))
        return status;
    if (command->kind == KIND_HTML)
        return show_page(run, file, derivatives, elaboration, at);
    return is_picture ? deliver_picture(run->outputs, run->arena, command, elaboration, at)
                      : deliver_listing(run->outputs, run->arena, command, elaboration, at);
}

/* --format and --check-format: the text alone, whatever the program means. */
static enum status write_formatted(struct run *run, const struct source *source)
{
    const char *text = format(run->arena, &run->diagnostics, source);
    if (text && run->command.format == FORMAT_CHECK)
        check_format(&run->diagnostics, source, text);
    if (is_wrong(run))
        return STATUS_WRONG_PROGRAM;
    if (run->command.format == FORMAT_WRITE)
        fputs(text, outputs_add(run->outputs, run->command.output ? run->command.output : "-"));
    return STATUS_DONE;
}

static enum status compile(struct run *run)
{
    const struct command *command = &run->command;
    const struct source *source = source_read(run->arena, command->input);
    if (!source) {
        command_error("cannot read %s: %s", command->input, strerror(errno));
        return STATUS_WRONG_COMMAND;
    }
    if (command->format)
        return write_formatted(run, source);
    const struct file *file = parse(run->arena, &run->diagnostics, source);
    if (command->kind == KIND_AST && !is_wrong(run))
        return deliver_tree(run->outputs, command, file);
    bool is_readable = !is_wrong(run);
    if (!is_readable && command->kind == KIND_AST)
        return STATUS_WRONG_PROGRAM;
    const struct derivatives *derivatives = derivatives_load(run->arena, &run->diagnostics);
    struct elaboration *elaboration =
        elaborate(run->arena, &run->diagnostics, file, derivatives, &command->elaborate);
    if (!is_readable) /* what is wrong in what could be read has been told, too */
        return STATUS_WRONG_PROGRAM;
    if (!all_sizes_used(command))
        return STATUS_WRONG_COMMAND;
    if (!is_wrong(run) && command->function && !select_function(elaboration, command->function))
        return STATUS_WRONG_COMMAND;
    bool is_picture =
        (command->kind == KIND_DOT || command->kind == KIND_SVG || command->kind == KIND_HTML) &&
        !command->check;
    if (!is_wrong(run) && (is_picture || (command->at && !command->max_workspace && !command->check)))
        return show(run, file, derivatives, elaboration, is_picture);
    if (!is_wrong(run))
        adjoin(elaboration, &run->diagnostics, derivatives);
    if (is_wrong(run))
        return STATUS_WRONG_PROGRAM;
    bool is_formula =
        command->kind == KIND_MATH || command->kind == KIND_LATEX; /* simplified as they are written */
    size_t count = elaboration->module->functions_count;
    for (size_t i = 0; i < count && (!is_formula || command->check); i++) {
        progress_show("simplifying", elaboration->module->functions[i]->name, i, count);
        simplify(elaboration->module->functions[i], command->level);
    }
    if (!is_formula)
        check_capacity(&run->diagnostics, elaboration->module);
    if (is_wrong(run))
        return STATUS_WRONG_PROGRAM;
    bool is_lowered = (command->kind == KIND_C || command->kind == KIND_PROGRAM) && !command->check;
    for (size_t i = 0; i < count && is_lowered; i++)
        scalarise(elaboration->module->functions[i], command->level);
    if (command->check)
        return check(run, file, derivatives, elaboration->module);
    if (command->max_workspace)
        elaboration = limit_workspace(run, file, derivatives, elaboration);
    if (!elaboration)
        return STATUS_WRONG_PROGRAM;
    if (command->explained)
        return deliver_explanation(run->outputs, command, elaboration, file);
    return deliver(run->outputs, run->arena, command, elaboration);
}

static void run_command(void *argument)
{
    struct run *run = argument;
    run->arena = arena_new();
    if (!command_read(&run->command, run->arena, run->argument_count, run->arguments, &run->status))
        return;
    run->diagnostics = (struct diagnostics){.arena = run->arena,
                                            .stream = stderr,
                                            .colour = run->command.colour,
                                            .warnings = run->command.warnings};
    if (run->command.is_server) {
        run->status = (enum status)serve(&run->command.elaborate, run->command.warnings);
        return;
    }
    run->outputs = outputs_new(run->arena);
    run->status = compile(run);
    if (run->status == STATUS_DONE && !outputs_commit(run->outputs))
        run->status = STATUS_WRONG_COMMAND;
}

static void clean_up(void *argument)
{
    struct run *run = argument;
    if (run->outputs)
        outputs_discard(run->outputs);
}

int main(int argument_count, char **arguments)
{
    struct run run = {.argument_count = argument_count, .arguments = arguments};
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write, */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not become as large */
    const char *reason = guarded(run_command, clean_up, &run);
    if (reason) {
        command_error("%s", reason);
        run.status = STATUS_WRONG_COMMAND;
    }
    progress_clear();
    if (fflush(stdout) != 0 && run.status == STATUS_DONE) {
        command_error("cannot write standard output: %s", strerror(errno));
        run.status = STATUS_WRONG_COMMAND;
    }
    return (int)run.status;
}
