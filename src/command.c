/* command.c: reads the command line. What it does not understand it tells on standard error, as far as
 * possible with what was meant. */
#include "command.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "greek.h"

static const char usage[] =
    "usage: gradc [options] FILE.nn        ('-' reads standard input)\n"
    "\n"
    "Differentiates a program and writes it, with its derivatives, as C.\n"
    "\n"
    "  -o FILE                      write to FILE (C: also the header beside it; '-': standard output)\n"
    "  --emit=KIND                  c (default), ast, graph, dot, svg, math, latex, html, interface, "
    "python,\n"
    "                               cpp, rust, program (the loops, statements and buffers of each entry)\n"
    "  --check                      compare every gradient with a numerical one, and what is emitted with "
    "the graph\n"
    "  --check=c                    also what the compiler $CC makes of it with $CFLAGS (default: cc -O2)\n"
    "  --at name=value,...          with --emit=svg, dot, html or graph: evaluate and show values and "
    "gradients;\n"
    "                               with --check: the point at which to check\n"
    "  --function=NAME              with checks, pictures, graphs, formulas, loop programs: of this function "
    "alone\n"
    "  --level=functions|gates      in pictures, a called function is one gate (default), or its insides "
    "are shown\n"
    "  --after=PASS                 with --emit=program: as the pass of the back end leaves it; all: each\n"
    "  --explain=NAME               tell where a value comes from, what it costs, whether it is kept and "
    "why\n"
    "  --format                     write the program itself in its canonical form (-o FILE may be the "
    "input)\n"
    "  --check-format               tell whether it is written so\n"
    "  --lsp                        be a language server for editors, on standard input and output\n"
    "  --precision=float32|float64  the real type, whatever the file says\n"
    "  --standalone                 one file that needs nothing but the C library\n"
    "  --prefix=NAME                put NAME before all external names\n"
    "  -D NAME=N                    fix the size NAME, a dim of the file, to N\n"
    "  -I DIR                       look for imported files in DIR, too\n"
    "  -MD                          also write what the output depends on, for make\n"
    "  -MF FILE, -MT NAME, -MP      with -MD: into FILE; NAME for the target; empty rules for imported "
    "files\n"
    "  --max-workspace=BYTES        compute again rather than keep, to need no more (sizes: --at N=128)\n"
    "  --stats                      tell the sizes of graph and program, operations, workspace\n"
    "  -O0, -O1, -O2                how much to optimise (default: -O2)\n"
    "  -WNAME, -Wno-NAME            warn, or do not, of: unused, vector-transpose, square-broadcast, "
    "hidden-size,\n"
    "                               second-import, while-bound; all of them: all; -Werror: warnings are "
    "errors\n"
    "  --color=auto|always|never    colours in messages\n"
    "  --version, --help, -h\n"
    "\n"
    "Exit status: 0 done, 1 the program is wrong, 2 the command line is wrong, or a file cannot be read or "
    "written.\n";

struct choice {
    const char *name;
    int value;
};

static const struct choice kinds[] = {
    {"c", KIND_C},
    {"ast", KIND_AST},
    {"graph", KIND_GRAPH},
    {"dot", KIND_DOT},
    {"svg", KIND_SVG},
    {"math", KIND_MATH},
    {"latex", KIND_LATEX},
    {"interface", KIND_INTERFACE},
    {"html", KIND_HTML},
    {"python", KIND_PYTHON},
    {"cpp", KIND_CPP},
    {"rust", KIND_RUST},
    {"program", KIND_PROGRAM},
    {NULL, 0},
};
static const struct choice levels[] = {{"functions", false}, {"gates", true}, {NULL, 0}};
static const struct choice precisions[] = {{"float32", 32}, {"float64", 64}, {NULL, 0}};

enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };
static const struct choice colours[] = {
    {"auto", COLOUR_AUTO}, {"always", COLOUR_ALWAYS}, {"never", COLOUR_NEVER}, {NULL, 0}};

