/* server.c: reads messages, keeps the open texts, and has each request answered.
 *
 * Requests are answered in their order, so there is never one to be cancelled. Each is worked on behind a
 * guard of its own: what a text asks too much of ends that answer, not the server. */
#include "server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "answers.h"
#include "guard.h"
#include "memory.h"

enum { MOST_BYTES = 1 << 28, LONGEST_HEADER = 1 << 12, ROOM = 1 << 16 };

enum error {
    ERROR_PARSE = -32700,
    ERROR_REQUEST = -32600,
    ERROR_METHOD = -32601,
    ERROR_PARAMETERS = -32602,
    ERROR_INTERNAL = -32603,
    ERROR_UNINITIALISED = -32002
};

struct server {
    const struct elaborate_options *options;
    struct warnings warnings;
    struct documents documents;
    char room[ROOM]; /* of the input, what has been read ahead */
    size_t room_begin, room_end;
    bool is_initialised, is_shut_down, is_at_end;
};

/* ---- Input ---- */

/* Whether a message is there to be read without waiting. */
static bool has_input(const struct server *server)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return server->room_end > server->room_begin || poll(&input, 1, 0) > 0;
}

static int read_byte(struct server *server)
{
    while (server->room_begin == server->room_end && !server->is_at_end) {
        ssize_t count = read(STDIN_FILENO, server->room, ROOM);
        if (count < 0 && errno == EINTR)
            continue;
        server->room_begin = 0;
        server->room_end = count > 0 ? (size_t)count : 0;
        server->is_at_end = count <= 0;
    }
    return server->is_at_end ? EOF : (unsigned char)server->room[server->room_begin++];
}

/* One line of a header, without its end; false at the end of the input. What is too long is cut. */
static bool read_line(struct server *server, char *line)
{
    size_t length = 0;
    for (int byte; (byte = read_byte(server)) != EOF;) {
        if (byte == '\n') {
            line[length > 0 && line[length - 1] == '\r' ? length - 1 : length] = '\0';
            return true;
        }
        if (length < LONGEST_HEADER - 1)
            line[length++] = (char)byte;
    }
    return false;
}

/* The length that a message's header gives, 0 if it gives none; false at the end of the input. */
static bool read_header(struct server *server, size_t *length)
{
    static const char name[] = "Content-Length:";
    char line[LONGEST_HEADER];
    *length = 0;
    while (read_line(server, line)) {
        if (line[0] == '\0')
            return true;
        if (strncasecmp(line, name, sizeof name - 1) != 0)
            continue;
        char *end;
        const char *number = line + sizeof name - 1;
        number += strspn(number, " \t");
        errno = 0;
        unsigned long bytes = strtoul(number, &end, 10);
        bool is_number = *number >= '0' && *number <= '9' && end[strspn(end, " \t")] == '\0' && errno == 0;
        *length = is_number && bytes <= MOST_BYTES ? bytes : 0;
    }
    return false;
}

static bool read_body(struct server *server, char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        int byte = read_byte(server);
        if (byte == EOF)
            return false;
        bytes[i] = (char)byte;
    }
    return true;
}

/* ---- Output ---- */

/* A text that grows as it is written. */
struct text {
    char *bytes;
    size_t length;
    FILE *stream;
};

/* The text stays where it is: the stream writes to its members. */
static void start(struct text *text)
{
    text->bytes = NULL;
    text->stream = open_memstream(&text->bytes, &text->length);
    if (!text->stream)
        give_up("out of memory");
}

static void send(struct text *text)
{
    if (fclose(text->stream) == 0) {
        printf("Content-Length: %zu\r\n\r\n", text->length);
        fwrite(text->bytes, 1, text->length, stdout);
        fflush(stdout);
    }
    free(text->bytes);
}

static void begin_reply(struct text *text, const struct json *id)
{
    fputs("{\"jsonrpc\":\"2.0\",\"id\":", text->stream);
    if (id)
        json_write(text->stream, id);
    else
        fputs("null", text->stream);
}

static void send_error(const struct json *id, enum error code, const char *message)
{
    struct text text;
    start(&text);
    begin_reply(&text, id);
    fprintf(text.stream, ",\"error\":{\"code\":%d,\"message\":", (int)code);
    json_write_string(text.stream, message);
    fputs("}}", text.stream);
    send(&text);
}

static void send_result(const struct json *id, const char *result)
{
    struct text text;
    start(&text);
    begin_reply(&text, id);
    fprintf(text.stream, ",\"result\":%s}", result);
    send(&text);
}

/* ---- Answers, each behind its guard ---- */

