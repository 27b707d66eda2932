/* emit_names.c: the identifiers of one emitted function, and those that its C mentions. */
#include <ctype.h>
#include <string.h>

#include "c_names.h"
#include "emitter.h"

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

void names_visit(const struct names *names, void (*visit)(const char *name, size_t length, void *closure),
                 void *closure)
{
    for (size_t i = 0; i < names->capacity; i++)
        if (names->table[i].name)
            visit(names->table[i].name, names->table[i].length, closure);
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
    return names->is_c && (is_c_word(name) || is_library_name(name) || is_runtime_name(name));
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
    if (is_reserved(names, name)) {
        name = arena_print(names->arena, "%s_", name);
        if (is_reserved(names, name)) /* for how it begins */
            name = arena_print(names->arena, "v_%s", name);
    }
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

/* ---- What trees mention ---- */

static void add_name(const struct tree *name, void *closure)
{
    names_reserve(closure, name->text);
}

void names_add_tree(struct names *names, const struct tree *a)
{
    tree_visit_names(a, add_name, names);
}

static bool add_names(const struct statement *statement, void *closure)
{
    if (statement->tree)
        names_add_tree(closure, statement->tree);
    return false;
}

void names_add_code(struct names *names, const struct code *code)
{
    code_walk(code, add_names, names);
}

/* ---- What a module mentions ---- */

static void add_copy(const struct tree *name, void *closure)
{
    struct names *names = closure;
    if (!names_has(names, name->text))
        names_reserve(names, arena_copy(names->arena, name->text, strlen(name->text)));
}

static bool add_copies(const struct statement *statement, void *closure)
{
    if (statement->tree)
        tree_visit_names(statement->tree, add_copy, closure);
    return false;
}

void print_body_of(struct c_file *file, const struct code *code)
{
    code_walk(code, add_copies, file->mentioned);
    code_print(&file->text, code, 4);
}