/* The choice with this name; false after telling what there is. */
static bool choose(const char *option, const char *name, const struct choice *choices, int *value)
{
    for (const struct choice *choice = choices; choice->name; choice++)
        if (strcmp(choice->name, name) == 0) {
            *value = choice->value;
            return true;
        }
    fprintf(stderr, "gradc: error: %s=%s: there is", option, name);
    for (const struct choice *choice = choices; choice->name; choice++)
        fprintf(stderr, "%s %s", choice == choices ? "" : choice[1].name ? "," : " and", choice->name);
    fputc('\n', stderr);
    return false;
}

/* ---- The options, each of which reads its value ---- */

struct reader {
    struct command *command;
    struct arena *arena;
    enum colour colour;
    bool has_picture_level; /* --level is given */
    size_t definition_capacity, folders_count, folders_capacity, targets_count, targets_capacity;
    const char **folders, **targets;
};

static bool read_output(struct reader *reader, const char *value)
{
    reader->command->output = value;
    if (*value == '\0')
        command_error("-o: the name of the output is empty");
    return *value != '\0';
}

static bool read_emit(struct reader *reader, const char *value)
{
    int kind;
    if (!choose("--emit", value, kinds, &kind))
        return false;
    reader->command->kind = (enum kind)kind;
    return true;
}

static bool read_precision(struct reader *reader, const char *value)
{
    return choose("--precision", value, precisions, &reader->command->elaborate.precision);
}

static bool read_colour(struct reader *reader, const char *value)
{
    int colour;
    if (!choose("--color", value, colours, &colour))
        return false;
    reader->colour = (enum colour)colour;
    return true;
}

static bool read_prefix(struct reader *reader, const char *value)
{
    bool is_name = isalpha((unsigned char)*value) || *value == '_';
    for (const char *c = value; *c; c++)
        is_name &= isalnum((unsigned char)*c) || *c == '_';
    if (!is_name)
        command_error(
            "--prefix=%s: a prefix is made of letters, digits and '_', and does not begin with a digit",
            value);
    reader->command->elaborate.prefix = value;
    return is_name;
}

static bool read_at(struct reader *reader, const char *value)
{
    const char **at = &reader->command->at;
    *at = *at ? arena_print(reader->arena, "%s,%s", *at, value) : value;
    return true;
}

static bool read_after(struct reader *reader, const char *value)
{
    reader->command->after = value;
    return true;
}

static bool read_definition(struct reader *reader, const char *value)
{
    struct elaborate_options *options = &reader->command->elaborate;
    const char *equals = strchr(value, '=');
    const char *name = equals ? greek_spelling(reader->arena, value, (size_t)(equals - value)) : NULL;
    if (!name) {
        command_error("-D %s: a size is given as NAME=N", value);
        return false;
    }
    char *end = NULL;
    errno = 0;
    long long number = strtoll(equals + 1, &end, 10);
    if (!isdigit((unsigned char)equals[1]) || *end != '\0' || errno == ERANGE || number < 1) {
        command_error("-D %s: a size is a whole number, at least 1", value);
        return false;
    }
    struct size_definition definition = {.name = name, .number = number};
    options->definitions = arena_grow(reader->arena, options->definitions, options->definition_count,
                                      &reader->definition_capacity, sizeof definition);
    options->definitions[options->definition_count++] = definition;
    return true;
}

static bool read_folder(struct reader *reader, const char *value)
{
    ARENA_APPEND(reader->arena, reader, folders, value);
    return true;
}

static bool read_max_workspace(struct reader *reader, const char *value)
{
    char *end = NULL;
    errno = 0;
    long long bytes = strtoll(value, &end, 10);
    bool is_number = isdigit((unsigned char)*value) && *end == '\0' && errno != ERANGE && bytes > 0;
    if (!is_number)
        command_error("--max-workspace=%s: a number of bytes is needed, at least 1", value);
    reader->command->max_workspace = bytes;
    return is_number;
}

