/* emit_cpp.c: --emit=cpp, a header of C++11 with a class for each function, around the struct of the C. Its
 * members are those of the struct; arrays are vectors, the workspace is its own, and what the C returns as a
 * status is thrown. What all such headers share is classes.hpp. */
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
};

static const char *number_type(const struct class_writer *writer, const struct member *member)
{
    if (member->role == ROLE_SIZE)
        return "std::size_t";
    return member->type == INT ? "std::int32_t" : writer->module->precision == 32 ? "float" : "double";
}

/* A member that is called like a function of the class gets an underscore. */
static const char *member_name(const struct class_writer *writer, const struct member *member)
{
    bool is_taken = strcmp(member->name, "defaults") == 0;
    for (int e = 0; e < ENTRY_COUNT; e++)
        is_taken = is_taken || strcmp(member->name, entry_name((enum entry)e)) == 0;
    return is_taken ? arena_print(writer->arena, "%s_", member->name) : member->name;
}

/* `gradc_count({N, 3})` */
static const char *count_text(const struct class_writer *writer, const struct member *member)
{
    const char *text = "gradc_count({";
    for (int a = 0; a < member->rank; a++)
        text = arena_print(
            writer->arena, "%s%s%s", text, a > 0 ? ", " : "",
            tree_text(writer->arena, size_tree(writer->arena, member->shape[a], SIZE_WHOLE, NULL)));
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

/* The sizes without defaults, which the constructor takes. */
static void write_constructor(const struct class_writer *writer)
{
    const struct function *function = writer->function;
    FILE *file = writer->file;
    size_t count = 0;
    for (size_t i = 0; i < function->members_count; i++)
        count +=
            function->members[i].role == ROLE_SIZE && !is_set_by_default(function, &function->members[i]);
    fprintf(file, "\n    %s%s_model(", count == 1 ? "explicit " : "", function->name);
    const char *separator = "";
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_SIZE && !is_set_by_default(function, &function->members[i])) {
            fprintf(file, "%sstd::size_t size_%s", separator, function->members[i].name);
            separator = ", ";
        }
    fprintf(file, ")\n    {\n");
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].role == ROLE_SIZE && !is_set_by_default(function, &function->members[i]))
            fprintf(file, "        %s = size_%s;\n", member_name(writer, &function->members[i]),
                    function->members[i].name);
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
            fprintf(writer->file, "        %s = m.%s;\n", name, member->name);
        else
            fprintf(writer->file, "        m.%s = %s;\n", member->name, name);
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
            "        struct %s m = {};\n",
            writer->function->name);
    copy_numbers(writer, false, is_default_member);
    fprintf(writer->file, "        %s_defaults(&m);\n", writer->function->name);
    copy_numbers(writer, true, is_default_member);
    fprintf(writer->file, "    }\n");
}

static void point_at(const struct class_writer *writer, const struct member *member, const char *how)
{
    const char *name = member_name(writer, member), *count = count_text(writer, member);
    if (strcmp(how, "space") == 0)
        fprintf(writer->file, "        m.%s = gradc_space(%s, %s);\n", member->name, name, count);
    else
        fprintf(writer->file, "        m.%s = gradc_%s(%s, %s, \"%s: %s\");\n", member->name, how, name,
                count, writer->function->name, member->name);
}

static void write_entry(const struct class_writer *writer, enum entry entry)
{
    const struct function *function = writer->function;
    FILE *file = writer->file;
    const char *name = function->name;
    bool has_prepared = function->entries[ENTRY_PREPARE];
    fprintf(file, "\n    void %s()\n    {\n        struct %s m = gradc_inputs();\n", entry_name(entry), name);
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
        fprintf(file, "        m.prepared = gradc_prepared.take(%s_prepared_size(&m));\n", name);
    fprintf(file, "        m.work = gradc_work.take(%s_workspace(&m));\n", name);
    if (entry != ENTRY_BACKWARD)
        fprintf(file, "        gradc_is_forward = false;\n");
    fprintf(file, "        if (int status = %s_%s(&m))\n            throw gradc_error(\"%s_%s\", status);\n",
            name, entry_name(entry), name, entry_name(entry));
    if (entry == ENTRY_FORWARD && function->entries[ENTRY_BACKWARD])
        fprintf(file, "        gradc_is_forward = true;\n");
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (!is_array_member(member) && role_is_written(member->role, entry))
            fprintf(file, "        %s = m.%s;\n", member_name(writer, member), member->name);
    }
    fprintf(file, "    }\n");
}

static void write_class(const struct class_writer *writer)
{
    const struct function *function = writer->function;
    FILE *file = writer->file;
    fprintf(file, "\nclass %s_model {\npublic:\n", function->name);
    declare_members(writer);
    write_constructor(writer);
    write_defaults(writer);
    for (int e = 0; e < ENTRY_COUNT; e++)
        if (has_entry(function, (enum entry)e))
            write_entry(writer, (enum entry)e);
    fprintf(file,
            "\nprivate:\n    /* The struct with numbers and inputs, the sizes of which are checked. */\n"
            "    struct %s gradc_inputs()\n    {\n        struct %s m = {};\n",
            function->name, function->name);
    copy_numbers(writer, false, always);
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if ((member->role == ROLE_INPUT || member->role == ROLE_INOUT) && member->rank > 0)
            point_at(writer, member, "sized");
    }
    fprintf(
        file,
        "        return m;\n    }\n    gradc_memory gradc_work%s;\n    bool gradc_is_forward = false;\n};\n",
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
        struct class_writer writer = {file, module->arena, module, module->functions[i]};
        write_class(&writer);
    }
    fprintf(file, "\n#endif\n");
}
