/* emit_cpp.c: --emit=cpp, a header of C++11 with a class for each function, around the struct of the C. Its
 * members are those of the struct; arrays are vectors, the workspace is its own, and what the C returns as a
 * status is thrown. What is no member begins with gradc_, since members may have any other name. What all
 * such headers share is classes.hpp. */
#include "classes_text.h"
#include "bind.h"
#include "emitter.h"
#include "members.h"
#include "source.h"

#include <ctype.h>
#include <string.h>

struct class_writer {
    FILE *file;
    struct arena *arena;
    const struct module *module;
    const struct function *function;
    struct spelling *spelling; /* sizes as members of the class */
};

static const char *number_type(const struct class_writer *writer, const struct member *member)
{
    if (member->role == ROLE_SIZE)
        return "std::size_t";
    return member->type == INT ? "std::int32_t" : writer->module->precision == 32 ? "float" : "double";
}

static bool names_member(const struct function *function, const char *name)
{
    for (size_t i = 0; i < function->members_count; i++)
        if (strcmp(function->members[i].name, name) == 0)
            return true;
    return false;
}

/* A function of the class, its constructor, or one of the names that the header takes for itself. */
static bool is_taken(const struct class_writer *writer, const char *name)
{
    for (int e = 0; e < ENTRY_COUNT; e++)
        if (strcmp(name, entry_name((enum entry)e)) == 0)
            return true;
    return strcmp(name, "defaults") == 0 || strncmp(name, "gradc_", strlen("gradc_")) == 0 ||
           strcmp(name, arena_print(writer->arena, "%s_model", writer->function->name)) == 0;
}

/* A member that is called like one of these gets underscores. */
static const char *member_name(const struct class_writer *writer, const struct member *member)
{
    const char *name = member->name;
    if (is_taken(writer, name))
        do
            name = arena_print(writer->arena, "%s_", name);
        while (names_member(writer->function, name));
    return name;
}

/* `gradc_count({N, 3})` */
static const char *count_text(const struct class_writer *writer, const struct member *member)
{
    const char *text = "gradc_count({";
    for (int a = 0; a < member->rank; a++)
        text = arena_print(writer->arena, "%s%s%s", text, a > 0 ? ", " : "",
                           tree_text(writer->arena, size_tree(writer->arena, member->shape[a], SIZE_WHOLE,
                                                              writer->spelling)));
    return arena_print(writer->arena, "%s})", text);
}

static void declare_members(const struct class_writer *writer)
{
    const struct function *function = writer->function;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (!is_users_member(member))
            continue;
        const char *type = number_type(writer, member), *name = member_name(writer, member);
        if (!is_array_member(member))
            fprintf(writer->file, "    %s %s = 0;\n", type, name);
        else
            fprintf(writer->file, "    std::vector<%s> %s; /* %s */\n", type, name,
                    member->rank > 0 ? shape_comment(writer->arena, member->rank, member->shape)
                                     : "empty, or one number");
    }
}

/* A size without a default, which the constructor takes. */
static bool is_asked_for(const struct class_writer *writer, const struct member *member)
{
    return member->role == ROLE_SIZE && !is_set_by_default(writer->function, member);
}

static const char *argument_name(const struct class_writer *writer, const struct member *member)
{
    const char *name = arena_print(writer->arena, "size_%s", member->name);
    while (names_member(writer->function, name))
        name = arena_print(writer->arena, "%s_", name);
    return name;
}

static void write_constructor(const struct class_writer *writer)
{
    const struct function *function = writer->function;
    FILE *file = writer->file;
    size_t count = 0;
    for (size_t i = 0; i < function->members_count; i++)
        count += is_asked_for(writer, &function->members[i]);
    fprintf(file, "\n    %s%s_model(", count == 1 ? "explicit " : "", function->name);
    const char *separator = "";
    for (size_t i = 0; i < function->members_count; i++)
        if (is_asked_for(writer, &function->members[i])) {
            fprintf(file, "%sstd::size_t %s", separator, argument_name(writer, &function->members[i]));
            separator = ", ";
        }
    fprintf(file, ")\n    {\n");
    for (size_t i = 0; i < function->members_count; i++)
        if (is_asked_for(writer, &function->members[i]))
            fprintf(file, "        %s = %s;\n", member_name(writer, &function->members[i]),
                    argument_name(writer, &function->members[i]));
    if (has_defaults(function))
        fprintf(file, "        defaults();\n");
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if ((member->role == ROLE_INPUT || member->role == ROLE_INOUT) && member->rank > 0)
            fprintf(file, "        gradc_space(%s, %s);\n", member_name(writer, member),
                    count_text(writer, member));
    }
    fprintf(file, "    }\n");
}

/* Numbers go into the struct, or come back from it. */
static void copy_numbers(const struct class_writer *writer, bool is_back,
                         bool (*applies)(const struct member *))
{
    const struct function *function = writer->function;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (!is_users_member(member) || is_array_member(member) || !applies(member))
            continue;
        const char *name = member_name(writer, member);
        if (is_back)
            fprintf(writer->file, "        %s = gradc_m.%s;\n", name, member->name);
        else
            fprintf(writer->file, "        gradc_m.%s = %s;\n", member->name, name);
    }
}

static bool always(const struct member *member)
{
    (void)member;
    return true;
}

static bool is_default_member(const struct member *member)
{
    return member->role == ROLE_SIZE || member->role == ROLE_INPUT || member->role == ROLE_INOUT;
}

