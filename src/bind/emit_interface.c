/* emit_interface.c: the JSON description of structs and entries, for those who write bindings. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bind.h"
#include "emitter.h"

#ifndef GRADC_VERSION
#define GRADC_VERSION "unknown"
#endif

static const char *role_name(enum role role)
{
    switch (role) {
    case ROLE_SIZE: return "size";
    case ROLE_INPUT: return "input";
    case ROLE_INOUT: return "inout";
    case ROLE_OUTPUT: return "output";
    case ROLE_OUTPUT_GRADIENT: return "output_gradient";
    case ROLE_GRADIENT: return "gradient";
    case ROLE_JACOBIAN: return "jacobian";
    case ROLE_HESSIAN: return "hessian";
    case ROLE_JACOBIAN_VALUES: return "jacobian_values";
    case ROLE_HESSIAN_VALUES: return "hessian_values";
    case ROLE_TANGENT: return "tangent";
    case ROLE_OUTPUT_TANGENT: return "output_tangent";
    case ROLE_DIRECTION: return "direction";
    case ROLE_HVP: return "hvp";
    case ROLE_OBJECTIVE:
    case ROLE_CONSTRAINTS: return "output";
    case ROLE_OBJECTIVE_GRADIENT: return "gradient";
    case ROLE_CONSTRAINTS_JACOBIAN: return "jacobian_values";
    case ROLE_LAGRANGIAN_HESSIAN: return "hessian_values";
    case ROLE_WORKSPACE: return "workspace";
    case ROLE_PREPARED: return "prepared";
    case ROLE_TABLE:
    case ROLE_PREPARED_VALUE: break;
    }
    return "";
}

/* The shortest text that reads back as the same number. */
static const char *shortest_number(struct arena *arena, double value)
{
    const char *text = "";
    for (int digits = 1; digits <= 17 && (digits == 1 || strtod(text, NULL) != value); digits++)
        text = arena_print(arena, "%.*g", digits, value);
    return text;
}

/* Strings hold identifiers, sizes and expressions only, so nothing needs escaping. */
static void emit_member(FILE *file, struct arena *arena, const struct function *function,
                        const struct member *member)
{
    int64_t number;
    double value;
    fprintf(file, "{\"name\": \"%s\", \"role\": \"%s\"", member->name, role_name(member->role));
    if (member->of)
        fprintf(file, ", \"of\": \"%s\"", member->of);
    if (member->wrt[1])
        fprintf(file, ", \"wrt\": [\"%s\", \"%s\"]", member->wrt[0], member->wrt[1]);
    else if (member->wrt[0])
        fprintf(file, ", \"wrt\": \"%s\"", member->wrt[0]);
    if (member->role != ROLE_SIZE && member->role != ROLE_WORKSPACE && member->role != ROLE_PREPARED) {
        fprintf(file, ", \"type\": \"%s\", \"shape\": [", member->type == INT ? "int" : "real");
        for (int a = 0; a < member->rank; a++)
            if (size_is_number(member->shape[a], &number))
                fprintf(file, "%s%lld", a ? ", " : "", (long long)number);
            else
                fprintf(file, "%s\"%s\"", a ? ", " : "", size_print(arena, member->shape[a], SIZE_JSON));
        fprintf(file, "]");
        if (member->rank == 0 && member->pointer)
            fprintf(file, ", \"pointer\": true");
    }
    if (member->is_given)
        fprintf(file, ", \"given\": true");
    if (default_number(function, member, &value) && isfinite(value))
        fprintf(file, ", \"default\": %s", shortest_number(arena, value));
    else if (member->default_text && (member->rank > 0 || is_set_by_default(function, member)))
        fprintf(file, ", \"default\": \"%s\"", member->default_text);
    fprintf(file, "}");
}

static void emit_entries(FILE *file, const struct function *function)
{
    bool has_gradients = false;
    for (size_t i = 0; i < function->members_count; i++)
        has_gradients = has_gradients || function->members[i].role == ROLE_GRADIENT;
    fprintf(file, "\"entries\": [\"workspace\"");
    if (function->entries[ENTRY_GRADIENT])
        fprintf(file, ", \"gradient_workspace\"");
    if (function->entries[ENTRY_PREPARE])
        fprintf(file, ", \"prepared_size\"");
    if (has_defaults(function))
        fprintf(file, ", \"defaults\"");
    for (int e = 0; e < ENTRY_COUNT; e++)
        if (function->entries[e])
            fprintf(file, ", \"%s\"", entry_name((enum entry)e));
    if (has_gradients)
        fprintf(file, ", \"bind_parameters\", \"bind_gradients\"");
    fprintf(file, "]");
}

/* The texts are the user's: quotes and backslashes are escaped; there are no other characters that need it.
 */
static void emit_requires(FILE *file, const struct function *function)
{
    for (size_t i = 0; i < function->requires_count; i++) {
        fprintf(file, i ? ", \"" : ",\n  \"requires\": [\"");
        for (const char *c = function->requires[i]; *c; c++)
            fprintf(file, *c == '"' || *c == '\\' ? "\\%c" : (unsigned char)*c < ' ' ? " " : "%c", *c);
        fprintf(file, "\"");
    }
    if (function->requires_count)
        fprintf(file, "]");
}

void emit_interface(FILE *file, const struct module *module)
{
    fprintf(file, "{\"gradc\": \"%s\", \"precision\": \"float%d\", \"functions\": [", GRADC_VERSION,
            module->precision);
    for (size_t i = 0; i < module->functions_count; i++) {
        const struct function *function = module->functions[i];
        fprintf(file, "%s{\"name\": \"%s\",\n  \"members\": [", i ? ",\n " : "", function->name);
        for (size_t j = 0; j < function->members_count && function->members[j].role < ROLE_TABLE; j++) {
            fprintf(file, j ? ",\n              " : "");
            emit_member(file, module->arena, function, &function->members[j]);
        }
        fprintf(file, "],\n  ");
        emit_entries(file, function);
        emit_requires(file, function);
        fprintf(file, "}");
    }
    fprintf(file, "]}\n");
}
