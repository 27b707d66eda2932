/* answers.h: what the language server says about one text. Each answer looks at the text anew, in an arena
 * that is given back with it, so that no version of a text leaves anything behind. */
#ifndef GRADC_ANSWERS_H
#define GRADC_ANSWERS_H

#include "documents.h"
#include "json.h"

struct question {
    struct arena *arena;
    struct documents *documents;
    const struct document *document;
    const struct json *parameters; /* of the request */
    const struct elaborate_options *options;
    struct warnings warnings;
    FILE *reply; /* gets the result, as JSON */
};

/* The text as a source, and what it parses to. */
struct view {
    const struct question *question;
    struct arena *arena;
    const struct source *source;
    const struct file *file;
    struct text_reading reading;
    struct elaborate_options options;
    unsigned offset; /* of the request's position; 0 without one */
};

/* diagnostics: gets the messages of the parser; NULL: nobody does. */
struct view look_at(const struct question *question, struct diagnostics *diagnostics);
void write_range(const struct view *view, struct span span);

/* The parameters of textDocument/publishDiagnostics. */
void tell_diagnostics(const struct question *question);
void answer_hover(const struct question *question);
void answer_definition(const struct question *question);
void answer_completion(const struct question *question);
void answer_formatting(const struct question *question);
void answer_symbols(const struct question *question);

#endif
