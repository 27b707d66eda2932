/* diagnostics.c: prints errors and notes with the line that they are about, as diagnostics.h shows.
 *
 * Requires nothing of the source but its bytes: lines may be of any length and hold any bytes. A message is
 * composed in the arena and written at once. */
#include "diagnostics.h"
#include "progress.h"

#include <stdarg.h>
#include <string.h>

enum {
    TAB_STOP = 8,
    WIDEST_EXCERPT = 160,
    LONGEST_LINE = 4096, /* of a longer line only the bytes around the place are looked at */
    MARGIN = 1024,
    MOST_ERRORS = 1000, /* that are printed */
};

/* ---- Places ---- */

struct span span_join(struct span first, struct span last)
{
    if (!first.source)
        return last;
    if (!last.source || last.source != first.source)
        return first;
    struct span joined = first;
    joined.begin = last.begin < first.begin ? last.begin : first.begin;
    joined.end = last.end > first.end ? last.end : first.end;
    return joined;
}

static unsigned line_begin(const struct source *source, unsigned position)
{
    while (position > 0 && source->text[position - 1] != '\n')
        position--;
    return position;
}

/* Where the line ends, its end-of-line characters and trailing blanks left out. */
static unsigned line_end(const struct source *source, unsigned begin)
{
    const char *newline = memchr(source->text + begin, '\n', source->length - begin);
    unsigned end = newline ? (unsigned)(newline - source->text) : (unsigned)source->length;
    while (end > begin && strchr(" \t\r", source->text[end - 1]) && source->text[end - 1])
        end--;
    return end;
}

int span_line(struct span span)
{
    if (!span.source)
        return 0;
    const struct source *source = span.source;
    if (source->line_count) { /* the last line that begins at or before the place */
        size_t low = 0, high = source->line_count;
        while (high - low > 1) {
            size_t middle = low + (high - low) / 2;
            if (source->lines[middle] <= span.begin)
                low = middle;
            else
                high = middle;
        }
        return (int)low + 1;
    }
    int line = 1;
    for (unsigned i = 0; i < span.begin && i < source->length; i++)
        line += source->text[i] == '\n';
    return line;
}