static bool read_check(struct reader *reader, const char *value)
{
    static const struct choice checks[] = {{"c", CHECK_COMPILED}, {NULL, 0}};
    int check = CHECK_GRAPH;
    if (*value && !choose("--check", value, checks, &check))
        return false;
    reader->command->check = (enum check)check;
    return true;
}

static bool set_stats(struct reader *reader, const char *value)
{
    (void)value;
    return reader->command->stats = true;
}

static bool set_format(struct reader *reader, const char *value)
{
    (void)value;
    reader->command->format = FORMAT_WRITE;
    return true;
}

static bool read_explained(struct reader *reader, const char *value)
{
    reader->command->explained = greek_spelling(reader->arena, value, strlen(value));
    if (!reader->command->explained)
        command_error("--explain=%s: this is no name of a value", value);
    return reader->command->explained != NULL;
}

static bool set_server(struct reader *reader, const char *value)
{
    (void)value;
    return reader->command->is_server = true;
}

static bool set_check_format(struct reader *reader, const char *value)
{
    (void)value;
    reader->command->format = FORMAT_CHECK;
    return true;
}

static bool set_standalone(struct reader *reader, const char *value)
{
    (void)value;
    return reader->command->standalone = true;
}

static bool set_dependencies(struct reader *reader, const char *value)
{
    (void)value;
    return reader->command->dependencies.are_wanted = true;
}

static bool set_rules(struct reader *reader, const char *value)
{
    (void)value;
    return reader->command->dependencies.have_rules = true;
}

static bool read_dependencies(struct reader *reader, const char *value)
{
    reader->command->dependencies.file = value;
    if (*value == '\0')
        command_error("-MF: the name of the file is empty");
    return *value != '\0';
}

static bool read_target(struct reader *reader, const char *value)
{
    ARENA_APPEND(reader->arena, reader, targets, value);
    return true;
}

static bool read_function(struct reader *reader, const char *value)
{
    reader->command->function = greek_spelling(reader->arena, value, strlen(value));
    if (!reader->command->function)
        command_error("--function=%s: this is no name of a function", value);
    return reader->command->function != NULL;
}

static bool read_picture_level(struct reader *reader, const char *value)
{
    int opens_calls;
    if (!choose("--level", value, levels, &opens_calls))
        return false;
    reader->command->opens_calls = opens_calls;
    return reader->has_picture_level = true;
}

static bool read_level(struct reader *reader, const char *value)
{
    bool is_level = *value >= '0' && *value <= '2' && value[1] == '\0';
    if (is_level)
        reader->command->level = *value - '0';
    else
        command_error("-O%s: there is -O0, -O1 and -O2", value);
    return is_level;
}

static bool read_warning(struct reader *reader, const char *value)
{
    if (warnings_switch(&reader->command->warnings, value))
        return true;
    fprintf(stderr, "gradc: error: -W%s: there is", value);
    for (int i = 0; i < WARNING_COUNT; i++)
        fprintf(stderr, " %s,", warning_names[i]);
    fputs(" all and error, each also after no-\n", stderr);
    return false;
}

enum form {
    FLAG,
    OPTIONAL,
    WORD,
    LETTER,
    ATTACHED
}; /* --stats; --check, --check=c; --emit=c, --emit c; -o x, -ox; -O2 */

