/* elaborate.h: names, shapes and calls: the syntax tree becomes graphs, one for each exported function.
 *
 * Elaboration evaluates the program with shapes for values: a call evaluates the callee's body on the actual
 * arguments, so generic functions, functions as arguments and static values need no further mechanism. */
#ifndef GRADC_ELABORATE_H
#define GRADC_ELABORATE_H

#include "ast.h"
#include "differentiate.h"
#include "graph.h"

struct size_definition { /* -D NAME=N */
    const char *name;
    long long number;
    bool used; /* set by elaborate where a dim of that name was found */
};

/* Is told which value each expression, assignment and parameter of the user's files gets, as often as it is
 * evaluated. */
struct observer {
    bool (*wants)(void *closure, struct span place);
    void (*tell)(void *closure, const char *type); /* "[n, m]", "real", "int[k]", "the function f" */
    void *closure;
};

/* Where the texts of imported files come from. */
struct text_reading {
    const struct source *(*read)(void *closure, struct arena *arena, const char *path);
    void *closure;
};

struct elaborate_options {
    int precision;                       /* 32 or 64; 0: as the file says */
    const char *prefix;                  /* "" for none */
    struct size_definition *definitions; /* -D */
    size_t definition_count;
    const char *const *folders; /* -I */
    size_t folder_count;
    unsigned saving;  /* of memory: bits of enum saving */
    bool as_formulas; /* for people: determinants stay whole, with the derivative of textbooks */
    const struct observer *observer;    /* or NULL */
    const struct text_reading *reading; /* NULL: from the files */
    const struct file *library; /* library_parse(), kept by who compiles often; NULL: parsed each time */
};

/* The library's functions that are written in the language. */
const struct file *library_parse(struct arena *arena, struct diagnostics *diagnostics);

/* What an export asks for, per function of the module; `adjoin` turns it into members. */
struct export_request {
    struct function *function;
    size_t *wrt; /* indices of the parameters' members, in the order of the export */
    size_t wrt_count, wrt_capacity;
    struct extra_request {
        enum entry entry;
        const char *const *outputs; /* names; NULL: all */
        size_t output_count;
        bool is_lower; /* sparse_hessian(loss, lower) */
        struct span span;
    } * extras;
    size_t extras_count, extras_capacity;
    struct span span;
};

struct elaboration {
    struct module *module;
    struct export_request **requests; /* one for each function of the module */
    const char *const *files;         /* every file read, the main one first: for -MD */
    size_t file_count;
    bool as_formulas; /* as its options said */
};

/* How a function that is built in is called, "x, axis = …"; NULL: there is none of the name. */
const char *builtin_usage(const char *name);

/* Functions get their sizes, inputs and outputs as members; gradients are adjoined by `adjoin`. Errors go to
 * diagnostics; the result is meaningful only if there were none. */
struct elaboration *elaborate(struct arena *arena, struct diagnostics *diagnostics, const struct file *file,
                              const struct derivatives *derivatives, const struct elaborate_options *options);

/* Adds to every function the derivatives that its request asks for: output gradients, gradients and the
 * members of the extra entries, with their values in the graph, and the workspace; checks the names of the
 * members. */
void adjoin(struct elaboration *elaboration, struct diagnostics *diagnostics,
            const struct derivatives *derivatives);

/* Leaves one of the exported functions alone, before `adjoin`, named as in the program; false if there is
 * none. */
bool elaboration_select(struct elaboration *elaboration, const char *name);

#endif
