/* explain.c: --explain, where no value has the name: what the name is, or which one may have been meant. */
#include "explain.h"

#include <string.h>

#include "stats.h"
#include "symbols.h"

static const char *kind_text(const struct symbol *symbol)
{
    if (symbol->kind == SYMBOL_PARAMETER && symbol->parameter->type->kind == TYPE_SIZE)
        return "is a size, a member of the struct";
    switch (symbol->kind) {
    case SYMBOL_FUNCTION: return "is a function; what it computes has names of its own";
    case SYMBOL_SIZE: return "is a size, a member of the struct";
    case SYMBOL_DIM: return "is a dim, a number in the C";
    case SYMBOL_INDEX: return "is an index: it counts the rounds of loops";
    case SYMBOL_GROUP: return "is a group; its members have values";
    case SYMBOL_PARAMETER: return "has no value of its own: the C reads its members, or nothing of it";
    default: return "has no value of its own: what it stands for became part of others, or nothing reads it";
    }
}

static bool explain_symbol(FILE *stream, struct module *module, const struct names *names, const char *name)
{
    const struct symbol *found = NULL;
    for (size_t i = 0; i < names->symbols_count && !found; i++)
        if (strcmp(names->symbols[i]->name, name) == 0 && names->symbols[i]->kind != SYMBOL_MEMBER)
            found = names->symbols[i];
    if (!found)
        found = find_symbol(names, name);
    if (!found)
        return false;
    fprintf(stream, "%s %s\n", name, kind_text(found));
    fprintf(stream, "    %-12s%s:%d: %s\n", "written", found->span.source->path, span_line(found->span),
            span_line_text(module->arena, found->span));
    return true;
}

static void tell_unknown(struct module *module, const struct names *names, const char *name)
{
    struct map known = {0};
    for (size_t i = 0; i < names->symbols_count; i++)
        map_set(module->arena, &known, names->symbols[i]->name, module);
    for (size_t f = 0; f < module->functions_count; f++)
        for (size_t i = 0; i < module->functions[f]->members_count; i++)
            map_set(module->arena, &known, module->functions[f]->members[i].name, module);
    const char **candidates = ARENA_ARRAY(module->arena, const char *, known.entries_count + 1);
    for (size_t i = 0; i < known.entries_count; i++)
        candidates[i] = known.entries[i].name;
    const char *near = near_name(name, candidates, known.entries_count);
    if (near)
        command_error("--explain=%s: no value is called so; did you mean %s?", name, near);
    else
        command_error("--explain=%s: no value of the program is called so", name);
}

bool explain(FILE *stream, struct module *module, const struct file *file,
             const struct elaborate_options *options, const char *name)
{
    if (explain_values(stream, module, name) > 0)
        return true;
    const struct names *names = names_of(module->arena, file, options);
    if (explain_symbol(stream, module, names, name))
        return true;
    tell_unknown(module, names, name);
    return false;
}