static const struct option {
    const char *name;
    enum form form;
    bool (*read)(struct reader *reader, const char *value);
} options[] = {
    {"-MD", FLAG, set_dependencies},
    {"-MP", FLAG, set_rules},
    {"-MF", LETTER, read_dependencies},
    {"-MT", LETTER, read_target},
    {"-o", LETTER, read_output},
    {"-D", LETTER, read_definition},
    {"-I", LETTER, read_folder},
    {"-O", ATTACHED, read_level},
    {"-W", ATTACHED, read_warning},
    {"--emit", WORD, read_emit},
    {"--check", OPTIONAL, read_check},
    {"--format", FLAG, set_format},
    {"--check-format", FLAG, set_check_format},
    {"--explain", WORD, read_explained},
    {"--lsp", FLAG, set_server},
    {"--at", WORD, read_at},
    {"--function", WORD, read_function},
    {"--level", WORD, read_picture_level},
    {"--after", WORD, read_after},
    {"--precision", WORD, read_precision},
    {"--standalone", FLAG, set_standalone},
    {"--prefix", WORD, read_prefix},
    {"--stats", FLAG, set_stats},
    {"--max-workspace", WORD, read_max_workspace},
    {"--color", WORD, read_colour},
    {"--version", FLAG, NULL},
    {"--help", FLAG, NULL},
    {"-h", FLAG, NULL},
};
enum { OPTION_COUNT = sizeof options / sizeof options[0] };

static bool takes_equals(const struct option *option)
{
    return option->form == WORD || option->form == OPTIONAL;
}

/* The option that the argument begins with, and the value attached to it (NULL: none). */
static const struct option *find_option(const char *argument, const char **value)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &options[i];
        size_t length = strlen(option->name);
        if (strncmp(argument, option->name, length) != 0)
            continue;
        const char *rest = argument + length;
        *value = *rest == '\0' ? NULL : takes_equals(option) ? rest + 1 : rest;
        if (*rest == '\0' || option->form == LETTER || option->form == ATTACHED ||
            (takes_equals(option) && *rest == '='))
            return option;
    }
    return NULL;
}

static void tell_unknown(struct arena *arena, const char *argument)
{
    const char *names[OPTION_COUNT], *value;
    for (size_t i = 0; i < OPTION_COUNT; i++)
        names[i] = options[i].name;
    size_t length = strcspn(argument, "=");
    const char *name = arena_copy(arena, argument, length);
    const struct option *given = find_option(name, &value);
    const char *near = near_name(name, names, OPTION_COUNT);
    if (given && given->form == FLAG)
        command_error("the option %s takes no value", name);
    else if (near)
        command_error("unknown option %s; did you mean %s?", name, near);
    else
        command_error("unknown option %s; gradc --help lists the options", name);
}

static bool read_input(struct reader *reader, const char *path)
{
    if (reader->command->input) {
        command_error(
            "there are two input files, %s and %s; a program that needs both imports one in the other",
            reader->command->input, path);
        return false;
    }
    reader->command->input = path;
    return true;
}

/* One argument, with the next one if that is its value. */
static bool read_argument(struct reader *reader, char **arguments, int count, int *position)
{
    const char *argument = arguments[(*position)++], *value = NULL;
    if (argument[0] != '-' || argument[1] == '\0')
        return read_input(reader, argument);
    const struct option *option = find_option(argument, &value);
    if (!option) {
        tell_unknown(reader->arena, argument);
        return false;
    }
    if (option->form == FLAG || option->form == ATTACHED || option->form == OPTIONAL)
        return option->read(reader, value ? value : "");
    if (!value && *position == count) {
        command_error("the option %s needs a value", option->name);
        return false;
    }
    return option->read(reader, value ? value : arguments[(*position)++]);
}

static bool wants_colour(enum colour colour)
{
    const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    if (colour != COLOUR_AUTO)
        return colour == COLOUR_ALWAYS;
    return isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0 && !(no_colour && *no_colour);
}

/* --help and --version are answered wherever they stand. */
static bool answer(int count, char **arguments)
{
    for (int i = 1; i < count && strcmp(arguments[i], "--") != 0; i++) {
        bool is_help = strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0;
        if (is_help)
            fputs(usage, stdout);
        else if (strcmp(arguments[i], "--version") == 0)
            puts("gradc " GRADC_VERSION);
        else
            continue;
        return true;
    }
    return false;
}

static bool is_picture(const struct command *command)
{
    return command->kind == KIND_DOT || command->kind == KIND_SVG || command->kind == KIND_HTML;
}