static bool starts_character(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

static bool is_byte_order_mark(const struct source *source, unsigned position)
{
    return position == 0 && source->length >= 3 && memcmp(source->text, "\xEF\xBB\xBF", 3) == 0;
}

int span_column(struct span span)
{
    if (!span.source)
        return 0;
    unsigned i = line_begin(span.source, span.begin);
    if (is_byte_order_mark(span.source, i))
        i += 3;
    int column = 1;
    for (; i < span.begin; i++)
        column += starts_character(span.source->text[i]);
    /* The place is the character that begins there: its bytes after the first belong to it. */
    return span.begin < span.source->length && !starts_character(span.source->text[span.begin]) ? column - 1
                                                                                                : column;
}

const char *span_line_text(struct arena *arena, struct span span)
{
    if (!span.source)
        return "";
    unsigned begin = line_begin(span.source, span.begin), end = line_end(span.source, begin);
    if (is_byte_order_mark(span.source, begin))
        begin += 3;
    while (begin < end && strchr(" \t", span.source->text[begin]))
        begin++;
    return arena_copy(arena, span.source->text + begin, end - begin);
}

/* ---- The excerpt ---- */

/* A line as it is shown, one entry a cell. */
struct excerpt {
    const struct source *source;
    unsigned begin, end; /* bytes of the line */
    size_t first, last;  /* the cells shown */
    struct cell {
        unsigned byte;       /* where the character begins */
        unsigned char bytes; /* its length; 0: a blank of a tab, '?' for what cannot be shown */
        char substitute, mark;
    } * cells;
    size_t cells_count, cells_capacity;
};

/* The length of the UTF-8 character at `text`, 0 if it is none or a control character. */
static unsigned character_length(const char *text, unsigned available)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (bytes[0] < 0x80)
        return bytes[0] >= ' ' && bytes[0] != 0x7F;
    unsigned length = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : 2;
    if (bytes[0] < 0xC2 || bytes[0] > 0xF4 || length > available)
        return 0;
    for (unsigned i = 1; i < length; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    return length == 2 && bytes[1] < 0xA0 && bytes[0] == 0xC2 ? 0 : length;
}

static void lay_out(struct arena *arena, struct excerpt *excerpt)
{
    unsigned i = excerpt->begin;
    while (i < excerpt->end) {
        struct cell cell = {.byte = i, .substitute = ' ', .mark = ' '};
        if (excerpt->source->text[i] == '\t') {
            do
                ARENA_APPEND(arena, excerpt, cells, cell);
            while (excerpt->cells_count % TAB_STOP);
            i++;
            continue;
        }
        cell.bytes = (unsigned char)character_length(excerpt->source->text + i, excerpt->end - i);
        cell.substitute = '?';
        ARENA_APPEND(arena, excerpt, cells, cell);
        i += cell.bytes ? cell.bytes : 1;
    }
    struct cell after = {.byte = excerpt->end, .substitute = ' ', .mark = ' '};
    ARENA_APPEND(arena, excerpt, cells, after);
}

/* The line of a place; only what surrounds the place if the line is very long. */
static struct excerpt excerpt_of(struct span point)
{
    struct excerpt excerpt = {.source = point.source, .begin = line_begin(point.source, point.begin)};
    excerpt.end = line_end(point.source, excerpt.begin);
    if (is_byte_order_mark(point.source, excerpt.begin))
        excerpt.begin += 3;
    if (excerpt.end - excerpt.begin > LONGEST_LINE) {
        if (point.begin > excerpt.begin + MARGIN)
            excerpt.begin = point.begin - MARGIN;
        if (point.begin + MARGIN < excerpt.end)
            excerpt.end = point.begin + MARGIN;
    }
    return excerpt;
}

/* Marks the cells of a span; one cell at least, the one after the line if the span begins beyond it. */
static void mark(struct excerpt *excerpt, struct span span, char character)
{
    if (span.source != excerpt->source)
        return;
    for (size_t i = 0; i < excerpt->cells_count; i++) {
        unsigned byte = excerpt->cells[i].byte;
        bool is_last = i + 1 == excerpt->cells_count;
        unsigned end = is_last ? byte + 1 : excerpt->cells[i + 1].byte;
        bool begins_here = span.begin < end && span.begin >= byte;
        if (begins_here || (byte > span.begin && byte < span.end && !is_last) ||
            (is_last && span.begin >= byte))
            excerpt->cells[i].mark = character;
    }
}

/* Chooses what is shown of a long line: a part around its first mark. */
static void crop(struct excerpt *excerpt)
{
    excerpt->first = 0;
    excerpt->last = excerpt->cells_count;
    if (excerpt->cells_count <= WIDEST_EXCERPT)
        return;
    size_t marked = 0;
    while (marked + 1 < excerpt->cells_count && excerpt->cells[marked].mark == ' ')
        marked++;
    excerpt->first = marked > WIDEST_EXCERPT / 2 ? marked - WIDEST_EXCERPT / 2 : 0;
    if (excerpt->first + WIDEST_EXCERPT < excerpt->cells_count)
        excerpt->last = excerpt->first + WIDEST_EXCERPT;
}

struct text {
    char *bytes;
    size_t bytes_count, bytes_capacity;
};

static void put(struct arena *arena, struct text *text, const char *string, size_t length)
{
    for (size_t i = 0; i < length; i++)
        ARENA_APPEND(arena, text, bytes, string[i]);
}

static const char *line_as_shown(struct arena *arena, const struct excerpt *excerpt)
{
    struct text text = {0};
    if (excerpt->first > 0)
        put(arena, &text, "...", 3);
    for (size_t i = excerpt->first; i < excerpt->last && i + 1 < excerpt->cells_count; i++) {
        const struct cell *cell = &excerpt->cells[i];
        if (cell->bytes)
            put(arena, &text, excerpt->source->text + cell->byte, cell->bytes);
        else
            put(arena, &text, &cell->substitute, 1);
    }
    if (excerpt->last < excerpt->cells_count)
        put(arena, &text, "...", 3);
    return arena_copy(arena, text.bytes ? text.bytes : "", text.bytes_count);
}

static const char *marks_as_shown(struct arena *arena, const struct excerpt *excerpt)
{
    struct text text = {0};
    if (excerpt->first > 0)
        put(arena, &text, "   ", 3);
    for (size_t i = excerpt->first; i < excerpt->last; i++)
        put(arena, &text, &excerpt->cells[i].mark, 1);
    while (text.bytes_count > 0 && text.bytes[text.bytes_count - 1] == ' ')
        text.bytes_count--;
    return arena_copy(arena, text.bytes ? text.bytes : "", text.bytes_count);
}

/* ---- Messages ---- */

static void ignore(void *receiver, const struct message *message)
{
    (void)receiver;
    (void)message;
}

struct diagnostics diagnostics_silent(struct arena *arena)
{
    return (struct diagnostics){.arena = arena, .receive = ignore};
}

static const char *paint(const struct diagnostics *diagnostics, const char *code)
{
    return diagnostics->colour ? code : "";
}

/* Colours help to find what words and marks say, too; none stands for anything by itself. The marks have that
 * of their message: no two that some people cannot tell apart mean different things. */
#define BOLD   "\033[1m"
#define RED    "\033[1;31m"
#define CYAN   "\033[1;36m"
#define YELLOW "\033[1;33m"
#define PLAIN  "\033[0m"

/* The part of a span that stands on the line of `line`, or no span. */
static struct span clip(struct span span, const struct excerpt *line)
{
    struct span none = {0};
    if (span.source != line->source || span.begin > line->end ||
        (span.end <= line->begin && span.begin < line->begin))
        return none;
    if (span.begin < line->begin)
        span.begin = line->begin;
    return span;
}

static void print_message(struct diagnostics *diagnostics, const char *kind, struct span left,
                          struct span point, struct span right, const char *message)
{
    struct arena *arena = diagnostics->arena;
    if (diagnostics->receive) {
        diagnostics->receive(diagnostics->receiver, &(struct message){kind, left, point, right, message});
        return;
    }
    progress_clear();
    const char *kind_colour = strcmp(kind, "error") == 0 ? RED : strcmp(kind, "warning") == 0 ? YELLOW : CYAN;
    if (!point.source) {
        fprintf(diagnostics->stream, "%s%s: %s%s: %s%s\n", paint(diagnostics, BOLD),
                diagnostics->last_path ? diagnostics->last_path : "gradc", paint(diagnostics, kind_colour),
                kind, paint(diagnostics, PLAIN), message);
        return;
    }
    struct excerpt excerpt = excerpt_of(point);
    left = clip(left, &excerpt);
    right = clip(right, &excerpt);
    struct span place = point;
    if (left.source && left.begin < place.begin)
        place = left;
    if (right.source && right.begin < place.begin)
        place = right;
    fprintf(diagnostics->stream, "%s%s:%d:%d: %s%s: %s%s\n", paint(diagnostics, BOLD), place.source->path,
            span_line(place), span_column(place), paint(diagnostics, kind_colour), kind,
            paint(diagnostics, PLAIN), message);
    /* A note names a place in passing; what it belongs to has shown its line. */
    if (place.source->is_library || strcmp(kind, "note") == 0)
        return;
    lay_out(arena, &excerpt);
    mark(&excerpt, left, '~');
    mark(&excerpt, right, '~');
    mark(&excerpt, point, '^');
    crop(&excerpt);
    fprintf(diagnostics->stream, "%5d | %s\n      | %s%s%s\n", span_line(place),
            line_as_shown(arena, &excerpt), paint(diagnostics, kind_colour), marks_as_shown(arena, &excerpt),
            paint(diagnostics, PLAIN));
}

struct reported {
    const struct source *source;
    unsigned begin;
    const char *message;
};

/* Whether the same has been said at the same place; from now on it has. */
static bool said_before(struct diagnostics *diagnostics, struct span point, const char *message)
{
    for (size_t i = 0; i < diagnostics->reported_count; i++) {
        const struct reported *reported = &diagnostics->reported[i];
        if (reported->source == point.source && reported->begin == point.begin &&
            strcmp(reported->message, message) == 0)
            return true;
    }
    if (diagnostics->reported_count > MOST_ERRORS)
        return true;
    struct reported reported = {.source = point.source, .begin = point.begin, .message = message};
    ARENA_APPEND(diagnostics->arena, diagnostics, reported, reported);
    return false;
}

static void report(struct diagnostics *diagnostics, const char *kind, struct span left, struct span point,
                   struct span right, const char *message)
{
    diagnostics->last_was_dropped = said_before(diagnostics, point, message);
    if (diagnostics->last_was_dropped)
        return;
    if (diagnostics->reported_count > MOST_ERRORS) {
        diagnostics->last_was_dropped = true;
        if (diagnostics->reported_count == MOST_ERRORS + 1 && !diagnostics->receive)
            fprintf(diagnostics->stream,
                    "gradc: error: there are more than %d messages; the others are not shown\n", MOST_ERRORS);
        return;
    }
    diagnostics->last_path = point.source ? point.source->path : NULL;
    print_message(diagnostics, kind, left, point, right, message);
}

void report_error(struct diagnostics *diagnostics, struct span point, const char *format, ...)
{
    struct span none = {0};
    va_list arguments;
    va_start(arguments, format);
    diagnostics->error_count++;
    report(diagnostics, "error", none, point, none, arena_vprint(diagnostics->arena, format, arguments));
    va_end(arguments);
}

void report_error_between(struct diagnostics *diagnostics, struct span left, struct span point,
                          struct span right, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    diagnostics->error_count++;
    report(diagnostics, "error", left, point, right, arena_vprint(diagnostics->arena, format, arguments));
    va_end(arguments);
}

void report_warning(struct diagnostics *diagnostics, enum warning warning, struct span point,
                    const char *format, ...)
{
    if (!diagnostics->warnings.on[warning]) {
        diagnostics->last_was_dropped = true;
        return;
    }
    struct span none = {0};
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_vprint(diagnostics->arena, format, arguments);
    va_end(arguments);
    diagnostics->error_count += diagnostics->warnings.are_errors;
    report(diagnostics, diagnostics->warnings.are_errors ? "error" : "warning", none, point, none,
           arena_print(diagnostics->arena, "%s [-W%s]", message, warning_names[warning]));
}

void report_note(struct diagnostics *diagnostics, struct span place, const char *format, ...)
{
    if (diagnostics->last_was_dropped)
        return;
    struct span none = {0};
    va_list arguments;
    va_start(arguments, format);
    print_message(diagnostics, "note", none, place, none,
                  arena_vprint(diagnostics->arena, format, arguments));
    va_end(arguments);
}

void command_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    progress_clear();
    fputs("gradc: error: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}
