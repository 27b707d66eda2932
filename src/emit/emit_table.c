/* emit_table.c: the constant arrays behind the sparse entries. */
#include <string.h>

#include "emitter.h"
#include "pattern.h"
#include "sparse.h"

static void emit_table(struct text *file, const char *head, const char *name, const int32_t *table,
                       size_t count)
{
    enum { WIDTH = 110 };
    size_t column = 0;
    text_print(file, "%sconst int32_t %s[%zu] = {", head, name, count ? count : 1);
    for (size_t i = 0; i < count || i == 0; i++) {
        char text[16];
        int length = snprintf(text, sizeof text, " %ld,", count ? (long)table[i] : 0);
        if (column == 0 || column + (size_t)length > WIDTH) {
            text_write(file, "\n   ");
            column = 3;
        }
        text_write(file, text);
        column += (size_t)length;
    }
    text_write(file, "\n};\n");
}

static void emit_pattern(struct text *file, const struct module *module, const struct function *function,
                         const struct member *member)
{
    struct pattern_names names = pattern_names(module->arena, function, member);
    text_print(file, "/* The non-zeros of %s, by rows. */\n", member->name);
    emit_table(file, "", names.starts, member->pattern->starts, member->pattern->row_count + 1);
    emit_table(file, "", names.columns, member->pattern->columns, member->pattern->count);
    int32_t *rows = ARENA_ARRAY(module->arena, int32_t, member->pattern->count + 1);
    for (size_t row = 0; row < member->pattern->row_count; row++)
        for (int32_t k = member->pattern->starts[row]; k < member->pattern->starts[row + 1]; k++)
            rows[k] = (int32_t)row;
    emit_table(file, "", names.rows, rows, member->pattern->count);
    text_write(file, "\n");
}

static bool has_tables(const struct module *module)
{
    for (size_t i = 0; i < module->functions_count; i++)
        for (size_t k = 0; k < module->functions[i]->members_count; k++)
            if (module->functions[i]->members[k].role == ROLE_TABLE ||
                module->functions[i]->members[k].pattern)
                return true;
    return false;
}

void emit_tables(struct text *file, const struct module *module, const struct names *mentioned)
{
    if (!has_tables(module))
        return;
    for (size_t i = 0; i < module->functions_count; i++) {
        const struct function *function = module->functions[i];
        for (size_t k = 0; k < function->members_count; k++) {
            const struct member *member = &function->members[k];
            if (member->pattern)
                emit_pattern(file, module, function, member);
            if (member->role != ROLE_TABLE || !names_has(mentioned, member->name))
                continue;
            size_t count = 1;
            int64_t extent;
            for (int a = 0; a < member->rank; a++)
                count *= size_is_number(member->shape[a], &extent) ? (size_t)extent : 1;
            emit_table(file, "static ", member->name, member->table, count);
            text_write(file, "\n");
        }
    }
}
