/* symbols.h: what the names in a program mean, from its syntax alone, so that a program that is wrong
 * elsewhere has it too: where each is declared, and where it stands. */
#ifndef GRADC_SYMBOLS_H
#define GRADC_SYMBOLS_H

#include "elaborate.h"
#include "map.h"

enum symbol_kind {
    SYMBOL_FUNCTION,
    SYMBOL_PARAMETER,
    SYMBOL_SIZE,
    SYMBOL_DIM,
    SYMBOL_VARIABLE, /* assigned in a body, or counted by a loop */
    SYMBOL_INDEX,
    SYMBOL_GROUP,
    SYMBOL_MEMBER,
    SYMBOL_FILE /* of an import */
};

struct symbol {
    enum symbol_kind kind;
    const char *name;
    struct span span;                    /* of the name, where it is declared */
    struct span place;                   /* which the elaboration gives the value (elaborate.h); or none */
    const struct definition *definition; /* of a function, group or dim, of which a parameter or member is */
    const struct parameter *parameter;   /* parameter, member */
    const struct definition *owner;      /* of the file: what it is declared in; NULL: the file itself */
};

/* Where a name stands. */
struct occurrence {
    struct span span;
    struct span value; /* the expression whose value it shows: of a call all of it */
    const char *name;
    const struct symbol *symbol; /* NULL: nothing in a file that was read */
    bool is_call;
};

/* A file and those that it imports, in their order. */
struct known_file {
    const struct file *file;
    struct map symbols; /* functions, groups and dims -> struct symbol * */
    struct known_file **imports;
    size_t imports_count, imports_capacity;
    bool is_library;
};

struct names {
    struct arena *arena;
    struct known_file *main, *library;
    struct known_file **files;
    size_t files_count, files_capacity;
    struct symbol **symbols; /* of the main file, in the order of their declaration */
    size_t symbols_count, symbols_capacity;
    struct occurrence *occurrences; /* in the main file, declarations among them */
    size_t occurrences_count, occurrences_capacity;
};

/* What cannot be read is left out silently. */
struct names *names_of(struct arena *arena, const struct file *file, const struct elaborate_options *options);

/* The innermost that holds the place, or ends there; NULL: none. */
const struct occurrence *occurrence_at(const struct names *names, unsigned offset);
/* What a function or dim of the file or its imports is; NULL: there is none. Not those of the library. */
const struct symbol *find_symbol(const struct names *names, const char *name);
const struct symbol *find_group_symbol(const struct names *names, const char *name);
const struct symbol *find_library_symbol(const struct names *names, const char *name);
/* The definition of the file around a place: the last that begins before it, or NULL. */
const struct definition *definition_around(const struct file *file, unsigned offset);
/* The word that begins at the place. */
struct span word_at(const struct source *source, unsigned begin);

#endif
