/* command.h: the command line. */
#ifndef GRADC_COMMAND_H
#define GRADC_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "arena.h"
#include "elaborate.h"
#include "warnings.h"
#include "diagnostics.h"

enum kind {
    KIND_C,
    KIND_AST,
    KIND_GRAPH,
    KIND_DOT,
    KIND_SVG,
    KIND_MATH,
    KIND_LATEX,
    KIND_INTERFACE,
    KIND_PYTHON,
    KIND_CPP,
    KIND_HTML,
    KIND_RUST,
    KIND_PROGRAM
};

enum status { STATUS_DONE = 0, STATUS_WRONG_PROGRAM = 1, STATUS_WRONG_COMMAND = 2 };

struct command {
    const char *input;  /* "-": standard input */
    const char *output; /* -o: "-" is standard output; NULL: not given */
    enum kind kind;
    enum check { CHECK_NOTHING, CHECK_GRAPH, CHECK_COMPILED } check; /* --check, --check=c */
    bool stats, standalone;
    enum { FORMAT_NOT, FORMAT_WRITE, FORMAT_CHECK } format; /* --format, --check-format */
    const char *at;                                         /* --at's text, or NULL */
    const char *function;  /* --function: what is shown or checked of this one alone; NULL: of all */
    bool opens_calls;      /* --level=gates: pictures show the insides of called functions */
    const char *after;     /* --after: the pass whose program is shown, or "all"; NULL: the last */
    bool is_server;        /* --lsp */
    const char *explained; /* --explain: the name of a value; NULL: none */
    int level;             /* -O */
    int64_t max_workspace; /* bytes; 0: as much as is best */
    bool colour;           /* of messages */
    struct dependencies {
        bool are_wanted;            /* -MD */
        const char *file;           /* -MF; NULL: beside the output */
        bool have_rules;            /* -MP: an empty rule for each imported file */
        const char *const *targets; /* -MT; none: the outputs */
        size_t target_count;
    } dependencies;
    struct warnings warnings;
    struct elaborate_options elaborate;
};

/* Reads the arguments. Returns true if there is something to compile; else *status is the exit status, and
 * what was wrong has been told, or --help and --version answered. */
bool command_read(struct command *command, struct arena *arena, int argument_count, char **arguments,
                  enum status *status);

#endif
