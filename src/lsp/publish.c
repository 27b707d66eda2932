/* publish.c: the compiler's messages about a text, for an editor to show where they belong. */
#include <string.h>

#include "answers.h"
#include "derivatives.h"
#include "source.h"

struct told {
    const char *kind, *text;
    struct span place;
    struct message *notes;
    size_t notes_count, notes_capacity;
};

struct collection {
    struct arena *arena;
    struct told *told;
    size_t told_count, told_capacity;
};

static void collect(void *receiver, const struct message *message)
{
    struct collection *c = receiver;
    if (strcmp(message->kind, "note") == 0) {
        struct told *last = c->told_count ? &c->told[c->told_count - 1] : NULL;
        if (last)
            ARENA_APPEND(c->arena, last, notes, *message);
        return;
    }
    struct span place = message->point;
    place = span_join(place, message->left);
    place = span_join(place, message->right);
    struct told told = {.kind = message->kind, .text = message->text, .place = place};
    ARENA_APPEND(c->arena, c, told, told);
}

/* Where an editor of `view` can show a place: there, at the import that leads to another file, or at the
 * beginning. */
static struct span shown_place(const struct view *view, struct span place)
{
    if (place.source == view->source) {
        if (place.end <= place.begin && place.begin < view->source->length)
            place.end = place.begin + 1;
        return place;
    }
    const struct definition *d = view->file->definitions;
    while (d && d->kind != DEFINITION_IMPORT)
        d = d->next;
    return d ? d->span : (struct span){view->source, 0, 0};
}

static bool is_file(struct span place)
{
    return place.source && !place.source->is_library;
}

static void write_related(const struct view *view, struct span place, const char *text)
{
    FILE *reply = view->question->reply;
    bool is_here = place.source == view->source;
    fputs("{\"location\":{\"uri\":", reply);
    json_write_string(reply,
                      is_here ? view->question->document->uri : uri_of_path(view->arena, place.source->path));
    fputs(",\"range\":", reply);
    write_range(view, place);
    fputs("},\"message\":", reply);
    json_write_string(reply, text);
    fputc('}', reply);
}

static void write_told(const struct view *view, const struct told *told)
{
    FILE *reply = view->question->reply;
    bool is_here = told->place.source == view->source;
    const char *text = told->text, *separator = "";
    if (!is_here && is_file(told->place))
        text =
            arena_print(view->arena, "in %s:%d: %s", told->place.source->path, span_line(told->place), text);
    for (size_t i = 0; i < told->notes_count; i++)
        if (!is_file(told->notes[i].point))
            text = arena_print(view->arena, "%s\n%s", text, told->notes[i].text);
    fputs("{\"range\":", reply);
    write_range(view, shown_place(view, told->place));
    fprintf(reply,
            ",\"severity\":%d,\"source\":\"gradc\",\"message\":", strcmp(told->kind, "error") == 0 ? 1 : 2);
    json_write_string(reply, text);
    fputs(",\"relatedInformation\":[", reply);
    if (!is_here && is_file(told->place)) {
        write_related(view, told->place, told->text);
        separator = ",";
    }
    for (size_t i = 0; i < told->notes_count; i++)
        if (is_file(told->notes[i].point)) {
            fputs(separator, reply);
            write_related(view, told->notes[i].point, told->notes[i].text);
            separator = ",";
        }
    fputs("]}", reply);
}

void tell_diagnostics(const struct question *question)
{
    struct collection collection = {.arena = question->arena};
    struct diagnostics diagnostics = {.arena = question->arena,
                                      .receive = collect,
                                      .receiver = &collection,
                                      .warnings = question->warnings};
    struct view view = look_at(question, &diagnostics);
    view.options.reading = &view.reading;
    const struct derivatives *derivatives = derivatives_load(view.arena, &diagnostics);
    struct elaboration *elaboration =
        elaborate(view.arena, &diagnostics, view.file, derivatives, &view.options);
    if (diagnostics.error_count == 0)
        adjoin(elaboration, &diagnostics, derivatives);
    FILE *reply = question->reply;
    fputs("{\"uri\":", reply);
    json_write_string(reply, question->document->uri);
    if (question->document->has_version)
        fprintf(reply, ",\"version\":%zu", question->document->version);
    fputs(",\"diagnostics\":[", reply);
    for (size_t i = 0; i < collection.told_count; i++) {
        if (i > 0)
            fputc(',', reply);
        write_told(&view, &collection.told[i]);
    }
    fputs("]}", reply);
}