struct task {
    void (*answer)(const struct question *question);
    struct question question;
};

static void work(void *argument)
{
    struct task *task = argument;
    task->question.arena = arena_new();
    task->answer(&task->question);
}

static void rest(void *argument)
{
    (void)argument;
}

/* What the answer wrote, to be freed; NULL if it was given up, for *reason. */
static char *answer_of(struct server *server, const struct document *document, const struct json *parameters,
                       void (*answer)(const struct question *question), const char **reason)
{
    struct text text;
    start(&text);
    struct task task = {answer,
                        {.documents = &server->documents,
                         .document = document,
                         .parameters = parameters,
                         .options = server->options,
                         .warnings = server->warnings,
                         .reply = text.stream}};
    *reason = guarded(work, rest, &task);
    if (fclose(text.stream) == 0 && !*reason)
        return text.bytes;
    free(text.bytes);
    return NULL;
}

static void publish(struct server *server, struct document *document)
{
    const char *reason;
    char *parameters = answer_of(server, document, NULL, tell_diagnostics, &reason);
    struct text text;
    start(&text);
    document->is_changed = false;
    fputs("{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/publishDiagnostics\",\"params\":", text.stream);
    if (parameters) {
        fputs(parameters, text.stream);
    } else {
        fputs("{\"uri\":", text.stream);
        json_write_string(text.stream, document->uri);
        fputs(",\"diagnostics\":[{\"range\":{\"start\":{\"line\":0,\"character\":0},\"end\":{\"line\":0,"
              "\"character\":0}},\"severity\":1,\"source\":\"gradc\",\"message\":",
              text.stream);
        json_write_string(text.stream, reason ? reason : "out of memory");
        fputs("}]}", text.stream);
    }
    fputs("}", text.stream);
    send(&text);
    free(parameters);
}

/* Not before there is nothing more to read: who types fast is told once. */
static void publish_changed(struct server *server)
{
    for (size_t i = 0; i < server->documents.count; i++)
        if (server->documents.items[i]->is_changed && !has_input(server))
            publish(server, server->documents.items[i]);
}

static void send_cleared(const char *uri)
{
    struct text text;
    start(&text);
    fputs("{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/publishDiagnostics\",\"params\":{\"uri\":",
          text.stream);
    json_write_string(text.stream, uri);
    fputs(",\"diagnostics\":[]}}", text.stream);
    send(&text);
}

/* ---- Texts ---- */

static void set_version(struct document *document, const struct json *parameters)
{
    document->has_version = json_whole(json_path(parameters, "textDocument.version"), &document->version);
    document->is_changed = true;
}

static void open_text(struct server *server, const struct json *parameters)
{
    const char *uri = json_text(json_path(parameters, "textDocument.uri"));
    const struct json *text = json_path(parameters, "textDocument.text");
    if (uri && json_text(text))
        set_version(documents_open(&server->documents, uri, text->text, text->length), parameters);
}

static bool read_position(const struct json *value, struct position *position)
{
    return json_whole(json_member(value, "line"), &position->line) &&
           json_whole(json_member(value, "character"), &position->character);
}

static void change_text(struct server *server, const struct json *parameters)
{
    const char *uri = json_text(json_path(parameters, "textDocument.uri"));
    struct document *document = uri ? documents_find(&server->documents, uri) : NULL;
    const struct json *changes = json_member(parameters, "contentChanges");
    if (!document || !changes || changes->kind != JSON_ARRAY)
        return;
    for (const struct json *change = changes->first; change; change = change->next) {
        const struct json *text = json_member(change, "text"), *range = json_member(change, "range");
        struct position begin, end;
        if (!json_text(text))
            continue;
        if (!range)
            documents_open(&server->documents, uri, text->text, text->length);
        else if (read_position(json_member(range, "start"), &begin) &&
                 read_position(json_member(range, "end"), &end))
            document_replace(document, begin, end, text->text, text->length);
    }
    set_version(document, parameters);
    /* What imports it may be wrong now, or right. */
    for (size_t i = 0; i < server->documents.count; i++)
        server->documents.items[i]->is_changed = true;
}

static void close_text(struct server *server, const struct json *parameters)
{
    const char *uri = json_text(json_path(parameters, "textDocument.uri"));
    if (!uri || !documents_find(&server->documents, uri))
        return;
    documents_close(&server->documents, uri);
    send_cleared(uri);
}

/* ---- Methods ---- */

