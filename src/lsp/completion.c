/* completion.c: what can be written at a place: names in force there, the library, the language's words;
 * behind a point the members of a group. Looks at the text before the place, since a line that is being
 * written seldom parses. */
#include <ctype.h>
#include <string.h>

#include "answers.h"
#include "documentation.h"
#include "library_text.h"
#include "symbols.h"

enum item_kind {
    ITEM_FUNCTION = 3,
    ITEM_FIELD = 5,
    ITEM_VARIABLE = 6,
    ITEM_CONSTANT = 21,
    ITEM_KEYWORD = 14,
    ITEM_FILE = 17,
    ITEM_STRUCT = 22
};

struct list {
    const struct view *view;
    struct map seen;
};

static void add(struct list *list, const char *name, enum item_kind kind, const char *detail,
                const char *text)
{
    FILE *reply = list->view->question->reply;
    if (map_get(&list->seen, name))
        return;
    fprintf(reply, "%s{\"label\":", list->seen.entries_count ? "," : "");
    map_set(list->view->arena, &list->seen, name, list);
    json_write_string(reply, name);
    fprintf(reply, ",\"kind\":%d", (int)kind);
    if (detail) {
        fputs(",\"detail\":", reply);
        json_write_string(reply, detail);
    }
    if (text && *text) {
        fputs(",\"documentation\":", reply);
        json_write_string(reply, text);
    }
    fputc('}', reply);
}

static const char *declared(const struct view *view, const struct parameter *p)
{
    return arena_copy(view->arena, p->span.source->text + p->span.begin, p->span.end - p->span.begin);
}

static void add_symbol(struct list *list, const struct symbol *symbol)
{
    const struct view *view = list->view;
    switch (symbol->kind) {
    case SYMBOL_FUNCTION:
        add(list, symbol->name, ITEM_FUNCTION, signature_of(view->arena, symbol->definition), NULL);
        break;
    case SYMBOL_DIM: add(list, symbol->name, ITEM_CONSTANT, "dim", NULL); break;
    case SYMBOL_GROUP: add(list, symbol->name, ITEM_STRUCT, "group", NULL); break;
    case SYMBOL_PARAMETER:
        add(list, symbol->name, ITEM_VARIABLE, declared(view, symbol->parameter), NULL);
        break;
    case SYMBOL_SIZE: add(list, symbol->name, ITEM_CONSTANT, "size", NULL); break;
    case SYMBOL_VARIABLE:
    case SYMBOL_INDEX: add(list, symbol->name, ITEM_VARIABLE, NULL, NULL); break;
    case SYMBOL_MEMBER: add(list, symbol->name, ITEM_FIELD, declared(view, symbol->parameter), NULL); break;
    case SYMBOL_FILE: break;
    }
}

/* ---- Members ---- */

static bool is_letter(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || (unsigned char)byte >= 0x80;
}

static size_t word_begin(const char *text, size_t end)
{
    while (end > 0 && is_letter(text[end - 1]))
        end--;
    return end;
}

/* Before the brackets that end at the place, `p.g[t]`. */
static size_t skip_subscripts(const char *text, size_t end)
{
    while (end > 0 && text[end - 1] == ']') {
        int depth = 0;
        do
            depth += text[end - 1] == ']' ? 1 : text[end - 1] == '[' ? -1 : 0;
        while (--end > 0 && depth > 0);
    }
    return end;
}

static const struct parameter *member_named(const struct symbol *group, const char *name)
{
    const struct parameter *p = group ? group->definition->parameters : NULL;
    while (p && strcmp(p->name, name) != 0)
        p = p->next;
    return p;
}

/* The group of what ends at the place, a chain of names; NULL if it is not known. */
static const struct symbol *group_before(const struct view *view, const struct names *names, size_t end,
                                         int depth)
{
    const char *text = view->source->text;
    end = skip_subscripts(text, end);
    size_t begin = word_begin(text, end);
    if (begin == end || depth > 16)
        return NULL;
    const char *name = arena_copy(view->arena, text + begin, end - begin), *group = NULL;
    if (begin > 0 && text[begin - 1] == '.') {
        const struct parameter *p = member_named(group_before(view, names, begin - 1, depth + 1), name);
        group = p ? p->type->group : NULL;
    } else {
        const struct definition *around = definition_around(view->file, view->offset);
        for (size_t i = 0; i < names->symbols_count; i++) {
            const struct symbol *symbol = names->symbols[i];
            if (symbol->owner == around && symbol->kind == SYMBOL_PARAMETER &&
                strcmp(symbol->name, name) == 0)
                group = symbol->parameter->type->group;
        }
    }
    return group ? find_group_symbol(names, group) : NULL;
}

