/* emit_text.c: growing text, and the identifiers of one emitted function. */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "c_names.h"
#include "emitter.h"
#include "print.h"

/* Room for `count` more characters and the NUL. */
static void text_reserve(struct text *text, size_t count)
{
    if (text->length + count + 1 <= text->capacity)
        return;
    size_t more = text->length + 2 * (count + 1) + 100;
    text->bytes = arena_extend(text->arena, text->bytes, text->capacity, more);
    text->capacity += more;
}

void text_append(struct text *text, const char *more, size_t count)
{
    text_reserve(text, count);
    memcpy(text->bytes + text->length, more, count);
    text->length += count;
    text->bytes[text->length] = '\0';
}

void text_write(struct text *text, const char *more)
{
    text_append(text, more, strlen(more));
}

void text_print(struct text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    text_reserve(text, 0);
    size_t left = text->capacity - text->length;
    size_t count = print_to(text->bytes + text->length, left, format, arguments);
    if (count >= left) {
        text_reserve(text, count);
        print_to(text->bytes + text->length, count + 1, format, again);
    }
    text->length += count;
    va_end(again);
    va_end(arguments);
}

enum { LINE_WIDTH = 108 };

/* How little a line wants to end with this character: behind a comma before a sum, behind that before a
 * product.
 */
static int reluctance(char last)
{
    return strchr(",;=&|", last) ? 0 : strchr("+-<>?:", last) ? 1 : strchr("*/%", last) ? 2 : 3;
}

/* Where to break a line that is too long: at the space that fits and stands in the fewest brackets, of these
 * behind the loosest operator, the last of such. Declarations with a comment behind them stay whole. */
static size_t breaking_point(const char *text, size_t room)
{
    size_t best = 0;
    int depth = 0, best_cost = INT_MAX;
    if (strstr(text, "/*"))
        return 0;
    for (size_t i = 1; text[i] && i < room; i++) {
        depth += (text[i] == '(' || text[i] == '[') - (text[i] == ')' || text[i] == ']');
        int cost = 4 * depth + reluctance(text[i - 1]);
        if (text[i] == ' ' && text[i + 1] && i > room / 2 && cost <= best_cost) {
            best = i;
            best_cost = cost;
        }
    }
    return best;
}

void text_line(struct text *text, int indent, const char *line)
{
    int here = indent;
    while (here + (int)strlen(line) > LINE_WIDTH) {
        size_t end = here < LINE_WIDTH - 40 ? breaking_point(line, (size_t)(LINE_WIDTH - here)) : 0;
        if (end == 0)
            break;
        text_print(text, "%*s%.*s\n", here, "", (int)end, line);
        line += end + 1;
        here = indent + 8;
    }
    text_print(text, "%*s%s\n", *line ? here : 0, "", line);
}

/* ---- Identifiers ---- */

struct entry_of_name {
    const char *name; /* these bytes, which a NUL need not follow */
    size_t length;
    int next_number; /* tried for the next name that wants to be this one */
};

struct names {
    struct arena *arena;
    struct entry_of_name *table; /* open addressing */
    size_t count, capacity;      /* capacity: a power of two */
    bool is_c;                   /* the names are variables in C */
};

struct names *names_new(struct arena *arena)
{
    struct names *names = ARENA_NEW(arena, struct names);
    names->arena = arena;
    names->capacity = 256;
    names->table = ARENA_ARRAY(arena, struct entry_of_name, names->capacity);
    return names;
}

static struct entry_of_name *find(const struct names *names, const char *name, size_t length)
{
    size_t hash = 5381;
    for (size_t i = 0; i < length; i++)
        hash = hash * 33 + (unsigned char)name[i];
    size_t i = hash & (names->capacity - 1);
    while (names->table[i].name &&
           (names->table[i].length != length || memcmp(names->table[i].name, name, length) != 0))
        i = (i + 1) & (names->capacity - 1);
    return &names->table[i];
}

void names_add(struct names *names, const char *name, size_t length)
{
    if (2 * names->count >= names->capacity) {
        struct entry_of_name *old = names->table;
        size_t old_capacity = names->capacity;
        names->capacity *= 4;
        names->table = ARENA_ARRAY(names->arena, struct entry_of_name, names->capacity);
        for (size_t i = 0; i < old_capacity; i++)
            if (old[i].name)
                *find(names, old[i].name, old[i].length) = old[i];
    }
    struct entry_of_name *entry = find(names, name, length);
    if (!entry->name) {
        *entry = (struct entry_of_name){name, length, 2};
        names->count++;
    }
}

void names_reserve(struct names *names, const char *name)
{
    names_add(names, name, strlen(name));
}

bool names_has(const struct names *names, const char *name)
{
    return find(names, name, strlen(name))->name != NULL;
}

struct names *names_new_in_c(struct arena *arena)
{
    struct names *names = names_new(arena);
    names->is_c = true;
    return names;
}

/* By C, C++, their libraries, or the emitted code. */
static bool is_reserved(const struct names *names, const char *name)
{
    static const char *const own[] = {"work", "status", "room", "main"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(name, own[i]) == 0)
            return names->is_c;
    return names->is_c && (is_c_word(name) || is_library_name(name) || strncmp(name, "gradc_", 6) == 0);
}

/* Letters, digits and underscores only; anything else becomes an underscore. */
static const char *identifier(struct arena *arena, const char *wanted)
{
    char *name = arena_copy(arena, wanted, strlen(wanted));
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            *c = '_';
    return isdigit((unsigned char)*name) || !*name ? arena_print(arena, "v%s", name) : name;
}

const char *names_take(struct names *names, const char *wanted)
{
    const char *name = identifier(names->arena, wanted);
    if (is_reserved(names, name))
        name = arena_print(names->arena, "%s_", name);
    if (is_reserved(names, name)) /* for how it begins */
        name = arena_print(names->arena, "v_%s", name);
    if (names_has(names, name)) {
        const char *base = name;
        const char *separator = isdigit((unsigned char)base[strlen(base) - 1]) ? "_" : "";
        struct entry_of_name *entry = find(names, base, strlen(base));
        do
            name = arena_print(names->arena, "%s%s%d", base, separator, entry->next_number++);
        while (names_has(names, name) || is_reserved(names, name));
    }
    names_reserve(names, name);
    return name;
}
