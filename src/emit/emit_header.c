/* emit_header.c: the header: one struct and the prototypes of its entries for each function. */
#include <ctype.h>
#include <string.h>

#include "emitter.h"
#include "pattern.h"
#include "runtime_text.h"
#include "source.h"
#include "sparse.h"

static const char *guard_name(struct arena *arena, const char *header)
{
    const char *last = path_last_part(header);
    char *name = arena_copy(arena, last, strlen(last));
    for (char *c = name; *c; c++)
        *c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
    return arena_print(arena, "GRADC_MODEL_%s", name);
}

/* Members under one comment. */
static const char *section(const struct function *function, const struct member *member)
{
    struct arena *arena = function->graph->arena;
    switch (member->role) {
    case ROLE_SIZE: return "sizes";
    case ROLE_INPUT:
        if (member->is_multiplier)
            return "multipliers, read by lagrangian_hessian";
        return "inputs";
    case ROLE_INOUT: return "inputs";
    case ROLE_OUTPUT: return "outputs";
    case ROLE_OUTPUT_GRADIENT:
        return "gradients of the final value with respect to the outputs; NULL: 1 for the first output if it "
               "is a real "
               "scalar, else 0";
    case ROLE_GRADIENT: return "gradients, written by backward";
    case ROLE_JACOBIAN: return "Jacobians, written by jacobian";
    case ROLE_HESSIAN: return "Hessians, written by hessian";
    case ROLE_JACOBIAN_VALUES: return "non-zeros of Jacobians, written by sparse_jacobian";
    case ROLE_HESSIAN_VALUES: return "non-zeros of Hessians, written by sparse_hessian";
    case ROLE_TANGENT: return "tangents of the parameters, read by jvp; NULL: zeros";
    case ROLE_OUTPUT_TANGENT: return "tangents of the outputs, written by jvp";
    case ROLE_DIRECTION: return "directions, read by hvp; NULL: zeros";
    case ROLE_HVP: return "products of the Hessian and the directions, written by hvp";
    case ROLE_OBJECTIVE:
    case ROLE_CONSTRAINTS: return "outputs, written by objective and by constraints";
    case ROLE_OBJECTIVE_GRADIENT: return "gradient, written by objective_gradient";
    case ROLE_CONSTRAINTS_JACOBIAN: return "non-zeros of the Jacobian, written by constraints_jacobian";
    case ROLE_LAGRANGIAN_HESSIAN:
        return "non-zeros in the lower triangle of the Hessian of sigma objective + sum(lambda constraints), "
               "written by lagrangian_hessian";
    case ROLE_WORKSPACE:
        return arena_print(arena, "workspace: %s_workspace(m) bytes, aligned to GRADC_ALIGN", function->name);
    case ROLE_PREPARED:
        return arena_print(arena, "what prepare leaves: %s_prepared_size(m) bytes, aligned to GRADC_ALIGN",
                           function->name);
    case ROLE_TABLE:
    case ROLE_PREPARED_VALUE: break;
    }
    return "";
}

static const char *declaration(struct arena *arena, const struct module *module, const struct member *member)
{
    bool is_read = member->role == ROLE_INPUT || member->role == ROLE_OUTPUT_GRADIENT ||
                   member->role == ROLE_TANGENT || member->role == ROLE_DIRECTION;
    const char *type = member->type == INT ? "int32_t" : module->precision == 32 ? "float" : "double";
    if (member->role == ROLE_SIZE)
        return arena_print(arena, "size_t %s;", member->name);
    if (member->role == ROLE_WORKSPACE || member->role == ROLE_PREPARED)
        return arena_print(arena, "void *%s;", member->name);
    if (member->rank == 0 && !member->pointer)
        return arena_print(arena, "%s %s;", type, member->name);
    return arena_print(arena, "%s%s *%s;", is_read ? "const " : "", type, member->name);
}

static const char *remark(struct arena *arena, const struct member *member)
{
    const char *shape = member->rank > 0 ? shape_comment(arena, member->rank, member->shape) : NULL;
    if (member->role == ROLE_INOUT)
        return shape ? arena_print(arena, "%s, updated by forward", shape) : "updated by forward";
    return shape;
}