/* What shows functions one by one, and so can show one alone. */
static bool shows_functions(const struct command *command)
{
    return command->kind == KIND_GRAPH || is_picture(command) || command->kind == KIND_MATH ||
           command->kind == KIND_LATEX || command->kind == KIND_PROGRAM;
}

static bool is_consistent(const struct reader *reader)
{
    const struct command *command = reader->command;
    const struct dependencies *dependencies = &command->dependencies;
    bool has_output = command->kind != KIND_C || command->check || command->stats || command->at ||
                      command->max_workspace || command->format || command->output;
    if (command->is_server && (command->input || has_output))
        command_error(
            "--lsp is told by the editor what to look at; of the options -D, -I, -W and --precision go "
            "with it");
    else if (command->is_server)
        return true;
    else if (!command->input)
        command_error("no input file; gradc --help tells more");
    else if (command->max_workspace && (command->kind != KIND_C || command->check))
        command_error("--max-workspace changes the C; it goes with --emit=c");
    else if (command->at && !command->max_workspace && !command->check && !is_picture(command) &&
             command->kind != KIND_GRAPH)
        command_error("--at goes with --emit=svg, dot, html or graph, --check or --max-workspace");
    else if (command->stats &&
             (command->kind == KIND_AST || is_picture(command) || command->kind == KIND_MATH ||
              command->kind == KIND_LATEX || (command->at && !command->max_workspace) || command->check))
        command_error("--stats tells of the C; it goes with --emit=c, graph, interface or python");
    else if (command->explained && (command->kind != KIND_C || command->check || command->stats ||
                                    command->at || command->max_workspace || command->format))
        command_error(
            "--explain tells of one value of the C; of the options -o, -D, --function and -O go with it");
    else if (command->function && !command->explained && !command->check && !shows_functions(command))
        command_error("--function goes with --emit=graph, dot, svg, html, math, latex or program, with "
                      "--check and --explain");
    else if (!dependencies->are_wanted &&
             (dependencies->file || dependencies->have_rules || dependencies->target_count > 0))
        command_error("-MF, -MP and -MT say how -MD writes what the output depends on; they need it");
    else if (command->format && (command->check || command->stats || command->at || command->max_workspace ||
                                 command->kind != KIND_C))
        command_error("--format and --check-format look at the text alone; no other output goes with them");
    else if (command->format == FORMAT_CHECK && command->output)
        command_error("--check-format writes nothing; -o does not go with it");
    else if (reader->has_picture_level && (!is_picture(command) || command->check))
        command_error("--level goes with --emit=svg, dot and html");
    else if (command->after && (command->kind != KIND_PROGRAM || command->check))
        command_error("--after goes with --emit=program");
    else if (command->check && command->output)
        command_error("--check writes its table to standard output; -o does not go with it");
    else
        return true;
    return false;
}

bool command_read(struct command *command, struct arena *arena, int count, char **arguments,
                  enum status *status)
{
    *command = (struct command){.level = 2, .elaborate.prefix = "", .warnings = warnings_defaults()};
    struct reader reader = {.command = command, .arena = arena};
    *status = STATUS_DONE;
    if (answer(count, arguments))
        return false;
    *status = STATUS_WRONG_COMMAND;
    bool only_files = false;
    for (int i = 1; i < count;) {
        if (!only_files && strcmp(arguments[i], "--") == 0) {
            only_files = true;
            i++;
        } else if (only_files ? !read_input(&reader, arguments[i++])
                              : !read_argument(&reader, arguments, count, &i)) {
            return false;
        }
    }
    command->elaborate.folders = reader.folders;
    command->elaborate.folder_count = reader.folders_count;
    command->dependencies.targets = reader.targets;
    command->dependencies.target_count = reader.targets_count;
    command->elaborate.as_formulas =
        (command->kind == KIND_MATH || command->kind == KIND_LATEX) && !command->check;
    command->colour = wants_colour(reader.colour);
    return is_consistent(&reader);
}