static void write_defaults(const struct class_writer *writer)
{
    if (!has_defaults(writer->function))
        return;
    fprintf(writer->file,
            "\n    /* Sets what has a default, from what has none. */\n    void defaults()\n    {\n"
            "        struct %s gradc_m = {};\n",
            writer->function->name);
    copy_numbers(writer, false, is_default_member);
    fprintf(writer->file, "        ::%s_defaults(&gradc_m);\n", writer->function->name);
    copy_numbers(writer, true, is_default_member);
    for (size_t i = 0; i < writer->function->members_count; i++) {
        const struct member *member = &writer->function->members[i];
        if (member->rank > 0 && is_set_by_default(writer->function, member))
            fprintf(writer->file, "        %s.assign(gradc_m.%s, gradc_m.%s + %s);\n",
                    member_name(writer, member), member->name, member->name, count_text(writer, member));
    }
    fprintf(writer->file, "    }\n");
}

static void point_at(const struct class_writer *writer, const struct member *member, const char *how)
{
    const char *name = member_name(writer, member), *count = count_text(writer, member);
    if (strcmp(how, "space") == 0)
        fprintf(writer->file, "        gradc_m.%s = gradc_space(%s, %s);\n", member->name, name, count);
    else
        fprintf(writer->file, "        gradc_m.%s = gradc_%s(%s, %s, \"%s: %s\");\n", member->name, how, name,
                count, writer->function->name, member->name);
}

static void write_entry(const struct class_writer *writer, enum entry entry)
{
    const struct function *function = writer->function;
    FILE *file = writer->file;
    const char *name = function->name;
    bool has_prepared = function->entries[ENTRY_PREPARE];
    fprintf(file, "\n    void %s()\n    {\n        struct %s gradc_m = gradc_inputs();\n", entry_name(entry),
            name);
    if (entry == ENTRY_BACKWARD)
        fprintf(file,
                "        if (!gradc_is_forward)\n            throw std::logic_error(\"%s_backward: forward "
                "comes first\");\n",
                name);
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (!is_array_member(member) || member->role == ROLE_INOUT)
            continue;
        if (role_is_read(member->role, entry))
            point_at(writer, member, "optional");
        else if (role_is_written(member->role, entry))
            point_at(writer, member, "space");
    }
    if (has_prepared)
        fprintf(file, "        gradc_m.prepared = gradc_prepared.take(::%s_prepared_size(&gradc_m));\n",
                name);
    fprintf(file, "        gradc_m.work = gradc_work.take(::%s_workspace(&gradc_m));\n", name);
    if (entry != ENTRY_BACKWARD)
        fprintf(file, "        gradc_is_forward = false;\n");
    fprintf(file,
            "        if (int gradc_status = ::%s_%s(&gradc_m))\n            throw gradc_error(\"%s_%s\", "
            "gradc_status);\n",
            name, entry_name(entry), name, entry_name(entry));
    if (entry == ENTRY_FORWARD && function->entries[ENTRY_BACKWARD])
        fprintf(file, "        gradc_is_forward = true;\n");
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (!is_array_member(member) && role_is_written(member->role, entry))
            fprintf(file, "        %s = gradc_m.%s;\n", member_name(writer, member), member->name);
    }
    fprintf(file, "    }\n");
}

static void write_class(const struct class_writer *writer)
{
    const struct function *function = writer->function;
    FILE *file = writer->file;
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_SIZE)
            size_spell_name(writer->spelling, function->members[i].extent,
                            member_name(writer, &function->members[i]));
    fprintf(file, "\nclass %s_model {\npublic:\n", function->name);
    declare_members(writer);
    write_constructor(writer);
    write_defaults(writer);
    for (int e = 0; e < ENTRY_COUNT; e++)
        if (has_entry(function, (enum entry)e))
            write_entry(writer, (enum entry)e);
    fprintf(file,
            "\nprivate:\n    /* The struct with numbers and inputs, the sizes of which are checked. */\n"
            "    struct %s gradc_inputs()\n    {\n        struct %s gradc_m = {};\n",
            function->name, function->name);
    copy_numbers(writer, false, always);
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if ((member->role == ROLE_INPUT || member->role == ROLE_INOUT) && member->rank > 0)
            point_at(writer, member, "sized");
    }
    fprintf(file,
            "        return gradc_m;\n    }\n    gradc_memory gradc_work%s;\n    bool gradc_is_forward = "
            "false;\n};\n",
            function->entries[ENTRY_PREPARE] ? ", gradc_prepared" : "");
}

void emit_cpp(FILE *file, const struct module *module, const char *header_name)
{
    const char *source_name = path_last_part(module->source->path);
    char *guard_name = arena_copy(module->arena, header_name, strlen(header_name));
    for (char *c = guard_name; *c; c++)
        *c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
    fprintf(file, "/* Emitted by gradc from %s: a class of C++11 for each function of %s. */\n", source_name,
            header_name);
    fprintf(file, "#ifndef GRADC_CLASSES_%s\n#define GRADC_CLASSES_%s\n\n#include \"%s\"\n%s", guard_name,
            guard_name, header_name, classes_text);
    for (size_t i = 0; i < module->functions_count; i++) {
        struct spelling spelling = {.arena = module->arena};
        struct class_writer writer = {file, module->arena, module, module->functions[i], &spelling};
        write_class(&writer);
    }
    fprintf(file, "\n#endif\n");
}
