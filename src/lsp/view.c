/* view.c: places in the text, as the protocol writes them; definitions, formatting. */
#include <string.h>

#include "answers.h"
#include "format.h"
#include "symbols.h"
#include "source.h"

struct view look_at(const struct question *question, struct diagnostics *diagnostics)
{
    struct arena *arena = question->arena;
    const struct document *document = question->document;
    struct diagnostics silent = diagnostics_silent(arena);
    struct view view = {.question = question, .arena = arena, .options = *question->options};
    view.reading = (struct text_reading){documents_read, question->documents};
    view.source =
        source_of_text(arena, path_of_uri(arena, document->uri), document->text, document->length, false);
    view.file = parse(arena, diagnostics ? diagnostics : &silent, view.source);
    struct position position = {0, 0};
    if (json_whole(json_path(question->parameters, "position.line"), &position.line) &&
        json_whole(json_path(question->parameters, "position.character"), &position.character))
        view.offset = (unsigned)offset_at(document->text, document->length, position);
    return view;
}

static void write_position(FILE *reply, const struct source *source, size_t offset)
{
    struct position position = position_of(source->text, source->length, offset);
    fprintf(reply, "{\"line\":%zu,\"character\":%zu}", position.line, position.character);
}

void write_range(const struct view *view, struct span span)
{
    FILE *reply = view->question->reply;
    size_t length = span.source->length;
    size_t begin = span.begin < length ? span.begin : length, end = span.end < length ? span.end : length;
    fputs("{\"start\":", reply);
    write_position(reply, span.source, begin);
    fputs(",\"end\":", reply);
    write_position(reply, span.source, end > begin ? end : begin);
    fputc('}', reply);
}

/* ---- Definitions ---- */

/* The library has no file that an editor could open. */
void answer_definition(const struct question *question)
{
    struct view view = look_at(question, NULL);
    view.options.reading = &view.reading;
    const struct names *names = names_of(view.arena, view.file, &view.options);
    const struct occurrence *occurrence = occurrence_at(names, view.offset);
    const struct symbol *symbol = occurrence ? occurrence->symbol : NULL;
    if (!symbol || symbol->span.source->is_library) {
        fputs("null", question->reply);
        return;
    }
    bool is_here = symbol->span.source == view.source;
    fputs("{\"uri\":", question->reply);
    json_write_string(question->reply,
                      is_here ? question->document->uri : uri_of_path(view.arena, symbol->span.source->path));
    fputs(",\"range\":", question->reply);
    write_range(&view, symbol->span);
    fputc('}', question->reply);
}

/* ---- Formatting ---- */

/* One edit that replaces all, or none where nothing changes; a text that cannot be parsed stays as it is. */
void answer_formatting(const struct question *question)
{
    struct view view = look_at(question, NULL);
    struct diagnostics silent = diagnostics_silent(view.arena);
    const char *text = format(view.arena, &silent, view.source);
    if (!text || silent.error_count) {
        fputs("null", question->reply);
        return;
    }
    if (strcmp(text, view.source->text) == 0) {
        fputs("[]", question->reply);
        return;
    }
    fputs("[{\"range\":", question->reply);
    write_range(&view, (struct span){view.source, 0, (unsigned)view.source->length});
    fputs(",\"newText\":", question->reply);
    json_write_string(question->reply, text);
    fputs("}]", question->reply);
}

/* ---- Symbols ---- */

enum { KIND_FIELD = 8, KIND_FUNCTION = 12, KIND_CONSTANT = 14, KIND_STRUCT = 23 };

/* Where a definition ends: before the next one, and the comments in front of that. */
static unsigned end_of(const struct file *file, const struct definition *definition)
{
    const struct source *source = file->source;
    const struct definition *next = definition->next;
    unsigned least = definition->span.end, end = (unsigned)source->length;
    if (next && next->span.begin > least)
        end = next->span.begin;
    for (;;) {
        while (end > least && strchr(" \t\r\n", source->text[end - 1]))
            end--;
        unsigned line = end;
        while (line > least && source->text[line - 1] != '\n')
            line--;
        const char *first = source->text + line;
        if (line <= least || first[strspn(first, " \t")] != '#')
            return end;
        end = line;
    }
}

static void write_symbol(const struct view *view, const char *name, int kind, struct span range,
                         struct span own, const char *detail)
{
    FILE *reply = view->question->reply;
    fputs("{\"name\":", reply);
    json_write_string(reply, name);
    fprintf(reply, ",\"kind\":%d,\"detail\":", kind);
    json_write_string(reply, detail);
    fputs(",\"range\":", reply);
    write_range(view, span_join(range, own));
    fputs(",\"selectionRange\":", reply);
    write_range(view, own);
    fputs(",\"children\":[", reply);
}

static const char *text_of(const struct view *view, struct span span)
{
    return arena_copy(view->arena, view->source->text + span.begin, span.end - span.begin);
}

static void write_definition(const struct view *view, const struct definition *d)
{
    FILE *reply = view->question->reply;
    int kind = d->kind == DEFINITION_GROUP ? KIND_STRUCT
               : d->kind == DEFINITION_DIM ? KIND_CONSTANT
                                           : KIND_FUNCTION;
    struct span whole = {view->source, d->span.begin, end_of(view->file, d)};
    struct span own = word_at(view->source, d->name_span.begin);
    write_symbol(view, d->name, kind, d->kind == DEFINITION_DIM ? d->span : whole, own,
                 d->kind == DEFINITION_RULE ? "rule" : "");
    for (const struct parameter *p = d->kind == DEFINITION_GROUP ? d->parameters : NULL; p; p = p->next) {
        write_symbol(view, p->name, KIND_FIELD, p->span, p->name_span, text_of(view, p->type->span));
        fputs(p->next ? "]}," : "]}", reply);
    }
    fputs("]}", reply);
}

static bool is_symbol(const struct definition *d)
{
    return d->kind == DEFINITION_FUNCTION || d->kind == DEFINITION_DIM || d->kind == DEFINITION_GROUP ||
           d->kind == DEFINITION_RULE;
}

void answer_symbols(const struct question *question)
{
    struct view view = look_at(question, NULL);
    const char *separator = "[";
    for (const struct definition *d = view.file->definitions; d; d = d->next)
        if (is_symbol(d)) {
            fputs(separator, question->reply);
            write_definition(&view, d);
            separator = ",";
        }
    fputs(*separator == '[' ? "[]" : "]", question->reply);
}