static const char capabilities[] =
    "{\"capabilities\":{\"positionEncoding\":\"utf-16\",\"textDocumentSync\":{\"openClose\":true,\"change\":"
    "2},"
    "\"hoverProvider\":true,\"definitionProvider\":true,\"documentSymbolProvider\":true,"
    "\"documentFormattingProvider\":true,\"completionProvider\":{\"triggerCharacters\":[\".\"]}},"
    "\"serverInfo\":{\"name\":\"gradc\",\"version\":\"" GRADC_VERSION "\"}}";

static const struct method {
    const char *name;
    void (*answer)(const struct question *question);
    bool needs_position;
} methods[] = {
    {"textDocument/hover", answer_hover, true},
    {"textDocument/definition", answer_definition, true},
    {"textDocument/completion", answer_completion, true},
    {"textDocument/formatting", answer_formatting, false},
    {"textDocument/documentSymbol", answer_symbols, false},
};

static void answer_about_text(struct server *server, const struct method *method, const struct json *id,
                              const struct json *parameters)
{
    const char *uri = json_text(json_path(parameters, "textDocument.uri")), *reason;
    struct position position;
    const struct document *document = uri ? documents_find(&server->documents, uri) : NULL;
    if (!document ||
        (method->needs_position && !read_position(json_member(parameters, "position"), &position))) {
        send_error(id, ERROR_PARAMETERS, document ? "a position is needed" : "the document is not open");
        return;
    }
    char *result = answer_of(server, document, parameters, method->answer, &reason);
    if (result)
        send_result(id, result);
    else
        send_error(id, ERROR_INTERNAL, reason ? reason : "out of memory");
    free(result);
}

static void answer_request(struct server *server, const char *name, const struct json *id,
                           const struct json *parameters)
{
    const struct method *method = NULL;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].name, name) == 0)
            method = &methods[i];
    if (strcmp(name, "initialize") == 0) {
        if (server->is_initialised)
            send_error(id, ERROR_REQUEST, "initialized already");
        else
            send_result(id, capabilities);
        server->is_initialised = true;
    } else if (!server->is_initialised) {
        send_error(id, ERROR_UNINITIALISED, "not initialized");
    } else if (server->is_shut_down) {
        send_error(id, ERROR_REQUEST, "shut down");
    } else if (strcmp(name, "shutdown") == 0) {
        server->is_shut_down = true;
        send_result(id, "null");
    } else if (method) {
        answer_about_text(server, method, id, parameters);
    } else {
        send_error(id, ERROR_METHOD, "there is no such method");
    }
}

/* What is not known is passed over, as the protocol wants it. */
static void take_notification(struct server *server, const char *name, const struct json *parameters)
{
    if (!server->is_initialised || server->is_shut_down)
        return;
    if (strcmp(name, "textDocument/didOpen") == 0)
        open_text(server, parameters);
    else if (strcmp(name, "textDocument/didChange") == 0)
        change_text(server, parameters);
    else if (strcmp(name, "textDocument/didClose") == 0)
        close_text(server, parameters);
}

/* False for `exit`. */
static bool take_message(struct server *server, const struct json *message)
{
    if (!message) {
        send_error(NULL, ERROR_PARSE, "this is no JSON");
        return true;
    }
    const char *name = json_text(json_member(message, "method"));
    const struct json *id = json_member(message, "id"), *parameters = json_member(message, "params");
    bool is_id = id && (id->kind == JSON_STRING || id->kind == JSON_NUMBER);
    bool is_answer = json_member(message, "result") || json_member(message, "error");
    if (name && strcmp(name, "exit") == 0 && !id)
        return false;
    if (!name || (id && !is_id)) {
        if (!is_answer) /* an answer to what was never asked */
            send_error(is_id ? id : NULL, ERROR_REQUEST, "this is no request");
    } else if (id) {
        answer_request(server, name, id, parameters);
    } else {
        take_notification(server, name, parameters);
    }
    return true;
}

int serve(const struct elaborate_options *options, struct warnings warnings)
{
    struct server *server = memory_array(1, sizeof *server);
    struct arena *kept = arena_new();
    struct diagnostics diagnostics = {.arena = kept, .stream = stderr};
    struct elaborate_options with_library = *options;
    with_library.library = library_parse(kept, &diagnostics);
    server->options = &with_library;
    server->warnings = warnings;
    bool goes_on = true;
    size_t length;
    while (goes_on) {
        publish_changed(server);
        if (!read_header(server, &length))
            break;
        struct arena *arena = arena_new();
        char *bytes = length ? arena_allocate(arena, length) : NULL;
        if (length && !read_body(server, bytes, length))
            break;
        goes_on = take_message(server, length ? json_read(arena, bytes, length) : NULL);
        arena_free(arena);
    }
    arena_free(kept);
    return server->is_shut_down ? 0 : 1;
}