static void emit_struct(struct text *file, struct module *module, struct function *function)
{
    struct arena *arena = module->arena;
    text_print(file, "struct %s {\n", function->name);
    for (size_t i = 0; i < function->members_count && function->members[i].role < ROLE_TABLE;) {
        const char *heading = section(function, &function->members[i]);
        size_t end = i, width = 0;
        for (; end < function->members_count &&
               strcmp(section(function, &function->members[end]), heading) == 0;
             end++) {
            size_t length = strlen(declaration(arena, module, &function->members[end]));
            if (remark(arena, &function->members[end]) && length > width)
                width = length;
        }
        text_print(file, "    /* %s */\n", heading);
        for (; i < end; i++) {
            const char *text = declaration(arena, module, &function->members[i]);
            const char *comment = remark(arena, &function->members[i]);
            if (comment)
                text_print(file, "    %-*s /* %s */\n", (int)width, text, comment);
            else
                text_print(file, "    %s\n", text);
        }
    }
    text_write(file, "};\n");
}

/* The places of the non-zeros, for those who read them. */
static void emit_patterns(struct text *file, const struct module *module, const struct function *function)
{
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (!member->pattern)
            continue;
        const struct pattern_names names = pattern_names(module->arena, function, member);
        text_print(file, "#define %s %zu\n", names.count, member->pattern->count);
        text_print(file, "extern const int32_t %s[%zu];\n", names.starts, member->pattern->row_count + 1);
        text_print(file, "extern const int32_t %s[%zu];\n", names.rows,
                   member->pattern->count ? member->pattern->count : 1);
        text_print(file, "extern const int32_t %s[%zu];\n", names.columns,
                   member->pattern->count ? member->pattern->count : 1);
    }
}

static void emit_prototypes(struct text *file, struct module *module, const struct programs *programs)
{
    const struct function *function = programs->function;
    const char *name = function->name;
    const char *real = module->precision == 32 ? "float" : "double";
    bool has_gradients = false;
    for (size_t i = 0; i < function->members_count; i++)
        has_gradients = has_gradients || function->members[i].role == ROLE_GRADIENT;
    text_print(file, "size_t %s_workspace(const struct %s *m);\n", name, name);
    if (programs->entries[ENTRY_GRADIENT])
        text_print(file, "size_t %s_gradient_workspace(const struct %s *m);\n", name, name);
    if (function->entries[ENTRY_PREPARE])
        text_print(file, "size_t %s_prepared_size(const struct %s *m);\n", name, name);
    if (has_defaults(function))
        text_print(file, "void   %s_defaults(struct %s *m);\n", name, name);
    for (int e = 0; e < ENTRY_COUNT; e++)
        if (programs->entries[e])
            text_print(file, "int    %s_%s(struct %s *m);\n", name, entry_name((enum entry)e), name);
    if (has_gradients) {
        text_print(file, "size_t %s_bind_parameters(struct %s *m, %s *block);\n", name, name, real);
        text_print(file, "size_t %s_bind_gradients(struct %s *m, %s *block);\n", name, name, real);
    }
    if (has_fixed_sizes(function)) {
        size_t most = 0;
        for (int e = 0; e < ENTRY_COUNT; e++) {
            size_t bytes = fixed_workspace(module, programs->entries[e]);
            most = bytes > most ? bytes : most;
        }
        const char *macro = upper_case(module->arena, name);
        text_print(file, "#define %s_WORKSPACE %zu\n", macro, most);
        if (programs->entries[ENTRY_GRADIENT])
            text_print(file, "#define %s_GRADIENT_WORKSPACE %zu\n", macro,
                       fixed_workspace(module, programs->entries[ENTRY_GRADIENT]));
    }
}

void emit_header(struct text *file, struct module *module, const struct emit_options *options,
                 const struct programs *programs)
{
    const char *guard_macro =
        guard_name(module->arena, options->header_name ? options->header_name : module->source->path);
    text_print(file, "#ifndef %s\n#define %s\n\n#include <stddef.h>\n#include <stdint.h>\n", guard_macro,
               guard_macro);
    if (!options->standalone)
        text_write(file, "\n#include \"gradc.h\"\n");
    text_write(file, "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
    for (size_t i = 0; i < module->functions_count; i++) {
        text_write(file, "\n");
        emit_struct(file, module, module->functions[i]);
        emit_prototypes(file, module, &programs[i]);
        emit_patterns(file, module, module->functions[i]);
    }
    text_write(file, "\n#ifdef __cplusplus\n}\n#endif\n");
    if (options->standalone) /* behind what its reader looks for */
        text_print(file, "\n%s\n%s", runtime_text("core"), runtime_text("status"));
    text_write(file, "\n#endif\n");
}