static void add_members_of(struct list *list, const struct symbol *group)
{
    for (const struct parameter *p = group->definition->parameters; p; p = p->next)
        add(list, p->name, ITEM_FIELD, declared(list->view, p), NULL);
}

/* Of a value of an unknown group those of all. */
static void add_members(struct list *list, const struct names *names, size_t end)
{
    const struct symbol *group = group_before(list->view, names, end, 0);
    if (group) {
        add_members_of(list, group);
        return;
    }
    for (size_t f = 0; f < names->files_count; f++)
        for (size_t i = 0; i < names->files[f]->symbols.entries_count; i++) {
            const struct symbol *symbol = names->files[f]->symbols.entries[i].value;
            if (symbol->kind == SYMBOL_GROUP)
                add_members_of(list, symbol);
        }
}

/* ---- Everything else ---- */

static void add_names(struct list *list, const struct names *names)
{
    const struct definition *around = definition_around(list->view->file, list->view->offset);
    for (size_t i = names->symbols_count; i-- > 0;) {
        const struct symbol *symbol = names->symbols[i];
        if (symbol->owner == around && symbol->span.begin < list->view->offset &&
            symbol->kind != SYMBOL_MEMBER)
            add_symbol(list, symbol);
    }
    for (size_t f = 0; f < names->files_count; f++)
        for (size_t i = 0; i < names->files[f]->symbols.entries_count; i++) {
            const struct known_file *file = names->files[f];
            const struct symbol *symbol = file->symbols.entries[i].value;
            if (file != names->library && (file == names->main || symbol->kind != SYMBOL_DIM))
                add_symbol(list, symbol);
        }
}

static void add_library(struct list *list)
{
    struct map functions = documented_functions(list->view->arena);
    for (size_t i = 0; i < functions.entries_count; i++) {
        const struct documented *documented = functions.entries[i].value;
        add(list, documented->name, ITEM_FUNCTION, documented->signature, documented->text);
    }
    for (int i = 0; keywords[i]; i++)
        add(list, keywords[i], ITEM_KEYWORD, NULL, NULL);
}

/* Whether the place is in a comment, or in the name of a file. */
static bool is_in_comment(const char *text, size_t begin, size_t offset)
{
    bool is_quoted = false;
    for (size_t i = begin; i < offset; i++) {
        is_quoted = is_quoted != (text[i] == '"');
        if (text[i] == '#' && !is_quoted)
            return true;
    }
    return false;
}

static bool is_in_quotes(const char *text, size_t begin, size_t offset)
{
    bool is_quoted = false;
    for (size_t i = begin; i < offset; i++)
        is_quoted = is_quoted != (text[i] == '"');
    return is_quoted;
}

void answer_completion(const struct question *question)
{
    struct view view = look_at(question, NULL);
    view.options.reading = &view.reading;
    struct list list = {.view = &view};
    const char *text = view.source->text;
    size_t line = view.offset, word = word_begin(text, view.offset);
    while (line > 0 && text[line - 1] != '\n')
        line--;
    fputs("{\"isIncomplete\":false,\"items\":[", question->reply);
    if (is_in_comment(text, line, view.offset)) {
        /* nothing is meant there */
    } else if (is_in_quotes(text, line, view.offset)) {
        for (const struct library_file *file = library_files; file->name; file++)
            add(&list, file->name, ITEM_FILE, "library", NULL);
    } else {
        const struct names *names = names_of(view.arena, view.file, &view.options);
        if (word > 1 && text[word - 1] == '.' && (is_letter(text[word - 2]) || text[word - 2] == ']')) {
            add_members(&list, names, word - 1);
        } else {
            add_names(&list, names);
            add_library(&list);
        }
    }
    fputs("]}", question->reply);
}
