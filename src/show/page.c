/* page.c: see page.h. Comments in the C that name a line of the program are links to it. */
#include "page.h"

#include <ctype.h>
#include <string.h>

#include "emit_math.h"
#include "guard.h"
#include "stream.h"

static const char style[] =
    "body { margin: 0 1em 1em; font: 16px/1.4 Georgia, serif; color: #222; background: #fff }\n"
    "h1 { font-size: 1.4em } h2 { font-size: 1.1em; margin: 1em 0 0.3em } h3 { font-size: 1em; margin: 0.6em "
    "0 0.2em }\n"
    "main { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 2em }\n"
    "pre { font: 13px/1.45 monospace; margin: 0; padding: 0.6em; overflow: auto; background: #f6f6f4 }\n"
    "pre a { color: inherit } pre i { color: #2a6a2a; font-style: normal } span:target { background: #ffe9a8 "
    "}\n"
    ".number { color: #999; user-select: none } .c { max-height: 92vh; position: sticky; top: 0 }\n"
    ".picture { overflow: auto } svg { max-width: 100%; height: auto }\n"
    ".formulas { overflow-x: auto } .formulas div { margin: 0.35em 0 }\n"
    "@media (max-width: 60em) { main { display: block } .c { max-height: none } }\n";

/* ---- The parts ---- */

static const char *take(FILE *stream, struct arena *arena)
{
    size_t length;
    const char *written = stream_text(stream, &length), *text = arena_copy(arena, written, length);
    stream_close(stream);
    return text;
}

void page_draw(struct page *page, const struct module *module, const struct picture_options *options)
{
    FILE *stream = stream_to_text();
    enum drawing drawing = draw_svg(stream, module, options);
    const char *text = take(stream, module->arena), *element = strstr(text, "<svg");
    if (drawing == DRAWING_NO_FILE)
        give_up("--emit=html: there is no room for temporary files");
    if (drawing == DRAWING_DONE && element)
        page->picture = element;
    else if (drawing == DRAWING_NO_PROGRAM)
        page->picture =
            "<p>There is no picture: it needs the program <code>dot</code> of Graphviz, which is not on "
            "the PATH (Debian: package <code>graphviz</code>).</p>\n";
    else
        page->picture = "<p>There is no picture: the program <code>dot</code> of Graphviz failed.</p>\n";
}

void page_write_formulas(struct page *page, struct module *module)
{
    FILE *stream = stream_to_text();
    emit_math(stream, module, NOTATION_MATHML);
    page->formulas = take(stream, module->arena);
}

void page_write_c(struct page *page, const struct module *module, const struct emit_options *options)
{
    FILE *c = stream_to_text(), *header = stream_to_text();
    emit_c(c, header, module, options);
    page->c = take(c, module->arena);
    page->header = take(header, module->arena);
}

/* ---- The page ---- */

static void write_character(FILE *stream, char c)
{
    switch (c) {
    case '&': fputs("&amp;", stream); break;
    case '<': fputs("&lt;", stream); break;
    case '>': fputs("&gt;", stream); break;
    case '"': fputs("&quot;", stream); break;
    default:
        if ((unsigned char)c >= ' ' || c == '\n' || c == '\t')
            fputc(c, stream);
    }
}

static void write_text(FILE *stream, const char *text)
{
    for (; *text; text++)
        write_character(stream, *text);
}

/* With a place to link to before each line. */
static void write_program(FILE *stream, const char *text)
{
    for (int line = 1; *text; line++) {
        size_t length = strcspn(text, "\n");
        fprintf(stream, "<span id=\"line%d\"><span class=\"number\">%3d  </span>", line, line);
        for (size_t i = 0; i < length; i++)
            write_character(stream, text[i]);
        fputs("</span>\n", stream);
        text += length + (text[length] == '\n');
    }
}

/* `norm.nn:2`: how many characters; 0: it is none. */
static size_t reference_length(const char *text, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(text, name, length) != 0 || text[length] != ':' || !isdigit((unsigned char)text[length + 1]))
        return 0;
    return length + 1 + strspn(text + length + 1, "0123456789");
}

/* Comments in their own colour, and in them the lines of the program as links. */
static void write_c(FILE *stream, const char *text, const char *source_name)
{
    bool is_comment = false;
    while (*text) {
        size_t length = is_comment ? reference_length(text, source_name) : 0;
        if (length > 0) {
            fprintf(stream, "<a href=\"#line%.*s\">", (int)(length - strlen(source_name) - 1),
                    text + strlen(source_name) + 1);
            for (size_t i = 0; i < length; i++)
                write_character(stream, text[i]);
            fputs("</a>", stream);
            text += length;
        } else if (strncmp(text, is_comment ? "*/" : "/*", 2) == 0) {
            fputs(is_comment ? "*/</i>" : "<i>/*", stream);
            is_comment = !is_comment;
            text += 2;
        } else {
            write_character(stream, *text++);
        }
    }
}

static void write_heading(FILE *stream, const struct page *page)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta "
          "charset=\"utf-8\"/>\n<title>",
          stream);
    write_text(stream, page->source_name);
    fprintf(stream, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
    write_text(stream, page->source_name);
    fputs("</h1>\n", stream);
}

void emit_page(FILE *stream, const struct page *page)
{
    write_heading(stream, page);
    fputs("<main>\n<div>\n<section>\n<h2>Program</h2>\n<pre>", stream);
    write_program(stream, page->program);
    fputs("</pre>\n</section>\n<section class=\"picture\">\n<h2>Picture", stream);
    if (page->at) {
        fputs(" at ", stream);
        write_text(stream, page->at);
    }
    fprintf(stream,
            "</h2>\n%s</section>\n<section class=\"formulas\">\n<h2>Formulas</h2>\n%s</section>\n</div>\n",
            page->picture, page->formulas);
    fputs("<div>\n<section>\n<h2>", stream);
    write_text(stream, page->c_name);
    fputs("</h2>\n<pre class=\"c\">", stream);
    write_c(stream, page->c, page->source_name);
    fputs("</pre>\n<details>\n<summary>", stream);
    write_text(stream, page->header_name);
    fputs("</summary>\n<pre>", stream);
    write_c(stream, page->header, page->source_name);
    fputs("</pre>\n</details>\n</section>\n</div>\n</main>\n</body>\n</html>\n", stream);
}
