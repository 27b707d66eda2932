/* emit_mentions.c: what emitted C mentions: names, and which of them it declares or assigns.
 *
 * It reads the text as it was printed: a declaration of a variable stands at the beginning of a line or of a
 * `for`, and an assignment has spaces around its operator. */
#include <string.h>

#include "emitter.h"
#include "map.h"

struct mentions mentions_of(const char *text, size_t length)
{
    return (struct mentions){.begin = text, .at = text, .end = text + length};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

/* Moves to the next name; false at the end. What a comment names, and a member, is not mentioned. */
static bool find_name(struct mentions *mentions)
{
    const char *at = mentions->at;
    for (char before = ' '; at < mentions->end; before = *at++) {
        bool is_member = before == '.' || (before == '>' && at[-2] == '-');
        if (at[0] == '/' && at[1] == '*') {
            const char *end = strstr(at, "*/");
            at = end ? end + 1 : mentions->end - 1;
        } else if (is_letter(*at)) {
            if (!is_digit(*at) && !is_member)
                break;
            while (is_letter(at[1]))
                at++;
        }
    }
    mentions->at = at;
    return at < mentions->end;
}

static bool is_text(const char *text, const char *part, size_t length)
{
    return text[0] == part[0] && strncmp(text, part, length) == 0 && !text[length];
}

static const char *type_of(const char *name, size_t length)
{
    static const char *const types[] = {"double", "float", "int32_t", "int64_t", "size_t", "int"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (is_text(types[i], name, length))
            return types[i];
    return NULL;
}

/* " = ", " += ", ... */
static bool is_assignment(const char *behind)
{
    if (*behind++ != ' ')
        return false;
    behind += *behind && strchr("+-*/|&", *behind) != NULL;
    return behind[0] == '=' && (behind[1] == ' ' || behind[1] == '\n');
}

/* GRADC_TOTAL(sum, ...: macros assign what they take first. */
static bool is_assigned_by_macro(const char *name, const char *begin)
{
    if (name == begin || name[-1] != '(')
        return false;
    const char *macro = name - 1;
    while (macro > begin && is_letter(macro[-1]))
        macro--;
    return strncmp(macro, "GRADC_", 6) == 0;
}

static size_t name_length(const char *name)
{
    size_t length = 1;
    while (is_letter(name[length]))
        length++;
    return length;
}

static bool is_name(const char *text)
{
    return is_letter(*text) && !is_digit(*text);
}

bool next_mention(struct mentions *mentions, struct mention *mention)
{
    *mention = (struct mention){.type = NULL};
    while (find_name(mentions)) {
        const char *name = mentions->at;
        size_t length = name_length(name);
        const char *type = type_of(name, length), *behind = name + length;
        mentions->at = behind;
        if (!type) {
            mention->name = name;
            mention->length = length;
            mention->is_assigned =
                mention->is_assigned || is_assignment(behind) || is_assigned_by_macro(name, mentions->begin);
            return true;
        }
        mention->type = behind[0] == ' ' && is_name(behind + 1) ? type : NULL;
        mention->is_assigned = behind[0] == ',' && behind[1] == ' '; /* GRADC_SUM(double, sum, ... */
    }
    return false;
}

void names_add_text(struct names *names, const char *text)
{
    struct mentions mentions = mentions_of(text, strlen(text));
    while (find_name(&mentions)) {
        size_t length = name_length(mentions.at);
        names_add(names, mentions.at, length);
        mentions.at += length;
    }
}

struct names *names_of_text(struct arena *arena, const char *text)
{
    struct names *names = names_new(arena);
    names_add_text(names, text);
    return names;
}

bool declares_variable(const char *line, struct mention *mention)
{
    const char *begin = line + strspn(line, " ");
    const char *type = strncmp(begin, "const ", 6) == 0 ? begin + 6 : begin;
    *mention = (struct mention){.column = (int)(begin - line)};
    if (!is_name(type))
        return false;
    size_t length = name_length(type);
    const char *name = type + length + 1;
    if (type[length] != ' ' || !is_name(name))
        return false;
    mention->name = name;
    mention->length = name_length(name);
    mention->type = type_of(type, length);
    return mention->type != NULL;
}

static void append_without_comments(struct text *text, const char *from, const char *end)
{
    const char *slash = from;
    while ((slash = memchr(slash, '/', (size_t)(end - slash))) != NULL) {
        if (slash[1] != '*') {
            slash++;
            continue;
        }
        text_append(text, from, (size_t)(slash - from));
        from = slash = strstr(slash, "*/") + 2;
    }
    text_append(text, from, (size_t)(end - from));
}

/* Whether the name in this text follows a type, *const or *GRADC_RESTRICT. */
static bool is_declared(const char *name, const char *begin)
{
    if (name == begin || name[-1] != ' ')
        return false;
    const char *end = name - 1, *word = end;
    while (word > begin && is_letter(word[-1]))
        word--;
    size_t length = (size_t)(end - word);
    if (word > begin && word[-1] == '*')
        return is_text("const", word, length) || is_text("GRADC_RESTRICT", word, length);
    return type_of(word, length) != NULL;
}

const char *without_names(struct arena *arena, const char *definition)
{
    struct text text = {.arena = arena};
    struct map numbers = {0};
    struct mentions mentions = mentions_of(definition, strlen(definition));
    const char *rest = definition;
    text_write(&text, "");
    while (find_name(&mentions)) {
        const char *name = mentions.at;
        size_t length = name_length(name);
        mentions.at += length;
        void *number = map_get_part(&numbers, name, length);
        if (!number && is_declared(name, definition)) {
            number = arena_print(arena, "$%zu", numbers.entries_count);
            map_set(arena, &numbers, arena_copy(arena, name, length), number);
        }
        append_without_comments(&text, rest, name);
        if (number)
            text_write(&text, number);
        else
            text_append(&text, name, length);
        rest = mentions.at;
    }
    append_without_comments(&text, rest, rest + strlen(rest));
    return text.bytes;
}
